"""What all tests share: language, profiles of hypothesis, order of files, processes."""

import os
from collections import Counter

from hypothesis import HealthCheck, settings

import processes

# Before the command line is imported: it fixes the language then.
os.environ["VOTERLIST_LANG"] = "en"

WITHOUT_SLOW = "not slow"
EXAMPLES, QUICK_EXAMPLES = 100, 25
# No deadline: how long an example takes depends on what else the machine does, and says nothing of
# the code.
settings.register_profile(
    "voterlist",
    deadline=None,
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "quick", settings.get_profile("voterlist"), max_examples=QUICK_EXAMPLES
)


def pytest_configure(config):
    """Try each law on fewer examples where the slow tests are left out.

    ``--hypothesis-profile`` goes before it.
    """
    if config.getoption("--hypothesis-profile"):
        return
    is_quick = WITHOUT_SLOW in config.getoption("markexpr")
    settings.load_profile("quick" if is_quick else "voterlist")


def pytest_collection_modifyitems(items):
    """Begin with the files of few tests.

    Their tests take longest each; a long file that begins last is waited for by one process alone.
    """
    tests = Counter(item.path for item in items)
    items.sort(key=lambda item: tests[item.path])


def pytest_sessionfinish():
    """End what ``processes.run`` started."""
    processes.end()
