"""The matrix of policies and carriers: for each of both, a stack that violates the policy and one that does not.

`ROWS` has the parts of those stacks, `program` makes them into a program of one carrier, `tests/test_matrix.py` runs
that, and `markdown` makes the table of the README.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from policy_pack.policies import PACK
from tests.harness.program import Program
from tests.matrix.carriers import CARRIERS
from tests.matrix.parts import KEY, STACK, Output, Part, Parts, configuration, endpoint, pair, variants
from tests.programs.blocks import KEY_POLICY, arn


@dataclass(frozen=True)
class Row:
    """Of one policy: what violates it and what does not, and the settings of each; for which carriers."""

    violating: Parts
    passing: Parts
    settings_violating: Mapping[str, Any] = field(default_factory=dict)
    settings_passing: Mapping[str, Any] = field(default_factory=dict)
    carriers: tuple[str, ...] = tuple(CARRIERS)


class Case(NamedTuple):
    """A policy and a carrier, and whether the policy is violated."""

    policy: str
    carrier: str
    violated: bool

    def __str__(self) -> str:
        return f"{self.policy}-{self.carrier}-{'violated' if self.violated else 'passed'}"


def keyed(region: str | None = None, **properties: Any) -> Parts:
    """A pair that uses a key of the stack."""
    given = {"EnableKeyRotation": True, "KeyPolicy": json.loads(KEY_POLICY), **properties}
    return {"key": Part(KEY, given, region), **pair(Output("key", "Arn"))}


def _capture(**key: str) -> dict[str, Any]:
    where = {"DestinationS3Uri": "s3://captured", "InitialSamplingPercentage": 100}
    return {**where, "CaptureOptions": [{"CaptureMode": "Input"}], **key}


def _allowing(principal: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "kms:*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _exempting(resource: str) -> dict[str, Any]:
    exemption = {"resource": resource, "reason": "It moves next year.", "expires": "2999-01-01"}
    return {"encryption-at-rest-enabled": {"exemptions": [exemption]}}


_ON = {"key-verified-in-aws": "mandatory"}

# Stands for the ARN of a key that AWS knows.
KEY_IN_AWS = arn(what="key/00000000-0000-0000-0000-000000000000")

ROWS: Mapping[str, Row] = {
    "encryption-at-rest-enabled": Row(pair(None), pair()),
    "customer-managed-key": Row(pair(arn(what="alias/aws/sagemaker")), pair()),
    "key-in-same-region": Row(pair(arn("eu-west-1")), pair()),
    "key-covers-instance-storage": Row(pair(ProductionVariants=variants("ml.g5.xlarge")), pair()),
    "captured-data-encrypted": Row(
        pair(DataCaptureConfig=_capture()), pair(DataCaptureConfig=_capture(KmsKeyId="alias/captured"))
    ),
    "replacement-safe": Row(pair(EndpointConfigName="serving"), pair()),
    "template-readable": Row(
        {"stack": Part(STACK, {"TemplateURL": "https://bucket.s3.amazonaws.com/template.yaml"})},
        {"stack": Part(STACK, {"TemplateBody": '{"Resources": {}}'})},
        carriers=("aws-native", "CloudFormation", "Cloud Control"),
    ),
    "key-resource-in-same-region": Row(keyed("eu-west-1"), keyed()),
    "key-resource-usable": Row(keyed(Enabled=False), keyed()),
    "key-policy-grants-sagemaker": Row(keyed(KeyPolicy=_allowing({"Service": "ec2.amazonaws.com"})), keyed()),
    "key-policy-restricted": Row(keyed(KeyPolicy=_allowing("*")), keyed()),
    "key-rotation-enabled": Row(keyed(EnableKeyRotation=False), keyed()),
    "endpoint-follows-replacement": Row(
        {"configuration": configuration(EndpointConfigName="serving"), "endpoint": endpoint("serving")}, pair()
    ),
    "endpoint-configuration-in-stack": Row({"endpoint": endpoint("elsewhere")}, pair()),
    "paired-with-endpoint": Row({"configuration": configuration()}, pair()),
    "key-verified-in-aws": Row(pair(), pair(KEY_IN_AWS), _ON, _ON),
    "settings-make-sense": Row(pair(), pair(), _exempting("nobody"), _exempting("urn:pulumi:dev::shop::*")),
}

CASES = [
    Case(policy, carrier, violated)
    for policy, row in ROWS.items()
    for carrier in row.carriers
    for violated in (True, False)
]


def program(case: Case, key_in_aws: str = KEY_IN_AWS) -> Program:
    """The program of a case; `key_in_aws` is the ARN of a key that AWS knows."""
    row = ROWS[case.policy]
    parts = {
        label: part._replace(properties={name: _known(each, key_in_aws) for name, each in part.properties.items()})
        for label, part in (row.violating if case.violated else row.passing).items()
    }
    return lambda: CARRIERS[case.carrier](parts)


def settings(case: Case) -> Mapping[str, Any]:
    """The settings of a case."""
    row = ROWS[case.policy]
    return row.settings_violating if case.violated else row.settings_passing


def markdown() -> str:
    """The table of the README: the pack's policies in their order, and the carriers on which each is tried."""
    lines = [f"| Policy | {' | '.join(CARRIERS)} |", "|---" * (len(CARRIERS) + 1) + "|"]
    for policy in PACK.policies:
        tried = ROWS[policy.name].carriers
        lines.append(f"| `{policy.name}` | {' | '.join('✓' if each in tried else '' for each in CARRIERS)} |")
    return "\n".join([*lines, "", "✓: tried with a stack that violates the policy and with one that does not."])


def _known(value: Any, key_in_aws: str) -> Any:
    return key_in_aws if value == KEY_IN_AWS else value
