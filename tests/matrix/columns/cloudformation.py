"""One template. What is in another region is in a template of its own, and passed as a parameter."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pulumi_aws as aws

from tests.matrix.columns import Given, resolved
from tests.matrix.parts import CONFIGURATION, ENDPOINT, KEY, MACHINE, STACK, Output, Parts
from tests.matrix.spelling import snake_case
from tests.programs.blocks import provider

PARTS = (CONFIGURATION, ENDPOINT, KEY, MACHINE, STACK)


def make(parts: Parts, others: Given) -> Given:
    made = dict(others)
    for label, part in parts.items():
        if part.type == STACK:
            aws.cloudformation.Stack(label, **{snake_case(name): each for name, each in part.properties.items()})
    for label, part in parts.items():
        if part.alone:
            made.update(_template({label: part}, made, "", label))
    together = {label: part for label, part in parts.items() if part.type != STACK and not part.alone}
    for region in sorted({part.region or "" for part in together.values()}, reverse=True):
        there = {label: part for label, part in together.items() if (part.region or "") == region}
        made.update(_template(there, made, region))
    return made


def _template(parts: Parts, others: Given, region: str, name: str = "stack") -> dict[str, Any]:
    passed = {
        f"{each.part}{each.attribute}": each
        for part in parts.values()
        for each in part.properties.values()
        if isinstance(each, Output) and each.part not in parts
    }
    within = {label: partial(_attribute, label) for label in parts} | {
        each.part: partial(_parameter, each.part) for each in passed.values()
    }
    body = {
        "Parameters": {name: {"Type": "String"} for name in passed},
        "Resources": {
            label: {"Type": part.type, "Properties": resolved(part, within)} for label, part in parts.items()
        },
        "Outputs": {
            f"{label}Arn": {"Value": {"Fn::GetAtt": [label, "Arn"]}}
            for label, part in parts.items()
            if part.type == KEY
        },
    }
    stack = aws.cloudformation.Stack(
        f"{name}-{region}" if region else name,
        template_body=json.dumps(body),
        parameters={name: others[each.part](each.attribute) for name, each in passed.items()},
        opts=provider(region, f"elsewhere-{region}") if region else None,
    )
    return {label: partial(_output, stack, label) for label in parts}


def _attribute(label: str, attribute: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [label, attribute]}


def _parameter(label: str, attribute: str) -> dict[str, Any]:
    return {"Ref": f"{label}{attribute}"}


def _output(stack: aws.cloudformation.Stack, label: str, attribute: str) -> Any:
    return stack.outputs[f"{label}{attribute}"]
