"""Ordinary Pulumi programs, previewed and updated, and what the pack says of them: all tables of programs."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

import pytest

from policy_pack.judging.policy import DISABLED
from policy_pack.policies import PACK
from policy_pack.stack.model import Stack
from policy_pack.testing.monitor import AWS_6, World
from tests import policies, programs
from tests.engine.cli import ROOT
from tests.harness import style
from tests.harness.answers import PREFIX
from tests.harness.engine import Engine
from tests.harness.program import run
from tests.harness.recordings import PHASES
from tests.programs import presence, regions
from tests.programs.blocks import PRIVATE, Case, cases, in_region

# Those of several policies, and the tests of single ones, which may have programs too.
MODULES = [
    import_module(f"{package.__name__}.{each.name}")
    for package in (programs, policies)
    for each in iter_modules(package.__path__)
]
CASES = list({id(case): case for module in MODULES for case in cases(module)}.values())

# Policies of which the tables hold a program that violates them: all that a program alone can violate.
COVERED = {policy.name for policy in PACK.policies if policy.level != DISABLED and policy.judges is not Stack}


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_program(case: Case, phase: str, engine: Engine) -> None:
    engine.configure(case.settings)
    verdicts = run(engine, case.program, phase=phase, stack=case.stack, world=case.world)
    assert verdicts == case.expected[phase]
    for finding in verdicts.findings:
        assert not any(private in finding.message for private in PRIVATE)
        assert "error in the policy pack" not in finding.message
    said = [finding.message.partition("\n")[2] for finding in verdicts.findings]
    said += [reason for answer in verdicts.answers for reason in answer.not_applicable.values()]
    assert said, "every program has a policy that does not apply to it, or is violated"
    # docs/style.md
    assert {each: wrong for each in said if (wrong := list(style.faults(each)))} == {}


def test_every_policy_has_a_program_that_violates_it() -> None:
    violated = {policy for case in CASES for phase in PHASES for _, policy, _ in case.expected[phase]}
    files = ", ".join(f"tests/policies/test_{each.replace('-', '_')}.py" for each in sorted(COVERED - violated))
    assert not files, f"write a program that violates the policy, with @says of tests.programs.blocks, in {files}"


def test_reasons_for_not_applying(engine: Engine) -> None:
    (reason,) = run(engine, regions.literal_key_of_another_region.program, stack=in_region("")).not_applicable(
        "key-in-same-region"
    )
    assert "which Region" in reason
    reasons = run(engine, presence.aws_managed_alias.program).not_applicable("key-in-same-region")
    assert reasons == ["The configuration names no customer-managed key."]


def test_region_of_the_environment() -> None:
    environment = {"AWS_REGION": "eu-west-1"}
    world = World(versions=AWS_6, environment=environment)
    with Engine(ROOT, environment=environment) as engine:
        engine.configure({})
        program = regions.literal_key_of_another_region.program
        assert run(engine, program, stack=in_region(""), world=world) == []
        program = regions.literal_key_of_the_stacks_region_with_aws_6.program
        assert run(engine, program, stack=in_region(""), world=world) == [("mandatory", "key-in-same-region", "config")]


def test_two_stacks_one_after_the_other(engine: Engine) -> None:
    """What a pack hears of one stack does not color what it says of the next."""
    program = regions.literal_key_of_another_region.program
    assert run(engine, program, stack=in_region("eu-west-1")) == []
    assert run(engine, program, stack=in_region("us-east-1")) == [("mandatory", "key-in-same-region", "config")]
    assert run(engine, program, stack=in_region("eu-west-1")) == []


def test_names_of_policies_are_the_packs(engine: Engine) -> None:
    assert {PREFIX + policy for policy in COVERED} <= {policy.name for policy in engine.info().policies}
