"""Whatever is sent, the pack answers: no error, no "can't run policy", and nothing of a value in a message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policy_pack.carriers import READERS
from policy_pack.values import OUTPUT, SECRET, SIGNATURE, UNKNOWN_SENTINELS
from tests.conftest import ROOT
from tests.harness.answers import Answer
from tests.harness.engine import Engine

pytestmark = [pytest.mark.slow, pytest.mark.unmeasured]

ACCOUNT = "999988887777"
KEY_ID = "12345678-1234-1234-1234-123456789012"
PRIVATE = (ACCOUNT, KEY_ID, "s3cr3t")

ASSET, ARCHIVE, REFERENCE = (
    "c44067f5952c0a294b673a41bacd8c17",
    "0def7320c3a5731c473e5ecbe6d01bc7",
    "5cf8f73096256a8f31e491e813e4eb8e",
)
STATEMENT = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    "Action": "kms:*",
    "Resource": "*",
}
TEMPLATES = (
    '{"Resources": {"C": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"KmsKeyId": {"Ref": "K"}}}}}',
    "Resources:\n  C:\n    Type: AWS::SageMaker::EndpointConfig\n    Properties: {KmsKeyId: !Sub 's3cr3t-${X}'}\n",
    '{"Resources": {"K": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Statement": {"Effect": "Allow",'
    ' "Action": "*", "Resource": "*",'
    ' "Principal": {"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/${X}"}}}}}},'
    ' "C": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"Fn::If": ["O", {"KmsKeyId": {"Fn::GetAtt":'
    ' "K.Arn"}}, {"KmsKeyId": {"Fn::Sub": "arn:aws:kms:us-east-1:${AWS::AccountId}:s3cr3t/${X}"}}]}}}}',
    '{"Resources": {"S": {"Type": "AWS::CloudFormation::StackSet", "Properties": {"TemplateBody": "Resources: {C:'
    ' {Type: AWS::SageMaker::EndpointConfig, Properties: {KmsKeyId: s3cr3t}}}"}}}}',
    '{"KmsKeyId": 5, "ProductionVariants": [null, 1, {"InstanceType": []}]}',
    '{"States": {"s3cr3t": {"Resource": "arn:aws:states:::sagemaker:createEndpointConfig", "Parameters": 5}}}',
    '{"Steps": [{"Type": "EndpointConfig", "Arguments": null}, null]}',
    "aws sagemaker create-endpoint-config --tags s3cr3t",
    "{[",
    "a: &a [*a]",
    "[" * 300,
)

texts = st.one_of(
    st.sampled_from(sorted(UNKNOWN_SENTINELS)),
    st.sampled_from(
        [
            "",
            " ",
            "us-east-1",
            "eu-west-1",
            "s3cr3t",
            "alias/aws/sagemaker",
            "alias/mine",
            KEY_ID,
            f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{KEY_ID}",
            f"arn:aws-cn:kms:cn-north-1:{ACCOUNT}:key/{KEY_ID}",
            f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/aws/s3cr3t",
            f"arn:aws:kms:::{ACCOUNT}:s3cr3t",
            f"arn:aws:iam::{ACCOUNT}:role/s3cr3t",
            "ml.g5.xlarge",
            "AWS::SageMaker::EndpointConfig",
            "AWS::SageMaker::Endpoint",
            "AWS::KMS::Key",
            "config",
            "config-1a2b3c4",
            '{"Statement": [{"Effect": "Deny", "NotPrincipal": {"AWS": 5}, "Action": ["kms:*", null]}]}',
            f'{{"Statement": {{"Effect": "Allow", "Principal": "{ACCOUNT}", "Action": "*", "Resource": "*"}}}}',
            *TEMPLATES,
        ]
    ),
    st.text(st.characters(codec="utf-8"), max_size=12),
)
leaves = st.one_of(st.none(), st.booleans(), st.floats(allow_nan=True), st.integers(-(2**53), 2**53), texts)
NAMES = (
    "kmsKeyArn kmsKeyId name namePrefix region productionVariants shadowProductionVariants instanceType modelName "
    "serverlessConfig dataCaptureConfig asyncInferenceConfig outputConfig coreDumpConfig enableCapture "
    "endpointConfigName arn isEnabled enabled keyUsage customerMasterKeySpec keySpec enableKeyRotation policy "
    "keyPolicy targetKeyId keyId primaryKeyArn granteePrincipal operations constraints executionRoleArn role policyArn "
    "inlinePolicies managedPolicyArns templateBody templateUrl parameters typeName desiredState rotationPeriodInDays "
    "definition definitionString definitionS3Location pipelineDefinition target create update stdin __provider "
    "endpoint_config_name spec metadata annotations kmsKeyID kmsKey dataStorageConfig modelVariants Type States "
    "Statement Effect Principal NotPrincipal Action NotAction Resource Condition StringEquals AWS Service Fn::Sub Ref"
).split()
# Of these the carriers know no list: a rule on the type tells them.
UNREAD = (
    "aws:sfn/stateMachine:StateMachine",
    "aws:sagemaker/pipeline:Pipeline",
    "aws:scheduler/schedule:Schedule",
    "command:local:Command",
    "pulumi-python:dynamic:Resource",
    "aws-native:cloudformation:CustomResourceEmulator",
    "kubernetes:sagemaker.aws.upbound.io/v1beta1:EndpointConfiguration",
)
names = st.one_of(st.sampled_from(NAMES), st.text(max_size=4))


def _containers(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    def special(signature: str, key: str) -> st.SearchStrategy[Any]:
        return children.map(lambda value: {SIGNATURE: signature, key: value})

    return st.one_of(
        st.lists(children, max_size=3),
        st.dictionaries(names, children, max_size=4),
        special(SECRET, "value"),
        special(SECRET, "ciphertext"),
        special(OUTPUT, "value"),
        special(ASSET, "text"),
        special(ASSET, "hash"),
        special(ARCHIVE, "assets"),
        special(REFERENCE, "urn"),
        special("nobody knows this one", "value"),
        children.map(lambda value: {SIGNATURE: value}),
        st.just({"Version": "2012-10-17", "Statement": [STATEMENT]}),
    )


def _deep(depth: int) -> Any:
    value: Any = "s3cr3t"
    for _ in range(depth):
        value = [{"Statement": value}]
    return value


values = st.one_of(st.recursive(leaves, _containers, max_leaves=12), st.sampled_from([_deep(10), _deep(60)]))
properties = st.dictionaries(names, values, max_size=8)
types = st.one_of(
    st.sampled_from([*READERS, *UNREAD, *(kind for kind in READERS if "ndpoint" in kind)]),
    st.sampled_from(["pulumi:pulumi:Stack", "pulumi:providers:aws", "aws:s3/bucket:Bucket", ""]),
)


def _urn(kind: str, name: str) -> str:
    return f"urn:pulumi:dev::shop::{kind}::{name}"


provider = st.fixed_dictionaries(
    {"urn": st.sampled_from([_urn("pulumi:providers:aws", "a"), _urn("pulumi:providers:aws", "b")])},
    optional={"properties": properties, "type": st.just("pulumi:providers:aws"), "name": st.just("a")},
)


@st.composite
def resources(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(types)
    name = draw(st.sampled_from(["config", "endpoint", "key", "role", "a b"]))
    made = {"type": kind, "name": name, "urn": _urn(kind, name), "properties": draw(properties)}
    return made | draw(st.fixed_dictionaries({}, optional={"provider": provider}))


@st.composite
def stacks(draw: st.DrawFn) -> list[dict[str, Any]]:
    made = draw(st.lists(resources(), min_size=1, max_size=7, unique_by=lambda each: each["urn"]))
    urns = st.lists(st.sampled_from([each["urn"] for each in made]), min_size=1, max_size=3)
    for each in made:
        each["propertyDependencies"] = draw(
            st.dictionaries(st.sampled_from(NAMES), urns.map(lambda found: {"urns": found}), max_size=4)
        )
    return made


@pytest.fixture(scope="module")
def pack() -> Iterator[Engine]:
    """A pack of its own: it does not forget a fault, which would be a violation in every test after this one."""
    with Engine(ROOT) as engine:
        engine.configure(
            {
                "encryption-at-rest-enabled": {
                    "enforcementLevel": "remediate",
                    "keyArnByRegion": {"us-east-1": f"arn:aws:kms:us-east-1:111122223333:key/{KEY_ID}"},
                }
            }
        )
        yield engine


def _check(answer: Answer) -> None:
    for finding in answer.findings:
        assert "can't run policy" not in finding.message
        assert "An error in the policy pack" not in finding.message
        assert not [each for each in PRIVATE if each in finding.message]
    assert not [each for reason in answer.not_applicable.values() for each in PRIVATE if each in reason]


many = settings(
    max_examples=1500,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@many
@given(resource=resources())
def test_any_resource_is_answered(pack: Engine, resource: dict[str, Any]) -> None:
    remediations = pack.remediate(resource).response.remediations  # type: ignore[union-attr]
    assert not [each.diagnostic for each in remediations if each.diagnostic]
    _check(pack.analyze(resource))


@settings(many, max_examples=400)  # each has several resources
@given(stack=stacks())
def test_any_stack_is_answered(pack: Engine, stack: list[dict[str, Any]]) -> None:
    _check(pack.analyze_stack(stack))
