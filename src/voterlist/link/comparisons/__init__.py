"""The comparisons of two entries, one a file: what their levels are and what each of them says."""

from __future__ import annotations

from collections.abc import Mapping

from voterlist.link.comparisons.added import Added
from voterlist.link.comparisons.address import Address
from voterlist.link.comparisons.birth_date import BirthDate
from voterlist.link.comparisons.document import Document
from voterlist.link.comparisons.fin import Fin
from voterlist.link.comparisons.given_name import GivenName
from voterlist.link.comparisons.patronymic import Patronymic
from voterlist.link.comparisons.sex import Sex
from voterlist.link.comparisons.surname import Surname
from voterlist.link.comparisons.vectors import Comparisons

_SHIPPED = (
    Surname(),
    GivenName(),
    Patronymic(),
    BirthDate(),
    Sex(),
    Address(),
    Document(),
    Fin(),
)

SHIPPED = Comparisons(_SHIPPED)
"""The comparisons that every list has."""


def with_added(kinds: Mapping[str, str]) -> Comparisons:
    """The shipped comparisons, and those that a user added: field to kind, in their order."""
    added = [Added(field, kind) for field, kind in kinds.items()]
    return Comparisons((*_SHIPPED, *added)) if added else SHIPPED
