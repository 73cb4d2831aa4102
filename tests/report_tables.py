"""Hand-made tables of a small run, for the tests of the report.

Two precincts, one entry of another constituency.
"""

from __future__ import annotations

import dataclasses
import datetime as dt

import pyarrow as pa

from voterlist.deadlines import CalendarStage, Deadline
from voterlist.fields import COMPARED
from voterlist.model import Level, Progress, Standing
from voterlist.report.section import Run
from voterlist.report.sections.cases import CASES
from voterlist.report.sections.order import build as build_report
from voterlist.report.values import Facts, UnitStanding
from voterlist.schemas import (
    AGES,
    CASE,
    CERTIFICATE,
    COINCIDENCE,
    COMPARISON,
    CONTESTED,
    CYCLE_SUMMARY,
    DECISION,
    ENTRY,
    FAIRNESS,
    FINDING,
    GIVEN_VERDICT,
    INDICATOR,
    LIST,
    NIGHT,
    PAIR,
    PROFILE,
    PYRAMID,
    REGISTER_USE,
    SCORECARD,
    SECOND_READING,
    SET_ASIDE,
    VOTER,
    WATERFALL,
    WAVE,
)
from voterlist.tables import concat, from_columns, sort_by

TODAY = dt.date(2026, 2, 3)
FILES = {
    "aaaaaaaaaaaa": "məntəqə 1.xlsx",
    "bbbbbbbbbbbb": ["məntəqə 2.csv", "məntəqə 2 (surət).csv"],
    "cccccccccccc": "7.csv",
}


def table(schema, rows, **common):
    """A table of this schema from a list of dictionaries; ``common`` stands in every row."""
    full = [common | row for row in rows]
    columns = {}
    for field in schema:
        values = [row.get(field.name) for row in full]
        kind = pa.string() if pa.types.is_dictionary(field.type) else field.type
        columns[field.name] = pa.array(values, kind)
    return from_columns(columns, schema, length=len(full))


def named(names, *rows):
    """Rows as dictionaries: ``names`` is the headings in one text."""
    return [dict(zip(names.split(), row, strict=True)) for row in rows]


_PEOPLE = named(
    "entry_id constituency precinct source line name birth_date sex address document fin",
    (
        "e1",
        88,
        1,
        "a",
        5,
        "Məmmədov|Elçin|Rauf oğlu",
        "02.03.1985",
        "kişi",
        "Nizami küç. 5",
        "AZE12345678",
        "5ABC123",
    ),
    (
        "e2",
        88,
        2,
        "b",
        9,
        "Mamedov|Elchin|Raufoğlu",
        "1985",
        "m",
        "Füzuli küç. 11",
        None,
        "5ABC123",
    ),
    (
        "e3",
        88,
        1,
        "a",
        6,
        "Quliyeva|Leyla|Vaqif qızı",
        "11.11.1990",
        "f",
        "Nizami küç. 7",
        "AZE87654321",
        "7KLM456",
    ),
    (
        "e4",
        88,
        1,
        "a",
        7,
        "Quliyeva|Leyli|Vaqif qızı",
        "11.11.1990",
        "f",
        "Nizami küç. 7",
        "AZE87654322",
        "7KLM457",
    ),
    (
        "e5",
        88,
        2,
        "b",
        10,
        '=HYPERLINK("http://x")|<b>Aynur</b>|@SUM(1)',
        "31.12.1971",
        "f",
        "-2+3",
        None,
        None,
    ),
    (
        "e6",
        88,
        2,
        "b",
        11,
        "Həsənova|Aytən|İlham qızı",
        "01.01.1960",
        "f",
        "Füzuli küç. 3",
        None,
        "9XYZ999",
    ),
    (
        "e7",
        7,
        3,
        "c",
        2,
        "Hasanova|Aytan|Ilham gizi",
        "01.01.1960",
        "f",
        "Naxçıvan",
        None,
        "9XYZ999",
    ),
    (
        "e8",
        88,
        2,
        "b",
        12,
        "Abbasov|Tural|Kamil oğlu",
        "05.05.1999",
        "kişi",
        None,
        None,
        "9XYZ999",
    ),
)


def entries():
    """ENTRY."""
    rows = []
    for person in _PEOPLE:
        names = dict(
            zip(
                ("surname", "given_name", "patronymic"),
                person["name"].split("|"),
                strict=True,
            )
        )
        rows.append(
            person | names | {"source": person["source"] * 12, "list_kind": "permanent"}
        )
    return table(ENTRY, rows)


# surname, given, patronymic as standard, skeletons of the three, sex, year, month, day, document,
# fin
_VOTERS = {
    "e1": (
        "Məmmədov",
        "Elçin",
        "Rauf oğlu",
        "memedov",
        "elcin",
        "rauf",
        "m",
        1985,
        3,
        2,
        "AZE12345678",
        "5ABC123",
    ),
    "e2": (
        "Məmmədov",
        "Elçin",
        "Rauf oğlu",
        "memedov",
        "elcin",
        "rauf",
        "m",
        1985,
        None,
        None,
        None,
        "5ABC123",
    ),
    "e3": (
        "Quliyeva",
        "Leyla",
        "Vaqif qızı",
        "quliyeva",
        "leyla",
        "vaqif",
        "f",
        1990,
        11,
        11,
        "AZE87654321",
        "7KLM456",
    ),
    "e4": (
        "Quliyeva",
        "Leyli",
        "Vaqif qızı",
        "quliyeva",
        "leyli",
        "vaqif",
        "f",
        1990,
        11,
        11,
        "AZE87654322",
        "7KLM457",
    ),
    "e5": (None, None, None, None, None, None, "f", 1971, 12, 31, None, None),
    "e6": (
        "Həsənova",
        "Aytən",
        "İlham qızı",
        "hesenova",
        "ayten",
        "ilham",
        "f",
        1960,
        1,
        1,
        None,
        "9XYZ999",
    ),
    "e7": (
        "Həsənova",
        "Aytən",
        "İlham qızı",
        "hesenova",
        "ayten",
        "ilham",
        "f",
        1960,
        1,
        1,
        None,
        "9XYZ999",
    ),
    "e8": (
        "Abbasov",
        "Tural",
        "Kamil oğlu",
        "abasov",
        "tural",
        "kamil",
        "m",
        1999,
        5,
        5,
        None,
        "9XYZ999",
    ),
}
_VOTER_NAMES = (
    "surname",
    "given_name",
    "patronymic",
    "surname_skeleton",
    "given_skeleton",
    "patronymic_skeleton",
    "sex",
    "birth_year",
    "birth_month",
    "birth_day",
    "document",
    "fin",
)


def voters():
    """VOTER, in the order of the entries."""
    rows = []
    for entry in (
        entries()
        .select(["entry_id", "constituency", "precinct", "list_kind", "address"])
        .to_pylist()
    ):
        entry["address"] = entry["address"] and entry["address"].lower()
        rows.append(
            entry | dict(zip(_VOTER_NAMES, _VOTERS[entry["entry_id"]], strict=True))
        )
    return table(VOTER, rows)


def cases():
    """CASE: a move, twins, an identity conflict, and one across constituencies."""
    made = [
        ("c-move", "e1", "within-constituency", "keep", "more-complete", 0.9999),
        ("c-move", "e2", "within-constituency", "repeat", "same-person", 0.9999),
        ("c-twin", "e3", "twins", "keep", "other-given-name", 0.002),
        ("c-twin", "e4", "twins", "keep", "other-given-name", 0.002),
        ("c-both", "e6", "across-constituencies", "keep", "first-entry", 0.97),
        ("c-both", "e7", "across-constituencies", "repeat", "same-person", 0.97),
        ("c-fin", "e6", "identity-conflict", "question", "one-identifier", 0.01),
        ("c-fin", "e8", "identity-conflict", "question", "one-identifier", 0.01),
    ]
    where = {
        row["entry_id"]: row
        for row in entries()
        .select(["entry_id", "constituency", "precinct"])
        .to_pylist()
    }
    names = ("case_id", "entry_id", "kind", "role", "reason", "probability")
    rows = [where[row[1]] | dict(zip(names, row, strict=True)) for row in made]
    return sort_by(table(CASE, rows, weight=12.5), "case_id", "entry_id")


def pairs():
    """PAIR: the move alone."""
    levels = {f"{name}_level": "same" for name in COMPARED} | {
        "birth_date_level": "year",
        "document_level": "missing",
    }
    row = {
        "entry_l": "e1",
        "entry_r": "e2",
        "weight": 12.5,
        "probability": 0.9999,
        "kind": "within-constituency",
    }
    return table(PAIR, [row | levels], match_key="fin")


def waterfalls():
    """WATERFALL of the move.

    Names and a FIN for one person, the address against, half of it taken back.
    """
    bits = {
        "surname": 6.0,
        "given_name": 7.5,
        "patronymic": 7.0,
        "birth_date": 3.0,
        "sex": 0.0,
        "address": -1.5,
    }
    bits |= {"document": 0.0, "fin": 29.5}
    row = {f"{name}_bits": value for name, value in bits.items()}
    row |= {
        "surname_term_frequency": 6.2,
        "given_name_term_frequency": 8.0,
        "patronymic_term_frequency": 11.0,
        "birth_date_term_frequency": 5.8,
    }
    row |= {
        "fin_term_frequency": 29.9,
        "term_frequency": 0.0,
        "rivals": -39.0,
        "prior": -9.0,
    }
    chances = {"p_twins": 1e-9, "p_relatives": 0.00008, "p_unrelated": 0.00001999}
    return table(WATERFALL, [{"entry_l": "e1", "entry_r": "e2"} | row | chances])


def lists():
    """LIST: both of constituency 88 and one of another."""
    rows = named(
        "source sheet constituency precinct rows entries set_aside declared",
        ("a" * 12, "Siyahı", 88, 1, 4, 3, 1, 3),
        ("b" * 12, None, 88, 2, 6, 4, 2, 5),
        ("c" * 12, None, 7, 3, 1, 1, 0, None),
    )
    return table(LIST, rows, list_kind="permanent")


def set_aside():
    """SET_ASIDE.

    A total, a row too short, a blank row, an unreadable file whose constituency nobody knows.
    """
    rows = named(
        "source sheet line constituency precinct code rows cells",
        ("a" * 12, "Siyahı", 8, 88, 1, "total-row", 1, ["Cəmi", "3", "", None]),
        (
            "b" * 12,
            None,
            13,
            88,
            2,
            "row-too-short",
            1,
            ["14", "Orucov 7KLM456", "=1+1"],
        ),
        ("b" * 12, None, 14, 88, 2, "blank-row", 1, []),
        ("d" * 12, None, 0, None, None, "file-not-a-table", 0, []),
    )
    return table(SET_ASIDE, rows, copy=0)


def findings():
    """FINDING: of an entry, of two entries, of a precinct, of the other constituency."""
    rows = named(
        "rule severity unit constituency precinct entry_id other_entry_id field value limit",
        ("missing-value", "warning", "entry", 88, 2, "e8", None, "address", None, None),
        ("fin-invalid", "error", "entry", 88, 2, "e2", "e1", "fin", None, None),
        (
            "precinct-too-small",
            "warning",
            "precinct",
            88,
            1,
            None,
            None,
            None,
            3.0,
            50.0,
        ),
        ("missing-value", "warning", "entry", 7, 3, "e7", None, "document", None, None),
    )
    return table(FINDING, rows)


def profile():
    """PROFILE."""
    rows = [
        {"constituency": 7, "precinct": 3, "voters": 1, "men": 0, "women": 1},
        {
            "constituency": 88,
            "precinct": 1,
            "voters": 3,
            "men": 1,
            "women": 2,
            "median_age": 35.0,
        },
        {
            "constituency": 88,
            "precinct": 2,
            "voters": 4,
            "men": 2,
            "women": 2,
            "median_age": 48.5,
        },
    ]
    return table(
        PROFILE,
        rows,
        **{name: 0.0 for name in PROFILE.names if name.startswith("missing_")},
    )


def pyramid():
    """PYRAMID of constituency 88."""
    rows = [
        {"age_from": 25, "sex": "m", "voters": 1},
        {"age_from": 35, "sex": "f", "voters": 2},
        {"age_from": 40, "sex": "m", "voters": 2},
        {"age_from": 50, "sex": "f", "voters": 1},
        {"age_from": None, "sex": None, "voters": 1},
    ]
    return table(PYRAMID, rows)


def standings():
    """One precinct done, one awaited; the constituency's own stage not begun."""
    compile_ = Deadline(
        CalendarStage.COMPILE,
        Level.PEC,
        Level.CONEC,
        dt.date(2026, 1, 1),
        dt.date(2026, 2, 5),
        "",
    )
    check = Deadline(
        CalendarStage.CHECK,
        Level.CONEC,
        Level.CEC,
        dt.date(2026, 2, 6),
        dt.date(2026, 4, 5),
        "",
    )
    return (
        UnitStanding(
            compile_, 88, 1, dt.date(2026, 2, 1), Standing.DONE, Progress.RECEIVED
        ),
        UnitStanding(compile_, 88, 2, None, Standing.DUE_SOON, Progress.RECEIVED),
        UnitStanding(compile_, 7, 3, None, Standing.OVERDUE, Progress.NOT_STARTED, 3),
        UnitStanding(check, 88, None, None, Standing.NOT_STARTED, Progress.RECEIVED),
    )


def decisions(*rows):
    """DECISION of (case, entry, verdict)."""
    made = [
        dict(zip(("case_id", "entry_id", "verdict"), row, strict=True)) for row in rows
    ]
    return table(
        DECISION,
        made,
        reason="köçüb",
        decided_by="A. Kərimova",
        decided_at="2026-02-03T09:00:00+00:00",
    )


def given(decisions):
    """GIVEN_VERDICT: the same answers of people, in their order."""
    size = decisions.num_rows
    columns = {name: decisions.column(name) for name in DECISION.names}
    columns |= {"number": list(range(1, size + 1)), "adjudicates": [False] * size}
    return from_columns(columns, GIVEN_VERDICT, size)


def contested(case, entry, *answers):
    """CONTESTED: what two people said of an entry of a case."""
    rows = [{"answer": answer} for answer in answers]
    return table(
        CONTESTED,
        rows,
        case_id=case,
        entry_id=entry,
        decided_by="A. Kərimova",
        decided_at="2026-02-03T09:00:00+00:00",
    )


def second_readings(case, entry):
    """SECOND_READING: a decided case that another person is to read."""
    row = {"case_id": case, "entry_id": entry, "decided_by": "A. Kərimova"}
    flags = {"why": "striking", "holds_back": True, "is_ready": True}
    return table(SECOND_READING, [row | flags])


def certificate():
    """CERTIFICATE of constituency 88: one figure, and one of which nothing can be said."""
    rows = named(
        "measure cases read found estimate low high",
        ("precision", 40, 10, 9, 0.9, 0.596, 0.982),
        ("missed", 7, 0, 0, None, None, None),
    )
    return table(CERTIFICATE, rows, constituency=88)


def nights():
    """NIGHT of two nights of constituency 88."""
    rows = named(
        "night hour change source precinct decided_by answers",
        ("2026-02-01", 10, "struck", "case", 1, "Aynur", 2),
        ("2026-02-02", 2, "struck", "unasked", 2, "Rashad", 40),
        ("2026-02-02", None, "corrected", "door", None, "Rashad", 1),
    )
    return table(NIGHT, rows, constituency=88)


def waves():
    """WAVE of the second night."""
    row = {
        "night": "2026-02-02",
        "rule": "wave-of-strikings",
        "level": "precinct",
        "constituency": 88,
        "precinct": 2,
        "entry_id": "e5",
        "seen": 40,
        "expected": 1.25,
        "limit": 9,
        "source": "unasked",
        "decided_by": "Rashad",
        "by_person": 40,
        "first_hour": 2,
        "last_hour": 2,
    }
    return table(WAVE, [row])


def fairness():
    """FAIRNESS of constituency 88: a group of each grouping, and its measures."""
    groups = (
        *(("sex", "f"), ("sex", "m"), ("born", "1980"), ("place", "town")),
        *(("place", "village"), ("displaced", "displaced"), ("displaced", "others")),
        *(("script", name) for name in ("latin", "ascii", "azeri-cyrillic", "russian")),
        *(("script", name) for name in ("mixed", "other")),
    )
    rows = [
        {
            "measure": measure,
            "grouping": grouping,
            "group": group,
            "entries": 50,
            "found": 4,
            "estimate": 0.08,
            "low": 0.032,
            "high": 0.188,
        }
        for measure in ("cleared", "flagged", "restored", "struck")
        for grouping, group in groups
    ]
    return table(FAIRNESS, rows, constituency=88)


def estimate():
    """The estimate of the linkage: one row."""
    shares = {"precision": 0.991, "precision_low": 0.98, "precision_high": 0.997}
    shares |= {"recall": 0.94, "recall_low": 0.92, "recall_high": 0.96}
    loss = {
        "blocking_loss": 0.01,
        "blocking_loss_low": 0.002,
        "blocking_loss_high": 0.03,
    }
    shares |= loss
    return pa.Table.from_pylist([{"pairs": 2} | shares])


def coincidences():
    """What chance alone would give, in the constituency and in the whole list."""
    columns = {
        "constituency": [88, 88, None, None],
        "agreement": ["stem+given_name+patronymic+date", "stem+given_name+year"] * 2,
        "expected": [0.04, 512.3, 1.5, 20_480.0],
        "found": [2, 530, 9, 21_000],
    }
    return from_columns(columns, COINCIDENCE)


def indicators():
    """INDICATOR: statistics by which precincts are judged, and others."""
    known = "indicator unit constituency precinct count of value base last lower upper p q outlying"
    rows = named(
        known,
        (
            "voters",
            "precinct",
            88,
            1,
            None,
            None,
            3.0,
            None,
            4.0,
            50.0,
            1500.0,
            None,
            None,
            True,
        ),
        (
            "voters",
            "precinct",
            88,
            2,
            None,
            None,
            4.0,
            None,
            4.0,
            50.0,
            1500.0,
            None,
            None,
            True,
        ),
        (
            "men-share",
            "precinct",
            88,
            1,
            1.0,
            3.0,
            1 / 3,
            0.5,
            0.4,
            0.0,
            0.9,
            0.6,
            0.9,
            False,
        ),
        (
            "men-share",
            "precinct",
            88,
            2,
            2.0,
            4.0,
            0.5,
            0.5,
            0.6,
            0.6,
            0.8,
            0.9,
            0.7,
            True,
        ),
        (
            "missing-fin",
            "precinct",
            88,
            2,
            1.0,
            4.0,
            0.25,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
        ),
    )
    names = "indicator unit constituency count of value last"
    rows += named(
        names,
        ("voters", "constituency", 88, None, None, 7.0, 9.0),
        ("men-share", "constituency", 88, 3.0, 7.0, 3 / 7, 0.5),
        ("whipple", "constituency", 88, None, None, 112.5, None),
        ("missing-fin", "constituency", 88, 1.0, 7.0, 1 / 7, None),
        ("voters", "nation", None, None, None, 8.0, None),
        ("men-share", "nation", None, 3.0, 8.0, 3 / 8, None),
    )
    return table(INDICATOR, rows)


def ages():
    """AGES of one precinct, one voter of unknown sex."""
    rows = named("age_from sex voters", (25, "m", 1), (25, None, 1), (50, "f", 2))
    return table(AGES, rows, constituency=88, precinct=1)


def scores():
    """SCORECARD of both precincts."""
    rows = named(
        "precinct quality measure count of value",
        (1, "comprehensiveness", "listed-of-adults", 3, 4, 0.75),
        (1, "accuracy", "cells-missing", 2, 18, 2 / 18),
        (2, "accuracy", "cells-missing", 3, 24, 3 / 24),
    )
    return table(SCORECARD, rows, constituency=88)


DEATHS = {
    "total": 400,
    "usable": 180,
    "confirmed": 30,
    "probable": 5,
    "conflicting": 2,
    "register-only": 143,
    "unusable": 220,
}


def register_use(**registers):
    """REGISTER_USE of registers as a whole: measure -> rows of each."""
    rows = [
        {"register": name, "measure": measure, "rows": count}
        for name, counts in registers.items()
        for measure, count in counts.items()
    ]
    return table(REGISTER_USE, rows)


def cycle_summary():
    """CYCLE_SUMMARY of one precinct."""
    rows = named(
        "change cause entries",
        ("before", None, 100),
        ("after", None, 98),
        ("removed", "none", 3),
        ("added", "of-age", 1),
    )
    return table(CYCLE_SUMMARY, rows, constituency=88, precinct=1)


def comparison():
    """COMPARISON: the adults of the constituency and of one precinct."""
    rows = named("precinct list statistic", (None, 7.0, 9.0), (1, 3.0, 5.0))
    return table(COMPARISON, rows, constituency=88, measure="adults")


FACTS = Facts("2026", Level.CONEC, 88, TODAY)


def run_tables():
    """The tables of the hand-made run by name."""
    return {
        "entries": entries(),
        "voters": voters(),
        "lists": lists(),
        "set_aside": set_aside(),
        "findings": findings(),
        "cases": cases(),
        "pairs": pairs(),
        "waterfalls": waterfalls(),
        "profile": profile(),
        "pyramid": pyramid(),
        "estimate": estimate(),
        "coincidences": coincidences(),
    }


def nothing():
    """A run that found no list at all."""
    shapes = {
        "entries": ENTRY,
        "voters": VOTER,
        "lists": LIST,
        "set_aside": SET_ASIDE,
        "findings": FINDING,
        "cases": CASE,
        "pairs": PAIR,
        "waterfalls": WATERFALL,
        "profile": PROFILE,
        "pyramid": PYRAMID,
    }
    return Run(FACTS, {name: shape.empty_table() for name, shape in shapes.items()}, {})


def run(*, facts=FACTS, mask_identifiers=True, calendar=None, **changed_tables):
    """The hand-made run; ``changed_tables`` replace its tables or stand beside them."""
    return Run(
        facts,
        run_tables() | changed_tables,
        sources=FILES,
        standings=standings() if calendar is None else calendar,
        mask_identifiers=mask_identifiers,
    )


def build(**changes):
    """The report of the hand-made run, with changes as of ``run``."""
    return build_report(run(**changes))


def open_cases(**changes):
    """The cases of ``build`` that a person is asked, the contested ones too."""
    cases = build(**changes).of(CASES).for_review
    return tuple(case for case in cases if case.is_open)


def everything():
    """The hand-made run with all that a run may have beside: audit, registers, a last cycle.

    A case has three entries, one of them hostile; another one has been decided in part. It is the
    day on which a stage is due.
    """
    third = cases().to_pylist()
    third.append(
        next(row for row in third if row["entry_id"] == "e2") | {"entry_id": "e5"}
    )
    rows = named(
        "rule severity unit constituency precinct entry_id field value limit",
        ("missing-value", "note", "entry", 88, 2, "e5", "document", None, None),
        ("sex-ratio-outlier", "warning", "precinct", 88, 2, None, None, 0.61, 0.58),
        ("name-other-number", "warning", "file", 88, 2, None, "precinct", 2.0, 14.0),
        ("letters-lost", "warning", "file", 88, 2, None, None, 3.0, None),
    )
    rows[-1]["source"] = "bbbbbbbbbbbb"
    return run(
        facts=dataclasses.replace(FACTS, today=dt.date(2026, 2, 5)),
        cases=sort_by(table(CASE, third), "case_id", "entry_id"),
        findings=concat([findings(), table(FINDING, rows)], FINDING),
        decisions=decisions(("c-fin", "e6", "keep")),
        contested=contested("c-fin", "e6", "keep", "separate"),
        certificate=certificate(),
        indicators=indicators(),
        ages=ages(),
        scorecard=scores(),
        register_use=register_use(deaths=DEATHS, arrivals=dict.fromkeys(DEATHS)),
        cycle_summary=cycle_summary(),
        comparison=comparison(),
        nights=nights(),
        waves=waves(),
        fairness=fairness(),
    )


def wrong():
    """The hand-made run of no single constituency: a row lost, a list that does not balance.

    A stage is overdue, and a register counts constituency by constituency.
    """
    unbalanced = lists().to_pylist()
    unbalanced[0]["entries"] -= 1
    parts = [
        {"register": "deaths", "measure": "total", "rows": 9, "constituency": number}
        for number in (None, 88)
    ]
    decided = decisions(("c-move", "e1", "keep"), ("c-move", "e2", "repeat"))
    return run(
        facts=Facts("2026", Level.CEC, None, dt.date(2026, 2, 9)),
        lists=table(LIST, unbalanced),
        set_aside=set_aside().slice(1),
        decisions=decided,
        second_readings=second_readings("c-both", "e6"),
        register_use=table(REGISTER_USE, parts),
        nights=nights(),
    )
