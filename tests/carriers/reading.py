"""Reads resources into the model in tests: of a provider in eu-west-1, unless another region is given."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from policy_pack import carriers
from policy_pack.carriers.place import Surroundings
from policy_pack.judging.judge import judge
from policy_pack.judging.policy import Policy
from policy_pack.judging.settings import read as read_settings
from policy_pack.judging.verdict import Verdict
from policy_pack.stack.model import Provider, Resource, Stack

REGION = "eu-west-1"
NATIVE = "aws-native"
T = TypeVar("T")


def urn(kind: str, name: str = "it") -> str:
    """The URN of a resource."""
    return f"urn:pulumi:dev::shop::{kind}::{name}"


def resource(
    kind: str,
    properties: Mapping[str, Any],
    name: str = "it",
    *,
    region: Any = REGION,
    sources: Mapping[str, tuple[str, ...]] | None = None,
) -> Resource:
    """A resource; `sources` are the URNs that its properties are computed from."""
    package = kind.partition(":")[0]
    provider = Provider(urn(f"pulumi:providers:{package}", "default"), {"region": region} if region else {})
    return Resource(urn(kind, name), kind, name, properties, provider, sources or {})


def template(body: Any, name: str = "it", *, sources: Any = None, region: Any = REGION, **properties: Any) -> Resource:
    """A classic CloudFormation stack with a template, given as an object or a text."""
    text = json.dumps(body) if isinstance(body, dict) else body
    given = {"templateBody": text, "name": "serving", **properties}
    return resource("aws:cloudformation/stack:Stack", given, name, sources=sources, region=region)


def state(kind: str, desired: Any, name: str = "it", *, sources: Any = None, **properties: Any) -> Resource:
    """A resource of Cloud Control with a desired state, given as an object or a text."""
    text = json.dumps(desired) if isinstance(desired, dict) else desired
    given = {"typeName": kind, "desiredState": text, **properties}
    return resource("aws:cloudcontrol/resource:Resource", given, name, sources=sources)


def stack(*resources: Resource) -> Stack:
    """The model of a stack."""
    return carriers.read(resources, Surroundings())


def all_of(kind: type[T], *resources: Resource) -> tuple[T, ...]:
    """The nodes of one kind in a stack, in which the resources count even if nothing is judged."""
    surroundings = Surroundings()
    return Stack(node for each in resources for node in carriers.READERS[each.type].read(each, surroundings)).of(kind)


def one(kind: type[T], *resources: Resource) -> T:
    """The only node of one kind."""
    (node,) = all_of(kind, *resources)
    return node


def verdicts(policy: Policy, *resources: Resource, **settings: Any) -> dict[str, Verdict]:
    """What a policy says of each of its subjects in a stack, by their labels."""
    found = judge(policy, stack(*resources), read_settings(policy.settings, settings))
    return {each.subject.label if each.subject is not None else "": each.verdict for each in found}
