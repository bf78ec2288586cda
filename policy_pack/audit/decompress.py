"""Decompresses an input up to a limit: all members of a gzip file, all frames of a zstd file.

Sources: RFC 1952 for members, and for the zero bytes that may follow them; RFC 8878 for frames.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Any

from policy_pack.audit.unusable import Unusable

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_SKIPPABLE = tuple(
    bytes((0x50 + each,)) + b"\x2a\x4d\x18" for each in range(16)
)  # the beginning of files from parallel tools
_STEP = 1 << 20  # bytes to decompress at a time
_FIRST = 1 << 10  # compressed bytes for a member at first: the bytes after a short member are copied
_ZSTD_STEP = 1 << 10  # compressed bytes at a time, which can become 32 MB

_DAMAGED = "is compressed, but damaged"
_CUT_OFF = f"{_DAMAGED}: it is truncated"
_MORE = f"{_DAMAGED}: there is something after its end"
_TOO_WIDE = "is compressed with a window of more than 128 MB; compress it again, without the option --long of zstd"


_NOT_ZERO = re.compile(rb"[^\0]")


class TooLarge(Exception):
    """The decompressed input exceeds the limit."""


def decompress(raw: bytes, limit: int) -> bytes:
    """The content of `raw`, decompressed if necessary. Raises `Unusable`, and `TooLarge` above `limit`."""
    if raw.startswith(_GZIP):
        parts = _gzip(raw)
    elif raw.startswith((_ZSTD, *_SKIPPABLE)):
        parts = _zstd(raw)
    else:
        return raw
    content = []
    for part in parts:
        content.append(part)
        limit -= len(part)
        if limit < 0:
            raise TooLarge
    return b"".join(content)


def _gzip(raw: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(raw):
        if not raw.startswith(_GZIP, at):
            raise Unusable(_MORE)
        member, step = zlib.decompressobj(wbits=31), _FIRST
        try:
            while not member.eof:
                given = raw[at : at + step]
                if not given:
                    raise Unusable(_CUT_OFF)
                part = member.decompress(given, _STEP)
                at += len(given) - len(member.unconsumed_tail) - len(member.unused_data)
                step = min(2 * step, _STEP)
                yield part
        except zlib.error as error:
            raise Unusable(_DAMAGED) from error
        at = _after_zeros(raw, at)


def _after_zeros(raw: bytes, at: int) -> int:
    found = _NOT_ZERO.search(raw, at)
    return found.start() if found is not None else len(raw)


def _zstd(raw: bytes) -> Iterator[bytes]:
    try:
        import zstandard  # imported only if a backend compresses with zstd
    except ImportError as error:
        raise Unusable(
            "is compressed with zstd, which the package zstandard reads: "
            "pip install 'sagemaker-endpoint-encryption[audit]' (in a clone: pip install '.[audit]')"
        ) from error
    frame: Any = None
    try:
        for start in range(0, len(raw), _ZSTD_STEP):
            given = raw[start : start + _ZSTD_STEP]
            while given:
                if frame is None:
                    frame = zstandard.ZstdDecompressor().decompressobj()
                yield frame.decompress(given)
                given = frame.unused_data if frame.eof else b""
                frame = None if frame.eof else frame
    except zstandard.ZstdError as error:
        said = str(error)
        why = _MORE if "nknown frame" in said else _TOO_WIDE if "too much memory" in said else _DAMAGED
        raise Unusable(why) from error
    if frame is not None:
        raise Unusable(_CUT_OFF)
