"""Keys of templates that call their account their own: what is certain of their policies, and what is not."""

from __future__ import annotations

from typing import Any

import pytest

from policy_pack.gaps import ACCOUNT
from policy_pack.judging.verdict import CannotTell, Compliant, Violation
from policy_pack.policies import key_policy_grants_sagemaker, key_policy_restricted
from policy_pack.stack.model import Key
from policy_pack.values import PartlyKnown, Unknown
from tests.carriers.reading import one, resource, state, template, verdicts
from tests.programs.own_account import ACTIONS, OTHER, ROOT, THIRD, allow, own, role_of_the_template

STACK, STACK_SET = "aws:cloudformation/stack:Stack", "aws:cloudformation/stackSet:StackSet"
NATIVE = "aws-native:cloudformation:Stack"
GRANTS, RESTRICTED = key_policy_grants_sagemaker.POLICY, key_policy_restricted.POLICY
KEY = {"Fn::GetAtt": ["Key", "Arn"]}


def body(*statements: Any, role: Any = None, key: Any = KEY, **resources: Any) -> dict[str, Any]:
    policy_of = {"KeyPolicy": {"Version": "2012-10-17", "Statement": list(statements)}} if statements else {}
    given = {"KmsKeyId": key, **({} if role is None else {"ExecutionRoleArn": role})}
    return {
        "Resources": {
            "Key": {"Type": "AWS::KMS::Key", "Properties": {**policy_of, "BypassPolicyLockoutSafetyCheck": True}},
            "It": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": given},
            **resources,
        }
    }


def decided(policy: Any, *found: Any) -> Any:
    return verdicts(policy, *found)["it/It"]


SUB_ROOT = {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}
ROLE = own("role/Serving")
MAY = role_of_the_template({"Effect": "Allow", "Action": ACTIONS, "Resource": "*"})
MAY_NOT = role_of_the_template({"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
OF_STACK = {"Fn::Sub": "arn:aws:kms:${AWS::Region}:${AWS::AccountId}:key/*"}
MAY_USE_KEYS_OF_THE_ACCOUNT = role_of_the_template({"Effect": "Allow", "Action": ACTIONS, "Resource": OF_STACK})
ROLE_ARN = {"Fn::GetAtt": ["Role", "Arn"]}
ONE_OF_THE_ACCOUNT = {"StringEquals": {"kms:CallerAccount": {"Ref": "AWS::AccountId"}}}


@pytest.mark.parametrize(
    ("template_body", "grants", "restricted"),
    [
        (body(allow({"AWS": ROOT})), Compliant, Compliant),
        (body(allow({"AWS": SUB_ROOT})), Compliant, Compliant),
        (body(allow({"AWS": {"Ref": "AWS::AccountId"}})), Compliant, Compliant),
        (body(), Compliant, Compliant),
        (body(allow({"AWS": ROOT}), role=ROLE), Compliant, Compliant),
        (body(allow({"AWS": ROLE}, ACTIONS), role=ROLE), Compliant, Compliant),
        (body(allow({"AWS": own("role/Other")}, ACTIONS), role=ROLE), Violation, Compliant),
        (body(allow({"AWS": ROOT}), role=ROLE_ARN, Role=MAY), Compliant, Compliant),
        (body(allow({"AWS": ROOT}), role=ROLE_ARN, Role=MAY_USE_KEYS_OF_THE_ACCOUNT), Compliant, Compliant),
        (body(allow({"AWS": ROOT}), role=ROLE_ARN, Role=MAY_NOT), Violation, Compliant),
        (body(allow({"AWS": "*"}, ACTIONS, Condition=ONE_OF_THE_ACCOUNT), role=ROLE), Compliant, Compliant),
        (body(allow({"AWS": "*"}, ACTIONS), role=ROLE), Compliant, Violation),
        (body(allow({"AWS": ROOT}), allow({"AWS": OTHER})), Compliant, CannotTell),
        (body(allow({"AWS": ROOT}), allow({"AWS": [OTHER, THIRD]})), Compliant, Violation),
        (body(allow({"AWS": ROOT}), allow({"AWS": [f"{n:012}" for n in range(20, 30)]})), CannotTell, Violation),
        (body(allow({"AWS": OTHER}), role=f"arn:aws:iam::{OTHER}:role/A"), Compliant, CannotTell),
        (body(allow({"AWS": own("role/${X}")}, ACTIONS), role=ROLE), CannotTell, CannotTell),
    ],
)
def test_certain_whatever_account_it_is(template_body: Any, grants: type, restricted: type) -> None:
    for found in (template(template_body), resource(NATIVE, {"templateBody": template_body, "stackName": "s"})):
        assert [type(decided(policy, found)) for policy in (GRANTS, RESTRICTED)] == [grants, restricted]


def test_a_stack_set_is_deployed_to_an_account_of_its_own() -> None:
    """Where its partition is not known either, whether it is the root of that is open."""
    given = {"templateBody": body(allow({"AWS": SUB_ROOT}))}
    assert isinstance(decided(RESTRICTED, resource(STACK_SET, given)), Compliant | CannotTell)


STACK_ID = f"arn:aws:cloudformation:eu-west-1:{OTHER}:stack/serving/1a2b3c4d-0000-1111-2222-333344445555"


@pytest.mark.parametrize(
    "found",
    [
        template(body(allow({"AWS": OTHER})), id=STACK_ID),
        resource(NATIVE, {"templateBody": body(allow({"AWS": OTHER})), "stackId": STACK_ID}),
        state(
            "AWS::CloudFormation::Stack",
            {"TemplateBody": body(allow({"AWS": OTHER}))},
            properties=f'{{"StackId": "{STACK_ID}"}}',
        ),
    ],
    ids=["classic", "native", "cloud control"],
)
def test_the_account_of_a_stack_that_is_there(found: Any) -> None:
    assert one(Key, found).account == OTHER
    assert isinstance(decided(RESTRICTED, found), Compliant)


@pytest.mark.parametrize("id_", ["serving", STACK_ID.replace(OTHER, "1"), f"{STACK_ID[:30]}", 5, None])
def test_what_is_no_id_of_a_stack_says_no_account(id_: Any) -> None:
    found = one(Key, template(body(), id=id_)).account
    assert isinstance(found, PartlyKnown) and found.text == ACCOUNT


def test_two_templates_may_be_of_two_accounts() -> None:
    """What one calls its own is nobody's in the other."""
    key = template({**body(allow({"AWS": ROLE}, ACTIONS)), "Outputs": {"Key": {"Value": KEY}}}, "key")
    user = body(role=ROLE, key={"Ref": "Given"})
    user["Parameters"] = {"Given": {"Type": "String"}}
    del user["Resources"]["Key"]
    given = {"Given": Unknown(frozenset({key.urn}))}
    found = template(user, parameters=given, sources={"parameters": (key.urn,)})
    assert isinstance(decided(GRANTS, key, found), CannotTell)
