"""The ready configurations: each fits the schemas that the pack reports, makes sense, and does what its name says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime.proto import analyzer_pb2 as pb

from policy_pack.policies import PACK
from tests.conftest import ROOT
from tests.harness.answers import short
from tests.harness.engine import Engine, Stack
from tests.harness.program import Program, run
from tests.harness.settings import reconcile
from tests.organization import (
    CUSTOMER,
    ENCRYPTION,
    FOLLOWS,
    IN_STACK,
    PAIRED,
    REGION,
    RESTRICTED,
    ROTATION,
    SENSE,
    VERIFIED,
    key_that_rotates_every,
    key_whose_policy_lets_in,
    no_key,
    only_a_configuration,
    only_an_endpoint,
)
from tests.programs.blocks import arn, in_region, pair

FILES = sorted((ROOT / "configs").glob("*.json"))
ADVISORY, AUDIT_GROUP, MANDATORY, REGULATED, STRICT = FILES

READABLE = "carrier-readable"
PROGRAMS: list[Program] = [no_key, only_a_configuration, only_an_endpoint]


def content(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def levels(path: Path, info: pb.AnalyzerInfo) -> dict[str, str]:
    """The level of each policy of the pack."""
    configured = reconcile(info, content(path)).policyConfig
    return {
        short(policy.name): pb.EnforcementLevel.Name(configured[policy.name].enforcementLevel).lower()
        for policy in info.policies
    }


def test_their_names() -> None:
    assert [path.stem for path in FILES] == ["advisory", "audit-group", "mandatory", "regulated", "strict"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_it_fits_the_schemas_and_makes_sense(path: Path, engine: Engine) -> None:
    engine.configure(content(path))  # refused where it does not fit
    verdicts = run(engine, no_key)
    assert verdicts.messages(ENCRYPTION)
    assert not verdicts.messages(SENSE)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_it_names_policies_of_the_pack_only(path: Path, engine: Engine) -> None:
    assert content(path).keys() <= {"all", *(policy.name for policy in engine.info().policies)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_it_does_not_make_the_pack_call_aws(path: Path, engine: Engine) -> None:
    assert levels(path, engine.info())[VERIFIED] == "disabled"


def test_advisory_stops_nothing(engine: Engine) -> None:
    found = levels(ADVISORY, engine.info())
    assert {level for policy, level in found.items() if policy != VERIFIED} == {"advisory"}
    for program in PROGRAMS:
        engine.configure({})
        before = run(engine, program).findings
        engine.configure(content(ADVISORY))
        assert run(engine, program) == [("advisory", finding.policy, finding.resource) for finding in before]


MANAGED_ONLY = {"replacement-safe", FOLLOWS, IN_STACK, PAIRED, VERIFIED}


def test_an_audit_group_has_only_what_means_something_of_discovered_resources(engine: Engine) -> None:
    found = levels(AUDIT_GROUP, engine.info())
    assert {policy for policy in MANAGED_ONLY if found[policy] != "disabled"} == set()
    on = {policy for policy, level in found.items() if level != "disabled"}
    assert {policy.name for policy in PACK.policies if policy.level == "mandatory"} - {FOLLOWS} <= on


@pytest.mark.parametrize(
    ("inputs", "violated"),
    [
        ({"kmsKeyId": arn()}, set()),
        ({"kmsKeyId": arn(), "endpointConfigName": "fixed-by-hand"}, set()),
        ({}, {("mandatory", ENCRYPTION)}),
        ({"kmsKeyId": arn("eu-west-1")}, {("mandatory", REGION)}),
        ({"kmsKeyId": arn(what="alias/aws/sagemaker")}, {("mandatory", CUSTOMER)}),
    ],
)
def test_an_audit_group_judges_discovered_resources(
    inputs: dict[str, Any], violated: set[tuple[str, str]], engine: Engine
) -> None:
    """Resources of an account: no stack resource, no dependencies, and an Endpoint that nothing here makes."""
    engine.configure(content(AUDIT_GROUP))
    engine.configure_stack(Stack(config={"aws-native:region": "us-east-1"}))
    variant = {"variantName": "all", "modelName": "model", "instanceType": "ml.m5.large", "initialInstanceCount": 1}
    found = [
        ("EndpointConfig", {"endpointConfigName": "one", "productionVariants": [variant], **inputs}),
        ("Endpoint", {"endpointConfigName": "of-another-stack"}),
    ]
    resources = [
        {
            "type": f"aws-native:sagemaker:{kind}",
            "urn": f"urn:pulumi:account::insights::aws-native:sagemaker:{kind}::found",
            "name": "found",
            "properties": properties,
        }
        for kind, properties in found
    ]
    answers = [*map(engine.analyze, resources), engine.analyze_stack(resources)]
    assert {finding.triple[:2] for answer in answers for finding in answer.findings} == violated


def test_mandatory_names_every_policy_at_its_default(engine: Engine) -> None:
    info = engine.info()
    assert content(MANDATORY) == {
        policy.name: pb.EnforcementLevel.Name(policy.enforcementLevel).lower() for policy in info.policies
    }
    engine.configure(content(MANDATORY))
    assert run(engine, no_key) == [("mandatory", ENCRYPTION, "config")]
    assert run(engine, only_an_endpoint) == [("advisory", IN_STACK, "endpoint")]


@pytest.mark.parametrize("path", [STRICT, REGULATED], ids=lambda path: path.name)
def test_strict_and_regulated_let_nothing_pass(path: Path, engine: Engine) -> None:
    found = levels(path, engine.info())
    # What cannot be read is not proved wrong.
    assert found.pop(READABLE) == "advisory"
    assert {level for policy, level in found.items() if policy != VERIFIED} == {"mandatory"}
    engine.configure(content(path))
    assert run(engine, only_an_endpoint) == [("mandatory", IN_STACK, "endpoint")]


@pytest.mark.parametrize(
    ("what", "region", "program", "violated"),
    [
        (CUSTOMER, "eu-west-1", lambda: pair(kms_key_arn=arn("eu-west-1")), False),
        (CUSTOMER, "eu-central-1", lambda: pair(kms_key_arn=arn("eu-central-1")), False),
        (CUSTOMER, "us-east-1", lambda: pair(kms_key_arn=arn()), True),
        (CUSTOMER, "eu-west-1", lambda: pair(kms_key_arn=arn("eu-west-1").replace("1111222", "4444555")), True),
        (CUSTOMER, "eu-west-1", lambda: pair(kms_key_arn=arn("eu-west-1", "alias/serving")), True),
        (ROTATION, "eu-west-1", key_that_rotates_every(365), False),
        (ROTATION, "eu-west-1", key_that_rotates_every(366), True),
        (RESTRICTED, "eu-west-1", key_whose_policy_lets_in("*"), True),
        (RESTRICTED, "eu-west-1", key_whose_policy_lets_in({"AWS": "arn:aws:iam::444455556666:root"}), True),
    ],
)
def test_regulated_limits_the_keys(what: str, region: str, program: Program, violated: bool, engine: Engine) -> None:
    engine.configure(content(REGULATED))
    verdicts = run(engine, program, phase="update", stack=in_region(region))
    assert {finding.triple[:2] for finding in verdicts.findings} == ({("mandatory", what)} if violated else set())


def test_strict_stops_for_what_is_only_advice_by_default(engine: Engine) -> None:
    engine.configure(content(STRICT))
    assert run(engine, only_a_configuration) == [("mandatory", PAIRED, "config")]
