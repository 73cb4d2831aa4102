"""Match weights and probabilities: a Fellegi-Sunter model with six latent classes of pairs.

The classes are *same* person; *twins*; *siblings*; others of one *household*; one *lineage*, father
and son or grandfather and grandson of one name; *unrelated*. A model of two classes learnt from a
voters' list settles on "relatives against unrelated people", because relatives are many and
unrelated people few among the pairs that blocking brings together.

The class *unrelated* is not learnt. How often two unrelated people agree follows from random pairs
and from how frequent each value is, over all N (N - 1) / 2 pairs of the list. Blocking looks only
at the compared fields, so it does not change the odds of a pair that was compared. What is learnt,
by EM over the distinct comparison vectors, are the m probabilities of the other classes and their
sizes, each with the pseudo-counts of a Dirichlet prior.

Pairs that people decided are learnt from as well: a pair with a label has its class, or is known
not to be *same*, and all others have the posterior (EM with some labels known). Which pairs were
put to a person follows from their vectors, and the vectors are in the model. Given them the missing
labels are missing at random, so the labelled pairs need no weight of their own.

Sources: Fellegi and Sunter 1969 (weights); Winkler 1988 (EM), 2000 (value-specific frequencies);
Larsen and Rubin 2001 (mixtures of more than two classes, some pairs reviewed by a person); Nigam,
McCallum, Thrun and Mitchell 2000 (EM with labelled and unlabelled).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import prod

import numpy as np

from voterlist.arrays import Bools, Floats, Longs, exp2
from voterlist.link.comparisons import SHIPPED
from voterlist.link.comparisons.base import MISSING, Comparison, Pairs
from voterlist.link.comparisons.vectors import Comparisons, Vectors
from voterlist.link.encode import Encoded
from voterlist.link.grid import on_grid
from voterlist.link.priors import Prior, Sample, priors
from voterlist.model import Profile, frozen

_LEAST_KNOWN = 0.001
"""A field that fewer of the pairs have is one that the list lacks."""
_NO_PAIRS = 2.0**-500
"""The size of a class that is not offered: it has a logarithm, and no pair is of that class."""


def lacking(shares: Mapping[str, float]) -> list[str]:
    """The fields that the list lacks, by the shares of pairs that have them."""
    return [field for field, share in shares.items() if share < _LEAST_KNOWN]


class Sizes:
    """How many pairs the classes have that are learnt.

    A class that needs a field which the list lacks is not offered: without birth dates nothing
    tells father and son of one name from a repetition, and a class for them would take the
    repetitions. And nothing but a home in common shows how many brothers and sisters a list has.
    """

    def __init__(
        self, known: Mapping[str, Prior], entries: float, shares: Mapping[str, float]
    ) -> None:
        """``entries`` are those of the list, fewer where not every pair counts."""
        self._known = known
        self._entries = entries
        self._countable = {
            name: prod(shares[field] for field in prior.needs)
            for name, prior in known.items()
        }
        missing = lacking(shares)
        self._is_counted = {
            name: not set(prior.counted_by) & set(missing)
            for name, prior in known.items()
        }

    def expected(self) -> Floats:
        """The sizes before the list was seen."""
        return self._of_classes(dict.fromkeys(self._known))

    def learnt(self, expected: Floats, vectors: Vectors) -> Floats:
        """The sizes by the pairs of each vector that are expected in each class."""
        classes = zip(self._known.items(), expected.T, strict=False)
        return self._of_classes(
            {
                name: self._count_of(name, prior, of_class, vectors)
                for (name, prior), of_class in classes
            }
        )

    def _count_of(
        self, name: str, prior: Prior, expected: Floats, vectors: Vectors
    ) -> float | None:
        """How many pairs the class has by those in which it can be told; None where none tells."""
        if not self._is_counted[name]:
            return None
        is_told = np.ones(len(expected), np.bool_)
        for field in prior.needs:
            is_told &= vectors.levels[field] != MISSING
        return float(expected[is_told].sum()) / max(self._countable[name], _LEAST_KNOWN)

    def _of_classes(self, counted: Mapping[str, float | None]) -> Floats:
        """The sizes, where so many pairs of each class were counted."""
        sizes: dict[str, float] = {}
        # What a class is a part of comes first.
        for name in sorted(
            self._known, key=lambda name: len(self._known[name].part_of)
        ):
            prior = self._known[name]
            whole, share = self._entries, prior.expected_share
            is_whole_known = all(self._is_counted[other] for other in prior.part_of)
            if prior.uncounted_share is not None and not is_whole_known:
                share = prior.uncounted_share
            elif prior.part_of:
                whole = sum(sizes[other] for other in prior.part_of)
            size, seen = share * whole, counted[name]
            if seen is not None:
                size = (seen + prior.size_weight * size) / (1 + prior.size_weight)
            is_offered = self._countable[name] >= _LEAST_KNOWN
            sizes[name] = max(size, _NO_PAIRS) if is_offered else _NO_PAIRS
        return np.array([sizes[name] for name in self._known], np.float64)


CLASSES = ("same", "twins", "siblings", "household", "lineage", "unrelated")
"""The latent classes of pairs, in the order of their rows and columns."""

HOME = SHIPPED["address"]
"""What relatives share who live together."""
GIVEN_NAME = "given_name"
"""The field in which twins differ."""
_ROUNDS = 50
_SMALLEST_CHANGE = 1e-4
"""EM ends when log2 of no class's size changes by more than this."""
_ALL_BUT_SURE = 16
"""The power of a probability that is near 1 only where the pair is all but surely one person."""
_HALF_A_PAIR = 0.5
"""The pseudo-count of each level among random pairs (Jeffreys), so that none is impossible."""


Logs = dict[str, dict[str, Floats]]
"""``[class][field][level]`` is log2 P(level | class), 0 at *missing*."""


@frozen
class Model:
    """The parameters of the classes."""

    log_m: Logs
    log_size: Floats
    """log2 of the pairs of each class."""
    u: dict[str, Floats]
    """``u[field][level]`` is the share of random pairs at a level, whatever value they share, *not
    a number* at *missing*. It scores nothing, it is told to people."""

    @property
    def prior_log_odds(self) -> float:
        """log2 of the odds that a pair, whichever it is, is one person."""
        return float(self.log_size[0] - np.logaddexp2.reduce(self.log_size[1:]))


Shares = Mapping[str, Mapping[int, float]]
"""Field -> code of a level -> share."""


@frozen
class VectorCounts:
    """Distinct packed comparison vectors, and how many pairs show each."""

    codes: Longs
    counts: Longs

    def without(self, vectors: Longs) -> VectorCounts:
        """The vectors, counted without the pairs that have these."""
        which = np.searchsorted(self.codes, vectors)
        gone = np.bincount(which, minlength=len(self.codes)).astype(np.int64)
        return VectorCounts(self.codes, self.counts - gone)


@frozen
class Labels:
    """How many of the pairs that show each distinct vector people decided.

    They are among its ``counts``.
    """

    same: Floats
    """One person."""
    apart: Floats
    """Two people, be they relatives or unrelated."""


@frozen
class Scored:
    """What the model says of pairs."""

    posterior: Floats
    """P(class | vector), shape (pairs, classes)."""
    weight: Floats
    """The match weight: log2 of the Bayes factor of *same* against everything else."""


def count(parts: Sequence[VectorCounts]) -> VectorCounts:
    """The vectors of several chunks together."""
    if not parts:
        return VectorCounts(np.zeros(0, np.int64), np.zeros(0, np.int64))
    codes = np.concatenate([part.codes for part in parts])
    distinct, place = np.unique(codes, return_inverse=True)
    weights = np.concatenate([part.counts for part in parts])
    counts = np.bincount(place, weights, len(distinct))
    return VectorCounts(distinct, counts.astype(np.int64))


def count_chunk(codes: Longs) -> VectorCounts:
    """The distinct vectors of a chunk with their counts."""
    distinct, counts = np.unique(codes, return_counts=True)
    return VectorCounts(distinct, counts.astype(np.int64))


def _weights_unrelated(
    entries: Encoded, comparisons: Comparisons, u: dict[str, Floats]
) -> dict[str, Floats]:
    """log2 u of each level from random pairs; 0 where the term frequency of a value tells it."""
    if entries.size < 2:
        return {
            comparison.field: np.zeros(len(comparison.levels))
            for comparison in comparisons
        }
    log_u = {}
    for comparison in comparisons:
        of_field = _log_shares(comparison, u[comparison.field][MISSING + 1 :])
        of_field[comparison.value_levels(entries)] = 0.0
        comparison.fit_unrelated(entries, of_field)
        log_u[comparison.field] = of_field
    return log_u


def _sampled_shares(counts: Floats) -> Floats:
    """The share of each level among pairs with both values known; *missing* is not a number."""
    known = counts[MISSING + 1 :].astype(np.float64)
    every = known.sum() + _HALF_A_PAIR * len(known)
    return np.asarray(np.r_[np.nan, (known + _HALF_A_PAIR) / every], np.float64)


def _log_shares(comparison: Comparison, shares: Floats) -> Floats:
    """log2 of the shares of a field's levels; 0 for *missing* and for what counts elsewhere."""
    log_shares: Floats = np.r_[0.0, np.log2(shares)]
    log_shares[comparison.elsewhere] = 0.0
    return log_shares


def _log_likelihood(vectors: Vectors, log_m: Logs) -> Floats:
    """log2 P(vector | class), shape (pairs, classes)."""
    columns = []
    for name in CLASSES:
        total = np.zeros(len(vectors.term_frequency))
        for field, levels in vectors.levels.items():
            total += log_m[name][field][levels]
        columns.append(total + vectors.term_frequency if name == "unrelated" else total)
    return np.stack(columns, axis=1)


def _posterior(log_likelihood: Floats, log_size: Floats) -> Floats:
    joint = log_likelihood + log_size
    joint -= joint.max(axis=1, keepdims=True)
    share = exp2(joint)
    return np.asarray(share / share.sum(axis=1, keepdims=True), np.float64)


def _expected_pairs(
    likelihood: Floats, log_size: Floats, counts: Longs, labels: Labels | None
) -> Floats:
    """The pairs of each vector expected in each class: the posterior, but for decided pairs."""
    if labels is None:
        return _posterior(likelihood, log_size) * counts[:, None]
    undecided = counts - labels.same - labels.apart
    expected = _posterior(likelihood, log_size) * undecided[:, None]
    expected[:, 0] += labels.same
    expected[:, 1:] += (
        _posterior(likelihood[:, 1:], log_size[1:]) * labels.apart[:, None]
    )
    return expected


def _learnt_m(
    vectors: Vectors,
    expected: Floats,
    prior: Prior,
    comparisons: Comparisons,
    by_others: Mapping[str, Floats],
) -> dict[str, Floats]:
    """log2 m of one class from the pairs of each vector expected in it, and its prior.

    ``by_others`` is P(class) by all other fields, of the fields in which quite another value is
    learnt from few pairs alone: at most as many as have a slip in it, each as far as the others
    identify it, and those that the others identify all but surely.
    """
    log_m = {}
    for comparison in comparisons:
        field = comparison.field
        counts, most = _level_counts(comparison, vectors, expected), None
        if field in by_others:
            identified = expected * by_others[field]
            surely = expected * by_others[field] ** _ALL_BUT_SURE
            slips = _level_counts(comparison, vectors, identified)[prior.slips[field]]
            most = slips.sum() + _level_counts(comparison, vectors, surely)
        shares = prior.learnt(field, counts, most)
        log_m[field] = _log_shares(comparison, shares)
    return log_m


def _level_counts(comparison: Comparison, vectors: Vectors, pairs: Floats) -> Floats:
    """How many of the pairs of each vector have each level, *missing* left out."""
    levels = vectors.levels[comparison.field]
    counts = np.bincount(levels, pairs, len(comparison.levels))
    return counts[MISSING + 1 :].astype(np.float64)


def _by_other_fields(
    field: str,
    vectors: Vectors,
    likelihood: Floats,
    log_m: Mapping[str, Mapping[str, Floats]],
    u: Floats,
    log_size: Floats,
) -> Floats:
    """P(same) of each vector, were this field not compared.

    ``u`` are the shares of the field's levels among random pairs: where the value that a pair
    shares has told how frequent it is, all values together tell it here.
    """
    bits = np.stack([log_m[name][field] for name in CLASSES], axis=1)
    by_value = bits[:, -1] == 0
    bits[by_value, -1] = np.nan_to_num(np.log2(u[by_value]))
    rest = likelihood - bits[vectors.levels[field]]
    return np.asarray(_posterior(rest, log_size)[:, 0], np.float64)


def _as_unrelated(
    known: dict[str, Prior],
    entries: Encoded,
    comparisons: Comparisons,
    log_u: dict[str, Floats],
) -> dict[str, Prior]:
    """The priors, in fields that relatives do not share with the shares of unrelated people."""
    fitted = dict(known)
    for name, prior in known.items():
        for field in prior.as_unrelated:
            u = np.exp2(log_u[field])
            u[comparisons[field].value_levels(entries)] = 0.0
            fitted[name] = fitted[name].with_unrelated(field, u[MISSING + 1 :])
    return fitted


def learn(
    entries: Encoded,
    seen: VectorCounts,
    profile: Profile,
    *,
    comparisons: Comparisons = SHIPPED,
    pairs: int | None = None,
    labels: Labels | None = None,
    sample: Sample | None = None,
    fixed: Shares | None = None,
) -> Model:
    """The model of a list, by at most 50 rounds of EM.

    Args:
        entries: the list.
        seen: the comparison vectors of its candidate pairs.
        profile: whose priors are taken.
        comparisons: what the vectors compare.
        pairs: how many pairs count, compared or not, where not every pair of the list does.
        labels: what people decided, vector by vector.
        sample: the random pairs; another model of the same list may have drawn them.
        fixed: shares of *same* that are not learnt.
    """
    every = entries.size * (entries.size - 1) / 2
    counted = max(every if pairs is None else float(pairs), 1.0)
    drawn = (sample or Sample()).drawn(entries, comparisons)
    # Of random pairs in which both values are known; 0 where those of this list tell no relatives.
    shares = {
        comparison.field: drawn.known_share(comparison.field)
        if comparison.tells_relatives(entries)
        else 0.0
        for comparison in comparisons
    }
    u = {
        comparison.field: _sampled_shares(drawn.counts(comparison))
        for comparison in comparisons
    }
    log_u = _weights_unrelated(entries, comparisons, u)
    known = priors(profile, entries, comparisons, lacking(shares))
    known = _as_unrelated(known, entries, comparisons, log_u)
    has_no_homes = HOME.field in lacking(shares)
    if has_no_homes and comparisons.added_kinds and profile is Profile.GENERIC:
        known["household"] = known["household"].without_homes(HOME.field, u)
    log_m = {
        name: {
            comparison.field: _log_shares(comparison, prior.shares[comparison.field])
            for comparison in comparisons
        }
        for name, prior in known.items()
    }
    log_m = with_fixed(order_ratios(log_m, log_u, entries, comparisons), fixed or {})
    # One person's and relatives' pairs are as often among those that count as any others.
    of_classes = Sizes(known, _entries_that_count(entries.size, counted), shares)
    class_sizes = np.append(of_classes.expected(), counted)
    vectors = comparisons.unpack(seen.codes)
    for _ in range(_ROUNDS):
        likelihood = _log_likelihood(vectors, log_m)
        expected = _expected_pairs(
            likelihood, np.log2(class_sizes), seen.counts, labels
        )
        before = class_sizes.copy()
        class_sizes[:-1] = of_classes.learnt(expected, vectors)
        by_others = {
            field: _by_other_fields(
                field, vectors, likelihood, log_m, u[field], np.log2(before)
            )
            for field in known["same"].slips
        }
        log_m = {
            name: _learnt_m(
                vectors,
                of_class,
                prior,
                comparisons,
                by_others if name == "same" else {},
            )
            for (name, prior), of_class in zip(known.items(), expected.T, strict=False)
        }
        log_m = with_fixed(
            order_ratios(log_m, log_u, entries, comparisons), fixed or {}
        )
        if np.abs(np.log2(class_sizes / before)).max() < _SMALLEST_CHANGE:
            break
    return Model(log_m, np.log2(class_sizes), u)


def with_fixed(log_m: Logs, fixed: Shares) -> Logs:
    """The same, in which these shares of *same* are fixed and the others of their field make room.

    The other levels keep their proportions, and all together their sum.
    """
    same = dict(log_m["same"])
    for field, shares in fixed.items():
        learnt = np.exp2(same[field])
        is_free = (same[field] != 0) & ~np.isin(np.arange(len(learnt)), list(shares))
        whole = learnt[is_free].sum() + learnt[list(shares)].sum()
        room = whole - sum(shares.values())
        learnt[is_free] *= max(room, _LEAST_KNOWN) / learnt[is_free].sum()
        learnt[list(shares)] = list(shares.values())
        same[field] = np.log2(learnt)
    return log_m | {"same": same}


def coarser(model: Model, comparison: Comparison, most: int) -> Model:
    """The model with at most so many levels in one comparison, *missing* not counted.

    Of neighbouring levels those whose weights are closest become one, until there are as few. Where
    term frequencies tell how rare a level is, it stays for itself.
    """
    field = comparison.field
    same, unrelated = (model.log_m[name][field] for name in ("same", "unrelated"))
    codes = [int(code) for code in of_levels(comparison)]
    groups = [[code] for code in codes]

    def weight(group: list[int]) -> float:
        of_group = np.exp2(same[group]).sum() / np.exp2(unrelated[group]).sum()
        return float(np.log2(of_group))

    while len(groups) > most:
        apart = [
            np.inf
            if (unrelated[first + second] == 0).any()
            else abs(weight(first) - weight(second))
            for first, second in pairwise(groups)
        ]
        place = int(np.argmin(apart)) if apart else 0
        if not apart or apart[place] == np.inf:
            break
        groups[place : place + 2] = [groups[place] + groups[place + 1]]
    log_m = {name: dict(of_class) for name, of_class in model.log_m.items()}
    for of_class in log_m.values():
        bits = of_class[field].copy()
        for group in groups:
            ratio = np.exp2(bits[group]).sum() / np.exp2(unrelated[group]).sum()
            bits[group] = unrelated[group] + np.log2(ratio)
        of_class[field] = bits
    return Model(log_m, model.log_size, model.u)


def resize(model: Model, entries: int, to_entries: int, to_pairs: int) -> Model:
    """The model of a list of ``entries`` for another one, of which so many pairs count.

    An entry has as many pairs of each class as before; only unrelated pairs become more or fewer.
    """
    before = _entries_that_count(entries, 2.0 ** model.log_size[-1])
    after = _entries_that_count(to_entries, to_pairs)
    log_size = model.log_size + np.log2(after / before)
    log_size[-1] = np.log2(max(to_pairs, 1))
    return Model(model.log_m, on_grid(log_size), model.u)


def _entries_that_count(entries: int, pairs: float) -> float:
    """How many entries a list has in which every pair counts, by the pairs of each that do."""
    return entries * max(pairs, 1.0) / max(entries * (entries - 1) / 2, 1.0)


def round_model(model: Model) -> Model:
    """The model with its parameters on the grid.

    *Unrelated* is rounded, then *same* against it, then the relatives against *same*: ratios that
    are in order, or are one, stay so.
    """
    log_m = model.log_m
    of_unrelated = {field: on_grid(bits) for field, bits in log_m["unrelated"].items()}
    of_same = _beside(log_m["same"], log_m["unrelated"], of_unrelated)
    of_classes = {
        name: _beside(of_class, log_m["same"], of_same)
        for name, of_class in log_m.items()
    }
    return Model(
        of_classes | {"same": of_same, "unrelated": of_unrelated},
        on_grid(model.log_size),
        model.u,
    )


def _beside(
    log_m: dict[str, Floats], exact: dict[str, Floats], rounded: dict[str, Floats]
) -> dict[str, Floats]:
    """The shares of a class, whose ratios to those of another one are rounded."""
    return {
        field: rounded[field] + on_grid(bits - exact[field])
        for field, bits in log_m.items()
    }


def score(vectors: Vectors, model: Model) -> Scored:
    """The posterior of each class, and the match weight in bits."""
    likelihood = _log_likelihood(vectors, model.log_m)
    likelihood[:, 1:] -= _bits_against_a_common_home(likelihood, vectors, model)[
        :, None
    ]
    posterior = _posterior(likelihood, model.log_size)
    others = model.log_size[1:] - np.logaddexp2.reduce(model.log_size[1:])
    rivals = np.logaddexp2.reduce(likelihood[:, 1:] + others, axis=1)
    return Scored(posterior, likelihood[:, 0] - rivals)


# --- More agreement never makes one person less likely
# The levels of a comparison stand in the order of their evidence for one person. EM does not know
# that order. It may learn that fewer of one person's pairs show a stronger level, as chance has
# it where few pairs show either, or that relatives, who live together, agree in the address more
# often than one person who moved. Then a pair that agrees in one field more would be less likely
# one person.
#
# The shares of the levels are therefore made monotone in their likelihood ratio: of *same*
# against *unrelated*, and of *same* against each class of relatives, the ratio does not rise from
# a stronger level to a weaker one. Levels out of order are pooled, which keeps the sum of their
# shares (the pool-adjacent-violators algorithm: Ayer, Brunk, Ewing, Reid and Silverman 1955;
# Barlow, Bartholomew, Bremner and Brunk 1972). As each class then loses against *same* by more
# agreement, so do all classes together.
#
# A dwelling is not pooled against relatives. That they live together is real evidence: two entries
# of one day of birth in two constituencies are hardly twins, and pooled the address could not say
# so. There the whole vector is put in order: the odds against one person are at most those that the
# pair would have, all else equal, in homes further apart (the monotone envelope in that one field).
# But where the given names are rather those of twins, a home in common may speak for twins too.
#
# Where two values are the same, how often unrelated people share them is their term frequency. A
# name that a third of a list has says little, and a rare misspelling of it must not say more:
# whoever has the misspelling most likely bears the name. So no level weighs more than *same*
# would with the more frequent of the two values (``bounded``).


_RATIO_TOLERANCE = 1e-12
"""By how much a ratio may be out of order for the sake of rounding."""


def order_ratios(
    log_m: Logs,
    log_u: dict[str, Floats],
    entries: Encoded,
    comparisons: Comparisons,
) -> Logs:
    """log2 m of the classes with likelihood ratios in order, and ``log_u`` as *unrelated*.

    *Same* is put in order against *unrelated*, then each class of relatives against *same*.
    """
    log_m = {name: dict(of_class) for name, of_class in log_m.items()}
    same, *rivals = log_m.values()
    for comparison in comparisons:
        field = comparison.field
        codes = in_order(comparison, entries)
        against = np.exp2(log_u[field][codes])
        shares = pool_shares(np.exp2(same[field][codes]), against, -1.0)
        same[field][codes] = np.log2(shares)
        if comparison is HOME and HOME.same in in_order(HOME, entries):
            continue
        codes = of_levels(comparison)
        against = np.exp2(same[field][codes])
        for rival in rivals:
            shares = pool_shares(np.exp2(rival[field][codes]), against, 1.0)
            rival[field][codes] = np.log2(shares)
    return log_m | {"unrelated": log_u}


def _bits_against_a_common_home(
    likelihood: Floats, vectors: Vectors, model: Model
) -> Floats:
    """By how many bits a home in common would speak against one person; shape (pairs,).

    0 where it speaks for one, and where the given names are rather those of twins.
    """
    dwellings = _of_dwellings(model)
    if not len(dwellings):
        return np.zeros(len(likelihood))
    bits = np.stack([model.log_m[name][HOME.field] for name in CLASSES], axis=1)
    own = vectors.levels[HOME.field]
    joint = likelihood + model.log_size
    told = _log_odds_against(joint)
    least = told.copy()
    counts = given_names_of_one_person(model)[vectors.levels[GIVEN_NAME]]
    is_nearer = np.zeros(len(own), np.bool_)
    for code in dwellings:
        near = np.flatnonzero(is_nearer)
        odds = _log_odds_against(joint[near] + bits[code] - bits[own[near]])
        least[near] = np.minimum(least[near], odds)
        is_nearer |= (own == code) & counts
    return told - least


_BITS_OF_NO_TWIN = 2
"""With fewer bits between them a garbled name may be the other twin's."""


def given_names_of_one_person(model: Model) -> Bools:
    """Which levels of given names one person's entries show four times as often as twins do."""
    of_same, of_twins = (model.log_m[name][GIVEN_NAME] for name in ("same", "twins"))
    return np.asarray(of_same > of_twins + _BITS_OF_NO_TWIN)


def _of_dwellings(model: Model) -> Longs:
    """The levels of a home, from the strongest on.

    None where addresses are lines: how often a line is shared the term frequency tells, and all
    their levels are pooled.
    """
    codes = of_levels(HOME)
    is_dwelling = model.log_m["unrelated"][HOME.field][HOME.same] < 0
    return codes if is_dwelling else codes[:0]


def _log_odds_against(joint: Floats) -> Floats:
    """log2 of the odds against *same*, by the likelihood and size of each class."""
    return np.asarray(np.logaddexp2.reduce(joint[:, 1:], axis=1) - joint[:, 0])


def of_levels(comparison: Comparison) -> Longs:
    """The codes of the levels that one field decides alone, from the strongest evidence on."""
    chosen = [level for level in comparison.levels if level not in comparison.joint]
    return np.array([level for level in chosen if level], np.int64)


def in_order(comparison: Comparison, entries: Encoded) -> Longs:
    """Those of ``of_levels`` whose u is one number for the whole list, not one for each value."""
    codes = of_levels(comparison)
    return codes[~np.isin(codes, comparison.value_levels(entries))]


def pool_shares(shares: Floats, against: Floats, sign: float) -> Floats:
    """The shares with ratios to ``against`` in order; both sums stay as they are.

    Both hold positive shares of levels, the strongest evidence first. The ratios do not fall where
    the sign is 1, and do not rise where it is -1.
    """
    ratio = shares / against * sign
    if (np.diff(ratio) >= -_RATIO_TOLERANCE * np.abs(ratio[1:])).all():
        return shares
    # Blocks of neighbouring levels: (their sum of shares, their sum against, how many levels).
    blocks: list[tuple[float, float, int]] = []
    for share, other in zip(shares.tolist(), against.tolist(), strict=True):
        block = (share, other, 1)
        while (
            blocks and sign * (blocks[-1][0] / blocks[-1][1] - block[0] / block[1]) > 0
        ):
            above = blocks.pop()
            block = (above[0] + block[0], above[1] + block[1], above[2] + block[2])
        blocks.append(block)
    ratios = [share / other for share, other, _ in blocks]
    return np.repeat(ratios, [levels for _, _, levels in blocks]) * against


def bound_frequencies(
    pairs: Pairs,
    vectors: Vectors,
    comparisons: Comparisons,
    log_m: Logs,
) -> Vectors:
    """The vectors, with term frequencies by which no level weighs more than *same* would.

    ``log_m`` is that of the model; what is added to the term frequency of a pair is how much more
    often unrelated people show its level than the model says of all values.
    """
    term_frequency = vectors.term_frequency.copy()
    for comparison in comparisons:
        if comparison.same in comparison.value_levels(pairs.entries):
            _bound_one(comparison, pairs, vectors, log_m, term_frequency)
    return Vectors(vectors.levels, term_frequency)


def _bound_one(
    comparison: Comparison,
    pairs: Pairs,
    vectors: Vectors,
    log_m: Logs,
    term_frequency: Floats,
) -> None:
    """Bound, in place, the term frequencies by one comparison."""
    field = comparison.field
    levels = vectors.levels[field]
    exempt = [MISSING, comparison.same, *comparison.joint]
    where = np.flatnonzero(~np.isin(levels, exempt))
    if not len(where):
        return
    near, own = pairs.at(where), levels[where]
    # log2 of the odds against one person: of the level, and of what the more frequent value allows.
    told = log_m["unrelated"][field][own] - log_m["same"][field][own]
    for of_level, share in comparison.shared_value_shares(near, own):
        told[of_level] += on_grid(share)
    least = _odds_of_the_same_value(comparison, near, log_m)
    for implied in comparison.implied:
        weights = log_m["same"][implied] - log_m["unrelated"][implied]
        least += np.maximum(weights[vectors.levels[implied][where]], 0.0)
    term_frequency[where] += np.maximum(least - told, 0.0)


def _odds_of_the_same_value(
    comparison: Comparison, pairs: Pairs, log_m: Logs
) -> Floats:
    """log2 of the odds against one person, had both entries the more frequent value of the pair."""
    field, most = comparison.field, np.full(len(pairs), -np.inf)
    for side in (pairs, pairs.turned()):
        # Of a date of which only the year is known no more than the year can be the same.
        itself = Pairs(pairs.entries, side.left, side.left)
        levels = comparison.pair_levels(itself)
        told = log_m["unrelated"][field][levels] - log_m["same"][field][levels]
        # How frequent a name is may depend on who bears it: on either of the two.
        for bearers in (itself, Pairs(pairs.entries, side.left, side.right)):
            odds = told.copy()
            for where, share in comparison.shared_value_shares(bearers, levels):
                odds[where] += on_grid(share)
            most = np.maximum(most, odds)
    return most
