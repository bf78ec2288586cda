"""The values of a template's parameters.

Source: "CloudFormation template Parameters syntax" in the AWS CloudFormation User Guide.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from policy_pack.template.parse import as_text
from policy_pack.template.texts import literal, merged, unknown, with_gaps
from policy_pack.values import UNKNOWN, PartlyKnown, Plain, Unknown


def parameter(declared: Mapping[str, Any], given: Plain) -> Plain:
    """A parameter's value: the given one, else the default."""
    value = declared.get("Default") if given is None else given
    kind, text = declared.get("Type"), as_text(value)
    # The value of a Systems Manager parameter is only the name under which the real value is stored.
    if not isinstance(kind, str) or kind.startswith("AWS::SSM::Parameter::Value<"):
        return unknown(value)
    if text is None:
        return _not_known(declared, value) if kind == "String" else unknown(value)
    if kind == "CommaDelimitedList" or kind.startswith("List<"):
        # It is not documented whether an empty text is an empty list or a list of one empty text.
        return [literal(item.strip()) for item in text.split(",")] if text.strip() else UNKNOWN
    return literal(text)


def _not_known(declared: Mapping[str, Any], value: Plain) -> Plain:
    """An unknown or partly known text: one of the parameter's allowed values."""
    if isinstance(value, PartlyKnown):
        return value
    allowed = declared.get("AllowedValues")
    texts = [as_text(each) for each in allowed] if isinstance(allowed, list) else []
    found = merged(map(literal, filter(None, texts))) if texts and None not in texts else UNKNOWN
    sources = unknown(value).sources
    # An empty text names nothing. A computed value is assumed not to be empty.
    empty = not sources and "" in (texts or [declared.get("Default")])
    if isinstance(found, PartlyKnown) or (isinstance(found, str) and empty):
        return PartlyKnown(sources, empty, with_gaps(found))
    return found if isinstance(found, str) else Unknown(sources, empty)
