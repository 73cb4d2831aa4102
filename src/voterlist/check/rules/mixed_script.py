"""Rule ``mixed-script``: letters of two alphabets in one word."""

from __future__ import annotations

import pyarrow as pa

from voterlist.check.context import Context
from voterlist.check.shared import ANY_CYRILLIC, faulty_names, has_mixed_script
from voterlist.model import Rule


def find(context: Context, rule: Rule) -> pa.Table:
    """Entries with a name in which one word has letters of two scripts."""
    return faulty_names(context, rule, ANY_CYRILLIC, has_mixed_script)
