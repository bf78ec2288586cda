"""Bounds on the cost of reading a template. Beyond them it is refused, so that no text can hang or exhaust the pack.

CloudFormation's own limit for a template is 1 MB, or 51,200 bytes if the template is passed in the request itself
("Understand CloudFormation quotas" in the AWS CloudFormation User Guide).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

MAX_SIZE = 1024 * 1024  # characters of a template, and of the results of its functions
PART = 8  # characters that an object, a list or a scalar counts as: no template of the largest size has more of them
MAX_DEPTH = 100  # levels of objects and lists, and of conditions that refer to each other; AWS documents no quota
COMPARISON = 256  # characters that a comparison of partly known texts counts as
MOST_WAYS = 8  # the most outcomes of the conditions that decide a resource: all outcomes of three conditions

TOO_LARGE = "The template is larger than 1 MB, which is more than CloudFormation takes."
TOO_DEEP = f"The template is nested more than {MAX_DEPTH} levels deep."
MAKES_TOO_MUCH = "The result of the template's functions is larger than 1 MB."


class Refused(Exception):
    """A template that is refused, with a sentence that says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Budget:
    """The remaining budget for a template. Every method raises `Refused` beyond a bound."""

    def __init__(self) -> None:
        self._size = 0
        self._depth = 0

    def spend(self, size: int) -> None:
        """Counts characters."""
        self._size += size
        if self._size > MAX_SIZE:
            raise Refused(MAKES_TOO_MUCH)

    def enter(self) -> None:
        """Counts a level until `leave`."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Refused(TOO_DEEP)

    def leave(self) -> None:
        """Leaves a level."""
        self._depth -= 1

    @contextmanager
    def exchanged(self, other: Budget) -> Iterator[None]:
        """While this is open, `other` is spent instead."""
        size, depth, self._size = self._size, self._depth, other._size
        try:
            yield
        finally:
            other._size, self._size, self._depth = self._size, size, depth
