"""Rows of older workbooks that show another person than the entry that their hidden ids name.

A workbook of this version says itself what was printed in each row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa

from voterlist.model import Problem
from voterlist.pipeline.known import Known
from voterlist.render.xlsx import Typed, exchanged, plain
from voterlist.render.xlsx.forms import AS_PRINTED, ENTRY_ID
from voterlist.report import review_subjects

__all__ = ["of_other_people"]


def of_other_people(rows: Iterable[Typed], runs: Known) -> Iterator[Problem]:
    """The rows that lack what their entry says and show the same of another entry.

    What was corrected since, or stands in a column that somebody deleted, is no reason.
    """
    unsealed = [row for row in rows if row.ids[AS_PRINTED] is None]
    if not unsealed:
        return
    known = pa.concat_tables([runs.table("entries"), runs.table("register_rows")])
    ids = {row.ids[ENTRY_ID] for row in unsealed}
    said = {
        one.entry_id: [
            plain(cell) for cell in (one.name, one.address, one.place.precinct)
        ]
        for one in review_subjects(ids, known, runs.table("voters")).values()
    }
    of_all = [{*cells} for cells in zip(*said.values(), strict=True)]
    for row in unsealed:
        shown = {plain(text) for _, text in row.shown}
        own = said.get(row.ids[ENTRY_ID] or "", ())
        if any(
            cell and cell not in shown and shown & others
            for cell, others in zip(own, of_all, strict=False)
        ):
            yield exchanged(row)
