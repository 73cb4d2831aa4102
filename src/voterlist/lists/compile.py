"""Entries and what was done to them -> the list of each precinct."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from voterlist.model import ListOrder

__all__ = ["Compiled", "ListInput", "compile_lists"]


@dataclass(frozen=True, slots=True)
class ListInput:
    """What a run knows of one constituency, or of several."""

    entries: pa.Table
    """ENTRY: as handed in."""
    voters: pa.Table
    """VOTER: of the entries, from their corrected cells, and of the additions."""
    additions: pa.Table
    """ENTRY: the people added from registers."""
    applied: pa.Table
    """APPLIED"""
    amendments: pa.Table
    """AMENDMENT: what holds; corrections and questions are taken from it."""
    balance: pa.Table
    """LIST_BALANCE; without rows it is counted here."""
    findings: pa.Table
    """FINDING: those still open."""
    cases: pa.Table
    """CASE with its verdict: those still open."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """The lists of the precincts."""

    listed: pa.Table
    """LISTED, by constituency, precinct, kind and number."""
    corrections: pa.Table
    """CORRECTION, by constituency, precinct, kind, change and name."""
    balance: pa.Table
    """LIST_BALANCE, one row for each list."""
    door: pa.Table
    """DOOR, by constituency, precinct, kind, street, house and flat."""


def compile_lists(
    given: ListInput, *, order: ListOrder, written_spelling: bool = True
) -> Compiled:
    """The compiled, corrected list of every precinct of these entries.

    Raises:
        StageError: the list of a precinct has other rows than its balance says.
    """
    raise NotImplementedError
