"""Parses only the parts of a request that the pack needs, by looking at each resource's type first.

An AnalyzeStack request is a list of resources, and parsing their properties is most of its cost. On the wire, a list of
messages looks like a list of byte strings, so the list is first read as byte strings, which only cuts it into pieces.

Sources: "Encoding" of the Protocol Buffers documentation; "pulumi/proto/pulumi/analyzer.proto".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from pulumi.runtime.proto import analyzer_pb2 as pb

_TYPE = 0x0A  # the tag of field 1 with a text, a resource's type, and then its length if that is below 128
_MOST = 4096  # types that are remembered


class _Known(dict[bytes, bool]):
    """Whether types concern the pack, remembered by their serialized form: a stack has many resources of few types."""

    def __init__(self, concerns: Callable[[str], bool]) -> None:
        super().__init__()
        self._concerns = concerns

    def __missing__(self, kind: bytes) -> bool:
        found = self._concerns(kind.decode(errors="replace"))
        if len(self) < _MOST:
            self[kind] = found
        return found


class Skimmer:
    """Parses requests without the resources whose type certainly does not concern the pack.

    `concerns` says it of a type, and is first asked when there is a request.
    """

    def __init__(self, concerns: Callable[[str], bool]) -> None:
        self._known = _Known(concerns)

    def resource(self, serialized: bytes) -> pb.AnalyzeRequest:
        """An Analyze request; an empty one for a resource that is left out."""
        return pb.AnalyzeRequest.FromString(serialized) if self._may_concern([serialized]) else pb.AnalyzeRequest()

    def stack(self, serialized: bytes) -> pb.AnalyzeStackRequest:
        """An AnalyzeStack request without the resources that are left out."""
        skimmed = _request_of_bytes()
        if skimmed is None:
            return pb.AnalyzeStackRequest.FromString(serialized)
        request = skimmed.FromString(serialized)
        kept = self._may_concern(request.resources)
        del request.resources[:]
        request.resources.extend(kept)
        return pb.AnalyzeStackRequest.FromString(request.SerializeToString())

    def _may_concern(self, resources: Iterable[bytes]) -> list[bytes]:
        known = self._known
        # Serializers write fields by number. If one does not, the resource is kept, and its type is read later.
        # No call for each: most of what a stack costs where nothing concerns the pack is spent here.
        return [
            each
            for each in resources
            if len(each) < 2 or each[0] != _TYPE or each[1] > 127 or known[each[2 : 2 + each[1]]]
        ]


@cache
def _request_of_bytes() -> Any:
    """The class of AnalyzeStack requests whose resources are byte strings; `None` if protobuf is older than 4.22."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory  # imported only for a stack

    if not hasattr(message_factory, "GetMessageClass"):
        return None
    file = descriptor_pb2.FileDescriptorProto(name="policy_pack/skim.proto", package="policy_pack", syntax="proto3")
    resources = pb.AnalyzeStackRequest.DESCRIPTOR.fields_by_name["resources"]
    file.message_type.add(name="Request").field.add(
        name=resources.name,
        number=resources.number,
        label=descriptor_pb2.FieldDescriptorProto.LABEL_REPEATED,
        type=descriptor_pb2.FieldDescriptorProto.TYPE_BYTES,
    )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("policy_pack.Request"))
