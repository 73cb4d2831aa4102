"""Rule ``mixed-script``: letters of two alphabets in one word."""

from __future__ import annotations

import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.shared import ANY_CYRILLIC, faulty_names, has_mixed_script
from voterlist.model import Rule, Severity, Unit

RULE = Rule(
    "mixed-script",
    Severity.WARNING,
    Unit.ENTRY,
    "Unicode Technical Standard 39, section 5: a word of two scripts is a typing slip or a forgery",
    looks_at=(
        "Do a Latin and a Cyrillic letter stand side by side in one word of surname, given name, "
        "patronymic or full name as written? Whole words of different scripts in one cell are no "
        "fault, and a word with mere look-alikes of the other alphabet (a Cyrillic А in Aliyev) is "
        "repaired before the tests and has the note `mixed-script-repaired` instead. The names are "
        "compared by their skeleton all the same, so no repetition is missed for it."
    ),
    false_alarms="None known; a deliberate mixture has no place in a name.",
)


def find(context: Context) -> pa.Table:
    """Entries with a name in which one word has letters of two scripts."""
    return faulty_names(context, RULE, ANY_CYRILLIC, has_mixed_script)
