"""Invented lists of more kinds, with truth, made without a look at how the engine does on them.

    python bench/blind_lists.py FOLDER [--scale 1.0] [--seed 1]

writes of each kind one or two files of rows and ``KIND-truth.parquet``: the person of each entry,
and who else they could be taken for: family, twins, colleagues, people of their name.

customers      contact names with titles, company, e-mail, telephone, postcode; households
voters-age     voters of a state of the US with an age: father and son, Jr and Sr, at one address
voters-year    the same with a birth year
parish         people of four old censuses: name, birth year, birth place, occupation, parish
staff          a directory of staff: a whole name, organisation, room, extension
two-counts     two counts of households, which are two files
two-as-one     the same two files, linked without saying that they are two lists
misspelt       names alone, each as several clerks wrote it
arabic         Arabic names in Latin letters, spelt now this way and now that
turkish        Turkish names, with and without Turkish letters

The errors are those of Christen (Data Matching, 2012) and of FEBRL and GeCo: slips of the
keyboard, letters read wrong by a scanner, sounds, gaps, values in the place of others.
"""

from __future__ import annotations

import argparse
import itertools
import random
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from other_lists import Clerk, Names

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Who:
    """A person, and whom they could be taken for."""

    person: int
    name: str
    family: int
    group: str = ""
    """Those who work or live at one place, family or not."""
    twins: int = -1
    """The number of their twins."""


Entry = tuple[Who, Row]
Maker = Callable[[int, random.Random], Iterator[Entry]]


_DATA = tomllib.loads((Path(__file__).parent / "blind_names.toml").read_text("utf-8"))


def _words(name: str, between: str | None = None) -> list[str]:
    """The words of ``blind_names.toml`` under this name."""
    words = [word.strip() for word in _DATA[name].split(between)]
    return [word for word in words if word]


# --- errors
# --------------------------------------------------------------------------------------

_ROWS_OF_KEYS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEIGHBOURS = {
    key: row[max(place - 1, 0) : place] + row[place + 1 : place + 2]
    for row in _ROWS_OF_KEYS
    for place, key in enumerate(row)
}
_READ_WRONG = (
    ("rn", "m"),
    ("m", "rn"),
    ("cl", "d"),
    ("d", "cl"),
    ("li", "h"),
    ("h", "b"),
    ("e", "c"),
    ("l", "1"),
    ("o", "0"),
    ("5", "s"),
    ("u", "v"),
    ("nn", "m"),
    ("8", "3"),
    ("1", "7"),
    ("vv", "w"),
)
_SOUNDS = (
    ("ph", "f"),
    ("ck", "k"),
    ("c", "k"),
    ("ie", "y"),
    ("y", "i"),
    ("ee", "ea"),
    ("tt", "t"),
    ("ll", "l"),
    ("l", "ll"),
    ("n", "nn"),
    ("s", "z"),
    ("gh", ""),
    ("e", ""),
    ("er", "ar"),
    ("th", "t"),
    ("son", "sen"),
    ("ai", "ay"),
)


class Writer(Clerk):
    """A clerk who also hits the key beside, reads a scan wrong and writes what was heard."""

    def _put(self, text: str, tables: Sequence[tuple[str, str]]) -> str:
        able = [(old, new) for old, new in tables if old in text.lower()]
        if not able:
            return self.typed(text)
        old, new = self.pen.choice(able)
        places = [found.start() for found in re.finditer(old, text.lower())]
        at = self.pen.choice(places)
        return text[:at] + new + text[at + len(old) :]

    def beside(self, text: str) -> str:
        """The text with one key hit beside the right one."""
        places = [at for at, sign in enumerate(text) if sign.lower() in _NEIGHBOURS]
        if not places:
            return text
        at = self.pen.choice(places)
        return (
            text[:at] + self.pen.choice(_NEIGHBOURS[text[at].lower()]) + text[at + 1 :]
        )

    def scanned(self, text: str) -> str:
        """The text with one sign read wrong."""
        return self._put(text, _READ_WRONG)

    def heard(self, text: str) -> str:
        """The text with one sound written otherwise."""
        return self._put(text, _SOUNDS)

    def slipped(self, text: str) -> str:
        """The text with one error of some kind."""
        how = (self.typed, self.typed, self.beside, self.scanned, self.heard)
        return self.pen.choice(how)(text)

    def copied(
        self, row: Row, slip: float, gap: float, kept: Sequence[str] = ()
    ) -> Row:
        """The row with slips and gaps; a careless hand makes three times as many."""
        hand = self.pen.choice((0.4, 0.4, 0.7, 3.0))
        return {
            name: text
            if name in kept or not text
            else ""
            if self.slips(gap)
            else self.slipped(text)
            if self.slips(min(slip * hand, 0.6))
            else text
            for name, text in row.items()
        }


def often(pen: random.Random, values: Sequence[str]) -> str:
    """One of the values, the first the most frequent, as 1 / (rank + 3)."""
    weights = [1 / (rank + 3) for rank in range(len(values))]
    return pen.choices(values, weights)[0]


# --- English names
# --------------------------------------------------------------------------------------

_MEN = _words("men")
_WOMEN = _words("women")
_SURNAMES = _words("surnames")
_CALLED = dict(pair.split("=") for pair in _words("called"))


class English(Names):
    """Names of the US, half of the surnames from the long tail that FEBRL has."""

    def __init__(self, pen: random.Random) -> None:
        super().__init__(pen)
        self.pen = pen

    def surname(self) -> str:
        """A surname as frequent as it is."""
        if self.pen.random() < 0.45:
            return self.draw("surname")
        return often(self.pen, _SURNAMES)

    def first(self, sex: str) -> str:
        """A given name of that sex."""
        return often(self.pen, _MEN if sex == "M" else _WOMEN)

    def home(self) -> tuple[str, str, str]:
        """Street with its number, town, and a postcode that belongs to the town."""
        town = self.draw("suburb")
        zipcode = f"{27000 + sum(map(ord, town)) * 7 % 1900:05d}"
        return f"{self.pen.randint(1, 2400)} {self.draw('address_1')}", town, zipcode


# --- customers of a company
# --------------------------------------------------------------------------------------

_KINDS_OF_COMPANY = (
    "Ltd",
    "Inc",
    "LLC",
    "Group",
    "& Sons",
    "Holdings",
    "Services",
    "plc",
)
_TRADES = _words("trades")
_MAIL = (
    "gmail.com",
    "yahoo.com",
    "hotmail.com",
    "outlook.com",
    "aol.com",
    "btinternet.com",
)


def _contact(pen: random.Random, sex: str, first: str, middle: str, last: str) -> str:
    """The name as somebody puts it on a form."""
    title = (
        pen.choice(("Mr", "Mr.", "Dr", "Prof."))
        if sex == "M"
        else pen.choice(("Mrs", "Ms", "Ms.", "Miss", "Dr"))
    )
    if pen.random() < 0.25:
        first = _CALLED.get(first, first)
    first, last = first.title(), last.title()
    forms = (
        f"{first} {last}",
        f"{first} {last}",
        f"{title} {first} {last}",
        f"{title} {first[0]} {last}",
        f"{title} {first} {middle}. {last}",
        f"{first} {middle} {last}",
        f"{last}, {first}",
        f"{first} {last}".upper(),
    )
    return pen.choices(forms, (6, 6, 5, 2, 2, 2, 2, 1))[0]


def _uk_postcode(pen: random.Random) -> str:
    letters = "ABDEHJLNPQRSTUWXYZ"
    area = pen.choice(
        ("M", "B", "L", "S", "LS", "SW", "NE", "CB", "OX", "BS", "G", "EH")
    )
    unit = "".join(pen.choices(letters, k=2))
    return f"{area}{pen.randint(1, 29)} {pen.randint(1, 9)}{unit}"


def _telephone(pen: random.Random) -> str:
    return f"0{pen.randint(113, 199)} {pen.randint(200, 999)} {pen.randint(1000, 9999)}"


def _customers(people: int, pen: random.Random) -> Iterator[Entry]:
    names, clerk = English(pen), Writer(pen)
    person, place = 0, 0
    while person < people:
        place += 1
        is_home = pen.random() < 0.45
        surname = names.surname()
        trade = f"{names.surname().title()} {pen.choice(_TRADES)}"
        company = "" if is_home else f"{trade} {pen.choice(_KINDS_OF_COMPANY)}"
        shared = {"Company": company, "City": names.draw("suburb").title()}
        shared |= {"Postcode": _uk_postcode(pen), "Phone": _telephone(pen)}
        domain = re.sub(r"\W", "", trade.lower()) + pen.choice((".com", ".co.uk"))
        heads = pen.choice((1, 2, 2, 3)) if is_home else pen.choice((1, 1, 2, 3, 5))
        father = ""
        for head in range(heads):
            sex = pen.choice("MF") if not is_home or head > 1 else "MF"[head]
            first = names.first(sex)
            junior = is_home and head == 2 and sex == "M" and pen.random() < 0.3
            first = father if junior else first
            father = first if sex == "M" and head == 0 else father
            last = surname if is_home and pen.random() < 0.9 else names.surname()
            middle = pen.choice("ABCDEFGHJKLMNPRSTW")
            at = pen.choice(_MAIL) if is_home else domain
            user = pen.choice(
                (f"{first}.{last}", f"{first[0]}{last}", f"{first}{pen.randint(1, 99)}")
            )
            own = shared | ({"Phone": _telephone(pen)} if pen.random() < 0.4 else {})
            who = Who(
                person, f"{first} {last}", place if is_home else -1 - person, str(place)
            )
            person += 1
            suffix = " Jr" if junior and pen.random() < 0.7 else ""
            for number in range(1 + int(pen.expovariate(1.4))):
                name = _contact(pen, sex, first, middle, last) + suffix
                row = {"Contact Name": name, "Email": f"{user}@{at}"} | own
                yield who, row if number == 0 else _customer_again(clerk, names, row)


def _customer_again(clerk: Writer, names: English, row: Row) -> Row:
    """The customer as another shop or campaign has them."""
    again, pen = dict(row), clerk.pen
    if clerk.slips(0.12):
        again["City"], again["Postcode"] = (
            names.draw("suburb").title(),
            _uk_postcode(pen),
        )
    if clerk.slips(0.12):
        again["Phone"] = _telephone(pen)
    if clerk.slips(0.3):
        again["Phone"] = "+44 " + again["Phone"][1:]
    if clerk.slips(0.2):
        again["Email"] = (
            f"{pen.choice(names.first('F'))}{pen.randint(10, 999)}@{pen.choice(_MAIL)}"
        )
    if clerk.slips(0.3):
        again["Postcode"] = again["Postcode"].replace(" ", "")
    if clerk.slips(0.2):
        again["Company"] = re.sub(r" (Ltd|Inc|LLC|plc)$", "", again["Company"])
    if clerk.slips(0.05):
        again["Company"] = ""
    return clerk.copied(again, slip=0.05, gap=0.08)


# --- voters of a state of the US
# --------------------------------------------------------------------------------------


def _voters(people: int, pen: random.Random, *, by_age: bool) -> Iterator[Entry]:
    names, clerk = English(pen), Writer(pen)
    person, family = 0, 0
    while person < people:
        family += 1
        street, town, zipcode = names.home()
        surname, parent_year = names.surname(), pen.randint(1935, 1975)
        father, middle = names.first("M"), names.first("M")
        twins = pen.random() < 0.012
        for place in range(pen.choice((1, 2, 2, 2, 3, 3, 4)) if not twins else 4):
            sex = "MF"[place] if place < 2 else pen.choice("MF")
            junior = place == 2 and sex == "M" and pen.random() < 0.2
            first = father if junior or place == 0 else names.first(sex)
            if place < 2:
                year = parent_year + (pen.randint(-4, 6) if place else 0)
            elif not (twins and place == 3):
                year = min(parent_year + pen.randint(20, 35), 2004)
            own_middle = middle if junior or place == 0 else names.first(sex)
            row = {
                "last_name": surname
                if place == 0 or pen.random() < 0.88
                else names.surname(),
                "first_name": first,
                "middle_name": own_middle if pen.random() < 0.8 else "",
                "name_suffix": "JR" if junior and pen.random() < 0.8 else "",
                "gender": sex,
                "res_street_address": street,
                "res_city": town,
                "zip_code": zipcode,
            }
            if place == 0 and pen.random() < 0.05:
                row["name_suffix"] = pen.choice(("SR", "II", "III"))
            name = f"{first} {row['last_name']}"
            who = Who(person, name, family, twins=family if twins and place > 1 else -1)
            person += 1
            yield who, _upper(row) | _born(pen, year, 0, by_age=by_age)
            if pen.random() < 0.12:
                again = _registered_again(clerk, names, row)
                yield (
                    who,
                    _upper(again)
                    | _born(pen, year, pen.choice((0, 1, 3)), by_age=by_age),
                )


def _born(pen: random.Random, year: int, later: int, *, by_age: bool) -> Row:
    """The age at the day of a snapshot, so many years later, or the birth year."""
    if not by_age:
        slip = pen.choice((-1, 1, -10, 10)) if pen.random() < 0.015 else 0
        return {"birth_year": str(year + slip)}
    return {"age": str(2022 + later - year - (pen.random() < 0.25))}


def _upper(row: Row) -> Row:
    return {name: text.upper() for name, text in row.items()}


def _registered_again(clerk: Writer, names: English, row: Row) -> Row:
    """A voter who registered anew, mostly because of a new home or a new name."""
    again = dict(row)
    if clerk.slips(0.45):
        street, town, zipcode = names.home()
        again |= {"res_street_address": street, "res_city": town, "zip_code": zipcode}
    if row["gender"] == "F" and clerk.slips(0.15):
        again["last_name"] = names.surname()
    if clerk.slips(0.08):
        again["first_name"] = _CALLED.get(row["first_name"], row["first_name"])
    if clerk.slips(0.35):
        again["middle_name"] = again["middle_name"][:1]
    if clerk.slips(0.2):
        again["name_suffix"] = ""
    if clerk.slips(0.02):
        again["first_name"], again["middle_name"] = (
            again["middle_name"],
            again["first_name"],
        )
    return clerk.copied(again, slip=0.025, gap=0.01, kept=("name_suffix", "gender"))


# --- people of old censuses
# --------------------------------------------------------------------------------------

_WORK = _words("work", ",")
_FORMS = dict(pair.split("=") for pair in _words("forms"))


def _parish(people: int, pen: random.Random) -> Iterator[Entry]:
    names, clerk = English(pen), Writer(pen)
    person, family = 0, 0
    parishes = [names.draw("suburb") for _ in range(60)]
    while person < people:
        family += 1
        surname, parish = names.surname(), pen.choice(parishes)
        head_year = pen.randint(1795, 1840)
        others = [names.first("M")]
        while len(others) < 8:
            first = names.first("MF"[len(others) % 2])
            others += [first] if first not in others else []
        heads = pen.choice((1, 2, 3, 4, 5, 6))
        twins = heads > 3 and pen.random() < 0.05
        for place in range(heads):
            first = others[place]
            if place == 2 and pen.random() < 0.25:
                first = others[0]
            if not (twins and place == 3):
                year = head_year + (pen.randint(-5, 8) if place < 2 else 20 + 3 * place)
            row = {
                "given_name": first,
                "surname": surname,
                "birth_year": str(year),
                "birth_place": parish if pen.random() < 0.7 else pen.choice(parishes),
                "occupation": often(pen, _WORK).split("|")[0],
                "parish": parish,
            }
            is_twin = twins and place in (2, 3)
            who = Who(
                person, f"{first} {surname}", family, twins=family if is_twin else -1
            )
            person += 1
            for census in range(4):
                if pen.random() < 0.62:
                    yield who, _enumerated(clerk, parishes, row, census)


def _enumerated(clerk: Writer, parishes: Sequence[str], row: Row, census: int) -> Row:
    """The person as the enumerator of a census heard and wrote it."""
    told, pen = dict(row), clerk.pen
    if clerk.slips(0.3):
        told["given_name"] = _FORMS.get(row["given_name"], row["given_name"])
    if clerk.slips(0.22):
        told["surname"] = clerk.heard(row["surname"])
    if clerk.slips(0.45):
        told["birth_year"] = str(
            int(row["birth_year"]) + pen.choice((-2, -1, -1, 1, 1, 2, 5))
        )
    if clerk.slips(0.15 * census):
        told["parish"] = pen.choice(parishes)
    if clerk.slips(0.2):
        told["birth_place"] = pen.choice(parishes)
    work = next(each for each in _WORK if each.split("|")[0] == row["occupation"])
    told["occupation"] = pen.choice(work.split("|"))
    if clerk.slips(0.25):
        told["occupation"] = often(pen, _WORK).split("|")[0]
    return clerk.copied(told, slip=0.07, gap=0.04)


# --- a directory of staff
# --------------------------------------------------------------------------------------


def _staff(people: int, pen: random.Random) -> Iterator[Entry]:
    names, clerk = English(pen), Writer(pen)
    units = [
        f"{kind} of {names.draw('surname').title()}"
        for kind in ("Institute", "Department", "School", "Office", "Museum")
        for _ in range(24)
    ]
    for person in range(people):
        sex = pen.choice("MF")
        first, last = names.first(sex), names.surname()
        middle = pen.choice("ABCDEFGHJKLMNPRSTW")
        unit = pen.choice(units)
        room = f"{pen.choice('ABCDE')}{pen.randint(1, 5)}.{pen.randint(1, 40):02d}"
        who = Who(person, f"{first} {last}", -1 - person, unit)
        row = {
            "organisation": unit,
            "room": room,
            "extension": str(pen.randint(1000, 9999)),
        }
        for edition in range(pen.choice((1, 1, 2, 2, 3))):
            if edition and pen.random() < 0.15:
                row["room"] = (
                    f"{pen.choice('ABCDE')}{pen.randint(1, 5)}.{pen.randint(1, 40):02d}"
                )
            if edition and pen.random() < 0.06:
                row["organisation"] = pen.choice(units)
            listed = {"name": _contact(pen, sex, first, middle, last)} | row
            yield (
                who,
                clerk.copied(
                    listed, slip=0.03, gap=0.03, kept=() if edition else tuple(listed)
                ),
            )


# --- two counts of households
# --------------------------------------------------------------------------------------


def _two_counts(people: int, pen: random.Random) -> Iterator[Entry]:
    names, clerk = English(pen), Writer(pen)
    person, family = 0, 0
    while person < people:
        family += 1
        street, town, zipcode = names.home()
        number, street = street.split(" ", 1)
        surname, twins = names.surname(), pen.random() < 0.02
        used: list[str] = []
        for place in range(pen.choice((1, 2, 2, 3, 4, 5)) if not twins else 4):
            sex = "MF"[place] if place < 2 else pen.choice("MF")
            first = names.first(sex)
            while first in used:
                first = names.first(sex)
            used.append(first)
            if not (twins and place == 3):
                year = pen.randint(1930, 1985) if place < 2 else pen.randint(1986, 2010)
                born = f"{pen.randint(1, 28):02d}/{pen.randint(1, 12):02d}/{year}"
            row = {
                "first_name": first,
                "last_name": surname
                if place == 0 or pen.random() < 0.85
                else names.surname(),
                "sex": sex,
                "date_of_birth": born,
                "house_number": number,
                "street": street,
                "town": town,
                "postcode": zipcode,
            }
            is_twin = twins and place > 1
            name = f"{first} {row['last_name']}"
            who = Who(person, name, family, twins=family if is_twin else -1)
            person += 1
            if pen.random() < 0.93:
                yield who, clerk.copied(row, slip=0.012, gap=0.01) | {"file": "1"}
            if pen.random() < 0.85:
                yield who, _counted_later(clerk, names, row) | {"file": "2"}


def _counted_later(clerk: Writer, names: English, row: Row) -> Row:
    again = dict(row)
    if clerk.slips(0.12):
        street, town, zipcode = names.home()
        number, street = street.split(" ", 1)
        again |= {
            "house_number": number,
            "street": street,
            "town": town,
            "postcode": zipcode,
        }
    if row["sex"] == "F" and clerk.slips(0.03):
        again["last_name"] = names.surname()
    if clerk.slips(0.12):
        again["first_name"] = _CALLED.get(row["first_name"], row["first_name"])
    if clerk.slips(0.04):
        day, month, year = row["date_of_birth"].split("/")
        year = str(int(year) + clerk.pen.choice((-1, 1, 10, -10)))
        turned = f"{month}/{day}/{year}" if int(day) <= 12 else f"{day}/{month}/{year}"
        again["date_of_birth"] = turned
    return clerk.copied(again, slip=0.04, gap=0.025)


# --- names alone
# --------------------------------------------------------------------------------------


def _misspelt(people: int, pen: random.Random) -> Iterator[Entry]:
    names, clerk = English(pen), Writer(pen)
    seen: set[tuple[str, str]] = set()
    while len(seen) < people:
        first, last = names.first(pen.choice("MF")), names.surname()
        if (first, last) in seen:
            continue
        who = Who(len(seen), f"{first} {last}", -1 - len(seen))
        seen.add((first, last))
        for number in range(pen.choice((1, 2, 2, 3, 4))):
            row = {"first_name": first, "last_name": last}
            for _ in range(0 if number == 0 else pen.choice((0, 1, 1, 1, 2))):
                where = pen.choice(("first_name", "last_name", "last_name"))
                row[where] = clerk.slipped(row[where])
            yield who, row


# --- Arabic names
# --------------------------------------------------------------------------------------

# Each brace holds the ways in which a sound is written, the usual one first.
_ARABIC_MEN = _words("arabic_men", ";")
_ARABIC_WOMEN = _words("arabic_women", ";")
_ARABIC_FAMILIES = _words("arabic_families", ";")
_TOWNS = _words("arabic_towns")


def spelt(pen: random.Random, pattern: str, steady: float = 0.6) -> str:
    """One spelling of a name; as often as ``steady`` says a sound is written the usual way."""

    def sound(found: re.Match[str]) -> str:
        usual, *others = found.group(1).split(",")
        return usual if pen.random() < steady or not others else pen.choice(others)

    text = re.sub(r"\{([^}]*)\}", sound, pattern).strip()
    return text[:1].upper() + text[1:]


def _arabic(people: int, pen: random.Random) -> Iterator[Entry]:
    clerk = Writer(pen)
    person, family = 0, 0
    while person < people:
        family += 1
        surname, father = often(pen, _ARABIC_FAMILIES), often(pen, _ARABIC_MEN)
        town, grandfather = often(pen, _TOWNS), often(pen, _ARABIC_MEN)
        twins = pen.random() < 0.02
        for place in range(pen.choice((1, 1, 2, 3, 4)) if not twins else 3):
            sex = "MF"[place] if place < 2 else pen.choice("MF")
            first = often(pen, _ARABIC_MEN if sex == "M" else _ARABIC_WOMEN)
            first = father if place == 0 else first
            of_father = grandfather if place == 0 else father
            of_father = often(pen, _ARABIC_MEN) if place == 1 else of_father
            if not (twins and place == 2):
                year = pen.randint(1940, 1980) if place < 2 else pen.randint(1975, 2006)
                date = f"{year}-{pen.randint(1, 12):02d}-{pen.randint(1, 28):02d}"
            if pen.random() < 0.2:
                date = f"{date[:4]}-01-01"
            who = Who(
                person,
                f"{first} {of_father} {surname}",
                family,
                twins=family if twins and place > 0 else -1,
            )
            person += 1
            for _ in range(pen.choice((1, 1, 1, 2, 2, 3))):
                row = {
                    "first_name": spelt(pen, first),
                    "father_name": spelt(pen, of_father),
                    "last_name": spelt(pen, surname),
                    "birth_date": date,
                    "city": town if pen.random() < 0.9 else often(pen, _TOWNS),
                }
                if clerk.slips(0.06):
                    row["birth_date"] = f"{date[:4]}-01-01"
                if clerk.slips(0.03):
                    row["birth_date"] = (
                        str(int(date[:4]) + pen.choice((-1, 1))) + date[4:]
                    )
                yield who, clerk.copied(row, slip=0.02, gap=0.03)


# --- Turkish names
# --------------------------------------------------------------------------------------

_TURKISH_MEN = _words("turkish_men", ",")
_TURKISH_WOMEN = _words("turkish_women", ",")
_FIRST_PARTS = _words("turkish_beginnings")
_LAST_PARTS = ("", *_words("turkish_ends"))
_DISTRICTS = _words("turkish_districts")
_PLAIN = str.maketrans("çğıöşüÇĞİÖŞÜ", "cgiosuCGIOSU")


def _turkish(people: int, pen: random.Random) -> Iterator[Entry]:
    clerk = Writer(pen)
    whole = [a + b for a, b in itertools.product(_FIRST_PARTS, _LAST_PARTS)]
    surnames = [
        "Yılmaz",
        "Kaya",
        "Demir",
        "Çelik",
        "Şahin",
        "Yıldız",
        "Öztürk",
        "Aydın",
        *whole,
    ]
    person, family = 0, 0
    while person < people:
        family += 1
        surname, father = often(pen, surnames), often(pen, _TURKISH_MEN)
        town, twins = often(pen, _DISTRICTS), pen.random() < 0.02
        for place in range(pen.choice((1, 2, 3, 4)) if not twins else 4):
            sex = "MF"[place] if place < 2 else pen.choice("MF")
            first = often(pen, _TURKISH_MEN if sex == "M" else _TURKISH_WOMEN)
            of_father = father if place > 1 else often(pen, _TURKISH_MEN)
            first = father if place == 0 else first
            if not (twins and place == 3):
                year = pen.randint(1940, 1980) if place < 2 else pen.randint(1978, 2006)
                date = f"{pen.randint(1, 28):02d}.{pen.randint(1, 12):02d}.{year}"
            row = {
                "Ad": first,
                "Soyad": surname,
                "Baba Adı": of_father,
                "Doğum Tarihi": date,
                "Doğum Yeri": town,
            }
            who = Who(
                person,
                f"{first} {of_father} {surname}",
                family,
                twins=family if twins and place > 1 else -1,
            )
            person += 1
            for number in range(pen.choice((1, 1, 1, 2, 2, 3))):
                yield who, _written(clerk, surnames, row | {"Cinsiyet": sex}, number)


def _written(clerk: Writer, surnames: Sequence[str], row: Row, number: int) -> Row:
    """The person as one office writes them: in which letters, and which form of the name."""
    told, pen = dict(row), clerk.pen
    for name in ("Ad", "Baba Adı"):
        told[name] = pen.choice(told[name].split("|"))
    if number and row["Cinsiyet"] == "F" and clerk.slips(0.08):
        married = often(pen, surnames)
        told["Soyad"] = pen.choice((married, f"{row['Soyad']} {married}"))
    if clerk.slips(0.06):
        told["Doğum Tarihi"] = "01.01." + row["Doğum Tarihi"][-4:]
    told = clerk.copied(told, slip=0.025, gap=0.03, kept=("Cinsiyet",))
    del told["Cinsiyet"]
    way = pen.random()
    if way < 0.35:
        told = {name: text.translate(_PLAIN) for name, text in told.items()}
    if way < 0.15:
        told = {name: text.upper() for name, text in told.items()}
    return told


# --- all of them
# --------------------------------------------------------------------------------------

KINDS: dict[str, tuple[Maker, int]] = {
    "customers": (_customers, 8000),
    "voters-age": (lambda people, pen: _voters(people, pen, by_age=True), 15000),
    "voters-year": (lambda people, pen: _voters(people, pen, by_age=False), 15000),
    "parish": (_parish, 4000),
    "staff": (_staff, 3000),
    "two-counts": (_two_counts, 8000),
    "two-as-one": (_two_counts, 8000),
    "misspelt": (_misspelt, 2000),
    "arabic": (_arabic, 6000),
    "turkish": (_turkish, 6000),
}
"""For each kind who makes its entries, and how many people it has."""
MAPS = {
    "customers": """\
[columns]
entry_id = "id"
full_name = "Contact Name"
address = ["City", "Postcode"]
[comparisons.company]
column = "Company"
kind = "text"
[comparisons.email]
column = "Email"
kind = "email"
blocking = true
[comparisons.phone]
column = "Phone"
kind = "phone"
blocking = true
""",
    "staff": """\
[columns]
entry_id = "id"
full_name = "name"
[comparisons.organisation]
column = "organisation"
kind = "text"
[comparisons.room]
column = "room"
kind = "exact"
blocking = true
[comparisons.extension]
column = "extension"
kind = "number"
blocking = true
""",
    "turkish": """\
[columns]
entry_id = "id"
given_name = "Ad"
surname = "Soyad"
patronymic = "Baba Adı"
birth_date = "Doğum Tarihi"
[comparisons.birth_place]
column = "Doğum Yeri"
kind = "place"
""",
}
"""The map of a kind, for an engine that does not know its headings."""
OF_TWO_FILES = ("two-counts", "two-as-one")


def write(folder: Path, kind: str, scale: float = 1.0, seed: int = 1) -> list[Path]:
    """The files of a kind, written into ``folder`` beside ``KIND-truth.parquet``; rows shuffled."""
    folder.mkdir(parents=True, exist_ok=True)
    make, people = KINDS[kind]
    pen = random.Random(seed)  # noqa: S311 - the same list for the same seed
    made = list(make(int(people * scale), pen))
    pen.shuffle(made)
    rows = pd.DataFrame([row for _, row in made])
    ids = [f"r{number:06d}" for number in range(len(made))]
    rows.insert(0, "id", ids)
    truth = {
        "entry_id": ids,
        "person_id": [str(who.person) for who, _ in made],
        "name": [who.name for who, _ in made],
        "family": [who.family for who, _ in made],
        "group": [who.group for who, _ in made],
        "twins": [who.twins for who, _ in made],
    }
    pq.write_table(pa.table(truth), folder / f"{kind}-truth.parquet")
    if kind not in OF_TWO_FILES:
        paths = [folder / f"{kind}.csv"]
        rows.to_csv(paths[0], index=False)
        return paths
    paths = [folder / f"{kind}-{number}.csv" for number in (1, 2)]
    for number, path in zip("12", paths, strict=True):
        rows[rows["file"] == number].drop(columns="file").to_csv(path, index=False)
    return paths


def main() -> None:
    """Writes a list of each kind."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for kind in KINDS:
        for path in write(options.folder, kind, options.scale, options.seed):
            print(path)


if __name__ == "__main__":
    main()
