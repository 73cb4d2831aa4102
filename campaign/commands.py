"""The commands that the campaign disturbs, the folders they work in, and the end they come to."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import openpyxl

import faults
import handing
import workspaces
from command_line import call, told
from voterlist.catalogue import catalogue
from voterlist.errors import VoterlistError
from voterlist.storage.ledger import verify

DAY = handing.DAY
_BY = "Leyla M."
_SAY = catalogue("en")
_APART = re.compile(
    # Times of a run, the lock, and the marks, which are held against the ledger by themselves.
    r"(.*/)?(trace\.json|result\.json|\.lock|ledger\.mark|.*\.db(-wal|-shm)?)"
    # Work kept for the next run, on which no result depends: it may hold older work as well.
    r"|[^/]+/kept(/.*)?"
    # With such a file Python tries whether it may write.
    r"|tmp/[a-z0-9_]{8}"
)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d[^\"\']*")
_UNCOMPARED = {"seals": (), "chain": ("number",), "sessions": ()}
"""Tables of which only these columns are compared: the others follow from all other rows, and from
the moments in them."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command in a folder.

    Attributes:
        name: what the campaign calls it.
        words: its words; ``{root}`` stands for the folder.
        make: fills the folder.
        again: exit codes that it may have where it was done before and is given once more, besides
            those of one that was not disturbed.
    """

    name: str
    words: Sequence[str]
    make: Callable[[Path], object]
    again: tuple[int, ...] = ()

    def given(self, root: Path) -> list[str]:
        """Its words in this folder."""
        return [word.format(root=root) for word in self.words]

    def run(self, root: Path, fault: faults.Fault | None = None) -> faults.Done:
        """Run it in this folder."""
        return faults.run(root, self.given(root), fault)


def _lists(root: Path) -> None:
    """A workspace that was never run."""
    workspaces.make(root / "w", settings='[report]\nlanguages = ["en"]\n')


def _done(root: Path) -> None:
    """A workspace with a complete run."""
    _lists(root)
    workspaces.run(root / "w")


def _changed(root: Path) -> None:
    """A workspace whose settings changed since its run of the day: it is made again in place."""
    _done(root)
    path = root / "w" / "voterlist.toml"
    path.write_text(f"{path.read_text()}[check]\nvoting_age = 21\n")


def _answered(root: Path) -> None:
    """A workspace, and the workbook of its cases, filled in."""
    _done(root)
    book_path = root / "answers.xlsx"
    words = ["review", "export", root / "w", "--out", book_path, "--language", "en"]
    assert call(*words).exit_code == 0
    book = openpyxl.load_workbook(book_path)
    sheet = book["Cases"]
    for row in sheet.iter_rows():
        columns = {cell.value: cell.column for cell in row}
        if "run_id" in columns:
            break
    for below, verdict in ((1, "keep"), (2, "repeat")):
        sheet.cell(
            row[0].row + below, columns[_SAY("review.column.verdict")]
        ).value = verdict
        sheet.cell(
            row[0].row + below, columns[_SAY("review.column.reason")]
        ).value = "one passport"
    book.save(book_path)


def _asked(root: Path) -> None:
    """A workspace with an application that waits for its decision."""
    _done(root)
    words = [*("--what", "correct", "--for", "088-0001-F3XSWZYM8GZF6"), "--by", _BY]
    words += [*("--set", "surname=Əliyeva", "--document", "AZE 1"), *_HERE]
    assert told("application", "take", root / "w", *words)[0] == 0


def _decided(root: Path) -> handing.Pair:
    """A constituency that may hand over, and the central commission."""
    return handing.pair(root)


def _rounded(root: Path) -> None:
    """The same with a key for its figures: each draws its own, and the bytes follow from it."""
    secret = _decided(root).below / "figures-secret"
    secret.mkdir(0o700)
    (secret / "key").write_bytes(bytes(32))


def _packed(root: Path) -> None:
    """A package that waits to be taken in."""
    assert _decided(root).submit()[0] == 0


def _packed_twice(root: Path) -> None:
    """The second package of a constituency, whose first was taken in."""
    both = _decided(root)
    assert both.submit()[0] == 0
    assert both.receive()[0] == 0
    path = both.below / "inbox" / "88" / "menteqe-2.csv"
    path.write_text(
        path.read_text() + "9;Quliyev;Rauf;Vaqif oğlu;01.01.1980;;X küç. 1;\n"
    )
    workspaces.run(both.below)
    assert both.submit()[0] == 0


def _taken(root: Path) -> handing.Pair:
    """The central commission has taken a package in, and has run."""
    both = _decided(root)
    assert both.submit()[0] == 0
    assert both.receive()[0] == 0
    workspaces.run(both.above)
    return both


def _returned(root: Path) -> None:
    """What the central commission returned waits to be taken in below."""
    both = _taken(root)
    words = ["return", both.above, "-c", 88, "--out", root / "return.zip"]
    assert told(*words, "--today", DAY)[0] == 0


_HERE = ("--today", DAY)
COMMANDS = {
    one.name: one
    for one in (
        Command("run", ("run", "{root}/w", *_HERE), _lists),
        Command("run-again", ("run", "{root}/w", "--today", "2026-02-03"), _changed),
        Command(
            "review-import",
            ("review", "import", "{root}/w", "{root}/answers.xlsx", "--by", _BY),
            _answered,
        ),
        Command(
            "submit",
            ("submit", "{root}/below", "-c", "88", "--out", "{root}/out/p.zip", *_HERE),
            _decided,
        ),
        Command(
            "receive",
            ("receive", "{root}/above", "{root}/package.zip", *_HERE),
            _packed,
            again=(3, 6),
        ),
        Command(
            "receive-second",
            ("receive", "{root}/above", "{root}/package.zip", *_HERE),
            _packed_twice,
            again=(3, 6),
        ),
        Command(
            "receive-return",
            ("receive", "{root}/below", "{root}/return.zip", *_HERE),
            _returned,
            again=(3, 6),
        ),
        Command(
            "receive-receipt",
            ("receive", "{root}/below", "{root}/package-receipt.zip", *_HERE),
            _taken,
            again=(3, 6),
        ),
        Command(
            "return",
            ("return", "{root}/above", "-c", "88", "--out", "{root}/out/r.zip", *_HERE),
            _taken,
        ),
        Command(
            "lists",
            ("lists", "{root}/below", "--purpose", "record", *_HERE),
            _decided,
        ),
        Command("figures", ("figures", "{root}/below", *_HERE), _rounded),
        Command(
            "day-stock",
            (
                *("day", "stock", "{root}/w", "-c", "88", "--precinct", "1"),
                *("--first", "1", "--last", "9", "--by", _BY, *_HERE),
            ),
            _done,
            again=(2,),
        ),
        Command(
            "application-decide",
            (
                *("application", "decide", "{root}/w", "1", "--grant"),
                *("--ground", "document-seen", "--by", _BY, *_HERE),
            ),
            _asked,
            again=(2,),
        ),
        Command(
            "ledger-copy",
            ("ledger", "copy", "{root}/below", "{root}/copy.db"),
            _decided,
            again=(2,),
        ),
    )
}


@dataclass
class Scene:
    """A command with its folder as it is before, and the ends that it may come to.

    Attributes:
        command: the command.
        before: the folder before it; only ever copied.
        counts: how many calls of each kind it makes undisturbed.
        seconds: how long it takes undisturbed.
        ends: the end undisturbed, and that of the command given twice: who is killed behind the
            last commit does not know that all is done.
        codes: the exit codes of both.
    """

    command: Command
    before: Path
    counts: dict[str, int]
    seconds: float
    ends: tuple[dict[str, str], ...]
    codes: frozenset[int]

    def copied(self) -> Path:
        """A new copy of the folder, at the place where every trial works."""
        root = self.before.with_name("trial")
        shutil.rmtree(root, ignore_errors=True)
        return shutil.copytree(self.before, root, symlinks=True)


def stage(command: Command, folder: Path) -> Scene:
    """Make the folder of a command below ``folder``, and learn the end that it comes to."""
    import time  # noqa: PLC0415  for this alone

    folder.mkdir(parents=True)
    before, trial = folder / "before", folder / "trial"
    # Names of folders stand in what the commands write: it is made where trials work.
    trial.mkdir()
    command.make(trial)
    (trial / "tmp").mkdir()
    trial.rename(before)
    scene = Scene(command, before, {}, 0.0, (), frozenset())
    root = scene.copied()
    command.run(root)
    root = scene.copied()
    began = time.monotonic()
    first = command.run(root)
    scene.seconds = time.monotonic() - began
    assert first.code in {0, 1}, first
    ends = [end(root)]
    second = command.run(root)
    assert second.code in {0, 1, *command.again}, second
    ends.append(end(root))
    scene.counts = first.counts
    scene.ends = tuple(ends)
    scene.codes = frozenset({first.code, second.code})
    return scene


class Scenes(dict[str, Scene]):
    """The commands by their names, each with its folder, which is made when it is first needed."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def __missing__(self, name: str) -> Scene:
        """The command of this name, in a folder below."""
        scene = self[name] = stage(COMMANDS[name], self.folder / name)
        return scene


def end(root: Path) -> dict[str, str]:
    """What a folder holds: the digest of each file, and the rows of each ledger.

    A ledger that its chain or its marks do not fit stands in it with what is wrong.
    """
    found = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_dir():
            if not any(path.iterdir()) and not _APART.fullmatch(name):
                found[f"{name}/"] = "an empty folder"
        elif not _APART.fullmatch(name):
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        if path.name in {"ledger.db", "copy.db"}:
            found[name] = _rows(path)
    found.pop("tmp/", None)
    return found


def _rows(path: Path) -> str:
    """The digest of the rows of a ledger, without moments; what is wrong of one that is damaged."""
    try:
        told = verify(path)
    except VoterlistError as error:
        return f"does not fit: {error.code}"
    if not told.fits:
        return f"does not fit: {sorted(one.kind for one in told.problems)}"
    with tempfile.TemporaryDirectory() as folder:
        for part in path.parent.glob(f"{path.name}*"):
            if not part.name.endswith("-shm"):
                shutil.copy(part, folder)
        with closing(sqlite3.connect(Path(folder) / path.name)) as ledger:
            return _digest_of(ledger)


def _digest_of(ledger: sqlite3.Connection) -> str:
    names = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
    state = hashlib.sha256()
    for (table,) in ledger.execute(names).fetchall():
        columns = ", ".join(_UNCOMPARED.get(table, "*"))
        if not columns:
            continue
        query = f"SELECT {columns} FROM {table}"  # noqa: S608  our names
        rows = sorted(map(str, ledger.execute(query)))
        text = json.dumps([table, rows], ensure_ascii=False)
        state.update(_MOMENT.sub("", text).encode())
    return state.hexdigest()


def differences(found: dict[str, str], wanted: dict[str, str]) -> list[str]:
    """The names of what is another, is missing or is too much."""
    names = sorted(found.keys() | wanted.keys())
    return [
        f"{name}: {_how(found.get(name), wanted.get(name))}"
        for name in names
        if found.get(name) != wanted.get(name)
    ]


def _how(found: str | None, wanted: str | None) -> str:
    if found is None:
        return "missing"
    if wanted is None:
        return "too much"
    return found if found.startswith("does not fit") else "another"


def nearest(found: dict[str, str], scene: Scene) -> list[str]:
    """What differs from that of the ends which is nearest; empty where it is one of them."""
    return min((differences(found, one) for one in scene.ends), key=len)


if __name__ == "__main__":
    for one in [COMMANDS[name] for name in sys.argv[2:]] or COMMANDS.values():
        made = stage(one, Path(sys.argv[1]) / one.name)
        differ = differences(made.ends[1], made.ends[0])
        print(one.name, made.codes, f"{made.seconds:.1f} s", made.counts, differ)
