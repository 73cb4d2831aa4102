"""docs/commands.md against the commands themselves.

``python tests/test_cli_docs.py`` writes the help texts anew.
"""

import re
import sys
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from voterlist.catalogue import catalogue
from voterlist.cli.app import APP

PAGE = Path(__file__).parents[1] / "docs" / "commands.md"
BLOCK = re.compile(r"```text\n(Usage: (voterlist[a-z ]*?) [^a-z\s].*?)```", re.DOTALL)


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


def test_there_is_a_help_text_for_every_command_on_the_page():
    """A command that nobody can read about does not exist."""
    assert [
        found[1] for found in BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    ] == sorted(commands())


@pytest.mark.parametrize("command", commands())
def test_the_help_on_the_page_is_what_the_command_says(command):
    """Every option is documented as it is; after a change run ``python tests/test_cli_docs.py``."""
    shown = {
        name: text for text, name in BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    }
    assert shown[command] == help_of(command)


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


def main():
    """Write the help texts on the page anew."""
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(
        BLOCK.sub(lambda found: f"```text\n{help_of(found[2])}```", page),
        encoding="utf-8",
    )


if __name__ == "__main__":
    sys.exit(main())
