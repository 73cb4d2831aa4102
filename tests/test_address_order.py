"""The order in which the parts of an address are joined changes no blocking key."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from voterlist.config.sections import LinkSettings
from voterlist.ingest.generic import table_intake
from voterlist.link import plan
from voterlist.link.encode import encode
from voterlist.link.keys import ADDRESS_PARTS, field
from voterlist.model import Profile
from voterlist.normalize.stage import normalize

WORDS = st.sampled_from(
    ["bakery", "hill", "street", "12", "7", "perth", "sydney", "4011", "nsw", "mill"]
)
LINES = st.lists(st.lists(WORDS, min_size=1, max_size=6), min_size=2, max_size=8)


def voters(lines):
    rows = len(lines)
    table = pa.table(
        {
            "surname": [f"smith{chr(97 + row)}" for row in range(rows)],
            "given_name": ["ann"] * rows,
            "address": [" ".join(words) for words in lines],
        }
    )
    columns = {name: name for name in table.column_names}
    entries = table_intake(table, columns).entries
    return normalize(entries, Profile.GENERIC, for_linkage=True).table


def together(lines):
    """For each column of parts, which entries it brings together."""
    entries = encode(voters(lines))
    codes = [field(entries, name) for name in ADDRESS_PARTS]
    return np.array([(c[:, None] == c[None, :]) & (c[:, None] >= 0) for c in codes])


@given(LINES, st.randoms(use_true_random=False))
def test_words_in_another_order_bring_the_same_entries_together(lines, random):
    """Else a list would cost four times as much for having its cities first."""
    shuffled = [random.sample(words, len(words)) for words in lines]
    assert (together(lines) == together(shuffled)).all()


def test_the_forecast_is_that_of_any_order():
    """No other key reads the beginning of the line either."""
    random = np.random.default_rng(3)
    lines = [
        [str(random.integers(1, 60)), f"street{random.integers(40)}", "perth", "wa"]
        for _ in range(300)
    ]
    settings = LinkSettings(largest_block=50)
    forecasts = [
        plan(voters(order), settings, profile=Profile.GENERIC)
        for order in (lines, [words[::-1] for words in lines])
    ]
    assert forecasts[0] == forecasts[1]
    assert sum(key.pairs for key in forecasts[0]) > 0


def test_a_slip_in_one_word_leaves_two_others_that_meet():
    one = ["12", "giblin", "perth", "4011"]
    slipped = ["4011", "perht", "giblin", "12"]
    others = [["9", "mill", "perth", "4012"], ["3", "hill", "perht", "4013"]]
    assert together([one, slipped, *others])[:, 0, 1].any()
