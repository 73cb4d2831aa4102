"""The checklist for the door as a page for a telephone, which works without a network."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

from voterlist.catalogue import texts
from voterlist.fields import CORRECTED
from voterlist.lists.documents import ListDocument
from voterlist.lists.door import KIND, VERSION, answers_to, code_of
from voterlist.render.desk import as_json, page_policy, script_of
from voterlist.render.html import as_it_stands, rendered
from voterlist.render.lists import ListWords

_SCRIPTS = ("desk/script/digest.js", "desk/script/saving.js", "door/door.js")
_SAID = (
    "count",
    "unkept",
    "nobody",
    "lacking",
    "saved",
    "sure",
    "forgotten",
)
"""What the script says: ``door.page.<name>`` of the catalogue."""


def render_door(document: ListDocument, language: str) -> bytes:
    """The page of one list's questions; the same list gives the same bytes."""
    words = ListWords(language)
    rows, style = document.door.to_pylist(), as_it_stands("door/door.css")
    script = script_of(*_SCRIPTS)
    head = {
        "kind": KIND,
        "version": VERSION,
        "cycle": document.edition.cycle,
        "run": document.edition.run,
        "constituency": document.constituency,
        "precinct": document.precinct,
        "list_kind": document.list_kind.value,
        "file": f"{document.stem}-answers.json",
        "words": {name: texts(f"door.page.{name}")[language] for name in _SAID},
    }
    page = rendered(
        "door/door.html",
        say=words,
        language=language,
        title=words("lists.door.title"),
        place=words.place_of(document),
        streets=[
            {
                "name": street or "—",
                "questions": [_question(row, words) for row in asked],
            }
            for street, asked in groupby(rows, itemgetter("street"))
        ],
        fields=[name for name in CORRECTED if name != "full_name"],
        head_json=as_json(head),
        script=script,
        style=style,
        policy=page_policy(script, style),
    )
    return page.encode()


def _question(row: Mapping[str, Any], words: ListWords) -> dict[str, Any]:
    """What the page shows of a row of DOOR."""
    where = ", ".join(filter(None, (row["house"], row["flat"])))
    year = "" if row["birth_year"] is None else f", {row['birth_year']}"
    return {
        "code": code_of(row),
        "where": where or "—",
        "person": f"{row['name'] or '—'}{year}",
        "question": words.question(row),
        "about": words("door.page.about", number=row["number"], code=code_of(row)),
        "answers": [answer.value for answer in answers_to(row)],
        "field": row["field"],
    }
