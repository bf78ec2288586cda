"""`encryption-at-rest-enabled`: what its message says that a key protects."""

from __future__ import annotations

import json
from typing import Any

import pytest

from policy_pack.audit.evidence import CANNOT_TELL, COMPLIANT, NON_COMPLIANT
from policy_pack.judging.settings import read
from policy_pack.judging.verdict import CannotTell, Compliant, NotApplicable, Verdict, Violation
from policy_pack.policies.encryption_at_rest_enabled import POLICY as ENABLED
from policy_pack.values import NOTHING_KNOWN, UNKNOWN
from tests.audit.auditing import audit_document, verdict
from tests.audit.states import KEY, export
from tests.audit.states import resource as entry
from tests.carriers.reading import resource, template, verdicts
from tests.conftest import ROOT
from tests.harness.engine import Engine, Stack
from tests.matrix import rows
from tests.policies.phases import Judging
from tests.programs.blocks import arn, pair, variant

ROW = rows.Row(rows.pair(None), rows.pair())

POLICY = "encryption-at-rest-enabled"
CLOUD_CONTROL = "aws:cloudcontrol/resource:Resource"
CONTROLLED = {"typeName": "AWS::SageMaker::EndpointConfig"}
SERVERLESS = {"model_name": "model", "serverless_config": {"max_concurrency": 5, "memory_size_in_mb": 2048}}
NATIVE = {
    "type": "aws-native:sagemaker:EndpointConfig",
    "urn": "urn:pulumi:dev::shop::aws-native:sagemaker:EndpointConfig::config",
    "name": "config",
}
IMAGES, VOLUMES = "container images", "the instance volumes are not encrypted"


@pytest.mark.parametrize(
    ("variants", "protected"),
    [
        ([SERVERLESS], IMAGES),
        ([SERVERLESS, {**SERVERLESS, "variant_name": "other"}], IMAGES),
        ([variant()], VOLUMES),
        ([variant(), SERVERLESS], VOLUMES),
    ],
)
def test_it_says_what_the_key_protects(variants: list[dict[str, Any]], protected: str, judging: Judging) -> None:
    (said,) = judging.messages(lambda: pair(production_variants=variants) and None, POLICY)
    assert protected in said
    assert (IMAGES in said) is not (VOLUMES in said)


def test_a_serverless_variant_of_a_template(tmp_path: Any) -> None:
    text = (ROOT / "tests" / "cases" / "serverless_without_key.json").read_text(encoding="utf-8")
    report = audit_document(tmp_path, json.loads(text))
    (found,) = (each for each in report.findings if each.policy.endswith(POLICY))
    assert found.level == "mandatory"
    assert IMAGES in found.why
    assert found.fix.startswith("Set KmsKeyId")


@pytest.mark.parametrize(
    ("variants", "said"),
    [
        ([{"instanceType": "ml.g5.xlarge"}], True),
        ([{"instanceType": "ml.g5.xlarge"}, {"instanceType": "ml.p5.48xlarge"}], True),
        ([{"instanceType": "ml.g5.xlarge"}, {"instanceType": "ml.m5.large"}], False),
        ([{"instanceType": "ml.m5.large"}], False),
        ([{"serverlessConfig": {"maxConcurrency": 5}}], False),
        ([], False),
    ],
)
def test_a_missing_key_on_local_storage_is_explained(variants: list[Any], said: bool, engine: Engine) -> None:
    answer = engine.analyze({**NATIVE, "properties": {"productionVariants": variants}})
    (message,) = [each.message for each in answer.findings if each.policy == POLICY]
    assert ("local NVMe storage of these instances has a hardware key of its own" in message) is said
    assert ("set instanceStorageOnly of this policy to exempt" in message) is said


CLASSIC = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
LOCAL, VOLUME = {"instanceType": "ml.g5.xlarge"}, {"instanceType": "ml.m5.large"}


def decided(key: Any, *variants: Any, region: Any = "eu-west-1", **settings: Any) -> Verdict:
    """What the policy says of a configuration with a key and these variants."""
    given = {"kmsKeyArn": key, "productionVariants": list(variants)}
    (found,) = verdicts(ENABLED, resource(CLASSIC, given, region=region), **settings).values()
    return found


@pytest.mark.parametrize("key", [arn(), "anything", 5, UNKNOWN])
def test_a_configuration_that_names_a_key(key: Any) -> None:
    """Whether it is one, and of whom, is another policy's to say."""
    assert isinstance(decided(key), Compliant)


@pytest.mark.parametrize("key", [None, "", "  "])
def test_a_configuration_that_names_none(key: Any) -> None:
    found = decided(key, VOLUME)
    assert isinstance(found, Violation) and found.why.startswith("kmsKeyArn is not set, so the instance volumes are")


def test_a_key_that_may_be_missing() -> None:
    body = {
        "Parameters": {"Key": {"Type": "String"}},
        "Conditions": {"Given": {"Fn::Equals": [{"Ref": "Key"}, "x"]}},
        "Resources": {
            "It": {
                "Type": "AWS::SageMaker::EndpointConfig",
                "Properties": {"KmsKeyId": {"Fn::If": ["Given", {"Ref": "Key"}, {"Ref": "AWS::NoValue"}]}},
            }
        },
    }
    (found,) = verdicts(ENABLED, template(body, parameters={"Key": UNKNOWN})).values()
    assert isinstance(found, CannotTell)


@pytest.mark.parametrize(
    ("variants", "expected"),
    [
        ([LOCAL], NotApplicable),
        ([LOCAL, LOCAL], NotApplicable),
        ([LOCAL, VOLUME], Violation),
        ([LOCAL, {"instanceType": UNKNOWN}], Violation),
        ([LOCAL, {"instanceType": "ml.z9.large"}], Violation),
        ([{**LOCAL, "serverlessConfig": {"maxConcurrency": 5}}], Violation),
        ([{**LOCAL, "serverlessConfig": UNKNOWN}], Violation),
        ([], Violation),
    ],
    ids=str,
)
def test_instances_whose_storage_no_key_encrypts(variants: list[Any], expected: type) -> None:
    assert type(decided(None, *variants, instanceStorageOnly="exempt")) is expected
    assert isinstance(decided(None, *variants, instanceStorageOnly="require"), Violation)


@pytest.mark.parametrize(
    ("region", "said"),
    [
        ("eu-west-1", ""),
        ("us-east-1", " The setting keyArnByRegion has no key for us-east-1."),
        (None, " The setting keyArnByRegion has no key for its Region, which is not known."),
        (UNKNOWN, " The setting keyArnByRegion has no key for its Region, which is not known."),
    ],
)
def test_a_key_that_the_settings_offer(region: Any, said: str) -> None:
    offered = {"keyArnByRegion": {"eu-west-1": arn("eu-west-1")}}
    found, without = decided(None, region=region, **offered), decided(None, region=region)
    assert isinstance(found, Violation) and isinstance(without, Violation)
    assert found.why == without.why + said


@pytest.mark.parametrize(
    ("region", "key", "valid"),
    [
        ("eu-west-1", arn("eu-west-1"), True),
        ("eu-west-1", arn("eu-west-1", "alias/own"), True),
        ("cn-north-1", arn("cn-north-1", partition="aws-cn"), True),
        ("cn-north-1", arn("cn-north-1"), False),
        ("eu-west-1", arn("us-east-1"), False),
        ("eu-west-1", arn("eu-west-1", "alias/aws/s3"), False),
        ("eu-west-1", "alias/own", False),
        ("eu-wst-1", arn("eu-wst-1"), False),
    ],
)
def test_which_keys_the_settings_may_offer(region: str, key: str, valid: bool) -> None:
    found = read(ENABLED.settings, {"keyArnByRegion": {region: key}})
    assert found.values["keyArnByRegion"] == ({region: key} if valid else {})
    assert bool(found.problems) is not valid


# ---- what the stack only reads: `pulumi policy analyze` sends it without inputs ----

CLASSIC = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
CONFIGURATIONS = [
    CLASSIC,
    "aws-native:sagemaker:EndpointConfig",
    "aws-native:sagemaker:InferenceExperiment",
    "aws:index/sagemakerEndpointConfiguration:SagemakerEndpointConfiguration",
    "kubernetes:sagemaker.services.k8s.aws/v1alpha1:EndpointConfig",
]


def _request(kind: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "urn": f"urn:pulumi:dev::shop::{kind}::config", "name": "config", "properties": properties}


@pytest.mark.parametrize("kind", CONFIGURATIONS)
def test_a_configuration_without_any_inputs_is_undecided(kind: str, engine: Engine) -> None:
    engine.configure_stack(Stack(dry_run=False))
    assert not engine.analyze(_request(kind, {})).findings
    engine.configure({POLICY: {"undecided": "refuse"}})
    assert [each.policy for each in engine.analyze(_request(kind, {})).findings] == [POLICY]


@pytest.mark.parametrize("kind", CONFIGURATIONS)
def test_a_configuration_with_any_input_is_not(kind: str, engine: Engine) -> None:
    engine.configure_stack(Stack(dry_run=False))
    given: list[dict[str, Any]] = [{"tags": {"a": "b"}}, {"productionVariants": []}, {"spec": {}}]
    for properties in given:
        (found,) = [each for each in engine.analyze(_request(kind, properties)).findings if each.policy == POLICY]
        assert found.level == "mandatory"


@pytest.mark.parametrize("kind", CONFIGURATIONS[:-1])
def test_nor_is_one_without_any_inputs_in_a_preview(kind: str, engine: Engine) -> None:
    """The engine previews no resource that is only read."""
    assert [each.level for each in engine.analyze(_request(kind, {})).findings if each.policy == POLICY] == [
        "mandatory"
    ]


def test_what_is_not_known_at_all_is_not_compliant() -> None:
    for kind in CONFIGURATIONS:
        said = verdicts(ENABLED, resource(kind, NOTHING_KNOWN))["it"]
        assert isinstance(said, CannotTell), kind


def _read(outputs: dict[str, Any], kind: str = CLASSIC) -> Any:
    return export(entry(kind, "config", {}, outputs=outputs, external=True))


@pytest.mark.parametrize(
    ("document", "status"),
    [
        (_read({"name": "x", "kmsKeyArn": KEY}), COMPLIANT),
        (_read({"kmsKeyId": KEY}, "aws-native:sagemaker:EndpointConfig"), COMPLIANT),
        (_read(CONTROLLED | {"properties": json.dumps({"KmsKeyId": KEY})}, CLOUD_CONTROL), COMPLIANT),
        (_read({"name": "x"}), NON_COMPLIANT),
        (_read({"endpointConfigName": "x"}, "aws-native:sagemaker:EndpointConfig"), NON_COMPLIANT),
        (_read(CONTROLLED | {"properties": json.dumps({"EndpointConfigName": "x"})}, CLOUD_CONTROL), NON_COMPLIANT),
        (_read({}), CANNOT_TELL),
        (_read({}, "aws-native:sagemaker:EndpointConfig"), CANNOT_TELL),
    ],
)
def test_an_audit_judges_it_by_its_outputs(document: Any, status: str, tmp_path: Any) -> None:
    (found,) = audit_document(tmp_path, document, region="us-east-1").configurations
    assert verdict(found, POLICY).status == status
