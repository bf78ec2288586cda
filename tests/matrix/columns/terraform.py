"""Resources of a module of Terraform, of which the engine is sent nothing: a state alone has them."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from tests.harness.bridged import OfModule
from tests.harness.program import DEV
from tests.matrix.columns import Given, resolved
from tests.matrix.columns.classic import RENAMED
from tests.matrix.parts import CONFIGURATION, ENDPOINT, KEY, MACHINE, STACK, Parts
from tests.matrix.spelling import snake_case, spelled

_MADE = {
    CONFIGURATION: "aws_sagemaker_endpoint_configuration",
    ENDPOINT: "aws_sagemaker_endpoint",
    KEY: "aws_kms_key",
    STACK: "aws_cloudformation_stack",
    MACHINE: "aws_sfn_state_machine",
}
PARTS = _MADE.keys()
PHASES = ("state",)


def make(parts: Parts, others: Given) -> Given:
    made = dict(others)
    for label, part in parts.items():
        given = resolved(part, made)
        if "KeyPolicy" in given:
            given["KeyPolicy"] = json.dumps(given["KeyPolicy"])
        renamed = RENAMED.get(part.type, {})
        named = {snake_case(renamed.get(name, name)): _blocks(value) for name, value in given.items()}
        if part.type == CONFIGURATION and "name" not in named:
            named["name"] = "terraform-20260102030405060700000001"
        resource = OfModule(_MADE[part.type], label, region=part.region or DEV.config["aws:region"], **named)
        made[label] = partial(_output, resource)
    return made


def _blocks(value: Any) -> Any:
    """A value in snake case whose single blocks are lists."""
    found = spelled(value, snake_case)
    return [found] if isinstance(found, dict) else found


def _output(resource: Any, attribute: str) -> Any:
    return resource.arn if attribute == "Arn" else resource.name
