"""What recordlinkage makes of our comparisons: a second opinion, a table.

recordlinkage has what we do not write again: classifiers to fit on an analyst's labels, the
measures of links. It compares slowly, so it is given our candidate pairs and our levels. It and
pandas take a second to load, and are loaded where they are asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from voterlist import schemas, tables
from voterlist.config.sections import LinkSettings
from voterlist.link import steps
from voterlist.link.comparisons import SHIPPED
from voterlist.link.comparisons.base import Pairs
from voterlist.link.labels import Decided
from voterlist.link.types import Added, Watch
from voterlist.model import CaseKind, Profile

if TYPE_CHECKING:
    import pandas as pd

FEWEST_LABELS = 300
"""With fewer pairs that people decided there is no second opinion."""
_FEWEST_OF_EACH = 10
"""So many of them must be one person, and so many two people."""
_EVEN = 0.5
"""From this probability on a pair is rather one person than two."""
_DIGITS = 3
"""The last digits of a fit depend on the machine; what is kept does not."""
_MISSING = "missing"
_KEY = ["entry_l", "entry_r"]


def second_opinion(pairs: pa.Table, cases: pa.Table, decided: Decided) -> pa.Table:
    """SECOND_OPINION on every pair of the open cases, by case and pair.

    Where it differs, look first. It is that of a logistic regression, fitted on the pairs that
    people decided: it knows nothing of frequencies, and sees each comparison only as far as two
    values are alike. So its mistakes are others than those of the model. Without rows where people
    have decided too little, or all of it alike.

    Args:
        pairs: PAIR.
        cases: CASE.
        decided: what people decided.
    """
    labels = _labels(decided.pairs)
    if len(labels) < FEWEST_LABELS:
        return schemas.empty(schemas.SECOND_OPINION)
    inside = _inside(cases, decided.cases)
    frame = _features(pairs, {*labels, *inside})
    by_model = frame.pop("probability").to_dict()
    known = [pair for pair in frame.index if pair in labels]
    matches = [pair for pair in known if labels[pair]]
    fewest = min(len(matches), len(known) - len(matches))
    if len(known) < FEWEST_LABELS or fewest < _FEWEST_OF_EACH:
        return schemas.empty(schemas.SECOND_OPINION)
    asked = frame.loc[[pair for pair in frame.index if pair in inside]]
    opinions = _fit_and_ask(frame.loc[known], matches, asked) if len(asked) else []
    rows = [
        {
            "case_id": inside[pair],
            "entry_l": pair[0],
            "entry_r": pair[1],
            "probability": by_model[pair],
            "opinion": opinion,
            "differs": (opinion >= _EVEN) != (by_model[pair] >= _EVEN),
        }
        for pair, opinion in zip(asked.index, opinions, strict=True)
    ]
    return tables.from_rows(rows, schemas.SECOND_OPINION, "case_id", *_KEY)


def _labels(pairs: pa.Table | None) -> dict[tuple[str, str], bool]:
    """Whether each pair that people decided is one person; those decided both ways are left out."""
    if pairs is None:
        return {}
    rows = pairs.to_pylist()
    said = tables.by_key(
        ((row["entry_l"], row["entry_r"]), row["is_same"]) for row in rows
    )
    return {pair: all(of) for pair, of in said.items() if all(of) == any(of)}


def _inside(cases: pa.Table, closed: pa.Table | None) -> dict[tuple[str, str], str]:
    """The pairs inside the cases that are asked about and not decided, each with its case."""
    decided = set() if closed is None else set(closed.column("case_id").to_pylist())
    asked = [kind.value for kind in CaseKind if kind.is_asked]
    members = tables.by_key(
        (row["case_id"], row["entry_id"])
        for row in tables.rows_among(cases, "kind", asked).to_pylist()
        if row["case_id"] not in decided
    )
    return {
        pair: case
        for case, entries in members.items()
        for pair in combinations(sorted(entries), 2)
    }


def _features(pairs: pa.Table, wanted: set[tuple[str, str]]) -> pd.DataFrame:
    """For each of these pairs how alike its values are, and which are known on both sides.

    And the model's ``probability`` of one person.
    """
    keys = pc.binary_join_element_wise(*(pairs.column(name) for name in _KEY), " ")
    texts = pa.array(sorted(" ".join(pair) for pair in wanted), pa.string())
    rows = pairs.filter(pc.is_in(keys, value_set=texts))
    columns: dict[str, npt.NDArray[np.float64]] = {}
    for comparison in SHIPPED:
        words = tables.plain(rows.column(f"{comparison.field}_level")).to_pylist()
        likeness = dict(
            zip(comparison.words, comparison.likenesses.tolist(), strict=True)
        )
        columns[comparison.field] = np.array(
            [likeness[word] for word in words], np.float64
        )
        is_known = [word != _MISSING for word in words]
        columns[f"{comparison.field}_known"] = np.array(is_known, np.float64)
    columns["probability"] = rows.column("probability").to_numpy()
    return _frame(columns, [rows.column(name).to_pylist() for name in _KEY])


def _frame(
    columns: Mapping[str, npt.NDArray[np.float64]], ends: list[list[str]]
) -> pd.DataFrame:
    """Columns of pairs with these ends, as recordlinkage has them, in the order of the ends."""
    import pandas as pd  # noqa: PLC0415  as recordlinkage

    index = pd.MultiIndex.from_arrays(ends, names=_KEY)
    return pd.DataFrame(dict(columns), index=index).sort_index()


def _fit_and_ask(
    known: pd.DataFrame, matches: list[tuple[str, str]], asked: pd.DataFrame
) -> list[float]:
    """P(one person) of each asked pair, by a classifier fitted on the known ones."""
    import pandas as pd  # noqa: PLC0415  as recordlinkage
    import recordlinkage  # noqa: PLC0415  see above

    classifier = recordlinkage.LogisticRegressionClassifier(max_iter=1000)
    classifier.fit(known, pd.MultiIndex.from_tuples(matches, names=_KEY))
    return [round(float(share), _DIGITS) for share in classifier.prob(asked)]


def features(
    voters: pa.Table,
    settings: LinkSettings | None = None,
    profile: Profile = Profile.AZ,
) -> pd.DataFrame:
    """The candidate pairs of a VOTER table as recordlinkage has them.

    Returns a frame with a MultiIndex (entry_l, entry_r) and a column a comparison, float64 from 0
    to 1: what any recordlinkage classifier is fitted on and predicts from.

    Raises:
        SchemaError: ``voters`` lacks a column of VOTER that is compared (``COMPARED``).
    """
    settings, added = settings or LinkSettings(), Added()
    ready = steps.ready(voters, profile, added)
    listed = steps.list_pairs(ready, settings, None, added)
    found, _, _ = steps.compare(listed, settings, profile, Watch(), None)
    left, right, _ = found.whole()
    levels = SHIPPED.compare(Pairs(listed.entries, left, right)).levels
    # Missing is 0, as recordlinkage's own comparisons have it.
    columns = {
        comparison.field: comparison.likenesses[levels[comparison.field]]
        for comparison in SHIPPED
    }
    return _frame(columns, [listed.ids.take(end).to_pylist() for end in (left, right)])
