"""What is asked of the linkage alone: the files, the maps of their columns, and how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from voterlist import link as linkage
from voterlist.config.comparisons import AddedComparison, comparisons_error
from voterlist.errors import MapError, SettingsMistake, UsageError
from voterlist.ingest.added import parse_comparisons
from voterlist.model import Profile
from voterlist.usecases.joined import Source
from voterlist.usecases.maps import read_map


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """What is to be linked, and how."""

    files: Sequence[Path]
    columns: Sequence[Path] = ()
    """Files with the maps of their columns: one for all, or one for each in their order."""
    against: Sequence[Path] = ()
    """Files that the others are held against, and that are not held against each other."""
    against_columns: Sequence[Path] = ()
    """The maps of their columns; without any, the one map of the files."""
    profile: Profile | None = None
    """Whose names they are; None: told from the names."""
    state: Path | None = None
    """The folder in which the linkage keeps what the next one can use."""
    settings: Path | None = None
    """A file of settings of which ``[link]`` is taken; without one, the defaults."""
    between: bool = False
    """Whether each file is a list of its own, and only pairs of two lists are looked for. Those
    held against are one list."""
    one_to_one: bool = False
    """Whether an entry is one person with at most one entry of each other list."""
    memory_limit: int | None = None
    """Bytes of memory that the linkage is to do with; None: as much as is quickest."""

    def sources(self) -> list[Source]:
        """Each file with the map of its columns, and behind them those that they are held against.

        Raises:
            UsageError: maps are given for no files, or not as many as files; or there are not two
                lists for pairs of two lists.
            MapError: a map has mistakes, or two maps add other comparisons.
        """
        self._require_lists()
        maps = _a_map_each(self.files, self.columns)
        others = self.against_columns or (
            self.columns if len(self.columns) == 1 else ()
        )
        maps += _a_map_each(self.against, others)
        sources = [
            _source(path, map_path)
            for path, map_path in zip((*self.files, *self.against), maps, strict=True)
        ]
        for source in sources[1:]:
            _require_same_comparisons(sources[0], source)
        return sources

    @property
    def every_file(self) -> tuple[Path, ...]:
        """The files, and those that they are held against."""
        return (*self.files, *self.against)

    def _require_lists(self) -> None:
        if self.against_columns and not self.against:
            raise UsageError(
                "--against-columns is given without --against", code="no-against"
            )
        if self.one_to_one and not self.between:
            raise UsageError(
                "--one-to-one is given without --between", code="no-between"
            )
        if self.between and len(self.files) == 1 and not self.against:
            raise UsageError("--between is given with one file", code="one-list")

    def scope(self, ids: pa.ChunkedArray, rows: Sequence[int]) -> linkage.Scope | None:
        """Which pairs of the entries are looked for; ``rows`` are those of each file."""
        if self.between:
            list_of_file = np.minimum(np.arange(len(rows)), len(self.files))
            lists = np.repeat(list_of_file, rows).astype(np.int32)
            return linkage.Scope.between(ids, lists, one_to_one=self.one_to_one)
        if not self.against:
            return None
        new = sum(rows[: len(self.files)])
        return linkage.Scope.held_against(ids.slice(0, new))


def _read_map(
    path: Path | None,
) -> tuple[Mapping[str, str | Sequence[str]] | None, tuple[AddedComparison, ...]]:
    """The map of columns in a file, and the comparisons that it adds."""
    columns = read_map(path) or None
    if path is None:
        return columns, ()
    text = path.read_text(encoding="utf-8-sig")
    return columns, parse_comparisons(text, linkage.TAKEN_NAMES)


def _a_map_each(files: Sequence[Path], maps: Sequence[Path]) -> list[Path | None]:
    """The map of each file: the one there is for all, or its own.

    Raises:
        UsageError: there are several maps, and not as many as files.
    """
    if not maps:
        return [None] * len(files)
    if len(maps) == 1:
        return [maps[0]] * len(files)
    if len(maps) != len(files):
        places = {"maps": str(len(maps)), "files": str(len(files))}
        raise UsageError(
            f"{len(maps)} maps are given for {len(files)} files",
            code="other-number-of-maps",
            places=places,
        )
    return list(maps)


def _source(path: Path, map_path: Path | None) -> Source:
    try:
        columns, added = _read_map(map_path)
    except MapError as error:
        raise error.of(map_name=map_path.name if map_path else "") from None
    return Source(path, columns, added, map_path.name if map_path else "")


def _require_same_comparisons(one: Source, other: Source) -> None:
    kinds = [
        {(each.name, each.kind, each.blocking) for each in source.added}
        for source in (one, other)
    ]
    names = sorted({name for name, _, _ in kinds[0] ^ kinds[1]})
    if names:
        paths = [f"comparisons.{name}" for name in names]
        error = comparisons_error(
            [SettingsMistake(path, "not-in-both-maps") for path in paths]
        )
        raise error.of(map_name=other.map_name or one.map_name)
