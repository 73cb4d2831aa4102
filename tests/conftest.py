"""What all tests share: the language of the command line, one profile of hypothesis, processes."""

import os

from hypothesis import HealthCheck, settings

import processes

# Before the command line is imported: it fixes the language then.
os.environ["VOTERLIST_LANG"] = "en"

# No deadline: how long an example takes depends on what else the machine does, and says nothing of
# the code.
settings.register_profile(
    "voterlist", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("voterlist")


def pytest_sessionfinish():
    """End what ``processes.run`` started."""
    processes.end()
