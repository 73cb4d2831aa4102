"""Voters as arrays: each name encoded once, so that every later step works on integers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist import schemas, tables
from voterlist.arrays import (
    Bools,
    Codes,
    Longs,
    Signs,
    Words,
    first_rows,
    pack_known,
)
from voterlist.facts import BIRTH_YEARS
from voterlist.link.identifiers import Identifiers, identifiers
from voterlist.link.short_names import (
    ShortNames,
    codes_by,
    full_names_of,
    heard_key,
    printed_key,
    short_names,
    sound_key,
)
from voterlist.link.spellings import slips_of_surnames, usual_spellings
from voterlist.model import ListKind, Profile
from voterlist.persons.chance import told_sex
from voterlist.processes.threads import each
from voterlist.schemas import STREET_OR_VILLAGE

_NAMES = (
    *("surname_skeleton", "surname_stem"),
    *("given_skeleton", "patronymic_skeleton"),
)
_COLUMNS = 8
_FIRST_BEYOND_ASCII = 128
DOCUMENT_START = 5
"""Letters of the beginning of a document."""
COHORT = 10
"""Years of birth over which a given name is taken to be equally common."""
WORD_START = 5
"""Letters of a word that are looked at: most slips, and words run together, come later."""
RARE_WORD, RARE_WORD_SHARE = 20, 400
"""A word of an address is rare where at most 20 entries have it, or one in 400 of a longer list."""

_MOST_IN_A_HOME = 10
"""A line that more entries have is a town or a street and no home."""

COMPARED = (
    *(
        "entry_id",
        "constituency",
        "precinct",
        "list_kind",
        "surname_skeleton",
        "surname_stem",
        "given_skeleton",
    ),
    *(
        "patronymic_skeleton",
        "birth_year",
        "birth_month",
        "birth_day",
        "sex",
        "patronymic_sex",
        "given_sex",
    ),
    *("address", "settlement", "street", "house", "flat", "fin", "document"),
)
"""The columns of VOTER that the linkage reads."""
LINKED = tables.with_encoded_text(
    pa.schema([schemas.VOTER.field(name) for name in COMPARED]),
    apart=("fin", "document"),
)
"""The same, dictionary-encoded, but for identifiers: nearly every entry has its own."""

ADDED = "added:"
"""Stands before the name of an added comparison where it is a field of a blocking key."""

_OF_SURNAMES = ("surname", "stem")
NAMES_COUNTED = (*_OF_SURNAMES, "given_name", "patronymic")
"""The columns of which is counted who has a name: surnames follow the sex, and given names and
patronymics, which are those of fathers, have fashions."""

ADDRESS_WORDS = tuple(f"address_word_{number}" for number in range(_COLUMNS))
"""The names of the columns of rare words, as fields of a blocking key."""


@dataclass(frozen=True, eq=False)
class EncodedColumn:
    """One dictionary-encoded column of text: one code per entry, the distinct values, their counts.

    Codes are given in the order in which values appear, which is that of the entry ids, whatever
    the rows' order was.
    """

    codes: Codes
    values: pa.Array
    counts: Longs
    pseudo_count: float = 1.0
    """What is added to the count of each value, of how many people nobody else has it."""
    in_list: tuple[int, int] | None = None
    """How many distinct values the list has, and how many entries have one, where these are those
    of a part of it."""

    @property
    def distinct(self) -> int:
        """How many distinct values the list has."""
        return len(self.values) if self.in_list is None else self.in_list[0]

    @property
    def known(self) -> int:
        """How many entries of the list have a value."""
        return int(self.counts.sum()) if self.in_list is None else self.in_list[1]

    def words(self, of: Codes | None = None) -> Words:
        """The distinct values, all or those of these codes, as Python strings.

        rapidfuzz is fastest on these.
        """
        if of is None:
            return self._every_word
        return np.array(self.values.take(of).to_pylist(), dtype=object)

    @cached_property
    def _every_word(self) -> Words:
        return np.array(self.values.to_pylist(), dtype=object)

    @cached_property
    def words_with_q_for_k(self) -> Words:
        """The distinct values with ``q`` for each ``k``, as two names are held side by side.

        One letter of the alphabets is either. Which of them a known name has is known (``akif``); a
        misspelt one always has ``q`` (``aqf``), and is one edit away, not two.
        """
        return np.array(
            pc.replace_substring(self.values, "k", "q").to_pylist(), dtype=object
        )

    @cached_property
    def lengths(self) -> Codes:
        """How many letters each distinct value has."""
        return np.asarray(
            pc.utf8_length(self.values).to_numpy(zero_copy_only=False), np.int32
        )

    @cached_property
    def letters(self) -> Signs:
        """Which letters each distinct value has, as bits; no bits where some are not of ASCII.

        Letters may share a bit, as ``k`` and ``q`` do. Values are not empty.
        """
        _, starts, content = self.values.buffers()
        many = len(self.values)
        offsets = np.frombuffer(starts, np.int32, many + 1, self.values.offset * 4)
        signs = np.frombuffer(content, np.uint8, offsets[-1])
        if not many or signs.max() >= _FIRST_BEYOND_ASCII:
            return np.zeros(many, np.uint32)
        signs = np.where(signs == ord("k"), np.uint8(ord("q")), signs)
        bits = np.uint32(1) << (signs & np.uint8(31)).astype(np.uint32)
        return np.bitwise_or.reduceat(bits, offsets[:-1])

    @cached_property
    def printed(self) -> Codes:
        """One code per distinct value, the same where a machine may read one as the other."""
        return codes_by(printed_key, self._every_word)

    @cached_property
    def heard(self) -> Codes:
        """The same where two may be one name brought from another alphabet."""
        return codes_by(heard_key, self._every_word)

    @cached_property
    def initials(self) -> Codes:
        """The code point of the first letter of each distinct value, ``k`` as ``q``."""
        return np.array([ord(word[0]) for word in self.words_with_q_for_k], np.int32)

    @property
    def is_empty(self) -> bool:
        """True where no entry has a value."""
        return len(self.values) == 0


@dataclass(frozen=True, eq=False, kw_only=True)
class Whole:
    """What comparisons ask of the whole list; small, whatever the list."""

    size: int
    people: int
    profile: Profile
    years: Longs
    """How many people are born in each year, those of no known year in the year 0."""
    days: Longs
    """How many are born on each day of a year of months of 31 days."""
    first_year: int
    dates: Longs
    """How many are born on each day from the first year on."""
    decades: Bools
    """Which tens of years of birth occur."""
    cohort_sizes: Longs
    sizes: Longs
    """How many people are male, female, and all."""
    incomplete_dates: tuple[int, int]
    has_streets: bool
    has_addresses: bool
    doubtful: Longs = field(default_factory=lambda: np.zeros(0, np.int64))
    """The hashes of the streets that may be villages, sorted."""
    values: dict[str, tuple[int, int]] = field(default_factory=dict)
    """How many distinct values each column has, and how many entries have one."""
    pseudo_counts: dict[str, float] = field(default_factory=dict)
    """For each column what is added to the count of each value."""
    home_lines: tuple[int, int] = (0, 0)
    forms: dict[str, int] = field(default_factory=dict)
    """How many entries have each given name that is, or has, a short form."""
    slips: dict[str, tuple[Longs, Longs]] = field(default_factory=dict)
    """For each column of names the hashes of those that have another usual spelling, ascending, and
    those of that spelling; of surnames those of its stem."""
    added: tuple[str, ...] = ()
    """The added comparisons."""

    @property
    def has_lines(self) -> bool:
        """Whether addresses are compared as lines."""
        return self.has_addresses and not self.has_streets

    @property
    def cohorts(self) -> int:
        """How many cohorts there are, and one more for no known year."""
        return int(self.decades.sum()) + 1

    def cohort(self, year: Codes) -> Codes:
        """The cohort of these years of birth."""
        numbers = np.append(np.cumsum(self.decades) - 1, self.decades.sum())
        decade = np.where(year > 0, year // COHORT, len(self.decades))
        return numbers[decade].astype(np.int32)


@dataclass(frozen=True, eq=False)
class Encoded:
    """A list as arrays, one position an entry, in the order of the entry ids."""

    size: int
    surname: EncodedColumn
    stem: EncodedColumn
    given_name: EncodedColumn
    patronymic: EncodedColumn
    fin: Identifiers
    document: Identifiers
    address: EncodedColumn
    street: EncodedColumn
    house: EncodedColumn
    flat: EncodedColumn
    year: Codes
    """0 where unknown."""
    month: Codes
    """0 where unknown."""
    day: Codes
    """0 where unknown."""
    sex: Codes
    """As ``told_sex``."""
    constituency: Codes
    precinct: Codes
    temporary: Bools
    """True where the entry stands on a temporary list."""
    address_words: tuple[Codes | Longs, ...]
    """For addresses that are not parsed: the rare words of the line, dealt into columns (see
    ``_rare_words``)."""
    village: EncodedColumn | None = None
    """The village of an address that names no street, and the one that a street may be
    (``STREET_OR_VILLAGE``), where the list has both; None where no street may be a village."""
    added: Mapping[str, EncodedColumn] = field(default_factory=dict)
    """The columns of added comparisons."""
    person: Codes | None = None
    """Which entries count as one person's, by the position of the first of them; None where each
    counts for itself."""
    profile: Profile = Profile.AZ
    """Whose names they are."""

    @cached_property
    def whole(self) -> Whole:
        """What the list counts, with room for dates that nobody on it has."""
        known = self.year[self.year > 0]
        last = int(known.max(initial=BIRTH_YEARS.stop))
        # A year with a slip in it (1060) is far from the others: only decades that occur count.
        decades = np.zeros(last // COHORT + 1, np.bool_)
        decades[known // COHORT] = True
        people = self.size if self.person is None else len(np.unique(self.person))
        lines = self.address.codes
        whole = Whole(
            size=self.size,
            people=people,
            profile=self.profile,
            years=self._times(self.year, last + 1),
            days=self._times(self.day_of_year, 13 * 32),
            first_year=self.first_year,
            dates=self._times(self.date_code, (last + 1 - self.first_year) * 12 * 31),
            decades=decades,
            cohort_sizes=np.zeros(0, np.int64),
            sizes=np.append(self._times(self.sex, 2), people),
            incomplete_dates=(
                int(self.partial_date[self.year > 0].sum()),
                len(known),
            ),
            has_streets=not self.street.is_empty,
            has_addresses=not self.address.is_empty,
            home_lines=of_homes(np.bincount(lines[lines >= 0]).astype(np.int64)),
        )
        sizes = self._times(whole.cohort(self.year), whole.cohorts)
        return replace(whole, cohort_sizes=sizes)

    def once_a_person(self, codes: Codes) -> Codes:
        """The codes with -1 where another entry of the person before it has the same one."""
        if self.person is None:
            return codes
        number = pack_known(codes, self.person)
        distinct, first = np.unique(number, return_index=True)
        once = np.full(self.size, -1, np.int32)
        first = first[distinct >= 0]
        once[first] = codes[first]
        return once

    def codes_of(self, name: str) -> Codes | Longs:
        """The codes of a column as a field of blocking keys, below 0 where it is unknown.

        In a part of a list codes of keys are the same as in every other part.
        """
        if name.startswith(ADDED):
            return self.added[name.removeprefix(ADDED)].codes
        column: EncodedColumn | Identifiers | Codes = getattr(self, name)
        return column if isinstance(column, np.ndarray) else column.codes

    def coded(self, words: Sequence[str | None]) -> Codes | Longs:
        """The code of each of these words for keys, -1 for none, and -1 once more at the end."""
        return coded_parts(words)

    @property
    def document_starts(self) -> Longs:
        """The code of the first letters of each document."""
        return self.document.starts(DOCUMENT_START)

    @cached_property
    def short_given_names(self) -> ShortNames:
        """Which of the given names are short forms of which."""
        return short_names(self.given_name.words(), self.profile)

    @property
    def forms(self) -> Mapping[str, int]:
        """How many entries have each given name."""
        names = self.given_name
        return dict(zip(names.words(), names.counts.tolist(), strict=True))

    @cached_property
    def full_names(self) -> tuple[Codes | Longs, ...]:
        """For each column of full names the code of that of each entry; -1 without one."""
        columns = full_names_of(self.forms, self.profile)
        words, codes = self.given_name.words(), self.given_name.codes
        return tuple(
            self.coded([column.get(word) for word in words])[codes]
            for column in columns
        )

    def usual(self, name: str) -> Codes | Longs:
        """The code of the usual spelling of each entry's name, -1 where it has none.

        ``name``: ``stem``, ``given_name`` or ``patronymic``. Of a surname that is a slip of another
        one the stem is that of the other: a slip in the ending keeps its own from being found.
        """
        column: EncodedColumn = getattr(self, name)
        usual = np.append(usual_spellings(column.words(), column.counts), np.int32(-1))
        codes = usual[column.codes]
        if name != "stem" or self.profile is not Profile.AZ:
            return codes
        whole = self.surname
        stem = column.codes[first_rows(whole.codes, len(whole.values))]
        slips, meant = slips_of_surnames(
            whole.words(), whole.counts, stem, column.counts
        )
        of_slip = np.full(len(whole.values) + 1, -1, np.int32)
        of_slip[slips] = usual[meant]
        found = of_slip[whole.codes]
        return np.where(found >= 0, found, codes)

    @cached_property
    def given_name_sounds(self) -> Codes | None:
        """The code of the sound of each given name, -1 without; None where no name has one."""
        return self._sounds(self.given_name)

    @cached_property
    def stem_sounds(self) -> Codes | None:
        """The same for the stems of surnames."""
        return self._sounds(self.stem)

    def _sounds(self, names: EncodedColumn) -> Codes | None:
        # A skeleton of the profile az is the sound of the name already.
        if self.profile is Profile.AZ:
            return None
        return codes_by(sound_key, names.words())

    @cached_property
    def packed_date(self) -> Codes:
        """Year, month and day, each 0 where unknown, in one number: of nine bits the last two.

        To look one number up of an entry is quicker than three.
        """
        return (self.year << 9) | (self.month << 5) | self.day

    @cached_property
    def partial_date(self) -> Bools:
        """True where the birth date is not known in full, or is the first of January.

        The first of January often stands for a date of which only the year is known.
        """
        return np.asarray((self.month * self.day == 0) | (self.month * self.day == 1))

    def _times(self, codes: Codes, least: int) -> Longs:
        """How many people have each of these codes; for as many codes at least."""
        once = self.once_a_person(codes)
        return np.bincount(once[once >= 0], minlength=least).astype(np.int64)

    @cached_property
    def cohort(self) -> Codes:
        """The ten years in which each entry is born, numbered from 0 as they occur in the list.

        Entries whose year is unknown have the number after the last.
        """
        return self.whole.cohort(self.year)

    @cached_property
    def name_counts(self) -> Mapping[str, Longs]:
        """For each of ``NAMES_COUNTED`` how many people of each group have each name."""
        groups = self.sex, self.cohort, self.whole.cohorts
        return {
            name: count_names(name, self.once(getattr(self, name)), *groups)
            for name in NAMES_COUNTED
        }

    def once(self, coded: EncodedColumn) -> EncodedColumn:
        """The column with each value once a person, and so counted."""
        if self.person is None:
            return coded
        codes = self.once_a_person(coded.codes)
        counts = self._times(coded.codes, len(coded.values))
        return EncodedColumn(codes, coded.values, counts)

    @cached_property
    def joins(self) -> dict[tuple[str, ...], Codes | Longs]:
        """A cache of what several keys need: one code an entry for several fields together."""
        return {}

    @cached_property
    def first_year(self) -> int:
        """The year from which days are counted: nobody on the list is born before it."""
        known = self.year[self.year > 0]
        return int(known.min(initial=BIRTH_YEARS.start))

    @cached_property
    def date_code(self) -> Codes:
        """Days of a calendar of 31 days a month, from the first year of the list.

        -1 where a part is unknown.
        """
        return date_codes(self.first_year, self.year, self.month, self.day)

    @cached_property
    def day_of_year(self) -> Codes:
        """Days of a year of months of 31 days, from 32 on; 0 where month and day are unknown."""
        return np.asarray(self.month * 31 + self.day, np.int32)

    def by_person(self, person: Codes) -> Encoded:
        """The same list, in which values are counted by the people and not by the entries."""
        counted = replace(self, person=person)

        def recounted(coded: EncodedColumn) -> EncodedColumn:
            counts = counted.once(coded).counts
            once, twice = int((counts == 1).sum()), int((counts == 2).sum())
            pseudo = seen_again(once, twice)
            return EncodedColumn(coded.codes, coded.values, counts, pseudo)

        return replace(
            counted,
            surname=recounted(self.surname),
            stem=recounted(self.stem),
            given_name=recounted(self.given_name),
            patronymic=recounted(self.patronymic),
            address=recounted(self.address),
            added={name: recounted(coded) for name, coded in self.added.items()},
        )


def of_homes(counts: Longs) -> tuple[int, int]:
    """Of entries by how many have each address line: those with the line of a home, and all."""
    return int(counts[counts <= _MOST_IN_A_HOME].sum()), int(counts.sum())


def seen_again(once: int, twice: int) -> float:
    """How many others have a value that one person of the list has and nobody else, 0 to 1.

    As often as values that two have were seen with one of them left out (Good 1953); one person
    more is thought to share a value, so that a list of different values is no proof. ``once`` and
    ``twice`` are how many values one person has, and two.
    """
    return (2 * twice + 1) / (once + 2 * twice + 1)


def date_codes(first_year: int, year: Codes, month: Codes, day: Codes) -> Codes:
    """The days of these dates, counted from the first year; -1 where a part is unknown."""
    full = (year > 0) & (month > 0) & (day > 0)
    days = ((year - first_year) * 12 + month - 1) * 31 + day - 1
    return np.where(full, days, -1).astype(np.int32)


def count_names(
    name: str, column: EncodedColumn, sex: Codes, cohort: Codes, cohorts: int
) -> Longs:
    """How many entries of each group have each value of a column of names; (values, groups).

    The groups of surnames are the sexes, and all at the last place, which the code -1 of an unknown
    sex finds; those of given names and patronymics the cohorts.
    """
    is_surname = name in _OF_SURNAMES
    group, many = (sex, 2) if is_surname else (cohort, cohorts)
    known = (column.codes >= 0) & (group >= 0)
    numbers = column.codes[known] * np.int64(many) + group[known]
    counts = np.bincount(numbers, minlength=many * len(column.counts))
    counts = counts.reshape(-1, many)
    return np.column_stack([counts, column.counts]) if is_surname else counts


def encoded_column(column: pa.ChunkedArray) -> EncodedColumn:
    """One column of text, as it is written or dictionary-encoded, encoded."""
    array = tables.one_array(column)
    if pa.types.is_dictionary(array.type):
        array = tables.by_appearance(array)
    codes, distinct = tables.codes(array)
    counts = np.bincount(codes[codes >= 0], minlength=len(distinct)).astype(np.int64)
    return EncodedColumn(codes, distinct, counts)


def street_names(column: pa.ChunkedArray) -> tuple[pa.Array, pa.Array]:
    """(the street of each entry, those of them that may be villages, null elsewhere)."""
    written = encoded_column(column)
    in_doubt = pc.ends_with(written.values, STREET_OR_VILLAGE)
    names = pc.replace_substring_regex(written.values, f"{STREET_OR_VILLAGE}$", "")
    codes = pa.array(written.codes, mask=written.codes < 0)
    doubtful = pc.if_else(in_doubt, names, pa.scalar(None, pa.string()))
    return names.take(codes), doubtful.take(codes)


def _streets(voters: tables.Columns) -> tuple[EncodedColumn, EncodedColumn | None]:
    """(the streets, the villages): a street that may be a village is both."""
    written = encoded_column(voters.column("street"))
    if not pc.any(pc.ends_with(written.values, STREET_OR_VILLAGE)).as_py():
        return written, None
    streets, doubtful = street_names(voters.column("street"))
    settlement = tables.plain(tables.one_array(voters.column("settlement")))
    is_asked = pc.is_in(settlement, value_set=doubtful.unique().drop_null())
    is_village = pc.and_(pc.is_null(streets), is_asked)
    village = pc.if_else(is_village, settlement, doubtful)
    street_column, village_column = (
        pa.chunked_array([column]) for column in (streets, village)
    )
    return encoded_column(street_column), encoded_column(village_column)


def _numbers(column: pa.ChunkedArray, missing: int) -> Codes:
    """Whole numbers as int32, ``missing`` where null."""
    filled = column.cast(pa.int32()).fill_null(missing)
    return np.asarray(filled.to_numpy(), dtype=np.int32)


def _is_temporary(column: pa.ChunkedArray) -> Bools:
    codes, distinct = tables.codes(column)
    meaning = np.array(
        [word == ListKind.TEMPORARY for word in distinct.to_pylist()] + [False]
    )
    return np.asarray(meaning[codes])


def _rare_words(address: EncodedColumn, size: int) -> tuple[Codes, ...]:
    """The rare words of each address that bring entries together, as ``_COLUMNS`` columns of codes.

    Two lines that share a rare word agree in its column, wherever in the line it stands.
    """
    lines = [word_starts(line) for line in address.values.to_pylist()]
    counts = counted_parts(lines, address.counts.tolist())
    dealt = deal(lines, counts, max(RARE_WORD, size // RARE_WORD_SHARE))
    return tuple(coded_parts(column)[address.codes] for column in dealt)


def word_starts(line: str) -> list[str]:
    """The beginnings of the words of a line, each once, in their order."""
    return sorted({word[:WORD_START] for word in line.split()})


def counted_parts(lines: Sequence[Iterable[str]], times: Sequence[int]) -> Counter[str]:
    """How many entries have each part of these lines, a line standing so many times."""
    counts: Counter[str] = Counter()
    for parts, many in zip(lines, times, strict=True):
        for part in parts:
            counts[part] += many
    return counts


def deal(
    lines: Sequence[Iterable[str]], counts: Mapping[str, int], most: int
) -> list[list[str | None]]:
    """For each of the columns the part of each line that stands in it, None where there is none.

    Parts that at least 2 and at most ``most`` entries have are dealt. A part belongs to the column
    that a checksum of its letters gives; of two parts of one line in one column the rarer stands
    there.
    """
    columns: list[list[str | None]] = [[None] * len(lines) for _ in range(_COLUMNS)]
    for number, parts in enumerate(lines):
        shared = [part for part in parts if 2 <= counts[part] <= most]
        # From the commonest to the rarest: the last one written stands.
        for part in sorted(shared, key=lambda part: (-counts[part], part)):
            columns[crc32(part.encode()) % _COLUMNS][number] = part
    return columns


def coded_parts(column: Sequence[str | None]) -> Codes:
    """The code of the part of each line, -1 where there is none, and once more -1 at the end."""
    codes = codes_by(str, [part or "" for part in column])
    return np.append(codes, np.int32(-1))


def encode(
    voters: tables.Columns,
    added: Mapping[str, pa.ChunkedArray] | None = None,
    profile: Profile = Profile.AZ,
) -> Encoded:
    """The columns ``COMPARED`` of a VOTER table, sorted by entry id, as arrays of its length.

    ``added`` are the folded columns of added comparisons, in the same order; ``profile`` tells
    which short forms and which sounds of names are known.
    """

    def encoded(name: str) -> EncodedColumn:
        return encoded_column(voters.column(name))

    def number(name: str) -> Identifiers:
        return identifiers(voters.column(name))

    fin, document = each(number, ("fin", "document"))
    street, village = _streets(voters)
    names = each(encoded, _NAMES)
    address, house, flat = each(encoded, ("address", "house", "flat"))
    parsed = not street.is_empty
    return Encoded(
        size=voters.num_rows,
        surname=names[0],
        stem=names[1],
        given_name=names[2],
        patronymic=names[3],
        fin=fin,
        document=document,
        address=address,
        street=street,
        house=house,
        flat=flat,
        village=village,
        year=_numbers(voters.column("birth_year"), 0),
        month=_numbers(voters.column("birth_month"), 0),
        day=_numbers(voters.column("birth_day"), 0),
        sex=told_sex(voters),
        constituency=_numbers(voters.column("constituency"), -1),
        precinct=_numbers(voters.column("precinct"), -1),
        temporary=_is_temporary(voters.column("list_kind")),
        address_words=()
        if parsed or address.is_empty
        else _rare_words(address, voters.num_rows),
        added={name: encoded_column(column) for name, column in (added or {}).items()},
        profile=profile,
    )
