"""A linkage held against what is known: persons, or pairs that people decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

import numpy as np
import pandas as pd
import pyarrow as pa

from voterlist.api.frames import refusal
from voterlist.arrays import Bools, Codes, Longs, pack_pairs
from voterlist.link.evaluation import Compared, Measure, measure, measures
from voterlist.link.labels import PAIRS

Find = Callable[[pd.DataFrame, str], Codes]
"""Gives the positions of the entries that a column of ids names, -1 where there is none."""
_IDS = ("entry_id", "person_id")
LABELS = ("entry_l", "entry_r", "is_same")


def evaluate(
    truth: object, find: Find, cluster: Codes, pairs: tuple[Codes, Codes]
) -> pd.DataFrame:
    """The measures of a linkage, a row each, with how the truth was understood in ``attrs``.

    Args:
        truth: ``entry_id`` and ``person_id`` (or ``cluster_id``), or LABELS.
        find: finds entries.
        cluster: of each entry; one that is alone has a number of its own.
        pairs: those put forward, by the positions of their entries.

    Raises:
        UsageError: it is neither, it names no entry of the list, or it contradicts itself.
    """
    if not isinstance(truth, pd.DataFrame):
        raise refusal("truth is no frame.", "Give one with entry_id and person_id.")
    if set(LABELS) <= set(truth.columns):
        told, unknown = _by_labels(truth, find, cluster, pairs)
        untold = None
    else:
        person, unknown = _persons(truth, find, len(cluster))
        untold = int((person < 0).sum())
        # Of whom the truth says nothing nobody else is one person.
        person = np.where(
            person < 0, np.arange(len(person)) + person.max(initial=0) + 1, person
        )
        told = measures(Compared(person.astype(np.int32), cluster, *pairs))
    frame = pd.DataFrame([asdict(row) for row in told])
    frame.attrs = {"unknown": unknown, "untold": untold}
    return frame


def _persons(truth: pd.DataFrame, find: Find, size: int) -> tuple[Longs, int]:
    """(the person of each entry, -1 where none is told; rows that name no entry)."""
    if "person_id" not in truth.columns and "cluster_id" in truth.columns:
        truth = truth.rename(columns={"cluster_id": "person_id"})
    lacking = [name for name in _IDS if name not in truth.columns]
    if lacking:
        todo = f"Rename its columns: entry_id and person_id, or {', '.join(LABELS)}."
        raise refusal(f"the truth lacks {' and '.join(lacking)}.", todo)
    place = find(truth, "entry_id")
    known = place >= 0
    _require_some(known, size)
    # A blank person is nobody, and not the same one each time.
    told = truth["person_id"].mask(truth["person_id"].eq(""))
    persons = pd.factorize(told)[0]
    if len(persons) and persons.max() < 0:
        todo = "Its person_id says of each entry whose it is."
        raise refusal("the truth names no person.", todo)
    person = np.full(size, -1, np.int64)
    person[place[known]] = persons[known]
    if (person[place[known]] != persons[known]).any():
        raise refusal(
            "the truth has an entry of two persons.", "Leave one row an entry."
        )
    return person, int((~known).sum())


def _require_some(known: Bools, of: int) -> None:
    """Refuse what names none of the entries, where there are any."""
    if of and not known.any():
        todo = "Its entry_id are the ids of the list, or the rows' numbers from 1."
        raise refusal("the truth names no entry of this list.", todo)


def decided_pairs(labels: object, find: Find, ids: pa.Array) -> pa.Table:
    """The labels whose entries are there, as PAIRS of the ids of the list.

    Raises:
        UsageError: they are no LABELS, or name no entry of the list.
    """
    if not isinstance(labels, pd.DataFrame) or not set(LABELS) <= set(labels.columns):
        raise refusal("these are no labels.", f"Give a frame with {', '.join(LABELS)}.")
    left, right = find(labels, "entry_l"), find(labels, "entry_r")
    known = (left >= 0) & (right >= 0)
    _require_some(known, len(known))
    ends = [ids.take(places[known]) for places in (left, right)]
    is_same = pa.array(_is_same(labels)[known])
    return pa.table([*ends, is_same], schema=PAIRS)


def _is_same(labels: pd.DataFrame) -> Bools:
    """What people decided; a blank is no decision, and no *same* either."""
    said = labels["is_same"]
    if not said.isin([True, False]).all():
        todo = "Leave out the pairs that nobody decided."
        raise refusal("is_same is neither True nor False.", todo)
    return said.to_numpy(np.bool_)


def _by_labels(
    labels: pd.DataFrame, find: Find, cluster: Codes, pairs: tuple[Codes, Codes]
) -> tuple[list[Measure], int]:
    """(the measures of the pairs that have a label, labels of entries that are not there)."""
    left, right = find(labels, "entry_l"), find(labels, "entry_r")
    known = (left >= 0) & (right >= 0) & (left != right)
    _require_some(known, len(cluster))
    is_same = _is_same(labels)[known]
    ends = np.sort(np.stack([left[known], right[known]]), axis=0)
    number, first, place = np.unique(
        pack_pairs(*ends), return_index=True, return_inverse=True
    )
    if (is_same != is_same[first][place]).any():
        raise refusal("a pair has labels of both kinds.", "Leave one label a pair.")
    ends, is_same = ends[:, first], is_same[first]
    told = []
    for by, is_forward in (
        ("pairs", np.isin(number, pack_pairs(*pairs))),
        ("persons", cluster[ends[0]] == cluster[ends[1]]),
    ):
        right_ones = (is_same & is_forward).astype(np.float64)
        told += [
            measure(by, "precision", right_ones, is_forward.astype(np.float64)),
            measure(by, "recall", right_ones, is_same.astype(np.float64)),
        ]
    return told, int((~known).sum())
