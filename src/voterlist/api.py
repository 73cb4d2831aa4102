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

import pandas as pd
import pyarrow as pa

from voterlist.check import check as check_register
from voterlist.config import CheckSettings, LinkSettings
from voterlist.config.comparisons import AddedComparison, added_comparisons
from voterlist.errors import NotAFrameError
from voterlist.ingest import table_intake
from voterlist.ingest.added import added_columns, require_columns
from voterlist.link import TAKEN_NAMES, Added, link
from voterlist.model import Profile
from voterlist.normalize import normalize as normalize_entries
from voterlist.normalize.added import fold_added
from voterlist.readers import text_table
from voterlist.schemas import Intake

__all__ = ["check", "find_duplicates", "linkage_features", "normalize"]

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
    frame: pd.DataFrame,
    added: Sequence[AddedComparison],
    entry_ids: pa.ChunkedArray,
    profile: Profile,
) -> Added:
    """The added comparisons with the columns of the frame, whose rows have these ids."""
    names = list(dict.fromkeys(header for one in added for header in one.columns))
    table = text_table(pa.Table.from_pandas(frame[names], preserve_index=False))
    return Added(
        added, fold_added(added_columns(table, added), added, profile), entry_ids
    )


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
    _require_frame(frame)
    added = added_comparisons(comparisons or {}, TAKEN_NAMES)
    require_columns(list(frame.columns), added, columns)
    named = frame if columns is not None else _without(frame, added)
    voters = _voters(named, columns, profile, for_linkage=True)
    chosen = Profile(profile)
    values = _added(frame, added, voters.column("entry_id"), chosen) if added else None
    pairs = link(voters, settings, profile=chosen, added=values).pairs
    order = [
        ("probability", "descending"),
        ("entry_l", "ascending"),
        ("entry_r", "ascending"),
    ]
    return _frame(pairs.sort_by(order))


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
