"""``find``: a voter, by any spelling, date, number or address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from voterlist.cli.options import (
    Today,
    Workspace,
    argument,
    day,
    now,
    option,
    since,
    takes,
)
from voterlist.cli.steps import Steps
from voterlist.cli.terminal import TERMINAL, Answer, picked, tell
from voterlist.cli.words import SAY, title

if TYPE_CHECKING:
    from voterlist.counter.card import Card
    from voterlist.counter.finder import Found, Hit
    from voterlist.counter.looking import Looker
    from voterlist.report.sections.findings import FindingWords

_NAMES = ("surname", "given_name", "patronymic")
_DATE = ("birth_year", "birth_month", "birth_day")


@dataclass(frozen=True, slots=True)
class _Options:
    """The arguments and options of the command."""

    workspace: Workspace
    words: Annotated[list[str] | None, argument("cli.find.words", "WORDS")] = None
    fin: Annotated[str | None, option("find-fin", "--fin", "FIN")] = None
    born: Annotated[str | None, option("find-born", "--born", "DATE")] = None
    address: Annotated[str | None, option("find-address", "--address", "ADDRESS")] = (
        None
    )
    entry: Annotated[str | None, option("find-entry", "--entry", "ENTRY")] = None
    card: Annotated[int | None, option("find-card", "--card", "N", min=1)] = None
    limit: Annotated[int, option("find-limit", "--limit", "N", min=1, max=100)] = 10
    by: Annotated[str, option("find-by", "--by", "NAME")] = ""
    today: Today = None


@takes(_Options)
def find(options: _Options) -> Answer:
    """Find a voter."""
    from voterlist.counter.asking import Question
    from voterlist.counter.looking import look

    words = " ".join(options.words or ())
    question = Question(
        words, options.fin, options.born, options.address, options.entry
    )
    with Steps() as steps:
        found, card = look(
            options.workspace,
            question,
            _looker(options),
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
        "set_aside": list(found.aside),
        "searched": found.searched,
        "dates": found.asked.dates,
        "not_read": found.asked.not_read,
    }


def _looker(options: _Options) -> Looker:
    """Who looks: on the day that was given, at the hour of the clock."""
    from voterlist.counter.looking import Looker

    moment = now(options.workspace)
    on_day = day(options.today, options.workspace)
    at = moment.replace(year=on_day.year, month=on_day.month, day=on_day.day)
    return Looker(options.by.strip(), at, since(options.workspace))


def _born(row: Mapping[str, Any]) -> str | None:
    """The birth date in ISO 8601, as far as it is known."""
    if row["birth_year"] is None:
        return None
    parts = [row[name] for name in _DATE if row[name] is not None]
    return "-".join(f"{part:02}" for part in parts)


def _as_json(hit: Hit) -> Answer:
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
        "birth_date": _born(row),
        **(today if is_listed else handed_in),
        "list_number": row["list_number"],
        "handed_in": handed_in,
        "levels": hit.levels,
    }


def _tell(found: Found) -> None:
    """Who fits, what of it is certain, and what was searched."""
    tell(f"find.answer.{found.answer}")
    for number, hit in enumerate(found.hits, start=1):
        name = " ".join(filter(None, (hit.row[name] for name in _NAMES)))
        born = _born(hit.row) or SAY("find.no-birth-date")
        who = SAY("find.hit", name=name or SAY("find.no-name"), born=born)
        TERMINAL.say()
        TERMINAL.say(f"{number:>3}  {_words().probability(hit.score):>8}  {who}")
        for line in _about(hit):
            TERMINAL.say(f"{'':15}{line}")
    if found.aside:
        TERMINAL.say()
        tell("find.aside")
    for row in found.aside:
        places = {
            "file": row["source"],
            "sheet": row["sheet"] or "-",
            "line": row["line"],
        }
        tell("find.aside.row", 2, **places, why=title("aside", row["code"]))
    TERMINAL.say()
    names = ("entries", "run", "struck", "repeated", "moved", "added", "set_aside")
    tell("find.searched", **{name: found.searched[name] for name in names})
    if found.searched["unread"]:
        numbers = (
            str(number or SAY("cli.unknown")) for number in found.searched["unread"]
        )
        tell("find.unread", places=", ".join(numbers))
    if len(found.asked.dates) > 1:
        tell("find.two-dates", dates=", ".join(found.asked.dates))
    for name in found.asked.not_read:
        tell(f"find.not-read.{name}")


def _about(hit: Hit) -> list[str]:
    """Where an entry stands, what became of it, and what of the question it answers."""
    row = hit.row
    place = {name: row[name] or "-" for name in ("constituency", "precinct")}
    if row["list_number"] is not None:
        now = {"constituency": row["listed_in"], "precinct": row["listed_precinct"]}
        listed = {name: value or "-" for name, value in now.items()}
        told = SAY("find.place.listed", **listed, number=row["list_number"])
    elif row["state"] in {"struck", "repeated"}:
        told = SAY("find.place.handed-in", **place)
    else:
        told = SAY("find.place.no-number", **place)
    lines = ["; ".join(filter(None, (told, row["address"])))]
    if row["state"] != "listed":
        ground = title("ground", row["ground"]) if row["ground"] else "-"
        kept = row["kept_entry_id"] or "-"
        key = f"find.state.{row['state']}"
        lines.append(SAY(key, **place, ground=ground, kept=kept))
    levels = [
        f"{SAY(f'field.{field}')}: {SAY(_level_key(level))}"
        for field, level in hit.levels.items()
    ]
    return [*lines, "; ".join(levels)] if levels else lines


def _level_key(level: str) -> str:
    return "find.level.beginning" if level == "beginning" else f"comparison.{level}"


def _words() -> FindingWords:
    from voterlist.report.sections.findings import FindingWords

    return FindingWords(SAY.language)


def _card_as_json(card: Card) -> Answer:
    """A card for programs: codes, and each answer and finding as a sentence too."""
    from voterlist.report.asked import said

    words = _words()
    content = picked(card)
    del content["row"], content["findings"], content["answers"]
    told = [
        {**picked(answer), "sentence": said(answer, words)} for answer in card.answers
    ]
    findings = [
        {**picked(one, "rule", "severity", "field"), "sentence": words.message(one)}
        for one in card.findings
    ]
    return {**content, "answers": told, "findings": findings}


def _tell_card(card: Card) -> None:
    """A card: how it was handed in, its spellings, what was decided, what is open."""
    from voterlist.report.asked import said
    from voterlist.report.values import Place

    words = _words()
    TERMINAL.say()
    tell("card.title", entry=card.entry_id)
    place = Place(
        card.row["constituency"], card.row["precinct"], card.file, card.sheet, card.line
    )
    _tell_part("handed-in", [words.place(place)])
    cells = [f"{SAY(f'field.{name}')}: {text}" for name, text in card.cells.items()]
    _tell_part("cells", cells)
    names = card.spellings.items()
    _tell_part("spellings", [SAY(f"card.{name}", name=text) for name, text in names])
    _tell_part("corrections", list(map(_corrected, card.corrections)))
    _tell_part("answers", [said(answer, words) for answer in card.answers])
    _tell_part(
        "cases",
        [
            SAY(
                f"card.case.{'open' if case.is_open else 'closed'}",
                number=case.number,
                kind=title("case-kind", case.kind),
                others=", ".join(case.others) or "-",
            )
            for case in card.cases
        ],
    )
    _tell_part("findings", [words.message(one) for one in card.findings])
    if card.last_cycle is not None:
        changed = card.last_cycle
        told = [
            SAY(f"cycles.change.{changed['change']}"),
            SAY(f"cycles.cause.{changed['cause']}"),
        ]
        old = Place(changed["old_constituency"], changed["old_precinct"])
        _tell_part("last-cycle", ["; ".join(filter(None, (*told, words.place(old))))])
    if not card.is_current:
        tell("card.not-current", 2)


def _corrected(row: Mapping[str, str | None]) -> str:
    """What a field was, and what it was corrected to."""
    texts = {name: row[name] or "-" for name in ("written", "value")}
    return SAY("card.corrected", field=SAY(f"field.{row['field']}"), **texts)


def _tell_part(name: str, lines: Sequence[str]) -> None:
    """A part of a card; nothing where it is empty."""
    if lines:
        tell(f"card.part.{name}", 2)
    for line in lines:
        TERMINAL.say(f"    {line}")
