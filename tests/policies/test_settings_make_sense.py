"""`settings-make-sense`: settings for no policy, and exemptions that match nothing of the stack."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from policy_pack.judging.judge import utc_today
from policy_pack.testing.stand_in import ACCOUNT
from tests.harness.engine import Engine
from tests.harness.program import run
from tests.harness.settings import RefusedSettings
from tests.matrix import rows
from tests.organization import (
    CUSTOMER,
    ENCRYPTION,
    IN_STACK,
    ROTATION,
    SENSE,
    VERIFIED,
    exemption,
    named_key,
    no_key,
    only_an_endpoint,
)
from tests.programs.blocks import PRIVATE, arn, key, pair


def exempting(resource: str) -> dict[str, Any]:
    exemption = {"resource": resource, "reason": "It moves next year.", "expires": "2999-01-01"}
    return {"encryption-at-rest-enabled": {"exemptions": [exemption]}}


ROW = rows.Row(rows.pair(), rows.pair(), exempting("nobody"), exempting("urn:pulumi:dev::shop::*"))

URN = "urn:pulumi:dev::shop::aws:sagemaker/endpointConfiguration:EndpointConfiguration::config"
YESTERDAY = (utc_today() - timedelta(days=1)).isoformat()


def configure(engine: Engine, policy: str, *exemptions: Any) -> None:
    engine.configure({policy: {"exemptions": list(exemptions)}})


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"customer-manged-key": {"enforcementLevel": "mandatory"}}, "customer-manged-key: the pack has no policy"),
        (
            {arn(): {"enforcementLevel": "mandatory"}},
            "(a name that is not shown): the pack has no policy with this name",
        ),
        ({"all": {"enforcementLevel": "mandatory", "exemptions": []}}, "all: only a level can be given for all"),
    ],
)
def test_settings_for_no_policy_are_said(settings: Mapping[str, Any], said: str, engine: Engine) -> None:
    engine.configure(settings)
    (message,) = run(engine, named_key).messages(SENSE)
    assert f"- {said}" in message
    assert not any(private in message for private in PRIVATE)


def test_settings_without_a_level_for_no_policy_are_refused(engine: Engine) -> None:
    with pytest.raises(RefusedSettings):
        engine.configure({"customer-manged-key": {"allowAliases": False}})


def test_a_level_for_all_policies_makes_sense(engine: Engine) -> None:
    engine.configure({"all": "mandatory", VERIFIED: "disabled"})
    assert run(engine, named_key) == []
    assert run(engine, only_an_endpoint) == [("mandatory", IN_STACK, "endpoint")]


def test_settings_of_a_disabled_policy_are_nobodys_concern(engine: Engine) -> None:
    engine.configure({CUSTOMER: {"enforcementLevel": "disabled", "allowedAccounts": ["1111"]}})
    assert run(engine, named_key) == []


def test_nonsense_is_said_of_a_stack_without_sagemaker_too(engine: Engine) -> None:
    engine.configure({CUSTOMER: {"allowedAccounts": ["1111"]}})
    assert run(engine, lambda: key()) == [("advisory", SENSE, "")]


def test_one_that_matches_nothing_is_left_over(engine: Engine) -> None:
    configure(engine, ENCRYPTION, exemption(), exemption(f"arn-{ACCOUNT}"), exemption("gone", YESTERDAY))
    verdicts = run(engine, no_key)
    assert verdicts == [("advisory", SENSE, "")]
    (message,) = verdicts.messages(SENSE)
    assert "encryption-at-rest-enabled: exemptions[1] matches no resource of this stack that" in message
    assert "encryption-at-rest-enabled: exemptions[2] matches no resource of this stack that" in message
    assert "exemptions[0]" not in message
    assert ACCOUNT not in message


@pytest.mark.parametrize(("policy", "idle"), [(ENCRYPTION, True), (CUSTOMER, True), (IN_STACK, False)])
def test_one_of_a_resource_that_the_policy_does_not_judge_is_left_over(policy: str, idle: bool, engine: Engine) -> None:
    configure(engine, policy, exemption("endpoint"))
    assert run(engine, lambda: pair(kms_key_arn=arn())) == ([("advisory", SENSE, "")] if idle else [])


def test_what_is_said_of_the_settings_is_exempted_as_a_whole(engine: Engine) -> None:
    left_over = {ENCRYPTION: {"exemptions": [exemption("gone")]}}
    engine.configure({**left_over, SENSE: {"exemptions": [exemption("config")]}})
    assert run(engine, lambda: pair(kms_key_arn=arn())) == [("advisory", SENSE, "")]
    engine.configure({**left_over, SENSE: {"exemptions": [exemption("*")]}})
    assert run(engine, lambda: pair(kms_key_arn=arn())) == []


@pytest.mark.parametrize(
    "resource", [URN.replace("dev", "prod"), URN.replace("shop", "blog"), "urn:pulumi:prod::*", "urn:pulumi:*::blog::*"]
)
def test_one_of_another_stack_is_not_left_over_here(resource: str, engine: Engine) -> None:
    configure(engine, ENCRYPTION, exemption(resource))
    assert run(engine, lambda: pair(kms_key_arn=arn())) == []


@pytest.mark.parametrize("resource", ["urn:pulumi:dev::shop::*gone", "urn:pulumi:*::shop::*gone"])
def test_one_of_this_stack_is(resource: str, engine: Engine) -> None:
    configure(engine, ENCRYPTION, exemption(resource))
    assert run(engine, lambda: pair(kms_key_arn=arn())) == [("advisory", SENSE, "")]


def test_of_a_stack_without_sagemaker_none_is_left_over(engine: Engine) -> None:
    configure(engine, ENCRYPTION, exemption("gone"))
    assert run(engine, lambda: key()) == []


def unencrypted_key_that_does_not_rotate() -> None:
    pair(kms_key_arn=key(enable_key_rotation=False).arn)


@pytest.mark.parametrize(("resource", "idle"), [("key", False), ("config", False), ("endpoint", True), ("other", True)])
def test_one_of_the_key_that_a_policy_reports_at_is_not_left_over(resource: str, idle: bool, engine: Engine) -> None:
    configure(engine, ROTATION, exemption(resource))
    said = run(engine, unencrypted_key_that_does_not_rotate)
    assert bool(said.messages(SENSE)) is idle


def test_one_of_the_settings_themselves_is_of_any_resource(engine: Engine) -> None:
    configure(engine, SENSE, exemption("config"))
    assert run(engine, lambda: pair(kms_key_arn=arn())) == []
    configure(engine, SENSE, exemption("gone"))
    assert run(engine, lambda: pair(kms_key_arn=arn())) == [("advisory", SENSE, "")]


@pytest.mark.parametrize("program", [lambda: pair(kms_key_arn=arn()), only_an_endpoint])
def test_an_exemption_is_left_over_where_something_is_judged(program: Any, engine: Engine) -> None:
    engine.configure(
        {
            "all": "disabled",
            CUSTOMER: {"enforcementLevel": "mandatory", "exemptions": [exemption("gone")]},
            SENSE: "advisory",
        }
    )
    assert run(engine, program) == [("advisory", SENSE, "")]
