"""All that a workspace knows, ready for questions; what comes of one, and what was searched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from voterlist import tables
from voterlist.casework.pages import numbers_table
from voterlist.counter.applications import applications_of
from voterlist.counter.asking import Asked, Question, asked
from voterlist.counter.finding import Fit, fits
from voterlist.counter.index import Index, Progress, index_of
from voterlist.fields import MASKED
from voterlist.link.explain import read_model
from voterlist.normalize.name_parts import particle_of
from voterlist.normalize.names import skeleton
from voterlist.pipeline.list_input import ListSource
from voterlist.report.values import mask
from voterlist.storage.ledger import Reader

FOUND, SEVERAL, NEAREST, NOBODY = "found", "several", "nearest", "nobody"
"""What comes of a look: one who is it; several of whom one probably is; nobody, with those who come
nearest; nobody at all."""
_PROBABLY = 0.5
_AGREE = frozenset(
    {"same", "ending", "year", "initial", "beginning", "near", "alike", "swapped"}
)
"""Levels by which an entry agrees with what was asked."""
_LEAST_BESIDE = 0.001
"""The least score that is told beside somebody who is certain."""
_MOST_ASIDE = 10
"""Rows set aside that are told."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that may be the person asked for."""

    entry_id: str
    score: float
    """The probability that it is this person, 0 to 1; 1 where its case or its id was asked for."""
    is_certain: bool
    """Whether a linkage would take the two for one person."""
    row: Mapping[str, Any]
    """As ``Index.row``; FIN and document as they may be shown."""
    levels: Mapping[str, str] = field(default_factory=dict)
    """What each field that was asked says: the word of its level."""


@dataclass(frozen=True, slots=True)
class Found:
    """What came of a look."""

    answer: str
    hits: tuple[Hit, ...]
    """The likeliest first; under ``nearest`` they are only the nearest."""
    aside: tuple[Mapping[str, Any], ...]
    """Rows that became no entry and hold all the words of the name: where they stand, and why."""
    asked: Asked
    searched: Mapping[str, Any]
    """``entries``, ``set_aside``, ``struck``, ``repeated``, ``moved``, ``added``: how many;
    ``run``, its ``day``, and ``unread``: the constituencies of which something could not be read.
    """


class Finder:
    """All that a workspace knows, ready for questions; whoever makes it holds the workspace."""

    def __init__(self, source: ListSource, ledger: Reader, progress: Progress) -> None:
        """Open the index, and make it where the run has none yet.

        Raises:
            InputError: a table of a run is gone or damaged.
            OSError: the index cannot be written.
        """
        self.source = source
        self.index: Index = index_of(source, progress)
        self.ledger = ledger
        self._model = next(_models(source.runs.folders), None)
        self._searched = {
            **self.index.searched,
            "run": source.runs.run,
            "day": source.runs.run[:10],
        }

    def find(self, question: Question, limit: int) -> Found:
        """Who fits a question.

        Raises:
            UsageError: it is blank, or longer than any name.
        """
        settings = self.source.settings
        told = asked(question, settings.workspace.profile)
        certain = settings.link.duplicate_probability
        if told.case or told.entry_id or told.application:
            places = map(self.index.entry, self._named(told))
            known = [place for place in places if place is not None]
            found = [Fit(place, 1.0, {}) for place in known[:limit]]
        else:
            found = fits(self.index, told, self._model, limit) if self._model else []
        if found and found[0].score >= certain:
            found = [fit for fit in found if fit.score >= _LEAST_BESIDE]
        hits = tuple(self._hit(fit, certain) for fit in found)
        return Found(
            _answer(hits), hits, tuple(self._aside(told)), told, self._searched
        )

    def _hit(self, fit: Fit, certain: float) -> Hit:
        row = self.index.row(fit.position)
        return Hit(
            row["entry_id"],
            fit.score,
            fit.score >= certain,
            self.shown(row),
            fit.levels,
        )

    def shown(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """A row with what may be shown of FIN and document."""
        if not self.source.settings.privacy.mask_identifiers:
            return dict(row)
        masked = {name: mask(row[name]) for name in MASKED if row.get(name)}
        return {**row, **masked}

    def _named(self, told: Asked) -> list[str]:
        """The ids of the entries that a question names by a number."""
        if told.entry_id:
            return [told.entry_id]
        if told.application:
            known = applications_of(self.ledger.applications()).get(told.application)
            return [known.asked.entry_id] if known and known.asked.entry_id else []
        return self._of_case(told.case)

    def _of_case(self, number: int | None) -> list[str]:
        """The entries of the case with a number."""
        cases = self.source.runs.table("cases")
        numbers = numbers_table(self.source.runs, cases, self.ledger)
        own = numbers.filter(pc.equal(numbers.column("number"), number)).column(
            "case_id"
        )
        of_case = tables.rows_among(cases, "case_id", own.to_pylist())
        ids: list[str] = of_case.column("entry_id").to_pylist()
        return ids

    def _aside(self, told: Asked) -> Iterator[Mapping[str, Any]]:
        """The rows set aside with all the words of the name."""
        rows = self.index.aside
        if not told.readings or not rows.num_rows:
            return
        reading = told.readings[0]
        names = (
            reading.get(name, "") for name in ("surname", "given_name", "patronymic")
        )
        words = [
            word for name in names for word in name.split() if not particle_of(word)
        ]
        if not words:
            return
        for word in words:
            has_word = pc.match_substring(rows.column("words"), f" {skeleton(word)} ")
            rows = rows.filter(has_word)
        told_of = rows.slice(0, _MOST_ASIDE).drop_columns(["words"])
        yield from told_of.to_pylist()


def _models(folders: Sequence[Path]) -> Iterator[Any]:
    """The models of the runs, that of the newest first."""
    for folder in folders:
        path = folder / "pairs.parquet"
        model = read_model(pq.read_schema(path).metadata) if path.exists() else None
        if model is not None:
            yield model


def _answer(hits: Sequence[Hit]) -> str:
    """What came of a look, by who fits; namesakes who agree in all that was asked are several."""
    if not hits:
        return NOBODY
    if any(hit.is_certain for hit in hits):
        return FOUND
    if any(hit.levels and _AGREE.issuperset(hit.levels.values()) for hit in hits):
        return SEVERAL
    odds = sum(hit.score / max(1 - hit.score, 1e-9) for hit in hits)
    return SEVERAL if odds / (1 + odds) >= _PROBABLY else NEAREST
