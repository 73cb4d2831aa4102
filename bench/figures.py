"""Figures of the code, beside what they should be.

    python bench/figures.py [--old CHECKOUT]

``--old`` is another checkout, whose figures stand beside. Counted are ``src/`` in syntax nodes,
which no line break changes, tests and pages, the start of the program, and the files that the
recipes of CONTRIBUTING.md touch. The exit code is 0, whatever the figures.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from process import Cost, run

ROOT = Path(__file__).resolve().parents[1]
LONG_LINE = 100
EXTRAS = ("spark", "synth")
"""Folders that are installed as extras; the rest is the core."""
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
        modules: files.
        statements: statements inside functions.
        nodes_inside: nodes of those statements.
        long_lines: those with more than ``LONG_LINE`` characters.
        functions: all functions and methods.
    """

    nodes: int
    modules: int
    statements: int
    nodes_inside: int
    long_lines: int
    functions: tuple[Function, ...]

    @property
    def nodes_a_statement(self) -> float:
        """Syntax nodes a statement inside functions."""
        return self.nodes_inside / max(1, self.statements)

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


def read(folder: Path, without: Sequence[str] = ()) -> Source:
    """The Python files of a folder and of those below it, counted.

    Args:
        folder: the folder.
        without: names of folders right below it that are not counted.
    """
    trees: list[list[ast.AST]] = []
    long_lines = 0
    functions: list[Function] = []
    for path in sorted(folder.rglob("*.py")):
        place = path.relative_to(folder)
        if place.parts[0] in without:
            continue
        text = path.read_text(encoding="utf-8")
        trees.append(list(ast.walk(ast.parse(text))))
        long_lines += sum(len(line) > LONG_LINE for line in text.splitlines())
        functions += _functions(trees[-1], place.as_posix())
    nodes = sum(map(len, trees))
    inside = [
        statement
        for tree in trees
        for function in tree
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for statement in function.body
    ]
    statements = [
        node for body in inside for node in ast.walk(body) if isinstance(node, ast.stmt)
    ]
    return Source(
        nodes,
        len(trees),
        len(statements),
        sum(1 for body in inside for _ in ast.walk(body)),
        long_lines,
        tuple(functions),
    )


def lines_of(folder: Path) -> int:
    """Lines of the Python files of a folder and of those below it."""
    return sum(
        len(path.read_text(encoding="utf-8").splitlines())
        for path in folder.rglob("*.py")
    )


def words_of(root: Path) -> int:
    """Words of the pages of the project."""
    pages = [*root.glob("*.md"), *(root / "docs").rglob("*.md")]
    return sum(len(path.read_text(encoding="utf-8").split()) for path in pages)


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


def _start(root: Path, *arguments: str) -> Cost:
    """What starting the program costs: of some starts the one with the fewest CPU seconds."""
    command = ["/usr/bin/env", f"PYTHONPATH={root / 'src'}", sys.executable, *arguments]
    return min((run(command) for _ in range(STARTS)), key=lambda cost: cost.cpu)


def _rows(root: Path) -> list[tuple[str, str, str]]:
    """Name, figure and what is wanted, in the order of the table."""
    folder = root / "src/voterlist"
    core = read(folder, without=EXTRAS)
    extras = [read(folder / name) for name in EXTRAS]
    version = _start(root, "-m", "voterlist", "--version")
    imported = _start(root, "-c", "import voterlist")
    pages = recipes((root / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    return [
        ("syntax nodes of the core", f"{core.nodes:,}", "350,000"),
        ("of the extras", f"{sum(one.nodes for one in extras):,}", "50,000"),
        ("modules", f"{core.modules + sum(one.modules for one in extras)}", "350"),
        ("nodes a statement in functions", f"{core.nodes_a_statement:.1f}", "12"),
        ("lines of tests", f"{lines_of(root / 'tests'):,}", "40,000"),
        ("words of pages", f"{words_of(root):,}", "70,000"),
        (f"lines over {LONG_LINE} characters", f"{core.long_lines}", "0"),
        ("longest function, lines", f"{core.longest.lines}: {core.longest.place}", ""),
        ("most parameters", f"{core.widest.parameters}: {core.widest.place}", ""),
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
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--old", type=Path, help="another checkout")
    old = parser.parse_args().old
    before = {} if old is None else {name: told for name, told, _ in _rows(old)}
    print("| figure | before | value | wanted |\n|---|---|---|---|")
    for name, told, wanted in _rows(ROOT):
        print(f"| {name} | {before.get(name, '')} | {told} | {wanted} |")


if __name__ == "__main__":
    main()
