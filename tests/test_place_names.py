"""The constituency and precinct that the names of files give, in the light of all of them."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
        scheme = schemes[0] if at < cut else schemes[1]
        named[rendered(scheme, constituency, precinct, at, salt)] = precinct
    return Folder(constituency, named)


@settings(max_examples=400, deadline=None)
@given(folders(), st.booleans(), st.booleans())
def test_a_name_is_read_rightly_or_asked_about(folder, is_known, has_territory):
    """No name gives another precinct than its own without a doubt, whatever stands beside it."""
    territory = {folder.constituency: tuple(range(1, 61))} if has_territory else {}
    found = places_of_names(
        folder.precincts, folder.constituency if is_known else None, territory
    )
    wrong = {
        name: reading
        for name, reading in found.items()
        if reading.precinct not in {None, folder.precincts[name]}
        and reading.doubt is None
    }
    assert not wrong
