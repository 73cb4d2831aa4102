"""Answers from the door: read back by code, shown to who decides, and never done by themselves."""

from __future__ import annotations

import json
import shutil

import openpyxl
import pytest

import handing
import workspaces
from command_line import call
from voterlist.casework.at_door import FOLDER
from voterlist.lists.sheets import DOOR_FILE, DOOR_VERSION
from voterlist.model import AtDoor
from voterlist.strict_json import digest_of

DAY = "2026-02-03"


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """The sample, run."""
    folder = workspaces.sample(tmp_path_factory.mktemp("door") / "2026")
    workspaces.ran(folder)
    return folder


@pytest.fixture
def workspace(finished, tmp_path):
    return shutil.copytree(finished, tmp_path / "2026")


def listed(workspace, *words):
    """The questions of each precinct, as the command tells them."""
    found = call("doors", "list", workspace, "--today", DAY, "--json", *words)
    assert found.exit_code == 0, found.stderr
    return json.loads(found.stdout)["precincts"]


def codes_of(workspace):
    """All codes, by precinct."""
    return {
        one["precinct"]: [code for _, code in one["left"]] for one in listed(workspace)
    }


def saved(path, answers, *, precinct=1, name="Aysel M.", **head):
    """A file as the page of the checklist saves it."""
    said = {
        "kind": DOOR_FILE,
        "version": DOOR_VERSION,
        "cycle": "2026",
        "run": "0001",
        "constituency": 88,
        "precinct": precinct,
        "list_kind": "permanent",
        "file": path.name,
        "name": name,
        "saved": "2026-02-01T10:00:00+04:00",
        "answers": [
            {
                "field": None,
                "value": "",
                "note": "",
                "time": "2026-02-01T09:00:00+04:00",
            }
            | answer
            for answer in answers
        ],
        **head,
    }
    said["digest"] = digest_of(said)
    path.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    return path


def read(workspace, *files):
    """What the command says of files."""
    told = call("doors", "read", workspace, *files, "--json")
    return told.exit_code, json.loads(told.stdout)


def shown(workspace, text):
    """The sheets of the workbook that show this text."""
    out = workspace / "review.xlsx"
    made = call("review", "export", workspace, "--out", out, "--today", DAY)
    assert made.exit_code == 0, made.stderr
    book = openpyxl.load_workbook(out, read_only=True)
    return {
        sheet.title
        for sheet in book
        for row in sheet.iter_rows(values_only=True)
        if any(text in str(cell) for cell in row)
    }


def test_each_question_is_counted_once_and_answers_move_it(workspace, tmp_path):
    """A question that is counted in no column is one that nobody asks again."""
    before = listed(workspace)
    assert sum(one["asked"] for one in before) > 0
    (precinct, codes), *_ = codes_of(workspace).items()
    words = [AtDoor.ABSENT, *[AtDoor.UNKNOWN] * 2]
    answers = [
        {"code": code, "answer": word.value}
        for code, word in zip(codes, words, strict=False)
    ]
    read(workspace, saved(tmp_path / "a.json", answers, precinct=precinct))
    for one in listed(workspace):
        assert one["asked"] == one["answered"] + len(one["left"])
        assert one["overdue"] <= len(one["left"])
    after = next(one for one in listed(workspace) if one["precinct"] == precinct)
    assert after["absent"] == 1
    assert codes[0] in [code for _, code in after["left"]]


def test_an_answer_stands_beside_its_finding_and_does_nothing(workspace, tmp_path):
    """Nobody may be corrected or struck by a file that somebody brings."""
    entries = handing.newest(workspace, "entries")
    note = "Pasporta baxıldı 7Z"
    said = {"answer": "correct", "field": "given_name", "value": "Şəfəq", "note": note}
    fits = set()
    for precinct, codes in codes_of(workspace).items():
        rows = [{"code": code.lower(), **said} for code in codes[:10]]
        path = saved(tmp_path / f"{precinct}.json", rows, precinct=precinct)
        (told,) = read(workspace, path)[1]["files"]
        assert told["gone"] == []
        fits |= {*codes[:10]} - {*told["unfit"]}
    assert fits
    assert shown(workspace, note)
    again = call("run", workspace, "--today", DAY, "--json")
    assert json.loads(again.stdout)["decisions"] == 0
    assert handing.newest(workspace, "entries").equals(entries)


def test_what_finds_no_question_is_told_and_kept(workspace, tmp_path):
    """An answer that disappears was given for nothing."""
    (precinct, codes), *_ = codes_of(workspace).items()
    wrong = codes[0][:-1] + ("2" if codes[0][-1] != "2" else "3")
    answers = [
        {"code": wrong, "answer": "right"},
        {"code": codes[0], "answer": "right"},
    ]
    path = saved(tmp_path / "a.json", answers, precinct=precinct)
    code, told = read(workspace, path)
    assert (code, told["files"][0]["gone"]) == (1, [wrong])
    assert [*(workspace / FOLDER).iterdir()]
    _, again = read(workspace, path)
    assert again["files"][0]["is_known"]
    assert len([*(workspace / FOLDER).iterdir()]) == 1


def test_a_file_that_was_changed_is_refused_and_nothing_is_kept(workspace, tmp_path):
    """Of two files, one of them changed, half of the answers would be taken."""
    codes = [code for codes in codes_of(workspace).values() for code in codes]
    good = saved(tmp_path / "a.json", [{"code": codes[0], "answer": "right"}])
    bad = saved(tmp_path / "b.json", [{"code": codes[1], "answer": "right"}])
    bad.write_text(bad.read_text(encoding="utf-8").replace("right", "died"), "utf-8")
    code, told = read(workspace, good, bad)
    assert code == 3
    assert told["error"]["code"] == "door-edited"
    assert "died" not in told["error"]["what"]
    assert not (workspace / FOLDER).exists()


def test_an_answer_is_typed_by_its_code(workspace):
    """A checklist on paper comes back too."""
    (precinct, codes), *_ = codes_of(workspace).items()
    typed = codes[0].lower().replace("-", " ")
    told = call(
        "doors", "answer", workspace, typed, "absent", "--by", "Nigar", "--json"
    )
    assert told.exit_code == 0, told.stderr
    assert json.loads(told.stdout)["precinct"] == precinct
    later = call("doors", "answer", workspace, codes[0], "right", "--by", "Nigar")
    if later.exit_code == 0:
        left = codes_of(workspace)[precinct]
        assert codes[0] not in left
    refused = {
        ("XXXX-XXXX", "right"): "door-code",
        (codes[1], "correct"): "door-no-value",
    }
    for (code, word), error in refused.items():
        told = call("doors", "answer", workspace, code, word, "--by", "N", "--json")
        assert told.exit_code == 2
        assert json.loads(told.stdout)["error"]["code"] in {error, "door-unfit"}
    told = call("doors", "answer", workspace, codes[1], "absent", "--by", " ", "--json")
    assert json.loads(told.stdout)["error"]["code"] == "door-by-nobody"


def test_every_question_of_the_checklists_is_counted(workspace):
    """A question that hides another one is never asked, and nobody misses it."""
    made = call("lists", workspace, "--purpose", "door", "--today", DAY, "--json")
    assert made.exit_code == 0, made.stderr
    asked = sum(one["asked"] for one in listed(workspace))
    assert asked == json.loads(made.stdout)["questions"] > 0
