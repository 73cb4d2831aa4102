"""Frames as the linkage takes them, and tables as pandas has them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import wraps
from inspect import signature
from typing import ParamSpec, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Longs
from voterlist.config import parse_tree
from voterlist.config.sections import AddedComparison
from voterlist.errors import (
    NotAFrameError,
    UsageError,
    VoterlistError,
    naming,
    place_of,
)
from voterlist.fields import COMPARED
from voterlist.ingest.added import added_columns
from voterlist.ingest.generic import (
    UsedTable,
    added_of,
    names_of,
    table_intake,
    under_profile,
)
from voterlist.link.comparisons.kinds import FOLDS
from voterlist.link.types import Added, Scope
from voterlist.model import Profile, frozen
from voterlist.normalize.stage import fold_added
from voterlist.normalize.stage import normalize as normalize_entries
from voterlist.normalize.told import ToldProfile, tell_profile
from voterlist.readers.pandas_frame import frame_table
from voterlist.schemas import ENTRY, Intake
from voterlist.tables import Column, concat

Columns = Mapping[str, str | Sequence[str]]
_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")


def without_cells(function: Callable[_Given, _Result]) -> Callable[_Given, _Result]:
    """The function, which tells of an error that nobody foresaw its kind and place alone.

    Its words, and those of what caused it, may quote a cell.
    """

    @wraps(function)
    def call(*args: _Given.args, **kwargs: _Given.kwargs) -> _Result:
        # A missing argument is for Python to tell.
        signature(function).bind(*args, **kwargs)
        try:
            return function(*args, **kwargs)
        except VoterlistError:
            raise
        except OSError as error:
            what = f"a file cannot be read or written ({type(error).__name__})."
            told: VoterlistError = refusal(what, "Look at its path.")
        except Exception as error:  # noqa: BLE001  see above
            failed = f"failed inside: {type(error).__name__} at {place_of(error)}"
            told = VoterlistError(failed, todo="Report this line; it quotes no cell.")
        raise told

    return call


def refusal(message: str, todo: str) -> UsageError:
    """The error that an argument cannot be used, and what to do."""
    return UsageError(f"{message} {todo}", todo=todo)


def profile_named(name: str) -> Profile:
    """The profile of this name.

    Raises:
        SettingsError: there is none.
    """
    return parse_tree({"workspace": {"profile": name}}).workspace.profile


def require_frame(frame: object) -> None:
    """Refuse what is no frame; of a text nothing is told, for it may be anybody's name.

    Raises:
        NotAFrameError: it is something else.
    """
    if isinstance(frame, pd.DataFrame):
        return
    kind = type(frame).__name__
    todo = (
        "Make a frame of it: pandas.DataFrame(...); of a file, "
        'pandas.read_csv("file.csv", dtype=str). The command voterlist link takes files.'
    )
    message = f"a pandas DataFrame is needed, and this is of the type {kind}. {todo}"
    raise NotAFrameError(message, todo=todo)


def intake_of(frame: pd.DataFrame, columns: Columns | None) -> Intake:
    """The frame's rows as entries."""
    return table_intake(table_of(frame), columns)


def table_of(frame: pd.DataFrame) -> pa.Table:
    """The frame's cells as text; an index that has a name is a column, as ``set_index`` made it.

    Raises:
        NotAFrameError: it is none.
    """
    require_frame(frame)
    named = [
        level
        for level, name in enumerate(frame.index.names)
        if name is not None and name not in frame.columns
    ]
    return frame_table(frame.reset_index(named) if named else frame)


@frozen
class Linkable:
    """Frames as the linkage takes them: one list, in which every id has the mark of its frame."""

    names: tuple[str, ...]
    """What the frames are called; one that stands alone has no name."""
    frames: tuple[UsedTable, ...]
    entries: tuple[pa.Table, ...]
    """The rows of each frame as ENTRY."""
    profile: Profile
    told: ToldProfile | None
    """How the profile was told; None where it was given."""

    def said(self) -> dict[Hashable, object]:
        """How the frames were understood, as plain values."""
        uses = [use for frame in self.frames for use in frame.choice.uses]
        return {
            "profile": str(self.profile),
            "profile_told": asdict(self.told) if self.told else None,
            "columns": [asdict(use) for use in uses],
        }

    def marks(self) -> list[str]:
        """What stands before the ids of each frame while all are one list.

        In each pair the id of the earlier frame comes first then, and equal ids are two.
        """
        many = len(self.frames)
        if many == 1:
            return [""]
        return [f"{number:0{len(str(many))}}:" for number in range(1, many + 1)]

    def marked(self) -> pa.Table:
        """The rows of all frames as ENTRY, each id with the mark of its frame."""
        parts = []
        for entries, mark in zip(self.entries, self.marks(), strict=True):
            ids = pc.binary_join_element_wise(mark, entries.column("entry_id"), "")
            field = ENTRY.field("entry_id")
            parts.append(entries.set_column(0, field, ids))
        return concat(parts, ENTRY)

    def voters(self) -> pa.Table:
        """The entries of all frames, normalised."""
        return normalize_entries(self.marked(), self.profile, for_linkage=True).table

    def added(self, ids: pa.ChunkedArray) -> Added:
        """The comparisons that were added, with their columns; ``ids`` are those of voters."""
        comparisons = self.frames[0].choice.comparisons
        if not comparisons:
            return Added()
        texts = added_of(self.frames)
        values = fold_added(texts, comparisons, self.profile, FOLDS)
        return Added(comparisons, values, ids)

    def scope(
        self, ids: pa.ChunkedArray, *, one_to_one: bool, new: int = 0
    ) -> Scope | None:
        """Which pairs are looked for: all of one frame, of several those of two frames.

        Where so many frames at the end are new, also those inside them, and none of two others.
        """
        if len(self.frames) == 1:
            return None
        lists = self.frame_of(ids).astype(np.int32)
        if new:
            is_new = pa.array(lists >= len(self.frames) - new)
            return Scope.held_against(ids.filter(is_new))
        return Scope.between(ids, lists, one_to_one=one_to_one)

    def frame_of(self, ids: Column) -> Longs:
        """The number of the frame of each of these marked ids, from 0."""
        width = len(self.marks()[0])
        if not width:
            return np.zeros(len(ids), np.int64)
        marks = pc.utf8_slice_codeunits(ids, 0, width - 1).cast(pa.int64())
        return np.asarray(marks.to_numpy(zero_copy_only=False) - 1, np.int64)

    def with_frame(
        self, name: str, frame: pd.DataFrame, columns: Columns | None
    ) -> Linkable:
        """The same frames and one more, which has the comparisons of the others.

        Raises:
            UsageError: it lacks the column of one.
        """
        with naming(name):
            read = UsedTable.of(name, table_of(frame), columns, alone=False)
            choice = read.choice.under(self.profile)
            wanted = {added.name: added for added in self.frames[0].choice.comparisons}
            found = {added.name: added for added in choice.comparisons}
            found |= {
                own: added
                for own, added in wanted.items()
                if set(added.columns) <= set(read.table.column_names)
            }
            if set(wanted) - set(found):
                lacking = ", ".join(sorted(set(wanted) - set(found)))
                todo = "Give them these columns, or link all rows anew."
                raise refusal(f"the new rows lack a column of: {lacking}.", todo)
            choice = replace(choice, comparisons=tuple(found[own] for own in wanted))
            read = replace(read, choice=choice)
            entries = read.intake().entries
        names = tuple(self.names) if len(self.names) > 1 else ("list",)
        return replace(
            self,
            names=(*names, name),
            frames=(*self.frames, read),
            entries=(*self.entries, entries),
        )

    def cells(self, frame: int, entry_id: str) -> dict[str, str | None]:
        """What an entry of a frame says, as written: by comparison, those that were added too."""
        entries, table = self.entries[frame], self.frames[frame].table
        row = pc.index(entries.column("entry_id"), entry_id).as_py()
        said = {name: entries.column(name)[row].as_py() for name in COMPARED}
        comparisons = self.frames[frame].choice.comparisons
        added = added_columns(table.slice(row, 1), comparisons)
        return said | {name: column[0].as_py() for name, column in added.items()}

    def column(self, name: str, ids: pa.ChunkedArray) -> pa.ChunkedArray:
        """The cells of a column of the frames, as text, for these marked ids.

        Null where the frame of an entry has no such column.

        Raises:
            UsageError: no frame has it.
        """
        tables = [frame.table for frame in self.frames]
        if not any(name in table.column_names for table in tables):
            headers = dict.fromkeys(
                head for table in tables for head in table.column_names
            )
            raise refusal(
                "no frame has this column.", f"The columns are {', '.join(headers)}."
            )
        cells = [
            table.column(name).cast(pa.string()).combine_chunks()
            if name in table.column_names
            else pa.nulls(table.num_rows, pa.string())
            for table in tables
        ]
        every = self.marked().column("entry_id").combine_chunks()
        return pa.chunked_array([pa.concat_arrays(cells)]).take(
            pc.index_in(ids, value_set=every)
        )

    def plain(self, ids: Column) -> Column:
        """The ids without their marks."""
        return pc.utf8_slice_codeunits(ids, len(self.marks()[0]))


def read_frames(
    frames: Mapping[str, pd.DataFrame],
    columns: Sequence[Columns | None],
    profile: str | None,
    added: Sequence[AddedComparison] = (),
) -> Linkable:
    """The frames by their names, each with its map of columns; a single one is called "".

    Without a profile it is told from the names of people.
    """
    read, is_alone, told = [], len(frames) == 1, None
    for (name, frame), of_frame in zip(frames.items(), columns, strict=True):
        with naming(name):
            table = table_of(frame)
            read.append(UsedTable.of(name, table, of_frame, added, alone=is_alone))
    if profile is None:
        told = tell_profile(names_of(read))
    used = told.profile if told else profile_named(str(profile))
    read = under_profile(read, used)
    entries = tuple(frame.intake().entries for frame in read)
    return Linkable(tuple(frames), tuple(read), entries, used, told)


def to_pandas(table: pa.Table) -> pd.DataFrame:
    """The table as pandas has it.

    Words as text, unknown whole numbers as pandas' own missing value.
    """
    plain = table.cast(
        pa.schema(
            [
                (
                    f.name,
                    f.type.value_type if pa.types.is_dictionary(f.type) else f.type,
                )
                for f in table.schema
            ]
        )
    )
    numbers = {
        pa.int8(): pd.Int8Dtype(),
        pa.int16(): pd.Int16Dtype(),
        pa.int32(): pd.Int32Dtype(),
    }
    frame: pd.DataFrame = plain.to_pandas(types_mapper=numbers.get)
    return frame
