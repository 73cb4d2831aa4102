"""Entries without a finding, decided in the workbook: named by number, and never the wrong one."""

from __future__ import annotations

import pytest

import handing
import workspaces
from command_line import AZ, EN, call, told
from deciding import amendments_of
from review_books import fill, fill_named
from voterlist.casework.printed import NAMED_PROBLEMS
from voterlist.storage.ledger import Ledger

pytestmark = pytest.mark.slow

DAY = ("--today", "2026-02-03")
BY = ("--by", "Aytən")


@pytest.fixture
def workspace(tmp_path):
    return workspaces.finished(tmp_path / "2026")


def book_of(workspace, *lines, language="en"):
    out = workspace.parent / "review.xlsx"
    words = ("--out", out, "--language", language, *DAY)
    made = call("review", "export", workspace, *words)
    assert made.exit_code == 0, made.stderr
    fill_named(out, *lines)
    return out


def decided(workspace, *lines, **how):
    """(exit code, what the import says) of these lines."""
    return told("review", "import", workspace, book_of(workspace, *lines, **how), *BY)


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


def listed(workspace):
    """(surname, precinct) of everybody on the lists of a new run, and the corrected addresses."""
    assert told("run", workspace, *DAY)[0] in {0, 1}
    entries = handing.newest(workspace, "entries").to_pylist()
    applied = {
        row["entry_id"]: row for row in handing.newest(workspace, "applied").to_pylist()
    }
    return {
        (
            row["surname"],
            row["given_name"],
            applied.get(row["entry_id"], {}).get("action"),
            applied.get(row["entry_id"], {}).get("value"),
        )
        for row in entries
    }


def test_an_entry_is_corrected_moved_and_struck_by_its_number(workspace):
    """Nothing was asked about them: they were decided at the counter alone, or not at all."""
    before = listed(workspace)
    _, found = told("find", workspace, "Hüseynli Tural", *BY, *DAY)
    entry = found["found"][0]["entry_id"]
    struck = {
        "listed_as": entry,
        "listed_name": "Hüseynli Tural Əhməd oğlu",
        "answer": "strike",
        "ground": EN("ground.died.title"),
        "document": "№ 7",
    }
    moved = {
        "listed_in": "88/1",
        "listed_as": "2",
        "listed_name": "quliyeva",
        "answer": "move",
        "precinct": "2",
        "ground": EN("ground.voter-asked.title"),
        "document": "№ 8",
    }
    lines = (corrected(), struck, moved)
    code, made = decided(workspace, *lines)
    assert (code, made["recorded"], made["problems"]) == (0, 3, [])
    assert listed(workspace) - before == {
        ("Rzayev", "Orxan", "correct", "Nizami küç. 3"),
        ("Hüseynli", "Tural", "strike", None),
        ("Quliyeva", "Sevinc", "move", None),
    }


REGISTER = """Soyadı;Adı;Atasının adı;Doğum tarixi;FİN;Seçki dairəsi;Seçki məntəqəsi
Şərifov;Zaur;Kamil oğlu;02.01.2008;5XK1250;88;1
Şərifova;Nigar;Kamil qızı;02.01.2007;5XK1251;88;1
Şərifli;Anar;Kamil oğlu;02.01.2006;5XK1252;88;1
"""


def stands(workspace, name):
    """(how somebody stands, on the list of which precinct), as the counter is told."""
    row, *_ = told("find", workspace, name, *BY, *DAY)[1]["found"]
    return row["state"], row["precinct"]


def test_who_was_added_from_a_register_is_struck_moved_and_asked_about(workspace):
    """Whoever came onto the list by a register could be struck and moved by nobody."""
    (workspace / "reference" / "newly-of-age.csv").write_text(REGISTER, "utf-8")
    listed(workspace)
    book = book_of(workspace)
    added = {
        "answer": "add",
        "ground": EN("ground.newly-of-age.title"),
        "document": "AA 5",
        "precinct": "1",
    }
    fill(book, lambda row: added if row["sheet"] == "Additions" else None)
    assert told("review", "import", workspace, book, *BY)[1]["recorded"] == 3
    listed(workspace)
    people = handing.newest(workspace, "additions").to_pylist()
    of_row = {
        row["given_name"]: {
            "listed_as": row["entry_id"],
            "listed_name": f"{row['surname']} {row['given_name']}",
        }
        for row in people
    }
    lines = (
        of_row["Zaur"]
        | {"answer": "strike", "ground": EN("ground.moved-away.title")}
        | {"document": "№ 7", "precinct": "89/3"},
        of_row["Nigar"]
        | {"answer": "move", "ground": EN("ground.boundary.title")}
        | {"document": "№ 8", "precinct": "2"},
        of_row["Anar"] | {"answer": "ask"},
    )
    others = ("--by", "Rəşad")
    out = book_of(workspace, *lines)
    code, made = told("review", "import", workspace, out, *others)
    assert (code, made["recorded"], made["problems"]) == (0, 3, [])
    listed(workspace)
    people = "Şərifov Zaur", "Şərifova Nigar", "Şərifli Anar"
    assert [stands(workspace, name) for name in people] == [
        ("struck", 1),
        ("moved", 2),
        ("added", 1),
    ]
    assert call("lists", workspace, "--purpose", "display", *DAY).exit_code == 0
    asked = handing.newest(workspace, "amendments").to_pylist()
    assert [row["entry_id"] for row in asked if row["action"] == "ask"] == [
        of_row["Anar"]["listed_as"]
    ]
    # Taken back is what was said of them, and not that they were added.
    nigar = of_row["Nigar"] | {"answer": "withdraw"}
    code, made = told("review", "import", workspace, book_of(workspace, nigar), *others)
    assert (code, made["recorded"]) == (0, 1)
    listed(workspace)
    assert stands(workspace, "Şərifova Nigar") == ("added", 1)
    # Her precinct carries out that she was moved, and knows more of her than the register.
    again = book_of(workspace, lines[1])
    assert told("review", "import", workspace, again, *others)[1]["recorded"] == 1
    path = workspace / "inbox" / "88" / "menteqe-2.csv"
    row = "4;Şərifova;Nigar;Kamil qızı;02.01.2007;qadın;Nizami küç. 4;5XK1251\n"
    path.write_text(path.read_text(encoding="utf-8") + row, encoding="utf-8")
    listed(workspace)
    assert stands(workspace, "Şərifova Nigar") == ("listed", 2)
    back = handing.newest(workspace, "returned").to_pylist()
    assert [(one["answer"], one["why"]) for one in back] == [("move", "carried-out")]
    # He comes back from where he was sent, and is on no list there.
    head, zaur, *_ = REGISTER.splitlines()
    path = workspace / "reference" / "arrivals.csv"
    path.write_text(f"{head}\n{zaur.removesuffix('1')}2\n", encoding="utf-8")
    listed(workspace)
    book = book_of(workspace)
    arrived = added | {"ground": EN("ground.arrived.title"), "precinct": "2"}
    assert fill(book, lambda row: arrived if row["sheet"] == "Additions" else None)
    assert told("review", "import", workspace, book, *BY)[1]["recorded"] == 1
    listed(workspace)
    done = handing.newest(workspace, "applied").to_pylist()
    came = [row for row in done if row["entry_id"].startswith("arrivals:")]
    assert [(row["action"], row["precinct"]) for row in came] == [("add", 2)]
    assert call("lists", workspace, "--purpose", "display", *DAY).exit_code == 0
    assert call("lists", workspace, "--purpose", "display", *DAY).exit_code == 0


@pytest.mark.parametrize("ground", ["moved-away", "died", "not-citizen"])
def test_who_is_struck_and_comes_back_is_asked_about(workspace, ground):
    """They were on no list and nobody was asked: the register's row met the struck entry.

    Whoever was struck as another one's namesake who died stands elsewhere as well.
    """
    place = {"precinct": "89/3"} if ground == "moved-away" else {}
    names = ("Hüseynli Tural", "Quliyeva Sevinc")
    lines = []
    for name in names:
        (person,) = told("find", workspace, name, *BY, *DAY)[1]["found"]
        lines.append(
            {"listed_as": person["entry_id"], "listed_name": name, "answer": "strike"}
            | {"ground": EN(f"ground.{ground}.title"), "document": "№ 7"}
            | place
        )
    assert decided(workspace, *lines)[1]["recorded"] == 2
    listed(workspace)
    head, *_ = REGISTER.splitlines()
    rows = (
        "Hüseynli;Tural;Əhməd oğlu;23.11.1988;5XK1236;88;1",
        "Quliyeva;Sevinc;Vaqif qızı;30.09.1991;5XK1237;88;2",
    )
    path = workspace / "reference" / "arrivals.csv"
    path.write_text("\n".join((head, *rows, "")), encoding="utf-8")
    listed(workspace)
    (workspace.parent / "review.xlsx").unlink()
    book = book_of(workspace)
    added = {"answer": "add", "document": "AA 5", "precinct": "1"}
    added |= {"ground": EN("ground.arrived.title")}
    kept = {"answer": "accept", "reason": "lives in 89"}
    answers = iter((added, kept))
    asked = fill(
        book, lambda row: next(answers) if row["sheet"] == "Additions" else None
    )
    assert len(asked) == 2
    made = told("review", "import", workspace, book, *BY)[1]
    assert (made["recorded"], made["accepted"], made["problems"]) == (1, 1, [])
    listed(workspace)
    done = handing.newest(workspace, "applied").to_pylist()
    assert sorted(row["action"] for row in done) == ["add", "strike", "strike"]
    found = told("find", workspace, "Hüseynli Tural", *BY, *DAY)[1]["found"]
    assert [row["state"] for row in found] == ["struck", "added"]
    rules = handing.newest(workspace, "findings").column("rule").to_pylist()
    assert "arrived-missing" not in rules
    assert call("lists", workspace, "--purpose", "display", *DAY).exit_code == 0


def test_registers_are_held_against_who_was_added(workspace):
    """Somebody who was added and died, or left, stayed on the list and nobody was asked."""
    reference = workspace / "reference"
    (reference / "newly-of-age.csv").write_text(REGISTER, "utf-8")
    listed(workspace)
    book = book_of(workspace)
    added = {"answer": "add", "ground": EN("ground.newly-of-age.title")}
    added |= {"document": "AA 5", "precinct": "1"}
    fill(book, lambda row: added if row["sheet"] == "Additions" else None)
    assert told("review", "import", workspace, book, *BY)[1]["recorded"] == 3
    wanted = ("--name", "Səfərov Kamil Rauf oğlu", "--born", "05.05.1980")
    wanted += ("--set", "fin=5XK1299", "--set", "precinct=2", "--document", "AZE 4")
    asked = ("--what", "add", *wanted, "--by", "Kamil Səfərov", "--clerk", "Aytən")
    assert told("application", "take", workspace, *asked, *DAY)[0] == 0
    granted = ("--grant", "--ground", "left-out", *BY)
    assert told("application", "decide", workspace, 1, *granted, *DAY)[0] == 0
    listed(workspace)
    head, zaur, nigar, _ = REGISTER.splitlines()
    kamil = "Səfərov;Kamil;Rauf oğlu;05.05.1980;5XK1299;88;2"
    left = nigar.replace("88;1", "88;2")
    for name, rows in (("deaths", (zaur, kamil)), ("departures", (nigar, left))):
        text = "\n".join((head, *rows, ""))
        (reference / f"{name}.csv").write_text(text, encoding="utf-8")
    listed(workspace)
    rules = handing.newest(workspace, "findings").to_pylist()
    found = sorted((row["rule"], row["precinct"]) for row in accusing(rules))
    assert found == [
        ("deceased-confirmed", 1),
        ("deceased-confirmed", 2),
        ("moved-away-confirmed", 1),
    ]
    book.unlink()
    book_of(workspace)
    names = []

    def struck(row):
        if row["sheet"] != "Strikings":
            return None
        names.append(" ".join(map(str, row["shown"])))
        is_dead = "Nigar" not in names[-1]
        ground = "died" if is_dead else "moved-away"
        place = {} if is_dead else {"precinct": "89/3"}
        return {"answer": "strike", "ground": EN(f"ground.{ground}.title")} | place

    assert len(fill(book, struck)) == 3
    assert all(any(one in text for text in names) for one in ("Zaur", "Nigar", "Rauf"))
    made = told("review", "import", workspace, book, *BY)[1]
    assert (made["recorded"], made["problems"]) == (3, [])
    listed(workspace)
    assert [stands(workspace, name)[0] for name in ("Şərifov Zaur", "Səfərov")] == [
        "struck"
    ] * 2
    rules = handing.newest(workspace, "findings").to_pylist()
    assert not accusing(rules)
    assert len(accusing(handing.newest(workspace, "accepted").to_pylist())) == 3
    assert call("lists", workspace, "--purpose", "display", *DAY).exit_code == 0


def accusing(rows):
    """The rows whose rule accuses an entry, for certain."""
    rules = ("deceased-confirmed", "moved-away-confirmed")
    return [row for row in rows if row["rule"] in rules]


def test_nobody_ends_a_dispute_alone_by_striking_the_entry_that_changed(workspace):
    """One of the two struck the voter, once a letter of the address was another one."""

    def say(action, by, **said):
        (person,) = told("find", workspace, "Hüseynli Tural", *BY, *DAY)[1]["found"]
        row = {"entry_id": person["entry_id"], "action": action, "decided_by": by}
        with Ledger(workspace / "ledger.db") as ledger:
            ledger.amend(amendments_of(row | said | {"document": "№ 7"}))

    def back():
        """How many answers came back changed, and how many entries are contested."""
        said = told("run", workspace, *DAY)[1]["decided"]
        return said["changed"], said["contested_entries"]

    away = {"ground": "moved-away", "constituency": 89, "precinct": 3}
    say("strike", "Aytən", **away)
    say("move", "Rəşad", ground="boundary", constituency=88, precinct=2)
    assert back() == (0, 1)
    path = workspace / "inbox" / "88" / "menteqe-1.csv"
    text = path.read_text(encoding="utf-8").replace("küç. 8;", "küç. 81;")
    path.write_text(text, encoding="utf-8")
    assert back() == (2, 0)
    say("strike", "Aytən", **away)
    assert back() == (1, 0)
    # Whoever said that they stay, or a third person, has the last word.
    say("strike", "Rəşad", **away)
    assert back() == (0, 0)
    assert stands(workspace, "Hüseynli Tural") == ("struck", 1)


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


def test_a_number_that_is_mistyped_changes_nobody(workspace):
    """Somebody else would be struck, and come to vote on the day."""
    before = listed(workspace)
    lines, problems = zip(*MISTYPED, strict=True)
    code, made = decided(workspace, *lines)
    found = made["problems"]
    assert (code, made["recorded"]) == (1, 0)
    assert tuple(one["code"] for one in found) == problems
    place = ("review.xlsx", EN("review.sheet.named"))
    assert {(one["file"], one["sheet"]) for one in found} == {place}
    rows = [one["row"] for one in found]
    assert rows == list(range(rows[0], rows[0] + len(lines)))
    assert rows[0] > 1
    assert all(one["todo"] for one in found)
    assert listed(workspace) == before


def test_a_name_that_two_voters_have_needs_to_be_whole(tmp_path):
    """Of two who stand below each other on a list by name one digit would strike the wrong one."""
    folder = workspaces.make(tmp_path / "2026")
    path = folder / "inbox" / "88" / "menteqe-2.csv"
    brother = "4;Rzayev;Orxan;Nadir oğlu;06.06.1971;kişi;Nizami küç. 1;5XK1241\n"
    path.write_text(path.read_text(encoding="utf-8") + brother, encoding="utf-8")
    workspaces.ran(folder)
    rows = handing.newest(folder, "voters").to_pylist()
    entry = next(row["entry_id"] for row in rows if row["surname"] == "Rzayev")
    _, made = decided(folder, corrected(entry, "Rzayev"))
    assert (made["recorded"], made["problems"]) == (1, [])
    for name in ("Rzayev", "Rzayev Orxan"):
        _, made = decided(folder, corrected(name=name), corrected("3", name))
        assert {problem["code"] for problem in made["problems"]} == {"named-unclear"}
        assert made["recorded"] == 0
    whole = ("Rzayev Orxan Şamil oğlu", "Rzayev Orxan Nadir oğlu")
    lines = [corrected(number, name) for number in ("2", "3") for name in whole]
    _, made = decided(folder, *lines)
    codes = [problem["code"] for problem in made["problems"]]
    # One of the two was corrected so by its id before.
    assert (made["recorded"], codes) == (1, ["named-another"] * 2)


def test_the_checks_of_all_answers_hold_for_named_entries(workspace):
    """A striking without evidence, or a line without an answer, is refused as on any sheet."""
    bare = corrected(answer="strike", ground=EN("ground.died.title"), document=None)
    for line in (bare, corrected(answer=None), {"answer": "strike"}):
        code, made = decided(workspace, line)
        assert code == 1
        assert made["recorded"] == 0
        assert made["problems"]


def test_what_is_not_recorded_is_carried_over_and_what_is_not(workspace):
    """A line would be decided again with each workbook, or be lost with the old one."""
    refused = corrected(number="3")
    book_of(workspace, corrected(), refused)
    assert told("review", "import", workspace, workspace.parent / "review.xlsx", *BY)[
        1
    ]["recorded"]
    words = ("--out", workspace.parent / "review.xlsx", "--language", "az", *DAY)
    assert told("review", "export", workspace, *words)[1]["carried"] == 1
    _, made = told("review", "import", workspace, workspace.parent / "review.xlsx", *BY)
    assert [problem["code"] for problem in made["problems"]] == ["named-another"]


def test_who_left_the_list_by_a_line_is_known_in_it_again(workspace):
    """A line that struck somebody was refused in every workbook after it: nobody stood there."""
    _, found = told("find", workspace, "Hüseynli Tural", *BY, *DAY)
    shown = {"document": "№ 7", "reason": "seen"}
    died = {"answer": "strike", "ground": EN("ground.died.title"), **shown}
    moved = {"answer": "move", "ground": EN("ground.boundary.title"), **shown}
    renamed = {"answer": "correct", "field": EN("field.surname"), "value": "Əliyeva"}
    sevinc = {"listed_in": "1", "listed_as": "2", "listed_name": "Quliyeva Sevinc"}
    lines = (
        {"listed_as": found["found"][0]["entry_id"], "listed_name": "Hüseynli"} | died,
        {"listed_in": "88/2", "listed_as": "2", "listed_name": "Rzayev"} | died,
        sevinc | moved | {"precinct": "2"},
        sevinc | renamed | shown | {"ground": EN("ground.document-seen.title")},
    )
    book = book_of(workspace, *lines)
    code, made = told("review", "import", workspace, book, *BY)
    assert (code, made["recorded"]) == (0, 4)
    stood = listed(workspace)
    code, made = told("review", "import", workspace, book, *BY)
    assert (code, made["recorded"], made["problems"]) == (0, 0, [])
    again = workspace.parent / "again.xlsx"
    again.write_bytes(book.read_bytes())
    words = ("--out", again, "--language", "en", *DAY)
    assert told("review", "export", workspace, *words)[1]["carried"] == 0
    assert listed(workspace) == stood
    # What its person answered otherwise since is said, and not done again.
    back = {key: lines[0][key] for key in ("listed_as", "listed_name")}
    fill_named(again, back | {"answer": "withdraw"})
    assert told("review", "import", workspace, again, *BY)[1]["recorded"] == 1
    stood = listed(workspace)
    code, made = told("review", "import", workspace, book, *BY)
    assert (code, made["recorded"]) == (1, 0)
    assert [problem["code"] for problem in made["problems"]] == ["answered-since"]
    assert listed(workspace) == stood


def test_a_workbook_that_is_read_in_twice_strikes_no_namesake(tmp_path):
    """Whoever came under the number of who was struck, with the same name, was struck too."""
    folder = workspaces.finished(tmp_path / "2026")
    line = corrected(answer="strike", ground=EN("ground.died.title"))
    line = {name: line[name] for name in line if name not in {"field", "value"}}
    book = book_of(folder, line)
    assert told("review", "import", folder, book, *BY)[1]["recorded"] == 1
    path = folder / "inbox" / "88" / "menteqe-2.csv"
    other = "4;Rzayev;Orxan;Şamil oğlu;06.06.1971;kişi;Füzuli küç. 9;5XK1241\n"
    path.write_text(path.read_text(encoding="utf-8") + other, encoding="utf-8")
    listed(folder)
    code, made = told("review", "import", folder, book, *BY)
    assert (code, made["recorded"], made["problems"]) == (0, 0, [])
    listed(folder)
    done = handing.newest(folder, "applied").column("action").to_pylist()
    assert done == ["strike"]


def test_a_line_about_the_namesake_of_who_left_is_about_the_namesake(workspace):
    """A question about the son was one about the father, and brought back the father who died."""
    path = workspace / "inbox" / "88" / "menteqe-2.csv"
    father = "4;Rzayev;Orxan;Əli oğlu;06.06.1941;kişi;Füzuli küç. 9;5XK1241\n"
    path.write_text(path.read_text(encoding="utf-8") + father, encoding="utf-8")
    listed(workspace)
    ids = {
        row["birth_date"]: row["entry_id"]
        for row in handing.newest(workspace, "entries").to_pylist()
        if row["surname"] == "Rzayev"
    }
    asked = {"answer": "ask the precinct", "ground": EN("ground.to-be-checked.title")}
    died = {"answer": "strike", "ground": EN("ground.died.title"), "document": "№ 7"}
    of_father = {"listed_as": ids["06.06.1941"], "listed_name": "Rzayev Orxan"}
    for said in (asked, died):
        assert decided(workspace, of_father | said)[1]["recorded"] == 1
        listed(workspace)
    book = book_of(workspace)
    son = next(one for one in ids.values() if one != ids["06.06.1941"])
    fill_named(
        book, corrected() | dict.fromkeys(("field", "value", "document")) | asked
    )
    made = told("review", "import", workspace, book, *BY)[1]
    assert (made["recorded"], made["problems"]) == (1, [])
    listed(workspace)
    holding = handing.newest(workspace, "amendments").to_pylist()
    assert {(row["entry_id"], row["action"]) for row in holding} == {
        (ids["06.06.1941"], "strike"),
        (son, "ask"),
    }


def test_a_line_that_is_written_beside_one_that_was_read_in_is_read_too(workspace):
    """A line about the son was taken for that about the father once lists were handed in anew."""
    path = workspace / "inbox" / "88" / "menteqe-2.csv"
    father = "4;Rzayev;Orxan;Əli oğlu;06.06.1941;kişi;Füzuli küç. 9;5XK1241\n"
    path.write_text(path.read_text(encoding="utf-8") + father, encoding="utf-8")
    listed(workspace)
    found = told("find", workspace, "Rzayev Orxan", *BY, *DAY)[1]["found"]
    number = {row["patronymic"]: str(row["list_number"]) for row in found}
    asked = {"answer": "ask the precinct", "ground": EN("ground.to-be-checked.title")}
    lines = [
        {"listed_in": "2", "listed_as": number[whose], "listed_name": name} | asked
        for whose, name in (
            ("Əli oğlu", "Rzayev Orxan Əli"),
            ("Şamil oğlu", "Rzayev Orxan"),
        )
    ]
    book = book_of(workspace, lines[0])
    assert told("review", "import", workspace, book, *BY)[1]["recorded"] == 1
    more = father.replace("4;Rzayev;Orxan", "5;Yusifov;Kamal").replace("5XK1241", "")
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    listed(workspace)
    fill_named(book, *lines)
    made = told("review", "import", workspace, book, *BY)[1]
    assert made["recorded"] == 0
    assert [one["code"] for one in made["problems"]] == ["named-unclear"]


def test_every_problem_has_its_words():
    for code in NAMED_PROBLEMS:
        for words in (AZ, EN):
            assert words(f"review.problem.{code}.title")
            assert words(f"review.problem.{code}.todo")
