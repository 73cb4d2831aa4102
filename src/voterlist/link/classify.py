"""What a pair is.

A kind of duplicate by where and how its entries differ, or twins, relatives, namesakes.
"""

from __future__ import annotations

import numpy as np

from voterlist.link.arrays import Bools, Codes, Floats
from voterlist.link.compare import LEVELS, Compared
from voterlist.link.encode import Encoded
from voterlist.link.names import MAY_HAVE_CHANGED, SURNAME_MISSPELT_TWICE
from voterlist.link.weigh import CLASSES
from voterlist.model import PairKind

__all__ = ["kinds", "worth_keeping"]

_MISSING, _AGREES = 0, 1
"""Levels of every comparison."""
_OTHER_ENDING = LEVELS["surname"].index("ending")
_YEAR_AGREES = LEVELS["birth_date"].index("year")

_SAME, _TWINS, *_RELATIVES, _STRANGERS = range(len(CLASSES))


def _one_identifier(compared: Compared) -> Bools:
    return np.asarray((compared.levels["fin"] == 1) | (compared.levels["document"] == 1))


def _one_name(compared: Compared) -> Bools:
    """Surname (whatever its ending) and given name agree, and the patronymics do not contradict."""
    levels = compared.levels
    surname = np.isin(levels["surname"], (_AGREES, _OTHER_ENDING))
    # Who is listed without a father's name may be anyone's child: nothing contradicts.
    patronymic = np.isin(levels["patronymic"], (_MISSING, _AGREES))
    return np.asarray(surname & (levels["given_name"] == _AGREES) & patronymic)


def worth_keeping(compared: Compared, posterior: Floats, least: float) -> Bools:
    """The pairs that stay in the table: perhaps one person, or to be named as what they are instead.

    That is: P(same) at least ``least``; one identifier on two entries; twins by birth date;
    namesakes born on one day. Relatives of other kinds are everywhere and are not listed.
    """
    same_date = compared.levels["birth_date"] == 1
    twins = same_date & (posterior[:, _TWINS] >= 0.5)
    namesakes = same_date & _one_name(compared)
    return np.asarray(
        (posterior[:, _SAME] >= least) | _one_identifier(compared) | twins | namesakes
    )


def _changed_surname(compared: Compared) -> Bools:
    """Given name, patronymic and birth date agree while the surname is another, or has another ending."""
    levels = compared.levels
    names = (levels["given_name"] == _AGREES) & (levels["patronymic"] == _AGREES)
    birth_date = np.isin(levels["birth_date"], (_AGREES, _YEAR_AGREES))
    surname = np.isin(
        levels["surname"], (_OTHER_ENDING, 5, 6, MAY_HAVE_CHANGED, SURNAME_MISSPELT_TWICE)
    )
    return np.asarray(names & birth_date & surname)


def kinds(
    entries: Encoded,
    left: Codes,
    right: Codes,
    compared: Compared,
    posterior: Floats,
    *,
    review: float,
    displaced: frozenset[int],
) -> Codes:
    """The kind of each pair, as its position in ``PairKind``.

    ``displaced`` are the constituencies that list people where they come from.
    """
    perhaps_same = posterior[:, _SAME] >= review
    constituency_l, constituency_r = entries.constituency[left], entries.constituency[right]
    elsewhere = (constituency_l != constituency_r) & (constituency_l >= 0) & (constituency_r >= 0)
    origin = np.isin(constituency_l, list(displaced)) != np.isin(constituency_r, list(displaced))
    precinct_differs = entries.precinct[left] != entries.precinct[right]
    rival = posterior[:, 1:].argmax(axis=1) + 1
    conditions = [
        _one_identifier(compared) & ~perhaps_same,
        perhaps_same & (entries.temporary[left] != entries.temporary[right]),
        perhaps_same & _changed_surname(compared),
        perhaps_same & elsewhere & origin,
        perhaps_same & elsewhere,
        perhaps_same & precinct_differs,
        perhaps_same,
        rival == _TWINS,
        np.isin(rival, _RELATIVES),
        _one_name(compared),
    ]
    names = [
        PairKind.IDENTITY_CONFLICT,
        PairKind.TEMPORARY,
        PairKind.NAME_CHANGE,
        PairKind.DISPLACED,
        PairKind.ACROSS_CONSTITUENCIES,
        PairKind.WITHIN_CONSTITUENCY,
        PairKind.SAME_PRECINCT,
        PairKind.TWINS,
        PairKind.RELATIVES,
        PairKind.NAMESAKES,
    ]
    every = list(PairKind)
    chosen = np.select(
        conditions, [every.index(name) for name in names], every.index(PairKind.UNLIKELY)
    )
    return chosen.astype(np.int32)
