"""The names of AWS's own resource types as providers spell them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any


def snake_case(name: str) -> str:
    """`KmsKeyId` as `kms_key_id`."""
    return re.sub("(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def camel_case(name: str) -> str:
    """`KmsKeyId` as `kmsKeyId`."""
    return name[:1].lower() + name[1:]


def spelled(value: Any, spelling: Callable[[str], str]) -> Any:
    """A value whose names are spelled so, at any depth."""
    if isinstance(value, dict):
        return {spelling(name): spelled(item, spelling) for name, item in value.items()}
    return [spelled(item, spelling) for item in value] if isinstance(value, list) else value
