"""Suffixes behind names, which tell a son from his father: Jr, Sr, III."""

from __future__ import annotations

GENERATIONS = {
    **dict.fromkeys(("sr", "snr", "senior"), 1),
    **dict.fromkeys(("jr", "jnr", "junr", "junior", "ii", "2nd"), 2),
    **dict.fromkeys(("iii", "3rd"), 3),
    **dict.fromkeys(("iv", "4th"), 4),
}
"""Which generation each suffix tells, in plain letters: a son is a junior, or the second."""
NAMES_TOO = {"filho": 2, "fils": 2, "jun": 2, "neto": 3, "vi": 6}
"""The same of those that are names too, where hardly a word stands before them."""
BEHIND_A_NAME = rf"(?i)\S[\s,]+(?:{'|'.join(GENERATIONS)})\.?\s*(?:$|,)"
"""Arrow's pattern of a name with one of those behind it."""
