"""A spring at the counter in small, and whether its count sees what is wrong."""

import json
import random
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "campaign"))

import counter  # noqa: E402  the folder is no package
import counter_public  # noqa: E402

pytestmark = pytest.mark.long
APPLICATIONS = 8


def test_nobody_is_lost_in_a_small_spring_at_the_counter(tmp_path):
    """Somebody who asked for a right would be lost, or stand twice, and nobody would count it."""
    springs = counter.Springs(tmp_path, APPLICATIONS, voters=240, days=3)
    trial = springs(1, random.Random("a small spring"))  # noqa: S311  no secret
    assert trial.found == ()
    # It is written down as JSON.
    assert json.loads(json.dumps(asdict(trial)))["tries"] == trial.tries
    assert trial.numbers["taken"] >= APPLICATIONS
    assert trial.numbers["refused by the program"]
    assert trial.numbers["in their term"]


def test_who_is_lost_twice_or_elsewhere_is_seen(tmp_path):
    """Else the spring would call every list right."""
    voters = [
        counter_public.Voter(1, {"surname": name}, name, entry_id=name)
        for name in ("Əliyev", "Quliyev", "Rzayev", "Həsənov")
    ]
    public = counter_public.Public(tmp_path, voters, 3, random.Random(1))  # noqa: S311  no secret
    public.takes_effect({"do": "move", "precinct": 2}, "Quliyev")
    public.takes_effect({"do": "strike"}, "Rzayev")
    public.takes_effect({"do": "correct", "surname": "Həsənli"}, "Həsənov")

    def told(*rows):
        named = ("entry_id", "precinct", "surname")
        return list(
            public.wrong_in([dict(zip(named, row, strict=True)) for row in rows])
        )

    right = [("Əliyev", "1", ""), ("Quliyev", "2", ""), ("Həsənov", "1", "Həsənli")]
    assert told(*right) == []
    assert told(*right[1:]) == ["Əliyev is lost"]
    assert told(*right, right[0]) == ["Əliyev stands twice"]
    assert told(right[0], ("Quliyev", "1", ""), right[2]) == [
        "Quliyev stands in 1, not in 2"
    ]
    assert told(*right, ("Rzayev", "1", "")) == [
        "Rzayev stands there, and nobody granted it"
    ]
    assert told(*right[:2], ("Həsənov", "1", "Həsənov")) == [
        "Həsənov has another surname than was granted"
    ]
