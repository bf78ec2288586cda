"""Reads a CloudFormation template as far as it can be read before it is deployed.

`read` takes a template and the known facts about its stack. It returns the resources with their properties as plain
values (`policy_pack.values`): known, or unknown with the logical IDs that they are computed from. It knows nothing
about Pulumi or policies. It never raises, and its time and memory are bounded (`policy_pack.template.bounds`).
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any

from policy_pack.gaps import ACCOUNT, PARTITION, REGION, STACK_NAME
from policy_pack.template.bounds import TOO_DEEP, Refused
from policy_pack.template.loops import UNREAD, expanded, without_loops
from policy_pack.template.macros import elsewhere, is_loop, rewriting
from policy_pack.template.parse import Document, keys_in
from policy_pack.template.resolve import NO_ORIGINS, Origins, Resolver
from policy_pack.template.texts import NO_VALUE, joined, unknown
from policy_pack.values import UNKNOWN, PartlyKnown, Plain, Text, Unknown

__all__ = ["Document", "Reading", "Refused", "Template", "TemplateResource", "Unreadable", "read"]

# The suffix of service names, by partition: `dnsSuffix` in the AWS SDKs' partitions.json.
_URL_SUFFIXES = {
    "aws": "amazonaws.com",
    "aws-cn": "amazonaws.com.cn",
    "aws-us-gov": "amazonaws.com",
    "aws-iso": "c2s.ic.gov",
    "aws-iso-b": "sc2s.sgov.gov",
    "aws-iso-e": "cloud.adc-e.uk",
    "aws-iso-f": "csp.hci.ic.gov",
    "aws-eusc": "amazonaws.eu",
}

# "CloudFormation template Resources syntax": letters and digits. "Understand CloudFormation quotas": 255 of them.
_LOGICAL_ID = re.compile(r"[A-Za-z0-9]{1,255}")

_REPEATS_A_KEY = "An object in the template has a duplicate key; the pack read the last value."
_NO_RESOURCES = "The template has no section Resources."
_FOR_EACH = "A loop (Fn::ForEach) in the template iterates over values that are not known before the update."
_NOT_A_LOGICAL_ID = "A resource in the template has a logical ID that is not letters and digits."


@dataclass(frozen=True)
class Reading:
    """The properties of a resource for one outcome of the conditions of its template."""

    properties: dict[str, Plain]
    origins: Mapping[str, Origins]


@dataclass(frozen=True)
class TemplateResource:
    """A resource of a template.

    `properties` is an object, or unknown as a whole if a macro or another unreadable value is in its place; `origins`
    has the sources of each property. `condition` is true, or unknown if it is not known whether the resource is
    deployed at all. `alternatives` are the possible properties if conditions that decide them are not known; there are
    none if there are too many. `properties` then has what is certain. `metadata` is unchanged.
    """

    logical_id: str
    type: str
    properties: dict[str, Plain] | Unknown
    condition: bool | Unknown
    origins: Mapping[str, Origins] = field(default_factory=dict)
    alternatives: tuple[Reading, ...] = ()
    metadata: Plain = None


@dataclass(frozen=True)
class Template:
    """The content of a template: its resources by logical ID, and sentences that say what cannot be read at preview.

    If a macro rewrites the whole template, nothing in it counts. `outputs` are the origins of its outputs, and `handed`
    those of the values that it passes to templates stored elsewhere.
    """

    resources: Mapping[str, TemplateResource]
    unreadable: tuple[str, ...] = ()
    outputs: Origins = NO_ORIGINS
    handed: Origins = NO_ORIGINS


@dataclass(frozen=True)
class Unreadable:
    """A template that cannot be read at all, with a sentence that says why."""

    reason: str


def read(
    body: str | Mapping[str, Plain],
    parameters: Mapping[str, Plain] | Unknown,
    *,
    region: Text,
    account: Text,
    partition: Text,
    stack_name: Text,
    types: Container[str],
    varied: Container[str] = (),
) -> Template | Unreadable:
    """Reads the template `body` (JSON, YAML or an object) and resolves its resources of these `types`.

    Resources of `varied` types are resolved for every outcome of the unknown conditions. A nested stack or stack set is
    a resource like others if its own template is inside this one.

    `parameters` are the values of the template's parameters: texts, booleans and integers; all others are unknown.
    `region` is the Region of the stack ("eu-west-1"), `account` its account ID, and there are `partition` ("aws") and
    `stack_name`; a value that is not a text is a gap of its own kind (`policy_pack.gaps`). The sources of unknown
    arguments become sources of the values that are computed from them, in addition to logical IDs.
    """
    known = _pseudo_parameters(region, account, partition, stack_name)
    try:
        document = Document(body)
        return _read(document, Resolver(document.root, parameters, known), types, varied)
    except Refused as refused:
        return Unreadable(refused.reason)
    except RecursionError:  # the bounds leave room for the caller's call stack, but not for a deep one
        return Unreadable(TOO_DEEP)


def _pseudo_parameters(region: Text, account: Text, partition: Text, stack_name: Text) -> dict[str, Plain]:
    region, account, partition, stack_name = (
        value if isinstance(value, str) else _gap(mark, value)
        for value, mark in ((region, REGION), (account, ACCOUNT), (partition, PARTITION), (stack_name, STACK_NAME))
    )
    suffix = _URL_SUFFIXES.get(partition) if isinstance(partition, str) else partition
    # The end of a stack's ID is made with the stack.
    parts = ("arn:", partition, ":cloudformation:", region, ":", account, ":stack/", stack_name, "/", UNKNOWN)
    return {
        "AWS::Region": region,
        "AWS::AccountId": account,
        "AWS::Partition": partition,
        "AWS::StackName": stack_name,
        "AWS::StackId": joined("", parts),
        "AWS::URLSuffix": suffix if isinstance(suffix, str) else unknown(suffix),
    }


def _gap(mark: str, value: Text) -> Unknown:
    if isinstance(value, PartlyKnown):
        return value
    return PartlyKnown(value.sources if isinstance(value, Unknown) else frozenset(), text=mark)


def _read(
    document: Document, resolver: Resolver, types: Container[str], varied: Container[str]
) -> Template | Unreadable:
    root = document.root
    unreadable = [_REPEATS_A_KEY] if document.repeats_a_key else []
    rewritten = list(rewriting(root))
    if rewritten:
        return Template({}, (*unreadable, *rewritten))
    section = root.get("Resources")
    if not isinstance(section, dict):
        return Unreadable(_NO_RESOURCES)

    resolver.conditions_are(_without_loops(root.get("Conditions"), resolver))
    section = resolver.resources = without_loops(section, resolver)
    resources: dict[str, TemplateResource] = {}
    handed = NO_ORIGINS
    for logical_id, body in section.items():
        if is_loop(logical_id):
            unreadable.append(_FOR_EACH)
            handed |= resolver.resolve_with_origins(body)[1]
            continue
        if not _LOGICAL_ID.fullmatch(logical_id):
            unreadable.append(_NOT_A_LOGICAL_ID)
            continue
        kind = body.get("Type") if isinstance(body, dict) else None
        if not isinstance(kind, str):
            unreadable.append(f"The resource {logical_id} has no type.")
            continue
        deploys = elsewhere(kind)
        if deploys is None and kind not in types:
            continue
        if any(map(is_loop, keys_in(body))):
            body = expanded(body, resolver)
            if UNREAD in keys_in(body):
                unreadable.append(_FOR_EACH)
        condition = resolver.condition(body["Condition"]) if "Condition" in body else True
        if condition is False:
            continue
        inline = kind in types and "TemplateBody" in (resolver.properties(body) or ())
        if deploys is not None and not inline:
            unreadable.append(f"The {deploys} {logical_id} deploys a template that is stored elsewhere.")
            handed |= resolver.resolve_with_origins(body.get("Properties"))[1]
        elif kind in types:
            resources[logical_id] = _resource(resolver, logical_id, body, condition, varies=kind in varied)
    _, outputs = resolver.resolve_with_origins(_without_loops(root.get("Outputs"), resolver))
    return Template(resources, tuple(dict.fromkeys(unreadable)), outputs, handed)


def _without_loops(section: Plain, resolver: Resolver) -> dict[str, Plain]:
    return without_loops(section, resolver) if isinstance(section, dict) else {}


def _resource(
    resolver: Resolver, logical_id: str, body: dict[str, Any], condition: bool | Unknown, *, varies: bool
) -> TemplateResource:
    kind: str = body["Type"]
    given = resolver.properties(body)
    if given is None:
        return TemplateResource(logical_id, kind, UNKNOWN, condition, metadata=body.get("Metadata"))

    def read() -> Reading:
        resolved = {name: resolver.resolve_with_origins(value) for name, value in given.items()}
        properties = {name: value for name, (value, _) in resolved.items() if value is not NO_VALUE}
        return Reading(properties, {name: origin for name, (_, origin) in resolved.items()})

    certain, others = resolver.conditions.ways(read) if varies else (read(), [])
    alternatives = tuple(others) if any(each != certain for each in others) else ()
    return TemplateResource(
        logical_id, kind, certain.properties, condition, certain.origins, alternatives, body.get("Metadata")
    )
