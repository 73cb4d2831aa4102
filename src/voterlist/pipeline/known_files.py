"""The files of a folder that are as they were: what an earlier intake made of them is taken over.

What a file gives depends on its own content, on the place that its name gives in the light of the
names beside it, and on the settings. Files meet only where they hold lists of one place: then one
may be a version of the other. So a file whose place no other file has is taken as it was taken
before, and where a new file comes to the place of a known one all are read together. The intake is
the same, byte for byte.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from voterlist.config import IngestSettings
from voterlist.ingest import ABOUT_SEVERAL, ingest, joined
from voterlist.ingest.file_names import places_of_names
from voterlist.model import AsideCode
from voterlist.schemas import Intake, RawFile
from voterlist.storage.kept import KeptUnit, earlier
from voterlist.storage.store import digest_of
from voterlist.tables import rows_among

__all__ = ["INTAKE_TABLES", "Folder", "Taken", "take"]

INTAKE_TABLES = ("entries", "lists", "set_aside", "findings")
_ALONE = "alone"
"""In the record of an intake: by source the key of each file that no other one met."""

_Place = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Folder:
    """How the files of a folder are read.

    Attributes:
        constituency: whose folder it is; None where the lists say it themselves.
        settings: how lists are read.
        territory: the precincts of each constituency.
        needs: the digest of the program and of the settings.
        digests: the SHA-256 of each file by its name; those in archives are not among them.
    """

    constituency: int | None
    settings: IngestSettings
    territory: Mapping[int, Collection[int]]
    needs: str
    digests: Mapping[str, str]

    def ingest(self, files: Sequence[RawFile], beside: Iterable[str] = ()) -> Intake:
        """The intake of these files; files of these names lie beside them."""
        return ingest(
            files,
            self.settings,
            constituency=self.constituency,
            territory=self.territory,
            beside=beside,
        )

    def keys(self, files: Sequence[RawFile]) -> dict[str, str]:
        """By source the digest of all that a file by itself depends on.

        Left out is what has to be read each time: copies, files that could not be read whole.
        """
        names = places_of_names(
            [file.name for file in files], self.constituency, self.territory
        )
        times = Counter(file.source for file in files)
        return {
            file.source: digest_of(
                self.needs,
                self.constituency,
                self.digests[file.name],
                file.name,
                repr(names[file.name]),
            )
            for file in files
            if file.name in self.digests
            and times[file.source] == 1
            and not file.troubles
        }


@dataclass(frozen=True, slots=True)
class Taken:
    """The intake of a folder, and which of its files stand alone in it."""

    intake: Intake
    alone: Mapping[str, str]
    """Their keys by source."""

    @property
    def said(self) -> dict[str, Mapping[str, str]]:
        """What the next intake has to know."""
        return {_ALONE: self.alone}


def take(files: Sequence[RawFile], folder: Folder, beside: Path) -> Taken:
    """The intake of the files of a folder.

    Args:
        files: all of them, as the readers found them.
        folder: how they are read.
        beside: the folder into which the intake is being written; what earlier runs made of the
            same folder of the inbox lies beside it.
    """
    keys = folder.keys(files)
    intake = _from_known(files, folder, keys, beside)
    if intake is None:
        intake = folder.ingest(files)
    stands_alone = keys.keys() - _met(intake)
    return Taken(intake, {source: keys[source] for source in sorted(stands_alone)})


def _from_known(
    files: Sequence[RawFile], folder: Folder, keys: Mapping[str, str], beside: Path
) -> Intake | None:
    """The intake out of an earlier one and of the files that are new; None where none fits."""
    for unit in earlier(beside):
        alone = unit.said.get(_ALONE, {})
        same = {source for source, key in keys.items() if alone.get(source) == key}
        if not same:
            continue
        known = _rows_of(unit, same)
        fresh = [file for file in files if file.source not in same]
        names = [file.name for file in files if file.source in same]
        added = folder.ingest(fresh, names)
        if not _places(known.lists).keys() & _places(added.lists).keys():
            return joined([known, added])
    return None


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
