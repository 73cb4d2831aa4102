"""Everything that people answered: as the ledger holds it, and as it came back unchecked."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from voterlist.schemas import (
    ACCEPTANCE,
    GIVEN_AMENDMENT,
    GIVEN_VERDICT,
    SUBJECT,
    empty,
)


@dataclass(frozen=True, slots=True)
class Given:
    """The answers of people, in the order in which they were recorded."""

    verdicts: pa.Table = field(default_factory=lambda: empty(GIVEN_VERDICT))
    """GIVEN_VERDICT: about entries of cases."""
    amendments: pa.Table = field(default_factory=lambda: empty(GIVEN_AMENDMENT))
    """GIVEN_AMENDMENT: about entries, and about people who have none."""
    acceptances: pa.Table = field(default_factory=lambda: empty(ACCEPTANCE))
    """ACCEPTANCE: the last answer to each finding that was accepted."""
    subjects: pa.Table = field(default_factory=lambda: empty(SUBJECT))
    """SUBJECT: what the entries said then."""
    case_entries: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The entries of each case of which anything was decided, by case."""


UNKNOWN_ACTION = "unknown"

_TEXT = pa.string()

AMENDMENT_ROW = pa.schema(
    [
        pa.field("file", _TEXT, nullable=False),
        pa.field("sheet", _TEXT, nullable=False),
        pa.field("row", pa.int32(), nullable=False),
        pa.field("finding_id", _TEXT),
        pa.field("entry_id", _TEXT),
        pa.field("case_id", _TEXT),
        pa.field("action", _TEXT),
        pa.field("field", _TEXT),
        pa.field("value", _TEXT),
        pa.field("ground", _TEXT),
        pa.field("document", _TEXT),
        pa.field("constituency", _TEXT),
        pa.field("precinct", _TEXT),
        pa.field("due", _TEXT),
        pa.field("reason", _TEXT),
        pa.field("decided_by", _TEXT),
        pa.field("run_id", _TEXT),
        pa.field("adjudicates", pa.bool_(), nullable=False),
    ],
)
"""One answer about an entry or a finding, as it came back: every cell is text as written, codes
where a word was understood. ``action`` is a code of ``Action``, ``accept``, ``UNKNOWN_ACTION`` for
a word that is none, null where nothing was decided. ``row`` counts from 1, as the spreadsheet shows
it; of a file that is no workbook it counts the answers."""


def moment_of(text: str) -> float:
    """A moment in seconds since 1970, from its text in ISO 8601; minus infinity for other texts.

    A moment without a zone is in UTC.
    """
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return -math.inf
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return moment.timestamp()
