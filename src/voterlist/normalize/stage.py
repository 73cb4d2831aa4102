"""The scalar folds of this package applied to the columns of a table, once to each distinct value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist.model import Profile
from voterlist.normalize import rules
from voterlist.normalize.addresses import read_address
from voterlist.normalize.alphabet import repaired
from voterlist.normalize.dates import read_date, resolve
from voterlist.normalize.fullname import split_full_name
from voterlist.normalize.identifiers import (
    DOCUMENT,
    FIN,
    Identifier,
    Repair,
    read_any,
    read_document,
    read_fin,
    read_sex,
)
from voterlist.normalize.names import given_sex, skeleton, standard_name
from voterlist.normalize.patronymic import read_patronymic, split_given
from voterlist.normalize.placeholders import MAY_BE_PLACEHOLDER, is_placeholder
from voterlist.normalize.rules import Notes
from voterlist.normalize.surname import standard_surname, surname_sex, surname_stem
from voterlist.normalize.titles import MAY_HAVE_TITLE, without_title
from voterlist.schemas import ENTRY, SET_ASIDE, VOTER, empty, require
from voterlist.tables import Outcome, codes, from_columns, map_unique

__all__ = ["normalize"]

_TEXT = pa.string()
_CELLS = ("surname", "given_name", "patronymic", "full_name", "birth_date", "sex", "address", "document", "fin")
_NAMES = ("surname", "given_name", "patronymic", "full_name")
_TWO_SCRIPTS = r"\p{Latin}\p{Cyrillic}|\p{Cyrillic}\p{Latin}"
_REPAIRS = tuple(Repair)
_KEPT = ("entry_id", "constituency", "precinct", "list_kind")

Cells = dict[str, pa.Array]
Flags = np.ndarray[Any, np.dtype[np.bool_]]


def normalize(entries: pa.Table, profile: Profile = Profile.AZ) -> Outcome:
    """The entries normalised: an ``Outcome`` with a VOTER table of the same rows in the same order.

    No row is set aside: what cannot be read is null and has a finding. Raises ``SchemaError`` where
    ``entries`` is no ENTRY table.
    """
    entries = require(entries, ENTRY, "normalize").combine_chunks()
    notes = Notes(entries)
    cells = _without_placeholders(entries, notes)
    columns = {name: entries.column(name) for name in _KEPT}
    if profile is Profile.AZ:
        cells = _clean_names(cells, notes)
    columns |= _names(_whole_names(cells, profile, notes), profile, notes)
    columns |= _dates(cells["birth_date"], entries.column("source"), notes)
    columns |= _identifiers(cells, profile, notes)
    columns |= _sex(cells["sex"], notes)
    columns |= _addresses(cells["address"], profile)
    voters = from_columns(columns, VOTER, entries.num_rows)
    return Outcome(require(voters, VOTER, "normalize"), notes.table(), empty(SET_ASIDE))


def _flags(array: pa.Array) -> Flags:
    """A boolean column as a mask; null is False."""
    mask: Flags = pc.fill_null(array, False).to_numpy(zero_copy_only=False).astype(np.bool_)  # noqa: FBT003 - Arrow's signature
    return mask


def _known(array: pa.Array) -> Flags:
    return _flags(pc.is_valid(array))


def _spread(column: pa.Array, fold: Callable[[str], Sequence[Any]], kinds: Sequence[pa.DataType]) -> list[pa.Array]:
    """A fold with several results, applied once to each distinct value: one column a result."""
    indices, distinct = codes(column)
    folded = [fold(value) for value in distinct.to_pylist()]
    rows = pa.array(indices, mask=indices < 0)
    return [pa.array([values[place] for values in folded], kind).take(rows) for place, kind in enumerate(kinds)]


def _without_placeholders(entries: pa.Table, notes: Notes) -> Cells:
    """The cells with every placeholder made null."""
    cells = {}
    for name in _CELLS:
        column = entries.column(name).combine_chunks()
        may_be = pc.match_substring_regex(column, MAY_BE_PLACEHOLDER)
        junk = _flags(map_unique(pc.if_else(may_be, column, pa.scalar(None, _TEXT)), is_placeholder, pa.bool_()))
        notes.rows(rules.PLACEHOLDER, junk, name)
        cells[name] = pc.if_else(pa.array(junk), pa.scalar(None, _TEXT), column) if junk.any() else column
    return cells


def _clean_names(cells: Cells, notes: Notes) -> Cells:
    """The cells with forms of address taken off the names; look-alikes of a second alphabet are noted.

    The repair itself is part of every fold, so the cell need not change for it.
    """
    cleaned = dict(cells)
    for name in _NAMES:
        may_have = pc.match_substring_regex(cells[name], MAY_HAVE_TITLE)
        if pc.any(may_have).as_py():
            without = map_unique(pc.if_else(may_have, cells[name], pa.scalar(None, _TEXT)), without_title)
            notes.rows(rules.TITLE_REMOVED, _flags(pc.not_equal(without, cells[name])), name)
            cleaned[name] = pc.coalesce(without, cells[name])
        mixed = pc.match_substring_regex(cells[name], _TWO_SCRIPTS)
        if pc.any(mixed).as_py():
            other = map_unique(pc.if_else(mixed, cells[name], pa.scalar(None, _TEXT)), repaired)
            notes.rows(rules.MIXED_SCRIPT_REPAIRED, _known(other), name)
    return cleaned


def _whole_names(cells: Cells, profile: Profile, notes: Notes) -> Cells:
    """Surname, given name and patronymic, taken out of one cell where they stand in one."""
    surname, given, whole = cells["surname"], cells["given_name"], cells["full_name"]
    if profile is Profile.AZ:
        # A whole name in the surname's column, nothing in the given name's.
        alone = pc.and_(pc.and_(pc.is_null(whole), pc.is_null(given)), pc.match_substring_regex(surname, r"\S\s+\S"))
        alone = pc.fill_null(alone, False)  # noqa: FBT003 - Arrow's signature
        whole = pc.if_else(alone, surname, whole)
        surname = pc.if_else(alone, pa.scalar(None, _TEXT), surname)
    needed = pc.or_(pc.is_null(surname), pc.is_null(given))
    whole = pc.if_else(needed, whole, pa.scalar(None, _TEXT))

    def parts(text: str) -> tuple[str | None, str | None, str | None, bool]:
        found = split_full_name(text, profile)
        return found.surname, found.given_name, found.patronymic, not found.sure

    first, second, third, unsure = _spread(whole, parts, (_TEXT, _TEXT, _TEXT, pa.bool_()))
    notes.rows(rules.FULL_NAME_UNSURE, _flags(unsure), "full_name")
    return {
        "surname": pc.coalesce(surname, first),
        "given_name": pc.coalesce(given, second),
        "patronymic": pc.coalesce(cells["patronymic"], third),
    }


def _names(cells: Cells, profile: Profile, notes: Notes) -> dict[str, Any]:
    """The columns of the name."""
    if profile is Profile.GENERIC:
        return _plain_names(cells, notes)
    given, inside = _spread(cells["given_name"], split_given, (_TEXT, _TEXT))
    notes.rows(rules.PATRONYMIC_IN_GIVEN, _known(inside), "given_name")
    patronymic = pc.coalesce(cells["patronymic"], inside)
    columns = dict(
        zip(
            ("surname", "surname_skeleton", "surname_stem", "surname_sex"),
            _spread(cells["surname"], _fold_surname, (_TEXT,) * 4),
            strict=True,
        )
    )
    columns |= dict(
        zip(
            ("given_name", "given_skeleton", "given_sex"),
            _spread(given, _fold_given, (_TEXT,) * 3),
            strict=True,
        )
    )
    columns |= dict(
        zip(
            ("patronymic", "patronymic_skeleton", "patronymic_sex"),
            _spread(patronymic, _fold_patronymic, (_TEXT,) * 3),
            strict=True,
        )
    )
    letters = pc.utf8_length(columns["given_skeleton"])
    notes.rows(rules.INITIALS_ONLY, _flags(pc.equal(letters, 1)), "given_name")
    _note_unreadable(cells["surname"], columns["surname_skeleton"], "surname", notes)
    _note_unreadable(given, columns["given_skeleton"], "given_name", notes)
    lost = pc.and_(pc.is_null(columns["patronymic_skeleton"]), pc.is_null(columns["patronymic_sex"]))
    notes.rows(rules.NAME_UNREADABLE, _known(patronymic) & _flags(lost), "patronymic")
    return columns


def _fold_surname(text: str) -> tuple[str | None, str | None, str | None, str | None]:
    return standard_surname(text), skeleton(text) or None, surname_stem(text) or None, surname_sex(text)


def _fold_given(text: str) -> tuple[str | None, str | None, str | None]:
    folded = skeleton(text)
    return standard_name(text), folded or None, given_sex(folded)


def _fold_patronymic(text: str) -> tuple[str | None, str | None, str | None]:
    found = read_patronymic(text)
    return (found.standard, found.father, found.sex) if found else (None, None, None)


def _note_unreadable(written: pa.Array, folded: pa.Array, field: str, notes: Notes) -> None:
    notes.rows(rules.NAME_UNREADABLE, _known(written) & ~_known(folded), field)


def _plain_names(cells: Cells, notes: Notes) -> dict[str, Any]:
    """The columns of the name without the rules of any language: no stem, no witness of sex."""
    columns: dict[str, Any] = {}
    for name, folded in (("surname", "surname"), ("given_name", "given"), ("patronymic", "patronymic")):
        columns[name] = pc.utf8_trim_whitespace(cells[name])
        columns[f"{folded}_skeleton"] = map_unique(cells[name], lambda text: skeleton(text, Profile.GENERIC) or None)
        _note_unreadable(cells[name], columns[f"{folded}_skeleton"], name, notes)
        columns[name] = pc.if_else(pc.is_null(columns[f"{folded}_skeleton"]), pa.scalar(None, _TEXT), columns[name])
    columns["surname_stem"] = columns["surname_skeleton"]
    return columns


def _dates(written: pa.Array, source: pa.ChunkedArray, notes: Notes) -> dict[str, Any]:
    """Year, month and day of birth."""

    def parts(text: str) -> tuple[int, int, int, int]:
        found = read_date(text)
        return int(found.form), found.first, found.second, found.year

    form, first, second, year = (
        pc.fill_null(part, 0).to_numpy(zero_copy_only=False) for part in _spread(written, parts, (pa.int64(),) * 4)
    )
    file, sources = codes(source)
    found = resolve(form, first, second, year, file.astype(np.int64), len(sources))
    known = _known(written)
    notes.rows(rules.DATE_UNREADABLE, known & (form == 0), "birth_date")
    notes.rows(rules.IMPOSSIBLE_DATE, known & found.impossible, "birth_date")
    notes.rows(rules.DATE_SWAPPED, known & found.swapped, "birth_date")
    names = sources.to_pylist()
    notes.files(rules.MONTH_FIRST, [names[at] for at in np.flatnonzero(found.month_first)], "birth_date")
    notes.files(rules.ORDER_MIXED, [names[at] for at in np.flatnonzero(found.mixed)], "birth_date")
    return {
        "birth_year": pa.array(found.year.astype(np.int16), mask=found.year == 0),
        "birth_month": pa.array(found.month.astype(np.int8), mask=found.month == 0),
        "birth_day": pa.array(found.day.astype(np.int8), mask=found.day == 0),
    }


def _read_identifiers(
    column: pa.Array, name: str, form: str, read: Callable[[str], Identifier], notes: Notes
) -> tuple[pa.Array, pa.Array]:
    """(values, documents found in their place); only what is not valid as written is read, and each repair is noted."""
    valid = pc.match_substring_regex(column, form)
    rest = pc.if_else(valid, pa.scalar(None, _TEXT), column)

    def parts(text: str) -> tuple[str | None, str | None, int]:
        found = read(text)
        return found.value, found.document, sum(1 << _REPAIRS.index(repair) for repair in found.repairs)

    value, document, repairs = _spread(rest, parts, (_TEXT, _TEXT, pa.int64()))
    bits = pc.fill_null(repairs, 0).to_numpy(zero_copy_only=False)
    for place, repair in enumerate(_REPAIRS):
        notes.rows(rules.REPAIRS[repair], (bits >> place & 1).astype(np.bool_), name)
    return pc.if_else(valid, column, value), document


def _identifiers(cells: Cells, profile: Profile, notes: Notes) -> dict[str, Any]:
    """The FIN and the document."""
    if profile is Profile.GENERIC:
        return {name: map_unique(cells[name], lambda text: read_any(text).value) for name in ("fin", "document")}
    fin, misplaced = _read_identifiers(cells["fin"], "fin", FIN, read_fin, notes)
    notes.rows(rules.FIN_HOLDS_DOCUMENT, _known(misplaced), "fin")
    notes.rows(rules.FIN_INVALID, _known(cells["fin"]) & ~_known(fin) & ~_known(misplaced), "fin")
    document, _ = _read_identifiers(cells["document"], "document", DOCUMENT, read_document, notes)
    notes.rows(rules.DOCUMENT_INVALID, _known(cells["document"]) & ~_known(document), "document")
    return {"fin": fin, "document": pc.coalesce(document, misplaced)}


def _sex(written: pa.Array, notes: Notes) -> dict[str, Any]:
    sex = map_unique(written, read_sex)
    notes.rows(rules.SEX_UNREADABLE, _known(written) & ~_known(sex), "sex")
    return {"sex": sex}


def _addresses(written: pa.Array, profile: Profile) -> dict[str, Any]:
    names = ("address", "settlement", "street_kind", "street", "house", "building", "flat")

    def parts(text: str) -> tuple[str | None, ...]:
        found = read_address(text, profile)
        return (found.line, *(getattr(found, name) for name in names[1:]))

    return dict(zip(names, _spread(written, parts, (_TEXT,) * len(names)), strict=True))
