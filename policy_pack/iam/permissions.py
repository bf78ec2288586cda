"""Evaluates the policies of a role for its calls: inline and attached policies, and its permissions boundary.

Source: "Permissions boundaries for IAM entities" in the IAM User Guide.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from policy_pack.iam.conditions import keys_read
from policy_pack.iam.document import Document, Malformed, Statement
from policy_pack.iam.evaluate import actions_of, evaluate, resources_of
from policy_pack.iam.kms_actions import KEY_ACTIONS
from policy_pack.iam.logic import Answer, any_of, negate
from policy_pack.iam.parse import parse_identity_policy
from policy_pack.iam.request import ALLOW, DENY, Request
from policy_pack.values import Plain


class Said(NamedTuple):
    """Whether the policies of a role deny and allow a call, and whether its boundary does."""

    denied: Answer
    allowed: Answer
    denied_by_boundary: Answer
    allowed_by_boundary: Answer


class Permissions:
    """The readable policies of a role, and its permissions boundary, `None` if it has none.

    `complete` says whether there are no other policies. If there are (`False`), they count as allowing what a key's
    policy delegates to them; `None` if it is not known. Permissions with the same effect on keys are equal.
    """

    def __init__(self, policies: Sequence[Plain] = (), complete: Answer = False, boundary: Plain = None) -> None:
        parsed = [parse_identity_policy(each) for each in policies]
        # AWS refuses a malformed policy, and it is not known what will replace it.
        unread: list[Answer] = [None for each in parsed if isinstance(each, Malformed)]
        concerning = [_of_keys(each) for each in parsed if isinstance(each, Document)]
        self._own = tuple(each for each in concerning if each.statements)
        self._others = any_of([*unread, negate(complete)])
        bounds = parse_identity_policy(boundary) if boundary is not None else None
        self._boundary = _of_keys(bounds) if isinstance(bounds, Document) else bounds
        self._documents = (*self._own, *([self._boundary] if isinstance(self._boundary, Document) else []))
        self._hash = hash((self._own, self._others, self._boundary))
        self._read: dict[str, _Read] = {}
        self._said: dict[Hashable, Said] = {}

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Permissions) and (self._own, self._others, self._boundary) == (
            other._own,
            other._others,
            other._boundary,
        )

    def say(self, request: Request) -> Said:
        """The result for a call of the role, computed once for all calls that the policies do not distinguish."""
        action = request.action
        if action not in self._read:
            self._read[action] = _Read(self._documents, action)
        asked = action, *self._read[action].of(request)
        if asked not in self._said:
            self._said[asked] = self._say(request)
        return self._said[asked]

    def _say(self, request: Request) -> Said:
        own = [evaluate(each, request) for each in self._own]
        denied, allowed = any_of(each.denied for each in own), any_of([*(each.itself for each in own), self._others])
        if self._boundary is None:
            return Said(denied, allowed, False, True)
        if isinstance(self._boundary, Malformed):
            return Said(denied, allowed, False, None)
        bounds = evaluate(self._boundary, request)
        return Said(denied, allowed, bounds.denied, bounds.itself)


class _Read:
    """The values that policies read from the calls of one action; calls with equal values have equal results."""

    def __init__(self, documents: Sequence[Document], action: str) -> None:
        read = [(each, of) for of in documents for each in of.statements if _may_include(each, (action,))]
        named = dict.fromkeys((each.resources, of.variables) for each, of in read if each.resources is not None)
        self._resources = [resources_of(*each) for each in named]
        self._keys = sorted({key for each, of in read for key in _keys(each, variables=of.variables)})

    def of(self, request: Request) -> tuple[Hashable, ...]:
        return (
            *[each.include(request.resource) for each in self._resources],
            *map(request.value, self._keys),
        )


def _keys(statement: Statement, *, variables: bool) -> Iterator[str]:
    for condition in statement.conditions:
        yield from keys_read(condition, variables=variables)


def _of_keys(document: Document) -> Document:
    """The parts of a policy that may concern keys."""
    found = (each for each in document.statements if _may_include(each, KEY_ACTIONS))
    return replace(document, statements=tuple(replace(each, number=0) for each in found))


def _may_include(statement: Statement, actions: Sequence[str]) -> bool:
    if statement.actions is None or statement.resources is None:
        return False
    included = actions_of(statement.actions)
    effects = (ALLOW, DENY) if statement.effect is None else (statement.effect,)
    return any(included.include(each, effect) is not False for effect in effects for each in actions)
