"""On what compliant verdicts rest: said of every one, true, and without anything that is masked elsewhere."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from policy_pack.audit.evidence import CANNOT_TELL, COMPLIANT, ConfigurationEvidence
from policy_pack.audit.run import audit
from tests.audit.auditing import ROOT, audit_document, options, verdict
from tests.audit.states import (
    ACCOUNT,
    ENDPOINT,
    KEY,
    KEY_TYPE,
    configuration,
    export,
    resource,
    secret,
    urn,
)
from tests.audit.states import CONFIGURATION as CONFIGURATION_TYPE

STATES = sorted((ROOT / "tests" / "recordings").glob("*.state.json")) + sorted(ROOT.glob("examples/*/state.json"))
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
        {
            "Effect": "Allow",
            "Principal": {
                "AWS": [f"arn:aws:iam::{ACCOUNT}:role/serving", f"arn:aws:iam::{ACCOUNT}:role/training"],
                "Service": "sagemaker.amazonaws.com",
            },
            "Action": ["kms:Decrypt", "kms:GenerateDataKey", "kms:CreateGrant"],
            "Resource": "*",
        },
    ],
}


def stack(**key: Any) -> dict[str, Any]:
    """A key, a configuration that uses it, and an Endpoint that follows it."""
    given = {"enableKeyRotation": True, "policy": json.dumps(POLICY), "region": "us-east-1", **key}
    used = configuration(kmsKeyArn=KEY, productionVariants=[{"instanceType": "ml.m5.xlarge"}])
    used["propertyDependencies"] = {"kmsKeyArn": [urn(KEY_TYPE, "serving")]}
    endpoint = resource(ENDPOINT, "ranking", {"endpointConfigName": "config-1a2b3c4", "region": "us-east-1"})
    endpoint["propertyDependencies"] = {"endpointConfigName": [urn(CONFIGURATION_TYPE, "config")]}
    return export(resource(KEY_TYPE, "serving", given, outputs={**given, "arn": KEY}), used, endpoint)


def why(evidence: ConfigurationEvidence, policy: str) -> str:
    """On what a policy's verdict rests, which must be that it is met."""
    said = verdict(evidence, policy)
    assert said.status == COMPLIANT, said
    return said.why


@pytest.mark.parametrize(
    ("policy", "rests_on"),
    [
        ("encryption-at-rest-enabled", 'kmsKeyArn names the key "serving" of this stack, in us-east-1.'),
        ("customer-managed-key", "names a key by its ID, not an AWS-managed one."),
        ("key-in-same-region", "both in us-east-1, of the partition aws."),
        ("key-covers-instance-storage", "no local storage: ml.m5.xlarge."),
        ("replacement-safe", "The name is generated"),
        ("key-resource-usable", 'The key "serving" is enabled, symmetric and for encryption.'),
        ("key-policy-restricted", 'The policy of the key "serving" allows 1 AWS service, 1 account and 2 roles.'),
        ("key-rotation-enabled", 'The key "serving" rotates every 365 days.'),
        ("endpoint-follows-replacement", 'The Endpoint "ranking" takes the configuration\'s name from its output.'),
        ("paired-with-endpoint", 'The Endpoint "ranking" of this stack uses the configuration.'),
    ],
)
def test_what_a_verdict_rests_on(tmp_path: Path, policy: str, rests_on: str) -> None:
    [evidence] = audit_document(tmp_path, stack()).configurations
    assert rests_on in why(evidence, policy)


@pytest.mark.parametrize(("given", "days"), [({}, 365), ({"rotationPeriodInDays": 90}, 90)])
def test_how_often_a_key_rotates(tmp_path: Path, given: dict[str, Any], days: int) -> None:
    [evidence] = audit_document(tmp_path, stack(**given)).configurations
    assert why(evidence, "key-rotation-enabled") == f'The key "serving" rotates every {days} days.'


def test_the_default_policy_of_aws_is_said_to_be_that(tmp_path: Path) -> None:
    [evidence] = audit_document(tmp_path, stack(policy="")).configurations
    assert "the default one, which allows its own account only" in why(evidence, "key-policy-restricted")


@pytest.mark.parametrize(
    ("variants", "rests_on"),
    [
        (
            [{"serverlessConfig": {"maxConcurrency": 1}}],
            "The variants are serverless, and the key encrypts the container images kept for them.",
        ),
        (
            [{"instanceType": f"ml.{each}.xlarge"} for each in ("c4", "c5", "c6g", "c6gn", "c6i", "c6in", "c7g")],
            "ml.c6gn.xlarge, ml.c6i.xlarge and 2 more.",
        ),
    ],
)
def test_only_instance_types_are_quoted(tmp_path: Path, variants: list[Any], rests_on: str) -> None:
    [evidence] = audit_document(
        tmp_path, export(configuration(kmsKeyArn=KEY, productionVariants=variants))
    ).configurations
    assert rests_on in why(evidence, "key-covers-instance-storage")


def test_what_has_not_the_form_of_an_instance_type_is_not_quoted(tmp_path: Path) -> None:
    variants = [{"instanceType": f"arn:aws:iam::{ACCOUNT}:role/x"}]
    [evidence] = audit_document(
        tmp_path, export(configuration(kmsKeyArn=KEY, productionVariants=variants))
    ).configurations
    said = verdict(evidence, "key-covers-instance-storage")
    assert said.status == CANNOT_TELL
    assert ACCOUNT not in said.why
    assert "arn:" not in said.why


@pytest.mark.parametrize("path", STATES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_compliant_verdict_of_a_real_stack_says_it_and_leaks_nothing(path: Path) -> None:
    report = audit([str(path)], options())
    assert report.problems == ()
    for evidence in report.configurations:
        for said in evidence.verdicts:
            assert said.why
            if said.status == COMPLIANT:
                assert said.why.endswith(".")
                assert not re.search(r"arn:|\d{12}|kms:|[0-9a-f]{8}-[0-9a-f]{4}|\*", said.why), said


def test_a_secret_key_is_not_told(tmp_path: Path) -> None:
    hidden = configuration(kmsKeyArn=secret(KEY))
    [evidence] = audit_document(tmp_path, export(hidden)).configurations
    for said in evidence.verdicts:
        assert ACCOUNT not in said.why and KEY not in said.why


def test_names_are_shown_on_one_line(tmp_path: Path) -> None:
    made = json.loads(json.dumps(stack()).replace("ranking", "a\\u001b[31m\\u202eb"))
    [evidence] = audit_document(tmp_path, made).configurations
    assert why(evidence, "paired-with-endpoint").isprintable()
