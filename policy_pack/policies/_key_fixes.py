"""The messages of `key-policy-grants-sagemaker`: who lacks which permission, why, and the statement to paste.

Sources: "API permissions: actions, permissions, and resources reference" in the Amazon SageMaker Developer Guide (who
calls CreateEndpoint needs kms:CreateGrant); "Determining access to AWS KMS keys" in the AWS KMS Developer Guide.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from policy_pack.iam.access import Assessment, User
from policy_pack.iam.call import BOUNDARY, DENIED_BY_BOUNDARY, DENIED_BY_KEY, DENIED_BY_ROLE, KEY, ROLE
from policy_pack.iam.refused import LOCKS_OUT
from policy_pack.iam.sagemaker import ACTIONS
from policy_pack.stack.model import Key

_OWNER = "arn:<partition>:iam::<account ID of the key>:root"
_THE_KEY = "<ARN of the key>"

# The worst cause first: an Allow does not help against a Deny.
_ORDER = (DENIED_BY_KEY, DENIED_BY_ROLE, DENIED_BY_BOUNDARY, BOUNDARY, ROLE, KEY)

_CONTROL = (
    "This control requires it: AWS itself refuses CreateEndpoint only if the caller may not create grants, and other "
    "missing permissions fail later, on the instances."
)
_FAILS = "CreateEndpoint requires it of that principal, and fails without it (AccessDeniedException)."


def of_a_refused_policy(key: Key, why: str) -> tuple[str, str]:
    """The message and the fix for a key policy that AWS refuses; `why` continues a sentence about the policy."""
    wrong = f"The policy of the key {key.quoted} {why}, so AWS refuses it and does not create or change the key."
    if why == LOCKS_OUT:
        return wrong, (
            f"Add this statement to the key's {key.properties.policy}, with its account filled in, and make sure "
            f"that no Deny statement keeps everyone from kms:PutKeyPolicy:\n{_text(_OWNERS)}"
        )
    whole = {"Version": "2012-10-17", "Statement": [_OWNERS, _allow_in_key(ACTIONS, deployer=False)]}
    return (
        wrong,
        f"Replace the key's {key.properties.policy} with a complete policy like this one. Fill in the key's account "
        f"and the execution role, and add statements for the key's other uses:\n{_text(whole)}",
    )


def of_what_is_missing(key: Key, found: Assessment, users: Sequence[User]) -> tuple[str, str]:
    """The message and the fix for missing permissions, by user and by cause."""
    whys, fixes = [], []
    deploying = False
    for number in dict.fromkeys(each.user for each in found.causes):
        user = users[number]
        mine = [each for each in found.causes if each.user == number]
        for cause in _ORDER:
            actions = [each.action for each in mine if each.why == cause]
            if not actions:
                continue
            why, fix = _why(cause, key, _listed(actions), user), _fix(cause, key, actions, deployer=not user.service)
            if why not in whys:
                whys.append(why)
                fixes.append(fix)
                deploying = deploying or not user.service
    consequence = _FAILS if deploying else _CONTROL
    return f"{' '.join(whys[:2])} {consequence}", "\n".join(fixes[:2])


def _why(cause: str, key: Key, actions: str, user: User) -> str:
    whom = "the execution role" if user.service else "the principal that deploys"
    its = f"of {whom}"
    if cause == DENIED_BY_KEY:
        return f"A Deny statement in the policy of the key {key.quoted} keeps {whom} from {actions}."
    if cause == DENIED_BY_ROLE:
        return f"A Deny statement in the policies {its} keeps it from {actions} on the key {key.quoted}."
    if cause == DENIED_BY_BOUNDARY:
        return f"A Deny statement in the permissions boundary {its} keeps it from {actions} on the key {key.quoted}."
    if cause == BOUNDARY:
        return f"The permissions boundary {its} does not allow {actions} on the key {key.quoted}."
    if cause == ROLE:
        return f"The policy of the key {key.quoted} leaves {actions} to the policies {its}, and they do not allow it."
    if not user.service:
        return f"The policy of the key {key.quoted} does not let {whom} call {actions}."
    whom = whom if user.known else "a role of its account"
    return f"The policy of the key {key.quoted} lets neither {whom} nor sagemaker.amazonaws.com call {actions}."


def _fix(cause: str, key: Key, actions: Sequence[str], *, deployer: bool) -> str:
    whom = "role that deploys" if deployer else "execution role"
    if cause == DENIED_BY_KEY:
        spared = {"ArnNotEquals": {"aws:PrincipalArn": f"<ARN of the {whom}>"}}
        statement = {"Effect": "Deny", "Principal": "*", "Action": list(actions), "Resource": "*", "Condition": spared}
        return f"Exempt the {whom} from the Deny statement with a condition like this one:\n{_text(statement)}"
    if cause in (DENIED_BY_ROLE, DENIED_BY_BOUNDARY):
        where = "its permissions boundary" if cause == DENIED_BY_BOUNDARY else f"the policies of the {whom}"
        statement = {"Effect": "Deny", "Action": list(actions), "NotResource": _THE_KEY}
        return f"Remove the actions from the Deny statement in {where}, or exempt the key as here:\n{_text(statement)}"
    if cause in (BOUNDARY, ROLE):
        where = f"policy of the {whom}"
        if cause == BOUNDARY:
            where = f"permissions boundary of the {whom} (to a policy of your own if AWS manages that one)"
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": _THE_KEY}
        return f"Add this statement to the {where}:\n{_text(statement)}"
    return (
        f"Add this statement to the key's {key.properties.policy}:\n{_text(_allow_in_key(actions, deployer=deployer))}"
    )


def _allow_in_key(actions: Sequence[str], *, deployer: bool) -> dict[str, Any]:
    return {
        "Sid": "AllowDeployment" if deployer else "AllowSageMaker",
        "Effect": "Allow",
        "Principal": {"AWS": f"<ARN of the {'role that deploys' if deployer else 'execution role'}>"},
        "Action": list(actions),
        "Resource": "*",
    }


_OWNERS = {"Sid": "AllowAccount", "Effect": "Allow", "Principal": {"AWS": _OWNER}, "Action": "kms:*", "Resource": "*"}


def _text(statement: dict[str, Any]) -> str:
    return json.dumps(statement, indent=2)


def _listed(actions: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(actions[:-1]), actions[-1])))
