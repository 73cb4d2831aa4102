"""A real browser for tests: Debian's Chromium, which goes nowhere."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager

import pytest

CHROMIUM = shutil.which("chromium")
NEEDED = pytest.mark.skipif(
    CHROMIUM is None, reason="chromium is not installed: apt-get install chromium"
)
WAIT = 120_000
"""Milliseconds that a test waits for the page: no more than it takes, on a busy machine as well."""


@contextmanager
def browser():
    """A browser without a window."""
    from playwright.sync_api import sync_playwright

    # As root, Chromium has no sandbox of its own.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as made:
        opened = made.chromium.launch(executable_path=CHROMIUM, args=arguments)
        try:
            yield opened
        finally:
            opened.close()


class Visit:
    """A page in a window of its own; every request and every fault of a script is noted."""

    def __init__(self, opened, **options):
        chosen = {"viewport": {"width": 1366, "height": 768}, **options}
        self.window = opened.new_context(**chosen)
        self.window.set_default_timeout(WAIT)
        self.requests = []
        self.faults = []
        self.page = self.window.new_page()
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._console)

    def _console(self, message):
        if message.type == "error":
            self.faults.append(message.text)

    def open(self, path):
        """The page of a file, when it is ready for keys."""
        self.page.goto(path.as_uri())
        self.page.wait_for_selector("html[data-ready]")
        return self.page

    @property
    def abroad(self):
        """The requests that are not for a file of this machine or made by the page itself."""
        own = ("file:", "data:", "blob:")
        return [url for url in self.requests if not url.startswith(own)]

    def current(self):
        """The id of the case in view."""
        shown = self.page.locator('[data-case-id][aria-current="true"]')
        return shown.get_attribute("data-case-id")

    def save(self, folder):
        """The file that the page saves, in this folder."""
        with self.page.expect_download() as waited:
            self.page.locator("button#export-decisions").click()
        path = folder / waited.value.suggested_filename
        waited.value.save_as(path)
        return path
