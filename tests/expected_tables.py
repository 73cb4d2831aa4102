"""The tables that a few small lists give, as digests of their columns: expected values.

    python tests/expected_tables.py        writes tests/golden/tables.json anew

A change that is meant to change an answer renews them, and says in its message which and why. A
digest is of the values as text, so that it holds whatever Arrow writes them with.
"""

import hashlib
import itertools
import json
import re
import shutil
import sys
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
from typer.testing import CliRunner

import workspaces
from voterlist.cli import APP
from voterlist.schemas import AMENDMENT, DECISION, without_blank
from voterlist.storage.ledger import Ledger
from voterlist.tables import from_columns

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "bench"))
GOLDEN = Path(__file__).with_name("golden") / "tables.json"
_NAME_OF_RUN = re.compile(r"2026-02-0[34]-[0-9a-f]{8}")
DAY, NEXT_DAY = "2026-02-03", "2026-02-04"


def call(*words):
    """What a command printed; it may say that something needs a person."""
    done = CliRunner().invoke(APP, [*map(str, words)])
    assert done.exit_code <= 1, (words, done.output)
    return done.stdout


def digest(values):
    """A short digest of these values in their order."""
    text = json.dumps(values, ensure_ascii=False, default=str)
    # The name of a run follows from its settings too; a new setting is no other answer.
    text = _NAME_OF_RUN.sub("RUN", text)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def of_table(path):
    """Rows, and the digest of each column; a field that is new and blank is left out."""
    table = without_blank(pq.read_table(path))
    columns = {
        name: digest(table.column(name).to_pylist()) for name in table.column_names
    }
    return {"(rows)": table.num_rows, **columns}


def of_run(workspace):
    """Each table of the newest run."""
    newest = max((workspace / "runs").iterdir())
    paths = sorted(newest.rglob("*.parquet"))
    return {path.relative_to(newest).as_posix(): of_table(path) for path in paths}


def of_workbook(path):
    """The digest of each sheet's cells."""
    book = openpyxl.load_workbook(path)
    return {sheet.title: digest([*sheet.iter_rows(values_only=True)]) for sheet in book}


# The lists


def sample(folder):
    """The sample of the project."""
    return of_run(workspaces.whole_sample(folder / "sample"))


def faults(folder):
    """A list with a fault of each kind, of a constituency."""
    call(
        "synth",
        folder / "faults",
        "--voters",
        500,
        "--constituencies",
        1,
        "--faults",
        "--files",
    )
    call("run", folder / "faults", "--today", DAY)
    return of_run(folder / "faults")


def decided(folder):
    """Two constituencies with registers and earlier cycles, of which much was decided.

    Its lists as compiled are among what is expected, in all forms that are no picture.
    """
    workspace = folder / "decided"
    call(
        "synth",
        workspace,
        "--voters",
        700,
        "--constituencies",
        2,
        "--seed",
        3,
        "--files",
        "--registers",
    )
    call("run", workspace, "--today", DAY)
    expected = {"before/" + name: told for name, told in of_run(workspace).items()}
    run = max((workspace / "runs").iterdir())
    entries = pq.read_table(run / "entries.parquet").to_pylist()
    cases = pq.read_table(run / "cases.parquet").to_pylist()
    with Ledger(workspace / "ledger.db") as ledger:
        ledger.decide(_answers(cases))
        ledger.amend(_amendments(entries))
    call("run", workspace, "--today", NEXT_DAY)
    expected |= {"after/" + name: told for name, told in of_run(workspace).items()}
    for purpose in ("display", "work", "record"):
        forms = "csv,parquet" if purpose == "record" else "xlsx"
        out = folder / purpose
        call(
            "lists",
            workspace,
            "--purpose",
            purpose,
            "--form",
            forms,
            "--out",
            out,
            "--today",
            NEXT_DAY,
        )
        for path in sorted(out.rglob("*.*")):
            name = f"{purpose}/{path.relative_to(out).as_posix()}"
            if path.suffix == ".xlsx":
                expected[name] = of_workbook(path)
            elif path.suffix == ".parquet":
                expected[name] = of_table(path)
            elif path.suffix == ".csv":
                expected[name] = digest(path.read_text(encoding="utf-8"))
    book = folder / "cases.xlsx"
    call("review", "export", workspace, "--out", book, "--today", NEXT_DAY)
    expected["cases.xlsx"] = of_workbook(book)
    expected["status"] = digest(
        call("status", workspace, "--today", NEXT_DAY, "--json")
    )
    return expected


def _answers(cases):
    """DECISION: by turns a repetition, two persons, and what people contradict each other in."""
    members = {}
    for row in cases:
        members.setdefault(row["case_id"], []).append(row["entry_id"])
    rows = []
    for number, (case, ids) in enumerate(sorted(members.items())):
        same = ["keep", *["repeat"] * (len(ids) - 1)]
        apart = ["separate"] * len(ids)
        told = {"Aynur": same if number % 3 != 1 else apart}
        if number % 3 == 2:
            told["Rauf"] = apart
        for who, verdicts in told.items():
            at = f"2026-02-03T09:{number % 60:02}:00+00:00"
            rows += [
                {"case_id": case, "entry_id": entry, "verdict": verdict, "reason": "seen",
                 "decided_by": who, "decided_at": at}
                for entry, verdict in zip(sorted(ids), verdicts, strict=True)
            ]  # fmt: skip
    return _table(rows, DECISION)


_ACTS = (
    {"action": "strike", "ground": "died", "document": "№ 1"},
    {
        "action": "correct",
        "ground": "typing-error",
        "field": "given_name",
        "value": "Nigar",
    },
    {
        "action": "correct",
        "ground": "typing-error",
        "field": "birth_date",
        "value": "1970-02-03",
    },
    {
        "action": "move",
        "ground": "boundary",
        "constituency": 1,
        "precinct": 2,
        "document": "№ 2",
    },
    {"action": "ask", "due": "2026-02-20"},
)


def _amendments(entries):
    """AMENDMENT: each act for some entries, far from each other."""
    ids = sorted(row["entry_id"] for row in entries if row["constituency"] == 1)
    rows = []
    for turn, (place, act) in itertools.product(range(3), enumerate(_ACTS)):
        at = f"2026-02-03T10:{place:02}:{turn:02}+00:00"
        entry = ids[7 + 11 * place + 60 * turn]
        said = {"reason": "seen", "decided_by": "Aynur", "decided_at": at}
        rows.append({**act, **said, "entry_id": entry})
    return _table(rows, AMENDMENT)


def _table(rows, schema):
    columns = {name: [row.get(name) for row in rows] for name in schema.names}
    return from_columns(columns, schema, len(rows))


def linked(folder):
    """A list of FEBRL as ``link`` has it, with its clusters."""
    import febrl  # it stands in another folder, and takes seconds to load

    source, columns, _ = febrl.write(folder / "febrl", 1)
    pairs, clusters = folder / "pairs.parquet", folder / "clusters.parquet"
    call(
        "link",
        source,
        "--columns",
        columns,
        "--profile",
        "generic",
        "--out",
        pairs,
        "--clusters",
        clusters,
    )
    return {"pairs": of_table(pairs), "clusters": of_table(clusters)}


MAKERS = (sample, faults, decided, linked)


def main_here():
    """Write the expected values anew."""
    folder = ROOT / "build" / "expected"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    made = {maker.__name__: maker(folder) for maker in MAKERS}
    GOLDEN.write_text(
        json.dumps(made, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main_here()
