"""Converts programs to other languages of Pulumi's users: TypeScript, YAML and HCL."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from tools.site.programs import Json, Output, Resource

WIDTH = 96


def camel_case(name: str) -> str:
    """`kmsKeyArn` for `kms_key_arn`."""
    return re.sub("_([a-z0-9])", lambda match: match[1].upper(), name)


def snake_case(name: str) -> str:
    """`endpoint_configuration` for `EndpointConfiguration`."""
    return re.sub("(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def typescript(made: Iterable[Resource]) -> str:
    """A program in TypeScript."""
    made = list(made)
    used = {id(output.resource) for each in made for output in _outputs(each.arguments)}
    lines = ['import * as aws from "@pulumi/aws";', ""]
    for each in made:
        start = f"const {each.variable} = " if id(each) in used else ""
        given = _typescript({camel_case(name): value for name, value in each.arguments.items()}, 0)
        lines.append(f'{start}new aws.{each.module}.{each.kind}("{each.label}", {given});')
    return "\n".join(lines) + "\n"


def _typescript(value: Any, depth: int) -> str:
    if isinstance(value, Output):
        return f"{value.resource.variable}.{camel_case(value.name)}"
    if isinstance(value, Json):
        return f"JSON.stringify({_literal(value.value, depth)})"
    return _literal(value, depth, respelled=True)


def _literal(value: Any, depth: int, *, respelled: bool = False) -> str:
    def inner(each: Any, more: int = 1) -> str:
        return _typescript(each, depth + more) if respelled else _literal(each, depth + more)

    def flat(each: Any) -> str:
        return inner(each, 0)

    if isinstance(value, dict) and value:
        named = {_property(camel_case(name) if respelled else name): each for name, each in value.items()}
        parts = [f"{name}: {inner(each)}" for name, each in named.items()]
        one_line = "{ " + ", ".join(f"{name}: {flat(each)}" for name, each in named.items()) + " }"
        return _fitting("{", parts, "}", one_line, depth)
    if isinstance(value, list):
        one_line = "[" + ", ".join(map(flat, value)) + "]"
        return _fitting("[", [inner(each) for each in value], "]", one_line, depth)
    return json.dumps(value)


def _fitting(start: str, parts: list[str], end: str, one_line: str, depth: int) -> str:
    if "\n" not in one_line and len(one_line) + 4 * depth < WIDTH - 40:
        return one_line
    space = "    " * (depth + 1)
    return "\n".join([start, *(f"{space}{part}," for part in parts), "    " * depth + end])


def _property(name: str) -> str:
    return name if re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", name) else json.dumps(name)


def pulumi_yaml(made: Iterable[Resource]) -> str:
    """A program in YAML."""
    entries = {}
    for each in made:
        entry: dict[str, Any] = {"type": f"aws:{each.module}:{each.kind}"}
        if each.label != each.variable:
            entry["name"] = each.label
        if each.arguments:
            entry["properties"] = {camel_case(name): _in_yaml(value) for name, value in each.arguments.items()}
        entries[each.variable] = entry
    return _dumped({"name": "shop", "runtime": "yaml", "resources": entries})


def _in_yaml(value: Any) -> Any:
    if isinstance(value, Output):
        return f"${{{value.resource.variable}.{camel_case(value.name)}}}"
    if isinstance(value, Json):
        return {"fn::toJSON": value.value}
    if isinstance(value, dict):
        return {camel_case(name): _in_yaml(each) for name, each in value.items()}
    return [_in_yaml(each) for each in value] if isinstance(value, list) else value


def _dumped(value: Any) -> str:
    return yaml.safe_dump(value, sort_keys=False, default_flow_style=False, width=WIDTH)


def terraform_type(resource: Resource) -> str:
    """`aws_kms_key` for a key."""
    return f"aws_{resource.module}_{snake_case(resource.kind)}"


def hcl(made: Iterable[Resource]) -> str:
    """A program in HCL."""
    blocks = []
    for each in made:
        body = "".join(f"{line}\n" for line in _body(each.arguments, 1))
        blocks.append(f'resource "{terraform_type(each)}" "{each.label}" {{\n{body}}}\n')
    return "\n".join(blocks)


def _body(arguments: dict[str, Any] | Any, depth: int) -> Iterator[str]:
    space = "  " * depth
    for name, value in arguments.items():
        nested = [value] if isinstance(value, dict) else value
        if isinstance(nested, list) and nested and all(isinstance(each, dict) for each in nested):
            for each in nested:
                yield from (f"{space}{name} {{", *_body(each, depth + 1), f"{space}}}")
        else:
            yield f"{space}{name} = {_expression(value, depth)}"


def _expression(value: Any, depth: int) -> str:
    if isinstance(value, Output):
        return f"{terraform_type(value.resource)}.{value.resource.label}.{value.name}"
    if isinstance(value, Json):
        return f"jsonencode({_object(value.value, depth)})"
    return json.dumps(value)


def _object(value: Any, depth: int) -> str:
    space, end = "  " * (depth + 1), "  " * depth
    if isinstance(value, dict) and value:
        lines = [f"{space}{_property(name)} = {_object(each, depth + 1)}" for name, each in value.items()]
        return "\n".join(["{", *lines, end + "}"])
    if isinstance(value, list) and any(isinstance(each, dict) for each in value):
        return "[" + ", ".join(_object(each, depth) for each in value) + "]"
    return json.dumps(value)


def _outputs(value: Any) -> Iterator[Output]:
    if isinstance(value, Output):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _outputs(each)
    elif isinstance(value, list):
        for each in value:
            yield from _outputs(each)
