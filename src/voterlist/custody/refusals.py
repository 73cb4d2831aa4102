"""A refusal of this floor, by its code. The sentences stand in ``catalogue/custody.toml``."""

from __future__ import annotations

from voterlist.catalogue import catalogue
from voterlist.errors import CustodyError


def refusal(code: str, **places: object) -> CustodyError:
    """The error with this code, and the English sentences of the catalogue.

    Args:
        code: the code, such as ``package-truncated``.
        places: what the sentences name. Numbers, names of commissions and of files inside a package
            that are plain ASCII; never anything else that a package holds.
    """
    english = catalogue("en")
    texts = {name: str(value) for name, value in places.items()}
    return CustodyError(
        english(f"error.{code}.what", **texts),
        todo=english(f"error.{code}.todo", **texts),
        code=code,
        places=texts,
    )


def wrong(part: str) -> CustodyError:
    """The error of a part of a package that is not what the package says."""
    return refusal("package-content-wrong", part=part)
