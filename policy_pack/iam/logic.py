"""Three-valued logic: `True`, `False`, and `None` where nobody can tell; of one question, or of many at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

Answer = bool | None


def all_of(answers: Iterable[Answer]) -> Answer:
    """Whether all hold: one that does not decides; else one that is not known leaves it open."""
    result: Answer = True
    for answer in answers:
        if answer is False:
            return False
        if answer is None:
            result = None
    return result


def any_of(answers: Iterable[Answer]) -> Answer:
    """Whether one holds: one that does decides; else one that is not known leaves it open."""
    return negate(all_of(negate(answer) for answer in answers))


def negate(answer: Answer) -> Answer:
    """The opposite; what is not known stays so."""
    return None if answer is None else not answer


class Answers(NamedTuple):
    """The answers to many questions, a bit each: those that hold for certain, and those that may hold (these too)."""

    certain: int = 0
    possible: int = 0

    def both(self, other: Answers) -> Answers:
        """Where both hold."""
        return Answers(self.certain & other.certain, self.possible & other.possible)

    def either(self, other: Answers) -> Answers:
        """Where one of both holds."""
        return Answers(self.certain | other.certain, self.possible | other.possible)

    def but_not(self, other: Answers) -> Answers:
        """Where this holds and the other does not."""
        return Answers(self.certain & ~other.possible, self.possible & ~other.certain)

    def of(self, bits: int) -> Answers:
        """Those to the questions of these bits, and no others."""
        return Answers(self.certain & bits, self.possible & bits)

    def at(self, bit: int) -> Answer:
        """The answer to one question."""
        return True if self.certain & bit else None if self.possible & bit else False


def everywhere(answer: Answer, bits: int) -> Answers:
    """The same answer to all the questions of these bits."""
    return Answers(bits if answer else 0, 0 if answer is False else bits)
