"""The policy of a key lets in nobody but its account, those accounts and principals that are allowed, and services."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from policy_pack.judging.policy import ADVISORY, MEDIUM, STACK, Context, Policy
from policy_pack.judging.settings import texts
from policy_pack.judging.verdict import COMPLIANT, CannotTell, Decision, NotApplicable, Violation
from policy_pack.policies._used_keys import used_keys
from policy_pack.stack.links import policies_of
from policy_pack.stack.model import Configuration, Key, Stack

if TYPE_CHECKING:
    from policy_pack.iam.exposure import Exposure, Found


def decide(configuration: Configuration, context: Context) -> Decision:
    keys = used_keys(configuration, context)
    if isinstance(keys, (NotApplicable, CannotTell)):
        return keys
    accounts, principals = context.settings["allowedAccounts"] or (), context.settings["allowedPrincipals"]
    decisions = [context.stack.cached(_decide_for_any_account, key, accounts, principals) for key in keys]
    for kind in (Violation, CannotTell):
        found = [each for each in decisions if isinstance(each, kind)]
        if found:
            return found[0]
    return COMPLIANT


def _decide_for_any_account(
    stack: Stack, key: Key, accounts: tuple[str, ...], principals: tuple[str, ...] | None
) -> Decision:
    from policy_pack.policies._own_account import in_any_account  # no sooner than there is a key

    return in_any_account(key, policies_of(key, stack), lambda each: _decide(stack, each, accounts, principals))


def _decide(stack: Stack, key: Key, accounts: tuple[str, ...], principals: tuple[str, ...] | None) -> Decision:
    from policy_pack.iam.document import Malformed, parse_key_policy  # no sooner than there is a key
    from policy_pack.iam.exposure import exposure
    from policy_pack.policies._key_users import arn_of
    from policy_pack.policies._own_account import with_account

    unclear = False
    for policy in policies_of(key, stack):
        if policy is None:
            continue  # AWS's default policy lets in the key's own account only
        document = parse_key_policy(with_account(policy, key))
        if isinstance(document, Malformed):
            return CannotTell("The policy of its key is not a policy document.")
        found = exposure(document, arn_of(key), accounts, principals)
        wrong = list(_wrong(found, accounts))
        if wrong:
            return Violation(
                why=f"The policy of the key {key.quoted} lets in {', and '.join(wrong)}.",
                fix=(
                    f"In {key.properties.policy} of the key, name the roles that need it as the principals of those "
                    "statements, or give them a condition on the caller's account or organization (kms:CallerAccount, "
                    "aws:PrincipalOrgID)."
                ),
                at=key.urn,
            )
        unclear = unclear or None in (found.everybody.answer, found.accounts.answer, found.principals.answer)
    if unclear:
        return CannotTell("Whom the policy of its key lets in depends on what is not known before the update.")
    return COMPLIANT


def _wrong(found: Exposure, accounts: Collection[str]) -> Iterator[str]:
    if found.everybody.answer:
        yield f"everybody, of any AWS account ({_where(found.everybody)})"
        return
    if found.accounts.answer:
        others = " and those of the setting allowedAccounts" if accounts else ""
        yield f"other accounts than its own{others} ({_where(found.accounts)})"
    if found.principals.answer:
        yield f"principals that the setting allowedPrincipals does not list ({_where(found.principals)})"


def _where(found: Found) -> str:
    numbers = ", ".join(map(str, found.statements))
    return f"statement{'s' if len(found.statements) > 1 else ''} {numbers}" if numbers else "its statements together"


def _check_account(account: Any) -> str | None:
    return None if re.fullmatch("[0-9]{12}", account) else "is not an account id of 12 digits"


def _check_principal(principal: Any) -> str | None:
    valid = re.fullmatch(r"arn:[a-z*-]+:(iam|sts)::[0-9*]+:[^:]+", principal)
    return None if valid else "is not the ARN of a role, a user or an account's root, nor one with * in it"


POLICY = Policy(
    name="key-policy-restricted",
    kind=STACK,
    level=ADVISORY,
    severity=MEDIUM,
    title="The key's policy is not wider than it needs to be",
    description="The policy of a SageMaker endpoint configuration's KMS key lets in only those who are to use it.",
    risk=(
        "Encryption protects only from those whom the key's policy keeps out: whoever it lets in can decrypt a copy of "
        "the volumes. Auditors ask for a policy that names the roles that need the key."
    ),
    remediation=(
        "Name the roles that use the key as principals. Where a statement has to name everybody, add a condition on "
        "kms:CallerAccount, aws:PrincipalOrgID or aws:PrincipalArn. List other accounts that may use the key in the "
        "setting allowedAccounts."
    ),
    url="https://docs.aws.amazon.com/kms/latest/developerguide/least-privilege.html",
    judges=Configuration,
    decide=decide,
    tags=("encryption", "kms", "iam"),
    settings=(
        texts(
            "allowedAccounts",
            "Ids of accounts that a key's policy may let in besides the key's own.",
            _check_account,
        ),
        texts(
            "allowedPrincipals",
            "ARNs of the only principals that a key's policy may let in, with * for anything: "
            "arn:aws:iam::*:role/serving-* allows such roles of any allowed account. Empty allows any principal. What "
            "a policy leaves to the key's own account is always allowed.",
            _check_principal,
        ),
    ),
)
