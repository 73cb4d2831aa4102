"""Files that break their reader.

Each is set aside by name and code, and the files beside it are read.
"""

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import workspaces
from command_line import started
from voterlist.config.sections import IngestSettings
from voterlist.errors import InputError
from voterlist.model import AsideCode, Stage
from voterlist.readers import read_content, read_files, read_table, sandbox
from voterlist.readers.frames import pack_outcome, unpack_outcome

LIMITS = IngestSettings()
SHORT = IngestSettings(max_read_seconds=1)
FILES = Path(__file__).parent / "reader_files"
LIST = "№;Soyadı;Adı;Doğum tarixi\n1;Əliyev;Əli;01.02.1970\n"
CELL = '<c r="A1" t="inlineStr"><is><t>a</t></is></c>'
FAR = {
    "single quotes": "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>",
    "small letters": '<row r="1048576"><c r="xfd1048576"><v>1</v></c></row>',
    "blanks around =": '<row r = "1048576"><c r = "XFD1048576"><v>1</v></c></row>',
    "line ends around =": '<row r\n=\n"1048576"><c r\n=\n"XFD1048576"><v>1</v></c></row>',
    "> in an attribute": '<row r="1048576"><c x=">" r="XFD1048576"><v>1</v></c></row>',
    "no places": '<row r="1048576">' + "<c><v>1</v></c>" * 16_384 + "</row>",
}


def book(rows, *, part="xl/worksheets/sheet1.xml", sheets=1):
    """An XLSX whose sheets all name one part, made of these rows as they stand."""
    names = "".join(
        f'<sheet name="s{n}" sheetId="{n}" r:id="r{n}"/>' for n in range(1, sheets + 1)
    )
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    targets = "".join(
        f'<Relationship Id="r{n}" Type="{relation}/worksheet" Target="/{part}"/>'
        for n in range(1, sheets + 1)
    )
    packages = "http://schemas.openxmlformats.org/package/2006"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{packages}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{packages}/relationships"><Relationship Id="r" '
        f'Type="{relation}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": (
            f'<workbook xmlns="{main}" xmlns:r="{relation}"><sheets>{names}</sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{packages}/relationships">{targets}</Relationships>'
        ),
        part: f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>',
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    return stream.getvalue()


def troubles(content, limits=LIMITS):
    """The code of the file, or those of its sheets."""
    found = sandbox.read_table(content, limits)
    return (
        [found.trouble] if found.trouble else [sheet.trouble for sheet in found.sheets]
    )


@pytest.mark.parametrize("far", FAR.values(), ids=FAR)
def test_a_far_cell_does_not_end_the_program_however_it_is_written(far):
    """An abort of the parser would end the whole run, and nobody would learn which file it was."""
    content = book(f'<row r="1">{CELL}</row>{far}')
    assert len(content) < 3_000
    assert set(troubles(content)) <= {
        AsideCode.FILE_TOO_LARGE,
        AsideCode.FILE_UNREADABLE,
        AsideCode.TOO_MANY_ROWS,
    }


def test_a_far_cell_in_a_sheet_of_an_unusual_place_is_found_too():
    """Guards that look only into xl/worksheets would let the sheet through."""
    content = book(
        f'<row r="1">{CELL}</row>{FAR["single quotes"]}', part="xl/elsewhere/one.xml"
    )
    assert troubles(content) == [AsideCode.FILE_TOO_LARGE]


def test_a_million_cells_without_an_end_hang_nothing():
    """A search that begins anew at each tag takes hours over nine kilobytes."""
    content = book('<row r="20">' + "<c " * 1_300_000)
    assert len(content) < 20_000
    assert troubles(content) == [AsideCode.FILE_UNREADABLE]


def test_three_thousand_sheets_of_one_part_are_stopped():
    """Each sheet is parsed anew: a small file takes minutes, and the night with them."""
    rows = "".join(
        f'<row r="{row}">{CELL.replace("A1", f"A{row}")}</row>'
        for row in range(1, 3_000)
    )
    assert troubles(book(rows, sheets=3_000), SHORT) == [AsideCode.FILE_TOO_SLOW]


def test_a_small_file_may_not_take_much_memory():
    """The limits of rows and columns alone let a file of two kilobytes lay out two gigabytes."""
    content = book(
        f'<row r="1">{CELL}</row><row r="1000000"><c r="AM1000000"><v>1</v></c></row>'
    )
    assert len(content) < 2_000
    assert troubles(content) == [AsideCode.FILE_TOO_LARGE]


def test_only_the_sheet_that_breaks_its_reader_is_set_aside():
    """The voters of the sheets before and behind it are read."""
    made = openpyxl.Workbook()
    made.active["A1"] = "before"
    made.create_sheet("far")["XFD1048576"] = "x"
    made.create_sheet("behind")["A1"] = "behind"
    stream = io.BytesIO()
    made.save(stream)
    found = read_content(stream.getvalue(), LIMITS)
    assert [(sheet.name, sheet.trouble) for sheet in found] == [
        ("Sheet", None),
        ("far", AsideCode.FILE_TOO_LARGE),
        ("behind", None),
    ]


def test_only_the_file_that_breaks_its_reader_is_set_aside_from_an_archive(tmp_path):
    """The lists packed beside it are read, in order of name."""
    path = tmp_path / "lists.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("a.csv", LIST)
        packed.writestr("b.xlsx", book(FAR["single quotes"]))
        packed.writestr("c.xls", (FILES / "list.xls").read_bytes()[:900])
        packed.writestr("d.csv", LIST.replace("Əli;", "Rza;"))
    files = read_files(path, "lists.zip", LIMITS)
    assert [file.name for file in files] == [
        f"lists.zip/{name}" for name in ("a.csv", "b.xlsx", "c.xls", "d.csv")
    ]
    assert [sum(sheet.cells.num_rows for sheet in file.sheets) for file in files] == [
        2,
        0,
        0,
        2,
    ]
    assert files[1].sheets[0].trouble is AsideCode.FILE_TOO_LARGE


def test_a_run_names_the_file_and_goes_on(tmp_path):
    """One file of two kilobytes must not keep the lists of a constituency from being read."""
    folder = workspaces.make(tmp_path)
    workspaces.make(tmp_path / "second", constituency=7)
    (tmp_path / "second/inbox/7").rename(folder / "inbox/7")
    alone = workspaces.run(
        workspaces.copied(folder, tmp_path.parent / f"{tmp_path.name}-alone"),
        until=Stage.MERGE,
    )
    (folder / "inbox/88/bomb.xlsx").write_bytes(book(FAR["single quotes"]))
    words = ("--today", "2026-02-03", "--jobs", 1, "--until", "merge", "--json")
    done = started("run", folder, *words)
    told = json.loads(done.stdout)
    assert done.returncode == 1, done.stderr
    assert [trouble["file"] for trouble in told["unreadable"]] == ["inbox/88/bomb.xlsx"]
    assert told["rows"]["out"] == alone.rows_out


def test_a_child_that_is_killed_loses_one_file_only(tmp_path):
    """Whoever frees memory on the machine may end it.

    The file has a code, and the next one is read.
    """
    (tmp_path / "a.csv").write_text(LIST, encoding="utf-8")
    assert read_files(tmp_path / "a.csv", "a.csv", LIMITS)[0].sheets
    os.kill(sandbox._child()._process.pid, signal.SIGKILL)
    assert read_files(tmp_path / "a.csv", "a.csv", LIMITS)[0].sheets


@pytest.fixture
def sound(tmp_path, monkeypatch):
    """A sound Parquet file, and a function: the program that each child runs at its start."""
    path = tmp_path / "table.parquet"
    pq.write_table(pa.table({"id": ["1", "2"]}), path)
    folder = tmp_path / "start"
    folder.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(folder))

    def start(program):
        (folder / "sitecustomize.py").write_text(program, encoding="utf-8")
        return path

    return start


ABORTS = """
import os
with open({count!r}, "a+") as count:
    count.write("x")
    count.seek(0)
    if len(count.read()) <= {times}:
        os.abort()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="it has no signals")
def test_the_way_out_of_a_child_spoils_no_sound_file(sound):
    """A thread of Arrow that still waits aborts there: a sound list was called too large."""
    path = sound("import atexit, os\natexit.register(os.abort)\n")
    assert [read_table(path).num_rows for _ in range(3)] == [2, 2, 2]


@pytest.mark.skipif(sys.platform == "win32", reason="it has no signals")
@pytest.mark.parametrize("times", [1, 9])
def test_a_child_that_aborts_is_followed_by_one_more(sound, tmp_path, times):
    """Its file was called too large, and whoever read that parted the list for nothing."""
    count = tmp_path / "count"
    path = sound(ABORTS.format(count=str(count), times=times))
    if times == 1:
        assert read_table(path).num_rows == 2
    else:
        with pytest.raises(InputError) as refused:
            read_table(path)
        assert refused.value.code == AsideCode.READER_STOPPED
    assert count.read_text() == "xx"


@pytest.mark.skipif(sys.platform != "linux", reason="no limit on memory elsewhere")
def test_a_child_that_is_refused_memory_below_python_says_so(sound):
    """C++ aborts then, as it does for other reasons: the person would not learn which limit."""
    path = sound(
        "import pyarrow\nfrom voterlist.processes.limits import limit\n"
        "limit(60, 2**10)\nimport pyarrow.compute\n"
    )
    with pytest.raises(InputError) as refused:
        read_table(path)
    assert refused.value.code == AsideCode.FILE_TOO_LARGE


@pytest.mark.skipif(sys.platform == "win32", reason="it has no signals")
def test_a_list_whose_child_aborts_is_not_called_too_large(sound):
    """The same of the child that reads lists of all kinds."""
    sound(
        "import os, sys\nif 'voterlist.readers.child' in sys.orig_argv[2]:\n"
        "    from voterlist.readers import child\n"
        "    child._JOBS['table'] = lambda *_: os.abort()\n"
    )
    sandbox._forget_child()
    assert troubles(b"a;b") == [AsideCode.READER_STOPPED]
    sandbox._forget_child()


READS = """
import sys
from pathlib import Path
from voterlist.config.sections import IngestSettings
from voterlist.readers import sandbox
sandbox.read_table(b"a;b", IngestSettings())
print(sandbox._child()._process.pid, flush=True)
sandbox.read_table(Path(sys.argv[1]).read_bytes(), IngestSettings(max_read_seconds=600))
"""


def test_a_child_does_not_outlive_its_parent(tmp_path):
    """It would hold a stranger's rows in memory, and a processor, with nobody to end it."""
    busy = tmp_path / "busy.xlsx"
    rows = "".join(f'<row r="{row}">{CELL}</row>' for row in range(1, 3_000))
    busy.write_bytes(book(rows, sheets=3_000))
    with subprocess.Popen(
        [sys.executable, "-c", READS, busy], stdout=subprocess.PIPE, text=True
    ) as parent:
        child = int(parent.stdout.readline())
        parent.kill()
    end = time.monotonic() + 300
    while _is_running(child) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _is_running(child)


def _is_running(process):
    """True for a process that is there and has not ended; a zombie has."""
    try:
        state = (
            Path(f"/proc/{process}/stat")
            .read_text(encoding="ascii")
            .rpartition(")")[2]
            .split()[0]
        )
    except OSError:
        return False
    return state != "Z"


def test_what_is_found_passes_to_the_parent_as_it_is():
    """A fact that is left behind on the way, such as a hidden row, would never be told."""
    for path in sorted(FILES.glob("list.*")):
        found = sandbox.read_table(path.read_bytes(), LIMITS)
        head, columns = pack_outcome(found)
        again = unpack_outcome(
            json.loads(json.dumps(head)), b"".join(map(bytes, columns))
        )
        assert again.format == found.format
        for one, other in zip(again.sheets, found.sheets, strict=True):
            assert one.lines.equals(other.lines)
            assert one.lines.type == pa.int32()
            assert one.cells.equals(other.cells)
            for name in one.__slots__:
                if name not in {"lines", "cells"}:
                    assert getattr(one, name) == getattr(other, name), name


def test_a_formula_without_a_value_says_where_it_stands():
    """A blank that a formula left is no blank that a person left."""
    formula = '<c r="B2"><f>A1&amp;"x"</f></c><c r="C2"><f>1+1</f><v>2</v></c>'
    formula += '<c r="D2" t="e"><f>1/0</f><v>#DIV/0!</v></c>'
    found = sandbox.read_table(
        book(f'<row r="1">{CELL}</row><row r="2">{formula}</row>'), LIMITS
    )
    assert found.sheets[0].unworked == ((2, 1), (2, 3))
    assert found.sheets[0].formulas_without_value == 2
    # Some programs write no places: a row of such cells is not even a blank one.
    no_places = re.sub(r' r="[A-Z]?[0-9]"', "", formula)
    found = sandbox.read_table(book(f"<row>{CELL}</row><row>{no_places}</row>"), LIMITS)
    assert found.sheets[0].trouble == AsideCode.CONTENT_UNREAD


def test_an_answer_that_was_broken_off_is_not_the_next_one(monkeypatch):
    """After Ctrl-C in the middle of a file, its voters would be read as those of the next file."""
    write_frame = sandbox.write_frame

    def write_and_stop(*frame):
        write_frame(*frame)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sandbox, "write_frame", write_and_stop)
        with pytest.raises(KeyboardInterrupt):
            sandbox.read_table(b"first;file", LIMITS)
    (sheet,) = sandbox.read_table(b"second;file", LIMITS).sheets
    assert sheet.cells.column("c0").to_pylist() == ["second"]
