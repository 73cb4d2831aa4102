"""What reconciliation may notice: of registers, name changes, protocols and statistics.

The class of a match decides which of the rules of a register it breaks.
"""

from __future__ import annotations

from voterlist.model import Rule, Severity, Unit

_GROUND_OF_DEATHS = (
    "the dead are struck from the list on a record of their death; "
    "a name and a date alone are none"
)

DECEASED_CONFIRMED = Rule(
    "deceased-confirmed",
    Severity.ERROR,
    Unit.ENTRY,
    _GROUND_OF_DEATHS,
    looks_at=(
        "Does an entry share the FIN or the document with a row of the register of deaths, while "
        "given name, sex of the given name, birth date and FIN do not contradict, and given name "
        "or birth year agree?"
    ),
    false_alarms=(
        "A FIN typed from the wrong line of a household, between people of one given name."
    ),
)
DECEASED_CONFLICTING = Rule(
    "deceased-conflicting",
    Severity.WARNING,
    Unit.ENTRY,
    _GROUND_OF_DEATHS,
    looks_at=(
        "Does an entry share the FIN or the document with a row of the register of deaths, while "
        "the FIN, the given name (less than 0.7 alike), its sex or the birth date contradict? Day "
        "and month may be exchanged; a surname may differ."
    ),
    false_alarms=(
        "One digit of the birth date wrong in either record: then it is the dead person after all. "
        "It stays a question."
    ),
)
DECEASED_PROBABLE = Rule(
    "deceased-probable",
    Severity.WARNING,
    Unit.ENTRY,
    _GROUND_OF_DEATHS,
    looks_at=(
        "Do surname (or its stem), given name, patronymic and full birth date agree with a row of "
        "the register of deaths, with no two different FINs? Or does an identifier agree where one "
        "side holds neither given name nor birth year? A name without the full date is never "
        "enough."
    ),
    false_alarms="Namesakes of one birth date. Never strike on this alone.",
)

_GROUND_OF_NAME_CHANGES = (
    "constituency commissions compare their lists with the information of the bodies that keep "
    "registers"
)

OLD_NAME = Rule(
    "name-changed-old-name",
    Severity.WARNING,
    Unit.ENTRY,
    _GROUND_OF_NAME_CHANGES,
    looks_at=(
        "Is an entry that meets a row of the register of name changes, by its new or its former "
        "name, more like the former name?"
    ),
    false_alarms="A change that was taken back.",
)
BOTH_NAMES = Rule(
    "name-changed-both-names",
    Severity.ERROR,
    Unit.ENTRY,
    _GROUND_OF_NAME_CHANGES,
    looks_at=(
        "Does one row of the register of name changes meet two entries, one more like the former "
        "name and one more like the new?"
    ),
    false_alarms=(
        "A namesake who bears the new name and the same birth date, where no identifier is known."
    ),
)

_GROUND_OF_NEWLY_OF_AGE = (
    "whoever is of voting age on the day of the list belongs on it, and nobody younger"
)

OF_AGE_MISSING = Rule(
    "newly-of-age-missing",
    Severity.WARNING,
    Unit.ENTRY,
    _GROUND_OF_NEWLY_OF_AGE,
    looks_at=(
        "Is there a usable row of the register of those newly of age, of a constituency of which "
        "there are lists, that meets no entry anywhere in the run?"
    ),
    false_alarms="Who moved away before coming of age.",
)
OF_AGE_UNREGISTERED = Rule(
    "newly-of-age-unregistered",
    Severity.NOTE,
    Unit.ENTRY,
    _GROUND_OF_NEWLY_OF_AGE,
    looks_at=(
        "Did an entry of a permanent list come of age in the year before the day of the list, by "
        "its full birth date, and meets no row of the register? Asked only where most of the "
        "register could be used."
    ),
    false_alarms="Who moved in since; a birth date mistyped on either side.",
    settings=("least_complete_register",),
)

_GROUND_OF_PROTOCOL = (
    "line 1 of the protocol = 1a (list) + 1b (supplementary) + 1c (voted with a card) - 1d (cards "
    "issued)"
)

PROTOCOL_SUM = Rule(
    "protocol-does-not-add-up",
    Severity.ERROR,
    Unit.PRECINCT,
    _GROUND_OF_PROTOCOL,
    looks_at=(
        "Is line 1 of a protocol not 1a + 1b + 1c - 1d? Asked only where all five numbers are "
        "given."
    ),
    false_alarms=(
        "None known: a sum is right or wrong. A digit may have been mistyped when the protocol was "
        "copied into the table."
    ),
)
PROTOCOL_LIST = Rule(
    "protocol-list-differs",
    Severity.WARNING,
    Unit.PRECINCT,
    _GROUND_OF_PROTOCOL,
    looks_at=(
        "Is line 1a of the protocol of a precinct or constituency not the number of entries on its "
        "permanent lists? Not asked where no list was handed in."
    ),
    false_alarms=(
        "Entries struck or added between the list that was handed in and the day of the protocol."
    ),
)
TOTALS = Rule(
    "totals-do-not-add-up",
    Severity.ERROR,
    Unit.CONSTITUENCY,
    "precincts sum up to their constituency, constituencies to the nation",
    looks_at=(
        "Is a line of the protocol table, of a constituency or of the nation, not the sum of that "
        "line over the places below it? Not asked where a number below is not given."
    ),
    false_alarms="A table that holds only some of the precincts beside the total of all.",
)

_GROUND_OF_REGISTERS = (
    "constituency commissions compare their lists with the information of the bodies that keep "
    "registers"
)

NOT_READ = Rule(
    "register-not-read",
    Severity.WARNING,
    Unit.FILE,
    _GROUND_OF_REGISTERS,
    looks_at=(
        "Is there a file in `reference/`, called as a register, a list, statistics or a protocol, "
        "of which no row could be used? The table `reference` has the code of why."
    ),
    false_alarms="A file that is rightly empty.",
)
LITTLE_USABLE = Rule(
    "register-little-usable",
    Severity.WARNING,
    Unit.FILE,
    (
        "Kenya's audit of 2017 could use 196,988 of 435,175 records of deaths: what cannot be used "
        "answers nothing"
    ),
    looks_at=(
        "Can less of a register's rows be used than `least_usable_register`? A row can be used "
        "where it has a FIN, a document, or all names and the full birth date."
    ),
    false_alarms="A small register, a few rows of which lack something.",
    settings=("least_usable_register",),
)
IDENTITY_CONFLICT = Rule(
    "register-identity-conflict",
    Severity.WARNING,
    Unit.ENTRY,
    _GROUND_OF_REGISTERS,
    looks_at=(
        "Does an entry share the FIN or the document with a row of a register other than that of "
        "deaths, while FIN, given name, its sex or the birth date contradict?"
    ),
    false_alarms=(
        "One digit of the birth date wrong in either record: then it is the same person after all."
    ),
)

_GROUND_OF_RESIDENCE = (
    "a voter is listed once, in the precinct of the place of residence"
)

MOVED_AWAY = Rule(
    "moved-away-confirmed",
    Severity.WARNING,
    Unit.ENTRY,
    _GROUND_OF_RESIDENCE,
    looks_at=(
        "Does an entry agree, by FIN or document and person, with a row of the register of "
        "departures whose place (if it gives one) is the entry's own?"
    ),
    false_alarms="Who came back since; who left the register's address and stayed in the precinct.",
)
MOVED_AWAY_PROBABLE = Rule(
    "moved-away-probable",
    Severity.NOTE,
    Unit.ENTRY,
    _GROUND_OF_RESIDENCE,
    looks_at=(
        "The same, where no identifier but all names and the full birth date agree, with no two "
        "different FINs."
    ),
    false_alarms="Namesakes of one birth date.",
)
ARRIVED_MISSING = Rule(
    "arrived-missing",
    Severity.WARNING,
    Unit.ENTRY,
    _GROUND_OF_RESIDENCE,
    looks_at=(
        "Is there a usable row of the register of arrivals, of a constituency of which there are "
        "lists, that meets no entry anywhere in the run?"
    ),
    false_alarms=(
        "People under age or without the right to vote; an entry typed so badly that nothing "
        "agrees."
    ),
)
ARRIVED_ELSEWHERE = Rule(
    "arrived-listed-elsewhere",
    Severity.WARNING,
    Unit.ENTRY,
    _GROUND_OF_RESIDENCE,
    looks_at=(
        "Does a person of the register of arrivals meet entries (confirmed or probable), and none "
        "in the place that the row gives?"
    ),
    false_alarms=(
        "A register newer than the list; namesakes, where names and birth date alone agree."
    ),
)
RESIDENT_MISSING = Rule(
    "resident-missing",
    Severity.WARNING,
    Unit.ENTRY,
    _GROUND_OF_RESIDENCE,
    looks_at=(
        "Is there a usable row of the register of residence, of a constituency of which there are "
        "lists, that meets no entry anywhere in the run?"
    ),
    false_alarms=(
        "People under age or without the right to vote; an entry typed so badly that nothing "
        "agrees."
    ),
)
RESIDENT_ELSEWHERE = Rule(
    "resident-listed-elsewhere",
    Severity.WARNING,
    Unit.ENTRY,
    _GROUND_OF_RESIDENCE,
    looks_at=(
        "Does a person of the register of residence meet entries (confirmed or probable), and none "
        "in the place that the row gives?"
    ),
    false_alarms=(
        "Displaced people, listed by right where they come from; a register newer than the list."
    ),
)
NOT_RESIDENT = Rule(
    "not-in-residence-register",
    Severity.NOTE,
    Unit.ENTRY,
    _GROUND_OF_RESIDENCE,
    looks_at=(
        "Does an entry of a permanent list, with a FIN, a document, or all names and a full birth "
        "date, meet no row of the register of residence of its constituency? Asked only where most "
        "of the register could be used."
    ),
    false_alarms="Everybody whom the register has not registered; a FIN mistyped on either side.",
    settings=("least_complete_register",),
)

_GROUND_OF_SEPARATE_LISTS = (
    "military units, places of detention and missions abroad have separate lists: nobody stands on "
    "two"
)

CONSCRIPT = Rule(
    "conscript-on-permanent-list",
    Severity.WARNING,
    Unit.ENTRY,
    _GROUND_OF_SEPARATE_LISTS,
    looks_at=(
        "Does an entry of a permanent list agree, by FIN or document and person, with a row of the "
        "register of conscripts?"
    ),
    false_alarms="Who came home before the day of the list; who serves and lives at home.",
)
CONSCRIPT_PROBABLE = Rule(
    "conscript-probable",
    Severity.NOTE,
    Unit.ENTRY,
    _GROUND_OF_SEPARATE_LISTS,
    looks_at=(
        "The same, where no identifier but all names and the full birth date agree, with no two "
        "different FINs."
    ),
    false_alarms="Namesakes of one birth date.",
)
PRISONER = Rule(
    "prisoner-on-permanent-list",
    Severity.WARNING,
    Unit.ENTRY,
    _GROUND_OF_SEPARATE_LISTS,
    looks_at=(
        "Does an entry of a permanent list agree, by FIN or document and person, with a row of the "
        "register of prisoners?"
    ),
    false_alarms="Who was released before the day of the list.",
)
PRISONER_PROBABLE = Rule(
    "prisoner-probable",
    Severity.NOTE,
    Unit.ENTRY,
    _GROUND_OF_SEPARATE_LISTS,
    looks_at=(
        "The same, where no identifier but all names and the full birth date agree, with no two "
        "different FINs."
    ),
    false_alarms="Namesakes of one birth date.",
)
ABROAD = Rule(
    "abroad-on-permanent-list",
    Severity.WARNING,
    Unit.ENTRY,
    _GROUND_OF_SEPARATE_LISTS,
    looks_at=(
        "Does an entry of a permanent list agree, by FIN or document and person, with a row of the "
        "register of citizens abroad?"
    ),
    false_alarms="Who is abroad for a short time; who came home.",
)
ABROAD_PROBABLE = Rule(
    "abroad-probable",
    Severity.NOTE,
    Unit.ENTRY,
    _GROUND_OF_SEPARATE_LISTS,
    looks_at=(
        "The same, where no identifier but all names and the full birth date agree, with no two "
        "different FINs."
    ),
    false_alarms="Namesakes of one birth date.",
)

_GROUND_OF_STATISTICS = (
    "list and statistics of adults are compared by every observer; a gap of either sign needs an "
    "explanation"
)

EXCEEDS_ADULTS = Rule(
    "list-exceeds-adults",
    Severity.WARNING,
    Unit.PRECINCT,
    _GROUND_OF_STATISTICS,
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
    _GROUND_OF_STATISTICS,
    looks_at=(
        "Has the permanent list of a precinct or constituency fewer voters (men, women) than the "
        "statistics give, by more than `most_below_statistics`? Voters of unknown sex are taken as "
        "men and as women."
    ),
    false_alarms="Statistics count residents without the right to vote; people away for long.",
    settings=("most_below_statistics",),
)

RULES: tuple[Rule, ...] = (
    DECEASED_CONFIRMED,
    DECEASED_CONFLICTING,
    DECEASED_PROBABLE,
    OLD_NAME,
    BOTH_NAMES,
    OF_AGE_MISSING,
    OF_AGE_UNREGISTERED,
    PROTOCOL_SUM,
    PROTOCOL_LIST,
    TOTALS,
    NOT_READ,
    LITTLE_USABLE,
    IDENTITY_CONFLICT,
    MOVED_AWAY,
    MOVED_AWAY_PROBABLE,
    ARRIVED_MISSING,
    ARRIVED_ELSEWHERE,
    RESIDENT_MISSING,
    RESIDENT_ELSEWHERE,
    NOT_RESIDENT,
    CONSCRIPT,
    CONSCRIPT_PROBABLE,
    PRISONER,
    PRISONER_PROBABLE,
    ABROAD,
    ABROAD_PROBABLE,
    EXCEEDS_ADULTS,
    BELOW_ADULTS,
)
