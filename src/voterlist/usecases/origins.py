"""Where the rows of a file of answers are from: a run of this workspace, of this cycle, or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from voterlist.errors import InputError
from voterlist.model import Problem
from voterlist.pipeline.known import Known
from voterlist.render.xlsx import Answers
from voterlist.render.xlsx.forms import AS_PRINTED, CASE_ID, ENTRY_ID, plain
from voterlist.report.values import written_names
from voterlist.usecases.answer_files import AnswerFile

ORIGIN_PROBLEMS = ("other-workspace", "other-cycle")
"""Why a row is refused for its run; ``review.problem.<code>`` and ``error.review-<code>``."""

Origins: TypeAlias = dict[str | None, str]
"""Run -> why its rows are refused. None stands for a row that has lost its run."""


def origins_of(
    answers: Answers, cycles: Mapping[str, str | None], cycle: str
) -> Origins:
    """The runs of the workbook whose rows are refused, each with its code.

    Args:
        answers: what the workbook holds.
        cycles: the runs that the workspace knows, each with its cycle.
        cycle: the cycle of the settings.
    """
    refused: Origins = {None: "other-workspace"}
    for run in answers.runs:
        if run not in cycles:
            refused[run] = "other-workspace"
        elif cycles[run] not in {None, cycle}:
            refused[run] = "other-cycle"
    return refused


def require_place(file: AnswerFile, origins: Origins, runs: Known, path: Path) -> None:
    """Refuse the decisions of another workspace's page that names a constituency not of this one.

    Raises:
        InputError: it is such a one.
    """
    place = None if file.page is None else file.page.constituency
    if place is None or not file.answers.runs <= origins.keys():
        return
    if place not in runs.table("lists").column("constituency").to_pylist():
        raise InputError(
            f"{path.name} is of constituency {place}",
            code="review-other-constituency",
            file=str(path),
        )


def require_own(answers: Answers, origins: Origins, path: Path) -> None:
    """Refuse a workbook of which no row is of this workspace and cycle.

    Raises:
        InputError: it is such a one.
    """
    if (
        answers.sheets_without_run
        or not answers.runs
        or not answers.runs <= origins.keys()
    ):
        return
    codes = {origins[run] for run in answers.runs}
    code = next(one for one in ORIGIN_PROBLEMS if one in codes)
    raise InputError(f"{path.name}: {code}", code=f"review-{code}", file=str(path))


def of_other_people(answers: Answers, runs: Known) -> Iterator[Problem]:
    """The rows that lack the name of their entry and show that of another one.

    Only workbooks of earlier versions are looked at: others say themselves what was printed in a
    row. A name that was corrected since, or whose column somebody deleted, is no reason.
    """
    unsealed = [row for row in answers.typed if row.ids[AS_PRINTED] is None]
    if not unsealed:
        return
    entries = runs.table("entries")
    names = [plain(name) for name in written_names(entries).to_pylist()]
    name_of = dict(zip(entries.column("entry_id").to_pylist(), names, strict=True))
    of_all = set(names)
    for row in unsealed:
        case, entry = row.ids[CASE_ID], row.ids[ENTRY_ID]
        shown = {plain(text) for text in row.shown} & of_all
        if shown and name_of.get(entry, "") not in {"", *shown}:
            yield Problem(row.row, "row-exchanged", row.sheet, case, entry)


def of_elsewhere(answers: Answers, origins: Origins) -> Iterator[Problem]:
    """The rows filled in that are of another workspace or cycle."""
    for table in (answers.decisions, answers.amendments):
        for row in table.to_pylist():
            if (
                row["run_id"] in origins
                and row["sheet"] not in answers.sheets_without_run
            ):
                yield Problem(
                    row["row"],
                    origins[row["run_id"]],
                    row["sheet"],
                    row["case_id"],
                    row["entry_id"],
                    file=answers.file,
                )
