"""What people decided: what of it holds or is contested, and about whom.

People answer; each answer is recorded and none is overwritten. ``follow`` brings the answers to the
entries of today, ``standing`` says what holds: what everybody who answered says alike, or what a
third person settled. ``with_corrections`` puts corrected fields into entries. ``effects`` says what
all of it does to the list; ``find_refused`` tries new answers before they are recorded.
"""

from __future__ import annotations
