"""Providers that Pulumi makes from Terraform's: in a package of any name, and beside the other carriers."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pulumi_aws as aws

from tests.harness.bridged import Bridged
from tests.harness.engine import Stack
from tests.programs.blocks import KEY_POLICY, arn, config, key, pair, provider, says, says_nothing, variant

UNENCRYPTED = "mandatory encryption-at-rest-enabled"


class Mine(Bridged):
    """Of a package that the user has given another name."""

    package = "my-aws"


class OfCloudControl(Bridged):
    """Of the provider awscc."""

    package = "awscc"
    computed = ("arn", "endpoint_config_name")


MINE = Stack(config={"aws:region": "us-east-1", "my-aws:region": "eu-west-1"})
OF_CLOUD_CONTROL = Stack(config={"awscc:region": "us-east-1"})


def bridged_pair(kind: type[Bridged] = Bridged, opts: pulumi.ResourceOptions | None = None, **properties: Any) -> Any:
    given = {"production_variants": [{"modelName": "model", "instanceType": "ml.m5.large"}], **properties}
    made: Any = kind("SagemakerEndpointConfiguration", "config", opts, **given)
    kind("SagemakerEndpoint", "endpoint", endpoint_config_name=made.name)
    return made


def bridged_key(label: str = "key", **properties: Any) -> Any:
    return Bridged("KmsKey", label, **{"enable_key_rotation": True, "policy": KEY_POLICY, **properties})


@says(f"{UNENCRYPTED} config", stack=MINE)
def package_of_another_name() -> None:
    bridged_pair(Mine)


@says("mandatory key-in-same-region config", stack=MINE)
def package_of_another_name_in_its_own_region() -> None:
    bridged_pair(Mine, kms_key_arn=arn("us-east-1"))


@says_nothing(stack=MINE)
def package_of_another_name_with_a_key() -> None:
    bridged_pair(Mine, kms_key_arn=arn("eu-west-1"))


@says(f"{UNENCRYPTED} config", stack=OF_CLOUD_CONTROL)
def cloud_control_s_without_a_key() -> None:
    made: Any = OfCloudControl("SagemakerEndpointConfig", "config", production_variants=[])
    OfCloudControl("SagemakerEndpoint", "endpoint", endpoint_config_name=made.endpoint_config_name)


@says_nothing(stack=OF_CLOUD_CONTROL)
def cloud_control_s_with_an_alias() -> None:
    made: Any = OfCloudControl("SagemakerEndpointConfig", "config", kms_key_id="alias/serving")
    OfCloudControl("SagemakerEndpoint", "endpoint", endpoint_config_name=made.endpoint_config_name)


@says("advisory replacement-safe config")
def name_that_is_set_by_hand() -> None:
    bridged_pair(kms_key_arn=arn(), name="serving")


@says("advisory replacement-safe config")
def hcl_without_create_before_destroy() -> None:
    bridged_pair(kms_key_arn=arn(), opts=pulumi.ResourceOptions(delete_before_replace=True))


@says_nothing()
def hcl_with_create_before_destroy() -> None:
    bridged_pair(kms_key_arn=arn(), opts=pulumi.ResourceOptions(delete_before_replace=False))


@says("advisory captured-data-encrypted config")
def capture_without_a_key() -> None:
    capture = {"enableCapture": True, "destinationS3Uri": "s3://captured", "initialSamplingPercentage": 1}
    bridged_pair(kms_key_arn=arn(), data_capture_config=capture)


@says("advisory key-policy-restricted key")
def key_policy_beside_the_key() -> None:
    made = bridged_key(policy=None)
    statement = {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}
    Bridged("KmsKeyPolicy", "policy", key_id=made.arn, policy=json.dumps({"Statement": [statement]}))
    bridged_pair(kms_key_arn=made.arn)


@says("mandatory key-resource-usable key")
def key_behind_an_alias() -> None:
    alias: Any = Bridged("KmsAlias", "alias", name="alias/serving", target_key_id=bridged_key(is_enabled=False).arn)
    bridged_pair(kms_key_arn=alias.arn)


@says("advisory key-rotation-enabled key")
def key_of_the_classic_provider() -> None:
    bridged_pair(kms_key_arn=key(enable_key_rotation=False).arn)


@says("advisory key-rotation-enabled key")
def key_for_the_classic_provider() -> None:
    pair(kms_key_arn=bridged_key(enable_key_rotation=False).arn)


@says_nothing()
def endpoint_of_a_classic_configuration() -> None:
    Bridged("SagemakerEndpoint", "endpoint", endpoint_config_name=config(kms_key_arn=arn()).name)


@says("mandatory endpoint-follows-replacement endpoint", "advisory replacement-safe config")
def endpoint_that_names_its_configuration_by_hand() -> None:
    Bridged(
        "SagemakerEndpointConfiguration", "config", kms_key_arn=arn(), name="serving", production_variants=[variant()]
    )
    aws.sagemaker.Endpoint("endpoint", endpoint_config_name="serving")


@says(preview=("mandatory key-resource-in-same-region config",), update=("mandatory key-in-same-region config",))
def key_of_another_provider() -> None:
    made: Any = Bridged("KmsKey", "key", provider("eu-west-1"), enable_key_rotation=True, policy=KEY_POLICY)
    bridged_pair(kms_key_arn=made.arn)


@says(f"{UNENCRYPTED} stack")
def template_of_a_bridged_stack() -> None:
    resources = {
        "Configuration": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"ProductionVariants": []}},
        "Endpoint": {
            "Type": "AWS::SageMaker::Endpoint",
            "Properties": {"EndpointConfigName": {"Fn::GetAtt": ["Configuration", "EndpointConfigName"]}},
        },
    }
    Bridged("CloudformationStack", "stack", name="serving", template_body=json.dumps({"Resources": resources}))


@says_nothing()
def resources_of_other_services() -> None:
    Bridged("S3Bucket", "bucket")
    Bridged("SagemakerNotebookInstance", "notebook", instance_type="ml.t3.medium")
