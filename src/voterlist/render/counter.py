"""The pages of the counter, as the served desk shows them: no script, forms alone."""

from __future__ import annotations

from functools import cache
from typing import Any

from voterlist.render.html import environment
from voterlist.report.words import Words


def counter_page(name: str, words: Words, **content: Any) -> str:
    """A page as HTML.

    Args:
        name: of its template.
        words: the language.
        content: what the template shows.
    """
    template = environment().get_template(f"counter/{name}.html")
    return template.render(say=words, **content)


@cache
def counter_style() -> str:
    """The style of the pages."""
    return environment().get_template("counter/counter.css").render()
