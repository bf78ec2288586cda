"""The AWS CLI commands of a configuration do in a shell what they say, whatever its name contains."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jmespath  # type: ignore[import-untyped]
import pytest

from policy_pack.audit.commands import commands
from policy_pack.audit.evidence import Command

REGION = "us-east-1"
NAMES = (
    "config-1a2b3c4",
    "Config",
    "-dash",
    "--query",
    "two words",
    "it's",
    '"quoted"',
    "a; touch hacked",
    "$(touch hacked)",
    "`touch hacked`",
    "'; touch hacked; '",
    "a\\b\\",
    "new\nline\ttab",
    "!history",
    "*?[a]~",
    "ünïcode",
    "&& touch hacked #",
    "`] || `[",
)
# A stand-in for the AWS CLI that writes down how it was called, and answers what the commands build on.
AWS = """#!/bin/sh
for argument in "$@"; do printf '%s\\0' "$argument"; done >> calls
printf '\\0' >> calls
case "$1 $2" in
  "configservice describe-config-rules") echo "rule-one	rule two" ;;
  "sagemaker describe-endpoint-config") echo "key-of-the-configuration" ;;
  "kms describe-key") echo "arn-of-the-key" ;;
esac
"""


@pytest.fixture
def run(tmp_path: Path) -> Any:
    """Runs a command in a shell; gives the arguments of each call of the AWS CLI."""
    if shutil.which("sh") is None:
        pytest.skip("there is no POSIX shell")
    (tmp_path / "bin").mkdir()
    aws = tmp_path / "bin" / "aws"
    aws.write_text(AWS, encoding="utf-8")
    aws.chmod(0o755)

    def run(command: Command) -> list[list[str]]:
        calls = tmp_path / "calls"
        calls.unlink(missing_ok=True)
        path = f"{aws.parent}{os.pathsep}{os.environ['PATH']}"
        shell = ["sh", "-c", command.text]
        subprocess.run(shell, cwd=tmp_path, env={**os.environ, "PATH": path}, check=True, capture_output=True)
        assert {each.name for each in tmp_path.iterdir()} == {"bin", "calls"}  # nothing in a name was run
        return [call.split("\0") for call in calls.read_text(encoding="utf-8").split("\0\0")[:-1]]

    return run


def _commands(name: str) -> dict[str, Command]:
    return {each.shows: each for each in commands(name, REGION, has_key=True)}


def _query(call: list[str]) -> Any:
    return jmespath.compile(call[call.index("--query") + 1])


@pytest.mark.parametrize("name", NAMES)
def test_description_and_key(name: str, run: Any) -> None:
    found = _commands(name)
    describe = ["sagemaker", "describe-endpoint-config", "--region", REGION, f"--endpoint-config-name={name}"]
    key = [*describe, "--query", "KmsKeyId", "--output", "text"]
    described = ["kms", "describe-key", "--region", REGION, "--key-id", "key-of-the-configuration"]
    arn = [key, [*described, "--query", "KeyMetadata.Arn", "--output", "text"]]
    of_the_key = ["--region", REGION, "--key-id", "arn-of-the-key"]
    policy = ["kms", "get-key-policy", *of_the_key, "--policy-name", "default", "--output", "text"]
    assert run(found["its description, with its KmsKeyId"]) == [describe]
    assert run(found["its key"]) == [key, described]
    assert run(found["its key's policy"]) == [*arn, policy]
    assert run(found["its key's rotation"]) == [*arn, ["kms", "get-key-rotation-status", *of_the_key]]


@pytest.mark.parametrize("name", NAMES)
def test_events(name: str, run: Any) -> None:
    [call] = run(_commands(name)["who created it, in CloudTrail (of the last 90 days)"])
    assert call[:6] == ["cloudtrail", "lookup-events", "--region", REGION, "--lookup-attributes", call[5]]
    assert call[5] == "AttributeKey=EventName,AttributeValue=CreateEndpointConfig"
    events = [
        {"CloudTrailEvent": json.dumps({"requestParameters": {"endpointConfigName": each}}, ensure_ascii=False)}
        for each in (name, f"{name}-other", "another")
    ]
    assert _query(call).search({"Events": events}) == events[:1]


@pytest.mark.parametrize("name", NAMES)
def test_result_in_aws_config(name: str, run: Any) -> None:
    rules, *results = run(_commands(name)["its result in AWS Config"])
    known = [
        {"ConfigRuleName": "a", "Source": {"SourceIdentifier": "SAGEMAKER_ENDPOINT_CONFIGURATION_KMS_KEY_CONFIGURED"}},
        {"ConfigRuleName": "b", "Source": {"SourceIdentifier": "OTHER"}},
        {"ConfigRuleName": "c", "Source": {"SourceIdentifier": "SAGEMAKER_ENDPOINT_CONFIG_KMS_KEY_REQUIRED"}},
    ]
    assert _query(rules).search({"ConfigRules": known}) == ["a", "c"]
    assert [each[each.index("--config-rule-name") + 1] for each in results] == ["rule-one", "rule", "two"]
    found = [
        {"EvaluationResultIdentifier": {"EvaluationResultQualifier": {"ResourceId": each}}}
        for each in (name, f"arn:aws:sagemaker:us-east-1:1:endpoint-config/{name.lower()}", "another")
    ]
    assert _query(results[0]).search({"EvaluationResults": found}) == found[:2]


def test_without_a_key_and_a_region() -> None:
    found = [each.text for each in commands("config", None, has_key=False)]
    assert len(found) == 3
    assert not [each for each in found if "kms" in each.replace("KMS_KEY", "") or "--region" in each]


@pytest.mark.parametrize("name", ["", "a\x1b[201~b", "a\x00b", "a\u202eb", "a\ud800b", "a\rb"])
def test_no_commands_where_a_terminal_could_obey_the_name(name: str) -> None:
    assert list(commands(name, REGION, has_key=True)) == []
