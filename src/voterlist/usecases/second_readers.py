"""What a person is asked, where decided cases wait for another one to read them."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from voterlist.config import Settings
from voterlist.decisions import Given, Standing, standing
from voterlist.quality.readings import actions_of_two, second_readings, waiting_for
from voterlist.report.asked import ReviewItems, ReviewTables
from voterlist.report.to_review import blind_cases, review_items, without_first_readings
from voterlist.report.values import Sources


class SecondReaders:
    """What is asked of each person, so that nobody sees a first decision before the second.

    Args:
        tables: the tables of the newest run.
        given: the answers, under the ids of today.
        settings: those of the workspace.
        sources: the files of each source.
    """

    def __init__(
        self, tables: ReviewTables, given: Given, settings: Settings, sources: Sources
    ) -> None:
        self._tables = tables
        self._given = given
        self._settings = settings
        self._sources = sources
        self._readings = second_readings(
            given, tables.cases, settings.review, settings.workspace.cycle
        )

    @property
    def _ready(self) -> pa.ChunkedArray:
        is_ready = self._readings.column("is_ready")
        return self._readings.filter(is_ready).column("case_id").unique()

    @property
    def waiting_cases(self) -> int:
        """How many decided cases wait for their second reading."""
        return len(self._ready)

    def standing(self) -> Standing:
        """What holds."""
        decisions, review = self._settings.decisions, self._settings.review
        return standing(self._given, two_people=actions_of_two(decisions, review))

    def shown_to(
        self, reader: str | None
    ) -> tuple[ReviewTables, Standing, frozenset[str]]:
        """(the tables, what holds, the cases that are to be read blind) as a person sees them.

        Cases that wait for somebody else are in neither.
        """
        own = () if reader is None else waiting_for(self._readings, reader)
        others = set(self._ready.to_pylist()) - set(own)
        tables, _ = without_first_readings(self._tables, self.standing(), others)
        _, holding = without_first_readings(
            self._tables, self.standing(), self._ready.to_pylist()
        )
        return tables, holding, frozenset(own)

    def items_for(self, reader: str | None) -> ReviewItems:
        """What is asked: without a name of everybody, with one of this person.

        The cases that the person is to read a second time stand among the others by number. Cases
        that wait for somebody else are left out.
        """
        is_masked = self._settings.privacy.mask_identifiers
        tables, holding = without_first_readings(
            self._tables, self.standing(), self._ready.to_pylist()
        )
        items = review_items(
            tables,
            self._given,
            holding,
            sources=self._sources,
            mask_identifiers=is_masked,
        )
        if reader is None:
            return items
        blind = blind_cases(
            waiting_for(self._readings, reader),
            self._tables,
            sources=self._sources,
            mask_identifiers=is_masked,
        )
        cases = [*items.cases, *blind]
        first = self._tables.doubted
        cases.sort(key=lambda case: (case.case_id not in first, case.number))
        return replace(items, cases=tuple(cases))
