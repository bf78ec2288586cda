"""Partly known texts: what may fill their gaps, and whether two such texts may be the same.

Such a text has a mark in the place of each unknown part. `GAP` stands for any text, even an empty one. The other marks
are the pseudo parameters of a CloudFormation stack (``AWS::AccountId`` and so on): each has a form of its own, and the
same value everywhere in one template. ``arn:aws:kms:eu-west-1:<ACCOUNT>:key/<GAP>`` is in eu-west-1 whatever fills it.

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

# The characters that are possible at a place (`None`: any), and whether any number of them is possible, even none.
Part = tuple[frozenset[str] | None, bool]

_FORMS: dict[str, tuple[Part, ...]] = {
    GAP: ((None, True),),
    ACCOUNT: ((_DIGITS, False),) * 12,
    REGION: ((_WORD, False), (_WORD, True)),
    PARTITION: ((_WORD, False), (_WORD, True)),
    STACK_NAME: ((_NAME, False), (_NAME, True)),
}

# A typical text for each mark but `GAP`: a form that accepts it accepts every text that may fill the mark.
_SAMPLES = {ACCOUNT: "000000000000", REGION: "us-east-1", PARTITION: "aws", STACK_NAME: "Stack-0"}

# The limit of comparison steps for two forms: beyond it, a text of both is assumed to be possible.
_MOST = 4_000

_END: Part = (None, False)


def has_gaps(text: str) -> bool:
    """Whether parts of a text are unknown."""
    return not MARKS.isdisjoint(text)


def without_marks(text: str) -> str:
    """A known text as part of one with gaps, without characters that would look like marks."""
    return "".join("\ufffd" if each in MARKS else each for each in text) if has_gaps(text) else text


def sample(text: str) -> str | None:
    """The text with typical values in its gaps; `None` if a gap may be any text."""
    return None if GAP in text else "".join(_SAMPLES.get(each, each) for each in text)


def parts(text: str, wildcards: dict[str, tuple[Part, ...]] | None = None) -> tuple[Part, ...]:
    """The possible characters at each place of a text; `wildcards` are characters with a special meaning."""
    forms = _FORMS if wildcards is None else {**_FORMS, **wildcards}
    return tuple(part for each in text for part in (forms.get(each) or ((frozenset(each), False),)))


@lru_cache(maxsize=1024)
def may_be(one: str, other: str) -> bool:
    """Whether two texts may turn out to be the same."""
    return may_meet(parts(one), parts(other))


def may_meet(one: Sequence[Part], other: Sequence[Part]) -> bool:
    """Whether a text can have both forms."""
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
