"""Tables without lines: columns told by the gaps that run through the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voterlist.readers.pdf_words import TextLine, Word

__all__ = ["OVERLAPPING", "Columns", "chunks", "columns_of", "row_groups"]

Floats = npt.NDArray[np.float64]

_BIN = 0.5
"""Points."""
_CHUNK_GAP = 0.75
"""A gap of this share of the height of the letters parts two cells rather than two words."""
_LEAST_CHUNKS = 3
"""A line of so many pieces may be a row."""
_LEAST_ROWS = 3
_FEW_ROWS = 8
"""Blanks of fewer rows than this may stand below each other by chance."""
_MOST_CROSSING = 0.02
"""The share of rows that may write across the gap between two columns."""
_NARROW, _WIDE = 0.3, 0.75
"""The least gap between columns, as a share of the height of the letters: in a long list, and in
one of few rows."""


def chunks(line: TextLine) -> list[list[Word]]:
    """The words of a line in pieces that a wide gap parts."""
    pieces: list[list[Word]] = []
    for word in line:
        if pieces and word.left - pieces[-1][-1].right <= _CHUNK_GAP * word.height:
            pieces[-1].append(word)
        else:
            pieces.append([word])
    return pieces


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table without lines."""

    edges: Floats
    """The middles of the gaps between them, from left to right."""
    rights: Floats
    """How far the text of each column reaches."""

    @property
    def count(self) -> int:
        """The number of columns."""
        return len(self.edges) + 1

    def cells(self, line: TextLine) -> list[list[Word]]:
        """The words of a line by column."""
        cells: list[list[Word]] = [[] for _ in range(self.count)]
        for word in line:
            middle = (word.left + word.right) / 2
            cells[int(np.searchsorted(self.edges, middle))].append(word)
        return cells

    def crosses(self, line: TextLine) -> bool:
        """True where one piece of the line lies over a gap between columns, as a title does."""
        for piece in chunks(line):
            left = np.searchsorted(self.edges, piece[0].left)
            if np.searchsorted(self.edges, piece[-1].right) > left:
                return True
        return False


def columns_of(lines: Sequence[TextLine]) -> Columns | None:
    """The columns that the rows among these lines share; None where there are no rows."""
    rows = [line for line in lines if len(chunks(line)) >= _LEAST_CHUNKS]
    if len(rows) < _LEAST_ROWS:
        return None
    words = [word for row in rows for word in row]
    left = min(word.left for word in words)
    count = int((max(word.right for word in words) - left) / _BIN) + 2
    crossing = np.zeros(count + 1)
    for word in words:
        crossing[int((word.left - left) / _BIN)] += 1
        crossing[int((word.right - left) / _BIN) + 1] -= 1
    is_free = np.cumsum(crossing)[:count] <= _MOST_CROSSING * len(rows)
    height = float(np.median([word.height for word in words]))
    least = (_NARROW if len(rows) >= _FEW_ROWS else _WIDE) * height
    edges = _middles_of_gaps(is_free, least)
    if len(edges) < _LEAST_CHUNKS - 1:
        return None
    found = Columns(left + edges, np.zeros(len(edges) + 1))
    for word in words:
        at = int(np.searchsorted(found.edges, (word.left + word.right) / 2))
        found.rights[at] = max(found.rights[at], word.right)
    return found


def _middles_of_gaps(is_free: npt.NDArray[np.bool_], least: float) -> Floats:
    """The middles, in points from the left, of the free stretches between two that are not."""
    steps = np.flatnonzero(np.diff(is_free.astype(np.int8)))
    starts = [step + 1 for step in steps.tolist() if is_free[step + 1]]
    middles = []
    for start in starts:
        rest = np.flatnonzero(~is_free[start:])
        if not len(rest):
            continue
        stop = start + int(rest[0])
        if (stop - start) * _BIN >= least:
            middles.append((start + stop) / 2 * _BIN)
    return np.array(middles)


_MOST_INSIDE = 1.6
"""Lines of one row are no further apart than this many times the usual gap between lines."""
_NEARLY_WIDEST = 0.85
OVERLAPPING = 0.8
"""Lines closer than this share of the height of the letters overlap: they are of one row, whose
cells have their text in the middle."""


def row_groups(
    middles: Sequence[float], cells: Sequence[Sequence[Sequence[Word]]]
) -> list[list[int]]:
    """The lines of a table in groups, one a row.

    Where the first column numbers the rows, a line without a number belongs to the row above or
    below it, whichever is nearer. Else a line that fills only some of the cells of the line above,
    and not its first, goes on with it.

    Args:
        middles: the height of each line, from top to bottom.
        cells: the words of each line by column.
    """
    filled = [_filled(row) for row in cells]
    gaps = np.diff(np.array(middles))
    close = _MOST_INSIDE * float(np.median(gaps)) if len(gaps) else 0.0
    words = [word for row in cells for own in row for word in own]
    overlapping = OVERLAPPING * float(np.median([word.height for word in words]))
    if _is_numbered([row[0] for row in cells]):
        return _around_numbers(filled, gaps, close, overlapping)
    groups: list[list[int]] = []
    for line, own in enumerate(filled):
        goes_on = groups and _goes_on(own, filled[groups[-1][0]])
        is_beside = groups and gaps[line - 1] <= overlapping
        if is_beside or (goes_on and gaps[line - 1] <= close):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _filled(row: Sequence[Sequence[Word]]) -> frozenset[int]:
    return frozenset(column for column, words in enumerate(row) if words)


def _goes_on(own: frozenset[int], first: frozenset[int]) -> bool:
    """True for a line that fills some of the cells of the first line of a row."""
    return 0 not in own and 0 in first and own < first


def _is_numbered(first: Sequence[Sequence[Word]]) -> bool:
    """True where most of what stands in the first column are numbers of rows."""
    texts = ["".join(word.text for word in words) for words in first if words]
    numbers = sum(text.rstrip(".)").isdigit() for text in texts)
    return numbers >= 2 and numbers >= 0.6 * len(texts)


def _around_numbers(
    filled: Sequence[frozenset[int]], gaps: Floats, close: float, overlapping: float
) -> list[list[int]]:
    """The lines in groups, each around one that has a number."""
    anchors = [0] if filled and 0 in filled[0] else []
    for line, own in enumerate(filled[1:], start=1):
        # A number too long for its column goes on in a line of its own.
        is_rest = own == {0} and gaps[line - 1] <= close
        if 0 in own and not is_rest:
            anchors.append(line)
    group_of = list(range(len(filled)))
    for line, own in enumerate(filled):
        if line in anchors:
            continue
        above = max((at for at in anchors if at < line), default=None)
        below = min((at for at in anchors if at > line), default=None)
        for anchor in _nearest(line, above, below, gaps):
            start, stop = min(anchor, line), max(anchor, line)
            between = gaps[start:stop]
            is_inside = own <= filled[anchor] or (between <= overlapping).all()
            if is_inside and (between <= close).all():
                group_of[line] = anchor
                break
    groups: dict[int, list[int]] = {}
    for line, anchor in enumerate(group_of):
        groups.setdefault(anchor, []).append(line)
    return [groups[anchor] for anchor in sorted(groups, key=lambda at: min(groups[at]))]


def _nearest(
    line: int, above: int | None, below: int | None, gaps: Floats
) -> list[int]:
    """The lines with a number that a line may belong to; the likelier one first.

    Two rows are parted by the widest gap between them; of equally wide ones by the last.
    """
    if above is None or below is None:
        return [at for at in (above, below) if at is not None]
    between = gaps[above:below]
    wide = np.flatnonzero(between >= _NEARLY_WIDEST * between.max())
    last_of_upper = above + int(wide[-1])
    return [above] if line <= last_of_upper else [below]
