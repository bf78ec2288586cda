"""The parts of AWS's own managed policies that concern keys, from a bundled table (`tests.managed_policies`).

The table has a date, since AWS may change a policy. It covers only the partition ``aws``.

Source: the managed policies that AWS publishes, "AWS managed policies" in the AWS Managed Policy Reference Guide.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

_PREFIX = "arn:aws:iam::aws:policy/"


def aws_managed_policy(arn: str) -> Any:
    """The parts that concern keys of the policy with that ARN; `None` if it is not in the table."""
    if not arn.startswith(_PREFIX):
        return None
    statements = _table().get(arn[len(_PREFIX) :])
    return None if statements is None else {"Version": "2012-10-17", "Statement": statements}


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    # Read only if a role of the stack has a policy of AWS.
    text = Path(__file__).with_name("aws_managed_policies.json").read_text(encoding="utf-8")
    policies: dict[str, Any] = json.loads(text)["policies"]
    return policies
