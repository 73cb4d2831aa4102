"""Whatever entries are written, in whatever layout, the same entries are read back."""

import csv
import io
import random
import re
from dataclasses import replace

import openpyxl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from examples import tries
from voterlist import ingest
from voterlist.config.sections import IngestSettings
from voterlist.ingest.persons import PARTICLE
from voterlist.readers import read_file
from voterlist.render.rows import write_record_parquet
from voterlist.schemas import RECORD
from voterlist.synth.generate import generate
from voterlist.synth.layouts import LAYOUTS, file_bytes, sheet
from voterlist.tables import from_rows

LIMITS = IngestSettings()
HEADERS = {
    "number": ("№", "Sıra №-si", "№ п/п", "No."),
    "surname": ("Soyadı", "SOYADI", "Фамилия", "Surname", "Soyad"),
    "given_name": ("Adı", "ADI", "Имя", "Given name", "Ad"),
    "patronymic": ("Atasının adı", "Ata adı", "Отчество", "Father's name"),
    "birth_date": (
        *("Doğum tarixi", "Təvəllüd", "Дата рождения", "Date of birth", "Doğ. tar."),
    ),
    "sex": ("Cinsi", "Пол", "Sex"),
    "address": ("Ünvanı", "Yaşayış yeri", "Адрес", "Address"),
    "document": ("Şəxsiyyət vəsiqəsi", "Паспорт", "Identity document"),
    "fin": ("FİN", "FİN kod", "ФИН"),
}
FIELDS = tuple(HEADERS)
LETTERS = (
    "abcçdeəfgğhxıijkqlmnoöprsştuüvyzABCÇDEƏFGĞHXIİJKQLMNOÖPRSŞTUÜVYZабвгдАБВГДҝүҹ"
)
# A name that says whose child somebody is would be of two people; such a row is asked about.
NAME = st.text(LETTERS, min_size=2, max_size=12).filter(
    lambda name: re.fullmatch(PARTICLE, name) is None
)
DATE = st.one_of(
    st.dates().map("{:%d.%m.%Y}".format),
    st.dates().map("{:%Y-%m-%d}".format),
    st.integers(1900, 2008).map(str),
)
FIN = st.text("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", min_size=6, max_size=6)
HOME = st.builds("{} küç. {}, m. {}".format, NAME, st.integers(1, 99), NAME)
FATHER = NAME.map("{} oğlu".format) | NAME.map("{} qızı".format)
VOTER = st.fixed_dictionaries(
    {
        "number": st.none(),
        "surname": NAME,
        "given_name": NAME,
        "patronymic": st.none() | NAME | FATHER,
        "birth_date": DATE,
        "sex": st.sampled_from([None, "kişi", "qadın"]),
        "address": st.none() | HOME,
        "document": st.none() | st.integers(1, 10**7 - 1).map("AA{:07d}".format),
        "fin": st.none() | FIN.map("5{}".format),
    }
)
LAYOUT = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["csv", "csv", "csv", "xlsx"]),
        "delimiter": st.sampled_from([";", ",", "\t", "|"]),
        "encoding": st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
        "columns": st.permutations(FIELDS),
        "words": st.randoms(use_true_random=False),
        "titles": st.lists(
            st.sampled_from(["Seçicilər siyahısı", "2026-cı il", ""]), max_size=3
        ),
        "page": st.integers(3, 40),
        "blanks": st.booleans(),
        "below": st.sampled_from(
            [[], [["Cəmi: {n}"]], [["Всего:", "{n}"], [], ["Sədr:", "", "____"]]]
        ),
        "notes": st.booleans(),
    }
)


def laid_out(voters, layout):
    """The rows of a file with these voters, and for each voter its line, from 1."""
    words: random.Random = layout["words"]
    header = [words.choice(HEADERS[field]) for field in layout["columns"]]
    place = "88 saylı seçki dairəsi, 12 saylı seçki məntəqəsi"
    rows = [*([title] for title in layout["titles"]), [place], header]
    lines = []
    for at, voter in enumerate(voters):
        if at and at % layout["page"] == 0:
            rows += [[], header] if layout["blanks"] else [header]
        rows.append([voter[field] or "" for field in layout["columns"]])
        lines.append(len(rows))
    below = [[cell.format(n=len(voters)) for cell in row] for row in layout["below"]]
    return rows + below, lines


def written(rows, layout):
    """The rows as the bytes of a file."""
    if layout["kind"] == "csv":
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=layout["delimiter"]).writerows(rows)
        return out.getvalue().encode(layout["encoding"])
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append([cell or None for cell in row])
    if layout["notes"]:
        book.create_sheet("Qeydlər").append(["Çap üçün"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def taken_in(path, name, **changes):
    """The intake of one file."""
    raw = replace(read_file(path, f"88/{name}", LIMITS), **changes)
    assert raw.trouble is None
    found = ingest.ingest([raw], LIMITS, constituency=88)
    rows = sum(part.cells.num_rows for part in raw.sheets)
    aside = sum(found.set_aside.column("rows").to_pylist())
    assert rows == found.entries.num_rows + aside
    return found


def read_back(content, folder, name):
    """The same of this content."""
    path = folder / name
    path.write_bytes(content)
    return taken_in(path, name)


def in_order(found):
    """The entries by their lines."""
    return sorted(found.entries.to_pylist(), key=lambda row: row["line"])


IN_A_FOLDER = HealthCheck.function_scoped_fixture


@tries(120, suppress_health_check=[IN_A_FOLDER, HealthCheck.too_slow])
@given(st.lists(VOTER, min_size=1, max_size=30), LAYOUT)
def test_the_entries_written_are_the_entries_read(tmp_path, voters, layout):
    """Columns in any order, headers in three languages, pages, titles, totals, notes.

    The same entries are read.
    """
    for at, voter in enumerate(voters, 1):
        voter["number"] = str(at)
    rows, lines = laid_out(voters, layout)
    found = read_back(written(rows, layout), tmp_path, f"list.{layout['kind']}")
    read = in_order(found)
    assert [row["line"] for row in read] == lines
    assert [{field: row[field] for field in FIELDS} for row in read] == voters
    assert {(row["constituency"], row["precinct"]) for row in read} == {(88, 12)}


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_every_layout_of_the_invented_lists_is_read_back(tmp_path, layout):
    """Each invented entry is read at its line, with the precinct and the name as written."""
    made = generate(400, constituencies=1, seed=5)
    entries = made.entries.slice(0, made.lists.column("entries")[0].as_py())
    written_sheet = sheet(entries, layout, faults=True)
    content = file_bytes(written_sheet, layout)
    found = read_back(content, tmp_path, f"list.{layout.kind}")
    read = in_order(found)
    assert [row["line"] for row in read] == sorted(written_sheet.lines)
    for row in read:
        cells = written_sheet.rows[row["line"] - 1]
        cells = {" ".join(str(cell).split()) for cell in cells if cell is not None}
        names = ("surname", "given_name", "patronymic", "full_name")
        names = {" ".join(row[name].split()) for name in names if row[name]}
        assert names
        assert names <= cells
    precincts = set(entries.column("precinct").to_pylist())
    assert {row["precinct"] for row in read} == precincts


ANY_CELL = st.one_of(
    st.none(),
    st.text("əIİ\n\t;,№\"'-7 qK\u00ad\u2028", min_size=1, max_size=9),
    st.sampled_from(
        [
            *("Eyni", "eyni", "və ailəsi (4 nəfər)", "7-12", "Cəmi", "Elçin və Nigar"),
            *("//", "Sədr: Əliyev Vəli Həsən oğlu", "Soyadı", "surname", "----"),
            "Əliyev Vəli Həsən oğlu 12.03.1970 AZE 12345678",
            "ƏLIYEV VƏLI\nQULIYEV ORXAN",
        ]
    ),
)
COMPILED = (*(field for field in FIELDS if field != "number"), "name_as_written")


@tries(60, suppress_health_check=[IN_A_FOLDER])
@given(
    st.lists(
        st.fixed_dictionaries(dict.fromkeys(COMPILED, ANY_CELL)), min_size=1, max_size=6
    )
)
def test_a_list_that_we_compiled_is_read_cell_by_cell(tmp_path, voters):
    """A cell of a voter that looks like something else refused a constituency's hand-over."""
    place = {"constituency": 88, "precinct": 12, "list_kind": "permanent"}
    rows = [
        {**voter, **place, "entry_id": f"088-{at}", "number": at, "added": False}
        for at, voter in enumerate(voters)
    ]
    path = tmp_path / "list-012.parquet"
    write_record_parquet(from_rows(rows, RECORD), path)
    found = taken_in(path, "conec-088/list-012.parquet", is_ours=True)
    assert found.set_aside.column("code").to_pylist() == ["header-row"]
    read = in_order(found)
    fields = [field for field in COMPILED if field in FIELDS]
    assert [{field: row[field] for field in fields} for row in read] == [
        {field: voter[field] for field in fields} for voter in voters
    ]
    assert {(row["constituency"], row["precinct"]) for row in read} == {(88, 12)}
