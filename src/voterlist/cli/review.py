"""``review``: cases out to a workbook, decisions back in."""

from __future__ import annotations


def export() -> None:
    """Pending."""


def import_decisions() -> None:
    """Pending."""
