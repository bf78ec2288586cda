"""Runs Pulumi programs in the test process, and asks a running pack about them.

A program is a function; what it registers becomes the requests that the engine sends a policy pack::

    def program() -> None:
        aws.sagemaker.EndpointConfiguration("config", production_variants=[...])

    assert run(engine, program) == [("mandatory", "encryption-at-rest-enabled", "config"), ...]
"""

from __future__ import annotations

import inspect

from policy_pack.testing.deploy import DEV as DEV
from policy_pack.testing.deploy import Deployment as Deployment
from policy_pack.testing.deploy import Program as Program
from policy_pack.testing.deploy import deploy as deploy
from policy_pack.testing.monitor import World
from policy_pack.testing.stack import Stack
from tests.harness.answers import Verdicts
from tests.harness.engine import Engine
from tests.harness.recordings import send


def run(
    engine: Engine, program: Program, *, phase: str = "preview", stack: Stack = DEV, world: World | None = None
) -> Verdicts:
    """What a policy pack says of a program."""
    deployment = deploy(program, phase=phase, stack=stack, world=world)
    return send(engine, deployment.requests, f"{phase} of\n{inspect.getsource(program)}")
