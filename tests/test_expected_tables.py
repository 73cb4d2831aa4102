"""The tables of a few small lists are those that are expected, value for value."""

import json

import pytest

import expected_tables


@pytest.mark.parametrize("maker", expected_tables.MAKERS, ids=lambda one: one.__name__)
def test_the_tables_are_as_expected(maker, tmp_path):
    """An answer would change and nobody had meant it: renewed by ``tests/expected_tables.py``."""
    expected = json.loads(expected_tables.GOLDEN.read_text(encoding="utf-8"))
    found = json.loads(json.dumps(maker(tmp_path)))
    wanted = expected[maker.__name__]
    assert sorted(found) == sorted(wanted)
    other = {name: found[name] for name in wanted if found[name] != wanted[name]}
    differing = {
        name: [
            key
            for key in sorted({*told, *wanted[name]})
            if told.get(key) != wanted[name].get(key)
        ]
        if isinstance(told, dict)
        else "differs"
        for name, told in other.items()
    }
    assert differing == {}
