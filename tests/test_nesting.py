"""Values nested as deep as protobuf parses are judged; deeper ones are refused in one sentence, and end nothing."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.runtime.proto import analyzer_pb2 as pb

from policy_pack.policies import PACK
from tests.harness import nested
from tests.harness.answers import Answer, read
from tests.harness.engine import Engine

CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
URN = f"urn:pulumi:dev::shop::{CONFIGURATION}::config"
TEMPLATE = "aws:cloudformation/stack:Stack"
KEY = "aws:kms/key:Key"

# Of 65,535 levels of messages an object takes three, and a list two ("upb" of the protobuf library).
READ = [("object", 130), ("object", 2_000), ("object", 21_800), ("list", 2_000), ("list", 32_000)]
TOO_DEEP = [("object", 22_000), ("object", 60_000), ("list", 33_000)]
REFUSED = "The properties are nested too deeply for protobuf, or the request is damaged, so no policy can check them."


def ask(engine: Engine, method: str, serialized: bytes) -> Answer:
    response: Any = pb.RemediateResponse if method == "Remediate" else pb.AnalyzeResponse
    call = engine.channel.unary_unary(f"/pulumirpc.Analyzer/{method}", response_deserializer=response.FromString)
    return (
        read(call(serialized, timeout=60), URN) if response is pb.AnalyzeResponse else Answer((), {}, call(serialized))
    )


def judged_of(kind: str) -> set[tuple[str, str]]:
    return {(each.level, each.name) for each in PACK.policies if each.kind == kind and each.level != "disabled"}


@pytest.mark.parametrize(("container", "depth"), READ)
def test_as_deep_as_protobuf_parses_is_judged(container: str, depth: int, engine: Engine) -> None:
    resource = nested.request(CONFIGURATION, URN, depth, container)
    assert [each.policy for each in ask(engine, "Analyze", resource).findings] == ["encryption-at-rest-enabled"]
    answer = ask(engine, "AnalyzeStack", nested.stack(resource))
    assert [each.policy for each in answer.findings] == ["paired-with-endpoint"]


@pytest.mark.parametrize(("container", "depth"), READ)
def test_a_deep_value_where_a_text_belongs_is_a_violation(container: str, depth: int, engine: Engine) -> None:
    answer = ask(engine, "Analyze", nested.request(CONFIGURATION, URN, depth, container, "kmsKeyArn"))
    assert ("mandatory", "customer-managed-key", "config") in [each.triple for each in answer.findings]
    assert not [each for each in answer.findings if "error in the policy pack" in each.message]


@pytest.mark.parametrize("kind", [TEMPLATE, KEY, CONFIGURATION])
@pytest.mark.parametrize("property", ["templateBody", "policy", "productionVariants", "tags", "region"])
def test_no_policy_fails_of_a_deep_value(kind: str, property: str, engine: Engine) -> None:  # noqa: A002
    deep = nested.request(kind, URN.replace(CONFIGURATION, kind), 3_000, "object", property)
    other = nested.request(CONFIGURATION, URN, 1, "object")
    for answer in (ask(engine, "Analyze", deep), ask(engine, "AnalyzeStack", nested.stack(other, deep))):
        assert not [each for each in answer.findings if "error in the policy pack" in each.message]


@pytest.mark.parametrize(("container", "depth"), TOO_DEEP)
def test_deeper_is_refused_in_one_sentence_by_every_policy(container: str, depth: int, engine: Engine) -> None:
    resource = nested.request(CONFIGURATION, URN, depth, container)
    for method, serialized, kind in (
        ("Analyze", resource, "resource"),
        ("AnalyzeStack", nested.stack(resource), "stack"),
    ):
        findings = ask(engine, method, serialized).findings
        assert {each.triple[:2] for each in findings} == judged_of(kind)
        assert all(REFUSED in each.message for each in findings)
    assert engine.analyze({"type": CONFIGURATION, "urn": URN, "name": "config"}).findings  # it runs on


def test_deeper_in_a_resource_that_concerns_nobody_is_not_even_read(engine: Engine) -> None:
    resource = nested.request(
        "aws:s3/bucket:Bucket", URN.replace(CONFIGURATION, "aws:s3/bucket:Bucket"), 60_000, "list"
    )
    assert not ask(engine, "Analyze", resource).findings
    assert not ask(engine, "AnalyzeStack", nested.stack(resource)).findings


@pytest.mark.parametrize("depth", [2_000, 22_000])
def test_a_remediation_that_cannot_read_it_says_so(depth: int, engine: Engine) -> None:
    engine.configure({"encryption-at-rest-enabled": "remediate"})
    response = ask(engine, "Remediate", nested.request(CONFIGURATION, URN, depth, "object")).response
    assert isinstance(response, pb.RemediateResponse)
    (remediation,) = response.remediations
    assert remediation.policyName.endswith("encryption-at-rest-enabled")
    assert remediation.diagnostic.startswith(f"The key could not be filled in. {REFUSED}")
    assert not remediation.HasField("properties")
