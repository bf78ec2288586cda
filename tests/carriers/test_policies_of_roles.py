"""The policies of one role, however AWS's own types give them: all count, and what may be more leaves it open."""

from __future__ import annotations

from typing import Any

import pytest

from policy_pack.judging.verdict import CannotTell, Compliant, Violation
from policy_pack.policies.key_policy_grants_sagemaker import POLICY
from policy_pack.values import UNKNOWN
from tests.carriers.reading import resource, template, urn, verdicts
from tests.carriers.using_key import KEY, said_with
from tests.iam.statements import BY_ROOT, OWN, ROLE, allow, deny, document

USING, READING = document(allow(None)), document(allow(None, "s3:*"))
DENYING = document(allow(None), deny(None, "kms:CreateGrant"))
KNOWN = [
    ([READING], Violation),
    ([READING, READING], Violation),
    ([USING, DENYING], Violation),
    ([USING], Compliant),
    ([READING, USING], Compliant),
    ([], Compliant),
]
KINDS = ("within", "AWS::IAM::RolePolicy", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "attached")
ROOT = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}


def _of_template(kind: str, policies: list[Any]) -> Any:
    """A role of a template with these policies, given in one way."""
    resources: dict[str, Any] = {
        "Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": document(allow({"AWS": ROOT}, "kms:*"))}},
        "Role": {"Type": "AWS::IAM::Role", "Properties": {}},
        "Config": {
            "Type": "AWS::SageMaker::EndpointConfig",
            "Properties": {"KmsKeyId": {"Ref": "Key"}, "ExecutionRoleArn": {"Fn::GetAtt": ["Role", "Arn"]}},
        },
    }
    of_role = resources["Role"]["Properties"]
    for number, policy in enumerate(policies):
        given: dict[str, Any] = {"PolicyDocument": policy}
        if kind == "within":
            of_role.setdefault("Policies", []).append({"PolicyName": str(number), **given})
            continue
        if kind == "AWS::IAM::RolePolicy":
            given["RoleName"] = {"Ref": "Role"}
        elif kind == "attached":
            of_role.setdefault("ManagedPolicyArns", []).append({"Ref": f"Policy{number}"})
        else:
            given["Roles"] = [{"Ref": "Role"}]
        type_ = "AWS::IAM::ManagedPolicy" if kind == "attached" else kind
        resources[f"Policy{number}"] = {"Type": type_, "Properties": given}
    return template({"Resources": resources})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        *KNOWN,
        ([USING, READING], Compliant),
        ([READING, {"Fn::ImportValue": "policy"}], CannotTell),
    ],
)
def test_templates(kind: str, policies: list[Any], expected: type) -> None:
    (found,) = verdicts(POLICY, _of_template(kind, policies)).values()
    assert isinstance(found, expected)


NATIVE = {"within": "policies", "RolePolicy": "roleName", "ManagedPolicy": "roles"}


@pytest.mark.parametrize("kind", NATIVE)
@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        *KNOWN,
        ([READING, UNKNOWN], CannotTell),
    ],
)
def test_the_native_provider(kind: str, policies: list[Any], expected: type) -> None:
    configuration = resource(
        "aws-native:sagemaker:EndpointConfig",
        {"kmsKeyId": KEY, "executionRoleArn": ROLE},
        sources={"kmsKeyId": (urn("aws-native:kms:Key"),)},
    )
    key = resource("aws-native:kms:Key", {"arn": KEY, "keyPolicy": document(BY_ROOT)})
    own = [{"policyName": str(number), "policyDocument": each} for number, each in enumerate(policies)]
    role = {"roleName": "serving", "arn": ROLE, **({"policies": own} if kind == "within" else {})}
    beside = [
        resource(
            f"aws-native:iam:{kind}",
            {"policyDocument": each, NATIVE[kind]: "serving" if kind == "RolePolicy" else ["serving"]},
            f"policy-{number}",
        )
        for number, each in enumerate(policies if kind != "within" else [])
    ]
    found = verdicts(POLICY, configuration, key, resource("aws-native:iam:Role", role), *beside)
    assert isinstance(found["it"], expected)


@pytest.mark.parametrize(
    ("arns", "names", "expected"),
    [
        ([], [], Violation),
        (["arn:aws:iam::aws:policy/AmazonS3FullAccess"], [], Violation),
        (["arn:aws:iam::aws:policy/ReadOnlyAccess"], ["own"], CannotTell),
        (["arn:aws:iam::aws:policy/PowerUserAccess"], [], Compliant),
        (["arn:aws:iam::aws:policy/PowerUserAccess"], ["own"], Compliant),
        ([f"arn:aws:iam::{OWN}:policy/elsewhere"], [], CannotTell),
        (UNKNOWN, [], CannotTell),
    ],
)
@pytest.mark.parametrize("carrier", ["aws", "bridged"])
def test_exclusive_policies(arns: Any, names: Any, expected: type, carrier: str) -> None:
    def made(kind: str, properties: Any) -> Any:
        types = {
            "role": ("aws:iam/role:Role", "aws:index/iamRole:IamRole"),
            "attachments": (
                "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
                "aws:index/iamRolePolicyAttachmentsExclusive:IamRolePolicyAttachmentsExclusive",
            ),
            "policies": (
                "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive",
                "aws:index/iamRolePoliciesExclusive:IamRolePoliciesExclusive",
            ),
        }
        return resource(types[kind][carrier == "bridged"], properties, kind)

    found = said_with(
        POLICY,
        made("role", {"name": "serving", "arn": ROLE}),
        made("attachments", {"roleName": "serving", "policyArns": arns}),
        made("policies", {"roleName": "serving", "policyNames": names}),
    )
    assert isinstance(found, expected)
