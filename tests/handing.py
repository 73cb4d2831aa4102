"""Workspaces of commissions that hand over to each other, for the tests of the commands."""

import io
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

import made_once
import workspaces
from command_line import told
from voterlist.custody.keys import load_keys
from voterlist.custody.manifest import Manifest
from voterlist.custody.writing import Outline, Payload, write_package
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
    made_once.copied(f"pair {settings}", lambda made: _pair(made, settings), folder)
    return Pair(folder / "below", folder / "above", folder)


def handed(folder):
    """The same, when a package is written and not taken in yet."""
    made_once.copied("handed", lambda made: pair(made).submit(), folder)
    return Pair(folder / "below", folder / "above", folder)


def taken_in(folder):
    """The same, when the package was taken in above, where there was a run."""
    made_once.copied("taken in", _taken_in, folder)
    return Pair(folder / "below", folder / "above", folder)


def _taken_in(folder):
    made = handed(folder)
    made.receive()
    workspaces.run(made.above)


def asked_from_above(folder):
    """The constituency, to which each of its voters was returned: all stand in another one too."""
    made_once.copied("from above", _asked, folder)
    return folder / "below"


def _asked(folder):
    returned(handed(folder), "*")


def returned(pair, lists):
    """Take in what is handed over, and return what stands on these lists of another one too."""
    folder = pair.folder
    pair.receive()
    inbox = workspaces.make(folder / "other") / "inbox" / "88"
    (pair.above / "inbox" / "87").mkdir()
    for path in inbox.glob(lists):
        shutil.copy(path, pair.above / "inbox" / "87")
    package = folder / "return.zip"
    told("run", pair.above, "--today", DAY)
    told("return", pair.above, "-c", 88, "--out", package, "--today", DAY)
    told("receive", pair.below, package, "--today", DAY)


def _pair(folder, settings):
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


def trust(workspace, other, name):
    key = other / "keys" / "public.json"
    return told("keys", "trust", workspace, key, "--name", name, "--today", DAY)


def rewritten(path, keys, change=lambda _: None, stated=None, **outline):
    """Write a package once more, signed by its sender, with other files or statements in it.

    Args:
        path: the package; it is written over.
        keys: the folder of the sender's keys.
        change: takes the files by their paths, and changes them.
        stated: path -> (table, rows), where the manifest states others than before.
        outline: fields of the manifest.
    """
    with zipfile.ZipFile(path) as package:
        files = {
            info.filename.partition("/")[2]: package.read(info)
            for info in package.infolist()
        }
    manifest = Manifest.model_validate_json(files["manifest.json"])
    apart = {name for name in files if not name.startswith("data/")}
    tables = {one.path: (one.table, one.rows) for one in manifest.files}
    change(files)
    stated = stated or {}
    tables |= stated
    payloads = [
        Payload(
            name.removeprefix("data/"),
            content,
            *_said(content, *tables.get(name, (None, None)), is_own=name in stated),
        )
        for name, content in files.items()
        if name not in apart
    ]
    same = {name: getattr(manifest, name) for name in Outline.__dataclass_fields__}
    return write_package(path, Outline(**(same | outline)), payloads, load_keys(keys))


def _said(content, table, rows, *, is_own):
    """(table, rows) of a file: as many as it holds, where nobody states another number."""
    if table is None or is_own:
        return table, rows
    if content.endswith(b"PAR1"):
        rows = pq.read_metadata(io.BytesIO(content)).num_rows
    elif table == "door":
        rows = content.count(b"\n") - 1
    return table, rows


def rows_of(content):
    """The rows of a table in a package."""
    return pq.read_table(io.BytesIO(content)).to_pylist()


def table_of(content, rows):
    """The bytes of a table in a package with other rows."""
    stream = io.BytesIO()
    schema = pq.read_schema(io.BytesIO(content))
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), stream)
    return stream.getvalue()
