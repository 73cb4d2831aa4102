"""All that a run depends on, each by a word and with its digest, to say what has changed."""

from __future__ import annotations

from voterlist.config import Settings
from voterlist.pipeline.context import Context
from voterlist.pipeline.stages import STAGES
from voterlist.pipeline.steps import Given, digest_of_given, digest_of_settings
from voterlist.storage import store


def needs_of(context: Context) -> dict[str, str]:
    """Word -> digest: ``program``, ``day``, ``settings.<section>``, and each of ``Given``."""
    paths = {path for step in STAGES for path in step.settings}
    settings = {
        f"settings.{path}": digest_of_settings(context.settings, path)
        for path in sorted(paths | set(Settings.model_fields))
    }
    given = {need.value: digest_of_given(context, need) for need in Given}
    return {
        "program": store.program_digest(),
        "day": context.today.isoformat(),
        **settings,
        **given,
    }
