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
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass

import pandas as pd
import pyarrow as pa

from voterlist.check import check as check_register
from voterlist.config import CheckSettings, LinkSettings
from voterlist.config.comparisons import AddedComparison, added_comparisons
from voterlist.ingest import given_map, name_columns, table_entries, table_intake
from voterlist.ingest.added import added_columns, require_columns
from voterlist.ingest.choice import Choice, choose, chosen
from voterlist.link import TAKEN_NAMES, Added, link
from voterlist.model import Profile
from voterlist.normalize import normalize as normalize_entries
from voterlist.normalize.added import fold_added
from voterlist.normalize.told import ToldProfile, tell_profile
from voterlist.readers import text_table
from voterlist.schemas import Intake

__all__ = ["check", "find_duplicates", "linkage_features", "normalize"]

Columns = Mapping[str, str | Sequence[str]]


def _intake(frame: pd.DataFrame, columns: Columns | None) -> Intake:
    """The frame's rows as entries; the index is left aside."""
    return table_intake(
        text_table(pa.Table.from_pandas(frame, preserve_index=False)), columns
    )


@dataclass(frozen=True, slots=True)
class _Linkable:
    """A frame as the linkage takes it."""

    voters: pa.Table
    """VOTER, with what is compared alone."""
    added: Added | None
    profile: Profile
    told: ToldProfile | None
    """How the profile was told; None where it was given."""
    choice: Choice

    def said(self) -> dict[Hashable, object]:
        """How the frame was understood, as plain values."""
        return {
            "profile": str(self.profile),
            "profile_told": asdict(self.told) if self.told else None,
            "columns": [asdict(use) for use in self.choice.uses],
        }


def _linkable(
    frame: pd.DataFrame,
    columns: Columns | None,
    profile: str | None,
    comparisons: Sequence[AddedComparison] = (),
) -> _Linkable:
    """The frame read and normalised; without a profile it is told from the names."""
    table = text_table(pa.Table.from_pandas(frame, preserve_index=False))
    if columns is None:
        choice = choose(table, comparisons)
    else:
        given = given_map(table.column_names, columns)
        choice = chosen(table.column_names, given, comparisons)
    told = None
    if profile is None:
        told = tell_profile(name_columns(table, choice.map))
        profile = told.profile
    used = Profile(profile)
    choice = choice.under(used)
    entries = table_entries(table, choice.map)
    voters = normalize_entries(entries, used, for_linkage=True).table
    added = None
    if choice.comparisons:
        texts = added_columns(table, choice.comparisons)
        values = fold_added(texts, choice.comparisons, used)
        added = Added(choice.comparisons, values, voters.column("entry_id"))
    return _Linkable(voters, added, used, told, choice)


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
        SettingsError: ``columns`` names a column that is not there.
        InputError: no column of a name is found, or an id stands twice.
    """
    entries = _intake(frame, columns).entries
    return _frame(normalize_entries(entries, Profile(profile)).table)


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
        SettingsError: ``columns`` names a column that is not there, or an added comparison is of an
            unknown kind, on a column that is not there or on one that is compared already.
        InputError: no column of a name is found, or an id stands twice.
    """
    added = added_comparisons(comparisons or {}, TAKEN_NAMES)
    require_columns(list(frame.columns), added, columns)
    rows = _linkable(frame, columns, profile, added)
    linked = link(rows.voters, settings, profile=rows.profile, added=rows.added)
    order = [
        ("probability", "descending"),
        ("entry_l", "ascending"),
        ("entry_r", "ascending"),
    ]
    pairs = _frame(linked.pairs.sort_by(order))
    pairs.attrs = {**rows.said(), "doubts": [asdict(one) for one in linked.doubts]}
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
    profile: str | None = None,
    settings: LinkSettings | None = None,
) -> pd.DataFrame:
    """The comparison table for recordlinkage: a MultiIndex of ids, a column per comparison.

    Each column is a likeness from 0 to 1.

    Takes what ``normalize`` takes; without ``profile`` it is told from the names. Any classifier of
    recordlinkage fits on the result and predicts from it.

    Raises:
        SettingsError: ``columns`` names a column that is not there.
        InputError: no column of a name is found, or an id stands twice.
    """
    # recordlinkage takes a second to load.
    from voterlist.link.features import features  # noqa: PLC0415  see above

    rows = _linkable(frame, columns, profile)
    return features(rows.voters, settings, rows.profile)
