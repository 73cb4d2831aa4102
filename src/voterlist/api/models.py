"""A model as a frame that people edit, and as a file; and the same read again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from voterlist import strict_json
from voterlist.api.frames import refusal
from voterlist.link.comparisons import with_added
from voterlist.link.comparisons.base import MISSING
from voterlist.link.comparisons.vectors import Comparisons
from voterlist.link.fitted import LEVELS, Fitted
from voterlist.link.weigh import CLASSES, Model, count, round_model

FORMAT = 1
"""Of the file. A model in another format is refused."""
_M = {name: "u" if name == "unrelated" else f"m_{name}" for name in CLASSES} | {
    "same": "m"
}
"""The column of the shares of each class."""
_SHARES = [*_M.values()]
_AGAIN = "Link once without a model, and save that linkage's model."


def attributes(fitted: Fitted, profile: str) -> dict[str, Any]:
    """What a model is beside its shares, as plain values."""
    sizes = (2.0**fitted.model.log_size).tolist()
    return {
        "format": FORMAT,
        "profile": profile,
        "entries": fitted.entries,
        "added": fitted.comparisons.added_kinds,
        "class_pairs": dict(zip(CLASSES, sizes, strict=True)),
        "prior_bits": fitted.model.prior_log_odds,
    }


def as_text(model: pd.DataFrame) -> str:
    """A model as JSON."""
    cells = model[LEVELS.names].astype(object)
    rows = cells.where(cells.notna(), None).to_dict("records")
    return json.dumps({**model.attrs, "levels": rows}, indent=1, allow_nan=False)


def read(given: object) -> pd.DataFrame:
    """The model that was given: a frame, its text, or the path of a file.

    Raises:
        UsageError: it is none, or one that this version does not know.
    """
    if isinstance(given, str | Path):
        given = _load(given)
    if not isinstance(given, pd.DataFrame):
        raise refusal(
            "this is no model.", "Give linkage.model, or the path of a saved one."
        )
    lacking = {"comparison", "level", *_SHARES} - set(given.columns)
    if lacking or "class_pairs" not in given.attrs:
        what = f"the columns {', '.join(sorted(lacking))}" if lacking else "its attrs"
        todo = "Change linkage.model in place, with .loc: other ways may lose them."
        raise refusal(f"the model has lost {what}.", todo)
    if given.attrs.get("format") != FORMAT:
        raise refusal("the model was saved by another version of voterlist.", _AGAIN)
    return given


def _load(given: str | Path) -> pd.DataFrame:
    is_text = isinstance(given, str) and given.lstrip().startswith("{")
    try:
        content = strict_json.loads(str(given) if is_text else Path(given).read_bytes())
    except OSError:
        raise refusal(
            "the file of the model cannot be read.", "Look at its path."
        ) from None
    except ValueError:
        content = None
    if not isinstance(content, Mapping) or not isinstance(content.get("levels"), list):
        raise refusal("the file holds no model.", "Give one that save_model wrote.")
    frame = pd.DataFrame(content["levels"])
    frame.attrs = {name: value for name, value in content.items() if name != "levels"}
    return frame


def fit_to(model: pd.DataFrame, comparisons: Mapping[str, str]) -> Fitted:
    """The model for a list with these added comparisons, by name with their kinds.

    Raises:
        UsageError: it is one for other comparisons, or a share is none.
    """
    _require_same(model.attrs["added"], comparisons)
    compared = with_added(comparisons)
    rows = {
        (comparison, level): dict(zip(_SHARES, shares, strict=True))
        for comparison, level, *shares in model[
            ["comparison", "level", *_SHARES]
        ].to_numpy()
    }
    known = [(of.field, word) for of in compared for word in of.words]
    if set(rows) != set(known):
        raise refusal(
            "the model has other levels than this version of voterlist.", _AGAIN
        )
    by_value = set(
        model.loc[model["by_value"].astype(bool), ["comparison", "level"]].itertuples(
            index=False, name=None
        )
    )
    log_m: dict[str, dict[str, np.ndarray]] = {name: {} for name in CLASSES}
    u = {}
    for comparison in compared:
        of_levels = [rows[comparison.field, word] for word in comparison.words]
        elsewhere = [MISSING, *comparison.elsewhere]
        for name, column in _M.items():
            # What is no number is no share.
            said = pd.Series([row[column] for row in of_levels])
            shares = pd.to_numeric(said, errors="coerce").to_numpy(
                np.float64, copy=True
            )
            shares[elsewhere] = 1.0
            _require_shares(shares, comparison.field)
            bits = np.log2(shares)
            if name == "unrelated":
                u[comparison.field] = shares.copy()
                u[comparison.field][elsewhere] = np.nan
                values = [
                    (comparison.field, word) in by_value for word in comparison.words
                ]
                bits[values] = 0.0
            log_m[name][comparison.field] = bits
    sizes = [float(model.attrs["class_pairs"][name]) for name in CLASSES]
    learnt = round_model(Model(log_m, np.log2(sizes), u))
    none = count([])
    return Fitted(compared, learnt, none, none, int(model.attrs["entries"]))


def _require_same(of_model: Mapping[str, str], of_list: Mapping[str, str]) -> None:
    for name in sorted(set(of_model) | set(of_list)):
        if of_model.get(name) == of_list.get(name):
            continue
        if name not in of_list:
            todo = "Give the list this column, or link it without the model."
            raise refusal(
                f"the model has the comparison {name}, the list has not.", todo
            )
        todo = "Leave it out with columns=..., or link without the model."
        raise refusal(f"the list has the comparison {name}, the model has not.", todo)


def _require_shares(shares: np.ndarray, field: str) -> None:
    if not ((shares > 0) & (shares <= 1)).all():
        todo = "A share is a number above 0, and 1 at most."
        raise refusal(f"a share of the comparison {field} is none.", todo)


def fixed_shares(
    shares: Mapping[str, Mapping[str, float]], compared: Comparisons
) -> dict[str, dict[int, float]]:
    """Shares of one person's pairs by field and code of the level.

    Raises:
        UsageError: there is no such comparison or level, or the shares are none.
    """
    fixed = {}
    for field, of_levels in shares.items():
        words = words_of(field, compared)
        unknown = set(of_levels) - set(words[1:])
        if unknown:
            raise refusal(
                f"the comparison {field} has no such level.", f"It has {words[1:]}."
            )
        numbers = np.array(list(of_levels.values()), np.float64)
        _require_shares(numbers, field)
        if numbers.sum() >= 1:
            todo = "Together they are less than 1: the other levels have the rest."
            raise refusal(f"the fixed shares of {field} leave nothing.", todo)
        fixed[field] = {words.index(word): float(of_levels[word]) for word in of_levels}
    return fixed


def words_of(field: str, compared: Comparisons) -> list[str]:
    """The levels of a comparison, *missing* first.

    Raises:
        UsageError: there is no such comparison.
    """
    if field not in compared.fields:
        names = ", ".join(compared.fields)
        raise refusal("there is no such comparison.", f"The comparisons are {names}.")
    return compared[field].words
