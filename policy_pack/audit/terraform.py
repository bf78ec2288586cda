"""Reads what ``terraform show -json`` says of a plan or a state, and what OpenTofu says, which is the same format.

Resources have the type that they have in a Terraform state kept in Pulumi Cloud, and a URN with their address. Of a
plan the planned values count, with what is known after the apply as unknown. Sensitive values are secrets.

Sources: "JSON Output Format" of the Terraform documentation; `StateResource`, `ResourceChange` and `ConfigResource` of
hashicorp/terraform-json.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policy_pack.audit.properties import Properties
from policy_pack.audit.report import TERRAFORM_PLAN, TERRAFORM_STATE
from policy_pack.audit.terraform_references import Module, References, TooMany
from policy_pack.audit.terraform_values import merged
from policy_pack.carriers import READERS, SUBJECTS
from policy_pack.carriers.terraform import KEPT_IN_CLOUD
from policy_pack.stack.model import Provider, Resource

_URN = "urn:pulumi:terraform::terraform::"
_OF_PLANS = frozenset({"planned_values", "resource_changes", "prior_state"})
_OF_PLANS_AND_STATES = _OF_PLANS | {"terraform_version", "values"}
# What a resource is named by elsewhere.
_NAMES = ("arn", "id", "key_id", "name")
_KEY = re.compile(r"\[(?:\"(?:[^\"\\]|\\.)*\"|[0-9]+)\]")
_DEEPEST = 200  # modules within modules


class Unreadable(Exception):
    """A document that cannot be audited; its text says why, after "it"."""


@dataclass(frozen=True)
class Read:
    """What a document holds: its kind, how many managed resources, those that concern a policy, and their entries.

    `tells_dependencies` says that it tells what its resources are computed from, or need.
    """

    kind: str
    count: int
    resources: tuple[Resource, ...]
    entries: Mapping[str, Mapping[str, Any]]
    tells_dependencies: bool


@dataclass(frozen=True)
class _Instance:
    """A managed resource of a module: its configuration's name (``aws_kms_key.this``), its key, and what it is."""

    module: Module
    name: str
    key: str
    given: Mapping[str, Any]

    @property
    def urn(self) -> str:
        return f"{_URN}{KEPT_IN_CLOUD}{self.given['type']}::{self.given['address']}"


def is_terraform(document: Mapping[str, Any]) -> bool:
    """Whether a document is a plan or a state of Terraform; its other documents have a version of their format too."""
    if "format_version" not in document:
        return "terraform_version" in document and "lineage" in document
    return len(document) == 1 or not _OF_PLANS_AND_STATES.isdisjoint(document)


def parse(document: Mapping[str, Any]) -> Read:
    """What a document of Terraform holds; raises `Unreadable`."""
    version = document.get("format_version")
    if version is None:
        raise Unreadable("is Terraform's state itself: save what terraform show -json says of it, and audit that")
    if not isinstance(version, str) or version.partition(".")[0] not in ("0", "1"):
        raise Unreadable("has a version of Terraform's format that is not read; 1 is")
    is_plan = not _OF_PLANS.isdisjoint(document)
    if is_plan and document.get("errored") is True:
        raise Unreadable("is a plan that failed, so what comes after the error is not in it")
    if is_plan and "planned_values" not in document:
        raise Unreadable("is a plan without its planned values")
    if any(_is_subject(_object(each, "resource_change")) for each in _list(document, "deferred_changes")):
        raise Unreadable("is a plan that leaves for later what a policy has to know")
    values = _object(document, "planned_values" if is_plan else "values")
    configuration = _object(document, "configuration")
    root = Module(configuration=_object(configuration, "root_module"))
    instances = list(_instances(_object(values, "root_module"), root, "", 0))
    for each in instances:
        each.module.resources.setdefault(each.name, {})[each.key] = each.urn
    concerning = [each for each in instances if KEPT_IN_CLOUD + each.given["type"] in READERS]
    if not any(_is_subject(each.given) for each in concerning):
        concerning = []
    try:
        return _read(document, is_plan, len(instances), concerning)
    except TooMany as error:
        raise Unreadable("has more references between its resources than are followed") from error


def _is_subject(resource: Mapping[str, Any]) -> bool:
    return f"{KEPT_IN_CLOUD}{resource.get('type')}" in SUBJECTS


def _instances(given: Mapping[str, Any], module: Module, address: str, depth: int) -> Iterator[_Instance]:
    if depth > _DEEPEST:
        raise Unreadable("has modules that are nested too deeply")
    for each in _list(given, "resources"):
        if not all(isinstance(each.get(name), str) for name in ("address", "type", "name")):
            raise Unreadable("has a resource that has no address, type and name")
        if each.get("mode", "managed") == "managed" and each.get("deposed_key") is None:
            name = f"{each['type']}.{each['name']}"
            yield _Instance(module, name, each["address"].removeprefix(f"{address}{name}"), each)
    for each in _list(given, "child_modules"):
        below = each.get("address")
        if not isinstance(below, str):
            raise Unreadable("has a module that has no address")
        name, bracket, key = below.removeprefix(f"{address}module.").partition("[")
        yield from _instances(each, module.child(name, bracket + key), f"{below}.", depth + 1)


def _read(document: Mapping[str, Any], is_plan: bool, count: int, concerning: list[_Instance]) -> Read:
    changes = {
        each["address"]: each
        for each in _list(document, "resource_changes")
        if isinstance(each.get("address"), str) and not each.get("deposed")
    }
    entries: dict[str, Mapping[str, Any]] = {}
    deleted_first: dict[str, bool] = {}
    for each in concerning:
        change = _object(changes.get(each.given["address"]), "change")
        sensitive = [each.given.get("sensitive_values"), change.get("after_sensitive")]
        if change.get("actions") in (["delete", "create"], ["create", "delete"]):
            deleted_first[each.urn] = change["actions"] == ["delete", "create"]
        made = merged(_object(each.given, "values"), change.get("after_unknown"), sensitive)
        if each.urn in entries:
            raise Unreadable("has two resources of one address")
        if not made:
            raise Unreadable("has a resource without values where a policy has to know them")
        entries[each.urn] = {"id": _object(each.given, "values").get("id"), "outputs": made}
    known = _Known(document, concerning, entries)
    resources = tuple(
        Resource(
            urn=each.urn,
            type=KEPT_IN_CLOUD + each.given["type"],
            name=each.given["address"],
            properties=Properties(entries[each.urn]["outputs"]),
            provider=known.provider(each),
            property_sources=known.sources(each),
            delete_before_replace=deleted_first.get(each.urn),
        )
        for each in concerning
    )
    tells = "configuration" in document or any("depends_on" in each.given for each in concerning)
    return Read(TERRAFORM_PLAN if is_plan else TERRAFORM_STATE, count, resources, entries, tells)


class _Known:
    """What a document says of its resources besides their values: where they come from, and their providers."""

    def __init__(
        self, document: Mapping[str, Any], instances: list[_Instance], entries: Mapping[str, Mapping[str, Any]]
    ) -> None:
        configuration = _object(document, "configuration")
        self._has_configuration = bool(configuration)
        self._providers = _object(configuration, "provider_config")
        self._variables = _object(document, "variables")
        self._references = References()
        self._entries = entries
        self._named: dict[str, list[_Instance]] = {}
        for each in instances:
            outputs = entries[each.urn]["outputs"]
            for name in _NAMES:
                if isinstance(outputs.get(name), str):
                    self._named.setdefault(outputs[name], []).append(each)

    def provider(self, instance: _Instance) -> Provider | None:
        """The provider of a resource, with the region that its configuration gives it in so many letters."""
        key = instance.module.resource(instance.name).get("provider_config_key")
        if not isinstance(key, str):
            return None
        region = _object(_object(_object(self._providers, key), "expressions"), "region")
        value = region.get("constant_value")
        references = region.get("references")
        if isinstance(references, list) and len(references) == 1 and isinstance(references[0], str):
            value = _object(self._variables, references[0].removeprefix("var.")).get("value")
        return Provider(f"{_URN}pulumi:providers:terraform::{key}", {"region": value} if isinstance(value, str) else {})

    def sources(self, instance: _Instance) -> dict[str, tuple[str, ...]]:
        """The URNs that each attribute is computed from."""
        values = self._entries[instance.urn]["outputs"]
        if not self._has_configuration:
            # A state says only of a resource as a whole what it needs.
            needs = instance.given.get("depends_on")
            needed = frozenset(each for each in (needs if isinstance(needs, list) else ()) if isinstance(each, str))
            found = {name: self._by_value(instance, values[name], needed) for name in values}
        else:
            expressions = _object(instance.module.resource(instance.name), "expressions")
            found = {name: self._referred_to(instance, each, values.get(name)) for name, each in expressions.items()}
        return {name: urns for name, urns in found.items() if urns}

    def _referred_to(self, instance: _Instance, expression: Any, value: Any) -> tuple[str, ...]:
        urns = self._references.sources(instance.module, expression, instance.key)
        if self._references.is_open(expression):
            urns = (*urns, *self._by_value(instance, value, None))
        return tuple(dict.fromkeys(urns))

    def _by_value(self, instance: _Instance, value: Any, needed: frozenset[str] | None) -> tuple[str, ...]:
        """The resources that a value names; of those that the resource needs, if it is known which these are."""
        named = self._named.get(value, ()) if isinstance(value, str) else ()
        return tuple(
            each.urn
            for each in named
            if each.urn != instance.urn and (needed is None or _without_keys(each.given["address"]) in needed)
        )


def _without_keys(address: str) -> str:
    """An address without the keys of instances, as `depends_on` has them."""
    return _KEY.sub("", address)


def _object(value: Any, name: str) -> Mapping[str, Any]:
    found = value.get(name) if isinstance(value, dict) else None
    if found is not None and not isinstance(found, dict):
        raise Unreadable(f"has a value of {name} that is not an object")
    return found or {}


def _list(value: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = value.get(name)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Unreadable(f"has a value of {name} that is not a list of objects")
    return found
