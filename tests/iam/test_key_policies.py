"""The table of key policies: what each lets SageMaker do, and whom else it lets in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from policy_pack.iam import sagemaker
from policy_pack.iam.access import User, access, anybody
from policy_pack.iam.document import Malformed
from policy_pack.iam.exposure import exposure
from policy_pack.iam.parse import parse_key_policy
from policy_pack.values import UNKNOWN
from tests.iam.key_policies import TABLE
from tests.iam.rows import MALFORMED, NOBODY_CAN_TELL, YES, Row
from tests.iam.statements import KEY, OWN, REGION, ROLE

BEFORE = sagemaker.key_arn(REGION)  # of the key that is still to be made


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_what_it_lets_sagemaker_do(row: Row) -> None:
    assert _granted(row, [_role()], KEY) == row.grants


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_whom_it_lets_in(row: Row) -> None:
    assert _exposed(row, KEY) == row.restricted


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_what_is_not_known_yet_is_not_guessed(row: Row) -> None:
    """Before the key and the role are made, an answer is the same as after, or open."""
    assert _exposed(row, BEFORE) in (row.restricted, NOBODY_CAN_TELL)
    named = User(sagemaker.unknown_role(BEFORE, name="serving"))
    nameless = User(sagemaker.unknown_role(BEFORE))
    for user in (_role(), named, nameless):
        before = _granted(row, [user], BEFORE)
        assert before in (row.grants, NOBODY_CAN_TELL) or set(before.split(", ")) < set(row.grants.split(", "))


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_one_more_user_allows_no_more(row: Row) -> None:
    admin = User(sagemaker.unknown_role(KEY, account=OWN, name="admin"))
    both = _granted(row, [_role(), admin], KEY)
    assert both == row.grants if row.grants == MALFORMED else both != YES or row.grants == YES


def test_somebody_is_either_the_service_or_a_role() -> None:
    """Where no role is known, letting in the service is enough, and so is leaving it to the account."""
    answers = {str(row): _granted(row, [anybody(KEY)], KEY) for row in TABLE}
    assert {name: answers[name] for name in _ANYBODY} == _ANYBODY


_ANYBODY = {
    "no-policy:-AWS's-default": YES,
    "the-account-decides": YES,
    "a-service-only,-not-the-role": YES,
    "everybody": YES,
    "the-role-by-its-ARN": NOBODY_CAN_TELL,
    "the-organization": NOBODY_CAN_TELL,
    "the-service-by-its-name-in-a-region": NOBODY_CAN_TELL,
    "the-service-for-one-account": YES,
    "the-service-for-another-account": "Decrypt, GenerateDataKey, CreateGrant",
    "other-services-only": "Decrypt, GenerateDataKey, CreateGrant",
    "a-wildcard-in-a-service's-name": "Decrypt, GenerateDataKey, CreateGrant",
    "another-account-decides": "Decrypt, GenerateDataKey, CreateGrant",
    "without-grants": "CreateGrant",
    "denied-to-everybody": "Decrypt",
    "no-JSON": MALFORMED,
}


@pytest.mark.parametrize("row", [row for row in TABLE if row.grants != MALFORMED], ids=str)
def test_whatever_is_not_known_leaves_open_or_does_not_matter(row: Row) -> None:
    """With any part of a policy unknown, no answer turns into another."""
    policy = json.loads(row.policy) if isinstance(row.policy, str) and row.policy.strip() else row.policy
    if not isinstance(policy, dict):
        return
    known = access(policy, [_role()], KEY, REGION)
    for masked in _masked(policy):
        found = access(masked, [_role()], KEY, REGION)
        assert found.malformed is None, masked
        assert set(found.missing) <= {*known.missing, *known.unsure}, masked
        assert set(known.missing) <= {*found.missing, *found.unsure}, masked
        assert set(known.unsure) <= {*found.missing, *found.unsure}, masked
        assert _exposed(Row("masked", masked, "", ""), KEY) in (row.restricted, NOBODY_CAN_TELL), masked


def _masked(value: Any) -> Iterator[Any]:
    """A value with one of its parts unknown, for each part."""
    if isinstance(value, (dict, list)):
        for at, part in value.items() if isinstance(value, dict) else enumerate(value):
            for masked in (UNKNOWN, *_masked(part)):
                copy = value.copy()
                copy[at] = masked
                yield copy


def test_the_table_is_as_long_as_it_should_be() -> None:
    assert len({str(row) for row in TABLE}) == len(TABLE) >= 60


def _role() -> User:
    caller = sagemaker.role(ROLE)
    assert caller is not None
    return User(caller)


def _granted(row: Row, users: list[User], key: str) -> str:
    policy = None if isinstance(row.policy, str) and not row.policy.strip() else row.policy
    found = access(policy, users, key, REGION)
    missing = ", ".join(action.removeprefix("kms:") for action in found.missing)
    return MALFORMED if found.malformed else missing or (NOBODY_CAN_TELL if found.unsure else YES)


def _exposed(row: Row, key: str) -> str:
    if row.policy is None or (isinstance(row.policy, str) and not row.policy.strip()):
        return YES
    document = parse_key_policy(row.policy)
    if isinstance(document, Malformed):
        return NOBODY_CAN_TELL
    found = exposure(document, key)
    for name, answer in (("everybody", found.everybody), ("accounts", found.accounts)):
        if answer.answer:
            assert answer.statements
            return name
    return NOBODY_CAN_TELL if None in (found.everybody.answer, found.accounts.answer) else YES
