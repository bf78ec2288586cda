"""What a reader is told to paste for a key's policy, by what keeps SageMaker out: pasted, it lets SageMaker in."""

from __future__ import annotations

import json
from typing import Any

import pulumi_aws as aws
import pytest

from tests.harness.engine import Engine
from tests.harness.program import run
from tests.iam.statements import ADMIN, BY_ROOT, OTHER_ROLE, OWN, ROLE, ROOT, USE, allow, deny, document
from tests.programs.blocks import PRIVATE, key, pair
from tests.programs.permissions import ADMINISTERED, READING, guarded, role, served_by

GRANTS = "key-policy-grants-sagemaker"
CONTROL = "This control requires it"


def _said(engine: Engine, program: Any, settings: Any = None) -> tuple[str, str, Any]:
    """Why, how to mend it, and the statement to paste."""
    engine.configure({f"sagemaker-endpoint-configuration-{GRANTS}": settings or {}})
    (message,) = run(engine, program, phase="update").messages(GRANTS)
    assert not any(private in message for private in PRIVATE)
    _, why, fix, *statement = message.split("\n")
    return why, fix, json.loads("\n".join(statement))


def _pasted(statement: Any) -> Any:
    text = json.dumps(statement)
    for placeholder, value in {
        "<ARN of the execution role>": ROLE,
        "<ARN of the role that deploys>": ADMIN,
        "arn:<partition>:iam::<account ID of the key>:root": ROOT,
    }.items():
        text = text.replace(placeholder, value)
    assert "<" not in text.replace("<ARN of the key>", "")
    return json.loads(text)


def _named(*statements: Any) -> Any:
    return lambda: pair(kms_key_arn=guarded(*statements).arn, execution_role_arn=ROLE)


@pytest.mark.parametrize("others", [(), (allow({"AWS": ADMIN}),), (allow({"AWS": ROLE}, "kms:Decrypt"),)])
def test_the_keys_policy(others: Any, engine: Engine) -> None:
    why, fix, statement = _said(engine, _named(ADMINISTERED, *others))
    assert why.startswith(
        'The policy of the key "key" lets neither the execution role nor sagemaker.amazonaws.com call '
    )
    assert CONTROL in why
    assert fix == "Add this statement to the key's policy:"
    assert not run(engine, _named(ADMINISTERED, *others, _pasted(statement))).messages(GRANTS)


@pytest.mark.parametrize("denied", ["kms:Decrypt", ["kms:Decrypt", "kms:CreateGrant"], "kms:*"])
def test_a_denial_of_the_keys_policy(denied: Any, engine: Engine) -> None:
    why, fix, statement = _said(engine, _named(BY_ROOT, allow({"AWS": ROLE}), deny({"AWS": ROLE}, denied)))
    assert why.startswith('A Deny statement in the policy of the key "key" keeps the execution role from kms:Decrypt')
    assert fix.startswith("Exempt the execution role from the Deny statement")
    assert not run(engine, _named(BY_ROOT, allow({"AWS": ROLE}), _pasted(statement))).messages(GRANTS)


@pytest.mark.parametrize("statement", [allow({"AWS": ROLE}), allow({"AWS": ADMIN}), deny({"AWS": ADMIN})])
def test_a_policy_that_locks_everybody_out(statement: Any, engine: Engine) -> None:
    why, fix, pasted = _said(engine, _named(statement))
    assert "allows no principal to change it (kms:PutKeyPolicy), so AWS refuses it" in why
    assert fix.startswith("Add this statement to the key's policy, with its account filled in")
    assert not run(engine, _named(statement, _pasted(pasted)), phase="update").messages(GRANTS)


@pytest.mark.parametrize(
    "policy",
    [
        "{",
        json.dumps({**document(BY_ROOT), "Version": "1"}),
        json.dumps(document(BY_ROOT, allow({"AWS": "serving"}))),
        "[]",
    ],
)
def test_a_policy_that_is_refused(policy: str, engine: Engine) -> None:
    why, fix, whole = _said(engine, lambda: pair(kms_key_arn=key(policy=policy).arn, execution_role_arn=ROLE))
    assert why.endswith("so AWS refuses it and does not create or change the key.")
    assert fix.startswith("Replace the key's policy with a complete policy like this one.")
    mended = json.dumps(_pasted(whole))
    assert not run(
        engine, lambda: pair(kms_key_arn=key(policy=mended).arn, execution_role_arn=ROLE), phase="update"
    ).messages(GRANTS)


@pytest.mark.parametrize("policy", [READING, json.dumps(document(allow(None, "kms:Decrypt")))])
def test_the_roles_own_policy(policy: str, engine: Engine) -> None:
    def program(own: str) -> None:
        made = role()
        aws.iam.RolePolicy("own", role=made.name, policy=own)
        served_by(made.arn, guarded(BY_ROOT))

    why, fix, statement = _said(engine, lambda: program(policy))
    assert "leaves kms:" in why and "to the policies of the execution role, and they do not allow it." in why
    assert fix == "Add this statement to the policy of the execution role:"
    assert statement["Resource"] == "<ARN of the key>"
    both = json.dumps(document(*json.loads(policy)["Statement"], {**_pasted(statement), "Resource": "*"}))
    assert not run(engine, lambda: program(both), phase="update").messages(GRANTS)


def test_the_policy_of_a_role_of_another_account(engine: Engine) -> None:
    def program() -> None:
        aws.iam.RolePolicy("own", role="serving", policy=json.dumps(document(deny(None, "kms:CreateGrant"))))
        pair(kms_key_arn=guarded(BY_ROOT, allow({"AWS": OTHER_ROLE})).arn, execution_role_arn=OTHER_ROLE)

    why, fix, statement = _said(engine, program)
    assert why.startswith("A Deny statement in the policies of the execution role keeps it from kms:CreateGrant")
    assert statement == {"Effect": "Deny", "Action": ["kms:CreateGrant"], "NotResource": "<ARN of the key>"}
    assert fix.startswith("Remove the actions from the Deny statement in the policies of the execution role")


def _bounded(*statements: Any) -> Any:
    """A role that may use the key within a permissions boundary of these statements."""

    def program() -> None:
        using = json.dumps(document(allow(None)))
        boundary = aws.iam.Policy("boundary", policy=json.dumps(document(*statements)))
        made = role(inline_policies=[{"name": "using", "policy": using}], permissions_boundary=boundary.arn)
        served_by(made.arn, guarded(BY_ROOT))

    return program


@pytest.mark.parametrize("action", ["s3:*", "kms:DescribeKey", ["kms:Decrypt", "s3:*"]])
def test_a_boundary_that_does_not_allow_it(action: Any, engine: Engine) -> None:
    why, fix, statement = _said(engine, _bounded(allow(None, action)))
    assert why.startswith("The permissions boundary of the execution role does not allow kms:")
    assert 'on the key "key". This control requires it' in why
    assert fix == (
        "Add this statement to the permissions boundary of the execution role (to a policy of your own if AWS manages "
        "that one):"
    )
    assert statement["Effect"] == "Allow" and statement["Resource"] == "<ARN of the key>"
    mended = {**_pasted(statement), "Resource": "*"}
    assert not run(engine, _bounded(allow(None, action), mended), phase="update").messages(GRANTS)


@pytest.mark.parametrize("denied", ["kms:CreateGrant", ["kms:Decrypt", "kms:GenerateDataKey"], "*"])
def test_a_boundary_that_denies_it(denied: Any, engine: Engine) -> None:
    why, fix, statement = _said(engine, _bounded(allow(None, "*"), deny(None, denied)))
    assert why.startswith("A Deny statement in the permissions boundary of the execution role keeps it from kms:")
    assert fix == "Remove the actions from the Deny statement in its permissions boundary, or exempt the key as here:"
    assert statement["Effect"] == "Deny" and statement["NotResource"] == "<ARN of the key>"
    # Of this key nothing is denied any more.
    mended = {**_pasted(statement), "NotResource": "*"}
    assert not run(engine, _bounded(allow(None, "*"), mended), phase="update").messages(GRANTS)


@pytest.mark.parametrize("boundary", [(allow(None, "*"),), (allow(None, "kms:*"), deny(None, "s3:*"))])
def test_a_boundary_that_allows_it(boundary: Any, engine: Engine) -> None:
    assert not run(engine, _bounded(*boundary), phase="update").messages(GRANTS)


def test_the_worst_cause_comes_first(engine: Engine) -> None:
    """What is denied by several is said of the key's policy, and of the role's own before its boundary."""
    denied = deny(None, USE)

    def program(*, by_key: bool, by_role: bool) -> None:
        own = json.dumps(document(allow(None), *([denied] if by_role else [])))
        boundary = aws.iam.Policy("boundary", policy=json.dumps(document(allow(None, "*"), denied)))
        made = role(inline_policies=[{"name": "own", "policy": own}], permissions_boundary=boundary.arn)
        served_by(made.arn, guarded(BY_ROOT, *([deny({"AWS": ROOT}, USE)] if by_key else [])))

    for by_key, by_role, where in (
        (True, True, "in the policy of the key"),
        (False, True, "in the policies of the execution role"),
        (False, False, "in the permissions boundary of the execution role"),
    ):
        why, _, _ = _said(engine, lambda: program(by_key=by_key, by_role=by_role))  # noqa: B023 - called at once
        assert why.startswith(f"A Deny statement {where}")


def test_the_principal_that_deploys(engine: Engine) -> None:
    settings = {"deployers": [f"arn:aws:iam::{OWN}:role/admin"]}
    why, fix, statement = _said(engine, _named(ADMINISTERED, allow({"AWS": ROLE})), settings)
    assert why == (
        'The policy of the key "key" does not let the principal that deploys call kms:CreateGrant. '
        "CreateEndpoint requires it of that principal, and fails without it (AccessDeniedException)."
    )
    assert fix == "Add this statement to the key's policy:"
    assert not run(engine, _named(ADMINISTERED, allow({"AWS": ROLE}), _pasted(statement))).messages(GRANTS)
