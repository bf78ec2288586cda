"""Each policy on each carrier: a stack that violates it and one that does not, in a preview through the wire."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from policy_pack.policies import PACK
from tests import matrix
from tests.conftest import ROOT
from tests.harness.engine import Engine, Stack
from tests.harness.program import DEV, run
from tests.matrix import CASES, ROWS, Case
from tests.matrix.carriers import CARRIERS
from tests.programs.blocks import PRIVATE

IN_AWS = "key-verified-in-aws"
LEVELS = {policy.name: policy.level for policy in PACK.policies} | {IN_AWS: "mandatory"}


@pytest.fixture(scope="module")
def asking() -> Iterator[tuple[Engine, str]]:
    """The pack where AWS is a server on this machine, and the ARN of a key that it knows."""
    server = ThreadedMotoServer("127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    credentials = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true"}
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
    with Engine(ROOT, environment={**credentials, "AWS_ENDPOINT_URL": address}) as engine:
        yield engine, known
    server.stop()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case: Case, request: pytest.FixtureRequest) -> None:
    engine, known = (
        request.getfixturevalue("asking") if case.policy == IN_AWS else (request.getfixturevalue("engine"), None)
    )
    engine.configure_stack(Stack())
    engine.configure(matrix.settings(case))
    stack = Stack(config={**DEV.config, "aws-native:region": DEV.config["aws:region"]})
    verdicts = run(engine, matrix.program(case, known or matrix.KEY_IN_AWS), stack=stack)
    said = {finding.policy: finding.level for finding in verdicts.findings}
    assert said.get(case.policy) == (LEVELS[case.policy] if case.violated else None)
    assert not verdicts.not_applicable(case.policy)
    for finding in verdicts.findings:
        assert not any(private in finding.message for private in PRIVATE)


def test_every_policy_and_every_carrier_is_tried() -> None:
    assert set(ROWS) == {policy.name for policy in PACK.policies}
    assert {case.carrier for case in CASES} == set(CARRIERS)
    # A classic resource holds no template.
    assert {name for name, row in ROWS.items() if set(row.carriers) != set(CARRIERS)} == {"template-readable"}
