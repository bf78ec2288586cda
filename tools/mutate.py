"""Changes the pack's decisions one at a time, and lists the changes that no test notices.

    python -m tools.mutate [--sample N] [--seed N] [FILE ...]

Each mutant is one change of a syntax tree: a reversed comparison or Boolean, a condition that is always or never true,
a list of constants without one of its elements. The sample is the same for the same seed and sources. The tests of the
changed part (`TESTS`) run in a copy of the repository; the survivors are printed one a line.
"""

from __future__ import annotations

import argparse
import ast
import copy
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
PARTS = ("policies", "iam", "stack/links.py", "carriers", "template")
TESTS = {
    "iam": ["tests/iam", "tests/policies", "tests/test_programs.py"],
    "template": ["tests/template", "tests/carriers", "tests/test_programs.py"],
    "carriers": ["tests/carriers", "tests/policies", "tests/test_programs.py", "tests/test_matrix.py"],
    "": ["tests/policies", "tests/carriers", "tests/test_programs.py", "tests/test_key_verdicts.py"],
}
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


def mutants(tree: ast.Module) -> Iterator[tuple[int, str, ast.Module]]:
    """The line, what is changed, and the tree, for each change of a module."""
    for index, node in enumerate(ast.walk(tree)):
        for what in _changes(node):
            changed = copy.deepcopy(tree)
            target = next(each for at, each in enumerate(ast.walk(changed)) if at == index)
            _apply(target, what)
            yield getattr(node, "lineno", 0), f"{what}: {ast.unparse(node)[:90]!r}", changed


def _changes(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in OPPOSITES:
        return ["the opposite"]
    if isinstance(node, ast.BoolOp):
        return ["and for or" if isinstance(node.op, ast.Or) else "or for and"]
    if isinstance(node, (ast.If, ast.IfExp)):
        return ["always", "never"]
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        return ["the other"]
    constants = isinstance(node, (ast.Tuple, ast.List, ast.Set)) and len(node.elts) > 1
    if constants and all(isinstance(each, ast.Constant) for each in node.elts):  # type: ignore[attr-defined]
        return ["without the first", "without the last"]
    return []


def _apply(node: ast.AST, what: str) -> None:
    if isinstance(node, ast.Compare):
        node.ops[0] = OPPOSITES[type(node.ops[0])]()
    elif isinstance(node, ast.BoolOp):
        node.op = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
    elif isinstance(node, (ast.If, ast.IfExp)):
        node.test = ast.copy_location(ast.Constant(what == "always"), node.test)
    elif isinstance(node, ast.Constant):
        node.value = not node.value
    elif isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        del node.elts[0 if what == "without the first" else -1]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.mutate", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", nargs="*", help="of the package, by default all of its decisions")
    parser.add_argument("--sample", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    roots = [ROOT / "policy_pack" / part for part in PARTS]
    found = [ROOT / each for each in given.files] or [
        path for root in roots for path in (sorted(root.rglob("*.py")) if root.is_dir() else [root])
    ]
    every = [(path, *each) for path in found for each in mutants(ast.parse(path.read_text(encoding="utf-8")))]
    sample = Random(given.seed).sample(every, min(given.sample, len(every)))  # noqa: S311
    survivors = 0
    with TemporaryDirectory() as directory:
        copied = Path(directory) / "repository"
        shutil.copytree(ROOT, copied, ignore=shutil.ignore_patterns(".git", ".venv*", "*.sqlite", "reports"))
        for part in TESTS:
            # A mutant counts as noticed if the tests fail, so they must pass without one.
            if not _passes(copied, part):
                print(f"the tests of {part or 'the rest'} fail without any change", file=sys.stderr)
                return 2
        for path, line, what, tree in sample:
            place = path.relative_to(ROOT)
            if _survives(copied, place, ast.unparse(ast.fix_missing_locations(tree))):
                survivors += 1
                print(f"{place}:{line} {what}", flush=True)
    print(f"{survivors} of {len(sample)} mutants survive; {len(every)} in all, seed {given.seed}")
    return 0


def _survives(copied: Path, place: Path, source: str) -> bool:
    target = copied / place
    before = target.read_text(encoding="utf-8")
    target.write_text(source, encoding="utf-8")
    try:
        return _passes(copied, place.parts[1])
    finally:
        target.write_text(before, encoding="utf-8")


def _passes(copied: Path, part: str) -> bool:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider"]
    try:
        run = [*command, *TESTS.get(part, TESTS[""])]
        return subprocess.run(run, cwd=copied, capture_output=True, check=False, timeout=900).returncode == 0
    except subprocess.TimeoutExpired:
        return False


if __name__ == "__main__":
    sys.exit(main())
