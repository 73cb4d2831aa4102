"""The manual: every page can be asked for, shown, and written."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from typer.testing import CliRunner

from test_cli_docs import commands
from voterlist.catalogue import LANGUAGES, catalogue
from voterlist.cli import APP
from voterlist.rulebook.pages import Grid, articles, as_markdown, chapters

NAMES = {chapter: articles(chapter) for chapter in chapters()}


def manual(*words):
    return CliRunner().invoke(APP, ["manual", *map(str, words)], prog_name="voterlist")


def test_no_two_pages_have_one_name():
    """One of them could not be asked for."""
    typed = {command.removeprefix("voterlist").strip() for command in commands()}
    names = [*chapters(), "commands", *typed]
    for pages in NAMES.values():
        names += pages
    assert [name for name, count in Counter(names).items() if count > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_can_be_made_and_no_cell_is_lost(language):
    """A table whose rows have other lengths than its head would be shown awry."""
    say = catalogue(language)
    for make in [
        *chapters().values(),
        *(m for pages in NAMES.values() for m in pages.values()),
    ]:
        page = make(say)
        for part in page.parts:
            if isinstance(part, Grid):
                assert part.rows
                assert {len(row) for row in part.rows} == {len(part.heads)}
        assert as_markdown(page).startswith(f"# {page.title}\n")


def test_chapters_are_named_without_a_topic():
    shown = manual().stdout
    assert all(chapter in shown for chapter in (*chapters(), "commands"))


def test_a_page_is_shown_on_a_terminal_and_as_json():
    """Offices have no internet, and scripts read what people read."""
    shown = manual("under-age").stdout
    assert "check.voting_age = 18" in shown
    assert "18 or older on election day" in shown
    told = json.loads(manual("Under-Age", "--json").stdout)
    assert (told["topic"], told["title"], told["exit_code"]) == (
        "under-age",
        "under-age",
        0,
    )
    facts, *texts = told["parts"]
    assert ["Severity", "error"] in facts["rows"]
    assert all(part["text"] for part in texts)


def test_what_is_not_there_is_said_with_the_nearest():
    outcome = manual("under-aged", "--json")
    error = json.loads(outcome.stdout)["error"]
    assert (outcome.exit_code, error["code"]) == (2, "manual-no-topic")
    assert "under-age" in error["todo"]


def test_all_of_it_is_written_as_files(tmp_path):
    """A rule, a table or an option that is in no file would be missing in the bundle."""
    told = json.loads(manual("--out", tmp_path / "manual", "--json").stdout)
    written = {
        path.stem: path.read_text(encoding="utf-8")
        for path in (tmp_path / "manual").iterdir()
    }
    assert written.keys() == {*chapters(), "commands"}
    assert len(told["files"]) == len(written)
    for chapter in ("rules", "tables"):
        for make in NAMES[chapter].values():
            assert as_markdown(make(catalogue("en")), level=2) in written[chapter]
    for command in commands():
        assert f"## {command}\n" in written["commands"]
