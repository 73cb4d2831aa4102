"""What is made of the parts of a name: for each part its fold.

No library is loaded here: a process that helps with names starts quickly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from voterlist.normalize.names import given_sex, skeleton, standard_name
from voterlist.normalize.patronymic import father_and_sex, read_patronymic
from voterlist.normalize.surname import fold_surname, standard_surname


def _fold_surname(text: str) -> tuple[str | None, str | None, str | None]:
    whole, stem, sex = fold_surname(text)
    return whole or None, stem or None, sex


def _fold_given(text: str) -> tuple[str | None, str | None]:
    folded = skeleton(text)
    return folded or None, given_sex(folded)


def _fold_patronymic(text: str) -> tuple[str | None, str | None, str | None]:
    patronymic = read_patronymic(text)
    if patronymic is None:
        return None, None, None
    return patronymic.father, patronymic.sex, patronymic.standard


def _spell_surname(text: str) -> tuple[str | None, ...]:
    return *_fold_surname(text), standard_surname(text)


def _spell_given(text: str) -> tuple[str | None, ...]:
    return *_fold_given(text), standard_name(text)


Folds = dict[str, tuple[Callable[[str], Sequence[str | None]], tuple[str, ...]]]
"""For each part of a name its fold, and the columns that the fold gives."""

FOLDS_FOR_LINKAGE: Folds = {
    "surname": (_fold_surname, ("surname_skeleton", "surname_stem", "surname_sex")),
    "given_name": (_fold_given, ("given_skeleton", "given_sex")),
    "patronymic": (father_and_sex, ("patronymic_skeleton", "patronymic_sex")),
}
FOLDS: Folds = {
    "surname": (
        _spell_surname,
        (*FOLDS_FOR_LINKAGE["surname"][1], "surname"),
    ),
    "given_name": (
        _spell_given,
        (*FOLDS_FOR_LINKAGE["given_name"][1], "given_name"),
    ),
    "patronymic": (
        _fold_patronymic,
        (*FOLDS_FOR_LINKAGE["patronymic"][1], "patronymic"),
    ),
}
