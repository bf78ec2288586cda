"""The provider made from AWS's own resource types, `aws-native`.

It derives a physical name from the logical name if none is given, as the classic provider does.

Sources: the pages of these resources in the Pulumi Registry, package AWS Cloud Control, which names the type
``AWS::KMS::ReplicaKey`` ``aws-native:kms:ReplicaKey``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from policy_pack.carriers import cloudformation, resource_types
from policy_pack.carriers.given import given_by
from policy_pack.carriers.kinds import Reads
from policy_pack.carriers.naming import is_generated
from policy_pack.carriers.place import Surroundings, place
from policy_pack.carriers.resource_types import Reader
from policy_pack.stack.model import AnyNode, Resource

TITLE = "aws-native"


def _type(resource_type: str) -> str:
    _, service, name = resource_type.split("::")
    return f"aws-native:{service.lower()}:{name}"


def _reads(read: Reader) -> Callable[[Resource, Surroundings], Iterable[AnyNode]]:
    def reader(resource: Resource, surroundings: Surroundings) -> Iterable[AnyNode]:
        return read(
            given_by(
                resource,
                place(resource, surroundings),
                is_generated=lambda name: is_generated(name, resource, surroundings.config),
            )
        )

    return reader


READERS = {
    _type(kind): Reads(each.makes, _reads(each.read))
    for kind, each in {**resource_types.READERS, **cloudformation.TEMPLATES}.items()
    if kind != "AWS::IAM::Policy"  # Only templates know these.
}


def _write_key(properties: Any, arn: str) -> None:
    properties["kmsKeyId"] = arn


KEY_WRITERS = {_type(resource_types.ENDPOINT_CONFIGURATION): _write_key}
