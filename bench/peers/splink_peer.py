"""Splink 5 on one list, in an environment of its own: rows in, scored pairs out.

    python splink_peer.py KIND TITLE ROWS.parquet PAIRS.parquet
    python splink_peer.py describe KIND

``SETUPS`` holds, by kind of list, what was tried. A set-up is blocking rules, comparisons with
their levels, u from random pairs, the share of matches from rules that are all but certain, and m
by EM over the pairs of some blocking rules.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import duckdb
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink import comparison_level_library as level
from splink import comparison_library as library

SEED = 1
RANDOM_PAIRS = 2_000_000
"""Five million gave the same figures and cost twice the time."""
KEPT = 0.001
"""The least probability of a pair that is written; best F1 lies far above."""

Rules = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Setup:
    """One way to set Splink up. A rule is the columns, or SQL of them, that must agree."""

    columns: str
    """SQL of the columns made from the rows."""
    comparisons: Callable[[], list[Any]]
    predict: Rules
    train: Rules
    """EM learns m over the pairs of each of these."""
    certain: Rules
    """Rules that give the share of matches among all pairs, with ``recall``."""
    recall: float


def comparison(column: str, *levels: Any, null: str = "") -> Any:
    """A comparison: missing is its own level, then ``levels``, then all else."""
    every = [level.NullLevel(null or column), *levels, level.ElseLevel()]
    return library.CustomComparison(every, output_column_name=column)


def same(column: str) -> Any:
    """An exact level, weighed by the value's frequency."""
    return level.ExactMatchLevel(column).configure(tf_adjustment_column=column)


def similar(column: str, *thresholds: float) -> list[Any]:
    """A level of Jaro-Winkler similarity for each threshold."""
    return [level.JaroWinklerLevel(column, threshold) for threshold in thresholds]


def name(column: str, *thresholds: float) -> Any:
    """A name: same, an initial, Jaro-Winkler."""
    initial = (
        f"(length({column}_l) = 1 or length({column}_r) = 1) "
        f"and {column}_l[1] = {column}_r[1]"
    )
    return comparison(
        column,
        same(column),
        level.CustomLevel(initial, "initial"),
        *similar(column, *thresholds),
    )


def crossed(column: str, other: str) -> Any:
    """A name that may stand in the other name's column: same, similar, crossed, less similar."""
    across = " or ".join(
        f"jaro_winkler_similarity({one}_l, {two}_r) >= 0.88"
        for one, two in ((column, other), (other, column))
    )
    standing = level.CustomLevel(across, "in the other column")
    return comparison(
        column, same(column), *similar(column, 0.92), standing, *similar(column, 0.8)
    )


_SWAPPED = (
    "left(born_l, 4) = left(born_r, 4) and substr(born_l, 5, 2) = substr(born_r, 7, 2) "
    "and substr(born_l, 7, 2) = substr(born_r, 5, 2)"
)


def birth_date(*edits: int, years: tuple[int, ...] = ()) -> Any:
    """``born``, 8 digits or the year alone.

    Same, year alone, day and month swapped, edits, same year, years apart.
    """
    alone = "least(length(born_l), length(born_r)) = 4 and left(born_l, 4) = left(born_r, 4)"
    apart = "abs(try_cast(left(born_l, 4) as int) - try_cast(left(born_r, 4) as int))"
    return comparison(
        "born",
        level.CustomLevel("born_l = born_r and length(born_l) = 8", "same"),
        level.CustomLevel(alone, "year alone"),
        level.CustomLevel(_SWAPPED, "day and month swapped"),
        *(
            level.CustomLevel(
                f"damerau_levenshtein(born_l, born_r) <= {n}", f"{n} edits"
            )
            for n in edits
        ),
        level.CustomLevel("left(born_l, 4) = left(born_r, 4)", "same year"),
        *(level.CustomLevel(f"{apart} <= {n}", f"{n} years apart") for n in years),
    )


def identifier(column: str) -> Any:
    """A number: same, one edit."""
    return comparison(
        column, level.ExactMatchLevel(column), level.LevenshteinLevel(column, 1)
    )


# ------------------------------------------------------------------ voters' lists

_PRECINCT = "precinct_l = precinct_r and constituency_l = constituency_r"
_CONSTITUENCY = "constituency_l = constituency_r"
_STREET = "street_l = street_r and constituency_l = constituency_r"
_HOUSE = f"{_STREET} and house_l = house_r"
PLACES: dict[str, Callable[[], list[Any]]] = {
    "none": list,
    "precinct": lambda: [
        comparison(
            "place",
            level.CustomLevel(_PRECINCT, "precinct"),
            level.CustomLevel(_CONSTITUENCY, "constituency"),
            null="constituency",
        )
    ],
    "dwelling": lambda: [
        comparison(
            "place",
            level.CustomLevel(
                f"{_HOUSE} and coalesce(flat_l, '') = coalesce(flat_r, '')", "dwelling"
            ),
            level.CustomLevel(_HOUSE, "house"),
            level.CustomLevel(_STREET, "street"),
            level.CustomLevel(_PRECINCT, "precinct"),
            level.CustomLevel(_CONSTITUENCY, "constituency"),
            null="street",
        )
    ],
}
"""How the address is compared, always as one comparison: its parts depend on each other."""

_VOTERS = """
    entry_id as unique_id, surname_stem as surname, given_skeleton as given,
    patronymic_skeleton as father,
    case when birth_day is not null and birth_month is not null
         then printf('%04d%02d%02d', birth_year, birth_month, birth_day)
         when birth_year is not null then printf('%04d', birth_year) end as born,
    birth_year as year, cast(sex as varchar) as sex, fin, document,
    street, house, flat, constituency, precinct
"""
_BLOCKS: Rules = (
    ("given", "father", "born"),
    ("surname", "given", "born"),
    ("surname", "father", "born"),
    ("surname", "given", "father"),
    ("given", "father", "year", "surname[1]"),
    ("surname", "given", "year", "father[1]"),
    ("surname", "given", "year", "constituency"),
    ("given", "father", "year", "constituency"),
)
_SURE: Rules = (("surname", "given", "father", "born"),)
_IDS: Rules = (("fin",), ("document",))
_TWO: Rules = (("surname", "given", "father"), ("given", "father", "born"))
_FOUR: Rules = (
    *_TWO,
    ("surname", "given", "born"),
    ("surname", "born", "constituency"),
)


def voters(
    place: str, train: Rules, thresholds: tuple[float, ...], *, ids: bool
) -> Setup:
    """A voters' list whose names are folded already."""
    return Setup(
        columns=_VOTERS,
        comparisons=lambda: [
            comparison("surname", same("surname"), *similar("surname", *thresholds)),
            name("given", *thresholds),
            name("father", *thresholds),
            birth_date(1),
            library.ExactMatch("sex"),
            *PLACES[place](),
            *(identifier(column) for column in (("fin", "document") if ids else ())),
        ],
        predict=(*(_IDS if ids else ()), *_BLOCKS),
        train=train,
        certain=(*_SURE, *(_IDS if ids else ())),
        recall=0.6,
    )


def _voters(*, ids: bool) -> dict[str, Setup]:
    fine, coarse = (0.95, 0.88, 0.75), (0.92, 0.8)
    return {
        "place to the precinct, EM over 2 rules": voters(
            "precinct", _TWO, fine, ids=ids
        ),
        "place to the precinct, EM over 4 rules": voters(
            "precinct", _FOUR, coarse, ids=ids
        ),
        "no address, EM over 4 rules": voters("none", _FOUR, fine, ids=ids),
        "address to the dwelling, EM over 4 rules": voters(
            "dwelling", _FOUR, coarse, ids=ids
        ),
    }


# ------------------------------------------------------------------ FEBRL

_FEBRL = """
    rec_id as unique_id, given_name as given, surname, date_of_birth as born,
    street_number as number, address_1,
    address_2, suburb, postcode, state
"""
_FEBRL_BLOCKS: Rules = (
    ("given", "surname"),
    ("born",),
    ("suburb", "number"),
    ("postcode", "number"),
    ("postcode", "suburb"),
    ("address_1",),
    ("address_2",),
    ("surname", "postcode"),
    ("given", "postcode"),
    ("surname", "suburb"),
    ("given", "suburb"),
)
_FEBRL_SURE: Rules = (
    ("given", "surname", "born"),
    ("surname", "postcode", "number"),
    ("born", "postcode"),
)
_FEBRL_TRAIN: Rules = (("born",), ("postcode", "suburb"))


def text(column: str, *thresholds: float) -> Any:
    """Any text: same, Jaro-Winkler."""
    return comparison(column, same(column), *similar(column, *thresholds))


def names(*, across: bool, thresholds: tuple[float, ...] = (0.92, 0.8)) -> list[Any]:
    """Given name and surname, which may stand in each other's column."""
    if across:
        return [crossed("given", "surname"), crossed("surname", "given")]
    return [text("given", *thresholds), text("surname", *thresholds)]


def first_line(*, across: bool) -> Any:
    """The first line of a FEBRL address, which may stand in the second."""
    pairs = (("address_1", "address_2"), ("address_2", "address_1"))
    sql = " or ".join(
        f"jaro_winkler_similarity({one}_l, {two}_r) >= 0.9" for one, two in pairs
    )
    levels = [level.CustomLevel(sql, "in the other line")] if across else []
    return comparison(
        "address_1", same("address_1"), *similar("address_1", 0.9), *levels
    )


def febrl(train: Rules, *, across: bool) -> Setup:
    """Names, date and each part of the address."""
    return Setup(
        columns=_FEBRL,
        comparisons=lambda: [
            *names(across=across),
            birth_date(1, 2),
            first_line(across=across),
            text("address_2", 0.9),
            text("suburb", 0.9),
            comparison(
                "postcode",
                same("postcode"),
                level.DamerauLevenshteinLevel("postcode", 1),
            ),
            text("number"),
            text("state"),
        ],
        predict=_FEBRL_BLOCKS,
        train=train,
        certain=_FEBRL_SURE,
        recall=0.9,
    )


# ------------------------------------------------------------------ RLdata and fake_1000

_RLDATA = """
    rec_id as unique_id, lower(given_name) as given, lower(surname) as surname,
    replace(birth_date, '-', '') as born
"""
_RLDATA_BLOCKS: Rules = (
    ("given", "surname"),
    ("born",),
    ("surname", "left(born, 4)"),
    ("given", "left(born, 4)"),
    ("surname", "right(born, 4)"),
    ("given", "right(born, 4)"),
    ("left(given, 2)", "left(surname, 2)"),
)
_RLDATA_SURE: Rules = (
    ("given", "surname", "left(born, 4)"),
    ("given", "surname", "right(born, 4)"),
    ("given", "born"),
    ("surname", "born"),
)
_NAMES_AND_DATE: Rules = (("given", "surname"), ("born",))
_FAKE = """
    unique_id, 1 as everyone, lower(first_name) as given, lower(surname) as surname,
    replace(dob, '-', '') as born,
    lower(city) as city, lower(email) as email
"""


def rldata(thresholds: tuple[float, ...], *edits: int, across: bool = False) -> Setup:
    """Two names and a date."""
    return Setup(
        columns=_RLDATA,
        comparisons=lambda: [
            *names(across=across, thresholds=thresholds),
            birth_date(*edits),
        ],
        predict=_RLDATA_BLOCKS,
        train=_NAMES_AND_DATE,
        certain=_RLDATA_SURE,
        recall=0.9,
    )


def fake(years: tuple[int, ...], train: Rules, *, across: bool) -> Setup:
    """Names, date, city and e-mail; a thousand entries need no blocking."""
    return Setup(
        columns=_FAKE,
        comparisons=lambda: [
            *names(across=across),
            birth_date(1, 2, years=years),
            text("city", 0.88),
            library.EmailComparison("email"),
        ],
        predict=(("everyone",),),
        train=train,
        certain=(("given", "surname", "born"), ("email",)),
        recall=0.7,
    )


SETUPS: dict[str, dict[str, Setup]] = {
    "voters": _voters(ids=False),
    "voters-ids": _voters(ids=True),
    "febrl": {
        "names and lines may be crossed": febrl(_FEBRL_TRAIN, across=True),
        "names and lines as they stand": febrl(_FEBRL_TRAIN, across=False),
        "crossed, EM over names too": febrl(
            (*_FEBRL_TRAIN, ("given", "surname")), across=True
        ),
    },
    "rldata": {
        "three levels of similar names": rldata((0.95, 0.88, 0.8), 1),
        "the same, dates two edits apart": rldata((0.95, 0.88, 0.8), 1, 2),
        "two levels of similar names": rldata((0.92, 0.8), 1),
        "names may be crossed": rldata((), 1, across=True),
    },
    "fake": {
        "crossed names, years apart, EM over 3 rules": fake(
            (1, 10), (*_NAMES_AND_DATE, ("email",)), across=True
        ),
        "crossed names, EM over 3 rules": fake(
            (), (*_NAMES_AND_DATE, ("email",)), across=True
        ),
        "crossed names, years apart, EM over 2 rules": fake(
            (1, 10), _NAMES_AND_DATE, across=True
        ),
        "names as they stand, years apart": fake(
            (1, 10), (*_NAMES_AND_DATE, ("email",)), across=False
        ),
    },
}
"""What was tried for each kind of list; which is best, the run tells."""


def link(setup: Setup, rows: str, out: str) -> None:
    """Links the rows and writes left, right, probability, score."""
    connection = duckdb.connect()
    chosen = f"select {setup.columns} from read_parquet('{rows}')"  # noqa: S608  of our own
    connection.execute(f"create table list as {chosen}")
    api = DuckDBAPI(connection)
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=setup.comparisons(),
        blocking_rules_to_generate_predictions=[
            block_on(*rule) for rule in setup.predict
        ],
        retain_matching_columns=False,
        max_iterations=50,
    )
    linker = Linker(api.register("list"), settings, log_level="WARNING")
    learn = linker.training
    learn.estimate_probability_two_random_records_match(
        [block_on(*rule) for rule in setup.certain], setup.recall
    )
    learn.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=SEED)
    for rule in setup.train:
        learn.estimate_parameters_using_expectation_maximisation(block_on(*rule))
    found = linker.inference.predict(threshold_match_probability=KEPT)
    chosen = (
        "unique_id_l as left, unique_id_r as right, "
        "match_probability as probability, match_weight as score"
    )
    selected = f"select {chosen} from {found.physical_name}"  # noqa: S608  names of our own
    connection.execute(f"copy ({selected}) to '{out}' (format parquet)")


def describe(kind: str) -> dict[str, dict[str, Any]]:
    """The rules of each set-up of a kind of list, by its title."""
    return {
        title: {
            "blocking rules": setup.predict,
            "EM over": setup.train,
            "certain rules": setup.certain,
            "their recall": setup.recall,
            "random pairs": RANDOM_PAIRS,
        }
        for title, setup in SETUPS[kind].items()
    }


if __name__ == "__main__":
    if sys.argv[1] == "describe":
        print(json.dumps(describe(sys.argv[2])))
    else:
        kind, title, rows_path, out_path = sys.argv[1:]
        link(SETUPS[kind][title], rows_path, out_path)
