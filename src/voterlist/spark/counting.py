"""How often the whole list has each value, counted by all tasks together.

Each part asks about its distinct values: of a name it tells how many of its entries have it. What
is asked about one value comes to one task, whichever part asks; that adds up and answers. So no
table of all names goes to every task, however many names there are; only which of the rare ones may
be slips, 16 bytes each, which the driver tells by the counts of all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.arrays import (
    AnyArray,
    Codes,
    Hashes,
    Longs,
    first_rows,
)
from voterlist.facts import BIRTH_YEARS
from voterlist.link.encode import (
    ADDED,
    COHORT,
    NAMES_COUNTED,
    RARE_WORD,
    RARE_WORD_SHARE,
    EncodedColumn,
    Whole,
    count_names,
    counted_parts,
    date_codes,
    deal,
    of_homes,
    seen_again,
    word_starts,
)
from voterlist.link.keys import USUAL, most_of_part, parts_of_line
from voterlist.link.part import (
    ENTRIES,
    IDENTIFIERS,
    Tables,
    coded_words,
    place_codes,
    texts_of,
    values_table,
    villages,
    with_usual,
)
from voterlist.link.priors import marks_of
from voterlist.link.short_names import names_with_forms
from voterlist.link.spellings import slips_of_surnames, usual_spellings
from voterlist.model import Profile
from voterlist.spark.exchange import Parcel, of_kind

Repeats = Mapping[str, Longs]
"""For each column the rows whose value another entry of the same person has before them."""


def once(codes: AnyArray, name: str, repeats: Repeats) -> AnyArray:
    """The codes with -1 where the value is not counted again."""
    if not len(repeats.get(name, ())):
        return codes
    once = codes.copy()
    once[repeats[name]] = -1
    return once


def summary(tables: Tables, repeats: Repeats | None = None) -> Tables:
    """What a part has of years, dates and sexes, and what it has at all."""
    repeats = repeats or {}
    entries = tables[ENTRIES]
    year, month, day, sex = (
        entries.column(name).to_numpy() for name in ("year", "month", "day", "sex")
    )
    partial = (year > 0) & ((month * day == 0) | (month * day == 1))
    doubtful = entries.column("doubtful").to_numpy()
    # Decades are counted from 1, so that an unknown one, and not a repeated one, has a number.
    numbers = {
        "years": year,
        "decades": np.where(year > 0, year // COHORT + 1, 0),
        "days": month * 31 + day,
        "dates": date_codes(0, year, month, day),
        "sexes": sex,
        "person": np.ones(len(entries), np.int32),
        "incomplete": np.where(year > 0, partial, -1),
        "has_streets": np.minimum(entries.column("street").to_numpy(), 1),
        "has_addresses": np.minimum(entries.column("address").to_numpy(), 1),
    }
    return {
        **{name: _count(once(codes, name, repeats)) for name, codes in numbers.items()},
        "doubtful": pa.table({"value": np.unique(doubtful[doubtful >= 0])}),
    }


def _count(codes: AnyArray) -> pa.Table:
    counts = np.bincount(codes[codes >= 0])
    values = np.flatnonzero(counts)
    return pa.table({"value": values, "count": counts[values]})


def whole_of(
    summaries: Iterable[Tables], size: int, profile: Profile, added: tuple[str, ...]
) -> Whole:
    """What is known of the whole list by the summaries of its parts."""
    parts = list(summaries)

    def every(name: str) -> Longs:
        table = pa.concat_tables([part[name] for part in parts])
        values, counts = (column.to_numpy() for column in table.columns)
        return np.bincount(values, counts, minlength=2).astype(np.int64)

    years, decades, incomplete = map(every, ("years", "decades", "incomplete"))
    people = int(every("person")[1])
    occurs = decades[1:] > 0
    known = np.flatnonzero(years[1:]) + 1
    first_year = int(known.min(initial=BIRTH_YEARS.start))
    doubtful = pa.concat_tables([part["doubtful"] for part in parts]).column("value")
    return Whole(
        size=size,
        people=people,
        profile=profile,
        years=years,
        days=every("days"),
        first_year=first_year,
        dates=every("dates")[first_year * 12 * 31 :],
        decades=occurs,
        cohort_sizes=np.append(decades[1:][occurs], decades[0]),
        sizes=np.append(every("sexes"), people),
        incomplete_dates=(int(incomplete[1]), int(incomplete.sum())),
        has_streets=bool(every("has_streets").any()),
        has_addresses=bool(every("has_addresses").any()),
        doubtful=np.unique(doubtful),
        added=added,
    )


_WORD, _LINE_PART = "word:", "line-part:"
_STEM = "stem"
"""The stem of a surname, where that is first found."""


def ask(
    tables: Tables, whole: Whole, start: int, repeats: Repeats | None = None
) -> Tables:
    """What a part, whose first entry stands at ``start``, asks about its values."""
    repeats = repeats or {}
    entries = tables[ENTRIES]
    year, sex = (entries.column(name).to_numpy() for name in ("year", "sex"))
    cohort = whole.cohort(year)
    asked = {}
    for name in texts_of(tables):
        codes, values = entries.column(name).to_numpy(), tables[name].column("value")
        single = once(codes, name, repeats)
        counts = np.bincount(single[single >= 0], minlength=len(values)).astype(
            np.int64
        )
        column = EncodedColumn(single, values.combine_chunks(), counts)
        groups = None
        if name in NAMES_COUNTED:
            groups = count_names(name, column, sex, cohort, whole.cohorts)
        first = first_rows(codes, len(values))
        asked[name] = values_table(values, counts, first + start, groups)
        if name == "surname":
            stems = entries.column("stem").to_numpy()[first] if len(values) else first
            words = tables["stem"].column("value").combine_chunks()
            of_first = words.take(pa.array(stems, mask=stems < 0))
            asked[name] = asked[name].append_column(_STEM, of_first)
    for name in IDENTIFIERS:
        codes = entries.column(f"{name}_hash").to_numpy()
        distinct, times = np.unique(codes[codes >= 0], return_counts=True)
        asked[name] = values_table(pa.array(distinct), times, np.zeros_like(times))
    if whole.has_lines:
        asked[_WORD] = _parts_asked(
            [word_starts(line) for line in _lines(tables)], tables
        )
    return asked


def _lines(tables: Tables) -> list[str]:
    lines: list[str] = tables["address"].column("value").to_pylist()
    return lines


def _line_times(tables: Tables) -> list[int]:
    """How many entries of the part have each address line."""
    codes = tables[ENTRIES].column("address").to_numpy()
    times: list[int] = np.bincount(
        codes[codes >= 0], minlength=len(tables["address"])
    ).tolist()
    return times


def _parts_asked(lines: list[list[str]], tables: Tables) -> pa.Table:
    counts = counted_parts(lines, _line_times(tables))
    ordered = sorted(counts)
    times = np.array([counts[part] for part in ordered], np.int64)
    values = pa.array(ordered, pa.string())
    return values_table(values, times, np.zeros_like(times))


def ask_lines(tables: Tables) -> Tables:
    """What a part asks about the parts of its address lines, once its words are counted."""
    words = _counts_of(tables[_WORD])
    parts = [parts_of_line(word_starts(line), words) for line in _lines(tables)]
    return {_LINE_PART: _parts_asked(parts, tables)}


def _counts_of(table: pa.Table) -> dict[Any, int]:
    columns = (table.column(name).to_pylist() for name in ("value", "count"))
    return dict(zip(*columns, strict=True))


def to_tasks(asked: Tables, tasks: int) -> Iterator[tuple[int, Tables]]:
    """What is asked of each task."""
    places = {name: _task_of(table, tasks) for name, table in asked.items()}
    for task in range(tasks):
        yield (
            task,
            {
                name: table.take(np.flatnonzero(places[name] == task))
                for name, table in asked.items()
            },
        )


def _task_of(table: pa.Table, tasks: int) -> Longs:
    """Which task counts each value."""
    values = table.column("value").combine_chunks()
    hashes: Hashes = (
        values.to_numpy().view(np.uint64)
        if pa.types.is_integer(values.type)
        else marks_of(values)
    )
    return (hashes % np.uint64(tasks)).astype(np.int64)


def answer(task: int, parcels: list[Parcel], profile: Profile) -> Iterator[Parcel]:
    """The answers of one task to all who asked it, and what it tells of its values."""
    asked = [parcel.tables for parcel in parcels]
    answers: list[dict[str, pa.Table]] = [{} for _ in parcels]
    told, stats = {}, []
    for name in asked[0]:
        counts = _added_up(pa.concat_tables([tables[name] for tables in asked]))
        values = counts.column("value").combine_chunks()
        if name == "surname":
            told["counts_surname"] = counts.select(["value", "count", _STEM])
            counts = counts.drop_columns([_STEM])
        for number, tables in enumerate(asked):
            place = pc.index_in(tables[name].column("value"), value_set=values)
            answers[number][name] = counts.drop_columns(["value"]).take(place)
        stats.append(_stats(name, counts.column("count").to_numpy()))
        if name == "given_name":
            known = pa.array(sorted(names_with_forms(profile)), pa.string())
            is_known = pc.is_in(values, value_set=known)
            told["forms"] = counts.select(["value", "count"]).filter(is_known)
        if name in USUAL.values():
            told[f"counts_{name}"] = counts.select(["value", "count"])
    for parcel, tables in zip(parcels, answers, strict=True):
        yield Parcel(parcel.sender, "answer", parcel.addressee, len(tables), tables)
    yield Parcel(
        task, "stats", task, len(stats), {"stats": pa.Table.from_pylist(stats), **told}
    )


def _added_up(asked: pa.Table) -> pa.Table:
    """One row for each distinct value."""
    others = [name for name in asked.column_names if name != "value"]
    how = [(name, {"first": "min", _STEM: "first"}.get(name, "sum")) for name in others]
    if _STEM in others:
        asked = asked.sort_by("first")
    added = asked.group_by("value", use_threads=False).aggregate(how)
    return added.rename_columns(["value", *others]).combine_chunks()


def _stats(name: str, counts: Longs) -> dict[str, object]:
    homes, lines = of_homes(counts)
    once, twice = int((counts == 1).sum()), int((counts == 2).sum())
    return {
        "name": name,
        "distinct": len(counts),
        "once": once,
        "twice": twice,
        "homes": homes,
        "lines": lines,
    }


def with_stats(whole: Whole, told: Sequence[Tables], *, by_person: bool) -> Whole:
    """The whole list, with what the tasks that counted tell of its values."""
    every = pa.concat_tables([tables["stats"] for tables in told])
    how = [(name, "sum") for name in every.column_names if name != "name"]
    stats = {
        row["name"]: row for row in every.group_by("name").aggregate(how).to_pylist()
    }
    forms = _counts_of(pa.concat_tables([tables["forms"] for tables in told]))
    added = [ADDED + name for name in whole.added]
    named = {*NAMES_COUNTED, "address", *added}
    pseudo = {
        name: seen_again(row["once_sum"], row["twice_sum"])
        for name, row in stats.items()
        if name in named
    }
    address = stats["address"]
    return replace(
        whole,
        values={
            name: (row["distinct_sum"], row["lines_sum"]) for name, row in stats.items()
        },
        pseudo_counts=pseudo if by_person else {},
        home_lines=whole.home_lines
        if by_person
        else (address["homes_sum"], address["lines_sum"]),
        forms=forms,
        slips={} if by_person else _slips(told),
    )


def _slips(told: Sequence[Tables]) -> dict[str, tuple[Longs, Longs]]:
    """The names that have another usual spelling, as ``Whole.slips`` holds them."""
    found: dict[str, tuple[Longs, Longs]] = {}
    words, counts, texts = {}, {}, {}
    for name in (*USUAL.values(), "surname"):
        table = pa.concat_tables([tables[f"counts_{name}"] for tables in told])
        texts[name] = table.column("value").combine_chunks()
        words[name] = np.array(texts[name].to_pylist(), object)
        counts[name] = table.column("count").to_numpy()
        if name == "surname":
            stem = pc.index_in(table.column(_STEM), value_set=texts["stem"]).to_numpy()
            of_all = words[name], counts[name], stem, counts["stem"]
            slips, stems = slips_of_surnames(*of_all)
            meant = with_usual(place_codes(texts["stem"], stems), *found["stem"])
        else:
            usual = usual_spellings(words[name], counts[name])
            slips = np.flatnonzero(usual != np.arange(len(usual)))
            meant = place_codes(texts[name], usual[slips])
        hashes = place_codes(texts[name], slips.astype(np.int32))
        order = np.argsort(hashes)
        found[name] = hashes[order], meant[order]
    return found


def count_part(
    tables: Tables, whole: Whole, start: int, answers: list[Parcel], tasks: int
) -> Tables:
    """The part with what the whole list counts of its values."""
    asked = ask(tables, whole, start)
    known = _gather(asked, answers, tasks)
    entries = tables[ENTRIES]
    columns = {name: entries.column(name) for name in entries.column_names}
    columns["position"] = np.arange(start, start + len(entries), dtype=np.int32)
    made: dict[str, pa.Table] = {}
    for name in texts_of(tables):
        made[name] = known[name].append_column("value", asked[name].column("value"))
    for name in IDENTIFIERS:
        columns[f"{name}_times"] = _times(
            asked[name], known[name], columns[f"{name}_hash"]
        )
    columns["village"] = villages(columns, whole.doubtful)
    if whole.has_lines:
        made[_WORD] = known[_WORD].append_column("value", asked[_WORD].column("value"))
    return {ENTRIES: pa.table(columns), **made}


def _gather(asked: Tables, answers: list[Parcel], tasks: int) -> dict[str, pa.Table]:
    """The answers, in the order of what was asked."""
    told = {parcel.sender: parcel.tables for parcel in of_kind(answers, "answer")}
    found = {}
    for name, table in asked.items():
        place = _task_of(table, tasks)
        rows = np.argsort(place, kind="stable")
        ordered = pa.concat_tables([told[task][name] for task in sorted(told)])
        back = np.empty(len(rows), np.int64)
        back[rows] = np.arange(len(rows))
        found[name] = ordered.take(back)
    return found


def _times(asked: pa.Table, known: pa.Table, codes: pa.ChunkedArray) -> Codes:
    """How many entries have the identifier of each entry; 0 where it has none."""
    values = asked.column("value").to_numpy()
    times = np.append(known.column("count").to_numpy(), 0)
    numbers = codes.to_numpy()
    place = np.where(numbers >= 0, np.searchsorted(values, numbers), len(values))
    return times[place].astype(np.int32)


def with_lines(
    tables: Tables, whole: Whole, answers: list[Parcel], tasks: int
) -> Tables:
    """The part with the rare words and the rare parts of its address lines."""
    words = _counts_of(tables[_WORD])
    starts = [word_starts(line) for line in _lines(tables)]
    most = max(RARE_WORD, whole.size // RARE_WORD_SHARE)
    asked = ask_lines(tables)
    known = _gather(asked, answers, tasks)[_LINE_PART]
    counts = _counts_of(known.append_column("value", asked[_LINE_PART].column("value")))
    parts = [parts_of_line(line, words) for line in starts]
    dealt = {
        "word": deal(starts, words, most),
        "line_part": deal(parts, counts, most_of_part(whole.size)),
    }
    entries = tables[ENTRIES]
    codes = entries.column("address").to_numpy()
    for name, columns in dealt.items():
        for number, column in enumerate(columns):
            values = coded_words(column)
            entries = entries.append_column(f"{name}_{number}", pa.array(values[codes]))
    return {ENTRIES: entries} | {
        name: table for name, table in tables.items() if name not in {ENTRIES, _WORD}
    }
