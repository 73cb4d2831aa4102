"""The ways in which one name can be read: which number is the constituency's, which the precinct's.

Each word of the name that asks for a number has the one before or behind it, so that as many words
as possible have one. What stays open is decided by the folder and by the names beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import product

from voterlist.ingest.file_names.tokens import Kind, Sense, Token, candidates, tokens

_LABELS = (Sense.CONSTITUENCY, Sense.PRECINCT, Sense.OTHER)
_BETWEEN_NUMBERS = (Sense.PLAIN, Sense.LIST, Sense.SIGN)
_BINDING = (Sense.PLAIN, Sense.ORDINAL, Sense.SIGN)
"""The words through which an ordinal or a number sign still belongs to a place word."""
_RANGE_SIGNS = ("-", "\N{EN DASH}", "\N{EM DASH}", ",", "&", "+", "ve", "и", "and")
_MOST_LABELS = 6
"""Of more words that ask for a number only the last ones are heard."""
_BACK, _ON = -1, 1


@dataclass(frozen=True, slots=True)
class Name:
    """One name, taken apart.

    Its methods count the numbers that can be a place's, from 0.

    Attributes:
        tokens: all pieces of the name, its folders' too.
        numbers: the positions of the tokens that can be a place's number.
        shape: those numbers with the sign between two, the words that ask for a number, and the
            ends of folders; names of one shape are compared.
    """

    tokens: tuple[Token, ...]
    numbers: tuple[int, ...]
    shape: tuple[str, ...]

    @property
    def values(self) -> tuple[int, ...]:
        """The numbers that can be a place's, in order."""
        return tuple(self.tokens[at].value for at in self.numbers)

    @property
    def has_labels(self) -> bool:
        """True where a word asks for a number."""
        return any(token.sense in _LABELS for token in self.tokens)

    @property
    def has_unknown_words(self) -> bool:
        """True where a word is not known, so that its number may mean anything."""
        words = (token for token in self.tokens if token.kind == Kind.WORD)
        return any(token.sense is Sense.UNKNOWN for token in words)

    def are_apart(self, number: int, other: int) -> bool:
        """True where the end of a folder's name stands between two numbers."""
        between = self.tokens[self.numbers[number] : self.numbers[other]]
        return any(token.kind == Kind.EDGE for token in between)

    def is_own(self, number: int) -> bool:
        """True for a number of the file's own name, not of a folder's."""
        behind = self.tokens[self.numbers[number] :]
        return all(token.kind != Kind.EDGE for token in behind)

    @property
    def form(self) -> tuple[str, ...]:
        """The name with one sign for every number that can be a place's, another for the rest."""
        form = []
        for at, token in enumerate(self.tokens):
            if at in self.numbers:
                form.append("#")
            elif token.kind == Kind.NUMBER:
                form.append("~")
            else:
                form.append(token.text)
        return tuple(form)

    def are_joined(self, number: int) -> bool:
        """True where nothing but signs and words of lists stands before the next number."""
        between = self._behind(number)
        return all(token.sense in _BETWEEN_NUMBERS for token in between)

    def may_be_range(self, number: int) -> bool:
        """True for 14 in ``14-15`` and ``14 və 15``, which may be several precincts."""
        has_sign = any(token.text in _RANGE_SIGNS for token in self._behind(number))
        grows = self.values[number] < self.values[number + 1]
        return has_sign and grows and self.are_joined(number)

    def _behind(self, number: int) -> tuple[Token, ...]:
        """The tokens between a number and the next one."""
        start = self.numbers[number] + 1
        stop = self.numbers[number + 1]
        return self.tokens[start:stop]


class Told(IntEnum):
    """How a word for precincts tells that a number is the precinct's."""

    NOT = 0
    STRETCHED = 1
    """Behind the word stand both numbers: ``precinct_4_14``."""
    BESIDE = 2
    BOUND = 3
    """An ordinal or a number sign binds the number to the word."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a name; numbers are counted among those that can be a place's.

    Attributes:
        constituency: which number is the constituency's; None where none is.
        precinct: which number is the precinct's; None where none is.
        told: how a word tells that it is the precinct's.
        others: the numbers that words for other things have.
        is_named: True where a word has the constituency's number.
    """

    constituency: int | None
    precinct: int | None
    told: Told = Told.NOT
    others: frozenset[int] = frozenset()
    is_named: bool = False


@dataclass(frozen=True, slots=True)
class _Label:
    """Words of one sense beside each other, which ask for one number.

    Attributes:
        sense: what they say of it.
        first: position of the first of them among the tokens.
        last: position of the last.
    """

    sense: Sense
    first: int
    last: int


class _Grip(IntEnum):
    """How close a number is to a word that may have it."""

    AWAY = 0
    """In the name of a file, while the word stands in that of its folder."""
    INSIDE = 1
    GLUED = 2
    """No sign stands between them."""
    BOUND = 3
    """An ordinal or a number sign stands with the number."""


@dataclass(frozen=True, slots=True)
class _Given:
    """A number that a word may have.

    Attributes:
        number: counted among those that can be a place's.
        grip: how close it is to the word.
        step: ``_BACK`` where it stands before the word, ``_ON`` where behind it.
    """

    number: int
    grip: _Grip
    step: int


_Assignment = tuple[tuple[Sense, _Given], ...]
"""What the words of a name say, and the numbers that they have."""


def name_of(parts: Sequence[str]) -> Name:
    """The parts of a path below its constituency's folder, taken apart.

    ``parts``: without the endings of formats.
    """
    pieces = tokens(parts)
    numbers = candidates(pieces)
    shape: list[str] = []
    for at, token in enumerate(pieces):
        if at in numbers:
            shape.append("#")
        elif token.kind == Kind.EDGE:
            shape.append("/")
        elif token.sense in _LABELS and shape[-1:] != [token.sense.value]:
            shape.append(token.sense.value)
        elif {at - 1, at + 1} <= set(numbers):
            shape.append(token.text)
    return Name(pieces, numbers, tuple(shape))


def readings(name: Name, constituency: int | None) -> list[Reading]:
    """Every way to read the name in a folder of this constituency, if that is known."""
    found: list[Reading] = []
    for assignment in _assignments(name):
        found += _of_assignment(name, assignment, constituency)
    return found


def _of_assignment(
    name: Name, assignment: _Assignment, constituency: int | None
) -> Iterator[Reading]:
    """The readings that are left open once the words have their numbers.

    ``constituency``: that of the folder, if it is known.
    """
    by_sense: dict[Sense, list[_Given]] = {sense: [] for sense in _LABELS}
    for sense, given in assignment:
        by_sense[sense].append(given)
    others = frozenset(given.number for given in by_sense[Sense.OTHER])
    taken = {given.number for _, given in assignment}
    free = [number for number in range(len(name.numbers)) if number not in taken]
    named = [given.number for given in by_sense[Sense.CONSTITUENCY]]
    home = [number for number in free if name.values[number] == constituency]
    firsts: list[int | None] = [*named] if named else [*home, None]
    for given in by_sense[Sense.PRECINCT]:
        told = Told.BOUND if given.grip is _Grip.BOUND else Told.BESIDE
        for first in firsts:
            yield Reading(first, given.number, told, others, bool(named))
        if not named and _is_stretched(name, given, free, constituency):
            yield Reading(given.number, given.number + 1, Told.STRETCHED, others)
    if not by_sense[Sense.PRECINCT]:
        for first, precinct in _untold(name, free, firsts, constituency):
            yield Reading(first, precinct, Told.NOT, others, bool(named))


def _untold(
    name: Name, free: list[int], firsts: list[int | None], constituency: int | None
) -> Iterator[tuple[int | None, int | None]]:
    """(constituency, precinct) where no word tells the precinct.

    Without a precinct where no number is left for it.

    Args:
        name: the name.
        free: the numbers that no word has.
        firsts: the numbers that may be the constituency's; None for none of them.
        constituency: that of the folder, if it is known.
    """
    for precinct in free:
        if _ends_pair(name, precinct, constituency):
            yield precinct - 1, precinct
        else:
            for first in firsts:
                if first != precinct:
                    yield first, precinct
    for first in firsts:
        if not set(free) - {first}:
            yield first, None


def _is_stretched(
    name: Name, given: _Given, free: Sequence[int], constituency: int | None
) -> bool:
    """True for ``precinct_4_14`` in the folder of constituency 4."""
    is_open = given.grip is not _Grip.BOUND and given.number + 1 in free
    is_home = name.values[given.number] == constituency
    is_behind = given.step == _ON
    return is_behind and is_open and is_home and name.are_joined(given.number)


def _ends_pair(name: Name, precinct: int, constituency: int | None) -> bool:
    """True for the second number of ``4-12`` where no folder tells the constituency."""
    is_second = precinct == 1 and len(name.numbers) == 2
    is_open = constituency is None and not name.has_labels
    return is_second and is_open and name.are_joined(0)


def _assignments(name: Name) -> list[_Assignment]:
    """The ways to give the words their numbers in which most words have one."""
    labels = _labels(name)[-_MOST_LABELS:]
    choices = [[None, *_options(name, label)] for label in labels]
    found: list[_Assignment] = []
    for given in product(*choices):
        pairs = zip(labels, given, strict=True)
        assignment = tuple((word.sense, number) for word, number in pairs if number)
        taken = {number.number for _, number in assignment}
        if len(taken) == len(assignment):
            found.append(assignment)
    most = max(map(len, found))
    return [assignment for assignment in found if len(assignment) == most]


def _labels(name: Name) -> list[_Label]:
    """The words that ask for a number; of two of one sense beside each other one."""
    labels: list[_Label] = []
    is_open = False
    for at, token in enumerate(name.tokens):
        if token.sense in _LABELS:
            if is_open and labels[-1].sense is token.sense:
                labels[-1] = _Label(token.sense, labels[-1].first, at)
            else:
                labels.append(_Label(token.sense, at, at))
            is_open = True
        elif token.kind in {Kind.NUMBER, Kind.EDGE}:
            is_open = False
    return labels


def _options(name: Name, label: _Label) -> list[_Given]:
    """The numbers before and behind a word that it may have; only the closer one, if one is."""
    sides = (_beside(name, label, step) for step in (_BACK, _ON))
    options = [given for given in sides if given is not None]
    closest = max((given.grip for given in options), default=None)
    return [given for given in options if given.grip == closest]


def _beside(name: Name, label: _Label, step: int) -> _Given | None:
    """The number before or behind a word, up to the next word that asks for one.

    ``step``: ``_BACK`` for the number before, ``_ON`` for the one behind. None where there is none,
    or where it belongs to another word.
    """
    start = label.first if step == _BACK else label.last
    at = start + step
    while 0 <= at < len(name.tokens) and at not in name.numbers:
        token = name.tokens[at]
        if token.sense in _LABELS or (token.kind == Kind.EDGE and step == _BACK):
            return None
        at += step
    if not 0 <= at < len(name.tokens):
        return None
    is_ordinal = _is_ordinal(name, at)
    if step == _ON and is_ordinal and _is_before_label(name, at):
        return None
    between = name.tokens[min(start, at) + 1 : max(start, at)]
    has_binding = is_ordinal if step == _BACK else _ends_with_sign(between)
    is_bound = has_binding and all(token.sense in _BINDING for token in between)
    return _Given(name.numbers.index(at), _grip(between, is_bound=is_bound), step)


def _grip(between: Sequence[Token], *, is_bound: bool) -> _Grip:
    """How close a number is to a word with these tokens between them.

    ``is_bound``: an ordinal or a number sign stands with the number.
    """
    if is_bound:
        return _Grip.BOUND
    if not between:
        return _Grip.GLUED
    is_away = any(token.kind == Kind.EDGE for token in between)
    return _Grip.AWAY if is_away else _Grip.INSIDE


def _ends_with_sign(between: Sequence[Token]) -> bool:
    """True where a number sign stands right before the number: ``məntəqə № 12``."""
    for token in reversed(between):
        if token.sense is Sense.SIGN:
            return True
        if token.kind != Kind.SIGN:
            return False
    return False


def _is_ordinal(name: Name, at: int) -> bool:
    """True for 12 in ``12-ci`` and ``12 №li``."""
    for token in name.tokens[at + 1 :]:
        if token.sense is Sense.ORDINAL:
            return True
        if token.kind != Kind.SIGN and token.sense is not Sense.SIGN:
            return False
    return False


def _is_before_label(name: Name, at: int) -> bool:
    """True where a word that asks for a number comes before the next number."""
    for token in name.tokens[at + 1 :]:
        if token.sense in _LABELS:
            return True
        if token.kind in {Kind.NUMBER, Kind.EDGE}:
            return False
    return False
