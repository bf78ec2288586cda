"""Resources of Cloud Control."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pulumi
import pulumi_aws as aws

from tests.matrix.columns import Given, resolved
from tests.matrix.parts import CONFIGURATION, ENDPOINT, KEY, MACHINE, STACK, Parts
from tests.programs.blocks import provider

PARTS = (CONFIGURATION, ENDPOINT, KEY, MACHINE, STACK)


def make(parts: Parts, others: Given) -> Given:
    made = dict(others)
    for label, part in parts.items():
        state = pulumi.Output.json_dumps(resolved(part, made))
        opts = provider(part.region) if part.region else None
        resource = aws.cloudcontrol.Resource(label, type_name=part.type, desired_state=state, opts=opts)
        made[label] = partial(_output, resource)
    return made


def _output(resource: aws.cloudcontrol.Resource, attribute: str) -> pulumi.Output[Any]:
    return resource.properties.apply(lambda properties: json.loads(properties)[attribute])
