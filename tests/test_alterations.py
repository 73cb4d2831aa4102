"""The sheet of changes: the list displayed then and the sheet give the list of today."""

import datetime as dt
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given as given_examples
from hypothesis import strategies as st

import workspaces
from command_line import told
from list_tables import amendments, applied, compiled, edition, entries
from papers import pages, paper, squeezed, table
from voterlist.fields import DISPLAYED, IDENTIFIERS
from voterlist.lists.alterations import alterations, displayed_of, sheets_of_changes
from voterlist.lists.roll import listed_by
from voterlist.model import Purpose
from voterlist.render.lists import ListWords
from voterlist.render.pdf import render_list
from voterlist.schemas import ALTERATION, AMENDMENT
from voterlist.storage.ledger import FILE_NAME, Ledger
from voterlist.tables import from_columns

SINCE = dt.date(2026, 1, 20)
OF_AGE_SINCE = dt.date(2007, 5, 31)
PEOPLE = {
    "a": ("Əliyev", "Rauf", 1),
    "b": ("Quliyeva", "Sevinc", 1),
    "c": ("Hüseynli", "Tural", 2),
    "d": ("Çələbi", "Zaur", None),
}
MOVED = {"constituency": 88, "precinct": 2, "from_constituency": 88}


def handed_in(*ids):
    return entries(
        *(
            {
                "entry_id": entry_id,
                "precinct": PEOPLE[entry_id][2],
                "surname": PEOPLE[entry_id][0],
                "given_name": PEOPLE[entry_id][1],
                "birth_date": "12.03.1970",
                "address": "Nizami küç. 4",
                "fin": f"5XK123{ord(entry_id) % 10}",
                "document": "AA1234567",
            }
            for entry_id in ids
        )
    )


def struck(entry_id, ground="died"):
    place = {"from_constituency": 88, "from_precinct": PEOPLE[entry_id][2]}
    return {"entry_id": entry_id, "action": "strike", "ground": ground, **place}


def repeated(entry_id, kept="a"):
    return {**struck(entry_id, None), "action": "repeat", "kept_entry_id": kept}


def moved(entry_id):
    return {**struck(entry_id, "voter-asked"), "action": "move", **MOVED}


def corrected(entry_id, value, field="surname"):
    written = PEOPLE[entry_id][0]
    texts = {"field": field, "written": written, "value": value}
    return {**struck(entry_id, "typing-error"), "action": "correct", **texts}


def lists_of(ids="abcd", done=()):
    """The lists of these entries after what was done."""
    amended = [row for row in done if row["action"] == "correct"]
    columns = ("entry_id", "action", "field", "value", "ground")
    return compiled(
        handed_in(*ids),
        done=applied(*done),
        amended=amendments(*({name: row[name] for name in columns} for row in amended)),
    )


def sheet(then, now, **known_as):
    return alterations(shown(then), shown(now), known_as).to_pylist()


def shown(lists):
    return displayed_of(lists, OF_AGE_SINCE)


def said(rows):
    """(surname, change, whether taken back, why) of each row."""
    names = ("surname", "change", "taken_back", "why")
    return [tuple(row[name] for name in names) for row in rows]


# --- the law


STATES = st.dictionaries(
    st.sampled_from("abcd"),
    st.sampled_from(("strike", "repeat", "move", "correct", "correct-again", "none")),
)
HANDED_IN = st.sets(st.sampled_from("abcd"), min_size=1)
_MADE = {
    "strike": struck,
    "repeat": repeated,
    "move": moved,
    "correct": lambda entry_id: corrected(entry_id, "Məmmədov"),
    "correct-again": lambda entry_id: corrected(entry_id, "Rzayev"),
}


def of_state(ids, state):
    done = [
        _MADE[what](entry_id)
        for entry_id, what in sorted(state.items())
        if entry_id in ids and what != "none"
    ]
    return lists_of(sorted(ids), done)


def displayed(lists):
    """The cells of each voter on display, by list and number."""
    rows = shown(lists).listed.to_pylist()
    names = (*DISPLAYED, "birth_year")
    return {
        (row["precinct"], row["list_kind"], row["number"]): {
            name: row[name] for name in names
        }
        for row in rows
    }


def after(then, rows):
    """The cells of a list on display after what a sheet says, by list, in any order."""
    left, new = dict(then), []
    for row in rows:
        place = (row["precinct"], row["list_kind"], row["number"])
        if row["change"] == "correct":
            if row["number"] is not None:
                left[place] = {**left[place], row["field"]: row["value"]}
        elif row["number"] is not None:
            del left[place]
        else:
            new.append((place[:2], {name: row[name] for name in cells_of(row)}))
    kept = [(place[:2], cells) for place, cells in left.items()]
    return Counter(map(str, kept + new))


def cells_of(row):
    return [name for name in row if name in (*DISPLAYED, "birth_year")]


@given_examples(HANDED_IN, STATES, HANDED_IN, STATES)
def test_the_list_displayed_then_and_the_sheet_give_the_list_of_today(
    ids_then, state_then, ids_now, state_now
):
    """Somebody would leave the list, or come onto it, without a line on the wall."""
    then, now = of_state(ids_then, state_then), of_state(ids_now, state_now)
    rows = alterations(shown(then), shown(now), {})
    today = [(place[:2], cells) for place, cells in displayed(now).items()]
    assert after(displayed(then), rows.to_pylist()) == Counter(map(str, today))
    changes = edition(Purpose.CHANGES)
    sheets = [*sheets_of_changes(shown(then), now, rows, changes, SINCE)]
    assert all(one.balance["listed"] == listed_by(one.balance) for one in sheets)
    assert sum(one.changes.num_rows for one in sheets) == rows.num_rows


# --- what stands on it


def test_each_change_has_its_line_with_its_ground():
    done = [struck("a"), moved("b"), corrected("c", "Hüseynov")]
    rows = sheet(lists_of(), lists_of(done=done))
    assert said(rows) == [
        ("Əliyev", "strike", False, "died"),
        ("Quliyeva", "moved-out", False, "voter-asked"),
        ("Quliyeva", "moved-in", False, "voter-asked"),
        ("Hüseynov", "correct", False, "typing-error"),
    ]
    assert [row["number"] for row in rows] == [1, 2, None, 1]
    assert (rows[-1]["written"], rows[-1]["value"]) == ("Hüseynli", "Hüseynov")


def test_what_was_taken_back_is_shown_as_such():
    """Somebody who was named on the wall as dead reads there that it was taken back."""
    done = [struck("a"), moved("b"), corrected("c", "Hüseynov"), repeated("d")]
    rows = sheet(lists_of(done=done), lists_of())
    assert sorted(said(rows)) == [
        ("Hüseynli", "correct", True, "taken-back"),
        ("Quliyeva", "moved-in", True, "taken-back"),
        ("Quliyeva", "moved-out", True, "taken-back"),
        ("Çələbi", "repeat", True, "taken-back"),
        ("Əliyev", "strike", True, "taken-back"),
    ]


def test_struck_and_restored_between_two_displays_is_no_change():
    assert sheet(lists_of(), lists_of()) == []


def test_a_list_handed_in_anew_says_who_is_gone_and_who_is_new():
    rows = sheet(lists_of("abd"), lists_of("acd"))
    assert said(rows) == [
        ("Quliyeva", "left", False, "handed-in"),
        ("Hüseynli", "came", False, "handed-in"),
    ]


def test_an_entry_handed_in_with_another_cell_is_a_correction():
    """Its id changed with the cell; one line says so, not a voter gone and a voter new."""
    other = entries(
        {
            "entry_id": "z",
            "precinct": 1,
            "surname": "Əliyev",
            "given_name": "Rauf",
            "birth_date": "12.03.1970",
            "address": "Nizami küç. 40",
        }
    )
    rows = sheet(lists_of("a"), compiled(other))
    (row,) = rows
    assert (row["change"], row["field"], row["why"]) == (
        "correct",
        "address",
        "handed-in",
    )


def test_what_no_list_on_display_shows_is_no_change():
    """A corrected FIN, or the day of a birth that has its year alone there, would hang out."""
    done = [
        corrected("a", "5XK9999", "fin"),
        corrected("b", "1970-03-13", "birth_date"),
    ]
    assert sheet(lists_of(), lists_of(done=done)) == []


def test_the_sheet_has_no_column_for_what_is_not_displayed():
    hidden = {*IDENTIFIERS, "entry_id", "reason", "decided_by", "sex", "case_id"}
    assert hidden.isdisjoint(ALTERATION.names)


@pytest.mark.parametrize("language", ["az", "en"])
def test_an_article_of_the_law_stands_beside_its_ground_and_nothing_else_does(language):
    """A ground without an article, which a remark explains, is not told on the wall."""
    done = [struck("a"), corrected("b", "Quliyeva-Rza")]
    done[1]["ground"] = "other"
    words = ListWords(language)
    rows = sheet(lists_of(), lists_of(done=done))
    reasons = [words.why_altered(row) for row in rows]
    assert "47" in reasons[0]
    assert reasons[1] == words("lists.why.decided")


@pytest.mark.parametrize("language", ["az", "en"])
def test_reasons_can_be_left_off_the_wall(language):
    then, now = lists_of("a"), lists_of("a", [struck("a")])
    rows = alterations(shown(then), shown(now), {})
    silent = edition(Purpose.CHANGES, reasons=False)
    (document,) = sheets_of_changes(shown(then), now, rows, silent, SINCE)
    words = ListWords(language)
    text = squeezed("".join(pages(render_list(document, language))))
    assert squeezed(words("lists.column.because")) not in text
    assert squeezed(words("ground.died.title")) not in text


def changes_of(displayed, changed, listed):
    """The counts of a sheet: each of these changes once."""
    names = ("struck", "repeated", "moved_out", "left")
    names += ("moved_in", "added", "restored", "came")
    counts = {name: changed.count(name) for name in names}
    return {"displayed": displayed, **counts, "listed": listed}


@pytest.mark.parametrize("language", ["az", "en"])
def test_an_empty_sheet_says_that_nothing_was_changed(language):
    sums = changes_of(3, [], 3)
    blank = paper([], Purpose.CHANGES, balance=sums, since=SINCE)
    text = squeezed("".join(pages(render_list(blank, language))))
    words = ListWords(language)
    for key in ("lists.corrections.none", "lists.balance.displayed"):
        assert squeezed(words(key)) in text


def test_a_sheet_on_paper_holds_every_line():
    row = {
        "surname": "Əliyev",
        "change": "strike",
        "taken_back": False,
        "number": 7,
        "why": "died",
        "constituency": 21,
        "precinct": 14,
        "list_kind": "permanent",
    }
    sums = changes_of(3, ["struck"], 2)
    document = paper(
        [],
        Purpose.CHANGES,
        balance=sums,
        since=SINCE,
        changes=table(ALTERATION, [row]),
    )
    text = squeezed("".join(pages(render_list(document, "en"))))
    assert "Əliyev" in text
    assert squeezed("The person has died (Election Code, article 47)") in text


# --- from one display to the next


def lists(folder, purpose, *more):
    """What the command says that made the lists of a purpose."""
    words = ("--purpose", purpose, *more, "--form", "xlsx", "--today", workspaces.TODAY)
    return told("lists", folder, *words)[1]


def strike_first(folder, run, *, action="strike"):
    entry_id = pq.read_table(folder / "runs" / run / "entries.parquet").column(
        "entry_id"
    )[0]
    answer = {
        "entry_id": entry_id.as_py(),
        "action": action,
        "ground": "died" if action == "strike" else None,
        "document": "№ 1" if action == "strike" else None,
        "decided_by": "A. Əliyeva",
        "decided_at": f"2026-02-0{3 if action == 'strike' else 4}T10:00:00+04:00",
    }
    columns = {name: [answer.get(name)] for name in AMENDMENT.names}
    with Ledger(folder / FILE_NAME) as ledger:
        ledger.amend(from_columns(columns, AMENDMENT, 1))
    return workspaces.run(folder).run


def test_a_sheet_counts_from_the_list_that_was_displayed_last(tmp_path):
    """Of who was struck since, the wall would not tell.

    Or changes counted from an altered list would hide who was struck off.
    """
    folder = workspaces.finished(tmp_path / "w")
    first = workspaces.run(folder).run
    assert lists(folder, "changes")["changes"] == 0
    lists(folder, "display")
    second = strike_first(folder, first)
    made = lists(folder, "changes")
    assert made["changes"] == 1
    # Written once more, in whatever language, a sheet says the same.
    assert lists(folder, "changes", "--language", "en")["changes"] == 1
    assert lists(folder, "changes")["files"] == made["files"]
    strike_first(folder, second, action="withdraw")
    assert lists(folder, "changes")["changes"] == 1
    for harm in (Path.unlink, lambda path: path.write_bytes(b"other")):
        lists(folder, "display")
        assert lists(folder, "changes")["changes"] == 0
        for path in (folder / "lists" / "displayed").iterdir():
            harm(path)
        error = lists(folder, "changes")["error"]
        assert error["code"] == "lists-display-gone"


def test_a_precinct_displayed_alone_counts_from_then(tmp_path):
    """And without a display it counts from what was handed in."""
    folder = workspaces.finished(tmp_path / "w")
    second = strike_first(folder, workspaces.run(folder).run)
    assert lists(folder, "changes")["changes"] == 1
    lists(folder, "display")
    strike_first(folder, second, action="withdraw")
    lists(folder, "display", "--precinct", "1")
    made = lists(folder, "changes")
    assert {file["precinct"]: file["rows"] for file in made["files"]} == {1: 0, 2: 0}
    assert lists(folder, "changes", "--precinct", "2")["changes"] == 0
