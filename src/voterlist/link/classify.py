"""What a pair is: a kind of duplicate by where and how its entries differ, or not one person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from voterlist.arrays import Bools, Codes, Floats
from voterlist.link.comparisons import Pairs, Vectors
from voterlist.link.comparisons.birth_date import BirthDateLevel
from voterlist.link.comparisons.document import DocumentLevel
from voterlist.link.comparisons.fin import FinLevel
from voterlist.link.comparisons.given_name import GivenNameLevel
from voterlist.link.comparisons.patronymic import PatronymicLevel
from voterlist.link.comparisons.surname import SurnameLevel
from voterlist.link.weigh import CLASSES
from voterlist.model import PairKind

_SAME, _TWINS, *_RELATIVES, _UNRELATED = range(len(CLASSES))
_TWINS_FROM = 0.5
"""The probability from which a pair of one birth date is listed as twins."""

_ANOTHER_SURNAME = (
    SurnameLevel.ENDING,
    SurnameLevel.SIMILAR,
    SurnameLevel.DIFFERS,
    SurnameLevel.MAY_HAVE_CHANGED,
    SurnameLevel.MISSPELT_TWICE,
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """Pairs with their comparison vectors and P(class | vector), shape (pairs, classes)."""

    pairs: Pairs
    vectors: Vectors
    posterior: Floats


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
    judged: Judgement,
    *,
    review: float,
    displaced: frozenset[int],
    is_between: bool = False,
) -> Codes:
    """The kind of each pair, as its position in ``PairKind``.

    ``review`` is the least P(same) of a pair that may be one person; ``displaced`` are the
    constituencies that list people where they come from. ``is_between``: the entries of a pair
    stand in two lists, of which one may lack precincts.
    """
    entries, left, right = judged.pairs.entries, judged.pairs.left, judged.pairs.right
    perhaps_same = judged.posterior[:, _SAME] >= review
    constituency_l, constituency_r = (
        entries.constituency[left],
        entries.constituency[right],
    )
    known = judged.pairs.known(entries.constituency)
    elsewhere = (constituency_l != constituency_r) & known
    origins = list(displaced)
    origin = np.isin(constituency_l, origins) != np.isin(constituency_r, origins)
    precinct_differs = entries.precinct[left] != entries.precinct[right]
    if is_between:
        precinct_differs &= judged.pairs.known(entries.precinct)
    list_kind_differs = entries.temporary[left] != entries.temporary[right]
    rival = judged.posterior[:, 1:].argmax(axis=1) + 1
    # The first condition that holds names the pair.
    conditions = {
        PairKind.IDENTITY_CONFLICT: _one_identifier(judged.vectors) & ~perhaps_same,
        PairKind.TEMPORARY: perhaps_same & list_kind_differs,
        PairKind.NAME_CHANGE: perhaps_same & _changed_surname(judged.vectors),
        PairKind.DISPLACED: perhaps_same & elsewhere & origin,
        PairKind.ACROSS_CONSTITUENCIES: perhaps_same & elsewhere,
        PairKind.WITHIN_CONSTITUENCY: perhaps_same & precinct_differs,
        (PairKind.IN_TWO_LISTS if is_between else PairKind.SAME_PRECINCT): perhaps_same,
        PairKind.TWINS: rival == _TWINS,
        PairKind.RELATIVES: np.isin(rival, _RELATIVES),
        PairKind.NAMESAKES: _one_name(judged.vectors),
    }
    every = list(PairKind)
    positions = [every.index(kind) for kind in conditions]
    otherwise = every.index(PairKind.UNLIKELY)
    return np.select(list(conditions.values()), positions, otherwise).astype(np.int32)
