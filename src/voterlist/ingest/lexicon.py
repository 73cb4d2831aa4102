"""The words by which headers name their columns, in Azerbaijani, English and Russian.

The words stand in ``headers.toml``, written as ``text.fold`` leaves them. A *role* is a field of an
entry or a part of one; ``PARTS`` says of which, in the order in which parts are joined.
"""

from __future__ import annotations

import tomllib
from importlib import resources

PARTS: dict[str, tuple[str, ...]] = {
    "entry_id": ("entry_id",),
    "constituency": ("constituency",),
    "precinct": ("precinct",),
    "number": ("number",),
    "surname": ("surname",),
    "given_name": ("given_name",),
    "patronymic": ("patronymic",),
    "full_name": ("full_name",),
    "birth_date": ("birth_date", "birth_day", "birth_month", "birth_year"),
    "sex": ("sex",),
    "address": (
        "address",
        "settlement",
        "street_kind",
        "street",
        "house",
        "block",
        "flat",
        "postcode",
    ),
    "document": ("document_series", "document", "document_number"),
    "fin": ("fin",),
}

FIELD_OF = {role: field for field, roles in PARTS.items() for role in roles}

WORDS = tomllib.loads(
    resources.files("voterlist.ingest")
    .joinpath("headers.toml")
    .read_text(encoding="utf-8")
)
"""All that stands in the file."""

SURNAME: tuple[str, ...] = tuple(WORDS["name_parts"]["surname"])
GIVEN: tuple[str, ...] = tuple(WORDS["name_parts"]["given_name"])
PATRONYMIC: tuple[str, ...] = tuple(WORDS["name_parts"]["patronymic"])

FILLERS: frozenset[str] = frozenset(WORDS["fillers"])
"""Words that may stand beside the names of the parts of a name."""

TITLE_WORDS: frozenset[str] = frozenset(WORDS["title_words"])
"""Words of titles that no header holds."""

PHRASES: dict[str, tuple[str, ...]] = {
    role: tuple(words) for role, words in WORDS["phrases"].items()
}
"""The words of each role. ``other`` holds headers of columns that are known and not used: they win
over a likeness to a field's words."""
