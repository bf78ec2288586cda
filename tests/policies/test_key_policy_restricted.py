"""What `key-policy-restricted` says of whom a key lets in, and of whom it does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from policy_pack.audit.config import reconcile
from policy_pack.judging.judge import judge
from policy_pack.judging.settings import read
from policy_pack.judging.verdict import CannotTell, Compliant, NotApplicable, Violation
from policy_pack.policies import PACK, key_policy_restricted
from policy_pack.values import UNKNOWN
from tests.audit.auditing import audit_document
from tests.carriers.reading import resource, verdicts
from tests.conftest import ROOT
from tests.harness.engine import Engine
from tests.harness.program import run
from tests.iam.statements import ADMIN, BY_ROOT, OTHER, OTHER_ROLE, OTHER_ROOT, OWN, ROLE, allow, document
from tests.matrix import rows
from tests.policies.verdicts import kinds, model
from tests.programs import permissions, presence
from tests.programs.blocks import PRIVATE, Case, key, pair
from tests.programs.permissions import guarded

ROW = rows.Row(rows.keyed(KeyPolicy=rows.allowing("*")), rows.keyed())

RESTRICTED = "key-policy-restricted"
CASE = json.loads((ROOT / "tests" / "cases" / "own_account_blamed.json").read_text(encoding="utf-8"))


def _said(engine: Engine, program: Any) -> str:
    (message,) = run(engine, program, phase="update").messages(RESTRICTED)
    assert not any(private in message for private in PRIVATE)
    return message


def _case(*statements: Any) -> Any:
    """The case with other statements in its key's policy."""
    state = json.loads(json.dumps(CASE))
    (stack,) = state["deployment"]["resources"]
    template = json.loads(stack["inputs"]["templateBody"])
    template["Resources"]["K"]["Properties"]["KeyPolicy"]["Statement"] = list(statements)
    for given in (stack["inputs"], stack["outputs"]):
        given["templateBody"] = json.dumps(template)
    return state


def _findings(tmp_path: Path, state: Any) -> list[str]:
    report = audit_document(tmp_path, state)
    return [each.why for each in report.findings if each.policy == PACK.prefix + RESTRICTED]


def test_the_owner_is_not_blamed(tmp_path: Path) -> None:
    """The account of the key is not known: it is the one that may change the policy."""
    (message,) = _findings(tmp_path, CASE)
    assert "allows accounts other than its own (statement 2)" in message
    assert "statement 1" not in message


@pytest.mark.parametrize(
    ("statements", "blamed"),
    [
        ((BY_ROOT, allow({"AWS": [ROLE, OTHER_ROLE]})), "(statement 2)"),
        ((allow({"AWS": OTHER_ROLE}, "kms:Decrypt"), BY_ROOT), "(statement 1)"),
        ((BY_ROOT, allow({"AWS": ROLE}), allow({"AWS": OTHER_ROOT}, "kms:Decrypt")), "(statement 3)"),
        ((BY_ROOT, allow({"AWS": ADMIN})), None),
        ((BY_ROOT,), None),
        ((allow({"AWS": ROLE}), allow({"AWS": ADMIN}, "kms:*")), None),
    ],
)
def test_who_is_blamed(statements: Any, blamed: str | None, tmp_path: Path) -> None:
    found = _findings(tmp_path, _case(*statements))
    assert [blamed in each for each in found if blamed] == [True] * (blamed is not None)
    assert bool(found) == (blamed is not None)


@pytest.mark.parametrize("name", ["aws:SourceVpce", "aws:SourceVpc", "aws:SourceIp"])
def test_a_network_limits_everybody(name: str, engine: Engine) -> None:
    operator = "IpAddress" if name == "aws:SourceIp" else "StringEquals"
    limited = allow("*", condition={operator: {name: "vpc-1a2b3c4d"}})
    message = _said(engine, lambda: pair(kms_key_arn=guarded(BY_ROOT, limited).arn))
    assert "allows everyone in any AWS account from the networks that it names (statement 2)" in message


@pytest.mark.parametrize(
    "condition",
    [None, {"StringEquals": {"kms:ViaService": "sagemaker.us-east-1.amazonaws.com"}}, {"Bool": {"aws:x": "true"}}],
)
def test_nothing_limits_everybody(condition: Any, engine: Engine) -> None:
    made = lambda: pair(kms_key_arn=guarded(BY_ROOT, allow("*", condition=condition)).arn)  # noqa: E731
    assert "allows everyone in any AWS account (statement 2)" in _said(engine, made)


def test_a_policy_that_is_none(engine: Engine) -> None:
    assert not run(engine, lambda: pair(kms_key_arn=key(policy="{").arn)).messages(RESTRICTED)


def test_settings_are_known() -> None:
    given = {PACK.prefix + RESTRICTED: {"allowedOrganizations": ["o-exampleorgid"], "serviceSourceRequired": True}}
    assert reconcile(given, PACK)


@pytest.mark.parametrize(
    ("case", "preview", "update"),
    [
        (permissions.key_with_the_default_policy, Compliant, Compliant),
        (permissions.key_that_is_left_to_the_account, CannotTell, Compliant),
        (permissions.policy_that_is_no_json, CannotTell, CannotTell),
        (permissions.key_for_everybody, Violation, Violation),
        (presence.aws_managed_alias, NotApplicable, NotApplicable),
    ],
    ids=str,
)
def test_programs(case: Case, preview: type, update: type) -> None:
    assert kinds(key_policy_restricted.POLICY, case) == [preview, update]


def test_settings_of_one_question_do_not_answer_another() -> None:
    stack = model(permissions.key_for_another_account.program, "update")
    policy = key_policy_restricted.POLICY
    for settings, expected in (({}, Violation), ({"allowedAccounts": [OTHER]}, Compliant)) * 2:
        (judgement,) = judge(policy, stack, read(policy.settings, settings))
        assert isinstance(judgement.verdict, expected)


CONFIGURATION, KEY, GRANT = (
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration",
    "aws:kms/key:Key",
    "aws:kms/grant:Grant",
)
ARN = f"arn:aws:kms:eu-west-1:{OWN}:key/12345678-1234-1234-1234-123456789012"
OWNED, STRANGE = json.dumps(document(BY_ROOT)), json.dumps(document(BY_ROOT, allow({"AWS": OTHER_ROOT})))
STATEMENTS, REMOVE = "name the roles that need the key", "Remove the grant"


def a_key(policy: Any, name: str = "key", *, arn: Any = ARN, grantee: Any = None) -> list[Any]:
    """A key with a policy, and a grant on it where a grantee is given."""
    made = resource(KEY, {"arn": arn, "policy": policy}, name)
    given = {"granteePrincipal": grantee, "operations": ["Decrypt"]}
    return [made, *([] if grantee is None else [resource(GRANT, given, name, sources={"keyId": (made.urn,)})])]


def decided(*made: Any, **settings: Any) -> Any:
    """What the policy says of a configuration whose key is one of these."""
    sources = {"kmsKeyArn": tuple(each.urn for each in made if each.type == KEY)}
    configuration = resource(CONFIGURATION, {"kmsKeyArn": UNKNOWN}, "config", sources=sources)
    return verdicts(key_policy_restricted.POLICY, configuration, *made, **settings)["config"]


@pytest.mark.parametrize(
    ("policy", "grantee", "settings", "fixes"),
    [
        (OWNED, None, {}, []),
        (OWNED, ROLE, {}, []),
        (OWNED, OTHER_ROLE, {}, [REMOVE]),
        (OWNED, OTHER_ROLE, {"allowedAccounts": [OTHER]}, []),
        (OWNED, ROLE, {"allowedPrincipals": [ADMIN]}, [REMOVE]),
        (OWNED, ROLE, {"allowedPrincipals": [ADMIN, ROLE]}, []),
        (OWNED, "sagemaker.amazonaws.com", {}, []),
        (OWNED, 5, {}, []),
        (STRANGE, None, {}, [STATEMENTS]),
        (STRANGE, ROLE, {}, [STATEMENTS]),
        (STRANGE, OTHER_ROLE, {}, [STATEMENTS, REMOVE]),
        ("{", OTHER_ROLE, {}, [REMOVE]),
    ],
)
def test_what_to_do(policy: str, grantee: Any, settings: dict[str, Any], fixes: list[str]) -> None:
    found = decided(*a_key(policy, grantee=grantee), **settings)
    said = found.fix if isinstance(found, Violation) else ""
    assert [each for each in (STATEMENTS, REMOVE) if each in said] == fixes
    assert isinstance(found, Violation if fixes else Compliant)


def test_an_account_that_is_not_known() -> None:
    for grantee, policy, expected in (
        (OTHER_ROLE, OWNED, CannotTell),
        (None, OWNED, CannotTell),
        (None, json.dumps(document(allow("*"))), Violation),
    ):
        assert isinstance(decided(*a_key(policy, arn=UNKNOWN, grantee=grantee)), expected)


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        ([OWNED, OWNED], Compliant),
        ([OWNED, STRANGE], Violation),
        ([OWNED, "{"], CannotTell),
        ([OWNED, UNKNOWN], CannotTell),
        ([UNKNOWN, STRANGE], Violation),
        ([None, OWNED], Compliant),
    ],
)
def test_every_key_that_may_be_meant(policies: list[Any], expected: type) -> None:
    made = [each for index, policy in enumerate(policies) for each in a_key(policy, f"key-{index}")]
    assert isinstance(decided(*made), expected)
    assert isinstance(decided(*reversed(made)), expected)


def test_a_service_that_works_for_anybody() -> None:
    service = allow({"Service": "sagemaker.amazonaws.com"})
    limited = allow({"Service": "sagemaker.amazonaws.com"}, condition={"StringEquals": {"aws:SourceAccount": OWN}})
    for statement, required, expected in (
        (service, True, Violation),
        (service, False, Compliant),
        (limited, True, Compliant),
    ):
        found = decided(*a_key(json.dumps(document(BY_ROOT, statement))), serviceSourceRequired=required)
        assert isinstance(found, expected)
