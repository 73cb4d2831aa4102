"""Which columns of a table from anywhere are used as what, told by headers and cells."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voterlist.errors import SettingsError
from voterlist.ingest.choice import LeftReason, Use, choose, field_role
from voterlist.ingest.generic import parse_map, table_intake
from voterlist.model import Profile

ROWS = 30
FEBRL = (
    "rec_id",
    "given_name",
    "surname",
    "street_number",
    "address_1",
    "address_2",
    "suburb",
    "postcode",
    "state",
    "date_of_birth",
    "soc_sec_id",
)


def table(*headers, **cells):
    """A table of these headers with a value of its own in every cell, but for those given."""
    columns = {header: [f"{header} {row}" for row in range(ROWS)] for header in headers}
    return pa.table(columns | cells)


def used(choice):
    """Header -> what it is used as, or the reason why it is left."""
    return {use.column: use.name or use.reason for use in choice.uses}


def test_the_columns_of_febrl_are_told_without_a_map():
    assert used(choose(table(*FEBRL))) == {
        "rec_id": "entry_id",
        "given_name": "given_name",
        "surname": "surname",
        **dict.fromkeys(FEBRL[3:9], "address"),
        "date_of_birth": "birth_date",
        "soc_sec_id": "document",
    }


def test_numbered_names_and_a_date_in_three_columns_are_one_field_each():
    """Else half of a name, and the whole date of birth, would be lost."""
    made = table(
        *("fname_c1", "fname_c2", "lname_c1", "lname_c2", "rec_id"),
        by=["1949"] * ROWS,
        bm=["7"] * (ROWS - 1) + ["12"],
        bd=["22"] * (ROWS - 1) + ["3"],
    )
    made = made.set_column(5, "by", pa.array(["1949"] * (ROWS - 1) + ["1950"]))
    entries = table_intake(made).entries.to_pylist()
    assert entries[0]["given_name"] == "fname_c1 0 fname_c2 0"
    assert entries[0]["surname"] == "lname_c1 0 lname_c2 0"
    assert [entries[row]["birth_date"] for row in (0, -1)] == [
        "1949-07-22",
        "1950-12-03",
    ]


@pytest.mark.parametrize(
    ("header", "name", "kind"),
    [
        ("email", "email", "email"),
        ("E-poçt", "email", "email"),
        ("Электронная почта", "email", "email"),
        ("Mobil nömrə", "phone", "phone"),
        ("phone_number", "phone", "phone"),
        ("Телефон", "phone", "phone"),
        ("birth_place", "birth_place", "place"),
        ("Doğulduğu yer", "birth_place", "place"),
        ("Место рождения", "birth_place", "place"),
        ("occupation", "occupation", "text"),
        ("Peşəsi", "occupation", "text"),
        ("Профессия", "occupation", "text"),
        ("middleInitial", "middle_name", "name"),
        ("race_code", "race", "exact"),
        ("Party Affiliation", "party", "exact"),
    ],
)
def test_a_header_that_names_a_comparison_adds_it(header, name, kind):
    (comparison,) = choose(table("surname", "first_name", header)).comparisons
    assert (comparison.name, comparison.kind) == (name, kind)
    assert comparison.columns == (header,)


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("postcode_fake", "address"),
        ("zipCode", "address"),
        ("city", "address"),
        ("lastName", "surname"),
        ("First Name", "given_name"),
        ("dob", "birth_date"),
        ("birthDt", "birth_date"),
        ("ssn", "document"),
    ],
)
def test_headers_as_programs_write_them_name_their_field(header, field):
    other = "given_name" if field == "surname" else "surname"
    assert used(choose(table(other, header)))[header] == field


@pytest.mark.parametrize(
    "header", ["cluster", "ent_id", "person_id", "label", "Кластер", "household_id"]
)
def test_what_names_a_group_of_rows_is_never_used(header):
    """Evidence that is the answer would make every figure worthless."""
    repeated = {header: [str(row // 2) for row in range(ROWS)]}
    choice = choose(table("surname", "given_name", **repeated))
    assert used(choice)[header] == LeftReason.GROUP
    assert not choice.comparisons
    assert not choice.map.columns("entry_id")


@pytest.mark.parametrize(
    "header", ["unique_id", "id", "rec_id", "record_id", "voter_id", "Qeyd ID", "ИД"]
)
def test_an_id_is_kept_where_its_values_are_distinct(header):
    """Ids that repeat would make one entry of two."""
    assert used(choose(table("surname", "name", header)))[header] == "entry_id"
    repeated = {header: ["7"] * 2 + [str(row) for row in range(ROWS - 2)]}
    made = table("surname", "name", **repeated)
    assert used(choose(made))[header] == LeftReason.ID_REPEATED
    assert table_intake(made).entries["entry_id"].to_pylist()[:2] == ["1", "2"]
    # Of no rows it was said that an id stands in more than one.
    assert used(choose(made.slice(0, 0)))[header] == "entry_id"


def test_a_column_without_a_value_and_one_with_a_single_value_are_left():
    empty = {"email": pa.nulls(ROWS, pa.string()), "city": ["Bakı"] * ROWS}
    told = used(choose(table("surname", "given_name", **empty)))
    assert (told["email"], told["city"]) == (LeftReason.BLANK, LeftReason.CONSTANT)


def test_a_part_of_an_address_stays_though_it_is_the_same_in_all_rows():
    """A house number without its street is no address."""
    made = table("surname", "given_name", "house", street=["Nizami"] * ROWS)
    assert used(choose(made))["street"] == "address"


def test_of_few_rows_one_value_in_all_is_no_constant():
    """Two rows of one person have everything in common."""
    told = used(choose(pa.table({"surname": ["Smith"] * 2, "given_name": ["Ann"] * 2})))
    assert told == {"surname": "surname", "given_name": "given_name"}


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ([f"someone{row}@mail.example" for row in range(ROWS)], "email"),
        ([f"+994 50 212 {row:02d} {row + 40}" for row in range(ROWS)], "phone"),
        ([f"{row % 28 + 1:02d}.03.19{row + 50}" for row in range(ROWS)], "date"),
        ([f"19{row + 50}0317" for row in range(ROWS)], "date"),
        ([str(row * 37) for row in range(ROWS)], None),
        ([f"word {row}" for row in range(ROWS)], None),
    ],
)
def test_cells_under_an_unknown_header_suggest_a_kind_and_are_not_used(cells, kind):
    made = table("surname", "given_name", zzz=cells)
    (use,) = (use for use in choose(made).uses if use.column == "zzz")
    assert (use.use, use.reason) == (Use.LEFT, LeftReason.UNKNOWN)
    assert use.looks_like == kind


def test_a_middle_name_is_the_fathers_name_under_az_alone():
    choice = choose(table("surname", "first_name", "middle_name"))
    assert [one.name for one in choice.under(Profile.GENERIC).comparisons] == [
        "middle_name"
    ]
    az = choice.under(Profile.AZ)
    assert (az.comparisons, az.map.columns("patronymic")) == ((), (2,))


def test_a_second_column_of_one_field_is_left_with_a_word():
    """The same evidence would count twice, or a year of something else as that of birth."""
    told = used(choose(table("surname", "name", "dob", "birth_date", "year")))
    assert [told["birth_date"], told["dob"]].count(LeftReason.SECOND) == 1
    assert told["year"] not in {"birth_date", "birth_year"}


def test_a_second_given_name_is_joined_and_a_repeated_column_is_not():
    """A column that stands twice would make one name of two equal ones."""
    told = choose(table("given_name", "given_name_2", "surname", "surname (2)"))
    assert told.map.columns("given_name") == (0, 1)
    assert told.map.columns("surname") == (2,)
    assert used(told)["surname (2)"] == LeftReason.SECOND


def test_na_is_no_name_where_it_is_the_commonest_cell():
    """Programs write NA for a missing value; somebody may also be called so."""
    middle = {"fname_c2": ["NA"] * (ROWS - 2) + ["Ann", "Eva"]}
    entries = table_intake(table("fname_c1", "lname_c1", **middle)).entries
    assert entries["given_name"].to_pylist()[0] == "fname_c1 0"
    one = {"surname": ["NA", *(f"Kim {row}" for row in range(ROWS - 1))]}
    one["surname"][1:4] = ["Lee"] * 3
    assert (
        table_intake(table("given_name", **one)).entries["surname"].to_pylist()[0]
        == "NA"
    )


def test_a_map_that_says_first_name_is_told_that_the_given_name_is_meant():
    with pytest.raises(SettingsError) as wrong:
        parse_map('[columns]\nfirst_name = "x"\n')
    (mistake,) = wrong.value.mistakes
    assert "given_name" in mistake.message


@given(
    st.lists(
        st.one_of(
            st.sampled_from([*FEBRL, "email", "phone", "cluster", "id", "name", "il"]),
            st.text(min_size=1, max_size=12),
        ),
        min_size=1,
        max_size=8,
        unique=True,
    ),
    st.integers(0, 3),
)
def test_no_column_is_lost_without_a_word(headers, rows):
    """Every column has one use, in its place; what is left has a reason, what is used a name."""
    made = pa.table({header: pa.nulls(rows, pa.string()) for header in headers})
    uses = choose(made).uses
    assert [use.column for use in uses] == headers
    assert all((use.name is None) == (use.use is Use.LEFT) for use in uses)
    assert all((use.reason is not None) == (use.use is Use.LEFT) for use in uses)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Contact Name", "full_name"),
        ("Baba adı", "patronymic"),
        ("Nachname", "surname"),
        ("Prénom", "given_name"),
        ("Company", "organisation"),
        ("Organisation Name", "organisation"),
        ("Name Suffix", "name_suffix"),
        ("Geburtsdatum", "birth_date"),
        ("PLZ", "postcode"),
        ("Yaş", "birth_age"),
        ("Возраст (лет)", "birth_age"),
        ("Voter Age", "birth_age"),
        ("Фамилия пациента", "surname"),
        ("Müştərinin soyadı", "surname"),
        ("Öğrenci Adı", "given_name"),
        ("ФИО пациента", "full_name"),
        ("Müşteri Adı Soyadı", "full_name"),
        ("Дата рождения ребенка", "birth_date"),
        ("Residence City", "settlement"),
        ("Residence Zipcode", "postcode"),
        ("Where born", "birth_place"),
        ("Department", "organisation"),
        ("Phone 1", "phone"),
        ("email2", "email"),
        ("Occupation (standardised)", "occupation"),
        ("№ карты", "entry_id"),
    ],
)
def test_headers_of_other_lists_name_their_field(header, name):
    """A heading that is not understood costs its evidence; without a name there is no linkage."""
    assert field_role(header) == name
