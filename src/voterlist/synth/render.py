"""The plan typed out: one constituency at a time, each entry as its precinct's clerk writes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.random import Generator

from voterlist.arrays import AnyArray
from voterlist.fields import COMPARED
from voterlist.model import frozen
from voterlist.schemas import TRUTH
from voterlist.synth import slips
from voterlist.synth.lexicon import FIRST_YEAR, SCRIPTS, YEARS, spellings, style
from voterlist.synth.people import (
    DATE_FORMS,
    People,
    Rates,
    documents,
    fins,
    number_with,
)
from voterlist.synth.plan import Plan, stream
from voterlist.synth.repeats import Done, done_words
from voterlist.tables import is_known

ENTRIES = pa.schema(
    [
        pa.field("entry_id", pa.string(), nullable=False),
        pa.field("constituency", pa.int32(), nullable=False),
        pa.field("precinct", pa.int32(), nullable=False),
        pa.field("list_kind", pa.string(), nullable=False),
        *(pa.field(name, pa.string()) for name in ("number", *COMPARED)),
    ],
)
"""Invented entries: text as written, in the order of the lists."""

DEATHS = pa.schema(
    [
        pa.field("death_id", pa.string(), nullable=False),
        *(pa.field(name, pa.string()) for name in COMPARED),
        pa.field("death_date", pa.string(), nullable=False),
        pa.field("constituency", pa.int32(), nullable=False),
    ],
)
"""The register of deaths: text as written."""


@frozen
class _Rows:
    """What is typed: one element an entry.

    Attributes:
        people: whose they are, with the surname under which they are listed.
        person: number of the person; identifiers are made of it.
        style: script and capitals of the list, as ``style`` numbers them.
        date_form: place of the list's form of dates in ``DATE_FORMS``.
    """

    people: People
    person: AnyArray
    style: AnyArray
    date_form: AnyArray


@frozen
class _Pen:
    """Draws who is hit by which slip, and remembers it.

    Attributes:
        rng: each draw moves it on, so the order of the draws is part of the result.
        rates: how often each slip happens.
        done: int64, bits of ``Done``, one element an entry; set in place.
    """

    rng: Generator
    rates: Rates
    done: AnyArray

    def hit(self, share: float) -> AnyArray:
        """Bool: this share of the entries, by chance."""
        return self.rng.random(len(self.done)) < share

    def slip(self, what: Done, among: AnyArray | None = None) -> AnyArray:
        """Bool: who is hit by this slip, among all or among these; the bit is set for them.

        The share stands in the rates under the name of the slip, in small letters.
        """
        name = str(what.name).lower()
        hit = self.hit(getattr(self.rates, name))
        if among is not None:
            hit &= among
        self.done[hit] |= np.int64(int(what))
        return hit

    def mistype(self, texts: pa.Array, what: Done) -> pa.Array:
        """The texts, some with a slip of the keyboard."""
        return self.rewrite(texts, self.slip(what), slips.mistype)

    def rewrite(
        self,
        texts: pa.Array,
        hit: AnyArray,
        rewrite: Callable[[Generator, pa.Array], pa.Array],
    ) -> pa.Array:
        """The texts, those that are hit and not null passed through ``rewrite``."""
        hit = hit & is_known(texts)
        rows = np.flatnonzero(hit)
        if not len(rows):
            return texts
        rewritten = rewrite(self.rng, texts.take(rows))
        return pc.replace_with_mask(texts, hit, rewritten)


def _blank(texts: pa.Array, hit: AnyArray) -> pa.Array:
    """The texts, null where hit."""
    return pc.if_else(hit, pa.scalar(None, pa.string()), texts)


def _surnames(pen: _Pen, plan: Plan, rows: _Rows) -> pa.Array:
    """The surnames as typed, null where the clerk left them out.

    The spellings are indexed by style, stem, family of endings and sex.
    """
    stem = rows.style * len(plan.names.stems) + rows.people.stem
    form = stem * 3 + rows.people.form
    index = form * 2 + rows.people.female
    texts = pen.mistype(spellings().surname.take(index), Done.TYPING_SURNAME)
    return _blank(texts, pen.slip(Done.SURNAME_MISSING))


def _given_names(pen: _Pen, plan: Plan, rows: _Rows) -> pa.Array:
    """The given names as typed, null where the clerk left them out.

    The spellings are indexed by style and name.
    """
    index = rows.style * len(plan.names.given) + rows.people.given
    texts = pen.mistype(spellings().given.take(index), Done.TYPING_GIVEN_NAME)
    # Never both names missing: a row without any name is a fault of the file, not of the person.
    has_surname = pen.done & int(Done.SURNAME_MISSING) == 0
    return _blank(texts, pen.slip(Done.GIVEN_NAME_MISSING, has_surname))


def _patronymics(pen: _Pen, plan: Plan, rows: _Rows, particle: AnyArray) -> pa.Array:
    """The patronymics as typed, null where the clerk left them out.

    The spellings are indexed by style, particle, sex and the father's name. ``particle`` is that of
    the list: 0 oğlu/qızı, 1 none, 2 -oviç/-ovna.
    """
    ending = rows.style * 3 + particle
    ending_of_sex = ending * 2 + rows.people.female
    index = ending_of_sex * plan.names.men + rows.people.father
    texts = pen.mistype(spellings().patronymic.take(index), Done.TYPING_PATRONYMIC)
    return _blank(texts, pen.slip(Done.PATRONYMIC_MISSING))


def _calendar(days: AnyArray) -> tuple[AnyArray, AnyArray, AnyArray]:
    """Year, month and day (from 1) of days since 1970-01-01."""
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    months_since_1970 = months.astype(np.int64)
    year = 1970 + months_since_1970 // 12
    month = months_since_1970 % 12 + 1
    first_of_month = months.astype("datetime64[D]")
    day = (dates - first_of_month).astype(np.int64) + 1
    return year, month, day


def _digit_off(
    rng: Generator, year: AnyArray, day: AnyArray
) -> tuple[AnyArray, AnyArray]:
    """A date with one digit off.

    In two of three in the year (once in a hundred the century's), else in the day.
    """
    kind = rng.random(len(year))
    step = np.where(rng.random(len(year)) < 0.5, 1, -1)

    other_decade = np.where(kind < 0.65, year + 10 * step, year)
    year = np.where(kind < 0.45, year + step, other_decade)
    century = (kind > 0.99) & (year < 2000)
    year = np.where(century, 1890 + year % 10, year)

    stepped = day + step
    other_day = np.where(stepped < 1, day + 1, np.minimum(stepped, 28))
    in_day = (kind >= 0.65) & (kind <= 0.99)
    day = np.where(in_day, other_day, day)
    return year, day


def _birth_dates(pen: _Pen, rows: _Rows) -> pa.Array:
    """The birth dates as typed, null where the clerk left them out.

    First day and month are swapped, then a digit is mistaken, then the date is made impossible,
    then cut to its year: one entry may have several of these slips. A list that writes years alone
    has the last only.
    """
    year, month, day = _calendar(rows.people.born)
    full = rows.date_form != DATE_FORMS.index("year")

    can_swap = full & (day <= 12) & (day != month)
    swapped = pen.slip(Done.DAY_MONTH_SWAPPED, can_swap)
    month, day = np.where(swapped, day, month), np.where(swapped, month, day)

    off = pen.slip(Done.BIRTH_DIGIT, full)
    new_year, new_day = _digit_off(pen.rng, year, day)
    year = np.where(off, new_year, year)
    day = np.where(off, new_day, day)

    # 31 February.
    impossible = pen.slip(Done.BIRTH_IMPOSSIBLE, full)
    month = np.where(impossible, 2, month)
    day = np.where(impossible, 31, day)

    year_only = pen.slip(Done.BIRTH_YEAR_ONLY, full)
    form = np.where(year_only, DATE_FORMS.index("year"), rows.date_form)
    texts = spellings().date.take(_date_index(form, year, month, day))
    missing = pen.slip(Done.BIRTH_MISSING)
    return _blank(texts, missing)


def _date_index(
    form: AnyArray, year: AnyArray, month: AnyArray, day: AnyArray
) -> AnyArray:
    """The place of each date among the spellings of dates."""
    year_place = np.clip(year - FIRST_YEAR, 0, YEARS - 1)
    in_years = form * YEARS + year_place
    in_months = in_years * 12 + month - 1
    index: AnyArray = in_months * 31 + day - 1
    return index


def _sexes(pen: _Pen, rows: _Rows, sex_form: AnyArray, has_sex: AnyArray) -> pa.Array:
    """The sexes as typed; null where they are missing or the list has no such column.

    The spellings are indexed by style, form and the sex written.

    Args:
        pen: draws the slips.
        rows: the entries.
        sex_form: 0 where the list writes a word, 1 where it writes a letter.
        has_sex: bool, whether the list has the column.
    """
    wrong = pen.slip(Done.SEX_WRONG, has_sex)
    written_female = rows.people.female ^ wrong
    form = rows.style * 2 + sex_form
    texts = spellings().sex.take(form * 2 + written_female)
    missing = pen.hit(pen.rates.sex_missing)
    return _blank(texts, missing | ~has_sex)


@cache
def _counts() -> pa.Array:
    """Whole numbers as text, from 0 to 4,095; after each, the same with A, B and C behind it."""
    texts = []
    for number in range(4096):
        texts += [f"{number}", f"{number}A", f"{number}B", f"{number}C"]
    return pa.array(texts, pa.string())


def _address_parts(
    plan: Plan, dwelling: AnyArray, way: AnyArray
) -> tuple[pa.Array, pa.Array, pa.Array, pa.Array]:
    """Place, street, house and flat of each dwelling, in its style; a flat is null without one.

    Args:
        plan: the nation.
        dwelling: number of the dwelling of each entry.
        way: style of each entry's list.
    """
    spelled = spellings()
    names = plan.names
    homes = plan.dwellings
    village = homes.village[dwelling].astype(np.int64)
    constituency = plan.precincts.constituency[homes.precinct[dwelling]]
    number = plan.numbers[constituency]
    # Behind the villages stand 126 towns: one of no constituency, and one of each.
    town = len(names.villages) + np.where(number <= 125, number, 0)
    place_name = np.where(village >= 0, village, town)
    places = way * (len(names.villages) + 126) + place_name
    streets = way * len(names.streets) + homes.street[dwelling]
    houses = homes.house[dwelling].astype(np.int64) * 4 + homes.letter[dwelling]
    flat = homes.flat[dwelling].astype(np.int64)

    place = spelled.place.take(places)
    street = spelled.street.take(streets)
    house = _counts().take(houses)
    flats = _blank(_counts().take(flat * 4), flat == 0)
    return place, street, house, flats


def _addresses(
    pen: _Pen, plan: Plan, rows: _Rows, dwelling: AnyArray, address_form: AnyArray
) -> pa.Array:
    """The addresses as typed, null where the clerk left them out.

    Args:
        pen: draws the slips.
        plan: the nation.
        rows: the entries.
        dwelling: number of the dwelling of each entry.
        address_form: 0 to 2, how its list writes the words for house and flat; 0 writes the town
            too.
    """
    spelled = spellings()
    place, street, house, flat = _address_parts(plan, dwelling, rows.style)
    words = rows.style * 3 + address_form
    flat_word = spelled.flat_word.take(words)
    known_flat = pc.binary_join_element_wise(flat_word, flat, "")
    flat_part = pc.fill_null(known_flat, "")

    # A town's name is left out of the addresses of its own lists by one form, a village's never.
    village = plan.dwellings.village[dwelling] >= 0
    place_written = village | (address_form == 0)
    place_known = pc.binary_length(place).to_numpy() > 0
    place_part = pc.binary_join_element_wise(place, ", ", "")
    front = pc.if_else(place_written & place_known, place_part, "")

    house_word = spelled.house_word.take(words)
    parts = (front, street, house_word, house, flat_part)
    texts = pc.binary_join_element_wise(*parts, "")
    texts = pen.mistype(texts, Done.TYPING_ADDRESS)
    return _blank(texts, pen.hit(pen.rates.address_missing))


def _documents(
    pen: _Pen, plan: Plan, rows: _Rows, version: AnyArray, has_document: AnyArray
) -> pa.Array:
    """The document numbers as typed; null where they are missing or the list has no such column.

    Args:
        pen: draws the slips.
        plan: the nation.
        rows: the entries.
        version: which of the person's documents, from 0.
        has_document: bool, whether the list has the column.
    """
    # The new card: everyone's second, and the first of a third of the people.
    new = (version > 0) | (rows.person % 3 == 0)
    texts = documents(rows.person, version, new, plan.seed)
    damaged = pen.slip(Done.DOCUMENT_DAMAGED, has_document)
    texts = pen.rewrite(texts, damaged, slips.damage_document)
    missing = pen.hit(pen.rates.document_missing)
    return _blank(texts, missing | ~has_document)


def _fins(
    pen: _Pen, plan: Plan, rows: _Rows, has_fin: AnyArray, written: pa.Array
) -> pa.Array:
    """The FINs as typed; null where they are missing or the list has no such column.

    Args:
        pen: draws the slips.
        plan: the nation.
        rows: the entries.
        has_fin: bool, whether the list has the column.
        written: the document numbers as typed; one may stand in the place of the FIN.
    """
    has_fin = has_fin & ~pen.hit(pen.rates.fin_missing)
    of_another = pen.slip(Done.FIN_OF_ANOTHER, has_fin)
    # Another's: that of the row above, as happens when a clerk slips a line.
    row_above = np.roll(rows.person, 1)
    person = np.where(of_another, row_above, rows.person)
    texts = fins(person, plan.seed)
    damaged = pen.slip(Done.FIN_DAMAGED, has_fin)
    texts = pen.rewrite(texts, damaged, slips.damage_fin)
    # One damaged FIN in ten is not a FIN at all: the document's number stands in its place.
    one_in_ten = pen.rng.random(len(damaged)) < 0.1
    in_its_place = damaged & one_in_ten & is_known(written)
    texts = pc.if_else(in_its_place, written, texts)
    return _blank(texts, ~has_fin)


def _list_order(plan: Plan, at: slice, rng: Generator) -> AnyArray:
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
    return np.lexsort(keys)


def _typed_bits(plan: Plan, precinct: AnyArray) -> AnyArray:
    """The bits of ``Done`` that say in which script, and whether in capitals, a list is typed."""
    script = plan.clerks.script[precinct].astype(np.int64)
    # The bits of the scripts stand in the order of the scripts; the first script has none.
    script_bit = int(Done.TYPED_ASCII) << np.maximum(script - 1, 0)
    bits = np.where(script > 0, script_bit, 0)
    capitals = plan.clerks.capitals[precinct]
    capitals_bit = np.where(capitals, int(Done.TYPED_CAPITALS), 0)
    return bits | capitals_bit


def _done_column(done: AnyArray) -> pa.Array:
    """What was done to each entry, in the words of the truth; null where nothing was."""
    distinct, index = np.unique(done, return_inverse=True)
    words = pa.array([done_words(int(bits)) for bits in distinct], pa.string())
    return words.take(index.ravel())


def render(plan: Plan, constituency: int) -> tuple[pa.Table, pa.Table]:
    """(ENTRIES, TRUTH) of one constituency, by its place in the plan: its lists in order."""
    at = slice(int(plan.starts[constituency]), int(plan.starts[constituency + 1]))
    rng = stream(plan.seed, "typing", int(plan.numbers[constituency]))
    order = _list_order(plan, at, rng) + at.start
    entries = plan.entries
    clerks = plan.clerks
    precinct = entries.precinct[order]
    person = entries.person[order]
    done = entries.done[order].astype(np.int64) | _typed_bits(plan, precinct)
    pen = _Pen(rng, plan.rates, done)
    script = clerks.script[precinct].astype(np.int64)
    way = style(script, clerks.capitals[precinct])
    people = replace(
        plan.people.take(person), stem=entries.stem[order], form=entries.form[order]
    )
    date_form = clerks.date_form[precinct].astype(np.int64)
    rows = _Rows(people, person, way, date_form)
    ids = number_with("e", np.arange(at.start + 1, at.stop + 1))
    columns = {
        "entry_id": ids,
        **_places(plan, precinct),
        **_type(pen, plan, rows, precinct, order),
    }
    if level := plan.rates.carelessness:
        own = stream(plan.seed, "carelessness", int(plan.numbers[constituency]))
        columns = slips.with_slips(own, level, columns, done, script, precinct)
    in_order = [columns[name] for name in ENTRIES.names]
    truth = [ids, number_with("p", person), _done_column(pen.done)]
    return (
        pa.Table.from_arrays(in_order, schema=ENTRIES),
        pa.Table.from_arrays(truth, schema=TRUTH),
    )


def _places(plan: Plan, precinct: AnyArray) -> dict[str, pa.Array]:
    """The columns that say on which list an entry stands, and where on it."""
    constituency = plan.precincts.constituency[precinct]
    # Precincts ascend.
    position = np.arange(len(precinct)) - np.searchsorted(precinct, precinct)
    temporary = pa.array(plan.precincts.temporary[precinct])
    return {
        "constituency": pa.array(plan.numbers[constituency]),
        "precinct": pa.array(plan.precincts.number[precinct]),
        "list_kind": pc.if_else(temporary, "temporary", "permanent"),
        "number": pa.array(position + 1, pa.int32()).cast(pa.string()),
    }


def _type(
    pen: _Pen, plan: Plan, rows: _Rows, precinct: AnyArray, order: AnyArray
) -> dict[str, pa.Array]:
    """The columns of an entry that are typed; each draws from the pen, in this order.

    Args:
        pen: draws the slips.
        plan: the nation.
        rows: the entries.
        precinct: precinct of each entry: its clerk decides on columns and forms.
        order: place of each entry in the plan.
    """
    clerks = plan.clerks
    particle = clerks.particle[precinct].astype(np.int64)
    sex_form = clerks.sex_form[precinct].astype(np.int64)
    address_form = clerks.address_form[precinct].astype(np.int64)
    version = plan.entries.document[order]
    dwelling = plan.entries.dwelling[order]
    written = _documents(pen, plan, rows, version, clerks.has_document[precinct])
    return {
        "document": written,
        "surname": _surnames(pen, plan, rows),
        "given_name": _given_names(pen, plan, rows),
        "patronymic": _patronymics(pen, plan, rows, particle),
        "birth_date": _birth_dates(pen, rows),
        "sex": _sexes(pen, rows, sex_form, clerks.has_sex[precinct]),
        "address": _addresses(pen, plan, rows, dwelling, address_form),
        "fin": _fins(pen, plan, rows, clerks.has_fin[precinct], written),
    }


_OFFICE_SCRIPTS = (0, 0, 0, 0, 0, 0, 0, 1, 1, SCRIPTS.index("russian"))
"""The scripts in which an office types, each as often as its share in tenths."""


def _register_rows(plan: Plan, rng: Generator) -> _Rows:
    """The dead as one office types them.

    In Azerbaijani Latin, two in ten without its letters, one in Russian.
    """
    dead = plan.dead
    count = len(dead.people)
    script = rng.choice(_OFFICE_SCRIPTS, count).astype(np.int64)
    way = style(script, np.zeros(count, bool))
    date_form = np.full(count, DATE_FORMS.index("iso"))
    # Who is on no list has a number behind all persons, and so a FIN and a document of their own.
    unlisted = len(plan.people) + np.arange(count)
    person = np.where(dead.person >= 0, dead.person, unlisted)
    return _Rows(dead.people, person, way, date_form)


def _last_addresses(pen: _Pen, plan: Plan, rows: _Rows) -> pa.Array:
    """The address of the dead who are still listed; null for the others."""
    dead = plan.dead
    if not len(plan.people):
        return pa.nulls(len(dead.people), pa.string())
    household = plan.people.household[dead.person]
    homes = np.where(dead.person >= 0, household, 0)
    first_form = np.zeros(len(homes), np.int64)
    address = _addresses(pen, plan, rows, homes, first_form)
    return _blank(address, dead.person < 0)


def render_deaths(plan: Plan) -> pa.Table:
    """The register of deaths (``DEATHS``).

    Part of it lacks what is needed to recognise a person.
    """
    dead = plan.dead
    count = len(dead.people)
    rng = stream(plan.seed, "register")
    pen = _Pen(rng, plan.rates, np.zeros(count, np.int64))
    rows = _register_rows(plan, rng)
    weak = pen.hit(pen.rates.death_unusable)
    lacks = rng.integers(0, 4, count)
    plain = np.zeros(count, np.int64)
    every = np.ones(count, bool)
    has_document = (rng.random(count) < 0.8) & ~weak
    written = _documents(pen, plan, rows, plain, has_document)
    # Each column draws from the pen, so their order is part of the result.
    address = _last_addresses(pen, plan, rows)
    surname = _surnames(pen, plan, rows)
    given_name = _given_names(pen, plan, rows)
    patronymic = _patronymics(pen, plan, rows, plain)
    birth_date = _birth_dates(pen, rows)
    sex = _sexes(pen, rows, plain, every)
    has_fin = (rng.random(count) < 0.85) & ~weak
    died = pa.array(dead.died, pa.int32()).cast(pa.date32())
    columns = {
        "death_id": number_with("d", np.arange(1, count + 1), 6),
        "address": _blank(address, weak),
        "surname": surname,
        "given_name": _blank(given_name, weak & (lacks == 0)),
        "patronymic": _blank(patronymic, weak & (lacks >= 2)),
        "birth_date": _blank(birth_date, weak & (lacks <= 2)),
        "sex": sex,
        "document": written,
        "fin": _fins(pen, plan, rows, has_fin, written),
        "death_date": died.cast(pa.string()),
        "constituency": pa.array(plan.numbers[dead.constituency]),
    }
    in_order = [columns[name] for name in DEATHS.names]
    return pa.Table.from_arrays(in_order, schema=DEATHS)
