"""Whom a key's policy lets in where statements tell accounts, principals, organizations and services apart."""

from __future__ import annotations

from typing import Any

import pytest

from policy_pack.iam import strangers
from policy_pack.iam.document import Document
from policy_pack.iam.exposure import Exposure, exposure
from policy_pack.iam.logic import Answer
from policy_pack.iam.parse import parse_key_policy
from policy_pack.iam.refused import LOCKS_OUT, refusal
from policy_pack.iam.sagemaker import facts_of_key, key_arn
from policy_pack.values import UNKNOWN
from tests.iam.rows import when
from tests.iam.statements import (
    BY_ROOT,
    KEY,
    OTHER,
    OTHER_ROLE,
    OTHER_ROOT,
    OWN,
    ROLE,
    ROOT,
    USE,
    allow,
    deny,
    document,
)  # fmt: skip

ONE, TWO = "222233334444", "922233334444"
OF_ORGANIZATION = when("StringEquals", "aws:PrincipalOrgID", "o-exampleorgid")


def _exposure(*statements: Any, **allowed: Any) -> Exposure:
    parsed = parse_key_policy(document(BY_ROOT, *statements))
    assert isinstance(parsed, Document)
    return exposure(parsed, KEY, **allowed)


@pytest.mark.parametrize("denied", [ONE, TWO])
@pytest.mark.parametrize(
    "denial",
    [
        lambda account: deny({"AWS": f"arn:aws:iam::{account[:11]}*:*"}),
        lambda account: deny({"AWS": account}),
        lambda account: deny("*", "kms:*", when("StringLike", "kms:CallerAccount", f"{account[:4]}*")),
        lambda account: deny("*", "kms:*", when("StringEquals", "aws:PrincipalAccount", account)),
    ],
)
def test_a_denial_of_one_account_spares_the_other(denial: Any, denied: str) -> None:
    assert _exposure(allow({"AWS": [ONE, TWO]}), denial(denied)).accounts.answer is True
    assert _exposure(allow({"AWS": [ONE, TWO]}), denial(ONE), denial(TWO)).accounts.answer is False


@pytest.mark.parametrize("denied", [ONE, TWO])
def test_a_denial_of_one_account_spares_principals_of_the_other(denied: str) -> None:
    named = allow({"AWS": [f"arn:aws:iam::{each}:role/serving" for each in (ONE, TWO)]})
    denial = deny("*", "kms:*", when("StringEquals", "kms:CallerAccount", denied))
    found = _exposure(named, denial, allowed_accounts=[ONE, TWO], allowed_principals=[ROOT])
    assert found.principals.answer is True


@pytest.mark.parametrize(("count", "expected"), [(7, True), (16, True), (17, None), (40, None)])
def test_as_many_names_are_asked_about_as_there_is_time_for(
    count: int, expected: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a pattern may be of each: the last of them is let in, and asked about only among few enough."""
    monkeypatch.setattr(strangers, "_MOST", 16)
    accounts = [f"{222200000000 + number}" for number in range(count)]
    denial = deny("*", "kms:*", when("StringNotLike", "kms:CallerAccount", f"{accounts[-1]}*"))
    assert _exposure(allow({"AWS": accounts}), denial).accounts.answer is expected


@pytest.mark.parametrize(("count", "expected"), [(15, False), (16, False), (17, None)])
def test_only_where_names_are_left_out_is_it_open(
    count: int, expected: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strangers, "_MOST", 16)
    accounts = [f"{222200000000 + number}" for number in range(count)]
    denial = deny("*", "kms:*", when("StringLike", "kms:CallerAccount", "2222*"))
    assert _exposure(allow({"AWS": accounts}), denial).accounts.answer is expected


@pytest.mark.parametrize("count", [16, 17, 40])
@pytest.mark.parametrize("operator", ["StringNotEquals", "StringNotLike"])
def test_names_without_patterns_are_all_asked_about(count: int, operator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strangers, "_MOST", 16)
    accounts = [f"{222200000000 + number}" for number in range(count)]
    denial = deny("*", "kms:*", when(operator, "kms:CallerAccount", accounts[-1]))
    # A pattern of something else tells no accounts apart.
    for condition in (None, when("StringLike", "kms:ViaService", "s3.*.amazonaws.com")):
        assert _exposure(allow({"AWS": accounts}, USE, condition), denial).accounts.answer is True


@pytest.mark.parametrize("key", ["aws:PrincipalOrgID", "aws:PrincipalOrgPaths"])
@pytest.mark.parametrize(("value", "expected"), [(OTHER, False), (f"{OTHER}:x", False), ("o-exampleorgid*", True)])
def test_no_account_is_an_organization(key: str, value: str, expected: Answer) -> None:
    condition = when("StringLike", key, value)
    assert _exposure(allow({"AWS": OTHER_ROOT}, USE, condition)).accounts.answer is expected


@pytest.mark.parametrize("owner", [ONE, TWO])
def test_a_variable_tells_accounts_apart(owner: str) -> None:
    """It names a caller in a condition on something else: here, on a tag of the key."""
    condition = when("StringEquals", "aws:ResourceTag/owner", "${aws:PrincipalAccount}")
    named = allow({"AWS": [ONE, TWO]}, USE, condition)
    for tag, expected in ((owner, True), (OWN, False)):
        facts = facts_of_key({"owner": tag}, True, [])
        assert _exposure(named, facts=facts).accounts.answer is expected


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([BY_ROOT], None),
        ([allow({"AWS": OTHER_ROOT}, "kms:*"), BY_ROOT], True),
        ([allow({"Service": "logs.amazonaws.com"}, "kms:*")], False),
    ],
)
def test_one_of_the_accounts_may_be_the_keys_own(statements: Any, expected: Answer) -> None:
    """Where that is not known, one account may be it, and two are not."""
    parsed = parse_key_policy(document(*statements))
    assert isinstance(parsed, Document)
    assert exposure(parsed, key_arn(None)).accounts.answer is expected


REGIONAL = "arn:aws:kms:us-east-1:*:key/*"


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([allow("*", Resource=REGIONAL)], True),
        ([allow("*"), deny("*", "kms:*", Resource=REGIONAL)], True),
        ([allow("*", Resource=None, NotResource=REGIONAL)], True),
        ([allow("*"), deny("*", "kms:*", Resource=None, NotResource=REGIONAL)], True),
        ([allow("*"), deny("*", "kms:*")], False),
    ],
)
def test_a_key_that_is_not_known_may_be_the_one_that_a_statement_is_about(statements: Any, expected: Answer) -> None:
    parsed = parse_key_policy(document(*statements))
    assert isinstance(parsed, Document)
    assert exposure(parsed, key_arn(None)).everybody.answer is expected


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (allow({"AWS": ROLE}, USE, when("IpAddress", "aws:SourceIp", "192.0.2.0/24")), False),
        (allow({"AWS": ROLE}, USE, when("StringEquals", "kms:ViaService", "sagemaker.us-east-1.amazonaws.com")), False),
        (allow("*", USE, when("ArnEquals", "aws:PrincipalArn", ROLE)), False),
        (allow("*", USE, when("StringEquals", "aws:PrincipalArn", [ROLE, OTHER_ROLE])), True),
        (allow("*", USE, when("StringLike", "aws:PrincipalArn", f"*:{OWN}:role/serving*")), True),
        (allow("*", USE, when("StringLike", "aws:PrincipalArn", f"arn:aws:iam:*:{OWN}:role/*")), True),
        (allow("*", USE, when("StringLike", "aws:PrincipalArn", f"*{OWN}:user/*")), True),
        (allow("*", USE, when("StringLike", "aws:PrincipalArn", f"*:{OTHER}:role/*")), True),
        (allow({"AWS": ROLE}, USE, when("StringLike", "aws:PrincipalArn", f"*:{OWN}:role/serving*")), False),
    ],
)
def test_only_a_pattern_of_a_name_may_be_anyones(statement: Any, expected: Answer) -> None:
    """A value of another condition names nobody, whatever it looks like."""
    assert _exposure(statement, allowed_principals=[ROLE]).principals.answer is expected


def test_a_few_names_are_always_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strangers, "_MOST", 1)
    accounts = [f"{222200000000 + number}" for number in range(8)]
    denial = deny("*", "kms:*", when("StringNotLike", "kms:CallerAccount", f"{accounts[-1]}*"))
    assert _exposure(allow({"AWS": accounts}), denial).accounts.answer is True


@pytest.mark.parametrize("key", ["aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID", "aws:SourceOrgPaths"])
@pytest.mark.parametrize(
    ("operator", "expected"), [("StringEquals", False), ("StringLike", False), ("StringEqualsIfExists", False)]
)
def test_a_service_for_one_account(key: str, operator: str, expected: Answer) -> None:
    value = {"aws:SourceArn": f"arn:aws:sagemaker:us-east-1:{OWN}:endpoint/one", "aws:SourceAccount": OWN}
    condition = when(operator, key, value.get(key, "o-exampleorgid"))
    assert _exposure(allow({"Service": "logs.amazonaws.com"}, USE, condition)).services.answer is expected


@pytest.mark.parametrize(
    "condition",
    [
        None,
        when("StringEquals", "kms:ViaService", "logs.us-east-1.amazonaws.com"),
        when("ArnLike", "aws:SourceArn", "arn:aws:logs:*:*:log-group/*"),
        when("StringNotEquals", "aws:SourceAccount", OTHER),
        when("Null", "aws:SourceAccount", "false"),
    ],
)
def test_a_service_for_anybody(condition: Any) -> None:
    found = _exposure(allow({"Service": "logs.amazonaws.com"}, USE, condition)).services
    assert (found.answer, found.statements) == (True, (2,))


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([allow("*", USE, when("StringEquals", "aws:SourceVpce", "vpce-1"))], True),
        ([allow("*", USE, when("StringEquals", "aws:SourceVpce", "vpce-1")), allow("*", USE, OF_ORGANIZATION)], True),
        ([allow("*", USE, when("IpAddress", "aws:SourceIp", "192.0.2.0/24"))], True),
        ([allow("*", USE, when("StringEquals", "aws:SourceVpce", "vpce-1")), allow("*")], False),
        ([allow("*", USE, when("StringEquals", "aws:SourceVpc", "vpc-1"))], True),
        ([allow("*", USE, when("IpAddress", "aws:VpcSourceIp", "10.0.0.0/8"))], True),
        ([allow("*", USE, when("StringEquals", "aws:x", "y"))], False),
        ([allow("*", USE, when("StringEqualsIfExists", "aws:SourceVpc", "vpc-1"))], False),
        ([allow("*", USE, OF_ORGANIZATION)], False),
        ([], False),
    ],
)
def test_everybody_of_a_network(statements: Any, expected: bool) -> None:
    assert _exposure(*statements).by_network is expected


@pytest.mark.parametrize(
    ("statement", "allowed", "expected"),
    [
        # Whom a condition names is asked about itself; others of the account are let in by none.
        (
            allow({"AWS": OTHER_ROOT}, USE, {
                **when("ArnEquals", "aws:PrincipalArn", OTHER_ROLE), **when("StringLike", "kms:ViaService", "s3.*")}),
            [OTHER_ROLE],
            False,
        ),
        (allow({"AWS": OTHER_ROOT}, USE, when("StringLike", "kms:ViaService", "s3.*")), [OTHER_ROLE], True),
        (allow("*", USE, when("StringEquals", "kms:CallerAccount", OWN)), [ROOT], False),
        (allow("*", USE, when("StringEquals", "kms:CallerAccount", OWN)), [OTHER_ROOT], True),
        (allow({"AWS": OTHER_ROOT}), [OTHER_ROOT], False),
        (allow({"AWS": OTHER_ROOT}), [ROOT], True),
    ],
)  # fmt: skip
def test_principals_of_accounts(statement: Any, allowed: list[str], expected: Answer) -> None:
    found = _exposure(statement, allowed_accounts=[OTHER], allowed_principals=allowed)
    assert found.principals.answer is expected


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (allow("*", USE, UNKNOWN), None),
        (allow({"AWS": UNKNOWN}), None),
        (UNKNOWN, None),
        (allow({"AWS": ROOT}, USE, UNKNOWN), False),
        (allow({"AWS": [UNKNOWN, OTHER]}), True),
        (deny("*", USE, UNKNOWN), False),
    ],
)
def test_what_is_not_known_may_be_an_account(statement: Any, expected: Answer) -> None:
    assert _exposure(statement).accounts.answer is expected


ORGANIZATION, ANOTHER = "o-exampleorgid", "o-anotherorgid"


@pytest.mark.parametrize(
    ("condition", "allowed", "expected"),
    [
        (OF_ORGANIZATION, None, False),
        (OF_ORGANIZATION, [ORGANIZATION], False),
        (OF_ORGANIZATION, [ANOTHER, ORGANIZATION], False),
        (when("StringEquals", "aws:PrincipalOrgID", "${aws:ResourceOrgID}"), [], False),
        (when("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", f"{ORGANIZATION}/r-ab12/*"), [ORGANIZATION], False),
        (OF_ORGANIZATION, [], True),
        (OF_ORGANIZATION, [ANOTHER], True),
        (when("StringEquals", "aws:PrincipalOrgID", [ORGANIZATION, ANOTHER]), [ORGANIZATION], True),
        (when("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", f"{ORGANIZATION}/r-ab12/*"), [ANOTHER], True),
    ],
)
def test_everybody_of_an_organization(condition: Any, allowed: Any, expected: Answer) -> None:
    found = _exposure(allow("*", USE, condition), allowed_organizations=allowed)
    assert (found.organizations.answer, found.everybody.answer) == (expected, False)
    assert found.organizations.statements == ((2,) if expected else ())


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        (allow("*", "kms:*", OF_ORGANIZATION), None),
        (allow({"AWS": OTHER}, "kms:PutKeyPolicy"), None),
        (allow("*", "kms:Put*", when("StringEquals", "aws:PrincipalArn", f"arn:aws:iam::{OWN}:user/me")), None),
        (allow("*", USE, OF_ORGANIZATION), LOCKS_OUT),
        (allow({"Service": "logs.amazonaws.com"}, "kms:*"), LOCKS_OUT),
        (allow({"AWS": ROOT}, None, NotAction="kms:PutKeyPolicy"), LOCKS_OUT),
    ],
)
def test_who_may_change_the_policy(statement: Any, why: str | None) -> None:
    parsed = parse_key_policy(document(statement))
    assert isinstance(parsed, Document)
    assert refusal(parsed, KEY, bypasses_lockout_check=False) == why
    assert refusal(parsed, KEY, bypasses_lockout_check=True) is None
