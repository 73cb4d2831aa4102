"""What somebody wrote into an earlier workbook, on its way into the next one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from voterlist.render.xlsx.answers import Typed
from voterlist.render.xlsx.forms import ASKED_AS, CASE_ID, ENTRY_ID, FINDING_ID

__all__ = ["Carried"]

_Key: TypeAlias = tuple[str | None, ...]


class Carried:
    """Rows that people filled in, to be put into the rows that ask the same.

    Args:
        typed: the rows, in the order of the workbook.
    """

    def __init__(self, typed: Iterable[Typed] = ()) -> None:
        self._rows: dict[_Key, list[Typed]] = {}
        for row in typed:
            rows = self._rows.setdefault(_key(row.ids), [])
            if all(row.texts != other.texts for other in rows):
                rows.append(row)

    def take(self, ids: Mapping[str, str | None]) -> Mapping[str, str | None] | None:
        """What was typed into the row with these ids, once; None where nothing was.

        Of several rows that say different things the first is taken; the others stay in ``left``.
        """
        rows = self._rows.get(_key(ids), [])
        return rows.pop(0).texts if rows else None

    def left(self) -> list[Typed]:
        """The rows that nothing took, in order."""
        rows = [row for group in self._rows.values() for row in group]
        return sorted(rows, key=lambda row: (row.sheet, row.row))


def _key(ids: Mapping[str, str | None]) -> _Key:
    """What makes two rows ask the same.

    A finding is named by its own id: workbooks of earlier versions name nothing else.
    """
    if ids.get(ASKED_AS) is None and ids.get(FINDING_ID) is not None:
        return (ids[FINDING_ID],)
    return tuple(ids.get(name) for name in (ASKED_AS, CASE_ID, ENTRY_ID))
