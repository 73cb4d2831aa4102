"""The columns of an address: the line, its settlement, street, house and flat."""

from __future__ import annotations

from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from voterlist.model import Profile
from voterlist.normalize.addresses import Address, read_address
from voterlist.processes.shares import mapped
from voterlist.schemas import STREET_OR_VILLAGE
from voterlist.tables import with_values

_READ = pa.schema([(name, pa.string()) for name in Address._fields])
_NOT_COMPARED = {"street_kind", "building"}
_AT_ONCE = 1 << 16
"""Addresses that are held as they were read until they stand in columns."""


def read_addresses(
    written: pa.DictionaryArray, profile: Profile, *, for_linkage: bool = False
) -> dict[str, pa.DictionaryArray]:
    """The columns of VOTER that are read off the addresses of a list, dictionary-encoded.

    ``for_linkage`` leaves out those that are not compared: kind of street and building, the
    settlement where no street may be a village, and the line where streets are known.
    """
    texts, read = written.dictionary, partial(read_address, profile=profile)
    parts = [_READ.empty_table()]
    for start in range(0, len(texts), _AT_ONCE):
        addresses = mapped(read, texts.slice(start, _AT_ONCE).to_pylist())
        columns = map(partial(pa.array, type=pa.string()), zip(*addresses, strict=True))
        parts.append(pa.table(list(columns), schema=_READ))
    every = pa.concat_tables(parts).rename_columns({"line": "address"})
    if for_linkage and profile is Profile.AZ:
        street = every.column("street")
        in_doubt = pc.any(pc.ends_with(street, STREET_OR_VILLAGE)).as_py()
        is_known = street.null_count < len(street)
        left_out = {
            *_NOT_COMPARED,
            *(["address"] if is_known else []),
            *([] if in_doubt else ["settlement"]),
        }
        every = every.drop_columns(list(left_out))
    return {
        name: with_values(written, column.combine_chunks())
        for name, column in zip(every.column_names, every.columns, strict=True)
    }
