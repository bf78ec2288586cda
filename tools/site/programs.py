"""Parses a policy's example program into a list of resources, to write it in another language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from policy_pack.judging.policy import EXAMPLE


@dataclass(frozen=True)
class Output:
    """An output of a resource: `key.arn`."""

    resource: Resource
    name: str


@dataclass(frozen=True)
class Json:
    """A JSON text, by its value."""

    value: Any


@dataclass(frozen=True, eq=False)
class Resource:
    """A resource of the classic AWS provider: `kms`, `Key`, its logical name, its arguments in snake case."""

    module: str
    kind: str
    label: str
    arguments: Mapping[str, Any]

    def __getattr__(self, name: str) -> Output:
        if name.startswith("_"):
            raise AttributeError(name)
        return Output(self, name)

    @property
    def variable(self) -> str:
        """The name of its variable in a program: `endpointConfiguration`."""
        return self.kind[0].lower() + self.kind[1:]


class _Module:
    def __init__(self, name: str, made: list[Resource]) -> None:
        self._name, self._made = name, made

    def __getattr__(self, kind: str) -> Any:
        def make(label: str, **arguments: Any) -> Resource:
            given = {name: _with_json(value) for name, value in arguments.items()}
            resource = Resource(self._name, kind, label, given)
            self._made.append(resource)
            return resource

        return make


class _Package:
    def __init__(self) -> None:
        self.made: list[Resource] = []

    def __getattr__(self, name: str) -> _Module:
        return _Module(name, self.made)


def resources(code: str) -> list[Resource]:
    """The resources that a program makes, in order. The program follows `EXAMPLE`."""
    names: dict[str, Any] = {}
    exec(EXAMPLE, names)  # noqa: S102 - the policies' own programs
    package = names["aws"] = _Package()
    exec(code, names)  # noqa: S102
    return package.made


def _with_json(value: Any) -> Any:
    if isinstance(value, str) and value.startswith("{"):
        return Json(json.loads(value))
    return value
