"""What the tests on a cluster share: one standalone cluster and one Connect server."""

import os
import subprocess
import sys
from pathlib import Path

import cluster
import pytest

SOURCES = Path(__file__).parents[2] / "src"


@pytest.fixture(scope="session")
def standalone(tmp_path_factory):
    """A master and two workers of one core each, on loopback."""
    with cluster.standalone(tmp_path_factory.mktemp("standalone")) as running:
        yield running


@pytest.fixture(scope="session")
def connect(tmp_path_factory):
    """The address of a server of Spark Connect."""
    with cluster.connect_server(tmp_path_factory.mktemp("connect")) as url:
        yield url


@pytest.fixture
def drive(tmp_path):
    """Run code with ``voterlist`` in a process of its own: a driver has one session in its life."""

    def run(code, *words, check=True, cwd=tmp_path, **env):
        return subprocess.run(
            [sys.executable, "-c", code, *map(str, words)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=check,
            cwd=cwd,
            timeout=1_200,
            env={**os.environ, "PYTHONPATH": str(SOURCES), **env},
        )

    return run
