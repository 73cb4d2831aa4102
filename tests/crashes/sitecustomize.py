"""Breaks one function of the program, in every process that has this folder on its path.

``CRASH_AT`` is ``module:function``; at its call number ``CRASH_CALL`` it raises an error that
quotes ``CRASH_TEXT``, as libraries do with what they were given.
"""

import importlib.abc
import importlib.machinery
import os
import sys

MODULE, _, FUNCTION = os.environ.get("CRASH_AT", "").partition(":")


class Finder(importlib.abc.MetaPathFinder):
    """Finds the module as usual, and breaks its function as soon as it is loaded."""

    def find_spec(self, name, path=None, target=None):
        """The specification of the module; None for every other one."""
        if name != MODULE:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        load = spec.loader.exec_module

        def exec_module(module):
            load(module)
            setattr(module, FUNCTION, broken(getattr(module, FUNCTION)))

        spec.loader.exec_module = exec_module
        return spec


def broken(function):
    """The function, which fails at one of its calls."""
    calls = []

    def fail(*given, **more):
        calls.append(1)
        if len(calls) == int(os.environ["CRASH_CALL"]):
            raise ValueError(os.environ["CRASH_TEXT"])
        return function(*given, **more)

    return fail


if MODULE:
    sys.meta_path.insert(0, Finder())
