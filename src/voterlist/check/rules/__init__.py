"""The register tests: one rule a file, with its words for the documentation and its test.

A module of this folder has ``RULE``, a ``Rule``, and ``find``, which takes the ``Context`` and
returns FINDING. Every module is a rule: to add a rule is to add a file here. What several rules
need stands in the package above.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import NamedTuple

import pyarrow as pa

from voterlist.check.context import Context
from voterlist.model import Rule

__all__ = ["RULES", "TESTS", "RegisterTest"]


class RegisterTest(NamedTuple):
    """A rule, and the function that finds where it is broken."""

    rule: Rule
    find: Callable[[Context], pa.Table]


def _tests() -> tuple[RegisterTest, ...]:
    """The test of every module of this folder, by the modules' names."""
    names = sorted(
        module.name for module in pkgutil.iter_modules(__path__, f"{__name__}.")
    )
    modules = [importlib.import_module(name) for name in names]
    return tuple(RegisterTest(module.RULE, module.find) for module in modules)


TESTS: tuple[RegisterTest, ...] = _tests()
RULES: tuple[Rule, ...] = tuple(test.rule for test in TESTS)
