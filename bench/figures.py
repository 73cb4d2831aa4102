"""Figures of the code, beside what they should be.

    python bench/figures.py

Counted are ``src/``, the start of the program, and the files that the recipes of CONTRIBUTING.md
touch. The exit code is 0, whatever the figures: those that must hold are held by
``tests/test_figures.py``.
"""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from process import Cost, run

__all__ = [
    "MOST_NODES_A_LINE",
    "MOST_PARAMETERS",
    "MOST_WIDE_FUNCTIONS",
    "WIDE",
    "Function",
    "Recipe",
    "Source",
    "read",
    "recipes",
]

ROOT = Path(__file__).resolve().parents[1]
LONG_LINE = 100
WIDE = 7
"""A function with more parameters than this is wide."""
MOST_PARAMETERS = 8
MOST_NODES_A_LINE = 7
MOST_WIDE_FUNCTIONS = 3
STARTS = 5
"""How often a command is started; the least of the seconds counts."""
_RECIPE = re.compile(r"^### (?P<title>.+)$")
_EXAMPLE = re.compile(r"^Example: `(?P<word>[^`]+)`")
_FILE = re.compile(r"^\| `(?P<path>[^`]+)` \| (?P<kind>[a-z]+) \|")


@dataclass(frozen=True)
class Function:
    """One function of the source.

    Attributes:
        place: path, line and name.
        parameters: all that it takes, ``self`` and ``cls`` among them, ``*`` and ``**`` not.
        lines: from ``def`` to its last line.
    """

    place: str
    parameters: int
    lines: int


@dataclass(frozen=True)
class Source:
    """The Python files of a folder, counted.

    Attributes:
        nodes: nodes of the syntax trees.
        lines: lines that are not blank.
        long_lines: those with more than ``LONG_LINE`` characters.
        functions: all functions and methods.
    """

    nodes: int
    lines: int
    long_lines: int
    functions: tuple[Function, ...]

    @property
    def nodes_a_line(self) -> float:
        """Syntax nodes a line that is not blank."""
        return self.nodes / self.lines

    @cached_property
    def wide(self) -> tuple[Function, ...]:
        """Functions with more than ``WIDE`` parameters, the widest first."""
        found = (function for function in self.functions if function.parameters > WIDE)
        return tuple(sorted(found, key=lambda function: -function.parameters))

    @property
    def longest(self) -> Function:
        """The function with the most lines."""
        return max(self.functions, key=lambda function: function.lines)

    @property
    def widest(self) -> Function:
        """The function with the most parameters."""
        return max(self.functions, key=lambda function: function.parameters)


@dataclass(frozen=True)
class Recipe:
    """One recipe of CONTRIBUTING.md.

    Attributes:
        title: its heading.
        example: what the files of the example are found by; empty where there is none.
        files: path and kind (code, data, test, words, generated) of each file that it touches.
    """

    title: str
    example: str
    files: tuple[tuple[str, str], ...]

    @property
    def code_files(self) -> int:
        """Files of code that it touches, without tests, words and generated pages."""
        return sum(kind == "code" for _, kind in self.files)


def read(folder: Path) -> Source:
    """The Python files of a folder and of those below it, counted."""
    nodes = lines = long_lines = 0
    functions: list[Function] = []
    for path in sorted(folder.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        tree = list(ast.walk(ast.parse(text)))
        written = [line for line in text.splitlines() if line.strip()]
        nodes += len(tree)
        lines += len(written)
        long_lines += sum(len(line) > LONG_LINE for line in written)
        functions += _functions(tree, path.relative_to(folder).as_posix())
    return Source(nodes, lines, long_lines, tuple(functions))


def _functions(tree: list[ast.AST], path: str) -> list[Function]:
    return [
        Function(
            f"{path}:{node.lineno} {node.name}", _parameters(node.args), _length(node)
        )
        for node in tree
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def _parameters(arguments: ast.arguments) -> int:
    return len(arguments.posonlyargs) + len(arguments.args) + len(arguments.kwonlyargs)


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def recipes(page: str) -> list[Recipe]:
    """The recipes of CONTRIBUTING.md: headings of the third level with a table of files."""
    found: dict[str, list[tuple[str, str]]] = {}
    examples: dict[str, str] = {}
    title = ""
    for line in page.splitlines():
        if heading := _RECIPE.match(line):
            title = heading["title"]
        elif example := _EXAMPLE.match(line):
            examples[title] = example["word"]
        elif row := _FILE.match(line):
            found.setdefault(title, []).append((row["path"], row["kind"]))
    return [
        Recipe(name, examples.get(name, ""), tuple(files))
        for name, files in found.items()
    ]


def _start(*arguments: str) -> Cost:
    """What starting the program costs: of some starts the one with the fewest CPU seconds."""
    command = [sys.executable, *arguments]
    return min((run(command) for _ in range(STARTS)), key=lambda cost: cost.cpu)


def _rows() -> list[tuple[str, str, str]]:
    """Name, figure and what is wanted, in the order of the table."""
    source = read(ROOT / "src/voterlist")
    version = _start("-m", "voterlist", "--version")
    imported = _start("-c", "import voterlist")
    wide = len(source.wide)
    pages = recipes((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    return [
        (
            "syntax nodes a non-blank line",
            f"{source.nodes_a_line:.2f}",
            f"at most {MOST_NODES_A_LINE}",
        ),
        (f"lines over {LONG_LINE} characters", f"{source.long_lines}", "0"),
        (
            "longest function, lines",
            f"{source.longest.lines}: {source.longest.place}",
            "",
        ),
        (
            "parameters of the widest function",
            f"{source.widest.parameters}: {source.widest.place}",
            f"{MOST_PARAMETERS}",
        ),
        (
            f"functions with more than {WIDE} parameters",
            f"{wide}",
            f"{MOST_WIDE_FUNCTIONS}",
        ),
        ("`--version`, CPU seconds", f"{version.cpu:.2f}", "0.15"),
        ("`--version`, peak MiB", f"{version.peak:.0f}", "40"),
        ("`import voterlist`, CPU seconds", f"{imported.cpu:.2f}", ""),
        *(
            (f"files of code: {page.title.lower()}", f"{page.code_files}", "")
            for page in pages
        ),
    ]


def main() -> None:
    """Print the table."""
    print("| figure | value | wanted |\n|---|---|---|")
    for row in _rows():
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()
