"""What a linkage is given, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.config.comparisons import AddedComparison
from voterlist.link import block
from voterlist.link.candidates import Progress
from voterlist.link.chance import Chance
from voterlist.link.encode import Encoded
from voterlist.link.fit import Doubt, Estimate
from voterlist.link.found import Store
from voterlist.link.incremental import State


def _quiet(_step: str, _done: int, _total: int) -> None:
    """Progress that nobody watches."""


def _silent(_forecast: tuple[block.Forecast, ...]) -> None:
    """A forecast that nobody watches."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What a linkage calls while it runs."""

    progress: Progress = _quiet
    """Called with the step, how much of it is done, and of how much."""
    forecast: Callable[[tuple[block.Forecast, ...]], None] = _silent
    """Called with the forecast before any pair is made."""


@dataclass(slots=True)
class Incremental:
    """An earlier linkage from which this one goes on."""

    known: State | None = None
    """Its state, until a linkage takes it. One of another profile, other settings or another
    program is not used."""
    keep: bool = True
    """Whether this linkage is to return its own state for the next."""

    def taken(self) -> State | None:
        """Its state, which is given up here: that of a nation takes half a gigabyte."""
        known, self.known = self.known, None
        return known


@dataclass(frozen=True, slots=True)
class Added:
    """The comparisons that a user added, and their columns."""

    comparisons: Sequence[AddedComparison] = ()
    values: Mapping[str, pa.Array | pa.ChunkedArray] = field(default_factory=dict)
    """For each comparison its folded column, in the order of ``entry_ids``."""
    entry_ids: pa.Array | pa.ChunkedArray | None = None
    """The entries of the columns; None where there are no comparisons."""

    @property
    def kinds(self) -> dict[str, str]:
        """The kind of each comparison by its name."""
        return {one.name: one.kind for one in self.comparisons}

    @property
    def blocking(self) -> tuple[str, ...]:
        """The comparisons that are blocking keys too."""
        return tuple(one.name for one in self.comparisons if one.blocking)

    def of(self, ids: pa.Array) -> dict[str, pa.ChunkedArray]:
        """The columns in the order of these entry ids."""
        if self.entry_ids is None:
            return {}
        place = pc.index_in(ids, value_set=_array(self.entry_ids))
        return {
            name: pa.chunked_array([_array(c).take(place)])
            for name, c in self.values.items()
        }


def _array(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


@dataclass(frozen=True, slots=True)
class AddedUse:
    """How an added comparison was used in a linkage."""

    name: str
    kind: str
    known: int
    """Entries with a value."""
    distinct: int
    """Different values, spellings of one value counted once."""
    m: float | None
    """Learnt: P(the values are the same | one person); None where no value is known."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A list ready to be linked."""

    ids: pa.Array
    """The ids of its entries, in their order."""
    entries: Encoded
    """The entries in the order of the ids."""
    store: Store | None = None
    """Where the candidate pairs are put aside; None: they are held in memory."""
    with_chance: bool = True
    """False where what coincidence would give is counted elsewhere; ``chance`` is empty then."""


@dataclass(frozen=True, slots=True)
class Linkage:
    """What the linkage of a list gives."""

    pairs: pa.Table
    """PAIR, with the model in its metadata: the table explains itself."""
    cases: pa.Table
    """CASE."""
    clusters: pa.Table
    """entry_id, cluster_id: only entries that share a cluster; the id is that of its first entry.
    """
    forecast: tuple[block.Forecast, ...]
    candidates: int
    """Pairs compared."""
    afresh: int
    """How many of them were compared in this linkage; the others were reused."""
    estimate: Estimate | None
    """None where no pair was put forward, and where there are doubts."""
    chance: tuple[Chance, ...] = ()
    state: State | None = None
    """What the next linkage may go on from; None where it was not asked for."""
    reused: bool = False
    """Whether the state that was given could be used."""
    training_labels: int = 0
    """Candidate pairs decided by people, from which the model learnt."""
    contradictory: int = 0
    """Pairs that people decided both ways; the model learnt nothing from them."""
    added: tuple[AddedUse, ...] = ()
    left_out: int = 0
    """Pairs left out because an entry has one partner at most in each other list."""
    doubts: tuple[Doubt, ...] = ()
    """Why keys or model do not fit the list, so that there is no estimate."""

    def without_state(self) -> Linkage:
        """The same without the state, which is large."""
        return replace(self, state=None)
