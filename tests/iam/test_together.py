"""Users that are asked about together get what each would get alone, whatever they share."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from policy_pack.iam import sagemaker
from policy_pack.iam.access import Access, User, access
from policy_pack.iam.permissions import Permissions
from policy_pack.iam.request import NOTHING, Caller
from policy_pack.iam.texts import GAP
from tests.iam.rows import when
from tests.iam.simulated import policies
from tests.iam.statements import (
    ADMIN,
    BY_ROOT,
    KEY,
    OTHER_ROLE,
    OWN,
    REGION,
    ROLE,
    SERVICE,
    USE,
    VIA_SAGEMAKER,
    allow,
    deny,
    document,
)

pytestmark = pytest.mark.unmeasured

CALLERS = [
    *(Caller(each) for each in (ROLE, ADMIN, OTHER_ROLE, f"arn:aws:iam::{OWN}:role/team/serving")),
    sagemaker.unknown_role(KEY, account=OWN),
    sagemaker.unknown_role(KEY, name="serving"),
    Caller(f"arn:aws:iam::{OWN}:role/serv{GAP}"),
]
PERMISSIONS = [
    Permissions(),
    Permissions((document(allow(None)),), complete=True),
    Permissions((document(allow(None, Resource=KEY)),), complete=True),
    Permissions((document(allow(None, Resource=KEY[:-1] + "3")),), complete=True),
    Permissions((document(allow(None, USE, when("StringEquals", "aws:PrincipalTag/team", "serving"))),), complete=True),
    Permissions((document(allow(None), deny(None, "kms:*", when("ArnEquals", "aws:PrincipalArn", ADMIN))),), None),
    Permissions((), False, document(allow(None, USE, when("StringEquals", "kms:ViaService", VIA_SAGEMAKER)))),
]
TAGS = [NOTHING, *(sagemaker.tags_of_role(each, True) for each in ({}, {"team": "serving"}, {"team": "training"}))]

# Each caller with other permissions and tags in turn, some of which only the tags tell apart.
USERS = [
    *(User(CALLERS[0], known=each) for each in (True, False)),
    *(User(CALLERS[0], tags=each, service=False) for each in TAGS),
    *(User(CALLERS[1], PERMISSIONS[4], tags=each, service=False) for each in TAGS),
    *(
        User(
            caller,
            permissions,
            tags=TAGS[number % len(TAGS)],
            known=number % 5 > 0,
            service=number % 3 > 0,
            actions=(USE[2],) if number % 7 == 0 else None,
        )
        for number, (caller, permissions) in enumerate(itertools.product(CALLERS, PERMISSIONS))
    ),
]
MORE = [
    document(BY_ROOT, deny("*", USE[0], when("StringNotEquals", "aws:PrincipalTag/team", "serving"))),
    document(BY_ROOT, deny("*", USE[0], when("Null", "aws:PrincipalTag/team", "true"))),
    document(BY_ROOT, deny(None, USE[0], NotPrincipal={"AWS": [ROLE, ADMIN]})),
    document(allow("*", USE, when("StringEqualsIgnoreCase", "aws:PrincipalArn", ROLE.upper()))),
    document(BY_ROOT, deny("*", USE, when("StringEqualsIgnoreCase", "aws:PrincipalArn", ADMIN.upper()))),
    document(allow({"AWS": f"arn:aws:sts::{OWN}:assumed-role/serving/one"}), deny({"AWS": ROLE}, USE[1])),
    document(allow("*", USE, when("StringEquals", "aws:PrincipalArn", "${aws:PrincipalArn}"))),
    document(BY_ROOT, allow({"Service": SERVICE}), deny({"AWS": ROLE}, USE[1])),
    document(BY_ROOT, deny({"AWS": ADMIN}, USE[0])),
]


PAIRS = list(itertools.combinations(USERS, 2))


@pytest.mark.parametrize("policy", MORE)
def test_pairs(policy: Any) -> None:
    alone = [_access(policy, each) for each in USERS]
    for one, other in itertools.combinations(range(len(USERS)), 2):
        expected = _both(alone[one], alone[other])
        assert _access(policy, USERS[one], USERS[other]) == expected, (USERS[one], USERS[other])
        assert _access(policy, USERS[other], USERS[one]) == expected, (USERS[other], USERS[one])


@pytest.mark.parametrize("part", range(6))
def test_pairs_with_generated_policies(part: int) -> None:
    for number, policy in enumerate(itertools.islice(policies(), part, None, 24)):
        for one, other in PAIRS[(number * 7) % 100 :: 100]:
            assert _access(policy, other, one) == _both(_access(policy, other), _access(policy, one)), (policy, one)


def test_all() -> None:
    for policy in MORE:
        alone = [_access(policy, each) for each in USERS]
        together = alone[0]
        for each in alone[1:]:
            together = _both(together, each)
        assert _access(policy, *USERS) == together


def _access(policy: Any, *users: User) -> Access:
    return access(policy, users, KEY, REGION)


def _both(*found: Access) -> Access:
    """What is missing for one is missing, and what is open for one and missing for none is open."""
    missing = [each for each in USE if any(each in one.missing for one in found)]
    unsure = [each for each in USE if any(each in one.unsure for one in found) and each not in missing]
    denied = [each for each in missing if any(each in one.denied for one in found)]
    return Access(tuple(missing), tuple(unsure), tuple(denied))
