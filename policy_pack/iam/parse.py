"""Parses a policy document from a JSON text or an object, or says why it is malformed.

Sources: "Grammar of the IAM JSON policy language" in the IAM User Guide; "Elements in a key policy" in the AWS KMS
Developer Guide; `Policy` of "PutKeyPolicy" in the AWS KMS API Reference (a statement without Action or Resource is
accepted and has no effect).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Union

from policy_pack.iam.document import Condition, Document, Malformed, Principal, Principals, Statement, Texts
from policy_pack.values import Plain, Unknown, kind_of

Parsed = Union[Document, Malformed]

# The most bytes of a key policy; policies of roles are smaller.
LIMIT = 32 * 1024

# An unknown statement may be anything, as Allow or as Deny.
_ANYTHING = Texts((None,))
_ELEMENTS = frozenset(
    {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"}
)


def parse_key_policy(policy: Plain) -> Parsed:
    """A key policy; each statement names its principals."""
    return _parse(policy, principals=True)


def parse_identity_policy(policy: Plain) -> Parsed:
    """A policy of a role; its statements name no principals."""
    return _parse(policy, principals=False)


class _Refused(Exception):
    """A document that AWS would refuse, and why."""


def _parse(policy: Plain, *, principals: bool) -> Parsed:
    if isinstance(policy, str):
        return _parse_text(policy, principals)
    try:
        _check_size(policy)
        return _document(policy, principals)
    except _Refused as refused:
        return Malformed(str(refused))


@lru_cache(maxsize=256)  # many configurations of a stack share a key
def _parse_text(text: str, principals: bool) -> Parsed:
    try:
        value = _from_text(text)
        if len(text) > LIMIT // 4:
            _check_size(value)
        return _document(value, principals)
    except _Refused as refused:
        return Malformed(str(refused))


def _check_size(value: Any) -> None:
    """Refuses a document that is larger than AWS allows, however it is written. Unknown parts count as empty."""
    try:
        size = len(json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=lambda _: None).encode())
    except (ValueError, RecursionError):
        return  # which is refused for its own reason
    if size > LIMIT:
        raise _Refused(f"is larger than {LIMIT // 1024} KB")


def _from_text(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except (ValueError, RecursionError) as error:
        raise _Refused("is not valid JSON") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Refused("has an element twice in one object")
    return found


def _constant(name: str) -> Any:
    raise _Refused("is not valid JSON")


def _document(value: Plain, principals: bool) -> Document:
    if isinstance(value, Unknown):
        return Document((_open_statement(1),))
    if not isinstance(value, dict):
        raise _Refused(f"is {kind_of(value)} where an object belongs")
    statements, version = value.get("Statement"), value.get("Version")
    if statements is None:
        raise _Refused("has no Statement")
    found = statements if isinstance(statements, list) else [statements]
    return Document(
        tuple(_statement(number, each, principals) for number, each in enumerate(found, start=1)),
        variables=version == "2012-10-17" or isinstance(version, Unknown),
        version=None if version is None or isinstance(version, Unknown) else str(version),
    )


def _open_statement(number: int) -> Statement:
    unknown = Principals((Principal("AWS", None),))
    return Statement(number, None, unknown, _ANYTHING, _ANYTHING, (), certain=False)


def _statement(number: int, value: Plain, principals: bool) -> Statement:
    where = f"statement {number}"
    if isinstance(value, Unknown):
        return _open_statement(number)
    if not isinstance(value, dict):
        raise _Refused(f"has {kind_of(value)} where {where} belongs")
    effect = value.get("Effect")
    if not isinstance(effect, Unknown) and effect not in ("Allow", "Deny"):
        raise _Refused(f"has an Effect other than Allow or Deny in {where}")
    named = _principals(value, where)
    if principals and named is None:
        raise _Refused(f"names no principal in {where}")
    if not principals and named is not None:
        raise _Refused(f"names a principal in {where}")
    return Statement(
        number,
        effect if isinstance(effect, str) else None,
        named,
        _one_of(value, "Action", where),
        _one_of(value, "Resource", where),
        tuple(_conditions(value.get("Condition"), where)),
        # An element with an unknown name: AWS may refuse or ignore it.
        certain=_ELEMENTS.issuperset(value) and not isinstance(value.get("Condition"), Unknown),
    )


def _principals(statement: dict[str, Any], where: str) -> Principals | None:
    name = _present(statement, "Principal", where)
    if name is None:
        return None
    value, negated = statement[name], name.startswith("Not")
    if isinstance(value, Unknown):
        return Principals((Principal("AWS", None),), negated)
    if value == "*":
        return Principals((Principal("*", "*"),), negated)
    if not isinstance(value, dict):
        raise _Refused(f"has a {name} other than * or an object in {where}")
    entries = (Principal(kind, each) for kind, names in value.items() for each in _texts(names, f"{name} of {where}"))
    return Principals(tuple(entries), negated)


def _one_of(statement: dict[str, Any], name: str, where: str) -> Texts | None:
    found = _present(statement, name, where)
    return None if found is None else Texts(_texts(statement[found], f"{found} of {where}"), found.startswith("Not"))


def _present(statement: dict[str, Any], name: str, where: str) -> str | None:
    """The element or its negation, whichever a statement has."""
    found = [each for each in (name, f"Not{name}") if statement.get(each) is not None]
    if len(found) > 1:
        raise _Refused(f"has both {' and '.join(found)} in {where}")
    return found[0] if found else None


def _conditions(value: Plain, where: str) -> Iterator[Condition]:
    if value is None or isinstance(value, Unknown):
        return
    if not isinstance(value, dict):
        raise _Refused(f"has {kind_of(value)} as Condition of {where}")
    for operator, keys in value.items():
        if isinstance(keys, Unknown):
            yield Condition(operator, "", _ANYTHING)
        elif isinstance(keys, dict):
            for key, values in keys.items():
                yield Condition(operator, key.lower(), Texts(_texts(values, f"a condition of {where}")))
        else:
            raise _Refused(f"has {kind_of(keys)} in the Condition of {where}")


def _texts(value: Plain, where: str) -> tuple[str | None, ...]:
    values: Iterable[Plain] = value if isinstance(value, list) else [value]
    return tuple(_text(each, where) for each in values)


def _text(value: Plain, where: str) -> str | None:
    if isinstance(value, Unknown):
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return str(int(value))
    raise _Refused(f"has {kind_of(value)} in {where}")
