"""The stack's configuration that the pack finds in its environment when it starts, before the engine configures it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.harness.engine import Engine
from tests.programs.blocks import arn

TYPE = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
CONFIGURATION: dict[str, Any] = {
    "type": TYPE,
    "name": "config",
    "urn": f"urn:pulumi:dev::shop::{TYPE}::config",
    "properties": {"kmsKeyArn": arn(), "name": "config-1a2b3c4"},
}


@pytest.mark.parametrize(
    "given", ["[]", "null", "5", '"aws:region"', "", "{", "{'aws:region': 'us-east-1'}", "[" * 5000]
)
def test_one_that_is_no_object_ends_the_pack_with_one_line(given: str) -> None:
    # Not through `pulumi.policy`, which reads the variable itself before it starts a pack.
    ended = subprocess.run(
        [sys.executable, str(ROOT / "__main__.py")],
        env={**os.environ, "PULUMI_CONFIG": given},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("The environment variable PULUMI_CONFIG is not a JSON object, so ")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("region", ["5", '{"us-east-1": true}', '["us-east-1"]', "true", '"eu-west-1"'])
def test_a_region_that_is_none_is_not_passed_over(region: str) -> None:
    with Engine(ROOT, environment={"PULUMI_CONFIG": f'{{"aws:region": {region}}}'}) as engine:
        engine.configure({})
        found = engine.analyze(CONFIGURATION).findings
    assert [each.policy for each in found] == ["key-in-same-region"]
    assert "An error in the policy pack" not in found[0].message


@pytest.mark.parametrize("given", ["{}", '{"aws:region": "us-east-1"}', '{"aws:region": "us-east-1", "shop:size": 5}'])
def test_another_is_read(given: str) -> None:
    with Engine(ROOT, environment={"PULUMI_CONFIG": given}) as engine:
        engine.configure({})
        assert not engine.analyze(CONFIGURATION).findings
