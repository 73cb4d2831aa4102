"""How many spellings of one name meet, and how many different names stay apart.

    python bench/names.py [--half held|tuned|all] [--failures]

Measured on ``bench/names/*.txt``: spellings in public use, and pairs of different names. The rules
were tuned on every second line; the figures are of the others (docs/names.md tells the one change
made after). Names of the table ``tests/name_spellings.txt``, which is held by a test and therefore
perfect, are left out of both.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from rapidfuzz.distance import OSA

from voterlist.facts.latin import ascii_letters, to_latin, upper
from voterlist.normalize.names import letters_skeleton, skeleton

HERE = Path(__file__).resolve().parent
KINDS = ("Azerbaijani", "ASCII", "capitals", "English", "Russian")
FOLDS: dict[str, Callable[[str], str]] = {
    "letter rules alone": letters_skeleton,
    "with known names": skeleton,
}


@dataclass(frozen=True)
class Name:
    """One name in its spellings, by kind."""

    spellings: dict[str, tuple[str, ...]]

    def pairs(self) -> Iterator[tuple[str, str, str]]:
        """(pair of kinds, spelling, spelling) of every two spellings."""
        every = [(kind, text) for kind in KINDS for text in self.spellings[kind]]
        for (kind, text), (other, written) in combinations(every, 2):
            if text != written:
                yield f"{kind} - {other}", text, written


def lines_of(path: Path, half: str) -> list[list[str]]:
    """The lines of a list, cut at their semicolons; of one half of it, or all."""
    lines = [
        line
        for line in path.read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    chosen = {"tuned": lines[0::2], "held": lines[1::2], "all": lines}[half]
    return [[part.strip() for part in line.split(";")] for line in chosen]


def same_names(half: str) -> list[Name]:
    """The names of the list of spellings.

    With the spelling in ASCII and the one in capitals that follow from the Azerbaijani.
    """
    table = (HERE.parent / "tests" / "name_spellings.txt").read_text(encoding="utf-8")
    known = {
        line.split()[0]
        for line in table.splitlines()
        if line and not line.startswith("#")
    }
    names = []
    for native, english, russian in lines_of(HERE / "names" / "same_names.txt", half):
        if native in known:
            continue
        plain = ascii_letters(to_latin(native))
        spellings = {
            "Azerbaijani": (native,),
            "ASCII": (plain[0].upper() + plain[1:],),
            "capitals": (upper(native),),
            "English": tuple(text.strip() for text in english.split(",")),
            "Russian": tuple(text.strip() for text in russian.split(",")),
        }
        names.append(Name(spellings))
    return names


def recall_table(names: list[Name]) -> list[str]:
    """A line for each pair of kinds.

    Pairs, the share that meets by each fold, the share at most one letter apart.
    """
    pairs: dict[str, list[tuple[str, str]]] = {}
    for name in names:
        for kinds, text, written in name.pairs():
            pairs.setdefault(kinds, []).append((text, written))
    pairs["all"] = [pair for found in list(pairs.values()) for pair in found]
    lines = [
        f"| pair | pairs | {' | '.join(FOLDS)} | with known names, at most one letter apart |",
        "|---|---|---|---|---|",
    ]
    for kinds, found in pairs.items():
        shares = [
            sum(fold(one) == fold(other) for one, other in found) / len(found)
            for fold in FOLDS.values()
        ]
        near = sum(
            OSA.distance(skeleton(one), skeleton(other)) <= 1 for one, other in found
        ) / len(found)
        lines.append(
            f"| {kinds} | {len(found):,} | {shares[0]:.3f} | {shares[1]:.3f} | {near:.3f} |"
        )
    return lines


def failures(names: list[Name]) -> list[str]:
    """A line for each name whose spellings do not all meet: the skeletons, and who reaches them."""
    lines = []
    for name in names:
        reached: dict[str, list[str]] = {}
        for kind in KINDS:
            for text in name.spellings[kind]:
                reached.setdefault(skeleton(text), []).append(text)
        if len(reached) > 1:
            lines.append(
                "; ".join(
                    f"{folded}: {', '.join(dict.fromkeys(texts))}"
                    for folded, texts in reached.items()
                )
            )
    return lines


def english(name: str) -> str:
    """An Azerbaijani name as passports spell it in English."""
    table = {
        "ə": "a",
        "c": "j",
        "q": "g",
        "x": "kh",
        "ş": "sh",
        "ç": "ch",
        "ğ": "gh",
        "ı": "i",
        "ö": "o",
        "ü": "u",
    }
    latin = to_latin(name)
    return "".join(table.get(letter, letter) for letter in latin).title()


WRITINGS: dict[str, Callable[[str], str]] = {
    "Azerbaijani": str,
    "capitals": upper,
    "ASCII": lambda name: ascii_letters(to_latin(name)),
    "English": english,
}


def separation_table(half: str) -> list[str]:
    """A line for each writing: how many pairs of different names stay apart, and which meet."""
    pairs = [
        (one, other)
        for one, other in lines_of(HERE / "names" / "different_names.txt", half)
    ]
    lines = [
        "| both written in | pairs | kept apart, letter rules alone | kept apart | meet |",
        "|---|---|---|---|---|",
    ]
    for title, write in WRITINGS.items():
        alone = sum(
            letters_skeleton(write(one)) != letters_skeleton(write(other))
            for one, other in pairs
        )
        meet = [
            f"{one}/{other}"
            for one, other in pairs
            if skeleton(write(one)) == skeleton(write(other))
        ]
        shares = f"{alone / len(pairs):.3f} | {1 - len(meet) / len(pairs):.3f}"
        lines.append(
            f"| {title} | {len(pairs)} | {shares} | {', '.join(meet) or 'none'} |"
        )
    return lines


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--half", choices=("held", "tuned", "all"), default="held")
    parser.add_argument(
        "--failures",
        action="store_true",
        help="also list the names whose spellings do not all meet",
    )
    chosen = parser.parse_args()
    names = same_names(chosen.half)
    print(f"{len(names)} names\n")
    print("\n".join([*recall_table(names), "", *separation_table(chosen.half)]))
    if chosen.failures:
        print("\n" + "\n".join(failures(names)))


if __name__ == "__main__":
    main()
