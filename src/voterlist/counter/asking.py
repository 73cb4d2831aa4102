"""What a question at the counter may mean: its words as the fields of an entry.

People say a name in any order, with a date, a number or an address among the words. Each way to
understand the words is a *reading*, which is normalised and compared as any entry is.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.errors import UsageError, usage_error
from voterlist.facts import BIRTH_YEARS
from voterlist.fields import BORN, ENTRY_FIELDS, IDENTIFIERS, NAME_PARTS, NAMES
from voterlist.ingest.ids import entry_ids
from voterlist.model import ListKind, Precinct, Profile, frozen
from voterlist.normalize.addresses import read_address
from voterlist.normalize.corrections import read_correction
from voterlist.normalize.dates import DateForm, WrittenDate, read_date
from voterlist.normalize.fullname import split_full_name
from voterlist.normalize.identifiers import read_document, read_fin
from voterlist.normalize.name_parts import particle_of
from voterlist.normalize.stage import normalize
from voterlist.pipeline.known import known, read_table
from voterlist.schemas import ENTRY
from voterlist.storage.ledger import Reader
from voterlist.tables import Row, from_rows, with_column

MOST_LETTERS = 300
"""Letters of a question; no name is as long."""
_MOST_WORDS = 5
"""Words of a name that are put into every order."""
_MOST_READINGS = 24
_NUMERIC_DATE = re.compile(r"(?<!\d)\d{1,4}\s*[./-]\s*\d{1,2}\s*[./-]\s*\d{2,4}(?!\d)")
_SPELT_DATE = re.compile(
    r"(?<!\w)\d{1,2}(?:st|nd|rd|th)?[\s.,-]+[^\W\d_]{3,9}[\s.,-]+\d{4}(?!\d)"
)
_SPACED_DATE = re.compile(r"(?<!\d)\d{1,2}\s+\d{1,2}\s+(?:18|19|20)\d\d(?!\d)")
_YEAR = re.compile(r"(?<![\w/-])(?:18|19|20)\d\d(?![\w/])")
_DATES = (_NUMERIC_DATE, _SPELT_DATE, _SPACED_DATE, _YEAR)
_BESIDE_A_DATE = re.compile(
    r"(?<!\w)(?:-?(?:ci|cı|cu|cü)|il|ili|ildə|təvəllüd\w*|doğulub|doğum|tarixi"
    r"|г\.?\s*р\.?|года?|год|born|b\.)(?!\w)",
    re.IGNORECASE,
)
_CASE = re.compile(
    r"(?:№|#|\bno\.?\s|\bnömrə\s)\s*(\d{1,9})$|^\s*(\d{1,6})\s*$", re.IGNORECASE
)
_APPLICATION = re.compile(
    r"\s*(?:müraciət|application|обращение|заявление)\s*(?:№|#)?\s*(\d{1,9})\s*",
    re.IGNORECASE,
)
_ENTRY_ID = re.compile(r"\d{3}-\d{4}-[0-9A-Z]{13}(?:\.\d+)?")
_NO_SIGN = re.compile(r"[^0-9A-Z\u0400-\u04ff]+")
_LENGTHS = {"fin": range(6, 9), "document": range(8, 13)}
"""Signs of an identifier of which one may be missing, or one too many."""
TYPED = "_typed"
"""How the name of a field of a reading ends whose text is compared as it is typed."""
_WORD = re.compile(r"[^\W_]+(?:[.'’ʼ`-][^\W_]+)*\.?")
_DOUBLED = re.compile(r"([aeəıioöuüаеәиоөуүыэvв])\1+", re.IGNORECASE)
"""Letters that a name has once: typed twice they hide its ending, or a letter between them is lost.
"""
_LOST = r"\1x\1"
"""A letter of both alphabets in place of the lost one: a name with it is one letter away."""


@frozen
class Question:
    """What is asked at the counter."""

    words: str = ""
    """A name, or a part of one, in any order and script; with a date, a number or an address."""
    fin: str | None = None
    born: str | None = None
    """A date or a year."""
    address: str | None = None
    entry: str | None = None
    """The id of an entry, and nothing else is asked."""


@frozen
class Asked:
    """What a question may mean."""

    readings: tuple[Mapping[str, str], ...]
    """Each the fields of an entry that its words are."""
    case: int | None = None
    """The number of a case; None where none is asked for."""
    entry_id: str | None = None
    application: int | None = None
    """The number of an application."""
    dates: tuple[str, ...] = ()
    """The birth date in ISO 8601, as far as it is known; two where day and month may be either."""
    not_read: tuple[str, ...] = field(default=())
    """Which of ``fin``, ``born`` could not be understood."""


def understand(question: Question, profile: Profile) -> Asked:
    """What a question may mean.

    Raises:
        UsageError: it is blank, or longer than any name.
    """
    # In composed letters, without signs that are not seen.
    # An i whose point is a sign of its own is an i: the capital İ becomes it in small letters.
    words = "".join(
        sign if unicodedata.category(sign)[0] != "C" else " "
        for sign in unicodedata.normalize("NFC", question.words).replace("i̇", "i")
    )
    given = [words, question.fin, question.born, question.address]
    if sum(len(text or "") for text in given) > MOST_LETTERS:
        raise usage_error("find-too-long", most=str(MOST_LETTERS))
    entry = _ENTRY_ID.fullmatch((question.entry or words).strip())
    if question.entry and not entry:
        raise usage_error("find-no-entry", entry=question.entry)
    case = _CASE.fullmatch(words.strip())
    application = _APPLICATION.fullmatch(words)
    if application:
        return Asked((), application=int(application[1]))
    if entry:
        return Asked((), entry_id=entry[0])
    if case:
        return Asked((), case=int(case[1] or case[2]))
    rest, date = _taken_date(words)
    # What a FIN or a document among the words may be.
    by_word = {
        word: _identifiers(word) if any(map(str.isdigit, word)) else []
        for word in rest.split()
    }
    numbers = [number for word in rest.split() for number in by_word[word]]
    rest = " ".join(word for word in rest.split() if not by_word[word])
    not_read = []
    if question.fin:
        numbers = _identifiers(question.fin)
        not_read += [] if numbers else ["fin"]
    if question.born:
        date = question.born
    dates = _isos(read_date(date)) if date else ()
    not_read += ["born"] if date and not dates else []
    parted = _part_words(rest)
    texts = {_DOUBLED.sub(doubled, parted): None for doubled in (r"\1", _LOST)}
    named = [
        reading
        for text in texts
        for reading in _readings(_WORD.findall(text), question.address, profile)
    ]
    readings = [
        {**reading, **number, **({"birth_date": day} if day else {})}
        for number in numbers or [{}]
        for reading in named or [{}]
        for day in dates or ("",)
    ]
    if not numbers:
        # A FIN may have letters alone, as names have.
        words_left = (word for word in rest.split() if word.isascii())
        readings += [own for word in words_left for own in _identifiers(word)[:1]]
    distinct = {
        tuple(sorted(reading.items())): reading for reading in readings if reading
    }
    if not distinct:
        code = f"find-not-read-{not_read[0]}" if not_read else "find-nothing-asked"
        raise usage_error(code)
    told = tuple(distinct.values())[:_MOST_READINGS]
    return Asked(told, dates=dates, not_read=tuple(not_read))


def _part_words(text: str) -> str:
    """A text with the blanks that were left out before capital letters: ``RzayevƏli``.

    ``I`` is none of them: it may be an ``l``.
    """
    signs = zip(f" {text}", text, f"{text[1:]} ", strict=False)
    return "".join(
        f" {sign}"
        if before.islower() and sign.isupper() and behind.islower() and sign != "I"
        else sign
        for before, sign, behind in signs
    )


def _taken_date(text: str) -> tuple[str, str | None]:
    """(the text without a date, the date); one that no calendar has is a date too."""
    for pattern in _DATES:
        for match in pattern.finditer(text):
            date = read_date(match[0])
            if date.form is not DateForm.UNREADABLE and date.year in BIRTH_YEARS:
                rest = f"{text[: match.start()]} {text[match.end() :]}"
                return _BESIDE_A_DATE.sub(" ", rest), match[0]
    return text, None


def _isos(date: WrittenDate) -> tuple[str, ...]:
    """A date as ISO 8601, as far as it is known; two where either number may be the day.

    None where there is no such day.
    """
    if date.form is DateForm.UNREADABLE or date.year not in BIRTH_YEARS:
        return ()
    orders = [(date.first, date.second)]
    if date.form is DateForm.OPEN or date.second > 12:
        orders.append((date.second, date.first))
    told = []
    for day, month in orders:
        with suppress(ValueError):
            dt.date(date.year, month or 1, day or 1)
            parts = f"{date.year:04}", f"-{month:02}", f"-{day:02}"
            told.append("".join(parts[: 1 + bool(month) + bool(month and day)]))
    return tuple(dict.fromkeys(told))


def _identifiers(text: str) -> list[dict[str, str]]:
    """What a FIN or a document may be: as it is repaired, and as it is typed.

    A sign may be missing or too many: what is typed is compared then.
    """
    signs = _NO_SIGN.sub("", text.upper().replace("İ", "I"))
    fin = read_fin(signs)
    document = fin.document or read_document(signs).value
    found = {"document": document, "fin": None if document else fin.value}
    told = [{name: value} for name, value in found.items() if value]
    if any(map(str.isdigit, signs)):
        lengths = _LENGTHS.items()
        told += [{f"{name}{TYPED}": signs} for name, of in lengths if len(signs) in of]
    return told


def _readings(
    words: Sequence[str], address: str | None, profile: Profile
) -> Iterator[dict[str, str]]:
    """The ways to understand words: all as a name, or some as an address behind or before it."""
    letters = [word for word in words if not word[0].isdigit()]
    named = list(_names(letters, profile))
    if address:
        yield from ({**reading, "address": address} for reading in named or [{}])
        return
    is_placed = is_housed = False
    for name, place in _cuts(words):
        line = " ".join(place)
        read = read_address(line, profile)
        if read.street is not None:
            is_placed = True
            for reading in list(_names(name, profile)) or [{}]:
                yield {**reading, "address": line}
        elif read.house and name and not is_housed and _are_of_house(place, profile):
            # A house whose street is not said; its words are none of the name.
            is_housed = True
            named = [{**reading, "address": line} for reading in _names(name, profile)]
    # Beside an address the usual order of the name is enough.
    yield from named[:1] if is_placed else named


def _are_of_house(words: Iterable[str], profile: Profile) -> bool:
    """True where each word is a number, or one such as stands before the number of a house."""
    return all(
        word[0].isdigit() or read_address(f"{word} 1", profile).street is None
        for word in words
    )


def _cuts(words: Sequence[str]) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """(words of a name, words of an address) of all ways to cut them apart."""
    kinds = [read_address(word).line != word for word in words]
    numbers = [place for place, word in enumerate(words) if word[0].isdigit()]
    if not numbers and not any(kinds):
        return
    for cut in range(len(words)):
        if not any(word[0].isdigit() for word in words[:cut]):
            yield words[:cut], words[cut:]
    if numbers:
        behind = numbers[-1] + 1
        if words[behind:]:
            yield words[behind:], words[:behind]


def _names(words: Sequence[str], profile: Profile) -> Iterator[dict[str, str]]:
    """The parts of a name in every order that its words allow, the usual one first."""
    if not words:
        return
    whole = split_full_name(" ".join(words), profile)
    told = {name: getattr(whole, name) for name in NAME_PARTS}
    yield {name: text for name, text in told.items() if text}
    own: dict[str, str] = {}
    if whole.patronymic and any(map(particle_of, whole.patronymic.split())):
        own = {"patronymic": whole.patronymic}
    named = filter(None, (whole.surname, whole.given_name))
    rest = " ".join(named).split() if own else list(words)
    free = [name for name in NAME_PARTS if name not in own]
    for groups in _groups(rest[:_MOST_WORDS], len(free)):
        for parts in itertools.permutations(free, len(groups)):
            yield {**own, **dict(zip(parts, groups, strict=True))}


def _groups(words: Sequence[str], most: int) -> Iterator[tuple[str, ...]]:
    """The words in so many groups at most, neighbours together only where they are more."""
    many = min(len(words), most)
    for cuts in itertools.combinations(range(1, len(words)), max(many - 1, 0)):
        ends = (0, *cuts, len(words))
        yield tuple(" ".join(words[a:b]) for a, b in itertools.pairwise(ends))


def voters_of(readings: Sequence[Mapping[str, str]], profile: Profile) -> pa.Table:
    """VOTER of the readings, in their order; identifiers as typed where they are so read."""
    rows = [
        {
            "entry_id": f"{number:04}",
            "list_kind": ListKind.PERMANENT.value,
            "source": "",
            "line": 0,
            **{name: text for name, text in reading.items() if name in ENTRY.names},
        }
        for number, reading in enumerate(readings)
    ]
    voters = normalize(from_rows(rows, ENTRY, "entry_id"), profile).table
    for name in IDENTIFIERS:
        typed = pa.array(
            [reading.get(f"{name}{TYPED}") for reading in readings], pa.string()
        )
        voters = with_column(voters, name, pc.coalesce(voters.column(name), typed))
    return voters


REGISTER = "applications"
"""The source of the row of somebody who is added, which is like the row of a register."""
_NAMES = ("surname_skeleton", "given_skeleton", "patronymic_skeleton")
_COMPARED = (*_NAMES, *BORN, *IDENTIFIERS)


@frozen
class Person:
    """A person as an applicant tells of them."""

    name: str = ""
    """In one text; the parts of it may stand in ``values``."""
    born: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    """Fields of ENTRY, and what else an application sets."""

    @property
    def question(self) -> Question:
        """What is asked at the counter to find the person."""
        parts = [self.values[name] for name in NAME_PARTS if self.values.get(name)]
        words = self.values.get("full_name") or self.name
        born = self.values.get("birth_date") or self.born
        fin = self.values.get("fin")
        return Question(" ".join(parts) if len(parts) > 1 else words, fin, born or None)

    @property
    def cells(self) -> Row:
        """What is known of the person, as a row of ENTRY of no place."""
        row: Row = self.row(0, (None, None)).to_pylist()[0]
        return row

    def row(self, number: int, place: Precinct) -> pa.Table:
        """ENTRY: one row that says what is known of the person, as a register would.

        Args:
            number: of the application; it is the line of the row.
            place: the constituency and the precinct where the person belongs.
        """
        cells: Row = {
            name: self.values[name] for name in ENTRY_FIELDS if name in self.values
        }
        whole = split_full_name(cells.get("full_name") or self.name)
        if "surname" not in cells and whole.surname and whole.given_name:
            # Parts are kept as they are written; a whole name would be spelt as usual.
            cells.pop("full_name", None)
            cells |= {name: getattr(whole, name) for name in NAME_PARTS}
        elif "surname" not in cells:
            cells.setdefault("full_name", self.name or None)
        cells.setdefault("birth_date", self.born or None)
        constituency, precinct = place
        cells |= {
            "entry_id": "",
            "constituency": constituency,
            "precinct": precinct,
            "list_kind": ListKind.PERMANENT.value,
            "source": REGISTER,
            "line": number,
        }
        row = from_rows([cells], ENTRY)
        return row.set_column(0, ENTRY.field("entry_id"), entry_ids(row))


_IN_NAMES = frozenset(" -'’ʼ`.")
"""Signs that stand in names beside letters."""


def wrong_values(person: Person, today: dt.date) -> list[str]:
    """The fields of a person that say what cannot be: no date, no FIN, a name with other signs."""
    told = {name: text for name, text in person.values.items() if name in ENTRY_FIELDS}
    told = {"full_name": person.name, "birth_date": person.born, **told}
    return [
        name
        for name, text in told.items()
        if text
        and (
            read_correction(name, text, today).problem is not None
            or (
                name in NAMES
                and {unicodedata.category(sign)[0] for sign in {*text} - _IN_NAMES}
                - {"L", "M"}
            )
        )
    ]


def entry_of(workspace: Path, ledger: Reader, entry_id: str | None) -> Row | None:
    """The entry as it was handed in or added (a row of ENTRY); None where no list has it.

    Raises:
        InputError: a table of the run is damaged.
    """
    try:
        runs = known(workspace, ledger)
    except UsageError:
        return None
    number = (entry_id or "")[:3]
    folder = runs.folder_of(int(number) if number.isdecimal() else None)
    return next(iter(entry_in(folder, entry_id).to_pylist()), None)


def entry_in(folder: Path, entry_id: str | None) -> pa.Table:
    """ENTRY: the entry of a run as it was handed in or added; no row where there is none.

    Raises:
        InputError: a table of the run is damaged.
    """
    is_own = pc.field("entry_id") == entry_id
    entry = read_table(folder, "entries", is_own)
    return entry if entry.num_rows else read_table(folder, "additions", is_own)


def agree(entry: Row, person: Person) -> bool:
    """True where nothing that is known of both the entry and the person differs."""
    return _agree(*_known_of([entry, person.cells]))


def agreeing(people: Sequence[Row], persons: Iterable[Person]) -> list[Row]:
    """Those of these people of whom something is known of one of the persons too, and agrees.

    All are read at once: at the counter of a nation thousands were added since the run.
    """
    known = _known_of([*people, *(person.cells for person in persons)])
    told = known[len(people) :]
    return [
        row
        for row, own in zip(people, known, strict=False)
        if any(own.keys() & other.keys() and _agree(own, other) for other in told)
    ]


def is_identified(entry: Row, person: Person) -> bool:
    """True where the name and an identifier, FIN or document, are those of the entry."""
    one, other = _known_of([entry, person.cells])
    both = one.keys() & other.keys()
    is_known = {*_NAMES[:2]} <= both and not both.isdisjoint(IDENTIFIERS)
    return is_known and _agree(one, other)


def _agree(one: Row, other: Row) -> bool:
    return all(one[name] == other[name] for name in one.keys() & other.keys())


def _known_of(rows: Sequence[Row]) -> list[Row]:
    """What is known of each row of ENTRY, by column of VOTER. Blanks never match."""
    # Each is of a list of its own: the dates of one do not say how those of another are read.
    apart = [{**row, "source": str(at)} for at, row in enumerate(rows)]
    voters = normalize(from_rows(apart, ENTRY)).table.select(_COMPARED)
    return [
        {name: cell for name, cell in row.items() if cell is not None}
        for row in voters.to_pylist()
    ]
