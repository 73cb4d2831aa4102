"""The plan typed out: one constituency at a time, each entry as its precinct's clerk writes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.schemas import ENTRY_FIELDS, TRUTH
from voterlist.synth import slips
from voterlist.synth.identifiers import documents, fins, numbered
from voterlist.synth.people import People
from voterlist.synth.places import DATE_FORMS
from voterlist.synth.plan import Plan, stream
from voterlist.synth.repeats import Done, done_words
from voterlist.synth.spelling import SCRIPTS
from voterlist.synth.spellings import FIRST_YEAR, YEARS, spellings, style

__all__ = ["DEATHS", "ENTRIES", "Chunk", "render", "render_deaths"]

Numbers = np.ndarray[Any, np.dtype[Any]]

ENTRIES = pa.schema(
    [
        pa.field("entry_id", pa.string(), nullable=False),
        pa.field("constituency", pa.int32(), nullable=False),
        pa.field("precinct", pa.int32(), nullable=False),
        pa.field("list_kind", pa.string(), nullable=False),
        *(pa.field(name, pa.string()) for name in ENTRY_FIELDS if name != "full_name"),
    ],
)
"""Invented entries: text as written, in the order of the lists."""

DEATHS = pa.schema(
    [
        pa.field("death_id", pa.string(), nullable=False),
        *(
            pa.field(name, pa.string())
            for name in (
                "surname",
                "given_name",
                "patronymic",
                "birth_date",
                "sex",
                "address",
                "document",
                "fin",
            )
        ),
        pa.field("death_date", pa.string(), nullable=False),
        pa.field("constituency", pa.int32(), nullable=False),
    ],
)
"""The register of deaths: text as written."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """One constituency typed out: its entries and their truth, row by row."""

    entries: pa.Table
    truth: pa.Table


@dataclass(frozen=True, slots=True)
class _Rows:
    """What is typed: one element an entry."""

    person: Numbers
    female: Numbers
    stem: Numbers
    form: Numbers
    given: Numbers
    father: Numbers
    born: Numbers
    style: Numbers
    date_form: Numbers


class _Pen:
    """Draws who is hit by which slip, and remembers it as bits of ``Done``."""

    def __init__(self, rng: np.random.Generator, done: Numbers) -> None:
        self.rng = rng
        self.done = done

    def hit(self, share: float, what: Done | None = None, among: Numbers | None = None) -> Numbers:
        """bool: who is hit; the bit is set for them."""
        hit = self.rng.random(len(self.done)) < share
        if among is not None:
            hit &= among
        if what is not None:
            self.done[hit] |= np.int32(int(what))
        return hit


def _blank(texts: pa.Array, hit: Numbers) -> pa.Array:
    """The texts, null where hit."""
    return pc.if_else(pa.array(hit), pa.scalar(None, pa.string()), texts)


def _rewrite(texts: pa.Array, hit: Numbers, rewrite: Any) -> pa.Array:
    """The texts with those hit (and there) passed through ``rewrite``."""
    hit = hit & texts.is_valid().to_numpy(zero_copy_only=False)
    rows = np.flatnonzero(hit)
    if not len(rows):
        return texts
    return pc.replace_with_mask(texts, pa.array(hit), rewrite(texts.take(pa.array(rows))))


def _mistyped(pen: _Pen, texts: pa.Array, share: float, what: Done) -> pa.Array:
    """The texts, some with a slip of the keyboard."""
    return _rewrite(texts, pen.hit(share, what), lambda few: slips.mistype(pen.rng, few))


def _surnames(pen: _Pen, plan: Plan, rows: _Rows) -> pa.Array:
    index = ((rows.style * len(plan.names.stems) + rows.stem) * 3 + rows.form) * 2 + rows.female
    texts = spellings().surname.take(pa.array(index))
    texts = _mistyped(pen, texts, plan.rates.typing_surname, Done.TYPING_SURNAME)
    return _blank(texts, pen.hit(plan.rates.surname_missing, Done.SURNAME_MISSING))


def _given_names(pen: _Pen, plan: Plan, rows: _Rows) -> pa.Array:
    texts = spellings().given.take(pa.array(rows.style * len(plan.names.given) + rows.given))
    texts = _mistyped(pen, texts, plan.rates.typing_given_name, Done.TYPING_GIVEN_NAME)
    # Never both names missing: a row without any name is a fault of the file, not of the person.
    there = pen.done & int(Done.SURNAME_MISSING) == 0
    return _blank(texts, pen.hit(plan.rates.given_name_missing, Done.GIVEN_NAME_MISSING, there))


def _patronymics(pen: _Pen, plan: Plan, rows: _Rows, particle: Numbers) -> pa.Array:
    index = ((rows.style * 3 + particle) * 2 + rows.female) * plan.names.men + rows.father
    texts = spellings().patronymic.take(pa.array(index))
    texts = _mistyped(pen, texts, plan.rates.typing_patronymic, Done.TYPING_PATRONYMIC)
    return _blank(texts, pen.hit(plan.rates.patronymic_missing, Done.PATRONYMIC_MISSING))


def _calendar(days: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Year, month and day (from 1) of days since 1970-01-01."""
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    month_numbers = months.astype(np.int64)
    return (
        1970 + month_numbers // 12,
        month_numbers % 12 + 1,
        (dates - months.astype("datetime64[D]")).astype(np.int64) + 1,
    )


def _digit_off(rng: np.random.Generator, year: Numbers, day: Numbers) -> tuple[Numbers, Numbers]:
    """A date with one digit off.

    In two of three in the year (once in a hundred the century's), else in the day.
    """
    kind = rng.random(len(year))
    step = np.where(rng.random(len(year)) < 0.5, 1, -1)
    year = np.where(kind < 0.45, year + step, np.where(kind < 0.65, year + 10 * step, year))
    year = np.where((kind > 0.99) & (year < 2000), 1890 + year % 10, year)
    day = np.where(
        (kind >= 0.65) & (kind <= 0.99),
        np.where(day + step < 1, day + 1, np.minimum(day + step, 28)),
        day,
    )
    return year, day


def _birth_dates(pen: _Pen, plan: Plan, rows: _Rows) -> pa.Array:
    year, month, day = _calendar(rows.born)
    full = rows.date_form != DATE_FORMS.index("year")
    swapped = pen.hit(
        plan.rates.day_month_swapped, Done.DAY_MONTH_SWAPPED, full & (day <= 12) & (day != month)
    )
    month, day = np.where(swapped, day, month), np.where(swapped, month, day)
    off = pen.hit(plan.rates.birth_digit, Done.BIRTH_DIGIT, full)
    new_year, new_day = _digit_off(pen.rng, year, day)
    year, day = np.where(off, new_year, year), np.where(off, new_day, day)
    impossible = pen.hit(plan.rates.birth_impossible, Done.BIRTH_IMPOSSIBLE, full)
    month, day = np.where(impossible, 2, month), np.where(impossible, 31, day)
    year_only = pen.hit(plan.rates.birth_year_only, Done.BIRTH_YEAR_ONLY, full)
    form = np.where(year_only, DATE_FORMS.index("year"), rows.date_form)
    year = np.clip(year - FIRST_YEAR, 0, YEARS - 1)
    texts = spellings().date.take(pa.array(((form * YEARS + year) * 12 + month - 1) * 31 + day - 1))
    return _blank(texts, pen.hit(plan.rates.birth_missing, Done.BIRTH_MISSING))


def _sexes(pen: _Pen, plan: Plan, rows: _Rows, sex_form: Numbers, has_sex: Numbers) -> pa.Array:
    wrong = pen.hit(plan.rates.sex_wrong, Done.SEX_WRONG, has_sex)
    index = (rows.style * 2 + sex_form) * 2 + (rows.female ^ wrong)
    texts = spellings().sex.take(pa.array(index))
    return _blank(texts, pen.hit(plan.rates.sex_missing) | ~has_sex)


@cache
def _counts() -> pa.Array:
    """Whole numbers as text, from 0 to 4,095; after each, the same with A, B and C behind it."""
    return pa.array(
        [f"{number}{letter}" for number in range(4096) for letter in ("", "A", "B", "C")],
        pa.string(),
    )


def _address_parts(
    plan: Plan, dwelling: Numbers, way: Numbers
) -> tuple[pa.Array, pa.Array, pa.Array, pa.Array]:
    """Place, street, house and flat (null without one) of each dwelling, in its style."""
    spelled, names, homes = spellings(), plan.names, plan.dwellings
    village = homes.village[dwelling].astype(np.int64)
    number = plan.numbers[plan.precincts.constituency[homes.precinct[dwelling]]]
    town = len(names.villages) + np.where(number <= 125, number, 0)
    places = way * (len(names.villages) + 126) + np.where(village >= 0, village, town)
    place = spelled.place.take(pa.array(places))
    street = spelled.street.take(pa.array(way * len(names.streets) + homes.street[dwelling]))
    house = _counts().take(
        pa.array(homes.house[dwelling].astype(np.int64) * 4 + homes.letter[dwelling])
    )
    flat = homes.flat[dwelling].astype(np.int64)
    flats = _blank(_counts().take(pa.array(flat * 4)), flat == 0)
    return place, street, house, flats


def _addresses(
    pen: _Pen, plan: Plan, rows: _Rows, dwelling: Numbers, address_form: Numbers
) -> pa.Array:
    spelled = spellings()
    place, street, house, flat = _address_parts(plan, dwelling, rows.style)
    words = pa.array(rows.style * 3 + address_form)
    flat_part = pc.fill_null(
        pc.binary_join_element_wise(spelled.flat_word.take(words), flat, ""), ""
    )
    village = plan.dwellings.village[dwelling] >= 0
    # A town's name is left out of the addresses of its own lists by one form, a village's never.
    with_place = pa.array(
        (village | (address_form == 0)) & (pc.binary_length(place).to_numpy() > 0)
    )
    front = pc.if_else(with_place, pc.binary_join_element_wise(place, ", ", ""), "")
    texts = pc.binary_join_element_wise(
        front, street, spelled.house_word.take(words), house, flat_part, ""
    )
    texts = _mistyped(pen, texts, plan.rates.typing_address, Done.TYPING_ADDRESS)
    return _blank(texts, pen.hit(plan.rates.address_missing))


def _documents(
    pen: _Pen, plan: Plan, rows: _Rows, version: Numbers, has_document: Numbers
) -> pa.Array:
    # The new card: everyone's second, and the first of a third of the people.
    new = (version > 0) | (rows.person % 3 == 0)
    texts = documents(rows.person, version, new, plan.seed)
    texts = _rewrite(
        texts,
        pen.hit(plan.rates.document_damaged, Done.DOCUMENT_DAMAGED, has_document),
        lambda few: slips.damage_document(pen.rng, few),
    )
    return _blank(texts, pen.hit(plan.rates.document_missing) | ~has_document)


def _fins(pen: _Pen, plan: Plan, rows: _Rows, has_fin: Numbers, written: pa.Array) -> pa.Array:
    there = has_fin & ~pen.hit(plan.rates.fin_missing)
    another = pen.hit(plan.rates.fin_of_another, Done.FIN_OF_ANOTHER, there)
    # Another's: that of the row above, as happens when a clerk slips a line.
    person = np.where(another, np.roll(rows.person, 1), rows.person)
    texts = fins(person, plan.seed)
    damaged = pen.hit(plan.rates.fin_damaged, Done.FIN_DAMAGED, there)
    texts = _rewrite(texts, damaged, lambda few: slips.damage_fin(pen.rng, few))
    # One damaged FIN in ten is not a FIN at all: the document's number stands in its place.
    in_its_place = pa.array(
        damaged
        & (pen.rng.random(len(damaged)) < 0.1)
        & written.is_valid().to_numpy(zero_copy_only=False)
    )
    return _blank(pc.if_else(in_its_place, written, texts), ~there)


def _rows_of(
    people: People,
    person: Numbers,
    way: Numbers,
    date_form: Numbers,
    *,
    stem: Numbers | None = None,
    form: Numbers | None = None,
) -> _Rows:
    """What is typed of these persons.

    ``stem`` and ``form`` where the entry's surname is not the person's first.
    """
    return _Rows(
        person=person.astype(np.int64),
        female=people.female[person],
        stem=(people.stem[person] if stem is None else stem).astype(np.int64),
        form=(people.form[person] if form is None else form).astype(np.int64),
        given=people.given[person].astype(np.int64),
        father=people.father[person].astype(np.int64),
        born=people.born[person],
        style=way.astype(np.int64),
        date_form=date_form.astype(np.int64),
    )


def _list_order(plan: Plan, at: slice, rng: np.random.Generator) -> Numbers:
    """The entries of a constituency in the order of their lists.

    Precinct, street, house, flat; else by chance.
    """
    entries, homes = plan.entries, plan.dwellings
    dwelling = entries.dwelling[at]
    chance = rng.permutation(len(dwelling))
    keys = (
        chance,
        homes.flat[dwelling],
        homes.house[dwelling],
        homes.street[dwelling],
        entries.precinct[at],
    )
    order: Numbers = np.lexsort(keys)
    return order


def _positions(precinct: Numbers) -> Numbers:
    """The number of each row within its precinct, from 1; ``precinct`` ascends."""
    return np.arange(len(precinct)) - np.searchsorted(precinct, precinct, side="left") + 1


def _typed_bits(plan: Plan, precinct: Numbers) -> Numbers:
    script = plan.clerks.script[precinct].astype(np.int64)
    bits = np.where(script > 0, int(Done.TYPED_ASCII) << np.maximum(script - 1, 0), 0)
    in_capitals = np.where(plan.clerks.capitals[precinct], int(Done.TYPED_CAPITALS), 0)
    return (bits | in_capitals).astype(np.int32)


def _done_column(done: Numbers) -> pa.Array:
    distinct, index = np.unique(done, return_inverse=True)
    return pa.array([done_words(int(bits)) for bits in distinct], pa.string()).take(
        pa.array(index.ravel())
    )


def render(plan: Plan, constituency: int) -> Chunk:
    """The entries of one constituency (by its place in the plan) and their truth, by list."""
    at = slice(int(plan.starts[constituency]), int(plan.starts[constituency + 1]))
    rng = stream(plan.seed, "typing", int(plan.numbers[constituency]))
    order = _list_order(plan, at, rng) + at.start
    entries, clerks = plan.entries, plan.clerks
    precinct, dwelling, person = (
        entries.precinct[order],
        entries.dwelling[order],
        entries.person[order],
    )
    pen = _Pen(rng, entries.done[order] | _typed_bits(plan, precinct))
    way = style(clerks.script[precinct].astype(np.int64), clerks.capitals[precinct])
    rows = _rows_of(
        plan.people,
        person,
        way,
        clerks.date_form[precinct],
        stem=entries.stem[order],
        form=entries.form[order],
    )
    written = _documents(pen, plan, rows, entries.document[order], clerks.has_document[precinct])
    ids = numbered("e", np.arange(at.start + 1, at.stop + 1))
    columns = {
        "entry_id": ids,
        "constituency": pa.array(plan.numbers[plan.precincts.constituency[precinct]]),
        "precinct": pa.array(plan.precincts.number[precinct]),
        "list_kind": pc.if_else(
            pa.array(plan.precincts.temporary[precinct]), "temporary", "permanent"
        ),
        "number": _counts_from(_positions(precinct)),
        "surname": _surnames(pen, plan, rows),
        "given_name": _given_names(pen, plan, rows),
        "patronymic": _patronymics(pen, plan, rows, clerks.particle[precinct].astype(np.int64)),
        "birth_date": _birth_dates(pen, plan, rows),
        "sex": _sexes(
            pen, plan, rows, clerks.sex_form[precinct].astype(np.int64), clerks.has_sex[precinct]
        ),
        "address": _addresses(
            pen, plan, rows, dwelling, clerks.address_form[precinct].astype(np.int64)
        ),
        "document": written,
        "fin": _fins(pen, plan, rows, clerks.has_fin[precinct], written),
    }
    truth = [ids, numbered("p", person), _done_column(pen.done)]
    return Chunk(
        pa.Table.from_arrays([columns[name] for name in ENTRIES.names], schema=ENTRIES),
        pa.Table.from_arrays(truth, schema=TRUTH),
    )


def _counts_from(numbers: Numbers) -> pa.Array:
    return pa.array(numbers, pa.int32()).cast(pa.string())


def _register_rows(plan: Plan, rng: np.random.Generator) -> _Rows:
    """The dead as one office types them.

    In Azerbaijani Latin, two in ten without its letters, one in Russian.
    """
    dead, count = plan.dead, len(plan.dead.people)
    script = rng.choice([0, 0, 0, 0, 0, 0, 0, 1, 1, SCRIPTS.index("russian")], count).astype(
        np.int64
    )
    way = style(script, np.zeros(count, bool))
    rows = _rows_of(dead.people, np.arange(count), way, np.full(count, DATE_FORMS.index("iso")))
    # Who is on no list has a number behind all persons, and so a FIN and a document of their own.
    return replace(
        rows, person=np.where(dead.person >= 0, dead.person, len(plan.people) + np.arange(count))
    )


def _last_addresses(pen: _Pen, plan: Plan, rows: _Rows) -> pa.Array:
    """The address of the dead who are still listed; null for the others."""
    dead = plan.dead
    if not len(plan.people):
        return pa.nulls(len(dead.people), pa.string())
    homes = np.where(dead.person >= 0, plan.people.household[dead.person], 0)
    address = _addresses(pen, plan, rows, homes, np.zeros(len(homes), np.int64))
    return _blank(address, dead.person < 0)


def render_deaths(plan: Plan) -> pa.Table:
    """The register of deaths (``DEATHS``).

    Part of it lacks what is needed to recognise a person.
    """
    dead, count = plan.dead, len(plan.dead.people)
    rng = stream(plan.seed, "register")
    pen = _Pen(rng, np.zeros(count, np.int32))
    rows = _register_rows(plan, rng)
    weak = pen.hit(plan.rates.death_unusable)
    lacks = rng.integers(0, 4, count)
    plain, every = np.zeros(count, np.int64), np.ones(count, bool)
    written = _documents(pen, plan, rows, plain, (rng.random(count) < 0.8) & ~weak)
    columns = {
        "death_id": numbered("d", np.arange(1, count + 1), 6),
        "address": _blank(_last_addresses(pen, plan, rows), weak),
        "surname": _surnames(pen, plan, rows),
        "given_name": _blank(_given_names(pen, plan, rows), weak & (lacks == 0)),
        "patronymic": _blank(_patronymics(pen, plan, rows, plain), weak & (lacks >= 2)),
        "birth_date": _blank(_birth_dates(pen, plan, rows), weak & (lacks <= 2)),
        "sex": _sexes(pen, plan, rows, plain, every),
        "document": written,
        "fin": _fins(pen, plan, rows, (rng.random(count) < 0.85) & ~weak, written),
        "death_date": pa.array(dead.died, pa.int32()).cast(pa.date32()).cast(pa.string()),
        "constituency": pa.array(plan.numbers[dead.constituency]),
    }
    return pa.Table.from_arrays([columns[name] for name in DEATHS.names], schema=DEATHS)
