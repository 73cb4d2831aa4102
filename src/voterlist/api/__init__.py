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
from pathlib import Path

import pandas as pd

from voterlist.api.frames import (
    Columns,
    intake_of,
    profile_named,
    read_frames,
    refusal,
    to_pandas,
    without_cells,
)
from voterlist.api.linkage import Frames, How, Linkage, link_frames, read_all
from voterlist.api.models import read as read_model
from voterlist.api.rules import Rules
from voterlist.check import check as check_register
from voterlist.config import parse_tree
from voterlist.config.sections import CheckSettings, LinkSettings
from voterlist.errors import UsageError
from voterlist.normalize.stage import normalize as normalize_entries


@without_cells
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
    entries = intake_of(frame, columns).entries
    return to_pandas(normalize_entries(entries, profile_named(profile)).table)


@without_cells
def link(
    frames: Frames,
    columns: Columns | Sequence[Columns | None] | None = None,
    *,
    profile: str | None = None,
    settings: LinkSettings | None = None,
    comparisons: Mapping[str, Mapping[str, object]] | None = None,
    one_to_one: bool = False,
    model: str | Path | pd.DataFrame | None = None,
    rules: Rules | None = None,
) -> Linkage:
    """The linkage of a frame, or of several: one object with all that is known of it.

    Args:
        frames: one frame, whose rows are compared with each other; or several, of which rows of two
            frames are compared. A mapping gives them names.
        columns: as ``normalize`` takes them; for several frames a list of them, in their order, or
            one for all.
        profile: ``az`` or ``generic``; without it it is told from the names.
        settings: thresholds and bounds, or a dict of them.
        comparisons: to add to those of every list, as ``find_duplicates`` takes them.
        one_to_one: whether a row is one person with at most one row of each other frame.
        model: of an earlier linkage, as a file or a frame; nothing is learnt then.
        rules: a dict of ``apart`` and ``together`` (pairs of entries), ``blocking`` (lists of
            fields that must agree), ``shares`` (m that are fixed) and ``most_levels``.

    Raises:
        NotAFrameError: something is no pandas frame.
        UsageError: two columns have one name, another argument is none of its kind, the model is
            one for other comparisons, or rules contradict each other.
        SettingsError: as ``find_duplicates`` raises it.
        InputError: no column of a name is found, or an id stands twice in a frame.
    """
    how = How(parse_tree({"link": settings or {}}).link, one_to_one)
    known = None if model is None else read_model(model)
    if known is not None:
        profile = profile or known.attrs["profile"]
    rows = read_all(frames, columns, profile, comparisons)
    if known is not None and known.attrs["profile"] != rows.profile:
        todo = f"Give profile={known.attrs['profile']!r}, or link without the model."
        raise refusal("the model was learnt under another profile.", todo)
    return link_frames(rows, how, known, rules)


@without_cells
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
    ``name``, ``date``, ``number``, ``place``, ``email``, ``phone``,
    ``generation``) and ``blocking`` (True:
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
    return link(
        frame, columns, profile=profile, settings=settings, comparisons=comparisons
    ).pairs


@without_cells
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
    linkage = link(
        {"left": left, "right": right},
        columns,
        profile=profile,
        settings=settings,
        comparisons=comparisons,
        one_to_one=one_to_one,
    )
    return linkage.pairs.drop(columns=["list_l", "list_r"])


@without_cells
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
    intake = intake_of(frame, columns)
    outcome = normalize_entries(intake.entries, profile_named(profile))
    findings = check_register(
        outcome.table,
        intake.entries,
        intake.lists,
        used,
        on_day=on_day,
    )
    return pd.concat(
        [to_pandas(outcome.findings), to_pandas(findings)], ignore_index=True
    )


@without_cells
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
    from voterlist.link.recordlinkage import features  # noqa: PLC0415  see above

    bounds = parse_tree({"link": settings or {}}).link
    rows = read_frames({"": frame}, [columns], profile)
    return features(rows.voters(), bounds, rows.profile)
