"""Resources of Terraform modules, of which the engine sends no properties: what makes a configuration is named."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.engine import Engine

CONFIGURATION = "sm:tf:aws_sagemaker_endpoint_configuration"


def module_resource(kind: str) -> dict[str, Any]:
    name = f"module.sm.{kind.rpartition(':')[2]}.this"
    return {"type": kind, "urn": f"urn:pulumi:dev::shop::{kind}::{name}", "name": name, "properties": {}}


def test_a_configuration_is_named_and_not_judged(engine: Engine) -> None:
    (finding,) = engine.analyze(module_resource(CONFIGURATION)).findings
    assert (finding.level, finding.policy) == ("advisory", "carrier-readable")
    assert "a resource of a Terraform module" in finding.message
    assert engine.analyze_stack([module_resource(CONFIGURATION)]).findings == ()


@pytest.mark.parametrize("kind", ["sm:tf:aws_kms_key", "sm:tf:aws_sagemaker_model", "sm:tf:aws_s3_bucket"])
def test_what_makes_none_is_not_named(kind: str, engine: Engine) -> None:
    assert engine.analyze(module_resource(kind)).findings == ()
    assert engine.analyze_stack([module_resource(kind)]).findings == ()
