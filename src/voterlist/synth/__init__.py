"""Invented voters' lists with their truth, for tests, demonstrations and benchmarks.

Nobody on them exists. ``generate`` makes tables, ``write`` files; both give the same for the same
seed.
"""

from __future__ import annotations
