"""Terraform's names as Pulumi's, by the rule that the bridge publishes."""

from __future__ import annotations

import pytest

from policy_pack.carriers import bridged, terraform
from policy_pack.carriers.terraform_names import camel_case, classic_name, in_camel_case, snake_case, token, type_of

# Of the classic provider, of Terraform, and what a bridged provider calls it.
TYPES = [
    ("aws:sagemaker/endpoint:Endpoint", "aws_sagemaker_endpoint", "SagemakerEndpoint"),
    (
        "aws:sagemaker/endpointConfiguration:EndpointConfiguration",
        "aws_sagemaker_endpoint_configuration",
        "SagemakerEndpointConfiguration",
    ),
    ("aws:sagemaker/model:Model", "aws_sagemaker_model", "SagemakerModel"),
    ("aws:kms/key:Key", "aws_kms_key", "KmsKey"),
    ("aws:kms/replicaKey:ReplicaKey", "aws_kms_replica_key", "KmsReplicaKey"),
    ("aws:kms/externalKey:ExternalKey", "aws_kms_external_key", "KmsExternalKey"),
    ("aws:kms/replicaExternalKey:ReplicaExternalKey", "aws_kms_replica_external_key", "KmsReplicaExternalKey"),
    ("aws:kms/alias:Alias", "aws_kms_alias", "KmsAlias"),
    ("aws:kms/keyPolicy:KeyPolicy", "aws_kms_key_policy", "KmsKeyPolicy"),
    ("aws:kms/grant:Grant", "aws_kms_grant", "KmsGrant"),
    ("aws:iam/role:Role", "aws_iam_role", "IamRole"),
    ("aws:iam/rolePolicy:RolePolicy", "aws_iam_role_policy", "IamRolePolicy"),
    ("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "aws_iam_role_policy_attachment", "IamRolePolicyAttachment"),
    ("aws:iam/policy:Policy", "aws_iam_policy", "IamPolicy"),
    ("aws:iam/policyAttachment:PolicyAttachment", "aws_iam_policy_attachment", "IamPolicyAttachment"),
    ("aws:cloudformation/stack:Stack", "aws_cloudformation_stack", "CloudformationStack"),
    ("aws:cloudformation/stackSet:StackSet", "aws_cloudformation_stack_set", "CloudformationStackSet"),
    ("aws:cloudcontrol/resource:Resource", "aws_cloudcontrolapi_resource", "CloudcontrolapiResource"),
]


@pytest.mark.parametrize(("classic", "own", "name"), TYPES)
def test_types(classic: str, own: str, name: str) -> None:
    assert type_of(classic) == own
    assert token(own) == f"*:index/{name[0].lower()}{name[1:]}:{name}"
    assert token(own) in bridged.READERS
    assert {f"pulumi:terraform:{own}", f"*:tf:{own}"} <= terraform.READERS.keys()


def test_types_of_cloud_control_are_bridged_as_well() -> None:
    assert token("awscc_sagemaker_endpoint_config") == "*:index/sagemakerEndpointConfig:SagemakerEndpointConfig"
    assert token("awscc_iam_managed_policy") in bridged.READERS
    assert token("awscc_sagemaker_endpoint_config") in bridged.READERS


@pytest.mark.parametrize(
    ("terraform_name", "pulumi_name"),
    [
        ("kms_key_arn", "kmsKeyArn"),
        ("rotation_period_in_days", "rotationPeriodInDays"),
        ("destination_s3_uri", "destinationS3Uri"),
        ("key_material_base64", "keyMaterialBase64"),
        ("name", "name"),
        ("_leading", "_leading"),
        ("trailing_", "trailing_"),
        ("two__of_them", "twoOfThem"),
    ],
)
def test_attributes(terraform_name: str, pulumi_name: str) -> None:
    assert camel_case(terraform_name) == pulumi_name


def test_paths_and_values() -> None:
    path = "productionVariants[0].coreDumpConfig.kmsKeyId"
    assert snake_case(path) == "production_variants[0].core_dump_config.kms_key_id"
    assert classic_name("inline_policy") == "inlinePolicies"
    value = {"a_b": [{"c_d": 1}], "parameters": {"my_own": "x"}, "policy": '{"not_read": 1}'}
    assert in_camel_case(value) == {"aB": [{"cD": 1}], "parameters": {"my_own": "x"}, "policy": '{"not_read": 1}'}
