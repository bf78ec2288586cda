"""Settings that a schema refuses, that it lets through though they make no sense, and any settings at all."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from policy_pack.judging.policy import MANDATORY
from policy_pack.judging.settings import schemas
from policy_pack.policies import PACK
from policy_pack.testing.stand_in import ACCOUNT, KEY_ID
from tests.harness.engine import Engine
from tests.harness.program import DEV, Program, run
from tests.harness.settings import RefusedSettings
from tests.organization import (
    CUSTOMER,
    ENCRYPTION,
    FOLLOWS,
    GRANTS,
    IN_STACK,
    OTHER_ACCOUNT,
    PAIRED,
    REGION,
    RESTRICTED,
    ROLE,
    ROTATION,
    SENSE,
    VERIFIED,
    aliased_key,
    endpoint_that_names_its_configuration,
    key_that_rotates_every,
    key_whose_policy_lets_in,
    named_key,
    no_key,
    no_key_on_local_storage,
    only_a_configuration,
    only_an_endpoint,
)
from tests.programs.blocks import PRIVATE, arn

# A policy, a setting, a value that the schema refuses, and one that it cannot refuse but that makes no sense; `None`
# where there is none. What is said of the latter names the setting.
NONSENSE: list[tuple[str, str, Any, Any, str]] = [
    (ENCRYPTION, "instanceStorageOnly", "sometimes", None, "instanceStorageOnly is not one of require, exempt"),
    (ENCRYPTION, "keyArnByRegion", [arn()], None, "keyArnByRegion is not an object"),
    (ENCRYPTION, "keyArnByRegion", {"us-east-1": 5}, {"us-east-1": KEY_ID}, "keyArnByRegion.us-east-1 is not the ARN"),
    (ENCRYPTION, "keyArnByRegion", None, {"us-east-1": arn("eu-west-1")}, "keyArnByRegion.us-east-1 is the ARN of a"),
    (ENCRYPTION, "keyArnByRegion", None, {"us-est-1": arn()}, "keyArnByRegion.us-est-1 is not an AWS Region"),
    (ENCRYPTION, "keyArnByRegion", None, {arn(): "us-east-1"}, "keyArnByRegion.(a name that is not shown) is not an"),
    (ENCRYPTION, "keyArnByRegion", None, {"us-east-1": arn(what="alias/aws/sagemaker")}, "keyArnByRegion.us-east-1 "),
    (CUSTOMER, "allowedKeyArns", arn(), None, "allowedKeyArns is not a list"),
    (CUSTOMER, "allowedKeyArns", [""], [" "], "allowedKeyArns[0] is not a string"),
    (CUSTOMER, "allowedKeyArns", [arn(), 5], None, "allowedKeyArns[1] is not a string"),
    (CUSTOMER, "allowedKeyArns", None, [arn(), KEY_ID], "allowedKeyArns[1] is not the ARN of a KMS key"),
    (CUSTOMER, "allowedKeyArns", None, [f"arn:aws:kms:us-est-1:{ACCOUNT}:key/*"], "allowedKeyArns[0] is not the"),
    (CUSTOMER, "allowedKeyArns", None, [f"arn:aws-cn:kms:us-east-1:{ACCOUNT}:key/*"], "allowedKeyArns[0] is not the"),
    (CUSTOMER, "allowedKeyArns", None, ["arn:aws:kms:us-east-1:1111:key/*"], "allowedKeyArns[0] is not the ARN"),
    (CUSTOMER, "allowedKeyArns", None, ["arn:awz:kms:*:*:key/*"], "allowedKeyArns[0] is not the ARN"),
    (CUSTOMER, "allowedKeyArns", None, [f"arn:aws:kms:us-east-1:*:{KEY_ID}"], "allowedKeyArns[0] is not the ARN"),
    (CUSTOMER, "allowedAccounts", ACCOUNT, ["1111"], "allowedAccounts[0] is not a 12-digit account ID"),
    (
        "encryption-at-rest-enabled",
        "honorTemplateSuppressions",
        "no",
        None,
        "honorTemplateSuppressions is not true or false",
    ),
    (CUSTOMER, "allowAliases", "no", None, "allowAliases is not true or false"),
    (REGION, "region", 5, "us-est-1", "region is not an AWS Region"),
    (RESTRICTED, "allowedAccounts", {}, ["*"], "allowedAccounts[0] is not a 12-digit account ID"),
    (GRANTS, "deployers", "*", ["deploy"], "deployers[0] is not the ARN of a role"),
    (GRANTS, "deployers", [5], [f"arn:aws:iam::{ACCOUNT}:user/me"], "deployers[0] is not the"),
    (RESTRICTED, "allowedOrganizations", "o-a", ["o-short", "r-ab12"], "allowedOrganizations[0] is not the ID of an"),
    (RESTRICTED, "serviceSourceRequired", "yes", None, "serviceSourceRequired is not true or false"),
    (RESTRICTED, "allowedPrincipals", "*", ["serving"], "allowedPrincipals[0] is not the ARN of a role"),
    (ROTATION, "maxRotationDays", 30, None, "maxRotationDays is not a whole number from 90 to 2560"),
    (ROTATION, "maxRotationDays", 90.5, None, "maxRotationDays is not a whole number from 90 to 2560"),
    (ROTATION, "maxRotationDays", True, None, "maxRotationDays is not a whole number from 90 to 2560"),
    (VERIFIED, "budgetSeconds", 0, None, "budgetSeconds is not a number of seconds from 1 to 120"),
    (VERIFIED, "allowProviderProfile", "no", None, "allowProviderProfile is not true or false"),
    (VERIFIED, "onError", "raise", None, "onError is not one of report, ignore"),
    (IN_STACK, "externalConfigurations", "shared-*", [" "], "externalConfigurations[0] is not a string"),
    (FOLLOWS, "externalConfigurations", {}, [" "], "externalConfigurations[0] is not a string"),
    (PAIRED, "externalConfigurations", [5], [" "], "externalConfigurations[0] is not a string"),
    (ENCRYPTION, "onlyStackTags", {"env": "prod"}, None, "onlyStackTags.env is not a list of strings"),
    (ENCRYPTION, "exceptStackTags", {arn(): []}, None, "exceptStackTags.(a name that is not shown) is not a list"),
    (CUSTOMER, "alowedKeyArns", None, [arn()], "alowedKeyArns is not a setting of this policy"),
    (CUSTOMER, arn(), None, True, "(a name that is not shown) is not a setting of this policy"),
]
# Every policy that is mandatory by default has this one.
NONSENSE += [
    (policy.name, "undecided", value, None, "undecided is not one of allow, refuse")
    for policy, value in zip(
        (each for each in PACK.policies if each.level == MANDATORY), cycle(["deny", True, ["refuse"]])
    )
]


@pytest.mark.parametrize(("policy", "name", "refused", "senseless", "said"), NONSENSE)
def test_nonsense_is_refused_or_said(
    policy: str, name: str, refused: Any, senseless: Any, said: str, engine: Engine
) -> None:
    level = {"enforcementLevel": "mandatory"}
    if refused is not None:
        with pytest.raises(RefusedSettings):
            engine.configure({policy: {**level, name: refused}})
    engine.configure(
        {policy: {**level, name: refused if senseless is None else senseless}}, unchecked=senseless is None
    )
    (message,) = run(engine, no_key).messages(SENSE)
    assert f"- sagemaker-endpoint-configuration-{policy}: {said}" in message
    assert not any(private in message for private in PRIVATE)


def test_every_setting_has_its_nonsense() -> None:
    every = {(policy.name, setting.name) for policy in PACK.policies for setting in policy.settings}
    forgotten = sorted(every - {(policy, name) for policy, name, _, _, _ in NONSENSE})
    assert not forgotten, f"write into NONSENSE of tests/test_settings_nonsense.py what is refused of: {forgotten}"


# What is not in effect is as if it were not there, and lets no more through.
STAYS: list[tuple[str, Mapping[str, Any], Program, bool]] = [
    (ENCRYPTION, {"instanceStorageOnly": "sometimes"}, no_key_on_local_storage, True),
    (CUSTOMER, {"allowedKeyArns": [KEY_ID, 5, f"arn:aws:kms:us-est-1:{ACCOUNT}:key/*"]}, named_key, True),
    (CUSTOMER, {"allowedKeyArns": arn()}, named_key, True),
    (CUSTOMER, {"allowedKeyArns": {"us-east-1": arn()}}, named_key, True),
    (CUSTOMER, {"allowedKeyArns": ""}, named_key, True),
    (CUSTOMER, {"allowedKeyArns": False}, named_key, True),
    (CUSTOMER, {"allowedKeyArns": [KEY_ID, arn()]}, named_key, False),
    (CUSTOMER, {"allowedKeyArns": None}, named_key, False),
    (CUSTOMER, {"allowedAccounts": ["1111"]}, named_key, True),
    (CUSTOMER, {"allowedAccounts": int(ACCOUNT)}, named_key, True),
    (CUSTOMER, {"allowAliases": "no"}, aliased_key, False),
    (RESTRICTED, {"allowedAccounts": ["*"]}, key_whose_policy_lets_in({"AWS": ROLE}), True),
    (
        RESTRICTED,
        {"allowedAccounts": [OTHER_ACCOUNT], "allowedPrincipals": ["serving"]},
        key_whose_policy_lets_in({"AWS": ROLE}),
        True,
    ),
    (ROTATION, {"maxRotationDays": "365"}, key_that_rotates_every(2560), False),
    (IN_STACK, {"externalConfigurations": "shared-*"}, only_an_endpoint, True),
    (FOLLOWS, {"externalConfigurations": "shared-*"}, endpoint_that_names_its_configuration, True),
    (PAIRED, {"externalConfigurations": [["shared-*"]]}, only_a_configuration, True),
]


@pytest.mark.parametrize(("policy", "settings", "program", "violated"), STAYS)
def test_nonsense_is_not_in_effect(
    policy: str, settings: Mapping[str, Any], program: Program, violated: bool, engine: Engine
) -> None:
    engine.configure({policy: settings}, unchecked=True)
    assert bool(run(engine, program, phase="update").messages(policy)) is violated


values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.sampled_from(
            [arn(), arn("eu-west-1"), KEY_ID, ACCOUNT, "*", "config", "us-east-1", "2027-01-31", "", "s3cr3t"]
        ),
        st.text(st.characters(codec="utf-8"), max_size=6),
    ),
    lambda children: st.one_of(
        st.lists(children, max_size=3),
        st.dictionaries(
            st.sampled_from(["resource", "reason", "expires", "ticket", "env", "us-east-1", "s3cr3t-1", arn()]),
            children,
            max_size=4,
        ),
    ),
    max_leaves=8,
)
names = st.sampled_from(
    sorted({name for policy in PACK.policies for name in schemas(policy.settings)} | {"s3cr3t-1", arn()})
)
levels = st.sampled_from(["advisory", "mandatory", "remediate"])
# Not the one that would look for the machine's credentials.
policies = st.sampled_from(
    [policy.name for policy in PACK.policies if policy.name != VERIFIED] + ["all", "s3cr3t-1", arn()]
)
anything = st.dictionaries(
    policies,
    st.builds(
        lambda level, given: {**given, "enforcementLevel": level}, levels, st.dictionaries(names, values, max_size=4)
    ),
    max_size=5,
)
many = hypothesis_settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def _resource(kind: str, **properties: Any) -> dict[str, Any]:
    name = "config" if "Configuration" in kind else "endpoint"
    return {"type": kind, "name": name, "urn": f"urn:pulumi:dev::shop::{kind}::{name}", "properties": properties}


UNENCRYPTED = _resource("aws:sagemaker/endpointConfiguration:EndpointConfiguration", region="us-east-1")
ENCRYPTED = _resource("aws:sagemaker/endpointConfiguration:EndpointConfiguration", kmsKeyArn=arn(), region="us-east-1")
UNPAIRED = _resource("aws:sagemaker/endpoint:Endpoint", endpointConfigName="config")


@pytest.mark.slow
@pytest.mark.unmeasured
@many
@given(settings=anything)
def test_any_settings_are_answered(settings: Mapping[str, Any], engine: Engine) -> None:
    engine.configure_stack(DEV)
    engine.configure(settings, unchecked=True)
    for resource in (UNENCRYPTED, ENCRYPTED):
        engine.remediate(resource)
        answers = [engine.analyze(resource), engine.analyze_stack([resource, UNPAIRED])]
        for finding in (finding for answer in answers for finding in answer.findings):
            assert "error in the policy pack" not in finding.message
            assert not any(private in finding.message for private in (*PRIVATE, "s3cr3t"))


@many
@given(
    value=values.filter(lambda value: value not in (None, [])),
    name=st.sampled_from(["allowedKeyArns", "allowedAccounts"]),
)
def test_a_list_of_what_is_allowed_allows_only_what_it_lists(name: str, value: Any, engine: Engine) -> None:
    engine.configure({CUSTOMER: {name: value}}, unchecked=True)
    allowing = (arn(), "*") if name == "allowedKeyArns" else (ACCOUNT,)
    listed = isinstance(value, list) and any(allowed in value for allowed in allowing)
    assert bool(engine.analyze(ENCRYPTED).findings) is not listed
