"""Invented lists as files: tables, precinct files in their layouts, the workspace, the sample."""

from __future__ import annotations

import hashlib
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from voterlist.config import load
from voterlist.config.sections import IngestSettings
from voterlist.ingest import ingest
from voterlist.readers import read_folder
from voterlist.schemas import TRUTH, require
from voterlist.synth.generate import generate
from voterlist.synth.layouts import LAYOUTS, file_bytes, fitting, sheet
from voterlist.synth.plan import Country
from voterlist.synth.render import ENTRIES
from voterlist.synth.write import with_run_ids, write, write_tables, write_workspace
from voterlist.tables import with_column

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "bench"))

from sample import write_sample  # noqa: E402  it stands in another folder

SAMPLE = ROOT / "data" / "samples" / "goychay"


def entries(**columns):
    """A list of two entries with these columns changed."""
    plain = {
        "entry_id": ["e1", "e2"],
        "constituency": [88, 88],
        "precinct": [4, 4],
        "list_kind": ["permanent"] * 2,
        "number": ["1", "2"],
        "surname": ["Əliyev", "Quliyeva"],
        "given_name": ["Samir", "Leyla"],
        "patronymic": ["Həsən oğlu", None],
        "birth_date": ["01.02.1961", "1975"],
        "sex": ["kişi", "qadın"],
        "address": ["Göyçay şəhəri, Nizami küçəsi, ev 5, mənzil 12", "Füzuli küçəsi 7"],
        "document": ["AZE00000001", None],
        "fin": ["1234567", "7654321"],
    }
    return pa.table(plain | columns, schema=ENTRIES)


def layout(name):
    return next(found for found in LAYOUTS if found.name == name)


@pytest.fixture(scope="module")
def made():
    """Of every three hundredth entry the surname alone is known."""
    found = generate(2500, constituencies=2, seed=8, country=Country(precinct_size=200))
    lone = pa.array([row % 300 == 0 for row in range(found.entries.num_rows)])
    entries = found.entries
    for name in ("given_name", "patronymic"):
        left = pc.if_else(lone, None, entries.column(name))
        entries = with_column(entries, name, left)
    return replace(found, entries=entries)


@pytest.fixture(scope="module")
def workspace(made, tmp_path_factory):
    folder = tmp_path_factory.mktemp("workspace")
    return folder, write_workspace(made, folder, seed=2)


@pytest.fixture(scope="module")
def intake(workspace):
    """What is read back of the workspace."""
    folder, _ = workspace
    settings = IngestSettings()
    files = read_folder(folder / "inbox", settings)
    return ingest(files, settings, constituency=None)


def test_a_titled_list_says_where_it_belongs_and_how_long_it_is():
    """Titles name constituency and precinct above the header.

    The total stands below; lines count from 1.
    """
    laid_out = sheet(entries(), layout("az-xlsx-one-name"))
    assert laid_out.rows[1] == ["88 saylı seçki dairəsi, 4 saylı seçki məntəqəsi"]
    assert laid_out.rows[3][:2] == ["Sıra №", "Soyadı, adı, atasının adı"]
    assert [laid_out.rows[line - 1][1] for line in laid_out.lines] == [
        "Əliyev Samir Həsən oğlu",
        "Quliyeva Leyla",
    ]
    assert laid_out.rows[-1] == ["Cəmi: 2"]


def test_an_untitled_list_says_it_in_columns():
    """Without titles the first two columns name constituency and precinct in each row."""
    laid_out = sheet(entries(), layout("en-csv"))
    assert laid_out.rows[0][:3] == ["Constituency", "Precinct", "No."]
    assert laid_out.lines == [2, 3]
    assert laid_out.rows[1][:2] == [88, 4]


def test_an_address_comes_apart_where_it_can():
    """Street, house and flat are split; what does not come apart stays in the street."""
    odd = entries(
        address=["Göyçay şəhəri, Nizami küçəsi, ev 5A, mənzil 12", "yeri bilinmir"]
    )
    laid_out = sheet(odd, layout("az-xlsx-split-address"))
    at = laid_out.rows[3].index("Küçə")
    assert laid_out.rows[4][at : at + 3] == ["Göyçay şəhəri, Nizami küçəsi", "5A", "12"]
    assert laid_out.rows[5][at : at + 3] == ["yeri bilinmir", None, None]


def test_dates_become_cells_only_where_they_are_dates():
    """A spreadsheet's date where there is one.

    A year, an impossible date or an old one stays text.
    """
    days = entries(birth_date=["31.02.1961", "1961-02-01"])
    texts = [row[6] for row in sheet(days, layout("az-xlsx-dates")).rows[1:]]
    assert texts[0] == "31.02.1961"
    assert texts[1].isoformat() == "1961-02-01"
    assert (
        sheet(entries(birth_date=["01.01.1890", None]), layout("az-xlsx-dates")).rows[
            1
        ][6]
        == "01.01.1890"
    )


def test_a_column_without_values_is_left_out_and_years_have_their_header():
    """A list without FINs has no FIN column; a list of years calls the column so."""
    bare = entries(fin=pa.nulls(2, pa.string()), birth_date=["1961", "1975"])
    header = sheet(bare, layout("az-csv")).rows[0]
    assert "FİN" not in header
    assert "Doğum ili" in header
    assert "Doğum tarixi" not in header


def test_faults_are_no_entries():
    """Bad rows stand in the middle.

    Cut short, nameless, blank; the lines of the entries step over them.
    """
    laid_out = sheet(entries(), layout("az-csv"), faults=True)
    assert laid_out.lines == [2, 6]
    short, nameless, blank = laid_out.rows[2:5]
    assert len(short) == 3
    assert nameless[3:6] == [None, None, None]
    assert nameless[6]
    assert set(blank) == {None}


def test_russian_lists_are_windows_1251_where_the_letters_allow():
    """Russian text fits the code page; Azerbaijani Cyrillic does not and is written as UTF-8."""
    russian = entries(
        surname=["Алиев", "Кулиева"],
        given_name=["Самир", "Лейла"],
        patronymic=["Гасан оглы", None],
    )
    russian = russian.set_column(
        russian.schema.get_field_index("address"),
        "address",
        pa.array(["ул. Низами, дом 5", "ул. Физули, дом 7"]),
    ).set_column(russian.schema.get_field_index("sex"), "sex", pa.array(["муж", "жен"]))
    assert "Фамилия" in file_bytes(
        sheet(russian, layout("ru-csv")), layout("ru-csv")
    ).decode("cp1251")
    azeri = russian.set_column(
        russian.schema.get_field_index("surname"),
        "surname",
        pa.array(["Әлијев", "Гулијева"]),
    )
    assert "Әлијев" in file_bytes(
        sheet(azeri, layout("ru-csv")), layout("ru-csv")
    ).decode("utf-8-sig")


def test_cells_of_a_workbook_are_text_never_formulas(tmp_path):
    """A name that begins like a formula stays a text, and the same list gives the same bytes."""
    laid_out = sheet(entries(surname=["=1+1", "Quliyeva"]), layout("az-xlsx-dates"))
    content = file_bytes(laid_out, layout("az-xlsx-dates"))
    assert content == file_bytes(laid_out, layout("az-xlsx-dates"))
    (tmp_path / "a.xlsx").write_bytes(content)
    page = load_workbook(tmp_path / "a.xlsx").active
    assert page.cell(2, 4).value == "=1+1"
    assert page.cell(2, 4).data_type == "s"


@pytest.mark.parametrize(
    "script", ["latin", "ascii", "english", "azeri-cyrillic", "russian"]
)
def test_every_script_has_a_layout(script):
    """A clerk of any script finds a layout of a fitting language."""
    assert fitting(script)


def test_every_entry_of_a_workspace_is_read_back(made, workspace, intake):
    """Ingest finds each entry where it was written, with the names, place and list as written.

    None is set aside.
    """
    _, places = workspace
    assert intake.entries.num_rows == made.entries.num_rows
    read = {(row["source"], row["line"]): row for row in intake.entries.to_pylist()}
    for place, row in zip(places.to_pylist(), made.entries.to_pylist(), strict=True):
        found = read[place["source"], place["line"]]
        assert (found["constituency"], found["precinct"]) == (
            row["constituency"],
            row["precinct"],
        )
        assert found["list_kind"] == row["list_kind"]
        assert found["fin"] == row["fin"]
        whole = " ".join(
            filter(None, (row["surname"], row["given_name"], row["patronymic"]))
        )
        assert whole == (
            found["full_name"]
            or " ".join(
                filter(
                    None, (found["surname"], found["given_name"], found["patronymic"])
                )
            )
        )


def test_the_total_below_a_list_is_its_number_of_entries(intake):
    """Where a list declares a total, it is the number of its entries."""
    declared = [row for row in intake.lists.to_pylist() if row["declared"] is not None]
    assert declared
    assert all(row["declared"] == row["entries"] for row in declared)


def test_the_truth_of_a_workspace_has_the_ids_of_a_run(made, workspace, intake):
    """Each entry id that ingest gives stands in the truth once, with the person written there."""
    folder, places = workspace
    keyed = with_run_ids(made, places, folder / "inbox")
    require(keyed.truth, TRUTH, "synth")
    ids = intake.entries.column("entry_id")
    assert sorted(keyed.truth.column("entry_id").to_pylist()) == sorted(ids.to_pylist())
    assert keyed.truth.column("person_id").equals(made.truth.column("person_id"))
    assert keyed.truth.column("entry_id").equals(keyed.entries.column("entry_id"))


def test_the_settings_of_a_workspace_are_valid(workspace):
    """The settings can be loaded: level of the nation, the precincts expected, both languages."""
    folder, _ = workspace
    settings = load(folder / "voterlist.toml")
    assert settings.workspace.level == "cec"
    assert settings.report.languages == ["en", "az"]
    assert set(settings.territory.precincts) == {"1", "2"}


def test_the_settings_name_constituencies_and_precincts_in_ascending_order(tmp_path):
    """Settings of the same nation would differ by the order in which it was asked for."""
    country = Country(precinct_size=50, numbers=(88, 17))
    made = generate(200, constituencies=2, seed=3, country=country)
    write_workspace(made, tmp_path, seed=3)
    assert list(load(tmp_path / "voterlist.toml").territory.precincts) == ["17", "88"]


def _tree(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_write_small_gives_tables_and_a_workspace(tmp_path):
    """Few voters: a workspace and tables with the same ids; a second time the same bytes."""
    seen = []
    first = write(
        tmp_path / "a", voters=600, seed=4, progress=lambda *step: seen.append(step)
    )
    write(tmp_path / "b", voters=600, seed=4)
    assert _tree(tmp_path / "a") == _tree(tmp_path / "b")
    of_step = {what: (done, of) for what, done, of in seen}
    assert list(of_step) == ["constituencies", "files", "ids"]
    assert all(done == of for done, of in of_step.values())
    written = len(list((tmp_path / "a" / "inbox").rglob("*.*")))
    assert first.files == written == of_step["files"][0]
    assert all(path.exists() for path in first.paths)
    table, truth = (
        pq.read_table(tmp_path / "a" / f"{name}.parquet")
        for name in ("entries", "truth")
    )
    assert table.num_rows == first.entries
    assert table.column("entry_id").equals(truth.column("entry_id"))
    assert (
        first.repeated
        == first.entries
        - 600
        - pc.sum(
            pc.equal(pc.value_counts(truth.column("person_id")).field("counts"), 3)
        ).as_py()
    )


def test_write_streams_what_generate_makes(tmp_path):
    """Tables written constituency by constituency, without files, equal those of ``generate``."""
    summary = write(tmp_path / "a", voters=2500, constituencies=3, seed=6, files=False)
    whole = generate(2500, constituencies=3, seed=6)
    write_tables(whole, tmp_path / "b")
    for name in ("entries", "truth", "deaths", "statistics"):
        left, right = (
            pq.read_table(tmp_path / side / f"{name}.parquet") for side in "ab"
        )
        assert left.equals(right), name
    assert (tmp_path / "a" / "deaths.csv").read_bytes() == (
        tmp_path / "b" / "deaths.csv"
    ).read_bytes()
    assert not (tmp_path / "a" / "inbox").exists()
    assert summary.entries == whole.entries.num_rows
    assert summary.deaths == whole.deaths.num_rows
    assert summary.constituencies == 3
    assert summary.precincts == whole.lists.filter(pc.field("entries") > 0).num_rows


@pytest.mark.parametrize("files", [True, False])
@pytest.mark.parametrize("voters", [0, 1])
def test_write_nobody_or_one(tmp_path, voters, files):
    """No voter and one voter give whole folders."""
    summary = write(tmp_path, voters=voters, seed=1, files=files)
    assert (summary.entries, summary.repeated, summary.files) == (
        voters,
        0,
        voters if files else 0,
    )
    assert pq.read_table(tmp_path / "truth.parquet").num_rows == voters


def _content(path):
    """The bytes of a file.

    Of a workbook its parts, of a table its rows: both are packed by other libraries.
    """
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            return {name: book.read(name) for name in book.namelist()}
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    return path.read_bytes()


def test_the_sample_is_what_its_seed_makes(tmp_path):
    """The sample in the repository is made by synth: file by file, byte by byte."""
    write_sample(tmp_path)
    kept = [
        path
        for part in ("inbox", "reference")
        for path in (SAMPLE / part).rglob("*")
        if path.is_file()
    ]
    kept += [SAMPLE / "voterlist.toml", SAMPLE / "truth.parquet"]
    again = {
        path.relative_to(tmp_path).as_posix()
        for path in tmp_path.rglob("*")
        if path.is_file()
    }
    assert {path.relative_to(SAMPLE).as_posix() for path in kept} == again
    for path in kept:
        assert _content(path) == _content(tmp_path / path.relative_to(SAMPLE)), (
            path.name
        )


def test_the_sample_is_small_and_varied():
    """Twelve files, at most 3 MB, some 6,000 entries, several layouts and scripts, and bad rows."""
    files = [path for path in (SAMPLE / "inbox").rglob("*") if path.is_file()]
    assert len(files) == 12
    # What a demonstration has left beside the lists is not shipped.
    shipped = [
        *files,
        *(SAMPLE / "reference").iterdir(),
        SAMPLE / "truth.parquet",
        SAMPLE / "voterlist.toml",
    ]
    assert sum(path.stat().st_size for path in shipped) < 3e6
    settings = IngestSettings()
    intake = ingest(
        read_folder(SAMPLE / "inbox", settings), settings, constituency=None
    )
    assert 5_500 < intake.entries.num_rows < 6_500
    assert {path.suffix for path in files} == {".csv", ".xlsx"}
    assert len(set(intake.lists.column("encoding").to_pylist())) >= 3
    codes = set(intake.set_aside.column("code").to_pylist())
    assert {"row-too-short", "no-name", "blank-row", "total-row", "title-row"} <= codes
    done = set(
        "+".join(
            filter(
                None, pq.read_table(SAMPLE / "truth.parquet").column("done").to_pylist()
            )
        ).split("+")
    )
    assert {
        "birth-impossible",
        "moved-within",
        "same-precinct",
        "surname-by-marriage",
        "typed-russian",
    } <= done
