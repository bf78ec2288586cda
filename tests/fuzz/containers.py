"""Compressed files: each is read as the library of its format reads it, within its bound, or refused."""

from __future__ import annotations

import base64
import gzip
import zlib
from random import Random
from typing import Any

import zstandard

from policy_pack.audit.decompress import TooLarge, decompress
from policy_pack.audit.unusable import Unusable
from tests.fuzz.garbage import leaks

LIMIT = 1_000_000
TEXTS = (
    b"{}",
    b'{"version": 3, "deployment": {"resources": []}}' * 50,
    b"",
    b" " * 70_000,
    b"s3cr3t-pl4nt",
    bytes(2_000_000),
)
SKIPPABLE = b"\x5a\x2a\x4d\x18\x03\0\0\0abc"


def make(random: Random) -> Any:
    parts = []
    for _ in range(random.randint(1, 4)):
        text = random.choice(TEXTS[: 6 if random.random() < 0.1 else 5])
        kind = random.randrange(10)
        if kind < 4:
            parts.append(gzip.compress(text, random.randrange(10), mtime=0))
        elif kind < 8:
            parts.append(
                zstandard.ZstdCompressor(random.randint(1, 5), write_checksum=random.random() < 0.5).compress(text)
            )
        else:
            parts.append(random.choice((SKIPPABLE, bytes(random.randrange(600)), b"more")))
    if random.random() < 0.7:
        parts = [each for each in parts if each[:1] == parts[0][:1]]
    content = b"".join(parts)
    for _ in range(random.choice((0, 0, 1, 2))):
        at = random.randrange(len(content) + 1)
        content = random.choice(
            (
                content[:at],
                content[:at] + bytes((random.randrange(256),)) + content[at + 1 :],
                content[at:],
                content + b"\0",
            )
        )
    return base64.b64encode(content).decode()


def faults(given: Any, _: Any) -> list[str]:
    content = base64.b64decode(given)
    try:
        found: Any = decompress(content, LIMIT)
    except Unusable as error:
        found = None
        if leaks(str(error)):
            return leaks(str(error))
    except TooLarge:
        found = TooLarge
    true = _true(content)
    if found is TooLarge:
        # What is damaged behind the bound is not read.
        return [] if true is None or len(true) > LIMIT else ["it is called too large, and is not"]
    if found is None:
        return [] if true is None else ["it is refused, and the format's library reads it"]
    return [] if true == found else ["it is read otherwise than by the format's library"]


def _true(content: bytes) -> bytes | None:
    if content[:2] == b"\x1f\x8b":
        return _gzip(content)
    if content[:4] == b"\x28\xb5\x2f\xfd" or (content[1:4] == b"\x2a\x4d\x18" and 0x50 <= content[0] < 0x60):
        return _zstd(content)
    return content


def _gzip(content: bytes) -> bytes | None:
    # The module gzip reads headers with flags that RFC 1952 reserves, which a reader has to refuse.
    whole = b""
    while content:
        member = zlib.decompressobj(wbits=31)
        try:
            whole += member.decompress(content)
        except zlib.error:
            return None
        if not member.eof:
            return None
        content = member.unused_data.lstrip(b"\0")
    return whole


def _zstd(content: bytes) -> bytes | None:
    whole = b""
    while content:
        frame = zstandard.ZstdDecompressor().decompressobj()
        try:
            whole += frame.decompress(content)
        except zstandard.ZstdError:
            return None
        if not frame.eof:
            return None
        content = frame.unused_data
    return whole
