"""What `tests/test_engine.py` brings to the real engine, without one: provider plugin, copy of the pack, service."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import grpc
import pytest
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto import provider_pb2_grpc

from policy_pack.testing.stand_in import ACCOUNT, KEY_ID, UNKNOWN
from tests.engine.cli import ROOT, Cli, plugin_environment, write_pack, write_plugin
from tests.engine.cloud import ORGANIZATION, Cloud, cloud
from tests.harness.engine import Engine

CONFIG = "urn:pulumi:dev::shop::aws:sagemaker/endpointConfiguration:EndpointConfiguration::config"
KEY = "urn:pulumi:dev::shop::aws:kms/key:Key::key"


@pytest.fixture
def plugin(tmp_path: Path) -> Iterator[provider_pb2_grpc.ResourceProviderStub]:
    """The plugin, started as the engine starts it."""
    process = subprocess.Popen(
        [write_plugin(tmp_path / "bin", "aws"), "127.0.0.1:1"],
        env=plugin_environment(tmp_path),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        with process.stdout, grpc.insecure_channel(f"127.0.0.1:{process.stdout.readline().strip()}") as channel:
            yield provider_pb2_grpc.ResourceProviderStub(channel)
    finally:
        process.terminate()
        process.wait()


def test_plugin_fills_in_and_makes_up(plugin: provider_pb2_grpc.ResourceProviderStub) -> None:
    configured = plugin.Configure(pb.ConfigureRequest(args=_struct(region="eu-west-1")))
    assert configured.supportsPreview
    assert configured.acceptSecrets
    checked = plugin.Check(pb.CheckRequest(urn=CONFIG, news=_struct(kmsKeyArn=UNKNOWN)))
    assert dict(checked.inputs) == {"kmsKeyArn": UNKNOWN, "name": "config-1a2b3c4", "region": "eu-west-1"}
    preview = plugin.Create(pb.CreateRequest(urn=KEY, properties=_struct(region="eu-west-1"), preview=True))
    assert (preview.id, preview.properties["arn"]) == ("", UNKNOWN)
    made = plugin.Create(pb.CreateRequest(urn=KEY, properties=_struct(region="eu-west-1")))
    assert (made.id, made.properties["arn"]) == (KEY_ID, f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/{KEY_ID}")
    identity = plugin.Invoke(pb.InvokeRequest(tok="aws:index/getCallerIdentity:getCallerIdentity"))
    assert getattr(identity, "return")["accountId"] == ACCOUNT
    read = plugin.Read(pb.ReadRequest(urn=KEY, id="x"))
    assert read.properties["arn"] == f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/x"


def test_plugin_replaces_what_cannot_change(plugin: provider_pb2_grpc.ResourceProviderStub) -> None:
    def diff(olds: Struct, news: Struct) -> pb.DiffResponse:
        response: pb.DiffResponse = plugin.Diff(pb.DiffRequest(urn=CONFIG, old_inputs=olds, news=news))
        return response

    generated = diff(_struct(name="config-1a2b3c4"), _struct(name="config-1a2b3c4", kmsKeyArn="a"))
    assert (list(generated.replaces), generated.deleteBeforeReplace) == (["kmsKeyArn"], False)
    assert diff(_struct(name="serving"), _struct(name="serving", kmsKeyArn="a")).deleteBeforeReplace
    assert list(diff(_struct(tags="a"), _struct(tags="b")).replaces) == []
    assert diff(_struct(tags="a"), _struct(tags="a")).changes == pb.DiffResponse.DIFF_NONE


def test_copy_of_the_pack_starts(tmp_path: Path) -> None:
    write_pack(tmp_path / "pack")
    with Engine(tmp_path / "pack") as copied, Engine(ROOT) as engine:
        assert [policy.name for policy in copied.info().policies] == [policy.name for policy in engine.info().policies]


def _ask(served: Cloud, method: str, path: str, body: Any = None, *, compressed: bool = False) -> Any:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Encoding": "gzip"} if compressed else {}
    request = Request(served.url + path, gzip.compress(sent) if compressed else sent, headers, method=method)
    with urlopen(request) as response:
        answer = response.read()
    return answer if path.startswith("/blobs/") and method == "GET" else json.loads(answer or b"null")


def test_the_cloud_publishes_enables_and_keeps_what_is_reported() -> None:
    """What the CLI asks on the way from publishing to a preview, in its order, by its paths and bodies."""
    organization, stack = f"/api/orgs/{ORGANIZATION}", f"/api/stacks/{ORGANIZATION}/shop/dev"
    pack, group = (
        f"{organization}/policypacks/a-pack/versions/1.0.0",
        f"{organization}/policygroups/default-policy-group",
    )
    policy = {"name": "a-policy", "configSchema": {"type": "object", "properties": {"tags": {"minItems": 1}}}}
    with cloud() as served:
        assert _ask(served, "GET", "/api/user")["organizations"] == [{"githubLogin": ORGANIZATION}]
        assert _ask(served, "GET", "/api/capabilities") == {"capabilities": []}
        request = {"name": "a-pack", "versionTag": "1.0.0", "policies": [policy]}
        location = _ask(served, "POST", f"{organization}/policypacks", request)["uploadURI"].removeprefix(served.url)
        _ask(served, "PUT", location, b"the archive")
        _ask(served, "POST", f"{pack}/complete")
        # A schema is handed back as it was sent: as a number of JSON, not of a float.
        assert json.dumps(_ask(served, "GET", f"{pack}/schema")["configSchema"]["a-policy"]["properties"]) == (
            '{"tags": {"minItems": 1}}'
        )
        config = {"a-policy": {"enforcementLevel": "mandatory"}}
        added = {"name": "a-pack", "versionTag": "1.0.0", "config": config}
        _ask(served, "PATCH", group, {"addPolicyPack": added})
        _ask(served, "POST", f"/api/stacks/{ORGANIZATION}/shop", {"stackName": "dev", "tags": {"environment": "x"}})
        assert _ask(served, "GET", stack)["tags"] == {"environment": "x"}
        (required,) = _ask(served, "GET", f"{stack}/policypacks")["requiredPolicies"]
        assert (required["name"], required["versionTag"], required["config"]) == ("a-pack", "1.0.0", config)
        assert _ask(served, "GET", required["packLocation"].removeprefix(served.url)) == b"the archive"
        update = f"{stack}/preview/{_ask(served, 'POST', f'{stack}/preview', {})['updateID']}"
        assert _ask(served, "POST", update, {"tags": {"environment": "y"}})["token"]
        state = {"version": 3, "deployment": {"resources": []}}
        _ask(served, "PATCH", f"{update}/checkpoint", state, compressed=True)
        events = [{"policyEvent": {"policyName": "a-policy"}}, {"resourcePreEvent": {}}]
        _ask(served, "POST", f"{update}/events/batch", {"events": events}, compressed=True)
        _ask(served, "POST", f"{update}/complete", {"status": "succeeded"})
        assert _ask(served, "GET", f"{stack}/export") == state
        assert served.policy_events == events[:1]
        assert served.tags == {"shop/dev": {"environment": "y"}}
        _ask(served, "PATCH", group, {"removePolicyPack": {"name": "a-pack"}})
        assert _ask(served, "GET", f"{stack}/policypacks")["requiredPolicies"] == []
        assert not served.unknown


def test_the_clouds_groups_reach_their_stacks_only() -> None:
    organization = f"/api/orgs/{ORGANIZATION}"
    with cloud() as served:
        _ask(served, "POST", f"{organization}/policypacks", {"name": "p", "versionTag": "1", "policies": []})
        for name, mode in (("ml", "preventative"), ("watched", "audit")):
            _ask(served, "POST", f"{organization}/policygroups", {"name": name, "entityType": "stacks", "mode": mode})
            edit = {"addStack": {"name": "dev"}, "addPolicyPack": {"name": "p"}}
            _ask(served, "PATCH", f"{organization}/policygroups/{name}", edit)
        assert [len(served.required("shop", stack)) for stack in ("dev", "prod")] == [1, 0]
        assert _ask(served, "GET", f"{organization}/policygroups/ml")["appliedPolicyPacks"][0]["name"] == "p"


def test_the_clouds_groups_are_changed_as_a_whole() -> None:
    """As `pulumi policy group edit` does: what it has read, with what it adds."""
    organization = f"/api/orgs/{ORGANIZATION}"
    with cloud() as served:
        _ask(served, "POST", f"{organization}/policypacks", {"name": "p", "versionTag": "1", "policies": []})
        _ask(served, "POST", f"{organization}/policygroups", {"name": "ml", "entityType": "stacks"})
        group = f"{organization}/policygroups/ml"
        assert _ask(served, "GET", group)["mode"] == "preventative"
        one, other = ({"name": "prod", "routingProject": project} for project in ("shop", "lab"))
        _ask(served, "PATCH", group, {"stacks": [one], "policyPacks": [{"name": "p", "versionTag": "1"}]})
        _ask(served, "PATCH", group, {"stacks": [*_ask(served, "GET", group)["stacks"], other]})
        _ask(served, "PATCH", group, {"stacks": [other]})
        assert [len(served.required(project, "prod")) for project in ("shop", "lab", "web")] == [0, 1, 0]
        _ask(served, "PATCH", group, {"stacks": []})
        assert served.required("lab", "prod") == []


def test_the_clouds_groups_of_accounts_stop_nothing() -> None:
    organization = f"/api/orgs/{ORGANIZATION}"
    with cloud() as served:
        _ask(served, "POST", f"{organization}/policypacks", {"name": "p", "versionTag": "1", "policies": []})
        _ask(served, "POST", f"{organization}/policygroups", {"name": "all", "entityType": "accounts"})
        edit = {"addPolicyPack": {"name": "p"}, "stacks": [{"name": "prod"}]}
        _ask(served, "PATCH", f"{organization}/policygroups/all", edit)
        known = _ask(served, "GET", f"{organization}/policygroups/all")
        assert (known["entityType"], known["mode"]) == ("accounts", "audit")
        assert served.required("shop", "prod") == []


def test_the_cloud_publishes_a_version_once() -> None:
    request = {"name": "p", "versionTag": "1", "policies": []}
    with cloud() as served:
        _ask(served, "POST", f"/api/orgs/{ORGANIZATION}/policypacks", request)
        with pytest.raises(HTTPError, match="409"):
            _ask(served, "POST", f"/api/orgs/{ORGANIZATION}/policypacks", request)


def test_the_cloud_says_what_it_does_not_have() -> None:
    with cloud() as served:
        for path in ("/api/other", f"/api/orgs/{ORGANIZATION}/policypacks/no/versions/1/schema"):
            with pytest.raises(HTTPError, match="404"):
                _ask(served, "GET", path)
        assert len(served.unknown) == 2


def test_a_call_of_the_cli_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The CLI that waits for ever is played by one that does, and that neither SIGTERM ends nor its child."""
    waiting = tmp_path / "bin" / "pulumi"
    waiting.parent.mkdir()
    waiting.write_text('#!/bin/sh\n[ "$1" = stack ] && exit 0\ntrap "" TERM\nsleep 600 & wait\n', encoding="utf-8")
    waiting.chmod(0o755)
    monkeypatch.setattr("tests.engine.cli.LIMIT_SECONDS", 0.5)
    monkeypatch.setenv("PATH", f"{waiting.parent}{os.pathsep}{os.environ['PATH']}")
    stack = Cli(tmp_path, "", {})
    with pytest.raises(AssertionError, match="pulumi preview did not end in 0.5 s"):
        stack.run("preview")


def _struct(**fields: str) -> Struct:
    struct = Struct()
    struct.update(fields)
    return struct
