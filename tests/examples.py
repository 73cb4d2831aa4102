"""How many examples a law is tried on: few in ``make fast``, many in ``make campaign``."""

from hypothesis import settings

USUAL = 100
"""Of a law that says no number of its own, where each has as many as it says."""
FEWEST = 5


def tries(count, **more):
    """The settings of a law that wants more or fewer examples than others."""
    share = settings.default.max_examples / USUAL
    return settings(max_examples=max(min(count, FEWEST), round(count * share)), **more)
