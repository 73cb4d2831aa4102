"""A cycle with marked lists through every command, and where a mark was seen afterwards.

Two commissions hand over to each other. Each step is a real process; what it printed, every file
that it changed, and what is left in the temporary folder and at home, is searched for marks. A
command for which a workspace is enough needs no step: it is run by itself.

``python tests/leak_story.py status BELOW --json`` tells one step alone, behind a run, and what
leaked; ``BELOW`` is the marked workspace.
"""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any

from typer.main import get_command

import desks
import handing
import marked
import processes
from voterlist.cli import APP
from voterlist.storage import ledger as ledgers

PAGE = Path(__file__).resolve().parents[1] / "docs" / "privacy.md"
_ROW = re.compile(
    r"^\| `([^`]+)` \| (cells|no identifiers|none) \| (.+) \|$", re.MULTILINE
)
DAY = "2026-02-03"
BELOW = """
[workspace]
name = "Dairə"
level = "conec"
constituency = 88
[report]
languages = ["en", "az"]
[submit]
set_aside = false
errors = false
most_open_cases = 100
contested = false
returned = false
pending = false
second_readings = false
returned_cases = false
missing_precincts = false
unknown_precincts = false
stale_run = false
"""
ABOVE = '[workspace]\nname = "MSK"\nlevel = "cec"\n'
_START = """
import io, sys
sys.stdin = io.StringIO({given!r})
sys.argv = ["voterlist", *{words!r}]
from voterlist.cli import main
main()
"""


@dataclass(frozen=True)
class Place:
    """A row of the table in the page about privacy."""

    pattern: str
    holds: str
    why: str

    def allowed(self, marks: set[str]) -> set[str]:
        """Those of these marks that may stand here."""
        if self.holds == "no identifiers":
            return {mark for mark in marks if not marked.is_identifier(mark)}
        return marks if self.holds == "cells" else set()


def places(text: str | None = None) -> list[Place]:
    """The rows of the table, in their order: the first that fits a place is the one that counts."""
    page = PAGE.read_text(encoding="utf-8") if text is None else text
    table = page.partition("<!-- places -->")[2].partition("<!-- end of places -->")[0]
    return [Place(one[1], one[2], one[3]) for one in _ROW.finditer(table)]


def row_of(place: str, table: list[Place]) -> Place | None:
    """The row that a place falls under; None where the page does not know it."""
    fits = (one for one in table if fnmatch.fnmatchcase(place, one.pattern))
    return next(fits, None)


@dataclass
class Story:
    """What was done with the marked lists, and where marks were seen.

    Attributes:
        folder: everything lies in it.
        umask: that of every process.
        is_long: each crash comes once for people and once for programs, else in turn.
    """

    folder: Path
    umask: int = 0
    is_long: bool = False
    marks: marked.Marks = field(default_factory=marked.Marks)
    done: set[str] = field(default_factory=set)
    """The commands that were run, such as ``review export``."""
    seen: dict[str, set[str]] = field(default_factory=dict)
    """Place -> the marks in it. Places without marks are here too."""
    open_to_others: set[str] = field(default_factory=set)
    """Files and folders of the program that other users could open."""
    unbroken: list[str] = field(default_factory=list)
    """Crashes that did not come about."""
    broken: list[str] = field(default_factory=list)
    """Commands that failed inside, though nothing broke them."""
    _known: dict[Path, tuple[int, int]] = field(default_factory=dict)

    @property
    def below(self) -> Path:
        """The workspace of the constituency."""
        return self.folder / "below"

    @property
    def above(self) -> Path:
        """The workspace of the central commission."""
        return self.folder / "above"

    @property
    def out(self) -> Path:
        """What commands are told to write, a folder for each."""
        return self.folder / "out"

    def begin(self) -> None:
        """Write the marked lists."""
        for name in ("tmp", "home", "out", "given"):
            (self.folder / name).mkdir()
        for workspace, text in ((self.below, BELOW), (self.above, ABOVE)):
            (workspace / "inbox").mkdir(parents=True)
            (workspace / "reference").mkdir()
            (workspace / "voterlist.toml").write_text(text, encoding="utf-8")
        _write_lists(self)
        self.note_changes(None)

    def run(self, command: str, *words: Any, **how: Any) -> Any:
        """Run a command, and search what it left; returns how it ended.

        Args:
            command: its name, such as ``review export``.
            words: its arguments and options.
            how: ``given``: its standard input; ``bound``: it is bound by the modes of files.
        """
        text = _START.format(
            given=how.get("given", ""), words=[*command.split(), *map(str, words)]
        )
        ended = processes.run(
            [sys.executable, "-c", text],
            env=self.environment(),
            umask=self.umask,
            bound_by_modes=how.get("bound", False),
            capture_output=True,
            encoding="utf-8",
        )
        if "failed inside" in ended.stderr + ended.stdout:
            self.broken.append(command)
        return self._saw_the_end(command, ended)

    def crash(self, command: str, *words: Any, environment: dict[str, str]) -> Any:
        """Run a command that breaks; a process that is new, so that it breaks where it should."""
        ended = subprocess.run(
            [sys.executable, "-m", "voterlist", *command.split(), *map(str, words)],
            env={**self.environment(), **environment},
            umask=self.umask,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if "ValueError" not in ended.stderr:
            self.unbroken.append(f"{command} {environment['CRASH_AT']}")
        return self._saw_the_end(command, ended)

    def _saw_the_end(self, command: str, ended: Any) -> Any:
        self.done.add(command)
        self.saw(f"printed: {command}", ended.stdout)
        self.saw(f"errors: {command}", ended.stderr)
        self.note_changes(command)
        return ended

    def environment(self) -> dict[str, str]:
        """Of every process: its temporary folder and home are searched too."""
        own = {"TMPDIR": self.folder / "tmp", "HOME": self.folder / "home"}
        return {**os.environ, **{name: str(path) for name, path in own.items()}}

    def saw(self, place: str, content: bytes | str) -> None:
        """Search what stands in a place."""
        found = marked.marks_in(content) & self.marks.given
        self.seen.setdefault(place, set()).update(found)

    def leaks(self) -> list[str]:
        """Places that the page does not know, and those that hold marks and may not."""
        table = places()
        found = []
        for place, marks in sorted(self.seen.items()):
            row = row_of(place, table)
            if row is None:
                found.append(f"{place}: not in the page")
            elif wrong := marks - row.allowed(marks):
                found.append(f"{place}: {sorted(wrong)[:5]}")
        return found

    def note_changes(self, command: str | None) -> None:
        """Search the files that are new or others now; their names too."""
        for path in self._paths():
            status = path.lstat()
            state = (status.st_mtime_ns, status.st_size)
            if self._known.get(path) == state:
                continue
            self._known[path] = state
            if command is None:
                continue
            place = self._place_of(path, command)
            if not place.startswith(("inbox", "given")):
                self._note_mode(path, place)
            self.saw(place, place)
            if path.is_file() and not path.is_symlink():
                self.saw(place, path.read_bytes())

    def _note_mode(self, path: Path, place: str) -> None:
        if stat.S_IMODE(path.lstat().st_mode) & 0o077 and path not in self._theirs():
            self.open_to_others.add(place)

    def _theirs(self) -> set[Path]:
        """Folders that the test made, as people do."""
        tops = [self.below, self.above, self.out]
        tops += [one / name for one in tops[:2] for name in ("inbox", "reference")]
        return {*tops, self.folder / "tmp", self.folder / "home"}

    def _paths(self) -> Iterator[Path]:
        return (path for path in self.folder.rglob("*") if not _is_given(path, self))

    def _place_of(self, path: Path, command: str) -> str:
        """A path as the page names it."""
        for workspace in (self.below, self.above):
            if path.is_relative_to(workspace):
                return path.relative_to(workspace).as_posix()
        if path.is_relative_to(self.out):
            inside = path.relative_to(self.out)
            return f"written: {command}/{inside.as_posix()}"
        return path.relative_to(self.folder).as_posix()


def _is_given(path: Path, story: Story) -> bool:
    return path.is_relative_to(story.folder / "given")


def _write_lists(story: Story) -> None:
    """Three lists, one of them a workbook; somebody stands twice; registers; damaged files."""
    marks, inbox = story.marks, story.below / "inbox" / "88"
    inbox.mkdir()
    (story.below / "inbox" / "89").mkdir()
    people = [marks.person(number, number % 2 == 0) for number in range(1, 13)]
    others = [marks.person(number, number % 3 == 0) for number in range(1, 13)]
    twice = ["13", *people[1][1:7], *others[2][7:]]
    others += [twice, ["14", *people[3][1:]]]
    others[4][4] = marks.word()
    others[5][7] = others[6][7]
    unlisted = [["", marks.word(), "", "", "", "", "", "", "", marks.word()]]
    titles = ("1 saylı seçki məntəqəsi", f"Məktəb {marks.word()}")
    _write(inbox / "menteqe-1.csv", marked.table([*people, *unlisted], *titles))
    marked.write_workbook(
        inbox / "menteqe-2.xlsx", others, "2 saylı seçki məntəqəsi", marks.word()
    )
    away = [["1", *people[5][1:]], marks.person(2)]
    _write(
        story.below / "inbox" / "89" / "menteqe-1.csv",
        marked.table(away, "1 saylı seçki məntəqəsi"),
    )
    dead = [["1", *people[7][1:]], marks.person(2), ["3", *people[8][1:4], *[""] * 6]]
    _write(story.below / "reference" / "deaths.csv", marked.table(dead))
    _write(story.below / "reference" / "residence.csv", marked.table(people[:6]))
    gone = [*people[:9], marks.person(40)]
    _write(
        story.below / "reference" / "last-cycle.csv",
        marked.table(gone, "88 saylı dairə, 1 saylı seçki məntəqəsi"),
    )
    given = story.folder / "given"
    shutil.copy(inbox / "menteqe-2.xlsx", given / "list.xlsx")
    shutil.copy(inbox / "menteqe-1.csv", given / "list.csv")
    _write(given / "table.csv", marked.table([*people, ["13", *people[2][1:]]]))
    content = (given / "list.xlsx").read_bytes()
    (given / "cut.xlsx").write_bytes(content[: len(content) // 2])
    (given / "cut.parquet").write_bytes(b"PAR1" + content)
    rows = "\n".join(f"{'x' * number};{marks.word()}" for number in range(9))
    (given / "broken.csv").write_bytes(rows.encode() + b"\xff\xfe\x00\x01;;;")
    header = marked.HEADERS[1]
    _write(given / "map.toml", f'[columns]\nsurname = "{header}"\n')
    _write(given / "strict.toml", "[link]\nduplicate_probability = 1.0\n")
    _write(given / "wrong.toml", '[columns]\nsurname = "nowhere"\nnobody = "x"\n')


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


# The steps


Crashes = tuple[tuple[str, str, int], ...]


def of_a_workspace(group: Any = None, *names: str) -> set[str]:
    """The commands for which a workspace is enough: what else they take may be left out."""
    group = group or get_command(APP)
    found: set[str] = set()
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            found |= of_a_workspace(command, *names, name)
        elif "workspace" in {one.name for one in command.params} and not any(
            one.required and one.name != "workspace" for one in command.params
        ):
            found.add(" ".join((*names, name)))
    return found


def through_every_command(story: Story, crashes: Crashes | None = None) -> None:
    """Every command that there is; a test holds that none is left out."""
    story.begin()
    _make(story)
    _list(story)
    _review(story)
    _hand_over(story)
    _apply(story)
    _look(story)
    _fail(story, CRASHES if crashes is None else crashes)


def _make(story: Story) -> None:
    out = story.out
    story.run("init", story.folder / "new", "-c", "88")
    story.run("synth", out / "synth", "--voters", 60, "--constituencies", 1, "--files")
    story.run("schedule", story.below, "--systemd")
    story.run("manual", "under-age", "--json")
    story.run("manual", "--out", out / "manual")
    story.run("inspect", story.below / "inbox", "--details")
    story.run("inspect", story.below / "inbox", "--details", "--json")
    story.run(
        "run", story.below, "--today", DAY, "--jobs", 2,
        "--log-file", out / "run-log" / "deep" / "run.jsonl",
    )  # fmt: skip
    story.run("run", story.below, "--today", DAY, "--json", "--log-json")
    story.run("run", story.below, "--plan")


def _list(story: Story) -> None:
    out, given = story.out, story.folder / "given"
    story.run("status", story.below, "--today", DAY, "--page", "--ics", out / "c.ics")
    # A line that names nobody is told without its cells.
    mobile = f"dairə;məntəqə;nömrə;soyadı\n88;1;1;{story.marks.word()}\n"
    _write(story.below / "mobile.csv", mobile)
    # A file that a person brings has the mode that the person gave it.
    (story.below / "mobile.csv").chmod(0o600)
    purposes = ("changes", "display", "work", "record", "door")
    for purpose in (*purposes, "card", "label", "notices", "supplementary", "mobile"):
        story.run("lists", story.below, "--purpose", purpose, "--today", DAY)
    story.run("figures", story.below, "--today", DAY)
    story.run("figures", story.below, "--out", out / "open", "--today", DAY, "--json")
    card = ("--first", 1, "--last", 9, "--by", "L", "--today", DAY)
    story.run("day stock", story.below, "-c", 88, "--precinct", 1, *card)
    entry = handing.newest(story.below, "entries").to_pylist()[0]["entry_id"]
    story.run("day issue", story.below, entry, 1, "--by", "L", "--today", DAY)
    story.run("day cancel", story.below, "--act", 7, *card)
    signed = given / "signed.csv"
    _write(signed, f"məntəqə;nömrə;imza;soyadı\n1;9999;+;{story.marks.word()}\n")
    story.run("day signed", story.below, signed, "--by", "L", "--today", DAY)
    post = given / "post.csv"
    for reason in ("moved", story.marks.word()):
        _write(post, f"məntəqə;nömrə;səbəb\n1;1;{reason}\n")
        story.run("doors undelivered", story.below, post, "--by", "L")
    story.run("day protocol", story.below, "--protocol", given / "list.csv")
    _answer_at_the_door(story)
    word = story.marks.word()
    story.run("find", story.below, word, word, "1970", "--today", DAY, "--json")
    story.run("find", story.below, word, "--born", "1970", "--by", "R", "--today", DAY)
    files = (given / "list.csv", given / "list.xlsx")
    story.run("check", *files, "--today", DAY, "--report", out / "audit", "--json")
    story.run("check", files[0], "--out", out / "findings.parquet")
    story.run("compare", *files, "--today", DAY, "--out", out / "changes.parquet")
    for form in ("parquet", "csv", "xlsx"):
        story.run(
            "link", given / "table.csv", "--out", out / f"pairs.{form}",
            "--clusters", out / f"clusters.{form}", "--state", out / "state",
            "--log-json",
        )  # fmt: skip
    story.run(
        "link", given / "table.csv", "--out", out / "drawn.parquet",
        "--settings", given / "strict.toml", "--report", out / "page.html",
    )  # fmt: skip
    story.run("link", given / "table.csv", "--plan", "--json")
    word = story.marks.word()
    story.run("names", word, story.marks.word())


def _answer_at_the_door(story: Story) -> None:
    """One answer typed by its code, and one from the file of a telephone, each with marks."""
    below, word = story.below, story.marks.word
    told = story.run("doors list", below, "--today", DAY, "--json")
    codes = [
        code for one in json.loads(told.stdout)["precincts"] for _, code in one["left"]
    ]
    said = ("--note", word(), "--by", "R")
    story.run("doors answer", below, codes[0], "absent", *said)
    kept = next((below / "lists" / "at-door").iterdir())
    story.run("doors read", below, kept)


def _review(story: Story) -> None:
    below, out = story.below, story.out
    for form in ("workbook", "page"):
        story.run("review export", below, "--form", form, "--today", DAY)
    story.run("review export", below, "--out", out / "review.xlsx", "--json")
    story.run("review import", below, out / "review.xlsx", "--by", "Leyla", "--json")
    _decide(story)
    story.run("run", below, "--today", DAY)
    story.run("review sample", below, "-n", 4, "--today", DAY)
    story.run("review feedback", below, "-c", 88, "--today", DAY)
    pairs = handing.newest(below, "pairs").to_pylist()
    story.run("explain", below, pairs[0]["entry_l"], pairs[0]["entry_r"])
    story.run("evaluate", out / "pairs.parquet", out / "synth" / "truth.parquet")
    _at_the_desk(story)


def _decide(story: Story) -> None:
    """Somebody decides the first case, and writes a cell into the reason."""
    import pyarrow as pa

    from voterlist.schemas import DECISION
    from voterlist.tables import from_columns

    queue = handing.newest(story.below, "queue").to_pylist()
    case = queue[0]["case_id"]
    ids = [row["entry_id"] for row in queue if row["case_id"] == case]
    rows: dict[str, list[Any]] = {
        "case_id": [case] * len(ids),
        "entry_id": ids,
        "verdict": ["separate"] * len(ids),
        "reason": [story.marks.word()] * len(ids),
        "decided_by": ["Leyla"] * len(ids),
        "decided_at": ["2026-02-03T09:00:00+04:00"] * len(ids),
    }
    table: pa.Table = from_columns(rows, DECISION, len(ids))
    with ledgers.Ledger(story.below / ledgers.FILE_NAME) as ledger:
        ledger.decide(table)


def _at_the_desk(story: Story) -> None:
    """Every page and every answer of the desk."""
    below = story.below
    for name, role in (("Aysel", "analyst"), ("Orxan", "operator"), ("Rauf", "chair")):
        story.run(
            "user add", below, name, "--role", role, "--password-stdin",
            given=f"{desks.PASSWORD}\n",
        )  # fmt: skip
    given = f"{desks.PASSWORD}\n"
    story.run("user password", below, "Rauf", "--password-stdin", given=given)
    story.run("user remove", below, "Rauf")
    with desks.running(below, **story.environment()) as desk:
        analyst, operator = desk.visitor("Aysel"), desk.visitor("Orxan")
        for path in ("/", "/login", "/api/desk", "/api/news", "/nothing", "/login.css"):
            story.saw(f"desk: {path}", analyst.get(path).content)
        asked = analyst.get("/counter/questions")
        story.saw("desk: /counter/questions", asked.content)
        cases = analyst.get("/api/desk").json()
        shown = analyst.post("/api/next", json={"after": -1})
        story.saw("desk: /api/next", shown.content)
        case = {"case": cases["data"]["cases"]["id"][0]}
        story.saw("desk: /api/open", analyst.post("/api/open", json=case).content)
        wrong = {"language": "en", "decisions": [{"word": story.marks.word()}]}
        story.saw("desk: /api/decide", analyst.post("/api/decide", json=wrong).content)
        for kind in ("page", "workbook"):
            story.saw(f"desk: /export/{kind}", operator.get(f"/export/{kind}").content)
            refused = analyst.get(f"/export/{kind}")
            story.saw(f"desk: /export/{kind} refused", refused.content)
        left = (story.folder / "tmp").rglob("*")
        story.saw("desk: temporary files", " ".join(path.name for path in left))
        _, told, errors = desk.stop()
    story.done.add("review serve")
    story.saw("printed: review serve", told)
    story.saw("errors: review serve", errors)
    story.note_changes("review serve")


def _hand_over(story: Story) -> None:
    below, above, out = story.below, story.above, story.out
    for workspace in (below, above):
        story.run("keys make", workspace, "--today", DAY)
    for own, other, name in ((above, below, "Dairə"), (below, above, "MSK")):
        key = other / "keys" / "public.json"
        story.run("keys trust", own, key, "--name", name, "--today", DAY)
    story.run("submit", below, "--out", out / "up.zip", "--by", "Leyla", "--today", DAY)
    story.run("receive", above, out / "up.zip", "--today", DAY)
    story.run(
        "submit", below, "--out", out / "sealed.zip", "--encrypt-to", "MSK",
        "--today", DAY,
    )  # fmt: skip
    story.run("receive", above, out / "sealed.zip.age", "--today", DAY, "--json")
    story.run("verify", out / "up.zip", "--workspace", below)
    story.run("run", above, "--today", DAY)
    story.run("return", above, "-c", 88, "--out", out / "down.zip", "--today", DAY)
    story.run("receive", below, out / "down.zip", "--today", DAY)
    story.run("answer", below)
    story.run("answer", below, "--json")
    story.run(
        "approve", above, "-c", 88, "--ground", "3/7", "--by", "R", "--today", DAY
    )
    story.run(
        "finish", below, "check", "--day", DAY, "--ground", "3/7", "--by", "R",
        "--today", DAY,
    )  # fmt: skip
    story.run("keys distrust", above, "--name", "Dairə", "--today", DAY)


def _apply(story: Story) -> None:
    """What people ask at the counter, with marks wherever they may say something."""
    below, word = story.below, story.marks.word
    entry = handing.newest(below, "entries").to_pylist()[0]["entry_id"]
    at = (below, "--today", DAY)
    said = ("--by", word(), "--document", word(), "--name", word(), "--born", word())
    story.run(
        "application take", *at, "--for", entry, "--what", "correct", "--set",
        f"surname={word()}", *said,
    )  # fmt: skip
    story.run(
        "application take", *at, "--for", entry, "--what", "strike", "--relation",
        "other", "--json", *said,
    )  # fmt: skip
    story.run("application take", *at, "--what", "add", "--set", word(), *said)
    story.run("application decide", *at, 1, "--grant", "--ground", word(), "--by", "L")
    story.run(
        "application decide", *at, 1, "--grant", "--ground", "document-seen",
        "--reason", word(), "--by", "L",
    )  # fmt: skip
    story.run("application notify", *at, 2, "--by", "L", "--text", word())
    story.run("application note", *at, 2, word(), "--by", "L")
    story.run(
        "application appeal", *at, 1, "--to", "court", "--outcome", "refused",
        "--evidence", word(), "--by", "L",
    )  # fmt: skip
    for number, name in ((1, "slip"), (1, "answer")):
        story.run(
            f"application {name}", *at, number, "--out", story.out / f"{name}.pdf"
        )
    story.run("application book", *at, "--out", story.out / "book.pdf")
    story.run("application withdraw", *at, 2, "--by", "L", "--reason", word())
    story.run("application list", *at)
    story.run("application list", *at, "--json")
    story.run("application show", *at, 1, "--json")


def _look(story: Story) -> None:
    below, out = story.below, story.out
    for command in sorted(of_a_workspace() - story.done):
        for form in FORMS:
            story.run(command, below, *form)
    story.run("journal", below, "--json")
    story.run("journal", below, "--verify")
    story.run("ledger copy", below, out / "copy.db")
    story.run("ledger restore", below, out / "copy.db", "--today", DAY)
    story.run("ledger renew", below, "--by", "R", "--reason", "lost", "--today", DAY)
    story.run("forget", below, "--json", "--today", DAY)
    story.run("forget", below, "--yes", "--by", "R", "--today", DAY)


# What goes wrong

CRASHES = (
    ("run", "voterlist.tables:concat", 1),
    ("run", "voterlist.tables:concat", 9),
    ("run", "voterlist.tables:from_columns", 3),
    ("run", "voterlist.storage.store:write_table", 2),
    # Behind all stages, so that whatever a run draws, it leaves what it had put aside.
    ("run", "voterlist.render.wall:build_wall", 1),
    ("check", "voterlist.tables:concat", 1),
    ("link", "voterlist.link.block:build", 1),
    ("lists", "voterlist.tables:concat", 1),
)
"""(command, function, call) where it breaks, in a worker too; the error quotes a cell."""
FORMS: tuple[tuple[str, ...], ...] = ((), ("--json",))
"""A crash is told to people or to programs."""


def _fail(story: Story, crashes: Crashes) -> None:
    """Damaged files, maps that do not fit, permissions that are refused, crashes."""
    _read_damaged_files(story)
    _refuse_permissions(story)
    _crash(story, crashes)
    _crash_at_the_desk(story)


def _read_damaged_files(story: Story) -> None:
    below, out, given = story.below, story.out, story.folder / "given"
    for name in ("cut.xlsx", "broken.csv"):
        path = given / name
        story.run("inspect", path, "--details")
    path = given / "cut.xlsx"
    story.run("check", path)
    story.run("link", path, "--out", out / "damaged.parquet")
    story.run("compare", path, given / "list.csv")
    story.run("evaluate", path, path)
    story.run("explain", path, "088-0001-A", "088-0001-B")
    story.run("review import", below, path, "--json")
    story.run("receive", below, path)
    story.run("ledger restore", below, path)
    story.run("keys trust", below, path, "--name", "other")
    story.run("verify", path, "--workspace", below)
    for command in ("check", "link"):
        more = ("--out", out / "none.parquet") if command == "link" else ()
        for name in ("wrong.toml", "list.csv"):
            columns = ("--columns", given / name)
            story.run(command, given / "table.csv", *columns, *more)
        story.run(command, given / "table.csv", "--settings", given / "list.csv", *more)
    book = bytearray((out / "review.xlsx").read_bytes())
    book[len(book) // 2] ^= 255
    (given / "book.xlsx").write_bytes(book)
    story.run("review import", below, given / "book.xlsx")
    package = bytearray((out / "up.zip").read_bytes())
    package[len(package) // 2] ^= 255
    (given / "up.zip").write_bytes(package)
    story.run("receive", story.above, given / "up.zip", "--json")
    for name in ("cut.xlsx", "broken.csv"):
        shutil.copy(given / name, below / "inbox" / "88" / name)
    story.run("run", below, "--today", DAY, "--json")


def _refuse_permissions(story: Story) -> None:
    below = story.below
    closed = [below / "inbox" / "88" / "menteqe-1.csv", below / "runs"]
    for path in closed:
        mode = path.stat().st_mode
        path.chmod(0)
        for command in ("run", "status", "lists"):
            words = ("--purpose", "work") if command == "lists" else ()
            story.run(command, below, *words, "--today", DAY, bound=True)
        path.chmod(mode)


def _broken(story: Story, function: str, call: int) -> dict[str, str]:
    """The environment of a program of which a function breaks, with the words of a cell."""
    tests = Path(__file__).parent
    path = f"{tests / 'crashes'}{os.pathsep}{tests.parent / 'src'}"
    cells = f"{story.marks.word()} {story.marks.day()} {story.marks.fin()}"
    return {
        "PYTHONPATH": path,
        "CRASH_AT": function,
        "CRASH_CALL": str(call),
        "CRASH_TEXT": cells,
    }


def _crash(story: Story, crashes: Crashes) -> None:
    below, out, table = story.below, story.out, story.folder / "given" / "table.csv"
    # What breaks in a worker is tried by the campaign: it takes seconds to start some.
    jobs = 2 if story.is_long else 1
    words: dict[str, tuple[Any, ...]] = {
        "run": (below, "--today", "2026-02-05", "--jobs", jobs, "--log-json"),
        "check": (table,),
        "link": (table, "--out", out / "crashed.parquet"),
        "lists": (below, "--purpose", "work", "--today", DAY),
    }
    for number, (command, function, call) in enumerate(crashes):
        environment = _broken(story, function, call)
        in_turn = FORMS[number % len(FORMS)]
        for more in FORMS if story.is_long else (in_turn,):
            story.crash(command, *words[command], *more, environment=environment)


def _crash_at_the_desk(story: Story) -> None:
    """A fault inside of a request, told to whoever asks and on the desk's own terminal."""
    story.run("run", story.below, "--today", DAY)
    function = "voterlist.serve.work:pack_case"
    environment = {**story.environment(), **_broken(story, function, 1)}
    with desks.running(story.below, **environment) as desk:
        answer = desk.visitor("Aysel").post("/api/next", json={"after": -1})
        story.saw("desk: a fault", answer.content)
        _, told, errors = desk.stop()
    story.saw("printed: review serve", told)
    story.saw("errors: review serve", errors)
    story.note_changes("review serve")


def step(words: list[str]) -> int:
    """Tell one step behind a run, and where a mark stands that may not: its exit code is 1 then."""
    name = [*takewhile(str.islower, words)]
    with tempfile.TemporaryDirectory() as folder:
        story = Story(Path(folder))
        story.begin()
        story.run("run", story.below, "--today", DAY)
        told = [story.below if word == "BELOW" else word for word in words]
        ended = story.run(" ".join(name), *told[len(name) :])
        leaks = story.leaks()
    told = [ended.stdout, ended.stderr, *leaks, f"{len(leaks)} leaks", ""]
    sys.stdout.write("\n".join(told))
    return bool(leaks)


if __name__ == "__main__":
    sys.exit(step(sys.argv[1:]))
