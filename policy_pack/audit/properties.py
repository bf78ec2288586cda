"""The properties of a resource in a stack's state, with secrets encrypted or in plain text.

Source: `DeserializePropertyValue` of the engine's package stack, for the encoding of special values in a state.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from policy_pack.values import SECRET, SIGNATURE, Plain, from_json, unwrap


class Properties(Mapping[str, Plain]):
    """The properties of a resource as plain values, each converted on first use, since few of them are used."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given
        self._read: dict[str, Plain] = {}

    def __getitem__(self, name: str) -> Plain:
        if name not in self._read:
            self._read[name] = _plain(self._given[name])
        return self._read[name]

    def get(self, name: str, default: Any = None) -> Any:
        # The inherited method raises an exception for each absent property, and most requested ones are absent.
        return self[name] if name in self._given else default

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)


def secret_texts(value: Any) -> Iterator[str]:
    """The plain texts in the secrets at any depth of a value."""
    if isinstance(value, dict):
        secret = _is_plain_secret(value)
        for item in [_decoded(value)] if secret else value.values():
            yield from _texts(item) if secret else secret_texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from secret_texts(item)


def _plain(value: Any) -> Plain:
    if isinstance(value, dict):
        if _is_plain_secret(value):
            return from_json(_decoded(value))
        return unwrap({key: _plain(item) for key, item in value.items()})
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return unwrap(value)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def _is_plain_secret(value: dict[str, Any]) -> bool:
    return value.get(SIGNATURE) == SECRET and "plaintext" in value


def _decoded(secret: dict[str, Any]) -> Any:
    """The JSON value in a secret in plain text; if it is invalid, the secret as if it were encrypted."""
    try:
        return json.loads(secret["plaintext"])
    except (TypeError, ValueError):
        return {SIGNATURE: SECRET}
