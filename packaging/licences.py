"""The licence of each wheel of a bundle, in the words of SPDX, and the texts that go with them.

A licence that nobody has looked at is an error, and so is a wheel without a text.
"""

from __future__ import annotations

import re
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from packaging.licenses import (
    InvalidLicenseExpression,
    canonicalize_license_expression,
)

from wheels import BundleError, metadata_of, name_of, version_of

TABLE = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_READ = {row["package"]: row for row in TABLE["read"]}
_TEXT = re.compile(
    r"(.*/)?(\w+\.)?(licen[cs]es?|copying|notice|authors)([-_.][^/]*)?", re.IGNORECASE
)
"""Names of files that hold a licence."""
_OF_LICENCES = re.compile(r"[^/]+\.dist-info/licenses/.+")
_NO_TEXT = (".py", ".pyi", ".pyc", ".toml")
_WORDS = frozenset({"AND", "OR", "WITH", "(", ")"})
_RULE = "=" * 100


def licence_of(wheel: Path) -> str:
    """The licence of a wheel, as an expression of SPDX.

    What it says itself in such words counts first, then what was read of it by us.

    Raises:
        BundleError: it says nothing that is known.
    """
    told = metadata_of(wheel)
    name = name_of(wheel)
    field = (told["License"] or "").strip()
    kinds = [
        kind for kind in told.get_all("Classifier") or [] if kind.startswith("License")
    ]
    says = field.splitlines()[0].strip() if field else ", ".join(kinds)
    if name in _READ:
        if says != _READ[name]["says"]:
            raise BundleError(f"{name} says another licence than was read: {says}")
        return _checked(name, _READ[name]["licence"])
    if told["License-Expression"]:
        return _checked(name, told["License-Expression"])
    if _is_expression(field):
        return _checked(name, field)
    known = [
        TABLE["classifiers"][kind] for kind in kinds if kind in TABLE["classifiers"]
    ]
    if len(known) != 1 or len(kinds) != 1:
        raise BundleError(f"{name} has no licence that is known; it says: {says}")
    return _checked(name, known[0])


def texts_of(wheel: Path) -> Iterator[tuple[str, str]]:
    """(Name in the wheel, text) of each licence that a wheel carries, in order of the names.

    Raises:
        BundleError: there is none.
    """
    with zipfile.ZipFile(wheel) as archive:
        names = sorted(name for name in archive.namelist() if _is_text(name))
        if not names:
            raise BundleError(f"{name_of(wheel)} carries no text of its licence")
        for name in names:
            text = archive.read(name).decode("utf-8", errors="replace")
            yield name, "\n".join(text.splitlines()).strip() + "\n"


def paper_of(wheels: Sequence[Path]) -> str:
    """What stands in ``LICENSES.txt``: a table of the packages, then every text once.

    Raises:
        BundleError: a licence is not known, or there is no text of it.
    """
    lines = [
        "The packages of this bundle, each with its licence; the texts follow.",
        "",
    ]
    lines += [f"{name_of(one)} {version_of(one)}: {licence_of(one)}" for one in wheels]
    seen: dict[str, str] = {}
    for wheel in wheels:
        for name, text in texts_of(wheel):
            lines += ["", _RULE, f"{name_of(wheel)} {version_of(wheel)}: {name}"]
            if text in seen:
                lines += [f"The text is that of {seen[text]}."]
                continue
            seen[text] = f"{name_of(wheel)}: {name}"
            lines += ["", text.rstrip("\n")]
    return "\n".join(lines) + "\n"


def _checked(name: str, expression: str) -> str:
    """The expression, where each licence in it is one that was looked at."""
    if not _is_expression(expression):
        raise BundleError(f"{name}: {expression} is no expression of SPDX")
    written: str = canonicalize_license_expression(expression)
    parts = set(re.findall(r"[()]|[^\s()]+", written)) - _WORDS
    unknown = sorted(parts - set(TABLE["known"]))
    if unknown:
        raise BundleError(
            f"{name} has a licence nobody looked at: {', '.join(unknown)}"
        )
    return written


def _is_expression(text: str) -> bool:
    try:
        canonicalize_license_expression(text)
    except InvalidLicenseExpression:
        return False
    return True


def _is_text(name: str) -> bool:
    if name.endswith(("/", *_NO_TEXT)):
        return False
    return bool(_OF_LICENCES.fullmatch(name) or _TEXT.fullmatch(name))
