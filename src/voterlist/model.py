"""The words of the domain: enumerations and small frozen records that every floor shares.

Nothing here computes. A member's value is the code that stands in tables, settings, the catalogue
and the documentation, so one spelling of it serves everywhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar, dataclass_transform

_Record = TypeVar("_Record")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(kind: type[_Record]) -> type[_Record]:
    """A record: a dataclass that nothing changes, with the fields that it declares alone."""
    return dataclass(frozen=True, slots=True)(kind)


Precinct = tuple[int | None, int | None]
"""The numbers of a constituency and of a precinct in it, None where one is not known; without a
precinct the constituency as a whole."""

JournalLine = tuple[dt.date, str, Mapping[str, str | int]]
"""What the journal of a workspace says happened: (day, event, details)."""


def details_of(
    journal: Iterable[JournalLine], *events: str
) -> list[Mapping[str, str | int]]:
    """The details of the lines of a journal that are of these events, in its order."""
    return [details for _, event, details in journal if event in events]


OnProgress = Callable[[str, int, int], None]
"""Called while work goes on: with what is being done, how much of it is done, and of how much."""


def no_progress(*_: object) -> None:
    """Progress for nobody."""


class Level(StrEnum):
    """The commission a workspace belongs to."""

    PEC = "pec"
    CONEC = "conec"
    CEC = "cec"


class Stage(StrEnum):
    """The stages of a run, in the order in which they are run."""

    INGEST = "ingest"
    MERGE = "merge"
    DECISIONS = "decisions"
    NORMALIZE = "normalize"
    CHECK = "check"
    RECONCILE = "reconcile"
    LINK = "link"
    REVIEW = "review"
    REPORT = "report"


class Severity(StrEnum):
    """How much a finding asks of a person. A finding is a question, never a verdict."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Unit(StrEnum):
    """What a finding is about."""

    ENTRY = "entry"
    DWELLING = "dwelling"
    FILE = "file"
    PRECINCT = "precinct"
    CONSTITUENCY = "constituency"
    NATION = "nation"


class Sex(StrEnum):
    """Sex as stated in an entry, or as a part of the name witnesses it."""

    FEMALE = "f"
    MALE = "m"


class ListKind(StrEnum):
    """The permanent list of a precinct, or the separate list of a ward, a ship, a prison."""

    PERMANENT = "permanent"
    TEMPORARY = "temporary"


class ListOrder(StrEnum):
    """How a printed list is sorted."""

    NAME = "name"
    """By surname, given name and patronymic, in the Azerbaijani alphabet."""
    STREET = "street"
    """By street, house and flat, then by name."""


class Purpose(StrEnum):
    """What a printed list is for, and with it what it may show."""

    DISPLAY = "display"
    """Hung out for everybody: no FIN and no document."""
    WORK = "work"
    """For the precinct: all fields, what was corrected, what to ask at the door."""
    RECORD = "record"
    """For programs: CSV and Parquet."""
    CHANGES = "changes"
    """Hung out beside the list on display: what was changed in it since."""
    DOOR = "door"
    """The checklist for the door on a telephone."""


class CardReason(StrEnum):
    """Why a voter asked for a voting card, as the log of their issue has it."""

    AWAY = "away"
    TREATMENT = "treatment"
    DUTY = "duty"
    OTHER = "other"


class Covers(StrEnum):
    """Which houses a row of the register of streets means."""

    ALL = "all"
    ODD = "odd"
    EVEN = "even"
    ONE = "one"
    UNREAD = "unread"


class Profile(StrEnum):
    """Whose spelling rules fold the names."""

    AZ = "az"
    GENERIC = "generic"


class AsideCode(StrEnum):
    """Why a row did not become an entry, or why a whole file could not be read."""

    BLANK_ROW = "blank-row"
    TITLE_ROW = "title-row"
    HEADER_ROW = "header-row"
    TOTAL_ROW = "total-row"
    DELETED_ROW = "deleted-row"
    ROW_TOO_SHORT = "row-too-short"
    ROW_TOO_LONG = "row-too-long"
    NO_NAME = "no-name"
    NO_CONSTITUENCY = "no-constituency"
    DUPLICATE_FILE = "duplicate-file"
    FILE_NOT_A_TABLE = "file-not-a-table"
    FILE_EMPTY = "file-empty"
    FILE_UNREADABLE = "file-unreadable"
    FILE_PROTECTED = "file-protected"
    FILE_TOO_LARGE = "file-too-large"
    FILE_TOO_SLOW = "file-too-slow"
    READER_STOPPED = "reader-stopped"
    TOO_MANY_ROWS = "too-many-rows"
    TOO_MANY_COLUMNS = "too-many-columns"
    CELL_TOO_LONG = "cell-too-long"
    FORMAT_NOT_READ = "format-not-read"
    DOCUMENT_NOT_READ = "document-not-read"
    SCANNED_PAGE = "scanned-page"
    ARCHIVE_NESTED = "archive-nested"
    CONTENT_UNREAD = "content-unread"
    ENCODING_UNREADABLE = "encoding-unreadable"
    READ_REFUSED = "read-refused"
    FILE_CHANGED = "file-changed"
    FOLDER_UNREADABLE = "folder-unreadable"
    LINK_BROKEN = "link-broken"
    LINK_CIRCLE = "link-circle"
    LINK_OUTSIDE = "link-outside"
    NOT_A_FILE = "not-a-file"
    HEADER_UNKNOWN = "header-unknown"
    MAPPING_DOUBTFUL = "mapping-doubtful"
    NO_LIST = "no-list"
    MAY_BE_VOTER = "may-be-voter"
    LOOKS_LIKE_REGISTER = "looks-like-register"
    REGISTER_UNKNOWN = "register-unknown"
    SAME_ENTRY = "same-entry"
    WORK_FAILED = "work-failed"


PASSING = frozenset(
    {
        AsideCode.READ_REFUSED,
        AsideCode.FILE_CHANGED,
        AsideCode.FOLDER_UNREADABLE,
        AsideCode.LINK_BROKEN,
        AsideCode.LINK_CIRCLE,
        AsideCode.LINK_OUTSIDE,
        AsideCode.NOT_A_FILE,
        AsideCode.FILE_TOO_SLOW,
        AsideCode.READER_STOPPED,
        AsideCode.WORK_FAILED,
    }
)
"""Failures of the moment: they say nothing of a content, and a minute later the file may be read.
"""


FURNITURE = frozenset(
    {
        AsideCode.BLANK_ROW,
        AsideCode.TITLE_ROW,
        AsideCode.HEADER_ROW,
        AsideCode.TOTAL_ROW,
    }
)
"""Rows that a list has besides its entries; setting them aside needs no person."""


class PairKind(StrEnum):
    """What two entries that were compared are to each other."""

    SAME_PRECINCT = "same-precinct"
    IN_TWO_LISTS = "in-two-lists"
    WITHIN_CONSTITUENCY = "within-constituency"
    ACROSS_CONSTITUENCIES = "across-constituencies"
    DISPLACED = "displaced"
    NAME_CHANGE = "name-change"
    TEMPORARY = "temporary"
    IDENTITY_CONFLICT = "identity-conflict"
    TWINS = "twins"
    RELATIVES = "relatives"
    NAMESAKES = "namesakes"
    UNLIKELY = "unlikely"


class CaseKind(StrEnum):
    """What a case may be; the last three say "not one person", with their reason."""

    SAME_PRECINCT = "same-precinct"
    IN_TWO_LISTS = "in-two-lists"
    WITHIN_CONSTITUENCY = "within-constituency"
    ACROSS_CONSTITUENCIES = "across-constituencies"
    DISPLACED = "displaced"
    NAME_CHANGE = "name-change"
    TEMPORARY = "temporary"
    IDENTITY_CONFLICT = "identity-conflict"
    TWINS = "twins"
    RELATIVES = "relatives"
    NAMESAKES = "namesakes"

    @property
    def is_duplicate(self) -> bool:
        """True where the case proposes that its entries are one person."""
        return self not in {
            CaseKind.IDENTITY_CONFLICT,
            CaseKind.TWINS,
            CaseKind.RELATIVES,
            CaseKind.NAMESAKES,
        }

    @property
    def is_asked(self) -> bool:
        """True where a person is asked to decide; the others are two people, and why is said."""
        return self.is_duplicate or self is CaseKind.IDENTITY_CONFLICT


class EntryRole(StrEnum):
    """What a case proposes for one of its entries, before a person has decided."""

    KEEP = "keep"
    REPEAT = "repeat"
    QUESTION = "question"


class Verdict(StrEnum):
    """What a person decided about one entry of a case."""

    KEEP = "keep"
    REPEAT = "repeat"
    SEPARATE = "separate"


class Asks(StrEnum):
    """What an application asks for."""

    ADD = "add"
    CORRECT = "correct"
    MOVE = "move"
    STRIKE = "strike"
    LISTED = "listed"
    """Whether somebody is on the list."""
    COMPLAINT = "complaint"
    """Something else, or an objection to what another application asks."""


class Way(StrEnum):
    """By which way an application came."""

    COUNTER = "counter"
    LETTER = "letter"
    TELEPHONE = "telephone"
    ABOVE = "above"
    """From the commission above."""
    BELOW = "below"


class Relation(StrEnum):
    """Who asks, as seen from the person whom it is about."""

    SELF = "self"
    RELATIVE = "relative"
    OTHER = "other"
    BODY = "body"
    """An authority, or another body."""


class Body(StrEnum):
    """Who decides about a decision."""

    CONSTITUENCY = "constituency"
    CENTRAL = "central"
    COURT = "court"


class Step(StrEnum):
    """What happens to an application."""

    TAKEN = "taken"
    NOTIFIED = "notified"
    """The voter whom somebody else wants struck was told."""
    DECIDED = "decided"
    ANSWERED = "answered"
    APPEALED = "appealed"
    """A commission above, or a court, decided about the decision."""
    WITHDRAWN = "withdrawn"
    NOTE = "note"


class Role(StrEnum):
    """What somebody may do at the desk."""

    ANALYST = "analyst"
    """Decides cases."""
    CHAIR = "chair"
    """Sees all cases, and settles what people decided in different ways."""
    OPERATOR = "operator"
    """Takes decisions out and in; decides nothing."""
    CLERK = "clerk"
    """Sits at the counter: finds voters and takes applications; sees no cases."""


class Mark(StrEnum):
    """What a person says of a finding."""

    ACCEPT = "accept"
    """It is as it should be: not to be raised again until what it is about changes."""
    ASK = "ask"
    """It is to be raised again, after it was accepted."""


class Action(StrEnum):
    """What a person decides to do about an entry, or about a person who has none."""

    STRIKE = "strike"
    """The person is no voter of this list: taken off it, on a ground."""
    CORRECT = "correct"
    """A field of the entry says something else from now on."""
    MOVE = "move"
    """The entry belongs to another precinct."""
    ADD = "add"
    """A person of a register is put on the list of a precinct."""
    ASK = "ask"
    """The precinct looks at the door, and answers until a day."""
    WITHDRAW = "withdraw"
    """Takes back what the same person had decided."""


class CameBack(StrEnum):
    """Why the post brought a paper back; ``undelivered.reason.<code>`` of the catalogue."""

    MOVED = "moved"
    UNKNOWN = "unknown"
    """Nobody there is called so."""
    NO_ADDRESS = "no-address"
    REFUSED = "refused"
    NOT_COLLECTED = "not-collected"
    DIED = "died"


class AtDoor(StrEnum):
    """What was answered at the door; nothing is done to a list by it."""

    RIGHT = "right"
    """It is as the list says."""
    CORRECT = "correct"
    """A field should say something else."""
    MOVED = "moved"
    DIED = "died"
    UNKNOWN = "unknown"
    """Nobody there knows the voter."""
    SAME = "same"
    """The two entries are one person."""
    APART = "apart"
    ABSENT = "absent"
    """Nobody was at home: it is asked again."""


class Returned(StrEnum):
    """Why an answer about an entry came back."""

    CHANGED = "changed"
    """The entry says something else today, or another entry of its case does."""
    GONE = "gone"
    """The entry is on no list any more, or another entry of its case is on none."""
    UNCLEAR = "unclear"
    """Several entries of today may be it, or the list on which it stood is not there."""
    CARRIED_OUT = "carried-out"
    """The precinct did itself what was decided: nobody needs to do anything."""
    ANSWERED = "answered"
    """A later answer about the entry of today settled it."""


CAME_BACK = frozenset({Returned.CHANGED, Returned.GONE, Returned.UNCLEAR})
"""Why an answer came back of which somebody has to decide again."""


class Standing(StrEnum):
    """How a stage of the calendar stands on a day."""

    DONE = "done"
    DONE_LATE = "done-late"
    DONE_UNDATED = "done-undated"
    """The list is here; on which day it was handed in only the commission below knows."""
    NOT_STARTED = "not-started"
    OPEN = "open"
    DUE_SOON = "due-soon"
    OVERDUE = "overdue"


class Progress(StrEnum):
    """How far the work of a precinct or constituency is, whatever the day."""

    NOT_STARTED = "not-started"
    """No list is there."""
    RECEIVED = "received"
    """A list is there, and no run has taken it in."""
    IN_WORK = "in-work"
    """Lists were taken in; others of the constituency are missing."""
    WAITING = "waiting"
    """Cases, errors or contested answers wait for a person."""
    READY = "ready"
    """Nothing waits: it can be handed over."""
    HANDED_OVER = "handed-over"
    RECEIVED_ABOVE = "received-above"
    """The commission above has it, by its receipt."""
    RETURNED = "returned"
    """The commission above asks for corrections."""
    APPROVED = "approved"
    NOT_AS_HANDED_OVER = "not-as-handed-over"
    """The lists were changed since: they are to be handed over again."""
    NOT_AS_APPROVED = "not-as-approved"
    """The lists were changed since: they are to be approved again."""


class Owed(StrEnum):
    """What one commission owes another."""

    LISTS = "lists"
    ANSWER = "answer"
    """To what was returned."""
    RECEIPT = "receipt"
    APPROVAL = "approval"
    STAGE = "stage"
    """That a stage of the calendar before an election is done."""


@frozen
class Rule:
    """One thing that a stage may notice.

    The same ``code`` names the catalogue's messages (``rule.<code>.title``,
    ``rule.<code>.message``, ``rule.<code>.todo``), the settings' switch and the page of
    the manual, ``voterlist manual <code>``. That page is made of the rule: its texts are English
    paragraphs with a blank line between them.
    """

    code: str
    severity: Severity
    unit: Unit
    ground: str
    """The legal or statistical source that the rule stands on."""
    looks_at: str = ""
    """What is compared with what, and where the limits are."""
    false_alarms: str = ""
    """How a finding comes about although nothing is wrong."""
    settings: tuple[str, ...] = ()
    """The keys of ``[check]`` that the rule depends on."""
    is_share: bool = False
    """True where ``value`` and ``limit`` are shares, 0 to 1; a report shows them in percent."""
    registers: tuple[str, ...] = ()
    """The registers of persons that say so, by name."""
    about: str = ""
    """What of a register's rows and the entries that they meet breaks it."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Why a row of a review workbook, and with it every new row of its case, was not recorded."""

    row: int
    """0: the sheet as a whole."""
    code: str
    """Of a sheet that could not be read, an ``AsideCode``."""
    sheet: str
    case_id: str | None = None
    entry_id: str | None = None
    rule: str | None = None
    """Of a finding, where the row names one that is known."""
    count: int = 1
    """How many cells it is about."""
    file: str = ""
    """The file in which the row stands, where several were read."""
    case_number: int | None = None
    """The number by which people call the case."""
    who: str | None = None
    """The people whom it is about, where others may do what was refused."""

    @property
    def key(self) -> str:
        """The catalogue's key: ``.title`` says what is wrong, ``.todo`` what to do."""
        is_trouble = self.code in AsideCode.__members__.values()
        return f"aside.{self.code}" if is_trouble else f"review.problem.{self.code}"


def null_last(number: int | None) -> tuple[bool, int]:
    """The key by which numbers are sorted: an unknown one comes last."""
    return number is None, number or 0
