"""Exemptions through the wire: what they cover, until when, and what is said of those that do nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from policy_pack.judging.judge import judge, utc_today
from policy_pack.judging.settings import read
from policy_pack.judging.verdict import Exempted, Violation
from policy_pack.policies.endpoint_configuration_in_stack import POLICY
from policy_pack.stack.model import Endpoint, Place
from policy_pack.stack.model import Stack as Model
from tests.harness.engine import Engine
from tests.harness.program import run
from tests.harness.settings import RefusedSettings
from tests.organization import (
    CUSTOMER,
    ENCRYPTION,
    PAIRED,
    ROTATION,
    SENSE,
    TOMORROW,
    exemption,
    no_key,
    only_a_configuration,
)
from tests.programs.blocks import arn, config, endpoint, key, pair

YESTERDAY = (utc_today() - timedelta(days=1)).isoformat()
URN = "urn:pulumi:dev::shop::aws:sagemaker/endpointConfiguration:EndpointConfiguration::config"
NO_KEY = [("mandatory", ENCRYPTION, "config")]


def configure(engine: Engine, policy: str, *exemptions: Any, unchecked: bool = False) -> None:
    engine.configure({policy: {"exemptions": list(exemptions)}}, unchecked=unchecked)


@pytest.mark.parametrize(
    ("resource", "covered"),
    [
        ("config", True),
        (" config ", True),
        ("conf*", True),
        ("*", True),
        (URN, True),
        ("urn:pulumi:*::config", True),
        (URN.replace("::dev::", "::*::"), True),
        ("other", False),
        ("onfig", False),
        ("CONFIG", False),
        ("c?nfig", False),
        ("[c]onfig", False),
        (URN.replace("dev", "prod"), False),
        (f"{URN}*-blue", False),
    ],
)
def test_what_an_exemption_covers(resource: str, covered: bool, engine: Engine) -> None:
    configure(engine, ENCRYPTION, exemption(resource))
    assert bool(run(engine, no_key).messages(ENCRYPTION)) is not covered


def test_it_is_of_its_policy_only(engine: Engine) -> None:
    configure(engine, CUSTOMER, exemption())
    assert run(engine, no_key) == NO_KEY


def test_it_is_of_its_resource_only(engine: Engine) -> None:
    def two() -> None:
        pair()
        endpoint(config("other").name, "another")

    configure(engine, ENCRYPTION, exemption())
    assert run(engine, two) == [("mandatory", ENCRYPTION, "other")]


def test_a_stack_policys_violation_is_exempted(engine: Engine) -> None:
    assert run(engine, only_a_configuration).messages(PAIRED)
    configure(engine, PAIRED, exemption())
    assert run(engine, only_a_configuration) == []


@pytest.mark.parametrize(("resource", "covered"), [("key", True), ("config", True), ("endpoint", False)])
def test_what_is_reported_at_a_key_goes_by_either_name(resource: str, covered: bool, engine: Engine) -> None:
    def key_without_rotation() -> None:
        pair(kms_key_arn=key(enable_key_rotation=False).arn)

    configure(engine, ROTATION, exemption(resource))
    assert bool(run(engine, key_without_rotation).messages(ROTATION)) is not covered


def test_an_exempted_user_of_a_key_does_not_exempt_another(engine: Engine) -> None:
    def shared_key_without_rotation() -> None:
        shared = key(enable_key_rotation=False).arn
        pair(kms_key_arn=shared)
        endpoint(config("other", kms_key_arn=shared).name, "another")

    configure(engine, ROTATION, exemption())
    assert run(engine, shared_key_without_rotation) == [("advisory", ROTATION, "key")]


def test_after_it_expires_the_violation_comes_back_and_says_so(engine: Engine) -> None:
    configure(engine, ENCRYPTION, exemption(expires=YESTERDAY))
    verdicts = run(engine, no_key)
    assert verdicts == NO_KEY
    (message,) = verdicts.messages(ENCRYPTION)
    assert f"The exemption was valid until {YESTERDAY}." in message


def test_of_several_the_last_to_expire_counts(engine: Engine) -> None:
    configure(engine, ENCRYPTION, exemption(expires=YESTERDAY), exemption("conf*"), exemption(expires="2001-01-01"))
    assert run(engine, no_key) == []
    configure(engine, ENCRYPTION, exemption(expires=YESTERDAY), exemption("conf*", expires="2001-01-01"))
    (message,) = run(engine, no_key).messages(ENCRYPTION)
    assert f"until {YESTERDAY}." in message


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"resource": "config", "expires": TOMORROW}, "exemptions[1] has no reason"),
        ({"reason": "It moves."}, "exemptions[1] has no resource and no expires"),
        (exemption(reason=""), "exemptions[1] has no reason"),
        (exemption(resource=""), "exemptions[1] has no resource"),
        (exemption(expires="next year"), "exemptions[1].expires is not a date like 2027-01-31"),
        (exemption(expires="20990131"), "exemptions[1].expires is not a date like 2027-01-31"),
        (exemption(expires=f"{TOMORROW}T00:00:00Z"), "exemptions[1].expires is not a date like 2027-01-31"),
        ({**exemption(), "resource": ["config"]}, "exemptions[1] has no resource"),
        ("config", "exemptions[1] is not an object"),
        (None, "exemptions[1] is not an object"),
    ],
)
def test_an_incomplete_one_is_refused_and_where_it_is_not_it_exempts_nothing(
    given: Any, said: str, engine: Engine
) -> None:
    good = exemption("conf*", YESTERDAY)
    with pytest.raises(RefusedSettings):
        configure(engine, ENCRYPTION, good, given)
    configure(engine, ENCRYPTION, good, given, unchecked=True)
    verdicts = run(engine, no_key)
    assert verdicts == [*NO_KEY, ("advisory", SENSE, "")]
    assert f"{ENCRYPTION}: {said}." in verdicts.messages(SENSE)[0]


@pytest.mark.parametrize("given", [exemption(expires="2099-02-30"), exemption(reason=" "), exemption(resource="  ")])
def test_one_that_makes_no_sense_exempts_nothing(given: Mapping[str, Any], engine: Engine) -> None:
    configure(engine, ENCRYPTION, given)
    assert run(engine, no_key) == [*NO_KEY, ("advisory", SENSE, "")]


@pytest.mark.parametrize("given", [{}, "config", 5, True, {"resource": "config"}])
def test_what_is_no_list_of_exemptions_exempts_nothing(given: Any, engine: Engine) -> None:
    settings = {ENCRYPTION: {"exemptions": given}}
    with pytest.raises(RefusedSettings):
        engine.configure(settings)
    engine.configure(settings, unchecked=True)
    assert run(engine, no_key) == [*NO_KEY, ("advisory", SENSE, "")]


def test_an_exempted_configuration_is_not_mended(engine: Engine) -> None:
    settings = {"enforcementLevel": "remediate", "keyArnByRegion": {"us-east-1": arn()}}
    resource = {"type": URN.split("::")[2], "name": "config", "urn": URN, "properties": {"region": "us-east-1"}}
    for exemptions, mended in (([exemption()], 0), ([exemption(expires=YESTERDAY)], 1)):
        engine.configure({ENCRYPTION: {**settings, "exemptions": exemptions}})
        assert len(engine.remediate(resource).response.remediations) == mended  # type: ignore[union-attr]


LAST_DAY = date(2027, 1, 31)
UNMANAGED = Endpoint("urn", "urn", "endpoint", Place(None), "elsewhere", "endpointConfigName", ())


@pytest.mark.parametrize(("days", "holds"), [(-1, True), (0, True), (1, False)])
def test_it_holds_until_the_end_of_its_last_day(days: int, holds: bool) -> None:
    settings = read(POLICY.settings, {"exemptions": [exemption("endpoint", LAST_DAY.isoformat(), ticket="ML-1")]})
    ((judgement),) = judge(POLICY, Model([UNMANAGED]), settings, today=LAST_DAY + timedelta(days=days))
    if holds:
        assert isinstance(judgement.verdict, Exempted)
        assert (judgement.verdict.reason, judgement.verdict.expires) == ("It moves next year.", "2027-01-31")
        assert judgement.verdict.ticket == "ML-1"
    else:
        assert isinstance(judgement.verdict, Violation)
