"""A resource of a running program: its state in the engine, its messages to a policy pack, its entry in an export.

Sources: pulumi/pulumi, pkg/resource/deploy/step_generator.go (what is sent), sdk/go/common/resource/plugin/rpc.go (how
properties are sent) and sdk/go/common/apitype/core.go (`ResourceV3`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from google.protobuf import json_format
from google.protobuf.struct_pb2 import Struct, Value
from pulumi.runtime.proto import analyzer_pb2 as pb

from policy_pack.stack.urn import name_of
from policy_pack.values import SECRET, SIGNATURE

RESOURCE_REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e"


@dataclass
class Registered:
    """A resource. `outputs` and `id` are set on creation; `read` says that it exists outside the stack."""

    urn: str
    type: str
    inputs: Struct
    custom: bool = True
    read: bool = False
    parent: str = ""
    provider: Registered | None = None
    dependencies: tuple[str, ...] = ()
    property_dependencies: dict[str, tuple[str, ...]] = field(default_factory=dict)
    protect: bool = False
    ignore_changes: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    delete_before_replace: bool | None = None
    secret_outputs: tuple[str, ...] = ()
    id: str = ""
    outputs: Struct = field(default_factory=Struct)

    @property
    def name(self) -> str:
        """The logical name."""
        return name_of(self.urn)

    @property
    def is_provider(self) -> bool:
        """Whether it is a provider, default or explicit."""
        return self.type.startswith("pulumi:providers:")

    @property
    def needs(self) -> set[str]:
        """The URNs of the resources that must exist before it."""
        provider = {self.provider.urn} if self.provider else set()
        return {self.parent, *self.dependencies, *provider}

    @property
    def analyze_request(self) -> pb.AnalyzeRequest:
        """The request to resource policies: inputs, after the provider's Check."""
        return pb.AnalyzeRequest(
            urn=self.urn,
            type=self.type,
            name=self.name,
            properties=_for_policies(self.inputs),
            options=self._options,
            provider=self._provider,
        )

    @property
    def analyzer_resource(self) -> pb.AnalyzerResource:
        """The message to stack policies: outputs, with their dependencies."""
        return pb.AnalyzerResource(
            urn=self.urn,
            type=self.type,
            name=self.name,
            properties=_for_policies(self.outputs),
            options=self._options,
            provider=self._provider,
            parent=self.parent,
            dependencies=self.dependencies,
            propertyDependencies={
                name: pb.AnalyzerPropertyDependencies(urns=urns)
                for name, urns in self.property_dependencies.items()
                if urns
            },
        )

    @property
    def exported(self) -> dict[str, Any]:
        """Its entry in the output of `pulumi stack export`, without times and source positions."""
        internal: dict[str, Any] = {"__internal": {}} if self.is_provider else {}
        entry = {
            "urn": self.urn,
            "custom": self.custom,
            "id": self.id,
            "type": self.type,
            "inputs": {**internal, **_exported(self.inputs)},
            "outputs": _exported(self.outputs),
            "parent": self.parent,
            "protect": self.protect,
            "external": self.read,
            "dependencies": list(self.dependencies),
            "provider": f"{self.provider.urn}::{self.provider.id}" if self.provider else "",
            "propertyDependencies": {name: list(urns) for name, urns in self.property_dependencies.items()},
            "additionalSecretOutputs": list(self.secret_outputs),
            "ignoreChanges": list(self.ignore_changes),
            "replaceOnChanges": list(self.replace_on_changes),
        }
        return {key: value for key, value in entry.items() if value or key == "custom"}

    @property
    def _options(self) -> pb.AnalyzerResourceOptions:
        # The engine also sends aliases, but only of a resource that had another name before.
        return pb.AnalyzerResourceOptions(
            protect=self.protect,
            ignoreChanges=self.ignore_changes,
            deleteBeforeReplace=bool(self.delete_before_replace),
            deleteBeforeReplaceDefined=self.delete_before_replace is not None,
            additionalSecretOutputs=self.secret_outputs,
            customTimeouts=pb.AnalyzerResourceOptions.CustomTimeouts(),
            parent=self.parent,
        )

    @property
    def _provider(self) -> pb.AnalyzerProviderResource | None:
        if self.provider is None:
            return None
        return pb.AnalyzerProviderResource(
            urn=self.provider.urn,
            type=self.provider.type,
            name=self.provider.name,
            properties=_for_policies(self.provider.inputs),
        )


def _for_policies(struct: Struct) -> Struct:
    return Struct(fields={name: _without_references(value) for name, value in struct.fields.items()})


def _without_references(value: Value) -> Value:
    """The value, with references to resources replaced by their IDs, or URNs if they have no ID."""
    kind = value.WhichOneof("kind")
    if kind == "list_value":
        sent = Value()
        sent.list_value.values.extend(_without_references(each) for each in value.list_value.values)
        return sent
    if kind != "struct_value":
        return value
    fields = value.struct_value.fields
    if SIGNATURE in fields and fields[SIGNATURE].string_value == RESOURCE_REFERENCE:
        return fields["id"] if "id" in fields else fields["urn"]
    return Value(struct_value=_for_policies(value.struct_value))


def _exported(struct: Struct) -> dict[str, Any]:
    plain: dict[str, Any] = _with_ciphertext(json_format.MessageToDict(struct))
    return plain


def _with_ciphertext(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_ciphertext(each) for each in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, dict):
        return value
    if value.get(SIGNATURE) == SECRET:
        return {SIGNATURE: SECRET, "ciphertext": "v1:AAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}
    return {key: _with_ciphertext(each) for key, each in sorted(value.items())}
