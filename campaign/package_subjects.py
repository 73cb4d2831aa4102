"""Packages whose sender is trusted and whose content is not as it should be; packages to verify."""

from __future__ import annotations

import atexit
import io
import json
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import handing  # noqa: E402  these stand in the folder of the tests
import packages  # noqa: E402
import test_wrong_senders as wrong_senders  # noqa: E402
from command_line import call, told  # noqa: E402
from mutators import damaged, with_other_values  # noqa: E402
from subject import Subject, WrongError  # noqa: E402
from voterlist.custody.canonical import from_bytes  # noqa: E402
from voterlist.custody.keys import load_keys  # noqa: E402
from voterlist.custody.manifest import Manifest  # noqa: E402
from voterlist.custody.writing import Outline, Payload, write_package  # noqa: E402

__all__ = ["PACKED"]

_REFUSED = 3
_FAR = 0.1
"""The share of packages of a wrong sender whose number is far ahead."""
_SAID = range(4)
"""Exit codes of a command that took a package, or says why it did not."""


@cache
def _pair() -> handing.Pair:
    """A constituency that handed over, and who receives it; made once a process."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    pair = handing.pair(folder)
    pair.submit()
    return pair


def _contents(folder: Path) -> Subject:
    """A package that is signed by a trusted commission, with another content of one file."""
    pair = _pair()
    members = packages.unzipped(pair.folder / "package.zip")
    by_name = {one.name.decode().partition("/")[2]: one.content for one in members}
    manifest = from_bytes(Manifest, by_name["manifest.json"])
    assert manifest is not None
    keys = load_keys(pair.below / "keys")
    names = Outline.__dataclass_fields__
    outline = Outline(**{name: getattr(manifest, name) for name in names})

    def damage(_whole: bytes, dice: random.Random, other: bytes) -> tuple[str, bytes]:
        hit = dice.choice(manifest.files)
        how, content = _other_content(by_name[hit.path], dice, other)
        payloads = [
            Payload(
                file.path.removeprefix("data/"),
                content if file is hit else by_name[file.path],
                file.table,
                file.rows,
            )
            for file in manifest.files
        ]
        path = folder / "made.zip"
        write_package(path, outline, payloads, keys)
        return how, path.read_bytes()

    def take(content: bytes) -> str:
        with tempfile.TemporaryDirectory(dir=folder) as inside:
            above = shutil.copytree(pair.above, Path(inside) / "above")
            package = Path(inside) / "package.zip"
            package.write_bytes(content)
            ended = call("receive", above, package, "--today", handing.DAY)
        return _as_it_should(ended)

    return Subject([b""], take, 5, damage)


def _other_content(
    content: bytes, dice: random.Random, other: bytes
) -> tuple[str, bytes]:
    """A file of a package with other values, or with damaged bytes."""
    if dice.random() < 0.2:
        return damaged(content, dice, other)
    if content.startswith(b"PAR1"):
        return "values", _other_table(content, dice)
    try:
        return "values", json.dumps(
            with_other_values(json.loads(content), dice)
        ).encode()
    except ValueError:
        return damaged(content, dice, other)


def _other_table(content: bytes, dice: random.Random) -> bytes:
    """A table with other cells, all of them text where a cell is none of its type any more."""
    table = pq.read_table(io.BytesIO(content))
    rows: list[dict[str, Any]] = with_other_values(table.to_pylist(), dice)
    kept = [row for row in rows if isinstance(row, dict)]
    nullable = [field.with_nullable(nullable=True) for field in table.schema]
    try:
        made = pa.Table.from_pylist(kept, schema=pa.schema(nullable))
    except (pa.ArrowException, ValueError, TypeError, OverflowError):
        texts = [
            {name: None if cell is None else str(cell) for name, cell in row.items()}
            for row in kept
        ]
        fields = pa.schema([(name, pa.string()) for name in table.column_names])
        made = pa.Table.from_pylist(texts, schema=fields)
    stream = io.BytesIO()
    pq.write_table(made, stream)
    return stream.getvalue()


def _wrong_sender(folder: Path) -> Subject:
    """A package of a trusted sender who says what is not theirs to say: none is taken."""
    pair = _pair()
    whole, path = pair.folder / "package.zip", folder / "made.zip"

    def damage(_whole: bytes, dice: random.Random, _other: bytes) -> tuple[str, bytes]:
        shutil.copy(whole, path)
        keys = pair.below / "keys"
        if dice.random() < _FAR:
            serial = dice.randrange(30, 1_000_000)
            handing.rewritten(path, keys, serial=serial, previous="ab" * 32)
        else:
            change = wrong_senders.ATTACKS[dice.choice(sorted(wrong_senders.ATTACKS))]
            handing.rewritten(path, keys, change)
        return "wrong sender", path.read_bytes()

    def take(content: bytes) -> str:
        with tempfile.TemporaryDirectory(dir=folder) as inside:
            above = shutil.copytree(pair.above, Path(inside) / "above")
            package = Path(inside) / "package.zip"
            package.write_bytes(content)
            code, said = told("receive", above, package, "--today", handing.DAY)
        return _refusal(code, said)

    return Subject([b""], take, 5, damage)


def _received(folder: Path) -> Subject:
    """A package that was changed on its way: it is refused, and nothing of it is written."""
    pair = _pair()
    whole = (pair.folder / "package.zip").read_bytes()
    members = packages.unzipped(pair.folder / "package.zip")
    above = shutil.copytree(pair.above, folder / "above")
    before = handing.contents(above)
    path = folder / "package.zip"

    def damage(_whole: bytes, dice: random.Random, other: bytes) -> tuple[str, bytes]:
        how, made = "inside", packages.archive(packages.lying(dice, members))
        if dice.random() < 0.5:
            how, made = damaged(whole, dice, other)
        return how, made if made != whole else whole[:-1]

    def take(content: bytes) -> str:
        path.write_bytes(content)
        code, said = told("receive", above, path, "--today", handing.DAY)
        if handing.contents(above) != before:
            raise WrongError("a package that is refused leaves something")
        return _refusal(code, said)

    return Subject([whole], take, 60, damage)


def _refusal(code: int, said: Mapping[str, Any]) -> str:
    """Why a package was refused, as it has to be."""
    refusal = str(said.get("error", {}).get("code"))
    if code != _REFUSED or not refusal.startswith("package-"):
        raise WrongError(f"a wrong package is taken: exit code {code}")
    return refusal


def _verified(folder: Path) -> Subject:
    """A damaged package that somebody lets be made again from its inputs."""
    pair = _pair()
    whole = (pair.folder / "package.zip").read_bytes()
    members = packages.unzipped(pair.folder / "package.zip")
    path = folder / "package.zip"

    def damage(_whole: bytes, dice: random.Random, other: bytes) -> tuple[str, bytes]:
        if dice.random() < 0.5:
            return damaged(whole, dice, other)
        return "inside", packages.archive(packages.lying(dice, members))

    def take(content: bytes) -> str:
        path.write_bytes(content)
        return _as_it_should(call("verify", path, "--workspace", pair.below))

    return Subject([whole], take, 10, damage)


def _as_it_should(ended: Any) -> str:
    if ended.exit_code not in _SAID:
        raise WrongError(f"exit code {ended.exit_code}")
    return f"exit code {ended.exit_code}"


PACKED: Mapping[str, Callable[[Path], Subject]] = {
    "packages, contents": _contents,
    "packages, received": _received,
    "packages, verified": _verified,
    "packages, wrong sender": _wrong_sender,
}
"""Each kind of input by its name on the page."""
