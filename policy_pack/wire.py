"""Reads a resource from the engine's own messages, without the SDK's deserialisation.

Sources: "pulumi/proto/pulumi/analyzer.proto" and "Pulumi property values" in the Pulumi developer documentation.
"""

from __future__ import annotations

from typing import Union

from google.protobuf import struct_pb2
from pulumi.runtime.proto import analyzer_pb2 as pb

from policy_pack.model import Provider, Resource
from policy_pack.values import Plain, unwrap


def resource(message: Union[pb.AnalyzeRequest, pb.AnalyzerResource]) -> Resource:
    """A resource from the message of an Analyze request, or from one of an AnalyzeStack request."""
    provider = None
    if message.HasField("provider"):
        provider = Provider(message.provider.urn, properties(message.provider.properties))
    sources: dict[str, tuple[str, ...]] = {}
    parent = message.options.parent
    if isinstance(message, pb.AnalyzerResource):
        sources = {name: tuple(each.urns) for name, each in message.propertyDependencies.items()}
        parent = message.parent or parent
    return Resource(
        urn=message.urn,
        type=message.type,
        name=message.name,
        properties=properties(message.properties),
        provider=provider,
        property_sources=sources,
        parent=parent or None,
    )


def properties(struct: struct_pb2.Struct) -> dict[str, Plain]:
    """The fields of a struct as plain values."""
    return {name: _plain(value) for name, value in struct.fields.items()}


def _plain(value: struct_pb2.Value) -> Plain:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return unwrap(value.string_value)
    if kind == "struct_value":
        return unwrap(properties(value.struct_value))
    if kind == "list_value":
        return [_plain(item) for item in value.list_value.values]
    if kind == "bool_value":
        return value.bool_value
    return value.number_value if kind == "number_value" else None
