"""The register of the precincts' streets.

Read as it is handed in, and held against the addresses.
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import workspaces
from registers import clean
from voterlist.check.precinct_borders import street_use
from voterlist.check.rules import RULES
from voterlist.config.sections import CheckSettings, IngestSettings, RuleSettings
from voterlist.errors import InputError
from voterlist.ingest.registers import street_rows
from voterlist.model import AsideCode
from voterlist.normalize.streets import normalize_streets, read_houses
from voterlist.readers import read_content
from voterlist.schemas import STREET, STREET_ROW, RawFile
from voterlist.tables import from_columns


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (None, ["all"]),
        ("bütün evlər", ["all"]),
        (
            "1-45, 47, 2-20 (even/cüt), 3A",
            ["all 1-45", "one 47", "even 2-20", "one 3a"],
        ),
        ("tək: 1–45; cüt: 2–20", ["odd 1-45", "even 2-20"]),
        ("1-dən 45-dək", ["all 1-45"]),
        ("с 1 по 45, дом 47", ["all 1-45", "one 47"]),
        ("1-21 (нечётные), 2-30 четн.", ["odd 1-21", "even 2-30"]),
        ("from 1 to 45 and 47", ["all 1-45", "one 47"]),
        ("cüt nömrəli evlər", ["even"]),
        ("3-A və 12/5", ["one 3a", "one 12/5"]),
        ("7B-9", ["all 7-9"]),
        ("45-1", ["unread"]),
        ("45-dən sonra, 3", ["unread", "one 3"]),
        ("1-10-20", ["unread"]),
        ("2 4 6", ["unread"]),
        ("əlli", ["unread"]),
        ("1-9999, 9999", ["all 1-9999", "one 9999"]),
        ("1-10000", ["unread"]),
        ("1-99999", ["unread"]),
    ],
)
def test_houses(text, parts):
    """A range would be read as another one; what is not understood must be told so."""
    assert [_shown(part) for part in read_houses(text)] == parts


def _shown(part):
    between = "" if part.first is None else f"{part.first}-{part.last}"
    return f"{part.covers} {part.house or ''}{between}".strip()


@given(st.text(max_size=30))
def test_houses_never_raise(text):
    parts = read_houses(text)
    assert parts
    assert all(part.first is None or part.first <= part.last for part in parts)


def raw(text, name="reference/streets.csv"):
    found = read_content(text.encode(), IngestSettings())
    return RawFile("f" * 12, name, found if isinstance(found, tuple) else found.sheets)


def told(text, name="reference/streets.csv"):
    """(constituency, precinct, settlement, street, houses) of each row read."""
    names = ("constituency", "precinct", "settlement", "street", "houses")
    return [
        tuple(row[name] for name in names)
        for row in street_rows(raw(text, name)).table.to_pylist()
    ]


@pytest.mark.parametrize(
    "header",
    [
        "Dairə;Məntəqə;Yaşayış məntəqəsi;Küçə;Evlər",
        "Избирательный округ;Избирательный участок;Населенный пункт;Улица;Номера домов",
        "Constituency;Precinct;Settlement;Street;Houses",
    ],
)
def test_headings_of_three_languages(header):
    """The columns are told by their headings in Azerbaijani, Russian and English."""
    assert told(f"{header}\n88;1;Göyçay;Nizami küç.;1-45\n") == [
        (88, 1, "Göyçay", "Nizami küç.", "1-45")
    ]


def test_places_above_the_rows():
    """A precinct named once above its streets would be lost for the rows below."""
    text = (
        "88 saylı seçki dairəsi\nMəntəqə;Küçə;Evlər\n1;Nizami;1-45\n;Füzuli;\n"
        "3 saylı seçki məntəqəsi;;\n;Vaqif;2\n"
    )
    assert told(text) == [
        (88, 1, None, "Nizami", "1-45"),
        (88, 1, None, "Füzuli", None),
        (88, 3, None, "Vaqif", "2"),
    ]


@pytest.mark.parametrize(
    "name", ["reference/88/streets.csv", "reference/streets 88 saylı dairə.csv"]
)
def test_the_constituency_may_stand_in_a_name(name):
    """A register named by its folder or file alone would be of no constituency."""
    assert told("Məntəqə;Küçə\n1;Nizami\n", name) == [(88, 1, None, "Nizami", None)]


def test_a_row_that_cannot_be_used_is_said_with_its_line():
    """It would vanish in silence, or lend its place to the row below."""
    found = street_rows(
        raw("Dairə;Məntəqə;Küçə;Evlər\n88;1;;5\n88;bir;Nizami;5\n88;;Vaqif;\n")
    )
    assert found.table.num_rows == 0
    said = {
        (row["rule"], row["line"], row["field"]) for row in found.findings.to_pylist()
    }
    assert said == {
        ("street-row-unused", line, field)
        for line, field in ((2, "street"), (3, "precinct"), (4, "precinct"))
    }


def test_a_file_without_streets_is_refused():
    """A list of voters named like a register of streets is no register.

    Nor is a file that could not be read.
    """
    voters = "Məntəqə;Soyadı;Doğum tarixi;Ünvanı\n1;Əliyev;01.02.1980;Nizami küç. 3\n"
    closed = RawFile("f" * 12, "streets.xlsx", trouble=AsideCode.FILE_PROTECTED)
    for content, code in (
        (raw("№;Soyadı;Adı\n1;Əliyev;Vaqif\n"), "no-street-columns"),
        (raw(voters), "no-street-columns"),
        (closed, "file-protected"),
    ):
        with pytest.raises(InputError) as caught:
            street_rows(content)
        assert caught.value.code == code


def normalized(*rows):
    """What is made of rows (settlement, kind, street, houses) of precinct 1."""
    names = ("settlement", "street_kind", "street", "houses")
    columns = {
        name: pa.array([row[place] for row in rows], pa.string())
        for place, name in enumerate(names)
    }
    columns |= {
        "source": ["f" * 12] * len(rows),
        "constituency": [88] * len(rows),
        "precinct": [1] * len(rows),
    }
    return normalize_streets(
        from_columns(
            columns | {"line": list(range(2, len(rows) + 2))}, STREET_ROW, len(rows)
        )
    )


def test_streets_are_folded_as_in_the_lists():
    """A street of the register would not meet the addresses that name it."""
    outcome = normalized(
        ("Göyçay ş.", None, "Nizami küçəsi", None),
        (None, "prospekt", "Gəncə", None),
        (None, None, "ул. 28 Мая", "4"),
        ("Xocalı", None, None, None),
        (None, None, "Xocalı kəndi", None),
        (None, None, "Nizami küç. 1-45, 47", None),
        (None, None, "Xətai küç. 3-cü döngə", None),
    )
    shown = ("line", "settlement", "street_kind", "street", "covers")
    rows = {tuple(row[name] for name in shown) for row in outcome.table.to_pylist()}
    assert rows == {
        (2, "qoicai", "kuce", "nizami", "all"),
        (3, None, "prospekt", "qanca", "all"),
        (4, None, "kuce", "28 mai", "one"),
        (5, "hocali", None, None, "all"),
        (6, "hocali", None, None, "all"),
        (7, None, "kuce", "nizami", "all"),
        (7, None, "kuce", "nizami", "one"),
        (8, None, "kuce", "hatai", "all"),
    }
    assert outcome.findings.num_rows == 0


def test_houses_that_cannot_be_read_are_said_and_may_be_any():
    """A row with an unreadable range has one finding with its line, whatever else it holds."""
    outcome = normalized(
        (None, None, "Nizami", "1-45, ???, altı"), (None, None, "???", "1")
    )
    assert outcome.table.column("covers").to_pylist().count("unread") == 3
    said = [
        (row["rule"], row["line"], row["field"]) for row in outcome.findings.to_pylist()
    ]
    assert said == [
        ("street-houses-unreadable", 2, "houses"),
        ("street-houses-unreadable", 3, "houses"),
    ]


def test_no_rows_give_no_streets():
    """An empty register is one."""
    assert normalize_streets(STREET_ROW.empty_table()).table.equals(
        STREET.empty_table()
    )


ALONE = CheckSettings(
    rules={
        rule.code: RuleSettings(enabled=False)
        for rule in RULES
        if rule.code != "address-outside-precinct"
    }
)


BORDER = re.compile(
    r"(?P<precinct>\d) (?:-|(?P<street>.+)) (?P<covers>all|even|odd|one|unread)"
    r"(?: (?P<first>\d+)-(?P<last>\d+)| (?P<house>\w+))?(?: of (?P<settlement>\w+))?"
)


def _border(text):
    """A row of the register: precinct, street, which houses, settlement."""
    row = BORDER.fullmatch(text).groupdict()
    numbers = ("precinct", "first", "last")
    return row | {name: row[name] and int(row[name]) for name in numbers}


def outside(street, house, settlement=None, *, borders):
    """The precincts to which the address of a voter of precinct 1 is said to belong.

    None where it is not outside.
    """
    tables = clean()
    for name, value in (
        ("street", street),
        ("house", house),
        ("settlement", settlement),
    ):
        tables.voters[name][5] = value
    rows = [_border(one) for one in f"{borders}, 1 kuce 1 all".split(", ") if one]
    tables.streets = {name: [row[name] for row in rows] for name in rows[0]}
    tables.streets |= {
        "constituency": [17] * len(rows),
        "source": ["f"] * len(rows),
        "line": [2] * len(rows),
    }
    mine = tables.findings(ALONE)
    assert all(row["entry_id"] == tables.voters["entry_id"][5] for row in mine)
    return mine[0].get("value", "nowhere") if mine else None


OTHER = 2


EVEN_OR_ODD = "1 nizami even 2-20, 2 nizami odd 1-21"


@pytest.mark.parametrize(
    ("address", "borders", "answer"),
    [
        (("nizami", "5"), "2 nizami all", OTHER),
        (("nizami", None), "2 nizami all", OTHER),
        (("nizami", "5"), "1 nizami all, 2 nizami all", None),
        (("nizami", "5"), EVEN_OR_ODD, OTHER),
        (("nizami", "6a"), EVEN_OR_ODD, None),
        (("nizami", "22"), EVEN_OR_ODD, "nowhere"),
        (("nizami", None), EVEN_OR_ODD, None),
        (("nizami", "5"), "1 nizami unread, 2 nizami all", None),
        (("nizami", "5"), "1 nizami one 7, 2 nizami unread", "nowhere"),
        (("nizami", "5a"), "1 nizami one 5, 2 nizami all", None),
        (("nizami", "5/2"), "1 nizami one 5", None),
        (("nizami", "5"), "1 nizami one 5a, 2 nizami all", OTHER),
        (("nizami", "5"), "1 nizamy all, 2 nizami all", None),
        (("h aliov", "5"), "1 heidar aliov all, 2 h aliov all", None),
        (("nizamy", "5"), "2 nizami all", None),
        (("8 mart", "5"), "1 9 mart all, 2 8 mart all", OTHER),
        (("nizami", "5"), "", None),
        ((None, "5"), "2 nizami all", None),
        (("nizami", "5", "hocali"), "2 nizami all of goicai", None),
        (("nizami", "5", "hocali"), "2 nizami all of hocali", OTHER),
        (("nizami", "5", "hocali"), "1 - all of hocali, 2 nizami all", None),
        (("nizami", "5"), "1 - all of hocali, 2 nizami all", None),
    ],
)
def test_outside_only_by_the_very_name_inside_on_any_likeness(address, borders, answer):
    """Another precinct's street or house is said with its number.

    What is not known, alike or unread accuses nobody.
    """
    assert outside(*address, borders=borders) == answer


def test_a_precinct_without_a_row_is_not_asked():
    """Half a register would accuse everybody of the other half."""
    tables = clean()
    tables.voters["street"][5] = "kuce 2"
    for name, column in tables.streets.items():
        tables.streets[name] = column[1:]
    assert tables.findings() == []
    voters = tables.arrow()[0]
    columns = {name: pa.array(column) for name, column in tables.streets.items()}

    def use(streets):
        rows = street_use(voters, streets).to_pylist()
        return {row["measure"]: row["rows"] for row in rows}

    assert use(from_columns(columns, STREET)) == {
        "total": 360,
        "judged": 240,
        "inside": 240,
        "outside": 0,
        "no-street": 0,
        "no-such-street": 0,
        "precinct-not-in-register": 120,
    }
    nothing = use(STREET.empty_table())
    names = ("total", "precinct-not-in-register", "judged")
    assert [nothing[name] for name in names] == [360, 360, 0]
    assert set(street_use(voters, None).column("rows").to_pylist()) == {None}


def test_a_run_holds_its_addresses_against_the_register(tmp_path):
    """The register would not be used in a run, or its own faults not be told."""
    workspace = workspaces.make(tmp_path / "2026")
    (workspace / "reference" / "Streets 88.csv").write_text(
        "88 saylı seçki dairəsi\nMəntəqə;Küçə;Evlər\n1;Nizami küçəsi;\n;Füzuli;\n"
        "2;Səttar Bəhlulzadə küç. 1-18;\n2;Vaqif;altı\n;;5\n",
        encoding="utf-8",
    )
    (workspace / "reference" / "streets-old.pdf").write_bytes(b"%PDF-1.4 x")
    result = workspaces.run(workspace)
    tables = {
        name: pq.read_table(result.folder / f"{name}.parquet")
        for name in ("findings", "register_use", "reference")
    }
    found = sorted(
        (row["rule"], row["precinct"], row["line"])
        for row in tables["findings"].to_pylist()
        if row["rule"]
        in {"address-outside-precinct", "street-row-unused", "street-houses-unreadable"}
    )
    assert found == [
        ("address-outside-precinct", 2, 4),
        ("address-outside-precinct", 2, 5),
        ("street-houses-unreadable", 2, 6),
        ("street-row-unused", 2, 7),
    ]
    use = {
        row["measure"]: row["rows"]
        for row in tables["register_use"].to_pylist()
        if row["register"] == "streets"
    }
    assert (use["total"], use["judged"], use["outside"]) == (7, 7, 2)
    noted = {
        (row["register"], row["rows"], row["usable"], row["trouble"])
        for row in tables["reference"].to_pylist()
    }
    assert noted == {("streets", 5, 4, None), ("streets", 0, 0, "file-unreadable")}
    page = (workspace / "reports" / "88" / "report-az.html").read_text(encoding="utf-8")
    assert "Streets 88.csv" in page
