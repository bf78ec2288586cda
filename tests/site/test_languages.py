"""The programs of the policies in other languages: each bad one violates its policy, no good one violates any."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pulumi_aws as aws
import pytest

from policy_pack.judging.policy import Policy
from policy_pack.policies import PACK
from policy_pack.testing import Encryption
from tests.site import reading
from tools.site import languages
from tools.site.examples import NOTES, WRITERS, written
from tools.site.programs import resources

pytestmark = pytest.mark.slow

SHOWN = [pytest.param(policy, id=policy.name) for policy in PACK.policies if policy.bad]


def shows(policy: Policy, bad: reading.Program, good: reading.Program) -> None:
    said = Encryption().preview(bad)
    assert policy.name in said.policies, said
    said = Encryption().preview(good)
    assert said.clean, said


def shows_in(language: str, policy: Policy, read: Callable[[str], reading.Program]) -> None:
    """What the page shows in a language does what it says; where it says that nothing is reported, nothing is."""
    if language in NOTES.get(policy.name, {}):
        bad = read(written(language, policy.bad))
        assert policy.name not in Encryption().preview(bad).policies, "the page says that it is not reported"
        return
    shows(policy, read(written(language, policy.bad)), read(written(language, policy.good)))


@pytest.mark.parametrize("policy", SHOWN)
def test_yaml(policy: Policy) -> None:
    shows_in("YAML", policy, reading.of_yaml)


@pytest.mark.parametrize("policy", SHOWN)
def test_typescript(policy: Policy, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node.js on PATH")
    shows_in("TypeScript", policy, lambda text: reading.of_typescript(text, node, tmp_path))


@pytest.mark.parametrize("policy", SHOWN)
def test_hcl(policy: Policy) -> None:
    shows_in("HCL", policy, reading.of_hcl)


@pytest.mark.parametrize("policy", SHOWN)
def test_cloudformation(policy: Policy) -> None:
    def stack(text: str) -> reading.Program:
        def program() -> None:
            aws.cloudformation.Stack("serving", template_body=text)

        return program

    shows_in("CloudFormation", policy, stack)


def test_notes_are_of_policies_and_languages() -> None:
    assert NOTES.keys() <= PACK.by_name.keys()
    assert {language for notes in NOTES.values() for language in notes} <= WRITERS.keys()


def test_a_program_that_the_reader_takes_wrongly_would_fail() -> None:
    """The readers pass on what is written: without its key, a good program is a bad one."""
    policy = PACK.by_name["encryption-at-rest-enabled"]
    good = resources(policy.good)
    for write, read, key in (
        (languages.pulumi_yaml, reading.of_yaml, "      kmsKeyArn: ${key.arn}\n"),
        (languages.hcl, reading.of_hcl, "  kms_key_arn = aws_kms_key.ranking.arn\n"),
    ):
        text = write(good)
        assert key in text
        assert policy.name in Encryption().preview(read(text.replace(key, ""))).policies
