"""Lists whose tags are moved, doubled, exchanged or wrapped: none may lose a voter in silence.

``python campaign/containers.py --trials 5000`` names each list of twelve voters of which fewer are
read while nothing asks for a person. The same seed makes the same list.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import documents  # noqa: E402  these stand in the folder of the tests
import test_containers as containers  # noqa: E402
from voterlist.config.sections import IngestSettings  # noqa: E402
from voterlist.ingest import ingest  # noqa: E402
from voterlist.model import FURNITURE  # noqa: E402
from voterlist.readers.files import read_bytes  # noqa: E402
from voterlist.readers.outcome import Attempt  # noqa: E402
from voterlist.schemas import RawFile  # noqa: E402

__all__ = ["main", "silent_loss"]

VOTERS = 12
_LIMITS = IngestSettings(
    max_file_megabytes=20, max_unpacked_megabytes=50, max_cells=2_000_000
)
_ROWS = containers.voters_of(1, VOTERS)
_ODS = containers.ods(
    f"<table:table>{''.join(map(containers.ods_row, _ROWS))}</table:table>"
)
_SHEET = "xl/worksheets/sheet1.xml"
SUBJECTS = {
    "xlsx": (containers.BOOK, _SHEET),
    "xlsx, its sheets": (containers.BOOK, "xl/workbook.xml"),
    "docx": (documents.word_list(), "word/document.xml"),
    "odt": (documents.odt(documents.odt_table(_ROWS)), "content.xml"),
    "ods": (_ODS, "content.xml"),
}
_WRAPPERS = (
    "w:del", "w:moveFrom", "w:ins", "w:sdt", "w:pPrChange", "w:txbxContent", "mc:Fallback",
    "table:table-row", "table:table-cell", "office:annotation", "text:tracked-changes",
    "draw:frame", "row", "c", "sheetData", "extLst", "x",
)  # fmt: skip
_TAG = re.compile(r"<[^<>]*>")
_NUMBER = re.compile(r'(?<=r=")[A-Z]*\d+(?=")')
_LONGEST = 60
"""Tags that are moved or wrapped together."""


def _removed(text: str, dice: random.Random) -> str:
    """A tag is missing."""
    start, end = dice.choice(_places(text))
    return text[:start] + text[end:]


def _copied(text: str, dice: random.Random) -> str:
    """A tag stands a second time, somewhere."""
    (start, end), (place, _) = dice.choices(_places(text), k=2)
    return text[:place] + text[start:end] + text[place:]


def _moved(text: str, dice: random.Random) -> str:
    """A piece of whole tags stands elsewhere."""
    start, end = _piece(text, dice)
    rest = text[:start] + text[end:]
    place = dice.choice(_places(rest) or [(0, 0)])[1]
    return rest[:place] + text[start:end] + rest[place:]


def _wrapped(text: str, dice: random.Random) -> str:
    """A piece stands in a tag that hides it, in some format, or in a comment."""
    start, end = _piece(text, dice)
    name = dice.choice(_WRAPPERS)
    opening, closing = dice.choice([("<!--", "-->"), (f"<{name}>", f"</{name}>")])
    return text[:start] + opening + text[start:end] + closing + text[end:]


def _renamed(text: str, dice: random.Random) -> str:
    """A tag has another name."""
    start, end = dice.choice(_places(text))
    tag = re.sub(r"\w(?=[\s/>])", dice.choice("xTzQ"), text[start:end], count=1)
    return text[:start] + tag + text[end:]


def _renumbered(text: str, dice: random.Random) -> str:
    """A row or a cell has another number."""
    spans = [one.span() for one in _NUMBER.finditer(text)]
    if not spans:
        return text
    (start, end), (first, last) = dice.choices(spans, k=2)
    return text[:start] + text[first:last] + text[end:]


_MUTATORS: tuple[Callable[[str, random.Random], str], ...] = (
    _removed, _copied, _moved, _wrapped, _renamed, _renumbered,
)  # fmt: skip


def _places(text: str) -> list[tuple[int, int]]:
    return [one.span() for one in _TAG.finditer(text)] or [(0, 0)]


def _piece(text: str, dice: random.Random) -> tuple[int, int]:
    places = _places(text)
    first = dice.randrange(len(places))
    last = min(len(places) - 1, first + dice.randrange(_LONGEST))
    return places[first][0], places[last][1]


def silent_loss(seed: int) -> str | None:
    """The kind of the list of this seed, where voters of it are lost and nobody is asked."""
    dice = random.Random(seed)  # noqa: S311  repeatable damage, no secret
    kind = dice.choice(sorted(SUBJECTS))
    content, part = SUBJECTS[kind]

    def change(text: str) -> str:
        for _ in range(dice.choice((1, 1, 1, 2, 3))):
            text = dice.choice(_MUTATORS)(text, dice)
        return text

    found = read_bytes(containers.changed(content, change, part), _LIMITS, Attempt())
    file = RawFile("0" * 12, "precinct-12", found.sheets, found.trouble)
    intake = ingest([file], _LIMITS, constituency=88)
    codes = set(intake.set_aside.column("code").to_pylist())
    is_lost = intake.entries.num_rows < VOTERS and codes <= FURNITURE
    return kind if is_lost else None


def main() -> int:
    """1 where a list lost voters in silence."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=5_000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    given = parser.parse_args()
    lost = 0
    for seed in range(given.first, given.first + given.trials):
        if kind := silent_loss(seed):
            lost += 1
            print(f"seed {seed}: {kind}")
    print(f"{given.trials} lists, {lost} of them lost voters in silence")
    return int(lost > 0)


if __name__ == "__main__":
    sys.exit(main())
