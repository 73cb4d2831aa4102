"""E-mail addresses, without capitals."""

from __future__ import annotations

import re

import numpy as np

from voterlist.arrays import Bools, Levels, Words
from voterlist.link.comparisons.base import Evidence, Level
from voterlist.link.comparisons.kind import Kind, one_edit, similar, strongest

_NOT_A_DIGIT = re.compile(r"\D")


class EmailLevel(Level):
    """The levels of two e-mail addresses."""

    SAME = 1, 1.0, Evidence.VALUE
    SAME_USER = 2, 0.9
    """What stands before the @ is the same."""
    ONE_EDIT = 3, 0.8
    SIMILAR = 4, 0.5
    DIFFERS = 5
    MISSING = 0


def _fold(text: str) -> str:
    return "".join(text.split()).casefold()


def _distinct(one: Words, other: Words) -> Levels:
    users = [
        first.partition("@")[0] == second.partition("@")[0]
        for first, second in zip(one, other, strict=True)
    ]
    return strongest(
        EmailLevel.DIFFERS,
        (EmailLevel.SIMILAR, similar(one, other)),
        (EmailLevel.ONE_EDIT, one_edit(one, other)),
        (EmailLevel.SAME_USER, np.array(users, np.bool_)),
    )


def _built_of_names(one: Words, other: Words) -> Bools:
    """False where the addresses are one edit apart, or agree in more than letters before the @.

    Two of one name have ``john.smith`` each, at whatever company. It says more where the number
    behind it is the same, or where neither has one and what follows the @ is alike.
    """
    numbers, hosts = [], []
    for side in (one, other):
        parted = [address.partition("@") for address in side]
        numbers.append(np.array([_NOT_A_DIGIT.sub("", user) for user, _, _ in parted]))
        hosts.append(np.array([host for _, _, host in parted], object))
    same_number = numbers[0] == numbers[1]
    says_more = same_number & ((numbers[0] != "") | similar(*hosts))
    return np.asarray(~(says_more | one_edit(one, other)))


KIND = Kind(_fold, EmailLevel, _distinct, _built_of_names)
