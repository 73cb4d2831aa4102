"""The words by which headers name their columns, in Azerbaijani, English and Russian.

Those of fields stand in ``fields.toml``, all others in ``headers.toml``, written as ``text.fold``
leaves them. A *role* is a field of an entry or a part of one; ``FIELD_OF`` says of which.
"""

from __future__ import annotations

import tomllib
from importlib import resources

from voterlist.fields import CARRIED, FIELDS, NAME_PARTS, Field

WORDS = tomllib.loads(
    resources.files("voterlist.ingest")
    .joinpath("headers.toml")
    .read_text(encoding="utf-8")
)
"""All that stands in the file."""

UNUSED = "other"
"""The role of columns that are known and not used: they win over a likeness to a field's words."""


def _field_of(record: Field) -> str | None:
    """The field that a column with the words of this record is or is part of."""
    is_field = record.meaning or record.kind == "place"
    return record.name if is_field else record.of or None


FIELD_OF = {
    name: field for name, record in FIELDS.items() if (field := _field_of(record))
}
"""Role -> the field of an entry."""

PARTS: dict[str, tuple[str, ...]] = {
    field: tuple(role for role, whole in FIELD_OF.items() if whole == field)
    for field in dict.fromkeys(FIELD_OF.values())
}
"""Field -> its roles, in the order in which they are joined."""

SURNAME, GIVEN, PATRONYMIC = (FIELDS[name].words for name in NAME_PARTS)

FILLERS: frozenset[str] = frozenset(WORDS["fillers"])
"""Words that may stand beside the names of the parts of a name."""

TITLE_WORDS: frozenset[str] = frozenset(WORDS["title_words"])
"""Words of titles that no header holds."""

KNOWN: dict[str, str] = {
    phrase: name if name in FIELD_OF else UNUSED
    for name, record in FIELDS.items()
    for phrase in record.words
}
"""Every known header of a list with its role."""
KNOWN |= {
    phrase: role for role, phrases in WORDS["phrases"].items() for phrase in phrases
}
# The list as compiled is read as any other list, so its own headings are known.
KNOWN |= {name.replace("_", " "): name for name in CARRIED}
