"""How invented clerks spell, and how they slip."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from voterlist.synth.lexicon import SCRIPTS, capitals, lexicon, spell, spellings
from voterlist.synth.slips import damage_document, damage_fin, mistype


def rng(seed=1):
    return np.random.default_rng(seed)


@pytest.mark.parametrize(
    ("name", "script", "spelled"),
    [
        ("Məmmədov", "ascii", "Memmedov"),
        ("Cəfərov", "ascii", "Ceferov"),
        ("Əliyev", "english", "Aliyev"),
        ("Xəlilov", "english", "Khalilov"),
        ("Cəfərov", "english", "Jafarov"),
        ("Çingiz", "english", "Chingiz"),
        ("Günay", "azeri-cyrillic", "Ҝүнај"),
        ("Hacıyev", "azeri-cyrillic", "Һаҹыјев"),
        ("Xəlilov", "russian", "Халилов"),
        ("Ağayev", "russian", "Агаев"),
        ("Həsən", "russian", "Гасан"),
        ("Mahmud", "russian", "Махмуд"),
    ],
)
def test_spellings_known_by_heart(name, script, spelled):
    """Names are spelled as people in the country spell them in each script."""
    assert spell(name, script, lexicon().russian) == spelled


def test_capitals_know_the_dotted_i():
    """İ is the capital of i in Azerbaijani Latin only; ı becomes I everywhere."""
    assert capitals("Tahir Qızı", "latin") == "TAHİR QIZI"
    assert capitals("Tahir", "ascii") == "TAHIR"


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_name_can_be_spelled_in_every_script(script):
    """No letter is left over: Latin scripts give Latin letters, Cyrillic ones Cyrillic."""
    names = lexicon()
    for name in (*names.given, *names.stems):
        spelled = spell(name, script, names.russian)
        cyrillic = [letter for letter in spelled if "\u0400" <= letter <= "\u04ff"]
        assert len(cyrillic) == (
            len(spelled) if script in {"azeri-cyrillic", "russian"} else 0
        ), spelled
        if script in {"ascii", "english"}:
            assert spelled.isascii()


def test_the_tables_are_laid_out_as_they_are_indexed():
    """A column of spellings holds ten typings of one length, the first in Azerbaijani Latin."""
    tables, names = spellings(), lexicon()
    assert len(tables.surname) == 10 * len(names.stems) * 6
    assert len(tables.given) == 10 * len(names.given)
    assert len(tables.patronymic) == 10 * 3 * 2 * names.men
    assert tables.given[0].as_py() == names.given[0]
    father = names.given.index("Əli")
    assert tables.patronymic[father].as_py() == "Əli oğlu"
    assert tables.patronymic[names.men + father].as_py() == "Əli qızı"
    russian = SCRIPTS.index("russian") * 2
    soviet = ((russian * 3 + 2) * 2 + 0) * names.men
    assert tables.patronymic[soviet + father].as_py() == "Алиевич"
    assert tables.patronymic[soviet + names.given.index("Həsən")].as_py() == "Гасанович"


@given(
    st.lists(
        st.text("abcçdeəfgğhxıijkqlmnoöprsştuüvyzАБВабв -", max_size=14), max_size=30
    ),
    st.integers(0, 2**32),
)
def test_a_slip_is_one_slip(texts, seed):
    """A mistyped text is one edit or swap away at most and keeps its start; short ones stay."""
    slipped = mistype(rng(seed), pa.array(texts, pa.string())).to_pylist()
    assert len(slipped) == len(texts)
    for before, after in zip(texts, slipped, strict=True):
        assert OSA.distance(before, after) <= 1
        assert after[:1] == before[:1]
        if len(before) < 3:
            assert after == before


def test_slips_change_most_texts_in_four_ways():
    """Among many slips there are shorter, longer and equally long texts, and nearly all differ."""
    texts = ["Hüseynova"] * 2000
    slipped = mistype(rng(), pa.array(texts)).to_pylist()
    lengths = {len(text) for text in slipped}
    assert lengths == {8, 9, 10}
    assert sum(text != "Hüseynova" for text in slipped) > 1900
    assert "Hüsyenova" in slipped


def test_a_damaged_fin_is_damaged_in_the_usual_ways():
    """Letters for digits, lower case, look-alikes, a blank, an eighth character.

    All occur, none leaves it whole.
    """
    fins = ["5A0B1CE"] * 600
    damaged = set(damage_fin(rng(), pa.array(fins)).to_pylist())
    assert "5A0B1CE" not in damaged
    assert {"5AOBICE", "5a0b1ce", "5А0В1СЕ", "5A0 B1CE"} <= damaged
    assert any(len(fin) == 8 and fin.startswith("5A0B1CE") for fin in damaged)


def test_a_document_is_damaged_but_stays_as_long_or_one_longer():
    """A damaged document keeps its characters' places, or gains a blank."""
    damaged = damage_document(rng(), pa.array(["AZE10203040"] * 200)).to_pylist()
    assert {len(text) for text in damaged} == {11, 12}
    assert "AZE10203040" not in damaged


@pytest.mark.parametrize("slip", [mistype, damage_fin, damage_document])
def test_nothing_to_damage(slip):
    """No text gives no text."""
    assert slip(rng(), pa.array([], pa.string())).to_pylist() == []
