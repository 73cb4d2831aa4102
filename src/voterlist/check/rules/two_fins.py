"""Rule ``two-fins``: one name and birth date, two FINs."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.shared import PERSON, beside_fullest
from voterlist.model import Rule
from voterlist.persons.shared_values import agreeing
from voterlist.tables import differ


def find(context: Context, rule: Rule) -> pa.Table:
    """Entries of one surname, given name, patronymic and full birth date, each with another FIN."""
    has_fin = np.where(context.is_known("fin"), 0, -1)
    namesakes = agreeing([has_fin, *map(context.codes, PERSON)])
    rows, fullest = beside_fullest(context, *namesakes)
    fin = context.voters.column("fin")
    apart = differ(fin.take(rows), fin.take(fullest))
    return context.entry_findings(rule, rows[apart], other=fullest[apart], field="fin")
