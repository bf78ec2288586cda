"""`carrier-readable`: what is said of what may make an endpoint configuration, and of what nobody can tell."""

from __future__ import annotations

import json
from typing import Any

import pytest

from policy_pack.judging.verdict import CannotTell, Verdict, Violation
from policy_pack.policies.carrier_readable import POLICY
from policy_pack.values import UNKNOWN
from tests.carriers.reading import resource, verdicts
from tests.matrix import rows
from tests.programs.unread import CALL, CREATE, definition


def machine(action: str) -> rows.Part:
    """A state machine with a task of SageMaker."""
    task = {"Type": "Task", "Resource": f"arn:aws:states:::sagemaker:{action}", "Parameters": {}, "End": True}
    made = json.dumps({"StartAt": "Task", "States": {"Task": task}})
    return rows.Part(rows.MACHINE, {"DefinitionString": made, "RoleArn": "arn:aws:iam::111122223333:role/workflows"})


ROW = rows.Row({"machine": machine("createEndpointConfig")}, {"machine": machine("createTrainingJob.sync")})

MACHINE = "aws:sfn/stateMachine:StateMachine"
COMMAND = "command:local:Command"
PRODUCT, PROJECT = "aws:servicecatalog/provisionedProduct:ProvisionedProduct", "aws:sagemaker/project:Project"


def said(kind: str, **properties: Any) -> Verdict | None:
    """What the policy says of a resource; nothing where it is not one that it judges."""
    return verdicts(POLICY, resource(kind, properties)).get("it")


@pytest.mark.parametrize(
    ("kind", "given", "makes"),
    [
        (MACHINE, {"definition": definition()}, "an endpoint configuration that it makes is encrypted"),
        (COMMAND, {"create": CALL}, "an endpoint configuration that it makes is encrypted"),
        (PRODUCT, {"productName": "endpoint"}, "an endpoint configuration that it may make is encrypted"),
        (PROJECT, {}, "an endpoint configuration that it may make is encrypted"),
    ],
)
def test_what_may_make_one(kind: str, given: dict[str, Any], makes: str) -> None:
    found = said(kind, **given)
    assert isinstance(found, Violation)
    assert found.why.startswith('"it" is a') and makes in found.why
    assert 'or exempt "it" with the reason' in found.fix


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (MACHINE, {"definition": definition("arn:aws:states:::sagemaker:createTrainingJob.sync")}),
        (COMMAND, {"create": "kubectl apply -f endpoint.yaml"}),
        ("aws:s3/bucket:Bucket", {"bucket": CREATE}),
    ],
)
def test_what_makes_something_else(kind: str, given: dict[str, Any]) -> None:
    assert said(kind, **given) is None


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (MACHINE, {"definition": UNKNOWN}),
        (MACHINE, {"definitionS3Location": {"bucket": "definitions", "key": "deploy.json"}}),
        (MACHINE, {"definitionUri": "deploy.asl.json"}),
    ],
)
def test_of_what_is_elsewhere_or_not_known_nothing_is_claimed(kind: str, given: dict[str, Any]) -> None:
    found = said(kind, **given)
    assert isinstance(found, CannotTell)
    assert found.why.endswith("and whether it makes an endpoint configuration is not known.")


@pytest.mark.parametrize(
    ("parameters", "missing"), [({}, True), ({"KmsKeyId": "alias/serving"}, False), ({"KmsKeyId.$": "$.key"}, False)]
)
def test_a_definition_that_names_no_key(parameters: Any, missing: bool) -> None:
    found = said(MACHINE, definition=definition(parameters=parameters))
    assert isinstance(found, Violation)
    assert ("The definition names no KmsKeyId" in found.why) is missing
    assert found.fix.startswith("Name a customer-managed key as KmsKeyId in its definition. ") is missing


def test_of_several_tasks_one_without_a_key_is_enough() -> None:
    states = json.loads(definition(parameters={"KmsKeyId": "alias/serving"}))["States"]
    states |= {"Second": json.loads(definition())["States"]["Deploy"]}
    found = said(MACHINE, definition=json.dumps({"StartAt": "Deploy", "States": states}))
    assert isinstance(found, Violation) and "names no KmsKeyId" in found.why
