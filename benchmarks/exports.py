"""Exported stacks of any size: those of `benchmarks.stacks` after an update, with everything known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2 as pb

from benchmarks.stacks import Size, analyze_stack
from policy_pack.values import UNKNOWN_SENTINELS

_KNOWN = "arn:aws:kms:us-east-1:111122223333:key/12345678-1234-1234-1234-123456789012"
_ONLY_OUTPUTS = ("arn", "tagsAll")
_STACK = "urn:pulumi:dev::"  # how every URN begins


def write(directory: Path, stacks: int, size: Size, every: int, indent: int | None = 4) -> None:
    """Writes `stacks` exports of `size.resources` resources, of which one in `every` has the configurations.

    Where `every` is 0, none has. "pulumi stack export" and the files of a backend are indented by 4, what the API of
    Pulumi Cloud gives is not (`None`).
    """
    directory.mkdir(parents=True, exist_ok=True)
    without, with_them = _export(Size(size.resources, 0), indent), _export(size, indent)
    for number in range(stacks):
        text = with_them if every and number % every == 0 else without
        path = directory / f"stack-{number:05}.json"
        path.write_text(text.replace(_STACK, f"urn:pulumi:dev-{number}::"), encoding="utf-8")


def _export(size: Size, indent: int | None) -> str:
    request = pb.AnalyzeStackRequest.FromString(analyze_stack(size))
    resources = [_entry(json_format.MessageToDict(each)) for each in request.resources]
    document = {"version": 3, "deployment": {"manifest": {}, "resources": resources}}
    return json.dumps(document, indent=indent, separators=(",", ":") if indent is None else None)


def _entry(message: dict[str, Any]) -> dict[str, Any]:
    outputs = _known(message.get("properties", {}))
    entry = {
        "urn": message["urn"],
        "custom": True,
        "id": message["name"],
        "type": message["type"],
        "inputs": {name: value for name, value in outputs.items() if name not in _ONLY_OUTPUTS},
        "outputs": outputs,
        "parent": message.get("parent", ""),
        "dependencies": message.get("dependencies", []),
        "propertyDependencies": dict(_dependencies(message)),
        "created": "2026-01-31T12:00:00Z",
        "modified": "2026-01-31T12:00:00Z",
    }
    if "provider" in message:
        entry["provider"] = f"{message['provider']['urn']}::6e8ab001-b26f-40b3-ab9f-022152288562"
    return entry


def _dependencies(message: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for name in message.get("properties", {}):
        yield name, message.get("propertyDependencies", {}).get(name, {}).get("urns", [])


def _known(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _known(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_known(each) for each in value]
    return _KNOWN if value in UNKNOWN_SENTINELS else value
