"""Comparisons that a user adds: by a map of columns and by the Python API."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import voterlist
from linkage_lists import crowd, voters
from voterlist.catalogue import catalogue
from voterlist.cli import APP
from voterlist.config.sections import (
    KIND_NAMES,
    AddedComparison,
    added_comparisons,
)
from voterlist.errors import SettingsError
from voterlist.link import link
from voterlist.link.block import build_all
from voterlist.link.comparisons import with_added
from voterlist.link.comparisons.base import Pairs
from voterlist.link.comparisons.kinds import FOLDS
from voterlist.link.encode import encode
from voterlist.link.keys import keys
from voterlist.link.types import Added, Incremental
from voterlist.model import Profile
from voterlist.normalize.stage import fold_added

COLUMNS = {
    "entry_id": "id",
    "surname": "last",
    "given_name": "first",
    "birth_date": "born",
}
MAP = """[columns]
entry_id = "id"
surname = "last"
given_name = "first"
birth_date = "born"
"""


def word(kind, one, other):
    """The level of two values as written."""
    added = AddedComparison("x", ("x",), kind)
    folded = fold_added({"x": pa.array([one, other])}, [added], Profile.GENERIC, FOLDS)[
        "x"
    ]
    entries = encode(crowd(2), {"x": pa.chunked_array([folded])})
    comparisons = with_added({"x": kind})
    pairs = Pairs(entries, np.array([0], np.int32), np.array([1], np.int32))
    return comparisons["x"].words[comparisons.compare(pairs).levels["x"][0]]


@pytest.mark.parametrize(
    ("kind", "one", "other", "level"),
    [
        ("exact", "A-1", "A-1", "same"),
        ("exact", "A-1", "a-1", "differs"),
        ("exact", "A-1", None, "missing"),
        ("text", "Rose Street, 12", "12 ROSE street", "similar-words"),
        ("text", "Rose Street 12", "rose street 12", "same"),
        ("text", "Rose Street 12", "Lake Road 77", "differs"),
        ("name", "Məmmədov", "MƏMMƏDOV", "same"),
        ("name", "Robert", "Robrt", "one-edit"),
        ("name", "R.", "Robert", "initial"),
        ("name", "Robert", "Leyla", "differs"),
        ("date", "17.06.1985", "1985-06-17", "same"),
        ("date", "1985-04-03", "1985-03-04", "swapped"),
        ("date", "1985-06-17", "1985-06-18", "digit"),
        ("date", "1985", "1985-06-17", "year"),
        ("date", "1985-01-30", "1985-06-17", "same-year"),
        ("date", "1985-06-17", "1949-11-02", "differs"),
        ("date", "never", "1949-11-02", "missing"),
        ("number", "1 043,50", "1043.5", "same"),
        ("number", "10435", "10485", "digit"),
        ("number", "100", "104", "close"),
        ("number", "100", "504", "differs"),
        ("number", "none", "504", "missing"),
        ("place", "Newcastle upon Tyne", "newcastle-upon-tyne", "same"),
        ("place", "Newcastle", "Newcastle upon Tyne", "partly"),
        ("place", "London", "Lodnon", "one-edit"),
        ("place", "London", "Baku", "differs"),
        ("email", "A.Lee@one.org", "a.lee@one.org", "same"),
        ("email", "a.lee@one.org", "a.lee@two.net", "same-user"),
        ("email", "a.lee@one.org", "a.lei@one.org", "one-edit"),
        ("email", "a.lee@one.org", "bob77@two.net", "differs"),
        ("phone", "+994 50 123-45-67", "0501234567", "same"),
        ("phone", "0501234567", "0501234568", "digit"),
        ("phone", "0501234567", "0559876543", "differs"),
        ("phone", "", "0559876543", "missing"),
        ("generation", "Jr.", "II", "same"),
        ("generation", "Smith Jr", "Smith, Sr.", "differs"),
        ("generation", "Smith", "Smith Sr", "one-alone"),
        ("generation", "Smith", "Smith", "missing"),
    ],
)
def test_values_reach_the_level_a_person_would_give(kind, one, other, level):
    assert word(kind, one, other) == level
    assert word(kind, other, one) == level


def test_every_level_of_every_kind_has_words():
    """A reader of a waterfall would see a code instead of words."""
    comparisons = with_added(
        {f"x{number}": kind for number, kind in enumerate(KIND_NAMES)}
    )
    for language in ("en", "az"):
        say = catalogue(language)
        levels = (level for comparison in comparisons for level in comparison.levels)
        assert [level.key for level in levels if not say.has(level.key)] == []


def people(rows=300, doubles=40, seed=3):
    luck = np.random.default_rng(seed)
    names = [
        "".join(pair) for pair in itertools.product(["ka", "lo", "mi", "ru"], repeat=3)
    ]
    frame = pd.DataFrame(
        {
            "last": luck.choice(names, rows),
            "first": luck.choice(names[:20], rows),
            "born": [
                f"{year}-05-{day:02d}"
                for year, day in luck.integers((1950, 1), (1999, 29), (rows, 2))
            ],
            "mail": [
                f"{luck.choice(names)}{number}@post.org" for number in range(rows)
            ],
            "town": luck.choice(["Baku", "Ganja", "Sheki"], rows),
        }
    )
    again = frame.iloc[:doubles].copy()
    again["born"] = again["born"].str.replace("-05-", "-11-")
    both = pd.concat([frame, again], ignore_index=True)
    both.insert(0, "id", [f"p{number:04d}" for number in range(len(both))])
    return both


def weights_of_doubles(pairs):
    """The weights of the second entries with their first ones."""
    ends = zip(pairs["entry_l"], pairs["entry_r"], strict=True)
    is_double = [int(right[1:]) - int(left[1:]) == 300 for left, right in ends]
    return pairs[is_double].set_index("entry_l")["weight"]


@pytest.fixture(scope="module")
def found():
    mail = {"mail": {"column": "mail", "kind": "email", "blocking": True}}
    return voterlist.find_duplicates(
        people(), COLUMNS, comparisons=mail, profile="generic"
    )


def test_an_added_comparison_weighs(found):
    """An e-mail address that only two entries have would be left unused."""
    without = weights_of_doubles(
        voterlist.find_duplicates(people(), COLUMNS, profile="generic")
    )
    gained = weights_of_doubles(found) - without
    assert len(gained) == 40
    assert gained.min() > 2
    assert set(found["mail_level"]) <= {
        "same",
        "same-user",
        "one-edit",
        "similar",
        "differs",
    }


def test_a_suffix_on_one_entry_alone_speaks_for_two_people():
    """Father and son of one telephone were one person: *Jr* here and nothing there said nothing."""
    frame = people()
    frame["suffix"] = [
        "Jr" if row % 300 < 10 or row < 20 else "" for row in range(len(frame))
    ]
    suffix = {"suffix": {"column": "suffix", "kind": "generation"}}
    by_suffix, without = (
        weights_of_doubles(
            voterlist.find_duplicates(
                frame, COLUMNS, comparisons=added, profile="generic"
            )
        )
        for added in (suffix, {})
    )
    gained = (by_suffix - without).sort_index()
    assert gained[:10].min() > gained[20:].max() > gained[10:20].max() + 0.5


def families(homes):
    """Homes of one person each, some of twins; each of them stands in the list one to three times.

    Beside the rows, the person of each.
    """
    random = np.random.default_rng(3)

    def names(count, parts):
        letters = random.choice(list("abdefgilmnorstuvz"), (count, parts, 2))
        return ["a".join("".join(part) for part in name).title() for name in letters]

    given, surnames, towns = names(90, 2), names(200, 3), names(12, 4)
    persons, rows = [], []
    for home in range(homes):
        shared = {
            "Surname": random.choice(surnames),
            "Father's name": random.choice(given),
            "Birth date": f"{random.integers(1940, 2004)}-{random.integers(1, 13):02d}-07",
            "Birth place": random.choice(towns),
        }
        twins = 1 + (home % 40 == 0)
        for name in random.choice(given, twins, replace=False):
            times = random.integers(1, 4)
            persons += [f"{home} {name}"] * times
            rows += [{"Given name": name} | shared] * times
    return pd.DataFrame(rows), np.array(persons)


def linked(frame, persons):
    """The pairs; which are of one person, by ``persons`` of each row, and which are sure."""
    pairs = voterlist.link(frame, profile="generic").pairs
    left, right = (pairs[end].astype(int) - 1 for end in ("entry_l", "entry_r"))
    return (
        pairs,
        persons[left] == persons[right],
        (pairs["probability"] >= 0.95).to_numpy(),
    )


def test_twins_are_two_people_where_a_list_has_no_addresses():
    """Twins of one father, day and place of birth were found as one person at .99.

    Their given names differ; the more of them a list had, the surer it was.
    """
    frame, persons = families(300)
    _, same, sure = linked(frame, persons)
    assert sure[same].mean() > 0.99
    assert not sure[~same].any()


def fathers_and_sons(homes):
    """Fathers with a son each, one in ten of their name: their rows, and whose each is.

    A person stands in one to four lists, which tell another year now and then.
    """
    random = np.random.default_rng(1)
    letters, vowels = (np.array(list(signs)) for signs in ("bdfgklmnprstvz", "aeiou"))

    def words(count, parts):
        signs = (
            random.choice(letters, (count, parts)),
            random.choice(vowels, (count, parts)),
        )
        return ["".join(word) for word in np.char.add(*signs)]

    surnames, given, places = words(300, 4), words(60, 3), words(60, 4)
    rows, persons = [], []
    for home in range(homes):
        shared = {"Surname": random.choice(surnames)}
        place, year = random.choice(places), random.integers(1800, 1840)
        father, son = random.choice(given, 2)
        son = father if home % 10 == 0 else son
        for name, born in ((father, year), (son, year + random.integers(20, 35))):
            persons += [f"{home} {born}"] * (times := random.integers(1, 5))
            for _ in range(times):
                told = born + random.choice([0, 0, 0, 0, 0, 0, -2, -1, 1, 2])
                where = random.choice([*[place] * 4, random.choice(places)])
                told = {"Birth year": str(told), "Birth place": where}
                rows.append({"Given name": name} | shared | told)
    return pd.DataFrame(rows), np.array(persons)


def test_father_and_son_of_one_name_are_two_people_where_a_list_has_no_addresses():
    """Without homes no relatives were counted, and so the list learnt that one person is both."""
    frame, persons = fathers_and_sons(300)
    _, same, sure = linked(frame, persons)
    assert sure[same].mean() > 0.8
    assert same[sure].mean() > 0.98


def colleagues(companies):
    """Companies in one town each, whose people share a switchboard: rows, and whose each is."""
    random = np.random.default_rng(2)

    def words(count, parts):
        letters = random.choice(list("bdfgklmprstvz"), (count, parts))
        return ["a".join(word).title() for word in letters]

    given, surnames, towns = words(40, 2), words(400, 4), words(10, 5)
    rows, persons = [], []
    for number in range(companies):
        shared = {
            "Organisation": f"{random.choice(surnames)} {number}",
            "Phone": f"05012{number:05d}",
            "City": random.choice(towns),
        }
        for one in range(random.choice([2, 4, 8, 12])):
            name = {
                "Given name": random.choice(given),
                "Surname": random.choice(surnames),
            }
            times = random.choice([1, 1, 1, 2])
            persons += [f"{number} {one}"] * times
            rows += [name | shared] * times
    return pd.DataFrame(rows), np.array(persons)


def test_colleagues_of_one_given_name_are_two_people():
    """Company, town and switchboard spoke three times, and another surname was a marriage."""
    frame, persons = colleagues(150)
    pairs, same, sure = linked(frame, persons)
    assert sure[same].mean() > 0.99
    assert not sure[~same].any()
    assert "relatives" not in set(pairs["kind"])


def test_a_column_that_is_compared_is_taken_from_no_other_field():
    """Headers alone would have made the e-mail, or the town, part of another field as well."""
    frame = people().rename(
        columns={"mail": "document", "last": "surname", "first": "given name"}
    )
    frame = frame.rename(columns={"born": "birth date"})
    mail = {"contact": {"column": "document", "kind": "email"}}
    pairs = voterlist.find_duplicates(frame, comparisons=mail, profile="generic")
    assert set(pairs["document_level"]) == {"missing"}
    assert "same" in set(pairs["contact_level"])


def test_a_blocking_comparison_brings_entries_together():
    """Entries that agree in nothing else would never be compared on a long list."""
    frame = people()
    settings = voterlist.config.sections.LinkSettings(
        largest_block=60, kept_probability=0
    )
    asked = {"mail": {"column": "mail", "kind": "email"}}
    blocked = {"mail": asked["mail"] | {"blocking": True}}
    frame.loc[300:, ["last", "first"]] = "unlike"
    for comparisons, least in ((asked, 0), (blocked, 40)):
        pairs = voterlist.find_duplicates(
            frame,
            COLUMNS,
            profile="generic",
            settings=settings,
            comparisons=comparisons,
        )
        keys = pairs["match_key"].astype(str).str.split(" + ", regex=False)
        assert sum("mail" in names for names in keys) >= least
        assert bool(least) == any("mail" in names for names in keys)


def keys_between(people, columns, sharing):
    """The keys that bring the first two people of a list together.

    ``columns`` have what both of them share, and so many of a hundred others do.
    """
    others = range(100)
    names = {
        name: [*values, *(f"nobody{number}" for number in others)]
        for name, values in people.items()
    }
    added = {
        name: [value, value, *(value if one < sharing else f"{one}" for one in others)]
        for name, value in columns.items()
    }
    added = {name: pa.chunked_array([values]) for name, values in added.items()}
    entries = encode(voters(**names), added, Profile.GENERIC)
    blocking = dict.fromkeys(added, False)
    blocks = build_all(entries, Profile.GENERIC, 100, added=blocking)
    left, right = np.array([[0], [1]], np.int32)
    return {one.key.name for one in blocks if one.hold(left, right)[0]}


TWO_NAMES = {"surname": ["reed", "quint"], "given_name": ["anna", "bert"]}


def test_what_two_entries_share_beside_a_name_or_each_other_brings_them_together():
    """People whose names went wrong share a birth place and a trade, and were never compared."""
    shared = {"town": "ely", "work": "smith"}
    assert keys_between(TWO_NAMES, shared, sharing=5) == {"town+work"}
    one_name = TWO_NAMES | {"given_name": ["anna", "anna"]}
    assert "given_name+town" in keys_between(one_name, shared, sharing=5)


def test_what_many_share_brings_nobody_together():
    """All who live in one town with one trade would be compared, millions of pairs for nothing."""
    shared = {"town": "ely", "work": "smith"}
    assert keys_between(TWO_NAMES, shared, sharing=80) == set()


def test_an_added_column_takes_no_name_of_a_shipped_key():
    """Two keys of one name could not be told apart in ``match_key``."""
    named = keys(Profile.GENERIC, 10_000, 100, {"initials": False, "numbers": False})
    names = [key.name for key in named]
    assert len(names) == len(set(names))


def test_frequent_values_weigh_less(found):
    """Two people of one town would count as much as two of one address."""
    town = {"town": {"column": "town", "kind": "place"}}
    pairs = voterlist.find_duplicates(
        people(), COLUMNS, comparisons=town, profile="generic"
    )
    same = pairs[pairs["town_level"] == "same"]["term_frequency"].max()
    assert same > found[found["mail_level"] == "same"]["term_frequency"].max() + 3


def added_of(table):
    """A crowd's street as an added comparison too."""
    comparison = AddedComparison("road", ("road",), "text")
    values = {"road": table.column("street").dictionary_encode().combine_chunks()}
    return Added([comparison], values, table.column("entry_id"))


def test_the_order_of_rows_does_not_matter():
    table = crowd(200, doubles=20)
    shuffled = table.take(
        pa.array(np.random.default_rng(5).permutation(table.num_rows))
    )
    one, other = (link(rows, added=added_of(rows)) for rows in (table, shuffled))
    assert one.pairs.equals(other.pairs, check_metadata=True)


def test_an_incremental_linkage_is_the_same_with_added_comparisons():
    """Pair levels of an added comparison would be lost, or those of other comparisons be used."""
    table = crowd(200, doubles=20)
    before = link(table.slice(5), added=added_of(table), incremental=Incremental())
    again = link(table, added=added_of(table), incremental=Incremental(before.state))
    assert again.reused
    assert again.afresh < again.candidates
    assert again.pairs.equals(
        link(table, added=added_of(table)).pairs, check_metadata=True
    )
    without = link(table, incremental=Incremental(before.state))
    assert not without.reused


@pytest.mark.parametrize(
    ("section", "path", "code"),
    [
        ({"column": "x", "kind": "postcode"}, "comparisons.x.kind", "not-one-of"),
        ({"column": "x"}, "comparisons.x.kind", "not-one-of"),
        ({"kind": "exact"}, "comparisons.x.column", "not-a-header"),
        ({"column": [], "kind": "exact"}, "comparisons.x.column", "not-a-header"),
        (
            {"column": ["x", "x"], "kind": "exact"},
            "comparisons.x.column",
            "column-compared-twice",
        ),
        (
            {"column": "x", "kind": "exact", "block": True},
            "comparisons.x.block",
            "unknown-key-meant",
        ),
        (
            {"column": "x", "kind": "exact", "blocking": 1},
            "comparisons.x.blocking",
            "not-true-or-false",
        ),
        ("exact", "comparisons.x", "not-a-section"),
    ],
)
def test_a_wrong_section_is_refused_with_its_key_path(section, path, code):
    with pytest.raises(SettingsError) as caught:
        added_comparisons({"x": section}, ())
    assert [(wrong.path, wrong.code) for wrong in caught.value.mistakes] == [
        (path, code)
    ]


@pytest.mark.parametrize(
    ("name", "code"),
    [("surname", "comparison-name-taken"), ("Post Code", "not-a-comparison-name")],
)
def test_a_wrong_name_is_refused(name, code):
    with pytest.raises(SettingsError) as caught:
        voterlist.find_duplicates(
            people(), COLUMNS, comparisons={name: {"column": "mail", "kind": "exact"}}
        )
    assert [wrong.code for wrong in caught.value.mistakes] == [code]


def test_two_comparisons_on_one_column_are_refused():
    """One agreement would count as two."""
    sections = {name: {"column": "mail", "kind": "exact"} for name in ("one", "two")}
    with pytest.raises(SettingsError) as caught:
        added_comparisons(sections, ())
    (mistake,) = caught.value.mistakes
    assert (mistake.path, mistake.code) == (
        "comparisons.two.column",
        "column-compared-twice",
    )


def test_more_comparisons_than_fit_are_refused():
    sections = {
        f"x{number}": {"column": f"c{number}", "kind": "exact"} for number in range(9)
    }
    with pytest.raises(SettingsError) as caught:
        added_comparisons(sections, ())
    assert [wrong.code for wrong in caught.value.mistakes] == ["too-many-comparisons"]


def test_as_many_comparisons_as_are_allowed_fit_into_the_codes():
    """The vectors of two pairs that differ would be packed as one."""
    comparisons = with_added({f"x{number}": "date" for number in range(8)})
    most = comparisons.pair_level_codes * 64
    assert most < 2**63


@pytest.fixture
def list_file(tmp_path):
    people().to_csv(tmp_path / "people.csv", index=False)
    return tmp_path


def run(folder, text, *options, language="en"):
    """``voterlist link`` of the people with a map of this text."""
    (folder / "map.toml").write_text(MAP + text, encoding="utf-8")
    command = [
        "link",
        folder / "people.csv",
        "--columns",
        folder / "map.toml",
        "--json",
    ]
    command += ["--profile", "generic", "--out", folder / "pairs.parquet", *options]
    return CliRunner().invoke(
        APP, list(map(str, command)), env={"VOTERLIST_LANG": language}
    )


COLUMN = "comparisons.x.column"
MAIL = '[comparisons.mail]\ncolumn = "mail"\nkind = "email"\n'


@pytest.fixture(scope="module")
def mailed(tmp_path_factory):
    """What ``link`` says of the people whose map compares their e-mail, and its pairs."""
    folder = tmp_path_factory.mktemp("mailed")
    people().to_csv(folder / "people.csv", index=False)
    return run(folder, MAIL), folder / "pairs.parquet"


def test_the_command_compares_what_the_map_adds(mailed):
    """The columns of PAIR and the JSON are what scripts read."""
    result, pairs = mailed
    (use,) = json.loads(result.stdout)["comparisons"]
    assert (use["name"], use["kind"], use["known"], use["distinct"]) == (
        "mail",
        "email",
        340,
        300,
    )
    assert use["m"] > 0.6
    assert "mail_level" in pq.read_schema(pairs).names


def test_explain_shows_an_added_comparison(mailed):
    command = ["explain", str(mailed[1]), "p0000", "p0300", "--json"]
    why = json.loads(CliRunner().invoke(APP, command).stdout)
    (step,) = (step for step in why["steps"] if step["field"] == "mail")
    assert step["level"] == "same"
    parts = (
        sum(step["bits"] for step in why["steps"])
        + why["term_frequency"]
        + why["rivals"]
    )
    assert parts == pytest.approx(why["weight"])


def test_a_blank_column_is_told_and_says_nothing(list_file):
    """A comparison that was named in vain would seem to have been made."""
    frame = people().assign(mail="")
    frame.to_csv(list_file / "people.csv", index=False)
    result = run(list_file, MAIL)
    (use,) = json.loads(result.stdout)["comparisons"]
    assert (use["known"], use["m"]) == (0, None)
    assert "comparisons.mail.column" in result.stderr
    pairs = pq.read_table(list_file / "pairs.parquet")
    assert set(pairs.column("mail_level").to_pylist()) == {"missing"}


@pytest.mark.parametrize("language", ["en", "az"])
@pytest.mark.parametrize(
    ("section", "path", "code"),
    [
        ('[comparisons.x]\ncolumn = "mial"\nkind = "email"\n', COLUMN, "no-such-column-meant"),
        ('[comparisons.x]\ncolumn = "zzz"\nkind = "email"\n', COLUMN, "no-such-column"),
        ('[comparisons.x]\ncolumn = "last"\nkind = "name"\n', COLUMN, "column-compared-twice"),
        ('[comparisons.x]\ncolumn = "mail"\nkind = "mail"\n', "comparisons.x.kind", "not-one-of"),
    ],
)  # fmt: skip
def test_the_command_names_a_mistake_in_the_reader_s_language(
    list_file, section, path, code, language
):
    result = run(list_file, section, language=language)
    assert result.exit_code == 2
    assert path in result.stderr
    assert code not in result.stderr


def test_both_maps_must_add_the_same(list_file):
    """The others would have no value, and every agreement would be lost unseen."""
    people(50, 0).to_csv(list_file / "others.csv", index=False)
    (list_file / "other.toml").write_text(MAP, encoding="utf-8")
    options = [
        "--against",
        list_file / "others.csv",
        "--against-columns",
        list_file / "other.toml",
    ]
    result = run(list_file, MAIL, *options)
    assert result.exit_code == 2
    assert "comparisons.mail" in result.stderr


def test_files_held_against_others_are_compared_in_what_was_added(list_file):
    """Columns of several files would be laid beside the wrong entries."""
    people(300, 0).assign(born="").to_csv(list_file / "others.csv", index=False)
    result = run(list_file, MAIL, "--against", list_file / "others.csv")
    assert result.exit_code == 0
    pairs = pq.read_table(list_file / "pairs.parquet").to_pandas()
    one_mail = pairs[pairs["mail_level"] == "same"]
    ends = [
        {left.partition(":")[2], right.partition(":")[2]}
        for left, right in zip(one_mail["entry_l"], one_mail["entry_r"], strict=True)
    ]
    numbers = [sorted(int(end[1:]) % 300 for end in pair) for pair in ends]
    assert len(numbers) >= 300
    assert all(len(set(pair)) == 1 for pair in numbers)


@pytest.mark.parametrize(
    ("one", "other", "namesakes", "strangers"),
    [
        ("john.smith@a.com", "john.smith@mills.org", "differs", "same-user"),
        ("john.smith1@a.com", "john.smith2@a.com", "one-edit", "one-edit"),
        ("john.smith1@a.com", "john.smith23@a.com", "differs", "differs"),
        ("john.smith@mills.org", "john.brown@mills.org", "similar", "differs"),
        ("john255@a.com", "john255@mills.org", "same-user", "same-user"),
        ("john.smith@mills.org", "john.smith@milsl.og", "same-user", "same-user"),
        ("john.smith@a.com", "john.smith@a.com", "same", "same"),
        ("john.smith@a.com", None, "missing", "missing"),
    ],
)
def test_an_address_built_of_the_name_says_the_name_but_once(
    one, other, namesakes, strangers
):
    """Each John Smith has ``john.smith`` at his company, and thousands would be one person."""
    emails = pa.chunked_array([pa.array([one, other, None]).dictionary_encode()])
    for surnames, expected in (
        (["smith", "smith", "fox"], namesakes),
        (["smith", "brown", "fox"], strangers),
        ([None, "brown", "fox"], strangers),
    ):
        people = voters(given_name=["john", "john", "ann"], surname=surnames)
        entries = encode(people, {"email": emails}, Profile.GENERIC)
        left, right = np.array([0, 1, 0], np.int32), np.array([1, 0, 2], np.int32)
        comparisons = with_added({"email": "email"})
        for pairs in (Pairs(entries, left, right), Pairs(entries, left[:0], right[:0])):
            levels = comparisons.compare(pairs).levels["email"].tolist()
            words = [comparisons["email"].words[level] for level in levels]
            assert words == [expected, expected, "missing"][: len(pairs)]
