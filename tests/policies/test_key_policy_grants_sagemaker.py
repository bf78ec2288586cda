"""`key-policy-grants-sagemaker`: grants that have no principal, roles with a path, and keys whose ARN is none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from policy_pack.judging.verdict import CannotTell, Compliant, Violation
from policy_pack.policies import key_policy_grants_sagemaker, key_rotation_enabled
from policy_pack.values import UNKNOWN
from tests.carriers.reading import resource, urn, verdicts
from tests.iam.statements import ADMIN, OWN, ROLE, SERVICE, USE, allow, document

CONFIGURATION, KEY, GRANT = (
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration",
    "aws:kms/key:Key",
    "aws:kms/grant:Grant",
)
REPLICA, EXTERNAL = "aws:kms/replicaKey:ReplicaKey", "aws:kms/externalKey:ExternalKey"
ARN = f"arn:aws:kms:eu-west-1:{OWN}:key/12345678-1234-1234-1234-123456789012"
ADMINISTERED = allow({"AWS": ADMIN}, "kms:*")  # AWS refuses a policy that nobody can change
ONLY_ADMIN = json.dumps(document(ADMINISTERED))
WITH_PATH = f"arn:aws:iam::{OWN}:role/team/serving"


def said(judged: Any, *beside: Any, role: Any = ROLE, kind: str = KEY, **given: Any) -> type:
    """What a policy says of a configuration with this role whose key has these properties."""
    configuration = resource(
        CONFIGURATION, {"kmsKeyArn": ARN, "executionRoleArn": role}, sources={"kmsKeyArn": (urn(kind),)}
    )
    key = resource(kind, {"arn": ARN, "policy": ONLY_ADMIN, **given}, sources={"primaryKeyArn": ("urn:elsewhere",)})
    return type(next(iter(verdicts(judged.POLICY, configuration, key, *beside).values())))


def grant(principal: Any) -> Any:
    operations = [each.removeprefix("kms:") for each in USE]
    given = {"granteePrincipal": principal, "operations": operations}
    return resource(GRANT, given, sources={"keyId": (urn(KEY),)})


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        (None, Violation),
        ("", Violation),
        (5.5, Violation),
        ([ROLE], Violation),
        (ADMIN, Violation),
        (ROLE, Compliant),
        (SERVICE, Compliant),
        (UNKNOWN, CannotTell),
    ],
)
def test_grants(principal: Any, expected: type) -> None:
    assert said(key_policy_grants_sagemaker, grant(principal)) is expected


@pytest.mark.parametrize(
    ("named", "role", "expected"),
    [
        (WITH_PATH, WITH_PATH, Compliant),
        (ROLE, ROLE, Compliant),
        (f"arn:aws:iam::{OWN}:role/*/serving", WITH_PATH, Violation),
        (ROLE, WITH_PATH, Violation),
        (WITH_PATH, ROLE, Violation),
        (f"arn:aws:iam::{OWN}:role/another/serving", WITH_PATH, Violation),
    ],
)
def test_the_path_of_a_role_belongs_to_its_name(named: str, role: str, expected: type) -> None:
    policy = json.dumps(document(ADMINISTERED, allow({"AWS": named})))
    assert said(key_policy_grants_sagemaker, role=role, policy=policy) is expected


@pytest.mark.parametrize("arn", ["key", 5.5, "arn:aws:kms", "arn:aws:iam::111122223333:role/serving", ":::::", ["a"]])
def test_a_key_whose_arn_is_none(arn: Any) -> None:
    """It raises nothing, and the rest of the key is judged."""
    allowing = json.dumps(document(ADMINISTERED, allow({"AWS": ROLE})))
    sources = {"kmsKeyArn": (urn(KEY),)}
    configuration = resource(CONFIGURATION, {"kmsKeyArn": UNKNOWN, "executionRoleArn": ROLE}, sources=sources)
    for policy, expected in ((allowing, (Compliant, CannotTell)), (ONLY_ADMIN, (Violation,))):
        key = resource(KEY, {"arn": arn, "policy": policy})
        (found,) = verdicts(key_policy_grants_sagemaker.POLICY, configuration, key).values()
        assert isinstance(found, expected)


@pytest.mark.parametrize(
    ("kind", "rotates", "expected"),
    [
        (REPLICA, False, "Violation"),
        (REPLICA, True, "Compliant"),
        (REPLICA, None, "CannotTell"),
        (KEY, False, "Violation"),
        (EXTERNAL, False, "NotApplicable"),
        (EXTERNAL, None, "NotApplicable"),
    ],
)
def test_a_replica_rotates_and_an_external_key_does_not(kind: str, rotates: Any, expected: str) -> None:
    given = {"keyRotationEnabled" if kind == REPLICA else "enableKeyRotation": rotates, "keySpec": "SYMMETRIC_DEFAULT"}
    assert said(key_rotation_enabled, kind=kind, **given).__name__ == expected
