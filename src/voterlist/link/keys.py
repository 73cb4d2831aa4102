"""The blocking keys: what two entries must share to be compared, by profile."""

from __future__ import annotations

from dataclasses import dataclass

from voterlist.link.encode import ADDED, ADDRESS_WORDS
from voterlist.link.fields import ADDRESS_PARTS
from voterlist.link.short_names import FULL_NAMES
from voterlist.model import Profile


@dataclass(frozen=True, slots=True)
class Key:
    """``fields`` must agree; ``splits`` are added one by one where a block is too large.

    Of a key with ``partial_dates`` only those pairs count in which at least one birth date is not
    known in full: two whole dates that differ are found by keys that let a part of them differ.
    """

    name: str
    fields: tuple[str, ...]
    splits: tuple[str, ...] = ()
    partial_dates: bool = False


_SPLITS_OF_VALUES = ("date", "given_name")
"""By what a block of one FIN, document or added value is split."""

_AZ = (
    Key("fin", ("fin",), _SPLITS_OF_VALUES),
    Key("document", ("document",), _SPLITS_OF_VALUES),
    Key("given_name+patronymic+date", ("given_name", "patronymic", "date"), ("stem",)),
    Key("surname+given_name+date", ("stem", "given_name", "date"), ("patronymic",)),
    Key("surname+patronymic+date", ("stem", "patronymic", "date"), ("given_name",)),
    # All three names, and what a slip in the date leaves: its year, its day and month, or nothing
    # but the place.
    Key(
        "names+year",
        ("stem", "given_name", "patronymic", "year"),
        ("constituency", "precinct"),
    ),
    Key(
        "names+day",
        ("stem", "given_name", "patronymic", "month", "day"),
        ("constituency", "precinct"),
    ),
    Key(
        "names+place",
        ("stem", "given_name", "patronymic", "constituency"),
        ("precinct", "street"),
    ),
    # One name and the date leave many strangers; a first letter more leaves those whom a slip could
    # explain.
    Key(
        "given_name+date+surname-initial",
        ("given_name", "date", "stem_initial"),
        ("constituency", "precinct"),
    ),
    Key(
        "given_name+date+patronymic-initial",
        ("given_name", "date", "patronymic_initial"),
        ("constituency", "precinct"),
    ),
    Key(
        "surname+date+given_name-initial",
        ("stem", "date", "given_name_initial"),
        ("constituency", "precinct"),
    ),
    Key(
        "patronymic+date+given_name-initial",
        ("patronymic", "date", "given_name_initial"),
        ("constituency", "precinct"),
    ),
    Key("surname+date+place", ("stem", "date", "constituency"), ("precinct",)),
    Key("given_name+date+place", ("given_name", "date", "constituency"), ("precinct",)),
    Key("patronymic+date+place", ("patronymic", "date", "constituency"), ("precinct",)),
    Key("swapped-names+date", ("names", "date"), ()),
    # Without a full date: the year, and more of the name or the same constituency.
    Key(
        "given_name+patronymic+year",
        ("given_name", "patronymic", "year", "stem_initial"),
        ("constituency", "precinct"),
        partial_dates=True,
    ),
    Key(
        "given_name+patronymic+year+place",
        ("given_name", "patronymic", "year", "constituency"),
        ("precinct", "street"),
    ),
    Key(
        "surname+given_name+year",
        ("stem", "given_name", "year", "patronymic_initial"),
        ("constituency", "precinct"),
        partial_dates=True,
    ),
    Key(
        "surname+given_name+year+place",
        ("stem", "given_name", "year", "constituency"),
        ("precinct", "street"),
    ),
    Key(
        "surname+patronymic+year",
        ("stem", "patronymic", "year", "given_name_initial"),
        ("constituency", "precinct"),
        partial_dates=True,
    ),
    Key(
        "surname+patronymic+year+place",
        ("stem", "patronymic", "year", "constituency"),
        ("precinct", "street"),
    ),
    Key(
        "swapped-names+year",
        ("names", "patronymic", "year"),
        ("constituency", "precinct"),
    ),
    # Two names, and the day and month where the year is wrong.
    Key(
        "surname+given_name+day",
        ("stem", "given_name", "month", "day", "patronymic_initial"),
        ("constituency", "precinct"),
    ),
    Key(
        "given_name+patronymic+day",
        ("given_name", "patronymic", "month", "day", "stem_initial"),
        ("constituency", "precinct"),
    ),
    Key(
        "surname+patronymic+day",
        ("stem", "patronymic", "month", "day", "given_name_initial"),
        ("constituency", "precinct"),
    ),
    Key(
        "given_name+patronymic+day+place",
        ("given_name", "patronymic", "month", "day", "constituency"),
        ("precinct",),
    ),
    Key(
        "surname+given_name+day+place",
        ("stem", "given_name", "month", "day", "constituency"),
        ("precinct",),
    ),
    Key(
        "surname+patronymic+day+place",
        ("stem", "patronymic", "month", "day", "constituency"),
        ("precinct",),
    ),
    # One home, for names or dates that went wrong.
    Key(
        "given_name+house", ("given_name", "street", "house", "constituency"), ("year",)
    ),
    Key("date+house", ("date", "street", "house", "constituency"), ()),
    Key(
        "surname+given_name+street",
        ("stem", "given_name", "street", "constituency"),
        ("year",),
    ),
)

_GENERIC = (
    Key("fin", ("fin",), _SPLITS_OF_VALUES),
    Key("document", ("document",), _SPLITS_OF_VALUES),
    Key("given_name+date", ("given_name", "date"), ("stem",)),
    Key("surname+date", ("stem", "date"), ("given_name",)),
    Key("surname+given_name", ("stem", "given_name"), ("year", "date")),
    Key("date", ("date",), ("initials",)),
    Key("address", ("address",), ("given_name", "date")),
    Key("surname+year", ("stem", "year"), ("initials", "month")),
    Key("given_name+year", ("given_name", "year"), ("initials", "month")),
    Key("surname+month+day", ("stem", "month", "day"), ("initials",)),
    Key("given_name+month+day", ("given_name", "month", "day"), ("initials",)),
    Key("initials+year+month", ("initials", "year", "month"), ("day",)),
    Key("initials+year+day", ("initials", "year", "day"), ("month",)),
    Key("surname+initials", ("stem", "initials"), ("year",)),
    Key("given_name+initials", ("given_name", "initials"), ("year",)),
    Key("names", ("names",), ("year", "date")),
    Key("sounds", ("sounds",), ("year", "date")),
    *(
        Key(f"surname+full-name-{name[-1]}", ("stem", name), ("year", "date"))
        for name in FULL_NAMES
    ),
    Key("given_name+address", ("given_name", "address"), ("year",)),
    Key("surname+address", ("stem", "address"), ("year",)),
    Key("initials+numbers", ("initials", "numbers"), ("year",)),
    Key("surname+numbers", ("stem", "numbers"), ("year",)),
    Key("given_name+numbers", ("given_name", "numbers"), ("year",)),
    *(
        Key(f"address-part-{name[-1]}", (name,), ("initials",))
        for name in ADDRESS_PARTS
    ),
    Key("document-start", ("document_start",), ("initials",)),
    *(
        Key(f"rare-address-word-{name[-1]}", (name,), ("initials",))
        for name in ADDRESS_WORDS
    ),
)

_WHOLE = Key("every-pair", ())
"""A short list of the profile ``generic`` is compared whole: no error in any field keeps two
entries apart."""


NAMES = frozenset(key.name for key in (*_AZ, *_GENERIC, _WHOLE))
"""The names of the shipped keys."""


def keys(
    profile: Profile, size: int, limit: int, added: tuple[str, ...] = ()
) -> tuple[Key, ...]:
    """The blocking keys for a list of ``size`` entries, the most telling first.

    ``generic`` compares every pair of a list that fits into one block of ``limit`` entries.
    ``added`` are the fields of added comparisons that block; each is a key of its own.
    """
    if profile is Profile.GENERIC and size <= limit:
        return (_WHOLE,)
    shipped = _AZ if profile is Profile.AZ else _GENERIC
    return (
        *shipped,
        *(Key(name, (ADDED + name,), _SPLITS_OF_VALUES) for name in added),
    )
