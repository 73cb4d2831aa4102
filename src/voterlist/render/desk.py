"""The desk as one page: data, words and script in it, nothing beside it, nothing fetched."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from voterlist.catalogue import LANGUAGES, entries, texts
from voterlist.decisions.answers import FREE, grounds_for
from voterlist.desk import Desk, pack
from voterlist.fields import CORRECTED
from voterlist.lists.documents import ListDocument
from voterlist.lists.sheets import DOOR_FILE, DOOR_VERSION, answers_to, code_of
from voterlist.model import Action
from voterlist.render.html import as_it_stands, hash_of, render_template
from voterlist.render.lists import ListWords
from voterlist.render.xlsx.forms import ANSWERS
from voterlist.render.xlsx.plans import COLUMNS_OF, OF_NAMED

_SCRIPTS = (
    "digest",
    "letters",
    "elements",
    "data",
    "store",
    "saving",
    "file",
    "list",
    "case",
    "bar",
    "view",
    "keys",
    "main",
)
"""The parts of the script, in the order in which they need each other."""
_KEYS = (
    ("j", "next"),
    ("k", "previous"),
    ("a", "as-proposed"),
    ("1…9", "keep"),
    ("⇧ 1…9", "apart"),
    ("s", "separate"),
    ("f", "ask"),
    ("d", "due"),
    ("r 1…7", "reason"),
    ("n", "note"),
    ("u", "undo"),
    ("w", "withdraw"),
    ("b", "bits"),
    ("/", "find"),
    ("e", "export"),
    ("?", "help"),
)
"""What each key does: ``desk.key.<name>`` in the catalogue."""
_WORDS = (
    "desk.",
    "field.",
    "role.",
    "verdict.",
    "case-kind.",
    "answer.",
    "ground.",
    "review.column.",
    "review.sheet.named",
    "waterfall.total",
    "report.gap",
    "report.where",
    "report.decided",
    "report.place.",
)
"""The beginnings of the keys of the catalogue that the script shows."""
_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}
"""Letters that could end the element in which the data stands, or begin another one."""


def render_desk(
    desk: Desk, language: str, name: str = "", *, has_lists: bool = False
) -> str:
    """The page as HTML; the same desk gives the same text.

    Args:
        desk: the cases.
        language: in which it opens; the other one is a click away.
        name: who decides; without it the page asks.
        has_lists: the entries stand on printed lists, and others of them may be named.
    """
    script, style = desk_script("others", "in-file"), render_template("desk/desk.css")
    told = {"words": desk_words(), "language": language, "name": name}
    if has_lists:
        told["naming"] = _naming_form()
    return frame(
        language,
        style=style,
        script=script,
        policy=page_policy(script, style),
        naming=has_lists,
        words_json=as_json(told),
        data_json=as_json(pack(desk, name)),
    )


def _naming_form() -> dict[str, Any]:
    """What may be answered about an entry that somebody names, in the columns of a workbook."""
    actions = (*OF_NAMED, Action.WITHDRAW)
    return {
        "columns": {action: COLUMNS_OF.get(action, ()) for action in actions},
        "grounds": {
            action: [ground.code for ground in grounds_for(action)]
            for action in actions
        },
        "fields": FREE.fields,
        "headings": {name: keys[0] for name, keys in ANSWERS.items()},
    }


def frame(language: str, **parts: Any) -> str:
    """The page around data, style and script; those that are not given are fetched beside it.

    Args:
        language: in which it opens.
        parts: ``style``, ``script``, ``policy``, ``words_json``, ``data_json``, as text;
            ``naming``: whether other entries may be named.
    """
    names = ("style", "script", "policy", "naming", "words_json", "data_json")
    given = dict.fromkeys(names, "")
    title = entries()["desk.kicker"][language]
    no_script = [entries()["desk.no-script"][each] for each in LANGUAGES]
    return render_template(
        "desk/desk.html",
        **{**given, **parts},
        language=language,
        title=title,
        no_script=no_script,
        keys=_KEYS,
    )


def desk_script(*ends: str) -> str:
    """The script of the page.

    ``ends`` are the parts of this page alone. The last begins: it has the data, and says where
    decisions are kept.
    """
    return script_of(*(f"desk/script/{name}.js" for name in (*_SCRIPTS, *ends)))


@cache
def script_of(*files: str) -> str:
    """The script of these files, in one function of its own."""
    parts = "\n".join(map(as_it_stands, files))
    return f'(() => {{\n"use strict";\n{parts}\n}})();\n'


@cache
def desk_words(*more: str) -> Mapping[str, Mapping[str, str]]:
    """By language, the words that the script shows; ``more`` are beginnings of other keys."""
    keys = [key for key in entries() if key.startswith((*_WORDS, *more))]
    return {
        language: {key: entries()[key][language] for key in keys}
        for language in LANGUAGES
    }


def page_policy(script: str, style: str) -> str:
    """What the page may do: run this script, be drawn so; it fetches nothing."""
    sources = [("script-src", script), ("style-src", style)]
    allowed: Iterable[str] = (f"{name} '{hash_of(text)}'" for name, text in sources)
    ends = ("base-uri 'none'", "form-action 'none'")
    return "; ".join(["default-src 'none'", *allowed, *ends])


def as_json(values: Mapping[str, Any]) -> str:
    """Values as JSON that no text in it can leave."""
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    for letter, code in _UNSAFE.items():
        text = text.replace(letter, code)
    return text


_DOOR_SCRIPTS = ("desk/script/digest.js", "desk/script/saving.js", "door/door.js")
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
    script = script_of(*_DOOR_SCRIPTS)
    head = {
        "kind": DOOR_FILE,
        "version": DOOR_VERSION,
        "cycle": document.edition.cycle,
        "run": document.edition.run,
        "constituency": document.constituency,
        "precinct": document.precinct,
        "list_kind": document.list_kind,
        "file": f"{document.stem}-answers.json",
        "words": {name: texts(f"door.page.{name}")[language] for name in _SAID},
    }
    page = render_template(
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
        "answers": answers_to(row),
        "field": row["field"],
    }
