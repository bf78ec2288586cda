"""Exported stacks for the tests of the audit, in a few words each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
ENDPOINT = "aws:sagemaker/endpoint:Endpoint"
KEY_TYPE = "aws:kms/key:Key"
PROVIDER = "pulumi:providers:aws"

ACCOUNT = "111122223333"
KEY_ID = "12345678-1234-1234-1234-123456789012"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{KEY_ID}"

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"


def urn(kind: str, name: str, stack: str = "dev") -> str:
    return f"urn:pulumi:{stack}::shop::{kind}::{name}"


def resource(kind: str, name: str, inputs: dict[str, Any] | None = None, **entry: Any) -> dict[str, Any]:
    """An entry of a stack; its outputs are its inputs unless `entry` says otherwise."""
    given = inputs or {}
    made = {"urn": urn(kind, name), "custom": True, "id": f"{name}-id", "type": kind, "inputs": given, "outputs": given}
    return {**made, **entry}


def configuration(name: str = "config", /, **properties: Any) -> dict[str, Any]:
    """An entry of an endpoint configuration in us-east-1 with a generated name; a property that is `None` is absent."""
    given = {"name": f"{name}-1a2b3c4", "region": "us-east-1", **properties}
    return resource(CONFIGURATION, name, {key: value for key, value in given.items() if value is not None})


def export(*resources: Any, version: Any = 3) -> dict[str, Any]:
    return {"version": version, "deployment": {"manifest": {}, "resources": list(resources)}}


def secret(value: Any) -> dict[str, Any]:
    """A secret of an export with --show-secrets."""
    return {SIGNATURE: SECRET, "plaintext": json.dumps(value)}


def encrypted() -> dict[str, Any]:
    return {SIGNATURE: SECRET, "ciphertext": "v1:AAAA:BBBB"}


def write(path: Path, document: Any) -> str:
    """Writes a document as a file; gives its path as it would be given on a command line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)
