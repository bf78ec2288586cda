"""Faults of the pack itself: each is a violation at the policy's own level, and told to who mends it without values."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest
from pulumi.runtime.proto import analyzer_pb2 as pb

from policy_pack.engine.faults import Faults
from policy_pack.judging.policy import DISABLED
from policy_pack.policies import PACK
from policy_pack.stack.model import Template, Unread
from tests.conftest import ROOT
from tests.harness.answers import Verdicts
from tests.harness.engine import Engine
from tests.harness.program import deploy
from tests.harness.recordings import send
from tests.programs.blocks import arn, pair

pytestmark = pytest.mark.slow

SECRET = "a value that is nobody's business"
SENSE = "settings-make-sense"
ENCRYPTION = "encryption-at-rest-enabled"

HEAD = f"""
    import sys
    sys.path.insert(0, {str(ROOT)!r})
    from dataclasses import replace
    from policy_pack.engine.serve import serve
    from policy_pack.policies import PACK
"""

EVERY_POLICY = """
    def fail(subject, context):
        raise {error}

    policies = tuple(replace(each, decide=fail) for each in PACK.policies)
    serve(replace(PACK, policies=policies), edge={edge})
"""

ONE_POLICY = """
    def fail(subject, context):
        raise {error}

    policies = tuple(replace(each, decide=fail) if each.name == "{policy}" else each for each in PACK.policies)
    serve(replace(PACK, policies=policies), edge={edge})
"""

BEFORE_THE_POLICIES = """
    def fail(*arguments, **named):
        raise {error}

    import {module} as module
    module.{name} = fail
    serve(PACK)
"""

REMEDIATING = """
    def fail(configuration, context):
        raise {error}

    policies = tuple(replace(each, remediate=each.remediate and fail) for each in PACK.policies)
    serve(replace(PACK, policies=policies), edge={edge})
"""

ERRORS = [
    f'LookupError("{SECRET}")',
    f'SystemExit("{SECRET}")',
    f'KeyboardInterrupt("{SECRET}")',
    f'MemoryError("{SECRET}")',
    f'RecursionError("{SECRET}")',
    f'UnicodeEncodeError("utf-8", "{SECRET}", 0, 1, "{SECRET}")',
]


def a_pack(folder: Path, program: str, **parts: object) -> Path:
    (folder / "__main__.py").write_text(dedent(HEAD) + dedent(program.format(**parts)), encoding="utf-8")
    return folder


def name_of(error: str) -> str:
    return error.partition("(")[0]


def configuration() -> pb.AnalyzeRequest:
    """The request about the configuration of a program that gives it no key."""
    asked = [each for each in deploy(pair).requests if isinstance(each, pb.AnalyzeRequest)]
    return next(each for each in asked if "EndpointConfiguration" in each.type)


def judged(kind: str = "") -> list[tuple[str, str]]:
    """Level and name of the policies that are asked about a configuration and its Endpoint."""
    return sorted(
        (each.level, each.name)
        for each in PACK.policies
        if each.level != DISABLED and (each.judges not in (Template, Unread) if not kind else each.kind == kind)
    )


def said(verdicts: Verdicts) -> list[tuple[str, str]]:
    return sorted(finding.triple[:2] for finding in verdicts.findings)


@pytest.mark.parametrize("edge", [True, False])
@pytest.mark.parametrize("error", ERRORS, ids=name_of)
def test_a_policy_that_fails_is_a_violation(error: str, edge: bool, tmp_path: Path) -> None:
    with Engine(a_pack(tmp_path, EVERY_POLICY, error=error, edge=edge)) as engine:
        engine.configure({ENCRYPTION: "remediate"})
        verdicts = send(engine, deploy(pair).requests, "")
        again = send(engine, deploy(pair).requests, "")
    told = engine.stderr  # whole once the process has ended
    assert said(verdicts) == said(again) == judged()
    for finding in verdicts.findings:
        assert f"An error in the policy pack ({name_of(error)})" in finding.message
        assert SECRET not in finding.message
    assert SECRET not in told
    heads = [line for line in told.splitlines() if not line.startswith("  ")]
    # Once for each policy, however often it fails; the first of them before what fails to remediate.
    assert sorted({line.split()[1] for line in heads}) == sorted(f"{PACK.prefix}{name}" for _, name in judged())
    assert len(heads) <= len(judged()) + 1
    place = r"policy_pack/judging/judge\.py, line \d+, in \w+\n  __main__\.py, line \d+, in fail"
    assert len(re.findall(place, told)) == len(heads)


RETURNING = """
    from policy_pack import COMPLIANT, CannotTell, Compliant, NotApplicable

    policies = tuple(replace(each, decide=lambda subject, context: {returned}) for each in PACK.policies)
    serve(replace(PACK, policies=policies), edge={edge})
"""


@pytest.mark.parametrize("edge", [True, False])
@pytest.mark.parametrize("returned", ["None", "True", "'compliant'", "Compliant", "iter(())", "[COMPLIANT]"])
def test_what_is_no_decision_is_a_violation(returned: str, edge: bool, tmp_path: Path) -> None:
    with Engine(a_pack(tmp_path, RETURNING, returned=returned, edge=edge)) as engine:
        verdicts = send(engine, deploy(pair).requests, "")
    assert said(verdicts) == judged()
    assert all("An error in the policy pack (NotADecision)" in each.message for each in verdicts.findings)


@pytest.mark.parametrize(
    "returned", ["COMPLIANT", "Compliant('It is.')", "NotApplicable('No.')", "CannotTell('Perhaps.')"]
)
def test_what_is_a_decision_is_none(returned: str, tmp_path: Path) -> None:
    with Engine(a_pack(tmp_path, RETURNING, returned=returned, edge=True)) as engine:
        verdicts = send(engine, deploy(pair).requests, "")
    assert said(verdicts) == []


def test_what_is_told_names_policy_resource_and_place(tmp_path: Path) -> None:
    folder = a_pack(tmp_path, ONE_POLICY, error=ERRORS[0], policy=ENCRYPTION, edge=True)
    with Engine(folder) as engine:
        engine.configure({})
        verdicts = send(engine, deploy(pair).requests, "")
    told = engine.stderr  # whole once the process has ended
    head = re.match(
        rf"sagemaker-endpoint-encryption: {PACK.prefix}{ENCRYPTION} failed on (urn:\S+) \(LookupError\), at", told
    )
    assert head is not None, told
    assert head[1].endswith("::config")
    assert {
        (finding.policy, finding.resource) for finding in verdicts.findings if "LookupError" in finding.message
    } == {
        (ENCRYPTION, "config"),
        (SENSE, ""),
    }
    (said_of_it,) = verdicts.messages(SENSE)
    assert f"kept policies from judging something: {PACK.prefix}{ENCRYPTION} (LookupError)." in said_of_it


BEFORE = [
    ("policy_pack.carriers", "concerning", "stack"),
    ("policy_pack.engine.edge", "_without_properties", "resource"),
    ("policy_pack.engine.skim", "Skimmer._may_concern", "resource"),
    ("policy_pack.engine.skim", "Skimmer._may_concern", "stack"),
    ("policy_pack.engine.skim", "Skimmer.stack", "stack"),
]


@pytest.mark.parametrize(("module", "name", "kind"), BEFORE)
@pytest.mark.parametrize("error", ERRORS, ids=name_of)
def test_a_fault_before_the_policies_is_a_violation_of_each(
    error: str, module: str, name: str, kind: str, tmp_path: Path
) -> None:
    with Engine(a_pack(tmp_path, BEFORE_THE_POLICIES, error=error, module=module, name=name)) as engine:
        engine.configure({})
        requests = deploy(pair).requests
        resources = [each for each in requests if isinstance(each, pb.AnalyzeRequest) and "sagemaker" in each.type]
        stacks = [each for each in requests if isinstance(each, pb.AnalyzeStackRequest)]
        answers = [
            *map(engine.analyze, resources if kind == "resource" else []),
            *map(engine.analyze_stack, stacks if kind == "stack" else []),
        ]
    told = engine.stderr  # whole once the process has ended
    assert answers
    for answer in answers:
        assert sorted(each.triple[:2] for each in answer.findings) == judged(kind)
        assert all(each.severity in ("low", "medium", "high") for each in answer.findings)
        assert all(SECRET not in each.message for each in answer.findings)
    assert SECRET not in told


def test_levels_and_disabled_policies_count_then_too(tmp_path: Path) -> None:
    folder = a_pack(tmp_path, BEFORE_THE_POLICIES, error=ERRORS[0], module="policy_pack.carriers", name="concerning")
    with Engine(folder) as engine:
        engine.configure({"all": "advisory", "key-resource-usable": "disabled", "key-rotation-enabled": "remediate"})
        found = dict(each.triple[1::-1] for each in engine.analyze_stack([]).findings)
    assert "key-resource-usable" not in found
    assert found["key-rotation-enabled"] == "mandatory"
    assert {level for name, level in found.items() if name != "key-rotation-enabled"} == {"advisory"}


def test_a_fault_in_reading_the_resources_is_a_violation_of_each(tmp_path: Path) -> None:
    folder = a_pack(tmp_path, BEFORE_THE_POLICIES, error=ERRORS[0], module="policy_pack.carriers", name="read")
    with Engine(folder) as engine:
        engine.configure({})
        verdicts = send(engine, deploy(pair).requests, "")
    assert set(judged()) <= set(said(verdicts))
    assert all(SECRET not in finding.message for finding in verdicts.findings)


@pytest.mark.parametrize("error", ERRORS, ids=name_of)
def test_a_remediation_that_fails_is_said(error: str, tmp_path: Path) -> None:
    with Engine(a_pack(tmp_path, REMEDIATING, error=error, edge=True)) as engine:
        engine.configure({ENCRYPTION: {"enforcementLevel": "remediate", "keyArnByRegion": {"us-east-1": arn()}}})
        request = configuration()
        response = engine.remediate(request).response
        violations = engine.analyze(request).findings
    told = engine.stderr  # whole once the process has ended
    assert isinstance(response, pb.RemediateResponse)
    (remediation,) = response.remediations
    assert remediation.policyName == PACK.prefix + ENCRYPTION
    assert f"could not be filled in. An error in the policy pack ({name_of(error)})" in remediation.diagnostic
    assert not remediation.HasField("properties")
    assert ("mandatory", ENCRYPTION, "config") in [each.triple for each in violations]
    assert f"{ENCRYPTION} failed on urn:" in told
    assert SECRET not in told + remediation.diagnostic


def test_a_remediation_that_fails_is_told_without_the_edge_too(tmp_path: Path) -> None:
    with Engine(a_pack(tmp_path, REMEDIATING, error=ERRORS[0], edge=False)) as engine:
        engine.configure({ENCRYPTION: {"enforcementLevel": "remediate", "keyArnByRegion": {"us-east-1": arn()}}})
        engine.remediate(configuration())
    assert f"{ENCRYPTION} failed on urn:" in engine.stderr


def fail(depth: int) -> None:
    if depth:
        fail(depth - 1)
    raise LookupError(SECRET)


def test_long_tracebacks_and_strange_names_are_shortened(capsys: pytest.CaptureFixture[str]) -> None:
    faults = Faults("pack")
    try:
        fail(300)
    except LookupError as error:
        message = faults.tell("policy", "urn\n::error::\x1b[31m" + "x" * 10_000, error)
    told = capsys.readouterr().err.splitlines()
    assert SECRET not in message
    assert len(told) < 40
    assert max(map(len, told)) < 600
    assert told[0].startswith("pack: policy failed on urn\\n::error::\\x1b[31mxxx")
    assert any("calls left out" in line for line in told)


def test_a_closed_standard_error_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", None)
    assert "An error in the policy pack (ValueError)" in Faults("pack").tell("policy", "urn", ValueError(SECRET))


def test_nothing_is_said_where_nothing_failed() -> None:
    assert Faults("pack").summary() is None
