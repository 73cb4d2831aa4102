"""The sheets of a review workbook: which columns and words each kind has, out and back.

The writer and the reader take the same forms, so that what is offered is what is understood.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from voterlist.catalogue import LANGUAGES
from voterlist.decisions.answers import grounds
from voterlist.fields import ENTRY_FIELDS
from voterlist.model import Action, Mark, Verdict
from voterlist.report.asked import ELSEWHERE, STAYS
from voterlist.report.section import SheetValue, safe
from voterlist.report.values import Words

RUN_ID = "run_id"
"""The hidden column that says from which run a row is."""
CASE_ID = "case_id"
ENTRY_ID = "entry_id"
FINDING_ID = "finding_id"
ASKED_AS = "asked_as"
"""The hidden column that says why something is asked once more: ``report.Reopened.mark``."""
AS_EXPORTED = "as_exported"
"""The hidden column with a digest of what was filled in when the workbook was written."""
ANSWERS_KNOWN = "answers_known"
"""The hidden column with the numbers of the last answers, about cases and about entries, that were
in the ledger when the workbook was written."""
AS_PRINTED = "as_printed"
"""The hidden column with short digests of what was printed in the row, bound to its ids."""
NO_LONGER = "no_longer_asked"
"""The hidden column of answers whose row is gone; its rows decide nothing."""
PROPOSED_AS = "proposed_as"
"""The hidden column with what is proposed of an entry of a case, and the reason of who takes it:
``repeat:One FIN or document``."""
ASKED_OF = "asked_of"
"""The hidden column with the name of whom the workbook was written for."""
IDS = (
    RUN_ID,
    CASE_ID,
    ENTRY_ID,
    FINDING_ID,
    ASKED_AS,
    NO_LONGER,
    PROPOSED_AS,
    ASKED_OF,
    AS_EXPORTED,
    ANSWERS_KNOWN,
    AS_PRINTED,
)
"""The hidden columns of all sheets; their headings are the same in every language."""
BOUND = (CASE_ID, ENTRY_ID, FINDING_ID, ASKED_AS)
"""Those that say what a row asks: what was printed in it is bound to them."""

ANSWER = "answer"
"""The column that says what is decided."""
TICK = "as_proposed"
"""The column in which one mark takes what is proposed of a case."""
LISTED_IN, LISTED_AS, LISTED_NAME = "listed_in", "listed_as", "listed_name"
NAMING = (LISTED_IN, LISTED_AS, LISTED_NAME)
"""The columns in which somebody names an entry of which nothing is asked: the precinct, the number
on its printed list or the id of the entry, and the name."""
ANSWERS = {
    LISTED_IN: ("listed-in",),
    LISTED_AS: ("listed-as",),
    LISTED_NAME: ("listed-name",),
    TICK: ("as-proposed",),
    ANSWER: ("verdict", "mark"),
    "field": ("field",),
    "value": ("value",),
    "ground": ("ground",),
    "document": ("document",),
    "precinct": ("to-precinct",),
    "due": ("due",),
    "reason": ("reason", "mark-reason"),
    "decided_by": ("decided_by", "marked-by"),
}
"""The columns that a person fills in, and where the catalogue has their headings
(``review.column.``); the second is that of workbooks of earlier versions."""

TICKS = ("✓", "✔", "x", "+", "1")
"""The marks that a tick may be, beside the word for yes; the first is offered."""

CONFIRM = "confirm"
"""The answer that says the same as the one that is shown beside it."""

_DIGITS = 12
_PLAIN = str.maketrans("əşçğıöü", "escgiou")


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """A kind of sheet: the columns that it must have, and the words of its answer."""

    ids: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]]
    """Code -> the keys of its words in the catalogue; the code itself is a word too."""


_VERDICT_WORDS = {verdict.value: (f"verdict.{verdict}",) for verdict in Verdict}
_ACTION_WORDS = {action.value: (f"answer.{action}",) for action in Action}
_WITHDRAW = Action.WITHDRAW

CASES = Form(
    (CASE_ID, ENTRY_ID),
    _VERDICT_WORDS | {name: _ACTION_WORDS[name] for name in (Action.ASK, _WITHDRAW)},
)
FINDINGS = Form(
    (FINDING_ID,),
    _ACTION_WORDS
    | {
        Mark.ACCEPT: ("answer.accept", "mark.accept"),
        # "Ask again" took an acceptance back before there was a word for all answers.
        _WITHDRAW: (f"answer.{_WITHDRAW}", "mark.ask"),
    },
)
REOPENED = Form(
    (ASKED_AS, ENTRY_ID),
    {
        **_VERDICT_WORDS,
        **FINDINGS.words,
        **{name: (f"answer.{name}",) for name in (CONFIRM, STAYS, ELSEWHERE)},
    },
)
NAMED = Form((LISTED_AS,), _ACTION_WORDS)
"""Of entries that the person names."""
GONE = Form((NO_LONGER,), {})

_FORMS = (GONE, NAMED, REOPENED, FINDINGS, CASES)
"""The more special first: what has its ids may have those of others too."""


def form_of(columns: Mapping[str, int]) -> Form | None:
    """The form of a sheet with these columns, if it is one."""
    for form in _FORMS:
        if set(form.ids) <= columns.keys():
            return form
    return None


def fold(text: str | None) -> str:
    """A word as it is compared: small plain letters of either keyboard, no blanks around."""
    lower = unicodedata.normalize("NFC", (text or "").replace("İ", "i")).casefold()
    return " ".join(lower.split()).translate(_PLAIN)


def _known_words(
    keys: Mapping[str, Iterable[str]], codes: Iterable[str]
) -> Mapping[str, str]:
    """Folded word -> code, in every language; these codes are words too.

    Args:
        keys: of each code, where the catalogue has its words.
        codes: those that may be written themselves.
    """
    known = {fold(code): code for code in codes}
    for language in LANGUAGES:
        words = Words(language)
        for code, of_code in keys.items():
            known |= {fold(words(key)): code for key in of_code}
    return known


@cache
def known_headings() -> Mapping[str, str]:
    """Folded heading -> column; those of the hidden columns are the same in every language."""
    keys = {
        name: [f"review.column.{key}" for key in of_name]
        for name, of_name in ANSWERS.items()
    }
    return _known_words(keys, IDS)


@cache
def known_words(form: Form) -> Mapping[str, str]:
    """Folded word -> code of an answer."""
    return _known_words(form.words, form.words)


@cache
def known_grounds() -> Mapping[str, str]:
    """Folded title -> code of a ground."""
    keys = {code: [f"ground.{code}.title"] for code in grounds()}
    return _known_words(keys, keys)


@cache
def known_fields() -> Mapping[str, str]:
    """Folded heading -> field of ENTRY."""
    keys = {name: [f"field.{name}"] for name in ENTRY_FIELDS}
    return _known_words(keys, keys)


@cache
def _known_ticks() -> Mapping[str, str]:
    return _known_words({TICK: ["review.tick.yes"]}, (*TICKS, "х"))


def is_tick(text: str) -> bool:
    """True for a mark that takes what is proposed."""
    return fold(text) in _known_ticks()


def digest_of(texts: Mapping[str, str | None]) -> str | None:
    """A digest of what stands in the columns that a person fills in; None where nothing does."""
    filled = [f"{name}\n{texts[name]}" for name in ANSWERS if texts.get(name)]
    if not filled:
        return None
    return hashlib.sha256("\n\n".join(filled).encode()).hexdigest()[:_DIGITS]


def answer_of(cell: str) -> str:
    """The text of which ``as_cell`` and ``safe`` made this cell, without blanks around it."""
    is_quoted = cell.startswith("'") and _may_be_formula(cell)
    return (cell[1:] if is_quoted else cell).strip()


def as_cell(text: str | None) -> str | None:
    """An answer as ``safe`` is to write it.

    ``safe`` puts an apostrophe before what could be a formula. An answer that begins with an
    apostrophe and such a text by itself gets one more, so that ``answer_of`` can tell them apart.
    """
    text = (text or "").strip()
    return (
        f"'{text}" if text.startswith("'") and _may_be_formula(text) else text
    ) or None


def _may_be_formula(text: str) -> bool:
    """True for what a spreadsheet could take for a formula, were there no apostrophes before it."""
    return safe(text.lstrip("'")).startswith("'")


_WORD = re.compile(r"[^\W\d_]+|[1-9]\d*")


def digest_cells(
    cells: Iterable[tuple[str, SheetValue]], ids: Mapping[str, str | None]
) -> str:
    """Short digests of the cells, (heading, value), of a row, in one text.

    Each is one of the heading, and one of the cell beside the ids of the row. A share is left out:
    it may come back rounded.
    """
    bound = " ".join(ids.get(name) or "" for name in BOUND)
    return " ".join(
        _digest(fold(heading)) + _digest(f"{bound} {fold(heading)} {plain(cell)}")
        for heading, cell in cells
        if not isinstance(cell, float)
    )


def _digest(text: str) -> str:
    return f"{zlib.crc32(text.encode()) & 0xFFFF:04x}"


def plain(cell: SheetValue) -> str:
    """The words and numbers of a cell, the same whatever a spreadsheet makes of it.

    Blanks, signs and leading zeros do not count. A day may be turned round, or have a time of zeros
    behind it: where there are numbers alone, they stand in one order.
    """
    # A cell of a workbook holds any text of so many letters.
    words = _WORD.findall(fold(str(cell or "")[:16_000]))
    has_letters = any(map(str.isalpha, words))
    return " ".join(words if has_letters else sorted(words))
