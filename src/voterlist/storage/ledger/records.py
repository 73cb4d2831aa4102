"""Rows of the ledger as the rest of the program sees them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

UNKNOWN_PLACE = 0
"""Stands for a constituency or precinct that is not known: a key column cannot be null."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A list that was handed in, and the first day it was seen.

    Attributes:
        source: the file, as entries refer to it.
        name: as it was handed in.
        sheet: its name; None for a text file.
        constituency: its number; None where it is not known.
        precinct: its number; None where it is not known.
        list_kind: permanent or temporary.
        rows: all its rows.
        entries: the rows that are entries.
        first_seen: the day on which it was handed in.
    """

    source: str
    name: str
    sheet: str | None
    constituency: int | None
    precinct: int | None
    list_kind: str
    rows: int
    entries: int
    first_seen: dt.date


@dataclass(frozen=True, slots=True)
class CaseNote:
    """A case as the ledger knows it; ``status``: open, decided, or gone (not in the newest run)."""

    case_id: str
    kind: str
    status: str
    first_run: str
    last_run: str


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may work at the desk.

    Attributes:
        name: as it stands in the decisions.
        role: what they may do; a code of ``Role``.
        secret: what the password is tried against; never the password.
        since: the day on which they were added.
        until: the day on which they were removed; None where they were not.
    """

    name: str
    role: str
    secret: str = field(repr=False)
    since: str
    until: str | None = None


@dataclass(frozen=True, slots=True)
class CaseNumber:
    """The number by which people call a case.

    Attributes:
        case_id: the case.
        number: from 1; no two cases of a workspace have the same.
        content: what its entries say, place apart: a case whose entries moved has another id, and
            keeps its number.
        run: the run that gave the number.
    """

    case_id: str
    number: int
    content: str
    run: str


def received(
    submissions: Iterable[Submission],
) -> dict[tuple[int | None, int | None], dt.date]:
    """(constituency, precinct) -> the first day on which a list of it was handed in.

    A file in which no entry was found is no list that was handed in.
    """
    days: dict[tuple[int | None, int | None], dt.date] = {}
    for submission in submissions:
        if not submission.entries:
            continue
        place = (submission.constituency, submission.precinct)
        days[place] = min(submission.first_seen, days.get(place, submission.first_seen))
    return days
