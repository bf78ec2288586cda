"""What of a template's metadata suppresses a rule of another tool."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from policy_pack.carriers.suppressions import suppressions
from policy_pack.stack.model import Suppression
from policy_pack.values import UNKNOWN

ENCODED = base64.b64encode("für uns".encode()).decode()


def listed(tool: str, *rules: Any) -> dict[str, Any]:
    return {tool: {"rules_to_suppress": list(rules)}}


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        (listed("cfn_nag", {"id": "W1", "reason": "old"}), [("cfn_nag", "W1", "old")]),
        (listed("cdk_nag", {"id": "R"}, {"id": "S", "reason": 5}), [("cdk_nag", "R", ""), ("cdk_nag", "S", "")]),
        ({"guard": {"SuppressedRules": ["A", 5, None, "B"]}}, [("guard", "A", ""), ("guard", "B", "")]),
        (
            listed("cdk_nag", {"id": "R", "reason": ENCODED, "is_reason_encoded": True}),
            [("cdk_nag", "R", "für uns")],
        ),
        (listed("cdk_nag", {"id": "R", "reason": ENCODED}), [("cdk_nag", "R", ENCODED)]),
        (listed("cdk_nag", {"id": "R", "reason": "?", "is_reason_encoded": True}), [("cdk_nag", "R", "")]),
        (listed("cdk_nag", {"id": "R", "reason": "x" * 900}), [("cdk_nag", "R", "x" * 500)]),
        (listed("cfn_nag", {"reason": "no id"}, {"id": 5}, "W1", None, ["W1"]), []),
        (listed("checkov", {"id": "W1"}), []),
        ({"cfn_nag": ["W1"], "cdk_nag": "R", "guard": {"SuppressedRules": "A"}}, []),
        ({"cfn_nag": {"rules_to_suppress": "W1"}, "guard": 5}, []),
        ({}, []),
        (None, []),
        (UNKNOWN, []),
        ("text", []),
    ],
    ids=lambda each: str(each)[:50],
)
def test_suppressions(metadata: Any, expected: list[tuple[str, str, str]]) -> None:
    assert list(suppressions(metadata)) == [Suppression(*each) for each in expected]


def test_no_more_are_read_than_a_hundred() -> None:
    many = [{"id": str(number)} for number in range(101)]
    assert [each.rule for each in suppressions(listed("cfn_nag", *many))] == [str(number) for number in range(100)]
    assert len(suppressions({"guard": {"SuppressedRules": ["A"] * 101}})) == 100
