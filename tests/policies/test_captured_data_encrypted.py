"""`captured-data-encrypted`: when data is captured, by what each carrier takes where enableCapture is not set."""

from __future__ import annotations

import json
from typing import Any

import pulumi_aws as aws
import pytest

from policy_pack.gaps import GAP, STACK_NAME
from policy_pack.judging.verdict import CannotTell, Compliant, NotApplicable, Verdict, Violation
from policy_pack.policies.captured_data_encrypted import POLICY
from policy_pack.values import UNKNOWN
from tests.carriers.reading import resource, verdicts
from tests.harness import aws_native as native
from tests.harness.program import Program
from tests.matrix import rows
from tests.policies.phases import PHASES, Judging
from tests.programs.blocks import arn, config, endpoint
from tests.template.reading import partly

CAPTURE = {
    "DestinationS3Uri": "s3://captured",
    "InitialSamplingPercentage": 100,
    "EnableCapture": True,
    "CaptureOptions": [{"CaptureMode": "Input"}],
}
ROW = rows.Row(
    rows.pair(DataCaptureConfig=CAPTURE), rows.pair(DataCaptureConfig={**CAPTURE, "KmsKeyId": "alias/captured"})
)

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


CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"


def decided(*keys: Any, without_storage: bool = False) -> Verdict:
    """What the policy says of a configuration whose captured data and asynchronous output have these keys."""
    places = ["dataCaptureConfig", "asyncInferenceConfig"]
    written = {"enableCapture": True, "destinationS3Uri": "s3://captured"}
    values = [{**written, "kmsKeyId": keys[0]}, {"outputConfig": {"kmsKeyId": keys[-1]}}]
    given = {} if without_storage else dict(zip(places, values))
    (found,) = verdicts(POLICY, resource(CONFIGURATION, {"kmsKeyArn": arn(), **given})).values()
    return found


@pytest.mark.parametrize("key", [arn(), arn(what="alias/captured"), "alias/captured", partly(f"alias/{STACK_NAME}")])
def test_a_key_of_a_customer(key: Any) -> None:
    assert isinstance(decided(key), Compliant)


@pytest.mark.parametrize("key", [None, "", 5, [arn()], {"a": arn()}, True, "alias/aws/s3", partly(f"alias/aws/{GAP}")])
def test_a_key_that_is_none_or_aws(key: Any) -> None:
    found = decided(key, arn())
    assert isinstance(found, Violation)
    assert "for its captured data, so" in found.why
    assert found.fix == "Set dataCaptureConfig.kmsKeyId to a customer-managed KMS key."
    both = decided(key)
    assert isinstance(both, Violation) and "for its captured data and asynchronous output, so" in both.why


@pytest.mark.parametrize(
    "key", [UNKNOWN, partly(GAP), partly(f"{GAP}captured"), partly(f"alias/{STACK_NAME}", may_be_absent=True)]
)
def test_a_key_that_nobody_can_tell(key: Any) -> None:
    assert isinstance(decided(key), CannotTell)
    assert isinstance(decided(arn(), key), CannotTell)
    assert isinstance(decided(None, key), Violation)


def test_what_writes_nothing_besides() -> None:
    assert isinstance(decided(arn(), without_storage=True), NotApplicable)
