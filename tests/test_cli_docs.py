"""The manual and docs/commands.md against the commands themselves."""

import json
import re
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from voterlist.catalogue import catalogue
from voterlist.cli import APP
from voterlist.cli.manual import json_keys

PAGE = Path(__file__).parents[1] / "docs" / "commands.md"
GROUPS = {
    "",
    *(
        name
        for name, one in get_command(APP).commands.items()
        if hasattr(one, "commands")
    ),
}
"""What is no command itself: the program, and each group of its commands."""


def commands(group=None, words=("voterlist",)):
    """Every command and group as the words one types, the program itself first."""
    group = group or get_command(APP)
    found = [words]
    for name, command in sorted(getattr(group, "commands", {}).items()):
        found += (
            commands(command, (*words, name))
            if hasattr(command, "commands")
            else [(*words, name)]
        )
    return [" ".join(parts) if isinstance(parts, tuple) else parts for parts in found]


def help_of(command):
    """The help text of a command, as a terminal of 80 columns shows it."""
    arguments = [*command.split()[1:], "--help"]
    return (
        CliRunner()
        .invoke(APP, arguments, prog_name="voterlist", env={"COLUMNS": "80"})
        .stdout
    )


def test_the_manual_has_the_help_of_every_command(tmp_path):
    """A command that nobody can read about does not exist."""
    CliRunner().invoke(APP, ["manual", "--out", str(tmp_path)], prog_name="voterlist")
    page = (tmp_path / "commands.md").read_text(encoding="utf-8")
    assert "\n".join(commands()) in page
    untold = [name for name in commands() if help_of(name).rstrip() not in page]
    assert untold == []


def test_the_manual_tells_the_json_of_every_command():
    """Scripts are written against the names of the keys."""
    names = {command.removeprefix("voterlist").strip() for command in commands()}
    assert names - GROUPS == set(json_keys())


def test_the_keys_that_are_told_are_those_that_are_printed(tmp_path):
    """Who waits for a key that has another name waits in vain."""
    for words in (
        ["names", "Elçin"],
        ["manual", "under-age"],
        ["init", str(tmp_path / "2026"), "-c", "88"],
        ["status", str(tmp_path / "2026")],
        ["user list", str(tmp_path / "2026")],
    ):
        outcome = CliRunner().invoke(APP, [*words[0].split(), *words[1:], "--json"])
        printed = json.loads(outcome.stdout).keys() - {"exit_code"}
        told = set(re.findall(r"\w+", json_keys()[words[0]]))
        assert printed <= told, (words, printed - told)


def test_the_list_of_commands_is_in_groups():
    """Forty commands in one list are read by nobody."""
    sections = re.findall(r"^([A-Z][a-z ]+):$", help_of("voterlist"), re.MULTILINE)
    assert sections == ["Options", "Every day", "Handing over", "Any table", "Upkeep"]


def test_no_option_is_without_an_explanation():
    """Each option and argument of each command has help of its own."""

    def walk(command):
        for parameter in command.params:
            if parameter.name != "help":
                assert parameter.help, (command.name, parameter.name)
        for inner in getattr(command, "commands", {}).values():
            walk(inner)

    walk(get_command(APP))


@pytest.mark.parametrize("code", ["0", "1", "2", "3", "4", "5", "130", "143"])
def test_every_exit_code_is_explained(code):
    """Scripts are written against them."""
    assert f"| {code} |" in PAGE.read_text(encoding="utf-8")


def test_where_to_start_names_commands_that_exist():
    """What a newcomer is told to type can be typed."""
    for language in ("en", "az"):
        named = re.findall(
            r"^  (voterlist(?: [a-z]+)+)",
            catalogue(language)("cli.start"),
            re.MULTILINE,
        )
        known = commands()
        assert len(named) >= 7
        assert all(
            any(line == name or line.startswith(f"{name} ") for name in known[1:])
            for line in named
        )
