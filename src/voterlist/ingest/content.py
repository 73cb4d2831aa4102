"""What the cells below a header say of it, and what columns without any header are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from voterlist.ingest.headers import ColumnMap, ColumnMatch
from voterlist.ingest.shapes import Shape

__all__ = ["by_content", "confirmed", "is_person_like", "is_side_by_side"]

_HALVED = 0.5
"""The confidence left to a header whose column holds something else."""
_MOST = 0.9
"""No column is surer than this by its cells alone."""


def confirmed(columns: ColumnMap, shapes: Sequence[Shape]) -> ColumnMap:
    """The same map with each match weighed again by what the cells of its column hold.

    A likeness of headers too weak to be believed alone stays only where the cells confirm it, or
    where without it no column of a name would be known. Pinned columns are as a person wants them.
    """
    firm = {match.role for match in columns.matches if not match.weak}
    named = bool(firm & {"surname", "full_name"})
    kept = []
    for match in columns.matches:
        if match.how == "pinned" or match.field is None:
            kept.append(match)
            continue
        verdict = _verdict(match.role, shapes[match.column])
        if match.weak and not (
            verdict == 1 or (match.role in {"surname", "full_name"} and not named)
        ):
            continue
        if verdict == 1 and match.confidence < _MOST:
            kept.append(match.with_confidence(min(_MOST, match.confidence + 0.15)))
        else:
            kept.append(match.with_confidence(match.confidence * (_HALVED if verdict == -1 else 1)))
    return ColumnMap(tuple(_alone(_exchanged(kept, shapes), shapes)))


def _verdict(role: str, shape: Shape) -> int:
    """1: the cells are what the role says; -1: they are something else; 0: they prove nothing."""
    if not shape.enough:
        return 0
    if role in {"surname", "given_name", "patronymic", "full_name"}:
        return _verdict_of_name(role, shape)
    if role not in _LOOKS:
        return 0
    is_it, is_not = _LOOKS[role](shape)
    return 1 if is_it else -1 if is_not else 0


_LOOKS: dict[str, Callable[[Shape], tuple[bool, bool]]] = {
    "birth_date": lambda look: (look["date"] + look["year"] >= 0.8, look["words"] > 0.6),
    "birth_year": lambda look: (look["date"] + look["year"] >= 0.8, look["words"] > 0.6),
    "fin": lambda look: (look["fin"] >= 0.6, look["words"] > 0.6 or look["date"] > 0.6),
    "document": lambda look: (look["document"] >= 0.6, look["words"] > 0.6 or look["date"] > 0.6),
    "sex": lambda look: (look["sex"] >= 0.8, look["date"] > 0.5 or look["several"] > 0.5),
    "address": lambda look: (
        look["street"] >= 0.5 and look["date"] < 0.1,
        look["date"] > 0.6 or look["sex"] > 0.8,
    ),
}
"""For each role: whether the cells are surely of it, and whether they are surely not."""


def _verdict_of_name(role: str, shape: Shape) -> int:
    """The same for a part of a name."""
    if shape["digit"] > 0.5 or shape["sex"] > 0.9:
        return -1
    if role == "surname":
        return 1 if shape["surname"] >= 0.5 and shape["words"] >= 0.8 else 0
    if role == "full_name":
        return 1 if shape["several"] >= 0.8 else 0
    if role == "patronymic":
        return 1 if shape["patronymic"] >= 0.5 else 0
    return (
        1 if shape["words"] >= 0.9 and shape["surname"] < 0.2 and shape["patronymic"] < 0.5 else 0
    )


def _exchanged(matches: list[ColumnMatch], shapes: Sequence[Shape]) -> list[ColumnMatch]:
    """The matches, surname and given name weighed again by the endings of surnames.

    Both are less sure where the endings of surnames stand under the other header.
    """
    at = {match.role: match for match in matches if match.how != "pinned"}
    if not {"surname", "given_name"} <= set(at):
        return matches
    surname, given = shapes[at["surname"].column], shapes[at["given_name"].column]
    if not (
        surname.filled >= 20
        and given.filled >= 20
        and surname["surname"] < 0.15
        and given["surname"] > 0.6
    ):
        return matches
    if given["several"] > 0.5:
        return matches
    doubted = {"surname", "given_name"}
    return [
        match.with_confidence(match.confidence * _HALVED) if match.role in doubted else match
        for match in matches
    ]


def _alone(matches: list[ColumnMatch], shapes: Sequence[Shape]) -> list[ColumnMatch]:
    """The matches, a surname of one word without a given name anywhere less sure.

    The given name was not understood.
    """
    if {match.role for match in matches} & {"given_name", "full_name"}:
        return matches
    return [
        match.with_confidence(match.confidence * _HALVED)
        if match.role == "surname" and match.how != "pinned" and _of_one_word(shapes[match.column])
        else match
        for match in matches
    ]


def _of_one_word(shape: Shape) -> bool:
    return shape.enough and shape["several"] < 0.5


def is_side_by_side(matches: Sequence[ColumnMatch]) -> bool:
    """True where two lists stand side by side in one sheet.

    Two columns of names alone are one list in two scripts.
    """
    roles = [match.role for match in matches if match.how != "pinned" and match.confidence >= 0.9]
    twice = {role for role in roles if roles.count(role) > 1}
    return bool(twice & {"surname", "full_name"}) and bool(
        twice & {"number", "birth_date", "birth_year", "fin", "document", "address"}
    )


def is_person_like(shapes: Sequence[Shape]) -> bool:
    """True where some column may hold people: then a sheet without a header is no mere note."""
    return any(
        shape.filled >= 2
        and (shape["surname"] >= 0.3 or shape["patronymic"] >= 0.2 or shape["fin"] >= 0.3)
        for shape in shapes
    )


def by_content(shapes: Sequence[Shape]) -> ColumnMap:
    """The fields of columns without a header, judged by their cells; empty without a name column.

    Dates, FIN, documents and sex by their form; surnames by their endings, patronymics by their
    particles, the given name by its place between or beside them. Never surer than 0.9, and less
    sure the fewer rows there are.
    """
    found = _names(shapes)
    if not found:
        return ColumnMap(())
    if "surname" in found and "given_name" not in found:
        # A surname alone is no voter: something beside it was not understood.
        found["surname"] = (found["surname"][0], _HALVED)
    taken = {column for column, _ in found.values()}
    for role, kind, least in (
        ("fin", "fin", 0.6),
        ("document", "document", 0.6),
        ("sex", "sex", 0.9),
    ):
        _best(
            found, taken, shapes, role, {at: shape[kind] for at, shape in enumerate(shapes)}, least
        )
    _births(found, taken, shapes)
    _best(
        found,
        taken,
        shapes,
        "number",
        {at: shape["running"] for at, shape in enumerate(shapes)},
        0.8,
    )
    streets = {
        at: max(shape["street"], shape["lettered"]) * (1 - shape["date"])
        for at, shape in enumerate(shapes)
    }
    _best(found, taken, shapes, "address", streets, 0.6)
    rows = max((shape.filled for shape in shapes), default=0)
    sure = 1 - 1 / (rows + 2)
    return ColumnMap(
        tuple(
            ColumnMatch(column, "", role, round(min(_MOST, share * sure), 3), "content")
            for role, (column, share) in sorted(found.items(), key=lambda item: item[1][0])
        )
    )


_Found = dict[str, tuple[int, float]]


def _best(
    found: _Found,
    taken: set[int],
    shapes: Sequence[Shape],
    role: str,
    shares: dict[int, float],
    least: float,
) -> None:
    """Adds the column with the largest share, the first of equal ones, if it reaches the least."""
    free = {
        at: share
        for at, share in shares.items()
        if at not in taken and shapes[at].filled >= 2 and share >= least
    }
    if free:
        column = max(free, key=lambda at: (free[at], -at))
        found[role] = (column, 0.6 + 0.4 * free[column])
        taken.add(column)


def _births(found: _Found, taken: set[int], shapes: Sequence[Shape]) -> None:
    """Adds the birth date.

    The one column of dates, or of several the one whose years are ten years earlier.
    """
    for role, kind, least in (("birth_date", "date", 0.7), ("birth_year", "year", 0.8)):
        columns = [
            at for at, shape in enumerate(shapes) if at not in taken and shape[kind] >= least
        ]
        columns.sort(key=lambda at: shapes[at].median_year())
        if not columns or (
            len(columns) > 1
            and shapes[columns[1]].median_year() - shapes[columns[0]].median_year() < 10
        ):
            continue
        found[role] = (columns[0], 0.6 + 0.4 * shapes[columns[0]][kind])
        taken.add(columns[0])
        return


def _names(shapes: Sequence[Shape]) -> _Found:
    """The columns of the name: one of whole names, or a surname's with its neighbours."""
    texts = [
        at
        for at, shape in enumerate(shapes)
        if shape.filled >= 2 and shape["words"] >= 0.8 > shape["sex"]
    ]
    whole = {
        at: max(shapes[at]["surname"], shapes[at]["patronymic"])
        for at in texts
        if shapes[at]["several"] >= 0.7 and shapes[at]["surname"] >= 0.3
    }
    if whole:
        column = max(whole, key=lambda at: (whole[at], -at))
        return {"full_name": (column, 0.55 + 0.4 * whole[column])}
    endings = {
        at: shapes[at]["surname"]
        for at in texts
        if shapes[at]["surname"] >= 0.5 > shapes[at]["patronymic"]
    }
    if not endings:
        return {}
    surname = max(endings, key=lambda at: (endings[at], -at))
    found = {"surname": (surname, 0.6 + 0.4 * endings[surname])}
    plain = [at for at in texts if at not in endings]
    return found | _beside(surname, plain, shapes)


def _beside(surname: int, plain: list[int], shapes: Sequence[Shape]) -> _Found:
    """Given name and patronymic among the columns of words beside the surname's."""
    right = [at for at in (surname + 1, surname + 2) if at in plain]
    left = [at for at in (surname - 2, surname - 1) if at in plain]
    beside = right if right[:1] == [surname + 1] else left if left[-1:] == [surname - 1] else []
    if right and left and beside is right and len(right) == 1 and len(left) >= 1:
        # Given name, surname, father's name, or something else on one side: only the particle can
        # tell.
        beside = sorted(left[-1:] + right)
    fathers = [at for at in beside if shapes[at]["patronymic"] >= 0.5]
    if len(fathers) == 1:
        given = [at for at in beside if at not in fathers]
        found = {"patronymic": (fathers[0], 0.6 + 0.4 * shapes[fathers[0]]["patronymic"])}
        return found | ({"given_name": (given[0], 0.95)} if len(given) == 1 else {})
    if len(beside) == 1:
        return {"given_name": (beside[0], 0.85)}
    if len(beside) == 2 and beside[1] - beside[0] == 1:
        # Neither has a particle: by custom the given name stands first.
        return {"given_name": (beside[0], 0.8), "patronymic": (beside[1], 0.8)}
    return {"given_name": (beside[0], 0.5)} if beside else {}
