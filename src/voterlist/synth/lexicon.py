"""The names that invented lists are made of, with their weights; read once from ``names/``."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from voterlist.arrays import AnyArray
from voterlist.model import frozen
from voterlist.shipped import shipped_rows

ERAS = ("old", "middle", "late", "young")
ERA_STARTS = (1955, 1980, 2000)
"""The birth years in which the second, third and fourth era begin."""

FORMS = ("ov", "li", "zade")
"""The families of surname endings: -ov/-yev, -lı/-li/-lu/-lü, -zadə."""
_FORM_SHARES = (0.80, 0.10, 0.10)

_HARMONY = {
    "a": "lı",
    "ı": "lı",
    "e": "li",
    "ə": "li",
    "i": "li",
    "o": "lu",
    "u": "lu",
    "ö": "lü",
    "ü": "lü",
}
_COMPOUNDS = (("", "bəy"), ("", "xan"), ("Mir", ""), ("Hacı", ""), ("Ağa", ""))


def surname(stem: str, form: int, *, female: bool = False) -> str:
    """A surname in Azerbaijani Latin: stem and ending (``form`` counts in ``FORMS``)."""
    if form == 0:
        ending = "yev" if stem[-1] in _HARMONY else "ov"
        return stem + ending + ("a" if female else "")
    if form == 1:
        last = next(
            (letter for letter in reversed(stem.lower()) if letter in _HARMONY), "i"
        )
        return stem + _HARMONY[last]
    return stem + "zadə"


@frozen
class Lexicon:
    """Names by number. Given names: the men's first, then the women's.

    Attributes:
        given: given names.
        men: how many of ``given`` are men's names.
        given_shares: cumulative shares by sex (0 men, 1 women) and era; they count from 0 within
            the sex.
        stems: stems of surnames.
        stem_shares: cumulative shares of the stems.
        form_shares: cumulative shares of the forms, one row a stem.
        rhymes: for each given name, a name that rhymes and has the same sex, or -1.
        rhymes_across: for each given name, a name that rhymes and has the other sex, or -1.
        russian: the usual Russian spelling of a name, where it is not letter by letter.
        streets: name and kind of street.
        villages: names of villages.
        towns: the town of each constituency that has one.
    """

    given: tuple[str, ...]
    men: int
    given_shares: tuple[tuple[AnyArray, ...], ...]
    stems: tuple[str, ...]
    stem_shares: AnyArray
    form_shares: AnyArray
    rhymes: AnyArray
    rhymes_across: AnyArray
    russian: dict[str, str]
    streets: tuple[tuple[str, str], ...]
    villages: tuple[str, ...]
    towns: dict[int, str]


def _rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of a file of names, by the headers of its columns."""
    return shipped_rows("voterlist.synth", "names", f"{name}.csv")


def _cumulative(weights: AnyArray) -> AnyArray:
    """Weights as cumulative shares along the last axis; the last one is 1."""
    sums = np.cumsum(weights, axis=-1, dtype=np.float64)
    return sums / sums[..., -1:]


def _compounds(plain: list[tuple[str, float, str]]) -> list[tuple[str, float, str]]:
    """The rare surnames made of a title and a name: Əlibəyov, Mirəhmədov, Hacıquliyev."""
    plain_stems = {stem for stem, _, _ in plain}
    compounds = []
    for stem, weight, forms in plain[:220]:
        if len(stem) > 7 or stem in {"Ağa", "Hacı"}:
            continue
        small = stem[0].lower().replace("i̇", "i") + stem[1:]
        for front, back in _COMPOUNDS:
            compound = f"{front}{small}" if front else f"{stem}{back}"
            if compound not in plain_stems:
                compounds.append((compound, weight / 25, forms))
    return compounds


def _rhymes(given: list[str], men: int) -> tuple[AnyArray, AnyArray]:
    """(rhyme of the same sex, rhyme of the other sex) of each given name, -1 where none is."""
    same = np.full(len(given), -1, np.int16)
    across = np.full(len(given), -1, np.int16)
    number_of = {
        "m": {name: at for at, name in enumerate(given[:men])},
        "f": {name: at for at, name in enumerate(given[men:], start=men)},
    }
    for row in _rows("rhymes"):
        first_sex = row["sexes"][0]
        second_sex = row["sexes"][1]
        first = number_of[first_sex][row["first"]]
        second = number_of[second_sex][row["second"]]
        table = same if first_sex == second_sex else across
        table[first] = second
        table[second] = first
    return same, across


@cache
def lexicon() -> Lexicon:
    """The names shipped with the package."""
    given_rows = sorted(_rows("given_names"), key=lambda row: row["sex"] == "f")
    men = sum(row["sex"] == "m" for row in given_rows)
    given = [row["name"] for row in given_rows]
    plain = [
        (row["stem"], float(row["weight"]), row["forms"]) for row in _rows("surnames")
    ]
    stems = plain + _compounds(plain)
    allowed = [[form in forms.split("|") for form in FORMS] for _, _, forms in stems]
    rhymes, across = _rhymes(given, men)
    return Lexicon(
        given=tuple(given),
        men=men,
        given_shares=(_era_shares(given_rows[:men]), _era_shares(given_rows[men:])),
        stems=tuple(stem for stem, _, _ in stems),
        stem_shares=_cumulative(np.array([weight for _, weight, _ in stems])),
        form_shares=_cumulative(np.array(allowed) * np.array(_FORM_SHARES)),
        rhymes=rhymes,
        rhymes_across=across,
        russian={row["name"]: row["russian"] for row in _rows("russian")},
        streets=tuple((row["name"], row["kind"]) for row in _rows("streets")),
        villages=tuple(row["name"] for row in _rows("villages")),
        towns={int(row["constituency"]): row["town"] for row in _rows("towns")},
    )


def _era_shares(rows: list[dict[str, str]]) -> tuple[AnyArray, ...]:
    """The cumulative shares of the given names of one sex, by era."""
    shares = []
    for era in ERAS:
        weights = np.array([float(row[era]) for row in rows])
        shares.append(_cumulative(weights))
    return tuple(shares)
