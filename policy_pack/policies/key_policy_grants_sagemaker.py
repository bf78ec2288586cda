"""Policy: the policy of a key lets SageMaker decrypt, generate data keys and create grants."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from policy_pack.judging.policy import ADVISORY, MEDIUM, STACK, Context, Policy
from policy_pack.judging.settings import texts
from policy_pack.judging.verdict import CannotTell, Compliant, Decision, NotApplicable, Violation
from policy_pack.policies._used_keys import used_keys
from policy_pack.records import dataclass
from policy_pack.stack.links import bypasses_lockout_check, policies_of
from policy_pack.stack.model import Configuration, Key, Stack
from policy_pack.values import Plain

if TYPE_CHECKING:
    from policy_pack.iam.access import Assessment, User
    from policy_pack.policies._key_users import Named


def decide(configuration: Configuration, context: Context) -> Decision:
    keys = used_keys(configuration, context)
    if isinstance(keys, (NotApplicable, CannotTell)):
        return keys
    from policy_pack.policies._key_facts import names_key_itself
    from policy_pack.policies._key_users import roles_of  # imported only for a key

    region = configuration.place.region if isinstance(configuration.place.region, str) else None
    roles = roles_of(configuration, context.stack)
    assumed = configuration.place.assumed_role
    deployers = (*([assumed] if isinstance(assumed, str) else []), *(context.settings["deployers"] or ()))
    asked = _Asked(roles, tuple(dict.fromkeys(deployers)), region, names_key_itself(configuration))
    return context.stack.cached(_decide, keys, asked)


@dataclass(frozen=True)
class _Asked:
    """Who needs a key, in which Region, and whether SageMaker is known to be told no alias of it."""

    roles: Sequence[Named]
    deployers: Sequence[str]
    region: str | None
    by_key: bool


def _decide(stack: Stack, keys: Sequence[Key], asked: _Asked) -> Decision:
    from policy_pack.policies._own_account import in_any_account

    decisions = [
        in_any_account(
            key,
            (*policies_of(key, stack), *(text for text, _ in asked.roles)),
            lambda each: _decide_one(stack, each, asked),
        )
        for key in keys
    ]
    for kind in (Violation, CannotTell):
        found = [each for each in decisions if isinstance(each, kind)]
        if found:
            return found[0]
    return decisions[-1]


def _decide_one(stack: Stack, key: Key, asked: _Asked) -> Decision:
    from policy_pack.iam.access import assess
    from policy_pack.policies import _key_fixes
    from policy_pack.policies._key_facts import arn_of, facts_of
    from policy_pack.policies._key_users import deployers_of, users_of
    from policy_pack.policies._own_account import with_account

    users = [*users_of(asked.roles, key, stack), *deployers_of(asked.deployers, key, stack)]
    facts = facts_of(key, stack, used_by_itself=asked.by_key)
    unsure, rests_on = False, ""
    for given in policies_of(key, stack):
        policy = with_account(given, key)
        refused = _refused(policy, key, stack)
        if refused is not None:
            return Violation(*_key_fixes.of_a_refused_policy(key, refused), at=key.urn)
        found = assess(policy, users, arn_of(key), asked.region, facts=facts)
        if found.access.missing:
            return Violation(*_key_fixes.of_what_is_missing(key, found, users), at=key.urn)
        unsure = unsure or bool(found.access.unsure)
        rests_on = _rests_on(key, found, users)
    if unsure:
        return CannotTell(
            "The key policy has parts that decide whether SageMaker may use the key, and they are not known before "
            "the update."
        )
    return Compliant(rests_on)


def _refused(policy: Plain, key: Key, stack: Stack) -> str | None:
    """Why AWS refuses a policy, as the end of a sentence about the policy."""
    from policy_pack.iam.document import Malformed
    from policy_pack.iam.parse import parse_key_policy
    from policy_pack.iam.refused import refusal
    from policy_pack.policies._key_facts import arn_of

    if policy is None:
        return None
    document = parse_key_policy(policy)
    if isinstance(document, Malformed):
        return document.why
    return refusal(document, arn_of(key), bypasses_lockout_check=bypasses_lockout_check(key, stack))


def _rests_on(key: Key, found: Assessment, users: Sequence[User]) -> str:
    """Whether SageMaker may use a key because of the role or because of the service."""
    from policy_pack.iam.sagemaker import ACTIONS

    known = any(each.service and each.known for each in users)
    role = "the execution role" if known else "a role of its account"
    if set(ACTIONS) <= set(found.by_role):
        whom = role if known else f"{role} (by delegating to the account)"
    elif set(ACTIONS) <= set(found.by_service):
        whom = "sagemaker.amazonaws.com"
    else:
        whom = f"{role} and sagemaker.amazonaws.com together"
    deployer = " The principal that deploys may create grants." if any(not each.service for each in users) else ""
    return f"The policy of the key {key.quoted} lets {whom} decrypt, generate data keys and create grants.{deployer}"


def _check_deployer(value: Any) -> str | None:
    valid = re.fullmatch(r"arn:aws[a-z*-]*:iam::[0-9*]+:role/[^:]+", value) is not None and len(value) <= 2048
    return None if valid else "is not the ARN of a role or a pattern of one"


POLICY = Policy(
    name="key-policy-grants-sagemaker",
    kind=STACK,
    level=ADVISORY,
    severity=MEDIUM,
    title="The key's policy lets SageMaker use it",
    description="The policy of a SageMaker endpoint configuration's KMS key lets SageMaker use the key.",
    risk=(
        "If neither the execution role nor SageMaker itself may use the key, or the principal that deploys may not "
        "create grants, the endpoint fails with an AccessDeniedException after everything else is made. A policy that "
        "AWS refuses fails sooner."
    ),
    remediation=(
        "Allow the execution role of the endpoint's model, or sagemaker.amazonaws.com, to call kms:Decrypt, "
        "kms:GenerateDataKey and kms:CreateGrant in the key's policy, or leave the key to the account (kms:* for the "
        "account's root) and allow it in the role's own policies. Where the provider assumes a role, or the setting "
        "deployers names one, allow that role kms:CreateGrant too."
    ),
    url="https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html",
    bad="""
policy = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111122223333:role/key-admin"},
            "Action": "kms:*",
            "Resource": "*",
        }
    ],
}
key = aws.kms.Key("ranking", enable_key_rotation=True, policy=json.dumps(policy))
role = aws.iam.Role("serving", assume_role_policy="{}")
model = aws.sagemaker.Model("ranking", execution_role_arn=role.arn)
served = [{"model_name": model.name, "instance_type": "ml.m5.xlarge", "initial_instance_count": 1}]
configuration = aws.sagemaker.EndpointConfiguration(
    "ranking",
    kms_key_arn=key.arn,
    production_variants=served,
)
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
            "deployers",
            "The ARNs of the roles that deploy, with * for anything. A key's policy must let each of them call "
            "kms:CreateGrant, which CreateEndpoint requires. The role that the provider assumes need not be listed.",
            _check_deployer,
        ),
    ),
)
