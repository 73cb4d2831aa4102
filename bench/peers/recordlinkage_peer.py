"""recordlinkage's ECM on one list, in an environment of its own: rows in, scored pairs out.

    python recordlinkage_peer.py KIND ROWS.parquet PAIRS.parquet

All is done by recordlinkage: blocking, comparing, ECM.
"""

from __future__ import annotations

import sys
import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
import recordlinkage

_ADDRESS = ("address_1", "address_2", "suburb")


@dataclass(frozen=True)
class Setup:
    """``blocks``.

    Columns that agree; ``text`` is similar from Jaro-Winkler 0.88 on, ``exact`` agrees or not.
    """

    entry_id: str
    blocks: tuple[tuple[str, ...], ...]
    text: tuple[str, ...]
    exact: tuple[str, ...]


_VOTER_NAMES = ("surname_stem", "given_skeleton", "patronymic_skeleton")
_VOTER_BLOCKS = (
    ("given_skeleton", "patronymic_skeleton", "born"),
    ("surname_stem", "given_skeleton", "born"),
    ("surname_stem", "patronymic_skeleton", "born"),
    ("surname_stem", "given_skeleton", "patronymic_skeleton", "birth_year"),
)
SETUPS = {
    "voters": Setup("entry_id", _VOTER_BLOCKS, _VOTER_NAMES, ("born", "sex", "street")),
    "voters-ids": Setup(
        "entry_id",
        (("fin",), ("document",), *_VOTER_BLOCKS),
        _VOTER_NAMES,
        ("born", "sex", "street", "fin", "document"),
    ),
    "febrl": Setup(
        "rec_id",
        (
            ("given_name", "surname"),
            ("date_of_birth",),
            ("postcode", "street_number"),
            ("suburb", "street_number"),
            ("postcode", "suburb"),
            ("address_1",),
        ),
        ("given_name", "surname", *_ADDRESS),
        ("date_of_birth", "postcode", "street_number", "state"),
    ),
    # Wider blocks, or year, month and day as three comparisons, let its ECM settle on namesakes.
    "rldata": Setup(
        "rec_id",
        (
            ("given_name", "surname", "year"),
            ("given_name", "surname", "month"),
            ("given_name", "surname", "day"),
            ("given_name", "birth_date"),
            ("surname", "birth_date"),
            ("given_name", "year", "month"),
            ("surname", "year", "month"),
        ),
        ("given_name", "surname"),
        ("birth_date",),
    ),
    "fake": Setup(
        "unique_id",
        (
            ("first_name",),
            ("surname",),
            ("dob",),
            ("email",),
            ("year", "month"),
            ("month", "day"),
        ),
        ("first_name", "surname", "city", "email"),
        ("year", "month", "day"),
    ),
}


def prepared(kind: str, rows: str) -> pd.DataFrame:
    """The rows, by id, with the columns of dates that the set-up names."""
    setup = SETUPS[kind]
    table = pd.read_parquet(rows).set_index(setup.entry_id).sort_index()
    if kind.startswith("voters"):
        full = table["birth_month"].notna() & table["birth_day"].notna()
        number = (
            table["birth_year"] * 10_000
            + table["birth_month"] * 100
            + table["birth_day"]
        )
        table["born"] = number.where(full)
        return table
    date = {"rldata": "birth_date", "fake": "dob"}.get(kind)
    if date:
        table[["year", "month", "day"]] = table[date].str.split("-", expand=True)
    return table


def compared(kind: str, table: pd.DataFrame) -> pd.DataFrame:
    """The comparison table of the blocked pairs.

    1 where a field agrees, 0 where it does not or is missing.
    """
    setup = SETUPS[kind]
    indexer = recordlinkage.Index()
    for block in setup.blocks:
        indexer.block(list(block))
    pairs = indexer.index(table)
    compare = recordlinkage.Compare()
    for column in setup.text:
        compare.string(
            column, column, method="jarowinkler", threshold=0.88, label=column
        )
    for column in setup.exact:
        compare.exact(column, column, label=column)
    return compare.compute(pairs, table)


def probabilities(table: pd.DataFrame) -> pd.Series:
    """P(match) by ECM; a column that never varies tells nothing and is left out."""
    binary = (table >= 0.7).astype("int8")
    binary = binary.loc[:, (binary != binary.iloc[0]).any()]
    classifier = recordlinkage.ECMClassifier()
    # Its naive Bayes takes the logarithm of shares that reach zero, and means it.
    with np.errstate(divide="ignore", invalid="ignore"):
        classifier.fit(binary)
        return pd.Series(classifier.prob(binary), index=table.index)


def main() -> None:
    """Scores one list."""
    warnings.simplefilter("ignore")
    kind, source, out = sys.argv[1:]
    table = compared(kind, prepared(kind, source))
    probability = probabilities(table).to_numpy()
    ends = {
        side: table.index.get_level_values(place)
        for place, side in enumerate(("left", "right"))
    }
    pd.DataFrame({**ends, "probability": probability, "score": probability}).to_parquet(
        out, index=False
    )


if __name__ == "__main__":
    main()
