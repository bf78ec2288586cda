"""`captured-data-encrypted`: when data is captured, by what each carrier takes where enableCapture is not set."""

from __future__ import annotations

import json
from typing import Any

import pulumi_aws as aws
import pytest

from tests.harness import aws_native as native
from tests.harness.program import Program
from tests.policies.phases import PHASES, Judging
from tests.programs.blocks import arn, config, endpoint

SAID = [("advisory", "captured-data-encrypted", "config")]
CAPTURE = {"DestinationS3Uri": "s3://captured", "InitialSamplingPercentage": 100}
VARIANT = {"VariantName": "a", "ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
NAMES = {"DestinationS3Uri": "destination_s3_uri", "EnableCapture": "enable_capture", "KmsKeyId": "kms_key_id"}


def classic(**capture: Any) -> Program:
    def program() -> None:
        given = {NAMES[name]: value for name, value in {"DestinationS3Uri": "s3://captured", **capture}.items()}
        arguments = {"initial_sampling_percentage": 100, "capture_options": [{"capture_mode": "Input"}], **given}
        endpoint(config(kms_key_arn=arn(), data_capture_config=arguments).name)

    return program


def from_native(**capture: Any) -> Program:
    def program() -> None:
        given = {name[:1].lower() + name[1:]: value for name, value in {**CAPTURE, **capture}.items()}
        made: Any = native.EndpointConfig(
            "config", kms_key_id=arn(), production_variants=[{}], data_capture_config=given
        )
        endpoint(made.endpoint_config_name)

    return program


def template(**capture: Any) -> Program:
    properties = {"KmsKeyId": arn(), "ProductionVariants": [VARIANT], "DataCaptureConfig": {**CAPTURE, **capture}}
    name = {"Fn::GetAtt": ["Config", "EndpointConfigName"]}
    resources = {
        "Config": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": properties},
        "Endpoint": {"Type": "AWS::SageMaker::Endpoint", "Properties": {"EndpointConfigName": name}},
    }
    return lambda: aws.cloudformation.Stack("config", template_body=json.dumps({"Resources": resources}))


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize(
    "program",
    [
        classic(EnableCapture=True),
        classic(EnableCapture=True, KmsKeyId=""),
        from_native(),
        from_native(EnableCapture=True),
        template(),
        template(EnableCapture=True),
        template(EnableCapture="true"),
    ],
)
def test_data_that_is_captured_without_a_key(program: Program, phase: str, judging: Judging) -> None:
    assert judging.said(program, phase) == SAID


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize(
    "program",
    [
        classic(),
        classic(EnableCapture=False),
        classic(EnableCapture=True, KmsKeyId=arn()),
        classic(KmsKeyId=arn()),
        from_native(EnableCapture=False),
        from_native(KmsKeyId="alias/captured"),
        template(EnableCapture=False),
        template(KmsKeyId="alias/captured"),
    ],
)
def test_data_that_is_not_captured_or_has_a_key(program: Program, phase: str, judging: Judging) -> None:
    assert judging.said(program, phase) == []
