"""The sources of the resources in a Terraform plan, from the references in its configuration.

References are followed through variables and outputs of modules and through data sources, to the instance of ``count``
or ``for_each`` that they name. A plan does not contain local values.

Sources: "JSON Output Format" of the Terraform documentation, Configuration Representation and Expression
Representation; "References to Named Values" of the Terraform language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

_MOST = 200_000  # the most references to follow in one document

_LONGEST = 1000  # the most characters of a reference
_STEP = re.compile(r"[.\[]")
_REFERENCE = re.compile(
    r"(?:module\.(?P<module>[\w-]+)|data\.(?P<data>[\w-]+\.[\w-]+)|(?P<resource>[\w-]+\.[\w-]+))"
    r"(?P<key>\[(?:\"(?:[^\"\\]|\\.)*\"|[0-9]+)\])?(?:\.(?P<attribute>[\w-]+))?"
)
_OF_THIS_INSTANCE = ("each.key", "count.index")
_NO_RESOURCES = ("path.", "terraform.", "self.", "each.", "count.", "local.", "var.")


class TooMany(Exception):
    """The document has too many references."""


@dataclass
class Module:
    """An instance of a module: its `key` (``["a"]``, or nothing), its configuration and the calling module.

    `resources` are the IDs of its managed resources, by type and name, and then by key.
    """

    key: str = ""
    parent: Module | None = None
    configuration: Mapping[str, Any] = field(default_factory=dict)
    call: Mapping[str, Any] = field(default_factory=dict)
    children: dict[str, list[Module]] = field(default_factory=dict)
    resources: dict[str, dict[str, str]] = field(default_factory=dict)

    def child(self, name: str, key: str) -> Module:
        """The instance with a key of the module that it calls by a name."""
        for each in self.children.get(name, ()):
            if each.key == key:
                return each
        call = _object(_object(self.configuration.get("module_calls")).get(name))
        made = Module(key, self, _object(call.get("module")), call)
        self.children.setdefault(name, []).append(made)
        return made

    def resource(self, name: str) -> Mapping[str, Any]:
        """The configuration of a resource or a data source (``data.aws_kms_key.it``)."""
        return self._configured.get(name, {})

    @cached_property
    def _configured(self) -> Mapping[str, Mapping[str, Any]]:
        given = self.configuration.get("resources")
        found = [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []
        return {each["address"]: each for each in found if isinstance(each.get("address"), str)}


class References:
    """Follows the references of one document."""

    def __init__(self) -> None:
        self._followed = 0
        self._known: dict[
            int, tuple[str, ...]
        ] = {}  # by the identity of the expression, which lives as long as the document

    def sources(self, module: Module, expression: Any, key: str) -> tuple[str, ...]:
        """The IDs of the resources that an expression in a module refers to; `key` is that of its own instance."""
        return tuple(dict.fromkeys(self._sources(module, expression, key, set())))

    def is_open(self, expression: Any) -> bool:
        """Whether it refers to something that a plan does not trace: a local value, or the value of an instance."""
        return any(each.startswith(("local.", "each.value")) for each in self._in(expression))

    def is_plain(self, expression: Any) -> bool:
        """Whether it refers only to resources, or is a variable of its module."""
        references = self._in(expression)
        of_module = len(references) == 1 and references[0].startswith("var.")
        return of_module or not any(each.startswith(_NO_RESOURCES) for each in references)

    def _in(self, expression: Any) -> tuple[str, ...]:
        if id(expression) not in self._known:
            self._known[id(expression)] = tuple(_most_specific(list(_references(expression))))
        return self._known[id(expression)]

    def _sources(self, module: Module, expression: Any, key: str, seen: set[Any]) -> Iterator[str]:
        references = self._in(expression)
        of_this = any(each in _OF_THIS_INSTANCE for each in references)
        for reference in references:
            self._followed += 1
            if self._followed > _MOST:
                raise TooMany
            asked = (id(module), reference, key if of_this else "")
            if asked in seen:
                continue
            seen.add(asked)
            yield from self._of(module, reference, key, of_this, seen)

    def _of(self, module: Module, reference: str, key: str, of_this: bool, seen: set[Any]) -> Iterator[str]:
        if reference.startswith("var."):
            if module.parent is not None:
                given = _object(module.call.get("expressions")).get(reference.split(".")[1].partition("[")[0])
                yield from self._sources(module.parent, given, module.key, seen)
            return
        if reference.startswith(_NO_RESOURCES):
            return
        found = _REFERENCE.match(reference)
        if found is None:
            return
        wanted = found["key"] or (key if of_this else "")
        if found["module"] is not None:
            for child in _chosen({each.key: each for each in module.children.get(found["module"], ())}, wanted):
                output = _object(_object(child.configuration.get("outputs")).get(found["attribute"] or ""))
                yield from self._sources(child, output.get("expression"), "", seen)
        elif found["data"] is not None:
            yield from self._sources(module, module.resource(f"data.{found['data']}").get("expressions"), wanted, seen)
        else:
            yield from _chosen(module.resources.get(found["resource"], {}), wanted)


def _chosen(instances: Mapping[str, Any], key: str) -> Iterable[Any]:
    """The instance with a key, or all instances if there is none with it."""
    return (instances[key],) if key in instances else instances.values()


def _references(expression: Any) -> Iterator[str]:
    """The references at any depth of an expression; a nested block has an expression for each of its attributes."""
    if isinstance(expression, dict):
        given = expression.get("references")
        if isinstance(given, list):
            yield from (each for each in given if isinstance(each, str))
        for name, each in expression.items():
            if name not in ("references", "constant_value"):
                yield from _references(each)
    elif isinstance(expression, list):
        for each in expression:
            yield from _references(each)


def _most_specific(references: Iterable[str]) -> Iterator[str]:
    """The references without prefixes of other references: Terraform lists both."""
    given = dict.fromkeys(each for each in references if len(each) <= _LONGEST)
    in_part = {each[: found.start()] for each in given for found in _STEP.finditer(each)}
    yield from (each for each in given if each not in in_part)


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
