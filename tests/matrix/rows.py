"""A row of the matrix: what violates a policy and what does not, in parts that every carrier makes.

The row of a policy is `ROW` in the file of its tests, ``tests/policies/test_NAME.py``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.matrix.carriers import COLUMNS
from tests.matrix.parts import KEY, MACHINE, STACK, Output, Part, Parts, configuration, endpoint, pair, variants
from tests.programs.blocks import KEY_POLICY, arn

__all__ = [
    "EXPERIMENTS",
    "KEY_IN_AWS",
    "MACHINE",
    "STACK",
    "Part",
    "Parts",
    "Row",
    "allowing",
    "arn",
    "configuration",
    "endpoint",
    "keyed",
    "pair",
    "variants",
]

# Stands for the ARN of a key that AWS knows.
KEY_IN_AWS = arn(what="key/00000000-0000-0000-0000-000000000000")

# No Endpoint names them, and no resource of theirs holds something else.
EXPERIMENTS = ("inference experiments",)


@dataclass(frozen=True)
class Row:
    """Of one policy: what violates it and what does not, and the settings of each.

    `of_known_keys` is the policy that says the same of a key whose ARN is known, as it is after a preview. `not_of` are
    the carriers of which the policy has nothing to say.
    """

    violating: Parts
    passing: Parts
    settings_violating: Mapping[str, Any] = field(default_factory=dict)
    settings_passing: Mapping[str, Any] = field(default_factory=dict)
    of_known_keys: str | None = None
    not_of: tuple[str, ...] = ()

    @property
    def types(self) -> set[str]:
        """The types of its parts."""
        return {part.type for parts in (self.violating, self.passing) for part in parts.values()}

    @property
    def carriers(self) -> tuple[str, ...]:
        """The carriers that can make its parts; keys may be another's."""
        return tuple(
            title
            for title, column in COLUMNS.items()
            if self.types - {KEY} <= set(column.PARTS) and title not in self.not_of
        )


def keyed(region: str | None = None, **properties: Any) -> Parts:
    """A pair that uses a key of the stack."""
    given = {"EnableKeyRotation": True, "KeyPolicy": json.loads(KEY_POLICY), **properties}
    return {"key": Part(KEY, given, region), **pair(Output("key", "Arn"))}


def allowing(principal: Any) -> dict[str, Any]:
    """A key policy that lets a principal do everything."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": "kms:*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}
