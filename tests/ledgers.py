"""A ledger with rows of every kind, and workspaces around it, for the tests of the ledger."""

import datetime as dt
import sys
from pathlib import Path

import pyarrow as pa

import processes
import workspaces
from voterlist.schemas import ACCEPTANCE, AMENDMENT, DECISION, LIST, SUBJECT
from voterlist.storage.ledger import ApplicationEvent, CaseNumber, Ledger
from voterlist.tables import from_columns

DAY = dt.date(2026, 2, 3)
CONTENT = ("submissions", "case_numbers", "decisions", "acceptances", "journal")


def lists(*precincts, source="aaaaaaaaaaaa"):
    """LIST with a row for each of these precincts of constituency 88."""
    count = len(precincts)
    columns = {
        "source": [source] * count,
        "constituency": pa.array([88] * count, pa.int32()),
        "precinct": pa.array(precincts, pa.int32()),
        "list_kind": ["permanent"] * count,
        "rows": [10] * count,
        "entries": [9] * count,
        "set_aside": [1] * count,
    }
    return from_columns(columns, LIST, count)


def numbered(count):
    """The numbers of so many cases."""
    return [
        CaseNumber(f"{number:012x}", number + 1, "content", "run1")
        for number in range(count)
    ]


def decisions(first, count, verdict="repeat", by="Leyla M."):
    """DECISION: so many decisions, of the cases numbered from ``first`` on."""
    ids = [f"{number:012x}" for number in range(first, first + count)]
    columns = {
        "case_id": pa.array(ids, pa.string()),
        "entry_id": pa.array([f"088-001-{one}" for one in ids], pa.string()),
        "verdict": pa.array([verdict] * count, pa.string()),
        "reason": pa.array(["seen on paper"] * count, pa.string()),
        "decided_by": pa.array([by] * count, pa.string()),
        "decided_at": pa.array(["2026-02-04T09:00:00+04:00"] * count, pa.string()),
    }
    return from_columns(columns, DECISION, count)


def acceptances(count):
    """ACCEPTANCE: so many findings accepted."""
    columns = {name: [None] * count for name in ACCEPTANCE.names}
    columns |= {
        "finding_id": [f"f{number}" for number in range(count)],
        "rule": ["over-age"] * count,
        "mark": ["accept"] * count,
        "reason": ["the oldest of the town"] * count,
        "value": [100.5] * count,
        "accepted_by": ["Leyla M."] * count,
        "accepted_at": ["2026-02-04T09:00:00+04:00"] * count,
    }
    return from_columns(columns, ACCEPTANCE, count)


def amendments(count):
    """AMENDMENT: so many entries struck."""
    columns = {name: [None] * count for name in AMENDMENT.names}
    columns |= {
        "entry_id": [f"088-001-{number}" for number in range(count)],
        "action": ["strike"] * count,
        "ground": ["death"] * count,
        "reason": ["told by the family"] * count,
        "decided_by": ["Leyla M."] * count,
        "decided_at": ["2026-02-04T09:00:00+04:00"] * count,
    }
    return from_columns(columns, AMENDMENT, count)


def subjects(*entries):
    """SUBJECT: what each of these entries says."""
    columns = {"entry_id": list(entries), "cells": ["{}"] * len(entries)}
    return from_columns(columns, SUBJECT, len(entries))


def application(number=1, event="taken"):
    """Something that happened to an application, as the ledger keeps it."""
    said = {"name": "Səfurə Əliyeva", "born": "1950-02-03"}
    return ApplicationEvent(number, event, DAY.isoformat(), "Leyla M.", said)


def fill(path, count=40):
    """Write some of everything into a ledger.

    The second half of the decisions in a transaction of its own.
    """
    with Ledger(path) as ledger:
        ledger.submit(lists(*range(1, count)), {"aaaaaaaaaaaa": "1.csv"}, DAY)
        ledger.number_cases(numbered(count))
        ledger.decide(decisions(0, count // 2))
        ledger.accept(acceptances(count // 2))
        ledger.write_journal(DAY, "run", run="run1", whole=1, open_in_88=count)
    with Ledger(path) as ledger:
        ledger.decide(decisions(count // 2, count // 2))
        ledger.write_journal(DAY, "review", recorded=count // 2)


def content(ledger):
    """All that a ledger says."""
    return {name: getattr(ledger, name)() for name in CONTENT}


WRITE_AND_DIE = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
import ledgers
from voterlist.storage.ledger import Ledger

keeper = Ledger(Path(sys.argv[1]))
with Ledger(Path(sys.argv[1])) as ledger:
    ledger.decide(ledgers.decisions(5000, 3, "separate"))
os.kill(os.getpid(), signal.SIGKILL)
"""


def write_and_die(path):
    """Add three decisions in a process killed before SQLite moves them from WAL to ledger."""
    command = [
        sys.executable,
        "-c",
        WRITE_AND_DIE,
        str(path),
        str(Path(__file__).parent),
    ]
    processes.run(command, check=False)
    assert path.with_name("ledger.db-wal").stat().st_size


def workspace(folder):
    """A workspace with a complete run, and decisions and acceptances in its ledger."""
    workspaces.finished(folder)
    with Ledger(folder / "ledger.db") as ledger:
        ledger.decide(decisions(0, 5))
        ledger.accept(acceptances(2))
        ledger.write_journal(DAY, "review", recorded=5)
    return folder
