"""Stories that go side by side in one workspace: what all of them do in a step is done once.

A story is a generator about persons of its own. It hands in what it needs, yields a ``Step``, and
goes on when the answers of all were read in and a run was made.
"""

from __future__ import annotations

import contextlib
import inspect
import itertools
from collections import defaultdict
from dataclasses import dataclass

import pytest

import review_books
import workspaces
from command_line import EN, told
from voterlist.pipeline import publish


@dataclass
class Step:
    """What a story writes into the workbook of all.

    Attributes:
        lines: for entries that a person names, each {column: text}.
        cells: takes a row that asks something, and returns {column: text}, or None.
    """

    lines: tuple = ()
    cells: object = None


def hand_in(workspace, precinct, *rows):
    """Let a precinct hand in these voters: surname, name, father's name, birth date, FIN."""
    text = f"{precinct} saylı seçki məntəqəsi\n{workspaces.HEADER}"
    for number, row in enumerate(rows, 1):
        *cells, fin = row.split(";")
        sex = "qadın" if cells[2].endswith("qızı") else "kişi"
        text += ";".join(
            (str(number), *cells, sex, f"Nizami küç. {precinct}{number}", fin)
        )
        text += "\n"
    path = workspace / "inbox" / "88" / f"menteqe-{precinct}.csv"
    path.write_text(text, encoding="utf-8")
    return path


def register(workspace, name, *rows):
    """Add rows to a register: surname, name, father's name, birth date, FIN, place."""
    path = workspace / "reference" / f"{name}.csv"
    head = "Soyadı;Adı;Atasının adı;Doğum tarixi;FİN;Seçki dairəsi;Seçki məntəqəsi\n"
    text = path.read_text(encoding="utf-8") if path.exists() else head
    path.write_text(text + "".join(f"{row}\n" for row in rows), encoding="utf-8")


def stories_in(names):
    """The stories of a module, by its ``globals()``: none is forgotten."""
    made = filter(inspect.isgeneratorfunction, names.values())
    return [one for one in made if one.__module__ == names["__name__"]]


@contextlib.contextmanager
def seldom_reported():
    """Of the runs inside each third writes its reports: they take a fifth of a run, unread."""
    write, number = publish.write_reports, itertools.count()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            publish, "write_reports", lambda *of: () if next(number) % 3 else write(*of)
        )
        yield


def together(stories, do):
    """Name -> what a story failed with; None where it went to its end.

    Args:
        stories: name -> generator.
        do: what all of them do in a step: it takes what each yielded, by its name, and returns what
            each is sent.
    """
    failed, wishes = dict.fromkeys(stories), {}

    def go_on(name, seen):
        try:
            wishes[name] = stories[name].send(seen)
        except StopIteration:
            pass
        except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001  told by its test
            failed[name] = error

    for name in stories:
        go_on(name, None)
    with seldom_reported():
        while wishes:
            steps = dict(wishes)
            wishes.clear()
            seen = do(steps)
            for name in steps:
                go_on(name, seen[name])
    return failed


def walk(workspace, stories, day, by):
    """The same of stories that yield a ``Step``, or None, before each run.

    Each is sent the problems that the import has with its answers.

    Args:
        workspace: its folder.
        stories: as above.
        day: of the runs.
        by: who answers where a row names nobody.
    """

    def do(wishes):
        steps = {name: wish or Step() for name, wish in wishes.items()}
        problems = {}
        if any(step.lines or step.cells for step in steps.values()):
            problems = _answer(workspace, steps, day, by)
        code, said = told("run", workspace, "--today", day)
        assert code in {0, 1}, said
        # On the day of the newest line of the journal the clock is not behind.
        assert said["clock_behind"] != day
        return {name: problems.get(name, []) for name in steps}

    return together(stories, do)


def _answer(workspace, steps, day, by):
    """Story -> the problems with what it wrote."""
    book = workspace.parent / "all.xlsx"
    book.unlink(missing_ok=True)
    words = ("--out", book, "--language", "en", "--today", day)
    assert told("review", "export", workspace, *words)[0] in {0, 1}
    lines = [(name, line) for name, step in steps.items() for line in step.lines]
    first = 0
    if lines:
        first = review_books.fill_named(book, *(line for _, line in lines))
    named = EN("review.sheet.named")
    whose = {(named, row): name for row, (name, _) in enumerate(lines, first)}

    def cells(row):
        for name, step in steps.items():
            texts = step.cells and step.cells(row)
            if texts:
                assert whose.setdefault((row["sheet"], row["row"]), name) == name
                return texts
        return None

    if any(step.cells for step in steps.values()):
        review_books.fill(book, cells)
    said = told("review", "import", workspace, book, "--by", by, "--today", day)[1]
    found = defaultdict(list)
    for problem in said["problems"]:
        found[whose[problem["sheet"], problem["row"]]].append(problem)
    return found
