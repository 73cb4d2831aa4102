"""One Arrow schema for each table that crosses a boundary between stages.

The table is the interface: whoever knows these columns can start at any point of the street. A
column is null where nothing is known; an empty string stands nowhere (``ingest`` makes blanks null,
once). Tables that leave a stage are sorted by their first columns, so the same input gives the same
bytes. ``voterlist manual tables`` says what each column means.
"""

from __future__ import annotations

from voterlist.schemas.audit import (
    AGES,
    COINCIDENCE,
    INDICATOR,
    PROFILE,
    PYRAMID,
    SCORECARD,
)
from voterlist.schemas.cycles import CYCLE_CHANGE, CYCLE_SUMMARY, REMOVAL_REASON
from voterlist.schemas.entries import ADDED, ENTRY, LIST, SET_ASIDE, Intake
from voterlist.schemas.findings import ACCEPTANCE, ACCEPTED, FINDING
from voterlist.schemas.invented import FAULT, TRUTH
from voterlist.schemas.linkage import (
    CASE,
    PAIR,
    SECOND_OPINION,
    WATERFALL,
    pair_schema,
    waterfall_schema,
    with_added,
)
from voterlist.schemas.lists import CORRECTION, DOOR, LIST_BALANCE, LISTED, RECORD
from voterlist.schemas.quality import CERTIFICATE, SECOND_READING
from voterlist.schemas.raw import RawFile, RawSheet
from voterlist.schemas.registers import MATCH, REGISTER_USE
from voterlist.schemas.required import (
    empty,
    require,
    without_blank,
)
from voterlist.schemas.review import (
    AMENDMENT,
    APPLIED,
    CASE_NUMBER,
    CHANGE,
    CONTESTED,
    DECISION,
    FOLLOWED,
    GIVEN_AMENDMENT,
    GIVEN_VERDICT,
    RETURNED,
    SKIPPED,
    SUBJECT,
)
from voterlist.schemas.statistics import COMPARISON, PROTOCOL, PROTOCOL_LINES, STATISTIC
from voterlist.schemas.streets import STREET, STREET_ROW
from voterlist.schemas.voters import STREET_OR_VILLAGE, VOTER

__all__ = [
    "ACCEPTANCE",
    "ACCEPTED",
    "ADDED",
    "AGES",
    "AMENDMENT",
    "APPLIED",
    "CASE",
    "CASE_NUMBER",
    "CERTIFICATE",
    "CHANGE",
    "COINCIDENCE",
    "COMPARISON",
    "CONTESTED",
    "CORRECTION",
    "CYCLE_CHANGE",
    "CYCLE_SUMMARY",
    "DECISION",
    "DOOR",
    "ENTRY",
    "FAULT",
    "FINDING",
    "FOLLOWED",
    "GIVEN_AMENDMENT",
    "GIVEN_VERDICT",
    "INDICATOR",
    "LIST",
    "LISTED",
    "LIST_BALANCE",
    "MATCH",
    "PAIR",
    "PROFILE",
    "PROTOCOL",
    "PROTOCOL_LINES",
    "PYRAMID",
    "RECORD",
    "REGISTER_USE",
    "REMOVAL_REASON",
    "RETURNED",
    "SCORECARD",
    "SECOND_OPINION",
    "SECOND_READING",
    "SET_ASIDE",
    "SKIPPED",
    "STATISTIC",
    "STREET",
    "STREET_OR_VILLAGE",
    "STREET_ROW",
    "SUBJECT",
    "TRUTH",
    "VOTER",
    "WATERFALL",
    "Intake",
    "RawFile",
    "RawSheet",
    "empty",
    "pair_schema",
    "require",
    "waterfall_schema",
    "with_added",
    "without_blank",
]
