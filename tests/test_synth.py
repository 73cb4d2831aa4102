"""Invented lists: their laws, their truth, and that a seed says everything."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from examples import tries
from voterlist.errors import UsageError
from voterlist.schemas import STATISTIC, TRUTH, require
from voterlist.synth.generate import generate
from voterlist.synth.lexicon import lexicon, surname
from voterlist.synth.people import Rates, documents, fins
from voterlist.synth.plan import Country, default_constituencies, draw_plan
from voterlist.synth.repeats import Done, done_words
from voterlist.synth.slips import LEVELS, SLIPS, Hand, draw_slips, keys_beside
from voterlist.synth.write import Also, write

NATION = 120_000


@pytest.fixture(scope="module")
def plan():
    return draw_plan(
        NATION, constituencies=20, seed=5, country=Country(range(106, 126))
    )


@pytest.fixture(scope="module")
def lists():
    return generate(30_000, constituencies=3, seed=11)


def _same(left, right):
    return all(
        getattr(left, name).equals(getattr(right, name))
        for name in ("entries", "truth", "deaths", "statistics")
    )


def test_a_seed_says_everything():
    """The same arguments give the same tables, another seed gives others."""
    first, again, other = (
        generate(1500, constituencies=2, seed=seed) for seed in (1, 1, 2)
    )
    assert _same(first, again)
    assert not first.entries.equals(other.entries)


def test_a_constituency_has_people_of_its_own():
    """A constituency's people depend on seed, number and size, not on other constituencies."""
    ours, theirs = (
        draw_plan(3000, constituencies=2, seed=3, country=Country(numbers))
        for numbers in ([7, 2], [9, 2])
    )
    count = len(ours.people)
    second = (
        ours.precincts.constituency[ours.dwellings.precinct[ours.people.household]] == 1
    )
    assert 1000 < second.sum() < 2000
    for name in ("stem", "given", "father", "born"):
        left, right = getattr(ours.people, name), getattr(theirs.people, name)
        assert (left[second] == right[second]).all()
        assert (left[~second] != right[~second]).sum() > count / 10


@pytest.mark.parametrize("voters", [0, 1, 2])
def test_few_or_no_voters(voters):
    """No voter, one and two give whole tables, one entry a person at least."""
    made = generate(voters, constituencies=1, seed=1)
    assert made.entries.num_rows == made.truth.num_rows >= voters
    assert pc.count_distinct(made.truth.column("person_id")).as_py() == voters
    require(made.truth, TRUTH, "synth")
    require(made.statistics, STATISTIC, "synth")


def test_more_constituencies_than_voters():
    """A constituency without voters breaks nothing."""
    made = generate(3, constituencies=7, seed=1)
    assert pc.count_distinct(made.truth.column("person_id")).as_py() == 3


@tries(15)
@given(
    voters=st.integers(0, 900),
    constituencies=st.integers(1, 4),
    seed=st.integers(0, 2**32),
)
def test_rows_balance(voters, constituencies, seed):
    """Each person has an entry, ids are unique, truth and lists agree with the entries."""
    made = generate(voters, constituencies=constituencies, seed=seed)
    ids = made.entries.column("entry_id")
    assert pc.count_distinct(ids).as_py() == len(ids)
    assert ids.equals(made.truth.column("entry_id"))
    assert pc.count_distinct(made.truth.column("person_id")).as_py() == voters
    assert (pc.sum(made.lists.column("entries")).as_py() or 0) == len(ids)


def test_lists_lie_one_behind_the_other_and_are_numbered(lists):
    """Each list is one run of rows, numbered from 1, as long as ``lists`` says."""
    start = 0
    for row in lists.lists.to_pylist():
        part = lists.entries.slice(start, row["entries"])
        assert part.column("number").to_pylist() == [
            str(number) for number in range(1, row["entries"] + 1)
        ]
        assert set(part.column("precinct").to_pylist()) <= {row["precinct"]}
        assert set(part.column("constituency").to_pylist()) <= {row["constituency"]}
        start += row["entries"]
    assert start == lists.entries.num_rows


def test_the_order_of_the_lists_does_not_tell_the_truth(lists):
    """Entries of one person do not stand side by side, save the few entered twice at one home."""
    person = np.array(lists.truth.column("person_id").to_pylist())
    pairs = len(person) - len(set(person))
    beside = int((person[1:] == person[:-1]).sum())
    assert pairs > 500
    assert beside < pairs / 2


def test_share_of_second_entries():
    """Of all persons, 2.5 to 3 % have more than one entry, some three, and none four."""
    plan = draw_plan(NATION, constituencies=10, seed=5)
    entries = np.bincount(plan.entries.person)
    assert 0.025 <= (entries > 1).mean() <= 0.03
    assert entries.min() == 1
    assert entries.max() == 3


def test_each_cause_is_where_it_says(plan):
    """Within means another precinct of one constituency, across means another constituency."""
    home = plan.dwellings.precinct[plan.people.household[plan.entries.person]]
    there = plan.entries.precinct
    same_constituency = (
        plan.precincts.constituency[home] == plan.precincts.constituency[there]
    )

    def of(flag):
        return plan.entries.done & int(flag) != 0

    for flag in (
        Done.SAME_PRECINCT,
        Done.MOVED_WITHIN,
        Done.MOVED_ACROSS,
        Done.DISPLACED,
        Done.TEMPORARY_LIST,
    ):
        assert of(flag).sum() > 30, flag
    assert (home == there)[of(Done.SAME_PRECINCT)].all()
    assert ((home != there) & same_constituency)[of(Done.MOVED_WITHIN)].all()
    assert (~same_constituency)[of(Done.MOVED_ACROSS)].all()
    assert plan.precincts.temporary[there][of(Done.TEMPORARY_LIST)].all()
    assert not plan.precincts.temporary[there][~of(Done.TEMPORARY_LIST)].any()
    origin = plan.numbers[plan.precincts.constituency[home[of(Done.DISPLACED)]]]
    assert set(origin.tolist()) <= set(range(118, 126))


def test_marriage_changes_women_and_endings_change_the_form_only(plan):
    """A surname by marriage is a woman's; a changed ending leaves the stem."""
    of = plan.entries.person
    married = plan.entries.done & int(Done.SURNAME_BY_MARRIAGE) != 0
    ended = plan.entries.done & int(Done.ENDING_CHANGED) != 0
    assert plan.people.female[of][married].all()
    assert (plan.people.stem[of] == plan.entries.stem)[ended].all()
    assert (plan.people.form[of] != plan.entries.form)[ended].all()
    assert (plan.people.stem[of] == plan.entries.stem)[~married].all()


def test_share_of_men(plan):
    """47.6 % of the people are men, within a percentage point."""
    assert abs((~plan.people.female).mean() - 0.476) < 0.01


def test_top_surnames_have_the_published_proportions(plan):
    """Məmmədov : Əliyev : Hüseynov stand as 56,560 : 43,258 : 27,047 among men, within a tenth."""
    names = lexicon()
    counts = np.bincount(
        plan.people.stem[~plan.people.female], minlength=len(names.stems)
    )
    top = [counts[names.stems.index(stem)] for stem in ("Məmməd", "Əli", "Hüseyn")]
    assert top[1] / top[0] == pytest.approx(43_258 / 56_560, rel=0.1)
    assert top[2] / top[0] == pytest.approx(27_047 / 56_560, rel=0.1)
    assert 0.04 < top[0] / counts.sum() < 0.07
    assert (counts > 0).sum() > 1000


def test_share_of_endings(plan):
    """Eight in ten surnames end in -ov/-yev, one in -li, one in -zadə."""
    shares = np.bincount(plan.people.form) / len(plan.people)
    assert shares == pytest.approx([0.8, 0.1, 0.1], abs=0.03)


def test_given_names_follow_sex_and_era(plan):
    """Men have men's names; Yusif is frequent among the young and rare among the old."""
    names, people = lexicon(), plan.people
    assert (people.given[~people.female] < names.men).all()
    assert (people.given[people.female] >= names.men).all()
    assert (people.father < names.men).all()
    years = 1970 + people.born / 365.2425
    yusif = people.given == names.given.index("Yusif")
    young, middle = (
        (years > 2001) & ~people.female,
        (years > 1956) & (years < 1979) & ~people.female,
    )
    assert yusif[young].mean() > 5 * yusif[middle].mean()


def test_everyone_is_of_age_and_nobody_is_ageless(plan):
    """Ages run from 18 to 100, and there are more people of 30 than of 70."""
    ages = (plan.today - plan.people.born) / 365.2425
    assert ages.min() >= 18
    assert ages.max() < 101
    assert ((ages > 30) & (ages < 40)).sum() > 2 * ((ages > 70) & (ages < 80)).sum()


def test_precincts_have_a_lawful_size(plan):
    """A precinct where people live has 50 to 1,500 entries."""
    sizes = np.bincount(plan.entries.precinct, minlength=len(plan.precincts.number))[
        ~plan.precincts.temporary
    ]
    assert sizes.min() >= 50
    assert sizes.max() <= 1500
    assert abs(sizes.mean() - 1000) < 60


def _families(plan):
    people = plan.people
    key = np.stack([people.household, people.father, people.stem, people.born])
    _, index, counts = np.unique(key, axis=1, return_inverse=True, return_counts=True)
    return index.ravel(), counts


def test_there_are_twins_with_names_of_their_own(plan):
    """Some share dwelling, father, surname and birth day; hardly ever the given name."""
    index, counts = _families(plan)
    twins = counts[index] > 1
    assert 0.002 < twins.mean() < 0.03
    rows = np.flatnonzero(twins)
    keys = index[rows] * 100_000 + plan.people.given[rows]
    assert len(np.unique(keys)) > 0.995 * len(rows)


def test_there_are_fathers_and_sons_of_one_name(plan):
    """Some men bear their father's given name, some their grandfather's."""
    people = plan.people
    men = ~people.female
    assert (people.given == people.father)[men].sum() > 50
    # A son of Əli whose own father is Məmməd, in the house of a Məmməd whose father is Əli.
    heads = {}
    for household, given_name, father in zip(
        people.household[men], people.given[men], people.father[men], strict=True
    ):
        heads.setdefault(int(household), set()).add((int(given_name), int(father)))
    named_after = sum(
        (father, name) in house
        for house in heads.values()
        for name, father in house
        if name != father
    )
    assert named_after > 20


def test_no_two_persons_share_a_fin_or_a_document():
    """FINs and documents are one to one with persons; they have the lawful form."""
    persons = np.arange(300_000)
    made = fins(persons, 1)
    assert pc.count_distinct(made).as_py() == len(persons)
    assert pc.all(pc.match_substring_regex(made, "^[0-9A-HJ-NP-Z]{7}$")).as_py()
    numbers = documents(persons, np.zeros(len(persons), np.int8), persons % 3 == 0, 1)
    assert pc.count_distinct(numbers).as_py() == len(persons)
    assert pc.all(
        pc.match_substring_regex(numbers, "^(AZE[0-9]{8}|[A-Z]{2}[0-9]{7})$")
    ).as_py()
    later = documents(persons, np.ones(len(persons), np.int8), persons % 3 == 0, 1)
    assert not pc.any(pc.is_in(later, numbers)).as_py()


def test_truth_says_what_was_done(lists):
    """What the truth calls missing is null, and what it calls year-only is four digits."""
    rows = lists.entries.append_column(
        "done", pc.fill_null(lists.truth.column("done"), "")
    ).to_pylist()
    for row in rows:
        done = row["done"].split("+")
        assert ("patronymic-missing" in done) == (row["patronymic"] is None)
        assert ("birth-missing" in done) == (row["birth_date"] is None)
        if "birth-year-only" in done and row["birth_date"]:
            assert re.fullmatch(r"\d{4}", row["birth_date"])
        assert row["surname"] or row["given_name"]


def test_nothing_is_damaged_where_the_rates_say_so():
    """With all rates zero each person stands once, whole, in Azerbaijani Latin."""
    clean = Rates(**dict.fromkeys(Rates.__dataclass_fields__, 0.0))
    made = generate(3000, constituencies=2, seed=4, rates=clean)
    assert made.entries.num_rows == 3000
    assert made.truth.column("done").null_count == 3000
    assert all(column.null_count == 0 for column in made.entries.columns)
    assert made.deaths.num_rows == 0


def test_a_list_is_typed_in_one_way(lists):
    """All entries of one list share its script.

    Cyrillic and Latin surnames never stand in one list.
    """
    start = 0
    for row in lists.lists.to_pylist():
        part = (
            lists.entries.slice(start, row["entries"])
            .column("surname")
            .drop_null()
            .to_pylist()
        )
        start += row["entries"]
        cyrillic = {bool(re.search("[а-яҹҝәөүһғј]", name.lower())) for name in part}
        assert cyrillic == {row["script"] in {"russian", "azeri-cyrillic"}}
        if row["capitals"]:
            assert all(name == name.upper() for name in part)


def test_the_dead_still_listed_are_in_the_register(lists):
    """Register rows carry FINs of exactly the persons whom the truth calls dead and registered."""
    truth = lists.truth
    dead = pc.match_substring(
        pc.fill_null(truth.column("done"), ""), "dead-in-register"
    )
    persons = pc.count_distinct(truth.column("person_id").filter(dead)).as_py()
    on_lists = set(lists.entries.column("fin").drop_null().to_pylist())
    known = sum(fin in on_lists for fin in lists.deaths.column("fin").to_pylist())
    assert 0.3 * persons < known <= persons
    assert lists.deaths.num_rows == pytest.approx(2.5 * persons, rel=0.01)


def test_part_of_the_register_of_deaths_is_unusable(lists):
    """About a quarter of its rows lack the FIN and the document, and a name or the birth date."""
    rows = lists.deaths.to_pylist()
    weak = [row for row in rows if not row["fin"] and not row["document"]]
    lacking = [
        row
        for row in weak
        if not (row["given_name"] and row["birth_date"] and row["patronymic"])
    ]
    assert 0.15 < len(lacking) / len(rows) < 0.35


def test_statistics_add_up(lists):
    """Men and women make the adults.

    Births by year make nearly as many; there is a little more than on the lists.
    """
    rows = [row for row in lists.statistics.to_pylist() if row["precinct"] is None]
    for number in (1, 2, 3):
        of = {
            row["measure"]: row["value"]
            for row in rows
            if row["constituency"] == number
        }
        assert of["men"] + of["women"] == of["adults"]
        births = sum(
            value for measure, value in of.items() if measure.startswith("born-")
        )
        assert births == pytest.approx(of["adults"], rel=0.01)
        assert of["adults"] == pytest.approx(10_000, rel=0.15)


def test_default_constituencies():
    """One for each 52,000 voters begun, at least 1, at most 125."""
    asked = [0, 1, 52_000, 52_001, 6_500_000, 9_000_000]
    assert [default_constituencies(voters) for voters in asked] == [
        1,
        1,
        1,
        2,
        125,
        125,
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        {"voters": -1, "constituencies": 1},
        {"voters": 1, "constituencies": 0},
        {"voters": 1, "constituencies": 2, "country": Country([4])},
        {"voters": 1, "constituencies": 2, "country": Country([4, 4])},
        {"voters": 1, "constituencies": 1, "country": Country(precinct_size=0)},
    ],
)
def test_senseless_counts_are_refused(arguments):
    """A count out of range is a wrong usage, said at once."""
    with pytest.raises(UsageError):
        generate(arguments.pop("voters"), seed=1, **arguments)


def test_the_day_moves_the_births():
    """Everyone is of age on the day asked for."""
    day = dt.date(2030, 6, 1)
    plan = draw_plan(500, constituencies=1, seed=1, country=Country(on_day=day))
    youngest = dt.date(1970, 1, 1) + dt.timedelta(days=int(plan.people.born.max()))
    assert youngest <= dt.date(2012, 6, 1)


def test_surnames_take_their_endings_by_harmony():
    """-yev after a vowel.

    -lı, -li, -lu, -lü by the stem's last vowel; -a for women of the first form only.
    """
    assert [surname(stem, 0) for stem in ("Məmməd", "Əli", "Rza")] == [
        "Məmmədov",
        "Əliyev",
        "Rzayev",
    ]
    assert [surname(stem, 1) for stem in ("Qurban", "Məsim", "Axund", "Şükür")] == [
        "Qurbanlı",
        "Məsimli",
        "Axundlu",
        "Şükürlü",
    ]
    assert surname("Əli", 0, female=True) == "Əliyeva"
    assert surname("Kərim", 2, female=True) == "Kərimzadə"


def test_done_in_words():
    """Bits become words joined with a plus, in the order of the bits; nothing becomes None."""
    assert done_words(0) is None
    assert (
        done_words(int(Done.MOVED_WITHIN | Done.FIN_DAMAGED))
        == "moved-within+fin-damaged"
    )


# Careless second entries


def _careless(level, voters=1_500, seed=9, **rates):
    rates = Rates(carelessness=level, **rates)
    return generate(voters, constituencies=1, seed=seed, rates=rates)


def _cells(made):
    return made.entries.to_pylist()


def test_only_second_entries_are_careless():
    """First entries stay as they are; of the second ones more change at each level."""
    plain = _cells(_careless(0))
    changed = []
    for level in (1, 2, 3, 4):
        made = _careless(level)
        rows = [at for at, cells in enumerate(_cells(made)) if cells != plain[at]]
        done = made.truth.column("done").to_pylist()
        second = re.compile("same-precinct|moved-within|temporary-list")
        assert all(second.search(done[at]) for at in rows)
        changed.append(len(rows))
    assert changed == sorted(set(changed))


def test_a_higher_level_keeps_the_slips_of_a_lower_one():
    """An entry has at each level the kinds of slip that it had, and about as many as promised."""
    drawn = [
        draw_slips(np.random.default_rng(4), level, 4_000)
        for level in range(len(LEVELS))
    ]
    assert not any(drawn[0])
    for before, after, shares in zip(drawn, drawn[1:], LEVELS[1:], strict=False):
        assert all(
            more[: len(less)] == less for less, more in zip(before, after, strict=True)
        )
        mean = np.dot(shares, (1, 2, 3, 4))
        assert np.mean([len(slips) for slips in after]) == pytest.approx(mean, abs=0.06)


def _made_of(word, cells):
    """What a kind of slip makes of cells, over many draws; the cells that changed."""
    made = set()
    hand = Hand(np.random.default_rng(1), keys_beside("latin"), "Nizami küçəsi, ev 4")
    for slip in SLIPS:
        if slip.done == word:
            for _ in range(60):
                after = dict(cells)
                slip.make(hand, after)
                made.add(tuple(sorted(after.items(), key=str)))
    return [dict(items) for items in made]


@pytest.mark.parametrize(
    ("word", "before", "after"),
    [
        (Done.SURNAME_INITIAL_LOST, {"surname": "Alov"}, {"lov"}),
        (Done.PATRONYMIC_INITIAL_ONLY, {"patronymic": "Əli oğlu"}, {"Ə."}),
        (Done.PATRONYMIC_MISSING, {"patronymic": "Əli oğlu"}, {None}),
        (
            Done.BIRTH_DECADE,
            {"birth_date": "05.03.1961"},
            {"05.03.1951", "05.03.1971"},
        ),
        (
            Done.BIRTH_MONTH,
            {"birth_date": "1961-11-30"},
            {"1961-01-30", "1961-10-30", "1961-12-30"},
        ),
        (Done.DAY_MONTH_SWAPPED, {"birth_date": "5.3.1961"}, {"3.5.1961"}),
        (Done.DAY_MONTH_SWAPPED, {"birth_date": "13.3.1961"}, {"13.3.1961"}),
        (Done.BIRTH_DECADE, {"birth_date": "1961"}, {"1961"}),
        (Done.OTHER_ADDRESS, {"address": "x"}, {"Nizami küçəsi, ev 4"}),
        (Done.TYPING_SURNAME, {"surname": None}, {None}),
        (Done.BIRTH_MONTH, {"birth_date": None}, {None}),
    ],
)
def test_each_slip_makes_what_it_says(word, before, after):
    """A slip changes its cell in the ways it names, in the form of the text, and nothing else."""
    (name,) = before
    assert {made[name] for made in _made_of(word, before)} <= after


@pytest.mark.parametrize("surname", ["Alov", "Oruclu", "ABBASLI", "Hacıyev"])
def test_a_slip_of_the_keyboard_is_one_edit(surname):
    """A letter lost, doubled, exchanged, mistaken or beside is one edit, not of the first one."""
    made = [
        cells["surname"]
        for cells in _made_of(Done.TYPING_SURNAME, {"surname": surname})
    ]
    assert len(made) > 10
    # A name without a letter that looks like another one stays.
    assert {OSA.distance(surname, text) for text in made} <= {0, 1}
    first = {text[0] for text in made}
    assert first <= {surname[0], "0"}


@pytest.mark.parametrize(
    ("script", "key", "near"),
    [
        ("latin", "ə", "ıöğ"),
        ("latin", "İ", "UOKJ"),
        ("ascii", "p", "ol"),
        ("english", "w", "qesa"),
        ("russian", "а", "впекмс"),
        ("azeri-cyrillic", "ә", "хө"),
        ("russian", "5", "46"),
    ],
)
def test_the_keys_beside_are_those_of_the_keyboard(script, key, near):
    """Whoever types a script has its keyboard under the fingers."""
    assert set(keys_beside(script)[key]) == set(near)


@given(
    date=st.dates(dt.date(1900, 1, 1), dt.date(2008, 1, 1)),
    form=st.sampled_from(["%d.%m.%Y", "%Y-%m-%d"]),
    seed=st.integers(0, 999),
)
def test_a_slip_in_a_date_leaves_a_date_in_its_form(date, form, seed):
    """A date with a wrong month, day or year is a date of the calendar, written as before."""
    text = date.strftime(form)
    hand = Hand(np.random.default_rng(seed), {}, None)
    for slip in SLIPS:
        if slip.done in {Done.BIRTH_MONTH, Done.BIRTH_DIGIT, Done.DAY_MONTH_SWAPPED}:
            cells = {"birth_date": text}
            slip.make(hand, cells)
            leap = date.month == 2 and date.day == 29
            assert len(cells["birth_date"]) == 10
            if not leap:
                dt.datetime.strptime(cells["birth_date"], form)  # noqa: DTZ007


def test_careless_entries_know_their_slips():
    """An entry that is careless says so, and a slip that found nothing to change is not told."""
    plain, made = _careless(0), _careless(4)
    done = made.truth.column("done").to_pylist()
    was = plain.truth.column("done").to_pylist()
    same = [
        left == right for left, right in zip(_cells(plain), _cells(made), strict=True)
    ]
    assert all(
        now == before
        for now, before, is_same in zip(done, was, same, strict=True)
        if is_same
    )
    told = [now != before for now, before in zip(done, was, strict=True)]
    assert sum(told) > 0.8 * (len(same) - sum(same))


def test_a_level_that_is_none_is_refused():
    """The level is one of five; with planted faults there is none."""
    with pytest.raises(UsageError, match="carelessness"):
        _careless(5)
    with pytest.raises(UsageError, match="faults"):
        write(Path("/nowhere"), voters=1, also=Also.FAULTS, carelessness=1)


@pytest.mark.parametrize("voters", [0, 1])
def test_few_or_no_careless_voters(voters):
    """Without a second entry nothing happens."""
    assert _same(_careless(0, voters), _careless(4, voters))
