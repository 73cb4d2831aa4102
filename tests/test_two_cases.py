"""One pair of entries in two cases: a list is handed in again, and more entries say the same."""

from __future__ import annotations

import shutil

import pytest

import desks
import handing
import made_once
import review_books
import workspaces
from command_line import told
from voterlist.model import Role
from voterlist.serve.door import add_user

pytestmark = pytest.mark.slow

DAY = ("--today", handing.DAY)
PERSON = "Əliyev;Kamil;Vaqif oğlu;15.04.1977;kişi;Nizami küç. {};5XK1277"
SAME = {"440": ("keep", ""), "442": ("repeat", "one passport")}
APART = dict.fromkeys(("440", "442", "443"), ("separate", "three passports seen"))


class Precinct:
    """A workspace in which one person stands on the list of precinct 1 several times."""

    def __init__(self, folder):
        self.folder = folder / "ws"

    def hand_in(self, *numbers):
        """Hand in its list, with these numbers of the one person, and run."""
        rows = "".join(f"{number};{PERSON.format(number)}\n" for number in numbers)
        text = f"1 saylı seçki məntəqəsi\n{workspaces.HEADER}{workspaces.ONE}{rows}"
        path = self.folder / "inbox" / "88" / "menteqe-1.csv"
        path.write_text(text, encoding="utf-8")
        workspaces.run(self.folder)

    def rows(self, table):
        """(number on the list, row) of a table of the newest run, of the one person."""
        entries = handing.newest(self.folder, "entries").to_pylist()
        numbers = {
            row["entry_id"]: row["number"] for row in entries if row["fin"] == "5XK1277"
        }
        return [
            (numbers[row["entry_id"]], row)
            for row in handing.newest(self.folder, table).to_pylist()
            if row["entry_id"] in numbers
        ]

    def answer(self, by, verdicts, asked_as=("", "contested-case"), gone=None):
        """What ``review import`` says of a workbook with these verdicts, by number.

        ``gone`` is that on an entry that left the list.
        """
        book = self.folder / "review.xlsx"
        book.unlink(missing_ok=True)
        assert told("review", "export", self.folder, "--out", book, *DAY)[0] == 0
        numbers = {row["entry_id"]: number for number, row in self.rows("entries")}

        def cells(row):
            about = (row.get("asked_as") or "").partition(":")[0]
            number = numbers.get(row.get("entry_id"))
            said = verdicts.get(number, None if number else gone)
            if row.get("case_id") is None or about not in asked_as or said is None:
                return None
            verdict, reason = said
            return {"answer": verdict, "reason": reason, "decided_by": by}

        assert review_books.fill(book, cells)
        return told("review", "import", self.folder, book, *DAY)[1]

    def left(self):
        """The numbers that the newest run takes off the list."""
        return {number for number, _ in self.rows("applied")}

    def contested_gate(self):
        """How many cases and entries keep the constituency from being handed over."""
        out = self.folder / "package.zip"
        said = told("submit", self.folder, "-c", 88, "--out", out, *DAY)[1]
        gates = {one["gate"]: one["count"] for one in said.get("gates", ())}
        count = gates.get("contested", 0)
        # A dispute over two cases is one for whoever asks for it anywhere.
        units = told("status", self.folder, *DAY)[1]["units"]
        whole = [unit for unit in units if unit["precinct"] is None]
        assert {unit["contested"] for unit in whole} == {count}
        book = self.folder / "counted.xlsx"
        book.unlink(missing_ok=True)
        exported = told("review", "export", self.folder, "--out", book, *DAY)[1]
        assert exported["contested"] == count
        return count


def begun(folder, *numbers):
    """The precinct, when the person was handed in with these numbers."""

    def begin(made):
        workspaces.make(made / "ws", settings=handing.BELOW)
        assert told("keys", "make", made / "ws", *DAY)[0] == 0
        Precinct(made).hand_in(*numbers)

    made_once.copied(f"one person as {numbers}", begin, folder)
    return Precinct(folder)


@pytest.fixture
def disputed(tmp_path):
    """Aynur: 442 repeats 440. Then 443 came, and Bahram: three people."""
    made_once.copied("disputed", _dispute, tmp_path)
    return Precinct(tmp_path)


def _dispute(folder):
    precinct = begun(folder, 440, 442)
    precinct.answer("Aynur", SAME)
    precinct.hand_in(440, 442, 443)
    assert precinct.left() == {"442"}
    said = precinct.answer("Bahram", APART)
    assert said["recorded"] == 3
    assert said["contested"]
    workspaces.run(precinct.folder)


def test_a_pair_of_which_two_people_said_both_is_contested(disputed):
    """The second answer would undo the first: who stands three times is handed over so."""
    assert disputed.left() == set()
    said = {
        (number, row["decided_by"], row["answer"])
        for number, row in disputed.rows("contested")
    }
    assert {("442", "Aynur", "repeat"), ("442", "Bahram", "separate")} <= said
    assert disputed.contested_gate() == 1


@pytest.mark.parametrize(
    ("verdicts", "left"),
    [(APART, set()), (SAME | {"443": ("repeat", "one passport")}, {"442", "443"})],
)
def test_a_third_person_settles_it_in_the_case_of_today(disputed, verdicts, left):
    """The dispute would have no end, or the answer of one of the two would come back."""
    asked = disputed.answer("Bahram", APART, ("contested-case",))
    assert {one["code"] for one in asked["problems"]} == {"own-dispute"}
    said = disputed.answer("Cavid", verdicts, ("contested-case",))
    assert (said["problems"], said["contested"]) == ([], [])
    workspaces.run(disputed.folder)
    assert disputed.left() == left
    assert disputed.rows("contested") == []
    assert disputed.contested_gate() == 0
    assert disputed.rows("queue") == []


def test_one_of_the_two_takes_the_own_answer_back(disputed):
    """Aynur was wrong, and the case in which she was is none of today's."""
    withdrawn = dict.fromkeys(("440", "442"), ("withdraw", ""))
    disputed.answer("Aynur", withdrawn, ("contested-case",))
    workspaces.run(disputed.folder)
    assert (disputed.left(), disputed.contested_gate()) == (set(), 0)
    assert len(disputed.rows("decisions")) == 3


def test_whoever_is_alone_changes_their_own_mind(tmp_path):
    """Aynur saw the third entry and thought again: nobody else has to settle that."""
    precinct = begun(tmp_path, 440, 442)
    precinct.answer("Aynur", SAME)
    precinct.hand_in(440, 442, 443)
    assert precinct.answer("Aynur", APART)["contested"] == []
    workspaces.run(precinct.folder)
    assert (precinct.left(), precinct.contested_gate()) == (set(), 0)


def test_where_the_third_entry_goes_again_the_dispute_stays_and_can_be_settled(
    disputed,
):
    """The case of three is none any more: nobody could say whether 442 repeats 440."""
    disputed.hand_in(440, 442)
    assert disputed.left() == set()
    assert disputed.contested_gate()
    said = disputed.answer("Cavid", SAME, ("contested-case",))
    assert said["recorded"] >= 2
    workspaces.run(disputed.folder)
    assert disputed.left() == {"442"}
    assert disputed.contested_gate() == 0


def test_a_dispute_of_which_one_entry_left_is_settled_by_a_third_person(tmp_path):
    """Its two authors alone could end it, and till then the list could not be handed over."""
    precinct = begun(tmp_path, 440, 442, 443)
    precinct.answer("Aynur", SAME | {"443": ("repeat", "one passport")})
    workspaces.run(precinct.folder)
    assert precinct.answer("Bahram", APART, ("decided-case",))["contested"]
    precinct.hand_in(440, 442)
    assert precinct.contested_gate() == 1
    asked = precinct.answer("Aynur", SAME, ("contested-case",), gone=SAME["442"])
    assert {one["code"] for one in asked["problems"]} == {"own-dispute"}
    said = precinct.answer("Cavid", SAME, ("contested-case",), gone=SAME["442"])
    assert (said["problems"], said["contested"], said["recorded"]) == ([], [], 3)
    workspaces.run(precinct.folder)
    assert (precinct.left(), precinct.contested_gate()) == (set(), 0)
    # What holds of the two that are left is asked in the case of today.
    assert {number for number, _ in precinct.rows("queue")} == {"440", "442"}


def test_a_dispute_over_a_pair_of_which_one_entry_left_is_settled_too(tmp_path):
    """A case of two is no pair of the run any more: nobody could name it, nor hand over."""
    precinct = begun(tmp_path, 440, 442)
    precinct.answer("Aynur", SAME)
    workspaces.run(precinct.folder)
    assert precinct.answer("Bahram", APART, ("decided-case",))["contested"]
    precinct.hand_in(440)
    assert precinct.contested_gate() == 1
    said = precinct.answer("Cavid", SAME, ("contested-case",), gone=SAME["442"])
    assert (said["problems"], said["contested"], said["recorded"]) == ([], [], 2)
    workspaces.run(precinct.folder)
    assert (precinct.left(), precinct.contested_gate()) == (set(), 0)


def test_a_dispute_about_an_entry_that_changed_since_is_over(tmp_path):
    """Who decided the case of today had to settle the one of before as well."""
    precinct = begun(tmp_path, 440, 442)
    numbers = {row["entry_id"]: number for number, row in precinct.rows("entries")}
    book = tmp_path / "book.xlsx"
    told("review", "export", precinct.folder, "--out", book, *DAY)
    apart = {number: APART[number] for number in ("440", "442")}
    for by, verdicts in (("Aynur", SAME), ("Bahram", apart)):

        def cells(row, by=by, verdicts=verdicts):
            said = verdicts.get(numbers.get(row.get("entry_id")))
            if not row.get("case_id") or said is None:
                return None
            return {"answer": said[0], "reason": said[1], "decided_by": by}

        own = tmp_path / f"{by}.xlsx"
        shutil.copyfile(book, own)
        assert review_books.fill(own, cells)
        assert told("review", "import", precinct.folder, own, *DAY)[1]["recorded"] == 2
    workspaces.run(precinct.folder)
    assert precinct.contested_gate() == 1
    path = precinct.folder / "inbox" / "88" / "menteqe-1.csv"
    text = path.read_text(encoding="utf-8").replace("küç. 442", "küç. 44")
    path.write_text(text, encoding="utf-8")
    workspaces.run(precinct.folder)
    assert precinct.contested_gate() == 0
    assert len(precinct.rows("queue")) == 2
    assert precinct.answer("Cavid", SAME, ("",))["recorded"] == 2
    workspaces.run(precinct.folder)
    assert (precinct.left(), precinct.contested_gate()) == ({"442"}, 0)
    assert precinct.rows("queue") == []


@pytest.mark.parametrize(
    "between", [APART, dict.fromkeys(("440", "442"), ("withdraw", ""))]
)
def test_an_answer_counts_again_after_another_one_under_the_name_in_capitals(
    tmp_path, between
):
    """The import would say that it recorded the answer, and the ledger would not have it."""
    precinct = begun(tmp_path, 440, 442)
    asked_as = ("", "decided-case")
    for by, verdicts in (("Aynur", SAME), ("AYNUR", between), ("Aynur", SAME)):
        said = precinct.answer(by, verdicts, asked_as)
        assert (said["recorded"], said["problems"]) == (2, [])
        # Told by the name that stands in the file.
        assert {one["decided_by"] for one in said["replacements"]} <= {by}
        workspaces.run(precinct.folder)
        assert precinct.left() == ({"442"} if verdicts is SAME else set())


def test_different_people_against_all_evidence_need_a_reason(tmp_path):
    """A word chosen in the wrong row would leave one voter on the list twice."""
    precinct = begun(tmp_path, 440, 442)
    assert all(row["probability"] > 0.99 for _, row in precinct.rows("queue"))
    said = precinct.answer("Aynur", dict.fromkeys(("440", "442"), ("separate", "")))
    assert said["recorded"] == 0
    assert {one["code"] for one in said["problems"]} == {"separate-without-reason"}
    assert precinct.answer("Aynur", APART)["recorded"] == 2
    # Who reads after others is not told how sure the program is.
    said = precinct.answer(
        "Bahram", dict.fromkeys(("440", "442"), ("separate", "")), ("decided-case",)
    )
    assert said["problems"] == []


def test_whom_another_case_keeps_is_proposed_to_be_kept(tmp_path):
    """What was proposed would be refused, and whoever takes it would not know why."""
    precinct = begun(tmp_path, 440, 442)
    (proposed,) = (
        number for number, row in precinct.rows("queue") if row["role"] == "keep"
    )
    (other,) = {"440", "442"} - {proposed}
    precinct.answer("Aynur", {other: ("keep", ""), proposed: ("repeat", "seen")})
    precinct.hand_in(440, 442, 443)
    roles = {number: row["role"] for number, row in precinct.rows("queue")}
    assert roles == dict.fromkeys(("440", "442", "443"), "repeat") | {other: "keep"}
    others = ("repeat", "one passport")
    wrong = dict.fromkeys(roles, others) | {proposed: ("keep", "")}
    said = precinct.answer("Bahram", wrong)
    assert said["recorded"] == 0
    assert {one["code"] for one in said["problems"]} == {"kept-elsewhere"}
    assert all("№ 1 Aynur" in one["todo"] for one in said["problems"])
    right = dict.fromkeys(roles, others) | {other: ("keep", "")}
    said = precinct.answer("Bahram", right)
    assert (said["recorded"], said["problems"]) == (3, [])
    workspaces.run(precinct.folder)
    assert precinct.left() == {proposed, "443"}


def test_the_desk_tells_a_dispute_over_two_cases_at_once(tmp_path):
    """Till the next run the list would be taken for decided, and be handed over so."""
    precinct = begun(tmp_path, 440, 442)
    precinct.answer("Aynur", SAME)
    precinct.hand_in(440, 442, 443)
    add_user(
        precinct.folder, "Bahram", Role.ANALYST, desks.PASSWORD, today=workspaces.TODAY
    )
    case = next(
        row["case_id"] for number, row in precinct.rows("queue") if number == "443"
    )
    with desks.running(precinct.folder) as desk:
        bahram = desk.visitor("Bahram")
        shown = bahram.post("/api/open", json={"case": case}).json()
        decision = {
            "case": case,
            "entries": shown["entries"]["id"],
            "seen": shown["cases"]["seen"][0],
            "verdict": "separate",
            "note": "three passports seen",
            "time": "2026-02-03T12:00:00+04:00",
        }
        sent = [{"knows": shown["knows"], "decision": decision}]
        told = bahram.post("/api/decide", json={"language": "en", "decisions": sent})
        states = bahram.get("/api/desk").json()["data"]["codes"]["states"]
    (result,) = told.json()["results"]
    assert states[result["state"]] == "contested"
    assert [one["by"] for one in result["answers"]] == ["Aynur", "Bahram"]


def test_an_answer_is_the_own_one_at_the_desk_though_the_workbook_has_it_in_capitals(
    tmp_path,
):
    """Whoever gave it could not take it back there, and would settle a dispute of their own."""
    precinct = begun(tmp_path, 440, 442)
    precinct.answer("AYNUR", SAME)
    add_user(
        precinct.folder, "Aynur", Role.ANALYST, desks.PASSWORD, today=workspaces.TODAY
    )
    workspaces.run(precinct.folder)
    (case,) = {row["case_id"] for _, row in precinct.rows("cases")}
    with desks.running(precinct.folder) as desk:
        shown = desk.visitor("Aynur").post("/api/open", json={"case": case}).json()
    assert [one["by"] for one in shown["answers"]] == ["Aynur"]
