"""What the stand-in for Terraform's AWS provider knows of its resources: attributes and nested blocks.

An attribute is its type, then ``required``, ``optional`` and ``computed`` as in a provider's schema, ``new`` where a
change of it replaces the resource, and ``=`` with its default. Those that no program here uses are left out.

Sources: the resources' pages in the Terraform Registry, providers hashicorp/aws 6 and hashicorp/awscc 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Blocks:
    """A nested block that may stand several times."""

    schema: Schema
    least: int = 0
    most: int = 0
    replaces: bool = field(default=True)


COMMON = {"id": "string computed", "region": "string optional computed new"}
_TAGGED = {"tags": "map optional", "tags_all": "map optional computed"}

_CORE_DUMP = {"destination_s3_uri": "string required", "kms_key_id": "string optional"}
_VARIANT = {
    "accelerator_type": "string optional",
    "container_startup_health_check_timeout_in_seconds": "number optional",
    "core_dump_config": Blocks(_CORE_DUMP, most=1),
    "enable_ssm_access": "bool optional",
    "inference_ami_version": "string optional",
    "initial_instance_count": "number optional",
    "initial_variant_weight": "number optional =1",
    "instance_type": "string optional",
    "managed_instance_scaling": Blocks(
        {
            "max_instance_count": "number optional",
            "min_instance_count": "number optional",
            "status": "string optional",
        },
        most=1,
    ),
    "model_data_download_timeout_in_seconds": "number optional",
    "model_name": "string optional",
    "routing_config": Blocks({"routing_strategy": "string required"}, most=1),
    "serverless_config": Blocks(
        {
            "max_concurrency": "number required",
            "memory_size_in_mb": "number required",
            "provisioned_concurrency": "number optional",
        },
        most=1,
    ),
    "variant_name": "string optional computed",
    "volume_size_in_gb": "number optional computed",
}

RESOURCES: Mapping[str, Schema] = {
    "aws_sagemaker_endpoint_configuration": {
        **_TAGGED,
        "arn": "string computed",
        "async_inference_config": Blocks(
            {
                "client_config": Blocks({"max_concurrent_invocations_per_instance": "number optional"}, most=1),
                "output_config": Blocks(
                    {
                        "kms_key_id": "string optional",
                        "notification_config": Blocks(
                            {
                                "error_topic": "string optional",
                                "include_inference_response_in": "set optional",
                                "success_topic": "string optional",
                            },
                            most=1,
                        ),
                        "s3_failure_path": "string optional",
                        "s3_output_path": "string required",
                    },
                    least=1,
                    most=1,
                ),
            },
            most=1,
        ),
        "data_capture_config": Blocks(
            {
                "capture_content_type_header": Blocks(
                    {"csv_content_types": "set optional", "json_content_types": "set optional"}, most=1
                ),
                "capture_options": Blocks({"capture_mode": "string required"}, least=1, most=2),
                "destination_s3_uri": "string required",
                "enable_capture": "bool optional",
                "initial_sampling_percentage": "number required",
                "kms_key_id": "string optional",
            },
            most=1,
        ),
        "execution_role_arn": "string optional new",
        "kms_key_arn": "string optional new",
        "name": "string optional computed new",
        "name_prefix": "string optional computed new",
        "production_variants": Blocks(_VARIANT, least=1, most=10),
        "shadow_production_variants": Blocks(_VARIANT, most=10),
    },
    "aws_sagemaker_endpoint": {
        **_TAGGED,
        "arn": "string computed",
        "deployment_config": Blocks(
            {
                "auto_rollback_configuration": Blocks(
                    {"alarms": Blocks({"alarm_name": "string required"}, least=1)}, most=1
                ),
            },
            most=1,
            replaces=False,
        ),
        "endpoint_config_name": "string required",
        "name": "string optional computed new",
    },
    "aws_sagemaker_model": {
        **_TAGGED,
        "arn": "string computed",
        "enable_network_isolation": "bool optional new",
        "execution_role_arn": "string required new",
        "name": "string optional computed new",
        "primary_container": Blocks(
            {
                "image": "string optional",
                "mode": "string optional =SingleModel",
                "model_data_url": "string optional",
            },
            most=1,
        ),
    },
    "aws_kms_key": {
        **_TAGGED,
        "arn": "string computed",
        "bypass_policy_lockout_safety_check": "bool optional =false",
        "custom_key_store_id": "string optional new",
        "customer_master_key_spec": "string optional new =SYMMETRIC_DEFAULT",
        "deletion_window_in_days": "number optional",
        "description": "string optional computed",
        "enable_key_rotation": "bool optional =false",
        "is_enabled": "bool optional =true",
        "key_id": "string computed",
        "key_usage": "string optional new =ENCRYPT_DECRYPT",
        "multi_region": "bool optional computed new",
        "policy": "string optional computed",
        "rotation_period_in_days": "number optional computed",
        "xks_key_id": "string optional new",
    },
    "aws_kms_alias": {
        "arn": "string computed",
        "name": "string optional computed new",
        "name_prefix": "string optional computed new",
        "target_key_arn": "string computed",
        "target_key_id": "string required",
    },
    "aws_kms_key_policy": {
        "bypass_policy_lockout_safety_check": "bool optional =false",
        "key_id": "string required new",
        "policy": "string required",
    },
    "aws_iam_role": {
        **_TAGGED,
        "arn": "string computed",
        "assume_role_policy": "string required",
        "create_date": "string computed",
        "description": "string optional",
        "force_detach_policies": "bool optional =false",
        "inline_policy": Blocks({"name": "string optional", "policy": "string optional"}, replaces=False),
        "managed_policy_arns": "set optional computed",
        "max_session_duration": "number optional =3600",
        "name": "string optional computed new",
        "name_prefix": "string optional computed new",
        "path": "string optional new =/",
        "permissions_boundary": "string optional",
        "unique_id": "string computed",
    },
    "aws_iam_role_policy": {
        "name": "string optional computed new",
        "name_prefix": "string optional computed new",
        "policy": "string required",
        "role": "string required new",
    },
}

# Of the provider awscc. Nested attributes are attributes of an object's type here, which are printed the same.
OBJECTS = {
    "variants": [
        "list",
        ["object", {"initial_instance_count": "number", "instance_type": "string", "variant_name": "string"}],
    ],
    "models": [
        "list",
        [
            "object",
            {
                "infrastructure_config": [
                    "object",
                    {"real_time_inference_config": ["object", {"instance_count": "number", "instance_type": "string"}]},
                ],
                "model_name": "string",
                "variant_name": "string",
            },
        ],
    ],
    "storing": ["object", {"destination": "string", "kms_key": "string"}],
}
CLOUD_CONTROL: Mapping[str, Schema] = {
    "awscc_sagemaker_endpoint_config": {
        "endpoint_config_arn": "string computed",
        "endpoint_config_name": "string optional computed new",
        "kms_key_id": "string optional new",
        "production_variants": "variants required new",
    },
    "awscc_sagemaker_endpoint": {
        "endpoint_arn": "string computed",
        "endpoint_config_name": "string required",
        "endpoint_name": "string computed",
    },
    "awscc_sagemaker_inference_experiment": {
        "arn": "string computed",
        "data_storage_config": "storing optional",
        "endpoint_name": "string required new",
        "kms_key": "string optional new",
        "model_variants": "models required",
        "name": "string required new",
        "role_arn": "string required",
        "type": "string required new",
    },
    "awscc_kms_key": {
        "arn": "string computed",
        "enable_key_rotation": "bool optional computed",
        "enabled": "bool optional computed",
        "key_id": "string computed",
        "key_policy": "string optional computed",
        "key_spec": "string optional computed",
    },
}

# Those that have no region of their own.
GLOBAL = frozenset({"aws_iam_role", "aws_iam_role_policy", *CLOUD_CONTROL})

DATA: Mapping[str, Schema] = {
    "aws_caller_identity": {"account_id": "string computed", "arn": "string computed", "user_id": "string computed"},
    "aws_kms_alias": {
        "arn": "string computed",
        "name": "string required",
        "region": "string optional computed",
        "target_key_arn": "string computed",
        "target_key_id": "string computed",
    },
}

PROVIDER: Schema = {"region": "string optional", "profile": "string optional"}


def of_resource(name: str) -> Schema:
    """The attributes and blocks of a resource, with those that all have."""
    known = {"id": COMMON["id"]} if name in GLOBAL else COMMON
    return {**(RESOURCES.get(name) or CLOUD_CONTROL[name]), **known}
