"""The policies' statements about a program, a component or a recorded stack, judged in this process."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from pulumi.runtime.proto import analyzer_pb2 as pb

from policy_pack.carriers import concerning
from policy_pack.compose import LEVELS, SelectionError, known_names
from policy_pack.engine import messages
from policy_pack.engine.serve import message
from policy_pack.engine.session import Session
from policy_pack.judging.pack import Pack
from policy_pack.judging.policy import DISABLED, MANDATORY, REMEDIATE, RESOURCE, Policy
from policy_pack.judging.verdict import Violation
from policy_pack.policies import PACK
from policy_pack.stack.urn import name_of
from policy_pack.testing.deploy import DEV, Program, deploy
from policy_pack.testing.monitor import World
from policy_pack.testing.stack import Stack

if TYPE_CHECKING:
    from policy_pack.audit.evidence import Finding


@dataclass(frozen=True)
class Statement:
    """A violation: `policy` is its name without the common prefix, `resource` the name of the resource in the stack.

    `level` is "mandatory" or "advisory"; `message` is the text for users, without the policy's description.
    """

    policy: str
    level: str
    severity: str
    resource: str
    message: str

    def __str__(self) -> str:
        return f"[{self.level}] {self.policy} ({self.resource})\n    " + self.message.replace("\n", "\n    ")


class Said(str):
    """The policies' result, as `statements` and as a text that pytest shows in full: ``assert said.clean, said``."""

    statements: tuple[Statement, ...]

    def __new__(cls, statements: Iterable[Statement]) -> Said:
        found = tuple(statements)
        said = super().__new__(cls, "\n".join(map(str, found)) or "The policies report nothing.")
        said.statements = found
        return said

    @property
    def clean(self) -> bool:
        """Whether no policy reports anything, not even a warning."""
        return not self.statements

    @property
    def mandatory(self) -> tuple[Statement, ...]:
        """The violations that stop an update."""
        return tuple(each for each in self.statements if each.level == MANDATORY)

    @property
    def advisory(self) -> tuple[Statement, ...]:
        """The violations that are only warnings."""
        return tuple(each for each in self.statements if each.level != MANDATORY)

    @property
    def policies(self) -> tuple[str, ...]:
        """The names of the policies that report something, without repeats."""
        return tuple(dict.fromkeys(each.policy for each in self.statements))

    def by(self, policy: str) -> tuple[Statement, ...]:
        """The violations of one policy, by its name without the prefix."""
        return tuple(each for each in self.statements if each.policy == policy)


@dataclass(frozen=True)
class Encryption:
    """The pack for tests. `policies` replace the pack's policies, for policies of your own.

    `config` is the content of a file for ``--policy-pack-config``: levels and settings by the policies' names, with or
    without the prefix. `stack` is the stack that programs run in, with ``aws:region`` us-east-1 by default; `world` is
    its environment.

    Raises `SelectionError` if the configuration names an unknown policy or level.
    """

    policies: tuple[Policy, ...] = PACK.policies
    config: Mapping[str, Any] = field(default_factory=dict)
    stack: Stack = DEV
    world: World = field(default_factory=World)

    def preview(self, program: Program) -> Said:
        """The result for a preview of a Python program, a function that makes resources."""
        return self._run(program, "preview")

    def update(self, program: Program) -> Said:
        """The result for the first update of a Python program."""
        return self._run(program, "update")

    def state(self, path: str | Path) -> Said:
        """The result for a recorded stack, of a program in any language.

        `path` is a file from ``pulumi stack export`` or ``pulumi preview --json --show-sames``. Needs the extra
        `audit`. Raises `ValueError` if it is not a stack.
        """
        from policy_pack.audit.config import reconcile
        from policy_pack.audit.options import Options
        from policy_pack.audit.run import audit
        from policy_pack.judging.judge import utc_today

        pack = self._pack
        options = Options(config=reconcile(dict(self.config), pack), today=utc_today(), tags=dict(self.stack.tags))
        report = audit([str(path)], options)
        if report.problems:
            raise ValueError(f"{path} {report.problems[0].text}")
        return Said(_statement(each, pack) for each in report.findings)

    def with_config(self, config: Mapping[str, Any]) -> Encryption:
        """The same with another configuration."""
        return replace(self, config=config)

    @property
    def _pack(self) -> Pack:
        return replace(PACK, policies=tuple(self.policies))

    def _run(self, program: Program, phase: str) -> Said:
        deployment = deploy(program, phase=phase, stack=self.stack, world=self.world)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PULUMI_"))}
        with mock.patch.dict(os.environ, {**inherited, **self.world.environment}, clear=True):
            return Said(self._statements(deployment.requests, dry_run=phase == "preview"))

    def _statements(self, requests: Iterable[Any], *, dry_run: bool) -> Iterator[Statement]:
        pack = self._pack
        levels, settings = self._configured(pack)
        session = Session(dict(self.stack.config), pack, dry_run=dry_run)
        session.given = {name: settings[name] for name, level in levels.items() if level != DISABLED}
        for request in requests:
            if not isinstance(request, (pb.AnalyzeRequest, pb.AnalyzeStackRequest)):
                continue
            of_resource = isinstance(request, pb.AnalyzeRequest)
            given: list[Any] = [request] if isinstance(request, pb.AnalyzeRequest) else list(request.resources)
            stack = session.model(map(messages.resource, concerning(given)))
            for name, policy in pack.by_full_name.items():
                if levels[name] == DISABLED or (policy.kind == RESOURCE) != of_resource:
                    continue
                for judgement in session.judgements(policy, stack, settings[name], self.stack.tags):
                    if isinstance(judgement.verdict, Violation):
                        urn = judgement.urn or ""
                        level = MANDATORY if levels[name] == REMEDIATE else levels[name]
                        text = message(judgement, "python", pack)
                        yield Statement(policy.name, level, policy.severity, name_of(urn), text)

    def _configured(self, pack: Pack) -> tuple[dict[str, str], dict[str, dict[str, Any]]]:
        """The level and the settings of each policy, by full name."""
        given = dict(self.config)
        everyone = given.pop("all", None)
        entries = {name.removeprefix(pack.prefix): each for name, each in given.items()}
        known_names(pack, entries)
        levels: dict[str, str] = {}
        settings: dict[str, dict[str, Any]] = {}
        for name, policy in pack.by_full_name.items():
            entry = entries.get(policy.name, {})
            entry = {"enforcementLevel": entry} if isinstance(entry, str) else dict(entry)
            level = entry.pop("enforcementLevel", everyone or policy.level)
            if level not in LEVELS:
                raise SelectionError(f"The level of {policy.name} is not one of {', '.join(LEVELS)}.")
            levels[name], settings[name] = level, entry
        return levels, settings


def _statement(finding: Finding, pack: Pack) -> Statement:
    policy = finding.policy.removeprefix(pack.prefix)
    return Statement(policy, finding.level, finding.severity, finding.resource, f"{finding.why}\n{finding.fix}")
