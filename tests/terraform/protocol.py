"""The messages of Terraform's plugin protocol 5 that a small provider takes, and the values that they carry.

Sources: "Terraform Plugin Protocol" and "Wire Format for Terraform Objects and Associated Values" (hashicorp/terraform,
docs/plugin-protocol) for the numbers of fields and the encoding of values in MessagePack.
"""

from __future__ import annotations

from typing import Any

import msgspec
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_PACKAGE = "tfplugin5"
# A message's fields by number: a name with its type, which is a message where it begins with a capital; * for a list.
_MESSAGES = {
    "DynamicValue": {1: "msgpack bytes"},
    "RawState": {1: "json bytes"},
    "Diagnostic": {1: "severity int64", 2: "summary string", 3: "detail string"},
    "Step": {1: "attribute_name string"},
    "AttributePath": {1: "steps *Step"},
    "Attribute": {
        1: "name string",
        2: "type bytes",
        4: "required bool",
        5: "optional bool",
        6: "computed bool",
        7: "sensitive bool",
    },
    "NestedBlock": {
        1: "type_name string",
        2: "block Block",
        3: "nesting int64",
        4: "min_items int64",
        5: "max_items int64",
    },
    "Block": {2: "attributes *Attribute", 3: "block_types *NestedBlock"},
    "Schema": {1: "version int64", 2: "block Block"},
    "Named": {1: "key string", 2: "value Schema"},
    "Schemas": {1: "provider Schema", 2: "resource_schemas *Named", 3: "data_source_schemas *Named"},
    "Request": {1: "type_name string", 2: "config DynamicValue"},
    "Done": {1: "diagnostics *Diagnostic"},
    "Prepare": {1: "config DynamicValue"},
    "Prepared": {1: "prepared_config DynamicValue", 2: "diagnostics *Diagnostic"},
    "Configure": {1: "terraform_version string", 2: "config DynamicValue"},
    "Upgrade": {1: "type_name string", 2: "version int64", 3: "raw_state RawState"},
    "Upgraded": {1: "upgraded_state DynamicValue", 2: "diagnostics *Diagnostic"},
    "Read": {1: "type_name string", 2: "current_state DynamicValue"},
    "ReadState": {1: "new_state DynamicValue", 2: "diagnostics *Diagnostic"},
    "Plan": {1: "type_name string", 2: "prior_state DynamicValue", 3: "proposed_new_state DynamicValue"},
    "Planned": {
        1: "planned_state DynamicValue",
        2: "requires_replace *AttributePath",
        4: "diagnostics *Diagnostic",
        5: "legacy_type_system bool",
    },
    "Apply": {1: "type_name string", 2: "prior_state DynamicValue", 3: "planned_state DynamicValue"},
    "Applied": {1: "new_state DynamicValue", 3: "diagnostics *Diagnostic", 4: "legacy_type_system bool"},
    "ReadData": {1: "state DynamicValue", 2: "diagnostics *Diagnostic"},
    "Stopped": {1: "error string"},
}
_KINDS = {
    "bytes": descriptor_pb2.FieldDescriptorProto.TYPE_BYTES,
    "string": descriptor_pb2.FieldDescriptorProto.TYPE_STRING,
    "bool": descriptor_pb2.FieldDescriptorProto.TYPE_BOOL,
    "int64": descriptor_pb2.FieldDescriptorProto.TYPE_INT64,
}


def _made() -> dict[str, Any]:
    file = descriptor_pb2.FileDescriptorProto(name="tests/terraform.proto", package=_PACKAGE, syntax="proto3")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for number, described in fields.items():
            label, kind = described.split()
            field = message.field.add(name=label, number=number)
            field.label = field.LABEL_REPEATED if kind.startswith("*") else field.LABEL_OPTIONAL
            if (kind := kind.removeprefix("*")) in _KINDS:
                field.type = _KINDS[kind]
            else:
                field.type, field.type_name = field.TYPE_MESSAGE, f".{_PACKAGE}.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{name}")) for name in _MESSAGES
    }


MESSAGES = _made()


class Unknown:
    """A value that is known after the apply."""


UNKNOWN = Unknown()


def decoded(value: Any) -> Any:
    """The value of a `DynamicValue`: `None` where there is none, and `UNKNOWN` at any depth."""
    return msgspec.msgpack.decode(value.msgpack, ext_hook=lambda *_: UNKNOWN) if value.msgpack else None


def encoded(value: Any) -> Any:
    """The `DynamicValue` of a value."""
    packed = msgspec.msgpack.encode(value, enc_hook=lambda _: msgspec.msgpack.Ext(0, b"\0"))
    return MESSAGES["DynamicValue"](msgpack=packed)
