"""The rules of reconciliation, and what each register says about the entries that it meets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from voterlist.model import Rule, Severity, Unit

__all__ = ["NOT_READ", "POLICIES", "REGISTERS", "RULES", "Policy"]

_DEATH = (
    "the dead are struck from the list on a record of their death; a name and a date alone are none"
)
_ADULTS = "list and statistics of adults are compared by every observer; a gap of either sign needs an explanation"
_BODIES = "constituency commissions compare their lists with the information of the bodies that keep registers"
_PLACE = "a voter is listed once, in the precinct of the place of residence"
_AGE = "whoever is of voting age on the day of the list belongs on it, and nobody younger"
_SEPARATE = "military units, places of detention and missions abroad have separate lists: nobody stands on two"
_PROTOCOL = "line 1 of the protocol = 1a (list) + 1b (supplementary) + 1c (voted with a card) - 1d (cards issued)"
_SUMS = "precincts sum up to their constituency, constituencies to the nation"
_USABLE = "Kenya's audit of 2017 could use 196,988 of 435,175 records of deaths: what cannot be used answers nothing"


def _entry(code: str, severity: Severity, ground: str) -> Rule:
    return Rule(code, severity, Unit.ENTRY, ground)


DECEASED = {
    "confirmed": _entry("deceased-confirmed", Severity.ERROR, _DEATH),
    "conflicting": _entry("deceased-conflicting", Severity.WARNING, _DEATH),
    "probable": _entry("deceased-probable", Severity.WARNING, _DEATH),
}
EXCEEDS_ADULTS = Rule("list-exceeds-adults", Severity.WARNING, Unit.PRECINCT, _ADULTS)
BELOW_ADULTS = Rule("list-below-adults", Severity.WARNING, Unit.PRECINCT, _ADULTS)

LITTLE_USABLE = Rule("register-little-usable", Severity.WARNING, Unit.FILE, _USABLE)
NOT_READ = Rule("register-not-read", Severity.WARNING, Unit.FILE, _BODIES)
IDENTITY_CONFLICT = _entry("register-identity-conflict", Severity.WARNING, _BODIES)
MOVED_AWAY = _entry("moved-away-confirmed", Severity.WARNING, _PLACE)
MOVED_AWAY_PROBABLE = _entry("moved-away-probable", Severity.NOTE, _PLACE)
ARRIVED_MISSING = _entry("arrived-missing", Severity.WARNING, _PLACE)
ARRIVED_ELSEWHERE = _entry("arrived-listed-elsewhere", Severity.WARNING, _PLACE)
RESIDENT_MISSING = _entry("resident-missing", Severity.WARNING, _PLACE)
RESIDENT_ELSEWHERE = _entry("resident-listed-elsewhere", Severity.WARNING, _PLACE)
NOT_RESIDENT = _entry("not-in-residence-register", Severity.NOTE, _PLACE)
OLD_NAME = _entry("name-changed-old-name", Severity.WARNING, _BODIES)
BOTH_NAMES = _entry("name-changed-both-names", Severity.ERROR, _BODIES)
OF_AGE_MISSING = _entry("newly-of-age-missing", Severity.WARNING, _AGE)
OF_AGE_UNREGISTERED = _entry("newly-of-age-unregistered", Severity.NOTE, _AGE)
CONSCRIPT = _entry("conscript-on-permanent-list", Severity.WARNING, _SEPARATE)
CONSCRIPT_PROBABLE = _entry("conscript-probable", Severity.NOTE, _SEPARATE)
PRISONER = _entry("prisoner-on-permanent-list", Severity.WARNING, _SEPARATE)
PRISONER_PROBABLE = _entry("prisoner-probable", Severity.NOTE, _SEPARATE)
ABROAD = _entry("abroad-on-permanent-list", Severity.WARNING, _SEPARATE)
ABROAD_PROBABLE = _entry("abroad-probable", Severity.NOTE, _SEPARATE)

PROTOCOL_SUM = Rule("protocol-does-not-add-up", Severity.ERROR, Unit.PRECINCT, _PROTOCOL)
PROTOCOL_LIST = Rule("protocol-list-differs", Severity.WARNING, Unit.PRECINCT, _PROTOCOL)
TOTALS = Rule("totals-do-not-add-up", Severity.ERROR, Unit.CONSTITUENCY, _SUMS)


@dataclass(frozen=True, slots=True)
class Policy:
    """What a register says about the list."""

    name: str
    met: Mapping[str, Rule] = field(default_factory=dict)
    """Class -> the rule that an entry of this class breaks by being met."""
    missing: Rule | None = None
    """The rule of a row that meets no entry, for registers of people who belong on the list."""
    elsewhere: Rule | None = None
    """The rule of an entry that stands elsewhere than its person's row says."""
    list_only: Rule | None = None
    """The rule of an entry that no row meets, for registers that are complete where they speak of a
    place."""
    permanent: bool = False
    """True where only an entry of a permanent list is out of place."""
    leaves: bool = False
    """True where a row's place is the one that the person left: entries elsewhere are in order."""


_CONFLICT = {"conflicting": IDENTITY_CONFLICT}

POLICIES: Mapping[str, Policy] = {
    policy.name: policy
    for policy in (
        Policy("deaths", DECEASED),
        Policy(
            "departures",
            {"confirmed": MOVED_AWAY, "probable": MOVED_AWAY_PROBABLE, **_CONFLICT},
            leaves=True,
        ),
        Policy("arrivals", _CONFLICT, missing=ARRIVED_MISSING, elsewhere=ARRIVED_ELSEWHERE),
        Policy(
            "residence",
            _CONFLICT,
            missing=RESIDENT_MISSING,
            elsewhere=RESIDENT_ELSEWHERE,
            list_only=NOT_RESIDENT,
        ),
        Policy("name-changes", _CONFLICT),
        Policy("newly-of-age", _CONFLICT, missing=OF_AGE_MISSING, list_only=OF_AGE_UNREGISTERED),
        Policy(
            "conscripts",
            {"confirmed": CONSCRIPT, "probable": CONSCRIPT_PROBABLE, **_CONFLICT},
            permanent=True,
        ),
        Policy(
            "prisoners",
            {"confirmed": PRISONER, "probable": PRISONER_PROBABLE, **_CONFLICT},
            permanent=True,
        ),
        Policy(
            "abroad",
            {"confirmed": ABROAD, "probable": ABROAD_PROBABLE, **_CONFLICT},
            permanent=True,
        ),
        # Who was taken off the list since the last cycle, and why: explains, and accuses nobody.
        Policy("removals"),
    )
}
"""Every register that is read, by name, in the order in which they are told."""

REGISTERS = tuple(POLICIES)

RULES: tuple[Rule, ...] = (
    *DECEASED.values(),
    MOVED_AWAY,
    MOVED_AWAY_PROBABLE,
    ARRIVED_MISSING,
    ARRIVED_ELSEWHERE,
    RESIDENT_MISSING,
    RESIDENT_ELSEWHERE,
    NOT_RESIDENT,
    OLD_NAME,
    BOTH_NAMES,
    OF_AGE_MISSING,
    OF_AGE_UNREGISTERED,
    CONSCRIPT,
    CONSCRIPT_PROBABLE,
    PRISONER,
    PRISONER_PROBABLE,
    ABROAD,
    ABROAD_PROBABLE,
    IDENTITY_CONFLICT,
    LITTLE_USABLE,
    NOT_READ,
    EXCEEDS_ADULTS,
    BELOW_ADULTS,
    PROTOCOL_SUM,
    PROTOCOL_LIST,
    TOTALS,
)
