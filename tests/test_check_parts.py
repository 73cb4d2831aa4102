from __future__ import annotations

import calendar
import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from registers import EACH, ON_DAY, clean
from voterlist.check.ages import oldest_possible, youngest_possible
from voterlist.check.context import Context
from voterlist.check.lists import line_number
from voterlist.check.measures import ages_judged, share_funnel
from voterlist.check.names import has_mixed_script, has_strange_character
from voterlist.config.sections import CheckSettings
from voterlist.tables import differ, group_codes, matches, similarity


@pytest.mark.parametrize(
    ("texts", "is_mixed", "is_strange"),
    [
        # Apostrophes, hyphens and initials would be noticed in every list.
        ("Əliyev|Гасанов Али|Əli-ağa|O'Brien|Həsən Гасан|MƏMMƏDOV İ.|Ҹәфәров", False, False),
        # In a word of two scripts each has a letter that only it has.
        ("Məmmədoв|Həsənов|Hүseynоva|Əli Гaсанov", True, None),
        # A word that has one reading, and is repaired, would be noticed twice.
        ("Аliyev|Əli Гaсан", False, None),
        # Digits, signs, the traces of a wrong encoding, letters of another alphabet.
        ("E1nur|É™liyev|Ali*|\ufffdliyev|Αλη|Ali@|علی", None, True),
    ],
)  # fmt: skip
def test_names_of_mixed_script_and_of_strange_characters(texts, is_mixed, is_strange):
    """A name as any other would be asked about, or one of a damaged file would not."""
    for text in texts.split("|"):
        assert is_mixed is None or has_mixed_script(text) == is_mixed, text
        for one in (text, text.lower()) if is_strange is False else (text,):
            assert is_strange is None or has_strange_character(one) == is_strange, one


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        (" 12. ", 12),
        ("12.0", 12),
        ("12)", 12),
        ("12a", None),
        ("-1", None),
        ("1.5", None),
        ("12345678901", None),
    ],
)
def test_line_number(text, number):
    """A whole number with what clerks write behind it is read; anything else is no line number."""
    assert line_number(text) == number


def put(tables, rows, **cells):
    """Let these rows of the voters have these cells."""
    for name, value in cells.items():
        for row in rows:
            tables.voters[name][row] = value


def found(tables, code, **settings):
    """The findings of a rule."""
    findings = tables.findings(CheckSettings(**settings))
    return [finding for finding in findings if finding["rule"] == code]


def cut(tables, size):
    """Leave so many rows."""
    for columns in (tables.voters, tables.entries):
        for name in columns:
            columns[name] = columns[name][:size]


WITHOUT_DATE = dict.fromkeys(("birth_year", "birth_month", "birth_day"))
SEXES = ("sex", "patronymic_sex", "surname_sex", "given_sex")


@example(on_day=dt.date(2026, 2, 28), year=2008, month=2, day=29)
@given(
    st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31)),
    st.integers(2000, 2014),
    st.none() | st.integers(1, 12),
    st.none() | st.integers(1, 31),
)
def test_nobody_is_called_under_age_wrongly(on_day, year, month, day):
    """The ages must be those of a plain walk over every day that the date can be."""
    if month is None:
        day = None
    elif day is not None:
        day = min(day, calendar.monthrange(year, month)[1])
    tables = clean()
    put(tables, range(3 * EACH), birth_year=year, birth_month=month, birth_day=day)
    register = Context.of(*tables.arrow(), CheckSettings(), on_day)
    ages = _possible_ages(on_day, year, month, day)
    assert oldest_possible(register)[0] == max(ages)
    assert youngest_possible(register)[0] == min(ages)


def _possible_ages(on_day, year, month, day):
    """The ages on a day for every date that a birth date with gaps can be."""
    months = range(1, 13) if month is None else [month]
    possible = [
        dt.date(year, m, d)
        for m in months
        for d in ([day] if day else range(1, calendar.monthrange(year, m)[1] + 1))
    ]
    return [
        on_day.year
        - b.year
        - (
            (on_day.month, on_day.day)
            < (b.month, min(b.day, 28) if b.month == 2 else b.day)
        )
        for b in possible
    ]


PARTLY_KNOWN = [
    (year, month, day)
    for year in (1907, 1908)
    for month in (None, *range(1, 13))
    for day in (None, 1, 28)
    if month is not None or day is None
]
"""Birth dates with and without gaps."""
DAYS_AT_AN_EDGE = [
    dt.date(2026, month, day)
    for month in range(1, 13)
    for day in (1, calendar.monthrange(2026, month)[1])
]
"""The first and the last day of each month."""


@pytest.mark.parametrize("on_day", DAYS_AT_AN_EDGE, ids=str)
def test_what_is_missing_of_a_date_is_any_day_that_it_can_be(on_day):
    """On the last day of a month nobody would be as old as everybody born in it is."""
    tables = clean()
    for place, name in enumerate(("birth_year", "birth_month", "birth_day")):
        tables.voters[name][: len(PARTLY_KNOWN)] = [d[place] for d in PARTLY_KNOWN]
    register = Context.of(*tables.arrow(), CheckSettings(), on_day)
    ages = [_possible_ages(on_day, *date) for date in PARTLY_KNOWN]
    rows = slice(len(PARTLY_KNOWN))
    assert oldest_possible(register)[rows].tolist() == [max(each) for each in ages]
    assert youngest_possible(register)[rows].tolist() == [min(each) for each in ages]


def test_a_year_alone_is_under_age_only_where_no_day_would_do():
    """On 3 February 2026 a birth in 2008 may be of age, one in 2009 cannot be."""
    tables = clean()
    for row, year in ((1, 2008), (2, 2009)):
        put(tables, [row], **WITHOUT_DATE | {"birth_year": year})
    (finding,) = found(tables, "under-age")
    assert finding["entry_id"] == tables.voters["entry_id"][2]


def test_small_precincts_do_not_heap_by_chance():
    """Three births on 1 January among forty are a large share, but chance can show it.

    No finding.
    """
    tables = clean()
    cut(tables, 40)
    put(tables, range(3), birth_month=1, birth_day=1)
    assert not found(tables, "heaping-first-of-january")


def test_a_missing_flat_is_no_dwelling():
    """Twenty entries of a block without a flat number are not one dwelling.

    Of a house without flats they are.
    """
    tables = clean()
    put(tables, range(20, 40), flat=None)
    assert not found(tables, "crowded-dwelling")
    put(tables, range(40), flat=None)
    assert [one["value"] for one in found(tables, "crowded-dwelling")] == [40.0]


@pytest.mark.parametrize(
    ("code", "setting", "at_limit", "beyond"),
    [
        ("precinct-too-small", "smallest_precinct", EACH, EACH + 1),
        ("precinct-too-large", "largest_precinct", EACH, EACH - 1),
        ("crowded-dwelling", "most_voters_in_dwelling", 4, 3),
        ("over-age", "oldest_age", 87, 86),
        ("under-age", "voting_age", 22, 23),
    ],
)
def test_a_limit_itself_is_allowed(code, setting, at_limit, beyond):
    """What is exactly at the limit of the settings is no fault; one step further it is."""
    tables = clean()
    for row in range(3 * EACH):
        # Ages from 22 to 86 on the day.
        born = {"birth_year": 1939 + (row * 7) % 65, "birth_month": 6}
        put(tables, [row], **born, birth_day=1 + row % 28)
    ages = {ON_DAY.year - year - 1 for year in tables.voters["birth_year"]}
    assert (min(ages), max(ages)) == (22, 86)
    assert not found(tables, code, **{setting: at_limit})
    assert found(tables, code, **{setting: beyond})


def test_strangers_are_asked_about_from_the_limit_on():
    """The limit would be missed by one, or a family of two called strangers."""
    tables = clean()
    for row in range(4):
        tables.voters["surname_stem"][row] = f"stem{row}"
    code = "dwelling-without-shared-surname"
    assert found(tables, code, least_strangers=4)
    assert not found(tables, code, least_strangers=5)
    for stem in ("stem0", None):
        tables.voters["surname_stem"][3] = stem
        assert not found(tables, code, least_strangers=4)


def test_a_temporary_list_is_no_precinct_and_no_dwelling():
    """A ward of thirty would be a precinct too small, or a dwelling of strangers."""
    tables = clean()
    cut(tables, 2 * EACH + 30)
    for columns in (tables.voters, tables.entries):
        columns["list_kind"] = ["permanent"] * (2 * EACH) + ["temporary"] * 30
    for row in range(2 * EACH, 2 * EACH + 30):
        put(tables, [row], house="1", flat="1", surname_stem=f"stem{row}")
    codes = ("precinct-too-small", "crowded-dwelling")
    for code in (*codes, "dwelling-without-shared-surname"):
        assert not found(tables, code)


def test_a_list_numbered_by_street_is_left_alone():
    """Where every street starts again at 1, neither gaps nor repeats are found."""
    tables = clean()
    tables.entries["number"] = [str(1 + (row % 20) * 2) for row in range(3 * EACH)]
    assert not found(tables, "line-number-gap") + found(tables, "line-number-repeat")


@pytest.mark.parametrize(
    ("repeats", "asked"), [(EACH // 5, True), (EACH // 5 + 1, False)]
)
def test_a_list_with_a_fifth_of_repeats_is_still_asked_about(repeats, asked):
    """With exactly a fifth it would be left alone, or with more asked about."""
    tables = clean()
    numbers = [*range(1, EACH - repeats + 1), *range(1, repeats + 1)]
    tables.entries["number"][:EACH] = [str(number) for number in numbers]
    told = found(tables, "line-number-repeat")
    assert len(told) == (repeats if asked else 0)


@pytest.mark.parametrize(("precincts", "widened"), [(9, False), (10, True)])
def test_the_spread_between_precincts_is_estimated_from_ten_on(precincts, widened):
    """Ten precincts would be held against chance alone, or nine against a spread.

    Half of the precincts have 10 men in 100, half 90: far more apart than chance puts them.
    """
    count = np.array([10, 90] * 5)[:precincts]
    funnel = share_funnel(
        count, np.full(precincts, 100), np.zeros(precincts, np.int64), chance=0.001
    )
    assert (funnel.spread > 0).any() == widened


@pytest.mark.parametrize(("precincts", "widened"), [(9, False), (10, True)])
def test_the_spread_of_ages_is_estimated_from_ten_precincts_on(precincts, widened):
    """Ages of ten precincts would be held against chance alone, or of nine against a spread."""
    tables = clean()
    for columns in (tables.voters, tables.entries):
        columns["precinct"] = [
            1 + row * precincts // (3 * EACH) for row in range(3 * EACH)
        ]
    for row, precinct in enumerate(tables.voters["precinct"]):
        # Every second precinct is 40 years older.
        tables.voters["birth_year"][row] = 1945 + row % 10 + 40 * (precinct % 2)
    judged = ages_judged(Context.of(*tables.arrow(), CheckSettings(), ON_DAY))
    assert (judged.funnel.spread > 0).any() == widened


def test_a_field_that_was_written_is_not_missing():
    """A date that normalize could not read is its matter, not a missing value."""
    tables = clean()
    put(tables, [5], **WITHOUT_DATE)
    assert not found(tables, "missing-value")
    tables.entries["birth_date"][5] = None
    assert found(tables, "missing-value")


def test_a_shared_fin_is_found_behind_an_entry_of_gaps():
    """The first entry of a FIN may hold nothing but it: the others are compared all the same."""
    tables = clean()
    names = ("surname_stem", "given_skeleton", "given_sex")
    put(tables, [0], **dict.fromkeys(names), **WITHOUT_DATE)
    put(tables, [0, 50], fin=tables.voters["fin"][9])
    told = found(tables, "fin-shared")
    places = [(one["entry_id"], one["other_entry_id"]) for one in told]
    assert places == [(tables.voters["entry_id"][50], tables.voters["entry_id"][9])]


CELLS = st.lists(
    st.tuples(st.sampled_from([None, "a", "b"]), st.sampled_from([None, 1, 2])),
    max_size=12,
)


@given(CELLS, st.booleans())
def test_group_codes_are_those_of_a_dictionary(rows, known):
    """Rows share a code just where they agree in all columns.

    Gaps are in no group unless asked for.
    """
    table = pa.table(
        {
            "x": pa.array([x for x, _ in rows], pa.string()),
            "y": pa.array([y for _, y in rows], pa.int8()),
        }
    )
    codes, count = group_codes(table, "x", "y", known=known)
    seen: dict[tuple, int] = {}
    expected = [
        -1 if known and None in row else seen.setdefault(row, len(seen)) for row in rows
    ]
    assert codes.tolist() == expected
    assert count == len(seen)


@given(
    st.lists(st.integers(-1, 3), max_size=8), st.lists(st.integers(-1, 3), max_size=8)
)
def test_matches_are_those_of_two_loops(left, right):
    """Every pair of one code, once, in order; -1 matches nothing, not even itself."""
    pairs = matches(np.array(left, dtype=np.int64), np.array(right, dtype=np.int64))
    expected = [
        (a, b) for a, x in enumerate(left) for b, y in enumerate(right) if x == y >= 0
    ]
    assert list(zip(*(side.tolist() for side in pairs), strict=True)) == expected


def test_missing_neither_differs_nor_is_alike():
    """Where either side is missing, there is no difference and no similarity.

    Two blanks are not alike.
    """
    left = pa.array(["hasan", None, None, "ali"])
    right = pa.array(["hasan", "ali", None, "huseyn"])
    assert differ(left, right).tolist() == [False, False, False, True]
    alike = similarity(left, right)
    assert alike[0] == 1
    assert np.isnan(alike[1:3]).all()
    assert alike[3] < 0.5
    assert similarity(left.slice(0, 0), right.slice(0, 0)).tolist() == []


def test_too_few_men_are_as_unusual_as_too_many():
    """A precinct of women among mixed ones is found, with the lower limit."""
    tables = clean()
    put(tables, range(EACH, EACH + 60, 2), **dict.fromkeys(SEXES, "f"))
    (outlier,) = found(tables, "sex-ratio-outlier")
    assert (outlier["value"], outlier["limit"]) == pytest.approx((0.25, 0.4))


def test_half_a_column_is_not_a_missing_column():
    """At exactly the share of the settings the precinct would be asked about."""
    tables = clean()
    for rows, expected in ((60, ["missing-value"] * 60), (61, ["missing-column"])):
        put(tables, range(rows), patronymic=None)
        tables.entries["patronymic"][:rows] = [None] * rows
        assert [finding["rule"] for finding in tables.findings()] == expected


def test_an_unknown_precinct_is_no_precinct():
    """All entries of unknown precincts would be called one precinct too large."""
    tables = clean()
    for columns in (tables.voters, tables.entries):
        columns["precinct"][EACH : 2 * EACH] = [None] * EACH
    born = {"birth_year": 1980, "birth_month": 1, "birth_day": 1}
    rows = range(EACH, EACH + 80)
    put(tables, rows, **born, fin=None, **dict.fromkeys(SEXES, "m"))
    tables.copy_person(EACH, EACH + 40)
    assert tables.findings() == []


def test_a_list_without_entries_is_no_second_list():
    """A file of which no row became an entry does not make its precinct one of two lists."""
    tables = clean()
    more = {"source": "ffffffffffff", "entries": 0, "set_aside": EACH}
    for name, values in tables.lists.items():
        values.append(more.get(name, values[1]))
    assert tables.findings() == []


def test_an_unknown_address_is_not_one_address():
    """Homes of which only street and house are known would be one address."""
    tables = clean()
    put(tables, (3, 130), address=None, street="9", house="9", flat="9")
    assert tables.findings() == []
