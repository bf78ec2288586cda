"""Conditions on tags of roles and keys, and on aliases: what is known decides, whether they are there or not."""

from __future__ import annotations

from typing import Any

import pytest

from policy_pack.iam import sagemaker
from policy_pack.iam.access import User, access
from policy_pack.iam.exposure import exposure
from policy_pack.iam.parse import parse_key_policy
from policy_pack.iam.permissions import Permissions
from policy_pack.iam.request import NOTHING, Known
from policy_pack.iam.texts import GAP
from tests.iam.rows import when
from tests.iam.statements import ADMIN, BY_ROOT, KEY, OTHER, REGION, ROLE, SERVICE, USE, allow, deny, document

ADMINISTERED = allow({"AWS": ADMIN}, "kms:*")
TEAM, STAGE, OWNER = "aws:PrincipalTag/Team", "aws:PrincipalTag/stage", "aws:PrincipalTag/owner"
KEY_TEAM, KEY_OWNER = "aws:ResourceTag/Team", "aws:ResourceTag/owner"
ALIASES, REQUESTED = "kms:ResourceAliases", "kms:RequestAlias"

OF_ROLE = sagemaker.tags_of_role({"Team": "serving", "stage": "prod", "empty": ""}, complete=True)
OF_KEY = sagemaker.facts_of_key(
    {"Team": "serving", "Twice": "one", "twice": "two"}, True, ["alias/serving", "alias/models"], used_by_itself=True
)
YES, NO, OPEN = "may", "may not", "cannot tell"


def _may(condition: Any, tags: Known = OF_ROLE, facts: Known = OF_KEY, action: str = "kms:Decrypt") -> str:
    """Whether a role may call an action that a condition allows it."""
    role = sagemaker.role(ROLE)
    assert role is not None
    policy = document(ADMINISTERED, allow({"AWS": ROLE}, action, condition))
    found = access(policy, [User(role, tags=tags, service=False)], KEY, REGION, [action], facts=facts)
    return NO if found.missing else OPEN if found.unsure else YES


@pytest.mark.parametrize(
    ("operator", "key", "value", "expected"),
    [
        ("StringEquals", TEAM, "training", NO),
        ("StringEquals", TEAM, "Serving", NO),
        ("StringEquals", TEAM, ["training", "batch"], NO),
        ("StringNotEquals", TEAM, "serving", NO),
        ("StringLike", STAGE, "dev*", NO),
        ("StringEquals", OWNER, "me", NO),
        ("StringLike", OWNER, "*", NO),
        ("Null", OWNER, "false", NO),
        ("Null", TEAM, "true", NO),
        ("ForAnyValue:StringEquals", OWNER, "me", NO),
        ("ForAnyValue:StringNotEquals", OWNER, "me", NO),
        ("StringEqualsIfExists", TEAM, "training", NO),
        ("StringEquals", TEAM, "serving", YES),
        ("StringEquals", "aws:principaltag/TEAM", "serving", YES),
        ("StringEqualsIgnoreCase", TEAM, "SERVING", YES),
        ("StringEquals", TEAM, ["training", "serving"], YES),
        ("StringLike", STAGE, "p?od", YES),
        ("StringNotEquals", TEAM, "training", YES),
        ("StringNotEquals", OWNER, "me", YES),
        ("StringEqualsIfExists", OWNER, "me", YES),
        ("Null", OWNER, "true", YES),
        ("Null", "aws:PrincipalTag/empty", "false", YES),
        ("StringEquals", "aws:PrincipalTag/empty", "", YES),
        ("ForAllValues:StringEquals", OWNER, "me", YES),
        ("StringEquals", TEAM, "${aws:ResourceTag/team}", YES),
        ("StringEquals", TEAM, "${aws:PrincipalTag/stage}", NO),
        # What AWS makes by itself, and what nobody says.
        ("StringEquals", "aws:PrincipalTag/aws:cloudformation:stack-name", "serving", OPEN),
        ("ForAnyValue:StringEqualsIfExists", OWNER, "me", OPEN),
        ("StringEquals", TEAM, "${aws:PrincipalTag/owner}", OPEN),
        ("StringEquals", "aws:PrincipalTagged/Team", "serving", OPEN),
    ],
)
def test_tags_of_a_role(operator: str, key: str, value: Any, expected: str) -> None:
    assert _may(when(operator, key, value)) == expected


@pytest.mark.parametrize(
    ("operator", "key", "value", "expected"),
    [
        ("StringEquals", KEY_TEAM, "training", NO),
        ("StringEquals", KEY_OWNER, "me", NO),
        ("Null", KEY_TEAM, "true", NO),
        ("StringNotEqualsIfExists", KEY_TEAM, "serving", NO),
        ("StringEquals", "aws:ResourceTag/TEAM", "serving", YES),
        ("StringNotEquals", KEY_OWNER, "me", YES),
        ("Null", KEY_OWNER, "true", YES),
        ("StringEqualsIfExists", KEY_OWNER, "me", YES),
        # Keys of tags that differ in case only: one of them counts.
        ("StringEquals", "aws:ResourceTag/twice", "one", OPEN),
        ("StringEquals", "aws:ResourceTag/twice", ["one", "two"], OPEN),
        ("Null", "aws:ResourceTag/twice", "false", YES),
        # What comes with requests that tag something.
        ("Null", "aws:RequestTag/Team", "false", NO),
        ("StringEquals", "aws:RequestTag/Team", "serving", NO),
        ("ForAnyValue:StringEquals", "aws:TagKeys", "Team", NO),
        ("Null", "aws:RequestTag/Team", "true", YES),
        ("ForAllValues:StringEquals", "aws:TagKeys", "Team", YES),
        ("StringEqualsIfExists", "aws:RequestTag/Team", "serving", YES),
    ],
)
def test_tags_of_a_key(operator: str, key: str, value: Any, expected: str) -> None:
    assert _may(when(operator, key, value)) == expected


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("ForAnyValue:StringEquals", "alias/serving", YES),
        ("ForAnyValue:StringLike", "alias/s*", YES),
        ("ForAnyValue:StringNotEquals", "alias/serving", YES),
        ("Null", "false", YES),
        ("ForAllValues:StringEquals", "alias/serving", NO),
        ("ForAllValues:StringNotLike", "alias/m*", NO),
        ("ForAllValues:StringEquals", ["alias/serving", "alias/other"], NO),
        ("Null", "true", NO),
        # It may have others.
        ("ForAnyValue:StringEquals", "alias/other", OPEN),
        ("ForAnyValue:StringNotLike", "alias/*", OPEN),
        ("ForAllValues:StringLike", "alias/*", OPEN),
        ("ForAllValues:StringNotEquals", "alias/other", OPEN),
        ("StringEquals", "alias/serving", OPEN),
    ],
)
def test_aliases_of_a_key(operator: str, value: Any, expected: str) -> None:
    assert _may(when(operator, ALIASES, value)) == expected


@pytest.mark.parametrize(
    ("operator", "value", "action", "expected"),
    [
        ("StringEquals", "alias/serving", "kms:Decrypt", NO),
        ("StringLike", "alias/*", "kms:GenerateDataKey", NO),
        ("Null", "false", "kms:CreateGrant", NO),
        ("StringNotEquals", "alias/serving", "kms:Decrypt", YES),
        ("StringEqualsIfExists", "alias/serving", "kms:GenerateDataKey", YES),
        ("Null", "true", "kms:CreateGrant", YES),
    ],
)
def test_the_alias_of_a_request(operator: str, value: str, action: str, expected: str) -> None:
    """A configuration that names its key by the key's ARN tells SageMaker no alias; otherwise it may."""
    assert _may(when(operator, REQUESTED, value), action=action) == expected
    by_alias = sagemaker.facts_of_key({}, True, ["alias/serving"])
    open_ = OPEN if action != "kms:CreateGrant" else expected
    assert _may(when(operator, REQUESTED, value), facts=by_alias, action=action) == open_


@pytest.mark.parametrize("key", [TEAM, OWNER, KEY_TEAM, KEY_OWNER, ALIASES, REQUESTED])
@pytest.mark.parametrize("operator", ["StringEquals", "StringNotEquals", "Null", "ForAllValues:StringEquals"])
def test_nothing_is_known(key: str, operator: str) -> None:
    assert _may(when(operator, key, "true"), NOTHING, NOTHING) == OPEN


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (when("StringEquals", TEAM, "serving"), YES),
        (when("StringEquals", TEAM, "training"), NO),
        (when("StringNotEquals", TEAM, "training"), YES),
        (when("StringEquals", OWNER, "me"), OPEN),
        (when("Null", OWNER, "true"), OPEN),
        (when("StringNotEquals", OWNER, "me"), OPEN),
        (when("StringEquals", STAGE, "dev-1"), OPEN),
        (when("StringEquals", STAGE, "prod"), NO),
        (when("Null", STAGE, "false"), YES),
    ],
)
def test_others_may_be_there(condition: Any, expected: str) -> None:
    """Where not all tags are known, none is known not to be there; of a value that is known in part the rest counts."""
    assert _may(condition, sagemaker.tags_of_role({"Team": "serving", "stage": f"dev{GAP}"}, False)) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (when("StringNotEquals", TEAM, "serving"), YES),
        (when("StringNotEquals", OWNER, "me"), NO),
        (when("Null", OWNER, "true"), NO),
        (when("StringEquals", TEAM, "serving"), NO),
        (when("ForAnyValue:StringEquals", ALIASES, "alias/serving"), NO),
        (when("ForAnyValue:StringEquals", ALIASES, "alias/other"), OPEN),
        (when("StringNotEquals", KEY_TEAM, "serving"), YES),
        (when("StringNotEquals", KEY_OWNER, "me"), NO),
        (when("Null", "aws:RequestTag/x", "false"), YES),
    ],
)
def test_denials(condition: Any, expected: str) -> None:
    """By the key's policy and by the role's own."""
    role = sagemaker.role(ROLE)
    assert role is not None
    for policy, own in (
        (document(BY_ROOT, allow({"AWS": ROLE}), deny("*", USE, condition)), ()),
        (document(BY_ROOT, allow({"AWS": ROLE})), (document(allow(None), deny(None, USE, condition)),)),
    ):
        user = User(role, Permissions(own), tags=OF_ROLE, service=False)
        found = access(policy, [user], KEY, REGION, facts=OF_KEY)
        assert (NO if found.missing else OPEN if found.unsure else YES) == expected


def test_roles_are_told_apart_by_their_tags() -> None:
    """Each of several roles is judged by its own, whether the key's policy reads them or the role's."""
    users = []
    for name, team in (("one", "serving"), ("two", "training"), ("three", "serving")):
        caller = sagemaker.role(f"{ROLE}-{name}")
        assert caller is not None
        users.append(User(caller, tags=sagemaker.tags_of_role({"team": team}, True), service=False))
    condition = when("StringEquals", TEAM, "serving")
    for policy, own in (
        (document(BY_ROOT, deny("*", USE, when("StringNotEquals", TEAM, "serving"))), None),
        (document(BY_ROOT), Permissions((document(allow(None, USE, condition)),), complete=True)),
    ):
        asked = [User(each.caller, own or each.permissions, tags=each.tags, service=False) for each in users]
        assert access(policy, asked, KEY, REGION).missing == tuple(USE)
        assert access(policy, [asked[1]], KEY, REGION).missing == tuple(USE)
        assert not access(policy, [asked[0], asked[2]], KEY, REGION).missing


def test_what_is_not_known_of_one_role_is_not_told_by_another() -> None:
    """A role without a tag beside one of whose tags nothing is known, in either order."""
    callers = [sagemaker.role(f"{ROLE}-{name}") for name in ("one", "two")]
    nothing = sagemaker.tags_of_role({}, True)
    users = [User(each, tags=tags, service=False) for each, tags in zip(callers, (nothing, NOTHING)) if each]
    for condition, expected in ((when("Null", TEAM, "false"), OPEN), (when("Null", TEAM, "true"), NO)):
        policy = document(BY_ROOT, deny("*", USE, condition))
        for asked in (users, users[::-1]):
            found = access(policy, asked, KEY, REGION)
            assert (NO if found.missing else OPEN if found.unsure else YES) == expected
        assert access(policy, users[1:], KEY, REGION).unsure == tuple(USE)


def test_a_service_has_no_tags() -> None:
    role = sagemaker.role(ROLE)
    assert role is not None
    for condition, expected in (
        (when("StringEquals", TEAM, "serving"), tuple(USE)),
        (when("StringNotEquals", TEAM, "serving"), ()),
        (when("Null", TEAM, "true"), ()),
    ):
        policy = document(ADMINISTERED, allow({"Service": SERVICE}, USE, condition))
        assert access(policy, [User(role)], KEY, REGION, facts=OF_KEY).missing == expected


@pytest.mark.parametrize(
    ("condition", "facts", "expected"),
    [
        (when("StringEquals", KEY_TEAM, "serving"), OF_KEY, True),
        (when("StringNotEquals", KEY_OWNER, "me"), OF_KEY, True),
        (when("ForAnyValue:StringEquals", ALIASES, "alias/serving"), OF_KEY, True),
        (when("ForAnyValue:StringEquals", ALIASES, "alias/other"), OF_KEY, True),
        (when("StringEquals", TEAM, "serving"), OF_KEY, True),
        (when("StringEquals", KEY_TEAM, "training"), NOTHING, True),
        (
            when("ForAllValues:StringEquals", ALIASES, "alias/x"),
            sagemaker.facts_of_key({}, True, [f"alias/{GAP}"]),
            True,
        ),
        (when("ForAllValues:StringNotEquals", ALIASES, "alias/x"), sagemaker.facts_of_key({}, True, [GAP]), True),
        (when("StringEquals", KEY_TEAM, "training"), OF_KEY, False),
        (when("StringEquals", KEY_OWNER, "me"), OF_KEY, False),
        (when("Null", KEY_TEAM, "true"), OF_KEY, False),
        (when("ForAllValues:StringEquals", ALIASES, "alias/other"), OF_KEY, False),
    ],
)
def test_whom_it_lets_in(condition: Any, facts: Known, expected: bool) -> None:
    """Strangers choose their own tags; those of the key are what they are."""
    for principal in ("*", {"AWS": OTHER}):
        parsed = parse_key_policy(document(BY_ROOT, allow(principal, USE, condition)))
        found = exposure(parsed, KEY, facts=facts)  # type: ignore[arg-type]
        assert bool(found.everybody.answer or found.accounts.answer) is expected


@pytest.mark.parametrize(
    ("tags", "complete", "expected"),
    [
        ({}, True, NO),
        ({}, False, OPEN),
        ({"team": "training"}, False, NO),
        ({"team": "serving"}, False, YES),
        ({"stage": "prod"}, True, NO),
        ({"stage": "prod"}, False, OPEN),
    ],
)
def test_tags_that_may_not_be_all(tags: dict[str, str], complete: bool, expected: str) -> None:
    facts, of_role = sagemaker.facts_of_key(tags, complete, []), sagemaker.tags_of_role(tags, complete)
    assert _may(when("StringEquals", KEY_TEAM, "serving"), facts=facts) == expected
    assert _may(when("StringEquals", TEAM, "serving"), tags=of_role) == expected


@pytest.mark.parametrize(("value", "expected"), [("serving", YES), ("training", NO), ("${aws:username}", OPEN)])
def test_a_variable_whose_value_looks_like_one(value: str, expected: str) -> None:
    """AWS does not document whether a variable in the value of a variable is replaced."""
    tags = sagemaker.tags_of_role({"Team": value}, complete=True)
    facts = sagemaker.facts_of_key({"Team": "serving" if value != "${aws:username}" else value}, True, [])
    assert _may(when("StringEquals", KEY_TEAM, f"${{{TEAM}}}"), tags=tags, facts=facts) == expected
