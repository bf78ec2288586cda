"""Key policies of up to 32 KB, AWS's limit, that ask the most of an evaluator; and a usual one.

Each holds as much as fits of one thing: wildcards, variables, statements, accounts, conditions.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

from tests.iam.statements import ADMIN, BY_ROOT, OTHER_ROOT, OWN, ROLE, SERVICE, USE, allow, deny, document

LIMIT = 32 * 1024

USUAL = document(
    BY_ROOT,
    allow({"AWS": [ROLE, ADMIN]}),
    allow({"Service": SERVICE}, USE, {"StringEquals": {"aws:SourceAccount": OWN}}),
    allow({"AWS": ROLE}, "kms:CreateGrant", {"Bool": {"kms:GrantIsForAWSResource": "true"}}),
)


def filled(make: Callable[[list[Any]], Any], parts: Iterator[Any]) -> Any:
    """The policy of as many parts as fit."""
    found: list[Any] = []
    size = 0
    for part in parts:
        found.append(part)
        size += len(json.dumps(part, separators=(",", ":"))) + 1
        if size > LIMIT // 2 and len(json.dumps(make(found), separators=(",", ":"))) > LIMIT:
            return make(found[:-1])
    raise AssertionError("too few parts")


def _numbered(make: Callable[[int], Any]) -> Iterator[Any]:
    return map(make, itertools.count())


def _account(number: int) -> str:
    return f"{222200000000 + number * 7919}"


def _statements(make: Callable[[int], Any]) -> Any:
    return filled(lambda found: document(BY_ROOT, *found), _numbered(make))


def _actions(make: Callable[[int], str]) -> Any:
    return filled(lambda found: document(BY_ROOT, allow("*", found)), _numbered(make))


_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _word(number: int, length: int = 3) -> str:
    return "".join(_LETTERS[number // 26**place % 26] for place in range(length))


def _half(found: list[Any]) -> Any:
    accounts = [_account(number) for number in range(len(found))]
    return document(BY_ROOT, allow({"AWS": accounts[: len(accounts) // 2]}), *found[: len(found) // 2])


WORST: dict[str, Any] = {
    # As measured before there was a bound: 13 s, 7 s, more than 60 s, 23 s.
    "wildcards in an action": document(BY_ROOT, allow({"AWS": ROLE}, "kms:" + "?*" * 8000)),
    "variables that do not end": document(BY_ROOT, allow("*", USE, {"StringLike": {"aws:PrincipalArn": "${" * 8000}})),
    "action patterns": _actions(lambda number: f"kms:*{_word(number)}?*"),
    "accounts": filled(lambda found: document(BY_ROOT, allow({"AWS": found})), _numbered(_account)),
    # More of the kind.
    "a wildcard before each letter of an action": document(BY_ROOT, allow({"AWS": ROLE}, "kms:" + "*e?" * 5000)),
    "wildcards in a resource": document(BY_ROOT, allow({"AWS": ROLE}, Resource="arn:aws:kms:" + "*1" * 8000)),
    "wildcards in an ARN of a condition": document(
        BY_ROOT, allow("*", USE, {"ArnLike": {"aws:PrincipalArn": "arn:*:iam:*:*:" + "*?r" * 5000}})
    ),
    "a variable many times": document(
        BY_ROOT, allow("*", USE, {"StringLike": {"aws:PrincipalArn": "${aws:PrincipalArn}*" * 1500}})
    ),
    "statements of an account each": _statements(lambda number: allow({"AWS": _account(number)}, "*")),
    "statements of an action pattern each": _statements(lambda number: allow("*", f"kms:*{_word(number)}*")),
    "denials of an account each": _statements(
        lambda number: deny("*", "kms:*", {"StringNotEquals": {"kms:CallerAccount": _account(number)}})
    ),
    "accounts in a condition": filled(
        lambda found: document(BY_ROOT, allow("*", USE, {"StringEquals": {"kms:CallerAccount": found}})),
        _numbered(_account),
    ),
    "patterns of accounts in a condition": filled(
        lambda found: document(BY_ROOT, allow("*", USE, {"StringLike": {"kms:CallerAccount": found}})),
        _numbered(lambda number: f"*{_account(number)[4:]}?*"),
    ),
    "accounts, and conditions on patterns of them": filled(
        _half,
        _numbered(lambda number: deny("*", "*", {"StringLike": {"kms:CallerAccount": f"*{number}?"}})),
    ),
    "roles": filled(
        lambda found: document(BY_ROOT, allow({"AWS": found})),
        _numbered(lambda number: f"arn:aws:iam::{OWN}:role/r{number}"),
    ),
    "roles of statements of their own": _statements(
        lambda number: allow({"AWS": f"arn:aws:iam::{OWN}:role/r{number}"}, "*")
    ),
    "sessions": filled(
        lambda found: document(BY_ROOT, allow({"AWS": found})),
        _numbered(lambda number: f"arn:aws:sts::{OWN}:assumed-role/serving/{number}"),
    ),
    "organizations, and accounts": filled(
        lambda found: document(
            BY_ROOT,
            allow({"AWS": [_account(number) for number in range(len(found) // 2)]}),
            allow("*", USE, {"StringLike": {"aws:PrincipalOrgID": found}}),
        ),
        _numbered(lambda number: f"o-{_word(number, 10)}"),
    ),
    "condition keys": _statements(lambda number: allow("*", "*", {"StringLike": {f"aws:x{number}": "*a*"}})),
    "principals but for one each": _statements(
        lambda number: {**deny(None, "*"), "NotPrincipal": {"AWS": [_account(number), OTHER_ROOT]}}
    ),
}

# Whom each lets in besides its account, as far as anybody can tell.
LETS_IN = {
    "variables that do not end": "?",
    "a variable many times": "?",
    "accounts, and conditions on patterns of them": "?",
    **dict.fromkeys(
        (
            "action patterns",
            "wildcards in an ARN of a condition",
            "statements of an action pattern each",
            "patterns of accounts in a condition",
            "condition keys",
        ),
        "everybody",
    ),
    **dict.fromkeys(
        ("accounts", "statements of an account each", "accounts in a condition", "organizations, and accounts"),
        "accounts",
    ),
}
