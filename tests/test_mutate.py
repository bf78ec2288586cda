"""The script that changes decisions makes each change once, puts it where it belongs, and reports what survives."""

from __future__ import annotations

import ast
import sys
from types import ModuleType
from typing import Any

import pytest

from tools.mutate import sampled
from tools.mutation.changes import Mutant, mutants
from tools.mutation.covering import Covering
from tools.mutation.report import Tried, explained, summary
from tools.mutation.trying import KILLED, SURVIVED, changed_constants, changed_function, in_a_fork

SOURCE = """
WORDS = ("a", "b")
TABLE = {"a": 1, "b": 2}


def decide(a, b=True):
    if (
        a == 1
        and not b
    ):
        return True
    return b in ("x", "y")


class It:
    @property
    def open(self):
        return self is not None
"""


def of(source: str, name: str) -> Mutant:
    (found,) = (each for each in mutants(source) if each.name == name)
    return found


def test_the_changes() -> None:
    assert sorted((each.line, each.change, each.function) for each in mutants(SOURCE)) == [
        (2, "without the first", ""),
        (2, "without the last", ""),
        (3, "without the first", ""),
        (3, "without the last", ""),
        (6, "the other", ""),
        (7, "always", "decide"),
        (7, "never", "decide"),
        (8, "or for and", "decide"),
        (8, "the opposite", "decide"),
        (9, "without not", "decide"),
        (11, "the other", "decide"),
        (12, "the opposite", "decide"),
        (12, "without the first", "decide"),
        (12, "without the last", "decide"),
        (18, "the opposite", "It.open"),
    ]


def test_each_is_another_program_of_a_name_of_its_own() -> None:
    found = list(mutants(SOURCE))
    written = [ast.unparse(each.tree(SOURCE)) for each in found]
    assert len({*written, ast.unparse(ast.parse(SOURCE))}) == len(written) + 1
    for each in written:
        compile(each, "mutant", "exec")
    assert len({(each.function, each.name) for each in found}) == len(found)
    assert [each.name for each in mutants("a = b == c\nd = b == c")] == [
        "the opposite: b == c",
        "the opposite: b == c (2)",
    ]


def test_the_lines_are_those_of_its_statement_alone() -> None:
    assert of(SOURCE, "the opposite: a == 1").lines == (7, 8, 9, 10)
    assert [each.lines for each in mutants(SOURCE) if each.line == 11] == [(11,)]


@pytest.fixture
def module() -> Any:
    made = ModuleType("changed")
    sys.modules["changed"] = made
    exec(compile(SOURCE, "changed.py", "exec"), vars(made))
    yield made
    del sys.modules["changed"]


def test_a_change_is_seen_wherever_the_function_is_known(module: Any) -> None:
    known_elsewhere, it = module.decide, module.It()
    for name, before, after in (
        ("without the last: ('x', 'y')", True, False),
        ("the opposite: b in ('x', 'y')", False, True),
    ):
        given = "q" if after else "y"
        assert known_elsewhere(2, given) is before
        put = changed_function("changed", of(SOURCE, name), SOURCE)
        assert put is not None
        put()
        assert known_elsewhere(2, given) is after
    put = changed_function("changed", of(SOURCE, "the opposite: self is not None"), SOURCE)
    assert put is not None
    put()
    assert it.open is False


def test_a_changed_constant_is_seen_wherever_it_is_known(module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    other = ModuleType("policy_pack.other")
    vars(other)["KNOWN"] = module.WORDS
    monkeypatch.setitem(sys.modules, "policy_pack.other", other)
    monkeypatch.setitem(sys.modules, "policy_pack.changed", module)
    module.__file__ = "changed.py"
    assert changed_constants("policy_pack.changed", of(SOURCE, "the opposite: a == 1"), SOURCE) is None
    put = changed_constants("policy_pack.changed", of(SOURCE, "without the last: ('a', 'b')"), SOURCE)
    assert put is not None
    put()
    assert (module.WORDS, vars(other)["KNOWN"]) == (("a",), ("a",))
    assert module.TABLE == {"a": 1, "b": 2}


def test_what_no_function_holds_is_for_a_new_import() -> None:
    assert [each.name for each in mutants(SOURCE) if not each.function and each.line == 6] == ["the other: True"]


MAKING = """
def reads(kind):
    def read(given):
        return given if given is not None else kind

    return read


known = reads("a")
"""


def test_what_a_function_has_made_is_changed_too(module: Any) -> None:
    exec(compile(MAKING, "changed.py", "exec"), vars(module))
    assert (module.known("b"), module.known(None)) == ("b", "a")
    put = changed_function("changed", of(MAKING, "the opposite: given is not None"), MAKING)
    assert put is not None
    put()
    assert (module.known("b"), module.known(None)) == ("a", None)


def test_what_a_fork_does_stays_there() -> None:
    done: list[int] = []
    assert in_a_fork(lambda: done.append(1) or 7, 30) == 7  # type: ignore[func-returns-value]
    assert done == []
    assert in_a_fork(lambda: sum(0 for _ in iter(int, 1)), 0.3) is None  # it never ends


def test_the_sample_is_the_same_for_the_same_seed() -> None:
    one, total = sampled([], 20, 3)
    assert one == sampled([], 20, 3)[0] != sampled([], 20, 4)[0]
    assert total > 2000
    assert len({(place, each.function, each.name) for place, each in sampled([], None, 0)[0]}) == total


def test_lines_that_move_keep_their_tests(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr("tools.mutation.covering.ROOT", tmp_path)
    (tmp_path / "it.py").write_text("new\na\nc\nd\n", encoding="utf-8")
    known = Covering(
        {"t::1": 1.0, "t::2": 1.0},
        {"it.py": {1: ["t::1"], 2: ["t::1", "t::2"]}},
        ["t::1", "t::2", "t::fails", "u::1"],
        {},
        {"it.py": "a\nb\nd\n"},
    )
    known.moved()
    assert known.lines["it.py"] == {1: ["t::1"], 2: ["t::1"], 3: ["t::1", "t::2"], 4: []}
    known.without(each for each in ("other", "t"))
    assert (known.seconds, known.of("it.py", [1, 2, 3, 4]), known.measured) == ({}, set(), ["u::1"])


def test_a_survivor_that_nothing_explains_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    one, other, *_ = mutants(SOURCE)
    known = {("it.py", "", one.name): {"why": "it is equal", "equivalent": True}}
    assert summary([Tried("it.py", one, SURVIVED, 0), Tried("it.py", other, KILLED, 0)], known) == 0
    assert "1 killed, 1 that change nothing, 0 survive (0.0% of 1)" in capsys.readouterr().out
    assert summary([Tried("it.py", one, SURVIVED, 0), Tried("it.py", other, SURVIVED, 0)], known) == 1
    assert "not explained: it.py:" in capsys.readouterr().out
    assert summary([Tried("it.py", one, KILLED, 0)], known) == 0
    assert "explained, and killed by now: it.py" in capsys.readouterr().out


def test_what_is_explained_is_still_there() -> None:
    """A change that can no longer be made needs no explanation."""
    there = {(place, each.function, each.name) for place, each in sampled([], None, 0)[0]}
    gone = [key for key in explained() if key not in there]
    assert not gone, f"remove from tests/mutation/survivors.yaml: {gone}"
    assert all(each.get("why") for each in explained().values())
