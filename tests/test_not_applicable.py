"""What judged nothing does not count as passed: it is not applicable, with the reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policy_pack.policies import PACK
from tests.harness.answers import PREFIX
from tests.harness.engine import Engine
from tests.harness.program import run
from tests.harness.recordings import Recording, replay
from tests.organization import CUSTOMER, FOLLOWS, IN_STACK, SENSE, no_key, only_an_endpoint
from tests.programs.blocks import arn, in_region, key, pair

CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
RESOURCE = {each.name for each in PACK.policies if each.kind == "resource"}
STACK = {each.name for each in PACK.policies if each.kind == "stack" and each.level != "disabled"}

OTHERS = [
    "aws:s3/bucket:Bucket",
    "aws:kms/key:Key",
    "aws:kms/alias:Alias",
    "aws:iam/role:Role",
    "aws-native:kms:Key",
    "pulumi:providers:aws",
    "pulumi:pulumi:Stack",
    "kubernetes:core/v1:Pod",
    "",
]


def resource(kind: str) -> dict[str, object]:
    return {"type": kind, "urn": f"urn:pulumi:dev::shop::{kind}::it", "name": "it", "properties": {"a": {"b": [1]}}}


@pytest.mark.parametrize("kind", OTHERS)
def test_a_resource_that_nobody_judges(kind: str, engine: Engine) -> None:
    for answer in (engine.analyze(resource(kind)), engine.remediate(resource(kind))):
        assert answer.findings == ()
        assert answer.not_applicable.keys() == RESOURCE
        assert all(answer.not_applicable.values())


def test_the_reason_says_what_the_policy_judges(engine: Engine) -> None:
    said = engine.analyze(resource("aws:kms/key:Key")).not_applicable
    assert said[CUSTOMER] == "The resource is not a SageMaker endpoint configuration and does not contain one."


@pytest.mark.parametrize("kinds", [[], ["aws:s3/bucket:Bucket"], OTHERS])
def test_a_stack_without_sagemaker(kinds: list[str], engine: Engine) -> None:
    answer = engine.analyze_stack([resource(kind) for kind in kinds])
    assert answer.findings == ()
    assert answer.not_applicable.keys() == STACK
    assert answer.not_applicable[FOLLOWS] == "The stack has no SageMaker Endpoint."
    assert answer.not_applicable["key-resource-usable"] == "The stack has no SageMaker endpoint configuration."


@pytest.mark.parametrize("phase", ["preview", "update"])
def test_a_recording_without_sagemaker(phase: str, engine: Engine) -> None:
    answers = replay(engine, Recording("no_sagemaker", phase)).answers
    assert answers
    assert all(answer.not_applicable.keys() in (RESOURCE, STACK) for answer in answers)


def test_an_endpoint_is_judged_by_no_policy_of_configurations(engine: Engine) -> None:
    answer = engine.analyze(resource("aws:sagemaker/endpoint:Endpoint"))
    assert answer.not_applicable.keys() == RESOURCE


def test_a_template_without_an_endpoint_configuration(engine: Engine) -> None:
    given = {**resource("aws:cloudformation/stack:Stack"), "properties": {"templateBody": '{"Resources": {}}'}}
    assert engine.analyze(given).not_applicable.keys() == RESOURCE - {"template-readable"}


@pytest.mark.parametrize(
    ("program", "policy", "applies"),
    [
        (no_key, CUSTOMER, False),
        (lambda: pair(kms_key_arn=arn()), CUSTOMER, True),
        (lambda: pair(kms_key_arn=arn()), "key-in-same-region", True),
        (lambda: pair(kms_key_arn=arn()), "key-resource-usable", False),
        (lambda: pair(kms_key_arn=key().arn), "key-resource-usable", True),
        (lambda: pair(kms_key_arn=key().arn), FOLLOWS, True),
        (only_an_endpoint, IN_STACK, True),
        (only_an_endpoint, "key-rotation-enabled", False),
    ],
)
def test_what_is_judged_counts(program: Callable[[], None], policy: str, applies: bool, engine: Engine) -> None:
    verdicts = run(engine, program, stack=in_region("us-east-1"))
    kind = next(each.kind for each in PACK.policies if each.name == policy)
    answers = [each for each in verdicts.answers if (each.response.DESCRIPTOR.name == "AnalyzeResponse")]
    stacks = [each for each in answers if SENSE in each.not_applicable]
    of_kind = stacks if kind == "stack" else [each for each in answers if each not in stacks]
    assert any(policy not in each.not_applicable for each in of_kind) is applies


def test_where_a_policy_cannot_tell_it_has_not_passed(engine: Engine) -> None:
    verdicts = run(engine, lambda: pair(kms_key_arn=key().arn), stack=in_region("us-east-1"))
    (reason,) = verdicts.not_applicable(CUSTOMER)
    assert "not known" in reason


def test_settings_are_judged_where_some_are_given(engine: Engine) -> None:
    assert SENSE in engine.analyze_stack([]).not_applicable
    engine.configure({"all": "advisory"})
    assert SENSE in engine.analyze_stack([]).not_applicable
    engine.configure({CUSTOMER: {"allowAliases": False}})
    assert SENSE not in engine.analyze_stack([]).not_applicable
    engine.configure({f"{PREFIX}no-such-policy": "mandatory"})
    answer = engine.analyze_stack([])
    assert SENSE not in answer.not_applicable
    assert [each.policy for each in answer.findings] == [SENSE]


def test_each_configuration_of_the_pack_has_its_own_answer(engine: Engine) -> None:
    stack = [resource(kind) for kind in OTHERS]
    engine.configure({})
    plain = engine.analyze_stack(stack)
    engine.configure({f"{PREFIX}no-such-policy": "mandatory"})
    assert [each.policy for each in engine.analyze_stack(stack).findings] == [SENSE]
    engine.configure({FOLLOWS: "disabled"})
    without = engine.analyze_stack(stack).not_applicable
    assert without == {name: why for name, why in plain.not_applicable.items() if name != FOLLOWS}


def test_disabled_policies_are_not_named(engine: Engine) -> None:
    engine.configure({CUSTOMER: "disabled", "key-verified-in-aws": "advisory"})
    assert engine.analyze(resource("aws:kms/key:Key")).not_applicable.keys() == RESOURCE - {CUSTOMER}
    assert engine.analyze_stack([]).not_applicable.keys() == STACK | {"key-verified-in-aws"}


def test_remediation_counts_only_where_it_is_asked_for(engine: Engine) -> None:
    configuration = {**resource(CONFIGURATION), "properties": {"kmsKeyArn": arn()}}
    assert engine.remediate(configuration).not_applicable.keys() == RESOURCE
    engine.configure({"encryption-at-rest-enabled": "remediate", CUSTOMER: "remediate"})
    said = engine.remediate(configuration).not_applicable
    assert said.keys() == RESOURCE - {"encryption-at-rest-enabled"}
    assert engine.remediate(resource("aws:kms/key:Key")).not_applicable.keys() == RESOURCE
