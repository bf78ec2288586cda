"""What a pack is: its policies under a common prefix, and the control that they enforce."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from policy_pack.judging.policy import Policy
from policy_pack.judging.settings import schemas
from policy_pack.records import dataclass

if TYPE_CHECKING:
    from policy_pack.judging.control import Control


@dataclass(frozen=True)
class Pack:
    """A policy pack as a value. `policies` are in the order in which they are reported.

    `prefix` begins the full name of every policy, which the engine and configuration files know it by. `site` is the
    address of the documentation site, without a slash at its end; empty while it is not public.
    """

    name: str
    title: str
    prefix: str
    policies: tuple[Policy, ...]
    control: Control
    site: str = ""

    def full_name(self, policy: Policy) -> str:
        """The name that the engine and a configuration file know a policy by."""
        return self.prefix + policy.name

    def url(self, policy: Policy) -> str:
        """Where a reader learns more of a policy: its page on the site, or its source while there is no public site."""
        return f"{self.site}/policies/{policy.name}.html" if self.site else policy.url

    @cached_property
    def by_full_name(self) -> dict[str, Policy]:
        """The policies by their full names."""
        return {self.full_name(policy): policy for policy in self.policies}

    @cached_property
    def by_name(self) -> dict[str, Policy]:
        """The policies by their names without the prefix."""
        return {policy.name: policy for policy in self.policies}

    @cached_property
    def setting_names(self) -> frozenset[str]:
        """The names of all settings, which are no properties of a program."""
        return frozenset(name for policy in self.policies for name in schemas(policy.settings))
