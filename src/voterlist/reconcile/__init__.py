"""The list against what other bodies know: registers of persons, statistics, protocols.

Nothing is struck here. A row of a register is *confirmed* where an identifier agrees and nothing
known of the person contradicts it, *probable* where all names and the full birth date agree,
*conflicting* where the identifier agrees and the person does not. A name alone proves nothing:
chance gives namesakes by the thousand. How much of a register could be used at all is said first,
and what is not known is null, never zero.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import Longs
from voterlist.config.sections import CheckSettings
from voterlist.errors import StageError
from voterlist.findings import gather, make
from voterlist.model import Stage, frozen
from voterlist.reconcile.policies import BY_CODE, REGISTERS
from voterlist.reconcile.registers import (
    FORMER,
    compare_registers,
    constituencies_of,
    no_register,
)
from voterlist.reconcile.statistics import compare, differences, sums, tally
from voterlist.schemas import (
    AMENDMENT,
    COMPARISON,
    PROTOCOL,
    REGISTER_USE,
    STATISTIC,
    VOTER,
    empty,
    require,
)
from voterlist.tables import concat, sort_by

DEATHS = "deaths"


@frozen
class Part:
    """Of a list of which only some entries are at hand, what is needed of all."""

    constituencies: Longs
    """Those of which there is a list, ascending; -1 stands for one that is not known."""
    counted: pa.Table
    """TALLY of every voter."""


@frozen
class Reconciliation:
    """What the comparison gave."""

    findings: pa.Table
    """FINDING: ``entry_id`` is the entry and ``other_entry_id`` the row of the register."""
    matches: pa.Table
    """MATCH: every row of every register at least once, with its class."""
    usable: pa.Table
    """REGISTER_USE: rows in total, usable, by what, and by class; null for a register of deaths
    that is not given."""
    compared: pa.Table
    """COMPARISON: each number of the statistics beside the list's own."""


def reconcile(
    voters: pa.Table,
    *,
    registers: Mapping[str, pa.Table] | None = None,
    statistics: pa.Table | None = None,
    protocol: pa.Table | None = None,
    settings: CheckSettings,
    on_day: dt.date | None = None,
    part: Part | None = None,
    moves: pa.Table | None = None,
) -> Reconciliation:
    """The list against registers, statistics and a protocol, any of which may be missing.

    Args:
        voters: VOTER.
        registers: VOTER by name (``REGISTERS``), made by the same ``normalize``; ``FORMER`` beside
            ``name-changes`` holds its rows, by the same ids, under the name given up.
        statistics: STATISTIC.
        protocol: PROTOCOL.
        settings: the limits and switches.
        on_day: the day of the list; without it nobody is asked whether they came of age in the year
            before.
        part: ``voters`` are only those whom a register may meet; this is what else is needed.
        moves: AMENDMENT: who was moved to another list since it was handed in, or struck for one
            of somebody else or as no voter.

    Raises:
        StageError: a table has the wrong shape, or a register has a name that is not known.
    """
    voters = sort_by(require(voters, VOTER, Stage.RECONCILE), "entry_id")
    given = dict(registers or {})
    if unknown := sorted(set(given) - {*REGISTERS, FORMER}):
        raise StageError(
            f"there is no register {', '.join(unknown)}", stage=Stage.RECONCILE
        )
    given = {
        name: require(table, VOTER, Stage.RECONCILE) for name, table in given.items()
    }
    constituencies = part.constituencies if part else constituencies_of(voters)
    counted = part.counted if part else tally(voters)
    matched, usable, findings_of_registers = compare_registers(
        given,
        voters,
        constituencies,
        settings,
        on_day,
        empty(AMENDMENT) if moves is None else moves,
    )
    findings = [findings_of_registers]
    if DEATHS not in given:
        usable = concat([no_register(DEATHS), usable], REGISTER_USE)
    if protocol is not None:
        findings.append(sums(require(protocol, PROTOCOL, Stage.RECONCILE), counted))
    beside = empty(COMPARISON)
    if statistics is not None:
        statistics = require(statistics, STATISTIC, Stage.RECONCILE)
        beside = compare(counted, statistics)
        findings.append(differences(counted, statistics, settings))
    return Reconciliation(
        findings=gather(findings, settings),
        matches=sort_by(matched, "register", "register_id", "entry_id"),
        usable=usable,
        compared=beside,
    )


def not_read(files: pa.Table, settings: CheckSettings) -> pa.Table:
    """FINDING: files of other bodies of which no row could be used, or not every one.

    ``files`` has of each file its ``source``, what it is by its name (``register``; null: nothing
    says it), the ``rows`` that may be somebody's, how many were ``usable``, and the code of the
    ``trouble`` where none was.
    """
    files = files.filter(files.column("register").is_valid())
    has_trouble = files.column("trouble").is_valid()
    is_short = pc.less(files.column("usable"), files.column("rows"))
    unread = files.filter(has_trouble)
    short = files.filter(pc.and_(is_short, pc.invert(has_trouble)))
    rows, usable = short.column("rows"), short.column("usable")
    counts = {"value": pc.subtract(rows, usable), "limit": rows}
    findings = [
        make(BY_CODE["register-not-read"], unread.num_rows, _file(unread)),
        make(BY_CODE["register-rows-unread"], short.num_rows, _file(short) | counts),
    ]
    return gather(findings, settings)


def _file(files: pa.Table) -> dict[str, pa.ChunkedArray]:
    """The columns of findings that name these files."""
    return {"source": files.column("source"), "field": files.column("register")}
