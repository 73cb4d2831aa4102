"""How the report was made, and what the linkage expects of its own proposals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from voterlist.report.section import Block, Inputs, Section, plain_columns
from voterlist.report.sections.chance import CHANCE, Chance, ChanceWords

_MEASURES = ("precision", "recall", "blocking_loss")


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the linkage expects of its own proposals, with the ends of a 95 % interval.

    Shares 0 to 1.
    """

    pairs: int
    precision: float
    precision_low: float
    precision_high: float
    recall: float
    recall_low: float
    recall_high: float
    blocking_loss: float | None = None
    """None in runs of earlier versions, which spoke of the pairs compared."""
    blocking_loss_low: float | None = None
    blocking_loss_high: float | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why there is no estimate: a code of ``link.fit.Misfit``, and how much it concerns."""

    code: str
    share: float


@dataclass(frozen=True, slots=True)
class Method:
    """The estimate of the linkage, if pairs were put forward, and what chance alone would give."""

    estimate: Estimate | None
    doubts: tuple[Doubt, ...]
    chance: tuple[Chance, ...]


class MethodWords(ChanceWords):
    """Says the estimate or why there is none, and what chance would give."""

    def lines(self, method: Method) -> list[str]:
        """The estimate in sentences; without one, the reasons."""
        if method.estimate:
            return self.estimate(method.estimate)
        return [self._doubt(doubt) for doubt in method.doubts]

    def _doubt(self, doubt: Doubt) -> str:
        key = f"link.doubt.{doubt.code}"
        return self(key, share=self.percent(doubt.share), pairs=int(doubt.share))

    def estimate(self, estimate: Estimate) -> list[str]:
        """The estimate in sentences, one for each measure."""
        return [
            self._measure(estimate, measure)
            for measure in _MEASURES
            if getattr(estimate, measure) is not None
        ]

    def _measure(self, estimate: Estimate, measure: str) -> str:
        ends = {"share": measure, "low": f"{measure}_low", "high": f"{measure}_high"}
        shares = {
            end: self.probability(getattr(estimate, name)) for end, name in ends.items()
        }
        return self(f"report.estimate.{measure}", pairs=estimate.pairs, **shares)


def _build(inputs: Inputs) -> Method:
    rows = inputs.table("estimate").to_pylist()
    estimate = Estimate(**rows[0]) if rows else None
    doubts = [
        Doubt(row["code"], row["share"]) for row in inputs.table("doubts").to_pylist()
    ]
    return Method(estimate, tuple(doubts), inputs.of(CHANCE))


def _summary(method: Method, words: MethodWords) -> Iterable[Block]:
    title = words("report.estimate.title")
    yield Block(title, plain_columns(str), words.lines(method))
    yield from CHANCE.summary(method.chance, words)


METHOD = Section(
    name="method",
    build=_build,
    words=MethodWords,
    uses={"estimate": None, "doubts": None},
    summary=_summary,
)
