"""Comparisons that the settings of a workspace add to its runs."""

import json
import shutil

import openpyxl
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import workspaces
from voterlist.cli import APP
from voterlist.config import parse
from voterlist.errors import SettingsError
from voterlist.model import Stage
from voterlist.storage.workspace import settings_of

SETTINGS = """
[report]
languages = ["en"]
[comparisons.birth_place]
column = "Doğulduğu yer"
kind = "place"
"""
SURNAMES = ("Məmmədov", "Həsənov", "Quliyev", "Rzayev", "Səfərov", "Kazımov")
GIVEN = ("Elçin", "Rauf", "Tural", "Orxan", "Vüqar", "Zaur", "Anar", "Samir")
TOWNS = ("Bakı", "Gəncə", "Şəki", "Quba", "Lənkəran")


def rows(precinct):
    """Sixty men; of each precinct the first eight are those of the other."""
    lines = []
    for number in range(60):
        who = number if number < 8 else number + 100 * precinct
        surname, given = SURNAMES[who % 6], GIVEN[who % 8]
        born = f"{who % 27 + 1:02d}.{who % 12 + 1:02d}.{1950 + who % 45}"
        father, town = GIVEN[who % 7], TOWNS[who % 5]
        lines.append(
            f"{number + 1};{surname};{given};{father} oğlu;{born};"
            f"Nizami küç. {who + 1};{town}\n"
        )
    return "".join(lines)


def workspace(folder, settings=SETTINGS, header="Doğulduğu yer"):
    inbox = folder / "inbox" / "88"
    inbox.mkdir(parents=True)
    (folder / "voterlist.toml").write_text(settings, encoding="utf-8")
    headers = f"№;Soyadı;Adı;Atasının adı;Doğum tarixi;Ünvanı;{header}\n"
    for precinct in (1, 2):
        text = f"{precinct} saylı seçki məntəqəsi\n{headers}{rows(precinct)}"
        (inbox / f"menteqe-{precinct}.csv").write_text(text, encoding="utf-8")
    return folder


def run(folder, **options):
    return workspaces.run(folder, **options)


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    folder = workspace(tmp_path_factory.mktemp("towns"))
    return folder, run(folder)


def table(result, name):
    return pq.read_table(result.folder / f"{name}.parquet")


def steps(result, left, right):
    """The steps of the waterfall of a pair, by field, as ``explain`` tells them."""
    command = ["explain", str(result.folder / "pairs.parquet"), left, right, "--json"]
    told = json.loads(CliRunner().invoke(APP, command).stdout)
    return {step["field"]: step for step in told["steps"]}


def test_a_column_that_the_settings_name_is_evidence(ran):
    """A run compared its eight fields and said nothing of the column."""
    _, result = ran
    pairs = table(result, "pairs")
    levels = pairs.column("birth_place_level").to_pylist()
    assert levels.count("same") >= 8
    falls = table(result, "waterfalls")
    assert "birth_place_bits" in falls.column_names
    best = pairs.slice(levels.index("same"), 1).to_pylist()[0]
    step = steps(result, best["entry_l"], best["entry_r"])["birth_place"]
    assert step["level"] == "same"
    assert step["bits"]


def test_the_evidence_stands_on_the_pages_and_in_the_workbook(ran):
    folder, _ = ran
    pages = [
        path.read_text("utf-8") for path in folder.glob("reports/88/report-*.html")
    ]
    assert ["Place of birth" in page for page in pages] == [True]
    assert [" address and place of birth;" in page for page in pages] == [True]
    (path,) = folder.glob("reports/88/*.xlsx")
    rows_of_sheets = openpyxl.load_workbook(path)
    cells = {cell for sheet in rows_of_sheets for row in sheet.values for cell in row}
    assert "Place of birth" in cells


def test_nothing_of_it_stays_beside_the_tables_of_the_linkage(ran):
    """The cells would lie in the folder of the run and nobody would think to forget them."""
    _, result = ran
    files = {path.name for path in result.folder.iterdir()}
    assert not {name for name in files if "added" in name}


def test_a_run_that_goes_on_from_its_state_is_the_same(ran, tmp_path):
    """Levels of the added comparison would be lost with what is kept."""
    folder, result = ran
    other = workspaces.copied(folder, tmp_path / "other")
    inbox = other / "inbox" / "88"
    first = (inbox / "menteqe-2.csv").read_text("utf-8")
    (inbox / "menteqe-2.csv").write_text(first.rpartition("60;")[0], encoding="utf-8")
    run(other, until=Stage.LINK)
    (inbox / "menteqe-2.csv").write_text(first, encoding="utf-8")
    again = run(other, until=Stage.LINK)
    (link,) = [work for work in again.stages if work.stage is Stage.LINK]
    assert link.notes["state_use"] == "used"
    assert link.notes["afresh"] < link.notes["compared"]
    assert link.notes["known.birth_place"] == 120
    assert table(again, "pairs").equals(table(result, "pairs"), check_metadata=True)


def test_a_list_without_the_column_has_no_value_of_it(tmp_path):
    """A header that is written otherwise in the settings would never be noticed."""
    folder = workspace(tmp_path / "w", header="Qeyd")
    said = CliRunner().invoke(APP, ["run", str(folder), "--until", "link"]).stdout
    assert (
        "compare birth_place, but no list has a value in the column Doğulduğu yer"
        in said
    )
    result = run(folder, until=Stage.LINK)
    assert set(table(result, "pairs").column("birth_place_level").to_pylist()) == {
        "missing"
    }


def test_runs_with_and_without_it_are_shown_together(ran, tmp_path):
    """A workspace whose settings changed between two runs would show neither.

    One file in two folders says the same of each of its entries.
    """
    folder = workspaces.copied(ran[0], tmp_path / "both")
    shutil.copytree(folder / "inbox" / "88", folder / "inbox" / "89")
    (link,) = [work for work in run(folder).stages if work.stage is Stage.LINK]
    assert link.notes["known.birth_place"] == 240
    (folder / "voterlist.toml").write_text("", encoding="utf-8")
    workspaces.run(folder, constituencies=(89,))
    page = folder / "desk.html"
    told = CliRunner().invoke(
        APP,
        ["review", "export", str(folder), "--form", "page", "--out", str(page)],
        env={"VOTERLIST_LANG": "en"},
    )
    assert told.exit_code == 0, told.output
    assert "Place of birth" in page.read_text("utf-8")


def test_without_comparisons_a_run_has_the_name_and_tables_it_had(tmp_path):
    settings = parse("[link]\n")
    assert "comparisons" not in settings.model_dump()
    result = run(workspace(tmp_path / "w", settings=""), until=Stage.LINK)
    assert "birth_place_level" not in table(result, "pairs").column_names


@pytest.mark.parametrize(
    ("section", "path", "code"),
    [
        (
            '[comparisons.x]\ncolumn = "c"\nkind = "town"\n',
            "comparisons.x.kind",
            "not-one-of",
        ),
        ('[comparisons.x]\nkind = "place"\n', "comparisons.x.column", "not-a-header"),
        (
            '[comparisons.surname]\ncolumn = "c"\nkind = "place"\n',
            "comparisons.surname",
            "comparison-name-taken",
        ),
    ],
)
def test_mistakes_are_told_with_their_key_path_and_line(tmp_path, section, path, code):
    (tmp_path / "voterlist.toml").write_text(f"[link]\nx = 1\n{section}", "utf-8")
    with pytest.raises(SettingsError) as caught:
        settings_of(tmp_path)
    told = {mistake.path: mistake for mistake in caught.value.mistakes}
    assert told.keys() == {"link.x", path}
    assert told[path].code == code
    assert told[path].line
