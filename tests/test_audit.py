from __future__ import annotations

import re

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import report_tables as run
from registers import ON_DAY, clean
from report_tables import named, table
from voterlist.check.agehist import pyramids
from voterlist.check.indicators import indicators
from voterlist.cli.any_table import tell_audit
from voterlist.cli.terminal import TERMINAL
from voterlist.config.sections import CheckSettings
from voterlist.render.html import (
    build_pages,
    declared_total,
    render_precincts,
    render_report,
)
from voterlist.render.xlsx import render_report as render_workbook
from voterlist.report.sections.audit import funnel_plot
from voterlist.report.sections.audit.model import (
    Audit,
    Funnel,
    Point,
    PrecinctAudit,
    Statistic,
    build_audit,
)
from voterlist.report.sections.audit.scorecard import MEASURES, scorecard
from voterlist.report.sections.balance import ListBalance
from voterlist.report.values import Place
from voterlist.schemas import (
    AGES,
    COMPARISON,
    INDICATOR,
    REGISTER_USE,
    SCORECARD,
    empty,
)
from voterlist.tables import concat


def _comparison(**more):
    row = {"constituency": 88, "measure": "adults", "list": 3.0, "statistic": 4.0}
    return table(COMPARISON, [{**row, **more}])


def _use(rows):
    return table(
        REGISTER_USE, [{"register": "deaths", "measure": "total", "rows": rows}]
    )


def _score(count, of, **place):
    """SCORECARD of one measure of precinct 1."""
    measure = {"quality": "accuracy", "measure": "cells-missing"}
    row = {**place, "precinct": 1, **measure, "count": count, "of": of}
    return table(SCORECARD, [{**row, "value": count / of}])


def _scores(**changes):
    tables = {
        "profile": run.profile(),
        "lists": run.lists(),
        "set_aside": run.set_aside(),
        "findings": run.findings(),
        "cases": run.cases(),
        "comparison": _comparison(precinct=1),
        "register_use": _use(None),
    }
    made = scorecard(**tables | changes)
    assert made.schema == SCORECARD
    return {
        (row["precinct"], row["measure"]): (row["count"], row["of"])
        for row in made.to_pylist()
    }


def test_the_scorecard_of_the_hand_made_run():
    """Each measure has both its numbers.

    A blank row set aside is nobody, a second entry of a case is a repeat.
    """
    scores = _scores()
    assert scores[1, "listed-of-adults"] == (3, 4)
    assert scores[2, "listed-of-declared"] == (4, 5)
    assert [scores[p, "rows-not-taken-in"] for p in (1, 2)] == [(0, 4), (1, 6)]
    assert scores[1, "cells-missing"] == (0, 18)
    assert scores[2, "entries-with-errors"] == (1, 4)
    assert scores[2, "entries-questioned"] == (2, 4)
    assert scores[2, "repeats-proposed"] == scores[2, "listed-elsewhere"] == (1, 4)
    assert scores[1, "repeats-proposed"] == (0, 3)


@pytest.mark.parametrize("times", [2, 3])
def test_an_entry_counts_once_in_a_measure_however_often_it_is_found(times):
    """A precinct with one bad entry of three faults would look as if it had three bad entries."""
    findings, cases = (
        concat([part] * times, part.schema) for part in (run.findings(), run.cases())
    )
    assert _scores(findings=findings, cases=cases, register_use=_use(9)) == _scores(
        register_use=_use(9)
    )


def test_what_could_not_be_measured_is_not_in_the_scorecard():
    """A measure that nobody could take would be shown as zero."""
    scores = _scores()
    assert (2, "listed-of-adults") not in scores
    assert (3, "listed-of-declared") not in scores
    assert (1, "deceased") not in scores
    assert _scores(register_use=_use(9))[1, "deceased"] == (0, 3)


def test_an_empty_run_has_an_empty_scorecard():
    """No precinct, no row."""
    assert _scores(profile=run.profile().slice(0, 0)) == {}


def _audit():
    tables = clean()
    for row in range(40):
        tables.voters["fin"][row] = tables.entries["fin"][row] = None
    voters, entries, _ = tables.arrow()
    return build_audit(
        indicators(voters, entries, CheckSettings(), on_day=ON_DAY),
        _score(1, 720, constituency=17),
        pyramids(voters, ON_DAY),
        17,
    )


def test_the_audit_names_what_is_unusual():
    """The precinct without FINs is named under its statistic and nowhere else.

    Every precinct has its pyramid.
    """
    audit = _audit()
    outliers = {one.precinct: len(one.outliers) for one in audit.precincts}
    assert outliers == {1: 1, 2: 0, 3: 0}
    assert audit.out_of("without-fin") == [1]
    assert audit.out_of("men-share") == []
    assert audit.nation == ()
    assert all(
        sum(g.men + g.women + g.unknown for g in p.pyramid) == 120
        for p in audit.precincts
    )
    assert audit.qualities == (("accuracy", ("cells-missing",)),)
    assert build_audit(empty(INDICATOR), empty(SCORECARD), empty(AGES), 17) is None


def test_every_measure_of_the_scorecard_belongs_to_a_quality():
    """There are exactly the three qualities, each with measures."""
    qualities = ["comprehensiveness", "accuracy", "currency"]
    assert list(dict.fromkeys(MEASURES.values())) == qualities


def _statistic(value, lower, upper, *, outlying=False):
    limits = (0.48, None, lower, upper, 0.5, 0.5)
    return Statistic("men-share", value * 100, 100, value, *limits, outlying)


@pytest.mark.parametrize(("unusual", "more"), [(6, ""), (7, " (+1)")])
def test_the_terminal_counts_the_unusual_precincts_that_it_does_not_name(
    capsys, monkeypatch, unusual, more
):
    """A reader would be told of none more, or not of those that are left out."""
    # A command with --json that ran before in this process has left it so.
    monkeypatch.setattr(TERMINAL, "json", False)
    row = _statistic(0.9, 0.3, 0.6, outlying=True)
    precincts = tuple(
        PrecinctAudit(88, number, (row,), (), ()) for number in range(1, unusual + 1)
    )
    tell_audit(Audit((row,), (), precincts, (), ()))
    assert f"88/5, 88/6{more}\n" in capsys.readouterr().out


@given(
    st.lists(st.tuples(st.integers(1, 2000), st.floats(0, 1)), min_size=1, max_size=20)
)
def test_a_funnel_stays_on_its_paper(precincts):
    """A dot or a mark would stand outside of the drawing, or a larger precinct further left."""
    points = tuple(
        Point(i, of, _statistic(share, 0.3, 0.6))
        for i, (of, share) in enumerate(sorted(precincts))
    )
    plot = funnel_plot(Funnel("men-share", 0.48, points))
    xs = [dot["x"] for dot in plot["dots"]]
    assert xs == sorted(xs)
    assert all(0 <= x <= plot["width"] for x in xs)
    heights = [*(dot["y"] for dot in plot["dots"]), *(y for y, _ in plot["ticks"])]
    assert all(0 <= y <= plot["height"] for y in heights)
    assert len(xs) == len(precincts)


def _model():
    return run.build(indicators=_indicators(), ages=_ages())


def _indicators():
    few = (50.0, 1500.0, None, None, True)
    none = (None,) * 6
    rows = named(
        "indicator unit constituency precinct count of value base lower upper p q outlying",
        ("voters", "precinct", 88, 1, None, None, 3.0, None, *few),
        ("voters", "precinct", 88, 2, None, None, 4.0, None, *few),
        ("men-share", "precinct", 88, 1, 1.0, 3.0, 1 / 3, 0.5, 0.0, 1.0, 0.6, 0.9, False),
        ("men-share", "precinct", 88, 2, 2.0, 4.0, 0.5, 0.5, 0.0, 1.0, 0.9, 0.9, False),
        ("men-share", "constituency", 88, None, 3.0, 7.0, 3 / 7, *none),
        ("voters", "constituency", 88, None, None, None, 7.0, *none),
    )  # fmt: skip
    return table(INDICATOR, rows)


def _ages():
    rows = named("age_from sex voters", (25, "m", 1), (50, "f", 2))
    return table(AGES, rows, constituency=88, precinct=1)


@pytest.mark.parametrize("language", ["en", "az"])
def test_the_page_of_each_precinct(language):
    """A commission would miss its lines or the place to sign, or a cell become markup."""
    page = render_precincts(_model(), language)
    assert page.count("<article") == 2
    assert page.count('class="sign"') == 2
    assert "break-after: page" in page
    assert not re.search(r"(src|href)=\"(?!#)", page)
    assert "audit." not in page.replace("audit.html", "")
    assert "pages." not in page


def test_a_page_sums_up_the_totals_that_lists_declare():
    """A list without a total would take that of the others away."""
    place = Place(88, 1, None, None, None)
    for totals, expected in (((None, 3, 4), 7), ((None, None), None), ((0,), 0)):
        lists = tuple(ListBalance(place, "permanent", 9, 9, 0, one) for one in totals)
        assert declared_total(lists) == expected


def test_the_lines_of_a_rule_stand_once_and_what_is_left_is_counted():
    """Lines are ascending, each once, and those beyond the most shown are counted."""
    model = _model()
    two = _second(build_pages(model))
    places = {row["rule"]: row["places"] for row in two["rules"]}
    (place,) = places["fin-invalid"]
    assert (place["lines"], place["left"]) == ((9,), 0)
    cut = _second(build_pages(model, most_lines=0))
    assert [place["left"] for row in cut["rules"] for place in row["places"]] == [1] * 2
    assert [row.code for row in two["set_aside"]] == ["row-too-short"]
    assert [two[name] for name in ("rows", "rows_set_aside", "declared")] == [6, 2, 5]


def _second(pages):
    return next(page for page in pages if page["precinct"].precinct == 2)


@pytest.mark.parametrize("language", ["en", "az"])
def test_the_audit_in_the_report(language):
    """The audit or its funnel would be missing on the page, or a key stand in place of words."""
    page = render_report(_model(), language)
    assert 'id="audit"' in page
    assert page.count('class="funnel"') == 1
    assert 'id="f-men-share-d"' in page
    assert not re.findall(r">\s*(?:audit|indicator|score|quality)\.[a-z-]+", page)
    assert 'id="audit"' not in render_report(run.build(), language)


def test_the_audit_in_the_workbook(tmp_path):
    """The workbook has all statistics and scores in a sheet each, counts as numbers.

    Neither without an audit.
    """
    with_audit, without = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    scorecard = _score(2, 18, constituency=88)
    model = run.build(indicators=_indicators(), ages=_ages(), scorecard=scorecard)
    with_audit.write_bytes(render_workbook(model, "en"))
    without.write_bytes(render_workbook(run.build(), "en"))
    book = openpyxl.load_workbook(with_audit, read_only=True)
    rows = book["Statistics"].iter_rows(values_only=True)
    units = {"precinct", "constituency"}
    assert [row[1:7] for row in rows if row[0] in units and row[3] == "men"] == [
        (88, None, "men", 3, 7, "42.9 %"),
        (88, 1, "men", 1, 3, "33.3 %"),
        (88, 2, "men", 2, 4, "50.0 %"),
    ]
    rows = book["Scorecard"].iter_rows(values_only=True)
    missing = (88, 1, "Accurate", "required cells that are empty", 2, 18)
    scores = [row for row in rows if row[0] == 88]
    assert scores == [(*missing, pytest.approx(2 / 18))]
    book = openpyxl.load_workbook(without, read_only=True)
    assert "Statistics" not in book.sheetnames
