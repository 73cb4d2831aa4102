"""Lists of twelve voters in each format, ways to damage them, and how many voters they hold.

What a list holds is counted without any reader: its bytes are unpacked wherever they can be, and
searched for surnames and FINs. So what stands behind the end of a table, in a part that no index
names, or a byte beside its place, is counted too.
"""

from __future__ import annotations

import functools
import html
import io
import json
import random
import re
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import xlsxwriter  # noqa: E402  after it

import documents  # noqa: E402  it stands in the folder of the tests

HEADER = ("No", "Soyadi", "Adi", "Atasinin adi", "Dogum tarixi", "Unvan", "FIN")
_PEOPLE = (
    "Rzayev Orxan Nadir", "Quliyeva Sevinc Vaqif", "Abbasov Kamil Rauf", "Babayeva Aygun Nadir",
    "Kazimov Tural Vaqif", "Safarova Nigar Kamil", "Orucov Samir Anar", "Novruzova Leyla Rauf",
    "Mirzayev Elnur Samir", "Salimova Gunay Anar", "Agayev Ramin Kamil", "Musayeva Zeynab Nadir",
)  # fmt: skip
VOTERS = tuple(
    (
        str(number),
        surname,
        given,
        f"{father} {'qizi' if surname.endswith('a') else 'oglu'}",
        f"{number:02}.0{1 + number % 9}.{1950 + number * 3}",
        f"Nizami kuc. {number}",
        f"6ZK{number:02}QX",
    )
    for number, (surname, given, father) in enumerate(map(str.split, _PEOPLE), start=1)
)
"""Cells in the order of ``HEADER``; letters that every encoding has."""
_ROWS = (HEADER, *VOTERS)
_LOCAL, _CENTRAL = b"PK\x03\x04", b"PK\x01\x02"
_LOCAL_SIZE = 30


# The formats


def _text(separator: str, encoding: str = "utf-8") -> bytes:
    return "".join(f"{separator.join(row)}\r\n" for row in _ROWS).encode(encoding)


def _json(records: object) -> bytes:
    return json.dumps(records, indent=0).encode()


def _workbook(*, shared: bool) -> bytes:
    """A workbook whose texts stand in their cells, or in a part of their own."""
    stream = io.BytesIO()
    options = {"in_memory": True, "constant_memory": not shared}
    with xlsxwriter.Workbook(stream, options) as book:
        sheet = book.add_worksheet("Siyahi")
        for line, row in enumerate(_ROWS):
            sheet.write_row(line, 0, row)
    return stream.getvalue()


def _word() -> bytes:
    return documents.word_of(documents.table(*(documents.row(*row) for row in _ROWS)))


def _ods() -> bytes:
    """An OpenDocument sheet, made of an OpenDocument text."""
    content = documents.odt(documents.odt_table(_ROWS))
    parts = dict(_members(content))
    parts["mimetype"] = b"application/vnd.oasis.opendocument.spreadsheet"
    parts["content.xml"] = parts["content.xml"].replace(
        b"office:text", b"office:spreadsheet"
    )
    return _packed(list(parts.items()))


def _dbf() -> bytes:
    fields = [(name[:10].replace(" ", "_").upper(), "C", 30) for name in HEADER]
    return documents.dbf(fields, [(" ", *row) for row in VOTERS])


FORMATS: Mapping[str, Callable[[], bytes]] = {
    "csv": functools.partial(_text, ";"),
    "csv with commas": functools.partial(_text, ","),
    "txt": functools.partial(_text, "\t"),
    "txt of UTF-16": functools.partial(_text, "\t", "utf-16"),
    "json": lambda: _json([dict(zip(HEADER, row, strict=True)) for row in VOTERS]),
    "json of lists": lambda: _json(_ROWS),
    "xlsx": functools.partial(_workbook, shared=False),
    "xlsx of shared texts": functools.partial(_workbook, shared=True),
    "docx": _word,
    "odt": lambda: documents.odt(documents.odt_table(_ROWS)),
    "ods": _ods,
    "dbf": _dbf,
    "zip": lambda: _packed([("a.csv", _text(";")), ("b.txt", b"")]),
    "zip of a workbook": lambda: _packed([("a.xlsx", _workbook(shared=False))]),
}
"""A whole list by its format; the first word is the ending of the file."""


# What a list holds


def held(content: bytes) -> frozenset[int]:
    """The voters whose surname and FIN stand in one text of the file; places in ``VOTERS``."""
    texts = list(_texts(content))
    return frozenset(
        place
        for place, (_, surname, *_, fin) in enumerate(VOTERS)
        if any(_stands(surname, text) and _stands(fin, text) for text in texts)
    )


def _stands(word: str, text: str) -> bool:
    """True where the word stands whole: Mirzayev does not stand in Mirzayeva."""
    return word in text and bool(re.search(rf"(?<!\w){word}(?!\w)", text))


def _texts(content: bytes) -> Iterator[str]:
    """Each text of a file, however it is packed."""
    if _LOCAL in content:
        parts = list(_members(content))
        shared = dict(parts).get("xl/sharedStrings.xml", b"")
        for name, part in parts:
            if name != "xl/sharedStrings.xml":
                yield from _texts(_with_shared(part, shared))
        return
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        for begin in (0, 1) if encoding != "utf-8" else (0,):
            text = content[begin:].decode(encoding, "replace")
            yield html.unescape(re.sub(r"<[^>]*>", " ", text)) if "<" in text else text


def _with_shared(part: bytes, shared: bytes) -> bytes:
    """A sheet with its texts in their cells."""
    texts = re.findall(rb"<t[^>]*>([^<]*)</t>", shared)

    def text_of(cell: re.Match[bytes]) -> bytes:
        place = int(cell[1])
        return b"<t>" + texts[place] + b"</t>" if place < len(texts) else b""

    return re.sub(rb't="s"[^>]*><v>([0-9]{1,6})</v>', text_of, part)


def _members(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and content of each member that has a head of its own, whatever the index says."""
    place = content.find(_LOCAL)
    while place >= 0:
        head = content[place : place + _LOCAL_SIZE]
        if len(head) == _LOCAL_SIZE:
            method, size = (
                struct.unpack_from("<H", head, 8)[0],
                struct.unpack_from("<I", head, 18)[0],
            )
            name_size, extra_size = struct.unpack_from("<HH", head, 26)
            begin = place + _LOCAL_SIZE + name_size + extra_size
            name = content[place + _LOCAL_SIZE :][:name_size].decode("utf-8", "replace")
            with suppress(zlib.error):
                packed = (
                    content[begin : begin + size]
                    if size and not method
                    else content[begin:]
                )
                yield (
                    name,
                    zlib.decompressobj(-15).decompress(packed) if method else packed,
                )
        place = content.find(_LOCAL, place + 4)


def _packed(parts: list[tuple[str, bytes]]) -> bytes:
    """A ZIP of these members; a name may stand in it more than once."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.NameToInfo.pop(name, None)
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


# Ways to damage


def damaged(content: bytes, dice: random.Random) -> tuple[str, bytes]:
    """(name of what was done, the list after it)."""
    if content.startswith(b"PK"):
        parts = list(_members(content))
        if dice.random() < 0.3 or not parts:
            return _one_of(_OF_ARCHIVES, content, dice)
        # Parts that hold voters, mostly: what is done to a style changes no voter.
        rich = [place for place, (_, part) in enumerate(parts) if held(part)]
        place = dice.choice(rich or range(len(parts)))
        name, part = parts[place]
        how, part = damaged(part, dice)
        parts[place] = name, part
        return how, _packed(parts)
    ways = _OF_XML if content.lstrip()[:1] == b"<" else _OF_TEXTS
    return _one_of(ways, content, dice)


def _one_of(
    ways: Mapping[str, Callable[[bytes, random.Random], bytes]],
    content: bytes,
    dice: random.Random,
) -> tuple[str, bytes]:
    name = dice.choice(tuple(ways))
    return name, ways[name](content, dice)


_ENDS = (
    b"", b"\r", b"\n", b"\r\r\n", b"\n\r", b"\x0b", b"\x0c", b"\x85", b"\xe2\x80\xa8", b" ",
    b"\0", b"\x1e", b'"\r\n"', b"|",
)  # fmt: skip
_BREAK = re.compile(rb"\r?\n|\r")


def _breaks(content: bytes, dice: random.Random) -> bytes:
    """Some line breaks, or all of them, are another thing or gone."""
    other = dice.choice(_ENDS)
    share = dice.choice((0.1, 0.3, 1.0))
    return _BREAK.sub(lambda end: other if dice.random() < share else end[0], content)


def _first_break(content: bytes, dice: random.Random) -> bytes:
    """The line break behind the headings is another thing or gone."""
    return _BREAK.sub(lambda _: dice.choice(_ENDS[:1] * 4 + _ENDS), content, count=1)


def _lost_bytes(content: bytes, dice: random.Random) -> bytes:
    """One byte or a few are lost."""
    place = dice.choice((0, 1, 2, dice.randrange(len(content) or 1)))
    return content[:place] + content[place + dice.choice((1, 1, 1, 2, 3, 40)) :]


_PIECES = (
    b"\0", b"\r", b"\n", b'"', b"'", b"\x1a", b"\xff\xfe", b"\xef\xbb\xbf", b"\\", b";", b",",
    b"\t", b"\r\n\r\n", b"]", b"[", b"}{", b"\xa0", b"\x04", b"#", b"--",
)  # fmt: skip


def _more_bytes(content: bytes, dice: random.Random) -> bytes:
    """Some pieces are added: quotes, ends of files, marks of an encoding."""
    for _ in range(dice.choice((1, 1, 2, 5))):
        place = dice.choice((0, len(content), dice.randint(0, len(content))))
        content = content[:place] + dice.choice(_PIECES) + content[place:]
    return content


def _other_lines(content: bytes, dice: random.Random) -> bytes:
    """A line stands elsewhere, behind another one, or the headings stand again or last."""
    lines = content.split(b"\n")
    line = lines.pop(dice.choice((0, dice.randrange(len(lines)))))
    place = dice.randint(0, len(lines))
    how = dice.randrange(3)
    if how == 0 and lines:
        lines[place - 1] += dice.choice((b";", b",", b"\t", b" ", b"")) + line
    else:
        lines.insert(place, line)
        lines.insert(dice.randint(0, len(lines)), lines[0]) if how == 1 else None
    return b"\n".join(lines)


def _separators(content: bytes, dice: random.Random) -> bytes:
    """The cells of some lines are parted in another way."""
    before, after = dice.sample((b";", b",", b"\t", b"|", b"  ", b'";"'), 2)
    share = dice.choice((0.1, 1.0))
    lines = content.split(b"\n")
    return b"\n".join(
        line.replace(before, after) if dice.random() < share else line for line in lines
    )


def _two_in_a_row(content: bytes, dice: random.Random) -> bytes:
    """Two lines become one whose cells have a line break each."""
    lines = [line.rstrip(b"\r").split(b";") for line in content.split(b"\n")]
    place = dice.randrange(max(1, len(lines) - 1))
    pair = lines[place : place + 2]
    if len(pair) == 2 and len(pair[0]) == len(pair[1]):
        lines[place : place + 2] = [
            [b'"' + b"\n".join(cells) + b'"' for cells in zip(*pair, strict=True)]
        ]
    return b"\r\n".join(map(b";".join, lines))


def _encodings(content: bytes, dice: random.Random) -> bytes:
    """The text, or what follows some place, is in another encoding."""
    place = dice.choice((0, dice.randint(0, len(content))))
    encoding = dice.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7"))
    return content[:place] + content[place:].decode("latin-1").encode(encoding)


_OF_TEXTS = {
    "line breaks": _breaks,
    "the break behind the headings": _first_break,
    "bytes lost": _lost_bytes,
    "bytes added": _more_bytes,
    "lines elsewhere": _other_lines,
    "separators": _separators,
    "two in a row of cells": _two_in_a_row,
    "encodings": _encodings,
}

_TAG = re.compile(rb"<(/?)([A-Za-z:]+)([^<>]*?)(/?)>")


def _element(content: bytes, dice: random.Random) -> tuple[int, int]:
    """Begin and end of an element by chance; all of the content where there is none."""
    tags = [tag for tag in _TAG.finditer(content) if not tag[1] and not tag[4]]
    if not tags:
        return 0, len(content)
    begin = dice.choice(tags)
    deep = 0
    for tag in _TAG.finditer(content, begin.start()):
        if tag[2] == begin[2] and not tag[4]:
            deep += -1 if tag[1] else 1
            if not deep:
                return begin.start(), tag.end()
    return begin.start(), len(content)


def _moved(content: bytes, dice: random.Random) -> bytes:
    """An element stands behind another one, inside it, at the end, or twice."""
    begin, end = _element(content, dice)
    element = content[begin:end]
    if dice.random() < 0.7:
        content = content[:begin] + content[end:]
    places = [tag.end() for tag in _TAG.finditer(content)] or [len(content)]
    place = dice.choice((len(content), places[-1], dice.choice(places)))
    return content[:place] + element + content[place:]


_AROUND = (
    "w:del", "w:ins", "w:moveFrom", "w:sdt", "w:txbxContent", "w:tbl", "w:tc", "w:hdr", "w:p",
    "text:deletion", "text:section", "table:table-cell", "table:table-row", "sheetData", "row",
    "table:covered-table-cell", "office:annotation", "table:table-header-rows", "x",
    "table:table-row-group", "mc:Fallback",
)  # fmt: skip


def _wrapped(content: bytes, dice: random.Random) -> bytes:
    """An element stands in another one, in a comment, or as text."""
    begin, end = _element(content, dice)
    if dice.random() < 0.7:
        name = dice.choice(_AROUND).encode()
        opening, closing = b"<" + name + b">", b"</" + name + b">"
    else:
        opening, closing = dice.choice(
            ((b"<!--", b"-->"), (b"<![CDATA[", b"]]>"), (b"<?x ", b"?>"))
        )
    return content[:begin] + opening + content[begin:end] + closing + content[end:]


def _tags(content: bytes, dice: random.Random) -> bytes:
    """A tag is gone, stands twice, ends something, or bears another name."""
    tags = list(_TAG.finditer(content))
    if not tags:
        return content
    tag, other = dice.choice(tags), dice.choice(tags)
    name = dice.choice((other[2], dice.choice(_AROUND).encode()))
    new = dice.choice(
        (
            b"",
            tag[0] * 2,
            other[0],
            tag[0].replace(tag[2], name),
            b"</" + tag[2] + b">" + tag[0],
        )
    )
    return content[: tag.start()] + new + content[tag.end() :]


def _numbers(content: bytes, dice: random.Random) -> bytes:
    """Some attributes say another number: of a row, a cell, a span, a repetition."""
    found = list(re.finditer(rb'(?<==")[A-Z]{0,2}[0-9]+(?=")', content))
    for one in sorted(
        dice.sample(found, min(len(found), 3)), key=lambda one: -one.start()
    ):
        other = (
            dice.choice(found)[0]
            if dice.random() < 0.6
            else dice.choice((b"0", b"-1", b"1", b"9999999"))
        )
        content = content[: one.start()] + other + content[one.end() :]
    return content


_ATTRIBUTES = (
    ' hidden="1"', ' table:visibility="collapse"', ' table:number-columns-spanned="9"',
    ' w:rsidDel="1"', ' table:number-rows-repeated="2"', ' t="s"', ' t="n"', ' t="e"', ' r="A1"',
    ' state="veryHidden"', ' xmlns="urn:x"', ' table:display="false"',
)  # fmt: skip


def _attributes(content: bytes, dice: random.Random) -> bytes:
    """An element is hidden, covers others, or stands many times."""
    tags = [tag for tag in _TAG.finditer(content) if not tag[1]]
    if not tags:
        return content
    tag = dice.choice(tags)
    more = dice.choice(_ATTRIBUTES).encode()
    place = tag.start(2) + len(tag[2])
    return content[:place] + more + content[place:]


_OF_XML = {
    "elements elsewhere": _moved,
    "elements around": _wrapped,
    "tags": _tags,
    "numbers": _numbers,
    "attributes": _attributes,
    "bytes lost": _lost_bytes,
    "bytes added": _more_bytes,
}


def _halved(content: bytes, dice: random.Random) -> list[tuple[str, bytes]]:
    """The members, one of which with voters is in two halves behind each other."""
    parts = list(_members(content))
    rich = [place for place, (_, part) in enumerate(parts) if held(part)]
    if rich:
        place = dice.choice(rich)
        name, part = parts[place]
        cuts = [
            end.start()
            for end in re.finditer(rb"\n|<row|<w:tr>|<table:table-row>", part)
        ]
        cut = dice.choice(cuts or [len(part)])
        parts[place : place + 1] = [(name, part[:cut]), (name, part[cut:])]
    return parts


def _twice(content: bytes, dice: random.Random) -> bytes:
    """A member stands in two halves of one name, or of names that differ in little."""
    parts = _halved(content, dice)
    if parts and dice.random() < 0.5:
        name, part = parts[-1]
        parts[-1] = (
            dice.choice((name.upper(), f"./{name}", f"x/../{name}", name[:-1])),
            part,
        )
    return _packed(parts)


def _unlisted(content: bytes, dice: random.Random) -> bytes:
    """A member is not named by the index."""
    whole = _packed(_halved(content, dice))
    entry = whole.find(_CENTRAL)
    next_entry = whole.find(_CENTRAL, entry + 4)
    end = whole.rfind(b"PK\x05\x06")
    if next_entry < 0:
        return whole
    count = int.from_bytes(whole[end + 10 : end + 12], "little") - 1
    size = end - next_entry
    tail = (
        whole[end : end + 8]
        + struct.pack("<HHII", count, count, size, entry)
        + whole[end + 20 :]
    )
    return whole[:entry] + whole[next_entry:end] + tail


def _behind(content: bytes, dice: random.Random) -> bytes:
    """Another ZIP, or bytes, stand behind the ZIP or before it."""
    parts = _halved(content, dice)
    other = _packed(parts[: max(1, len(parts) // 2)])
    return dice.choice(
        (content + other, other + content, b"MZ" + content, content + b"\0" * 9)
    )


def _as_folder(content: bytes, dice: random.Random) -> bytes:
    """A member bears the name of a folder, or one that is not read."""
    parts = list(_members(content))
    place = dice.randrange(len(parts)) if parts else 0
    if parts:
        name, part = parts[place]
        parts[place] = (
            dice.choice(
                (f"{name}/", f"__MACOSX/{name}", f".{name}", f"{name}.bak", name[::-1])
            ),
            part,
        )
    return _packed(parts)


def _sizes(content: bytes, dice: random.Random) -> bytes:
    """A size, a method or a flag in a head is another one."""
    heads = [one.start() for one in re.finditer(b"PK[\x01\x03][\x02\x04]", content)]
    if not heads:
        return content
    place = dice.choice(heads) + dice.choice((6, 8, 10, 18, 20, 22, 24, 26, 28))
    return content[:place] + dice.randbytes(1) + content[place + 1 :]


_OF_ARCHIVES = {
    "members of one name": _twice,
    "members that no index names": _unlisted,
    "archives behind archives": _behind,
    "members as folders": _as_folder,
    "heads": _sizes,
    "bytes lost": _lost_bytes,
}
