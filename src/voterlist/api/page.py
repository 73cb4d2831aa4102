"""The page on which people decide the cases of a linkage, and their answers as labels."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from voterlist import review
from voterlist.api.frames import Linkable, refusal
from voterlist.catalogue import Catalogue
from voterlist.decisions.given import Given
from voterlist.decisions.standing import standing
from voterlist.desk import (
    Decision,
    DecisionFile,
    Desk,
    desk_of,
    read_decisions,
    seen_digests,
)
from voterlist.link.explain import waterfalls
from voterlist.link.labels import PAIRS, read_decided
from voterlist.link.types import Linkage as Linked
from voterlist.link.types import Ready
from voterlist.model import Level, Verdict
from voterlist.normalize.stage import normalize
from voterlist.report.asked import ReviewTables
from voterlist.report.values import Facts, Names
from voterlist.schemas import ACCEPTED, DECISION, ENTRY, FINDING, RETURNED, empty
from voterlist.strict_json import SavedFileError
from voterlist.tables import Row, by_key, from_rows, with_column


def desk_of_linkage(
    rows: Linkable, ready: Ready, linked: Linked, today: dt.date
) -> Desk:
    """The cases of a linkage as the page shows them; nobody has decided anything."""
    cases = linked.cases
    ids = pc.unique(cases.column("entry_id"))
    entries = rows.marked()
    entries = entries.filter(pc.is_in(entries.column("entry_id"), value_set=ids))
    if len(rows.names) > 1:
        # Beside each entry stands in which of the frames it is.
        lists = pa.array(rows.names).take(rows.frame_of(entries.column("entry_id")))
        entries = with_column(entries, "source", lists.cast(ENTRY.field("source").type))
    tables = ReviewTables(
        cases=cases,
        entries=entries,
        voters=normalize(entries, rows.profile).table,
        pairs=linked.pairs,
        waterfalls=waterfalls(linked.pairs, ready),
        findings=empty(FINDING),
        accepted=empty(ACCEPTED),
        registers=empty(ENTRY),
        numbers=review.number_cases(cases),
        returned=empty(RETURNED),
    )
    facts = Facts(
        cycle=str(today.year), level=Level.CEC, constituency=None, today=today
    )
    run = hashlib.sha256("\n".join(ready.ids.to_pylist()).encode()).hexdigest()[:16]
    return desk_of(tables, standing(Given()), facts, run=run, names=Names({}))


def read_answers(
    paths: Sequence[Path], rows: Linkable, say: Catalogue
) -> tuple[pa.Table, int, int]:
    """The decisions of files that the page saved: (PAIRS, each once; stale; contested).

    Stale are decisions about entries that are gone, or say something else than the page showed;
    contested are pairs of which people decided both, which are left out.

    Raises:
        UsageError: a file is none that the page saved, or was changed.
    """
    entries = rows.marked()
    ids = entries.column("entry_id")
    rows_said: list[Row] = []
    stale = 0
    for path in paths:
        file = _decisions(path, say)
        current = [
            decision for decision in file.decisions if _is_current(decision, entries)
        ]
        stale += len(file.decisions) - len(current)
        verdicts = [
            {
                "case_id": decision.case,
                "entry_id": entry,
                "verdict": verdict,
                "decided_by": file.name,
                "decided_at": decision.time,
            }
            for decision in current
            for entry, verdict in decision.verdicts()
            if verdict in set(Verdict)
        ]
        pairs = read_decided(from_rows(verdicts, DECISION), ids).pairs
        rows_said += [] if pairs is None else pairs.to_pylist()
    labels = by_key(((row["entry_l"], row["entry_r"]), row) for row in rows_said)
    agreed = [
        said[0]
        for _, said in sorted(labels.items())
        if len({row["is_same"] for row in said}) == 1
    ]
    return from_rows(agreed, PAIRS), stale, len(labels) - len(agreed)


def _is_current(decision: Decision, entries: pa.Table) -> bool:
    """Whether its entries are there, and say what the person saw."""
    there = set(pc.unique(entries.column("entry_id")).to_pylist())
    if not there.issuperset(decision.entries):
        return False
    seen = seen_digests({decision.case: decision.entries}, entries)
    return decision.is_of(decision.entries, seen[decision.case])


def _decisions(path: Path, say: Catalogue) -> DecisionFile:
    try:
        return read_decisions(path.read_bytes())
    except OSError:
        raise refusal(
            "the file of decisions cannot be read.", "Look at its path."
        ) from None
    except SavedFileError as error:
        key = f"error.review-decisions-{error.code}"
        raise refusal(say(f"{key}.what", path=path.name), say(f"{key}.todo")) from None
