"""Pictures, told by their first bytes: a photograph or a scan of a list is none for a program."""

from __future__ import annotations

_STARTS = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF87a",
    b"GIF89a",
    b"II*\0",
    b"MM\0*",
    b"\0\0\0\x0cjP  ",
    b"AT&TFORM",
)
"""PNG, JPEG, GIF, TIFF of either byte order, JPEG 2000, DjVu."""
_BRANDS = frozenset(
    {
        b"heic",
        b"heix",
        b"heim",
        b"heis",
        b"hevc",
        b"hevx",
        b"mif1",
        b"msf1",
        b"avif",
        b"avis",
    }
)
"""HEIC, as telephones take it, and AVIF (ISO/IEC 14496-12: the brand in the first box)."""
_BMP_HEADERS = {12, 40, 52, 56, 64, 108, 124}
"""The lengths that the second header of a BMP file may have."""


def is_picture(content: bytes) -> bool:
    """True for a picture of a known kind."""
    if content.startswith(_STARTS):
        return True
    if content[4:8] == b"ftyp":
        return content[8:12] in _BRANDS
    if content.startswith(b"RIFF"):
        return content[8:12] == b"WEBP"
    is_bitmap = content.startswith(b"BM") and content[6:10] == bytes(4)
    return is_bitmap and int.from_bytes(content[14:18], "little") in _BMP_HEADERS
