"""All that a workspace knows, ready for questions; what comes of one, and what was searched.

Who a question may be about are the entries that fit best, by the linkage's own comparison. The
words choose some hundreds of entries by how rare their values are. These are compared with each
reading of the question as two entries of a list are (``link.comparisons``), and weighed with the
model that the run learnt. ``score`` is the probability that the entry is the person asked for: the
model's own, for a question of which one answer is expected, or none (``_asked_model``). Who is not
on the list is thought as likely as who is, so a namesake is no proof.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from voterlist import strict_json, tables
from voterlist.arrays import Bools, Codes, Floats, Levels, Longs
from voterlist.casework.pages import numbers_table
from voterlist.counter.applications import PLACE, applications_of
from voterlist.counter.asking import (
    Asked,
    Person,
    Question,
    agreeing,
    understand,
    voters_of,
)
from voterlist.counter.index import (
    PLACES,
    STREET,
    Held,
    Index,
    index_of,
    packed_date,
)
from voterlist.decisions.given import Given
from voterlist.decisions.standing import last_answers
from voterlist.fields import BORN, MASKED, NAME_PARTS
from voterlist.link.comparisons import SHIPPED
from voterlist.link.comparisons.base import Pairs
from voterlist.link.comparisons.names import Looks, Nearness, may_be_near, nearness_of
from voterlist.link.comparisons.vectors import Vectors
from voterlist.link.encode import EncodedColumn
from voterlist.link.explain import read_model
from voterlist.link.part import (
    ENTRIES,
    IDENTIFIERS,
    TEXTS,
    Part,
    cut,
    encode_part,
    join_parts,
    part,
    place_codes,
    villages,
)
from voterlist.link.weigh import Model, bound_frequencies, score
from voterlist.model import Action, OnProgress, frozen
from voterlist.normalize.identifiers import FIN_SIGNS
from voterlist.normalize.name_parts import is_surname_like, particle_of
from voterlist.normalize.names import skeleton
from voterlist.pipeline.list_input import ListSource
from voterlist.report.values import mask
from voterlist.storage.ledger import Reader
from voterlist.tables import Row

MOST_COMPARED = 300
"""Entries that are compared with a question."""
_HALF = 0.5
"""The probability that whoever is asked for is on the list, before anything is known."""
_SLIPS = {
    Nearness.SAME: 0.0,
    Nearness.ONE_EDIT: 5.0,
    Nearness.TWO_EDITS: 8.0,
    Nearness.SIMILAR: 8.0,
    Nearness.SHORT_SIMILAR: 8.0,
}
"""Bits taken from a word that is only near a value: they choose whom to compare, rank nobody. An
initial chooses nobody: a list has few names of one letter, and all names with it are too many."""
_BEGINNING = 3.0
"""The same of a part of a name."""
_BEGUN, _OTHER_ORDER = 2.0, 1.0
"""Bits taken, where entries are ranked, from a part of a name, and from another order of words than
the usual one, if that begins with what ends as surnames do."""
_NEAR_DATE, _NEAR_NUMBER, _OF_HOUSE = 4.0, 5.0, 6.0
_HOUSE_ALONE = 3.0
"""Bits that rank who lives in a house of the number that was said without its street."""
_LEAST = 0.5
"""Bits of whatever is near at all."""
_MOST_OF_NOTHING = 20_000
"""Of more entries that are near, and that say no more than this, none is looked at for it."""
_BEHIND = 16.0
"""An entry so many bits behind the best is not compared."""
_COLUMNS = {
    "surname": ("surname", "surname_skeleton"),
    "stem": ("surname", "surname_stem"),
    "given_name": ("given_name", "given_skeleton"),
    "patronymic": ("patronymic", "patronymic_skeleton"),
}
"""Column of the index -> the field of a reading, the column of VOTER."""
_DIFFER = ("differs", "similar", "may-have-changed")
"""Levels of a name of which only a part may have been said."""

_SAID = ("same", "ending")
"""Levels of a name that is the one that was said."""


_Fit = tuple[int, float, Mapping[str, str]]
"""The place of an entry in the index, the probability that it is the person, and what each field
that was asked says: the word of its level; ``beginning`` of a part of a name."""


def _fits(index: Index, asked: Asked, model: Model, limit: int) -> list[_Fit]:
    """The entries that fit a question, the likeliest first."""
    if not index.whole.size or not asked.readings:
        return []
    voters = voters_of(asked.readings, index.whole.profile)
    for name in PLACES:
        voters = _with_places_of(index, voters, name)
    chosen, bits_of_words = _choose_entries(index, asked.readings, voters)
    if not len(chosen):
        return []
    compared = _part_of(index, chosen, voters)
    number = len(chosen)
    readings = np.arange(voters.num_rows, dtype=np.int32) + number
    people = np.arange(number, dtype=np.int32)
    left, right = np.repeat(readings, number), np.tile(people, len(readings))
    pairs = Pairs(compared, left, right)
    vectors = SHIPPED.compare(pairs)
    begun, bits = _beginnings(index, pairs, vectors)
    is_alone = compared.street.codes[left] < 0
    bits += _HOUSE_ALONE * (is_alone & pairs.same(compared.house.codes))
    vectors = bound_frequencies(pairs, vectors, SHIPPED, model.log_m)
    likely = score(vectors, _asked_model(model, index.whole.size, len(readings)))
    with np.errstate(divide="ignore"):
        odds = np.log2(likely.posterior[:, 0]) - np.log2(1 - likely.posterior[:, 0])
    odds = (odds + bits).reshape(-1, number)
    usual = asked.readings[0]
    if is_surname_like(usual.get("surname", "")):
        odds[[not _is_named_alike(usual, reading) for reading in asked.readings]] -= (
            _OTHER_ORDER
        )
    best = odds.argmax(axis=0)
    highest = odds.max(axis=0)
    # A name is the one that was said, or begins so.
    said = [_is_at(vectors, name, _SAID) for name in NAME_PARTS]
    says: Bools = np.logical_or.reduce([*begun.values(), *said])
    is_exact = says.reshape(-1, number)[best, people]
    # Of one name alone nobody is probable: people look for the name that they said.
    is_first = is_exact | any(
        sum(name in reading for name in NAME_PARTS) > 1 for reading in asked.readings
    )
    # What is not compared, as the village is not, tells those apart who fit alike.
    order = np.lexsort([chosen, -bits_of_words, -highest, ~is_first])[:limit]
    found: list[_Fit] = []
    for place in order.tolist():
        row = int(best[place]) * number + place
        # Nobody is asked for the sex: it follows from the names.
        levels = {
            field: SHIPPED[field].words[of[row]]
            for field, of in vectors.levels.items()
            if of[row] and field != "sex"
        }
        levels |= {field: "beginning" for field, of in begun.items() if of[row]}
        probability = float(1 / (1 + np.exp2(-odds[best[place], place])))
        found.append((int(chosen[place]), probability, levels))
    return found


def _is_named_alike(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """True for two readings with the same names."""
    return all(one.get(name) == other.get(name) for name in NAME_PARTS)


def _is_at(vectors: Vectors, field: str, words: Sequence[str]) -> Bools:
    """True for the pairs whose level of a field has one of these words."""
    of_field = enumerate(SHIPPED[field].words)
    codes = [code for code, word in of_field if word in words]
    return np.isin(vectors.levels[field], codes)


def _asked_model(model: Model, entries: int, readings: int) -> Model:
    """The model for a question: of a list's pairs with somebody new, one is that person, or none.

    The classes of relatives have as many partners of an entry as they have in the list. Each
    reading is one more chance of an unrelated entry to fit.
    """
    partners = model.log_size - np.log2(entries) + 1
    log_size = np.concatenate(
        [[np.log2(_HALF)], partners[1:-1], [np.log2(entries) + np.log2(readings)]]
    )
    return Model(model.log_m, log_size, {})


# --- Whom to compare


def _choose_entries(
    index: Index, readings: Sequence[Mapping[str, str]], voters: pa.Table
) -> tuple[Longs, Floats]:
    """(the positions of the entries that are compared, ascending; the bits of their words)."""
    sums = np.zeros(index.whole.size, np.float32)
    of_word = np.zeros(index.whole.size, np.float32)
    for hits in _hits(index, readings, voters):
        # What several columns say of one word counts once: only what is more is added.
        for entries, bits in hits:
            before = of_word[entries]
            more = np.maximum(bits - before, 0)
            sums[entries] += more
            of_word[entries] = before + more
        for entries, _ in hits:
            of_word[entries] = 0
    best = float(sums.max(initial=0))
    near = np.flatnonzero(sums > max(0.0, best - _BEHIND))
    if index.whole.size <= MOST_COMPARED:
        near = np.arange(index.whole.size)
    elif len(near) > MOST_COMPARED:
        order = np.argpartition(-sums[near], MOST_COMPARED)[:MOST_COMPARED]
        near = np.sort(near[order])
    return near, sums[near].astype(np.float64)


_Hit = tuple[Codes, np.float32]
"""(entries, the bits of each) by one column."""


def _hits(
    index: Index, readings: Sequence[Mapping[str, str]], voters: pa.Table
) -> Iterator[list[_Hit]]:
    """For each word of a question what the columns say of it."""
    for of_columns in _names_said(readings, voters).values():
        yield [
            hit
            for column, value in of_columns
            for hit in _near_names(index, index.held[column], value)
        ]
    numbers = [voters.column(name).to_pylist() for name in BORN]
    dates = sorted({row for row in zip(*numbers, strict=True) if row[0]}, key=str)
    yield [hit for date in dates for hit in _near_dates(index, *date)]
    for name in IDENTIFIERS:
        known = pc.unique(voters.column(name)).drop_null().to_pylist()
        yield [hit for number in known for hit in _near_numbers(index, name, number)]
    for name in PLACES:
        held = index.held[name]
        texts = pc.unique(voters.column(name)).drop_null()
        codes = pc.index_in(texts, value_set=held.values).drop_null().to_numpy()
        for code in codes:
            yield list(_rare(index, held, codes[codes == code], 0.0))
        if name == STREET:
            # Of a house whose street is not said all are asked for.
            of_street = held.entries_of(codes)
            known = (
                of_street if len(texts) else np.arange(index.whole.size, dtype=np.int32)
            )
            yield [_of_houses(index, known, voters.column("house"))]


def _names_said(
    readings: Sequence[Mapping[str, str]], voters: pa.Table
) -> dict[str, dict[tuple[str, str], None]]:
    """The words of names, each with the (column, value) that it may be."""
    words: dict[str, dict[tuple[str, str], None]] = {}
    for column, (field, made) in _COLUMNS.items():
        values = voters.column(made).to_pylist()
        for reading, value in zip(readings, values, strict=True):
            if value:
                words.setdefault(reading.get(field, ""), {})[column, value] = None
    return words


def _near_names(index: Index, held: Held, word: str) -> Iterator[_Hit]:
    """The entries with a name near a word; the rarer all such names are, the more bits."""
    codes, nearness = near_values(held, word)
    for level, taken in _SLIPS.items():
        yield from _rare(index, held, codes[nearness == level], taken)
    yield from _rare(index, held, held.may_begin(word), _BEGINNING)


def _rare(
    index: Index, held: Held, codes: Codes | Longs, taken: float
) -> Iterator[_Hit]:
    """The entries with these values; the fewer there are, the more bits."""
    many = int(held.counts[codes].sum())
    if not many:
        return
    bits = np.log2(index.whole.size / many) - taken
    if bits > _LEAST or many <= _MOST_OF_NOTHING:
        yield held.entries_of(codes), np.float32(max(bits, _LEAST))


def near_values(held: Held, word: str) -> tuple[Codes, Levels]:
    """The values near a word, and how near each is (``Nearness``)."""
    values = pa.array([word])
    one = EncodedColumn(np.zeros(1, np.int32), values, np.ones(1, np.int64))
    if held.looks is None or not len(held.values):
        return np.zeros(0, np.int32), np.zeros(0, np.uint8)
    codes = np.flatnonzero(may_be_near(Looks.of(one), held.looks)).astype(np.int32)
    near = held.values.take(codes)
    own = np.arange(len(codes) + 1, dtype=np.int32)
    column = EncodedColumn(
        own, pa.concat_arrays([values, near]), np.ones(len(own), np.int64)
    )
    nearness = nearness_of(column, np.zeros(len(codes), np.int32), own[1:])
    nearness[tables.mask_of(pc.equal(near, word))] = Nearness.SAME
    return codes, nearness


def _near_dates(
    index: Index, year: int, month: int | None, day: int | None
) -> Iterator[_Hit]:
    """The entries born on a day or near it, or in a year of which the day is not asked."""
    held = index.held["date"]
    numbers = held.values.to_numpy()
    years, months, days = numbers // 10_000, numbers // 100 % 100, numbers % 100
    of_year = years == year
    agreeing = of_year.astype(np.int8) + (months == month) + (days == day)
    same = agreeing == 3 if month and day else of_year
    near = agreeing == 2
    near |= numbers == packed_date(year, day or 0, month or 0)
    yield from _rare(index, held, np.flatnonzero(same), 0.0)
    yield from _rare(index, held, np.flatnonzero(near & ~same), _NEAR_DATE)
    yield from _rare(index, held, np.flatnonzero(of_year & ~same), _NEAR_DATE)


def _near_numbers(index: Index, name: str, number: str) -> Iterator[_Hit]:
    """The entries with a number, or with one that is a sign apart."""
    held = index.held[f"{name}_hash"]
    for texts, taken in (([number], 0.0), (_a_sign_apart(number), _NEAR_NUMBER)):
        hashes = place_codes(pa.array(texts), np.arange(len(texts), dtype=np.int32))
        yield from _rare(index, held, held.codes_of(hashes), taken)


def _a_sign_apart(number: str) -> list[str]:
    """The texts that one sign more, less or other, or two that changed places, make of a number."""
    cuts = [(number[:place], number[place:]) for place in range(len(number) + 1)]
    made = {a + b[1:] for a, b in cuts if b}
    made |= {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
    made |= {a + sign + b[1:] for a, b in cuts if b for sign in FIN_SIGNS}
    made |= {a + sign + b for a, b in cuts for sign in FIN_SIGNS}
    return sorted(made - {number})


def _of_houses(index: Index, entries: Codes, houses: pa.ChunkedArray) -> _Hit:
    """Those of these entries that have one of these numbers of a house."""
    numbers = pc.unique(houses).drop_null()
    wanted = place_codes(numbers, np.arange(len(numbers), dtype=np.int32))
    theirs = index.parts[ENTRIES].column("house").take(entries).to_numpy()
    return entries[np.isin(theirs, wanted)], np.float32(_OF_HOUSE)


def _with_places_of(index: Index, voters: pa.Table, name: str) -> pa.Table:
    """The readings with the nearest street, or settlement, of the list in place of an unknown."""

    def nearest(text: str) -> str:
        codes, nearness = near_values(index.held[name], text)
        for level in _SLIPS:
            near = codes[nearness == level]
            if len(near):
                usual = near[index.held[name].counts[near].argmax()]
                return str(index.held[name].values[int(usual)])
        return text

    return tables.with_column(
        voters, name, tables.map_unique(voters.column(name), nearest)
    )


# --- The comparison


def _part_of(index: Index, chosen: Longs, voters: pa.Table) -> Part:
    """The chosen entries, and behind them the readings, as a part of the list."""
    asked = dict(encode_part(voters, {}, index.whole.profile))
    rows = asked[ENTRIES]
    columns: dict[str, object] = dict(zip(rows.column_names, rows.columns, strict=True))
    columns["village"] = villages(columns, index.whole.doubtful)
    columns["position"] = np.arange(len(rows), dtype=np.int32) + index.whole.size
    columns |= {f"{name}_times": np.ones(len(rows), np.int32) for name in IDENTIFIERS}
    if index.whole.has_lines:
        columns["word_0"] = np.full(len(rows), -1, np.int64)
    asked[ENTRIES] = pa.table(columns)
    for name in TEXTS:
        asked[name] = _count_known(index.parts[name], asked[name].column("value"))
    own = cut(index.parts, chosen)
    names = own[ENTRIES].column_names
    asked[ENTRIES] = asked[ENTRIES].select(names).cast(own[ENTRIES].schema)
    whole = replace(index.whole, size=index.whole.size + len(rows))
    return part(join_parts([own, asked]), whole)


def _count_known(known: pa.Table, values: pa.ChunkedArray) -> pa.Table:
    """The rows of a table of values that these have there; of a new one nothing is counted."""
    few = values.combine_chunks()
    there = known.filter(pc.is_in(known.column("value"), value_set=few))
    rows = tables.row_of_each(few, there.column("value"))
    counted = {
        name: pc.fill_null(tables.take_column(there, name, rows), 0)
        for name in known.column_names
        if name != "value"
    }
    behind = pa.array(len(known) + np.arange(len(few)))
    first = pc.if_else(rows.is_valid(), counted["first"], behind)
    made = pa.table(counted | {"value": few, "first": first})
    return made.select(known.column_names)


def _beginnings(
    index: Index, pairs: Pairs, vectors: Vectors
) -> tuple[dict[str, Bools], Floats]:
    """(by field the pairs of which only a part of the name was said, the bits of these parts).

    Their levels are made *missing*: the part itself is the evidence, by how many entries have a
    name that begins so.
    """
    begun, bits = {}, np.zeros(len(pairs))
    for field in NAME_PARTS:
        names: EncodedColumn = getattr(pairs.entries, field)
        said, there = names.codes[pairs.left], names.codes[pairs.right]
        where = _is_at(vectors, field, _DIFFER) & (said >= 0) & (there >= 0)
        begun[field] = np.zeros(len(pairs), np.bool_)
        for code in np.unique(said[where]).tolist():
            word = names.values[code].as_py()
            held = index.held[field]
            codes = held.may_begin(word)
            longer = held.values.take(codes)
            begins = tables.mask_of(pc.is_in(names.values, value_set=longer))
            hits = where & (said == code) & begins[there]
            many = int(held.counts[codes].sum())
            begun[field] |= hits
            bits[hits] += np.log2(index.whole.size / max(many, 1)) - _BEGUN
        vectors.levels[field][begun[field]] = 0
    return begun, bits


FOUND, SEVERAL, NEAREST, NOBODY = "found", "several", "nearest", "nobody"
"""What comes of a look: one who is it; several of whom one probably is; nobody, with those who come
nearest; nobody at all."""
_PROBABLY = 0.5
_AGREE = frozenset(
    {"same", "ending", "year", "initial", "beginning", "near", "alike", "swapped"}
)
"""Levels by which an entry agrees with what was asked."""
_LEAST_BESIDE = 0.001
"""The least score that is told beside somebody who is certain."""
_MOST_ASIDE = 10
"""Rows set aside that are told."""


@frozen
class Hit:
    """An entry that may be the person asked for."""

    entry_id: str
    score: float
    """The probability that it is this person, 0 to 1; 1 where its case or its id was asked for."""
    is_certain: bool
    """Whether a linkage would take the two for one person."""
    row: Row
    """As ``Index.row``; FIN and document as they may be shown."""
    levels: Mapping[str, str]
    """What each field that was asked says: the word of its level."""


@frozen
class Found:
    """What came of a look."""

    answer: str
    hits: tuple[Hit, ...]
    """The likeliest first; under ``nearest`` they are only the nearest."""
    aside: tuple[Row, ...]
    """Rows that became no entry and hold all the words of the name: where they stand, and why."""
    added: tuple[Row, ...]
    """People who were added since the run and agree: rows of ENTRY, with the place."""
    asked: Asked
    searched: Mapping[str, Any]
    """``entries``, ``set_aside``, ``struck``, ``repeated``, ``moved``, ``added``: how many;
    ``run``, its ``day``, and ``unread``: the constituencies of which something could not be read.
    """

    @property
    def is_probable(self) -> bool:
        """True where somebody is, or one of several probably is, the person."""
        return self.answer in {FOUND, SEVERAL}


class Finder:
    """All that a workspace knows, ready for questions; whoever makes it holds the workspace."""

    def __init__(
        self, source: ListSource, ledger: Reader, progress: OnProgress
    ) -> None:
        """Open the index, and make it where the run has none yet.

        Raises:
            InputError: a table of a run is gone or damaged.
            OSError: the index cannot be written.
        """
        self.source = source
        self.index: Index = index_of(source, progress)
        self.ledger = ledger
        self._model = next(_models(source.runs.folders), None)
        self._searched = {
            **self.index.searched,
            "run": source.runs.run,
            "day": source.runs.run[:10],
        }

    def find(self, question: Question, limit: int) -> Found:
        """Who fits a question.

        Raises:
            UsageError: it is blank, or longer than any name.
        """
        settings = self.source.settings
        told = understand(question, settings.workspace.profile)
        certain = settings.link.duplicate_probability
        if told.case or told.entry_id or told.application:
            places = map(self.index.entry, self._named(told))
            known = [place for place in places if place is not None]
            found: list[_Fit] = [(place, 1.0, {}) for place in known[:limit]]
        else:
            found = _fits(self.index, told, self._model, limit) if self._model else []
        is_sure = bool(found) and found[0][1] >= certain
        hits = []
        for place, likely, levels in found:
            if likely >= _LEAST_BESIDE or not is_sure:
                row = self.shown(self.index.row(place))
                is_certain = likely >= certain
                hits.append(Hit(row["entry_id"], likely, is_certain, row, levels))
        aside = tuple(self._aside(told))
        added = tuple(self._added_since(told))
        return Found(_answer(hits), tuple(hits), aside, added, told, self._searched)

    def shown(self, row: Row) -> Row:
        """A row with what may be shown of FIN and document."""
        if not self.source.settings.privacy.mask_identifiers:
            return dict(row)
        masked = {name: mask(row[name]) for name in MASKED if row.get(name)}
        return {**row, **masked}

    def _named(self, told: Asked) -> list[str]:
        """The ids of the entries that a question names by a number."""
        if told.entry_id:
            return [told.entry_id]
        if told.application:
            known = applications_of(self.ledger.applications()).get(told.application)
            return [known.asked.entry_id] if known and known.asked.entry_id else []
        cases = self.source.runs.table("cases")
        numbers = numbers_table(self.source.runs, cases, self.ledger)
        own = numbers.filter(pc.equal(numbers.column("number"), told.case))
        case_ids = own.column("case_id").to_pylist()
        of_case = tables.rows_among(cases, "case_id", case_ids)
        ids: list[str] = of_case.column("entry_id").to_pylist()
        return ids

    def _added_since(self, told: Asked) -> Iterator[Row]:
        """Who was added since the run, and agrees with a reading of the question."""
        if not told.readings:
            return
        given = self.ledger.given_amendments(of_added=True)
        ids = sorted(given.column("entry_id").unique().to_pylist())
        new = [entry_id for entry_id in ids if self.index.entry(entry_id) is None]
        if not new:
            return
        said = last_answers(Given(amendments=tables.rows_among(given, "entry_id", new)))
        subjects = tables.rows_among(self.ledger.subjects(), "entry_id", new)
        people = [row | strict_json.loads(row["cells"]) for row in subjects.to_pylist()]
        for cells in agreeing(
            people, [Person(values=reading) for reading in told.readings]
        ):
            answers = said[cells["entry_id"]].values()
            stands = [row for row in answers if row["action"] == Action.ADD]
            if stands:
                place = {name: stands[-1][name] for name in PLACE}
                yield self.shown(cells | place)

    def _aside(self, told: Asked) -> list[Row]:
        """The rows set aside with all the words of the name."""
        reading: Mapping[str, str] = next(iter(told.readings), {})
        named = " ".join(reading.get(name, "") for name in NAME_PARTS)
        words = [word for word in named.split() if not particle_of(word)]
        rows = self.index.aside.slice(0, None if words else 0)
        for word in words:
            has_word = pc.match_substring(rows.column("words"), f" {skeleton(word)} ")
            rows = rows.filter(has_word)
        names = self.source.runs.names(self.source.settings)
        found = rows.slice(0, _MOST_ASIDE).drop_columns(["words"]).to_pylist()
        return [row | {"file": names.of(row["source"], row["copy"])} for row in found]


def _models(folders: Sequence[Path]) -> Iterator[Any]:
    """The models of the runs, that of the newest first."""
    for folder in folders:
        path = folder / "pairs.parquet"
        model = read_model(pq.read_schema(path).metadata) if path.exists() else None
        if model is not None:
            yield model


def _answer(hits: Sequence[Hit]) -> str:
    """What came of a look, by who fits; namesakes who agree in all that was asked are several."""
    if not hits:
        return NOBODY
    if any(hit.is_certain for hit in hits):
        return FOUND
    if any(hit.levels and _AGREE.issuperset(hit.levels.values()) for hit in hits):
        return SEVERAL
    odds = sum(hit.score / max(1 - hit.score, 1e-9) for hit in hits)
    return SEVERAL if odds / (1 + odds) >= _PROBABLY else NEAREST
