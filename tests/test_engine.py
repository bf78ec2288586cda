"""The pack in the real engine: the `pulumi` on PATH previews and updates programs with it. No AWS account is needed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from pulumi.runtime.proto import analyzer_pb2 as pb

from policy_pack.testing.stand_in import ACCOUNT
from tests.engine.cli import ROOT, Cli, Operation
from tests.harness.answers import PREFIX, Triple
from tests.harness.engine import Engine
from tests.harness.recordings import DIRECTORY, Recording, recordings
from tests.programs.blocks import arn

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="there is no pulumi on PATH"),
]

NAMES = sorted({recording.name for recording in recordings()})

# Stands before a recording's program; the tests have no need of the whole of pulumi_aws_native.
NATIVE = "import sys\nfrom tests.harness import aws_native\nsys.modules['pulumi_aws_native'] = aws_native\n"

ENCRYPTION = f"{PREFIX}encryption-at-rest-enabled"
KEY = f"{PREFIX}customer-managed-key"

MakeCli = Callable[[str], Cli]


@pytest.fixture
def cli(tmp_path: Path) -> MakeCli:
    """Makes a stack of a recording's program."""

    def make(name: str) -> Cli:
        # As the recordings' own: SCENARIO names the program that runs.
        header = f"import os\nos.environ['SCENARIO'] = {name!r}\n"
        source = (DIRECTORY / "programs.py").read_text(encoding="utf-8")
        config = {"aws:region": "us-east-1"}
        if name.startswith("native_"):
            config["aws-native:region"] = "us-east-1"
        return Cli(tmp_path, header + NATIVE + source, config)

    return make


@pytest.fixture(scope="module")
def only_advice() -> dict[str, str]:
    """Settings by which no violation ends an operation early, so that every policy is heard."""
    with Engine(ROOT) as engine:
        return {policy.name: "advisory" for policy in engine.info().policies if policy.enforcementLevel == pb.MANDATORY}


@pytest.mark.parametrize("name", NAMES)
def test_recordings(name: str, cli: MakeCli, only_advice: Mapping[str, str]) -> None:
    stack = cli(name)
    settings = stack.settings(only_advice)
    preview, update = stack.preview(settings), stack.update(settings)
    assert (preview.status, update.status) == (0, 0), preview.printed + update.printed
    assert _without_levels(preview) == _expected(Recording(name, "preview").expected)
    assert _without_levels(update) == _expected(Recording(name, "update").expected)


def test_a_mandatory_violation_ends_a_preview_and_an_update(cli: MakeCli) -> None:
    stack = cli("missing_key")
    for operation in (stack.preview(), stack.update()):
        assert operation.status != 0
        assert ("mandatory", ENCRYPTION, "config") in operation.violations
    made = [resource["type"] for resource in stack.export()["deployment"].get("resources", [])]
    assert not any("sagemaker" in kind for kind in made)


def test_advice_ends_nothing(cli: MakeCli) -> None:
    stack = cli("orphan_config")
    for operation in (stack.preview(), stack.update()):
        assert operation.status == 0, operation.printed
        assert operation.violations == {("advisory", f"{PREFIX}paired-with-endpoint", "config")}


@pytest.mark.parametrize("path", sorted((ROOT / "configs").glob("*.json")), ids=lambda path: path.name)
def test_ready_configurations_are_accepted(path: Path, cli: MakeCli) -> None:
    operation = cli("no_sagemaker").preview(path)
    assert operation.status == 0, operation.printed


def test_settings_reach_the_policies(cli: MakeCli) -> None:
    stack = cli("literal_key")
    allowed = stack.preview(stack.settings({KEY: {"allowedAccounts": [ACCOUNT]}}))
    assert (allowed.status, allowed.violations) == (0, set()), allowed.printed
    others = {"allowedAccounts": ["444455556666"]}
    other = stack.preview(stack.settings({KEY: others}))
    assert other.status != 0
    assert other.violations == {("mandatory", KEY, "config")}
    disabled = stack.preview(
        stack.settings({KEY: {"enforcementLevel": "disabled", "allowedAccounts": ["444455556666"]}})
    )
    assert (disabled.status, disabled.violations) == (0, set()), disabled.printed


def test_settings_that_do_not_fit_are_refused(cli: MakeCli) -> None:
    stack = cli("no_sagemaker")
    operation = stack.preview(stack.settings({KEY: {"allowAliases": "yes"}}))
    assert operation.status != 0
    assert "allowAliases" in operation.printed


def test_remediation(cli: MakeCli) -> None:
    stack = cli("missing_key")
    settings = stack.settings({ENCRYPTION: {"enforcementLevel": "remediate", "keyArnByRegion": {"us-east-1": arn()}}})
    for operation in (stack.preview(settings), stack.update(settings)):
        assert operation.status == 0, operation.printed
        assert operation.remediated == {(ENCRYPTION, "config")}
        assert operation.violations == set()
    (made,) = [each for each in stack.export()["deployment"]["resources"] if each["urn"].endswith("::config")]
    assert made["inputs"]["kmsKeyArn"] == arn()
    assert made["outputs"]["kmsKeyArn"] == arn()


def test_exported_state_is_analyzed(cli: MakeCli) -> None:
    stack = cli("missing_key")
    if "--file" not in stack.run("policy", "analyze", "--help", check=False).stdout:
        pytest.skip("this pulumi does not analyze exported states")
    state = str(DIRECTORY / "missing_key.state.json")
    done = stack.run("policy", "analyze", "--file", state, "--policy-pack", str(stack.pack), "--json", check=False)
    assert done.returncode != 0
    assert ENCRYPTION in done.stdout


def _without_levels(operation: Operation) -> set[tuple[str, str]]:
    return {(name.removeprefix(PREFIX), resource) for _, name, resource in operation.violations}


def _expected(triples: list[Triple]) -> set[tuple[str, str]]:
    return {(policy, resource) for _, policy, resource in triples}
