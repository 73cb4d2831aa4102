"""Why a pair has its weight: the bits of each comparison, and what other explanations take back.

The model travels with its pairs, as metadata of their table, so a table of pairs explains itself
years later.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist import schemas, strict_json, tables
from voterlist.arrays import Codes, Floats
from voterlist.fields import SHARED
from voterlist.link.block import build
from voterlist.link.comparisons import SHIPPED, with_added
from voterlist.link.comparisons.base import Comparison, Pairs
from voterlist.link.comparisons.surname import SurnameLevel
from voterlist.link.comparisons.vectors import Comparisons, Vectors, swapped_shares
from voterlist.link.encode import LINKED, Encoded, encode
from voterlist.link.grid import on_grid
from voterlist.link.judge import Scorer
from voterlist.link.keys import Key
from voterlist.link.keys import field as field_of
from voterlist.link.types import Ready, ends_of
from voterlist.link.weigh import CLASSES, Model, bound_frequencies, score
from voterlist.model import frozen
from voterlist.schemas import WATERFALL

_KEY = b"voterlist.model"

_NOTHING = 1e-9
"""Bits below which a rest is what adding up in another order leaves."""


_TermFrequencies = tuple[dict[str, Floats], Floats]
"""The bits that term frequencies add to each pair: by field, not a number where nothing is shared;
and all of them together."""


def waterfalls(pairs: pa.Table, voters: pa.Table | Ready | None = None) -> pa.Table:
    """WATERFALL: one row a pair, in the order of the PAIR table; no rows where that holds no model.

    Args:
        pairs: PAIR as ``link`` gave it, with its model in the metadata.
        voters: VOTER, the whole list that was linked, or as the linkage encoded it. With it each
            field has its own term frequency, counted in it exactly as the linkage does. Without it
            the pairs may have those of each comparison (``with_term_frequencies``); else all of
            them stand in the column ``term_frequency``.

    Raises:
        SchemaError: a table has not its shape.
    """
    model = read_model(pairs.schema.metadata)
    comparisons = read_comparisons(pairs.schema.metadata)
    added = tuple(comparisons.added_kinds)
    kept = _kept_frequencies(pairs, comparisons)
    pairs = schemas.require(pairs, schemas.pair_schema(added), "explain")
    if model is None:
        return WATERFALL.empty_table()
    vectors = vectors_in(pairs, comparisons)
    by_field, whole = kept or _term_frequencies(vectors, pairs, voters)
    # Names that changed places and lines of address are no values of one field: they are the rest.
    rest = whole - sum(np.nan_to_num(of_value) for of_value in by_field.values())
    rest = np.where(np.abs(rest) < _NOTHING, 0.0, rest)
    bits = {}
    for field in comparisons.fields:
        # Of the levels, for *same* against *unrelated*, and of the value that is shared.
        of_level = model.log_m["same"][field] - model.log_m["unrelated"][field]
        bits[field] = of_level[vectors.levels[field]]
        if field in by_field:
            bits[field] = bits[field] + np.nan_to_num(by_field[field])
    posterior = score(vectors, model).posterior
    of_class = dict(zip(CLASSES, posterior.T, strict=True))
    weight = pairs.column("weight").to_numpy()
    columns = {
        "entry_l": pairs.column("entry_l"),
        "entry_r": pairs.column("entry_r"),
        "prior": np.full(pairs.num_rows, model.prior_log_odds),
        "term_frequency": rest,
        "rivals": weight - sum(bits.values()) - rest,
        "p_twins": of_class["twins"],
        "p_relatives": posterior[:, 2:-1].sum(axis=1),
        "p_unrelated": of_class["unrelated"],
    }
    columns |= {f"{field}_bits": of_field for field, of_field in bits.items()}
    for field in SHARED:
        if field in by_field:
            of_value = by_field[field]
            shared = np.where(of_value > 0, of_value, np.nan)
            columns[f"{field}{_OWN}"] = pa.array(shared, from_pandas=True)
    return tables.from_columns(columns, schemas.waterfall_schema(added), pairs.num_rows)


_OWN = "_term_frequency"
"""The end of the names of columns with the bits of one comparison's values."""


def with_term_frequencies(pairs: pa.Table, bits: Mapping[str, Floats]) -> pa.Table:
    """The pairs with a column ``<comparison>_term_frequency`` for each, in bits."""
    for field, of_field in bits.items():
        pairs = pairs.append_column(f"{field}{_OWN}", pa.array(of_field))
    return pairs


def _kept_frequencies(
    pairs: pa.Table, comparisons: Comparisons
) -> _TermFrequencies | None:
    """Those that the pairs have; None where they have none."""
    names = {field: f"{field}{_OWN}" for field in comparisons.fields}
    if not set(names.values()) <= set(pairs.column_names):
        return None
    bits = {field: pairs.column(name).to_numpy() for field, name in names.items()}
    by_field = {field: np.where(of != 0, of, np.nan) for field, of in bits.items()}
    return by_field, -pairs.column("term_frequency").to_numpy()


def _term_frequencies(
    vectors: Vectors, pairs: pa.Table, voters: pa.Table | Ready | None
) -> _TermFrequencies:
    whole = -vectors.term_frequency
    if voters is None:
        return {}, whole
    if isinstance(voters, pa.Table):
        listed = schemas.require(voters, LINKED, "explain")
        voters = Ready(listed.column("entry_id").combine_chunks(), encode(listed))
    left, right = ends_of(voters.ids, pairs)
    known = np.flatnonzero((left >= 0) & (right >= 0))
    at_known = vectors.at(known)
    shared = Pairs(voters.entries, left[known], right[known])
    by_field = {}
    for field in SHARED:
        bits = _value_bits(SHIPPED[field], at_known, shared)
        of_field = np.full(len(left), np.nan)
        of_field[known] = np.where(bits > 0, bits, np.nan)
        by_field[field] = of_field
    return by_field, whole


def _value_bits(comparison: Comparison, vectors: Vectors, pairs: Pairs) -> Floats:
    """The bits that the term frequency of one field's values adds, as the linkage counts it."""
    total = np.zeros(len(pairs), np.float64)
    levels = vectors.levels[comparison.field]
    for where, share in comparison.shared_value_shares(pairs, levels):
        total[where] += on_grid(share)
    return -total


def term_frequencies(
    scorer: Scorer, pairs: Pairs, vectors: Vectors
) -> dict[str, Floats]:
    """The bits that term frequencies add to each pair, by comparison; they sum to all of them.

    Names that changed places count with the surname, or with the given name where only that one
    stands in the other's place.
    """
    bits = {}
    none = Vectors(vectors.levels, np.zeros(len(pairs)))
    for comparison in scorer.comparisons:
        bound = bound_frequencies(
            pairs, none, Comparisons([comparison]), scorer.model.log_m
        )
        value_bits = _value_bits(comparison, vectors, pairs)
        # Not the negative zero that nothing less nothing is.
        bits[comparison.field] = value_bits - bound.term_frequency + 0.0
    is_surname = vectors.levels["surname"] == SurnameLevel.SWAPPED
    for where, share in swapped_shares(pairs, vectors.levels):
        told = np.zeros(len(pairs))
        told[where] = on_grid(share)
        bits["surname"] -= np.where(is_surname, told, 0.0)
        bits["given_name"] -= np.where(is_surname, 0.0, told)
    return bits


@frozen
class KeyOfPair:
    """Whether a blocking key brings two entries together."""

    key: str
    differs: tuple[str, ...]
    """Its fields in which the two differ."""
    unknown: tuple[str, ...]
    """Its fields of which one of the two knows nothing."""
    holds: bool
    """Whether it brings them together. Where nothing differs and it does not, their block was too
    large, or the key is one for dates that are not known in full."""


def keys_of_pair(
    listed: Encoded, blocking: Sequence[Key], limit: int, left: int, right: int
) -> list[KeyOfPair]:
    """What each key says of two entries of a list, given by their positions."""
    ends = np.array([left, right])
    codes: dict[str, Codes] = {}
    told = []
    for key in blocking:
        for name in key.fields:
            if name not in codes:
                codes[name] = field_of(listed, name)[ends]
        unknown = [name for name in key.fields if codes[name].min() < 0]
        differs = [
            name
            for name in key.fields
            if name not in unknown and codes[name][0] != codes[name][1]
        ]
        holds = False
        if not unknown and not differs:
            there, here = np.array([[left], [right]], np.int32)
            holds = bool(build(listed, key, limit).hold(there, here)[0])
        told.append(KeyOfPair(key.name, tuple(differs), tuple(unknown), holds))
    return told


def with_model(
    pairs: pa.Table, model: Model, comparisons: Comparisons = SHIPPED
) -> pa.Table:
    """The same table, with the model in its metadata: each level by its name."""
    log_m = {
        name: {
            field: dict(zip(comparisons[field].words, bits.tolist(), strict=True))
            for field, bits in fields.items()
        }
        for name, fields in model.log_m.items()
    }
    content: dict[str, object] = {"log_m": log_m, "log_size": list(model.log_size)}
    if comparisons.added_kinds:
        content["added"] = comparisons.added_kinds
    return pairs.replace_schema_metadata({_KEY: json.dumps(content).encode()})


def read_model(metadata: dict[bytes, bytes] | None) -> Model | None:
    """The model in a table's metadata; None where there is none."""
    if not metadata or _KEY not in metadata:
        return None
    content = strict_json.loads(metadata[_KEY])
    comparisons = read_comparisons(metadata)
    log_m = {
        name: {
            field: _by_code(comparisons[field], bits) for field, bits in fields.items()
        }
        for name, fields in content["log_m"].items()
    }
    return Model(log_m, np.array(content["log_size"]), {})


def read_comparisons(metadata: dict[bytes, bytes] | None) -> Comparisons:
    """The comparisons of a table's pairs: the shipped ones, and those that its metadata names."""
    content = strict_json.loads(metadata[_KEY]) if metadata and _KEY in metadata else {}
    return with_added(content.get("added", {}))


def _by_code(comparison: Comparison, bits: dict[str, float]) -> Floats:
    """The bits of each level by its code."""
    # A level that is younger than the model is a level of none of its pairs.
    return np.array([bits.get(word, 0.0) for word in comparison.words])


def vectors_in(pairs: pa.Table, comparisons: Comparisons = SHIPPED) -> Vectors:
    """The comparison vectors of the rows of a PAIR table.

    Raises:
        ValueError: a level is not one of its comparison's.
    """
    levels = {}
    for comparison in comparisons:
        field = comparison.field
        words = pairs.column(f"{field}_level").cast(pa.string())
        code = pc.index_in(words, value_set=pa.array(comparison.words))
        if code.null_count:
            raise ValueError(f"a level of {field} is not known")
        levels[field] = np.asarray(code.to_numpy(), np.uint8)
    term_frequency = np.asarray(pairs.column("term_frequency").to_numpy(), np.float64)
    return Vectors(levels, term_frequency)
