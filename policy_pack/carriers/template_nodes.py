"""The nodes of the model that a CloudFormation template makes, once `policy_pack.template` has read it.

A node's id is the URN of the stack's resource, ``#`` and the logical id. What may not be deployed is left out or left
open, so that nothing is claimed of it, and the template says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from policy_pack.carriers.given import Given, camel_case, capitalised, in_camel_case
from policy_pack.carriers.kinds import Reads
from policy_pack.carriers.suppressions import suppressions
from policy_pack.records import dataclass
from policy_pack.stack.model import (
    REFUSED,
    AnyNode,
    Configuration,
    Endpoint,
    ManagedPolicy,
    RolePolicy,
    Template,
    Unread,
)
from policy_pack.stack.urn import type_of
from policy_pack.values import UNKNOWN, PartlyKnown, Plain, Unknown

if TYPE_CHECKING:
    from policy_pack import template
    from policy_pack.template import TemplateResource
    from policy_pack.template.resolve import Origins


@dataclass(frozen=True)
class _Reading:
    """A template that was read: the resource of its stack, its content, and who reads the types of resources."""

    given: Given
    content: template.Template
    types: Mapping[str, Reads]

    def reads(self, resource: TemplateResource) -> Reads:
        """Who reads a resource of the template."""
        return self.types[resource.type]

    @property
    def scope(self) -> str:
        """The scope within which a template's pseudo parameters have the same values."""
        account = self.given.place.account
        return account.within if isinstance(account, PartlyKnown) else self.given.id

    def ids(self, sources: Iterable[str]) -> tuple[str, ...]:
        """The IDs of nodes for logical IDs; sources from the program are IDs already."""
        return tuple(each if ":" in each else f"{self.given.id}#{each}" for each in sorted(sources))

    def with_ids(self, value: Plain) -> Any:
        """A value whose unknown parts have the IDs of nodes as sources."""
        if isinstance(value, Unknown):
            sources = frozenset(self.ids(value.sources))
            if isinstance(value, PartlyKnown):
                return replace(value, sources=sources, within=self.scope)
            return replace(value, sources=sources)
        if isinstance(value, dict):
            return {name: self.with_ids(part) for name, part in value.items()}
        return [self.with_ids(part) for part in value] if isinstance(value, list) else value

    def sources(self, value: Plain, origins: Origins | None) -> tuple[str, ...]:
        """The IDs of the nodes that a value is computed from, in the template or by the program."""
        if origins is None:
            return ()
        own = self.ids(origins.sources)
        passed = self.given.sources("parameters") if origins.parameters else ()
        if isinstance(value, Unknown):
            # With several keys, it is not known which parameter comes from which key.
            return (*own, *_at_most_one(passed, _is_key_by_urn))
        # A known text may come from any source of the parameters or of the template.
        return (*own, *passed, *self.given.sources("templateBody"))

    def ignores(self, resource: TemplateResource, name: str, *path: str, part: bool) -> bool:
        """Whether the stack's option ignoreChanges covers a property of a resource, or the sources of its value."""
        origins = resource.origins.get(capitalised(name))
        where = ("templateBody", "Resources", resource.logical_id, "Properties", capitalised(name), *path)
        return self.given.ignores(*where, part=part) or any(
            self.given.ignores("parameters", each, part=part) for each in (origins.parameters if origins else ())
        )

    @property
    def outputs(self) -> tuple[str, ...]:
        """The sources of all outputs of the template; it is not known which output is used."""
        resources = self.content.resources
        sources = sorted(self.content.outputs.sources)
        return self.ids(_at_most_one(sources, lambda each: each in resources and self.reads(resources[each]).is_key))

    @property
    def inputs(self) -> tuple[str, ...]:
        """The sources of the values that the template, and templates stored elsewhere, get."""
        given = self.given
        return (*self.ids(self.content.handed.sources), *given.sources("parameters"), *given.sources("templateBody"))


def nodes(given: Given, content: template.Template, types: Mapping[str, Reads]) -> Iterator[AnyNode]:
    """The nodes of a template and of what it makes, given the resource that carries it and who reads which type."""
    reading = _Reading(given, content, types)
    uncertain = tuple(filter(None, (_why_uncertain(each, reading.reads(each)) for each in content.resources.values())))
    yield Template(
        **given.node,
        unreadable=(*content.unreadable, *uncertain),
        outputs=reading.outputs,
        inputs=reading.inputs,
    )
    for resource in content.resources.values():
        properties = _as_far_as_certain(resource, reading.reads(resource).makes)
        if properties is not None:
            found = reading.reads(resource).read(_given(reading, resource, reading.with_ids(properties)))
            yield from _with_alternatives(found, reading, resource)


def _with_alternatives(found: Iterable[AnyNode], reading: _Reading, resource: TemplateResource) -> Iterator[AnyNode]:
    """The nodes; a configuration has alternatives if a condition is not known."""
    read = reading.reads(resource).read
    others = (replace(resource, properties=each.properties, origins=each.origins) for each in resource.alternatives)
    read_so = [read(_given(reading, each, reading.with_ids(in_camel_case(each.properties)))) for each in others]
    given = suppressions(resource.metadata)
    alternatives = tuple(
        replace(node, suppressions=given) for each in read_so for node in each if isinstance(node, Configuration)
    )
    for node in found:
        if isinstance(node, Configuration) and (alternatives or given):
            yield replace(node, alternatives=alternatives, suppressions=given)
        else:
            yield node


def _given(reading: _Reading, resource: TemplateResource, properties: Mapping[str, Any]) -> Given:
    stack = reading.given
    origins = {camel_case(name): each for name, each in resource.origins.items()}
    return replace(
        stack,
        id=f"{stack.id}#{resource.logical_id}",
        label=f"{stack.label}/{resource.logical_id}",
        properties=properties,
        sources=lambda name: reading.sources(properties.get(name), origins.get(name)),
        outputs={},
        refreshed={},
        ids=(),
        is_generated=None,
        spelling=capitalised,
        ignores=lambda name, *path, part=False: reading.ignores(resource, name, *path, part=part),
        replacement=REFUSED,
        deleted_first=None,
        output="EndpointConfigName, by Fn::GetAtt (in CDK: attrEndpointConfigName)",
    )


def _why_uncertain(resource: TemplateResource, reads: Reads) -> str | None:
    if not reads.is_subject or reads.makes is Unread:
        return None
    if resource.condition is not True:
        return f"The condition of the resource {resource.logical_id} is not known before the update."
    if isinstance(resource.properties, Unknown):
        return f"The properties of the resource {resource.logical_id} are not known before the update."
    return None


def _as_far_as_certain(resource: TemplateResource, makes: type[AnyNode]) -> dict[str, Any] | None:
    """The properties in camel case; `None` if nothing about the resource is certain, so that it is left out."""
    if makes is Unread:
        # It may make a configuration if it is deployed. A custom resource has its own property names.
        return resource.properties if isinstance(resource.properties, dict) else None
    known = isinstance(resource.properties, dict)
    properties: dict[str, Any] = in_camel_case(resource.properties) if known else {}
    if known and resource.condition is True:
        return properties
    if makes is Endpoint:
        return {}  # there may be an Endpoint, and it is not known which configuration it names
    if makes in (ManagedPolicy, RolePolicy):
        return {**properties, "policyDocument": UNKNOWN}  # there may be more permissions
    return None


def _at_most_one(ids: Sequence[str], is_key: Callable[[str], bool]) -> Sequence[str]:
    """The IDs, without those of keys if there are several."""
    several = sum(map(is_key, ids)) > 1
    return [each for each in ids if not is_key(each)] if several else ids


def _is_key_by_urn(urn: str) -> bool:
    from policy_pack.carriers import READERS as OF_ALL_CARRIERS  # which include this one

    reads = OF_ALL_CARRIERS.get(type_of(urn))
    return reads is not None and reads.is_key
