"""The first lines of each precinct's protocol, computed from the list, beside those reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from voterlist import readers
from voterlist.counter.signed import Signed, signed_in
from voterlist.counter.voting_cards import Cards, Place
from voterlist.errors import InputError
from voterlist.ingest import protocol
from voterlist.lists.compile import compile_lists
from voterlist.lists.sheets import came_late
from voterlist.pipeline.list_input import ListSource
from voterlist.schemas import PROTOCOL, PROTOCOL_LINES
from voterlist.tables import concat, count_by, rows_among


@dataclass(frozen=True, slots=True)
class PrecinctLines:
    """Line 1 of a protocol: what the workspace computes, and what the precinct reported.

    1 = 1a (list) + 1b (supplementary) + 1c (voted with a card) - 1d (cards issued).
    """

    constituency: int
    precinct: int
    computed: Mapping[str, int]
    """Of ``line_1a``, ``line_1b`` and ``line_1d``. Who voted with a card came from elsewhere, so
    nothing here says ``line_1c``."""
    reported: Mapping[str, int | None]
    """Of PROTOCOL_LINES; empty where no protocol names the precinct."""
    signed: Signed | None = None
    """What was read of its signed list."""

    @property
    def differences(self) -> tuple[str, ...]:
        """The lines of which the precinct reports something else.

        On the day voters are written into the supplementary list by hand, so it may have more
        than the workspace knows of, and not fewer. ``line_1`` differs where the reported lines do
        not add up, and ``signed`` where more people signed than it says stand on the lists.
        """
        told = self.reported
        other = [
            name
            for name, count in self.computed.items()
            if (reported := told.get(name)) is not None
            and (reported < count if name == "line_1b" else reported != count)
        ]
        parts = [told.get(name) for name in PROTOCOL_LINES]
        numbers = [part for part in parts if part is not None]
        if len(numbers) == len(parts):
            whole, listed, supplementary, with_card, cards = numbers
            if whole != listed + supplementary + with_card - cards:
                other.append("line_1")
            if self.signed is not None:
                if self.signed.signed + self.signed.by_hand > whole:
                    other.append("signed")
                # Who is written in by hand is of the precinct, or came with a card.
                if supplementary + with_card < (
                    self.computed["line_1b"] + self.signed.by_hand
                ):
                    other.append("line_1b")
        return tuple(sorted({*other}))


def precinct_lines(
    source: ListSource, cards: Cards, reported: pa.Table
) -> list[PrecinctLines]:
    """The lines of every precinct that has a list, by constituency and precinct.

    Args:
        source: of which workspace.
        cards: issued and cancelled.
        reported: PROTOCOL.

    Raises:
        UsageError: something was decided since the newest run.
    """
    told = {
        (row["constituency"], row["precinct"]): {
            name: row[name] for name in PROTOCOL_LINES
        }
        for row in reported.to_pylist()
    }
    signed = signed_in(source.journal)
    lines = []
    for constituency in source.constituencies():
        source.require_current(constituency)
        _, given = source.input_of(constituency)
        compiled = compile_lists(given, constituency=constituency)
        late = came_late(compiled.corrections, source.last_days)
        holders = cards.holders(source.known_as(constituency))
        everybody = count_by(compiled.listed, "precinct")
        arrived, with_card = (
            count_by(rows_among(compiled.listed, "entry_id", ids), "precinct")
            for ids in (late, holders)
        )
        for precinct in sorted(place for place in everybody if place is not None):
            if constituency is not None:
                place: Place = (constituency, precinct)
                supplementary = arrived.get(precinct, 0)
                computed = {
                    "line_1a": everybody[precinct] - supplementary,
                    "line_1b": supplementary,
                    "line_1d": with_card.get(precinct, 0),
                }
                lines.append(
                    PrecinctLines(
                        *place, computed, told.get(place, {}), signed.get(place)
                    )
                )
    return lines


def read_protocols(source: ListSource, paths: Sequence[Path]) -> pa.Table:
    """PROTOCOL of these files.

    Raises:
        InputError: one of them cannot be read, or is no protocol.
    """
    tables = []
    for path in paths:
        for raw in readers.read_files(path, path.name, source.settings.ingest):
            if raw.trouble is not None:
                raise InputError(
                    "the protocol cannot be read", code=raw.trouble, file=path.name
                )
            tables.append(protocol(raw))
    return concat(tables, PROTOCOL)
