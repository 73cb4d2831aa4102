"""The watch over the answers of every night: what it tells, and what it must not tell."""

import datetime as dt
import re
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

import workspaces
from deciding import amendments_of, given_amendments, given_verdicts
from handing import told as told_by
from voterlist.catalogue import catalogue
from voterlist.config.sections import CheckSettings
from voterlist.decisions.given import Given
from voterlist.storage.ledger import FILE_NAME, Ledger
from voterlist.watch import (
    RULES,
    People,
    limit_of,
    list_happened,
    nights,
    waves,
    waves_as_findings,
)

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "campaign"))
NOBODY = People({}, {}, lambda _: {})
FIRST = dt.date(2026, 1, 5)


def answers(counts, *, precinct=1, action="strike", hour=10, first=FIRST, **cells):
    """Amendments of one precinct: so many on each night from ``first`` on."""
    return [
        {
            "entry_id": f"088-{precinct:04d}-{night:03d}{number:010d}",
            "action": action,
            "ground": "document-seen",
            "decided_by": "Aynur",
            "decided_at": f"{first + dt.timedelta(days=night)}T{hour:02d}:00:00+04:00",
            **cells,
        }
        for night, count in enumerate(counts)
        for number in range(count)
    ]


def say(language, key):
    return catalogue(language)(key)


def told(rows, people=NOBODY, **settings):
    """The waves of these answers."""
    given = Given(amendments=given_amendments(rows))
    return waves(list_happened(given), people, CheckSettings(**settings)).to_pylist()


def test_a_wave_of_strikings_is_told_with_its_numbers():
    """Sixty strikings in a precinct that has one or two a night would reach the list unseen."""
    usual = answers([1, 2, 0, 1, 2, 1] * 5)
    wave = answers([60], precinct=2, hour=15, first=FIRST + dt.timedelta(days=40))
    (found,) = [
        row
        for row in told(usual + wave)
        if row["rule"] == "wave-of-strikings" and row["level"] == "precinct"
    ]
    assert (found["night"], found["precinct"], found["seen"]) == ("2026-02-14", 2, 60)
    assert (found["decided_by"], found["by_person"], found["first_hour"]) == (
        *("Aynur", 60),
        15,
    )
    assert found["expected"] < found["limit"] < 60
    assert found["entry_id"] == wave[0]["entry_id"]


def test_what_is_told_of_a_precinct_is_not_told_of_its_constituency():
    """One wave would stand there three times."""
    found = told(answers([1] * 30 + [80]))
    levels = {row["level"] for row in found if row["rule"] == "wave-of-strikings"}
    assert levels == {"precinct"}


def test_the_first_nights_tell_nothing_because_little_is_known():
    """A commission that begins would be told a wave of its first morning's work."""
    assert told(answers([8])) == []
    assert told(answers([6, 9, 7, 8])) == []


def test_no_answers_tell_nothing():
    """A new workspace has no answers at all."""
    assert told([]) == []
    assert nights(list_happened(Given())).num_rows == 0
    empty = waves([], NOBODY, CheckSettings())
    assert waves_as_findings(empty, CheckSettings()).num_rows == 0


def test_a_register_is_no_wave():
    """The dead of a month come at once."""
    register = answers([1] * 10 + [200], rule="deceased-confirmed", ground="died")
    assert told(register) == []
    by_name = answers([1] * 10 + [200], rule="deceased-probable", ground="died")
    assert told(by_name)


def test_answers_at_night_are_told():
    """Somebody who has another's password works when nobody looks."""
    found = told(
        answers([3] * 30 + [0, 20], hour=10) + answers([0] * 31 + [20], hour=2)
    )
    assert "answers-at-night" in {row["rule"] for row in found}
    by_day = told(answers([3] * 30 + [0, 20], hour=10))
    assert "answers-at-night" not in {row["rule"] for row in by_day}


@pytest.mark.parametrize(
    ("hour", "begins", "ends", "is_night"),
    [
        (23, 22, 6, True),
        (5, 22, 6, True),
        (6, 22, 6, False),
        (12, 22, 6, False),
        (3, 1, 4, True),
        (4, 1, 4, False),
        (0, 1, 4, False),
        (0, 0, 0, False),
    ],
)
def test_the_hours_of_night_may_span_midnight(hour, begins, ends, is_night):
    """Hours around midnight are those that count."""
    rows = answers([60], hour=hour)
    found = told(rows, night_begins=begins, night_ends=ends)
    assert ("answers-at-night" in {row["rule"] for row in found}) == is_night


def test_additions_to_one_address_are_told():
    """Twenty voters of one flat are how a list is stuffed."""
    usual = answers([2] * 30, action="add", constituency=88, precinct=1)
    for row in usual:
        row["entry_id"] = f"application:{row['entry_id']}"
    crowd = [
        {**row, "entry_id": f"x{number}", "decided_at": "2026-02-20T10:00:00+04:00"}
        for number, row in enumerate(usual[:20])
    ]
    addresses = {row["entry_id"]: row["entry_id"] for row in usual}
    addresses |= {row["entry_id"]: "bakixanov7" for row in crowd}
    found = told(usual + crowd, People({}, addresses, lambda _: {}))
    additions = [row for row in found if row["rule"] == "wave-of-additions"]
    assert [(row["level"], row["seen"]) for row in additions] == [("address", 20)]


def test_strikings_of_one_group_are_told():
    """One striking in each precinct is a wave nowhere, but all bear one kind of surname."""
    rows = []
    for precinct in range(1, 41):
        rows += answers([1] * 30, precinct=precinct)
        rows += answers([0] * 35 + [1], precinct=precinct)
    last = {row["entry_id"] for row in rows if row["decided_at"] > "2026-02-08"}
    groups = {
        row["entry_id"]: [
            "surname:an"
            if row["entry_id"] in last or number % 12 == 0
            else "surname:ov"
        ]
        for number, row in enumerate(rows)
    }
    shares = {"surname:an": 0.08, "surname:ov": 0.92}
    found = told(rows, People(groups, {}, lambda _: shares))
    assert [(row["group"], row["seen"]) for row in found] == [("surname:an", 40)]


@drawn(st.lists(st.integers(0, 30), max_size=25), st.data())
def test_a_night_says_what_it_said_when_it_was_the_last_one(counts, data):
    """What was told would vanish, or come up, by what was answered later."""
    rows = answers(counts)
    cut = data.draw(st.integers(0, len(counts)))
    day = (FIRST + dt.timedelta(days=cut)).isoformat()
    then = told([row for row in rows if row["decided_at"] < day])
    assert then == [row for row in told(rows) if row["night"] < day]


@drawn(
    st.floats(0.1, 500),
    st.floats(0.05, 5),
    st.floats(1e-7, 0.3),
)
def test_the_limit_is_that_of_the_distribution(expected, spread, chance):
    """A limit that is off would tell waves that chance makes, or none."""
    from scipy import stats

    size = 1 / spread
    counts = stats.nbinom(size, size / (size + expected))
    limit = limit_of(expected, spread, chance)
    assert counts.sf(limit) < chance * (1 + 1e-6)
    assert limit == 0 or counts.sf(limit - 1) >= chance * (1 - 1e-6)


def test_one_finding_tells_all_nights_of_a_rule_and_place():
    """Each night's finding would have to be accepted again with every other."""
    given = Given(amendments=given_amendments(answers([1] * 20 + [90, 1, 80])))
    settings = CheckSettings()
    found = waves(list_happened(given), NOBODY, settings)
    findings = waves_as_findings(found, settings).to_pylist()
    (precinct,) = [row for row in findings if row["rule"] == "wave-of-strikings"]
    assert (precinct["constituency"], precinct["precinct"]) == (88, 1)
    assert (precinct["unit"], precinct["value"]) == ("precinct", 170.0)
    off = CheckSettings(rules={rule.code: {"enabled": False} for rule in RULES})
    assert waves_as_findings(found, off).num_rows == 0


def test_nights_count_each_answer_with_its_source():
    """What changed, by whom and from what, is read from this table."""
    by_case = [
        {"case_id": "c1", "entry_id": "088-0001-1", "verdict": "repeat"},
        {"case_id": "c1", "entry_id": "088-0001-2", "verdict": "keep"},
    ]
    rows = [
        *answers([1], rule="deceased-confirmed"),
        *answers([1], precinct=0, rule="over-age"),
        *answers(
            [1], precinct=2, ground="checked-at-the-door", decided_at="2026-01-05"
        ),
        *answers([2], precinct=3, action="correct", decided_by="aynur "),
        *answers([1], action="ask"),
        *answers([1], decided_at="yesterday"),
    ]
    given = Given(given_verdicts(by_case), given_amendments(rows))
    table = nights(list_happened(given)).to_pylist()
    counted = {
        (row["source"], row["change"], row["precinct"]): (row["answers"], row["hour"])
        for row in table
    }
    assert counted == {
        ("case", "repeated", 1): (1, 9),
        ("case", "kept", 1): (1, 9),
        ("register", "struck", 1): (1, 10),
        ("finding", "struck", None): (1, 10),
        ("door", "struck", 2): (1, None),
        ("unasked", "corrected", 3): (2, 10),
    }
    assert {row["decided_by"] for row in table} == {"Aynur"}


def test_the_page_names_the_rules_and_the_settings():
    """Whoever reads the page would look for a rule that is not there."""
    text = (ROOT / "docs" / "watch.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z_-]+)`", text))
    assert {rule.code for rule in RULES} <= named
    assert {name for rule in RULES for name in rule.settings} - named == {
        "night_begins",
        "night_ends",
    }


def test_a_wave_is_told_before_any_list_leaves(tmp_path):
    """Whoever runs, writes lists, looks at the wall or reads the journal would not know of it."""
    folder = workspaces.make(
        tmp_path, settings="[check]\nleast_wave = 2\nmost_false_waves = 900\n"
    )
    first = workspaces.ran(folder)
    entries = pq.read_table(first.folder / "entries.parquet").column("entry_id")
    cells = {"action": "strike", "ground": "died", "document": "akt 1"}
    at = {"decided_by": "Rashad", "decided_at": "2026-02-04T02:10:00+04:00"}
    ids = [text for text in entries.to_pylist() if text.startswith("088-0001")]
    with Ledger(folder / FILE_NAME) as ledger:
        ledger.amend(amendments_of(*({"entry_id": one, **cells, **at} for one in ids)))
    day = ("--today", "2026-02-05")
    _, ran = told_by("run", folder, *day)
    (night,) = [row for row in ran["waves"] if row["rule"] == "answers-at-night"]
    assert (night["seen"], night["decided_by"]) == (len(ids), "Rashad")
    _, status = told_by("status", folder, *day)
    _, lists = told_by("lists", folder, "--purpose", "record", *day)
    assert status["waves"] == lists["waves"] == ran["waves"]
    page = (folder / "reports" / "status-az.html").read_text(encoding="utf-8")
    assert say("az", "wall.waves") in page
    report = (folder / "reports" / "88" / "report-az.html").read_text(encoding="utf-8")
    assert say("az", "rule.answers-at-night.title") in report
    _, journal = told_by("journal", folder)
    noted = [line for line in journal["lines"] if line["event"] == "wave"]
    assert [line["by"] for line in noted] == ["Rashad"] * len(ran["waves"])
    told_by("run", folder, "--today", "2026-02-06")
    _, again = told_by("journal", folder)
    assert noted == [line for line in again["lines"] if line["event"] == "wave"]


@pytest.mark.long
def test_invented_nights_with_attacks():
    """A handful of ``campaign/watch_nights.py``: large attacks are noticed, little else is told."""
    from watch_nights import SIZES, Score, invent, waves_of

    score = Score()
    world = invent(501)
    score.take(world, waves_of(world))
    for kind, sizes in SIZES.items():
        assert all(score.noticed[kind, size] == 1 for size in sizes[-2:]), kind
    assert score.in_vain.total() <= 200 / 30 * CheckSettings().most_false_waves


@pytest.mark.parametrize(
    ("text", "night", "hour"),
    [
        ("2026-02-03", "2026-02-03", None),
        ("2026-02-03T23:59:00+04:00", "2026-02-03", 23),
        ("2026-02-03 09:00", "2026-02-03", 9),
        ("20260203T0900", "2026-02-03", 9),
        ("2026-W06-2", "2026-02-03", None),
    ],
)
def test_every_form_of_a_moment_is_a_night(text, night, hour):
    """A ledger with another form would end the run inside."""
    row = answers([1])[0] | {"decided_at": text}
    given = Given(amendments=given_amendments([row]))
    (answer,) = list_happened(given)
    assert (answer.night, answer.hour) == (night, hour)
    assert waves([answer], NOBODY, CheckSettings()).num_rows == 0


def test_a_group_that_no_list_has_ends_nothing():
    """Somebody was struck whose constituency is not in this run."""
    rows = answers([40])
    given = Given(amendments=given_amendments(rows))
    groups = {row["entry_id"]: ["sex:f"] for row in rows}
    people = People(groups, {}, lambda _: {"sex:m": 1.0})
    assert waves(list_happened(given), people, CheckSettings()).num_rows > 0
