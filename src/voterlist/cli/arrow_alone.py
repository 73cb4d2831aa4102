"""Arrow without pandas, for commands that need no pandas."""

from __future__ import annotations

import sys

import pyarrow as pa


class _NoPandas:
    """Finds no pandas, wherever it is."""

    @staticmethod
    def find_spec(name: str, _path: object = None, _target: object = None) -> None:
        """Nothing, so that others look; but an end to the search for pandas.

        Raises:
            ModuleNotFoundError: pandas is asked for.
        """
        if name == "pandas":
            raise ModuleNotFoundError(name=name)


def leave_pandas_out() -> None:
    """Keep Arrow from loading pandas in this process.

    Arrow looks for pandas once, with the first list that it is given, to know a column of pandas
    when it sees one. To load it takes a quarter of a second, and ``link`` has none. Who loads
    pandas afterwards gets it.
    """
    sys.meta_path.insert(0, _NoPandas)
    try:
        pa.array([])
    finally:
        sys.meta_path.remove(_NoPandas)
