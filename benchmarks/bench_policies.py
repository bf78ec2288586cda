"""Measures what answering a key policy costs, as ratios to a usual one: ``python -m benchmarks.bench_policies``.

The policies are the evaluator's worst, each of up to 32 KB, which is what AWS takes; and stacks of 200 keys and 200
roles, also in seconds of CPU. It judges nothing: `tests/iam/test_bounds.py` bounds the work.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

from policy_pack import carriers
from policy_pack.carriers.place import Surroundings
from policy_pack.iam import evaluate, sagemaker, texts
from policy_pack.iam.access import User, access
from policy_pack.iam.document import Document
from policy_pack.iam.exposure import exposure
from policy_pack.iam.parse import parse_key_policy
from policy_pack.judging.judge import judge
from policy_pack.judging.settings import read
from policy_pack.policies import key_policy_grants_sagemaker, key_policy_restricted
from policy_pack.stack.model import Resource, Stack
from tests.iam.statements import BY_ROOT, KEY, OWN, REGION, ROLE, allow, document
from tests.iam.worst import USUAL, WORST


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="how often everything is measured (5)")
    rounds = parser.parse_args().rounds
    usual = min(_seconds(USUAL) for _ in range(4 * rounds))
    print(f"a usual policy: {usual * 1000:.2f} ms")
    for name, policy in WORST.items():
        print(f"{min(_seconds(policy) for _ in range(rounds)) / usual:8.1f}  {name}")
    for name, layout in LAYOUTS.items():
        seconds = min(_seconds_of_a_stack(layout) for _ in range(rounds))
        print(f"{seconds / usual:8.1f}  200 keys and 200 roles, {name}: {seconds:.2f} s")


def _seconds(policy: Any) -> float:
    text, role = json.dumps(policy), sagemaker.role(ROLE)
    assert role is not None
    texts.patterns.cache_clear()
    evaluate.actions_of.cache_clear()
    start = time.process_time()
    document = parse_key_policy(json.loads(text))
    assert isinstance(document, Document)
    access(json.loads(text), [User(role)], KEY, REGION)
    exposure(document, KEY)
    return time.process_time() - start


def _seconds_of_a_stack(layout: dict[str, Any]) -> float:
    stack = keys_and_roles(200, **layout)
    start = time.process_time()
    for policy in (key_policy_grants_sagemaker.POLICY, key_policy_restricted.POLICY):
        for _ in judge(policy, stack, read(policy.settings, {})):
            pass
    return time.process_time() - start


# How many roles use each key, and whether the roles' own policies differ in the keys that they name.
LAYOUTS: dict[str, dict[str, Any]] = {
    "1 of each configuration": {"roles_of_each": 1},
    "10 of each configuration": {"roles_of_each": 10},
    "all of each configuration": {"roles_of_each": 200},
    "all of each configuration, with policies that differ": {"roles_of_each": 200, "own_differ": True},
}


def keys_and_roles(count: int, roles_of_each: int, *, own_differ: bool = False) -> Stack:
    """A stack of as many configurations, keys and roles: every key's policy names every role."""
    roles = [f"arn:aws:iam::{OWN}:role/r{number}" for number in range(count)]
    keys = [f"{KEY[:-12]}{number:012}" for number in range(count)]
    made: list[Resource] = []
    for number in range(count):
        named = keys[:number] + keys[number + 1 :] if own_differ else "*"
        own = json.dumps(document(allow(None, Resource=named), allow(None, "s3:GetObject")))
        policy = json.dumps(document(BY_ROOT, allow({"AWS": roles}), allow({"AWS": roles[number]}, "kms:DescribeKey")))
        variants = [{"modelName": f"model-{(number + more) % count}"} for more in range(roles_of_each)]
        made += [
            _resource("aws:kms/key:Key", f"key-{number}", arn=keys[number], policy=policy),
            _resource(
                "aws:iam/role:Role",
                f"r{number}",
                arn=roles[number],
                name=f"r{number}",
                inlinePolicies=[{"name": "own", "policy": own}],
            ),
            _resource(
                "aws:sagemaker/model:Model", f"model-{number}", name=f"model-{number}", executionRoleArn=roles[number]
            ),
            _resource(
                "aws:sagemaker/endpointConfiguration:EndpointConfiguration",
                f"config-{number}",
                kmsKeyArn=keys[number],
                productionVariants=variants,
            ),
        ]
    return carriers.read(made, Surroundings({"aws:region": REGION}))


def _resource(kind: str, label: str, **properties: Any) -> Resource:
    return Resource(f"urn:pulumi:dev::p::{kind}::{label}", kind, label, properties)


if __name__ == "__main__":
    main()
