"""Measures the page of cases: ``python bench/desk_page.py ENTRIES.parquet [--cases 20000]``.

The list, as ``voterlist synth`` invents it, is linked, and its first cases go into one page.
Printed are the page's weight, and in Chromium the time until it can be used and the time from a key
to the next case drawn; and the time in which the workbook of the same cases is written.
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import browsers  # the folder of tests is no package
from voterlist import config, review
from voterlist.decisions.given import Given
from voterlist.decisions.standing import standing
from voterlist.desk import Desk, desk_of
from voterlist.link import link
from voterlist.link.explain import waterfalls
from voterlist.normalize.stage import normalize
from voterlist.render import xlsx
from voterlist.render.desk import render_desk
from voterlist.report.asked import ReviewItems, ReviewTables
from voterlist.report.values import Facts, Names
from voterlist.schemas import (
    ACCEPTED,
    ENTRY,
    FINDING,
    RETURNED,
    empty,
)
from voterlist.tables import from_columns

KEYS = 200
"""How many cases are decided while it is measured."""
DAY = dt.date(2026, 2, 3)


def _entries(path: Path) -> pa.Table:
    """ENTRY: what the list has, as if it had come in one file for each precinct."""
    table = pq.read_table(path)
    rows = range(table.num_rows)
    precincts = table.column("precinct").to_pylist()
    missing = {
        "source": [f"{precinct or 0:012x}" for precinct in precincts],
        "line": [row + 1 for row in rows],
    }
    columns = {name: table.column(name) for name in table.column_names} | missing
    full = {name: columns.get(name, [None] * len(rows)) for name in ENTRY.names}
    return from_columns(full, ENTRY, len(rows))


def _tables(path: Path, wanted: int) -> ReviewTables:
    """The first cases of a list, with all that they need."""
    entries = _entries(path)
    voters = normalize(entries).table
    linked = link(voters)
    cases = linked.cases
    ids = pc.unique(cases.column("case_id"))[:wanted]
    cases = cases.filter(pc.is_in(cases.column("case_id"), value_set=ids))
    named = pc.unique(cases.column("entry_id"))

    def of_cases(table: pa.Table, name: str) -> pa.Table:
        return table.filter(pc.is_in(table.column(name), value_set=named))

    pairs = of_cases(of_cases(linked.pairs, "entry_l"), "entry_r")
    return ReviewTables(
        cases=cases,
        entries=of_cases(entries, "entry_id"),
        voters=of_cases(voters, "entry_id"),
        pairs=pairs,
        waterfalls=of_cases(waterfalls(linked.pairs, voters), "entry_l"),
        findings=empty(FINDING),
        accepted=empty(ACCEPTED),
        registers=empty(ENTRY),
        numbers=review.number_cases(cases),
        returned=empty(RETURNED),
    )


def _desk(tables: ReviewTables) -> Desk:
    facts = Facts("2026", config.parse("").workspace.level, None, DAY)
    return desk_of(
        tables,
        standing(Given()),
        facts,
        run="bench",
        names=Names({}),
    )


def _measure_page(path: Path) -> None:
    """Print how long the page takes to open, and from key to key."""
    with browsers.browser() as opened:
        visit = browsers.Visit(opened)
        start = time.perf_counter()
        page = visit.open(path)
        print(f"opens in {time.perf_counter() - start:.2f} s")
        times = page.evaluate(
            """async (count) => {
              const times = [];
              for (let done = 0; done < count; done += 1) {
                const start = performance.now();
                document.dispatchEvent(new KeyboardEvent("keydown", { key: "a", code: "KeyA" }));
                await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
                times.push(performance.now() - start);
              }
              return times;
            }""",
            KEYS,
        )
        times.sort()
        late = times[int(len(times) * 0.95)]
        print(f"key to next case drawn: median {statistics.median(times):.1f} ms,")
        print(f"  95 % {late:.1f} ms, longest {times[-1]:.1f} ms")
        print("decided:", page.locator("#done").text_content())
        start = time.perf_counter()
        page.locator("#find").fill("memmedov")
        print(f"search: {1000 * (time.perf_counter() - start):.0f} ms")


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("entries", type=Path)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument(
        "--keep", type=Path, help="folder for the page and the workbook"
    )
    arguments = parser.parse_args()
    tables = _tables(arguments.entries, arguments.cases)
    start = time.perf_counter()
    desk = _desk(tables)
    print(f"{len(desk.cases)} cases; desk made in {time.perf_counter() - start:.1f} s")
    with tempfile.TemporaryDirectory() as made:
        folder = arguments.keep or Path(made)
        page = folder / "desk.html"
        start = time.perf_counter()
        page.write_text(render_desk(desk, "az", "Bench"), encoding="utf-8")
        weight = page.stat().st_size / 1_000_000
        print(f"page of {weight:.1f} MB in {time.perf_counter() - start:.1f} s")
        items = ReviewItems(cases=tuple(one.case for one in desk.cases))
        start = time.perf_counter()
        book = folder / "review.xlsx"
        book.write_bytes(xlsx.render_review(items, "az", run="bench", today=DAY))
        print(f"workbook in {time.perf_counter() - start:.1f} s")
        _measure_page(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
