"""The guides of docs/guide, read as a script: what a person types, shows and does by hand.

A guide is Markdown. Its blocks ``console`` hold commands after ``$ `` and what they show; a line
``...`` stands for any lines, and ``...`` within a line for any text. What a block cannot say stands
in comments before it:

    <!-- start: NAME -->             the folder is a copy of what an earlier guide kept
    <!-- keep: NAME -->              other guides may start here
    <!-- day: 2026-02-03 -->         the day of the clock from here on
    <!-- exit code: 1 -->            of the last command of the next block; 0 where nothing is said
    <!-- by hand: NAME FILE -->      a person of ``guide_people`` fills in the workbook
    <!-- settings: FILE -->          the next block, ``toml``, is written into the settings
    <!-- by you: ... -->             the next block is not run; the reason follows
"""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib
import pkgutil
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import guide_people
from command_line import call
from voterlist import cli

ROOT = Path(__file__).resolve().parents[1]
GUIDES = ROOT / "docs" / "guide"
SAMPLE = Path("data", "samples", "goychay")
READERS = ("operator", "analyst", "chair", "clerk", "centre")

_COMMENT = re.compile(r"<!-- ([a-z ]+): (.*) -->")
_BLOCK = re.compile(r"```(console|toml)")
_COMMANDS = [
    importlib.import_module(module.name)
    for module in pkgutil.walk_packages(cli.__path__, "voterlist.cli.")
]


@dataclass(frozen=True)
class Step:
    """One thing that a guide says: the word of a comment or the language of a block."""

    line: int
    word: str
    text: str


def steps(guide: Path) -> list[Step]:
    """Comments and blocks of a guide, in order."""
    lines = guide.read_text(encoding="utf-8").splitlines()
    found = []
    at = 0
    while at < len(lines):
        comment, block = _COMMENT.fullmatch(lines[at]), _BLOCK.fullmatch(lines[at])
        if comment:
            found.append(Step(at + 1, comment[1], comment[2]))
        if block:
            end = lines.index("```", at)
            found.append(Step(at + 1, block[1], "\n".join(lines[at + 1 : end])))
            at = end
        at += 1
    return found


def commands(block: str) -> list[tuple[str, str]]:
    """(command, what the guide shows of its output) of a block ``console``."""
    found: list[tuple[str, str]] = []
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        found.append((command, shown.strip("\n")))
    return found


def is_shown(shown: str, printed: str) -> bool:
    """Whether the lines of a guide are what a command printed.

    A guide has plain blanks where the program prints those that do not break.
    """
    if not shown:
        return True
    printed = printed.replace("\N{NO-BREAK SPACE}", " ")
    parts = [
        r"(?:.*\n)*?"
        if line.strip() == "..."
        else ".*?".join(map(re.escape, line.rstrip().split("..."))) + "\n"
        for line in shown.splitlines()
    ]
    text = "".join(f"{line.rstrip()}\n" for line in printed.splitlines())
    return re.fullmatch("".join(parts), text) is not None


@dataclass
class Story:
    """What the guides of one language do, in a folder; the folders that they keep."""

    language: str
    folder: Path
    kept: dict[str, Path] = field(default_factory=dict)
    _moment: dt.datetime = dt.datetime(2026, 2, 1, 9, tzinfo=dt.UTC)

    def tell(self, reader: str) -> list[str]:
        """Do what a guide says; what came out otherwise than it says, a text each."""
        guide = GUIDES / self.language / f"{reader}.md"
        place = self.folder / reader
        said: dict[str, str] = {}
        wrong = []
        for step in steps(guide):
            if step.word not in {"console", "toml"}:
                said[step.word] = step.text
                place = self._do(step, place)
            elif "by you" in said:
                said.pop("by you")
            elif step.word == "toml":
                _set(place / said.pop("settings"), step.text)
            else:
                code = int(said.pop("exit code", "0"))
                where = f"{self.language}/{reader}.md, line {step.line}"
                wrong += [
                    f"{where}: {one}" for one in self._type(step.text, place, code)
                ]
        return wrong

    def _do(self, step: Step, place: Path) -> Path:
        if step.word == "start":
            origin = self.kept[step.text] if step.text != "nothing" else None
            _begin(place, origin)
        elif step.word == "keep":
            self.kept[step.text] = self.folder / f"kept-{step.text}"
            shutil.copytree(place, self.kept[step.text])
        elif step.word == "day":
            day = dt.date.fromisoformat(step.text)
            self._moment = dt.datetime(day.year, day.month, day.day, 9, tzinfo=dt.UTC)
        elif step.word == "by hand":
            person, name = step.text.split()
            guide_people.PEOPLE[person](place / name, self.language)
        return place

    def _type(self, block: str, place: Path, code: int) -> list[str]:
        """What is wrong with the commands of a block; all but the last must end with 0."""
        wrong = []
        typed = commands(block)
        for number, (command, shown) in enumerate(typed, 1):
            ended, printed, errors = self._run(command, place)
            expected = code if number == len(typed) else 0
            if ended != expected:
                wrong.append(f"{command}: exit code {ended}\n{printed}{errors}")
            elif not is_shown(shown, printed):
                wrong.append(f"{command}: shows\n{printed}\ninstead of\n{shown}")
        return wrong

    def _run(self, command: str, place: Path) -> tuple[int, str, str]:
        """The exit code, the output and the errors of a command."""
        words = shlex.split(command)
        with contextlib.chdir(place):
            if words[0] != "voterlist":
                done = subprocess.run(
                    ["sh", "-c", command],
                    capture_output=True,
                    text=True,
                    encoding="utf-8",
                    check=False,
                )
                return done.returncode, done.stdout, done.stderr
            self._moment += dt.timedelta(minutes=1)
            with _clock(self._moment):
                told = call(*words[1:], language=self.language)
            return told.exit_code, told.stdout, told.stderr


@contextlib.contextmanager
def _clock(moment: dt.datetime) -> Iterator[None]:
    """Let the commands see this moment."""
    with contextlib.ExitStack() as changed:
        for module in filter(lambda one: hasattr(one, "now"), _COMMANDS):
            clock = mock.patch.object(module, "now", return_value=moment)
            changed.enter_context(clock)
        yield


def _begin(place: Path, origin: Path | None) -> None:
    if origin is not None:
        shutil.copytree(origin, place)
        return
    made_by_runs = shutil.ignore_patterns(
        "runs", "reports", "compared", "lists", "ledger*", ".lock*"
    )
    shutil.copytree(ROOT / SAMPLE, place / SAMPLE, ignore=made_by_runs)


def _set(path: Path, block: str) -> None:
    """Write ``key = value`` of a block over the lines of the settings with these keys."""
    text = path.read_text(encoding="utf-8")
    for line in block.splitlines():
        key, sign, _ = line.partition(" = ")
        if not sign:
            assert line in text, line
            continue
        text, count = re.subn(
            rf"^(# )?{re.escape(key)} = .*$", line, text, flags=re.MULTILINE
        )
        assert count == 1, key
    path.write_text(text, encoding="utf-8")
