"""Entries without a finding, decided in the workbook: named by number, and never the wrong one."""

from __future__ import annotations

import pytest

import handing
import workspaces
from command_line import AZ, EN, call, told
from deciding import amendments_of
from review_books import fill_named
from side_by_side import Step, hand_in, register, stories_in, walk
from voterlist.casework.printed import NAMED_PROBLEMS
from voterlist.storage.ledger import Ledger

DAY = ("--today", "2026-02-03")
BY = ("--by", "Aytən")
NO_7, NO_8 = {"document": "№ 7"}, {"document": "№ 8"}
ASK = {"answer": "ask the precinct", "ground": EN("ground.to-be-checked.title")}
DIED = {"answer": "strike", "ground": EN("ground.died.title"), **NO_7}
AWAY = {"answer": "strike", "ground": EN("ground.moved-away.title"), **NO_7}


def book_of(workspace, *lines, name="review.xlsx"):
    """A workbook of a story of its own, with these lines."""
    out = workspace.parent / name
    words = ("--out", out, "--language", "en", *DAY)
    made = call("review", "export", workspace, *words)
    assert made.exit_code == 0, made.stderr
    fill_named(out, *lines)
    return out


def read_in(workspace, book):
    """(exit code, how many answers were recorded, codes of the problems)."""
    code, made = told("review", "import", workspace, book, *BY)
    return code, made["recorded"], codes(made["problems"])


def codes(problems):
    return [problem["code"] for problem in problems]


def corrected(number="2", name="Rzayev Orxan", **more):
    """A line that corrects an entry of precinct 2."""
    return {
        "listed_in": "2",
        "listed_as": number,
        "listed_name": name,
        "answer": "correct",
        "field": EN("field.address"),
        "value": "Nizami küç. 3",
        "ground": EN("ground.document-seen.title"),
        "document": "AZE 1",
        **more,
    }


def rows(workspace, table, *surnames):
    """The rows of a table of the newest run; those about people of these surnames."""
    found = handing.newest(workspace, table).to_pylist()
    if not surnames:
        return found
    people = handing.newest(workspace, "entries").to_pylist()
    people += handing.newest(workspace, "additions").to_pylist()
    ids = {row["entry_id"] for row in people if row["surname"] in surnames}
    return [row for row in found if row["entry_id"] in ids]


def ids(workspace, *surnames):
    """Given name -> entry."""
    return {
        row["given_name"]: row["entry_id"]
        for row in rows(workspace, "entries", *surnames)
    }


def done(workspace, *surnames):
    """(what was done, with which value) of people."""
    found = rows(workspace, "applied", *surnames)
    return sorted((row["action"], row["value"] or "") for row in found)


def stands(workspace, name):
    """(how somebody stands, on the list of which precinct), as the counter is told."""
    row, *_ = told("find", workspace, name, *BY, *DAY)[1]["found"]
    return row["state"], row["precinct"]


def is_printed(workspace):
    return call("lists", workspace, "--purpose", "display", *DAY).exit_code == 0


def added_of(name, answer):
    """What answers the rows of the register about people of this name."""
    return lambda row: (
        answer if row["sheet"] == "Additions" and name in str(row["shown"]) else None
    )


def added(precinct, ground="newly-of-age"):
    title = EN(f"ground.{ground}.title")
    return {"answer": "add", "ground": title, "document": "AA 5", "precinct": precinct}


def an_entry_is_corrected_moved_and_struck_by_its_number(workspace):
    """Nothing was asked about them: they were decided at the counter alone, or not at all."""
    yield
    yield  # While lines that are mistyped change nobody.
    _, found = told("find", workspace, "Hüseynli Tural", *BY, *DAY)
    entry = found["found"][0]["entry_id"]
    struck = {"listed_as": entry, "listed_name": "Hüseynli Tural Əhməd oğlu"} | DIED
    moved = {
        "listed_in": "88/1",
        "listed_as": "2",
        "listed_name": "quliyeva",
        "answer": "move",
        "precinct": "2",
        "ground": EN("ground.voter-asked.title"),
    }
    assert (yield Step((corrected(), struck, moved | NO_8))) == []
    assert done(workspace, "Rzayev") == [("correct", "Nizami küç. 3")]
    assert done(workspace, "Hüseynli") == [("strike", "")]
    assert done(workspace, "Quliyeva") == [("move", "")]
    assert done(workspace, "Rzayeva", "Məmmədov", "Məmmədova") == []


MISTYPED = (
    (corrected(number="99"), "named-nobody"),
    (corrected(number="0"), "named-nobody"),
    (corrected(number="2" * 5000), "named-nobody"),
    (corrected(number="088-0002-0000000000000"), "named-nobody"),
    (corrected(number="=1+1"), "named-nobody"),
    (corrected(listed_in="44"), "named-nobody"),
    (corrected(listed_in="eleven"), "named-nobody"),
    (corrected(name=None), "named-no-name"),
    (corrected(number="3"), "named-another"),
    (corrected(name="Orxan"), "named-another"),
    (corrected(name="Rzayeva Orxan"), "named-another"),
)
"""Lines of a workbook, each with what is wrong of it."""


def a_number_that_is_mistyped_changes_nobody(workspace):
    """Somebody else would be struck, and come to vote on the day."""
    yield
    lines, expected = zip(*MISTYPED, strict=True)
    found = yield Step(lines)
    assert tuple(codes(found)) == expected
    place = ("all.xlsx", EN("review.sheet.named"))
    assert {(one["file"], one["sheet"]) for one in found} == {place}
    at = [one["row"] for one in found]
    assert at == list(range(at[0], at[0] + len(lines)))
    assert at[0] > 1
    assert all(one["todo"] for one in found)
    assert done(workspace, "Rzayev", "Rzayeva", "Məmmədov", "Məmmədova") == []
    assert done(workspace, "Hüseynli", "Quliyeva") == []


def the_checks_of_all_answers_hold_for_named_entries(workspace):
    """A striking without evidence, or a line without an answer, is refused as on any sheet."""
    yield
    bare = corrected(answer="strike", ground=EN("ground.died.title"), document=None)
    lines = (bare, corrected(answer=None), {"answer": "strike"})
    found = yield Step(lines)
    assert len({one["row"] for one in found}) == len(lines)
    assert done(workspace, "Rzayev") == []


def who_was_added_from_a_register_is_struck_moved_and_asked_about(workspace):
    """Whoever came onto the list by a register could be struck and moved by nobody."""
    hand_in(workspace, 3, "Bağırov;Həsən;Cavad oğlu;28.06.1947;5XK1301")
    hand_in(workspace, 4, "Bağırova;Həcər;Cavad qızı;28.06.1949;5XK1302")
    zaur = "Şərifov;Zaur;Kamil oğlu;02.01.2008;5XK1250;88;"
    nigar = "Şərifova;Nigar;Kamil qızı;02.01.2007;5XK1251"
    anar = "Şərifli;Anar;Kamil oğlu;02.01.2006;5XK1252"
    register(workspace, "newly-of-age", f"{zaur}3", f"{nigar};88;3", f"{anar};88;3")
    yield
    assert (yield Step(cells=added_of("Şərif", added("3")))) == []
    of_row = {
        row["given_name"]: {
            "listed_as": row["entry_id"],
            "listed_name": f"{row['surname']} {row['given_name']}",
            "decided_by": "Rəşad",
        }
        for row in rows(workspace, "additions")
        if row["surname"].startswith("Şərif")
    }
    moved = of_row["Nigar"] | {"answer": "move", "precinct": "4", **NO_8}
    moved |= {"ground": EN("ground.boundary.title")}
    struck = of_row["Zaur"] | AWAY | {"precinct": "89/3"}
    assert (yield Step((struck, moved, of_row["Anar"] | {"answer": "ask"}))) == []
    people = "Şərifov Zaur", "Şərifova Nigar", "Şərifli Anar"
    found = [stands(workspace, name) for name in people]
    assert found == [("struck", 3), ("moved", 4), ("added", 3)]
    assert is_printed(workspace)
    asked = rows(workspace, "amendments", "Şərifov", "Şərifova", "Şərifli")
    assert [row["entry_id"] for row in asked if row["action"] == "ask"] == [
        of_row["Anar"]["listed_as"]
    ]
    # Taken back is what was said of them, and not that they were added.
    assert (yield Step((of_row["Nigar"] | {"answer": "withdraw"},))) == []
    assert stands(workspace, "Şərifova Nigar") == ("added", 3)
    # Her precinct carries out that she was moved, and knows more of her than the register.
    hand_in(workspace, 4, "Bağırova;Həcər;Cavad qızı;28.06.1949;5XK1302", nigar)
    assert (yield Step((moved,))) == []
    assert stands(workspace, "Şərifova Nigar") == ("listed", 4)
    mine = {of_row["Nigar"]["listed_as"]}
    back = [row for row in rows(workspace, "returned") if row["old_entry_id"] in mine]
    assert [(one["answer"], one["why"]) for one in back] == [("move", "carried-out")]
    # He comes back from where he was sent, and is on no list there.
    register(workspace, "arrivals", f"{zaur}4")
    yield
    assert (yield Step(cells=added_of("Şərifov", added("4", "arrived")))) == []
    came = rows(workspace, "applied", "Şərifov")
    came = [row for row in came if row["entry_id"].startswith("arrivals:")]
    assert [(row["action"], row["precinct"]) for row in came] == [("add", 4)]
    # Of all who were decided about by then, and once more.
    assert is_printed(workspace)
    assert is_printed(workspace)


COMES_BACK = {
    "moved-away": (
        "Cəfərov;Tural;Əhməd oğlu;23.11.1988;5XK1311",
        "Cəfərova;Lalə;Tofiq qızı;11.12.1995;5XK1312",
    ),
    "died": (
        "Nəbiyev;Elman;Rza oğlu;19.07.1951;5XK1313",
        "Nəbiyeva;Ulduz;Elman qızı;19.07.2001;5XK1314",
    ),
    "not-citizen": (
        "Tağıyev;Murad;Sabir oğlu;14.10.1972;5XK1315",
        "Tağıyeva;Könül;Arif qızı;03.03.1986;5XK1316",
    ),
}
"""Ground -> the two who are struck on it and come back, one to the own precinct, one to another."""


def who_is_struck_and_comes_back_is_asked_about(workspace):
    """They were on no list and nobody was asked: the register's row met the struck entry.

    Whoever was struck as another one's namesake who died stands elsewhere as well.
    """
    hand_in(workspace, 5, *(row for pair in COMES_BACK.values() for row in pair))
    hand_in(workspace, 6, "Həsənova;Sara;Vəli qızı;27.10.1990;5XK1317")
    people = [row.split(";")[:2] for pair in COMES_BACK.values() for row in pair]
    yield
    lines = [
        {
            "listed_as": row["entry_id"],
            "listed_name": f"{row['surname']} {row['given_name']}",
        }
        | {"answer": "strike", "ground": EN(f"ground.{ground}.title"), **NO_7}
        | ({"precinct": "89/3"} if ground == "moved-away" else {})
        for ground, pair in COMES_BACK.items()
        for row in rows(workspace, "entries", *(one.split(";")[0] for one in pair))
    ]
    came = [(f"{one};88;5", f"{other};88;6") for one, other in COMES_BACK.values()]
    register(workspace, "arrivals", *(row for pair in came for row in pair))
    assert (yield Step(tuple(lines))) == []
    asked = []
    answers = added("5", "arrived"), {"answer": "accept", "reason": "lives in 89"}

    def said(row):
        shown = " ".join(map(str, row["shown"]))
        for place, name in enumerate(people):
            if row["sheet"] == "Additions" and " ".join(name) in shown:
                asked.append(name)
                return answers[place % 2]
        return None

    assert (yield Step(cells=said)) == []
    assert sorted(asked) == sorted(people)
    for place, (surname, _) in enumerate(people):
        expected = [("strike", "")] if place % 2 else [("add", ""), ("strike", "")]
        assert done(workspace, surname) == expected, surname
    accepted = [
        row for row in rows(workspace, "accepted") if row["reason"] == "lives in 89"
    ]
    assert len(accepted) == len(COMES_BACK)
    for surname, given in people[::2]:
        found = told("find", workspace, f"{surname} {given}", *BY, *DAY)[1]["found"]
        states = [row["state"] for row in found if row["surname"] == surname]
        assert states == ["struck", "added"]
    places = [
        row["precinct"]
        for row in rows(workspace, "findings")
        if row["rule"] == "arrived-missing"
    ]
    assert not {5, 6} & {*places}


def registers_are_held_against_who_was_added(workspace):
    """Somebody who was added and died, or left, stayed on the list and nobody was asked."""
    hand_in(workspace, 7, "Abdullayev;Arif;Zeynal oğlu;03.03.1956;5XK1321")
    hand_in(workspace, 8, "Abdullayeva;Lalə;Zeynal qızı;03.03.1958;5XK1322")
    zaur = "Cabbarov;Zaur;Kamil oğlu;02.01.2008;5XK1323;88;7"
    nigar = "Cabbarova;Nigar;Kamil qızı;02.01.2007;5XK1324;88;"
    register(workspace, "newly-of-age", zaur, f"{nigar}7")
    yield
    wanted = ("--name", "Səfərov Kamil Rauf oğlu", "--born", "05.05.1980")
    wanted += ("--set", "fin=5XK1299", "--set", "precinct=8", "--document", "AZE 4")
    asked = ("--what", "add", *wanted, "--by", "Kamil Səfərov", "--clerk", "Aytən")
    assert told("application", "take", workspace, *asked, *DAY)[0] == 0
    granted = ("--grant", "--ground", "left-out", *BY)
    assert told("application", "decide", workspace, 1, *granted, *DAY)[0] == 0
    assert (yield Step(cells=added_of("Cabbarov", added("7")))) == []
    kamil = "Səfərov;Kamil;Rauf oğlu;05.05.1980;5XK1299;88;8"
    register(workspace, "deaths", zaur, kamil)
    register(workspace, "departures", f"{nigar}7", f"{nigar}8")
    yield
    assert sorted((row["rule"], row["precinct"]) for row in accusing(workspace)) == [
        ("deceased-confirmed", 7),
        ("deceased-confirmed", 8),
        ("moved-away-confirmed", 7),
    ]
    shown = []

    def struck(row):
        if row["sheet"] != "Strikings":
            return None
        text = " ".join(map(str, row["shown"]))
        for name in ("Zaur", "Nigar", "Rauf"):
            if name in text and ("Cabbarov" in text or name == "Rauf"):
                shown.append(name)
                return AWAY | {"precinct": "89/3"} if name == "Nigar" else DIED
        return None

    assert (yield Step(cells=struck)) == []
    assert sorted(shown) == ["Nigar", "Rauf", "Zaur"]
    states = [stands(workspace, name)[0] for name in ("Cabbarov Zaur", "Səfərov Kamil")]
    assert states == ["struck"] * 2
    assert accusing(workspace) == []
    assert len(accusing(workspace, "accepted")) == 3


def accusing(workspace, table="findings"):
    """The rows whose rule accuses an entry, for certain."""
    rules = ("deceased-confirmed", "moved-away-confirmed")
    return [row for row in rows(workspace, table) if row["rule"] in rules]


def nobody_ends_a_dispute_alone_by_striking_the_entry_that_changed(workspace):
    """One of the two struck the voter, once a letter of the address was another one."""
    person = "Vəliyev;Samir;Zahid oğlu;01.02.1980;5XK1331"
    path = hand_in(workspace, 9, person)
    mine = set()

    def say(action, by, **said):
        row = {"entry_id": ids(workspace, "Vəliyev")["Samir"], "action": action}
        mine.add(row["entry_id"])
        with Ledger(workspace / "ledger.db") as ledger:
            ledger.amend(amendments_of(row | said | NO_7 | {"decided_by": by}))

    def back():
        """How many answers came back changed, and how many entries are contested."""
        returned = [
            row for row in rows(workspace, "returned") if row["old_entry_id"] in mine
        ]
        contested = {row["entry_id"] for row in rows(workspace, "contested", "Vəliyev")}
        return [row["why"] for row in returned].count("changed"), len(contested)

    yield
    away = {"ground": "moved-away", "constituency": 89, "precinct": 3}
    say("strike", "Aytən", **away)
    say("move", "Rəşad", ground="boundary", constituency=88, precinct=2)
    yield
    assert back() == (0, 1)
    text = path.read_text(encoding="utf-8").replace("küç. 91", "küç. 92")
    path.write_text(text, encoding="utf-8")
    yield
    assert back() == (2, 0)
    say("strike", "Aytən", **away)
    yield
    assert back() == (1, 0)
    # Whoever said that they stay, or a third person, has the last word.
    say("strike", "Rəşad", **away)
    yield
    assert back() == (0, 0)
    assert stands(workspace, "Vəliyev Samir") == ("struck", 9)


def a_name_that_two_voters_have_needs_to_be_whole(workspace):
    """Of two who stand below each other on a list by name one digit would strike the wrong one."""
    hand_in(
        workspace,
        10,
        "Abbasov;Elçin;Rauf oğlu;12.03.1970;5XK1341",
        "Orucov;Orxan;Şamil oğlu;05.05.1965;5XK1342",
        "Orucova;Aygün;Nadir qızı;17.02.1969;5XK1343",
        "Orucov;Orxan;Nadir oğlu;06.06.1971;5XK1344",
    )
    yield
    people = {
        row["patronymic"]: row["entry_id"]
        for row in rows(workspace, "entries", "Orucov")
    }
    assert (yield Step((corrected(people["Şamil oğlu"], "Orucov"),))) == []
    lines = [
        corrected(number, name, listed_in="10")
        for name in ("Orucov", "Orucov Orxan")
        for number in ("2", "3")
    ]
    whole = ("Orucov Orxan Şamil oğlu", "Orucov Orxan Nadir oğlu")
    said = {"listed_in": "10", "value": "Nizami küç. 5"}
    lines += [
        corrected(number, name, **said) for number in ("2", "3") for name in whole
    ]
    found = yield Step(tuple(lines))
    assert codes(found) == ["named-unclear"] * 4 + ["named-another"] * 2
    assert done(workspace, "Orucov") == [("correct", "Nizami küç. 5")] * 2
    assert done(workspace, "Orucova", "Abbasov") == []


def who_left_the_list_by_a_line_is_known_in_it_again(workspace):
    """A line that struck somebody was refused in every workbook after it: nobody stood there."""
    hand_in(
        workspace,
        11,
        "Əlizadə;Elçin;Rauf oğlu;12.03.1970;5XK1351",
        "Paşayev;Rəhim;Şamil oğlu;05.05.1965;5XK1352",
        "Paşayeva;Sevinc;Vaqif qızı;30.09.1991;5XK1353",
        "Zülfüqarlı;Tural;Əhməd oğlu;23.11.1988;5XK1354",
    )
    surnames = ("Zülfüqarlı", "Paşayev", "Paşayeva")
    yield
    shown = {**NO_7, "reason": "seen"}
    moved = {"answer": "move", "ground": EN("ground.boundary.title"), **shown}
    renamed = {"answer": "correct", "field": EN("field.surname"), "value": "Əliyeva"}
    sevinc = {"listed_in": "11", "listed_as": "3", "listed_name": "Paşayeva Sevinc"}
    tural = {
        "listed_as": ids(workspace, "Zülfüqarlı")["Tural"],
        "listed_name": "Zülfüqarlı",
    }
    lines = (
        tural | DIED | shown,
        {"listed_in": "88/11", "listed_as": "2", "listed_name": "Paşayev"}
        | DIED
        | shown,
        sevinc | moved | {"precinct": "4"},
        sevinc | renamed | shown | {"ground": EN("ground.document-seen.title")},
    )
    book = book_of(workspace, *lines, name="left.xlsx")
    assert read_in(workspace, book) == (0, 4, [])
    yield
    stood = done(workspace, *surnames)
    assert stood == [
        ("correct", "Əliyeva"),
        ("move", ""),
        ("strike", ""),
        ("strike", ""),
    ]
    assert read_in(workspace, book) == (0, 0, [])
    again = workspace.parent / "again.xlsx"
    again.write_bytes(book.read_bytes())
    words = ("--out", again, "--language", "en", *DAY)
    assert told("review", "export", workspace, *words)[1]["carried"] == 0
    yield
    assert done(workspace, *surnames) == stood
    # What its person answered otherwise since is said, and not done again.
    fill_named(again, tural | {"answer": "withdraw"})
    assert read_in(workspace, again)[1] == 1
    yield
    stood.remove(("strike", ""))
    assert done(workspace, *surnames) == stood
    assert read_in(workspace, book) == (1, 0, ["answered-since"])
    yield
    assert done(workspace, *surnames) == stood


def a_workbook_that_is_read_in_twice_strikes_no_namesake(workspace):
    """Whoever came under the number of who was struck, with the same name, was struck too."""
    first = (
        "Abasova;Elza;Rauf qızı;12.03.1970;5XK1361",
        "Qasımov;Fikrət;Mirzə oğlu;09.04.1952;5XK1362",
    )
    hand_in(workspace, 12, *first)
    yield
    line = {"listed_in": "12", "listed_as": "2", "listed_name": "Qasımov Fikrət"} | DIED
    book = book_of(workspace, line, name="twice.xlsx")
    assert read_in(workspace, book) == (0, 1, [])
    hand_in(workspace, 12, *first, "Qasımov;Fikrət;Mirzə oğlu;06.06.1971;5XK1363")
    yield
    assert read_in(workspace, book) == (0, 0, [])
    yield
    assert done(workspace, "Qasımov") == [("strike", "")]


def a_line_about_the_namesake_of_who_left_is_about_the_namesake(workspace):
    """A question about the son was one about the father, and brought back the father who died."""
    hand_in(
        workspace,
        13,
        "Abdinov;Elçin;Rauf oğlu;12.03.1970;5XK1371",
        "Musayev;Orxan;Şamil oğlu;05.05.1965;5XK1372",
        "Musayev;Orxan;Əli oğlu;06.06.1941;5XK1373",
    )
    yield
    of = {
        row["birth_date"]: row["entry_id"]
        for row in rows(workspace, "entries", "Musayev")
    }
    father, son = of["06.06.1941"], of["05.05.1965"]
    of_father = {"listed_as": father, "listed_name": "Musayev Orxan"}
    for said in (ASK, DIED):
        assert (yield Step((of_father | said,))) == []
    line = {"listed_in": "13", "listed_as": "2", "listed_name": "Musayev Orxan"}
    assert (yield Step((line | ASK,))) == []
    holding = rows(workspace, "amendments", "Musayev")
    said = {(row["entry_id"], row["action"]) for row in holding}
    assert said == {(father, "strike"), (son, "ask")}


def a_line_that_is_written_beside_one_that_was_read_in_is_read_too(workspace):
    """A line about the son was taken for that about the father once lists were handed in anew."""
    two = (
        "İsmayılov;Orxan;Şamil oğlu;05.05.1965;5XK1381",
        "İsmayılov;Orxan;Əli oğlu;06.06.1941;5XK1382",
    )
    hand_in(workspace, 14, *two)
    yield
    found = told("find", workspace, "İsmayılov Orxan", *BY, *DAY)[1]["found"]
    mine = [row for row in found if row["precinct"] == 14]
    number = {row["patronymic"]: str(row["list_number"]) for row in mine}
    lines = [
        {"listed_in": "14", "listed_as": number[whose], "listed_name": name} | ASK
        for whose, name in (
            ("Əli oğlu", "İsmayılov Orxan Əli"),
            ("Şamil oğlu", "İsmayılov Orxan"),
        )
    ]
    book = book_of(workspace, lines[0], name="beside.xlsx")
    assert read_in(workspace, book) == (0, 1, [])
    hand_in(workspace, 14, *two, "Yusifov;Kamal;Əli oğlu;06.06.1941;")
    yield
    fill_named(book, *lines)
    _, recorded, problems = read_in(workspace, book)
    assert (recorded, problems) == (0, ["named-unclear"])


STORIES = stories_in(globals())


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    workspace = workspaces.make(tmp_path_factory.mktemp("named") / "2026")
    stories = {story: story(workspace) for story in STORIES}
    return walk(workspace, stories, DAY[1], "Aytən")


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_a_story_goes_as_it_should(walked, story):
    """What would be wrong stands at each story."""
    if walked[story]:
        raise walked[story]


@pytest.fixture
def workspace(tmp_path):
    return workspaces.finished(tmp_path / "2026")


def test_what_is_not_recorded_is_carried_over_and_what_is_not(workspace):
    """A line would be decided again with each workbook, or be lost with the old one."""
    refused = corrected(number="3")
    book_of(workspace, corrected(), refused)
    book = workspace.parent / "review.xlsx"
    assert read_in(workspace, book) == (1, 1, ["named-another"])
    words = ("--out", workspace.parent / "review.xlsx", "--language", "az", *DAY)
    assert told("review", "export", workspace, *words)[1]["carried"] == 1
    _, made = told("review", "import", workspace, workspace.parent / "review.xlsx", *BY)
    assert [problem["code"] for problem in made["problems"]] == ["named-another"]


def test_every_problem_has_its_words():
    for code in NAMED_PROBLEMS:
        for words in (AZ, EN):
            assert words(f"review.problem.{code}.title")
            assert words(f"review.problem.{code}.todo")
