"""The pages of the desk, and what they are dressed with: all of it is read when the desk opens."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from voterlist.catalogue import LANGUAGES, Catalogue, catalogue, entries
from voterlist.render.desk import desk_script, desk_style, desk_words

_WORDS = ("serve.page.", "serve.login.leave")

_KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that a page asks for.

    Attributes:
        content: its bytes.
        kind: its media type.
        tag: changes where the content does.
    """

    content: bytes
    kind: str
    tag: str


@cache
def assets() -> Mapping[str, Asset]:
    """Every file that may be asked for, by its name: nothing else is ever opened."""
    script, style = desk_script("served").encode(), desk_style().encode()
    found = {
        "desk.js": _asset(script, ".js"),
        "desk.css": _asset(style, ".css"),
    }
    for item in resources.files(__package__).joinpath("assets").iterdir():
        ending = f".{item.name.rpartition('.')[2]}"
        if ending in _KINDS:
            found[item.name] = _asset(item.read_bytes(), ending)
    return found


def _asset(content: bytes, ending: str) -> Asset:
    tag = hashlib.sha256(content).hexdigest()[:16]
    return Asset(content, _KINDS[ending], tag)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("voterlist.serve"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def served_words() -> Mapping[str, Mapping[str, str]]:
    """By language, the words that the page's script shows."""
    own = [key for key in entries() if key.startswith(_WORDS)]
    return {
        language: {**words, **{key: entries()[key][language] for key in own}}
        for language, words in desk_words().items()
    }


def page(name: str, words: Catalogue, **content: Any) -> str:
    """A page in the language of these words; everything in it is escaped."""
    template = _environment().get_template(f"{name}.html")
    return template.render(say=words, language=words.language, **content)


def language_of(wanted: str | None, first: str) -> Catalogue:
    """The language that a browser asks for, else the first of the settings."""
    return catalogue(wanted if wanted in LANGUAGES else first)
