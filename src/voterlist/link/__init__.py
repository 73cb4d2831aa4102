"""Linkage: which entries of a list may be one person. VOTER -> PAIR -> CASE.

The steps, in order: *encode* the columns as integers, *block* on several keys, *compare* the
candidate pairs level by level, *weigh* the comparison vectors, *classify* what each pair is,
*cluster* the entries, and put the *cases* together for a person to decide.
"""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from voterlist.config.sections import LinkSettings
from voterlist.link import block, steps
from voterlist.link.comparisons import SHIPPED
from voterlist.link.keys import NAMES
from voterlist.link.labels import Decided, closed_cases
from voterlist.link.steps import ready
from voterlist.link.types import (
    Added,
    Incremental,
    Linkage,
    OwnRules,
    Ready,
    Scope,
    Watch,
    chance,
)
from voterlist.model import Profile, Rule
from voterlist.processes.limits import without_collection

TAKEN_NAMES = frozenset({*SHIPPED.fields, *NAMES})
"""Names that no added comparison can have: those of comparisons and blocking keys."""

RULES: tuple[Rule, ...] = ()


def link(
    voters: pa.Table,
    settings: LinkSettings | None = None,
    *,
    profile: Profile = Profile.AZ,
    scope: Scope | None = None,
    added: Added | None = None,
    decided: Decided | None = None,
    incremental: Incremental | None = None,
    watch: Watch | None = None,
) -> Linkage:
    """The pairs, clusters and cases of a VOTER table.

    Args:
        voters: VOTER; its text may be dictionary-encoded (``tables.with_encoded_text``), which is
            quicker and takes less memory.
        settings: thresholds and bounds.
        profile: whose names they are.
        scope: which pairs are looked for, where not all are; names are counted in all entries.
        added: comparisons that a user added to those of every list.
        decided: pairs and cases that people decided. The model learns from the pairs; what it says
            of a pair it goes on saying, decided or not. The cases stay cases however the model
            moves. Without any the result is the same to the byte as without this argument.
        incremental: an earlier linkage from which this one goes on. The result is the same to the
            byte as without it.
        watch: what is called while it runs.

    Raises:
        SchemaError: ``voters`` lacks a column of VOTER that is compared (``COMPARED``).
        ValueError: what people decided is given for a linkage one to one.
    """
    added = added or Added()
    made_ready = ready(voters, profile, added)
    # From here on the columns are read as codes: the table is not needed.
    del voters
    return link_ready(
        made_ready,
        settings,
        scope=scope,
        added=added,
        decided=decided,
        incremental=incremental,
        watch=watch,
    )


@without_collection()
def link_ready(
    made_ready: Ready,
    settings: LinkSettings | None = None,
    *,
    scope: Scope | None = None,
    added: Added | None = None,
    decided: Decided | None = None,
    incremental: Incremental | None = None,
    watch: Watch | None = None,
    own: OwnRules | None = None,
) -> Linkage:
    """The same of a list that is encoded already; ``own`` are rules of the user.

    Raises:
        ValueError: what people decided is given for a linkage one to one, or a state is to be kept
            of pairs that are put aside.
        OSError: the disk on which pairs are put aside is full.
    """
    if decided is not None and scope is not None and scope.one_to_one:
        raise ValueError("decided pairs are not linked one to one")
    if incremental is not None and made_ready.store is not None:
        raise ValueError("no state is kept of pairs that are put aside")
    settings = settings or LinkSettings()
    profile = made_ready.entries.profile
    added, decided, own = added or Added(), decided or Decided(), own or OwnRules()

    listed = steps.list_pairs(made_ready, settings, scope, added, own.keys)
    # Before there are pairs, not beside them: it takes as much memory as they do.
    expected = chance(listed.entries, listed.groups) if made_ready.with_chance else ()
    found, state, reused = steps.compare(
        listed, settings, profile, watch or Watch(), incremental
    )
    closed = closed_cases(listed.ids, decided.cases) if made_ready.with_cases else None
    learnt = steps.learn(
        listed, found, decided.pairs, profile, settings.chunk_pairs, own
    )
    linkage = steps.conclude(listed, learnt, closed, settings, own)
    return replace(linkage, chance=expected, state=state, reused=reused)


def plan(
    voters: pa.Table,
    settings: LinkSettings | None = None,
    *,
    profile: Profile = Profile.AZ,
    scope: Scope | None = None,
    added: Added | None = None,
) -> tuple[block.Forecast, ...]:
    """What each blocking key would cost, before any pair is made: the forecast of ``link`` alone.

    Raises:
        SchemaError: ``voters`` lacks a column of VOTER that is compared (``COMPARED``).
    """
    settings, added = settings or LinkSettings(), added or Added()
    made_ready = ready(voters, profile, added)
    return steps.list_pairs(made_ready, settings, scope, added).forecast
