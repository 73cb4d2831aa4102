"""The order of the parts of whole names in a column, decided per list and not per cell.

``Elşən Həsən Rza`` may be Rza Elşən or Elşən Rza: no word of it tells. The other cells of the
column do.
"""

from __future__ import annotations

import re

import pyarrow as pa

from voterlist.facts.latin import lower
from voterlist.fields import NAME_PARTS
from voterlist.ingest.content import PARTICLE, SURNAME
from voterlist.tables import codes

SURNAME_FIRST = "surname-first"
SURNAME_LAST = "surname-last"

_LEAST = 20
"""So many cells must tell."""
_SHARE = 0.95
"""Such a share of them must tell the same."""
_SAMPLE = 1000
_SURNAME, _PARTICLE = re.compile(SURNAME), re.compile(PARTICLE)
_GLUED = re.compile(
    r"[^\W\d_]{3,}(?:o[ğgq]h?l[uyıi]|[qgk][ıiy]z[ıiy]|[oe]vi[çc]h?|[oe]vna"
    r"|[ое]вич|[ое]вна|оглы|[кг]ызы)"
)


def _part_patronymic(text: str) -> tuple[list[str], str | None]:
    """(the words that are not the patronymic, the patronymic) of a name without a comma."""
    words = re.split(r"[\s,]+", text.strip(" ,"))
    for place, word in enumerate(words):
        if place and _PARTICLE.fullmatch(lower(word)):
            return words[: place - 1] + words[place + 1 :], " ".join(
                words[place - 1 : place + 1]
            )
        if place and _GLUED.fullmatch(lower(word)):
            return words[:place] + words[place + 1 :], word
    return words, None


def _ends(words: list[str]) -> tuple[bool, bool]:
    """Whether the first and the last of these words end as surnames do."""
    return bool(_SURNAME.fullmatch(lower(words[0]))), bool(
        _SURNAME.fullmatch(lower(words[-1]))
    )


def name_order(column: pa.Array) -> str | None:
    """surname-first or surname-last where at least 20 cells tell, 95 % of them the same.

    Else None.
    """
    votes = {SURNAME_FIRST: 0, SURNAME_LAST: 0}
    for text in column.drop_null().slice(0, _SAMPLE).to_pylist():
        if "," in text:
            continue
        words, _ = _part_patronymic(text)
        if len(words) < 2:
            continue
        first, last = _ends(words)
        if first != last:
            votes[SURNAME_FIRST if first else SURNAME_LAST] += 1
    order = max(votes, key=lambda name: votes[name])
    return (
        order
        if votes[order] >= _LEAST and votes[order] >= _SHARE * sum(votes.values())
        else None
    )


def split_names(column: pa.Array) -> dict[str, pa.Array]:
    """Surname, given name and patronymic of ambiguous cells of a surname-last column.

    Null for a cell that tells by itself, or that has not one word for each part: those are left to
    the normaliser.
    """
    indices, distinct = codes(column)
    split = [_split(text) for text in distinct.to_pylist()]
    rows = pa.array(indices, mask=indices < 0)
    names = NAME_PARTS
    if not any(parts[0] for parts in split):
        return {name: pa.nulls(len(column), pa.string()) for name in names}
    return {
        name: pa.array([parts[place] for parts in split], pa.string()).take(rows)
        for place, name in enumerate(names)
    }


def _split(text: str) -> tuple[str | None, str | None, str | None]:
    nothing = (None, None, None)
    if "," in text:
        return nothing
    words, patronymic = _part_patronymic(text)
    if len(words) < 2 or len(words) > 3 or len(set(_ends(words))) == 2:
        return nothing
    if patronymic is not None:
        return (words[1], words[0], patronymic) if len(words) == 2 else nothing
    return words[-1], words[0], words[1] if len(words) == 3 else None
