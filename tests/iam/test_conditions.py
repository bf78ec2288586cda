"""What is known of SageMaker's calls decides conditions: for each key some that keep it out, and some that do not."""

from __future__ import annotations

from typing import Any

import pytest

from policy_pack.iam import sagemaker
from policy_pack.iam.access import User, access
from policy_pack.iam.evaluate import evaluate
from policy_pack.iam.logic import Answer, all_of, negate
from policy_pack.iam.parse import parse_key_policy
from tests.iam.rows import when
from tests.iam.statements import ADMIN, KEY, OTHER, OWN, REGION, ROLE, SERVICE, USE, allow, document

DECRYPT, CREATE_GRANT = USE[0], USE[2]
ADMINISTERED = allow({"AWS": ADMIN}, "kms:*")
OWN_ENDPOINTS, OTHER_ENDPOINTS = (f"arn:aws:sagemaker:{REGION}:{account}:endpoint/*" for account in (OWN, OTHER))


def _role_may(condition: Any, action: str) -> Answer:
    role = sagemaker.role(ROLE)
    assert role is not None
    policy = document(ADMINISTERED, allow({"AWS": ROLE}, action, condition))
    found = access(policy, [User(role, service=False)], KEY, REGION, [action])
    return False if found.missing else None if found.unsure else True


def _service_may(condition: Any) -> Answer:
    document_ = parse_key_policy(document(ADMINISTERED, allow({"Service": SERVICE}, DECRYPT, condition)))
    said = evaluate(document_, sagemaker.request(DECRYPT, sagemaker.SERVICE, KEY, REGION, OWN))  # type: ignore[arg-type]
    return all_of([negate(said.denied), said.itself])


@pytest.mark.parametrize(
    ("key", "no", "yes", "open_"),
    [
        (
            "aws:PrincipalType",
            [("StringEquals", "User"), ("StringNotLike", "Assumed*"), ("Null", "true")],
            [
                ("StringEquals", "AssumedRole"),
                ("StringEquals", ["User", "AssumedRole"]),
                ("StringEqualsIgnoreCase", "assumedrole"),
                ("StringEqualsIgnoreCase", "ASSUMEDROLE"),
                ("StringNotEquals", "Account"),
            ],
            [],
        ),
        (
            "aws:username",
            [("StringLike", "*"), ("Null", "false"), ("StringEquals", "${aws:username}")],
            [("Null", "true"), ("StringEqualsIfExists", "me"), ("StringNotEquals", "me")],
            [],
        ),
        (
            "aws:userid",
            [("StringLike", "AIDA*"), ("Null", "true"), ("StringEquals", OWN)],
            [("Null", "false"), ("StringLike", "AROA*:*"), ("StringNotLike", "AIDA*")],
            [("StringLike", "AROAEXAMPLEEXAMPLE123:*")],
        ),
        (
            "aws:ViaAWSService",
            [("Null", "true"), ("Null", ["true"]), ("Null", True)],
            [("Null", "false"), ("Null", ["false"]), ("Null", False)],
            [("Bool", "true"), ("Bool", "false"), ("BoolIfExists", "true")],
        ),
        (
            "kms:GrantOperations",
            [("ForAnyValue:StringEquals", "Decrypt"), ("Null", "false"), ("StringEquals", "Decrypt")],
            [("Null", "true"), ("ForAllValues:StringEquals", "Decrypt"), ("StringEqualsIfExists", "Decrypt")],
            [],
        ),
        (
            "kms:GranteePrincipal",
            [("StringEquals", ROLE), ("Null", "false"), ("StringLike", "*")],
            [("Null", "true"), ("StringEqualsIfExists", ROLE), ("StringNotEquals", ADMIN)],
            [],
        ),
        (
            "aws:CurrentTime",
            [
                ("DateLessThan", "2020-01-01T00:00:00Z"),
                ("DateGreaterThan", "2099-01-01T00:00:00Z"),
                ("DateEquals", "2020-01-01"),
            ],
            [
                ("DateGreaterThan", "2020-01-01T00:00:00Z"),
                ("DateLessThan", "2099-01-01T00:00:00Z"),
                ("DateNotEquals", "2020-01-01"),
            ],
            [("DateLessThan", "soon"), ("StringLike", "20*")],
        ),
        (
            "aws:RequestedRegion",
            [("StringEquals", "eu-west-1"), ("StringNotEquals", "${aws:RequestedRegion}"), ("StringLike", "eu-*")],
            [("StringEquals", "${aws:RequestedRegion}"), ("StringEquals", REGION), ("StringNotLike", "eu-*")],
            [],
        ),
        (
            "kms:ViaService",
            [
                ("StringEquals", f"s3.{REGION}.amazonaws.com"),
                ("StringEquals", "sagemaker.eu-west-1.amazonaws.com"),
                ("Null", "true"),
            ],
            [
                ("StringEquals", f"sagemaker.{REGION}.amazonaws.com"),
                ("StringLike", "sagemaker.*"),
                ("StringEquals", "sagemaker.${aws:RequestedRegion}.amazonaws.com"),
            ],
            [],
        ),
    ],
)
def test_a_role(key: str, no: list[Any], yes: list[Any], open_: list[Any]) -> None:
    for expected, found in ((False, no), (True, yes), (None, open_)):
        for operator, value in found:
            assert _role_may(when(operator, key, value), DECRYPT) is expected, (operator, value)


@pytest.mark.parametrize(
    "key",
    [
        "kms:GrantIsForAWSResource",
        "kms:GrantOperations",
        "kms:GranteePrincipal",
        "kms:GranteeServicePrincipal",
        "kms:RetiringPrincipal",
        "kms:RetiringServicePrincipal",
        "kms:GrantConstraintType",
        "kms:GrantConstraintSourceArn",
    ],
)
def test_what_only_a_grant_has(key: str) -> None:
    """Source: "AWS KMS condition keys" in the AWS KMS Developer Guide; these are of CreateGrant alone."""
    assert _role_may(when("Null", key, "true"), DECRYPT) is True
    assert _role_may(when("Null", key, "false"), DECRYPT) is False
    assert _role_may(when("StringLike", key, "*"), DECRYPT) is False


@pytest.mark.parametrize(
    ("key", "operator", "value", "expected"),
    [
        ("kms:GrantIsForAWSResource", "Bool", "true", True),
        ("kms:GrantIsForAWSResource", "Null", "false", True),
        ("kms:GrantOperations", "Null", "false", True),
        ("kms:GrantIsForAWSResource", "Bool", "false", False),
        ("kms:GrantIsForAWSResource", "Null", "true", False),
        ("kms:GrantOperations", "Null", "true", False),
        ("kms:GrantOperations", "ForAllValues:StringEquals", "Decrypt", None),
        ("kms:GranteePrincipal", "StringEquals", ROLE, None),
    ],
)
def test_a_grant(key: str, operator: str, value: str, expected: Answer) -> None:
    assert _role_may(when(operator, key, value), CREATE_GRANT) is expected


@pytest.mark.parametrize(
    ("key", "operator", "value", "expected"),
    [
        ("aws:SourceAccount", "StringEquals", OTHER, False),
        ("aws:SourceAccount", "StringNotEquals", OWN, False),
        ("aws:SourceAccount", "Null", "true", False),
        ("aws:SourceAccount", "StringEquals", OWN, True),
        ("aws:SourceAccount", "StringLike", "1111*", True),
        ("aws:SourceAccount", "StringEquals", "${aws:ResourceAccount}", True),
        ("aws:SourceArn", "ArnLike", OTHER_ENDPOINTS, False),
        ("aws:SourceArn", "ArnLike", f"arn:aws:sagemaker:eu-west-1:{OWN}:*", False),
        ("aws:SourceArn", "ArnNotLike", f"arn:aws:sagemaker:*:{OWN}:*", False),
        ("aws:SourceArn", "ArnLike", f"arn:aws:sagemaker:{REGION}:{OWN}:*", True),
        ("aws:SourceArn", "StringLike", f"arn:aws:sagemaker:*:{OWN}:*", True),
        ("aws:SourceArn", "ArnNotLike", OTHER_ENDPOINTS, True),
        ("aws:SourceArn", "ArnLike", OWN_ENDPOINTS, None),
        ("kms:ViaService", "StringEquals", f"sagemaker.{REGION}.amazonaws.com", None),
        ("kms:ViaService", "Null", "true", None),
        ("kms:CallerAccount", "StringEquals", OWN, False),
    ],
)
def test_the_service(key: str, operator: str, value: str, expected: Answer) -> None:
    assert _service_may(when(operator, key, value)) is expected
