"""The words by which headers name their columns, in Azerbaijani, English and Russian.

Written as ``text.fold`` leaves them: lower case, Azerbaijani letters as a-z, Cyrillic as it is. A
*role* is a field of an entry or a part of one; ``PARTS`` says of which, in the order in which parts
are joined.
"""

from __future__ import annotations

__all__ = ["FIELD_OF", "FILLERS", "GIVEN", "PARTS", "PATRONYMIC", "PHRASES", "SURNAME"]

PARTS: dict[str, tuple[str, ...]] = {
    "entry_id": ("entry_id",),
    "constituency": ("constituency",),
    "precinct": ("precinct",),
    "number": ("number",),
    "surname": ("surname",),
    "given_name": ("given_name",),
    "patronymic": ("patronymic",),
    "full_name": ("full_name",),
    "birth_date": ("birth_date", "birth_day", "birth_month", "birth_year"),
    "sex": ("sex",),
    "address": (
        "address",
        "settlement",
        "street_kind",
        "street",
        "house",
        "block",
        "flat",
        "postcode",
    ),
    "document": ("document_series", "document", "document_number"),
    "fin": ("fin",),
}

FIELD_OF = {role: field for field, roles in PARTS.items() for role in roles}

PATRONYMIC = (
    "atasinin adi", "atasinin ad", "ata adi", "ata ad", "atanin adi", "atasi", "otasinin adi", "otchestvo",
    "отчество", "имя отца", "имя отчество отца", "атасынын ады", "ата ады", "father s name", "fathers name",
    "father name", "name of father", "patronymic", "patronym", "patronymic name", "middle name", "middlename",
)  # fmt: skip
SURNAME = (
    "soyadi", "soyad", "soy adi", "soy ad", "familiya", "familiyasi", "familya", "фамилия", "сојады", "соjады",
    "сояды", "surname", "last name", "lastname", "family name",
)  # fmt: skip
GIVEN = (
    "adi", "ad", "имя", "ады", "given name", "given names", "givenname", "first name", "firstname", "forename",
    "imya", "name", "names",
)  # fmt: skip
FILLERS = frozenset(
    {
        "ve", "və", "и", "вә", "and", "of", "the", "s", "secicinin", "secici", "seciciler", "secicilerin", "voter",
        "voters", "избирателя", "избиратель", "избирателей", "vetendasin", "vetendas", "citizen", "гражданина",
        "person", "soxsin", "sexsin", "full", "tam", "полное", "сечиҹинин",
    }
)  # fmt: skip
"""Words that may stand beside the names of the parts of a name."""

PHRASES: dict[str, tuple[str, ...]] = {
    "entry_id": ("entry id", "entry", "rec id", "record id", "record", "row id", "id", "voter id", "qeyd id"),
    "number": (
        "no", "n", "nn", "n n", "no no", "s n", "s s", "s no", "sira", "sira no", "sira nomresi", "sira sayi",
        "sira n", "siraya gore no", "siyahi uzre no", "siyahida sira nomresi", "nomre", "nomresi", "say no",
        "no п п", "п п", "no пп", "пп", "номер", "порядковый номер", "номер по порядку", "number", "num", "line",
        "line no", "line number", "serial no", "serial number", "nr", "сыра no", "list no",
    ),
    "full_name": (
        "s a a", "saa", "a s a", "asa", "s a ata adi", "f i o", "fio", "ф и о", "фио", "с а а", "а с а", "tam adi",
        "full name", "fullname", "name in full", "voter", "voter name", "name of voter", "secici", "secicinin adi",
        "полное имя", "избиратель", "ф и о избирателя", "s a a secicinin",
    ),
    "birth_date": (
        "dogum tarixi", "dogum tarix", "dogum gunu", "dogulma tarixi", "dogulduqu tarix", "doguldugu tarix",
        "dogulduqu gun ay il", "anadan oldugu tarix", "anadan olma tarixi", "anadan olduqu tarix",
        "anadan oldugu gun ay ve il", "anadan oldugu gun ay il", "dogum tarixi gun ay il", "dogum gun ay il",
        "dogum tarixi ili", "tevellud tarixi", "tevelludu", "tevellud", "dogum", "d t", "d tarixi", "dog tar",
        "dog tarixi", "dogum tar", "tev", "дата рождения", "день рождения", "д р", "др", "дата рожд",
        "число месяц год рождения", "родился", "доғум тарихи", "тәвәллүдү", "date of birth", "birth date",
        "birthdate", "birthday", "dob", "d o b", "born", "born on", "date born",
    ),
    "birth_year": (
        "dogum ili", "dogulduqu il", "doguldugu il", "anadan oldugu il", "tevellud ili", "d ili", "dog ili", "il",
        "год рождения", "г р", "гр", "год рожд", "год", "доғум или", "year of birth", "birth year", "birthyear",
        "yob", "year",
    ),
    "birth_month": ("ay", "dogum ayi", "месяц", "месяц рождения", "month", "birth month"),
    "birth_day": ("gun", "число", "день", "day", "birth day", "day of birth"),
    "sex": (
        "cins", "cinsi", "cinsiyyet", "cinsiyyeti", "k q", "kisi qadin", "пол", "м ж", "ҹинси", "sex", "gender",
        "m f",
    ),
    "address": (
        "unvan", "unvani", "unv", "yasayis yeri", "yasayis unvani", "yasadigi unvan", "yasadigi yer",
        "yasayis yerinin unvani", "qeydiyyat unvani", "qeydiyyat yeri", "qeydiyyatda oldugu unvan",
        "daimi yasayis yeri", "faktiki unvan", "ev unvani", "адрес", "адрес проживания", "адрес регистрации",
        "место жительства", "адрес места жительства", "прописка", "место проживания", "адрес по прописке", "адр",
        "үнван", "үнваны", "јашајыш јери", "address", "home address", "residential address", "place of residence",
        "residence", "permanent address", "registered address", "addr",
    ),
    "settlement": (
        "seher", "kend", "qesebe", "rayon", "seher rayon", "seher kend", "yasayis menteqesi", "seher qesebe kend",
        "seher rayon kend", "kend qesebe", "rayon seher", "населенный пункт", "город", "село", "поселок", "район",
        "city", "town", "village", "settlement", "suburb", "state", "locality", "region",
    ),
    "street_kind": ("kucenin novu", "kuce novu", "novu", "тип улицы", "вид улицы", "street type", "street kind"),
    "street": (
        "kuce", "kucesi", "kucenin adi", "kuce adi", "kuce prospekt", "kuce pr", "kuc", "prospekt", "улица", "ул",
        "название улицы", "күчә", "street", "street name", "road",
    ),
    "house": (
        "ev", "ev no", "evin nomresi", "ev nomresi", "evi", "bina", "bina no", "binanin nomresi", "дом",
        "номер дома", "дом no", "no дома", "д", "ев", "house", "house no", "house number", "street number",
        "building", "building no",
    ),
    "block": ("blok", "korpus", "giris", "корпус", "корп", "строение", "block", "section", "entrance"),
    "flat": (
        "menzil", "menzil no", "menzilin nomresi", "menzil nomresi", "menz", "men", "m", "квартира", "кв",
        "номер квартиры", "no квартиры", "квартира no", "мәнзил", "flat", "flat no", "flat number", "apartment",
        "apartment no", "apt", "apt no",
    ),
    "postcode": ("poct indeksi", "indeks", "почтовый индекс", "индекс", "postcode", "post code", "zip", "zip code"),
    "document": (
        "s v", "sv", "s v no", "sv no", "s v nin nomresi", "s v seriya no", "s v seriyasi ve nomresi",
        "sexsiyyet vesiqesi", "sexsiyyet vesiqesinin nomresi", "sexsiyyet vesiqesi no",
        "sexsiyyet vesiqesinin seriyasi ve nomresi", "sexsiyyet vesiqesinin seriya ve nomresi",
        "sexsiyyetini tesdiq eden sened", "vesiqe", "vesiqe no", "vesiqenin nomresi", "vesiqe nomresi",
        "vesiqesinin nomresi", "sened", "sened no", "senedin nomresi", "senedin seriya ve nomresi", "sexs ves",
        "sexs vesiqesi", "pasport", "pasport no", "pasportun nomresi", "паспорт", "паспортные данные",
        "номер паспорта", "серия и номер паспорта", "удостоверение личности", "no удостоверения личности",
        "номер удостоверения личности", "удостоверение", "уд личности", "уд л", "документ", "номер документа",
        "серия и номер документа", "серия и номер", "seriya ve nomre", "seriyasi ve nomresi", "seriya nomre",
        "seriya no", "identity document", "document", "document no", "document number", "id card", "id card no",
        "id card number", "identity card", "identity card no", "identity card number", "passport", "passport no",
        "passport number", "doc no", "id no", "id number",
    ),
    "document_series": (
        "seriya", "seriyasi", "ser", "серия", "series", "document series", "s v seriya", "s v seriyasi",
        "vesiqenin seriyasi", "sexsiyyet vesiqesinin seriyasi", "pasport seriyasi", "pasportun seriyasi",
        "серия паспорта", "серия документа", "passport series",
    ),
    "document_number": ("vesiqenin sira nomresi", "номер серии", "series number"),
    "fin": (
        "fin", "fin kod", "fin kodu", "pin", "pin kod", "pin kodu", "f i n", "ferdi identifikasiya nomresi",
        "ferdi kod", "fin nomresi", "fin code", "фин", "фин код", "пин", "пин код", "идентификационный номер",
        "личный номер", "персональный идентификационный номер", "personal identification number",
        "personal number", "personal code", "identification number", "фәрди идентификасија нөмрәси",
    ),
    "constituency": (
        "daire", "dairesi", "daire no", "daire nomresi", "dairenin nomresi", "secki dairesi", "secki dairesi no",
        "secki dairesinin nomresi", "secki dairesinin no", "sd", "s d", "dsk", "dsk no", "округ", "номер округа",
        "no округа", "избирательный округ", "no избирательного округа", "номер избирательного округа", "оик",
        "сечки даирәси", "constituency", "constituency no", "constituency number", "electoral district",
        "district", "district no", "con ec", "conec", "election constituency",
    ),
    "precinct": (
        "menteqe", "menteqesi", "menteqe no", "menteqe nomresi", "menteqenin nomresi", "secki menteqesi",
        "secki menteqesi no", "secki menteqesinin nomresi", "secki menteqesinin no", "sm", "s m", "msk", "msk no",
        "участок", "номер участка", "no участка", "избирательный участок", "no избирательного участка",
        "номер избирательного участка", "уик", "no уик", "сечки мәнтәгәси", "precinct", "precinct no",
        "precinct number", "polling station", "polling station no", "polling station number", "pec", "pec no",
        "election precinct",
    ),
    "measure": ("gosterici", "gostericinin adi", "показатель", "measure", "indicator"),
    "value": ("qiymet", "qiymeti", "deyer", "deyeri", "say", "sayi", "значение", "количество", "value", "count"),
    "other": (
        "dogum yeri", "doguldugu yer", "anadan oldugu yer", "место рождения", "place of birth", "birthplace",
        "birth place", "telefon", "telefon nomresi", "mobil", "mobil nomre", "телефон", "номер телефона", "phone",
        "phone number", "mobile", "telephone", "qeyd", "qeydler", "примечание", "примечания", "note", "notes",
        "remark", "remarks", "comment", "imza", "imzasi", "secicinin imzasi", "подпись", "подпись избирателя",
        "signature", "voter signature", "milliyyeti", "milliyyet", "национальность", "nationality", "vetendasligi",
        "гражданство", "citizenship", "is yeri", "место работы", "workplace", "occupation", "profession",
        "vezifesi", "должность", "tehsili", "образование", "yas", "yasi", "возраст", "age", "evvelki soyadi",
        "qizliq soyadi", "девичья фамилия", "прежняя фамилия", "previous surname", "maiden name", "former surname",
        "anasinin adi", "ana adi", "имя матери", "mother s name", "mothers name", "elaqe nomresi", "e mail",
        "email", "verilme tarixi", "дата выдачи", "date of issue", "issue date", "issued", "verildiyi tarix",
        "etibarliliq muddeti", "срок действия", "valid until", "expiry date", "olum tarixi", "vefat tarixi",
        "дата смерти", "date of death", "death date", "qeydiyyat tarixi", "дата регистрации", "registration date",
        "date of registration", "akt nomresi", "номер акта", "certificate number",
    ),
}  # fmt: skip
"""``other`` holds headers of columns that are known and not used: they win over a likeness to a
field's words."""
