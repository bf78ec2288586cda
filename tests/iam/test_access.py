"""A key's policy and the policies of the role that calls, put together; and principals that are not allowed."""

from __future__ import annotations

import time
from typing import Any

import pytest

from policy_pack.iam import sagemaker
from policy_pack.iam.access import Access, User, access
from policy_pack.iam.document import Document
from policy_pack.iam.exposure import Exposure, exposure
from policy_pack.iam.logic import Answer
from policy_pack.iam.parse import parse_key_policy
from policy_pack.iam.permissions import Permissions
from policy_pack.values import UNKNOWN
from tests.iam.statements import (
    ADMIN,
    BY_ROOT,
    KEY,
    OTHER,
    OTHER_ROLE,
    OTHER_ROOT,
    OWN,
    REGION,
    ROLE,
    SERVICE,
    USE,
    allow,
    deny,
    document,
)  # fmt: skip

USING, READING = document(allow(None)), document(allow(None, "s3:GetObject"))
ALL = tuple(USE)

GRANTED, MISSING, UNSURE = Access(), Access(missing=ALL), Access(unsure=ALL)
DENIED = Access(missing=ALL, denied=ALL)


def _access(key_policy: Any, arn: str, policies: tuple[Any, ...], complete: Answer) -> Access:
    caller = sagemaker.role(arn)
    assert caller is not None
    return access(key_policy, [User(caller, Permissions(policies, complete))], KEY, REGION)


@pytest.mark.parametrize(
    ("key_policy", "arn", "policies", "complete", "expected"),
    [
        # A role of the key's account needs its own policies only where the key's policy leaves it to the account.
        (document(allow({"AWS": ROLE})), ROLE, (READING,), True, GRANTED),
        (document(BY_ROOT), ROLE, (READING,), True, MISSING),
        (document(BY_ROOT), ROLE, (READING, USING), True, GRANTED),
        (document(BY_ROOT), ROLE, (READING,), None, UNSURE),
        (document(BY_ROOT), ROLE, (READING,), False, GRANTED),
        (None, ROLE, (READING,), True, MISSING),
        (None, ROLE, (USING,), True, GRANTED),
        (document(allow({"AWS": ADMIN})), ROLE, (USING,), True, MISSING),
        # One of another account needs both, even where it is named.
        (document(allow({"AWS": OTHER_ROLE})), OTHER_ROLE, (READING,), True, MISSING),
        (document(allow({"AWS": OTHER_ROLE})), OTHER_ROLE, (USING,), True, GRANTED),
        (document(allow({"AWS": OTHER_ROOT})), OTHER_ROLE, (USING,), True, GRANTED),
        (document(BY_ROOT), OTHER_ROLE, (USING,), True, MISSING),
        (None, OTHER_ROLE, (USING,), True, MISSING),
        # A denial by the role's own policies decides, whatever else there is.
        (document(allow({"AWS": ROLE})), ROLE, (document(deny(None)),), False, DENIED),
        (document(BY_ROOT), ROLE, (USING, document(deny(None))), True, DENIED),
        (document(BY_ROOT), ROLE, (document(deny(None, Resource=KEY.replace("key/", "alias/"))),), False, GRANTED),
        # A statement without an action or a resource allows nothing.
        (document(BY_ROOT), ROLE, (document(allow(None, None)),), True, MISSING),
        (document(BY_ROOT), ROLE, (document(allow(None, Resource=None)),), True, MISSING),
        (document(BY_ROOT), ROLE, (document(allow(None, None, Resource=None)), USING), True, GRANTED),
        # Whether an Allow for all but some allows anybody is no longer documented; those it names, it never allows.
        (document(allow(None, NotPrincipal={"AWS": ADMIN})), ROLE, (), True, UNSURE),
        (document(allow(None, NotPrincipal={"AWS": ROLE, "Service": SERVICE})), ROLE, (), True, MISSING),
        # What AWS would refuse as a role's policy will not stay as it is.
        (document(BY_ROOT), ROLE, ("{",), True, UNSURE),
        (document(BY_ROOT), ROLE, ("{", USING), True, GRANTED),
    ],
)
def test_both_policies(key_policy: Any, arn: str, policies: Any, complete: Answer, expected: Access) -> None:
    assert _access(key_policy, arn, policies, complete) == expected


@pytest.mark.parametrize("effect", [UNKNOWN, "Deny"])
@pytest.mark.parametrize(
    ("action", "denied"),
    [
        ("kms:Decrypt", USE[:1]),
        ("kms:*crypt", USE[:1]),
        ("KMS:?ecrypt", USE[:1]),
        ("k*:Decrypt", USE[:1]),
        ("*:Decrypt", USE[:1]),
        ("?ms:CreateGrant", USE[2:]),
        ("K*s:*Grant", USE[2:]),
        ("*:*e*", USE),
        ("s*:Decrypt", ()),
        ("?ec2:CreateGrant", ()),
        ("*:DescribeKey", ()),
        ("?:Decrypt", ()),
    ],
)
def test_what_may_be_denied_counts(effect: Any, action: str, denied: Any) -> None:
    """A statement of a role whose effect is not known, and a service with a wildcard, which IAM refuses."""
    policy = document(allow(None), allow(None, action, Effect=effect))
    found = _access(document(BY_ROOT), ROLE, (policy,), True)
    certain = effect == "Deny" and action.lower().startswith("kms:")
    assert (found.missing, found.unsure) == ((tuple(denied), ()) if certain else ((), tuple(denied)))


@pytest.mark.parametrize("action", ["k*:*", "*:Decrypt", "?ms:CreateGrant"])
def test_a_service_with_a_wildcard_hides_no_denial(action: str) -> None:
    policy = document(allow(None), deny(None, action), deny(None))
    assert _access(document(BY_ROOT), ROLE, (policy,), True) == DENIED
    assert _access(document(BY_ROOT), ROLE, (document(allow(None, action)),), True) == MISSING


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (f"arn:aws:iam::{OWN}:role/team/serving", UNSURE),
        (f"arn:aws:iam::{OWN}:role/serving", UNSURE),
        ("arn:aws:iam::*:role/*", GRANTED),
        (f"arn:aws:iam::{OWN}:user/team:role/serving", MISSING),
        (f"arn:aws:iam::{OWN}:role/admin", MISSING),
    ],
)
def test_what_is_not_known_of_an_arn_stays_in_its_part(pattern: str, expected: Access) -> None:
    user = User(sagemaker.unknown_role(KEY, name="serving"), service=False)
    policy = document(allow("*", USE, {"ArnLike": {"aws:PrincipalArn": pattern}}))
    assert access(policy, [user], KEY, REGION) == expected


@pytest.mark.parametrize(
    ("boundary", "granted", "expected"),
    [
        (None, True, GRANTED),
        (USING, True, GRANTED),
        (READING, True, UNSURE),
        (READING, None, UNSURE),
        (READING, False, MISSING),
        (document(deny(None)), True, DENIED),
    ],
)
def test_a_grant_within_a_boundary(boundary: Any, granted: Answer, expected: Access) -> None:
    """AWS does not document whether a boundary limits what a grant allows."""
    caller = sagemaker.role(ROLE)
    assert caller is not None
    user = User(caller, Permissions((), True, boundary), granted=lambda _, __: granted, service=False)
    assert access(document(allow({"AWS": ADMIN}, "kms:*")), [user], KEY, REGION) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sagemaker.amazonaws.com", MISSING),
        ("sage*.amazonaws.com", UNSURE),
        ("s?gemaker.amazonaws.com", UNSURE),
        ("sagemaker.us-east-1.amazonaws.com", UNSURE),
        ("logs.amazonaws.com", GRANTED),
    ],
)
def test_a_service_that_is_denied(name: str, expected: Access) -> None:
    policy = document(allow({"AWS": ADMIN}, "kms:*"), allow({"Service": SERVICE}), deny({"Service": name}))
    caller = sagemaker.role(ROLE)
    assert caller is not None
    found = access(policy, [User(caller, Permissions((), complete=True), known=False)], KEY, REGION)
    assert (found.missing, found.unsure) == (expected.missing, expected.unsure)


@pytest.mark.parametrize(
    ("region", "domain", "expected"),
    [
        ("us-east-1", "amazonaws.com", GRANTED),
        ("us-east-1", "amazonaws.com.cn", MISSING),
        ("cn-north-1", "amazonaws.com", UNSURE),
        ("cn-north-1", "amazonaws.com.cn", UNSURE),
        ("cn-north-1", "example.com", MISSING),
    ],
)
def test_the_service_that_calls_for_a_role(region: str, domain: str, expected: Access) -> None:
    """In China, a service may have either name."""
    caller = sagemaker.role(ROLE)
    assert caller is not None
    condition = {"StringEquals": {"kms:ViaService": f"sagemaker.{region}.{domain}"}}
    policy = document(allow({"AWS": ADMIN}, "kms:*"), allow({"AWS": ROLE}, USE, condition))
    assert access(policy, [User(caller, service=False)], KEY, region) == expected
    unknown = access(policy, [User(caller, service=False)], KEY, None)
    assert unknown == (UNSURE if domain.startswith("amazonaws") else MISSING)


def test_permissions_that_say_the_same_of_keys_are_equal() -> None:
    """So that roles share what they say of a key."""
    one = Permissions((USING,), complete=True)
    for same in ((USING,), (USING, READING), (document(allow(None, "s3:*"), allow(None)),)):
        assert Permissions(same, complete=True) == one and hash(Permissions(same, complete=True)) == hash(one)
    for other in (
        Permissions((USING,), complete=None),
        Permissions((USING,), complete=True, boundary=READING),
        Permissions((document(allow(None, Resource=KEY)),), complete=True),
        Permissions((USING, "{"), complete=True),
        Permissions((), complete=True),
    ):
        assert other != one


@pytest.mark.parametrize("boundary", [None, document(allow(None, "*"))])
@pytest.mark.parametrize("on", ["own", "boundary"])
def test_a_role_uses_several_keys(boundary: Any, on: str) -> None:
    """What its policies say of one key is not what they say of another."""
    narrow = document(allow(None, Resource=KEY))
    permissions = Permissions((USING,), True, narrow) if on == "boundary" else Permissions((narrow,), True, boundary)
    caller = sagemaker.role(ROLE)
    assert caller is not None
    for key, expected in ((KEY, GRANTED), (KEY[:-1] + "3", MISSING), (KEY, GRANTED)):
        assert access(document(BY_ROOT), [User(caller, permissions)], key, REGION) == expected


@pytest.mark.parametrize(
    ("policies", "expected"), [((READING,), UNSURE), ((USING,), GRANTED), ((), UNSURE), ((READING, USING), GRANTED)]
)
def test_a_role_of_an_account_that_is_not_known(policies: Any, expected: Access) -> None:
    """It needs its own policies only where it is of another account than the key."""
    user = User(sagemaker.unknown_role(KEY), Permissions(policies, complete=True), service=False)
    assert access(document(allow("*")), [user], KEY, REGION) == expected


@pytest.mark.parametrize(
    ("operator", "hours", "expected"),
    [
        ("DateLessThan", -1, GRANTED),
        ("DateLessThan", 1, MISSING),
        ("DateLessThan", 0, MISSING),
        ("DateLessThanEquals", 0, GRANTED),
        ("DateGreaterThan", 1, GRANTED),
        ("DateGreaterThan", 0, MISSING),
        ("DateGreaterThanEquals", 0, GRANTED),
        ("DateGreaterThanEquals", -1, MISSING),
        ("DateEquals", 0, GRANTED),
        ("DateEquals", 1, MISSING),
        ("DateNotEquals", 1, GRANTED),
        ("DateNotEquals", 0, MISSING),
    ],
)
@pytest.mark.parametrize("written", ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00", "2026-01-01", "1767225600"])
def test_dates(operator: str, hours: int, expected: Access, written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A date without a time zone is UTC, wherever this runs."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    monkeypatch.setattr(time, "time", lambda: 1767225600.0 + hours * 3600)
    policy = document(BY_ROOT, allow({"AWS": ROLE}, USE, {operator: {"aws:CurrentTime": written}}))
    try:
        assert _access(policy, ROLE, (), True) == expected
    finally:
        monkeypatch.undo()
        time.tzset()


def test_only_what_is_denied_is_said_to_be() -> None:
    found = _access(document(allow({"AWS": ROLE}, USE[:2]), deny({"AWS": ROLE}, USE[:1])), ROLE, (), False)
    assert (found.missing, found.denied) == ((USE[0], USE[2]), (USE[0],))


ALLOWED = ["arn:aws:iam::*:role/serving*"]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (allow({"AWS": ROLE}), False),
        (allow({"AWS": [ROLE, ADMIN]}), True),
        (allow({"AWS": f"arn:aws:iam::{OWN}:user/me"}), True),
        (allow({"AWS": f"arn:aws:sts::{OWN}:assumed-role/serving/me"}), True),
        (allow({"AWS": "AROAEXAMPLEEXAMPLE123"}), None),
        (allow({"AWS": OTHER}), True),
        (allow({"Service": "logs.amazonaws.com"}), False),
        (allow("*", condition={"StringEquals": {"kms:CallerAccount": OWN}}), True),
        (allow("*", condition={"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{OWN}:role/serving-*"}}), False),
        (allow("*", condition={"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{OWN}:role/*"}}), True),
        (allow("*", condition={"StringLike": {"kms:CallerAccount": OWN, "aws:PrincipalArn": "*:role/serving"}}), True),
        (
            allow("*", condition={"StringLike": {"kms:CallerAccount": OWN, "aws:userid": "AROAEXAMPLEEXAMPLE123:*"}}),
            None,
        ),
        (allow({"AWS": OTHER_ROOT}, condition={"ArnEquals": {"aws:PrincipalArn": OTHER_ROLE}}), False),
    ],
)
def test_principals_that_are_not_allowed(statement: Any, expected: Answer) -> None:
    assert _exposure(statement, ALLOWED).principals.answer is expected


def test_principals_are_found_in_their_statements() -> None:
    assert _exposure(allow({"AWS": ADMIN}), ALLOWED).principals.statements == (2,)
    assert _exposure(allow({"AWS": ADMIN}), []).principals.statements == (2,)
    assert _exposure(allow({"AWS": ADMIN}), None).principals.answer is False
    assert _exposure(allow({"AWS": ADMIN}), [f"arn:aws:iam::{OWN}:root", ADMIN]).principals.answer is False


def test_principals_that_a_denial_spares() -> None:
    of_the_account = allow("*", condition={"StringEquals": {"kms:CallerAccount": OWN}})
    for spared, expected in ((ADMIN, True), (ROLE, False)):
        denial = deny("*", "kms:*", {"ArnNotLike": {"aws:PrincipalArn": spared}})
        assert _exposure(of_the_account, ALLOWED, denial).principals.answer is expected


@pytest.mark.parametrize("operator", ["StringEqualsIgnoreCase", "StringEquals", "ArnEquals"])
@pytest.mark.parametrize("denied", ["a", "b", "c"])
def test_a_denial_of_one_principal_spares_the_others(operator: str, denied: str) -> None:
    """Of principals that a statement tells apart, whatever the case of its letters, none stands for the others."""
    of = "ARN:AWS:IAM" if operator == "StringEqualsIgnoreCase" else "arn:aws:iam"
    denial = deny("*", "kms:*", {operator: {"aws:PrincipalArn": f"{of}::{OWN}:role/{denied}"}})
    named = allow({"AWS": [f"arn:aws:iam::{OWN}:role/{each}" for each in "abc"]})
    assert _exposure(named, ALLOWED, denial).principals.answer is True


def _exposure(statement: Any, allowed: list[str] | None, *others: Any) -> Exposure:
    parsed = parse_key_policy(document(BY_ROOT, statement, *others))
    assert isinstance(parsed, Document)
    return exposure(parsed, KEY, [OTHER], allowed)
