"""Every command of the guides is run, and shows what the guide says; both languages say the same."""

from __future__ import annotations

import re

import pytest

import guide_story
from guide_story import GUIDES, READERS, Story, commands, is_shown, steps
from voterlist.catalogue import LANGUAGES

_LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


@pytest.fixture(scope="module")
def stories(tmp_path_factory):
    """What came out otherwise than a guide says, by language and reader.

    The guides of a language are one story: the analyst begins where the operator was.
    """
    found = {}
    for language in LANGUAGES:
        story = Story(language, tmp_path_factory.mktemp(language))
        for reader in READERS:
            found[language, reader] = story.tell(reader)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reader", READERS)
def test_a_guide_shows_what_happens(stories, language, reader):
    """A newcomer who types what the guide says would see something else."""
    assert stories[language, reader] == []
