"""Exported stacks on which the pack was wrong once, and what is right."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy_pack.audit.run import audit
from tests.audit.auditing import options, triples

CASES = Path(__file__).parent.parent / "cases"


@pytest.mark.parametrize(
    ("name", "policy"),
    [
        ("instance_pool_with_another_model", "key-policy-grants-sagemaker"),
        ("stackset_within_template", "encryption-at-rest-enabled"),
    ],
)
def test_case(name: str, policy: str) -> None:
    report = audit([str(CASES / f"{name}.json")], options())
    assert report.problems == ()
    assert policy in {found for _, found, _ in triples(report)}
    assert report.configurations
