"""What a policy decides of a program's configuration, where a reader sees no difference between its answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pulumi.runtime.proto import analyzer_pb2 as pb

from policy_pack import carriers
from policy_pack.carriers.place import Surroundings
from policy_pack.engine import messages
from policy_pack.judging.judge import judge
from policy_pack.judging.policy import Policy
from policy_pack.judging.settings import read
from policy_pack.stack.model import Stack
from tests.harness.program import deploy
from tests.programs.blocks import Case

PHASES = ("preview", "update")


def model(program: Callable[[], Any], phase: str = "preview") -> Stack:
    """The model of what a program makes, in us-east-1 where nothing else says so."""
    *_, last = deploy(program, phase=phase).requests
    assert isinstance(last, pb.AnalyzeStackRequest)
    return carriers.read(map(messages.resource, last.resources), Surroundings({"aws:region": "us-east-1"}))


def verdict(policy: Policy, program: Callable[[], Any], phase: str = "preview", **settings: Any) -> Any:
    """What a policy decides of the only configuration of a program."""
    (judgement,) = judge(policy, model(program, phase), read(policy.settings, settings))
    return judgement.verdict


def kinds(policy: Policy, case: Case) -> list[type]:
    """The kinds of verdicts of a case, at its preview and at its update."""
    return [type(verdict(policy, case.program, phase)) for phase in PHASES]
