"""Rule ``strange-character``: a character that is no letter of a name."""

from __future__ import annotations

from functools import partial

import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.shared import STRANGE, faulty_names, has_strange_character
from voterlist.lost_letters import SIGNS
from voterlist.model import Rule
from voterlist.schemas import FINDING
from voterlist.tables import concat

_LOST = str.maketrans(dict.fromkeys(SIGNS, ""))


def find(context: Context, rule: Rule) -> pa.Table:
    """Entries with a name that holds a digit, a sign or a letter of another alphabet."""
    is_lost = context.lost_letters
    find_in = partial(faulty_names, context, rule, STRANGE.pattern)
    if not is_lost.any():
        return find_in(has_strange_character)
    whole = find_in(has_strange_character, ~is_lost)
    return concat([whole, find_in(_is_strange_beside_losses, is_lost)], FINDING)


def _is_strange_beside_losses(text: str) -> bool:
    return has_strange_character(text.translate(_LOST))
