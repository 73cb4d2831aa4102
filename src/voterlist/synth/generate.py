"""Invented lists with their truth, as tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from voterlist.schemas import TRUTH
from voterlist.synth.faults import QUIET, plant
from voterlist.synth.outside import statistics
from voterlist.synth.places import DATE_FORMS
from voterlist.synth.plan import USUAL, Country, Plan, draw_plan
from voterlist.synth.rates import Rates
from voterlist.synth.render import ENTRIES, render, render_deaths
from voterlist.synth.spelling import SCRIPTS

LISTS = pa.schema(
    [
        ("constituency", pa.int32()),
        ("precinct", pa.int32()),
        ("list_kind", pa.string()),
        ("script", pa.string()),
        ("capitals", pa.bool_()),
        ("date_form", pa.string()),
        ("entries", pa.int64()),
    ],
)
"""One row a list, in the order in which the entries follow each other: how its clerk types."""


@dataclass(frozen=True, slots=True)
class Synthetic:
    """Invented lists. ``entries`` and ``truth`` have the same rows in the same order.

    Attributes:
        entries: ``render.ENTRIES``: text as written, list after list.
        truth: TRUTH.
        deaths: ``render.DEATHS``.
        statistics: STATISTIC.
        lists: ``LISTS``.
        faults: FAULT: the faults planted, where they were asked for.
        streets: ``borders.BORDERS``: the register of the precincts' streets, where faults were
            asked for.
    """

    entries: pa.Table
    truth: pa.Table
    deaths: pa.Table
    statistics: pa.Table
    lists: pa.Table
    faults: pa.Table | None = None
    streets: pa.Table | None = None


def lists_of(plan: Plan) -> pa.Table:
    """What is known of each list of the plan."""
    precincts, clerks = plan.precincts, plan.clerks
    return pa.table(
        {
            "constituency": plan.numbers[precincts.constituency],
            "precinct": precincts.number,
            "list_kind": np.where(precincts.temporary, "temporary", "permanent"),
            "script": np.array(SCRIPTS)[clerks.script],
            "capitals": clerks.capitals,
            "date_form": np.array(DATE_FORMS)[clerks.date_form],
            "entries": np.bincount(
                plan.entries.precinct, minlength=len(precincts.number)
            ),
        },
    ).cast(LISTS)


def generate(
    voters: int,
    *,
    constituencies: int,
    seed: int,
    rates: Rates | None = None,
    country: Country = USUAL,
    faults: bool = False,
    files: bool = False,
) -> Synthetic:
    """The lists of ``voters`` invented persons, of whom some are listed twice.

    The same arguments give the same lists.

    Args:
        voters: how many persons, from 0.
        constituencies: how many constituencies they live in.
        seed: names the streams of random numbers.
        rates: how often each thing is done to an entry.
        country: the numbers of the constituencies, the size of precincts, and the day.
        faults: plant a fault of each kind that the register tests know, in lists that have no
            other; ``rates`` are then those of ``faults.QUIET``, unless given.
        files: each list is to become a file: plant the faults too that only files have.

    Raises:
        UsageError: a count is out of range, or the numbers do not fit the constituencies.
    """
    if faults and rates is None:
        rates = QUIET
    plan = draw_plan(
        voters, constituencies=constituencies, seed=seed, rates=rates, country=country
    )
    chunks = [render(plan, at) for at in range(constituencies)]
    entries = pa.concat_tables([chunk.entries for chunk in chunks]).cast(ENTRIES)
    truth = pa.concat_tables([chunk.truth for chunk in chunks]).cast(TRUTH)
    lists = lists_of(plan)
    deaths = render_deaths(plan)
    numbers = statistics(plan)
    if not faults:
        return Synthetic(entries, truth, deaths, numbers, lists)
    planted = plant(plan, entries, truth, lists, files=files)
    return Synthetic(
        planted.entries,
        planted.truth,
        deaths,
        numbers,
        planted.lists,
        planted.faults,
        planted.streets,
    )
