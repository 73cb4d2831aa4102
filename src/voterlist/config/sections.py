"""The sections of ``voterlist.toml`` as frozen models, with their defaults and limits."""

from __future__ import annotations

import datetime as dt
import difflib
import pkgutil
import re
import zoneinfo
from collections.abc import Callable, Collection, Iterator, Mapping, Sized
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from voterlist.errors import MapError, SettingsMistake
from voterlist.facts import WorkingDays
from voterlist.fields import ENTRY_FIELDS
from voterlist.model import Level, Profile, Rule, Severity, frozen

SECTION = "comparisons"
_KEYS = ("column", "kind", "blocking")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
_MOST = 8
"""So many comparisons can be added: the codes of more might not fit into 64 bits."""


_KINDS = Path(__file__).parents[1] / "link" / "comparisons" / "kinds"
KIND_NAMES = tuple(
    sorted(module.name for module in pkgutil.iter_modules([str(_KINDS)]))
)
"""The kinds of added comparisons: each is a file of that folder, of which only the name is read."""


class SharedFold(Enum):
    """Folds that need what the program knows of names, dates and words."""

    WORDS = "words"
    """The words in plain lower-case letters and digits."""
    NAME = "name"
    """The skeleton of a person's name in any of the alphabets."""
    GENERATION = "generation"
    """The generation that a suffix tells, alone or behind a name: of Jr the second."""
    DATE = "date"
    """Year, month and day; the whole column decides which number is the day."""


Fold = SharedFold | Callable[[str], str | None]
"""How the values of a kind are folded: one of those, or what a value becomes; blank or None where
it says nothing."""


@frozen
class AddedComparison:
    """One comparison that a user adds."""

    name: str
    """The field: ``<name>_level`` is its column of PAIR."""
    columns: tuple[str, ...]
    """Headers of the list; the texts of several are joined with a blank."""
    kind: str
    """One of ``KIND_NAMES``: how its values are read and compared."""
    blocking: bool = False
    """Whether entries that agree in it are compared, whatever else they agree in."""


def comparisons_error(mistakes: Collection[SettingsMistake]) -> MapError:
    """The error that holds these mistakes of a map of columns."""
    lines = "; ".join(f"{mistake.path}: {mistake.message}" for mistake in mistakes)
    message = f"the comparisons have mistakes: {lines}"
    todo = (
        "Give each a name, its column and its kind: "
        '{"city": {"column": "header", "kind": "place"}}.'
    )
    return MapError(message, tuple(mistakes), todo=todo)


def added_comparisons(
    sections: Mapping[str, Any], taken: Collection[str]
) -> tuple[AddedComparison, ...]:
    """The comparisons of the sections ``[comparisons.<name>]``, in their order.

    ``taken`` are names that no added comparison can have.

    Raises:
        MapError: with every mistake and its key path: a name that is taken or no name, an
            unknown key or kind, a column that is no header, two comparisons on one column, too
            many comparisons.
    """
    added, mistakes = read_comparisons(sections, taken)
    if mistakes:
        raise comparisons_error(mistakes)
    return added


def read_comparisons(
    sections: Any, taken: Collection[str] = ()
) -> tuple[tuple[AddedComparison, ...], tuple[SettingsMistake, ...]]:
    """The comparisons of these sections, and every mistake in them; see ``added_comparisons``."""
    mistakes: list[SettingsMistake] = []
    added: list[AddedComparison] = []
    if not isinstance(sections, Mapping):
        return (), (SettingsMistake(SECTION, "not-a-section"),)
    for name, section in sections.items():
        wrong = list(_mistakes(name, section, taken))
        mistakes += wrong
        if not wrong:
            added.append(_comparison(name, section))
    mistakes += _compared_twice(added)
    if len(sections) > _MOST:
        mistakes.append(
            SettingsMistake(SECTION, "too-many-comparisons", (("most", str(_MOST)),))
        )
    return tuple(added), tuple(mistakes)


def _mistakes(
    name: str, section: Any, taken: Collection[str]
) -> Iterator[SettingsMistake]:
    """What is wrong with one section."""
    path = f"{SECTION}.{name}"
    if not isinstance(section, Mapping):
        yield SettingsMistake(path, "not-a-section")
        return
    if not _NAME.fullmatch(str(name)):
        yield SettingsMistake(path, "not-a-comparison-name")
    elif name in taken:
        yield SettingsMistake(path, "comparison-name-taken")
    yield from (
        unknown_key(f"{path}.{key}", str(key), _KEYS)
        for key in section
        if key not in _KEYS
    )
    if not headers_of(section.get("column")):
        yield SettingsMistake(f"{path}.column", "not-a-header")
    if section.get("kind") not in KIND_NAMES:
        choices = ", ".join(KIND_NAMES)
        yield SettingsMistake(f"{path}.kind", "not-one-of", (("choices", choices),))
    if not isinstance(section.get("blocking", False), bool):
        yield SettingsMistake(f"{path}.blocking", "not-true-or-false")


def unknown_key(path: str, name: str, known: Collection[str]) -> SettingsMistake:
    """An unknown key, with the known one that was probably meant."""
    close = difflib.get_close_matches(name, list(known), n=1)
    if close:
        return SettingsMistake(path, "unknown-key-meant", (("meant", close[0]),))
    return SettingsMistake(path, "unknown-key", (("known", ", ".join(known)),))


def headers_of(column: Any) -> tuple[str, ...]:
    """The headers that a setting names: a text or a list of them; none where that is no header."""
    headers = [column] if isinstance(column, str) else column
    if not isinstance(headers, list | tuple):
        return ()
    are_headers = all(isinstance(header, str) and header.strip() for header in headers)
    return tuple(headers) if are_headers else ()


def _comparison(name: str, section: Mapping[str, Any]) -> AddedComparison:
    headers = headers_of(section["column"])
    return AddedComparison(
        name, headers, section["kind"], section.get("blocking", False)
    )


def _compared_twice(added: list[AddedComparison]) -> Iterator[SettingsMistake]:
    """A mistake for each column that an earlier comparison has: evidence would count twice."""
    first: dict[str, str] = {}
    for comparison in added:
        for header in comparison.columns:
            other = first.setdefault(header, comparison.name)
            repeats = comparison.columns.count(header) > 1
            if other != comparison.name or repeats:
                path = f"{SECTION}.{comparison.name}.column"
                places = (("column", header), ("other", other))
                yield SettingsMistake(path, "column-compared-twice", places)
                break


COLUMN_FIELDS = (*ENTRY_FIELDS, "constituency", "precinct", "other")
"""The fields to which ``[ingest.columns]`` may pin a header of the lists; ``other`` is none."""

# Strict: TOML knows its types, so "0.9" in quotes or true for 1 is a slip of the pen, not a number.
Share = Annotated[float, Field(ge=0, le=1, strict=True)]
Count = Annotated[int, Field(ge=1, strict=True)]
Hour = Annotated[int, Field(ge=0, le=23, strict=True)]
Switch = Annotated[bool, Field(strict=True)]


def _day(value: object) -> object:
    """A day, which TOML writes bare or, as many people do, in quotes."""
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            raise PydanticCustomError("not-a-day", "a day") from None
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    raise PydanticCustomError("not-a-day", "a day")


def _numbers(value: object) -> object:
    """The numbers in a text such as ``1-12, 14``."""
    if not isinstance(value, str):
        raise PydanticCustomError("not-numbers", "numbers")
    numbers: set[int] = set()
    for part in value.split(","):
        match = re.fullmatch(r"\s*(\d{1,4})(?:\s*-\s*(\d{1,4}))?\s*", part)
        if not match or int(match[2] or match[1]) < int(match[1]):
            raise PydanticCustomError("not-numbers", "numbers")
        numbers.update(range(int(match[1]), int(match[2] or match[1]) + 1))
    return tuple(sorted(numbers))


def _time_zone(value: object) -> object:
    """The name of a time zone, such as ``Asia/Baku``."""
    try:
        return zoneinfo.ZoneInfo(str(value)).key
    except (KeyError, ValueError, OSError):
        raise PydanticCustomError("not-a-time-zone", "a time zone") from None


Day = Annotated[dt.date, BeforeValidator(_day)]
Text = Annotated[str, Field(min_length=1, strict=True)]
Numbers = Annotated[tuple[int, ...], BeforeValidator(_numbers)]


def _is_empty(value: Sized) -> bool:
    """True for the default of a key that came later than the first version.

    It is left out of what settings say of themselves, so that the digests of older runs fit.
    """
    return not value


def _later(default: Any) -> Any:
    """A key that came later, left out where it has its default, as ``_is_empty`` says."""
    return Field(default=default, exclude_if=lambda value: value == default)


class _Section(BaseModel):
    """A section of the settings: frozen, and an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class WorkspaceSettings(_Section):
    """``[workspace]``: whose compilation this is."""

    cycle: str = "2026"
    """The year of the compilation; a suffix tells two of one year apart, such as ``2026-election``.
    """
    level: Level = Level.CONEC
    profile: Profile = Profile.AZ
    name: str = ""
    """The name of the commission, as its keys and packages show it."""
    constituency: Annotated[Count, Field(le=999)] | None = None
    """The commission's own constituency; None: the one of ``[territory]``."""
    precinct: Annotated[Count, Field(le=9999)] | None = None
    """The commission's own precinct, where it is that of a precinct."""

    @field_validator("cycle")
    @classmethod
    def _begins_with_a_year(cls, cycle: str) -> str:
        if not re.fullmatch(r"[12]\d{3}(-[-a-z0-9]+)?", cycle):
            raise PydanticCustomError("not-a-cycle", "a cycle")
        return cycle


class TerritorySettings(_Section):
    """``[territory]``: which precincts hand in lists, so that a missing one is noticed."""

    precincts: dict[Annotated[str, Field(pattern=r"^[1-9]\d{0,2}$")], Numbers] = Field(
        default_factory=dict
    )
    """Constituency -> its precincts, written as ``88 = "1-45, 47"``."""

    @property
    def by_number(self) -> dict[int, tuple[int, ...]]:
        """The same, by the number of the constituency."""
        return {int(number): numbers for number, numbers in self.precincts.items()}


def _pinned_columns(columns: object) -> object:
    """The columns as written, before validation.

    Pydantic would report one wrong header twice.
    """
    if not isinstance(columns, dict):
        return columns
    unknown = tuple(name for name in columns if name not in COLUMN_FIELDS)
    wrong = tuple(name for name, header in columns.items() if not headers_of(header))
    if unknown or wrong:
        raise PydanticCustomError(
            "columns", "columns", {"unknown": unknown, "wrong": wrong}
        )
    return columns


Columns = Annotated[dict[str, str | list[str]], BeforeValidator(_pinned_columns)]
"""Field = a header, the letter or the number of a column (in quotation marks), or a list of these.
"""


class PinSettings(_Section):
    """``[[ingest.pins]]``: columns pinned in the files, and sheets, of these names only."""

    files: str = "*"
    """A pattern with ``*`` and ``?`` for the file's name, or for its path inside the inbox."""
    sheet: str = "*"
    columns: Columns = Field(default_factory=dict)


class IngestSettings(_Section):
    """``[ingest]``: limits of what is read, and what a person says of the columns."""

    max_file_megabytes: Count = 200
    max_unpacked_megabytes: Count = 2_000
    """Of one workbook or archive, unpacked: a small file can be made to unpack without end."""
    max_columns: Count = 200
    max_rows: Count = 2_000_000
    max_cells: Count = 40_000_000
    """Of one sheet, blank ones between the others too: each takes memory."""
    max_cell_characters: Count = 100_000
    max_archive_files: Count = 2_000
    linked_folders: list[Text] = Field(default_factory=list, exclude_if=_is_empty)
    """Folders outside of the inbox and of ``reference`` into which links in them may lead."""
    max_memory_megabytes: Count = 4_096
    """Of the process that parses a file, beside its own; a small file gets less: 512, and 128 a
    megabyte."""
    max_read_seconds: Count = 30
    """Of a processor's time for parsing a file; a second more for each of its megabytes."""
    least_confidence: Share = 0.75
    """A list one of whose columns was understood with less confidence is not taken in until a
    person has looked."""
    columns: Columns = Field(default_factory=dict)
    """Pinned in every file."""
    pins: list[PinSettings] = Field(default_factory=list)
    """Pinned in some files; of two that pin one field the later one holds."""


class RuleSettings(_Section):
    """``[check.rules.<code>]``: one rule switched off, or given another severity."""

    enabled: Switch = True
    severity: Severity | None = None


class AcceptedSettings(_Section):
    """``[[check.accepted]]``.

    A finding that a person accepts, by its entry or by its place and number.
    """

    rule: str
    reason: Annotated[str, Field(min_length=1)]
    by: str | None = None
    entry_id: str | None = None
    other_entry_id: str | None = None
    constituency: Count | None = None
    precinct: Count | None = None
    field: str | None = None
    """Of an entry with several findings of the rule: which; without it, all."""
    value: float | None = None
    """Of a place: the number of the finding. With another number it is raised again."""


class CheckSettings(_Section):
    """``[check]``: the limits of the register tests (their grounds: ``voterlist manual rules``)."""

    voting_age: Count = 18
    oldest_age: Count = 105
    smallest_precinct: Count = 50
    largest_precinct: Count = 1500
    most_voters_in_dwelling: Count = 12
    most_heaping: Share = 0.02
    least_strangers: Count = 6
    """A dwelling of this many voters or more, no two of one surname, is asked about."""
    least_times_as_frequent: Count = 250
    """A spelling one letter from a name that stands so many times as often is asked about."""
    most_missing: Share = 0.5
    """A field missing in a larger share of a precinct's entries counts as a column that was not
    handed in."""
    most_year_only: Share = 0.05
    most_outlying: Share = 0.1
    """How far a precinct's share may lie from its constituency's."""
    outlier_chance: Share = 0.001
    """A share is noticed only where chance alone would show it less often than this."""
    false_outliers: Share = 0.05
    """The share of false ones expected among the outliers of one test over all precincts (false
    discovery rate)."""
    most_above_statistics: Share = 0.02
    most_below_statistics: Share = 0.1
    least_usable_register: Share = 0.5
    """A register of which less can be used is noticed."""
    least_complete_register: Share = 0.9
    """That somebody is missing from a register is said only where at least so much of it can be
    used."""
    most_unexplained_growth: Share = 0.02
    """Of a precinct's entries in the last cycle: additions without a cause beyond it are noticed.
    """
    most_false_waves: Count = _later(2)
    """Waves of answers that are told a month, over all lists, where nobody does anything wrong."""
    least_wave: Count = _later(5)
    """Of fewer entries a night nothing is said."""
    night_begins: Hour = _later(22)
    night_ends: Hour = _later(6)
    """Hours between which nobody is expected to decide anything."""
    rules: dict[str, RuleSettings] = Field(default_factory=dict)
    accepted: list[AcceptedSettings] = Field(default_factory=list)
    """Findings that are not raised again until their entry, or the number of their place, changes.
    """

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        _require_order(self, "voting_age", "oldest_age")
        _require_order(self, "smallest_precinct", "largest_precinct")
        return self

    def severity_of(self, rule: Rule) -> Severity | None:
        """The severity of a rule under these settings; None where it is switched off."""
        chosen = self.rules.get(rule.code, RuleSettings())
        return (chosen.severity or rule.severity) if chosen.enabled else None


class LinkSettings(_Section):
    """``[link]``: where "one person" begins, and how much memory the comparison may take."""

    duplicate_probability: Share = 0.95
    """At or above it a pair is put forward as one person (never decided)."""
    review_probability: Share = 0.2
    """At or above it a pair becomes a case that the analyst is asked about."""
    kept_probability: Share = 0.01
    """At or above it a pair stays in the table of pairs."""
    chunk_pairs: Count = 2_000_000
    """Pairs compared at a time; the memory of the comparison grows with it."""
    largest_block: Count = 2_000
    """Entries in one block; a larger one is split by a further key, and what is left out is
    counted."""
    displaced_constituencies: list[Count] = Field(default_factory=list)
    """The constituencies that list displaced people where they come from."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        _require_order(self, "kept_probability", "review_probability")
        _require_order(self, "review_probability", "duplicate_probability")
        return self


class DecisionSettings(_Section):
    """``[decisions]``: what it takes for a decision to hold."""

    two_people: list[Literal["strike", "correct", "move", "add"]] = []
    """What two people must decide alike before it holds."""
    before_notice_ends: Literal["told", "refused"] = _later("told")
    """What is done with a striking while the voter may still object to the notice."""


class ReviewSettings(_Section):
    """``[review]``: which decisions about cases a second person reads, without the first one's."""

    second_reading: Literal["none", "strikings", "all"] = "none"
    """What is read twice: nothing, cases by which an entry leaves the list, or every case. Until
    then no entry leaves the list."""
    sample_share: Share = 0.0
    """Of all decided cases, of each kind at least one: what is read twice as a sample."""


class ListSettings(_Section):
    """``[lists]``: how the compiled list of each precinct is written."""

    order: Literal["name", "street"] = "name"
    """Sorted by name in the Azerbaijani alphabet, or by street and house."""
    written_spelling: Switch = True
    """Show the name as handed in beside the standard spelling where the two differ."""
    full_date_when_of_age: Switch = True
    """Display day and month of birth of those who come of age in this cycle."""
    members: Annotated[int, Field(ge=0, le=16, strict=True)] = 4
    """Members of the commission who sign beside chair and secretary."""
    notice_days: Count = _later(10)
    """Days to object after a notice before striking was written. The Election Code names no term
    that was seen; ten days are what India's commission gives (2025)."""
    reasons_on_display: Switch = _later(default=True)
    """Show on the sheet of changes why each was made, where an article of the law is its ground
    (Election Code, articles 48.1 and 48.2)."""


class SubmitSettings(_Section):
    """``[submit]``: what keeps a constituency from being handed over."""

    set_aside: Switch = True
    """Rows that were set aside and may be voters; files that could not be read."""
    errors: Switch = True
    """Findings that are errors, and neither accepted nor answered."""
    most_open_cases: Annotated[int, Field(ge=0, strict=True)] = 0
    """Of the queue; with more of them it is not handed over."""
    contested: Switch = True
    """What people decided in different ways."""
    returned: Switch = True
    """Decisions that came back, for their entries changed."""
    pending: Switch = True
    """Decisions that wait for a second person."""
    second_readings: Switch = True
    """Cases that wait for their second reading."""
    returned_cases: Switch = True
    """Cases that the commission above returned, and that are not answered."""
    balance: Switch = True
    """A list that has another number of entries than its balance says."""
    missing_precincts: Switch = True
    """Precincts of ``[territory]`` that have no list."""
    unknown_precincts: Switch = True
    """Entries of which the constituency or precinct is not known, or none of ``[territory]``."""
    stale_run: Switch = True
    """Decisions, lists or registers that are newer than the run."""


def _ledger_url(value: object) -> object:
    """An address of PostgreSQL; what is wrong with another one is not shown: it holds a password.

    Pydantic would call it by its whole text.
    """
    is_address = isinstance(value, str) and re.match(
        r"postgresql://[^\s]*/[^\s/?]+(\?[^\s]*)?$", value
    )
    if not is_address:
        raise PydanticCustomError("not-a-ledger-url", "an address")
    return value


class LedgerSettings(_Section):
    """``[ledger]``: where the ledger is, if it is no file in the workspace."""

    url: Annotated[SecretStr | None, BeforeValidator(_ledger_url)] = None
    """The database of PostgreSQL; None: the file ``ledger.db``."""


class ReportSettings(_Section):
    """``[report]``: the languages in which the reports are written."""

    languages: Annotated[list[Literal["en", "az"]], Field(min_length=1)] = ["az"]


class PrivacySettings(_Section):
    """``[privacy]``: what the reports show of identifiers."""

    mask_identifiers: Switch = True
    """Show only the last three characters of FIN and document in reports."""


class MovedSettings(_Section):
    """``[calendar.moved.<stage>]``: a due date that a decision moved."""

    due: Day
    decision: Text
    """Its number; it stands wherever the date is shown."""


class FinishedSettings(_Section):
    """``[calendar.finished]``: the day on which a stage was finished, as a person records it."""

    day: Day
    ground: Text | None = None
    """The paper or reason that it rests on."""
    by: Text | None = None


def _read_finished(value: object) -> object:
    """A stage's day, with its ground or, as ``check = 2026-04-02``, without."""
    if isinstance(value, dict):
        return value
    return {"day": _day(value)}


CalendarStage = Literal["compile", "check", "verify", "displayed", "updated", "special"]


class CalendarSettings(_Section):
    """``[calendar]``.

    The due dates of the cycle (month and day), or days counted back from an election.
    """

    compile_due: str = "02-05"
    check_due: str = "04-05"
    verify_due: str = "05-30"
    election_day: Day | None = None
    """The day of the election; where it is set, the calendar is counted back from it."""
    displayed_days: Count = 35
    updated_days: Count = 25
    special_days: Count = 20
    cards_days: Count = _later(45)
    cards_precinct_days: Count = _later(24)
    cards_last_days: Count = _later(3)
    """Voting cards are issued so many days before the election: by constituencies from the first,
    by precincts from the second, until the third (Election Code, article 101)."""
    finished: dict[
        CalendarStage, Annotated[FinishedSettings, BeforeValidator(_read_finished)]
    ] = Field(default_factory=dict)
    """The day on which a stage was finished, where a person records it: ``check = 2026-04-02``."""
    moved: dict[CalendarStage, MovedSettings] = Field(default_factory=dict)
    """The due dates that a decision moved."""
    warn_days: Annotated[int, Field(ge=0, strict=True)] = 7
    time_zone: Annotated[str, BeforeValidator(_time_zone)] = "Asia/Baku"
    """Where a day begins and ends."""
    holidays: list[Day] = Field(default_factory=list)
    """Days that are free beside weekends and the holidays that the program knows."""
    working_days: list[Day] = Field(default_factory=list)
    """Days that are worked although they would be free."""

    def moved_to(self, stage: str) -> MovedSettings | None:
        """The due date that a decision set for a stage; None where none did."""
        return {str(name): day for name, day in self.moved.items()}.get(stage)

    @property
    def office_days(self) -> WorkingDays:
        """The days on which the commissions work."""
        return WorkingDays(frozenset(self.holidays), frozenset(self.working_days))

    @field_validator("compile_due", "check_due", "verify_due")
    @classmethod
    def _day_of_every_year(cls, text: str) -> str:
        # 2001 has no 29 February: a due date must exist in every year.
        try:
            dt.date.fromisoformat(f"2001-{text}")
        except ValueError:
            raise PydanticCustomError("not-a-month-and-day", "month and day") from None
        return text

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        _require_order(self, "compile_due", "check_due")
        _require_order(self, "check_due", "verify_due")
        _require_order(self, "updated_days", "displayed_days")
        return self


class ApplicationSettings(_Section):
    """``[applications]``: by when what people ask the commission is answered."""

    answer_days: Annotated[int, Field(ge=0, strict=True)] = 1
    """Days after that of the application; on election day it is answered at once."""
    notice_days: Annotated[int, Field(ge=0, strict=True)] = 10
    """Days in which a voter may object whom somebody else wants struck."""
    appeal_days: Annotated[int, Field(ge=0, strict=True)] = 3
    """Days in which a refusal may be appealed."""
    most_strikings: Count = 3
    """Of more applications of one person to strike others the commission is told."""


class FigureSettings(_Section):
    """``[figures]``: what is published of the lists in numbers."""

    least: Annotated[int, Field(ge=3, strict=True)] = 3
    """A count below it is told of nobody, and every cell is rounded to a multiple of it. Three is
    the usual threshold of frequency tables (Handbook on Statistical Disclosure Control, 5.2)."""
    age_groups: list[Count] = Field(default=[18, 30, 40, 50, 60, 70], min_length=2)
    """The ages at which the groups begin; decades, as on the press sheet of 31 August 2024."""
    last_election_day: Day | None = None
    """Who was not of voting age then, votes for the first time."""

    @field_validator("age_groups")
    @classmethod
    def _ascends(cls, ages: list[int]) -> list[int]:
        if ages != sorted(set(ages)):
            raise PydanticCustomError("not-ascending", "ascending")
        return ages


class DeskSettings(_Section):
    """``[desk]``: how long somebody stays logged in at the desk, and has a case to themselves."""

    idle_minutes: Count = 30
    """Without a request for so long somebody is logged out."""
    session_hours: Count = 10
    """After so long everybody has to log in again."""
    reserve_minutes: Count = 10
    """A case that somebody opened is free for others again after so long."""
    looks_per_hour: Annotated[int, Field(ge=0, strict=True)] = 0
    """So many looks for voters has a person in each hour; 0: as many as they like."""


def _comparisons(sections: object) -> tuple[AddedComparison, ...]:
    """The sections ``[comparisons.<name>]``."""
    added, mistakes = read_comparisons(sections)
    if mistakes:
        raise PydanticCustomError("comparisons", "comparisons", {"mistakes": mistakes})
    return added


class Settings(_Section):
    """All settings of a workspace; each has a default, so an empty file is a valid one."""

    workspace: WorkspaceSettings = Field(default_factory=WorkspaceSettings)
    territory: TerritorySettings = Field(default_factory=TerritorySettings)
    calendar: CalendarSettings = Field(default_factory=CalendarSettings)
    ingest: IngestSettings = Field(default_factory=IngestSettings)
    check: CheckSettings = Field(default_factory=CheckSettings)
    link: LinkSettings = Field(default_factory=LinkSettings)
    comparisons: Annotated[
        tuple[AddedComparison, ...], BeforeValidator(_comparisons)
    ] = Field(default=(), exclude_if=_is_empty)
    """Those that a run makes beside the ones of every list."""
    decisions: DecisionSettings = Field(default_factory=DecisionSettings)
    # What people decide does not depend on how long they stay logged in.
    desk: DeskSettings = Field(default_factory=DeskSettings, exclude=True)
    # What a run makes of decisions does not depend on when they were due.
    applications: ApplicationSettings = Field(
        default_factory=ApplicationSettings, exclude=True
    )
    # Nothing of a run depends on what is published of it.
    figures: FigureSettings = Field(default_factory=FigureSettings, exclude=True)
    review: ReviewSettings = Field(default_factory=ReviewSettings)
    lists: ListSettings = Field(default_factory=ListSettings)
    # No result depends on where the ledger is, and what is dumped is written into files.
    ledger: LedgerSettings = Field(default_factory=LedgerSettings, exclude=True)
    submit: SubmitSettings = Field(default_factory=SubmitSettings)
    report: ReportSettings = Field(default_factory=ReportSettings)
    privacy: PrivacySettings = Field(default_factory=PrivacySettings)


def own_territory(settings: Settings) -> Mapping[int, tuple[int, ...]] | None:
    """Constituency -> the precincts of ``[territory]``; None of a precinct, whose list is all.

    Whoever goes from a precinct to another one of its constituency leaves its list.
    """
    is_of_precinct = settings.workspace.level is Level.PEC
    return None if is_of_precinct else settings.territory.by_number


def _require_order(section: BaseModel, lower: str, upper: str) -> None:
    """Raise unless one key's value is at most the other's."""
    if getattr(section, lower) > getattr(section, upper):
        places = {"key": lower, "lower": lower, "upper": upper}
        raise PydanticCustomError("out-of-order", "out of order", places)
