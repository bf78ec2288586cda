"""The policy of a key lets SageMaker decrypt, generate data keys and create grants."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from policy_pack.judging.policy import ADVISORY, MEDIUM, STACK, Context, Policy
from policy_pack.judging.verdict import COMPLIANT, CannotTell, Decision, NotApplicable, Violation
from policy_pack.policies._used_keys import used_keys
from policy_pack.stack.links import policies_of
from policy_pack.stack.model import Configuration, Key, Stack

if TYPE_CHECKING:
    from policy_pack.iam import Access
    from policy_pack.policies._key_users import Named


def decide(configuration: Configuration, context: Context) -> Decision:
    from policy_pack.policies._key_users import roles_of  # no sooner than there is a configuration

    keys = used_keys(configuration, context)
    if isinstance(keys, (NotApplicable, CannotTell)):
        return keys
    region = configuration.place.region if isinstance(configuration.place.region, str) else None
    roles = roles_of(configuration, context.stack)
    return context.stack.cached(_decide, keys, roles, region)


def _decide(stack: Stack, keys: Sequence[Key], roles: Sequence[Named], region: str | None) -> Decision:
    from policy_pack.policies._own_account import in_any_account

    decisions = [
        in_any_account(
            key,
            (*policies_of(key, stack), *(text for text, _ in roles)),
            lambda each: _decide_one(stack, each, roles, region),
        )
        for key in keys
    ]
    for kind in (Violation, CannotTell):
        found = [each for each in decisions if isinstance(each, kind)]
        if found:
            return found[0]
    return decisions[-1]


def _decide_one(stack: Stack, key: Key, roles: Sequence[Named], region: str | None) -> Decision:
    from policy_pack.iam import access
    from policy_pack.policies._key_users import arn_of, users_of
    from policy_pack.policies._own_account import with_account

    users = users_of(roles, key, stack)
    unsure = False
    for policy in policies_of(key, stack):
        found = access(with_account(policy, key), users, arn_of(key), region)
        if found.missing:
            return _violation(key, found, by_role=any(user.complete for user in users))
        unsure = unsure or bool(found.unsure)
    if unsure:
        return CannotTell("Whether the key's policy lets SageMaker use it depends on what is not known here.")
    return COMPLIANT


def _violation(key: Key, found: Access, *, by_role: bool) -> Violation:
    """The violation; `by_role` says that the policies of the role are known and could have allowed it as well."""
    actions = _listed(found.missing)
    consequence = "so an endpoint with it fails to start (AccessDeniedException)."
    if found.malformed is not None:
        why = f"The policy of the key {key.quoted} {found.malformed}: it lets nobody call {actions}, {consequence}"
    elif by_role:
        why = f"Neither the policy of the key {key.quoted} nor those of the role let SageMaker call {actions}, "
        why += consequence
    else:
        why = f"The policy of the key {key.quoted} does not let SageMaker call {actions}, {consequence}"
    where = key.properties.policy
    what = (
        f"Add this statement to {where} of the key"
        if found.malformed is None
        else f"Give the key a {where} with this statement"
    )
    fix = f"{what}, with the ARN of the execution role of the endpoint's model:\n{_statement(found.missing)}"
    if found.denied:
        fix += f"\nAnd except the role from the Deny statement that keeps it from {_listed(found.denied)}."
    return Violation(why, fix, at=key.urn)


def _statement(actions: Sequence[str]) -> str:
    statement = {
        "Sid": "AllowSageMaker",
        "Effect": "Allow",
        "Principal": {"AWS": "<ARN of the execution role>"},
        "Action": list(actions),
        "Resource": "*",
    }
    return json.dumps(statement, indent=2)


def _listed(actions: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(actions[:-1]), actions[-1])))


POLICY = Policy(
    name="key-policy-grants-sagemaker",
    kind=STACK,
    level=ADVISORY,
    severity=MEDIUM,
    title="The key's policy lets SageMaker use it",
    description="The policy of a SageMaker endpoint configuration's KMS key lets SageMaker use the key.",
    risk=(
        "Where the key's policy does not let SageMaker use the key, creating the endpoint ends with an "
        "AccessDeniedException, after everything before it was made."
    ),
    remediation=(
        "Allow the execution role of the endpoint's model to call kms:Decrypt, kms:GenerateDataKey and kms:CreateGrant "
        "in the key's policy, or leave the key to the account (kms:* for the account's root) and allow it in the "
        "role's own policies."
    ),
    url="https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html",
    judges=Configuration,
    decide=decide,
    tags=("encryption", "kms", "iam"),
)
