"""Runs Pulumi programs in the test process, with the real SDKs, against a simulated engine.

A program is a function. The resources that it registers become the requests that the engine sends a policy pack::

    def program() -> None:
        aws.sagemaker.EndpointConfiguration("config", production_variants=[...])

    assert run(engine, program) == [("mandatory", "encryption-at-rest-enabled", "config"), ...]
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from unittest import mock

import pulumi
import pulumi.runtime
from google.protobuf.message import Message
from pulumi.runtime.mocks import MockEngine
from pulumi.runtime.proto import analyzer_pb2 as pb

from policy_pack.testing.monitor import ROOT, Monitor, World
from policy_pack.testing.registered import Registered
from policy_pack.testing.stack import Stack

Program = Callable[[], Any]

DEV = Stack(config={"aws:region": "us-east-1"})


@dataclass(frozen=True)
class Deployment:
    """A preview or update of a program: its resources in the order of their registration."""

    stack: Stack
    resources: tuple[Registered, ...]

    @property
    def requests(self) -> list[Message]:
        """The engine's requests to a policy pack. There are none for resources that are only read."""
        managed = [resource for resource in self.resources if not resource.read]
        return [
            self.stack.request,
            *(resource.analyze_request for resource in managed),
            pb.AnalyzeStackRequest(resources=[resource.analyzer_resource for resource in managed]),
        ]

    @property
    def export(self) -> dict[str, Any]:
        """The output of `pulumi stack export` after an update."""
        return {
            "version": 3,
            "deployment": {
                "manifest": {"time": "2026-01-02T03:04:05Z", "magic": "", "version": ""},
                "secrets_providers": {"type": "passphrase", "state": {"salt": "v1:AAAAAAAAAAA="}},
                "resources": [resource.exported for resource in _in_order(self.resources)],
                "metadata": {},
            },
        }


def deploy(program: Program, *, phase: str = "preview", stack: Stack = DEV, world: World | None = None) -> Deployment:
    """Runs a program as a "preview" (new resources' outputs are unknown) or "update" of an empty stack.

    Exceptions of the program are raised. The program leaves no state in the process.
    """
    world = world or World()
    stack = replace(stack, dry_run=phase == "preview")
    monitor = Monitor(stack, world)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PULUMI_"))}
    with mock.patch.dict(os.environ, {**inherited, **world.environment}, clear=True):
        # The SDK keeps its settings in context variables.
        contextvars.copy_context().run(_run, program, stack, monitor)
    return Deployment(stack, tuple(monitor.resources.values()))


def _run(program: Program, stack: Stack, monitor: Monitor) -> None:
    pulumi.runtime.configure(
        pulumi.runtime.Settings(
            project=stack.project,
            stack=stack.name,
            organization=stack.organization,
            dry_run=stack.dry_run,
            monitor=monitor,
            engine=MockEngine(logging.getLogger("pulumi")),
        )
    )
    pulumi.runtime.set_all_config(dict(stack.config))
    asyncio.run(_told_once(program))


async def _told_once(program: Program) -> None:
    """Runs a program whose exception, if any, is only raised."""
    try:
        await pulumi.runtime.run_in_stack(program)
    except BaseException:
        # Each Output that waited for it has it too, and asyncio would log it when they are collected as garbage: in the
        # middle of another test, which Python 3.11 fails if it parses Python just then.
        asyncio.get_running_loop().set_exception_handler(_ignore_repetitions)
        raise


def _ignore_repetitions(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    if not str(context.get("message")).endswith("exception was never retrieved"):
        loop.default_exception_handler(context)


def _in_order(resources: Iterable[Registered]) -> Iterator[Registered]:
    """The stack, then each resource after its dependencies, and otherwise by URN, since registrations race."""
    waiting = sorted(resources, key=lambda resource: (resource.type != ROOT, resource.urn))
    needed = {resource.urn for resource in waiting}
    while waiting:
        following = next(resource for resource in waiting if not resource.needs & needed)
        waiting.remove(following)
        needed.remove(following.urn)
        yield following
