"""Parses of a request only what concerns the pack: a resource's type is looked at before the rest.

An AnalyzeStack request is a list of resources, and most of its cost is parsing their properties. A field of messages
and one of bytes look the same in what is sent, so the list is first read as one of bytes, which is a matter of cutting.

Sources: "Encoding" of the Protocol Buffers documentation; "pulumi/proto/pulumi/analyzer.proto".
"""

from __future__ import annotations

from collections.abc import Container
from functools import cache, lru_cache
from typing import Any

from pulumi.runtime.proto import analyzer_pb2 as pb

_TYPE = b"\x0a"  # what precedes a text in field 1, which a resource's type is, and then its length if below 128
_TYPES = 4096  # the number of types that the cache holds


class Skimmer:
    """Parses requests without the resources that are certainly of none of `types`, which need not be a list of them.

    `also` are more types: not to be joined with the others, which may be told by a rule.
    """

    def __init__(self, types: Container[str], *also: str) -> None:
        # A stack has many resources of few types.
        self._is_known = lru_cache(_TYPES)(lambda kind: _is_any_of(kind.decode(errors="replace"), types, also))

    def resource(self, serialized: bytes) -> pb.AnalyzeRequest:
        """An Analyze request; an empty one in place of one that is left out."""
        return pb.AnalyzeRequest.FromString(serialized) if self._may_concern(serialized) else pb.AnalyzeRequest()

    def stack(self, serialized: bytes) -> pb.AnalyzeStackRequest:
        """An AnalyzeStack request with some of its resources."""
        skimmed = _request_of_bytes()
        if skimmed is None:
            return pb.AnalyzeStackRequest.FromString(serialized)
        request = skimmed.FromString(serialized)
        kept = [each for each in request.resources if self._may_concern(each)]
        del request.resources[:]
        request.resources.extend(kept)
        return pb.AnalyzeStackRequest.FromString(request.SerializeToString())

    def _may_concern(self, resource: bytes) -> bool:
        # Every serialiser writes fields by number. Where one does not, the resource is kept, and its type read later.
        if resource[:1] != _TYPE or resource[1] > 127:
            return True
        return self._is_known(resource[2 : 2 + resource[1]])


def _is_any_of(kind: str, *types: Container[str]) -> bool:
    return any(kind in each for each in types)


@cache
def _request_of_bytes() -> Any:
    """The class of AnalyzeStack requests whose resources are bytes; `None` where protobuf is older than 4.22."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory  # not before a stack is judged

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
