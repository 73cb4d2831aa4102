"""The recipe of CONTRIBUTING.md for a column that travels, done in a copy of the program."""

import json
import re
import shutil
import tarfile
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

import program_copies
import workspaces
from test_former import OF_THE_LINKAGE
from voterlist.model import Stage

pytestmark = pytest.mark.long

PHONES = ("012 441 20 30", "012 441 20 31")
HEADING = "Ev telefonu"
DAY = "2026-02-06"


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """A copy of the program with the column of CONTRIBUTING.md, by the edits that stand there."""
    page = (program_copies.ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    recipe = page.partition("### A column that only travels\n")[2].partition("\n### ")[
        0
    ]
    record, name = re.findall(r"```toml\n(.*?)```", recipe, re.DOTALL)
    program = program_copies.copied(tmp_path_factory.mktemp("program"))
    source = program / "voterlist"
    for file, added in (("fields.toml", record), ("catalogue/fields.toml", name)):
        with (source / file).open("a", encoding="utf-8") as written:
            written.write(f"\n{added}")
    return program


@pytest.fixture(scope="module")
def done(program, tmp_path_factory):
    """A workspace that the copy takes over from the program as it is, and what it writes then."""
    folder = tmp_path_factory.mktemp("recipe") / "2026"
    workspaces.make(folder, settings='[report]\nlanguages = ["en"]\n')
    as_it_is = workspaces.run(folder, until=Stage.MERGE).folder
    (first,) = told(program, ["run", folder, "--until", "merge", "--json"])
    add_phones(folder / "inbox/88")
    second, *_ = told(
        program,
        ["run", folder, "--json"],
        ["review", "export", folder, "--form", "page", "--out", folder / "page"],
        *(
            ["lists", folder, "--purpose", purpose, "--out", folder / purpose]
            for purpose in ("record", "work", "display")
        ),
    )
    runs = [as_it_is, *(json.loads(said)["folder"] for said in (first, second))]
    before, after, filled = map(ids_of, runs)
    assert before == after == filled
    return folder


def told(program, *commands):
    """What these commands of the copy print."""
    outcomes = program_copies.told(program, *commands)
    assert {code for code, _ in outcomes} <= {0, 1, 3}, outcomes
    return [printed for _, printed in outcomes]


def ids_of(run):
    """The entry ids of a run, in their order."""
    entries = pq.read_table(Path(run) / "entries.parquet")
    return entries.column("entry_id").to_pylist()


def add_phones(inbox):
    """Write the column into the lists; the first entry of each has a telephone."""
    for phone, path in zip(PHONES, sorted(inbox.iterdir()), strict=True):
        title, header, first, *rest = path.read_text(encoding="utf-8").splitlines()
        rows = [f"{header};{HEADING}", f"{first};{phone}", *(f"{row};" for row in rest)]
        path.write_text("\n".join([title, *rows]) + "\n", encoding="utf-8")


def test_a_column_of_the_recipe_stands_on_the_page_of_cases(done):
    page = (done / "page").read_text(encoding="utf-8")
    assert all(phone in page for phone in PHONES)
    assert "Household telephone" in page


def test_it_stands_on_the_lists_that_are_not_displayed(done):
    """The list on display is read by everybody, and shows nobody's telephone."""
    (record,) = (done / "record").glob("*.parquet")
    phones = pq.read_table(record).column("household_phone").drop_null().to_pylist()
    assert sorted(phones) == [*PHONES]
    sheets = {
        purpose: [shown(path) for path in sorted((done / purpose).glob("*.xlsx"))]
        for purpose in ("work", "display")
    }
    for phone, work, display in zip(PHONES, *sheets.values(), strict=True):
        assert phone in work
        assert "Household telephone" in work
        assert phone not in display


def shown(path):
    """The texts of the first sheet of a workbook."""
    sheet = openpyxl.load_workbook(path).worksheets[0]
    return {cell for row in sheet.iter_rows(values_only=True) for cell in row}


def test_the_next_cycle_takes_it_from_the_list_as_compiled(done, program, tmp_path):
    """Else the column would be lost with the year."""
    inbox = tmp_path / "inbox/88"
    inbox.mkdir(parents=True)
    (tmp_path / "voterlist.toml").write_text("", encoding="utf-8")
    (record,) = (done / "record").glob("*.csv")
    shutil.copy(record, inbox)
    told(program, ["run", tmp_path, "--until", "merge"])
    (entries,) = (tmp_path / "runs").glob("*/entries.parquet")
    phones = pq.read_table(entries).column("household_phone").drop_null().to_pylist()
    assert sorted(phones) == [*PHONES]


def test_a_former_workspace_goes_on(program, tmp_path):
    """Its runs are what they were, and a package of a program without the column is received."""
    with tarfile.open(Path(__file__).with_name("former.tar.xz")) as archive:
        archive.extractall(tmp_path, filter="tar")
    verified, received = told(
        program,
        ["verify", tmp_path / "below", "--json"],
        [
            "receive",
            tmp_path / "above",
            tmp_path / "up-2.zip",
            "--today",
            DAY,
            "--json",
        ],
    )
    different = json.loads(verified)["differences"]
    tables = {name for name in different if not name.startswith("reports/")}
    assert tables <= OF_THE_LINKAGE
    assert "error" not in json.loads(received)
