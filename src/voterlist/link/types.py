"""What a linkage is given, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Codes, Floats
from voterlist.config.sections import AddedComparison
from voterlist.link import block, keys
from voterlist.link.candidates import Store
from voterlist.link.encode import Encoded
from voterlist.link.fit import Doubt, Estimate
from voterlist.link.fitted import Fitted
from voterlist.link.incremental import State
from voterlist.link.weigh import Shares
from voterlist.model import OnProgress, PairKind, frozen, no_progress
from voterlist.persons.chance import AGREEMENTS, PersonFields, pairs_of
from voterlist.tables import Column, one_array


@frozen
class Chance:
    """One kind of agreement in a list.

    Pairs found are those of one person, of relatives and of unrelated people alike.
    """

    agreement: str
    expected: float
    """Pairs that unrelated people of one sex would make, were their names and dates independent."""
    found: int


def chance(entries: Encoded, groups: Codes | None = None) -> tuple[Chance, ...]:
    """Expected and found pairs for each of ``AGREEMENTS``, as the register tests count them.

    With ``groups``, pairs of two entries of one group do not count; -1 is no group.
    """
    columns = [
        np.asarray(keys.field(entries, name), np.int32)
        for name in ("stem", "given_name", "patronymic", "year", "date")
    ]
    pairs = pairs_of(
        PersonFields(entries.sex + 1, *columns),
        np.zeros(entries.size, np.int32),
        1,
        groups,
    )
    return tuple(
        Chance("+".join(agreement), float(expected[0]), int(counts[0]))
        for agreement, expected, counts in zip(AGREEMENTS, *pairs, strict=True)
    )


@frozen
class Watch:
    """What a linkage calls while it runs."""

    progress: OnProgress = no_progress
    """Called with the step, how much of it is done, and of how much."""
    forecast: Callable[[tuple[block.Forecast, ...]], None] = lambda _: None
    """Called with the forecast before any pair is made."""


@dataclass(slots=True)
class Incremental:
    """An earlier linkage from which this one goes on."""

    known: State | None = None
    """Its state, until a linkage takes it. One of another profile, other settings or another
    program is not used."""
    keep: bool = True
    """Whether this linkage is to return its own state for the next."""

    def take(self) -> State | None:
        """Its state, which is given up here: that of a nation takes half a gigabyte."""
        known, self.known = self.known, None
        return known


@frozen
class Added:
    """The comparisons that a user added, and their columns."""

    comparisons: Sequence[AddedComparison] = ()
    values: Mapping[str, Column] = field(default_factory=dict)
    """For each comparison its folded column, in the order of ``entry_ids``."""
    entry_ids: Column | None = None
    """The entries of the columns; None where there are no comparisons."""

    @property
    def kinds(self) -> dict[str, str]:
        """The kind of each comparison by its name."""
        return {comparison.name: comparison.kind for comparison in self.comparisons}

    @property
    def blocking(self) -> dict[str, bool]:
        """Which of the comparisons are blocking keys too."""
        return {comparison.name: comparison.blocking for comparison in self.comparisons}

    def of(self, ids: pa.Array) -> dict[str, pa.ChunkedArray]:
        """The columns in the order of these entry ids."""
        if self.entry_ids is None:
            return {}
        place = pc.index_in(ids, value_set=one_array(self.entry_ids))
        return {
            name: pa.chunked_array([one_array(c).take(place)])
            for name, c in self.values.items()
        }


def positions_of(ids: pa.Array, wanted: Column) -> Codes:
    """Where each wanted id stands on a list; -1 where it does not."""
    # Few ids are wanted, and the list may be a nation's: it is scanned once, without an index.
    there = np.flatnonzero(np.asarray(pc.is_in(ids, value_set=pc.unique(wanted))))
    place = np.asarray(
        pc.fill_null(pc.index_in(wanted, value_set=ids.take(there)), -1),
        np.int64,
    )
    return np.append(there, -1)[place].astype(np.int32)


def ends_of(ids: pa.Array, pairs: pa.Table) -> tuple[Codes, Codes]:
    """Where ``entry_l`` and ``entry_r`` of each of these pairs stand; -1 where they do not."""
    left, right = pairs.column("entry_l"), pairs.column("entry_r")
    return positions_of(ids, left), positions_of(ids, right)


@frozen
class OwnRules:
    """What a user decides, and the linkage does not work out."""

    fitted: Fitted | None = None
    """A model that is taken as it is; nothing is learnt then."""
    shares: Shares = field(default_factory=dict)
    """Shares of one person's pairs that are fixed."""
    most_levels: Mapping[str, int] = field(default_factory=dict)
    """How many levels of a comparison are told apart at most."""
    keys: tuple[keys.Key, ...] = ()
    """Blocking keys beside those of the profile."""
    apart: pa.Table | None = None
    """``entry_l`` and ``entry_r`` of pairs that stand in no common cluster."""
    together: pa.Table | None = None
    """The same of pairs that stand in one cluster, whatever is said of them."""


@frozen
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


@frozen
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
    with_cases: bool = True
    """False where nobody asks for the cases; ``cases`` is empty then."""


@frozen
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
    fitted: Fitted
    """What was learnt."""
    term_frequencies: Mapping[str, Floats] = field(default_factory=dict)
    """For each comparison the bits that the term frequency of its values adds to each pair, in the
    order of ``pairs``."""
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

    def kinds(self) -> dict[PairKind, int]:
        """The number of pairs of each kind that occurs, in the order of the kinds."""
        told = pc.value_counts(self.pairs.column("kind")).to_pylist()
        pairs_of = {row["values"]: row["counts"] for row in told}
        return {kind: pairs_of[kind] for kind in PairKind if kind in pairs_of}


# --- Which pairs of entries are looked for, where the list is made of several


_NO_GROUP = -1


@frozen
class Scope:
    """The groups of entries whose pairs are not looked for.

    A pair of two entries of one group does not count. It is not made, not compared and no part of
    any number of pairs. An entry without a group is paired with every other.
    """

    entry_ids: Column
    """The entries whose group is told. All others form one group."""
    groups: Codes
    """The group of each of them, from 0; -1 where it has none."""
    is_between: bool = False
    """Whether each group is a list of its own, and only pairs of two lists are looked for."""
    one_to_one: bool = False
    """Whether an entry is one person with at most one entry of each other list."""

    @classmethod
    def held_against(cls, new: Column) -> Scope:
        """Every pair with at least one of these entries counts; the others are one group."""
        return cls(new, np.full(len(new), _NO_GROUP, np.int32))

    @classmethod
    def between(
        cls,
        entry_ids: Column,
        lists: Codes,
        *,
        one_to_one: bool = False,
    ) -> Scope:
        """Only pairs of two lists count; ``lists`` are the numbers of the lists, from 0."""
        return cls(entry_ids, lists, is_between=True, one_to_one=one_to_one)

    def groups_of(self, ids: pa.Array) -> Codes:
        """The group of each of these entries.

        Lists are numbered in the order of their first entries, so that nothing depends on the order
        in which they are given.
        """
        place = pc.index_in(ids, value_set=one_array(self.entry_ids).cast(ids.type))
        of_others = 0
        known = np.append(self.groups, np.int32(of_others))
        groups = known[np.asarray(pc.fill_null(place, len(self.groups)), np.int64)]
        return lists_in_order(groups) if self.is_between else groups


def lists_in_order(groups: Codes) -> Codes:
    """The groups numbered in the order of their first entries."""
    _, first, number = np.unique(groups, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))
    return rank[number].astype(np.int32)
