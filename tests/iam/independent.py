"""Independent implementations of policy evaluation, asked in the terms of ours.

Principal Mapper knows resource policies with principals and conditions; moto knows the policies of roles. Where they
answer otherwise than we do, `DISAGREEMENTS` has the reason.
"""

from __future__ import annotations

import collections
import collections.abc
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from unittest import mock

from moto.iam.access_control import IAMPolicy, PermissionResult

from policy_pack.iam.document import Document
from policy_pack.iam.evaluate import Outcome, evaluate
from policy_pack.iam.parse import parse_identity_policy, parse_key_policy
from policy_pack.iam.request import Request
from tests.iam.statements import OTHER_ROLE, OWN

# Principal Mapper 1.1.5 imports names that Python 3.10 has moved; it does so when it is imported, and not later.
_MOVED = {name: getattr(collections.abc, name) for name in ("Mapping", "MutableMapping")}
with mock.patch.multiple(collections, create=True, **_MOVED):
    from principalmapper.common import Node
    from principalmapper.querying.local_policy_simulation import ResourcePolicyEvalResult as Theirs
    from principalmapper.querying.local_policy_simulation import resource_policy_authorization

DENIED, ALLOWED, LEFT_TO_ACCOUNT, SILENT, OPEN = "denied", "allowed", "left to the account", "silent", "open"

_ANSWERS = {
    Theirs.DENY_MATCH: DENIED,
    Theirs.NODE_MATCH: ALLOWED,
    Theirs.SERVICE_MATCH: ALLOWED,
    Theirs.DIFF_ACCOUNT_MATCH: ALLOWED,
    Theirs.ROOT_MATCH: LEFT_TO_ACCOUNT,
    Theirs.NO_MATCH: SILENT,
}

_MOTO = {PermissionResult.DENIED: DENIED, PermissionResult.PERMITTED: ALLOWED, PermissionResult.NEUTRAL: SILENT}

Policy = Mapping[str, Any]

# The condition keys of the questions.
KEYS = (
    "kms:ViaService", "kms:CallerAccount", "kms:GrantIsForAWSResource", "aws:PrincipalArn", "aws:PrincipalAccount",
    "aws:PrincipalOrgID", "aws:SourceAccount",
)  # fmt: skip


def ours(policy: Policy, request: Request) -> str:
    """What our evaluator makes of a key policy."""
    document = parse_key_policy(dict(policy))
    assert isinstance(document, Document)
    answer = _answer(evaluate(document, request))
    # Principal Mapper does not tell these apart for a caller of another account.
    return ALLOWED if answer == LEFT_TO_ACCOUNT and request.caller.arn == OTHER_ROLE else answer


def principal_mapper(policy: Policy, request: Request) -> str:
    """What Principal Mapper makes of a key policy."""
    known = {key.lower(): request.value(key.lower()) for key in KEYS}
    keys = {key: value for key, value in known.items() if value is not None}
    caller: Any = request.caller.service
    if not caller:
        caller = Node(request.caller.arn, "AROAEXAMPLEEXAMPLE123", [], [], {}, [], 0, False, False, None, False, None)
    found = resource_policy_authorization(caller, OWN, dict(policy), request.action, request.resource, keys)
    return _ANSWERS[found]


def ours_of_a_role(policy: Policy, request: Request) -> str:
    """What our evaluator makes of a policy of a role."""
    document = parse_identity_policy(dict(policy))
    assert isinstance(document, Document)
    return _answer(evaluate(document, request))


def moto(policy: Policy, request: Request) -> str:
    """What moto makes of a policy of a role."""
    found = IAMPolicy(json.dumps(policy)).is_action_permitted(request.action, request.resource)
    return {PermissionResult.DENIED: DENIED, PermissionResult.PERMITTED: ALLOWED, PermissionResult.NEUTRAL: SILENT}[
        found
    ]


def _answer(said: Outcome) -> str:
    if said.denied or None in (said.denied, said.itself, said.account):
        return DENIED if said.denied else OPEN
    return ALLOWED if said.itself else LEFT_TO_ACCOUNT if said.account else SILENT


@dataclass(frozen=True)
class Disagreement:
    """Why an implementation answers otherwise, and whether a policy holds what it does so for."""

    why: str
    concerns: Callable[[Policy, Request], bool]


def _any(test: Callable[[Policy], bool]) -> Callable[[Policy, Request], bool]:
    return lambda policy, _: any(test(statement) for statement in policy["Statement"])


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _principals(statement: Policy) -> list[Any]:
    principal = statement.get("Principal")
    return _listed(principal.get("AWS", [])) if isinstance(principal, dict) else []


def _absent(operator: str) -> Callable[[Policy, Request], bool]:
    def concerns(policy: Policy, request: Request) -> bool:
        return any(
            request.value(key.lower()) is None
            for statement in policy["Statement"]
            for key in statement.get("Condition", {}).get(operator, {})
        )

    return concerns


OF_PRINCIPAL_MAPPER = (
    Disagreement(
        "Everybody in an object is the same as everybody without one, services included ('AWS JSON policy elements: "
        "Principal'). It takes the first for the account of the caller, and for no service.",
        _any(lambda statement: "*" in _principals(statement)),
    ),
    Disagreement(
        "A denial of all but some spares whom it names, and not others of an account that is named beside them; where "
        "only the role is named and not its account, AWS does not say ('AWS JSON policy elements: NotPrincipal'). With "
        "Allow it is not supported. It spares the whole account, and takes an Allow as any other.",
        _any(lambda statement: "NotPrincipal" in statement),
    ),
    Disagreement(
        "A session of the role may be the caller's, whose session has a name that nobody knows. It sees none.",
        _any(lambda statement: any(":assumed-role/" in each for each in _principals(statement))),
    ),
    Disagreement(
        "A negated operator holds where the request has no such key ('IAM JSON policy elements: Condition operators'). "
        "It makes an exception of this one.",
        _absent("StringNotLike"),
    ),
    Disagreement(
        "The service of an action cannot be left to a wildcard ('IAM JSON policy elements: Action'). It takes it for "
        "any other; we let such a pattern allow nothing, and leave open what it denies.",
        _any(
            lambda statement: any(
                "k*:" in each for name in ("Action", "NotAction") for each in _listed(statement.get(name, []))
            )
        ),
    ),
    Disagreement(
        "A statement of a key policy without Resource has no effect ('PutKeyPolicy'). It takes it for any resource.",
        _any(lambda statement: not {"Resource", "NotResource"} & statement.keys()),
    ),
    Disagreement(
        "The letters of resources and of ARNs in conditions are compared as they are; it ignores their case.",
        _any(lambda statement: "KEY/" in str(statement) or "SERVING" in str(statement)),
    ),
    Disagreement(
        "The parts of ARNs are compared one by one ('IAM JSON policy elements: Condition operators'); it lets a "
        "wildcard span several.",
        _any(lambda statement: "arn:*:role" in str(statement)),
    ),
)
