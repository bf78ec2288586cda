"""The sources of the values of Terraform resources, if a document has them, and their providers.

A plan has the references of its configuration; a state has only the dependencies of whole resources. A known value in a
plan is not computed from an unknown one: if a reference suggests that, ``ignore_changes`` keeps the previous value.

Sources: "JSON Output Format" and "The lifecycle Meta-Argument" of the Terraform documentation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policy_pack.audit.terraform_references import Module, References
from policy_pack.audit.terraform_values import object_of
from policy_pack.carriers import READERS
from policy_pack.carriers.terraform import KEPT_IN_CLOUD, NAMES_ITS_CONFIGURATION
from policy_pack.stack.model import Configuration, Endpoint, Provider
from policy_pack.values import OUTPUT, SIGNATURE

_URN = "urn:pulumi:terraform::terraform::"
# The attributes by which other resources refer to a resource.
_NAMES = ("arn", "id", "key_id", "name", "alias_name", "endpoint_config_arn", "model_name", "role_name")
_KEY = re.compile(r"\[(?:\"(?:[^\"\\]|\\.)*\"|[0-9]+)\]")


@dataclass(frozen=True)
class Instance:
    """A managed resource of a module: its name in the configuration (``aws_kms_key.this``), its key, and its content.

    `is_planned` says that it is in the plan, not only in the prior state. `runs` are commands of its provisioners that
    make an endpoint configuration.
    """

    module: Module
    name: str
    key: str
    given: Mapping[str, Any]
    is_planned: bool = False
    runs: tuple[str, ...] = ()

    @property
    def urn(self) -> str:
        return f"{_URN}{self.token}::{self.given['address']}"

    @property
    def token(self) -> str:
        """Its type in a Terraform state in Pulumi Cloud."""
        return f"{KEPT_IN_CLOUD}{self.given['type']}"

    def makes(self, kind: type) -> bool:
        """Whether it becomes this kind of node."""
        reads = READERS.get(self.token)
        return reads is not None and reads.makes is kind


class Sources:
    """The facts in a document about its resources besides their values; `entries` are the resources by URN."""

    def __init__(
        self, document: Mapping[str, Any], instances: list[Instance], entries: Mapping[str, Mapping[str, Any]]
    ) -> None:
        self._providers = object_of(object_of(document, "configuration"), "provider_config")
        self._variables = object_of(document, "variables")
        self._references = References()
        self._entries = entries
        self._instances = {each.urn: each for each in instances}
        self._named: dict[str, list[Instance]] = {}
        for each in instances:
            for name in self._known_names(each):
                self._named.setdefault(name, []).append(each)

    def provider(self, instance: Instance) -> Provider | None:
        """The provider of a resource, with the Region if it is literal in the configuration."""
        key = instance.module.resource(instance.name).get("provider_config_key")
        if not isinstance(key, str):
            return None
        region = object_of(object_of(object_of(self._providers, key), "expressions"), "region")
        value = region.get("constant_value")
        references = region.get("references")
        if isinstance(references, list) and len(references) == 1 and isinstance(references[0], str):
            value = object_of(self._variables, references[0].removeprefix("var.")).get("value")
        return Provider(f"{_URN}pulumi:providers:terraform::{key}", {"region": value} if isinstance(value, str) else {})

    def sources(self, instance: Instance) -> dict[str, tuple[str, ...]]:
        """The URNs of the sources of each attribute."""
        values = self._entries[instance.urn]["outputs"]
        configured = instance.module.resource(instance.name)
        if not configured:
            found = {name: self._needed(instance, name, value) for name, value in values.items()}
        else:
            # An Endpoint that ignores changes still belongs to the configuration that it ignores.
            kept = self.ignored(instance) if instance.makes(Endpoint) else ()
            found = {
                name: tuple(
                    each
                    for each in self._referred_to(instance, expression, values.get(name))
                    if name in kept or not self._is_of_another(each, values.get(name))
                )
                for name, expression in object_of(configured, "expressions").items()
                # A null has no sources, even if it would have some with another condition.
                if values.get(name, "") is not None
            }
        return {name: urns for name, urns in found.items() if urns}

    def given(self, instance: Instance) -> frozenset[str] | None:
        """The attributes that the program sets on a resource, if the document has them."""
        configured = instance.module.resource(instance.name)
        return frozenset(object_of(configured, "expressions")) if configured else None

    def ignored(self, instance: Instance) -> tuple[str, ...]:
        """The attributes that a plan leaves unchanged although everything that they refer to changes."""
        if not instance.is_planned:
            return ()
        values = self._entries[instance.urn]["outputs"]
        expressions = object_of(instance.module.resource(instance.name), "expressions")
        return tuple(
            name
            for name, expression in expressions.items()
            if isinstance(values.get(name), str)
            and self._references.is_plain(expression)
            and (urns := self._referred_to(instance, expression, None))
            and all(self._is_of_another(each, values[name]) for each in urns)
        )

    def _is_of_another(self, urn: str, value: Any) -> bool:
        """Whether a known value cannot come from a resource whose own names are not all known yet."""
        if urn not in self._entries or not isinstance(value, str):
            return False
        is_new = any(_is_unknown(self._entries[urn]["outputs"].get(name)) for name in _NAMES)
        return is_new and not any(name in value for name in self._known_names(self._instances[urn]))

    def _referred_to(self, instance: Instance, expression: Any, value: Any) -> tuple[str, ...]:
        urns = self._references.sources(instance.module, expression, instance.key)
        if self._references.is_open(expression):
            urns = (*urns, *self._by_value(instance, value))
        return tuple(dict.fromkeys(urns))

    def _needed(self, instance: Instance, name: str, value: Any) -> tuple[str, ...]:
        """The dependencies of a resource in a state that an attribute names."""
        given = instance.given.get("depends_on")
        needed = {each for each in given if isinstance(each, str)} if isinstance(given, list) else set()
        found = self._by_value(instance, value)
        found = tuple(
            each.urn for each in self._instances.values() if each.urn in found and _without_keys(each) in needed
        )
        if found or name != NAMES_ITS_CONFIGURATION or not instance.makes(Endpoint):
            return found
        # An Endpoint depends on a configuration only for its name.
        return tuple(
            each.urn for each in self._instances.values() if each.makes(Configuration) and _without_keys(each) in needed
        )

    def _by_value(self, instance: Instance, value: Any) -> tuple[str, ...]:
        """The resources that a value names."""
        named = self._named.get(value, ()) if isinstance(value, str) else ()
        return tuple(each.urn for each in named if each.urn != instance.urn)

    def _known_names(self, instance: Instance) -> Iterator[str]:
        outputs = self._entries[instance.urn]["outputs"]
        # This is the name of a configuration of AWS's own type, not of an Endpoint.
        own = (NAMES_ITS_CONFIGURATION,) if instance.makes(Configuration) else ()
        return (outputs[name] for name in (*_NAMES, *own) if isinstance(outputs.get(name), str) and outputs[name])


def _is_unknown(value: Any) -> bool:
    return isinstance(value, dict) and value.get(SIGNATURE) == OUTPUT


def _without_keys(instance: Instance) -> str:
    """An address without the keys of instances, as in `depends_on`."""
    return _KEY.sub("", instance.given["address"])
