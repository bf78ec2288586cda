"""Stacks of any size, as the engine sends them: ordinary AWS resources of about 1 KB, some endpoint configurations.

One resource in ten is of a type that the pack may have to look at (roles, their policies, keys), as in ordinary
stacks. Each configuration comes with its model and its endpoint, ten share a role and a key with its alias, and one
in ten names no key. Outputs are unknown, as at a preview.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2 as pb

from policy_pack.values import UNKNOWN_SENTINELS

CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
OTHER = "aws:lambda/function:Function"

_UNKNOWN = min(UNKNOWN_SENTINELS)
_URN = "urn:pulumi:dev::shop::"
_ACCOUNT = "111122223333"
_ROOT = f"{_URN}pulumi:pulumi:Stack::shop-dev"
_PROVIDER = {
    "type": "pulumi:providers:aws",
    "name": "default_7_51_1",
    "urn": f"{_URN}pulumi:providers:aws::default_7_51_1",
    "properties": {"region": "us-east-1", "version": "7.51.1", "skipMetadataApiCheck": "false"},
}
_TAGS = {"team": "shop", "environment": "dev", "cost-center": "4711", "managed-by": "pulumi", "data-class": "internal"}
_SHARING = 10


def _policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **each} for each in statements]})


def _key_policy(role: str) -> str:
    """The policy of a key: the account decides, and a role may use it for SageMaker."""
    return _policy(
        {"Sid": "Account", "Principal": {"AWS": f"arn:aws:iam::{_ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"},
        {
            "Sid": "Serving",
            "Principal": {"AWS": f"arn:aws:iam::{_ACCOUNT}:role/{role}"},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*", "kms:CreateGrant"],
            "Resource": "*",
            "Condition": {"StringEquals": {"kms:ViaService": "sagemaker.us-east-1.amazonaws.com"}},
        },
    )


_ROLE = {
    "assumeRolePolicy": _policy({"Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}),
    "path": "/service/",
    "maxSessionDuration": 3600.0,
    "description": "What the function may do on behalf of the shop. " * 4,
}
_FUNCTION = {
    "runtime": "python3.12",
    "handler": "app.handler",
    "memorySize": 512.0,
    "timeout": 30.0,
    "layers": ["monitoring:7", "libraries:12"],
    "environment": {"variables": {f"SETTING_{number}": f"a value of the function {number}" for number in range(6)}},
}

# One cycle of ordinary resources, twenty long.
_ORDINARY: tuple[tuple[str, dict[str, Any]], ...] = (
    *[(OTHER, _FUNCTION)] * 4,
    *[
        (
            "aws:ec2/securityGroup:SecurityGroup",
            {
                "description": "What may reach the service",
                "ingress": [
                    {"protocol": "tcp", "fromPort": port, "toPort": port, "cidrBlocks": ["10.0.0.0/8", "172.16.0.0/12"]}
                    for port in (80.0, 443.0, 8443.0)
                ],
                "egress": [{"protocol": "-1", "fromPort": 0.0, "toPort": 0.0, "cidrBlocks": ["0.0.0.0/0"]}],
            },
        )
    ]
    * 4,
    *[
        (
            "aws:s3/bucketObject:BucketObject",
            {"bucket": "shop-assets", "contentType": "text/plain", "content": "A line of text like any other. " * 10},
        )
    ]
    * 6,
    *[
        (
            "aws:cloudwatch/metricAlarm:MetricAlarm",
            {
                "comparisonOperator": "GreaterThanThreshold",
                "evaluationPeriods": 3.0,
                "metricQueries": [
                    {"id": f"m{number}", "metric": {"namespace": "AWS/Lambda", "metricName": "Errors", "period": 60.0}}
                    for number in range(4)
                ],
                "alarmActions": [_UNKNOWN],
            },
        )
    ]
    * 4,
    ("aws:iam/role:Role", _ROLE),
    (
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        {"role": _UNKNOWN, "policyArn": "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"},
    ),
)


@dataclass(frozen=True)
class Size:
    """How many resources a stack has, the endpoint configurations among them included."""

    resources: int
    configurations: int

    @property
    def label(self) -> str:
        """As in "10,000 resources, 20 configurations"."""
        return f"{self.resources:,} resources, {self.configurations} configurations"


def analyze_stack(size: Size) -> bytes:
    """An AnalyzeStack request, serialized."""
    found = itertools.islice(itertools.chain(_served(size.configurations), _ordinary()), size.resources - 2)
    root = {"type": "pulumi:pulumi:Stack", "name": "shop-dev", "urn": _ROOT, "options": {"customTimeouts": {}}}
    resources = [root, {**_PROVIDER, "options": {"customTimeouts": {}}}, *_spread(list(found))]
    message = json_format.ParseDict({"resources": resources}, pb.AnalyzeStackRequest())
    return bytes(message.SerializeToString())


def analyze(kind: str) -> bytes:
    """An Analyze request of a resource of type `kind`, one of `CONFIGURATION` and `OTHER`, serialized."""
    resource = next(each for each in itertools.chain(_served(1), _ordinary()) if each["type"] == kind)
    known = {
        key: value for key, value in resource.items() if key not in ("parent", "propertyDependencies", "dependencies")
    }
    return bytes(json_format.ParseDict(known, pb.AnalyzeRequest()).SerializeToString())


def _ordinary() -> Iterator[dict[str, Any]]:
    for number, (kind, properties) in enumerate(itertools.cycle(_ORDINARY)):
        yield _resource(kind, f"resource-{number}", {**properties, "arn": _UNKNOWN, "tagsAll": _TAGS, "tags": _TAGS})


def _served(count: int) -> Iterator[dict[str, Any]]:
    """What serves `count` models: an endpoint configuration each, and what it needs."""
    for number in range(count):
        group = number // _SHARING
        role, key = (_urn(kind, f"serving-{group}") for kind in ("aws:iam/role:Role", "aws:kms/key:Key"))
        model = _urn("aws:sagemaker/model:Model", f"model-{number}")
        configuration = _urn(CONFIGURATION, f"configuration-{number}")
        without_key = number % _SHARING == _SHARING - 1
        variant = {"variantName": "AllTraffic", "instanceType": "ml.m5.large", "modelName": _UNKNOWN}
        yield _resource(
            CONFIGURATION,
            f"configuration-{number}",
            {
                "name": f"configuration-{number}-1a2b3c4",
                "productionVariants": [{**variant, "initialInstanceCount": 1.0, "initialVariantWeight": 1.0}],
                "tags": _TAGS,
                "tagsAll": _TAGS,
                "arn": _UNKNOWN,
                **({} if without_key else {"kmsKeyArn": _UNKNOWN}),
            },
            {"productionVariants": model, **({} if without_key else {"kmsKeyArn": key})},
        )
        yield _resource(
            "aws:sagemaker/endpoint:Endpoint",
            f"endpoint-{number}",
            {"endpointConfigName": _UNKNOWN, "name": f"endpoint-{number}-1a2b3c4", "tags": _TAGS, "tagsAll": _TAGS},
            {"endpointConfigName": configuration},
        )
        yield _resource(
            "aws:sagemaker/model:Model",
            f"model-{number}",
            {
                "executionRoleArn": _UNKNOWN,
                "primaryContainer": {"image": "model:1", "mode": "SingleModel"},
                "tags": _TAGS,
            },
            {"executionRoleArn": role},
        )
        if number % _SHARING == 0:
            yield _resource("aws:iam/role:Role", f"serving-{group}", {**_ROLE, "tags": _TAGS, "arn": _UNKNOWN})
            policy = _key_policy(f"serving-{group}")
            yield _resource(
                "aws:kms/key:Key",
                f"serving-{group}",
                {"policy": policy, "enableKeyRotation": True, "tags": _TAGS, "arn": _UNKNOWN},
            )
            yield _resource(
                "aws:kms/alias:Alias",
                f"serving-{group}",
                {"name": f"alias/serving-{group}", "targetKeyId": _UNKNOWN, "arn": _UNKNOWN},
                {"targetKeyId": key},
            )


def _spread(resources: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The resources in another order, the same each time: the engine's has no order either."""
    step = 7919  # a prime that divides no size
    return [resources[index * step % len(resources)] for index in range(len(resources))]


def _urn(kind: str, name: str) -> str:
    return f"{_URN}{kind}::{name}"


def _resource(
    kind: str, name: str, properties: dict[str, Any], computed_from: dict[str, str] | None = None
) -> dict[str, Any]:
    sources = computed_from or {}
    return {
        "type": kind,
        "name": name,
        "urn": _urn(kind, name),
        "parent": _ROOT,
        "options": {"parent": _ROOT, "customTimeouts": {}},
        "provider": _PROVIDER,
        "properties": {**properties, "region": "us-east-1"},
        "dependencies": sorted(sources.values()),
        "propertyDependencies": {name: {"urns": [urn]} for name, urn in sources.items()},
    }
