"""``k.`` in an address: küçə or kənd, by the evidence of the list."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage_lists import voters
from normalizing import entries
from voterlist.link.comparisons import SHIPPED
from voterlist.link.comparisons.address import AddressLevel
from voterlist.link.comparisons.base import Pairs
from voterlist.link.encode import encode
from voterlist.link.incremental import checksums
from voterlist.normalize.stage import normalize
from voterlist.normalize.streets import normalize_streets
from voterlist.schemas import STREET_ROW
from voterlist.synth.generate import generate
from voterlist.tables import from_columns

STREET = "Səməd Vurğun küçəsi, ev 12"
VILLAGE = "Səməd Vurğun kəndi, ev 12"
DOUBTFUL = "Səməd Vurğun k., ev 75"


def read(addresses, **columns):
    """(settlement, kind of street, street, house) of each address of a list."""
    table = normalize(entries(address=addresses, **columns)).table
    names = ("settlement", "street_kind", "street", "house")
    return list(zip(*(table.column(name).to_pylist() for name in names), strict=True))


@pytest.mark.parametrize(
    "text",
    [
        "Səməd Vurğun k., ev 75",
        "Səməd Vurğun k. 75",
        "Səməd Vurğun k, ev 75",
        "SƏMƏD VURĞUN K., EV 75",
        "Сәмәд Вурғун к., ев 75",
        "k. Səməd Vurğun, ev 75",
        "k.Səməd Vurğun 75",
    ],
)
@pytest.mark.parametrize(
    ("evidence", "reading"),
    [
        (STREET, (None, "kuce", "samad vurqun", "75")),
        (VILLAGE, ("samad vurqun", None, None, "75")),
    ],
)
def test_the_list_tells_what_the_letter_stands_for(text, evidence, reading):
    assert read([text, evidence])[0] == reading


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("Səməd Vurğun k-si 75", (None, "kuce", "samad vurqun", "75")),
        ("Səməd Vurğun k-di, ev 75", ("samad vurqun", None, None, "75")),
        ("Səməd Vurğun k-d, ev 75", ("samad vurqun", None, None, "75")),
        ("Bakı ş., Nizami k. 5", ("baqi", "kuce", "nizami", "5")),
        ("Nizami k. 5, Bakı şəhəri", ("baqi", "kuce", "nizami", "5")),
        ("Zabrat qəs., Nizami k., ev 5", ("zabrat", "kuce", "nizami", "5")),
        ("Göyçay rayonu, Qaraməryəm k., ev 5", ("qaramaram", None, None, "5")),
        ("Qaraməryəm k., Nizami k., ev 5", ("qaramaram", "kuce", "nizami", "5")),
        ("Qaraməryəm k., Nizami küç. 5", ("qaramaram", "kuce", "nizami", "5")),
        ("Nizami küç. 5, Qaraməryəm k.", ("qaramaram", "kuce", "nizami", "5")),
    ],
)
def test_an_address_may_tell_by_itself(text, reading):
    """A town beside it makes it a street, a street beside it a village, a district a village."""
    assert read([text]) == [reading]


@pytest.mark.parametrize(
    "text",
    [
        "K. Marks küç. 5",
        "Nizami küç. 5, k. 2",
        "ул. Низами, д. 5, к. 2",
        "K. Heydərov 12",
        "Nizami küç. ev 5 k. 2",
    ],
)
def test_an_initial_and_a_building_are_no_kind(text):
    """The letter before a surname or a building's number would make a street of another name."""
    alone = read([text])
    assert read([text, STREET, VILLAGE])[0] == alone[0]


def test_a_village_may_stand_before_its_street_without_a_comma():
    """Only where the list knows the village: the letter may be an initial too."""
    text = "Qaraməryəm k. Nizami küç. 5"
    assert read([text])[0][2] == "qaramaram k nizami"
    told = read([text, "Qaraməryəm kəndi, ev 3"])[0]
    assert told == ("qaramaram", "kuce", "nizami", "5")


def test_where_both_are_told_it_stays_open():
    """A guess would put people of a village into a street of the town."""
    assert read([DOUBTFUL, STREET, VILLAGE])[0] == (None, None, "samad vurqun k", "75")
    assert read([DOUBTFUL])[0] == (None, None, "samad vurqun k", "75")


def test_an_open_street_is_not_the_town_before_it():
    assert read(["Bakı, Nizami k. 5"])[0][2:] == ("nizami k", "5")


def test_the_precinct_tells_before_the_constituency():
    """A village of one precinct may have the name of a street of another."""
    reading = read([DOUBTFUL, VILLAGE, STREET, DOUBTFUL], precinct=[1, 1, 2, 3])
    assert [row[:3] for row in (reading[0], reading[3])] == [
        ("samad vurqun", None, None),
        (None, None, "samad vurqun k"),
    ]


def test_another_constituency_tells_nothing():
    reading = read([DOUBTFUL, STREET], constituency=[1, 2])
    assert reading[0][2] == "samad vurqun k"


_NAMES = ("Nizami", "Qaraməryəm", "Səməd Vurğun")
_FORMS = (
    "{} k., ev 5",
    "{} k 7",
    "k. {} 7",
    "{} küçəsi 5",
    "{} kəndi, ev 5",
    "Bakı ş., {} k. 3",
    "Göyçay r., {} k., ev 4",
    "{} k. Nizami küç. 4",
    "Qaraməryəm k., {} k. 2",
)
ADDRESSES = st.lists(
    st.tuples(
        st.builds(str.format, st.sampled_from(_FORMS), st.sampled_from(_NAMES)),
        st.integers(1, 2),
    ),
    min_size=1,
    max_size=24,
)


@given(ADDRESSES, st.randoms(use_true_random=False))
def test_the_order_of_rows_decides_nothing(rows, chance):
    """Two runs over the same lists would read one address in two ways."""
    shuffled = list(rows)
    chance.shuffle(shuffled)
    both = []
    for order in (rows, shuffled):
        texts, precincts = zip(*order, strict=True)
        both.append(
            dict(zip(order, read(list(texts), precinct=list(precincts)), strict=True))
        )
    assert both[0] == both[1]


@given(ADDRESSES)
def test_one_text_of_a_precinct_has_one_reading(rows):
    """The same evidence would give two streets."""
    texts, precincts = zip(*rows, strict=True)
    readings = read(list(texts), precinct=list(precincts))
    of_text = {}
    for row, reading in zip(rows, readings, strict=True):
        assert of_text.setdefault(row, reading) == reading


_KIND = re.compile(r"\b(?:küçəsi|kucesi|күчәси|kəndi|kendi|кәнди)\b", re.IGNORECASE)


def test_a_third_of_the_addresses_cut_to_the_letter_read_as_in_full():
    """Of 100 addresses that the list itself could explain, more than one would be lost."""
    table = generate(4000, constituencies=2, seed=3).entries
    columns = {name: table.column(name) for name in ("constituency", "precinct")}
    written = table.column("address").to_pylist()
    draw = np.random.default_rng(7).random(len(written))
    is_cut = [
        bool(text) and bool(_KIND.search(text)) and drawn < 1 / 3
        for text, drawn in zip(written, draw, strict=True)
    ]
    cut = [
        _KIND.sub("k.", text) if chosen else text
        for text, chosen in zip(written, is_cut, strict=True)
    ]
    full, short = read(written, **columns), read(cut, **columns)
    assert sum(is_cut) > 500
    same = [
        one[0] == other[0] and one[2:] == other[2:]
        for one, other, chosen in zip(full, short, is_cut, strict=True)
        if chosen
    ]
    assert np.mean(same) >= 0.99


def address_levels(addresses):
    """The level of each pair with the first address, as the linkage compares them."""
    table = normalize(
        entries(address=addresses, surname=["Əliyev"] * len(addresses)),
        encoded=True,
        for_linkage=True,
    ).table
    encoded = encode(table)
    others = np.arange(1, len(addresses), dtype=np.int32)
    pairs = Pairs(encoded, np.zeros(len(others), np.int32), others)
    return [AddressLevel(level) for level in SHIPPED.compare(pairs).levels["address"]]


def test_an_open_street_meets_the_street_and_the_village():
    """Either reading may be right: a person would differ from himself by an abbreviation."""
    assert address_levels(
        [
            DOUBTFUL,
            "Səməd Vurğun küçəsi, ev 75",
            "Səməd Vurğun kəndi, ev 75",
            "Səməd Vurğun k., ev 76",
            "Nizami küçəsi, ev 75",
            "Qaraməryəm kəndi, ev 75",
        ]
    ) == [
        AddressLevel.SAME,
        AddressLevel.SAME,
        AddressLevel.ALIKE,
        AddressLevel.SAME_PRECINCT,
        AddressLevel.SAME_PRECINCT,
    ]


def test_a_street_and_a_village_of_one_name_do_not_meet():
    levels = address_levels(
        [
            "Səməd Vurğun küçəsi, ev 75",
            "Səməd Vurğun kəndi, ev 75",
            DOUBTFUL,
        ]
    )
    assert levels == [AddressLevel.SAME_PRECINCT, AddressLevel.SAME]


def test_a_list_without_the_letter_has_no_villages_to_compare():
    """Every list would be recomputed, and its villages compared otherwise than before."""
    table = voters(surname=["aliiov"], street=["nizami"], settlement=["qaramaram"])
    assert encode(table).village is None


def test_a_village_that_begins_to_count_changes_the_entry():
    """An incremental linkage would take over how it was compared before."""
    columns = {"surname": ["aliiov"] * 2, "settlement": [None, "nizami"]}
    sums = [
        checksums(encode(voters(**columns, street=[street, None])))
        for street in ("nizami", "nizami k")
    ]
    assert (sums[0][0] != sums[1][0]).all()


def register(**cells):
    columns = {
        "constituency": [1],
        "precinct": [1],
        "source": ["0123456789ab"],
        "line": [2],
    } | {name: [cell] for name, cell in cells.items()}
    table = normalize_streets(from_columns(columns, STREET_ROW, 1)).table
    names = ("settlement", "street_kind", "street")
    return tuple(table.column(name)[0].as_py() for name in names)


def test_the_columns_of_a_register_tell_the_kind():
    """A street of the register would be met by no address of the list, and a village neither."""
    street = (None, "kuce", "nizami")
    assert register(street="Nizami k.", houses="1-45") == street
    assert register(street="Nizami k. 1-45") == street
    assert register(street="Nizami", street_kind="k.") == street
    assert register(settlement="Qaraməryəm k.", street="Nizami k.") == (
        "qaramaram",
        "kuce",
        "nizami",
    )
    assert register(street="Nizami k.") == (None, None, "nizami k")


def test_encoded_or_not_the_addresses_are_the_same():
    addresses = [DOUBTFUL, STREET, None, "Nizami k. 5", "Bakı ş., Nizami k. 7"]
    table = entries(address=addresses)
    plain = normalize(table).table
    encoded = normalize(table, encoded=True).table
    assert pa.Table.equals(encoded.cast(plain.schema), plain)
