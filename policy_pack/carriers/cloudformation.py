"""CloudFormation: the resources in the template of a stack or a stack set (`policy_pack.template` reads it).

`policy_pack.carriers.template_nodes` makes the nodes.

Sources: the pages of Stack and StackSet in the Pulumi Registry, packages AWS and AWS Cloud Control; "StackSets
concepts" in the AWS CloudFormation User Guide (each instance of a stack set has a region of its own, and may override
parameters).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from policy_pack.aws.regions import partition_of
from policy_pack.carriers import experiments, resource_types, unread
from policy_pack.carriers.given import Given, given_by
from policy_pack.carriers.kinds import ByType, Reads
from policy_pack.carriers.place import Surroundings, place
from policy_pack.carriers.template_nodes import nodes
from policy_pack.expressions import expression
from policy_pack.gaps import ACCOUNT, GAP, STACK_NAME
from policy_pack.stack.model import (
    AnyNode,
    Resource,
    Template,
)
from policy_pack.values import UNKNOWN, PartlyKnown, Plain, Text, Unknown, kind_of, text

if TYPE_CHECKING:
    from policy_pack import template

TITLE = "CloudFormation"

# The most levels of nested templates; CloudFormation has no limit for templates that are given as a text.
_MOST_NESTED = 3


def stack(given: Given) -> Iterable[AnyNode]:
    """The nodes of a stack's template, from the properties of AWS::CloudFormation::Stack."""
    parameters = given.properties.get("parameters")
    known = _passed(parameters) if isinstance(parameters, dict) else {} if parameters is None else UNKNOWN
    if not isinstance(given.place.region, str) and given.place.decided_by is None:
        given = _somewhere(given)
    if given.place.account is None:
        given = replace(given, place=replace(given.place, account=_account(given)))
    return _read(given, known, _partition(given), given.made("stackName"))


def _passed(parameters: Mapping[str, Plain]) -> dict[str, Plain]:
    """The surroundings of a nested template, whose stack has another name."""
    return {
        name: replace(value, text=value.text.replace(STACK_NAME, GAP)) if isinstance(value, PartlyKnown) else value
        for name, value in parameters.items()
    }


def stack_set(given: Given) -> Iterable[AnyNode]:
    """The nodes of a stack set's template, wherever it is deployed, from those of AWS::CloudFormation::StackSet."""
    partition = _partition(given)
    given = _somewhere(given)
    given = replace(given, place=replace(given.place, account=_some_account(given), partition=partition))
    return _read(given, UNKNOWN, partition, UNKNOWN)


def _somewhere(given: Given) -> Given:
    """The same place in an unknown Region, which the whole template shares."""
    return replace(given, place=replace(given.place, region=UNKNOWN, decided_by=given.id))


# The ID of a stack is its ARN: "AWS::StackId" in the AWS CloudFormation Template Reference.
_STACK_ID = expression(r"arn:[a-z-]+:cloudformation:[a-z0-9-]+:([0-9]{12}):stack/.+")


def _account(given: Given) -> Text:
    """The account of a stack, from its ID if it has one."""
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
    from policy_pack import template  # imported only for a template

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
    return list(nodes(given, content, _TYPES))


def _why_without_body(given: Given, body: Plain) -> str:
    name = given.spelling("templateBody")
    if isinstance(body, Unknown):
        return f"{name} is not known before the update."
    if text(body) is not None:
        return f"{name} is {kind_of(body)}, not a template."
    # The schema spells it TemplateURL, the providers templateUrl.
    if any(given.properties.get(url) is not None for url in ("templateUrl", "templateURL")):
        return "The template is at a URL, which this pack does not fetch."
    return f"{name} is not set."


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
