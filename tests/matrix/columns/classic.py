"""Resources of the provider `aws`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pulumi_aws as aws

from tests.matrix.columns import Given, resolved
from tests.matrix.parts import CONFIGURATION, ENDPOINT, KEY, MACHINE, Parts
from tests.matrix.spelling import snake_case, spelled
from tests.programs.blocks import provider

# What of AWS's own names it calls otherwise.
RENAMED: Mapping[str, Mapping[str, str]] = {
    CONFIGURATION: {"KmsKeyId": "KmsKeyArn", "EndpointConfigName": "Name"},
    ENDPOINT: {},
    KEY: {"Enabled": "IsEnabled", "KeyPolicy": "Policy"},
    MACHINE: {"DefinitionString": "Definition"},
}
_MADE: Mapping[str, Callable[..., Any]] = {
    CONFIGURATION: aws.sagemaker.EndpointConfiguration,
    ENDPOINT: aws.sagemaker.Endpoint,
    KEY: aws.kms.Key,
    MACHINE: aws.sfn.StateMachine,
}
PARTS = _MADE.keys()


def make(parts: Parts, others: Given) -> Given:
    made = dict(others)
    for label, part in parts.items():
        given = resolved(part, made)
        if "KeyPolicy" in given:
            given["KeyPolicy"] = json.dumps(given["KeyPolicy"])
        renamed = RENAMED[part.type]
        named = {snake_case(renamed.get(name, name)): spelled(value, snake_case) for name, value in given.items()}
        resource = _MADE[part.type](label, opts=provider(part.region) if part.region else None, **named)
        made[label] = partial(_output, resource)
    return made


def _output(resource: Any, attribute: str) -> Any:
    return resource.arn if attribute == "Arn" else resource.name
