"""Which physical names are generated: of the logical name, or of a pattern of the stack's configuration."""

from __future__ import annotations

import json
from typing import Any

import pytest

from policy_pack.carriers.naming import is_generated
from policy_pack.stack.model import Resource
from policy_pack.values import UNKNOWN

TYPE = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
IT = Resource(f"urn:pulumi:dev::shop::{TYPE}::config", TYPE, "config", {})


def generated(name: Any, configuration: Any = None) -> Any:
    """What is said of a name, in a stack with this configuration of names."""
    written = configuration if isinstance(configuration, str) else json.dumps(configuration)
    return is_generated(name, IT, {} if configuration is None else {"pulumi:autonaming": written})


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("config-1a2b3c4", True),
        (None, True),
        ("", True),
        (UNKNOWN, UNKNOWN),
        (5, True),  # no name: the provider refuses it
        ("config", False),
        ("config-1a2b3c", False),
        ("config-1a2b3c45", UNKNOWN),
        ("config-1a2b3cG", False),
        ("config_1a2b3c4", False),
        ("other-1a2b3c4", UNKNOWN),
        ("aconfig-1a2b3c4", UNKNOWN),
        ("serving-9b74c9897bac770ffc029102a200c5de", UNKNOWN),
        ("serving-6a19a0b0-7e62-4c92-b797-7f8e31da9cc3", UNKNOWN),
        ("9b74c989", False),
        ("serving-20261126", False),
        ("serving-v2", False),
        ("serving-deadbeef", False),
        ("serving-facade", False),
        ("serving-9b74c989-green", False),
        ("serving9b74c989", False),
        (f"serving-{'a1' * 40}", False),
    ],
)
def test_names_of_the_engine(name: Any, expected: Any) -> None:
    assert generated(name) == expected


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("${project}-${stack}-${name}-${hex(4)}", "shop-dev-config-beef", True),
        ("${project}-${stack}-${name}-${hex(4)}", "show-dev-config-beef", False),
        ("${project}-${stack}-${name}-${hex(4)}", "shop-prd-config-beef", False),
        ("${project}-${stack}-${name}-${hex(4)}", "shop-dev-cinfog-beef", False),
        ("${project}-${stack}-${name}-${hex(4)}", "shop-dev_config-beef", False),
        ("${name}-${hex(4)}", "config-bee", False),
        ("${name}-${hex(4)}", "config-beefs", False),
        ("${name}-${hex(4)}-x", "config-beef-x", True),
        ("${name}-${hex(4)}-x", "config-beef-y", False),
        ("${hex(4)}", "zzzz", False),
        ("${num(4)}", "1234", True),
        ("${num(4)}", "beef", False),
        ("${string(4)}", "zzzz", True),
        ("${string(4)}", "zzz1", False),
        ("${alphanum(4)}", "zz19", True),
        ("${alphanum(4)}", "ZZ19", False),
        ("${uuid}", "6a19a0b0-7e62-4c92-b797-7f8e31da9cc3", True),
        ("${uuid}", "6a19a0b0-7e62-4c92-b797-7f8e31da9cc", UNKNOWN),
        ("${config.team}-${hex(4)}", "ranking-beef", True),
        ("${config.team}-${hex(4)}", "-beef", False),
        ("${config.team}-x", "ranking-x", False),
        ("${hex(4)}" + "a" * 60, "beef" + "a" * 59, False),
        ("${hex(4)}" + "a" * 59, "beef" + "a" * 59, True),
        ("${hex(4)}" + "a" * 60, "beef" + "a" * 60, False),  # longer than SageMaker takes
    ],
)
def test_names_of_a_pattern(pattern: str, name: str, expected: bool) -> None:
    assert generated(name, {"pattern": pattern}) == expected


RANDOM = {"pattern": "${hex(4)}"}


@pytest.mark.parametrize(
    ("configuration", "expected"),
    [
        (RANDOM, True),
        ({"mode": "verbatim"}, False),
        ({"providers": {"aws": RANDOM}}, True),
        ({**RANDOM, "providers": {"aws": {"mode": "disabled"}}}, False),
        ({"mode": "verbatim", "providers": {"aws": RANDOM}}, True),
        ({"providers": {"aws-native": RANDOM}}, False),
        ({"providers": {"aws": {"resources": {TYPE: RANDOM}}}}, True),
        ({"providers": {"aws": {**RANDOM, "resources": {TYPE: {"mode": "verbatim"}}}}}, False),
        ({"providers": {"aws": {"resources": {"aws:kms/key:Key": RANDOM}}}}, False),
        ({"pattern": 5}, False),
        ("{", False),
        ("[" * 100_000, False),
        ([], False),
    ],
    ids=lambda each: str(each)[:60],
)
def test_what_counts_of_a_configuration(configuration: Any, expected: bool) -> None:
    assert generated("beef", configuration) is expected
