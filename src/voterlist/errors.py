"""Everything the program raises on purpose.

::

    VoterlistError                 exit code 5, unless a child says otherwise
    ├── UsageError                 exit 2   the command was given something it cannot use
    │   └── NotAFrameError         exit 2   a function was given something else than a frame
    ├── SettingsError              exit 2   voterlist.toml is wrong; holds every mistake at once
    │   └── MapError               exit 2   a map of columns is wrong, or does not fit its file
    ├── InputError                 exit 3   an input could not be read; names file, sheet, line
    ├── CustodyError               exit 3   keys, trusted keys or a package are refused
    ├── WorkspaceBusyError         exit 4   another run holds the workspace, or a linkage its state
    └── StageError                 exit 5   a stage failed inside; names the stage and an entry id
        └── SchemaError            exit 5   a table does not have the shape its stage declares

A message never holds the content of a cell: it names places (file, sheet, line, field, entry id)
and codes. Each message ends with what to do next, in ``todo``.
"""

from __future__ import annotations

import copyreg
import errno
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field

from voterlist.model import frozen

NO_ROOM = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})
"""The numbers of the system's errors that say that a disk, or somebody's part of it, is full."""


class VoterlistError(Exception):
    """The root.

    ``code`` is a stable word for scripts and the catalogue; ``todo`` says what to do next.
    """

    exit_code = 5
    code = "failed-inside"

    def __init__(
        self,
        message: str,
        *,
        todo: str = "",
        code: str | None = None,
        places: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.todo = todo
        self.code = code or self.code
        self.places = dict(places or {})
        """What the catalogue's texts ``error.<code>.what`` and ``.todo`` name, such as a path."""

    def __reduce__(self) -> tuple[object, ...]:
        """How it goes to another process: as it is, whatever it was made with."""
        return copyreg.__newobj__, (type(self), *self.args), vars(self)  # type: ignore[attr-defined]


class UsageError(VoterlistError):
    """The command was given something it cannot use."""

    exit_code = 2
    code = "wrong-usage"


def usage_error(code: str, /, **places: object) -> UsageError:
    """The error of this code, with what the catalogue's sentences about it name."""
    texts = {name: str(value) for name, value in places.items()}
    return UsageError(code, code=code, places=texts)


class NotAFrameError(UsageError, TypeError):
    """A function of the Python API was given something else than a pandas frame."""

    code = "not-a-frame"


@frozen
class SettingsMistake:
    """One mistake in the settings: ``path`` is its key path, such as ``link.review_probability``.

    ``code`` and ``places`` make the catalogue's sentence ``settings.<code>``.
    """

    path: str
    code: str
    places: tuple[tuple[str, str], ...] = ()
    line: int | None = field(default=None, compare=False)
    """The line of the file, from 1, as far as it is known."""

    @property
    def message(self) -> str:
        """The mistake in one line without the catalogue: its code and what belongs to it."""
        details = ", ".join(f"{name} {value}" for name, value in self.places)
        return f"{self.code} ({details})" if details else self.code


class SettingsError(VoterlistError):
    """The settings are wrong. ``mistakes`` holds all of them, each with its key path."""

    exit_code = 2
    code = "wrong-settings"

    def __init__(
        self,
        message: str,
        mistakes: tuple[SettingsMistake, ...],
        *,
        todo: str = "",
    ) -> None:
        super().__init__(message, todo=todo)
        self.mistakes = mistakes


class MapError(SettingsError):
    """A map of columns is wrong, or does not fit the file whose columns it names."""

    code = "wrong-map"

    def __init__(
        self,
        message: str,
        mistakes: tuple[SettingsMistake, ...],
        *,
        todo: str = "",
        map_name: str = "",
        file: str = "",
    ) -> None:
        super().__init__(message, mistakes, todo=todo)
        self.map_name = map_name
        self.file = file
        self.places = {"map": map_name, "file": file}
        if map_name:
            self.places["variant"] = "of-file" if file else "of-map"

    def of(self, *, map_name: str = "", file: str = "") -> MapError:
        """The same mistakes, with the names of the map and the file as far as they are known."""
        return MapError(
            self.message,
            self.mistakes,
            todo=self.todo,
            map_name=self.map_name or map_name,
            file=self.file or file,
        )


@contextmanager
def naming(file: str = "", *, map_name: str = "") -> Iterator[None]:
    """What is raised in the block about a table, or the map of its columns, names both."""
    try:
        yield
    except MapError as error:
        raise error.of(map_name=map_name, file=file) from None
    except InputError as error:
        raise error.of_file(file) from None


class InputError(VoterlistError):
    """An input could not be read.

    ``code`` is an ``AsideCode``; the place is given as far as it is known.
    """

    exit_code = 3
    code = "input-unreadable"

    def __init__(
        self,
        message: str,
        *,
        code: str = "input-unreadable",
        file: str = "",
        sheet: str = "",
        line: int | None = None,
        todo: str = "",
    ) -> None:
        places = {"path": file, "file": file, "sheet": sheet, "line": str(line or "")}
        super().__init__(message, todo=todo, code=code, places=places)
        self.file = file
        self.sheet = sheet
        self.line = line

    def of_file(self, name: str) -> InputError:
        """The same error; of this file, where it is not known of which it is."""
        if self.file:
            return self
        return InputError(
            self.message,
            code=self.code,
            file=name,
            sheet=self.sheet,
            line=self.line,
            todo=self.todo,
        )

    def place(self) -> str:
        """The place in words: ``file, sheet, line``, as far as known; empty when nothing is."""
        parts = [
            self.file,
            f"sheet {self.sheet}" if self.sheet else "",
            f"line {self.line}" if self.line else "",
        ]
        return ", ".join(filter(None, parts))


def input_error(code: str, path: object) -> InputError:
    """The error of this code about this file."""
    return InputError(code, code=code, file=str(path))


class CustodyError(VoterlistError):
    """Keys, the list of trusted keys, or a package are refused. ``code`` says why."""

    exit_code = 3
    code = "package-refused"


class WorkspaceBusyError(VoterlistError):
    """Another run holds the workspace, or another linkage the folder of its state."""

    exit_code = 4
    code = "workspace-busy"


class StageError(VoterlistError):
    """A stage failed inside. Raised ``from None`` where the cause's message could quote a cell."""

    exit_code = 5
    code = "stage-failed"

    def __init__(
        self,
        message: str,
        *,
        stage: str,
        entry_id: str = "",
        todo: str = "",
        code: str | None = None,
        places: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(
            message, todo=todo, code=code, places={"stage": stage, **(places or {})}
        )
        self.stage = stage
        self.entry_id = entry_id


class SchemaError(StageError):
    """A table does not have the shape its stage declares."""

    code = "wrong-shape"


def place_of(error: BaseException) -> str:
    """The file and line of this program at which an error was raised, and nothing of its message.

    ``?`` where it was raised outside the program.
    """
    place = "?"
    for frame in traceback.extract_tb(error.__traceback__):
        _, is_inside, path = frame.filename.replace("\\", "/").rpartition("/voterlist/")
        if is_inside:
            place = f"{path}:{frame.lineno}"
    return place
