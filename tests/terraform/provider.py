"""A stand-in for Terraform's AWS provider, which Terraform reaches on loopback as it does a provider under a debugger.

It plans and applies as the real one does as far as a plan's and a state's texts show it: defaults, what is known after
the apply, what replaces a resource, names that are generated. What it makes up depends on nothing but what it is given.

Sources: "Debugging Providers" of the Terraform plugin documentation, for TF_REATTACH_PROVIDERS; "Resource Instance
Change Lifecycle" (hashicorp/terraform, docs) for what a plan may say.
"""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from concurrent import futures
from contextlib import contextmanager
from typing import Any

import grpc

from tests.terraform.protocol import MESSAGES, UNKNOWN, Unknown, decoded, encoded
from tests.terraform.schemas import CLOUD_CONTROL, DATA, OBJECTS, PROVIDER, RESOURCES, Blocks, Schema, of_resource

ACCOUNT = "111122223333"
SOURCES = tuple(f"registry.terraform.io/hashicorp/{name}" for name in ("aws", "awscc"))
_LIST = 2  # how blocks nest
_COLLECTIONS = {"map": ["map", "string"], "set": ["set", "string"], **OBJECTS}


class Provider:
    """A provider as one of its configurations has it, with its region."""

    def __init__(self) -> None:
        self.region = "us-east-1"

    def schemas(self, _: Any) -> Any:
        return MESSAGES["Schemas"](
            provider=_schema(PROVIDER),
            resource_schemas=[_named(name, of_resource(name)) for name in (*RESOURCES, *CLOUD_CONTROL)],
            data_source_schemas=[_named(name, {**schema, "id": "string computed"}) for name, schema in DATA.items()],
        )

    def prepare(self, request: Any) -> Any:
        return MESSAGES["Prepared"](prepared_config=request.config)

    def validate(self, _: Any) -> Any:
        return MESSAGES["Done"]()

    def configure(self, request: Any) -> Any:
        self.region = decoded(request.config)["region"] or "us-east-1"
        return MESSAGES["Done"]()

    def upgrade(self, request: Any) -> Any:
        return MESSAGES["Upgraded"](upgraded_state=encoded(json.loads(request.raw_state.json)))

    def read(self, request: Any) -> Any:
        return MESSAGES["ReadState"](new_state=request.current_state)

    def plan(self, request: Any) -> Any:
        prior, proposed = decoded(request.prior_state), decoded(request.proposed_new_state)
        if proposed is None:
            return MESSAGES["Planned"](planned_state=request.proposed_new_state)
        schema = of_resource(request.type_name)
        planned = self._planned(schema, proposed, is_new=prior is None)
        changed = () if prior is None else [name for name in schema if not _same(prior[name], planned[name])]
        replacing = [name for name in changed if _replaces(schema[name])]
        step = MESSAGES["Step"]
        return MESSAGES["Planned"](
            planned_state=encoded(planned),
            requires_replace=[MESSAGES["AttributePath"](steps=[step(attribute_name=name)]) for name in replacing],
            legacy_type_system=True,
        )

    def apply(self, request: Any) -> Any:
        planned = decoded(request.planned_state)
        if planned is not None:
            planned = made(request.type_name, planned)
        return MESSAGES["Applied"](new_state=encoded(planned), legacy_type_system=True)

    def read_data(self, request: Any) -> Any:
        given = decoded(request.config)
        given = {**given, **{name: self.region for name in ("region",) if name in given and given[name] is None}}
        if request.type_name == "aws_kms_alias":
            key = str(uuid.uuid5(uuid.NAMESPACE_URL, given["name"]))
            found = {
                "id": _arn("kms", given["region"], given["name"]),
                "arn": _arn("kms", given["region"], given["name"]),
                "target_key_arn": _arn("kms", given["region"], f"key/{key}"),
                "target_key_id": key,
            }
        else:
            found = {"id": ACCOUNT, "account_id": ACCOUNT, "arn": f"arn:aws:iam::{ACCOUNT}:root", "user_id": ACCOUNT}
        return MESSAGES["ReadData"](state=encoded({**given, **found}))

    def stop(self, _: Any) -> Any:
        return MESSAGES["Stopped"]()

    def _planned(self, schema: Schema, given: Mapping[str, Any], *, is_new: bool) -> dict[str, Any]:
        """What is given, with defaults, and unknown values where it is known after the apply."""
        planned: dict[str, Any] = {}
        for name, value in given.items():
            known = schema[name]
            if isinstance(known, Blocks):
                blocks = value if isinstance(value, list) else []
                planned[name] = [self._planned(known.schema, each, is_new=is_new) for each in blocks]
            elif value is not None:
                planned[name] = value
            elif "=" in known:
                planned[name] = _default(known)
            elif name == "region":
                planned[name] = self.region
            else:
                planned[name] = UNKNOWN if "computed" in known and is_new else value
        if "tags_all" in planned:
            planned["tags_all"] = planned["tags"] or {}
        return planned


def made(kind: str, planned: Mapping[str, Any]) -> dict[str, Any]:
    """A resource as it is after the apply."""
    if kind in CLOUD_CONTROL:
        return _made_by_cloud_control(kind, planned)
    known = {name: value for name, value in planned.items() if not isinstance(value, Unknown)}
    digest = hashlib.sha256(json.dumps(known, sort_keys=True, default=lambda _: None).encode()).hexdigest()
    suffix = f"{int(digest, 16) % 10**18:018}{digest[:8]}"
    region = known.get("region", "")
    found: dict[str, Any] = {}
    if "name" in planned:
        prefix = "alias/" if kind == "aws_kms_alias" else "terraform-"
        found["name"] = known.get("name") or f"{known.get('name_prefix') or prefix}{suffix}"
        found["id"] = found["name"]
        found["name_prefix"] = known.get("name_prefix") or ("" if known.get("name") else prefix)
    if kind == "aws_kms_key":
        key = str(uuid.uuid5(uuid.NAMESPACE_URL, digest))
        found |= {"id": key, "key_id": key, "arn": _arn("kms", region, f"key/{key}"), "multi_region": False}
        found |= {"description": "", "policy": _default_policy(), "rotation_period_in_days": 365}
    elif kind == "aws_kms_alias":
        found |= {"arn": _arn("kms", region, found["name"]), "target_key_arn": _key_arn(region, known["target_key_id"])}
    elif kind == "aws_kms_key_policy":
        found["id"] = known["key_id"]
    elif kind == "aws_iam_role":
        found |= {"arn": f"arn:aws:iam::{ACCOUNT}:role{known['path']}{found['name']}", "managed_policy_arns": []}
        found |= {"create_date": "2026-01-02T03:04:05Z", "unique_id": f"AROA{digest[:17].upper()}"}
    elif kind == "aws_iam_role_policy":
        found["id"] = f"{known['role']}:{found['name']}"
    else:
        what = kind.removeprefix("aws_sagemaker_").replace("endpoint_configuration", "endpoint-config")
        found["arn"] = _arn("sagemaker", region, f"{what}/{found['name']}")
    return _filled(planned, found, suffix)


def _made_by_cloud_control(kind: str, planned: Mapping[str, Any]) -> dict[str, Any]:
    known = {name: value for name, value in planned.items() if not isinstance(value, Unknown)}
    digest = hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()
    found: dict[str, Any] = {}
    if kind == "awscc_kms_key":
        key = str(uuid.uuid5(uuid.NAMESPACE_URL, digest))
        found |= {
            "id": key,
            "key_id": key,
            "arn": _arn("kms", "us-east-1", f"key/{key}"),
            "key_spec": "SYMMETRIC_DEFAULT",
        }
        found |= {"enabled": True, "enable_key_rotation": False, "key_policy": _default_policy()}
    elif kind == "awscc_sagemaker_endpoint_config":
        name = known.get("endpoint_config_name") or f"EndpointConfig-{digest[:12]}"
        arn = _arn("sagemaker", "us-east-1", f"endpoint-config/{name.lower()}")
        found |= {"endpoint_config_name": name, "endpoint_config_arn": arn, "id": arn}
    elif kind == "awscc_sagemaker_endpoint":
        arn = _arn("sagemaker", "us-east-1", f"endpoint/endpoint-{digest[:12]}")
        found |= {"endpoint_name": f"Endpoint-{digest[:12]}", "endpoint_arn": arn, "id": arn}
    else:
        found |= {"id": known["name"], "arn": _arn("sagemaker", "us-east-1", f"inference-experiment/{known['name']}")}
    return _filled(planned, found, digest)


def _filled(planned: Mapping[str, Any], found: Mapping[str, Any], suffix: str) -> dict[str, Any]:
    filled: dict[str, Any] = {}
    for name, value in planned.items():
        if isinstance(value, list):
            nested = {"variant_name": f"terraform-{suffix}"}
            filled[name] = [_filled(each, nested, suffix) if isinstance(each, dict) else each for each in value]
        else:
            filled[name] = found.get(name) if isinstance(value, Unknown) else value
    return filled


def _replaces(known: Any) -> bool:
    return known.replaces if isinstance(known, Blocks) else "new" in known


def _same(before: Any, after: Any) -> bool:
    if isinstance(before, list) and isinstance(after, list):
        return len(before) == len(after) and all(map(_same, before, after))
    if isinstance(before, dict) and isinstance(after, dict):
        return all(_same(before[name], after[name]) for name in before)
    return bool(before == after)


def _default(known: str) -> Any:
    text = known.partition("=")[2]
    return {"true": True, "false": False}.get(text, int(text) if text.isdecimal() else text)


def _default_policy() -> str:
    """What AWS gives a key without a policy."""
    root = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    statement = {"Sid": "Enable IAM User Permissions", "Effect": "Allow", "Principal": root, "Action": "kms:*"}
    return json.dumps({"Version": "2012-10-17", "Id": "key-default-1", "Statement": [{**statement, "Resource": "*"}]})


def _arn(service: str, region: str, what: str) -> str:
    return f"arn:aws:{service}:{region}:{ACCOUNT}:{what}"


def _key_arn(region: str, key: str) -> str:
    return key if key.startswith("arn:") else _arn("kms", region, f"key/{key}")


def _named(name: str, schema: Schema) -> Any:
    return MESSAGES["Named"](key=name, value=_schema(schema))


def _schema(schema: Schema) -> Any:
    return MESSAGES["Schema"](block=_block(schema))


def _block(schema: Schema) -> Any:
    attributes, blocks = [], []
    for name, known in schema.items():
        if isinstance(known, Blocks):
            items = {"min_items": known.least, "max_items": known.most}
            made_block = MESSAGES["NestedBlock"](type_name=name, block=_block(known.schema), nesting=_LIST, **items)
            blocks.append(made_block)
        else:
            kind, *flags = known.split()
            said = {flag: True for flag in flags if flag in ("required", "optional", "computed")}
            kind_of = json.dumps(_COLLECTIONS.get(kind, kind)).encode()
            attributes.append(MESSAGES["Attribute"](name=name, type=kind_of, **said))
    return MESSAGES["Block"](attributes=attributes, block_types=blocks)


_METHODS: Mapping[str, tuple[str, Callable[[Provider, Any], Any]]] = {
    "GetSchema": ("Done", Provider.schemas),
    "PrepareProviderConfig": ("Prepare", Provider.prepare),
    "ValidateResourceTypeConfig": ("Request", Provider.validate),
    "ValidateDataSourceConfig": ("Request", Provider.validate),
    "UpgradeResourceState": ("Upgrade", Provider.upgrade),
    "Configure": ("Configure", Provider.configure),
    "ReadResource": ("Read", Provider.read),
    "PlanResourceChange": ("Plan", Provider.plan),
    "ApplyResourceChange": ("Apply", Provider.apply),
    "ReadDataSource": ("Request", Provider.read_data),
    "Stop": ("Done", Provider.stop),
}


@contextmanager
def serving() -> Iterator[str]:
    """Serves a provider until the context ends; yields the value of TF_REATTACH_PROVIDERS that leads to it."""
    # Each configuration of the provider is a connection of its own.
    providers: defaultdict[str, Provider] = defaultdict(Provider)
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
    handlers = {name: _handler(providers, request, handle) for name, (request, handle) in _METHODS.items()}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("tfplugin5.Provider", handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    address = {"Network": "tcp", "String": f"127.0.0.1:{port}"}
    reached = {"Protocol": "grpc", "ProtocolVersion": 5, "Pid": os.getpid(), "Test": True, "Addr": address}
    try:
        yield json.dumps(dict.fromkeys(SOURCES, reached))
    finally:
        server.stop(None).wait()


def _handler(providers: Mapping[str, Provider], request: str, handle: Callable[[Provider, Any], Any]) -> Any:
    return grpc.unary_unary_rpc_method_handler(
        lambda message, context: handle(providers[context.peer()], message),
        MESSAGES[request].FromString,
        lambda response: response.SerializeToString(),
    )
