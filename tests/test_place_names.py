"""The constituency and precinct that the names of files give, in the light of all of them."""

import re
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples import tries
from voterlist.ingest.file_names import place_of_name, places_of_names, places_of_sheets

SCHEMES = (
    # Numbers alone
    "{p}.csv",
    "{p:03}.csv",
    "№{p}.xlsx",
    "{c}-{p}.csv",
    "{c:03}-{p:02}.csv",
    "{c}_{p}.xlsx",
    "{c}.{p}.csv",
    "{c} {p}.csv",
    # Azerbaijani
    "{p} məntəqə.csv",
    "{p}-menteqe.xlsx",
    "{p} saylı seçki məntəqəsi.xlsx",
    "{p}-ci seçki məntəqəsinin siyahısı.csv",
    "{p} №li məntəqə.csv",
    "Məntəqə {p}.csv",
    "Məntəqə № {p}.csv",
    "MƏNTƏQƏ_{p:03}.CSV",
    "seckimenteqesi{p}.csv",
    "SeçkiMəntəqəsi{p}Siyahı.csv",
    "siyahı {p} məntəqə {c} dairə.csv",
    "{c} dairə {p} məntəqə 2026.csv",
    "{c}_dairə_{p:03}_məntəqə.xlsx",
    "dairə {c} məntəqə {p}.csv",
    "məntəqə {p} dairə {c}.csv",
    "{c} saylı Nəsimi birinci seçki dairəsinin {p} saylı məntəqəsi üzrə siyahı.csv",
    "{p} saylı məntəqə ({s} saylı orta məktəb).csv",
    "{p} saylı məntəqə, Nizami küç {s}.csv",
    "MSK_{p:03}.csv",
    "DSK{c}_MSK{p}.csv",
    "MSK-nın {p} nömrəli siyahısı.csv",
    "d{c:02}_m{p:02}.csv",
    "siyahi_{p}.csv",
    "secici siyahisi {p}.csv",
    "{p}_secicilerin_siyahisi.csv",
    # Russian
    "участок {p}.csv",
    "Участок №{p}.csv",
    "{p}-й избирательный участок.csv",
    "{p} участок.csv",
    "округ {c} участок {p}.csv",
    "{c} округ {p} участок.csv",
    "список_{p}_участка_округ_{c}.csv",
    "УИК-{p}.csv",
    "ОИК {c} УИК {p:03}.csv",
    "okrug {c} uchastok {p}.csv",
    "список {p}.csv",
    "о{c}_у{p}.csv",
    # Azerbaijani in Cyrillic
    "{p} сајлы сечки мәнтәгәси.csv",
    "даирә {c} мәнтәгә {p}.csv",
    # English
    "precinct_{c}_{p}.csv",
    "precinct-{p:04}.csv",
    "PEC_{p:02}_list.csv",
    "PEC_{c}_list_{p}.csv",
    "Precinct No. {p}, Constituency No. {c}.csv",
    "Con.EC {c} PEC {p}.csv",
    "list of precinct {p} of constituency {c}.csv",
    "polling station {p}.csv",
    "c{c}p{p}.csv",
    "list-{p}.csv",
    # Dates, versions and copies
    "{p}_2026-02-05.csv",
    "2026-02-05_{p:03}.csv",
    "{p} 05.02.2026.csv",
    "{p}_20260205.csv",
    "siyahı {p} 05 fevral 2026.csv",
    "{p}_05-02-2026_14-30.csv",
    "2026_{p}.csv",
    "precinct_2026_{p:02}.csv",
    "məntəqə {p} v2.csv",
    "{p}_son.csv",
    "{p} (2).csv",
    "{p} - Copy (3).csv",
    "{p} копия.csv",
    "{c}-{p}_düzəliş 2.csv",
    # Folders
    "{p}/siyahı.csv",
    "məntəqə {p}/siyahı.csv",
    "göndəriş 1/{p}.csv",
    "məntəqələr/{p}.csv",
    "2026-02-05/{p}.csv",
    "constituency-{c:03}/precinct-{p:04}.csv",
    # What no one can tell by the names alone, or only sometimes
    "{i}. məntəqə {p}.csv",
    "{i}-ci göndəriş məntəqə {p}.csv",
    "{i}-ci siyahı, məntəqə {p}.csv",
    "{p} PEC list No {i}.csv",
    "список № {i} участок {p}.csv",
    "{i}-й список {p}-го участка.csv",
    "{p}_{i} məntəqə.csv",
    "Bakı {i} MSK {p}.csv",
    "{i}_{p}.csv",
    "{p}_{i}.csv",
    "{p} - {n}.csv",
    "{p}_{n} seçici.csv",
    "məntəqə {p} - {n}.csv",
    "{p} məntəqə {n}.csv",
    "{n}_{c}-{p}.csv",
    "göndəriş {i}/{p}.csv",
    "{p}_{c}.csv",
    "2026-{p:02}.csv",
    "{p:02}-02-2026.csv",
    "2026-{c:02}-{p:02}.csv",
    "siyahı ({p}).csv",
    "Nəsimi {p}.csv",
    "Book{i} məntəqə.csv",
    "scan{i}.csv",
    "siyahı {n}.csv",
    "məktəb {s} məntəqə {p}.csv",
    "{s} məktəb {p} məntəqə.csv",
    "{p} məntəqə {s} məktəb.csv",
    "Nizami küç {s} məntəqə {p}.csv",
    "hissə {i} məntəqə {p}.csv",
    "məntəqə {p} hissə {i}.csv",
    "{p}_part{i}.csv",
)
"""How people name files: c the constituency, p the precinct; i runs from 1, n counts voters, s is
of a school or a house."""


@dataclass(frozen=True)
class Folder:
    """The files of a constituency: their names, and the precinct of each."""

    constituency: int
    precincts: dict


def rendered(scheme, constituency, precinct, at, salt):
    """A name in a scheme; 1043 voters and the like are made from a salt."""
    return scheme.format(
        c=constituency,
        p=precinct,
        i=at + 1,
        n=400 + (precinct * 131 + salt * 37) % 1100,
        s=1 + (precinct * 7 + salt) % 250,
    )


NUMBERS = st.lists(st.integers(1, 60), min_size=1, max_size=12, unique=True)


@st.composite
def folders(draw):
    """A folder in which the precincts are named in one scheme, or some of them in another."""
    constituency = draw(st.integers(1, 125))
    precincts = draw(NUMBERS)
    if draw(st.booleans()) and constituency not in precincts:
        precincts.append(constituency)
    schemes = draw(
        st.lists(st.sampled_from(SCHEMES), min_size=1, max_size=2, unique=True)
    )
    salt = draw(st.integers(0, 50))
    cut = draw(st.integers(0, len(precincts))) if len(schemes) == 2 else len(precincts)
    named = {}
    for at, precinct in enumerate(precincts):
        own, other = schemes[0], schemes[-1]
        if at >= cut:
            own, other = other, own
        name = rendered(own, constituency, precinct, at, salt)
        if not is_also(other, name, constituency, precinct):
            named[name] = precinct
    return Folder(constituency, named)


def is_also(scheme, name, constituency, precinct):
    """True where a scheme gives this very name to another precinct: then no one could tell."""
    pattern = re.escape(scheme).replace(r"\{c\}", str(constituency))
    pattern = re.sub(
        r"\\\{c:0(\d)\\\}", lambda width: f"{constituency:0{width[1]}}", pattern
    )
    pattern = re.sub(r"\\\{p(?::0\d)?\\\}", r"(?P<p>\\d+)", pattern)
    match = re.fullmatch(re.sub(r"\\\{[ins]\\\}", r"\\d+", pattern), name)
    return bool(match and "p" in match.groupdict() and int(match["p"]) != precinct)


def is_wrong(reading, precinct):
    """True for another number than the precinct's, of which nothing is said."""
    return reading.precinct not in {None, precinct} and reading.doubt is None


@tries(1000)
@given(folders(), st.booleans(), st.booleans())
def test_a_name_is_read_rightly_or_asked_about(folder, is_known, has_territory):
    """No name gives another precinct than its own without a doubt, whatever stands beside it."""
    known = {*range(1, 61), *folder.precincts.values()}
    read = places_of_names(
        folder.precincts,
        folder.constituency if is_known else None,
        {folder.constituency: known} if has_territory else {},
    )
    wrong = {
        name: reading
        for name, reading in read.items()
        if is_wrong(reading, folder.precincts[name])
    }
    assert not wrong


@given(folders(), st.randoms(use_true_random=False))
def test_the_order_of_the_names_changes_nothing(folder, chance):
    """A run that lists its files in another order would give other entry ids."""
    names = [*folder.precincts]
    before = places_of_names(names, folder.constituency)
    chance.shuffle(names)
    assert places_of_names(names, folder.constituency) == before


SURE = SCHEMES[: SCHEMES.index("{i}. məntəqə {p}.csv")]
ASKED_BY_NATURE = {
    # Days 1 to 28 of a month; a part of a list; the number of a copy.
    "{i}_{p}.csv",
    "{p}_{i}.csv",
    "siyahı ({p}).csv",
    "scan{i}.csv",
    "göndəriş {i}/{p}.csv",
}


@pytest.mark.parametrize("scheme", SURE)
def test_a_clear_scheme_is_read_without_a_question(scheme):
    """Who names files plainly is asked nothing, nor told a wrong precinct."""
    precincts = [2, 5, 11, 14, 24, 34, 45]
    names = {rendered(scheme, 12, one, at, 3): one for at, one in enumerate(precincts)}
    read = places_of_names(names, 12)
    assert {name: reading.precinct for name, reading in read.items()} == names
    assert [reading.doubt for reading in read.values()] == [None] * len(names)


@pytest.mark.parametrize("scheme", sorted(ASKED_BY_NATURE))
def test_what_nobody_can_tell_is_asked(scheme):
    """A guess would put voters into another precinct."""
    precincts = [2, 5, 11, 14, 24, 34, 45]
    names = {rendered(scheme, 12, one, at, 3): one for at, one in enumerate(precincts)}
    read = places_of_names(names, 12).values()
    assert all(reading.precinct is None or reading.doubt for reading in read)


SURELY, ASKED = True, False


@pytest.mark.parametrize(
    ("constituency", "names"),
    [
        # Of two numbers one is the folder's constituency.
        (4, {f"precinct_4_{one}.csv": (one, SURELY) for one in (14, 24, 34)}),
        (12, {f"PEC_12_list_{one}.csv": (one, SURELY) for one in (14, 24, 34)}),
        (12, {"siyahı 14 məntəqə 12 dairə.csv": (14, SURELY)}),
        (12, {"12 dairə 14 məntəqə 2026.csv": (14, SURELY)}),
        (12, {"12_dairə_014_məntəqə.xlsx": (14, SURELY)}),
        (4, {"004-05_ru.csv": (5, SURELY), "004-10-zədəli.csv": (10, SURELY)}),
        # Alone such a pair may be a precinct and a part of its list.
        (12, {"12-07.csv": (7, ASKED), "12.14.csv": (14, ASKED)}),
        (4, {"precinct_4_14.csv": (14, ASKED)}),
        (12, {"PEC_12_list_2.csv": (2, ASKED)}),
        (12, {f"12_{one}.csv": (one, ASKED) for one in (1, 2, 3)}),
        # The folder's number stands in one name by chance.
        (12, {"11.csv": (11, SURELY), "12.csv": (12, SURELY)}),
        (12, {"12.csv": (None, ASKED)}),
        (12, {"PEC_12.csv": (12, SURELY)}),
        (12, {"12_1.csv": (12, ASKED), "13_1.csv": (13, ASKED)}),
        # A constituency of another folder.
        (4, {f"5-{one}.csv": (one, ASKED) for one in (12, 13, 14)}),
        # Two numbers that both change.
        (4, {f"{at}. məntəqə {at + 13}.csv": (None, ASKED) for at in (1, 2, 3)}),
        (4, {f"{at}. Məntəqə № {at + 13}.csv": (at + 13, SURELY) for at in (1, 2)}),
        (4, {"12 - 1043.csv": (None, ASKED), "13 - 984.csv": (None, ASKED)}),
        # Several precincts in one file.
        (4, {"məntəqə 14-15.csv": (14, ASKED), "14 və 15 məntəqə.csv": (15, ASKED)}),
        (4, {"məntəqələr 14-15.csv": (None, ASKED)}),
        # The word says one number, the names beside it another one.
        (4, {f"PEC_9_{one}.csv": (9, ASKED) for one in (14, 15, 16)}),
        # Years, dates, times, versions.
        (4, {"məntəqə 2026.csv": (None, ASKED)}),
        (4, {"siyahi_2026-02-05.csv": (None, ASKED)}),
        (4, {"14 fevral 2026.csv": (None, ASKED)}),
        (4, {"2026-02.csv": (2, ASKED)}),
        (4, {"2026-02.csv": (2, SURELY), "2026-45.csv": (45, SURELY)}),
        (4, {"2026-02-05_14-30.csv": (None, ASKED)}),
        (4, {"14 - Copy (2).csv": (14, SURELY), "14 v3 son.csv": (14, SURELY)}),
        (4, {"siyahı (1).csv": (None, ASKED), "siyahı (2).csv": (None, ASKED)}),
        # Other things with numbers.
        (4, {"12 saylı məktəb.csv": (None, ASKED)}),
        (4, {"15 saylı məntəqə (12 saylı məktəb).csv": (15, SURELY)}),
        (4, {"Book1.csv": (None, ASKED), "Лист 3.csv": (None, ASKED)}),
        (4, {"Nəsimi 13.csv": (13, ASKED)}),
        (4, {f"Nəsimi {one}.csv": (one, SURELY) for one in (13, 14, 15)}),
        (4, {"1.csv": (1, SURELY), "2.csv": (2, SURELY), "Nizami 13.csv": (13, ASKED)}),
        # Folders.
        (4, {f"4/{one}/siyahı.csv": (one, SURELY) for one in (12, 13, 14)}),
        (4, {"4/məntəqə 12/13.csv": (12, ASKED)}),
        (4, {f"4/göndəriş {at}/{at + 11}.csv": (None, ASKED) for at in (1, 2)}),
        (4, {"4/məntəqələr/12.csv": (12, SURELY)}),
        (4, {"004-nəsimi/12.csv": (12, SURELY)}),
    ],
)
def test_names_that_went_wrong_once(constituency, names):
    """Each of these was, or could be, the list of another precinct without a word."""
    read = places_of_names(names, constituency)
    for name, (precinct, is_sure) in names.items():
        assert read[name].precinct == precinct
        assert (precinct is not None and read[name].doubt is None) is is_sure


def test_a_long_number_in_the_place_of_a_day_is_none():
    """A telephone number before a month and a year ended the reading of the whole folder."""
    assert place_of_name("məntəqə 12 (994505551234567-05-2026).csv").precinct == 12


def test_the_territory_decides_between_two_numbers_that_change():
    """Of two running numbers only one may run through precincts; then it is the precinct's."""
    names = [f"{at}_{at + 13}.csv" for at in (1, 2, 3)]
    told = places_of_names(names, 4, {4: range(14, 20)})
    assert [told[name].precinct for name in names] == [14, 15, 16]
    assert {told[name].doubt for name in names} == {None}
    open_ = places_of_names(names, 4, {4: range(1, 46)})
    assert {open_[name].doubt.rule for name in names} == {"name-undecided"}


def test_without_a_folder_the_names_say_the_constituency():
    """A preview of a folder outside an inbox reads pairs as the inbox would."""
    read = places_of_names([f"4-{one}.csv" for one in (12, 13, 14)])
    numbers = [(one.constituency, one.precinct) for one in read.values()]
    assert numbers == [(4, 12), (4, 13), (4, 14)]
    assert {one.doubt for one in read.values()} == {None}
    assert place_of_name("4-12.csv").doubt


def test_the_names_of_sheets_are_read_like_those_of_files():
    """Sheets 12, 13, 14 are precincts; 1, 2, 3 may be pages; Sheet1 is nothing."""
    read = places_of_sheets(["12", "13", "14"], 4)
    assert [one.precinct for one in read.values()] == [12, 13, 14]
    assert {one.doubt for one in read.values()} == {None}
    pages = places_of_sheets(["1", "2", "3"], 4)
    assert {one.doubt.rule for one in pages.values()} == {"name-unclear"}
    assert places_of_sheets(["Sheet1", "Vərəq2"], 4)["Sheet1"].precinct is None
    assert places_of_sheets(["Məntəqə 12"])["Məntəqə 12"].precinct == 12
