"""Inference experiments of the provider `aws-native`: what a configuration has, under their own names.

No Endpoint names them, so an Endpoint beside one is left out.
"""

from __future__ import annotations

from typing import Any

import pulumi

from tests.harness import aws_native as native
from tests.matrix.columns import Given, resolved
from tests.matrix.parts import CONFIGURATION, ENDPOINT, Parts

PARTS = (CONFIGURATION, ENDPOINT)


def make(parts: Parts, others: Given) -> Given:
    for label, part in parts.items():
        if part.type == CONFIGURATION:
            _experiment(label, resolved(part, others), part.region)
    return others


def _experiment(label: str, given: dict[str, Any], region: str | None) -> None:
    properties: dict[str, Any] = {"kms_key": given["KmsKeyId"]} if "KmsKeyId" in given else {}
    if "DataCaptureConfig" in given:
        where = given["DataCaptureConfig"]
        key = {"kmsKey": where["KmsKeyId"]} if "KmsKeyId" in where else {}
        properties["data_storage_config"] = {"destination": where["DestinationS3Uri"], **key}
    opts = None
    if region is not None:
        opts = pulumi.ResourceOptions(provider=pulumi.ProviderResource("aws-native", "there", {"region": region}))
    native.InferenceExperiment(
        label,
        opts,
        name="compared",
        type="ShadowMode",
        endpoint_name="live",
        model_variants=[
            {
                "modelName": each["ModelName"],
                "variantName": each["VariantName"],
                "infrastructureConfig": {
                    "infrastructureType": "RealTimeInference",
                    "realTimeInferenceConfig": {"instanceCount": 1, "instanceType": each["InstanceType"]},
                },
            }
            for each in given["ProductionVariants"]
        ],
        **properties,
    )
