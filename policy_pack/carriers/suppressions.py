"""Suppressions for other tools in a template: in the ``Metadata`` of its resources.

Sources: "Per-Resource Rule Suppression" in the readme of cfn_nag; "Suppressing a Rule" in the readme of cdk-nag (which
writes reasons in Base64 where they are not ASCII); "Suppressing rules" in the readme of AWS CloudFormation Guard.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from policy_pack.stack.model import Suppression
from policy_pack.values import Plain

_MOST = 100  # the most suppressions of a resource that are read
_LONGEST = 500  # the most characters of a reason


def suppressions(metadata: Plain) -> tuple[Suppression, ...]:
    """The suppressions in the metadata of a resource that have the form that those tools read."""
    return tuple(_found(metadata)) if isinstance(metadata, dict) else ()


def _found(metadata: dict[str, Plain]) -> Iterator[Suppression]:
    for tool in ("cfn_nag", "cdk_nag"):
        given = metadata.get(tool)
        rules = given.get("rules_to_suppress") if isinstance(given, dict) else None
        for rule in rules[:_MOST] if isinstance(rules, list) else ():
            if isinstance(rule, dict) and isinstance(rule.get("id"), str):
                yield Suppression(tool, rule["id"], _reason(rule))
    given = metadata.get("guard")
    rules = given.get("SuppressedRules") if isinstance(given, dict) else None
    for rule in rules[:_MOST] if isinstance(rules, list) else ():
        if isinstance(rule, str):
            yield Suppression("guard", rule, "")


def _reason(rule: dict[str, Plain]) -> str:
    reason = rule.get("reason")
    if not isinstance(reason, str):
        return ""
    if rule.get("is_reason_encoded") is True:
        try:
            reason = base64.b64decode(reason[: 2 * _LONGEST], validate=True).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            return ""
    return reason[:_LONGEST]
