"""What several commands tell: how tables were understood, and what the linkage says of itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from voterlist.cli.terminal import SAY, TERMINAL, Answer, pick, table, tell, warn

if TYPE_CHECKING:
    from voterlist.any_table.joined import Reading
    from voterlist.ingest.choice import ColumnUse


def tell_reading(reading: Reading) -> None:
    """Print the profile, and what each column of each file is used as.

    Files with the same columns are told once.
    """
    _tell_profile(reading)
    by_columns: dict[tuple[ColumnUse, ...], list[str]] = {}
    for file in reading.columns:
        by_columns.setdefault(file.columns, []).append(file.file)
    for columns, files in by_columns.items():
        if len(by_columns) > 1:
            tell("cli.columns.of", files=", ".join(files))
        table(("column", "used-as"), [(use.column, _use(use)) for use in columns])
    tell("cli.columns.change")
    TERMINAL.say()


def _tell_profile(reading: Reading) -> None:
    told = reading.told
    if told is None:
        tell("cli.profile.given", profile=reading.profile)
        return
    share = SAY.percent(told.share)
    tell("cli.profile.told", profile=reading.profile, share=share)
    if told.doubt is not None:
        warn(f"cli.profile.doubt-{told.doubt}", names=told.names)


def _use(use: ColumnUse) -> str:
    """In words what a column is used as, or why it is left."""
    if use.reason is None:
        return SAY(f"cli.columns.as-{use.use}", name=_name_of(use.name), kind=use.kind)
    why = SAY(f"cli.columns.left-{use.reason}")
    if use.looks_like is None:
        return why
    return SAY("cli.columns.looks-like", why=why, name=_name_of(use.looks_like))


def _name_of(name: str | None) -> str:
    """A field or comparison in words; one that a map adds as the map calls it."""
    key = f"field.{name}"
    return SAY(key) if SAY.has(key) else name or ""


def reading_as_json(reading: Reading) -> Answer:
    """The same for programs."""
    told = reading.told
    return {
        "profile": reading.profile,
        "profile_told": told and pick(told, "share", "names", "doubt"),
        "columns": [
            {"file": file.file, **pick(use)}
            for file in reading.columns
            for use in file.columns
        ],
    }


def tell_estimate(estimate: Mapping[str, Any] | None) -> None:
    """Precision and recall that the model expects, with their intervals.

    Nothing where no pair was put forward.
    """
    from voterlist.report.values import Words

    if not estimate:
        return
    words = Words(SAY.language)
    measures = {
        name: value
        for name, value in estimate.items()
        if name.startswith(("precision", "recall", "blocking_loss"))
    }
    shares = {name: words.probability(value) for name, value in measures.items()}
    tell("cli.run.estimate", pairs=estimate["pairs"], **shares)


def tell_compared(afresh: int, compared: int, state_use: str | None) -> None:
    """How many pairs were compared afresh, or why all of them were.

    Nothing where no state was to be kept.
    """
    if state_use is not None:
        tell(f"cli.state.{state_use}", afresh=afresh, compared=compared)


def tell_training_labels(labels: int | None, contradictory: int | None) -> None:
    """How many decided pairs taught the model, and how many could not.

    Nothing where this run did not link.
    """
    if labels is not None:
        tell("cli.run.training-labels", labels=labels)
    if contradictory:
        tell("cli.run.contradictory", contradictory=contradictory)


def tell_chance(rows: Iterable[Mapping[str, Any]]) -> None:
    """Print, for each kind of agreement, the pairs expected by chance, those found, the meaning."""
    from voterlist.report.sections.chance import Chance, ChanceWords

    words = ChanceWords(SAY.language)
    chances = [
        Chance(tuple(str(row["agreement"]).split("+")), row["expected"], row["found"])
        for row in rows
    ]
    if not chances:
        return
    TERMINAL.say()
    TERMINAL.say(words("report.chance.title"))
    TERMINAL.table(
        [
            words(f"report.column.{name}")
            for name in ("agreement", "expected", "found", "meaning")
        ],
        [
            (
                words.agreement(row.agreement),
                words.expected(row.expected).rjust(8),
                row.found,
                words.coincidence(row),
            )
            for row in chances
        ],
    )
