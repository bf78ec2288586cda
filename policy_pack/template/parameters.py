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
    """A parameter's value: what was given, else its default."""
    value = declared.get("Default") if given is None else given
    kind, text = declared.get("Type"), as_text(value)
    # The value of a parameter of Systems Manager is only the name of what it stands for.
    if not isinstance(kind, str) or kind.startswith("AWS::SSM::Parameter::Value<"):
        return unknown(value)
    if text is None:
        return _not_known(declared, value) if kind == "String" else unknown(value)
    if kind == "CommaDelimitedList" or kind.startswith("List<"):
        # Whether an empty text is a list of nothing or of one empty text is not documented.
        return [literal(item.strip()) for item in text.split(",")] if text.strip() else UNKNOWN
    return literal(text)


def _not_known(declared: Mapping[str, Any], value: Plain) -> Plain:
    """A text that is not known, or not in full: one of those that the parameter allows."""
    if isinstance(value, PartlyKnown):
        return value
    allowed = declared.get("AllowedValues")
    texts = [as_text(each) for each in allowed] if isinstance(allowed, list) else []
    found = merged(map(literal, filter(None, texts))) if texts and None not in texts else UNKNOWN
    sources = unknown(value).sources
    # An empty text names nothing. What the program computes is taken for something.
    empty = not sources and "" in (texts or [declared.get("Default")])
    if isinstance(found, PartlyKnown) or (isinstance(found, str) and empty):
        return PartlyKnown(sources, empty, with_gaps(found))
    return found if isinstance(found, str) else Unknown(sources, empty)
