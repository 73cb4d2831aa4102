"""The pages of a PDF file as PDFium reads them: signs with their places, and straight lines.

All places are turned so that text runs from left to right: x grows to the right and y downwards, in
points (1/72 inch). PDFium is imported where a file is a PDF, and nowhere else.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from types import ModuleType
from typing import Any

import numpy as np

from voterlist.arrays import Bools, Floats, Longs
from voterlist.model import AsideCode, frozen
from voterlist.processes.limits import is_memory_short
from voterlist.readers.counted import lines_told
from voterlist.readers.outcome import RefusedError

_VALUE = "FPDFAnnot_GetStringValue"
_PASSWORD = 4
"""FPDF_ERR_PASSWORD."""
_TEXT, _PATH, _IMAGE, _FORM = 1, 2, 3, 5
"""The kinds of objects of a page (FPDF_PAGEOBJ_...)."""
_LINE_TO, _MOVE_TO = 0, 2
"""The kinds of segments of a path (FPDF_SEGMENT_...); the third kind is a curve."""
_INVISIBLE = 3
"""The mode of text that is drawn neither filled nor stroked: what a scanner thinks it has read."""
_DEEPEST_FORM = 4
"""Forms inside each other are looked into so deep."""
_FARTHEST = 20_000.0
"""No page is as wide, in points; a damaged file may name any place."""
_MUCH_OF_PAGE = 0.2
"""Arms, stamps and signatures take a smaller share of a page."""
_FEW_SIGNS = 20
"""So many signs stand on a scan: the number of a page, the name of a program."""
_MOST_PICTURES = 1_000
_MOST_NOTES = 1_000
_NO_NOTES, _FIELD = (2, 16), 20
"""Links, and the windows of notes; a field to fill in."""
_MOST_LINES = 50_000
"""A page of more lines is a drawing."""
_WHITE = 3 * 255
_GROUNDS = (_PATH, _IMAGE, 4)
"""What text in white is seen on; the fourth kind is a shading."""
_THIN = 3.0
"""A filled rectangle of no more points is a line."""
_MOST_UNMAPPED = 0.01
"""The share of signs without a letter, above which the letters of a page cannot be read: one letter
of the alphabet may be missing in every name."""
_BLANK = 0x20
"""Codes up to this one leave no ink."""
_HYPHENS = {0x02: 0x2D, 0xFFFE: 0x2D}
"""How PDFium shows a hyphen at the end of a line."""
_LOST = 0xFFFD
"""Stands for a sign whose letter is not known."""


@frozen
class Page:
    """One page; the arrays but ``lines`` have one element a sign, in the order of drawing.

    Attributes:
        codes: the Unicode number of each sign.
        boxes: a row (left, top, right, bottom) for each sign, in points.
        pieces: the piece of text that each sign was drawn with: a program writes a cell at once,
            or less.
        turned: True for the signs that run in another direction than most of the page.
        lines: a row (left, top, right, bottom) for each straight line, in points; upright or level
            ones alone.
        trouble: why its text is not taken; None where it is taken.
        pictured: whether pictures take a good part of it where no text stands: a scan, or a photo.
        notes: what readers of the file wrote on the page, or nobody sees on it, each text once.
        filled: whether somebody filled in a field of it.
        texts: how many pieces of text are drawn on it.
        hidden: whether many signs are drawn in white on white, or in no colour.
    """

    codes: Longs
    boxes: Floats
    pieces: Longs
    turned: Bools
    lines: Floats
    trouble: AsideCode | None = None
    pictured: bool = False
    notes: tuple[str, ...] = ()
    filled: bool = False
    texts: int = 0
    hidden: bool = False

    @property
    def is_blank(self) -> bool:
        """True for a page with nothing on it."""
        return self.trouble is None and not len(self.codes)


def read_pages(content: bytes) -> Iterator[Page]:
    """The pages of a PDF file, one after the other.

    Raises:
        RefusedError: it has a password, or is damaged.
        MemoryError: a page may lack what there was no memory for.
    """
    import pypdfium2.raw as pdfium  # noqa: PLC0415  only where a file is a PDF

    pdfium.FPDF_InitLibrary()
    opened = pdfium.FPDF_LoadMemDocument64(content, len(content), None)
    if not opened:
        if pdfium.FPDF_GetLastError() == _PASSWORD:
            raise RefusedError(AsideCode.FILE_PROTECTED)
        raise RefusedError(AsideCode.FILE_UNREADABLE)
    try:
        count = pdfium.FPDF_GetPageCount(opened)
        if count <= 0:
            raise RefusedError(AsideCode.FILE_UNREADABLE)
        for number in range(count):
            page = _page(pdfium, opened, number)
            told = () if number else lines_told("\n".join(_properties(pdfium, opened)))
            yield replace(page, notes=(*page.notes, *told))
    finally:
        pdfium.FPDF_CloseDocument(opened)


def _properties(pdfium: ModuleType, opened: Any) -> Iterator[str]:
    """What a file says of itself, and its bookmarks, which may lead in a circle."""
    for key in (b"Title", b"Subject", b"Keywords"):
        yield _text_of(pdfium, "FPDF_GetMetaText", opened, key)
    waiting = [pdfium.FPDFBookmark_GetFirstChild(opened, None)]
    seen: set[int] = set()
    for mark in waiting:
        place = ctypes.cast(mark, ctypes.c_void_p).value
        if place is None or place in seen:
            continue
        seen.add(place)
        yield _text_of(pdfium, "FPDFBookmark_GetTitle", mark)
        waiting.append(pdfium.FPDFBookmark_GetFirstChild(opened, mark))
        waiting.append(pdfium.FPDFBookmark_GetNextSibling(opened, mark))


def _page(pdfium: ModuleType, opened: Any, number: int) -> Page:
    """One page by its number from 0; a page that cannot be opened has ``trouble``."""
    page = pdfium.FPDF_LoadPage(opened, number)
    if not page:
        return _unread_page(AsideCode.FILE_UNREADABLE)
    text = pdfium.FPDFText_LoadPage(page)
    try:
        if not text:
            return _unread_page(AsideCode.FILE_UNREADABLE)
        drawing = _Drawing(pdfium, page)
        read = _read_page(pdfium, page, text, drawing)
        if is_memory_short():
            # PDFium leaves out what memory was refused for, and says nothing.
            raise MemoryError
        return replace(read, texts=drawing.texts)
    finally:
        if text:
            pdfium.FPDFText_ClosePage(text)
        pdfium.FPDF_ClosePage(page)


def _unread_page(code: AsideCode) -> Page:
    """A page of which nothing is taken."""
    no_boxes = np.zeros((0, 4))
    no_numbers = np.zeros(0, dtype=np.int64)
    return Page(
        codes=no_numbers,
        boxes=no_boxes,
        pieces=no_numbers,
        turned=np.zeros(0, dtype=bool),
        lines=no_boxes,
        trouble=code,
    )


def _read_page(pdfium: ModuleType, page: Any, text: Any, drawing: _Drawing) -> Page:
    """The signs and lines of an open page.

    Nothing is taken where it is a picture of text, or where too many of its letters are unknown.
    """
    signs = _Signs(pdfium, text)
    if not signs.visible:
        is_drawn = drawing.pictures or len(drawing.lines) or drawing.curves
        if signs.count or is_drawn:
            return _unread_page(AsideCode.SCANNED_PAGE)
    if signs.unmapped > _MOST_UNMAPPED * max(1, signs.visible):
        return _unread_page(AsideCode.ENCODING_UNREADABLE)
    angles = signs.quarters()
    usual = int(np.bincount(angles, minlength=4).argmax()) if len(angles) else 0
    # How the page itself is turned does not matter: its text shows which way it is read.
    turns = -usual % 4
    pictured = _is_pictured(pdfium, page, signs.boxes(), drawing)
    notes = [*_notes(pdfium, page)]
    if not pictured:
        notes += lines_told("".join(map(chr, signs.unseen)))
    return Page(
        codes=signs.letters(),
        boxes=_turned_boxes(signs.boxes(), turns),
        pieces=signs.pieces(),
        turned=angles != usual,
        lines=_turned_boxes(_box_array(drawing.lines), turns),
        pictured=pictured,
        notes=tuple(dict.fromkeys(notes)),
        filled=any(_field_values(pdfium, page)),
        hidden=_is_hidden(signs.boxes()[signs.are_white], drawing.grounds),
    )


def _notes(pdfium: ModuleType, page: Any) -> Iterator[str]:
    """What stands in the remarks of a page, and in its fields; links are none."""
    for note in _annotations(pdfium, page):
        kind = pdfium.FPDFAnnot_GetSubtype(note)
        if kind not in _NO_NOTES:
            keys = (b"V", b"TU") if kind == _FIELD else (b"Contents",)
            yield from (_text_of(pdfium, _VALUE, note, key) for key in keys)


def _field_values(pdfium: ModuleType, page: Any) -> Iterator[str]:
    """What somebody filled into the fields of a page; boxes to tick are none."""
    for note in _annotations(pdfium, page):
        is_field = pdfium.FPDFAnnot_GetSubtype(note) == _FIELD
        if is_field and _text_of(pdfium, _VALUE, note, b"FT") != "Btn":
            yield _text_of(pdfium, _VALUE, note, b"V")


def _annotations(pdfium: ModuleType, page: Any) -> Iterator[Any]:
    """What lies on a page, each open while it is looked at."""
    for number in range(min(pdfium.FPDFPage_GetAnnotCount(page), _MOST_NOTES)):
        note = pdfium.FPDFPage_GetAnnot(page, number)
        if note:
            yield note
            pdfium.FPDFPage_CloseAnnot(note)


def _text_of(pdfium: ModuleType, ask: str, *of: Any) -> str:
    """The text that a function of PDFium gives of something; empty where it has none."""
    write = partial(getattr(pdfium, ask), *of)
    room = write(None, 0)
    text = (pdfium.FPDF_WCHAR * (room // 2))()
    write(text, room)
    return bytes(text)[:-2].decode("utf-16-le", errors="replace").strip()


def _is_pictured(
    pdfium: ModuleType, page: Any, signs: Floats, drawing: _Drawing
) -> bool:
    """True where pictures take a good part of a page, and hardly a sign stands on them."""
    pictures = _box_array(drawing.pictures)
    left, bottom, right, top = pictures.T
    sides = pdfium.FPDF_GetPageWidthF(page) * pdfium.FPDF_GetPageHeightF(page)
    if ((right - left) * (top - bottom)).sum() < _MUCH_OF_PAGE * sides:
        return False
    return int(_are_on(signs, pictures).sum()) < _FEW_SIGNS


def _is_hidden(signs: Floats, grounds: Sequence[tuple[float, ...]]) -> bool:
    """True where more of these signs, which are white, than a few have no ground."""
    if len(signs) <= _FEW_SIGNS or len(grounds) >= _MOST_PICTURES:
        return False
    return int((~_are_on(signs, _box_array(grounds))).sum()) > _FEW_SIGNS


def _are_on(signs: Floats, grounds: Floats) -> Bools:
    """True for the signs whose middle lies on one of these boxes."""
    x, y = (signs[:, :2] + signs[:, 2:]).T / 2
    is_on = np.zeros(len(signs), dtype=bool)
    for left, bottom, right, top in grounds:
        is_on |= (left < x) & (x < right) & (bottom < y) & (y < top)
    return is_on


def _box_array(boxes: Sequence[tuple[float, ...]]) -> Floats:
    """A row (left, bottom, right, top) for each box."""
    return np.array(boxes, dtype=float).reshape(-1, 4)


class _Signs:
    """The signs of a page, but for PDFium's own and those that nobody sees.

    Attributes:
        count: all signs, those left out too.
        visible: signs that are drawn, blanks left out.
        unmapped: signs whose font does not say which letters they are.
        are_white: for each sign whether it is drawn in white, or in no colour.
        unseen: the Unicode numbers of what is drawn so that nobody sees it, and of the ends of
            lines.
    """

    def __init__(self, pdfium: ModuleType, text: Any) -> None:
        self.count = max(0, pdfium.FPDFText_CountChars(text))
        self.visible = 0
        self.unmapped = 0
        self.unseen: list[int] = []
        self._codes: list[int] = []
        self._boxes: list[tuple[float, float, float, float]] = []
        self._angles: list[float] = []
        self._pieces: list[int] = []
        self.are_white: list[bool] = []
        box = pdfium.FS_RECTF()
        pieces: dict[int, tuple[float | None, float, float, int]] = {}
        x, y = ctypes.c_double(), ctypes.c_double()
        for number in range(self.count):
            code = pdfium.FPDFText_GetUnicode(text, number)
            if code <= _BLANK and pdfium.FPDFText_IsGenerated(text, number) == 1:
                # PDFium's own guess of a blank between two pieces of text.
                self.unseen.append(code)
                continue
            piece = _piece(pdfium, text, number, pieces)
            angle, below, above, colour = pieces[piece]
            if angle is None:
                self.unseen.append(min(code, _LOST))
            if angle is None or not pdfium.FPDFText_GetLooseCharBox(text, number, box):
                continue
            # Some programs write 0 for a letter that they do not know.
            if not code or pdfium.FPDFText_HasUnicodeMapError(text, number) == 1:
                code = _LOST
            self.visible += code > _BLANK
            self.unmapped += code == _LOST
            self._codes.append(code)
            if box.top - box.bottom < above - below:
                # Of a font that is drawn (Type 3) no more is told than the ink.
                pdfium.FPDFText_GetCharOrigin(text, number, x, y)
                box.bottom = min(box.bottom, y.value + below)
                box.top = max(box.top, y.value + above)
            self._boxes.append((box.left, box.bottom, box.right, box.top))
            self._pieces.append(piece)
            self.are_white.append(colour >= _WHITE and code > _BLANK)
            self._angles.append(angle)

    def letters(self) -> Longs:
        """The Unicode numbers; what is no character stands as U+FFFD."""
        codes = np.array(self._codes, dtype=np.int64)
        for written, meant in _HYPHENS.items():
            codes[codes == written] = meant
        is_half = (codes >= 0xD800) & (codes <= 0xDFFF)
        codes[is_half | (codes > 0x10FFFF) | (codes < 0)] = _LOST
        return codes

    def boxes(self) -> Floats:
        """(left, bottom, right, top) as the file has it."""
        return _box_array(self._boxes)

    def pieces(self) -> Longs:
        """A number for the piece of text that each sign was drawn with."""
        _, numbers = np.unique(
            np.array(self._pieces, dtype=np.int64), return_inverse=True
        )
        return numbers

    def quarters(self) -> Longs:
        """The direction of each sign in quarters of a turn."""
        angles = np.nan_to_num(np.array(self._angles, dtype=float))
        quarters: Longs = np.rint(angles / (np.pi / 2)).astype(np.int64)
        return quarters % 4


def _piece(
    pdfium: ModuleType,
    text: Any,
    number: int,
    pieces: dict[int, tuple[float | None, float, float, int]],
) -> int:
    """The piece of text that a sign was drawn with.

    ``pieces`` keeps the direction of each, None where nobody sees it; how far its font reaches
    below and above the line that it is written on, 0 where it is turned; and its colour.
    """
    drawn = pdfium.FPDFText_GetTextObject(text, number)
    piece = ctypes.addressof(drawn.contents) if drawn else 0
    if piece not in pieces:
        mode = pdfium.FPDFTextObj_GetTextRenderMode(drawn) if drawn else 0
        angle = pdfium.FPDFText_GetCharAngle(text, number)
        matrix, size = pdfium.FS_MATRIX(), ctypes.c_float()
        below, above = ctypes.c_float(), ctypes.c_float()
        pdfium.FPDFText_GetMatrix(text, number, matrix)
        if drawn and not matrix.b:
            font = pdfium.FPDFTextObj_GetFont(drawn)
            pdfium.FPDFTextObj_GetFontSize(drawn, size)
            pdfium.FPDFFont_GetDescent(font, size, below)
            pdfium.FPDFFont_GetAscent(font, size, above)
        pieces[piece] = (
            None if mode == _INVISIBLE else angle,
            below.value * matrix.d,
            above.value * matrix.d,
            _colour(pdfium, drawn),
        )
    return piece


def _colour(pdfium: ModuleType, drawn: Any) -> int:
    """The sum of red, green and blue of what is drawn; that of white where nothing covers."""
    parts = [ctypes.c_uint() for _ in range(4)]
    if not drawn or not pdfium.FPDFPageObj_GetFillColor(drawn, *parts):
        return 0
    *colours, cover = (part.value for part in parts)
    return sum(colours) if cover else _WHITE


class _Drawing:
    """What is drawn on a page beside its text.

    Attributes:
        lines: (left, bottom, right, top) of each straight line, in points, as the file has it;
            none on a page that has more than ``_MOST_LINES``.
        pictures: (left, bottom, right, top) of each picture, at most ``_MOST_PICTURES``.
        curves: how many segments of paths are curves.
        texts: how many pieces of text there are.
        grounds: (left, bottom, right, top) of what lies below other things, filled.
    """

    def __init__(self, pdfium: ModuleType, page: Any) -> None:
        self.lines: list[tuple[float, float, float, float]] = []
        self.pictures: list[tuple[float, float, float, float]] = []
        self.curves = self.texts = 0
        self.grounds: list[tuple[float, ...]] = []
        self._pdfium = pdfium
        whole = np.eye(3)
        for number in range(pdfium.FPDFPage_CountObjects(page)):
            self._add(pdfium.FPDFPage_GetObject(page, number), whole, 0)
        if len(self.lines) > _MOST_LINES:
            self.lines = []

    def _add(self, drawn: Any, around: Floats, depth: int) -> None:
        """Count an object, or take its lines; those inside a form too.

        Args:
            drawn: the object.
            around: how the points of what it lies in are placed on the page.
            depth: so many forms lie around it.
        """
        if not drawn:
            return
        kind = self._pdfium.FPDFPageObj_GetType(drawn)
        self.texts += kind == _TEXT
        if len(self.lines) > _MOST_LINES:
            return
        if kind in _GROUNDS and len(self.grounds) < _MOST_PICTURES:
            self._add_ground(drawn, around)
        if kind == _IMAGE:
            if len(self.pictures) < _MOST_PICTURES:
                square = [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)]
                corners = _place_points(square, self._matrix(drawn) @ around)
                left, bottom = corners.min(axis=0).tolist()
                right, top = corners.max(axis=0).tolist()
                self.pictures.append((left, bottom, right, top))
        elif kind == _PATH:
            self._add_path(drawn, self._matrix(drawn) @ around)
        elif kind == _FORM and depth < _DEEPEST_FORM:
            inside = self._matrix(drawn) @ around
            for number in range(self._pdfium.FPDFFormObj_CountObjects(drawn)):
                inner = self._pdfium.FPDFFormObj_GetObject(drawn, number)
                self._add(inner, inside, depth + 1)

    def _add_ground(self, drawn: Any, around: Floats) -> None:
        """Take what lies below other things; a pattern calls itself white, so white counts too."""
        places = [ctypes.c_float() for _ in range(4)]
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        if self._pdfium.FPDFPath_GetDrawMode(drawn, fill, stroke) and not fill.value:
            return
        if self._pdfium.FPDFPageObj_GetBounds(drawn, *places):
            left, bottom, right, top = (place.value for place in places)
            corners = _place_points([(left, bottom), (right, top)], around)
            self.grounds.append(tuple(np.sort(corners, axis=0).ravel().tolist()))

    def _matrix(self, drawn: Any) -> Floats:
        """How the points of an object are placed on what it lies in (rows times this matrix)."""
        matrix = self._pdfium.FS_MATRIX()
        if not self._pdfium.FPDFPageObj_GetMatrix(drawn, matrix):
            return np.eye(3)
        rows = [
            [matrix.a, matrix.b, 0],
            [matrix.c, matrix.d, 0],
            [matrix.e, matrix.f, 1],
        ]
        return np.array(rows)

    def _add_path(self, drawn: Any, matrix: Floats) -> None:
        """Take the lines of a path: the edges of a drawn one, a filled one that is thin.

        ``matrix``: how its points are placed on the page.
        """
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        if not self._pdfium.FPDFPath_GetDrawMode(drawn, fill, stroke):
            return
        for points in self._subpaths(drawn):
            placed = _place_points(points, matrix)
            if stroke.value:
                self._add_edges(placed)
            elif fill.value:
                self._add_thin(placed)

    def _subpaths(self, drawn: Any) -> Iterator[list[tuple[float, float]]]:
        """The points of each part of a path that is made of straight lines."""
        x, y = ctypes.c_float(), ctypes.c_float()
        points: list[tuple[float, float]] = []
        is_straight = True
        for number in range(self._pdfium.FPDFPath_CountSegments(drawn)):
            segment = self._pdfium.FPDFPath_GetPathSegment(drawn, number)
            if not self._pdfium.FPDFPathSegment_GetPoint(segment, x, y):
                return
            kind = self._pdfium.FPDFPathSegment_GetType(segment)
            if kind == _MOVE_TO:
                if len(points) > 1 and is_straight:
                    yield points
                points, is_straight = [], True
            elif kind != _LINE_TO:
                self.curves += 1
                is_straight = False
            points.append((x.value, y.value))
            if self._pdfium.FPDFPathSegment_GetClose(segment):
                points.append(points[0])
        if len(points) > 1 and is_straight:
            yield points

    def _add_edges(self, points: Floats) -> None:
        """The upright and level edges of a drawn line."""
        for (x0, y0), (x1, y1) in pairwise(points.tolist()):
            if abs(x1 - x0) < 1 or abs(y1 - y0) < 1:
                left, right = sorted((x0, x1))
                bottom, top = sorted((y0, y1))
                self.lines.append((left, bottom, right, top))

    def _add_thin(self, points: Floats) -> None:
        """A filled rectangle that is as thin as a line."""
        left, bottom = points.min(axis=0)
        right, top = points.max(axis=0)
        width, height = right - left, top - bottom
        if min(width, height) > _THIN or max(width, height) <= _THIN:
            return
        if width < height:
            left = right = (left + right) / 2
        else:
            bottom = top = (bottom + top) / 2
        self.lines.append((left, bottom, right, top))


def _place_points(points: Sequence[tuple[float, float]], matrix: Floats) -> Floats:
    """The points (x, y), a row each, where the matrix puts them."""
    rows = np.array([(x, y, 1.0) for x, y in points])
    return np.asarray((rows @ matrix)[:, :2])


def _turned_boxes(boxes: Floats, turns: int) -> Floats:
    """Boxes (left, bottom, right, top) of a page turned so many quarters, as they are seen.

    Out come rows (left, top, right, bottom) with y downwards. A place that no page has is moved to
    the nearest that one may have.
    """
    boxes = np.clip(np.nan_to_num(boxes), -_FARTHEST, _FARTHEST)
    left, bottom, right, top = boxes.T
    seen = {
        0: (left, -top, right, -bottom),
        1: (bottom, left, top, right),
        2: (-right, bottom, -left, top),
        3: (-top, -right, -bottom, -left),
    }
    return np.stack(seen[turns], axis=1)
