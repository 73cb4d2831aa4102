"""What a decision of the page says of each entry of its case."""

import pytest

from voterlist.desk import Decision

ENTRIES = ["a", "b", "c"]


def said(**decision):
    """Entry -> what is decided of it."""
    fixed = {"case": "x", "entries": ENTRIES, "seen": "s", "time": "t"}
    return dict(Decision(**fixed, **decision).verdicts())


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        ({"verdict": "same", "kept": "b"}, ["repeat", "keep", "repeat"]),
        (
            {"verdict": "same", "kept": "b", "apart": ["c"]},
            ["repeat", "keep", "separate"],
        ),
        ({"verdict": "separate"}, ["separate", "separate", "separate"]),
        ({"verdict": "withdraw"}, ["withdraw", "withdraw", "withdraw"]),
        ({"verdict": "ask"}, ["ask", "ask", "ask"]),
    ],
)
def test_every_entry_gets_what_was_decided(decision, expected):
    """Who is another person all the same would be struck off with the repeats."""
    assert said(**decision) == dict(zip(ENTRIES, expected, strict=True))


def test_only_those_asked_about_are_asked():
    """The precinct would knock at a door about which nobody wants to know anything."""
    assert said(verdict="ask", asked=["b"]) == {"b": "ask"}
