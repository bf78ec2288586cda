"""Prints a report, writes it to files, or both."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from policy_pack import quoting
from policy_pack.audit.formats import FORMATS, files, text, whole
from policy_pack.audit.plan import TEXT
from policy_pack.audit.report import Report

# Errors that are due to the given path; all others are due to the machine.
_OF_THE_PATH = frozenset(
    getattr(errno, name) for name in "ENOENT ENOTDIR EISDIR EEXIST EACCES EPERM EROFS ELOOP ENAMETOOLONG".split()
)


class NotWritten(Exception):
    """An output that could not be written; its text says why. `is_use` means that its path makes no sense."""

    def __init__(self, what: str, error: OSError) -> None:
        super().__init__(f"{quoting.path(what)} cannot be written: {error.strerror or type(error).__name__}")
        self.is_use = error.errno in _OF_THE_PATH


def target(output: str, name: str, *, alone: bool) -> Path:
    """The file of a format: `output` itself for a single format if it has an extension, else with the format's own.

    A device or a pipe is always the target itself.
    """
    path = Path(output)
    if path.is_dir():
        return path / f"audit.{FORMATS[name].ending}"
    if alone and (path.suffix or (path.exists() and not path.is_file())):
        return path
    return path.with_name(f"{path.name}.{FORMATS[name].ending}")


def write(report: Report, name: str, output: str, *, alone: bool, detail: str) -> list[Path]:
    """Writes a format to its file, or to several if the format has limits. Returns them. Raises `NotWritten`."""
    written: list[Path] = []
    every = iter([text.pieces(report, detail)]) if name == TEXT else files(name, report)
    for number, pieces in enumerate(every, start=1):
        path = Path(output)
        try:
            path = target(output, name, alone=alone)
            path = path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")
            write_whole(path, map(_encoded, pieces))
        except OSError as error:
            raise NotWritten(str(path), error) from error
        written.append(path)
    return written


def show(report: Report, name: str, *, detail: str) -> None:
    """Prints a format on standard output, text with colors on a terminal. Raises `NotWritten`."""
    if name == TEXT and sys.stdout.isatty():
        from rich.console import Console

        with printing():
            text.show(report, Console(), detail)
        return
    content = text.pieces(report, detail, is_told=True) if name == TEXT else whole(name, report)
    with printing():
        sys.stdout.flush()
        sys.stdout.buffer.writelines(map(_encoded, content))
        sys.stdout.buffer.flush()


@contextmanager
def printing() -> Iterator[None]:
    """Turns a failure of standard output into `NotWritten`."""
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        if error.filename is not None:  # about a file that could not be opened, which is a different error
            raise
        _forget_output()
        raise NotWritten("the standard output", error) from error


def write_whole(path: Path, pieces: Iterable[bytes]) -> None:
    """Writes a file atomically: whatever happens, there is either the old file or the complete new one."""
    import tempfile  # imported only to write a file

    path.parent.mkdir(parents=True, exist_ok=True)
    path = Path(os.path.realpath(path))  # a link stays a link
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        mode = stat.S_IFREG | (0o666 & ~_umask())
    if not stat.S_ISREG(mode):
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        with path.open("wb") as file:  # a pipe or a device has no content to keep
            file.writelines(pieces)
        return
    descriptor, beside = tempfile.mkstemp(prefix=f".{path.name[:100]}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).chmod(stat.S_IMODE(mode))
        Path(beside).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(beside).unlink()
        raise
    _flush_directory(path.parent)


def _flush_directory(directory: Path) -> None:
    # If a directory can be flushed; otherwise the file system decides when.
    with suppress(OSError):
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _forget_output() -> None:
    # Data left in the buffers would fail again when the process ends.
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _encoded(piece: str | bytes) -> bytes:
    return piece if isinstance(piece, bytes) else piece.encode()
