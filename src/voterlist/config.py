"""``voterlist.toml`` as frozen settings; every mistake is reported at once, each with its key path."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from voterlist.model import Level, Profile, Severity

__all__ = [
    "CalendarSettings",
    "CheckSettings",
    "IngestSettings",
    "LinkSettings",
    "PrivacySettings",
    "ReportSettings",
    "Settings",
    "WorkspaceSettings",
]

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1)]


class _Section(BaseModel):
    """A section of the settings: frozen, and an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class WorkspaceSettings(_Section):
    """``[workspace]``: whose compilation this is."""

    cycle: Annotated[str, Field(pattern=r"^\d{4}([-a-z0-9]*)$")] = "2026"
    level: Level = Level.CONEC
    profile: Profile = Profile.AZ


class IngestSettings(_Section):
    """``[ingest]``: limits of what is read. ``columns`` pins headers: field = header or list of headers."""

    max_file_megabytes: Count = 200
    max_columns: Count = 200
    max_rows: Count = 2_000_000
    columns: dict[str, str | list[str]] = Field(default_factory=dict)


class RuleSettings(_Section):
    """``[check.rules.<code>]``: one rule switched off, or given another severity."""

    enabled: bool = True
    severity: Severity | None = None


class CheckSettings(_Section):
    """``[check]``: the limits of the register tests (their grounds: docs/rules)."""

    voting_age: Count = 18
    oldest_age: Count = 105
    smallest_precinct: Count = 50
    largest_precinct: Count = 1500
    most_voters_in_dwelling: Count = 12
    most_growth: Share = 0.05
    most_heaping: Share = 0.02
    rules: dict[str, RuleSettings] = Field(default_factory=dict)


class LinkSettings(_Section):
    """``[link]``: where "one person" begins, and how much memory the comparison may take."""

    duplicate_probability: Share = 0.95
    """At or above it a pair is put forward as one person (never decided)."""
    review_probability: Share = 0.2
    """At or above it a pair is kept in the table of pairs and shown to the analyst."""
    chunk_pairs: Count = 2_000_000
    """Pairs compared at a time; the memory of the comparison grows with it."""
    largest_block: Count = 2_000
    """Entries in one block; a larger one is split by a further key, and what is left out is counted."""


class ReportSettings(_Section):
    """``[report]``: the languages in which the reports are written."""

    languages: Annotated[list[Annotated[str, Field(pattern="^(en|az)$")]], Field(min_length=1)] = ["az"]


class PrivacySettings(_Section):
    """``[privacy]``: what the reports show of identifiers."""

    mask_identifiers: bool = True
    """Show only the last three characters of FIN and document in reports."""


class CalendarSettings(_Section):
    """``[calendar]``: the due dates of the cycle (day and month), or counted back from an election."""

    compile_due: str = "02-05"
    check_due: str = "04-05"
    verify_due: str = "05-30"
    election_day: str | None = None
    warn_days: Count = 7


class Settings(_Section):
    """All settings of a workspace; each has a default, so an empty file is a valid one."""

    workspace: WorkspaceSettings = Field(default_factory=WorkspaceSettings)
    calendar: CalendarSettings = Field(default_factory=CalendarSettings)
    ingest: IngestSettings = Field(default_factory=IngestSettings)
    check: CheckSettings = Field(default_factory=CheckSettings)
    link: LinkSettings = Field(default_factory=LinkSettings)
    report: ReportSettings = Field(default_factory=ReportSettings)
    privacy: PrivacySettings = Field(default_factory=PrivacySettings)
