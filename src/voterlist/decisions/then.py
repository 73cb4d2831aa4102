"""What is known of the list as it was when something was decided."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from voterlist import strict_json
from voterlist.decisions.given import Given
from voterlist.decisions.subjects import OTHERS, answered_ids, identity_of


class Then:
    """What is known of the list as it was when something was decided."""

    def __init__(self, given: Given) -> None:
        self._answered = answered_ids(given)
        self._beside: dict[str, set[str]] = {}
        """The entries known to have stood on the list beside each entry, itself among them."""
        self._cells: dict[str, Mapping[str, Any]] = {}
        """What each entry said."""
        self._by_identity: dict[str, Mapping[str, Any]] = {}
        """What an entry of each identity said."""
        self._noted: set[str] = set()
        """The entries of which it is known which others said the same."""
        for row in given.subjects.to_pylist():
            self._note(row["entry_id"], strict_json.loads(row["cells"]))
        for members in given.case_entries.values():
            self._stand_together(members)

    def _note(self, entry_id: str, cells: Mapping[str, Any]) -> None:
        """Note what an entry said, and which others said the same then."""
        self._cells[entry_id] = cells
        self._by_identity[identity_of(entry_id)] = cells
        if OTHERS in cells:
            alike = [entry_id, *cells[OTHERS]]
            self._noted.update(alike)
            self._stand_together(alike)

    def _stand_together(self, entry_ids: Collection[str]) -> None:
        """Note that these entries stood on the list at the same time."""
        for entry_id in entry_ids:
            self._beside.setdefault(entry_id, set()).update(entry_ids)

    @property
    def known(self) -> set[str]:
        """The entries of which anything was decided, and those known to have stood beside."""
        return self._answered | self._beside.keys()

    def cells(self, entry_id: str) -> Mapping[str, Any]:
        """What the entry said, by the names of ENTRY; nothing where that is not known."""
        return self._cells.get(entry_id, {})

    def cells_alike(self, entry_id: str) -> Mapping[str, Any]:
        """What an entry of the same identity said, perhaps in another place."""
        return self._by_identity.get(identity_of(entry_id), {})

    def beside(self, entry_id: str) -> set[str]:
        """The entries known to have stood on the list beside it, and the entry itself."""
        return self._beside.get(entry_id, {entry_id})

    def stood_together(self, one: str, other: str) -> bool:
        """True where both may have been on the list at once: they are two entries."""
        if other in self.beside(one) or one in self.beside(other):
            return True
        # Where nobody noted which entries said the same, one that was decided of may be one.
        return one not in self._noted and other in self._answered
