"""What each policy of the key itself decides of a key that the stack does not make."""

from __future__ import annotations

import pytest

from policy_pack.judging.policy import Policy
from policy_pack.judging.verdict import CannotTell, NotApplicable
from policy_pack.policies import (
    key_policy_grants_sagemaker,
    key_policy_restricted,
    key_resource_usable,
    key_rotation_enabled,
)  # fmt: skip
from tests.policies.verdicts import kinds, verdict
from tests.programs import presence
from tests.programs.blocks import arn, later, pair

EVERY = [
    each.POLICY
    for each in (key_policy_grants_sagemaker, key_policy_restricted, key_resource_usable, key_rotation_enabled)
]


@pytest.mark.parametrize("policy", EVERY, ids=lambda policy: policy.name)
def test_keys_from_elsewhere(policy: Policy) -> None:
    computed = verdict(policy, lambda: pair(kms_key_arn=later(arn())))
    assert isinstance(computed, CannotTell) and "does not come from a key resource" in computed.why
    literal = verdict(policy, lambda: pair(kms_key_arn=arn()))
    assert literal == NotApplicable("The key is not made in this stack.")
    assert verdict(policy, lambda: pair()) == NotApplicable("The configuration names no key.")
    assert kinds(policy, presence.aws_managed_alias) == [NotApplicable, NotApplicable]
