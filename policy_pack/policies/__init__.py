"""The pack's policies, in the order in which they are reported."""

from __future__ import annotations

from policy_pack.policies import (
    customer_managed_key,
    encryption_at_rest_enabled,
    endpoint_configuration_in_stack,
    endpoint_follows_replacement,
    key_in_same_region,
    key_resource_in_same_region,
    paired_with_endpoint,
    replacement_safe,
)
from policy_pack.policy import Policy

POLICIES: tuple[Policy, ...] = (
    encryption_at_rest_enabled.POLICY,
    customer_managed_key.POLICY,
    key_in_same_region.POLICY,
    replacement_safe.POLICY,
    key_resource_in_same_region.POLICY,
    endpoint_follows_replacement.POLICY,
    endpoint_configuration_in_stack.POLICY,
    paired_with_endpoint.POLICY,
)
