"""Linkage as a whole.

What is found, what is kept apart, and that order and chunking change nothing.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from linkage_lists import crowd, voters
from voterlist import schemas
from voterlist.config.sections import LinkSettings
from voterlist.link import link, link_ready, plan
from voterlist.link.steps import ready
from voterlist.link.types import Added
from voterlist.model import CaseKind, Profile

PERSON = {
    "surname": "mamadov",
    "given_name": "elnur",
    "patronymic": "hasan",
    "year": 1985,
    "month": 6,
    "day": 17,
    "sex": "m",
    "street": "nizami",
    "house": "5",
    "flat": "12",
    "constituency": 1,
    "precinct": 3,
}


def among_others(*people):
    """The people given, as entries p0, p1 ..., in a crowd of 400."""
    rows = [PERSON | person for person in people]
    columns = {
        name: [row.get(name) for row in rows]
        for name in {key for row in rows for key in row}
    }
    columns["constituency"] = pa.array(columns["constituency"], pa.int32())
    columns["precinct"] = pa.array(columns["precinct"], pa.int32())
    columns["entry_id"] = [f"p{number}" for number in range(len(rows))]
    return pa.concat_tables(
        [
            crowd(400, doubles=20).unify_dictionaries(),
            voters(**columns).unify_dictionaries(),
        ]
    )


def pair_of(linkage, one="p0", two="p1"):
    rows = [
        row
        for row in linkage.pairs.to_pylist()
        if (row["entry_l"], row["entry_r"]) == (one, two)
    ]
    return rows[0] if rows else None


@pytest.mark.parametrize("rows", [0, 1])
@pytest.mark.parametrize("profile", list(Profile))
def test_a_list_too_short_for_a_pair_gives_empty_tables(rows, profile):
    """Zero rows and one row give no pair, no case and no estimate, in the declared shapes."""
    linkage = link(crowd(rows), profile=profile)
    assert linkage.pairs.equals(schemas.PAIR.empty_table())
    assert linkage.cases.equals(schemas.CASE.empty_table())
    assert linkage.estimate is None


def test_blanks_never_match():
    """A hundred entries with nothing but an id are no pair at all."""
    linkage = link(voters(entry_id=[f"e{number:03d}" for number in range(100)]))
    assert (linkage.candidates, linkage.pairs.num_rows, linkage.cases.num_rows) == (
        0,
        0,
        0,
    )


def test_the_same_entry_twice_is_a_duplicate_with_one_entry_to_keep():
    linkage = link(among_others({}, {}))
    pair = pair_of(linkage)
    assert (pair["kind"], pair["probability"] >= 0.95) == ("same-precinct", True)
    roles = {
        row["entry_id"]: row["role"]
        for row in linkage.cases.to_pylist()
        if row["entry_id"] in {"p0", "p1"}
    }
    assert sorted(roles.values()) == ["keep", "repeat"]


def test_twins_are_named_as_twins_and_never_put_forward():
    """One surname, patronymic, birth date and home with another given name is a pair of twins."""
    linkage = link(among_others({}, {"given_name": "rashad"}))
    pair = pair_of(linkage)
    assert pair["kind"] == "twins"
    assert pair["probability"] < 0.2
    roles = {
        row["role"]
        for row in linkage.cases.to_pylist()
        if row["entry_id"] in {"p0", "p1"}
    }
    assert roles == {"keep"}


def test_a_namesake_born_another_day_elsewhere_is_not_put_forward():
    """Surname and given name alone, in another precinct and at another age, are no duplicate."""
    other = {
        "patronymic": "ali",
        "year": 1962,
        "month": 1,
        "day": 3,
        "street": "azadlig",
        "precinct": 1,
    }
    pair = pair_of(link(among_others({}, other)))
    assert pair is None or pair["probability"] < 0.2


@pytest.mark.parametrize("earlier", [200, 400, 1800])
def test_people_of_another_century_are_linked_as_people_of_today(earlier):
    """Only how often a date occurs counts, not when it was: no century is too early."""
    table = crowd(600, doubles=40)
    years = pc.subtract(table.column("birth_year"), pa.scalar(earlier, pa.int16()))
    at = table.column_names.index("birth_year")
    moved = table.set_column(at, table.schema.field(at), years)
    assert link(moved).pairs.equals(link(table).pairs)


def test_a_changed_surname_with_all_else_the_same_is_a_name_change():
    """Marriage: given name, patronymic and birth date stay, the surname and the home change."""
    bride = {"sex": "f", "given_name": "aygun"}
    wife = bride | {"surname": "quliyev", "street": "azadlig", "precinct": 1}
    pair = pair_of(link(among_others(bride, wife)))
    assert pair["kind"] == "name-change"


@pytest.mark.parametrize(
    ("displaced", "kind"),
    [
        ([], "across-constituencies"),
        ([1], "displaced"),
        ([2], "displaced"),
        ([1, 2], "across-constituencies"),
    ],
)
def test_a_displaced_person_stands_at_home_and_where_they_came_from(displaced, kind):
    """Two lists of origin would be taken for one of origin and one of today's home."""
    people = among_others({"fin": "5ABC123"}, {"fin": "5ABC123", "constituency": 2})
    assert (
        pair_of(link(people, LinkSettings(displaced_constituencies=displaced)))["kind"]
        == kind
    )


def test_one_identifier_on_two_people_is_a_conflict_not_a_duplicate():
    """Two entries that share a FIN and nothing else are put to a person as an identity conflict."""
    other = {
        "surname": "quliyev",
        "given_name": "rashad",
        "patronymic": "ali",
        "year": 1950,
        "month": 1,
        "day": 2,
    }
    linkage = link(
        among_others(
            {"fin": "5ABC123"},
            other | {"fin": "5ABC123", "street": "azadlig", "precinct": 1},
        )
    )
    assert pair_of(linkage)["kind"] == "identity-conflict"


def test_a_case_never_proposes_to_mark_all_its_entries():
    """Every duplicate case has exactly one entry to keep, and at least one that is asked about."""
    roles = {}
    for row in link(crowd(3000, doubles=200)).cases.to_pylist():
        if CaseKind(row["kind"]).is_duplicate:
            roles.setdefault(row["case_id"], []).append(row["role"])
    settled = [sorted(found) for found in roles.values() if "question" not in found]
    assert len(settled) > 150
    assert all(found.count("keep") == 1 and "repeat" in found for found in settled)


def test_the_order_of_rows_changes_nothing():
    """A shuffled list gives the same pairs, cases and clusters, to the byte."""
    table = crowd(2000, doubles=100)
    shuffled = table.take(
        pa.array(np.random.default_rng(7).permutation(table.num_rows))
    )
    one, other = link(table), link(shuffled)
    assert one.pairs.equals(other.pairs)
    assert one.cases.equals(other.cases)
    assert one.clusters.equals(other.clusters)


def test_the_size_of_a_chunk_changes_nothing():
    """Memory is a setting: comparing 500 pairs at a time finds what comparing all at once finds."""
    table = crowd(2000, doubles=100)
    one, other = link(table, LinkSettings(chunk_pairs=500)), link(table)
    assert one.pairs.equals(other.pairs)
    assert one.cases.equals(other.cases)


def test_what_was_not_compared_is_counted():
    """A block beyond the limit is split and the pairs parted stand in the forecast."""
    table = among_others(*[{}] * 40)
    narrow = {
        line.key: line for line in link(table, LinkSettings(largest_block=10)).forecast
    }
    assert narrow["surname+given_name+date"].not_compared == 40 * 39 // 2
    assert sum(line.not_compared for line in link(table).forecast) == 0


def test_chance_is_near_what_strangers_make():
    line = next(
        line
        for line in link(crowd(20_000, seed=3)).chance
        if line.agreement == "stem+given_name+year"
    )
    assert 0.7 < line.found / line.expected < 1.4


def test_pairs_name_the_smaller_id_first():
    """``entry_l < entry_r`` in every row, whatever the order of the list.

    Here nobody asks for the cases: none are made, and the pairs and the clusters are there.
    """
    list_ready = ready(crowd(2000, doubles=100), Profile.AZ, Added())
    linkage = link_ready(replace(list_ready, with_cases=False))
    pairs = linkage.pairs.to_pylist()
    assert pairs
    assert all(row["entry_l"] < row["entry_r"] for row in pairs)
    assert linkage.clusters.num_rows
    assert not linkage.cases.num_rows


def test_the_plan_is_the_forecast_of_the_work():
    """What is told before the work is what the work then does, whatever the order of rows."""
    table = crowd(2000, doubles=100)
    assert (
        plan(table.take(pa.array(range(table.num_rows - 1, -1, -1))))
        == link(table).forecast
    )


def test_another_fin_is_asked_about_and_never_proposed_as_a_repetition():
    linkage = link(among_others({"fin": "5ABC123"}, {"fin": "7XYZ890"}))
    roles = {
        row["entry_id"]: (row["role"], row["reason"])
        for row in linkage.cases.to_pylist()
    }
    assert [roles[entry][0] for entry in ("p0", "p1")] != ["keep", "repeat"]
    assert "repeat" not in {roles[entry][0] for entry in ("p0", "p1") if entry in roles}


def test_a_given_name_one_letter_off_with_one_father_and_birthday_is_asked_about():
    """Elnur and Elnar of one father and one birthday may be twins.

    A question, unless one FIN says one person.
    """
    roles = {
        row["entry_id"]: row["role"]
        for row in link(among_others({}, {"given_name": "elnar"})).cases.to_pylist()
    }
    assert "repeat" not in {roles.get("p0"), roles.get("p1")}
    fin = {"fin": "5ABC123"}
    linkage = link(among_others(fin, fin | {"given_name": "elnar"}))
    roles = {row["entry_id"]: row["role"] for row in linkage.cases.to_pylist()}
    assert sorted([roles["p0"], roles["p1"]]) == ["keep", "repeat"]
