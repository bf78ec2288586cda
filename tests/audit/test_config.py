"""The configuration file of an audit means what it means to the engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2 as pb

from policy_pack.audit.config import ConfigError, load, reconcile
from policy_pack.judging.policy import DISABLED
from policy_pack.judging.settings import read
from policy_pack.policies import PACK
from tests.audit.auditing import audit_document, triples, verdict
from tests.audit.states import ACCOUNT, KEY, configuration, export
from tests.harness.engine import Engine
from tests.harness.settings import RefusedSettings
from tests.harness.settings import reconcile as engine_reconcile

ARN = "arn:aws:kms:us-east-1:111122223333:key/12345678-1234-1234-1234-123456789012"
FIRST = f"{PACK.prefix}encryption-at-rest-enabled"
CUSTOMER = f"{PACK.prefix}customer-managed-key"

ACCEPTED: list[dict[str, Any]] = [
    {},
    {"all": "advisory"},
    {"all": "disabled", FIRST: "mandatory"},
    {"all": {"enforcementLevel": "mandatory"}},
    {"all": {"enforcementLevel": "advisory", "anything": 1}},
    {FIRST: {"enforcementLevel": "remediate", "keyArnByRegion": {"us-east-1": ARN}}},
    {FIRST: {}},
    {CUSTOMER: {"allowedAccounts": [ACCOUNT], "allowAliases": False}},
    {f"{PACK.prefix}replacement-safe": {"exemptions": [{"resource": "a", "reason": "b", "expires": "2027-01-31"}]}},
    {"unknown-policy": "mandatory"},
]
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({FIRST: "strict"}, "has a level that is not one of advisory, mandatory, remediate, disabled"),
    ({FIRST: {"enforcementLevel": 3}}, "has a level that is not one of"),
    ({FIRST: {"enforcementLevel": ["mandatory"]}}, "has a level that is not one of"),
    ({"all": {"anything": 1}}, "all gives settings without a level"),
    ({"unknown-policy": {"anything": 1}}, "unknown-policy gives settings without a level"),
    ({"all": "strict"}, "all has a level that is not one of"),
    ({CUSTOMER: {"allowedKeyArns": ARN}}, "allowedKeyArns is not of type array"),
    ({FIRST: {"instanceStorageOnly": "maybe"}}, "instanceStorageOnly is not one of require, exempt"),
    ({FIRST: {"exemptions": [{"resource": "a"}]}}, "exemptions[0] does not have all of resource, reason, expires"),
    ({FIRST: {"exemptions": [{"resource": "a", "reason": "b", "expires": "soon"}]}}, "exemptions[0].expires does not"),
    (
        {FIRST: {"exemptions": [{"resource": "a", "reason": "b", "expires": "2027-01-31", "until": 1}]}},
        "exemptions[0] has a property that it cannot have",
    ),
    ({FIRST: {"exemptions": [{"resource": "", "reason": "b", "expires": "2027-01-31"}]}}, "resource is empty"),
    ({FIRST: {"onlyStackTags": {"env": []}}}, "onlyStackTags.env is empty"),
    ({f"{PACK.prefix}key-verified-in-aws": {"budgetSeconds": 0}}, "budgetSeconds is less than 1"),
    ({f"{PACK.prefix}key-verified-in-aws": {"budgetSeconds": 500}}, "budgetSeconds is more than 120"),
]


@pytest.mark.parametrize("given", ACCEPTED, ids=str)
def test_levels_and_settings_are_those_that_the_engine_sends(given: dict[str, Any], engine: Engine) -> None:
    sent = engine_reconcile(engine.info(), given).policyConfig
    config = reconcile(given, PACK)
    for policy in PACK.policies:
        name = pb.EnforcementLevel.Name(sent[PACK.full_name(policy)].enforcementLevel).lower()
        assert config.levels[PACK.full_name(policy)] == name
        if name == DISABLED:
            assert PACK.full_name(policy) not in config.settings
        else:
            properties = json_format.MessageToDict(sent[PACK.full_name(policy)].properties)
            assert config.settings[PACK.full_name(policy)] == read(policy.settings, properties)


@pytest.mark.parametrize(("given", "says"), REFUSED, ids=str)
def test_what_the_engine_refuses_is_refused(given: dict[str, Any], says: str, engine: Engine) -> None:
    with pytest.raises((RefusedSettings, TypeError, ValueError)):
        engine_reconcile(engine.info(), given)
    with pytest.raises(ConfigError) as raised:
        reconcile(given, PACK)
    [line] = raised.value.lines
    assert says in line
    assert ACCOUNT not in line


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"[]", "it is not an object"),
        (b"{", "it is not JSON"),
        (b'{"all": 3}', "all is neither a level nor an object"),
        (b'{"all": null}', "all is neither a level nor an object"),
        (b'{"a": "advisory", "a": "disabled"}', "it has an object with a duplicate key"),
        (json.dumps({FIRST: "advisory", "encryption-at-rest-enabled": "disabled"}).encode(), "is given twice"),
    ],
)
def test_what_is_no_configuration(text: bytes, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        load(text, PACK)


@pytest.mark.parametrize("text", [b"", b" \n", b"{}", b'{"environments": ["prod"]}', b'{"all": {}, "x": {}}'])
def test_configurations_that_say_nothing(text: bytes) -> None:
    assert load(text, PACK) == reconcile({}, PACK)


@pytest.mark.parametrize("name", [FIRST, "encryption-at-rest-enabled"])
def test_names_with_and_without_the_prefix(name: str, tmp_path: Path) -> None:
    report = audit_document(tmp_path, export(configuration()), {name: "advisory"})
    assert ("advisory", "encryption-at-rest-enabled", "config") in triples(report)


def test_disabled_policy_says_nothing_and_leaves_the_control_open(tmp_path: Path) -> None:
    report = audit_document(tmp_path, export(configuration()), {FIRST: "disabled"})
    assert triples(report) == [("advisory", "paired-with-endpoint", "config")]
    [evidence] = report.configurations
    said = verdict(evidence, "encryption-at-rest-enabled")
    assert (said.status, said.level, said.why) == ("not-applicable", "disabled", "The policy is disabled.")
    assert evidence.status == "cannot-tell"


def test_lower_level_does_not_make_a_configuration_compliant(tmp_path: Path) -> None:
    report = audit_document(tmp_path, export(configuration()), {"all": "advisory"})
    assert {each.level for each in report.findings} == {"advisory"}
    assert report.configurations[0].status == "non-compliant"


def test_what_remediation_would_mend_is_mandatory_until_then(tmp_path: Path) -> None:
    config = {FIRST: {"enforcementLevel": "remediate", "keyArnByRegion": {"us-east-1": ARN}}}
    report = audit_document(tmp_path, export(configuration()), config)
    assert ("mandatory", "encryption-at-rest-enabled", "config") in triples(report)
    assert next(each for each in report.policies if each.name == FIRST).level == "remediate"


@pytest.mark.parametrize(
    "config",
    [{"encryption-at-rest": "advisory"}, {"all": {"enforcementLevel": "advisory", "a": 1}}, {FIRST: {"keyArn": ARN}}],
)
def test_what_means_nothing_is_said_as_over_the_wire(config: dict[str, Any], tmp_path: Path, engine: Engine) -> None:
    engine.configure(config)
    [said] = [each for each in engine.analyze_stack([]).findings if each.policy == "settings-make-sense"]
    [found] = audit_document(tmp_path, export(), config).findings
    assert said.message.endswith(f"{found.why}\n{found.fix}")
    assert (found.urn, found.resource, found.subject) == ("", "", "")


def test_policies_for_stacks_with_tags(tmp_path: Path) -> None:
    document = export(configuration(kmsKeyArn=None))
    config = {FIRST: {"onlyStackTags": {"env": ["prod"]}}}
    unknown, other, tagged = (
        audit_document(tmp_path, document, config, tags=tags) for tags in (None, {"env": "dev"}, {"env": "prod"})
    )
    violated = ("mandatory", "encryption-at-rest-enabled", "config")
    # An export does not tell the tags, and what is not known lifts no policy.
    assert [violated in triples(each) for each in (unknown, other, tagged)] == [True, False, True]
    assert ["applied to every stack" in lines(each) for each in (unknown, other, tagged)] == [True, False, False]
    assert other.configurations[0].status == "not-applicable"


def lines(report: Any) -> str:
    return "\n".join(each.text for each in report.notes)


def test_exemption(tmp_path: Path) -> None:
    exemption = {"resource": "config", "reason": "Renamed soon", "expires": "2026-11-25", "ticket": "ML-1"}
    document = export(configuration())
    report = audit_document(tmp_path, document, {FIRST: {"exemptions": [exemption]}})
    said = verdict(report.configurations[0], "encryption-at-rest-enabled")
    assert (said.status, said.reason, said.expires, said.ticket) == ("exempted", "Renamed soon", "2026-11-25", "ML-1")
    assert said.why.startswith("kmsKeyArn is not set")
    assert report.configurations[0].status == "exempted"
    assert triples(report) == [("advisory", "paired-with-endpoint", "config")]
    over = audit_document(tmp_path, document, {FIRST: {"exemptions": [{**exemption, "expires": "2026-11-24"}]}})
    assert over.configurations[0].status == "non-compliant"


def test_leftover_exemption_is_said(tmp_path: Path) -> None:
    config = {FIRST: {"exemptions": [{"resource": "gone", "reason": "x", "expires": "2027-01-31"}]}}
    report = audit_document(tmp_path, export(configuration(kmsKeyArn=KEY)), config)
    assert ("advisory", "settings-make-sense", "") in triples(report)
