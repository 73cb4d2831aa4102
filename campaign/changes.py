"""A random walk of changes: after each, a run must leave the bytes of one from the beginning.

    python campaign/changes.py 200 [--seed 1]

A small workspace of three constituencies changes at random: a row comes, goes or is written anew, a
file is renamed, copied into another folder or taken away, a folder vanishes and comes back, a
setting, a register, an answer, the day and the number of workers change, what is kept is damaged.
After each change the workspace is run; beside it a copy is run of which nothing is kept. Tables,
reports, manifests and what is kept must be the same. The exit code is 1 at the first step where
they are not; the seed and the step are printed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import workspaces  # noqa: E402  it stands beside this folder
from voterlist.config import SETTINGS_FILE  # noqa: E402
from voterlist.schemas import DECISION  # noqa: E402
from voterlist.storage.ledger import Ledger  # noqa: E402
from voterlist.tables import from_columns  # noqa: E402

SURNAMES = ("Məmmədov", "Rzayev", "Hüseynli", "Quliyev", "Əliyev", "Həsənov")
NAMES = ("Elçin", "Orxan", "Tural", "Vaqif", "Əli", "Rauf", "Kamil")
STREETS = (
    "Nizami küç. 4",
    "Füzuli küç. 1",
    "Xətai küç. 9, m. 2",
    "Səttar küç. 17",
    "Nizami k. 8",
)
SETTINGS: dict[str, tuple[str, ...]] = {
    "check": ("smallest_precinct = 1", "largest_precinct = 5", "voting_age = 21"),
    "workspace": ('profile = "generic"',),
    "link": ("duplicate_probability = 0.9",),
    "privacy": ("mask_identifiers = true",),
    "calendar": ("election_day = 2026-06-07",),
    "ingest": ("max_rows = 500",),
}
REGISTERS = {
    "deaths": "Soyadı;Adı;Atasının adı;Doğum tarixi;FİN\n",
    "streets": "Dairə;Məntəqə;Küçə;Evlər\n88;1;Nizami küç.;1-99\n",
    "statistics": "constituency,precinct,measure,value\n88,,adults,9\n",
}


@dataclass(slots=True)
class Walk:
    """A workspace that changes at random."""

    workspace: Path
    chance: random.Random
    day: dt.date = workspaces.TODAY
    jobs: int = 1
    away: dict[str, dict[str, bytes]] = field(default_factory=dict)
    """Folders of the inbox that are away: their files by name."""

    def lists(self) -> list[Path]:
        """The files of the inbox."""
        return sorted(self.workspace.glob("inbox/*/*.csv"))

    def a_list(self) -> Path:
        """One of them."""
        return self.chance.choice(self.lists())

    def a_row(self) -> str:
        """A voter; few names, so that many agree."""
        pick = self.chance.choice
        day = f"{pick(range(1, 29)):02d}.{pick(range(1, 13)):02d}.{pick(range(1960, 1990))}"
        fin = f"5XK{pick(range(1000, 1040))}"
        cells = (pick(SURNAMES), pick(NAMES), f"{pick(NAMES)} oğlu", day, "kişi")
        return ";".join(("9", *cells, pick(STREETS), fin)) + "\n"


def add_row(walk: Walk) -> None:
    """A voter more."""
    path = walk.a_list()
    path.write_text(path.read_text(encoding="utf-8") + walk.a_row(), encoding="utf-8")


def remove_row(walk: Walk) -> None:
    """A voter less."""
    path = walk.a_list()
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    if len(lines) > 4:
        del lines[walk.chance.randrange(2, len(lines))]
    path.write_text("".join(lines), encoding="utf-8")


def move_row(walk: Walk) -> None:
    """A voter stands in another list too, word for word."""
    row = walk.a_list().read_text(encoding="utf-8").splitlines(keepends=True)[-1]
    path = walk.a_list()
    path.write_text(path.read_text(encoding="utf-8") + row, encoding="utf-8")


def rename(walk: Walk) -> None:
    """A file has another name, which says the same precinct."""
    path = walk.a_list()
    number = path.stem.rpartition("-")[2]
    name = f"{walk.chance.choice('abcdefg')}menteqe-{number}.csv"
    if not path.with_name(name).exists():
        path.rename(path.with_name(name))


def copy(walk: Walk) -> None:
    """A file stands in another folder too."""
    path, other = walk.a_list(), walk.a_list().parent
    shutil.copy(path, other / f"copy-{path.name}")


def drop_file(walk: Walk) -> None:
    """A file is taken away."""
    if len(walk.lists()) > 3:
        walk.a_list().unlink()


def folder_away(walk: Walk) -> None:
    """A folder vanishes, or one that vanished comes back."""
    if walk.away:
        name, files = walk.away.popitem()
        folder = walk.workspace / "inbox" / name
        folder.mkdir(exist_ok=True)
        for file, content in files.items():
            (folder / file).write_bytes(content)
        return
    folder = walk.a_list().parent
    own = {path.name: path.read_bytes() for path in folder.iterdir()}
    if len(own) < len(walk.lists()):
        walk.away[folder.name] = own
        shutil.rmtree(folder)


def beside_folders(walk: Walk) -> None:
    """A list lies beside the folders, and says itself whose it is."""
    number = walk.chance.choice((88, 90, 92))
    head = f"{number} saylı seçki dairəsi, 7 saylı seçki məntəqəsi\n"
    text = head + workspaces.HEADER + walk.a_row() + walk.a_row()
    (walk.workspace / "inbox" / "all.csv").write_text(text, encoding="utf-8")


def another_setting(walk: Walk) -> None:
    """A setting is another one, or as it was at first."""
    section = walk.chance.choice([*SETTINGS, ""])
    text = '[report]\nlanguages = ["en"]\n'
    if section:
        text += f"[{section}]\n{walk.chance.choice(SETTINGS[section])}\n"
    (walk.workspace / SETTINGS_FILE).write_text(text, encoding="utf-8")


def another_register(walk: Walk) -> None:
    """A register comes, goes, or has a row more."""
    name = walk.chance.choice(sorted(REGISTERS))
    path = walk.workspace / "reference" / f"{name}.csv"
    if path.exists() and walk.chance.random() < 0.5:
        path.unlink()
        return
    text = path.read_text(encoding="utf-8") if path.exists() else REGISTERS[name]
    if name == "deaths":
        cells = walk.a_row().strip().split(";")
        text += ";".join((*cells[1:5], cells[7])) + "\n"
    path.write_text(text, encoding="utf-8")


def answer(walk: Walk) -> None:
    """A person decides a case: each of its entries stays."""
    result = workspaces.run(walk.workspace, today=walk.day)
    import pyarrow.parquet as pq  # noqa: PLC0415  needed by this change alone

    queue = pq.read_table(result.folder / "queue.parquet").to_pylist()
    if not queue:
        return
    case = walk.chance.choice(queue)["case_id"]
    entries = sorted(row["entry_id"] for row in queue if row["case_id"] == case)
    columns: dict[str, list[Any]] = {
        "case_id": [case] * len(entries),
        "entry_id": entries,
        "verdict": ["keep"] + ["repeat"] * (len(entries) - 1),
        "reason": ["moved"] * len(entries),
        "decided_by": ["N"] * len(entries),
        "decided_at": [f"{walk.day.isoformat()}T10:00:00"] * len(entries),
    }
    with Ledger(walk.workspace / "ledger.db") as ledger:
        ledger.decide(from_columns(columns, DECISION, len(entries)))


def next_day(walk: Walk) -> None:
    """It is the next day."""
    walk.day += dt.timedelta(days=1)


def other_jobs(walk: Walk) -> None:
    """Other many processes work side by side."""
    walk.jobs = 3 - walk.jobs


def damage(walk: Walk) -> None:
    """A file of what is kept, or of a run, loses its last byte."""
    files = sorted(
        path
        for pattern in ("kept/*/*/*/*", "runs/*/*.parquet", "reports/*/*")
        for path in walk.workspace.glob(pattern)
    )
    if files:
        path = walk.chance.choice(files)
        path.write_bytes(path.read_bytes()[:-1])


CHANGES: tuple[Callable[[Walk], None], ...] = (
    add_row,
    remove_row,
    move_row,
    rename,
    copy,
    drop_file,
    folder_away,
    beside_folders,
    another_setting,
    another_register,
    answer,
    next_day,
    other_jobs,
    damage,
)


def begin(folder: Path, seed: int) -> Walk:
    """A workspace of three constituencies that was run once."""
    workspace = workspaces.make(folder, settings='[report]\nlanguages = ["en"]\n')
    walk = Walk(workspace, random.Random(seed))  # noqa: S311  no secret
    for number in (90, 92):
        for precinct in (1, 2):
            path = workspace / "inbox" / str(number) / f"menteqe-{precinct}.csv"
            path.parent.mkdir(exist_ok=True)
            rows = "".join(walk.a_row() for _ in range(4))
            text = f"{precinct} saylı seçki məntəqəsi\n{workspaces.HEADER}{rows}"
            path.write_text(text, encoding="utf-8")
    workspaces.run(workspace)
    return walk


def step(walk: Walk) -> tuple[str, list[str]]:
    """Change one thing and run; returns the change, and the files that are not as they should be.

    They are compared with those of the same workspace run from the beginning.
    """
    change = walk.chance.choice(CHANGES)
    change(walk)
    calm = walk.workspace.with_name("calm")
    shutil.rmtree(calm, ignore_errors=True)
    shutil.copytree(walk.workspace, calm)
    workspaces.forget(calm)
    result = workspaces.run(walk.workspace, today=walk.day, jobs=walk.jobs)
    expected = workspaces.run(calm, today=walk.day)
    found = workspaces.contents(result), workspaces.contents(expected)
    reports = workspaces.reports(walk.workspace), workspaces.reports(calm)
    differing = []
    for own, other in (found, reports):
        names = own.keys() | other.keys()
        differing += [
            name for name in sorted(names) if own.get(name) != other.get(name)
        ]
    return change.__name__, differing


def main() -> int:
    """Walk; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("steps", type=int)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        walk = begin(Path(folder) / "2026", asked.seed)
        for number in range(1, asked.steps + 1):
            name, differing = step(walk)
            print(f"{number} {name}", flush=True)
            if differing:
                print(f"seed {asked.seed}, step {number}: {', '.join(differing)}")
                return 1
    print(f"seed {asked.seed}: {asked.steps} steps, all the same")
    return 0


if __name__ == "__main__":
    sys.exit(main())
