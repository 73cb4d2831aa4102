"""The code of a question at the door: the same in every printing, and mistyped it is nobody's."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from papers import question
from voterlist.lists.sheets import LETTERS, code_of, read_code
from voterlist.schemas import DOOR

TEXT = st.text(max_size=30)


def asked(**cells):
    """A row of DOOR with nothing else in it."""
    return dict.fromkeys(DOOR.names) | question("Nizami", 4, **cells)


@given(TEXT, TEXT, TEXT)
def test_a_code_is_of_what_is_asked_alone(entry, finding, other):
    """An answer to last week's printing would find another question, or none."""
    what = {"entry_id": entry, "finding_id": finding, "other_name": other}
    code = code_of(asked(**what))
    assert code == code_of(asked(**what) | {"number": 9, "name": "-", "flat": "1"})
    assert code != code_of(asked(**what | {"entry_id": f"{entry}."}))
    assert read_code(code) == code


@given(TEXT, st.data())
def test_a_code_is_read_as_people_type_it(entry, data):
    """A clerk types small letters, blanks for the hyphen, or letters of the other keyboard."""
    code = code_of(asked(entry_id=entry))
    typed = "".join(data.draw(st.sampled_from([x, x.lower()])) for x in code)
    assert read_code(f" {typed.replace('-', ' ')} ") == code
    cyrillic = str.maketrans("ABCEHKMPTX", "АВСЕНКМРТХ")
    assert read_code(code.translate(cyrillic)) == code


@given(TEXT, st.integers(0, 7), st.sampled_from(LETTERS))
def test_one_wrong_letter_makes_no_code(entry, place, letter):
    """The answer would be taken for that of another voter."""
    code = code_of(asked(entry_id=entry)).replace("-", "")
    wrong = code[:place] + letter + code[place + 1 :]
    assert (read_code(wrong) is None) == (wrong != code)


@given(TEXT, st.integers(0, 7), st.integers(0, 7))
def test_two_exchanged_letters_make_no_code(entry, one, other):
    """What fingers do most often would name another voter."""
    letters = list(code_of(asked(entry_id=entry)).replace("-", ""))
    before = "".join(letters)
    letters[one], letters[other] = letters[other], letters[one]
    wrong = "".join(letters)
    assert (read_code(wrong) is None) == (wrong != before)


def test_what_is_no_code_is_none():
    """A name or a blank in the column would stop the reading, or match something."""
    for text in (
        "",
        " ",
        "-",
        "ABC",
        "00000000",
        "AAAA-AAAAA",
        "İİİİ-İİİİ",
        "x" * 4000,
    ):
        assert read_code(text) is None
