"""What a command did, as lines of JSON for programs: ids, counts and seconds, never a cell.

Written on request alone. The libraries that make the lines are loaded then.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from voterlist.cli.words import SAY

if TYPE_CHECKING:
    import logging

_PRIVATE = 0o600


class _Log:
    """The log of this process; nothing is written where it was not asked for."""

    def __init__(self) -> None:
        self.on_errors = False
        """True where its lines stand on standard error, and no words for people beside them."""
        self.path: Path | None = None
        """The file that was asked for, which is opened when it is known to be no other."""
        self._handlers: list[logging.Handler] = []

    @property
    def is_on(self) -> bool:
        """True where anybody reads it."""
        return bool(self._handlers)

    def tell(self, event: str, **details: Any) -> None:
        """Write a line. Numbers, ids and codes belong in it."""
        if self.is_on:
            _logger().info(event, extra=details)

    def to_errors(self) -> None:
        """Write lines on standard error."""
        import logging

        self.on_errors = True
        self._add(logging.StreamHandler(sys.stderr))

    def open(self) -> None:
        """Add lines to the file that was asked for, if one was: only its owner can open it.

        Its folder is made if need be.

        Where the system moves the file away to rotate it, a new one is begun.

        Raises:
            OSError: it cannot be opened.
        """
        from logging.handlers import WatchedFileHandler

        path = self.path
        if path is None:
            return
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        os.close(os.open(path, flags, _PRIVATE))
        self._add(WatchedFileHandler(path, encoding="utf-8"))

    def close(self) -> None:
        """Write no more."""
        for handler in self._handlers:
            _logger().removeHandler(handler)
            handler.close()
        self._handlers.clear()
        self.path = None
        self.on_errors = False

    def _add(self, handler: logging.Handler) -> None:
        handler.setFormatter(_formatter())
        self._handlers.append(handler)
        logger = _logger()
        logger.addHandler(handler)
        logger.setLevel("INFO")
        # The handlers of a program around this one would write the lines once more.
        logger.propagate = False


def _logger() -> logging.Logger:
    """The logger of the program, to which its parts write too."""
    import logging

    return logging.getLogger("voterlist")


def _formatter() -> logging.Formatter:
    """Lines of JSON: the event, when, how bad, and what belongs to it."""
    import structlog

    when = structlog.processors.TimeStamper(fmt="iso", utc=True)
    level = structlog.stdlib.add_log_level
    details = structlog.stdlib.ExtraAdder()
    apart = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    line = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[when, level, details], processors=[apart, line]
    )


LOG = _Log()
"""The log of this process; the options about logs switch it on."""


def _log_json(is_given: bool) -> bool:
    if is_given:
        LOG.to_errors()
    return is_given


def _log_file(path: Path | None) -> Path | None:
    LOG.path = path
    return path


LogJson = Annotated[
    bool,
    typer.Option(
        "--log-json", help=SAY("cli.option.log-json"), callback=_log_json, is_eager=True
    ),
]
LogFile = Annotated[
    Path | None,
    typer.Option(
        "--log-file",
        metavar="FILE",
        help=SAY("cli.option.log-file"),
        callback=_log_file,
        is_eager=True,
    ),
]
