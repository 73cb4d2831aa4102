"""Incremental linkage: the state that one linkage leaves, and what the next can reuse of it."""

from __future__ import annotations

from voterlist.link.incremental.state import TABLES, NoStateError, State

__all__ = ["TABLES", "NoStateError", "State"]
