"""Reads the inputs of an audit within limits, whatever they are.

Source: RFC 8259, for texts that are not JSON (NaN) or are ambiguous (duplicate names).
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import stat
import sys
from typing import Any, BinaryIO, Union

from policy_pack.audit.decompress import TooLarge, decompress
from policy_pack.audit.find import STDIN, Input, reason
from policy_pack.audit.unusable import Unusable
from policy_pack.records import dataclass

_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Content:
    """The content of a file: the hexadecimal SHA-256 and the size in bytes of the file itself, and its text."""

    sha256: str
    size: int
    text: bytes


def read(source: Input, limit: int) -> Content:
    """The decompressed content of a file. Raises `Unusable`. `limit` is in bytes, before and after decompression."""
    if source.path == STDIN and sys.stdin is None:
        raise Unusable("cannot be read: the standard input is closed")
    try:
        raw = _read_all(sys.stdin.buffer, limit) if source.path == STDIN else _read_file(source, limit)
    except (OSError, ValueError) as error:
        raise Unusable(reason(error)) from error
    digest = hashlib.sha256(raw).hexdigest()
    try:
        return Content(digest, len(raw), decompress(raw, limit))
    except TooLarge as error:
        raise Unusable(_too_large(limit)) from error


def _read_file(source: Input, limit: int) -> bytes:
    # Without blocking: a pipe without a writer ends immediately.
    descriptor = os.open(source.path, os.O_RDONLY | (0 if source.named else getattr(os, "O_NONBLOCK", 0)))
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        about = os.fstat(descriptor)
        if stat.S_ISREG(about.st_mode):
            if about.st_size > limit:
                raise Unusable(_too_large(limit))
        elif not source.named:
            raise Unusable("is not a regular file")
        return _read_all(file, limit, about.st_size + 1)


def _read_all(file: Union[BinaryIO, io.FileIO], limit: int, expected: int = _MEGABYTE) -> bytes:
    parts = []
    size = 0
    # A single read allocates the memory in advance, even for a small file.
    while part := file.read(min(limit + 1 - size, max(expected - size, _MEGABYTE // 16))):
        parts.append(part)
        size += len(part)
        if size > limit:
            raise Unusable(_too_large(limit))
    return b"".join(parts)


def parse_json(text: bytes) -> Any:
    """The value of a JSON text. Raises `Unusable` if it is invalid or dangerous."""
    encoding = json.detect_encoding(text)
    try:
        return _STRICT.decode(text.decode(encoding))
    except UnicodeDecodeError as error:
        raise Unusable(f"is not JSON: its text is not valid {encoding.upper()}") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Unusable("is empty, not JSON" if not text.strip() else f"is not JSON ({where}: {error.msg})") from error
    except RecursionError as error:
        raise Unusable("is nested too deeply") from error
    except ValueError as error:
        raise Unusable(str(error) if isinstance(error, _NotJSON) else "has a number that is too long") from error


class _NotJSON(ValueError):
    pass


def _no_number(name: str) -> Any:
    raise _NotJSON(f"is not JSON: it holds {name}")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _NotJSON("has an object with a duplicate key, so it is ambiguous")
    return made


_STRICT = json.JSONDecoder(parse_constant=_no_number, object_pairs_hook=_object)


def _too_large(limit: int) -> str:
    return f"is larger than {limit // _MEGABYTE} MB; --max-size allows more"
