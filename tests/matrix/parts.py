"""The parts of a stack under the names of AWS's own resource types, as the matrix writes them once for all carriers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from tests.programs.blocks import arn

CONFIGURATION, ENDPOINT = "AWS::SageMaker::EndpointConfig", "AWS::SageMaker::Endpoint"
KEY, STACK = "AWS::KMS::Key", "AWS::CloudFormation::Stack"
MACHINE = "AWS::StepFunctions::StateMachine"


class Output(NamedTuple):
    """What a property is set to: an attribute of another part."""

    part: str
    attribute: str


class Part(NamedTuple):
    """A resource. It is in the stack's region unless it has another; `alone` gives it a template of its own."""

    type: str
    properties: Mapping[str, Any]
    region: str | None = None
    alone: bool = False


Parts = Mapping[str, Part]

ARN = arn()
NAME = Output("configuration", "EndpointConfigName")


def configuration(key: Any = ARN, **properties: Any) -> Part:
    """An endpoint configuration."""
    given = {"KmsKeyId": key, "ProductionVariants": variants("ml.m5.large"), **properties}
    return Part(CONFIGURATION, {name: value for name, value in given.items() if value is not None})


def variants(instance_type: str) -> list[dict[str, Any]]:
    """Production variants on instances of one type."""
    return [{"VariantName": "a", "ModelName": "m", "InstanceType": instance_type, "InitialInstanceCount": 1}]


def endpoint(name: Any = NAME) -> Part:
    """An Endpoint; it takes the configuration's name from its output unless another is given."""
    return Part(ENDPOINT, {"EndpointConfigName": name})


def pair(key: Any = ARN, **properties: Any) -> Parts:
    """A configuration and its Endpoint."""
    return {"configuration": configuration(key, **properties), "endpoint": endpoint()}
