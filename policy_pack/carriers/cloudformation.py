"""CloudFormation: what the template of a stack or of a stack set makes (`policy_pack.template` reads it).

A node's id is the URN of the stack's resource, ``#`` and the logical id. What may not be deployed is left out or left
open, so that nothing is claimed of it, and the template says so.

Sources: the pages of Stack and StackSet in the Pulumi Registry, packages AWS and AWS Cloud Control; "StackSets
concepts" in the AWS CloudFormation User Guide (each instance of a stack set has a region of its own, and may override
parameters).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from policy_pack.aws.regions import partition_of
from policy_pack.carriers import experiments, resource_types, unread
from policy_pack.carriers.kinds import ByType, Reads
from policy_pack.carriers.place import Surroundings, place
from policy_pack.carriers.resource_types import Given, camel_case, capitalised, given_by, in_camel_case
from policy_pack.carriers.suppressions import suppressions
from policy_pack.expressions import expression
from policy_pack.gaps import ACCOUNT, GAP, STACK_NAME
from policy_pack.records import dataclass
from policy_pack.stack.model import (
    REFUSED,
    AnyNode,
    Configuration,
    Endpoint,
    ManagedPolicy,
    Resource,
    RolePolicy,
    Template,
    Unread,
)
from policy_pack.stack.urn import type_of
from policy_pack.values import UNKNOWN, PartlyKnown, Plain, Text, Unknown, kind_of, text

if TYPE_CHECKING:
    from policy_pack import template
    from policy_pack.template import TemplateResource
    from policy_pack.template.resolve import Origins

TITLE = "CloudFormation"

# Templates within one another; CloudFormation counts none of those that are given as a text.
_MOST_NESTED = 3


def stack(given: Given) -> Iterable[AnyNode]:
    """What the template of a stack makes, from the properties of AWS::CloudFormation::Stack."""
    parameters = given.properties.get("parameters")
    known = _passed(parameters) if isinstance(parameters, dict) else {} if parameters is None else UNKNOWN
    if not isinstance(given.place.region, str) and given.place.decided_by is None:
        given = _somewhere(given)
    if given.place.account is None:
        given = replace(given, place=replace(given.place, account=_account(given)))
    return _read(given, known, _partition(given), given.made("stackName"))


def _passed(parameters: Mapping[str, Plain]) -> dict[str, Plain]:
    """What a template passes to one within it, where the stack's name is another."""
    return {
        name: replace(value, text=value.text.replace(STACK_NAME, GAP)) if isinstance(value, PartlyKnown) else value
        for name, value in parameters.items()
    }


def stack_set(given: Given) -> Iterable[AnyNode]:
    """What the template of a stack set makes wherever it is deployed, from those of AWS::CloudFormation::StackSet."""
    partition = _partition(given)
    given = _somewhere(given)
    given = replace(given, place=replace(given.place, account=_some_account(given), partition=partition))
    return _read(given, UNKNOWN, partition, UNKNOWN)


def _somewhere(given: Given) -> Given:
    """The same in a region that nobody knows, and that all of the template shares."""
    return replace(given, place=replace(given.place, region=UNKNOWN, decided_by=given.id))


# The id of a stack is its ARN: "AWS::StackId" in the AWS CloudFormation Template Reference.
_STACK_ID = expression(r"arn:[a-z-]+:cloudformation:[a-z0-9-]+:([0-9]{12}):stack/.+")


def _account(given: Given) -> Text:
    """The account that a stack is in, from its id once there is one."""
    ids = (
        text(found) for found in (given.outputs.get("stackId"), *map(given.properties.get, ("stackId", "id", "arn")))
    )
    matches = [_STACK_ID.fullmatch(each) for each in ids if isinstance(each, str)]
    return next((match[1] for match in matches if match is not None), _some_account(given))


def _some_account(given: Given) -> Text:
    return PartlyKnown(text=ACCOUNT, within=given.id)


def _partition(given: Given) -> Text:
    region = given.place.region
    return partition_of(region) if isinstance(region, str) else UNKNOWN


def _read(given: Given, parameters: Mapping[str, Plain] | Unknown, partition: Text, stack_name: Text) -> list[AnyNode]:
    from policy_pack import template  # no sooner than there is a template

    body = given.properties.get("templateBody")
    nested = given.id.removeprefix(given.urn).count("#")
    content: template.Template | template.Unreadable
    if nested > _MOST_NESTED:
        content = template.Unreadable(f"The template is within more than {_MOST_NESTED} other templates.")
    elif isinstance(body, dict) or (isinstance(body, str) and body.strip()):
        content = template.read(
            body,
            parameters,
            region=given.place.region,
            account=given.place.account,
            partition=partition,
            stack_name=stack_name,
            types=_TYPES,
            varied=(resource_types.ENDPOINT_CONFIGURATION,),
        )
    else:
        content = template.Unreadable(_why_without_body(given, body))
    if isinstance(content, template.Unreadable):
        content = template.Template({}, (content.reason,))
    return list(_nodes(_Reading(given, content)))


def _why_without_body(given: Given, body: Plain) -> str:
    name = given.spelling("templateBody")
    if isinstance(body, Unknown):
        return f"{name} is not known before the update."
    if text(body) is not None:
        return f"{name} is {kind_of(body)} where a template belongs."
    # The schema spells it TemplateURL, the providers templateUrl.
    if any(given.properties.get(url) is not None for url in ("templateUrl", "templateURL")):
        return "The template is at a URL, which this pack does not fetch."
    return f"{name} is not set."


@dataclass(frozen=True)
class _Reading:
    """A template that was read: the resource of its stack, and its content."""

    given: Given
    content: template.Template

    @property
    def scope(self) -> str:
        """Within what a template calls its own account is the same one."""
        account = self.given.place.account
        return account.within if isinstance(account, PartlyKnown) else self.given.id

    def ids(self, sources: Iterable[str]) -> tuple[str, ...]:
        """The ids of nodes, from logical ids; those of what the program gives are ids already."""
        return tuple(each if ":" in each else f"{self.given.id}#{each}" for each in sorted(sources))

    def with_ids(self, value: Plain) -> Any:
        """A value whose unknown parts say by the ids of nodes what they are computed from."""
        if isinstance(value, Unknown):
            sources = frozenset(self.ids(value.sources))
            if isinstance(value, PartlyKnown):
                return replace(value, sources=sources, within=self.scope)
            return replace(value, sources=sources)
        if isinstance(value, dict):
            return {name: self.with_ids(part) for name, part in value.items()}
        return [self.with_ids(part) for part in value] if isinstance(value, list) else value

    def sources(self, value: Plain, origins: Origins | None) -> tuple[str, ...]:
        """The ids of what a value is computed from, within the template or by the program."""
        if origins is None:
            return ()
        own = self.ids(origins.sources)
        passed = self.given.sources("parameters") if origins.parameters else ()
        if isinstance(value, Unknown):
            # Of several keys nobody says which parameter is which.
            return (*own, *_at_most_one(passed, _is_key_by_urn))
        # A known text may come from whatever the program computed the parameters and the template from.
        return (*own, *passed, *self.given.sources("templateBody"))

    def ignores(self, origins: Origins | None) -> bool:
        """Whether the option ignoreChanges of the stack covers what a value in the template is computed from."""
        parameters = origins.parameters if origins is not None else ()
        return self.given.ignores("templateBody") or any(self.given.ignores("parameters", each) for each in parameters)

    @property
    def outputs(self) -> tuple[str, ...]:
        """What the template's outputs are computed from; which of them is used nobody says."""
        resources = self.content.resources
        sources = sorted(self.content.outputs.sources)
        return self.ids(_at_most_one(sources, lambda each: each in resources and _reads(resources[each]).is_key))

    @property
    def inputs(self) -> tuple[str, ...]:
        """What the template, and what is written elsewhere, is given."""
        given = self.given
        return (*self.ids(self.content.handed.sources), *given.sources("parameters"), *given.sources("templateBody"))


def _nodes(reading: _Reading) -> Iterator[AnyNode]:
    given, content = reading.given, reading.content
    uncertain = tuple(filter(None, map(_why_uncertain, content.resources.values())))
    yield Template(
        **given.node,
        unreadable=(*content.unreadable, *uncertain),
        outputs=reading.outputs,
        inputs=reading.inputs,
    )
    for resource in content.resources.values():
        properties = _as_far_as_certain(resource)
        if properties is not None:
            nodes = _reads(resource).read(_given(reading, resource, reading.with_ids(properties)))
            yield from _with_alternatives(nodes, reading, resource)


def _with_alternatives(nodes: Iterable[AnyNode], reading: _Reading, resource: TemplateResource) -> Iterator[AnyNode]:
    """The nodes, a configuration with what else it may be where a condition is not known."""
    read = _reads(resource).read
    others = (replace(resource, properties=each.properties, origins=each.origins) for each in resource.alternatives)
    found = [read(_given(reading, each, reading.with_ids(in_camel_case(each.properties)))) for each in others]
    given = suppressions(resource.metadata)
    alternatives = tuple(
        replace(node, suppressions=given) for each in found for node in each if isinstance(node, Configuration)
    )
    for node in nodes:
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
        ignores=lambda *path: reading.ignores(origins.get(path[0])),
        replacement=REFUSED,
        deleted_first=None,
        output="EndpointConfigName, by Fn::GetAtt (in CDK: attrEndpointConfigName)",
    )


def _reads(resource: TemplateResource) -> Reads:
    return _TYPES[resource.type]


def _why_uncertain(resource: TemplateResource) -> str | None:
    if not _reads(resource).is_subject or _reads(resource).makes is Unread:
        return None
    if resource.condition is not True:
        return f"The condition of the resource {resource.logical_id} is not known before the update."
    if isinstance(resource.properties, Unknown):
        return f"The properties of the resource {resource.logical_id} are not known before the update."
    return None


def _as_far_as_certain(resource: TemplateResource) -> dict[str, Any] | None:
    """The properties in camel case; `None` where the resource is better left out, as nothing of it is certain."""
    if _reads(resource).makes is Unread:
        # What may be deployed may make a configuration. The names of a custom resource's properties are its own.
        return resource.properties if isinstance(resource.properties, dict) else None
    known = isinstance(resource.properties, dict)
    properties: dict[str, Any] = in_camel_case(resource.properties) if known else {}
    if known and resource.condition is True:
        return properties
    if _reads(resource).makes is Endpoint:
        return {}  # there may be an Endpoint, and whether it names a configuration nobody knows
    if _reads(resource).makes in (ManagedPolicy, RolePolicy):
        return {**properties, "policyDocument": UNKNOWN}  # there may be more permissions
    return None


def _at_most_one(ids: Sequence[str], is_key: Callable[[str], bool]) -> Sequence[str]:
    """The ids, without those of keys where there are several."""
    several = sum(map(is_key, ids)) > 1
    return [each for each in ids if not is_key(each)] if several else ids


def _is_key_by_urn(urn: str) -> bool:
    from policy_pack.carriers import READERS as OF_ALL_CARRIERS  # which have this one among them

    reads = OF_ALL_CARRIERS.get(type_of(urn))
    return reads is not None and reads.is_key


def _classic(read: Callable[[Given], Iterable[AnyNode]]) -> Callable[[Resource, Surroundings], Iterable[AnyNode]]:
    def reader(resource: Resource, surroundings: Surroundings) -> Iterable[AnyNode]:
        properties = resource.properties
        outputs = {"stackName": properties.get("name")}  # as the classic provider calls it
        return read(given_by(resource, place(resource, surroundings, properties.get("region")), outputs=outputs))

    return reader


TEMPLATES: Mapping[str, Reads] = {
    "AWS::CloudFormation::Stack": Reads(Template, stack),
    "AWS::CloudFormation::StackSet": Reads(Template, stack_set),
}
_TYPES: Mapping[str, Reads] = ByType(
    {**resource_types.READERS, **experiments.TYPES, **TEMPLATES}, otherwise=unread.in_template
)
READERS = {
    "aws:cloudformation/stack:Stack": Reads(Template, _classic(stack)),
    "aws:cloudformation/stackSet:StackSet": Reads(Template, _classic(stack_set)),
}
KEY_WRITERS: dict[str, Any] = {}
