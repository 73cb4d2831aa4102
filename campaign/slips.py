"""Slips that can be made in a text of Python: one place each, as somebody might mistype it."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_LIMITS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip
_OTHER_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}
_DROPPED_CALLS = frozenset({"sorted", "abs", "reversed", "set", "frozenset"})
_DROPPED_METHODS = frozenset(
    {"strip", "casefold", "lower", "upper", "drop_nulls", "unique"}
)


@dataclass(frozen=True)
class Slip:
    """A slip at one place.

    Attributes:
        kind: limit, comparison, operator, constant, branch, call or not.
        line: the line on which it begins, from 1.
        begin: the place in the text where what is replaced begins, in characters.
        end: where it ends.
        before: what stands there.
        after: what is written instead.
    """

    kind: str
    line: int
    begin: int
    end: int
    before: str
    after: str

    @property
    def told(self) -> str:
        """What it does, in one line."""
        return f"{' '.join(self.before.split())} -> {self.after}"

    def made_in(self, text: str) -> str:
        """The text with the slip in it."""
        return text[: self.begin] + self.after + text[self.end :]


def slips_of(text: str) -> list[Slip]:
    """The slips that can be made in a text, in the order of their places."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    lines = text.splitlines(keepends=True)

    def place(line: int, column: int) -> int:
        # Columns of a syntax tree are counted in bytes.
        return starts[line - 1] + len(lines[line - 1].encode()[:column].decode())

    found = []
    for kind, node, new in _changes(ast.parse(text)):
        begin = place(node.lineno, node.col_offset)
        end = place(node.end_lineno or node.lineno, node.end_col_offset or 0)
        after = new if isinstance(new, str) else f"({ast.unparse(new)})"
        found.append(Slip(kind, node.lineno, begin, end, text[begin:end], after))
    return sorted(found, key=lambda one: (one.begin, one.end, one.after))


def _changes(
    tree: ast.Module,
) -> Iterator[tuple[str, ast.expr | ast.stmt, ast.expr | str]]:
    """(kind, what is replaced, what by); text stands for a statement."""
    left_out = set(_not_run(tree))
    nodes: list[ast.AST] = [tree]
    while nodes:
        node = nodes.pop()
        if node in left_out:
            continue
        nodes += ast.iter_child_nodes(node)
        if isinstance(node, ast.expr):
            for kind, new in _of_expression(node):
                yield kind, node, new
        elif isinstance(node, ast.stmt):
            for kind, old, other in _of_statement(node):
                yield kind, old, other


def _not_run(tree: ast.Module) -> Iterator[ast.AST]:
    """What no test can reach: types, docstrings, parts of texts that have no place of their own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) or (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        ):
            yield node
        elif isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
            yield node.annotation
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns:
            yield node.returns
        elif isinstance(node, ast.Assign) and "__all__" in map(_name, node.targets):
            yield node
        elif isinstance(node, ast.ClassDef):
            yield from node.decorator_list


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _of_expression(node: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    new = copy.deepcopy(node)
    if isinstance(new, ast.Compare) and len(new.ops) == 1:
        (operator,) = new.ops
        new.ops = [_COMPARED[type(operator)]()]
        yield "limit" if isinstance(operator, _LIMITS) else "comparison", new
    elif isinstance(new, ast.BoolOp):
        new.op = ast.Or() if isinstance(new.op, ast.And) else ast.And()
        yield "operator", new
    elif isinstance(new, ast.BinOp) and type(new.op) in _OPERATORS:
        new.op = _OPERATORS[type(new.op)]()
        yield "operator", new
    elif isinstance(new, ast.UnaryOp) and isinstance(new.op, ast.Not):
        yield "not", new.operand
    elif isinstance(new, ast.Constant):
        yield from _of_constant(new)
    elif isinstance(new, ast.Call):
        yield from _of_call(new)
    else:
        yield from _of_branches(new)


def _of_branches(node: Any) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.IfExp):
        yield "branch", node.body
        yield "branch", node.orelse
    elif any(one.ifs for one in getattr(node, "generators", ())):
        for one in node.generators:
            one.ifs = []
        yield "branch", node


def _of_constant(node: ast.Constant) -> Iterator[tuple[str, ast.expr]]:
    value = node.value
    if isinstance(value, bool):
        yield "constant", ast.Constant(not value)
    elif isinstance(value, int | float):
        yield "constant", ast.Constant(value + 1)
    elif isinstance(value, str):
        yield "constant", ast.Constant(value + "x" if value else "x")


def _of_call(node: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    name = _name(node.func)
    if name in _OTHER_CALLS:
        yield "call", ast.Call(ast.Name(_OTHER_CALLS[name]), node.args, node.keywords)
    elif name in _DROPPED_CALLS and len(node.args) == 1:
        yield "call", node.args[0]
    elif (
        isinstance(node.func, ast.Attribute)
        and node.func.attr in _DROPPED_METHODS
        and not (node.args or node.keywords)
    ):
        yield "call", node.func.value
    for place in range(len(node.keywords)):
        kept = [one for at, one in enumerate(node.keywords) if at != place]
        yield "call", ast.Call(node.func, node.args, kept)


def _of_statement(
    node: ast.stmt,
) -> Iterator[tuple[str, ast.expr | ast.stmt, ast.expr | str]]:
    if isinstance(node, ast.If | ast.While):
        yield "branch", node.test, ast.Constant(value=False)
        if isinstance(node, ast.If):
            yield "branch", node.test, ast.Constant(value=True)
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield "call", node, "pass"
    elif isinstance(node, ast.AugAssign | ast.Raise):
        yield "branch", node, "pass"
    elif isinstance(node, ast.Continue):
        yield "branch", node, "break"
    elif isinstance(node, ast.Break):
        yield "branch", node, "continue"
