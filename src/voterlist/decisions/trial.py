"""New answers tried against all that was decided so far, before they are recorded.

Everything is looked at together: all cases, findings and people who decided. What waits for a
second person counts as if it held, for it may hold at any moment.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.decisions.effects import count_entries, read_today
from voterlist.decisions.given import Given, person_key
from voterlist.decisions.outcome import (
    SKIP_CODES,
    Outcome,
    Today,
    folded_fin,
    outcome,
)
from voterlist.decisions.standing import Standing, standing
from voterlist.model import Action, Verdict, frozen
from voterlist.schemas import (
    ACCEPTANCE,
    GIVEN_AMENDMENT,
    GIVEN_VERDICT,
    MATCH,
    empty,
)
from voterlist.tables import Row, by_key, concat, from_rows

UNDOES_EARLIER = "undoes-earlier"
"""The answer would take the effect of an earlier decision away."""

REFUSAL_CODES = (*SKIP_CODES, UNDOES_EARLIER)
"""Why an answer is refused; ``review.problem.<code>`` in the catalogue."""

_LEFT_ALREADY = "left-already"
_ABSENT = frozenset({"case-changed", "list-missing"})
"""Why an answer does nothing of which the entry, or its list, is gone."""
_VERDICTS = frozenset(verdict.value for verdict in Verdict)
_FIRM = frozenset(
    {
        "case-changed",
        "entry-gone",
        "list-missing",
        "ground-missing",
        "place-missing",
        "place-unknown",
        "already-there",
        "field-unknown",
        "no-change",
        "subject-missing",
        "already-listed",
    }
)
"""Codes that do not depend on other new answers."""

_Key = tuple[str, str, str]
"""(answer, entry, case of a verdict or field of a correction)."""


@dataclass(frozen=True, slots=True, eq=False)
class _Unit:
    """New answers that are taken or refused together: of one person to one case, or to an entry."""

    verdicts: tuple[Row, ...] = ()
    amendments: tuple[Row, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """All answers of the unit."""
        return self.verdicts + self.amendments

    @property
    def keys(self) -> set[_Key]:
        """What each of its answers is and about what."""
        return {_key(row) for row in self.rows}


def find_refused(
    entries: pa.Table,
    cases: pa.Table,
    given: Given,
    new: Given,
    matches: pa.Table | None = None,
    territory: Collection[int] | None = (),
) -> list[tuple[str, Row]]:
    """(a code of ``REFUSAL_CODES``, row) of the new answers that are not to be recorded, in order.

    An answer is refused where the decision that it makes would do nothing to the list, or would
    take the effect of an earlier decision away. That includes every answer by which a person would
    vanish. Of new answers that exclude each other the earlier ones are taken. A verdict about an
    entry that has left the list by another decision is taken, for it closes its case. So are an
    answer that takes something back, and one that contradicts somebody else: that is recorded and
    contested.

    Args:
        entries: ENTRY of today, or its id, place, kind of list and what is corrected.
        cases: CASE of today.
        given: all answers so far, brought to the entries of today by ``follow``.
        new: the new answers under the ids of today, with the subjects of additions. Their
            ``number`` orders them among themselves.
        matches: MATCH; without it, an addition is compared by its FIN only.
        territory: the constituencies whose lists belong here, beside those that have one; None of
            a precinct, to whose list no other one belongs.
    """
    both = all_answers(given, new)
    counted = count_entries(entries)
    today = read_today(
        entries,
        cases,
        both.verdicts,
        both.amendments,
        matches=empty(MATCH) if matches is None else matches,
        subjects=both.subjects,
        precincts={(constituency, precinct) for constituency, precinct, _ in counted},
    )
    today = replace(today, territory=territory)
    units = _units(new)
    whole = _Trial(today, given, both.acceptances, units)
    troubled = whole.troubles(units)
    if not troubled.own and not troubled.lost:
        return []
    codes: dict[_Unit, str] = {}
    touched = {entry for _, entry, _ in (*troubled.own, *troubled.lost)}
    for trial in whole.parts(touched):
        codes |= trial.refused()
    found = [(code, row) for unit, code in codes.items() for row in unit.rows]
    return sorted(
        found, key=lambda refused: ("verdict" not in refused[1], refused[1]["number"])
    )


@frozen
class _Troubles:
    """What would go wrong if some new answers were recorded."""

    own: dict[_Key, str]
    """New decisions that would do nothing, each with its code."""
    lost: frozenset[_Key]
    """Earlier decisions that hold, and would do nothing any more."""
    holding: frozenset[_Key]
    """What would hold."""


class _Trial:
    """New answers about entries that hang together, with all that was decided about them."""

    def __init__(
        self, today: Today, given: Given, acceptances: pa.Table, units: Sequence[_Unit]
    ) -> None:
        self._today = today
        self._given = given
        self._acceptances = acceptances
        self._units = units
        holding, done = self._try_out(())
        skipped = {_key_of_skipped(row) for row in done.skipped}
        self._effective = _keys_of(holding) - skipped

    def troubles(self, units: Sequence[_Unit]) -> _Troubles:
        """What would go wrong if these of the new answers were recorded."""
        holding, done = self._try_out(units)
        codes = {_key_of_skipped(row): row["code"] for row in done.skipped}
        new = {key for unit in units for key in unit.keys}
        own = {key: code for key, code in codes.items() if key in new}
        # Of an entry that is gone, a dispute is ended, and nothing else is done.
        settling = {
            _key(row) for unit in units for row in unit.verdicts if row["adjudicates"]
        }
        # Whoever has left the list is no loss; a verdict about them closes the case.
        own = {
            key: code
            for key, code in own.items()
            if code != _LEFT_ALREADY or key[0] not in _VERDICTS
            if code not in _ABSENT or key not in settling
        }
        lost = {key for key, code in codes.items() if code != _LEFT_ALREADY}
        lost &= self._effective - new
        return _Troubles(own, frozenset(lost), _keys_of(holding))

    def _try_out(self, units: Sequence[_Unit]) -> tuple[Standing, Outcome]:
        """What would hold with these new answers, and what it would do."""
        verdicts = [row for unit in units for row in unit.verdicts]
        amendments = [row for unit in units for row in unit.amendments]
        given = replace(
            self._given,
            verdicts=_with_more(self._given.verdicts, verdicts),
            amendments=_with_more(self._given.amendments, amendments),
            acceptances=self._acceptances,
        )
        holding = standing(given)
        decisions, held = holding.decisions.to_pylist(), holding.amendments.to_pylist()
        return holding, outcome(decisions, held, self._today)

    def parts(self, entries: Iterable[str]) -> Iterator[_Trial]:
        """A trial for each group of answers that hang together and touch these entries."""
        verdicts = self._given.verdicts.to_pylist()
        amendments = self._given.amendments.to_pylist()
        groups = Groups()
        for case, members in self._today.members.items():
            groups.join(case, *members)
        for row in (
            *verdicts,
            *amendments,
            *(row for known in self._units for row in known.rows),
        ):
            groups.join(*self._nodes(row))
        roots = sorted({groups.root(entry) for entry in entries})
        own_verdicts = _by_root(verdicts, groups)
        own_amendments = _by_root(amendments, groups)
        for root in roots:
            given = replace(
                self._given,
                verdicts=from_rows(own_verdicts.get(root, []), GIVEN_VERDICT),
                amendments=from_rows(own_amendments.get(root, []), GIVEN_AMENDMENT),
            )
            units = [
                unit
                for unit in self._units
                if groups.root(unit.rows[0]["entry_id"]) == root
            ]
            yield _Trial(self._today, given, self._acceptances, units)

    def _nodes(self, row: Row) -> list[str]:
        """What an answer hangs together with."""
        nodes = [row["entry_id"]]
        if row.get("case_id"):
            nodes.append(row["case_id"])
        if row.get("action") == Action.ADD:
            # Two additions of one FIN are one person.
            cells = self._today.subjects.get(row["entry_id"], {})
            fin = folded_fin(cells.get("fin"))
            nodes += [f"fin {fin}"] if fin else []
        return nodes

    def refused(self) -> dict[_Unit, str]:
        """The new answers that are not to be recorded, each with its code."""
        firm = self._firm()
        units = [unit for unit in self._units if unit not in firm]
        return firm | self._relative(units)

    def _firm(self) -> dict[_Unit, str]:
        """The new answers that would do nothing whatever becomes of the others."""
        own = self.troubles(self._units).own
        firm = {key: code for key, code in own.items() if code in _FIRM}
        return {
            unit: firm[min(keys)]
            for unit in self._units
            if (keys := unit.keys & firm.keys())
        }

    def _relative(self, units: Sequence[_Unit]) -> dict[_Unit, str]:
        """Which of these answers exclude each other, or what was decided before."""
        taken = list(units)
        codes: dict[_Unit, str] = {}
        while (culprit := self._culprit(taken)) is not None:
            unit, code = culprit
            codes[unit] = code
            taken.remove(unit)
        # What was refused for the sake of another one that was refused later may be taken.
        lost = self.troubles(taken).lost
        for unit in [unit for unit in units if unit in codes]:
            again = [
                candidate
                for candidate in units
                if candidate in taken or candidate is unit
            ]
            found = self.troubles(again)
            if not found.own and found.lost <= lost:
                taken = again
                del codes[unit]
        return codes

    def _culprit(self, taken: Sequence[_Unit]) -> tuple[_Unit, str] | None:
        """The last of these answers that is not to be recorded, and why; None where all may be."""
        found = self.troubles(taken)
        for unit in reversed(taken):
            own = sorted(unit.keys & found.own.keys())
            if own:
                return unit, found.own[own[0]]
        if not found.lost:
            return None
        for unit in reversed(taken):
            if not unit.keys & found.holding:
                continue
            rest = [candidate for candidate in taken if candidate is not unit]
            if self.troubles(rest).lost < found.lost:
                return unit, UNDOES_EARLIER
        return None


@dataclass(slots=True)
class Groups:
    """Entries and cases that hang together."""

    parent: dict[str, str] = field(default_factory=dict)

    def root(self, node: str) -> str:
        """The node that stands for a group."""
        path = []
        while (above := self.parent.get(node, node)) != node:
            path.append(node)
            node = above
        for passed in path:
            self.parent[passed] = node
        return node

    def join(self, first: str, *others: str) -> None:
        """Put nodes into one group."""
        root = self.root(first)
        for other in others:
            self.parent[self.root(other)] = root


def disputes(contested: Iterable[Row]) -> dict[str, str]:
    """The dispute of each entry, by the text that stands for it.

    Two cases of one entry are one dispute, and an entry of a case is not counted apart.

    Args:
        contested: rows of CONTESTED.
    """
    groups = Groups()
    entries = set()
    for row in contested:
        entries.add(row["entry_id"])
        groups.join(row["entry_id"], row["case_id"] or row["entry_id"])
    return {entry: groups.root(entry) for entry in entries}


def _by_root(rows: Iterable[Row], groups: Groups) -> dict[str, list[Row]]:
    """The answers of each group."""
    return by_key((groups.root(row["entry_id"]), row) for row in rows)


def _units(new: Given) -> list[_Unit]:
    """The new answers in the order in which they are tried."""
    of_case = by_key(
        ((row["case_id"], person_key(row["decided_by"])), row)
        for row in new.verdicts.sort_by("number").to_pylist()
    )
    units = [_Unit(verdicts=tuple(rows)) for rows in of_case.values()]
    amendments = new.amendments.sort_by("number").to_pylist()
    return units + [_Unit(amendments=(row,)) for row in amendments]


def all_answers(given: Given, new: Given) -> Given:
    """All answers, the new ones behind the earlier ones."""
    again = pc.is_in(
        given.acceptances.column("finding_id"),
        value_set=new.acceptances.column("finding_id").combine_chunks(),
    )
    earlier = given.acceptances.filter(pc.invert(again))
    return Given(
        verdicts=concat([given.verdicts, new.verdicts], GIVEN_VERDICT),
        amendments=concat([given.amendments, new.amendments], GIVEN_AMENDMENT),
        acceptances=concat([earlier, new.acceptances], ACCEPTANCE),
        subjects=concat([given.subjects, new.subjects], given.subjects.schema),
        case_entries={**given.case_entries, **new.case_entries},
    )


def _with_more(table: pa.Table, rows: Sequence[Row]) -> pa.Table:
    """Answers with more answers behind them, numbered on."""
    if not rows:
        return table
    start = (pc.max(table.column("number")).as_py() or 0) + 1
    in_order = sorted(rows, key=lambda row: row["number"])
    numbered = [row | {"number": start + place} for place, row in enumerate(in_order)]
    return concat([table, from_rows(numbered, table.schema)], table.schema)


def _key(row: Row) -> _Key:
    """What an answer, or a decision, is and about what."""
    if "verdict" in row:
        return row["verdict"], row["entry_id"], row["case_id"]
    return row["action"], row["entry_id"], row["field"] or ""


def _key_of_skipped(row: Row) -> _Key:
    """What a row of SKIPPED is and about what, as ``_key`` says it of its decision."""
    is_verdict = row["answer"] in _VERDICTS
    about = row["case_id"] if is_verdict else row["field"]
    return row["answer"], row["entry_id"], about or ""


def _keys_of(holding: Standing) -> frozenset[_Key]:
    """What everything that holds is and about what."""
    rows = (*holding.decisions.to_pylist(), *holding.amendments.to_pylist())
    return frozenset(_key(row) for row in rows)
