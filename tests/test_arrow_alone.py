"""Arrow without pandas."""

import subprocess
import sys

import workspaces

COMMANDS = """
import sys
from voterlist.cli import APP
folder, table = sys.argv[1:]
link = ["link", table, "--out", "p.parquet"]
for words in (["run", folder], ["review", "export", folder], link):
    try:
        APP(words, standalone_mode=False)
    except SystemExit as end:
        assert end.code in {0, 1}, end.code
    assert "pandas" not in sys.modules, words
import pyarrow as pa
print(pa.table({"letter": ["a", None]}).to_pandas()["letter"].tolist())
import pandas as pd
print(pa.array(pd.Series([1, 2])).to_pylist())
"""


def test_neither_a_run_nor_the_linkage_alone_loads_pandas(tmp_path):
    """It was loaded by whatever was imported first, and each command started so much later.

    What needs it afterwards has it.
    """
    folder = workspaces.make(tmp_path / "workspace")
    table = tmp_path / "a.csv"
    table.write_text(workspaces.HEADER + workspaces.ONE, encoding="utf-8")
    words = [sys.executable, "-c", COMMANDS, str(folder), str(table)]
    told = subprocess.run(
        words, check=True, cwd=tmp_path, capture_output=True, text=True
    )
    assert told.stdout.splitlines()[-2:] == ["['a', None]", "[1, 2]"]


IN_PYTHON = """
import voterlist.normalize.stage, voterlist.schemas, voterlist.tables
import pandas as pd
import pyarrow as pa
print(pa.array(pd.Series(["a", pd.NA])).null_count)
"""


def test_whoever_imports_the_package_has_pandas_as_it_was():
    """The lists of a data scientist would be refused by Arrow, or their blanks taken for values."""
    told = subprocess.run(
        [sys.executable, "-c", IN_PYTHON], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "1"
