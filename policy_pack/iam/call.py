"""What all policies say of one call, and what keeps a caller from it.

Source: "Determining access to AWS KMS keys" in the AWS KMS Developer Guide.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from policy_pack.iam.evaluate import Outcome
from policy_pack.iam.logic import Answer, all_of, any_of, negate
from policy_pack.iam.permissions import Said

# What keeps a user from an action: a Deny statement, a permissions boundary that does not allow it, the policies of the
# role that do not, or the key's.
DENIED_BY_KEY, DENIED_BY_ROLE, DENIED_BY_BOUNDARY = "denied by key", "denied by role", "denied by boundary"
BOUNDARY, ROLE, KEY = "boundary", "role", "key"

# Of a service, which has no policies of its own.
NO_POLICIES = Said(denied=False, allowed=True, denied_by_boundary=False, allowed_by_boundary=True)


class Call(NamedTuple):
    """A call: what the key's policy says of it, those of the role, and grants.

    `at_home` is whether the caller is of the key's account.
    """

    key: Outcome
    at_home: Answer
    role: Said = NO_POLICIES
    granted: Answer = False

    @property
    def denied(self) -> Answer:
        """Whether any statement denies it."""
        return any_of([self.key.denied, self.role.denied, self.role.denied_by_boundary])

    @property
    def may(self) -> Answer:
        """Whether no policy denies it, and the key's allows it, with the role's if need be, or a grant does."""
        return _may(self)

    @property
    def cause(self) -> str:
        """What keeps the caller from it, where something does."""
        if self.key.denied:
            return DENIED_BY_KEY
        if self.role.denied:
            return DENIED_BY_ROLE
        if self.role.denied_by_boundary:
            return DENIED_BY_BOUNDARY
        if any_of([self.key.account, self.key.itself]) is False:
            return KEY
        return ROLE if self.role.allowed is False else BOUNDARY


@lru_cache(maxsize=4096)  # calls of many users are few combinations of answers
def _may(call: Call) -> Answer:
    key, role = call.key, call.role
    # A role of another account than the key's needs both, even where the key's policy names it.
    directly = all_of([key.itself, any_of([call.at_home, role.allowed])])
    through_account = all_of([key.account, role.allowed])
    # Whether a boundary limits what a grant allows AWS does not say.
    granted = all_of([call.granted, True if role.allowed_by_boundary else None])
    allows = any_of([all_of([any_of([directly, through_account]), role.allowed_by_boundary]), granted])
    return all_of([negate(call.denied), allows])
