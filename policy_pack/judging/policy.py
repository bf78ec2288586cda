"""What a policy is: its metadata, its settings, and a pure decision about one subject of the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any, Union

from policy_pack.judging.phase import PREVIEW
from policy_pack.judging.verdict import Decision
from policy_pack.records import dataclass
from policy_pack.stack.model import Configuration, Node, Stack

if TYPE_CHECKING:
    from policy_pack.judging.settings import Effective, Setting

RESOURCE = "resource"  # decided from one resource, by Analyze: an update that skips its preview is stopped in time
STACK = "stack"  # needs what stands beside it, by AnalyzeStack

ADVISORY, MANDATORY, REMEDIATE, DISABLED = "advisory", "mandatory", "remediate", "disabled"
LOW, MEDIUM, HIGH = "low", "medium", "high"


# What stands before the programs that a policy shows.
EXAMPLE = """import json

import pulumi_aws as aws

variants = [{"model_name": "ranking", "instance_type": "ml.m5.xlarge", "initial_instance_count": 1}]
"""


@dataclass(frozen=True)
class Context:
    """What a decision may look at besides its subject.

    `stack` is the whole stack for a stack policy, and only what one resource carries for a resource policy. `settings`
    are the policy's own, each with the value in effect. `all_settings` are those of every policy that is not disabled,
    by full name, and `policies` the pack's by full name, both for the policy that judges settings. `phase` is one of
    those of `policy_pack.judging.phase`.
    """

    stack: Stack
    settings: Mapping[str, Any] = field(default_factory=dict)
    all_settings: Mapping[str, Effective] = field(default_factory=dict)
    policies: Mapping[str, Policy] = field(default_factory=dict)
    phase: str = PREVIEW


# A policy judges the nodes of one kind, or the stack as a whole.
Subject = Union[Node, Stack]


@dataclass(frozen=True)
class Policy:
    """A policy. `name` is without the pack's prefix; `level` and `severity` are the defaults.

    `judges` is the kind of node that `decide` takes. `description` is one sentence in the words of the desired state;
    the SDK puts it before every message. `risk` says why that matters, `remediation` in a few lines what to do. `url`
    is where the facts that it rests on are documented. `remediate`, if there is one, gives the key that a configuration
    in violation should name, or `None` where it has none to offer. `scopes` says that where the policy does not apply
    to a configuration, the control does not either. `given` are settings that the author of a pack has
    made, which those of its users override one by one. `bad` and `good` are programs, to stand after `EXAMPLE`:
    one violates the policy, the other none. They are empty where a program cannot show it.
    """

    name: str
    kind: str
    level: str
    severity: str
    title: str
    description: str
    risk: str
    remediation: str
    url: str
    judges: type[Subject]
    decide: Callable[[Any, Context], Decision]
    tags: tuple[str, ...] = ()
    remediate: Callable[[Configuration, Context], str | None] | None = None
    settings: tuple[Setting, ...] = ()
    scopes: bool = False
    given: Mapping[str, Any] = field(default_factory=dict)
    bad: str = ""
    good: str = ""
