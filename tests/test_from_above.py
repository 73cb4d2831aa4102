"""The cases of a return answered at once: what is asked of whom, and what an answer does."""

import json
import zipfile
from functools import cache

import pytest

import desks
import handing
import review_books
import workspaces
from command_line import call
from deciding import amendments_of, given_amendments, given_verdicts
from handing import DAY, newest, told
from voterlist.casework.returned_cases import taken_off
from voterlist.decisions.follow import Then
from voterlist.decisions.given import Given
from voterlist.storage.ledger import Ledger

BY = "Leyla M."
AT = ("--today", DAY)
STAYS = {"answer": "stands rightly here", "decided_by": BY}
LAST = {"number": 1, "adjudicates": False}
LEAVES = {"answer": "stands elsewhere", "document": "AA 12/5", "decided_by": BY}


@pytest.fixture
def below(tmp_path):
    return handing.asked_from_above(tmp_path)


def is_asked(row):
    return row.get("asked_as") == "from-above"


def exported(workspace):
    """The workbook, and the rows that the commission above asks in it."""
    path = workspace / "reports" / "review-en.xlsx"
    code, said = told("review", "export", workspace, "--language", "en", *AT)
    rows = list(filter(is_asked, review_books.rows_of(path)))
    assert (code, said["from_above"]) == (0, len(rows))
    return path, rows


def answers(workspace):
    """Entry -> what was answered to its case."""
    return {
        entry["entry_id"]: case["answer"]
        for case in told("answer", workspace)[1]["cases"]
        for entry in case["own"]
    }


@cache
def number_of(workspace, entry):
    """The number of the case of an entry: it stays, whatever is answered."""
    (number,) = (
        case["number"]
        for case in told("answer", workspace)[1]["cases"]
        if case["own"][0]["entry_id"] == entry
    )
    return number


def answered(workspace, entry, *words, day=DAY):
    """(exit code, codes of the problems) of answering the case of an entry by the command."""
    case = ("--case", number_of(workspace, entry))
    code, answer = told("answer", workspace, *case, *words, "--by", BY, "--today", day)
    return code, {problem["code"] for problem in answer["problems"]}


def holding(workspace):
    """Entry -> what holds of it, once it has run."""
    told("run", workspace, *AT)
    rows = newest(workspace, "amendments").to_pylist()
    return {row["entry_id"]: row for row in rows}


def test_each_voter_is_named_and_of_the_other_the_place_alone(below):
    """By an id nobody knows whom to ask."""
    shown = call("answer", below).stdout
    rows = newest(below, "entries").to_pylist()
    names = {row["entry_id"]: row["surname"] for row in rows}
    for case in told("answer", below)[1]["cases"]:
        assert all(names[entry["entry_id"]] in shown for entry in case["own"])
        assert all(other["levels"]["surname"] == "same" for other in case["others"])
    assert "constituency 87, precinct 2" in shown


def test_the_status_tells_the_questions_and_how_they_are_answered(below):
    """They were told as decisions that were recorded, and nobody knew of an answer that is owed."""
    status = told("status", below, *AT)[1]
    cases = told("answer", below)[1]["cases"]
    assert (status["asked_above"], status["since_run"]) == (len(cases), 0)
    assert status["asked_since"] == sum(len(case["own"]) for case in cases)
    shown = call("status", below, *AT).stdout
    assert f"without an answer: {len(cases)}, owed until 2026-05-30" in shown
    assert "voterlist answer" in shown
    # The run says it too, in its last lines.
    assert "without an answer: " in call("run", below, *AT).stdout[-500:]
    answer = ("--case", cases[0]["number"], "--stays", "--by", BY)
    assert told("answer", below, *answer, *AT)[0] == 0
    assert told("status", below, *AT)[1]["asked_above"] == len(cases) - 1


def test_all_cases_are_answered_by_one_workbook(tmp_path):
    """Sixty cases were sixty commands.

    And whoever stays after all would be missing on the next list. Whom the constituency alone was
    asked about and gave up is owed by nobody: the lists could not be approved. Of two entries of a
    case one stays and one leaves: its striking was taken back in silence.
    """
    below = handing.asked_from_above(tmp_path)
    path, asked = exported(below)
    cases = told("answer", below)[1]["cases"]
    (twice,) = (case["own"][1]["entry_id"] for case in cases if case["own"][1:])
    assert {row["entry_id"] for row in asked} == set(answers(below))
    leaving = asked[1]["entry_id"]
    said = {leaving: LEAVES, twice: LEAVES | {"precinct": "87/1"}}
    review_books.fill(
        path,
        lambda row: said.get(row["entry_id"], STAYS) if is_asked(row) else None,
    )
    code, said = told("review", "import", below, path)
    assert (code, said["recorded"]) == (0, len(asked))
    expected = {row["entry_id"]: "keep" for row in asked} | {leaving: "give-up"}
    assert answers(below) == expected
    struck = holding(below)
    assert {*struck} == {leaving, twice}
    told_of = ("action", "ground", "document", "constituency")
    assert [struck[leaving][name] for name in told_of] == [
        "strike",
        "moved-away",
        "AA 12/5",
        87,
    ]
    assert told("review", "import", below, path)[1]["recorded"] == 0
    assert exported(below)[1] == []
    pair = handing.Pair(below, tmp_path / "above", tmp_path)
    assert told("status", pair.above, *AT)[1]["answers_owed"] != []
    assert pair.submit("second.zip")[0] == 0
    receipt = tmp_path / "receipt.zip"
    assert pair.receive("second.zip", "--receipt", receipt)[0] == 0
    assert told("receive", below, receipt, *AT)[0] == 0
    assert told("status", pair.above, *AT)[1]["answers_owed"] == []
    assert answered(below, leaving, "--stays") == (0, set())
    assert leaving not in holding(below)
    assert answers(below)[leaving] == "keep"
    # What was returned is deleted; what was said of it is owed all the same.
    number = number_of(below, leaving)
    name = newest_names(below)[leaving]
    told("forget", below, "--yes", "--by", BY, *AT)
    assert answers(below) == {}
    list_anew(below, {name: lambda _: ""})
    code, said = pair.submit("third.zip")
    opened = [(one["gate"], one["count"]) for one in said["gates"] if one["open"]]
    assert (code, opened) == (1, [("returned-cases", 1)])
    (case,) = told("answer", below)[1]["cases"]
    assert (case["number"], case["answer"]) == (number, None)
    assert answered(below, leaving, "--elsewhere") == (0, set())
    assert pair.submit("third.zip")[0] == 0
    assert set(carried(tmp_path / "third.zip").values()) == {"keep", "give-up"}


def test_who_gave_all_voters_up_is_returned_to(tmp_path):
    """Lists that are empty are in no run: of who stood on them nobody could be asked again."""
    below = handing.asked_from_above(tmp_path)
    path, asked = exported(below)
    leaves = LEAVES | {"precinct": "87/1"}
    review_books.fill(path, lambda row: leaves if is_asked(row) else None)
    assert told("review", "import", below, path)[1]["recorded"] == len(asked)
    told("run", below, *AT)
    pair = handing.Pair(below, tmp_path / "above", tmp_path)
    assert pair.submit("empty.zip")[0] == 0
    assert pair.receive("empty.zip")[1]["entries"] == 0
    told("run", pair.above, *AT)
    out = ("-c", 88, "--out", tmp_path / "again.zip", *AT)
    assert told("return", pair.above, *out)[0] == 0


def test_nothing_is_returned_before_a_run_has_read_the_package(tmp_path):
    """A package of no cases said that nothing is asked: all of them stand in another list too."""
    pair = handing.handed(tmp_path)
    inbox = workspaces.make(tmp_path / "other") / "inbox" / "88"
    inbox.rename(pair.above / "inbox" / "87")
    told("run", pair.above, *AT)
    assert pair.receive()[0] == 0
    out = ("-c", 88, "--out", tmp_path / "early.zip", *AT)
    answer = told("return", pair.above, *out)
    assert handing.code_of(answer) == (2, "constituency-not-run")
    told("run", pair.above, *AT)
    code, said = told("return", pair.above, *out)
    assert (code, said["cases"]) == (0, 6)


def newest_names(workspace):
    """Entry -> the name and the father's name of the newest run."""
    rows = newest(workspace, "entries").to_pylist()
    return {row["entry_id"]: f"{row['given_name']};{row['patronymic']}" for row in rows}


def list_anew(workspace, changes):
    """Let precincts hand in their lists anew, with other lines of people: name -> how."""
    for path in (workspace / "inbox" / "88").iterdir():
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        for name, change in changes.items():
            lines = [change(line) if name in line else line for line in lines]
        path.write_text("".join(lines), encoding="utf-8")
    told("run", workspace, *AT)


def spelled(line):
    """The line of a list with another spelling of the given name."""
    number, surname, name, *rest = line.split(";")
    return ";".join((number, surname, f"{name}yev", *rest))


def entry_of(workspace, name):
    """The entry of today of somebody, in whatever spelling."""
    (found,) = [
        entry
        for entry, told_of in newest_names(workspace).items()
        if told_of.startswith(name) and entry in answers(workspace)
    ]
    return found


GONE, KEPT, CHANGED, SPELLED, LATE = "Tural", "Sevinc", "Leyla", "Aygün", "Orxan"
"""The last two are of precinct 2."""


def asked_by_an_earlier_version(entry, monkeypatch):
    """Let the ledger not say who an entry was, about which the commission above asked."""
    known = Then.cells
    monkeypatch.setattr(
        Then, "cells", lambda then, one: {} if one == entry else known(then, one)
    )


def test_who_is_listed_no_more_stands_elsewhere_and_not_here(below, monkeypatch):
    """That the person stays was all that was taken: the other side then struck a voter of none.

    And who stays under another spelling was asked about for ever: nothing was handed over. That
    somebody stays who then left the list stayed said.
    """
    assert answered(below, entry_of(below, SPELLED), "--stays") == (0, set())
    path, _ = exported(below)
    gone, kept, changed, promised, last = (
        entry_of(below, name) for name in (GONE, KEPT, CHANGED, SPELLED, LATE)
    )
    said = {kept: STAYS}
    review_books.fill(
        path, lambda row: said.get(row["entry_id"]) if is_asked(row) else None
    )
    names = newest_names(below)
    list_anew(
        below,
        {names[gone]: lambda _: ""}
        | dict.fromkeys((names[one] for one in (kept, changed, promised)), spelled),
    )
    # In the workbook of before stands what the list does not say any more.
    (refused,) = told("review", "import", below, path)[1]["problems"]
    assert (refused["sheet"], refused["code"]) == ("From above", "entry-gone")
    assert answered(below, entry_of(below, KEPT), "--stays") == (0, set())
    told("run", below, *AT)
    back = newest(below, "returned").to_pylist()
    left = {row["old_entry_id"] for row in back if row["answer"] == "ask"}
    assert left == {gone, changed}
    assert GONE in call("answer", below).stdout

    def is_gone(entry):
        """True of somebody who is asked about, and cannot stay."""
        is_asked = answers(below)[entry] is None
        refused = answered(below, entry, "--stays") == (1, {"listed-no-more"})
        assert answered(below, entry, "--elsewhere") == (0, set())
        return is_asked and refused and answers(below)[entry] == "give-up"

    assert is_gone(gone)
    # Whose line says something else stands on the list of today.
    said = ("--elsewhere", "--document", "AA 12/5")
    struck = [entry_of(below, name) for name in (CHANGED, SPELLED)]
    assert [answers(below)[one] for one in struck] == [None, "keep"]
    for today in struck:
        assert answered(below, today, *said) == (0, set())
        assert answers(below)[today] == "give-up"
    rows = holding(below).items()
    assert {one for one, row in rows if row["action"] == "strike"} == {*struck}
    assert answered(below, struck[1], "--stays") == (0, set())
    # The list of a precinct is damaged, and stays so for good: the precincts were merged.
    late = below / "inbox" / "88" / "menteqe-2.csv"
    lines = late.read_text("utf-8").splitlines()
    line, twice = (
        one for name in (SPELLED, LATE) for one in lines if f";{name}" in one
    )
    late.write_bytes(b"PK" + bytes(40))
    list_anew(below, {KEPT: lambda _: ""})
    # And who was said to stay has left the list since.
    assert is_gone(kept)
    # While a list cannot be read nobody of it is given up, and who was asked about still is.
    assert answered(below, last, *said) == (1, {"entry-gone"})
    assert [answers(below)[one] for one in (last, promised)] == [None, "keep"]
    settings = below / "voterlist.toml"
    settings.write_text(settings.read_text("utf-8").replace('"1-2"', '"1"'), "utf-8")
    told("run", below, *AT)
    assert answers(below)[promised] is None
    assert is_gone(last)
    # Whom the list of the other precinct has taken over stays there.
    with (below / "inbox" / "88" / "menteqe-1.csv").open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
    asked_by_an_earlier_version(last, monkeypatch)
    (late.parent / "menteqe-3.csv").write_text(
        "\n".join((*lines[:2], twice, twice)).replace("2 s", "3 s"), "utf-8"
    )
    told("run", below, *AT)
    assert answers(below)[entry_of(below, SPELLED)] == "keep"
    # Who stands on two lines that say the same was told as listed no more.
    assert answered(below, entry_of(below, LATE), "--stays") == (0, set())


def test_who_stays_after_all_is_struck_no_more_whatever_number_the_precinct_has(below):
    """Numbered anew before the striking and since, it held: who was to stay was on no list."""
    folder = below / "inbox" / "88"
    for before, now, answer in (
        (1, 3, ("--elsewhere", "--document", "AA 12/5")),
        (3, 4, ("--stays",)),
    ):
        path = folder / f"menteqe-{before}.csv"
        text = path.read_text("utf-8").replace(str(before), str(now), 1)
        path.rename(folder / f"menteqe-{now}.csv").write_text(text, "utf-8")
        told("run", below, *AT)
        assert answered(below, entry_of(below, GONE), *answer) == (0, set())
    assert entry_of(below, GONE) not in holding(below)


def test_who_objected_rightly_stays_once_the_question_about_them_is_closed(below):
    """What held before the question held again: the striking, whoever had said that they stay."""
    own, court = sorted(answers(below))[:2]
    take = ("application", "take", below, "--by", "Qonşu", *AT, "--document", "AA 1")
    decide = ("application", "decide", below)
    because = ("--reason", "Gəldi")
    for number, entry, by in ((1, own, BY), (3, court, "Cavid")):
        said = ("--by", by, *AT)
        told(*take, "--what", "strike", "--for", entry)
        told(*decide, number, "--grant", "--ground", "died", *said)
        assert holding(below)[entry]["action"] == "strike"
        told(*take, "--what", "complaint", "--against", number)
    told(*decide, 2, "--grant", *because, "--by", BY, *AT)
    assert answered(below, own, "--stays") == (0, set())
    told(*decide, 4, "--refuse", "--ground", "not-shown", *because, *said)
    act = ("--outcome", "granted", "--evidence", "Q 1", "--by", BY, *AT)
    told("application", "appeal", below, 4, "--to", "court", *act)
    back = {"entry_id": court, "action": "withdraw", "decided_by": BY}
    with Ledger(below / "ledger.db") as ledger:
        ledger.amend(amendments_of(back))
    rows = holding(below)
    assert [rows.get(one, {}).get("action") for one in (own, court)] == [None, "ask"]
    assert answers(below)[own] == "keep"


def test_nobody_overwrites_the_answer_of_another_one_unawares(below):
    """Two analysts had a workbook each: the second one's struck off whom the first one had seen."""
    path, asked = exported(below)
    entries = [row["entry_id"] for row in asked[:2]]
    books = [path.with_name(f"{name}.xlsx") for name in ("a", "b", "c")]
    words = {STAYS["answer"]: "keep", LEAVES["answer"]: "give-up"}
    # Of the first voter it is said that they stay, of the second that they leave; then otherwise.
    first, second = (STAYS, LEAVES), (LEAVES, STAYS)
    for book, said, by in zip(
        books, (first, second, second), (BY, "Cavid", BY.upper()), strict=True
    ):
        answer = {
            entry: one | {"decided_by": by}
            for entry, one in zip(entries, said, strict=True)
        }
        review_books.fill(
            path,
            lambda row, a=answer: a.get(row["entry_id"]) if is_asked(row) else None,
            book,
        )

    def stand(said):
        found = answers(below)
        return [found[one] for one in entries] == [words[one["answer"]] for one in said]

    assert told("review", "import", below, books[0], *AT)[0] == 0
    code, refused = told("review", "import", below, books[1], *AT)
    codes = [problem["code"] for problem in refused["problems"]]
    assert (code, codes, refused["recorded"]) == (1, ["answered-by-another"] * 2, 0)
    assert stand(first)
    # Under the name in capitals it is the own answer.
    assert told("review", "import", below, books[2], *AT)[0] == 0
    assert stand(second)
    # By its number it is answered by whoever has agreed, and is told whose answer it was.
    elsewhere = ("--elsewhere", "--document", "AA 1")
    for entry, how in zip(entries, (("--stays",), elsewhere), strict=True):
        number = number_of(below, entry)
        said = call("answer", below, "--case", number, *how, "--by", "Cavid", *AT)
        assert f"{BY.upper()} had answered case {number} the other way" in said.output
    assert stand(first)


def test_a_question_that_comes_after_the_striking_is_answered_by_either_answer(below):
    """The two stood against each other: no answer ended it, and nothing was handed over.

    Whom somebody else struck as dead a third one decides.
    """
    stays, leaves, died = (entry_of(below, name) for name in (KEPT, GONE, CHANGED))
    elsewhere = ("--elsewhere", "--document", "AA 1")
    for entry in (stays, leaves):
        assert answered(below, entry, *elsewhere) == (0, set())
    dead = {"entry_id": died, "action": "strike", "ground": "died"}
    asks = {"action": "ask", "reason": "hal 77", "decided_by": "MSK (cec)"}
    with Ledger(below / "ledger.db") as ledger:
        ledger.amend(amendments_of(dead | {"decided_by": "Cavid"}))
        for entry in (stays, leaves, died):
            ledger.amend(amendments_of(asks | {"entry_id": entry}))
    # The commission above asks as the lists were that it has; one of them has moved since.
    here, there = sorted((below / "inbox" / "88").iterdir())
    lines = here.read_text("utf-8").splitlines(keepends=True)
    there.write_text(there.read_text("utf-8") + lines.pop(4), "utf-8")
    here.write_text("".join(lines), "utf-8")
    told("run", below, *AT)
    leaves = entry_of(below, GONE)
    assert leaves.startswith("088-0002")
    assert [answers(below)[entry] for entry in (stays, leaves, died)] == [None] * 3
    assert answered(below, leaves, *elsewhere) == (0, set())
    # Who has died by what somebody else says, a third one decides.
    for entry, code in ((stays, 0), (died, 1)):
        assert answered(below, entry, "--stays") == (code, set())
    struck = {one for one, row in holding(below).items() if row["action"] == "strike"}
    assert struck & {stays, leaves, died} == {leaves}
    said = [answers(below)[entry] for entry in (leaves, stays)]
    assert said == ["give-up", "keep"]
    disputed = newest(below, "disputed").column("entry_id").to_pylist()
    assert {*disputed} == {died}


def test_no_striking_overwrites_that_a_voter_stays(below):
    """On the sheet of strikings the second one struck off whom the first one had seen.

    On a ground of the person it became "given up" too, in place of the first one's answer.
    """
    head = "Soyadı;Adı;Atasının adı;Doğum tarixi;FİN;Seçki dairəsi;Seçki məntəqəsi\n"
    rows = "Rzayeva;Aygün;Nadir qızı;17.02.1969;5XK1239;88;2\n"
    rows += "Rzayev;Orxan;Şamil oğlu;05.05.1965;5XK1238;88;2\n"
    (below / "reference" / "departures.csv").write_text(head + rows, encoding="utf-8")
    told("run", below, *AT)
    path, _ = exported(below)
    found = [row for row in review_books.rows_of(path) if row["sheet"] == "Strikings"]
    of = {
        name: row
        for name in ("Rzayeva", "Rzayev")
        for row in found
        if f"{name} " in f"{' '.join(map(str, row['shown']))} "
    }
    assert len(of) == 2
    struck = LEAVES | {"answer": "strike", "precinct": "87/2", "decided_by": "Cavid"}
    grounds = ("The person has moved to another precinct", "The person has died")
    answer = {
        row["finding_id"]: struck | {"ground": ground}
        for row, ground in zip(of.values(), grounds, strict=True)
    }
    entries = [row["entry_id"] for row in of.values()]
    for entry in entries:
        assert answered(below, entry, "--stays")[0] == 0
    review_books.fill(
        path,
        lambda row: (
            answer.get(row["finding_id"]) if row["sheet"] == "Strikings" else None
        ),
    )
    code, said = told("review", "import", below, path, *AT)
    codes = [problem["code"] for problem in said["problems"]]
    assert (code, codes, said["recorded"]) == (1, ["answered-by-another"] * 2, 0)
    assert [answers(below)[entry] for entry in entries] == ["keep"] * 2


def test_who_was_moved_stays_where_they_were_moved_to(below):
    """By the answer that the voter stands there, the move was taken back with the question."""
    entry = next(one for one in answers(below) if one.startswith("088-0002-"))
    moved = {"entry_id": entry, "action": "move", "constituency": 88, "precinct": 1}
    with Ledger(below / "ledger.db") as ledger:
        ledger.amend(amendments_of(moved | {"ground": "moved-away"}))
    assert answered(below, entry, "--stays")[0] == 0
    assert holding(below)[entry]["action"] == "move"


def test_what_is_not_shown_by_a_document_or_has_two_places_is_not_taken(below):
    """A lawful voter would be struck on nobody's word, or sent to the wrong precinct."""
    path, asked = exported(below)
    without = LEAVES | {"document": None}
    review_books.fill(path, lambda row: without if is_asked(row) else None)
    code, said = told("review", "import", below, path)
    codes = {problem["code"] for problem in said["problems"]}
    assert (code, said["recorded"]) == (1, 0)
    assert codes == {"evidence-missing", "precinct-missing"}
    nobody = {"answer": STAYS["answer"], "decided_by": None}
    review_books.fill(path, lambda row: nobody if is_asked(row) else None)
    problems = told("review", "import", below, path)[1]["problems"]
    assert [problem["code"] for problem in problems] == ["no-decider"] * len(asked)
    assert set(answers(below).values()) == {None}
    # Another place than somebody else had named was told as recorded, and answered nothing.
    number = told("answer", below)[1]["cases"][0]["number"]
    said = ("--case", number, "--elsewhere", "--document", "AA 1", "--precinct")
    for place, by, code in (("87/1", BY, 0), ("87/2", "Cavid", 1)):
        assert told("answer", below, *said, place, "--by", by, *AT)[0] == code


def test_the_command_strikes_nobody_whom_the_workbook_would_not(tmp_path):
    """A voter would be gone by her kept entry, for which the other one has left the list."""
    pair = handing.pair(tmp_path)
    pair.decide(("keep", "repeat"))
    told("run", pair.below, *AT)
    pair.submit()
    handing.returned(pair, "menteqe-1.csv")
    kept = newest(pair.below, "cases").column("entry_id")[0].as_py()
    path, _ = exported(pair.below)
    review_books.fill(
        path,
        lambda row: LEAVES if is_asked(row) and row["entry_id"] == kept else None,
    )
    _, said = told("review", "import", pair.below, path)
    refused = {problem["code"] for problem in said["problems"]}
    assert (said["recorded"], refused) == (0, {"undoes-earlier"})
    leaves = ("--elsewhere", "--document", "AA 12/5")
    assert answered(pair.below, kept, *leaves) == (1, refused)
    assert answers(pair.below)[kept] is None
    # Nobody wrote this answer into a file.
    number = number_of(pair.below, kept)
    shown = call("answer", pair.below, "--case", number, *leaves, "--by", BY, *AT)
    assert "problem" in shown.output, shown.output
    assert "sheet" not in shown.output
    assert holding(pair.below).get(kept, {}).get("action") != "strike"


def test_nobody_is_struck_by_a_case_off_a_frozen_list(below):
    """Whoever is struck after the lists are printed comes to vote, and is sent home."""
    settings = below / "voterlist.toml"
    text = settings.read_text(encoding="utf-8")
    dates = "\n[calendar]\nelection_day = 2026-03-01\n"
    settings.write_text(text + dates, encoding="utf-8")
    entry = next(iter(answers(below)))
    leaves = ("--elsewhere", "--document", "AA 12/5")
    frozen = answered(below, entry, *leaves, day="2026-02-10")
    assert frozen == (1, {"list-frozen"})
    assert answered(below, entry, "--stays", day="2026-02-10")[0] == 0


def test_with_a_desk_the_commission_above_is_nobody_whose_answer_is_given(below):
    """Each case would need a session of the commission above at the desk of the constituency."""
    desks.add_user(below, BY)
    entry = next(iter(answers(below)))
    leaves = ("--elsewhere", "--document", "AA 12/5")
    assert answered(below, entry, *leaves) == (0, set())


def carried(package):
    """Case -> the answer to it that a package carries up."""
    with zipfile.ZipFile(package) as file:
        (name,) = [one for one in file.namelist() if one.endswith("/answers.json")]
        return {one["case_id"]: one["answer"] for one in json.loads(file.read(name))}


def test_what_the_counter_decides_since_is_the_answer_to_the_commission_above(tmp_path):
    """That the voter stands here went up beside a list without them; nobody was asked again.

    And whose striking was taken back stood there, and was given up for the commission above.
    """
    below = handing.asked_from_above(tmp_path)
    pair = handing.Pair(below, tmp_path / "above", tmp_path)
    own = [case["own"] for case in told("answer", below)[1]["cases"]]
    (entry, *_) = [one["entry_id"] for one, *others in own if not others]
    for one, *_ in own:
        assert answered(below, one["entry_id"], "--stays") == (0, set())
    place = ("--set", "constituency=87", "--set", "precinct=2", "--document", "AA 1")
    asked = ("--what", "strike", "--for", entry, "--by", "Qonşu", *place, *AT)
    taken = told("application", "take", below, *asked)[1]
    by = ("--by", "Cavid", *AT)
    decide = ("application", "decide", below, taken["number"])
    grant = ("--grant", "--ground", "moved-away")
    code, refused = told(*decide, *grant, *by)
    assert (code, refused["error"]["code"]) == (2, "application-stays")
    assert BY in refused["error"]["what"]
    assert entry not in holding(below)
    grant += ("--although", "Köçüb")
    assert told(*decide, *grant, *by)[1]["standing"] == "holds"
    assert answers(below)[entry] == "give-up"
    assert entry in holding(below)
    code, said = pair.submit("second.zip")
    assert code == 0, said
    said = list(carried(tmp_path / "second.zip").values())
    assert (said.count("give-up"), said.count("keep")) == (1, len(said) - 1)
    refuse = ("--refuse", "--ground", "list-is-right", "--reason", "Buradadır")
    assert told(*decide, *refuse, *by)[0] == 0
    assert answers(below)[entry] == "keep"
    leaves = ("--elsewhere", "--document", "AA 12/5")
    assert answered(below, entry, *leaves) == (0, set())
    assert answers(below)[entry] == "give-up"
    told("run", below, *AT)
    path, _ = exported(below)
    back = {"answer": "withdraw", "decided_by": BY}
    is_meant = {"entry_id": entry, "sheet": "Decided"}.items()
    review_books.fill(path, lambda row: back if is_meant <= row.items() else None)
    assert told("review", "import", below, path, *AT)[1]["recorded"] == 1
    # Nobody has said since where they stand.
    assert answers(below)[entry] is None


def test_with_the_entry_that_is_kept_its_repetitions_leave_the_list():
    """The person of both was struck, and that they stay would stand by the repetition."""
    verdicts = [("a", "keep"), ("b", "repeat"), ("c", "separate")]
    given = Given(
        given_verdicts(
            [
                {"case_id": "1", "entry_id": entry, "verdict": verdict} | LAST
                for entry, verdict in verdicts
            ]
        ),
        given_amendments(
            [{"entry_id": "a", "action": "strike", "ground": "died"} | LAST]
        ),
    )
    assert taken_off(given).keys() == {"a", "b"}
