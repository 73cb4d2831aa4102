"""The lists of an invented nation as its constituencies hand them in, written and read by hand.

What a list holds is known here without the program: its lines, and which of them are voters.
"""

from __future__ import annotations

import csv
import hashlib
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow.parquet as pq

__all__ = [
    "FIELDS",
    "Nation",
    "Voter",
    "digest",
    "nation_of",
    "revise",
    "voters_of",
    "write_list",
]

FIELDS = (
    *("surname", "given_name", "patronymic", "birth_date", "sex", "address"),
    *("document", "fin"),
)
"""The cells of a voter, in this order; they are called as in ENTRY."""
_HEADER = (
    *("№", "Soyadı", "Adı", "Atasının adı", "Doğum tarixi", "Cinsi", "Ünvanı"),
    *("Şəxsiyyət vəsiqəsinin nömrəsi", "FİN"),
)
_EMPTY_EVERY = 40
"""So often a list has a row with a number alone, as real ones do."""

Voter = tuple[str, ...]
Nation = Mapping[int, Mapping[int, Sequence[Voter]]]
"""Constituency -> precinct -> its voters, in the order of the list."""


def nation_of(path: Path) -> Nation:
    """The nation that ``voterlist synth --no-files`` invented."""
    table = pq.read_table(path, columns=["constituency", "precinct", *FIELDS])
    nation: dict[int, dict[int, list[Voter]]] = defaultdict(lambda: defaultdict(list))
    columns = [table.column(name).to_pylist() for name in table.column_names]
    for constituency, precinct, *cells in zip(*columns, strict=True):
        voter = tuple(cell or "" for cell in cells)
        nation[constituency][precinct].append(voter)
    return nation


def write_list(path: Path, precinct: int, voters: Sequence[Voter]) -> None:
    """Write the list of a precinct."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as page:
        page.write(f"{precinct} saylı seçki məntəqəsi\n")
        lines = csv.writer(page, delimiter=";", lineterminator="\n")
        lines.writerow(_HEADER)
        for number, voter in enumerate(voters, 1):
            lines.writerow((number, *voter))
            if number % _EMPTY_EVERY == 0:
                lines.writerow((number + 1, *("" for _ in FIELDS)))


def voters_of(path: Path) -> dict[int, Voter]:
    """The voters of a list by the number of their line."""
    return {
        number: tuple(cells[1:])
        for number, cells in enumerate(_lines(path), 1)
        if number > 2 and any(cells[1:])
    }


def digest(path: Path) -> str:
    """How ENTRY names the file: the first 12 digits of its SHA-256."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def revise(
    path: Path, precinct: int, elsewhere: Sequence[Voter], dice: random.Random
) -> None:
    """Change the list of a precinct as precincts do between two hand-overs.

    Some voters leave, some change their address, some of ``elsewhere`` move in, who stand in the
    list of another constituency too; sometimes the order is another one.
    """
    voters = list(voters_of(path).values())
    for _ in range(dice.randint(1, 3)):
        if len(voters) > 3:
            voters.pop(dice.randrange(len(voters)))
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(len(voters))
        address = f"Yeni küç. {dice.randint(1, 99)}"
        voters[at] = _with(voters[at], "address", address)
    voters += dice.sample(elsewhere, min(len(elsewhere), dice.randint(1, 3)))
    if dice.random() < 0.3:
        dice.shuffle(voters)
    write_list(path, precinct, voters)


def _with(voter: Voter, field: str, value: str) -> Voter:
    at = FIELDS.index(field)
    return (*voter[:at], value, *voter[at + 1 :])


def _lines(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as page:
        yield from csv.reader(page, delimiter=";")
