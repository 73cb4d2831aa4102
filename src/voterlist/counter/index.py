"""The index beside a run: who has which name, date, street and number; mapped from the disk.

It is made by the first question after a run, and kept as other work is (``storage.kept``). Of each
distinct value it holds the entries that have it, so that a question looks at distinct values and
at the few entries that are left.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist import strict_json, tables
from voterlist.arrays import Codes, Longs, consecutive, distinct_counts
from voterlist.decisions.effects import with_corrections
from voterlist.errors import UsageError, input_error
from voterlist.fields import BORN, IDENTIFIERS, NAME_PARTS, PLACE
from voterlist.link.comparisons.names import Looks
from voterlist.link.encode import (
    COMPARED,
    EncodedColumn,
    Whole,
    encoded_column,
    street_names,
)
from voterlist.link.part import ENTRIES, Tables, whole_list
from voterlist.lists.compile import spelt_as_decided, street_texts
from voterlist.lists.roll import number_rows
from voterlist.model import (
    AsideCode,
    ListKind,
    ListOrder,
    OnProgress,
    Profile,
    no_progress,
)
from voterlist.normalize.names import skeleton
from voterlist.normalize.stage import normalize
from voterlist.pipeline.known import Known, read_table
from voterlist.pipeline.list_input import ListSource
from voterlist.pipeline.outcome import unread_constituencies
from voterlist.schemas import WORD
from voterlist.storage import lock
from voterlist.storage.kept import Kept, KeptUnit, Place, keep
from voterlist.storage.store import (
    digest_of,
    program_digest,
    read_manifest_and_digest,
)
from voterlist.storage.workspace import open_to_read, read_beside
from voterlist.tables import Row

_PATIENCE = 600.0
"""Seconds to wait for another process that makes the index."""
INDEX = "find-index"
"""What is told of while the index is made."""
NAMES = ("surname", "stem", "given_name", "patronymic")
STREET = "street"
PLACES = ("settlement", STREET)
NUMBERED = ("date", "fin_hash", "document_hash")
"""The columns of numbers by which entries are looked up."""
SHOWN = pa.schema(
    [
        *((name, WORD) for name in (*NAME_PARTS, "address")),
        ("state", WORD),
        ("ground", WORD),
        ("kept_entry_id", pa.string()),
        ("listed_in", pa.int32()),
        ("listed_precinct", pa.int32()),
        ("list_number", pa.int32()),
    ]
)
"""What is told of each entry beside what is compared. ``state``: one of the words below.
``listed_in`` and ``listed_precinct``: where the person stands on the list of today; null: on none.
``list_number``: the place on the printed list of this precinct."""
LISTED, STRUCK, REPEATED, MOVED, ADDED = (
    "listed",
    "struck",
    "repeated",
    "moved",
    "added",
)
_STATES = {"strike": STRUCK, "repeat": REPEATED, "move": MOVED, "add": ADDED}
"""By what was done; the first of an entry says how it stands."""
_BLANK = (AsideCode.BLANK_ROW, AsideCode.HEADER_ROW, AsideCode.TITLE_ROW)
"""Rows set aside on which nobody can stand."""
_SHORTEST_BEGINNING = 3
"""Letters of a part of a name."""
_SURE_BEGINNING = 4
"""Letters of a part of a name of which none is left out."""


@dataclass(frozen=True)
class Held:
    """The distinct values of a column, and the entries that have each."""

    values: pa.Array
    """Texts, or numbers in ascending order."""
    counts: Longs
    order: Codes
    """The entries with a value, by the code of the value."""
    looks: Looks | None = None
    """Of texts, how they look from afar."""

    @cached_property
    def starts(self) -> Longs:
        """Where the entries of each value begin in the order."""
        return np.cumsum(self.counts, dtype=np.int64) - self.counts

    def entries_of(self, codes: Codes | Longs) -> Codes:
        """The entries that have one of these values, one value after the other."""
        return np.asarray(
            self.order[consecutive(self.starts[codes], self.counts[codes])]
        )

    def codes_of(self, numbers: Longs) -> Longs:
        """The codes of those of these numbers that somebody has."""
        values = self.values.to_numpy()
        places = np.unique(np.searchsorted(values, numbers))
        places = places[places < len(values)]
        return places[np.isin(values[places], numbers)]

    def may_begin(self, word: str) -> Longs:
        """The codes of the texts of which a word of some letters may be a part.

        The last letter of a part may be another one in the whole name, unless somebody has it as
        the whole; ``k`` counts as ``q``. Who has the word itself is among them: they are as many
        as begin so.
        """
        if len(word) < _SHORTEST_BEGINNING or self.looks is None:
            return np.zeros(0, np.int64)
        is_whole = tables.mask_of(pc.equal(self.values, word))
        is_sure = len(word) <= _SURE_BEGINNING or is_whole.any()
        begun = re.sub("[kq]", "[kq]", word if is_sure else word[:-1])
        begins = tables.fits(self.values, f"^{begun}")
        return np.flatnonzero(is_whole | begins & (self.looks.lengths > len(word)))


@dataclass(frozen=True)
class Index:
    """All that is asked of a run to find somebody."""

    parts: Tables
    whole: Whole
    held: Mapping[str, Held]
    """By the names of NAMES, PLACES and NUMBERED."""
    shown: pa.Table
    """SHOWN, in the order of the entry ids."""
    aside: pa.Table
    """Rows set aside: ``source``, ``copy``, ``sheet``, ``line``, ``constituency``, ``precinct``,
    ``code``, and ``words``, the skeletons of their words, each between blanks."""
    searched: Mapping[str, Any]
    """What was searched, as numbers and codes."""

    def entry(self, entry_id: str) -> int | None:
        """Where an entry stands; None where it is none of the run."""
        place = int(pc.index(self.parts[ENTRIES].column("id"), entry_id).as_py())
        return None if place < 0 else place

    def row(self, position: int) -> Row:
        """What is told of an entry: the columns of SHOWN and those of VOTER that it names."""
        (own,) = self.shown.slice(position, 1).to_pylist()
        (compared,) = self.parts[ENTRIES].slice(position, 1).to_pylist()
        kind = ListKind.TEMPORARY if compared["temporary"] else ListKind.PERMANENT
        born = {
            f"birth_{part}": compared[part] or None for part in ("year", "month", "day")
        }
        place = {name: compared[name] for name in PLACE}
        return {
            "entry_id": compared["id"],
            **{name: None if number < 0 else number for name, number in place.items()},
            "list_kind": kind.value,
            **own,
            **born,
            **{name: compared[name] for name in IDENTIFIERS},
        }


def make_index(workspace: Path, since: str, progress: OnProgress) -> None:
    """Make the index of the newest runs where there is none; without a run, nothing.

    Of a nation that takes minutes, so nothing is held but the making itself: no run waits for it. A
    run that takes the place of the one that is read meanwhile is read instead.

    Args:
        workspace: its folder.
        since: told to another process that waits too long for this one.
        progress: told what is done.

    Raises:
        InputError: a table of a run, or the ledger, cannot be read.
        WorkspaceBusyError: another process makes it all the time.
        OSError: it cannot be written.
    """

    def make() -> None:
        with open_to_read(workspace) as (settings, ledger):
            source = ListSource.of(workspace, ledger, settings)
        index_of(source, progress)

    held = lock.hold(workspace, since=since, patience=_PATIENCE, **lock.OF_INDEX)
    with suppress(UsageError), held:
        read_beside(workspace, make)


def index_of(source: ListSource, progress: OnProgress = no_progress) -> Index:
    """The index of the runs of a workspace that is held; made where there is none yet.

    Raises:
        InputError: a table of a run is gone or damaged.
        OSError: it cannot be written.
    """
    place = _place_of(source)
    folder = place.inside(source.workspace)
    if folder in _OPENED:
        return _OPENED[folder]
    kept = Kept(source.workspace)
    unit = kept.find(place)
    if unit is None:
        keep(source.workspace, place, lambda folder: _fill(folder, source, progress))
        unit = kept.made(place)
        # Of one run alone: that of an earlier one goes.
        kept.sweep(is_whole=False)
    _OPENED.clear()
    _OPENED[folder] = _open_index(unit)
    return _OPENED[folder]


def _place_of(source: ListSource) -> Place:
    """Where the index of these runs lies; elsewhere, once another one took the place of a run."""
    digests = [read_manifest_and_digest(folder)[1] for folder in source.runs.folders]
    order = source.settings.lists.order
    return Place("find", "list", digest_of(program_digest(), order, *digests))


_OPENED: dict[Path, Index] = {}
"""The index that this process asked last, by its folder: once it was proved, it is not read through
again for each question."""


def _fill(folder: Path, source: ListSource, progress: OnProgress) -> Mapping[str, Any]:
    """Write the index into a folder; what is told of it."""
    runs, profile = source.runs, source.settings.workspace.profile
    place = _place_of(source)
    progress(INDEX, 0, 3)
    amendments = runs.table("amendments")
    additions = with_corrections(runs.table("additions"), amendments)
    added = normalize(additions, profile).table
    read = (*COMPARED, *NAME_PARTS, "street_kind")
    voters = _of_today(runs, "voters", read, added)
    parts, whole = whole_list(voters, profile)
    progress(INDEX, 1, 3)
    entries = parts[ENTRIES]
    for name in NAMES:
        _write_held(folder, name, parts[name], entries.column(name).to_numpy())
    streets, _ = street_names(voters.column("street"))
    of_places = {STREET: pa.chunked_array([streets])}
    for name in PLACES:
        column = encoded_column(of_places.get(name, voters.column(name)))
        counted = pa.table({"value": column.values, "count": column.counts})
        _write_held(folder, name, counted, column.codes)
    year, month, day = (
        entries.column(name).to_numpy() for name in ("year", "month", "day")
    )
    # A date without its year is unknown.
    dates = np.where(year > 0, packed_date(year, month, day), -1)
    for name in NUMBERED:
        numbers = dates if name == "date" else entries.column(name).to_numpy()
        values, counts = distinct_counts(numbers[numbers >= 0])
        _write_held(folder, name, pa.table({"value": values, "count": counts}), numbers)
    lines = parts["address"]
    if not whole.has_lines:
        # Streets and houses are compared: nobody reads the lines.
        nothing = pa.array(np.full(whole.size, -1, np.int32))
        entries = tables.with_column(entries, "address", nothing)
        lines = lines.slice(0, 0)
    _write(folder / f"{ENTRIES}.arrow", entries.drop_columns(list(NUMBERED[1:])))
    _write(folder / "address.arrow", lines)
    progress(INDEX, 2, 3)
    del parts, entries
    order = ListOrder(source.settings.lists.order)
    shown = _make_shown(runs, voters, additions, amendments, order)
    _write(folder / "shown.arrow", shown)
    set_aside = runs.table("set_aside")
    aside = _aside(set_aside)
    _write(folder / "aside.arrow", aside)
    (folder / "whole.json").write_text(
        json.dumps(asdict(whole), default=np.ndarray.tolist), encoding="utf-8"
    )
    if _place_of(source) != place:
        raise input_error("run-damaged", runs.folders[0])
    states = tables.count_by(shown, "state")
    return {
        "entries": whole.size,
        "set_aside": aside.num_rows,
        "unread": sorted(number or 0 for number in unread_constituencies(set_aside)),
        **{state: states.get(state, 0) for state in (STRUCK, REPEATED, MOVED, ADDED)},
    }


def _of_today(
    runs: Known, name: str, columns: Sequence[str], added: pa.Table
) -> pa.Table:
    """Columns of a table of all runs and of the people added, by entry id; text as codes.

    Of each constituency the newest run that had it counts: an entry that its precinct no longer
    hands in is not there. One column is read at a time.
    """
    parts: list[tuple[Path, Any]] = []
    for folder, newer in zip(runs.folders, runs.left_out, strict=True):
        is_newest = ~pc.field("constituency").isin(sorted(newer)) if newer else None
        parts.append((folder, is_newest))
    made = {}
    for column in columns:
        read = [read_table(folder, name, rows, [column]) for folder, rows in parts]
        whole = pa.concat_tables([*read, added.select([column])]).unify_dictionaries()
        values = whole.column(0).combine_chunks()
        is_text = pa.types.is_string(values.type)
        is_repeated = is_text and column not in {"entry_id", *IDENTIFIERS}
        made[column] = values.dictionary_encode() if is_repeated else values
    order = tables.order_of(made["entry_id"])
    table = pa.table(made)
    return table if order is None else table.take(order)


def packed_date(year: Any, month: Any, day: Any) -> Any:
    """A date as one number; a part that is unknown is 0."""
    return year * 10_000 + month * 100 + day


def _write_held(folder: Path, name: str, table: pa.Table, codes: Codes | Longs) -> None:
    """Write the values of a column, and which entries have each; -1 is no value.

    The codes of texts are their places; numbers stand for themselves.
    """
    values = table.column("value").combine_chunks()
    if pa.types.is_string(values.type):
        column = EncodedColumn(np.zeros(0, np.int32), values, np.zeros(0, np.int64))
        for look, of_values in Looks.of(column)._asdict().items():
            table = table.append_column(look, pa.array(of_values))
    _write(folder / f"{name}.arrow", table)
    known = np.flatnonzero(codes >= 0)
    order = known[np.argsort(codes[known], kind="stable")]
    np.save(folder / f"{name}.npy", order.astype(np.int32))


def _make_shown(
    runs: Known,
    voters: pa.Table,
    additions: pa.Table,
    amendments: pa.Table,
    order: ListOrder,
) -> pa.Table:
    """SHOWN of all entries; their numbers are those of lists in this order."""
    names = ("entry_id", *NAME_PARTS, "full_name", "address")
    written = with_corrections(_of_today(runs, "entries", names, additions), amendments)
    applied = runs.table("applied")
    ids = voters.column("entry_id")
    # The strongest stands first: it is the one that is found.
    done = pa.concat_tables(
        [tables.rows_among(applied, "action", [action]) for action in _STATES]
    )
    rows = tables.row_of_each(ids, done.column("entry_id"))
    of_done = {
        name: tables.take_column(done, name, rows)
        for name in ("action", "ground", "kept_entry_id", *PLACE)
    }
    action = pc.index_in(of_done["action"], value_set=pa.array(_STATES))
    state = pc.fill_null(pa.array(_STATES.values()).take(action), LISTED)
    is_moved = pc.equal(state, MOVED)
    place = {
        name: pc.if_else(is_moved, of_done[name], voters.column(name)) for name in PLACE
    }
    is_nowhere = pc.and_(is_moved, pc.is_null(place["constituency"]))
    is_off = pc.or_(tables.is_among(state, (STRUCK, REPEATED)), is_nowhere)
    is_added = tables.mask_of(
        tables.is_among(ids, additions.column("entry_id").to_pylist())
    )
    spelt = spelt_as_decided(voters, written, is_added, applied)
    people = {name: voters.column(name) for name in _SORTED_BY} | place | spelt
    streets = pa.nulls(voters.num_rows, pa.string())
    if order is ListOrder.STREET:
        streets = street_texts(written.column("address"), voters)
    # Who stands on no list has no number.
    off = np.asarray(is_off)
    listed_rows = pa.array(np.flatnonzero(~off))
    listed = pa.table(people).take(listed_rows)
    in_order, of_listed = number_rows(listed, listed, streets.take(listed_rows), order)
    numbers = np.zeros(len(off), np.int32)
    numbers[listed_rows.take(in_order).to_numpy()] = of_listed
    columns: dict[str, Any] = {
        name: pc.coalesce(spelt[name], tables.plain(written.column(name)))
        for name in NAME_PARTS
    }
    nobody = tables.join_text(list(columns.values())).is_null()
    whole = tables.plain(written.column("full_name"))
    columns["surname"] = pc.if_else(nobody, whole, columns["surname"])
    columns |= {
        "address": written.column("address"),
        "state": state,
        "ground": of_done["ground"],
        "kept_entry_id": of_done["kept_entry_id"],
        "listed_in": pc.if_else(is_off, None, place["constituency"]),
        "listed_precinct": pc.if_else(is_off, None, place["precinct"]),
        "list_number": pa.array(numbers, mask=off),
    }
    return tables.from_columns(columns, SHOWN)


_SORTED_BY = (
    *("entry_id", "list_kind", "house", "flat"),
    *BORN,
)
"""Columns of VOTER by which a printed list is sorted, beside the names and the place."""


_ASIDE = ("source", "copy", "sheet", "line", "constituency", "precinct", "code")


def _aside(set_aside: pa.Table) -> pa.Table:
    """The rows set aside on which a person may stand, with the skeletons of their words."""
    is_blank = tables.is_among(set_aside.column("code"), _BLANK)
    is_row = pc.equal(set_aside.column("rows"), 1)
    rows = set_aside.filter(pc.and_(is_row, pc.invert(is_blank)))
    lines = []
    for cells in rows.column("cells").to_pylist():
        words = " ".join(cell or "" for cell in cells or ()).split()
        lines.append(f" {' '.join(skeleton(word) or word for word in words)} ")
    columns = {name: tables.plain(rows.column(name)) for name in _ASIDE}
    return pa.table({**columns, "words": pa.array(lines, pa.string())})


def _write(path: Path, table: pa.Table) -> None:
    """Write a table so that it can be mapped: one batch, not compressed."""
    table = table.combine_chunks()
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as out:
        out.write_table(table, max_chunksize=max(table.num_rows, 1))


def _open_index(unit: KeptUnit) -> Index:
    """The index that lies in a folder, mapped."""
    read = {}
    for name in _TABLES:
        with pa.memory_map(str(unit.path(f"{name}.arrow"))) as file:
            read[name] = pa.ipc.open_file(file).read_all()
    content = strict_json.loads(unit.path("whole.json").read_text(encoding="utf-8"))
    arrays = {
        name: np.array(value, np.int64)
        for name, value in content.items()
        if isinstance(value, list)
    }
    whole = Whole(**{**content, **arrays, "profile": Profile(content["profile"])})
    held = {}
    for name in (*NAMES, *PLACES, *NUMBERED):
        table = read[name]
        values, counts, *_ = (column.combine_chunks() for column in table.columns)
        order = np.load(unit.path(f"{name}.npy"), mmap_mode="r")
        looks = None
        if name not in NUMBERED:
            looks = Looks(*(table.column(look).to_numpy() for look in Looks._fields))
        held[name] = Held(values, counts.to_numpy(), order, looks)
    parts = {name: read[name] for name in (*NAMES, "address", ENTRIES)}
    return Index(parts, whole, held, read["shown"], read["aside"], unit.said)


_TABLES = (*NAMES, *PLACES, *NUMBERED, "address", ENTRIES, "shown", "aside")
