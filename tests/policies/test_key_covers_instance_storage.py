"""Of `key-covers-instance-storage`: which instances keep data on local storage, and where variants name them."""

from __future__ import annotations

from typing import Any

import pytest

from policy_pack.aws.instances import has_local_storage
from policy_pack.gaps import GAP
from policy_pack.judging.policy import Context
from policy_pack.judging.verdict import CannotTell, Compliant, Decision, NotApplicable, Violation
from policy_pack.policies import key_covers_instance_storage
from policy_pack.stack.model import Configuration
from policy_pack.values import UNKNOWN
from tests.carriers.reading import one, resource, stack
from tests.harness.engine import Engine
from tests.matrix import rows
from tests.template.reading import partly

ROW = rows.Row(rows.pair(ProductionVariants=rows.variants("ml.g5.xlarge")), rows.pair())

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
    assert isinstance(decided(given), CannotTell)


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        (["ml.m5.large"], Compliant),
        (["ml.g5.xlarge"], Violation),
        (["ml.m5.large", "ml.g5.xlarge"], Violation),
        ([UNKNOWN, "ml.g5.xlarge"], Violation),
        ([UNKNOWN, "ml.m5.large"], CannotTell),
        (["ml.z9.large", "ml.m5.large"], CannotTell),
        ([partly(f"ml.g5.{GAP}")], Violation),
        ([partly(f"ml.m5.{GAP}")], CannotTell),
        ([partly(f"ml.{GAP}.xlarge")], CannotTell),
        ([partly(f"ml.{GAP}")], CannotTell),
        ([], Compliant),
    ],
    ids=str,
)
def test_types_of_instances(types: list[Any], expected: type) -> None:
    given = {"kmsKeyId": KEY, "productionVariants": [{"instanceType": each} for each in types]}
    found = decided(given)
    assert type(found) is expected
    assert not isinstance(found, Violation) or "ml.g5." in found.why


@pytest.mark.parametrize(
    ("serverless", "expected"), [({"maxConcurrency": 5}, Compliant), (UNKNOWN, Violation), (None, Violation)]
)
def test_a_serverless_variant_has_no_instances(serverless: Any, expected: type) -> None:
    variant = {"instanceType": "ml.g5.xlarge", "serverlessConfig": serverless}
    assert type(decided({"kmsKeyId": KEY, "productionVariants": [variant]})) is expected


def test_without_a_key_there_is_none_that_covers_less() -> None:
    assert isinstance(decided({"productionVariants": [{"instanceType": "ml.g5.xlarge"}]}), NotApplicable)


def decided(given: dict[str, Any]) -> Decision:
    made = one(Configuration, resource("aws-native:sagemaker:EndpointConfig", given))
    return key_covers_instance_storage.decide(made, Context(stack()))
