"""The engine as a Pulumi program sees it: the `pulumirpc.ResourceMonitor` service, for an empty stack.

It does what the engine does between a registration and the requests to a policy pack: URNs, default providers, Check
and Create of a provider (`policy_pack.testing.stand_in`), secrets. It refuses what it does not simulate (remote
components, imports, transforms), so that no test depends on a guess.

Sources: pulumi/pulumi, pkg/resource/deploy/source_eval.go, step_generator.go, step_executor.go and builtins.go, and
sdk/go/common/resource/plugin/provider_plugin.go (a provider whose configuration is not known yet).
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from google.protobuf import empty_pb2
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import resource_pb2 as pb
from pulumi.runtime.proto import resource_pb2_grpc

from policy_pack.stack.urn import provider_urn, types_of
from policy_pack.testing.registered import Registered
from policy_pack.testing.stack import Stack
from policy_pack.testing.stand_in import UNKNOWN, StandIn, copy, text
from policy_pack.values import SECRET, SIGNATURE, UNKNOWN_SENTINELS

ROOT = "pulumi:pulumi:Stack"
PROVIDER = "pulumi:providers:"

# The SDK versions of the recordings. The classic provider 6.x has no `region` on resources.
VERSIONS = {"aws": "7.51.1", "aws-native": "1.84.0"}
AWS_6 = {**VERSIONS, "aws": "6.83.0"}

_FEATURES = (
    pb.RESOURCE_MONITOR_FEATURE_SECRETS,
    pb.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
    pb.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
    pb.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
)
_NOT_PLAYED = ("remote", "importId", "customTimeouts", "transforms", "packageRef")


@dataclass(frozen=True)
class World:
    """The environment of a program.

    `versions` are the SDK versions by package, `environment` are the machine's environment variables, and `stacks` are
    the outputs of other stacks by their full names. `functions` are results of provider functions by token, as in
    ``{"aws:ssm/getParameter:getParameter": {"value": "arn:aws:kms:..."}}``; without one, a function that is not
    simulated returns its arguments.
    """

    versions: Mapping[str, str] = field(default_factory=lambda: VERSIONS)
    environment: Mapping[str, str] = field(default_factory=dict)
    stacks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    functions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class Monitor(resource_pb2_grpc.ResourceMonitorServicer):
    """Records the resources that a program registers, in order. The SDK can call it without a network."""

    def __init__(self, stack: Stack, world: World) -> None:
        self.resources: dict[str, Registered] = {}
        self._stack = stack
        self._world = world
        self._keys: list[str] = []
        self._lock = threading.RLock()

    def GetDeploymentInfo(self, request: Any, context: Any = None) -> pb.DeploymentInfo:
        return pb.DeploymentInfo(supportedFeatures=_FEATURES)

    def SignalAndWaitForShutdown(self, request: Any, context: Any = None) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    def RegisterResource(self, request: pb.RegisterResourceRequest, context: Any = None) -> pb.RegisterResourceResponse:
        _refuse(request, _NOT_PLAYED)
        with self._lock:
            made = Registered(
                urn=self._urn(request.parent, request.type, request.name),
                type=request.type,
                inputs=copy(request.object),
                custom=request.custom,
                parent=request.parent,
                dependencies=tuple(sorted(request.dependencies)),
                property_dependencies={
                    name: tuple(sorted(each.urns)) for name, each in sorted(request.propertyDependencies.items())
                },
                protect=request.protect,
                ignore_changes=tuple(request.ignoreChanges),
                replace_on_changes=tuple(request.replaceOnChanges),
                delete_before_replace=request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None,
                secret_outputs=tuple(request.additionalSecretOutputs),
            )
            if made.is_provider:
                self._configure(made, request.version)
            elif made.custom:
                made.provider = self._provider(request)
                self._create(made)
            self._add(made)
        return pb.RegisterResourceResponse(urn=made.urn, id=made.id, object=made.outputs)

    def RegisterResourceOutputs(
        self, request: pb.RegisterResourceOutputsRequest, context: Any = None
    ) -> empty_pb2.Empty:
        with self._lock:
            self.resources[request.urn].outputs = copy(request.outputs)
        return empty_pb2.Empty()

    def ReadResource(self, request: pb.ReadResourceRequest, context: Any = None) -> pb.ReadResourceResponse:
        _refuse(request, ("packageRef",))
        with self._lock:
            found = Registered(
                urn=self._urn(request.parent, request.type, request.name),
                type=request.type,
                inputs=copy(request.properties),
                read=True,
                parent=request.parent,
                provider=self._provider(request),
                dependencies=tuple(sorted(request.dependencies)),
                secret_outputs=tuple(request.additionalSecretOutputs),
                id=request.id,
            )
            if found.type == "pulumi:pulumi:StackReference":
                found.outputs = self._stack_outputs(text(found.inputs, "name") or "")
            elif found.id != UNKNOWN and _is_known(found.provider):
                found.outputs = self._stand_in(found.provider).read(found.urn, found.id, found.inputs)
            self._add(found)
        return pb.ReadResourceResponse(urn=found.urn, id=found.id, properties=found.outputs)

    def Invoke(self, request: pb.ResourceInvokeRequest, context: Any = None) -> pb.ResourceInvokeResponse:
        with self._lock:
            if request.tok == "pulumi:pulumi:getResource":
                found = self.resources[text(request.args, "urn") or ""]
                result = Struct()
                result.update({"urn": found.urn, "id": found.id, "state": found.outputs})
            else:
                provider = self._provider(request)
                known = _is_known(provider)
                result = self._stand_in(provider).invoke(request.tok, request.args) if known else Struct()
                if known:
                    result.update(self._world.functions.get(request.tok, {}))
        response = pb.ResourceInvokeResponse()
        getattr(response, "return").CopyFrom(result)
        return response

    def _add(self, resource: Registered) -> None:
        if resource.urn in self.resources:
            raise ValueError(f"Duplicate resource URN '{resource.urn}'; try giving it a unique name")
        self.resources[resource.urn] = resource

    def _urn(self, parent: str, kind: str, name: str) -> str:
        parents = types_of(parent) if parent else ROOT
        qualified = kind if parents == ROOT else f"{parents}${kind}"
        return f"urn:pulumi:{self._stack.name}::{self._stack.project}::{qualified}::{name}"

    def _provider(
        self, request: pb.RegisterResourceRequest | pb.ReadResourceRequest | pb.ResourceInvokeRequest
    ) -> Registered:
        if request.provider:
            return self.resources[provider_urn(request.provider)]
        package = (request.tok if isinstance(request, pb.ResourceInvokeRequest) else request.type).partition(":")[0]
        version = self._world.versions.get(package, request.version)
        name = f"default_{version.replace('.', '_')}" if version else "default"
        urn = self._urn("", PROVIDER + package, name)
        if urn not in self.resources:
            inputs = Struct()
            inputs.update(
                {
                    key.partition(":")[2]: value
                    for key, value in self._stack.config.items()
                    if key.startswith(f"{package}:")
                }
            )
            self._configure(default := Registered(urn, PROVIDER + package, inputs), version)
            self._add(default)
        return self.resources[urn]

    def _configure(self, provider: Registered, version: str) -> None:
        version = self._world.versions.get(provider.type.removeprefix(PROVIDER), version)
        if version:
            provider.inputs["version"] = version
        provider.id = UNKNOWN if self._stack.dry_run else str(uuid.uuid5(uuid.NAMESPACE_URL, provider.urn))
        provider.outputs = _with_secrets(copy(provider.inputs), provider.inputs, provider.secret_outputs)

    def _create(self, resource: Registered) -> None:
        if not _is_known(resource.provider):
            return  # the engine does not call such a provider: inputs stay unchanged, and all outputs are unknown
        provider = self._stand_in(resource.provider)
        resource.inputs = provider.check(resource.urn, resource.inputs)
        resource.id, outputs = provider.create(resource.urn, resource.inputs, preview=self._stack.dry_run)
        resource.outputs = _with_secrets(outputs, resource.inputs, resource.secret_outputs)

    def _stand_in(self, provider: Registered | None) -> StandIn:
        assert provider is not None
        environment = self._world.environment
        region = (
            text(provider.inputs, "region") or environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
        )
        regional = not (text(provider.inputs, "version") or "").startswith("6.")
        return StandIn(region, regional, self._keys)

    def _stack_outputs(self, name: str) -> Struct:
        if name not in self._world.stacks:
            raise LookupError(f"unknown stack {name!r}")
        outputs = Struct()
        outputs.update({"name": name, "outputs": dict(self._world.stacks[name]), "secretOutputNames": []})
        return outputs


def _refuse(request: Message, fields: Iterable[str]) -> None:
    # Some SDKs send an empty message for a field that is not set.
    given = {each.name for each, value in request.ListFields() if not isinstance(value, Message) or value.ByteSize()}
    for name in fields:
        if name in given:
            raise NotImplementedError(f"this resource monitor does not simulate {name}")


def _is_known(provider: Registered | None) -> bool:
    assert provider is not None
    return not any(sentinel in str(provider.inputs) for sentinel in UNKNOWN_SENTINELS)


def _with_secrets(outputs: Struct, inputs: Struct, names: Iterable[str]) -> Struct:
    secret = {*names, *(name for name, value in inputs.fields.items() if _is_secret(value))}
    for name in secret & set(outputs.fields):
        value = outputs.fields[name]
        if not _is_secret(value):
            plain = type(value)()
            plain.CopyFrom(value)
            outputs.fields[name].struct_value.fields[SIGNATURE].string_value = SECRET
            outputs.fields[name].struct_value.fields["value"].CopyFrom(plain)
    return outputs


def _is_secret(value: Any) -> bool:
    fields = value.struct_value.fields
    return SIGNATURE in fields and fields[SIGNATURE].string_value == SECRET
