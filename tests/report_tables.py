"""Hand-made tables of a small run, for the tests of the report.

Two precincts, one entry of another constituency.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from contextlib import suppress

import pyarrow as pa

from voterlist import review
from voterlist.deadlines import CalendarStage, Deadline
from voterlist.fields import COMPARED, NAME_PARTS
from voterlist.model import Level, Progress, Standing
from voterlist.report.section import Run
from voterlist.report.sections.cases import CASES
from voterlist.report.sections.order import build as build_report
from voterlist.report.values import Facts, UnitStanding
from voterlist.schemas import (
    AGES,
    CASE,
    CASE_NUMBER,
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
        if kind == pa.string():
            values = [None if value is None else str(value) for value in values]
        columns[field.name] = pa.array(values, kind)
    return from_columns(columns, schema, length=len(full))


def rows_of(text):
    """Rows as dictionaries: one a line below the headings, whole and other numbers as such.

    A blank cell is None.
    """
    lines = [line.split(";") for line in text.strip().splitlines()]
    heads, *rows = [[cell.strip() for cell in line] for line in lines]
    return [dict(zip(heads, map(_value, row), strict=True)) for row in rows]


def named(names, *rows):
    """Rows as dictionaries: ``names`` is the headings in one text."""
    return [dict(zip(names.split(), row, strict=True)) for row in rows]


def _value(cell):
    for kind in (int, float):
        with suppress(ValueError):
            return kind(cell)
    return cell or None


_PEOPLE = rows_of("""
entry_id; constituency; precinct; source; line; name; birth_date; sex; address; document; fin
e1; 88; 1; a;  5; Məmmədov|Elçin|Rauf oğlu; 02.03.1985; kişi; Nizami küç. 5; AZE12345678; 5ABC123
e2; 88; 2; b;  9; Mamedov|Elchin|Raufoğlu; 1985; m; Füzuli küç. 11;; 5ABC123
e3; 88; 1; a;  6; Quliyeva|Leyla|Vaqif qızı; 11.11.1990; f; Nizami küç. 7; AZE87654321; 7KLM456
e4; 88; 1; a;  7; Quliyeva|Leyli|Vaqif qızı; 11.11.1990; f; Nizami küç. 7; AZE87654322; 7KLM457
e5; 88; 2; b; 10; =HYPERLINK("http://x")|<b>Aynur</b>|@SUM(1); 31.12.1971; f; -2+3;;
e6; 88; 2; b; 11; Həsənova|Aytən|İlham qızı; 01.01.1960; f; Füzuli küç. 3;; 9XYZ999
e7;  7; 3; c;  2; Hasanova|Aytan|Ilham gizi; 01.01.1960; f; Naxçıvan;; 9XYZ999
e8; 88; 2; b; 12; Abbasov|Tural|Kamil oğlu; 05.05.1999; kişi;;; 9XYZ999
""")


def entries():
    """ENTRY."""
    rows = []
    for person in _PEOPLE:
        names = dict(zip(NAME_PARTS, person["name"].split("|"), strict=True))
        rows.append(person | names | {"source": person["source"] * 12})
    return table(ENTRY, rows, list_kind="permanent")


_VOTERS = rows_of("""
name; skeletons; sex; birth_year; birth_month; birth_day; document; fin
Məmmədov|Elçin|Rauf oğlu;   memedov|elcin|rauf;   m; 1985;  3;  2; AZE12345678; 5ABC123
Məmmədov|Elçin|Rauf oğlu;   memedov|elcin|rauf;   m; 1985;    ;  ;            ; 5ABC123
Quliyeva|Leyla|Vaqif qızı;  quliyeva|leyla|vaqif; f; 1990; 11; 11; AZE87654321; 7KLM456
Quliyeva|Leyli|Vaqif qızı;  quliyeva|leyli|vaqif; f; 1990; 11; 11; AZE87654322; 7KLM457
;;                                                f; 1971; 12; 31;            ;
Həsənova|Aytən|İlham qızı;  hesenova|ayten|ilham; f; 1960;  1;  1;            ; 9XYZ999
Həsənova|Aytən|İlham qızı;  hesenova|ayten|ilham; f; 1960;  1;  1;            ; 9XYZ999
Abbasov|Tural|Kamil oğlu;   abasov|tural|kamil;   m; 1999;  5;  5;            ; 9XYZ999
""")
_SKELETONS = ("surname_skeleton", "given_skeleton", "patronymic_skeleton")


def voters():
    """VOTER, in the order of the entries."""
    columns = ["entry_id", "constituency", "precinct", "list_kind", "address"]
    rows = []
    for entry, read in zip(entries().select(columns).to_pylist(), _VOTERS, strict=True):
        entry["address"] = entry["address"] and entry["address"].lower()
        for names, texts in ((NAME_PARTS, "name"), (_SKELETONS, "skeletons")):
            entry |= dict(zip(names, (read[texts] or "").split("|"), strict=False))
        rows.append({name: text or None for name, text in entry.items()} | read)
    return table(VOTER, rows)


def cases():
    """CASE: a move, twins, an identity conflict, and one across constituencies."""
    made = rows_of("""
case_id; entry_id; kind; role; reason; probability
c-move; e1; within-constituency; keep; more-complete; 0.9999
c-move; e2; within-constituency; repeat; same-person; 0.9999
c-twin; e3; twins; keep; other-given-name; 0.002
c-twin; e4; twins; keep; other-given-name; 0.002
c-both; e6; across-constituencies; keep; first-entry; 0.97
c-both; e7; across-constituencies; repeat; same-person; 0.97
c-fin; e6; identity-conflict; question; one-identifier; 0.01
c-fin; e8; identity-conflict; question; one-identifier; 0.01
""")
    where = {one["entry_id"]: one for one in _PEOPLE}
    places = ("constituency", "precinct")
    rows = [
        row | {name: where[row["entry_id"]][name] for name in places} for row in made
    ]
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
    (row,) = rows_of("""
surname; given_name; patronymic; birth_date; sex; address; document; fin
6.0; 7.5; 7.0; 3.0; 0.0; -1.5; 0.0; 29.5
""")
    row = {f"{name}_bits": bits for name, bits in row.items()}
    (shared,) = rows_of("""
surname; given_name; patronymic; birth_date; fin
6.2; 8.0; 11.0; 5.8; 29.9
""")
    row |= {f"{name}_term_frequency": bits for name, bits in shared.items()}
    (rest,) = rows_of("""
entry_l; entry_r; term_frequency; rivals; prior; p_twins; p_relatives; p_unrelated
e1; e2; 0.0; -39.0; -9.0; 1e-9; 0.00008; 0.00001999
""")
    return table(WATERFALL, [row | rest])


def lists():
    """LIST: both of constituency 88 and one of another."""
    rows = rows_of("""
source; sheet; constituency; precinct; rows; entries; set_aside; declared
aaaaaaaaaaaa; Siyahı; 88; 1; 4; 3; 1; 3
bbbbbbbbbbbb;       ; 88; 2; 6; 4; 2; 5
cccccccccccc;       ;  7; 3; 1; 1; 0;
""")
    return table(LIST, rows, list_kind="permanent")


def set_aside():
    """SET_ASIDE.

    A total, a row too short, a blank row, an unreadable file whose constituency nobody knows.
    """
    rows = rows_of("""
source; sheet; line; constituency; precinct; code; rows
aaaaaaaaaaaa; Siyahı;  8; 88; 1; total-row; 1
bbbbbbbbbbbb;       ; 13; 88; 2; row-too-short; 1
bbbbbbbbbbbb;       ; 14; 88; 2; blank-row; 1
dddddddddddd;       ;  0;   ;  ; file-not-a-table; 0
""")
    cells = (["Cəmi", "3", "", None], ["14", "Orucov 7KLM456", "=1+1"], [], [])
    rows = [row | {"cells": of} for row, of in zip(rows, cells, strict=True)]
    return table(SET_ASIDE, rows, copy=0)


def findings():
    """FINDING: of an entry, of two entries, of a precinct, of the other constituency."""
    rows = rows_of("""
rule; severity; unit; constituency; precinct; entry_id; other_entry_id; field; value; limit
missing-value; warning; entry; 88; 2; e8;; address;;
fin-invalid; error; entry; 88; 2; e2; e1; fin;;
precinct-too-small; warning; precinct; 88; 1;;;; 3.0; 50.0
missing-value; warning; entry; 7; 3; e7;; document;;
""")
    return table(FINDING, rows)


def profile():
    """PROFILE."""
    rows = rows_of("""
constituency; precinct; voters; men; women; median_age
7; 3; 1; 0; 1;
88; 1; 3; 1; 2; 35.0
88; 2; 4; 2; 2; 48.5
""")
    missing = (name for name in PROFILE.names if name.startswith("missing_"))
    return table(PROFILE, rows, **dict.fromkeys(missing, 0.0))


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
    rows = rows_of("""
measure; cases; read; found; estimate; low; high
precision; 40; 10; 9; 0.9; 0.596; 0.982
missed; 7; 0; 0;;;
""")
    return table(CERTIFICATE, rows, constituency=88)


def nights():
    """NIGHT of two nights of constituency 88."""
    rows = rows_of("""
night; hour; change; source; precinct; decided_by; answers
2026-02-01; 10; struck; case; 1; Aynur; 2
2026-02-02; 2; struck; unasked; 2; Rashad; 40
2026-02-02; ; corrected; door; ; Rashad; 1
""")
    return table(NIGHT, rows, constituency=88)


def waves():
    """WAVE of the second night."""
    rows = rows_of("""
night; rule; level; constituency; precinct; entry_id; seen; expected; limit; source; decided_by
2026-02-02; wave-of-strikings; precinct; 88; 2; e5; 40; 1.25; 9; unasked; Rashad
""")
    return table(WAVE, rows, by_person=40, first_hour=2, last_hour=2)


def fairness():
    """FAIRNESS of constituency 88: a group of each grouping, and its measures."""
    groups = (
        *(("sex", "f"), ("sex", "m"), ("born", "1980"), ("place", "town")),
        *(("place", "village"), ("displaced", "displaced"), ("displaced", "others")),
        *(("script", name) for name in ("latin", "ascii", "azeri-cyrillic", "russian")),
        *(("script", name) for name in ("mixed", "other")),
    )
    rows = [
        {"measure": measure, "grouping": grouping, "group": group}
        for measure in ("cleared", "flagged", "restored", "struck")
        for grouping, group in groups
    ]
    numbers = {"entries": 50, "found": 4, "estimate": 0.08, "low": 0.032, "high": 0.188}
    return table(FAIRNESS, rows, constituency=88, **numbers)


def estimate():
    """The estimate of the linkage: one row."""
    (row,) = rows_of("""
pairs; precision; precision_low; precision_high; recall; recall_low; recall_high
2; 0.991; 0.98; 0.997; 0.94; 0.92; 0.96
""")
    loss = {"blocking_loss": 0.01, "blocking_loss_low": 0.002}
    return pa.Table.from_pylist([row | loss | {"blocking_loss_high": 0.03}])


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
    rows = rows_of("""
indicator; precinct; count; of; value; base; last; lower; upper; p; q
voters; 1; ; ; 3.0; ; 4.0; 50.0; 1500.0; ;
voters; 2; ; ; 4.0; ; 4.0; 50.0; 1500.0; ;
men-share; 1; 1.0; 3.0; ; 0.5; 0.4; 0.0; 0.9; 0.6; 0.9
men-share; 2; 2.0; 4.0; 0.5; 0.5; 0.6; 0.6; 0.8; 0.9; 0.7
missing-fin; 2; 1.0; 4.0; 0.25; ; ; ; ; ;
""")
    outlying = (True, True, False, True, None)
    rows = [
        row | {"unit": "precinct", "constituency": 88, "outlying": is_so}
        for row, is_so in zip(rows, outlying, strict=True)
    ]
    rows += rows_of("""
indicator; unit; constituency; count; of; value; last
voters; constituency; 88; ; ; 7.0; 9.0
men-share; constituency; 88; 3.0; 7.0; ; 0.5
whipple; constituency; 88; ; ; 112.5;
missing-fin; constituency; 88; 1.0; 7.0; ;
voters; nation; ; ; ; 8.0;
men-share; nation; ; 3.0; 8.0; ;
""")
    # Of a share the value follows.
    for row in rows:
        if row["value"] is None:
            row["value"] = row["count"] / row["of"]
    return table(INDICATOR, rows)


def ages():
    """AGES of both precincts, one voter of unknown sex."""
    rows = rows_of("""
precinct; age_from; sex; voters
1; 25; m; 1
1; 25; ; 1
1; 35; f; 1
2; 40; m; 2
2; 50; f; 2
""")
    return table(AGES, rows, constituency=88)


def scores():
    """SCORECARD of both precincts."""
    rows = rows_of("""
precinct; quality; measure; count; of
1; comprehensiveness; listed-of-adults; 3; 4
1; accuracy; cells-missing; 2; 18
2; accuracy; cells-missing; 3; 24
""")
    rows = [row | {"value": row["count"] / row["of"]} for row in rows]
    return table(SCORECARD, rows, constituency=88)


(DEATHS,) = rows_of("""
total; usable; confirmed; probable; conflicting; register-only; unusable
400; 180; 30; 5; 2; 143; 220
""")


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
    rows = rows_of("""
change; cause; entries
before; ; 100
after; ; 98
removed; none; 3
added; of-age; 1
""")
    return table(CYCLE_SUMMARY, rows, constituency=88, precinct=1)


def comparison():
    """COMPARISON: the adults of the constituency and of one precinct."""
    rows = rows_of("""
precinct; list; statistic
; 7.0; 9.0
1; 3.0; 5.0
""")
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
        "ages": ages(),
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
        "case_numbers": CASE_NUMBER,
        "pairs": PAIR,
        "waterfalls": WATERFALL,
        "profile": PROFILE,
        "ages": AGES,
    }
    return Run(FACTS, {name: shape.empty_table() for name, shape in shapes.items()}, {})


def run(*, facts=FACTS, mask_identifiers=True, calendar=None, **changed_tables):
    """The hand-made run; ``changed_tables`` replace its tables or stand beside them."""
    made = run_tables() | changed_tables
    return Run(
        facts,
        {"case_numbers": review.number_cases(made["cases"]), **made},
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
    rows = rows_of("""
rule; severity; unit; constituency; precinct; entry_id; field; value; limit; source
missing-value; note; entry; 88; 2; e5; document; ; ;
sex-ratio-outlier; warning; precinct; 88; 2; ; ; 0.61; 0.58;
name-other-number; warning; file; 88; 2; ; precinct; 2.0; 14.0;
letters-lost; warning; file; 88; 2; ; ; 3.0; ; bbbbbbbbbbbb
declared-total-differs; warning; precinct; 88; 1; ; ; 3.0; 4.0; aaaaaaaaaaaa
""")
    return run(
        facts=dataclasses.replace(FACTS, today=dt.date(2026, 2, 5)),
        cases=sort_by(table(CASE, third), "case_id", "entry_id"),
        findings=concat([findings(), table(FINDING, rows)], FINDING),
        decisions=decisions(("c-fin", "e6", "keep")),
        contested=contested("c-fin", "e6", "keep", "separate"),
        certificate=certificate(),
        indicators=indicators(),
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
