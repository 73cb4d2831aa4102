"""Cases over two constituencies, settled above by what the constituencies answer."""

import re

import pytest

import handing
import made_once
import review_books
import workspaces
from command_line import call
from handing import Pair, told
from voterlist.report.values import Words
from voterlist.storage.ledger import reading

pytestmark = pytest.mark.slow

DAY = ("--today", handing.DAY)
WORDS = Words("en")


class Two:
    """Two constituencies with the same people on their lists, and the central commission."""

    def __init__(self, folder):
        self.folder = folder
        self.above = folder / "above"
        names = {88: "below", 87: "other"}
        self.below = {number: folder / name for number, name in names.items()}

    def pair(self, number):
        """A constituency and the central commission."""
        return Pair(self.below[number], self.above, self.folder)

    def hand_over(self, number, serial):
        """Run, hand over and take in; what ``receive`` said."""
        workspaces.run(self.below[number])
        out = self.folder / f"submit-{number}-{serial}.zip"
        words = ("-c", number, "--out", out, *DAY)
        code, said = told("submit", self.below[number], *words)
        assert code == 0, said
        code, said = self.pair(number).receive(out.name)
        assert code == 0, said
        return said

    def return_to(self, number, serial=1):
        """Return what is open, and take it in below; what ``receive`` said there."""
        out = self.folder / f"return-{number}-{serial}.zip"
        told("return", self.above, "-c", number, "--out", out, *DAY)
        code, said = told("receive", self.below[number], out, *DAY)
        assert code == 0, said
        return said

    def answer(self, number, elsewhere=()):
        """Answer each case; the numbers of those in ``elsewhere`` give the person up."""
        for case in told("answer", self.below[number])[1]["cases"]:
            words = ["--case", case["number"], "--by", f"Clerk {number}", *DAY]
            is_gone = case["number"] in elsewhere
            words += ["--elsewhere", "--document", "AA 1"] if is_gone else ["--stays"]
            code, said = told("answer", self.below[number], *words)
            assert code == 0, said

    def run(self):
        """The open cases with entries of both, by number."""
        workspaces.run(self.above)
        queue = handing.newest(self.above, "queue").to_pylist()
        numbers = {
            row["case_id"]: row["number"]
            for row in handing.newest(self.above, "case_numbers").to_pylist()
        }
        places = {}
        for row in queue:
            places.setdefault(numbers[row["case_id"]], set()).add(row["constituency"])
        return sorted(number for number, found in places.items() if len(found) == 2)


def make(folder, *, is_one_person):
    """Both have handed over, and both have got back what is open between them.

    ``is_one_person``: the people of both have the same identifiers; else those of one have none.
    """
    handing.pair(folder)
    two = Two(folder)
    other = workspaces.make(
        two.below[87],
        settings=handing.BELOW.replace("88 =", "87 =").replace("Göyçay", "Başqa"),
    )
    (other / "inbox" / "88").rename(other / "inbox" / "87")
    for path in (other / "inbox" / "87").iterdir():
        # Three of the people stand in both, and one of them twice.
        rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
        text = "".join(rows[: 5 if rows[0].startswith("1 ") else 3])
        if not is_one_person:
            text = re.sub(r";5XK\d+$", ";", text, flags=re.MULTILINE)
        path.write_text(text, encoding="utf-8")
    workspaces.run(other)
    two.pair(87).decide()
    assert told("keys", "make", other, *DAY)[0] == 0
    handing.trust(two.above, other, "Başqa")
    handing.trust(other, two.above, "MSK")
    for number in two.below:
        two.hand_over(number, 1)
    assert two.run()
    for number in two.below:
        two.return_to(number)


@pytest.fixture
def two(tmp_path):
    """Their people have one name and birth date."""
    made_once.copied("two", lambda folder: make(folder, is_one_person=False), tmp_path)
    return Two(tmp_path)


@pytest.fixture
def alike(tmp_path):
    """Their people have one FIN too, and both have said that they stand rightly there."""
    made_once.copied("kept by both", _stays_twice, tmp_path)
    return Two(tmp_path)


def _stays_twice(folder):
    """Both answer of all cases that the person stands rightly there."""
    made_once.copied("alike", lambda made: make(made, is_one_person=True), folder)
    two = Two(folder)
    numbers = asked(two)
    for number in (88, 87):
        two.answer(number)
        said = two.hand_over(number, 2)
    assert (said["settled"], said["contested"]) == (0, len(numbers))


def asked(two, number=88):
    """The cases with one entry here and one there."""
    cases = told("answer", two.below[number])[1]["cases"]
    return [one["number"] for one in cases if len(one["own"] + one["others"]) == 2]


def owing(two):
    """The constituencies that owe an answer to a case, as ``status`` says above."""
    said = told("status", two.above, *DAY)[1]["answers_owed"]
    return {number for one in said for number in one["owing"]}


def test_where_both_say_stays_the_queue_above_does_not_ask_again(two):
    """The constituencies have answered; the central commission would ask for ever.

    And the verdict of a constituency that says otherwise now would stand on in its name.
    """
    one, *_ = numbers = asked(two)
    assert owing(two) == {87, 88}
    two.answer(88)
    assert two.hand_over(88, 2)["settled"] == 0
    assert set(numbers) <= set(two.run())
    assert owing(two) == {87}
    two.answer(87)
    assert two.hand_over(87, 2)["settled"] == len(numbers)
    assert owing(two) == set()
    assert not set(numbers) & set(two.run())
    decided = handing.newest(two.above, "decisions").to_pylist()
    by = {row["decided_by"] for row in decided}
    assert {"Clerk 88 (conec-088)", "Clerk 87 (conec-087)"} <= by
    # A later package of one of them says the same again, and opens nothing.
    assert two.hand_over(88, 3)["settled"] == len(numbers)
    assert not {one} & set(two.run())
    # An answer that is changed opens what it had settled.
    two.answer(87, elsewhere=[one])
    assert two.hand_over(87, 3)["settled"] == len(numbers) - 1
    with reading(two.above / "ledger.db") as ledger:
        last = {
            (row["case_id"], row["entry_id"]): row["verdict"]
            for row in ledger.given_verdicts().to_pylist()
            if row["decided_by"] == "Clerk 87 (conec-087)"
        }
    assert sorted(last.values()).count("withdraw") == 1


def test_whom_all_gave_up_comes_back_though_no_run_has_the_case_any_more(two):
    """Struck on both sides, a person stands on no list, and a new return would ask of nobody.

    Where one gives the person up, and the other does not, nothing is left to decide.
    """
    numbers = asked(two)
    everybody = handing.newest(two.above, "entries").num_rows
    for number in two.below:
        two.answer(number, elsewhere=numbers)
    handed = [two.hand_over(number, 2)["entries"] for number in two.below]
    assert sum(handed) == everybody - 2 * len(numbers)
    assert not set(numbers) & set(two.run())
    assert owing(two) == {87, 88}
    for number in two.below:
        two.return_to(number, 2)
    two.answer(88)
    two.answer(87, elsewhere=numbers)
    handed = [two.hand_over(number, 3) for number in two.below]
    assert sum(one["entries"] for one in handed) == everybody - len(numbers)
    assert [one["settled"] for one in handed] == [0, 0]
    assert not set(numbers) & set(two.run())
    assert owing(two) == set()


def repeats(two):
    """(entry, who says so) of the entries that are called a repetition above."""
    with reading(two.above / "ledger.db") as ledger:
        rows = ledger.given_verdicts().to_pylist()
    last = {(row["entry_id"], row["decided_by"]): row["verdict"] for row in rows}
    return {key for key, verdict in last.items() if verdict == "repeat"}


def test_one_person_whom_both_keep_is_for_the_central_commission_to_decide(alike):
    """One FIN, name and birth date on two lists would vote twice, and nobody be asked."""
    numbers = asked(alike)
    assert set(numbers) <= set(alike.run())
    said = told("status", alike.above, *DAY)[1]
    contested = {
        unit["constituency"]: unit["contested"]
        for unit in said["units"]
        if unit["precinct"] is None
    }
    assert contested == {87: len(numbers), 88: len(numbers)}
    words = ("--ground", "Qərar 3/7", "--by", "Rauf", *DAY)
    code, refused = told("approve", alike.above, "-c", 88, *words)
    assert (code, refused["error"]["code"]) == (2, "approve-open-cases")
    path = alike.folder / "review.xlsx"
    words = ("--out", path, "--language", "en", *DAY)
    assert told("review", "export", alike.above, *words)[1]["contested"] == len(numbers)
    clerks = ("Clerk 87 (conec-087)", "Clerk 88 (conec-088)")
    rows = [
        row
        for row in review_books.rows_of(path)
        if row.get("asked_as") == "contested-case"
    ]
    for row in rows:
        shown = " ".join(str(cell) for cell in row["shown"])
        assert all(clerk in shown for clerk in clerks)
    one = rows[0]["case_id"]

    def settle(row):
        if row.get("asked_as") != "contested-case" or row["case_id"] != one:
            return None
        is_kept = row["entry_id"].startswith("088")
        answer = WORDS("verdict.keep" if is_kept else "verdict.repeat")
        return {"answer": answer, "reason": "seen at the door", "decided_by": "Rauf"}

    assert len(review_books.fill(path, settle)) == 2
    code, said = told("review", "import", alike.above, path)
    assert (code, said["recorded"]) == (0, 2), said
    assert len({*numbers} & {*alike.run()}) == len(numbers) - 1
    # A later package says the same as before, and opens nothing; what is settled is no work.
    assert alike.hand_over(88, 3)["contested"] == len(numbers) - 1
    assert len({*numbers} & {*alike.run()}) == len(numbers) - 1
    # Whose entry it was hears of it.
    assert alike.return_to(87, 2)["decisions"] == 1
    assert alike.return_to(88, 2)["decisions"] == 0


def test_nobody_is_a_repetition_by_the_word_of_one_constituency_alone(alike):
    """Whoever gives a case no answer any more would lose the voter whom the other claims."""
    one, *_ = numbers = asked(alike)
    assert len(repeats(alike)) == 2 * len(numbers)
    alike.answer(87, elsewhere=[one])
    alike.hand_over(87, 3)
    assert len(repeats(alike)) == 2 * len(numbers) - 2
    assert one not in alike.run()


def test_who_kept_a_person_is_heard_though_a_later_return_asks_another(two):
    """The constituency that gave the person up was told that it owes an answer, for ever."""
    two.answer(88)
    two.answer(87, elsewhere=asked(two, 87))
    for number in two.below:
        two.hand_over(number, 2)
    two.run()
    assert owing(two) == set()
    two.return_to(88, 2)
    assert owing(two) == set()


def test_an_approval_tells_what_the_lists_below_do_not_have(alike):
    """Whoever was settled above to stand in one place stood in two, and nobody was told."""
    numbers = asked(alike)
    alike.run()
    path = alike.folder / "review.xlsx"
    words = ("--out", path, "--language", "en", *DAY)
    told("review", "export", alike.above, *words)

    def settle(row):
        if row.get("asked_as") == "contested-case":
            is_kept = row["entry_id"].startswith("088")
            answer = WORDS("verdict.keep" if is_kept else "verdict.repeat")
        elif row["sheet"] == "Cases":
            answer = WORDS("verdict.separate")
        else:
            return None
        return {"answer": answer, "reason": "seen at the door", "decided_by": "Rauf"}

    review_books.fill(path, settle)
    assert told("review", "import", alike.above, path)[0] == 0
    alike.run()
    words = ("--ground", "Qərar 3/7", "--by", "Rauf", *DAY)
    found = call("approve", alike.above, "-c", 87, *words)
    assert found.exit_code == 0, found.stderr
    assert f"still have: {len(numbers)}" in found.stdout
    assert "still have" not in call("approve", alike.above, "-c", 88, *words).stdout
    out = alike.folder / "down.zip"
    call("return", alike.above, "-c", 87, "--out", out, *DAY)
    taken = call("receive", alike.below[87], out, *DAY).stdout
    assert WORDS("review.sheet.named") in taken
