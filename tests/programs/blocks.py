"""What the programs are made of, and how they say what is expected of the pack.

A program that uses only these blocks with their defaults violates no policy.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pulumi
import pulumi_aws as aws

from policy_pack.testing.monitor import World
from policy_pack.testing.stand_in import ACCOUNT, KEY_ID, MULTI_REGION_KEY_ID
from tests.harness.answers import Triple
from tests.harness.engine import Stack
from tests.harness.program import DEV, Program

KEY_POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Root",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                "Action": "kms:*",
                "Resource": "*",
            },
            {
                "Sid": "SageMaker",
                "Effect": "Allow",
                "Principal": {"Service": "sagemaker.amazonaws.com"},
                "Action": ["kms:Decrypt", "kms:GenerateDataKey*", "kms:CreateGrant"],
                "Resource": "*",
            },
        ],
    }
)

# The part that KMS ARNs of these tests have in common must not come out of the pack.
PRIVATE = (ACCOUNT, KEY_ID, MULTI_REGION_KEY_ID, "arn:aws")


@dataclass(frozen=True)
class Case:
    """A program, where it runs, and what the pack says of it in each phase."""

    program: Program
    expected: Mapping[str, list[Triple]]
    stack: Stack
    world: World
    settings: Mapping[str, Any]

    def __str__(self) -> str:
        return self.program.__name__


def says(
    *both: str,
    preview: tuple[str, ...] = (),
    update: tuple[str, ...] = (),
    stack: Stack = DEV,
    world: World | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Callable[[Program], Case]:
    """Makes a case of a program: what is said as "level policy resource", in `both` phases or in one of them."""

    def case(program: Program) -> Case:
        expected = {"preview": _triples(both + preview), "update": _triples(both + update)}
        return Case(program, expected, stack, world or World(), settings or {})

    return case


def says_nothing(
    *, stack: Stack = DEV, world: World | None = None, settings: Mapping[str, Any] | None = None
) -> Callable[[Program], Case]:
    """Makes a case of a program of which the pack says nothing in either phase."""
    return says(stack=stack, world=world, settings=settings)


def cases(module: ModuleType) -> list[Case]:
    """The cases of a module."""
    return [each for each in vars(module).values() if isinstance(each, Case)]


def arn(region: str = "us-east-1", what: str = f"key/{KEY_ID}", partition: str = "aws") -> str:
    """The ARN of a key or an alias."""
    return f"arn:{partition}:kms:{region}:{ACCOUNT}:{what}"


def variant(**more: Any) -> dict[str, Any]:
    """A production variant on instances without local storage."""
    return {
        "variant_name": "AllTraffic",
        "model_name": "model",
        "initial_instance_count": 1,
        "instance_type": "ml.m5.large",
        **more,
    }


def config(
    label: str = "config", opts: pulumi.ResourceOptions | None = None, **arguments: Any
) -> aws.sagemaker.EndpointConfiguration:
    """An endpoint configuration; it names no key unless `kms_key_arn` does."""
    arguments.setdefault("production_variants", [variant()])
    return aws.sagemaker.EndpointConfiguration(label, opts=opts, **arguments)


def endpoint(
    configuration: Any, label: str = "endpoint", opts: pulumi.ResourceOptions | None = None, **arguments: Any
) -> aws.sagemaker.Endpoint:
    """An endpoint of the configuration with the name `configuration`."""
    return aws.sagemaker.Endpoint(label, endpoint_config_name=configuration, opts=opts, **arguments)


def pair(opts: pulumi.ResourceOptions | None = None, **arguments: Any) -> aws.sagemaker.EndpointConfiguration:
    """A configuration and the endpoint that follows it, of the same provider and region."""
    made = config(opts=opts, **arguments)
    endpoint(made.name, opts=opts, region=arguments.get("region"))
    return made


def untyped_pair(kms_key_arn: Any) -> None:
    """A pair whose key is of any type: YAML and JavaScript do not check it, as the Python SDK does."""
    properties = {"kmsKeyArn": kms_key_arn, "productionVariants": [{"modelName": "model"}], "name": None}
    made = pulumi.CustomResource("aws:sagemaker/endpointConfiguration:EndpointConfiguration", "config", properties)
    endpoint(pulumi.Output.from_input(getattr(made, "name")))  # noqa: B009 - known to the engine only


def key(label: str = "key", opts: pulumi.ResourceOptions | None = None, **arguments: Any) -> aws.kms.Key:
    """A key that rotates and that SageMaker may use."""
    return aws.kms.Key(label, opts=opts, **{"enable_key_rotation": True, "policy": KEY_POLICY, **arguments})


def provider(region: Any, label: str = "elsewhere") -> pulumi.ResourceOptions:
    """The options of resources of an explicit provider for a region."""
    return pulumi.ResourceOptions(provider=aws.Provider(label, region=region))


def later(value: str) -> pulumi.Output[str]:
    """A value that a preview does not know: it waits for a resource that has nothing to do with keys."""
    return aws.ssm.Parameter("later", type="String", value="x").arn.apply(lambda _: value)


def in_region(region: str) -> Stack:
    """The stack with another region, or none where it is empty."""
    return Stack(config={"aws:region": region} if region else {})


def _triples(lines: tuple[str, ...]) -> list[Triple]:
    found: list[Triple] = []
    for line in lines:
        level, policy, resource = line.split()
        found.append((level, policy, resource))
    return found
