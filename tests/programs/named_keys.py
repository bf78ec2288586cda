"""Of the policies on keys of the stack: keys that a text names, by an ARN, an ID or an alias."""

from __future__ import annotations

import json
from typing import Any

import pulumi_aws as aws

from policy_pack.testing.stand_in import KEY_ID
from tests.harness import aws_native as native
from tests.harness.engine import Stack
from tests.iam.statements import OWN, allow, document
from tests.programs.blocks import KEY_POLICY, arn, key, pair, provider, says, says_nothing

UNUSABLE = "mandatory key-resource-usable key"
NATIVE = Stack(config={"aws:region": "us-east-1", "aws-native:region": "us-east-1"})
ALIAS = "alias/serving"
# Its account may manage the key, and only manage it.
BY_ROOT_ALONE = allow({"AWS": f"arn:aws:iam::{OWN}:root"}, ["kms:Put*", "kms:Describe*", "kms:Get*"])


def alias(target: Any, name: str = ALIAS, opts: Any = None) -> aws.kms.Alias:
    return aws.kms.Alias("alias", name=name, target_key_id=target, opts=opts)


def native_pair(name: Any) -> None:
    """A native pair whose key is named by a text."""
    variants = [{"modelName": "model", "instanceType": "ml.m5.large", "variantName": "AllTraffic"}]
    made: Any = native.EndpointConfig("config", kms_key_id=name, production_variants=variants)
    native.Endpoint("endpoint", endpoint_config_name=made.endpoint_config_name)


# Refused: the key that is named is of the stack, and disabled.


@says(UNUSABLE)
def alias_by_its_arn() -> None:
    alias(key(is_enabled=False).key_id)
    pair(kms_key_arn=arn(what=ALIAS))


@says(UNUSABLE, stack=NATIVE)
def alias_by_its_name() -> None:
    alias(key(is_enabled=False).key_id)
    native_pair(ALIAS)


@says(update=(UNUSABLE,), stack=NATIVE)
def key_by_its_id() -> None:
    key(is_enabled=False)
    native_pair(KEY_ID)


@says(update=(UNUSABLE,))
def alias_of_a_key_that_its_id_names() -> None:
    key(is_enabled=False)
    pair(kms_key_arn=alias(KEY_ID).arn)


@says(update=(UNUSABLE,))
def alias_of_a_key_that_its_arn_names() -> None:
    key(is_enabled=False)
    alias(arn())
    pair(kms_key_arn=arn(what=ALIAS))


@says("advisory key-rotation-enabled key", stack=NATIVE)
def alias_by_its_name_of_a_key_that_does_not_rotate() -> None:
    alias(key(enable_key_rotation=False).key_id)
    native_pair(ALIAS)


NOT_GRANTED, OPEN = "advisory key-policy-grants-sagemaker key", "advisory key-policy-restricted key"
OF_COMPUTING = json.dumps(document(BY_ROOT_ALONE, allow({"Service": "ec2.amazonaws.com"})))
OF_EVERYBODY = json.dumps(document(BY_ROOT_ALONE, allow("*", "kms:*")))


def key_policy(of: str, policy: str) -> None:
    aws.kms.KeyPolicy("policy", key_id=of, policy=policy)
    pair(kms_key_arn=arn())


@says(update=(NOT_GRANTED,))
def policy_of_a_key_by_its_id() -> None:
    key()
    key_policy(KEY_ID, OF_COMPUTING)


@says(update=(NOT_GRANTED,))
def policy_of_a_key_by_its_arn() -> None:
    key()
    key_policy(arn(), OF_COMPUTING)


@says(update=(OPEN,))
def policy_of_a_key_by_its_id_for_everybody() -> None:
    key()
    key_policy(KEY_ID, OF_EVERYBODY)


# Not refused: it is enabled, or another one is named.


@says_nothing()
def alias_by_its_arn_of_a_key_that_works() -> None:
    alias(key().key_id)
    pair(kms_key_arn=arn(what=ALIAS))


@says_nothing(stack=NATIVE)
def key_that_works_by_its_id() -> None:
    key()
    native_pair(KEY_ID)


@says_nothing(stack=NATIVE)
def alias_of_another_name() -> None:
    alias(key(is_enabled=False).key_id, "alias/training")
    native_pair(ALIAS)


@says_nothing(stack=NATIVE)
def alias_of_the_same_name_elsewhere() -> None:
    there = provider("eu-west-1")
    alias(key(is_enabled=False, opts=there).key_id, opts=there)
    native_pair(ALIAS)


@says_nothing()
def alias_of_the_same_name_in_another_account() -> None:
    alias(key(is_enabled=False).key_id)
    pair(kms_key_arn=f"arn:aws:kms:eu-west-1:444455556666:{ALIAS}", region="eu-west-1")


@says_nothing()
def alias_of_a_key_from_outside() -> None:
    key(is_enabled=False)
    alias("00000000-1234-1234-1234-123456789012")
    pair(kms_key_arn=arn(what=ALIAS))


@says_nothing()
def policy_of_another_key_by_its_id() -> None:
    key()
    key_policy("00000000-1234-1234-1234-123456789012", OF_COMPUTING)


@says_nothing()
def policy_by_its_id_in_place_of_the_keys_own() -> None:
    key(policy=OF_COMPUTING)
    key_policy(KEY_ID, KEY_POLICY)


@says_nothing()
def policy_of_the_same_id_elsewhere() -> None:
    key()
    aws.kms.KeyPolicy("policy", key_id=arn("eu-west-1"), policy=OF_COMPUTING, opts=provider("eu-west-1"))
    pair(kms_key_arn=arn())
