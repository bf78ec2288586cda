"""The harness that runs programs, held against the real engine: the same program gives the same requests."""

from __future__ import annotations

import gc
import json
import re
import runpy
import sys
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from google.protobuf import json_format
from google.protobuf.message import Message
from pulumi.runtime.proto import analyzer_pb2 as pb

from policy_pack.testing import stand_in
from policy_pack.testing.monitor import AWS_6, World
from policy_pack.testing.stand_in import ACCOUNT, KEY_ID, UNKNOWN
from policy_pack.values import SECRET, SIGNATURE
from tests.harness import aws_native
from tests.harness.engine import Stack
from tests.harness.program import Deployment, Program, deploy
from tests.harness.recordings import DIRECTORY, Recording, program, recordings

KEY_ARN = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{KEY_ID}"


@pytest.fixture(autouse=True)
def _native(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pulumi_aws_native", aws_native)


@pytest.fixture
def one_key_id(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every key has the same id, as with the stand-in that the recordings were made with."""
    monkeypatch.setattr(stand_in, "own_key_id", lambda name: KEY_ID)


# What a provider makes up for these, of which the stand-in that the recordings were made with knew nothing: it gave
# each an ARN, where AWS gives outputs of a template and properties of a resource.
COMPUTED = {
    "aws:cloudformation/stack:Stack": {"arn", "outputs"},
    "aws:cloudcontrol/resource:Resource": {"arn", "properties"},
}


def _is_of_a_second_deployment(recording: Recording) -> bool:
    return re.search(r"\bSTEP\b", program(recording.name)) is not None


# The played engine has a stack that is empty before, so it makes nothing of what was there.
FIRST = [each for each in recordings() if not _is_of_a_second_deployment(each)]


@pytest.mark.usefixtures("one_key_id")
@pytest.mark.parametrize("recording", FIRST, ids=str)
def test_requests_are_the_real_engines(recording: Recording) -> None:
    assert _comparable(_rerun(recording.name, recording.phase).requests) == _comparable(recording.requests)


@pytest.mark.usefixtures("one_key_id")
@pytest.mark.parametrize("recording", [each for each in FIRST if each.phase == "update"], ids=str)
def test_exports_are_the_real_engines(recording: Recording) -> None:
    exported = json.loads((DIRECTORY / f"{recording.name}.state.json").read_text(encoding="utf-8"))
    ours = _rerun(recording.name, "update").export
    assert _entries(ours) == _entries(exported)
    assert {**ours["deployment"], **exported["deployment"]} == exported["deployment"]


def test_nothing_stays_behind_or_comes_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")

    def program() -> None:
        aws.Provider("provider")
        pulumi.export("region", pulumi.Config("aws").get("region"))

    resources = {
        resource.name: resource for resource in deploy(program, stack=Stack(config={"aws:region": "a"})).resources
    }
    assert "region" not in resources["provider"].inputs
    assert dict(resources["shop-dev"].outputs) == {"region": "a"}
    assert pulumi.get_project() == "project"
    assert pulumi.Config("aws").get("region") is None


def test_what_a_program_raises_comes_out() -> None:
    with pytest.raises(ZeroDivisionError):
        deploy(lambda: 1 // 0)

    def twice() -> None:
        aws.kms.Key("key")
        aws.kms.Key("key")

    with pytest.raises(Exception, match="Duplicate resource URN"):
        deploy(twice)

    def imported() -> None:
        aws.kms.Key("key", opts=pulumi.ResourceOptions(import_=KEY_ID))

    with pytest.raises(NotImplementedError, match="importId"):
        deploy(imported)


def test_what_a_program_raises_is_not_told_again(caplog: pytest.LogCaptureFixture) -> None:
    """Nor later, when what waited for it is collected: that would be in the middle of another test."""

    def program() -> None:
        aws.kms.Key("key")
        aws.kms.Key("key")

    gc.collect()
    caplog.clear()
    with pytest.raises(Exception, match="Duplicate resource URN"):
        deploy(program)
    gc.collect()
    assert [each.getMessage() for each in caplog.records if each.name == "asyncio"] == []


def test_classic_provider_of_6_has_no_region_on_resources() -> None:
    resources = _by_name(deploy(lambda: aws.kms.Key("key"), world=World(versions=AWS_6)))
    assert resources["default_6_83_0"].inputs["version"] == "6.83.0"
    assert "region" not in resources["key"].inputs


def test_a_provider_that_is_not_known_yet_is_not_called() -> None:
    def program() -> None:
        elsewhere = aws.Provider("elsewhere", region=aws.ssm.Parameter("parameter", type="String", value="x").arn)
        opts = pulumi.ResourceOptions(provider=elsewhere)
        key = aws.kms.Key("key", description="k", opts=opts)
        aws.kms.Alias("alias", name="alias/k", target_key_id=key.key_id, opts=opts)

    resources = _by_name(deploy(program))
    assert dict(resources["key"].inputs) == {"description": "k"}
    assert dict(resources["key"].outputs) == {}
    assert resources["alias"].inputs["targetKeyId"] == UNKNOWN
    assert resources["alias"].property_dependencies["targetKeyId"] == (resources["key"].urn,)


def test_reads_are_kept_from_policies() -> None:
    def program() -> None:
        key = aws.kms.Key.get("key", KEY_ID)
        shared = pulumi.StackReference("organization/shared/prod").require_output("alias")
        aws.kms.Alias("alias", name=shared, target_key_id=key.arn)

    world = World(stacks={"organization/shared/prod": {"alias": "alias/shared"}})
    deployment = deploy(program, world=world)
    resources = _by_name(deployment)
    assert resources["alias"].inputs["targetKeyId"] == KEY_ARN
    assert resources["alias"].inputs["name"] == "alias/shared"
    assert resources["alias"].property_dependencies["targetKeyId"] == (resources["key"].urn,)
    *_, last = deployment.requests
    assert isinstance(last, pb.AnalyzeStackRequest)
    names = {resource.name for resource in last.resources}
    assert names == {"shop-dev", "default_7_51_1", "default", "alias"}
    assert resources["key"].exported["external"] is True


def test_secrets_stay_secrets() -> None:
    def program() -> None:
        aws.kms.Key("input", description=pulumi.Output.secret("s"))
        aws.kms.Key("output", opts=pulumi.ResourceOptions(additional_secret_outputs=["arn"]))

    resources = _by_name(deploy(program, phase="update"))
    for value in (resources["input"].inputs["description"], resources["output"].outputs["arn"]):
        assert value[SIGNATURE] == SECRET
        assert "value" in value
    assert "ciphertext" in resources["input"].exported["inputs"]["description"]


def test_a_reference_to_a_resource_comes_as_its_id() -> None:
    def program() -> None:
        aws.kms.Alias("alias", name="alias/k", target_key_id=aws.kms.Key("key"))  # type: ignore[call-overload]

    def target(phase: str) -> Any:
        (request,) = [each for each in deploy(program, phase=phase).requests if getattr(each, "name", "") == "alias"]
        return request.properties["targetKeyId"]  # type: ignore[attr-defined]

    assert (target("preview"), target("update")) == (UNKNOWN, KEY_ID)


def _rerun(name: str, phase: str) -> Deployment:
    program: Program = lambda: runpy.run_path(str(DIRECTORY / "programs.py"))  # noqa: E731
    config = {"aws:region": "us-east-1"}
    if name.startswith("native_"):
        config["aws-native:region"] = "us-east-1"
    return deploy(program, phase=phase, stack=Stack(config=config), world=World(environment={"SCENARIO": name}))


def _by_name(deployment: Deployment) -> dict[str, Any]:
    return {resource.name: resource for resource in deployment.resources}


def _comparable(requests: list[Message]) -> list[Any]:
    """The messages in one order: registrations race in the real engine, and so do the resources of a stack."""
    plain = [json_format.MessageToDict(request) for request in requests]
    for request in plain:
        request.get("resources", []).sort(key=lambda resource: resource["urn"])
        for resource in request.get("resources", []):
            _drop_computed(resource["type"], resource.get("properties", {}))
    return [plain[0], *sorted(plain[1:-1], key=lambda request: str(request["urn"])), plain[-1]]


def _entries(export: dict[str, Any]) -> list[Any]:
    """The resources of an export without what is made up anew each time: ids of providers, encrypted texts."""
    resources = json.loads(json.dumps(export["deployment"]["resources"]), object_hook=_without_ciphertext)
    for resource in resources:
        if resource["type"].startswith("pulumi:providers:"):
            del resource["id"]
        _drop_computed(resource["type"], resource.get("outputs", {}))
        resource["provider"] = resource.get("provider", "").rpartition("::")[0]
    return sorted(resources, key=lambda resource: str(resource["urn"]))


def _drop_computed(kind: str, properties: dict[str, Any]) -> None:
    for name in COMPUTED.get(kind, ()):
        if properties.get(name) != UNKNOWN:
            properties.pop(name, None)


def _without_ciphertext(value: dict[str, Any]) -> dict[str, Any]:
    return {key: each for key, each in value.items() if key != "ciphertext"}
