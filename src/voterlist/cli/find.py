"""``find``: a voter, by any spelling, date, number or address."""

from __future__ import annotations

from collections.abc import Mapping
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
from voterlist.cli.terminal import TERMINAL, Answer, tell
from voterlist.cli.words import SAY, title

if TYPE_CHECKING:
    from voterlist.counter.looking import Found, Hit, Looker

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
    limit: Annotated[int, option("find-limit", "--limit", "N", min=1, max=100)] = 10
    by: Annotated[str, option("find-by", "--by", "NAME")] = ""
    today: Today = None


@takes(_Options)
def find(options: _Options) -> Answer:
    """Find a voter."""
    from voterlist.counter.asking import Question
    from voterlist.counter.looking import look

    question = Question(
        " ".join(options.words or ()), options.fin, options.born, options.address
    )
    looker = _looker(options)
    with Steps() as steps:
        found = look(
            options.workspace, question, looker, limit=options.limit, progress=steps
        )
    # What is shown names people: with --json it is not told a second time, on standard error.
    if not TERMINAL.json:
        _tell(found)
    return {
        "answer": found.answer,
        "found": [_as_json(hit) for hit in found.hits],
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
        TERMINAL.say(f"{number:>3}  {_percent(hit.score):>7}  {who}")
        for line in _about(hit):
            TERMINAL.say(f"{'':14}{line}")
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


def _percent(score: float) -> str:
    """A probability for people; none that is not certain is shown as 100 %."""
    return f"{SAY.number(min(score * 100, 99.9), 1)} %"


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
