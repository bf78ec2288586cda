"""Combines all policies on one call, and finds the cause if the caller may not make it.

Source: "Determining access to AWS KMS keys" in the AWS KMS Developer Guide.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from policy_pack.iam.evaluate import Outcome
from policy_pack.iam.logic import Answer, all_of, any_of, negate
from policy_pack.iam.permissions import Said

# Why a user may not call an action: a Deny statement, a permissions boundary that does not allow it, or the policies of
# the role or of the key that do not.
DENIED_BY_KEY, DENIED_BY_ROLE, DENIED_BY_BOUNDARY = "denied by key", "denied by role", "denied by boundary"
BOUNDARY, ROLE, KEY = "boundary", "role", "key"

# For a service, which has no policies of its own.
NO_POLICIES = Said(denied=False, allowed=True, denied_by_boundary=False, allowed_by_boundary=True)


class Call(NamedTuple):
    """A call, with the answers of the key's policy, of the role's policies, and of grants.

    `at_home` says whether the caller is in the key's account.
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
        """Whether no policy denies it, and the key's policy (if necessary with the role's) or a grant allows it."""
        return _may(self)

    @property
    def cause(self) -> str:
        """Why the caller may not make it, if so."""
        if self.key.denied:
            return DENIED_BY_KEY
        if self.role.denied:
            return DENIED_BY_ROLE
        if self.role.denied_by_boundary:
            return DENIED_BY_BOUNDARY
        if any_of([self.key.account, self.key.itself]) is False:
            return KEY
        return ROLE if self.role.allowed is False else BOUNDARY


@lru_cache(maxsize=4096)  # the calls of many users have only a few combinations of answers
def _may(call: Call) -> Answer:
    key, role = call.key, call.role
    # A role in another account than the key's needs both, even if the key's policy names it.
    directly = all_of([key.itself, any_of([call.at_home, role.allowed])])
    through_account = all_of([key.account, role.allowed])
    # AWS does not document whether a boundary limits the permissions of a grant.
    granted = all_of([call.granted, True if role.allowed_by_boundary else None])
    allows = any_of([all_of([any_of([directly, through_account]), role.allowed_by_boundary]), granted])
    return all_of([negate(call.denied), allows])
