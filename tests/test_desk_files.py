"""Decisions of a page, read in: what is taken, what is refused, and that nothing is lost."""

from __future__ import annotations

import datetime as dt
import json
import shutil

import pytest
from typer.testing import CliRunner

import workspaces
from review_books import write_decisions
from voterlist import config
from voterlist.casework import reviewing
from voterlist.casework.answer_files import PAGE_PROBLEMS
from voterlist.casework.pages import (
    desk_of_workspace,
    export_page,
    whose,
)
from voterlist.catalogue import entries
from voterlist.cli import APP
from voterlist.config import SETTINGS_FILE
from voterlist.desk import (
    REASONS,
    Decision,
    pack,
    read_decisions,
)
from voterlist.errors import InputError, UsageError
from voterlist.pipeline.known import known
from voterlist.storage.ledger import Ledger
from voterlist.strict_json import SavedFileError

MOMENT = dt.datetime(2026, 2, 4, 12, 0, tzinfo=dt.UTC)
MADE = "2026-02-04T09:00:00+04:00"


@pytest.fixture
def workspace(tmp_path):
    """One person stands in two precincts."""
    return workspaces.finished(tmp_path / "2026")


def settings_of(workspace):
    return config.load(workspace / SETTINGS_FILE)


def desk(workspace):
    with Ledger(workspace / "ledger.db") as ledger:
        runs = known(workspace, ledger)
        settings = settings_of(workspace)
        return desk_of_workspace(runs, ledger, settings, today=workspaces.TODAY)


def head(workspace, name="Aynur", **more):
    with Ledger(workspace / "ledger.db") as ledger:
        runs = known(workspace, ledger)
    said = {
        "run": runs.run,
        "constituency": whose(runs, None),
        "cycle": settings_of(workspace).workspace.cycle,
        "name": name,
        "language": "en",
        "saved": MADE,
    }
    return said | more


USUAL = {"same": "one-identifier", "separate": "two-people"}
"""The reasons that the page gives of itself."""


def decision(workspace, verdict="same", **more):
    """A decision of the one case: by default its first entry is kept."""
    (one, *_) = desk(workspace).cases
    ids = [member.entry_id for member in one.case.members]
    said = {
        "case": one.case.case_id,
        "entries": ids,
        "seen": one.seen,
        "verdict": verdict,
        "kept": ids[0] if verdict == "same" else None,
        "reason": USUAL.get(verdict, ""),
        "time": MADE,
    }
    return Decision(**(said | more))


def saved(workspace, path, *decisions, **more):
    content = write_decisions(head(workspace, **more), decisions)
    path.write_bytes(content)
    return path


def read_in(workspace, *paths, at=MOMENT):
    return reviewing.import_review(workspace, paths, None, decided_at=at)


def given(workspace):
    with Ledger(workspace / "ledger.db") as ledger:
        return [
            (row["decided_by"], row["verdict"], row["reason"])
            for row in ledger.given_verdicts().to_pylist()
        ]


def codes(imported):
    return [problem.code for problem in imported.problems]


def test_a_decision_is_recorded_with_its_reason_and_note(workspace, tmp_path):
    made = decision(workspace, note="by telephone")
    imported = read_in(workspace, saved(workspace, tmp_path / "a.json", made))
    assert (codes(imported), imported.recorded) == ([], 2)
    reason = "One FIN or document; by telephone"
    assert sorted(given(workspace)) == [
        ("Aynur", "keep", reason),
        ("Aynur", "repeat", reason),
    ]
    (one, *_) = desk(workspace).cases
    assert (one.state, one.answers[0].by) == ("settled", "Aynur")


def test_the_same_file_twice_changes_nothing(workspace, tmp_path):
    path = saved(workspace, tmp_path / "a.json", decision(workspace))
    read_in(workspace, path)
    again = read_in(workspace, path, path, at=MOMENT + dt.timedelta(hours=1))
    assert (again.recorded, codes(again)) == (0, [])
    assert [one.says_nothing_new for one in again.files] == [True, True]
    assert len(given(workspace)) == 2
    found = CliRunner().invoke(APP, ["review", "import", str(workspace), str(path)])
    told = entries()["cli.review.nothing-new"]["en"].format(path=path)
    assert told in " ".join((found.stdout + found.stderr).split())


def test_two_people_who_differ_are_contested_and_a_third_settles_it(
    workspace, tmp_path
):
    """The later file would win, and nobody would learn of it."""
    first = saved(workspace, tmp_path / "a.json", decision(workspace))
    other = decision(workspace, "separate")
    second = saved(workspace, tmp_path / "b.json", other, name="Rauf")
    imported = read_in(workspace, first, second)
    assert [one.decided_by for one in imported.contested[0].answers] == [
        "Aynur",
        "Rauf",
    ]
    (one, *_) = desk(workspace).cases
    assert (one.state, len(one.answers)) == ("contested", 2)
    own = saved(workspace, tmp_path / "c.json", decision(workspace, settles=True))
    assert "own-dispute" in codes(read_in(workspace, own))
    settling = decision(workspace, "separate", settles=True)
    third = saved(workspace, tmp_path / "d.json", settling, name="Sevda")
    assert codes(read_in(workspace, third)) == []
    assert desk(workspace).cases[0].state == "settled"


def test_a_workbook_and_a_page_are_read_together(workspace, tmp_path):
    book = tmp_path / "book.xlsx"
    reviewing.export_review(workspace, book, "en", today=workspaces.TODAY)
    page = saved(workspace, tmp_path / "a.json", decision(workspace))
    imported = read_in(workspace, book, page)
    assert [one.recorded for one in imported.files] == [0, 2]


def test_the_precinct_is_asked_until_a_day(workspace, tmp_path):
    asked = decision(workspace, "ask", due="2026-02-11")
    imported = read_in(workspace, saved(workspace, tmp_path / "a.json", asked))
    assert (codes(imported), imported.recorded) == ([], 2)
    (one, *_) = desk(workspace).cases
    assert (one.state, one.due) == ("asked", "2026-02-11")


def test_one_own_decision_is_taken_back(workspace, tmp_path):
    read_in(workspace, saved(workspace, tmp_path / "a.json", decision(workspace)))
    back = decision(workspace, "withdraw", time="2026-02-05T09:00:00+04:00")
    path = saved(workspace, tmp_path / "b.json", back)
    assert codes(read_in(workspace, path, at=MOMENT + dt.timedelta(days=2))) == []
    assert desk(workspace).cases[0].state == "open"


def test_a_file_that_is_not_as_it_was_saved_is_refused_whole(workspace, tmp_path):
    """Half of a day's work would be taken for all of it."""
    made = decision(workspace)
    path = saved(workspace, tmp_path / "a.json", made)
    good = saved(workspace, tmp_path / "b.json", made, name="Rauf")
    whole = path.read_bytes()
    for damaged, code in (
        (whole[: len(whole) // 2], "decisions-cut-off"),
        (b"", "decisions-cut-off"),
        (whole.replace(b"same", b"separate"), "decisions-edited"),
        (whole.replace(b"Aynur", b"Rauf"), "decisions-edited"),
        (b'{"a": 1}', "decisions-unknown"),
        (b"[1, 2]", "decisions-unknown"),
        (whole.replace(b'"version": 1', b'"version": 9'), "decisions-newer"),
    ):
        path.write_bytes(damaged)
        with pytest.raises(InputError) as caught:
            read_in(workspace, good, path)
        assert caught.value.code == f"review-{code}"
        assert entries()[f"error.review-{code}.what"]["en"].startswith("{path}")
    assert given(workspace) == []


def test_a_file_with_a_right_digest_and_a_wrong_form_is_refused(workspace):
    values = json.loads(write_decisions(head(workspace), [decision(workspace)]))
    values["decisions"][0]["verdict"] = "burn"
    again = write_decisions(
        {name: values[name] for name in head(workspace)}, []
    ).replace(b'"decisions": []', b'"decisions": 7')
    for content in (again, json.dumps(values).encode()):
        with pytest.raises(SavedFileError):
            read_decisions(content)


def test_decisions_of_another_run_or_constituency_are_refused(workspace, tmp_path):
    run, made = {"run": "2025-01-01-00000000"}, decision(workspace)
    for more, code in (
        (run, "review-other-workspace"),
        (run | {"constituency": 12}, "review-other-constituency"),
    ):
        path = saved(workspace, tmp_path / "a.json", made, **more)
        with pytest.raises(InputError) as caught:
            read_in(workspace, path)
        assert caught.value.code == code


def test_a_case_that_changed_meanwhile_is_refused_alone(workspace, tmp_path):
    """Somebody would be struck by what stood on the screen, and not on the list."""
    stale = decision(workspace, seen="0" * 16)
    imported = read_in(workspace, saved(workspace, tmp_path / "a.json", stale))
    assert (codes(imported), imported.recorded) == (["changed-since-seen"], 0)
    elsewhere = saved(
        workspace, tmp_path / "b.json", decision(workspace), constituency=12
    )
    assert codes(read_in(workspace, elsewhere)) == ["other-constituency"]
    gone = decision(workspace, case="0" * 12)
    imported = read_in(workspace, saved(workspace, tmp_path / "c.json", gone))
    assert set(codes(imported)) == {"unknown-case"}


def test_an_older_decision_of_the_same_person_does_not_replace_a_later_one(
    workspace, tmp_path
):
    """Two browsers of one person: the file read in last would win, whenever it was made."""
    read_in(workspace, saved(workspace, tmp_path / "a.json", decision(workspace)))
    older = saved(workspace, tmp_path / "b.json", decision(workspace, "separate"))
    imported = read_in(workspace, older, at=MOMENT + dt.timedelta(hours=1))
    assert (codes(imported), imported.recorded) == (["answered-since"], 0)
    made = decision(
        workspace, "separate", time="2026-02-05T10:00:00+04:00", reason="two-people"
    )
    later = saved(workspace, tmp_path / "c.json", made)
    imported = read_in(workspace, later, at=MOMENT + dt.timedelta(days=1))
    assert [(one.before, one.now) for one in imported.replaced] == [
        ("keep", "separate"),
        ("repeat", "separate"),
    ]


def test_of_two_files_read_in_together_the_later_decision_holds(workspace, tmp_path):
    """Both are recorded with one moment: the one read in first would stay, however old."""
    older = saved(workspace, tmp_path / "a.json", decision(workspace))
    made = decision(
        workspace, "separate", time="2026-02-04T10:00:00+04:00", reason="two-people"
    )
    later = saved(workspace, tmp_path / "b.json", made)
    other = shutil.copytree(workspace, tmp_path / "other")
    imported = read_in(workspace, older, later)
    assert (codes(imported), len(imported.replaced)) == ([], 2)
    assert codes(read_in(other, later, older)) == ["answered-since"]
    for each in (workspace, other):
        (one, *_) = desk(each).cases
        assert {member.verdict for member in one.case.members} == {"separate"}


def test_who_is_named_beside_the_file_is_not_overwritten_either(workspace, tmp_path):
    def import_by(path, hours):
        moment = MOMENT + dt.timedelta(hours=hours)
        return reviewing.import_review(workspace, [path], "Aynur", decided_at=moment)

    made = decision(workspace, time="2026-02-04T10:00:00+04:00")
    import_by(saved(workspace, tmp_path / "a.json", made, name=""), 0)
    made = decision(workspace, "separate")
    imported = import_by(saved(workspace, tmp_path / "b.json", made, name=""), 1)
    assert (codes(imported), imported.recorded) == (["answered-since"], 0)


def test_nobody_decides_without_a_name(workspace, tmp_path):
    made = decision(workspace)
    for name in ("", "  ", "\u200b\n"):
        path = saved(workspace, tmp_path / "a.json", made, name=name)
        imported = read_in(workspace, path)
        assert (set(codes(imported)), imported.recorded) == ({"no-decider"}, 0)


def test_a_name_typed_otherwise_is_the_same_person(workspace, tmp_path):
    """Somebody would settle their own dispute, or agree with themselves."""
    ours = saved(workspace, tmp_path / "a.json", decision(workspace))
    made = decision(workspace, "separate")
    theirs = saved(workspace, tmp_path / "b.json", made, name="Bahar")
    read_in(workspace, ours, theirs)
    made = decision(
        workspace, "separate", settles=True, time="2026-02-05T10:00:00+04:00"
    )
    again = saved(workspace, tmp_path / "c.json", made, name=" AYNUR")
    imported = read_in(workspace, again, at=MOMENT + dt.timedelta(days=2))
    assert (set(codes(imported)), imported.recorded) == ({"own-dispute"}, 0)


def test_each_answer_bears_the_name_that_its_giver_wrote(workspace, tmp_path):
    """Who bears a name like another one's would find that they had said what they never did."""
    names = ("Elxan Quliyev", "Alxan Quliyev")
    for day, (name, verdict) in enumerate(
        zip(names, ("same", "separate"), strict=True)
    ):
        time = f"2026-02-0{day + 4}T10:00:00+04:00"
        made = decision(workspace, verdict, time=time)
        path = saved(workspace, tmp_path / f"{day}.json", made, name=name)
        imported = read_in(workspace, path, at=MOMENT + dt.timedelta(days=day))
        assert (codes(imported), imported.recorded > 0) == ([], True)
    assert [*dict.fromkeys(by for by, *_ in given(workspace))] == [*names]


@pytest.mark.parametrize(
    "said", [{"verdict": "ask", "asked": ["x"], "due": "2026-02-20"}, {"apart": ["x"]}]
)
def test_a_decision_about_another_entry_is_refused(workspace, tmp_path, said):
    """It would be taken, and nothing would be recorded of it."""
    path = saved(workspace, tmp_path / "a.json", decision(workspace, **said))
    imported = read_in(workspace, path)
    assert (codes(imported), imported.recorded) == (["changed-since-seen"], 0)


def test_what_cannot_be_printed_is_not_recorded(workspace, tmp_path):
    """A workbook cannot hold it, and PostgreSQL refuses it."""
    made = decision(workspace, note="a\x00b\x07")
    read_in(workspace, saved(workspace, tmp_path / "a.json", made, name="Ay\x00nur"))
    (one, *_) = desk(workspace).cases
    assert (one.answers[0].by, one.answers[0].reason) == (
        "Ay nur",
        "One FIN or document; a b",
    )


def test_a_clock_that_is_ahead_is_told_and_costs_nothing(workspace, tmp_path):
    made = decision(workspace, time="2031-02-05T10:00:00+04:00")
    imported = read_in(workspace, saved(workspace, tmp_path / "a.json", made))
    assert (codes(imported), imported.recorded) == (["clock-ahead"], 2)


def test_every_problem_and_reason_has_its_words():
    known_keys = entries()
    for code in ("cut-off", "unknown", "newer", "edited"):
        assert f"error.review-decisions-{code}.what" in known_keys
        assert f"error.door-{code}.what" in known_keys
    for code in PAGE_PROBLEMS:
        assert f"review.problem.{code}.todo" in known_keys
    for code in REASONS:
        assert f"desk.reason.{code}" in known_keys


def test_the_command_writes_a_page_and_says_what_is_wrong(workspace, tmp_path):
    def call(*arguments):
        found = CliRunner().invoke(APP, [*map(str, arguments), "--json"])
        return found.exit_code, json.loads(found.stdout)

    page = tmp_path / "desk.html"
    # The name of the file says that it is a page.
    code, told = call("review", "export", workspace, "--out", page)
    assert (code, told["cases"], told["out"]) == (0, 1, str(page))
    code, told = call("review", "export", workspace, "--form", "page", "-c", "12")
    assert (code, told["error"]["code"]) == (2, "constituency-not-run")
    stale = decision(workspace, seen="0" * 16)
    path = saved(workspace, tmp_path / "a.json", stale)
    code, told = call("review", "import", workspace, path)
    assert (code, told["problems"][0]["code"]) == (1, "changed-since-seen")
    assert told["problems"][0]["todo"]


def test_the_same_workspace_gives_the_same_page(workspace, tmp_path):
    pages = []
    for name in ("a.html", "b.html"):
        page, _ = export_page(workspace, tmp_path / name, today=workspaces.TODAY)
        pages.append(page.read_bytes())
    assert pages[0] == pages[1]
    with pytest.raises(UsageError):
        export_page(workspace, today=workspaces.TODAY, constituency=12)


def test_a_page_is_of_one_constituency_or_of_all_of_them(tmp_path):
    """A case across two constituencies would be on no page, or a page hold another's cases."""
    folder = workspaces.make(tmp_path / "2026")
    inbox = folder / "inbox"
    (inbox / "12").mkdir()
    shutil.move(inbox / "88" / "menteqe-2.csv", inbox / "12" / "menteqe-2.csv")
    workspaces.run(folder)
    made = {}
    for constituency in (None, 12, 88):
        made[constituency] = export_page(
            folder, today=workspaces.TODAY, constituency=constituency
        )
    names = [page.name for page, _ in made.values()]
    assert names == ["desk.html", "desk-12.html", "desk-88.html"]
    assert {counted["cases"] for _, counted in made.values()} == {1}
    settings, book = settings_of(folder), tmp_path / "book.xlsx"
    asked = {
        constituency: reviewing.export_review(
            folder,
            book,
            "en",
            today=workspaces.TODAY,
            constituency=constituency,
        )
        for constituency in (None, 12, 88)
    }
    assert [one.cases for one in asked.values()] == [1, 1, 1]
    assert asked[None].findings >= asked[12].findings + asked[88].findings
    assert asked[12].findings < asked[None].findings
    with Ledger(folder / "ledger.db") as ledger:
        runs = known(folder, ledger)
        whole = desk_of_workspace(runs, ledger, settings, today=workspaces.TODAY)
    values = pack(whole)
    assert (values["constituency"], sorted(values["entries"]["constituency"])) == (
        None,
        [12, 88],
    )


def test_the_sentence_says_what_agrees_and_what_chance_gives(workspace):
    made = desk(workspace)
    told = made.sentences["en"][0]
    assert told.startswith("Same FIN, surname, given name, father's name and birth")
    assert told.endswith("birth date; chance would give 0.2 such pairs, 1 were found.")
    assert "eynidir" in made.sentences["az"][0]
    values = pack(made)
    assert len(values["cases"]["id"]) == len(made.cases) == 1


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({"listed_as": "99", "listed_name": "Rzayev"}, "named-nobody"),
        ({"listed_as": "2"}, "named-no-name"),
        ({"listed_as": "2", "listed_name": "=1+1"}, "named-another"),
        ({"listed_as": "2", "listed_name": "Rzayev Orxan", "answer": "burn"}, None),
    ],
)
def test_another_entry_on_a_page_has_the_checks_of_a_workbook(
    workspace, tmp_path, line, code
):
    """A way in by the page would be one around the checks."""
    entry = {"listed_in": "2", "answer": "strike", "ground": "died", **line}
    path = tmp_path / "decisions.json"
    path.write_bytes(write_decisions(head(workspace), [decision(workspace)], [entry]))
    imported = read_in(workspace, path)
    (problem,) = imported.problems
    assert imported.recorded == len(given(workspace)) == 2
    assert code in {None, problem.code}
    assert problem.row == 2
