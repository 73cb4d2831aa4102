"""Why a pair has its weight: the bits that each comparison adds, and what other explanations take back.

The model travels with its pairs, as metadata of their table, so a table of pairs explains itself
years later.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist import schemas, tables
from voterlist.link.arrays import Codes, Floats, Levels
from voterlist.link.compare import LEVELS, Compared
from voterlist.link.encode import encode
from voterlist.link.names import SWAPPED
from voterlist.link.rarity import rarity as rarity_of
from voterlist.link.weigh import CLASSES, Model, score
from voterlist.schemas import PAIR, PAIR_FIELDS, SHARED_FIELDS, VOTER, WATERFALL

__all__ = ["compared_in", "read_model", "waterfalls", "with_model"]

_KEY = b"voterlist.model"

_NOTHING = 1e-9
"""Bits below which a rest is what adding up in another order leaves."""

_COUNTED = {
    "surname": ("surname_skeleton", "surname_stem", "sex", "patronymic_sex", "given_sex"),
    "given_name": ("given_skeleton", "birth_year"),
    "patronymic": ("patronymic_skeleton", "birth_year"),
    "birth_date": ("birth_year", "birth_month", "birth_day"),
    "document": ("document",),
    "fin": ("fin",),
}
"""The columns of VOTER in which the rarity of a value is counted: a surname by sex, a given name by
years of birth."""


@dataclass(frozen=True, slots=True)
class _Rarities:
    """Bits for what the two entries of each pair share being rare.

    By field, and what is left of the whole.
    """

    by_field: dict[str, Floats]
    """NaN where nothing is shared."""
    rest: Floats


def waterfalls(pairs: pa.Table, voters: pa.Table | None = None) -> pa.Table:
    """WATERFALL: one row a pair, in the order of the PAIR table; no rows where that holds no model.

    Args:
        pairs: PAIR as ``link`` gave it, with its model in the metadata.
        voters: VOTER, the whole list that was linked. With it each field has its own rarity,
            counted in it exactly as the linkage does; without it all rarity stands in the column
            ``rarity``.

    Raises:
        SchemaError: a table has not its shape.
    """
    model = read_model(pairs.schema.metadata)
    pairs = schemas.require(pairs, PAIR, "explain")
    if model is None:
        return WATERFALL.empty_table()
    compared = compared_in(pairs)
    rarities = _rarities(compared, pairs, voters)
    bits = {
        field: _against_strangers(field, compared.levels[field], model) for field in PAIR_FIELDS
    }
    for field, rarity in rarities.by_field.items():
        bits[field] = bits[field] + np.nan_to_num(rarity)
    weight = pairs.column("weight").to_numpy()
    posterior = score(compared, model).posterior
    p_of = dict(zip(CLASSES, posterior.T, strict=True))
    columns = {
        "entry_l": pairs.column("entry_l"),
        "entry_r": pairs.column("entry_r"),
        "prior": np.full(
            pairs.num_rows, model.log_size[0] - np.logaddexp2.reduce(model.log_size[1:])
        ),
        **{f"{field}_bits": bits[field] for field in PAIR_FIELDS},
        **{
            f"{field}_rarity": pa.array(rarities.by_field[field], from_pandas=True)
            for field in rarities.by_field
        },
        "rarity": rarities.rest,
        "rivals": weight - sum(bits.values()) - rarities.rest,
        "p_twins": p_of["twins"],
        "p_relatives": p_of["siblings"] + p_of["household"] + p_of["lineage"],
        "p_strangers": p_of["strangers"],
    }
    return tables.from_columns(columns, WATERFALL, pairs.num_rows)


def _against_strangers(field: str, levels: Levels, model: Model) -> Floats:
    """The bits of a field's levels for "one person" against strangers, without the rarity of the value."""
    return np.asarray(
        (model.log_m["same"][field] - model.log_m["strangers"][field])[levels], np.float64
    )


def _rarities(compared: Compared, pairs: pa.Table, voters: pa.Table | None) -> _Rarities:
    whole = -compared.rarity
    if voters is None:
        return _Rarities({}, whole)
    voters = schemas.require(voters, VOTER, "explain")
    left, right = (
        _rows(pairs.column(side), voters.column("entry_id")) for side in ("entry_l", "entry_r")
    )
    known = np.flatnonzero((left >= 0) & (right >= 0))
    nothing = {field: np.zeros(len(known), np.uint8) for field in compared.levels}
    found = {field: np.full(len(left), np.nan) for field in SHARED_FIELDS}
    for field in SHARED_FIELDS:
        # One field at a time through the linkage's own count: the parts are those of its sum. The
        # other columns stay null, so that of a nation no more than one is coded at once. Names that
        # changed places and lines of address are not shared values of one field: they stay in the
        # rest.
        counted = {name: voters.column(name) for name in _COUNTED[field]}
        entries = encode(tables.from_columns(counted, VOTER, voters.num_rows))
        level = compared.levels[field][known]
        level = np.where(level < SWAPPED, level, 0) if field in {"surname", "given_name"} else level
        alone = -rarity_of(entries, left[known], right[known], nothing | {field: level})
        found[field][known] = np.where(alone > 0, alone, np.nan)
    rest = whole - np.nansum(np.stack(list(found.values())), axis=0)
    return _Rarities(found, np.where(np.abs(rest) < _NOTHING, 0.0, rest))


def _rows(wanted: pa.ChunkedArray, ids: pa.ChunkedArray) -> Codes:
    """The row at which each wanted id stands.

    -1 where none does. Looks up in the few, not in a nation's ids.
    """
    few = pc.unique(wanted)
    hits = pc.index_in(ids, value_set=few).fill_null(-1).to_numpy()
    places = np.flatnonzero(hits >= 0)
    row = np.full(len(few) + 1, -1, np.int32)
    row[hits[places]] = places
    return np.asarray(row[pc.index_in(wanted, value_set=few).to_numpy()], np.int32)


def with_model(pairs: pa.Table, model: Model) -> pa.Table:
    """The same table, with the model in its metadata."""
    content = {
        "log_m": {
            name: {field: list(bits) for field, bits in fields.items()}
            for name, fields in model.log_m.items()
        },
        "log_size": list(model.log_size),
    }
    return pairs.replace_schema_metadata({_KEY: json.dumps(content, sort_keys=True).encode()})


def read_model(metadata: dict[bytes, bytes] | None) -> Model | None:
    """The model in a table's metadata; None where there is none."""
    if not metadata or _KEY not in metadata:
        return None
    content = json.loads(metadata[_KEY])
    log_m = {
        name: {field: np.array(bits) for field, bits in fields.items()}
        for name, fields in content["log_m"].items()
    }
    return Model(log_m, np.array(content["log_size"]))


def compared_in(pairs: pa.Table) -> Compared:
    """The levels and the rarity of the rows of a PAIR table.

    Raises:
        ValueError: a level is not one of ``LEVELS``.
    """
    levels = {}
    for field, words in LEVELS.items():
        place = pc.index_in(
            pairs.column(f"{field}_level").cast(pa.string()), value_set=pa.array(words)
        )
        if place.null_count:
            raise ValueError(f"a level of {field} is not known")
        levels[field] = np.asarray(place.to_numpy(), np.uint8)
    return Compared(levels, np.asarray(pairs.column("rarity").to_numpy(), np.float64))
