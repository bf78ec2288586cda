"""What each policy of the key itself decides of a key that the stack does not make."""

from __future__ import annotations

import pytest

from policy_pack.gaps import GAP, STACK_NAME
from policy_pack.judging.policy import Policy
from policy_pack.judging.verdict import CannotTell, NotApplicable
from policy_pack.policies import (
    key_policy_grants_sagemaker,
    key_policy_restricted,
    key_resource_usable,
    key_rotation_enabled,
)  # fmt: skip
from tests.carriers.reading import resource, verdicts
from tests.policies.verdicts import kinds, verdict
from tests.programs import presence
from tests.programs.blocks import arn, later, pair
from tests.template.reading import partly

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


@pytest.mark.parametrize("policy", EVERY, ids=lambda policy: policy.name)
@pytest.mark.parametrize(("key", "expected"), [(f"alias/{STACK_NAME}", NotApplicable), (f"alias/{GAP}", CannotTell)])
def test_a_key_of_a_template_that_is_known_in_part(policy: Policy, key: str, expected: type) -> None:
    """What a template is told of itself is no key of the stack; what else is missing may be one."""
    made = resource("aws-native:sagemaker:EndpointConfig", {"kmsKeyId": partly(key)})
    (found,) = verdicts(policy, made).values()
    assert isinstance(found, expected)
