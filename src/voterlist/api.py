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
from collections.abc import Mapping, Sequence
from os import PathLike

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.check import check as check_register
from voterlist.config import CheckSettings, LinkSettings
from voterlist.config.comparisons import AddedComparison, added_comparisons
from voterlist.errors import InputError, MapError, NotAFrameError
from voterlist.ingest import table_intake
from voterlist.ingest.added import added_columns, require_columns
from voterlist.link import TAKEN_NAMES, Added, Scope, link
from voterlist.model import Profile
from voterlist.normalize import normalize as normalize_entries
from voterlist.normalize.added import fold_added
from voterlist.readers import text_table
from voterlist.schemas import ENTRY, Intake
from voterlist.tables import concat

__all__ = [
    "check",
    "find_duplicates",
    "find_matches",
    "linkage_features",
    "normalize",
]

Columns = Mapping[str, str | Sequence[str]]


def _require_frame(frame: object) -> None:
    """Refuse what is no frame; of a text nothing is told, for it may be anybody's name.

    Raises:
        NotAFrameError: it is something else.
    """
    if isinstance(frame, pd.DataFrame):
        return
    kind = type(frame).__name__
    is_path = isinstance(frame, str | PathLike)
    todo = (
        'Read the file first: pandas.read_csv("file.csv", dtype=str), or pandas.read_excel; '
        "the command voterlist link takes files."
        if is_path
        else "Make a frame of it: pandas.DataFrame(...)."
    )
    message = f"a pandas DataFrame is needed, and this is of the type {kind}. {todo}"
    raise NotAFrameError(message, todo=todo)


def _intake(frame: pd.DataFrame, columns: Columns | None) -> Intake:
    """The frame's rows as entries; the index is left aside."""
    _require_frame(frame)
    return table_intake(
        text_table(pa.Table.from_pandas(frame, preserve_index=False)), columns
    )


def _added(
    frames: Sequence[pd.DataFrame],
    added: Sequence[AddedComparison],
    entry_ids: pa.ChunkedArray,
    profile: Profile,
) -> Added:
    """The added comparisons with the columns of the frames, whose rows have these ids."""
    names = list(dict.fromkeys(header for one in added for header in one.columns))
    tables = [
        text_table(pa.Table.from_pandas(frame[names], preserve_index=False))
        for frame in frames
    ]
    columns = [added_columns(table, added) for table in tables]
    joined = {
        one.name: pa.concat_arrays([of_frame[one.name] for of_frame in columns])
        for one in added
    }
    return Added(added, fold_added(joined, added, profile), entry_ids)


def _compared_entries(
    frame: pd.DataFrame, columns: Columns | None, added: Sequence[AddedComparison]
) -> pa.Table:
    """The frame's rows as ENTRY; the columns of added comparisons say nothing else."""
    _require_frame(frame)
    require_columns(list(frame.columns), added, columns)
    named = frame if columns is not None else _without(frame, added)
    return _intake(named, columns).entries


def _without(frame: pd.DataFrame, added: Sequence[AddedComparison]) -> pd.DataFrame:
    """The frame without the columns of added comparisons: their headers say nothing else."""
    return frame.drop(columns=[header for one in added for header in one.columns])


def _voters(
    frame: pd.DataFrame, columns: Columns | None, profile: str, *, for_linkage: bool
) -> pa.Table:
    return normalize_entries(
        _intake(frame, columns).entries, Profile(profile), for_linkage=for_linkage
    ).table


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
        SettingsError: ``columns`` names a column that is not there.
        InputError: no column of a name is found, or an id stands twice.
    """
    return _frame(_voters(frame, columns, profile, for_linkage=False))


def find_duplicates(
    frame: pd.DataFrame,
    columns: Columns | None = None,
    *,
    profile: str = "az",
    settings: LinkSettings | None = None,
    comparisons: Mapping[str, Mapping[str, object]] | None = None,
) -> pd.DataFrame:
    """The pairs of rows that may be one person, and the twins and namesakes that are not.

    Takes what ``normalize`` takes, and ``comparisons`` to add to those of every list: name to a
    mapping with ``column`` (a column name or a list of names), ``kind`` (``exact``, ``text``,
    ``name``, ``date``, ``number``, ``place``, ``email``, ``phone``) and ``blocking`` (True:
    entries that agree in it are compared, whatever else they agree in).

    Returns a frame with the columns of ``voterlist.schemas.PAIR``, the most probable first:
    ``entry_l``, ``entry_r``, ``weight`` (log2 Bayes factor), ``probability`` that they are one
    person, ``kind``, ``match_key``, and a ``<field>_level`` for each comparison. A pair is a
    question for a person: nothing is decided, and nothing removed.

    Raises:
        NotAFrameError: ``frame`` is no pandas frame.
        SettingsError: ``columns`` names a column that is not there, or an added comparison is of an
            unknown kind, on a column that is not there or on one that is compared already.
        InputError: no column of a name is found, or an id stands twice.
    """
    added = added_comparisons(comparisons or {}, TAKEN_NAMES)
    entries = _compared_entries(frame, columns, added)
    chosen = Profile(profile)
    voters = normalize_entries(entries, chosen, for_linkage=True).table
    ids = voters.column("entry_id")
    values = _added([frame], added, ids, chosen) if added else None
    pairs = link(voters, settings, profile=chosen, added=values).pairs
    return _frame(pairs.sort_by(_MOST_PROBABLE_FIRST))


_MOST_PROBABLE_FIRST = [
    ("probability", "descending"),
    ("entry_l", "ascending"),
    ("entry_r", "ascending"),
]


def find_matches(
    left: pd.DataFrame,
    right: pd.DataFrame,
    columns: Columns | tuple[Columns | None, Columns | None] | None = None,
    *,
    profile: str = "az",
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
        profile: as ``normalize`` takes it.
        settings: thresholds and bounds.
        comparisons: as ``find_duplicates`` takes them; both frames have their columns.
        one_to_one: whether a row is one person with at most one row of the other frame. Of the
            pairs then those stay that make the best matching.

    Returns:
        A frame as ``find_duplicates`` gives it. ``entry_l`` is an id of the left frame, ``entry_r``
        one of the right frame.

    Raises:
        NotAFrameError: ``left`` or ``right`` is no pandas frame.
        SettingsError: as ``find_duplicates`` raises it.
        InputError: no column of a name is found in a frame, or an id stands in one twice.
    """
    added = added_comparisons(comparisons or {}, TAKEN_NAMES)
    maps = columns if isinstance(columns, tuple) else (columns, columns)
    sides = zip(("left", "right"), (left, right), maps, _SIDES, strict=True)
    entries = [
        _side_entries(name, frame, map_of_frame, added, mark)
        for name, frame, map_of_frame, mark in sides
    ]
    chosen = Profile(profile)
    joined = concat(entries, ENTRY)
    voters = normalize_entries(joined, chosen, for_linkage=True).table
    ids = voters.column("entry_id")
    values = _added([left, right], added, ids, chosen) if added else None
    lists = np.repeat(np.arange(2), [len(left), len(right)]).astype(np.int32)
    scope = Scope.between(ids, lists, one_to_one=one_to_one)
    pairs = link(voters, settings, profile=chosen, scope=scope, added=values).pairs
    return _frame(_without_marks(pairs).sort_by(_MOST_PROBABLE_FIRST))


_SIDES = ("1:", "2:")
"""What stands before the ids of the left and the right frame while both are one list.

In each pair the id of the left frame comes first then, and equal ids are two.
"""


def _side_entries(
    name: str,
    frame: pd.DataFrame,
    columns: Columns | None,
    added: Sequence[AddedComparison],
    mark: str,
) -> pa.Table:
    """The rows of one of two frames as ENTRY, with a mark before each id."""
    try:
        entries = _compared_entries(frame, columns, added)
    except MapError as error:
        raise error.of(file=name) from None
    except InputError as error:
        raise error.of_file(name) from None
    ids = pc.binary_join_element_wise(mark, entries.column("entry_id"), "")
    return entries.set_column(0, ENTRY.field("entry_id"), ids)


def _without_marks(pairs: pa.Table) -> pa.Table:
    for name in ("entry_l", "entry_r"):
        place = pairs.schema.get_field_index(name)
        ids = pc.utf8_slice_codeunits(pairs.column(name), len(_SIDES[0]))
        pairs = pairs.set_column(place, pairs.schema.field(name), ids)
    return pairs


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
        SettingsError: ``columns`` names a column that is not there.
        InputError: no column of a name is found, or an id stands twice.
    """
    intake = _intake(frame, columns)
    outcome = normalize_entries(intake.entries, Profile(profile))
    findings = check_register(
        outcome.table,
        intake.entries,
        intake.lists,
        settings or CheckSettings(),
        on_day=on_day,
    )
    return pd.concat([_frame(outcome.findings), _frame(findings)], ignore_index=True)


def linkage_features(
    frame: pd.DataFrame,
    columns: Columns | None = None,
    *,
    profile: str = "az",
    settings: LinkSettings | None = None,
) -> pd.DataFrame:
    """The comparison table for recordlinkage: a MultiIndex of ids, a column per comparison.

    Each column is a likeness from 0 to 1.

    Takes what ``normalize`` takes. Any recordlinkage classifier fits on the result and predicts
    from it.

    Raises:
        NotAFrameError: ``frame`` is no pandas frame.
        SettingsError: ``columns`` names a column that is not there.
        InputError: no column of a name is found, or an id stands twice.
    """
    # recordlinkage takes a second to load.
    from voterlist.link.features import features  # noqa: PLC0415  see above

    return features(
        _voters(frame, columns, profile, for_linkage=True), settings, Profile(profile)
    )
