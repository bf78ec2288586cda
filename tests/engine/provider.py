"""The stand-in as a provider plugin: the `pulumirpc.ResourceProvider` service, as the engine starts it.

``pulumi-resource-aws`` and ``pulumi-resource-aws-native`` on PATH run this module (`tests.engine.cli` writes them).
"""

from __future__ import annotations

import sys
from concurrent import futures
from typing import Any

import grpc
from google.protobuf import empty_pb2
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import plugin_pb2, provider_pb2_grpc
from pulumi.runtime.proto import provider_pb2 as pb

from policy_pack.testing.stand_in import SUFFIX, StandIn, copy, text

# What a change to replaces an endpoint configuration.
_REPLACING = {"name", "kmsKeyArn", "productionVariants", "dataCaptureConfig", "asyncInferenceConfig"}


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """A provider of the classic package, 7.x, or of the Cloud Control one."""

    def __init__(self) -> None:
        self._aws = StandIn("us-east-1")

    def GetPluginInfo(self, request: Any, context: Any) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version="7.51.1")

    def GetSchema(self, request: Any, context: Any) -> pb.GetSchemaResponse:
        return pb.GetSchemaResponse(schema="{}")

    def CheckConfig(self, request: pb.CheckRequest, context: Any) -> pb.CheckResponse:
        return pb.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> pb.DiffResponse:
        return pb.DiffResponse()

    def Configure(self, request: pb.ConfigureRequest, context: Any) -> pb.ConfigureResponse:
        self._aws = StandIn(text(request.args, "region") or "us-east-1")
        return pb.ConfigureResponse(acceptSecrets=True, supportsPreview=True, acceptResources=True)

    def Check(self, request: pb.CheckRequest, context: Any) -> pb.CheckResponse:
        return pb.CheckResponse(inputs=self._aws.check(request.urn, request.news))

    def Diff(self, request: pb.DiffRequest, context: Any) -> pb.DiffResponse:
        olds, news = dict(request.old_inputs.fields), dict(request.news.fields)
        changed = sorted(name for name in {*olds, *news} if olds.get(name) != news.get(name))
        replacing = [name for name in changed if name in _REPLACING]
        generated = (text(request.news, "name") or "").endswith(SUFFIX)
        return pb.DiffResponse(
            changes=pb.DiffResponse.DIFF_SOME if changed else pb.DiffResponse.DIFF_NONE,
            diffs=changed,
            replaces=replacing,
            deleteBeforeReplace=bool(replacing) and not generated,
        )

    def Create(self, request: pb.CreateRequest, context: Any) -> pb.CreateResponse:
        made, outputs = self._aws.create(request.urn, request.properties, preview=request.preview)
        return pb.CreateResponse(id=made, properties=outputs)

    def Read(self, request: pb.ReadRequest, context: Any) -> pb.ReadResponse:
        outputs = self._aws.read(request.urn, request.id, request.properties)
        return pb.ReadResponse(id=request.id, properties=outputs, inputs=request.inputs)

    def Update(self, request: pb.UpdateRequest, context: Any) -> pb.UpdateResponse:
        outputs: Struct = copy(request.olds)
        outputs.MergeFrom(request.news)
        return pb.UpdateResponse(properties=outputs)

    def Delete(self, request: Any, context: Any) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    def Invoke(self, request: pb.InvokeRequest, context: Any) -> pb.InvokeResponse:
        response = pb.InvokeResponse()
        getattr(response, "return").CopyFrom(self._aws.invoke(request.tok, request.args))
        return response

    def Cancel(self, request: Any, context: Any) -> empty_pb2.Empty:
        return empty_pb2.Empty()


def main() -> None:
    """Serves until the engine ends the process; prints the port, which is all that the engine reads."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()


if __name__ == "__main__":
    main()
