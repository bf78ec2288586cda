"""Exemptions by a tag of the resource: none by default, those of a setting through the wire, and shown in audits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi_aws as aws
import pytest

from policy_pack.audit.evidence import COMPLIANT, EXEMPTED, NON_COMPLIANT
from policy_pack.audit.formats import html, markdown, oscal, sarif
from policy_pack.policies import PACK
from tests.audit.auditing import audit_document, verdict
from tests.audit.states import configuration, export, resource
from tests.harness.engine import Engine
from tests.harness.program import Program, run
from tests.harness.settings import RefusedSettings
from tests.organization import CUSTOMER, ENCRYPTION, FOLLOWS, SENSE
from tests.programs.blocks import arn, config, endpoint

NO_KEY = [("mandatory", ENCRYPTION, "config")]
TAGS = {"encryption": ["waived", "not-*"]}
HONOR = {ENCRYPTION: {"exemptResourceTags": TAGS}}


def tagged(tags: Mapping[str, Any]) -> Program:
    def program() -> None:
        endpoint(config(kms_key_arn=None, tags=tags))

    return program


def in_template(tags: Any) -> Program:
    variants = [{"VariantName": "main", "ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}]
    properties = {"ProductionVariants": variants, "Tags": tags}
    resources = {
        "Config": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": properties},
        "Endpoint": {
            "Type": "AWS::SageMaker::Endpoint",
            "Properties": {"EndpointConfigName": {"Fn::GetAtt": ["Config", "EndpointConfigName"]}},
        },
    }
    return lambda: aws.cloudformation.Stack("config", template_body=json.dumps({"Resources": resources})) and None


@pytest.mark.parametrize("phase", ["preview", "update"])
@pytest.mark.parametrize(
    ("program", "exempt"),
    [
        (tagged({"encryption": "waived"}), True),
        (tagged({"encryption": "not-needed", "team": "ml"}), True),
        (in_template([{"Key": "encryption", "Value": "waived"}]), True),
        (tagged({"encryption": "yes"}), False),
        (tagged({"Encryption": "waived"}), False),
        (tagged({"other": "waived"}), False),
        (tagged({}), False),
        (in_template([{"Key": "encryption", "Value": "yes"}]), False),
        (in_template([{"Key": "encryption", "Value": {"Ref": "AWS::StackName"}}]), False),
        (in_template({"encryption": {"Value": "waived"}}), False),
        (in_template("encryption=waived"), False),
    ],
)
def test_what_a_tag_exempts(program: Program, exempt: bool, phase: str, engine: Engine) -> None:
    engine.configure(HONOR)
    assert run(engine, program, phase=phase) == ([] if exempt else NO_KEY)


@pytest.mark.parametrize("settings", [{}, {ENCRYPTION: {"exemptResourceTags": {}}}, {CUSTOMER: HONOR[ENCRYPTION]}])
def test_no_tag_exempts_by_default_nor_from_another_policy(settings: Mapping[str, Any], engine: Engine) -> None:
    engine.configure(settings)
    assert run(engine, tagged({"encryption": "waived"})) == NO_KEY


def test_an_unknown_tag_exempts_nothing(engine: Engine) -> None:
    engine.configure({ENCRYPTION: {"exemptResourceTags": {"encryption": ["*"]}}})

    def program() -> None:
        topic = aws.sns.Topic("topic")
        endpoint(config(kms_key_arn=None, tags={"encryption": topic.arn}))

    assert run(engine, program) == NO_KEY


def test_a_tag_of_the_endpoint_exempts_what_is_said_of_the_endpoint(engine: Engine) -> None:
    def program() -> None:
        config(name="ranking", kms_key_arn=arn())
        aws.sagemaker.Endpoint("endpoint", endpoint_config_name="ranking", tags={"encryption": "waived"})

    engine.configure({})
    assert ("mandatory", FOLLOWS, "endpoint") in [each.triple for each in run(engine, program).findings]
    engine.configure({FOLLOWS: HONOR[ENCRYPTION]})
    assert not run(engine, program).messages(FOLLOWS)


@pytest.mark.parametrize(
    "nonsense", [{"encryption": "waived"}, {"encryption": [5]}, ["encryption"], "encryption", True]
)
def test_nonsense_exempts_nothing_and_is_said(nonsense: Any, engine: Engine) -> None:
    with pytest.raises(RefusedSettings):
        engine.configure({ENCRYPTION: {"exemptResourceTags": nonsense}})
    engine.configure({ENCRYPTION: {"exemptResourceTags": nonsense}}, unchecked=True)
    said = run(engine, tagged({"encryption": "waived"}))
    assert NO_KEY[0] in [each.triple for each in said.findings]
    assert any("exemptResourceTags" in each for each in said.messages(SENSE))


def test_an_audit_shows_what_a_tag_exempts(tmp_path: Path) -> None:
    """Nobody exempts himself unseen: it is no compliant configuration, and the report says by which tag."""
    stack = export(configuration(tags={"encryption": "waived"}))
    report = audit_document(tmp_path, stack, HONOR)
    [evidence] = report.configurations
    said = verdict(evidence, ENCRYPTION)
    assert (evidence.status, said.status, said.expires) == (EXEMPTED, EXEMPTED, "")
    assert said.reason == "exempted by a tag of the resource (encryption)"
    assert report.counts[COMPLIANT] == 0
    for written in (html.write(report), markdown.write(report), oscal.write(report)):
        assert "xempted by a tag of the resource" in written
    results = json.loads(sarif.write(report))["runs"][0]["results"]
    assert [each["kind"] for result in results for each in result.get("suppressions", [])] == ["inSource"]
    [evidence] = audit_document(tmp_path, stack).configurations
    assert evidence.status == NON_COMPLIANT


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        ("aws-native:sagemaker:EndpointConfig", {"tags": [{"key": "encryption", "value": "waived"}]}),
        ("aws:index/sagemakerEndpointConfiguration:SagemakerEndpointConfiguration", {"tags": {"encryption": "waived"}}),
        ("pulumi:terraform:aws_sagemaker_endpoint_configuration", {"tags": {"encryption": "waived"}}),
        (
            "aws:cloudcontrol/resource:Resource",
            {
                "typeName": "AWS::SageMaker::EndpointConfig",
                "desiredState": json.dumps({"Tags": [{"Key": "encryption", "Value": "waived"}]}),
            },
        ),
        ("aws-native:sagemaker:InferenceExperiment", {"tags": [{"key": "encryption", "value": "waived"}]}),
    ],
)
def test_tags_on_every_carrier(tmp_path: Path, kind: str, inputs: dict[str, Any]) -> None:
    [evidence] = audit_document(tmp_path, export(resource(kind, "config", inputs)), HONOR).configurations
    assert verdict(evidence, ENCRYPTION).status == EXEMPTED


def test_every_policy_has_the_setting(engine: Engine) -> None:
    found = [each for each in engine.info().policies if "exemptResourceTags" in each.configSchema.properties]
    assert len(found) == len(PACK.policies)
