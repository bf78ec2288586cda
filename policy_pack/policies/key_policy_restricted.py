"""Policy: the policy of a key allows only its own account, the configured accounts and principals, and services."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from policy_pack.judging.policy import ADVISORY, MEDIUM, STACK, Context, Policy
from policy_pack.judging.settings import Setting, texts
from policy_pack.judging.verdict import COMPLIANT, CannotTell, Decision, NotApplicable, Violation
from policy_pack.policies._used_keys import used_keys
from policy_pack.records import dataclass
from policy_pack.stack.links import grants_of, policies_of
from policy_pack.stack.model import Configuration, Key, Stack

if TYPE_CHECKING:
    from policy_pack.iam.exposure import Exposure
    from policy_pack.iam.strangers import Found


def decide(configuration: Configuration, context: Context) -> Decision:
    keys = used_keys(configuration, context)
    if isinstance(keys, (NotApplicable, CannotTell)):
        return keys
    given = context.settings
    allowed = _Allowed(
        given["allowedAccounts"] or (),
        given["allowedPrincipals"],
        given["allowedOrganizations"],
        given["serviceSourceRequired"],
    )
    decisions = [context.stack.cached(_decide_for_any_account, key, allowed) for key in keys]
    for kind in (Violation, CannotTell):
        found = [each for each in decisions if isinstance(each, kind)]
        if found:
            return found[0]
    return COMPLIANT


@dataclass(frozen=True)
class _Allowed:
    """The allowed accounts, principals and organizations; `None` allows any."""

    accounts: tuple[str, ...]
    principals: tuple[str, ...] | None
    organizations: tuple[str, ...] | None
    source_required: bool


def _decide_for_any_account(stack: Stack, key: Key, allowed: _Allowed) -> Decision:
    from policy_pack.policies._own_account import in_any_account  # imported only for a key

    found = in_any_account(key, policies_of(key, stack), lambda each: _decide(stack, each, allowed))
    if isinstance(found, Violation) and not isinstance(key.account, str):
        # Without assuming an account, so that the message does not report the key's own account.
        unassumed = _decide(stack, key, allowed)
        return unassumed if isinstance(unassumed, Violation) else found
    return found


def _decide(stack: Stack, key: Key, allowed: _Allowed) -> Decision:
    from policy_pack.iam.document import Malformed  # imported only for a key
    from policy_pack.iam.exposure import exposure
    from policy_pack.iam.parse import parse_key_policy
    from policy_pack.policies._key_facts import arn_of, facts_of
    from policy_pack.policies._own_account import with_account

    arn = arn_of(key)
    granted = _granted(stack, key, arn, allowed)
    wrong: list[str] = []
    unclear, why = granted is None, "depends on values that are not known before the update"
    for policy in policies_of(key, stack):
        if policy is None:
            continue  # AWS's default policy allows only the key's own account
        document = parse_key_policy(with_account(policy, key))
        if isinstance(document, Malformed):
            unclear, why = True, "is not known, because the policy is not a policy document"
            continue
        found = exposure(
            document, arn, allowed.accounts, allowed.principals, allowed.organizations, facts_of(key, stack)
        )
        wrong = [*_wrong(found, allowed), *wrong]
        answers = (found.everybody.answer, found.accounts.answer, found.principals.answer, found.organizations.answer)
        unclear = unclear or None in answers or (allowed.source_required and found.services.answer is None)
    whys = [f"The policy of the key {key.quoted} allows {', and '.join(wrong)}."] if wrong else []
    if granted:
        whys.append(f"A grant on the key {key.quoted} allows an account or a principal that the settings do not allow.")
    if whys:
        return Violation(why=" ".join(whys), fix=_fix(key, granted=bool(granted), statements=bool(wrong)), at=key.urn)
    if unclear:
        return CannotTell(f"The access that the policy of the key allows {why}.")
    return COMPLIANT


def _fix(key: Key, *, granted: bool, statements: bool) -> str:
    fixes = []
    if statements:
        fixes.append(
            f"In the key's {key.properties.policy}, name the roles that need the key as the principals of those "
            "statements, or add a condition on the caller's account or organization (kms:CallerAccount, "
            "aws:PrincipalOrgID); for a service, on the resource it acts for (aws:SourceAccount, aws:SourceArn)."
        )
    if granted:
        fixes.append("Remove the grant, or allow its account or principal in the settings.")
    return " ".join(fixes)


def _granted(stack: Stack, key: Key, arn: str, allowed: _Allowed) -> bool | None:
    """Whether a grant allows an account or a principal that is not allowed."""
    from policy_pack.iam.logic import any_of
    from policy_pack.iam.texts import ACCOUNT, GAP, LIKE, patterns

    owner = arn.split(":")[4]
    answers: list[bool | None] = []
    for grant in grants_of(key, stack):
        named = ACCOUNT.findall(grant.principal) if isinstance(grant.principal, str) else []
        if not named:
            continue  # a service, or a value from a role of this stack or another one
        strangers = named[0] not in (owner, *allowed.accounts)
        answers.append(None if strangers and GAP in owner else strangers)
        if allowed.principals is not None:
            answers.append(not patterns(allowed.principals, LIKE).fit(str(grant.principal)))
    return any_of(answers)


def _wrong(found: Exposure, allowed: _Allowed) -> Iterator[str]:
    if found.everybody.answer:
        limit = " from the networks that it names" if found.by_network else ""
        yield f"everyone in any AWS account{limit} ({_where(found.everybody)})"
        return
    if found.accounts.answer:
        others = " and those of the setting allowedAccounts" if allowed.accounts else ""
        yield f"accounts other than its own{others} ({_where(found.accounts)})"
    if found.organizations.answer:
        yield f"organizations that the setting allowedOrganizations does not list ({_where(found.organizations)})"
    if found.principals.answer:
        yield f"principals that the setting allowedPrincipals does not list ({_where(found.principals)})"
    if found.services.answer and allowed.source_required:
        yield f"services on behalf of any account ({_where(found.services)})"


def _where(found: Found) -> str:
    numbers = ", ".join(map(str, found.statements))
    return f"statement{'s' if len(found.statements) > 1 else ''} {numbers}" if numbers else "its statements together"


def _check_account(account: Any) -> str | None:
    return None if re.fullmatch("[0-9]{12}", account) else "is not a 12-digit account ID"


def _check_organization(organization: Any) -> str | None:
    return None if re.fullmatch("o-[a-z0-9]{10,32}", organization) else "is not the ID of an organization (o-...)"


def _check_principal(principal: Any) -> str | None:
    valid = re.fullmatch(r"arn:[a-z*-]+:(iam|sts)::[0-9*]+:[^:]+", principal)
    return None if valid else "is not the ARN of a role, a user or an account's root, or a pattern of one"


POLICY = Policy(
    name="key-policy-restricted",
    kind=STACK,
    level=ADVISORY,
    severity=MEDIUM,
    title="The key's policy is not wider than it needs to be",
    description="The policy of a SageMaker endpoint configuration's KMS key allows only the principals that need it.",
    risk=(
        "Encryption protects the volumes only from principals that the key policy does not allow: everyone it allows "
        "can decrypt a copy of them. Auditors ask for a policy that names the roles that need the key."
    ),
    remediation=(
        "Name the roles that use the key as principals. If a statement has to name everyone, add a condition on "
        "kms:CallerAccount, aws:PrincipalOrgID or aws:PrincipalArn. List other accounts that may use the key in the "
        "setting allowedAccounts."
    ),
    url="https://docs.aws.amazon.com/kms/latest/developerguide/least-privilege.html",
    bad="""
policy = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "kms:*",
            "Resource": "*",
        }
    ],
}
key = aws.kms.Key("ranking", enable_key_rotation=True, policy=json.dumps(policy))
configuration = aws.sagemaker.EndpointConfiguration("ranking", kms_key_arn=key.arn, production_variants=variants)
aws.sagemaker.Endpoint("ranking", endpoint_config_name=configuration.name)
""",
    good="""
policy = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
    ],
}
key = aws.kms.Key("ranking", enable_key_rotation=True, policy=json.dumps(policy))
configuration = aws.sagemaker.EndpointConfiguration("ranking", kms_key_arn=key.arn, production_variants=variants)
aws.sagemaker.Endpoint("ranking", endpoint_config_name=configuration.name)
""",
    judges=Configuration,
    decide=decide,
    tags=("encryption", "kms", "iam"),
    settings=(
        texts(
            "allowedAccounts",
            "The IDs of accounts that a key's policy may allow besides the key's own.",
            _check_account,
        ),
        texts(
            "allowedPrincipals",
            "The ARNs of the principals that a key's policy may allow, with * for anything: "
            "arn:aws:iam::*:role/serving-* means such roles in any allowed account. Empty allows any principal. A "
            "policy may always delegate to the key's own account.",
            _check_principal,
        ),
        texts(
            "allowedOrganizations",
            "The IDs of organizations. A key's policy may allow other accounts if a condition on aws:PrincipalOrgID "
            "limits them to one of these organizations or to the key's own (${aws:ResourceOrgID}). Empty allows a "
            "condition on any organization in a statement for everyone, and no other accounts.",
            _check_organization,
        ),
        Setting(
            "serviceSourceRequired",
            {
                "type": "boolean",
                "default": False,
                "description": "Whether a statement for a service needs a condition on the resource that the service "
                "acts for (aws:SourceAccount, aws:SourceArn), to prevent the confused deputy problem.",
            },
            lambda value: None if isinstance(value, bool) else "is not true or false",
        ),
    ),
)
