"""Damaged input of every kind: each ends in rows, in an answer or in a sentence.

    python campaign/damaged.py [--seed 1] [--count 1000] [--minutes 60] [--only csv xlsx]

A trial takes one kind of input (``subjects.py``), damages it some dozens or hundreds of times
(``mutators.py``) and hands each over as a person does. Found is: any exception but those that the
program tells in a sentence; more time or memory than its limit; rows that do not balance; a cell of
the list in what is said. The trial is made again by its number; what broke it is kept beside the
record as a file.
"""

from __future__ import annotations

import io
import random
import resource
import signal
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from types import FrameType

import record

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import marked  # noqa: E402  it stands in the folder of the tests
from mutators import damaged  # noqa: E402
from subject import Subject, WrongError  # noqa: E402
from subjects import SUBJECTS  # noqa: E402
from voterlist.errors import SettingsError, VoterlistError  # noqa: E402

COUNT = 1_500
SECONDS = 90
"""After which one input has hung: a file is set aside after 50 seconds by the clock."""
MEGABYTES = 1_000
"""So much more than before may a trial take in this process; a reader has limits of its own."""


class _LateError(BaseException):
    """An input took too long; nothing that handles errors catches it."""


class Damage:
    """The trials.

    Args:
        folder: for what the subjects need.
        names: the subjects that are tried, in turn.
        kept: where inputs that broke something are kept; None: nowhere.
        share: of the inputs of a trial; a short round has few.
    """

    def __init__(
        self,
        folder: Path,
        names: tuple[str, ...] = (),
        *,
        kept: Path | None = None,
        share: float = 1,
    ) -> None:
        self.folder = folder
        self.names = names or tuple(SUBJECTS)
        self._kept = kept
        self._share = share

    def __call__(self, number: int, dice: random.Random) -> record.Trial:
        """Damage one kind of input some dozens of times."""
        name = self.names[number % len(self.names)]
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            subject = SUBJECTS[name](Path(folder))
            return self._trial(name, number, subject, dice)

    def _trial(
        self, name: str, number: int, subject: Subject, dice: random.Random
    ) -> record.Trial:
        tries: Counter[str] = Counter()
        ends: Counter[str] = Counter()
        found = []
        before = _megabytes()
        for one in range(max(1, round(subject.inputs * self._share))):
            whole, other = dice.choice(subject.wholes), dice.choice(subject.wholes)
            how, content = (subject.damage or damaged)(whole, dice, other)
            tries[how] += 1
            end, wrong = handed_over(subject, content)
            ends[end] += 1
            if wrong:
                found.append(f"input {one}, {how}: {wrong}")
                self._keep(f"{name}-{number}-{one}", content)
        if (more := _megabytes() - before) > MEGABYTES:
            found.append(f"it took {more} MiB more")
        said = ", ".join(f"{count} {end}" for end, count in ends.most_common())
        return record.Trial(name, said, tuple(found), tries=dict(tries))

    def _keep(self, name: str, content: bytes) -> None:
        if self._kept is not None:
            self._kept.mkdir(parents=True, exist_ok=True)
            (self._kept / name).write_bytes(content)


def handed_over(subject: Subject, content: bytes) -> tuple[str, str]:
    """(how an input ended, what is not as it should be; empty where all is)."""
    said = io.StringIO()
    end, wrong = "FAILED", ""
    try:
        with _in_time(), redirect_stdout(said), redirect_stderr(said):
            end = subject.take(content)
    except WrongError as error:
        wrong = str(error)
    except VoterlistError as error:
        end = error.code
        said.write(_words_of(error))
        if error.exit_code == VoterlistError.exit_code:
            wrong = f"a fault of its own: {end}"
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  any other end is what is looked for
        place = traceback.extract_tb(error.__traceback__)[-1]
        wrong = f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}"
    marks = marked.marks_in(said.getvalue())
    return end, wrong or (
        f"cells in what is said: {sorted(marks)[:3]}" if marks else ""
    )


def handed_words(take: Callable[[bytes], object], content: bytes) -> str:
    """What is wrong in how a parser tells of an input; other errors than ours are not caught."""
    try:
        take(content)
    except VoterlistError as error:
        if error.exit_code == VoterlistError.exit_code:
            return f"a fault of its own: {error.code}"
        if marked.marks_in(_words_of(error)):
            return "cells in what is said"
    return ""


def _words_of(error: VoterlistError) -> str:
    """All that an error says to people."""
    mistakes = error.mistakes if isinstance(error, SettingsError) else ()
    return " ".join(map(str, (error.message, error.todo, error.places, *mistakes)))


@contextmanager
def _in_time() -> Iterator[None]:
    def late(_signal: int, _frame: FrameType | None) -> None:
        raise _LateError

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _megabytes() -> int:
    """The most memory that this process ever had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> int:
    """Make the trials; the exit code."""
    parser = record.arguments(__doc__ or "", COUNT)
    parser.add_argument("--only", nargs="*", default=(), choices=tuple(SUBJECTS))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        kept = options.folder / "damaged"
        trials = Damage(Path(folder), tuple(options.only), kept=kept)
        return record.play("damaged", options, trials)


if __name__ == "__main__":
    sys.exit(main())
