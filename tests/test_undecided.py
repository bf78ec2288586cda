"""The setting `undecided`: what it is where a policy that is mandatory by default cannot tell, in each phase."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from policy_pack.audit.evidence import CANNOT_TELL, COMPLIANT, EXEMPTED, NON_COMPLIANT
from policy_pack.judging.judge import judge
from policy_pack.judging.phase import FINAL, PREVIEW, SAVED_PREVIEW, STATE, UPDATE
from policy_pack.judging.policy import MANDATORY, Context, Policy
from policy_pack.judging.settings import read, schemas
from policy_pack.judging.verdict import CannotTell, Compliant, Decision, NotApplicable, Violation
from policy_pack.policies import PACK
from policy_pack.values import UNKNOWN_SENTINELS
from tests.audit.auditing import audit_document, verdict
from tests.audit.states import CONFIGURATION, ENDPOINT, KEY, KEY_TYPE, configuration, encrypted, export, resource, urn
from tests.carriers.reading import resource as plain
from tests.carriers.reading import stack as model
from tests.conftest import ROOT
from tests.harness.engine import Engine, Stack
from tests.harness.program import deploy, run
from tests.programs import pairing, practice
from tests.programs.blocks import Case, cases

WITH_IT = [policy for policy in PACK.policies if policy.level == MANDATORY]
REFUSING = {policy.name: {"undecided": "refuse"} for policy in WITH_IT}
UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SAYS = "The setting undecided of this policy is refuse, which makes that a violation."


def test_every_policy_that_is_mandatory_by_default_has_it_and_no_other() -> None:
    assert len(WITH_IT) > 5
    for policy in PACK.policies:
        assert ("undecided" in schemas(policy.settings)) is (policy in WITH_IT), policy.name
        assert read(policy.settings, {}).values.get("undecided") == ("allow" if policy in WITH_IT else None)


def test_the_regulated_configuration_refuses() -> None:
    given = json.loads((ROOT / "configs" / "regulated.json").read_text(encoding="utf-8"))
    assert {PACK.full_name(policy) for policy in WITH_IT} <= given.keys()
    for policy in WITH_IT:
        assert given[PACK.full_name(policy)]["undecided"] == "refuse"


# ---- in one place, for every policy ----


def decided(decision: Decision, phase: str, **settings: Any) -> Any:
    """What becomes of a decision in a phase."""

    def decide(_: Any, context: Context) -> Decision:
        assert context.phase == phase
        return decision

    usual = WITH_IT[0]
    policy = Policy(
        **{name: getattr(usual, name) for name in ("name", "kind", "level", "severity", "title", "description", "url")},
        risk=usual.risk,
        remediation=usual.remediation,
        judges=usual.judges,
        decide=decide,
        settings=usual.settings,
    )
    subject = model(plain(CONFIGURATION, {}))
    (found,) = judge(policy, subject, read(policy.settings, settings), phase=phase)
    return found.verdict


OPEN = CannotTell("Its key is not known before the update.")


@pytest.mark.parametrize("phase", [PREVIEW, SAVED_PREVIEW, UPDATE, STATE])
def test_it_is_allowed_by_default(phase: str) -> None:
    assert isinstance(decided(OPEN, phase), CannotTell)
    assert isinstance(decided(OPEN, phase, undecided="allow"), CannotTell)
    assert isinstance(decided(OPEN, phase, undecided="never"), CannotTell)  # said by settings-make-sense


@pytest.mark.parametrize("phase", [PREVIEW, SAVED_PREVIEW, UPDATE, STATE])
def test_it_is_refused_where_nothing_more_will_be_known(phase: str) -> None:
    found = decided(OPEN, phase, undecided="refuse")
    assert isinstance(found, Violation) is (phase in FINAL)
    if isinstance(found, Violation):
        assert SAYS in found.why
        assert "before the update" not in found.why
        assert found.fix


@pytest.mark.parametrize("phase", sorted(FINAL))
@pytest.mark.parametrize(
    "decision", [Compliant(), NotApplicable("It names no key."), Violation("It is wrong.", "Mend it.")], ids=str
)
def test_whatever_is_decided_stays(decision: Decision, phase: str) -> None:
    assert decided(decision, phase, undecided="refuse") == decision


def test_a_reason_may_say_what_would_decide_it() -> None:
    found = decided(CannotTell("It is open.", to_decide="Close it."), STATE, undecided="refuse")
    assert found == Violation(f"It is open. {SAYS}", "Close it.")


def test_a_reason_is_in_the_words_of_the_phase() -> None:
    assert decided(OPEN, PREVIEW) == decided(OPEN, SAVED_PREVIEW) == OPEN
    assert decided(OPEN, UPDATE).why == "Its key is not known."
    assert decided(OPEN, STATE).why == "Its key is not known from the state alone."
    assert decided(NotApplicable("A is not known before the update."), STATE).why.endswith("from the state alone.")


def test_an_exemption_covers_it() -> None:
    exemption = {"resource": "it", "reason": "An old one.", "expires": "2999-01-01"}
    found = decided(OPEN, STATE, undecided="refuse", exemptions=[exemption])
    assert found.reason == "An old one."


# ---- over the wire ----


def request(properties: Mapping[str, Any], kind: str = CONFIGURATION, name: str = "config") -> dict[str, Any]:
    return {"type": kind, "urn": urn(kind, name), "name": name, "properties": dict(properties)}


UNDECIDED_RESOURCES = {
    "a key": ({"kmsKeyArn": UNKNOWN_TEXT, "region": "us-east-1"}, {"customer-managed-key"}),
    "a hidden key": ({"kmsKeyArn": "[secret]", "region": "us-east-1"}, {"customer-managed-key"}),
    "a region": ({"kmsKeyArn": KEY, "region": UNKNOWN_TEXT}, {"key-in-same-region"}),
}


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize(("properties", "said"), UNDECIDED_RESOURCES.values(), ids=UNDECIDED_RESOURCES)
def test_one_resource_over_the_wire(properties: Any, said: set[str], dry_run: bool, engine: Engine) -> None:
    engine.configure_stack(Stack(dry_run=dry_run))
    asked = request({"name": "config-1a2b3c4", **properties})
    assert engine.analyze(asked).findings == ()
    engine.configure(REFUSING)
    found = engine.analyze(asked).findings
    assert {each.policy for each in found} == (set() if dry_run else said)
    assert all(each.level == "mandatory" and SAYS in each.message for each in found)


@pytest.mark.parametrize(
    "properties",
    [
        {"kmsKeyArn": KEY, "region": "us-east-1"},
        {"kmsKeyArn": KEY},
        {"kmsKeyArn": KEY, "region": "us-east-1", "x": UNKNOWN_TEXT},
    ],
    ids=["all known", "no region", "something else"],
)
def test_what_can_be_told_is_not_refused(properties: Any, engine: Engine) -> None:
    engine.configure_stack(Stack(dry_run=False))
    engine.configure(REFUSING)
    assert engine.analyze(request({"name": "config-1a2b3c4", **properties})).findings == ()


def stack_of_a_key(**of_key: Any) -> list[dict[str, Any]]:
    made = request({"arn": UNKNOWN_TEXT, "region": "us-east-1", **of_key}, KEY_TYPE, "key")
    user = request({"kmsKeyArn": UNKNOWN_TEXT, "region": "us-east-1", "name": "config-1a2b3c4"})
    user["propertyDependencies"] = {"kmsKeyArn": {"urns": [made["urn"]]}}
    follower = request({"endpointConfigName": "config-1a2b3c4", "region": "us-east-1"}, ENDPOINT, "endpoint")
    follower["propertyDependencies"] = {"endpointConfigName": {"urns": [user["urn"]]}}
    return [made, user, follower]


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize(
    ("of_key", "said"),
    [
        ({"isEnabled": UNKNOWN_TEXT}, {"key-resource-usable"}),
        ({"keyUsage": UNKNOWN_TEXT}, {"key-resource-usable"}),
        ({"region": UNKNOWN_TEXT}, {"key-resource-in-same-region"}),
        ({}, set()),
        ({"description": UNKNOWN_TEXT}, set()),
        ({"isEnabled": True}, set()),
    ],
    ids=str,
)
def test_a_stack_over_the_wire(of_key: Any, said: set[str], dry_run: bool, engine: Engine) -> None:
    engine.configure_stack(Stack(dry_run=dry_run))
    engine.configure(REFUSING)
    resources = stack_of_a_key(enableKeyRotation=True, **of_key)
    found = {each.policy for each in engine.analyze_stack(resources).findings if each.level == "mandatory"}
    assert found == (set() if dry_run else said)


# ---- in audits ----


def hidden_key() -> dict[str, Any]:
    return configuration(kmsKeyArn=encrypted())


def hidden_region() -> dict[str, Any]:
    return configuration(kmsKeyArn=KEY, region=encrypted())


def of_nothing_known() -> dict[str, Any]:
    return configuration(kmsKeyArn=next(iter(UNKNOWN_SENTINELS)))


@pytest.mark.parametrize("made", [hidden_key, hidden_region, of_nothing_known])
def test_an_audit_of_a_state(made: Any, tmp_path: Any) -> None:
    allowed = audit_document(tmp_path, export(made()))
    assert {each.level for each in allowed.findings} <= {"advisory"}
    assert allowed.configurations[0].status == CANNOT_TELL
    refused = audit_document(tmp_path, export(made()), REFUSING)
    said = [each for each in refused.findings if each.level == "mandatory"]
    assert said
    assert all(SAYS in each.why and "from the state alone" in each.why and each.fix for each in said)
    assert refused.configurations[0].status == NON_COMPLIANT


@pytest.mark.parametrize("made", [hidden_key, hidden_region, of_nothing_known])
def test_an_audit_of_a_saved_preview(made: Any, tmp_path: Any) -> None:
    preview = {"steps": [{"op": "create", "urn": made()["urn"], "newState": made()}]}
    for config in ({}, REFUSING):
        report = audit_document(tmp_path, preview, config)
        assert {each.level for each in report.findings} <= {"advisory"}
        assert report.configurations[0].status == CANNOT_TELL


def test_an_audit_of_what_is_known(tmp_path: Any) -> None:
    for made in (configuration(kmsKeyArn=KEY), configuration(kmsKeyArn=KEY, region=None)):
        report = audit_document(tmp_path, export(made), REFUSING)
        assert {each.level for each in report.findings} <= {"advisory"}


def test_an_exempted_one_is_exempted(tmp_path: Any) -> None:
    exemption = {"resource": "config", "reason": "An old one.", "expires": "2999-01-01"}
    config = {name: {**given, "exemptions": [exemption]} for name, given in REFUSING.items()}
    report = audit_document(tmp_path, export(hidden_key()), config)
    assert verdict(report.configurations[0], "customer-managed-key").status == EXEMPTED


def test_names_by_hand_without_dependency_information(tmp_path: Any) -> None:
    follower = resource(ENDPOINT, "endpoint", {"endpointConfigName": "config-1a2b3c4", "region": "us-east-1"})
    document = export(configuration(kmsKeyArn=KEY), follower)
    assert audit_document(tmp_path, document).findings == ()
    (found,) = audit_document(tmp_path, document, REFUSING).findings
    assert found.policy.endswith("endpoint-follows-replacement")
    assert "a state that Pulumi itself wrote" in found.fix


# ---- once, by the policy whose question it is ----

KEY_POLICY, REGION_POLICY = "customer-managed-key", "key-in-same-region"


def with_settings(**more: Any) -> dict[str, Any]:
    return {**REFUSING, KEY_POLICY: {**REFUSING[KEY_POLICY], **more}}


EXEMPTION = {"resource": "config", "reason": "An old one.", "expires": "2999-01-01"}
WHO_REFUSES: dict[str, tuple[dict[str, Any], set[tuple[str, str]]]] = {
    "both": (REFUSING, {("mandatory", KEY_POLICY)}),
    "not the first": ({**REFUSING, KEY_POLICY: {"undecided": "allow"}}, {("mandatory", REGION_POLICY)}),
    "the first is disabled": ({**REFUSING, KEY_POLICY: "disabled"}, {("mandatory", REGION_POLICY)}),
    "the first only warns": (
        with_settings(enforcementLevel="advisory"),
        {("advisory", KEY_POLICY), ("mandatory", REGION_POLICY)},
    ),
    "the first has an exemption": (with_settings(exemptions=[EXEMPTION]), {("mandatory", REGION_POLICY)}),
    "the first has another's exemption": (
        with_settings(exemptions=[{**EXEMPTION, "resource": "other"}]),
        {("mandatory", KEY_POLICY), ("mandatory", REGION_POLICY)},
    ),
    "the second is disabled": ({**REFUSING, REGION_POLICY: "disabled"}, {("mandatory", KEY_POLICY)}),
    "only the first": ({KEY_POLICY: {"undecided": "refuse"}}, {("mandatory", KEY_POLICY)}),
    "nobody": ({}, set()),
}


@pytest.mark.parametrize(("settings", "said"), WHO_REFUSES.values(), ids=WHO_REFUSES)
def test_a_hidden_key_is_said_once(settings: Any, said: set[tuple[str, str]], engine: Engine, tmp_path: Any) -> None:
    given = {**hidden_key(), "propertyDependencies": {"kmsKeyArn": []}}
    report = audit_document(tmp_path, export(given), settings)
    found = [each for each in report.findings if each.policy.endswith((KEY_POLICY, REGION_POLICY))]
    assert {(each.level, each.policy.removeprefix(PACK.prefix)) for each in found} == said
    # What another policy says is open all the same, and never counts as right.
    other = verdict(report.configurations[0], REGION_POLICY)
    assert other.level == "disabled" or other.status in (CANNOT_TELL, NON_COMPLIANT)
    engine.configure(settings)
    engine.configure_stack(Stack(dry_run=False))
    answers = engine.analyze(request({"name": "config-1a2b3c4", "kmsKeyArn": "[secret]", "region": "us-east-1"}))
    assert {(each.level, each.policy) for each in answers.findings} == said


USABLE, WHERE = "key-resource-usable", "key-resource-in-same-region"
STACK_POLICIES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "both": (REFUSING, {WHERE}),
    "not the first": ({**REFUSING, WHERE: {"undecided": "allow"}}, {USABLE}),
    "the first only warns": (
        {**REFUSING, WHERE: {"undecided": "refuse", "enforcementLevel": "advisory"}},
        {WHERE, USABLE},
    ),
    "only the second": ({USABLE: {"undecided": "refuse"}}, {USABLE}),
}


@pytest.mark.parametrize(("settings", "said"), STACK_POLICIES.values(), ids=STACK_POLICIES)
def test_a_key_from_nobody_knows_where_is_said_once_of_the_stack(
    settings: Any, said: set[str], engine: Engine, tmp_path: Any
) -> None:
    report = audit_document(tmp_path, export(hidden_key()), settings)  # without dependency information
    assert {each.policy.removeprefix(PACK.prefix) for each in report.findings} & {USABLE, WHERE} == said
    engine.configure(settings)
    engine.configure_stack(Stack(dry_run=False))
    found = engine.analyze_stack([request({"name": "config-1a2b3c4", "kmsKeyArn": "[secret]", "region": "us-east-1"})])
    assert {each.policy for each in found.findings} & {USABLE, WHERE} == said


# ---- keys that a template makes ----

KEY_OF_TEMPLATE = {"Type": "AWS::KMS::Key", "Properties": {"EnableKeyRotation": True}}
ARN_OF_TEMPLATE = {"Fn::GetAtt": ["Key", "Arn"]}
CHOICE = {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}
IMPORTED = {"Fn::ImportValue": "key"}


def of_template(key: Any) -> dict[str, Any]:
    template = {
        "Parameters": {"Stage": {"Type": "String"}},
        "Conditions": {"Choice": CHOICE},
        "Resources": {
            "Key": KEY_OF_TEMPLATE,
            "Config": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"KmsKeyId": key}},
            "Endpoint": {
                "Type": "AWS::SageMaker::Endpoint",
                "Properties": {"EndpointConfigName": {"Fn::GetAtt": ["Config", "EndpointConfigName"]}},
            },
        },
    }
    given = {"templateBody": json.dumps(template), "region": "us-east-1", "name": "serving"}
    return resource("aws:cloudformation/stack:Stack", "serving", given)


CERTAIN = [
    ARN_OF_TEMPLATE,
    {"Ref": "Key"},
    {"Fn::GetAtt": ["Key", "KeyId"]},
    {"Fn::Sub": "${Key.Arn}"},
    {"Fn::If": ["Choice", ARN_OF_TEMPLATE, {"Ref": "Key"}]},
]
OPEN_KEYS = [
    IMPORTED,
    {"Fn::If": ["Choice", ARN_OF_TEMPLATE, IMPORTED]},
    {"Fn::Select": [{"Ref": "Stage"}, [ARN_OF_TEMPLATE, "alias/aws/sagemaker"]]},
    {"Fn::Transform": {"Name": "Mine", "Parameters": {"key": ARN_OF_TEMPLATE}}},
    {"Fn::Sub": "${Key.Arn}${Stage}"},
    {"Fn::GetAtt": ["Endpoint", "EndpointArn"]},
]


@pytest.mark.parametrize("key", CERTAIN, ids=str)
def test_a_key_that_the_template_makes_is_a_customers(key: Any, engine: Engine, tmp_path: Any) -> None:
    document = export(of_template(key))
    for config in ({}, REFUSING):
        report = audit_document(tmp_path, document, config)
        assert [each for each in report.findings if each.level == "mandatory"] == []
        assert [verdict(report.configurations[0], each).status for each in (KEY_POLICY, REGION_POLICY)] == [
            COMPLIANT
        ] * 2
    engine.configure(REFUSING)
    engine.configure_stack(Stack(dry_run=False))
    asked = request(of_template(key)["inputs"], "aws:cloudformation/stack:Stack", "serving")
    assert [each for each in engine.analyze(asked).findings if each.level == "mandatory"] == []


@pytest.mark.parametrize("key", OPEN_KEYS, ids=str)
def test_what_may_be_another_key_stays_open(key: Any, tmp_path: Any) -> None:
    document = export(of_template(key))
    assert audit_document(tmp_path, document).configurations[0].status == CANNOT_TELL
    said = {each.policy.removeprefix(PACK.prefix) for each in audit_document(tmp_path, document, REFUSING).findings}
    assert KEY_POLICY in said and REGION_POLICY not in said


@pytest.mark.parametrize("setting", ["allowedKeyArns", "allowedAccounts"])
def test_where_keys_or_accounts_are_listed_it_stays_open(setting: str, tmp_path: Any) -> None:
    value = {"allowedKeyArns": "arn:aws:kms:*:111122223333:key/*", "allowedAccounts": "111122223333"}[setting]
    report = audit_document(tmp_path, export(of_template(ARN_OF_TEMPLATE)), {KEY_POLICY: {setting: [value]}})
    assert verdict(report.configurations[0], KEY_POLICY).status == CANNOT_TELL


# ---- healthy programs ----

HEALTHY = [
    case
    for module in (practice, pairing)
    for case in cases(module)
    if not case.expected["update"] and not case.settings and case is not practice.a_key_that_is_not_shown
]


@pytest.mark.parametrize("case", HEALTHY, ids=str)
def test_a_healthy_program_stays_silent_where_it_is_refused(case: Case, engine: Engine, tmp_path: Any) -> None:
    engine.configure(REFUSING)
    assert run(engine, case.program, phase="update", stack=case.stack, world=case.world) == []
    document = deploy(case.program, phase="update", stack=case.stack, world=case.world).export
    assert audit_document(tmp_path, document, REFUSING).findings == ()
