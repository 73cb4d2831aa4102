"""Workspaces of commissions that hand over to each other, for the tests of the commands."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
from typer.testing import CliRunner

import workspaces
from voterlist.cli.app import APP
from voterlist.schemas import DECISION
from voterlist.storage.ledger import Ledger
from voterlist.tables import from_columns

DAY = "2026-02-04"
BELOW = """
[workspace]
name = "Göyçay dairəsi"
[submit]
set_aside = false
[territory.precincts]
88 = "1-2"
"""
ABOVE = '[workspace]\nname = "MSK"\nlevel = "cec"\n'


@dataclass
class Pair:
    """A constituency with a run, and the central commission; each trusts the other."""

    below: Path
    above: Path
    folder: Path

    def copied(self, folder):
        """Both elsewhere, to be changed."""
        shutil.copytree(self.below, folder / "below")
        shutil.copytree(self.above, folder / "above")
        return Pair(folder / "below", folder / "above", folder)

    def submit(self, name="package.zip", *more, day=DAY):
        """(exit code, what was said) of handing over to a file."""
        out = ("--out", self.folder / name)
        return told("submit", self.below, "-c", 88, *out, *more, "--today", day)

    def receive(self, name="package.zip", *more, day=DAY):
        """(exit code, what was said) of taking a file in above."""
        return told("receive", self.above, self.folder / name, *more, "--today", day)

    def decide(self, verdicts=("keep", "separate"), by="Leyla M."):
        """Decide the one case below."""
        queue = newest(self.below, "cases").to_pylist()
        rows = {
            "case_id": [row["case_id"] for row in queue],
            "entry_id": [row["entry_id"] for row in queue],
            "verdict": list(verdicts),
            "reason": ["seen on paper"] * len(queue),
            "decided_by": [by] * len(queue),
            "decided_at": ["2026-02-03T09:00:00+04:00"] * len(queue),
        }
        with Ledger(self.below / "ledger.db") as ledger:
            ledger.decide(from_columns(rows, DECISION, len(queue)))


def call(*words, given=None):
    return CliRunner().invoke(APP, [str(word) for word in words], input=given)


def told(*words, given=None):
    result = call(*words, "--json", given=given)
    return result.exit_code, json.loads(result.stdout)


def code_of(answer):
    """(exit code, code of the error)."""
    code, content = answer
    return code, content["error"]["code"]


def newest(workspace, table):
    """A table of the newest run."""
    # Runs of one day have names whose order means nothing.
    runs = (workspace / "runs").iterdir()
    run = max(runs, key=lambda one: one.stat().st_mtime_ns)
    return pq.read_table(run / f"{table}.parquet")


def contents(folder):
    """Path -> bytes of everything in a workspace that a package may change."""
    apart = {".lock", "ledger.db-wal", "ledger.db-shm"}
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in apart
    }


def pair(folder, settings=BELOW):
    """Both, with keys; the constituency has a run and its one case is decided."""
    below = workspaces.make(folder / "below", settings=settings)
    above = folder / "above"
    (above / "inbox").mkdir(parents=True)
    (above / "voterlist.toml").write_text(ABOVE, encoding="utf-8")
    made = Pair(below, above, folder)
    workspaces.run(below)
    made.decide()
    workspaces.run(below)
    for workspace in (below, above):
        told("keys", "make", workspace, "--today", DAY)
    trust(above, below, "Göyçay")
    trust(below, above, "MSK")
    return made


def trust(workspace, other, name):
    key = other / "keys" / "public.json"
    return told("keys", "trust", workspace, key, "--name", name, "--today", DAY)
