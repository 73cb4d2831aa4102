"""Every sentence of the catalogue uses the words of the glossary."""

from __future__ import annotations

import re

import pytest

from glossary import terms, violations
from voterlist.catalogue import LANGUAGES, catalogue, entries, places, texts
from voterlist.report.values import Words
from voterlist.rulebook.pages import chapters


def test_a_key_is_read_alone_as_with_its_file() -> None:
    """What is shown would not be what stands there, and what these tests look at."""
    assert {key: texts(key) for key in entries()} == entries()


def test_a_sentence_has_the_same_places_in_both_languages() -> None:
    """A command would fail inside, or tell no number, in one language only."""
    for key, said in entries().items():
        assert said.keys() == set(LANGUAGES), key
        assert all(text.strip() for text in said.values()), key
        assert places(said["en"]) == places(said["az"]), key


def test_every_sentence_keeps_to_the_glossary() -> None:
    assert [
        f"{key}: {violation}"
        for key, said in entries().items()
        for violation in violations(said)
    ] == []


@pytest.mark.parametrize(
    ("english", "azerbaijani", "violated"),
    [
        ("1 finding", "1 tapıntı", []),
        ("1 finding", "1 sual", ["en: finding is not az: tapıntı"]),
        ("Faults", "NÖQSANLAR", ["az: not nöqsan"]),
        ("The settings say so.", "İş sahəsi", ["settings", "iş sahə"]),
        ("voterlist review import DIR", "voterlist review import QOVLUQ", []),
        ("see {pairs} and --columns", "{pairs} və --columns", []),
    ],
)
def test_other_words_are_noticed(
    english: str, azerbaijani: str, violated: list[str]
) -> None:
    """Otherwise the test above would pass whatever the catalogue says."""
    noticed = list(violations({"en": english, "az": azerbaijani}))
    assert len(noticed) == len(violated)
    for expected, violation in zip(violated, noticed, strict=True):
        assert expected in violation


def test_a_term_is_one_of_its_own_forms() -> None:
    """A pattern with a slip would hold no sentence."""
    for term in terms():
        for language in LANGUAGES:
            name = term.name[language]
            assert not any(other.search(name) for other in term.others[language]), name
        verb = term.name["az"].removesuffix("maq").removesuffix(" etmək")
        assert term.forms["az"].search(verb + "ın"), term.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_manual_has_every_word(language: str) -> None:
    """Who meets a word that they do not know would look in vain."""
    *_, grid = chapters()["words"](catalogue(language)).parts
    assert sorted(grid.rows) == sorted(
        (term.name["en"], term.name["az"], term.meaning[language]) for term in terms()
    )


def test_a_number_agrees_with_its_noun() -> None:
    """``1 card``, ``2 cards``, never ``1 card(s)``: on the terminal and in reports alike."""
    for count, noun in ((0, "0 cards"), (1, "1 card "), (2, "2 cards")):
        places = {"count": count, "act": "7"}
        told = catalogue("en")("cli.day.cancelled", **places)
        assert told.startswith(noun)
        assert Words("en")("cli.day.cancelled", **places) == told
    texts = (of["en"] for key, of in entries().items() if "library" not in key)
    assert [text for text in texts if re.search(r"\w\((s|es|ies)\)", text)] == []
