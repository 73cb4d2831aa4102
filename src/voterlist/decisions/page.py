"""The tables of docs/decisions.md, made of the data.

``python -m voterlist.decisions.page docs/decisions.md`` makes them anew.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path

from voterlist.catalogue import catalogue
from voterlist.decisions.answers import OF_PLACE, SHEETS, Answers, answers_by_rule
from voterlist.decisions.checks import AMENDMENT_PROBLEMS
from voterlist.decisions.grounds import Ground, grounds
from voterlist.model import Problem


def page(text: str) -> str:
    """The page with its tables made anew.

    A table stands between ``<!-- name -->`` and ``<!-- end of name -->``.

    Raises:
        ValueError: the page has no place for a table.
    """
    for name, made in tables().items():
        first, last = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        head, found_first, rest = text.partition(first)
        _, found_last, tail = rest.partition(last)
        if not found_first or not found_last:
            raise ValueError(f"the page has no place for the table {name}")
        text = f"{head}{first}{made}\n{last}{tail}"
    return text


def tables() -> dict[str, str]:
    """The tables by name, as Markdown."""
    return {
        "grounds": _table(
            ("code", "ground", "əsas", "carries", "needs", "last entry", "article"),
            map(_of_ground, grounds().values()),
        ),
        "answers": _table(
            ("sheet", "answers", "fields", "ground", "register", "findings"),
            _of_answers(),
        ),
        "refused": _table(
            ("code", "what is wrong", "what to do"),
            map(_of_problem, AMENDMENT_PROBLEMS),
        ),
    }


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of Markdown."""
    lines = [list(heads), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _of_ground(ground: Ground) -> Iterator[str]:
    """The cells of a ground."""
    key = f"ground.{ground.code}.title"
    yield f"`{ground.code}`"
    yield catalogue("en").text(key)
    yield catalogue("az").text(key)
    yield ", ".join(sorted(ground.actions))
    yield _needs(ground)
    yield "yes" if ground.of_person else ""
    yield _article(ground)


def _needs(ground: Ground) -> str:
    """What a ground needs, with its registers."""
    needs = ", ".join(sorted(ground.needs))
    registers = ", ".join(sorted(ground.registers))
    return f"{needs} ({registers})" if registers else needs


def _article(ground: Ground) -> str:
    """The article of the Code, linked where its wording was read."""
    if ground.article is None:
        return ""
    if ground.source is None:
        return f"{ground.article}, not seen"
    return f"[{ground.article}]({ground.source})"


def _of_answers() -> Iterator[Iterator[str]]:
    """One row for each kind of answers, by sheet."""
    rules: dict[Answers, list[str]] = {}
    for rule, answers in answers_by_rule().items():
        rules.setdefault(answers, []).append(rule)
    for answers in sorted(rules, key=lambda one: SHEETS.index(one.sheet)):
        codes = [f"`{rule}`" for rule in sorted(rules[answers])]
        yield _of_rules(answers, ", ".join(codes))
    yield _of_rules(OF_PLACE, "all others")


def _of_rules(answers: Answers, rules: str) -> Iterator[str]:
    """The cells of rules that are answered alike."""
    yield answers.sheet
    yield ", ".join(answers.actions)
    yield ", ".join(answers.fields)
    yield f"`{answers.ground}`"
    yield _register(answers)
    yield rules


def _register(answers: Answers) -> str:
    """The register whose row is evidence; empty for none."""
    if answers.register is None:
        return ""
    return (
        f"{answers.register}, if confirmed" if answers.by_name_too else answers.register
    )


def _of_problem(code: str) -> Iterator[str]:
    """The cells of a code of AMENDMENT_PROBLEMS."""
    key = Problem(0, code, "").key
    yield f"`{code}`"
    yield catalogue("en").text(f"{key}.title")
    yield catalogue("en").text(f"{key}.todo")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="voterlist.decisions.page")
    parser.add_argument("file", type=Path, help="the page, such as docs/decisions.md")
    path = parser.parse_args().file
    path.write_text(page(path.read_text(encoding="utf-8")), encoding="utf-8")
