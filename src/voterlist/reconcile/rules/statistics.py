"""Lists that are longer or shorter than the statistics of adults.

One file for both: one comparison yields them.
"""

from __future__ import annotations

from voterlist.model import Rule, Severity, Unit

_GROUND = (
    "list and statistics of adults are compared by every observer; a gap of either sign needs an "
    "explanation"
)

EXCEEDS_ADULTS = Rule(
    "list-exceeds-adults",
    Severity.WARNING,
    Unit.PRECINCT,
    _GROUND,
    looks_at=(
        "Has the permanent list of a precinct or constituency more voters (men, women) than the "
        "statistics give, by more than `most_above_statistics`? Only voters known to be men count "
        "as men. A place that handed in no list is not asked about. The unit is the precinct, or "
        "the constituency where the statistics name none."
    ),
    false_alarms=(
        "Statistics of an earlier date, or of residents where the list is of the registered: "
        "displaced persons are listed where they come from."
    ),
    settings=("most_above_statistics",),
)
BELOW_ADULTS = Rule(
    "list-below-adults",
    Severity.WARNING,
    Unit.PRECINCT,
    _GROUND,
    looks_at=(
        "Has the permanent list of a precinct or constituency fewer voters (men, women) than the "
        "statistics give, by more than `most_below_statistics`? Voters of unknown sex are taken as "
        "men and as women."
    ),
    false_alarms="Statistics count residents without the right to vote; people away for long.",
    settings=("most_below_statistics",),
)

RULES: tuple[Rule, ...] = (
    EXCEEDS_ADULTS,
    BELOW_ADULTS,
)
