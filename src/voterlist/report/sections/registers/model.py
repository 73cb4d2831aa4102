"""What the report shows of other bodies' registers and of the last cycle."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "CLASSES",
    "CauseCount",
    "Compared",
    "CyclePrecinct",
    "Register",
    "Registers",
]

CLASSES = (
    "confirmed",
    "probable",
    "conflicting",
    "list-only",
    "register-only",
    "unusable",
)
"""The classes of a comparison with a register, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Register:
    """One register; None where it was not given, or says nothing of the kind.

    Attributes:
        name: by which the settings call it.
        total: its rows.
        usable: the rows that hold enough to be matched.
        classes: how many of each class, in the order of ``CLASSES``.
        constituency: of which constituency's part of it these are the numbers; None: of all of it.
    """

    name: str
    total: int | None
    usable: int | None
    classes: tuple[int | None, ...]
    constituency: int | None = None

    @property
    def share(self) -> float | None:
        """The share that could be used, 0 to 1.

        None for a register that was not given, or has no rows.
        """
        return (
            self.usable / self.total if self.total and self.usable is not None else None
        )


@dataclass(frozen=True, slots=True)
class Compared:
    """A number of the statistics beside the list's own; ``listed`` None: there is no such list.

    Attributes:
        constituency: its number.
        precinct: its number; None: the whole constituency.
        measure: what is counted.
        listed: the number on the list.
        statistic: the number of the statistics.
    """

    constituency: int
    precinct: int | None
    measure: str
    listed: float | None
    statistic: float


@dataclass(frozen=True, slots=True)
class CauseCount:
    """How many entries were added, removed, changed or moved in for one cause.

    Attributes:
        change: added, removed, changed or moved.
        cause: the cause, as a code.
        entries: how many.
    """

    change: str
    cause: str
    entries: int


@dataclass(frozen=True, slots=True)
class CyclePrecinct:
    """A precinct in two cycles. ``unexplained``: entries added or removed without a cause."""

    constituency: int | None
    precinct: int | None
    before: int
    added: int
    moved_in: int
    removed: int
    moved_out: int
    after: int
    unexplained: int

    @property
    def counts(self) -> tuple[int, ...]:
        """Entries before, what came and went, and entries after: in the order of the fields."""
        return (
            self.before,
            self.added,
            self.moved_in,
            self.removed,
            self.moved_out,
            self.after,
        )


@dataclass(frozen=True, slots=True)
class Registers:
    """Other bodies and the last cycle; without rows of a cycle where none was compared."""

    registers: tuple[Register, ...]
    compared: tuple[Compared, ...]
    causes: tuple[CauseCount, ...]
    precincts: tuple[CyclePrecinct, ...]
    """Those with the most unexplained entries first."""
