"""The patterns of settings: names in which ``*`` stands for anything."""

from __future__ import annotations

from fnmatch import fnmatchcase


def matches(name: str, pattern: str) -> bool:
    """Whether `name` is `pattern`, in which ``*`` stands for any text and nothing else is special."""
    return fnmatchcase(name, pattern.replace("[", "[[]").replace("?", "[?]"))
