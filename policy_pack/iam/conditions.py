"""Whether a condition of a statement holds for a request.

Sources: "IAM JSON policy elements: Condition operators" and "Set operators for multi-valued context keys" in the IAM
User Guide.
"""

from __future__ import annotations

import operator
import re
import time
from collections.abc import Hashable, Iterable, Iterator, Mapping
from datetime import datetime, timezone

from policy_pack.iam.document import Condition
from policy_pack.iam.logic import Answer, Answers, any_of, everywhere, negate
from policy_pack.iam.request import ALLOW, NOT_KNOWN, Batch, Group, Request, Several, Value
from policy_pack.iam.texts import ARN, GAP, LIKE, NAMES, Patterns, patterns

_OPERATOR = re.compile(
    r"(?P<set>ForAnyValue:|ForAllValues:)?"
    r"(?:(?P<kind>String|Arn)(?P<negated>Not)?(?P<how>Equals|EqualsIgnoreCase|Like)|(?P<bool>Bool)|(?P<null>Null)"
    r"|(?P<notip>Not)?(?P<ip>IpAddress)|Date(?P<date>(?:Not)?Equals|(?:Less|Greater)Than(?:Equals)?))"
    r"(?P<optional>IfExists)?"
)
# A variable contains no brace or other variable, so that each is read once.
_VARIABLE = re.compile(r"\$\{([^${}]*)\}")

_CLOCKS = frozenset({"aws:currenttime", "aws:epochtime"})
_COMPARISONS = {
    "Equals": operator.eq,
    "NotEquals": operator.ne,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}


def hold(condition: Condition, batch: Batch, effect: str, *, variables: bool) -> Answers:
    """The requests for which a condition holds; the statement's `effect` determines what a free caller wants."""
    test = _Test(condition, effect, variables)
    found, rest = Answers(), batch.every
    for request, bits in test.concerned(batch):
        found = found.either(everywhere(test.holds(request), bits))
        rest &= ~bits
    if rest:
        # None of the values matches any of the others, so they all have the same result.
        other = batch.requests[(rest & -rest).bit_length() - 1]
        found = found.either(everywhere(test.holds(other), rest))
    return found


def keys_read(condition: Condition, *, variables: bool) -> set[str]:
    """The condition keys that a condition reads: its own, and those of its variables."""
    return {condition.key, *(_named(filter(None, condition.values.values)) if variables else ())}


def _named(values: Iterable[str]) -> Iterator[str]:
    for each in values:
        yield from (name.lower() for name in _VARIABLE.findall(each))


class _Test:
    """A condition, prepared for many requests."""

    def __init__(self, condition: Condition, effect: str, variables: bool) -> None:
        values = condition.values.values
        self._key, self._allow = condition.key, effect == ALLOW
        self._values = tuple(each for each in values if each is not None and not (variables and "${" in each))
        self._unknown, self._variables = None in values, variables
        self._with_variables = [each for each in values if variables and each is not None and "${" in each]
        self._operator = _OPERATOR.fullmatch(condition.operator)
        self._how = _how(self._operator) if self._operator is not None else None
        self._any_case = self._operator is not None and bool(self._operator["bool"] or "Case" in self._operator[0])
        self._patterns = self._compiled(self._values)

    def _compiled(self, values: Iterable[str]) -> Patterns:
        return patterns(tuple(each.lower() if self._any_case else each for each in values), self._how or NAMES)

    def concerned(self, batch: Batch) -> Iterator[Group]:
        """The groups of requests that the condition distinguishes."""
        read = {self._key, *_named(self._with_variables)}
        groups = batch.by_keys(tuple(sorted(read)))
        exact = self._how is not None and self._patterns.exact and not self._any_case
        if exact and len(read) == 1 and len(groups) > len(self._values):
            yield from _at_issue(groups, self._values, batch)
        else:
            yield from groups.values()

    def holds(self, request: Request) -> Answer:
        """Whether it holds for one request."""
        operator, allow = self._operator, self._allow
        if operator is not None and operator["date"] and self._key in _CLOCKS:
            return self._at_this_time(operator["date"], request)
        present = request.value(self._key)
        if self._key and present is NOT_KNOWN:
            # A caller cannot choose the value of a variable, and an unknown value may contain a variable.
            open_ = self._with_variables or (self._unknown and self._variables)
            return None if open_ else request.left(None, wants=allow)
        if operator is None or not self._key:
            return None
        if operator["null"]:
            return None if operator["optional"] or operator["set"] else self._null(present)
        negated = operator["negated"] is not None or operator["notip"] is not None
        if present is None:
            if operator["optional"] or operator["set"] == "ForAllValues:":
                # AWS does not document a condition on any value of a key that may be missing.
                return None if operator["set"] == "ForAnyValue:" else True
            return negated and operator["set"] != "ForAnyValue:"
        if isinstance(present, Several):
            return request.left(self._of_several(present, request, operator, negated=negated), wants=allow)
        found = self._fits(present, request, wants=allow != negated)
        return negate(found) if negated else found

    def _of_several(self, present: Several, request: Request, operator: re.Match[str], *, negated: bool) -> Answer:
        """Whether it holds for values that may not be all: one value may decide, and others may leave it open."""
        found = [self._fits(each, request, wants=self._allow != negated) for each in present.values]
        if operator["set"] == "ForAnyValue:":
            return True if (not negated) in found else None
        # AWS does not document a condition on several values without a set operator.
        return False if operator["set"] == "ForAllValues:" and negated in found else None

    def _at_this_time(self, how: str, request: Request) -> Answer:
        """Whether it holds now; a free caller can wait until it does."""
        now = time.time()
        compare = _COMPARISONS[how]
        times = [_seconds(each) for each in self._values]
        unclear = [None] if self._unknown or self._with_variables else []
        found = any_of([*(None if each is None else compare(now, each) for each in times), *unclear])
        return request.left(None, wants=self._allow) if request.free and found is False and "Greater" in how else found

    def _null(self, present: Value) -> Answer:
        answers = {"true": present is None, "false": present is not None}
        open_ = [None] if self._unknown or self._with_variables else []
        return any_of([*(answers.get(each.lower()) for each in self._values), *open_])

    def _fits(self, present: str, request: Request, *, wants: bool) -> Answer:
        if self._how is None:
            return None
        found = [self._fit(present, self._values, self._patterns, request, wants)]
        for each in self._with_variables:
            value = _resolve(each, request)
            found.append(
                None if value is None else self._fit(present, (value,), self._compiled((value,)), request, wants)
            )
        return any_of([*found, *([None] if self._unknown else [])])

    def _fit(self, present: str, values: tuple[str, ...], fitting: Patterns, request: Request, wants: bool) -> Answer:
        fills = request.fills(self._key)
        if self._how != ARN:
            return request.left(fitting.fit(present.lower() if self._any_case else present, fills), wants=wants)
        # A value that is not an ARN may be meant as part of one, so the answer is open if it has a wildcard.
        partial = [None for each in values if each.count(":") < 5 and "*" in each]
        if present.count(":") < 5:
            fitting = patterns(tuple(each for each in values if each.count(":") > 4), LIKE)
        return request.left(any_of([fitting.fit(present, fills), *partial[:1]]), wants=wants)


def _how(operator: re.Match[str]) -> str | None:
    """How an operator reads its values, `None` where they are no texts or it does not exist."""
    if operator["kind"] == "Arn":
        return ARN if "Case" not in operator["how"] else None
    if operator["kind"] == "String":
        return LIKE if operator["how"] == "Like" else NAMES
    return NAMES if operator["bool"] else None


def _at_issue(groups: Mapping[Hashable, Group], values: Iterable[str], batch: Batch) -> Iterator[Group]:
    """The groups whose text is one of `values`, is not fully known, or is missing."""

    def by_text() -> Mapping[Hashable, list[Group]]:
        found: dict[Hashable, list[Group]] = {}
        for each, group in groups.items():
            text = each[0]  # type: ignore[index]
            found.setdefault(text if isinstance(text, str) and GAP not in text else None, []).append(group)
        return found

    texts = batch.once(("texts", id(groups)), by_text)
    for value in dict.fromkeys(values):
        yield from texts.get(value, ())
    yield from texts.get(None, ())


def _resolve(value: str, request: Request) -> str | None:
    """A value with its variables replaced; `None` if their values are not known."""
    known = {name: request.value(name.lower()) for name in _VARIABLE.findall(value)}
    if not all(isinstance(text, str) and text.isprintable() for text in known.values()):
        return None
    resolved = _VARIABLE.sub(lambda name: str(known[name[1]]), value)
    return None if "${" in resolved else resolved


def _seconds(value: str) -> float | None:
    """The seconds since 1970 of a date in ISO 8601 or of a number of seconds."""
    try:
        if value.isdecimal():
            return float(value)
        found = datetime.fromisoformat(value.replace("Z", "+00:00"))
        return (found if found.tzinfo is not None else found.replace(tzinfo=timezone.utc)).timestamp()
    except (ValueError, OverflowError):
        return None
