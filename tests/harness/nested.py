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
    innermost = bytes(struct_pb2.Value(string_value="innermost").SerializeToString())
    # What stands before each level, from the inside out: copying the levels within it anew takes the square of them.
    heads, size = [], len(innermost)
    for _ in range(depth):
        if container == "list":
            before = _head(1, size)
            head = _head(6, len(before) + size) + before
        else:
            before = _field(1, b"a") + _head(2, size)
            entry = _head(1, len(before) + size) + before
            head = _head(5, len(entry) + size) + entry
        heads.append(head)
        size += len(head)
    return b"".join([*reversed(heads), innermost])


def _field(number: int, content: bytes) -> bytes:
    return _head(number, len(content)) + content


def _head(number: int, size: int) -> bytes:
    length = bytearray()
    while size > 127:
        length.append(size & 127 | 128)
        size >>= 7
    return bytes([number << 3 | 2, *length, size])
