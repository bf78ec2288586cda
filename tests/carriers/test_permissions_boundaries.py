"""Permissions boundaries of roles, on each carrier that makes roles: evaluated where they are known, else open."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from policy_pack.judging.verdict import CannotTell, Compliant, Violation
from policy_pack.policies.key_policy_grants_sagemaker import POLICY
from policy_pack.values import UNKNOWN
from tests.carriers.reading import resource, state, template, verdicts
from tests.carriers.using_key import KEY, said_with
from tests.iam.statements import OWN, ROLE, allow, deny, document

OF_AWS = "arn:aws:iam::aws:policy/"
OWN_BOUNDARY = f"arn:aws:iam::{OWN}:policy/boundary"
USING = document(allow(None))


def _own_type(boundary: Any) -> dict[str, Any]:
    """A role of AWS's own type, as the schema spells it."""
    policies = [{"PolicyName": "using", "PolicyDocument": USING}]
    given = {"RoleName": "serving", "Arn": ROLE, "Policies": policies, "PermissionsBoundary": boundary}
    return {name: each for name, each in given.items() if each is not None}


def _camel(properties: dict[str, Any]) -> dict[str, Any]:
    names = {"RoleName": "roleName", "Arn": "arn", "PermissionsBoundary": "permissionsBoundary"}
    policies = [{"policyName": "using", "policyDocument": USING}]
    return {**{names[name]: each for name, each in properties.items() if name in names}, "policies": policies}


def _classic(kind: str, boundary: Any) -> Any:
    given = {
        "name": "serving",
        "arn": ROLE,
        "inlinePolicies": [{"name": "using", "policy": json.dumps(USING)}],
        "permissionsBoundary": boundary,
    }
    return resource(kind, {name: each for name, each in given.items() if each is not None}, "role")


def _terraform(kind: str, boundary: Any) -> Any:
    given = {
        "name": "serving",
        "arn": ROLE,
        "inline_policy": [{"name": "using", "policy": json.dumps(USING)}],
        "permissions_boundary": boundary,
    }
    return resource(kind, given, "role")


ROLES: dict[str, Callable[[Any], Any]] = {
    "aws": lambda boundary: _classic("aws:iam/role:Role", boundary),
    "aws-native": lambda boundary: resource("aws-native:iam:Role", _camel(_own_type(boundary)), "role"),
    "Cloud Control": lambda boundary: state("AWS::IAM::Role", _own_type(boundary), "role"),
    "bridged": lambda boundary: _classic("aws:index/iamRole:IamRole", boundary),
    "bridged awscc": lambda boundary: resource("awscc:index/iamRole:IamRole", _camel(_own_type(boundary)), "role"),
    "Terraform": lambda boundary: _terraform("pulumi:terraform:aws_iam_role", boundary),
    "a module of Terraform": lambda boundary: _terraform("eks:tf:aws_iam_role", boundary),
}


@pytest.mark.parametrize("carrier", ROLES)
@pytest.mark.parametrize(
    ("boundary", "expected"),
    [
        (f"{OF_AWS}AmazonS3FullAccess", Violation),
        (f"{OF_AWS}AmazonSageMakerFullAccess", Violation),
        (f"{OF_AWS}ReadOnlyAccess", Violation),
        (f"{OF_AWS}PowerUserAccess", Compliant),
        (f"{OF_AWS}AdministratorAccess", Compliant),
        (None, Compliant),
        (OWN_BOUNDARY, CannotTell),
        (f"{OF_AWS}AmazonPolicyOfTomorrow", CannotTell),
        (UNKNOWN, CannotTell),
        (5.0, CannotTell),
    ],
)
def test_boundaries(carrier: str, boundary: Any, expected: type) -> None:
    if carrier == "Cloud Control" and boundary is UNKNOWN:
        boundary = OWN_BOUNDARY  # a state is a text, which is known or not as a whole
    assert isinstance(said_with(POLICY, ROLES[carrier](boundary)), expected)


POLICIES: dict[str, Callable[[Any], Any]] = {
    "aws": lambda policy: resource("aws:iam/policy:Policy", {"arn": OWN_BOUNDARY, "policy": json.dumps(policy)}, "b"),
    "aws-native": lambda policy: resource(
        "aws-native:iam:ManagedPolicy", {"policyArn": OWN_BOUNDARY, "policyDocument": policy}, "b"
    ),
    "Cloud Control": lambda policy: state(
        "AWS::IAM::ManagedPolicy", {"PolicyDocument": policy}, "b", properties=json.dumps({"PolicyArn": OWN_BOUNDARY})
    ),
    "bridged": lambda policy: resource(
        "aws:index/iamPolicy:IamPolicy", {"arn": OWN_BOUNDARY, "policy": json.dumps(policy)}, "b"
    ),
    "Terraform": lambda policy: resource(
        "pulumi:terraform:aws_iam_policy", {"arn": OWN_BOUNDARY, "policy": json.dumps(policy)}, "b"
    ),
}


@pytest.mark.parametrize("carrier", POLICIES)
@pytest.mark.parametrize("role", ["aws", "aws-native", "Terraform"])
@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (document(allow(None, "s3:*")), Violation),
        (document(allow(None, "*"), deny(None, "kms:CreateGrant")), Violation),
        (document(allow(None, "kms:*", Resource=KEY[:-1] + "3")), Violation),
        (document(allow(None, "*")), Compliant),
        (document(allow(None, "kms:*", Resource=KEY)), Compliant),
        (document(allow(None, "*"), deny(None, "kms:ScheduleKeyDeletion")), Compliant),
        ({"Statement": "none"}, CannotTell),
    ],
)
def test_boundaries_of_the_stack(carrier: str, role: str, policy: Any, expected: type) -> None:
    assert isinstance(said_with(POLICY, ROLES[role](OWN_BOUNDARY), POLICIES[carrier](policy)), expected)


@pytest.mark.parametrize(
    ("boundary", "expected"),
    [
        ({"Ref": "Narrow"}, Violation),
        ({"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/AmazonS3FullAccess"}, Violation),
        (f"{OF_AWS}AmazonS3FullAccess", Violation),
        ({"Ref": "Wide"}, Compliant),
        (f"{OF_AWS}PowerUserAccess", Compliant),
        (None, Compliant),
        ({"Ref": "Given"}, CannotTell),
        ({"Fn::ImportValue": "boundary"}, CannotTell),
        (OWN_BOUNDARY, CannotTell),
    ],
)
@pytest.mark.parametrize("carrier", ["CloudFormation", "aws-native"])
def test_templates(boundary: Any, expected: type, carrier: str) -> None:
    """All of it in one template, where a role's ARN is known by its logical id only."""

    def made(kind: str, **properties: Any) -> dict[str, Any]:
        return {"Type": kind, "Properties": {name: each for name, each in properties.items() if each is not None}}

    policies = [{"PolicyName": "using", "PolicyDocument": USING}]
    root = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}
    body = {
        "Parameters": {"Given": {"Type": "String"}},
        "Resources": {
            "Key": made("AWS::KMS::Key", KeyPolicy=document(allow({"AWS": root}, "kms:*"))),
            "Role": made("AWS::IAM::Role", Policies=policies, PermissionsBoundary=boundary),
            "Narrow": made("AWS::IAM::ManagedPolicy", PolicyDocument=document(allow(None, "s3:*"))),
            "Wide": made("AWS::IAM::ManagedPolicy", PolicyDocument=document(allow(None, "*"))),
            "Config": made(
                "AWS::SageMaker::EndpointConfig",
                KmsKeyId={"Ref": "Key"},
                ExecutionRoleArn={"Fn::GetAtt": ["Role", "Arn"]},
                ProductionVariants=[],
            ),
        },
    }
    stack = (
        template(body)
        if carrier == "CloudFormation"
        else resource("aws-native:cloudformation:Stack", {"templateBody": body, "stackName": "serving"})
    )
    (found,) = verdicts(POLICY, stack).values()
    assert isinstance(found, expected)
