"""What was answered at the door: files taken in, and what they say of the questions of today.

The files are kept as they came, in ``lists/at-door`` of the workspace. They do nothing to a list:
what they say stands beside the finding or case in the workbook, for a person to decide.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from voterlist.decisions import name_as_kept
from voterlist.decisions.given import moment_of
from voterlist.errors import InputError, usage_error
from voterlist.fields import CORRECTED
from voterlist.lists.compile import compile_lists
from voterlist.lists.door import (
    KIND,
    VERSION,
    DoorAnswer,
    DoorFile,
    answers_to,
    code_of,
    read_code,
    read_door_file,
)
from voterlist.model import AtDoor, ListOrder
from voterlist.pipeline.list_input import ListSource
from voterlist.report.words import Words
from voterlist.storage import store
from voterlist.storage.workspace import open_to_read
from voterlist.strict_json import SavedFileError, digest_of
from voterlist.tables import by_key

FOLDER = Path("lists") / "at-door"
_MOST_BYTES = 50_000_000
"""Of a file; that of a precinct has some ten thousand. A longer one is cut, and so refused."""

Asked = Mapping[str, Any]
"""A row of DOOR."""
Key: TypeAlias = tuple[int | None, int | None, str]
"""Constituency, precinct and code of a question: a nation may have two of one code."""


@dataclass(frozen=True, slots=True)
class Said:
    """An answer, and who gave it back."""

    answer: DoorAnswer
    by: str
    saved: str
    key: Key


@dataclass(frozen=True, slots=True)
class Standing:
    """The questions of a precinct, and how many are answered."""

    constituency: int | None
    precinct: int | None
    asked: int
    answered: int
    absent: int
    """Nobody was at home; they are asked again."""
    overdue: int
    """Not answered, and the day until which they are is over."""
    left: tuple[tuple[int, str], ...]
    """(number on the list, code) of each question that is not answered."""


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of one file."""

    file: str
    constituency: int | None
    precinct: int | None
    by: str
    answers: int
    gone: tuple[str, ...]
    """Codes of questions that are asked no more: they were settled since, or the entry changed."""
    unfit: tuple[str, ...]
    """Codes of questions to which this is no answer."""
    is_known: bool
    """True where the same file was taken in before."""


def take_in(workspace: Path, files: Sequence[Path]) -> list[TakenIn]:
    """Keep files of answers; all of them, or none where one cannot be read.

    Raises:
        InputError: a file cannot be read, or is not as it was saved.
        UsageError: it is no workspace, or has no complete run.
        OSError: a file cannot be written.
    """
    contents = [(path, *_opened(path)) for path in files]
    with open_to_read(workspace) as (settings, ledger):
        questions = _questions(ListSource.of(workspace, ledger, settings))
    taken = []
    for path, content, file in contents:
        kept = _place_of(workspace, content)
        is_known = kept.exists()
        if not is_known:
            store.make_folder(kept.parent)
            store.write_content(kept, content)
        codes = [(read_code(answer.code) or answer.code) for answer in file.answers]
        place = file.constituency, file.precinct
        gone = [code for code in codes if (*place, code) not in questions]
        pairs = zip(codes, file.answers, strict=True)
        unfit = [
            code
            for code, answer in pairs
            if code not in gone
            and answer.answer not in answers_to(questions[*place, code])
        ]
        taken.append(
            TakenIn(
                path.name,
                *place,
                file.name,
                len(codes),
                tuple(gone),
                tuple(unfit),
                is_known,
            )
        )
    return taken


def answer(workspace: Path, given: DoorAnswer, *, by: str, now: dt.datetime) -> TakenIn:
    """Keep one answer that was typed by its code.

    Raises:
        UsageError: the code is that of no question of today, the answer fits it not, a field has
            no value, or nobody gave it.
        OSError: it cannot be written.
    """
    name = name_as_kept(by)
    if name is None:
        raise usage_error("door-by-nobody")
    code = read_code(given.code)
    if code is None:
        raise usage_error("door-code")
    with open_to_read(workspace) as (settings, ledger):
        source = ListSource.of(workspace, ledger, settings)
        questions = _questions(source)
    meant = [asked for (_, _, own), asked in questions.items() if own == code]
    if not meant:
        raise usage_error("door-gone", asked=code)
    if len(meant) > 1:
        raise usage_error("door-several", asked=code)
    (asked,) = meant
    offered = answers_to(asked)
    if given.answer not in offered:
        known = ", ".join(offered)
        raise usage_error("door-unfit", asked=code, known=known)
    is_correction = given.answer is AtDoor.CORRECT
    if is_correction and (given.field not in CORRECTED or not given.value):
        raise usage_error("door-no-value", asked=code, known=", ".join(CORRECTED))
    moment = now.isoformat(timespec="seconds")
    said = given.model_copy(update={"code": code, "time": moment})
    values: dict[str, Any] = {
        "kind": KIND,
        "version": VERSION,
        "cycle": settings.workspace.cycle,
        "run": source.runs.run,
        "constituency": asked["constituency"],
        "precinct": asked["precinct"],
        "list_kind": asked["list_kind"],
        "file": "",
        "name": name,
        "saved": moment,
        "answers": [said.model_dump(mode="json")],
    }
    values["digest"] = digest_of(values)
    content = json.dumps(values, ensure_ascii=False, indent=1).encode()
    kept = _place_of(workspace, content)
    store.make_folder(kept.parent)
    store.write_content(kept, content)
    place = asked["constituency"], asked["precinct"]
    return TakenIn("", *place, name, 1, (), (), is_known=False)


def standings(workspace: Path, today: dt.date) -> list[Standing]:
    """The questions of each precinct, by number, and how many of them are answered.

    Raises:
        UsageError: it is no workspace, or has no complete run.
        InputError: a kept file cannot be read.
    """
    with open_to_read(workspace) as (settings, ledger):
        questions = _questions(ListSource.of(workspace, ledger, settings))
    given = _given(workspace)
    by_place = by_key(
        ((constituency, precinct), (code, asked))
        for (constituency, precinct, code), asked in questions.items()
    )
    order = sorted(by_place, key=lambda place: [number or 0 for number in place])
    return [_standing(place, by_place[place], given, today) for place in order]


def _standing(
    place: tuple[int | None, int | None],
    questions: Sequence[tuple[str, Asked]],
    given: Mapping[Key, Said],
    today: dt.date,
) -> Standing:
    said = {
        code: given[*place, code].answer.answer
        for code, _ in questions
        if (*place, code) in given
    }
    absent = sum(word is AtDoor.ABSENT for word in said.values())
    left = [
        (asked, code)
        for code, asked in questions
        if said.get(code, AtDoor.ABSENT) is AtDoor.ABSENT
    ]
    overdue = sum(
        asked["due"] is not None and asked["due"] < today.isoformat()
        for asked, _ in left
    )
    return Standing(
        *place,
        asked=len(questions),
        answered=len(said) - absent,
        absent=absent,
        overdue=overdue,
        left=tuple((asked["number"], code) for asked, code in left),
    )


def told_at_door(workspace: Path, source: ListSource, words: Words) -> dict[str, str]:
    """What was answered, in words, by the id of the finding, case or entry that was asked about.

    Raises:
        InputError: a kept file cannot be read.
    """
    given = _given(workspace)
    if not given:
        return {}
    told: dict[str, list[str]] = {}
    for key, asked in _questions(source).items():
        about = asked["finding_id"] or asked["case_id"] or asked["entry_id"]
        if key in given:
            told.setdefault(about, []).append(in_words(given[key], words))
    return {about: "; ".join(texts) for about, texts in told.items()}


def in_words(said: Said, words: Words) -> str:
    """An answer in one line: what, by whom, when."""
    given = said.answer
    what = words(f"door.answer.{given.answer}")
    if given.field:
        what = f"{words(f'field.{given.field}')}: {given.value}"
    parts = [what, given.note, f"{said.by}, {given.time[:10]}"]
    return "; ".join(filter(None, parts))


def _opened(path: Path) -> tuple[bytes, DoorFile]:
    """The bytes of a file of answers, and what it says.

    Raises:
        InputError: it cannot be read, or is not as it was saved.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(_MOST_BYTES)
        return content, read_door_file(content)
    except SavedFileError as error:
        code = f"door-{error.code}"
    except FileNotFoundError:
        code = "no-such-file"
    except OSError:
        code = "door-unknown"
    raise InputError(f"{path.name}: {code}", code=code, file=str(path))


def _place_of(workspace: Path, content: bytes) -> Path:
    """Where a file is kept: under its digest, so that it is kept once."""
    return workspace / FOLDER / f"{hashlib.sha256(content).hexdigest()[:12]}.json"


def _given(workspace: Path) -> dict[Key, Said]:
    """The last answer to each question."""
    paths = sorted((workspace / FOLDER).glob("*.json"))
    every = list(_said(paths))
    every.sort(key=lambda said: (moment_of(said.answer.time), said.saved))
    return {said.key: said for said in every}


def _said(paths: Sequence[Path]) -> Iterator[Said]:
    for path in paths:
        _, file = _opened(path)
        for given in file.answers:
            code = read_code(given.code) or given.code
            key = file.constituency, file.precinct, code
            yield Said(given, file.name, file.saved, key)


def _questions(source: ListSource) -> dict[Key, Asked]:
    """The questions of today (DOOR), in the order of the checklists."""
    order = ListOrder(source.settings.lists.order)
    found: dict[Key, Asked] = {}
    for constituency in source.constituencies():
        _, given = source.input_of(constituency)
        compiled = compile_lists(given, constituency=constituency, order=order)
        for asked in compiled.door.to_pylist():
            key = asked["constituency"], asked["precinct"], code_of(asked)
            found[key] = asked
    return found
