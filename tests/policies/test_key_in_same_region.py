"""`key-in-same-region` by where a configuration lives: what of its provider, the stack and the environment says so."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from policy_pack.testing.monitor import AWS_6, World
from tests.conftest import ROOT
from tests.harness.answers import Triple
from tests.harness.engine import Engine
from tests.harness.program import Program, deploy, run
from tests.policies.phases import AUDIT, PHASES, UPDATE, Judging
from tests.programs.blocks import arn, in_region, pair

SAID: list[Triple] = [("mandatory", "key-in-same-region", "config")]
HERE, ELSEWHERE = "us-east-1", "eu-west-1"


def explicit(key_region: str, **provider: Any) -> Program:
    """A pair of an explicit provider with a key of a region."""

    def program() -> None:
        made = aws.Provider("serving", **provider)
        pair(kms_key_arn=arn(key_region), opts=pulumi.ResourceOptions(provider=made))

    return program


def default(key_region: str, **arguments: Any) -> Program:
    return lambda: pair(kms_key_arn=arn(key_region), **arguments) and None


def said(program: Program, phase: str, judging: Judging, engine: Engine, world: World) -> list[Triple]:
    """What is said of a program in a stack of `HERE`, of resources that have no region of their own."""
    if phase == AUDIT:
        document = deploy(program, phase=UPDATE, stack=in_region(HERE), world=world).export
        return judging.audited(document, region=None)
    engine.configure({})
    findings = run(engine, program, phase=phase, stack=in_region(HERE), world=world).findings
    return [each.triple for each in findings]


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize(
    "program",
    [default(ELSEWHERE), explicit(HERE, region=ELSEWHERE), explicit(ELSEWHERE, region=HERE, profile="serving")],
)
def test_a_key_of_another_region(program: Program, phase: str, judging: Judging, engine: Engine) -> None:
    assert said(program, phase, judging, engine, World(versions=AWS_6)) == SAID


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize(
    "program",
    [
        default(HERE),
        explicit(ELSEWHERE, region=ELSEWHERE),
        explicit(ELSEWHERE),  # it does not read the stack's configuration
        explicit(ELSEWHERE, profile="serving"),
        explicit(HERE, profile="serving"),
    ],
)
def test_a_key_of_the_same_region_or_nobody_knows(
    program: Program, phase: str, judging: Judging, engine: Engine
) -> None:
    assert said(program, phase, judging, engine, World(versions=AWS_6)) == []


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (explicit(HERE, profile="serving"), []),
        (explicit(ELSEWHERE, profile="serving"), []),
        (default(ELSEWHERE), SAID),
        (default(HERE), []),
    ],
)
def test_the_environment_does_not_count_beside_a_profile(program: Program, expected: list[Triple]) -> None:
    """The SDK of the provider would set its region from the environment, so the program is run without it."""
    with Engine(ROOT, environment={"AWS_REGION": ELSEWHERE}) as engine:
        engine.configure({})
        assert run(engine, program, stack=in_region(HERE), world=World(versions=AWS_6)) == expected


def test_the_environment_counts_for_an_explicit_provider() -> None:
    with Engine(ROOT, environment={"AWS_REGION": HERE}) as engine:
        engine.configure({})
        assert run(engine, explicit(ELSEWHERE), stack=in_region(ELSEWHERE), world=World(versions=AWS_6)) == SAID
        assert run(engine, explicit(HERE), stack=in_region(ELSEWHERE), world=World(versions=AWS_6)) == []
