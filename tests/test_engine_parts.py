"""What `tests/test_engine.py` brings to the real engine, without one: provider plugin, copy of the pack, service."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import grpc
import pytest
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto import provider_pb2_grpc

from policy_pack.testing.stand_in import ACCOUNT, KEY_ID, UNKNOWN
from tests.engine.cli import ROOT, plugin_environment, write_pack, write_plugin
from tests.engine.cloud import ORGANIZATION, cloud
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


def test_service_knows_the_packs_schemas() -> None:
    with Engine(ROOT) as engine:
        info = engine.info()
    with cloud(info, "1.0.0") as url:
        address = f"{url}/api/orgs/{ORGANIZATION}/policypacks/{info.name}/versions/1.0.0/schema"
        with urlopen(address) as response:
            schemas = json.load(response)["configSchema"]
        with pytest.raises(HTTPError):
            urlopen(f"{url}/api/other")
    assert set(schemas) == {policy.name for policy in info.policies}
    assert all(schema["type"] == "object" for schema in schemas.values())


def _struct(**fields: str) -> Struct:
    struct = Struct()
    struct.update(fields)
    return struct
