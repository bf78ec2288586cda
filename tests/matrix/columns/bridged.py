"""Resources of a provider bridged from Terraform's."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from tests.harness.bridged import Bridged
from tests.matrix.columns import Given, resolved
from tests.matrix.columns.classic import RENAMED
from tests.matrix.parts import CONFIGURATION, ENDPOINT, KEY, MACHINE, STACK, Parts
from tests.matrix.spelling import camel_case, snake_case, spelled
from tests.programs.blocks import provider

_MADE = {
    CONFIGURATION: "SagemakerEndpointConfiguration",
    ENDPOINT: "SagemakerEndpoint",
    KEY: "KmsKey",
    STACK: "CloudformationStack",
    MACHINE: "SfnStateMachine",
}
PARTS = _MADE.keys()


def make(parts: Parts, others: Given) -> Given:
    made = dict(others)
    for label, part in parts.items():
        given = resolved(part, made)
        if "KeyPolicy" in given:
            given["KeyPolicy"] = json.dumps(given["KeyPolicy"])
        renamed = RENAMED.get(part.type, {})
        named = {snake_case(renamed.get(name, name)): spelled(value, camel_case) for name, value in given.items()}
        resource = Bridged(_MADE[part.type], label, provider(part.region) if part.region else None, **named)
        made[label] = partial(_output, resource)
    return made


def _output(resource: Any, attribute: str) -> Any:
    return resource.arn if attribute == "Arn" else resource.name
