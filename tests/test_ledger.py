import datetime as dt
import sqlite3

import pyarrow as pa
import pytest

import ledger_places
from voterlist.errors import InputError, UsageError
from voterlist.pipeline.progress import first_days_received
from voterlist.schemas import DECISION, LIST
from voterlist.storage.ledger import Ledger
from voterlist.tables import concat, from_columns

FIRST = dt.date(2026, 2, 3)
SECOND = dt.date(2026, 2, 8)


def lists(*precincts, source="aaaaaaaaaaaa", entries=9):
    count = len(precincts)
    columns = {
        "source": [source] * count,
        "constituency": pa.array([88] * count, pa.int32()),
        "precinct": pa.array(precincts, pa.int32()),
        "list_kind": ["permanent"] * count,
        "rows": [10] * count,
        "entries": [entries] * count,
        "set_aside": [1] * count,
    }
    return from_columns(columns, LIST, count)


def decisions(*rows):
    names = ("case_id", "entry_id", "verdict", "reason", "decided_by", "decided_at")
    return from_columns(
        {
            name: pa.array([row[at] for row in rows], pa.string())
            for at, name in enumerate(names)
        },
        DECISION,
        len(rows),
    )


@pytest.fixture(params=ledger_places.KINDS)
def place(request, tmp_path):
    return ledger_places.new(request.param, tmp_path)


def test_a_list_keeps_the_first_day_it_was_seen(place):
    """Running again later does not make a list that came in time late."""
    with Ledger(place) as ledger:
        ledger.submit(lists(1, None), {"aaaaaaaaaaaa": "1.csv"}, FIRST)
    with Ledger(place) as ledger:
        ledger.submit(lists(1), {"aaaaaaaaaaaa": "renamed.csv"}, SECOND)
        ledger.submit(lists(2, source="bbbbbbbbbbbb"), {}, SECOND)
        found = ledger.submissions()
    assert [(item.precinct, item.name, item.first_seen) for item in found] == [
        (None, "1.csv", FIRST),
        (1, "renamed.csv", FIRST),
        (2, "", SECOND),
    ]
    assert first_days_received(found, None) == {
        (88, None): FIRST,
        (88, 1): FIRST,
        (88, 2): SECOND,
    }


def test_a_corrected_list_does_not_move_the_day_of_the_first(place):
    """A precinct that hands in a second file was in time if its first file was."""
    with Ledger(place) as ledger:
        ledger.submit(lists(1), {}, FIRST)
        ledger.submit(lists(1, source="cccccccccccc"), {}, SECOND)
        assert first_days_received(ledger.submissions(), None) == {(88, 1): FIRST}


def test_a_list_without_entries_was_not_handed_in(place):
    """A precinct with an empty file would count as in time, and nobody would ask for its list."""
    with Ledger(place) as ledger:
        ledger.submit(lists(1, 2, entries=0), {}, FIRST)
        ledger.submit(lists(2, source="bbbbbbbbbbbb"), {}, SECOND)
        found = ledger.submissions()
    assert len(found) == 3
    assert first_days_received(found, None) == {(88, 2): SECOND}


@pytest.mark.parametrize("copy_first", [True, False])
def test_a_copy_beside_a_list_does_not_hide_it(place, copy_first):
    """Set aside whole, the copy of ``10.csv`` made precinct 10 overdue that was in time."""
    both = [lists(1, entries=0), lists(1)]
    with Ledger(place) as ledger:
        ledger.submit(concat(both if copy_first else both[::-1], LIST), {}, FIRST)
        assert first_days_received(ledger.submissions(), None) == {(88, 1): FIRST}


def test_what_the_ledger_says_is_kept_is_on_the_disk(tmp_path, monkeypatch):
    """A decision that was confirmed to its author could be gone after a power cut.

    The connection itself is asked: SQLite forces what is committed to the disk from FULL (2) on.
    """
    connections = []
    connect = sqlite3.connect

    def remembered(*arguments, **options):
        connections.append(connect(*arguments, **options))
        return connections[-1]

    monkeypatch.setattr(sqlite3, "connect", remembered)
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger.decide(
            decisions(("c1", "a", "keep", "x", "N", "2026-02-03T09:00:00+04:00"))
        )
        levels = [
            base.execute("PRAGMA synchronous").fetchone()[0] for base in connections
        ]
    assert levels
    assert min(levels) >= 2


def test_the_newest_decision_holds_and_a_repeated_one_is_not_added(place):
    """Reading the same workbook twice changes nothing; changing one's mind does."""
    with Ledger(place) as ledger:
        first = decisions(
            ("c", "b", "repeat", None, "N", "2026-02-04"),
            ("c", "a", "keep", None, "N", "2026-02-04"),
        )
        assert ledger.decide(first) == 2
        assert ledger.decide(first) == 0
        assert (
            ledger.decide(decisions(("c", "b", "separate", "twins", "M", "2026-02-05")))
            == 1
        )
        held = ledger.decisions()
    assert held.schema == DECISION
    assert [
        (row["entry_id"], row["verdict"], row["decided_by"]) for row in held.to_pylist()
    ] == [
        ("a", "keep", "N"),
        ("b", "separate", "M"),
    ]


def test_an_empty_ledger_answers_with_empty_tables(place):
    """Zero rows have the shape of many."""
    with Ledger(place) as ledger:
        assert ledger.decisions().equals(DECISION.empty_table())
        assert ledger.submissions() == ledger.case_numbers() == ledger.journal() == []
        ledger.submit(LIST.empty_table(), {}, FIRST)
        ledger.number_cases([])
        assert ledger.decide(DECISION.empty_table()) == 0


def test_a_block_that_fails_leaves_no_trace(place):
    """What a block wrote is kept or undone as one."""

    def fail():
        with Ledger(place) as ledger:
            ledger.write_journal(FIRST, "run", rows=3)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with Ledger(place) as ledger:
        assert ledger.journal() == []
        ledger.write_journal(SECOND, "run", rows=4, run="x")
    with Ledger(place) as ledger:
        assert ledger.journal() == [(SECOND, "run", {"rows": 4, "run": "x"})]


def test_a_file_that_is_no_ledger_is_left_alone(tmp_path):
    """A damaged ledger is an input that could not be read; it is never overwritten."""
    path = tmp_path / "ledger.db"
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(InputError) as caught:
        Ledger(path)
    assert (caught.value.code, caught.value.exit_code) == ("ledger-damaged", 3)
    assert path.read_bytes() == b"no database at all" * 100


def test_a_ledger_of_a_later_version_is_not_touched(tmp_path):
    """An older program does not write into tables it does not know."""
    path = tmp_path / "ledger.db"
    with sqlite3.connect(path) as base:
        base.execute("PRAGMA user_version = 99")
    base.close()
    with pytest.raises(UsageError) as caught:
        Ledger(path)
    assert caught.value.code == "ledger-newer"


def test_two_processes_may_open_a_new_ledger(place):
    """The second finds the tables made by the first."""
    first, second = Ledger(place), Ledger(place)
    with first:
        first.write_journal(FIRST, "one")
    with second:
        assert [event for _, event, _ in second.journal()] == ["one"]
