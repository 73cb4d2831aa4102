"""voterlist compiles voters' lists and finds repeated and faulty entries."""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "0.1.0"
