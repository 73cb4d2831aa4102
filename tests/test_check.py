from __future__ import annotations

import datetime as dt
import inspect
import math
from collections import Counter
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import pytest

from registers import EACH, ON_DAY, Tables, clean
from voterlist import synth
from voterlist.check import check, examine
from voterlist.check.agehist import pyramids
from voterlist.check.coincidences import poisson_tail_bound
from voterlist.check.names import misspelt
from voterlist.check.rules import RULES, SUBJECTS
from voterlist.config.sections import CheckSettings, RuleSettings
from voterlist.errors import SchemaError, StageError
from voterlist.model import Severity
from voterlist.schemas import AGES, ENTRY, FINDING, LIST, PROFILE, VOTER, empty

Plant = Callable[[Tables], dict[str, Any] | list[dict[str, Any]]]
PLANTS: dict[str, Plant] = {}
YEAR_ONLY = "birth-year-only"
SYNTH_FOLDER = Path(synth.__file__).parent
NOT_BY_CHANCE: dict[str, str] = {}
"""Rules of which ``synth`` plants no fault, and why."""


def plants(code: str, not_by_chance: str | None = None) -> Callable[[Plant], Plant]:
    """Keep a function that plants one fault of this rule and returns what must be found.

    ``not_by_chance`` says why ``synth`` plants no such fault in its lists, if it does not.
    """

    def remember(plant: Plant) -> Plant:
        PLANTS[code] = plant
        if not_by_chance is not None:
            NOT_BY_CHANCE[code] = not_by_chance
        return plant

    return remember


def entry(tables: Tables, row: int, **more: Any) -> dict[str, Any]:
    place = {
        name: tables.voters[name][row]
        for name in ("entry_id", "constituency", "precinct")
    }
    return {**place, **more}


def ids(tables: Tables, row: int) -> str:
    return tables.voters["entry_id"][row]


def precinct(number: int, **more: Any) -> dict[str, Any]:
    return {"constituency": 17, "precinct": number, **more}


@plants("missing-value")
def _(tables):
    tables.voters["patronymic"][5] = tables.entries["patronymic"][5] = None
    return entry(tables, 5, field="patronymic")


@plants("missing-column")
def _(tables):
    for row in range(EACH, EACH + 90):
        tables.voters["address"][row] = tables.entries["address"][row] = None
        for name in ("street", "house", "flat"):
            tables.voters[name][row] = None
    return precinct(2, field="address", value=0.75, limit=0.5)


@plants("mixed-script")
def _(tables):
    tables.entries["surname"][7] = "Məmmədoв"
    return entry(tables, 7, field="surname")


@plants("strange-character")
def _(tables):
    tables.entries["given_name"][7] = "E1nur"
    return entry(tables, 7, field="given_name")


@plants("fin-shared")
def _(tables):
    tables.voters["fin"][130] = tables.voters["fin"][3]
    return entry(tables, 130, other_entry_id=ids(tables, 3), field="fin")


@plants("document-shared")
def _(tables):
    tables.voters["document"][130] = tables.voters["document"][3]
    return entry(tables, 130, other_entry_id=ids(tables, 3), field="document")


@plants("two-fins")
def _(tables):
    tables.copy_person(3, 130)
    return entry(tables, 130, other_entry_id=ids(tables, 3), field="fin")


def _born(tables, row, year, month=None, day=None):
    for name, value in (
        ("birth_year", year),
        ("birth_month", month),
        ("birth_day", day),
    ):
        tables.voters[name][row] = value


@plants("under-age")
def _(tables):
    _born(tables, 9, 2008, 2, 4)
    return entry(tables, 9, field="birth_date", limit=18.0)


@plants("over-age")
def _(tables):
    _born(tables, 9, 1921, 2, 3)
    return entry(tables, 9, field="birth_date", limit=105.0)


@plants("future-date")
def _(tables):
    _born(tables, 9, 2026, 2, 4)
    return entry(tables, 9, field="birth_date")


def _heap(tables, month, day, count):
    for row in range(EACH, EACH + count):
        tables.voters["birth_day"][row] = day
        tables.voters["birth_month"][row] = month or tables.voters["birth_month"][row]


@plants("heaping-first-of-january")
def _(tables):
    _heap(tables, 1, 1, 20)
    january = [
        row for row in range(EACH, 2 * EACH) if tables.voters["birth_month"][row] == 1
    ]
    first = sum(tables.voters["birth_day"][row] == 1 for row in january)
    return precinct(2, field="birth_date", value=first / EACH, limit=1 / 365.25 + 0.02)


@plants("heaping-fifteenth")
def _(tables):
    _heap(tables, None, 15, 30)
    count = sum(day == 15 for day in tables.voters["birth_day"][EACH : 2 * EACH])
    return precinct(2, field="birth_date", value=count / EACH, limit=12 / 365.25 + 0.02)


@plants("heaping-round-year")
def _(tables):
    for row in range(EACH, EACH + 60):
        tables.voters["birth_year"][row] -= tables.voters["birth_year"][row] % 5
    count = sum(year % 5 == 0 for year in tables.voters["birth_year"][EACH : 2 * EACH])
    return precinct(2, field="birth_date", value=count / EACH, limit=0.22)


@plants("sex-contradicts-patronymic")
def _(tables):
    tables.voters["patronymic_sex"][4] = "f"
    return entry(tables, 4, field="patronymic")


@plants("sex-contradicts-surname")
def _(tables):
    tables.voters["surname_sex"][4] = "f"
    return entry(tables, 4, field="surname")


@plants("sex-contradicts-given-name")
def _(tables):
    tables.voters["given_sex"][4] = "f"
    return entry(tables, 4, field="given_name")


def _keep(tables, rows):
    for columns in (tables.voters, tables.entries):
        for name in columns:
            columns[name] = [columns[name][row] for row in rows]


@plants("precinct-too-small")
def _(tables):
    _keep(tables, range(2 * EACH + 49))
    return precinct(3, value=49.0, limit=50.0)


@plants("precinct-too-large")
def _(tables):
    more = 13
    for columns in (tables.voters, tables.entries):
        for name in columns:
            columns[name] = columns[name] * more
    for columns in (tables.voters, tables.entries):
        count = len(columns["entry_id"])
        columns["entry_id"] = [f"017-0003-{row:013d}" for row in range(count)]
        columns["precinct"] = [3] * count
        for name in columns:
            # Nothing but the size may be noticed.
            if name in {
                "surname_stem",
                "given_skeleton",
                "surname",
                "fin",
                "document",
                "number",
                "street",
                "house",
            }:
                columns[name] = [None] * count
    tables.entries["surname"] = ["Ad"] * len(tables.entries["surname"])
    return precinct(3, value=13.0 * 3 * EACH, limit=1500.0)


@plants("precinct-in-two-lists")
def _(tables):
    for name, values in tables.lists.items():
        values.append(values[1] if name != "source" else "ffffffffffff")
    return precinct(2, value=2.0, limit=1.0)


@plants("crowded-dwelling")
def _(tables):
    for row in range(8, 17):
        tables.voters["house"][row], tables.voters["flat"][row] = "1", "1"
    return entry(tables, 0, field="address", value=13.0, limit=12.0)


@plants("dwelling-without-shared-surname")
def _(tables):
    for step, row in enumerate(range(0, 24, 4)):
        tables.voters["house"][row], tables.voters["flat"][row] = "9", "1"
        tables.voters["surname_stem"][row] = f"stem{step}"
    return entry(tables, 0, field="address", value=6.0, limit=6.0)


@plants("address-in-two-precincts")
def _(tables):
    for name in ("street", "house", "flat", "address"):
        tables.voters[name][130] = tables.voters[name][3]
    more = {"field": "address", "value": 2.0, "limit": 1.0}
    return [
        entry(tables, 0, other_entry_id=ids(tables, 130), **more),
        entry(tables, 130, other_entry_id=ids(tables, 0), **more),
    ]


@plants("address-outside-precinct")
def _(tables):
    tables.voters["street"][5] = "kuce 2"
    return entry(tables, 5, field="address", value=2.0)


@plants("line-number-gap")
def _(tables):
    for row in range(2 * EACH + 60, 3 * EACH):
        tables.entries["number"][row] = str(row - 2 * EACH + 4)
    return precinct(3, field="number", value=3.0, limit=0.0)


@plants("line-number-repeat")
def _(tables):
    for row in range(2 * EACH + 60, 3 * EACH):
        tables.entries["number"][row] = f"{row - 2 * EACH}."
    return entry(
        tables, 2 * EACH + 60, other_entry_id=ids(tables, 2 * EACH + 59), field="number"
    )


@plants("same-entry-repeated")
def _(tables):
    tables.copy_person(3, 17)
    tables.voters["fin"][17] = None
    return entry(tables, 17, other_entry_id=ids(tables, 3))


@plants("same-entry-in-constituency")
def _(tables):
    tables.copy_person(3, 130)
    tables.voters["fin"][130] = None
    return entry(tables, 130, other_entry_id=ids(tables, 3))


@plants("same-entry-across-constituencies")
def _(tables):
    tables.copy_person(3, 2 * EACH + 7)
    tables.voters["fin"][2 * EACH + 7] = None
    for row in range(2 * EACH, 3 * EACH):
        tables.voters["constituency"][row] = tables.entries["constituency"][row] = 18
    tables.lists["constituency"][2] = 18
    return entry(tables, 2 * EACH + 7, other_entry_id=ids(tables, 3))


@plants("coincidences-beyond-chance")
def _(tables):
    for row in range(20, 80, 10):
        tables.copy_person(row, EACH + row)
        tables.voters["fin"][EACH + row] = None
        # Written otherwise, so that the tests of entries, which ask for one spelling, stay silent.
        tables.voters["surname"][EACH + row] = "another spelling"
    agreeing = next(row for row in tables.coincidences() if row["constituency"] == 17)
    return {"constituency": 17, "value": 6.0, "limit": agreeing["expected"]}


@plants("name-misspelt")
def _(tables):
    # Of 120 voters each with one surname but for one, whose has a letter doubled.
    for row in range(3 * EACH):
        tables.voters["surname_stem"][row] = "mammad"
    tables.voters["surname_stem"][5] = "mammmad"
    return entry(tables, 5, field="surname")


@plants("birth-year-only")
def _(tables):
    for row in range(0, 3 * EACH, 15):
        _born(tables, row, tables.voters["birth_year"][row])
    return {
        "constituency": 17,
        "field": "birth_date",
        "value": 24 / (3 * EACH),
        "limit": 0.05,
    }


@plants("birth-year-only-outlier")
def _(tables):
    for row in range(EACH, EACH + 30):
        _born(tables, row, tables.voters["birth_year"][row])
    return precinct(2, field="birth_date", value=0.25, limit=0.1)


@plants("missing-fin-outlier")
def _(tables):
    for row in range(EACH, EACH + 30):
        tables.voters["fin"][row] = None
    return precinct(2, field="fin", value=0.25, limit=0.1)


@plants("sex-ratio-outlier")
def _(tables):
    for row in range(EACH + 1, EACH + 61, 2):
        for name in ("sex", "patronymic_sex", "surname_sex", "given_sex"):
            tables.voters[name][row] = "m"
    return precinct(2, field="sex", value=0.75, limit=0.6)


@plants("age-structure-outlier")
def _(tables):
    for row in range(EACH, 2 * EACH, 2):
        _born(tables, row, 1994 + row % 12, 12, 1 + row % 28)
    ages = [_age(tables, row) for row in range(3 * EACH)]
    own, rest = ages[EACH : 2 * EACH], ages[:EACH] + ages[2 * EACH :]
    apart = [
        sum(a <= age for a in own) / EACH - sum(a <= age for a in rest) / (2 * EACH)
        for age in set(ages)
    ]
    return precinct(2, field="birth_date", value=max(map(abs, apart)), limit=0.1)


def _age(tables, row):
    year, month, day = (
        tables.voters[f"birth_{part}"][row] for part in ("year", "month", "day")
    )
    return ON_DAY.year - year - ((month, day) > (ON_DAY.month, ON_DAY.day))


COMES_WITH = {
    "address-in-two-precincts": {"address-outside-precinct"},
    "birth-year-only-outlier": {"birth-year-only"},
    "two-fins": {"same-entry-in-constituency"},
}
"""Findings that a planted fault rightly makes besides its own."""

RULE_OF = {rule.code: rule for rule in RULES}


@pytest.mark.parametrize("code", sorted(RULE_OF))
def test_a_planted_fault_is_found_and_nothing_else(code):
    """A rule would miss its fault or its place, or another rule would speak of it too."""
    tables = clean()
    planted = PLANTS[code](tables)
    rule = RULE_OF[code]
    expected = [
        {"rule": code, "severity": rule.severity.value, "unit": rule.unit.value, **one}
        for one in (planted if isinstance(planted, list) else [planted])
    ]
    found = tables.findings()
    own = [finding for finding in found if finding["rule"] == code]
    assert [set(one) for one in own] == [set(one) for one in expected]
    for one, other in zip(own, expected, strict=True):
        assert one == pytest.approx(other)
    others = {finding["rule"] for finding in found} - {code}
    assert others == COMES_WITH.get(code, set()), "where they rightly speak: COMES_WITH"


@pytest.mark.parametrize(
    ("code", "place"), [("line-number-gap", 2), ("precinct-in-two-lists", -1)]
)
def test_of_a_list_that_was_handed_in_anew_nothing_is_missing(code, place):
    """What it repeats was set aside: 469 of its line numbers were called missing."""
    tables = clean()
    PLANTS[code](tables)
    lists = tables.lists
    lists["set_aside"][place] = lists["entries"][place] + 1
    lists["rows"][place] = 2 * lists["entries"][place] + 1
    assert tables.findings() == []


def finds(function):
    """Whether a function tells of a context alone where something is broken."""
    told = inspect.signature(function)
    needed = [one for one in told.parameters.values() if one.default is one.empty]
    return len(needed) == 1 and told.return_annotation == "Iterator[Found]"


def test_every_rule_has_a_planted_fault_and_a_name_of_its_own():
    """No rule escapes the planted-fault test, and no code stands for two rules."""
    assert set(PLANTS) == set(RULE_OF)
    assert len(RULE_OF) == len(RULES) >= 20


def test_what_finds_a_broken_rule_has_the_name_of_one_that_is_declared():
    """A function without a record would be asked by nobody."""
    finders = [
        name.replace("_", "-")
        for subject in SUBJECTS
        for name, found in vars(subject).items()
        if isinstance(found, FunctionType | partial) and finds(found)
    ]
    assert sorted(finders) == sorted(RULE_OF)


def test_chance_plants_a_fault_of_every_rule():
    """A rule would never be measured; the long tests alone would say so.

    A new line in ``OF_ENTRIES`` of ``synth/faults.py`` does, or why there is none: ``plants``.
    """
    told = "".join(path.read_text("utf-8") for path in SYNTH_FOLDER.glob("*.py"))
    unplanted = {code for code in RULE_OF if f'"{code}"' not in told}
    assert unplanted <= NOT_BY_CHANCE.keys()


def test_a_clean_register_raises_nothing():
    """The register without a fault has no finding."""
    assert clean().findings() == []


@pytest.mark.parametrize(
    ("shape", "allowed"),
    [
        ("no rows", []),
        ("all unknown", ["missing-column"]),
        ("one row", ["precinct-too-small"]),
    ],
)
def test_every_rule_meets_the_smallest_registers(shape, allowed):
    """Zero rows, rows of nothing but gaps and a single row pass every rule.

    Gaps never count as equal.
    """
    tables = clean()
    _keep(tables, {"no rows": [], "all unknown": range(60), "one row": [0]}[shape])
    if shape == "all unknown":
        for schema, columns in ((VOTER, tables.voters), (ENTRY, tables.entries)):
            for field in schema:
                if field.nullable:
                    columns[field.name] = [None] * 60
    if shape == "no rows":
        for name in tables.lists:
            tables.lists[name] = []
    raised = []
    for code in sorted(RULE_OF):
        others = {name: RuleSettings(enabled=False) for name in RULE_OF if name != code}
        if tables.findings(CheckSettings(rules=others)):
            raised.append(code)
    assert raised == allowed


def test_empty_tables_give_an_empty_table():
    """With no list at all the answer is a table of the right shape."""
    found = check(
        empty(VOTER), empty(ENTRY), empty(LIST), CheckSettings(), on_day=ON_DAY
    )
    assert found.schema == FINDING
    assert found.num_rows == 0


def _all_faults() -> Tables:
    tables = clean()
    for code in sorted(PLANTS):
        if code not in {"precinct-too-small", "precinct-too-large", "missing-column"}:
            PLANTS[code](tables)
    return tables


def test_the_order_of_rows_changes_nothing():
    tables = _all_faults()
    voters, entries, lists = tables.arrow()
    order = np.random.default_rng(5).permutation(voters.num_rows)
    straight = check(voters, entries, lists, CheckSettings(), on_day=ON_DAY)
    shuffled = check(
        voters.take(order),
        entries.take(order[::-1]),
        lists.take([3, 1, 0, 2]),
        CheckSettings(),
        on_day=ON_DAY,
    )
    assert len(set(straight.column("rule").to_pylist())) > 15
    assert shuffled.equals(straight)


def test_a_rule_can_be_switched_off_and_given_another_severity():
    """The settings silence one rule and raise another, and leave the rest as they are."""
    tables = clean()
    PLANTS["under-age"](tables)
    PLANTS["mixed-script"](tables)
    PLANTS["sex-contradicts-surname"](tables)
    rules = {
        "under-age": RuleSettings(enabled=False),
        "mixed-script": RuleSettings(severity=Severity.ERROR),
    }
    found = {
        row["rule"]: row["severity"]
        for row in tables.findings(CheckSettings(rules=rules))
    }
    assert found == {"mixed-script": "error", "sex-contradicts-surname": "note"}


def test_voters_and_entries_must_be_the_same():
    """A voter without its entry stops the stage instead of giving findings of somebody else."""
    voters, entries, lists = clean().arrow()
    with pytest.raises(StageError, match="same entry ids"):
        check(voters, entries.slice(1), lists, CheckSettings(), on_day=ON_DAY)
    with pytest.raises(SchemaError):
        check(
            voters.drop_columns(["fin"]), entries, lists, CheckSettings(), on_day=ON_DAY
        )


def test_findings_hold_no_cell():
    """What a finding says in words are ids, codes and hashes only.

    No name, number or address of an entry.
    """
    tables = _all_faults()
    found = check(*tables.arrow(), CheckSettings(), on_day=ON_DAY)
    said = {
        text
        for name in ("field", "rule", "unit", "severity")
        for text in found.column(name).to_pylist()
        if text
    }
    said |= {
        text
        for name in ("source", "sheet")
        for text in found.column(name).to_pylist()
        if text
    }
    cells = {
        text
        for name in ENTRY.names[7:]
        for text in tables.entries[name]
        if text is not None
    }
    assert not said & cells


def test_coincidences_are_counted_as_by_hand():
    """The formula would not give what a count over all pairs gives, kind by kind."""
    tables = clean()
    for row in range(2 * EACH, 3 * EACH):
        tables.voters["constituency"][row] = tables.entries["constituency"][row] = 18
    for row in range(10, 60, 10):
        tables.copy_person(row, EACH + row)
        tables.copy_person(row, 2 * EACH + row)
    tables.voters["birth_day"][10] = tables.voters["surname_stem"][30] = None
    # One whose sex nothing tells, and one whose sex the given name tells.
    for row, witnesses in (
        (20, ("patronymic_sex", "given_sex")),
        (40, ("patronymic_sex",)),
    ):
        sex = tables.voters["sex"][row]
        for name in ("sex", *witnesses):
            tables.voters[name][row] = None
        if row == 40:
            tables.voters["given_sex"][row] = sex
    people = [
        dict(zip(tables.voters, row, strict=True))
        for row in zip(*tables.voters.values(), strict=True)
    ]
    for one in people:
        one["sex"] = one["sex"] or one["patronymic_sex"] or one["given_sex"]
    parts = {
        "stem": ["surname_stem"],
        "given_name": ["given_skeleton"],
        "patronymic": ["patronymic_skeleton"],
    }
    parts |= {
        "year": ["birth_year"],
        "date": ["birth_year", "birth_month", "birth_day"],
    }

    @cache
    def agreeing(place, sex, band, *kind):
        """How many pairs of a place, of one sex and one band of births agree in these parts."""
        among = [
            one
            for one in people
            if place in {None, one["constituency"]}
            and one["sex"] == sex
            and band in {None, one["birth_year"] // 10}
        ]
        said = [
            tuple(one[name] for part in kind for name in parts[part]) for one in among
        ]
        known = Counter(cells for cells in said if None not in cells)
        return sum(count * (count - 1) // 2 for count in known.values())

    for found in tables.coincidences():
        place = found["constituency"]
        *names, birth = found["agreement"].split("+")
        sexes = {one["sex"] for one in people}
        expected, agree = (
            0.0,
            [agreeing(place, sex, None, *names, birth) for sex in sexes],
        )
        assert found["found"] == sum(agree)
        for sex, band in {(one["sex"], one["birth_year"] // 10) for one in people}:
            every = max(agreeing(place, sex, band), 1)
            share = {name: agreeing(place, sex, band, name) / every for name in names}
            of_sex = max(agreeing(place, sex, None), 1)
            share["stem"] = agreeing(place, sex, None, "stem") / of_sex
            expected += agreeing(place, sex, band, birth) * np.prod(
                list(share.values())
            )
        assert found["expected"] == pytest.approx(expected)


@pytest.mark.parametrize(("count", "mean"), [(5, 0.1), (12, 4.0), (3, 2.9), (40, 10.0)])
def test_the_poisson_bound_is_never_below_the_tail(count, mean):
    """Something likely would be called improbable, or, far out, nothing ever would."""
    tail = 1 - sum(math.exp(-mean) * mean**k / math.factorial(k) for k in range(count))
    bound = poisson_tail_bound(np.array([float(count)]), np.array([mean]))[0]
    assert tail <= bound * (1 + 1e-6)
    assert bound <= 2 * tail or count < 2 * mean


def test_a_rare_name_is_no_slip():
    """One letter from a frequent name.

    Found inside it, not at its first letter nor as a last letter more.
    """
    names = [
        "mammad",
        "mamnad",
        "mmamad",
        "hammad",
        "mammada",
        "mamma",
        "maamad",
        "ali",
        "aly",
        "qurban",
    ]
    counts = np.array([500, 1, 1, 1, 1, 1, 3, 500, 1, 1])
    found = [
        name
        for name, slip in zip(names, misspelt(names, counts, 250), strict=True)
        if slip
    ]
    assert found == ["mamnad", "mmamad"]
    assert not misspelt([], np.zeros(0, dtype=np.int64), 250).any()


@pytest.mark.parametrize(("most", "rare"), [(249, 1), (250, 1), (499, 2), (500, 2)])
def test_a_slip_is_so_many_times_rarer_or_more(most, rare):
    """The name that is just frequent enough would be passed over."""
    found = misspelt(["mammad", "mamnad"], np.array([most, rare]), 250)
    assert found.tolist() == [False, most >= 250 * rare]


@pytest.mark.parametrize("more", [0, 1])
def test_a_share_at_the_limit_is_not_above_it(more):
    """A constituency just at `most_year_only` would be told of."""
    tables = clean()
    settings = CheckSettings(most_year_only=0.25)
    at_the_limit = 3 * EACH // 4
    for row in range(at_the_limit + more):
        _born(tables, row, tables.voters["birth_year"][row])
    found = [row for row in tables.findings(settings) if row["rule"] == YEAR_ONLY]
    assert [row["value"] for row in found] == [(at_the_limit + 1) / (3 * EACH)] * more


def profile(voters, entries, *, on_day):
    """PROFILE of these."""
    examined = examine(voters, entries, empty(LIST), CheckSettings(), on_day=on_day)
    return examined.profile


def test_the_profile_of_a_precinct():
    """One row a precinct.

    Voters, men, women, the median of ages, and the share of each field that is missing.
    """
    tables = clean()
    for row in range(30):
        tables.voters["fin"][row] = tables.entries["fin"][row] = None
    for row in range(EACH):
        _born(tables, row, 1980 if row < 60 else 1990)
    voters, entries, _ = tables.arrow()
    table = profile(voters, entries, on_day=dt.date(2026, 2, 3))
    assert table.schema == PROFILE
    first = table.to_pylist()[0]
    assert [first[name] for name in ("precinct", "voters", "men", "women")] == [
        1,
        120,
        60,
        60,
    ]
    assert first["median_age"] == (46 + 36) / 2
    assert first["missing_fin"] == 0.25
    assert first["missing_surname"] == 0.0
    assert profile(empty(VOTER), empty(ENTRY), on_day=ON_DAY).num_rows == 0


def test_the_median_age_of_nobody_is_unknown():
    """A precinct in which no birth year is known has no median age, not zero."""
    tables = clean()
    for row in range(EACH):
        _born(tables, row, None)
    voters, entries, _ = tables.arrow()
    assert (
        profile(voters, entries, on_day=ON_DAY).column("median_age").to_pylist()[0]
        is None
    )


@pytest.mark.parametrize("year", [1060, 1700, 2100, 9999])
def test_a_year_in_which_no_voter_is_born_counts_as_unknown(year):
    """A slip in the year makes no person of 966 years: whoever reads the date has told of it."""
    tables, unknown = clean(), clean()
    _born(tables, 1, year, 2, 3)
    _born(unknown, 1, None)
    assert tables.findings() == unknown.findings()
    assert tables.coincidences() == unknown.coincidences()
    voters, others = tables.arrow()[0], unknown.arrow()[0]
    assert pyramids(voters, ON_DAY).equals(pyramids(others, ON_DAY))


def test_the_pyramids_add_up():
    """Every voter stands in one group of a pyramid, those without a year or a sex among them."""
    tables = clean()
    tables.voters["sex"][0] = None
    _born(tables, 1, None)
    _born(tables, 2, 2006, 2, 3)
    _born(tables, 4, 2006, 2, 4)
    voters, _, _ = tables.arrow()
    table = pyramids(voters, ON_DAY)
    assert table.schema == AGES
    assert sum(table.column("voters").to_pylist()) == voters.num_rows
    groups = {(row["age_from"], row["sex"]): row["voters"] for row in table.to_pylist()}
    assert groups[None, "f"] == 1
    assert groups[15, "m"] == 1
    assert (20, "m") in groups
    assert sum(count for (_, sex), count in groups.items() if sex is None) == 1
    assert pyramids(empty(VOTER), ON_DAY).num_rows == 0
