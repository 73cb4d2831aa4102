"""docs/explain.md against the command itself.

``python tests/test_explain_page.py`` writes its outputs anew.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

import workspaces
from voterlist.cli import APP

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "explain.md"
SAMPLE = "data/samples/goychay"
BEFORE = re.compile(r"^voterlist (.*)$", re.MULTILINE)
SHOWN = re.compile(r"```text\n\$ voterlist (explain .*)\n((?:.*\n)*?)```")


def call(folder, line):
    """What a command of the page prints, run in a folder that has a copy of the sample."""
    arguments = [
        str(folder / word) if "/" in word or word == "namesakes" else word
        for word in line.split()
    ]
    return CliRunner().invoke(APP, arguments, prog_name="voterlist").stdout


def prepared(folder):
    """The folder with all that the page does before it explains."""
    (folder / SAMPLE).parent.mkdir(parents=True)
    workspaces.whole_sample(folder / "made").rename(folder / SAMPLE)
    for line in BEFORE.findall(PAGE.read_text(encoding="utf-8")):
        call(folder, line)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return prepared(tmp_path_factory.mktemp("page"))


@pytest.mark.parametrize(
    ("line", "output"), SHOWN.findall(PAGE.read_text(encoding="utf-8"))
)
def test_the_page_shows_what_the_command_prints(folder, line, output):
    """Each waterfall is the real one.

    After a change of the model run ``python tests/test_explain_page.py``.
    """
    assert call(folder, line) == output


def test_the_page_shows_each_kind_as_it_is_told():
    kinds = [
        output.splitlines()[0].rpartition(": ")[2]
        for _, output in SHOWN.findall(PAGE.read_text(encoding="utf-8"))
    ]
    assert kinds == [
        "In two precincts of the constituency",
        "Twins",
        "Namesakes",
    ]


def write():
    """Put the outputs of this version on the page."""
    text = PAGE.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as place:
        folder = prepared(Path(place))
        text = SHOWN.sub(
            lambda found: (
                f"```text\n$ voterlist {found[1]}\n{call(folder, found[1])}```"
            ),
            text,
        )
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(write())
