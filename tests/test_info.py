"""What the pack says of itself, field by field: what `pulumi policy publish` sends, and forms in Pulumi Cloud show."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2 as pb

import policy_pack
from policy_pack.judging.policy import RESOURCE, Policy
from policy_pack.judging.settings import schemas
from policy_pack.policies import PACK
from tests.conftest import ROOT
from tests.harness.engine import Engine

PROJECT = yaml.safe_load((ROOT / "PulumiPolicy.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def info(running_pack: Engine) -> pb.AnalyzerInfo:
    return running_pack.info()


def test_the_pack(info: pb.AnalyzerInfo) -> None:
    assert info.name == PROJECT["name"] == "sagemaker-endpoint-encryption"
    assert info.displayName == "SageMaker endpoint encryption"
    assert info.readme == (ROOT / "README.md").read_text(encoding="utf-8")
    assert info.provider == "aws"
    assert list(info.tags) == ["aws", "sagemaker", "kms", "encryption"]
    assert info.supportsConfig
    assert not info.initialConfig
    # The engine takes these from PulumiPolicy.yaml: the SDK cannot be told a version, and says 0.0.1.
    assert info.version == "0.0.1"
    assert info.description == ""


def test_the_project_file() -> None:
    assert PROJECT["version"] == policy_pack.__version__
    assert re.fullmatch("[a-zA-Z0-9-_.]{1,100}", PROJECT["version"])  # what a published version may be
    assert PROJECT["description"].endswith(".")
    assert PROJECT["license"] == "Apache-2.0"
    assert PROJECT["website"].startswith("https://")
    # Without a toolchain, newer engines take the one of a lock file that they find above the pack.
    assert PROJECT["runtime"] == {"name": "python", "options": {"toolchain": "pip", "virtualenv": ".venv"}}
    assert ".venv/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_it_has_the_policies_in_their_order(info: pb.AnalyzerInfo) -> None:
    names = [policy.name for policy in info.policies]
    assert names == [PACK.full_name(policy) for policy in PACK.policies]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("policy", PACK.policies, ids=lambda policy: policy.name)
def test_a_policy(policy: Policy, info: pb.AnalyzerInfo) -> None:
    (told,) = [each for each in info.policies if each.name == PACK.full_name(policy)]
    assert told.name == PACK.prefix + policy.name
    assert told.displayName == policy.title
    assert told.description == policy.description
    assert told.enforcementLevel == pb.EnforcementLevel.Value(policy.level.upper())
    assert told.policy_type == (pb.POLICY_TYPE_RESOURCE if policy.kind == RESOURCE else pb.POLICY_TYPE_STACK)
    assert told.severity == pb.PolicySeverity.Value(f"POLICY_SEVERITY_{policy.severity.upper()}")
    assert list(told.tags) == ["sagemaker", *policy.tags]
    assert told.remediation_steps == policy.remediation
    assert told.url == policy.url
    assert told.message == ""
    assert json_format.MessageToDict(told.configSchema) == {"properties": schemas(policy.settings)}


@pytest.mark.parametrize("policy", PACK.policies, ids=lambda policy: policy.name)
def test_its_framework_is_a_requirement_that_asks_for_it(policy: Policy, info: pb.AnalyzerInfo) -> None:
    (told,) = [each for each in info.policies if each.name == PACK.full_name(policy)]
    framework = told.framework
    asking = PACK.control.requirements_of(policy.name)
    if not asking:
        assert (framework.name, framework.reference) == ("", "")
        return
    assert framework.name == "NIST SP 800-53"  # where several ask, the one that most others are mapped to
    assert (framework.name, framework.version, framework.reference, framework.specification) in [
        (each.framework, each.version, each.reference, each.how) for each in asking
    ]


@pytest.mark.parametrize("policy", PACK.policies, ids=lambda policy: policy.name)
def test_its_texts_are_for_people(policy: Policy) -> None:
    assert re.fullmatch("[a-z]+(-[a-z]+)+", policy.name)
    assert not policy.title.endswith(".")
    assert policy.description.count(".") == 1
    for text in (policy.description, policy.remediation):
        assert text.endswith(".")
    assert re.fullmatch(r"https://[a-z.]+/\S+", policy.url)


@pytest.mark.parametrize("policy", PACK.policies, ids=lambda policy: policy.name)
def test_it_is_in_the_file_of_its_name(policy: Policy) -> None:
    assert Path(policy_pack.__file__).parent.joinpath("policies", f"{policy.name.replace('-', '_')}.py").is_file()


def test_without_a_readme_it_starts_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "policy_pack").symlink_to(ROOT / "policy_pack")
    (tmp_path / "__main__.py").write_text((ROOT / "__main__.py").read_text(encoding="utf-8"), encoding="utf-8")
    with Engine(tmp_path) as engine:
        assert engine.info().readme == ""


def test_every_policy_file_is_in_the_list() -> None:
    files = {path.stem for path in (ROOT / "policy_pack" / "policies").glob("[a-z]*.py")}
    forgotten = files - {policy.name.replace("-", "_") for policy in PACK.policies}
    assert not forgotten, f"add POLICY of {', '.join(sorted(forgotten))} to policy_pack/policies/__init__.py"
