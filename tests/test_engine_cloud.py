"""The way of docs/organization.md with the real CLI: publish, validate, enable, enforce, in a stand-in of the Cloud."""

from __future__ import annotations

import io
import json
import shlex
import shutil
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import policy_pack
from policy_pack.judging.settings import schemas
from policy_pack.policies import PACK
from policy_pack.testing.stand_in import ACCOUNT
from tests.engine.cli import ROOT, Cli, Operation
from tests.engine.cloud import ORGANIZATION, TOKEN, Cloud, cloud
from tests.harness.answers import PREFIX
from tests.harness.recordings import DIRECTORY
from tests.test_organization import COMMANDS
from tools.pack import fill

pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="there is no pulumi on PATH"),
]

NAME = f"{ORGANIZATION}/{PACK.name}"
VERSION = policy_pack.__version__
CONFIGS = sorted((ROOT / "configs").glob("*.json"))
ENCRYPTION = f"{PREFIX}encryption-at-rest-enabled"

Start = Callable[[str], Cli]


@pytest.fixture(scope="module")
def service() -> Iterator[Cloud]:
    with cloud() as served:
        yield served


@pytest.fixture
def start(service: Cloud, tmp_path: Path) -> Start:
    """Makes a stack `dev` of a recording's program, in the stand-in's organization."""

    def made(name: str) -> Cli:
        header = f"import os\nos.environ['SCENARIO'] = {name!r}\n"
        source = (DIRECTORY / "programs.py").read_text(encoding="utf-8")
        known = {"PULUMI_BACKEND_URL": service.url, "PULUMI_ACCESS_TOKEN": TOKEN}
        return Cli(tmp_path, header + source, {"aws:region": "us-east-1"}, **known)

    return made


@pytest.fixture(scope="module")
def folder(service: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make pack` makes, published as the documentation says."""
    directory = tmp_path_factory.mktemp("publishing")
    made = directory / "published"
    fill(ROOT, made)
    known = {"PULUMI_BACKEND_URL": service.url, "PULUMI_ACCESS_TOKEN": TOKEN}
    stack = Cli(directory, "", {}, **known)
    stack.run("install", cwd=made)
    stack.run("policy", "publish", ORGANIZATION, cwd=made)
    return made


def test_what_is_published(service: Cloud, folder: Path) -> None:
    published = service.packs[PACK.name, VERSION]
    assert published["complete"]
    with tarfile.open(fileobj=io.BytesIO(published["archive"])) as archive:
        names = {name.removeprefix("package/") for name in archive.getnames()}
    listed = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names == {name for name in listed if not name.startswith(".venv/") and "__pycache__" not in name}
    said = {each["name"]: each for each in published["request"]["policies"]}
    assert said.keys() == PACK.by_full_name.keys()
    for name, policy in PACK.by_full_name.items():
        own = {"displayName": policy.title, "description": policy.description, "enforcementLevel": policy.level}
        own |= {"severity": policy.severity, "remediationSteps": policy.remediation, "url": policy.url}
        assert {key: said[name][key] for key in own} == own
        settings = {
            key: each for key, each in said[name]["configSchema"]["properties"].items() if key != "enforcementLevel"
        }
        assert settings == json.loads(json.dumps(schemas(policy.settings)))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_ready_configurations_are_valid_and_enabled(path: Path, service: Cloud, folder: Path, start: Start) -> None:
    stack = start("no_sagemaker")
    stack.run("policy", "validate-config", NAME, VERSION, "--config", str(path))
    stack.run("policy", "enable", NAME, VERSION, "--config", str(path))
    enabled = service.groups["default-policy-group"]["packs"][PACK.name]
    assert enabled["config"].keys() == json.loads(path.read_text(encoding="utf-8")).keys()
    assert stack.preview_enforced().status == 0
    stack.run("policy", "disable", NAME)
    assert not service.groups["default-policy-group"]["packs"]


def test_a_configuration_of_the_wrong_type_is_invalid(folder: Path, start: Start) -> None:
    stack = start("no_sagemaker")
    bad = stack.settings({f"{PREFIX}customer-managed-key": {"allowAliases": "no"}})
    done = stack.run("policy", "validate-config", NAME, VERSION, "--config", str(bad), check=False)
    assert done.returncode != 0
    assert "configuration is invalid" in done.stdout + done.stderr


@pytest.mark.parametrize(("name", "refused"), [("missing_key", True), ("computed_key", False)])
def test_an_enforced_pack_refuses_and_lets_pass(
    name: str, refused: bool, service: Cloud, folder: Path, start: Start
) -> None:
    operation = _enforced(start(name), service, {})
    assert (operation.status != 0) is refused, operation.printed
    failed = [each["policyEvent"]["policyName"] for each in service.policy_events if "policyEvent" in each]
    assert (ENCRYPTION in failed) is refused
    _leaks_nothing(service)


@pytest.mark.parametrize(("value", "refused"), [("production", True), ("sandbox", False)])
def test_stack_tags_limit_a_policy(value: str, refused: bool, service: Cloud, folder: Path, start: Start) -> None:
    stack = start("missing_key")
    stack.run("stack", "tag", "set", "environment", value)
    operation = _enforced(stack, service, {ENCRYPTION: {"onlyStackTags": {"environment": ["production"]}}})
    assert (operation.status != 0) is refused, operation.printed


def test_the_documented_commands(tmp_path: Path) -> None:
    """Those of docs/organization.md that are of the CLI, as typed and in their order."""
    with cloud() as served:
        known = {"PULUMI_BACKEND_URL": served.url, "PULUMI_ACCESS_TOKEN": TOKEN}
        stack = Cli(tmp_path, "", {}, **known)
        stack.run("stack", "init", f"{ORGANIZATION}/shop/prod")
        folder, checkout = tmp_path / "sagemaker-pack", tmp_path / "checkout"
        fill(ROOT, folder)
        shutil.copytree(ROOT / "configs", checkout / "configs")
        (checkout / "exports").mkdir()
        for command in (shlex.split(line)[1:] for line in COMMANDS if line.startswith("pulumi ")):
            is_publishing = command[0] in ("install", "login") or command[1] == "publish"
            stack.run(*command, cwd=folder if is_publishing else checkout)
        assert served.groups["ml"]["stacks"] == [{"name": "prod", "routingProject": "shop"}]
        assert not served.groups["ml"]["packs"], "the last command about it takes the pack back"
        assert served.groups["discovered"]["packs"].keys() == {PACK.name}
        assert json.loads((checkout / "exports" / "prod.json").read_text(encoding="utf-8"))["deployment"] is not None
        assert not [each for each in served.unknown if "policy" in each]


def _enforced(stack: Cli, service: Cloud, config: dict[str, Any]) -> Operation:
    service.events.clear()
    stack.run("policy", "enable", NAME, VERSION, "--config", str(stack.settings(config)))
    try:
        stack.run("policy", "install")
        return stack.preview_enforced()
    finally:
        stack.run("policy", "disable", NAME)


def _leaks_nothing(service: Cloud) -> None:
    assert service.policy_events
    told = json.dumps(service.policy_events)
    assert "arn:aws" not in told
    assert ACCOUNT not in told
