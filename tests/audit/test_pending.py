"""Operations that a state leaves open: what they make is not judged, and an audit never passes over that in silence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from policy_pack.audit.evidence import CANNOT_TELL, COMPLIANT
from policy_pack.audit.formats import FORMATS
from policy_pack.audit.report import Report
from policy_pack.audit.run import audit
from tests.audit.auditing import audit_document, command, options
from tests.audit.states import CONFIGURATION, ENDPOINT, KEY, KEY_TYPE, configuration, export, resource, urn, write
from tests.audit.test_unread import AT_A_URL, COMMAND, OTHER, PAIR

BUCKET = resource("aws:s3/bucket:Bucket", "bucket", {})
TEMPLATE = {
    "Resources": {"C": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"ProductionVariants": []}}},
}
STACK = resource("aws:cloudformation/stack:Stack", "stack", {"templateBody": json.dumps(TEMPLATE)})
OTHER_STACK = resource("aws:cloudformation/stack:Stack", "stack", {"templateBody": json.dumps({"Resources": {}})})
CLOUD_CONTROL = resource(
    "aws:cloudcontrol/resource:Resource",
    "state",
    {"typeName": "AWS::SageMaker::EndpointConfig", "desiredState": "{}"},
)
NATIVE = resource("aws-native:sagemaker:EndpointConfig", "native", {"productionVariants": []})
TERRAFORM = resource("pulumi:terraform:aws_sagemaker_endpoint_configuration", "made", {"name": "x"})
UNTAGGED = configuration("new", name=None)


def pending(*operations: tuple[str, dict[str, Any]], resources: Any = ()) -> dict[str, Any]:
    document = export(*resources)
    document["deployment"]["pending_operations"] = [{"type": kind, "resource": each} for kind, each in operations]
    return document


def note_of(report: Report) -> str:
    (note,) = report.notes
    return note.text


MAKING = {
    "creating": ("creating", UNTAGGED),
    "importing": ("importing", configuration("new", kmsKeyArn=KEY)),
    "aws-native": ("creating", NATIVE),
    "a template": ("creating", STACK),
    "a template that changes": ("updating", STACK),
    "a template that is not read": ("updating", AT_A_URL),
    "Cloud Control": ("creating", CLOUD_CONTROL),
    "Terraform": ("creating", TERRAFORM),
    "a command": ("creating", COMMAND),
    "an operation that nobody knows": ("replicating", STACK),
}


@pytest.mark.parametrize("operation", MAKING.values(), ids=MAKING)
@pytest.mark.parametrize("beside", [(), PAIR], ids=["alone", "beside a pair"])
def test_what_it_may_make_is_undecided(operation: Any, beside: Any, tmp_path: Path) -> None:
    document = pending(operation, resources=beside)
    report = audit_document(tmp_path, document)
    _, entry = operation
    [unread] = report.unread
    assert (unread.urn, unread.type, unread.status) == (entry["urn"], entry["type"], CANNOT_TELL)
    assert "when the state was written" in unread.why
    assert report.counts[CANNOT_TELL] == 1
    assert report.counts[COMPLIANT] == (1 if beside else 0)
    assert note_of(report).startswith("has 1 pending operation, whose results were not judged (")
    assert entry["urn"].rpartition("::")[2] in note_of(report)
    path = write(tmp_path / "state.json", document)
    assert command(path).returncode == 0
    ran = command(path, "--fail-on", "undecided")
    assert ran.returncode == 1
    assert "1 resource or template not read" in ran.stdout
    assert "pulumi refresh" in ran.stderr


NOT_MAKING = {
    "deleting": ("deleting", configuration("old")),
    "reading": ("reading", configuration("old")),
    "tags": ("updating", configuration(kmsKeyArn=KEY)),
    "an Endpoint": ("updating", PAIR[1]),
    "a key": ("creating", resource(KEY_TYPE, "key", {})),
    "another command": ("creating", OTHER),
    "another template": ("updating", OTHER_STACK),
}


@pytest.mark.parametrize("operation", NOT_MAKING.values(), ids=NOT_MAKING)
def test_what_makes_no_configuration_is_told_beside_one(operation: Any, tmp_path: Path) -> None:
    report = audit_document(tmp_path, pending(operation, resources=PAIR))
    assert report.unread == ()
    assert report.counts[COMPLIANT] == 1
    kind, entry = operation
    assert f"({kind} {entry['urn'].rpartition('::')[2]})" in note_of(report)
    assert audit_document(tmp_path, pending(operation)).notes == ()


def test_what_no_policy_needs_is_counted(tmp_path: Path) -> None:
    report = audit_document(tmp_path, pending(("creating", BUCKET), ("updating", PAIR[1]), resources=PAIR))
    assert "has 2 pending operations" in note_of(report)
    assert "(updating endpoint, 1 on resources that no policy needs)" in note_of(report)
    assert audit_document(tmp_path, pending(("creating", BUCKET))).notes == ()
    assert audit_document(tmp_path, pending(resources=PAIR)).notes == ()
    many = [("creating", resource(CONFIGURATION, f"new-{number}", {})) for number in range(8)]
    report = audit_document(tmp_path, pending(*many))
    assert note_of(report).count("creating") == 5
    assert "3 more)" in note_of(report)
    assert len(report.unread) == 8


def test_a_checkpoint(tmp_path: Path) -> None:
    latest = pending(("creating", UNTAGGED), resources=PAIR)["deployment"]
    report = audit_document(tmp_path, {"version": 3, "checkpoint": {"stack": "dev", "latest": latest}})
    assert [each.label for each in report.unread] == ["new"]
    assert "creating new" in note_of(report)


@pytest.mark.parametrize("format_", sorted({*FORMATS} - {"junit", "oscal"}))
def test_every_format_tells_it(format_: str, tmp_path: Path) -> None:
    path = write(tmp_path / "state.json", pending(("creating", UNTAGGED)))
    assert "pulumi refresh" in command(path, "--format", format_).stdout, f"{format_} lists neither unread nor notes"


@pytest.mark.parametrize(
    "given",
    ["creating", {"resource": {}}, [5], [{}], [{"type": "creating"}], [{"resource": {"type": ENDPOINT}}],
     [{"resource": {"type": 5, "urn": urn(ENDPOINT, "x")}}], [{"resource": {**UNTAGGED, "inputs": 5}}]],
)  # fmt: skip
def test_what_is_malformed_is_a_problem(given: Any, tmp_path: Path) -> None:
    document = export(*PAIR)
    document["deployment"]["pending_operations"] = given
    report = audit([write(tmp_path / "state.json", document)], options())
    assert [each.source.rpartition("/")[2] for each in report.problems] == ["state.json"]
    assert report.configurations == ()
