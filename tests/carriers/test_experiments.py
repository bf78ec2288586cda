"""An inference experiment is the same in the model, whichever carrier brings it."""

from __future__ import annotations

from typing import Any

import pytest

from policy_pack.carriers.terraform_names import snake_case as to_snake_case
from policy_pack.judging.verdict import COMPLIANT, Compliant, NotApplicable, Violation
from policy_pack.policies import (
    captured_data_encrypted,
    customer_managed_key,
    encryption_at_rest_enabled,
    key_covers_instance_storage,
    paired_with_endpoint,
    replacement_safe,
)
from policy_pack.stack.model import Configuration, Resource, Storage, Variant
from policy_pack.values import UNKNOWN, WrongType
from tests.carriers.reading import one, resource, state, template, urn, verdicts

TYPE = "AWS::SageMaker::InferenceExperiment"
BRIDGED = "index/sagemakerInferenceExperiment:SagemakerInferenceExperiment"
VARIANTS = [
    {
        "ModelName": "model",
        "VariantName": "a",
        "InfrastructureConfig": {
            "InfrastructureType": "RealTimeInference",
            "RealTimeInferenceConfig": {"InstanceType": "ml.g5.xlarge", "InstanceCount": 1},
        },
    }
]
GIVEN = {
    "Name": "compared",
    "KmsKey": "alias/serving",
    "RoleArn": "role",
    "DataStorageConfig": {"Destination": "s3://captured", "KmsKey": "alias/captured"},
    "ModelVariants": VARIANTS,
}


def camel_case(value: Any) -> Any:
    if isinstance(value, dict):
        return {name[:1].lower() + name[1:]: camel_case(each) for name, each in value.items()}
    return [camel_case(each) for each in value] if isinstance(value, list) else value


def snake_case(value: Any) -> Any:
    if isinstance(value, dict):
        return {to_snake_case(name[:1].lower() + name[1:]): snake_case(each) for name, each in value.items()}
    return [snake_case(each) for each in value] if isinstance(value, list) else value


def carried(**given: Any) -> list[tuple[Resource, str]]:
    """It by each of its carriers, and what that calls its key."""
    return [
        (resource("aws-native:sagemaker:InferenceExperiment", camel_case(given)), "kmsKey"),
        (resource(f"awscc:{BRIDGED}", camel_case(given)), "kmsKey"),
        (resource("pulumi:terraform:awscc_sagemaker_inference_experiment", snake_case(given)), "kms_key"),
        (template({"Resources": {"It": {"Type": TYPE, "Properties": given}}}), "KmsKey"),
        (state(TYPE, given), "KmsKey"),
        (resource("aws-native:index:ExtensionResource", {"type": TYPE, "properties": given}), "KmsKey"),
    ]


def test_each_carrier_brings_the_same() -> None:
    for each, key_property in carried(**GIVEN):
        made = one(Configuration, each)
        assert made.is_experiment
        assert (made.key, made.key_property, made.execution_role) == ("alias/serving", key_property, "role")
        assert made.variants == (Variant("model variant 1", "ml.g5.xlarge", serverless=False, model_name="model"),)
        where = {"kmsKey": "dataStorageConfig", "kms_key": "data_storage_config", "KmsKey": "DataStorageConfig"}
        named = f"{where[key_property]}.{key_property}"
        assert made.storage == (Storage("captured data", "alias/captured", named),)


@pytest.mark.parametrize(("key", "found"), [(None, None), ("", None), (UNKNOWN, UNKNOWN), (7, WrongType("a number"))])
def test_any_key(key: Any, found: Any) -> None:
    made = one(Configuration, resource("aws-native:sagemaker:InferenceExperiment", {"kmsKey": key}))
    assert made.key == found


@pytest.mark.parametrize("variants", [None, [], UNKNOWN, [UNKNOWN], "a", [{"infrastructureConfig": UNKNOWN}], [7]])
def test_any_variants(variants: Any) -> None:
    given = {"modelVariants": variants, "dataStorageConfig": variants}
    assert one(Configuration, resource("aws-native:sagemaker:InferenceExperiment", given)).key is None


def test_what_is_said_of_it() -> None:
    for each, key_property in carried(
        **{**GIVEN, "KmsKey": None, "DataStorageConfig": {"Destination": "s3://captured"}}
    ):
        (missing,) = verdicts(encryption_at_rest_enabled.POLICY, each).values()
        assert isinstance(missing, Violation)
        assert key_property in missing.why
        (captured,) = verdicts(captured_data_encrypted.POLICY, each).values()
        assert isinstance(captured, Violation)


def test_what_its_key_does_not_cover() -> None:
    for each, _ in carried(**GIVEN):
        (local,) = verdicts(key_covers_instance_storage.POLICY, each).values()
        assert isinstance(local, Violation)
        assert "ml.g5.xlarge" in local.why


def test_no_endpoint_names_it_and_nothing_replaces_it() -> None:
    for each, _ in carried(**GIVEN):
        # An Endpoint that bears its name by chance.
        endpoint = resource("aws:sagemaker/endpoint:Endpoint", {"endpointConfigName": "compared"}, "endpoint")
        for policy in (paired_with_endpoint.POLICY, replacement_safe.POLICY):
            (said,) = verdicts(policy, each, endpoint).values()
            assert isinstance(said, NotApplicable)
    assert verdicts(encryption_at_rest_enabled.POLICY, carried(**GIVEN)[0][0]) == {"it": COMPLIANT}


def test_its_key_may_be_one_of_the_stack() -> None:
    sources = {"kmsKey": (urn("aws:kms/key:Key", "key"),)}
    made = one(
        Configuration, resource("aws-native:sagemaker:InferenceExperiment", {"kmsKey": UNKNOWN}, sources=sources)
    )
    assert made.key_sources == sources["kmsKey"]


@pytest.mark.parametrize("key", ["alias/serving", "12345678-1234-1234-1234-123456789012"])
def test_short_names_of_keys(key: str) -> None:
    made = resource("aws-native:sagemaker:InferenceExperiment", {"kmsKey": key})
    (found,) = verdicts(customer_managed_key.POLICY, made).values()
    assert isinstance(found, Compliant)
