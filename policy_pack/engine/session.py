"""The state of a running pack: the stack's configuration, the policies' levels and settings, the current request."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

from policy_pack import carriers
from policy_pack.engine.faults import Faults
from policy_pack.judging.judge import Judgement, judge, without_repeats
from policy_pack.judging.pack import Pack
from policy_pack.judging.phase import PREVIEW, UPDATE
from policy_pack.judging.policy import RESOURCE, STOPPING, Policy
from policy_pack.judging.settings import Effective, read, schemas, shown
from policy_pack.stack.model import Configuration, Resource, Stack
from policy_pack.values import NOTHING_KNOWN

_ABSENT = object()
_ALL = "all"  # the name for every policy in a configuration; it can only have a level


def phase_of(dry_run: bool) -> str:
    """The phase, from the engine's information."""
    return PREVIEW if dry_run else UPDATE


class Session:
    """One pack, for as long as the engine runs it.

    `config` is the stack's configuration, and `phase` is a constant of `policy_pack.judging.phase`. `levels` are the
    configured levels by full name. `given` are the configured settings of the enabled policies by full name, and
    entries for names that no policy has.
    """

    def __init__(self, config: Mapping[str, str], pack: Pack, *, dry_run: bool = False) -> None:
        self.config = config
        self.pack = pack
        self.phase = phase_of(dry_run)
        self.levels: Mapping[str, str] = {}
        self.given: dict[str, Mapping[str, Any]] = {}
        self.faults = Faults(pack.name)
        self._current: ContextVar[Callable[[], Stack] | None] = ContextVar("current", default=None)
        self._failures: ContextVar[dict[str, str] | None] = ContextVar("failures", default=None)
        self._settings: dict[str, tuple[Mapping[str, Any], Effective]] = {}

    def model(self, resources: Iterable[Resource], *, tells_dependencies: bool = True) -> Stack:
        """The model of resources, with the stack and the environment as their surroundings.

        `tells_dependencies` is that of `policy_pack.stack.model.Stack`.
        """
        if self.phase == UPDATE:
            resources = map(_as_far_as_known, resources)
        return carriers.read(resources, carriers.Surroundings(self.config, os.environ, tells_dependencies))

    @contextmanager
    def judging(
        self, resources: Callable[[], Iterable[Resource]], *, tells_dependencies: bool = True
    ) -> Iterator[None]:
        """While this is open, policies judge these resources, which are read once, when the first policy needs them."""
        known: list[Stack] = []

        def stack() -> Stack:
            if not known:
                known.append(self.model(resources(), tells_dependencies=tells_dependencies))
            return known[0]

        token = self._current.set(stack)
        try:
            yield
        finally:
            self._current.reset(token)

    def stack(self, otherwise: Callable[[], Iterable[Resource]], *, tells_dependencies: bool = True) -> Stack:
        """The model of the resources being judged; without `judging`, of the resources that `otherwise` returns."""
        current = self._current.get()
        return current() if current is not None else self.model(otherwise(), tells_dependencies=tells_dependencies)

    def judgements(
        self, policy: Policy, stack: Stack, given: Mapping[str, Any], tags: Mapping[str, str]
    ) -> list[Judgement]:
        """A policy's judgements on a stack, with the settings that are `given` to it; each violation once."""
        settings = self.settings(policy, given)
        everyone = {} if policy.kind == RESOURCE else self.all_settings()
        judged = judge(
            policy,
            stack,
            settings,
            tags=tags,
            all_settings=everyone,
            policies=self.pack.by_full_name,
            refusing=self._refusing(policy.kind) if settings.refuses_undecided else (),
            phase=self.phase,
        )
        return list(without_repeats(judged))

    def _refusing(self, kind: str) -> list[str]:
        """The policies of a kind that are known to report whatever they cannot tell, and to stop an update."""
        by_name, given = self.pack.by_full_name, self.given.copy()
        return [
            policy.name
            for name, policy in by_name.items()
            if policy.kind == kind
            and self.levels.get(name) in STOPPING
            and name in given
            and self._effective(policy, given[name]).refuses_everywhere
        ]

    def level(self, policy: Policy) -> str:
        """A policy's configured level, or else its default."""
        return self.levels.get(self.pack.full_name(policy), policy.level)

    @contextmanager
    def remediating(self) -> Iterator[dict[str, str]]:
        """While this is open, `remediation_failed` fills the yielded mapping: messages by policies' full names."""
        failures: dict[str, str] = {}
        token = self._failures.set(failures)
        try:
            yield failures
        finally:
            self._failures.reset(token)

    def remediation_failed(self, policy: Policy, about: str, error: BaseException) -> None:
        """Records for the answer that a policy failed to remediate a resource."""
        name = self.pack.full_name(policy)
        message = self.faults.tell(name, about, error)
        failures = self._failures.get()
        if failures is not None:
            failures[name] = message

    @property
    def only_defaults(self) -> bool:
        """Whether every configured setting equals its default; the engine fills in defaults."""
        by_name = self.pack.by_full_name
        for name, given in self.given.copy().items():
            defaults = schemas(by_name[name].settings) if name in by_name else {}
            if any(value != defaults.get(setting, {}).get("default", _ABSENT) for setting, value in given.items()):
                return False
            if name not in by_name and name != _ALL:
                return False
        return True

    def settings(self, policy: Policy, given: Mapping[str, Any]) -> Effective:
        """A policy's settings in effect, from the SDK's arguments."""
        self.given[self.pack.full_name(policy)] = given
        return self._effective(policy, given)

    def all_settings(self) -> dict[str, Effective]:
        """The settings in effect of the policies that have configured ones, by full name.

        Entries for names that no policy has are included as problems.
        """
        by_name = self.pack.by_full_name
        found: dict[str, Effective] = {}
        for name, given in self.given.copy().items():  # other requests are judged at the same time
            if name in by_name:
                found[name] = self._effective(by_name[name], given)
            elif name != _ALL:
                found[shown(name)] = Effective({}, problems=("the pack has no policy with this name",))
            elif given:
                found[name] = Effective({}, problems=("only a level can be given for all policies, not settings",))
        return found

    def _effective(self, policy: Policy, given: Mapping[str, Any]) -> Effective:
        known = self._settings.get(policy.name)
        if known is None or known[0] != given:
            known = (given, read(policy.settings, {**policy.given, **given}))
            self._settings[policy.name] = known
        return known[1]


def _as_far_as_known(resource: Resource) -> Resource:
    """The resource; with unknown properties if it is a configuration that the stack only reads.

    ``pulumi policy analyze`` judges a state by its inputs, as an update does. A resource that is only read has none,
    while every configuration that is made has some: each provider requires variants.
    """
    reads = None if resource.properties else carriers.READERS.get(resource.type)
    is_read = reads is not None and reads.makes is Configuration
    return replace(resource, properties=NOTHING_KNOWN) if is_read else resource
