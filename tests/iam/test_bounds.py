"""Whatever stands in a policy, what it costs to answer is bounded: work is counted here, and no time is taken."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest

from benchmarks.bench_policies import keys_and_roles
from policy_pack.carriers.naming import CONFIGURATION, is_generated
from policy_pack.iam import evaluate, sagemaker, texts
from policy_pack.iam.access import User, access
from policy_pack.iam.document import Document
from policy_pack.iam.exposure import exposure
from policy_pack.iam.parse import parse_key_policy
from policy_pack.judging.judge import judge
from policy_pack.judging.settings import read
from policy_pack.judging.verdict import Compliant
from policy_pack.policies import key_policy_grants_sagemaker, key_policy_restricted
from policy_pack.stack.model import Resource, Stack
from tests.iam.statements import KEY, OWN, REGION, ROLE, USE, allow, deny, document
from tests.iam.worst import LETS_IN, LIMIT, USUAL, WORST

pytestmark = pytest.mark.slow

STRANGER = ["arn:aws:iam::*:role/stranger-*"]


def _answer(policy: Any) -> str:
    """All that is ever asked of a policy; whom it lets in, as far as anybody can tell."""
    role = sagemaker.role(ROLE)
    assert role is not None
    access(json.dumps(policy), [User(role)], KEY, REGION)
    parsed = parse_key_policy(json.dumps(policy))
    assert isinstance(parsed, Document)
    exposure(parsed, KEY, (), STRANGER)
    found = exposure(parsed, KEY)
    for name, answer in (("everybody", found.everybody.answer), ("accounts", found.accounts.answer)):
        if answer:
            return name
    return "?" if None in (found.everybody.answer, found.accounts.answer) else "yes"


def _work(function: Callable[[], Any]) -> int:
    """How many functions are called, Python's own and others, and how many steps patterns take."""
    calls = 0

    def count(_: Any, event: str, __: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    texts.patterns.cache_clear()
    evaluate.actions_of.cache_clear()
    before, steps = sys.getprofile(), texts.Work.steps
    sys.setprofile(count)
    try:
        function()
    finally:
        sys.setprofile(before)
    return calls + texts.Work.steps - steps


@pytest.mark.parametrize("name", WORST)
def test_worst_policies(name: str) -> None:
    policy = WORST[name]
    assert LIMIT // 3 < len(json.dumps(policy, separators=(",", ":"))) <= LIMIT
    assert _work(lambda: _answer(policy)) < 100 * _work(lambda: _answer(USUAL))
    assert _answer(policy) == LETS_IN.get(name, "yes")


def _accounts(count: int) -> list[str]:
    return [f"{222200000000 + number}" for number in range(count)]


@pytest.mark.parametrize(
    "make",
    [
        lambda size: document(allow({"AWS": ROLE}, "kms:" + "?*" * size)),
        lambda size: document(allow("*", USE, {"StringLike": {"aws:PrincipalArn": "${" * size}})),
        lambda size: document(allow("*", [f"kms:*{number}?" for number in range(size)])),
        lambda size: document(allow({"AWS": _accounts(size)})),
        lambda size: document(*[allow({"AWS": each}) for each in _accounts(size)]),
        lambda size: document(*[deny({"AWS": each}) for each in _accounts(size)], allow({"AWS": OWN})),
        lambda size: document(allow("*", USE, {"StringEquals": {"kms:CallerAccount": _accounts(size)}})),
        lambda size: document(*[allow({"AWS": f"arn:aws:iam::{OWN}:role/r{n}"}) for n in range(size)]),
    ],
)
def test_cost_is_linear(make: Callable[[int], Any]) -> None:
    """Four times the policy costs no more than four times the work, and a constant part."""
    small, large = make(45), make(180)  # a larger one would not be taken, nor parsed
    assert len(json.dumps(large)) < LIMIT
    assert _work(lambda: _answer(large)) < 4.5 * _work(lambda: _answer(small))


def _judged(stack: Stack) -> None:
    for policy in (key_policy_grants_sagemaker.POLICY, key_policy_restricted.POLICY):
        assert all(isinstance(each.verdict, Compliant) for each in judge(policy, stack, read(policy.settings, {})))


def test_a_stack_of_many_keys_and_roles() -> None:
    """As many configurations as keys and roles, each key open to each role: no more than the texts themselves ask."""
    small, large = (keys_and_roles(count, roles_of_each=5) for count in (20, 80))
    # Every key's policy names every role, so that the texts grow with the square.
    assert _work(lambda: _judged(large)) < 16 * _work(lambda: _judged(small))


@pytest.mark.parametrize("own_differ", [False, True])
def test_a_stack_whose_keys_are_all_used_by_all_roles(own_differ: bool) -> None:
    """What is asked of a key and a role, of 1,600 pairs; before roles shared answers it was 2,150 for each."""
    stack = keys_and_roles(40, 40, own_differ=own_differ)
    assert _work(lambda: _judged(stack)) < 450 * 40 * 40


@pytest.mark.parametrize("pattern", ["${x}" * 4000, "${" * 8000, "a${x}" * 2000 + "${hex(7)}", "${hex(1)}" * 4000])
def test_patterns_of_generated_names(pattern: str) -> None:
    resource = Resource("urn:pulumi:dev::p::a:b/c:C::config", "a:b/c:C", "config", {})
    config = {CONFIGURATION: json.dumps({"pattern": pattern + "${hex(7)}"})}
    assert _work(lambda: is_generated("a" * 63, resource, config)) < 100_000


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("${name}-${hex(4)}", "config-0a1f", True),
        ("${name}-${hex(4)}", "config-0a1", False),
        ("${name}-${hex(4)}", "config-0a1g", False),
        ("${stack}-${project}-${alphanum(2)}", "dev-p-z9", True),
        ("${unknown}-${num(2)}", "anything-42", True),
        ("${unknown}-${num(2)}", "-42", False),
        ("${unknown}${unknown}-${num(2)}", "a-42", False),
        ("${name}-${uuid}", "config-12345678-1234-1234-1234-123456789012", True),
        ("${name}-${string(3)}", "config-ab1", False),
        ("${name}", "config", False),
    ],
)
def test_what_is_generated(pattern: str, name: str, expected: bool) -> None:
    resource = Resource("urn:pulumi:dev::p::a:b/c:C::config", "a:b/c:C", "config", {})
    assert is_generated(name, resource, {CONFIGURATION: json.dumps({"pattern": pattern})}) is expected
