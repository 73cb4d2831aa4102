"""What must survive from run to run: submissions, cases, decisions, journal, in one SQLite file.

``Ledger`` opens it for writing, ``reading`` reads it without writing anything. Both refuse a ledger
that is damaged (``seals``), and one that holds less than the workspace knows of (``mark``).
Every change has a line in a chain of hashes (``chain``); ``verify`` says what was edited by hand.
``copies`` copies a ledger whole, puts a copy back, and goes on without one that is lost.

No clock: every function that writes is given the day. Decisions are only ever added; the newest for
an entry of a case holds, and the older ones remain to be seen.
"""

from __future__ import annotations

from voterlist.storage.ledger.chain import Head, Line
from voterlist.storage.ledger.mark import mark_run
from voterlist.storage.ledger.reading import Reader, read_acceptances, reading
from voterlist.storage.ledger.records import CaseNote, CaseNumber, Submission, received
from voterlist.storage.ledger.tables import FILE_NAME
from voterlist.storage.ledger.verdict import Problem, Verdict, verify
from voterlist.storage.ledger.writing import Ledger

__all__ = [
    "FILE_NAME",
    "CaseNote",
    "CaseNumber",
    "Head",
    "Ledger",
    "Line",
    "Problem",
    "Reader",
    "Submission",
    "Verdict",
    "mark_run",
    "read_acceptances",
    "reading",
    "received",
    "verify",
]
