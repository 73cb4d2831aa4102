from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples import tries
from voterlist.config.sections import CheckSettings, RuleSettings
from voterlist.errors import SchemaError
from voterlist.model import Severity
from voterlist.persons.matching import CLASSES, Matched
from voterlist.reconcile import Reconciliation, reconcile
from voterlist.reconcile.policies import RULES
from voterlist.reconcile.registers import merged_names
from voterlist.schemas import (
    COMPARISON,
    FINDING,
    MATCH,
    REGISTER_USE,
    STATISTIC,
    VOTER,
    empty,
)
from voterlist.tables import from_columns

PERSON = {
    "surname_skeleton": "mammadov",
    "surname_stem": "mammad",
    "given_skeleton": "elnur",
    "patronymic_skeleton": "rauf",
    "given_sex": "m",
    "sex": "m",
    "birth_year": 1950,
    "birth_month": 3,
    "birth_day": 4,
    "fin": "5ABC123",
    "document": "AZE12345678",
}


def person(**changes: Any) -> dict[str, Any]:
    return {**PERSON, **changes}


def voters(*rows: dict[str, Any], name: str = "017-0001-") -> pa.Table:
    place = {"constituency": 17, "precinct": 1, "list_kind": "permanent"}
    full = [
        {**place, "entry_id": f"{name}{number}", **row}
        for number, row in enumerate(rows)
    ]
    columns = {}
    for field in VOTER:
        kind = pa.string() if pa.types.is_dictionary(field.type) else field.type
        columns[field.name] = pa.array([row.get(field.name) for row in full], kind)
    return from_columns(columns, VOTER)


def deaths(*rows: dict[str, Any]) -> pa.Table:
    return voters(*rows, name="death-")


def classes(result: Reconciliation) -> list[tuple[str, str | None, str]]:
    return [
        (row["register_id"], row["entry_id"], row["class"])
        for row in result.matches.to_pylist()
    ]


def use(result: Reconciliation) -> dict[str, int | None]:
    return {row["measure"]: row["rows"] for row in result.usable.to_pylist()}


def against(entry: dict[str, Any], death: dict[str, Any]) -> str:
    """The class of one row of the register against a list of one entry."""
    ((_, _, found),) = classes(
        reconcile(
            voters(entry), registers={"deaths": deaths(death)}, settings=CheckSettings()
        )
    )
    return found


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({}, "confirmed"),
        ({"surname_stem": "aliy", "surname_skeleton": "aliyev"}, "confirmed"),
        ({"fin": None}, "confirmed"),
        ({"document": None, "given_skeleton": "elnuur"}, "confirmed"),
        ({"birth_month": 4, "birth_day": 3}, "confirmed"),
        ({"birth_month": None, "birth_day": None}, "confirmed"),
        ({"given_skeleton": None, "given_sex": None, "birth_year": None}, "probable"),
        ({"given_skeleton": "sabuhi"}, "conflicting"),
        ({"given_skeleton": "elnura", "given_sex": "f"}, "conflicting"),
        ({"birth_year": 1951}, "conflicting"),
        ({"birth_day": 5}, "conflicting"),
        ({"fin": "5ABC124"}, "conflicting"),
        ({"fin": None, "document": None}, "probable"),
        ({"fin": None, "document": None, "surname_skeleton": "mammadli"}, "probable"),
        ({"fin": None, "document": None, "surname_stem": None}, "probable"),
        (
            {"fin": None, "document": None, "patronymic_skeleton": "tural"},
            "register-only",
        ),
        ({"fin": None, "document": None, "patronymic_skeleton": None}, "register-only"),
        (
            {"fin": None, "document": None, "birth_month": None, "birth_day": None},
            "register-only",
        ),
        ({"fin": "5ABC124", "document": None}, "register-only"),
    ],
)
def test_the_class_of_a_death(entry, expected):
    """Each kind of agreement and contradiction gives its class.

    Names with no full date or another FIN, none.
    """
    assert against(person(**entry), PERSON) == expected


@pytest.mark.parametrize(
    "missing",
    ["surname", "given_skeleton", "patronymic_skeleton", "birth_month", "birth_day"],
)
def test_a_death_without_identifier_and_full_name_is_unusable(missing):
    """A row that names nobody would be counted as a dead person who is not listed."""
    changes = (
        {"surname_stem": None, "surname_skeleton": None}
        if missing == "surname"
        else {missing: None}
    )
    death = person(fin=None, document=None, **changes)
    assert against(PERSON, death) == "unusable"
    assert against({}, {}) == "unusable"


def test_gaps_are_never_equal():
    """A list and a register of nothing but gaps meet nowhere."""
    result = reconcile(
        voters({}, {}, {}),
        registers={"deaths": deaths({}, {})},
        settings=CheckSettings(),
    )
    assert result.findings.column("entry_id").null_count == result.findings.num_rows
    assert use(result)["unusable"] == 2


def test_findings_point_at_entry_and_register():
    listed = voters(
        person(fin="AAAAAAA", document=None, given_skeleton="tural"),
        person(document=None, precinct=2),
        person(fin=None, document=None, birth_year=1940),
    )
    dead = deaths(
        person(document=None),
        person(fin="AAAAAAA", document=None),
        person(fin=None, birth_year=1940),
    )
    found = reconcile(
        listed, registers={"deaths": dead}, settings=CheckSettings()
    ).findings.to_pylist()
    said = [
        (
            row["rule"],
            row["severity"],
            row["precinct"],
            row["entry_id"],
            row["other_entry_id"],
        )
        for row in found
    ]
    assert said == [
        ("deceased-confirmed", "error", 2, "017-0001-1", "death-0"),
        ("deceased-conflicting", "warning", 1, "017-0001-0", "death-1"),
        ("deceased-probable", "warning", 1, "017-0001-2", "death-2"),
    ]


def test_a_match_tells_by_what_it_was_found():
    """A match by FIN is the surest; without its level nobody could tell it from one by names."""
    listed = voters(
        person(document=None), person(fin=None), person(fin=None, document=None)
    )
    for at, level in enumerate(("fin", "document", "names")):
        entry = listed.slice(at, 1)
        dead = deaths({name: entry[name][0].as_py() for name in PERSON})
        found = reconcile(entry, registers={"deaths": dead}, settings=CheckSettings())
        assert found.matches.column("level").to_pylist() == [level]


def test_who_is_listed_by_the_new_name_is_not_called_missing_by_the_former():
    """The first entry of the list would be found and not found at once."""
    one, none = np.array([0]), np.array([-1])
    now = Matched(one, one, np.array([CLASSES.index("confirmed")]), one, 1)
    former = Matched(one, none, np.array([CLASSES.index("register-only")]), none, 1)
    merged = merged_names(now, former, one)
    assert (merged.register.tolist(), merged.entry.tolist()) == ([0], [0])


def test_how_much_of_the_register_was_usable():
    """Every row of the register is counted once by what it holds and once by its class."""
    dead = deaths(
        PERSON,
        person(fin=None, document="AZE00000001", given_skeleton="tural"),
        person(fin=None, document=None, birth_year=1949),
        person(fin=None, document=None, birth_day=None),
        person(fin="ZZZZZZZ", document=None, given_skeleton="murad"),
    )
    result = reconcile(
        voters(PERSON, person(fin=None)),
        registers={"deaths": dead},
        settings=CheckSettings(),
    )
    assert use(result) == {
        "total": 5,
        "usable": 4,
        "by-fin": 2,
        "by-document": 1,
        "by-name": 1,
        "confirmed": 1,
        "conflicting": 0,
        "probable": 0,
        "register-only": 3,
        "unusable": 1,
    }
    # The dead stand twice on the list: both entries are named, the row of the register is counted
    # once.
    assert [entry for row, entry, _ in classes(result) if row == "death-0"] == [
        "017-0001-0",
        "017-0001-1",
    ]


def test_without_a_register_nothing_is_zero():
    """No register gives nulls, an empty register zeros: the two are different answers."""
    none = reconcile(voters(PERSON), settings=CheckSettings())
    zero = reconcile(
        voters(PERSON), registers={"deaths": empty(VOTER)}, settings=CheckSettings()
    )
    assert set(use(none).values()) == {None}
    assert set(use(zero).values()) == {0}
    assert (none.findings.schema, none.matches.schema) == (FINDING, MATCH)
    assert (none.usable.schema, none.compared.schema) == (REGISTER_USE, COMPARISON)


def test_an_empty_list_meets_nobody():
    """With no entries every usable row of the register is in the register only."""
    result = reconcile(
        empty(VOTER),
        registers={"deaths": deaths(PERSON)},
        statistics=statistic(),
        settings=CheckSettings(),
    )
    assert classes(result) == [("death-0", None, "register-only")]
    assert result.findings.num_rows == 0


FIELDS = st.fixed_dictionaries(
    {
        "surname_stem": st.sampled_from([None, "mammad", "aliy"]),
        "given_skeleton": st.sampled_from([None, "elnur", "sabuhi"]),
        "patronymic_skeleton": st.sampled_from([None, "rauf"]),
        "birth_year": st.sampled_from([None, 1950, 1951]),
        "birth_month": st.sampled_from([None, 3]),
        "birth_day": st.sampled_from([None, 3]),
        "fin": st.sampled_from([None, "A", "B"]),
        "document": st.sampled_from([None, "C"]),
    }
)


def slow_class(death: dict[str, Any], entry: dict[str, Any]) -> str | None:
    """The same answer for one pair, said plainly: the oracle."""

    def same(name):
        return death[name] is not None and death[name] == entry[name]

    def other(name):
        return (
            death[name] is not None
            and entry[name] is not None
            and death[name] != entry[name]
        )

    if same("fin") or same("document"):
        if (
            other("fin")
            or other("given_skeleton")
            or other("birth_year")
            or other("birth_month")
            or other("birth_day")
        ):
            return "conflicting"
        return (
            "confirmed" if same("given_skeleton") or same("birth_year") else "probable"
        )
    names = (
        "surname_stem",
        "given_skeleton",
        "patronymic_skeleton",
        "birth_year",
        "birth_month",
        "birth_day",
    )
    return (
        "probable" if all(same(name) for name in names) and not other("fin") else None
    )


@tries(50)
@given(
    st.lists(FIELDS, max_size=5),
    st.lists(FIELDS, max_size=5),
    st.randoms(use_true_random=False),
)
def test_matching_equals_a_slow_obvious_version(dead, listed, order):
    """For any list and register, in any order.

    The pairs and classes of a plain loop, and they balance.
    """
    result = reconcile(
        voters(*listed), registers={"deaths": deaths(*dead)}, settings=CheckSettings()
    )
    expected = {
        (f"death-{d}", f"017-0001-{v}", slow_class(death, entry))
        for d, death in enumerate(dead)
        for v, entry in enumerate(listed)
        if slow_class(death, entry)
    }
    found = classes(result)
    assert {row for row in found if row[1]} == expected
    assert {row[0] for row in found} == {f"death-{d}" for d in range(len(dead))}
    counts = use(result)
    assert sum(counts[name] for name in CLASSES) == counts["total"] == len(dead)
    assert counts["usable"] + counts["unusable"] == counts["total"]
    rows = list(range(len(listed)))
    order.shuffle(rows)
    again = reconcile(
        voters(*listed).take(pa.array(rows, pa.int64())),
        registers={"deaths": deaths(*dead)},
        settings=CheckSettings(),
    )
    assert again.matches.equals(result.matches)
    assert again.findings.equals(result.findings)


def statistic(*rows: tuple[int | None, str, float], constituency: int = 17) -> pa.Table:
    columns = {
        "constituency": pa.array([constituency] * len(rows), pa.int32()),
        "precinct": pa.array([row[0] for row in rows], pa.int32()),
        "measure": pa.array([row[1] for row in rows], pa.string()),
        "value": pa.array([row[2] for row in rows], pa.float64()),
    }
    return from_columns(columns, STATISTIC)


LISTED = voters(
    *[{"sex": "m", "birth_year": 1980}] * 40,
    *[{"sex": "f"}] * 50,
    *[{}] * 10,
    *[{"precinct": 2, "sex": "f"}] * 20,
    *[{"list_kind": "temporary", "sex": "m"}] * 30,
)


def said(found: pa.Table) -> list[tuple[Any, ...]]:
    names = ("rule", "unit", "precinct", "field", "value", "limit")
    return [
        tuple(
            np.round(v, 6) if isinstance(v, float) else v
            for v in (row[n] for n in names)
        )
        for row in found.to_pylist()
    ]


def test_list_against_adults():
    """Places within the allowance would be asked about, or list and limit be wrong."""
    numbers = statistic(
        (1, "adults", 97),
        (2, "adults", 23),
        (None, "adults", 117.7),
        (None, "men", 39.2),
    )
    assert said(
        reconcile(LISTED, statistics=numbers, settings=CheckSettings()).findings
    ) == [
        ("list-below-adults", "precinct", 2, "adults", 20.0, 21.0),
        ("list-exceeds-adults", "precinct", 1, "adults", 100.0, 98.0),
        ("list-exceeds-adults", "constituency", None, "men", 40.0, 39.0),
    ]


def test_a_list_at_the_limit_is_not_beyond_it():
    """The last person allowed would be one too many, by rounding."""
    settings = CheckSettings(most_above_statistics=0.15)
    listed = voters(*[{"sex": "f"}] * 115)
    assert (
        said(
            reconcile(
                listed, statistics=statistic((1, "adults", 100)), settings=settings
            ).findings
        )
        == []
    )


def test_an_unknown_sex_accuses_nobody():
    """Voters of unknown sex would be men too many, or be missed as men."""
    numbers = statistic((1, "men", 50), (1, "women", 50))
    assert (
        said(reconcile(LISTED, statistics=numbers, settings=CheckSettings()).findings)
        == []
    )
    numbers = statistic((1, "men", 56), (1, "women", 48.9))
    assert said(
        reconcile(LISTED, statistics=numbers, settings=CheckSettings()).findings
    ) == [
        ("list-below-adults", "precinct", 1, "men", 50.0, 51.0),
        ("list-exceeds-adults", "precinct", 1, "women", 50.0, 49.0),
    ]


def test_the_comparison_shows_every_number():
    """Each number of the statistics has the list's own beside it.

    A place or measure without one has null, not zero.
    """
    numbers = statistic(
        (None, "adults", 120),
        (None, "born-1980", 44),
        (9, "adults", 80),
        (1, "cats", 3),
    )
    rows = reconcile(
        LISTED, statistics=numbers, settings=CheckSettings()
    ).compared.to_pylist()
    assert [
        (row["precinct"], row["measure"], row["list"], row["statistic"]) for row in rows
    ] == [
        (1, "cats", None, 3.0),
        (9, "adults", None, 80.0),
        (None, "adults", 120.0, 120.0),
        (None, "born-1980", 40.0, 44.0),
    ]
    elsewhere = reconcile(
        LISTED,
        statistics=statistic((None, "adults", 9), constituency=3),
        settings=CheckSettings(),
    )
    assert elsewhere.compared.column("list").to_pylist() == [None]
    assert elsewhere.findings.num_rows == 0


def test_an_unsure_match_at_home_does_not_hide_an_entry_elsewhere():
    """Who moved here and stands elsewhere would pass for listed, by a namesake."""
    elsewhere = person(precinct=2)
    namesake = person(fin="5ABC124", given_skeleton="sabuhi")
    arrived = voters(person(precinct=1), name="arrival-")
    result = reconcile(
        voters(elsewhere, namesake),
        registers={"arrivals": arrived},
        settings=CheckSettings(),
    )
    assert [kind for _, _, kind in classes(result)] == ["confirmed", "conflicting"]
    found = [(row["rule"], row["entry_id"]) for row in result.findings.to_pylist()]
    assert ("arrived-listed-elsewhere", "017-0001-0") in found
    assert "arrived-missing" not in {rule for rule, _ in found}


def test_an_entry_at_home_answers_for_one_elsewhere():
    """Who stands both at home and elsewhere would be told to be listed elsewhere.

    That is a repeat, asked in a case.
    """
    arrived = voters(person(precinct=1), name="arrival-")
    listed = voters(person(precinct=2), person())
    result = reconcile(
        listed, registers={"arrivals": arrived}, settings=CheckSettings()
    )
    assert "arrived-listed-elsewhere" not in {
        row["rule"] for row in result.findings.to_pylist()
    }


def test_switches_and_severities():
    """The settings silence one rule and raise another; what was matched stays in the tables."""
    settings = CheckSettings(
        rules={
            "deceased-confirmed": RuleSettings(enabled=False),
            "list-below-adults": RuleSettings(severity=Severity.ERROR),
        }
    )
    result = reconcile(
        LISTED,
        registers={"deaths": deaths(PERSON)},
        statistics=statistic((1, "adults", 200)),
        settings=settings,
    )
    assert [(row["rule"], row["severity"]) for row in result.findings.to_pylist()] == [
        ("list-below-adults", "error")
    ]
    result = reconcile(
        voters(PERSON), registers={"deaths": deaths(PERSON)}, settings=settings
    )
    assert result.findings.num_rows == 0
    assert classes(result) == [("death-0", "017-0001-0", "confirmed")]


def test_rules_and_shapes():
    """Each rule has its own code; a table of another shape is refused by name of the column."""
    assert len({rule.code for rule in RULES}) == len(RULES)
    with pytest.raises(SchemaError, match="fin"):
        reconcile(voters(PERSON).drop_columns(["fin"]), settings=CheckSettings())
    with pytest.raises(SchemaError, match="birth_day"):
        reconcile(
            voters(PERSON),
            registers={"deaths": deaths(PERSON).drop_columns(["birth_day"])},
            settings=CheckSettings(),
        )
