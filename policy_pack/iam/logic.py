"""Three-valued logic with `True`, `False` and `None` for unknown, for one question or for many at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

Answer = bool | None


def all_of(answers: Iterable[Answer]) -> Answer:
    """Whether all hold: `False` if one does not, else `None` if one is unknown."""
    result: Answer = True
    for answer in answers:
        if answer is False:
            return False
        if answer is None:
            result = None
    return result


def any_of(answers: Iterable[Answer]) -> Answer:
    """Whether one holds: `True` if one does, else `None` if one is unknown."""
    return negate(all_of(negate(answer) for answer in answers))


def negate(answer: Answer) -> Answer:
    """The opposite; unknown stays unknown."""
    return None if answer is None else not answer


class Answers(NamedTuple):
    """The answers to many questions as bits: those that certainly hold, and all those that may hold."""

    certain: int = 0
    possible: int = 0

    def both(self, other: Answers) -> Answers:
        """The questions for which both hold."""
        return Answers(self.certain & other.certain, self.possible & other.possible)

    def either(self, other: Answers) -> Answers:
        """The questions for which either holds."""
        return Answers(self.certain | other.certain, self.possible | other.possible)

    def but_not(self, other: Answers) -> Answers:
        """The questions for which this holds and the other does not."""
        return Answers(self.certain & ~other.possible, self.possible & ~other.certain)

    def of(self, bits: int) -> Answers:
        """The answers to the questions with these bits."""
        return Answers(self.certain & bits, self.possible & bits)

    def at(self, bit: int) -> Answer:
        """The answer to a question."""
        return True if self.certain & bit else None if self.possible & bit else False


def everywhere(answer: Answer, bits: int) -> Answers:
    """The same answer to all questions with these bits."""
    return Answers(bits if answer else 0, 0 if answer is False else bits)
