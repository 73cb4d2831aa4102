"""Text that lost its letters, and text that was encoded twice."""

from __future__ import annotations

import datetime as dt
import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import workspaces
from command_line import call
from normalizing import entries
from voterlist import ingest
from voterlist.check import check
from voterlist.config.sections import CheckSettings, IngestSettings
from voterlist.facts.latin import title, upper
from voterlist.ingest.headers import match_header
from voterlist.ingest.place import Place, title_place
from voterlist.link.comparisons import SHIPPED
from voterlist.link.comparisons.base import Pairs
from voterlist.link.comparisons.given_name import GivenNameLevel
from voterlist.link.comparisons.surname import SurnameLevel
from voterlist.link.encode import encode
from voterlist.lost_letters import SIGNS, has_lost_letters
from voterlist.normalize.lexicon import names_and_stems
from voterlist.normalize.restored import (
    letters_lost,
    restored_address,
    restored_name,
)
from voterlist.normalize.stage import normalize
from voterlist.readers import read_content
from voterlist.readers.encoding import DAMAGED, TWICE, Decoded, decode
from voterlist.schemas import LIST, RawFile, empty

LIMITS = IngestSettings()
HEADER = "Soyadı;Adı;Ata adı;Doğum tarixi;Ünvan;Sənədin seriyası;Sənədin nömrəsi"
PEOPLE = """\
Məmmədov;Elşən;Əli oğlu;01.02.1970;Səməd Vurğun küçəsi 5;AZE;12345678
Əliyeva;Gülşən;Həsən qızı;03.04.1980;Qarabağ kəndi, ev 7;AA;1234567
Hüseynov;Çingiz;Şamil oğlu;05.06.1990;Nizami küçəsi 9;AZE;12345679
İsmayılzadə;Ülviyyə;Məmməd qızı;07.08.1985;Nizami küçəsi 11;AZE;12345670
"""
WHOLE = f"Seçki dairəsi № 12, 14 saylı seçki məntəqəsi\n{HEADER}\n{PEOPLE}"
NAMES = ("surname_stem", "given_skeleton", "patronymic_skeleton", "street", "house")
CODE_PAGES = ("ascii", "windows-1252", "windows-1254")


def lost(text, code_page="ascii"):
    """The text as a program saves it in a code page that has not all of its letters."""
    return text.encode(code_page, "replace")


def taken_in(content):
    """The intake of a file of this content."""
    file = RawFile("a" * 12, "list.csv", tuple(read_content(content, LIMITS)))
    return ingest.ingest([file], LIMITS, constituency=None)


def rules(table):
    return table.column("rule").to_pylist()


# Columns


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("Soyad?", "surname"),
        ("Ad?", "given_name"),
        ("Ata ad?", "patronymic"),
        ("Atas?n?n ad?", "patronymic"),
        ("Do?um tarixi", "birth_date"),
        ("Do\N{REPLACEMENT CHARACTER}um tarixi", "birth_date"),
        ("T?v?ll?d?", "birth_date"),
        ("?nvan", "address"),
        ("Ya?ay?? yeri", "address"),
        ("?eh?r", "settlement"),
        ("S?n?din n?mr?si", "document"),
        ("S?n?din seriyas?", "document_series"),
        ("F?N", "fin"),
        ("?", "number"),
        ("S?ra ?", "number"),
        ("Soyad?, ad?, atas?n?n ad?", "full_name"),
    ],
)
def test_a_header_that_lost_letters_is_known(header, role):
    """The column would be left out, or the whole list."""
    assert match_header(header).role == role


@pytest.mark.parametrize("header", ["???", "? ? ?", "?mail?", "K???"])
def test_a_header_of_lost_letters_alone_is_not_guessed(header):
    answer = match_header(header)
    assert answer is None or answer.role == "other"


def test_a_title_that_lost_letters_tells_the_precinct():
    place = Place(constituency=12, precinct=14)
    assert title_place("Se?ki dair?si ? 12, se?ki m?nt?q?si ? 14") == place


def test_series_and_number_of_a_document_are_one_document():
    """The number alone is taken for a document of the old form, or for none."""
    found = taken_in(WHOLE.encode())
    documents = normalize(found.entries).table.column("document").to_pylist()
    assert sorted(documents) == [
        "AA1234567",
        "AZE12345670",
        "AZE12345678",
        "AZE12345679",
    ]


# The list as a whole


@pytest.mark.parametrize("code_page", CODE_PAGES)
def test_the_list_is_told_once(code_page):
    """Each name would be told as a fault of its own, and nobody would ask for the file again."""
    found = taken_in(lost(WHOLE, code_page))
    (row,) = [
        row for row in found.findings.to_pylist() if row["rule"] == "letters-lost"
    ]
    assert (row["entry_id"], row["precinct"]) == (None, 14)
    assert row["value"] in {3, 4}
    assert found.entries.num_rows == 4
    voters = normalize(found.entries).table
    findings = check(
        voters,
        found.entries,
        empty(LIST),
        CheckSettings(),
        on_day=dt.date(2026, 2, 3),
    )
    assert not {"strange-character", "name-misspelt"} & set(rules(findings))


@pytest.mark.parametrize(
    "mark", ["{}?", "{} ?", "({}?)", "{}??"], ids=["behind", "apart", "brackets", "two"]
)
def test_marks_of_doubt_are_no_lost_letters(mark):
    """People put them behind a name; the list would be sent back for nothing."""
    rows = [
        mark.format(row.split(";")[0]) + row[row.index(";") :]
        for row in PEOPLE.splitlines()
    ]
    found = taken_in("\n".join([HEADER, *rows]).encode())
    assert found.entries.num_rows == 4
    assert "letters-lost" not in rules(found.findings)


def test_a_few_signs_in_a_long_list_are_no_lost_letters():
    """A clerk who could not read a letter has not saved the file in a wrong encoding."""
    people = (PEOPLE * 20).splitlines()
    people[:3] = [row.replace("ə", "?") for row in people[:3]]
    assert "letters-lost" not in rules(
        taken_in("\n".join([HEADER, *people]).encode()).findings
    )


def test_another_strange_sign_of_such_a_list_is_still_found():
    """A digit in a name would pass because the list lost letters."""
    table = entries(surname=["M?mm?dov", "H?s?nov", "?liy3v", "Quliyev"])
    findings = check(
        normalize(table).table,
        table,
        empty(LIST),
        CheckSettings(),
        on_day=dt.date(2026, 2, 3),
    )
    strange = [
        row["line"]
        for row in findings.to_pylist()
        if row["rule"] == "strange-character"
    ]
    assert strange == [3]


# Names


def folded(content):
    table = normalize(taken_in(content).entries).table.to_pylist()
    return sorted(tuple(row[name] for name in NAMES) for row in table)


@pytest.mark.parametrize("code_page", CODE_PAGES)
def test_names_and_addresses_are_read_as_in_the_whole_list(code_page):
    """A person would be another one in the list that lost letters."""
    assert folded(lost(WHOLE, code_page)) == folded(WHOLE.encode())


@pytest.mark.parametrize(
    ("written", "whole"),
    [
        ("M?mm?dov", "Məmmədov"),
        ("M?MM?DOVA", "MƏMMƏDOVA"),
        ("H?s?n o?lu", "Həsən oğlu"),
        ("?smay?lzad?", "İsmayılzadə"),
        ("Ayg?n", "Aygün"),
        ("q?z?", "qızı"),
        ("?", "?"),
        ("? ?", "? ?"),
        ("Zu?kra", "Zuşkra"),
        ("Xz?r", "Xzər"),
    ],
)
def test_a_lost_letter_is_that_of_the_known_name(written, whole):
    assert restored_name(written, "əğşıöüçi") == whole


@given(st.sampled_from(sorted(names_and_stems())))
def test_where_one_letter_alone_was_lost_every_name_comes_back(name):
    """A list saved in windows-1254 loses ə alone: nothing of it need be guessed."""
    written = re.sub("[əƏ]", "?", title(name))
    assert restored_name(written, "ə") == title(name)


@given(
    st.text("?\N{REPLACEMENT CHARACTER}ABiıİəƏ o-", max_size=9),
    st.text("əğşıöüçi", min_size=1, max_size=3),
)
def test_no_letter_is_added_or_lost(text, letters):
    """A name would be read that nobody wrote."""
    for read in (restored_name, restored_address):
        whole = read(text, letters)
        assert len(whole) == len(text)
        assert [sign.isalpha() for sign in text if sign not in SIGNS] == [
            letter.isalpha()
            for sign, letter in zip(text, whole, strict=True)
            if sign not in SIGNS
        ]


def test_which_letters_were_lost_is_told_by_those_that_are_left():
    assert letters_lost("M?mm?d o?lu") == "əğşıöüçi"
    assert letters_lost("M?mm?d oğlu, Şıxəlıyev Çöl Ülvi İ".replace("ə", "?")) == "ə"


def test_a_doubt_beside_a_whole_name_changes_nothing():
    """In a list that lost no letters the sign is not one."""
    table = entries(surname=["Məmmədov?", "Məmmədov", "?", "Samir?"])
    stems = normalize(table).table.column("surname_stem").to_pylist()
    assert stems == ["mamad", "mamad", None, "samir"]


def compared(one, other):
    """The levels of surname and given name of a voter of a lost list, and one of a whole list."""
    rows = [one, *(("H?s?nov", "?li"),) * 4, other]
    sources = ["a" * 12] * 5 + ["b" * 12]
    surname, given = zip(*rows, strict=True)
    table = normalize(
        entries(surname=list(surname), given_name=list(given), source=sources),
        encoded=True,
        for_linkage=True,
    ).table
    pairs = Pairs(encode(table), np.zeros(1, np.int32), np.full(1, 5, np.int32))
    levels = SHIPPED.compare(pairs).levels
    return (
        SurnameLevel(levels["surname"][0]).name,
        GivenNameLevel(levels["given_name"][0]).name,
    )


def test_a_lost_name_agrees_with_the_whole_one():
    """The repetition would not be found, or its names count as those of strangers."""
    assert compared(("M?mm?dov", "G?l??n"), ("Məmmədov", "Gülşən"))[0] == "SAME"
    near = compared(("X?lf?yev", "S?m?nd?r"), ("Xəlfəyev", "Səməndər"))
    assert "DIFFERENT" not in near
    assert compared(("?liyev", "?li"), ("Quliyev", "Vəli"))[0] != "SAME"


def test_nothing_but_a_sign_is_no_value():
    """It would agree with everything."""
    table = entries(
        surname=["M?mm?dov", "H?s?nov", "?liyev", "?"],
        given_name=["?", "??", "?li", "?"],
        address=["?", "?, ?", "Nizami k??. 5", "? ?"],
    )
    voters = normalize(table).table
    assert voters.column("given_skeleton").to_pylist() == [None, None, "ali", None]
    assert voters.column("surname_skeleton")[3].as_py() is None
    assert voters.column("street").to_pylist() == [None, None, "nizami", None]
    assert voters.column("address").null_count == 3


# Commands


def test_inspect_and_run_ask_for_the_list_again(tmp_path):
    """It would be seen by who opens the report and reads to its findings."""
    workspace = workspaces.make(tmp_path / "2026")
    inbox = workspace / "inbox" / "88"
    (inbox / "menteqe-3.csv").write_bytes(
        lost(f"3 saylı seçki məntəqəsi\n{HEADER}\n{PEOPLE}")
    )
    found = call("inspect", inbox / "menteqe-3.csv")
    assert found.exit_code == 1
    assert "CSV UTF-8" in found.stdout
    result = workspaces.run(workspace)
    assert result.lost_letters == ("inbox/88/menteqe-3.csv",)
    found = call("run", workspace, "--today", "2026-02-03", "--json")
    assert json.loads(found.stdout)["lost_letters"] == ["inbox/88/menteqe-3.csv"]
    assert "menteqe-3.csv" in found.stderr
    assert found.exit_code == 1


# Encoded twice

_SIGNS = {
    page: [bytes([byte]).decode(page, "ignore") or chr(byte) for byte in range(256)]
    for page in (
        "windows-1252",
        "windows-1254",
        "windows-1251",
        "iso8859-1",
        "iso8859-9",
    )
}
WORDS = st.builds(
    lambda name, form: form(name),
    st.sampled_from(sorted(names_and_stems())),
    st.sampled_from([title, upper]),
)
LISTS = st.lists(WORDS, min_size=3, max_size=12).map(";".join)


@given(LISTS, st.sampled_from(sorted(_SIGNS)))
def test_text_that_was_encoded_twice_is_read_back_exactly(text, page):
    """Every name of the list would be in signs that no name has."""
    text = f"Soyadı;Adı;{text};Məmmədov"
    twice = "".join(_SIGNS[page][byte] for byte in text.encode()).encode()
    assert decode(twice) == Decoded(text, TWICE)


@given(LISTS)
def test_the_sign_that_a_program_drops_is_the_letter_of_the_rest(text):
    """Ə is two bytes, and windows-1252 has no sign for the second."""
    text = f"Soyadı;Adı;{text};Məmmədov"
    twice = text.encode().decode("windows-1252", "ignore").encode()
    assert decode(twice).text == text


@given(LISTS, st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_text_that_was_encoded_once_is_left_alone(text, encoding):
    """A list in order would be spoilt."""
    text = f"Soyadı;Adı;{text};Məmmədov"
    assert decode(text.encode(encoding)).text == text


@pytest.mark.parametrize(
    "text", ["Übung «Straße»;Ångström", "Фамилия;Имя\nАлиёв;Ёлка", "Ä", "Æ;Ə"]
)
def test_other_letters_are_left_alone(text):
    decoded = decode(text.encode())
    assert (decoded.text, decoded.encoding) == (text, "utf-8")


def test_letters_lost_on_the_way_keep_their_own_name():
    """The file is damaged: its rows are named, and not asked for in another encoding."""
    content = (WHOLE * 40).encode().replace("Hüseynov".encode(), b"H\xc3seynov", 1)
    assert decode(content).encoding == DAMAGED


@pytest.mark.parametrize(
    ("with_sign", "rows", "is_lost"),
    [
        (2, 10, False),
        (3, 10, True),
        (3, 60, True),
        (3, 61, False),
        (500, 10_001, False),
    ],
)
def test_a_list_lost_letters_by_number_and_share(with_sign, rows, is_lost):
    """A few names in doubt in a long list, or one in a short one, would be a list to ask for."""
    assert has_lost_letters(with_sign, rows) is is_lost
