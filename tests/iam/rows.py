"""A row of the tables of key policies: a policy, what it lets SageMaker do, and whom else it lets in.

The caller is the role `ROLE` of the key's account, whose own policies are not known. "grants" is "yes", "?" where
nobody can tell, "malformed", or the actions that are missing. "restricted" is "yes", "?", "everybody" or "accounts".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.iam.statements import ROLE, document

YES, NOBODY_CAN_TELL, MALFORMED = "yes", "?", "malformed"
ALL = "Decrypt, GenerateDataKey, CreateGrant"


@dataclass(frozen=True)
class Row:
    """A key policy and what is expected of it."""

    name: str
    policy: Any
    grants: str
    restricted: str

    def __str__(self) -> str:
        return self.name.replace(" ", "-")


def row(name: str, *statements: Any, grants: str = YES, restricted: str = YES) -> Row:
    return Row(name, document(*statements), grants, restricted)


def text(name: str, policy: Any, grants: str = MALFORMED, restricted: str = NOBODY_CAN_TELL) -> Row:
    return Row(name, policy, grants, restricted)


def when(operator: str, key: str, value: Any) -> dict[str, Any]:
    return {operator: {key: value}}


ROLE_ONLY = {"AWS": ROLE}
EVERYBODY: Any = "*"
