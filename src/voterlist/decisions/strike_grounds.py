"""The grounds on which an entry may be struck, by what they do to the person."""

from __future__ import annotations

__all__ = ["OF_PERSON", "WITH_PLACE"]

OF_PERSON = frozenset({"died", "under-age", "not-citizen", "court"})
"""The person is no voter anywhere: such a ground may take a person's last entry."""

WITH_PLACE = frozenset({"moved-away", "separate-list"})
"""The person stands on another list: the decision names the precinct of that list."""
