"""What is told of a look and of a card, in words: for the terminal and for the page alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from voterlist.counter.applications import Application, State
from voterlist.counter.finder import Found, Hit
from voterlist.counter.looking import Card
from voterlist.fields import BORN, PLACE, name_in
from voterlist.report.asked import day_of, tell_answers
from voterlist.report.sections.findings import FindingWords
from voterlist.report.values import Place
from voterlist.tables import Row

_SEARCHED = ("entries", "run", "struck", "repeated", "moved", "added", "set_aside")


def born_of(row: Row) -> str | None:
    """The birth date of a row of the index in ISO 8601, as far as it is known."""
    if row["birth_year"] is None:
        return None
    parts = [row[name] for name in BORN if row[name] is not None]
    return "-".join(f"{part:02}" for part in parts)


def name_of(row: Row, words: FindingWords) -> str:
    """The whole name and the birth date of a row of the index."""
    name = name_in(row)
    born = day_of(born_of(row), words) or words("find.no-birth-date")
    return words("find.hit", name=name or words("find.no-name"), born=born)


def about_row(row: Row, words: FindingWords) -> list[str]:
    """Where an entry stands, and what became of it."""
    place = {name: _number(row[name]) for name in PLACE}
    if row["list_number"] is not None:
        listed = {
            "constituency": _number(row["listed_in"]),
            "precinct": _number(row["listed_precinct"]),
        }
        number = str(row["list_number"])
        told = words("find.place.listed", **listed, number=number)
    elif row["state"] in {"struck", "repeated"}:
        told = words("find.place.handed-in", **place)
    else:
        told = words("find.place.no-number", **place)
    lines = ["; ".join(filter(None, (told, row["address"])))]
    if row["state"] != "listed":
        ground = words(f"ground.{row['ground']}.title") if row["ground"] else "-"
        kept = row["kept_entry_id"] or "-"
        key = f"find.state.{row['state']}"
        lines.append(words(key, **place, ground=ground, kept=kept))
    return lines


def about_hit(hit: Hit, words: FindingWords) -> list[str]:
    """Where an entry stands, what became of it, and what of the question it answers."""
    levels = []
    for field, level in hit.levels.items():
        kind = "find.level" if level == "beginning" else "comparison"
        levels.append(f"{words(f'field.{field}')}: {words(f'{kind}.{level}')}")
    lines = about_row(hit.row, words)
    return [*lines, "; ".join(levels)] if levels else lines


def _number(value: int | None) -> str:
    """A number of a place; it is a name, and not grouped."""
    return "-" if value is None else str(value)


def set_aside(found: Found, words: FindingWords) -> list[str]:
    """The rows set aside that hold the name, a line each below a heading; nothing without any."""
    lines = [
        words(
            "find.aside.row",
            file=row["file"],
            sheet=row["sheet"] or "-",
            line=str(row["line"]),
            why=words(f"aside.{row['code']}.title"),
        )
        for row in found.aside
    ]
    return [words("find.aside"), *lines] if lines else []


def added_since(found: Found, words: FindingWords) -> list[str]:
    """Who was added since the run, a line each below a heading; nothing without any."""
    lines = [
        words(
            "find.added.row",
            name=name_in(row) or row.get("full_name") or words("find.no-name"),
            born=day_of(row.get("birth_date"), words) or words("find.no-birth-date"),
            entry=row["entry_id"],
            **{name: _number(row[name]) for name in PLACE},
        )
        for row in found.added
    ]
    return [words("find.added"), *lines] if lines else []


def search_lines(found: Found, words: FindingWords) -> Iterator[str]:
    """What was searched, what could not be, and how the question was understood."""
    yield words("find.searched", **{name: found.searched[name] for name in _SEARCHED})
    if found.searched["is_held"]:
        yield words("find.held", run=found.searched["run"])
    if found.searched["unread"]:
        unread = (
            str(number or words("cli.unknown")) for number in found.searched["unread"]
        )
        yield words("find.unread", places=", ".join(unread))
    if len(found.asked.dates) > 1:
        dates = ", ".join(day_of(date, words) or date for date in found.asked.dates)
        yield words("find.two-dates", dates=dates)
    for name in found.asked.not_read:
        yield words(f"find.not-read.{name}")


def card_parts(card: Card, words: FindingWords) -> Iterator[tuple[str, Sequence[str]]]:
    """(heading, lines) of each part of a card; a part without lines is left out."""
    row, changed = card.row, card.last_cycle
    place = Place(
        row["constituency"], row["precinct"], card.file, card.sheet, card.line
    )
    last_cycle = ""
    if changed is not None:
        old = Place(changed["old_constituency"], changed["old_precinct"])
        told = (
            words(f"cycles.change.{changed['change']}"),
            words(f"cycles.cause.{changed['cause']}"),
            words.place(old),
        )
        last_cycle = "; ".join(filter(None, told))
    parts = {
        "today": about_row(row, words),
        "handed-in": [words.place(place)],
        "cells": [
            f"{words(f'field.{name}')}: {text}" for name, text in card.cells.items()
        ],
        "spellings": [
            words(f"card.{name}", name=text) for name, text in card.spellings.items()
        ],
        "corrections": [
            words(
                "card.corrected",
                field=words(f"field.{correction['field']}"),
                written=correction["written"] or "-",
                value=correction["value"] or "-",
            )
            for correction in card.corrections
        ],
        "answers": [tell_answers(answer, words) for answer in card.answers],
        "cases": [
            words(
                f"card.case.{'open' if case['is_open'] else 'closed'}",
                number=str(case["number"]),
                kind=words(f"case-kind.{case['kind']}.title"),
                others=", ".join(case["others"]) or "-",
            )
            for case in card.cases
        ],
        "applications": [
            words(
                "card.application",
                number=str(application["number"]),
                due=day_of(application["due"], words),
                what=words(f"application.what.{application['what']}"),
                state=words(f"application.state.{application['state']}"),
            )
            for application in card.applications
        ],
        "findings": [words.message(finding) for finding in card.findings],
        "last-cycle": [last_cycle] if last_cycle else [],
    }
    for name, lines in parts.items():
        if lines:
            yield words(f"card.part.{name}"), lines


def asked_rows(
    application: Application, words: FindingWords
) -> Iterator[tuple[str, str]]:
    """(heading, text) of what an application asks; what it does not say is left out."""
    asked = application.asked
    rows = [
        ("counter.take.name", asked.name),
        ("field.birth_date", day_of(asked.born, words)),
        ("counter.take.by", asked.by),
        ("counter.take.relation", words(f"application.relation.{asked.relation}")),
        ("counter.take.way", words(f"application.way.{asked.way}")),
        ("counter.take.documents", "; ".join(asked.documents)),
        *((f"field.{name}", text) for name, text in asked.values.items()),
    ]
    for key, text in rows:
        if text:
            yield words(key), text


def event_lines(application: Application, words: FindingWords) -> Iterator[str]:
    """What became of an application, a line each: when, by whom, on which ground and why."""
    for event in (application.taken, *application.events):
        key = f"journal.line.application.{event.event}"
        told = words(key, application=str(application.number), by=event.done_by)
        names = ("evidence", "reason", "although", "text")
        said = [str(event.details[name]) for name in names if event.details.get(name)]
        ground, is_granted = map(event.details.get, ("ground", "granted"))
        if ground:
            said.insert(0, words(f"ground.{ground}.title"))
        if is_granted is not None:
            state = State.GRANTED if is_granted else State.REFUSED
            said.insert(0, words(f"application.state.{state.value}"))
        if event.details.get("with"):
            said.insert(0, words("application.with", number=str(event.details["with"])))
        day = words.day(dt.date.fromisoformat(event.day))
        yield " · ".join([day, told, *said])
