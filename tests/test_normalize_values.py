from __future__ import annotations

import re

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from voterlist.model import Profile, Sex
from voterlist.normalize.addresses import Address, read_address
from voterlist.normalize.dates import DateForm, WrittenDate, read_date, read_dates
from voterlist.normalize.fullname import FullName, split_full_name
from voterlist.normalize.identifiers import (
    DOCUMENT,
    FIN,
    Identifier,
    Repair,
    read_document,
    read_fin,
    read_sex,
)
from voterlist.normalize.names import (
    MAY_BE_PLACEHOLDER,
    MAY_HAVE_TITLE,
    is_placeholder,
    without_title,
)


@pytest.mark.parametrize(
    ("text", "day", "month", "year"),
    [
        ("1980-12-31", 31, 12, 1980),
        ("1980-12-31 00:00:00", 31, 12, 1980),
        ("1980-12-31T00:00:00Z", 31, 12, 1980),
        ("1980.12.31", 31, 12, 1980),
        ("31 dekabr 1980", 31, 12, 1980),
        ("31 DEKABR 1980-ci il", 31, 12, 1980),
        ("31 декабря 1980 г.", 31, 12, 1980),
        ("December 31, 1980", 31, 12, 1980),
        ("31-Dec-80", 31, 12, 1980),
        ("31.XII.1980", 31, 12, 1980),
        ("1 may 1990", 1, 5, 1990),
        ("1 iyul 1990", 1, 7, 1990),
        ("1 iyun 1990", 1, 6, 1990),
        ("1 мая 1990", 1, 5, 1990),
        ("29221", 1, 1, 1980),
        ("29221.0", 1, 1, 1980),
        ("29221.5", 1, 1, 1980),
        ("1980 г.р.", 0, 0, 1980),
        ("1980-ci il təvəllüdlü", 0, 0, 1980),
        ("1980", 0, 0, 1980),
        ("1980-ci il", 0, 0, 1980),
        ("19450718", 18, 7, 1945),
        ("19451318", 18, 13, 1945),
        ("18450718", 18, 7, 1845),
        ("10600627", 27, 6, 1060),
        ("05.1980", 0, 5, 1980),
        ("1980.05", 0, 5, 1980),
        ("80-12-31", 31, 12, 1980),
    ],
)
def test_dates_of_a_known_order(text, day, month, year):
    """A form that leaves no choice between day and month is read at once.

    One that begins with the year as the others of its file.
    """
    read = read_date(text)
    assert (read.first, read.second, read.year) == (day, month, year)
    assert read.form in {DateForm.DECIDED, DateForm.YEAR_FIRST}


@pytest.mark.parametrize(
    ("text", "first", "second", "year"),
    [
        ("31.12.1980", 31, 12, 1980),
        ("31/12/80", 31, 12, 1980),
        ("01-02-29", 1, 2, 2029),
        ("01-02-30", 1, 2, 1930),
        ("1.2.1980", 1, 2, 1980),
        ("31 12 1980", 31, 12, 1980),
        ("00.00.1980", 0, 0, 1980),
        ("31121980", 31, 12, 1980),
        ("31121845", 31, 12, 1845),
        ("27061060", 27, 6, 1060),
        ("20121980", 20, 12, 1980),
        ("31.12.1980 il", 31, 12, 1980),
        ("31.12.1980 г.р.", 31, 12, 1980),
        ("31.12.1980 г. рождения", 31, 12, 1980),
        ("12/31/1980 12:00 AM", 12, 31, 1980),
        ("4091966", 4, 9, 1966),
        ("31.12.1980, Bakı ş.", 31, 12, 1980),
        ("Bakı ş., 31.12.1980", 31, 12, 1980),
        ("31.12.1980-ci il, Gəncə", 31, 12, 1980),
    ],
)
def test_dates_whose_order_the_file_decides(text, first, second, year):
    """Two numbers before a year stay in the order written."""
    assert read_date(text) == WrittenDate(DateForm.OPEN, first, second, year)


@pytest.mark.parametrize(
    "text",
    [
        "Secret",
        "31 banan 1980",
        "12",
        "123456",
        "1.2.3.4",
        "",
        "31.12",
        "31.12.1980, 01.02.1981",
        # Who wrote it was not sure.
        "31.12.1980 ?",
        "999999999999999999999",
        # Midnight of the next day here.
        "1980-12-30T20:00:00.000Z",
    ],
)
def test_no_date(text):
    """What is no date is said to be none, and nothing is guessed."""
    assert read_date(text).form is DateForm.UNREADABLE


@pytest.mark.parametrize(
    ("text", "value", "repairs", "document"),
    [
        ("5ABC123", "5ABC123", "", None),
        ("5abc123", "5ABC123", "small-letters", None),
        (" 5AB C123", "5ABC123", "signs-removed", None),
        ("5ABC12O", "5ABC120", "o-for-zero", None),
        ("I234567", "1234567", "i-for-one", None),
        ("5АВС123", "5ABC123", "look-alikes", None),
        ("5ABC1234", "5ABC123", "check-character", None),
        (
            "5abc-12о4",
            "5ABC120",
            "o-for-zero small-letters look-alikes signs-removed check-character",
            None,
        ),
        ("AZE12345678", None, "", "AZE12345678"),
        ("AA1234567", None, "", "AA1234567"),
        ("12345678", None, "", "AZE12345678"),
        ("1234567", "1234567", "", None),
        ("5ABC12", None, "", None),
        ("5ABC12345", None, "", None),
        ("ŞABC123", None, "", None),
    ],
)
def test_fin(text, value, repairs, document):
    """A FIN is repaired only where the repair is unique, and each repair is named."""
    assert read_fin(text) == Identifier(
        value, tuple(Repair(repair) for repair in repairs.split()), document
    )


@pytest.mark.parametrize(
    ("text", "repairs"),
    [
        ("AZE12345678", ""),
        ("AZE 12345678", ""),
        ("AA 1234567", ""),
        ("AA-1234567", "signs-removed"),
        ("aze 12345678", "small-letters signs-removed"),
        ("AZE N12345678", "signs-removed"),
        ("AZEN12345678", "signs-removed"),
        ("12345678", "series-missing"),
        ("АЗЕ12345678", "look-alikes"),
        ("AA12345l7", "i-for-one small-letters"),
        ("AA123456O", "o-for-zero"),
    ],
)
def test_repairs_of_a_document(text, repairs):
    """Each repair of a document's number is named."""
    assert read_document(text).repairs == tuple(
        Repair(repair) for repair in repairs.split()
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("AZE12345678", "AZE12345678"),
        ("aze № 12345678", "AZE12345678"),
        ("AZE N 12345678", "AZE12345678"),
        ("АЗЕ 12345678", "AZE12345678"),
        ("12345678", "AZE12345678"),
        ("AA 1234567", "AA1234567"),
        ("aa-1234567", "AA1234567"),
        ("AA123456O", "AA1234560"),
        ("1234567", None),
        ("AZE1234567", None),
        ("XYZ12345678", None),
    ],
)
def test_document(text, value):
    """The number of a document survives blanks, signs and the wrong alphabet.

    Another form is none.
    """
    assert read_document(text).value == value


@given(st.text(max_size=20))
def test_identifiers_are_valid_or_none(text):
    """Whatever is typed, the result has the form of a FIN or document and reads as itself."""
    fin, document = read_fin(text).value, read_document(text).value
    assert fin is None or (re.fullmatch(FIN, fin) and read_fin(fin) == Identifier(fin))
    assert document is None or (
        re.fullmatch(DOCUMENT, document)
        and read_document(document) == Identifier(document)
    )


@pytest.mark.parametrize(
    ("texts", "sex"),
    [
        (
            (
                "K",
                "kişi",
                "KİŞİ",
                "kisi",
                "M",
                "m.",
                "муж",
                "муж.",
                "Мужской",
                "м",
                "male",
                "1",
                "К",
                "киши",
            ),
            Sex.MALE,
        ),
        (
            (
                "Q",
                "qadın",
                "QADIN",
                "qadin",
                "F",
                "жен",
                "женский",
                "Ж",
                "female",
                "2",
                "гадын",
                "Г",
            ),
            Sex.FEMALE,
        ),
        (("x", "kişi/qadın", "0", "MF"), None),
    ],
)
def test_sex(texts, sex):
    """K is a man and Q a woman in Azerbaijani; what states both or neither states nothing."""
    assert [read_sex(text) for text in texts] == [sex] * len(texts)


@pytest.mark.parametrize(
    ("text", "street", "house", "flat"),
    [
        ("Bakı ş., Nizami küç. 12, m. 5", "nizami", "12", "5"),
        ("Nizami küçəsi, ev 12, mənzil 5", "nizami", "12", "5"),
        ("NİZAMİ KÜÇƏSİ, EV 12, MƏNZİL 5", "nizami", "12", "5"),
        ("ул. Низами, д. 12, кв. 5", "nizami", "12", "5"),
        ("г. Баку, ул. Низами, дом 12, квартира 5", "nizami", "12", "5"),
        ("Nizami str., house 12, apt. 5", "nizami", "12", "5"),
        ("Nizami 12-5", "nizami", "12", "5"),
        ("Nizami, 12, 5", "nizami", "12", "5"),
        ("28 May küçəsi 4-17", "28 mai", "4", "17"),
        ("ул. 28 Мая 4", "28 mai", "4", None),
        ("H. Əliyev pr. ev 7 mənzil 9", "h aliov", "7", "9"),
        ("Sabunçu r., Zabrat qəs., Səməd Vurğun küç., 7A", "samad vurqun", "7a", None),
        ("Nizami küç. 12/14, m. 3", "nizami", "12/14", "3"),
        ("Nizami küç., bina 12, blok 2, mənzil 5", "nizami", "12", "5"),
        ("ул. Низами, д. 12, корп. 3, кв. 5", "nizami", "12/3", "5"),
        ("Nizami küç. 12, blok 2", "nizami", "12", None),
        ("Nizami küç., blok 2, bina 12", "nizami", "12", None),
        ("ул. Низами, д. 12, подъезд 2", "nizami", "12", None),
        ("Nizami str. 12, entrance 2, apt. 5", "nizami", "12", "5"),
        ("Gəncə pr. 5", "qanca", "5", None),
        ("Gəncə pr. １２-５", "qanca", "12", "5"),
        ("Xocalı kəndi", None, None, None),
        ("Xocalı kəndi, ev 3", None, "3", None),
    ],
)
def test_address(text, street, house, flat):
    """Street, house and flat are read off the abbreviations of four languages."""
    found = read_address(text)
    assert (found.street, found.house, found.flat) == (street, house, flat)


@pytest.mark.parametrize(
    ("text", "settlement", "kind", "building"),
    [
        ("Bakı ş., Nizami küç. 12, m. 5", "baqi", "kuce", None),
        ("Göyçay rayonu, Qaraməryəm kəndi, Nizami küçəsi 5", "qaramaram", "kuce", None),
        ("Göyçay rayonu Qaraməryəm kəndi Nizami küçəsi 5", "qaramaram", "kuce", None),
        ("Qaraməryəm k., Göyçay şəhəri, 28 May küç. 4", "qoicai", "kuce", None),
        ("Bakı şəhəri, Zabrat qəs., Gəncə pr. 7A", "zabrat", "prospekt", None),
        ("г. Баку, ул. Низами, д. 12, корп. 3, кв. 5", "baqu", "kuce", "3"),
        ("г Баку, ул. Низами, д. 12", "baqu", "kuce", None),
        ("Гарадаг Локбатан, ул. Низами, д. 12", None, "kuce", None),
        ("село Хаджилы", "hacili", None, None),
        ("Г. Алиев 3", None, None, None),
        ("ул. Г. Алиева 3", None, "kuce", None),
        ("Gəncə rayonu, 5", None, None, None),
        ("Nizami 12-5", None, None, None),
    ],
)
def test_settlement_kind_of_street_and_building(text, settlement, kind, building):
    """Of several settlements the smallest counts, initials are none, kinds have one word."""
    found = read_address(text)
    assert (found.settlement, found.street_kind, found.building) == (
        settlement,
        kind,
        building,
    )


@pytest.mark.parametrize("between", [" ", ", "])
@pytest.mark.parametrize(
    ("larger", "smaller", "name"),
    [
        ("Göyçay şəhəri", "Qaraməryəm kəndi", "qaramaram"),
        ("Bakı şəhəri", "Zabrat qəsəbəsi", "zabrat"),
        ("Zabrat qəsəbəsi", "Qaraməryəm kəndi", "qaramaram"),
    ],
)
def test_of_several_settlements_the_smallest_is_taken(larger, smaller, name, between):
    """A whole village would be read as one with its town, and the streets of both as one street."""
    for places in ((larger, smaller), (smaller, larger)):
        assert (
            read_address(between.join([*places, "Nizami küçəsi 5"])).settlement == name
        )


@pytest.mark.parametrize(
    "texts",
    [
        (
            "Nizami küç. 5",
            "ул. Низами, д. 5",
            "Nizami str. 5",
            "NİZAMİ KÜÇƏSİ 5",
            "Низами күчәси 5",
        ),
        ("Gəncə pr. 5", "Ganja ave. 5", "пр. Гянджа 5", "GENCE PROSPEKTİ 5"),
        (
            "Səməd Vurğun küç. 5",
            "Samad Vurghun str. 5",
            "ул. Самеда Вургуна 5",
            "Semed Vurgun kuc. 5",
        ),
        ("Həsən Əliyev küç. 5", "ул. Гасана Алиева 5", "Hasan Aliyev street 5"),
        ("28 May küç. 5", "ул. 28 Мая 5", "28 May str. 5"),
        ("Nizami adına küçə 5", "ул. им. Низами 5"),
        ("Neftçilər pr. 5", "Neftchilar ave. 5", "пр. Нефтчиляр 5"),
    ],
    ids=lambda texts: texts[0],
)
def test_one_street_in_every_spelling(texts):
    """Azerbaijani, ASCII, English, Cyrillic and the Russian genitive name one street and house."""
    found = {(read_address(text).street, read_address(text).house) for text in texts}
    assert len(found) == 1
    assert None not in found.pop()


def test_streets_of_different_names_stay_apart():
    """Folding the words of streets does not make one street of two."""
    names = (
        "Nizami",
        "Nəsimi",
        "Natəvan",
        "Nərimanov",
        "Vaqif",
        "Vurğun",
        "Səməd",
        "Xətai",
        "Xaqani",
        "Leyla",
        "Zərifə",
    )
    assert len({read_address(f"{name} küç. 5").street for name in names}) == len(names)


def test_address_line_has_one_spelling_of_each_kind():
    """Abbreviations of one word fold to one word in the whole line."""
    lines = {
        read_address(text).line
        for text in ("Nizami küç. 12, mən. 5", "NİZAMİ KÜÇƏSİ 12, MƏN. 5")
    }
    assert lines == {"nizami kuce 12 menzil 5"}


def test_generic_address():
    """Without known kinds of streets only the line and a leading house number are read."""
    assert read_address("12 Rosetta Circuit", Profile.GENERIC) == Address(
        "12 rosetta circuit", house="12"
    )


@example("\N{NYIAKENG PUACHUE HMONG DIGIT ZERO}", Profile.AZ)
@example("１２ Low Road", Profile.GENERIC)
@given(st.text(max_size=40), st.sampled_from(list(Profile)))
def test_readers_never_raise(text, profile):
    """No text makes a reader raise, and an address is plain letters, digits and blanks."""
    read_date(text)
    read_sex(text)
    split_full_name(text, profile)
    line = read_address(text, profile).line
    assert line is None or re.fullmatch(r"[a-z0-9/]+( [a-z0-9/]+)*", line)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Əliyev Elşən Həsən oğlu", ("Əliyev", "Elşən", "Həsən oğlu")),
        ("Elşən Həsən oğlu Əliyev", ("Əliyev", "Elşən", "Həsən oğlu")),
        ("Əliyev Əli Ağa Həsən oğlu", ("Əliyev", "Əli Ağa", "Həsən oğlu")),
        ("Əliyev Elşən Əli Ağa oğlu", ("Əliyev", "Elşən", "Əli Ağa oğlu")),
        ("Elşən Əli Ağa oğlu Əliyev", ("Əliyev", "Elşən", "Əli Ağa oğlu")),
        ("Səfərbəyova Mahirə Ağa qızı", ("Səfərbəyova", "Mahirə", "Ağa qızı")),
        ("Mahirə Ağa qızı Səfərbəyova", ("Səfərbəyova", "Mahirə", "Ağa qızı")),
        ("Əliyev Elşən Bəy oğlu", ("Əliyev", "Elşən", "Bəy oğlu")),
        ("Elşən Əli Ağa oğlu", (None, "Elşən", "Əli Ağa oğlu", False)),
        ("Əliyeva, Leyla Əli", ("Əliyeva", "Leyla", "Əli")),
        ("Əliyeva, Leyla Əli qızı", ("Əliyeva", "Leyla", "Əli qızı")),
        ("Əliyev, Əli Ağa", ("Əliyev", "Əli Ağa", None)),
        ("Эльшан Гасанович Алиев", ("Алиев", "Эльшан", "Гасанович")),
        ("Алиев Эльшан Гасанович", ("Алиев", "Эльшан", "Гасанович")),
        ("Elşən Əliyev", ("Əliyev", "Elşən", None)),
        ("Əliyev Elşən", ("Əliyev", "Elşən", None)),
        ("Əliyev Elşən Həsən", ("Əliyev", "Elşən", "Həsən")),
        ("Elşən Həsən Əliyev", ("Əliyev", "Elşən", "Həsən")),
        ("Əliyev", ("Əliyev", None, None)),
        ("Həsənoğlu Elşən", ("Həsənoğlu", "Elşən", None)),
        ("Əliyev Ə.M.", ("Əliyev", "Ə.", "M.")),
        ("Ə.M.Əliyev", ("Əliyev", "Ə.", "M.")),
        ("Ş. Babək", ("Babək", "Ş.", None)),
    ],
)
def test_full_name(text, parts):
    """The parts of a whole name are told by its comma, its particle and its surname's ending."""
    assert split_full_name(text) == FullName(*parts)


def test_full_name_without_a_sign_is_unsure():
    """Where nothing tells the surname, the first word is it, and that is said."""
    assert split_full_name("Həsən Hüseyn") == FullName(
        "Həsən", "Hüseyn", None, sure=False
    )


def test_generic_full_name():
    """Elsewhere the surname stands last, or before a comma; a middle name is no given name."""
    for text in ("Mary Ann Smith", "Smith, Mary Ann"):
        assert split_full_name(text, Profile.GENERIC) == FullName(
            "Smith", "Mary", "Ann"
        )


@pytest.mark.parametrize(
    ("texts", "junk"),
    [
        (
            (
                "-",
                "—",
                "???",
                "XXX",
                "xx",
                "ххх",
                "yoxdur",
                "Yox",
                "нет",
                "n/a",
                "N/A",
                "0",
                "00.00.0000",
                "...",
                "1111111",
                "н/д",
                "Göstərilməyib",
            ),
            True,
        ),
        (("X", "Əli", "Yaqub", "1980", "12", "A", "Nə", "AA1234567"), False),
    ],
)
def test_placeholder(texts, junk):
    """Signs of absence are known for what they are.

    An initial and a short name are not among them.
    """
    assert [is_placeholder(text) for text in texts] == [junk] * len(texts)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Dr. Əliyev", "Əliyev"),
        ("Cənab Həsən", "Həsən"),
        ("CƏNAB HƏSƏN", "HƏSƏN"),
        ("г-жа Алиева", "Алиева"),
        ("Prof. Dr. Əliyev", "Əliyev"),
        ("Dr.Əliyev", "Əliyev"),
        ("Cənab", "Cənab"),
        ("Prof.", "Prof."),
        ("Mrza Əli", "Mrza Əli"),
        ("Drujba", "Drujba"),
        ("Xanım Əli", "Xanım Əli"),
    ],
)
def test_forms_of_address(text, name):
    """A form of address goes; a name that begins like one stays, and so does a cell of only one."""
    assert without_title(text) == name


@given(
    st.lists(
        st.sampled_from(
            ["Dr.", "cənab", "Гр.", "д-р", "Mr", "Əli", " ", "İ", "prof", "x"]
        ),
        max_size=4,
    )
)
def test_the_sieve_before_the_titles_loses_none(pieces):
    """What Arrow's pattern lets by unseen has no form of address, and no title leaves nothing."""
    text = " ".join(pieces)
    found = without_title(text)
    assert bool(found.strip()) == bool(text.strip())
    if found != text and found != text.strip():
        assert re.search(MAY_HAVE_TITLE, text)


@given(st.text(alphabet="0123456789xXaA-. ", max_size=9))
def test_the_sieve_before_the_placeholders_loses_none(text):
    """What Arrow's pattern lets by unseen is never a placeholder."""
    if is_placeholder(text):
        assert re.search(MAY_BE_PLACEHOLDER, text)


@pytest.mark.parametrize(
    ("cell", "filler"),
    [
        ("AZE11111111", True),
        ("AZE00000000", True),
        ("aa 7777777", True),
        ("AZE11111112", False),
        ("ev 11111", False),
    ],
)
def test_a_document_of_one_digit_is_a_filler(cell, filler):
    """A number of one digit repeated is shared by whoever had none.

    It must never make two people one.
    """
    assert is_placeholder(cell) is filler


@given(
    st.lists(
        st.from_regex(
            r"[0-9]{1,4}[./\-, ]{1,2}[0-9]{1,2}[./\-, ][0-9]{1,4}\.?", fullmatch=True
        )
        | st.sampled_from(
            ["1980", "31 dekabr 1980", "01.02.1980 00:00", "x", "٣.2.1980"]
        )
    )
)
def test_dates_read_together_are_read_as_each_alone(texts):
    """Else a date would be another one in a list of millions."""
    together = read_dates(pa.array(texts, pa.string()))
    alone = [read_date(text) for text in texts]
    rows = [[int(one.form), one.first, one.second, one.year] for one in alone]
    assert together.T.tolist() == rows


@pytest.mark.parametrize(
    ("joined", "apart"),
    [
        ("10 Downing St SW1A2AA", "10 downing st sw1a 2aa"),
        ("M11AE", "m1 1ae"),
        ("Ottawa K1A0B1", "ottawa k1a 0b1"),
        ("apt B23rd", "apt b23rd"),
        ("4010", "4010"),
    ],
)
def test_a_postcode_is_one_with_and_without_its_blank(joined, apart):
    """One of two lists has the blank, and their homes would share no word of it."""
    assert read_address(joined, Profile.GENERIC).line == apart
    assert read_address(apart, Profile.GENERIC).line == apart
