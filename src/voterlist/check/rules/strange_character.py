"""Rule ``strange-character``: a character that is no letter of a name."""

from __future__ import annotations

import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.letters import STRANGE, faulty_names, has_strange_character
from voterlist.model import Rule, Severity, Unit

RULE = Rule(
    "strange-character",
    Severity.WARNING,
    Unit.ENTRY,
    "the Azerbaijani alphabet: a name holds letters, and no digits or signs",
    looks_at=(
        "Does a name as written hold a character other than the letters of the Azerbaijani, "
        "English, Turkish, Russian, Azerbaijani Cyrillic or Ukrainian alphabet, blanks, "
        "apostrophes, hyphens, points, commas and brackets? Digits, signs and the traces of a "
        "wrong encoding (`É™` for `ə`) are found so."
    ),
    false_alarms=(
        "Names of naturalised citizens with other letters (é, ñ, ß). A number in brackets behind a "
        "name."
    ),
)


def find(context: Context) -> pa.Table:
    """Entries with a name that holds a digit, a sign or a letter of another alphabet."""
    return faulty_names(context, RULE, STRANGE.pattern, has_strange_character)
