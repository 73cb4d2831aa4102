"""Why answers are refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from voterlist.decisions.answer import Answer
from voterlist.decisions.judge import Judged
from voterlist.model import Problem


class Reasons:
    """Answers, and why some of them are refused."""

    def __init__(self, judged: list[Judged]) -> None:
        self._judged = judged
        self._codes: dict[tuple[str, str, int], dict[str, Answer]] = defaultdict(dict)
        for one in judged:
            for code in one.problems:
                self.refuse(code, one)

    def refuse(self, code: str, one: Judged) -> None:
        """Refuse the row of this answer."""
        self._codes[one.answer.place].setdefault(code, one.answer)

    def refuse_all(self, code: str, those: Iterable[Judged]) -> bool:
        """Refuse the rows of these answers; true where there is one."""
        those = list(those)
        for one in those:
            self.refuse(code, one)
        return bool(those)

    def kept(self) -> list[Judged]:
        """The answers that are not refused, in their order."""
        return [one for one in self._judged if one.answer.place not in self._codes]

    def problems(self) -> tuple[Problem, ...]:
        """Every reason, in order of file, sheet, row and code."""
        return tuple(
            _problem(code, answer)
            for _, answers in sorted(self._codes.items())
            for code, answer in sorted(answers.items())
        )


def _problem(code: str, answer: Answer) -> Problem:
    """The problem of an answer, at its row."""
    cells, finding = answer.cells, answer.finding
    return Problem(
        cells["row"],
        code,
        cells["sheet"],
        case_id=cells["case_id"],
        entry_id=answer.entry_id or cells["entry_id"],
        rule=None if finding is None else finding["rule"],
        file=cells["file"],
    )
