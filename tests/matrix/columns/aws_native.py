"""Resources of the provider `aws-native`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pulumi

from tests.harness import aws_native as native
from tests.matrix.columns import Given, resolved
from tests.matrix.parts import CONFIGURATION, ENDPOINT, KEY, MACHINE, STACK, Parts
from tests.matrix.spelling import camel_case, snake_case, spelled

_MADE: Mapping[str, Callable[..., Any]] = {
    CONFIGURATION: native.EndpointConfig,
    ENDPOINT: native.Endpoint,
    KEY: native.Key,
    STACK: native.Stack,
    MACHINE: native.StateMachine,
}
PARTS = _MADE.keys()


def make(parts: Parts, others: Given) -> Given:
    made = dict(others)
    for label, part in parts.items():
        named = {
            snake_case(name): value if name == "KeyPolicy" else spelled(value, camel_case)
            for name, value in resolved(part, made).items()
        }
        opts = None
        if part.region is not None:
            elsewhere = pulumi.ProviderResource("aws-native", "elsewhere-native", {"region": part.region})
            opts = pulumi.ResourceOptions(provider=elsewhere)
        resource = _MADE[part.type](label, opts, **named)
        made[label] = partial(_output, resource)
    return made


def _output(resource: Any, attribute: str) -> Any:
    return getattr(resource, snake_case(attribute))
