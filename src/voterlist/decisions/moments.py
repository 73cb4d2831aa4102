"""When something was decided, as a number that can be compared."""

from __future__ import annotations

import datetime as dt
import math


def moment_of(text: str) -> float:
    """A moment in seconds since 1970, from its text in ISO 8601; minus infinity for other texts.

    A moment without a zone is in UTC.
    """
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return -math.inf
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return moment.timestamp()
