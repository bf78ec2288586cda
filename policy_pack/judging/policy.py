"""A policy: its metadata, its settings, and a pure function that decides about one subject of the model."""

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

RESOURCE = (
    "resource"  # decided from one resource, by Analyze: it stops an update in time even if the preview was skipped
)
STACK = "stack"  # decided from several resources, by AnalyzeStack

ADVISORY, MANDATORY, REMEDIATE, DISABLED = "advisory", "mandatory", "remediate", "disabled"
STOPPING = (MANDATORY, REMEDIATE)  # levels of policies whose violations stop an update
LOW, MEDIUM, HIGH = "low", "medium", "high"


# The beginning of every example program.
EXAMPLE = """import json

import pulumi_aws as aws

variants = [{"model_name": "ranking", "instance_type": "ml.m5.xlarge", "initial_instance_count": 1}]
"""


@dataclass(frozen=True)
class Context:
    """The input of a decision besides its subject.

    `stack` is the whole stack for a stack policy, and the nodes of one resource for a resource policy. `settings` are
    the policy's own settings in effect. `all_settings` are the settings of every policy that is not disabled, and
    `policies` are the pack's policies, both by full name, for the policy that judges settings. `phase` is a constant
    of `policy_pack.judging.phase`.
    """

    stack: Stack
    settings: Mapping[str, Any] = field(default_factory=dict)
    all_settings: Mapping[str, Effective] = field(default_factory=dict)
    policies: Mapping[str, Policy] = field(default_factory=dict)
    phase: str = PREVIEW


# A policy judges nodes of one kind, or the stack as a whole.
Subject = Union[Node, Stack]


@dataclass(frozen=True)
class Policy:
    """A policy. `name` is without the pack's prefix; `level` and `severity` are the defaults.

    `judges` is the kind of node that `decide` takes. `description` is one sentence that states the desired state; the
    SDK puts it before every message. `risk` says why that matters, and `remediation` says in a few lines what to do.
    `url` is the documentation of the facts behind the policy. `remediate`, if set, returns the key that a violating
    configuration should name, or `None` if there is none. With `scopes`, the control does not apply to a configuration
    to which the policy does not apply. `given` are settings by the author of a pack, which users override one by one.
    `bad` and `good` are programs that follow `EXAMPLE`: `bad` violates the policy, and `good` violates none. They are
    empty if no program can show the policy.
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
