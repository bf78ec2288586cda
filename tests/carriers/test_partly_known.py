"""What policies say of keys of which parts are known: where a reader sees no difference, compliant or cannot tell."""

from __future__ import annotations

from typing import Any

import pytest

from policy_pack.judging.verdict import CannotTell, Compliant, NotApplicable, Violation
from policy_pack.policies import (
    customer_managed_key,
    encryption_at_rest_enabled,
    key_in_same_region,
    key_resource_in_same_region,
)  # fmt: skip
from policy_pack.stack.model import Resource
from tests.carriers.reading import resource, template, verdicts

KEY_ID = "12345678-1234-1234-1234-123456789012"
OPEN = {"Open": {"Fn::Equals": [{"Ref": "AWS::AccountId"}, "111122223333"]}}
HERE = "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:"
TYPE, KEY = "AWS::SageMaker::EndpointConfig", {"Type": "AWS::KMS::Key"}
PRESENT, MANAGED, SAME, MADE = (
    each.POLICY
    for each in (encryption_at_rest_enabled, customer_managed_key, key_in_same_region, key_resource_in_same_region)
)


def body(key: Any, **sections: Any) -> dict[str, Any]:
    """A template with a configuration of this key, and a parameter that nobody gives."""
    return {
        "Parameters": {"Given": {"Type": "String"}, "Perhaps": {"Type": "String", "Default": ""}},
        "Conditions": OPEN,
        "Resources": {"It": {"Type": TYPE, "Properties": {"KmsKeyId": key}}, "Key": KEY},
        **sections,
    }


def decided(policy: Any, found: Resource, **settings: Any) -> Any:
    return verdicts(policy, found, **settings)["it/It"]


def sub(text: str) -> dict[str, Any]:
    return {"Fn::Sub": text}


@pytest.mark.parametrize(
    ("key", "managed", "same"),
    [
        (sub(f"{HERE}key/{KEY_ID}"), Compliant, Compliant),
        (sub(f"{HERE}alias/serving"), Compliant, Compliant),
        (sub(f"{HERE}alias/${{Given}}"), CannotTell, Compliant),
        (sub(f"{HERE}alias/aws/${{Given}}"), Violation, NotApplicable),
        (sub(f"{HERE}${{Given}}"), CannotTell, Compliant),
        (sub("arn:aws:kms:eu-west-1:${Given}:key/" + KEY_ID), CannotTell, Compliant),
        (sub("arn:aws:kms:us-east-1:${Given}:key/" + KEY_ID), CannotTell, Violation),
        (sub("arn:aws:kms:us-east-1:${AWS::AccountId}:key/" + KEY_ID), Compliant, Violation),
        (sub("arn:aws:kms:${Given}:111122223333:key/" + KEY_ID), CannotTell, CannotTell),
        (sub("arn:aws:kms:us-${Given}:111122223333:key/" + KEY_ID), CannotTell, Violation),
        (sub("arn:aws-${Given}:kms:eu-west-1:111122223333:key/" + KEY_ID), CannotTell, Violation),
        (sub("${Given}:kms:us-east-1:111122223333:key/" + KEY_ID), CannotTell, Violation),
        (sub("${Given}:kms:eu-west-1:111122223333:key/" + KEY_ID), CannotTell, CannotTell),
        (sub("${Given}/" + KEY_ID), CannotTell, CannotTell),
        (sub("${Given}!"), Violation, NotApplicable),
        (sub("alias/${AWS::StackName}"), Compliant, Compliant),
        (sub("key/${Given}"), Violation, NotApplicable),
        (sub("arn:aws:kms:eu-west-1:111122223333:key/${Key}"), CannotTell, Compliant),
        (sub("{{resolve:ssm:/key}}"), CannotTell, CannotTell),
        (sub("alias/{{resolve:ssm:/${Given}}}"), CannotTell, Compliant),
    ],
    ids=str,
)
def test_decided_by_what_is_known(key: Any, managed: type, same: type) -> None:
    found = template(body(key))
    assert [type(decided(policy, found)) for policy in (PRESENT, MANAGED, SAME)] == [Compliant, managed, same]


@pytest.mark.parametrize(
    ("key", "present", "managed", "same"),
    [
        ({"Fn::If": ["Open", sub(f"{HERE}key/{KEY_ID}"), {"Ref": "AWS::NoValue"}]}, CannotTell, Compliant, Compliant),
        ({"Fn::If": ["Open", "", {"Ref": "AWS::NoValue"}]}, Violation, NotApplicable, NotApplicable),
        ({"Fn::If": ["Open", "alias/aws/x", {"Ref": "AWS::NoValue"}]}, CannotTell, CannotTell, NotApplicable),
        ({"Fn::If": ["Open", "alias/aws/x", "alias/aws/y"]}, Compliant, Violation, NotApplicable),
        ({"Fn::If": ["Open", "alias/x", "alias/aws/y"]}, Compliant, CannotTell, Compliant),
        ({"Fn::If": ["Open", "alias/x", "alias/y"]}, Compliant, Compliant, Compliant),
        ({"Ref": "Perhaps"}, Violation, NotApplicable, NotApplicable),
    ],
    ids=str,
)
def test_decided_by_a_condition(key: Any, present: type, managed: type, same: type) -> None:
    found = template(body(key))
    assert [type(decided(policy, found)) for policy in (PRESENT, MANAGED, SAME)] == [present, managed, same]


def test_more_conditions_than_are_tried() -> None:
    """What is certain still counts, and nothing else."""
    conditions = {f"C{n}": {"Fn::Equals": [{"Ref": "Given"}, str(n)]} for n in range(9)}
    key: Any = "alias/aws/sagemaker"
    for name in conditions:
        key = {"Fn::If": [name, f"alias/aws/{name}", key]}
    assert isinstance(decided(MANAGED, template(body(key, Conditions=conditions))), Violation)
    absent: Any = {"Ref": "AWS::NoValue"}
    for name in conditions:
        absent = {"Fn::If": [name, f"alias/{name}", absent]}
    assert isinstance(decided(PRESENT, template(body(absent, Conditions=conditions))), CannotTell)


def test_a_stack_set_names_its_own_region() -> None:
    """Nobody knows where it is deployed, and its key is there."""
    found = resource("aws:cloudformation/stackSet:StackSet", {"templateBody": body(sub(f"{HERE}key/{KEY_ID}"))})
    assert [type(decided(policy, found)) for policy in (MANAGED, SAME)] == [Compliant, Compliant]
    other = resource("aws:cloudformation/stackSet:StackSet", {"templateBody": body(f"{{HERE}}key/{KEY_ID}")})
    assert isinstance(decided(MANAGED, other), Violation)
    elsewhere = {"templateBody": body(sub("arn:aws:kms:us-east-1:${AWS::AccountId}:key/" + KEY_ID))}
    assert isinstance(decided(SAME, resource("aws:cloudformation/stackSet:StackSet", elsewhere)), CannotTell)


def test_a_parameter_of_a_stack_set_that_may_be_empty() -> None:
    given = {"templateBody": body({"Ref": "Perhaps"})}
    found = resource("aws:cloudformation/stackSet:StackSet", given)
    assert isinstance(decided(PRESENT, found), CannotTell)
    given = {"templateBody": body({"Ref": "Given"})}
    assert isinstance(decided(PRESENT, resource("aws:cloudformation/stackSet:StackSet", given)), Compliant)


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [
        (["alias/aws/sagemaker", "alias/aws/ebs"], Violation),
        (["alias/serving", "alias/trial"], CannotTell),
        ([], CannotTell),
    ],
)
def test_a_parameter_that_allows_only_some_values(allowed: list[str], expected: type) -> None:
    parameters = {"Given": {"Type": "String", "AllowedValues": allowed}}
    assert type(decided(MANAGED, template(body({"Ref": "Given"}, Parameters=parameters)))) is expected


def test_a_key_of_the_template_named_in_part() -> None:
    """Its region is in its name, so that where the key is made does not matter."""
    found = template(body(sub("arn:aws:kms:us-east-1:${AWS::AccountId}:key/${Key}")))
    assert isinstance(decided(SAME, found), Violation)
    assert isinstance(decided(MADE, found), NotApplicable)
    found = template(body(sub("${Key}${Given}")))
    assert isinstance(decided(MADE, found), Compliant)


ACCOUNT_PATTERN = "arn:aws:kms:*:111122223333:key/*"


@pytest.mark.parametrize(
    ("key", "settings", "expected"),
    [
        (f"{HERE}key/{KEY_ID}", {"allowedAccounts": ["111122223333"]}, CannotTell),
        (f"arn:aws:kms:${{AWS::Region}}:111122223333:key/{KEY_ID}", {"allowedAccounts": ["111122223333"]}, Compliant),
        ("arn:aws:kms:eu-west-1:444455556666:key/${Given}", {"allowedAccounts": ["111122223333"]}, Violation),
        ("alias/${AWS::StackName}", {"allowedAccounts": ["111122223333"]}, Violation),
        (f"{HERE}key/{KEY_ID}", {"allowedKeyArns": ["arn:aws:kms:*:*:key/*"]}, Compliant),
        (f"{HERE}key/{KEY_ID}", {"allowedKeyArns": ["arn:aws:kms:eu-west-1:*:key/*"]}, Compliant),
        (f"{HERE}key/{KEY_ID}", {"allowedKeyArns": [ACCOUNT_PATTERN]}, CannotTell),
        (f"{HERE}key/{KEY_ID}", {"allowedKeyArns": ["arn:aws:kms:us-west-2:*:key/*"]}, Violation),
        (f"{HERE}alias/x", {"allowedKeyArns": ["arn:aws:kms:*:*:key/*"]}, Violation),
        ("alias/${AWS::StackName}", {"allowedKeyArns": [ACCOUNT_PATTERN]}, Violation),
        (f"{HERE}alias/${{Given}}", {"allowAliases": False}, Violation),
        (f"{HERE}key/{KEY_ID}", {"allowAliases": False}, Compliant),
        (f"{HERE}${{Given}}", {"allowAliases": False}, CannotTell),
    ],
    ids=str,
)
def test_keys_that_the_settings_allow(key: str, settings: dict[str, Any], expected: type) -> None:
    assert type(decided(MANAGED, template(body(sub(key))), **settings)) is expected
