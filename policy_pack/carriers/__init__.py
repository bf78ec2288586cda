"""The carriers: what can bring an endpoint configuration into a stack, and how each is read into the model.

A carrier is a module with its name in `TITLE`, with a table `READERS` from types of resources to how they are read
(`policy_pack.carriers.kinds`), and with a table `KEY_WRITERS` from the types whose key can be filled in to a function
that sets it in a resource's properties. A new one is a module and a line in `CARRIERS`.
"""

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

# Takes the properties that the SDK gives to a remediation, which keep secrets secret, and the key's ARN.
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

# The types of resources that policies judge, or that may hold what they judge.
SUBJECTS: Mapping[str, Reads] = ByType(
    {kind: reads for kind, reads in READERS.items() if reads.is_subject}, otherwise=unread.reads
)


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
        (
            node
            for resource in resources
            if (reads := READERS.get(resource.type)) is not None
            for node in reads.read(resource, surroundings)
        ),
        tells_dependencies=surroundings.tells_dependencies,
    )
