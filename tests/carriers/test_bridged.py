"""Resources of bridged providers, in a package of any name, and of Terraform itself."""

from __future__ import annotations

from typing import Any

import pytest

from policy_pack import carriers
from policy_pack.carriers.place import Surroundings
from policy_pack.stack.model import (
    Configuration,
    Endpoint,
    Key,
    KeyPolicy,
    KeyProperties,
    Model,
    Role,
    Template,
    Unread,
)
from policy_pack.values import UNKNOWN
from tests.carriers.reading import all_of, one, resource

CONFIGURATION = "index/sagemakerEndpointConfiguration:SagemakerEndpointConfiguration"
OF_CLOUD_CONTROL = "awscc:index/sagemakerEndpointConfig:SagemakerEndpointConfig"
OF_TERRAFORM = "pulumi:terraform:aws_sagemaker_endpoint_configuration"
OF_A_MODULE = "sm:tf:aws_sagemaker_endpoint_configuration"
ARN = "arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012"
GENERATED = "terraform-20260102030405060700000001"


@pytest.mark.parametrize("package", ["aws", "awscc", "my-aws", "terraform-provider", "x"])
def test_the_rule_decides_and_not_the_package(package: str) -> None:
    found = one(Configuration, resource(f"{package}:{CONFIGURATION}", {"kmsKeyArn": ARN, "name": "it-1a2b3c4"}))
    assert (found.key, found.key_property, found.short_keys) == (ARN, "kmsKeyArn", False)
    assert found.generated_name is True
    assert found.place.region == "eu-west-1"
    assert f"{package}:{CONFIGURATION}" in carriers.SUBJECTS


@pytest.mark.parametrize(
    "kind",
    [
        "aws:index/sagemakerEndpointConfiguration:sagemakerEndpointConfiguration",
        "aws:sagemaker/sagemakerEndpointConfiguration:SagemakerEndpointConfiguration",
        "aws:index/kmsCustomKeyStore:KmsCustomKeyStore",
        "sm:tf:aws_sagemaker_endpoint_configuration:x",
        "pulumi:terraform:aws_kms_custom_key_store",
    ],
)
def test_other_types_are_not_judged(kind: str) -> None:
    reads = carriers.READERS.get(kind)
    assert reads is None or reads.makes is Unread


def test_cloud_control_s_own_names() -> None:
    found = one(Configuration, resource(OF_CLOUD_CONTROL, {"kmsKeyId": "alias/a"}))
    assert (found.key, found.key_property, found.short_keys) == ("alias/a", "kmsKeyId", True)
    assert found.generated_name is True


@pytest.mark.parametrize(
    ("package", "properties", "policy", "enabled"),
    [
        ("awscc", {"keyPolicy": "{}", "enabled": False}, "keyPolicy", False),
        ("mine", {"keyPolicy": "{}", "enabled": False}, "keyPolicy", False),
        ("awscc", {"enableKeyRotation": True}, "keyPolicy", True),
        ("aws", {"policy": "{}", "isEnabled": False}, "policy", False),
        ("mine", {"policy": "{}", "isEnabled": False}, "policy", False),
        ("mine", {}, "policy", True),
    ],
)
def test_whose_key_it_is_its_properties_tell(package: str, properties: Any, policy: str, enabled: bool) -> None:
    found = one(Key, resource(f"{package}:index/kmsKey:KmsKey", properties))
    assert (found.properties.policy, found.enabled) == (policy, enabled)


def test_other_resources_of_both() -> None:
    assert one(Model, resource("aws:index/sagemakerModel:SagemakerModel", {"name": "m"})).name == "m"
    assert one(Model, resource("aws:index/sagemakerModel:SagemakerModel", {"modelName": "m"})).name == "m"
    assert one(KeyPolicy, resource("aws:index/kmsKeyPolicy:KmsKeyPolicy", {"policy": "{}"})).policy == "{}"
    body = {"templateBody": '{"Resources": {}}'}
    assert not one(Template, resource("aws:index/cloudformationStack:CloudformationStack", body)).unreadable
    control = resource("aws:index/cloudcontrolapiResource:CloudcontrolapiResource", {"typeName": UNKNOWN})
    assert one(Template, control).unreadable


@pytest.mark.parametrize("kind", [OF_TERRAFORM, OF_A_MODULE])
def test_configuration_of_terraform(kind: str) -> None:
    variant = {"instance_type": "ml.g5.xlarge", "model_name": "m", "core_dump_config": [], "serverless_config": []}
    values = {
        "arn": f"arn:aws:sagemaker:eu-central-1:111122223333:endpoint-config/{GENERATED}",
        "kms_key_arn": ARN,
        "name": GENERATED,
        "name_prefix": "terraform-",
        "production_variants": [variant],
        "data_capture_config": [{"enable_capture": True, "kms_key_id": ""}],
        "async_inference_config": [],
    }
    found = one(Configuration, resource(kind, values, region=None))
    assert (found.key, found.key_property, found.name_property) == (ARN, "kms_key_arn", "name")
    assert (found.generated_name, found.place.region) == (True, "eu-central-1")
    assert [(each.instance_type, each.serverless) for each in found.variants] == [("ml.g5.xlarge", False)]
    assert [(each.property, each.key) for each in found.storage] == [("data_capture_config.kms_key_id", None)]


@pytest.mark.parametrize(
    ("values", "region"),
    [
        ({"region": "us-west-2", "arn": "arn:aws:sagemaker:us-east-1:1:endpoint-config/a"}, "us-west-2"),
        ({"arn": "arn:aws-cn:sagemaker:cn-north-1:1:endpoint-config/a"}, "cn-north-1"),
        ({"name": "a"}, UNKNOWN),
        ({"arn": "arn:aws:iam::1:role/a"}, UNKNOWN),
        ({"arn": "nonsense"}, UNKNOWN),
        ({"region": UNKNOWN}, UNKNOWN),
    ],
)
def test_region_is_its_own_or_an_arn_s_and_never_this_machine_s(values: Any, region: Any) -> None:
    elsewhere = {"pulumi:region": "ap-south-1", "aws:region": "ap-south-1", "sm:region": "ap-south-1"}
    surroundings = Surroundings(elsewhere, {"AWS_REGION": "ap-south-1"})
    for kind in (OF_TERRAFORM, OF_A_MODULE):
        (found,) = carriers.READERS[kind].read(resource(kind, values, region=None), surroundings)
        assert isinstance(found, Configuration)
        assert found.place.region == region


@pytest.mark.parametrize(
    ("values", "generated"),
    [
        ({"name": "serving", "name_prefix": ""}, False),
        ({"name": "serving", "name_prefix": UNKNOWN}, False),
        ({"name": "serving-20260102030405060700000001"}, True),
        ({"name": "serving-20260102030405060700000001", "name_prefix": "serving-"}, True),
        ({"name": UNKNOWN, "name_prefix": UNKNOWN}, True),
        ({"name": "serving-20240514"}, False),
    ],
)
def test_generated_names_of_terraform(values: Any, generated: bool) -> None:
    assert one(Configuration, resource(OF_TERRAFORM, values)).generated_name is generated


def test_what_a_preview_does_not_send_is_named_and_not_judged() -> None:
    assert all_of(Configuration, resource(OF_A_MODULE, {})) == ()
    assert "Terraform module" in one(Unread, resource(OF_A_MODULE, {})).what
    assert all_of(Key, resource("sm:tf:aws_kms_key", {})) == ()


def test_names_of_terraform_s_properties() -> None:
    key = one(Key, resource("pulumi:terraform:aws_kms_key", {"is_enabled": False, "policy": "{}"}))
    assert key.enabled is False
    assert key.properties == KeyProperties(
        "is_enabled",
        "customer_master_key_spec",
        "key_usage",
        "enable_key_rotation",
        "rotation_period_in_days",
        "policy",
    )
    endpoint = one(Endpoint, resource("pulumi:terraform:aws_sagemaker_endpoint", {"endpoint_config_name": "a"}))
    assert (endpoint.configuration_property, endpoint.configuration_name) == ("endpoint_config_name", "a")
    role = one(Role, resource("sm:tf:aws_iam_role", {"inline_policy": [{"policy": "{}"}], "managed_policy_arns": []}))
    assert role.inline == ("{}",)


def test_the_words_of_an_endpoint_that_ignores_changes() -> None:
    kind = "aws:index/sagemakerEndpoint:SagemakerEndpoint"
    made = one(Endpoint, resource(kind, {"endpointConfigName": "serving"}))
    assert made.ignoring == "ignoreChanges (ignore_changes in HCL)"
