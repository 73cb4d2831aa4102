"""Runs the tests, and writes which of them reach which line of the program, and their seconds.

python campaign/reached.py MAP.json [WORDS FOR PYTEST]
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import coverage
import pytest

ROOT = Path.cwd()


class _Contexts:
    """Tells coverage which test runs, with what is set up for it."""

    def __init__(self, measured: coverage.Coverage) -> None:
        self._measured = measured
        self.seconds: dict[str, float] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Take a test, whatever its parameters, by its name."""
        test = item.nodeid.partition("[")[0]
        began = time.monotonic()
        self._measured.switch_context(test)
        done = yield
        self.seconds[test] = self.seconds.get(test, 0) + time.monotonic() - began
        return done


def main() -> int:
    """Run the tests; pytest's exit code."""
    path, words = Path(sys.argv[1]), sys.argv[2:]
    with tempfile.TemporaryDirectory() as folder:
        measured = coverage.Coverage(
            Path(folder) / "coverage",
            source=[str(ROOT / "src/voterlist")],
            config_file=False,
        )
        measured.start()
        contexts = _Contexts(measured)
        code = pytest.main(["-q", "-n", "0", *words], plugins=[contexts])
        measured.stop()
        told = measured.get_data()
        tests = list(contexts.seconds)
        places = {test: place for place, test in enumerate(tests)}
        lines = {
            Path(name).relative_to(ROOT).as_posix(): {
                line: sorted(places[one] for one in reached if one in places)
                for line, reached in told.contexts_by_lineno(name).items()
            }
            for name in told.measured_files()
        }
    path.write_text(
        json.dumps({"seconds": contexts.seconds, "lines": lines}), encoding="utf-8"
    )
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
