"""Of `key-covers-instance-storage`: which instances keep data on local storage, and where variants name them."""

from __future__ import annotations

from typing import Any

import pytest

from policy_pack.aws.instances import has_local_storage
from policy_pack.judging.policy import Context
from policy_pack.judging.verdict import CannotTell
from policy_pack.policies import key_covers_instance_storage
from policy_pack.stack.model import Configuration
from tests.carriers.reading import one, resource, stack
from tests.harness.engine import Engine

POLICY = "key-covers-instance-storage"
CONFIGURATION = {
    "type": "aws-native:sagemaker:EndpointConfig",
    "urn": "urn:pulumi:dev::shop::aws-native:sagemaker:EndpointConfig::config",
    "name": "config",
}
KEY = "alias/serving"


@pytest.mark.parametrize(
    ("properties", "named"),
    [
        ({"productionVariants": [{"instanceType": "ml.g5.xlarge"}]}, ["ml.g5.xlarge"]),
        ({"shadowProductionVariants": [{"instanceType": "ml.p6-b200.48xlarge"}]}, ["ml.p6-b200.48xlarge"]),
        (
            {"productionVariants": [{"instanceType": "ml.p5.48xlarge"}, {"instanceType": "ml.c5d.large"}]},
            ["ml.c5d.large", "ml.p5.48xlarge"],
        ),
        (
            {
                "productionVariants": [
                    {"instancePools": [{"instanceType": "ml.m5.large"}, {"instanceType": "ml.g6.8xlarge"}]}
                ]
            },
            ["ml.g6.8xlarge"],
        ),
        ({"productionVariants": [{"instancePools": [{"instanceType": "ml.m5.large"}]}]}, []),
        ({"productionVariants": [{"instanceType": "ml.m5.large"}]}, []),
        ({"productionVariants": [{"serverlessConfig": {"maxConcurrency": 5}}]}, []),
        ({"productionVariants": []}, []),
    ],
)
def test_variants(properties: dict[str, Any], named: list[str], engine: Engine) -> None:
    answer = engine.analyze({**CONFIGURATION, "properties": {"kmsKeyId": KEY, **properties}})
    messages = [finding.message for finding in answer.findings if finding.policy == POLICY]
    assert len(messages) == bool(named)
    assert all(f"({', '.join(named)})" in message for message in messages)


@pytest.mark.parametrize(
    "instance_type", ["ml.m5.large", "g5.xlarge", "ml.g5", "ml.local.g5.xlarge", "", "ml.xg5.large"]
)
def test_without_local_storage(instance_type: str) -> None:
    assert not has_local_storage(instance_type)


@pytest.mark.parametrize("instance_type", ["ml.z9.large", "m5.large", "ml.g5", "ml.local.g5.xlarge", ""])
def test_of_a_type_that_is_not_known_nothing_is_claimed(instance_type: str) -> None:
    assert has_local_storage(instance_type) is None
    given = {"kmsKeyId": KEY, "productionVariants": [{"instanceType": instance_type or "x"}]}
    made = one(Configuration, resource("aws-native:sagemaker:EndpointConfig", given))
    assert isinstance(key_covers_instance_storage.decide(made, Context(stack())), CannotTell)
