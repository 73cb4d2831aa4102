"""Why a name has its skeleton, step by step: for a person who doubts that two spellings are one name."""

from __future__ import annotations

from dataclasses import dataclass

from voterlist.model import Profile
from voterlist.normalize import lexicon
from voterlist.normalize.alphabet import to_latin
from voterlist.normalize.casing import title
from voterlist.normalize.letters import letters
from voterlist.normalize.names import skeleton, split_ending, stem_skeleton

__all__ = ["NameStep", "explain_name"]


@dataclass(frozen=True, slots=True)
class NameStep:
    """One step: ``written``, ``latin``, ``letters``, ``stem``, ``ending``, ``known`` or ``skeleton``, and its value."""

    step: str
    value: str


def explain_name(text: str, profile: Profile = Profile.AZ) -> tuple[NameStep, ...]:
    """The steps from a name as written to its skeleton; steps that changed nothing to tell are left out.

    The values are parts of a name: show them to the person who asked, and keep them out of logs.
    """
    steps = [NameStep("written", text)]
    if profile is Profile.AZ:
        folded = letters(text)
        stem, ending = split_ending(folded)
        steps += [NameStep("latin", to_latin(text)), NameStep("letters", folded)]
        if ending:
            steps += [NameStep("stem", stem), NameStep("ending", ending)]
        names = lexicon.spellings_of(stem_skeleton(stem))
        if names:
            steps.append(NameStep("known", ", ".join(title(name) for name in names)))
    return (*steps, NameStep("skeleton", skeleton(text, profile)))
