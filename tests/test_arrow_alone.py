"""Arrow without pandas."""

import subprocess
import sys

import pytest

PROBE = """
import sys
from voterlist.processes.limits import leave_pandas_out
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


LINK = """
import sys
from voterlist.cli import APP
APP(["link", *sys.argv[1:]], standalone_mode=False)
print("pandas" in sys.modules)
"""


@pytest.mark.slow
def test_the_linkage_alone_loads_no_pandas(tmp_path):
    """It was loaded by whatever was imported first, and the command started so much later."""
    rows = ["id;surname;given name;birth date"]
    rows += [f"{row};Məmmədov;Elçin;12.03.19{row % 60 + 20}" for row in range(40)]
    (tmp_path / "a.csv").write_text("\n".join(rows), encoding="utf-8")
    told = subprocess.run(
        [sys.executable, "-c", LINK, str(tmp_path / "a.csv"), "--out", str(tmp_path / "p.parquet")],
        capture_output=True,
        text=True,
        check=True,
    )  # fmt: skip
    assert told.stdout.splitlines()[-1] == "False"
