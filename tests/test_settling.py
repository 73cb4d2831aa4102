"""Cases over two constituencies, settled above by what the constituencies answer."""

import shutil

import pytest

import handing
import workspaces
from handing import Pair, told
from voterlist.storage.ledger import reading

pytestmark = pytest.mark.slow

DAY = ("--today", handing.DAY)


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

    def return_to(self, number):
        """Return what is open, and take it in below."""
        out = self.folder / f"return-{number}.zip"
        told("return", self.above, "-c", number, "--out", out, *DAY)
        assert told("receive", self.below[number], out, *DAY)[0] == 0

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


@pytest.fixture(scope="module")
def _two(tmp_path_factory):
    """Both have handed over, and both have got back what is open between them."""
    folder = tmp_path_factory.mktemp("settling")
    handing.pair(folder)
    two = Two(folder)
    other = workspaces.make(
        two.below[87],
        settings=handing.BELOW.replace("88 =", "87 =").replace("Göyçay", "Başqa"),
    )
    (other / "inbox" / "88").rename(other / "inbox" / "87")
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
    return two


@pytest.fixture
def two(_two, tmp_path):
    shutil.copytree(_two.folder, tmp_path, dirs_exist_ok=True)
    return Two(tmp_path)


def asked(two, number=88):
    """The cases with one entry here and one there."""
    cases = told("answer", two.below[number])[1]["cases"]
    return [one["number"] for one in cases if len(one["own"] + one["others"]) == 2]


def owing(two):
    """The constituencies that owe an answer to a case, as ``status`` says above."""
    said = told("status", two.above, *DAY)[1]["answers_owed"]
    return {number for one in said for number in one["owing"]}


def test_where_both_say_stays_the_queue_above_does_not_ask_again(two):
    """The constituencies have answered; the central commission would ask for ever."""
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


def test_where_one_gives_the_person_up_nothing_is_left_to_decide(two):
    numbers = asked(two)
    two.answer(88)
    two.answer(87, elsewhere=numbers)
    two.hand_over(88, 2)
    assert two.hand_over(87, 2)["settled"] == 0
    assert not set(numbers) & set(two.run())


def test_an_answer_that_is_changed_opens_what_it_had_settled(two):
    """The verdict of a constituency that says otherwise now would stand on in its name."""
    one, *_ = numbers = asked(two)
    for number in (88, 87):
        two.answer(number)
        two.hand_over(number, 2)
    two.answer(87, elsewhere=[one])
    assert two.hand_over(87, 3)["settled"] == len(numbers) - 1
    with reading(two.above / "ledger.db") as ledger:
        last = {
            (row["case_id"], row["entry_id"]): row["verdict"]
            for row in ledger.given_verdicts().to_pylist()
            if row["decided_by"] == "Clerk 87 (conec-087)"
        }
    assert sorted(last.values()).count("withdraw") == 1
