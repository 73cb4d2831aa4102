"""Which stage follows which, and what each needs and makes.

Read ``STAGES`` from top to bottom and you have read a run.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist import review
from voterlist.config.sections import own_territory
from voterlist.decisions.effects import (
    Effects,
    columns_for,
    come_of_age,
    effects,
    struck_for_age,
)
from voterlist.decisions.follow import STOOD, follow, rename
from voterlist.decisions.given import Given as Answers
from voterlist.decisions.outcome import here, struck_for_good
from voterlist.decisions.standing import Standing, still_contested
from voterlist.fields import BORN
from voterlist.findings.accepted import settle
from voterlist.link import link_ready
from voterlist.link.cases import with_kept
from voterlist.link.comparisons.kinds import FOLDS
from voterlist.link.encode import LINKED
from voterlist.link.explain import waterfalls
from voterlist.link.labels import read_decided
from voterlist.link.recordlinkage import second_opinion
from voterlist.link.steps import ready as encode_list
from voterlist.link.types import Added, Incremental, Watch
from voterlist.model import Action, CaseKind, Precinct, Profile, Stage, Verdict
from voterlist.normalize.stage import fold_added, normalize
from voterlist.persons.matching import CLASSES, match
from voterlist.persons.shared_values import NO_KEY, row_keys
from voterlist.pipeline.groups import groupings, watch_over
from voterlist.pipeline.intake import (
    merge_lists,
    normalize_entries,
    take_in,
)
from voterlist.pipeline.known import NAMES
from voterlist.pipeline.reconciling import FINDINGS, check_register, reconcile_outside
from voterlist.pipeline.returned import find_returned
from voterlist.pipeline.steps import (
    RECEIVED,
    Given,
    StageContext,
    StageResult,
    Step,
)
from voterlist.quality.certificate import certificate_of_run
from voterlist.quality.fairness import fairness, surest_differences
from voterlist.quality.readings import UNASKED, in_effect, second_readings, what_holds
from voterlist.reconcile.policies import STANDS_THERE
from voterlist.reconcile.registers import HELD, MET, added_beside, registers_of_added
from voterlist.report.sections.audit.scorecard import scorecard
from voterlist.schemas import (
    AMENDMENT,
    APPLIED,
    CASE_NUMBER,
    ENTRY,
    FINDING,
    VOTER,
    empty,
)
from voterlist.storage import linkage_state
from voterlist.storage.store import Shelf
from voterlist.tables import (
    concat,
    from_rows,
    is_among,
    mask_of,
    rows_among,
    rows_without,
    text_of,
)


def link_entries(tables: Shelf, context: StageContext) -> StageResult:
    """Pairs that may be one person, and the cases they make.

    Pairs compared by the run before are not compared again. The decisions of people are labels for
    the model, and a case that they decided stays one.
    """
    # Of the list of a whole nation one column is read at a time.
    voters = tables.columns("voters", LINKED)
    folder = context.workspace / linkage_state.FOLDER
    state, use = linkage_state.read(folder)
    # The linkage gives the state up when it has compared: nothing else may hold it.
    earlier = Incremental(state)
    del state
    added = _added_comparisons(tables["added"], context)
    ready = encode_list(voters, context.settings.workspace.profile, added)
    # The register tests count what coincidence would give.
    ready = dataclasses.replace(ready, with_chance=False)
    decided_by_people = read_decided(tables["decisions"], ready.ids)
    linkage = link_ready(
        ready,
        context.settings.link,
        added=added,
        decided=decided_by_people,
        incremental=earlier,
        watch=Watch(
            lambda step, done, total: context.progress(Stage.LINK, step, done, total)
        ),
    )
    # A run of some constituencies uses the stored state of all, and does not replace it by its own
    # part.
    if linkage.state is not None and (context.is_whole or not linkage.reused):
        linkage_state.write(folder, linkage.state)
    linkage, use = dataclasses.replace(linkage, state=None), use.after(linkage.reused)
    made = {
        "pairs": linkage.pairs,
        "waterfalls": waterfalls(linkage.pairs, ready),
        "cases": with_kept(linkage.cases, tables["decisions"]),
        "clusters": linkage.clusters,
        "forecast": _records(linkage.forecast),
        "estimate": _records([linkage.estimate] if linkage.estimate else []),
        "doubts": _records(linkage.doubts),
        "second_opinion": second_opinion(
            linkage.pairs, linkage.cases, decided_by_people
        ),
    }
    notes: dict[str, int | str] = {
        "compared": linkage.candidates,
        "afresh": linkage.afresh,
        "state_use": use,
        "training_labels": linkage.training_labels,
        "contradictory": linkage.contradictory,
    }
    notes |= {f"known.{use.name}": use.known for use in linkage.added}
    rows = voters.num_rows
    return StageResult(made, rows, rows, notes=notes)


def _added_comparisons(told: pa.Table, context: StageContext) -> Added:
    """The comparisons that the settings add, with the values of the entries (ADDED)."""
    comparisons = context.settings.comparisons
    if not comparisons:
        return Added()
    ids = pc.unique(told.column("entry_id"))
    written = {}
    for comparison in comparisons:
        rows = rows_among(told, "comparison", [comparison.name])
        at = pc.index_in(ids, value_set=rows.column("entry_id").combine_chunks())
        written[comparison.name] = rows.column("value").take(at).combine_chunks()
    profile = context.settings.workspace.profile
    return Added(comparisons, fold_added(written, comparisons, profile, FOLDS), ids)


def bring_decisions(tables: Shelf, context: StageContext) -> StageResult:
    """What people decided, brought to the entries of today; what of it holds."""
    # Of the list of a nation one column is read at a time, and mostly the ids alone.
    stood = tables.columns("entries", STOOD)
    followed = follow(context.answers, stood, NAMES, context.is_of_run)
    holding = what_holds(followed.given, context.settings)
    moved = rows_among(holding.amendments, "action", [Action.MOVE])
    made = {
        "decisions": holding.decisions,
        "amendments": holding.amendments,
        "disputed": holding.contested,
        "pending": holding.pending,
        "acceptances": followed.given.acceptances,
        "followed": followed.moves,
        "moves": concat([moved, _struck_for_good(tables, context, holding)], AMENDMENT),
    }
    return StageResult(made, stood.num_rows, stood.num_rows)


def _struck_for_good(
    tables: Shelf, context: StageContext, holding: Standing
) -> pa.Table:
    """AMENDMENT of the strikings of people of whom no entry of here is kept."""
    strikes = rows_among(holding.amendments, "action", [Action.STRIKE]).to_pylist()
    precincts: Iterable[Precinct] = ()
    if strikes:
        # The places of a nation's entries are read where anybody is struck.
        names = "constituency", "precinct"
        listed = tables.select("entries", pa.schema(map(ENTRY.field, names)))
        places = listed.group_by(names).aggregate([])
        precincts = zip(
            *(places.column(name).to_pylist() for name in names), strict=True
        )
    places = here(precincts, own_territory(context.settings))
    gone = struck_for_good(strikes, holding.decisions.to_pylist(), places)
    return from_rows(list(gone.values()), AMENDMENT, "entry_id")


_BORN = pa.schema(VOTER.field(name) for name in ("entry_id", *BORN))


def review_cases(tables: Shelf, context: StageContext) -> StageResult:
    """What was decided and what is left to ask: the queue, the findings, the scorecards.

    What decisions do to the list, with the balance of each precinct, and the corrected list once
    something is decided.
    """
    amendments = tables["amendments"]
    given = rename(context.answers, tables["followed"], NAMES)
    settings = context.settings
    readings = second_readings(
        given, tables["cases"], settings.review, settings.workspace.cycle
    )
    decisions = in_effect(tables["decisions"], readings)
    # Of the list of a whole nation only the columns needed here are read.
    entries = tables.select("entries", columns_for(amendments))
    done = effects(
        entries,
        tables["cases"],
        decisions,
        amendments,
        matches=tables["matches"],
        subjects=context.answers.subjects,
        territory=own_territory(settings),
        of_age=come_of_age(
            struck_for_age(amendments),
            tables.select("voters", _BORN),
            context.list_day,
            settings.check.voting_age,
        ),
    )
    nights, waves, stand_out = watch_over(
        given, done.additions, tables.select, settings.check
    )
    beside, accused, answering = _about_added(tables, done, settings.workspace.profile)
    named = beside.column("other_entry_id").to_pylist()
    named += accused.column("entry_id").to_pylist()
    settled = settle(
        concat([tables["findings-raised"], stand_out, beside, accused], FINDING),
        settings.check,
        _without_children(tables, context),
        answering,
        STANDS_THERE,
    )
    found = _mark_groups(given, tables, done, settled.accepted, readings)
    displaced = settings.link.displaced_constituencies
    shares = fairness(groupings(tables.select, displaced), found)
    known = [dataclasses.asdict(number) for number in context.case_numbers]
    numbers = review.number_cases(tables["cases"], from_rows(known, CASE_NUMBER))
    back = find_returned(tables, context, given, _on_lists(entries, done))
    made = {
        "case_numbers": numbers,
        "returned": back,
        "contested": still_contested(tables["disputed"], back),
        "queue": review.queue(
            tables["cases"], tables["decisions"], numbers, _doubted_cases(tables)
        ),
        "second_readings": readings,
        "certificate": certificate_of_run(
            given,
            tables["cases"],
            # Of the pairs of a nation only the columns needed here are read.
            lambda: tables.select("pairs", UNASKED),
            settings.link.review_probability,
        ),
        "fairness": shares,
        "differences": surest_differences(shares, "cleared"),
        "findings": settled.findings,
        "accepted": settled.accepted,
        # It needs the findings that are left, and the cases.
        "scorecard": scorecard(
            **{name: tables[name] for name in _SCORED}, findings=settled.findings
        ),
        "applied": done.applied,
        "skipped": done.skipped,
        "balance": done.balance,
        "additions": done.additions,
        "register_rows": concat(
            [tables["rows-raised"], rows_among(done.additions, "entry_id", named)],
            ENTRY,
        ),
        "nights": nights,
        "waves": waves,
    }
    if decisions.num_rows or amendments.num_rows:
        made["corrected"], made["changes"] = review.apply(
            tables["entries"], decisions, done
        )
    rows_out = made.get("corrected", entries).num_rows
    return StageResult(made, entries.num_rows, rows_out)


def _about_added(
    tables: Shelf, done: Effects, profile: Profile
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """What is asked of the people who were added, and what answers by them.

    FINDING of the entries beside which they were added, FINDING of what registers say of them, and
    APPLIED as it answers findings.
    """
    gone = rows_among(done.applied, "action", _STRIKES).column("entry_id").to_pylist()
    added = normalize(done.additions, profile).table
    raised, accused, answering = tables["rows-raised"], empty(FINDING), done.applied
    if added.num_rows and raised.num_rows:
        register = normalize(raised, profile).table
        accused = registers_of_added(register, added, done.applied)
        answering = _answering(added, gone, answering, register)
    # Whoever was added and struck since is asked about when they come back.
    added = rows_without(added, "entry_id", gone)
    return _added_beside(added, gone, tables), accused, answering


_HALF_A_YEAR = dt.timedelta(days=183)


def _without_children(tables: Shelf, context: StageContext) -> pa.Table:
    """The acceptances, without those of a register's row of a child who came of age since.

    Who is of age on the day of the list is asked about before: that answer, which is younger than
    half a year, holds.
    """
    acceptances, settings = tables["acceptances"], context.settings
    of_register = acceptances.filter(pc.field("entry_id").is_null()).to_pylist()
    until = (context.list_day - _HALF_A_YEAR).isoformat()
    decided = {
        row["other_entry_id"]: row["accepted_at"]
        for row in of_register
        if row["accepted_at"] < until
    }
    rows = rows_among(tables["rows-raised"], "entry_id", decided)
    if not rows.num_rows:
        return acceptances
    people = normalize(rows, settings.workspace.profile).table
    years = settings.check.voting_age
    of_age = come_of_age(decided, people, context.list_day, years)
    is_of_age = is_among(acceptances.column("other_entry_id"), of_age)
    has_entry = acceptances.column("entry_id").is_valid()
    return acceptances.filter(pc.or_(has_entry, pc.invert(is_of_age)))


def _added_beside(added: pa.Table, gone: Collection[str], tables: Shelf) -> pa.Table:
    """FINDING of the entries beside which somebody (VOTER) was added who may be the person.

    Of those who are ``gone`` nothing is found.
    """
    if not added.num_rows:
        return FINDING.empty_table()
    voters = tables.select("voters", HELD)
    # Of the list of a nation only those that anybody added may be are compared.
    is_met = np.zeros(voters.num_rows, dtype=bool)
    for names in MET:
        keys = row_keys(added, names)
        is_met |= np.isin(row_keys(voters, names), keys[keys != NO_KEY])
    is_met &= ~mask_of(is_among(voters.column("entry_id"), gone))
    return added_beside(added, voters.filter(is_met))


def _answering(
    added: pa.Table, gone: Collection[str], applied: pa.Table, register: pa.Table
) -> pa.Table:
    """APPLIED, and each addition under every row of a register, VOTER, that is the same person's.

    Whoever was added, VOTER, and is not ``gone`` since, is not missing because another register has
    them too.
    """
    added = rows_without(added, "entry_id", gone)
    met = match(register, added)
    is_one = np.isin(met.kind, [CLASSES.index("confirmed"), CLASSES.index("probable")])
    ids = added.column("entry_id").take(met.entry[is_one])
    rows = register.column("entry_id").take(met.register[is_one])
    acts = rows_among(applied, "action", [Action.ADD]).to_pylist()
    act_of = {row["entry_id"]: row for row in acts}
    again = [
        act_of[entry_id] | {"entry_id": row}
        for entry_id, row in zip(ids.to_pylist(), rows.to_pylist(), strict=True)
    ]
    return concat([applied, from_rows(again, APPLIED)], APPLIED)


_ASKED = tuple(kind for kind in CaseKind if kind.is_asked)
_STRIKES = (Action.STRIKE, Verdict.REPEAT)


def _mark_groups(
    given: Answers,
    tables: Shelf,
    done: Effects,
    accepted: pa.Table,
    readings: pa.Table,
) -> dict[str, set[str]]:
    """Measure of FAIRNESS -> the entries of which it is true."""

    def ids(table: pa.Table, name: str = "", *values: str) -> set[str]:
        rows = rows_among(table, name, values) if name else table
        return {*rows.column("entry_id").drop_null().to_pylist()}

    flagged = ids(tables["cases"], "kind", *_ASKED)
    flagged |= ids(tables["findings-raised"], "severity", "error", "warning")
    struck = ids(done.applied, "action", *_STRIKES)
    right = ids(tables["decisions"], "verdict", "separate")
    right |= ids(accepted.filter(text_of(accepted, "action").is_null()))
    once = ids(given.verdicts, "verdict", *_STRIKES)
    once |= ids(given.amendments, "action", *_STRIKES)
    waiting = ids(done.skipped) | ids(readings)
    waiting |= ids(tables["pending"]) | ids(tables["disputed"])
    return {
        "flagged": flagged,
        "struck": struck,
        "cleared": flagged & right,
        "restored": once - struck - waiting,
    }


def _on_lists(entries: pa.Table, done: Effects) -> pa.ChunkedArray:
    """The ids of the entries, and of the people who are added."""
    columns = (table.column("entry_id") for table in (entries, done.additions))
    return pa.chunked_array([part for column in columns for part in column.chunks])


def _doubted_cases(tables: Shelf) -> list[str]:
    """The cases of which the second opinion takes a pair for something else than the model."""
    opinions = tables["second_opinion"]
    differs = opinions.filter(opinions.column("differs"))
    return list(differs.column("case_id").unique().to_pylist())


_SCORED = (
    "profile",
    "lists",
    "set_aside",
    "cases",
    "comparison",
    "register_use",
)


STAGES: tuple[Step, ...] = (
    Step(
        Stage.INGEST,
        take_in,
        makes=RECEIVED,
        settings=("ingest", "territory", "comparisons", "workspace.cycle"),
        given=(Given.INBOX,),
        by_constituency=True,
    ),
    Step(
        Stage.MERGE,
        merge_lists,
        needs=RECEIVED,
        makes=("entries", "lists", "set_aside", "findings-ingest", "added"),
        given=(Given.INBOX,),
        by_constituency=True,
    ),
    Step(
        Stage.DECISIONS,
        bring_decisions,
        needs=("entries",),
        makes=(
            "decisions",
            "amendments",
            "disputed",
            "pending",
            "acceptances",
            "followed",
            "moves",
        ),
        settings=("decisions", "review", "territory", "workspace.level"),
        given=(Given.ANSWERS, Given.SCOPE),
    ),
    Step(
        Stage.NORMALIZE,
        normalize_entries,
        needs=("entries", "lists", "amendments"),
        makes=("voters", "findings-normalize"),
        settings=("workspace.profile",),
        by_constituency=True,
    ),
    Step(
        Stage.CHECK,
        check_register,
        needs=("voters", "entries", "lists", "amendments"),
        makes=(
            "findings-check",
            "findings-streets",
            "sources-streets",
            "use-streets",
            "own-indicators",
            "streets",
            "profile",
            "ages",
            "coincidences",
        ),
        settings=("check", "ingest"),
        given=(Given.STREETS, Given.LIST_DAY),
    ),
    Step(
        Stage.RECONCILE,
        reconcile_outside,
        needs=(
            "voters",
            "moves",
            *FINDINGS,
            "sources-streets",
            "use-streets",
            "own-indicators",
        ),
        makes=(
            "findings-raised",
            "matches",
            "register_use",
            "rows-raised",
            "comparison",
            "cycle_changes",
            "cycle_summary",
            "indicators",
            "reference",
        ),
        settings=("check", "ingest", "workspace.profile"),
        given=(Given.REFERENCE, Given.LIST_DAY),
    ),
    Step(
        Stage.LINK,
        link_entries,
        needs=("voters", "decisions", "added"),
        makes=(
            "pairs",
            "waterfalls",
            "cases",
            "clusters",
            "forecast",
            "estimate",
            "doubts",
            "second_opinion",
        ),
        settings=("link", "comparisons", "workspace.profile"),
    ),
    Step(
        Stage.REVIEW,
        review_cases,
        needs=(
            "entries",
            "voters",
            "decisions",
            "amendments",
            "pending",
            "disputed",
            "acceptances",
            "followed",
            "findings-raised",
            "rows-raised",
            "matches",
            "pairs",
            "second_opinion",
            *_SCORED,
        ),
        makes=(
            "case_numbers",
            "returned",
            "contested",
            "queue",
            "second_readings",
            "certificate",
            "findings",
            "accepted",
            "scorecard",
            "applied",
            "skipped",
            "balance",
            "additions",
            "register_rows",
            "nights",
            "waves",
            "fairness",
            "differences",
        ),
        may_make=("corrected", "changes"),
        settings=(
            "check",
            "territory",
            "workspace.profile",
            "workspace.cycle",
            "workspace.level",
            "link.review_probability",
            "link.displaced_constituencies",
            "review",
        ),
        given=(Given.ANSWERS, Given.CASE_NUMBERS, Given.SCOPE, Given.LIST_DAY),
    ),
)
"""Every stage that makes tables, in order; the reports are made from the tables of all of them."""


def _records(records: Sequence[object]) -> pa.Table:
    """Frozen records of plain values as a table, one row each."""
    rows = [dataclasses.asdict(record) for record in records]  # type: ignore[call-overload]
    return pa.Table.from_pylist(rows) if rows else pa.table({})
