"""The origins of a stack's resources: the line of the program that makes each, and the line of the input.

Sources: "SourcePosition" and "StackTrace" in pulumi/proto/pulumi/source.proto and `ResourceV3` of the engine's package
apitype: a URI like ``project:///__main__.py#23`` or ``#23,5``, relative to the folder of the project, and the frames
that led there, innermost first.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from policy_pack import quoting
from policy_pack.audit.evidence import Origin, Position

_POSITION = re.compile(r"project:///+([^#?]{1,1000})#([0-9]{1,7})(?:,([0-9]{1,7}))?")
_NAMED = re.compile(rb'"urn"\s*:\s*\Z')
_BEFORE = 40  # bytes before a URN that contain the property's name
_MOST_FRAMES = 30
# Folders in a project with packages that its package managers installed.
_INSTALLED = frozenset({"node_modules", "site-packages", "dist-packages", "venv", ".venv", "vendor"})


class Origins:
    """The origins of the resources of an input.

    `entries` are the entries of its stack by URN, and `text` is the decompressed input. `root` is the folder of the
    project in the repository, with ``/`` as separator; empty if they are the same, or if it is not known.
    """

    def __init__(self, entries: Mapping[str, Mapping[str, Any]], text: bytes, root: str = "") -> None:
        self._entries, self._text, self._root = entries, text, root
        self._found: dict[str, Origin] = {}
        # Resources are requested in order, so a search begins where the last one ended: an offset, and its line.
        self._at, self._at_line = 0, 1

    def of(self, urn: str) -> Origin:
        """The origin of a resource; the input's first line if it is not in the stack."""
        if urn not in self._found:
            entry = self._entries.get(urn)
            self._found[urn] = self._origin(urn, entry) if entry is not None else Origin()
        return self._found[urn]

    def _origin(self, urn: str, entry: Mapping[str, Any]) -> Origin:
        trace = entry.get("stackTrace")
        frames = trace[:_MOST_FRAMES] if isinstance(trace, list) else []
        calls = tuple(self._own([each.get("sourcePosition") for each in frames if isinstance(each, dict)]))
        own = next(self._own([entry.get("sourcePosition")]), None)
        # A resource that a library makes belongs to the line that calls the library.
        program = own or next(iter(calls), None)
        return Origin(program, calls[calls.index(program) :] if program in calls else calls, self._line(urn))

    def _own(self, positions: list[Any]) -> Iterator[Position]:
        from urllib.parse import unquote  # imported only for positions

        for each in positions:
            found = _POSITION.fullmatch(each) if isinstance(each, str) else None
            path = posixpath.normpath(posixpath.join(self._root, unquote(found[1]).lstrip("/"))) if found else ""
            parts = path.split("/")
            if found and int(found[2]) and ".." not in parts and not _INSTALLED.intersection(parts):
                yield Position(quoting.label(path), int(found[2]), int(found[3] or 0))

    def _line(self, urn: str) -> int:
        for quoted in dict.fromkeys((json.dumps(urn, ensure_ascii=False), json.dumps(urn), _as_go_writes(urn))):
            needle = quoted.encode("utf-8", "surrogatepass")
            found = self._named(needle, self._at, len(self._text))
            if found < 0:
                found = self._named(needle, 0, self._at)
                self._at, self._at_line = 0, 1
            if found >= 0:
                self._at_line += self._text.count(b"\n", self._at, found)
                self._at = found
                return self._at_line
        return 1

    def _named(self, needle: bytes, start: int, end: int) -> int:
        """The offset of a URN within the text that is the URN of a resource, and not a reference to one; or -1."""
        at = self._text.find(needle, start, end)
        while at >= 0 and _NAMED.search(self._text, max(0, at - _BEFORE), at) is None:
            at = self._text.find(needle, at + len(needle), end)
        return at


def _as_go_writes(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return re.sub("[<>&\u2028\u2029]", lambda match: f"\\u{ord(match[0]):04x}", quoted)
