"""Match weights and probabilities: a Fellegi-Sunter model whose "not one person" has classes of its own.

Six latent classes of pairs: *same* person; *twins*; *siblings*; others of one *household*; one
*lineage*, father and son or grandfather and grandson of one name; *strangers*. A model of two
classes learnt from a voters' list settles on "relatives against strangers", because relatives are
many and strangers few among the pairs that blocking brings together. Here strangers are not learnt
at all: how often two strangers agree follows from random pairs and from how common each value is,
over all N (N - 1) / 2 pairs of the list. Blocking looks only at the compared fields, so it does not
change the odds of a pair that was compared. What is learnt, by EM over the distinct patterns of
levels, are the m probabilities of the other classes and their sizes, each held by a Dirichlet
prior.

What people decided about pairs is learnt from as well: a pair with a label has its class, or is
known not to be *same*, and all others have the posterior (EM with some labels known). Which pairs
were put to a person follows from their patterns, and the patterns are in the model; given them the
missing labels are missing at random, so the labelled pairs need no weight of their own, however
doubtful they were chosen to be.

Sources: Fellegi and Sunter 1969 (weights); Winkler 1988 (EM), 2000 (value-specific frequencies);
    Larsen and
Rubin 2001 (mixtures of more than two classes, some pairs reviewed by a person); Nigam, McCallum,
Thrun and Mitchell 2000 (EM with labelled and unlabelled).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from voterlist.link.arrays import Floats, Longs
from voterlist.link.compare import LEVELS, Compared, compare
from voterlist.link.encode import Encoded
from voterlist.link.names import SWAPPED
from voterlist.link.priors import Prior, incomplete_dates, priors
from voterlist.model import Profile

__all__ = ["CLASSES", "Labels", "Model", "Patterns", "Scored", "learn", "pack", "score"]

CLASSES = ("same", "twins", "siblings", "household", "lineage", "strangers")
"""The latent classes of pairs, in the order of their rows and columns."""

_RARITY_BINS = 64
_BITS_A_BIN = 2.0
_VALUES = {
    "surname": (1, 2, 7),
    "given_name": (1, 7, 8),
    "patronymic": (1,),
    "birth_date": (1, 2),
    "document": (1,),
    "fin": (1,),
}
"""Levels that agree on a value: for strangers the value's rarity tells their chance."""
_VALUES_OF_TEXTS = {**_VALUES, "address": (1,)}
"""The same where addresses are compared as lines of text: London is no rare place."""

_OTHER_SEX = LEVELS["sex"].index("differs")
_YEAR = LEVELS["birth_date"].index("year")

_RADIX = tuple(len(levels) for levels in LEVELS.values())


@dataclass(frozen=True, slots=True)
class Model:
    """``log_m[class][field]`` is log2 P(level | class), 0 at "missing".

    ``log_size`` log2 of pairs a class.
    """

    log_m: dict[str, dict[str, Floats]]
    log_size: Floats


@dataclass(frozen=True, slots=True)
class Patterns:
    """Distinct patterns of levels and binned rarity, with how many pairs show each."""

    codes: Longs
    counts: Longs


@dataclass(frozen=True, slots=True)
class Labels:
    """How many of the pairs that show each pattern were decided by people.

    They are among its ``counts``.
    """

    same: Floats
    """One person."""
    apart: Floats
    """Two people, be they relatives or strangers."""


@dataclass(frozen=True, slots=True)
class Scored:
    """For each pair.

    P(class | pattern), shape (pairs, classes), and the log2 Bayes factor of *same*.
    """

    posterior: Floats
    weight: Floats


def pack(compared: Compared) -> Longs:
    """One code a pair: its levels in mixed radix, then its rarity in bins of two bits."""
    code = np.minimum(-compared.rarity / _BITS_A_BIN, _RARITY_BINS - 1).astype(np.int64)
    code = np.maximum(code, 0)
    for name, radix in zip(LEVELS, _RADIX, strict=True):
        code = code * radix + compared.levels[name]
    return code


def unpack(codes: Longs) -> Compared:
    """The levels of packed patterns, and the middle of their bin of rarity."""
    levels = {}
    rest = codes
    for name, radix in reversed(list(zip(LEVELS, _RADIX, strict=True))):
        levels[name] = (rest % radix).astype(np.uint8)
        rest = rest // radix
    return Compared(levels, -(rest.astype(np.float64) + 0.5) * _BITS_A_BIN)


def count(parts: list[Patterns]) -> Patterns:
    """The patterns of several chunks together."""
    if not parts:
        return Patterns(np.zeros(0, np.int64), np.zeros(0, np.int64))
    codes = np.concatenate([part.codes for part in parts])
    distinct, place = np.unique(codes, return_inverse=True)
    counts = np.bincount(place, np.concatenate([part.counts for part in parts]), len(distinct))
    return Patterns(distinct, counts.astype(np.int64))


def patterns(codes: Longs) -> Patterns:
    """The distinct codes of a chunk with their counts."""
    distinct, counts = np.unique(codes, return_counts=True)
    return Patterns(distinct, counts.astype(np.int64))


def _strangers(entries: Encoded, sample: int, seed: int) -> dict[str, Floats]:
    """log2 u of each level from random pairs; 0 for agreements on a value, whose rarity is added a pair.

    Half an imagined pair is added to each level (Jeffreys), so that no level is impossible.
    """
    random = np.random.default_rng(seed)
    one = random.integers(0, entries.size, sample).astype(np.int32)
    other = random.integers(0, entries.size, sample).astype(np.int32)
    apart = one != other
    compared = compare(entries, np.minimum(one, other)[apart], np.maximum(one, other)[apart])
    found = {}
    values = _VALUES_OF_TEXTS if entries.address_words else _VALUES
    for name, levels in LEVELS.items():
        # Who agree in a given name are of one sex, and by their sex surnames differ one way or the
        # other.
        of_one_sex = compared.levels["sex"] != _OTHER_SEX if name == "surname" else slice(None)
        counts = np.bincount(compared.levels[name][of_one_sex], minlength=len(levels)).astype(
            np.float64
        )
        counts[0] = 0
        share = (counts[1:] + 0.5) / (counts[1:].sum() + 0.5 * (len(levels) - 1))
        log_u = np.r_[0.0, np.log2(share)]
        log_u[list(values.get(name, ()))] = 0.0
        if name == "birth_date":
            # That the years agree is told by their rarity; that a date is incomplete, by how many
            # are.
            log_u[_YEAR] = np.log2(max(incomplete_dates(entries), 0.5 / entries.size))
        _say_once(name, log_u)
        found[name] = log_u
    return found


def _log_likelihood(compared: Compared, log_m: dict[str, dict[str, Floats]]) -> Floats:
    """log2 P(pattern | class), shape (pairs, classes)."""
    columns = []
    for name in CLASSES:
        total = np.zeros(len(compared.rarity))
        for field, levels in compared.levels.items():
            total += log_m[name][field][levels]
        columns.append(total + compared.rarity if name == "strangers" else total)
    return np.stack(columns, axis=1)


def _posterior(log_likelihood: Floats, log_size: Floats) -> Floats:
    joint = log_likelihood + log_size
    joint -= joint.max(axis=1, keepdims=True)
    share = np.exp2(joint)
    return np.asarray(share / share.sum(axis=1, keepdims=True), np.float64)


def _expected(likelihood: Floats, log_size: Floats, counts: Longs, labels: Labels | None) -> Floats:
    """The pairs of each pattern expected in each class.

    By the posterior, but for what is known of decided ones.
    """
    if labels is None:
        return _posterior(likelihood, log_size) * counts[:, None]
    undecided = counts - labels.same - labels.apart
    expected = _posterior(likelihood, log_size) * undecided[:, None]
    expected[:, 0] += labels.same
    expected[:, 1:] += _posterior(likelihood[:, 1:], log_size[1:]) * labels.apart[:, None]
    return expected


def _say_once(field: str, log_share: Floats) -> None:
    """That names changed places is one piece of evidence: it is counted with the surname."""
    if field == "given_name":
        log_share[SWAPPED] = 0.0


def _log_shares(field: str, shares: Floats) -> Floats:
    """log2 of the shares of a field's levels; 0 for "missing", and for what is said elsewhere."""
    log_share: Floats = np.r_[0.0, np.log2(shares)]
    _say_once(field, log_share)
    return log_share


def _maximise(
    seen: Compared, expected: Floats, known: dict[str, Prior], log_m: dict[str, dict[str, Floats]]
) -> None:
    """Set m of the learnt classes from the expected counts of their levels and the prior."""
    for (name, prior), weight in zip(known.items(), expected.T, strict=False):
        for field, levels in LEVELS.items():
            counts = np.bincount(seen.levels[field], weight, len(levels))[1:].astype(np.float64)
            log_m[name][field] = _log_shares(field, prior.learnt(field, counts))


def learn(
    entries: Encoded,
    seen: Patterns,
    profile: Profile,
    *,
    pairs: int | None = None,
    labels: Labels | None = None,
    sample: int = 250_000,
    seed: int = 1,
) -> Model:
    """The model of a list from the patterns of its candidate pairs, by at most 50 rounds of EM.

    ``pairs`` is how many pairs count, compared or not, where not every pair of the list does.
    ``labels`` are what people decided, pattern by pattern.
    """
    every = entries.size * (entries.size - 1) / 2
    counted = every if pairs is None else float(pairs)
    known = {name: priors(profile, entries)[name] for name in CLASSES[:-1]}
    log_m = {
        name: {field: _log_shares(field, prior.shares[field]) for field in LEVELS}
        for name, prior in known.items()
    }
    log_m["strangers"] = (
        _strangers(entries, sample, seed)
        if entries.size > 1
        else {field: np.zeros(len(levels)) for field, levels in LEVELS.items()}
    )
    held = np.array([prior.held for prior in known.values()])
    expected_sizes = np.array([prior.expected_share for prior in known.values()]) * max(
        entries.size, 1
    )
    # One person's and relatives' pairs are as often among those that count as any others.
    expected_sizes *= max(counted, 1.0) / max(every, 1.0)
    sizes = np.append(expected_sizes, max(counted, 1.0))
    patterns_seen = unpack(seen.codes)
    for _ in range(50):
        likelihood = _log_likelihood(patterns_seen, log_m)
        expected = _expected(likelihood, np.log2(sizes), seen.counts, labels)
        before = sizes.copy()
        sizes[:-1] = (expected.sum(axis=0)[:-1] + held * expected_sizes) / (1 + held)
        _maximise(patterns_seen, expected, known, log_m)
        if np.abs(np.log2(sizes / before)).max() < 1e-4:
            break
    return Model(log_m, np.log2(sizes))


def score(compared: Compared, model: Model) -> Scored:
    """The posterior of each class and the match weight of *same* against all that is not *same*, in bits."""
    likelihood = _log_likelihood(compared, model.log_m)
    posterior = _posterior(likelihood, model.log_size)
    others = model.log_size[1:] - np.logaddexp2.reduce(model.log_size[1:])
    weight = likelihood[:, 0] - np.logaddexp2.reduce(likelihood[:, 1:] + others, axis=1)
    return Scored(posterior, weight)
