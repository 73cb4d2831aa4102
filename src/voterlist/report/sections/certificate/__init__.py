"""The quality certificate: how right the decisions about cases are, and what they miss."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from voterlist.report.certified import certificate_lines, certificate_of
from voterlist.report.run import Inputs
from voterlist.report.section import Section
from voterlist.report.sheets import Block
from voterlist.report.words import Words
from voterlist.schemas import CERTIFICATE as CERTIFICATE_TABLE

__all__ = ["CERTIFICATE", "CertificateWords"]

Content = Sequence[Mapping[str, Any]]
"""Rows of CERTIFICATE: of the constituency, or of all lists."""


class CertificateWords(Words):
    """Says what is measured."""

    def lines(self, rows: Content) -> list[tuple[str, str]]:
        """(what is measured, what is known of it)."""
        return list(certificate_lines(rows, self))


def _build(inputs: Inputs) -> Content | None:
    """What is measured; None where nobody has decided anything that it is measured by."""
    table = inputs.table("certificate")
    rows = certificate_of(table, inputs.facts.constituency)
    return tuple(rows) if any(row["read"] for row in rows) else None


def _summary(rows: Content | None, words: CertificateWords) -> Iterable[Block]:
    if rows:
        yield Block(
            words("quality.title"), (), [list(one) for one in words.lines(rows)]
        )


CERTIFICATE: Section[Content | None, CertificateWords] = Section(
    name="certificate",
    build=_build,
    words=CertificateWords,
    uses={"certificate": CERTIFICATE_TABLE},
    summary=_summary,
)
