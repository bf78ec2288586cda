"""`endpoint-configuration-in-stack`: Endpoints whose configuration is made here, elsewhere, or nobody knows where."""

from __future__ import annotations

from typing import Any

import pytest

from policy_pack.judging.verdict import CannotTell, Compliant, NotApplicable, Verdict, Violation
from policy_pack.policies.endpoint_configuration_in_stack import POLICY
from policy_pack.values import UNKNOWN
from tests.carriers.reading import resource, template, urn, verdicts
from tests.matrix import rows

ROW = rows.Row({"endpoint": rows.endpoint("elsewhere")}, rows.pair(), not_of=rows.EXPERIMENTS)

CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
ENDPOINT = "aws:sagemaker/endpoint:Endpoint"
ELSEWHERE = "urn:pulumi:dev::shop::pulumi:pulumi:StackReference::other"


def said(name: Any, *sources: str, region: str = "eu-west-1", beside: Any = (), **settings: Any) -> Verdict:
    """What the policy says of an Endpoint with this configuration name, beside a configuration "serving-1a2b3c4"."""
    configuration = resource(CONFIGURATION, {"name": "serving-1a2b3c4"}, "serving")
    given = resource(
        ENDPOINT, {"endpointConfigName": name}, "endpoint", sources={"endpointConfigName": sources}, region=region
    )
    return verdicts(POLICY, configuration, given, *beside, **settings)["endpoint"]


OWN = urn(CONFIGURATION, "serving")


@pytest.mark.parametrize(
    ("name", "sources"),
    [(UNKNOWN, (OWN,)), ("serving-1a2b3c4", (OWN,)), ("serving-1a2b3c4", ()), ("serving-1a2b3c4", (ELSEWHERE,))],
)
def test_a_configuration_of_the_stack(name: Any, sources: tuple[str, ...]) -> None:
    assert isinstance(said(name, *sources), Compliant)


@pytest.mark.parametrize(
    ("name", "sources", "region"),
    [
        ("other", (), "eu-west-1"),
        ("serving-1a2b3c4", (), "us-east-1"),
        (UNKNOWN, (ELSEWHERE,), "eu-west-1"),
        (5, (), "eu-west-1"),
    ],
)
def test_a_configuration_from_elsewhere(name: Any, sources: tuple[str, ...], region: str) -> None:
    found = said(name, *sources, region=region)
    assert isinstance(found, Violation)
    assert "is not managed in this stack" in found.why and "set endpointConfigName to its name output" in found.fix


@pytest.mark.parametrize(
    ("name", "patterns", "expected"),
    [
        ("shared-blue", ["shared-*"], NotApplicable),
        ("shared-blue", ["other", "shared-blue"], NotApplicable),
        ("shared-blue", ["shared"], Violation),
        ("serving-1a2b3c4", ["serving-*"], Compliant),
    ],
)
def test_what_is_managed_elsewhere_on_purpose(name: str, patterns: list[str], expected: type) -> None:
    assert type(said(name, externalConfigurations=patterns)) is expected


def test_an_endpoint_that_runs_another_is_said_by_another_policy() -> None:
    found = said("other", OWN)
    assert isinstance(found, NotApplicable) and "as endpoint-follows-replacement reports" in found.why


@pytest.mark.parametrize("name", [None, "", UNKNOWN])
def test_a_name_of_which_nothing_is_known(name: Any) -> None:
    found = said(name)
    assert isinstance(found, CannotTell) and "is not known before the update" in found.why


def test_a_name_that_comes_from_a_template_that_cannot_be_read() -> None:
    hidden = template({"Transform": "Mine", "Resources": {}}, "hidden")
    found = said("other", hidden.urn, beside=[hidden])
    assert isinstance(found, CannotTell) and "a template that cannot be read" in found.why
    read = template({"Resources": {"It": {"Type": "AWS::SNS::Topic"}}}, "hidden")
    assert isinstance(said("other", read.urn, beside=[read]), Violation)
