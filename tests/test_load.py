"""Many callers at once get what one gets alone."""

from __future__ import annotations

from benchmarks import load
from tests.harness.engine import Engine


def test_callers_at_once(engine: Engine) -> None:
    assert load.calls(engine, 600, 32) == 0


def test_stacks_at_once(engine: Engine) -> None:
    found = load.stacks(engine, 4, 400, 100)
    assert (found.violations, found.differing) == (400, 0)


def test_the_stacks_are_violated_as_often_as_they_should_be(engine: Engine) -> None:
    found = [each for each in engine.analyze_stack(load.stack_of(3, 30, 20)).findings if each.resource]
    unused = [each.resource for each in found if each.policy == "paired-with-endpoint"]
    assert unused == [f"of-3-{index}" for index in range(10)]
    assert sorted({each.policy for each in found} - {"paired-with-endpoint"}) == [
        "endpoint-follows-replacement",
        "key-policy-grants-sagemaker",
        "key-policy-restricted",
        "key-resource-usable",
        "key-rotation-enabled",
    ]
    assert len(found) == 20


def test_an_answer_that_differs_is_seen(engine: Engine) -> None:
    of_3, of_4 = (load.judged(engine, load.stack_of(number, 30, 20)) for number in (3, 4))
    assert load.differing(of_3, of_3, 3) == 0
    assert load.differing(of_3, of_4, 3) == 20
    assert load.differing(of_4, of_4, 3) == 20
