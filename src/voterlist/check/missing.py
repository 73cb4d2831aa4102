"""Which fields an entry does not hold."""

from __future__ import annotations

from voterlist.check.context import Context
from voterlist.shared_values import Flags

ASKED_FIELDS = ("surname", "given_name", "patronymic", "birth_date", "sex", "address")
"""The fields that the law asks of every entry.

FIN and document are weighed by precinct (``missing-fin-outlier``).
"""


def is_missing(context: Context, field: str) -> Flags:
    """True where a field of ENTRY is neither written nor could be had from another cell.

    A cell that was written and not understood, a placeholder among them, is not missing:
    ``normalize`` speaks of it.
    """
    column = "birth_year" if field == "birth_date" else field
    return ~(context.is_known(column) | context.is_written(field))


def lacks_column(context: Context, missing: Flags) -> Flags:
    """True for each precinct that lacks the field in more of its entries than the settings allow.

    ``missing`` is what ``is_missing`` gives for the field.
    """
    precincts = context.precincts
    return precincts.count(missing) > context.settings.most_missing * precincts.size
