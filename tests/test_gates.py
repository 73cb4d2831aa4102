"""What the gates of handing over count, from tables written by hand."""

from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest

from voterlist.config.sections import Settings
from voterlist.handover import gates
from voterlist.pipeline.known import Known
from voterlist.pipeline.list_input import ListSource
from voterlist.schemas import CONTESTED, RETURNED, SET_ASIDE
from voterlist.tables import from_rows

HERE = "088-0001-a"
THERE = "088-0001-b"


@pytest.fixture
def run(tmp_path):
    """The run of a constituency whose tables a test writes."""
    runs = Known("run", {}, (tmp_path,), (frozenset(),))
    source = ListSource(tmp_path, runs, None, Settings())
    return gates._Run(source, gates.Scope(88))


def write(run, name, schema, *rows):
    pq.write_table(from_rows(rows, schema), run.folder / f"{name}.parquet")


def aside(code, rows, constituency=88, precinct=1):
    place = {"constituency": constituency, "precinct": precinct}
    return {
        "source": "a" * 12,
        "copy": 0,
        "line": 0,
        "code": code,
        "rows": rows,
        **place,
    }


def test_a_file_that_could_not_be_read_counts_though_nobody_knows_its_rows(run):
    """A whole list would be handed over as if nobody had stood on it."""
    unreadable = aside("damaged", 0)
    title = aside("title-row", 5)
    elsewhere = aside("damaged", 3, constituency=87)
    nowhere = aside("damaged", 2, constituency=None, precinct=None)
    write(run, "set_aside", SET_ASIDE, unreadable, title, elsewhere, nowhere)
    assert gates._set_aside(run) == 1 + 2


def test_every_dispute_counts_once(run):
    """Two disputes about entries would be one, and a settled one would open the gate.

    One over two cases of an entry is one, and so is what is said of an entry of it. Whom two people
    would add to two precincts is on no list: handed over, nobody would know of that voter.
    """
    rows = [
        {"case_id": "c", "entry_id": HERE},
        {"case_id": "c", "entry_id": THERE},
        {"case_id": "d", "entry_id": THERE},
        {"case_id": None, "entry_id": HERE},
        {"case_id": None, "entry_id": "088-0001-c"},
        {"case_id": None, "entry_id": "088-0001-c"},
        {"case_id": None, "entry_id": "087-0001-a"},
        {"case_id": None, "entry_id": "arrivals:088-0002-d"},
        {"case_id": None, "entry_id": "arrivals:087-0002-d"},
        {"case_id": None, "entry_id": "residence:000-0000-e"},
    ]
    answer = {"answer": "strike", "decided_by": "x", "decided_at": "2026-02-03"}
    contested = from_rows([{**row, **answer} for row in rows], CONTESTED)
    run.source._standing[run.folder] = SimpleNamespace(contested=contested)
    write(run, "returned", RETURNED)
    assert gates._contested_subjects(run) == 4


@pytest.mark.parametrize(
    ("count", "limit", "is_open", "is_let_pass"),
    [
        (0, 0, False, False),
        (1, 0, True, False),
        (1, 1, False, True),
        (2, 1, True, False),
        (9, None, False, True),
    ],
)
def test_a_gate_is_open_above_its_limit(count, limit, is_open, is_let_pass):
    """Nothing could be handed over, or everything."""
    state = gates.GateState(gates.Gate.ERRORS, count, limit)
    assert (state.is_open, state.is_let_pass) == (is_open, is_let_pass)
