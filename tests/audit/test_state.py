"""What of an exported stack, a checkpoint or a preview is evaluated, and with which values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from policy_pack.audit.evidence import CANNOT_TELL, COMPLIANT, NON_COMPLIANT
from policy_pack.audit.report import CHECKPOINT, PREVIEW, STACK_EXPORT
from policy_pack.audit.state import parse
from policy_pack.audit.unusable import NoStack, Unusable
from policy_pack.values import UNKNOWN
from tests.audit.auditing import audit_document, triples, verdict
from tests.audit.states import (
    CONFIGURATION,
    ENDPOINT,
    KEY,
    KEY_TYPE,
    PROVIDER,
    configuration,
    encrypted,
    export,
    resource,
    secret,
    urn,
)

NO_KEY = ("mandatory", "encryption-at-rest-enabled", "config")
UNPAIRED = ("advisory", "paired-with-endpoint", "config")
UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


@pytest.mark.parametrize(
    ("entry", "findings"),
    [
        ({"delete": True}, []),
        ({"pendingReplacement": True}, [UNPAIRED, NO_KEY]),
        ({"external": True}, [UNPAIRED, NO_KEY]),
        ({"custom": False}, [UNPAIRED, NO_KEY]),
        ({"protect": True, "retainOnDelete": True, "taint": True}, [UNPAIRED, NO_KEY]),
        ({"viewOf": urn("a:b:C", "c")}, [UNPAIRED, NO_KEY]),
        ({"type": "aws:sagemaker/other:Other"}, []),
    ],
)
def test_entries_that_are_evaluated(tmp_path: Path, entry: dict[str, Any], findings: list[Any]) -> None:
    assert triples(audit_document(tmp_path, export({**configuration(), **entry}))) == findings


OLD = {"name": "old", "region": "us-east-1", "productionVariants": [], "kmsKeyArn": ""}


@pytest.mark.parametrize(
    ("looked_up_by", "outputs", "finding"),
    [
        ({}, OLD, "encryption-at-rest-enabled"),
        ({"kmsKeyArn": KEY}, OLD, "encryption-at-rest-enabled"),
        ({}, {**OLD, "kmsKeyArn": KEY.replace("us-east-1", "eu-west-1")}, "key-in-same-region"),
        ({}, {**OLD, "kmsKeyArn": f"{KEY.partition(':key/')[0]}:alias/aws/ebs"}, "customer-managed-key"),
        ({}, {**OLD, "kmsKeyArn": KEY}, None),
        ({"region": "us-east-1"}, {**OLD, "kmsKeyArn": KEY}, None),
        ({}, {**OLD, "name": "config-1a2b3c4", "kmsKeyArn": KEY}, None),
        ({}, {}, None),
    ],
)
def test_a_configuration_that_the_stack_only_reads_is_judged_by_its_outputs(
    tmp_path: Path, looked_up_by: dict[str, Any], outputs: dict[str, Any], finding: str | None
) -> None:
    read = resource(CONFIGURATION, "config", looked_up_by, outputs=outputs, external=True)
    used = resource(ENDPOINT, "endpoint", {"endpointConfigName": outputs.get("name")})
    used["propertyDependencies"] = {"endpointConfigName": [read["urn"]]}
    found = triples(audit_document(tmp_path, export(read, used)))
    assert found == ([("mandatory", finding, "config")] if finding else [])


def test_policies_of_a_resource_see_inputs_and_those_of_a_stack_outputs(tmp_path: Path) -> None:
    endpoint = resource(ENDPOINT, "endpoint", {"endpointConfigName": "other"}, outputs={"endpointConfigName": "mine"})
    mine = {**configuration(kmsKeyArn=KEY), "outputs": {"name": "mine", "region": "us-east-1"}}
    found = triples(audit_document(tmp_path, export(mine, endpoint)))
    # The name in the endpoint's output is the configuration's: a pair, though written by hand.
    follows = ("mandatory", "endpoint-follows-replacement", "endpoint")
    assert found == [("advisory", "replacement-safe", "config"), follows]


OTHER_REGION, OF_AWS = KEY.replace("us-east-1", "eu-west-1"), f"{KEY.partition(':key/')[0]}:alias/aws/ebs"
NATIVE = "aws-native:sagemaker:EndpointConfig"


@pytest.mark.parametrize(
    ("kind", "inputs", "outputs", "finding"),
    [
        (CONFIGURATION, {"kmsKeyArn": KEY}, {"kmsKeyArn": ""}, "encryption-at-rest-enabled"),
        (CONFIGURATION, {"kmsKeyArn": KEY}, {"kmsKeyArn": None}, "encryption-at-rest-enabled"),
        (CONFIGURATION, {"kmsKeyArn": KEY}, {"kmsKeyArn": OF_AWS}, "customer-managed-key"),
        (CONFIGURATION, {"kmsKeyArn": KEY}, {"kmsKeyArn": OTHER_REGION}, "key-in-same-region"),
        (NATIVE, {"kmsKeyId": KEY}, {"kmsKeyId": ""}, "encryption-at-rest-enabled"),
        (NATIVE, {"kmsKeyId": "alias/mine"}, {"kmsKeyId": "alias/aws/ebs"}, "customer-managed-key"),
        (CONFIGURATION, {"kmsKeyArn": KEY}, {"kmsKeyArn": KEY}, None),
        (CONFIGURATION, {"kmsKeyArn": ""}, {"kmsKeyArn": KEY}, None),
        (CONFIGURATION, {"kmsKeyArn": KEY}, {}, None),
        (NATIVE, {"kmsKeyId": "alias/mine"}, {"kmsKeyId": KEY}, None),
        (CONFIGURATION, {"kmsKeyArn": OF_AWS}, {"kmsKeyArn": encrypted()}, None),
    ],
)
def test_what_a_refresh_found_is_judged(
    kind: str, inputs: dict[str, Any], outputs: dict[str, Any], finding: str | None, tmp_path: Path
) -> None:
    """An output with the name of an input shows that input as AWS has it."""
    made = resource(kind, "config", inputs, outputs={"id": "config-1a2b3c4", **outputs})
    found = [each for each in triples(audit_document(tmp_path, export(made), region="us-east-1")) if each != UNPAIRED]
    assert found == ([("mandatory", finding, "config")] if finding else [])


def test_what_a_saved_preview_would_change_is_judged(tmp_path: Path) -> None:
    """Its outputs may still be the old ones."""
    old = {**configuration(kmsKeyArn=KEY), "outputs": {"kmsKeyArn": ""}}
    assert triples(audit_document(tmp_path, _preview(_step("update", old)))) == [UNPAIRED]


@pytest.mark.parametrize("version", [3, 4, 5])
def test_versions_that_are_read(tmp_path: Path, version: int) -> None:
    assert len(audit_document(tmp_path, export(configuration(), version=version)).configurations) == 1


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (export(version=2), "has version 2"),
        (export(version="3"), "does not say which version"),
        (export(version=True), "does not say which version"),
        ({"version": 3, "deployment": []}, "has a deployment that is not an object"),
        ({"version": 3, "deployment": {"resources": {}}}, "has resources that are not a list"),
        (export("resource"), r"has a resource \(number 1\) that is not an object with a type"),
        (export(configuration(), {"urn": urn("a:b:C", "c")}), r"has a resource \(number 2\) that is not"),
        (export({**configuration(), "urn": "urn:nothing"}), r"has a resource \(number 1\) without a URN"),
        (export({**configuration(), "inputs": []}), "has a resource whose inputs are not an object"),
        (export({**configuration(), "outputs": "x"}), "has a resource whose outputs are not an object"),
        ({"version": 3, "checkpoint": None}, "has a checkpoint that is not an object"),
        ({"version": 1, "checkpoint": {}}, "has version 1"),
        ({"steps": ["create"]}, "has steps that are not a list of objects"),
        ({"changeSummary": {}, "steps": {"a": 1}}, "has steps that are not a list of objects"),
    ],
)
def test_what_cannot_be_used_says_why(document: Any, says: str) -> None:
    with pytest.raises(Unusable, match=says) as raised:
        parse(document)
    assert not isinstance(raised.value, NoStack)


@pytest.mark.parametrize("document", [{}, [], "text", None, 3, {"name": "package"}, {"steps": "many"}])
def test_what_is_no_stack_at_all(document: Any) -> None:
    with pytest.raises(NoStack, match="is not a stack"):
        parse(document)


@pytest.mark.parametrize(
    "document",
    [
        export(),
        {"version": 3, "deployment": None},
        {"version": 3, "deployment": {"manifest": {}}},
        {"version": 3, "deployment": {"resources": None}},
        {"version": 3, "checkpoint": {"stack": "organization/shop/dev"}},
        {"version": 3, "checkpoint": {"stack": "dev", "latest": None}},
        {"steps": []},
        {"changeSummary": {"same": 0}},
    ],
)
def test_stacks_without_resources(document: Any) -> None:
    assert (parse(document).resources, parse(document).inputs) == (0, ())


def test_what_is_not_used_may_be_of_any_shape(tmp_path: Path) -> None:
    odd = {"id": 3, "parent": [], "provider": {}, "propertyDependencies": {"kmsKeyArn": None, "name": ["a", 3]}}
    report = audit_document(tmp_path, export({**configuration(), **odd}, resource("x:y:Z", "z", urn=None)))
    assert triples(report) == [UNPAIRED, NO_KEY]


def test_name_of_the_stack() -> None:
    state = parse(export(resource("pulumi:pulumi:Stack", "shop-dev")))
    assert (state.kind, state.organization, state.project, state.stack) == (STACK_EXPORT, "", "shop", "dev")


@pytest.mark.parametrize(
    ("name", "organization"),
    [("acme/shop/dev", "acme"), ("organization/shop/dev", ""), ("dev", ""), (None, ""), (["a", "b", "c"], "")],
)
def test_checkpoint(name: Any, organization: str) -> None:
    latest = export(configuration())["deployment"]
    state = parse(
        {"version": 3, "checkpoint": {"stack": name, "latest": latest, "config": {"aws:region": "us-east-1"}}}
    )
    assert (state.kind, state.organization, state.project, state.stack) == (CHECKPOINT, organization, "shop", "dev")
    assert state.config == {"aws:region": "us-east-1"}
    assert [each.type for each in state.inputs] == [CONFIGURATION]


def test_provider_gives_the_region(tmp_path: Path) -> None:
    provider = resource(PROVIDER, "west", {"region": "us-west-2"}, id="6e8ab001")
    config = configuration(region=None, kmsKeyArn=KEY)
    config["provider"] = f"{provider['urn']}::6e8ab001"
    report = audit_document(tmp_path, export(provider, config))
    assert report.configurations[0].region == "us-west-2"
    assert ("mandatory", "key-in-same-region", "config") in triples(report)


def test_region_of_resources_whose_region_nothing_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "us-west-2")  # of the auditor's machine, which says nothing of the stack
    document = export(configuration(region=None, kmsKeyArn=KEY))
    unknown, given = (audit_document(tmp_path, document, region=region) for region in (None, "eu-west-1"))
    assert (unknown.configurations[0].region, given.configurations[0].region) == ("", "eu-west-1")
    assert ("mandatory", "key-in-same-region", "config") not in triples(unknown)
    assert ("mandatory", "key-in-same-region", "config") in triples(given)


@pytest.mark.parametrize(
    ("key", "status"),
    [
        (encrypted(), CANNOT_TELL),
        (secret(KEY), COMPLIANT),
        (secret("arn:aws:kms:us-east-1:alias/aws/x"), NON_COMPLIANT),
        (secret(["no", "text"]), NON_COMPLIANT),
        ({**encrypted(), "ciphertext": 3}, CANNOT_TELL),
        ({**secret(KEY), "plaintext": "{not JSON"}, CANNOT_TELL),
        ({**secret(KEY), "plaintext": None}, CANNOT_TELL),
        (UNKNOWN_TEXT, CANNOT_TELL),
        ("[secret]", CANNOT_TELL),
    ],
)
def test_secrets(tmp_path: Path, key: Any, status: str) -> None:
    evidence = audit_document(tmp_path, export(configuration(kmsKeyArn=key))).configurations[0]
    assert verdict(evidence, "encryption-at-rest-enabled").status == COMPLIANT
    assert verdict(evidence, "customer-managed-key").status == status


def test_secret_within_a_secret() -> None:
    [config] = parse(export(configuration(tags=secret({"a": encrypted(), "b": secret("c")})))).inputs
    assert config.properties["tags"] == {"a": UNKNOWN, "b": UNKNOWN}


def _preview(*steps: dict[str, Any], **digest: Any) -> dict[str, Any]:
    return {"config": {"aws:region": "us-east-1"}, "steps": list(steps), "changeSummary": {}, **digest}


def _step(op: str, entry: dict[str, Any], **step: Any) -> dict[str, Any]:
    return {"op": op, "urn": entry["urn"], "newState": entry, **step}


def test_preview(tmp_path: Path) -> None:
    key = resource(KEY_TYPE, "key", {"enableKeyRotation": True, "region": "us-west-2"}, outputs=None)
    config = configuration(kmsKeyArn=UNKNOWN_TEXT, region=None)
    config |= {"outputs": None, "propertyDependencies": {"kmsKeyArn": [key["urn"]]}}
    report = audit_document(tmp_path, _preview(_step("create", key), _step("create", config)))
    assert ("mandatory", "key-resource-in-same-region", "config") in triples(report)
    assert (report.sources[0].kind, report.sources[0].stack) == (PREVIEW, "dev")
    # It is not there yet, so nobody can ask AWS about it.
    assert (report.configurations[0].region, report.configurations[0].commands) == ("us-east-1", ())


def test_preview_of_a_replacement_and_a_deletion(tmp_path: Path) -> None:
    old, new = configuration(), configuration(kmsKeyArn=KEY)
    gone = {"op": "delete", "urn": urn(CONFIGURATION, "gone"), "oldState": configuration("gone")}
    steps = [
        _step("create-replacement", new),
        _step("replace", new),
        {**_step("delete-replaced", old), "newState": None},
    ]
    report = audit_document(tmp_path, _preview(*steps, gone))
    assert [each.label for each in report.configurations] == ["config"]
    assert triples(report) == [UNPAIRED]


def test_preview_without_the_urns_of_its_steps_loses_nothing(tmp_path: Path) -> None:
    steps = [{"op": "create", "newState": configuration(name)} for name in ("a", "b")]
    steps.append({"op": "create", "urn": ["c"], "newState": configuration("c")})
    assert [each.label for each in audit_document(tmp_path, _preview(*steps)).configurations] == ["a", "b", "c"]


def test_preview_that_leaves_out_what_does_not_change(tmp_path: Path) -> None:
    document = _preview(_step("create", configuration()), changeSummary={"create": 1, "same": 7})
    [note] = audit_document(tmp_path, document).notes
    assert "leaves out 7 unchanged resources" in note.text
    assert "--show-sames" in note.text
    shown = [_step("same", configuration(f"config-{number}")) for number in range(7)]
    assert audit_document(tmp_path, _preview(*shown, changeSummary={"same": 7})).notes == ()
