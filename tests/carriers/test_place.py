"""Where a resource lives: what of its provider, its stack and its environment says so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from policy_pack.carriers.place import Surroundings, place
from policy_pack.stack.model import Provider, Resource
from policy_pack.values import UNKNOWN

CLASSIC, NATIVE = "aws:sagemaker/endpoint:Endpoint", "aws-native:sagemaker:Endpoint"
CONFIG = {"aws:region": "eu-west-1", "aws-native:region": "eu-west-2"}
ENVIRONMENT = {"AWS_REGION": "us-west-1", "AWS_DEFAULT_REGION": "us-west-2"}
ROLE = "arn:aws:iam::111122223333:role/deploy"
DEFAULT, VERSIONED, EXPLICIT = "default", "default_7_51_1", "serving"


def region(
    kind: str = CLASSIC,
    provider: str | None = VERSIONED,
    properties: Mapping[str, Any] | None = None,
    *,
    own: Any = None,
    config: Mapping[str, str] = CONFIG,
    environment: Mapping[str, str] = ENVIRONMENT,
    otherwise: str | None = None,
) -> Any:
    """The region of a resource."""
    package = kind.partition(":")[0]
    made = Provider(f"urn:pulumi:dev::shop::pulumi:providers:{package}::{provider}", properties or {})
    resource = Resource("urn", kind, "it", {}, made if provider is not None else None)
    return place(resource, Surroundings(config, environment, region=otherwise), own).region


@pytest.mark.parametrize("provider", [DEFAULT, VERSIONED, EXPLICIT, None])
def test_its_own_region_counts_most(provider: str | None) -> None:
    assert region(provider=provider, properties={"region": "eu-north-1"}, own="eu-south-1") == "eu-south-1"
    assert region(provider=provider, properties={"region": "eu-north-1"}, own=UNKNOWN) is UNKNOWN


@pytest.mark.parametrize("provider", [DEFAULT, VERSIONED, EXPLICIT])
def test_its_providers_region_counts_more_than_what_is_around(provider: str) -> None:
    assert region(provider=provider, properties={"region": "eu-north-1"}) == "eu-north-1"
    assert region(provider=provider, properties={"region": UNKNOWN}) is UNKNOWN


@pytest.mark.parametrize("provider", [DEFAULT, VERSIONED, "default_7_51_1_https___example", None])
def test_a_default_provider_reads_the_stacks_configuration(provider: str | None) -> None:
    assert region(provider=provider) == "eu-west-1"
    assert region(NATIVE, provider) == "eu-west-2"
    assert region(provider=provider, config={"aws:region": " "}) == "us-west-1"


@pytest.mark.parametrize("provider", [EXPLICIT, "defaults", "default-eu", "default_eu", "my::default", "Default"])
def test_an_explicit_provider_does_not(provider: str) -> None:
    assert region(provider=provider) == "us-west-1"
    assert region(NATIVE, provider) == "us-west-1"
    assert region(provider=provider, environment={}) is None


@pytest.mark.parametrize("provider", [VERSIONED, EXPLICIT, None])
def test_the_environment(provider: str | None) -> None:
    assert region(provider=provider, config={}) == "us-west-1"
    assert region(provider=provider, config={}, environment={"AWS_DEFAULT_REGION": "us-west-2"}) == "us-west-2"
    assert region(provider=provider, config={}, environment={}) is None


@pytest.mark.parametrize("profile", ["serving", UNKNOWN])
def test_a_profile_may_bring_a_region_of_its_own(profile: Any) -> None:
    assert region(provider=EXPLICIT, properties={"profile": profile}) is None
    assert region(properties={"profile": profile}, config={}) is None
    assert region(properties={"profile": profile}) == "eu-west-1"
    assert region(provider=EXPLICIT, properties={"profile": profile, "region": "eu-north-1"}) == "eu-north-1"
    assert region(provider=EXPLICIT, properties={"profile": " "}) == "us-west-1"


def test_a_profile_of_the_stack_is_that_of_its_default_providers() -> None:
    config = {"aws:profile": "serving"}
    assert region(config=config) is None
    assert region(provider=None, config=config) is None
    assert region(provider=EXPLICIT, config=config) == "us-west-1"


@pytest.mark.parametrize(
    "kind", ["tf:tf:aws_sagemaker_endpoint", "pulumi:terraform:aws_sagemaker_endpoint", "awsx:a:B"]
)
def test_what_is_around_says_nothing_of_other_providers(kind: str) -> None:
    assert region(kind, config={**CONFIG, "tf:region": "eu-west-1"}) is None
    assert region(kind, own="eu-south-1") == "eu-south-1"


def test_an_audit_may_say_what_nothing_else_tells() -> None:
    assert region(provider=EXPLICIT, properties={"profile": "x"}, otherwise="eu-south-2") == "eu-south-2"
    assert region(otherwise="eu-south-2") == "eu-west-1"


@pytest.mark.parametrize(
    ("given", "role"),
    [
        ({"assumeRole": {"roleArn": ROLE}}, ROLE),
        ({"assumeRole": json.dumps({"roleArn": ROLE})}, ROLE),  # as the engine hands it over
        ({"assumeRole": json.dumps({"role_arn": ROLE})}, ROLE),
        ({"assumeRoles": [{"roleArn": "first"}, {"roleArn": ROLE}]}, ROLE),
        ({"assumeRoles": json.dumps([{"roleArn": "first"}, {"roleArn": ROLE}])}, ROLE),
        ({"assumeRoles": [], "assumeRole": {"roleArn": ROLE}}, ROLE),
        ({"assumeRoles": [{"roleArn": ROLE}], "assumeRole": {"roleArn": "other"}}, ROLE),
        ({"assumeRole": "{"}, None),
        ({"assumeRole": "[" * 100_000}, None),
        ({"assumeRole": 5}, None),
        ({"assumeRole": UNKNOWN}, None),
        ({}, None),
    ],
    ids=lambda each: str(each)[:40],
)
def test_the_role_that_a_provider_assumes(given: Mapping[str, Any], role: str | None) -> None:
    for own in (None, "eu-south-1"):
        resource = Resource("urn", CLASSIC, "it", {}, Provider("urn:pulumi:dev::shop::pulumi:providers:aws::a", given))
        assert place(resource, Surroundings(), own).assumed_role == role


def test_what_decides_a_region_that_nobody_knows() -> None:
    """Two resources of one provider are in one region, whatever it is; one with a region of its own is not."""
    provider = Provider("urn:pulumi:dev::shop::pulumi:providers:aws::a", {"region": UNKNOWN})
    resource = Resource("urn", CLASSIC, "it", {}, provider)
    assert place(resource, Surroundings()).decided_by == provider.urn
    assert place(resource, Surroundings(), "eu-south-1").decided_by is None
    assert place(Resource("urn", CLASSIC, "it", {}), Surroundings()).decided_by is None
