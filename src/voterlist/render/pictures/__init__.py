"""The page of a linkage: what the model saw in a list, in pictures that need nothing else.

``figures`` counts them from plain tables; each picture has a template, which draws it. No picture
but that of the clusters shows an entry.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from voterlist.arrays import Floats
from voterlist.config.sections import LinkSettings
from voterlist.fields import name_in
from voterlist.link.explain import waterfalls
from voterlist.link.judge import Scorer
from voterlist.link.types import Linkage, Ready
from voterlist.model import frozen
from voterlist.render.html import nice, render_template
from voterlist.render.pictures.figures import (
    Figures,
    clusters_of,
    columns_of,
    keys_of,
    levels_of,
    patterns_of,
    weights_of,
)
from voterlist.report.sections.cases import bars_of
from voterlist.report.sections.cases.build import read_waterfalls
from voterlist.report.sections.cases.model import CaseWords, Waterfall

_SECTIONS = ("found", "weights", "levels", "patterns", "columns", "keys", "clusters")
"""The pictures in the order of the page."""
_FEWEST = 0.1
"""An expected number below it is told as "less than"."""
_MANY = 1_000_000
"""How many times as often is not told more exactly."""


def pictures_of(linkage: Linkage, ready: Ready, settings: LinkSettings) -> Figures:
    """The figures of all pictures of a linkage, by the names that their templates read.

    ``shown``: the ids of the entries that the page shows.

    Args:
        linkage: of the list, as ``link`` gave it.
        ready: the list, as it was linked.
        settings: by which it was linked.
    """
    pairs, entries = linkage.pairs, ready.entries
    fitted, falls = linkage.fitted, waterfalls(pairs, ready)
    person = fitted.person
    counted = entries if person is None else entries.by_person(person)
    scorer = Scorer(counted, fitted.comparisons, fitted.model)
    threshold, review = settings.duplicate_probability, settings.review_probability
    clusters = clusters_of(linkage.clusters, pairs, threshold=threshold, review=review)
    shown = pa.array(clusters["pairs"], pa.int64())
    shown_falls = read_waterfalls(pairs.take(shown), falls.take(shown))
    every = (*clusters["shown"], *clusters["near"])
    return {
        "entries": entries.size,
        # The pairs of each kind that occurs.
        "kinds": linkage.kinds(),
        "doubts": linkage.doubts,
        "weights": weights_of(
            pairs,
            fitted,
            kept=settings.kept_probability,
            threshold=threshold,
        ),
        "levels": levels_of(fitted.levels(), pairs, falls),
        "patterns": patterns_of(pairs, fitted.comparisons, review),
        "columns": columns_of(
            entries,
            fitted.comparisons,
            _alike(scorer, settings.chunk_pairs),
            threshold,
        ),
        "blocking": keys_of(
            linkage.forecast,
            pairs,
            threshold=threshold,
            entries=entries.size,
            compared=linkage.candidates,
        ),
        "clusters": clusters,
        # The waterfall of each pair that is shown, by its row in PAIR.
        "falls": dict(zip(clusters["pairs"], shown_falls, strict=True)),
        "shown": sorted({member for own in every for member in own["members"]}),
    }


def _alike(scorer: Scorer, at_a_time: int) -> Floats:
    """For each entry the probability that it and a repetition with the same values are one person.

    Compared are the entry and itself.
    """
    size = scorer.entries.size
    alike = np.zeros(size)
    for start in range(0, size, at_a_time):
        itself = np.arange(start, min(start + at_a_time, size), dtype=np.int32)
        _, _, scored = scorer.compare(itself, itself)
        alike[itself] = scored.posterior[:, 0]
    return alike


def lines_by_id(entries: pa.Table) -> dict[str, str]:
    """Each row of an ENTRY table in one line, as it was written, by its id."""
    lines = {}
    for row in entries.to_pylist():
        name = name_in(row) or row["full_name"]
        parts = (name, row["birth_date"], row["address"])
        lines[row["entry_id"]] = " · ".join(filter(None, parts))
    return lines


class PictureWords(CaseWords):
    """Says what the pictures show."""

    def level(self, field: str, level: str) -> str:
        """A level with its comparison: ``Surname: misspelt``."""
        return f"{self.column(field)}: {self(f'comparison.{level}')}"

    def times(self, bits: float) -> str:
        """How many times as often so many bits are; a very large number is told as "more than"."""
        times = 2.0 ** abs(bits)
        if times > _MANY:
            return f">\N{NO-BREAK SPACE}{self.number(_MANY)}"
        return self.number(float(f"{times:.1e}"), 0 if times >= 10 else 1)

    def about(self, count: float) -> str:
        """An expected number of pairs: whole from ten on; what is expected is never quite none."""
        if 0 < count < _FEWEST:
            return f"<\N{NO-BREAK SPACE}{self.number(_FEWEST, 1)}"
        return self.number(count, 0 if count >= 10 else 1)

    def share(self, share: float) -> str:
        """A share; neither one that is small nor one that is near the whole is rounded away."""
        return self.percent(share, 0) if share in {0, 1} else self._share(share)


def render_pictures(
    pictures: Figures,
    language: str,
    lines: Mapping[str, str] | None = None,
    *,
    index: bool = True,
) -> str:
    """The page as HTML; the same figures give the same text.

    ``lines`` tell each entry that is shown, by its id (``lines_by_id``). Without them no entry is
    shown, and the page holds no personal data. ``index``: whether links lead to the pictures, which
    they cannot within a frame.
    """
    words = PictureWords(language)
    given = {"w": words, "of": pictures, "lines": lines, "bars": bars_of, "nice": nice}
    sections = {
        name: render_template(f"pictures/{name}.html", **given) for name in _SECTIONS
    }
    is_personal = lines is not None and pictures["shown"]
    note = "picture.with-entries" if is_personal else "picture.without-entries"
    return _page(words, words("picture.title"), note, sections, index=index)


Cells = Sequence[tuple[str, str | None, str | None]]
"""(comparison, what the left entry says, what the right one says)."""


def render_pair(why: Waterfall, cells: Cells, language: str) -> str:
    """The page of one pair as HTML: what its two entries say, and its waterfall."""
    words = PictureWords(language)
    by_bits = sorted(why.steps, key=lambda step: step.bits)
    body = render_template(
        "pictures/pair.html",
        w=words,
        why=why,
        cells=cells,
        bars=bars_of,
        best=next((step for step in by_bits[::-1] if step.bits > 0), None),
        worst=next((step for step in by_bits if step.bits < 0), None),
    )
    title, note = words("picture.pair"), "picture.with-entries"
    return _page(words, title, note, {"evidence": body}, index=False)


def _page(
    words: PictureWords,
    title: str,
    note: str,
    sections: Mapping[str, str],
    *,
    index: bool,
) -> str:
    return render_template(
        "pictures/page.html",
        w=words,
        area="picture.",
        title=title,
        notes=[words(note)],
        foot="",
        sections=sections,
        index=index,
    )


@frozen
class Drawn:
    """A page that a notebook shows."""

    page: str
    """HTML that needs nothing else."""

    def _repr_html_(self) -> str:
        """A frame that holds the page whole, so that its styles are its own."""
        held = html.escape(self.page, quote=True)
        return (
            f'<iframe srcdoc="{held}" style="width:100%;height:40rem;border:0"'
            ' title="voterlist"></iframe>'
        )
