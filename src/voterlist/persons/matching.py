"""Which rows of a register and which entries of a list are one person, and what speaks against it.

Both are VOTER. Three levels of evidence, the strongest first: one FIN, one document, all names with
the full birth date. A name alone is none of them: chance gives namesakes by the thousand.
``docs/reconcile.md`` has the reasons.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from voterlist.arrays import AnyArray, Bools, Longs, pack_pairs, unpack_pairs
from voterlist.fields import BORN
from voterlist.model import frozen
from voterlist.tables import differ, group_codes, is_known, matches, similarity

# Can two rows be one person? What speaks against it, and who asks which question.
#
# The parts (another given name, birth date, family name or FIN) are told once. The stages put them
# together by what has brought two rows together:
#
# * a register and the list (``contradicts``): a row of another body and an entry share an
#   identifier or the whole name; here a birth date alone speaks against one person;
# * one list (``are_two_people``): two entries share an identifier; a slip in the date alone is no
#   other person, so a date needs another surname or patronymic beside it;
# * the linkage (``doubts``): all fields together say one person; here a FIN, or the look of twins,
#   makes a question of the answer.
#
# What either row lacks speaks neither for nor against.

Sides = tuple[AnyArray, AnyArray]
"""The codes of one field in the left and in the right rows; -1 where missing."""

_LEAST_ALIKE = 0.7
"""Names less alike than this are two names: of a name of six letters two may be wrong, of three
none."""


def contradicts(left: pa.Table, right: pa.Table) -> Bools:
    """True where FIN, given name, its sex or birth date say that two rows are two people.

    So does the father's name where no birth year says that it is a slip: grandsons bear the given
    name of their grandfather. A surname does not: it changes by marriage and by law. ``left`` and
    ``right`` are VOTER of one length, compared row by row.
    """
    other_fin = differ(left.column("fin"), right.column("fin"))
    other_father = _other_name(left, right, "patronymic_skeleton")
    other_father &= ~_is_one(left, right, "birth_year")
    other_date = _other_birth_date(left, right)
    return other_fin | _other_given_name(left, right) | other_father | other_date


def agrees(left: pa.Table, right: pa.Table) -> Bools:
    """True where a given name or a birth year is known on both sides, and alike."""
    likeness = similarity(left.column("given_skeleton"), right.column("given_skeleton"))
    return (likeness >= _LEAST_ALIKE) | _is_one(left, right, "birth_year")


def _is_one(left: pa.Table, right: pa.Table, name: str) -> Bools:
    """True where a column is known on both sides, and the same."""
    one, other = left.column(name), right.column(name)
    return is_known(one) & is_known(other) & ~differ(one, other)


def are_two_people(left: pa.Table, right: pa.Table) -> Bools:
    """True where two entries that share an identifier cannot well be one person.

    Another given name; or another birth date together with another surname or patronymic. A surname
    alone changes by marriage, and a date alone is a slip. ``left`` and ``right`` are VOTER of one
    length, compared row by row.
    """
    other_family = _other_name(left, right, "surname_stem")
    other_family |= _other_name(left, right, "patronymic_skeleton")
    return _other_given_name(left, right) | (
        _other_birth_date(left, right) & other_family
    )


def doubts(
    *, fin: Sides, given_name: Sides, patronymic: Sides, birth_date: Sides
) -> tuple[Bools, Bools]:
    """(other FIN, twins possible) of pairs that the linkage takes for one person.

    A FIN is for life, so another one is another person. So do twins look: father and birth date are
    the same, the given name is written otherwise, and no common FIN says that it is one person.
    """
    one_date = _are_equal(*birth_date)
    twins = (
        one_date
        & _are_other(*given_name)
        & ~_are_other(*patronymic)
        & ~_are_equal(*fin)
    )
    return _are_other(*fin), twins


def _other_name(left: pa.Table, right: pa.Table, name: str) -> Bools:
    # NaN, where either lacks the name, is not below any number.
    return similarity(left.column(name), right.column(name)) < _LEAST_ALIKE


def _other_given_name(left: pa.Table, right: pa.Table) -> Bools:
    other_sex = differ(left.column("given_sex"), right.column("given_sex"))
    return _other_name(left, right, "given_skeleton") | other_sex


def _other_birth_date(left: pa.Table, right: pa.Table) -> Bools:
    """True where the dates differ in what both know of them; day and month may be exchanged."""
    year, month, day = ((left.column(name), right.column(name)) for name in BORN)
    straight = differ(*month) | differ(*day)
    crossed = differ(month[0], day[1]) | differ(day[0], month[1])
    return differ(*year) | (straight & crossed)


def _are_other(left: AnyArray, right: AnyArray) -> Bools:
    return np.asarray((left >= 0) & (right >= 0) & (left != right))


def _are_equal(left: AnyArray, right: AnyArray) -> Bools:
    return np.asarray((left >= 0) & (left == right))


CLASSES = ("confirmed", "conflicting", "probable", "register-only", "unusable")
"""What a row of a register is to a list; a row that meets several entries counts as the first that
fits."""
LEVELS = ("fin", "document", "names")
"""The evidence that brought a row and an entry together; ``names`` is all names and the full birth
date."""

_SURNAME = ("surname_stem", "surname_skeleton")
"""One of the two must agree: the stem outlives a changed ending, the whole stands where there is no
stem."""
_REST = ("given_skeleton", "patronymic_skeleton", *BORN)


MATCHED = {
    "fin": ("fin",),
    "document": ("document",),
    **{name: (name, *_REST) for name in _SURNAME},
}
"""What a row of a register and an entry must share to meet: all columns of one of these."""


@frozen
class Matched:
    """Register rows with their class and, where there is one, the entry of the list.

    Ordered by both.
    """

    register: Longs
    entry: Longs
    """-1 for the last two classes."""
    kind: Longs
    """Index into CLASSES."""
    level: Longs
    """Index into LEVELS; -1 for the last two classes."""
    rows: int
    """How many rows the register has."""

    def part(self, start: int, rows: int) -> Matched:
        """The same of ``rows`` consecutive rows of the register, counted from ``start``."""
        low, high = np.searchsorted(self.register, [start, start + rows])
        at = slice(int(low), int(high))
        return Matched(
            self.register[at] - start,
            self.entry[at],
            self.kind[at],
            self.level[at],
            rows,
        )

    def is_class(self, *names: str) -> Bools:
        """Which pairs are of one of these classes."""
        return np.isin(self.kind, [CLASSES.index(name) for name in names])

    def best(self) -> Longs:
        """The best class of each row of the register, as an index into CLASSES."""
        best = np.full(self.rows, len(CLASSES), dtype=np.int64)
        np.minimum.at(best, self.register, self.kind)
        return best


def usable_by(register: pa.Table) -> dict[str, Bools]:
    """Which rows can be used, by the best that each holds.

    A row stands under one of the three, or cannot be used.
    """
    fin, document = (
        is_known(register.column("fin")),
        is_known(register.column("document")),
    )
    named = np.logical_or.reduce([is_known(register.column(name)) for name in _SURNAME])
    named &= np.logical_and.reduce([is_known(register.column(name)) for name in _REST])
    return {
        "by-fin": fin,
        "by-document": document & ~fin,
        "by-name": named & ~fin & ~document,
    }


def match(register: pa.Table, voters: pa.Table) -> Matched:
    """Each row of the register with every entry of the list that it meets, or with none.

    Both are VOTER tables.
    """
    rows, entry, kind, level = _by_identifier(register, voters)
    named = _by_name(register, voters)
    new = ~np.isin(_numbers(*named), _numbers(rows, entry))
    rows, entry = np.append(rows, named[0][new]), np.append(entry, named[1][new])
    kind = np.append(kind, np.full(int(new.sum()), CLASSES.index("probable")))
    level = np.append(level, np.full(int(new.sum()), LEVELS.index("names")))
    alone = np.setdiff1d(np.arange(register.num_rows), rows)
    usable = np.logical_or.reduce(list(usable_by(register).values()))
    rows, entry = np.append(rows, alone), np.append(entry, np.full(len(alone), -1))
    kind = np.append(
        kind,
        np.where(
            usable[alone], CLASSES.index("register-only"), CLASSES.index("unusable")
        ),
    )
    level = np.append(level, np.full(len(alone), -1))
    order = np.lexsort((entry, rows))
    return Matched(
        rows[order], entry[order], kind[order], level[order], register.num_rows
    )


def may_be_one(register: pa.Table, voters: pa.Table) -> tuple[Longs, Longs]:
    """(register row, list row) of every pair that may be one person, in order.

    An identifier brings them together and nothing contradicts; or the full birth date does, and
    surname and given name are alike, also in the other's place; or all names do, and two parts of
    the date. Another patronymic or another FIN is another person. Unlike ``match`` it takes a slip,
    and somebody without a patronymic. Both are VOTER tables.
    """
    rows, entry, kind, _ = _by_identifier(register, voters)
    identified = _numbers(rows, entry)[kind != CLASSES.index("conflicting")]
    dated = _together(register, voters, *BORN)
    named = [_together(register, voters, name, *_REST[:2]) for name in _SURNAME]
    pairs = np.unique(np.concatenate([identified, dated, *named]))
    rows, entry = _rows_of(pairs)
    left, right = register.take(rows), voters.take(entry)
    likely = np.isin(pairs, identified)
    likely |= np.isin(pairs, dated) & _are_named_alike(left, right)
    likely |= np.isin(pairs, np.concatenate(named)) & (_same_parts(left, right) > 1)
    likely &= ~differ(left.column("fin"), right.column("fin"))
    likely &= ~_other_name(left, right, "patronymic_skeleton")
    return rows[likely], entry[likely]


def _are_named_alike(left: pa.Table, right: pa.Table) -> Bools:
    """True where surname and given name are alike, also where they stand in each other's place."""

    def alike(one: str, other: str) -> Bools:
        return similarity(left.column(one), right.column(other)) >= _LEAST_ALIKE

    given = "given_skeleton"
    straight = alike(given, given) & np.logical_or.reduce(
        [alike(name, name) for name in _SURNAME]
    )
    crossed = np.logical_or.reduce(
        [alike(given, name) & alike(name, given) for name in _SURNAME]
    )
    flags: Bools = straight | crossed
    return flags


def _same_parts(left: pa.Table, right: pa.Table) -> Longs:
    """How many of year, month and day of birth both know, and have the same."""
    count: Longs = np.sum([_is_one(left, right, name) for name in BORN], axis=0)
    return count


def _together(register: pa.Table, voters: pa.Table, *names: str) -> Longs:
    """All pairs (register row, list row) that agree in all these columns, each as one number."""
    both = pa.concat_tables([register.select(names), voters.select(names)])
    code, _ = group_codes(both, *names)
    return _numbers(*matches(code[: register.num_rows], code[register.num_rows :]))


def _numbers(register: Longs, entry: Longs) -> Longs:
    """One number per pair of rows, in the order of the two."""
    return pack_pairs(register.astype(np.int32), entry.astype(np.int32))


def _rows_of(pairs: Longs) -> tuple[Longs, Longs]:
    """(register row, list row) of pairs by their numbers."""
    register, entry = unpack_pairs(pairs)
    return register.astype(np.int64), entry.astype(np.int64)


def _by_identifier(
    register: pa.Table, voters: pa.Table
) -> tuple[Longs, Longs, Longs, Longs]:
    """Pairs of one FIN or one document: register row, entry, class and level of each."""
    fin, document = (_together(register, voters, name) for name in ("fin", "document"))
    pairs = np.unique(np.concatenate([fin, document]))
    rows, entry = _rows_of(pairs)
    left, right = register.take(rows), voters.take(entry)
    # An identifier with nothing beside it may be a slip of one character: probable at most.
    kinds = np.where(
        agrees(left, right), CLASSES.index("confirmed"), CLASSES.index("probable")
    )
    kinds = np.where(contradicts(left, right), CLASSES.index("conflicting"), kinds)
    return (
        rows,
        entry,
        kinds,
        np.where(np.isin(pairs, fin), LEVELS.index("fin"), LEVELS.index("document")),
    )


def _by_name(register: pa.Table, voters: pa.Table) -> tuple[Longs, Longs]:
    """Pairs of one surname (its stem, or the whole), given name, patronymic and full birth date.

    A pair with two different FINs is left out: a FIN is for life, so the two are namesakes.
    """
    pairs = np.unique(
        np.concatenate([_together(register, voters, name, *_REST) for name in _SURNAME])
    )
    rows, entry = _rows_of(pairs)
    namesakes = differ(
        register.column("fin").take(rows),
        voters.column("fin").take(entry),
    )
    return rows[~namesakes], entry[~namesakes]
