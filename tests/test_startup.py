"""What is loaded before a command does any work, and the words of the command line library."""

import json
import os
import re
import subprocess
import sys

import pytest
from typer.main import get_command

import processes
from command_line import AZ
from voterlist.catalogue import LANGUAGES, entries, places
from voterlist.cli import APP, any_table
from voterlist.config.sections import LinkSettings

HEAVY = [
    "numpy",
    "pandas",
    "pyarrow",
    "recordlinkage",
    "rich",
    "scipy",
    "voterlist.config",
]
"""Each takes longer to load than the whole of the start should take."""
VALUES = "pydantic"
"""Loaded by the command line library itself, to read the values of options."""
FEATURES = tuple(
    f"voterlist.{room}."
    for room in ("any_table", "casework", "counter", "handover", "upkeep")
)
PROBE = """
import json, sys
sys.argv[0] = "voterlist"
try:
    from voterlist.cli import main
    main()
except SystemExit as end:
    code = end.code or 0
loaded = [name for name in {heavy} if name in sys.modules]
commands = sorted(name for name in sys.modules if name.startswith({features}))
print(json.dumps([code, loaded, commands]), file=sys.stderr)
"""


def start(*arguments):
    """(exit code, heavy libraries and features loaded), standard output and error."""
    outcome = subprocess.run(
        [
            sys.executable,
            "-c",
            PROBE.format(heavy=[*HEAVY, VALUES], features=FEATURES),
            *arguments,
        ],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        env={**os.environ, "VOTERLIST_LANG": "en", "COLUMNS": "80"},
    )
    *told, last = outcome.stderr.splitlines()
    return json.loads(last), outcome.stdout, "\n".join(told)


HELPS = """
import json, sys
from voterlist.cli import main
told = dict()
for words in {commands}:
    sys.argv = ["voterlist", *words.split(), "--help"]
    try:
        main()
    except SystemExit as end:
        told[words] = [end.code or 0, [name for name in {heavy} if name in sys.modules]]
print(json.dumps(told), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def helps():
    """For each command (exit code of its help, heavy libraries loaded by then).

    One process shows them all: what the help of a command loads is there for those behind it too.
    """
    outcome = subprocess.run(
        [
            sys.executable,
            "-c",
            HELPS.format(commands=list(command_lines()), heavy=[*HEAVY, VALUES]),
        ],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        env={**os.environ, "VOTERLIST_LANG": "en", "COLUMNS": "80"},
    )
    return json.loads(outcome.stderr)


def command_lines(group=None, words=()):
    """The words of every command and group."""
    group = group or get_command(APP)
    for name, command in group.commands.items():
        yield " ".join((*words, name))
        if hasattr(command, "commands"):
            yield from command_lines(command, (*words, name))


@pytest.mark.parametrize(
    "arguments", [["--version"], ["--help"], [], ["rum"], ["--rum"]]
)
def test_the_start_loads_no_library_of_tables(arguments):
    """Whoever asks for the version would wait for pandas, and so would every slip of typing."""
    (code, loaded, commands), _, _ = start(*arguments)
    allowed = [] if arguments in (["--version"], ["--help"]) else [VALUES]
    assert set(loaded) <= set(allowed)
    assert commands == []
    assert code == (2 if any("rum" in word for word in arguments) else 0)


def test_nothing_but_the_linkage_on_a_cluster_loads_spark():
    """Whoever has no cluster would need Spark, or wait for it.

    The process that is forked has imported all modules: where Spark is not installed, none would
    have been loaded that asks for it.
    """
    probe = "import sys; print([one in sys.modules for one in sys.argv[1:]])"
    words = ("voterlist.any_table.linking", "voterlist.spark.session", "pyspark")
    command = [sys.executable, "-c", probe, *words]
    done = processes.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[True, True, False]"


@pytest.mark.parametrize("command", list(command_lines()))
def test_the_help_of_a_command_loads_no_library_of_tables(helps, command):
    """The help of one command would take as long as its work."""
    code, loaded = helps[command]
    assert code == 0
    assert set(loaded) <= {VALUES}


def test_the_threshold_in_the_help_is_that_of_the_settings():
    """The help would promise another limit than a run uses."""
    assert LinkSettings().duplicate_probability == any_table._THRESHOLD


HELPED = ["", "link", "run", "review", "names", "synth"]
SLIPS = [
    (["init"], "'DIR' arqumenti göstərilməyib."),
    (["run", "x", "--hepl"], "Belə seçim yoxdur: --hepl"),
    (["run", "x", "y"], "Artıq arqument verilib (y)"),
    (["rum"], "'rum' adlı əmr yoxdur. Bəlkə 'run' nəzərdə tutulub?"),
    (["march"], "'march' adlı əmr yoxdur."),
    (["synth", "x"], "'--voters' seçimi göstərilməyib."),
    (["synth", "x", "--voters"], "'--voters' seçiminin qiyməti göstərilməyib."),
    (["synth", "x", "--voters", "many"], "'--voters' üçün yanlış qiymət:"),
    (["synth", "x", "--voters", "-1"], "'--voters' üçün yanlış qiymət:"),
    (["run", "x", "--until", "lunch"], "mümkün qiymətlər"),
    (["evaluate", "x", "y", "--threshold", "2"], "'--threshold' üçün yanlış qiymət:"),
]
AS_JSON = ["run", "x", "--hepl", "--json"]
NOWHERE = ["run", "nowhere"]
SAYS = """
import contextlib, io, json, sys
from voterlist.cli import main
told = dict()
for words in json.loads(sys.argv[1]):
    sys.argv = ["voterlist", *words]
    out, error = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        try:
            code = main()
        except SystemExit as end:
            code = end.code
    told[" ".join(words)] = [code or 0, out.getvalue(), error.getvalue()]
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def told():
    """(exit code, output, errors) of each command, in one process whose language is Azerbaijani."""
    helped = [[*command.split(), "--help"] for command in HELPED]
    commands = [[], AS_JSON, NOWHERE, *helped, *(slip for slip, _ in SLIPS)]
    outcome = subprocess.run(
        [sys.executable, "-c", SAYS, json.dumps(commands)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        env={**os.environ, "VOTERLIST_LANG": "az"},
    )
    said = json.loads(outcome.stdout)
    return lambda *words: said[" ".join(words)]


def test_it_speaks_azerbaijani_when_asked(told):
    """The start, the help and the errors come in the language of the environment."""
    assert told()[1].strip() == AZ("cli.start").strip()
    assert "Heç bir" in told()[1]
    assert "Bütün mərhələləri icra edir" in told("run", "--help")[1]
    code, _, refused = told(*NOWHERE)
    assert code == 2
    assert refused.splitlines()[0] == AZ("error.no-settings.what", folder="nowhere")


@pytest.mark.parametrize("command", HELPED)
def test_help_holds_no_english_of_the_library(told, command):
    """An Azerbaijani page with English headings is half a page."""
    _, shown, _ = told(*command.split(), "--help")
    assert shown.startswith("İstifadə: voterlist")
    for word in (
        "Usage",
        "Options",
        "Arguments",
        "Commands",
        "Show this",
        "required",
        "default:",
    ):
        assert word not in shown, word
    assert "Bu mətni göstərir və dayanır." in shown


@pytest.mark.parametrize(("arguments", "expected"), SLIPS)
def test_a_slip_is_told_in_the_language_of_the_user(told, arguments, expected):
    """Of all sentences the one about a mistake must be understood."""
    code, out, error = told(*arguments)
    assert (code, out) == (2, "")
    assert expected in error
    english = r"\b(Error|Missing|No such|Invalid|Got|Input|Value|Usage|Try)\b"
    assert not re.search(english, error)


def test_a_slip_told_as_json_is_in_the_language_of_the_user(told):
    """A script that shows the sentence shows it to the same person."""
    shown = json.loads(told(*AS_JSON)[1])
    assert shown["error"]["what"].startswith("Belə seçim yoxdur: --hepl")


@pytest.mark.parametrize(
    "key", [key for key in entries() if key.startswith("library.message.")]
)
def test_a_message_of_the_library_is_said_with_all_that_it_names(key):
    """A place that is lost would leave out the option that is wrong."""
    named = [places(entries()[key][language]) for language in LANGUAGES]
    assert named[0] == named[1]
