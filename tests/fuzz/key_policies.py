"""The evaluator of key policies: no exception, and no answer more lenient for a policy that lets in more, or less.

One more Allow, a Deny or a condition of a Deny less: whom the policy lets in is no fewer. One more Deny, an Allow less,
a condition more on an Allow: what SageMaker may do is no more. A policy that AWS refuses is never right.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from policy_pack.iam import sagemaker
from policy_pack.iam.access import User, access, anybody
from policy_pack.iam.document import Malformed
from policy_pack.iam.exposure import exposure
from policy_pack.iam.parse import parse_key_policy
from tests.fuzz.garbage import leaks, mutated
from tests.iam.key_policies import TABLE
from tests.iam.statements import KEY, OWN, REGION, ROLE

CONDITIONS = (
    {"StringEquals": {"kms:CallerAccount": OWN}},
    {"StringLike": {"aws:PrincipalArn": "*:role/nobody"}},
    {"Bool": {"aws:SecureTransport": "true"}},
    {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
    {"Null": {"aws:PrincipalOrgID": "true"}},
    {"ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["a"]}},
)
MORE = ("allow", "less denied", "deny", "less allowed", "allowed on a condition", "anything")


@cache
def seeds() -> list[Any]:
    """The documents of the table that are objects of JSON."""
    found = []
    for row in TABLE:
        try:
            document = json.loads(json.dumps(row.policy))
        except TypeError:
            continue  # in part not known
        if isinstance(document, dict) and isinstance(document.get("Statement"), list):
            found.append(document)
    return found


def make(random: Random) -> Any:
    change = random.choice(MORE)
    before = copy.deepcopy(random.choice(seeds()))
    if random.random() < 0.5:
        before["Statement"] += random.choice(seeds())["Statement"]
        random.shuffle(before["Statement"])
    if random.random() < 0.3:
        before = mutated(random, before, ("Statement",))
    after = copy.deepcopy(before)
    other = copy.deepcopy(random.choice(seeds()))
    statements = [each for each in after["Statement"] if isinstance(each, dict)] if _has_list(after) else []
    allowing, denying = ([each for each in statements if each.get("Effect") == effect] for effect in ("Allow", "Deny"))
    if change == "anything" or not _has_list(after):
        return {"change": "anything", "before": before, "after": mutated(random, after, times=5)}
    if change in ("allow", "deny"):
        of_effect = [each for each in other["Statement"] if isinstance(each, dict) and "Principal" in each]
        after["Statement"] += [{**each, "Effect": change.title()} for each in of_effect[:1]]
    elif change == "less denied" and denying:
        after["Statement"].remove(random.choice(denying))
    elif change == "less allowed" and allowing:
        after["Statement"].remove(random.choice(allowing))
    elif change == "allowed on a condition" and allowing:
        condition = random.choice(allowing).setdefault("Condition", {})
        if isinstance(condition, dict):
            ((operator, tests),) = copy.deepcopy(random.choice(CONDITIONS)).items()
            condition.setdefault(operator, tests)
    return {"change": change, "before": before, "after": after}


def faults(given: Any, _: Any) -> list[str]:
    before, after = _answers(given["before"]), _answers(given["after"])
    if given["change"] == "anything" or before is None or after is None:
        return []
    kinds = ("whom it lets in", "what a role may not do", "what nobody may do")
    lets_in_more = given["change"] in ("allow", "less denied")
    found = []
    for kind, was, now in list(zip(kinds, before, after))[:1] if lets_in_more else list(zip(kinds, before, after))[1:]:
        if gone := was.certain - now.certain - now.open:
            found.append(f"{kind} is less after {given['change']}: {sorted(gone)}")
    return found


@dataclass(frozen=True)
class _Found:
    """What is certainly so, and of what nobody can tell."""

    certain: frozenset[str]
    open: frozenset[str]


def _has_list(document: Any) -> bool:
    return isinstance(document, dict) and isinstance(document.get("Statement"), list)


def _answers(policy: Any) -> tuple[_Found, _Found, _Found] | None:
    text = json.dumps(policy)
    document = parse_key_policy(text)
    role = sagemaker.role(ROLE)
    assert role is not None
    granted = [access(text, [user], KEY, REGION) for user in (User(role), anybody(KEY))]
    if isinstance(document, Malformed):
        assert all(each.malformed and not leaks(each.malformed) for each in granted)
        return None
    assert not any(each.malformed for each in granted)
    found = exposure(document, KEY)
    answers = {"everybody": found.everybody.answer, "accounts": found.accounts.answer}
    return (
        _Found(*(frozenset(who for who, each in answers.items() if each is answer) for answer in (True, None))),
        *(_Found(frozenset(each.missing), frozenset(each.unsure)) for each in granted),
    )  # type: ignore[return-value]
