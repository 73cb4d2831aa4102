"""Findings that a person accepted or answered are taken out, kept apart, and counted.

An accepted finding is not raised again until what it is about changes. An entry id comes from what
the entry says, so a corrected entry has another one. Of a place, the number that was accepted must
still be the number. A finding is accepted in the settings, or in a review workbook. The ledger
keeps the latter, and it holds for one finding: where that names a file, for this very file.

A finding is answered by what was done to the list for its sake: its entry was struck or moved, or
the person was added. A finding about an entry that has left the list asks nothing any more,
whatever its rule. Where a field was corrected, the rule itself says whether it still finds
something.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Bools, Longs
from voterlist.config.sections import CheckSettings
from voterlist.fields import PLACE
from voterlist.findings import FINDING_ORDER, finding_ids, gather, make
from voterlist.model import Action, Mark, Rule, Severity, Unit, Verdict, frozen
from voterlist.schemas import ACCEPTANCE, ACCEPTED, FINDING, require
from voterlist.tables import (
    Row,
    concat,
    from_columns,
    is_among,
    is_known,
    row_counts,
    sort_by,
    text_of,
)

_ANSWERS = frozenset({Action.STRIKE.value, Action.MOVE.value, Action.ADD.value})
"""What answers a finding. Of a corrected field its rule says whether it still finds something."""


def answers_to(
    findings: pa.Table, applied: pa.Table, stands_there: Mapping[str, bool]
) -> list[Row | None]:
    """For each finding the row of APPLIED that answers it, or None.

    A finding is answered where

    * its entry was struck or moved, or its register's row added, under its id or its rule;
    * one of its entries was struck, whatever its rule;
    * it says that a register's row is not on the list, and the row was added;
    * a register says where its person stands, or stands no more, and the entry was moved there or
      away, or repeats one that stands so;
    * it is about an entry and the kept one, or another one, that it repeats. Other findings about
      a repetition stay: what a register says of it, it says of the person, who stays on the list.

    Args:
        findings: FINDING.
        applied: APPLIED.
        stands_there: rules of registers by whether the person stands where the row says, or does
            so no more.
    """
    answers = _Answers(applied.to_pylist(), stands_there)
    answered: list[Row | None] = [None] * findings.num_rows
    rows = np.flatnonzero(answers.candidates(findings))
    candidates = findings.take(rows)
    # The loop runs over findings about entries of which people decided.
    ids = finding_ids(candidates)
    for row, finding, finding_id in zip(
        rows.tolist(), candidates.to_pylist(), ids, strict=True
    ):
        answered[row] = answers.to(finding, finding_id)
    return answered


def answered_findings(findings: pa.Table, answers: Sequence[Row]) -> pa.Table:
    """ACCEPTED of these findings, each answered by the row of APPLIED at its place."""
    columns = {name: findings.column(name) for name in FINDING.names}
    columns |= {
        "reason": [_reason(row) for row in answers],
        "accepted_by": pa.array([row["decided_by"] for row in answers], pa.string()),
        "action": pa.array([row["action"] for row in answers], pa.string()),
        "ground": pa.array([row["ground"] for row in answers], pa.string()),
    }
    return from_columns(columns, ACCEPTED, len(answers))


def _reason(answer: Row) -> str:
    """What the person wrote; else the document, or the code of the ground."""
    texts = (answer[name] for name in ("reason", "document", "ground", "action"))
    return str(next(filter(None, texts)))


class _Answers:
    """What was done to the list, by what it answers."""

    def __init__(
        self, applied: Iterable[Row], stands_there: Mapping[str, bool]
    ) -> None:
        self._stands_there = stands_there
        self._by_id: dict[str, Row] = {}
        """By the id of the finding that was answered."""
        self._by_rule: dict[tuple[str, str], Row] = {}
        """By (rule, entry) of the finding that was answered."""
        self._struck: dict[str, Row] = {}
        self._added: dict[str, Row] = {}
        self._repeats: dict[str, Row] = {}
        """The repetitions that are off the list, by entry."""
        self._placed: dict[str, Row] = {}
        """By entry what says where its person stands now: the move, or the repetition."""
        for row in applied:
            if row["action"] in {Verdict.REPEAT, Action.MOVE}:
                self._placed[row["entry_id"]] = row
            if row["action"] == Verdict.REPEAT:
                self._repeats[row["entry_id"]] = row
            elif row["action"] in _ANSWERS:
                self._note(row)

    def _note(self, row: Row) -> None:
        """Note a striking, move or addition by everything that it answers."""
        if row["finding_id"]:
            self._by_id[row["finding_id"]] = row
        if row["rule"]:
            self._by_rule[row["rule"], row["entry_id"]] = row
        if row["action"] == Action.STRIKE:
            self._struck[row["entry_id"]] = row
        if row["action"] == Action.ADD:
            self._added[row["entry_id"]] = row

    def candidates(self, findings: pa.Table) -> Bools:
        """Which of these may be answered."""
        rules = {row["rule"] for row in self._by_id.values()}
        ids = {entry for _, entry in self._by_rule}
        ids |= self._struck.keys() | self._added.keys() | self._placed.keys()
        wanted = {"rule": rules - {None}, "entry_id": ids, "other_entry_id": ids}
        found = np.zeros(findings.num_rows, dtype=bool)
        for name, values in wanted.items():
            is_wanted = is_among(findings.column(name), values)
            found |= np.asarray(is_wanted)
        return found

    def to(self, finding: Row, finding_id: str) -> Row | None:
        """The row of APPLIED that answers a finding."""
        entry, other = finding["entry_id"], finding["other_entry_id"]
        if finding_id in self._by_id:
            return self._by_id[finding_id]
        is_of_place = finding["rule"] in self._stands_there
        for about in (entry, other):
            row = self._by_rule.get((finding["rule"], about))
            if row is not None and row["action"] == Action.MOVE and is_of_place:
                # Another row of a register may say that the person left the new place too.
                row = None
            row = row or self._struck.get(about)
            if row is not None:
                return row
        if entry is None and other in self._added:
            return self._added[other]
        return self._repeat(entry, other) or self._place(finding)

    def _place(self, finding: Row) -> Row | None:
        """What brought the entry to where the row of a register says that its person stands."""
        placed = self._placed.get(finding["entry_id"])
        if placed is None or finding["rule"] not in self._stands_there:
            return None
        _, _, row_id = finding["other_entry_id"].partition(":")
        # What a row does not say of its place is 0 in its id, and any place is the right one.
        is_there = all(
            int(said) in {0, placed[name]}
            for said, name in zip(row_id.split("-"), PLACE, strict=False)
        )
        return placed if is_there == self._stands_there[finding["rule"]] else None

    def _repeat(self, entry: str | None, other: str | None) -> Row | None:
        """The repetition where both entries are one person."""
        for repeat, kept in ((entry, other), (other, entry)):
            row = self._repeats.get(repeat or "")
            if row is not None and row["kept_entry_id"] in {
                kept,
                self._entry_kept(kept),
            }:
                return row
        return None

    def _entry_kept(self, entry: str | None) -> str:
        """The entry that is kept for one that is a repetition; empty for any other."""
        row = self._repeats.get(entry or "")
        return row["kept_entry_id"] if row is not None else ""


FINDINGS_ACCEPTED = Rule(
    "findings-accepted",
    Severity.NOTE,
    Unit.CONSTITUENCY,
    "nothing disappears silently: what was accepted is counted",
    looks_at=(
        "How many findings of the constituency did a person accept with a reason? They are not "
        "shown. Each stands with its reason in `accepted.parquet` of the run. The value is their "
        "number. This finding cannot be switched off."
    ),
    false_alarms="None: it asks nothing.",
)

_SAME = 0.001
"""Numbers that differ by less than this share of themselves are the same: people copy rounded ones.
"""

_NONE = -1
"""The number of no acceptance."""

_ABOUT = ("entry_id", "other_entry_id", "constituency", "precinct")
_FILE_COLUMNS = ("source", "sheet", "line")


@frozen
class Settled:
    """What is left to ask, and what was answered."""

    findings: pa.Table
    """FINDING, among them how many were accepted in each constituency."""
    accepted: pa.Table
    """ACCEPTED: the findings that a person accepted or answered, with the reason."""


def settle(
    findings: pa.Table,
    settings: CheckSettings,
    acceptances: pa.Table | None = None,
    applied: pa.Table | None = None,
    stands_there: Mapping[str, bool] = MappingProxyType({}),
) -> Settled:
    """The findings (FINDING) of all stages under ``[check.rules]``, without what is settled.

    Both tables of the result are in ``FINDING_ORDER``.

    Args:
        findings: of all stages.
        settings: ``[[check.accepted]]`` among them, which goes before what people said.
        acceptances: ACCEPTANCE: what people last said of each finding.
        applied: APPLIED: what decisions did to the list. A finding that was accepted too
            counts as accepted.
        stands_there: as ``answers_to`` takes it.
    """
    findings = gather([findings], settings)
    # Those of the settings name no finding, and hold whatever file the finding of a place names.
    given = [
        {**rule.model_dump(), "accepted_by": rule.by, "finding_id": None}
        for rule in settings.accepted
    ]
    if acceptances is not None:
        said = require(acceptances, ACCEPTANCE, "check").to_pylist()
        given += [row for row in said if row["mark"] == Mark.ACCEPT]
    accepted_by = _accepted_by(findings, given)
    is_accepted = accepted_by != _NONE
    accepted = _accepted_findings(
        findings.filter(is_accepted),
        [given[number] for number in accepted_by[is_accepted].tolist()],
    )
    rest = findings.filter(~is_accepted)
    if applied is not None and applied.num_rows:
        answers = answers_to(rest, applied, stands_there)
        is_answered = np.array([row is not None for row in answers], dtype=bool)
        of_decisions = answered_findings(
            rest.filter(is_answered), [row for row in answers if row]
        )
        accepted = _in_order(accepted, of_decisions)
        rest = rest.filter(~is_answered)
    return Settled(_with_count(rest, accepted), accepted)


def _in_order(*parts: pa.Table) -> pa.Table:
    """ACCEPTED of these parts in ``FINDING_ORDER``."""
    return sort_by(concat(parts, ACCEPTED), *FINDING_ORDER)


def _names_somebody(acceptance: Row) -> bool:
    """True where it is about an entry, or about a row of a register that has no entry."""
    return (acceptance["entry_id"], acceptance["other_entry_id"]) != (None, None)


def _key(acceptance: Row) -> str:
    """The text that ``_keys`` makes of the findings that it may accept."""
    entry, other, constituency, precinct = (acceptance[name] or "" for name in _ABOUT)
    if _names_somebody(acceptance):
        return f"{acceptance['rule']}\n{entry}\n{other}\n"
    return f"{acceptance['rule']}\n\n{constituency}\n{precinct}"


def _accepted_by(findings: pa.Table, given: Sequence[Row]) -> Longs:
    """For each finding the number of the acceptance that holds for it, or ``_NONE``."""
    accepted_by = np.full(findings.num_rows, _NONE)
    if not given:
        return accepted_by
    numbers_of: dict[str, list[int]] = defaultdict(list)
    for number, acceptance in enumerate(given):
        numbers_of[_key(acceptance)].append(number)
    numbers = list(numbers_of.values())
    for keys in _keys(findings):
        place = pc.index_in(keys, value_set=pa.array(list(numbers_of)))
        # The loop runs over what was accepted, which people did by hand.
        is_found = is_known(place) & (accepted_by == _NONE)
        rows = np.flatnonzero(is_found)
        cells = findings.take(rows).to_pylist()
        candidates = place.take(rows).to_pylist()
        for row, finding, key in zip(rows.tolist(), cells, candidates, strict=True):
            holding = (
                acceptance
                for acceptance in numbers[key]
                if _holds(given[acceptance], finding)
            )
            accepted_by[row] = next(holding, _NONE)
    return accepted_by


def _keys(findings: pa.Table) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """Two texts per finding, null where it has none.

    The first is the rule with what the finding is about: its entries, or the row of a register, or
    its place where it names neither. The second is the rule with the place of a finding about the
    row of a register: the settings accept all such findings of a place at once.
    """
    text = {
        name: pc.fill_null(text_of(findings, name), "") for name in ("rule", *_ABOUT)
    }
    of_place = pc.binary_join_element_wise(
        text["rule"], "", text["constituency"], text["precinct"], "\n"
    )
    of_somebody = pc.binary_join_element_wise(
        text["rule"], text["entry_id"], text["other_entry_id"], "", "\n"
    )
    has_entry = pc.is_valid(findings.column("entry_id"))
    has_other = pc.is_valid(findings.column("other_entry_id"))
    names_somebody = pc.or_(has_entry, has_other)
    of_register = pc.and_(has_other, pc.invert(has_entry))
    return (
        pc.if_else(names_somebody, of_somebody, of_place),
        pc.if_else(of_register, of_place, None),
    )


def _holds(acceptance: Row, finding: Row) -> bool:
    """True where the acceptance is of this finding, whose key it has.

    What somebody said of a place holds for the file that it names alone.
    """
    names_file = acceptance["finding_id"] and not _names_somebody(acceptance)
    same = _FILE_COLUMNS if names_file else ()
    if acceptance["field"] is not None:
        same = ("field", *same)
    is_alike = all(acceptance[name] == finding[name] for name in same)
    return is_alike and _is_same(acceptance["value"], finding["value"])


def _is_same(accepted: float | None, value: float | None) -> bool:
    """True where no number was accepted and none is there, or the same."""
    if accepted is None or value is None:
        return accepted is value
    return abs(accepted - value) <= _SAME * abs(value)


def _accepted_findings(findings: pa.Table, by: Sequence[Row]) -> pa.Table:
    """ACCEPTED of these findings, each accepted by the element of ``by`` at its place."""
    columns = {name: findings.column(name) for name in FINDING.names}
    for name in ("reason", "accepted_by", "finding_id"):
        columns[name] = pa.array([acceptance[name] for acceptance in by], pa.string())
    return from_columns(columns, ACCEPTED, len(by))


def _with_count(findings: pa.Table, accepted: pa.Table) -> pa.Table:
    """The findings with how many were accepted in each constituency, in ``FINDING_ORDER``."""
    if not accepted.num_rows:
        return findings
    counted = _count_accepted(accepted)
    code = text_of(findings, "rule")
    before = pc.sum(pc.less(code, FINDINGS_ACCEPTED.code)).as_py() or 0
    return concat([findings.slice(0, before), counted, findings.slice(before)], FINDING)


def _count_accepted(accepted: pa.Table) -> pa.Table:
    counted = pa.table(row_counts(accepted, "constituency", into="value"))
    ordered = counted.sort_by("constituency")
    columns = dict(zip(ordered.column_names, ordered.columns, strict=True))
    return make(FINDINGS_ACCEPTED, ordered.num_rows, columns)
