"""The comparison table for recordlinkage, and its own model as a baseline.

recordlinkage has what we do not write again: classifiers to fit on an analyst's labels, the ECM
model as a baseline, the measures of links. It compares slowly, so it is given our candidate pairs
and our levels.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from voterlist import schemas, tables
from voterlist.config.sections import LinkSettings
from voterlist.link import block, candidates
from voterlist.link.comparisons import SHIPPED
from voterlist.link.comparisons.base import Pairs
from voterlist.link.encode import encode
from voterlist.model import Profile


def features(
    voters: pa.Table,
    settings: LinkSettings | None = None,
    profile: Profile = Profile.AZ,
) -> pd.DataFrame:
    """The candidate pairs of a VOTER table as recordlinkage has them.

    Returns a frame with a MultiIndex (entry_l, entry_r) and a column a comparison, float64 from 0
    to 1: what any recordlinkage classifier is fitted on and predicts from.

    Raises:
        SchemaError: ``voters`` has not the shape of VOTER.
    """
    settings = settings or LinkSettings()
    voters = tables.sort_by(schemas.require(voters, schemas.VOTER, "link"), "entry_id")
    entries = encode(voters, profile=profile)
    blocks = block.build_all(entries, profile, settings.largest_block)
    candidate_pairs = candidates.find(
        entries, blocks, settings.chunk_pairs, lambda *_: None
    )
    left, right, _ = candidate_pairs.whole()
    levels = SHIPPED.compare(Pairs(entries, left, right)).levels
    ids = np.array(voters.column("entry_id").to_pylist(), dtype=object)
    index = pd.MultiIndex.from_arrays(
        [ids[left], ids[right]],
        names=["entry_l", "entry_r"],
    )
    # Missing is 0, as recordlinkage's own comparisons have it.
    columns = {
        comparison.field: comparison.likenesses[levels[comparison.field]]
        for comparison in SHIPPED
    }
    return pd.DataFrame(columns, index=index).sort_index()


def baseline(table: pd.DataFrame) -> pd.Series:
    """P(match) of each pair by recordlinkage's ECM: two classes, no frequencies, no labels.

    The comparisons are cut at 0.7 to yes or no, which is what its model takes. A column that never
    varies tells nothing and is left out.
    """
    import recordlinkage  # noqa: PLC0415  it takes a second to load

    binary = (table >= 0.7).astype(int)
    binary = binary.loc[:, (binary != binary.iloc[0]).any()]
    classifier = recordlinkage.ECMClassifier()
    # Its naive Bayes takes the logarithm of zero shares on purpose: no warnings of it.
    with np.errstate(divide="ignore", invalid="ignore"):
        classifier.fit(binary)
        return pd.Series(classifier.prob(binary), index=table.index, name="probability")
