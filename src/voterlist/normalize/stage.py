"""The folds of this package applied to the columns of a table, once per distinct value.

Those of a list, and those of added comparisons by their kind.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist import tables
from voterlist.arrays import Bools, factorize
from voterlist.config.sections import AddedComparison, Fold, SharedFold
from voterlist.facts.latin import repair
from voterlist.fields import IDENTIFIERS, NAMES
from voterlist.findings import ENTRY_PLACE
from voterlist.model import Profile, Sex
from voterlist.normalize.address_columns import read_addresses
from voterlist.normalize.addresses import read_address
from voterlist.normalize.columns import (
    Notes,
    fold_each,
    keep_rows,
    matching,
    rows_of,
    where,
)
from voterlist.normalize.dates import (
    DateForm,
    read_date,
    read_dates,
    resolve,
)
from voterlist.normalize.fullname import (
    FOLDS,
    FOLDS_FOR_LINKAGE,
    Folds,
    split_full_name,
)
from voterlist.normalize.identifiers import read_identifiers, read_sex
from voterlist.normalize.lexicon import is_given, known_sex
from voterlist.normalize.name_parts import is_surname_like, split_given, surname_sex
from voterlist.normalize.names import (
    MAY_BE_PLACEHOLDER,
    MAY_HAVE_TITLE,
    is_placeholder,
    skeleton,
    without_title,
)
from voterlist.normalize.plain_names import (
    MAY_STAND_AROUND,
    bare_name,
    generation,
    no_names,
    without_article,
    without_initials,
)
from voterlist.normalize.restored import restored_cells
from voterlist.normalize.street_or_village import spelled_out
from voterlist.processes.threads import each
from voterlist.schemas import ENTRY, SET_ASIDE, VOTER, empty, require
from voterlist.tables import (
    Outcome,
    coalesce,
    codes,
    from_columns,
    is_known,
    mask_of,
    with_values,
)

_TEXT = pa.string()
_CELLS = (*NAMES, "birth_date", "sex", "address")
_TWO_SCRIPTS = r"\p{Latin}\p{Cyrillic}|\p{Cyrillic}\p{Latin}"
_KEPT = ("entry_id", "constituency", "precinct", "list_kind")
_BESIDE = ("source", "sheet", "constituency", "precinct")
"""What is read beside the cells of an entry."""
_ENCODED = frozenset(
    field.name for field in VOTER if field.nullable and field.type == _TEXT
) - {*IDENTIFIERS}

Cells = dict[str, pa.Array]
"""The cells of each field, dictionary-encoded, but those of the identifiers."""


def normalize(
    entries: pa.Table,
    profile: Profile = Profile.AZ,
    *,
    encoded: bool = False,
    for_linkage: bool = False,
) -> Outcome:
    """The entries normalised: an ``Outcome`` with a VOTER table of the same rows in the same order.

    No row is set aside: what cannot be read is null and has a finding.

    Args:
        entries: ENTRY; its text may be dictionary-encoded (``tables.with_encoded_text``).
        profile: whose names they are.
        encoded: the table's text is to be dictionary-encoded too, but for the identifiers,
            each column's values in order of appearance: the same content in a third of the memory,
            for millions of entries.
        for_linkage: only what the linkage compares is made. The columns that people read (names in
            their standard spelling, settlement, kind of street, building) are null, there are no
            findings, and encoded values stand in any order: the linkage brings them into its own.

    Raises:
        SchemaError: ``entries`` is no ENTRY table.
    """
    entries = require(
        entries, tables.with_encoded_text(ENTRY, apart=IDENTIFIERS), "normalize"
    ).combine_chunks()
    notes = Notes() if for_linkage else Notes(entries.select(ENTRY_PLACE))
    columns, rows = {name: entries.column(name) for name in _KEPT}, entries.num_rows
    written = _written_columns(entries, profile, notes)
    # Of a list of millions each column as written is given up once it has been read.
    del entries
    parts = _parts(written, profile, notes, for_linkage=for_linkage)
    # Notes stand in their order: only where nobody reads them are the parts made side by side.
    made = (
        each(_make_columns, parts)
        if for_linkage
        else [_make_columns(part) for part in parts]
    )
    for part in made:
        columns |= part
    return Outcome(
        _voters(columns, rows, encoded=encoded, in_order=not for_linkage),
        notes.table(),
        empty(SET_ASIDE),
    )


def made_of(fields: Collection[str], entries: pa.Table, profile: Profile) -> pa.Table:
    """The columns of VOTER that are made of these fields, as ``normalize`` makes them for linkage.

    Their text is dictionary-encoded but for the identifiers. For lists of which not all columns go
    into memory at once. Addresses need the names beside them, which tell what letters were lost.

    Args:
        fields: of ENTRY.
        entries: these columns of ENTRY, source, sheet, constituency and precinct.
        profile: whose names they are.

    Raises:
        SchemaError: ``entries`` lacks one of the columns.
    """
    needed = [field for field in ENTRY if field.name in {*fields, *_BESIDE}]
    schema = tables.with_encoded_text(pa.schema(needed), apart=IDENTIFIERS)
    entries = require(entries, schema, "normalize").combine_chunks()
    notes = Notes()
    written = _written_columns(entries, profile, notes)
    del entries
    columns: dict[str, Any] = {}
    for part in _parts(written, profile, notes, for_linkage=True):
        columns |= part()
    made = [field for field in VOTER if field.name in columns]
    return tables.from_columns(columns, pa.schema(made), keep_encoded=True)


@dataclass(slots=True)
class _Written:
    """The columns as written, each given up by the part that reads it."""

    cells: Cells
    sheet: pa.Table
    """The source and the sheet of each."""
    identifiers: list[pa.Array]
    """FIN and document; empty once they are read."""
    constituency: pa.ChunkedArray
    precinct: pa.ChunkedArray


def _written_columns(entries: pa.Table, profile: Profile, notes: Notes) -> _Written:
    """The columns of these entries, without placeholders and with the letters that were lost."""
    cells = _without_placeholders(entries, profile, notes)
    if profile is Profile.AZ:
        cells = cells | restored_cells(cells, entries)
    cells = _clean_names(cells, profile, notes)
    numbers = [
        tables.one_array(entries.column(name))
        for name in ("fin", "document")
        if name in entries.column_names
    ]
    sheet, place = entries.select(_BESIDE[:2]), entries.select(_BESIDE[2:])
    return _Written(cells, sheet, numbers, *place.columns)


Part = Callable[[], dict[str, Any]]
"""What makes some columns of VOTER."""


def _parts(
    written: _Written, profile: Profile, notes: Notes, *, for_linkage: bool
) -> tuple[Part, ...]:
    """The parts of an entry, each on its own; only those whose cells are there."""
    cells, numbers = written.cells, written.identifiers
    address, date, sex = (
        [cells.pop(name)] if name in cells else []
        for name in ("address", "birth_date", "sex")
    )

    def names() -> dict[str, Any]:
        folds = FOLDS_FOR_LINKAGE if for_linkage else FOLDS
        return _names(_whole_names(cells, profile, notes), profile, notes, folds)

    def addresses() -> dict[str, Any]:
        lines = address.pop()
        if profile is Profile.AZ:
            lines = spelled_out(lines, written.constituency, written.precinct)
        return read_addresses(lines, profile, for_linkage=for_linkage)

    parts: tuple[tuple[Any, Part], ...] = (
        (cells, names),
        (
            numbers,
            lambda: read_identifiers(numbers.pop(0), numbers.pop(), profile, notes),
        ),
        (address, addresses),
        (
            date,
            lambda: _dates(date.pop(), written.sheet, notes, for_linkage=for_linkage),
        ),
        (sex, lambda: _sex(sex.pop(), notes)),
    )
    return tuple(part for there, part in parts if there)


def _make_columns(part: Part) -> dict[str, Any]:
    return part()


def _voters(
    columns: dict[str, Any], rows: int, *, encoded: bool, in_order: bool
) -> pa.Table:
    """The VOTER table of these columns; ``in_order``: values by appearance."""
    if not encoded:
        return require(from_columns(columns, VOTER, rows), VOTER, "normalize")
    if in_order:
        columns |= {
            name: tables.by_appearance(columns[name])
            for name in _ENCODED & columns.keys()
        }
    schema = tables.with_encoded_text(VOTER, apart=IDENTIFIERS)
    return require(
        from_columns(columns, VOTER, rows, keep_encoded=True), schema, "normalize"
    )


def _without_placeholders(entries: pa.Table, profile: Profile, notes: Notes) -> Cells:
    """The cells with every placeholder, and every word that is no name, made null."""
    cells = {}
    for name in _CELLS:
        if name not in entries.column_names:
            continue
        column = tables.one_array(entries.column(name))
        candidates = matching(column, MAY_BE_PLACEHOLDER)
        junk_values = mask_of(where(column, candidates, is_placeholder, pa.bool_()))
        if name in NAMES:
            # Words that are no name, alone in their cell.
            lower = pc.utf8_lower(column.dictionary)
            letters = pc.replace_substring_regex(lower, r"[^\p{L}]+", "")
            words = pa.array(sorted(no_names(name, profile)))
            junk_values |= mask_of(pc.is_in(letters, value_set=words))
        junk = rows_of(column, junk_values)
        notes.rows("placeholder-value", junk, name)
        if junk.any():
            column = keep_rows(column, ~junk)
        cells[name] = column
    return cells


def _clean_names(cells: Cells, profile: Profile, notes: Notes) -> Cells:
    """The cells without what stands around names, and look-alike letters noted.

    The repair itself is part of every fold, so the cell need not change for it.
    """
    is_az = profile is Profile.AZ
    bare, may_have = (
        (without_title, MAY_HAVE_TITLE) if is_az else (bare_name, MAY_STAND_AROUND)
    )
    cleaned = dict(cells)
    for name in NAMES:
        # Who cuts a whole name takes off what stands around it; here it is only noted.
        is_cut = not is_az and name == "full_name" and not notes.are_kept
        if name not in cells or is_cut:
            continue
        column = cells[name]
        written = column.dictionary
        without = where(column, matching(column, may_have), bare, _TEXT)
        changed = mask_of(pc.not_equal(without, written))
        if changed.any():
            notes.rows("title-removed", rows_of(column, changed), name)
            cleaned[name] = with_values(column, pc.coalesce(without, written))
        if not is_az:
            continue
        in_one_script = where(column, matching(column, _TWO_SCRIPTS), repair, _TEXT)
        is_repaired = rows_of(column, is_known(in_one_script))
        notes.rows("mixed-script-repaired", is_repaired, name)
    return cleaned


def _whole_names(cells: Cells, profile: Profile, notes: Notes) -> Cells:
    """Surname, given name and patronymic, taken out of one cell where they stand in one."""
    surname = cells["surname"]
    given = cells["given_name"]
    whole = cells["full_name"]
    if profile is Profile.AZ:
        # A whole name in the surname's column, nothing in the given name's.
        several_words = rows_of(surname, matching(surname, r"\S\s+\S"))
        alone = several_words & ~is_known(whole) & ~is_known(given)
        if alone.any():
            whole = coalesce(whole, keep_rows(surname, alone))
            surname = keep_rows(surname, ~alone)
    has_parts = is_known(surname) & is_known(given)
    whole = keep_rows(whole, ~has_parts)

    def parts(text: str) -> tuple[str | None, str | None, str | None, bool]:
        name = split_full_name(text, profile)
        return name.surname, name.given_name, name.patronymic, not name.sure

    columns = fold_each(whole, parts, (_TEXT, _TEXT, _TEXT, pa.bool_()))
    split_surname, split_given, split_patronymic, unsure = columns
    notes.rows("full-name-unsure", mask_of(unsure), "full_name")
    return {
        "surname": coalesce(surname, split_surname),
        "given_name": coalesce(given, split_given),
        "patronymic": coalesce(cells["patronymic"], split_patronymic),
    }


def _names(
    cells: Cells, profile: Profile, notes: Notes, folds: Folds
) -> dict[str, Any]:
    """The columns of the name."""
    if profile is Profile.GENERIC:
        return _plain_names(cells, notes)
    given, patronymic_inside = fold_each(
        cells["given_name"], split_given, (_TEXT, _TEXT)
    )
    notes.rows("patronymic-in-given-name", is_known(patronymic_inside), "given_name")
    patronymic = coalesce(cells["patronymic"], patronymic_inside)
    written = {
        "surname": cells["surname"],
        "given_name": given,
        "patronymic": patronymic,
    }
    columns: dict[str, Any] = {}
    for name, column in written.items():
        fold, names_of_columns = folds[name]
        kinds = (_TEXT,) * len(names_of_columns)
        folded = fold_each(column, fold, kinds)
        columns |= dict(zip(names_of_columns, folded, strict=True))
    given_skeleton = columns["given_skeleton"]
    one_letter = mask_of(pc.equal(pc.utf8_length(given_skeleton.dictionary), 1))
    notes.rows("initials-only", rows_of(given_skeleton, one_letter), "given_name")
    _note_exchanged(cells["surname"], columns, given, notes)
    _note_unreadable(cells["surname"], columns["surname_skeleton"], "surname", notes)
    _note_unreadable(given, given_skeleton, "given_name", notes)
    readable = is_known(columns["patronymic_skeleton"]) | is_known(
        columns["patronymic_sex"]
    )
    notes.rows("name-unreadable", is_known(patronymic) & ~readable, "patronymic")
    return columns


def _note_exchanged(
    surname: pa.DictionaryArray,
    columns: Mapping[str, pa.DictionaryArray],
    given: pa.DictionaryArray,
    notes: Notes,
) -> None:
    """Note the rows of which the given name ends as a surname, and the surname as none.

    An ending that tells the sex is of no given name; any other says so beside a known one. Nor is a
    father called as women alone are, whose child has a man's name.
    """
    if not notes.are_kept:
        return

    def has(column: pa.DictionaryArray, says: Callable[[str], object]) -> Bools:
        words = column.dictionary.to_pylist()
        return rows_of(column, np.array([bool(says(word)) for word in words], bool))

    skeleton, father = columns["surname_skeleton"], columns["patronymic_skeleton"]
    is_name = has(skeleton, is_given) | has(given, surname_sex)
    is_exchanged = has(given, is_surname_like) & ~has(surname, is_surname_like)
    notes.rows("names-exchanged", is_exchanged & is_name & is_known(surname), "surname")
    is_mother = has(father, _is_of_women)
    is_man = has(columns["given_sex"], lambda sex: sex == Sex.MALE)
    # Whose surname is a man's is no daughter: some fathers are called so, Arzu or Şövkət.
    is_son = has(surname, lambda word: surname_sex(word or "") is Sex.MALE)
    is_whose = is_known(columns["patronymic_sex"]) | is_son
    notes.rows("names-exchanged", is_mother & is_man & ~is_whose, "patronymic")


def _is_of_women(skeleton: str | None) -> bool:
    """True for a name that women alone bear; those in -ət are of either: İnayət as Ədalət."""
    name = skeleton or ""
    return known_sex(name) is Sex.FEMALE and not name.endswith("at")


def _note_unreadable(
    written: pa.Array, folded: pa.Array, field: str, notes: Notes
) -> None:
    notes.rows("name-unreadable", is_known(written) & ~is_known(folded), field)


def _plain_names(cells: Cells, notes: Notes) -> dict[str, Any]:
    """The columns of the name without the rules of any language: no stem, no witness of sex."""

    def parts(field: str, text: str) -> tuple[str | None, str | None]:
        folded = skeleton(without_article(field, text), Profile.GENERIC)
        return (text.strip(), folded) if folded else (None, None)

    skeletons = {
        "surname": "surname_skeleton",
        "given_name": "given_skeleton",
        "patronymic": "patronymic_skeleton",
    }
    given, initials = fold_each(cells["given_name"], without_initials, (_TEXT, _TEXT))
    middle = coalesce(cells["patronymic"], initials)
    cells = cells | {"given_name": given, "patronymic": middle}
    columns: dict[str, Any] = {}
    for name, skeleton_name in skeletons.items():
        spelled, folded = fold_each(cells[name], partial(parts, name), (_TEXT, _TEXT))
        columns[name] = spelled
        columns[skeleton_name] = folded
        _note_unreadable(cells[name], folded, name, notes)
    columns["surname_stem"] = columns["surname_skeleton"]
    return columns


_SIGN = r"^\W?\d+\s*([^\d\s]?).*$"
"""The sign behind the first number of a date; a text of another kind stays as it is."""


def _dates(
    written: pa.DictionaryArray, sheet: pa.Table, notes: Notes, *, for_linkage: bool
) -> dict[str, Any]:
    """Year, month and day of birth: resolved once for each distinct date of each sheet."""
    text_codes, texts = codes(written)
    _, sources = codes(sheet.column("source"))
    # Form, first, second and year of each distinct text, and the sign between them. A null has the
    # code -1: the last place, where nothing is read.
    read = np.append(read_dates(texts), np.zeros((4, 1), np.int64), axis=1)
    if not for_linkage:
        read[:, read[0] == DateForm.ABOUT] = 0
    sign_codes, signs = codes(pc.replace_substring_regex(texts, _SIGN, r"\1"))
    # One number for a text in a sheet: the text, counted from 1, times the sheets, plus the sheet.
    combined = text_codes.astype(np.int64)
    combined += 1
    sizes = []
    for column in sheet.columns:
        own_codes, values = codes(column)
        # A file may have no sheets.
        sizes.append(len(values) + 1)
        combined *= sizes[-1]
        combined += own_codes
        combined += 1
    date_of_row, dates = factorize(combined)
    files, sheets = sizes
    text_of_date, sheet_of_date = np.divmod(dates, files * sheets)
    file = sheet_of_date // sheets
    own = read[:, text_of_date - 1]
    rows_of_date = np.bincount(date_of_row, minlength=len(dates))
    # Clerks share a list: dates with points may have the day first where those with slashes have
    # the month.
    sign = np.append(sign_codes, 0)[text_of_date - 1]
    alike = (place * len(signs) + sign for place in (file, sheet_of_date))
    resolved = resolve(own, (file, *alike), rows_of_date)

    form, is_known = own[0], text_of_date > 0
    for rule, has_fault in (
        ("date-unreadable", form == 0),
        ("impossible-date", resolved.impossible),
        ("date-swapped", resolved.swapped),
    ):
        notes.rows(rule, (is_known & has_fault)[date_of_row], "birth_date")
    names = sources.to_pylist()
    for rule, turned_form in (
        ("date-order-month-first", DateForm.OPEN),
        ("date-order-day-second", DateForm.YEAR_FIRST),
    ):
        turned = np.unique(file[resolved.turned & (form == turned_form)])
        notes.files(rule, [names[at - 1] for at in turned], "birth_date")

    rows = pa.array(date_of_row)
    columns = {}
    for name, part, kind in (
        ("birth_year", resolved.year, np.int16),
        ("birth_month", resolved.month, np.int8),
        ("birth_day", resolved.day, np.int8),
    ):
        columns[name] = pa.array(part.astype(kind), mask=part == 0).take(rows)
    return columns


def _sex(written: pa.DictionaryArray, notes: Notes) -> dict[str, Any]:
    (sex,) = fold_each(written, lambda text: (read_sex(text),), (_TEXT,))
    notes.rows("sex-unreadable", is_known(written) & ~is_known(sex), "sex")
    return {"sex": sex}


# The values of added comparisons, folded by their kind: one form for every spelling of a value.


def fold_added(
    columns: Mapping[str, pa.Array],
    added: Sequence[AddedComparison],
    profile: Profile,
    folds: Mapping[str, Fold],
) -> dict[str, pa.DictionaryArray]:
    """The columns, dictionary-encoded, with each value folded; null where a value says nothing.

    ``folds`` are those of the kinds (``link.FOLDS``). A date becomes ``1985-06-17``, with ``00``
    for a part that is not known; a telephone number its last nine digits; a name its skeleton.
    """
    return {
        comparison.name: _folded_values(
            columns[comparison.name], folds[comparison.kind], profile
        )
        for comparison in added
    }


def _folded_values(
    column: pa.Array, fold: Fold, profile: Profile
) -> pa.DictionaryArray:
    encoded = tables.one_array(column.dictionary_encode())
    words = [
        None if is_placeholder(word) else word
        for word in encoded.dictionary.to_pylist()
    ]
    if fold is SharedFold.DATE:
        folded = _folded_dates(words)
    else:
        of_word = _of_word(fold, profile)
        folded = [of_word(word) or None if word else None for word in words]
    return pa.array(folded, pa.string()).take(encoded.indices).dictionary_encode()


def _of_word(fold: Fold, profile: Profile) -> Callable[[str], str | None]:
    if fold is SharedFold.WORDS:
        return lambda text: read_address(text, Profile.GENERIC).line
    if fold is SharedFold.NAME:
        return partial(skeleton, profile=profile)
    if fold is SharedFold.GENERATION:
        return generation
    if isinstance(fold, SharedFold):
        raise TypeError("dates are folded column by column")
    return fold


def _folded_dates(words: Sequence[str | None]) -> list[str | None]:
    """Each date as year, month and day; the column decides which number is the day."""
    read = [read_date(word or "") for word in words]
    numbers = np.array(read, np.int64).reshape(-1, 4).T
    dates = resolve(numbers, [np.zeros(len(read), np.int64)])
    rows = zip(
        dates.year.tolist(), dates.month.tolist(), dates.day.tolist(), strict=True
    )
    return [
        f"{year:04d}-{month:02d}-{day:02d}" if year else None
        for year, month, day in rows
    ]
