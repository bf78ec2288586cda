"""Whether a condition of a statement holds for a request.

Sources: "IAM JSON policy elements: Condition operators" and "Set operators for multi-valued context keys" in the IAM
User Guide.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from policy_pack.iam.document import Condition
from policy_pack.iam.logic import Answer, all_of, any_of, negate
from policy_pack.iam.request import ALLOW, Request

_OPERATOR = re.compile(
    r"(?P<set>ForAnyValue:|ForAllValues:)?"
    r"(?:(?P<kind>String|Arn)(?P<negated>Not)?(?P<how>Equals|EqualsIgnoreCase|Like)|(?P<bool>Bool)|(?P<null>Null))"
    r"(?P<optional>IfExists)?"
)
_VARIABLE = re.compile(r"\$\{([^}]*)\}")

# Whether a text of the request fits a value, for a caller who wants it to or not.
_Fits = Callable[[str, str, bool], Answer]


def holds(condition: Condition, request: Request, effect: str, *, variables: bool) -> Answer:
    """Whether a condition holds; `effect` is its statement's, which says what a free caller wants."""
    allow = effect == ALLOW
    if condition.key and condition.key not in request.keys:
        # What a variable stands for is not the caller's to choose, and there may be one in what is not known.
        return None if _may_have_variables(condition, variables) else request.left(None, wants=allow)
    operator = _OPERATOR.fullmatch(condition.operator)
    if operator is None or not condition.key:
        return None
    present = request.keys[condition.key]
    if operator["null"]:
        return None if operator["optional"] or operator["set"] else _null(condition, present)
    negated = operator["negated"] is not None
    if present is None:
        if operator["optional"] or operator["set"] == "ForAllValues:":
            return True
        return negated and operator["set"] != "ForAnyValue:"
    fits = _comparison(operator, request)
    values = (_resolve(value, request, variables=variables) for value in condition.values.values)
    found = any_of(None if value is None else fits(present, value, allow != negated) for value in values)
    return negate(found) if negated else found


def _may_have_variables(condition: Condition, variables: bool) -> bool:
    return variables and any(value is None or "${" in value for value in condition.values.values)


def _null(condition: Condition, present: str | None) -> Answer:
    def fits(value: str | None) -> Answer:
        return {"true": present is None, "false": present is not None}.get(value.lower()) if value else None

    return any_of(map(fits, condition.values.values))


def _comparison(operator: re.Match[str], request: Request) -> _Fits:
    how = operator["how"]

    def text(present: str, value: str, wants: bool) -> Answer:
        return request.meets(present, value, wants=wants, wildcards=how == "Like")

    def any_case(present: str, value: str, wants: bool) -> Answer:
        return request.meets(present.lower(), value.lower(), wants=wants, wildcards=False)

    def arn(present: str, value: str, wants: bool) -> Answer:
        """The parts of ARNs are compared one by one, so that no wildcard reaches beyond its own."""
        parts, patterns = present.split(":", 5), value.split(":", 5)
        if len(patterns) < 6:
            return request.left(None, wants=wants) if "*" in value else False
        if len(parts) < 6:
            return request.meets(present, value, wants=wants)
        return all_of(request.meets(part, pattern, wants=wants) for part, pattern in zip(parts, patterns))

    if operator["kind"] == "Arn":
        # Equals and Like are the same for ARNs; there is no other.
        return arn if how != "EqualsIgnoreCase" else lambda *_: None
    return any_case if operator["bool"] or how == "EqualsIgnoreCase" else text


def _resolve(value: str | None, request: Request, *, variables: bool) -> str | None:
    """A value with what its variables stand for; `None` where that is not known."""
    if value is None or not variables or "${" not in value:
        return value
    known = {name: request.keys.get(name.lower()) for name in _VARIABLE.findall(value)}
    if any(text is None or not text.isprintable() for text in known.values()):
        return None
    return _VARIABLE.sub(lambda name: str(known[name[1]]), value)
