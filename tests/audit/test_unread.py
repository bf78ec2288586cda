"""What may make endpoint configurations and cannot be read: never passed over, and counted as what nobody can tell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from policy_pack.audit.evidence import CANNOT_TELL, COMPLIANT, EXEMPTED
from policy_pack.audit.formats import FORMATS
from policy_pack.audit.run import audit
from tests.audit.auditing import audit_document, command, options, triples
from tests.audit.states import CONFIGURATION, ENDPOINT, KEY, configuration, encrypted, export, resource, urn, write
from tests.programs.unread import CALL, definition

CASE = Path(__file__).parent.parent / "cases" / "carriers_unread.json"
POLICY = "carrier-readable"

PRODUCT = resource("aws:servicecatalog/provisionedProduct:ProvisionedProduct", "product", {"productName": "Endpoint"})
COMMAND = resource("command:local:Command", "command", {"create": CALL})
MACHINE = resource("aws:sfn/stateMachine:StateMachine", "machine", {"definition": definition()})
TRAINING = resource(
    "aws:sfn/stateMachine:StateMachine",
    "training",
    {"definition": definition("arn:aws:states:::sagemaker:createTrainingJob.sync")},
)
OTHER = resource("command:remote:Command", "other", {"create": "systemctl restart nginx"})
DYNAMIC = resource("pulumi-nodejs:dynamic:Resource", "dynamic", {"replicas": 2})
AT_A_URL = resource(
    "aws:cloudformation/stack:Stack", "stack", {"templateUrl": "https://bucket.s3.amazonaws.com/t.json"}
)
PAIR = (
    configuration(kmsKeyArn=KEY),
    resource(
        ENDPOINT,
        "endpoint",
        {"endpointConfigName": "config-1a2b3c4"},
        propertyDependencies={"endpointConfigName": [urn(CONFIGURATION, "config")]},
    ),
)
UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
COMPONENT = resource("acme:ml:SagemakerEndpointConfig", "component", custom=False)


def test_each_of_the_eight_is_read_or_named() -> None:
    report = audit([str(CASE)], options())
    entries = json.loads(CASE.read_text(encoding="utf-8"))["deployment"]["resources"]
    read_or_named = {each.urn for each in report.configurations} | {each.urn for each in report.unread}
    assert read_or_named == {each["urn"] for each in entries if not each["type"].startswith("pulumi:providers:")}
    # What is read is judged, and what is not is said.
    findings = {each.urn for each in report.findings}
    assert findings == read_or_named


@pytest.mark.parametrize("document", [export(PRODUCT), export(COMMAND), export(MACHINE)])
def test_what_may_make_one_is_named(document: dict[str, Any], tmp_path: Path) -> None:
    name = document["deployment"]["resources"][0]["urn"].rpartition("::")[2]
    report = audit_document(tmp_path, document)
    assert triples(report) == [("advisory", POLICY, name)]
    assert [(each.label, each.status) for each in report.unread] == [(name, CANNOT_TELL)]
    assert report.counts[CANNOT_TELL] == 1
    assert {each.share for each in report.requirements} == {0}


@pytest.mark.parametrize("entry", [TRAINING, OTHER, DYNAMIC, COMPONENT])
def test_what_makes_something_else_is_not(entry: dict[str, Any], tmp_path: Path) -> None:
    report = audit_document(tmp_path, export(entry))
    assert (report.findings, report.unread) == ((), ())
    path = write(tmp_path / "other.json", export(entry))
    ran = command(path, "--fail-on", "undecided")
    assert ran.returncode == 0
    assert "not read" not in ran.stdout


@pytest.mark.parametrize("entry", [PRODUCT, COMMAND, MACHINE, AT_A_URL])
def test_never_without_a_word(entry: dict[str, Any], tmp_path: Path) -> None:
    path = write(tmp_path / "state.json", export(entry))
    # Nor where an organization has switched the policies off.
    off = write(tmp_path / "off.json", {"all": "disabled"})
    for arguments in ((), ("--config", off)):
        ran = command(path, *arguments)
        assert ran.returncode == 0
        assert "0 endpoint configurations in 1 stack, and 1 resource or template not read: 1 cannot tell." in ran.stdout
        assert command(path, *arguments, "--fail-on", "undecided").returncode == 1
        assert command(path, *arguments, "--fail-on", "never").returncode == 0


@pytest.mark.parametrize("format_", sorted({*FORMATS} - {"junit", "oscal"}))
def test_every_format_says_so(format_: str, tmp_path: Path) -> None:
    path = write(tmp_path / "state.json", export(COMMAND))
    off = write(tmp_path / "off.json", {"all": "disabled"})
    said = command(path, "--config", off, "--format", format_).stdout
    assert "not read" in said or "create-endpoint-config" in said, f"{format_} does not list report.unread"


def test_a_template_that_cannot_be_read_is_in_every_total_and_share(tmp_path: Path) -> None:
    report = audit_document(tmp_path, export(*PAIR, AT_A_URL))
    assert report.counts[COMPLIANT] == 1
    assert report.counts[CANNOT_TELL] == 1
    alone = audit_document(tmp_path, export(*PAIR))
    for each, before in zip(report.requirements, alone.requirements):
        assert each.judged == before.judged + 1
        assert each.counts[CANNOT_TELL] == before.counts[CANNOT_TELL] + 1
    assert max(each.share or 0 for each in report.requirements) == 0.5
    assert [each.why for each in report.unread] == ["The template is at a URL, which this pack does not fetch."]


def test_what_an_organization_accepts_is_exempted(tmp_path: Path) -> None:
    exemption = {"resource": "product", "reason": "A bucket.", "expires": "2999-01-01"}
    config = {POLICY: {"enforcementLevel": "mandatory", "exemptions": [exemption]}}
    report = audit_document(tmp_path, export(PRODUCT), config)
    assert report.findings == ()
    assert [each.status for each in report.unread] == [EXEMPTED]
    path, given = write(tmp_path / "a.json", export(PRODUCT)), write(tmp_path / "c.json", config)
    assert command(path, "--config", given, "--fail-on", "undecided").returncode == 0


def test_what_a_secret_hides_is_undecided_in_a_state_and_not_in_a_preview(tmp_path: Path) -> None:
    hidden = resource("command:local:Command", "hidden", {"create": encrypted()})
    report = audit_document(tmp_path, export(hidden))
    assert report.findings == ()
    assert [each.label for each in report.unread] == ["hidden"]
    later = {**hidden, "inputs": {"create": UNKNOWN_TEXT}, "outputs": {}}
    step = {"op": "create", "urn": hidden["urn"], "newState": later}
    preview = audit_document(tmp_path, {"steps": [step]})
    assert (preview.findings, preview.unread) == ((), ())


def test_a_configuration_of_which_nobody_can_tell_fails_where_that_is_asked_for(tmp_path: Path) -> None:
    path = write(tmp_path / "state.json", export(configuration(kmsKeyArn=encrypted())))
    assert command(path).returncode == 0
    assert command(path, "--fail-on", "undecided").returncode == 1
    path = write(tmp_path / "decided.json", export(*PAIR))
    assert command(path, "--fail-on", "undecided").returncode == 0
    missing = write(tmp_path / "missing.json", export(configuration()))
    assert command(missing, "--fail-on", "undecided").returncode == 1


def test_what_only_the_outputs_tell_is_read(tmp_path: Path) -> None:
    made = resource("serving:tf:aws_sagemaker_endpoint_configuration", "made", {})
    report = audit_document(tmp_path, export({**made, "outputs": {"name": "a", "production_variants": []}}))
    assert [each.label for each in report.configurations] == ["made"]
    assert report.unread == ()
    report = audit_document(tmp_path, export(made))
    assert [each.label for each in report.unread] == ["made"]
