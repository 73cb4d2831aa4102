"""The quality certificate: how right the decisions about cases are, and what they miss."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter

import pyarrow as pa

from voterlist.quality.certificate import COUNTED
from voterlist.report.section import Block, Inputs, Section, plain_columns
from voterlist.report.values import Words
from voterlist.schemas import CERTIFICATE as CERTIFICATE_TABLE
from voterlist.tables import ReadRow, concat


def certificate_of(table: pa.Table, constituency: int | None) -> list[ReadRow]:
    """The rows of CERTIFICATE of one constituency; without one, of all lists together."""
    rows: list[ReadRow] = table.to_pylist()
    return [row for row in rows if row["constituency"] == constituency]


def certificate_lines(
    rows: Iterable[ReadRow], words: Words
) -> Iterator[tuple[str, str]]:
    """(what is measured, what is known of it) over all kinds of cases.

    What is about no case at all is left out.

    Args:
        rows: of CERTIFICATE, of one constituency.
        words: the language.
    """
    for row in rows:
        if row["kind"] is None and row["cases"]:
            yield words(f"quality.{row['measure']}"), tell_measure(row, words)


def tell_measure(row: ReadRow, words: Words) -> str:
    """What is known of a measure: the estimate, its interval, and how much was read for it."""
    measure, read = row["measure"], row["read"]
    counts = {"read": read, "cases": row["cases"], "found": row["found"]}
    if row["estimate"] is None:
        is_undefined = measure == "kappa" and read
        return words(f"quality.{'undefined' if is_undefined else 'unread'}", **counts)
    ends = {name: _number(row, name, words) for name in ("estimate", "low", "high")}
    return words(f"quality.known.{_form(measure)}", **ends, **counts)


def _form(measure: str) -> str:
    if measure in {"kappa", "fairness"}:
        return measure
    return "count" if measure in COUNTED else "share"


def _number(row: ReadRow, name: str, words: Words) -> str:
    """An estimate or an end of its interval as its measure is written."""
    form, value = _form(row["measure"]), row[name]
    if form == "kappa":
        return words.number(value, 2)
    if form == "count":
        return words.number(value, 0)
    return words.percent(value, 2 if form == "fairness" else 1)


Content = Sequence[ReadRow]
"""Rows of CERTIFICATE: of the constituency, or of all lists."""


def _build(inputs: Inputs) -> Content | None:
    """What is measured; None where nobody has decided anything that it is measured by."""
    tables = map(inputs.table, ("certificate", "differences"))
    table = concat(tables, CERTIFICATE_TABLE)
    rows = certificate_of(table, inputs.facts.constituency)
    return tuple(rows) if any(row["read"] for row in rows) else None


def _summary(rows: Content | None, words: Words) -> Iterable[Block]:
    if rows:
        told = plain_columns(itemgetter(0), itemgetter(1))
        yield Block(words("quality.title"), told, [*certificate_lines(rows, words)])


CERTIFICATE: Section[Content | None] = Section(
    name="certificate",
    build=_build,
    uses={"certificate": CERTIFICATE_TABLE, "differences": CERTIFICATE_TABLE},
    summary=_summary,
    page=lambda _: {"lines": certificate_lines},
)
