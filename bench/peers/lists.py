"""The lists that all are measured on, as files, with their truth.

Peers read Parquet rows: of a voters' list the columns that ``voterlist.normalize`` gives, so that
they start from names already folded; of an English list its own columns, with blanks as null.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))

import febrl  # noqa: E402 - it stands beside this folder

__all__ = ["FOREIGN", "PeerList", "english", "synth"]

FOREIGN = ("RLdata500", "RLdata10000", "fake_1000")
"""Lists that are not shipped: read from a folder that holds them as ``NAME.csv``."""
_RLDATA_MAP = """\
[columns]
entry_id = "rec_id"
surname = "surname"
given_name = "given_name"
birth_date = "birth_date"
"""
_FAKE_MAP = """\
[columns]
entry_id = "unique_id"
surname = "surname"
given_name = "first_name"
birth_date = "dob"
address = "city"
document = "email"
"""


@dataclass(frozen=True, slots=True)
class PeerList:
    """One list on disk."""

    title: str
    kind: str
    """Which set-up of each peer fits: voters, voters-ids, febrl, rldata, fake."""
    source: Path
    """What ``voterlist link`` reads."""
    columns: Path | None
    """Its map of columns; None where the headers tell."""
    profile: str
    rows: Path
    """What the peers read (Parquet)."""
    truth: Path
    entries: int


def _blank_to_null(frame: pd.DataFrame) -> pa.Table:
    stripped = frame.apply(lambda column: column.astype("string").str.strip())
    # None, and no NA of pandas: Arrow may have been asked to leave pandas out of this process.
    known = stripped.astype(object).where(stripped.notna() & (stripped != ""), None)
    return pa.Table.from_pandas(known, preserve_index=False)


def _write(
    folder: Path,
    title: str,
    kind: str,
    frame: pd.DataFrame,
    column_map: str,
    truth: pa.Table,
) -> PeerList:
    source, columns, rows, true = (
        folder / f"{title}{end}"
        for end in (".csv", ".toml", ".parquet", "-truth.parquet")
    )
    frame.to_csv(source, index=False)
    columns.write_text(column_map, encoding="utf-8")
    pq.write_table(_blank_to_null(frame), rows)
    pq.write_table(truth, true)
    return PeerList(title, kind, source, columns, "generic", rows, true, len(frame))


def _febrl(folder: Path, number: int) -> PeerList:
    source, columns, truth = febrl.write(folder, number)
    frame = pd.read_csv(source, dtype=str, keep_default_na=False).rename(
        columns=lambda name: name.strip()
    )
    rows = folder / f"febrl{number}.parquet"
    pq.write_table(_blank_to_null(frame), rows)
    return PeerList(
        f"FEBRL {number}", "febrl", source, columns, "generic", rows, truth, len(frame)
    )


def _truth(ids: pd.Series, persons: pd.Series) -> pa.Table:
    return pa.table({"entry_id": ids.tolist(), "person_id": persons.tolist()})


def _rldata(path: Path, folder: Path) -> PeerList:
    """Two given names and two surnames joined; year, month and day as one date."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False).replace("NA", "")
    born = (
        table["by"].str.zfill(4)
        + "-"
        + table["bm"].str.zfill(2)
        + "-"
        + table["bd"].str.zfill(2)
    )
    frame = pd.DataFrame(
        {
            "rec_id": table["rec_id"],
            "surname": (table["lname_c1"] + " " + table["lname_c2"]).str.strip(),
            "given_name": (table["fname_c1"] + " " + table["fname_c2"]).str.strip(),
            "birth_date": born,
        }
    )
    return _write(
        folder,
        path.stem,
        "rldata",
        frame,
        _RLDATA_MAP,
        _truth(table["rec_id"], table["ent_id"]),
    )


def _fake(path: Path, folder: Path) -> PeerList:
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    truth = _truth(table["unique_id"], table["cluster"])
    return _write(
        folder, path.stem, "fake", table.drop(columns="cluster"), _FAKE_MAP, truth
    )


def english(name: str, folder: Path, lists_folder: Path | None) -> PeerList | None:
    """An English or German list by name; None where its file is not in ``lists_folder``."""
    if name.startswith("febrl"):
        return _febrl(folder, int(name.removeprefix("febrl")))
    path = lists_folder / f"{name}.csv" if lists_folder else None
    if path is None or not path.is_file():
        return None
    return _fake(path, folder) if name == "fake_1000" else _rldata(path, folder)


def synth(folder: Path, voters: int, seed: int, *, identifiers: bool) -> PeerList:
    """A list of ``voterlist synth``, made once in ``folder``; its rows are yet to be normalised."""
    made = folder / f"synth-{voters}-{seed}"
    if not made.is_dir():
        command = [
            sys.executable,
            "-m",
            "voterlist",
            "synth",
            str(made),
            "--voters",
            str(voters),
        ]
        subprocess.run(
            [*command, "--seed", str(seed), "--no-files"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
    entries = pq.read_table(made / "entries.parquet")
    tag = "ids" if identifiers else "no-ids"
    source = made / f"{tag}.parquet"
    pq.write_table(
        entries if identifiers else entries.drop_columns(["fin", "document"]), source
    )
    title = f"synth {voters:,}, {'with' if identifiers else 'no'} FIN and document"
    kind = "voters-ids" if identifiers else "voters"
    rows, truth = made / f"{tag}-voters.parquet", made / "truth.parquet"
    return PeerList(title, kind, source, None, "az", rows, truth, entries.num_rows)
