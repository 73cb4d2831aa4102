"""The tables of the compiled lists, cut into one document for each list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from voterlist.lists.compile import Compiled
from voterlist.lists.document import ListDocument
from voterlist.model import ListOrder, Purpose

__all__ = ["Edition", "documents"]


@dataclass(frozen=True, slots=True)
class Edition:
    """What all lists of one printing have in common."""

    cycle: str
    run: str
    day: dt.date
    purpose: Purpose
    order: ListOrder
    names: Mapping[int, str]
    """Constituency -> its name, where a source vouches for one."""
    of_age_since: dt.date | None
    """Born on this day or later: the birth date is displayed in full. None: nobody's is."""
    members: int = 4


def documents(compiled: Compiled, edition: Edition) -> Iterator[ListDocument]:
    """One document for each list, by constituency, precinct and kind.

    Without those whose purpose is ``record``: that is one table.
    """
    raise NotImplementedError
