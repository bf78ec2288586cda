"""`template-readable`: templates and states that hide something, and those that do not."""

from __future__ import annotations

from typing import Any

import pytest

from policy_pack.judging.verdict import Compliant, Verdict, Violation
from policy_pack.policies.template_readable import POLICY
from policy_pack.values import UNKNOWN
from tests.carriers.reading import resource, state, template, verdicts
from tests.matrix import rows

ROW = rows.Row(
    {"stack": rows.Part(rows.STACK, {"TemplateURL": "https://bucket.s3.amazonaws.com/template.yaml"})},
    {"stack": rows.Part(rows.STACK, {"TemplateBody": '{"Resources": {}}'})},
)

STACK = "aws:cloudformation/stack:Stack"
CONFIGURATION = {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"KmsKeyId": "alias/serving"}}
NESTED = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "https://example.com/t.json"}}


def said(made: Any) -> Verdict | None:
    """What the policy says of a resource; nothing where it is not one that it judges."""
    return next(iter(verdicts(POLICY, made).values()), None)


@pytest.mark.parametrize(
    "made",
    [
        template({"Resources": {"It": CONFIGURATION}}),
        template({"Resources": {"It": {"Type": "AWS::SNS::Topic"}}}),
        state("AWS::SageMaker::EndpointConfig", {"KmsKeyId": "alias/serving"}),
    ],
)
def test_what_can_be_read(made: Any) -> None:
    found = said(made)
    assert found is None or isinstance(found, Compliant)


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (resource(STACK, {"templateUrl": "https://example.com/t.json"}), "The template is at a URL"),
        (template({"Transform": "Mine", "Resources": {"It": CONFIGURATION}}), "A macro (Transform) rewrites"),
        (template({"Resources": {"It": CONFIGURATION, "Nested": NESTED}}), "The nested stack Nested deploys"),
        (template("{"), "JSON"),
        (resource(STACK, {"templateBody": UNKNOWN}), "not known"),
        (state("AWS::SageMaker::EndpointConfig", "{"), "is not a JSON object"),
    ],
)
def test_what_hides_something(made: Any, reason: str) -> None:
    found = said(made)
    assert isinstance(found, Violation)
    assert found.why.startswith(
        ('"it" cannot be read in full before it is deployed', '"it (Cloud Control)" cannot be read')
    )
    _, *reasons = found.why.split("\n- ")
    assert any(reason in each for each in reasons), reasons


def test_every_reason_is_said() -> None:
    two = template({"Resources": {"It": CONFIGURATION, "Nested": NESTED, "Other": NESTED}})
    found = said(two)
    assert isinstance(found, Violation)
    assert found.why.count("\n- ") == 2


@pytest.mark.parametrize("made", [resource("aws:s3/bucket:Bucket", {}), resource("aws:kms/key:Key", {})])
def test_what_holds_no_template(made: Any) -> None:
    assert said(made) is None
