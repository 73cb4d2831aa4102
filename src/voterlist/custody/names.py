"""Names of files inside a package: which can be used on every system, and which are refused.

A name is checked before anything else is done with it. No message holds a name that is refused: a
package may say anything in it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from voterlist.custody.refusals import refusal

_LONGEST = 240
_PART = r"[a-z0-9_][a-z0-9._-]*"
_USABLE = re.compile(rf"{_PART}(?:/{_PART})*")
_CLIMBS = re.compile(r"\A/|\\|(?:\A|/)\.\.?(?:/|\Z)|\A[A-Za-z]:|\0")
"""Absolute, with a backslash, a drive or a NUL, or with a part ``.`` or ``..``."""
_DEVICES = frozenset(
    {
        "con",
        "prn",
        "aux",
        "nul",
        *(f"com{number}" for number in range(10)),
        *(f"lpt{number}" for number in range(10)),
    }
)
"""Files of these names, whatever comes after a point, cannot be made on Windows."""


def is_usable(name: str) -> bool:
    """True for a path that every system can make: small letters, digits, ``.``, ``_`` and ``-``.

    No part begins with a point or ends with one, and none is a device of Windows.
    """
    return (
        len(name) <= _LONGEST
        and _USABLE.fullmatch(name) is not None
        and not any(_is_unusable_part(part) for part in name.split("/"))
    )


def _is_unusable_part(part: str) -> bool:
    return part.endswith(".") or part.partition(".")[0] in _DEVICES


def check_names(names: Sequence[str]) -> None:
    """Look at all names of an archive before one of them is used.

    Raises:
        CustodyError: ``package-name-climbs``, ``package-name-twice``, ``package-names-alike``
            (in case or in Unicode form, or one is a folder of the other),
            ``package-name-unusable``. Their place ``number`` counts the files from 1.
    """
    first_of_form: dict[str, int] = {}
    for number, name in enumerate(names, 1):
        if _CLIMBS.search(name):
            raise refusal("package-name-climbs", number=number)
        first = first_of_form.setdefault(_form(name), number)
        if first != number:
            is_same = names[first - 1] == name
            code = "package-name-twice" if is_same else "package-names-alike"
            raise refusal(code, number=number)
        if not is_usable(name):
            raise refusal("package-name-unusable", number=number)
    for number, name in enumerate(names, 1):
        if any(folder in first_of_form for folder in _folders(name)):
            raise refusal("package-names-alike", number=number)


def _form(name: str) -> str:
    """The name as a file system may see it that does not tell case and Unicode forms apart."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKD", name).casefold())


def _folders(name: str) -> list[str]:
    """The folders that a path goes through."""
    parts = name.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]
