"""Texts of which parts are not known yet: what may stand in them, and whether two of them may be the same.

Such a text has a mark where something else will stand. `GAP` is any text, the empty one included. The other marks are
what a CloudFormation stack is told of itself (``AWS::AccountId`` and so on): each has its own form, and is the same
wherever it stands in one template. ``arn:aws:kms:eu-west-1:<ACCOUNT>:key/<GAP>`` is in eu-west-1 whatever is filled in.

Sources: "Pseudo parameters reference" in the AWS CloudFormation Template Reference; "AWS account identifiers" in the
AWS Account Management Reference Guide; `StackName` of "CreateStack" in the AWS CloudFormation API Reference.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

GAP = "\0"
ACCOUNT, REGION, PARTITION, STACK_NAME = "\2", "\3", "\4", "\5"
MARKS = frozenset({GAP, ACCOUNT, REGION, PARTITION, STACK_NAME})

_DIGITS = frozenset("0123456789")
_LOWER = frozenset("abcdefghijklmnopqrstuvwxyz")
_WORD = _DIGITS | _LOWER | {"-"}
_NAME = _WORD | {each.upper() for each in _LOWER}

# Characters that may stand at a place (`None` is any), and whether as many of them as one likes may, none included.
Part = tuple[frozenset[str] | None, bool]

_FORMS: dict[str, tuple[Part, ...]] = {
    GAP: ((None, True),),
    ACCOUNT: ((_DIGITS, False),) * 12,
    REGION: ((_WORD, False), (_WORD, True)),
    PARTITION: ((_WORD, False), (_WORD, True)),
    STACK_NAME: ((_NAME, False), (_NAME, True)),
}

# A text for each mark but `GAP` that stands for all that may fill it: what takes this one takes any of them.
_SAMPLES = {ACCOUNT: "000000000000", REGION: "us-east-1", PARTITION: "aws", STACK_NAME: "Stack-0"}

# Ways to put two forms side by side: beyond it nobody looks, and there may be a text of both.
_MOST = 4_000

_END: Part = (None, False)


def has_gaps(text: str) -> bool:
    """Whether parts of a text are not known."""
    return not MARKS.isdisjoint(text)


def without_marks(text: str) -> str:
    """A known text as a part of one with gaps: without characters that would pass for marks."""
    return "".join("\ufffd" if each in MARKS else each for each in text) if has_gaps(text) else text


def sample(text: str) -> str | None:
    """The text with something typical in its gaps; `None` where anything may stand in one."""
    return None if GAP in text else "".join(_SAMPLES.get(each, each) for each in text)


def parts(text: str, wildcards: dict[str, tuple[Part, ...]] | None = None) -> tuple[Part, ...]:
    """What may stand at each place of a text; `wildcards` are characters with another meaning than their own."""
    forms = _FORMS if wildcards is None else {**_FORMS, **wildcards}
    return tuple(part for each in text for part in (forms.get(each) or ((frozenset(each), False),)))


@lru_cache(maxsize=1024)
def may_be(one: str, other: str) -> bool:
    """Whether two texts may turn out to be the same."""
    return may_meet(parts(one), parts(other))


def may_meet(one: Sequence[Part], other: Sequence[Part]) -> bool:
    """Whether there is a text of both forms."""
    end, other_end = len(one), len(other)
    pending, seen = [(0, 0)], {(0, 0)}
    while pending:
        if len(seen) > _MOST:
            return True
        here, there = pending.pop()
        chars, many = one[here] if here < end else _END
        other_chars, other_many = other[there] if there < other_end else _END
        if here == end and there == other_end:
            return True
        steps = []
        if many:
            steps.append((here + 1, there))
        if other_many:
            steps.append((here, there + 1))
        shared = chars is None or other_chars is None or not chars.isdisjoint(other_chars)
        if shared and here < end and there < other_end:
            steps.append((here + (not many), there + (not other_many)))
        for each in steps:
            if each not in seen:
                seen.add(each)
                pending.append(each)
    return False
