"""Remediation through the wire: the organization's key is filled in, and nothing else is touched."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from textwrap import dedent
from typing import Any

import pytest
from google.protobuf import json_format

from policy_pack.carriers import KEY_WRITERS
from policy_pack.testing.stand_in import UNKNOWN
from policy_pack.values import SECRET, SIGNATURE
from tests.conftest import ROOT
from tests.harness.answers import Answer
from tests.harness.engine import Engine
from tests.harness.program import DEV
from tests.harness.settings import RefusedSettings
from tests.organization import CUSTOMER, ENCRYPTION, PAIRED
from tests.programs.blocks import arn, in_region
from tests.test_any_input import ARCHIVE, ASSET, REFERENCE

CLASSIC = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
NATIVE = "aws-native:sagemaker:EndpointConfig"
ACK = "kubernetes:sagemaker.services.k8s.aws/v1alpha1:EndpointConfig"
EXPERIMENT = "aws-native:sagemaker:InferenceExperiment"
BRIDGED = "index/sagemakerEndpointConfiguration:SagemakerEndpointConfiguration"
BRIDGED_NATIVE = "index/sagemakerEndpointConfig:SagemakerEndpointConfig"
BRIDGED_EXPERIMENT = "index/sagemakerInferenceExperiment:SagemakerInferenceExperiment"
CONTROL = "aws:cloudcontrol/resource:Resource"
EXTENSION = "aws-native:index:ExtensionResource"
STACK = "aws:cloudformation/stack:Stack"
TYPE_NAME = "AWS::SageMaker::EndpointConfig"

KEYS = {"us-east-1": arn(), "eu-west-1": arn("eu-west-1"), "cn-north-1": arn("cn-north-1", partition="aws-cn")}
WITHOUT_EDGE = f"""
    import sys
    sys.path.insert(0, {str(ROOT)!r})
    from policy_pack.engine.serve import serve
    from policy_pack.policies import PACK
    serve(PACK, edge=False)
"""


def secret(value: Any) -> dict[str, Any]:
    return {SIGNATURE: SECRET, "value": value}


def resource(kind: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": kind,
        "name": "config",
        "urn": f"urn:pulumi:dev::shop::{kind}::config",
        "properties": dict(properties),
        "provider": {
            "type": "pulumi:providers:aws",
            "name": "default",
            "urn": "urn:pulumi:dev::shop::pulumi:providers:aws::default",
            "properties": {"region": "us-east-1"},
        },
    }


@pytest.fixture(scope="module", params=["behind the edge", "the SDK alone"])
def started(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    directory = ROOT
    if request.param == "the SDK alone":
        directory = tmp_path_factory.mktemp("stock")
        (directory / "__main__.py").write_text(dedent(WITHOUT_EDGE), encoding="utf-8")
    # A pack that the SDK serves alone hears of a stack's configuration as it starts only.
    with Engine(directory, stack=DEV) as engine:
        yield engine


@pytest.fixture
def pack(started: Engine) -> Engine:
    configure(started)
    return started


def configure(engine: Engine, **more: Any) -> None:
    engine.configure({ENCRYPTION: {"enforcementLevel": "remediate", "keyArnByRegion": KEYS, **more}})


def mended(answer: Answer) -> dict[str, Any] | None:
    """The new properties, `None` where there are none."""
    remediations = answer.response.remediations  # type: ignore[union-attr]
    if not remediations:
        return None
    (remediation,) = remediations
    assert not remediation.diagnostic
    assert remediation.policyName == f"sagemaker-endpoint-configuration-{ENCRYPTION}"
    return json_format.MessageToDict(remediation.properties)


def said(engine: Engine, given: Mapping[str, Any]) -> list[str]:
    return [finding.policy for finding in engine.analyze(given).findings if finding.level == "mandatory"]


# What surrounds the key, of every kind that the engine sends.
VARIANTS = [
    {"variantName": "A", "modelName": UNKNOWN, "initialInstanceCount": 1, "__defaults": []},
    {"modelName": secret("model"), "initialVariantWeight": 0.5, "serverlessConfig": {}, "instanceType": None},
]
SURROUNDINGS = {
    "__defaults": ["name"],
    "name": "config-1a2b3c4",
    "region": None,
    "tags": {"owner": secret("ml"), "": "empty", "count": 3},
    "productionVariants": VARIANTS,
    "shadowProductionVariants": [],
    "asyncInferenceConfig": {},
    "executionRoleArn": UNKNOWN,
    "dataCaptureConfig": secret({"enableCapture": False, "captureOptions": [UNKNOWN, secret("Input")]}),
}


@pytest.mark.parametrize("blank", [(), (None,), ("",), ("  ",)], ids=str)
@pytest.mark.parametrize(
    ("kind", "key"),
    [
        (CLASSIC, "kmsKeyArn"),
        (NATIVE, "kmsKeyId"),
        (f"aws:{BRIDGED}", "kmsKeyArn"),
        (f"my-own:{BRIDGED}", "kmsKeyArn"),
        (f"awscc:{BRIDGED_NATIVE}", "kmsKeyId"),
    ],
)
def test_the_key_is_filled_in_and_nothing_else_is_touched(
    kind: str, key: str, blank: tuple[Any, ...], pack: Engine
) -> None:
    given = {**SURROUNDINGS, **dict(zip([key], blank))}
    before = resource(kind, given)
    assert said(pack, before) == [ENCRYPTION]
    after = mended(pack.remediate(before))
    assert after == {**given, key: arn()}
    assert said(pack, resource(kind, after)) == []


def test_experiments_name_their_key_otherwise(pack: Engine) -> None:
    for kind in (EXPERIMENT, f"awscc:{BRIDGED_EXPERIMENT}"):
        assert mended(pack.remediate(resource(kind, {"name": "a"}))) == {"name": "a", "kmsKey": arn()}
    given = {"typeName": "AWS::SageMaker::InferenceExperiment", "desiredState": '{"Name": "a"}'}
    after = mended(pack.remediate(resource(CONTROL, given)))
    assert after is not None
    assert json.loads(after["desiredState"]) == {"Name": "a", "KmsKey": arn()}
    of_any_type = {"type": "AWS::SageMaker::InferenceExperiment", "properties": {"Name": "a"}}
    after = mended(pack.remediate(resource(EXTENSION, of_any_type)))
    assert after == {**of_any_type, "properties": {"Name": "a", "KmsKey": arn()}}


def test_custom_resources_of_kubernetes_have_it_in_their_spec(pack: Engine) -> None:
    annotations = {"services.k8s.aws/region": "eu-west-1"}
    given = {"metadata": {"annotations": annotations}, "spec": {"endpointConfigName": "a"}}
    after = mended(pack.remediate(resource(ACK, given)))
    assert after == {**given, "spec": {"endpointConfigName": "a", "kmsKeyID": KEYS["eu-west-1"]}}
    assert mended(pack.remediate(resource(ACK, {"spec": {"endpointConfigName": "a"}}))) is None


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        (CLASSIC, "kmsKeyArn"),
        (NATIVE, "kmsKeyId"),
        (f"aws:{BRIDGED}", "kmsKeyArn"),
        (f"my-own:{BRIDGED}", "kmsKeyArn"),
        (f"awscc:{BRIDGED_NATIVE}", "kmsKeyId"),
    ],
)
def test_what_was_secret_stays_secret(kind: str, key: str, pack: Engine) -> None:
    assert mended(pack.remediate(resource(kind, {key: secret("")}))) == {key: secret(arn())}


STATE: dict[str, Any] = {
    "EndpointConfigName": "blue",
    "ProductionVariants": [{"ModelName": "mödel", "InitialVariantWeight": 0.5, "VariantName": None}],
    "Tags": [],
    "DataCaptureConfig": {},
}


@pytest.mark.parametrize("blank", [{}, {"KmsKeyId": ""}, {"KmsKeyId": None}], ids=str)
@pytest.mark.parametrize("is_secret", [False, True])
def test_cloud_control(is_secret: bool, blank: Mapping[str, Any], pack: Engine) -> None:
    state = json.dumps({**STATE, **blank})
    given = {"typeName": TYPE_NAME, "roleArn": UNKNOWN, "desiredState": secret(state) if is_secret else state}
    after = mended(pack.remediate(resource(CONTROL, given)))
    assert after is not None
    if is_secret:
        assert after["desiredState"].keys() == {SIGNATURE, "value"}
    written = after["desiredState"]["value"] if is_secret else after["desiredState"]
    assert json.loads(written) == {**STATE, "KmsKeyId": arn()}
    assert {**after, "desiredState": None} == {**given, "desiredState": None}
    assert said(pack, resource(CONTROL, after)) == []


@pytest.mark.parametrize("is_secret", [False, True])
def test_a_resource_of_any_type_of_the_native_provider(is_secret: bool, pack: Engine) -> None:
    state = {**STATE, "ExecutionRoleArn": UNKNOWN}
    given = {"type": TYPE_NAME, "autoNaming": {}, "properties": secret(state) if is_secret else state}
    written = {**state, "KmsKeyId": arn()}
    after = mended(pack.remediate(resource(EXTENSION, given)))
    assert after == {**given, "properties": secret(written) if is_secret else written}
    assert said(pack, resource(EXTENSION, after)) == []


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        (CLASSIC, {"kmsKeyArn": arn()}),
        (CLASSIC, {"kmsKeyArn": UNKNOWN}),
        (CLASSIC, {"kmsKeyArn": secret(UNKNOWN)}),
        (CLASSIC, {"kmsKeyArn": 5}),
        (CLASSIC, {"kmsKeyArn": "alias/aws/sagemaker"}),
        (NATIVE, {"kmsKeyId": secret("alias/serving")}),
        (CONTROL, {"typeName": TYPE_NAME, "desiredState": UNKNOWN}),
        (CONTROL, {"typeName": TYPE_NAME, "desiredState": json.dumps({"KmsKeyId": "alias/serving"})}),
        (CONTROL, {"typeName": TYPE_NAME, "desiredState": "{"}),
        (CONTROL, {"typeName": TYPE_NAME, "desiredState": '{"KmsKeyId": "", "KmsKeyId": ""}'}),
        (CONTROL, {"typeName": TYPE_NAME, "desiredState": '{"Weight": 1e999}'}),
        (CONTROL, {"typeName": TYPE_NAME, "desiredState": {"EndpointConfigName": "a text belongs here"}}),
        (CONTROL, {"typeName": "AWS::S3::Bucket", "desiredState": "{}"}),
        (CONTROL, {"typeName": UNKNOWN, "desiredState": "{}"}),
        (EXTENSION, {"type": TYPE_NAME, "properties": UNKNOWN}),
        ("aws:sagemaker/endpoint:Endpoint", {"endpointConfigName": "config"}),
        ("aws:kms/key:Key", {}),
        ("aws:s3/bucket:Bucket", {"tags": {}}),
        (STACK, {"templateBody": json.dumps({"Resources": {"Config": {"Type": TYPE_NAME, "Properties": {}}}})}),
    ],
)
def test_what_names_a_key_and_what_is_none_of_it_is_left_alone(
    kind: str, properties: Mapping[str, Any], pack: Engine
) -> None:
    assert mended(pack.remediate(resource(kind, properties))) is None


def test_what_a_template_makes_stays_a_violation(pack: Engine) -> None:
    body = {"Resources": {"Config": {"Type": TYPE_NAME, "Properties": {}}}}
    assert said(pack, resource(STACK, {"templateBody": json.dumps(body)})) == [ENCRYPTION]


@pytest.mark.parametrize("region", ["eu-west-1", "cn-north-1"])
def test_it_is_the_key_of_the_configurations_own_region(region: str, pack: Engine) -> None:
    after = mended(pack.remediate(resource(CLASSIC, {"region": region})))
    assert after == {"region": region, "kmsKeyArn": KEYS[region]}


def test_it_is_the_key_of_the_stacks_region_where_nothing_nearer_says_one(engine: Engine) -> None:
    configure(engine)
    engine.configure_stack(in_region("eu-west-1"))
    given = resource(CLASSIC, {})
    del given["provider"]
    assert mended(engine.remediate(given)) == {"kmsKeyArn": KEYS["eu-west-1"]}


@pytest.mark.parametrize(
    ("region", "where"), [("ap-south-1", "ap-south-1"), (UNKNOWN, "its Region, which is not known")]
)
def test_without_a_key_for_the_region_it_is_a_violation(region: str, where: str, pack: Engine) -> None:
    given = resource(CLASSIC, {"region": region})
    assert mended(pack.remediate(given)) is None
    (finding,) = [each for each in pack.analyze(given).findings if each.policy == ENCRYPTION]
    assert finding.level == "mandatory"
    assert f"The setting keyArnByRegion has no key for {where}." in finding.message


@pytest.mark.parametrize("wrong", [KEYS["eu-west-1"], arn(what="alias/aws/sagemaker"), "alias/serving", "", 5, None])
def test_a_key_that_makes_no_sense_is_filled_in_nowhere(wrong: Any, pack: Engine) -> None:
    pack.configure(
        {ENCRYPTION: {"enforcementLevel": "remediate", "keyArnByRegion": {"us-east-1": wrong}}}, unchecked=True
    )
    given = resource(CLASSIC, {})
    assert mended(pack.remediate(given)) is None
    assert said(pack, given) == [ENCRYPTION]


@pytest.mark.parametrize("level", ["advisory", "mandatory", "disabled"])
def test_at_any_other_level_nothing_is_filled_in(level: str, pack: Engine) -> None:
    configure(pack, enforcementLevel=level)
    assert mended(pack.remediate(resource(CLASSIC, {}))) is None


def test_where_the_policy_does_not_apply_nothing_is_filled_in(pack: Engine) -> None:
    configure(pack, onlyStackTags={"env": ["prod"]})
    assert mended(pack.remediate(resource(CLASSIC, {}))) is None
    configure(pack, instanceStorageOnly="exempt")
    local = {"productionVariants": [{"instanceType": "ml.g5.xlarge"}]}
    assert mended(pack.remediate(resource(CLASSIC, local))) is None


def test_the_level_remediate_is_mandatory_for_policies_that_mend_nothing(pack: Engine) -> None:
    pack.configure(dict.fromkeys((CUSTOMER, PAIRED), "remediate"))
    given = resource(CLASSIC, {"kmsKeyArn": "alias/aws/sagemaker"})
    assert mended(pack.remediate(given)) is None
    assert said(pack, given) == [CUSTOMER]
    (finding,) = [each for each in pack.analyze_stack([given]).findings if each.policy == PAIRED]
    assert finding.level == "mandatory"


def test_a_key_of_the_wrong_type_is_refused(engine: Engine) -> None:
    with pytest.raises(RefusedSettings):
        configure(engine, keyArnByRegion={"us-east-1": 5})


def test_every_way_to_fill_in_a_key_is_tried() -> None:
    bridged = {f"*:{BRIDGED}", f"*:{BRIDGED_NATIVE}", f"*:{BRIDGED_EXPERIMENT}"}
    assert set(KEY_WRITERS) == {CLASSIC, NATIVE, CONTROL, EXTENSION, EXPERIMENT, ACK, *bridged}


def test_what_the_sdk_does_not_read_is_left_for_the_analysis() -> None:
    with Engine(ROOT, stack=DEV) as engine:
        configure(engine)
        for value in (
            {SIGNATURE: ASSET, "hash": "4e07408562bedb8b"},
            {SIGNATURE: ASSET, "text": {"a": "b"}},
            {SIGNATURE: ARCHIVE, "assets": {"a": "b"}},
            {SIGNATURE: REFERENCE, "urn": "urn:pulumi:dev::shop::aws:kms/key:Key::key"},
            {SIGNATURE: "nobody knows this one", "value": ""},
        ):
            asked = resource(CLASSIC, {"kmsKeyArn": value})
            answer = engine.remediate(asked)
            assert not list(answer.response.remediations)  # type: ignore[union-attr]
            assert "has a form that the SDK cannot read" in answer.not_applicable[ENCRYPTION]
            found = {each.policy: each.level for each in engine.analyze(asked).findings}
            assert "mandatory" in (found.get(ENCRYPTION), found.get(CUSTOMER))
            # Nothing failed, so nothing is reported of it with the stack either.
            assert not [each for each in engine.analyze_stack([asked]).findings if each.policy == "settings-make-sense"]
