"""Programs that try to get an unencrypted endpoint, or one with a key that cannot work, past the pack."""

from __future__ import annotations

from typing import Any

from tests.programs.blocks import arn, config, endpoint, later, pair, says, variant

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
    pair(kms_key_arn=arn(), data_capture_config=known_later({"destination_s3_uri": "s3://captured"}))
