"""An audit of an exported stack says what the pack says of that stack over the wire, and what `expected.json` says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from policy_pack.audit.evidence import Finding
from policy_pack.audit.run import audit
from policy_pack.values import REDACTED
from tests.audit.auditing import options, triples
from tests.audit.states import SECRET, SIGNATURE
from tests.harness.answers import short
from tests.harness.engine import Engine
from tests.harness.recordings import DIRECTORY, Recording, recordings

STATES = [recording for recording in recordings() if recording.phase == "update"]


@pytest.mark.parametrize("recording", STATES, ids=str)
def test_audit_says_what_the_update_said(recording: Recording) -> None:
    report = audit([str(_path(recording))], options())
    assert triples(report) == sorted(recording.expected)
    assert report.problems == ()


@pytest.mark.parametrize("recording", STATES, ids=str)
def test_audit_says_what_the_pack_says_over_the_wire(recording: Recording, engine: Engine) -> None:
    entries = json.loads(_path(recording).read_text(encoding="utf-8"))["deployment"]["resources"]
    answers = [engine.analyze(_message(each, "inputs", entries)) for each in entries]
    answers.append(engine.analyze_stack([_message(each, "outputs", entries) for each in entries]))
    said = sorted(
        (each.level, each.policy, each.resource, each.message.split("\n", 1)[1])
        for answer in answers
        for each in answer.findings
    )
    report = audit([str(_path(recording))], options())
    found = sorted((each.level, short(each.policy), each.resource, _message_of(each)) for each in report.findings)
    assert found == said


def _message_of(finding: Finding) -> str:
    inside = f"{finding.subject}: " if finding.subject and finding.type.startswith("aws:cloud") else ""
    return f"{inside}{finding.why}\n{finding.fix}"


def _path(recording: Recording) -> Path:
    return DIRECTORY / f"{recording.name}.state.json"


def _message(entry: dict[str, Any], side: str, entries: list[dict[str, Any]]) -> dict[str, Any]:
    """An entry as the engine's `pulumi policy analyze` sends it."""
    name = entry["urn"].rpartition("::")[2]
    message = {"type": entry["type"], "urn": entry["urn"], "name": name, "properties": _redacted(entry.get(side, {}))}
    for each in entries:
        if entry.get("provider", "").rpartition("::")[0] == each["urn"]:
            message["provider"] = {"urn": each["urn"], "type": each["type"], "properties": each["inputs"]}
    if "ignoreChanges" in entry:
        message["options"] = {"ignoreChanges": entry["ignoreChanges"]}
    if side == "outputs":
        sources = entry.get("propertyDependencies", {})
        message["propertyDependencies"] = {name: {"urns": urns} for name, urns in sources.items()}
    return message


def _redacted(value: Any) -> Any:
    if isinstance(value, dict):
        if value.get(SIGNATURE) == SECRET:
            return REDACTED
        return {key: _redacted(each) for key, each in value.items()}
    return [_redacted(each) for each in value] if isinstance(value, list) else value
