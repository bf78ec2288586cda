"""Reads values of Terraform documents, with unknown and sensitive values in Pulumi's form.

Source: "JSON Output Format" of the Terraform documentation. A path is true in `after_unknown` if its value is unknown,
and in `after_sensitive` and `sensitive_values` if it is sensitive; other paths are left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from policy_pack.values import OUTPUT, SECRET, SIGNATURE

_UNKNOWN = {SIGNATURE: OUTPUT}


class Unreadable(Exception):
    """A document that cannot be audited; its text says why, as the end of a sentence about it."""


def object_of(value: Any, name: str) -> Mapping[str, Any]:
    """The object with a name in a value; an empty one if there is none. Raises `Unreadable`."""
    found = value.get(name) if isinstance(value, dict) else None
    if found is not None and not isinstance(found, dict):
        raise Unreadable(f"has a value of {name} that is not an object")
    return found or {}


def objects_of(value: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The objects in the list with a name; an empty list if there is none. Raises `Unreadable`."""
    found = value.get(name)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Unreadable(f"has a value of {name} that is not a list of objects")
    return found


def merged(values: Mapping[str, Any], unknown: Any, sensitive: list[Any]) -> Mapping[str, Any]:
    """The values of a resource; all are unknown if the resource is unknown as a whole."""
    found = _merged(dict(values), unknown, sensitive)
    return found if SIGNATURE not in found else dict.fromkeys(values, _UNKNOWN)


def _merged(value: Any, unknown: Any, sensitive: list[Any]) -> Any:
    """A value with its unknown and sensitive parts in the form of a Pulumi state."""
    if unknown is True:
        return _UNKNOWN
    if True in sensitive:
        if isinstance(unknown, (dict, list)) and unknown and _has_true(unknown):
            return _UNKNOWN
        return value if value is None else {SIGNATURE: SECRET, "plaintext": json.dumps(value)}
    if isinstance(value, dict) or (value is None and isinstance(unknown, dict) and _has_true(unknown)):
        return _merged_object(value or {}, unknown, sensitive)
    if isinstance(value, list) or (value is None and isinstance(unknown, list) and _has_true(unknown)):
        return _merged_list(value or [], unknown, sensitive)
    return value


def _merged_object(value: dict[str, Any], unknown: Any, sensitive: list[Any]) -> dict[str, Any]:
    unknown = unknown if isinstance(unknown, dict) else {}
    parts = [each if isinstance(each, dict) else {} for each in sensitive]
    names = [*value, *(name for name in unknown if name not in value and _has_true(unknown[name]))]
    return {name: _merged(value.get(name), unknown.get(name), [each.get(name) for each in parts]) for name in names}


def _merged_list(value: list[Any], unknown: Any, sensitive: list[Any]) -> list[Any]:
    unknown = unknown if isinstance(unknown, list) and _has_true(unknown) else []
    parts = [each if isinstance(each, list) else [] for each in sensitive]
    return [
        _merged(_at(value, index), _at(unknown, index), [_at(each, index) for each in parts])
        for index in range(max(len(value), len(unknown)))
    ]


def _has_true(value: Any) -> bool:
    if isinstance(value, (dict, list)):
        return any(map(_has_true, value.values() if isinstance(value, dict) else value))
    return value is True


def _at(items: list[Any], index: int) -> Any:
    return items[index] if index < len(items) else None
