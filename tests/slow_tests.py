"""Which tests are slow: those of ``slow.csv``, as they were measured, the dearest first.

``make slow-tests`` measures all tests that are not long. Of the files that were measured the list
is written anew. A test is named once for all its parameters, with what one of them takes.
"""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from pathlib import Path

import pytest

SLOW = 0.1
"""Seconds of CPU of one test, with its share of what its file sets up."""
WAITS = 1.0
"""Seconds of one test, whatever it does in them."""

LIST = Path(__file__).with_name("slow.csv")


def listed():
    """Seconds of CPU by the name of the slow test: its file, and its function."""
    with LIST.open(newline="") as file:
        return {row["test"]: row["cpu_seconds"] for row in csv.DictReader(file)}


def name_of(nodeid):
    """The name of a test without its parameters."""
    return nodeid.partition("[")[0]


def file_of(nodeid):
    """The file of a test."""
    return nodeid.partition("::")[0]


class Clock:
    """What tests take: measured where they run, told with their reports, summed where these end."""

    def __init__(self):
        self._spent = _cpu()
        self._calls = defaultdict(list)
        self._beside = defaultdict(float)
        self._tests = defaultdict(set)

    def pytest_collection_finish(self):
        """Tests begin: what it took to find them is none of theirs."""
        self._spent = _cpu()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self):
        """Tell what a phase of a test took: its report is made when it has ended."""
        report = yield
        before, self._spent = self._spent, _cpu()
        report.user_properties.append(("cpu", self._spent - before))
        return report

    def pytest_runtest_logreport(self, report):
        """Sum: the call is the test's own, all else is of its file."""
        file = file_of(report.nodeid)
        cpu = dict(report.user_properties)["cpu"]
        self._tests[file].add(report.nodeid)
        if report.when == "call":
            self._calls[name_of(report.nodeid)].append((cpu, report.duration))
        else:
            self._beside[file] += cpu

    def pytest_sessionfinish(self, session):
        """Write the list, where all reports came together."""
        if hasattr(session.config, "workerinput"):
            return
        slow = {
            name: cpu
            for name, cpu in listed().items()
            if file_of(name) not in self._tests
        }
        for name, calls in self._calls.items():
            file = file_of(name)
            cpu, duration = (
                sum(each) / len(calls) for each in zip(*calls, strict=True)
            )
            cpu += self._beside[file] / len(self._tests[file])
            if cpu >= SLOW or duration >= WAITS:
                slow[name] = f"{cpu:.1f}"
        with LIST.open("w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("cpu_seconds", "test"))
            for name in sorted(slow, key=lambda name: (-float(slow[name]), name)):
                writer.writerow((slow[name], name))


def _cpu():
    """Seconds of this process and of those that it started and waited for."""
    user, system, started_user, started_system, _ = os.times()
    return user + system + started_user + started_system
