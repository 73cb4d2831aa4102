"""The place that the names of files, folders and sheets give.

A name is read as a whole: ``tokens.py`` takes it apart, ``words.py`` says what its words mean,
``readings.py`` lists the ways to read it, ``decide.py`` weighs them by the folder, by the names
beside it and by the settings. Where no way is left alone, the doubt says why.
"""

from __future__ import annotations

from voterlist.ingest.file_names.decide import (
    NOT_NAMED,
    Basis,
    Doubt,
    NamedPlace,
    Territory,
    place_of_name,
    places_of_names,
    places_of_sheets,
)

__all__ = [
    "NOT_NAMED",
    "Basis",
    "Doubt",
    "NamedPlace",
    "Territory",
    "place_of_name",
    "places_of_names",
    "places_of_sheets",
]
