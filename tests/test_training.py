"""Drawn cases, the training, and what is sent back to the precincts."""

from __future__ import annotations

import json
import random
import re

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import deciding
import review_books
from voterlist.cli.app import APP
from voterlist.decisions import Given
from voterlist.quality import Drawable, draw
from voterlist.quality.feedback import GROUPS, feedback
from voterlist.quality.training import Mark, score
from voterlist.rulebook import RULE_CODES
from voterlist.schemas import (
    APPLIED,
    ENTRY,
    FINDING,
    INDICATOR,
    PROFILE,
    PROFILE_FIELDS,
)
from voterlist.tables import from_columns

A, B, C = (deciding.entry_id(name) for name in "abc")


def table(rows, schema):
    columns = {name: [row.get(name) for row in rows] for name in schema.names}
    return from_columns(columns, schema, len(rows))


# Drawing


def test_most_are_drawn_where_the_model_is_in_doubt():
    """A sample drawn blindly would hold hardly any pair that may be a repeat."""
    items = [Drawable(f"sure{n}", "sure", 0.001) for n in range(500)]
    items += [Drawable(f"even{n}", "even", 0.5) for n in range(500)]
    drawn = draw(items, 60, "2026")
    even = sum(name.startswith("even") for name in drawn)
    assert (even, len(drawn) - even) == (56, 4)


def test_the_same_items_draw_the_same_sample_whatever_their_order():
    items = [Drawable(f"n{n}", "one", 0.3) for n in range(100)]
    shuffled = random.Random(3).sample(items, len(items))  # noqa: S311  no secret
    drawn = draw(items, 10, "2026")
    assert draw(shuffled, 10, "2026") == drawn
    assert draw(items, 10, "2027") != drawn


def test_what_was_decided_is_not_drawn_again():
    items = [Drawable(f"n{n}", "one", 0.3) for n in range(100)]
    first = draw(items, 10, "2026")
    assert set(draw(items, 10, "2026", without=first)).isdisjoint(first)
    assert len(draw(items[:1], 10, "2026")) == 1


# The score


def answers(*said):
    rows = [
        {
            "number": number,
            "case_id": "c1",
            "entry_id": entry,
            "verdict": verdict,
            "decided_by": "Aysel",
        }
        for number, (entry, verdict) in enumerate(said, 1)
    ]
    return Given(verdicts=deciding.given_verdicts(rows))


@pytest.mark.parametrize(
    ("verdicts", "persons", "mark"),
    [
        ("keep repeat separate", "p p q", Mark.RIGHT),
        ("repeat keep separate", "p p q", Mark.RIGHT),
        ("separate separate separate", "p q r", Mark.RIGHT),
        ("separate separate separate", "p p q", Mark.MISSED),
        ("keep repeat separate", "p q r", Mark.FALSE),
        ("keep repeat repeat", "p p q", Mark.IN_PART),
        ("keep separate repeat", "p p q", Mark.IN_PART),
    ],
)
def test_an_answer_is_marked_by_the_truth(verdicts, persons, mark):
    """Whoever takes strangers for one person would be told that all was right."""
    given = answers(*zip((A, B, C), verdicts.split(), strict=True))
    person_of = dict(zip((A, B, C), persons.split(), strict=True))
    [scored] = score(given, {"c1": [A, B, C]}, person_of)
    assert [one.mark for one in scored.cases] == [mark]


def test_half_a_case_is_not_scored():
    assert score(answers((A, "keep")), {"c1": [A, B]}, {}) == []


# Feedback


def profile_of(*missing_fins):
    rows = [
        {
            "constituency": 88,
            "precinct": precinct,
            "voters": 100,
            "men": 50,
            "women": 50,
            **{f"missing_{name}": 0.0 for name in PROFILE_FIELDS},
            "missing_fin": share,
        }
        for precinct, share in enumerate(missing_fins, 1)
    ]
    return table(rows, PROFILE)


def finding(precinct, line, rule="name-misspelt", **cells):
    return {
        "rule": rule,
        "severity": "note",
        "unit": "entry",
        "constituency": 88,
        "precinct": precinct,
        "source": "a" * 12,
        "line": line,
        **cells,
    }


def tables_of(*findings, applied=(), entries=(), profile=None):
    return {
        "findings": table(findings, FINDING),
        "applied": table(applied, APPLIED),
        "entries": deciding.entries_of(entries) if entries else ENTRY.empty_table(),
        "profile": profile or profile_of(0.1, 0.02, 0.02),
        "indicators": table(
            [
                {
                    "indicator": "first-of-january",
                    "unit": "precinct",
                    "constituency": 88,
                    "precinct": 2,
                    "count": 7.0,
                    "of": 100.0,
                }
            ],
            INDICATOR,
        ),
    }


def told(found, precinct):
    [one] = [one for one in found if one.precinct == precinct]
    return {row.code: (row.count, row.share, row.median) for row in one.rows}


def test_a_precinct_stands_beside_the_one_in_the_middle():
    """A precinct would be told of what everybody does, or not of what it alone does."""
    found = feedback(tables_of(finding(1, 9), finding(1, 5), finding(1, 9)), 88)
    assert told(found, 1) == {
        "missing-fin": (10, 0.1, 0.02),
        "name-misspelt": (2, 0.02, 0.0),
    }
    assert told(found, 2) == {"first-of-january": (7, 0.07, 0.0)}
    assert (told(found, 3), found[2].usual) == ({}, 1)
    assert found[0].rows[1].lines == (("a" * 12, 5), ("a" * 12, 9))


def test_what_was_corrected_since_is_told_too():
    """The page would say less the more the commission corrected."""
    corrected = {
        "entry_id": A,
        "action": "correct",
        "field": "fin",
        "rule": "fin-invalid",
        "decided_by": "Aysel",
        "decided_at": deciding.AT,
    }
    found = feedback(tables_of(applied=[corrected], entries=[(A, 88, 1)]), 88)
    assert told(found, 1)["fin-invalid"] == (1, 0.01, 0.0)


def test_lost_letters_are_counted_by_their_cells():
    lost = finding(3, None, "letters-lost", unit="file", value=12.0)
    found = feedback(tables_of(lost), 88)
    assert told(found, 3)["letters-lost"] == (12, 0.12, 0.0)


def test_the_page_knows_what_it_tells():
    """A rule that was renamed would be on no page, and nobody would notice."""
    codes = {code for group in GROUPS.values() for code in group}
    missing = {f"missing-{name}" for name in PROFILE_FIELDS}
    assert codes - missing - {"first-of-january", "year-only"} <= {*RULE_CODES}


# All of it, on a training


def call(*arguments):
    found = CliRunner().invoke(APP, [str(argument) for argument in arguments])
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout) if "--json" in arguments else found.stdout


def by_truth(folder, book, person, wrong=0):
    """Decide a workbook as the truth has it; the first cases the other way round."""
    truth = pq.read_table(folder / "truth.parquet").to_pylist()
    person_of = {row["entry_id"]: row["person_id"] for row in truth}
    cases = {}
    for row in review_books.rows_of(book):
        if row.get("case_id") and row["entry_id"]:
            cases.setdefault(row["case_id"], []).append(row["entry_id"])
    said = {}
    for number, (case, entries) in enumerate(cases.items()):
        is_one = len({person_of[entry] for entry in entries}) == 1
        words = ["separate"] * len(entries)
        if is_one != (number < wrong):
            words = ["keep", *["repeat"] * (len(entries) - 1)]
        said |= {
            (case, *one): two for one, two in zip(zip(entries), words, strict=True)
        }

    def answer(row):
        verdict = said.get((row.get("case_id"), row["entry_id"]))
        cells = {"answer": verdict, "reason": "seen", "decided_by": person}
        return cells if verdict else None

    review_books.fill(book, answer)
    return cases


@pytest.fixture(scope="module")
def training(tmp_path_factory):
    folder = tmp_path_factory.mktemp("training") / "2026"
    told = call(
        "review", "train", folder, "-n", "24", "--today", "2026-02-03", "--json"
    )
    assert told["cases"] == 24
    return folder


@pytest.mark.slow
def test_the_training_is_decided_scored_and_never_raised_again(training):
    """From the invented lists to the score, and through the certificate and the feedback."""
    book = training / "training-en.xlsx"
    shown = {str(cell) for row in review_books.rows_of(book) for cell in row["shown"]}
    assert not {"keep", "repeat", "Twins"} & shown
    cases = by_truth(training, book, "Nigar", wrong=3)
    read = call("review", "import", training, book, "--json")
    assert (read["problems"], read["recorded"]) == ([], sum(map(len, cases.values())))
    told = call("review", "score", training, "--json")
    [nigar] = told["people"]
    assert (nigar["cases"], nigar["right"]) == (24, 21)
    assert len(nigar["wrong"]) == nigar["missed"] + nigar["false"] == 3
    for path in told["outputs"]:
        page = (training / "reports" / path.rpartition("/")[2]).read_text("utf-8")
        assert page.count('class="case"') == 3
        assert "21" in re.search(r"<p>(.*?)</p>", page)[1]
    # What was drawn and decided is a case from then on, and is settled.
    before = call("review", "quality", training, "--json")
    CliRunner().invoke(APP, ["run", str(training), "--today", "2026-02-04"])
    queue = pq.read_table(newest(training) / "queue.parquet")
    assert not set(queue.column("case_id").to_pylist()) & cases.keys()
    after = call("review", "quality", training, "--json")
    for told in (before, after):
        [row] = [
            one
            for one in told["certificate"]
            if (one["measure"], one["kind"], one["constituency"])
            == ("unasked", None, None)
        ]
        assert row["read"] >= 8
        assert 0 <= row["low"] <= row["estimate"] <= row["high"]
    sample = training / "sample.xlsx"
    call("review", "sample", training, "-n", "9", "--out", sample)
    assert not {row["case_id"] for row in review_books.rows_of(sample)} & cases.keys()


def newest(folder):
    return max((folder / "runs").iterdir(), key=lambda one: one.stat().st_mtime_ns)


@pytest.mark.slow
def test_feedback_names_numbers_and_lines_alone(training):
    """A cell of a person would go out with it."""
    made = call("review", "feedback", training, "--today", "2026-02-03", "--json")
    assert len(made["outputs"]) == 2 * len(made["precincts"]) > 10
    entries = pq.read_table(newest(training) / "entries.parquet")
    fins = {one for one in entries.column("fin").to_pylist() if one and len(one) > 6}
    for path in made["outputs"]:
        text = (
            training / "reports" / "feedback-1" / path.rpartition("/")[2]
        ).read_text("utf-8")
        assert not fins & set(re.findall(r"\w+", text))
