"""What a loop (``Fn::ForEach``) makes, if its values are known: resources, conditions, outputs, and properties.

Source: "Fn::ForEach" in the AWS CloudFormation Template Reference: all instances of ``${Identifier}`` and of
``&{Identifier}``, which keeps letters and digits only, are replaced in keys and values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from policy_pack.template.bounds import PART, Budget
from policy_pack.template.macros import is_loop
from policy_pack.template.resolve import Resolver
from policy_pack.values import Plain

# The function of an object that cannot be told before the update; its argument is what it is made of.
UNREAD = "Fn::ForEach"

_NOT_ALPHANUMERIC = re.compile("[^A-Za-z0-9]")


def without_loops(section: Mapping[str, Any], resolver: Resolver) -> dict[str, Any]:
    """The entries of an object, with those that its loops make; a loop over unknown values is left unchanged."""
    made: dict[str, Any] = {}
    for key, value in section.items():
        made.update(_made(key, value, resolver) if is_loop(key) else {key: value})
    return made


def expanded(value: Plain, resolver: Resolver) -> Plain:
    """A value with what the loops in it make, at any depth; an object with a loop over unknown values is `UNREAD`."""
    if isinstance(value, list):
        return [expanded(each, resolver) for each in value]
    if not isinstance(value, dict):
        return value
    resolver.budget.spend(PART)
    resolver.budget.enter()
    made = without_loops(value, resolver) if any(map(is_loop, value)) else value
    if any(map(is_loop, made)):
        found: dict[str, Any] = {UNREAD: list(made.values())}
    else:
        found = {name: expanded(each, resolver) for name, each in made.items()}
    resolver.budget.leave()
    return found


def _made(key: str, loop: Plain, resolver: Resolver) -> dict[str, Any]:
    if not isinstance(loop, list) or len(loop) != 3:
        return {key: loop}
    identifier, collection, body = loop
    values = resolver.resolve(collection)
    known = isinstance(values, list) and all(isinstance(each, str) for each in values)
    if not known or not isinstance(identifier, str) or not isinstance(body, dict):
        return {key: loop}
    resolver.budget.enter()
    found: dict[str, Any] = {}
    for value in values:  # type: ignore[union-attr]
        found |= without_loops(_replaced(body, identifier, value, resolver.budget), resolver)
    resolver.budget.leave()
    return found


def _replaced(value: Any, identifier: str, by: str, budget: Budget) -> Any:
    budget.spend(PART)
    if isinstance(value, str):
        text = value.replace(f"${{{identifier}}}", by)
        if f"&{{{identifier}}}" in text:
            text = text.replace(f"&{{{identifier}}}", _NOT_ALPHANUMERIC.sub("", by))
        budget.spend(len(text))
        return text
    if isinstance(value, list):
        return [_replaced(each, identifier, by, budget) for each in value]
    if not isinstance(value, dict):
        return value
    if value == {"Ref": identifier}:
        return by
    return {
        _replaced(key, identifier, by, budget): _replaced(each, identifier, by, budget) for key, each in value.items()
    }
