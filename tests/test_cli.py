import ast
import errno
import getpass
import json
import os
import platform
import re
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import handing
import processes
import workspaces
from command_line import EN, call, started, told
from voterlist import cli
from voterlist.any_table.checking import check_files
from voterlist.catalogue import LANGUAGES, entries, places
from voterlist.cli.failure import describe
from voterlist.cli.steps import Steps
from voterlist.cli.terminal import Terminal, language_of
from voterlist.pipeline import inbox


@pytest.fixture
def workspace(tmp_path):
    return workspaces.make(tmp_path / "2026", settings='[report]\nlanguages = ["en"]\n')


# Where to start


def test_alone_it_tells_a_newcomer_where_to_start():
    """No argument is no mistake: the first commands to type are shown."""
    found = call()
    assert found.exit_code == 0
    assert "voterlist init" in found.stdout
    assert "voterlist synth" in found.stdout


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "en"),
        ({"LANG": "az_AZ.UTF-8"}, "az"),
        ({"LANG": "az_AZ.UTF-8", "VOTERLIST_LANG": "en"}, "en"),
        ({"LANG": "ru_RU.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "az_AZ"}, "az"),
        ({"VOTERLIST_LANG": ""}, "en"),
    ],
)
def test_the_language_follows_the_environment(environment, expected):
    """The program's own variable goes before the locale, and an unknown language is English."""
    assert language_of(environment) == expected


def test_the_version_is_told():
    """--version prints the version and nothing else."""
    assert call("--version").stdout.strip() == "0.1.0"


def said_by_commands():
    """(place, key, names of places given, or None) of each sentence told by a key of its own.

    What a log is told are events, which have no words.
    """
    for path in Path(cli.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name, first = getattr(node.func, "id", ""), node.args[0]
            given = {one.arg for one in node.keywords}
            where = f"{path.name}:{node.lineno}"
            if name in {"SAY", "tell", "warn"} and isinstance(first, ast.Constant):
                yield where, first.value, None if None in given else given
            elif name == "table" and "of" not in given and isinstance(first, ast.Tuple):
                for one in first.elts:
                    if isinstance(one, ast.Constant):
                        yield where, f"cli.table.{one.value}", None


def test_every_word_the_commands_say_is_in_the_catalogue():
    """A key that is misspelt, or a place left empty, would be noticed by the user who needs it."""
    said = list(said_by_commands())
    assert len(said) > 300
    assert [(where, key) for where, key, _ in said if key not in entries()] == []
    lacking = {
        (where, key): sorted(places(entries()[key]["en"]) - given)
        for where, key, given in said
        if given is not None
    }
    assert {told: names for told, names in lacking.items() if names} == {}


# init


def test_init_makes_a_workspace_that_can_be_run_once_lists_are_in(tmp_path):
    """Settings, inbox and reference are there; without a list the run says what is missing."""
    folder = tmp_path / "new"
    assert (
        call("init", folder, "--cycle", "2026-election", "--level", "cec").exit_code
        == 0
    )
    assert {path.name for path in folder.iterdir()} == {
        "voterlist.toml",
        "inbox",
        "reference",
    }
    assert 'cycle = "2026-election"' in (folder / "voterlist.toml").read_text(
        encoding="utf-8"
    )
    found = call("run", folder)
    assert (found.exit_code, found.stderr.splitlines()[0]) == (
        2,
        EN("error.no-lists.what", path=str(folder / "inbox")),
    )


def test_init_never_overwrites_a_workspace(workspace):
    """A second init changes nothing and says so."""
    before = (workspace / "voterlist.toml").read_bytes()
    found = call("init", workspace)
    assert found.exit_code == 2
    assert (workspace / "voterlist.toml").read_bytes() == before


def test_init_refuses_a_cycle_that_is_no_year(tmp_path):
    """What would not be valid in the settings is not written into them."""
    found = call("init", tmp_path / "new", "--cycle", "next")
    assert found.exit_code == 2
    assert "workspace.cycle" in found.stderr
    assert not (tmp_path / "new").exists()


# run

RUN_KEYS = """
run folder today cycle level constituencies complete until files lists rows set_aside unreadable
stages accepted findings cases open_cases decisions decided compared afresh state_use
training_labels contradictory estimate doubts chance deadlines overdue anew lost_letters repeated
waves clock_behind place_doubts outputs unchanged done left needs_person by_constituency taken_over
damaged_units left_out missing_lists exit_code
"""


def test_run_with_json_prints_one_object_and_nothing_else(workspace):
    """Scripts read standard output whole; the words for people go to standard error."""
    found = started("run", workspace, "--today", "2026-02-03", "--json")
    result = json.loads(found.stdout)
    assert set(result) == {*RUN_KEYS.split()}
    assert result["rows"]["in"] == result["rows"]["out"] + result["rows"]["set_aside"]
    assert result["rows"]["set_aside"] == sum(result["set_aside"].values())
    assert result["exit_code"] == found.returncode
    assert result["cases"]["within-constituency"] == 1
    assert EN("cli.run.open") in found.stderr
    assert [set(row) for row in result["chance"]] == [
        {"agreement", "expected", "found"}
    ] * len(result["chance"])
    assert result["chance"][0]["found"] >= 1
    assert EN("report.chance.title") not in found.stderr, "the report has that page"


def test_run_ends_with_the_balance_the_cases_and_the_files_to_open(workspace):
    """Whoever started it reads what came in, what was found, and what to open.

    The files are there.
    """
    found = call("run", workspace, "--today", "2026-02-03")
    assert "Findings: 0 errors" in found.stdout
    assert EN("cli.run.decided.todo", workspace=str(workspace)) in found.stdout
    assert re.search(r"Rows: \d+ read = 7 entries \+ \d+ set aside", found.stdout)
    assert EN("case-kind.within-constituency.title") in found.stdout
    paths = [
        line.strip()
        for line in found.stdout.splitlines()
        if line.strip().endswith((".html", ".xlsx"))
    ]
    assert {path.rpartition("/")[2] for path in paths} == {
        "report-en.html",
        "report-en.xlsx",
        "precincts-en.html",
        "status-en.html",
    }
    assert all(Path(path).is_file() for path in paths)


THREE_MISTAKES = """
[link]
duplicate_probabilty = 0.9
[check]
smallest_precinct = 0
[workspace]
level = "ministry"
"""


def test_three_mistakes_in_the_settings_are_told_at_once(workspace):
    """All three key paths stand on standard error, with the key that was meant; nothing is run."""
    (workspace / "voterlist.toml").write_text(THREE_MISTAKES, encoding="utf-8")
    found = call("run", workspace)
    assert (found.exit_code, found.stdout) == (2, "")
    lines = found.stderr.splitlines()
    assert lines[:3] == [
        (
            "line 3, link.duplicate_probabilty: "
            "there is no such key; did you mean duplicate_probability?"
        ),
        "line 5, check.smallest_precinct: must be at least 1",
        "line 7, workspace.level: must be one of: pec, conec, cec",
    ]
    exit_code, result = told("run", workspace)
    assert (exit_code, result["error"]["code"]) == (2, "wrong-settings")
    assert len(result["error"]["details"]) == 3
    assert not (workspace / "runs").exists()


def test_a_rule_that_does_not_exist_is_a_mistake_in_the_settings(workspace):
    """A misspelt rule would otherwise stay switched on without a word."""
    (workspace / "voterlist.toml").write_text(
        "[check.rules.over-ege]\nenabled = false\n", encoding="utf-8"
    )
    found = call("run", workspace)
    assert found.exit_code == 2
    assert "over-age" in found.stderr


HOLD = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
import workspaces

def wait(stage, step, done, total):
    if stage == "merge":
        print("running", flush=True)
        time.sleep(600)

workspaces.run(Path(sys.argv[1]), progress=wait, since="2026-02-03 09:00")
"""


def test_a_second_run_while_one_is_running_is_refused(workspace, monkeypatch):
    """Exit code 4, and who is running since when."""
    monkeypatch.setattr("voterlist.storage.lock.PATIENCE", 0.2)
    tests = str(Path(workspaces.__file__).parent)
    command = [sys.executable, "-c", HOLD, workspace, tests]
    first = processes.Beside(command, env=dict(os.environ))
    try:
        assert first.stdout.readline() == "running\n"
        found = call("run", workspace)
    finally:
        first.kill()
        first.communicate()
    assert found.exit_code == 4
    places = {
        "path": str(workspace),
        "pid": str(first.pid),
        "since": "2026-02-03 09:00",
        "user": getpass.getuser(),
        "machine": platform.node(),
    }
    assert found.stderr.splitlines()[0] == EN("error.workspace-busy.what", **places)
    assert found.stdout == ""


def test_files_that_repeat_a_list_are_named_with_the_list(workspace):
    """A thousand rows set aside, and nobody is told that somebody left a copy in the inbox.

    One is a copy by its bytes, the other by what its rows say.
    """
    lists = workspace / "inbox" / "88"
    first = (lists / "menteqe-1.csv").read_text("utf-8")
    (lists / "son.csv").write_text(first.replace(";;;;;;;", ";;;;;;"), "utf-8")
    (lists / "yeni.csv").write_bytes((lists / "menteqe-2.csv").read_bytes())
    found = call("run", workspace, "--today", "2026-02-03")
    repeated = told("status", workspace)[1]["repeated"]
    pairs = [
        {"inbox/88/menteqe-1.csv", "inbox/88/son.csv"},
        {"inbox/88/menteqe-2.csv", "inbox/88/yeni.csv"},
    ]
    assert [{*one["files"], *one["of"]} for one in repeated] == pairs
    rows = {one["rule"]: one["rows"] for one in repeated}
    assert rows == {"list-repeated": 4, "duplicate-file": 5}
    files = ", ".join(one["files"][0] for one in repeated)
    reason = EN("cli.run.asks.repeated", count=2, files=files)
    assert (found.exit_code, reason in found.stdout) == (1, True)
    for text in (found.stdout, call("status", workspace).stdout):
        assert all(name in text for pair in pairs for name in pair)
        assert EN("rule.list-repeated.todo") in text
        assert EN("rule.duplicate-file.todo") in text


def test_of_a_list_and_its_copy_the_copy_is_named(workspace):
    """Who deletes the file that is named would delete the list, and keep its copy."""
    lists = workspace / "inbox" / "88"
    third = (lists / "menteqe-2.csv").read_text("utf-8").replace("Rzayev", "Qasımov")
    (lists / "menteqe-3.csv").write_text(third.replace("2 saylı", "3 saylı"), "utf-8")
    copies = {
        "menteqe-1 - Copy.csv": "menteqe-1.csv",
        "Copy of menteqe-2.csv": "menteqe-2.csv",
        "eski/menteqe-3.csv": "menteqe-3.csv",
    }
    (lists / "eski").mkdir()
    for copy, own in copies.items():
        (lists / copy).write_bytes((lists / own).read_bytes())
    of_files = told("inspect", lists)[1]["files"]
    entries = {
        file["name"]: sum(sheet["entries"] for sheet in file["sheets"])
        for file in of_files
    }
    taken = {f"88/menteqe-{number}.csv": 4 - (number > 1) for number in (1, 2, 3)}
    assert entries == taken | {f"88/{copy}": 0 for copy in copies}
    call("run", workspace, "--today", "2026-02-03")
    repeated = told("status", workspace)[1]["repeated"]
    assert {(*one["files"], *one["of"]) for one in repeated} == {
        (f"inbox/88/{copy}", f"inbox/88/{own}") for copy, own in copies.items()
    }


def test_no_readable_file_makes_exit_code_three(workspace):
    """Nothing could be read: that is an input error, told as one."""
    for path in (workspace / "inbox" / "88").iterdir():
        path.write_bytes(b"%PDF-1.7 " + path.name.encode())
    found = call("run", workspace, "--today", "2026-02-03")
    assert found.exit_code == 3
    assert EN("error.no-readable-list.what", count=2) in found.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--today", "3 February"], "not-a-day"),
        (["-c", "23"], "no-such-constituency"),
    ],
)
def test_wrong_usage_is_told_with_what_to_do(workspace, arguments, code):
    """What was wrong, and what to do next, with exit code 2."""
    exit_code, result = told("run", workspace, *arguments)
    assert (exit_code, result["error"]["code"]) == (2, code)
    assert result["error"]["todo"]


def test_a_day_is_said_as_the_language_writes_it_and_taken_so(workspace):
    """An official read 2026-02-03, typed 03.02.2026, and was told that this is no day."""
    asked = ("status", workspace, "--today", "03.02.2026")
    spoken = {language: call(*asked, language=language) for language in LANGUAGES}
    first = {language: told.stdout.splitlines()[0] for language, told in spoken.items()}
    assert first["az"].startswith("03.02.2026")
    assert "2026-02-03" in first["en"]
    assert (
        json.loads(call(*asked, "--json", language="az").stdout)["today"]
        == "2026-02-03"
    )
    # The name of a file is no day: nobody has one of the other name.
    missing = call("inspect", "2026-02-03 list.csv", language="az")
    assert "2026-02-03 list.csv" in missing.stderr


def test_a_language_that_is_not_known_is_told(workspace, monkeypatch):
    """Who asked for Turkish was spoken to in English, and did not hear why."""
    monkeypatch.setenv("VOTERLIST_LANG", "tr")
    sentence = EN("cli.language-unknown", value="tr")
    assert call("status", workspace).stderr.splitlines()[0] == sentence
    monkeypatch.setenv("VOTERLIST_LANG", "az_AZ")
    assert sentence not in call("status", workspace).stderr


@pytest.mark.parametrize(
    "arguments",
    [
        *(["lists"], ["run", "x", "--until", "lunch"], ["run", "x", "--jobs", "0"]),
        *(["march"], ["link", "x", "--nonsense"], ["synth", "x", "--voters", "many"]),
    ],
)
def test_a_slip_on_the_command_line_is_wrong_usage(arguments):
    """An argument that is missing or unknown ends with exit code 2.

    A script that asked for JSON would get a page of usage.
    """
    found = call(*arguments)
    assert (found.exit_code, found.stdout) == (2, "")
    exit_code, result = told(*arguments)
    assert (exit_code, result["error"]["code"]) == (2, "wrong-usage")
    assert result["error"]["what"]
    assert result["error"]["todo"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["lists", "x", "--purpose", "work", "--precinct", "3", "--precinct", "4"],
        ["application", "decide", "x", "1", "--by", "A", "--grant", "--refuse"],
    ],
)
def test_an_option_of_one_value_that_is_given_twice_is_refused(arguments):
    """The last one alone would count: one precinct of two, a refusal for a grant."""
    error = json.loads(call(*arguments, "--json").stdout)["error"]
    assert error["code"] == "option-twice"
    assert error["what"].startswith(("--precinct ", "--grant/--refuse "))


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_of_an_option_that_is_missing_it_is_told_what_it_is_for(more):
    """Whoever forgets the purpose of lists would have to ask for the help to see the choices."""
    found = call("lists", "x", *more)
    assert "supplementary, mobile" in " ".join((found.stdout + found.stderr).split())


@pytest.mark.parametrize(
    ("number", "code", "exit_code"),
    [
        (errno.ENOSPC, "disk-full", 5),
        (errno.EACCES, "no-permission", 5),
        (errno.EROFS, "no-permission", 5),
        (errno.ENOENT, "no-such-file", 2),
        (errno.EIO, "file-trouble", 5),
    ],
)
def test_what_the_system_refused_is_told_by_what_it_was(number, code, exit_code):
    """No room, no permission, no such file and a broken disk would be one error."""
    failure = describe(OSError(number, "refused", "list.csv"))
    found = failure.code, failure.exit_code, failure.where
    assert found == (code, exit_code, "list.csv")
    assert failure.todo


@pytest.mark.parametrize(
    "words",
    [
        ("check", "{gone}"),
        ("evaluate", "{gone}", "{gone}"),
        ("explain", "{gone}", "1", "2"),
        ("inspect", "{gone}"),
        ("keys", "trust", "{here}", "{gone}", "--name", "MSK"),
        ("ledger", "restore", "{here}", "{gone}"),
        ("link", "{gone}", "--out", "{here}/pairs.csv"),
        ("receive", "{here}", "{gone}"),
        ("review", "import", "{here}", "{gone}"),
    ],
)
def test_a_file_that_is_not_there_has_one_exit_code(tmp_path, words):
    """A script could not tell a name that is mistyped from a program that failed."""
    here = workspaces.make(tmp_path / "w", settings=handing.ABOVE)
    told("keys", "make", here)
    places = {"here": here, "gone": tmp_path / "gone"}
    code, said = told(*(word.format(**places) for word in words))
    assert (code, said["error"]["code"]) == (2, "no-such-file")


PERSON = "Məmmədov Elçin 5XK1234"


def broken(*_arguments, **_options):
    """As what a slip of the pen makes of a function."""
    raise KeyError(PERSON)


def test_an_unexpected_error_tells_its_kind_and_place_and_no_cell(
    workspace, monkeypatch
):
    """The message of an exception may quote a person.

    Only its type and the line of the program leave.
    """
    monkeypatch.setattr(inbox, "find", broken)
    found = call("run", workspace)
    assert found.exit_code == 5
    assert "KeyError" in found.stderr
    assert "pipeline/running.py" in found.stderr
    assert "5XK1234" not in found.stderr + found.stdout
    assert "Traceback" not in found.stderr


def test_in_the_development_mode_it_has_its_lines(workspace, monkeypatch):
    """Else an engineer would be told one line, and not who asked it; its words may be a person."""
    monkeypatch.setattr(inbox, "find", broken)
    flags = {
        name: getattr(sys.flags, name) for name in dir(sys.flags) if name[0] != "_"
    }
    flags = SimpleNamespace(**flags | {"dev_mode": True})
    monkeypatch.setattr(sys, "flags", flags)
    told = call("run", workspace).stderr
    assert "in broken" in told
    assert "5XK1234" not in told


def test_stopping_by_the_keyboard_is_tidy(workspace, monkeypatch):
    """Ctrl-C ends with 130 and says that the next run goes on."""

    def stop(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(inbox, "find", stop)
    found = call("run", workspace)
    todo = EN("cli.failure.todo", todo=EN("error.stopped.todo"))
    assert found.exit_code == 130
    assert found.stderr.splitlines() == [EN("error.stopped.what"), todo]
    assert not (workspace / ".lock.holder").exists()


# status


def test_status_shows_every_precinct_and_writes_a_calendar(workspace, tmp_path):
    """Precincts that handed in, one that did not, and the calendar as a file."""
    (workspace / "voterlist.toml").write_text(
        '[territory.precincts]\n88 = "1-3"\n', encoding="utf-8"
    )
    workspaces.run(workspace)
    ics = tmp_path / "calendar.ics"
    found = call("status", workspace, "--today", "2026-02-06", "--ics", ics, "--json")
    result = json.loads(found.stdout)
    compiled = {
        row["precinct"]: row["standing"]
        for row in result["units"]
        if row["stage"] == "compile"
    }
    assert compiled == {1: "done", 2: "done", 3: "overdue"}
    assert (found.exit_code, result["exit_code"], result["overdue"]) == (1, 1, 1)
    assert ics.read_bytes().count(b"BEGIN:VEVENT") == 3
    assert EN("standing.overdue") in found.stderr


def test_status_of_a_workspace_without_a_run_makes_no_file(workspace):
    """Looking changes nothing."""
    before = sorted(workspace.iterdir())
    found = call("status", workspace, "--today", "2026-01-10")
    assert found.exit_code == 0
    assert EN("cli.status.no-units") in found.stdout
    assert sorted(workspace.iterdir()) == before


# link, check, evaluate

PEOPLE = """id,first,last,born
a,Elçin,Məmmədov,1970-03-12
b,Elcin,Memmedov,1970-03-12
c,Tural,Hüseynli,1988-11-23
d,Sevinc,Quliyeva,1991-09-30
e,Orxan,Rzayev,1965-05-05
f,Aygün,Rzayeva,1969-02-17
"""
MAP = '[columns]\nentry_id = "id"\ngiven_name = "first"\nsurname = "last"\nbirth_date = "born"\n'


def of_people(folder):
    (folder / "people.csv").write_text(PEOPLE, encoding="utf-8")
    (folder / "map.toml").write_text(MAP, encoding="utf-8")
    return folder


@pytest.fixture
def people(tmp_path):
    return of_people(tmp_path)


def mapped(people):
    """The command that links these people by their map."""
    return "link", people / "people.csv", "--columns", people / "map.toml"


@pytest.fixture(scope="module")
def linked(tmp_path_factory):
    """What ``link`` says of these people, their pairs and their clusters."""
    folder = of_people(tmp_path_factory.mktemp("linked"))
    pairs, groups = folder / "pairs.parquet", folder / "clusters.parquet"
    exit_code, result = told(*mapped(folder), "--out", pairs, "--clusters", groups)
    assert exit_code == 0
    return result, pairs, groups


def test_link_and_evaluate_work_on_any_table(linked, tmp_path):
    """A table with its own headers gives pairs in the ids it came with, which truth can measure."""
    result, pairs, groups = linked
    table = pq.read_table(pairs)
    assert result["pairs"] == table.num_rows == sum(result["kinds"].values())
    assert [(row["entry_l"], row["entry_r"]) for row in table.to_pylist()][:1] == [
        ("a", "b")
    ]
    assert groups.exists()
    truth = tmp_path / "truth.csv"
    truth.write_text("entry_id,person_id\na,1\nb,1\nc,2\nd,3\ne,4\nf,5\n", "utf-8")
    _, measured = told("evaluate", pairs, truth, "--threshold", "0.01")
    assert measured["true_pairs"] == 1
    assert measured["recall"] == 1.0
    _, found = told("evaluate", groups, truth)
    persons = {row["measure"]: row["share"] for row in found["measures"]}
    assert persons == {"precision": 1.0, "recall": 1.0, "f1": 1.0, "merged": 0.0}
    assert call("evaluate", groups, truth).exit_code == 0


@pytest.mark.parametrize(
    ("table", "rows", "code"),
    [
        ("pairs", "x,1\ny,1\n", "truth-of-others"),
        ("clusters", "x,1\ny,1\n", "truth-of-others"),
        ("pairs", "", "truth-of-others"),
        ("pairs", "a,\nb,\n", "truth-of-others"),
        ("pairs", "a,1\nb,1\na,2\n", "truth-of-two"),
    ],
)
def test_a_truth_of_another_list_measures_nothing(linked, tmp_path, table, rows, code):
    """Precision 0 would be said of a linkage that is right."""
    truth = tmp_path / "truth.csv"
    truth.write_text(f"entry_id,person_id\n{rows}", "utf-8")
    _, pairs, clusters = linked
    found = pairs if table == "pairs" else clusters
    exit_code, result = told("evaluate", found, truth)
    assert (exit_code, result["error"]["code"]) == (3, code)


def test_link_tells_what_each_key_costs_before_it_tells_what_it_found(people):
    """The forecast of the pairs stands first, a line a key, and the pairs found follow it."""
    pairs = people / "pairs.parquet"
    found = call(*mapped(people), "--out", pairs)
    forecast = found.stdout.index(EN("cli.table.not-compared"))
    assert forecast < found.stdout.index(EN("cli.table.kind"))
    plan = call(*mapped(people), "--plan")
    assert found.stdout.startswith(plan.stdout)


def test_a_file_that_is_not_there_is_not_called_damaged(people):
    """The command says that there is no such file, and to look at the path."""
    found = call("link", people / "nothing.parquet", "--out", people / "p.parquet")
    assert EN("error.no-such-file.what", path="nothing.parquet") in found.stderr
    assert EN("error.no-such-file.todo", path="nothing.parquet") in found.stderr


def test_work_that_tells_nothing_of_itself_is_told_of(monkeypatch, capsys):
    """Whoever waits would not know what for: the work reports only once."""
    monkeypatch.setattr("voterlist.cli.steps._PATIENCE", 0.02)
    with Steps() as steps:
        steps("link", 0, 1)
        end = time.monotonic() + 60
        while not (shown := capsys.readouterr().err) and time.monotonic() < end:
            time.sleep(0.01)
    assert EN("cli.stage.link") in shown


def test_files_that_share_ids_are_told_apart(people):
    """Two files numbered from 1 are one list, and each id says from which file it is."""
    other = people / "other.csv"
    other.write_text(PEOPLE.replace("1965", "1966"), encoding="utf-8")
    pairs = people / "pairs.parquet"
    found = call(*mapped(people), other, "--out", pairs)
    assert found.exit_code == 0
    assert EN("cli.link.renamed") in found.stderr
    ids = set(pq.read_table(pairs).column("entry_l").to_pylist())
    assert ids
    assert all(name.startswith(("people.csv:", "other.csv:")) for name in ids)


def test_mistakes_in_a_map_of_columns_are_all_told(people):
    """The map is corrected once, as the settings are."""
    wrong = '[columns]\nsurnam = "last"\nborn = "born"\n'
    (people / "map.toml").write_text(wrong, encoding="utf-8")
    found = call(*mapped(people), "--out", people / "p.parquet")
    assert found.exit_code == 2
    assert "columns.surnam" in found.stderr
    assert "columns.born" in found.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["link", "nothing.csv", "--out", "p.parquet"], 2),
        (["link", "people.csv", "--out", "p.txt"], 2),
        (["link", "people.csv", "--columns", "nothing.toml", "--out", "p.parquet"], 2),
        (["check", "nothing.csv"], 2),
        (["evaluate", "people.csv", "people.csv"], 3),
        (["evaluate", "nothing.parquet", "people.csv"], 2),
    ],
)
def test_inputs_that_cannot_be_used_are_told_without_a_traceback(
    people, monkeypatch, arguments, code
):
    """A file that is missing, or lacks what is needed, ends in words and its exit code."""
    monkeypatch.chdir(people)
    found = call(*arguments)
    assert found.exit_code == code
    assert found.stderr.strip()
    assert "Traceback" not in found.stderr
    assert not (people / "p.txt").exists()


def test_check_alone_tells_the_findings_of_lists(workspace, tmp_path):
    """Lists are tested without a workspace; the findings can be kept as a table."""
    lists = sorted((workspace / "inbox" / "88").iterdir())
    out = tmp_path / "findings.parquet"
    _, result = told("check", *lists, "--out", out, "--today", "2026-02-03")
    assert result["rows"]["in"] == result["rows"]["out"] + result["rows"]["set_aside"]
    counted = {row["rule"]: row["count"] for row in result["findings"]}
    assert counted["precinct-too-small"] == 2
    assert pq.read_table(out).num_rows == sum(counted.values())


def test_check_alone_measures_the_precincts_and_writes_the_audit(workspace, tmp_path):
    """The statistics would be missing, or a page, or the name of a list on it."""
    lists = sorted((workspace / "inbox" / "88").iterdir())
    folder = tmp_path / "audit"
    _, result = told("check", *lists, "--report", folder, "--today", "2026-02-03")
    measured = {row["indicator"]: row for row in result["indicators"]}
    assert measured["voters"]["value"] == result["rows"]["out"]
    assert (
        measured["men-share"]["value"]
        == measured["men-share"]["count"] / measured["men-share"]["of"]
    )
    assert [row["indicator"] for row in result["unusual"]] == ["voters", "voters"]
    assert sorted(path.name for path in folder.iterdir()) == [
        "audit-az.html",
        "audit-en.html",
    ]
    page = (folder / "audit-en.html").read_text(encoding="utf-8")
    assert 'id="audit"' in page
    assert "entries proposed as repeats" not in page
    shown = call("check", *lists, "--today", "2026-02-03").stdout
    assert "Statistics of the precincts" in shown


def test_check_alone_follows_the_settings_of_the_workspace_or_those_given(
    workspace, tmp_path
):
    """A test switched off asks nothing, and an accepted finding is counted instead of raised."""
    lists = sorted((workspace / "inbox" / "88").iterdir())
    out = tmp_path / "findings.parquet"

    def asked(*options):
        words = ("check", *lists, *options, "--out", out, "--today", "2026-02-03")
        _, result = told(*words)
        counted = {row["rule"]: row["count"] for row in result["findings"]}
        return counted, result["accepted"]

    counted, accepted = asked()
    assert (counted["precinct-too-small"], accepted) == (2, 0)
    rows = pq.read_table(out).to_pylist()
    small = next(row for row in rows if row["rule"] == "precinct-too-small")
    names = ("constituency", "precinct", "value")
    place = "\n".join(f"{name} = {small[name]}" for name in names if small[name])
    settings = workspace / "voterlist.toml"
    with settings.open("a", encoding="utf-8") as file:
        file.write(
            '\n[[check.accepted]]\nrule = "precinct-too-small"\n'
            f'{place}\nreason = "A mountain village"\n'
        )
    counted, accepted = asked()
    found = (counted["precinct-too-small"], counted["findings-accepted"], accepted)
    assert found == (1, 1, 1)
    other = tmp_path / "other.toml"
    other.write_text("[check.rules.precinct-too-small]\nenabled = false\n", "utf-8")
    counted, accepted = asked("--settings", other)
    assert ("precinct-too-small" in counted, accepted) == (False, 0)
    assert call("check", *lists, "--settings", tmp_path / "none.toml").exit_code == 2


def test_check_alone_tells_what_chance_explains(workspace):
    """A reader or a script would take pairs by coincidence for repeats."""
    lists = sorted((workspace / "inbox" / "88").iterdir())
    shown = call("check", *lists, "--today", "2026-02-03").stdout
    assert "What chance alone would give" in shown
    rows = told("check", *lists)[1]["coincidences"]
    assert len(rows) == 4
    assert rows[0]["agreement"] == "stem+given_name+patronymic+date"
    assert rows[-1]["found"] >= rows[0]["found"]
    assert all(row["expected"] > 0 for row in rows)


NAMELESS = "№;Soyadı;Adı;Doğum tarixi\n1;Əliyev;Əli;01.02.1970\n2;;;03.04.1980\n"
LISTS = {"good.csv": NAMELESS.replace("2;;", "2;Quliyev;Rza"), "row.csv": NAMELESS}


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["good.csv"], 0),
        (["row.csv"], 1),
        (["good.csv", "row.csv"], 1),
        (["good.csv", "scan.csv"], 1),
        (["scan.csv"], 3),
    ],
)
def test_check_says_whether_all_was_read(tmp_path, names, code):
    """A row or a file that was set aside would go unseen by a script."""
    (tmp_path / "scan.csv").write_bytes(b"%PDF-1.7 and so on")
    for name, text in LISTS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    files = [tmp_path / name for name in names]
    assert check_files(files, today=workspaces.TODAY).exit_code == code


def test_check_of_something_that_is_no_table_has_exit_code_three(tmp_path):
    """Nothing could be read, so nothing was checked."""
    path = tmp_path / "scan.csv"
    path.write_bytes(b"%PDF-1.7 and so on")
    assert call("check", path).exit_code == 3


# review


def fill(path, verdicts):
    """Write verdicts into the workbook as a person would.

    The keys are the precincts of the entries.
    """
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    top, columns = next(
        (row[0].row, {cell.value: cell.column for cell in row})
        for row in sheet.iter_rows()
        if EN("review.column.verdict") in [cell.value for cell in row]
    )
    for row in range(top + 1, sheet.max_row + 1):
        precinct = sheet.cell(row, columns[EN("field.precinct")]).value
        verdict = verdicts.get(precinct)
        if verdict:
            sheet.cell(row, columns[EN("review.column.verdict")]).value = EN(
                f"verdict.{verdict}"
            )
            sheet.cell(row, columns[EN("review.column.reason")]).value = "moved"
    book.save(path)


def test_a_decision_goes_out_and_comes_back(workspace):
    """Cases go out to a workbook, decisions come back, and the next run marks the entry."""
    first = workspaces.ran(workspace)
    assert first.open_cases == 1
    out = workspace / "reports" / "review-en.xlsx"
    _, found = told("review", "export", workspace, "--today", "2026-02-03")
    assert not found["strikings"] + found["contested"] + found["came_back"]
    assert (found["run"], found["cases"]) == (first.run, 1)
    assert (found["out"], found["exit_code"]) == (out.as_posix(), 0)
    fill(out, {1: "keep", 2: "repeat"})
    words = ("review", "import", workspace, out, "--by", "N. Məmmədli")
    _, read = told(*words)
    counts = ("recorded", "replaced", "accepted", "asked_again", "exit_code")
    assert {name: read[name] for name in counts} == dict.fromkeys(counts, 0) | {
        "recorded": 2
    }
    assert (read["problems"], read["origin_known"]) == ([], True)
    assert told(*words)[1]["recorded"] == 0
    second = workspaces.run(workspace)
    assert second.open_cases == 0
    corrected = pq.read_table(second.folder / "corrected.parquet")
    marks = corrected.column("mark").to_pylist()
    assert (len(marks), marks.count("repeat")) == (7, 1)


def test_review_before_any_run_says_to_run_first(workspace):
    """Without a complete run there is nothing to decide."""
    found = call("review", "export", workspace)
    assert (found.exit_code, found.stderr.splitlines()[0]) == (
        2,
        EN("error.no-run.what", path=str(workspace)),
    )


def test_a_workbook_that_is_none_is_an_input_error(workspace):
    """A file that is no workbook ends with exit code 3, not in a traceback."""
    workspaces.ran(workspace)
    path = workspace / "cases.xlsx"
    path.write_bytes(b"no workbook")
    found = call("review", "import", workspace, path)
    assert found.exit_code == 3
    assert "Traceback" not in found.stderr


# synth


def test_synth_makes_a_workspace_that_runs(tmp_path):
    """An invented constituency goes down the whole street, and its truth measures the result."""
    folder = tmp_path / "try"
    _, made = told("synth", folder, "--voters", "300", "--seed", "7")
    assert made["voters"] == 300
    _, found = told("run", folder, "--today", "2026-02-03")
    assert found["rows"]["out"] == made["entries"]
    pairs = Path(found["folder"]) / "pairs.parquet"
    _, measured = told("evaluate", pairs, folder / "truth.parquet")
    assert 0 <= measured["precision"] <= 1
    assert measured["pairs"] == pq.read_table(pairs).num_rows


def test_numbers_stand_to_the_right_in_tables(capsys):
    """Counts are compared by eye, so they end in one column."""
    Terminal().table(("kind", "cases"), [("a", 1), ("bb", 12345)], indent=0)
    assert capsys.readouterr().out == "kind   cases\na          1\nbb    12,345\n"


def test_a_table_read_for_measuring_needs_its_columns(tmp_path):
    """Columns that are missing are an input error, before anything is computed."""
    path = tmp_path / "pairs.parquet"
    pq.write_table(pa.table({"entry_l": ["a"]}), path)
    exit_code, result = told("evaluate", path, path)
    assert (exit_code, result["error"]["code"]) == (3, "columns-missing")
