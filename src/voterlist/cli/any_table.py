"""Lists, or tables with any headers, that need no workspace.

``check``: the register tests over them; ``compare``: what changed between two cycles, and why;
``evaluate``: pairs, or findings, against known truth; ``explain``: the waterfall of one pair;
``synth``: invented lists with known truth.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from voterlist.cli.link import reading_as_json, tell_chance, tell_reading
from voterlist.cli.options import (
    Columns,
    Tables,
    Today,
    ToldProfileOption,
    argument,
    day,
    option,
    require_ending,
)
from voterlist.cli.steps import Steps
from voterlist.cli.terminal import (
    SAY,
    TERMINAL,
    Answer,
    pick,
    show_path,
    table,
    tell,
    tell_left,
    title,
    visible_name,
)
from voterlist.errors import InputError

if TYPE_CHECKING:
    from voterlist.any_table.checking import Checked
    from voterlist.any_table.comparing import Compared
    from voterlist.report.sections.audit.model import Audit
    from voterlist.report.sections.cases.model import Waterfall


_MOST_PRECINCTS = 6
"""Precincts named in a line; of more, their number is told."""


def check(
    files: Tables,
    columns: Columns = None,
    settings: Annotated[Path | None, option("check-settings", "TOML")] = None,
    streets: Annotated[list[Path] | None, option("streets", "FILE")] = None,
    out: Annotated[Path | None, option("findings-out", "FINDINGS.parquet")] = None,
    report: Annotated[Path | None, option("audit-folder", "FOLDER")] = None,
    profile: ToldProfileOption = None,
    today: Today = None,
) -> Answer:
    """Run the register tests."""
    from voterlist.any_table.checking import check_files
    from voterlist.processes.limits import give_memory_back
    from voterlist.storage.store import write_table

    require_ending(out, "out-not-parquet", ".parquet")
    give_memory_back()
    with Steps() as steps:
        checked = check_files(
            files,
            today=day(today, may_come=True),
            columns=columns,
            settings=settings,
            streets=streets or (),
            profile=profile,
            report=report,
            progress=steps,
        )
    if out is not None:
        write_table(out, checked.findings)
    if checked.reading is not None:
        tell_reading(checked.reading)
    _tell_checked(checked)
    for path in (*([out] if out else []), *checked.pages):
        tell("cli.check.written", path=path)
    # Of a nation these are a million rows, which a terminal does not show.
    indicators = checked.indicators.to_pylist() if TERMINAL.json else []
    counted = pick(checked, "accepted", "coincidences", "streets", "rules")
    return {
        "rows": {
            "in": checked.rows_in,
            "out": checked.rows_out,
            "set_aside": sum(checked.set_aside.values()),
        },
        "set_aside": checked.set_aside,
        "findings": checked.findings_by_rule,
        **counted,
        "out": out,
        "exit_code": checked.exit_code,
        **(reading_as_json(checked.reading) if checked.reading else {}),
        **_indicators(indicators),
        "pages": checked.pages,
    }


def _tell_checked(checked: Checked) -> None:
    """The findings by rule, what chance explains, the statistics."""
    number = sum(row["count"] for row in checked.findings_by_rule)
    tell("cli.check.done", entries=checked.rows_out, findings=number)
    rows = [
        (title("rule", row["rule"]), SAY(f"severity.{row['severity']}"), row["count"])
        for row in checked.findings_by_rule
    ]
    table(("test", "severity", "findings"), rows)
    _tell_streets(checked.streets)
    if checked.accepted:
        tell("cli.check.accepted", accepted=checked.accepted)
    tell_chance(checked.coincidences)
    if checked.audit is not None:
        tell_audit(checked.audit)


def _tell_streets(counted: dict[str, int | None]) -> None:
    """How many addresses could be held against the register of streets.

    Nothing where none was given.
    """
    if counted["total"] is None:
        return
    tell("cli.check.streets", **counted)
    if counted["total"] and not counted["judged"]:
        tell("cli.failure.todo", todo=SAY("cli.check.streets-unused"))


def tell_audit(audit: Audit) -> None:
    """For each statistic the whole, the lowest and highest precinct, and the unusual ones."""
    from voterlist.report.sections.audit import AuditWords

    words = AuditWords(SAY.language)
    TERMINAL.say()
    tell("cli.check.audit", precincts=len(audit.precincts), unusual=audit.outlying)
    rows = []
    for row in audit.whole:
        values = audit.values(row.indicator)
        lowest, highest = (min(values), max(values)) if values else (None, None)
        cells = (
            words(f"indicator.{row.indicator}"),
            words.statistic(row, row.value),
            words.statistic(row, lowest),
            words.statistic(row, highest),
            _unusual(audit, row.indicator),
        )
        rows.append(cells)
    names = ("indicator", "here", "least", "most", "outliers")
    TERMINAL.table([words(f"audit.column.{name}") for name in names], rows)


def _unusual(audit: Audit, indicator: str) -> str:
    """The numbers of the unusual precincts, the first of them where they are many."""
    places = []
    for precinct in audit.precincts:
        row = precinct.statistic(indicator)
        if row and row.outlying:
            places.append(f"{precinct.constituency or '-'}/{precinct.precinct}")
    left = len(places) - _MOST_PRECINCTS
    more = f" (+{left})" if left > 0 else ""
    return ", ".join(places[:_MOST_PRECINCTS]) + more


def _indicators(rows: list[Answer]) -> Answer:
    """``indicators`` of the whole, and ``unusual``: what lies outside, place by place."""
    whole = ("indicator", "count", "of", "value")
    place = ("indicator", "constituency", "precinct")
    bounds = ("value", "base", "lower", "upper", "q")
    return {
        "indicators": [
            {name: row[name] for name in whole}
            for row in rows
            if row["unit"] == "nation"
        ],
        "unusual": [
            {name: row[name] for name in (*place, *bounds)}
            for row in rows
            if row["outlying"]
        ],
    }


_MOST_UNEXPLAINED = 20
_MOST_ROWS = 20
"""So many changes are shown one by one; ``--out`` has all."""


def compare(
    old: Annotated[Path, argument("old", "OLD")],
    new: Annotated[Path, argument("new", "NEW")],
    earlier: Annotated[Path | None, option("earlier", "FILE")] = None,
    reference: Annotated[Path | None, option("reference", "FOLDER")] = None,
    out: Annotated[Path | None, option("changes-out", "CHANGES.parquet")] = None,
    today: Today = None,
) -> Answer:
    """Compare the lists of two cycles."""
    from voterlist.any_table.comparing import compare_lists
    from voterlist.storage.store import write_table

    require_ending(out, "out-not-parquet", ".parquet")
    with Steps() as steps:
        compared = compare_lists(
            old,
            new,
            today=day(today, may_come=True),
            earlier=earlier,
            reference=reference,
            progress=steps,
        )
    if out is not None:
        write_table(out, compared.changes)
    _tell_compared(compared)
    if out is not None:
        tell("cli.compare.written", path=out)
    return {
        **pick(compared, "before", "after"),
        "changes": compared.by_cause,
        **pick(compared, "unexplained", "findings"),
        "out": out,
    }


def _tell_compared(compared: Compared) -> None:
    """The changes by cause, then the precincts with entries that nothing explains."""
    changes = sum(row["entries"] for row in compared.by_cause)
    tell("cli.compare.done", **pick(compared, "before", "after"), changes=changes)
    rows = [
        (
            SAY(f"cycles.change.{row['change']}"),
            SAY(f"cycles.cause.{row['cause']}"),
            row["entries"],
        )
        for row in compared.by_cause
    ]
    table(("change", "cause", "entries"), rows)
    _tell_rows(compared)
    if compared.unexplained:
        _tell_unexplained(compared)


def _tell_rows(compared: Compared) -> None:
    """The entries themselves by place, list and line; of one that went away, where it was."""
    rows = []
    for row in compared.changes.slice(0, _MOST_ROWS).to_pylist():
        cycle = "" if row["entry_id"] else "old_"
        rows.append(
            (
                SAY(f"cycles.change.{row['change']}"),
                _place(row["constituency"]),
                _place(row["precinct"]),
                visible_name(row[f"{cycle}list"] or "-"),
                _place(row[f"{cycle}line"]),
                ", ".join(SAY(f"field.{name}") for name in _fields(row["fields"])),
            )
        )
    if rows:
        heads = ("change", "constituency", "precinct", "file", "line", "fields")
        table(heads, rows)
    tell_left("cli.compare.more-rows", 0, compared.changes, _MOST_ROWS)


def _fields(joined: str | None) -> list[str]:
    return joined.split("+") if joined else []


def _tell_unexplained(compared: Compared) -> None:
    tell("cli.compare.unexplained")
    rows = [
        (
            _place(row["constituency"]),
            _place(row["precinct"]),
            row["added"],
            row["removed"],
        )
        for row in compared.unexplained[:_MOST_UNEXPLAINED]
    ]
    table(("constituency", "precinct", "added", "removed"), rows)
    tell_left("cli.compare.more", 0, compared.unexplained, _MOST_UNEXPLAINED)


def _place(number: int | None) -> str:
    return "-" if number is None else str(number)


_THRESHOLD = 0.95
"""The default of ``[link] duplicate_probability``; a test holds the two together."""


def evaluate(
    pairs: Annotated[Path, argument("pairs", "PAIRS")],
    truth: Annotated[Path, argument("truth", "TRUTH")],
    threshold: Annotated[float, option("threshold", min=0, max=1)] = _THRESHOLD,
    faults: Annotated[bool, option("evaluate-faults", "--faults")] = False,
) -> Answer:
    """Measure pairs against truth."""
    from voterlist.any_table.evaluating import evaluate_pairs

    if faults:
        return _evaluate_findings(pairs, truth)
    try:
        measures = pick(evaluate_pairs(pairs, truth, threshold=threshold))
    except InputError as error:
        if error.code != "columns-missing" or error.file != str(pairs):
            raise
        return _evaluate_clusters(pairs, truth, error)
    for name, value in measures.items():
        text = SAY.number(value) if isinstance(value, int) else SAY.number(value, 4)
        tell("cli.evaluate.line", name=SAY(f"cli.evaluate.{name}"), value=text)
    return measures


def _evaluate_clusters(clusters: Path, truth: Path, no_pairs: InputError) -> Answer:
    """The measures by persons; of what is no table of clusters either, why it is none of pairs."""
    from voterlist.any_table.evaluating import evaluate_clusters

    try:
        measures = evaluate_clusters(clusters, truth)
    except InputError as error:
        raise (no_pairs if error.file == str(clusters) else error) from None
    rows = [
        (
            SAY(f"cli.evaluate.persons.{row.measure}"),
            *(SAY.number(value, 4) for value in (row.share, row.low, row.high)),
        )
        for row in measures
    ]
    table(("by-persons", "share", "low", "high"), rows)
    return {"measures": measures}


def _evaluate_findings(findings: Path, faults: Path) -> Answer:
    """Test by test: faults planted, faults found, false alarms."""
    from voterlist.any_table.evaluating import evaluate_findings

    scores = evaluate_findings(findings, faults)
    rows = [
        (
            title("rule", score.rule),
            score.planted,
            score.found,
            score.false_alarms,
            score.of,
            SAY.number(100 * score.false_rate, 3),
        )
        for score in scores
    ]
    names = ("test", "planted", "found", "false-alarms", "places", "false-percent")
    table(names, rows)
    planted = sum(score.planted for score in scores)
    missed = planted - sum(score.found for score in scores)
    tell("cli.evaluate.missed", planted=planted, missed=missed)
    tests = [{**pick(score), "false_rate": score.false_rate} for score in scores]
    return {"tests": tests, "missed": missed}


_BAR = 40
"""Letters that the whole range of a waterfall takes."""


def explain(
    pairs: Annotated[Path, argument("pairs-or-workspace", "PAIRS")],
    one: Annotated[str, argument("cli.explain.entry", "ENTRY")],
    other: Annotated[str, argument("cli.explain.entry", "ENTRY")],
) -> Answer:
    """Show why a pair has its weight."""
    from voterlist.any_table.evaluating import explain_pair

    pair = explain_pair(pairs, one, other)
    names = {"left": pair.left, "right": pair.right}
    tell("cli.explain.title", **names, kind=title("case-kind", pair.kind))
    _tell(pair.why)
    ids = {"entry_l": pair.left, "entry_r": pair.right, "kind": pair.kind}
    return {**ids, **_as_json(pair.why)}


def _tell(why: Waterfall) -> None:
    """The waterfall, a line a comparison; what is not known says nothing and is left out."""
    from voterlist.report.sections.cases.model import CaseWords

    words = CaseWords(SAY.language)
    lines = words.lines(why)
    bars = _bars([bits for *_, bits in lines])
    headers = [SAY(f"cli.explain.table.{name}") for name in ("field", "level", "bits")]
    rows = [
        (name, note, words.bits(bits).rjust(6), bar)
        for (name, note, bits), bar in zip(lines, bars, strict=True)
    ]
    total = words.bits(why.prior + why.weight).rjust(6)
    TERMINAL.table(
        (*headers, ""), [*rows, (words("waterfall.total"), words.total(why), total, "")]
    )
    TERMINAL.say(words.others(why))


def _bars(steps: list[float]) -> list[str]:
    """One bar for each step, from the sum before the step to the sum after it.

    The sign ``|`` marks even odds.
    """
    sums = [0.0, *itertools.accumulate(steps)]
    low, high = min(sums), max(sums)
    letters = [round(_BAR * (value - low) / ((high - low) or 1.0)) for value in sums]
    even, bars = letters[0], []
    for (before, after), bits in zip(itertools.pairwise(letters), steps, strict=True):
        start, end = min(before, after), max(before, after)
        sign = "█" if bits > 0 else "▒"
        bar = [
            sign if start <= place < max(end, start + 1) else " "
            for place in range(_BAR + 2)
        ]
        if bar[even] == " ":
            bar[even] = "|"
        bars.append("".join(bar).rstrip())
    return bars


def _as_json(why: Waterfall) -> Answer:
    content = pick(why)
    names = ("twins", "relatives", "unrelated")
    posterior = {"same": why.probability} | {name: content.pop(name) for name in names}
    del content["entries"]
    return {**content, "posterior": posterior}


def synth(
    out: Annotated[Path, argument("out", "OUT")],
    voters: Annotated[int, option("voters", min=0)],
    constituencies: Annotated[
        int | None, option("constituencies", min=1, max=125)
    ] = None,
    seed: Annotated[int, option("seed", min=0)] = 1,
    files: Annotated[bool | None, option("files", "--files/--no-files")] = None,
    registers: Annotated[bool, option("registers", "--registers")] = False,
    faults: Annotated[bool, option("faults", "--faults")] = False,
    carelessness: Annotated[int, option("carelessness", min=0, max=4)] = 0,
) -> Answer:
    """Invent voters' lists."""
    from voterlist.synth.write import Also, write

    also = Also.REGISTERS if registers else Also.NOTHING
    if faults:
        also |= Also.FAULTS
    with Steps() as steps:
        made = write(
            out,
            voters=voters,
            constituencies=constituencies,
            seed=seed,
            files=files,
            also=also,
            carelessness=carelessness,
            progress=lambda what, done, total: steps(f"synth-{what}", done, total),
        )
    tell("cli.synth.done", **pick(made, "entries", "voters", "repeated"))
    for path in made.paths:
        TERMINAL.say(f"  {show_path(path)}")
    if made.files:
        tell("cli.synth.next", path=out)
    return pick(made)
