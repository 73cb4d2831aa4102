"""Cases over two constituencies, settled above by what the constituencies answer.

One story with a person for each way in which two constituencies may answer.
"""

from collections import Counter

import pytest

import handing
import review_books
import workspaces
from command_line import call
from handing import DAY, Pair, told
from side_by_side import seldom_reported
from voterlist.report.values import Words
from voterlist.storage.ledger import reading

AT = ("--today", DAY)
WORDS = Words("en")
PEOPLE = {
    "Leyla": "1;Məmmədova;Leyla;Kamil qızı;01.07.1974;qadın;Nizami küç. 4;",
    "Tural": "2;Hüseynli;Tural;Əhməd oğlu;23.11.1988;kişi;Nizami küç. 8;",
    "Sevinc": "3;Quliyeva;Sevinc;Vaqif qızı;30.09.1991;qadın;Füzuli küç. 1;",
    "Orxan": "4;Rzayev;Orxan;Şamil oğlu;05.05.1965;kişi;Nizami küç. 19;5XK1238",
    "Zaur": "5;Şərifov;Zaur;Ramiz oğlu;17.02.1969;kişi;Nizami küç. 20;5XK1239",
    "Nigar": "6;Vəliyeva;Nigar;Zahid qızı;02.03.1981;qadın;Nizami küç. 21;5XK1240",
    "Aygün": "8;Rzayeva;Aygün;Nadir qızı;17.02.1979;qadın;Nizami küç. 24;5XK1241",
    "Rəna": "9;Bağırova;Rəna;Cavad qızı;28.06.1957;qadın;Nizami küç. 25;5XK1242",
    "Vidadi": "10;Nəsirov;Vidadi;Telman oğlu;08.01.1943;kişi;Nizami küç. 26;5XK1243",
}
STANDS_TWICE = "Elçin"
TWICE = "7;Məmmədov;Elçin;Rauf oğlu;12.03.1970;kişi;Nizami küç. {};"
"""87 has two entries of this person, and says that they are two people: nobody answers of these."""
BOTH_STAY, ALL_GIVE_UP, ONE_KEEPS = "Leyla", "Tural", "Sevinc"
OTHER_DATE = ("01.07.1974", "11.07.1974")
"""Of the one whom both keep, on the list of 87: of one date the commission above would decide."""
SETTLED_ABOVE, LEFT_OPEN, GIVEN_UP_LATER = ALIKE = "Orxan", "Zaur", "Nigar"
"""Of one FIN, name and birth date; both constituencies say that they stand rightly there."""
LEFT_LIST, STRUCK, DIED = BROKEN = "Aygün", "Rəna", "Vidadi"
"""88 says that they stay, so 87 gives them up; then 88 loses them, one of three ways."""
KEPT_BY_88 = {ONE_KEEPS, *BROKEN}
EVERYBODY = {*PEOPLE, STANDS_TWICE}


class Two:
    """Two constituencies with the same people on their lists, and the central commission."""

    def __init__(self, folder):
        self.folder = folder
        self.above = folder / "above"
        self.below = {number: folder / str(number) for number in (88, 87)}
        self.packages, self.names, self.numbers = 0, {}, {}
        (self.above / "inbox").mkdir(parents=True)
        (self.above / "voterlist.toml").write_text(handing.ABOVE, encoding="utf-8")
        told("keys", "make", self.above, *AT)
        for number, below in self.below.items():
            settings = handing.BELOW.replace("88 =", f"{number} =").replace("1-2", "1")
            lists = workspaces.make(below, settings=settings) / "inbox" / "88"
            (lists / "menteqe-2.csv").unlink()
            more = [TWICE.format(house) for house in (22, 23)[: 1 + (number == 87)]]
            rows = "\n".join([*PEOPLE.values(), *more])
            if number == 87:
                rows = rows.replace(*OTHER_DATE)
            text = f"1 saylı seçki məntəqəsi\n{workspaces.HEADER}{rows}\n"
            (lists / "menteqe-1.csv").write_text(text, encoding="utf-8")
            lists.rename(lists.with_name(str(number)))
            told("keys", "make", below, *AT)
            handing.trust(self.above, below, str(number))
            handing.trust(below, self.above, "MSK")
        workspaces.run(self.below[87])
        Pair(self.below[87], self.above, self.folder).decide()

    def hand_over(self, number):
        """Run, hand over and take in; what ``receive`` said."""
        workspaces.run(self.below[number])
        self.packages += 1
        pair = Pair(self.below[number], self.above, self.folder)
        out = self.folder / f"submit-{self.packages}.zip"
        code, said = told("submit", pair.below, "-c", number, "--out", out, *AT)
        assert code == 0, said
        code, said = pair.receive(out.name)
        assert code == 0, said
        return said

    def return_to(self, number):
        """Return what is open, and take it in below; what ``receive`` said there."""
        self.packages += 1
        out = self.folder / f"return-{self.packages}.zip"
        told("return", self.above, "-c", number, "--out", out, *AT)
        code, said = told("receive", self.below[number], out, *AT)
        assert code == 0, said
        return said

    def answer(self, number, **said):
        """Answer the cases of these people, each with whether the person stays."""
        cases = told("answer", self.below[number])[1]["cases"]
        self.names |= self._names(self.below[number])
        of_person = {self.names[one["own"][0]["entry_id"]]: one for one in cases}
        for name, stays in said.items():
            words = [
                "--case",
                of_person[name]["number"],
                "--by",
                f"Clerk {number}",
                *AT,
            ]
            words += ["--stays"] if stays else ["--elsewhere", "--document", "AA 1"]
            code, answered = told("answer", self.below[number], *words)
            assert code == 0, answered

    def _names(self, workspace):
        rows = handing.newest(workspace, "entries").to_pylist()
        return {row["entry_id"]: row["given_name"] for row in rows}

    def leave_out(self, name):
        """Take a person's line out of the list of 88."""
        path = self.below[88] / "inbox" / "88" / "menteqe-1.csv"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        left = [line for line in lines if name not in line]
        path.write_text("".join(left), encoding="utf-8")

    def lose(self):
        """Let 88 lose whom it said to keep; what its gate and its status said of it."""
        below = self.below[88]
        self.leave_out(LEFT_LIST)
        ids = {name: entry for entry, name in self._names(below).items()}
        place = ("--set", "constituency=87", "--set", "precinct=1")
        for name, ground, *more in ((STRUCK, "moved-away", *place), (DIED, "died")):
            words = (
                "--what",
                "strike",
                "--for",
                ids[name],
                "--document",
                "AA 1",
                *more,
            )
            taken = told("application", "take", below, *words, "--by", "Qohum", *AT)[1]
            decide = ("application", "decide", below, taken["number"], "--by", "R", *AT)
            grant = ("--grant", "--ground", ground)
            # That they stay was said of a return before the newest.
            refused = handing.code_of(told(*decide, *grant))
            assert refused == (2, "application-stays")
            grant += ("--although", "Görülüb")
            assert told(*decide, *grant)[1]["standing"] == "holds"
        workspaces.run(below)
        out = ("--out", self.folder / "refused.zip", *AT)
        code, said = told("submit", below, "-c", 88, *out)
        opened = {one["gate"]: one["count"] for one in said["gates"] if one["open"]}
        settings = below / "voterlist.toml"
        text = settings.read_text(encoding="utf-8")
        let_pass = text.replace("[submit]", "[submit]\nreturned_cases = false")
        settings.write_text(let_pass, encoding="utf-8")
        return code, opened, told("status", below, *AT)[1]["asked_above"]

    def times_listed(self):
        """Person of these -> on how many lines of the lists above their FIN stands."""
        table = handing.newest(self.above, "corrected")
        fins = Counter(table.column("fin").to_pylist())
        return {name: fins[PEOPLE[name].split(";")[-1]] for name in BROKEN}

    def queue(self):
        """The people of the open cases of a new run above."""
        workspaces.run(self.above)
        self.names |= self._names(self.above)
        cases = handing.newest(self.above, "queue").to_pylist()
        of_case = {row["case_id"]: self.names[row["entry_id"]] for row in cases}
        for row in handing.newest(self.above, "case_numbers").to_pylist():
            if row["case_id"] in of_case:
                self.numbers[row["number"]] = of_case[row["case_id"]]
        return set(of_case.values())

    def owing(self):
        """(person, constituency) of each answer that ``status`` says is owed."""
        owed = told("status", self.above, *AT)[1]["answers_owed"]
        return {
            (self.numbers[one["number"]], number)
            for one in owed
            for number in one["owing"]
        }

    def verdicts(self):
        """(person, who says so, verdict) of the last word of each about each entry above."""
        with reading(self.above / "ledger.db") as ledger:
            rows = ledger.given_verdicts().to_pylist()
        last = {(row["entry_id"], row["decided_by"]): row["verdict"] for row in rows}
        return [
            (self.names[entry], by, verdict) for (entry, by), verdict in last.items()
        ]

    def settle(self, *people):
        """Decide above that these people stand in 88, and that people of open cases are others.

        Returns what ``review export`` said, and the rows that were filled in.
        """
        path = self.folder / "review.xlsx"
        path.unlink(missing_ok=True)
        words = ("--out", path, "--language", "en", *AT)
        exported = told("review", "export", self.above, *words)[1]

        def decided(row):
            if self.names.get(row["entry_id"]) not in people:
                return None
            verdict = "keep" if row["entry_id"].startswith("088") else "repeat"
            if row["sheet"] == "Cases":
                verdict = "separate"
            elif row.get("asked_as") != "contested-case":
                return None
            answer = WORDS(f"verdict.{verdict}")
            reason = "seen at the door"
            return {"answer": answer, "reason": reason, "decided_by": "Rauf"}

        filled = review_books.fill(path, decided)
        code, said = told("review", "import", self.above, path)
        assert (code, said["recorded"]) == (0, len(filled)), said
        return exported, filled

    def approve(self, number):
        """What comes of approving the lists of a constituency."""
        words = ("--ground", "Qərar 3/7", "--by", "Rauf", *AT)
        return call("approve", self.above, "-c", number, *words)


def played(folder):
    """What is seen after each step, by the step."""
    two, seen = Two(folder), {}

    def look(step, *said):
        """Keep what is seen now, with what ``receive`` said of the packages of this step."""
        queue = two.queue()
        seen[step] = {"said": said, "queue": queue, "owing": two.owing()}
        seen[step]["verdicts"] = two.verdicts()

    look("begun", *map(two.hand_over, two.below))
    for number in two.below:
        two.return_to(number)
    seen["returned"] = two.owing()
    stays = dict.fromkeys(EVERYBODY, True) | {ALL_GIVE_UP: False}
    two.answer(88, **stays)
    look("88 answers", two.hand_over(88))
    two.answer(87, **stays | dict.fromkeys(KEPT_BY_88, False))
    look("87 answers", two.hand_over(87))
    seen["status"] = told("status", two.above, *AT)[1]["units"]
    seen["refused"] = two.approve(88).stderr
    seen["settled"] = two.settle(SETTLED_ABOVE)
    # It asks no more about whom 87 gave up.
    two.return_to(88)
    two.answer(88, **{ALL_GIVE_UP: False})
    seen["lost"] = two.lose()
    two.answer(87, **dict.fromkeys((BOTH_STAY, GIVEN_UP_LATER), False))
    look("settled above", two.hand_over(88), two.hand_over(87))
    seen["down"] = {88: two.return_to(88)}
    seen["asked again"] = two.owing()
    seen["down"][87] = two.return_to(87)
    for number, is_here in ((88, True), (87, False)):
        again = dict.fromkeys((LEFT_LIST, STRUCK), not is_here)
        two.answer(number, **{ALL_GIVE_UP: is_here} | again)
    two.leave_out(DIED)
    look("answered again", *map(two.hand_over, two.below))
    two.settle(LEFT_OPEN, STANDS_TWICE)
    look("all settled")
    seen["listed"] = two.times_listed()
    seen["approved"] = {number: two.approve(number) for number in two.below}
    out = folder / "approved.zip"
    call("return", two.above, "-c", 87, "--out", out, *AT)
    seen["told below"] = call("receive", two.below[87], out, *AT).stdout
    return seen


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    with seldom_reported():
        return played(tmp_path_factory.mktemp("two"))


def told_by(seen, step, what="settled"):
    """What ``receive`` said of the packages of a step, in their order."""
    return [one[what] for one in seen[step]["said"]]


def words_of(seen, step, name):
    """(who says so, verdict) of all that is said above of a person."""
    return sorted((by, said) for who, by, said in seen[step]["verdicts"] if who == name)


FROM_88, FROM_87 = "Clerk 88 (conec-088)", "Clerk 87 (conec-087)"


def test_who_has_not_answered_yet_owes_it_and_nothing_is_settled(seen):
    """By the word of one alone the other would lose the voter, or nobody be asked any more."""
    assert seen["begun"]["queue"] == EVERYBODY
    both = {(name, number) for name in EVERYBODY for number in (88, 87)}
    assert seen["returned"] == both
    assert told_by(seen, "88 answers") == [0]
    assert seen["88 answers"]["queue"] == EVERYBODY - {ALL_GIVE_UP}
    assert seen["88 answers"]["owing"] == {(name, 87) for name in EVERYBODY}
    said_there = {who for who, *_ in seen["88 answers"]["verdicts"]}
    assert said_there == {STANDS_TWICE}


def test_where_both_say_stays_the_queue_above_does_not_ask_again(seen):
    """The constituencies have answered; the central commission would ask for ever."""
    assert told_by(seen, "87 answers") == [1]
    for step in ("87 answers", "settled above", "answered again"):
        assert BOTH_STAY not in seen[step]["queue"]
        assert BOTH_STAY not in {name for name, _ in seen[step]["owing"]}
    said = words_of(seen, "87 answers", BOTH_STAY)
    assert said == [(FROM_87, "separate"), (FROM_88, "separate")]


def test_an_answer_that_is_changed_opens_what_it_had_settled(seen):
    """The verdict of a constituency that says otherwise now would stand on in its name.

    A later package of the other one says the same again, and opens nothing.
    """
    assert told_by(seen, "settled above") == [1, 0]
    said = words_of(seen, "settled above", BOTH_STAY)
    assert said == [(FROM_87, "withdraw"), (FROM_88, "separate")]


def test_whom_all_gave_up_comes_back_though_no_run_has_the_case_any_more(seen):
    """Struck on both sides, a person stands on no list, and a new return would ask of nobody.

    Where one gives the person up, and the other does not, nothing is left to decide.
    """
    for step in ("87 answers", "settled above"):
        owing = {name for name, number in seen[step]["owing"]}
        assert ALL_GIVE_UP in owing
    listed = len(EVERYBODY) - len(BROKEN)
    assert told_by(seen, "settled above", "entries")[0] == listed - 1
    assert told_by(seen, "answered again", "entries")[0] == listed
    assert told_by(seen, "answered again") == [0, 0]
    assert ALL_GIVE_UP not in seen["answered again"]["queue"]
    assert seen["answered again"]["owing"] == set()


def test_whom_a_constituency_said_to_keep_and_lost_is_asked_about_on_both_sides(seen):
    """The other one had given them up for it: they stood on no list, and all was answered.

    Whoever died is kept by nobody, and would be asked about for ever; so they were once the list
    itself left them out.
    """
    code, opened, asked = seen["lost"]
    # Of whom somebody struck it is known what to answer.
    assert (code, opened, asked) == (1, {"returned-cases": 1}, 1)
    lost = {(name, number) for name in (LEFT_LIST, STRUCK) for number in (88, 87)}
    whole = {(ALL_GIVE_UP, 88), (ALL_GIVE_UP, 87)}
    assert seen["87 answers"]["owing"] == whole
    assert seen["settled above"]["owing"] == whole | lost
    assert seen["listed"] == {LEFT_LIST: 1, STRUCK: 1, DIED: 0}


def test_who_kept_a_person_is_heard_though_a_later_return_asks_another(seen):
    """The constituency that gave the person up was told that it owes an answer, for ever."""
    for step in ("87 answers", "settled above", "answered again"):
        assert ONE_KEEPS not in seen[step]["queue"]
        assert ONE_KEEPS not in {name for name, _ in seen[step]["owing"]}
    assert ONE_KEEPS not in {name for name, _ in seen["asked again"]}


def test_one_person_whom_both_keep_is_for_the_central_commission_to_decide(seen):
    """One FIN, name and birth date on two lists would vote twice, and nobody be asked."""
    assert told_by(seen, "87 answers", "contested") == [len(ALIKE)]
    assert seen["87 answers"]["queue"] == {*ALIKE, STANDS_TWICE}
    for name in ALIKE:
        said = words_of(seen, "87 answers", name)
        assert said == [
            (by, word) for by in (FROM_87, FROM_88) for word in ("keep", "repeat")
        ]
    of_unit = {
        unit["constituency"]: unit["contested"]
        for unit in seen["status"]
        if unit["precinct"] is None
    }
    assert of_unit == {87: len(ALIKE), 88: len(ALIKE)}
    exported, rows = seen["settled"]
    assert exported["contested"] == len(ALIKE)
    for row in rows:
        shown = " ".join(str(cell) for cell in row["shown"])
        assert FROM_87 in shown
        assert FROM_88 in shown


def test_of_two_entries_of_one_constituency_nothing_was_answered(seen):
    """Both would stand on, or go, by an answer about one of them."""
    for step in ("87 answers", "settled above", "answered again"):
        assert STANDS_TWICE in seen[step]["queue"]


def test_an_open_case_over_two_constituencies_keeps_from_an_approval(seen):
    """The lists would be approved with one person on two of them, or on none."""
    assert f"are open: {len({*ALIKE, ALL_GIVE_UP, STANDS_TWICE})}" in seen["refused"]


def test_what_the_centre_settled_stays_and_whose_entry_it_was_hears_of_it(seen):
    """A later package says the same as before; what is settled is no work."""
    contested = told_by(seen, "settled above", "contested")
    assert contested == [2, 1]
    assert SETTLED_ABOVE not in seen["settled above"]["queue"]
    assert [seen["down"][number]["decisions"] for number in (87, 88)] == [1, 0]


def test_nobody_is_a_repetition_by_the_word_of_one_constituency_alone(seen):
    """Whoever gives a case no answer any more would lose the voter whom the other claims."""
    said = words_of(seen, "settled above", GIVEN_UP_LATER)
    assert said == [
        *[(FROM_87, "withdraw")] * 2,
        (FROM_88, "keep"),
        (FROM_88, "withdraw"),
    ]
    assert GIVEN_UP_LATER not in seen["settled above"]["queue"]
    repeats = [one for one in seen["settled above"]["verdicts"] if one[2] == "repeat"]
    assert {name for name, *_ in repeats} == {SETTLED_ABOVE, LEFT_OPEN}


def test_an_approval_tells_what_the_lists_below_do_not_have(seen):
    """Whoever was settled above to stand in one place stood in two, and nobody was told."""
    assert seen["all settled"]["queue"] == set()
    of_87, of_88 = (seen["approved"][number] for number in (87, 88))
    assert (of_87.exit_code, of_88.exit_code) == (0, 0), of_87.stderr
    assert "still have: 2" in of_87.stdout
    assert "still have" not in of_88.stdout
    assert WORDS("review.sheet.named") in seen["told below"]
