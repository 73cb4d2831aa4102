"""A desk in a browser for tests: a real server in a process of its own, asked by a real client."""

from __future__ import annotations

import contextlib
import os
import re
import select
import sys
import time

import httpx

import processes
from command_line import call

PASSWORD = "brick orchard window seven"  # noqa: S105  of nobody
_SECONDS = 120
"""No more than it takes; a busy machine is slow."""


def add_user(workspace, name, role="analyst", password=PASSWORD):
    """Let somebody work at the desk, as the operator does."""
    words = ("user", "add", workspace, name, "--role", role, "--password-stdin")
    added = call(*words, given=f"{password}\n")
    assert added.exit_code == 0, added.stderr


class RunningDesk:
    """A server that answers."""

    def __init__(self, workspace, *options, **environment):
        command = [sys.executable, "-m", "voterlist", "review", "serve"]
        self.workspace = workspace
        self.process = processes.Beside(
            [*command, str(workspace), "--port", "0", *options],
            env={**os.environ, "VOTERLIST_LANG": "en", **environment},
        )
        # Told at once, or whoever starts a desk waits for its address till it ends.
        ready, *_ = select.select([self.process.stdout], [], [], _SECONDS)
        if not ready:
            self.process.kill()
        line = self.process.stdout.readline()
        found = re.search(r"https?://\S+", line)
        if found is None:
            told = "".join(self.process.communicate(timeout=_SECONDS))
            raise AssertionError(f"the desk did not open: {line}{told}")
        self.url = found[0].rstrip("/")
        self.clients = []

    def stop(self):
        """Stop it as Ctrl+C does; returns (exit code, what it printed behind its address)."""
        if self.process.poll() is None:
            self.process.send_signal(2)
        out, told = self.process.communicate(timeout=_SECONDS)
        assert "Traceback" not in told, told
        return self.process.returncode, out, told

    def kill(self):
        """Kill it as a power cut does."""
        self.process.kill()
        self.process.communicate(timeout=_SECONDS)

    def visitor(self, name=None, password=PASSWORD, **options):
        """A browser's client; logged in where a name is given."""
        client = httpx.Client(
            base_url=self.url, headers={"Origin": self.url}, timeout=_SECONDS, **options
        )
        self.clients.append(client)
        if name is not None:
            answer = log_in(client, name, password)
            assert answer.status_code == 303, answer.text
        return client


@contextlib.contextmanager
def running(workspace, *options, **environment):
    """A server, while the block runs."""
    desk = RunningDesk(workspace, *options, **environment)
    try:
        yield desk
    finally:
        for client in desk.clients:
            client.close()
        if desk.process.poll() is None:
            desk.kill()


def log_in(client, name, password=PASSWORD):
    """What the desk answers to a name and a password."""
    return client.post("/login", data={"name": name, "password": password})


def wait_until(is_so):
    """Wait for what another process does."""
    until = time.monotonic() + _SECONDS
    while not is_so():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.05)
