"""The files of a folder that are as they were: what an earlier intake made of them is taken over.

What a file gives depends on its own content, on the place that its name gives in the light of the
names beside it, and on the settings. Files meet only where they hold lists of one place: then one
may be a version of the other. So a file whose place no other file has is not read again, and where
a new file comes to the place of a known one all are read together. The intake is the same, byte for
byte.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from voterlist import readers
from voterlist.config import IngestSettings
from voterlist.ingest import ABOUT_SEVERAL, ingest, joined
from voterlist.ingest.file_names import places_of_names
from voterlist.model import AsideCode
from voterlist.pipeline.inbox import INBOX
from voterlist.readers import ListedFile
from voterlist.schemas import Intake, RawFile
from voterlist.storage.kept import KeptUnit, earlier
from voterlist.storage.store import digest_of
from voterlist.tables import rows_among

INTAKE_TABLES = ("entries", "lists", "set_aside", "findings")
_ALONE = "alone"
"""In the record of an intake: by source the key of each file that no other one met."""

_Place = tuple[int | None, int | None]


@dataclass(slots=True)
class Folder:
    """A folder of the inbox, and how its files are read. Each is read once, when it is wanted.

    Attributes:
        files: what is listed of it, in order.
        constituency: whose folder it is; None where the lists say it themselves.
        settings: how lists are read.
        territory: the precincts of each constituency.
        needs: the digest of the program and of the settings.
    """

    files: tuple[ListedFile, ...]
    constituency: int | None
    settings: IngestSettings
    territory: Mapping[int, Collection[int]]
    needs: str
    _read: dict[str, list[RawFile]] = field(default_factory=dict)

    def read(self, wanted: Collection[ListedFile]) -> list[RawFile]:
        """What the readers find in these files, in the order of the folder."""
        names = {file.name for file in wanted}
        listed = [file for file in self.files if file.name in names]
        for file in listed:
            if file.name not in self._read:
                self._read[file.name] = readers.read_listed([file], self.settings)
        found = (raw for file in listed for raw in self._read[file.name])
        return [
            replace(raw, name=inside_inbox(raw.name)) for raw in readers.numbered(found)
        ]

    def intake(self, files: Sequence[RawFile], beside: Iterable[str] = ()) -> Intake:
        """The intake of these files; files of these names lie beside them."""
        return ingest(
            files,
            self.settings,
            constituency=self.constituency,
            territory=self.territory,
            beside=beside,
        )

    def keys(
        self, listed: Iterable[ListedFile], beside: Iterable[RawFile] = ()
    ) -> dict[str, str]:
        """By source the digest of all that each of these files by itself depends on.

        Left out is what has to be read each time: copies, files that could not be read whole.

        Args:
            listed: files that are no archives.
            beside: all that the other files of the folder hold.
        """
        files = [file for file in listed if file.trouble is None]
        own_names = {file: inside_inbox(file.name) for file in files}
        beside = list(beside)
        names = [*own_names.values(), *(raw.name for raw in beside)]
        places = places_of_names(names, self.constituency, self.territory)
        sources = {file: _source(file) for file in files}
        times = Counter([*sources.values(), *(raw.source for raw in beside)])
        return {
            source: digest_of(
                self.needs,
                self.constituency,
                file.digest,
                own_names[file],
                repr(places[own_names[file]]),
            )
            for file, source in sources.items()
            if times[source] == 1
        }


@dataclass(frozen=True, slots=True)
class Taken:
    """The intake of a folder, which of its files stand alone in it, and what was read for it."""

    intake: Intake
    alone: Mapping[str, str]
    """Their keys by source."""
    read: Sequence[RawFile]

    @property
    def said(self) -> dict[str, Mapping[str, str]]:
        """What the next intake has to know."""
        return {_ALONE: self.alone}


def take(folder: Folder, beside: Path) -> Taken:
    """The intake of the files of a folder.

    Args:
        folder: the folder.
        beside: the folder into which the intake is being written; what earlier runs made of the
            same folder of the inbox lies beside it.
    """
    for unit in earlier(beside):
        taken = _with_known(folder, unit)
        if taken is not None:
            return taken
    files = folder.read(folder.files)
    return _taken(folder, folder.intake(files), (), files)


def _with_known(folder: Folder, unit: KeptUnit) -> Taken | None:
    """The intake out of an earlier one and of the files that are new; None where it does not fit.

    A file that stood alone in the earlier one is no archive: it holds what its name says.
    """
    alone = unit.said.get(_ALONE, {})
    candidates = [
        file for file in folder.files if file.trouble is None and _source(file) in alone
    ]
    if not candidates:
        return None
    others = folder.read(_without(folder.files, candidates))
    keys = folder.keys(candidates, others)
    same = [
        file
        for file in candidates
        if keys.get(_source(file), "") == alone[_source(file)]
    ]
    if not same:
        return None
    fresh = folder.read(_without(folder.files, same))
    known = _rows_of(unit, {_source(file) for file in same})
    added = folder.intake(fresh, [inside_inbox(file.name) for file in same])
    if _places(known.lists).keys() & _places(added.lists).keys():
        return None
    return _taken(folder, joined([known, added]), same, fresh)


def _taken(
    folder: Folder,
    intake: Intake,
    same: Collection[ListedFile],
    read: Sequence[RawFile],
) -> Taken:
    """The intake with the keys of the files that stand alone in it."""
    whole = {raw.name for raw in read if not raw.troubles}
    whole |= {inside_inbox(file.name) for file in same}
    listed = [file for file in folder.files if inside_inbox(file.name) in whole]
    own_names = {inside_inbox(file.name) for file in listed}
    keys = folder.keys(listed, (raw for raw in read if raw.name not in own_names))
    stands_alone = keys.keys() - _met(intake)
    return Taken(
        intake, {source: keys[source] for source in sorted(stands_alone)}, read
    )


def _without(
    files: Iterable[ListedFile], others: Iterable[ListedFile]
) -> list[ListedFile]:
    """The files that are not among the others."""
    names = {file.name for file in others}
    return [file for file in files if file.name not in names]


def inside_inbox(name: str) -> str:
    """The path inside the inbox, for the numbers that it may carry."""
    return name.removeprefix(f"{INBOX}/")


def _source(file: ListedFile) -> str:
    """The source of a file that is no archive."""
    return file.digest[: readers.SOURCE_DIGITS]


def _rows_of(unit: KeptUnit, sources: Collection[str]) -> Intake:
    """The part of an earlier intake that these files gave."""
    wanted = pa.array(sorted(sources), pa.string())
    tables = {}
    for name in INTAKE_TABLES:
        table = pq.read_table(unit.path(f"{name}.parquet"))
        is_wanted = pc.is_in(table.column("source").cast(pa.string()), wanted)
        tables[name] = table.filter(is_wanted)
    return Intake(**tables)


def _places(lists: pa.Table) -> dict[_Place, set[str]]:
    """The files (LIST) that have entries of each place."""
    filled = lists.filter(pc.greater(lists.column("entries"), 0))
    places: dict[_Place, set[str]] = {}
    for row in filled.select(["source", "constituency", "precinct"]).to_pylist():
        place = row["constituency"], row["precinct"]
        places.setdefault(place, set()).add(row["source"])
    return places


def _met(intake: Intake) -> set[str]:
    """The files of which something was said in the light of another one, or may be."""
    met = set()
    for sources in _places(intake.lists).values():
        if len(sources) > 1:
            met |= sources
    repeated = rows_among(intake.set_aside, "code", [AsideCode.SAME_ENTRY.value])
    together = rows_among(intake.findings, "rule", sorted(ABOUT_SEVERAL))
    for rows in (repeated, together):
        met |= set(rows.column("source").to_pylist())
    return met
