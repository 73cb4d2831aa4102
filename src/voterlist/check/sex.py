"""The sex stated in an entry against what its names say of it."""

from __future__ import annotations

from functools import partial

import numpy as np
import pyarrow as pa

from voterlist.check.register import Register, RegisterTest
from voterlist.model import Rule, Severity, Sex, Unit

__all__ = ["TESTS"]

_CONTRADICTED_BY = {
    "patronymic": Rule(
        "sex-contradicts-patronymic",
        Severity.WARNING,
        Unit.ENTRY,
        "Azerbaijani naming: oğlu is said of a son, qızı of a daughter (Soviet -oviç, -ovna)",
    ),
    "surname": Rule(
        "sex-contradicts-surname",
        Severity.NOTE,
        Unit.ENTRY,
        "Azerbaijani naming: -ov, -yev is a man's ending, -ova, -yeva a woman's",
    ),
    "given": Rule(
        "sex-contradicts-given-name",
        Severity.NOTE,
        Unit.ENTRY,
        "Azerbaijani naming: most given names are given to one sex only",
    ),
}
_FIELD = {"patronymic": "patronymic", "surname": "surname", "given": "given_name"}


def _contradicted(register: Register, witness: str) -> pa.Table:
    """Entries whose stated sex is not the one that this part of the name says.

    A silent part says nothing.
    """
    flags = np.zeros(len(register), dtype=bool)
    for stated, said in ((Sex.MALE, Sex.FEMALE), (Sex.FEMALE, Sex.MALE)):
        flags |= register.equals("sex", stated) & register.equals(f"{witness}_sex", said)
    return register.entry_findings(_CONTRADICTED_BY[witness], flags, field=_FIELD[witness])


TESTS = tuple(
    RegisterTest(rule, partial(_contradicted, witness=witness))
    for witness, rule in _CONTRADICTED_BY.items()
)
