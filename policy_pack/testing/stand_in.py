"""A stand-in for the AWS providers, without AWS: it echoes inputs, fills in names and Regions, and makes up outputs.

In a preview, computed outputs are unknown, as with the real providers. Properties are `google.protobuf.Struct` values,
with secrets and unknowns as the engine and providers exchange them.

Sources: "Auto-naming" and "Enhanced region support" in the Pulumi documentation; "Pulumi property values" in the
Pulumi developer documentation.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.struct_pb2 import Struct

from policy_pack.stack.urn import name_of, type_of

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
ACCOUNT = "111122223333"
KEY_ID = "12345678-1234-1234-1234-123456789012"  # of the first key that a program makes; any other has one of its own
OTHER_KEY_ID = "87654321-4321-4321-4321-210987654321"
MULTI_REGION_KEY_ID = "mrk-" + "1234abcd" * 4
SUFFIX = "-1a2b3c4"  # of generated names
UNIQUE = "20260102030405060700000001"  # follows a name's prefix

_KEYS = (
    "aws:kms/key:Key",
    "aws:kms/externalKey:ExternalKey",
    "aws:kms/replicaKey:ReplicaKey",
    "aws:kms/replicaExternalKey:ReplicaExternalKey",
    "aws-native:kms:Key",
    "aws-native:kms:ReplicaKey",
    "aws:index/kmsKey:KmsKey",
    "sm:tf:aws_kms_key",
)
_BRIDGED = "aws:index/"
_ALIASES = ("aws:kms/alias:Alias", "aws:index/kmsAlias:KmsAlias")
_NAMED = (
    "aws:index/sagemaker",
    "my-aws:index/sagemaker",
    "aws:sagemaker/",
    "aws:iam/role:",
    "aws:iam/policy:",
    "aws:ssm/",
    "aws:sns/",
)
_NAMED_NATIVE = {
    "aws-native:sagemaker:EndpointConfig": "endpointConfigName",
    "aws-native:sagemaker:Endpoint": "endpointName",
}
_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov", "us-iso-": "aws-iso", "us-isob-": "aws-iso-b"}


@dataclass(frozen=True)
class StandIn:
    """A configured provider. `regional` tells the classic provider 7.x, whose resources have a region, from 6.x.

    `keys` are the names of keys that were made before.
    """

    region: str | None
    regional: bool = True
    keys: list[str] = field(default_factory=list)

    def check(self, urn: str, inputs: Struct) -> Struct:
        """The inputs of a resource after the provider's Check."""
        checked = copy(inputs)
        kind, name = type_of(urn), name_of(urn)
        if kind.startswith(_NAMED) and "name" not in checked and "namePrefix" not in checked:
            checked["name"] = name + SUFFIX
        native_name = _NAMED_NATIVE.get(kind)
        if native_name is not None and native_name not in checked:
            checked[native_name] = name + SUFFIX
        if (
            kind.startswith("aws:")
            and not kind.startswith(_BRIDGED)
            and self.regional
            and self.region is not None
            and "region" not in checked
        ):
            checked["region"] = self.region
        return checked

    def create(self, urn: str, inputs: Struct, *, preview: bool) -> tuple[str, Struct]:
        """The ID and the outputs of a new resource; in a preview, the ID is empty and computed outputs are unknown."""
        outputs = copy(inputs)
        kind = type_of(urn)
        if preview:
            outputs["arn"] = UNKNOWN
            if kind in _KEYS:
                outputs["keyId"] = UNKNOWN
            if kind in _ALIASES:
                outputs["targetKeyArn"] = UNKNOWN
            if "namePrefix" in outputs:
                outputs["name"] = UNKNOWN
            return "", outputs
        if "namePrefix" in outputs:
            outputs["name"] = f"{text(outputs, 'namePrefix')}{UNIQUE}"
        region = text(outputs, "region") or self.region or "us-east-1"
        name = text(outputs, "name") or name_of(urn)
        if kind in _KEYS:
            key_id = _key_id(kind, name_of(urn), outputs, self.keys)
            outputs.update({"keyId": key_id, "arn": kms_arn(region, f"key/{key_id}")})
            return key_id, outputs
        if kind in _ALIASES:
            target = text(outputs, "targetKeyId") or ""
            target = target if target.startswith("arn:") else kms_arn(region, f"key/{target}")
            outputs.update({"arn": kms_arn(region, name), "targetKeyArn": target})
        elif kind.startswith("aws:iam/"):
            what = "policy" if kind == "aws:iam/policy:Policy" else "role"
            outputs["arn"] = f"arn:{partition_of(region)}:iam::{ACCOUNT}:{what}/{name}"
        elif kind == "aws:cloudcontrol/resource:Resource":
            outputs["properties"] = _made_of_state(outputs, name, region)
        elif kind == "aws:cloudformation/stack:Stack":
            outputs["outputs"] = _outputs_of_template(outputs, region)
        else:
            outputs["arn"] = f"arn:{partition_of(region)}:sagemaker:{region}:{ACCOUNT}:{name_of(urn)}"
        return name, outputs

    def read(self, urn: str, resource_id: str, inputs: Struct) -> Struct:
        """The outputs of an existing resource."""
        outputs = copy(inputs)
        if type_of(urn).startswith("aws:sagemaker/"):
            outputs["name"] = resource_id
        if type_of(urn) == "aws:kms/key:Key":
            outputs.update(
                {
                    "arn": kms_arn(self.region or "us-east-1", f"key/{resource_id}"),
                    "keyId": resource_id,
                    "isEnabled": True,
                    "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
                    "keyUsage": "ENCRYPT_DECRYPT",
                }
            )
            if self.regional and self.region is not None:
                outputs["region"] = self.region
        return outputs

    def invoke(self, token: str, arguments: Struct) -> Struct:
        """The result of a provider function; the arguments themselves for an unknown function."""
        region = text(arguments, "region") or self.region or "us-east-1"
        result = copy(arguments)
        if token == "aws:index/getCallerIdentity:getCallerIdentity":
            user = f"arn:{partition_of(region)}:iam::{ACCOUNT}:user/x"
            result.update({"accountId": ACCOUNT, "arn": user, "id": ACCOUNT, "userId": "x"})
        elif token == "aws:index/getRegion:getRegion":
            result.update({"name": region, "region": region, "id": region, "description": "", "endpoint": ""})
        elif token == "aws:kms/getKey:getKey":
            result.update({"arn": kms_arn(region, f"key/{OTHER_KEY_ID}"), "id": OTHER_KEY_ID})
        elif token == "aws:kms/getAlias:getAlias":
            alias, key = kms_arn(region, text(arguments, "name") or ""), kms_arn(region, f"key/{OTHER_KEY_ID}")
            result.update({"arn": alias, "id": alias, "targetKeyArn": key, "targetKeyId": OTHER_KEY_ID})
        return result


def copy(struct: Struct) -> Struct:
    """A copy of a struct."""
    own = Struct()
    own.CopyFrom(struct)
    return own


def text(struct: Struct, field: str) -> str | None:
    """A field of a struct if it is a string."""
    value = struct[field] if field in struct else None  # noqa: SIM401 - a struct has no get
    return value if isinstance(value, str) else None


def partition_of(region: str) -> str:
    """The partition of a region."""
    return next((name for prefix, name in _PARTITIONS.items() if region.startswith(prefix)), "aws")


def kms_arn(region: str, what: str) -> str:
    """The ARN of a key (``key/ID``) or an alias (``alias/NAME``) in the account."""
    return f"arn:{partition_of(region)}:kms:{region}:{ACCOUNT}:{what}"


def _key_id(kind: str, name: str, outputs: Struct, keys: list[str]) -> str:
    if ("multiRegion" in outputs and outputs["multiRegion"] is True) or "eplica" in kind:
        return MULTI_REGION_KEY_ID  # one for all, as a replica shares its primary's
    if not keys:
        keys.append(name)
    return KEY_ID if name == keys[0] else own_key_id(name)


def own_key_id(name: str) -> str:
    """The id of a key that is not the first one, made from the key's name."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, name))


def _made_of_state(outputs: Struct, name: str, region: str) -> str:
    """The state that AWS makes from a Cloud Control input, with names and a key's ARN."""
    kind, state = text(outputs, "typeName") or "", _json_object(text(outputs, "desiredState"))
    if kind == "AWS::KMS::Key":
        state["Arn"] = kms_arn(region, f"key/{KEY_ID}")
    if kind == "AWS::SageMaker::EndpointConfig":
        state.setdefault("EndpointConfigName", f"EndpointConfig-{name}")
    return json.dumps(state)


def _outputs_of_template(outputs: Struct, region: str) -> dict[str, str]:
    """The outputs of a template in JSON; each is assumed to be the ARN of its key."""
    declared = _json_object(text(outputs, "templateBody")).get("Outputs", {})
    return {name: kms_arn(region, f"key/{KEY_ID}") for name in declared}


def _json_object(given: str | None) -> dict[str, Any]:
    try:
        found = json.loads(given or "")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
