"""The script that changes decisions makes each change once, and only that."""

from __future__ import annotations

import ast

from tools.mutate import mutants

SOURCE = """
def decide(a, b):
    if a == 1 and b:
        return True
    return b in ("x", "y")
"""


def test_the_changes() -> None:
    found = [(line, what.partition(":")[0]) for line, what, _ in mutants(ast.parse(SOURCE))]
    assert sorted(found) == [
        (3, "always"),
        (3, "never"),
        (3, "or for and"),
        (3, "the opposite"),
        (4, "the other"),
        (5, "the opposite"),
        (5, "without the first"),
        (5, "without the last"),
    ]


def test_each_is_another_program() -> None:
    written = [ast.unparse(tree) for _, _, tree in mutants(ast.parse(SOURCE))]
    assert len({*written, ast.unparse(ast.parse(SOURCE))}) == len(written) + 1
    for each in written:
        compile(each, "mutant", "exec")
