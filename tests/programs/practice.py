"""Programs that do it right where that is not plain: the pack says nothing of them."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from tests.programs.blocks import (
    KEY_POLICY,
    arn,
    config,
    endpoint,
    in_region,
    key,
    later,
    pair,
    provider,
    says_nothing,
    variant,
)


@says_nothing()
def a_multi_region_key_and_its_replica() -> None:
    elsewhere = provider("us-west-2")
    primary = key(multi_region=True)
    replica = aws.kms.ReplicaKey("replica", primary_key_arn=primary.arn, policy=KEY_POLICY, opts=elsewhere)
    endpoint(config("east", kms_key_arn=primary.arn).name, "east-endpoint")
    endpoint(config("west", kms_key_arn=replica.arn, opts=elsewhere).name, "west-endpoint", opts=elsewhere)


@says_nothing()
def a_key_in_each_region() -> None:
    for region in ("us-east-1", "eu-central-1", "ap-southeast-7"):
        made = key(f"{region}-key", region=region)
        configuration = config(f"{region}-config", kms_key_arn=made.arn, region=region)
        endpoint(configuration.name, f"{region}-endpoint", region=region)


@says_nothing(stack=in_region("us-iso-east-1"))
def the_iso_partition() -> None:
    pair(kms_key_arn=arn("us-iso-east-1", partition="aws-iso"))


@says_nothing(stack=in_region("us-isob-east-1"))
def the_iso_b_partition() -> None:
    pair(kms_key_arn=arn("us-isob-east-1", partition="aws-iso-b"))


@says_nothing(stack=in_region("eu-isoe-west-1"))
def the_iso_e_partition() -> None:
    pair(kms_key_arn=arn("eu-isoe-west-1", partition="aws-iso-e"))


@says_nothing(stack=in_region("us-isof-south-1"))
def the_iso_f_partition() -> None:
    pair(kms_key_arn=arn("us-isof-south-1", partition="aws-iso-f"))


@says_nothing(stack=in_region("eusc-de-east-1"))
def the_european_sovereign_cloud() -> None:
    pair(kms_key_arn=arn("eusc-de-east-1", partition="aws-eusc"))


@says_nothing()
def a_provider_of_another_partition_than_the_stacks() -> None:
    pair(kms_key_arn=arn("us-gov-west-1", partition="aws-us-gov"), opts=provider("us-gov-west-1"))


@says_nothing()
def a_serverless_variant() -> None:
    serverless = {"model_name": "model", "serverless_config": {"max_concurrency": 5, "memory_size_in_mb": 2048}}
    pair(kms_key_arn=key().arn, production_variants=[serverless])


@says_nothing()
def a_shadow_variant() -> None:
    pair(kms_key_arn=key().arn, shadow_production_variants=[variant(variant_name="Shadow")])


# `pulumi policy analyze` shows a secret that it cannot decrypt so.
@says_nothing()
def a_key_that_is_not_shown() -> None:
    pair(kms_key_arn="[secret]")


@says_nothing()
def protected_and_retained() -> None:
    pair(kms_key_arn=key().arn, opts=pulumi.ResourceOptions(protect=True, retain_on_delete=True))


@says_nothing()
def captured_data_that_is_switched_off_later() -> None:
    off = later("").apply(lambda _: False)
    capture = {
        "destination_s3_uri": "s3://captured",
        "initial_sampling_percentage": 100,
        "capture_options": [{"capture_mode": "Input"}],
        "enable_capture": off,
    }
    pair(kms_key_arn=arn(), data_capture_config=capture)


ELSEWHERE = {"externalConfigurations": ["serving-*"]}
NAMED = {
    "endpoint-follows-replacement": ELSEWHERE,
    "paired-with-endpoint": ELSEWHERE,
    "replacement-safe": "disabled",
}


@says_nothing(settings=NAMED)
def names_by_hand_that_are_managed_elsewhere_on_purpose() -> None:
    config(kms_key_arn=arn(), name="serving-blue")
    endpoint("serving-blue")
    config("spare", kms_key_arn=arn(), name="serving-green")


@says_nothing()
def a_key_or_its_alias() -> None:
    made = key()
    alias = aws.kms.Alias("alias", name="alias/serving", target_key_id=made.key_id)
    pair(kms_key_arn=pulumi.Output.all(alias.arn, made.arn).apply(lambda arns: str(arns[0])))
