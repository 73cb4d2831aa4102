"""The front door for Python: a pandas frame in, a pandas frame out.

>>> import pandas as pd
>>> import voterlist
>>> people = pd.DataFrame({
...     "surname": ["Məmmədov", "МАМЕДОВ", "Əliyeva"],
...     "given_name": ["Elşən", "ЭЛЬШАН", "Leyla"],
...     "patronymic": ["Həsən oğlu", "ГАСАН ОГЛЫ", "Rauf qızı"],
...     "birth_date": ["17.06.1985", "1985-06-17", "02.03.1990"],
... })
>>> voterlist.find_duplicates(people)[["entry_l", "entry_r", "kind"]]
  entry_l entry_r                 kind
0       1       2        same-precinct
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import wraps
from inspect import signature
from typing import Any, ParamSpec

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.check import check as check_register
from voterlist.config import CheckSettings, LinkSettings, parse_tree
from voterlist.config.comparisons import AddedComparison, added_comparisons
from voterlist.errors import (
    InputError,
    MapError,
    NotAFrameError,
    UsageError,
    VoterlistError,
    place_of,
)
from voterlist.ingest import given_map, name_columns, table_entries, table_intake
from voterlist.ingest.added import added_columns, require_columns
from voterlist.ingest.choice import (
    Choice,
    choose,
    chosen,
    with_common_comparisons,
)
from voterlist.link import FOLDS, TAKEN_NAMES, Added, Linkage, Scope, link
from voterlist.model import Profile
from voterlist.normalize import normalize as normalize_entries
from voterlist.normalize.stage import fold_added
from voterlist.normalize.told import ToldProfile, tell_profile
from voterlist.readers.pandas_frame import frame_table
from voterlist.schemas import ENTRY, Intake
from voterlist.tables import concat, with_column

Columns = Mapping[str, str | Sequence[str]]
_Given = ParamSpec("_Given")
_Function = Callable[_Given, pd.DataFrame]


def _without_cells(function: _Function[_Given]) -> _Function[_Given]:
    """The function, which tells of an error that nobody foresaw its kind and place alone.

    Its words, and those of what caused it, may quote a cell.
    """

    @wraps(function)
    def call(*args: _Given.args, **kwargs: _Given.kwargs) -> pd.DataFrame:
        # A missing argument is for Python to tell.
        signature(function).bind(*args, **kwargs)
        try:
            return function(*args, **kwargs)
        except VoterlistError:
            raise
        except Exception as error:  # noqa: BLE001  see above
            failed = f"failed inside: {type(error).__name__} at {place_of(error)}"
        raise VoterlistError(failed, todo="Report this line; it quotes no cell.")

    return call


def _profile(name: str) -> Profile:
    """The profile of this name.

    Raises:
        SettingsError: there is none.
    """
    return parse_tree({"workspace": {"profile": name}}).workspace.profile


def _require_frame(frame: object) -> None:
    """Refuse what is no frame; of a text nothing is told, for it may be anybody's name.

    Raises:
        NotAFrameError: it is something else.
    """
    if isinstance(frame, pd.DataFrame):
        return
    kind = type(frame).__name__
    todo = (
        "Make a frame of it: pandas.DataFrame(...); of a file, "
        'pandas.read_csv("file.csv", dtype=str). The command voterlist link takes files.'
    )
    message = f"a pandas DataFrame is needed, and this is of the type {kind}. {todo}"
    raise NotAFrameError(message, todo=todo)


def _intake(frame: pd.DataFrame, columns: Columns | None) -> Intake:
    """The frame's rows as entries; the index is left aside."""
    _require_frame(frame)
    return table_intake(frame_table(frame), columns)


@dataclass(frozen=True, slots=True)
class _Frame:
    """The cells of a frame, and what its columns are used as."""

    table: pa.Table
    choice: Choice

    def entries(self) -> pa.Table:
        """Its rows as ENTRY."""
        return table_entries(
            self.table, self.choice.map, distinct_ids=self.choice.has_distinct_ids
        )


def _chosen(
    frame: pd.DataFrame,
    columns: Columns | None,
    comparisons: Sequence[AddedComparison] = (),
    *,
    alone: bool = True,
) -> _Frame:
    """A frame with the use of each column; ``alone`` where no other is compared with it."""
    _require_frame(frame)
    table = frame_table(frame)
    headers = table.column_names
    given = None if columns is None else given_map(headers, columns)
    require_columns(headers, comparisons, columns)
    if given is None:
        return _Frame(table, choose(table, comparisons, alone=alone))
    return _Frame(table, chosen(headers, given, comparisons))


@dataclass(frozen=True, slots=True)
class _Linkable:
    """Frames as the linkage takes them."""

    voters: pa.Table
    """VOTER, with what is compared alone."""
    added: Added | None
    profile: Profile
    told: ToldProfile | None
    """How the profile was told; None where it was given."""
    choices: tuple[Choice, ...]
    """The use of the columns of each frame."""

    def said(self) -> dict[Hashable, object]:
        """How the frames were understood, as plain values."""
        return {
            "profile": str(self.profile),
            "profile_told": asdict(self.told) if self.told else None,
            "columns": [asdict(use) for choice in self.choices for use in choice.uses],
        }


def _told(
    frames: Sequence[_Frame], profile: str | None
) -> tuple[Profile, ToldProfile | None]:
    """The profile, and how it was told from the names where it was not given."""
    if profile is not None:
        return _profile(profile), None
    names = [name_columns(frame.table, frame.choice.map) for frame in frames]
    told = tell_profile(pa.concat_tables(names, promote_options="default"))
    return told.profile, told


def _linkable(
    frames: Sequence[_Frame],
    entries: Sequence[pa.Table],
    profile: Profile,
    told: ToldProfile | None,
) -> _Linkable:
    """The frames, whose rows are these entries, normalised."""
    voters = normalize_entries(concat(entries, ENTRY), profile, for_linkage=True).table
    comparisons = frames[0].choice.comparisons
    added = None
    if comparisons:
        # The frames may head one comparison otherwise.
        columns = [
            added_columns(frame.table, frame.choice.comparisons) for frame in frames
        ]
        texts = {
            one.name: pa.concat_arrays([of_frame[one.name] for of_frame in columns])
            for one in comparisons
        }
        values = fold_added(texts, comparisons, profile, FOLDS)
        added = Added(comparisons, values, voters.column("entry_id"))
    choices = tuple(frame.choice for frame in frames)
    return _Linkable(voters, added, profile, told, choices)


def _under(frames: Sequence[_Frame], profile: Profile) -> list[_Frame]:
    """The frames with those comparisons alone that the profile and each of them has."""
    choices = with_common_comparisons([frame.choice.under(profile) for frame in frames])
    return [
        replace(frame, choice=choice)
        for frame, choice in zip(frames, choices, strict=True)
    ]


def _of_one(frame: _Frame, profile: str | None) -> _Linkable:
    """One frame as the linkage takes it; without a profile it is told from the names."""
    used, told = _told([frame], profile)
    frames = _under([frame], used)
    return _linkable(frames, [frames[0].entries()], used, told)


def _bounds(settings: LinkSettings | None) -> LinkSettings:
    """The settings, which may be a dict of their keys."""
    return parse_tree({"link": settings or {}}).link


def _frame(table: pa.Table) -> pd.DataFrame:
    """The table as pandas has it.

    Words as text, unknown whole numbers as pandas' own missing value.
    """
    plain = table.cast(
        pa.schema(
            [
                (
                    f.name,
                    f.type.value_type if pa.types.is_dictionary(f.type) else f.type,
                )
                for f in table.schema
            ]
        )
    )
    numbers = {
        pa.int8(): pd.Int8Dtype(),
        pa.int16(): pd.Int16Dtype(),
        pa.int32(): pd.Int32Dtype(),
    }
    frame: pd.DataFrame = plain.to_pandas(types_mapper=numbers.get)
    return frame


@_without_cells
def normalize(
    frame: pd.DataFrame, columns: Columns | None = None, *, profile: str = "az"
) -> pd.DataFrame:
    """Names, dates, identifiers and addresses of each row, normalised.

    Args:
        frame: one row an entry, with any column names.
        columns: field to column name, or to a list of names that are joined with a blank. Fields:
            entry_id, number, surname, given_name, patronymic, full_name, birth_date, sex, address,
            document, fin, constituency, precinct. None: told by the column names, in English,
            Azerbaijani or Russian.
        profile: ``az`` for Azerbaijani names in any script, ``generic`` for others.

    Returns:
        A frame with the columns of ``voterlist.schemas.VOTER``, one row an entry, in the same
        order. ``entry_id`` is the row's number, from 1, where the frame has no column of ids.

    Raises:
        NotAFrameError: ``frame`` is no pandas frame.
        UsageError: two of its columns have one name, or another argument is none of its kind.
        SettingsError: the settings have mistakes, ``columns`` names a column that is not there.
        InputError: no column of a name is found, or an id stands twice.
    """
    entries = _intake(frame, columns).entries
    return _frame(normalize_entries(entries, _profile(profile)).table)


@_without_cells
def find_duplicates(
    frame: pd.DataFrame,
    columns: Columns | None = None,
    *,
    profile: str | None = None,
    settings: LinkSettings | None = None,
    comparisons: Mapping[str, Mapping[str, object]] | None = None,
) -> pd.DataFrame:
    """The pairs of rows that may be one person, and the twins and namesakes that are not.

    Takes what ``normalize`` takes, and ``comparisons`` to add to those of every list: name to a
    mapping with ``column`` (a column name or a list of names), ``kind`` (``exact``, ``text``,
    ``name``, ``date``, ``number``, ``place``, ``email``, ``phone``) and ``blocking`` (True:
    entries that agree in it are compared, whatever else they agree in). Without ``profile`` it is
    told from the names. Without ``columns`` and ``comparisons`` the headers tell both.

    Returns a frame with the columns of ``voterlist.schemas.PAIR``, the most probable first:
    ``entry_l``, ``entry_r``, ``weight`` (log2 Bayes factor), ``probability`` that they are one
    person, ``kind``, ``match_key``, and a ``<field>_level`` for each comparison. A pair is a
    question for a person: nothing is decided, and nothing removed. ``attrs`` of the frame says how
    the rows were understood: ``profile``, ``profile_told`` (``share``, ``names``, ``doubt``; None
    where it was given), ``columns`` (``column``, ``use``, ``name``, ``kind``, ``reason``,
    ``looks_like``), and ``doubts`` (``code``, ``share``): why keys or model do not fit the rows.

    Raises:
        NotAFrameError: ``frame`` is no pandas frame.
        UsageError: two of its columns have one name, or another argument is none of its kind.
        SettingsError: the settings have mistakes, ``columns`` names a column that is not there, or
            an added comparison is of an unknown kind, on a column that is not there or on one that
            is compared already.
        InputError: no column of a name is found, or an id stands twice.
    """
    bounds = _bounds(settings)
    added = added_comparisons(comparisons or {}, TAKEN_NAMES)
    rows = _of_one(_chosen(frame, columns, added), profile)
    linked = link(rows.voters, bounds, profile=rows.profile, added=rows.added)
    return _pairs(linked, rows)


_MOST_PROBABLE_FIRST = [
    ("probability", "descending"),
    ("entry_l", "ascending"),
    ("entry_r", "ascending"),
]


def _pairs(linked: Linkage, rows: _Linkable) -> pd.DataFrame:
    """The pairs, the most probable first, with how the rows were understood."""
    pairs = _frame(linked.pairs.sort_by(_MOST_PROBABLE_FIRST))
    pairs.attrs = {**rows.said(), "doubts": [asdict(one) for one in linked.doubts]}
    return pairs


@_without_cells
def find_matches(
    left: pd.DataFrame,
    right: pd.DataFrame,
    columns: Columns | tuple[Columns | None, Columns | None] | None = None,
    *,
    profile: str | None = None,
    settings: LinkSettings | None = None,
    comparisons: Mapping[str, Mapping[str, object]] | None = None,
    one_to_one: bool = False,
) -> pd.DataFrame:
    """The pairs of a row of one frame and a row of another that may be one person.

    Rows of one frame are not compared with each other.

    Args:
        left: one row an entry, with any column names.
        right: the other list; its columns may have other names, and its ids be the same.
        columns: as ``normalize`` takes them: for both frames, or a tuple of two, for the left one
            and for the right one.
        profile: as ``find_duplicates`` takes it.
        settings: thresholds and bounds, or a dict of them.
        comparisons: as ``find_duplicates`` takes them; both frames have their columns.
        one_to_one: whether a row is one person with at most one row of the other frame. Of the
            pairs then those stay that make the best matching.

    Returns:
        A frame as ``find_duplicates`` gives it. ``entry_l`` is an id of the left frame, ``entry_r``
        one of the right frame.

    Raises:
        NotAFrameError: ``left`` or ``right`` is no pandas frame.
        UsageError: as ``find_duplicates`` raises it.
        SettingsError: as ``find_duplicates`` raises it.
        InputError: no column of a name is found in a frame, or an id stands in one twice.
    """
    bounds = _bounds(settings)
    added = added_comparisons(comparisons or {}, TAKEN_NAMES)
    are_two = isinstance(columns, tuple) and len(columns) == len(_SIDES)
    maps: Any = columns if are_two else (columns, columns)
    frames = []
    for name, frame, of_side in zip(_SIDES, (left, right), maps, strict=True):
        with _told_of(name):
            frames.append(_chosen(frame, of_side, added, alone=False))
    used, told = _told(frames, profile)
    frames = _under(frames, used)
    entries = [
        _marked(used_as, name) for name, used_as in zip(_SIDES, frames, strict=True)
    ]
    rows = _linkable(frames, entries, used, told)
    ids = rows.voters.column("entry_id")
    lists = np.repeat(np.arange(2), [len(left), len(right)]).astype(np.int32)
    scope = Scope.between(ids, lists, one_to_one=one_to_one)
    linked = link(rows.voters, bounds, profile=used, scope=scope, added=rows.added)
    return _pairs(replace(linked, pairs=_without_marks(linked.pairs)), rows)


_SIDES = {"left": "1:", "right": "2:"}
"""What stands before the ids of the left and the right frame while both are one list.

In each pair the id of the left frame comes first then, and equal ids are two.
"""


@contextmanager
def _told_of(name: str) -> Iterator[None]:
    """Errors in the block name this one of two frames."""
    try:
        yield
    except MapError as error:
        raise error.of(file=name) from None
    except InputError as error:
        raise error.of_file(name) from None


def _marked(frame: _Frame, name: str) -> pa.Table:
    """The rows of one of two frames as ENTRY, with a mark before each id."""
    with _told_of(name):
        entries = frame.entries()
    ids = pc.binary_join_element_wise(_SIDES[name], entries.column("entry_id"), "")
    return entries.set_column(0, ENTRY.field("entry_id"), ids)


def _without_marks(pairs: pa.Table) -> pa.Table:
    for name in ("entry_l", "entry_r"):
        ids = pc.utf8_slice_codeunits(pairs.column(name), len(_SIDES["left"]))
        pairs = with_column(pairs, name, ids)
    return pairs


@_without_cells
def check(
    frame: pd.DataFrame,
    columns: Columns | None = None,
    *,
    on_day: dt.date,
    profile: str = "az",
    settings: CheckSettings | None = None,
) -> pd.DataFrame:
    """What the register tests notice about the rows.

    ``on_day`` is the day on which a voter must be of age.

    Takes what ``normalize`` takes. Returns a frame with the columns of
    ``voterlist.schemas.FINDING``: a rule's code, its severity, what it is about, and the entry ids;
    never the content of a cell.

    Raises:
        NotAFrameError: ``frame`` is no pandas frame.
        UsageError: two of its columns have one name, or another argument is none of its kind.
        SettingsError: the settings have mistakes, ``columns`` names a column that is not there.
        InputError: no column of a name is found, or an id stands twice.
    """
    if not isinstance(on_day, dt.date) or pd.isna(on_day):
        todo = "Give a date: datetime.date(2026, 2, 3)."
        raise UsageError(f"on_day is no date. {todo}", todo=todo)
    used = parse_tree({"check": settings or {}}).check
    intake = _intake(frame, columns)
    outcome = normalize_entries(intake.entries, _profile(profile))
    findings = check_register(
        outcome.table,
        intake.entries,
        intake.lists,
        used,
        on_day=on_day,
    )
    return pd.concat([_frame(outcome.findings), _frame(findings)], ignore_index=True)


@_without_cells
def linkage_features(
    frame: pd.DataFrame,
    columns: Columns | None = None,
    *,
    profile: str | None = None,
    settings: LinkSettings | None = None,
) -> pd.DataFrame:
    """The comparison table for recordlinkage: a MultiIndex of ids, a column per comparison.

    Each column is a likeness from 0 to 1.

    Takes what ``normalize`` takes; without ``profile`` it is told from the names. Any classifier of
    recordlinkage fits on the result and predicts from it.

    Raises:
        NotAFrameError: ``frame`` is no pandas frame.
        UsageError: two of its columns have one name, or another argument is none of its kind.
        SettingsError: the settings have mistakes, ``columns`` names a column that is not there.
        InputError: no column of a name is found, or an id stands twice.
    """
    # recordlinkage takes a second to load.
    from voterlist.link.second_opinion import features  # noqa: PLC0415  see above

    bounds = _bounds(settings)
    rows = _of_one(_chosen(frame, columns), profile)
    return features(rows.voters, bounds, rows.profile)
