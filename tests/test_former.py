"""A workspace of version 0.1.0, of below and above, goes on with today's program.

It is the one former state that people have. It was made by that version's commands and nothing
else: two runs below and two above, keys and trust, two cases decided at the desk, a workbook read
in, a package up and one down that were received. Left to be taken in are a half-filled workbook
(``half.xlsx``), the file of a page of cases (``decisions-1-Elmira.json``), and a package each way
(``up-2.zip``, ``down-2.zip``).
"""

import hashlib
import shutil
import tarfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import desks
from handing import newest, told
from voterlist.storage.ledger import Ledger

ARCHIVE = Path(__file__).with_name("former.tar.xz")
NEXT = "2026-02-06"
HEADS = {
    "below": "33-8e1ebd41ca4acb8406873cf38032e8e0ef7de263ba1d5628d6bbdcf1d58295a5",
    "above": "18-be832729ee34a25896e5cbe54fe488182dee07c24fa755ce360f821e6db06105",
}
"""What the acts of that time say of the ledgers."""
LISTS = {
    "above/lists/1/constituency-001-record-temporary.csv": "a42a3250ee80c3bb",
    "above/lists/1/constituency-001-record.csv": "50f00527274f6efd",
    "above/lists/2/constituency-002-record-temporary.csv": "6a4a0d25145ea747",
    "above/lists/2/constituency-002-record.csv": "67bdbdeb26a7cc3c",
    "below/lists/1/constituency-001-record-temporary.csv": "15e1607dbc6cdef2",
    "below/lists/1/constituency-001-record.csv": "8dd5ae63588cde24",
}
"""How the SHA-256 of each list begins that the former version compiled of the same answers."""

OF_THE_LINKAGE = {
    f"{table}.parquet"
    for table in (
        *("voters", "forecast", "pairs", "waterfalls", "estimate", "doubts"),
        *("cases", "case_numbers", "queue", "indicators", "lists", "reference"),
        *("findings", "pyramid"),
    )
}
"""What the linkage reads of names, its keys, probabilities, and cases in the order of these; the
limits of statistics, of which nine decimals are kept, alike on every processor; the lists, each
with the digest of what it says; the rows of registers, of which headings are none; the notes on
numbers of documents, of which a blank behind the series is none; and a table that is no more."""


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("former")
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="tar")
    return folder


@pytest.fixture
def former(unpacked, tmp_path):
    return shutil.copytree(unpacked, tmp_path / "former")


@pytest.mark.parametrize("name", HEADS)
def test_the_ledger_and_its_journal_are_whole(former, name):
    code, said = told("journal", former / name, "--verify", "--head", HEADS[name])
    assert (code, said["fits"], said["head"]) == (0, True, HEADS[name])


@pytest.mark.parametrize("name", HEADS)
def test_a_run_is_made_again_from_what_it_was_made_of(former, name):
    """Another program may differ from it in a report, and a better engine in what it says of pairs.

    No list, finding, setting or answer is refused.
    """
    code, said = told("verify", former / name)
    assert said["other_program"] == "0.1.0"
    assert said["compared"] > 40
    differing = {
        name for name in said["differences"] if not name.startswith("reports/")
    }
    assert differing <= OF_THE_LINKAGE
    assert code in {0, 3}


def _newest(workspace, name):
    return pq.read_table(max(workspace.glob(f"runs/*/{name}.parquet")))


def test_what_was_left_to_be_read_in_is_read_in(former):
    """All of the workbook and of the page's file, and both packages.

    People are read as they were, but for a misspelt particle, which was taken for a part of the
    father's name.
    """
    below, above = former / "below", former / "above"
    voters, lists = (_newest(below, name) for name in ("voters", "lists"))
    with Ledger(below / "ledger.db") as ledger:
        before = ledger.given_verdicts().num_rows
    code, said = told("review", "import", below, former / "half.xlsx")
    assert (code, said["recorded"], said["accepted"], said["problems"]) == (0, 3, 1, [])
    code, said = told("review", "import", below, former / "decisions-1-Elmira.json")
    assert (code, said["recorded"], said["problems"]) == (0, 2, [])
    with Ledger(below / "ledger.db") as ledger:
        assert ledger.given_verdicts().num_rows > before
    for workspace, package in ((above, "up-2.zip"), (below, "down-2.zip")):
        code, said = told("receive", workspace, former / package, "--today", NEXT)
        assert code == 0, said
    for workspace in (below, above):
        told("run", workspace, "--today", NEXT)
        told(
            "lists", workspace, "--purpose", "record", "--form", "csv", "--today", NEXT
        )
    compiled = {
        path.relative_to(former).as_posix(): digest(path)
        for path in former.glob("*/lists/*/*.csv")
    }
    assert compiled == LISTS
    assert _newest(below, "lists").select(lists.column_names).equals(lists)
    after = _newest(below, "voters")
    assert after.num_rows == voters.num_rows
    differing = [
        (name, was, now)
        for name in voters.column_names
        for was, now in zip(
            voters.column(name).to_pylist(), after.column(name).to_pylist(), strict=True
        )
        if was != now
    ]
    assert differing == [("patronymic_skeleton", "zainalqzi", "zainal")]


def test_the_desk_knows_its_people_and_what_they_decided(former):
    with desks.running(former / "below") as desk:
        cases = desk.visitor("Aysel").get("/api/desk").json()["data"]["cases"]
    assert set(cases["id"]) <= set(
        newest(former / "below", "cases")["case_id"].to_pylist()
    )
    assert len(cases["id"]) > 0
