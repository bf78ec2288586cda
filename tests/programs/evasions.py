"""Programs that try to get an unencrypted endpoint, or one with a key that cannot work, past the pack."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pulumi_aws as aws

from policy_pack.testing.stand_in import KEY_ID
from tests.harness import aws_native
from tests.harness.engine import Stack
from tests.programs.blocks import (
    KEY_POLICY,
    arn,
    config,
    endpoint,
    later,
    pair,
    provider,
    says,
    says_nothing,
    variant,
)

EXEMPT = {"exemptions": [{"resource": "legacy", "reason": "Moves next year.", "expires": "2999-01-01"}]}


@says("mandatory encryption-at-rest-enabled blue::legacy", settings={"encryption-at-rest-enabled": EXEMPT})
def a_name_that_ends_in_that_of_an_exempted_resource() -> None:
    endpoint(config("legacy").name, "exempted")
    endpoint(config("blue::legacy").name)


def known_later(value: Any) -> Any:
    """A value that a preview does not know."""
    return later("").apply(lambda _: value)


@says("advisory key-covers-instance-storage config")
def local_storage_beside_a_variant_that_is_known_later() -> None:
    pair(kms_key_arn=arn(), production_variants=[known_later(variant()), variant(instance_type="ml.g5.xlarge")])


@says("advisory key-covers-instance-storage config")
def local_storage_of_a_shadow_variant_beside_variants_that_are_known_later() -> None:
    shadow = [variant(instance_type="ml.p4d.24xlarge")]
    pair(kms_key_arn=arn(), production_variants=known_later([variant()]), shadow_production_variants=shadow)


@says("advisory captured-data-encrypted config")
def core_dumps_without_key_beside_captured_data_that_is_known_later() -> None:
    pair(
        kms_key_arn=arn(),
        production_variants=[variant(core_dump_config={"destination_s3_uri": "s3://dumps", "kms_key_id": ""})],
        data_capture_config=known_later({"kms_key_id": arn()}),
    )


@says(update=("advisory captured-data-encrypted config",))
def captured_data_without_key_that_is_known_later() -> None:
    capture = known_later({"destination_s3_uri": "s3://captured", "enable_capture": True})
    pair(kms_key_arn=arn(), data_capture_config=capture)


@says(
    preview=("mandatory key-resource-in-same-region config",),
    update=("mandatory key-in-same-region config",),
)
def an_alias_elsewhere_of_a_key_that_is_not_made_here() -> None:
    alias = aws.kms.Alias("alias", name="alias/serving", target_key_id=KEY_ID, opts=provider("us-west-2"))
    pair(kms_key_arn=alias.arn)


def native_pair(key_region: str) -> None:
    """A native pair in the stack's region that names a key by its id alone."""
    elsewhere = pulumi.ProviderResource("aws-native", "elsewhere", {"region": key_region})
    opts = pulumi.ResourceOptions(provider=elsewhere)
    made: Any = aws_native.Key("key", enable_key_rotation=True, key_policy=json.loads(KEY_POLICY), opts=opts)
    variants = [{"modelName": "model", "instanceType": "ml.m5.large", "variantName": "AllTraffic"}]
    configuration: Any = aws_native.EndpointConfig("config", kms_key_id=made.key_id, production_variants=variants)
    aws_native.Endpoint("endpoint", endpoint_config_name=configuration.endpoint_config_name)


NATIVE = Stack(config={"aws-native:region": "us-east-1"})


@says("mandatory key-resource-in-same-region config", stack=NATIVE)
def a_bare_id_of_a_key_elsewhere() -> None:
    native_pair("us-west-2")


@says_nothing(stack=NATIVE)
def a_bare_id_of_a_key_beside_it() -> None:
    native_pair("us-east-1")
