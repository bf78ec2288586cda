"""What the policies of the key itself decide where a reader sees no difference: compliant, or that nobody can tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pulumi.runtime.proto import analyzer_pb2 as pb

from policy_pack import carriers
from policy_pack.carriers.place import Surroundings
from policy_pack.engine import messages
from policy_pack.judging.judge import judge
from policy_pack.judging.policy import Policy
from policy_pack.judging.settings import read
from policy_pack.judging.verdict import CannotTell, Compliant, NotApplicable, Violation
from policy_pack.policies import (
    key_policy_grants_sagemaker,
    key_policy_restricted,
    key_resource_usable,
    key_rotation_enabled,
)  # fmt: skip
from policy_pack.stack.model import Stack
from tests.harness.program import deploy
from tests.iam.statements import OTHER
from tests.programs import keys, permissions, presence, roles
from tests.programs.blocks import Case, arn, later, pair

GRANTS, RESTRICTED = key_policy_grants_sagemaker.POLICY, key_policy_restricted.POLICY
USABLE, ROTATES = key_resource_usable.POLICY, key_rotation_enabled.POLICY
EVERY = (GRANTS, RESTRICTED, USABLE, ROTATES)


def _model(program: Callable[[], Any], phase: str) -> Stack:
    *_, last = deploy(program, phase=phase).requests
    assert isinstance(last, pb.AnalyzeStackRequest)
    return carriers.read(map(messages.resource, last.resources), Surroundings({"aws:region": "us-east-1"}))


def _verdict(policy: Policy, program: Callable[[], Any], phase: str = "preview") -> Any:
    (judgement,) = judge(policy, _model(program, phase), read(policy.settings, {}))
    return judgement.verdict


@pytest.mark.parametrize(
    ("policy", "case", "preview", "update"),
    [
        (GRANTS, permissions.grant_to_a_role_of_the_stack, Compliant, Compliant),
        (GRANTS, permissions.key_that_is_left_to_the_account, CannotTell, Compliant),
        (GRANTS, permissions.key_with_the_default_policy, CannotTell, Compliant),
        (GRANTS, permissions.key_for_the_configurations_role, Compliant, Compliant),
        (GRANTS, permissions.key_that_names_some_role_where_the_role_is_not_known, CannotTell, CannotTell),
        (GRANTS, permissions.grant_with_a_constraint_on_the_encryption_context, CannotTell, CannotTell),
        (GRANTS, permissions.policy_that_a_preview_does_not_know, CannotTell, Compliant),
        (GRANTS, roles.role_of_the_stack_with_a_policy_that_is_made_elsewhere, CannotTell, CannotTell),
        (GRANTS, roles.role_of_the_stack_with_a_policy_of_aws_that_is_not_known, CannotTell, CannotTell),
        (GRANTS, roles.boundary_that_is_made_elsewhere, CannotTell, CannotTell),
        (GRANTS, roles.role_that_is_to_have_a_policy_of_its_own_from_elsewhere, CannotTell, CannotTell),
        (GRANTS, roles.role_of_the_stack_that_may_do_anything, CannotTell, Compliant),
        (GRANTS, roles.boundary_of_aws_that_allows_it, CannotTell, Compliant),
        (GRANTS, roles.role_of_the_stack_whose_policy_allows_it, CannotTell, Compliant),
        (RESTRICTED, permissions.key_with_the_default_policy, Compliant, Compliant),
        (RESTRICTED, permissions.key_that_is_left_to_the_account, CannotTell, Compliant),
        (RESTRICTED, permissions.policy_that_is_no_json, CannotTell, CannotTell),
        (RESTRICTED, permissions.key_for_everybody, Violation, Violation),
        (USABLE, keys.key_of_which_a_preview_knows_nothing, CannotTell, Compliant),
        (USABLE, keys.external_key_that_waits_for_its_material, CannotTell, CannotTell),
        (ROTATES, keys.key_of_which_a_preview_knows_nothing, CannotTell, Compliant),
        (ROTATES, keys.replica_of_a_key_made_elsewhere, CannotTell, CannotTell),
        (ROTATES, keys.external_key_which_aws_does_not_rotate, NotApplicable, NotApplicable),
        (ROTATES, keys.key_in_a_custom_store, NotApplicable, NotApplicable),
        *((policy, presence.aws_managed_alias, NotApplicable, NotApplicable) for policy in EVERY),
    ],
)
def test_verdicts(policy: Policy, case: Case, preview: type, update: type) -> None:
    found = [type(_verdict(policy, case.program, phase)) for phase in ("preview", "update")]
    assert found == [preview, update]


@pytest.mark.parametrize("policy", EVERY, ids=lambda policy: policy.name)
def test_keys_from_elsewhere(policy: Policy) -> None:
    computed = _verdict(policy, lambda: pair(kms_key_arn=later(arn())))
    assert isinstance(computed, CannotTell) and "computed from something else" in computed.why
    literal = _verdict(policy, lambda: pair(kms_key_arn=arn()))
    assert literal == NotApplicable("The key is not made in this stack.")
    assert _verdict(policy, lambda: pair()) == NotApplicable("The configuration names no key.")


def test_settings_of_one_question_do_not_answer_another() -> None:
    stack = _model(permissions.key_for_another_account.program, "update")
    for settings, expected in (({}, Violation), ({"allowedAccounts": [OTHER]}, Compliant)) * 2:
        (judgement,) = judge(RESTRICTED, stack, read(RESTRICTED.settings, settings))
        assert isinstance(judgement.verdict, expected)
