"""Of all policies: configurations, Endpoints and keys of `aws-native`, CloudFormation and Cloud Control, also mixed.

What each policy says of each carrier is in `tests/test_matrix.py`; here is what they have to do with one another.
"""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pulumi_aws as aws

from tests.harness import aws_native as native
from tests.programs.blocks import KEY_POLICY, arn, config, endpoint, key, pair, provider, says, says_nothing

HIDDEN = "advisory template-readable stack"
UNENCRYPTED = "mandatory encryption-at-rest-enabled"
VARIANT = {"VariantName": "AllTraffic", "ModelName": "model", "InstanceType": "ml.m5.large"}
NAME = {"Fn::GetAtt": ["Configuration", "EndpointConfigName"]}
ENDPOINT = {"Type": "AWS::SageMaker::Endpoint", "Properties": {"EndpointConfigName": NAME}}
PARAMETER = {"Type": "String"}


def native_config(label: str = "config", **arguments: Any) -> Any:
    """An endpoint configuration of `aws-native`."""
    variants = [{"variantName": "AllTraffic", "modelName": "model", "instanceType": "ml.m5.large"}]
    return native.EndpointConfig(label, production_variants=variants, **arguments)


def made(kms_key_id: Any = None, condition: str | None = None) -> dict[str, Any]:
    """An endpoint configuration in a template."""
    properties = {"ProductionVariants": [VARIANT], **({} if kms_key_id is None else {"KmsKeyId": kms_key_id})}
    resource = {"Type": "AWS::SageMaker::EndpointConfig", "Properties": properties}
    return resource if condition is None else {**resource, "Condition": condition}


def stack(label: str = "stack", parameters: Any = None, **sections: Any) -> aws.cloudformation.Stack:
    """A stack of CloudFormation with these sections in its template."""
    return aws.cloudformation.Stack(label, name="serving", template_body=json.dumps(sections), parameters=parameters)


def state(kind: str, label: str = "state", **properties: Any) -> aws.cloudcontrol.Resource:
    """A resource of Cloud Control."""
    return aws.cloudcontrol.Resource(label, type_name=kind, desired_state=pulumi.Output.json_dumps(properties))


@says_nothing()
def native_configuration_by_its_name_output() -> None:
    endpoint(native_config(kms_key_id=arn()).endpoint_config_name)


@says_nothing()
def native_configuration_by_its_id() -> None:
    endpoint(native_config(kms_key_id=arn()).id)


@says("mandatory endpoint-follows-replacement endpoint", "advisory replacement-safe config")
def native_configuration_by_hand() -> None:
    native_config(kms_key_id=arn(), endpoint_config_name="serving")
    endpoint("serving")


@says_nothing()
def native_endpoint_of_a_classic_configuration() -> None:
    native.Endpoint("endpoint", endpoint_config_name=config(kms_key_arn=arn()).name)


@says_nothing()
def cloud_control_endpoint_of_a_classic_configuration() -> None:
    state("AWS::SageMaker::Endpoint", EndpointConfigName=config(kms_key_arn=arn()).name)


@says_nothing()
def endpoint_of_a_cloud_control_configuration() -> None:
    endpoint(state("AWS::SageMaker::EndpointConfig", KmsKeyId=arn(), ProductionVariants=[VARIANT]).id)


@says(
    preview=("mandatory key-resource-in-same-region state",),
    update=("mandatory key-in-same-region state",),
)
def cloud_control_configuration_with_a_key_of_another_region() -> None:
    elsewhere = key(opts=provider("eu-west-1"))
    made = state("AWS::SageMaker::EndpointConfig", KmsKeyId=elsewhere.arn, ProductionVariants=[VARIANT])
    endpoint(made.id)


@says("advisory key-rotation-enabled key")
def classic_key_of_a_native_configuration() -> None:
    endpoint(native_config(kms_key_id=key(enable_key_rotation=False).key_id).endpoint_config_name)


@says("advisory key-rotation-enabled key")
def native_key_of_a_classic_configuration() -> None:
    native_key: Any = native.Key("key", key_policy=json.loads(KEY_POLICY))
    pair(kms_key_arn=native_key.arn)


@says_nothing()
def template_with_a_configuration_that_the_program_names() -> None:
    resources = {"Endpoint": {**ENDPOINT, "Properties": {"EndpointConfigName": {"Ref": "Name"}}}}
    name = config(kms_key_arn=arn()).name
    stack(parameters={"Name": name}, Parameters={"Name": PARAMETER}, Resources=resources)


@says("mandatory endpoint-follows-replacement stack", "advisory replacement-safe config")
def template_that_names_a_configuration_by_hand() -> None:
    config(kms_key_arn=arn(), name="serving")
    stack(Resources={"Endpoint": {**ENDPOINT, "Properties": {"EndpointConfigName": "serving"}}})


@says_nothing()
def template_with_a_key_that_the_program_passes() -> None:
    resources = {"Configuration": made({"Ref": "Key"}), "Endpoint": ENDPOINT}
    stack(parameters={"Key": key().arn}, Parameters={"Key": PARAMETER}, Resources=resources)


@says(preview=("mandatory key-resource-in-same-region stack",), update=("mandatory key-in-same-region stack",))
def template_with_a_passed_key_of_another_region() -> None:
    resources = {"Configuration": made({"Ref": "Key"}), "Endpoint": ENDPOINT}
    elsewhere = key(opts=provider("eu-west-1"))
    stack(parameters={"Key": elsewhere.arn}, Parameters={"Key": PARAMETER}, Resources=resources)


@says_nothing()
def template_with_two_passed_keys_of_which_one_signs() -> None:
    resources = {"Configuration": made({"Ref": "Key"}), "Endpoint": ENDPOINT}
    signing = key("signing", multi_region=True, key_usage="SIGN_VERIFY", customer_master_key_spec="RSA_2048")
    parameters = {"Key": key().arn, "Signing": signing.arn}
    stack(parameters=parameters, Parameters={"Key": PARAMETER, "Signing": PARAMETER}, Resources=resources)


@says(f"{UNENCRYPTED} stack")
def template_whose_parameter_is_given_empty() -> None:
    resources = {"Configuration": made({"Ref": "Key"}), "Endpoint": ENDPOINT}
    stack(parameters={"Key": ""}, Parameters={"Key": PARAMETER}, Resources=resources)


@says(f"{UNENCRYPTED} stack")
def template_that_leaves_the_key_out_here() -> None:
    chosen = {"Fn::If": ["Here", {"Ref": "AWS::NoValue"}, arn()]}
    here = {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}
    stack(Conditions={"Here": here}, Resources={"Configuration": made(chosen), "Endpoint": ENDPOINT})


@says("mandatory key-in-same-region stack")
def template_that_puts_the_arn_of_another_region_together() -> None:
    text = {"Fn::Sub": arn("eu-west-1").replace("aws:kms", "${AWS::Partition}:kms")}
    stack(Resources={"Configuration": made(text), "Endpoint": ENDPOINT})


@says(f"{UNENCRYPTED} stack")
def template_in_yaml() -> None:
    text = """
    Resources:
      Configuration:
        Type: AWS::SageMaker::EndpointConfig
        Properties:
          ProductionVariants: [{VariantName: a, ModelName: m, InstanceType: !Sub "ml.m5.large"}]
      Endpoint:
        Type: AWS::SageMaker::Endpoint
        Properties:
          EndpointConfigName: !GetAtt Configuration.EndpointConfigName
    """
    aws.cloudformation.Stack("stack", template_body=text)


@says(preview=(HIDDEN,))
def template_that_is_known_later() -> None:
    """Its own key is in its text, so that the text is computed from the key."""
    body = key().arn.apply(lambda made_arn: json.dumps({"Resources": {"Configuration": made(made_arn), "E": ENDPOINT}}))
    aws.cloudformation.Stack("stack", template_body=body)


@says(HIDDEN)
def template_at_a_url() -> None:
    aws.cloudformation.Stack("stack", template_url="https://bucket.s3.amazonaws.com/template.yaml")


@says(HIDDEN)
def template_that_a_macro_rewrites() -> None:
    stack(Transform="Encrypting", Resources={"Configuration": made(), "Endpoint": ENDPOINT})


@says(HIDDEN)
def template_whose_configuration_may_not_be_deployed() -> None:
    there = {"Fn::Equals": [{"Ref": "AWS::AccountId"}, "444455556666"]}
    stack(Conditions={"There": there}, Resources={"Configuration": made(None, "There")})


@says_nothing()
def template_whose_configuration_is_not_deployed() -> None:
    there = {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}
    stack(Conditions={"There": there}, Resources={"Configuration": made(None, "There")})


@says(HIDDEN)
def template_that_hands_its_configuration_to_a_nested_stack() -> None:
    nested = {"TemplateURL": "https://bucket.s3.amazonaws.com/endpoint.yaml", "Parameters": {"Name": NAME}}
    resources = {"Configuration": made(arn()), "Nested": {"Type": "AWS::CloudFormation::Stack", "Properties": nested}}
    stack(Resources=resources)


@says(HIDDEN)
def malformed_template() -> None:
    aws.cloudformation.Stack("stack", template_body="Resources: [")


@says("advisory template-readable state")
def malformed_state() -> None:
    aws.cloudcontrol.Resource("state", type_name="AWS::SageMaker::EndpointConfig", desired_state="{")


@says(f"{UNENCRYPTED} stack")
def stack_set_without_a_key() -> None:
    body = json.dumps({"Resources": {"Configuration": made(), "Endpoint": ENDPOINT}})
    aws.cloudformation.StackSet("stack", template_body=body)


@says_nothing()
def stack_set_whose_region_nobody_knows() -> None:
    body = json.dumps({"Resources": {"Configuration": made(arn("eu-west-1")), "Endpoint": ENDPOINT}})
    aws.cloudformation.StackSet("stack", template_body=body)


@says(f"{UNENCRYPTED} state")
def stack_within_cloud_control() -> None:
    template = {"Resources": {"Configuration": made(), "Endpoint": ENDPOINT}}
    state("AWS::CloudFormation::Stack", TemplateBody=template)


@says_nothing()
def templates_that_have_nothing_to_do_with_it() -> None:
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Fn::ImportValue": "name"}}}
    stack(Resources={"Bucket": bucket})
    state("AWS::S3::Bucket", BucketName="bucket")
