"""Resources of Terraform and OpenTofu: from a state in Pulumi Cloud, from modules, from ``terraform show -json``.

The engine sends no inputs of a module's resources. So only a state has their values, and a preview only shows that
there is a configuration that cannot be read. Attributes are in snake case, and nested blocks are lists. A resource's
Region is its own, or that of an ARN among its outputs, or a literal Region of its provider: Terraform ran elsewhere, so
neither the stack's configuration nor this machine's environment counts.

Resources of the provider awscc have the names of AWS's own resource types.

Sources: "Terraform modules" and "Using Pulumi Cloud for Terraform state" in the Pulumi documentation; the resources'
pages in the Terraform Registry, providers hashicorp/aws and hashicorp/awscc.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from functools import partial
from typing import Any

from policy_pack.carriers import bridged, classic, cloudcontrol, cloudformation
from policy_pack.carriers.given import IsGenerated
from policy_pack.carriers.kinds import Reads
from policy_pack.carriers.naming import given_by_hand
from policy_pack.carriers.place import Surroundings
from policy_pack.carriers.terraform_names import (
    classic_name,
    in_camel_case,
    snake_case,
    type_of,
    type_of_cloud_control,
)
from policy_pack.expressions import expression
from policy_pack.stack.model import AnyNode, Configuration, Deleting, Endpoint, Key, Place, Provider, Resource, Unread
from policy_pack.values import UNKNOWN, Plain, Unknown, text

TITLE = "Terraform"

KEPT_IN_CLOUD = "pulumi:terraform:"
_OF_A_MODULE = "*:tf:"

# The attribute of an Endpoint, of either provider.
NAMES_ITS_CONFIGURATION = "endpoint_config_name"

_DELETING = Deleting(
    said="create_before_destroy is not true",
    asked="create_before_destroy is true",
    undo="Write lifecycle { create_before_destroy = true }",
)

# What may be a resource's own ARN.
_ARNS = ("arn", "id", "endpointConfigArn", "endpointArn")

# A name that the provider generates: "terraform-" or the prefix, the time and a counter.
_DEFAULT_PREFIX = "terraform-"
_UNIQUE = expression("(.*?)[0-9]{18}[0-9a-f]{8}")


def _reads(reads: Reads, *, respells: bool) -> Reads:
    def read(resource: Resource, _: Surroundings) -> Iterable[AnyNode]:
        if not len(resource.properties):
            # A resource of a module that is not in a state yet.
            return _unread(resource) if reads.makes is Configuration else ()
        nodes = reads.read(_as_classic(resource), Surroundings())
        return map(partial(_in_its_spelling, resource), nodes) if respells else nodes

    return Reads(reads.makes, read)


def _unread(resource: Resource) -> Iterator[Unread]:
    what = "a resource of a Terraform module, whose values only a state has"
    yield Unread(id=resource.urn, urn=resource.urn, label=resource.name, place=Place(None), what=what)


def _as_classic(resource: Resource) -> Resource:
    """The resource in the form of the classic provider."""
    named: Any = in_camel_case(dict(resource.properties))
    given = {classic_name(name): each for name, each in named.items()}
    given["region"] = _region(resource, given)
    given["namePrefix"] = _prefix(resource, given)
    # If its Region is not known, it shares that of its provider.
    unknown = {"region": UNKNOWN, "defaultTags": UNKNOWN}
    provider = Provider(resource.provider.urn, unknown) if resource.provider is not None else None
    sources = {classic_name(name): each for name, each in resource.property_sources.items()}
    ignored = tuple(map(classic_name, resource.ignore_changes))
    return replace(resource, properties=given, provider=provider, property_sources=sources, ignore_changes=ignored)


def _prefix(resource: Resource, given: Mapping[str, Plain]) -> Plain:
    """The prefix of a generated name; a plan does not know it, even if the name is given."""
    name, prefix = given.get("name"), given.get("namePrefix")
    if resource.given is not None and "name" not in resource.given:
        return prefix if isinstance(prefix, str) and prefix else _DEFAULT_PREFIX
    if not isinstance(name, str) or (isinstance(prefix, str) and prefix):
        return prefix
    generated = _UNIQUE.fullmatch(name)
    return generated[1] if generated else None


def _is_generated(resource: Resource) -> IsGenerated:
    def decide(name: Plain) -> bool | Unknown:
        known = text(name)
        if resource.given is None:
            # A state has the name that AWS generates as it has one that is given.
            return True if known is None else UNKNOWN
        if NAMES_ITS_CONFIGURATION not in resource.given:
            return True
        return given_by_hand(known) if isinstance(known, str) else False

    return decide


def _region(resource: Resource, given: Mapping[str, Plain]) -> Plain:
    own = given.get("region")
    if text(own) is not None:
        return own
    for name in _ARNS:
        found = given.get(name)
        parts = found.split(":", 5) if isinstance(found, str) else []
        if len(parts) == 6 and parts[0] == "arn" and parts[3]:
            return parts[3]
    provider = resource.provider.properties.get("region") if resource.provider is not None else None
    return provider if isinstance(provider, str) else None


def _in_its_spelling(resource: Resource, node: AnyNode) -> AnyNode:
    """The node, with its carrier's names of properties."""
    spelled: dict[str, Any] = {
        each.name: snake_case(getattr(node, each.name)) for each in fields(node) if each.name.endswith("_property")
    }
    if isinstance(node, Configuration):
        spelled["deleting"] = _DELETING
        if resource.delete_before_replace is False:
            spelled["deleted_first"] = None  # a plan says that the new one is made first
        spelled["output"] = snake_case(node.output)
        spelled["storage"] = tuple(replace(each, property=snake_case(each.property)) for each in node.storage)
    if isinstance(node, Endpoint):
        spelled["ignoring"] = "ignore_changes"
    if isinstance(node, Key):
        known = node.properties
        spelled["properties"] = replace(
            known, **{each.name: snake_case(getattr(known, each.name)) for each in fields(known)}
        )
    return replace(node, **spelled) if spelled else node


def _readers() -> Iterator[tuple[str, Reads]]:
    for carrier in (classic, cloudformation, cloudcontrol):
        for kind, reads in carrier.READERS.items():
            if kind.startswith("aws:"):
                # Resources in a template have the spelling of templates.
                yield type_of(kind), _reads(reads, respells=carrier is classic)
    for kind, reads in bridged.OWN_TYPES.items():
        respells = kind not in cloudformation.TEMPLATES
        yield type_of_cloud_control(kind), _reads(bridged.own(reads, _is_generated), respells=respells)


READERS: Mapping[str, Reads] = {
    prefix + kind: reads for kind, reads in _readers() for prefix in (KEPT_IN_CLOUD, _OF_A_MODULE)
}
KEY_WRITERS: dict[str, Any] = {}
