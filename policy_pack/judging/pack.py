"""A policy pack: policies with a common prefix, and the control that they enforce."""

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

    `prefix` is the beginning of every policy's full name, which the engine and configuration files use. `site` is the
    address of the documentation site, without a trailing slash; it is empty while the site is not public.
    """

    name: str
    title: str
    prefix: str
    policies: tuple[Policy, ...]
    control: Control
    site: str = ""

    def full_name(self, policy: Policy) -> str:
        """The name that the engine and configuration files use for a policy."""
        return self.prefix + policy.name

    def url(self, policy: Policy) -> str:
        """A policy's page on the site, or the source of its facts while there is no public site."""
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
        """The names of all settings. In messages, they are not properties of a program."""
        return frozenset(name for policy in self.policies for name in schemas(policy.settings))
