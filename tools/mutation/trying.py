"""One mutant in a process of its own, forked from one that has imported and collected everything."""

from __future__ import annotations

import ast
import gc
import importlib
import inspect
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from tools.mutation.changes import Mutant
from tools.mutation.covering import ROOT

KILLED, SURVIVED, NO_TESTS = "killed", "survived", "no test sees it"
_PATIENCE = 20.0  # seconds besides three times what the tests take


def in_a_fork(run: Callable[[], int], seconds: float) -> int | None:
    """The status of `run` in a fork of this process; `None` if it takes too long."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        status = 3
        try:
            os.setsid()
            silent = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silent, 1)
            os.dup2(silent, 2)
            status = run()
        finally:
            os._exit(status)
    ends = time.monotonic() + seconds
    wait = 0.002
    while time.monotonic() < ends:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(wait)
        wait = min(wait * 1.5, 0.05)
    os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return None


def first_failure(items: Iterable[Any]) -> int:
    """Runs collected tests until one fails. Returns 1 if one fails, else 0."""
    from _pytest.runner import runtestprotocol

    chosen = list(items)
    for item, following in zip(chosen, [*chosen[1:], None]):
        if any(each.failed for each in runtestprotocol(item, log=False, nextitem=following)):
            return 1
    return 0


def changed_function(module: str, mutant: Mutant, source: str) -> Callable[[], None] | None:
    """A function that puts a change into its function wherever that is referenced; `None` if that is not possible."""
    found: Any = sys.modules.get(module)
    for name in mutant.function.split("."):
        found = inspect.getattr_static(found, name, None)
    while not isinstance(found, FunctionType):
        inner = getattr(found, "fget", None) or getattr(found, "func", None) or getattr(found, "__func__", None)
        if inner is None:
            return None
        found = inner
    found = inspect.unwrap(found)
    function = found
    whole = compile(mutant.tree(source), function.__code__.co_filename, "exec", dont_inherit=True)
    codes = [
        each
        for each in _within(whole)
        if (each.co_name, each.co_firstlineno) == (function.__code__.co_name, function.__code__.co_firstlineno)
    ]
    if len(codes) != 1 or codes[0].co_freevars != function.__code__.co_freevars:
        return None

    inner = {_place_of(each): each for each in _within(codes[0])}
    known = {each: inner[_place_of(each)] for each in _within(function.__code__) if _place_of(each) in inner}

    if any(each.co_name not in _AT_ONCE and each not in known for each in _within(function.__code__)):
        return None  # an inner function that needs other variables

    def put() -> None:
        function.__code__ = codes[0]
        if all(each.co_name in _AT_ONCE for each in known):
            return
        # What the function has made by now, as decorators and readers are, goes by its inner functions.
        gc.unfreeze()
        for each in gc.get_objects():
            if isinstance(each, FunctionType) and each.__code__ in known:
                each.__code__ = known[each.__code__]

    return put


# Inner functions that nothing keeps.
_AT_ONCE = ("<listcomp>", "<genexpr>", "<dictcomp>", "<setcomp>")


def _place_of(code: CodeType) -> tuple[str, int, tuple[str, ...]]:
    return code.co_name, code.co_firstlineno, code.co_freevars


def changed_constants(module: str, mutant: Mutant, source: str) -> Callable[[], None] | None:
    """A function that puts changed constants wherever the pack imports them; `None` if none of them changes."""
    known = sys.modules.get(module)
    if known is None:
        return None
    kept = ("__name__", "__file__", "__package__", "__spec__", "__loader__", "__path__")
    fresh = {name: vars(known)[name] for name in kept if name in vars(known)}
    try:
        exec(compile(mutant.tree(source), str(known.__file__), "exec", dont_inherit=True), fresh)  # noqa: S102
    except Exception:  # noqa: BLE001 - a new import tells
        return None
    changed = [
        (old, fresh[name])
        for name, old in vars(known).items()
        if name in fresh and _is_constant(old) and _is_constant(fresh[name]) and old != fresh[name]
    ]
    if not changed:
        return None

    def put() -> None:
        for each in [each for name, each in sys.modules.items() if name.partition(".")[0] in ("policy_pack", "tests")]:
            for name, value in list(vars(each).items()):
                for old, new in changed:
                    if value is old:
                        setattr(each, name, new)

    return put


def _is_constant(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_is_constant, (*value, *value.values())))
    if isinstance(value, (tuple, list, set, frozenset)):
        return all(map(_is_constant, value))
    return isinstance(value, (str, int, float, re.Pattern, type(None)))


def _within(code: CodeType) -> Iterator[CodeType]:
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield each
            yield from _within(each)


def import_changed(module: str, path: Path, tree: ast.Module) -> None:
    """Has a module that is not imported yet be imported with a changed tree."""
    code = compile(tree, str(path), "exec", dont_inherit=True)

    class Loader(SourceFileLoader):
        def get_code(self, fullname: str) -> CodeType:
            return code

    class Finder:
        @staticmethod
        def find_spec(name: str, _: Any = None, __: Any = None) -> Any:
            if name != module:
                return None
            where = [str(path.parent)] if path.name == "__init__.py" else None
            return importlib.util.spec_from_file_location(
                name, path, loader=Loader(name, str(path)), submodule_search_locations=where
            )

    sys.meta_path.insert(0, Finder)


def module_of(path: Path) -> str:
    """The name of the module of a file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def patience(seconds: Iterable[float]) -> float:
    """How long tests may take that take this long without a change."""
    return _PATIENCE + 3 * sum(seconds)
