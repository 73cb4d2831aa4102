"""The guides: what they show is what happens, and both languages say the same."""

from __future__ import annotations

import re
from functools import cache

import pytest

from glossary import violations
from guide_story import GUIDES, READERS, Story, commands, is_shown, steps
from voterlist.catalogue import LANGUAGES, entries
from voterlist.decisions.answers import SHEETS, grounds
from voterlist.model import Action, Mark, Verdict
from voterlist.report.values import Words

OTHER_SHEETS = ("cases", "contested", "second-look", "came-back", "decided", "how")
LEAST_GROUNDS = 8
LEAST_TOLD = 16
MOST_BYTES = 150_000
_TOLD = re.compile(r"^\| \*([^|]+)\* \|", re.MULTILINE)
"""The first cell of a row, in italics."""
_LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


@pytest.fixture(scope="module")
def told_in(tmp_path_factory):
    """What came out otherwise than the guides of a language say, by reader.

    They are one story: the analyst begins where the operator was.
    """

    @cache
    def told_in(language):
        story = Story(language, tmp_path_factory.mktemp(language))
        return {reader: story.tell(reader) for reader in READERS}

    return told_in


@pytest.mark.parametrize("language", ["en", pytest.param("az", marks=pytest.mark.long)])
@pytest.mark.parametrize("reader", READERS)
def test_a_guide_shows_what_happens(told_in, language, reader):
    """A newcomer who types what the guide says would see something else."""
    assert told_in(language)[reader] == []


# Without running anything


def guide(language, reader):
    return (GUIDES / language / f"{reader}.md").read_text(encoding="utf-8")


def blocks(text):
    """What stands between blank lines, without what is typed and shown."""
    prose = re.sub(r"^```.*?^```$", "```", text, flags=re.MULTILINE | re.DOTALL)
    return [block for block in prose.split("\n\n") if block.strip()]


def said(block):
    """The sentences of a block: no comment, nothing that is typed, no address of a link."""
    return re.sub(r"<!--.*?-->|`[^`]*`|\]\([^)]*\)", "", block)


def shape(block):
    """What a block is, whatever its language: heading, rows of a table, points, pictures."""
    lines = block.splitlines()
    return (
        re.match("#*", lines[0])[0],
        sum(line.startswith("|") for line in lines),
        sum(line.startswith("* ") for line in lines),
        re.findall(r"pictures/([a-z]+)-", block),
        [line for line in lines if line.startswith("<!-- ")],
    )


@pytest.mark.parametrize("reader", READERS)
def test_both_languages_say_the_same(reader):
    """A paragraph, a row or a command would stand in one language only."""
    both = {language: guide(language, reader) for language in LANGUAGES}
    shapes = {language: [*map(shape, blocks(text))] for language, text in both.items()}
    assert shapes["az"] == shapes["en"]
    typed = {
        language: [
            re.sub(r" --language en|(?<=[-=])(en|az)\b", "", command)
            for step in steps(GUIDES / language / f"{reader}.md")
            if step.word == "console"
            for command, _ in commands(step.text)
        ]
        for language in LANGUAGES
    }
    assert typed["az"] == typed["en"]


@pytest.mark.parametrize("reader", READERS)
def test_the_guides_use_the_words_of_the_glossary(reader):
    """A reader would look for a word on the screen that the program never says."""
    pairs = zip(blocks(guide("en", reader)), blocks(guide("az", reader)), strict=True)
    assert [
        f"{english[:60]}: {violation}"
        for english, azerbaijani in pairs
        for violation in violations({"en": said(english), "az": said(azerbaijani)})
    ] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guide_names_sheets_and_answers_as_the_workbook_does(language):
    """Who reads of a sheet or an answer would not find it in the workbook."""
    words, text = Words(language), guide(language, "analyst")
    names = [f"review.sheet.{sheet}" for sheet in SHEETS]
    names += [f"review.sheet.{sheet}" for sheet in OTHER_SHEETS]
    names += [f"verdict.{verdict}" for verdict in Verdict]
    names += [f"answer.{answer}" for answer in (*Action, Mark.ACCEPT)]
    assert [words(name) for name in names if words(name) not in text] == []
    titles = {words(f"ground.{ground}.title") for ground in grounds()}
    named = re.findall(r"^\| [^|]+ \| ([^|]+) \| [^|]+ \|$", text, re.MULTILINE)
    rows = [cell.split("; ") for cell in named]
    known = [cells for cells in rows if titles.intersection(cells)]
    assert len(known) >= LEAST_GROUNDS
    assert [one for cells in known for one in cells if one not in titles] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_guides_say_is_told_is_told(language):
    """A reader would look for a line that no command prints."""
    told = [
        cell for reader in READERS for cell in _TOLD.findall(guide(language, reader))
    ]
    texts = [entry[language].lower() for entry in entries().values()]
    assert len(told) >= LEAST_TOLD
    assert [
        cell for cell in told if not any(cell.lower() in text for text in texts)
    ] == []


def test_links_and_pictures_are_there():
    """A link would lead nowhere, or a picture would be there that nobody sees."""
    shown = set()
    for path in GUIDES.rglob("*.md"):
        for link in _LINK.findall(path.read_text(encoding="utf-8")):
            target = (path.parent / link).resolve()
            assert target.is_file(), f"{path.name}: {link}"
            shown.add(target)
    pictures = set((GUIDES / "pictures").glob("*.png"))
    assert pictures == {path for path in shown if path.suffix == ".png"}
    assert max(path.stat().st_size for path in pictures) <= MOST_BYTES


@pytest.mark.parametrize(
    ("shown", "printed", "is_same"),
    [
        ("a\nb", "a\nb\n", True),
        ("a", "a\nb\n", False),
        ("a\n...", "a\nb\nc\n", True),
        ("...\nc", "a\nb\nc\n", True),
        ("a ... c", "a and b, c\n", True),
        ("a ... c", "a\nc\n", False),
        ("1 (x)", "1 (y)\n", False),
    ],
)
def test_what_is_shown_is_compared_line_by_line(shown, printed, is_same):
    """Otherwise the guides would pass whatever the commands print."""
    assert is_shown(shown, printed) is is_same
