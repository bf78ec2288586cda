"""AWS's own resource types are the same in the model, whichever of its carriers brings them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

import pytest

from policy_pack.carriers.given import camel_case, capitalised, in_camel_case
from policy_pack.carriers.resource_types import READERS
from policy_pack.stack.model import (
    Alias,
    Configuration,
    Endpoint,
    Key,
    KeyProperties,
    ManagedPolicy,
    Model,
    Node,
    Resource,
    Role,
    RolePolicy,
    Storage,
    Variant,
)
from policy_pack.values import UNKNOWN, WrongType
from tests.carriers.reading import all_of, one, resource, state, template, urn

POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:*", "condition": {"a": "b"}}]}

CONFIGURATION = "AWS::SageMaker::EndpointConfig"
ENDPOINT = "AWS::SageMaker::Endpoint"


def native(kind: str, properties: Mapping[str, Any]) -> Resource:
    _, service, name = kind.split("::")
    return resource(f"aws-native:{service.lower()}:{name}", in_camel_case(dict(properties)))


def templated(kind: str, properties: Mapping[str, Any]) -> Resource:
    return template({"Resources": {"It": {"Type": kind, "Properties": properties}}})


def controlled(kind: str, properties: Mapping[str, Any]) -> Resource:
    return state(kind, dict(properties))


def extension(kind: str, properties: Mapping[str, Any]) -> Resource:
    return resource("aws-native:index:ExtensionResource", {"type": kind, "properties": properties})


Carry = Callable[[str, Mapping[str, Any]], Resource]
CARRIERS: dict[str, Carry] = {
    "aws-native": native,
    "cloudformation": templated,
    "cloudcontrol": controlled,
    "extension": extension,
}

CASES: list[tuple[str, dict[str, Any], type[Node], dict[str, Any]]] = [
    (
        CONFIGURATION,
        {},
        Configuration,
        {"key": None, "short_keys": True, "generated_name": True, "variants": (), "storage": ()},
    ),
    (
        CONFIGURATION,
        {"KmsKeyId": "alias/serving", "ExecutionRoleArn": "role"},
        Configuration,
        {"key": "alias/serving", "execution_role": "role", "key_sources": (), "key_may_be_missing": False},
    ),
    (CONFIGURATION, {"KmsKeyId": 5}, Configuration, {"key": WrongType("a number")}),
    (CONFIGURATION, {"KmsKeyId": " "}, Configuration, {"key": None}),
    (CONFIGURATION, {"EndpointConfigName": "by-hand"}, Configuration, {"name": "by-hand", "generated_name": False}),
    (
        CONFIGURATION,
        {
            "ProductionVariants": [{"InstanceType": "ml.m5.large", "ModelName": "model"}, {"ServerlessConfig": {}}],
            "ShadowProductionVariants": [{"InstanceType": "ml.g5.xlarge"}],
        },
        Configuration,
        {
            "variants": (
                Variant("production variant 1", "ml.m5.large", False, "model"),
                Variant("production variant 2", None, True, None),
                Variant("shadow variant 1", "ml.g5.xlarge", False, None),
            )
        },
    ),
    (ENDPOINT, {"EndpointConfigName": "configuration"}, Endpoint, {"configuration_name": "configuration"}),
    (ENDPOINT, {}, Endpoint, {"configuration_name": None}),
    (
        "AWS::KMS::Key",
        {},
        Key,
        {
            "enabled": True,
            "spec": "SYMMETRIC_DEFAULT",
            "usage": "ENCRYPT_DECRYPT",
            "origin": "AWS_KMS",
            "rotation": False,
            "policy": None,
        },
    ),
    (
        "AWS::KMS::Key",
        {
            "Enabled": False,
            "KeySpec": "RSA_2048",
            "KeyUsage": "SIGN_VERIFY",
            "Origin": "EXTERNAL",
            "EnableKeyRotation": True,
            "RotationPeriodInDays": 180,
            "KeyPolicy": POLICY,
        },
        Key,
        {
            "enabled": False,
            "spec": "RSA_2048",
            "usage": "SIGN_VERIFY",
            "origin": "EXTERNAL",
            "rotation": True,
            "rotation_days": 180,
            "policy": POLICY,
        },
    ),
    ("AWS::KMS::Key", {"Enabled": "false", "EnableKeyRotation": "true"}, Key, {"enabled": False, "rotation": True}),
    (
        "AWS::KMS::ReplicaKey",
        {"KeyPolicy": POLICY, "PrimaryKeyArn": "arn", "Enabled": False},
        Key,
        {"enabled": False, "spec": UNKNOWN, "usage": UNKNOWN, "rotation": UNKNOWN, "policy": POLICY},
    ),
    ("AWS::KMS::Alias", {"AliasName": "alias/serving", "TargetKeyId": "key"}, Alias, {"name": "alias/serving"}),
    ("AWS::SageMaker::Model", {"ModelName": "m", "ExecutionRoleArn": "r"}, Model, {"name": "m", "execution_role": "r"}),
    (
        "AWS::IAM::Role",
        {
            "RoleName": "serving",
            "Policies": [{"PolicyName": "a", "PolicyDocument": POLICY}],
            "ManagedPolicyArns": ["arn"],
            "AssumeRolePolicyDocument": POLICY,
        },
        Role,
        {"name": "serving", "inline": (POLICY,), "managed_arns": ("arn",)},
    ),
    ("AWS::IAM::Role", {}, Role, {"name": None, "inline": (), "managed_arns": ()}),
    (
        "AWS::IAM::RolePolicy",
        {"RoleName": "serving", "PolicyName": "a", "PolicyDocument": POLICY},
        RolePolicy,
        {"role_name": "serving", "policy": POLICY, "attached_arn": None},
    ),
    ("AWS::IAM::ManagedPolicy", {"PolicyDocument": POLICY}, ManagedPolicy, {"policy": POLICY}),
]


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize(("kind", "properties", "node", "expected"), CASES, ids=lambda each: str(each)[:60])
def test_the_model_is_the_same(
    carrier: str, kind: str, properties: dict[str, Any], node: type[Node], expected: dict[str, Any]
) -> None:
    found = one(node, CARRIERS[carrier](kind, properties))
    assert {name: getattr(found, name) for name in expected} == expected
    assert found.place.region == "eu-west-1"


def test_every_type_has_a_case() -> None:
    assert {kind for kind, *_ in CASES} | {"AWS::IAM::Policy"} == set(READERS)


@pytest.mark.parametrize("carrier", CARRIERS)
def test_names_of_properties_are_the_carriers_own(carrier: str) -> None:
    properties = {
        "DataCaptureConfig": {"EnableCapture": True},
        "AsyncInferenceConfig": {"OutputConfig": {"KmsKeyId": "alias/a"}},
        "ProductionVariants": [{"CoreDumpConfig": {}}],
    }
    found = one(Configuration, CARRIERS[carrier](CONFIGURATION, properties))
    paths = ["dataCaptureConfig.kmsKeyId", "asyncInferenceConfig.outputConfig.kmsKeyId"]
    paths.append("productionVariants[0].coreDumpConfig.kmsKeyId")
    names = ["kmsKeyId", "endpointConfigName"]
    if carrier != "aws-native":
        paths, names = list(map(capitalised, paths)), list(map(capitalised, names))
    assert [each.property for each in found.storage] == paths
    assert [found.key_property, found.name_property] == names
    assert found.storage[1] == Storage("asynchronous output", "alias/a", paths[1])
    endpoint = one(Endpoint, CARRIERS[carrier](ENDPOINT, {}))
    assert endpoint.configuration_property == names[1]
    key = one(Key, CARRIERS[carrier]("AWS::KMS::Key", {"EnableKeyRotation": True}))
    replica = one(Key, CARRIERS[carrier]("AWS::KMS::ReplicaKey", {"PrimaryKeyArn": "arn"}))
    named = ["enabled", "keySpec", "keyUsage", "enableKeyRotation", "rotationPeriodInDays", "keyPolicy"]
    if carrier != "aws-native":
        named = list(map(capitalised, named))
    assert key.properties == replica.properties == KeyProperties(*named)


@pytest.mark.parametrize("carrier", ["cloudformation", "cloudcontrol", "extension"])
def test_a_name_in_another_case_is_no_name_of_the_schema(carrier: str) -> None:
    found = one(Configuration, CARRIERS[carrier](CONFIGURATION, {"kmsKeyId": "alias/serving", "KMSKeyId": "alias/a"}))
    assert found.key is None


@pytest.mark.parametrize("carrier", ["cloudformation", "cloudcontrol", "extension"])
def test_a_policy_that_names_its_roles(carrier: str) -> None:
    properties = {"PolicyName": "a", "PolicyDocument": POLICY, "Roles": ["one", "two"]}
    attached = all_of(RolePolicy, CARRIERS[carrier]("AWS::IAM::Policy", properties))
    assert [(each.role_name, each.policy) for each in attached] == [("one", POLICY), ("two", POLICY)]
    assert len({each.id for each in attached}) == 2


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_managed_policy_that_names_its_roles(carrier: str) -> None:
    resource_ = CARRIERS[carrier]("AWS::IAM::ManagedPolicy", {"PolicyDocument": POLICY, "Roles": ["one", "two"]})
    managed = one(ManagedPolicy, resource_)
    attached = all_of(RolePolicy, resource_)
    assert [(each.role_name, each.attached_sources) for each in attached] == [
        ("one", (managed.id,)),
        ("two", (managed.id,)),
    ]


def test_roles_that_are_not_known_are_some_role() -> None:
    given = {"policyDocument": POLICY, "roles": UNKNOWN}
    source = urn("aws:iam/role:Role")
    found = resource("aws-native:iam:ManagedPolicy", given, sources={"roles": (source,)})
    attached = one(RolePolicy, found)
    assert (attached.role_name, attached.role_sources) == (UNKNOWN, (source,))


def test_spelling() -> None:
    assert capitalised("a.bC[0].d") == "A.BC[0].D"
    assert camel_case("KmsKeyId") == "kmsKeyId"
    assert in_camel_case({"A": [{"B": 1, "c": 2}], "KeyPolicy": {"D": 1, "e": 2}}) == {
        "a": [{"b": 1}],
        "keyPolicy": {"D": 1, "e": 2},
    }


def test_every_part_of_a_configuration_is_unknown_where_nothing_of_it_is_known() -> None:
    found = one(Configuration, state(CONFIGURATION, UNKNOWN, sources={"desiredState": ("urn",)}))
    own = {"id", "urn", "label", "place", "short_keys", "key_may_be_missing", "variants", "storage", "alternatives"}
    own |= {"replacement", "deleted_first", "deleting", "output", "known_as", "is_experiment", "suppressions", "tags"}
    for each in fields(found):
        value = getattr(found, each.name)
        if each.name.endswith("_sources"):
            assert value == ("urn",)
        elif each.name not in own and not each.name.endswith("_property"):
            assert value == UNKNOWN, each.name
    assert found.key_may_be_missing
    assert all(each.key == UNKNOWN for each in found.storage)


def test_the_models_of_each_kind_of_variant() -> None:
    given = {"productionVariants": [{"modelName": UNKNOWN}], "shadowProductionVariants": [{"modelName": UNKNOWN}]}
    sources = {"productionVariants": ("urn:a",), "shadowProductionVariants": ("urn:b",)}
    found = one(Configuration, resource("aws-native:sagemaker:EndpointConfig", given, sources=sources))
    assert [each.model_sources for each in found.variants] == [("urn:a",), ("urn:b",)]


def test_a_replica_shares_what_it_does_not_say() -> None:
    """It is enabled by itself; its kind and its rotation are those of its primary."""
    for enabled, expected in ((None, True), (True, True), (False, False), (UNKNOWN, UNKNOWN)):
        made = resource("aws-native:kms:ReplicaKey", {"enabled": enabled}, sources={"primaryKeyArn": ("urn:primary",)})
        found = one(Key, made)
        assert (found.enabled, found.spec, found.usage, found.rotation) == (expected, UNKNOWN, UNKNOWN, UNKNOWN)
        assert (found.origin, found.replica_of, found.bypasses_lockout_check) == ("AWS_KMS", ("urn:primary",), False)


@pytest.mark.parametrize(
    ("given", "inline", "managed"),
    [
        ({}, (), ()),
        ({"policies": UNKNOWN, "managedPolicyArns": UNKNOWN}, UNKNOWN, UNKNOWN),
        ({"policies": [{"policyDocument": "p"}, UNKNOWN], "managedPolicyArns": ["a", 5]}, ("p", UNKNOWN), None),
    ],
    ids=str,
)
def test_policies_of_a_role_that_are_not_known(given: dict[str, Any], inline: Any, managed: Any) -> None:
    found = one(Role, resource("aws-native:iam:Role", given))
    assert found.inline == inline
    assert found.managed_arns == (("a", WrongType("a number")) if managed is None else managed)
