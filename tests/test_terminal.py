"""Names from outside on the terminal: shown, never obeyed, and never the end of a command."""

import json
import os
import subprocess
import sys

import processes
import workspaces
from voterlist.catalogue import catalogue
from voterlist.cli.terminal import Terminal, in_json, visible, visible_name

EN = catalogue("en")
HOSTILE = "a\x1b[2J\x9b31m\u202eb\nc\x07.csv"
"""Clears the screen, changes the colour, turns the direction, begins a line, rings."""
SHOWN = r"a\x1b[2J\x9b31m\u202eb\x0ac\x07.csv"
NOT_UTF8 = os.fsdecode(b"list-\xff.csv")


def started(*arguments, run=processes.run, **environment):
    """The bytes that a command prints: (exit code, standard output, standard error)."""
    found = run(
        [sys.executable, "-m", "voterlist", *arguments],
        capture_output=True,
        check=False,
        env={**os.environ, "VOTERLIST_LANG": "en", **environment},
    )
    return found.returncode, found.stdout, found.stderr


def is_harmless(printed):
    """True where a terminal would only show what was printed."""
    text = printed.decode("utf-8")
    return visible(text) == text


def test_every_sign_that_a_terminal_obeys_is_shown():
    """One that is left out of the list would be obeyed."""
    obeyed = [
        *range(0x20),
        *range(0x7F, 0xA0),
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
        0x2028,
        0xDCFF,
    ]
    for number in obeyed:
        assert visible_name(chr(number)).isascii()
        assert visible_name(chr(number)).isprintable()
    assert visible("a\n\tb\x1b") == "a\n\tb\\x1b"
    plain = "Məmmədov Ильяс 50\N{NO-BREAK SPACE}% «ğüşöç» №"
    assert visible(plain) == visible_name(plain) == plain


def test_json_with_such_signs_means_the_same():
    """What a script reads is the name itself, to the last sign.

    What a terminal shows is harmless.
    """
    text = in_json(
        json.dumps({"file": HOSTILE + NOT_UTF8}, ensure_ascii=False, indent=1)
    )
    assert json.loads(text) == {"file": HOSTILE + NOT_UTF8}
    assert is_harmless(text.encode())


def test_lines_and_tables_show_the_signs_of_names(capsys):
    """Also in headers and cells, where a line break would begin a line of its own."""
    terminal = Terminal()
    terminal.say(f"read {HOSTILE}")
    terminal.table([HOSTILE], [[HOSTILE]])
    terminal.warn(HOSTILE)
    found = capsys.readouterr()
    assert found.out.count(SHOWN) == 2
    assert is_harmless((found.out + found.err).encode())


def test_a_list_with_a_hostile_name_is_told_and_shown(tmp_path):
    """A name could clear the screen and write another result.

    One that is not UTF-8 ended the command.
    """
    path = tmp_path / f"{HOSTILE}{NOT_UTF8}"
    path.write_text(f"{workspaces.HEADER}{workspaces.ONE}", encoding="utf-8")
    for arguments in (
        ["inspect", str(path)],
        ["link", str(path), "--out", str(tmp_path / "p.parquet")],
    ):
        code, out, err = started(*arguments)
        assert code in {0, 1, 3}, err
        assert is_harmless(out), arguments
        assert is_harmless(err), arguments
        assert b"\n".join([out, err]).count(b"Traceback") == 0
    assert f"{SHOWN}list-\\xff.csv".encode() in started("inspect", str(path))[1]


def test_an_error_names_a_hostile_file(tmp_path):
    """In words and in JSON, whatever encoding the terminal claims."""
    name = f"{HOSTILE}{NOT_UTF8}"
    path = str(tmp_path / name)
    arguments = ("link", path, "--out", str(tmp_path / "p.parquet"))
    ascii_only = {"run": subprocess.run, "PYTHONIOENCODING": "ascii"}
    code, out, err = started(*arguments, "--json", **ascii_only)
    assert code == 2, err
    assert is_harmless(out)
    assert is_harmless(err)
    assert visible_name(name).encode() in err
    told = json.loads(out)["error"]
    assert name in told["where"] or visible_name(name) in told["what"]


def test_wrong_usage_with_hostile_signs_is_shown():
    """The library that reads the command line prints such errors itself."""
    code, _, err = started("link", "--a\x9b31m\u202eb")
    assert code == 2
    assert rb"--a\x9b31m\u202eb" in err
    assert is_harmless(err)


def test_a_run_lists_a_hostile_name(tmp_path):
    """The table of files that could not be read is where a commission meets such names."""
    workspace = workspaces.make(
        tmp_path / "2026", settings='[report]\nlanguages = ["en"]\n'
    )
    (workspace / "inbox" / "88" / HOSTILE).write_bytes(b"%PDF-1.7 and so on")
    code, out, err = started("run", str(workspace), "--today", "2026-02-03")
    assert code == 1, err
    assert SHOWN.encode() in out
    assert EN("aside.file-unreadable.title").encode() in out
    assert is_harmless(out)
