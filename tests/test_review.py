from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voterlist import review
from voterlist.decisions import verdicts
from voterlist.decisions.effects import effects
from voterlist.model import CaseKind, Verdict
from voterlist.schemas import CASE, CHANGE, DECISION, ENTRY, GIVEN_VERDICT
from voterlist.tables import from_columns, sort_by

AT = "2026-02-03T09:00:00+00:00"
LATER = "2026-02-04T09:00:00+00:00"


def make_entries(ids):
    size = len(ids)
    return from_columns(
        {
            "entry_id": pa.array(ids, pa.string()),
            "list_kind": ["permanent"] * size,
            "source": ["aaaaaaaaaaaa"] * size,
            "line": list(range(2, size + 2)),
        },
        ENTRY,
        length=size,
    )


def make_cases(members, kind="within-constituency", probability=0.99):
    """``members``: case id -> entry ids, or (kind, probability, entry ids)."""
    rows = []
    for case_id, value in members.items():
        kind_of, chance, ids = (
            value if isinstance(value, tuple) else (kind, probability, value)
        )
        rows += [(case_id, entry_id, kind_of, chance) for entry_id in ids]
    columns = {
        "case_id": [row[0] for row in rows],
        "entry_id": [row[1] for row in rows],
        "kind": [row[2] for row in rows],
        "role": ["question"] * len(rows),
        "reason": ["same-fin"] * len(rows),
        "weight": [20.0] * len(rows),
        "probability": [row[3] for row in rows],
    }
    return sort_by(from_columns(columns, CASE, length=len(rows)), "case_id", "entry_id")


def make_decisions(*rows):
    """Each row: case, entry, verdict[, reason, who, when]."""
    full = [row + ("moved", "Operator", AT)[len(row) - 3 :] for row in rows]
    return from_columns(
        {
            name: [row[place] for row in full]
            for place, name in enumerate(DECISION.names)
        },
        DECISION,
        length=len(full),
    )


def in_order(decisions, adjudicates=False):
    """GIVEN_VERDICT of these answers, in their order."""
    columns = {name: decisions.column(name) for name in DECISION.names}
    size = decisions.num_rows
    order = {"number": list(range(1, size + 1)), "adjudicates": [adjudicates] * size}
    return from_columns(columns | order, GIVEN_VERDICT, size)


def make_rows(*rows):
    """Each row of a workbook.

    Case, entry, verdict[, reason, who]; the sheet's rows count from 2.
    """
    full = [row + ("moved", "Operator")[len(row) - 3 :] for row in rows]
    columns = {
        name: [row[place] for row in full]
        for place, name in enumerate(verdicts.REVIEW_ROW.names[2:7])
    }
    columns |= {"sheet": ["Cases"] * len(full), "row": list(range(2, len(full) + 2))}
    return from_columns(columns, verdicts.REVIEW_ROW, length=len(full))


def said(text):
    """Each answer of a text: case, entry, verdict[, reason, who]; ``-`` is none, ``_`` a blank."""
    means = {"-": None, "_": "  "}
    answers = (one.split() for one in text.split(", "))
    return [tuple(means.get(word, word) for word in one) for one in answers]


def problems_of(checked):
    return [(problem.row, problem.code) for problem in checked.problems]


def test_queue_asks_about_duplicates_and_identity_conflicts_only():
    """Twins, relatives and namesakes are not asked about; every other kind is."""
    cases = make_cases(
        {f"case-{kind.value}": (kind.value, 0.9, ["a", "b"]) for kind in CaseKind}
    )

    asked = set(
        review.queue(cases, DECISION.empty_table()).column("case_id").to_pylist()
    )

    assert asked == {
        f"case-{kind.value}"
        for kind in CaseKind
        if kind.value not in {"twins", "relatives", "namesakes"}
    }


def numbers_of(numbered):
    return dict(
        zip(
            *(numbered.column(name).to_pylist() for name in ("case_id", "number")),
            strict=True,
        )
    )


def test_queue_numbers_the_most_probable_first_and_non_duplicates_last():
    """A case's number follows probability, and kinds that are not asked come after all that are."""
    cases = make_cases(
        {
            "c1": ("within-constituency", 0.96, ["a", "b"]),
            "c2": ("twins", 0.999, ["c", "d"]),
            "c3": ("name-change", 0.98, ["e", "f"]),
        },
    )

    assert numbers_of(review.number_cases(cases)) == {"c1": 2, "c2": 3, "c3": 1}
    asked = review.queue(cases, DECISION.empty_table()).column("case_id")
    assert asked.to_pylist() == ["c3", "c3", "c1", "c1"]


def at_place(*texts):
    """The ids of entries that say this."""
    return [f"088-0001-{text}" for text in texts]


def test_a_case_keeps_its_number_and_a_new_one_gets_the_next_free_one():
    """People say case 7: after the next run that would be another one."""
    first = review.number_cases(
        make_cases({"c1": at_place("a", "b"), "c2": at_place("c", "d")})
    )
    cases = make_cases({"c0": at_place("e", "f"), "c2": at_place("c", "d")})

    second = review.number_cases(cases, first)

    assert numbers_of(first) == {"c1": 1, "c2": 2}
    assert numbers_of(second) == {"c0": 3, "c2": 2}


def test_a_case_whose_entries_moved_keeps_its_number():
    """A corrected precinct gives the case another id, and people go on calling it by its number."""
    here, there = "088-0001-AAAAAAAAAAAAA", "088-0002-BBBBBBBBBBBBB"
    moved = here.replace("0001", "0007")
    first = review.number_cases(
        make_cases({"c1": at_place("x", "y"), "c2": [here, there]})
    )

    second = review.number_cases(
        make_cases({"c9": [moved, there], "c0": at_place("v", "w")}), first
    )

    assert numbers_of(second) == {"c9": numbers_of(first)["c2"], "c0": 3}


def test_the_number_of_a_case_that_is_gone_is_not_given_again():
    first = review.number_cases(make_cases({"c1": at_place("a", "b")}))
    second = review.number_cases(make_cases({"c2": at_place("a", "c")}), first)

    assert numbers_of(second) == {"c2": 2}


@given(
    then=st.dictionaries(st.sampled_from("abcdef"), st.floats(0.5, 1), max_size=6),
    today=st.dictionaries(st.sampled_from("defghi"), st.floats(0.5, 1), max_size=6),
)
def test_numbers_stay_and_no_two_cases_have_one(then, today):
    kind = CaseKind.WITHIN_CONSTITUENCY.value
    then, today = (
        make_cases(
            {
                case: (kind, chance, at_place(f"{case}1", f"{case}2"))
                for case, chance in one.items()
            }
        )
        for one in (then, today)
    )
    first = review.number_cases(then)
    before, after = numbers_of(first), numbers_of(review.number_cases(today, first))

    assert all(after[case] == before[case] for case in before.keys() & after.keys())
    fresh = sorted(after[case] for case in after.keys() - before.keys())
    assert fresh == list(range(len(before) + 1, len(before) + len(fresh) + 1))


def test_a_half_decided_case_stays_in_the_queue_and_a_settled_one_leaves_it():
    """A case leaves the queue only when each of its entries has a verdict."""
    cases = make_cases({"c1": ["a", "b"], "c2": ["c", "d"]})
    decided = make_decisions(
        ("c1", "a", "keep"), ("c2", "c", "keep"), ("c2", "d", "repeat")
    )

    left = review.queue(cases, decided)

    assert left.select(["case_id", "entry_id", "verdict"]).to_pylist() == [
        {"case_id": "c1", "entry_id": "a", "verdict": "keep"},
        {"case_id": "c1", "entry_id": "b", "verdict": None},
    ]


def test_queue_of_nothing_is_empty_with_its_columns():
    """No cases give no rows of the declared shape."""
    left = review.queue(CASE.empty_table(), DECISION.empty_table())

    assert left.num_rows == 0
    assert left.schema == review.QUEUE


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("c9 a keep", [(2, "unknown-case")]),
        ("- - keep", [(2, "unknown-case")]),
        ("c1 z keep", [(2, "unknown-entry")]),
        (f"c1 a {verdicts.UNKNOWN_VERDICT}", [(2, "unknown-verdict")]),
        ("c1 a keep - -", [(2, "no-decider")]),
        ("c1 a - moved -, c1 b keep", [(2, "no-verdict")]),
        ("c1 a - - Clerk", [(2, "no-verdict")]),
        ("c1 a keep, c1 a separate", [(2, "decided-twice"), (3, "decided-twice")]),
        ("c1 a keep, c1 b repeat - P", [(3, "repeat-without-reason")]),
        ("c1 a keep, c1 b repeat _ P", [(3, "repeat-without-reason")]),
        ("c1 a repeat, c1 b repeat, c1 c repeat", [(2, "all-repeat")]),
        ("c1 a separate, c1 b repeat", [(3, "repeat-without-keep")]),
        ("c1 a keep, c1 b keep, c1 c repeat", [(4, "several-kept")]),
    ],
)
def test_each_kind_of_mistake_is_refused_with_its_row(rows, found):
    """A mistake names its row and code, and nothing of its case is recorded."""
    checked = verdicts.check_decisions(
        make_cases({"c1": ["a", "b", "c"]}), make_rows(*said(rows)), decided_at=AT
    )

    assert problems_of(checked) == found
    assert checked.decisions.num_rows == 0
    assert {problem.code for problem in checked.problems} <= set(verdicts.PROBLEM_CODES)


def test_a_mistake_in_one_case_does_not_hold_up_another():
    """Cases without mistakes are recorded beside a refused one."""
    cases = make_cases({"c1": ["a", "b"], "c2": ["c", "d"]})
    rows = make_rows(*said("c1 a repeat, c1 b repeat, c2 c keep, c2 d repeat"))

    checked = verdicts.check_decisions(cases, rows, decided_at=AT)

    assert problems_of(checked) == [(2, "all-repeat")]
    assert checked.decisions.column("case_id").to_pylist() == ["c2", "c2"]
    assert checked.decisions.column("decided_at").to_pylist() == [AT, AT]


def test_earlier_decisions_count_when_a_case_is_judged():
    """A repeat would be refused beside an earlier keep, or take the last kept entry."""
    cases = make_cases({"c1": ["a", "b"]})
    kept = make_decisions(("c1", "a", "keep"))
    both = make_decisions(("c1", "a", "keep"), ("c1", "b", "repeat"))

    fine, wrong = (
        verdicts.check_decisions(
            cases, make_rows(row), decided_at=LATER, earlier=in_order(earlier)
        )
        for row, earlier in (
            (("c1", "b", "repeat"), kept),
            (("c1", "a", "repeat"), both),
        )
    )

    assert fine.problems == ()
    assert fine.decisions.num_rows == 1
    assert problems_of(wrong) == [(2, "all-repeat")]


def test_a_later_decision_replaces_and_the_same_one_is_not_recorded_again():
    """A changed verdict is recorded and the old one returned for the journal.

    A second import adds nothing.
    """
    cases = make_cases({"c1": ["a", "b"]})
    earlier = make_decisions(("c1", "a", "keep"), ("c1", "b", "repeat"))
    changed = make_rows(("c1", "a", "keep"), ("c1", "b", "separate"))
    same = make_rows(("c1", "a", "keep"), ("c1", "b", "repeat"))

    again = verdicts.check_decisions(
        cases, same, decided_at=LATER, earlier=in_order(earlier)
    )
    checked = verdicts.check_decisions(
        cases, changed, decided_at=LATER, earlier=in_order(earlier)
    )

    assert (again.decisions.num_rows, again.replaced.num_rows) == (0, 0)
    assert checked.decisions.select(["entry_id", "verdict"]).to_pylist() == [
        {"entry_id": "b", "verdict": "separate"}
    ]
    assert checked.replaced.select(["entry_id", "verdict"]).to_pylist() == [
        {"entry_id": "b", "verdict": "repeat"}
    ]


def test_the_same_verdict_with_another_reason_is_recorded_and_replaces_nothing():
    """Why something was decided may be added later.

    The verdict that stood is not overruled by it.
    """
    rows = make_rows(("c1", "a", "keep", "seen in the passport"))

    checked = verdicts.check_decisions(
        make_cases({"c1": ["a", "b"]}),
        rows,
        decided_at=LATER,
        earlier=in_order(make_decisions(("c1", "a", "keep"))),
    )

    assert checked.decisions.column("reason").to_pylist() == ["seen in the passport"]
    assert checked.replaced.num_rows == 0


def test_a_row_without_a_name_takes_the_importer():
    """``decided_by`` stands in only where the row names nobody."""
    rows = make_rows(
        ("c1", "a", "keep", None, None), ("c1", "b", "separate", None, "Clerk")
    )

    checked = verdicts.check_decisions(
        make_cases({"c1": ["a", "b"]}), rows, decided_at=AT, decided_by="Importer"
    )

    assert checked.decisions.column("decided_by").to_pylist() == ["Importer", "Clerk"]


def applied(entries, cases, decisions):
    """(the list with its marks, CHANGE, what the decisions do) of these entries."""
    done = effects(entries, cases, decisions)
    return *review.apply(entries, decisions, done), done


def test_apply_marks_and_deletes_nothing():
    """Every entry is still there, in order.

    The repeat names the entry that stays; the log has each mark.
    """
    entries = make_entries(["a", "b", "c"])
    decided = make_decisions(("c1", "a", "keep"), ("c1", "b", "repeat"))

    corrected, changes, done = applied(entries, make_cases({"c1": ["a", "b"]}), decided)

    assert corrected.schema == review.CORRECTED
    assert corrected.select(ENTRY.names).equals(entries)
    assert corrected.column("mark").to_pylist() == ["keep", "repeat", None]
    assert corrected.column("kept_entry_id").to_pylist() == [None, "a", None]
    assert changes.schema == CHANGE
    assert changes.column("entry_id").to_pylist() == ["a", "b"]
    assert done.skipped.num_rows == 0


@pytest.mark.parametrize(
    ("present", "cases", "decided", "code"),
    [
        ("b", {"c1": "ab"}, "c1 a keep, c1 b repeat", "kept-missing"),
        ("ab", {"c2": "ab"}, "c1 a keep, c1 b repeat", "case-changed"),
        ("abc", {"c1": "abc"}, "c1 a keep, c1 c keep, c1 b repeat", "several-kept"),
        (
            "ab",
            {"c1": "ab", "c2": "ab"},
            "c1 a keep, c1 b repeat, c2 b keep, c2 a repeat",
            "kept-elsewhere",
        ),
    ],
)
def test_a_repeat_that_would_cost_a_person_the_list_is_skipped(
    present, cases, decided, code
):
    """An entry would be marked though the one to be kept is gone, doubtful or a repeat."""
    corrected, _, done = applied(
        make_entries(list(present)), make_cases(cases), make_decisions(*said(decided))
    )

    assert "repeat" not in corrected.column("mark").to_pylist()
    skipped = {
        row["entry_id"]: row["code"]
        for row in done.skipped.to_pylist()
        if row["answer"] == "repeat"
    }
    assert skipped["b"] == code


def test_apply_meets_zero_rows():
    """No entries and no decisions give empty tables of the declared shapes."""
    corrected, changes, done = applied(
        ENTRY.empty_table(), CASE.empty_table(), DECISION.empty_table()
    )

    assert corrected.schema == review.CORRECTED
    tables = (corrected, changes, done.skipped)
    assert [table.num_rows for table in tables] == [0, 0, 0]


IDS = list("abcdef")


@st.composite
def decided_lists(draw):
    cases = {
        f"c{place}": draw(
            st.lists(st.sampled_from(IDS), min_size=2, max_size=4, unique=True)
        )
        for place in range(3)
    }
    present = draw(st.lists(st.sampled_from(IDS), unique=True))
    pairs = [(case_id, entry_id) for case_id, ids in cases.items() for entry_id in ids]
    rows = draw(
        st.lists(
            st.tuples(
                st.sampled_from(pairs),
                st.sampled_from([verdict.value for verdict in Verdict]),
            ),
            max_size=12,
            unique_by=lambda row: row[0],
        ),
    )
    return present, cases, [(*pair, verdict) for pair, verdict in rows]


@given(decided_lists())
def test_whatever_was_decided_no_person_loses_the_last_entry(drawn):
    """A row would be lost, or a person have no entry left on the list."""
    present, cases, rows = drawn

    corrected, changes, done = applied(
        make_entries(present), make_cases(cases), make_decisions(*rows)
    )

    marks = dict(
        zip(
            corrected.column("entry_id").to_pylist(),
            corrected.column("mark").to_pylist(),
            strict=True,
        ),
    )
    assert list(marks) == present
    for change in changes.to_pylist():
        if change["verdict"] == "repeat":
            assert change["kept_entry_id"] in marks
            assert marks[change["kept_entry_id"]] != "repeat"
            assert change["kept_entry_id"] in cases[change["case_id"]]
    assert changes.num_rows + done.skipped.num_rows == len(rows)


@given(decided_lists(), st.randoms())
def test_the_order_of_decisions_changes_nothing(drawn, shuffle):
    """The same decisions in another order give the same list and log."""
    present, cases, rows = drawn
    mixed = list(rows)
    shuffle.shuffle(mixed)
    entries, table = make_entries(present), make_cases(cases)

    assert applied(entries, table, make_decisions(*rows)) == applied(
        entries, table, make_decisions(*mixed)
    )


def test_an_answer_whose_case_is_gone_may_be_read_in_again():
    """A corrected FIN dissolves its case; the same workbook read in again was refused."""
    earlier = in_order(make_decisions(("c1", "a", "separate", None, "Operator", AT)))
    same, other = ("c1", "a", "separate", None), ("c1", "a", "keep", None)
    for row, codes in ((same, []), (other, ["unknown-case"])):
        checked = verdicts.check_decisions(
            make_cases({}), make_rows(row), decided_at=LATER, earlier=earlier
        )
        assert [problem.code for problem in checked.problems] == codes
        assert checked.decisions.num_rows == 0
