"""Each setting through the wire: what it changes, and what is in effect without it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import jsonschema
import pulumi_aws as aws
import pytest

from policy_pack.judging.settings import schemas
from policy_pack.policies import PACK
from policy_pack.testing.stand_in import ACCOUNT
from tests.harness.engine import Engine, Stack
from tests.harness.program import Program, run
from tests.organization import (
    CUSTOMER,
    ENCRYPTION,
    FOLLOWS,
    GRANTS,
    IN_STACK,
    OTHER_ACCOUNT,
    OTHER_KEY_ID,
    PAIRED,
    REGION,
    RESTRICTED,
    ROLE,
    ROTATION,
    SENSE,
    VERIFIED,
    aliased_key,
    bare_key,
    endpoint_that_names_its_configuration,
    key_that_rotates_every,
    key_whose_policy_lets_in,
    named_key,
    no_key,
    no_key_on_local_storage,
    no_key_on_local_storage_and_volumes,
    only_a_configuration,
    only_an_endpoint,
)
from tests.programs.blocks import arn, config, in_region


def template_that_suppresses() -> None:
    """A configuration without a key, of which the template suppresses what cfn_nag says of that."""
    suppressed = {"cfn_nag": {"rules_to_suppress": [{"id": "W1200", "reason": "Holds public data."}]}}
    body = {"Config": {"Type": "AWS::SageMaker::EndpointConfig", "Metadata": suppressed, "Properties": {}}}
    aws.cloudformation.Stack("stack", template_body=json.dumps({"Resources": body}))


# Settings of one policy, a program, and whether the policy finds something wrong with it.
EFFECTS: list[tuple[str, Mapping[str, Any], Program, bool]] = [
    (ENCRYPTION, {}, no_key_on_local_storage, True),
    (ENCRYPTION, {"instanceStorageOnly": "require"}, no_key_on_local_storage, True),
    (ENCRYPTION, {"instanceStorageOnly": "exempt"}, no_key_on_local_storage, False),
    (ENCRYPTION, {"instanceStorageOnly": "exempt"}, no_key_on_local_storage_and_volumes, True),
    (ENCRYPTION, {"instanceStorageOnly": "exempt"}, no_key, True),
    (ENCRYPTION, {}, template_that_suppresses, True),
    (ENCRYPTION, {"honorTemplateSuppressions": False}, template_that_suppresses, True),
    (ENCRYPTION, {"honorTemplateSuppressions": True}, template_that_suppresses, False),
    (ENCRYPTION, {"honorTemplateSuppressions": True}, no_key, True),
    (ENCRYPTION, {"keyArnByRegion": {"us-east-1": arn()}}, no_key, True),
    (CUSTOMER, {}, named_key, False),
    (CUSTOMER, {"allowedKeyArns": []}, named_key, False),
    (CUSTOMER, {"allowedKeyArns": [arn()]}, named_key, False),
    (CUSTOMER, {"allowedKeyArns": [arn(what=f"key/{OTHER_KEY_ID}"), arn()]}, named_key, False),
    (CUSTOMER, {"allowedKeyArns": [arn(what=f"key/{OTHER_KEY_ID}")]}, named_key, True),
    (CUSTOMER, {"allowedKeyArns": ["*"]}, named_key, False),
    (CUSTOMER, {"allowedKeyArns": [f"arn:aws:kms:us-east-1:{ACCOUNT}:key/*"]}, named_key, False),
    (CUSTOMER, {"allowedKeyArns": [f"arn:aws:kms:us-*:{ACCOUNT}:key/*"]}, named_key, False),
    (CUSTOMER, {"allowedKeyArns": [f"arn:aws:kms:eu-*:{ACCOUNT}:key/*"]}, named_key, True),
    (CUSTOMER, {"allowedKeyArns": [f"arn:*:kms:*:{OTHER_ACCOUNT}:key/*"]}, named_key, True),
    (CUSTOMER, {"allowedKeyArns": ["arn:aws:kms:*:*:key/*"]}, aliased_key, True),
    (CUSTOMER, {"allowedKeyArns": ["arn:aws:kms:*:*:alias/serv*"]}, aliased_key, False),
    (CUSTOMER, {"allowedAccounts": []}, named_key, False),
    (CUSTOMER, {"allowedAccounts": [OTHER_ACCOUNT, ACCOUNT]}, named_key, False),
    (CUSTOMER, {"allowedAccounts": [OTHER_ACCOUNT]}, named_key, True),
    (CUSTOMER, {"allowedAccounts": [OTHER_ACCOUNT], "allowedKeyArns": [arn()]}, named_key, True),
    (CUSTOMER, {}, bare_key, False),
    (CUSTOMER, {"allowedKeyArns": ["*"]}, bare_key, False),
    (CUSTOMER, {"allowedKeyArns": [arn()]}, bare_key, True),
    (CUSTOMER, {"allowedAccounts": [ACCOUNT]}, bare_key, True),
    (CUSTOMER, {}, aliased_key, False),
    (CUSTOMER, {"allowAliases": True}, aliased_key, False),
    (CUSTOMER, {"allowAliases": False}, aliased_key, True),
    (CUSTOMER, {"allowAliases": False}, named_key, False),
    (ROTATION, {}, key_that_rotates_every(2560), False),
    (ROTATION, {"maxRotationDays": 365}, key_that_rotates_every(None), False),
    (ROTATION, {"maxRotationDays": 364}, key_that_rotates_every(None), True),
    (ROTATION, {"maxRotationDays": 90}, key_that_rotates_every(90), False),
    (ROTATION, {"maxRotationDays": 90}, key_that_rotates_every(91), True),
    (RESTRICTED, {}, key_whose_policy_lets_in({"AWS": ROLE}), True),
    (RESTRICTED, {"allowedAccounts": [OTHER_ACCOUNT]}, key_whose_policy_lets_in({"AWS": ROLE}), False),
    (RESTRICTED, {"allowedAccounts": ["777788889999"]}, key_whose_policy_lets_in({"AWS": ROLE}), True),
    (RESTRICTED, {"allowedAccounts": [OTHER_ACCOUNT]}, key_whose_policy_lets_in("*"), True),
    (
        RESTRICTED,
        {"allowedAccounts": [OTHER_ACCOUNT], "allowedPrincipals": ["arn:aws:iam::*:role/serving-*"]},
        key_whose_policy_lets_in({"AWS": ROLE}),
        False,
    ),
    (
        RESTRICTED,
        {"allowedAccounts": [OTHER_ACCOUNT], "allowedPrincipals": ["arn:aws:iam::*:role/training-*"]},
        key_whose_policy_lets_in({"AWS": ROLE}),
        True,
    ),
    (RESTRICTED, {"allowedOrganizations": []}, key_whose_policy_lets_in({"AWS": ROLE}), True),
    (RESTRICTED, {"allowedOrganizations": ["o-exampleorgid"]}, key_whose_policy_lets_in({"AWS": ROLE}), True),
    (RESTRICTED, {"serviceSourceRequired": False}, key_whose_policy_lets_in({"AWS": ACCOUNT}), False),
    (RESTRICTED, {"serviceSourceRequired": True}, key_whose_policy_lets_in({"AWS": ACCOUNT}), True),
    (GRANTS, {"deployers": []}, key_whose_policy_lets_in({"AWS": ROLE}), False),
    (GRANTS, {"deployers": [f"arn:aws:iam::{ACCOUNT}:role/deploy"]}, key_whose_policy_lets_in({"AWS": ROLE}), False),
    (GRANTS, {"deployers": ["arn:aws:iam::777788889999:role/*"]}, key_whose_policy_lets_in({"AWS": ROLE}), True),
    (IN_STACK, {}, only_an_endpoint, True),
    (IN_STACK, {"externalConfigurations": []}, only_an_endpoint, True),
    (IN_STACK, {"externalConfigurations": ["shared-serving"]}, only_an_endpoint, False),
    (IN_STACK, {"externalConfigurations": ["other", "shared-*"]}, only_an_endpoint, False),
    (IN_STACK, {"externalConfigurations": ["shared"]}, only_an_endpoint, True),
    (FOLLOWS, {}, endpoint_that_names_its_configuration, True),
    (FOLLOWS, {"externalConfigurations": ["shared-*"]}, endpoint_that_names_its_configuration, False),
    (FOLLOWS, {"externalConfigurations": ["other"]}, endpoint_that_names_its_configuration, True),
    (PAIRED, {}, only_a_configuration, True),
    (PAIRED, {"externalConfigurations": ["shared-*"]}, only_a_configuration, False),
    (PAIRED, {"externalConfigurations": ["other-*"]}, only_a_configuration, True),
]


@pytest.mark.parametrize(("policy", "settings", "program", "violated"), EFFECTS)
def test_effect(policy: str, settings: Mapping[str, Any], program: Program, violated: bool, engine: Engine) -> None:
    engine.configure({policy: settings})
    # In an update, so that names and ARNs are known.
    verdicts = run(engine, program, phase="update")
    assert [finding.policy for finding in verdicts.findings if finding.policy == policy] == [policy] * violated
    assert not verdicts.messages(SENSE)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, []),
        ({"region": "eu-west-1"}, [("mandatory", REGION, "config")]),
        ({"region": "us-east-1"}, []),
    ],
)
def test_the_region_where_nothing_else_tells(settings: Mapping[str, Any], expected: Any, engine: Engine) -> None:
    engine.configure({REGION: settings})
    verdicts = run(engine, named_key, stack=in_region(""))
    assert verdicts == expected
    assert bool(verdicts.not_applicable(REGION)) is not bool(settings)


def test_the_region_of_the_stack_is_not_overridden(engine: Engine) -> None:
    engine.configure({REGION: {"region": "eu-west-1"}})
    assert run(engine, named_key) == []


def test_a_region_without_a_key_is_named(engine: Engine) -> None:
    engine.configure({ENCRYPTION: {"keyArnByRegion": {"eu-west-1": arn("eu-west-1")}}})
    (message,) = run(engine, no_key).messages(ENCRYPTION)
    assert "The setting keyArnByRegion has no key for us-east-1." in message
    engine.configure({})
    (message,) = run(engine, no_key).messages(ENCRYPTION)
    assert "keyArnByRegion" not in message


TAGS: list[tuple[Mapping[str, Any], Mapping[str, str], bool]] = [
    ({}, {"env": "prod"}, True),
    ({"onlyStackTags": {"env": ["prod", "stage*"]}}, {"env": "prod"}, True),
    ({"onlyStackTags": {"env": ["prod", "stage*"]}}, {"env": "stage-2"}, True),
    ({"onlyStackTags": {"env": ["prod", "stage*"]}}, {"env": "dev"}, False),
    ({"onlyStackTags": {"env": ["prod"]}}, {}, False),
    ({"onlyStackTags": {"env": ["*"]}}, {"env": ""}, True),
    ({"onlyStackTags": {"env": ["prod"], "team": ["ml"]}}, {"env": "prod"}, False),
    ({"onlyStackTags": {"env": ["prod"], "team": ["ml"]}}, {"env": "prod", "team": "ml"}, True),
    ({"exceptStackTags": {"env": ["dev", "test-*"]}}, {"env": "test-1"}, False),
    ({"exceptStackTags": {"env": ["dev"]}}, {"env": "prod"}, True),
    ({"exceptStackTags": {"env": ["dev"]}}, {}, True),
    ({"exceptStackTags": {"env": ["dev"], "team": ["ml"]}}, {"env": "prod", "team": "ml"}, False),
    ({"onlyStackTags": {"env": ["*"]}, "exceptStackTags": {"env": ["dev"]}}, {"env": "dev"}, False),
    # Nonsense, which a schema refuses: the policy applies.
    ({"onlyStackTags": {"env": "prod"}}, {}, True),
    ({"onlyStackTags": {"env": []}}, {}, True),
    ({"onlyStackTags": ["env"]}, {}, True),
    ({"exceptStackTags": {"env": "dev"}}, {"env": "dev"}, True),
    ({"exceptStackTags": {"env": ["dev", 5]}}, {"env": "dev"}, True),
    ({"exceptStackTags": "dev"}, {"env": "dev"}, True),
]


@pytest.mark.parametrize("policy", [ENCRYPTION, PAIRED], ids=["resource", "stack"])
@pytest.mark.parametrize(("settings", "tags", "applies"), TAGS)
def test_stack_tags(
    policy: str, settings: Mapping[str, Any], tags: Mapping[str, str], applies: bool, engine: Engine
) -> None:
    engine.configure({policy: settings}, unchecked=True)
    verdicts = run(engine, config, stack=Stack(config={"aws:region": "us-east-1"}, tags=tags))
    assert bool(verdicts.messages(policy)) is applies
    assert bool(verdicts.not_applicable(policy)) is not applies
    if not applies:
        assert all("StackTags" in reason for reason in verdicts.not_applicable(policy))


def test_every_setting_has_its_tests() -> None:
    every = {(policy.name, setting.name) for policy in PACK.policies for setting in policy.settings}
    tested = {(policy, name) for policy, settings, _, _ in EFFECTS for name in settings} | {(REGION, "region")}
    # Those are in tests/policies/test_key_verified_in_aws.py, beside the service that they are about, and in
    # tests/test_undecided.py.
    elsewhere = {(VERIFIED, name) for name in ("budgetSeconds", "onError", "allowProviderProfile")}
    elsewhere |= {(policy.name, "undecided") for policy in PACK.policies if policy.level == "mandatory"}
    forgotten = sorted(every - tested - elsewhere)
    assert not forgotten, f"write into EFFECTS of tests/test_settings.py what these settings change: {forgotten}"
    assert not elsewhere & tested


@pytest.mark.parametrize("policy", PACK.policies, ids=lambda policy: policy.name)
def test_schemas_describe_themselves(policy: Any) -> None:
    for name, schema in schemas(policy.settings).items():
        jsonschema.Draft7Validator.check_schema(schema)
        assert schema["description"].endswith("."), name
        if "default" in schema:
            jsonschema.validate(schema["default"], schema)
