"""The provider made from AWS's own resource types, `aws-native`.

It makes physical names of logical ones where none is given, as the classic provider does.

Sources: the pages of these resources in the Pulumi Registry, package AWS Cloud Control.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from policy_pack.carriers import cloudformation, resource_types, shapes
from policy_pack.carriers.naming import is_generated
from policy_pack.carriers.place import Surroundings, place
from policy_pack.carriers.resource_types import Given, Reader
from policy_pack.stack.model import AnyNode, Resource

_TYPES = resource_types.READERS


def _reads(read: Reader) -> Callable[[Resource, Surroundings], Iterable[AnyNode]]:
    def reader(resource: Resource, surroundings: Surroundings) -> Iterable[AnyNode]:
        return read(
            Given(
                id=resource.urn,
                urn=resource.urn,
                label=resource.name,
                place=place(resource, surroundings),
                properties=resource.properties,
                sources=lambda name: shapes.sources(resource, name),
                is_generated=lambda name: is_generated(name, resource, surroundings.config),
            )
        )

    return reader


READERS: dict[str, Any] = {
    "aws-native:sagemaker:EndpointConfig": _reads(_TYPES[resource_types.ENDPOINT_CONFIGURATION]),
    "aws-native:sagemaker:Endpoint": _reads(_TYPES[resource_types.ENDPOINT]),
    "aws-native:sagemaker:Model": _reads(_TYPES["AWS::SageMaker::Model"]),
    "aws-native:kms:Key": _reads(_TYPES["AWS::KMS::Key"]),
    "aws-native:kms:ReplicaKey": _reads(_TYPES["AWS::KMS::ReplicaKey"]),
    "aws-native:kms:Alias": _reads(_TYPES["AWS::KMS::Alias"]),
    "aws-native:iam:Role": _reads(_TYPES["AWS::IAM::Role"]),
    "aws-native:iam:RolePolicy": _reads(_TYPES["AWS::IAM::RolePolicy"]),
    "aws-native:iam:ManagedPolicy": _reads(_TYPES["AWS::IAM::ManagedPolicy"]),
    "aws-native:cloudformation:Stack": _reads(cloudformation.stack),
    "aws-native:cloudformation:StackSet": _reads(cloudformation.stack_set),
}
BESIDE = {
    kind for kind in READERS if kind.startswith(("aws-native:kms:", "aws-native:iam:", "aws-native:sagemaker:Model"))
}


def _write_key(properties: Any, arn: str) -> None:
    properties["kmsKeyId"] = arn


KEY_WRITERS = {"aws-native:sagemaker:EndpointConfig": _write_key}
