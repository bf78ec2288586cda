"""The helpers that others test with: programs, components, recorded stacks, policies of their own, in one process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pulumi
import pulumi_aws as aws
import pytest

from policy_pack import COMPLIANT, Configuration, Context, Decision, Policy, SelectionError, Violation
from policy_pack.testing import Encryption, Stack, World
from tests.conftest import ROOT
from tests.harness.engine import Engine
from tests.harness.program import run
from tests.harness.recordings import PHASES
from tests.programs.blocks import Case, arn, config, endpoint, key, pair
from tests.test_programs import CASES


class Serving(pulumi.ComponentResource):
    """A component as platform teams write them."""

    def __init__(self, name: str, key: aws.kms.Key | None) -> None:
        super().__init__("acme:ml:Serving", name)
        own = pulumi.ResourceOptions(parent=self)
        made = config(f"{name}-config", opts=own, kms_key_arn=key.arn if key else None)
        endpoint(made.name, f"{name}-endpoint", opts=own)
        self.register_outputs({})


def test_a_component() -> None:
    said = Encryption().preview(lambda: Serving("ranking", key=key()))
    assert said.clean, said
    said = Encryption().preview(lambda: Serving("ranking", key=None))
    (statement,) = said.mandatory
    assert (statement.policy, statement.resource) == ("encryption-at-rest-enabled", "ranking-config")
    assert said.by("encryption-at-rest-enabled") == (statement,)
    assert said.policies == ("encryption-at-rest-enabled",)
    assert "ranking-config" in said


def test_each_key_has_an_arn_of_its_own() -> None:
    def program() -> None:
        used, unused = key("used"), aws.kms.Key("unused", is_enabled=False)
        made = config(kms_key_arn=pulumi.Output.all(used.arn, unused.arn).apply(lambda arns: arns[0]))
        endpoint(made.name)

    assert Encryption().update(program).clean
    assert Encryption().preview(program).mandatory  # it may be either key


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("case", CASES[::7], ids=str)
def test_it_says_what_a_running_pack_says(case: Case, phase: str, engine: Engine) -> None:
    engine.configure(case.settings)
    theirs = run(engine, case.program, phase=phase, stack=case.stack, world=case.world)
    ours = getattr(Encryption(config=case.settings, stack=case.stack, world=case.world), phase)(case.program)
    assert sorted((each.level, each.policy, each.resource) for each in ours.statements) == sorted(
        finding.triple for finding in theirs.findings
    )
    assert sorted(each.message for each in ours.statements) == sorted(
        finding.message.partition("\n")[2] for finding in theirs.findings
    )


def test_levels_and_settings() -> None:
    assert Encryption(config={"all": "disabled"}).preview(pair).clean
    (said,) = Encryption(config={"encryption-at-rest-enabled": "advisory"}).preview(pair).statements
    assert said.level == "advisory"
    allowed = {"customer-managed-key": {"enforcementLevel": "mandatory", "allowedAccounts": ["444455556666"]}}
    assert Encryption(config=allowed).preview(lambda: pair(kms_key_arn=arn())).policies == ("customer-managed-key",)
    with pytest.raises(SelectionError, match='Did you mean "replacement-safe"'):
        Encryption(config={"replacement-saef": "mandatory"}).preview(pair)
    with pytest.raises(SelectionError, match="The level of replacement-safe is not one of"):
        Encryption(config={"replacement-safe": "strict"}).preview(pair)


def test_the_machine_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    assert Encryption(stack=Stack()).preview(lambda: pair(kms_key_arn=arn("us-east-1"))).clean


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize(
    ("found", "policies"),
    [
        (arn(), ()),
        (arn("eu-west-1"), ("key-in-same-region",)),
        (arn(what="alias/aws/ebs"), ("customer-managed-key",)),
        ("", ("encryption-at-rest-enabled",)),
    ],
)
def test_a_program_that_looks_a_key_up(phase: str, found: str, policies: tuple[str, ...]) -> None:
    def program() -> None:
        pair(kms_key_arn=aws.ssm.get_parameter_output(name="/models/key").value)

    world = World(functions={"aws:ssm/getParameter:getParameter": {"value": found}})
    assert getattr(Encryption(world=world), phase)(program).policies == policies


def test_a_recorded_stack(tmp_path: Path) -> None:
    said = Encryption().state(ROOT / "tests" / "recordings" / "missing_key.state.json")
    assert said.policies == ("encryption-at-rest-enabled",)
    assert Encryption().state(ROOT / "examples" / "encrypted" / "state.json").clean
    (tmp_path / "no.json").write_text(json.dumps({"a": 1}))
    with pytest.raises(ValueError, match="is not a stack"):
        Encryption().state(tmp_path / "no.json")


def decide(configuration: Configuration, context: Context) -> Decision:
    if configuration.label.startswith("ml-"):
        return COMPLIANT
    return Violation(why=f"The name {configuration.quoted} does not begin with ml-.", fix="Rename it.")


OWN = Policy(
    name="named",
    kind="resource",
    level="mandatory",
    severity="low",
    title="Named",
    description="Configurations are named.",
    risk="",
    remediation="",
    url="https://example.com/",
    judges=Configuration,
    decide=decide,
)


def test_a_policy_of_ones_own() -> None:
    own = Encryption(policies=(OWN,))
    (statement,) = own.preview(config).statements
    assert statement.message == 'The name "config" does not begin with ml-.\nRename it.'
    assert own.update(lambda: config("ml-config")).clean


def test_the_plugin_gives_the_fixture(tmp_path: Path) -> None:
    test = """
        import pulumi_aws as aws

        def test_program(encryption):
            said = encryption.preview(lambda: aws.sagemaker.EndpointConfiguration(
                "config", production_variants=[{"model_name": "model", "variant_name": "all"}]))
            assert not said.clean
            assert said.mandatory[0].policy == "encryption-at-rest-enabled"
            assert said.clean, said
    """
    (tmp_path / "test_one.py").write_text(dedent(test), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "policy_pack.testing.plugin", "-p", "no:cacheprovider", tmp_path],
        cwd=ROOT,
        env={"PATH": "/usr/bin", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "1 failed" in done.stdout, done.stdout + done.stderr
    assert "[mandatory] encryption-at-rest-enabled (config)" in done.stdout
