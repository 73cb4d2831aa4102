"""The checklist for the door on a telephone: what is answered there comes back as a file."""

from __future__ import annotations

import json

import pytest

import browsers
from papers import paper, question, voter
from voterlist.lists.sheets import answers_to, code_of, read_door_file
from voterlist.model import AtDoor, Purpose
from voterlist.render.desk import render_door
from voterlist.strict_json import SavedFileError

HOSTILE = "</script><img src=x onerror=\"document.title='broken'\">"
ASKED = [
    question("Nizami küçəsi", 4, entry_id="a", address="x"),
    question("Nizami küçəsi", 7, entry_id="b", name=HOSTILE, rule="under-age"),
    question(
        "Səməd Vurğun küçəsi",
        9,
        about="case",
        rule=None,
        case_kind="within-constituency",
        case_id="c",
        other_name="Quliyev İlqar",
        other_precinct=12,
    ),
]


def document(asked=ASKED):
    """A list with these questions."""
    return paper([voter(4), voter(7), voter(9)], purpose=Purpose.WORK, door=asked)


@pytest.mark.parametrize("language", ["az", "en"])
def test_a_page_holds_each_question_once_and_fetches_nothing(language):
    """A question that is not on the page is never asked; a page that fetches tells who is on it."""
    for asked in ([], ASKED):
        listed = document(asked)
        text = render_door(listed, language).decode()
        assert text == render_door(listed, language).decode()
        codes = [code_of(row) for row in listed.door.to_pylist()]
        assert [text.count(f'data-code="{code}"') for code in codes] == [1] * len(asked)
        assert HOSTILE not in text
        assert "default-src &#39;none&#39;" in text
        assert "http:" not in text


def test_what_is_offered_fits_the_question():
    """Who is asked whether two entries are one person cannot say that a birth date is wrong."""
    rows = document().door.to_pylist()
    offered = [set(answers_to(row)) for row in rows]
    assert AtDoor.CORRECT in offered[0]
    assert AtDoor.CORRECT not in offered[2]
    assert AtDoor.SAME in offered[2]
    assert all(AtDoor.ABSENT in answers for answers in offered)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """The file that somebody saved who answered on a telephone, and the page's faults."""
    folder = tmp_path_factory.mktemp("door")
    path = folder / "door.html"
    path.write_bytes(render_door(document(), "en"))
    codes = [code_of(row) for row in document().door.to_pylist()]
    with browsers.browser() as opened:
        visit = browsers.Visit(opened, viewport={"width": 390, "height": 844})
        page = visit.open(path)

        def answer(code, word):
            page.locator(f'[data-code="{code}"] label:has([value="{word}"])').click()

        answer(codes[0], "correct")
        corrected = page.locator(f'[data-code="{codes[0]}"]')
        corrected.locator('[data-part="field"]').select_option("given_name")
        answer(codes[1], "died")
        answer(codes[2], "absent")
        page.locator("#save").click()
        told = [page.locator("#told").inner_text()]
        page.locator("#name").fill("Aysel Məmmədova")
        page.locator("#save").click()
        told.append(page.locator("#told").inner_text())
        corrected.locator('[data-part="value"]').fill("Şəfəq")
        page.reload()
        page.wait_for_selector("html[data-ready]")
        assert page.locator("#count").inner_text() == "2 of 3 answered"
        with page.expect_download() as waited:
            page.locator("#save").click()
        name = waited.value.suggested_filename
        waited.value.save_as(folder / name)
        page.once("dialog", lambda dialog: dialog.accept())
        page.locator("#forget").click()
        page.reload()
        page.wait_for_selector("html[data-ready]")
        assert page.locator("#count").inner_text() == "0 of 3 answered"
        assert page.title() != "broken"
        wide = page.evaluate("document.documentElement.scrollWidth")
        return folder / name, told, visit.faults + visit.abroad, wide, codes


@browsers.NEEDED
def test_the_page_is_answered_and_saved(saved):
    """An answer that got lost on the way would be asked for twice, or never."""
    path, told, faults, wide, codes = saved
    assert faults == []
    assert wide <= 390
    assert told == ["Write your name first.", "Write what the document says."]
    file = read_door_file(path.read_bytes())
    assert (file.name, file.constituency, file.precinct) == ("Aysel Məmmədova", 21, 14)
    given = [(one.code, one.answer, one.field, one.value) for one in file.answers]
    assert given == [
        (codes[0], AtDoor.CORRECT, "given_name", "Şəfəq"),
        (codes[1], AtDoor.DIED, None, ""),
        (codes[2], AtDoor.ABSENT, None, ""),
    ]


@browsers.NEEDED
def test_a_file_that_was_changed_is_not_taken(saved):
    """An answer that nobody gave would be taken for that of the voter."""
    content = saved[0].read_bytes()
    wrong = {
        "edited": content.replace("Şəfəq".encode(), b"Nigar"),
        "cut-off": content[: len(content) // 2],
        "unknown": b"[]",
        "newer": json.dumps({"kind": "voterlist-door", "version": 2}).encode(),
    }
    for code, changed in wrong.items():
        with pytest.raises(SavedFileError) as refused:
            read_door_file(changed)
        assert refused.value.code == code
