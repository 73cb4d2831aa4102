"""A template and its data -> the bytes of a PDF file."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

import typst

from voterlist.errors import VoterlistError
from voterlist.render.pdf.letters import STANDARDS, printable

__all__ = ["typeset"]

_ROUNDS_KEPT = 10
"""How many documents later the compiler forgets what it computed for one."""


def typeset(template: str, data: Mapping[str, Any], day: dt.date) -> bytes:
    """The PDF file of a template with its data; the same data give the same bytes.

    Fonts are those that come with the compiler; they are embedded in the file. Nothing is read but
    the templates beside this module, and nothing is fetched.

    Args:
        template: the name of a file in ``templates``, without its ending.
        data: what the template reads as ``data``: texts, numbers, lists and mappings. A text is
            never markup. Has ``title`` and ``language``.
        day: the day on which the document was made, by its own word.

    Raises:
        VoterlistError: the template does not go with the data.
    """
    page = printable(json.dumps(data, ensure_ascii=False))
    noon = dt.datetime.combine(day, dt.time(12), dt.UTC)
    with resources.as_file(resources.files(__package__) / "templates") as folder:
        try:
            return typst.compile(
                folder / f"{template}.typ",
                root=folder,
                format="pdf",
                ignore_system_fonts=True,
                pdf_standards=STANDARDS,
                sys_inputs={"data": page, "day": day.isoformat()},
                timestamp=noon,
            )
        except typst.TypstError as error:
            # The compiler's message quotes what it could not set.
            places = {"kind": type(error).__name__, "place": f"{template}.typ"}
            raise VoterlistError("a paper was not set", places=places) from None
        finally:
            _forget()


def _forget() -> None:
    """Let the compiler forget what it keeps for the next document, which is another one.

    Without this it holds up to ten lists: 900 MB instead of 130 MB.
    """
    for _ in range(_ROUNDS_KEPT):
        typst.compile(b"", format="pdf", ignore_system_fonts=True)
