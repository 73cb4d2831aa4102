"""The stage of the register tests."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from voterlist.check import ENTRIES, VOTERS, examine
from voterlist.decisions import with_corrections
from voterlist.pipeline.steps import NeededTables, StageContext, StageResult
from voterlist.pipeline.street_register import read_streets


def check_register(tables: NeededTables, context: StageContext) -> StageResult:
    """The register tests, the statistics of every place, profiles and age pyramids."""
    register = read_streets(context.street_files, context.settings)
    voters = _columns(tables.path("voters"), VOTERS)
    entries = _columns(tables.path("entries"), ENTRIES)
    examined = examine(
        voters,
        with_corrections(entries, tables["amendments"]),
        tables["lists"],
        context.settings.check,
        on_day=context.list_day,
        streets=register.streets,
    )
    made = {
        "findings-check": examined.findings,
        "findings-streets": register.findings,
        "sources-streets": register.sources,
        "use-streets": examined.street_use,
        "streets": register.table(),
        "profile": examined.profile,
        "pyramid": examined.pyramid,
        "ages": examined.pyramids,
        "coincidences": examined.coincidences,
        "own-indicators": examined.indicators,
    }
    rows = voters.num_rows
    was_passing = context.is_passing(register.troubles)
    return StageResult(made, rows, rows, is_passing=was_passing)


def is_passing(sources: pa.Table, context: StageContext) -> bool:
    """True where one of these files (SOURCES) was not read for a reason of the moment."""
    rows = sources.select(["source", "trouble"]).to_pylist()
    return context.is_passing((row["source"], row["trouble"]) for row in rows)


def _columns(path: Path, schema: pa.Schema) -> pa.Table:
    """The columns of this schema, text as codes where it has it so."""
    words = [field.name for field in schema if pa.types.is_dictionary(field.type)]
    table = pq.read_table(path, columns=schema.names, read_dictionary=words)
    return table.unify_dictionaries().combine_chunks()
