"""The sample workspace: a constituency in twelve files, with all that a first run shows.

``python bench/sample.py data/samples/goychay`` writes it again, byte for byte.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from voterlist.synth.generate import generate
from voterlist.synth.people import Rates
from voterlist.synth.plan import Country
from voterlist.synth.registers import write_parquet
from voterlist.synth.write import with_run_ids, write_workspace

_SEED = 97
_NUMBER = 88
"""Göyçay."""
_RATES = Rates(
    same_precinct=0.008,
    moved_within=0.014,
    surname_by_marriage=0.004,
    ending_changed=0.003,
    temporary_list=0.011,
    birth_impossible=0.0006,
    fin_of_another=0.0008,
    typed_ascii=0.18,
    typed_english=0.10,
    typed_azeri_cyrillic=0.09,
    typed_russian=0.14,
)
"""Alone, a constituency has no movers across: the other causes are more frequent instead."""


def write_sample(folder: Path) -> None:
    """Write the sample workspace with its ``truth.parquet``: eleven precincts, a temporary list.

    What was in its inbox and reference before is removed.
    """
    for name in ("inbox", "reference"):
        shutil.rmtree(folder / name, ignore_errors=True)
    country = Country(numbers=[_NUMBER], precinct_size=527)
    made = generate(5_800, constituencies=1, seed=_SEED, rates=_RATES, country=country)
    places = write_workspace(made, folder, seed=_SEED, faults=True)
    keyed = with_run_ids(made, places, folder / "inbox")
    write_parquet(keyed.truth, folder / "truth.parquet")


if __name__ == "__main__":
    write_sample(Path(sys.argv[1]))
