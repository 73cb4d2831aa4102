"""Arrow without pandas."""

import subprocess
import sys

import pytest

PROBE = """
import sys
from voterlist.cli.process import leave_pandas_out
leave_pandas_out()
import pyarrow as pa
column = pa.array(["a", None])
print("pandas" in sys.modules)
print(pa.table({"letter": column}).to_pandas()["letter"].tolist())
import pandas as pd
print(pa.array(pd.Series([1, 2])).to_pylist())
"""


@pytest.mark.slow
def test_arrow_does_without_pandas_until_somebody_needs_it():
    """Else link would start a quarter of a second later, or a command that needs pandas fail."""
    told = subprocess.run(
        [sys.executable, "-c", PROBE], capture_output=True, text=True, check=True
    )
    assert told.stdout.splitlines() == ["False", "['a', None]", "[1, 2]"]
