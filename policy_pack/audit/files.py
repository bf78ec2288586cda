"""Finds the inputs of an audit and reads them, with limits, whatever they turn out to be.

Sources: "Self-managed backend" in Pulumi's documentation, for the layout of a backend's directory (``.pulumi/stacks``)
and its compression; RFC 8259, for what JSON is not (NaN, a name given twice).
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import stat
import sys
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, Union

from policy_pack.audit.state import Unusable

STDIN = "-"

_ENDINGS = (".json", ".json.gz", ".json.zst")
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"  # how a compressed file begins
_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Input:
    """A file to read, or standard input (`STDIN`), and the path that was given, which may be a directory above it.

    `again` says that it is there already by another way, and need not be read once more.
    """

    path: str
    given: str
    again: bool = False

    @property
    def named(self) -> bool:
        """Whether it was given itself, not found in a directory."""
        return self.path == self.given


@dataclass(frozen=True)
class Missing:
    """A path from which nothing can be read, and why, after "it"."""

    path: str
    why: str


@dataclass(frozen=True)
class Content:
    """What a file holds: the hexadecimal SHA-256 and the size in bytes of the file itself, and the text in it."""

    sha256: str
    size: int
    text: bytes


def find(paths: Iterable[str]) -> Iterator[Union[Input, Missing]]:
    """The files that `paths` name, and then those of JSON within directories, in order.

    Within a directory, hidden directories and `node_modules` are left out; of a self-managed backend only its stacks
    are read, not its history and backups.
    """
    seen: set[str] = set()
    for path in sorted(paths, key=os.path.isdir):
        for found in _find(path):
            if isinstance(found, Input):
                real = os.path.realpath(found.path) if found.path != STDIN else STDIN
                found = replace(found, again=real in seen)
                seen.add(real)
            yield found


def _find(path: str) -> Iterator[Union[Input, Missing]]:
    if path == STDIN:
        yield Input(STDIN, STDIN)
        return
    try:
        is_directory = stat.S_ISDIR(os.stat(path).st_mode)  # noqa: PTH116
    except (OSError, ValueError) as error:
        yield Missing(path, _reason(error))
        return
    if not is_directory:
        yield Input(path, path)
        return
    for found in _walk(path, (), set()):
        yield Input(found, path) if isinstance(found, str) else found


def _walk(directory: str, above: tuple[str, ...], seen: set[str]) -> Iterator[Union[str, Missing]]:
    real = os.path.realpath(directory)
    if real in above:
        yield Missing(directory, "is a link back to a directory that it is in")
    if real in seen:
        return
    seen.add(real)
    try:
        with os.scandir(directory) as scanned:
            entries = sorted(scanned, key=lambda entry: entry.name)
    except OSError as error:
        yield Missing(directory, _reason(error))
        return
    for entry in entries:
        try:
            is_directory = entry.is_dir()
        except OSError:  # a link to itself, which opening it tells as well
            is_directory = False
        if not is_directory:
            if entry.name.lower().endswith(_ENDINGS):
                yield entry.path
        elif _is_of_interest(directory, entry.name):
            yield from _walk(entry.path, (*above, real), seen)


def _is_of_interest(directory: str, name: str) -> bool:
    if os.path.basename(os.path.abspath(directory)) == ".pulumi":  # noqa: PTH100, PTH119
        return name == "stacks"
    return name == ".pulumi" or (not name.startswith(".") and name != "node_modules")


def read(source: Input, limit: int) -> Content:
    """What a file holds, decompressed; raises `Unusable`. `limit` is in bytes, before and after decompression."""
    try:
        raw = _read_all(sys.stdin.buffer, limit) if source.path == STDIN else _read_file(source, limit)
    except (OSError, ValueError) as error:
        raise Unusable(_reason(error)) from error
    digest = hashlib.sha256(raw).hexdigest()
    return Content(digest, len(raw), _decompress(raw, limit))


def _read_file(source: Input, limit: int) -> bytes:
    # Without waiting: a pipe that nobody writes to has an end at once.
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
    # What is read at once takes memory whether it is there or not.
    while part := file.read(min(limit + 1 - size, max(expected - size, _MEGABYTE // 16))):
        parts.append(part)
        size += len(part)
        if size > limit:
            raise Unusable(_too_large(limit))
    return b"".join(parts)


def _decompress(raw: bytes, limit: int) -> bytes:
    try:
        if raw.startswith(_GZIP):
            with gzip.GzipFile(fileobj=io.BytesIO(raw)) as file:
                raw = file.read(limit + 1)
        elif raw.startswith(_ZSTD):
            raw = _zstd(raw, limit)
    except (OSError, EOFError, zlib.error) as error:
        raise Unusable("is compressed, and damaged") from error
    if len(raw) > limit:
        raise Unusable(_too_large(limit))
    return raw


def _zstd(raw: bytes, limit: int) -> bytes:
    try:
        import zstandard  # only where a backend compresses so
    except ImportError as error:
        raise Unusable("is compressed with zstd, and the package zstandard, which reads that, is not there") from error
    try:
        with zstandard.ZstdDecompressor().stream_reader(raw) as file:
            content: bytes = file.read(limit + 1)
    except zstandard.ZstdError as error:
        raise EOFError from error
    return content


def parse_json(text: bytes) -> Any:
    """The value of a JSON text; raises `Unusable` where it is none, or a dangerous one."""
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
        raise Unusable(str(error) if isinstance(error, _NotJSON) else "holds a number that is too long") from error


class _NotJSON(ValueError):
    pass


def _no_number(name: str) -> Any:
    raise _NotJSON(f"is not JSON: it holds {name}")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _NotJSON("holds an object that gives the same name twice, so that it could be read in two ways")
    return made


_STRICT = json.JSONDecoder(parse_constant=_no_number, object_pairs_hook=_object)


def _too_large(limit: int) -> str:
    return f"is larger than {limit // _MEGABYTE} MB; --max-size allows more"


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "does not exist"
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read: {error.strerror}"
    return "cannot be read: its name is not valid"
