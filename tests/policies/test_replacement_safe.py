"""`replacement-safe`: what a changed key does to a configuration on each carrier, and what options change of that."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from policy_pack.audit.evidence import CANNOT_TELL
from tests.audit.auditing import audit_document, verdict
from tests.harness import aws_native as native
from tests.harness.program import Program, deploy
from tests.matrix import rows
from tests.policies.phases import AUDIT, PHASES, PREVIEW, UPDATE, Judging
from tests.programs.blocks import arn, config, endpoint, key

ROW = rows.Row(rows.pair(EndpointConfigName="serving"), rows.pair(), not_of=rows.EXPERIMENTS)

POLICY = "replacement-safe"
SAID = [("advisory", POLICY, "config")]
VARIANT = {"VariantName": "a", "ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
FIRST = pulumi.ResourceOptions(delete_before_replace=True)
NOT_FIRST = pulumi.ResourceOptions(delete_before_replace=False)


def classic(opts: pulumi.ResourceOptions | None = None, **arguments: Any) -> Program:
    return lambda: endpoint(config(opts=opts, kms_key_arn=arn(), **arguments).name) and None


def from_native(opts: pulumi.ResourceOptions | None = None, **arguments: Any) -> Program:
    def program() -> None:
        made: Any = native.EndpointConfig("config", opts, kms_key_id=arn(), production_variants=[{}], **arguments)
        endpoint(made.endpoint_config_name)

    return program


def cloud_control(opts: pulumi.ResourceOptions | None = None, **properties: Any) -> Program:
    def program() -> None:
        state = json.dumps({"KmsKeyId": arn(), "ProductionVariants": [VARIANT], **properties})
        kind = "AWS::SageMaker::EndpointConfig"
        made = aws.cloudcontrol.Resource("config", type_name=kind, desired_state=state, opts=opts)
        endpoint(made.properties.apply(lambda given: json.loads(given)["EndpointConfigName"]))

    return program


def template(opts: pulumi.ResourceOptions | None = None, **properties: Any) -> Program:
    name = {"Fn::GetAtt": ["Config", "EndpointConfigName"]}
    made = {"KmsKeyId": arn(), "ProductionVariants": [VARIANT], **properties}
    resources = {
        "Config": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": made},
        "Endpoint": {"Type": "AWS::SageMaker::Endpoint", "Properties": {"EndpointConfigName": name}},
    }
    return lambda: aws.cloudformation.Stack("config", template_body=json.dumps({"Resources": resources}), opts=opts)


def message(program: Program, judging: Judging, phase: str = PREVIEW) -> str:
    (said,) = judging.messages(program, POLICY, phase)
    return said


# ---- deleteBeforeReplace ----


@pytest.mark.parametrize("phase", [PREVIEW, UPDATE])
@pytest.mark.parametrize("program", [classic(FIRST), cloud_control(FIRST), classic(FIRST, name_prefix="serving-")])
def test_a_configuration_that_is_deleted_first(program: Program, phase: str, judging: Judging) -> None:
    assert judging.said(program, phase) == SAID
    assert message(program, judging, phase).startswith("deleteBeforeReplace is set, so a changed key deletes")


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize(
    "program",
    [
        classic(),
        classic(NOT_FIRST),
        classic(pulumi.ResourceOptions(protect=True, ignore_changes=["tags"], replace_on_changes=["tags"])),
        cloud_control(),
        cloud_control(NOT_FIRST),
        # What the provider does of itself nobody can change.
        from_native(),
        from_native(FIRST),
        template(),
        template(FIRST),
    ],
)
def test_a_configuration_that_is_not_or_whose_provider_decides(program: Program, phase: str, judging: Judging) -> None:
    assert judging.said(program, phase) == []


def evidence(program: Program, directory: Any) -> str:
    report = audit_document(directory, deploy(program, phase=UPDATE).export)
    found = verdict(report.configurations[0], POLICY)
    assert found.status == "compliant"
    return found.why


@pytest.mark.parametrize("program", [classic(), classic(FIRST), cloud_control(FIRST)])
def test_a_state_does_not_record_the_option(program: Program, tmp_path: Any, judging: Judging) -> None:
    assert judging.said(program, AUDIT) == []
    assert evidence(program, tmp_path).endswith("The file does not record whether deleteBeforeReplace is set.")


@pytest.mark.parametrize("program", [from_native(FIRST), template(FIRST)])
def test_an_audit_does_not_ask_for_what_makes_no_difference(program: Program, tmp_path: Any) -> None:
    assert evidence(program, tmp_path) == "The name is generated, so a replacement gets a new one."


# ---- names by hand ----

BY_HAND = {
    "aws": (classic(name="serving"), "deletes the configuration and makes a new one with the same name"),
    "aws, deleted first": (
        classic(FIRST, name="serving"),
        "deletes the configuration and makes a new one with the same",
    ),
    "aws, made first": (classic(NOT_FIRST, name="serving"), "The name is still taken then, so the update fails"),
    "aws-native": (
        from_native(endpoint_config_name="serving"),
        "deletes the configuration and makes a new one with the",
    ),
    "CloudFormation": (template(EndpointConfigName="serving"), "cannot be deployed until the name changes too"),
    "Cloud Control": (cloud_control(EndpointConfigName="serving"), "The name is still taken then, so the update fails"),
    "Cloud Control, deleted first": (
        cloud_control(FIRST, EndpointConfigName="s"),
        "makes a new one with the same name",
    ),
}


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("program", [program for program, _ in BY_HAND.values()], ids=BY_HAND)
def test_a_name_by_hand(program: Program, phase: str, judging: Judging) -> None:
    assert judging.said(program, phase) == SAID


@pytest.mark.parametrize(("program", "consequence"), BY_HAND.values(), ids=BY_HAND)
def test_it_says_what_happens_on_its_carrier(program: Program, consequence: str, judging: Judging) -> None:
    assert consequence in message(program, judging)


@pytest.mark.parametrize(
    ("program", "property_and_output"),
    [
        (classic(name="serving"), ("Remove name,", "the configuration's name output.")),
        (from_native(endpoint_config_name="s"), ("Remove endpointConfigName", "endpointConfigName output.")),
        (
            template(EndpointConfigName="s"),
            ("Remove EndpointConfigName,", "Fn::GetAtt (in CDK: attrEndpointConfigName"),
        ),
        (cloud_control(EndpointConfigName="s"), ("Remove EndpointConfigName,", "in its properties output.")),
    ],
)
def test_it_says_what_to_type_there(program: Program, property_and_output: tuple[str, str], judging: Judging) -> None:
    for each in property_and_output:
        assert each in message(program, judging)


# ---- names that the program computes ----


def hashed(kind: str, prefix: str = "serving-") -> Program:
    """A name that ends with a hash of the ARN of the configuration's key."""

    def program() -> None:
        made = key()
        name = made.arn.apply(lambda text: prefix + hashlib.sha256(f"{text}{kind}".encode()).hexdigest()[:12])
        if kind == "aws":
            endpoint(config(kms_key_arn=made.arn, name=name).name)
        elif kind == "aws-native":
            native_one: Any = native.EndpointConfig(
                "config", kms_key_id=made.arn, endpoint_config_name=name, production_variants=[{}]
            )
            endpoint(native_one.endpoint_config_name)
        else:
            state = pulumi.Output.json_dumps(
                {"KmsKeyId": made.arn, "EndpointConfigName": name, "ProductionVariants": [VARIANT]}
            )
            one = aws.cloudcontrol.Resource("config", type_name="AWS::SageMaker::EndpointConfig", desired_state=state)
            endpoint(one.properties.apply(lambda given: json.loads(given)["EndpointConfigName"]))

    return program


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize(
    "program",
    [
        hashed("aws"),
        hashed("aws-native"),
        hashed("Cloud Control"),
        template(EndpointConfigName="serving-9b74c9897bac"),
        classic(name="serving-6a19a0b0-7e62-4c92-b797-7f8e31da9cc3"),
    ],
)
def test_a_name_that_ends_like_a_hash_may_change_with_the_key(program: Program, phase: str, judging: Judging) -> None:
    assert judging.said(program, phase) == []


def test_it_is_not_compliant_either(tmp_path: Any) -> None:
    for program in (
        hashed("aws"),
        hashed("aws-native"),
        hashed("Cloud Control"),
        template(EndpointConfigName="a-1a2b3c4d"),
    ):
        report = audit_document(tmp_path, deploy(program, phase=UPDATE).export)
        found = verdict(report.configurations[0], POLICY)
        assert (found.status, found.why) == (
            CANNOT_TELL,
            "Whether the configuration's name changes with its key is not known.",
        )


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize(
    "program",
    [classic(name="serving-20261126"), classic(name="serving-deadbeef"), template(EndpointConfigName="serving-v2")],
)
def test_a_date_a_word_and_a_version_are_no_hash(program: Program, phase: str, judging: Judging) -> None:
    assert judging.said(program, phase) == SAID


def test_a_hash_does_not_help_what_is_deleted_first(judging: Judging) -> None:
    assert message(classic(FIRST, name="serving-9b74c9897bac"), judging).startswith("deleteBeforeReplace is set")


def test_both_are_said_at_once(judging: Judging) -> None:
    said = message(classic(FIRST, name="serving"), judging)
    assert said.endswith(
        "Remove the option deleteBeforeReplace (Python: delete_before_replace), or in HCL write lifecycle "
        "{ create_before_destroy = true }."
    )
    assert "deleteBeforeReplace" not in message(classic(name="serving"), judging)
