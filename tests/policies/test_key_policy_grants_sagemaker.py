"""`key-policy-grants-sagemaker`: whom the policy of a key, the grants on it and the policies of the role let use it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from policy_pack.judging.settings import read
from policy_pack.judging.verdict import CannotTell, Compliant, Violation
from policy_pack.policies import key_policy_grants_sagemaker
from policy_pack.values import UNKNOWN
from tests.carriers.reading import resource, urn, verdicts
from tests.iam.statements import ADMIN, OWN, ROLE, ROOT, SERVICE, USE, allow, document
from tests.matrix import rows
from tests.policies.verdicts import kinds
from tests.programs import permissions, roles
from tests.programs.blocks import Case

ROW = rows.Row(rows.keyed(KeyPolicy=rows.allowing({"Service": "ec2.amazonaws.com"})), rows.keyed())

CONFIGURATION, KEY, GRANT = (
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration",
    "aws:kms/key:Key",
    "aws:kms/grant:Grant",
)
ARN = f"arn:aws:kms:eu-west-1:{OWN}:key/12345678-1234-1234-1234-123456789012"
ADMINISTERED = allow({"AWS": ADMIN}, "kms:*")  # AWS refuses a policy that nobody can change
ONLY_ADMIN = json.dumps(document(ADMINISTERED))
WITH_PATH = f"arn:aws:iam::{OWN}:role/team/serving"


def said(*beside: Any, role: Any = ROLE, **given: Any) -> type:
    """What the policy says of a configuration with this role whose key has these properties."""
    configuration = resource(
        CONFIGURATION, {"kmsKeyArn": ARN, "executionRoleArn": role}, sources={"kmsKeyArn": (urn(KEY),)}
    )
    key = resource(KEY, {"arn": ARN, "policy": ONLY_ADMIN, **given})
    return type(next(iter(verdicts(key_policy_grants_sagemaker.POLICY, configuration, key, *beside).values())))


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
        (f"arn:aws:iam::{OWN}:role/*", Violation),  # AWS takes no wildcard there
        (ROLE, Compliant),
        (SERVICE, Compliant),
        (UNKNOWN, CannotTell),
    ],
)
def test_grants(principal: Any, expected: type) -> None:
    assert said(grant(principal)) is expected


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
    assert said(role=role, policy=policy) is expected


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
    ("case", "preview", "update"),
    [
        (permissions.grant_to_a_role_of_the_stack, Compliant, Compliant),
        (permissions.key_that_is_left_to_the_account, CannotTell, Compliant),
        (permissions.key_with_the_default_policy, CannotTell, Compliant),
        (permissions.key_for_the_configurations_role, Compliant, Compliant),
        (permissions.key_that_names_some_role_where_the_role_is_not_known, CannotTell, CannotTell),
        (permissions.grant_with_a_constraint_on_the_encryption_context, CannotTell, CannotTell),
        (permissions.policy_that_a_preview_does_not_know, CannotTell, Compliant),
        (roles.role_of_the_stack_with_a_policy_that_is_made_elsewhere, CannotTell, CannotTell),
        (roles.role_of_the_stack_with_a_policy_of_aws_that_is_not_known, CannotTell, CannotTell),
        (roles.boundary_that_is_made_elsewhere, CannotTell, CannotTell),
        (roles.role_that_is_to_have_a_policy_of_its_own_from_elsewhere, CannotTell, CannotTell),
        (roles.role_of_the_stack_that_may_do_anything, CannotTell, Compliant),
        (roles.boundary_of_aws_that_allows_it, CannotTell, Compliant),
        (roles.role_of_the_stack_whose_policy_allows_it, CannotTell, Compliant),
    ],
    ids=str,
)
def test_programs(case: Case, preview: type, update: type) -> None:
    assert kinds(key_policy_grants_sagemaker.POLICY, case) == [preview, update]


LEFT = allow({"AWS": ROOT}, "kms:*")
DEPLOYER = f"arn:aws:iam::{OWN}:role/deploy"
DEPLOYS = " The principal that deploys may create grants."


def why(*statements: Any, role: Any = ROLE, beside: Any = (), **settings: Any) -> str | None:
    """On what it rests that SageMaker may use a key with these statements; nothing where that is not certain."""
    sources = {"kmsKeyArn": (urn(KEY),)}
    configuration = resource(CONFIGURATION, {"kmsKeyArn": ARN, "executionRoleArn": role}, sources=sources)
    key = resource(KEY, {"arn": ARN, "policy": json.dumps(document(ADMINISTERED, *statements))}, "it")
    found = next(iter(verdicts(key_policy_grants_sagemaker.POLICY, configuration, key, *beside, **settings).values()))
    return found.rests_on if isinstance(found, Compliant) else None


@pytest.mark.parametrize(
    ("statements", "role", "rests_on"),
    [
        ([allow({"AWS": ROLE})], ROLE, "lets the execution role decrypt"),
        ([allow({"Service": SERVICE})], ROLE, "lets sagemaker.amazonaws.com decrypt"),
        ([allow({"Service": SERVICE})], None, "lets sagemaker.amazonaws.com decrypt"),
        ([allow({"AWS": ROLE}), allow({"Service": SERVICE})], ROLE, "lets the execution role decrypt"),
        (
            [allow({"AWS": ROLE}, "kms:Decrypt"), allow({"Service": SERVICE}, USE[1:])],
            ROLE,
            "lets the execution role and sagemaker.amazonaws.com together decrypt",
        ),
        ([LEFT], None, "lets a role of its account (by delegating to the account) decrypt"),
        ([], ROLE, None),
        ([allow({"AWS": ROLE})], None, None),
    ],
)
def test_on_what_it_rests(statements: Any, role: Any, rests_on: str | None) -> None:
    found = why(*statements, role=role)
    if rests_on is None:
        assert found is None
    else:
        assert found is not None
        assert found.startswith(f'The policy of the key "it" {rests_on}, generate data keys and create grants.')
        assert DEPLOYS not in found


@pytest.mark.parametrize(
    ("deployer", "says"),
    [
        ([allow({"AWS": DEPLOYER}, "kms:CreateGrant")], True),
        ([allow({"AWS": DEPLOYER}, USE)], True),
        ([allow({"AWS": DEPLOYER}, "kms:Decrypt")], None),
        ([allow({"AWS": f"{DEPLOYER}-other"}, "kms:CreateGrant")], None),
        ([], None),
    ],
)
def test_who_deploys_has_to_create_grants(deployer: Any, says: bool | None) -> None:
    found = why(allow({"Service": SERVICE}), *deployer, deployers=[DEPLOYER])
    assert (None if found is None else found.endswith(DEPLOYS)) is says
    assert why(allow({"Service": SERVICE}), *deployer) is not None


@pytest.mark.parametrize(
    ("deployer", "valid"),
    [
        (DEPLOYER, True),
        (f"arn:aws:iam::{OWN}:role/team/deploy", True),
        ("arn:aws*:iam::*:role/deploy-*", True),
        ("arn:aws-cn:iam::111122223333:role/deploy", True),
        (f"arn:aws:iam::{OWN}:user/me", False),
        (f"arn:aws:sts::{OWN}:assumed-role/deploy/x", False),
        (f"arn:aws:iam:eu-west-1:{OWN}:role/deploy", False),
        (f"arn:aws:iam::{OWN}:role/", False),
        (f"arn:aws:iam::{OWN}:role/a:b", False),
        (f"arn:aws:iam::{OWN}:role/{'a' * (2048 - 31)}", True),
        (f"arn:aws:iam::{OWN}:role/{'a' * (2048 - 30)}", False),
        ("deploy", False),
    ],
    ids=lambda each: str(each)[:50],
)
def test_deployers_of_the_settings(deployer: str, valid: bool) -> None:
    found = read(key_policy_grants_sagemaker.POLICY.settings, {"deployers": [deployer]})
    assert found.values["deployers"] == ((deployer,) if valid else ())
    assert bool(found.problems) is not valid


ROLE_OF_THE_STACK, ITS_POLICIES = "aws:iam/role:Role", "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive"
MAY = json.dumps(document(allow(None, USE)))


@pytest.mark.parametrize(
    ("inline", "names", "expected"),
    [
        ([], [], Violation),
        ([{"policy": MAY}], ["own"], Compliant),
        ([], ["own"], CannotTell),  # it is to have one that the stack does not show
        (UNKNOWN, ["own"], CannotTell),
        (UNKNOWN, UNKNOWN, CannotTell),
    ],
    ids=str,
)
def test_a_role_that_has_no_policies_but_those_that_are_named(inline: Any, names: Any, expected: type) -> None:
    role = resource(ROLE_OF_THE_STACK, {"arn": ROLE, "name": "serving", "inlinePolicies": inline}, "role")
    named = {"roleName": "serving", "policyNames": names}
    exclusive = [
        resource(ITS_POLICIES, named, "inline", sources={"roleName": (role.urn,)}),
        resource(
            "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
            {"roleName": "serving", "policyArns": []},
            "managed",
            sources={"roleName": (role.urn,)},
        ),
    ]
    left = json.dumps(document(LEFT))
    assert said(role, *exclusive, policy=left) is expected


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        ([allow({"AWS": ROLE}), allow({"Service": SERVICE})], Compliant),
        ([allow({"AWS": ROLE}), allow({"AWS": ROLE}, "kms:Decrypt")], Violation),
        ([allow({"AWS": ROLE}), UNKNOWN], CannotTell),
        ([UNKNOWN, allow({"AWS": ROLE}, "kms:Decrypt")], Violation),
    ],
    ids=["each", "one not", "one unknown", "one unknown and one not"],
)
def test_every_key_that_may_be_meant(policies: list[Any], expected: type) -> None:
    written = [each if each is UNKNOWN else json.dumps(document(ADMINISTERED, each)) for each in policies]
    made = [resource(KEY, {"policy": each}, f"key-{index}") for index, each in enumerate(written)]
    for keys in (made, made[::-1]):
        sources = {"kmsKeyArn": tuple(each.urn for each in keys)}
        given = {"kmsKeyArn": UNKNOWN, "executionRoleArn": ROLE}
        found = verdicts(key_policy_grants_sagemaker.POLICY, resource(CONFIGURATION, given, sources=sources), *keys)
        assert type(found["it"]) is expected
