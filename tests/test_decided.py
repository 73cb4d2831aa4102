"""What people decided teaches the linkage.

Order and repetition change nothing, and what was decided stays decided.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import workspaces
from command_line import call, told
from examples import tries
from linkage_lists import crowd
from voterlist import review, schemas
from voterlist.casework import reviewing
from voterlist.catalogue import catalogue
from voterlist.config.sections import LinkSettings
from voterlist.decisions.effects import effects
from voterlist.link import link, weigh
from voterlist.link.comparisons import SHIPPED
from voterlist.link.comparisons.address import AddressLevel
from voterlist.link.explain import read_model
from voterlist.link.labels import CASES, PAIRS, Decided, read_decided
from voterlist.link.types import Incremental
from voterlist.model import CaseKind, Profile, Stage
from voterlist.persons import case_id
from voterlist.storage.ledger import Ledger
from voterlist.tables import from_columns

DIFFERS = AddressLevel.DIFFERS


def moved_people(number=60, size=1500):
    table = crowd(size, doubles=2 * number)
    streets = table.column("street").cast(pa.string()).to_pylist()
    constituencies = table.column("constituency").to_pylist()
    for row in range(size, size + number):
        streets[row], constituencies[row] = "elsewhere", 2
    for name, values in (
        ("street", streets),
        ("constituency", pa.array(constituencies, pa.int32())),
    ):
        place = table.schema.get_field_index(name)
        table = table.set_column(
            place,
            table.schema.field(name),
            [pa.array(values, table.schema.field(name).type)],
        )
    return table


@pytest.fixture(scope="module")
def people():
    return moved_people()


@pytest.fixture(scope="module")
def plain(people):
    return link(people)


def pairs(rows):
    """PAIRS of (entry, entry, whether one person)."""
    return from_columns(
        {name: [row[place] for row in rows] for place, name in enumerate(PAIRS.names)},
        PAIRS,
        len(rows),
    )


def moved(number=60, *, same):
    """The people of the crowd who stand at two addresses, decided alike."""
    return [(f"e{row:06d}", f"z{row:06d}", same) for row in range(number)]


def assert_same(one, other):
    """Two linkages found the same, to the byte, their model too."""
    for name in ("pairs", "cases", "clusters"):
        assert getattr(one, name).equals(getattr(other, name), check_metadata=True), (
            name
        )
    assert one.estimate == other.estimate


# Learning


def test_without_decisions_nothing_changes(people, plain):
    """No decision is no difference: the same pairs, cases, clusters and model, to the byte."""
    found = link(people, decided=Decided(PAIRS.empty_table(), CASES.empty_table()))
    assert_same(found, plain)
    assert (found.training_labels, found.contradictory) == (0, 0)


def test_decisions_in_any_order_and_said_twice_are_the_same(people):
    """Decisions are a set of pairs.

    Which comes first, which entry is named first, how often, changes no byte.
    """
    said = [
        (one, other, row % 3 > 0)
        for row, (one, other, _) in enumerate(moved(same=True))
    ]
    turned = [(other, one, same) for one, other, same in reversed(said)]
    first, second = (
        link(people, decided=Decided(pairs(said))),
        link(people, decided=Decided(pairs([*turned, *said]))),
    )
    assert_same(first, second)
    assert (first.training_labels, second.training_labels) == (60, 60)


def test_the_order_of_the_list_changes_nothing_where_people_decided(people):
    """A shuffled list with the same decisions gives the same bytes."""
    shuffled = people.take(
        pa.array(np.random.default_rng(5).permutation(people.num_rows))
    )
    said = pairs(moved(same=True))
    assert_same(
        link(people, decided=Decided(said)), link(shuffled, decided=Decided(said))
    )


def test_a_label_moves_its_class_in_its_direction(people, monkeypatch):
    """One person at two addresses, said by people sixty times, makes such pairs likelier.

    Two people, less likely. It is asked of the model as it is learnt, before the grid.
    """
    monkeypatch.setattr(weigh, "round_model", lambda model: model)
    plain = link(people)

    def log_m(found):
        return read_model(found.pairs.schema.metadata).log_m["same"]["address"][DIFFERS]

    one, two = (
        link(people, decided=Decided(pairs(moved(same=same)))) for same in (True, False)
    )
    assert one.training_labels == two.training_labels == 60
    assert log_m(two) < log_m(plain) < log_m(one)


def test_the_probability_shown_stays_that_of_the_pattern(people):
    """Of two pairs with one pattern one is decided.

    Both still have one probability, weight and kind.
    """
    found = link(
        people,
        decided=Decided(pairs(moved(1, same=False))),
        settings=LinkSettings(kept_probability=0),
    )
    seen = {}
    for row in found.pairs.to_pylist():
        pattern = (
            *(row[f"{name}_level"] for name in SHIPPED.fields),
            round(row["term_frequency"], 9),
        )
        seen.setdefault(pattern, set()).add((row["probability"], row["weight"]))
    assert len(seen) > 60
    assert {
        len({round(probability, 12) for probability, _ in values})
        for values in seen.values()
    } == {1}


def test_contradictions_are_counted_and_teach_nothing(people, plain):
    """A pair of which people said both has no label; the result is that without it."""
    both = [*moved(4, same=True), *moved(4, same=False)]
    found = link(people, decided=Decided(pairs(both)))
    assert (found.training_labels, found.contradictory) == (0, 4)
    assert_same(found, plain)


def test_what_is_not_on_the_list_or_was_not_compared_teaches_nothing(people, plain):
    """An entry that changed has another id.

    Two entries that no key brought together have no pattern that was seen.
    """
    gone = [
        ("e000001", "gone", True),
        ("gone", "gone too", False),
        ("e000003", "e000003", True),
    ]
    apart = [("e000001", "e000002", False)]
    found = link(people, decided=Decided(pairs([*gone, *apart])))
    assert (found.training_labels, found.contradictory) == (0, 0)
    assert_same(found, plain)


def test_a_linkage_that_goes_on_learns_the_same(people):
    """Decisions and the state of an earlier linkage do not touch each other."""
    said = pairs(moved(same=False))
    known = link(people, incremental=Incremental()).state
    assert_same(
        link(people, decided=Decided(said), incremental=Incremental(known)),
        link(people, decided=Decided(said)),
    )


# From verdicts to pairs


def decisions(*said):
    """DECISION of (entries with their verdicts, day) for each case."""
    rows = [
        (
            case_id(list(verdicts)),
            entry,
            verdict,
            "reason",
            "N",
            f"2026-02-{day:02d}T10:00:00+04:00",
        )
        for verdicts, day in said
        for entry, verdict in verdicts.items()
    ]
    columns = zip(*rows, strict=True)
    return from_columns(
        dict(zip(schemas.DECISION.names, map(list, columns), strict=True)),
        schemas.DECISION,
        len(rows),
    )


@pytest.mark.parametrize(
    ("verdicts", "same", "apart"),
    [
        ({"a": "keep", "b": "repeat"}, {"ab"}, set()),
        ({"a": "keep", "b": "separate"}, set(), {"ab"}),
        ({"a": "separate", "b": "separate"}, set(), {"ab"}),
        ({"a": "keep", "b": "keep"}, set(), set()),
        ({"a": "keep", "b": "repeat", "c": "repeat"}, {"ab", "ac", "bc"}, set()),
        ({"a": "keep", "b": "repeat", "c": "separate"}, {"ab"}, {"ac", "bc"}),
        ({"a": "keep", "b": "separate", "c": "separate"}, set(), {"ab", "ac"}),
        (
            {"a": "separate", "b": "separate", "c": "separate"},
            set(),
            {"ab", "ac", "bc"},
        ),
        ({"a": "keep", "b": "keep", "c": "separate"}, set(), {"ac", "bc"}),
    ],
)
def test_verdicts_say_of_pairs_what_they_say_and_no_more(verdicts, same, apart):
    """Kept and repeated are one person, separate is another than those.

    What nobody said is no label.
    """
    found = read_decided(decisions((verdicts, 1)), pa.array(["a", "b", "c"]))
    said = {
        (row["entry_l"] + row["entry_r"], row["is_same"])
        for row in found.pairs.to_pylist()
    }
    assert said == {(pair, True) for pair in same} | {(pair, False) for pair in apart}
    assert found.cases.column("entry_id").to_pylist() == sorted(verdicts)


def test_a_case_half_decided_teaches_what_was_said_and_is_not_closed():
    """Two of three entries have a verdict.

    Their pair is known, and the case is still a question.
    """
    whole = decisions(({"a": "keep", "b": "repeat", "c": "repeat"}, 1))
    found = read_decided(
        whole.filter(pc.not_equal(whole.column("entry_id"), "c")),
        pa.array(["a", "b", "c"]),
    )
    assert found.pairs.to_pylist() == [
        {"entry_l": "a", "entry_r": "b", "is_same": True}
    ]
    assert found.cases.num_rows == 0


def test_an_entry_that_changed_takes_its_case_with_it():
    """Its id is not on the list any more.

    No label of it, and no closed case; the other entries' pair stays.
    """
    found = read_decided(
        decisions(({"a": "keep", "b": "repeat", "c": "repeat"}, 1)),
        pa.array(["a", "b"]),
    )
    assert found.pairs.to_pylist() == [
        {"entry_l": "a", "entry_r": "b", "is_same": True}
    ]
    assert found.cases.num_rows == 0


def test_of_cases_that_share_two_entries_the_last_decided_stands():
    """Whoever decided on three entries decided anew what was said of two of them.

    In whichever order it is read.
    """
    early, late = (
        {"a": "separate", "b": "separate"},
        {"a": "keep", "b": "repeat", "c": "repeat"},
    )
    ids = pa.array(["a", "b", "c"])
    for first, second in itertools.permutations([(early, 1), (late, 2)]):
        assert set(
            read_decided(decisions(first, second), ids)
            .cases.column("case_id")
            .to_pylist()
        ) == {case_id(list(late))}
    again = read_decided(decisions((early, 3), (late, 2)), ids)
    assert set(again.cases.column("case_id").to_pylist()) == {case_id(list(early))}


# What was decided stays decided


def closed(*cases):
    """CASES of groups of entries."""
    rows = sorted(
        (case_id(list(entries)), entry) for entries in cases for entry in entries
    )
    return from_columns(
        {name: [row[place] for row in rows] for place, name in enumerate(CASES.names)},
        CASES,
        len(rows),
    )


def members(found):
    """The entries of each case, by its id."""
    groups = {}
    for row in found.cases.to_pylist():
        groups.setdefault(row["case_id"], set()).add(row["entry_id"])
    return groups


def test_a_closed_case_stands_where_the_pairs_make_none():
    table = crowd(150, doubles=10)
    plain = link(table, profile=Profile.GENERIC)
    wanted = [
        {"e000100", "e000101"},
        {"e000102", "e000103", "e000104"},
        {"e000001", "z000001"},
    ]
    found = link(table, profile=Profile.GENERIC, decided=Decided(cases=closed(*wanted)))
    groups = members(found)
    assert all(groups[case_id(list(entries))] == entries for entries in wanted)
    new = [
        row for row in found.cases.to_pylist() if row["case_id"] not in members(plain)
    ]
    assert len(new) == 5
    assert all(
        CaseKind(row["kind"]).is_asked and row["role"] == "question" for row in new
    )
    assert [
        row for row in found.cases.to_pylist() if row not in new
    ] == plain.cases.to_pylist()


def test_a_case_inside_a_closed_one_is_not_asked_again(people, plain):
    """A repeated person was decided with a third entry.

    The case of the three stands, that of the two does not.
    """
    third = next(
        row
        for row in link(people, LinkSettings(kept_probability=0)).pairs.to_pylist()
        if row["entry_l"] < "e000120" and row["entry_r"].startswith("e")
    )
    double = third["entry_l"].replace("e", "z")
    three, two = (
        {third["entry_l"], third["entry_r"], double},
        {third["entry_l"], double},
    )
    assert case_id(list(two)) in members(plain)
    groups = members(link(people, decided=Decided(cases=closed(three))))
    assert groups[case_id(list(three))] == three
    assert case_id(list(two)) not in groups


def test_a_closed_case_of_which_an_entry_is_gone_does_not_stand(people, plain):
    """Another list is another question, as ever."""
    assert_same(link(people, decided=Decided(cases=closed({"e000001", "gone"}))), plain)


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """(entries, voters) of the sample: real spellings, and many pairs of which one may doubt."""
    folder = workspaces.sample(tmp_path_factory.mktemp("decided") / "goychay")
    result = workspaces.run(folder, until=Stage.NORMALIZE)
    entries, voters = read(result, "entries"), read(result, "voters")
    # Who may be somebody else, and a few beside them.
    near = link(voters).pairs
    ids = [near.column(name) for name in ("entry_l", "entry_r")]
    ids.append(voters.column("entry_id").slice(0, 150))
    chosen = pa.concat_arrays([of.combine_chunks() for of in ids])
    return tuple(
        table.filter(pc.is_in(table.column("entry_id"), value_set=chosen))
        for table in (entries, voters)
    )


@tries(3)
@given(
    st.lists(st.sampled_from(["same", "apart", "both kept"]), min_size=2, max_size=4)
)
def test_decisions_mark_the_same_however_far_they_move_the_model(sample, words):
    """Round after round people decide what is open, however wrongly.

    No earlier mark moves, no case loses its id.
    """
    entries, voters = sample
    said, marks = schemas.DECISION.empty_table(), {}
    for day, word in enumerate([*words, "same"]):
        known = read_decided(said, voters.column("entry_id"))
        found = link(voters, decided=known)
        done = effects(entries, found.cases, said)
        corrected, _ = review.apply(entries, said, done)
        now = dict(
            zip(
                *(corrected.column(name).to_pylist() for name in ("entry_id", "mark")),
                strict=True,
            )
        )
        now = {entry: mark for entry, mark in now.items() if mark}
        assert marks.items() <= now.items()
        assert done.skipped.num_rows == 0
        queue = review.queue(found.cases, said)
        assert not set(queue.column("case_id").to_pylist()) & set(
            said.column("case_id").to_pylist()
        )
        said = pa.concat_tables(
            [said, answered(queue, word, set(now), day)]
        ).unify_dictionaries()
        marks = now


def answered(queue, word, before, day):
    """Decisions on every second open case.

    Its first entry has the one verdict of the word, the others the other.
    """
    groups = {}
    for row in queue.to_pylist():
        groups.setdefault(row["case_id"], []).append(row["entry_id"])
    first, other = {
        "same": ("keep", "repeat"),
        "apart": ("separate", "separate"),
        "both kept": ("keep", "keep"),
    }[word]
    taken, cases = set(before), []
    for of in list(groups.values())[::2]:
        # A person does not say one thing of an entry in one case and another in the next.
        if not taken & set(of):
            taken |= set(of)
            cases.append(
                (dict(zip(of, [first] + [other] * (len(of) - 1), strict=True)), day + 1)
            )
    return decisions(*cases) if cases else schemas.DECISION.empty_table()


# A run, a workbook, a run

MOMENT = dt.datetime(2026, 2, 5, 9, 0, tzinfo=dt.UTC)
SAY = catalogue("en")


def fill(path, verdicts_of):
    """Write what a person says of each case, if anything.

    A verdict for its first entry, and one for the others.
    """
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    top = next(
        row for row in sheet.iter_rows() if "case_id" in [cell.value for cell in row]
    )
    columns = {cell.value: cell.column for cell in top}
    seen = set()
    for row in range(top[0].row + 1, sheet.max_row + 1):
        case = sheet.cell(row, columns["case_id"]).value
        verdicts = verdicts_of(case) if case else None
        if verdicts is None:
            continue
        verdict = verdicts[case in seen]
        seen.add(case)
        sheet.cell(row, columns[SAY("review.column.verdict")]).value = SAY(
            f"verdict.{verdict}"
        )
        sheet.cell(row, columns[SAY("review.column.reason")]).value = "looked at"
    book.save(path)
    return seen


def read(result, name):
    return pq.read_table(result.folder / f"{name}.parquet")


def test_a_run_learns_from_the_workbook_and_marks_what_it_said(tmp_path):
    """Half of the cases decided, most of them wrongly: the next run learns, and keeps each case."""
    folder = workspaces.sample(tmp_path / "goychay")
    first = workspaces.ran(folder)
    assert (first.training_labels, first.contradictory) == (0, 0)
    path = tmp_path / "review.xlsx"
    reviewing.export_review(folder, path, "en", today=workspaces.TODAY)
    wrongly = {
        case: ("keep", "repeat") if case < "2" else ("separate", "separate")
        for case in members_of(first)
    }
    said = fill(path, lambda case: wrongly[case] if case < "8" else None)
    imported = reviewing.import_review(folder, [path], "N", decided_at=MOMENT)
    assert not imported.problems
    second = workspaces.run(folder)
    assert 0 < second.training_labels <= second.decisions
    assert second.contradictory == 0
    trace = json.loads((second.folder / "trace.json").read_text(encoding="utf-8"))
    assert [
        work["notes"]["training_labels"]
        for work in trace["stages"]
        if work["stage"] == "link"
    ] == [second.training_labels]
    before, after = members_of(first), members_of(second)
    assert len(said) > 25
    assert all(after[case] == before[case] for case in said)
    assert not said & set(read(second, "queue").column("case_id").to_pylist())
    marks = read(second, "corrected").column("mark").to_pylist()
    assert (
        sum(mark is not None for mark in marks)
        == second.decisions
        == imported.files[0].verdicts.num_rows
    )
    assert read(second, "skipped").num_rows == 0


def test_a_run_says_how_many_pairs_it_learnt_from(tmp_path):
    """In words and in JSON.

    A run in which nobody decided anything says nothing of it.
    """
    folder = workspaces.make(tmp_path / "2026")
    words = ("run", folder, "--today", workspaces.TODAY)
    assert SAY("cli.run.training-labels", labels=0) not in call(*words).stdout
    queue = read(workspaces.ran(folder), "queue").column("entry_id").to_pylist()
    verdicts = dict(zip(sorted(queue), ("keep", "repeat"), strict=True))
    with Ledger(folder / "ledger.db") as ledger:
        ledger.decide(decisions((verdicts, 4)))
    assert SAY("cli.run.training-labels", labels=1) in call(*words).stdout
    workspaces.forget(folder)
    result = told(*words)[1]
    assert (result["training_labels"], result["contradictory"]) == (1, 0)


def members_of(result):
    """The entries of each case of a run, by its id."""
    groups = {}
    for row in read(result, "cases").to_pylist():
        groups.setdefault(row["case_id"], set()).add(row["entry_id"])
    return groups


def test_a_run_that_was_interrupted_links_again_once_something_was_decided(tmp_path):
    """A stage is taken over only where it depended on the same decisions.

    After new ones linkage is made again.
    """
    folder = workspaces.make(tmp_path / "2026")
    stopped = workspaces.run(folder, until=Stage.LINK)
    again = workspaces.run(folder, until=Stage.LINK)
    assert {work.stage: work.reused for work in again.stages}["link"]
    entries = next(iter(members_of(stopped).values()))
    with Ledger(folder / "ledger.db") as ledger:
        ledger.decide(decisions((dict.fromkeys(sorted(entries), "separate"), 6)))
    later = workspaces.run(folder, until=Stage.LINK)
    reused = {work.stage: work.reused for work in later.stages}
    assert (reused["reconcile"], reused["link"], later.training_labels) == (
        True,
        False,
        1,
    )


@given(
    rows=st.lists(
        st.tuples(st.integers(0, 50), st.integers(0, 9), st.integers(0, 9)),
        min_size=1,
        max_size=8,
    )
)
def test_a_pair_that_people_decided_is_learnt_from_once(rows):
    """Counted as decided and as open it would weigh twice in what the model learns."""
    open_pairs, same, apart = np.array(rows, np.int64).T
    counts = open_pairs + same + apart
    labels = weigh.Labels(same.astype(float), apart.astype(float))
    likelihood = np.log2(np.linspace(0.1, 0.9, 4 * len(counts))).reshape(-1, 4)
    expected = weigh._expected_pairs(likelihood, np.full(4, -2.0), counts, labels)
    assert np.allclose(expected.sum(axis=1), counts)
