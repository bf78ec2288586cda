"""What the tests of settings and exemptions share: names of policies, and programs for settings to bear on."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from policy_pack.judging.judge import utc_today
from policy_pack.testing.stand_in import ACCOUNT, KEY_ID
from tests.harness import aws_native
from tests.harness.program import Program
from tests.programs.blocks import arn, config, endpoint, key, pair, variant

ENCRYPTION = "encryption-at-rest-enabled"
CUSTOMER = "customer-managed-key"
REGION = "key-in-same-region"
RESTRICTED = "key-policy-restricted"
ROTATION = "key-rotation-enabled"
VERIFIED = "key-verified-in-aws"
IN_STACK = "endpoint-configuration-in-stack"
GRANTS = "key-policy-grants-sagemaker"
FOLLOWS = "endpoint-follows-replacement"
PAIRED = "paired-with-endpoint"
SENSE = "settings-make-sense"

OTHER_KEY_ID = "87654321-4321-4321-4321-210987654321"
OTHER_ACCOUNT = "444455556666"
TOMORROW = (utc_today() + timedelta(days=1)).isoformat()
ROLE = f"arn:aws:iam::{OTHER_ACCOUNT}:role/serving-blue"


def exemption(resource: str = "config", expires: str = TOMORROW, **more: Any) -> dict[str, Any]:
    """An exemption that holds, unless it is given another last day."""
    return {"resource": resource, "reason": "It moves next year.", "expires": expires, **more}


def named_key() -> None:
    pair(kms_key_arn=arn())


def aliased_key() -> None:
    pair(kms_key_arn=arn(what="alias/serving"))


def bare_key() -> None:
    configuration = aws_native.EndpointConfig("config", kms_key_id=KEY_ID, production_variants=[])
    aws_native.Endpoint("endpoint", endpoint_config_name=getattr(configuration, "endpoint_config_name"))  # noqa: B009


def no_key() -> None:
    pair()


def no_key_on_local_storage() -> None:
    pair(production_variants=[variant(instance_type="ml.g5.xlarge")])


def no_key_on_local_storage_and_volumes() -> None:
    variants = [variant(instance_type="ml.g5.xlarge"), variant(variant_name="Other", instance_type="ml.m5.large")]
    pair(production_variants=variants)


def only_a_configuration() -> None:
    config(kms_key_arn=arn(), name_prefix="shared-")


def only_an_endpoint() -> None:
    endpoint("shared-serving")


def endpoint_that_names_its_configuration() -> None:
    config(kms_key_arn=arn(), name="shared-serving")
    endpoint("shared-serving")


def key_that_rotates_every(days: int | None) -> Program:
    def key_that_rotates() -> None:
        pair(kms_key_arn=key(rotation_period_in_days=days).arn)

    return key_that_rotates


def key_whose_policy_lets_in(principal: Any) -> Program:
    def key_of_others() -> None:
        own = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
        pair(kms_key_arn=key(policy=_policy(own, {"Service": "sagemaker.amazonaws.com"}, principal)).arn)

    return key_of_others


def _policy(*principals: Any) -> str:
    statements = [
        {"Effect": "Allow", "Principal": principal, "Action": "kms:*", "Resource": "*"} for principal in principals
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
