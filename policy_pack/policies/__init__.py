"""The pack's policies, in the order in which they are reported."""

from __future__ import annotations

from policy_pack.policies import encryption_at_rest_enabled
from policy_pack.policy import Policy

POLICIES: tuple[Policy, ...] = (encryption_at_rest_enabled.POLICY,)
