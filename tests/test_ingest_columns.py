"""Columns told and doubted by their cells, pinned, orders of whole names, versions of a list."""

import itertools
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples import tries
from intake_files import GIVEN, HEADER, TITLE, cut, voters
from voterlist import ingest
from voterlist.config.sections import IngestSettings, PinSettings
from voterlist.ingest.content import Shape, by_content, is_side_by_side, shapes
from voterlist.ingest.file_names import place_of_name
from voterlist.ingest.headers import ColumnMatch, column_letters, map_columns
from voterlist.ingest.order import SURNAME_FIRST, SURNAME_LAST, name_order, split_names
from voterlist.ingest.place import Place, title_place
from voterlist.merge import merge
from voterlist.schemas import RawFile, RawSheet

LIMITS = IngestSettings()
SOURCES = itertools.count()


def raw(rows, name="88/list.csv", sheet=None):
    """A file of these rows."""
    columns = enumerate(itertools.zip_longest(*rows))
    cells = {f"c{at}": pa.array(texts, pa.string()) for at, texts in columns}
    lines = pa.array(range(1, len(rows) + 1), pa.int32())
    page = RawSheet(sheet, lines, pa.table(cells))
    return RawFile(f"{next(SOURCES):012x}", name, (page,))


def take(*files, chosen=LIMITS):
    return ingest.ingest(files, chosen, constituency=88)


def said(found):
    return sorted(set(found.findings.column("rule").to_pylist()))


def column(*cells):
    return pa.array(list(cells), pa.string())


def names_of(found):
    """Surname, given name and father's name of each entry."""
    names = found.entries.select(["surname", "given_name", "patronymic"])
    return set(zip(*names.to_pydict().values(), strict=True))


def looks(rows):
    """The look of each column of these rows."""
    columns = [column(*cells) for cells in zip(*rows, strict=True)]
    return shapes(columns, np.arange(len(rows)))


@pytest.mark.parametrize(
    ("kind", "yes", "no"),
    [
        ("date", "01.02.1970|1/2/70|1970-02-01|31 dekabr 1980", "1970|Bakı|12"),
        ("year", "1970|1970 il", "01.02.1970|1770|12"),
        ("fin", "5XK1234|1abcdef", "1234567|ABCDEFG|5XK12345"),
        ("document", "AZE12345678|AA1234567|12345678", "1234567|AZE 12|Əliyev"),
        ("sex", "kişi|QADIN|м|жен.", "Kamil|12"),
        (
            "surname",
            "Əliyev|HƏSƏNOVA|Kərimli|ABBASZADƏ|Гасанов|Əliyev Əli",
            "Əli|Elçin|Vəli",
        ),
        (
            "patronymic",
            "Həsən oğlu|HƏSƏN QIZI|Həsənoğlu|Гасанович|Рза кызы",
            "Həsən|Əliyev",
        ),
        ("street", "Nizami küç. 5|ул. Низами, д. 5|Low Road 5", "Əliyev|12"),
    ],
)
def test_cells_are_told_by_their_form(kind, yes, no):
    """Each form fits what it is to fit, in any case and script, and nothing else."""
    assert Shape(column(*yes.split("|")))[kind] == 1
    assert Shape(column(*no.split("|")))[kind] == 0


def test_cells_that_say_nothing_prove_nothing():
    """Blanks and placeholders are no evidence for or against a column."""
    look = Shape(column(None, "-", "yoxdur", "XXX", "5XK1234"))
    assert (look.filled, look.enough, look["fin"]) == (1, False, 1)


def test_running_numbers_and_the_older_dates():
    """A column that counts up is the number; of two columns of dates the birth is the older one."""
    rows = [
        [str(at), f"01.02.{2015 + at % 3}", "Əliyev", "Elçin", f"03.04.{1950 + at}"]
        for at in range(1, 20)
    ]
    found = {match.role: match.column for match in by_content(looks(rows)).matches}
    assert found == {"number": 0, "surname": 2, "given_name": 3, "birth_date": 4}


@pytest.mark.parametrize("columns", [(1, 4), (1, 4, 5), (1, 4, 5, 6), (0, 1, 4, 5, 6)])
def test_surnames_alone_without_a_header_are_not_taken_in(columns):
    """A headerless list whose given names are not understood would be people of one name."""
    found = take(raw([[TITLE], *cut(voters(), *columns)]))
    assert found.entries.num_rows == 0
    assert "mapping-doubtful" in said(found)
    assert Counter(found.set_aside.column("code").to_pylist())["mapping-doubtful"] == 24


def test_columns_told_by_their_cells_are_never_certain():
    """Confidence grows with the rows and ends at 0.9."""
    few, many = by_content(looks(voters(3))), by_content(looks(voters(24)))
    assert {match.how for match in many.matches} == {"content"}
    least, most = (
        max(match.confidence for match in found.matches) for found in (few, many)
    )
    assert least < most == 0.9


@pytest.mark.parametrize("count", [5, 24])
def test_headings_of_surname_and_given_name_exchanged_are_doubted(count):
    """Each voter of a short list would be called by the wrong name."""
    rows = [["№", "Adı", "Soyadı", "Doğum tarixi"]]
    rows += cut(voters(count), 0, 1, 2, 4)
    found = take(raw(rows))
    assert (found.entries.num_rows, "mapping-doubtful" in said(found)) == (0, True)


def test_a_wrong_header_is_doubted_and_nothing_is_taken_in():
    """Dates below the header of surnames.

    Every voter's row is set aside with its cells, to be taken in once pinned.
    """
    head = ["№", "Doğum tarixi", "Adı", "Soyadı"]
    rows = [[TITLE], head, *cut(voters(), 0, 1, 2, 4)]
    found = take(raw(rows))
    assert found.entries.num_rows == 0
    assert "mapping-doubtful" in said(found)
    assert Counter(found.set_aside.column("code").to_pylist())["mapping-doubtful"] == 24
    pinned = IngestSettings(columns={"surname": "Doğum tarixi", "birth_date": "Soyadı"})
    row = take(raw(rows), chosen=pinned).entries.to_pylist()[0]
    assert row["surname"].isalpha()
    assert row["birth_date"][2] == "."


def test_a_column_whose_blanks_another_of_its_heading_fills_is_doubted():
    """The dates of all whose one stands in the second column would be lost at exit code 0."""
    heads = ["№", "Soyadı", "Adı", "Doğum tarixi", "Doğum tarixi"]
    both = [[*row[:3], row[4], row[4]] for row in voters()]
    halves = [
        [*row[:3], *((row[3], "") if at % 2 else ("", row[3]))]
        for at, row in enumerate(both)
    ]
    assert take(raw([heads, *both])).entries.num_rows == 24
    found = take(raw([heads, *halves]))
    assert (found.entries.num_rows, "mapping-doubtful" in said(found)) == (0, True)
    pinned = IngestSettings(columns={"birth_date": ["D", "E"]})
    dates = take(raw([heads, *halves]), chosen=pinned).entries.column("birth_date")
    assert sorted(dates.to_pylist()) == sorted(row[3] for row in both)


# Of the columns above, a sex and a document.
FULL = [*HEADER, "Cinsi", "Ş/v"]


def full(place, heading, cell=None, chosen=LIMITS):
    """A list of all fields with this heading, and this cell in the column."""
    rows = [[*row, "kq"[at % 2], f"AZE1234{at:04d}"] for at, row in enumerate(voters())]
    for at, row in enumerate(rows):
        row[place] = cell.format(at + 20) if cell else row[place]
    heads = [*FULL[:place], heading, *FULL[place + 1 :]]
    return take(raw([[TITLE], heads, *rows]), chosen=chosen)


@pytest.mark.parametrize(
    ("place", "heading"),
    [
        *((place, None) for place in range(3, 9)),
        *((place, "Vvv") for place in (7, 8)),
        (4, "Ailə üzvünün doğulduğu vaxt"),
        (4, "Gün/ay/il"),
        (5, "Məhəllə, küçə, ev, mərtəbə, mənzil"),
        (5, "İşçinin evinin ünvanı (tam)"),
        (6, "İşçinin FİN kodu nədir"),
        (6, "Şəxsi kodu (7 simvol)"),
        (3, "Ata (kimin)"),
        (3, "Отчество абонента"),
        (5, "Worker address"),
        (5, "Müəssisə işçisinin ünvanı"),
        (5, "Company employee address"),
        (5, "Yaşayış yeri, poçt idarəsi"),
        (6, "7 simvollu kod"),
        (7, "Муж/Жен"),
        (8, "Номер паспорта работника"),
    ],
)
def test_a_heading_in_unknown_words_takes_no_field_from_a_voter(place, heading):
    """The birth date, the address or the FIN of each was left out, with a note, at exit code 0."""
    ids = full(place, FULL[place]).entries.column("entry_id")
    assert full(place, heading).entries.column("entry_id") == ids
    assert len(ids) == 24


@pytest.mark.parametrize(
    ("place", "cell", "is_asked"),
    [
        (4, "{}", True),
        (4, "290{}", True),
        (4, "03.04.20{}", False),
        (5, "Xaldan kəndi", True),
        (5, "Nizami {}, m. 5", True),
        (5, "{} saylı məktəb", False),
        (5, "Bakı şəhəri, {} saylı məktəb", False),
        (5, "Xaldan kəndi, 3 saylı ev", True),
        (6, "12ABC4{}", False),
        (8, "123456{}", False),
        (8, "MN 12345{}", False),
        (8, "050 123 45 {}", False),
    ],
)
def test_what_may_be_a_field_that_a_list_lacks_is_asked_about(place, cell, is_asked):
    """Ages and days of a spreadsheet are no birth date yet, and a village may be one of birth.

    Nobody is asked about what the law does not ask of every entry, such as the number of a meter.
    """
    found = full(place, "Vvv", cell)
    assert ("mapping-doubtful" in said(found)) is is_asked
    assert found.entries.num_rows == 24 * (not is_asked)


@pytest.mark.parametrize(
    ("place", "heading", "cell"),
    [
        (3, "Ailə başçısı", "Vaqif Həsən oğlu"),
        (3, "Vvv", "Əliyev Vaqif Həsən oğlu"),
        (4, "Uçota alınma tarixi", "03.04.19{}"),
        (4, "Дата поступления", "{}.04.1965"),
        (4, "Qəbul ili", "19{}"),
        (4, "Köçdüyü tarix", "{}.04.1965"),
        (4, "Uşağının doğum tarixi", "{}.04.1965"),
        (5, "Əvvəlki ünvanı", "Nizami küç. {}"),
        (4, "Palata", "{}"),
        (5, "Müəssisə", "Bakı şəhəri, {} saylı məktəb"),
        (5, "Çağırış ayı", "yanvar 20{}"),
        (5, "Место работы", "Кондитерский дом"),
        (5, "Məktəbin ünvanı", "Nizami küçəsi {}"),
        (5, "Адрес места работы", "Nizami küçəsi {}"),
        (5, "Work address", "Nizami küçəsi {}"),
        (5, "Company", "Flat Iron {}"),
        (5, "Köçüb gəldiyi yer", "Gəncə şəhəri"),
        (5, "Çağırıldığı yer", "Gəncə şəhəri"),
        (6, "Abonent kodu", "12ABC{}"),
        (6, "Badge ID", "12ABC{}"),
        (7, "Rayon kodu", None),
        (7, "Siyahı növü", "M"),
        (7, "Vvv", "M"),
        (8, "Hərbi bilet", "AA12345{}"),
        (8, "Sayğac", "123456{}"),
    ],
)
def test_a_column_of_something_else_gives_no_field(place, heading, cell):
    """The heads of families were fathers, and those with a card had its number as their FIN."""
    found = full(place, heading, cell).entries
    fields = ("patronymic", "birth_date", "address", "fin", "sex", "document")
    assert (found.num_rows, found.column(fields[place - 3]).null_count) == (24, 24)


@pytest.mark.parametrize(
    ("place", "heading", "field"),
    [
        (3, "Himayəçi", "patronymic"),
        (4, "Peyvənd", "birth_date"),
        (4, "Son səs verdiyi gün", "birth_date"),
        (5, "Emlak", "address"),
        (6, "Lotereya kodu", "fin"),
    ],
)
def test_whether_a_look_alike_is_a_field_a_person_says(place, heading, field):
    """Lottery codes were FINs, in silence; and nobody could say that a column is no field."""
    assert "mapping-doubtful" in said(full(place, heading))
    pinned = IngestSettings(columns={"other": heading})
    found = full(place, heading, chosen=pinned)
    assert (found.entries.num_rows, found.entries.column(field).null_count) == (24, 24)


@pytest.mark.parametrize(
    ("place", "heading", "cell", "is_asked"),
    [
        (4, "İl", "19{}", False),
        (4, "İl", "2015", True),
        (3, "Atasının adı, soyadı", "Vaqif Əliyev", True),
        (5, "Məhəllə", "Nizami küçəsi {}", False),
        (5, "Müəssisə", "Nizami küçəsi {}", False),
        (4, "İli", "2005", True),
        (4, "Dünyaya gəldiyi tarix", "01.02.19{}", False),
        (5, "Köhnə və yeni ünvanı", "Nizami küç. 3; Xətai küç. {}", True),
        (8, "Старый / новый документ", "AA123456 / AZE1234567{}", True),
        (8, "Yeni vəsiqə", "AZE1234567{}", False),
    ],
)
def test_a_heading_of_two_values_or_of_half_of_one_is_asked_about(
    place, heading, cell, is_asked
):
    """Years of hiring were those of births; old and new addresses, and fathers, were left out."""
    found = full(place, heading, cell)
    assert ("mapping-doubtful" in said(found)) is is_asked
    assert found.entries.num_rows == 24 * (not is_asked)


def test_a_year_of_something_else_or_a_place_of_work_stands_beside_the_own():
    """The year filled the gaps of the dates, and each voter lived where he works, too."""
    more = {"İl": "2005", "İş yerinin ünvanı": "Xətai küçəsi 5"}
    rows = [[*row, *more.values()] for row in voters()]
    rows[0][4] = None
    found = take(raw([[TITLE], [*HEADER, *more], *rows])).entries
    assert found.column("birth_date").null_count == 1
    assert {*found.column("address").to_pylist()} == {row[5] for row in voters()}


@pytest.mark.parametrize(
    "more",
    [
        {"Haradan gəlib": "Gəncə şəhəri", "Gəliş tarixi": "03.04.2015"},
        {"Əvvəlki soyadı": "Qarayeva Rzayeva Sultanova Babayeva Zamanova"},
    ],
)
def test_a_register_with_all_columns_of_a_list_is_asked_about(more):
    """In the inbox, under a name that says nothing, it was taken in as a list of voters."""
    cells = [text.split() for text in more.values()]
    added = ([own[at % len(own)] for own in cells] for at in range(24))
    rows = [[*row, *own] for row, own in zip(voters(), added, strict=True)]
    found = take(raw([[TITLE], [*HEADER, *more], *rows]))
    assert "looks-like-register" in said(found)
    assert not found.entries.num_rows


@pytest.mark.parametrize("title", ["seçicilərinin siyahısı", "список избирателей"])
def test_a_list_that_calls_itself_one_of_voters_may_tell_who_came_from_where(title):
    """Nobody of a village of displaced persons was taken in."""
    heads = [*HEADER, "Haradan köçüb", "Köçüb gəldiyi il"]
    rows = [[*row, "Ağdam", "1993"] for row in voters()]
    found = take(raw([[f"{TITLE} {title}"], heads, *rows]))
    assert found.entries.num_rows == 24


@pytest.mark.parametrize(
    ("birth", "more"),
    [
        (HEADER[4], {"Gəldiyi tarix": "03.04.2015", "Əvvəlki soyadı": "Vaqif"}),
        (HEADER[4], {"Daxil olduğu tarix": "03.04.2015", "Moved in": "2015"}),
        ("Anadan olduğu tarix", {"Год прибытия": "2015"}),
        (HEADER[4], {"Ailə başçısı": "Əliyev Vaqif", "Köçdüyü tarix": "03.04.1990"}),
        (HEADER[4], {"Təşviqatçı": "Əliyev Vaqif", "Abonent kodu": "12ABC45"}),
    ],
)
def test_what_a_whole_list_has_besides_sets_nobody_aside(birth, more):
    """It passed for a register, or each row for two voters; who was born, for who had died."""
    heads = [*HEADER[:4], birth, *HEADER[5:], *more]
    found = take(raw([[TITLE], heads, *([*row, *more.values()] for row in voters())]))
    assert (found.entries.num_rows, found.entries["birth_date"].null_count) == (24, 0)


@pytest.mark.parametrize("place", [4, 5, 6])
@pytest.mark.parametrize("is_alone", [True, False])
def test_a_column_sorted_without_the_others_is_told(place, is_alone):
    """Each voter had the birth date, the address or the FIN of another, at exit code 0."""
    rows = voters(66)
    families = [family for family in range(22) for _ in range(2 + family % 3)]
    for at, (family, row) in enumerate(zip(families, rows, strict=False)):
        number = 37 * at % 67
        row[1:4] = f"{chr(65 + family)}anov", "Elçin", "Vaqif oğlu"
        row[4:6] = f"03.05.19{number + 30}", f"Nizami küç. {13 * family % 23 + 10}"
        row[6] = f"{number + 10}AB{at % 10}CD"
    ordered = sorted(rows, key=lambda row: row[place])
    if is_alone:
        cells = [row[place] for row in ordered]
        for row, cell in zip(rows, cells, strict=True):
            row[place] = cell
    found = take(raw([[TITLE], HEADER, *(rows if is_alone else ordered)]))
    assert ("columns-out-of-step" in said(found)) is is_alone


@pytest.mark.parametrize("is_apart", [True, False])
def test_who_lives_in_barracks_may_stand_in_another_order(is_apart):
    """By birth date, as those of one age live together; or above who stands by family."""
    rows = voters(132)
    for at, row in enumerate(rows):
        by_name = is_apart and at >= 33
        family = at // 3 if by_name else 7 * at
        row[1] = f"{chr(65 + family % 23)}{chr(97 + family % 19)}nov"
        row[2:4] = "Elçin", "Vaqif oğlu"
        row[4] = f"03.05.19{(37 * at % 67 if is_apart else at // 2) + 30}"
        row[5] = f"{at if by_name else at // 33}-ci kazarma"
    assert "columns-out-of-step" not in said(take(raw([[TITLE], HEADER, *rows])))


@pytest.mark.parametrize(
    ("more", "field", "value"),
    [
        ({"Faktiki ünvan": "Xətai küçəsi 5"}, "address", None),
        ({"Müvəqqəti qeydiyyat ünvanı": "Xətai küçəsi 5"}, "address", None),
        ({"Room": "Room"}, "address", None),
        ({"Nömrə": "12345678", "Seriya": "AZE"}, "document", "AZE 12345678"),
        (
            {"Nömrə": "7", "Seriya": "AZE", "Sənədin nömrəsi": "12345678"},
            "document",
            "AZE 12345678",
        ),
        ({"Soyadı, ata adı": "Əliyev Vaqif"}, "full_name", None),
        ({"İşçinin S.A.A.": "Əliyev Vaqif Həsən oğlu"}, "full_name", None),
    ],
)
def test_another_address_or_name_is_not_joined_to_the_own(more, field, value):
    """Each voter lived at two addresses; a document lost its number, a list its voters."""
    rows = [[*row, *more.values()] for row in voters()]
    found = take(raw([[TITLE], [*HEADER, *more], *rows])).entries.sort_by("line")
    of_voters = [row[5] for row in voters()] if field == "address" else [value] * 24
    assert found.column(field).to_pylist() == of_voters


def test_the_home_is_the_own_address_beside_one_that_may_be_of_work():
    """Each voter lived where he works."""
    heads, *rows = [HEADER, *voters()]
    found = take(
        raw(
            [
                [TITLE],
                [*heads, "Ev ünvanı"],
                *([*row, "Xətai küçəsi 5"] for row in rows),
            ]
        )
    )
    assert {*found.entries.column("address").to_pylist()} == {"Xətai küçəsi 5"}


def test_who_arrived_when_is_a_register_where_nobody_has_an_address():
    """In the inbox, under a name that says nothing, it was taken in as a list of voters."""
    heads = ["Ev telefonu" if at == 5 else head for at, head in enumerate(HEADER)]
    rows = [[*row[:5], "", *row[6:], "03.04.2015"] for row in voters()]
    found = take(raw([[TITLE], [*heads, "Gəldiyi tarix"], *rows]))
    assert "looks-like-register" in said(found)


@pytest.mark.parametrize("heading", ["S.A.A.", "Pasiyentin S.A.A."])
def test_whole_names_keep_their_documents_and_not_the_surname_of_who_works(heading):
    """Below such headings columns were told by their cells alone, and lost the documents."""
    heads = ["№", heading, "Doğum tarixi", "Ünvanı", "FİN", "Nömrə", "Seriya"]
    more = (
        {} if heading[0] == "P" else {"İşçinin soyadı": "Qarayev", "İşçinin adı": "Rza"}
    )
    own = ["12345678", "AZE", *more.values()]
    rows = [[at, " ".join(of[:3]), *of[3:], *own] for at, *of in voters()]
    found = take(raw([[TITLE], [*heads, *more], *rows])).entries
    assert {*found.column("document").to_pylist()} == {"AZE 12345678"}
    assert {row[1] for row in rows} == {*found.column("full_name").to_pylist()}
    assert found.column("surname").null_count == 24


@pytest.mark.parametrize(
    "more", [[], ["Vərəqəni alan şəxs"], ["Kim aldı"], ["Sayğac kodu"]]
)
def test_below_headings_in_unknown_words_numbers_of_columns_are_no_voter(more):
    """They were asked about; and who took the papers, or a meter, was the voter's own."""
    heads = [*more, "№", "Vvv", "Doğum tarixi", "Ünvan"]
    numbers = [str(at + 1) for at in range(len(heads))]
    whole = [" ".join(row[1:4]) for row in voters()]
    cells = dict.fromkeys(more, "Əliyev Vaqif Həsən oğlu") | {"Sayğac kodu": "12ABC45"}
    rows = (
        [*map(cells.get, more), row[0], name, row[4], "Nizami küç. 5"]
        for row, name in zip(voters(), whole, strict=True)
    )
    found = take(raw([[TITLE], heads, numbers, *rows]))
    assert "may-be-voter" not in said(found)
    assert sorted(found.entries.column("full_name").to_pylist()) == sorted(whole)
    assert found.entries.column("fin").null_count == 24


def test_fathers_without_a_particle_are_asked_about():
    """Under a heading in unknown words they were left out, with a note, at exit code 0."""
    rows = [[*row[:3], GIVEN[2 * at % 8], *row[4:]] for at, row in enumerate(voters())]
    for heading, count in ("Vvv", 0), ("Həyat yoldaşı", 24), (HEADER[3], 24):
        found = take(raw([[TITLE], [*HEADER[:3], heading, *HEADER[4:]], *rows]))
        assert found.entries.num_rows == count


@pytest.mark.parametrize(
    ("place", "cell", "rule"),
    [
        (4, lambda *_: None, ["cells-left-out"]),
        (4, lambda at, row: at % 3 and row[4], []),
        (5, lambda at, row: None if at % 3 else row[5], ["cells-left-out"]),
        (5, lambda at, row: row[5] if at % 4 else None, []),
        (2, lambda at, _: sorted(GIVEN)[at // 3], ["columns-out-of-step"]),
        (2, lambda at, row: "Şirin" if at % 6 > 3 else row[2], []),
    ],
)
def test_a_column_with_too_many_blanks_or_sorted_alone_is_asked_about(
    place, cell, rule
):
    """Lists without a birth date, and addresses written once for a family, ended with 0."""
    rows = voters()
    for at, row in enumerate(rows):
        row[place] = cell(at, row) or None
    assert said(take(raw([[TITLE], HEADER, *rows]))) == rule


def test_dates_of_none_who_is_old_may_be_of_something_else():
    """Each voter had the day of hiring as the birth date."""
    assert "mapping-doubtful" in said(full(4, "Vvv", "{}.04.1995"))


def test_columns_of_something_else_beside_all_fields_raise_no_question():
    """A heading a little like a known one was left out, and then its cells were another voter's."""
    more = ["03.04.1988", "Əliyev Vaqif Həsən oğlu"]
    head = [*HEADER, "Evlənmə tarixi", "Ailə başçısı"]
    found = take(raw([[TITLE], head, *([*row, *more] for row in voters())]))
    assert found.entries.num_rows == 24


def test_an_age_is_asked_about_where_no_birth_date_stands_beside_it():
    """It is a column that nobody uses, and the voters had neither."""
    assert "mapping-doubtful" in said(full(4, "Yaşı", "{}"))
    assert full(8, "Yaşı", "{}").entries.num_rows == 24


def test_fins_under_the_heading_of_documents_are_fins():
    """No other list has such a document."""
    rows = voters()
    right, wrong = (
        take(raw([[TITLE], [*HEADER[:6], heading], *rows])).entries
        for heading in ("FİN", "Ş/v")
    )
    assert right.column("entry_id") == wrong.column("entry_id")


@pytest.mark.parametrize(
    ("headings", "cells", "address"),
    [
        (["Küçə", "Nömrə", "Mənzil"], ["Nizami", "{}", "3"], "Nizami {} 3"),
        (["Küçə", "Vvv", "Mənzil"], ["Nizami", "{}", "3"], "Nizami {} 3"),
        (["Ünvan", None, "Telefon"], ["Xaldan kəndi", "{}", "1"], "Xaldan kəndi {}"),
        (["Küçə", "Ev Mənzil", "Qeyd"], ["Nizami", "{} 3", ""], "Nizami {} 3"),
        (["Ünvan", "Vvv", "Qeyd"], ["Xaldan kəndi", "4", ""], "Xaldan kəndi"),
        (["Ünvan", "Ailə sayı", "Qeyd"], ["Xaldan kəndi", "{}", ""], "Xaldan kəndi"),
        (["Ünvan", "Yaş", "Qeyd"], ["Xaldan kəndi", "{}", ""], "Xaldan kəndi"),
    ],
)
def test_the_number_of_a_house_stands_behind_its_street(headings, cells, address):
    """All of one street would have one address."""
    rows = [[*row[:5], *(c.format(row[0]) for c in cells)] for row in voters()]
    found = take(raw([[TITLE], [*HEADER[:5], *headings], *rows])).entries
    numbers = found.column("number").to_pylist()
    assert found.column("address").to_pylist() == [*map(address.format, numbers)]


def test_the_least_confidence_is_a_setting():
    """Who asks for more gets fewer lists taken in; who asks for nothing gets them all."""
    rows = [[TITLE], ["№", "Soyaddı", "Adı", "Təvəllüd"], ["1", "Rza", "Əli", "1970"]]
    assert take(raw(rows)).entries.num_rows == 1
    strict, loose = (IngestSettings(least_confidence=least) for least in (0.95, 0))
    assert take(raw(rows), chosen=strict).entries.num_rows == 0
    unknown = raw([["x", *HEADER[1:]], *voters()])
    assert take(unknown, chosen=loose).entries.num_rows == 24


@pytest.mark.parametrize("named", ["B", "2", "soy ad(ı)"])
def test_a_column_is_pinned_by_letter_number_or_header(named):
    """A pin is a header of the file, whatever its case and signs, else a column's place."""
    columns = {"surname": named, "given_name": "C"}
    chosen = IngestSettings(pins=[PinSettings(files="*teqe 12.csv", columns=columns)])
    rows = [["Nö", "Soy-Ad(ı)", "y"], *([str(at), "Ay", "Su"] for at in range(6))]
    files = (raw(rows, f"88/menteqe {precinct}.csv") for precinct in (12, 13))
    found = take(*files, chosen=chosen)
    assert found.entries.column("precinct").to_pylist() == [12] * 6
    assert names_of(found) == {("Ay", "Su", None)}


def test_a_pin_holds_for_its_sheet_only():
    """The pattern of the sheet narrows a pin."""
    chosen = IngestSettings(pins=[PinSettings(sheet="A*", columns={"fin": "Kod"})])
    rows = [["Soyad", "Ad", "Kod"], ["Rza", "Su", "1ABCDEF"]]
    for sheet, expected in (("A1", "1ABCDEF"), ("B", None)):
        found = take(raw(rows, sheet=sheet), chosen=chosen)
        assert found.entries.column("fin").to_pylist() == [expected]


def test_letters_name_columns_as_a_spreadsheet_does():
    """A to Z, then AA; a pin by letter reaches the column that inspect shows."""
    letters = {0: "A", 25: "Z", 26: "AA", 51: "AZ", 52: "BA", 701: "ZZ"}
    assert {at: column_letters(at) for at in letters} == letters
    wide = [None] * 60

    def pinned(letters):
        chosen = IngestSettings(columns={"fin": letters})
        return [
            match.column for match in map_columns(wide, chosen, positions=True).matches
        ]

    for at in (0, 25, 26, 59):
        assert pinned(column_letters(at)) == [at]
    assert pinned("ZZ") == []


def test_the_order_of_whole_names_is_decided_by_the_list():
    """Twenty names that tell decide for those that do not.

    Fewer, or both orders, decide nothing.
    """
    last = [f"{row[2]} {row[3]} {row[1]}" for row in voters()]
    first = [f"{row[1]} {row[2]} {row[3]}" for row in voters()]
    assert name_order(column(*last)) == SURNAME_LAST
    assert name_order(column(*first)) == SURNAME_FIRST
    assert name_order(column(*last[:19])) is None
    assert name_order(column(*first, *last)) is None


def test_names_that_do_not_tell_are_split_by_the_order_of_their_list():
    """Only where each word has its place.

    What tells by itself, and what has too many words, is left as it is.
    """
    split = {
        "Elşən Məmməd Rza": ("Rza", "Elşən", "Məmməd"),
        "Leyla Rza": ("Rza", "Leyla", None),
        "Elçin Əliyev": (None,) * 3,
        "Ay Gün Su Nur": (None,) * 3,
        "Ay Nur Həsən oğlu": ("Nur", "Ay", "Həsən oğlu"),
        None: (None,) * 3,
    }
    found = split_names(column(*split))
    parts = (found[name] for name in ("surname", "given_name", "patronymic"))
    told = zip(*(part.to_pylist() for part in parts), strict=True)
    assert [*told] == [*split.values()]


def test_an_id_does_not_depend_on_what_the_other_names_tell():
    """The same row in a list of another order, or of none, has the same id.

    Its name as written stays.
    """
    name = "Elşən Məmməd Rza"
    rows = []
    for count in (2, 24):
        others = ([f"{row[2]} {row[3]} {row[1]}", row[4]] for row in voters(count))
        head = ["S.A.A.", "Doğum tarixi"]
        found = take(raw([head, [name, "1970"], *others], "88/12.csv")).entries
        rows += [row for row in found.to_pylist() if row["full_name"] == name]
    assert rows[0]["entry_id"] == rows[1]["entry_id"]
    assert [row["surname"] for row in rows] == [None, "Rza"]


def test_a_further_header_begins_a_list_with_its_own_columns():
    """The second list is read by its header, counted in its precinct, and each balances.

    Its title is no voter.
    """
    second = [
        ["13 saylı seçki məntəqəsi"],
        ["Adı", "Soyadı", "Doğum tarixi"],
        ["Elçin", "Rzayev", "1970"],
        ["Cəmi: 1"],
    ]
    found = take(
        raw([[TITLE], HEADER, *voters(3), ["Cəmi: 3"], ["Siyahının davamı"], *second])
    )
    counts = found.lists.select(["precinct", "entries", "declared"]).to_pydict()
    assert [*zip(*counts.values(), strict=True)] == [(12, 3, 3), (13, 1, 1)]
    (row,) = [row for row in found.entries.to_pylist() if row["precinct"] == 13]
    names = ("surname", "given_name", "birth_date")
    assert tuple(row[name] for name in names) == ("Rzayev", "Elçin", "1970")


def test_a_voter_named_like_a_header_begins_no_list():
    """One word of a header in a row of a voter is a name."""
    rows = [
        ["Soyadı", "Adı", "Cinsi"],
        ["Rzayev", "Elçin", "kişi"],
        ["Quliyev", "Ad", "kişi"],
        ["Əliyev", "Ay", "kişi"],
    ]
    assert take(raw(rows, "88/12.csv")).entries.num_rows == 3


def test_a_heading_above_several_columns_holds_for_each():
    """The father's name would be taken for the voter's own."""
    rows = [["Surname", "Name", "Father", ""], ["", "", "initial", "name"]]
    rows += [["Əliyev", "Əli", "R.", "Rauf"], ["Vəliyev", "Rza", "N.", "Nadir"]]
    people = {("Əliyev", "Əli", "Rauf"), ("Vəliyev", "Rza", "Nadir")}
    assert names_of(take(raw(rows, "88/menteqe-1.csv"))) == people


def test_a_second_row_of_headings_that_tells_no_further_column_is_no_voter():
    """The list had one entry more, whose birth date was the word tarixi."""
    first = [*HEADER[:3], "Atasının", "Doğum", *HEADER[5:]]
    heads = [first, [*[""] * 3, "adı", "tarixi"]]
    found = take(raw([[TITLE], *heads, *voters()]))
    assert found.entries.num_rows == 24


def test_a_birth_date_above_its_day_month_and_year_is_all_three():
    """The day alone would be the birth date of each voter."""
    rows = [["Soyadı", "Adı", "Doğum tarixi", "", ""], ["", "", "gün", "ay", "il"]]
    rows += [["Əliyev", "Əli", "5", "4", "1980"], ["Rzayev", "Rza", "15", "12", "1975"]]
    births = take(raw(rows, "88/menteqe-1.csv")).entries.column("birth_date")
    assert set(births.to_pylist()) == {"1980-04-05", "1975-12-15"}


def test_blank_columns_part_no_name_without_a_header():
    """The father's name would be left out of each entry."""
    rows = [[row[1], "", row[2], "", "", row[3], row[4]] for row in voters(12)]
    expected = {tuple(row[1:4]) for row in voters(12)}
    assert names_of(take(raw(rows, "88/menteqe-1.csv"))) == expected


@pytest.mark.parametrize(("confidence", "is_two"), [(0.864, False), (0.9, True)])
def test_headers_that_are_only_similar_make_no_two_lists(confidence, is_two):
    """A list with two headers that are spelt alike would be set aside as two."""
    matches = [
        ColumnMatch(place, role, role, confidence, "similar")
        for place, role in enumerate(["surname", "birth_date"] * 2)
    ]
    assert is_side_by_side(matches) is is_two


def test_columns_of_two_scripts_are_one_list():
    """Names in Latin and in Cyrillic letters beside each other are no second list.

    The left ones are taken.
    """
    rows = [
        ["№", "Soyadı", "Фамилия", "Adı", "Имя"],
        *([str(at), "Rzayev", "Рзаев", "Elçin", "Эльчин"] for at in range(9)),
    ]
    assert names_of(take(raw(rows, "88/12.csv"))) == {("Rzayev", "Elçin", None)}


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("88/12 saylı məntəqə/siyahı.csv", Place(88, 12)),
        ("88 saylı dairə/12 saylı məntəqə/siyahı.csv", Place(88, 12)),
        ("88/məntəqə 12/13.csv", Place(88, 12)),
        ("88/alt/siyahı.csv", Place(88, None)),
        ("88/12/siyahı.csv", Place(88, 12)),
    ],
)
def test_folders_give_what_the_name_leaves_open(name, place):
    """A folder's place beside its word counts, and its bare number where nothing else does.

    The outermost bare number is the constituency's.
    """
    reading = place_of_name(name)
    assert Place(reading.constituency, reading.precinct) == place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("4 saylı Naxçıvan seçki dairəsi", Place(4, None)),
        ("Seçki məntəqəsi № 12", Place(None, 12)),
        ("Naxçıvan seçki dairəsi № 4, 12 saylı seçki məntəqəsi", Place(4, 12)),
        ("12-ci seçki məntəqəsi", Place(None, 12)),
    ],
)
def test_titles_name_places_in_either_order(text, place):
    """The number before its word or behind it, with the constituency's name between."""
    assert title_place(text) == place


ENTRIES = st.lists(st.integers(0, 40), min_size=15, max_size=40)


@tries(60)
@given(
    ENTRIES,
    st.lists(st.integers(0, 60), max_size=6),
    st.integers(0, 5),
    st.randoms(use_true_random=False),
)
def test_two_versions_lose_no_voter_and_double_none(first, added, removed, shuffler):
    """Of two versions an entry is kept as often as the version with most of it, in any order."""
    second = [*first[removed:], *added]
    shuffler.shuffle(second)
    files = [
        raw([[TITLE], HEADER, *(voters(1, at)[0] for at in rows)])
        for rows in (first, second)
    ]
    shuffler.shuffle(files)
    found = take(*files)
    # Numbers of voters() that differ may say the same: compare what they say.
    says = [
        Counter(tuple(voters(1, at)[0][1:]) for at in rows) for rows in (first, second)
    ]
    names = ("surname", "given_name", "patronymic", "birth_date", "address", "fin")
    rows = found.entries.to_pylist()
    kept = Counter(tuple(row[name] for name in names) for row in rows)
    same, smaller = sum((says[0] & says[1]).values()), min(len(first), len(second))
    if same == len(first) == len(second) or same >= max(10, smaller / 2):
        assert kept == says[0] | says[1]
        assert {"list-repeated", "list-version"} & set(said(found))
    else:
        assert kept == says[0] + says[1]


def test_parts_of_a_list_are_no_versions():
    """Two files of one precinct that share little are both taken in whole.

    A namesake may stand in each.
    """
    parts = (raw([[TITLE], HEADER, *voters(20, start)]) for start in (0, 15))
    found = take(*parts)
    assert found.entries.num_rows == 40
    assert said(merge([found])) == ["precinct-claimed-twice"]


def test_a_version_declares_its_own_total():
    """The total below a version counts the entries that are kept in the other.

    A wrong one is still told.
    """
    version = "list-version"
    for total, expected in (
        (24, [version]),
        (25, ["declared-total-differs", version]),
    ):
        newer = [*voters(23), [*voters(1, 30)[0]]]
        files = [
            raw([[TITLE], HEADER, *voters(), ["Cəmi: 24"]]),
            raw([[TITLE], HEADER, *newer, [f"Cəmi: {total}"]]),
        ]
        assert said(merge([take(*files)])) == expected


def test_a_temporary_list_is_no_version_of_the_permanent_one():
    """Who stands on both is compared, not set aside."""
    rows = [[TITLE], HEADER, *voters()]
    found = take(raw(rows), raw([["Müvəqqəti siyahı"], *rows]))
    assert found.entries.num_rows == 48
