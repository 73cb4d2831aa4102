"""What ``link`` and ``check`` say of a table from anywhere before they use it."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest

from command_line import AZ, call
from voterlist.synth.generate import generate

HEADERS = "unique_id,first_name,surname,dob,city,email,zzz,cluster\n"
NAMES = ("Robert Allen", "Grace Kelly", "Noah Hill", "Oliver Watts", "Caleb Moss")


@pytest.fixture
def file(tmp_path):
    """A list of 50 English people, ten of them twice, without a map."""
    rows = []
    for number in range(60):
        person = number % 50
        given, surname = NAMES[person % 5].split()
        name = f"{given}{'ab'[person % 2]},{surname}{'rst'[person % 3]}"
        day = f"{1940 + person}-0{person % 9 + 1}-1{person % 9}"
        mail = f"{given}{person}@mail.example"
        rows.append(
            f"{number},{name},{day},City{person % 7},{mail},{person % 3}{person},{person}\n"
        )
    path = tmp_path / "people.csv"
    path.write_text(HEADERS + "".join(rows), encoding="utf-8")
    return path


def linked(file, *more):
    out = file.with_name("pairs.parquet")
    found = call("link", file, "--out", out, *more, "--json")
    assert found.exit_code == 0, found.stderr
    return json.loads(found.stdout), pq.read_table(out)


def test_a_file_alone_is_linked_and_every_column_has_its_word(file):
    said, pairs = linked(file)
    told = {use["column"]: use["name"] or use["reason"] for use in said["columns"]}
    assert told == {
        "unique_id": "entry_id",
        "first_name": "given_name",
        "surname": "surname",
        "dob": "birth_date",
        "city": "address",
        "email": "email",
        "zzz": "unknown",
        "cluster": "group",
    }
    assert (said["profile"], said["profile_told"]["doubt"]) == ("generic", None)
    assert "email_level" in pairs.column_names
    assert "cluster_level" not in pairs.column_names


def test_the_profile_can_be_given(file):
    said, _ = linked(file, "--profile", "az")
    assert (said["profile"], said["profile_told"]) == ("az", None)


def test_the_columns_are_told_in_the_reader_s_language(file):
    out = file.with_name("pairs.parquet")
    text = call("link", file, "--out", out, language="az").stdout
    for key in (
        "cli.columns.left-group",
        "cli.columns.left-unknown",
        "cli.columns.change",
    ):
        assert AZ(key) in text
    assert AZ("field.email") in text


def test_with_a_map_nothing_is_added_and_what_is_left_is_said(file):
    columns = file.with_name("map.toml")
    columns.write_text(
        '[columns]\nentry_id = "unique_id"\nsurname = "surname"\n'
        'given_name = "first_name"\nbirth_date = "dob"\n',
        encoding="utf-8",
    )
    said, pairs = linked(file, "--columns", columns)
    left = {
        use["column"]: use["looks_like"] for use in said["columns"] if use["reason"]
    }
    assert left == {"city": "address", "email": "email", "zzz": None, "cluster": None}
    assert "email_level" not in pairs.column_names


def test_of_several_files_those_comparisons_are_used_that_each_has(file):
    """A comparison that half of the entries lack would be a comparison of files."""
    other = file.with_name("others.csv")
    other.write_text(
        "unique_id,first_name,surname,dob\nx1,Ann,Moss,1950-02-03\n", encoding="utf-8"
    )
    out = file.with_name("pairs.parquet")
    found = call("link", file, other, "--out", out, "--json")
    said = json.loads(found.stdout)
    reasons = {(use["file"], use["column"]): use["reason"] for use in said["columns"]}
    assert reasons["people.csv", "email"] == "not-compared"
    assert "email_level" not in pq.read_table(out).column_names


def test_the_plan_tells_the_columns_too(file):
    said = json.loads(call("link", file, "--plan", "--json").stdout)
    assert (said["profile"], len(said["columns"])) == ("generic", 8)


def test_check_tells_the_columns_of_a_table(tmp_path):
    path = tmp_path / "list.parquet"
    pq.write_table(generate(200, constituencies=1, seed=3).entries, path)
    said = json.loads(call("check", path, "--json").stdout)
    told = {use["column"]: use["name"] for use in said["columns"]}
    assert (said["profile"], told["number"], told["fin"]) == ("az", "number", "fin")
