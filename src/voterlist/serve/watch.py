"""What happens around every block that the clerk writes."""

from __future__ import annotations

from voterlist.serve.door import Door
from voterlist.storage.ledger import OpenLedger

__all__ = ["Watch"]


class Watch:
    """Keeps what the process knows in step with the ledger.

    Args:
        door: users and sessions.
    """

    def __init__(self, door: Door) -> None:
        self._door = door
        self._others = -1

    def before(self, ledger: OpenLedger) -> None:
        """Read anew what another program may have changed."""
        if ledger.others != self._others:
            self._door.read(ledger)
            self._others = ledger.others

    def after(self, ledger: OpenLedger) -> None:
        """Nothing is left to be written."""

    def undone(self) -> None:
        """Read all of it anew in the next block."""
        self._others = -1

    def idle(self, ledger: OpenLedger) -> None:
        """End the sessions that are over."""
        self._door.tidy(ledger)
