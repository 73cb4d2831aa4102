"""The ways in which one name can be read: which number is the constituency's, which the precinct's.

Each word of the name that asks for a number has the one before or behind it, so that as many words
as possible have one. What stays open is decided by the folder and by the names beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import IntEnum
from itertools import product

from voterlist.ingest.file_names.tokens import Kind, Sense, Token, candidates, tokens
from voterlist.model import Precinct, frozen

_LABELS = {"C": Sense.CONSTITUENCY, "P": Sense.PRECINCT, "O": Sense.OTHER}
"""The words that ask for a number, by their letters in ``Name.letters``."""
_LETTERS = {sense: letter for letter, sense in _LABELS.items()} | {
    Sense.ORDINAL: "r",
    Sense.SIGN: "n",
    Sense.LIST: "l",
    Sense.PLAIN: "w",
    Sense.UNKNOWN: "u",
}
_LABEL = re.compile(r"([CPO])(?:[^CPO#~/]*\1)*")
"""Words of one sense beside each other, which ask for one number."""
_BEFORE, _BEHIND = re.compile(r"#([^#CPO/]*)$"), re.compile(r"([^#CPO]*)#")
"""The number before such words, and the one behind them."""
_ORDINAL, _SIGNED = re.compile(r"[.n]*r"), re.compile(r"n[.]*$")
"""What follows 12 in ``12-ci`` and ``12 №li``; what ends before it in ``məntəqə № 12``."""
_ASKED_NEXT = re.compile(r"[^CPO#~/]*[CPO]")
"""A word that asks for a number, before the next number."""
_JOINING = re.compile(r"[.wln]*")
_BINDING = re.compile(r"[.wrn]*")
"""Through these an ordinal or a number sign still belongs to a place word."""
_RANGE_SIGNS = ("-", "\N{EN DASH}", "\N{EM DASH}", ",", "&", "+", "ve", "и", "and")
_MOST_LABELS = 6
"""Of more words that ask for a number only the last ones are heard."""
_BACK, _ON = -1, 1


@frozen
class Name:
    """One name, taken apart.

    Its methods count the numbers that can be a place's, from 0.

    Attributes:
        tokens: all pieces of the name, its folders' too.
        letters: a letter for each: ``#`` a number that can be a place's, ``~`` another one, ``/``
            the end of a folder's name, ``.`` a sign; of a word that of its sense,
            ``m`` where it is of a month or a version.
        numbers: the positions of the tokens that can be a place's number.
        shape: those numbers with the sign between two, the words that ask for a number, and the
            ends of folders; names of one shape are compared.
    """

    tokens: tuple[Token, ...]
    letters: str
    numbers: tuple[int, ...]
    shape: tuple[str, ...]

    @property
    def values(self) -> tuple[int, ...]:
        """The numbers that can be a place's, in order."""
        return tuple(self.tokens[at].value for at in self.numbers)

    @property
    def has_labels(self) -> bool:
        """True where a word asks for a number."""
        return not _LABELS.keys().isdisjoint(self.letters)

    @property
    def has_unknown_words(self) -> bool:
        """True where a word is not known, so that its number may mean anything."""
        return "u" in self.letters

    def are_apart(self, number: int, other: int) -> bool:
        """True where the end of a folder's name stands between two numbers."""
        return "/" in self.letters[self.numbers[number] : self.numbers[other]]

    def is_own(self, number: int) -> bool:
        """True for a number of the file's own name, not of a folder's."""
        return "/" not in self.letters[self.numbers[number] :]

    @property
    def form(self) -> tuple[str, ...]:
        """The name with one sign for every number that can be a place's, another for the rest."""
        pairs = zip(self.letters, self.tokens, strict=True)
        return tuple(sign if sign in "#~" else token.text for sign, token in pairs)

    def are_joined(self, number: int) -> bool:
        """True where nothing but signs and words of lists stands before the next number."""
        between = self.letters[self._behind(number)]
        return _JOINING.fullmatch(between) is not None

    def may_be_range(self, number: int) -> bool:
        """True for 14 in ``14-15`` and ``14 və 15``, which may be several precincts."""
        between = self.tokens[self._behind(number)]
        has_sign = any(token.text in _RANGE_SIGNS for token in between)
        grows = self.values[number] < self.values[number + 1]
        return has_sign and grows and self.are_joined(number)

    def _behind(self, number: int) -> slice:
        """What stands between a number and the next one."""
        return slice(self.numbers[number] + 1, self.numbers[number + 1])


class Told(IntEnum):
    """How a word for precincts tells that a number is the precinct's."""

    NOT = 0
    STRETCHED = 1
    """Behind the word stand both numbers: ``precinct_4_14``."""
    BESIDE = 2
    BOUND = 3
    """An ordinal or a number sign binds the number to the word."""


@frozen
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


class _Grip(IntEnum):
    """How close a number is to a word that may have it."""

    AWAY = 0
    """In the name of a file, while the word stands in that of its folder."""
    INSIDE = 1
    GLUED = 2
    """No sign stands between them."""
    BOUND = 3
    """An ordinal or a number sign stands with the number."""


@frozen
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
    letters = "".join(
        "#" if at in numbers else _letter_of(token) for at, token in enumerate(pieces)
    )
    shape: list[str] = []
    for at, letter in enumerate(letters):
        if letter in "#/":
            shape.append(letter)
        elif letter in _LABELS:
            shape += [letter] if shape[-1:] != [letter] else []
        elif letters[max(at - 1, 0) : at + 2 : 2] == "##":
            shape.append(pieces[at].text)
    return Name(pieces, letters, numbers, tuple(shape))


def _letter_of(token: Token) -> str:
    """The letter of a token that is no number of a place."""
    if token.kind == Kind.NUMBER:
        return "~"
    if token.kind == Kind.EDGE:
        return "/"
    if token.kind == Kind.SIGN and token.sense is Sense.PLAIN:
        return "."
    return _LETTERS.get(token.sense, "m")


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
    by_sense: dict[Sense, list[_Given]] = {sense: [] for sense in _LABELS.values()}
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
) -> Iterator[Precinct]:
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
    labels = [*_LABEL.finditer(name.letters)][-_MOST_LABELS:]
    choices = [[None, *_options(name, label)] for label in labels]
    found: list[_Assignment] = []
    for given in product(*choices):
        pairs = zip(labels, given, strict=True)
        assignment = tuple(
            (_LABELS[word[1]], number) for word, number in pairs if number
        )
        taken = {number.number for _, number in assignment}
        if len(taken) == len(assignment):
            found.append(assignment)
    most = max(map(len, found))
    return [assignment for assignment in found if len(assignment) == most]


def _options(name: Name, label: re.Match[str]) -> list[_Given]:
    """The numbers before and behind words that they may have; only the closer one, if one is."""
    sides = (_beside(name, label, step) for step in (_BACK, _ON))
    options = [given for given in sides if given is not None]
    closest = max((given.grip for given in options), default=None)
    return [given for given in options if given.grip == closest]


def _beside(name: Name, label: re.Match[str], step: int) -> _Given | None:
    """The number before or behind words, up to the next word that asks for one.

    ``step``: ``_BACK`` for the number before, ``_ON`` for the one behind. None where there is none,
    or where it belongs to another word.
    """
    letters = name.letters
    if step == _BACK:
        found = _BEFORE.search(letters[: label.start()])
    else:
        found = _BEHIND.match(letters, label.end())
    if found is None:
        return None
    between, at = found[1], found.start() if step == _BACK else found.end() - 1
    is_ordinal = _ORDINAL.match(letters, at + 1) is not None
    if step == _ON and is_ordinal and _ASKED_NEXT.match(letters, at + 1):
        return None
    has_binding = is_ordinal if step == _BACK else _SIGNED.search(between) is not None
    is_bound = has_binding and _BINDING.fullmatch(between) is not None
    return _Given(name.numbers.index(at), _grip(between, is_bound=is_bound), step)


def _grip(between: str, *, is_bound: bool) -> _Grip:
    """How close a number is to a word with these letters between them.

    ``is_bound``: an ordinal or a number sign stands with the number.
    """
    if is_bound:
        return _Grip.BOUND
    if not between:
        return _Grip.GLUED
    return _Grip.AWAY if "/" in between else _Grip.INSIDE
