"""How well a voter is found: the questions of ``bench/find.py`` on small invented lists."""

import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from voterlist.synth.generate import generate

sys.path.append(str(Path(__file__).resolve().parents[1] / "bench"))

import find as questions
import made_once
from command_line import call
from voterlist.counter.asking import Question
from voterlist.counter.finder import Finder
from voterlist.ingest.generic import table_intake
from voterlist.link.comparisons import SHIPPED
from voterlist.link.comparisons.base import Pairs
from voterlist.link.encode import COMPARED, LINKED, encode
from voterlist.link.part import cut, part, whole_list
from voterlist.model import Profile
from voterlist.normalize.stage import normalize
from voterlist.pipeline.list_input import ListSource
from voterlist.schemas import require
from voterlist.storage.workspace import open_to_read
from voterlist.tables import sort_by

VOTERS, ASKED, ABSENT = 1_500, 40, 15


def _invent(folder):
    call("synth", folder, "--voters", VOTERS, "--seed", 9, "--files")
    call("run", folder, "--today", "2026-02-03")


@pytest.mark.long
def test_whoever_is_listed_is_found_and_nobody_else_is_certain(tmp_path):
    """Else a woman would be sent home from the list that she stands on, or believed to be on it."""
    made_once.copied("find-measured", _invent, tmp_path / "w")
    with open_to_read(tmp_path / "w") as (settings, ledger):
        source = ListSource.of(tmp_path / "w", ledger, settings)
        finder = Finder(source, ledger, lambda _step, _done, _total: None)
        told = questions.asked_all(finder, tmp_path / "w", ASKED, ABSENT)
        names = Counter(
            (person.surname, person.given_name)
            for person, _ in questions.people(tmp_path / "w")[0]
        )
        (most, _), *_ = names.most_common(1)
        namesakes = finder.find(Question(" ".join(most)), 5)
    assert namesakes.answer == "several"
    assert not any(hit.is_certain for hit in namesakes.hits)
    assert told.missed == []
    assert told.first >= ASKED - 1
    assert told.absent_certain == []


def test_some_entries_compare_as_in_the_whole_list():
    """Else a name would be rarer in a look than in the linkage, and the score another one."""
    entries = table_intake(generate(1_500, constituencies=1, seed=4).entries).entries
    voters = normalize(entries, Profile.AZ).table.select(COMPARED)
    voters = sort_by(voters, "entry_id")
    tables, whole = whole_list(voters, Profile.AZ)
    random = np.random.default_rng(1)
    rows = np.sort(random.choice(voters.num_rows, 200, replace=False))
    some = part(cut(tables, rows), whole)
    left, right = (random.integers(0, 200, 3_000).astype(np.int32) for _ in range(2))
    listed = encode(require(voters, LINKED, "link"), None, Profile.AZ)
    of_list = (rows[side].astype(np.int32) for side in (left, right))
    expected = SHIPPED.compare(Pairs(listed, *of_list))
    found = SHIPPED.compare(Pairs(some, left, right))
    for field, levels in expected.levels.items():
        assert (found.levels[field] == levels).all(), field
    assert np.allclose(found.term_frequency, expected.term_frequency)


@pytest.mark.parametrize("script", questions.PARTICLES)
def test_a_question_is_written_in_its_script(script):
    """Else the measure would ask in one script only."""
    written = questions.written("Hüseynov", script)
    assert (
        written
        == {
            "az": "Hüseynov",
            "ascii": "Huseynov",
            "english": "Huseynov",
            "old": "Һүсејнов",
            "russian": "Гусейнов",
        }[script]
    )
