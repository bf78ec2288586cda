"""Each policy on each carrier: a stack that violates it and one that does not, through the wire and from a state."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any
from unittest import mock

import boto3
import pytest
from moto.server import ThreadedMotoServer

from policy_pack import carriers
from policy_pack.carriers.kinds import Reads
from policy_pack.policies import PACK, key_verified_in_aws
from policy_pack.stack.model import Configuration
from tests.audit.auditing import audit_document
from tests.conftest import ROOT
from tests.harness.answers import PREFIX
from tests.harness.engine import Engine, Stack
from tests.harness.program import DEV, deploy, run
from tests.matrix import cases as matrix
from tests.matrix.carriers import COLUMNS, still_to_do
from tests.matrix.cases import CASES, ROWS, Case
from tests.programs.blocks import PRIVATE

IN_AWS = "key-verified-in-aws"
LEVELS = {policy.name: policy.level for policy in PACK.policies} | {IN_AWS: "mandatory"}


@pytest.fixture(scope="module")
def asking() -> Iterator[tuple[Engine, str]]:
    """The pack where AWS is a server on this machine, and the ARN of a key that it knows."""
    server = ThreadedMotoServer("127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    kms: Any = boto3.client(
        "kms",
        endpoint_url=address,
        region_name=DEV.config["aws:region"],
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    known = kms.create_key()["KeyMetadata"]["Arn"]
    kms.enable_key_rotation(KeyId=known)
    environment = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": address,
    }
    # An audit asks from this process.
    kept: Any = mock.patch.object(key_verified_in_aws, "_keys", [])
    with Engine(ROOT, environment=environment) as engine, mock.patch.dict(os.environ, environment), kept:
        yield engine, known
    server.stop()


def _first(case: Case) -> bool:
    """Whether it is one of those that an inner loop tries: of the carrier's own, before an update."""
    return case.phase != matrix.UPDATE and case.of_key == case.carrier


@pytest.mark.parametrize(
    "case", [pytest.param(each, marks=() if _first(each) else pytest.mark.slow, id=str(each)) for each in CASES]
)
def test_case(case: Case, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    engine, known = (
        request.getfixturevalue("asking") if case.policy == IN_AWS else (request.getfixturevalue("engine"), None)
    )
    stack = Stack(config={**DEV.config, "aws-native:region": DEV.config["aws:region"]})
    program = matrix.program(case, known or matrix.KEY_IN_AWS)
    if case.phase == matrix.STATE:
        report = audit_document(tmp_path, deploy(program, phase=matrix.UPDATE, stack=stack).export, settings(case))
        found = {each.policy.removeprefix(PREFIX): (each.level, each.why) for each in report.findings}
    else:
        engine.configure_stack(Stack())
        engine.configure(matrix.settings(case))
        verdicts = run(engine, program, phase=case.phase, stack=stack)
        # What a policy cannot tell does not count as passed.
        reasons = [each for each in verdicts.not_applicable(matrix.speaking(case)) if "not known" not in each]
        assert not reasons, f"judge it, or leave this carrier out of the policy's ROW with not_of: {reasons}"
        found = {each.policy: (each.level, each.message) for each in verdicts.findings}
    policy = matrix.speaking(case)
    level, _ = found.get(policy, (None, None))
    assert level == (LEVELS[policy] if case.violated else None)
    for _, message in found.values():
        assert not any(private in message for private in PRIVATE)


def settings(case: Case) -> dict[str, Any]:
    """The settings of a case as the content of a configuration file."""
    return {PREFIX + policy: given for policy, given in matrix.settings(case).items()}


def test_every_policy_is_tried() -> None:
    forgotten = {policy.name for policy in PACK.policies} ^ set(ROWS)
    files = ", ".join(f"tests/policies/test_{each.replace('-', '_')}.py" for each in sorted(forgotten))
    assert not forgotten, f"write ROW in {files}: rows.Row of what violates the policy and what does not"
    # No resource but those of CloudFormation and Cloud Control holds a template, and some carriers have no workflows.
    partly = {policy for policy, row in ROWS.items() if set(row.carriers) | set(row.not_of) != set(COLUMNS)}
    assert partly == {"template-readable", "carrier-readable"}


def test_every_carrier_has_its_line_and_its_column() -> None:
    names = {each.name for each in iter_modules(carriers.__path__)} - {"registry"}
    modules = [import_module(f"{carriers.__name__}.{name}") for name in sorted(names)]
    todo = still_to_do(modules, carriers.CARRIERS, COLUMNS)
    assert not todo, "\n".join(todo)
    assert {case.carrier for case in CASES} == set(COLUMNS)


def _carrier(**given: Any) -> ModuleType:
    made = ModuleType("policy_pack.carriers.new")
    vars(made).update(KEY_WRITERS={}, READERS={"new:index:New": Reads(Configuration, lambda *_: [])}, **given)
    return made


def test_what_is_forgotten_of_a_new_carrier_is_said() -> None:
    (said,) = still_to_do([_carrier(TITLE="new")], [], {"new": None})
    assert said.endswith("new.py is read by nobody: add it to CARRIERS in policy_pack/carriers/registry.py")
    (said,) = still_to_do([], [_carrier()], {})
    assert said.endswith("new.py reads endpoint configurations: give it a TITLE, the name of its column in the matrix")
    (said,) = still_to_do([], [_carrier(TITLE="new")], {"aws": None})
    assert said.startswith("policy_pack/carriers/new.py has no column: write tests/matrix/columns/new.py")
    assert still_to_do([_carrier(TITLE="new")], [carrier := _carrier(TITLE="new")], {"new": None})
    assert not still_to_do([carrier], [carrier], {"new": None})
