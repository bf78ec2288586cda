"""A request that a policy allows or denies: a caller, a KMS action, a key, and the known condition keys.

Sources: "AWS global condition context keys" in the IAM User Guide, for the condition keys in the requests of each kind
of caller; "AWS KMS condition keys" in the AWS KMS Developer Guide.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

from policy_pack.iam.logic import Answer
from policy_pack.iam.texts import GAP, Fills
from policy_pack.records import dataclass

ALLOW, DENY = "Allow", "Deny"

# Condition keys whose values name only organizations.
ORGANIZATION_KEYS = frozenset({"aws:principalorgid", "aws:principalorgpaths", "aws:sourceorgid", "aws:sourceorgpaths"})
_CALLERS = frozenset({"aws:principalaccount", "kms:calleraccount"})
_NO_NAMES: Fills = (False, frozenset(), frozenset())


class Caller(NamedTuple):
    """A caller: an IAM identity by its ARN, which may have gaps, or an AWS service by its principal's name."""

    arn: str = ""
    service: str = ""

    @property
    def partition(self) -> str:
        """The partition of the identity's ARN."""
        return self.arn.split(":")[1]

    @property
    def account(self) -> str:
        """The account of the identity's ARN."""
        return self.arn.split(":")[4]

    @property
    def root(self) -> str:
        """The ARN that represents the identity's whole account."""
        return f"arn:{self.partition}:iam::{self.account}:root"

    @property
    def session(self) -> str:
        """The ARN of a session of the identity if it is a role, with an unknown session name."""
        kind, slash, path = self.arn.split(":", 5)[5].partition("/")
        if kind == GAP:
            # Any caller of the account: federated users have sessions too.
            return f"arn:{self.partition}:sts::{self.account}:{GAP}"
        role = path.rpartition("/")[2] if kind == "role" and slash else GAP
        return f"arn:{self.partition}:sts::{self.account}:assumed-role/{role}/{GAP}"


class Several(NamedTuple):
    """The known values of a condition key with several values, which may have others."""

    values: tuple[str, ...]


# `None` if a request has no such key.
Value = str | Several | None
NOT_KNOWN = False


class Known:
    """Condition keys by their names in lower case; no others exist with names that begin with one of `closed`."""

    def __init__(self, keys: Mapping[str, Value] = MappingProxyType({}), closed: tuple[str, ...] = ()) -> None:
        self.keys, self.closed = keys, closed

    @cached_property
    def _values(self) -> Hashable:
        return frozenset(self.keys.items()), self.closed

    def __hash__(self) -> int:
        return hash(self._values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Known) and self._values == other._values


NOTHING = Known()


class Keys:
    """The known condition keys of a request, from several sources; the first one that has a key decides."""

    __slots__ = ("_closed", "_parts")

    def __init__(self, *known: Known) -> None:
        self._parts = [each.keys for each in known]
        self._closed = tuple(name for each in known for name in each.closed)

    def get(self, name: str, otherwise: Any = None) -> Any:
        """The value of a key; `otherwise` if it is not known."""
        for part in self._parts:
            if name in part:
                return part[name]
        # AWS's own tags exist whatever a program says.
        absent = name.startswith(self._closed) and not name.partition("/")[2].startswith("aws:")
        return None if absent else otherwise


@dataclass(frozen=True)
class Request:
    """A call of `action` (``kms:Decrypt``) on the key with the ARN `resource` by `caller`.

    `keys` are the known condition keys; a condition on another key is undecided. With `free`, the caller can choose
    everything that is open (gaps and other condition keys). None of the names in the policy is the caller's except the
    `played` ones, and, with `any_organization`, those of organizations that are not `outside`.
    """

    action: str
    resource: str
    caller: Caller
    keys: Keys = Keys()
    free: bool = False
    played: frozenset[str] = frozenset()
    any_organization: bool = False
    outside: frozenset[str] = frozenset()

    def value(self, name: str) -> Any:
        """The value of a condition key; `NOT_KNOWN` if it is not known."""
        return self.keys.get(name, NOT_KNOWN)

    def fills(self, *keys: str) -> Fills | None:
        """The names that may fill gaps, in the texts of condition keys or anywhere."""
        if not self.free:
            # A service calls from one of AWS's own accounts, which no policy names.
            return _NO_NAMES if self.caller.service and _CALLERS.intersection(keys) else None
        of_organizations = bool(keys) and ORGANIZATION_KEYS.issuperset(keys)
        return self.any_organization, frozenset() if of_organizations else self.played, self.outside

    def left(self, answer: Answer, *, wants: bool) -> Answer:
        """The answer to an open question: a free caller gets the answer that it `wants`."""
        return wants if answer is None and self.free else answer


# Requests that are equal for a question: one of them, and the bits of all.
Group = tuple[Request, int]


class Batch:
    """Requests that are evaluated together, each with its own bit (the first has the lowest): all free, or none.

    A question is answered once for all requests that are equal in the values that the question reads.
    """

    def __init__(self, requests: Sequence[Request]) -> None:
        self.requests = requests
        self.every = (1 << len(requests)) - 1
        self._made: dict[Hashable, Any] = {}

    def by(self, name: Hashable, reads: Callable[[Request], Hashable]) -> Mapping[Hashable, Group]:
        """The groups of requests by the value that `reads` returns; `name` identifies the grouping."""

        def grouped() -> Mapping[Hashable, Group]:
            members: dict[Hashable, list[int]] = {}
            for at, request in enumerate(self.requests):
                members.setdefault(reads(request), []).append(at)
            return {value: (self.requests[each[0]], bits(each)) for value, each in members.items()}

        found: Mapping[Hashable, Group] = self.once(name, grouped)
        return found

    def once(self, name: Hashable, make: Callable[[], Any]) -> Any:
        """A value that is computed once for the requests."""
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]

    def by_keys(self, names: tuple[str, ...]) -> Mapping[Hashable, Group]:
        """The groups of requests with the same texts for these condition keys."""
        known = tuple(name for name in names if any(each.value(name) is not NOT_KNOWN for each in self.requests))

        def reads(request: Request) -> Hashable:
            return *map(request.value, known), request.fills(*known) if known else request.free

        return self.by(("keys", known), reads)


def bits(positions: Sequence[int]) -> int:
    """The number with the bits at these positions."""
    found = bytearray(max(positions, default=0) // 8 + 1)
    for each in positions:
        found[each >> 3] |= 1 << (each & 7)
    return int.from_bytes(found, "little")
