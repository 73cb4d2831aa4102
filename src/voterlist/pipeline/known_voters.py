"""The voters of files that are as they were: what an earlier run made of them is taken over.

An entry is normalised by itself, its date in the light of its file, and of its address what ``k.``
stands for in the light of the whole constituency. So where no address has that letter, files are
normalised one by one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from voterlist.findings import gather
from voterlist.model import Profile
from voterlist.normalize import has_kind_letter, normalize
from voterlist.schemas import VOTER
from voterlist.storage.kept import KeptUnit, earlier
from voterlist.tables import codes, concat, plain, sort_by

VOTERS, FINDINGS = "voters.parquet", "findings.parquet"
_FILES = "files"
"""In the record of a unit: the digest of the entries of each file, by source."""
_NEEDS = "needs"


@dataclass(frozen=True, slots=True)
class Normalized:
    """Entries normalised.

    Attributes:
        voters: VOTER, in the order of the entries.
        findings: FINDING.
        said: what the next run has to know of it.
    """

    voters: pa.Table
    findings: pa.Table
    said: Mapping[str, object]


def normalize_known(
    entries: pa.Table, profile: Profile, needs: str, beside: Path
) -> Normalized:
    """Entries normalised, those of files that are as they were taken over.

    Args:
        entries: ENTRY with its corrections, in order of id.
        profile: whose names they are.
        needs: the digest of the program and of all else that normalising depends on.
        beside: the folder into which the voters are being written; what earlier runs made of the
            same constituencies lies beside it.
    """
    if has_kind_letter(entries.column("address")):
        outcome = normalize(entries, profile)
        return Normalized(outcome.table, outcome.findings, {})
    digests = _digests(entries)
    said = {_FILES: digests, _NEEDS: needs}
    for unit in earlier(beside):
        known = unit.said.get(_FILES, {}) if unit.said.get(_NEEDS) == needs else {}
        same = {source for source, one in digests.items() if known.get(source) == one}
        if same:
            return Normalized(*_with_known(entries, profile, unit, same), said)
    outcome = normalize(entries, profile)
    return Normalized(outcome.table, outcome.findings, said)


def _with_known(
    entries: pa.Table, profile: Profile, unit: KeptUnit, same: Collection[str]
) -> tuple[pa.Table, pa.Table]:
    """The voters and findings of these entries; those of the same files out of the unit."""
    sources = pa.array(sorted(same), pa.string())
    is_known = _is_of(entries, sources)
    ids = entries.column("entry_id").filter(is_known)
    voters = pq.read_table(unit.path(VOTERS))
    voters = voters.filter(pc.is_in(voters.column("entry_id"), ids.combine_chunks()))
    findings = pq.read_table(unit.path(FINDINGS))
    findings = findings.filter(_is_of(findings, sources))
    added = normalize(entries.filter(pc.invert(is_known)), profile)
    whole = concat([voters, added.table], VOTER)
    return sort_by(whole, "entry_id"), gather([findings, added.findings])


def _is_of(rows: pa.Table, sources: pa.Array) -> pa.ChunkedArray:
    return pc.is_in(rows.column("source").cast(pa.string()), sources)


def _digests(entries: pa.Table) -> dict[str, str]:
    """The digest of the entries of each file, by source."""
    of_row, sources = codes(entries.column("source"))
    order = pa.array(np.argsort(of_row, kind="stable"))
    columns = [
        plain(column).take(order).combine_chunks() for column in entries.itercolumns()
    ]
    ends = np.cumsum(np.bincount(of_row, minlength=len(sources))).tolist()
    states = [hashlib.sha256() for _ in ends]
    for column in columns:
        known = np.asarray(column.is_valid())
        values = _Values.of(column)
        for state, start, end in zip(states, [0, *ends], ends, strict=False):
            state.update(known[start:end].tobytes())
            state.update(values.between(start, end))
    digests = (state.hexdigest() for state in states)
    return dict(zip(sources.to_pylist(), digests, strict=True))


@dataclass(frozen=True, slots=True)
class _Values:
    """The values of a column as bytes, the same wherever they stand in it."""

    numbers: np.ndarray[Any, Any]
    """The values; of texts how many bytes each has."""
    ends: np.ndarray[Any, Any] | None = None
    """Of texts where each ends in ``text``, behind where the first begins."""
    text: bytes = b""

    @classmethod
    def of(cls, column: pa.Array) -> _Values:
        """Those of a column of numbers or texts; what is not known is 0 or an empty text."""
        if not pa.types.is_string(column.type):
            return cls(np.asarray(column.fill_null(0)))
        texts = column.fill_null("").cast(pa.large_string())
        _, offsets, text = texts.buffers()
        last = texts.offset + len(texts)
        ends = np.frombuffer(offsets, np.int64)[texts.offset : last + 1]
        return cls(np.diff(ends), ends, text.to_pybytes() if text else b"")

    def between(self, start: int, end: int) -> bytes:
        """The bytes of the values from one row to before another one."""
        numbers = self.numbers[start:end].tobytes()
        if self.ends is None:
            return numbers
        return numbers + self.text[self.ends[start] : self.ends[end]]
