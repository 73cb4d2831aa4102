"""A constituency's spring by the command line: from the inbox to the printed lists.

The sample is copied and run, the review workbook is filled in as people would and read in, the
sample is run again and its lists are written in every purpose and form.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from contextlib import closing
from itertools import zip_longest

import openpyxl
import pyarrow.compute as pc
import pypdfium2
from pyarrow import csv

import workspaces
from command_line import told
from review_books import fill, rows_of
from voterlist.model import CaseKind
from voterlist.report.values import Words
from workspaces import SAMPLE

PEOPLE = ("Aynur Həsənova", "Rauf Əliyev", "Səbinə Quliyeva")
DUE = "20.02.2099"
REASON = "=1+1 <b>eyni şəxs</b>"
"""A text that a spreadsheet or a browser could take for something else."""
CASES = 40
FREE_FIN = "9ZX{:04}"
PURPOSES = ("display", "work", "record")
PARTS = ("handed_in", "struck", "repeated", "moved_out", "moved_in", "added", "listed")
OK = 0
LOOK = 1
"""The exit code of a run that needs a person."""


def voterlist(*words, exits=(OK, LOOK)):
    """The JSON that a command prints; it must end with one of ``exits``."""
    code, said = told(*words)
    assert code in exits, (words, said)
    return said


class Person:
    """Answers the rows of a review workbook, row by row, as people at a desk would.

    Every error is answered, and ``cases`` cases, of each kind in turn; the rest stays blank.
    """

    def __init__(self, path, language, cases=CASES):
        self.say = Words(language)
        self.numbers = iter(range(1, 1000))
        self.chosen = _of_each_kind(path, self.say, cases)
        self.done = Counter()

    def __call__(self, row):
        """The texts of the row's answer by column, or None where it is left blank."""
        if row.get("case_id"):
            return self._case(row)
        if self.say("severity.error") in row["shown"]:
            return self._error(row)
        return None

    def _case(self, row):
        if row["case_id"] not in self.chosen:
            return None
        number = self.chosen.index(row["case_id"])
        by = PEOPLE[number % len(PEOPLE)]
        if number % 10 == 0:
            self.done["ask"] += 1
            return {"answer": self.say("answer.ask"), "due": DUE, "decided_by": by}
        reason = None
        if self.say("case-kind.identity-conflict.title") in row["shown"]:
            verdict = "separate"
        elif self.say("role.repeat") in row["shown"]:
            verdict, reason = "repeat", REASON
        else:
            verdict = "keep"
        self.done[verdict] += 1
        word = self.say(f"verdict.{verdict}")
        return {"answer": word, "reason": reason, "decided_by": by}

    def _error(self, row):
        number = next(self.numbers)
        by = PEOPLE[number % len(PEOPLE)]
        answer = {"decided_by": by}
        if self.say("field.fin") in row["shown"]:
            self.done["correct"] += 1
            return answer | {
                "answer": self.say("answer.correct"),
                "field": self.say("field.fin"),
                "value": FREE_FIN.format(number),
                "ground": self.say("ground.document-seen.title"),
                "document": f"AZE{number:08}",
            }
        self.done["strike"] += 1
        return answer | {
            "answer": self.say("answer.strike"),
            "ground": self.say("ground.died.title"),
            "document": f"Ölüm haqqında akt {number}",
        }


def _of_each_kind(path, say, number):
    """The ids of cases, of each kind in turn, in the order of the workbook."""
    kinds = {}
    for row in rows_of(path):
        if row.get("case_id"):
            kind = next(cell for cell in row["shown"] if cell in _kinds(say))
            kinds.setdefault(kind, {})[row["case_id"]] = None
    turns = zip_longest(*kinds.values())
    chosen = [case for turn in turns for case in turn if case]
    return chosen[:number]


def _kinds(say):
    return {say(f"case-kind.{kind}.title") for kind in CaseKind}


def balances(folder, language):
    """{(precinct, kind of list): {where it was read: balance}} of the lists of a folder."""
    found = defaultdict(dict)
    record = json.loads(next(folder.glob("*-balance.json")).read_text("utf-8"))
    for one in record["lists"]:
        place = one["precinct"], one["list_kind"]
        found[place]["json"] = tuple(one[name] for name in PARTS)
        listed = _rows_of_record(folder, *place)
        found[place]["csv"] = (*found[place]["json"][:-1], listed)
    for path in sorted(folder.glob("*.pdf")) + sorted(folder.glob("*.xlsx")):
        read = _of_pdf if path.suffix == ".pdf" else _of_workbook
        found[_place(path)][path.name] = read(path, Words(language))
    return dict(found)


def _rows_of_record(folder, precinct, kind):
    name = "record.csv" if kind == "permanent" else "record-temporary.csv"
    (path,) = folder.glob(f"*-{name}")
    table = csv.read_csv(path)
    return pc.sum(pc.equal(table.column("precinct"), precinct)).as_py()


def _place(path):
    kind = "temporary" if "-temporary-" in path.name else "permanent"
    return int(re.search(r"precinct-(\d+)", path.name)[1]), kind


def _of_pdf(path, say):
    with closing(pypdfium2.PdfDocument(path)) as document:
        text = "\n".join(page.get_textpage().get_text_range() for page in document)
    lines = [line.strip() for line in text.splitlines()]
    top = lines.index(say("lists.balance.title"))
    return tuple(
        int(line.split()[-1]) for line in lines[top + 1 : top + 1 + len(PARTS)]
    )


def _of_workbook(path, say):
    with closing(openpyxl.load_workbook(path, read_only=True)) as book:
        values = list(book.worksheets[0].values)
    rows = [[cell for cell in row if cell is not None] for row in values]
    top = rows.index([say("lists.balance.title")])
    return tuple(row[-1] for row in rows[top + 1 : top + 1 + len(PARTS)])


def spring(folder, language="en", lists=None):
    """The account of a spring in a folder that is not there yet.

    ``lists``: the names of those that were handed in; None: all of the sample.
    """
    everything = [path.name for path in (SAMPLE / "inbox").rglob("*.*")]
    workspaces.sample(folder, *(lists or everything))
    before = voterlist("run", folder)
    exported = voterlist("review", "export", folder, "--language", language)
    book = folder / exported["out"]
    people = Person(book, language)
    filled = fill(book, people)
    imported = voterlist("review", "import", folder, book)
    after = voterlist("run", folder)
    for purpose in PURPOSES:
        voterlist("lists", folder, "--purpose", purpose, "--language", language)
    return {
        "folder": folder,
        "book": book,
        "before": before,
        "rows filled in": len(filled),
        "answers": dict(people.done),
        "imported": imported,
        "after": after,
        "balances": balances(folder / "lists" / "88", language),
    }
