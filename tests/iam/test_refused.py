"""What AWS refuses of key policies that are policy documents, and what it takes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from policy_pack.iam import sagemaker
from policy_pack.iam.access import User, access
from policy_pack.iam.document import Document, Malformed
from policy_pack.iam.parse import parse_key_policy
from policy_pack.iam.permissions import Permissions
from policy_pack.iam.refused import refusal
from policy_pack.values import UNKNOWN
from tests.iam.statements import (
    ADMIN,
    BY_ROOT,
    KEY,
    OTHER_ROOT,
    OWN,
    REGION,
    ROLE,
    SERVICE,
    allow,
    deny,
    document,
)  # fmt: skip

LOCKED = "allows no principal to change it (kms:PutKeyPolicy)"
VERSION = "has a Version that IAM does not know"
OPERATOR = "has a condition operator that IAM does not know in statement 2"
KIND = "has a kind of principal that IAM does not know in statement 2"
PRINCIPAL = "has a principal that IAM does not take in statement 2"
MANAGING = ["kms:Put*", "kms:Describe*"]


def _why(policy: Any, *, bypasses: bool = False) -> str | None:
    parsed = parse_key_policy(policy)
    assert isinstance(parsed, Document)
    for key in (KEY, sagemaker.key_arn(REGION), sagemaker.key_arn(None)):
        assert refusal(parsed, key, bypasses_lockout_check=bypasses) == refusal(
            parsed, KEY, bypasses_lockout_check=bypasses
        )
    return refusal(parsed, KEY, bypasses_lockout_check=bypasses)


@pytest.mark.parametrize(
    ("policy", "why"),
    [
        (document(allow({"AWS": ROLE})), LOCKED),
        (document(allow({"Service": SERVICE})), LOCKED),
        (document(), LOCKED),
        (document(BY_ROOT, deny("*", "kms:*")), LOCKED),
        (document(BY_ROOT, deny("*", "kms:PutKeyPolicy")), LOCKED),
        (document(allow("*", None, NotAction="kms:Put*")), LOCKED),
        (document(allow({"AWS": ADMIN}, MANAGING, Resource="arn:aws:s3:::x")), LOCKED),
        ({**document(BY_ROOT), "Version": "2023-01-01"}, VERSION),
        ({**document(BY_ROOT), "Version": "2012-10-17 "}, VERSION),
        ({**document(BY_ROOT), "Version": 2012}, VERSION),
        (document(BY_ROOT, allow("*", condition={"StringSounds": {"a": "b"}})), OPERATOR),
        (document(BY_ROOT, allow("*", condition={"ArnEqualsIgnoreCase": {"a": "b"}})), OPERATOR),
        (document(BY_ROOT, allow("*", condition={"ForSomeValues:StringEquals": {"a": "b"}})), OPERATOR),
        (document(BY_ROOT, allow({"Aws": ROLE})), KIND),
        (document(BY_ROOT, allow({"CanonicalUser": "79a59df900b949e5"})), KIND),
        (document(BY_ROOT, allow({"Role": ROLE})), KIND),
        (document(BY_ROOT, allow({"AWS": "serving"})), PRINCIPAL),
        (document(BY_ROOT, allow({"AWS": f"arn:aws:iam::{OWN}:role/*"})), PRINCIPAL),
        (document(BY_ROOT, allow({"AWS": f"arn:aws:iam::{OWN}:group/admins"})), PRINCIPAL),
        (document(BY_ROOT, allow({"Service": "*.amazonaws.com"})), PRINCIPAL),
    ],
)  # fmt: skip
def test_what_is_refused(policy: Any, why: str) -> None:
    assert _why(policy) == why
    assert _why(policy, bypasses=True) == (None if why == LOCKED else why)


@pytest.mark.parametrize(
    "policy",
    [
        document(BY_ROOT),
        document(allow({"AWS": ADMIN}, MANAGING)),
        document(allow({"AWS": OTHER_ROOT}, "kms:*")),
        document(allow({"AWS": ADMIN}, "kms:*", {"Bool": {"aws:MultiFactorAuthPresent": "true"}})),
        document(allow("*", "kms:*", {"StringEquals": {"kms:CallerAccount": OWN}})),
        document(BY_ROOT, deny("*", "kms:PutKeyPolicy", {"ArnNotLike": {"aws:PrincipalArn": ADMIN}})),
        document(BY_ROOT, deny(None, "kms:*", NotPrincipal={"AWS": [ADMIN, BY_ROOT["Principal"]["AWS"]]})),
        document(BY_ROOT, allow({"AWS": UNKNOWN})),
        document(UNKNOWN),
        document(allow({"AWS": UNKNOWN}, "kms:*")),
        {**document(BY_ROOT), "Version": UNKNOWN},
        {"Statement": [BY_ROOT]},
        {**document(BY_ROOT), "Version": "2008-10-17"},
        document(BY_ROOT, allow("*", condition={"ForAllValues:StringNotLikeIfExists": {"aws:TagKeys": "x"}})),
        document(BY_ROOT, allow("*", condition={"DateLessThan": {"aws:CurrentTime": "2030-01-01"}})),
        document(BY_ROOT, allow("*", condition={"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}})),
        document(BY_ROOT, allow({"AWS": [OWN, "AROAEXAMPLEEXAMPLE123", f"arn:aws-cn:iam::{OWN}:user/a/b"]})),
        document(BY_ROOT, allow({"AWS": f"arn:aws:sts::{OWN}:assumed-role/serving/me"})),
        document(BY_ROOT, allow({"Service": ["logs.us-east-1.amazonaws.com", "ec2.amazonaws.com.cn"]})),
        document(BY_ROOT, allow({"Federated": "cognito-identity.amazonaws.com"})),
    ],
)
def test_what_is_taken(policy: Any) -> None:
    assert _why(policy) is None


def _large(size: int) -> Any:
    return document(BY_ROOT, allow({"AWS": ROLE}, Sid="x" * size))


def test_size() -> None:
    rest = len(json.dumps(_large(0), separators=(",", ":")))
    fits, too_large = _large(32 * 1024 - rest), _large(32 * 1024 - rest + 1)
    for form in (lambda policy: policy, json.dumps, lambda policy: json.dumps(policy, indent=8)):
        assert isinstance(parse_key_policy(form(fits)), Document)
        assert parse_key_policy(form(too_large)) == Malformed("is larger than 32 KB")
    # In UTF-8, however JSON escapes it.
    assert isinstance(parse_key_policy(json.dumps(_large(0) | {"Id": "ä" * 15_000})), Document)
    assert parse_key_policy(_large(0) | {"Id": "ä" * 20_000}) == Malformed("is larger than 32 KB")


def test_a_roles_policy_that_is_too_large_is_not_read() -> None:
    role = sagemaker.role(ROLE)
    assert role is not None
    large = document(deny(None, Sid="x" * 40_000))
    assert access(document(BY_ROOT), [User(role, Permissions((large,), complete=True))], KEY, REGION).unsure
    assert not access(document(BY_ROOT), [User(role, Permissions((large,), complete=True))], KEY, REGION).missing
