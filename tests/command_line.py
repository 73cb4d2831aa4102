"""Commands as tests give them: in this process, or in one of their own."""

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from functools import cache

import typer.testing
from typer.main import get_command
from typer.testing import CliRunner

import processes
from voterlist.catalogue import catalogue
from voterlist.cli import APP
from voterlist.cli.terminal import SAY

EN, AZ = catalogue("en"), catalogue("az")


@cache
def _put_together(app, _language):
    """The command of an application; its words are those of the language."""
    return get_command(app)


# Once, not for each call: it takes five times as long as all else that a refused call does.
typer.testing._get_command = lambda app: _put_together(app, SAY.language)


@contextlib.contextmanager
def spoken(language: str) -> Iterator[None]:
    """Let commands in this process speak this language; their help stays in that of the start."""
    before = SAY.language
    # It is fixed when the program starts; to start one of another language takes seconds.
    object.__setattr__(SAY, "language", language)
    try:
        yield
    finally:
        object.__setattr__(SAY, "language", before)


def call(*words, given=None, language="en"):
    """The outcome of a command in this process: exit_code, stdout, stderr.

    ``given`` is its standard input.
    """
    texts = [str(word) for word in words]
    with spoken(language):
        return CliRunner().invoke(APP, texts, prog_name="voterlist", input=given)


def told(*words, given=None):
    """(exit code, what was said) of a command that is given ``--json``."""
    result = call(*words, "--json", given=given)
    return result.exit_code, json.loads(result.stdout)


def started(*words, language="en", **how):
    """The outcome of a command in a process of its own: returncode, stdout, stderr.

    ``how`` are the options of ``processes.run``.
    """
    return processes.run(
        [sys.executable, "-m", "voterlist", *map(str, words)],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "VOTERLIST_LANG": language},
        **how,
    )
