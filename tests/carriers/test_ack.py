"""What ACK's custom resources are in the model, as its published definitions spell them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from policy_pack.carriers import KEY_WRITERS, read
from policy_pack.carriers.place import Surroundings
from policy_pack.judging.verdict import Compliant, NotApplicable, Violation
from policy_pack.policies import endpoint_follows_replacement, key_in_same_region, replacement_safe
from policy_pack.stack.model import Configuration, Endpoint, Model, Resource, Storage, Variant
from policy_pack.values import UNKNOWN, WrongType
from tests.carriers.reading import one, resource, urn, verdicts
from tests.programs.blocks import arn

DUMPS = "coreDumpConfig"
GROUP = "kubernetes:sagemaker.services.k8s.aws/v1alpha1"
SPEC = {
    "endpointConfigName": "serving",
    "kmsKeyID": "alias/serving",
    "executionRoleARN": "role",
    "productionVariants": [
        {
            "variantName": "a",
            "modelName": "model",
            "instanceType": "ml.m5.large",
            "coreDumpConfig": {"destinationS3URI": "s3://dumps", "kmsKeyID": "alias/dumps"},
        }
    ],
    "dataCaptureConfig": {"enableCapture": True, "destinationS3URI": "s3://captured", "kmsKeyID": "alias/captured"},
    "asyncInferenceConfig": {"outputConfig": {"s3OutputPath": "s3://output", "kmsKeyID": "alias/output"}},
}


def made(spec: Any, kind: str = "EndpointConfig", *, sources: Any = None, **metadata: Any) -> Resource:
    given = {"apiVersion": GROUP.partition(":")[2], "kind": kind, "metadata": {"name": "it", **metadata}, "spec": spec}
    return resource(f"{GROUP}:{kind}", given, sources=sources)


def test_each_property_is_found_under_its_own_spelling() -> None:
    found = one(Configuration, made(SPEC))
    assert (found.key, found.key_property, found.short_keys) == ("alias/serving", "spec.kmsKeyID", True)
    assert (found.name, found.name_property, found.generated_name) == ("serving", "spec.endpointConfigName", False)
    assert found.execution_role == "role"
    assert found.variants == (Variant("production variant 1", "ml.m5.large", serverless=False, model_name="model"),)
    assert found.storage == (
        Storage("captured data", "alias/captured", "spec.dataCaptureConfig.kmsKeyID"),
        Storage("asynchronous output", "alias/output", "spec.asyncInferenceConfig.outputConfig.kmsKeyID"),
        Storage(
            "core dumps of production variant 1", "alias/dumps", "spec.productionVariants[0].coreDumpConfig.kmsKeyID"
        ),
    )


def test_endpoint_and_model() -> None:
    endpoint = one(Endpoint, made({"endpointName": "live", "endpointConfigName": "serving"}, "Endpoint"))
    assert (endpoint.configuration_name, endpoint.configuration_property) == ("serving", "spec.endpointConfigName")
    model = one(Model, made({"modelName": "model", "executionRoleARN": "role"}, "Model"))
    assert (model.name, model.execution_role) == ("model", "role")


@pytest.mark.parametrize(
    ("metadata", "region"),
    [
        ({"annotations": {"services.k8s.aws/region": "eu-central-1"}}, "eu-central-1"),
        ({"annotations": {"services.k8s.aws/region": UNKNOWN}}, UNKNOWN),
        ({"annotations": UNKNOWN}, UNKNOWN),
        ({"annotations": {}}, None),
        ({"annotations": {"other": 5}}, None),
        ({"annotations": ["services.k8s.aws/region"]}, UNKNOWN),
        ({"annotations": "services.k8s.aws/region=eu-central-1"}, UNKNOWN),
        ({"annotations": {"services.k8s.aws/region": 5}}, UNKNOWN),
        ({}, None),
        ({"annotations": None}, None),
    ],
)
def test_its_region_is_that_of_the_annotation(metadata: dict[str, Any], region: Any) -> None:
    surroundings = Surroundings({"aws:region": "us-east-1", "kubernetes:region": "x"}, {"AWS_REGION": "us-east-1"})
    (found,) = read([made(SPEC, **metadata)], surroundings).configurations
    assert (found.place.region, found.place.decided_by) == (region, None)


def test_where_nobody_says_its_region_none_is_compared() -> None:
    (said,) = verdicts(key_in_same_region.POLICY, made({**SPEC, "kmsKeyID": arn("us-west-2")})).values()
    assert isinstance(said, NotApplicable)
    assert "which Region" in said.why


@pytest.mark.parametrize(
    ("spec", "key", "may_be_missing"),
    [
        (UNKNOWN, UNKNOWN, True),
        ({}, None, False),
        (None, None, False),
        ("spec", None, False),
        ([], None, False),
        ({"kmsKeyId": "alias/serving"}, None, False),
        ({"kmsKeyID": 7}, WrongType("a number"), False),
        ({"kmsKeyID": UNKNOWN}, UNKNOWN, False),
    ],
)
def test_any_spec(spec: Any, key: Any, may_be_missing: bool) -> None:
    found = one(Configuration, made(spec))
    # As the definition spells it, and nothing else: Kubernetes drops what it does not define.
    assert (found.key, found.key_may_be_missing) == (key, may_be_missing)


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        (5.5, WrongType("a number")),
        (["serving"], WrongType("a list")),
        (True, WrongType("a boolean")),
        ({"endpointConfigName": {}}, WrongType("an object")),
        ({"endpointConfigName": "serving"}, "serving"),
        ({}, None),
        (None, None),
        (UNKNOWN, UNKNOWN),
    ],
)
def test_any_spec_of_an_endpoint(spec: Any, name: Any) -> None:
    assert one(Endpoint, made(spec, "Endpoint")).configuration_name == name


def test_what_the_spec_is_computed_from_its_properties_are() -> None:
    key = urn("aws:kms/key:Key", "key")
    assert one(Configuration, made({"kmsKeyID": UNKNOWN}, sources={"spec": (key,)})).key_sources == (key,)
    assert one(Configuration, made({"endpointConfigName": "a"}, sources={"spec": (key,)})).key_sources == ()


def test_the_organizations_key_is_written_where_it_belongs() -> None:
    properties = {"spec": {"endpointConfigName": "a"}}
    KEY_WRITERS[f"{GROUP}:EndpointConfig"](properties, arn())
    assert properties == {"spec": {"endpointConfigName": "a", "kmsKeyID": arn()}}


@pytest.mark.parametrize("name", ["it-1a2b3c4", "serving-3f9c01ab", "serving-0123456789abcdef", None])
def test_a_name_that_changes_with_the_key(name: str | None) -> None:
    made_of_it = made({**SPEC, "endpointConfigName": name})
    assert one(Configuration, made_of_it).generated_name is True
    assert verdicts(replacement_safe.POLICY, made_of_it)["it"].__class__ is Compliant


@pytest.mark.parametrize(
    "name", ["serving", "serving-v2", "serving-20260131", "serving-deadbee", "serving-1a2b3", "1a2b3c4"]
)
def test_a_name_that_is_set_by_hand(name: str) -> None:
    said = verdicts(replacement_safe.POLICY, made({**SPEC, "endpointConfigName": name}))["it"]
    assert isinstance(said, Violation)
    assert said.why.startswith("spec.endpointConfigName is set by hand, and the controller changes no")


def test_an_endpoint_that_names_it_by_hand_or_ignores_it() -> None:
    configuration = made({**SPEC, "endpointConfigName": "serving-1a2b3c4"})
    name = {"spec": (configuration.urn,)}
    spec = {"endpointName": "live", "endpointConfigName": "serving-1a2b3c4"}
    follows, by_hand = made(spec, "Endpoint", sources=name), made(spec, "Endpoint")
    policy = endpoint_follows_replacement.POLICY
    assert isinstance(verdicts(policy, configuration, follows)["it"], Compliant)
    assert isinstance(verdicts(policy, configuration, by_hand)["it"], Violation)
    for path in ("spec", "spec.endpointConfigName", "*"):
        assert isinstance(verdicts(policy, configuration, replace(follows, ignore_changes=(path,)))["it"], Violation)
    other = replace(follows, ignore_changes=("metadata", "spec.endpointName"))
    assert isinstance(verdicts(policy, configuration, other)["it"], Compliant)
