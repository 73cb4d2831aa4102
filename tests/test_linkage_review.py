"""Cases of a linkage decided on a page, and what was decided as labels that it learns from."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

import voterlist
from review_books import write_decisions
from voterlist.api.page import desk_of_linkage
from voterlist.desk import Decision
from voterlist.errors import UsageError
from voterlist.synth.generate import generate

DAY = dt.date(2026, 11, 29)


@pytest.fixture(scope="module")
def people():
    return generate(500, constituencies=1, seed=7).entries.to_pandas()


@pytest.fixture(scope="module")
def linkage(people):
    return voterlist.link(people)


def desk(linkage):
    return desk_of_linkage(linkage._rows, linkage._ready, linkage._linked, DAY)


def decided(linkage, path, verdict="same", name="A. Analyst", cases=3):
    """A file as the page saves it: the first cases with this verdict."""
    shown = desk(linkage)
    decisions = []
    for case in shown.cases[:cases]:
        entries = [member.entry_id for member in case.case.members]
        decisions.append(
            Decision(
                case=case.case.case_id,
                entries=entries,
                seen=case.seen,
                verdict=verdict,
                kept=entries[0] if verdict == "same" else None,
                time="2026-11-29T10:00:00+04:00",
            )
        )
    head = {
        "run": shown.run,
        "constituency": None,
        "cycle": shown.facts.cycle,
        "name": name,
        "language": "en",
        "saved": "2026-11-29T10:00:00+04:00",
    }
    path.write_bytes(write_decisions(head, decisions))
    return path


def test_the_page_holds_the_cases_and_fetches_nothing(people, linkage, tmp_path):
    """It is decided on a machine without this program and without a net."""
    path = tmp_path / "cases.html"
    linkage.review(path, today=DAY)
    page = path.read_text(encoding="utf-8")
    first = desk(linkage).cases[0].case.members[0].entry_id
    assert people.set_index("entry_id").surname[first] in page
    assert "2026-11-29" in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    linkage.review(path, today=DAY)
    assert path.read_text(encoding="utf-8") == page


def test_answers_come_back_as_labels(linkage, tmp_path):
    """One person, or two: of each case that was decided."""
    same = linkage.labels(decided(linkage, tmp_path / "same.json"))
    assert len(same) >= 3
    assert same.is_same.all()
    assert same.attrs == {"stale": 0, "contested": 0}
    known = linkage.pairs[["entry_l", "entry_r"]]
    assert len(same.merge(known)) >= 3
    apart = linkage.labels(decided(linkage, tmp_path / "apart.json", "separate"))
    assert not apart.is_same.any()
    assert linkage.evaluate(same).set_index(["by", "measure"]).of[
        "pairs", "recall"
    ] == len(same)


def test_who_was_only_asked_about_has_no_label(linkage, tmp_path):
    assert len(linkage.labels(decided(linkage, tmp_path / "ask.json", "ask"))) == 0
    assert linkage.labels().columns.tolist() == ["entry_l", "entry_r", "is_same"]


def test_what_two_people_decided_in_both_ways_is_left_out(linkage, tmp_path):
    files = [
        decided(linkage, tmp_path / "one.json", cases=2),
        decided(linkage, tmp_path / "other.json", "separate", "B. Other", cases=1),
    ]
    labels = linkage.labels(*files)
    assert labels.attrs["contested"] >= 1
    assert labels.is_same.all()


def test_an_answer_about_an_entry_that_changed_is_left_out(people, linkage, tmp_path):
    """What was decided of another birth date says nothing of this one."""
    path = decided(linkage, tmp_path / "same.json")
    first = desk(linkage).cases[0].case.members[0].entry_id
    changed = people.copy()
    changed.loc[changed.entry_id == first, "birth_date"] = "01.01.1950"
    labels = voterlist.link(changed).labels(path)
    assert labels.attrs["stale"] == 1
    assert first not in set(labels.entry_l) | set(labels.entry_r)


def test_a_linkage_learns_from_labels(people, linkage):
    """All pairs that were put forward are two people: the next model says less of their like."""
    labels = linkage.pairs[["entry_l", "entry_r"]].assign(is_same=False)
    learnt = linkage.learn(labels)
    both = linkage.pairs.merge(learnt.pairs, on=["entry_l", "entry_r"])
    assert both.probability_y.sum() < both.probability_x.sum()
    # It learns from a frame of any order, and the rules of before hold.
    ruled = voterlist.link(people, rules={"apart": labels}).learn(labels)
    assert (ruled.pairs.rule == "apart").any()


def test_of_two_frames_labels_have_their_lists(people, tmp_path):
    halves = {"old": people[:250], "new": people[250:]}
    linkage = voterlist.link(halves)
    path = tmp_path / "cases.html"
    linkage.review(path, today=DAY)
    assert '"old"' in path.read_text(encoding="utf-8")
    labels = linkage.labels(decided(linkage, tmp_path / "same.json", cases=1))
    assert set(labels.list_l) == {"old"}
    assert len(linkage.learn(labels).pairs) == len(linkage.pairs)


def test_what_are_no_answers_is_refused(people, linkage, tmp_path):
    path = decided(linkage, tmp_path / "same.json")
    (tmp_path / "edited.json").write_text(path.read_text().replace("same", "separate"))
    (tmp_path / "page.html").write_text("<html>")
    for name in ("edited.json", "page.html", "nothing.json"):
        with pytest.raises(UsageError) as caught:
            linkage.labels(tmp_path / name)
        assert caught.value.todo in str(caught.value)
    for labels in (None, pd.DataFrame({"entry_l": ["a"]})):
        with pytest.raises(UsageError, match="no labels"):
            linkage.learn(labels)
    paired = voterlist.link([people[:9], people[9:19]], one_to_one=True)
    with pytest.raises(UsageError, match="one to one"):
        paired.learn(linkage.pairs.assign(is_same=True))
