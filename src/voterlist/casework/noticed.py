"""Notices before striking: to whom one was written, and until when they may object."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from voterlist.model import Action, JournalLine, details_of
from voterlist.pipeline.standings import day_of_moment
from voterlist.tables import Row

EVENT = "noticed"
"""The event of the journal: ``place``, ``count``, ``until``, and ``notices``."""


def notices_line(
    place: str, until: dt.date, findings: Mapping[str, str]
) -> dict[str, str | int]:
    """What the journal notes of notices that were written.

    Args:
        place: the constituency.
        until: the last day to object.
        findings: the id of each finding -> the id of its entry.
    """
    notices = " ".join(f"{finding}:{entry}" for finding, entry in findings.items())
    return {
        "place": place,
        "count": len(findings),
        "until": until.isoformat(),
        "notices": notices,
    }


def days_to_object(journal: Sequence[JournalLine]) -> dict[str, dict[str, dt.date]]:
    """Entry -> finding -> the last day to object, of every notice that was written.

    A notice that is written again keeps its day.
    """
    known: dict[str, dict[str, dt.date]] = {}
    for details in details_of(journal, EVENT):
        until = dt.date.fromisoformat(str(details["until"]))
        for notice in str(details["notices"]).split():
            finding, _, entry = notice.partition(":")
            known.setdefault(entry, {}).setdefault(finding, until)
    return known


def before_term(
    amendments: Iterable[Row],
    notices: Mapping[str, Mapping[str, dt.date]],
) -> list[int]:
    """The places of the strikings that were decided while the voter could still object.

    A striking that names a finding with a notice is held against that notice, any other against all
    notices of its entry.

    Args:
        amendments: rows of AMENDMENT.
        notices: as ``days_to_object`` returns them.
    """
    early = []
    for place, row in enumerate(amendments):
        of_entry = notices.get(row["entry_id"] or "", {})
        if row["action"] != Action.STRIKE or not of_entry:
            continue
        until = of_entry.get(row["finding_id"] or "", max(of_entry.values()))
        day = day_of_moment(row["decided_at"])
        if day is not None and day <= until:
            early.append(place)
    return early
