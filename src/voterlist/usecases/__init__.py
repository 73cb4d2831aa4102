"""What the program can be asked to do, one function each.

The command line calls these functions and prints what they return. Whatever else drives the program
(a desk in a browser, a scheduler, a notebook) calls the same ones. None of them prints, reads the
clock or knows the language of the terminal: the day, the moment and the language are arguments.

The names below are loaded when they are first used, and pandas and Arrow with them. So a face that
only shows its help loads neither.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voterlist.config import Settings
    from voterlist.normalize import NameReading, PartReading, alike, read_name
    from voterlist.pace import Forecast
    from voterlist.pipeline import BurnDown, RunResult, Trouble, UnitStanding
    from voterlist.pipeline.inbox import INBOX
    from voterlist.pipeline.plan import Plan, PlannedStage
    from voterlist.quality import Agreement
    from voterlist.report import Words
    from voterlist.report.asked import said
    from voterlist.report.sections.audit import Audit, AuditWords
    from voterlist.report.sections.cases import CaseWords, Waterfall
    from voterlist.report.sections.certificate import certificate_lines, certificate_of
    from voterlist.report.sections.chance import Chance, ChanceWords
    from voterlist.rulebook.pages import (
        Grid,
        Page,
        Shown,
        articles,
        as_markdown,
        chapters,
    )
    from voterlist.storage.ledger import Verdict
    from voterlist.storage.ledger.copies import Replaced
    from voterlist.storage.store import write_table
    from voterlist.synth import Also
    from voterlist.synth import write as invent_lists
    from voterlist.usecases.answering import (
        CaseAnswer,
        answer_case,
        cases_returned,
        owed_answers,
    )
    from voterlist.usecases.approving import Approval, Finished, approve, finish
    from voterlist.usecases.checking import Checked, check_files
    from voterlist.usecases.commissions import (
        KeysShown,
        distrust_key,
        keys_are_protected,
        make_workspace_keys,
        show_keys,
        trust_key,
    )
    from voterlist.usecases.comparing import Compared, compare_lists
    from voterlist.usecases.delivered import (
        ProgramVerified,
        Voucher,
        verify_program,
    )
    from voterlist.usecases.desk_pages import ExportedPage, PageRequest, export_page
    from voterlist.usecases.doctor import examine
    from voterlist.usecases.evaluating import evaluate_findings, evaluate_pairs
    from voterlist.usecases.explaining import Explained, explain_pair
    from voterlist.usecases.feedback import FeedbackMade, make_feedback
    from voterlist.usecases.forgetting import (
        ForgetRequest,
        Forgotten,
        forget,
    )
    from voterlist.usecases.inspecting import (
        FileAccount,
        FileLine,
        ListAccount,
        PlaceAccount,
        SheetAccount,
        exit_code_of_accounts,
        file_line,
        inspect_files,
        is_total_different,
    )
    from voterlist.usecases.installation import (
        Health,
        Noticed,
        examine_installation,
    )
    from voterlist.usecases.journals import (
        DiaryLine,
        JournalFilter,
        read_journal,
        verify_journal,
    )
    from voterlist.usecases.ledgers import copy_ledger, renew_ledger, restore_ledger
    from voterlist.usecases.linking import (
        Linked,
        LinkRequest,
        link_tables,
        plan_linkage,
    )
    from voterlist.usecases.linking_on_spark import Place, Watch, link_tables_on_spark
    from voterlist.usecases.list_files import ListRequest, sums_of
    from voterlist.usecases.lists import ListsMade, make_lists
    from voterlist.usecases.maps import read_map
    from voterlist.usecases.memory import Shortage, bytes_of, shortage
    from voterlist.usecases.quality import ReviewQuality, review_quality
    from voterlist.usecases.receiving import Received, receive
    from voterlist.usecases.returning import ReturnRequest, Sent, return_cases
    from voterlist.usecases.reviewing import (
        Bringer,
        Disputed,
        Imported,
        Replacement,
        export_review,
        import_review,
    )
    from voterlist.usecases.running import WorkspaceRun, plan_run, run_workspace
    from voterlist.usecases.sampling import Sampled, SampleRequest, sample_review
    from voterlist.usecases.scheduling import (
        CRONTAB,
        Night,
        Schedule,
        for_cron,
        for_systemd,
        time_of,
    )
    from voterlist.usecases.sealing import is_sealed, opened, sealed, sealed_name
    from voterlist.usecases.settings import settings_of, workspace_here
    from voterlist.usecases.submitting import Submission, SubmitRequest, submit
    from voterlist.usecases.users import (
        add_user,
        change_password,
        list_users,
        remove_user,
    )
    from voterlist.usecases.verifying import Verified, verify_package, verify_run
    from voterlist.usecases.workspaces import (
        Status,
        make_workspace,
        status_of,
        write_calendar,
        write_page,
    )

__all__ = [
    "CRONTAB",
    "INBOX",
    "Agreement",
    "Also",
    "Approval",
    "Audit",
    "AuditWords",
    "Bringer",
    "BurnDown",
    "CaseAnswer",
    "CaseWords",
    "Chance",
    "ChanceWords",
    "Checked",
    "Compared",
    "DiaryLine",
    "Disputed",
    "Explained",
    "ExportedPage",
    "FeedbackMade",
    "FileAccount",
    "FileLine",
    "Finished",
    "Forecast",
    "ForgetRequest",
    "Forgotten",
    "Grid",
    "Health",
    "Imported",
    "JournalFilter",
    "KeysShown",
    "LinkRequest",
    "Linked",
    "ListAccount",
    "ListRequest",
    "ListsMade",
    "NameReading",
    "Night",
    "Noticed",
    "Page",
    "PageRequest",
    "PartReading",
    "Place",
    "PlaceAccount",
    "Plan",
    "PlannedStage",
    "ProgramVerified",
    "Received",
    "Replaced",
    "Replacement",
    "ReturnRequest",
    "ReviewQuality",
    "RunResult",
    "SampleRequest",
    "Sampled",
    "Schedule",
    "Sent",
    "Settings",
    "SheetAccount",
    "Shortage",
    "Shown",
    "Status",
    "Submission",
    "SubmitRequest",
    "Trouble",
    "UnitStanding",
    "Verdict",
    "Verified",
    "Voucher",
    "Watch",
    "Waterfall",
    "Words",
    "WorkspaceRun",
    "add_user",
    "alike",
    "answer_case",
    "approve",
    "articles",
    "as_markdown",
    "bytes_of",
    "cases_returned",
    "certificate_lines",
    "certificate_of",
    "change_password",
    "chapters",
    "check_files",
    "compare_lists",
    "copy_ledger",
    "distrust_key",
    "evaluate_findings",
    "evaluate_pairs",
    "examine",
    "examine_installation",
    "exit_code_of_accounts",
    "explain_pair",
    "export_page",
    "export_review",
    "file_line",
    "finish",
    "for_cron",
    "for_systemd",
    "forget",
    "import_review",
    "inspect_files",
    "invent_lists",
    "is_sealed",
    "is_total_different",
    "keys_are_protected",
    "link_tables",
    "link_tables_on_spark",
    "list_users",
    "make_feedback",
    "make_lists",
    "make_workspace",
    "make_workspace_keys",
    "opened",
    "owed_answers",
    "plan_linkage",
    "plan_run",
    "read_journal",
    "read_map",
    "read_name",
    "receive",
    "remove_user",
    "renew_ledger",
    "restore_ledger",
    "return_cases",
    "review_quality",
    "run_workspace",
    "said",
    "sample_review",
    "sealed",
    "sealed_name",
    "settings_of",
    "shortage",
    "show_keys",
    "status_of",
    "submit",
    "sums_of",
    "time_of",
    "trust_key",
    "verify_journal",
    "verify_package",
    "verify_program",
    "verify_run",
    "workspace_here",
    "write_calendar",
    "write_page",
    "write_table",
]

_HOMES = {
    "plan_linkage": "voterlist.usecases.linking",
    "link_tables": "voterlist.usecases.linking",
    "link_tables_on_spark": "voterlist.usecases.linking_on_spark",
    "Place": "voterlist.usecases.linking_on_spark",
    "Watch": "voterlist.usecases.linking_on_spark",
    "LinkRequest": "voterlist.usecases.linking",
    "Shortage": "voterlist.usecases.memory",
    "bytes_of": "voterlist.usecases.memory",
    "shortage": "voterlist.usecases.memory",
    "Linked": "voterlist.usecases.linking",
    "explain_pair": "voterlist.usecases.explaining",
    "Explained": "voterlist.usecases.explaining",
    "Waterfall": "voterlist.report.sections.cases",
    "CaseWords": "voterlist.report.sections.cases",
    "INBOX": "voterlist.pipeline.inbox",
    "Also": "voterlist.synth",
    "Audit": "voterlist.report.sections.audit",
    "AuditWords": "voterlist.report.sections.audit",
    "Chance": "voterlist.report.sections.chance",
    "ChanceWords": "voterlist.report.sections.chance",
    "Checked": "voterlist.usecases.checking",
    "Compared": "voterlist.usecases.comparing",
    "DiaryLine": "voterlist.usecases.journals",
    "JournalFilter": "voterlist.usecases.journals",
    "Verdict": "voterlist.storage.ledger",
    "read_journal": "voterlist.usecases.journals",
    "verify_journal": "voterlist.usecases.journals",
    "FileAccount": "voterlist.usecases.inspecting",
    "Disputed": "voterlist.usecases.reviewing",
    "FileLine": "voterlist.usecases.inspecting",
    "Bringer": "voterlist.usecases.reviewing",
    "Imported": "voterlist.usecases.reviewing",
    "ListAccount": "voterlist.usecases.inspecting",
    "ListRequest": "voterlist.usecases.list_files",
    "ListsMade": "voterlist.usecases.lists",
    "NameReading": "voterlist.normalize",
    "PartReading": "voterlist.normalize",
    "PlaceAccount": "voterlist.usecases.inspecting",
    "Replaced": "voterlist.storage.ledger.copies",
    "Replacement": "voterlist.usecases.reviewing",
    "RunResult": "voterlist.pipeline",
    "Settings": "voterlist.config",
    "SheetAccount": "voterlist.usecases.inspecting",
    "Status": "voterlist.usecases.workspaces",
    "BurnDown": "voterlist.pipeline",
    "Forecast": "voterlist.pace",
    "Trouble": "voterlist.pipeline",
    "UnitStanding": "voterlist.pipeline",
    "Words": "voterlist.report.words",
    "WorkspaceRun": "voterlist.usecases.running",
    "alike": "voterlist.normalize",
    "check_files": "voterlist.usecases.checking",
    "compare_lists": "voterlist.usecases.comparing",
    "copy_ledger": "voterlist.usecases.ledgers",
    "evaluate_findings": "voterlist.usecases.evaluating",
    "evaluate_pairs": "voterlist.usecases.evaluating",
    "exit_code_of_accounts": "voterlist.usecases.inspecting",
    "export_review": "voterlist.usecases.reviewing",
    "PageRequest": "voterlist.usecases.desk_pages",
    "ExportedPage": "voterlist.usecases.desk_pages",
    "export_page": "voterlist.usecases.desk_pages",
    "import_review": "voterlist.usecases.reviewing",
    "file_line": "voterlist.usecases.inspecting",
    "inspect_files": "voterlist.usecases.inspecting",
    "invent_lists": "voterlist.synth:write",
    "is_total_different": "voterlist.usecases.inspecting",
    "make_lists": "voterlist.usecases.lists",
    "make_workspace": "voterlist.usecases.workspaces",
    "read_map": "voterlist.usecases.maps",
    "read_name": "voterlist.normalize",
    "renew_ledger": "voterlist.usecases.ledgers",
    "FeedbackMade": "voterlist.usecases.feedback",
    "make_feedback": "voterlist.usecases.feedback",
    "sample_review": "voterlist.usecases.sampling",
    "SampleRequest": "voterlist.usecases.sampling",
    "Sampled": "voterlist.usecases.sampling",
    "review_quality": "voterlist.usecases.quality",
    "ReviewQuality": "voterlist.usecases.quality",
    "Agreement": "voterlist.quality",
    "certificate_lines": "voterlist.report.sections.certificate",
    "certificate_of": "voterlist.report.sections.certificate",
    "restore_ledger": "voterlist.usecases.ledgers",
    "run_workspace": "voterlist.usecases.running",
    "plan_run": "voterlist.usecases.running",
    "Plan": "voterlist.pipeline.plan",
    "PlannedStage": "voterlist.pipeline.plan",
    "said": "voterlist.report.asked",
    "CRONTAB": "voterlist.usecases.scheduling",
    "Health": "voterlist.usecases.installation",
    "Noticed": "voterlist.usecases.installation",
    "examine": "voterlist.usecases.doctor",
    "examine_installation": "voterlist.usecases.installation",
    "Night": "voterlist.usecases.scheduling",
    "Schedule": "voterlist.usecases.scheduling",
    "for_cron": "voterlist.usecases.scheduling",
    "for_systemd": "voterlist.usecases.scheduling",
    "time_of": "voterlist.usecases.scheduling",
    "settings_of": "voterlist.usecases.settings",
    "workspace_here": "voterlist.usecases.settings",
    "status_of": "voterlist.usecases.workspaces",
    "sums_of": "voterlist.usecases.list_files",
    "write_calendar": "voterlist.usecases.workspaces",
    "write_page": "voterlist.usecases.workspaces",
    "write_table": "voterlist.storage.store",
    "KeysShown": "voterlist.usecases.commissions",
    "distrust_key": "voterlist.usecases.commissions",
    "keys_are_protected": "voterlist.usecases.commissions",
    "make_workspace_keys": "voterlist.usecases.commissions",
    "show_keys": "voterlist.usecases.commissions",
    "trust_key": "voterlist.usecases.commissions",
    "Submission": "voterlist.usecases.submitting",
    "SubmitRequest": "voterlist.usecases.submitting",
    "submit": "voterlist.usecases.submitting",
    "Received": "voterlist.usecases.receiving",
    "Grid": "voterlist.rulebook.pages",
    "Page": "voterlist.rulebook.pages",
    "Shown": "voterlist.rulebook.pages",
    "articles": "voterlist.rulebook.pages",
    "as_markdown": "voterlist.rulebook.pages",
    "chapters": "voterlist.rulebook.pages",
    "receive": "voterlist.usecases.receiving",
    "CaseAnswer": "voterlist.usecases.answering",
    "answer_case": "voterlist.usecases.answering",
    "Approval": "voterlist.usecases.approving",
    "Finished": "voterlist.usecases.approving",
    "ForgetRequest": "voterlist.usecases.forgetting",
    "Forgotten": "voterlist.usecases.forgetting",
    "approve": "voterlist.usecases.approving",
    "finish": "voterlist.usecases.approving",
    "is_sealed": "voterlist.usecases.sealing",
    "opened": "voterlist.usecases.sealing",
    "sealed": "voterlist.usecases.sealing",
    "sealed_name": "voterlist.usecases.sealing",
    "forget": "voterlist.usecases.forgetting",
    "owed_answers": "voterlist.usecases.answering",
    "cases_returned": "voterlist.usecases.answering",
    "ReturnRequest": "voterlist.usecases.returning",
    "Sent": "voterlist.usecases.returning",
    "return_cases": "voterlist.usecases.returning",
    "Verified": "voterlist.usecases.verifying",
    "add_user": "voterlist.usecases.users",
    "change_password": "voterlist.usecases.users",
    "list_users": "voterlist.usecases.users",
    "remove_user": "voterlist.usecases.users",
    "verify_run": "voterlist.usecases.verifying",
    "verify_package": "voterlist.usecases.verifying",
    "ProgramVerified": "voterlist.usecases.delivered",
    "Voucher": "voterlist.usecases.delivered",
    "verify_program": "voterlist.usecases.delivered",
}
"""Where each name is defined: a module, and behind a colon its name there if it is another one."""


def __getattr__(name: str) -> Any:
    """Load a name when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    module, _, other = _HOMES[name].partition(":")
    return getattr(importlib.import_module(module), other or name)
