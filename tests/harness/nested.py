"""Requests with values nested as deep as one likes, put together from the inside out: protobuf's own ways recurse."""

from __future__ import annotations

from google.protobuf import struct_pb2


def request(kind: str, urn: str, depth: int, container: str, property: str = "description") -> bytes:  # noqa: A002
    """An Analyze request, which is a resource of an AnalyzeStack request too, with `property` nested `depth` levels.

    `container` is what nests: "object" or "list".
    """
    properties = _field(1, _field(1, property.encode()) + _field(2, _nested(depth, container)))
    name = urn.rpartition("::")[2].encode()
    return _field(1, kind.encode()) + _field(2, properties) + _field(3, urn.encode()) + _field(4, name)


def stack(*resources: bytes) -> bytes:
    """An AnalyzeStack request."""
    return b"".join(_field(1, each) for each in resources)


def _nested(depth: int, container: str) -> bytes:
    value = bytes(struct_pb2.Value(string_value="innermost").SerializeToString())
    for _ in range(depth):
        if container == "list":
            value = _field(6, _field(1, value))
        else:
            value = _field(5, _field(1, _field(1, b"a") + _field(2, value)))
    return value


def _field(number: int, content: bytes) -> bytes:
    length, left = bytearray(), len(content)
    while left > 127:
        length.append(left & 127 | 128)
        left >>= 7
    return bytes([number << 3 | 2, *length, left]) + content
