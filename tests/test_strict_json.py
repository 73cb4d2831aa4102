"""JSON of ours says one thing only, and no other JSON is read."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voterlist import strict_json
from voterlist.storage.folders import MOVES, read_plan

SOURCES = Path(__file__).parents[1] / "src" / "voterlist"
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(value=VALUES)
def test_what_the_program_writes_is_read(value):
    assert strict_json.loads(json.dumps(value)) == value
    text = json.dumps(value, ensure_ascii=False, indent=1)
    assert strict_json.loads(text.encode("utf-8", "surrogatepass")) == value


@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        '{"a": NaN}',
        "[Infinity]",
        "[-Infinity]",
        "[1e999]",
        '{"a": 1, "a": 1}',
        '{"b": {"a": 1, "c": 2, "a": 3}}',
        '{"a": 1, "\\u0061": 2}',
        "1" * 30,
        "-" + "1" * 30,
        "[" * 100_000,
        "{}{}",
        b"\xff",
        b'\xef\xbb\xbf{"a": 1}',
        "",
        "{'a': 1}",
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011  the class is what callers catch
        strict_json.loads(text)


def test_a_page_that_says_two_things_moves_nothing(tmp_path):
    """The last of two plans would move other folders than the first, which a person reads."""
    (tmp_path / MOVES).write_text('{"change": "a", "moves": [], "moves": [["b", "c"]]}')
    with pytest.raises(ValueError, match="twice"):
        read_plan(tmp_path)


def test_no_other_reader_of_json_is_used():
    """One that takes NaN, or the last of two values, would come back with the next file."""
    others = [
        path.relative_to(SOURCES).as_posix()
        for path in SOURCES.rglob("*.py")
        if "json.loads(" in path.read_text("utf-8").replace("strict_json.loads(", "")
        or "json.load(" in path.read_text("utf-8")
    ]
    assert others == []
