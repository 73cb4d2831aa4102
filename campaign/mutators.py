"""Ways to damage a file: each takes whole bytes and a dice, and gives other bytes.

``damaged`` chooses one of ``MUTATORS`` for the content; of what is packed it often damages a part
and packs it anew, so that the damage reaches the reader and is no question of the archive. Numbers
and texts are replaced where the content has some (cells of a list, values of TOML, JSON and XML),
so that what is damaged is still well-formed.
"""

from __future__ import annotations

import copy
import io
import random
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from voterlist.readers.packed import DAMAGE

__all__ = ["MUTATORS", "damaged", "with_other_values"]

Mutator = Callable[[bytes, random.Random, bytes], bytes]
"""Whole bytes, a dice, and the bytes of another file: what comes of them."""

_PACKED = b"PK\x03\x04"
_INSIDE = 0.6
"""The share of packed files that are damaged in a part."""
_MOST_HITS = 8
_LONGEST_PIECE = 400
_MOST_REPEATED = 1 << 16
"""Bytes that are added by repeating."""
_DEEPEST = 10_000
_BOMB = 64 << 20
"""Bytes of a part that packs to nearly nothing."""


def damaged(content: bytes, dice: random.Random, other: bytes) -> tuple[str, bytes]:
    """(name of what was done, the content after it).

    Args:
        content: a whole file.
        dice: the same dice damages the same content in the same way.
        other: another file, for splices.
    """
    if content.startswith(_PACKED) and dice.random() < _INSIDE:
        # What was damaged before may be no archive any more.
        with suppress(*DAMAGE):
            return "inside", _inside(content, dice, other)
    name = dice.choice(tuple(MUTATORS))
    return name, MUTATORS[name](content, dice, other)


def _bits(content: bytes, dice: random.Random, _other: bytes) -> bytes:
    """Some bits, or whole bytes, are others."""
    hit = bytearray(content or b"\0")
    for _ in range(dice.randint(1, _MOST_HITS)):
        place = dice.randrange(len(hit))
        hit[place] = (
            hit[place] ^ 1 << dice.randrange(8)
            if dice.random() < 0.5
            else dice.randrange(256)
        )
    return bytes(hit)


def _cut(content: bytes, dice: random.Random, _other: bytes) -> bytes:
    """The end, the beginning or a piece is missing."""
    one, other = sorted(dice.randint(0, len(content)) for _ in range(2))
    return dice.choice((content[:one], content[one:], content[:one] + content[other:]))


def _splice(content: bytes, dice: random.Random, other: bytes) -> bytes:
    """The beginning of one file and the end of another, or a piece of it in between."""
    place = dice.randint(0, len(content))
    begin, end = sorted(dice.randint(0, len(other)) for _ in range(2))
    behind = content[place:] if dice.random() < 0.5 else b""
    return content[:place] + other[begin:end] + behind


def _repeat(content: bytes, dice: random.Random, _other: bytes) -> bytes:
    """A piece stands twice, or many times."""
    place = dice.randint(0, len(content))
    piece = content[place : place + dice.randint(1, _LONGEST_PIECE)] or b"\n"
    most = _MOST_REPEATED // len(piece)
    times = dice.choice((1, 2, 10, 300, most))
    return content[:place] + piece * min(times, most) + content[place:]


_NUMBERS = (
    "0", "-1", "00", "1e999", "-1e-999", "NaN", "inf", "1.7976931348623157e308",
    "9" * 19, "9" * 40, "9" * 5000, "4294967296", "18446744073709551616", "2147483648",
    "-2147483649", "1048577", "16385", "0x7fffffff", "31.02.1970", "00.00.0000",
    "99.99.9999", "29.02.1900", "3652059", "1_000",
)  # fmt: skip
_DIGITS = re.compile(rb"[0-9]+(?:[.,][0-9]+)*")


def _numbers(content: bytes, dice: random.Random, _other: bytes) -> bytes:
    """Some numbers are others: far too large, negative, none at all."""
    return _replaced(content, dice, _DIGITS, _NUMBERS)


_TEXTS = (
    "", " ", "\0", "\N{ZERO WIDTH JOINER}", "İ" * 40, "ı̇",
    "\N{RIGHT-TO-LEFT OVERRIDE}ab", "ﷺ" * 30, "a\N{COMBINING ACUTE ACCENT}" * 200,
    "=1+1", "@SUM(A1)", "'", '"', '""', ";", "\t", "\r", "\n", "\u2028", "𝒜𝓁𝒾", "null",
    "true", "-", "—", "oğlu", "qızı qızı", "küç. küç.", "m. 2/2/2/2", "{", "}", "[]",
    "&amp;", "&#0;", "]]>", "../../x", "C:\\x", "%s%n", "{0.__class__}", "x" * 40_000,
    "ə" * 3000, "Ё", "Əәə", "١٢٣", "1" * 200, "\x1b[31m",
)  # fmt: skip
_WORDS = re.compile(rb"[A-Za-z\x80-\xff]+")


def _texts(content: bytes, dice: random.Random, _other: bytes) -> bytes:
    """Some words are others: empty, endless, of letters that nobody expects."""
    return _replaced(content, dice, _WORDS, _TEXTS)


def _replaced(
    content: bytes,
    dice: random.Random,
    pattern: re.Pattern[bytes],
    others: tuple[str, ...],
) -> bytes:
    found = [one.span() for one in pattern.finditer(content)]
    if not found:
        return content + dice.choice(others).encode()
    hit = dice.sample(found, min(len(found), dice.randint(1, 4)))
    # From the end on, so that the places before stay where they are.
    for begin, end in sorted(hit, reverse=True):
        content = content[:begin] + dice.choice(others).encode() + content[end:]
    return content


_BRACKETS = (
    (b"[", b"]"), (b"(", b")"), (b"<a>", b"</a>"), (b'{"a":', b"}"), (b'"', b'"'),
    (b"a.", b""), (b"{a=", b"}"),
    (b"<table:table-row><table:table-cell>", b"</table:table-cell></table:table-row>"),
    (b"<w:tbl><w:tr><w:tc>", b"</w:tc></w:tr></w:tbl>"), (b"[[", b"]]"), (b"<<", b">>"),
)  # fmt: skip


def _deep(content: bytes, dice: random.Random, _other: bytes) -> bytes:
    """Brackets inside brackets, closed or not, around a piece."""
    begin, end = sorted(dice.randint(0, len(content)) for _ in range(2))
    opening, closing = dice.choice(_BRACKETS)
    times = dice.choice((2, 60, 1_100, _DEEPEST))
    times = min(times, _MOST_REPEATED // len(opening))
    closing = closing * times if dice.random() < 0.5 else b""
    return (
        content[:begin] + opening * times + content[begin:end] + closing + content[end:]
    )


def _lengths(content: bytes, dice: random.Random, _other: bytes) -> bytes:
    """A number of two, four or eight bytes, such as a length or a place, is another."""
    size = dice.choice((1, 2, 4, 8))
    if len(content) <= size:
        return content + bytes(size)
    # Lengths stand at the beginning and the end of files more often than in between.
    near = min(len(content) - size, 300)
    place = dice.choice(
        (
            dice.randrange(near),
            len(content) - size - dice.randrange(near),
            dice.randrange(len(content) - size),
        )
    )
    most = (1 << 8 * size) - 1
    value = dice.choice((0, 1, most, most >> 1, (most >> 1) + 1, dice.randint(0, most)))
    order = dice.choice(("little", "big"))
    return content[:place] + value.to_bytes(size, order) + content[place + size :]


_CODINGS = (
    "utf-16",
    "utf-16-le",
    "utf-8-sig",
    "cp1251",
    "cp1254",
    "koi8-r",
    "utf-32",
    "cp866",
)
_BROKEN = (
    b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xc0\x80",
    b"\xf4\x90\x80\x80", b"\x80", b"\0", b"\x1a", b"\xd8\x00", b"\xf0\x9f", b"\x85",
    b"\x0b\x0c",
)  # fmt: skip


def _encoding(content: bytes, dice: random.Random, _other: bytes) -> bytes:
    """The text is in another encoding, or not all of it is in the same."""
    if dice.random() < 0.5:
        coding = dice.choice(_CODINGS)
        begin = dice.choice((0, dice.randint(0, len(content))))
        text = content[begin:].decode("utf-8", "replace")
        return content[:begin] + text.encode(coding, "replace")
    for _ in range(dice.randint(1, 4)):
        place = dice.choice((0, dice.randint(0, len(content))))
        content = content[:place] + dice.choice(_BROKEN) + content[place:]
    return content


MUTATORS: dict[str, Mutator] = {
    "bits": _bits,
    "cut": _cut,
    "splice": _splice,
    "repeat": _repeat,
    "numbers": _numbers,
    "texts": _texts,
    "deep": _deep,
    "lengths": _lengths,
    "encoding": _encoding,
}
"""Each way by its name on the page. ``inside`` is one of them in a part of something packed."""


def _inside(content: bytes, dice: random.Random, other: bytes) -> bytes:
    """A part is damaged, missing, twice, under another name or a bomb; all is packed anew."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = [(info.filename, packed.read(info)) for info in packed.infolist()]
    place = dice.randrange(len(parts))
    name, part = parts[place]
    how = dice.random()
    if how < 0.8:
        mutator = dice.choice(tuple(MUTATORS.values()))
        parts[place] = name, mutator(part, dice, other)
    elif how < 0.85:
        parts.pop(place)
    elif how < 0.9:
        parts.append(
            (dice.choice(("../climbed", "/x", name, name.upper(), "a/" * 900)), part)
        )
    elif how < 0.95:
        parts[place] = dice.choice(_TEXTS[9:30]) + name, part
    else:
        parts[place] = (
            name,
            part[: len(part) // 2] + b" " * _BOMB + part[len(part) // 2 :],
        )
    return _packed(parts)


def _packed(parts: list[tuple[str, bytes]]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, part in parts:
            info = zipfile.ZipInfo(name.replace("\0", "_") or "_")
            info.compress_type = zipfile.ZIP_DEFLATED
            if info.filename in packed.namelist():
                info.filename += "(2)"
            packed.writestr(info, part)
    return stream.getvalue()


_VALUES = (
    None, True, False, 0, -1, 2**31, 2**53, 10**30, 1.5, -0.0, 1e308, "", " ",
    "x" * 3_000, "İ", "\0", "\ud800", "../x", "2026-13-45", "9999-12-31T23:59:59+14:00",
    "same", [], {}, [[]], [None], {"": ""}, ["x"] * 500,
)  # fmt: skip


def with_other_values(tree: Any, dice: random.Random) -> Any:
    """A tree of JSON with one to three of its values replaced, doubled or gone; a new tree."""
    tree = copy.deepcopy(tree)
    for _ in range(dice.randint(1, 3)):
        places = list(_places(tree))
        if not places:
            break
        around, key = dice.choice(places)
        how = dice.random()
        if how < 0.4:
            around[key] = _of_its_kind(around[key], dice)
        elif how < 0.7:
            around[key] = copy.deepcopy(dice.choice(_VALUES))
        elif how < 0.8:
            del around[key]
        elif how < 0.9:
            other, of_other = dice.choice(places)
            around[key] = copy.deepcopy(other[of_other])
        elif isinstance(around, list):
            around.append(copy.deepcopy(around[key]))
        else:
            around[f"{key}_"] = copy.deepcopy(around[key])
    return tree


def _of_its_kind(value: Any, dice: random.Random) -> Any:
    """Another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return dice.choice((value + 1, -value, 0, 2**40, value * 1000))
    if isinstance(value, str):
        others = (
            value + "x",
            value[:-1],
            value[::-1],
            value.upper(),
            "../" + value,
            f" {value}",
        )
        return dice.choice(others)
    if isinstance(value, list):
        return [*value[::-1], *value[:1]]
    return value


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """(what holds it, its key or number) of each value of a tree."""
    if isinstance(tree, dict):
        keys: Iterable[Any] = tree
    else:
        keys = range(len(tree)) if isinstance(tree, list) else ()
    for key in keys:
        yield tree, key
        yield from _places(tree[key])
