"""Many callers at once get what one gets alone."""

from __future__ import annotations

from benchmarks import load
from tests.harness.engine import Engine


def test_callers_at_once(engine: Engine) -> None:
    assert load.calls(engine, 600, 32) == 0


def test_stacks_at_once(engine: Engine) -> None:
    assert load.stacks(engine, 4, 400, 100) == 0
    found = [each.resource for each in engine.analyze_stack(load.stack_of(3, 10, 2)).findings]
    assert {each for each in found if each} == {"of-3-0", "of-3-1"}
