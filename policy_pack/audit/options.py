"""What an audit goes by."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import field, replace
from datetime import date
from functools import cached_property

from policy_pack.audit.config import Config
from policy_pack.audit.verdicts import Verdicts
from policy_pack.judging.policy import RESOURCE, STACK, STOPPING
from policy_pack.judging.settings import Effective
from policy_pack.records import dataclass


@dataclass(frozen=True)
class Options:
    """The options of an audit: levels and settings, the day (UTC), and facts that stacks do not contain.

    `region` is the Region of resources whose Region is not known otherwise. `tags` are the stacks' tags, `None` if they
    are not known. `max_size` is the largest input in bytes, and `max_age` the age in days above which an input gets a
    note. `source_roots` are the folders of projects in their repository by project name; the empty name is the default.
    """

    config: Config
    today: date
    region: str | None = None
    tags: Mapping[str, str] | None = None
    shows_arns: bool = False
    max_size: int = 64_000_000
    max_age: int | None = None
    source_roots: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def settings(self) -> Mapping[str, Effective]:
        """The settings in effect; if the stacks' tags are not known, no policy is lifted because of them."""
        given = self.config.settings
        if self.tags is not None:
            return given
        return {name: replace(each, only_tags={}, except_tags={}) for name, each in given.items()}

    @cached_property
    def refusing(self) -> Mapping[str, Collection[str]]:
        """The names of the mandatory policies that report what they cannot tell, by kind of policy."""
        found: dict[str, list[str]] = {RESOURCE: [], STACK: []}
        for name, policy in self.config.pack.by_full_name.items():
            if self.config.levels[name] in STOPPING and self.settings[name].refuses_everywhere:
                found[policy.kind].append(policy.name)
        return found

    @cached_property
    def verdicts(self) -> Verdicts:
        """Collects the policies' verdicts on configurations."""
        return Verdicts(self.config)
