"""The few resources of `pulumi_aws_native` that tests register, without that package (105 MB).

A program imports this module in its place; property names and types are those of the Pulumi Registry's AWS Cloud
Control package.
"""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pulumi

from policy_pack.testing.monitor import VERSIONS


class _Native(pulumi.CustomResource):
    """A resource whose arguments and outputs have names in snake case, as in the package."""

    kind = ""
    computed: tuple[str, ...] = ()
    replaced_on: tuple[str, ...] = ()

    def __init__(self, label: str, opts: pulumi.ResourceOptions | None = None, **properties: Any) -> None:
        own = pulumi.ResourceOptions(version=VERSIONS["aws-native"], replace_on_changes=list(self.replaced_on))
        super().__init__(
            f"aws-native:{self.kind}",
            label,
            {**dict.fromkeys(self.computed), **properties},
            pulumi.ResourceOptions.merge(own, opts),
        )

    def translate_input_property(self, prop: str) -> str:
        return re.sub("_([a-z])", lambda match: match[1].upper(), prop)

    def translate_output_property(self, prop: str) -> str:
        return re.sub("[A-Z]", lambda match: f"_{match[0].lower()}", prop)


class Key(_Native):
    kind = "kms:Key"
    computed = ("arn", "key_id")


class ReplicaKey(_Native):
    kind = "kms:ReplicaKey"
    computed = ("arn", "key_id")


class Alias(_Native):
    kind = "kms:Alias"


class EndpointConfig(_Native):
    kind = "sagemaker:EndpointConfig"
    computed = ("endpoint_config_name",)
    replaced_on = (
        "asyncInferenceConfig",
        "dataCaptureConfig",
        "enableNetworkIsolation",
        "endpointConfigName",
        "executionRoleArn",
        "explainerConfig",
        "kmsKeyId",
        "metricsConfig",
        "productionVariants[*]",
        "shadowProductionVariants[*]",
        "vpcConfig",
    )


class Endpoint(_Native):
    kind = "sagemaker:Endpoint"
    computed = ("endpoint_name",)
    replaced_on = ("endpointName",)


class Stack(_Native):
    kind = "cloudformation:Stack"


class InferenceExperiment(_Native):
    kind = "sagemaker:InferenceExperiment"
    computed = ("arn",)


class StateMachine(_Native):
    kind = "stepfunctions:StateMachine"


kms = SimpleNamespace(Key=Key, ReplicaKey=ReplicaKey, Alias=Alias)
sagemaker = SimpleNamespace(EndpointConfig=EndpointConfig, Endpoint=Endpoint)
cloudformation = SimpleNamespace(Stack=Stack)
