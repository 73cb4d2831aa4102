"""A constituency and the centre through a year: what is decided below, and what comes of it above.

Each story is about persons of its own. All go side by side: in a step whatever is decided is handed
over in one package, and one run above takes it in.
"""

import io
import re
import shutil
import zipfile
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest

import handing
import workspaces
from command_line import EN, call
from deciding import amendments_of, decisions_of
from handing import code_of, told
from review_books import fill
from voterlist import strict_json
from voterlist.deadlines.handovers import balances_below, handovers
from voterlist.storage.ledger import Ledger, reading

FROZEN = "[calendar]\nelection_day = 2026-03-01\n"
"""Permanent lists are frozen after 4 February, those of wards and ships after 9."""
IN_TIME, LATE = handing.DAY, "2026-02-06"
TERRITORY = '[territory.precincts]\n88 = "1-4"\n'
BY = "Leyla M."
DIED = {"action": "strike", "ground": "died", "document": "Akt 5"}
GONE = {"action": "strike", "ground": "moved-away", "document": "Akt 5"}

ODD = {
    "surname": "Cəmi",
    "given_name": "Elçin və Nigar",
    "patronymic": "Rauf oğlu Əli qızı",
    "address": "Həyat yoldaşı Məmmədov Elçin Rauf oğlu 12.03.1970, ailəsi (4 nəfər)",
    "birth_date": "1970-03-12 1971-04-13",
    "document": "Əliyev Vəli Həsən oğlu AZE 12345678",
    "fin": "7-12",
}
"""What seven voters of precinct 2 are corrected to; in a list of strangers it is asked about."""
LISTS = {
    # Of the two who are named twice and have no number, the other one stands in precinct 2.
    1: """1;Məmmədov;Elçin;Rauf oğlu;12.03.1970;kişi;Nizami küç. 4;5XK1234
2;Hüseynli;Tural;Əhməd oğlu;23.11.1988;kişi;Nizami küç. 8;5XK1236
3;QULIYEVA;SEVINC;VAQIF QIZI;30.09.1991;qadın;Füzuli küç. 1;5XK1237
4;Qarayev;Elşən;Yusif oğlu;14.03.1971;kişi;Nizami küç. 18;
5;Səfərov;Nahid;Adil oğlu;02.08.1959;kişi;Nizami küç. 22;
6;Nəbiyev;Sahib;Elman oğlu;19.07.1941;kişi;Nizami küç. 23;5XK1261
7;Tağıyev;Murad;Sabir oğlu;14.10.1972;kişi;Nizami küç. 24;5XK1262
""",
    2: """1;Məmmədov;Elçin;Rauf oğlu;12.03.1970;kişi;Səttar Bəhlulzadə küç. 17;5XK1234
2;Rzayev;Orxan;Şamil oğlu;05.05.1965;kişi;Səttar Bəhlulzadə küç. 19;5XK1238
3;Rzayeva;Aygün;Nadir qızı;17.02.1969;qadın;Səttar Bəhlulzadə küç. 19;5XK1239
4;Qarayev;Elçən;Yusif oğlu;14.03.1971;kişi;Nizami küç. 18;
5;Səfərov;Nahit;Adil oğlu;02.08.1959;kişi;Nizami küç. 22;
6;Bağırova;Həcər;Cavad qızı;28.06.1947;qadın;Şuşa küç. 1;5XK1271
7;Vəliyeva;Nigar;Zahid qızı;21.08.1983;qadın;Şuşa küç. 2;5XK1272
8;İsmayılov;Orxan;Şamil oğlu;15.12.1955;kişi;Şuşa küç. 3;5XK1273
9;Cəfərova;Lalə;Tofiq qızı;11.12.1995;qadın;Şuşa küç. 4;5XK1274
10;Abdullayeva;Könül;Arif qızı;03.03.1986;qadın;Şuşa küç. 5;5XK1275
11;Nəsirov;Ramiz;Telman oğlu;08.01.1963;kişi;Şuşa küç. 6;5XK1276
12;Kərimova;Ülviyyə;Natiq qızı;25.05.1979;qadın;Şuşa küç. 7;5XK1277
""",
    3: """1;Həsənov;Kamran;Əli oğlu;06.06.1971;kişi;Dədə Qorqud küç. 1;5XK1280
2;Əhmədova;Sara;Vəli qızı;27.10.1990;qadın;Dədə Qorqud küç. 4;5XK1281
""",
    # A name in two spellings is asked about where it is the only one.
    4: """1;Dağlı;Aynur/Aynurə;Kamil qızı;09.04.1958;qadın;Heydər küç. 3;5XK1290
2;Babayeva;Zəhra/Zəhraə;Muxtar qızı;07.07.1970;qadın;Heydər küç. 1;5XK1291
3;Babayev;Vaqif/Vaqifə;Nadir oğlu;16.02.1968;kişi;Heydər küç. 1;5XK1292
""",
}
WARD = "1;Qasımov;Fikrət;Yusif oğlu;09.04.1958;kişi;Dədə Qorqud küç. 2;5XK7701\n"
IN_89 = """1;Vəliyev;Samir;Zahid oğlu;01.02.1980;kişi;Şuşa küç. 3;5XK1240
2;Şərifov;Zaur;Kamil oğlu;02.01.2008;kişi;Şuşa küç. 3;5XK1250
3;Orucova;Sevda;Yaşar qızı;11.12.2007;qadın;Şuşa küç. 4;5XK1251
"""
MOVED_THERE = """4;Həsənov;Kamran;Əli oğlu;06.06.1971;kişi;Şuşa küç. 8;5XK1280
5;Rzayev;Orxan;Şamil oğlu;05.05.1965;kişi;Şuşa küç. 9;5XK1238
"""
ALL = sum(text.count("\n") for text in LISTS.values()) + len((WARD, "Zaur", "Sevda"))


class Year:
    """The two commissions, and what came of each step.

    Attributes:
        steps: of each package what was ``handed`` over and ``taken`` in, how many lists were asked
            for, and the tables of the runs ``below`` and ``above``.
        answers: what was told of the two cases after each round of answers.
    """

    def __init__(self, folder):
        self.below = workspaces.make(
            folder / "below", settings=f"{handing.BELOW}{FROZEN}".replace("1-2", "1-4")
        )
        self.above = folder / "above"
        self.there = self.above / "inbox" / "89" / "3.csv"
        self.pair = handing.Pair(self.below, self.above, folder)
        self.steps, self.answers = [], []
        inbox = self.below / "inbox" / "88"
        for precinct, rows in LISTS.items():
            text = f"{precinct} saylı seçki məntəqəsi\n{workspaces.HEADER}{rows}"
            if precinct == 3:
                # Its whole names stand in one column.
                text = re.sub(r"(?m)^(№|\d+);([^;]*);([^;]*);", r"\1;\2 \3 ", text)
            (inbox / f"menteqe-{precinct}.csv").write_text(text, encoding="utf-8")
        titles = "Müvəqqəti seçicilər siyahısı\n2 saylı seçki məntəqəsi\n"
        ward = f"{titles}{workspaces.HEADER}{WARD}"
        (inbox / "xestexana.csv").write_text(ward, encoding="utf-8")
        self.there.parent.mkdir(parents=True)
        self.there.write_text(f"{workspaces.HEADER}{IN_89}", encoding="utf-8")
        settings = f"{handing.ABOVE}{FROZEN}{TERRITORY}"
        (self.above / "voterlist.toml").write_text(settings, encoding="utf-8")
        for workspace in (self.below, self.above):
            told("keys", "make", workspace, "--today", IN_TIME)
        handing.trust(self.above, self.below, "Göyçay")
        handing.trust(self.below, self.above, "MSK")

    def entries(self, **of):
        """The ids of the entries below that have these values."""
        return [
            row["entry_id"]
            for row in handing.newest(self.below, "entries").to_pylist()
            if all(row[name] == value for name, value in of.items())
        ]

    def say(self, said, day=IN_TIME, **of):
        """Record an answer about the entries below that have these values."""
        at = {"decided_by": BY, "decided_at": f"{day}T09:00:00+04:00"}
        rows = [at | said | {"entry_id": entry} for entry in self.entries(**of)]
        assert rows, of
        with Ledger(self.below / "ledger.db") as ledger:
            ledger.amend(amendments_of(*rows))

    def decide(self, verdict_of):
        """Decide every case below: verdicts by (surname, precinct), ``separate`` of all others."""
        entries = handing.newest(self.below, "entries").to_pylist()
        of = {row["entry_id"]: (row["surname"], row["precinct"]) for row in entries}
        cases = handing.newest(self.below, "cases").to_pylist()
        rows = [
            (row["case_id"], row["entry_id"], verdict_of.get(of[row["entry_id"]], "separate"))
            for row in cases
        ]  # fmt: skip
        assert len(rows) == 6
        said = decisions_of(*rows)
        with Ledger(self.below / "ledger.db") as ledger:
            place = said.column_names.index("decided_by")
            ledger.decide(said.set_column(place, "decided_by", [[BY] * len(rows)]))

    def run(self, workspace, day=IN_TIME):
        """What a run says; it is refused by nothing."""
        code, said = told("run", workspace, "--today", day)
        assert code in {0, 1}, said
        return said

    def hand_over(self, day=IN_TIME):
        """What is decided goes up, and is read there."""
        self.run(self.below, day)
        name = f"package-{len(self.steps)}.zip"
        code, handed = self.pair.submit(name, day=day)
        assert code == 0, [one for one in handed["gates"] if one["open"]]
        code, taken = self.pair.receive(name, day=day)
        assert code == 0, taken
        ran = self.run(self.above, day)
        self.steps.append(
            SimpleNamespace(
                handed=handed["package"], taken=taken, ran=ran, package=self.pair.folder / name,
                below=tables(self.below), above=tables(self.above),
            )
        )  # fmt: skip

    def give_back(self, workspace, constituency):
        """What comes down to a commission: the content of the return."""
        package = self.pair.folder / f"down-{constituency}.zip"
        package.unlink(missing_ok=True)
        words = ("-c", constituency, "--out", package, "--today", IN_TIME)
        assert told("return", self.above, *words)[0] == 0
        assert told("receive", workspace, package, "--today", IN_TIME)[0] == 0
        with zipfile.ZipFile(package) as file:
            (name,) = [one for one in file.namelist() if one.endswith("/cases.json")]
            return strict_json.loads(file.read(name))

    def answer(self, **people):
        """Answer the cases of those who were added: Zaur from a register, Sevda when she asked."""
        for name, (by, *words) in people.items():
            said = (*words, "--by", by, "--today", IN_TIME)
            code, made = told(
                "answer", self.below, "--case", self.case(name)["number"], *said
            )
            assert code == 0, made
        self.answers.append([self.case(name)["answer"] for name in people])

    def case(self, name):
        """The case of one of the two who were added."""
        is_register = name == "zaur"
        (found,) = [
            case
            for case in told("answer", self.below)[1]["cases"]
            if case["own"][0]["entry_id"].startswith("newly-of-age:") == is_register
        ]
        return found


def tables(workspace):
    """The tables of the newest run, by name, each read when it is asked for."""
    run = max((workspace / "runs").iterdir(), key=lambda one: one.stat().st_mtime_ns)
    return lambda name: pq.read_table(run / f"{name}.parquet").to_pylist()


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    year = Year(tmp_path_factory.mktemp("year"))
    add_two(year)
    beside = ("Qarayev", 2), ("Səfərov", 2)
    same = dict.fromkeys(beside, "keep") | {(name, 1): "repeat" for name, _ in beside}
    year.decide(same | {("Məmmədov", 1): "keep"})
    to_two = GONE | {"constituency": 88, "precinct": 2}
    year.say(to_two, surname="Qarayev", precinct=1)
    for number, (field, value) in enumerate(ODD.items(), 1271):
        said = {"action": "correct", "ground": "document-seen", "document": "Akt 5"}
        year.say(said | {"field": field, "value": value}, fin=f"5XK{number}")
    year.hand_over()

    year.give_back(year.below, 88)
    year.shown = call("answer", year.below).stdout
    for path in (year.above / "inbox" / "88" / "conec-088").glob("*.parquet"):
        shutil.copy(path, year.above / "reference" / f"last-cycle-{path.name}")
    year.answer(zaur=(BY, "--stays"), sevda=("Orxan", "--stays"))
    year.decide(same | {("Məmmədov", 1): "keep", ("Məmmədov", 2): "repeat"})
    year.say(DIED | {"reason": "told by the family"}, surname="Dağlı")
    # An earlier version kept what was written beside a death.
    year.say(DIED | {"precinct": 3}, surname="Nəbiyev")
    to_89 = GONE | {"constituency": 89, "precinct": 3}
    year.say(to_89, fin="5XK1280")
    year.say(to_89, surname="Rzayev")
    leave_out_rzayeva(year)
    year.hand_over()

    year.proposals = year.give_back(year.below, 88)["proposals"]
    ask_89(year)
    year.there.write_text(f"{workspaces.HEADER}{IN_89}{MOVED_THERE}", encoding="utf-8")
    elsewhere = ("--elsewhere", "--document", "AA 12/5")
    year.answer(zaur=(BY, *elsewhere), sevda=("Orxan", *elsewhere))
    year.hand_over()

    year.answer(zaur=(BY, "--stays"), sevda=(BY, "--stays"))
    year.decide({})
    for surname in ("Dağlı", "Nəbiyev", "Rzayev", "Həsənov Kamran Əli oğlu", "Qarayev"):
        is_first = {"precinct": 1} if surname == "Qarayev" else {}
        back = {"action": "withdraw", "ground": None, "document": None}
        of = {"fin": "5XK1280"} if " " in surname else {"surname": surname}
        year.say(back, **of, **is_first)
    year.hand_over()

    year.removals = list((year.above / "reference").glob("removals*"))
    return year


@pytest.fixture(scope="module")
def late(year):
    """The year when the permanent lists are frozen, and courts have decided."""
    court = {"action": "strike", "ground": "court", "document": "№ 5"}
    year.say(court, LATE, precinct=4)
    year.say(court, LATE, surname="Hüseynli")
    year.say(DIED, LATE, list_kind="temporary")
    year.hand_over(LATE)
    return year


def add_two(year):
    """Add Zaur from a register by the workbook, and Sevda by an application."""
    head = "Soyadı;Adı;Atasının adı;Doğum tarixi;FİN;Seçki dairəsi;Seçki məntəqəsi\n"
    row = "Şərifov;Zaur;Kamil oğlu;02.01.2008;5XK1250;88;1\n"
    register = year.below / "reference" / "newly-of-age.csv"
    register.write_text(head + row, encoding="utf-8")
    year.run(year.below)
    book = year.pair.folder / "review.xlsx"
    told("review", "export", year.below, "--out", book, "--language", "en")
    added = {
        "answer": "add",
        "ground": EN("ground.newly-of-age.title"),
        "document": "AA 5",
        "precinct": "1",
        "decided_by": BY,
    }
    fill(book, lambda row: added if row["sheet"] == "Additions" else None)
    day = ("--today", IN_TIME)
    assert told("review", "import", year.below, book, *day)[1]["recorded"] == 1
    who = (
        "--what",
        "add",
        "--name",
        "Orucova Sevda Yaşar qızı",
        "--born",
        "11.12.2007",
    )
    who += ("--set", "fin=5XK1251", "--set", "precinct=1", "--document", "AZE 2")
    assert told("application", "take", year.below, *who, "--by", "Sevda", *day)[0] == 0
    grant = ("--grant", "--ground", "left-out", "--by", BY, *day)
    said = told("application", "decide", year.below, 1, *grant)[1]
    assert said["standing"] == "holds"


def leave_out_rzayeva(year):
    """She is asked about below and corrected above, and then her list is without her."""
    (above,) = [
        row["entry_id"]
        for row in handing.newest(year.above, "entries").to_pylist()
        if row["surname"] == "Rzayeva"
    ]
    said = {"action": "correct", "field": "address", "value": "Nizami küç. 5"}
    with Ledger(year.above / "ledger.db") as ledger:
        ledger.amend(amendments_of({"entry_id": above, **said}))
    year.say({"action": "ask", "ground": "to-be-checked"}, surname="Rzayeva")
    path = year.below / "inbox" / "88" / "menteqe-2.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "Rzayeva" not in line), "utf-8")


def ask_89(year):
    """The other constituency, which handed in plain files, takes in what is returned to it."""
    settings = '[workspace]\nname = "Ucar dairəsi"\nconstituency = 89\n'
    other = workspaces.make(year.pair.folder / "89", constituency=89, settings=settings)
    for path in (other / "inbox" / "89").glob("*.csv"):
        path.unlink()
    shutil.copy(year.there, other / "inbox" / "89")
    told("keys", "make", other)
    handing.trust(year.above, other, "Ucar")
    handing.trust(other, year.above, "MSK")
    year.give_back(other, 89)
    year.run(other)
    year.other = tables(other)


def missing(tables):
    """(constituency, precinct) where each person who came by a decision is looked for."""
    return [
        (row["constituency"], row["precinct"])
        for row in tables("findings")
        if row["rule"] == "arrived-missing"
    ]


def removed_in(package):
    """Surname -> where they stand now, of whom a package says that they left the lists."""
    with zipfile.ZipFile(package) as file:
        names = [name for name in file.namelist() if name.endswith("removed.parquet")]
        (said,) = (name for name in file.namelist() if name.endswith("/manifest.json"))
        # An earlier version, that knows no such table, told to hand over once more.
        assert strict_json.loads(file.read(said))["format"] == 2
        content = [pq.read_table(io.BytesIO(file.read(name))) for name in names]
    rows = (row for table in content for row in table.to_pylist())
    return {
        row["surname"]: (row["to_constituency"], row["to_precinct"]) for row in rows
    }


def names(rows, column="surname"):
    return [row[column] for row in rows]


def test_whatever_a_list_of_ours_says_of_a_voter_is_taken_in_above(year):
    """One cell that would be asked about in a list of strangers refused the whole hand-over.

    And the own name in capitals beside the printed one was a second voter.
    """
    first = year.steps[0]
    # Two who stand twice are on one list each; Məmmədov, one in each, are two.
    assert first.taken["entries"] == ALL - 2
    above = first.above("entries")
    for field, value in ODD.items():
        assert names(above, field).count(value) == 1, field
    assert first.ran["set_aside"] == {"header-row": len(LISTS) + 2}
    assert len(above) == first.taken["entries"] + IN_89.count("\n")


def test_what_was_decided_below_is_not_asked_above(year):
    """Two namesakes were told apart below; the central commission would ask once more."""
    first = year.steps[0]
    cases = {kind: count for kind, count in first.ran["cases"].items() if count}
    assert cases == {"within-constituency": 1, "across-constituencies": 2}
    assert (first.ran["open_cases"], first.taken["decisions"]) == (2, 2)
    assert set(names(first.above("decisions"), "decided_by")) == {f"{BY} (conec-088)"}


def test_what_was_struck_below_is_told_above_by_its_ground(year):
    """The nation's report would begin where the lists came, and nobody see who was struck."""
    grounds = {"ground.died": 2, "ground.moved-away": 3}
    sums = year.steps[1].handed["sums"]
    assert (sums["struck"], sums["repeated"], sums["listed"]) == (5, 2, ALL - 1 - 7)
    with reading(year.above / "ledger.db") as ledger:
        lines = ledger.journal()
    received = [one for one in handovers(lines) if one.balance]
    assert received[1].balance == {**sums, **grounds}
    last = received[len(year.steps) - 1].balance
    assert balances_below(lines, "2026") == {88: last}
    assert balances_below(lines, "2025") == {}


def test_a_second_package_takes_the_place_of_the_first(year):
    """Whoever was struck since would stand above still, or what was decided come back."""
    first, second = year.steps[:2]
    assert (second.handed["serial"], second.taken["missing"]) == (2, 0)
    assert second.taken["superseded"] == first.handed["id"]
    assert second.taken["entries"] == second.handed["sums"]["listed"]
    kept = year.above / "received" / "submit-2026-conec-088-to-cec-0001" / "inbox"
    assert len(list(kept.iterdir())) == len(LISTS) + 1
    assert second.ran["rows"]["out"] == second.taken["entries"] + IN_89.count("\n")
    assert second.ran["decided"]["changed"] == 0
    # What was said below of Məmmədov's two entries, and is said no more, holds no more above.
    assert second.above("decisions") == []


def test_whom_a_commission_below_struck_is_gone_above_for_a_reason(year):
    """The centre would ask about every voter who died: above, the list lacks them unexplained.

    Names in two spellings are usual in a whole list; alone in a register they were asked about.
    """
    second = year.steps[1]
    told_above = names(second.above("register_rows"), "given_name")
    assert "Aynur/Aynurə" in told_above
    changes = second.above("cycle_changes")
    reasons = [row["reason"] for row in changes if row["cause"] == "recorded"]
    assert sum(reason.endswith("; told by the family") for reason in reasons) == 1
    last = {row["entry_id"]: row["surname"] for row in year.steps[0].above("entries")}
    for step in year.steps[1:4]:
        # Somebody else was left out without a word.
        asked = [
            last.get(row["other_entry_id"])
            for row in step.above("findings")
            if row["rule"] == "removed-without-reason"
        ]
        assert asked == ["Rzayeva"]
    # Once nobody is struck any more, nothing says so above.
    assert year.steps[3].taken["entries"] == ALL - 1
    assert year.removals == []


def test_whoever_is_struck_for_another_place_is_looked_for_there(year):
    """Struck off one list for another that never had her, she stood on none, and nobody asked.

    So it was of lists with the whole name in one column, as that of precinct 3.
    """
    second, third = year.steps[1:3]
    assert missing(second.above) == [(89, 3)] * 2
    # The constituency itself is asked with the next return: only there somebody knows.
    assert missing(year.other) == [(89, 3)] * 2
    assert missing(third.above) == []


def test_whoever_stands_in_another_spelling_is_not_looked_for(year):
    """Whoever stands is asked about as missing, and added: then the person stands twice.

    Of two persons who stand twice, in two spellings, one is struck for the other list too.
    """
    first = year.steps[0]
    done = {row["entry_id"]: row["action"] for row in first.below("applied")}
    by_name = {
        row["given_name"]: done.get(row["entry_id"]) for row in first.below("entries")
    }
    assert [by_name[name] for name in ("Elşən", "Nahid")] == ["strike", "repeat"]
    assert {*removed_in(first.package)} == {"Qarayev", "Səfərov"}
    assert missing(first.above) == []


def test_a_question_about_who_is_listed_no_more_is_none(year):
    """The constituency could hand over no more: nobody can answer about an entry that is gone."""
    assert year.proposals == []
    assert names(year.steps[1].below("entries")).count("Rzayeva") == 0


def test_whoever_was_added_is_asked_about_as_any_voter(year):
    """Whoever was added below and stands elsewhere too ended the return, and stood twice.

    And by the answer that the person stays there, nobody stood there any more. Of whom an
    application added it was refused, as if there were no such entry.
    """
    assert "Şərifov Zaur" in year.shown
    assert year.answers == [["keep"] * 2, ["give-up"] * 2, ["keep"] * 2]
    two = {"Şərifov", "Orucova"}
    for step, count in zip(year.steps[:4], (2, 2, 0, 2), strict=True):
        stand = two & {
            row["surname"] for row in step.above("entries") if row["constituency"] == 88
        }
        # The list to which they were sent is told, or neither has them.
        gone = {
            name: place
            for name, place in removed_in(step.package).items()
            if name in two
        }
        assert (len(stand), gone) == (
            count,
            {} if count else dict.fromkeys(two, (89, 3)),
        )
    added = year.steps[3].below("additions")
    assert sorted(names(added, "given_name")) == ["Sevda", "Zaur"]


def test_lists_that_a_court_emptied_after_the_freeze_are_no_missing_lists(late):
    """Every run of the centre would be refused, and the precinct be asked for its list.

    One voter whom a court struck would stop every run of the centre; so would one who left the
    hospital before the list of the ward is frozen, and be kept on its list.
    """
    last = late.steps[4]
    assert last.taken["entries"] == late.steps[3].taken["entries"] - 5
    assert {*removed_in(last.package)} == {
        "Dağlı",
        "Babayeva",
        "Babayev",
        "Qasımov",
        "Hüseynli",
    }
    for said in (last.ran, late.run(late.above, LATE)):
        assert said["missing_lists"] == []
        assert said["rows"]["out"] == last.ran["rows"]["out"]
    own = [row for row in last.above("balance") if row["constituency"] == 88]
    assert sum(row["listed"] for row in last.below("balance")) == 21
    assert sum(row["listed"] for row in own) == 21
    # A run that is made again knows whose lists they are, too.
    assert told("verify", late.above)[0] == 0


def refused_above(year, name):
    """How a package of what is below is refused; nothing changes by it."""
    year.run(year.below, LATE)
    assert year.pair.submit(name, day=LATE)[0] == 0
    before = handing.contents(year.above)
    refused = code_of(year.pair.receive(name, day=LATE))
    assert handing.contents(year.above) == before
    return refused


def test_after_the_freeze_a_usual_decision_and_a_list_anew_are_refused(late, tmp_path):
    """A voter would be gone from a frozen list by a word of the commission below, or by none."""
    for name in ("below", "above"):
        shutil.copytree(late.pair.folder / name, tmp_path / name)
    own = Year.__new__(Year)
    own.pair = handing.Pair(tmp_path / "below", tmp_path / "above", tmp_path)
    own.below, own.above = own.pair.below, own.pair.above
    frozen = (3, "package-after-freeze")
    own.say(DIED, LATE, surname="QULIYEVA")
    assert refused_above(own, "late.zip") == frozen
    back = {"action": "withdraw", "ground": None, "document": None}
    own.say(back, LATE, surname="QULIYEVA")
    # The commission below forgot the day, and takes in a list anew.
    settings = own.below / "voterlist.toml"
    settings.write_text(settings.read_text("utf-8").replace(FROZEN, ""), "utf-8")
    path = own.below / "inbox" / "88" / "menteqe-1.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:-1]), encoding="utf-8")
    anew = (3, "package-anew-after-freeze")
    assert refused_above(own, "anew.zip") == anew
    moved = '[calendar.moved.updated]\ndue = 2026-02-10\ndecision = "№ 7"\n'
    with (own.above / "voterlist.toml").open("a", encoding="utf-8") as settings:
        settings.write(moved)
    for name, count in (("late.zip", 20), ("anew.zip", 20)):
        code, taken = own.pair.receive(name, day=LATE)
        assert (code, taken["entries"]) == (0, count)
