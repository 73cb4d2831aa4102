"""What decisions do to the list: the law that nobody vanishes, and the balance of every list."""

from __future__ import annotations

import datetime as dt
import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import workspaces
from deciding import (
    amendments_of,
    cases_of,
    decisions_of,
    entries_of,
    entry_id,
    matches_of,
    subjects_of,
    unaccounted,
    unbalanced,
    vanished,
)
from examples import tries
from list_tables import said
from voterlist.arrays import completed_years
from voterlist.catalogue import entries as sentences
from voterlist.check.agehist import ages_of
from voterlist.config.sections import CheckSettings
from voterlist.cycles.findings import came_of_age
from voterlist.decisions.effects import (
    columns_for,
    come_of_age,
    effects,
    require_balance,
)
from voterlist.decisions.outcome import SKIP_CODES
from voterlist.decisions.trial import REFUSAL_CODES
from voterlist.errors import StageError
from voterlist.findings import finding_ids
from voterlist.findings.accepted import settle
from voterlist.pipeline.known import known
from voterlist.schemas import ACCEPTED, ENTRY, FINDING
from voterlist.storage.ledger import Ledger, reading
from voterlist.tables import from_columns

A, B, C = (
    entry_id(name, precinct=place) for name, place in (("A", 1), ("B", 2), ("C", 3))
)
LIST = entries_of([(A, 88, 1), (B, 88, 2), (C, 88, 3)])
CASES = cases_of({"one": [A, B], "two": [B, C]})
KEEP_A = (("one", A, "keep"), ("one", B, "repeat"))


def of(entry, action, ground=None, constituency=None, precinct=None, **more):
    """An amendment of an entry, where it has them with a ground and a place."""
    place = {"constituency": constituency, "precinct": precinct}
    return {"entry_id": entry, "action": action, "ground": ground, **place, **more}


def strike(entry, ground="died", constituency=None, precinct=None):
    return of(entry, "strike", ground, constituency, precinct)


def move(entry, precinct, constituency=88):
    return of(entry, "move", "moved-away", constituency, precinct)


def correct(entry, field, value):
    return of(entry, "correct", field=field, value=value)


def add(row, precinct=1, constituency=88):
    return of(row, "add", "arrived", constituency, precinct)


def done_by(verdicts=(), amendments=(), entries=LIST, **more):
    return effects(
        entries, CASES, decisions_of(*verdicts), amendments_of(*amendments), **more
    )


def applied(done):
    return {*said(done.applied, "entry_id", "action")}


def skipped(done):
    rows = said(done.skipped, "entry_id", "answer", "code")
    return {(entry, answer): code for entry, answer, code in rows}


def row_of(done, **cells):
    """The one thing that was done of which these columns say so."""
    rows = done.applied.to_pylist()
    (row,) = [row for row in rows if cells.items() <= row.items()]
    return row


def test_without_decisions_every_entry_is_listed():
    done = done_by()
    assert (done.applied.num_rows, done.skipped.num_rows) == (0, 0)
    assert done.additions.schema == ENTRY
    assert done.balance.column("listed").to_pylist() == [1, 1, 1]


def test_a_repetition_leaves_the_list_and_the_kept_entry_stays():
    done = done_by(KEEP_A)
    assert applied(done) == {(B, "repeat")}
    row = row_of(done)
    assert (row["kept_entry_id"], row["from_precinct"], row["precinct"]) == (A, 2, 1)
    moved = done_by(KEEP_A, [move(A, 3)])
    assert row_of(moved, action="repeat")["precinct"] == 3


@pytest.mark.parametrize("ground", ["died", "under-age", "not-citizen", "court"])
def test_who_is_struck_for_good_takes_the_repetitions_along(ground):
    """Somebody who died would stay on the list by another entry of theirs."""
    done = done_by(KEEP_A, [strike(A, ground)])
    assert applied(done) == {(A, "strike"), (B, "strike")}
    row = row_of(done, entry_id=B)
    assert (row["ground"], row["kept_entry_id"]) == (ground, A)


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ((*KEEP_A, ("two", B, "keep"), ("two", C, "repeat")), "kept-elsewhere"),
        (
            (("all", A, "keep"), ("all", B, "repeat"), ("all", C, "keep")),
            "several-kept",
        ),
        (KEEP_A, None),
    ],
)
def test_nobody_is_added_beside_a_repetition_that_stays(verdicts, code):
    """The person whose other entry was struck for good would stand on the list twice."""
    cases = cases_of({"one": [A, B], "two": [B, C], "all": [A, B, C]})
    subjects = subjects_of({"arrivals:x": '{"surname": "Quliyev"}'})
    matches = matches_of(("arrivals:x", B, "confirmed", "names"))
    answers = decisions_of(*verdicts), amendments_of(strike(A), add("arrivals:x"))
    done = effects(LIST, cases, *answers, subjects=subjects, matches=matches)
    stays = {(B, "repeat"): code, ("arrivals:x", "add"): "already-listed"}
    assert skipped(done) == (stays if code else {})
    assert done.additions.num_rows == (code is None)


def test_a_repetition_stays_where_the_kept_entry_was_struck_as_moved():
    """The person would be on no list of those that speak of them."""
    done = done_by(KEEP_A, [strike(A, "moved-away", 12, 4)])
    assert applied(done) == {(A, "strike")}
    assert skipped(done) == {(B, "repeat"): "kept-struck"}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (strike(A, "moved-away"), "place-missing"),
        (strike(A, "moved-away", 88), "place-missing"),
        (strike(A, None), "ground-missing"),
        (strike(A, "by-name"), "ground-missing"),
        (strike(A, "moved-away", 88, 2), "not-kept-there"),
        (strike(A, "separate-list", 88, 2), "not-kept-there"),
        (strike(entry_id("gone")), "entry-gone"),
        (strike(entry_id("other", constituency=7)), "list-missing"),
        (move(A, None), "place-missing"),
        (move(A, 99), "place-unknown"),
        (move(A, 1, constituency=12), "place-unknown"),
        (move(A, 1), "already-there"),
        (move(entry_id("gone"), 2), "entry-gone"),
        (correct(A, "entry_id", "x"), "field-unknown"),
        (correct(A, "fin", None), "no-change"),
        (correct(entry_id("gone"), "fin", "1"), "entry-gone"),
        (add("arrivals:x"), "subject-missing"),
        (add("arrivals:known", None), "place-missing"),
        (add("arrivals:known", 77), "place-unknown"),
        (add("arrivals:met"), "already-listed"),
        (add("arrivals:listed"), "already-listed"),
    ],
)
def test_what_does_nothing_says_why(row, code):
    """A decision would be lost in silence, or take a person off every list."""
    known = {"entry_id": B, "constituency": 88, "precinct": 2, "fin": "5xk 1234"}
    entries = entries_of([(A, 88, 1), known])
    fins = {"known": "5XK9999", "met": "5XK8888", "listed": "5XK1234"}
    subjects = subjects_of(
        {f"arrivals:{name}": json.dumps({"fin": fin}) for name, fin in fins.items()}
    )
    matches = matches_of(("arrivals:met", A, "confirmed", "names"))
    done = done_by((), [row], entries, subjects=subjects, matches=matches)
    assert skipped(done) == {(row["entry_id"], row["action"]): code}
    assert applied(done) == set()


def test_a_fin_that_was_corrected_away_keeps_nobody_off_the_list():
    """Whose FIN stood at a stranger's name by a slip could never be added."""
    entries = entries_of(
        [
            {"entry_id": one, "constituency": 88, "precinct": 1, "fin": "5XK1234"}
            for one in (A, B)
        ]
    )
    subjects = subjects_of({"arrivals:x": json.dumps({"fin": "5XK1234"})})
    corrected = correct(A, "fin", "8ABC102"), correct(B, "fin", None)
    rows = [add("arrivals:x"), *corrected]
    done = done_by((), rows, entries, subjects=subjects)
    assert (skipped(done), done.additions.num_rows) == ({}, 1)
    for fewer in (rows[:-1], [*rows[:-1], correct(B, "surname", "Rzayev")]):
        done = done_by((), fewer, entries, subjects=subjects)
        assert skipped(done) == {("arrivals:x", "add"): "already-listed"}


AWAY = strike(A, "moved-away", 88, 2)


@pytest.mark.parametrize(
    ("verdict", "rows", "done"),
    [
        ("keep", [AWAY], {(A, "strike")}),
        # Each would hold the other, and both would go.
        ("keep", [AWAY, strike(B, "moved-away", 88, 1)], set()),
        # The other entry does not stand there any more.
        ("keep", [AWAY, move(B, 3)], {(B, "move")}),
        # The entry there is of another person.
        ("separate", [AWAY], set()),
    ],
)
def test_who_moved_within_the_territory_may_be_struck_where_a_case_keeps_them(
    verdict, rows, done
):
    said = (("one", A, verdict), ("one", B, "keep"))
    assert applied(done_by(said, rows)) == done


def test_a_constituency_whose_list_is_not_here_today_is_no_other_territory():
    """A run of some constituencies would strike whom their own list does not have."""
    rows = [strike(A, "moved-away", 89, 4)]
    assert applied(done_by((), rows)) == {(A, "strike")}
    done = done_by((), rows, territory=[88, 89])
    assert skipped(done) == {(A, "strike"): "not-kept-there"}


def test_to_a_precinct_another_one_of_its_constituency_is_elsewhere():
    """What it answers the constituency would do nothing to its list."""
    rows = [strike(A, "moved-away", 88, 4)]
    assert skipped(done_by((), rows)) == {(A, "strike"): "not-kept-there"}
    assert applied(done_by((), rows, territory=None)) == {(A, "strike")}


def test_a_move_and_a_correction_are_done():
    done = done_by((), [move(A, 2), correct(A, "surname", "Rzayev")])
    assert applied(done) == {(A, "move"), (A, "correct")}
    counts = said(done.balance, "precinct", "moved_out", "moved_in", "listed")
    assert counts == [(1, 1, 0, 0), (2, 0, 1, 2), (3, 0, 0, 1)]
    row = row_of(done, action="correct")
    assert (row["written"], row["value"]) == (None, "Rzayev")
    assert (row["from_precinct"], row["precinct"]) == (1, 2)


def test_what_else_was_decided_of_an_entry_that_left_does_nothing():
    """One entry would be counted as struck and as repeated, or moved and not there."""
    done = done_by(KEEP_A, [strike(B), correct(B, "fin", "1")])
    assert applied(done) == {(B, "strike")}
    left = "left-already"
    assert skipped(done) == {(B, "repeat"): left, (B, "correct"): left}
    assert skipped(done_by(KEEP_A, [move(B, 3)])) == {(B, "move"): "left-already"}


def test_an_added_person_stands_in_the_additions_as_corrected():
    subjects = subjects_of(
        {
            "arrivals:x": '{"surname": "Quliyev", "fin": "5XK1", "number": "7"}',
            "newly:y": '{"surname": "Kuliyev", "fin": "5xk1"}',
        }
    )
    corrected = correct("arrivals:x", "given_name", "Emin")
    rows = [add("arrivals:x", 2), corrected, add("newly:y")]
    done = done_by((), rows, subjects=subjects)
    names = ("surname", "given_name", "precinct", "source", "line", "number")
    added = ("Quliyev", "Emin", 2, "decision", 0, None)
    assert said(done.additions, *names) == [added]
    assert skipped(done) == {("newly:y", "add"): "added-twice"}
    assert sum(row["added"] for row in done.balance.to_pylist()) == 1


def test_a_question_to_the_precinct_does_nothing():
    done = done_by((), [{"entry_id": A, "action": "ask", "due": "2026-03-01"}])
    assert (done.applied.num_rows, done.skipped.num_rows) == (0, 0)


def test_only_the_columns_that_are_needed_are_read():
    """Of a list of millions every column would be decoded for one correction."""
    fewest = ["entry_id", "constituency", "precinct", "list_kind"]
    assert columns_for(amendments_of()).names == fewest
    amendments = amendments_of(correct(A, "surname", "x"), add("arrivals:x"))
    columns = columns_for(amendments)
    assert set(columns.names) >= {"surname", "fin"}
    done = effects(LIST.select(columns.names), CASES, decisions_of(*KEEP_A), amendments)
    assert (B, "repeat") in applied(done)


@pytest.mark.parametrize(
    "column", ["struck", "repeated", "moved_in", "added", "listed"]
)
def test_a_balance_that_breaks_stops_the_run(column):
    """A person who fell out of the numbers would fall off the list unseen."""
    balance = done_by(KEEP_A, [move(C, 1)]).balance
    place = balance.schema.get_field_index(column)
    numbers = [*balance.column(column).to_pylist()]
    numbers[0] += 1
    field = balance.schema.field(column)
    wrong = balance.set_column(place, field, pa.array(numbers, pa.int64()))
    require_balance(balance)
    with pytest.raises(StageError) as caught:
        require_balance(wrong)
    assert caught.value.code == "list-unbalanced"
    assert caught.value.places["place"] == "88/1"


def test_every_code_has_its_sentences():
    """What is skipped or refused would be told by its code alone."""
    keys = [f"review.skipped.{code}" for code in SKIP_CODES]
    keys += [
        f"review.problem.{code}.{part}"
        for code in sorted(REFUSAL_CODES)
        for part in ("title", "todo")
    ]
    missing = [
        key for key in keys if not {"en", "az"} <= sentences().get(key, {}).keys()
    ]
    assert missing == []


# The law


NAMES = [entry_id(name, precinct=place) for place, name in enumerate("ABCD", 1)]
SMALL = entries_of([(one, 88, place) for place, one in enumerate(NAMES[:3], 1)])
GROUPS = {"one": NAMES[:2], "two": NAMES[:3], "three": NAMES[1:]}
VERDICT = st.sampled_from([None, "keep", "keep", "repeat", "repeat", "separate"])
VERDICTS = st.fixed_dictionaries(
    {(case, entry): VERDICT for case, ids in GROUPS.items() for entry in ids}
)
PLACES = st.sampled_from(
    [(88, 1), (88, 2), (88, 3), (88, 1), (88, 2), (88, 9), (12, 1)]
)
GROUNDS = st.sampled_from(["moved-away"] * 6 + ["separate-list", "court", None])
ACTIONS = st.sampled_from(["strike", "strike", "strike", "move"])
DONE = st.tuples(ACTIONS, GROUNDS, PLACES | st.just((None, None)))
AMENDED = st.dictionaries(st.sampled_from(NAMES), DONE)
CORRECTED = st.sets(st.sampled_from(NAMES))


@tries(200)
@given(VERDICTS, AMENDED, CORRECTED, st.randoms(use_true_random=False))
def test_nobody_vanishes_and_every_decision_is_accounted_for(
    verdicts, amended, corrected, chance
):
    """Whatever holds: no person is on no list without a ground, and every list balances."""
    cases = cases_of(GROUPS)
    told = [(*key, verdict) for key, verdict in verdicts.items() if verdict]
    rows = [
        of(entry, action, ground, *place)
        for entry, (action, ground, place) in amended.items()
    ]
    rows += [correct(entry, "surname", "x") for entry in sorted(corrected)]
    decisions, amendments = decisions_of(*told), amendments_of(*rows)
    done = effects(SMALL, cases, decisions, amendments)
    assert vanished(SMALL, cases, decisions, amendments, done) == []
    assert unbalanced(SMALL, done) == []
    assert unaccounted(decisions, amendments, done) == []
    assert {row["code"] for row in done.skipped.to_pylist()} <= {*SKIP_CODES}
    chance.shuffle(told)
    chance.shuffle(rows)
    again = effects(SMALL, cases, decisions_of(*told), amendments_of(*rows))
    assert again == done, "the order of decisions counts"


# In a run


DEATHS = """№;Soyadı;Adı;Atasının adı;Doğum tarixi;FİN
1;Quliyeva;Sevinc;Vaqif qızı;30.09.1991;5XK1237
"""


def decide(folder, *rows, subjects=None):
    """Record amendments in the ledger of a workspace."""
    with Ledger(folder / "ledger.db") as ledger:
        ledger.amend(amendments_of(*rows))
        if subjects:
            ledger.keep_subjects(subjects_of(subjects))


def test_a_run_lists_whom_it_should_and_asks_no_more_about_what_was_answered(tmp_path):
    """After all errors were decided the run would still show them, or not say what was done."""
    folder = workspaces.make(tmp_path / "2026")
    (folder / "reference" / "deaths.csv").write_text(DEATHS, encoding="utf-8")
    first = workspaces.run(folder)
    (finding,) = rows_in(first, "findings", severity="error")
    assert read(first, "balance").column("listed").to_pylist() == [4, 3]
    dead = finding["entry_id"]
    (other,) = rows_in(first, "entries", fin="5XK1236")
    other = other["entry_id"]
    answer = {"rule": finding["rule"], "document": finding["other_entry_id"]}
    place = {"constituency": 88, "precinct": 2}
    decide(
        folder,
        strike(dead) | answer,
        move(other, 2),
        correct(other, "given_name", "Turalı"),
        add("newly-of-age:1") | place,
        {"entry_id": "newly-of-age:2", "action": "add", **place},
        subjects={"newly-of-age:1": '{"surname": "Əliyev", "given_name": "Kamal"}'},
    )
    later = workspaces.run(folder, today=workspaces.TODAY.replace(day=4))
    assert "error" not in later.findings_by_severity
    before = (first.findings_by_severity, 0)
    assert (later.findings_by_severity, later.accepted) != before
    accepted = rows_in(later, "accepted", entry_id=dead)
    answers = {(row["action"], row["ground"], row["accepted_by"]) for row in accepted}
    assert answers == {("strike", "died", "Aynur")}
    assert finding["rule"] in {row["rule"] for row in accepted}
    names = ("struck", "moved_out", "moved_in", "added", "listed")
    counts = said(read(later, "balance"), *names)
    assert counts == [(1, 1, 0, 0, 2), (0, 0, 1, 1, 5)]
    assert skipped_in(later) == {"newly-of-age:2": "subject-missing"}
    assert read(later, "additions").column("surname").to_pylist() == ["Əliyev"]
    corrected = {row["entry_id"]: row for row in read(later, "corrected").to_pylist()}
    assert corrected[dead]["mark"] == "strike"
    assert (corrected[other]["mark"], corrected[other]["precinct"]) == ("move", 2)
    assert corrected[other]["given_name"] == "Turalı"
    with reading(folder / "ledger.db") as ledger:
        runs = known(folder, ledger)
    for name in ("applied", "skipped", "balance", "additions", "amendments"):
        assert runs.table(name) == read(later, name)


def read(result, name):
    return pq.read_table(result.folder / f"{name}.parquet")


def rows_in(result, name, **cells):
    """The rows of a table of a run of which these columns say so."""
    rows = read(result, name).to_pylist()
    return [row for row in rows if cells.items() <= row.items()]


def skipped_in(result):
    return dict(said(read(result, "skipped"), "entry_id", "code"))


def test_who_came_of_age_since_is_on_the_list_again(tmp_path):
    """Struck for their age before one election, a voter of 18 would miss the next one."""
    election = "[calendar]\nelection_day = {}\n".format
    folder = workspaces.make(tmp_path / "2026", settings=election("2026-11-01"))
    path = folder / "inbox" / "88" / "menteqe-1.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("23.11.1988", "01.12.2008"), encoding="utf-8")
    first = workspaces.run(folder)
    found = (rows_in(first, "entries", fin=fin) for fin in ("5XK1236", "5XK1237"))
    young, other = (row["entry_id"] for (row,) in found)
    # Of the other one the list is wrong: it says that they are grown up.
    decide(folder, strike(young, "under-age"), strike(other, "under-age"))
    later = workspaces.run(folder, today=workspaces.TODAY.replace(day=4))
    applied = read(later, "applied").column("entry_id").to_pylist()
    assert sorted(applied) == sorted([young, other])
    settings = folder / "voterlist.toml"
    settings.write_text(election("2027-05-30"), encoding="utf-8")
    next_one = workspaces.run(folder, today=workspaces.TODAY.replace(day=5))
    assert read(next_one, "applied").column("entry_id").to_pylist() == [other]
    assert skipped_in(next_one) == {young: "of-age"}


def test_a_run_of_some_constituencies_knows_what_was_done_in_the_others(tmp_path):
    """What the newest run has no list of would be told as gone, or be missing."""
    folder = workspaces.make(tmp_path / "2026")
    workspaces.make(tmp_path / "other", constituency=7)
    shutil.copytree(tmp_path / "other" / "inbox" / "7", folder / "inbox" / "7")
    ids = read(workspaces.run(folder), "entries").column("entry_id").to_pylist()
    decide(folder, strike(ids[0]), strike(ids[-1]))
    workspaces.run(folder, today=workspaces.TODAY.replace(day=4))
    day = workspaces.TODAY.replace(day=5)
    part = workspaces.run(folder, constituencies=[88], today=day)
    assert skipped_in(part) == {ids[0]: "list-missing"}
    with reading(folder / "ledger.db") as ledger:
        runs = known(folder, ledger)
    assert runs.table("skipped").num_rows == 0
    struck = runs.table("applied").column("entry_id").to_pylist()
    assert sorted(struck) == [ids[0], ids[-1]]
    assert sum(runs.table("balance").column("listed").to_pylist()) == len(ids) - 2


FINDINGS = [
    {"rule": "deceased-confirmed", "entry_id": A, "other_entry_id": "deaths:1"},
    {"rule": "missing-value", "entry_id": A, "field": "sex"},
    {"rule": "fin-shared", "entry_id": B, "other_entry_id": A},
    {"rule": "deceased-confirmed", "entry_id": B, "other_entry_id": "deaths:1"},
    {"rule": "newly-of-age-missing", "other_entry_id": "newly-of-age:1"},
    {"rule": "outside-precinct", "entry_id": C},
    {"rule": "missing-value", "entry_id": C, "field": "sex"},
    {"rule": "precinct-too-small", "constituency": 88, "precinct": 9, "value": 43.0},
]


def settled_by(done):
    """(rule, entry, other) of the findings that what was done answered."""
    columns = {name: [row.get(name) for row in FINDINGS] for name in FINDING.names}
    size = len(FINDINGS)
    columns |= {"severity": ["error"] * size, "unit": ["entry"] * size}
    findings = from_columns(columns, FINDING, size)
    settled = settle(findings, CheckSettings(), None, done.applied)
    left = {row["rule"] for row in settled.findings.to_pylist()}
    size_left = settled.findings.num_rows - ("findings-accepted" in left)
    assert size_left + settled.accepted.num_rows == size
    assert settled.accepted.schema == ACCEPTED
    return {*said(settled.accepted, "rule", "entry_id", "other_entry_id")}


def place_of(number):
    """The finding of a place as an answer names it by its id."""
    columns = {name: [FINDINGS[number].get(name)] for name in FINDING.names}
    columns |= {"severity": ["error"], "unit": ["precinct"]}
    (finding_id,) = finding_ids(from_columns(columns, FINDING, 1))
    return {"rule": FINDINGS[number]["rule"], "finding_id": finding_id}


@pytest.mark.parametrize(
    ("verdicts", "row", "answered"),
    [
        # Every finding of a struck entry.
        ((), strike(A), (0, 1, 2)),
        # A striking that did nothing answers nothing.
        ((), strike(A, None) | {"rule": "deceased-confirmed"}, ()),
        # A move answers the finding that it names.
        ((), move(C, 1) | {"rule": "outside-precinct"}, (5,)),
        ((), move(C, 1), ()),
        # By its id a finding may be about a place.
        ((), move(C, 1) | place_of(7), (7,)),
        # Who was added is not missing any more.
        ((), add("newly-of-age:1"), (4,)),
        # A death that the register says of the repetition would be forgotten with it.
        (KEEP_A, None, (2,)),
        # A question to the precinct leaves the finding.
        ((), of(A, "ask", rule="deceased-confirmed"), ()),
    ],
)
def test_what_was_done_answers_its_findings_and_no_others(verdicts, row, answered):
    """A finding would be gone though nothing was done for it, or be asked about for ever."""
    subjects = subjects_of({"newly-of-age:1": "{}"})
    done = done_by(verdicts, [row] if row else [], subjects=subjects)
    names = ("rule", "entry_id", "other_entry_id")
    rows = (FINDINGS[number] for number in answered)
    assert settled_by(done) == {tuple(row.get(name) for name in names) for row in rows}


def test_who_comes_of_age_after_the_decision_is_told():
    """Born on 29 February one is of age on the 28th; a moment that is none is before all others."""
    born = {"a": (2008, 2, 29), "b": (2008, 2, 29), "c": (2008, None, None)}
    names = ("birth_year", "birth_month", "birth_day")
    rows = [
        {"entry_id": entry, **dict(zip(names, parts, strict=True))}
        for entry, parts in born.items()
    ]
    voters = pa.Table.from_pylist(rows)
    decided = {"a": "2026-02-27T09:00:00+04:00", "b": "2026-02-28", "c": "no day"}
    assert come_of_age(decided, voters, dt.date(2026, 5, 30), 18) == {"a", "c"}


@pytest.mark.parametrize(
    ("day", "age"), [("2026-02-27", 17), ("2026-02-28", 18), ("2028-02-28", 19)]
)
def test_one_age_is_counted_wherever_one_is_counted(day, age):
    """A voter of 29 February was of age in a check, and under age in a figure and a register."""
    on_day = dt.date.fromisoformat(day)
    born = {"birth_year": 2008, "birth_month": 2, "birth_day": 29}
    voters = pa.Table.from_pylist([born])
    assert completed_years(2008, 2, 29, on_day) == age
    assert ages_of(voters, on_day).tolist() == [age]
    assert came_of_age(voters, on_day, 18).tolist() == [age == 18]
