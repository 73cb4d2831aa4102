"""Commands as tests give them: in this process, or in one of their own."""

import json
import os
import sys

from typer.testing import CliRunner

import processes
from voterlist.catalogue import catalogue
from voterlist.cli import APP

EN, AZ = catalogue("en"), catalogue("az")


def call(*words, given=None):
    """The outcome of a command in this process: exit_code, stdout, stderr.

    ``given`` is its standard input.
    """
    texts = [str(word) for word in words]
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
