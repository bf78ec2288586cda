"""The parts of a policy document, with unknown parts left open (`policy_pack.iam.parse` makes them).

Source: "Grammar of the IAM JSON policy language" in the IAM User Guide.
"""

from __future__ import annotations

from policy_pack.records import dataclass


@dataclass(frozen=True)
class Malformed:
    """A value that is not a policy document; `why` ends a sentence about it, and quotes nothing."""

    why: str


@dataclass(frozen=True)
class Texts:
    """The texts of an element, `None` for each unknown one; `negated` for Not... elements."""

    values: tuple[str | None, ...]
    negated: bool = False


@dataclass(frozen=True)
class Principal:
    """A principal: `kind` is AWS, Service and so on, ``*`` for everyone, or Account for an account as a whole.

    `name` is `None` if it is not known.
    """

    kind: str
    name: str | None


@dataclass(frozen=True)
class Principals:
    """The principals of a statement; `negated` for NotPrincipal."""

    entries: tuple[Principal, ...]
    negated: bool = False


@dataclass(frozen=True)
class Condition:
    """A condition: an operator, a key, and values, one of which must match."""

    operator: str
    key: str
    values: Texts


@dataclass(frozen=True)
class Statement:
    """A statement; `number` counts from 1.

    `effect` is Allow, Deny, or `None` if it is not known. Only statements of key policies have `principals`. `actions`
    and `resources` are `None` if they are missing. `certain` says that the types of all its elements are known.
    """

    number: int
    effect: str | None
    principals: Principals | None
    actions: Texts | None
    resources: Texts | None
    conditions: tuple[Condition, ...]
    certain: bool = True

    @property
    def named(self) -> tuple[Principal, ...]:
        """The principals, by Principal or NotPrincipal; none in a policy of a role."""
        return self.principals.entries if self.principals is not None else ()


@dataclass(frozen=True)
class Document:
    """A policy document; `variables` says that ``${...}`` in its texts is a variable (Version 2012-10-17).

    `version` is its Version, if that is a known text.
    """

    statements: tuple[Statement, ...]
    variables: bool = True
    version: str | None = None
