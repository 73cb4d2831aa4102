"""Whether the program flags some groups of voters wrongly more often than others.

    python bench/fairness.py [--voters 100000] [--seeds 1 2] [--write]

Lists are invented with their truth (``voterlist.synth``), whose slips do not depend on the group,
and run at the shipped thresholds. Half of the people are displaced: they are listed where they come
from, and live in the houses of another constituency, beside those who are listed there. An entry is
flagged wrongly where it stands in a case with nobody who is the same person, or a finding that is
an error or a warning is about it although nothing was done to it. Printed is a line for each group:
the share, and how far it is from that of all others.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import page
from voterlist.model import CaseKind
from voterlist.pipeline.groups import groupings
from voterlist.quality.agreement import wilson
from voterlist.quality.fairness import difference
from voterlist.synth.generate import made_of
from voterlist.synth.plan import DISPLACED, Country, Plan, draw_plan
from voterlist.synth.write import with_run_ids, write_tables, write_workspace
from voterlist.tables import by_key, count_by, rows_among

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
TODAY = "2026-02-03"
NUMBERS = (*range(1, len(DISPLACED) + 1), *DISPLACED)
"""The constituencies: those where displaced people live, and those where they are listed."""
_Key = tuple[str, str, str]
"""Measure, grouping and group."""
LEAST = 500
"""Of smaller groups nothing can be told."""
_HARMLESS = re.compile(r"(typed-[a-z-]+)?")
"""What may have been done to an entry of which nothing is wrong: how its list is typed."""
_SO = frozenset({"missing-value", "address-in-two-precincts"})
"""Rules that say what is so: a blank cell is blank, and two precincts may have a village of one
name, which flags all its houses at once."""


def flagged_wrongly(run: Path, truth: pa.Table) -> tuple[set[str], set[str]]:
    """(entries of cases of different people, entries with a finding and without a fault)."""
    rows = truth.to_pylist()
    person = {row["entry_id"]: row["person_id"] for row in rows}
    listed = Counter(person.values())
    sound = {
        row["entry_id"]
        for row in rows
        if _HARMLESS.fullmatch(row["done"] or "") and listed[row["person_id"]] == 1
    }
    asked = [kind.value for kind in CaseKind if kind.is_asked]
    cases = rows_among(pq.read_table(run / "cases.parquet"), "kind", asked)
    members = by_key((row["case_id"], row["entry_id"]) for row in cases.to_pylist())
    different = set()
    for ids in members.values():
        people = Counter(person.get(one) for one in ids)
        different |= {one for one in ids if people[person.get(one)] == 1}
    findings = pq.read_table(run / "findings.parquet")
    findings = rows_among(findings, "severity", ("error", "warning"))
    about = {
        row["entry_id"]
        for row in findings.to_pylist()
        if row["entry_id"] in sound and row["rule"] not in _SO
    }
    return different, about


def plan_of(voters: int, seed: int) -> Plan:
    """A nation in which each displaced household shares the house of one that is listed there."""
    country = Country(numbers=NUMBERS)
    plan = draw_plan(voters, constituencies=len(NUMBERS), seed=seed, country=country)
    homes = plan.dwellings
    constituency = plan.precincts.constituency[homes.precinct]
    for at in range(len(DISPLACED)):
        hosts = np.flatnonzero(constituency == at)
        guests = np.flatnonzero(constituency == at + len(DISPLACED))
        beside = hosts[np.arange(len(guests)) % len(hosts)]
        for name in ("village", "street", "house", "letter", "flat"):
            column = getattr(homes, name)
            column[guests] = column[beside]
    return plan


def measured(
    voters: int, seed: int, folder: Path
) -> Iterator[tuple[str, str, str, int, int]]:
    """(measure, grouping, group, found, entries) of one invented list."""
    synthetic = made_of(plan_of(voters, seed), faults=False, files=True)
    places = write_workspace(synthetic, folder, seed)
    write_tables(with_run_ids(synthetic, places, folder / "inbox"), folder)
    # Nothing of the reports is measured.
    words = ["run", folder, "--today", TODAY, "--until", "review"]
    command = [sys.executable, "-m", "voterlist", *map(str, words)]
    subprocess.run(command, check=False, capture_output=True)
    (run,) = [path.parent for path in folder.glob("runs/*/manifest.json")]
    truth = pq.read_table(folder / "truth.parquet")
    cases, findings = flagged_wrongly(run, truth)

    def select(name: str, schema: pa.Schema) -> pa.Table:
        return pq.read_table(run / f"{name}.parquet", columns=schema.names)

    for grouping, groups in groupings(select, DISPLACED):
        sizes = count_by(groups, "group")
        for measure, ids in (("case", cases), ("finding", findings)):
            found = count_by(rows_among(groups, "entry_id", ids), "group")
            for group, size in sizes.items():
                if group is not None:
                    yield measure, grouping, group, found.get(group, 0), size


def _cell(found: Mapping[_Key, int], sizes: Mapping[_Key, int], key: _Key) -> str:
    """The share of a group that was flagged wrongly, and how far it is from all others.

    Empty where nothing can be said of it.
    """
    beside = [one for one in sizes if one[:2] == key[:2] and one != key]
    others = sum(found[one] for one in beside), sum(sizes[one] for one in beside)
    apart = difference(found[key], sizes[key], others)
    share = wilson(found[key], sizes[key])
    if apart is None or share is None:
        return ""
    interval = f"{apart.low:+.4f} to {apart.high:+.4f}"
    return f"{share.estimate:.4f}, {apart.estimate:+.4f} ({interval})"


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--voters", type=int, default=100_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    found: Counter[_Key] = Counter()
    sizes: Counter[_Key] = Counter()
    for seed in given.seeds:
        with tempfile.TemporaryDirectory() as folder:
            for *key, count, size in measured(given.voters, seed, Path(folder)):
                found[tuple(key)] += count
                sizes[tuple(key)] += size
    measures = sorted({measure for measure, _, _ in sizes})
    lines = [
        f"Made by `python bench/fairness.py`: {len(given.seeds)} invented lists of",
        f"{given.voters:,} voters, at the shipped thresholds. Their slips do not depend on the",
        "group; half are displaced people, who are listed in one constituency and live in the",
        "houses of another. A cell has the share of a group's entries that are flagged wrongly,",
        "and its difference from all others. The limit for a release is a difference of .002.",
        "Findings that say what is so (a blank cell; a house that two precincts list) are",
        "left out.",
        "",
        f"| group | entries | {' | '.join(f'by a {one}' for one in measures)} |",
        f"|---|--:|{'--:|' * len(measures)}",
    ]
    for grouping, group in sorted({key[1:] for key in sizes}):
        size = max(sizes[measure, grouping, group] for measure in measures)
        cells = [_cell(found, sizes, (one, grouping, group)) for one in measures]
        if size >= LEAST and all(cells):
            lines.append(f"| {grouping} {group} | {size:,} | {' | '.join(cells)} |")
    print("\n".join(lines))
    if given.write:
        before = PAGE.read_text(encoding="utf-8")
        after = page.with_part(before, "fairness", "\n".join(lines))
        PAGE.write_text(after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
