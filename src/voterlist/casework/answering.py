"""Returned cases: what is asked of the precincts, what is answered, what the answers settle."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from voterlist.casework.importing import Against, Bringer, ImportedFile
from voterlist.casework.pages import review_tables
from voterlist.casework.returned_cases import (
    ANSWERED,
    Answer,
    Kept,
    OtherEntry,
    Owed,
    Proposal,
    Returned,
    ReturnedCase,
    added_no_more,
    as_asked,
    asked_above,
    others_in,
    standing_as,
    taken_off,
    with_answers,
)
from voterlist.catalogue import Catalogue
from voterlist.custody.manifest import Manifest
from voterlist.decisions.given import is_same_person
from voterlist.decisions.standing import standing
from voterlist.errors import CustodyError
from voterlist.model import Action, Problem, Verdict, frozen
from voterlist.persons import case_id
from voterlist.pipeline.inbox import sources_of
from voterlist.pipeline.known import Known, answers_in, answers_of_today, known
from voterlist.render.xlsx import ANSWER_ROW, Answers
from voterlist.report.asked import ELSEWHERE, STAYS, AskedAs, Question, Subject
from voterlist.report.sections.cases.model import CaseWords, Sentences
from voterlist.report.to_review import with_subjects
from voterlist.report.values import Names, Words
from voterlist.schemas import AMENDMENT, DECISION
from voterlist.storage.ledger import Ledger, Reader
from voterlist.storage.workspace import open_to_read
from voterlist.tables import Row, from_rows, rows_among, rows_without


def questions_of(
    ledger: Reader, returned: Returned, manifest: Manifest, words: Catalogue
) -> pa.Table:
    """AMENDMENT that asks about each entry of a returned case, and each proposal.

    What was asked before in the same words is not asked again.
    """
    by = f"{manifest.sender.name} ({manifest.sender.slug})"
    asked = {
        (row["entry_id"], row["reason"])
        for row in ledger.given_amendments().to_pylist()
    }
    reasons: list[tuple[str, str | None, str]] = [
        (entry.entry_id, None, _reason(case, words))
        for case in returned.cases
        for entry in case.own
    ]
    reasons += [
        (
            proposal.entry_id,
            proposal.field,
            words("returned.proposal", action=_action(proposal, words)),
        )
        for proposal in returned.proposals
    ]
    rows = [
        {
            "entry_id": entry_id,
            "action": Action.ASK.value,
            "field": field,
            "ground": "to-be-checked",
            "reason": reason,
            "decided_by": by,
            "decided_at": manifest.day.isoformat(),
        }
        for entry_id, field, reason in dict.fromkeys(reasons)
        if (entry_id, reason) not in asked
    ]
    return from_rows(rows, AMENDMENT)


def _reason(case: ReturnedCase, words: Catalogue) -> str:
    """What is asked about an entry of a case: who else it may be, masked."""
    others = ", ".join(_other(entry, words) for entry in case.others)
    return words("returned.case", number=case.number, others=others or "-")


def _other(entry: OtherEntry, words: Callable[..., str]) -> str:
    """Where an entry of somebody else stands, and the end of an identifier."""
    return words(
        "returned.other",
        constituency=entry.constituency or 0,
        precinct=entry.precinct or 0,
        mark=entry.fin or entry.document or "-",
    )


def _action(proposal: Proposal, words: Catalogue) -> str:
    kind = "verdict" if proposal.action in {*Verdict} else "answer"
    return words(f"{kind}.{proposal.action}")


_Said = Mapping[str, Any]
"""Fields of AMENDMENT: what is answered, by whom and when."""
_WITHDRAW = "withdraw"
_MOVED = "moved-away"
_ANSWER_OF = {STAYS: "keep", ELSEWHERE: "give-up"}


def cases_returned(
    workspace: Path, number: int | None = None
) -> tuple[tuple[ReturnedCase, Answer | None], ...]:
    """The cases that are asked about, and that of a number, each with the answer to it, if any.

    Raises:
        UsageError: it is no workspace.
    """
    with open_to_read(workspace) as (_, ledger):
        return tuple(asked_above(workspace, ledger, number))


def own_entries(
    workspace: Path, cases: Iterable[ReturnedCase], words: Words
) -> tuple[Question, ...]:
    """The own entries of returned cases, each with whom it is about and who else that may be.

    Args:
        workspace: its folder; the newest run says what the entries are.
        cases: the cases.
        words: of the language in which it is told who else it may be.

    Raises:
        UsageError: it has no complete run.
    """
    with open_to_read(workspace) as (_, ledger):
        runs, decided = known(workspace, ledger), answers_in(ledger).subjects
        tables, names = review_tables(runs, ledger), Names(sources_of(runs.inputs))
    asked = [
        Question(
            Subject(entry.entry_id),
            asked_as=AskedAs.FROM_ABOVE,
            case_id=case.case_id,
            case_number=case.number,
            told=_tell_others(case, words),
        )
        for case in cases
        for entry in case.own
    ]
    return tuple(with_subjects(asked, {}, tables.entries, tables, names, decided))


def _tell_others(case: ReturnedCase, words: Words) -> str:
    """Who else it may be, and what of them was compared."""
    sentences = Sentences(CaseWords(words.language))
    told = [
        [_other(entry, words), sentences.compared(entry.levels)]
        for entry in case.others
    ]
    return ". ".join(": ".join(filter(None, parts)) for parts in told)


Asked = Mapping[str, tuple[ReturnedCase, Answer | None]]
"""Own entry -> its returned case, and the answer to it."""


def asked_by_entry(workspace: Path, ledger: Reader, number: int | None = None) -> Asked:
    """The cases of the newest return, and those that were answered before it.

    An entry of several stands with the one of this number, where one is given, or the newest. Of
    that one the entries of which it was asked may be named too, whoever was named instead: a
    workbook may be of before that.
    """
    cases = with_answers(workspace, ledger)
    cases.sort(key=lambda told: told[0].number == number)
    return {
        entry.entry_id: (about, given)
        for case, given in cases
        for about in (as_asked(case), case)
        for entry in about.own
        if about is case or case.number == number
    }


def split_from_above(
    answers: Answers, asked: Asked, against: Against
) -> tuple[Answers, list[Row]]:
    """(the answers, with a striking of whoever stands elsewhere; the rows of this question).

    Args:
        answers: of a file, with the problems that its rows have.
        asked: as of ``asked_by_entry``.
        against: who answers where a row names nobody, and who brings the file.
    """
    rows: list[Row] = []
    said: list[Row] = []
    problems = list(answers.problems)
    refused = {(problem.sheet, problem.row) for problem in problems}
    for row in answers.amendments.to_pylist():
        told = asked.get(row["entry_id"])
        is_asked = row["asked_as"] == AskedAs.FROM_ABOVE
        # Whoever strikes the entry on any other sheet, on whatever ground, gives it up too.
        is_struck = told is not None and row["action"] == Action.STRIKE
        if (row["sheet"], row["row"]) in refused or not (is_asked or is_struck):
            rows.append(row)
            continue
        if told is None:
            # A workbook of before: the entry says something else today.
            gone = Problem(row["row"], "entry-gone", row["sheet"], file=row["file"])
            problems.append(gone)
            continue
        case, given = told
        by = row["decided_by"] or against.by
        other = None if against.turns_over else answered_by(given, row["action"], by)
        if other is not None:
            where = row["row"], "answered-by-another", row["sheet"], case.case_id
            problems.append(Problem(*where, file=row["file"], who=other))
            continue
        if not is_asked:
            rows.append(row)
            continue
        own = {entry.entry_id: entry.is_gone for entry in case.own}
        if row["action"] != STAYS and not own[row["entry_id"]]:
            rows.append(_as_striking(row, case))
            # Asked again, the striking of before is no new one, and the answer is.
            said += [row] if given is None else []
            continue
        row["decided_by"] = by
        # In a file nobody names another entry.
        row["value"] = row["value"] if against.turns_over else None
        # Who is on no list stays nowhere, and needs no striking.
        is_nobody = (row["action"], row["value"]) == (STAYS, None) and all(own.values())
        code = "listed-no-more" if is_nobody else _refused_as(by, against.bringer)
        if code is not None:
            problem = Problem(row["row"], code, row["sheet"], file=row["file"])
            problems.append(problem)
        elif given is None or (given.answer, given.by, given.stands_as) != (
            _ANSWER_OF[row["action"]],
            by,
            row["value"] or case.stands_as,
        ):
            said.append(row)
    amendments = from_rows(rows, ANSWER_ROW)
    return replace(answers, amendments=amendments, problems=tuple(problems)), said


def answered_by(given: Answer | None, action: str, by: str | None) -> str | None:
    """Who else gave the contrary answer to a returned case, if anybody did."""
    if given is None or (given.answer == _ANSWER_OF[STAYS]) == (action == STAYS):
        return None
    return None if is_same_person(given.by, by or "") else given.by


def said_to_above(said: Iterable[Row], checked: ImportedFile) -> list[Row]:
    """The rows of ``split_from_above`` that are recorded, and change nothing of the list.

    A striking that was refused answers nothing; one that is recorded is counted among the others.
    """
    refused = {(problem.sheet, problem.row) for problem in checked.problems}
    new = checked.amendments.column("entry_id").to_pylist()
    return [
        row
        for row in said
        if row["action"] == STAYS
        or (row["entry_id"] not in new and (row["sheet"], row["row"]) not in refused)
    ]


def _refused_as(by: str | None, bringer: Bringer | None) -> str | None:
    """Why an answer of this person is not taken; at the desk everybody brings the own answers."""
    if by is None:
        return "no-decider"
    is_at_desk = bringer is not None and bringer.role is not None
    is_own = bringer is None or is_same_person(by, bringer.name)
    return "needs-own-session" if is_at_desk and not is_own else None


def record_from_above(
    ledger: Ledger, runs: Known, asked: Asked, file: ImportedFile, day: dt.date
) -> None:
    """Write what a file answers to returned cases, once its other answers are recorded.

    A case is given up once all of its own entries are struck off, or are added no more.
    """
    given = answers_of_today(ledger, runs)
    stands = standing(given)
    stay = {row["entry_id"] for row in file.told_above if row["action"] == STAYS}
    left = rows_among(file.amendments, "action", [Action.STRIKE])
    left = rows_without(left, "entry_id", stay)
    # Of two entries of one person one may stay, and the other leave in the same file.
    holding = rows_without(stands.amendments, "entry_id", left["entry_id"].to_pylist())
    holding = holding.to_pylist()
    disputed = stands.contested.to_pylist()
    lost = added_no_more(given)
    strikings = rows_among(given.amendments, "action", [Action.STRIKE])
    struck_once = {*strikings.column("entry_id").to_pylist()}
    by_entry: dict[str, str] = {}
    for row in file.told_above:
        (case, _), by = asked[row["entry_id"]], row["decided_by"]
        said = {"reason": row["reason"], "document": row["document"]}
        said |= {"decided_by": by, "decided_at": str(day)}
        # A question that came since the striking contests it, until it is answered.
        against = [*holding, *_in_doubt(disputed, by)]
        if row["action"] != STAYS:
            by_entry[row["entry_id"]] = by
            of_row = [one for one in case.own if one.entry_id == row["entry_id"]]
            case = case.model_copy(update={"own": tuple(of_row)})
            # Whoever moved since the striking is asked about under the id of before.
            asks = [one for one in against if one["action"] == Action.ASK]
            ledger.amend(_questions_closed(asks, (), case, said), adjudicates=True)
            continue
        if row["value"] is not None:
            # What is asked of the one that is gone is answered; who was named by mistake stays.
            closed = _questions_closed(holding, struck_once, case, said)
            ledger.amend(closed, adjudicates=True)
            case = standing_as(case, row["value"])
            # What is asked about is found again where it is, whatever becomes of its line.
            about = {"entry_id": row["value"], "action": Action.ASK.value}
            question = from_rows([{**said, **about}], AMENDMENT)
            ledger.amend(question)
            against += question.to_pylist()
        closed = _questions_closed(against, struck_once, case, said)
        ledger.amend(closed, adjudicates=True)
        own = (lost.get(entry.entry_id) for entry in case.own)
        added = [{**addition, **said} for addition in own if addition]
        ledger.amend(from_rows(added, AMENDMENT), adjudicates=True)
        _write_answer(ledger, case, STAYS, by, day)
    struck = taken_off(answers_of_today(ledger, runs))
    new = by_entry.keys() | file.amendments.column("entry_id").to_pylist()
    by_entry |= {entry: row["decided_by"] for entry, row in struck.items()}
    cases = (asked[entry][0] for entry in sorted(new & asked.keys()))
    given_up = {case.number: case for case in cases}
    for _, case in sorted(given_up.items()):
        if all(entry.is_gone or entry.entry_id in struck for entry in case.own):
            by = next(
                by_entry[entry.entry_id]
                for entry in case.own
                if entry.entry_id in by_entry
            )
            _write_answer(ledger, case, ELSEWHERE, by, day)


def _in_doubt(disputed: Iterable[Row], by: str) -> list[Row]:
    """The questions that contest a striking which this person may take back, as AMENDMENT.

    Whom somebody else struck for another reason than that they stand elsewhere a third one decides.
    """
    of_others = {
        row["entry_id"]
        for row in disputed
        if row["answer"] == Action.STRIKE and row["ground"] != _MOVED
        if not is_same_person(row["decided_by"], by)
    }
    return [
        row | {"action": row["answer"]}
        for row in disputed
        if row["answer"] == Action.ASK and row["entry_id"] not in of_others
    ]


def _as_striking(row: Row, case: ReturnedCase) -> Row:
    """The row, about the entry; a striking to the only other place where it names none."""
    about_entry = row | {"case_id": None}
    if row["action"] != ELSEWHERE:
        return about_entry
    places = {
        (other.constituency, other.precinct)
        for other in case.others
        if None not in {other.constituency, other.precinct}
    }
    if row["precinct"] is None and len(places) == 1:
        ((constituency, precinct),) = places
        about_entry |= {"constituency": str(constituency), "precinct": str(precinct)}
    return about_entry | {
        "action": Action.STRIKE.value,
        "ground": row["ground"] or _MOVED,
    }


def owed_answers(workspace: Path) -> tuple[tuple[Owed, ...], tuple[CustodyError, ...]]:
    """The returned cases to which a constituency owes an answer, and why it is not known of some.

    Raises:
        UsageError: it is no workspace.
    """
    with open_to_read(workspace) as (_, ledger):
        kept = Kept(workspace, ledger)
        return kept.owed(), tuple(kept.lost.values())


def _write_answer(
    ledger: Ledger, case: ReturnedCase, answer: str, by: str, day: dt.date
) -> None:
    """The line of the journal by which a returned case is answered."""
    ledger.write_journal(
        day,
        ANSWERED,
        case_id=case.case_id,
        number=case.number,
        kind=case.kind,
        entries=" ".join(entry.came_as or entry.entry_id for entry in case.own),
        answer=_ANSWER_OF[answer],
        by=by,
        **({"stands_as": case.stands_as} if case.stands_as else {}),
    )


def _questions_closed(
    holding: Iterable[_Said],
    struck: Collection[str],
    case: ReturnedCase,
    said: _Said,
) -> pa.Table:
    """AMENDMENT that takes back, of the own entries, what speaks against it that they stand there.

    That is the question of the commission above, and an earlier answer that the person stands
    elsewhere. What moved or added them stays.

    Args:
        holding: the rows of AMENDMENT that hold.
        struck: the entries that somebody struck at any time.
        case: which is answered.
        said: who answers, when and why.
    """
    own = {name for entry in case.own for name in (entry.entry_id, entry.came_as)}
    # Under a striking that is taken back the question would be open again, and under a question the
    # striking that it ended: of whoever objected to it rightly.
    taken_back = {
        (row["entry_id"], action)
        for row in holding
        for action in (Action.ASK.value, Action.STRIKE.value)
        if action == Action.ASK or row["entry_id"] in struck
        if row["action"] == Action.ASK
        or (row["action"] == Action.STRIKE and row["ground"] == _MOVED)
    }
    rows = [
        {**said, "action": _WITHDRAW, "entry_id": entry, "field": name}
        for entry, name in sorted(taken_back)
        if entry in own
    ]
    return from_rows(rows, AMENDMENT)


_KEEPS = "keep"
_SAME = "same"
"""The level of two values that are one."""


@frozen
class CameUp:
    """What the newest package of a commission below says.

    Attributes:
        sender: the commission, such as ``conec-088``.
        answers: its answers, by case.
        ids: the id below -> the id here, of the entries on its lists that are asked about.
    """

    sender: str
    answers: Mapping[str, Answer]
    ids: Mapping[str, str]

    def listed(self, case: ReturnedCase) -> list[str]:
        """Its own entries of a case that are on its lists, under the ids of here."""
        own = [entry.entry_id for entry in case.own]
        answer = self.answers.get(case.case_id)
        if answer and answer.stands_as:
            own = [answer.stands_as]
        return [self.ids[entry] for entry in own if entry in self.ids]


@frozen
class Settled:
    """What the answers come to.

    Attributes:
        verdicts: DECISION: the people of a case are different ones; or, of entries that say one
            identifier, name and birth date, what each commission said, which contradicts.
        case_entries: the entries of each of these cases.
        contested: those that contradict, where the commission above decides.
        entry_ids: entries of the newest sender that are of a returned case.
    """

    verdicts: pa.Table
    case_entries: Mapping[str, Sequence[str]]
    entry_ids: frozenset[str] = frozenset()
    contested: frozenset[str] = frozenset()


def settle(
    workspace: Path, ledger: Reader, newest: CameUp, words: Catalogue
) -> Settled:
    """What all answers come to, with those of a package that is being taken in.

    A case stays open where a commission was not asked, or has not answered, or what it handed over
    is gone or damaged; where all say "elsewhere"; where an entry that was given up is still on a
    list; and where two entries of one commission are, for of these nothing was answered.

    Args:
        workspace: the workspace of the commission above.
        ledger: its ledger, without the line of that package.
        newest: what that package says.
        words: the catalogue in whose language the reasons are written.

    Raises:
        CustodyError: what was kept of a return is gone or damaged.
    """
    kept = Kept(workspace, ledger)
    cases = kept.cases_asked()
    others = {sender for parts in cases.values() for sender in parts} - {newest.sender}
    came = {sender: _came_up(kept, sender, cases.values()) for sender in others}
    came[newest.sender] = newest
    rows: list[Row] = []
    case_entries: dict[str, list[str]] = {}
    contested: set[str] = set()
    for parts in cases.values():
        # Of whom a case does not know where they stand nobody was asked.
        is_asked = kept.places_of(others_in(parts)) == {*map(kept.places.get, parts)}
        stays = _stays(parts, came) if is_asked else {}
        if len(stays) < 2:
            continue
        name = case_id(list(stays))
        case_entries[name] = sorted(stays)
        said = [
            {
                "case_id": name,
                "entry_id": about,
                "verdict": verdict.value,
                "reason": words("settled.stays", number=answer.number),
                "decided_by": f"{answer.by} ({sender})",
                "decided_at": answer.day,
            }
            for entry_id, (answer, sender) in stays.items()
            for about, verdict in _says_of(entry_id, stays, parts, kept)
        ]
        if any(row["verdict"] == Verdict.REPEAT for row in said):
            contested.add(name)
        rows += said
    asked = (parts[newest.sender] for parts in cases.values() if newest.sender in parts)
    own = frozenset(entry for case in asked for entry in newest.listed(case))
    return Settled(from_rows(rows, DECISION), case_entries, own, frozenset(contested))


def _came_up(
    kept: Kept, sender: str, cases: Iterable[Mapping[str, ReturnedCase]]
) -> CameUp:
    """What the newest package of a commission said of its entries of these cases."""
    try:
        ids = kept.known_as(sender)
        own = (kept.own_of(sender, case[sender]) for case in cases if sender in case)
        wanted = set[str]().union(*own)
    except CustodyError:
        # Of a package that is gone or damaged nothing is known until a new one of it comes.
        return CameUp(sender, {}, {})
    # A nation has millions of ids, and few of them are asked about.
    asked = {below: here for here, below in ids.items() if below in wanted}
    return CameUp(sender, kept.answers_of(sender), asked)


def _stays(
    parts: Mapping[str, ReturnedCase], came: Mapping[str, CameUp]
) -> dict[str, tuple[Answer, str]]:
    """Entry -> (answer, commission) of those that stay; empty where the case is open."""
    stays: dict[str, tuple[Answer, str]] = {}
    for sender, case in parts.items():
        answer = came[sender].answers.get(case.case_id)
        listed = came[sender].listed(case)
        keeps = answer is not None and answer.answer == _KEEPS
        if answer is None or len(listed) != int(keeps):
            return {}
        stays |= dict.fromkeys(listed, (answer, sender))
    return stays


def _says_of(
    entry_id: str,
    stays: Mapping[str, tuple[Answer, str]],
    parts: Mapping[str, ReturnedCase],
    kept: Kept,
) -> Iterator[tuple[str, Verdict]]:
    """(entry, verdict): what it means that the person of an entry stands rightly there.

    They are somebody of their own. But of one person this entry is then the right one, and the
    other, of which its commission says the same, its repetition.
    """
    _, sender = stays[entry_id]
    alike = (other for other in parts[sender].others if _is_of_one_person(other.levels))
    places = kept.places_of(alike)
    twins = [other for other, (_, name) in stays.items() if kept.places[name] in places]
    yield entry_id, Verdict.KEEP if twins else Verdict.SEPARATE
    for other in twins:
        yield other, Verdict.REPEAT


def _is_of_one_person(levels: Mapping[str, str]) -> bool:
    """True of two entries with one name and birth date, and one FIN or document, if any.

    Where nothing but that tells them apart or together, the father's name has to be there.
    """
    said = {levels.get(name) for name in ("fin", "document")}
    names = {levels.get(name) for name in ("surname", "given_name", "birth_date")}
    fathers = levels.get("patronymic")
    is_one_name = names == {_SAME} and fathers in {None, _SAME}
    return is_one_name and (_SAME in said or (said == {None} and fathers == _SAME))
