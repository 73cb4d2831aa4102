"""The pairs that stay in the table: scored exactly, and each named as what it is.

That is a kind of duplicate by where and how its entries differ, or not one person.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from voterlist import schemas, tables
from voterlist.arrays import Bools, Codes, Floats, Longs
from voterlist.config.sections import LinkSettings
from voterlist.link import block, candidates, weigh
from voterlist.link.candidates import Candidates
from voterlist.link.cases import Judged
from voterlist.link.comparisons.base import MISSING, Pairs
from voterlist.link.comparisons.birth_date import BirthDateLevel
from voterlist.link.comparisons.document import DocumentLevel
from voterlist.link.comparisons.fin import FinLevel
from voterlist.link.comparisons.given_name import GivenNameLevel
from voterlist.link.comparisons.patronymic import PatronymicLevel
from voterlist.link.comparisons.surname import SurnameLevel
from voterlist.link.comparisons.vectors import Comparisons, Vectors
from voterlist.link.encode import Encoded
from voterlist.link.keys import Key
from voterlist.link.weigh import CLASSES, Model
from voterlist.model import PairKind, frozen

_SAME, _TWINS, *_RELATIVES, _UNRELATED = range(len(CLASSES))
_OF_ONE_HOME = CLASSES.index("household")
_TWINS_FROM = 0.5
"""The probability from which a pair of one birth date is listed as twins."""

_ANOTHER_SURNAME = (
    SurnameLevel.ENDING,
    SurnameLevel.SIMILAR,
    SurnameLevel.DIFFERS,
    SurnameLevel.MAY_HAVE_CHANGED,
    SurnameLevel.MISSPELT_TWICE,
)


def _one_identifier(vectors: Vectors) -> Bools:
    """True where the two entries have one FIN or one document."""
    fin = vectors.levels["fin"] == FinLevel.SAME
    return np.asarray(fin | (vectors.levels["document"] == DocumentLevel.SAME))


def _one_name(vectors: Vectors) -> Bools:
    """Surname (whatever its ending) and given name agree, and the patronymics do not contradict."""
    levels = vectors.levels
    surname = np.isin(levels["surname"], (SurnameLevel.SAME, SurnameLevel.ENDING))
    given_name = levels["given_name"] == GivenNameLevel.SAME
    # Who is listed without a father's name may be anyone's child: nothing contradicts.
    not_contradicting = (PatronymicLevel.MISSING, PatronymicLevel.SAME)
    patronymic = np.isin(levels["patronymic"], not_contradicting)
    return np.asarray(surname & given_name & patronymic)


def worth_keeping(vectors: Vectors, posterior: Floats, least: float) -> Bools:
    """The pairs that stay in the table: perhaps one person, or to be named as what they are.

    That is: P(same) at least ``least``; one identifier on two entries; twins by birth date;
    namesakes born on one day. Relatives of other kinds are everywhere and are not listed.
    """
    same_date = vectors.levels["birth_date"] == BirthDateLevel.SAME
    perhaps_same = posterior[:, _SAME] >= least
    twins = same_date & (posterior[:, _TWINS] >= _TWINS_FROM)
    namesakes = same_date & _one_name(vectors)
    return np.asarray(perhaps_same | _one_identifier(vectors) | twins | namesakes)


def _changed_surname(vectors: Vectors) -> Bools:
    """Given name, patronymic and birth date agree, and the surname is another one.

    An unknown birth date does not agree.
    """
    levels = vectors.levels
    given_name = levels["given_name"] == GivenNameLevel.SAME
    patronymic = levels["patronymic"] == PatronymicLevel.SAME
    birth_date = np.isin(
        levels["birth_date"], (BirthDateLevel.SAME, BirthDateLevel.YEAR)
    )
    surname = np.isin(levels["surname"], _ANOTHER_SURNAME)
    return np.asarray(given_name & patronymic & birth_date & surname)


def kinds(
    pairs: Pairs,
    vectors: Vectors,
    posterior: Floats,
    settings: LinkSettings,
    *,
    review: float | None = None,
    is_between: bool = False,
) -> Codes:
    """The kind of each pair, as its position in ``PairKind``.

    ``posterior`` is P(class | vector), shape (pairs, classes); ``review`` the least P(same) of a
    pair that may be one person, without it that of the settings. ``is_between``: the entries of a
    pair stand in two lists, of which one may lack precincts.
    """
    review = settings.review_probability if review is None else review
    entries, left, right = pairs.entries, pairs.left, pairs.right
    perhaps_same = posterior[:, _SAME] >= review
    constituency_l, constituency_r = (
        entries.constituency[left],
        entries.constituency[right],
    )
    known = pairs.known(entries.constituency)
    elsewhere = (constituency_l != constituency_r) & known
    origins = list(settings.displaced_constituencies)
    origin = np.isin(constituency_l, origins) != np.isin(constituency_r, origins)
    precinct_differs = entries.precinct[left] != entries.precinct[right]
    if is_between:
        precinct_differs &= pairs.known(entries.precinct)
    list_kind_differs = entries.temporary[left] != entries.temporary[right]
    rival = posterior[:, 1:].argmax(axis=1) + 1
    if entries.added:
        # Who shares what was added and no home is no family: a colleague, say.
        no_home = vectors.levels[weigh.HOME.field] == MISSING
        no_home |= not weigh.HOME.tells_relatives(entries)
        rival[no_home & (rival == _OF_ONE_HOME)] = _UNRELATED
    # The first condition that holds names the pair.
    conditions = {
        PairKind.IDENTITY_CONFLICT: _one_identifier(vectors) & ~perhaps_same,
        PairKind.TEMPORARY: perhaps_same & list_kind_differs,
        PairKind.NAME_CHANGE: perhaps_same & _changed_surname(vectors),
        PairKind.DISPLACED: perhaps_same & elsewhere & origin,
        PairKind.ACROSS_CONSTITUENCIES: perhaps_same & elsewhere,
        PairKind.WITHIN_CONSTITUENCY: perhaps_same & precinct_differs,
        (PairKind.IN_TWO_LISTS if is_between else PairKind.SAME_PRECINCT): perhaps_same,
        PairKind.TWINS: rival == _TWINS,
        PairKind.RELATIVES: np.isin(rival, _RELATIVES),
        PairKind.NAMESAKES: _one_name(vectors),
    }
    every = list(PairKind)
    positions = [every.index(kind) for kind in conditions]
    otherwise = every.index(PairKind.UNLIKELY)
    return np.select(list(conditions.values()), positions, otherwise).astype(np.int32)


_CONFLICT = list(PairKind).index(PairKind.IDENTITY_CONFLICT)
_ODDS_OF_A_BIN = 4
"""A bin of term frequency is two bits: within it the odds differ by at most this factor."""


@frozen
class Scorer:
    """A list with the comparisons and the model by which its pairs are scored."""

    entries: Encoded
    comparisons: Comparisons
    model: Model

    def compare(self, left: Codes, right: Codes) -> tuple[Pairs, Vectors, weigh.Scored]:
        """Pairs with their exact vectors and scores."""
        pairs = Pairs(self.entries, left, right)
        vectors = weigh.bound_frequencies(
            pairs, self.comparisons.compare(pairs), self.comparisons, self.model.log_m
        )
        return pairs, vectors, weigh.score(vectors, self.model)


def judge(
    scorer: Scorer,
    ids: pa.Array,
    blocks: list[block.Blocks],
    candidate_pairs: Candidates,
    stays: Longs,
    settings: LinkSettings,
    *,
    is_between: bool = False,
) -> tuple[Judged, pa.Table, Longs]:
    """The pairs worth keeping, their PAIR table, and their packed vectors.

    They are scored exactly, not by bins of term frequency. Those at ``stays`` among the candidates
    are kept whatever they are: they stand in a case that people decided. ``is_between``: every
    pair is of two lists.
    """
    chosen = near(scorer, candidate_pairs, settings.kept_probability)
    chosen = np.union1d(chosen, stays) if len(stays) else chosen
    left, right, packed = candidate_pairs.at(chosen)
    closed = np.isin(chosen, stays) if len(stays) else None
    pairs = Pairs(scorer.entries, left, right)
    judged, vectors, kept = judge_pairs(
        scorer, pairs, closed, settings, is_between=is_between
    )
    bits = candidates.match_keys(blocks, judged.left, judged.right)
    keys = names_of_keys([key.key for key in blocks], bits)
    table = pair_table(ids, judged, vectors, keys, scorer.comparisons)
    return judged, table, packed[kept]


def judge_pairs(
    scorer: Scorer,
    pairs: Pairs,
    stays: Bools | None,
    settings: LinkSettings,
    *,
    is_between: bool = False,
) -> tuple[Judged, Vectors, Longs]:
    """Of these pairs those worth keeping, their vectors, and where they stand among the pairs.

    ``stays`` flags those that are kept whatever they are.
    """
    pairs, vectors, scored = scorer.compare(pairs.left, pairs.right)
    worth = worth_keeping(vectors, scored.posterior, settings.kept_probability)
    kept = np.flatnonzero(worth if stays is None else worth | stays)
    pairs, vectors = pairs.at(kept), vectors.at(kept)
    posterior = scored.posterior[kept]
    kinds_from = partial(
        kinds, pairs, vectors, posterior, settings, is_between=is_between
    )
    kind = without_threshold = kinds_from()
    if stays is not None:
        without_threshold = np.where(kind == _CONFLICT, kind, kinds_from(review=0.0))
    ends, weight = (pairs.left, pairs.right), scored.weight[kept]
    judged = Judged(*ends, weight, posterior, kind, without_threshold)
    return judged, vectors, kept


def near(scorer: Scorer, candidate_pairs: Candidates, least: float) -> Longs:
    """Where the candidates stand that may be worth keeping, by their packed vectors.

    ``least`` is the probability of one person from which a pair is worth it.
    """
    codes = near_codes(scorer, candidate_pairs.vectors.codes, least)
    return candidate_pairs.with_one_of(codes)


def near_codes(scorer: Scorer, codes: Longs, least: float) -> Longs:
    """Which of these packed vectors pairs may have that are worth keeping."""
    vectors = scorer.comparisons.unpack(codes)
    rough = weigh.score(vectors, scorer.model)
    return codes[worth_keeping(vectors, rough.posterior, least / _ODDS_OF_A_BIN)]


def names_of_keys(keys: Sequence[Key], bits: Longs) -> pa.Array:
    """The names of the keys of these bits, bit 0 the first key."""
    distinct, place = np.unique(bits, return_inverse=True)
    names = [
        " + ".join(key.name for number, key in enumerate(keys) if mask >> number & 1)
        for mask in distinct.tolist()
    ]
    return pa.array(names, pa.string()).take(place)


def pair_table(
    ids: pa.Array,
    judged: Judged,
    vectors: Vectors,
    match_keys: pa.Array,
    comparisons: Comparisons,
) -> pa.Table:
    """PAIR of these pairs, whose keys have these names."""
    columns: dict[str, object] = {
        "entry_l": pc.take(ids, judged.left),
        "entry_r": pc.take(ids, judged.right),
        "weight": pa.array(judged.weight),
        "probability": pa.array(judged.posterior[:, 0]),
        "term_frequency": pa.array(vectors.term_frequency),
        "kind": pa.array([kind.value for kind in PairKind]).take(judged.kind),
        "match_key": match_keys,
    }
    for comparison in comparisons:
        levels = pa.array(vectors.levels[comparison.field])
        columns[f"{comparison.field}_level"] = pa.array(comparison.words).take(levels)
    schema = schemas.pair_schema(tuple(comparisons.added_kinds))
    return tables.from_columns(columns, schema, len(judged.left))


def put_judged(table: pa.Table, judged: Judged) -> pa.Table:
    """PAIR with the probabilities and kinds of these pairs in the place of those that it has."""
    kind = pa.array([kind.value for kind in PairKind]).take(judged.kind)
    table = tables.with_column(table, "probability", pa.array(judged.posterior[:, 0]))
    return tables.with_column(table, "kind", kind.cast(table.schema.field("kind").type))
