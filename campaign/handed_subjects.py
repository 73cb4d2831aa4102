"""What other people hand back or over, whole: answers, packages, keys; and lists to commands."""

from __future__ import annotations

import atexit
import hashlib
import json
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from functools import cache, partial
from pathlib import Path

import rfc8785

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from typer.testing import CliRunner  # noqa: E402

import leak_story  # noqa: E402  these stand in the folder of the tests
import marked  # noqa: E402
import packages  # noqa: E402
import test_desk_files as pages  # noqa: E402
import test_review_import as reviews  # noqa: E402
import workspaces  # noqa: E402
from mutators import damaged, with_other_values  # noqa: E402
from subject import Subject, WrongError  # noqa: E402
from voterlist.casework.reviewing import Imported  # noqa: E402
from voterlist.cli import APP  # noqa: E402
from voterlist.custody import keys as sealing  # noqa: E402
from voterlist.custody.keys import read_public_key  # noqa: E402

__all__ = ["HANDED", "reviewed"]

_SHARE_OF_VALUES = 0.7
"""So many are damaged in their values and signed, or summed up, anew; the others in their bytes."""


@cache
def reviewed() -> Path:
    """A workspace with a run, its review workbook filled in; made once a process."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    workspace = workspaces.make(folder / "2026")
    workspaces.run(workspace)
    reviews.decided(reviews.export(workspace, workspace / "review.xlsx"))
    return workspace


def _workbooks(kind: str, folder: Path) -> Subject:
    """A review workbook that comes back: only what stood in it may be recorded."""
    workspace = shutil.copytree(reviewed(), folder / "2026")
    whole = workspace / "review.xlsx"
    books = {
        "xlsx": whole.read_bytes,
        "ods": partial(reviews.as_ods, whole),
        "xls": (ROOT / "tests/reader_files/list.xls").read_bytes,
    }
    possible = reviews.possible(workspace)
    path = workspace / f"back.{kind}"

    def take(content: bytes) -> str:
        path.write_bytes(content)
        return _judged(reviews.read_in(workspace, path), possible)

    return Subject([books[kind]()], take, 8)


def _judged(read: Imported, possible: AbstractSet[object]) -> str:
    """How the answers that were read in ended, in a word.

    Raises:
        WrongError: one was recorded that nobody gave.
    """
    if not reviews.recorded(read) <= possible:
        raise WrongError("a decision was recorded that nobody made")
    return "read, rows refused" if read.problems else "read"


def _page(folder: Path) -> Subject:
    """A file of decisions of the page; most of them with a digest that fits."""
    workspace = shutil.copytree(reviewed(), folder / "2026")
    path = pages.saved(
        workspace, workspace / "decisions.json", pages.decision(workspace)
    )
    possible = reviews.possible(workspace)

    def take(content: bytes) -> str:
        path.write_bytes(content)
        return _judged(pages.read_in(workspace, path), possible)

    def damage(whole: bytes, dice: random.Random, other: bytes) -> tuple[str, bytes]:
        if dice.random() > _SHARE_OF_VALUES:
            return damaged(whole, dice, other)
        values = with_other_values(json.loads(whole), dice)
        values = values if isinstance(values, dict) else {}
        said = {name: value for name, value in values.items() if name != "digest"}
        digest = hashlib.sha256(_canonical(said)).hexdigest()
        return "values", json.dumps({**said, "digest": digest}).encode()

    return Subject([path.read_bytes()], take, 15, damage)


def _packages(folder: Path) -> Subject:
    """A package whose bytes were damaged: none is taken, and nothing of it is left."""
    world = packages.world(folder)
    path, _ = world.write()
    whole, members = path.read_bytes(), packages.unzipped(path)

    def damage(_whole: bytes, dice: random.Random, other: bytes) -> tuple[str, bytes]:
        if dice.random() < 0.5:
            return damaged(whole, dice, other)
        if dice.random() < 0.5:
            return "splice", packages.edited(dice, whole)
        return "inside", packages.archive(packages.lying(dice, members))

    def take(content: bytes) -> str:
        code = world.refused_bytes(content)
        if code is None and content != whole:
            raise WrongError("a damaged package is taken")
        return code or "taken"

    return Subject([whole], take, 60, damage)


def _sealed(folder: Path) -> Subject:
    """A package that is encrypted to us, damaged on the way."""
    world = packages.world(folder)
    path, _ = world.write()
    sealed = folder / "sealed.age"
    sealing.encrypt(path, sealed, world.centre.public.age)
    whole = sealed.read_bytes()

    def take(content: bytes) -> str:
        code = world.refused_bytes(content)
        if code is None and content != whole:
            raise WrongError("a damaged package is taken")
        return code or "taken"

    return Subject([whole], take, 60)


def _signed(folder: Path) -> Subject:
    """A package of a trusted commission that states what it should not, and signs it."""
    world = packages.world(folder)
    path, _ = world.write()

    def damage(_whole: bytes, dice: random.Random, _other: bytes) -> tuple[str, bytes]:
        def change(fields: object) -> bytes:
            return _canonical(with_other_values(fields, dice))

        return "values", packages.resigned(path, world.constituency, change)

    def take(content: bytes) -> str:
        return world.refused_bytes(content) or "taken"

    return Subject([path.read_bytes()], take, 40, damage)


def _canonical(values: object) -> bytes:
    """In the form that is signed; as it comes where there is none."""
    try:
        return rfc8785.dumps(values)  # type: ignore[arg-type]  whatever JSON can say
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):
        return json.dumps(values).encode()


def _keys(folder: Path) -> Subject:
    """The public key of a commission, as it is trusted."""
    packages.world(folder)
    paths = sorted(folder.glob("keys-*/public.json"))
    given = folder / "given.json"

    def take(content: bytes) -> str:
        given.write_bytes(content)
        public = read_public_key(given)
        if content not in wholes:
            raise WrongError(f"a damaged key is taken: {public.age[:4]}")
        return "read"

    def damage(whole: bytes, dice: random.Random, other: bytes) -> tuple[str, bytes]:
        if dice.random() > _SHARE_OF_VALUES:
            return damaged(whole, dice, other)
        return "values", _canonical(with_other_values(json.loads(whole), dice))

    wholes = [path.read_bytes() for path in paths]
    return Subject(wholes, take, 150, damage)


# Commands


def _command(command: str, kind: str, folder: Path) -> Subject:
    """A list given to a command: it says what it may, and ends with a code of its own."""
    people = [marked.Marks().person(number, number % 2 == 0) for number in range(1, 9)]
    path = folder / f"list.{kind}"
    if kind == "xlsx":
        marked.write_workbook(path, people, "1 saylı")
    else:
        path.write_text(marked.table(people, "1 saylı"), encoding="utf-8")
    row = leak_story.row_of(f"printed: {command}", leak_story.places())

    def take(content: bytes) -> str:
        path.write_bytes(content)
        ended = CliRunner().invoke(APP, [command, str(path)])
        if ended.exit_code not in range(4):
            raise WrongError(f"exit code {ended.exit_code}")
        marks = marked.marks_in(ended.output) - _in_headings(content)
        if marks and (row is None or marks - row.allowed(marks)):
            raise WrongError("it prints cells")
        return f"exit code {ended.exit_code}"

    return Subject([path.read_bytes()], take, 5)


def _in_headings(content: bytes) -> set[str]:
    """The marks in lines that hold a heading too: a damaged file can have cells among its headings.

    Headings are named by ``inspect``; ``docs/privacy.md`` says so.
    """
    lines = content.decode("utf-8", "replace").splitlines()
    return {
        mark
        for line in lines
        if any(heading in line for heading in marked.HEADERS)
        for mark in marked.marks_in(line)
    }


HANDED: Mapping[str, Callable[[Path], Subject]] = {
    "answers: page": _page,
    **{
        f"answers: {kind}": partial(_workbooks, kind) for kind in ("xlsx", "ods", "xls")
    },
    "packages": _packages,
    "packages, encrypted": _sealed,
    "packages, signed": _signed,
    "keys": _keys,
    "inspect: csv": partial(_command, "inspect", "csv"),
    "inspect: xlsx": partial(_command, "inspect", "xlsx"),
    "check: csv": partial(_command, "check", "csv"),
}
"""Each kind of input by its name on the page."""
