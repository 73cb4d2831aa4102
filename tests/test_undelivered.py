"""Cards that the post brought back: questions, beside the person, and never a striking."""

from __future__ import annotations

import openpyxl
import pytest

import handing
import workspaces
from command_line import call, told

pytestmark = pytest.mark.slow

DAY = ("--today", "2026-02-03")
BY = ("--by", "Nigar")


@pytest.fixture
def workspace(tmp_path):
    return workspaces.finished(tmp_path / "2026")


def came_back(workspace, *lines, head="məntəqə;nömrə;səbəb;soyadı"):
    path = workspace.parent / "post.csv"
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return told("doors", "undelivered", workspace, path, *BY)


def test_a_card_that_came_back_is_a_question_and_strikes_nobody(workspace):
    """A letter that a neighbour sent back would take a lawful voter off the list."""
    before = handing.newest(workspace, "entries")
    lines = ("1;1;moved;", "2;2;DIED;Rzayev", "1;2;refused")
    assert came_back(workspace, *lines) == (
        0,
        {"asked": 3, "answered": 0, "exit_code": 0},
    )
    assert came_back(workspace, *lines)[1]["answered"] == 3
    assert told("run", workspace, *DAY)[0] in {0, 1}
    assert handing.newest(workspace, "entries").equals(before)
    applied = handing.newest(workspace, "applied").to_pylist()
    assert not [row for row in applied if row["action"] != "ask"]
    _, doors = told("doors", "list", workspace, *DAY)
    asked = {
        one["precinct"]: [number for number, _ in one["left"]]
        for one in doors["precincts"]
    }
    assert {1, 2} <= set(asked[1])
    assert 2 in asked[2]
    card = call("find", workspace, "Rzayev Orxan", "--card", 1, *BY, *DAY)
    assert "vəfat edib" in card.stdout
    assert "vəfat edib" in shown(workspace)


def shown(workspace):
    """All texts of the review workbook."""
    out = workspace.parent / "review.xlsx"
    made = call("review", "export", workspace, "--out", out, *DAY)
    assert made.exit_code == 0, made.stderr
    book = openpyxl.load_workbook(out, read_only=True)
    rows = [row for sheet in book for row in sheet.iter_rows(values_only=True)]
    return " ".join(str(cell) for row in rows for cell in row if cell)


def test_what_was_decided_is_not_asked_anew(workspace):
    """A question by the same person would take back the answer that the person gave."""
    number = 2
    _, found = told("find", workspace, "Rzayev Orxan", *BY, *DAY)
    entry = found["found"][0]["entry_id"]
    said = ("--set", "address=Nizami küç. 3", "--document", "AZE 1", *BY, *DAY)
    told("application", "take", workspace, "--what", "correct", "--for", entry, *said)
    grant = ("--grant", "--ground", "document-seen", *BY, *DAY)
    assert told("application", "decide", workspace, 1, *grant)[0] == 0
    assert told("run", workspace, *DAY)[0] in {0, 1}
    assert came_back(workspace, f"2;{number};moved;Rzayev")[1]["answered"] == 1


def test_who_was_moved_stays_there_while_a_question_is_open(workspace):
    """The voter's own move would be undone by a letter, and they go to the other precinct."""
    _, found = told("find", workspace, "Rzayev Orxan", *BY, *DAY)
    entry = found["found"][0]["entry_id"]
    said = ("--set", "precinct=1", "--document", "AZE 1", *BY, *DAY)
    told("application", "take", workspace, "--what", "move", "--for", entry, *said)
    grant = ("--grant", "--ground", "voter-asked", "--by", "Aytən", *DAY)
    assert told("application", "decide", workspace, 1, *grant)[0] == 0
    told("run", workspace, *DAY)
    _, found = told("find", workspace, "Rzayev Orxan", *BY, *DAY)
    number = found["found"][0]["list_number"]
    assert came_back(workspace, f"1;{number};moved;Rzayev")[1]["asked"] == 1
    # That they were moved answers nothing about whether they live.
    assert came_back(workspace, f"1;{number};died;Rzayev")[1]["asked"] == 1
    told("run", workspace, *DAY)
    _, found = told("find", workspace, "Rzayev Orxan", *BY, *DAY)
    assert (found["found"][0]["state"], found["found"][0]["precinct"]) == ("moved", 1)


def test_an_answer_at_the_door_stands_beside_the_entry(workspace):
    """It was asked because of a letter, and would stand nowhere."""
    came_back(workspace, "2;2;unknown;Rzayev")
    assert told("run", workspace, *DAY)[0] in {0, 1}
    _, doors = told("doors", "list", workspace, *DAY)
    (two,) = [one for one in doors["precincts"] if one["precinct"] == 2]
    code = next(code for number, code in two["left"] if number == 2)
    words = ("right", "--note", "Pasporta baxdım 7Z", *BY)
    assert told("doors", "answer", workspace, code, *words)[0] == 0
    assert "Pasporta baxdım 7Z" in shown(workspace)


REFUSED = {
    "1;1;vanished;": "undelivered-no-reason",
    "1;1": "undelivered-no-reason",
    "1;99;moved;": "mobile-nobody",
    "1;1;moved;Yadov": "mobile-nobody",
    "7;1;moved;": "signed-no-list",
    "1;I;moved;": "table-unreadable",
}


def test_a_line_that_cannot_be_read_asks_about_nobody(workspace):
    for line, error in REFUSED.items():
        code, made = came_back(workspace, "1;1;moved;", line)
        assert (code, made["error"]["code"]) == (2, error), line
        assert "post.csv" in made["error"]["what"]
    assert came_back(workspace, head="məntəqə;nömrə")[0] == 2
    assert came_back(workspace, "1;1;moved;")[1]["asked"] == 1
