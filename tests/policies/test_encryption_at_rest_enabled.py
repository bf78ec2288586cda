"""`encryption-at-rest-enabled`: what its message says that a key protects."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.audit.auditing import audit_document
from tests.conftest import ROOT
from tests.harness.engine import Engine
from tests.policies.phases import Judging
from tests.programs.blocks import pair, variant

POLICY = "encryption-at-rest-enabled"
SERVERLESS = {"model_name": "model", "serverless_config": {"max_concurrency": 5, "memory_size_in_mb": 2048}}
NATIVE = {
    "type": "aws-native:sagemaker:EndpointConfig",
    "urn": "urn:pulumi:dev::shop::aws-native:sagemaker:EndpointConfig::config",
    "name": "config",
}
IMAGES, VOLUMES = "container images", "the instance volumes are not encrypted"


@pytest.mark.parametrize(
    ("variants", "protected"),
    [
        ([SERVERLESS], IMAGES),
        ([SERVERLESS, {**SERVERLESS, "variant_name": "other"}], IMAGES),
        ([variant()], VOLUMES),
        ([variant(), SERVERLESS], VOLUMES),
    ],
)
def test_it_says_what_the_key_protects(variants: list[dict[str, Any]], protected: str, judging: Judging) -> None:
    (said,) = judging.messages(lambda: pair(production_variants=variants) and None, POLICY)
    assert protected in said
    assert (IMAGES in said) is not (VOLUMES in said)


def test_a_serverless_variant_of_a_template(tmp_path: Any) -> None:
    text = (ROOT / "tests" / "cases" / "serverless_without_key.json").read_text(encoding="utf-8")
    report = audit_document(tmp_path, json.loads(text))
    (found,) = (each for each in report.findings if each.policy.endswith(POLICY))
    assert found.level == "mandatory"
    assert IMAGES in found.why
    assert found.fix.startswith("Set KmsKeyId")


@pytest.mark.parametrize(
    ("variants", "said"),
    [
        ([{"instanceType": "ml.g5.xlarge"}], True),
        ([{"instanceType": "ml.g5.xlarge"}, {"instanceType": "ml.p5.48xlarge"}], True),
        ([{"instanceType": "ml.g5.xlarge"}, {"instanceType": "ml.m5.large"}], False),
        ([{"instanceType": "ml.m5.large"}], False),
        ([{"serverlessConfig": {"maxConcurrency": 5}}], False),
        ([], False),
    ],
)
def test_a_missing_key_on_local_storage_is_explained(variants: list[Any], said: bool, engine: Engine) -> None:
    answer = engine.analyze({**NATIVE, "properties": {"productionVariants": variants}})
    (message,) = [each.message for each in answer.findings if each.policy == POLICY]
    assert ("local NVMe storage of these instances has a hardware key of its own" in message) is said
    assert ("set instanceStorageOnly of this policy to exempt" in message) is said
