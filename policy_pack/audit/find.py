"""Finds the inputs of an audit, within limits.

Source: "Self-managed backend" in Pulumi's documentation, for the layout of a backend's directory (``.pulumi/stacks``).
"""

from __future__ import annotations

import glob
import itertools
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Union

from policy_pack.records import dataclass

STDIN = "-"

_ENDINGS = (".json", ".json.gz", ".json.zst")
_DEEPEST = 50  # levels of directories
MOST_ENTRIES = 200_000  # the most files and directories for one path


@dataclass(frozen=True)
class Input:
    """A file to read, or standard input (`STDIN`), and the given path, which may be a directory above it.

    `again` says that the file was already found by another path, so that it is not read again.
    """

    path: str
    given: str
    again: bool = False

    @property
    def named(self) -> bool:
        """Whether the file itself was given, not a directory."""
        return self.path == self.given


@dataclass(frozen=True)
class Missing:
    """A path that cannot be read, and why, as the end of a sentence about it."""

    path: str
    why: str


@dataclass(frozen=True)
class LeftOut:
    """A path that is left out on purpose, and why, as the end of a sentence about it."""

    path: str
    why: str


Found = Union[Input, Missing, LeftOut]


def find(paths: Iterable[str]) -> Iterator[Found]:
    """The files that `paths` name, and then the JSON files in directories, in order.

    A path that does not exist is a pattern if it has a ``*``, ``?`` or ``[``; ``**`` stands for directories at any
    depth. Hidden directories, `node_modules` and links to directories elsewhere are left out. In a self-managed
    backend, only the stacks are read, not the history and backups.
    """
    seen: set[str] = set()
    for path in sorted(paths, key=os.path.isdir):
        for found in _find(path):
            if isinstance(found, Input):
                real = os.path.realpath(found.path) if found.path != STDIN else STDIN
                found = replace(found, again=real in seen)
                seen.add(real)
            yield found


def reason(error: Exception) -> str:
    """Why a path cannot be read, as the end of a sentence about it."""
    if isinstance(error, FileNotFoundError):
        return "does not exist"
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read: {error.strerror}"
    return "cannot be read: its name is not valid"


def _find(path: str) -> Iterator[Found]:
    if path == STDIN:
        yield Input(STDIN, STDIN)
        return
    try:
        is_directory = stat.S_ISDIR(os.stat(path).st_mode)  # noqa: PTH116
    except FileNotFoundError as error:
        if glob.has_magic(path):
            yield from _matching(path)
        else:
            yield Missing(path, reason(error))
        return
    except (OSError, ValueError) as error:
        yield Missing(path, reason(error))
        return
    if is_directory:
        yield from _Walk(path)
    else:
        yield Input(path, path)


def _matching(pattern: str) -> Iterator[Found]:
    parts = pattern.replace(os.sep, "/").split("/")
    if "**" in parts:
        yield from _at_any_depth(pattern, parts)
        return
    matches = list(itertools.islice(glob.iglob(pattern), MOST_ENTRIES + 1))  # noqa: PTH207
    if len(matches) > MOST_ENTRIES:
        yield Missing(pattern, f"matches more than {MOST_ENTRIES:,} paths, and none of them was read")
        return
    if not matches:
        yield Missing(pattern, "matches no file")
    for each in sorted(matches):
        if not os.path.isdir(each):  # noqa: PTH112
            yield Input(each, pattern)
        else:
            yield from (replace(found, given=pattern) if isinstance(found, Input) else found for found in _Walk(each))


def _at_any_depth(pattern: str, parts: list[str]) -> Iterator[Found]:
    """The files that a pattern with ``**`` matches. `glob` would follow every link, also one back to where it is."""
    at = parts.index("**")
    top = "/".join(parts[:at])
    roots = sorted(glob.iglob(top or "/")) if at else [os.curdir]  # noqa: PTH207
    found = False
    for root in filter(os.path.isdir, roots):
        inner = len(os.path.join(root, ""))  # noqa: PTH118
        for each in _Walk(root, lambda path, inner=inner: _fits(path[inner:], parts[at:])):  # type: ignore[misc]
            found = True
            if isinstance(each, Input):
                each = Input(each.path if at else each.path[inner:], pattern)
            yield each
    if not found:
        yield Missing(pattern, "matches no file")


def _fits(path: str, parts: list[str]) -> bool:
    """Whether a path matches the parts of a pattern. A name that begins with a dot has to be given so."""
    reached = {0}  # how many parts may be used up
    for name in Path(path).parts:
        following = set()
        for at in reached:
            while at < len(parts) and parts[at] == "**":
                if not name.startswith("."):
                    following.add(at)
                at += 1
            if at < len(parts) and fnmatch(name, parts[at]) and (parts[at][:1] == "." or name[:1] != "."):
                following.add(at + 1)
        reached = following
    return any(set(parts[at:]) <= {"**"} for at in reached)


def _may_be_a_stack(path: str) -> bool:
    return path.lower().endswith(_ENDINGS)


class _Walk:
    """The files in a directory that may be stacks, or the `wanted` ones by their paths."""

    def __init__(self, root: str, wanted: Callable[[str], bool] = _may_be_a_stack) -> None:
        self._root, self._real_root, self._wanted = root, os.path.realpath(root), wanted
        self._entries = 0
        self._seen: set[str] = set()

    def __iter__(self) -> Iterator[Found]:
        return self._within(self._root, ())

    def _within(self, directory: str, above: tuple[str, ...]) -> Iterator[Found]:
        real = os.path.realpath(directory)
        if real in above:
            yield Missing(directory, "is a link back to a directory that it is in")
            return
        if real in self._seen:
            return
        self._seen.add(real)
        if len(above) >= _DEEPEST:
            yield Missing(directory, f"was left out: it is more than {_DEEPEST} directories deep; name it itself")
            return
        room = MOST_ENTRIES - self._entries
        try:
            with os.scandir(directory) as scanned:
                entries = list(itertools.islice(scanned, max(room, 0) + 1))
        except OSError as error:
            yield Missing(directory, reason(error))
            return
        self._entries += len(entries)
        if len(entries) > room:
            yield Missing(
                directory,
                f"was left out: {self._root} holds more than {MOST_ENTRIES:,} files and directories; "
                "name the directories that hold stacks instead",
            )
            return
        for entry in sorted(entries, key=lambda entry: entry.name):
            if not _is_directory(entry):
                if self._wanted(entry.path):
                    yield Input(entry.path, self._root)
            elif _is_of_interest(directory, entry.name):
                if entry.is_symlink() and not self._is_within(entry.path):
                    yield LeftOut(entry.path, "is a link to a directory elsewhere, which was not followed")
                else:
                    yield from self._within(entry.path, (*above, real))

    def _is_within(self, path: str) -> bool:
        return os.path.join(os.path.realpath(path), "").startswith(os.path.join(self._real_root, ""))  # noqa: PTH118


def _is_directory(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself, which is reported when it is opened
        return False


def _is_of_interest(directory: str, name: str) -> bool:
    if os.path.basename(os.path.abspath(directory)) == ".pulumi":  # noqa: PTH100, PTH119
        return name == "stacks"
    return name == ".pulumi" or (not name.startswith(".") and name != "node_modules")
