"""Of `replacement-safe`: which names are generated where the stack's configuration says how names are made."""

from __future__ import annotations

import json
from typing import Any

from tests.harness.engine import Stack
from tests.programs.blocks import arn, pair, says, says_nothing

FIXED_NAME = "advisory replacement-safe config"
TYPE = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"


def named_by(**autonaming: Any) -> Stack:
    """The stack with a configuration of automatic names."""
    return Stack(config={"aws:region": "us-east-1", "pulumi:autonaming": json.dumps(autonaming)})


@says_nothing(stack=named_by(pattern="${project}-${stack}-${name}-${hex(6)}"))
def a_pattern() -> None:
    pair(kms_key_arn=arn(), name="shop-dev-config-a1b2c3")


@says_nothing(stack=named_by(pattern="${organization}.${config.team}.${alphanum(4)}${num(2)}${string(3)}"))
def a_pattern_of_what_only_the_engine_knows() -> None:
    pair(kms_key_arn=arn(), name="acme.ranking.a1b207xyz")


@says_nothing(stack=named_by(pattern="${name}-${uuid}"))
def a_pattern_of_a_uuid() -> None:
    pair(kms_key_arn=arn(), name="config-6a19a0b0-7e62-4c92-b797-7f8e31da9cc3")


@says_nothing(stack=named_by(mode="verbatim", providers={"aws": {"pattern": "${name}${hex(4)}"}}))
def a_pattern_of_the_provider() -> None:
    pair(kms_key_arn=arn(), name="configbeef")


@says_nothing(stack=named_by(providers={"aws": {"mode": "verbatim", "resources": {TYPE: {"pattern": "e${hex(4)}"}}}}))
def a_pattern_of_the_type() -> None:
    pair(kms_key_arn=arn(), name="ebeef")


@says_nothing(stack=named_by(pattern="${name}_${hex(4)}"))
def a_name_from_before_the_pattern() -> None:
    pair(kms_key_arn=arn(), name="config-1a2b3c4")


@says(FIXED_NAME, stack=named_by(pattern="${project}-${name}-${hex(6)}"))
def a_name_that_does_not_fit_the_pattern() -> None:
    pair(kms_key_arn=arn(), name="shop-config-green")


@says(FIXED_NAME, stack=named_by(pattern="${project}-${name}"))
def a_pattern_without_anything_random() -> None:
    pair(kms_key_arn=arn(), name="shop-config")


@says(FIXED_NAME, stack=named_by(pattern="${hex(4)}", providers={"aws": {"mode": "verbatim"}}))
def the_logical_name() -> None:
    pair(kms_key_arn=arn(), name="config")


@says(FIXED_NAME, stack=named_by(pattern="${name}-${hex(4)}", providers={"aws": {"mode": "default"}}))
def a_pattern_that_is_not_of_the_provider() -> None:
    pair(kms_key_arn=arn(), name="config-beef")


@says(FIXED_NAME, stack=Stack(config={"aws:region": "us-east-1", "pulumi:autonaming": "{"}))
def a_configuration_that_is_malformed() -> None:
    pair(kms_key_arn=arn(), name="config-beef")


@says(FIXED_NAME, stack=named_by(pattern="${stack}" * 20 + "${hex(1)}"))
def a_name_longer_than_any() -> None:
    pair(kms_key_arn=arn(), name="dev" * 100 + "f")
