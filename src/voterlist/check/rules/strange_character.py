"""Rule ``strange-character``: a character that is no letter of a name."""

from __future__ import annotations

from functools import partial

import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.shared import STRANGE, faulty_names, has_strange_character
from voterlist.lost_letters import SIGNS
from voterlist.model import Rule, Severity, Unit
from voterlist.schemas import FINDING
from voterlist.tables import concat

RULE = Rule(
    "strange-character",
    Severity.WARNING,
    Unit.ENTRY,
    "the Azerbaijani alphabet: a name holds letters, and no digits or signs",
    looks_at=(
        "Does a name as written hold a character other than the letters of the Azerbaijani, "
        "English, Turkish, Russian, Azerbaijani Cyrillic or Ukrainian alphabet, blanks, "
        "apostrophes, hyphens, points, commas and brackets? Digits, signs and the traces of a "
        "wrong encoding (`É™` for `ə`) are found so. In a list that lost letters (`letters-lost`) "
        "the sign that stands for them is left out."
    ),
    false_alarms=(
        "Names of naturalised citizens with other letters (é, ñ, ß). A number in brackets behind a "
        "name."
    ),
)


_LOST = str.maketrans(dict.fromkeys(SIGNS, ""))


def find(context: Context) -> pa.Table:
    """Entries with a name that holds a digit, a sign or a letter of another alphabet."""
    is_lost = context.lost_letters
    find_in = partial(faulty_names, context, RULE, STRANGE.pattern)
    if not is_lost.any():
        return find_in(has_strange_character)
    whole = find_in(has_strange_character, ~is_lost)
    return concat([whole, find_in(_is_strange_beside_losses, is_lost)], FINDING)


def _is_strange_beside_losses(text: str) -> bool:
    return has_strange_character(text.translate(_LOST))
