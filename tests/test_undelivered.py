"""Cards that the post brought back: questions, beside the person, and never a striking."""

from __future__ import annotations

import openpyxl
import pytest

import handing
import workspaces
from command_line import call, told
from side_by_side import hand_in, stories_in, walk
from voterlist.storage.ledger import reading

DAY = ("--today", "2026-02-03")
BY = ("--by", "Nigar")


def came_back(workspace, *lines, head="məntəqə;nömrə;səbəb;soyadı"):
    path = workspace.parent / "post.csv"
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return told("doors", "undelivered", workspace, path, *BY)


def shown(workspace):
    """All texts of the review workbook."""
    out = workspace.parent / "review.xlsx"
    made = call("review", "export", workspace, "--out", out, *DAY)
    assert made.exit_code == 0, made.stderr
    book = openpyxl.load_workbook(out, read_only=True)
    rows = [row for sheet in book for row in sheet.iter_rows(values_only=True)]
    return " ".join(str(cell) for row in rows for cell in row if cell)


def a_card_that_came_back_is_a_question_and_strikes_nobody(workspace):
    """A letter that a neighbour sent back would take a lawful voter off the list."""
    yield
    before = handing.newest(workspace, "entries")
    lines = ("1;1;moved;", "2;2;DIED;Rzayev", "1;2;refused")
    asked = {"asked": 3, "answered": 0, "exit_code": 0}
    assert came_back(workspace, *lines) == (0, asked)
    # What the entries said is kept at once: the run, and their lines, may be gone tomorrow.
    with reading(workspace / "ledger.db") as ledger:
        about = set(ledger.given_amendments().column("entry_id").to_pylist())
        assert about <= set(ledger.subjects().column("entry_id").to_pylist())
    assert came_back(workspace, *lines)[1]["answered"] == 3
    yield
    assert handing.newest(workspace, "entries").equals(before)
    applied = handing.newest(workspace, "applied").to_pylist()
    done = [
        row for row in applied if row["entry_id"].startswith(("088-0001", "088-0002"))
    ]
    assert not [row for row in done if row["action"] != "ask"]
    left = left_at_doors(workspace)
    assert {1, 2} <= {*left[1]}
    assert 2 in left[2]
    card = call("find", workspace, "Rzayev Orxan", "--card", 1, *BY, *DAY)
    assert "vəfat edib" in card.stdout
    assert "vəfat edib" in shown(workspace)


def left_at_doors(workspace):
    """Precinct -> number on the list -> the code of the question, of those that are open."""
    _, doors = told("doors", "list", workspace, *DAY)
    return {one["precinct"]: dict(one["left"]) for one in doors["precincts"]}


def granted(workspace, precinct, surname, what, ground, *said, by="Nigar"):
    """Somebody of a precinct applies, and it is granted."""
    (entry,) = [
        row["entry_id"]
        for row in handing.newest(workspace, "entries").to_pylist()
        if (row["precinct"], row["surname"]) == (precinct, surname)
    ]
    words = ("--what", what, "--for", entry, *said, "--document", "AZE 1", *BY, *DAY)
    number = told("application", "take", workspace, *words)[1]["number"]
    grant = ("--grant", "--ground", ground, "--by", by, *DAY)
    assert told("application", "decide", workspace, number, *grant)[0] == 0


def what_was_decided_is_not_asked_anew(workspace):
    """A question by the same person would take back the answer that the person gave."""
    hand_in(workspace, 3, *TWO_OF_THREE)
    yield
    said = ("--set", "address=Nizami küç. 3")
    granted(workspace, 3, "Qasımov", "correct", "document-seen", *said)
    yield
    assert came_back(workspace, "3;2;moved;Qasımov")[1]["answered"] == 1


TWO_OF_THREE = (
    "Abbasov;Elçin;Rauf oğlu;12.03.1970;5XK3001",
    "Qasımov;Fikrət;Mirzə oğlu;09.04.1952;5XK3002",
)


def who_was_moved_stays_there_while_a_question_is_open(workspace):
    """The voter's own move would be undone by a letter, and they go to the other precinct."""
    hand_in(workspace, 4, "Həsənov;Kamran;Əli oğlu;06.06.1971;5XK3003")
    hand_in(workspace, 5, "Bağırova;Həcər;Cavad qızı;28.06.1947;5XK3004")
    yield
    said = ("--set", "precinct=5")
    granted(workspace, 4, "Həsənov", "move", "voter-asked", *said, by="Aytən")
    yield

    def found():
        return told("find", workspace, "Həsənov Kamran", *BY, *DAY)[1]["found"][0]

    number = found()["list_number"]
    assert came_back(workspace, f"5;{number};moved;Həsənov")[1]["asked"] == 1
    # That they were moved answers nothing about whether they live.
    assert came_back(workspace, f"5;{number};died;Həsənov")[1]["asked"] == 1
    yield
    assert (found()["state"], found()["precinct"]) == ("moved", 5)


def an_answer_at_the_door_stands_beside_the_entry(workspace):
    """It was asked because of a letter, and would stand nowhere."""
    hand_in(
        workspace,
        6,
        "Abdullayev;Arif;Zeynal oğlu;03.03.1956;5XK3005",
        "Vəliyev;Samir;Zahid oğlu;01.02.1980;5XK3006",
    )
    yield
    came_back(workspace, "6;2;unknown;Vəliyev")
    yield
    code = left_at_doors(workspace)[6][2]
    words = ("right", "--note", "Pasporta baxdım 7Z", *BY)
    assert told("doors", "answer", workspace, code, *words)[0] == 0
    assert "Pasporta baxdım 7Z" in shown(workspace)


STORIES = stories_in(globals())


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    workspace = workspaces.make(tmp_path_factory.mktemp("undelivered") / "2026")
    stories = {story: story(workspace) for story in STORIES}
    return walk(workspace, stories, DAY[1], "Nigar")


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_a_story_goes_as_it_should(walked, story):
    """What would be wrong stands at each story."""
    if walked[story]:
        raise walked[story]


REFUSED = {
    "1;1;vanished;": "undelivered-no-reason",
    "1;1": "undelivered-no-reason",
    "1;99;moved;": "mobile-nobody",
    "1;1;moved;Yadov": "mobile-nobody",
    "7;1;moved;": "signed-no-list",
    "1;I;moved;": "table-unreadable",
}


def test_a_line_that_cannot_be_read_asks_about_nobody(tmp_path):
    """Half of a table would be asked about, and nobody know which half."""
    workspace = workspaces.finished(tmp_path / "2026")
    for line, error in REFUSED.items():
        code, made = came_back(workspace, "1;1;moved;", line)
        assert (code, made["error"]["code"]) == (2, error), line
        assert "post.csv" in made["error"]["what"]
    assert came_back(workspace, head="məntəqə;nömrə")[0] == 2
    assert came_back(workspace, "1;1;moved;")[1]["asked"] == 1
