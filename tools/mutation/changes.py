"""The changes of a module's syntax tree: each is one mutant."""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}
_LONGEST = 100  # characters of what is changed that name a mutant


@dataclass(frozen=True)
class Mutant:
    """One change: `index` is that of the node in `ast.walk`.

    `lines` are those of the statement that it is part of, without the statements within it. `function` is the
    outermost function around it, as in ``Class.method``, and "" where it is none's.
    `name` tells it from others of its module, whatever its line is.
    """

    index: int
    change: str
    line: int
    lines: tuple[int, ...]
    function: str
    name: str

    def tree(self, source: str) -> ast.Module:
        """The changed tree of the module whose source this is."""
        changed = ast.parse(source)
        _apply(next(each for at, each in enumerate(ast.walk(changed)) if at == self.index), self.change)
        return ast.fix_missing_locations(changed)


def mutants(source: str) -> Iterator[Mutant]:
    """Each change of a module."""
    tree = ast.parse(source)
    places = dict(_places(tree, "", ()))
    seen: Counter[str] = Counter()
    for index, node in enumerate(ast.walk(tree)):
        for change in _changes(node):
            function, lines = places[node]
            name = f"{change}: {' '.join(ast.unparse(node).split())[:_LONGEST]}"
            seen[function + name] += 1
            again = f" ({seen[function + name]})" if seen[function + name] > 1 else ""
            yield Mutant(index, change, getattr(node, "lineno", 0), lines, function, name + again)


def _places(
    node: ast.AST, function: str, lines: tuple[int, ...]
) -> Iterator[tuple[ast.AST, tuple[str, tuple[int, ...]]]]:
    """The function and the lines of each node below one."""
    for field, value in ast.iter_fields(node):
        inside = function
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and field == "body" and not _is_in_function(function):
            # What decorates a function, and its defaults, are evaluated outside of it.
            inside = f"{function}{node.name}" + ("()" if isinstance(node, ast.FunctionDef) else ".")
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                own = _lines(child) if isinstance(child, ast.stmt) else lines
                yield child, (inside.removesuffix("()") if _is_in_function(inside) else "", own)
                yield from _places(child, inside, own)


def _is_in_function(name: str) -> bool:
    return name.endswith("()")


def _lines(statement: ast.stmt) -> tuple[int, ...]:
    body = getattr(statement, "body", None)
    end = body[0].lineno - 1 if body else statement.end_lineno or statement.lineno
    return tuple(range(statement.lineno, max(end, statement.lineno) + 1))


def _is_docstring_like(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, bool)


def _changes(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in OPPOSITES:
        return ["the opposite"]
    if isinstance(node, ast.BoolOp):
        return ["and for or" if isinstance(node.op, ast.Or) else "or for and"]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return ["without not"]
    if isinstance(node, (ast.If, ast.IfExp)):
        return ["always", "never"]
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        return ["the other"]
    if isinstance(node, ast.Dict) and len(node.keys) > 1 and all(isinstance(each, ast.Constant) for each in node.keys):
        return ["without the first", "without the last"]
    constants = isinstance(node, (ast.Tuple, ast.List, ast.Set)) and len(node.elts) > 1
    if constants and all(isinstance(each, ast.Constant) for each in node.elts):  # type: ignore[attr-defined]
        return ["without the first", "without the last"]
    return []


def _apply(node: ast.AST, change: str) -> None:
    if isinstance(node, ast.Compare):
        node.ops[0] = OPPOSITES[type(node.ops[0])]()
    elif isinstance(node, ast.BoolOp):
        node.op = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
    elif isinstance(node, ast.UnaryOp):
        node.op, node.operand = ast.Not(), ast.UnaryOp(ast.Not(), copy.deepcopy(node.operand))
    elif isinstance(node, (ast.If, ast.IfExp)):
        node.test = ast.Constant(change == "always")
    elif isinstance(node, ast.Constant):
        node.value = not node.value
    elif isinstance(node, ast.Dict):
        at = 0 if change == "without the first" else -1
        del node.keys[at], node.values[at]
    elif isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        del node.elts[0 if change == "without the first" else -1]
