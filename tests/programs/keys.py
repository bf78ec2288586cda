"""Of `key-resource-usable` and `key-rotation-enabled`: whether the key can be used, and whether it rotates."""

from __future__ import annotations

import base64

import pulumi
import pulumi_aws as aws

from tests.programs.blocks import KEY_POLICY, arn, config, endpoint, key, later, pair, provider, says, says_nothing

UNUSABLE = "mandatory key-resource-usable key"
NO_ROTATION = "advisory key-rotation-enabled key"
MATERIAL = base64.b64encode(b"0" * 32).decode()


@says(UNUSABLE)
def disabled_key() -> None:
    pair(kms_key_arn=key(is_enabled=False).arn)


@says(UNUSABLE)
def asymmetric_key() -> None:
    made = key(customer_master_key_spec="RSA_2048", enable_key_rotation=False)
    pair(kms_key_arn=made.arn)


@says(UNUSABLE)
def key_that_signs() -> None:
    made = key(customer_master_key_spec="ECC_NIST_P256", key_usage="SIGN_VERIFY", enable_key_rotation=False)
    pair(kms_key_arn=made.arn)


@says(UNUSABLE)
def key_for_message_authentication() -> None:
    made = key(customer_master_key_spec="HMAC_256", key_usage="GENERATE_VERIFY_MAC", enable_key_rotation=False)
    pair(kms_key_arn=made.arn)


@says(UNUSABLE)
def disabled_key_behind_two_aliases() -> None:
    made = key(is_enabled=False)
    inner = aws.kms.Alias("inner", name="alias/inner", target_key_id=made.key_id)
    outer = aws.kms.Alias("outer", name="alias/outer", target_key_id=inner.target_key_arn)
    pair(kms_key_arn=outer.arn)


@says(UNUSABLE)
def disabled_key_of_two_configurations() -> None:
    made = key(is_enabled=False)
    for name in ("one", "two"):
        endpoint(config(name, kms_key_arn=made.arn).name, f"{name}-endpoint")


@says("mandatory key-resource-usable replica")
def disabled_replica() -> None:
    primary = key(multi_region=True, opts=provider("eu-west-1"))
    replica = aws.kms.ReplicaKey("replica", primary_key_arn=primary.arn, policy=KEY_POLICY, enabled=False)
    pair(kms_key_arn=replica.arn)


@says("mandatory key-resource-usable replica")
def replica_of_an_asymmetric_key() -> None:
    opts = provider("eu-west-1")
    primary = key(multi_region=True, customer_master_key_spec="RSA_2048", enable_key_rotation=False, opts=opts)
    replica = aws.kms.ReplicaKey("replica", primary_key_arn=primary.arn, policy=KEY_POLICY)
    pair(kms_key_arn=replica.arn)


@says_nothing()
def replica_of_a_disabled_key() -> None:
    primary = key(multi_region=True, is_enabled=False, opts=provider("eu-west-1"))
    replica = aws.kms.ReplicaKey("replica", primary_key_arn=primary.arn, policy=KEY_POLICY)
    pair(kms_key_arn=replica.arn)


EXPIRES = "2027-01-31T00:00:00Z"


@says("mandatory key-resource-usable external")
def external_key_whose_material_expires() -> None:
    made = aws.kms.ExternalKey(
        "external", key_material_base64=MATERIAL, enabled=True, policy=KEY_POLICY, valid_to=EXPIRES
    )
    pair(kms_key_arn=made.arn)


@says("mandatory key-resource-usable replica")
def replica_of_an_external_key_whose_material_expires_here() -> None:
    primary = aws.kms.ExternalKey(
        "external",
        key_material_base64=MATERIAL,
        enabled=True,
        multi_region=True,
        policy=KEY_POLICY,
        opts=provider("eu-west-1"),
    )
    made = aws.kms.ReplicaExternalKey(
        "replica",
        primary_key_arn=primary.arn,
        key_material_base64=MATERIAL,
        enabled=True,
        policy=KEY_POLICY,
        valid_to=EXPIRES,
    )
    pair(kms_key_arn=made.arn)


@says(update=("mandatory key-resource-usable external",))
def external_key_whose_material_expires_at_a_time_known_later() -> None:
    made = aws.kms.ExternalKey(
        "external", key_material_base64=MATERIAL, enabled=True, policy=KEY_POLICY, valid_to=later(EXPIRES)
    )
    pair(kms_key_arn=made.arn)


@says_nothing()
def external_key_whose_material_expires_elsewhere() -> None:
    """Of a replica's primary: each has its own material."""
    primary = aws.kms.ExternalKey(
        "external",
        key_material_base64=MATERIAL,
        enabled=True,
        multi_region=True,
        policy=KEY_POLICY,
        valid_to=EXPIRES,
        opts=provider("eu-west-1"),
    )
    made = aws.kms.ReplicaExternalKey(
        "replica", primary_key_arn=primary.arn, key_material_base64=MATERIAL, enabled=True, policy=KEY_POLICY
    )
    pair(kms_key_arn=made.arn)


@says_nothing()
def external_key_whose_time_is_left_empty() -> None:
    made = aws.kms.ExternalKey("external", key_material_base64=MATERIAL, enabled=True, policy=KEY_POLICY, valid_to="")
    pair(kms_key_arn=made.arn)


@says("mandatory key-resource-usable external")
def disabled_external_key() -> None:
    made = aws.kms.ExternalKey("external", key_material_base64=MATERIAL, enabled=False, policy=KEY_POLICY)
    pair(kms_key_arn=made.arn)


@says_nothing()
def external_key_which_aws_does_not_rotate() -> None:
    made = aws.kms.ExternalKey("external", key_material_base64=MATERIAL, enabled=True, policy=KEY_POLICY)
    pair(kms_key_arn=made.arn)


@says_nothing()
def external_key_that_waits_for_its_material() -> None:
    pair(kms_key_arn=aws.kms.ExternalKey("external", policy=KEY_POLICY).arn)


@says_nothing()
def replica_of_an_external_key() -> None:
    primary = aws.kms.ExternalKey(
        "primary", key_material_base64=MATERIAL, multi_region=True, policy=KEY_POLICY, opts=provider("eu-west-1")
    )
    replica = aws.kms.ReplicaExternalKey(
        "replica", primary_key_arn=primary.arn, key_material_base64=MATERIAL, policy=KEY_POLICY
    )
    pair(kms_key_arn=replica.arn)


@says_nothing()
def key_in_a_custom_store() -> None:
    pair(kms_key_arn=key(custom_key_store_id="cks-1234567890abcdef0", enable_key_rotation=False).arn)


@says_nothing()
def key_of_which_a_preview_knows_nothing() -> None:
    unknown = later("x")
    made = key(
        customer_master_key_spec=unknown.apply(lambda _: "SYMMETRIC_DEFAULT"),
        key_usage=unknown.apply(lambda _: "ENCRYPT_DECRYPT"),
        is_enabled=unknown.apply(lambda _: True),
        enable_key_rotation=unknown.apply(lambda _: True),
    )
    pair(kms_key_arn=made.arn)


@says(update=(UNUSABLE, NO_ROTATION))
def key_that_turns_out_to_be_disabled() -> None:
    wrong = later("x").apply(lambda _: False)
    pair(kms_key_arn=key(is_enabled=wrong, enable_key_rotation=wrong).arn)


@says(NO_ROTATION)
def key_without_rotation() -> None:
    pair(kms_key_arn=key(enable_key_rotation=None).arn)


@says(NO_ROTATION)
def key_with_rotation_off() -> None:
    pair(kms_key_arn=key(enable_key_rotation=False).arn)


@says(NO_ROTATION)
def replica_of_a_key_that_does_not_rotate() -> None:
    primary = key(multi_region=True, enable_key_rotation=False, opts=provider("eu-west-1"))
    replica = aws.kms.ReplicaKey("replica", primary_key_arn=primary.arn, policy=KEY_POLICY)
    pair(kms_key_arn=replica.arn)


@says(NO_ROTATION)
def replica_and_primary_that_do_not_rotate() -> None:
    opts = provider("eu-west-1")
    primary = key(multi_region=True, enable_key_rotation=False, opts=opts)
    replica = aws.kms.ReplicaKey("replica", primary_key_arn=primary.arn, policy=KEY_POLICY)
    pair(kms_key_arn=replica.arn)
    endpoint(config("there", kms_key_arn=primary.arn, opts=opts).name, "endpoint-there", opts=opts)


@says_nothing()
def replica_of_a_key_made_elsewhere() -> None:
    elsewhere = arn("eu-west-1", "key/mrk-" + "0" * 32)
    pair(kms_key_arn=aws.kms.ReplicaKey("replica", primary_key_arn=elsewhere, policy=KEY_POLICY).arn)


ROTATION = "sagemaker-endpoint-configuration-key-rotation-enabled"


@says(NO_ROTATION, settings={ROTATION: {"maxRotationDays": 180}})
def key_that_rotates_each_year_where_half_a_year_is_asked_for() -> None:
    pair(kms_key_arn=key().arn)


@says(NO_ROTATION, settings={ROTATION: {"maxRotationDays": 180}})
def key_that_rotates_a_day_too_late() -> None:
    pair(kms_key_arn=key(rotation_period_in_days=181).arn)


@says_nothing(settings={ROTATION: {"maxRotationDays": 180}})
def key_that_rotates_in_time() -> None:
    pair(kms_key_arn=key(rotation_period_in_days=180).arn)


@says(
    NO_ROTATION,
    settings={
        ROTATION: {"exemptions": [{"resource": "key", "reason": "Short-lived.", "expires": "2020-01-31"}]},
    },
)
def key_whose_exemption_ran_out() -> None:
    pair(kms_key_arn=key(enable_key_rotation=False).arn)


@says_nothing(
    settings={
        ROTATION: {"exemptions": [{"resource": "key", "reason": "Short-lived.", "expires": "2999-01-31"}]},
    },
)
def key_that_is_exempted_by_its_name() -> None:
    pair(kms_key_arn=key(enable_key_rotation=False).arn)


@says_nothing()
def unusable_key_that_no_configuration_uses() -> None:
    key("idle", is_enabled=False, enable_key_rotation=False)
    pair(kms_key_arn=key().arn)


@says_nothing()
def unusable_key_of_something_else() -> None:
    other = key("other", is_enabled=False)
    pair(kms_key_arn=key().arn, opts=pulumi.ResourceOptions(depends_on=[other]))
