"""The matrix of policies and carriers: for each of both, a stack that violates the policy and one that does not.

`ROWS` has the parts of those stacks, `columns` what makes them with each carrier, `program` puts both together,
`tests/test_matrix.py` runs that in each phase, and `markdown` makes the table of the README. What a carrier cannot make
of a stack is left to the classic provider, if it is a key, and else the policy says nothing of that carrier.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from policy_pack.policies import PACK
from tests.harness.program import Program
from tests.matrix.carriers import COLUMNS
from tests.matrix.parts import KEY, MACHINE, STACK, Output, Part, Parts, configuration, endpoint, pair, variants
from tests.programs.blocks import KEY_POLICY, arn


@dataclass(frozen=True)
class Row:
    """Of one policy: what violates it and what does not, and the settings of each.

    `of_known_keys` is the policy that says the same of a key whose ARN is known, as it is after a preview. `not_of` are
    the carriers of which the policy has nothing to say.
    """

    violating: Parts
    passing: Parts
    settings_violating: Mapping[str, Any] = field(default_factory=dict)
    settings_passing: Mapping[str, Any] = field(default_factory=dict)
    of_known_keys: str | None = None
    not_of: tuple[str, ...] = ()

    @property
    def types(self) -> set[str]:
        """The types of its parts."""
        return {part.type for parts in (self.violating, self.passing) for part in parts.values()}

    @property
    def carriers(self) -> tuple[str, ...]:
        """The carriers that can make its parts; keys may be another's."""
        return tuple(
            title
            for title, column in COLUMNS.items()
            if self.types - {KEY} <= set(column.PARTS) and title not in self.not_of
        )


class Case(NamedTuple):
    """A policy and a carrier, the carrier of keys and the phase, and whether the policy is violated."""

    policy: str
    carrier: str
    of_key: str
    phase: str
    violated: bool

    def __str__(self) -> str:
        carrier = self.carrier if self.of_key == self.carrier else f"{self.carrier} with a key of {self.of_key}"
        return f"{self.policy}-{carrier}-{self.phase}-{'violated' if self.violated else 'passed'}"


def keyed(region: str | None = None, **properties: Any) -> Parts:
    """A pair that uses a key of the stack."""
    given = {"EnableKeyRotation": True, "KeyPolicy": json.loads(KEY_POLICY), **properties}
    return {"key": Part(KEY, given, region), **pair(Output("key", "Arn"))}


def _capture(**key: str) -> dict[str, Any]:
    where = {"DestinationS3Uri": "s3://captured", "InitialSamplingPercentage": 100, "EnableCapture": True}
    return {**where, "CaptureOptions": [{"CaptureMode": "Input"}], **key}


def _allowing(principal: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "kms:*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _machine(action: str) -> Part:
    """A state machine with a task of SageMaker."""
    task = {"Type": "Task", "Resource": f"arn:aws:states:::sagemaker:{action}", "Parameters": {}, "End": True}
    definition = json.dumps({"StartAt": "Task", "States": {"Task": task}})
    return Part(MACHINE, {"DefinitionString": definition, "RoleArn": "arn:aws:iam::111122223333:role/workflows"})


def _exempting(resource: str) -> dict[str, Any]:
    exemption = {"resource": resource, "reason": "It moves next year.", "expires": "2999-01-01"}
    return {"encryption-at-rest-enabled": {"exemptions": [exemption]}}


_ON = {"key-verified-in-aws": "mandatory"}

# Stands for the ARN of a key that AWS knows.
KEY_IN_AWS = arn(what="key/00000000-0000-0000-0000-000000000000")

# No Endpoint names them, and no resource of theirs holds something else.
EXPERIMENTS = ("inference experiments",)

ROWS: Mapping[str, Row] = {
    "encryption-at-rest-enabled": Row(pair(None), pair()),
    "customer-managed-key": Row(pair(arn(what="alias/aws/sagemaker")), pair()),
    "key-in-same-region": Row(pair(arn("eu-west-1")), pair()),
    "key-covers-instance-storage": Row(pair(ProductionVariants=variants("ml.g5.xlarge")), pair()),
    "captured-data-encrypted": Row(
        pair(DataCaptureConfig=_capture()), pair(DataCaptureConfig=_capture(KmsKeyId="alias/captured"))
    ),
    "replacement-safe": Row(pair(EndpointConfigName="serving"), pair(), not_of=EXPERIMENTS),
    "carrier-readable": Row(
        {"machine": _machine("createEndpointConfig")}, {"machine": _machine("createTrainingJob.sync")}
    ),
    "template-readable": Row(
        {"stack": Part(STACK, {"TemplateURL": "https://bucket.s3.amazonaws.com/template.yaml"})},
        {"stack": Part(STACK, {"TemplateBody": '{"Resources": {}}'})},
    ),
    "key-resource-in-same-region": Row(keyed("eu-west-1"), keyed(), of_known_keys="key-in-same-region"),
    "key-resource-usable": Row(keyed(Enabled=False), keyed()),
    "key-policy-grants-sagemaker": Row(keyed(KeyPolicy=_allowing({"Service": "ec2.amazonaws.com"})), keyed()),
    "key-policy-restricted": Row(keyed(KeyPolicy=_allowing("*")), keyed()),
    "key-rotation-enabled": Row(keyed(EnableKeyRotation=False), keyed()),
    "endpoint-follows-replacement": Row(
        {
            "configuration": configuration(EndpointConfigName="serving"),
            "endpoint": endpoint("serving")._replace(alone=True),
        },
        pair(),
        not_of=EXPERIMENTS,
    ),
    "endpoint-configuration-in-stack": Row({"endpoint": endpoint("elsewhere")}, pair(), not_of=EXPERIMENTS),
    "paired-with-endpoint": Row({"configuration": configuration()}, pair(), not_of=EXPERIMENTS),
    "key-verified-in-aws": Row(pair(), pair(KEY_IN_AWS), _ON, _ON),
    "settings-make-sense": Row(pair(), pair(), _exempting("nobody"), _exempting("urn:pulumi:dev::shop::*")),
}

PREVIEW, UPDATE, STATE = PHASES = ("preview", "update", "state")


def _cases() -> Iterator[Case]:
    making_keys = [title for title, column in COLUMNS.items() if KEY in column.PARTS]
    for policy, row in ROWS.items():
        for carrier in row.carriers:
            own = [carrier] if carrier in making_keys else making_keys[:1]
            for phase in _phases(carrier):
                yield from (Case(policy, carrier, own[0], phase, violated) for violated in (True, False))
            if KEY not in row.types:
                continue
            # Each other carrier's key for one policy; for the others that of the next carrier.
            following = making_keys[(making_keys.index(own[0]) + 1) % len(making_keys)]
            for of_key in making_keys if policy == "key-resource-usable" else [following]:
                phase = _phases(carrier)[0]
                if of_key not in own and phase in _phases(of_key):
                    yield from (Case(policy, carrier, of_key, phase, violated) for violated in (True, False))


def _phases(carrier: str) -> Sequence[str]:
    phases: Sequence[str] = getattr(COLUMNS[carrier], "PHASES", PHASES)
    return phases


CASES = list(_cases())


def program(case: Case, key_in_aws: str = KEY_IN_AWS) -> Program:
    """The program of a case; `key_in_aws` is the ARN of a key that AWS knows."""
    row = ROWS[case.policy]
    parts = {
        label: part._replace(properties={name: _known(each, key_in_aws) for name, each in part.properties.items()})
        for label, part in (row.violating if case.violated else row.passing).items()
    }
    keys = {label: part for label, part in parts.items() if part.type == KEY}
    others = {label: part for label, part in parts.items() if label not in keys}
    if case.of_key == case.carrier:
        return lambda: COLUMNS[case.carrier].make(parts, {})
    return lambda: COLUMNS[case.carrier].make(others, COLUMNS[case.of_key].make(keys, {}))


def speaking(case: Case) -> str:
    """The policy that speaks of a case."""
    instead = ROWS[case.policy].of_known_keys
    return case.policy if case.phase == PREVIEW or instead is None else instead


def settings(case: Case) -> Mapping[str, Any]:
    """The settings of a case."""
    row = ROWS[case.policy]
    return row.settings_violating if case.violated else row.settings_passing


def markdown() -> str:
    """The table of the README: the pack's policies in their order, and the carriers on which each is tried."""
    lines = [f"| Policy | {' | '.join(COLUMNS)} |", "|---" * (len(COLUMNS) + 1) + "|"]
    for policy in PACK.policies:
        judged = ROWS[policy.name].carriers
        lines.append(f"| `{policy.name}` | {' | '.join('✓' if each in judged else '' for each in COLUMNS)} |")
    tried = (
        "tried with a stack that violates the policy and with one that does not, at preview, at update, from a state."
    )
    return "\n".join([*lines, "", f"✓: {tried}"])


def _known(value: Any, key_in_aws: str) -> Any:
    return key_in_aws if value == KEY_IN_AWS else value
