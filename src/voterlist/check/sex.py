"""The sex stated in an entry against what a part of its name says."""

from __future__ import annotations

from voterlist.check.context import Context
from voterlist.model import Sex
from voterlist.shared_values import Flags


def contradicts_sex(context: Context, witness: str) -> Flags:
    """True where the stated sex is not the one in the column ``witness`` of VOTER.

    Where either is not known, nothing is contradicted.
    """
    is_man, is_woman = (context.equals("sex", sex) for sex in (Sex.MALE, Sex.FEMALE))
    says_man, says_woman = (
        context.equals(witness, sex) for sex in (Sex.MALE, Sex.FEMALE)
    )
    return (is_man & says_woman) | (is_woman & says_man)
