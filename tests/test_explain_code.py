"""The code that `explain` shows: one violates its policy, the other does not, as programs that the pack judges."""

from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws
import pytest

from policy_pack.commands.code import CODE
from policy_pack.policies import PACK
from tests.harness.engine import Engine
from tests.harness.program import run
from tests.programs.blocks import KEY_POLICY

# Their settings, not programs, are judged by the one; AWS is asked by the other.
WITHOUT = {"settings-make-sense", "key-verified-in-aws", "carrier-readable"}

_VARIANT = {
    "variantName": "AllTraffic",
    "modelName": "model",
    "initialInstanceCount": 1,
    "instanceType": "ml.m5.large",
}


def _violates(engine: Engine, code: str, policy: str) -> bool:
    def program() -> None:
        other = aws.Provider("other", region="eu-west-1")
        names = {
            "aws": aws,
            "json": json,
            "variants": [_VARIANT],
            "statements": KEY_POLICY,
            "other_region": pulumi.ResourceOptions(provider=other),
        }
        exec(compile(code, "<code>", "exec"), names)

    verdicts = [run(engine, program, phase=phase) for phase in ("preview", "update")]
    return any(policy == finding.policy for each in verdicts for finding in each.findings)


@pytest.mark.parametrize("policy", CODE)
def test_code(policy: str, engine: Engine) -> None:
    bad, good = CODE[policy]
    assert _violates(engine, bad, policy)
    assert not _violates(engine, good, policy)


def test_every_policy_has_code() -> None:
    assert CODE.keys() == {each.name for each in PACK.policies} - WITHOUT
