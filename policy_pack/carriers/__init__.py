"""The carriers: what can bring an endpoint configuration into a stack, and how each is read into the model.

A carrier is a module with a table `READERS` from a resource's type to a function of the resource and its surroundings
that yields nodes of the model, and a table `KEY_WRITERS` from the types whose key can be filled in to a function that
sets it in a resource's properties. A new one is a module and a line in `_CARRIERS`. It may list in `BESIDE` those of
its types that matter only beside a configuration or an endpoint, so that a stack without either is not read at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, TypeVar

from policy_pack.carriers import aws_native, classic, cloudcontrol, cloudformation
from policy_pack.carriers.place import Surroundings
from policy_pack.stack.model import AnyNode, Resource, Stack

Reader = Callable[[Resource, Surroundings], Iterable[AnyNode]]
# Takes the properties that the SDK gives to a remediation, which keep secrets secret, and the key's ARN.
KeyWriter = Callable[[Any, str], None]

_CARRIERS = (classic, aws_native, cloudformation, cloudcontrol)

READERS: Mapping[str, Reader] = {kind: reader for carrier in _CARRIERS for kind, reader in carrier.READERS.items()}

KEY_WRITERS: Mapping[str, KeyWriter] = {
    kind: writer for carrier in _CARRIERS for kind, writer in carrier.KEY_WRITERS.items()
}

# The types of resources that policies judge, or that may hold what they judge.
SUBJECTS = READERS.keys() - {kind for carrier in _CARRIERS for kind in getattr(carrier, "BESIDE", ())}


class Typed(Protocol):
    """Something of a resource's type: a resource, or a message of one."""

    @property
    def type(self) -> str: ...


T = TypeVar("T", bound=Typed)


def concerning(resources: Iterable[T]) -> list[T]:
    """Those of a stack's resources that policies have to know: none where there is none that they judge."""
    known = [each for each in resources if each.type in READERS]
    return known if any(each.type in SUBJECTS for each in known) else []


def read(resources: Iterable[Resource], surroundings: Surroundings) -> Stack:
    """The model of a stack, from those of its resources that a carrier knows."""
    return Stack(
        node
        for resource in resources
        if (reader := READERS.get(resource.type)) is not None
        for node in reader(resource, surroundings)
    )
