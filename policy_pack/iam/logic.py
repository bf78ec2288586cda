"""Three-valued logic: `True`, `False`, and `None` where nobody can tell."""

from __future__ import annotations

from collections.abc import Iterable

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
