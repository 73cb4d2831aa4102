"""What was answered at the door: files taken in, and what they say of the questions of today.

The files are kept as they came, in ``lists/at-door`` of the workspace. They do nothing to a list:
what they say stands beside the finding or case in the workbook, for a person to decide.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from voterlist.decisions.given import moment_of, name_as_kept
from voterlist.errors import InputError, usage_error
from voterlist.fields import CORRECTED
from voterlist.lists.compile import compile_lists
from voterlist.lists.sheets import (
    DOOR_FILE,
    DOOR_VERSION,
    DoorAnswer,
    DoorFile,
    answers_to,
    code_of,
    read_code,
    read_door_file,
)
from voterlist.model import AtDoor, ListOrder, frozen
from voterlist.pipeline.list_input import ListSource
from voterlist.report.values import Words
from voterlist.storage.files import make_folder, write_content
from voterlist.storage.workspace import open_to_read
from voterlist.strict_json import SavedFileError, digest_of
from voterlist.tables import Row, by_key

FOLDER = Path("lists") / "at-door"
_MOST_BYTES = 50_000_000
"""Of a file; that of a precinct has some ten thousand. A longer one is cut, and so refused."""

Key = tuple[int | None, int | None, str]
"""Constituency, precinct and code of a question: a nation may have two of one code."""


class Said(NamedTuple):
    """An answer, and who gave it back."""

    answer: DoorAnswer
    by: str
    saved: str


@frozen
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


@frozen
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
    contents = [(path, *_open_answers(path)) for path in files]
    with open_to_read(workspace) as (settings, ledger):
        questions = _questions(ListSource.of(workspace, ledger, settings))
    taken = []
    for path, content, file in contents:
        is_known = _keep(workspace, content)
        gone, unfit = [], []
        for key, given in _answers(file):
            asked = questions.get(key)
            if asked is None:
                gone.append(key[-1])
            elif given.answer not in answers_to(asked):
                unfit.append(key[-1])
        of_file = path.name, file.constituency, file.precinct, file.name
        count = len(file.answers)
        taken.append(TakenIn(*of_file, count, tuple(gone), tuple(unfit), is_known))
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
        "kind": DOOR_FILE,
        "version": DOOR_VERSION,
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
    _keep(workspace, json.dumps(values, ensure_ascii=False, indent=1).encode())
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
    given = _last_answers(workspace)
    by_place = by_key((key[:2], (key, asked)) for key, asked in questions.items())
    found = []
    for place in sorted(by_place, key=lambda place: [number or 0 for number in place]):
        own = by_place[place]
        said = [given[key].answer.answer for key, _ in own if key in given]
        absent = said.count(AtDoor.ABSENT)
        left = [
            (asked, key[-1])
            for key, asked in own
            if key not in given or given[key].answer.answer is AtDoor.ABSENT
        ]
        until = [asked["due"] for asked, _ in left if asked["due"] is not None]
        standing = Standing(
            *place,
            asked=len(own),
            answered=len(said) - absent,
            absent=absent,
            overdue=sum(day < today.isoformat() for day in until),
            left=tuple((asked["number"], code) for asked, code in left),
        )
        found.append(standing)
    return found


def told_at_door(workspace: Path, source: ListSource, words: Words) -> dict[str, str]:
    """What was answered, in words, by the id of the finding, case or entry that was asked about.

    Raises:
        InputError: a kept file cannot be read.
    """
    given = _last_answers(workspace)
    if not given:
        return {}
    told = by_key(
        (
            asked["finding_id"] or asked["case_id"] or asked["entry_id"],
            _in_words(given[key], words),
        )
        for key, asked in _questions(source).items()
        if key in given
    )
    return {about: "; ".join(texts) for about, texts in told.items()}


def _in_words(said: Said, words: Words) -> str:
    """An answer in one line: what, by whom, when."""
    given = said.answer
    what = words(f"door.answer.{given.answer}")
    if given.field:
        what = f"{words(f'field.{given.field}')}: {given.value}"
    parts = [what, given.note, f"{said.by}, {given.time[:10]}"]
    return "; ".join(filter(None, parts))


def _open_answers(path: Path) -> tuple[bytes, DoorFile]:
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


def _keep(workspace: Path, content: bytes) -> bool:
    """Keep a file under its digest, so that it is kept once; True where it was there before."""
    name = f"{hashlib.sha256(content).hexdigest()[:12]}.json"
    kept = workspace / FOLDER / name
    is_known = kept.exists()
    if not is_known:
        make_folder(kept.parent)
        write_content(kept, content)
    return is_known


def _answers(file: DoorFile) -> Iterator[tuple[Key, DoorAnswer]]:
    """The answers of a file, each with the question that it answers."""
    for given in file.answers:
        code = read_code(given.code) or given.code
        yield (file.constituency, file.precinct, code), given


def _last_answers(workspace: Path) -> dict[Key, Said]:
    """The last answer to each question."""
    files = (
        _open_answers(path)[1] for path in sorted((workspace / FOLDER).glob("*.json"))
    )
    every = [
        (key, Said(given, file.name, file.saved))
        for file in files
        for key, given in _answers(file)
    ]
    every.sort(key=lambda told: (moment_of(told[1].answer.time), told[1].saved))
    return dict(every)


def _questions(source: ListSource) -> dict[Key, Row]:
    """The questions of today (DOOR), in the order of the checklists."""
    order = ListOrder(source.settings.lists.order)
    found: dict[Key, Row] = {}
    for constituency in source.constituencies():
        _, given = source.input_of(constituency)
        compiled = compile_lists(given, constituency=constituency, order=order)
        for asked in compiled.door.to_pylist():
            key = asked["constituency"], asked["precinct"], code_of(asked)
            found[key] = asked
    return found
