"""Everything that people answered, as the ledger holds it."""

from __future__ import annotations

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
