"""How the report was made, and what the linkage expects of its own proposals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from voterlist.model import frozen
from voterlist.report.section import Block, Inputs, Section, plain_columns
from voterlist.report.sections.chance import CHANCE, Chance, ChanceWords
from voterlist.tables import ReadRow

_MEASURES = ("precision", "recall", "blocking_loss")


@frozen
class Method:
    """What the linkage expects of its own proposals, and what chance alone would give.

    Attributes:
        estimate: shares with the ends of a 95 % interval (``link.fit.Estimate``); None where no
            pair was put forward. Runs of earlier versions lack some.
        doubts: why there is none (``link.fit.Doubt``).
        chance: what chance alone would give.
    """

    estimate: ReadRow | None
    doubts: Sequence[ReadRow]
    chance: tuple[Chance, ...]


class MethodWords(ChanceWords):
    """Says the estimate or that there is none, and what chance would give."""

    def expected_of(self, method: Method) -> list[str]:
        """The estimate in sentences; without one, what that means for who decides.

        What would help the model is told where columns are chosen: by ``link``.
        """
        if method.estimate:
            return list(self.estimate(method.estimate))
        return [self("link.no-estimate")] if method.doubts else []

    def estimate(self, estimate: ReadRow) -> Iterator[str]:
        """The estimate in sentences, one for each measure."""
        for name in _MEASURES:
            ends = {"share": name, "low": f"{name}_low", "high": f"{name}_high"}
            if estimate.get(name) is not None:
                shares = {
                    end: self.probability(estimate[of]) for end, of in ends.items()
                }
                key = f"report.estimate.{name}"
                yield self(key, pairs=estimate["pairs"], **shares)


def _build(inputs: Inputs) -> Method:
    estimates, doubts = map(inputs.table, ("estimate", "doubts"))
    estimate = next(iter(estimates.to_pylist()), None)
    return Method(estimate, doubts.to_pylist(), inputs.of(CHANCE))


def _summary(method: Method, words: MethodWords) -> Iterable[Block]:
    title = words("report.estimate.title")
    yield Block(title, plain_columns(str), words.expected_of(method))
    yield from CHANCE.summary(method.chance, words)


METHOD = Section(
    name="method",
    build=_build,
    uses={"estimate": None, "doubts": None},
    summary=_summary,
)
