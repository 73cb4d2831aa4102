"""The file in which the decisions of a page go out, read back.

It says of which run and constituency it is, who decided, and what that person saw of each case. A
digest over all of it tells a file that was changed, or is not whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from voterlist.model import Action, Verdict
from voterlist.strict_json import read_saved

KIND = "voterlist-decisions"
VERSION = 2
"""1 has no entries that somebody named; the page still writes a file without them so."""

REASONS = (
    "names-and-birth",
    "one-identifier",
    "document-seen",
    "voter-said",
    "precinct-said",
    "two-people",
    "written-beside",
)
"""Why somebody decided so, in the order of their keys; ``desk.reason.<code>`` in the catalogue."""

_Text = Annotated[str, Field(max_length=2_000)]
"""What a person writes."""


class _Part(BaseModel):
    """A part of the file; what is not expected is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Decision(_Part):
    """What one person decided of one case.

    Attributes:
        case: the id of the case.
        entries: the ids of its entries, as they stood beside each other.
        seen: the digest of what the entries said; see ``seen_digests``.
        verdict: ``same``: one person; ``separate``: different people; ``ask``: the precinct looks
            at the door; ``withdraw``: the person's own earlier answer is taken back.
        kept: of ``same``, the entry by which the voter stays.
        apart: of ``same``, the entries that are other people all the same.
        asked: of ``ask``, the entries about which their precincts are asked.
        due: of ``ask``, the day until which they answer, in ISO 8601.
        reason: a code of ``REASONS``, or empty.
        note: what the person adds.
        settles: whether the person knew that others had decided in different ways, and settles it.
        time: when, by the clock of the computer, in ISO 8601 with its zone.
    """

    case: str
    entries: list[str] = Field(min_length=1)
    seen: str
    verdict: Literal["same", "separate", "ask", "withdraw"]
    kept: str | None = None
    apart: list[str] = []
    asked: list[str] = []
    due: str | None = None
    reason: str = ""
    note: _Text = ""
    settles: bool = False
    time: str

    def is_of(self, entries: Iterable[str], seen: str) -> bool:
        """True where the case has these entries and they say what the person saw.

        And where the decision names no others.

        Args:
            entries: the ids of the entries of the case today.
            seen: the digest of what they say today.
        """
        named = {*self.apart, *self.asked, *([] if self.kept is None else [self.kept])}
        is_same = sorted(self.entries) == sorted(entries) and self.seen == seen
        return is_same and named <= set(self.entries)

    def verdicts(self) -> Iterator[tuple[str, str]]:
        """(entry, code of ``Verdict`` or ``Action``) of each entry that is decided."""
        for entry in self.entries:
            if self.verdict == "withdraw":
                yield entry, Action.WITHDRAW.value
            elif self.verdict == "ask":
                if not self.asked or entry in self.asked:
                    yield entry, Action.ASK.value
            elif self.verdict == "separate" or entry in self.apart:
                yield entry, Verdict.SEPARATE.value
            elif entry == self.kept:
                yield entry, Verdict.KEEP.value
            else:
                yield entry, Verdict.REPEAT.value


class NamedEntry(_Part):
    """What one person decided of an entry of which nothing is asked.

    It says what a line of the sheet *Other entries* of a workbook says, in the same columns; what
    is blank was not filled in.
    """

    listed_in: _Text = ""
    listed_as: _Text
    listed_name: _Text = ""
    answer: _Text
    field: _Text = ""
    value: _Text = ""
    ground: _Text = ""
    document: _Text = ""
    precinct: _Text = ""
    due: _Text = ""
    reason: _Text = ""


class DecisionFile(_Part):
    """All decisions of one person on one page.

    Attributes:
        kind: tells the file from others.
        version: of this form.
        run: the run that the page showed.
        constituency: None: the page held several.
        cycle: of the run.
        name: who decided.
        language: of the page.
        saved: when the file was saved, by the clock of the computer.
        decisions: one for each case, in the order in which they were made.
        entries: those about other entries, in the order in which they were noted.
        digest: the SHA-256 over the canonical JSON (RFC 8785) of all else.
    """

    kind: Literal["voterlist-decisions"]
    version: int
    run: str
    constituency: int | None
    cycle: str
    name: _Text
    language: str
    saved: str
    decisions: list[Decision]
    entries: list[NamedEntry] = []
    digest: str


def read_decisions(content: bytes) -> DecisionFile:
    """The decisions of a file.

    Raises:
        SavedFileError: it is not whole, no such file, of a later version, or was changed.
    """
    return read_saved(content, KIND, VERSION, DecisionFile.model_validate)
