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
    """What an audit goes by: levels and settings, the day (UTC), and what is known of stacks that do not say it.

    `region` is that of resources whose region nothing else tells, `tags` the stacks' tags, `None` where nobody knows
    them. `max_size` is how large an input may be, in bytes, `max_age` how many days old without a word. `source_roots`
    are the folders of projects within their repository, by the project's name; that of the empty name is of all others.
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
        """The settings to judge by: where nobody knows the stacks' tags, no policy is lifted because of them."""
        given = self.config.settings
        if self.tags is not None:
            return given
        return {name: replace(each, only_tags={}, except_tags={}) for name, each in given.items()}

    @cached_property
    def refusing(self) -> Mapping[str, Collection[str]]:
        """The names of the policies that report whatever they cannot tell, at a level that stops an update, by kind.

        Those of one kind judge the same nodes.
        """
        found: dict[str, list[str]] = {RESOURCE: [], STACK: []}
        for name, policy in self.config.pack.by_full_name.items():
            if self.config.levels[name] in STOPPING and self.settings[name].refuses_everywhere:
                found[policy.kind].append(policy.name)
        return found

    @cached_property
    def verdicts(self) -> Verdicts:
        """What tells what the policies say of configurations."""
        return Verdicts(self.config)
