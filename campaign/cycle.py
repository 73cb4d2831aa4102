"""A whole cycle through the commands: three constituencies and the central commission.

    python campaign/cycle.py FOLDER [--voters 33000]

Invents lists, and lets each constituency run, be refused, decide, hand over; lets the central
commission take in, run and return; lets the constituencies answer and hand over once more. Prints
what each step said, and how all stand on six days. With 33,000 voters there are 36 files.
"""

from __future__ import annotations

import argparse
import itertools
import json
import shutil
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from typer.testing import CliRunner

from voterlist.cli import APP
from voterlist.findings import finding_ids
from voterlist.schemas import ACCEPTANCE, DECISION
from voterlist.storage.ledger import Ledger
from voterlist.tables import from_columns

CONSTITUENCIES = (1, 2, 3)
CLERK = "L. Məmmədova"
DAYS = {
    "compiled": "2026-02-05",
    "handed-over": "2026-03-30",
    "returned": "2026-04-20",
    "answered": "2026-05-11",
    "approved": "2026-05-28",
}
STATUS_DAYS = (
    "2026-02-04",
    "2026-02-06",
    "2026-03-31",
    "2026-04-21",
    "2026-05-12",
    "2026-05-31",
)


@dataclass
class Cycle:
    """The workspaces of a cycle, and what each step said.

    Attributes:
        folder: where they are.
        steps: (who, command, exit code, what it said), in order.
    """

    folder: Path
    steps: list[tuple[str, str, int, dict[str, Any]]] = field(default_factory=list)

    @property
    def centre(self) -> Path:
        """The workspace of the central commission."""
        return self.folder / "cec"

    def below(self, number: int) -> Path:
        """The workspace of a constituency."""
        return self.folder / f"conec-{number:03}"

    def call(self, workspace: Path, command: str, *words: object) -> dict[str, Any]:
        """What a command said."""
        texts = [*command.split(), str(workspace), *map(str, words), "--json"]
        result = CliRunner().invoke(APP, texts)
        try:
            content: dict[str, Any] = json.loads(result.stdout)
        except ValueError:
            raise RuntimeError(f"{texts}: {result.output}") from result.exception
        if result.exit_code > 1:
            raise RuntimeError(f"{texts}: {content}")
        self.steps.append((workspace.name, command, result.exit_code, content))
        return content

    def codes(self, command: str) -> list[int]:
        """The exit codes of a command, in order."""
        return [code for _, one, code, _ in self.steps if one == command]


def make(folder: Path, voters: int) -> Cycle:
    """Invented lists in a workspace for each constituency; keys, and trust in each other."""
    cycle = Cycle(folder)
    invented = folder / "invented"
    words = ["synth", str(invented), "--voters", str(voters), "--constituencies", "3"]
    CliRunner().invoke(APP, [*words, "--files"])
    for number in CONSTITUENCIES:
        workspace = cycle.below(number)
        inbox = workspace / "inbox" / str(number)
        shutil.copytree(invented / "inbox" / str(number), inbox)
        (workspace / "reference").mkdir()
        _write_settings(workspace, number, len(list(inbox.iterdir())))
    (cycle.centre / "inbox").mkdir(parents=True)
    (cycle.centre / "reference").mkdir()
    text = '[workspace]\nname = "Mərkəzi Seçki Komissiyası"\nlevel = "cec"\n'
    (cycle.centre / "voterlist.toml").write_text(text, encoding="utf-8")
    workspaces = [cycle.centre, *map(cycle.below, CONSTITUENCIES)]
    day = ("--today", DAYS["compiled"])
    for workspace in workspaces:
        cycle.call(workspace, "keys make", *day)
    for workspace in workspaces[1:]:
        for one, other in ((workspace, cycle.centre), (cycle.centre, workspace)):
            key = other / "keys" / "public.json"
            cycle.call(one, "keys trust", key, "--name", other.name, *day)
    return cycle


def _write_settings(workspace: Path, number: int, precincts: int) -> None:
    text = f"""
[workspace]
name = "{number} nömrəli dairə seçki komissiyası"
constituency = {number}
[territory.precincts]
{number} = "1-{precincts}"
"""
    (workspace / "voterlist.toml").write_text(text, encoding="utf-8")


def run(cycle: Cycle) -> Cycle:
    """The whole cycle."""
    for number in CONSTITUENCIES:
        workspace = cycle.below(number)
        cycle.call(workspace, "run", "--today", DAYS["compiled"])
        _hand_over(cycle, number, 1, DAYS["handed-over"], is_refused=True)
        answer_everything(workspace)
        cycle.call(workspace, "run", "--today", DAYS["handed-over"])
        _hand_over(cycle, number, 1, DAYS["handed-over"])
    cycle.call(cycle.centre, "run", "--today", DAYS["returned"])
    for number in CONSTITUENCIES:
        _return(cycle, number, "return", DAYS["returned"])
    for number in CONSTITUENCIES:
        workspace = cycle.below(number)
        cycle.call(workspace, "run", "--today", DAYS["answered"])
        if cycle.call(workspace, "answer")["cases"]:
            _hand_over(cycle, number, 2, DAYS["answered"], is_refused=True)
        _answer_cases(cycle, number)
        answer_everything(workspace)
        cycle.call(workspace, "run", "--today", DAYS["answered"])
        _hand_over(cycle, number, 2, DAYS["answered"])
    cycle.call(cycle.centre, "run", "--today", DAYS["approved"])
    # Of a case over three constituencies the answers may leave open who is whom.
    answer_everything(cycle.centre)
    cycle.call(cycle.centre, "run", "--today", DAYS["approved"])
    _approve(cycle)
    return cycle


def _return(cycle: Cycle, number: int, name: str, on: str) -> None:
    """Send down what there is to tell, and carry package and receipt."""
    package, day = cycle.folder / f"{name}-{number}.zip", ("--today", on)
    cycle.call(cycle.centre, "return", "-c", number, "--out", package, *day)
    cycle.call(cycle.below(number), "receive", package, *day)
    receipt = package.with_name(f"{name}-{number}-receipt.zip")
    cycle.call(cycle.centre, "receive", receipt, *day)


def _hand_over(
    cycle: Cycle, number: int, serial: int, day: str, *, is_refused: bool = False
) -> None:
    """Hand over, and carry package and receipt; or see that it is refused."""
    workspace = cycle.below(number)
    package = cycle.folder / f"submit-{number}-{serial}.zip"
    words = ("-c", number, "--out", package, "--by", CLERK, "--today", day)
    made = cycle.call(workspace, "submit", *words)
    if is_refused:
        if made["exit_code"] != 1:
            raise RuntimeError("a constituency that is not ready was handed over")
        return
    if made["exit_code"]:
        raise RuntimeError(f"refused: {made}")
    cycle.call(cycle.centre, "receive", package, "--today", day)
    receipt = package.with_name(f"{package.stem}-receipt.zip")
    cycle.call(workspace, "receive", receipt, "--today", day)


def answer_everything(workspace: Path) -> None:
    """What a clerk would do in the workbook: the proposals are taken, the errors accepted."""
    run_folder = max((workspace / "runs").iterdir())
    queue = pq.read_table(run_folder / "queue.parquet").to_pylist()
    cases: dict[str, list[dict[str, Any]]] = {}
    for row in queue:
        cases.setdefault(row["case_id"], []).append(row)
    verdicts = [
        (row["case_id"], row["entry_id"], _verdict(row, place))
        for rows in cases.values()
        for place, row in enumerate(rows)
    ]
    names = ("case_id", "entry_id", "verdict")
    columns: dict[str, Any] = dict(
        zip(names, zip(*verdicts, strict=True), strict=False)
    )
    size = len(verdicts)
    columns = {name: list(columns.get(name, ())) for name in names} | {
        "reason": ["sənədlərə baxıldı"] * size,
        "decided_by": [CLERK] * size,
        "decided_at": [DAYS["handed-over"]] * size,
    }
    with Ledger(workspace / "ledger.db") as ledger:
        ledger.decide(from_columns(columns, DECISION, size))
        ledger.accept(_accepted(run_folder))


def _verdict(row: dict[str, Any], place: int) -> str:
    """What is proposed of an entry of a case; where nothing is, they are different people."""
    if row["role"] in {"keep", "repeat"}:
        return str(row["role"])
    return "separate" if place else "keep"


def _accepted(run_folder: Path) -> pa.Table:
    """ACCEPTANCE of each finding that is an error."""
    findings = pq.read_table(run_folder / "findings.parquet")
    errors = [row["severity"] == "error" for row in findings.to_pylist()]
    rows = findings.filter(pa.array(errors, pa.bool_()))
    size = rows.num_rows
    columns = {
        name: rows.column(name)
        for name in ACCEPTANCE.names
        if name in rows.column_names
    } | {
        "finding_id": finding_ids(rows),
        "mark": ["accept"] * size,
        "reason": ["sənədlə yoxlanıldı"] * size,
        "accepted_by": [CLERK] * size,
        "accepted_at": [DAYS["handed-over"]] * size,
    }
    return from_columns(columns, ACCEPTANCE, size)


def _answer_cases(cycle: Cycle, number: int) -> None:
    """The person stays where the number of the constituency is lowest, and leaves the others."""
    workspace = cycle.below(number)
    day = ("--by", CLERK, "--today", DAYS["answered"])
    for case in cycle.call(workspace, "answer")["cases"]:
        places = {one["constituency"] for one in case["others"]}
        leaves = min(places, default=number) < number
        words = ("--elsewhere", "--document", "AA 12/5") if leaves else ("--stays",)
        cycle.call(workspace, "answer", "--case", case["number"], *words, *day)


def _approve(cycle: Cycle) -> None:
    """The lists of each constituency are approved, and the approval comes down."""
    words = ("--ground", "Qərar 3/7", "--by", CLERK, "--today", DAYS["approved"])
    for number in CONSTITUENCIES:
        cycle.call(cycle.centre, "approve", "-c", number, *words)
        _return(cycle, number, "approved", DAYS["approved"])


def status(cycle: Cycle) -> None:
    """How the central commission and one constituency stand on six days."""
    for day in STATUS_DAYS:
        for workspace in (cycle.centre, cycle.below(CONSTITUENCIES[0])):
            cycle.call(workspace, "status", "--today", day)


def account(cycle: Cycle) -> list[str]:
    """A line a step; steps that said the same one after the other share a line."""
    lines = []
    for line, steps in itertools.groupby(map(_line, cycle.steps)):
        times = len(list(steps))
        lines.append(line if times == 1 else f"{line}  {times} times")
    return lines


def _line(step: tuple[str, str, int, dict[str, Any]]) -> str:
    """Who, command, exit code, and the numbers of what it said."""
    who, command, code, content = step
    told = _standing(content) if command == "status" else _numbers(content)
    return f"{who:10} {command:10} {code}  {told}".rstrip()


def _numbers(content: Mapping[str, Any]) -> str:
    """The counts in an answer; of a list its length, of gates those that are open."""
    names = ("serial", "entries", "cases", "decisions", "owed")
    told = [f"{name} {_count(content[name])}" for name in names if content.get(name)]
    if content.get("confirmed"):
        told = [f"confirmed {content['confirmed']}"]
    gates = [one for one in content.get("gates", ()) if one["open"]]
    told += [f"{one['gate']} {one['count']} -> {one['todo']}" for one in gates]
    return "; ".join(told)


def _count(value: Any) -> int:
    if isinstance(value, dict):
        return sum(value.values())
    return len(value) if isinstance(value, list) else int(value)


def _standing(content: Mapping[str, Any]) -> str:
    """How many units of each stage stand and are how far; how many owe something."""
    units = content["units"]
    counts = Counter(
        f"{one['stage']} {one['standing']} {one['progress']}" for one in units
    )
    debts = Counter(one["owed"] for one in units if one["owed"])
    told = [f"{count} {name}" for name, count in counts.items()]
    told += [f"owed {name} {count}" for name, count in debts.items()]
    return f"{content['today']}: " + ", ".join(told)


def main() -> int:
    """Run the cycle and print its account."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--voters", type=int, default=33_000)
    given = parser.parse_args()
    cycle = run(make(given.folder, given.voters))
    status(cycle)
    print("\n".join(account(cycle)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
