"""One pair of entries in two cases: a list is handed in again, and more entries say the same.

Each story is about a person of its own; the stories go on side by side in one workspace, so that
what all of them do in a round is one workbook and one run.
"""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

import desks
import handing
import review_books
import workspaces
from command_line import told
from side_by_side import seldom_reported
from voterlist.model import Role
from voterlist.serve.door import add_user
from voterlist.storage.ledger import reading

DAY = ("--today", handing.DAY)
SAME = {"440": ("keep", ""), "442": ("repeat", "one passport")}
ALL_SAME = SAME | {"443": ("repeat", "one passport")}
APART = dict.fromkeys(("440", "442", "443"), ("separate", "three passports seen"))
UNSAID = dict.fromkeys(("440", "442"), ("separate", ""))
BACK = dict.fromkeys(("440", "442"), ("withdraw", ""))
KEPT_442 = {"442": ("keep", "")} | dict.fromkeys(("440", "443"), ("repeat", "seen"))
TWO, THREE = ("440", "442"), ("440", "442", "443")
OPEN, CONTESTED, DECIDED = "", "contested-case", "decided-case"


@dataclass
class Round:
    """What is done with one person in a round, and what is expected then.

    Attributes:
        by: who answers; nobody where it is empty.
        verdicts: what, by the number of the entry.
        where: as what the case is asked.
        gone: what is answered on an entry that left the list.
        numbers: under which the person is handed in behind the answer; None: as before.
        recorded: how many answers were recorded.
        refused: the codes of the problems.
        left: the numbers that the run takes off the list.
        is_contested: whether the case holds the hand-over up.
        queue: the numbers that are asked about; None: whichever.
    """

    by: str = ""
    verdicts: dict = field(default_factory=dict)
    where: str = OPEN
    gone: tuple | None = None
    numbers: tuple | None = None
    recorded: int = 0
    refused: str = ""
    left: set = field(default_factory=set)
    is_contested: bool = False
    queue: set | None = None


AYNUR = Round("Aynur", SAME, recorded=2, left={"442"})
THIRD_COMES = Round("Aynur", SAME, numbers=THREE, recorded=2, left={"442"})
DISPUTED = (
    THIRD_COMES,
    Round("Bahram", APART, recorded=3, is_contested=True),
)
"""Aynur: 442 repeats 440. Then 443 came, and Bahram: three people."""
OWN = Round(
    "Bahram", APART, CONTESTED, refused="own-dispute", is_contested=True, queue={*THREE}
)


STORIES = {
    # The dispute would have no end, or the answer of one of the two would come back.
    "a third person settles it: apart": (
        *DISPUTED,
        OWN,
        Round("Cavid", APART, CONTESTED, recorded=5, queue=set()),
    ),
    "a third person settles it: one person": (
        *DISPUTED,
        OWN,
        Round(
            "Cavid", ALL_SAME, CONTESTED, recorded=5, left={"442", "443"}, queue=set()
        ),
    ),
    # Aynur was wrong, and the case in which she was is none of today's.
    "one of the two takes the own answer back": (
        *DISPUTED,
        # Bahram alone takes back what he said.
        Round("Aynur", BACK, CONTESTED, recorded=2, refused="withdraw-of-another"),
    ),
    # Aynur saw the third entry and thought again: nobody else has to settle that.
    "whoever is alone changes their own mind": (
        THIRD_COMES,
        Round("Aynur", APART, recorded=3),
    ),
    # The case of three is none any more: nobody could say whether 442 repeats 440.
    "the third entry goes again": (
        *DISPUTED,
        Round(numbers=TWO, is_contested=True),
        Round("Cavid", SAME, CONTESTED, recorded=2, left={"442"}),
    ),
    # Its two authors alone could end it, and till then the list could not be handed over.
    "one entry left": (
        Round(numbers=THREE),
        Round("Aynur", ALL_SAME, recorded=3, left={"442", "443"}),
        Round("Bahram", APART, DECIDED, numbers=TWO, recorded=3, is_contested=True),
        Round(
            *("Aynur", SAME, CONTESTED, SAME["442"]),
            refused="own-dispute",
            is_contested=True,
        ),
        # What holds of the two that are left is asked in the case of today.
        Round("Cavid", SAME, CONTESTED, SAME["442"], recorded=3, queue={*TWO}),
    ),
    # A case of two is no pair of the run any more: nobody could name it, nor hand over.
    "one entry of a pair left": (
        AYNUR,
        Round(
            "Bahram", APART, DECIDED, numbers=("440",), recorded=2, is_contested=True
        ),
        Round("Cavid", SAME, CONTESTED, SAME["442"], recorded=2),
    ),
    # Who decided the case of today had to settle the one of before as well.
    "the entry changed since": (
        AYNUR,
        Round("Bahram", APART, DECIDED, recorded=2, is_contested=True),
        Round(numbers=("440", "442 B"), queue={*TWO}),
        Round("Cavid", SAME, recorded=2, left={"442"}, queue=set()),
    ),
    # The import would say that it recorded the answer, and the ledger would not have it.
    "in capitals, apart between": (
        AYNUR,
        Round("AYNUR", APART, DECIDED, recorded=2),
        Round("Aynur", SAME, DECIDED, recorded=2, left={"442"}),
    ),
    "in capitals, taken back between": (
        AYNUR,
        Round("AYNUR", BACK, DECIDED, recorded=2),
        AYNUR,
    ),
    # A word chosen in the wrong row would leave one voter on the list twice.
    "different people against all evidence need a reason": (
        Round("Aynur", UNSAID, refused="separate-without-reason", queue={*TWO}),
        Round("Aynur", APART, recorded=2),
        # Who reads after others is not told how sure the program is.
        Round("Bahram", UNSAID, DECIDED, recorded=2),
    ),
    # What was proposed would be refused, and whoever takes it would not know why.
    "whom another case keeps": (
        THIRD_COMES,
        Round(
            "Bahram", KEPT_442, refused="kept-elsewhere", left={"442"}, queue={*THREE}
        ),
        Round("Bahram", ALL_SAME, recorded=3, left={"442", "443"}),
    ),
    "at the desk, in capitals": (Round("AYNUR", SAME, recorded=2, left={"442"}),),
}
FIRST = {"one entry left": THREE}
"""Under which numbers a person is handed in at first, where not as two."""
PEOPLE = (
    "Əliyev;Kamil;Vaqif oğlu;15.04.1977;kişi",
    "Rzayeva;Aygün;Nadir qızı;17.02.1969;qadın",
    "Hüseynli;Tural;Əhməd oğlu;23.11.1988;kişi",
    "Quliyeva;Sevinc;Yusif qızı;30.09.1991;qadın",
    "Şərifov;Zaur;Ramiz oğlu;02.01.1958;kişi",
    "Qasımov;Fikrət;Mirzə oğlu;09.04.1952;kişi",
    "Vəliyeva;Nigar;Zahid qızı;21.08.1983;qadın",
    "İsmayılov;Orxan;Şamil oğlu;05.05.1965;kişi",
    "Cəfərova;Lalə;Tofiq qızı;11.12.1995;qadın",
    "Bağırov;Həsən;Cavad oğlu;28.06.1947;kişi",
    "Nəbiyeva;Ulduz;Elman qızı;19.07.2001;qadın",
    "Tağıyev;Murad;Sabir oğlu;14.10.1972;kişi",
    "Abdullayeva;Könül;Arif qızı;03.03.1986;qadın",
)


class Precinct:
    """A workspace with a person of each story on the list of precinct 1, several times."""

    def __init__(self, folder):
        self.folder = folder
        self.numbers = {name: FIRST.get(name, TWO) for name in STORIES}
        self.entries = {}
        """Entry -> (story, number), also of those that left the list."""
        self.told = []
        """How many answers ``review import`` said that it recorded, by round."""

    def run(self):
        """Hand in the list as it is now, and run."""
        rows = [
            f"{number};{person};Nizami küç. {at}{number};5XK12{at:02d}"
            for at, (name, person) in enumerate(zip(STORIES, PEOPLE, strict=True))
            for number in self.numbers[name]
        ]
        text = f"1 saylı seçki məntəqəsi\n{workspaces.HEADER}" + "\n".join(rows) + "\n"
        path = self.folder / "inbox" / "88" / "menteqe-1.csv"
        path.write_text(text, encoding="utf-8")
        workspaces.run(self.folder)
        names = dict(enumerate(STORIES))
        for row in handing.newest(self.folder, "entries").to_pylist():
            number = row["number"].split()[0]
            self.entries[row["entry_id"]] = (names[int(row["fin"][-2:])], number)

    def rows(self, table):
        """Story -> [(number on the list, row)] of a table of the newest run."""
        found = {name: [] for name in STORIES}
        for row in handing.newest(self.folder, table).to_pylist():
            if row["entry_id"] in self.entries:
                name, number = self.entries[row["entry_id"]]
                found[name].append((number, row))
        return found

    def answer(self, rounds):
        """What ``review import`` says of a workbook with the answers of these rounds."""
        book = self.folder / "review.xlsx"
        self.export(book)
        today = set(
            handing.newest(self.folder, "entries").column("entry_id").to_pylist()
        )

        def cells(row):
            entry = row.get("entry_id")
            name, number = self.entries.get(entry, (None, None))
            one = rounds.get(name)
            about = (row.get("asked_as") or "").partition(":")[0]
            if not one or not row.get("case_id") or about not in {OPEN, one.where}:
                return None
            said = one.verdicts.get(number) if entry in today else one.gone
            if said is None or (about == OPEN and one.where == CONTESTED):
                return None
            verdict, reason = said
            return {"answer": verdict, "reason": reason, "decided_by": one.by}

        assert review_books.fill(book, cells)
        return told("review", "import", self.folder, book, *DAY)[1]

    def export(self, book):
        """What ``review export`` says."""
        book.unlink(missing_ok=True)
        return told("review", "export", self.folder, "--out", book, *DAY)[1]

    def recorded(self):
        """Story -> how many verdicts were given so far."""
        with reading(self.folder / "ledger.db") as ledger:
            rows = ledger.given_verdicts().to_pylist()
        return Counter(self.entries[row["entry_id"]][0] for row in rows)

    def contested(self):
        """How many cases keep the list from being handed over, as all say who count them."""
        out = self.folder / "package.zip"
        said = told("submit", self.folder, "-c", 88, "--out", out, *DAY)[1]
        gates = {one["gate"]: one["count"] for one in said.get("gates", ())}
        # A dispute over two cases is one for whoever asks for it anywhere.
        units = told("status", self.folder, *DAY)[1]["units"]
        counts = {unit["contested"] for unit in units if unit["precinct"] is None}
        exported = self.export(out.with_suffix(".xlsx"))["contested"]
        return [gates.get("contested", 0), exported, *counts]

    def go_on(self, number):
        """What is seen of each story after its round of this number."""
        rounds = {
            name: story[number]
            for name, story in STORIES.items()
            if number < len(story)
        }
        before = self.recorded()
        said = {"recorded": 0, "contested": [], "problems": [], "replacements": []}
        if any(one.by for one in rounds.values()):
            said = self.answer({name: one for name, one in rounds.items() if one.by})
        given = self.recorded() - before
        self.told.append(said["recorded"])
        for name, one in rounds.items():
            self.numbers[name] = one.numbers or self.numbers[name]
        self.run()
        tables = {
            table: self.rows(table)
            for table in ("applied", "cases", "contested", "queue", "decisions")
        }

        def about(name, rows):
            entries = [one for one, about in self.entries.items() if about[0] == name]
            return [row for row in rows if row["entry_id"] in entries]

        return {
            name: {
                "recorded": given[name],
                "problems": about(name, said["problems"]),
                "replaced": about(name, said["replacements"]),
                "disputes": about(name, said["contested"]),
                **{table: rows[name] for table, rows in tables.items()},
            }
            for name in rounds
        }


def begin(folder):
    """The workspace, when every person was handed in for the first time."""
    workspaces.make(folder, settings=handing.BELOW.replace("1-2", "1"))
    (folder / "inbox" / "88" / "menteqe-2.csv").unlink()
    assert told("keys", "make", folder, *DAY)[0] == 0
    precinct = Precinct(folder)
    precinct.run()
    return precinct


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """What is seen of each story before and after each round, what is counted and told."""
    precinct = begin(tmp_path_factory.mktemp("two-cases") / "ws")
    early = precinct.folder.with_name("early")
    asked, seen, counts = precinct.rows("queue"), [], []
    rows = handing.newest(precinct.folder, "case_numbers").to_pylist()
    numbers = {row["case_id"]: row["number"] for row in rows}
    with seldom_reported():
        for number in range(max(map(len, STORIES.values()))):
            seen.append(precinct.go_on(number))
            counts.append(precinct.contested())
            if not number:
                shutil.copytree(precinct.folder, early)
    return SimpleNamespace(
        asked=asked,
        numbers=numbers,
        seen=seen,
        counts=counts,
        told=precinct.told,
        early=early,
    )


@pytest.mark.parametrize("name", STORIES)
def test_a_pair_in_two_cases(played, name):
    """Whoever is contested would be handed over, or nobody could end it."""
    for number, expected in enumerate(STORIES[name]):
        found = played.seen[number][name]
        assert found["recorded"] == expected.recorded, number
        codes = {one["code"] for one in found["problems"]}
        assert codes == ({expected.refused} if expected.refused else set()), number
        assert {one for one, _ in found["applied"]} == expected.left, number
        assert bool(found["contested"]) == expected.is_contested, number
        queue = {one for one, _ in found["queue"]}
        assert expected.queue in (None, queue), number
        # Whoever reads the answer in hears of it.
        is_told = expected.is_contested and bool(expected.by)
        assert bool(found["disputes"]) == is_told, number
        # Told by the name that stands in the file.
        assert {one["decided_by"] for one in found["replaced"]} <= {expected.by}


@pytest.mark.parametrize(
    ("between", "counts"), [("apart", [2, 2]), ("taken back", [2, 0])]
)
def test_an_earlier_answer_that_is_replaced_is_told(played, between, counts):
    """Who typed into the wrong row would not see that it was answered before."""
    rounds = [one[f"in capitals, {between} between"] for one in played.seen[1:3]]
    assert [len(one["replaced"]) for one in rounds] == counts


def test_a_dispute_over_two_cases_is_one_for_whoever_asks_for_it_anywhere(played):
    """The list would be handed over with it, or held up by what nobody can find."""
    for number, counts in enumerate(played.counts):
        rounds = [story[number] for story in STORIES.values() if number < len(story)]
        assert {*counts} == {sum(one.is_contested for one in rounds)}, number


def test_the_import_says_how_many_answers_it_recorded(played):
    """Whoever read in a workbook would believe that it was lost, or done."""
    for number, said in enumerate(played.told):
        rounds = [story[number] for story in STORIES.values() if number < len(story)]
        assert said == sum(one.recorded for one in rounds), number


def test_a_pair_of_which_two_people_said_both_is_contested(played):
    """The second answer would undo the first: who stands three times is handed over so."""
    contested = played.seen[1]["the third entry goes again"]["contested"]
    said = {(number, row["decided_by"], row["answer"]) for number, row in contested}
    assert {("442", "Aynur", "repeat"), ("442", "Bahram", "separate")} <= said


def test_what_one_of_the_two_takes_back_leaves_the_answer_of_the_other(played):
    """Whoever was wrong would take the right answer with them."""
    found = played.seen[2]["one of the two takes the own answer back"]
    assert len(found["decisions"]) == len(THREE)


def test_different_people_against_all_evidence_are_as_sure_as_that(played):
    """Else the reason would not have been asked for by what the program computed."""
    name = "different people against all evidence need a reason"
    queue = played.seen[0][name]["queue"]
    assert all(row["probability"] > 0.99 for _, row in queue)


def test_whom_another_case_keeps_is_proposed_to_be_kept(played):
    """What was proposed would be refused, and whoever takes it would not know why."""
    name = "whom another case keeps"
    # Before anybody answered another one was proposed.
    proposed = {number: row["role"] for number, row in played.asked[name]}
    assert proposed == {"442": "keep", "440": "repeat"}
    first, second = (one[name] for one in played.seen[:2])
    roles = {number: row["role"] for number, row in first["queue"]}
    assert roles == {"440": "keep", "442": "repeat", "443": "repeat"}
    number = played.numbers[played.asked[name][0][1]["case_id"]]
    assert all(f"№ {number} Aynur" in one["todo"] for one in second["problems"])


@pytest.fixture
def desk(played, tmp_path):
    """Opens the case of a story at the desk of the workspace, as it was after the first round."""
    folder = tmp_path / "ws"
    shutil.copytree(played.early, folder)
    for by in ("Aynur", "Bahram"):
        add_user(folder, by, Role.ANALYST, desks.PASSWORD, today=workspaces.TODAY)

    def opened(story, by):
        _, row = played.seen[0][story]["cases"][0]
        visitor = running.visitor(by)
        shown = visitor.post("/api/open", json={"case": row["case_id"]}).json()
        return visitor, row["case_id"], shown

    with desks.running(folder) as running:
        yield opened


def test_the_desk_tells_a_dispute_over_two_cases_at_once(desk):
    """Till the next run the list would be taken for decided, and be handed over so."""
    bahram, case, shown = desk("the third entry goes again", "Bahram")
    decision = {
        "case": case,
        "entries": shown["entries"]["id"],
        "seen": shown["cases"]["seen"][0],
        "verdict": "separate",
        "note": "three passports seen",
        "time": "2026-02-03T12:00:00+04:00",
    }
    sent = [{"knows": shown["knows"], "decision": decision}]
    answered = bahram.post("/api/decide", json={"language": "en", "decisions": sent})
    states = bahram.get("/api/desk").json()["data"]["codes"]["states"]
    (result,) = answered.json()["results"]
    assert states[result["state"]] == "contested"
    assert [one["by"] for one in result["answers"]] == ["Aynur", "Bahram"]


def test_an_answer_is_the_own_one_at_the_desk_though_the_workbook_has_it_in_capitals(
    desk,
):
    """Whoever gave it could not take it back there, and would settle a dispute of their own."""
    *_, shown = desk("at the desk, in capitals", "Aynur")
    assert [one["by"] for one in shown["answers"]] == ["Aynur"]
