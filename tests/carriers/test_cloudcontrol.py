"""Cloud Control: states as JSON texts and as objects, and what is made of those that cannot be read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from policy_pack.stack.model import Configuration, Endpoint, Key, Node, Template
from policy_pack.values import NOTHING_KNOWN, SECRET, SIGNATURE, UNKNOWN, Opaque, from_json
from tests.carriers.reading import all_of, one, resource, state, urn

CONFIGURATION, ENDPOINT = "AWS::SageMaker::EndpointConfig", "AWS::SageMaker::Endpoint"
EXTENSION = "aws-native:index:ExtensionResource"
KEY_URN = urn("aws:kms/key:Key", "key")
ARN = "arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012"


def test_a_state_that_is_known() -> None:
    made = one(Configuration, state(CONFIGURATION, {"KmsKeyId": ARN}, sources={"desiredState": (KEY_URN,)}))
    assert (made.id, made.urn, made.label) == (urn("aws:cloudcontrol/resource:Resource"),) * 2 + ("it",)
    assert (made.key, made.key_sources, made.key_property) == (ARN, (KEY_URN,), "KmsKeyId")


def test_what_is_not_given_is_computed_from_nothing() -> None:
    made = one(Configuration, state(CONFIGURATION, {}, sources={"desiredState": (KEY_URN,)}))
    assert (made.key, made.key_sources) == (None, ())


def test_a_state_that_is_not_known() -> None:
    sources = {"desiredState": (KEY_URN,)}
    for unknown in (UNKNOWN, from_json({SIGNATURE: SECRET, "ciphertext": "x"})):
        made = one(Configuration, state(CONFIGURATION, unknown, sources=sources))
        assert (made.key, made.key_sources, made.key_may_be_missing) == (UNKNOWN, (KEY_URN,), True)
        assert one(Endpoint, state(ENDPOINT, unknown, sources=sources)).configuration_sources == (KEY_URN,)


def test_a_region_of_its_own() -> None:
    assert one(Configuration, state(CONFIGURATION, {}, region="us-east-1")).place.region == "us-east-1"
    assert one(Configuration, state(CONFIGURATION, {})).place.region == "eu-west-1"


def test_what_aws_made_of_it() -> None:
    actual = json.dumps({"Arn": ARN, "KeyId": "x"})
    assert one(Key, state("AWS::KMS::Key", {}, properties=actual)).arn == ARN
    assert one(Key, state("AWS::KMS::Key", {}, properties=actual)).account == "111122223333"
    named = state(CONFIGURATION, {}, properties=json.dumps({"EndpointConfigName": "made-up", "KmsKeyId": ARN}))
    made = one(Configuration, named)
    assert (made.name, made.generated_name, made.key) == ("made-up", True, None)
    for nothing in (UNKNOWN, None, "{", 5):
        assert one(Key, state("AWS::KMS::Key", {}, properties=nothing)).account == UNKNOWN


@pytest.mark.parametrize(
    "desired",
    [
        None,
        "",
        " ",
        "{",
        "[]",
        "5",
        "null",
        '"text"',
        "KmsKeyId: yaml",
        "{KmsKeyId: yaml}",
        '{"KmsKeyId": NaN}',
        '{"KmsKeyId": 1, "KmsKeyId": 2}',
        '{"A": ' + "[" * 500 + "]" * 500 + "}",
        '{"A": ' * 100_000,
        '{"A": "' + "x" * 2_000_000 + '"}',
        5,
        True,
        Opaque("an asset"),
    ],
    ids=lambda each: str(each)[:30],
)
def test_a_malformed_state_claims_nothing(desired: Any) -> None:
    (found,) = all_of(Node, state(CONFIGURATION, desired))
    assert isinstance(found, Template)
    assert found.unreadable == ("The value of desiredState is not a JSON object, or has a duplicate key.",)
    assert found.label == "it (Cloud Control)"


def test_a_state_is_a_text() -> None:
    """As a list or an object it would not even reach the provider."""
    (found,) = all_of(Node, state(CONFIGURATION, ["list"]))
    assert isinstance(found, Template)


@pytest.mark.parametrize("kind", [UNKNOWN, None, "", 5])
def test_a_type_that_is_not_known(kind: Any) -> None:
    for each in (state(kind, {}), resource(EXTENSION, {"type": kind, "properties": {}})):
        (found,) = all_of(Node, each)
        assert isinstance(found, Template)
        assert found.unreadable == ("The type of the resource is not known before the update.",)


@pytest.mark.parametrize("kind", ["AWS::S3::Bucket", "aws::sagemaker::endpointconfig", "Mine::SageMaker::Config"])
def test_other_types_are_none_of_the_packs_business(kind: str) -> None:
    assert all_of(Node, state(kind, "{[")) == ()
    assert all_of(Node, resource(EXTENSION, {"type": kind, "properties": 5})) == ()


def extension(properties: Any, sources: tuple[str, ...] = (), **more: Any) -> Any:
    given = {"type": CONFIGURATION, "properties": properties, **more}
    return resource(EXTENSION, given, sources={"properties": sources})


def test_an_extension_in_part_unknown() -> None:
    made = one(Configuration, extension({"KmsKeyId": UNKNOWN, "EndpointConfigName": "x"}, (KEY_URN,)))
    assert (made.key, made.key_sources, made.key_may_be_missing) == (UNKNOWN, (KEY_URN,), False)
    assert (made.name, made.generated_name) == ("x", False)


def test_an_extension_of_which_nothing_is_known() -> None:
    assert one(Configuration, extension(UNKNOWN)).key_may_be_missing
    (found,) = all_of(Node, resource(EXTENSION, NOTHING_KNOWN))
    assert isinstance(found, Template)


def test_an_extension_after_an_update() -> None:
    """The provider then keeps what it was given apart from what AWS made of it."""
    inputs = {"type": CONFIGURATION, "properties": {"KmsKeyId": ARN}}
    made = one(Configuration, resource(EXTENSION, {"__inputs": inputs, "outputs": {"EndpointConfigName": "made-up"}}))
    assert (made.key, made.name, made.generated_name) == (ARN, "made-up", True)
    (found,) = all_of(Node, resource(EXTENSION, {"__inputs": UNKNOWN, "outputs": {}}))
    assert isinstance(found, Template)


@pytest.mark.parametrize("properties", [None, "text", 5, [], [{}]])
def test_a_malformed_extension_claims_nothing(properties: Any) -> None:
    (found,) = all_of(Node, extension(properties))
    assert isinstance(found, Template)
    assert found.unreadable == ("The value of properties is not a JSON object, or has a duplicate key.",)


def test_what_is_given_to_what_cannot_be_read() -> None:
    found = one(Template, state(CONFIGURATION, "{", sources={"desiredState": (KEY_URN,)}))
    assert found.inputs == (KEY_URN,)
