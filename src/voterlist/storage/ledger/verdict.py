"""Whether a ledger is what its chain says, and what does not fit first.

``verify`` reads everything: the schema with its triggers, each line of the chain, each row that a
line names, the digest of every table, and the heads that others have. It writes nothing, and does
not stop at the first finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from voterlist.errors import usage_error
from voterlist.model import frozen
from voterlist.storage.ledger.base import (
    CHAIN,
    KEYS,
    NUMBERED,
    SINCE,
    UNNUMBERED,
    Base,
)
from voterlist.storage.ledger.chain import (
    ADDED,
    BEGINNING,
    GENESIS,
    NO_ROWS,
    SEALS,
    Head,
    TableDigest,
    digest,
    digests_at,
    has_table,
    hash_of,
    head_of,
    read_line,
    row_digest,
    rows_of,
    seal_digests,
    version_of,
)
from voterlist.storage.ledger.mark import Mark, find_gap, marks_by_path
from voterlist.storage.ledger.reading import (
    Place,
    make_tables,
    open_unverified,
    place_of,
)

_HEAD = re.compile(r"(?:([0-9]+)-)?([0-9a-f]{8,64})")
"""A head as it is printed: the number of the line, and its hash or the beginning of it."""

_MOST_COMPARED = 100
"""With more altered rows than these it is not looked whether they changed places."""


Kind = Literal[
    "table-missing",
    "index-missing",
    "trigger-missing",
    "schema-added",
    "schema-altered",
    "line-missing",
    "line-broken",
    "line-altered",
    "line-moved",
    "line-again",
    "row-altered",
    "row-moved",
    "row-missing",
    "row-added",
    "row-again",
    "rows-of-before",
    "table-altered",
    "seal-altered",
    "mark-missing",
    "mark-older",
    "mark-other",
    "head-beyond",
    "head-other",
    "head-unknown",
]
"""What does not fit."""

_MISSING: dict[str, Kind] = {
    "table": "table-missing",
    "index": "index-missing",
    "trigger": "trigger-missing",
}
_OF_GAPS: dict[str, Kind] = {
    "missing": "mark-missing",
    "older": "mark-older",
    "other": "mark-other",
}


@frozen
class Problem:
    """Something that does not fit.

    Attributes:
        kind: what it is; the catalogue has a sentence for each.
        line: the line of the chain that says otherwise; None where no line does.
        table: the table that was altered.
        row: its row.
        name: what was altered, where it is no row: a trigger, the file of a mark, a head.
    """

    kind: Kind
    line: int | None = None
    table: str | None = None
    row: int | None = None
    name: str | None = None


@frozen
class Verdict:
    """What became of a verification.

    Attributes:
        head: the last line; None where the ledger has no chain yet.
        problems: what does not fit: of the schema, then of the lines in their order, then of the
            seals, then of the heads that others have.
    """

    head: Head | None
    problems: tuple[Problem, ...]

    @property
    def fits(self) -> bool:
        """True where nothing was found."""
        return not self.problems


def verify(where: Path | Place, heads: Iterable[str] = ()) -> Verdict:
    """Whether this ledger is what its chain, its marks and these heads say.

    Args:
        where: the ledger; its marks beside it and in the folders of the runs are read too.
        heads: heads that others have, from acts and receipts: ``number-hash``, or the first eight
            or more letters of the hash.

    Raises:
        InputError: it is no ledger, or a mark is damaged.
        UsageError: a newer version of the program wrote it, or a head is none.
    """
    known = [_read_head(text) for text in heads]
    place = place_of(where)
    marks = marks_by_path(place.path)
    with open_unverified(place) as base:
        return verdict_of(base, marks, known)


def verdict_of(
    base: Base, marks: Mapping[Path, Mark], heads: Iterable[tuple[int | None, str]]
) -> Verdict:
    """As ``verify``, of a ledger that is open."""
    version = version_of(base)
    problems = list(_of_schema(base.schema(), base.schema_of(version)))
    is_readable = not any(
        (problem.name or "").startswith("table") for problem in problems
    )
    if not is_readable or (problems and not version):
        # Tables of other columns cannot be compared with anything.
        return Verdict(None, tuple(problems))
    if not version:
        make_tables(base, version)
        problems += _of_marks(None, marks)
        problems += [_unknown_head(known) for known in heads]
        return Verdict(None, tuple(problems))
    chain = _Chain()
    chain.read(base)
    tables = [*chain.problems, *_of_rows(base, chain), *_of_tables(base, chain)]
    problems += sorted(tables, key=_place)
    altered = {problem.table for problem in tables if problem.table}
    problems += _of_seals(base, KEYS, altered)
    # Rows that were altered are others than those of the marks too, which is told already.
    fitting = {path for path, mark in marks.items() if altered and _is_in(base, mark)}
    unknown = {path: mark for path, mark in marks.items() if path not in fitting}
    problems += _of_marks(base, unknown)
    for known in heads:
        problems += _of_head(chain, known)
    return Verdict(head_of(base), tuple(problems))


def _place(problem: Problem) -> tuple[bool, int, str, int]:
    """The order of problems: by line; what no line tells comes last."""
    line, row = problem.line, problem.row
    return line is None, line or 0, problem.table or "", row or 0


def _of_schema(
    there: Mapping[str, str], wanted: Mapping[str, str]
) -> Iterator[Problem]:
    """Tables and triggers that are missing, altered or too many."""
    for name in sorted(wanted.keys() | there.keys()):
        if name not in there:
            yield Problem(_MISSING[name.split()[0]], name=name)
        elif name not in wanted:
            yield Problem("schema-added", name=name)
        elif there[name] != wanted[name]:
            yield Problem("schema-altered", name=name)


@dataclass(slots=True)
class _Chain:
    """What the lines of a chain say, and where they do not fit together."""

    hashes: dict[int, str] = field(default_factory=dict)
    rows: dict[str, dict[int, tuple[str, int]]] = field(
        default_factory=lambda: {table: {} for table in NUMBERED}
    )
    """Table -> key -> digest of the row, and the line that added it."""
    tables: dict[str, tuple[TableDigest, int]] = field(default_factory=dict)
    """Table -> its digest by the last line about it, and that line."""
    before: dict[str, tuple[TableDigest, int]] = field(default_factory=dict)
    """Numbered table -> the digest of the rows that are older than the chain, the last key."""
    problems: list[Problem] = field(default_factory=list)

    def read(self, base: Base) -> None:
        """Read all lines of a ledger."""
        previous = BEGINNING.encode()
        expected = 1
        query = "SELECT number, line, previous, hash FROM chain ORDER BY number"
        for chunk in base.chunks_of_bytes(query):
            for number, text, told, own in chunk:
                if number != expected:
                    self.problems.append(Problem("line-missing", line=expected))
                elif told != previous:
                    self.problems.append(Problem("line-broken", line=number))
                if hash_of(told, text).encode() != own:
                    self.problems.append(Problem("line-altered", line=number))
                self.hashes[number] = own.decode(errors="replace")
                self._take(number, text)
                previous, expected = own, number + 1
        if not self.hashes:
            self.problems.append(Problem("line-missing", line=1))

    def _take(self, number: int, text: bytes) -> None:
        """What a line says of the tables."""
        try:
            line = read_line(text)
            if line.number != number:
                self.problems.append(Problem("line-moved", line=number))
            if number == 1:
                self._take_genesis(line.details["tables"])
            elif line.event == GENESIS:
                # It would void all that the lines before it say.
                self.problems.append(Problem("line-again", line=number))
            for table, rows in line.details.get(ADDED, {}).items():
                for key, value in rows:
                    self._take_row(number, table, int(key), str(value))
            for table, said in line.details.get(SEALS, {}).items():
                self.tables[table] = _digest_in(said), number
        except (ValueError, TypeError, KeyError, AttributeError):
            # A text of the program's own has all of this: this one was altered.
            problem = Problem("line-altered", line=number)
            if problem not in self.problems:
                self.problems.append(problem)

    def _take_row(self, number: int, table: str, key: int, value: str) -> None:
        """What a line says of a row that it added: no later line can say otherwise."""
        _, last = self.before.get(table, (NO_ROWS, 0))
        if key in self.rows[table] or key <= last:
            self.problems.append(Problem("row-again", number, table, key))
        else:
            self.rows[table][key] = value, number

    def _take_genesis(self, tables: Mapping[str, Any]) -> None:
        # A table that came later had no rows then.
        for table in set(NUMBERED) - (SINCE.keys() - tables.keys()):
            self.before[table] = _digest_in(tables[table]), int(tables[table]["last"])
        for table in UNNUMBERED:
            content = tables.get(table)
            digest = NO_ROWS if content is None else _digest_in(content)
            self.tables[table] = digest, 1


def _digest_in(content: Mapping[str, Any]) -> TableDigest:
    return TableDigest(int(content["rows"]), str(content["digest"]))


def _of_rows(base: Base, chain: _Chain) -> Iterator[Problem]:
    """The rows of numbered tables that are not what the lines say."""
    for table in NUMBERED:
        if not has_table(base, table):
            for key, (_, line) in chain.rows[table].items():
                yield Problem("row-missing", line, table, key)
            continue
        before, last = chain.before.get(table, (NO_ROWS, 0))
        older_rows = f"FROM {table} WHERE {KEYS[table]} <= :last"
        query = f"SELECT count(*) {older_rows}"
        ((count,),) = base.rows(query, {"last": last})
        beginning = digests_at(base, table, [count])[1][count]
        if (count, beginning) != (before.rows, before.digest):
            yield Problem("rows-of-before", line=1, table=table)
        yield from _of_table(base, table, last, chain.rows[table])


def _of_table(
    base: Base, table: str, last: int, expected: Mapping[int, tuple[str, int]]
) -> Iterator[Problem]:
    """The rows behind the key ``last`` of one numbered table."""
    seen: set[int] = set()
    altered: dict[int, tuple[object, ...]] = {}
    for chunk in rows_of(base, table, behind=last):
        for row in chunk:
            number = row[0]
            seen.add(number)
            if number not in expected:
                yield Problem("row-added", table=table, row=number)
            elif row_digest(row) != expected[number][0]:
                altered[number] = row
    for number in expected.keys() - seen:
        yield Problem("row-missing", expected[number][1], table, number)
    wanted = {expected[number][0] for number in altered}
    for number, row in altered.items():
        others = list(altered)[:_MOST_COMPARED]
        moved = {row_digest((other, *row[1:])) for other in others}
        kind: Kind = "row-moved" if moved & wanted else "row-altered"
        yield Problem(kind, expected[number][1], table, number)


def _of_tables(base: Base, chain: _Chain) -> Iterator[Problem]:
    """The tables without numbers that are not what the last line about them says."""
    for table in UNNUMBERED:
        if table in chain.tables:
            wanted, line = chain.tables[table]
            if digest(base, table) != wanted:
                yield Problem("table-altered", line, table)


def _of_seals(
    base: Base, tables: Iterable[str], altered: Iterable[str]
) -> Iterator[Problem]:
    """The seals that are not those of their tables; ``altered`` tables are told already."""
    stored = seal_digests(base)
    for table in sorted({*tables} - {*altered}):
        if stored.get(table) != digest(base, table):
            yield Problem("seal-altered", table=table)
    for name in sorted(stored.keys() - KEYS.keys()):
        yield Problem("seal-altered", table=name)


def _of_marks(base: Base | None, marks: Mapping[Path, Mark]) -> Iterator[Problem]:
    """The marks that tell of another ledger, or of one that had more."""
    if find_gap(base, marks.values()) is None:
        return
    for path, mark in marks.items():
        gap = find_gap(base, [mark])
        if gap is not None:
            name = "/".join(path.parts[-2:])
            yield Problem(_OF_GAPS[gap.kind], mark.tables[CHAIN].rows, name=name)


def _is_in(base: Base, mark: Mark) -> bool:
    """Whether the chain has the line that was its head at the time of a mark."""
    head = mark.tables[CHAIN]
    return digests_at(base, CHAIN, [head.rows])[1].get(head.rows) == head.digest


def _read_head(text: str) -> tuple[int | None, str]:
    """(number, hash or its beginning) of a head as it is printed."""
    match = _HEAD.fullmatch(text.strip().lower())
    if match is None:
        raise usage_error("no-head", head=text[:80])
    return int(match[1]) if match[1] else None, match[2]


def _of_head(chain: _Chain, known: tuple[int | None, str]) -> Iterator[Problem]:
    """Whether the chain has the line of a head that somebody has."""
    number, text = known
    if number is None:
        if not any(known_hash.startswith(text) for known_hash in chain.hashes.values()):
            yield _unknown_head(known)
    elif number not in chain.hashes:
        yield Problem("head-beyond", number, name=text)
    elif not chain.hashes[number].startswith(text):
        yield Problem("head-other", number, name=text)


def _unknown_head(known: tuple[int | None, str]) -> Problem:
    return Problem("head-unknown", known[0], name=known[1])
