"""Two entries of a linkage, brought together or not: what each comparison says, and each key."""

from __future__ import annotations

import numpy as np
import pandas as pd

from voterlist.arrays import Codes
from voterlist.catalogue import Catalogue
from voterlist.link.comparisons.base import MISSING
from voterlist.link.comparisons.given_name import GivenNameLevel
from voterlist.link.explain import KeyOfPair, term_frequencies
from voterlist.link.judge import Scorer
from voterlist.link.weigh import CLASSES
from voterlist.model import frozen
from voterlist.report.sections.cases.model import CaseWords, Step, Waterfall

_MISSING = "missing"
_NOTHING = 1e-9
"""Bits below which a rest is what adding up in another order leaves."""


@frozen
class Ends:
    """Two entries: where they stand in the list, and what they say, by comparison."""

    left: int
    right: int
    left_says: dict[str, str | None]
    right_says: dict[str, str | None]

    @property
    def positions(self) -> tuple[Codes, Codes]:
        """Both as arrays of one position."""
        return np.array([self.left], np.int32), np.array([self.right], np.int32)


def evidence(scorer: Scorer, ends: Ends, language: str) -> pd.DataFrame:
    """A row a comparison, the first and the last what is none; ``bits`` sum to the log-odds.

    ``attrs``: ``probability``, ``weight``, and ``posterior`` by class.
    """
    pairs, vectors, scored = scorer.compare(*ends.positions)
    shared = term_frequencies(scorer, pairs, vectors)
    words = CaseWords(language)
    model = scorer.model
    rows = [_of_no_field("prior", words, model.prior_log_odds)]
    of_comparisons = 0.0
    # Both surnames are known, and one of them is told with the given name.
    is_crossed = (
        vectors.levels.get("given_name", [MISSING])[0] == GivenNameLevel.CROSSED
        and ends.left_says.get("surname")
        and ends.right_says.get("surname")
    )
    for comparison in scorer.comparisons:
        field = comparison.field
        level = int(vectors.levels[field][0])
        of_level = model.log_m["same"][field] - model.log_m["unrelated"][field]
        of_value = float(shared[field][0])
        bits = float(of_level[level]) + of_value
        of_comparisons += bits
        word = comparison.words[level]
        is_shared = of_value > 0 and level != MISSING
        step = Step(field, word, bits, of_value if is_shared else None)
        says = words.step(step)
        if is_crossed and field == "surname":
            says = words("waterfall.crossed")
        rows.append(
            {
                "comparison": field,
                "left": ends.left_says.get(field),
                "right": ends.right_says.get(field),
                "level": word,
                "says": f"{words.column(step.field)}: {says}",
                "level_bits": float(of_level[level]),
                "term_frequency_bits": of_value,
                "bits": bits,
            }
        )
    weight = float(scored.weight[0])
    rivals = weight - of_comparisons
    if abs(rivals) > _NOTHING:
        rows.append(_of_no_field("rivals", words, rivals))
    frame = pd.DataFrame(rows)
    posterior = dict(zip(CLASSES, scored.posterior[0].tolist(), strict=True))
    frame.attrs = {
        "probability": posterior["same"],
        "weight": weight,
        "posterior": posterior,
    }
    return frame


def as_waterfall(told: pd.DataFrame, *entries: object) -> Waterfall:
    """What ``evidence`` gives, as reports draw it; what is not known says nothing and is left out.

    ``entries`` are what the two are called.
    """
    bits = told.set_index("comparison").bits
    posterior = told.attrs["posterior"]
    steps = []
    for row in told.dropna(subset=["level"]).to_dict("records"):
        of_value = float(row["term_frequency_bits"])
        shared = of_value if of_value > 0 else None
        if row["level"] != _MISSING:
            steps.append(Step(row["comparison"], row["level"], row["bits"], shared))
    left, right = map(str, entries)
    return Waterfall(
        entries=(left, right),
        prior=float(bits["prior"]),
        steps=tuple(steps),
        term_frequency=0.0,
        rivals=float(bits.get("rivals", 0.0)),
        weight=told.attrs["weight"],
        probability=posterior["same"],
        twins=posterior["twins"],
        relatives=sum(posterior[name] for name in CLASSES[2:-1]),
        unrelated=posterior["unrelated"],
    )


def _of_no_field(name: str, words: CaseWords, bits: float) -> dict[str, object]:
    """The row of what no comparison says."""
    says = f"{words(f'waterfall.{name}')}: {words(f'waterfall.{name}.note')}"
    empty = dict.fromkeys(("left", "right", "level"))
    return {"comparison": name, **empty, "says": says, "bits": bits}


def key_rows(keys: list[KeyOfPair], say: Catalogue) -> list[tuple[str, str, str]]:
    """(reason, key, sentence) of each key that does not hold, those that lack least first."""
    rows = []
    for key in sorted(keys, key=lambda key: len(key.differs) + len(key.unknown)):
        fields = {"differs": ", ".join(key.differs), "unknown": ", ".join(key.unknown)}
        reason = "block-too-large"
        if key.differs:
            reason = "key-differs-unknown" if key.unknown else "key-differs"
        elif key.unknown:
            reason = "key-unknown"
        rows.append((reason, key.key, say(f"linkage.why-not.{reason}", **fields)))
    return rows
