"""The review workbook, for all kinds of decisions: written, filled in, read back, run again.

Most is told in stories that go side by side in one workspace. Each is about a person who stands in
two precincts, and about two voters who are unusually old, one in each.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import shutil
from collections import defaultdict
from types import SimpleNamespace

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import handing
import review_books
import workspaces
from command_line import EN, call, told
from side_by_side import hand_in, stories_in, together
from voterlist.casework import reviewing
from voterlist.catalogue import catalogue, entries
from voterlist.config import SETTINGS_FILE
from voterlist.decisions.trial import REFUSAL_CODES
from voterlist.errors import InputError
from voterlist.render.xlsx.forms import ANSWERS, fold, known_headings
from voterlist.report.asked import GivenAnswer, tell_answers
from voterlist.report.values import Words
from voterlist.storage.ledger import Ledger

MOMENT = dt.datetime(2026, 2, 4, 12, 0, tzinfo=dt.UTC)
DAY, LATER = ("--today", "2026-02-04"), ("--today", "2026-03-01")
OLD = "12.03.1907"
SIGHT = 1_300
"""Pixels of a sheet that are in sight without scrolling."""
SURNAMES = (
    *("Əliyev", "Rzayev", "Hüseynov", "Quliyev", "Şərifov", "Qasımov", "Zeynalov"),
    *("İsmayılov", "Cəfərov", "Bağırov", "Nəbiyev", "Tağıyev", "Abdullayev", "Abbasov"),
    *("Musayev", "Orucov", "Paşayev", "Səfərov", "Mirzəyev", "Nəsirov", "Yusifov"),
    *("Babayev", "Kərimov", "Süleymanov"),
)
GIVEN_NAMES = ("Kamil", "Tural", "Zaur", "Fikrət", "Orxan", "Həsən", "Murad")
STRIKE = {
    "answer": "strike",
    "ground": EN("ground.died.title"),
    "document": "act 12",
    "reason": "seen",
}
CORRECT = {
    "answer": "correct",
    "field": EN("field.birth_date"),
    "value": "01.01.1930",
    "ground": EN("ground.document-seen.title"),
    "document": "act 12",
}
ASK = {"answer": "ask the precinct", "due": "10.02.2026"}


def ledger_of(workspace):
    """What was said of cases, and of entries."""
    with Ledger(workspace / "ledger.db") as ledger:
        return (
            ledger.given_verdicts().to_pylist(),
            ledger.given_amendments().to_pylist(),
        )


def table(workspace, name):
    return handing.newest(workspace, name).to_pylist()


def is_of_case(row):
    return row.get("case_id") and not row.get("finding_id")


def verdicts(who, *words, reason="one passport", sheet=None):
    """Decide the entries of a case in their order."""
    left = list(words)

    def answer(row):
        if not is_of_case(row) or not left or sheet not in {None, row["sheet"]}:
            return None
        return {"answer": left.pop(0), "reason": reason, "decided_by": who}

    return answer


def ticked(mark, *, rows=(1,), **texts):
    """Put a mark into these rows of a case, from 1."""
    places = itertools.count(1)

    def answer(row):
        is_meant = is_of_case(row) and next(places) in rows
        return {"as_proposed": mark, **texts} if is_meant else None

    return answer


def on(sheet, **texts):
    """Answer every row of a sheet."""
    return lambda row: texts if row["sheet"] == sheet else None


class Seen(SimpleNamespace):
    """What came of the workbooks of a step, of that what is about the people of a story.

    How many answers the ledger has more, what the import said, the codes of the problems when the
    files were read in once more, and the rows of the workbook that is written after the run.
    """

    @property
    def codes(self):
        """What is wrong with which row."""
        return [problem["code"] for problem in self.problems]

    def on(self, sheet):
        """The rows of a sheet of the next workbook; of cases those of the case."""
        rows = [row for row in self.rows if row["sheet"] == sheet]
        return [row for row in rows if sheet != "Cases" or is_of_case(row)]


class People:
    """Those of a story, and what is known of them."""

    def __init__(self, workspace, number):
        self.workspace = workspace
        self.fin = f"5XK{number:02}"
        self.entries = {}
        """Entry -> the end of its FIN, also of those that the list has no more."""
        surname, given = SURNAMES[number], GIVEN_NAMES[number % len(GIVEN_NAMES)]
        self.birth = f"{number + 1:02}.{number % 12 + 1:02}.{1950 + number}"
        twice = f"{surname};{given};Rauf oğlu;{self.birth};{self.fin}01"
        olds = "Qəzənfər;Səttar", "Məmmədağa;Vidadi"
        for place, names in enumerate(olds, 1):
            born = f"{number + 1:02}.{3 * place:02}.1907"
            old = f"{surname};{names} oğlu;{born};{self.fin}0{1 + place}"
            hand_in(workspace, 2 * number + place, twice, old)

    def look(self):
        """Know the entries of the newest run."""
        for row in table(self.workspace, "entries"):
            if row["fin"].startswith(self.fin):
                self.entries[row["entry_id"]] = row["fin"][-1]

    def own(self, rows):
        """Those of the rows that are about these people."""
        return [row for row in rows if row["entry_id"] in self.entries]

    def table(self, name):
        """The rows of a table of the newest run."""
        return self.own(table(self.workspace, name))

    def said(self):
        """What was said of them: of cases, and of entries."""
        return tuple(map(self.own, ledger_of(self.workspace)))

    def old(self, place=1, **texts):
        """Answer what is asked about the old voter of a precinct, from 1."""
        end = str(place + 1)
        return lambda row: self.entries.get(row["entry_id"]) == end and texts


class Desk:
    """The workspace of all stories, and the workbook that is written after each run."""

    def __init__(self, folder):
        self.folder = folder
        settings = '[decisions]\ntwo_people = ["correct"]\n'
        self.workspace = workspaces.make(folder / "2026", settings=settings)
        self.people, self.books, self.rows, self.fresh = {}, [], {}, None

    def owner(self, entry):
        """The name of the story that an entry is of."""
        for name, people in self.people.items():
            if entry in people.entries:
                return name
        return None

    def written_by(self, problem):
        """The name of the story that wrote a row which was refused."""
        return self.rows[problem["file"], problem["sheet"], problem["row"]]

    def export(self, path, language="en"):
        """What ``review export`` says."""
        words = ("--out", path, "--language", language, *DAY)
        code, said = told("review", "export", self.workspace, *words)
        assert code == 0, said
        return said

    def read_in(self, *words):
        """(what ``review import`` says, its lines)."""
        done = call("review", "import", self.workspace, *words, "--json")
        return json.loads(done.stdout), done.stderr.splitlines()

    def filled(self, place, of_stories):
        """The fresh workbook as somebody filled it in, each story's answers in its own rows."""
        path = self.folder / f"step-{len(self.books)}-{place}.xlsx"
        used = set()

        def cells(row):
            name = self.owner(row["entry_id"])
            for answer in of_stories.get(name, ()):
                texts = answer(row)
                if texts:
                    used.add(answer)
                    self.rows[path.name, row["sheet"], row["row"]] = name
                    return texts
            return None

        review_books.fill(self.fresh, cells, path)
        unused = {name for name, of in of_stories.items() if not used.issuperset(of)}
        assert not unused, "what a story answers is asked"
        return path

    def go_on(self, wishes):
        """Read in what all stories wrote, run, and write the next workbook."""
        lists = ("problems", "again", "contested", "pending", "replaced", "rows")
        seen = {name: Seen(recorded=0, **{one: [] for one in lists}) for name in wishes}
        books = []
        for place in range(max(len(wish or ()) for wish in wishes.values())):
            written = {
                name: wish[place] for name, wish in wishes.items() if wish[place:]
            }
            books.append(self.filled(place, written))
        if books:
            self.read(books, seen)
            self.books.append(books)
        workspaces.run(self.workspace)
        for people in self.people.values():
            people.look()
        self.fresh = self.folder / "fresh.xlsx"
        # What was answered, and stands in it, is in the ledger.
        assert self.export(self.fresh)["carried"] == 0
        for row in review_books.rows_of(self.fresh):
            name = self.owner(row["entry_id"])
            if name in seen:
                seen[name].rows.append(row)
        return seen

    def read(self, books, seen):
        """Read these in, and once more: a file may be, and nothing is recorded twice.

        Nor is anything that stands in a workbook in which nobody wrote.
        """
        before = ledger_of(self.workspace)
        said, lines = self.read_in(*books, *DAY)
        after = ledger_of(self.workspace)
        counts = [sum(map(len, both)) for both in (before, after)]
        assert (said["recorded"], said["origin_known"]) == (counts[1] - counts[0], True)
        again, _ = self.read_in(*books, *DAY)
        unfilled, lines_of_it = self.read_in(self.fresh, "--by", "Kənan", *DAY)
        assert (unfilled["recorded"], unfilled["problems"]) == (0, [])
        # Who forgot to save it, or took the wrong copy, would read only that 0 were recorded.
        what = "nothing-new" if self.books else "nothing-said"
        told_why = EN(f"cli.review.{what}", path=self.fresh)
        assert told_why in " ".join(" ".join(lines_of_it).split())
        assert ledger_of(self.workspace) == after
        for problem in said["problems"]:
            seen[self.written_by(problem)].problems.append(problem)
        for problem in again["problems"]:
            seen[self.written_by(problem)].again.append(problem["code"])
        new = [
            row
            for old, now in zip(before, after, strict=True)
            for row in now[len(old) :]
        ]
        for name, of in seen.items():
            people = self.people[name]
            of.lines, of.recorded = lines, len(people.own(new))
            of.contested = people.own(said["contested"])
            of.pending = people.own(said["pending"])
            of.replaced = people.own(said["replacements"])


# Two people disagree, a third settles it.


def two_people_who_disagree_are_both_kept_and_a_third_settles_it(mine):
    """The last workbook would win, and nobody would learn that somebody said otherwise."""
    yield
    seen = yield (
        [verdicts("A", "keep", "repeat")],
        [verdicts("B", "separate", "separate")],
    )
    assert (seen.recorded, seen.problems) == (4, [])
    assert [
        [(one["decided_by"], one["answer"], one["reason"]) for one in each["answers"]]
        for each in seen.contested
    ] == [
        [("A", "keep", "one passport"), ("B", "separate", "one passport")],
        [("A", "repeat", "one passport"), ("B", "separate", "one passport")],
    ]
    (number,) = {each["case_number"] for each in seen.contested}
    assert any(f"case {number}" in line and "A, " in line for line in seen.lines)
    assert mine.table("decisions") == seen.on("Cases") == []
    for row in seen.on("Contested"):
        assert "A, " in str(row["shown"])
        assert "B, " in str(row["shown"])
    seen = yield ([verdicts("B", "keep", "repeat", sheet="Contested")],)
    assert set(seen.codes) == {"own-dispute"}
    seen = yield ([verdicts("C", "keep", "repeat", sheet="Contested")],)
    assert (seen.problems, seen.contested, seen.recorded) == ([], [], 2)
    assert [row["decided_by"] for row in mine.table("decisions")] == ["C", "C"]
    # Once the third person takes it back it is open again, and a party may give way.
    for who, sheet in (("C", "Decided"), ("A", "Contested")):
        seen = yield ([verdicts(who, "withdraw", "withdraw", sheet=sheet)],)
        assert seen.problems == []
    assert [row["decided_by"] for row in mine.table("decisions")] == ["B", "B"]


def people_who_disagree_about_an_entry_are_both_kept_too(mine):
    """The same entry struck by one and found right by another: neither holds."""
    yield
    accept = {"answer": "accept", "reason": "seen at home", "decided_by": "B"}
    seen = yield [mine.old(**STRIKE, decided_by="A")], [mine.old(**accept)]
    assert seen.problems == []
    (dispute,) = seen.contested
    assert {one["decided_by"]: one["answer"] for one in dispute["answers"]} == {
        "A": "strike",
        "B": "accept",
    }
    # Ground and document are taken from the answer that the third person chooses.
    seen = yield ([on("Contested", answer="strike", decided_by="C")],)
    assert (seen.problems, seen.contested) == ([], [])
    *_, last = mine.said()[1]
    told_why = (last["ground"], last["document"], last["adjudicates"])
    assert told_why == ("died", "act 12", True)
    (done,) = mine.table("applied")
    assert (done["action"], done["decided_by"]) == ("strike", "C")


def who_settled_takes_it_back(mine):
    """The voter would stay struck, and who had accepted the finding could not say so again."""
    yield
    accept = {"answer": "accept", "reason": "seen at home", "decided_by": "A"}
    yield [mine.old(**accept)], [mine.old(**STRIKE, decided_by="B")]
    yield ([on("Contested", answer="strike", decided_by="C")],)
    seen = yield ([on("Decided", answer="withdraw", decided_by="C")],)
    assert (seen.problems, seen.recorded) == ([], 1)


def who_settles_two_values_says_the_value_alone(mine):
    """On one ground and document the sheet asks for neither, and refused whoever wrote none."""
    yield
    other = CORRECT | {"value": "01.01.1931"}
    said = {"A": CORRECT, "B": other}
    seen = yield tuple(
        [mine.old(**texts, decided_by=name)] for name, texts in said.items()
    )
    assert len(seen.contested) == 1
    settle = {"answer": "correct", "value": other["value"], "decided_by": "C"}
    seen = yield ([on("Contested", **settle)],)
    assert (seen.problems, seen.contested) == ([], [])
    *_, last = mine.said()[1]
    values = (last["field"], last["value"], last["ground"], last["document"])
    assert values == ("birth_date", "1931-01-01", "document-seen", "act 12")


def the_same_person_may_think_again_and_it_is_said(mine):
    """A later answer of the same person replaces the earlier one; that is no dispute."""
    yield
    seen = yield (
        [verdicts("A", "keep", "repeat")],
        [verdicts("A", "separate", "separate")],
    )
    assert (seen.problems, seen.contested) == ([], [])
    assert [(one["before"], one["now"]) for one in seen.replaced] == [
        ("keep", "separate"),
        ("repeat", "separate"),
    ]
    number = seen.replaced[0]["case_number"]
    line = f"A decides otherwise than before, case {number}: keep -> separate"
    assert line in " ".join(seen.lines)
    # In a workbook that shows the later answer they may go back to the earlier one.
    yield ([verdicts("A", "keep", "repeat")],)
    assert [row["verdict"] for row in mine.said()[0][-2:]] == ["keep", "repeat"]


def an_older_answer_does_not_come_back_with_its_workbook(_mine):
    """The repetition that A took for another person since would be off the list again."""
    yield
    yield ([verdicts("A", "keep", "repeat")],)
    yield ([verdicts("A", "separate", "separate", reason="two documents")],)


# Taken back.


def what_nobody_wrote_into_a_workbook_is_no_answer(mine):
    """A row that shows what was answered when it was written answers nothing.

    Else somebody's striking, and the repetition, would be back after they took them back, and a
    voter off the list, by a colleague who reads in a workbook for the sake of other rows.
    """
    yield
    accept = {"answer": "accept", "reason": "seen", "decided_by": "A"}
    strike = mine.old(**STRIKE, decided_by="A")
    yield ([strike, mine.old(2, **accept), verdicts("A", "keep")],)
    back = {"answer": "withdraw", "decided_by": "A"}
    # The workbook of a colleague is that of this step, in which nobody else wrote.
    seen = yield ([lambda row: (row["answer"] or row["sheet"] == "Decided") and back],)
    assert (seen.problems, seen.recorded) == ([], 2)
    assert mine.table("accepted") == []


def ones_own_answer_is_taken_back_and_nobody_elses(mine):
    """A decision could not be undone, or anybody could undo it."""
    yield
    yield ([verdicts("A", "keep", "repeat")],)
    seen = yield ([verdicts("B", "withdraw", "withdraw", sheet="Decided")],)
    assert (seen.recorded, set(seen.codes)) == (0, {"withdraw-of-another"})
    assert all("A" in one["todo"] for one in seen.problems)
    seen = yield ([verdicts("A", "geri götür", "withdraw", sheet="Decided")],)
    assert (seen.problems, seen.again, seen.recorded) == ([], [], 2)
    assert mine.table("decisions") == []
    assert len(seen.on("Cases")) == 2


def a_striking_is_taken_back(mine):
    """The voter would stay struck, above all where their finding was accepted before."""
    yield
    accept = mine.old(answer="accept", reason="lives", decided_by="A")
    # Beside an accepted finding its place is printed, which a striking does not take.
    strike = mine.old(**STRIKE, precinct="1/1", decided_by="A")
    yield ([accept], [strike])
    assert [row["action"] for row in mine.table("applied")] == ["strike"]
    seen = yield ([on("Decided", answer="withdraw", decided_by="B")],)
    assert (seen.recorded, seen.codes) == (0, ["withdraw-of-another"])
    assert "A" in seen.problems[0]["todo"]
    seen = yield ([on("Decided", answer="withdraw", decided_by="A")],)
    assert (seen.problems, seen.again, seen.recorded) == ([], [], 1)
    assert mine.table("applied") == []
    assert seen.on("Strikings")


def what_two_people_decide_waits_for_the_second(mine):
    """One person alone would change a voter where the settings ask for two."""
    yield
    seen = yield ([mine.old(**CORRECT, decided_by="A")],)
    (waiting,) = seen.pending
    assert [one["decided_by"] for one in waiting["answers"]] == ["A"]
    assert mine.table("applied") == []
    # Who answers otherwise has seen no document of the other one.
    lives = {"answer": "accept", "reason": "lives", "decided_by": "B"}
    seen = yield ([on("Second look", **lives)],)
    assert (seen.problems, len(seen.contested)) == ([], 1)
    assert [row["reason"] for row in mine.table("accepted")] == ["lives"]
    seen = yield tuple(
        [on("Contested", answer="withdraw", decided_by=name)] for name in "CB"
    )
    assert (seen.codes, seen.contested) == (["withdraw-of-another"], [])
    seen = yield tuple(
        [on("Second look", answer="confirm", decided_by=name)] for name in "AB"
    )
    assert (seen.codes, seen.pending, seen.recorded) == (["confirms-own"], [], 1)
    (done,) = mine.table("applied")
    assert (done["ground"], done["document"]) == ("document-seen", "act 12")
    # What was confirmed is not asked any more.
    assert "cannot-confirm" in seen.again


# Questions to the precinct.


def a_case_is_asked_of_the_precinct_with_a_day(mine):
    """Whoever is not certain could only leave the case open, and nobody would know why.

    Another one's workbook has the questions too, when their day has passed.
    """
    yield
    seen = yield ([lambda row: is_of_case(row) and ASK | {"decided_by": "A"}],)
    assert (seen.problems, seen.recorded) == ([], 2)
    asked = {
        (row["action"], row["due"], bool(row["case_id"])) for row in mine.said()[1]
    }
    assert asked == {("ask", "2026-02-10", True)}
    shown = [(row["answer"], row["due"], row["decided_by"]) for row in seen.on("Cases")]
    assert shown == [(ASK["answer"], "2026-02-10", "A")] * 2


def a_question_is_taken_back(mine):
    """The precinct would be asked what somebody knows by now."""
    yield
    yield ([lambda row: is_of_case(row) and ASK | {"decided_by": "A"}],)
    seen = yield ([verdicts("A", "withdraw", "withdraw")],)
    assert (seen.problems, seen.recorded) == ([], 2)
    actions = [row["action"] for row in mine.said()[1]]
    assert actions == ["ask"] * 2 + ["withdraw"] * 2


def who_asks_the_precinct_takes_back_what_they_decided(mine):
    """A repetition stayed off the list while its author waited for an answer from the door."""
    yield
    yield ([verdicts("A", "keep", "repeat")],)
    seen = yield (
        [verdicts("A", *["ask the precinct"] * 2, reason="not sure any more")],
    )
    assert (seen.problems, seen.again, len(seen.replaced)) == ([], [], 2)
    assert mine.table("applied") == []
    assert len(seen.on("Cases")) == 2


def who_asks_about_a_contested_case_gives_way_to_nobody(mine):
    """Of two who differ, one is in doubt: the other's repetition would hold by that."""
    yield
    yield ([verdicts("A", "keep", "repeat")],)
    yield ([verdicts("B", "separate", "separate", sheet="Decided")],)
    seen = yield ([verdicts("B", "ask the precinct", sheet="Contested")],)
    assert (seen.recorded, seen.problems) == (1, [])
    assert mine.table("applied") == []
    assert mine.table("contested") != []


# What is refused.


def a_refused_row_is_named_with_the_number_of_its_case(_mine):
    """A person would have to find the row by an id that no sheet shows."""
    yield
    seen = yield ([verdicts("A", "repeat", "repeat")],)
    (problem,) = seen.problems
    number = problem["case_number"]
    assert (problem["code"], number > 0) == ("all-repeat", True)
    assert problem["todo"] == EN("review.problem.all-repeat.todo")
    lines = [line for line in seen.lines if line.endswith(problem["todo"])]
    assert any(f"case {number}" in line for line in lines)
    assert all(problem["file"] in line for line in lines)


def answers_that_cannot_hold_are_refused_and_the_rest_is_recorded(mine):
    """A striking without a ground, and a correction to a day that does not exist."""
    yield
    typing = EN("ground.typing-error.title")
    impossible = CORRECT | {"value": "31.02.1990", "ground": typing}
    seen = yield (
        [
            mine.old(answer="strike", decided_by="A"),
            mine.old(2, **impossible, decided_by="A"),
            verdicts("A", "keep", "repeat"),
        ],
    )
    assert sorted(seen.codes) == ["date-impossible", "ground-missing"]
    assert seen.recorded == 2


def an_answer_by_which_somebody_would_vanish_is_refused(mine):
    """The kept entry of a case would be struck because the person is listed elsewhere."""
    for path in (mine.workspace / "inbox" / "88").iterdir():
        text = path.read_text(encoding="utf-8").replace(mine.birth, OLD)
        path.write_text(text, encoding="utf-8")
    yield
    yield ([verdicts("A", "keep", "repeat")],)
    (kept,) = (row["entry_id"] for row in mine.said()[0] if row["verdict"] == "keep")
    away = STRIKE | {"ground": EN("ground.moved-away.title"), "precinct": "89/1"}

    def strike(row):
        is_kept = row["entry_id"] == kept and row["sheet"] == "Strikings"
        return is_kept and away | {"decided_by": "A"}

    seen = yield ([strike],)
    (problem,) = seen.problems
    assert (problem["sheet"], problem["entry_id"]) == ("Strikings", kept)
    assert problem["code"] in REFUSAL_CODES
    assert seen.recorded == 0


def a_reason_that_looks_like_a_formula_is_text(mine):
    """A reason would be worked out by the program that opens the workbook."""
    yield
    yield ([verdicts("A", "keep", "repeat", reason="'=1+1")],)
    assert {row["reason"] for row in mine.said()[0]} == {"=1+1"}


# One tick takes what is proposed.


def one_tick_decides_a_case_as_proposed(mine):
    """Two verdicts, a typed reason and two names would be asked for what one mark says."""
    yield
    seen = yield ([ticked("✓", decided_by="A")],)
    assert (seen.problems, seen.again, seen.recorded) == ([], [], 2)
    given, _ = mine.said()
    assert sorted(one["verdict"] for one in given) == ["keep", "repeat"]
    assert {one["decided_by"] for one in given} == {"A"}
    assert {one["reason"] for one in given} == {EN("desk.reason.one-identifier")}


def a_tick_that_means_nothing_is_refused(_mine):
    """Somebody wrote a word, and would take it for a decision."""
    yield
    seen = yield ([ticked("maybe", decided_by="A")],)
    assert (seen.codes, seen.recorded) == (["unknown-tick"], 0)


def a_tick_where_nothing_is_proposed_is_refused(_mine):
    """What it takes would be made up."""
    yield
    unproposed = ticked("yes", rows=(1, 2), proposed_as=None, decided_by="A")
    seen = yield ([unproposed],)
    assert (set(seen.codes), seen.recorded) == ({"nothing-proposed"}, 0)


def a_tick_gives_way_to_an_answer_in_its_row(mine):
    """What somebody wrote would be overwritten by a mark beside it."""
    yield
    said = {"answer": "separate", "reason": "two passports", "decided_by": "A"}
    seen = yield ([ticked("✓", rows=(1, 2), **said)],)
    assert seen.problems == []
    assert {one["verdict"] for one in mine.said()[0]} == {"separate"}


STORIES = stories_in(globals())


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """What each story failed with, and workbooks of its beginning.

    At the end the workbooks of the first answers are read in again, with another row filled in, and
    so they are other files: nobody's older answer comes back.
    """
    desk = Desk(tmp_path_factory.mktemp("stories"))
    hand_in(desk.workspace, 99, "Zülfüqarlı;Elza;Rauf qızı;03.03.1907;5XK9901")
    for number, story in enumerate(STORIES):
        desk.people[story] = People(desk.workspace, number)
    stories = {story: story(desk.people[story]) for story in STORIES}
    rest = iter(("first", "second"))

    def do(wishes):
        seen, name = desk.go_on(wishes), next(rest, None)
        if name:
            shutil.copy(desk.fresh, desk.folder / f"{name}-en.xlsx")
            desk.export(desk.folder / f"{name}-az.xlsx", "az")
        return seen

    failed = together(stories, do)
    before = ledger_of(desk.workspace)
    for path in desk.books[0]:
        assert review_books.fill(path, is_of_elza)
    said = told("review", "import", desk.workspace, *desk.books[0], *LATER)[1]
    # Elza, and whose acceptance was settled otherwise until that was taken back: it is open again.
    assert (said["accepted"], said["asked_again"], said["recorded"]) == (2, 0, 0)
    entries = desk.people[who_settled_takes_it_back].entries
    assert entries.keys() & {each["entry_id"] for each in said["contested"]}
    assert ledger_of(desk.workspace) == before
    late = defaultdict(list)
    for problem in said["problems"]:
        late[desk.written_by(problem)].append(problem["code"])
    return SimpleNamespace(failed=failed, late=late, folder=desk.folder)


def is_of_elza(row):
    """Accept what is asked about somebody who is of no story."""
    is_meant = "Zülfüqarlı" in str(row["shown"])
    return is_meant and {"answer": "accept", "reason": "seen", "decided_by": "D"}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_a_story_goes_as_it_should(walked, story):
    """What would be wrong stands at each story."""
    if walked.failed[story]:
        raise walked.failed[story]


def test_an_older_answer_is_told_when_its_workbook_is_read_in_again(walked):
    """Who reads in a workbook twice, and decided otherwise meanwhile, is asked."""
    late = walked.late
    told_of = late[an_older_answer_does_not_come_back_with_its_workbook]
    assert told_of == ["answered-since"] * 2
    # Of a case, of an entry and of a finding that was accepted.
    taken_back = late[what_nobody_wrote_into_a_workbook_is_no_answer]
    assert taken_back == ["answered-since"] * 3
    assert late[a_striking_is_taken_back] == ["answered-since"] * 2
    assert late[who_settled_takes_it_back] == []
    # Nobody decided otherwise, and the day of the question has passed.
    assert late[a_case_is_asked_of_the_precinct_with_a_day] == []
    assert late[one_tick_decides_a_case_as_proposed] == []


# How the workbooks of the stories look.


@pytest.mark.parametrize("name", ["first-en", "first-az", "second-en", "second-az"])
def test_name_birth_date_and_answers_are_in_sight(walked, name):
    """Who answers would scroll to and fro between the voter and the answer."""
    say = catalogue(name[-2:])
    looked_at = 0
    for sheet in openpyxl.load_workbook(walked.folder / f"{name}.xlsx"):
        place = review_books.columns_of(sheet)
        if place is None:
            continue
        top, columns = place
        headings = {cell.value: cell.column for cell in sheet[top]}
        wanted = [columns[one] for one in ANSWERS if one in columns]
        if sheet.title != say("review.sheet.named"):
            wanted.append(headings[say("field.birth_date")])
        if sheet.title == say("review.sheet.cases"):
            wanted.append(headings[say("field.address")])
        assert _pixels(sheet, max(wanted)) <= SIGHT
        # Text that is wrapped in a column that nobody sees makes every row eight lines high.
        ids = [sheet.cell(top + 1, column) for column in _hidden(sheet)]
        assert len(ids) > 4
        assert not any(cell.alignment.wrap_text for cell in ids)
        looked_at += 1
    assert looked_at >= 3


def _hidden(sheet):
    """The columns that nobody sees."""
    for each in sheet.column_dimensions.values():
        if each.hidden:
            yield from range(each.min, each.max + 1)


def _pixels(sheet, last):
    """How far the columns up to this one reach, as Excel draws them."""
    total = 0
    for column in range(1, last + 1):
        width = next(
            each.width
            for each in sheet.column_dimensions.values()
            if each.min <= column <= each.max
        )
        total += int(width * 7)
    return total


@pytest.mark.parametrize("name", ["first-en", "second-en"])
def test_only_sheets_with_rows_are_written_and_no_formula(walked, name):
    """Empty sheets would hide the ones that ask something; a reason would be worked out."""
    path = walked.folder / f"{name}.xlsx"
    book = openpyxl.load_workbook(path)
    *asking, named, how = (sheet for sheet in book if sheet.sheet_state == "visible")
    assert (named.title, how.title) == ("Other entries", "How to decide")
    assert all(review_books.columns_of(sheet) for sheet in (*asking, named))
    with_rows = {row["sheet"] for row in review_books.rows_of(path)}
    assert with_rows == {sheet.title for sheet in asking}
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert "f" not in {cell.data_type for cell in cells}


def test_a_finding_about_a_precinct_can_be_accepted(walked):
    """The cell would offer striking and moving, which is refused, and not what is taken."""
    sheet = openpyxl.load_workbook(walked.folder / "first-en.xlsx")["Findings"]
    offered = [rule.formula1 for rule in sheet.data_validations.dataValidation]
    assert '"accept,withdraw"' in offered


def test_no_column_that_is_shown_has_the_heading_of_an_answer():
    """What a list says would be read back as an answer."""
    answers = known_headings()
    shown = [
        (key, text)
        for key, texts in entries().items()
        if key.startswith(("field.", "report.column.", "waterfall.column."))
        for text in texts.values()
    ]
    used = {"report.column.state", "report.column.due", "report.column.ground"}
    assert {key for key, text in shown if fold(text) in answers} <= used


@pytest.mark.parametrize(
    ("document", "shown"),
    [
        ("deaths:deaths:088-0000-3SXF55BGEPVW0", "register of deaths"),
        ("act 12: page 3", "act 12: page 3"),
    ],
)
def test_the_row_of_a_register_is_named_by_its_register(document, shown):
    """Who confirms a striking would read an id where the evidence stands."""
    given = GivenAnswer("strike", ground="died", document=document, decided_by="A")
    text = tell_answers(given, Words("en"))
    assert text == f"A: strike: {EN('ground.died.title')}; {shown}"


# Workbooks of one workspace each.


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """One person in two precincts, and in each precinct a voter who is unusually old."""
    folder = workspaces.make(tmp_path_factory.mktemp("workbook") / "2026")
    for path in (folder / "inbox" / "88").iterdir():
        text = path.read_text(encoding="utf-8")
        text = text.replace("23.11.1988", OLD).replace("05.05.1965", OLD)
        path.write_text(text, encoding="utf-8")
    workspaces.ran(folder)
    return folder


@pytest.fixture
def workspace(finished, tmp_path):
    return shutil.copytree(finished, tmp_path / "2026")


def export(workspace, path, language="en"):
    return reviewing.export_review(workspace, path, language, today=workspaces.TODAY)


def read_in(workspace, *paths, by=None, at=MOMENT):
    return reviewing.import_review(workspace, paths, by, decided_at=at)


def about(rule, precinct, **texts):
    """Answer the findings of a rule in a precinct."""
    title = EN(f"rule.{rule}.title")

    def answer(row):
        is_meant = title in row["shown"] and precinct in row["shown"]
        return texts if is_meant else None

    return answer


def filled(workspace, path, *answers, language="en"):
    """A fresh workbook in which somebody filled in these answers."""
    export(workspace, path, language)
    used = set()

    def cells(row):
        said = {answer: answer(row) for answer in answers}
        used.update(answer for answer, texts in said.items() if texts)
        return next(filter(None, said.values()), None)

    review_books.fill(path, cells)
    assert used == {*answers}
    return path


def codes(imported):
    return [problem.code for problem in imported.problems]


def test_for_whom_a_workbook_is_written_need_not_be_filled_in(workspace, tmp_path):
    """Nor a reason, which is in the language of who reads it."""
    path = tmp_path / "a.xlsx"
    words = ("--for", "Sevda", "--language", "az", "--out", path)
    told("review", "export", workspace, *words)
    assert review_books.fill(path, ticked("Bəli", rows=(2,)))
    imported = read_in(workspace, path)
    assert (codes(imported), imported.recorded) == ([], 2)
    given, _ = ledger_of(workspace)
    said = ("Sevda", catalogue("az")("desk.reason.one-identifier"))
    assert {(one["decided_by"], one["reason"]) for one in given} == {said}


def test_a_tick_that_is_in_no_ledger_is_carried_over(workspace, tmp_path):
    path = filled(workspace, tmp_path / "a.xlsx", ticked("✓", decided_by="A"))
    again = export(workspace, path)
    assert again.carried == 1
    assert codes(read_in(workspace, path)) == []


def test_a_file_that_cannot_be_read_leaves_nothing_of_the_others(workspace, tmp_path):
    """Half of an import would be recorded, and the other half be forgotten."""
    first = filled(workspace, tmp_path / "a.xlsx", verdicts("A", "keep", "repeat"))
    broken = tmp_path / "b.xlsx"
    broken.write_bytes(b"no workbook")
    with pytest.raises(InputError):
        read_in(workspace, first, broken)
    assert ledger_of(workspace) == ([], [])


# What came back.


def came_back(workspace, path, **row):
    """The row that a workbook has of an answer that came back."""
    place = max((workspace / "runs").iterdir()) / "returned.parquet"
    row = {"decided_by": "A", "decided_at": "2026-02-03T09:00:00+00:00", **row}
    returned = pa.Table.from_pylist([row], schema=pq.read_schema(place))
    pq.write_table(returned, place)
    assert export(workspace, path).counts["came_back"] == 1
    rows = review_books.rows_of(path)
    (asked,) = (each["shown"] for each in rows if each["sheet"] == "Came back")
    return asked


@pytest.mark.parametrize("why", ["changed", "gone"])
def test_an_entry_that_is_as_it_was_comes_back_because_of_another(
    workspace, tmp_path, why
):
    """Of an entry with its file and line it was said that it is on no list any more."""
    entry = table(workspace, "entries")[0]["entry_id"]
    row = {"old_entry_id": entry, "entry_id": entry, "answer": "keep", "why": why}
    asked = came_back(workspace, tmp_path / "b.xlsx", **row)
    assert EN(f"review.came-back.other-{why}") in asked


def test_what_came_back_is_confirmed_for_the_entry_of_today(workspace, tmp_path):
    """What was decided, and what changed since, would have to be looked up by hand."""
    strike = about("over-age", 1, **STRIKE, decided_by="A")
    read_in(workspace, filled(workspace, tmp_path / "a.xlsx", strike))
    ((_, (given,)),) = [ledger_of(workspace)]
    names = ("field", "value", "ground", "reason", "decided_by", "decided_at")
    row = {name: given[name] for name in names} | {"answer": "strike"}
    row |= {"changed": "surname+address", "why": "changed"}
    old, other = given["entry_id"], table(workspace, "entries")[-1]["entry_id"]
    assert old != other
    path = tmp_path / "b.xlsx"
    asked = came_back(workspace, path, **row, old_entry_id=old, entry_id=other)
    assert EN("review.came-back.changed") in asked
    assert "Surname, Address" in asked
    assert "Decided" not in openpyxl.load_workbook(path).sheetnames
    review_books.fill(path, on("Came back", answer="confirm", decided_by="B"))
    assert read_in(workspace, path).problems == ()
    last = ledger_of(workspace)[1][-1]
    confirmed = (last["entry_id"], last["document"], last["decided_by"])
    assert confirmed == (other, "act 12", "B")
    assert last["action"] == "strike"


# What was written is not lost.


def test_answers_that_are_not_in_the_ledger_are_carried_over(workspace, tmp_path):
    """A day of work would be overwritten by an export."""
    path = filled(
        workspace,
        tmp_path / "review.xlsx",
        verdicts("A", "keep", None, reason="'=1+1 <b>"),
        about("over-age", 1, answer="accept", reason="seen", decided_by="A"),
    )
    before = path.read_bytes()
    made = export(workspace, path, "az")
    assert (made.carried, made.gone) == (2 + 1, 0)
    assert made.old == tmp_path / "review.before-2026-02-03.xlsx"
    assert made.old.read_bytes() == before
    typed = {
        (row["answer"], row["reason"], row["decided_by"])
        for row in review_books.rows_of(path)
        if row["decided_by"]
    }
    assert typed == {
        ("keep", "'=1+1 <b>", "A"),
        (None, "'=1+1 <b>", "A"),
        ("accept", "seen", "A"),
    }
    # The answers of the same day are kept beside once more, under a name of their own.
    assert export(workspace, path).old == tmp_path / "review.before-2026-02-03-2.xlsx"


def test_what_was_changed_since_it_was_read_in_is_carried_over(workspace, tmp_path):
    """The second thought of a day would be taken for the first, and be overwritten."""
    said = (CORRECT, ASK)
    answers = [
        about("over-age", precinct, **texts, decided_by="A")
        for precinct, texts in enumerate(said, 1)
    ]
    path = filled(workspace, tmp_path / "review.xlsx", *answers)
    assert read_in(workspace, path).problems == ()
    assert export(workspace, path).carried == 0
    after = {"value": "13.03.1970"}, {"due": "11.02.2026"}
    for precinct, texts in enumerate(after, 1):
        assert review_books.fill(path, about("over-age", precinct, **texts))
    assert export(workspace, path).carried == 2
    typed = [
        {name: row.get(name) for name in ("value", "due") if row.get(name)}
        for row in review_books.rows_of(path)
    ]
    assert [each for each in typed if each] == [*after]


def test_what_is_no_longer_asked_stands_on_a_sheet_of_its_own(workspace, tmp_path):
    """What somebody wrote beside an entry that changed since would be gone."""
    path = filled(workspace, tmp_path / "review.xlsx", verdicts("A", "keep", "repeat"))
    lists = workspace / "inbox" / "88" / "menteqe-2.csv"
    text = lists.read_text(encoding="utf-8")
    lists.write_text(text.replace("5XK1234", "5XK1999"), encoding="utf-8")
    workspaces.run(workspace, today=MOMENT.date())
    made = export(workspace, path)
    assert made.gone == made.carried == 2
    gone = [
        row for row in review_books.rows_of(path) if row["sheet"] == "No longer asked"
    ]
    assert [(row["answer"], row["reason"], row["decided_by"]) for row in gone] == [
        ("keep", "one passport", "A"),
        ("repeat", "one passport", "A"),
    ]
    assert any("Məmmədov" in str(cell) for cell in gone[0]["shown"])
    # It decides nothing, and is kept by the next export too.
    assert read_in(workspace, path).recorded == 0
    again = export(workspace, path)
    assert (again.carried, again.gone) == (2, 2)


def test_a_target_that_is_no_review_is_left_alone(workspace, tmp_path):
    """Somebody's other file would be overwritten."""
    path = tmp_path / "review.xlsx"
    openpyxl.Workbook().save(path)
    for content in (b"a letter", b"", path.read_bytes()):
        path.write_bytes(content)
        refused = handing.code_of(told("review", "export", workspace, "--out", path))
        assert refused == (3, "review-target-unreadable")
        assert path.read_bytes() == content


def test_accepted_findings_are_written_again_as_they_were_accepted(workspace, tmp_path):
    """The number that a rule found is no value that somebody wrote."""
    own = "[check]\nmost_voters_in_dwelling = 1\n"
    (workspace / SETTINGS_FILE).write_text(own, encoding="utf-8")
    workspaces.run(workspace)
    accepted = {"answer": "accept", "reason": "seen", "decided_by": "Aynur"}
    path = filled(workspace, tmp_path / "first.xlsx", lambda _row: accepted)
    read_in(workspace, path)
    for again in ("at once.xlsx", "after a run.xlsx"):
        counts = export(workspace, tmp_path / again).counts
        shown = {
            row["finding_id"]: (row["answer"], row.get("value"), row["decided_by"])
            for row in review_books.rows_of(tmp_path / again)
            if row.get("finding_id") and not row.get("asked_as")
        }
        assert set(shown.values()) == {("accept", None, "Aynur")}
        # Whoever has nothing left to answer would be told of findings, and look for them.
        assert counts["answered"] == len(shown)
        assert read_in(workspace, tmp_path / again).problems == ()
        workspaces.run(workspace)
