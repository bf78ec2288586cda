"""A policy pack's settings as the engine turns a configuration file into what it sends.

Source: pulumi/pulumi, pkg/resource/analyzer/config.go (`ReconcilePolicyPackConfig`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import jsonschema
from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2 as pb

from tests.harness.answers import PREFIX

LEVELS = ("advisory", "mandatory", "remediate", "disabled")

Settings = Mapping[str, "str | Mapping[str, Any]"]


class RefusedSettings(Exception):
    """The engine refuses settings that do not fit a policy's schema, and runs nothing."""


def reconcile(info: pb.AnalyzerInfo, settings: Settings, *, unchecked: bool = False) -> pb.ConfigureAnalyzerRequest:
    """What the engine sends for `settings`, the content of a `--policy-pack-config` file.

    A policy may be named without the pack's prefix. `unchecked` leaves out the engine's validation, as where a
    newer pack gets settings that were saved for an older one.
    """
    merged: dict[str, tuple[str, dict[str, Any]]] = {}
    schemas: dict[str, dict[str, Any]] = {}
    for policy in info.policies:
        schema = _schema(policy.configSchema.SerializeToString())
        properties = dict(schema.get("properties", {}))
        defaults = {key: value["default"] for key, value in properties.items() if "default" in value}
        properties["enforcementLevel"] = {"type": "string", "enum": list(LEVELS)}
        schemas[policy.name] = {"type": "object", **schema, "properties": properties}
        merged[policy.name] = (_level_name(policy.enforcementLevel), defaults)
    initial = {
        name: {"enforcementLevel": _level_name(each.enforcementLevel), **json_format.MessageToDict(each.properties)}
        for name, each in info.initialConfig.items()
    }
    for layer in (initial, settings):
        _apply(merged, {_full(name, merged): value for name, value in layer.items()})
    if not unchecked:
        _validate(schemas, merged)
    request = pb.ConfigureAnalyzerRequest()
    for name, (level, properties) in merged.items():
        request.policyConfig[name].enforcementLevel = pb.EnforcementLevel.Value(level.upper())
        request.policyConfig[name].properties.update(properties)
    return request


@lru_cache(256)
def _schema(serialized: bytes) -> Mapping[str, Any]:
    # Parsed once, as all stacks that are asked about have the same.
    return json_format.MessageToDict(pb.PolicyConfigSchema.FromString(serialized))


def _apply(merged: dict[str, tuple[str, dict[str, Any]]], layer: Settings) -> None:
    given = {
        name: {"enforcementLevel": value} if isinstance(value, str) else dict(value)
        for name, value in layer.items()
        if value  # the engine leaves out what is empty
    }
    every = given.get("all", {}).get("enforcementLevel")
    if every is not None:
        merged.update({name: (every, properties) for name, (_, properties) in merged.items()})
    for name, properties in given.items():
        level, before = merged.get(name, ("", {}))  # what no policy has is sent too, and refused without a level
        level = properties.pop("enforcementLevel", level)
        merged[name] = (level, {**before, **properties})


def _validate(schemas: Mapping[str, Mapping[str, Any]], merged: Mapping[str, tuple[str, dict[str, Any]]]) -> None:
    errors = [
        f"{name}: {level!r} is not a valid enforcement level"
        for name, (level, _) in merged.items()
        if level not in LEVELS
    ]
    for name, schema in schemas.items():
        validator = jsonschema.Draft7Validator(schema)
        errors += [f"{name}: {error.json_path}: {error.message}" for error in validator.iter_errors(merged[name][1])]
    if errors:
        raise RefusedSettings("\n".join(errors))


def _full(name: str, known: Mapping[str, object]) -> str:
    return PREFIX + name if PREFIX + name in known else name


def _level_name(level: int) -> str:
    return pb.EnforcementLevel.Name(level).lower()  # type: ignore[arg-type]
