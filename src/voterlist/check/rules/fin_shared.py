"""Rule ``fin-shared``: one FIN, two people."""

from __future__ import annotations

from functools import partial

from voterlist.check.shared import shared_by_two_people
from voterlist.model import Rule, Severity, Unit

RULE = Rule(
    "fin-shared",
    Severity.ERROR,
    Unit.ENTRY,
    "a FIN belongs to one person for life",
    looks_at=(
        "Do two entries hold one FIN while the given names are less than 0.7 alike (optimal string "
        "alignment of the skeletons) or of different sex, or the birth dates differ together with "
        "surname stem or patronymic? Each entry is compared with the entry of that FIN that holds "
        "most (the first by entry id of several). Surname alone changes by marriage, a date alone "
        "is a slip; neither is enough. An exchanged day and month is no difference."
    ),
    false_alarms=(
        'A given name written short or together with the patronymic. A FIN that stands for "none" '
        "and that nobody told the program of."
    ),
)


find = partial(shared_by_two_people, rule=RULE, field="fin")
"""Entries that share the FIN with another entry which seems to be somebody else."""
