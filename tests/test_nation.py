"""The nation's report: its sums, what it says where something is lacking, when it is written."""

from __future__ import annotations

import datetime as dt
import html
import io
import json
import re
from dataclasses import replace

import numpy as np
import openpyxl
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import report_tables
import workspaces
from report_tables import table
from voterlist import config
from voterlist.catalogue import catalogue
from voterlist.config import SETTINGS_FILE
from voterlist.facts import mortality
from voterlist.model import Level, Standing
from voterlist.pipeline.reference import not_understood
from voterlist.render import html as pages
from voterlist.render import xlsx
from voterlist.report.section import Run, build_sections
from voterlist.report.sections.nation import TABLES, shapes_of
from voterlist.report.sections.nation.parts import LATE, PARTS
from voterlist.report.sections.order import NATION
from voterlist.report.values import Facts
from voterlist.schemas import (
    AGES,
    COMPARISON,
    CYCLE_SUMMARY,
    LIST,
    LIST_BALANCE,
    REGISTER_USE,
    SCORECARD,
)

FACTS = Facts("2026", Level.CEC, None, dt.date(2026, 2, 3))
LANGUAGES = ("en", "az")
APART = {"rank", "progress", "days-over", "growth", "of-adults", "completeness"}
APART |= {"cases", "across", "to_decide"}
"""Measures that no sum gives: they are no counts, or a case of two counts in both."""


def nation(*, standings=(), reported=(), shapes=None, below=None, **made):
    """The report of these tables; the others have no row."""
    empty = {name: schema.empty_table() for name, schema in TABLES.items()}
    tables = {
        name: rows.select(TABLES[name].names) for name, rows in (empty | made).items()
    }
    run = Run(FACTS, tables, {}, standings=standings, reported=reported, shapes=shapes)
    run = replace(run, below=below or {})
    return build_sections(run, NATION)


def render_nation(report, language):
    """The page."""
    return pages.render_report(report, language, sections=NATION, area="nation.")


def counted(report):
    """Every table of a report by its name."""
    parts = [report.of(section) for section in PARTS]
    return {one.name: one for part in parts for one in part.tables}


def text_of(page):
    """The page without its tags and its style."""
    return re.sub(
        r"<style>.*?</style>|<script>.*?</script>|<[^>]+>", " ", page, flags=re.DOTALL
    )


def whole_is_the_sum(report):
    """The names of the tables that were held; each sum is counted a second way."""
    held = []
    for found in counted(report).values():
        whole, *rows = found.rows
        if not whole.is_whole or found.name in {"kinds", "quality"}:
            continue
        for name in found.whole.keys() - APART:
            assert whole.numbers[name] == sum(row.numbers[name] for row in rows), name
            held.append(found.name)
    return set(held)


def places():
    """Constituencies, and one that is not known."""
    return st.sampled_from([1, 2, 125, None])


def test_a_constituency_is_not_late_in_what_the_centre_owes():
    """The report laid the approval that the centre owed at the doors of those who waited for it."""
    late = [
        row for row in report_tables.standings() if row.standing is Standing.OVERDUE
    ]
    own = replace(late[0], precinct=None, debtor=Level.CEC)
    theirs = replace(own, debtor=Level.CONEC)
    told, numbers = {}, {}
    for debtor in (own, theirs):
        part = nation(standings=[debtor]).of(LATE)
        told[debtor] = [text.key for text in part.told]
        numbers[debtor] = part.tables[0].rows[0].numbers["overdue"]
        assert part.waits == 1
    assert (numbers[own], numbers[theirs]) == (0, 1)
    assert told[own] == ["nation.late.told", "nation.late.own"]
    assert told[theirs] == ["nation.late.told"]


@given(
    st.lists(st.tuples(places(), st.integers(0, 50), st.integers(0, 9)), max_size=9),
    st.lists(st.tuples(places(), st.integers(0, 50), st.integers(0, 9)), max_size=9),
)
def test_the_nation_is_the_sum_of_its_constituencies(listed, compiled):
    """The chair would give the press a number that its parts do not have."""
    lists = [
        {"constituency": place, "rows": rows + left, "entries": rows, "set_aside": left}
        for place, rows, left in listed
    ]
    balance = [
        {
            "constituency": place,
            "handed_in": rows,
            "struck": left,
            "repeated": 0,
            "moved_out": left,
            "moved_in": rows,
            "added": 0,
            "listed": rows,
        }
        for place, rows, left in compiled
    ]
    common = {"source": "a", "list_kind": "permanent"}
    report = nation(
        lists=table(LIST, lists, **common),
        balance=table(LIST_BALANCE, balance, list_kind="permanent"),
        cycle_summary=table(
            CYCLE_SUMMARY,
            [
                {
                    "constituency": place,
                    "change": "added",
                    "cause": "none",
                    "entries": 1,
                }
                for place, _, _ in listed
            ],
        ),
    )
    assert whole_is_the_sum(report) >= {"balance", "late"}
    rows = counted(report)["balance"].rows
    assert rows[0].numbers["rows"] == sum(row["rows"] for row in lists)


def test_a_hundred_and_twenty_five_constituencies_are_a_small_page():
    """It would open for seconds where somebody wants to see it each morning."""
    numbers = range(1, 126)
    pairs = [(10 + place % 7, 1000 + place) for place in numbers]
    lists = [
        {"constituency": place, "precinct": precinct, "rows": 9, "entries": 9}
        for place in numbers
        for precinct in range(1, 51)
    ]
    report = nation(
        lists=table(LIST, lists, source="a", list_kind="permanent", set_aside=0),
        indicators=medians(125),
        scorecard=scores("entries-questioned", pairs),
        reported=tuple(numbers),
    )
    page = render_nation(report, "en")
    assert len(page) < 300_000
    assert page.count("<circle") == 125
    rows = counted(report)["balance"].rows
    assert [row.of for row in rows[1:]] == list(numbers)
    assert rows[0].numbers["rows"] == 125 * 50 * 9
    book = openpyxl.load_workbook(
        io.BytesIO(xlsx.render_report(report, "en", first=NATION, others=NATION))
    )
    assert all(len(name) < 20 for name in book.sheetnames)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_nation_without_anything_says_so_in_sentences(language):
    """An empty chart would look like a good one."""
    report = nation()
    page = text_of(render_nation(report, language))
    words = catalogue(language)
    for key in (
        "nation.repeats.nothing",
        "nation.quality.nothing",
        "nation.statistics.nothing",
        "nation.deaths.no-ages",
        "report.registers.no-cycle",
    ):
        assert words(key) in page
    assert "<circle" not in page
    assert not re.search(r"\bnation\.[a-z]", page)
    assert xlsx.render_report(report, language, first=NATION, others=NATION)


def test_every_row_that_was_lost_is_told_first():
    """A list would be used of which rows are missing."""
    lists = [{"constituency": 1, "rows": 3, "entries": 3, "set_aside": 0}]
    report = nation(lists=table(LIST, lists, source="a", list_kind="permanent"))
    first, *_ = report.of(NATION[0])
    assert (first.severity, first.text.key) == ("error", "nation.balance.wrong")


BELOW = {
    "handed_in": 9,
    "struck": 3,
    "repeated": 1,
    "moved_out": 2,
    "moved_in": 1,
    "added": 1,
    "listed": 5,
    "ground.court": 1,
    "ground.died": 1,
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("came", [5, 6])
def test_what_was_struck_below_stands_in_the_balance_as_far_as_packages_tell(
    came, language
):
    """The chair would see lists that nobody was ever struck from, or other lists than came."""
    places = [{"constituency": place} for place in (*[1] * came, 3)]
    entries = table(TABLES["entries"], places)
    report = nation(entries=entries, reported=(1, 3), below={1: BELOW})
    whole, told, untold = counted(report)["below"].rows
    numbers = told.numbers
    struck = ("ground.court", "ground.died", "struck_otherwise")
    assert [numbers[name] for name in struck] == [1, 1, 1]
    left = numbers["handed_in"] - numbers["repeated"] - numbers["moved_out"]
    left += numbers["moved_in"] + numbers["added"] - sum(map(numbers.get, struck))
    assert left == numbers["handed_over"] == 5
    assert (numbers["entries"], numbers["unbalanced"]) == (came, 5 - came)
    assert whole.numbers == numbers
    assert set(untold.numbers.values()) == {None}
    words, text = catalogue(language), text_of(render_nation(report, language))
    assert words("ground.died.title") in text
    assert words("nation.below.untold", places="3") in text
    assert (words("nation.below.differs", places="1") in text) == (came != 5)


def scores(measure, pairs):
    """SCORECARD: how many of how many, one precinct a constituency."""
    rows = [
        {
            "constituency": place,
            "precinct": 1,
            "measure": measure,
            "count": count,
            "of": of,
        }
        for place, (count, of) in enumerate(pairs, start=1)
    ]
    return table(SCORECARD, rows, quality="accuracy")


def medians(count):
    """INDICATOR of so many constituencies."""
    rows = [
        {
            "indicator": "median-age",
            "unit": "constituency",
            "constituency": place,
            "value": 40.0,
        }
        for place in range(1, count + 1)
    ]
    return table(TABLES["indicators"], rows)


def test_a_share_is_held_against_the_limits_of_its_size():
    """A small constituency would be blamed for what chance does, a large one never be."""
    pairs = [(50, 1000)] * 20 + [(5, 20), (140, 1000)]
    report = nation(
        indicators=medians(len(pairs)), scorecard=scores("entries-questioned", pairs)
    )
    quality = report.of(PARTS[2])
    (picture,) = quality.pictures
    outside = [point.precinct for point in picture["plot"]["funnel"].outliers]
    assert outside == [22]
    by_place = {row.of: row for row in quality.tables[0].rows}
    assert by_place[22].marks == {"entries-questioned": "warning"}
    assert by_place[22].numbers["rank"] == 1
    for language in LANGUAGES:
        words, told = catalogue(language), text_of(render_nation(report, language))
        assert words("nation.funnel.outside", places="22") in told
        assert words("nation.funnel.none") not in told


def test_constituencies_that_differ_by_more_than_chance_widen_the_limits():
    """Half of a nation would be outliers where clerks have habits."""
    drawn = np.random.default_rng(1).normal(500, 120, 60).clip(50, 950)
    pairs = [(int(count), 10_000) for count in drawn]
    report = nation(
        indicators=medians(len(pairs)), scorecard=scores("entries-questioned", pairs)
    )
    (picture,) = report.of(PARTS[2]).pictures
    assert 0.008 < picture["spread"] < 0.016
    assert len(picture["plot"]["funnel"].outliers) <= 1
    for language in LANGUAGES:
        said = catalogue(language)("nation.funnel.note")
        assert said in text_of(render_nation(report, language))


def test_of_two_constituencies_no_funnel_is_drawn():
    """One of two would be an outlier of the other."""
    report = nation(
        indicators=medians(2), scorecard=scores("entries-questioned", [(1, 9), (9, 9)])
    )
    quality = report.of(PARTS[2])
    assert not quality.pictures
    assert [text.key for text in quality.told][1] == "nation.quality.few"


USED = {"total": (90, 60, 30), "confirmed": (4, 4, 0), "probable": (1, 0, 1)}


def test_deaths_to_expect_follow_from_ages_and_sexes():
    """The register would look complete where half of the dead are missing."""
    rows = [
        {"constituency": 1, "age_from": 80, "sex": "m", "voters": 1000},
        {"constituency": 2, "age_from": 115, "sex": "f", "voters": 100},
        {"constituency": 2, "age_from": 30, "sex": None, "voters": 10_000},
        {"constituency": 2, "age_from": None, "sex": "m", "voters": 900},
    ]
    used = [
        {"constituency": place, "measure": measure, "rows": count}
        for measure, counts in (
            ("total", (90, 60, 30)),
            ("confirmed", (4, 4, 0)),
            ("probable", (1, 0, 1)),
        )
        for place, count in zip((None, 1, 2), counts, strict=True)
    ]
    report = nation(
        ages=table(AGES, rows),
        register_use=table(REGISTER_USE, used, register="deaths"),
        lists=table(
            LIST,
            [
                {"constituency": place, "rows": 0, "entries": 0, "set_aside": 0}
                for place in (1, 2)
            ],
            source="a",
            list_kind="permanent",
        ),
    )
    rates = mortality()
    young = (rates["m"]["30"] + rates["f"]["30"]) / 2
    whole, *places = counted(report)["deaths"].rows
    by_place = {row.of: row.numbers for row in places}
    assert by_place[1]["expected_deaths"] == round(1000 * rates["m"]["80"])
    assert by_place[2]["expected_deaths"] == round(
        100 * rates["f"]["100"] + 10_000 * young
    )
    assert whole.numbers["registered"] == 90
    assert counted(report)["changes"].whole["deaths-listed"] == 5
    assert by_place[1]["completeness"] == 60 / by_place[1]["expected_deaths"]
    assert all(0 < rate < rates["m"][age] for age, rate in rates["f"].items())


def test_the_list_is_held_against_adults_by_sex_and_age():
    """A constituency without a list would pull the nation below its adults.

    Without statistics it would have no adults, where it is only not known how many.
    """
    rows = [
        {"measure": "adults", "list": 90.0, "statistic": 100.0},
        {"measure": "men", "list": 40.0, "statistic": 50.0},
        {"measure": "born-1990", "list": 3.0, "statistic": 2.0},
        {"measure": "born-1987", "list": 1.0, "statistic": 4.0},
        {"measure": "adults", "list": None, "statistic": 500.0, "constituency": 2},
        {"measure": "adults", "list": 1.0, "statistic": 700.0, "precinct": 5},
    ]
    rows = [{"constituency": 1} | row for row in rows]
    tables = counted(nation(comparison=table(COMPARISON, rows), reported=(1, 2)))
    whole, _, without = tables["adults"].rows
    assert whole.numbers["of-adults"] == 0.9
    assert {name for name, value in without.numbers.items() if value is None} == {
        *("on_list", "adults", "more", "of-adults")
    }
    groups = {row.of: row.numbers["more"] for row in tables["groups"].rows}
    assert groups == {"nation.men": -10, "1980–1989": -3, "1990–1999": 1}


def test_a_case_of_two_constituencies_counts_once_among_all():
    """The press would be told of more repeats than there are."""
    cases = report_tables.run_tables()["cases"]
    report = nation(cases=cases, queue=cases)
    whole, *rows = counted(report)["repeats"].rows
    ids = set(cases.column("case_id").to_pylist())
    assert whole.numbers["to_decide"] == len(ids)
    assert sum(row.numbers["to_decide"] for row in rows) > len(ids)
    kinds = counted(report)["kinds"].rows
    for row in kinds:
        far = row.numbers["across"]
        assert row.numbers["cases"] == row.numbers["within"] + far
    assert sum(row.numbers["across"] for row in kinds) >= whole.numbers["across"] > 0


def square(number, west, south, *, kind="Polygon", name="constituency"):
    """A feature of GeoJSON: a square of a tenth of a degree."""
    corners = ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
    ring = [[west + 0.1 * x, south + 0.1 * y] for x, y in corners]
    return {
        "type": "Feature",
        "properties": {name: number},
        "geometry": {"type": kind, "coordinates": [ring]},
    }


def collection(*features):
    """A file of these features."""
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_shapes_make_a_map_and_what_does_not_fit_is_told(language):
    """Somebody would look for a constituency that the map has lost."""
    files = {
        "reference/a.geojson": collection(
            square(1, 49.0, 40.0),
            square("2", 49.1, 40.0),
            square(9, 49.2, 40.1),
            square(3, 400.0, 40.0),
            square(3, 49.0, 40.0, kind="Point"),
            square(3, 49.0, 40.0, name="nomre"),
            None,
        ),
        "reference/b.geojson": b"[1, 2",
        "reference/c.geojson": None,
    }
    shapes = shapes_of(files)
    assert sorted(shapes.rings) == [1, 2, 9]
    west, north, wide, high = shapes.box
    assert (north, high) == pytest.approx((-40.2, 0.2))
    assert west / wide == pytest.approx(49.0 / 0.3, rel=0.01)
    comparison = [
        {"constituency": place, "measure": "adults", "list": 9.0, "statistic": 8.0}
        for place in (1, 2, 3)
    ]
    report = nation(
        comparison=table(COMPARISON, comparison), reported=(1, 2, 3), shapes=shapes
    )
    page = render_nation(report, language)
    assert len(re.findall('<use class="h[0-4]" href="#s[12]"/>', page)) == 2
    told = text_of(page)
    words = catalogue(language)
    for key, places in (
        ("nation.map.without", {"numbers": "3"}),
        ("nation.map.unknown", {"numbers": "9"}),
        *(
            ("nation.map.no-shape", {"file": "reference/a.geojson", "feature": str(at)})
            for at in (4, 5, 6, 7)
        ),
        ("nation.map.no-geojson", {"file": "reference/b.geojson"}),
    ):
        assert html.escape(words(key, **places)).replace("&quot;", "&#34;") in told
    assert len(shapes.troubles) == 6
    assert any(need.section == "map" for need in report.of(NATION[0]))


EMPTY = {"type": "Polygon", "coordinates": []}
NAMES = st.sampled_from(["features", "type", "geometry", "coordinates", "properties"])
JSON = st.recursive(
    st.none() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner),
    max_leaves=8,
)


@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
@example(collection(square(1, 0.0, 0.0, kind="MultiPolygon")))
@example(collection(square(1, 0.0, 0.0) | {"geometry": EMPTY}))
def test_no_file_of_shapes_stops_a_report(content):
    """A night would end with a picture."""
    shapes = shapes_of({"a.geojson": content})
    assert not shapes.rings
    assert render_nation(nation(shapes=shapes), "en")


def several(folder):
    """Four constituencies: one whole, one with the same voter, one empty, one that is unreadable.

    A fifth one should have handed in a list.
    """
    settings = '[report]\nlanguages = ["en", "az"]\n[territory.precincts]\n91 = "1-3"\n'
    workspaces.make(folder, settings=settings)
    head = "1 saylı seçki məntəqəsi\n" + workspaces.HEADER
    for constituency, text in (
        (12, head + workspaces.TWO),
        (13, head),
        (14, "\0" * 4000),
    ):
        inbox = folder / "inbox" / str(constituency)
        inbox.mkdir()
        (inbox / "menteqe-1.csv").write_text(text, encoding="utf-8")
    shapes = collection(square(12, 49.0, 40.0), square(88, 49.2, 40.0))
    (folder / "reference" / "sərhədlər.geojson").write_bytes(shapes)
    return folder


def test_a_run_of_several_constituencies_writes_it(tmp_path):
    """The centre would have a report of everybody and none of all."""
    workspace = several(tmp_path)
    mode = workspace.stat().st_mode
    result = workspaces.run(workspace)
    assert workspace.stat().st_mode == mode
    reports = workspace / "reports"
    names = [
        f"nation-{language}.{form}"
        for language in LANGUAGES
        for form in ("html", "xlsx")
    ]
    assert {reports / name for name in names} <= set(result.outputs)
    for language in LANGUAGES:
        page = (reports / f"nation-{language}.html").read_text("utf-8")
        told = text_of(page)
        assert not any(word in told for word in ("Məmmədov", "Leyla", "5XK", "Nizami"))
        links = set(re.findall(r'href="([^"#]+)(?:#([a-z]+))?"', page))
        own = {f"{number}/report-{language}.html" for number in (12, 13, 14, 88)}
        precincts = {name.replace("report", "precincts") for name in own}
        assert {name for name, _ in links} == own | precincts
        for name, anchor in links:
            text = (reports / name).read_text("utf-8")
            assert not anchor or f'<section id="{anchor}">' in text
        assert not re.search(r"\bnation\.[a-z]", told)
        assert page.count('href="#s12"') == page.count('href="#s88"') > 0
    assert not not_understood(workspace, config.load(workspace / SETTINGS_FILE).ingest)
    tables = {
        name: pq.read_table(result.folder / f"{name}.parquet").select(schema.names)
        for name, schema in TABLES.items()
    }
    report = nation(standings=(), **tables)
    assert whole_is_the_sum(report) >= {"balance", "late", "changes"}
    balance = {row.of: row.numbers for row in counted(report)["balance"].rows}
    assert balance[14]["unread"] == 1
    assert not any(
        numbers["lost"] or numbers["unbalanced"] for numbers in balance.values()
    )

    before = {name: (reports / name).stat().st_mtime_ns for name in names}
    workspaces.run(workspace, constituencies=[12, 13])
    workspaces.run(workspaces.forget(workspace))
    assert before == {name: (reports / name).stat().st_mtime_ns for name in names}


def test_a_workspace_of_one_constituency_has_none(tmp_path):
    """A constituency would be told that it is the nation."""
    workspaces.finished(tmp_path)
    assert not list(tmp_path.glob("reports/nation-*"))
