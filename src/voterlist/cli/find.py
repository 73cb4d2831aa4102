"""``find``: a voter, by any spelling, date, number or address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from voterlist.cli.options import (
    Today,
    Workspace,
    argument,
    clerk_of,
    option,
    takes,
)
from voterlist.cli.steps import Steps
from voterlist.cli.terminal import SAY, TERMINAL, Answer, pick, tell
from voterlist.model import frozen

if TYPE_CHECKING:
    from voterlist.counter.finder import Found, Hit
    from voterlist.counter.looking import Card
    from voterlist.report.sections.findings import FindingWords
    from voterlist.tables import Row

_NAMES = ("surname", "given_name", "patronymic")
_ADDED = ("full_name", "birth_date", "constituency", "precinct")


@frozen
class _Options:
    """The arguments and options of the command."""

    workspace: Workspace
    words: Annotated[list[str] | None, argument("cli.find.words", "WORDS")] = None
    fin: Annotated[str | None, option("find-fin", "FIN")] = None
    born: Annotated[str | None, option("find-born", "DATE")] = None
    address: Annotated[str | None, option("find-address", "ADDRESS")] = None
    entry: Annotated[str | None, option("find-entry", "ENTRY")] = None
    card: Annotated[int | None, option("find-card", "N", min=1)] = None
    limit: Annotated[int, option("find-limit", "N", min=1, max=100)] = 10
    by: Annotated[str, option("find-by", "NAME")] = ""
    today: Today = None


@takes(_Options)
def find(options: _Options) -> Answer:
    """Find a voter."""
    from voterlist.counter.asking import Question
    from voterlist.counter.looking import look

    words = " ".join(options.words or ())
    question = Question(words, **pick(options, "fin", "born", "address", "entry"))
    with Steps() as steps:
        found, card = look(
            options.workspace,
            question,
            clerk_of(options.workspace, options.by.strip(), options.today),
            limit=options.limit,
            card=options.card,
            progress=steps,
        )
    # What is shown names people: with --json it is not told a second time, on standard error.
    if not TERMINAL.json:
        _tell(found)
        if card is not None:
            _tell_card(card)
    return {
        "answer": found.answer,
        "found": [_as_json(hit) for hit in found.hits],
        "card": card and _card_as_json(card),
        "added": list(map(_added_as_json, found.added)),
        "set_aside": list(found.aside),
        "searched": found.searched,
        "dates": found.asked.dates,
        "not_read": found.asked.not_read,
    }


def _as_json(hit: Hit) -> Answer:
    from voterlist.counter.telling import born_of

    row = hit.row
    is_listed = row["listed_precinct"] is not None or row["list_number"] is not None
    handed_in = {name: row[name] for name in ("constituency", "precinct")}
    today = {"constituency": row["listed_in"], "precinct": row["listed_precinct"]}
    names = (
        *_NAMES,
        "address",
        "fin",
        "document",
        "list_kind",
        "state",
        "ground",
        "kept_entry_id",
    )
    return {
        "entry_id": hit.entry_id,
        "score": round(hit.score, 4),
        "certain": hit.is_certain,
        **{name: row[name] for name in names},
        "birth_date": born_of(row),
        **(today if is_listed else handed_in),
        "list_number": row["list_number"],
        "handed_in": handed_in,
        "levels": hit.levels,
    }


def _added_as_json(row: Row) -> Answer:
    return {name: row.get(name) for name in ("entry_id", *_NAMES, *_ADDED)}


def _tell(found: Found) -> None:
    """Who fits, what of it is certain, and what was searched."""
    from voterlist.counter.telling import (
        about_hit,
        added_since,
        name_of,
        search_lines,
        set_aside,
    )

    words = _words()
    tell(f"find.answer.{found.answer}")
    for number, hit in enumerate(found.hits, start=1):
        TERMINAL.say()
        score = words.probability(hit.score)
        TERMINAL.say(f"{number:>3}  {score:>8}  {name_of(hit.row, words)}")
        for line in about_hit(hit, words):
            TERMINAL.say(f"{'':15}{line}")
    for told in (added_since(found, words), set_aside(found, words)):
        for place, line in enumerate(told):
            if not place:
                TERMINAL.say()
            TERMINAL.say(f"  {line}" if place else line)
    TERMINAL.say()
    for line in search_lines(found, words):
        TERMINAL.say(line)


def _words() -> FindingWords:
    from voterlist.report.sections.findings import FindingWords

    return FindingWords(SAY.language)


def _card_as_json(card: Card) -> Answer:
    """A card for programs: codes, and each answer and finding as a sentence too."""
    from voterlist.report.asked import tell_answers

    words = _words()
    content = pick(card)
    del content["row"], content["findings"], content["answers"]
    told = [
        {**pick(answer), "sentence": tell_answers(answer, words)}
        for answer in card.answers
    ]
    findings = [
        {
            **pick(finding, "rule", "severity", "field"),
            "sentence": words.message(finding),
        }
        for finding in card.findings
    ]
    return {**content, "answers": told, "findings": findings}


def _tell_card(card: Card) -> None:
    """A card: how it stands, how it was handed in, what was decided, what is open."""
    from voterlist.counter.telling import card_parts

    TERMINAL.say()
    tell("card.title", entry=card.entry_id)
    for heading, lines in card_parts(card, _words()):
        TERMINAL.say(f"  {heading}")
        for line in lines:
            TERMINAL.say(f"    {line}")
    if not card.is_current:
        tell("card.not-current", 2)
