"""What a template may cost to read. Beyond a bound it is refused: a text from outside must not hang or exhaust a check.

CloudFormation's own bound on a template is 1 MB, and 51,200 bytes where the template is given in the request itself
("Understand CloudFormation quotas" in the AWS CloudFormation User Guide).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

MAX_SIZE = 1024 * 1024  # characters of a template; also of what its functions make
PART = 8  # characters that an object, a list or a scalar counts for: a template of the largest size has no more of them
MAX_DEPTH = 100  # levels of objects and lists, and of conditions that name one another; no quota says this one
COMPARISON = 256  # characters that it counts for to compare texts that may have gaps
MOST_WAYS = 8  # ways in which the conditions that decide a resource may turn out: of three conditions all

TOO_LARGE = "The template is larger than 1 MB, which is more than CloudFormation takes."
TOO_DEEP = f"The template is nested more than {MAX_DEPTH} levels deep."
MAKES_TOO_MUCH = "The result of the template's functions is larger than 1 MB."


class Refused(Exception):
    """A template that is not read, and why, in a sentence that says "it" for the template."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Budget:
    """What is left to read of a template: every method raises `Refused` beyond a bound."""

    def __init__(self) -> None:
        self._size = 0
        self._depth = 0

    def spend(self, size: int) -> None:
        """Counts characters."""
        self._size += size
        if self._size > MAX_SIZE:
            raise Refused(MAKES_TOO_MUCH)

    def enter(self) -> None:
        """Counts a level, until it is left."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Refused(TOO_DEEP)

    def leave(self) -> None:
        """Leaves a level."""
        self._depth -= 1

    @contextmanager
    def exchanged(self, other: Budget) -> Iterator[None]:
        """While it is open, `other` is spent."""
        size, depth, self._size = self._size, self._depth, other._size
        try:
            yield
        finally:
            other._size, self._size, self._depth = self._size, size, depth
