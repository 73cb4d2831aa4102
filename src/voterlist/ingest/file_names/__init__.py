"""The place that the names of files, folders and sheets give.

A name is read as a whole: ``tokens`` takes it apart and says what its words mean, ``readings``
lists the ways to read it, and here they are weighed by the folder, by the names beside it and by
the settings. Where no way is left alone, the doubt says why.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from functools import cached_property
from pathlib import PurePosixPath

from voterlist.ingest.file_names.readings import Name, Reading, Told, name_of, readings
from voterlist.ingest.file_names.tokens import maybe_time, stem
from voterlist.ingest.place import HIGHEST
from voterlist.model import frozen

# Which reading of a name holds, in the light of its folder and of the names beside it.

_SURE_RUN = 3
"""So many names show by themselves which of their numbers is the precinct's."""
_MOST_PARTS = 9
"""A list in more parts than this is not to be expected."""
_MOST_PRECINCTS = 300
"""A bare number above this is asked about: a constituency has some fifty precincts."""
_MOSTLY = 0.9
"""The share of the names in which a number must be the folder's constituency to be taken for it."""

Territory = Mapping[int, Collection[int]]
"""The precincts of each constituency; empty where nobody has told them."""
_Parts = tuple[tuple[str, ...], int | None]
"""The parts of a path without its constituency's folder, and the constituency, if one is told."""


@frozen
class Doubt:
    """Why a person should look at the place that a name gives.

    Attributes:
        rule: the code of a rule of ``ingest``.
        value: the number taken, or one of those that may be it.
        other: a number that may be it instead; None where there is no such number.
    """

    rule: str
    value: int
    other: int | None = None


class Basis(StrEnum):
    """What shows that a number is a place's."""

    WORD = "word"
    """A word for precincts stands beside it."""
    FOLDER = "folder"
    """The folder's constituency stands beside it."""
    NAMES = "names"
    """It runs through the names beside it."""
    NUMBER = "number"
    """Nothing but the number itself."""


@frozen
class NamedPlace:
    """The place that a name gives by itself; the folder's constituency is not repeated.

    Attributes:
        constituency: None where the name does not say it.
        precinct: None where the name does not say it, or may say several.
        basis: what shows the precinct.
        is_constituency_worded: False where the constituency is a bare number.
        doubt: why the precinct may be wrong; None where nothing speaks against it.
    """

    constituency: int | None = None
    precinct: int | None = None
    basis: Basis = Basis.NUMBER
    is_constituency_worded: bool = False
    doubt: Doubt | None = None


NOT_NAMED = NamedPlace()
"""What a name says that has no number of a place."""


class _Peers:
    """The names of one shape in folders of one constituency: what their positions run through.

    A position counts the numbers of a name that can be a place's, from 0.

    Attributes:
        names: the names.
        constituency: the folder's; None where no folder tells it.
        count: how many names there are; those with the same numbers count once.
        columns: for each position the numbers that stand there, name by name.
    """

    def __init__(self, names: Iterable[Name], constituency: int | None) -> None:
        self.names = tuple(names)
        rows = sorted({name.values for name in self.names})
        self.count = len(rows)
        self.columns = tuple(zip(*rows, strict=True))
        self.constituency = constituency

    @cached_property
    def run(self) -> int | None:
        """The one position that runs through distinct numbers while no other one changes."""
        changing = [at for at in range(len(self.columns)) if not self.is_constant(at)]
        if self.count < 2 or len(changing) != 1:
            return None
        return changing[0]

    @cached_property
    def strange(self) -> int:
        """How many of the names have words that are not known, each set of numbers once."""
        return len({name.values for name in self.names if name.has_unknown_words})

    def is_constant(self, at: int) -> bool:
        """True where this position is the same number in all names."""
        return len(set(self.columns[at])) == 1

    def is_home(self, at: int | None) -> bool:
        """True where this position is the folder's constituency in nearly all names."""
        if at is None:
            return False
        own = sum(value == self.constituency for value in self.columns[at])
        return bool(own >= _MOSTLY * self.count)

    def is_sure_run(self, at: int) -> bool:
        """True where enough names show that this position is the precinct's."""
        return self.run == at and self.count >= _SURE_RUN

    def may_be_parts(self, at: int) -> bool:
        """True where this position is 1, 2, 3 ... of few names, as the parts of a list are."""
        first_ones = list(range(1, self.count + 1))
        is_few = 1 < self.count <= _MOST_PARTS
        return is_few and sorted(self.columns[at]) == first_ones

    @cached_property
    def times(self) -> dict[tuple[str, ...], set[int]]:
        """For each form the positions that may be of a date or a time in all its names."""
        times: dict[tuple[str, ...], set[int]] = {}
        for name in self.names:
            numbers = enumerate(name.numbers)
            own = {at for at, place in numbers if maybe_time(name.tokens, place)}
            times[name.form] = times.get(name.form, own) & own
        return times


@frozen
class _Scene:
    """One name, and all that is known around it.

    Attributes:
        name: the name, taken apart.
        peers: the names of its shape, itself among them.
        territory: the precincts of each constituency.
        is_told_by_words: True where the words of the name leave one precinct.
    """

    name: Name
    peers: _Peers
    territory: Territory
    is_told_by_words: bool

    @property
    def constituency(self) -> int | None:
        """The folder's."""
        return self.peers.constituency

    def value(self, at: int | None) -> int | None:
        """The number at a position; None for no position."""
        return None if at is None else self.name.values[at]

    def precincts(self) -> Collection[int]:
        """The precincts of the folder's constituency, as far as they are told."""
        return self.territory.get(self.constituency or 0, ())


def _by_folder(ways: list[Reading], scene: _Scene) -> list[Reading]:
    """The folder's constituency: the number that is it in nearly all names is no precinct's."""
    if scene.constituency is None:
        return ways
    home = []
    for way in ways:
        is_own = scene.value(way.constituency) == scene.constituency
        if is_own and scene.peers.is_home(way.constituency):
            home.append(way)
    open_ways = [way for way in ways if way.constituency is None]
    return home or open_ways or ways


def _by_names_beside(ways: list[Reading], scene: _Scene) -> list[Reading]:
    """The other names: a position that runs through distinct numbers is the precinct's."""
    peers = scene.peers
    if peers.run is not None:
        return [way for way in ways if way.precinct == peers.run] or ways
    if peers.count < 2:
        return ways
    changing = [
        way
        for way in ways
        if way.precinct is not None and not peers.is_constant(way.precinct)
    ]
    return changing or ways


def _by_territory(ways: list[Reading], scene: _Scene) -> list[Reading]:
    """The settings: a position whose numbers are all precincts, while no other one has any."""
    known = set(scene.precincts())
    columns = scene.peers.columns
    positions = {way.precinct for way in ways if way.precinct is not None}
    meeting = [at for at in positions if not known.isdisjoint(columns[at])]
    if len(meeting) != 1:
        return ways
    at = meeting[0]
    if not known.issuperset(columns[at]):
        return ways
    return [way for way in ways if way.precinct == at]


def _by_order(ways: list[Reading], scene: _Scene) -> list[Reading]:
    """The order: of two numbers without words the first is the constituency's."""
    if scene.constituency is not None or scene.name.has_labels:
        return ways
    return [way for way in ways if way.constituency is not None] or ways


_EVIDENCE: tuple[Callable[[list[Reading], _Scene], list[Reading]], ...] = (
    _by_folder,
    _by_names_beside,
    _by_territory,
    _by_order,
)
"""What decides between the readings that the words of a name leave open, the strongest first.

Each keeps the readings that agree with it, or all where none does.
"""


def place_of_name(name: str) -> NamedPlace:
    """The place that the path of one file gives by itself."""
    return places_of_names([name])[name]


def places_of_names(
    names: Iterable[str],
    constituency: int | None = None,
    territory: Territory | None = None,
) -> dict[str, NamedPlace]:
    """The place that the path of each file gives, in the light of all of them.

    Args:
        names: the paths of the files of one intake, inside the inbox or another folder.
        constituency: whose folder it is; None where the paths say it themselves.
        territory: the precincts of each constituency.
    """
    parts_of = {name: _below_folder(name, constituency) for name in sorted(set(names))}
    decided = _decided_places(parts_of, territory or {})
    if constituency is not None:
        return decided
    for name, place in decided.items():
        _, of_folder = parts_of[name]
        number = place.constituency or of_folder
        decided[name] = replace(place, constituency=number)
    return decided


def places_of_sheets(
    names: Iterable[str],
    constituency: int | None = None,
    territory: Territory | None = None,
) -> dict[str, NamedPlace]:
    """The place that the name of each sheet of a workbook gives, as ``places_of_names``.

    Sheets called 1, 2, 3 ... may be pages.

    Args:
        names: the names of all sheets of one workbook.
        constituency: that of the workbook, if it is known.
        territory: the precincts of each constituency.
    """
    parts_of = {name: ((name,), constituency) for name in sorted(set(names))}
    decided = _decided_places(parts_of, territory or {})
    bare = {
        name: reading.precinct
        for name, reading in decided.items()
        if reading.precinct is not None and reading.basis is not Basis.WORD
    }
    if sorted(bare.values()) == list(range(1, len(bare) + 1)):
        for name, number in bare.items():
            doubt = Doubt("name-unclear", number)
            decided[name] = replace(decided[name], basis=Basis.NUMBER, doubt=doubt)
    return decided


def _below_folder(path: str, constituency: int | None) -> _Parts:
    """(the parts of a path without its constituency's folder, the constituency).

    Of folders in folders with bare numbers the outermost is the constituency's.
    """
    parts = [stem(part) for part in PurePosixPath(path).parts]
    if constituency is not None:
        is_home = len(parts) > 1 and _begins_with(parts[0]) == constituency
        return tuple(parts[1:] if is_home else parts), constituency
    for at, part in enumerate(parts[:-1]):
        if part.isdecimal() and 1 <= int(part) <= HIGHEST["constituency"]:
            return (*parts[:at], *parts[at + 1 :]), int(part)
    return tuple(parts), None


def _begins_with(folder: str) -> int | None:
    """The number with which the name of a folder of the inbox begins."""
    name = name_of([folder])
    return name.values[0] if name.numbers[:1] == (0,) else None


def _decided_places(
    parts_of: Mapping[str, _Parts], territory: Territory
) -> dict[str, NamedPlace]:
    """The place that each name gives, decided among the names of its shape.

    Args:
        parts_of: by path, its parts and the constituency that its folder tells.
        territory: the precincts of each constituency.
    """
    parsed = {path: name_of(parts) for path, (parts, _) in parts_of.items()}
    groups: dict[tuple[int | None, tuple[str, ...]], list[str]] = defaultdict(list)
    for path, name in parsed.items():
        groups[parts_of[path][1], name.shape].append(path)
    decided: dict[str, NamedPlace] = {}
    for (constituency, _), paths in groups.items():
        peers = _Peers((parsed[path] for path in paths), constituency)
        for path in paths:
            decided[path] = _decide(parsed[path], peers, territory)
    return decided


def _decide(name: Name, peers: _Peers, territory: Territory) -> NamedPlace:
    """The reading that all evidence leaves; without a precinct where it leaves several."""
    ways = readings(name, peers.constituency)
    is_told_by_words = len({way.precinct for way in ways if way.told}) == 1
    scene = _Scene(name, peers, territory, is_told_by_words)
    is_open = any(way.precinct is None and way.others for way in ways)
    for evidence in _EVIDENCE:
        ways = evidence(ways, scene)
    constituency = _constituency(ways, scene)
    is_worded = constituency is not None and name.has_labels
    with_precinct = [way for way in ways if way.precinct is not None]
    numbers = {scene.value(way.precinct) for way in with_precinct}
    precincts = sorted(filter(None, numbers))
    if len(precincts) != 1:
        doubt = Doubt("name-undecided", *precincts[:2]) if precincts else None
        return NamedPlace(constituency, None, Basis.NUMBER, is_worded, doubt)
    way = with_precinct[0]
    is_open = is_open or len(with_precinct) < len(ways)
    doubt = _doubt(way, scene, is_open=is_open)
    basis = _basis(way, scene)
    return NamedPlace(constituency, precincts[0], basis, is_worded, doubt)


def _constituency(ways: Sequence[Reading], scene: _Scene) -> int | None:
    """The constituency that the name says by all its readings."""
    numbers = {scene.value(way.constituency) for way in ways}
    number = numbers.pop() if len(numbers) == 1 else None
    is_number = number is not None and number <= HIGHEST["constituency"]
    return number if is_number else None


def _basis(way: Reading, scene: _Scene) -> Basis:
    """What shows that the number taken is a precinct's."""
    if way.told:
        return Basis.WORD
    if way.constituency is not None and scene.constituency is not None:
        return Basis.FOLDER
    is_run = way.precinct is not None and scene.peers.is_sure_run(way.precinct)
    return Basis.NAMES if is_run else Basis.NUMBER


# Doubts


def _doubt(way: Reading, scene: _Scene, *, is_open: bool) -> Doubt | None:
    """Why the number taken may be wrong; None where nothing speaks against it.

    Args:
        way: the reading that holds.
        scene: the name and what is known around it.
        is_open: True where another reading leaves the name without a precinct.
    """
    at = way.precinct
    if at is None:
        return None
    value = scene.name.values[at]
    peers = scene.peers
    if peers.run not in {None, at} and way.told is not Told.BOUND:
        return Doubt("name-against-names", value, scene.value(peers.run))
    rival = _rival(way, at, scene)
    if rival is not None and scene.value(rival) != value:
        return Doubt("name-other-number", value, scene.value(rival))
    if is_open or _is_unclear(way, at, scene):
        return Doubt("name-unclear", value)
    return None


def _rival(way: Reading, at: int, scene: _Scene) -> int | None:
    """The position of a number that may be the precinct's instead; None where there is none.

    ``at``: the position of the number taken.
    """
    if _is_first_rival(way, at, scene):
        return way.constituency
    explained = {at, way.constituency, *way.others}
    for place in range(len(scene.name.values)):
        if place not in explained and _is_rival(place, way, at, scene):
            return place
    return None


def _is_first_rival(way: Reading, at: int, scene: _Scene) -> bool:
    """True where the number taken for the constituency's may be the precinct's instead."""
    first = way.constituency
    if first is None or (way.is_named and way.told):
        return False
    if scene.constituency is None:
        return not way.is_named and not scene.peers.is_sure_run(at)
    if scene.value(first) != scene.constituency:
        return True
    return not way.is_named and not _is_pair_sure(way, at, scene)


def _is_pair_sure(way: Reading, at: int, scene: _Scene) -> bool:
    """True where the folder's number beside it is no precinct with numbered parts.

    ``at``: the position of the number taken.
    """
    peers, known = scene.peers, scene.precincts()
    if way.told is Told.BOUND or (known and scene.constituency not in known):
        return True
    least = _SURE_RUN if way.told is Told.STRETCHED else 2
    return peers.count >= least and peers.run == at and not peers.may_be_parts(at)


def _is_rival(place: int, way: Reading, at: int, scene: _Scene) -> bool:
    """True where a number that nothing explains may be the precinct's.

    ``one`` is its position, ``at`` that of the number taken.
    """
    name, peers = scene.name, scene.peers
    known = set(scene.precincts())
    if peers.count >= _SURE_RUN and known and not known & set(peers.columns[place]):
        return False
    if peers.is_sure_run(at):
        # The same number in all names, where that of another constituency would stand.
        is_before = place == at - 1 and name.are_joined(place)
        return is_before and not way.told and scene.constituency is not None
    if not way.told:
        return True
    first = min(place, at)
    is_beside = abs(place - at) == 1 and name.are_joined(first)
    is_open = way.told is not Told.BOUND or name.may_be_range(first)
    is_usual = name.values[place] <= _MOST_PRECINCTS
    is_own = place > at and name.are_apart(at, place)
    return is_own or (is_beside and is_open and is_usual)


def _is_unclear(way: Reading, at: int, scene: _Scene) -> bool:
    """True where the number may be none of a place at all.

    ``at``: the position of the number taken.
    """
    name, peers, value = scene.name, scene.peers, scene.name.values[at]
    if way.told and scene.is_told_by_words:
        return False
    if value > _MOST_PRECINCTS and value not in scene.precincts():
        return True
    if way.told:
        return False
    if at in peers.times[name.form]:
        return True
    if way.constituency is not None:
        return False
    is_shown = peers.is_sure_run(at)
    if name.has_unknown_words:
        is_shown = is_shown and peers.strange >= _SURE_RUN
    return not is_shown and (name.has_unknown_words or not name.is_own(at))
