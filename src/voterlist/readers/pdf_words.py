"""The signs of a page as words, lines, and the text of cells."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from voterlist.arrays import Bools, Floats, Longs
from voterlist.model import frozen
from voterlist.readers.pdf_pages import Page

_GAP = 0.22
"""A gap of this share of the height of the letters parts two words."""
_KERNED, _CLOSE = 0.12, 0.05
"""Beside letters that touch, by the second share, so small a gap is a blank drawn nearer."""
_BACK = 0.3
"""A sign that begins further back, as a share of the height of the letters, begins another text."""
_ON_ONE_LINE = 0.5
"""Words of one line differ in height by no more than this share of their own height."""
_LIGATURES = str.maketrans(
    {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl"}
)
PERHAPS_ONE_WORD = "\0"
"""Stands in the text of a cell where a line ends and its last word may go on in the next one."""
_RUN_GAP = 0.6
"""A gap of this share of the height of the letters ends a piece of text that runs on."""
_TOUCHING = 0.02
"""Signs no further apart, as a share of the height of the letters, were set as one text."""
_WIDEST = 1.6
"""A letter is hardly so many times wider than others."""
_LEAST_APART = 3
"""So many gaps between letters tell how far letters were set apart."""
CHUNK_GAP = 0.75
"""A gap of this share of the height of the letters parts two cells rather than two words."""
_LEAST_STARTS, _OF_MOST, _ONE_PLACE = 3, 0.25, 0.3
"""Cells begin at a place where so many texts clearly do, and so large a share of those that do at
the most usual one; places so near, in points, are one."""
_MOSTLY, _DIFFERENT = 0.75, 0.2
"""Most rows are so large a share of them; gaps that mostly differ by so many points."""
_ACROSS = 1.0
"""A text lies across a place that it passes by so many points."""
_OVERHANG = 0.06
"""So far a J reaches back from where its text begins, as a share of the height of the letters."""
_HYPHENS = "-\N{HYPHEN}\N{NON-BREAKING HYPHEN}"


@frozen
class Word:
    """Signs without a blank or a gap between them.

    Attributes:
        text: the signs.
        left: where it begins, in points.
        top: where its letters begin.
        right: where it ends.
        bottom: where its letters end; y grows downwards.
        group: what the signs were grouped by, such as the cell they stand in.
        is_turned: True where it runs in another direction than most of the page.
        has_blank: True where a blank was written behind it.
        begins: True where it is known to begin a cell.
        piece: the number of the piece of text that it was drawn with.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    group: int
    is_turned: bool
    has_blank: bool
    begins: bool
    piece: int

    @property
    def middle(self) -> float:
        """Its height on the page."""
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        """The height of its letters."""
        return self.bottom - self.top


TextLine = list[Word]
"""The words of one line from left to right."""


def in_place(page: Page) -> Page:
    """The page with the letters inside a text that were drawn behind it, for its font has none.

    As a spreadsheet program draws each ə of a text in a font without it.
    """
    lefts = page.boxes[:, 0].tolist()
    order, pieces = np.arange(len(lefts)), page.pieces.copy()
    begin = 0
    starts = (np.flatnonzero(np.diff(page.pieces)) + 1).tolist()
    for start, stop in pairwise([*starts, len(lefts)]):
        boxes = page.boxes[begin:stop]
        goes_back = lefts[start] < max(lefts[begin:start])
        if goes_back and _fills_holes(boxes, start - begin):
            order[begin:stop] = begin + np.argsort(boxes[:, 0], kind="stable")
            pieces[begin:stop] = pieces[begin]
        else:
            begin = start
    return replace(
        page,
        codes=page.codes[order],
        boxes=page.boxes[order],
        pieces=pieces,
        turned=page.turned[order],
    )


def _fills_holes(boxes: Floats, count: int) -> bool:
    """True where the signs behind the first ``count`` lie among these, in their holes.

    They begin where a text stops. A blank behind them may be missing.
    """
    height = boxes[0, 3] - boxes[0, 1]
    if (np.abs(boxes[:, 1] - boxes[0, 1]) > _ON_ONE_LINE * height).any():
        return False
    order = np.argsort(boxes[:, 0], kind="stable")
    meets = np.diff(order < count)
    gap = (boxes[order[1:], 0] - boxes[order[:-1], 2])[meets]
    most = np.where((order >= count)[1:][meets], _CLOSE, _RUN_GAP)
    most[0] = _CLOSE
    return bool(((-_CLOSE * height <= gap) & (gap <= most * height)).all())


def _steps(page: Page) -> tuple[Floats, Floats, Bools, Bools]:
    """Of each sign behind the first its height, the gap before it, whether another line begins.

    And of all signs whether they are blanks.
    """
    left, top, right, bottom = page.boxes.T
    height = np.maximum(bottom - top, 1.0)[1:]
    is_other = np.abs(np.diff((top + bottom) / 2)) > _ON_ONE_LINE * height
    return height, left[1:] - right[:-1], is_other, _are_blank(page.codes)


def set_close(page: Page) -> Page:
    """The page with letters that were set apart beside each other: each reaches to the next one.

    So the gaps that are left part words and cells, as where nothing was set apart.
    """
    boxes, pieces = page.boxes.copy(), page.pieces.copy()
    height, gaps, is_other, is_blank = _steps(page)
    is_single = np.bincount(page.pieces)[page.pieces] == 1
    is_single = is_single[1:] & is_single[:-1]
    is_ligature = np.diff(boxes[:, 0]) == 0
    runs_on = (gaps >= -_BACK * height) & (gaps <= _RUN_GAP * height) | is_ligature
    runs_on &= ~(is_other | is_blank[1:] | is_blank[:-1] | page.turned[1:])
    starts = np.flatnonzero(runs_on & ~np.append(False, runs_on[:-1])).tolist()
    stops = (np.flatnonzero(runs_on & ~np.append(runs_on[1:], False)) + 1).tolist()
    texts = [*map(slice, starts, stops)]
    of_page: list[float] = []
    for text in sorted(texts, key=lambda text: text.start - text.stop):
        own = np.sort(gaps[text][~is_ligature[text]])
        if len(own) >= _LEAST_APART:
            # A blank parts words by more.
            apart = float(own[(len(own) - 1) // 2])
            of_page += [apart] if apart > _TOUCHING * height[text.start] else []
        else:
            # Of few letters two may be drawn nearer.
            usual = float(np.median(of_page or np.inf))
            apart = usual if gaps[text].max() >= usual / 2 else 0.0
        boxes[:-1][text, 2] += np.clip(gaps[text], 0.0, max(0.0, apart))
        if is_blank[text.stop : text.stop + 2].any():
            # So does the blank behind it.
            boxes[text.stop, 2] += 2 * max(0.0, apart)
        is_one = is_single[text] & (gaps[text] <= apart + _TOUCHING * height[text])
        for at in (np.flatnonzero(is_one) + text.start).tolist():
            pieces[at + 1] = pieces[at]
    return replace(page, boxes=boxes, pieces=pieces)


def whole_groups(page: Page, groups: Longs, begins: Bools) -> Longs:
    """The groups of signs, with a text that runs over the edge of its cell kept in that cell.

    Where a column is too narrow a program may write on into the next cell. Where several cells were
    drawn at once, more than one blank parts them.

    Args:
        page: the page.
        groups: the place of each sign in the grid of its table; below 0 outside all tables.
        begins: True for the signs that begin a cell, as ``begin_cells``.
    """
    kept = groups.copy()
    height, gap, is_other, is_blank = _steps(page)
    # A text in two fonts is drawn in two pieces, of which one begins where the other ends; a letter
    # that is drawn nearer is one too.
    runs_on = (gap >= -_KERNED * height) & (gap <= _TOUCHING * height)
    # So near a date may end before an address.
    runs_on &= (page.codes[1:] >= ord("A")) & (page.codes[:-1] >= ord("A"))
    runs_on |= np.diff(page.pieces) == 0
    runs_on &= np.abs(gap) <= _RUN_GAP * height
    runs_on &= ~(is_other | is_blank[1:] & is_blank[:-1] | begins[1:])
    crossings = np.flatnonzero(runs_on & (np.diff(groups) != 0)) + 1
    ends = np.append(np.flatnonzero(~runs_on) + 1, len(groups))
    for at in crossings.tolist():
        if not page.turned[at] and kept[at - 1] >= 0:
            end = int(ends[np.searchsorted(ends, at, side="right")])
            kept[at:end] = kept[at - 1]
    return kept


def words_of(page: Page, groups: Longs, begins: Bools) -> list[Word]:
    """The words of a page in the order in which they are drawn.

    Args:
        page: the page.
        groups: a number for each sign; no word holds signs of two groups.
        begins: True for the signs that begin a cell, as ``begin_cells``.
    """
    if not len(page.codes):
        return []
    is_blank = _are_blank(page.codes)
    begins = begins & (groups < 0)
    starts = np.flatnonzero(_beginnings(page, groups) | begins)
    stops = np.append(starts[1:], len(page.codes))
    words = []
    for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
        if is_blank[start]:
            continue
        boxes = page.boxes[start:stop]
        left, top = boxes[:, :2].min(axis=0).tolist()
        right, bottom = boxes[:, 2:].max(axis=0).tolist()
        word = Word(
            text=_text_of(page.codes[start:stop]),
            left=left,
            top=top,
            right=right,
            bottom=bottom,
            group=int(groups[start]),
            is_turned=bool(page.turned[start]),
            has_blank=bool(stop < len(is_blank) and is_blank[stop]),
            begins=bool(begins[start]),
            piece=int(page.pieces[start]),
        )
        words.append(word)
    return words


def begin_cells(page: Page, known: list[float]) -> Bools:
    """True for the signs that begin a text where a column does, however near the one before is.

    It does where several texts begin behind a wide gap, or with a letter behind a number or a
    capital behind a small one: nothing else may part a number from the name beside it.

    ``known``: where texts so begin on the pages before; those of this page are added.
    """
    boxes, codes = page.boxes, page.codes
    height, gap, is_other, is_blank = _steps(page)
    begins = (np.diff(page.pieces) != 0) & ~(is_blank[1:] | is_blank[:-1])
    begins &= ~page.turned[1:]
    signs = [chr(code) for code in codes.tolist()]
    behind = [
        other.isupper() and (one.isdigit() or one.islower())
        for one, other in pairwise(signs)
    ]
    is_clear = is_other | (gap > CHUNK_GAP * height) | np.array(behind, dtype=bool)
    is_clear |= gap < -_BACK * height
    lefts = boxes[1:, 0]
    line = np.cumsum(is_other, dtype=np.int64)
    is_clear |= _begin_in_rows(page, begins & ~is_other, gap, line)
    known += lefts[begins & is_clear].tolist()
    places = np.sort(np.array(known, dtype=float))
    first = np.searchsorted(places, lefts - _ONE_PLACE)
    ahead = _ONE_PLACE + _OVERHANG * height * (codes[1:] == ord("J"))
    last = np.searchsorted(places, lefts + ahead)
    count = np.where(begins, last - first, 0)
    most = max(_LEAST_STARTS, _OF_MOST * int(count.max(initial=0)))
    # Where texts lie across, others begin by chance, as the rest of a date in the middle of a cell.
    first = np.flatnonzero(np.append(True, np.diff(page.pieces) != 0))[: len(codes)]
    begun = np.searchsorted(np.sort(boxes[first, 0]), lefts - _ACROSS)
    ends = np.maximum.reduceat(boxes[:, 2], first)
    # What runs on into a cell that begins there lies not across.
    runs_on = (~is_other & (gap < 0))[first[1:] - 1]
    ends[:-1][runs_on] = boxes[first[1:], 0][runs_on]
    ended = np.searchsorted(np.sort(ends), lefts + _ACROSS)
    return np.append(False, (count >= most) & (begun - ended <= count))[: len(codes)]


def _begin_in_rows(page: Page, begins: Bools, gaps: Floats, lines: Longs) -> Bools:
    """True where a text begins in most rows, and no text can go on so.

    One that goes on begins as far behind the one before in each row, and not below a heading.

    Args:
        page: the page.
        begins: of the signs behind the first, those that begin a text in a line.
        gaps: how far each is behind the sign before.
        lines: the number of the line of each.
    """
    lefts = page.boxes[1:, 0]
    order = np.flatnonzero(begins)[np.argsort(lefts[begins], kind="stable")]
    first, last = (
        np.searchsorted(lefts[order], lefts + reach)
        for reach in (-_ONE_PLACE, _ONE_PLACE)
    )
    count = np.maximum(last - first, 1)

    def mean(values: Floats) -> Floats:
        sums = np.append(0.0, np.cumsum(values[order]))
        means: Floats = (sums[last] - sums[first]) / count
        return means

    rows = np.flatnonzero(np.bincount(lines[begins], minlength=1) >= _LEAST_STARTS - 1)
    # A heading is no single letter.
    is_several = (np.bincount(page.pieces)[page.pieces] > 1)[1:]
    has_heading = mean(is_several & (lines == rows[:1].sum())) > 0
    differ = mean(gaps**2) - mean(gaps) ** 2 > _DIFFERENT**2
    enough = count >= np.maximum(_LEAST_STARTS, _MOSTLY * len(rows))
    begin: Bools = begins & enough & (has_heading | differ)
    return begin


def _text_of(codes: Longs) -> str:
    """The signs of a word as text; a ligature as the letters that it is made of."""
    text = "".join(map(chr, codes.tolist()))
    return unicodedata.normalize("NFC", text.translate(_LIGATURES))


def _beginnings(page: Page, groups: Longs) -> Bools:
    """True for the signs at which another word begins than that of the sign before.

    Args:
        page: the page.
        groups: a number for each sign; another number begins another word.
    """
    height, gap, is_apart, is_blank = _steps(page)
    is_apart |= gap > _GAP * height
    is_close = (gap >= -_BACK * height) & (gap <= _CLOSE * height)
    is_beside = np.append(is_close[1:], False) | np.append(False, is_close[:-1])
    is_apart |= is_beside & (gap > _KERNED * height)
    # The letters of one sign, such as a ligature, stand at one place.
    is_apart |= (gap < -_BACK * height) & (np.diff(page.boxes[:, 0]) != 0)
    # Turned words run up or down: nothing but a blank parts them.
    is_apart &= ~page.turned[1:]
    is_apart |= is_blank[1:] | is_blank[:-1]
    is_apart |= np.diff(groups) != 0
    is_apart |= page.turned[1:] != page.turned[:-1]
    return np.append(True, is_apart)


def _are_blank(codes: Longs) -> Bools:
    """True for signs that are blanks of any kind, or no signs at all."""
    distinct, which = np.unique(codes, return_inverse=True)
    blank = [code < 0x20 or chr(code).isspace() for code in distinct.tolist()]
    return np.array(blank, dtype=bool)[which]


def lines_of(words: Sequence[Word]) -> list[TextLine]:
    """The words as lines from top to bottom, each from left to right.

    What runs on into the next cell ends where that one begins. Turned words stand in lines of their
    own, in the order in which they are drawn.
    """
    lines: list[TextLine] = []
    straight = [word for word in words if not word.is_turned]
    for word in sorted(straight, key=lambda word: (word.middle, word.left)):
        if lines and _is_on(word, lines[-1]):
            lines[-1].append(word)
        else:
            lines.append([word])
    for line in lines:
        line.sort(key=lambda word: word.left)
        for at, (one, other) in enumerate(pairwise(line)):
            if other.begins and one.right > other.left:
                line[at] = replace(one, right=other.left)
    turned = [word for word in words if word.is_turned]
    if turned:
        lines.append(turned)
    return lines


def _is_on(word: Word, line: TextLine) -> bool:
    """True where the word stands at the height of the line."""
    first = line[0]
    limit = _ON_ONE_LINE * min(word.height, first.height)
    return abs(word.middle - first.middle) <= limit


def line_text(line: TextLine) -> str:
    """The words of a line with blanks between them."""
    return " ".join(word.text for word in line)


def cell_text(words: Sequence[Word], right: float) -> str:
    """The text of a cell, with ``PERHAPS_ONE_WORD`` where a word may have been broken.

    ``right``: where the text of the cell ends at the latest.
    """
    lines = lines_of(words)
    if not lines:
        return ""
    text = line_text(lines[0])
    for above, line in pairwise(lines):
        goes_on = _goes_on(above, line, right)
        text += (PERHAPS_ONE_WORD if goes_on else "\n") + line_text(line)
    return text


def _goes_on(above: TextLine, line: TextLine, right: float) -> bool:
    """True where the first word of a line may be the rest of the last word of the line above.

    A program breaks a word only where it alone is longer than the line. So it fills its line, no
    blank was written behind it, and the rest is no new word by its capital letter.

    ``right``: where the text of the cell ends at the latest, in points.
    """
    word, rest = above[-1], line[0]
    if word.has_blank or word.is_turned or rest.is_turned:
        return False
    last, first = word.text[-1], rest.text[0]
    if last in _HYPHENS and len(word.text) > 1:
        return first.isalpha()
    fills = right - word.right < _WIDEST * (rest.right - rest.left) / len(rest.text)
    is_inside = last.isalnum() and first.isalnum()
    is_capital = first.isupper() and last.islower()
    return len(above) == 1 and fills and is_inside and not is_capital
