"""Reasons and messages speak of what was read: of a state nothing is said to be known only later."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from policy_pack.audit.evidence import CANNOT_TELL
from policy_pack.audit.report import Report
from policy_pack.values import UNKNOWN_SENTINELS
from tests.audit.auditing import audit_document
from tests.audit.states import KEY, KEY_TYPE, configuration, encrypted, export, resource
from tests.harness.program import deploy
from tests.programs import carriers, evasions, keys, presence
from tests.programs.blocks import Case, cases

LATER = ("before the update", "before it is deployed", "at preview")
PROGRAMS = [case for module in (carriers, evasions, keys, presence) for case in cases(module)]
STACK = "aws:cloudformation/stack:Stack"


def texts(report: Report) -> Iterable[str]:
    for each in report.findings:
        yield each.why
    for configuration_ in report.configurations:
        yield from (each.why for each in configuration_.verdicts)


@pytest.mark.parametrize("case", PROGRAMS, ids=str)
def test_a_state_is_not_called_a_preview(case: Case, tmp_path: Any) -> None:
    document = deploy(case.program, phase="update", stack=case.stack, world=case.world).export
    for text in texts(audit_document(tmp_path, document)):
        assert not any(each in text for each in LATER), text


def hidden(**properties: Any) -> dict[str, Any]:
    return configuration(**{"kmsKeyArn": KEY, **properties})


UNREADABLE = [
    hidden(kmsKeyArn=encrypted()),
    hidden(region=encrypted()),
    hidden(name=encrypted()),
    hidden(productionVariants=encrypted()),
    hidden(dataCaptureConfig=encrypted()),
    hidden(kmsKeyArn=next(iter(UNKNOWN_SENTINELS))),
]


@pytest.mark.parametrize("made", UNREADABLE, ids=range(len(UNREADABLE)))
def test_what_a_state_hides(made: dict[str, Any], tmp_path: Any) -> None:
    report = audit_document(tmp_path, export(made))
    open_ = [each for each in report.configurations[0].verdicts if each.status == CANNOT_TELL]
    assert open_
    assert all("from the state alone" in each.why for each in open_)
    preview = {"steps": [{"op": "create", "urn": made["urn"], "newState": made}]}
    open_ = [
        each for each in audit_document(tmp_path, preview).configurations[0].verdicts if each.status == CANNOT_TELL
    ]
    assert open_
    assert all("before the update" in each.why for each in open_)


@pytest.mark.parametrize("properties", [{"isEnabled": encrypted()}, {"enableKeyRotation": encrypted()}], ids=str)
def test_what_a_state_hides_of_a_key(properties: Any, tmp_path: Any) -> None:
    key = resource(KEY_TYPE, "key", {"arn": KEY, "region": "us-east-1", **properties})
    user = {**configuration(kmsKeyArn=KEY), "propertyDependencies": {"kmsKeyArn": [key["urn"]]}}
    open_ = [
        each
        for each in audit_document(tmp_path, export(key, user)).configurations[0].verdicts
        if each.status == CANNOT_TELL
    ]
    assert open_
    assert all("from the state alone" in each.why for each in open_)


@pytest.mark.parametrize("body", [encrypted(), "Resources: ["], ids=["hidden", "malformed"])
def test_a_template_of_a_state(body: Any, tmp_path: Any) -> None:
    made = resource(STACK, "stack", {"templateBody": body, "name": "stack", "region": "us-east-1"})
    (found,) = audit_document(tmp_path, export(made)).findings
    assert "cannot be read in full from the state alone" in found.why
    assert not any(each in found.why for each in LATER)
