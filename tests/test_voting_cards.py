"""Voting cards, and the first lines of the protocol against what precincts report."""

import datetime as dt
import json

import openpyxl
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import workspaces
from voterlist.cli import APP
from voterlist.counter.election_day import (
    CANCELLED,
    ISSUED,
    STOCKED,
    Cards,
    PrecinctLines,
)

DAY = dt.date(2026, 3, 1)
SETTINGS = "[calendar]\nelection_day = 2026-03-01\n"
BY = ("--by", "A. Əliyeva")
HEADINGS = "Dairə;Məntəqə;1;1a;1b;1c;1d\n"


def stocked(first, last, precinct=1):
    place = {"constituency": "88", "precinct": str(precinct)}
    return (DAY, STOCKED, {**place, "first": str(first), "last": str(last)})


def issued(card, entry):
    return (DAY, ISSUED, {"card": str(card), "entry": entry})


def cancelled(first, last):
    return (DAY, CANCELLED, {"first": str(first), "last": str(last), "act": "7"})


@given(st.sets(st.integers(1, 20)), st.sets(st.integers(1, 20)))
def test_no_card_of_the_stock_is_lost(given_out, torn):
    """Each is with its precinct, with a voter, or cancelled: the act must add up."""
    torn = torn - given_out
    journal = [stocked(1, 12), stocked(13, 20, precinct=2)]
    journal += [issued(card, f"e{card}") for card in sorted(given_out)]
    journal += [cancelled(card, card) for card in sorted(torn)]
    cards = Cards.of(journal)
    left = [*cards.left((88, 1)), *cards.left((88, 2))]
    assert sorted([*left, *given_out, *torn]) == list(range(1, 21))
    assert len(cards.issued) == len(given_out)
    assert cards.by_entry == {f"e{card}": card for card in given_out}


@pytest.mark.parametrize(
    ("reported", "differences"),
    [
        ({}, ()),
        ({"line_1": 99, "line_1a": 100, "line_1b": 2, "line_1c": 1, "line_1d": 4}, ()),
        ({"line_1": 97, "line_1a": 100, "line_1b": 1, "line_1c": 0, "line_1d": 4}, ()),
        # On the day voters are written in by hand; fewer than the list knows of is another matter.
        (
            {"line_1": 96, "line_1a": 100, "line_1b": 0, "line_1c": 0, "line_1d": 4},
            ("line_1b",),
        ),
        (
            {"line_1": 98, "line_1a": 101, "line_1b": 1, "line_1c": 0, "line_1d": 4},
            ("line_1a",),
        ),
        (
            {"line_1": 96, "line_1a": 100, "line_1b": 1, "line_1c": 0, "line_1d": 5},
            ("line_1d",),
        ),
        (
            {"line_1": 98, "line_1a": 100, "line_1b": 1, "line_1c": 0, "line_1d": 4},
            ("line_1",),
        ),
        (
            {"line_1": None, "line_1a": 99, "line_1b": None, "line_1c": None},
            ("line_1a",),
        ),
    ],
)
def test_what_a_precinct_reports_is_held_against_what_the_list_says(
    reported, differences
):
    computed = {"line_1a": 100, "line_1b": 1, "line_1d": 4}
    assert PrecinctLines(88, 1, computed, reported).differences == differences


@pytest.fixture
def folder(tmp_path):
    return workspaces.finished(tmp_path / "w", settings=SETTINGS)


def told(command, folder, *arguments, today="2026-02-10"):
    words = ["day", command, str(folder), *map(str, arguments), "--json"]
    if command != "protocol":
        words += ["--today", today]
    return json.loads(CliRunner().invoke(APP, words).stdout)


def first_entries(folder, count=2):
    (run,) = (folder / "runs").iterdir()
    column = pq.read_table(run / "entries.parquet").column("entry_id")
    return column.to_pylist()[:count]


def stock(folder, first=100, last=109, precinct=1):
    place = ("-c", 88, "--precinct", precinct)
    return told("stock", folder, *place, "--first", first, "--last", last, *BY)


def test_a_card_is_issued_once_to_one_voter_of_its_precinct(folder):
    """Two cards are two votes; a card that nobody knows of is one, too."""
    one, other = first_entries(folder)
    assert stock(folder) == {"cards": 10, "left": 10, "exit_code": 0}
    stock(folder, 200, 201, precinct=2)

    def code(*words, command="issue", today="2026-02-10"):
        made = told(command, folder, *words, *BY, today=today)
        return made.get("error", {}).get("code")

    assert code(one, 100) is None
    assert code(one, 101) == "card-twice"
    assert code(other, 100) == "card-gone"
    assert code(other, 999) == code(other, 200) == "card-not-in-stock"
    assert code("nobody", 102) == "card-no-voter"
    ends = ("--first", 100, "--last", 109, "--act", 7)
    assert code(*ends, command="cancel") == "card-gone"
    ends = ("--first", 105, "--last", 109, "--act", 7)
    assert code(*ends, command="cancel") is None
    assert code(other, 105) == "card-gone"
    assert stock(folder, 109, 110)["error"]["code"] == "cards-in-stock"
    assert stock(folder, 120, 119)["error"]["code"] == "cards-in-stock"
    assert stock(folder, 300, 300)["left"] == 5


@pytest.mark.parametrize(
    ("level", "first", "last"),
    [("conec", "2026-01-15", "2026-02-26"), ("pec", "2026-02-05", "2026-02-26")],
)
def test_cards_are_issued_in_the_days_of_the_law(tmp_path, level, first, last):
    text = f'{SETTINGS}[workspace]\nlevel = "{level}"\n'
    folder = workspaces.finished(tmp_path / "w", settings=text)
    stock(folder)
    one, other = first_entries(folder)
    for day in (dt.date.fromisoformat(first) - dt.timedelta(1), DAY):
        made = told("issue", folder, one, 100, *BY, today=day.isoformat())
        assert made["error"]["code"] == "cards-not-now"
    for entry, card, day in ((one, 100, first), (other, 101, last)):
        assert "error" not in told("issue", folder, entry, card, *BY, today=day)


def test_without_an_election_no_card_is_issued(tmp_path):
    folder = workspaces.finished(tmp_path / "w")
    stock(folder)
    made = told("issue", folder, first_entries(folder)[0], 100, *BY)
    assert made["error"]["code"] == "no-election-day"


def test_the_list_has_the_mark_and_the_protocol_its_line(folder, tmp_path):
    stock(folder)
    told("issue", folder, first_entries(folder)[0], 100, *BY)
    assert cells(folder, "work").count("100") == 1
    assert "100" not in cells(folder, "display")
    made = told("protocol", folder)
    names = ("precinct", "line_1a", "line_1b", "line_1d")
    assert [[row[name] for name in names] for row in made["lines"]] == [
        [1, 4, 0, 1],
        [2, 3, 0, 0],
    ]
    assert (made["differing"], made["exit_code"]) == (0, 0)
    report = tmp_path / "p.csv"
    report.write_text(f"{HEADINGS}88;1;4;4;1;0;1\n88;2;3;3;0;0;1\n", encoding="utf-8")
    made = told("protocol", folder, "--protocol", report)
    assert [row["differences"] for row in made["lines"]] == [[], ["line_1", "line_1d"]]
    assert made["exit_code"] == 1


def cells(folder, purpose):
    """The texts of the list of precinct 1 for this purpose."""
    words = ["lists", str(folder), "--purpose", purpose, "--form", "xlsx", "--json"]
    words += ["--precinct", "1", "--today", "2026-02-10"]
    (file,) = json.loads(CliRunner().invoke(APP, words).stdout)["files"]
    book = openpyxl.load_workbook(file["path"])
    rows = book.worksheets[0].iter_rows(values_only=True)
    return [str(cell) for row in rows for cell in row if cell is not None]


def test_a_file_that_is_no_protocol_is_refused(folder, tmp_path):
    report = tmp_path / "p.csv"
    report.write_text("a;b\n1;2\n", encoding="utf-8")
    assert told("protocol", folder, "--protocol", report)["error"]["code"]
