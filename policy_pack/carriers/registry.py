"""Every carrier, and what they read together: the names that `policy_pack.carriers` offers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, TypeVar

from policy_pack.carriers import (
    ack,
    aws_native,
    bridged,
    classic,
    cloudcontrol,
    cloudformation,
    experiments,
    terraform,
    unread,
)
from policy_pack.carriers.kinds import ByType, Reads
from policy_pack.carriers.place import Surroundings
from policy_pack.stack.model import Resource, Stack

# Takes the properties that the SDK passes to a remediation, which keep secrets secret, and the key's ARN.
KeyWriter = Callable[[Any, str], None]

CARRIERS = (
    classic,
    aws_native,
    cloudformation,
    cloudcontrol,
    experiments,
    ack,
    bridged,
    terraform,
)

READERS: Mapping[str, Reads] = ByType(
    {kind: reads for each in CARRIERS for kind, reads in each.READERS.items()}, otherwise=unread.reads
)

KEY_WRITERS: Mapping[str, KeyWriter] = ByType(
    {kind: writer for each in CARRIERS for kind, writer in each.KEY_WRITERS.items()}
)

# The types of resources that policies judge, or that may contain resources that they judge.
SUBJECTS: Mapping[str, Reads] = ByType(
    {kind: reads for kind, reads in READERS.items() if reads.is_subject}, otherwise=unread.reads
)


class Typed(Protocol):
    """Anything with a resource's type: a resource, or the engine's message about one."""

    @property
    def type(self) -> str: ...


T = TypeVar("T", bound=Typed)


def concerning(resources: Iterable[T]) -> list[T]:
    """The resources of a stack that policies need; none if there is no resource that they judge."""
    given = [(each.type, each) for each in resources]
    # A stack has many resources of few types.
    known = {kind for kind in {kind for kind, _ in given} if kind in READERS}
    return [each for kind, each in given if kind in known] if any(kind in SUBJECTS for kind in known) else []


def read(resources: Iterable[Resource], surroundings: Surroundings) -> Stack:
    """The model of a stack, from the resources that the carriers know."""
    return Stack(
        (
            node
            for resource in resources
            if (reads := READERS.get(resource.type)) is not None
            for node in reads.read(resource, surroundings)
        ),
        tells_dependencies=surroundings.tells_dependencies,
    )
