"""Reads a resource from the engine's own messages, without the SDK's deserialization.

Sources: "pulumi/proto/pulumi/analyzer.proto" and "Pulumi property values" in the Pulumi developer documentation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Union

from google.protobuf import struct_pb2
from pulumi.runtime.proto import analyzer_pb2 as pb

from policy_pack.stack.model import Provider, Resource
from policy_pack.values import NOTHING_KNOWN, Opaque, Plain, unwrap

# The most levels of objects and lists below a property; policies need nothing below. Reading a value is recursive.
# Templates have their own, narrower bound, and are refused beyond it.
MAX_DEPTH = 128
TOO_DEEP = Opaque("an object or a list nested too deeply")

ROOT = "pulumi:pulumi:Stack"


def resource(message: Union[pb.AnalyzeRequest, pb.AnalyzerResource]) -> Resource:
    """A resource from an Analyze request, or from a resource in an AnalyzeStack request."""
    provider = None
    if message.HasField("provider"):
        provider = Provider(message.provider.urn, Fields(message.provider.properties))
    sources = None
    if isinstance(message, pb.AnalyzerResource):
        sources = {name: tuple(each.urns) for name, each in message.propertyDependencies.items()}
    options = message.options
    deleted_first = options.deleteBeforeReplace if options.deleteBeforeReplaceDefined else None
    found = Fields(message.properties)
    return sent(message.urn, message.type, message.name, found, provider, sources, options.ignoreChanges, deleted_first)


def sent(
    urn: str,
    kind: str,
    name: str,
    properties: Mapping[str, Plain],
    provider: Provider | None,
    sources: Mapping[str, tuple[str, ...]] | None,
    ignore_changes: Iterable[str],
    delete_before_replace: bool | None,
) -> Resource:
    """A resource as the engine describes it; it gives `sources` to stack policies only."""
    return Resource(
        urn=urn,
        type=kind,
        name=name,
        properties=properties if properties or sources is None else NOTHING_KNOWN,
        provider=provider,
        property_sources=sources or {},
        ignore_changes=tuple(ignore_changes),
        delete_before_replace=delete_before_replace,
        custom=provider is not None,
    )


def tells_dependencies(given: Iterable[pb.AnalyzerResource]) -> bool:
    """Whether the request has the dependencies of property values.

    Empty dependencies are not sent, but then the request has the stack resource. Resources without either come from a
    scan of a cloud account.
    """
    return any(each.type == ROOT or each.propertyDependencies for each in given)


class Fields(Mapping[str, Plain]):
    """The fields of a struct as plain values, each converted on first use: policies use few of a resource's fields."""

    def __init__(self, struct: struct_pb2.Struct) -> None:
        self._fields = struct.fields
        self._known: dict[str, Plain] = {}

    def __getitem__(self, name: str) -> Plain:
        if name not in self._known:
            # Not with a subscript, which would add a missing field to the message.
            field = self._fields.get(name)
            if field is None:
                raise KeyError(name)
            self._known[name] = _plain(field)
        return self._known[name]

    def get(self, name: str, default: Any = None) -> Any:
        # The inherited method raises an exception for each absent field, and most requested fields are absent.
        return self[name] if name in self._fields else default

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


def _plain(value: struct_pb2.Value, depth: int = 0) -> Plain:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return unwrap(value.string_value)
    if kind == "struct_value":
        if depth == MAX_DEPTH:
            return TOO_DEEP
        return unwrap({name: _plain(field, depth + 1) for name, field in value.struct_value.fields.items()})
    if kind == "list_value":
        return TOO_DEEP if depth == MAX_DEPTH else [_plain(item, depth + 1) for item in value.list_value.values]
    if kind == "bool_value":
        return value.bool_value
    return value.number_value if kind == "number_value" else None
