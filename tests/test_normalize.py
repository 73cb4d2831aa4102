from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples import tries
from normalizing import column, entries, found
from voterlist.catalogue import catalogue
from voterlist.catalogue import entries as catalogue_entries
from voterlist.errors import SchemaError
from voterlist.fields import ENTRY_FIELDS
from voterlist.model import Profile, Unit
from voterlist.normalize.columns import RULES
from voterlist.normalize.stage import normalize
from voterlist.schemas import ENTRY, FINDING, VOTER


def test_no_rows():
    """Zero entries give zero voters and no findings."""
    outcome = normalize(ENTRY.empty_table())
    assert (outcome.table, outcome.findings) == (
        VOTER.empty_table(),
        FINDING.empty_table(),
    )


def test_all_blank():
    """An entry with nothing in it stays an entry, with nothing in it and nothing said about it."""
    outcome = normalize(entries(surname=[None, None]))
    known = {name for name in VOTER.names if outcome.table.column(name).null_count == 0}
    assert known == {"entry_id", "constituency", "precinct", "list_kind"}
    assert outcome.findings.num_rows == 0


def test_wrong_table_is_refused():
    """A table that is no ENTRY table is refused by name of column."""
    with pytest.raises(SchemaError, match="surname"):
        normalize(entries(surname=["Əliyev"]).drop_columns(["surname"]))


def test_one_person_in_five_files():
    """One person as five clerks write him is one voter in every column that is compared."""
    table = entries(
        surname="Həsənov|HESENOV|Hasanov|Гасанов|",
        given_name="Elşən|ELSEN|Elshan|Эльшан|",
        patronymic="Cəfər oğlu|CEFER OGLU|Jafar oghlu|Джафарович|",
        full_name="||||Һәсәнов Елшән Ҹәфәр оғлу",
        birth_date="31.12.1980|31/12/80|31 December 1980|1980-12-31|29586",
        sex="K|kisi|M|муж.|К",
        address="Nizami küç. 12, m. 5|NIZAMI KUC. 12 M. 5|Nizami str. 12, apt. 5|"
        "ул. Низами 12, кв. 5|",
        document="AZE12345678|aze 12345678|12345678|АЗЕ12345678|AZE № 12345678",
        fin="5ABC120|5abc12o|5ABC12O|5АВС120|5ABC1204",
    )
    voters = normalize(table).table
    same = (
        *("surname_skeleton", "surname_stem", "given_skeleton", "patronymic_skeleton"),
        *("sex", "patronymic_sex", "surname", "given_name", "patronymic"),
        *("birth_year", "birth_month", "birth_day", "fin", "document"),
    )
    assert [name for name in same if len(voters.column(name).unique()) != 1] == []
    for name, cell in (("street", "nizami"), ("house", "12"), ("flat", "5")):
        assert column(voters.slice(0, 4), name) == "|".join([cell] * 4)
    (first, *_) = voters.to_pylist()
    names = (first["surname"], first["given_name"], first["patronymic"])
    assert names == ("Həsənov", "Elşən", "Cəfər oğlu")


def test_every_part_of_an_address_is_a_column():
    """Settlement, kind of street, street, house, building and flat stand beside the line.

    What is not said is null.
    """
    homes = "Göyçay ş., Nizami küç. 12, korp. 3, m. 5|Zabrat qəs., Gəncə pr. 7A|Xocalı kəndi|"
    voters = normalize(entries(address=homes)).table
    parts = {
        "settlement": "qoicai|zabrat|hocali|",
        "street_kind": "kuce|prospekt||",
        "street": "nizami|qanca||",
        "house": "12/3|7a||",
        "building": "3|||",
        "flat": "5|||",
    }
    assert {name: column(voters, name) for name in parts} == parts


def test_witnesses_of_sex_are_columns_of_their_own():
    """Patronymic, surname and given name each witness sex, or do not, apart from what is stated."""
    table = entries(
        surname="Əliyeva|Əliyev|Əlizadə",
        given_name="Samir|Turan|Samirə",
        patronymic="Həsən qızı|Həsən|",
        sex="|Q|K",
    )
    voters = normalize(table).table
    witnesses = {
        "surname_sex": "f|m|",
        "given_sex": "m||f",
        "patronymic_sex": "f||",
        "sex": "|f|m",
    }
    assert {name: column(voters, name) for name in witnesses} == witnesses


def test_patronymic_in_the_given_name_fills_a_blank_only():
    """A patronymic split off the given name is used where its own column is blank, and noted."""
    outcome = normalize(
        entries(
            surname="Əliyev|Əliyev",
            given_name="Elşən Həsən oğlu|Elşən Həsən oğlu",
            patronymic="|Cəfər oğlu",
        )
    )
    assert column(outcome.table, "given_skeleton") == "alsan|alsan"
    assert column(outcome.table, "patronymic") == "Həsən oğlu|Cəfər oğlu"
    assert found(outcome.findings) == [
        ("patronymic-in-given-name", 1, "given_name"),
        ("patronymic-in-given-name", 2, "given_name"),
    ]


@pytest.mark.parametrize(
    "apart", ["oğ lu", "o ğlu", "O Ğ L U", "oğ-lu", "ог лы", "qı zı", "QIZ I", "кы зы"]
)
def test_a_particle_that_blanks_broke_is_none_of_the_fathers_names(apart):
    """A PDF file sets letters apart; the father would be Həsən Lu, and his child somebody else."""
    outcome = normalize(
        entries(
            surname="Əli yeva|",
            given_name="Nur|",
            patronymic=f"Həsən {apart}|",
            full_name=f"|ƏLİ YEVA Nur Həsən {apart}",
        )
    )
    assert column(outcome.table, "surname") == "Əliyeva|Əliyeva"
    assert column(outcome.table, "given_skeleton") == "nur|nur"
    assert column(outcome.table, "patronymic_skeleton") == "hasan|hasan"
    sex = "m|m" if apart[0] in "oOо" else "f|f"
    assert column(outcome.table, "patronymic_sex") == sex


@pytest.mark.parametrize(
    "name", ["İvanova Yeva", "Иванова Ева", "Abbas Eva", "Eva İvanova"]
)
def test_a_woman_called_eva_keeps_her_name(name):
    """It looks like the ending of a surname that blanks broke; her father was her given name."""
    outcome = normalize(entries(full_name=[f"{name} Əli qızı"]))
    given = "Yeva" if "Yev" in name else "Eva"
    assert column(outcome.table, "given_name") == given
    assert column(outcome.table, "patronymic_skeleton") == "ali"


def test_a_surname_in_the_column_of_the_given_name_is_told():
    """Whoever reads the list aloud would look for the voter under their given name."""
    outcome = normalize(
        entries(
            surname="Elçin|Нигяр|Ülvinur|Mehriban|Həsən|Şirəli|Quliyev|Kim",
            given_name="Məmmədov|Алиева|Qarayeva|Aslanlı|Novruzəli|Həsən|Elçin|Nazlı",
        )
    )
    assert found(outcome.findings) == [
        ("names-exchanged", row, "surname") for row in (1, 2, 3, 4)
    ]


def test_a_father_with_the_name_of_a_woman_is_told():
    """Columns exchanged make a daughter of her own son, and no particle says so."""
    outcome = normalize(
        entries(
            # Of some men the father is called as women are.
            surname=[*["Əliyeva"] * 5, "Əliyev", "Əlizadə", "Əlizadə"],
            given_name="Rauf|Rauf|Leyla|Leyla||Rauf|Rauf|Rauf",
            patronymic="Leyla|Leyla qızı|Rauf|Sevda|Leyla|Arzu|Zəkəriyya|İnayət",
        )
    )
    assert found(outcome.findings) == [("names-exchanged", 1, "patronymic")]


def test_whole_name_in_the_surnames_column():
    """A whole name in the surname's column is cut where the given name's column is blank."""
    listed = entries(surname="Əliyev Elşən Həsən oğlu|Hacı zadə", given_name="|Əli")
    voters = normalize(listed).table
    assert column(voters, "surname_skeleton") == "aliov|hacizada"
    assert column(voters, "given_skeleton") == "alsan|ali"


def _dates(*texts, **places):
    places = {"source": ["0123456789ab"] * len(texts)} | places
    outcome = normalize(entries(birth_date=list(texts), **places))
    columns = [
        outcome.table.column(f"birth_{part}").to_pylist()
        for part in ("day", "month", "year")
    ]
    return list(zip(*columns, strict=True)), found(outcome.findings)


def test_day_first_without_evidence():
    """Where no date of a file tells, the day comes first."""
    assert _dates("01.02.1980") == ([(1, 2, 1980)], [])


def test_each_file_decides_its_own_order():
    """A file whose dates can only be month first is read so, its neighbour is not."""
    dates, notes = _dates(
        "01/02/1980",
        "12/31/1980",
        "01/02/1980",
        "31/12/1980",
        source=["a", "a", "b", "b"],
    )
    assert dates == [(2, 1, 1980), (31, 12, 1980), (1, 2, 1980), (31, 12, 1980)]
    assert notes == [("date-order-month-first", None, "birth_date")]


def test_dates_that_begin_with_the_year_may_have_the_month_last():
    """Each birthday up to the twelfth would be another day, and nobody would ask."""
    dates, notes = _dates(
        *("1980-02-01", "1981-31-12", "1980-02-01", "1981-12-31", "12/31/1982"),
        source=["a", "a", "b", "b", "b"],
    )
    assert dates == [
        (2, 1, 1980),
        (31, 12, 1981),
        (1, 2, 1980),
        (31, 12, 1981),
        (31, 12, 1982),
    ]
    assert notes == [
        ("date-order-day-second", None, "birth_date"),
        ("date-order-month-first", None, "birth_date"),
    ]


@pytest.mark.parametrize(
    "written",
    [
        *(
            "1980 mart 5",
            "1980-ci il mart ayının 5-i",
            "1980-MAR-05",
            "5 Mart 1980",
            "05.III.80",
        ),
        *("5 марта 1980 г.", "05-мар-80", "March 5, 1980"),
    ],
)
def test_a_month_may_be_a_word_on_either_side_of_the_year(written):
    assert _dates(written) == ([(5, 3, 1980)], [])


TURKISH = ("Ocak", "Şubat", "", "Nisan", "", "Haziran", "Temmuz", "", "Eylül", "Ekim")
TURKISH += ("Kasım", "Aralık")
"""The months, without those that are called as in Azerbaijani."""


@pytest.mark.parametrize("month", [name for name in TURKISH if name])
def test_months_of_a_turkish_spreadsheet(month):
    """A computer with Turkish settings writes them so; the date would count as missing."""
    assert _dates(f"05 {month} 1980") == ([(5, TURKISH.index(month) + 1, 1980)], [])


def test_one_swapped_date_in_a_file():
    """A date impossible in its file's order is read the other way, with a finding."""
    for sign in "./":
        texts = (text.replace(".", sign) for text in ("12.31.1980", "01.02.1980"))
        dates, notes = _dates("31.12.1980", "30.11.1980", *texts)
        assert dates[:2] == [(31, 12, 1980), (30, 11, 1980)]
        # What is written alike goes by the file, for one date is no order.
        assert dates[2:] == [(31, 12, 1980), (1, 2, 1980)]
        assert notes == [("date-swapped", 3, "birth_date")]


def test_two_clerks_may_write_dates_in_two_orders():
    """Of half a list each birthday up to the twelfth would be another day, at exit code 0."""
    dates, notes = _dates(
        *("12/31/1980", "01/02/1980", "12/30/1980", "31.12.1980", "01.02.1980"),
        *("01/02/1980", "31/12/1980", "01/02/1980", "01-02-1980"),
        sheet=["a"] * 5 + ["b"] * 2 + ["c"] * 2,
    )
    first, second = (1, 2, 1980), (2, 1, 1980)
    assert [dates[at] for at in (1, 4, 5)] == [second, first, first]
    # What tells nothing by itself goes by the others of its sign, then by all.
    assert dates[7:] == [second, first]
    assert notes == [("date-order-month-first", None, "birth_date")]


def test_impossible_dates():
    """A day that is none leaves its year, and a year in which no voter is born stays as written.

    Both are told; text is unreadable.
    """
    written = "31.02.1980|29.02.1900|29.02.2000|01.01.1700|32.13.1980|Secret|00.00.1980"
    dates, notes = _dates(*written.split("|"))
    assert dates == [
        (None, None, 1980),
        (None, None, 1900),
        (29, 2, 2000),
        (1, 1, 1700),
        (None, None, 1980),
        (None, None, None),
        (None, None, 1980),
    ]
    assert notes == [
        ("date-unreadable", 6, "birth_date"),
        *(("impossible-date", line, "birth_date") for line in (1, 2, 4, 5)),
    ]


@given(st.dates(), st.sampled_from(["%d.%m.%Y", "%Y-%m-%d", "%d %B %Y"]))
def test_every_date_of_the_calendar_is_kept(date, form):
    """A list of people of another century loses no date, and says that none is a voter's."""
    # strftime does not fill years before 1000 with noughts on every system.
    written = date.strftime(form.replace("%Y", f"{date.year:04d}"))
    dates, notes = _dates(written, "31.12.1980")
    assert dates[0] == (date.day, date.month, date.year)
    told = [rule for rule, line, _ in notes if rule == "impossible-date"]
    assert told == ([] if 1880 <= date.year <= 2099 else ["impossible-date"])


def test_identifiers_and_their_findings():
    """Each damage of FIN and document has its finding; a document in the FIN's place is used."""
    outcome = normalize(
        entries(
            fin="5ABC123|5abc123|12|AZE12345678||AZE12345678|AZE12345678",
            document="AA1234567|aa1234567|7|||5abc123|1234567",
        )
    )
    # Of the sixth it stands in the cell of the document, whose number stands in its own; digits
    # may be either's.
    assert column(outcome.table, "fin") == "5ABC123|5ABC123||||5ABC123|"
    documents = "AA1234567|AA1234567||AZE12345678||AZE12345678|AZE12345678"
    assert column(outcome.table, "document") == documents
    assert found(outcome.findings) == [
        ("document-invalid", 3, "document"),
        ("document-invalid", 7, "document"),
        ("fin-holds-document", 4, "fin"),
        ("fin-holds-document", 6, "fin"),
        ("fin-holds-document", 7, "fin"),
        ("fin-invalid", 3, "fin"),
        ("identifier-small-letters", 2, "fin"),
    ]


def test_placeholders_become_null_with_one_finding_an_entry():
    """An entry full of placeholders is blank, with one finding, at the first of its fields."""
    junk = {name: ["-"] for name in ENTRY_FIELDS if name != "number"}
    outcome = normalize(entries(**junk))
    assert found(outcome.findings) == [("placeholder-value", 1, "surname")]
    assert outcome.table.column("address").null_count == 1


def test_names_without_letters_and_sex_without_sense():
    """A name of digits and a sex of no sex are null, each with a finding."""
    outcome = normalize(entries(surname=["12345"], sex=["?x"]))
    assert found(outcome.findings) == [
        ("name-unreadable", 1, "surname"),
        ("sex-unreadable", 1, "sex"),
    ]


def test_titles_look_alikes_and_initials_are_noted_once():
    """A title goes, a look-alike is read, an initial is said to be one.

    Each has one finding, and the name folds.
    """
    outcome = normalize(
        entries(
            surname="Dr. Əliyev|Аliyev|Məmmədoв|Əliyev",
            given_name="Cənab Həsən|Hаsan|Həsən|H.",
        )
    )
    assert column(outcome.table, "surname") == "Əliyev|Əliyev|Məmmədov|Əliyev"
    assert column(outcome.table, "given_skeleton") == "hasan|hasan|hasan|h"
    assert found(outcome.findings) == [
        ("initials-only", 4, "given_name"),
        ("mixed-script-repaired", 2, "surname"),
        ("title-removed", 1, "surname"),
    ]


def test_generic_profile():
    """The generic profile applies no Azerbaijani custom to names; identifiers are any text."""
    table = entries(
        surname="O'Brien|",
        given_name="Ann Marie|",
        full_name="|Mary Smith",
        birth_date="19450718|1945-07-18",
        fin="ab 12|",
        sex="f|male",
        address="12 Rosetta Circuit|",
    )
    voters = normalize(table, Profile.GENERIC).table
    texts = {
        "surname_skeleton": "obrien|smith",
        "surname_stem": "obrien|smith",
        "given_skeleton": "annmarie|mary",
        "given_sex": "|",
        "fin": "AB12|",
        "house": "12|",
    }
    assert {name: column(voters, name) for name in texts} == texts
    assert voters.column("birth_day").to_pylist() == [18, 18]


def test_findings_hold_no_cell():
    """No text of an entry stands anywhere in the findings."""
    cell = "Zzyzx123"
    outcome = normalize(entries(**{name: [cell] for name in ENTRY_FIELDS}))
    assert outcome.findings.num_rows > 0
    assert cell.lower() not in str(outcome.findings.to_pylist()).lower()


CELL = st.one_of(
    st.none(),
    st.text(min_size=1, max_size=12),
    st.sampled_from(["Əliyev", "31.12.1980", "-", "K"]),
)


@tries(40)
@given(
    st.lists(st.tuples(*[CELL] * len(ENTRY_FIELDS)), max_size=6),
    st.sampled_from(list(Profile)),
)
def test_any_entries_become_voters_in_their_order(rows, profile):
    """Whatever was typed.

    The same rows in the same order, at most one finding a rule and entry, rows independent.
    """
    if not rows:
        return
    table = entries(
        **{
            name: [row[place] for row in rows]
            for place, name in enumerate(ENTRY_FIELDS)
        }
    )
    outcome = normalize(table, profile)
    assert outcome.table.schema == VOTER
    assert column(outcome.table, "entry_id") == column(table, "entry_id")
    about = [
        (row["rule"], row["entry_id"])
        for row in outcome.findings.to_pylist()
        if row["entry_id"]
    ]
    assert len(about) == len(set(about))
    empty = [name for name in VOTER.names if pa.types.is_string(VOTER.field(name).type)]
    assert not any("" in outcome.table.column(name).to_pylist() for name in empty)


def test_order_of_rows_does_not_matter():
    """The same entries in another order give the same voters and the same findings."""
    table = entries(
        surname="Əliyev|XXX|Гасанов",
        birth_date="12/31/1980|01/02/1980|x",
        fin="12||5abc123",
    )
    turned = table.take([2, 0, 1])
    one, other = normalize(table), normalize(turned)
    assert one.table.take([2, 0, 1]).to_pylist() == other.table.to_pylist()
    assert one.findings.to_pylist() == other.findings.to_pylist()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_has_its_words(rule):
    """A finding would lack a title, message or advice in a language."""
    for part in ("title", "message", "todo"):
        assert set(catalogue_entries()[f"rule.{rule.code}.{part}"]) == {"en", "az"}
        assert catalogue("az")(f"rule.{rule.code}.{part}", value=1, limit=1, count=1)
    assert rule.unit in {Unit.ENTRY, Unit.FILE}


def test_encoded_columns_hold_each_value_once():
    """Encoded or not, the voters are the same, and no value of an encoded column has two codes.

    Two of one street agree.
    """
    homes = [
        "Nizami küç. 12, m. 3",
        "Nizami küçəsi, ev 14",
        "Nizami küç., ev 12, mənzil 5",
        "Xəzər k. 1",
        "qəsəbə Nizami",
    ]
    listed = entries(
        address=[*homes, *reversed(homes)], surname=["Əliyev", "ƏLİYEV"] * 5
    )
    plain, encoded = normalize(listed).table, normalize(listed, encoded=True).table
    for name in VOTER.names:
        column = encoded.column(name).combine_chunks()
        assert column.to_pylist() == plain.column(name).to_pylist()
        if pa.types.is_dictionary(column.type):
            assert len(column.dictionary.unique()) == len(column.dictionary)
