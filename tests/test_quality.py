"""Second readings, the agreement of two people, and the certificate of both."""

from __future__ import annotations

import datetime as dt
import json
import random
import shutil
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pypdfium2
import pytest
from hypothesis import given as over
from hypothesis import strategies as st
from typer.testing import CliRunner

import deciding
import review_books
import workspaces
from voterlist import config
from voterlist.casework import reviewing
from voterlist.casework.pages import export_page
from voterlist.casework.quality import review_quality
from voterlist.catalogue import catalogue
from voterlist.cli import APP
from voterlist.config import SETTINGS_FILE
from voterlist.config.sections import DecisionSettings, ReviewSettings
from voterlist.decisions.given import Given
from voterlist.handover.gates import Gate, Scope, gates
from voterlist.handover.submitting import ACT_SIGNS, quality_rows
from voterlist.pipeline.list_input import ListSource
from voterlist.quality.agreement import (
    Stratum,
    TwoReadings,
    estimate_stratified,
    kappas,
    read_twice,
    wilson,
)
from voterlist.quality.agreement import (
    agreement as agreement_of,
)
from voterlist.quality.certificate import certificate
from voterlist.quality.feedback import FeedbackRow
from voterlist.quality.readings import (
    UNASKED,
    actions_of_two,
    band_of,
    counts_of_unasked,
    in_effect,
    second_readings,
    unasked_pairs,
    waiting_for,
)
from voterlist.render.pdf import typeset
from voterlist.schemas import CASE
from voterlist.storage import ledger as ledgers
from voterlist.tables import from_columns, with_column

ONE, TWO = deciding.entry_id("a"), deciding.entry_id("b")
REPEAT = {ONE: "keep", TWO: "repeat"}
APART = {ONE: "separate", TWO: "separate"}
STRIKINGS = ReviewSettings(second_reading="strikings")


def cases_of(*ids, kind="within-constituency", probability=0.99):
    """CASE of these cases, each of the same two entries."""
    rows = [
        {
            "case_id": case,
            "entry_id": entry,
            "kind": kind,
            "role": "question",
            "reason": "same-fin",
            "weight": 20.0,
            "probability": probability,
            "constituency": 88,
            "precinct": 1,
        }
        for case in ids
        for entry in (ONE, TWO)
    ]
    names = CASE.names
    return from_columns(
        {name: [row[name] for row in rows] for name in names}, CASE, len(rows)
    )


def answered(*said):
    """The answers of (case, person, verdicts), in this order; ``chair`` settles."""
    rows = []
    for case, person, verdicts in said:
        rows += [
            {
                "number": len(rows) + place,
                "case_id": case,
                "entry_id": entry,
                "verdict": verdict,
                "decided_by": person,
                "adjudicates": person == "chair",
            }
            for place, (entry, verdict) in enumerate(verdicts.items(), 1)
        ]
    return Given(verdicts=deciding.given_verdicts(rows))


def of_their_own(table):
    """The rows, each case with two entries of its own."""
    names = (table.column(name).to_pylist() for name in ("entry_id", "case_id"))
    ids = [f"{entry}-{case}" for entry, case in zip(*names, strict=True)]
    return with_column(table, "entry_id", pa.array(ids))


def waiting(given, cases, settings=STRIKINGS):
    return second_readings(given, cases, settings, "2026")


def told(readings):
    return [
        (row["case_id"], row["decided_by"], row["why"], row["holds_back"])
        for row in readings.to_pylist()
        if row["entry_id"] == TWO
    ]


def test_nothing_waits_where_the_settings_ask_for_nothing():
    given = answered(("c1", "Aysel", REPEAT))
    assert not waiting(given, cases_of("c1"), ReviewSettings()).num_rows


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([("c1", "Aysel", REPEAT)], [("c1", "Aysel", "striking", True)]),
        ([("c1", "Aysel", APART)], []),
        ([("c1", "Aysel", REPEAT), ("c1", "Bahar", REPEAT)], []),
        ([("c1", "Aysel", REPEAT), ("c1", "Bahar", APART)], []),
        ([("c1", "Aysel", REPEAT), ("c1", "chair", REPEAT)], []),
        (
            [("c1", "Aysel", REPEAT), ("c1", " aysel", REPEAT)],
            [("c1", " aysel", "striking", True)],
        ),
        ([("c9", "Aysel", REPEAT)], []),
    ],
    ids=["alone", "apart", "alike", "contested", "settled", "same person", "gone"],
)
def test_a_striking_waits_for_a_second_person(said, expected):
    """One person alone would take a voter off the list."""
    assert told(waiting(answered(*said), cases_of("c1"))) == expected


def test_every_case_is_read_twice_where_the_settings_ask():
    given = answered(("c1", "Aysel", APART), ("c2", "Aysel", REPEAT))
    settings = ReviewSettings(second_reading="all")
    assert told(waiting(given, cases_of("c1", "c2"), settings)) == [
        ("c1", "Aysel", "every-case", False),
        ("c2", "Aysel", "striking", True),
    ]


def test_nobody_reads_their_own_decision():
    """A person would confirm themselves."""
    given = answered(("c1", "Aysel", REPEAT), ("c2", "Bahar", REPEAT))
    readings = waiting(given, cases_of("c1", "c2"))
    assert waiting_for(readings, "AYSEL ") == ["c2"]
    assert waiting_for(readings, "Cavid") == ["c1", "c2"]


@pytest.mark.parametrize(
    "typed",
    [
        "GÜLNAR İLHAMQIZI",
        "gülnar  ılhamqızı",
        "Gu\u0308lnar I\u0307lhamqızı",
        "Gülnar.İlhamqızı\u200b",
    ],
)
def test_nobody_is_a_second_person_by_typing_their_name_otherwise(typed):
    """A striking would take effect by one person's word."""
    first = "Gülnar İlhamqızı"
    given = answered(("c1", first, REPEAT), ("c1", typed, REPEAT))
    assert {row[0] for row in told(waiting(given, cases_of("c1")))} == {"c1"}
    assert waiting_for(waiting(given, cases_of("c1")), typed) == []
    assert read_twice(given, {"c1": [ONE, TWO]}) == []


def test_what_was_half_decided_holds_back_and_is_given_to_nobody():
    """A second person would read a case that the first has not finished."""
    three = deciding.cases_of({"c1": [ONE, TWO, deciding.entry_id("c")]})
    readings = waiting(answered(("c1", "Aysel", REPEAT)), three)
    assert waiting_for(readings, "Bahar") == []
    decisions = deciding.decisions_of(("c1", ONE, "keep"), ("c1", TWO, "repeat"))
    assert not in_effect(decisions, readings).num_rows


def test_only_a_striking_is_held_back():
    """A sample would stop the work on the list."""
    settings = ReviewSettings(sample_share=1.0)
    readings = waiting(answered(("c1", "Aysel", REPEAT)), cases_of("c1"), settings)
    decisions = deciding.decisions_of(("c1", ONE, "keep"), ("c1", TWO, "repeat"))
    assert told(readings) == [("c1", "Aysel", "sample", False)]
    assert in_effect(decisions, readings).equals(decisions)


@over(st.permutations(range(60)), st.integers(0, 60))
def test_a_case_that_was_drawn_stays_drawn(order, decided_so_far):
    """What a person has begun to read would not be asked any more; of 60 a fifth is drawn."""
    ids = [f"c{number:02}" for number in range(60)]
    cases, settings = cases_of(*ids), ReviewSettings(sample_share=0.2)
    said = [(ids[number], "Aysel", APART) for number in order]
    some = waiting(answered(*said[:decided_so_far]), cases, settings)
    whole = waiting(answered(*said), cases, settings)
    drawn = {row["case_id"] for row in whole.to_pylist()}
    now = {row["case_id"] for row in some.to_pylist()}
    so_far = {case for case, _, _ in said[:decided_so_far]}
    assert 4 <= len(drawn) <= 22
    assert now >= drawn & so_far
    assert len(now - drawn) <= 1


def test_of_every_kind_one_case_is_drawn():
    """A kind with few cases would never be read twice."""
    given = answered(("c1", "Aysel", APART), ("c2", "Aysel", APART))
    settings = ReviewSettings(sample_share=0.000001)
    assert len(told(waiting(given, cases_of("c1", "c2"), settings))) == 1


def test_another_cycle_draws_another_sample():
    ids = [f"c{number:02}" for number in range(60)]
    given = answered(*((case, "Aysel", APART) for case in ids))
    settings = ReviewSettings(sample_share=0.5)
    drawn = [
        second_readings(given, cases_of(*ids), settings, cycle)
        for cycle in ("2026", "2027")
    ]
    assert not drawn[0].equals(drawn[1])


def test_a_striking_on_a_finding_waits_for_two_people_too():
    assert actions_of_two(DecisionSettings(), STRIKINGS) == {"strike"}
    assert actions_of_two(DecisionSettings(), ReviewSettings()) == set()
    moves = DecisionSettings(two_people=["move"])
    assert actions_of_two(moves, STRIKINGS) == {"strike", "move"}


# Agreement


MEMBERS = {f"c{number}": [ONE, TWO] for number in range(200)}


def readings_of(*pairs):
    """(first, second) of c0, c1 ... by Aysel and Bahar."""
    said = []
    for number, (first, second) in enumerate(pairs):
        said += [(f"c{number}", "Aysel", first), (f"c{number}", "Bahar", second)]
    return read_twice(answered(*said), MEMBERS)


def test_kappa_is_that_of_the_book():
    """Cohen's (1960) formula on a table of 20, 5, 10, 15: agreement 0.7, kappa 0.4."""
    pairs = [(REPEAT, REPEAT)] * 20 + [(REPEAT, APART)] * 5
    pairs += [(APART, REPEAT)] * 10 + [(APART, APART)] * 15
    result = agreement_of(readings_of(*pairs))
    assert (result.read, result.agreed) == (50, 35)
    assert result.kappa.estimate == pytest.approx(0.4)
    assert -1 <= result.kappa.low < 0.4 < result.kappa.high <= 1


def test_kappa_of_full_agreement_has_an_interval():
    """Three cases read alike would show two people who never differ."""
    result = agreement_of(readings_of((REPEAT, REPEAT), (APART, APART)))
    assert result.kappa.estimate == 1
    assert result.kappa.low < 0.5


@pytest.mark.parametrize("pairs", [[], [(REPEAT, REPEAT)] * 9], ids=["none", "one"])
def test_kappa_is_undefined_where_chance_alone_would_agree(pairs):
    """It would be a division by zero."""
    assert agreement_of(readings_of(*pairs)).kappa is None


def test_who_keeps_another_entry_does_not_agree():
    """Kappa tells people apart; the verdicts have to be the same one by one."""
    other = {ONE: "repeat", TWO: "keep"}
    result = agreement_of(readings_of((REPEAT, other), (APART, APART)))
    assert (result.agreed, result.kappa.estimate) == (1, 1)


def test_what_is_said_after_the_second_reading_is_no_reading():
    """People who talked it over would be taken for people who agreed."""
    given = answered(
        ("c1", "Aysel", REPEAT),
        ("c1", "Bahar", APART),
        ("c1", "Aysel", APART),
        ("c1", "Cavid", APART),
    )
    [one] = read_twice(given, MEMBERS)
    assert (one.people, one.agrees) == (("Aysel", "Bahar"), False)


def test_what_was_corrected_or_taken_back_before_is_no_reading():
    withdrawn = dict.fromkeys((ONE, TWO), "withdraw")
    given = answered(
        ("c1", "Aysel", REPEAT),
        ("c1", "Aysel", APART),
        ("c1", "Bahar", APART),
        ("c2", "Aysel", REPEAT),
        ("c2", "Aysel", withdrawn),
        ("c2", "Bahar", APART),
        ("c3", "Aysel", REPEAT),
        ("c3", "chair", APART),
        ("c3", "Bahar", APART),
    )
    [one] = read_twice(given, MEMBERS)
    assert (one.case_id, one.agrees) == ("c1", True)


def test_kappa_by_kind_and_person():
    readings = readings_of((REPEAT, REPEAT), (APART, APART), (APART, REPEAT))
    kinds = dict.fromkeys(("c0", "c1"), "displaced") | {"c2": "name-change"}
    by_kind, by_person = kappas(readings, kinds)
    assert {kind: one.agreed for kind, one in by_kind.items()} == {
        "displaced": 2,
        "name-change": 0,
    }
    assert {person: one.read for person, one in by_person.items()} == {
        "Aysel": 3,
        "Bahar": 3,
    }


def test_a_persons_kappa_has_their_own_readings_on_one_side():
    """Who says the same of everything would be told from others by who read first."""
    readings = [
        TwoReadings("c0", ("Aysel", "Bahar"), REPEAT, APART),
        TwoReadings("c1", ("Bahar", "Aysel"), APART, REPEAT),
    ]
    _, by_person = kappas(readings, {})
    # Each said one thing of both cases: chance alone never agrees, so kappa is 0 and not -1.
    assert {one.kappa.estimate for one in by_person.values()} == {0}


# Intervals


@over(st.integers(0, 50), st.integers(0, 50))
def test_an_interval_holds_its_estimate_and_has_a_width(found, more):
    result = wilson(found, found + more)
    if result is None:
        assert found + more == 0
    else:
        assert 0 <= result.low <= result.estimate <= result.high <= 1
        assert result.high - result.low > 0.01


def test_wilson_is_that_of_the_book():
    """Newcombe (1998), table I: 81 of 263."""
    result = wilson(81, 263)
    assert result.low == pytest.approx(0.2553, abs=1e-4)
    assert result.high == pytest.approx(0.3662, abs=1e-4)


def test_one_stratum_is_wilson():
    total, share = estimate_stratified([Stratum(1000, 263, 81)]), wilson(81, 263)
    assert total.low == pytest.approx(1000 * share.low)
    assert total.high == pytest.approx(1000 * share.high)


def test_a_stratum_that_was_read_whole_is_certain():
    result = estimate_stratified([Stratum(10, 10, 4), Stratum(0, 0, 0)])
    assert (result.estimate, result.low, result.high) == (4, 4, 4)
    assert estimate_stratified([Stratum(10, 10, 4), Stratum(5, 0, 0)]) is None


def test_the_interval_covers_what_it_says():
    """95 of 100 intervals hold the truth; of three strata of very different shares."""
    chance = random.Random(20260203)  # noqa: S311  a sample, no secret
    strata = [(4000, 60, 0.98), (500, 40, 0.7), (300, 30, 0.1)]
    truth = sum(size * share for size, _, share in strata)
    tries, covered = 1000, 0
    for _ in range(tries):
        drawn = [
            Stratum(size, read, sum(chance.random() < share for _ in range(read)))
            for size, read, share in strata
        ]
        result = estimate_stratified(drawn)
        covered += result.low <= truth <= result.high
    assert 0.93 <= covered / tries <= 0.985


# The certificate


def measured(table, measure, kind=None, place=None):
    [row] = [
        row
        for row in table.to_pylist()
        if (row["measure"], row["kind"], row["constituency"]) == (measure, kind, place)
    ]
    return row


def test_the_certificate_counts_what_was_confirmed():
    given = answered(
        ("c1", "Aysel", REPEAT),
        ("c1", "Bahar", REPEAT),
        ("c2", "Aysel", REPEAT),
        ("c2", "Bahar", APART),
        ("c3", "Aysel", REPEAT),
        ("c4", "Aysel", APART),
        ("c4", "Bahar", REPEAT),
        ("c4", "chair", REPEAT),
        ("c5", "Aysel", REPEAT),
        ("c5", "Bahar", APART),
        ("c5", "chair", REPEAT),
    )
    cases = cases_of("c1", "c2", "c3", "c4", "c5", "c6")
    table = certificate(given, cases)
    precision = measured(table, "precision")
    assert (precision["cases"], precision["read"], precision["found"]) == (4, 3, 2)
    assert precision["estimate"] == pytest.approx(2 / 3)
    missed = measured(table, "missed")
    assert (missed["cases"], missed["estimate"]) == (1, 1)
    proposed = measured(table, "proposed", place=88)
    assert (proposed["cases"], proposed["read"], proposed["found"]) == (6, 4, 4)
    agreement = measured(table, "agreement")
    assert (agreement["cases"], agreement["read"], agreement["found"]) == (5, 4, 1)


def test_a_kind_of_which_nothing_was_read_stands_apart():
    """The figure would be about cases that nobody looked at."""
    given = answered(
        ("c1", "Aysel", REPEAT), ("c1", "Bahar", REPEAT), ("c2", "Aysel", REPEAT)
    )
    rows = [
        *cases_of("c1").to_pylist(),
        *cases_of("c2", kind="name-change").to_pylist(),
    ]
    cases = from_columns(
        {name: [row[name] for row in rows] for name in CASE.names}, CASE, len(rows)
    )
    table = certificate(given, cases)
    assert measured(table, "precision")["cases"] == 1
    assert measured(table, "precision", "name-change")["estimate"] is None


def test_without_a_case_there_is_nothing_to_say():
    table = certificate(Given(), cases_of())
    for row in table.to_pylist():
        assert row["estimate"] is None
        assert row["read"] == 0


def test_what_nobody_is_asked_about_is_measured_by_what_was_drawn():
    """A drawn case is asked about from then on, and counts where it came from."""
    drawn = of_their_own(
        cases_of(*(f"c{number}" for number in range(10)), probability=0.06)
    )
    given = answered(
        *((f"c{number}", "Aysel", APART) for number in range(9)),
        ("c9", "Aysel", REPEAT),
    )
    given = replace(given, verdicts=of_their_own(given.verdicts))
    sizes = {None: {"0.05-0.1": 40, "0.1-0.2": 7}, 88: {"0.05-0.1": 40}}
    table = certificate(given, drawn, unasked=sizes, review_probability=0.2)
    row = measured(table, "unasked")
    assert (row["cases"], row["read"], row["found"]) == (40, 10, 1)
    assert row["estimate"] == pytest.approx(4)
    assert 0 < row["low"] < 4 < row["high"] < 40
    assert measured(table, "unasked", "0.1-0.2")["estimate"] is None
    assert measured(table, "proposed")["cases"] == 0


def pairs_of(*rows):
    names = ("entry_l", "entry_r", "probability", "kind")
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    return from_columns({**columns, "weight": [0.0] * len(rows)}, UNASKED, len(rows))


def test_which_pairs_nobody_is_asked_about():
    """Those of a case that is asked about, improbable ones among them, are asked about."""
    other = deciding.entry_id("c", constituency=89)
    pairs = pairs_of(
        (ONE, TWO, 0.06, "unlikely"),
        (ONE, other, 0.06, "twins"),
        (ONE, other, 0.3, "unlikely"),
        (ONE, other, 0.01, "identity-conflict"),
    )
    left = unasked_pairs(pairs, cases_of("c1"), 0.2)
    assert left.column("kind").to_pylist() == ["twins"]
    assert counts_of_unasked(left) == {
        None: {"0.05-0.1": 1},
        88: {"0.05-0.1": 1},
        89: {"0.05-0.1": 1},
    }


@over(st.floats(0, 1))
def test_every_probability_has_one_band(probability):
    low, high = map(float, band_of(probability).split("-"))
    assert low <= probability < high or probability == high == 1


# A workspace


AZ, EN = catalogue("az"), catalogue("en")
MOMENT = dt.datetime(2026, 2, 4, 12, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """One person stands in two precincts; what takes an entry off the list is read twice."""
    text = '[review]\nsecond_reading = "strikings"\n'
    folder = workspaces.make(tmp_path_factory.mktemp("twice") / "2026", settings=text)
    workspaces.run(folder)
    return folder


def export(workspace, path, **options):
    return reviewing.export_review(
        workspace, path, "en", today=workspaces.TODAY, **options
    )


def decide(workspace, path, person, *words, **options):
    """Decide the one case of a fresh workbook, read it in, and run again."""
    export(workspace, path, **options)
    left = list(words)

    def answer(row):
        if not row.get("case_id") or row.get("finding_id") or not left:
            return None
        cells = {"answer": left.pop(0), "reason": "one passport"}
        return {**cells, "decided_by": person}

    assert len(review_books.fill(path, answer)) == len(words)
    reviewing.import_review(workspace, [path], None, decided_at=MOMENT)
    return workspaces.run(workspace)


def made_by(result, name):
    return pq.read_table(result.folder / f"{name}.parquet").to_pylist()


def gate_of(workspace):
    settings = config.load(workspace / SETTINGS_FILE)
    with ledgers.reading(ledgers.place_in(workspace, settings)) as ledger:
        source = ListSource.of(workspace, ledger, settings)
    states = gates(source, Scope(88))
    return {state.gate: state.count for state in states}[Gate.SECOND_READINGS]


def page_of(workspace):
    path = workspace / "reports" / "88" / "report-az.html"
    return path.read_text(encoding="utf-8")


def states_of_page(workspace):
    """How the cases stand by their chips on the page."""
    text = page_of(workspace)
    codes = ("open", "settled", "contested", "second-reading")
    return {code for code in codes if f'">{AZ(f"report.state.{code}")}</span>' in text}


def cases_in(path):
    return [
        row
        for row in review_books.rows_of(path)
        if row.get("case_id") and row["entry_id"]
    ]


@pytest.fixture(scope="module")
def struck(finished, tmp_path_factory):
    """(a workspace in which one person struck a voter, the run that followed)."""
    folder = tmp_path_factory.mktemp("struck")
    workspace = shutil.copytree(finished, folder / "2026")
    return workspace, decide(workspace, folder / "b.xlsx", "Aysel", "keep", "repeat")


def test_a_striking_waits_until_a_second_person_read_it(struck, tmp_path):
    """One person's slip would take a voter off the list, or nobody would hear of it."""
    workspace, result = struck
    assert made_by(result, "applied") == []
    assert (result.decided.holding, result.decided.second_readings) == (0, 1)
    assert (result.open_cases, gate_of(workspace)) == (0, 1)
    [status] = {row.waiting.second_readings for row in result.standings}
    assert status == 1
    assert states_of_page(workspace) == {"second-reading"}
    # Nobody sees how it was decided, and the first reader is not asked.
    assert export(workspace, tmp_path / "all.xlsx").second_readings == 1
    export(workspace, tmp_path / "own.xlsx", reader="Aysel")
    export(workspace, tmp_path / "other.xlsx", reader="Bahar")
    assert cases_in(tmp_path / "all.xlsx") == cases_in(tmp_path / "own.xlsx") == []
    rows = cases_in(tmp_path / "other.xlsx")
    shown = {str(cell) for row in rows for cell in row["shown"]}
    assert len(rows) == 2
    assert not {"Aysel", "one passport", "keep", "repeat"} & shown


@pytest.mark.parametrize("agrees", [True, False], ids=["agree", "differ"])
def test_a_striking_changes_the_list_once_two_people_read_it(struck, tmp_path, agrees):
    """What two people say alike would not hold, or what they contest."""
    workspace = shutil.copytree(struck[0], tmp_path / "2026")
    words = ("keep", "repeat") if agrees else ("separate", "separate")
    result = decide(workspace, tmp_path / "b.xlsx", "Bahar", *words, reader="Bahar")
    contested = {row["case_id"] for row in made_by(result, "contested")}
    assert (len(made_by(result, "applied")), len(contested)) == (
        (1, 0) if agrees else (0, 1)
    )
    assert (result.decided.second_readings, gate_of(workspace)) == (0, 0)
    assert states_of_page(workspace) == {"settled" if agrees else "contested"}
    assert AZ("quality.agreement") in page_of(workspace)
    told = review_quality(workspace)
    assert [one.agreed for one in told["people"].values()] == [agrees, agrees]
    found = CliRunner().invoke(APP, ["review", "quality", str(workspace), "--json"])
    assert (found.exit_code, json.loads(found.stdout)["run"]) == (0, result.run)


def test_nobody_sees_what_the_first_reader_asked_the_precinct(finished, tmp_path):
    """Neither in the workbook of the second reader, nor in that of everybody."""
    workspace = shutil.copytree(finished, tmp_path / "2026")
    book = tmp_path / "asked.xlsx"
    export(workspace, book)

    def ask(row):
        cells = {"answer": "ask the precinct", "due": "10.02.2026"}
        is_case = row.get("case_id") and not row.get("finding_id")
        return (
            {**cells, "decided_by": "Aysel", "reason": "one man"} if is_case else None
        )

    assert len(review_books.fill(book, ask)) == 2
    reviewing.import_review(workspace, [book], None, decided_at=MOMENT)
    decide(workspace, tmp_path / "decided.xlsx", "Aysel", "keep", "repeat")
    for reader in (None, "Bahar"):
        export(workspace, tmp_path / "out.xlsx", reader=reader)
        told = str(review_books.rows_of(tmp_path / "out.xlsx"))
        assert not [word for word in ("Aysel", "one man") if word in told]


def test_the_second_reader_sees_the_entries_as_they_are_corrected(struck, tmp_path):
    """On the page a voter would say one thing, and another one in the workbook."""
    workspace = shutil.copytree(struck[0], tmp_path / "2026")
    entry = made_by(struck[1], "cases")[0]["entry_id"]
    text = "Füzuli küç. 99"
    answer = {"entry_id": entry, "action": "correct", "field": "address", "value": text}
    with ledgers.Ledger(workspace / "ledger.db") as ledger:
        ledger.amend(deciding.amendments_of(answer | {"ground": "document-seen"}))
    export(workspace, tmp_path / "book.xlsx", reader="Bahar")
    page = tmp_path / "desk.html"
    export_page(workspace, page, "en", today=workspaces.TODAY, reader="Bahar")
    shown = {
        str(cell) for row in cases_in(tmp_path / "book.xlsx") for cell in row["shown"]
    }
    assert text in shown
    assert text in page.read_text(encoding="utf-8")


def test_the_act_tells_what_was_measured():
    """The commission above would sign for figures that it never saw; one page holds it all."""
    given = answered(("c1", "Aysel", REPEAT), ("c1", "Bahar", REPEAT))
    rows = certificate(given, cases_of("c1", "c2")).to_pylist()
    told = quality_rows([row for row in rows if row["kind"] is None], "en")
    assert told[0]["label"] == EN("quality.agreement")
    assert not any(EN("quality.proposed") == row["label"] for row in told)
    assert quality_rows((), "en") == []
    rows = [{"label": f"label {number}", "value": "value"} for number in range(7)]
    page = dict.fromkeys(("facts", "counts", "marks"), rows)
    page |= dict.fromkeys(
        ("title", "short", "note", "counts_title", "quality_title", "marks_title"), "x"
    )
    page |= {"language": "en", "quality": told, "sides": [("one", "A"), ("two", "")]}
    page["signs"] = {name: name for name in ACT_SIGNS}
    pdf = pypdfium2.PdfDocument(typeset("act", page, dt.date(2026, 2, 4)))
    assert len(pdf) == 1
    assert EN("quality.agreement") in pdf[0].get_textpage().get_text_range()


def test_a_share_is_marked_only_where_chance_hardly_makes_it():
    """3.8 % beside 3.7 % in red would blame clerks for nothing."""
    alike = FeedbackRow("name-misspelt", 38, 0.038, 0.037)
    assert not alike.is_clear
    assert FeedbackRow("name-misspelt", 80, 0.08, 0.037).is_clear
    assert not FeedbackRow("name-misspelt", 1, 1.0, 0.5).is_clear
