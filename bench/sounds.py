"""How many names that are read alike have one sound key, and how many other names have.

    python bench/sounds.py

measures ``voterlist.link.short_names`` and the phonetic keys of jellyfish on
``bench/names/sounds.txt`` and writes the table into docs/names.md. The rules were tuned on the
pairs above the line ``# held out``; the pairs below it were written afterwards. A test compares the
page with what this script would write.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import jellyfish

import page
from voterlist.link.short_names import sound_key

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "names.md"
PART = "sounds"
HELD_OUT = "# held out"
HEAD = (
    "| key | read alike, tuned | read alike, held out | other names, tuned "
    "| other names, held out |\n|---|---|---|---|---|"
)
KEYS: dict[str, Callable[[str], str]] = {
    "Soundex": jellyfish.soundex,
    "Metaphone": jellyfish.metaphone,
    "NYSIIS": jellyfish.nysiis,
    "ours": sound_key,
}
ALIKE, OTHER = "=", "/"


def pairs(sign: str, *, held_out: bool) -> list[tuple[str, str]]:
    """The pairs of one kind, ``=`` read alike or ``/`` other names, of one half of the list."""
    text = (HERE / "names" / "sounds.txt").read_text(encoding="utf-8")
    half = text.split(HELD_OUT)[held_out]
    lines = [line.split() for line in half.splitlines() if not line.startswith("#")]
    return [(words[0], words[2]) for words in lines if words and words[1] == sign]


def have_one_key(key: Callable[[str], str], one: str, other: str) -> bool:
    """True where both names have a key and it is the same."""
    return bool(key(one)) and key(one) == key(other)


def table() -> str:
    """The table: a line for each key, how many pairs of each kind have one key."""
    lines = [HEAD]
    for name, key in KEYS.items():
        cells = []
        for sign in (ALIKE, OTHER):
            for held_out in (False, True):
                listed = pairs(sign, held_out=held_out)
                met = sum(have_one_key(key, *pair) for pair in listed)
                cells.append(f"{met} of {len(listed)}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Write the table into the page."""
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(page.with_part(text, PART, table()), encoding="utf-8")
    for sign in (ALIKE, OTHER):
        wrong = [
            f"{one} {other}"
            for held_out in (False, True)
            for one, other in pairs(sign, held_out=held_out)
            if have_one_key(sound_key, one, other) != (sign == ALIKE)
        ]
        print(sign, "; ".join(wrong))


if __name__ == "__main__":
    main()
