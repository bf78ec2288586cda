"""What makes a Pulumi program of the parts of a stack, for each carrier."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from tests.harness import aws_native as native
from tests.matrix.parts import CONFIGURATION, ENDPOINT, KEY, STACK, Output, Part, Parts
from tests.programs.blocks import provider

_CLASSIC: Mapping[str, tuple[Callable[..., Any], Mapping[str, str]]] = {
    CONFIGURATION: (aws.sagemaker.EndpointConfiguration, {"KmsKeyId": "KmsKeyArn", "EndpointConfigName": "Name"}),
    ENDPOINT: (aws.sagemaker.Endpoint, {}),
    KEY: (aws.kms.Key, {"Enabled": "IsEnabled", "KeyPolicy": "Policy"}),
}
_NATIVE: Mapping[str, Callable[..., Any]] = {
    CONFIGURATION: native.EndpointConfig,
    ENDPOINT: native.Endpoint,
    KEY: native.Key,
    STACK: native.Stack,
}


def classic(parts: Parts) -> dict[str, Any]:
    """Resources of the provider `aws`."""
    made: dict[str, Any] = {}
    for label, part in parts.items():
        kind, renamed = _CLASSIC[part.type]
        given = _given(
            part, lambda output: made[output.part].arn if output.attribute == "Arn" else made[output.part].name
        )
        named = {_snake_case(renamed.get(name, name)): _in_snake_case(value) for name, value in given.items()}
        if part.type == KEY:
            named["policy"] = json.dumps(given["KeyPolicy"])
        made[label] = kind(label, opts=provider(part.region) if part.region else None, **named)
    return made


def aws_native(parts: Parts) -> None:
    """Resources of the provider `aws-native`."""
    made: dict[str, Any] = {}
    for label, part in parts.items():
        given = _given(part, lambda output: getattr(made[output.part], _snake_case(output.attribute)))
        named = {
            _snake_case(name): value if name == "KeyPolicy" else _in_camel_case(value) for name, value in given.items()
        }
        opts = None
        if part.region is not None:
            elsewhere = pulumi.ProviderResource("aws-native", "elsewhere", {"region": part.region})
            opts = pulumi.ResourceOptions(provider=elsewhere)
        made[label] = _NATIVE[part.type](label, opts, **named)


def cloudformation(parts: Parts) -> None:
    """One template; what is in another region is made outside of it, and passed as a parameter."""
    if STACK in {part.type for part in parts.values()}:
        for label, part in parts.items():
            given = {_snake_case(name): value for name, value in part.properties.items()}
            aws.cloudformation.Stack(label, **given)
        return
    outside = {label: part for label, part in parts.items() if part.region is not None}
    resources = {
        label: {
            "Type": part.type,
            "Properties": _given(
                part, lambda each: {"Ref": each.part} if each.part in outside else {"Fn::GetAtt": list(each)}
            ),
        }
        for label, part in parts.items()
        if label not in outside
    }
    body = {"Parameters": {label: {"Type": "String"} for label in outside}, "Resources": resources}
    passed = {label: made.arn for label, made in classic(outside).items()}
    aws.cloudformation.Stack("stack", template_body=json.dumps(body), parameters=passed)


def cloud_control(parts: Parts) -> None:
    """Resources of Cloud Control."""
    made: dict[str, aws.cloudcontrol.Resource] = {}

    def output(each: Output) -> pulumi.Output[Any]:
        return made[each.part].properties.apply(lambda properties: json.loads(properties)[each.attribute])

    for label, part in parts.items():
        state = pulumi.Output.json_dumps(_given(part, output))
        opts = provider(part.region) if part.region else None
        made[label] = aws.cloudcontrol.Resource(label, type_name=part.type, desired_state=state, opts=opts)


CARRIERS: Mapping[str, Callable[[Parts], Any]] = {
    "aws": classic,
    "aws-native": aws_native,
    "CloudFormation": cloudformation,
    "Cloud Control": cloud_control,
}


def _given(part: Part, output: Callable[[Output], Any]) -> dict[str, Any]:
    return {name: output(each) if isinstance(each, Output) else each for name, each in part.properties.items()}


def _snake_case(name: str) -> str:
    return re.sub("(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _in_snake_case(value: Any) -> Any:
    if isinstance(value, dict):
        return {_snake_case(name): _in_snake_case(item) for name, item in value.items()}
    return [_in_snake_case(item) for item in value] if isinstance(value, list) else value


def _in_camel_case(value: Any) -> Any:
    if isinstance(value, dict):
        return {name[:1].lower() + name[1:]: _in_camel_case(item) for name, item in value.items()}
    return [_in_camel_case(item) for item in value] if isinstance(value, list) else value
