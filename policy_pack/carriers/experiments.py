"""SageMaker inference experiments, which host the endpoints that they compare: their volumes and captured data.

In the model, they are configurations that no Endpoint names.

Sources: "AWS::SageMaker::InferenceExperiment" in the AWS CloudFormation Template Reference; "CreateInferenceExperiment"
in the Amazon SageMaker API Reference, for the forms of `KmsKey`; the page of InferenceExperiment in the Pulumi
Registry, package AWS Cloud Control.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from policy_pack.carriers import shapes
from policy_pack.carriers.given import Given, given_by
from policy_pack.carriers.kinds import Reads
from policy_pack.carriers.place import Surroundings, place
from policy_pack.carriers.shapes import elements
from policy_pack.stack.model import Configuration, Resource, Storage, Variant
from policy_pack.values import NothingKnown, Plain, get, sources_in, text

TITLE = "inference experiments"
TYPE = "AWS::SageMaker::InferenceExperiment"
KEY = "kmsKey"
_NATIVE = "aws-native:sagemaker:InferenceExperiment"


def _experiment(given: Given) -> Iterator[Configuration]:
    properties = given.properties
    yield Configuration(
        **given.node,
        key=text(properties.get(KEY)),
        key_property=given.spelling(KEY),
        key_sources=given.sources(KEY),
        key_may_be_missing=isinstance(properties, NothingKnown),
        short_keys=True,
        name=None,
        name_property=given.spelling("name"),
        generated_name=True,
        execution_role=text(properties.get("roleArn")),
        execution_role_sources=given.sources("roleArn"),
        variants=tuple(
            _variant(f"model variant {index}", element, given.sources("modelVariants"))
            for index, element in enumerate(elements(properties.get("modelVariants")), start=1)
        ),
        storage=tuple(_storage(given)),
        is_experiment=True,
        tags=shapes.tags(properties.get("tags")),
    )


def _variant(label: str, element: Plain, model_sources: tuple[str, ...]) -> Variant:
    model = get(element, "modelName")
    return Variant(
        label=label,
        instance_type=text(get(element, "infrastructureConfig", "realTimeInferenceConfig", "instanceType")),
        serverless=False,  # an experiment has instances only
        model_name=text(model),
        model_sources=tuple(sources_in(model)) or model_sources,
    )


def _storage(given: Given) -> Iterator[Storage]:
    where = given.properties.get("dataStorageConfig")
    if where is not None:
        yield Storage("captured data", text(get(where, KEY)), given.spelling(f"dataStorageConfig.{KEY}"))


def _native(resource: Resource, surroundings: Surroundings) -> Iterator[Configuration]:
    return _experiment(given_by(resource, place(resource, surroundings)))


def write_key(properties: Any, arn: str) -> None:
    """Sets the key of an experiment, by the name that it has in camel case."""
    properties[KEY] = arn


TYPES = {TYPE: Reads(Configuration, _experiment)}
READERS = {_NATIVE: Reads(Configuration, _native)}
KEY_WRITERS = {_NATIVE: write_key}
