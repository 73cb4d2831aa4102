"""``manual``: what a rule, a table, a setting, a ground or a command means."""

from __future__ import annotations

import difflib
import shutil
import textwrap
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from voterlist.catalogue import Catalogue
from voterlist.cli.groups import records
from voterlist.cli.options import argument, option
from voterlist.cli.terminal import SAY, TERMINAL, Answer, show_path
from voterlist.errors import usage_error
from voterlist.storage.files import make_folder, write_content

if TYPE_CHECKING:
    from voterlist.rulebook.pages import Grid, Maker, Page, Shown

_WIDTH = 80
"""Columns of a help text in the manual, on every terminal."""
_INDENT = "    "
"""Before the cells of a row that does not fit into a line."""


def manual(
    context: typer.Context,
    topic: Annotated[list[str] | None, argument("topic", "[TOPIC]...")] = None,
    out: Annotated[Path | None, option("manual-out", "FOLDER")] = None,
) -> Answer:
    """Show a page of the manual, or write all of it."""
    commands: dict[str, Maker] = {
        words.removeprefix("voterlist").strip(): partial(_help, words, command)
        for words, command in _commands(context.find_root().command)
    }
    if out is not None:
        return {"out": out, "files": _write_chapters(out, commands)}
    name = " ".join(topic or ()).lower()
    page = _find(name, commands)(SAY)
    _tell(page)
    parts = [{"text": part} if isinstance(part, str) else part for part in page.parts]
    return {"topic": name, "title": page.title, "parts": parts}


def _commands(group: Any, words: str = "voterlist") -> Iterator[tuple[str, Any]]:
    """(As it is typed, command) of a group and of every command below it."""
    yield words, group
    for name, command in sorted(getattr(group, "commands", {}).items()):
        yield from _commands(command, f"{words} {name}")


def _help(words: str, command: Any, say: Catalogue) -> Page:
    """The page of a command: what ``--help`` shows, and the keys of its JSON."""
    from voterlist.rulebook import pages as book

    context = command.context_class(
        command, info_name=words, terminal_width=_WIDTH, **command.context_settings
    )
    parts: list[str | Grid | Shown] = [book.Shown(command.get_help(context))]
    keys = json_keys().get(words.removeprefix("voterlist").strip())
    if keys:
        parts.append(f"{say('manual.json')}: {keys}")
    return book.Page(words, tuple(parts))


@cache
def json_keys() -> dict[str, str]:
    """What each command prints with ``--json``, by its words; in English."""
    return {
        words: record["json"]
        for commands in records().values()
        for words, record in commands.items()
    }


def _find(name: str, commands: dict[str, Maker]) -> Maker:
    """Who makes the page of a name.

    Raises:
        UsageError: there is no such page; the names nearest to it are told.
    """
    from voterlist.rulebook import pages as book

    pages: dict[str, Maker] = {"": _contents, **book.chapters()}
    pages["commands"] = partial(_index, tuple(commands))
    for chapter in book.chapters():
        pages |= book.articles(chapter)
    # A command and a rule of one name would hide each other: a test holds that there are none.
    pages |= {words: page for words, page in commands.items() if words}
    if name not in pages:
        near = difflib.get_close_matches(name, pages, n=5)
        raise usage_error(
            "manual-no-topic",
            topic=name,
            near=", ".join(near) or ", ".join(book.chapters()),
        )
    return pages[name]


def _contents(say: Catalogue) -> Page:
    from voterlist.rulebook import pages as book

    rows = tuple(
        (name, say(f"manual.{name}.title")) for name in (*book.chapters(), "commands")
    )
    grid = book.Grid((say("manual.chapter"), say("manual.title")), rows)
    return book.Page(say("manual.all.title"), (grid, say("manual.all.about")))


def _index(names: tuple[str, ...], say: Catalogue) -> Page:
    from voterlist.rulebook import pages as book

    lines = "\n".join(f"voterlist {name}".strip() for name in names)
    parts = (say("manual.commands.about"), book.Shown(lines))
    return book.Page(say("manual.commands.title"), parts)


def _write_chapters(folder: Path, commands: dict[str, Maker]) -> list[Path]:
    """The files of the chapters, written into the folder in the language of the terminal."""
    from voterlist.rulebook import pages as book

    make_folder(folder)
    books = {
        name: (page, book.articles(name)) for name, page in book.chapters().items()
    }
    books["settings"][1].clear()  # Its chapter has every section.
    books["commands"] = (partial(_index, tuple(commands)), commands)
    files = []
    for name, (first, others) in books.items():
        pages = [book.as_markdown(first(SAY))]
        pages += [book.as_markdown(make(SAY), level=2) for make in others.values()]
        files.append(folder / f"{name}.md")
        write_content(files[-1], "\n".join(pages))
        TERMINAL.say(show_path(files[-1]))
    return files


def _tell(page: Page) -> None:
    from voterlist.rulebook import pages as book

    width = max(60, min(100, shutil.get_terminal_size().columns))
    TERMINAL.say(page.title)
    for part in page.parts:
        TERMINAL.say()
        if isinstance(part, book.Shown):
            TERMINAL.say(part.text.rstrip())
        elif isinstance(part, str):
            for paragraph in part.split("\n\n"):
                TERMINAL.say(_fill(paragraph, width))
        else:
            _tell_grid(part, width)


def _tell_grid(grid: Grid, width: int) -> None:
    """A table where its rows fit into the terminal; else a paragraph for each row."""
    widths = [
        max(map(len, column)) for column in zip(grid.heads, *grid.rows, strict=True)
    ]
    if sum(widths) + 2 * len(widths) <= width:
        TERMINAL.table(grid.heads, grid.rows)
        return
    for first, *others in grid.rows:
        TERMINAL.say(f"  {first}")
        told = zip(grid.heads[1:], others, strict=True)
        texts = [f"{head}: {cell}" if head else cell for head, cell in told if cell]
        for line in _join(texts, width - len(_INDENT)):
            TERMINAL.say(_fill(line, width, _INDENT))


def _join(texts: list[str], width: int) -> list[str]:
    """The texts in lines: as many in one as fit into it."""
    lines: list[str] = []
    for text in texts:
        if lines and len(lines[-1]) + len(text) + 2 <= width:
            lines[-1] += f"; {text}"
        else:
            lines.append(text)
    return lines


def _fill(text: str, width: int, indent: str = "") -> str:
    return textwrap.fill(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
