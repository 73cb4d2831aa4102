"""Tables without lines: columns told by the gaps that run through the rows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise

import numpy as np

from voterlist.arrays import Floats
from voterlist.model import frozen
from voterlist.readers.pdf_words import CHUNK_GAP, TextLine, Word

_BIN = 0.5
"""The width, in points, of the strips of a page that are looked at for gaps."""
_LEAST_CHUNKS = 3
"""A line of so many pieces may be a row."""
_LEAST_ROWS = 3
"""Lines that may be rows are a table where there are so many."""
_FEW_ROWS = 8
"""Blanks of fewer rows than this may stand below each other by chance."""
_MOST_CROSSING = 0.02
"""The share of rows that may write across the gap between two columns."""
_NARROW, _WIDE = 0.3, 0.75
"""The least gap between columns, as a share of the height of the letters: in a long list, and in
one of few rows."""


def chunks(line: TextLine) -> list[list[Word]]:
    """The words of a line in pieces that a wide gap parts, or the beginning of a cell."""
    pieces: list[list[Word]] = []
    for word in line:
        gap = word.left - pieces[-1][-1].right if pieces else np.inf
        if word.begins or gap > CHUNK_GAP * word.height:
            pieces.append([])
        pieces[-1].append(word)
    return pieces


@frozen
class Columns:
    """The columns of a table without lines; all places are in points.

    Attributes:
        edges: the middles of the gaps between them, from left to right.
        starts: where the text of each column begins.
        rights: how far it reaches.
    """

    edges: Floats
    starts: Floats
    rights: Floats

    @property
    def count(self) -> int:
        """The number of columns."""
        return len(self.edges) + 1

    def cells(self, line: TextLine) -> list[list[Word]]:
        """The words of a line by column."""
        cells: list[list[Word]] = [[] for _ in range(self.count)]
        for word in line:
            # A text that is longer than its column is of the one where it begins.
            place = word.left if word.begins else (word.left + word.right) / 2
            cells[int(np.searchsorted(self.edges, place))].append(word)
        return cells

    def filled(self, line: TextLine) -> set[int]:
        """The columns in which the line has words."""
        return {at for at, words in enumerate(self.cells(line)) if words}

    def may_be_rest(self, line: TextLine) -> bool:
        """True for a line that begins where cells do, and not those of a number or surname alone.

        At the top of a page it is the rest of the last row of the page before.
        """
        filled = self.filled(line)
        return (
            0 not in filled
            and max(filled) > 1
            and not self.crosses(line)
            and all(
                (np.abs(self.starts - piece[0].left) <= _SLACK).any()
                for piece in chunks(line)
            )
        )

    def crosses(self, line: TextLine) -> bool:
        """True where one piece of the line reaches into the next column, as a title does."""
        return any(
            np.searchsorted(self.starts[1:], piece[-1].right)
            > np.searchsorted(self.edges, piece[0].left)
            for piece in chunks(line)
        )


def _may_be_row(line: TextLine) -> bool:
    """True for a line of enough pieces to be a row of a table."""
    return len(chunks(line)) >= _LEAST_CHUNKS


def columns_of(lines: Sequence[TextLine]) -> Columns | None:
    """The columns that the rows among these lines share; None where there are no rows."""
    rows = [line for line in lines if _may_be_row(line)]
    if len(rows) < _LEAST_ROWS:
        return None
    taken = _with_overlapping(lines)
    words = [word for line in taken for word in line]
    lefts = np.array([word.left for word in words])
    rights = np.array([word.right for word in words])
    height = float(np.median([word.height for word in words]))
    share = _NARROW if len(rows) >= _FEW_ROWS else _WIDE
    most_crossing = _MOST_CROSSING * len(rows)
    begun = _begun(taken)

    def edges_between(lefts: Floats, rights: Floats) -> Floats:
        gaps = _gaps(lefts, rights, most_crossing, share * height)
        return _with_begun(_parting(gaps, taken), lefts, begun)

    edges = edges_between(lefts, rights)
    if len(edges) < _LEAST_CHUNKS - 1:
        return None
    # Where cells end at one height, what stands above the last lines is longer than these.
    inside = _inside(lines, _starts(edges, lefts, rights))
    more = np.array([(word.left, word.right) for line in inside for word in line])
    if len(more):
        lefts, rights = (
            np.concatenate(both) for both in zip((lefts, rights), more.T, strict=True)
        )
        wider = edges_between(lefts, rights)
        edges = wider if len(wider) == len(edges) else edges
    column = np.searchsorted(edges, (lefts + rights) / 2)
    starts = _starts(edges, lefts, rights)
    # What runs into the next column does not show where its own ends.
    is_own = rights < np.append(starts[1:], np.inf)[column] - _SLACK
    reaches = np.zeros(len(edges) + 1)
    np.maximum.at(reaches, column[is_own], rights[is_own])
    return Columns(edges, starts, reaches)


def _begun(lines: Sequence[TextLine]) -> Floats:
    """Where the columns begin whose cells are known to begin there, from left to right.

    Hardly a text lies across such a place, but one that stops where the next cell begins. Cells
    with their text in the middle, or at the right, begin anywhere.
    """
    spans = [(word.left, word.right) for line in lines for word in line]
    begins = [word.left for line in lines for word in line[1:] if word.begins]
    own = np.sort(begins)
    begun = own[np.diff(own, prepend=-np.inf) > _SLACK]
    left, right = np.array(spans).T[:, :, None]
    across = ((left < begun - _SLACK) & (right > begun + _SLACK)).sum(axis=0)
    count = np.searchsorted(own, begun + _SLACK, "right") - np.searchsorted(own, begun)
    kept: Floats = begun[across <= _MOST_ACROSS * count]
    return kept


def _with_begun(edges: Floats, lefts: Floats, begun: Floats) -> Floats:
    """The edges of columns, with one before each such place that no gap parts from the text before.

    ``lefts``: where each word begins.
    """
    column = np.searchsorted(edges, begun)
    firsts = np.full(len(edges) + 1, np.inf)
    np.minimum.at(firsts, np.searchsorted(edges, lefts), lefts)
    more = begun[begun - firsts[column] > _SLACK] - _BIN
    return np.sort(np.concatenate((edges, more)))


def _parting(edges: Floats, lines: Sequence[TextLine]) -> Floats:
    """The edges without those at which most texts go on: a blank parts their words.

    As wide a one as that of a typewriter stands below others where streets have one name. Where a
    whole row was drawn as one text, its blanks tell nothing.
    """
    beside = [
        (
            one.right,
            other.left,
            # Where cells are known to begin, what begins none goes on.
            (one.piece == other.piece or line[0].begins)
            and len(chunks([one, other])) == 1,
        )
        for line in lines
        if len({word.piece for word in line}) >= _LEAST_CHUNKS
        or line[0].left > edges[:1].sum()
        for one, other in pairwise(line)
    ]
    left, right, goes_on = np.array(beside).reshape(-1, 3).T[:, :, None]
    is_here = (left <= edges) & (edges <= right)
    # Around a cell that is blank at this height stand several.
    is_here &= is_here.sum(axis=1, keepdims=True) == 1
    parting: Floats = edges[
        2 * (is_here & (goes_on > 0)).sum(axis=0) <= is_here.sum(axis=0)
    ]
    return parting


def _starts(edges: Floats, lefts: Floats, rights: Floats) -> Floats:
    """Where each column begins."""
    starts = np.full(len(edges) + 1, np.inf)
    np.minimum.at(starts, np.searchsorted(edges, (lefts + rights) / 2), lefts)
    return starts


def _inside(lines: Sequence[TextLine], starts: Floats) -> list[TextLine]:
    """The lines right above a row of which no piece reaches where the next column begins."""
    ends = np.append(starts[1:], np.inf)
    return [
        line
        for line, below in pairwise(lines)
        if _may_be_row(below)
        and is_next(line, below)
        and not _may_be_row(line)
        and all(
            ((starts - _SLACK <= piece[0].left) & (piece[-1].right < ends)).any()
            for piece in chunks(line)
        )
    ]


def is_next(above: TextLine, line: TextLine) -> bool:
    """True for a line so close below another one that it may be of the same cell."""
    return 0 <= line[0].middle - above[0].middle <= _NEXT_LINE * above[0].height


def _with_overlapping(lines: Sequence[TextLine]) -> list[TextLine]:
    """The lines that may be rows, and those that overlap one.

    A column whose cells all have two lines has no word at the height of its rows.
    """
    is_row = [_may_be_row(line) for line in lines]
    taken = list(is_row)
    for upper in range(len(lines) - 1):
        if overlap(lines[upper], lines[upper + 1]):
            taken[upper] |= is_row[upper + 1]
            taken[upper + 1] |= is_row[upper]
    return [line for line, is_taken in zip(lines, taken, strict=True) if is_taken]


def overlap(above: TextLine, line: TextLine) -> bool:
    """True for a line so close below another one that they are of one row."""
    gap = line[0].middle - above[0].middle
    return 0 <= gap <= _OVERLAPPING * line[0].height


def _gaps(lefts: Floats, rights: Floats, most_crossing: float, least: float) -> Floats:
    """The middles of the gaps between columns, from left to right.

    Args:
        lefts: where each word begins, in points.
        rights: where it ends.
        most_crossing: no more words than this may cross a gap.
        least: a gap is at least so wide, in points.
    """
    start = lefts.min()
    count = int((rights.max() - start) / _BIN) + 2
    changes = np.zeros(count + 1)
    first_strips = ((lefts - start) / _BIN).astype(int)
    last_strips = ((rights - start) / _BIN).astype(int)
    np.add.at(changes, first_strips, 1)
    np.add.at(changes, last_strips + 1, -1)
    is_free = np.cumsum(changes)[:count] <= most_crossing
    # The last place is free: no word reaches it.
    steps = np.diff(is_free.astype(np.int8), prepend=1)
    ends_of_words = np.flatnonzero(steps > 0)
    starts_of_words = np.flatnonzero(steps < 0)[1:]
    begins = ends_of_words[: len(starts_of_words)]
    is_wide = (starts_of_words - begins) * _BIN >= least
    middles = (begins + starts_of_words) / 2 * _BIN
    edges: Floats = start + middles[is_wide]
    return edges


_NEXT_LINE = 1.6
"""A line of the same cell is no further below, in heights of the letters."""
_MOST_ACROSS = 0.1
"""So many texts may lie across the beginning of a column, for each that begins there."""
_SLACK = 1.0
"""Texts of one column begin no further to the left than so many points."""
_MOST_INSIDE = 1.6
"""Lines of one row are no further apart than this many times the usual gap between lines."""
_LINE = 1.25
"""Lines of one cell may be so far apart, in heights of the letters."""
_NEARLY_WIDEST, _CLEARLY = 0.85, 1.02
_MOSTLY_TOP, _APART = 0.8, 1.2
"""Rows begin with their number where so large a share of those of several lines does; a line that
is so many usual gaps below is of another row."""
_LEAST_NUMBERS, _MOSTLY = 2, 0.6
"""A first column of so many numbers, and so large a share of them, counts the rows."""
_OVERLAPPING = 0.8
"""Lines closer than this share of the height of the letters overlap: they are of one row, whose
cells have their text in the middle."""


def row_groups(
    middles: Sequence[float],
    cells: Sequence[Sequence[Sequence[Word]]],
    *,
    known: list[float] | None = None,
) -> list[list[int]]:
    """The lines of a table in groups, one a row.

    Where the first column numbers the rows, a line without a number belongs to the row above or
    below it, whichever is nearer. Else a line that fills only some of the cells of the line above,
    and not its first, goes on with it.

    Args:
        middles: the height of each line, from top to bottom.
        cells: the words of each line by column.
        known: None where the first column does not number the rows on other pages. Else how far the
            lines of the rows there are from each other, as ``_from_top`` adds them.

    Returns:
        the places of the lines of each row among all lines.
    """
    filled = [_filled_columns(row) for row in cells]
    gaps = np.diff(np.array(middles))
    words = [word for row in cells for own in row for word in own]
    height = float(np.median([word.height for word in words]))
    overlapping = _OVERLAPPING * height
    usual = float(np.median(gaps)) if len(gaps) else 0.0
    # Where cells end at several heights, lines are nearer to each other than in a cell.
    close = max(_MOST_INSIDE * usual, _LINE * height)
    spacing = _Spacing(filled, gaps, close, overlapping)
    firsts = [row[0] for row in cells]
    if numbers_rows(firsts, is_known=known is not None):
        numbers = {line for line, words in enumerate(firsts) if _is_number(words)}
        seen = [] if known is None else known
        return [*_from_top(_around_numbers(spacing), numbers, spacing, seen)]
    return _below_firsts(spacing)


def _filled_columns(row: Sequence[Sequence[Word]]) -> frozenset[int]:
    """The columns in which a line has words."""
    return frozenset(column for column, words in enumerate(row) if words)


def _goes_on(own: frozenset[int], first: frozenset[int]) -> bool:
    """True for a line that fills some of the cells of the first line of a row."""
    return 0 not in own and 0 in first and own < first


def numbers_rows(first: Sequence[Sequence[Word]], *, is_known: bool = False) -> bool:
    """True where most of what stands in the first column are numbers of rows.

    One is enough where it ``is_known`` of other pages: the last page may have a single row.
    """
    count = 0
    numbers = 0
    for words in first:
        count += bool(words)
        numbers += _is_number(words)
    is_usual = numbers >= _LEAST_NUMBERS and numbers >= _MOSTLY * count
    return is_usual or (is_known and numbers > 0)


def _is_number(words: Sequence[Word]) -> bool:
    """True for the number of a row."""
    return "".join(word.text for word in words).rstrip(".)").isdigit()


@frozen
class _Spacing:
    """The lines of a table from top to bottom; distances are in points.

    Attributes:
        filled: the columns in which each has words.
        gaps: from each line to the next.
        close: lines further apart than this are of two rows.
        overlapping: lines closer than this are of one row.
    """

    filled: Sequence[frozenset[int]]
    gaps: Floats
    close: float
    overlapping: float

    def may_belong(self, line: int, anchor: int) -> bool:
        """True where a line may be part of the row of another line."""
        between = self.gaps[min(anchor, line) : max(anchor, line)]
        if (between > self.close).any():
            return False
        own, above = self.filled[line], self.filled[anchor]
        for at in (anchor - 1, anchor):
            if 0 <= at < len(self.gaps) and self.gaps[at] <= self.overlapping:
                # A cell of an even number of lines has none at the height of its row.
                above |= self.filled[at] | self.filled[at + 1]
        # A line that fills most cells is none of a row below it, but a heading.
        is_inside = own <= above if line > anchor else is_rest(own, above)
        return is_inside or bool((between <= self.overlapping).all())

    def numbered(self) -> list[int]:
        """The lines with the number of a row, which may itself take several lines."""
        numbered: list[int] = []
        has_number = False
        most = max(map(len, self.filled))
        for line, own in enumerate(self.filled):
            gap = self.gaps[line - 1] if line else np.inf
            if gap > self.overlapping:
                # No line above overlaps this one: another row may begin.
                above = self.filled[numbered[-1]] if numbered else frozenset()
                has_number = gap <= self.close and is_rest(own, above)
            is_full = 2 * len(own) > most
            if 0 in own and (is_full or not has_number):
                numbered.append(line)
                has_number = True
        return numbered


def _below_firsts(spacing: _Spacing) -> list[list[int]]:
    """The lines in groups, each below the first line of its row."""
    groups: list[list[int]] = []
    for line, own in enumerate(spacing.filled):
        if not groups:
            groups.append([line])
            continue
        first = spacing.filled[groups[-1][0]]
        limit = spacing.overlapping
        if _goes_on(own, first):
            limit = max(limit, spacing.close)
        if spacing.gaps[line - 1] <= limit:
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def is_rest(own: AbstractSet[int], above: AbstractSet[int]) -> bool:
    """True for a line with the rest of a number: it fills no more than half of the cells above."""
    return own < above and 2 * len(own) <= len(above)


def _around_numbers(spacing: _Spacing) -> list[list[int]]:
    """The lines in groups, each around one that has a number."""
    anchors = spacing.numbered()
    is_above = _stand_above(anchors, spacing.gaps)
    groups: dict[int, list[int]] = {}
    group = -1
    for line, own in enumerate(spacing.filled):
        at = bisect_right(anchors, line)
        above = anchors[at - 1] if at else None
        below = anchors[at] if at < len(anchors) else None
        choices = _nearest(line, above, below, spacing.gaps, is_above=is_above)
        is_free = group >= 0 and group not in anchors
        if is_free and (own < spacing.filled[group] or above is None):
            # The rest of a line without a number, such as the lower one of a header.
            choices.append(group)
        fits = (
            anchor
            for anchor in choices
            if spacing.may_belong(line, anchor)
            or (is_above and above is not None and line < anchor and 0 not in own)
        )
        group = next(fits, line)
        groups.setdefault(group, []).append(line)
    return sorted(groups.values())


def _from_top(
    groups: Sequence[list[int]],
    numbers: AbstractSet[int],
    spacing: _Spacing,
    known: list[float],
) -> Iterator[list[int]]:
    """The groups; where rows begin with their number, what stands above one is a row of its own.

    It is the rest of a row on the page before. So is what stands further below the last line of a
    row than its lines are from each other, such as a total.

    Args:
        groups: the lines of each row.
        numbers: the lines that begin with the number of a row.
        spacing: the lines.
        known: of each row of several lines before how far they are from each other, in points;
            infinity where it begins otherwise. Those of these rows are added.
    """
    for lines in groups:
        if len(lines) > 1 and numbers & {*lines}:
            gaps = spacing.gaps[lines[0] : lines[-1]]
            begins = lines[0] in numbers and gaps.min() > spacing.overlapping
            known.append(float(gaps.max()) if begins else np.inf)
    enough = len(known) >= _LEAST_NUMBERS
    most = (
        _APART * float(np.quantile(known, _MOSTLY_TOP, method="higher"))
        if enough
        else np.inf
    )
    for lines in groups:
        first = next((line for line in lines if line in numbers), lines[0])
        cuts = [
            at
            for at, (above, line) in enumerate(pairwise(lines), 1)
            if most < np.inf
            and (
                line == first
                or (first in numbers and line > first and spacing.gaps[above] > most)
            )
        ]
        for start, stop in pairwise([0, *cuts, len(lines)]):
            yield lines[start:stop]


def _stand_above(anchors: Sequence[int], gaps: Floats) -> bool:
    """True where the lines between numbers mostly stand nearer to the one below.

    So they do where cells end at the foot of their row.
    """
    apart = [(above, below) for above, below in pairwise(anchors) if below - above > 1]
    if not apart:
        return False
    down, up = np.median([(gaps[one], gaps[other - 1]) for one, other in apart], axis=0)
    return bool(down > _CLEARLY * up)


def _nearest(
    line: int, above: int | None, below: int | None, gaps: Floats, *, is_above: bool
) -> list[int]:
    """The lines with a number that a line may belong to.

    Two rows are parted by the widest gap between them; of equally wide ones by the last, or by the
    first where lines stand above their number.

    Args:
        line: the line.
        above: the next line with a number at its height or above; None where there is none.
        below: the next one below it; None where there is none.
        gaps: from each line to the next, in points.
        is_above: whether lines stand above their number, as ``_stand_above``.
    """
    if above == line:
        return [line]
    if above is None or below is None:
        return [at for at in (above, below) if at is not None]
    between = gaps[above:below]
    wide = np.flatnonzero(between >= _NEARLY_WIDEST * between.max())
    last_of_upper = above + int(wide[0 if is_above else -1])
    return [above] if line <= last_of_upper else [below]
