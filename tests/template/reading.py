"""Reads templates in tests: a stack in eu-west-1 whose account nobody knows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from policy_pack.template import Template, TemplateResource, Unreadable, read
from policy_pack.values import UNKNOWN, Attribute, PartlyKnown, Plain, Unknown

TYPE = "Test::It"


def read_template(body: Any, parameters: Mapping[str, Plain] | Unknown | None = None) -> Template | Unreadable:
    """What is read of a template, given as its text or its object; resources of the type `TYPE` are asked for."""
    return read(
        body,
        {} if parameters is None else parameters,
        region="eu-west-1",
        account=UNKNOWN,
        partition="aws",
        stack_name="serving",
        types={TYPE},
    )


def content(body: Any, parameters: Mapping[str, Plain] | Unknown | None = None) -> Template:
    """What is read of a template that can be read."""
    found = read_template(body, parameters)
    assert isinstance(found, Template), found
    return found


def refusal(body: Any) -> str:
    """Why a template cannot be read at all."""
    found = read_template(body)
    assert isinstance(found, Unreadable), found
    return found.reason


def it(body: Any, parameters: Mapping[str, Plain] | Unknown | None = None) -> TemplateResource:
    """The resource with the logical id It."""
    return content(body, parameters).resources["It"]


def value(expression: Any, parameters: Mapping[str, Plain] | Unknown | None = None, **sections: Any) -> Plain:
    """What the property Value is, given as an object, in a template with these sections besides; `None` if it is gone.

    The resources Key and Other are there to refer to.
    """
    resources = {
        "Key": {"Type": "AWS::KMS::Key"},
        "Other": {"Type": "AWS::KMS::Key"},
        "It": {"Type": TYPE, "Properties": {"Value": expression}},
    }
    properties = it(json.dumps({"Resources": resources, **sections}), parameters).properties
    assert isinstance(properties, dict)
    return properties.get("Value")


def yaml_value(text: str) -> Plain:
    """What the property Value is, given as it is written in YAML, beside a resource Key."""
    key = "  Key: {Type: 'AWS::KMS::Key'}\n"
    properties = it(f"Resources:\n{key}  It:\n    Type: {TYPE}\n    Properties:\n      Value: {text}\n").properties
    assert isinstance(properties, dict)
    return properties.get("Value")


def partly(text: str, *sources: str, may_be_absent: bool = False) -> PartlyKnown:
    """A text with gaps, computed from these."""
    return PartlyKnown(frozenset(sources), may_be_absent, text)


def attribute(of: str, name: str) -> Attribute:
    """An attribute of a resource, by its name."""
    return Attribute(frozenset({of}), name=name)


def computed_from(*sources: str) -> Unknown:
    """Unknown, and computed from these."""
    return Unknown(frozenset(sources))
