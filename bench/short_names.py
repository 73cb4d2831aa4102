"""Which given names are short forms of which: ``src/voterlist/link/short_names.csv``.

    python bench/short_names.py [--english names.csv]

makes it from the lists in ``bench/names``, each name in the skeleton of the profile. ``--english``
first makes the English list anew from the file ``names.csv`` of the package ``nicknames`` (PyPI):
pairs of different names, and of a man's and a woman's, are left out. A test holds the table to the
lists.
"""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from voterlist.model import Profile
from voterlist.normalize.lexicon import known_sex
from voterlist.normalize.names import skeleton

HERE = Path(__file__).resolve().parent
LISTS = HERE / "names"
TABLE = HERE.parent / "src" / "voterlist" / "link" / "short_names.csv"
LANGUAGES = {Profile.AZ: ("az", "ru"), Profile.GENERIC: ("en", "de", "az", "ru")}
"""The lists whose names a profile knows."""

ENGLISH_HEAD = """\
# Short forms of English given names: name ; short forms.
# Made by bench/short_names.py from names.csv of the package nicknames 1.0.1 by Carlton Northern,
# Nick Crews and others, Apache License 2.0, https://github.com/carltonnorthern/nicknames.
# Changed: rows of two different names, or of a man's and a woman's, are left out (see the script).
"""
OF_TWO_SEXES = frozenset(
    {
        ("andre", "drea"),
        ("anselm", "selma"),
        ("emil", "emily"),
        ("jo", "joseph"),
        ("justin", "justina"),
        ("louis", "louise"),
    }
)
"""Rows of the English list of a man's name and a woman's."""
OF_TWO_NAMES = frozenset(
    {
        ("amos", "moses"),
        ("bill", "fred"),
        ("bill", "robert"),
        ("billy", "fred"),
        ("billy", "robert"),
        ("casper", "jasper"),
        ("elbert", "albert"),
        ("floyd", "lloyd"),
        ("robert", "bill"),
        ("robert", "billy"),
        ("robert", "rupert"),
    }
)
"""Rows of the English list of two names, neither of which is short for the other."""
READ_AS_ANOTHER = frozenset(["Илья", "Саня", "Дуня", "Гера", "Кара", "Сёма", "Соня"])
"""Russian forms that the profile ``az`` folds to another name: İlahə, Şəhanə, Dünya, Qara, Səma,
Sona."""
TRANSLITERATED = {
    **dict(zip("абвгдеёзийклмнопрстуфыэ", "abvgdeeziyklmnoprstufye", strict=True)),
    **dict.fromkeys("ъь", ""),
    "ж": "zh",
    "х": "kh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "shch",
    "ю": "yu",
    "я": "ya",
}
"""Russian letters as English writes them."""


def lines_of(language: str) -> Iterator[tuple[str, list[str]]]:
    """(name, its short forms) of each line of a list."""
    path = LISTS / f"short_names_{language}.txt"
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, short = line.split(";")
            yield name.strip(), [form.strip() for form in short.split(",")]


def english_writings(name: str, profile: Profile) -> set[str]:
    """A Russian name in English letters; none for a name in Latin ones.

    ``generic`` has aleksandr and alexandr; ``az`` reads x as another letter.
    """
    latin = name.lower().translate(str.maketrans(TRANSLITERATED))
    if latin == name.lower():
        return set()
    return {latin} if profile is Profile.AZ else {latin, latin.replace("ks", "x")}


def pairs(profile: Profile) -> Iterator[tuple[str, str]]:
    """(name, short form) of a profile as skeletons that differ.

    A short form that is folded to a known name of the other sex is left out: Gülü is no Qulu.
    """
    for name, form in _written(profile):
        one, other = skeleton(name, profile), skeleton(form, profile)
        if one != other and _of_one_sex(one, other):
            yield one, other


def _written(profile: Profile) -> Iterator[tuple[str, str]]:
    """(name, short form) as they are written, both in one alphabet."""
    for language in LANGUAGES[profile]:
        for name, short_forms in lines_of(language):
            for form in short_forms:
                if profile is Profile.AZ and READ_AS_ANOTHER & {name, form}:
                    continue
                yield name, form
                yield from product(
                    english_writings(name, profile), english_writings(form, profile)
                )


def _of_one_sex(one: str, other: str) -> bool:
    """False where the shipped names say that one is a man's name and one a woman's."""
    return len({known_sex(one), known_sex(other)} - {None}) < 2


def table() -> str:
    """The table as CSV: profile, name, short form, each pair once, sorted."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["profile", "name", "short_form"])
    for profile in Profile:
        writer.writerows([profile.value, *pair] for pair in sorted(set(pairs(profile))))
    return text.getvalue()


def english(source: Path) -> str:
    """The English list from the file of the package ``nicknames``."""
    with source.open(encoding="utf-8", newline="") as file:
        rows = [(row["name1"], row["name2"]) for row in csv.DictReader(file)]
    left_out = OF_TWO_SEXES | OF_TWO_NAMES
    short_forms: dict[str, list[str]] = {}
    for name, form in rows:
        if name.isalpha() and form.isalpha() and (name, form) not in left_out:
            short_forms.setdefault(name, []).append(form)
    lines = [
        f"{name} ; {', '.join(forms)}" for name, forms in sorted(short_forms.items())
    ]
    return ENGLISH_HEAD + "\n".join(lines) + "\n"


def main() -> None:
    """Write the table, and the English list if its source is given."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--english", type=Path)
    chosen = parser.parse_args()
    if chosen.english:
        path = LISTS / "short_names_en.txt"
        path.write_text(english(chosen.english), encoding="utf-8")
    TABLE.write_text(table(), encoding="utf-8")


if __name__ == "__main__":
    main()
