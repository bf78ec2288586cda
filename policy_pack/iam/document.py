"""A policy document as its parts, with what is not known yet left open (`policy_pack.iam.parse` makes them).

Source: "Grammar of the IAM JSON policy language" in the IAM User Guide.
"""

from __future__ import annotations

from policy_pack.records import dataclass


@dataclass(frozen=True)
class Malformed:
    """What is no policy document; `why` follows "it", and quotes nothing."""

    why: str


@dataclass(frozen=True)
class Texts:
    """The texts of an element, `None` for each that is not known; `negated` for Not... elements."""

    values: tuple[str | None, ...]
    negated: bool = False


@dataclass(frozen=True)
class Principal:
    """One principal: `kind` is AWS, Service and so on, ``*`` for everybody, or Account for an account as a whole.

    `name` is `None` where it is not known.
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
    """One condition: an operator, a key, and the values of which one must fit."""

    operator: str
    key: str
    values: Texts


@dataclass(frozen=True)
class Statement:
    """A statement; `number` counts from 1.

    `effect` is Allow, Deny, or `None` where it is not known. `principals` are those of a key policy. `actions` and
    `resources` are `None` where they are missing. `certain` says that all of it is known in kind.
    """

    number: int
    effect: str | None
    principals: Principals | None
    actions: Texts | None
    resources: Texts | None
    conditions: tuple[Condition, ...]
    certain: bool = True


@dataclass(frozen=True)
class Document:
    """A policy document; `variables` says that ``${...}`` in its texts stands for something (Version 2012-10-17).

    `version` is its Version, where that is known and a text.
    """

    statements: tuple[Statement, ...]
    variables: bool = True
    version: str | None = None
