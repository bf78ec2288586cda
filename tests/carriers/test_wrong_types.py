"""What stands where a boolean, a region, a number of days or a name belongs, and is none, is no answer in itself."""

from __future__ import annotations

from typing import Any

import pytest

from policy_pack.judging.verdict import CannotTell, Compliant, NotApplicable, Violation
from policy_pack.policies import (
    captured_data_encrypted,
    endpoint_follows_replacement,
    key_in_same_region,
    key_resource_usable,
    key_rotation_enabled,
)  # fmt: skip
from tests.carriers.reading import NATIVE, resource, urn, verdicts

CONFIGURATION, KEY = "aws:sagemaker/endpointConfiguration:EndpointConfiguration", "aws:kms/key:Key"
EXTERNAL, ENDPOINT = "aws:kms/externalKey:ExternalKey", "aws:sagemaker/endpoint:Endpoint"
ARN = "arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012"
NATIVE_CONFIGURATION = f"{NATIVE}:sagemaker:EndpointConfig"


def _of_key(policy: Any, kind: str, given: dict[str, Any], **settings: Any) -> type:
    """What a policy says of a configuration whose key has these properties."""
    configuration = resource(CONFIGURATION, {"kmsKeyArn": ARN}, sources={"kmsKeyArn": (urn(kind),)})
    (said,) = verdicts(policy.POLICY, configuration, resource(kind, {"arn": ARN, **given}), **settings).values()
    return type(said)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"isEnabled": 5.5}, CannotTell),
        ({"isEnabled": "enabled"}, CannotTell),
        ({"isEnabled": [False]}, CannotTell),
        ({"isEnabled": {"a": 1}}, CannotTell),
        ({"isEnabled": "False"}, Violation),
        ({"isEnabled": False}, Violation),
        ({}, Compliant),
        ({"isEnabled": ""}, Compliant),
        ({"isEnabled": "true"}, Compliant),
        ({"isEnabled": True}, Compliant),
    ],
)
def test_whether_a_key_is_enabled(given: Any, expected: type) -> None:
    assert _of_key(key_resource_usable, KEY, given) is expected


@pytest.mark.parametrize("expires", ["2030-01-01T00:00:00Z", 5.5, {"a": 1}, True])
def test_when_a_key_expires(expires: Any) -> None:
    given = {"keyMaterialBase64": "a", "validTo": expires}
    assert _of_key(key_resource_usable, EXTERNAL, given) is Violation
    assert _of_key(key_resource_usable, EXTERNAL, {"keyMaterialBase64": "a"}) is Compliant


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"enableKeyRotation": 5.5}, Violation),
        ({"enableKeyRotation": ["true"]}, Violation),
        ({"enableKeyRotation": "yes"}, Violation),
        ({"enableKeyRotation": True, "rotationPeriodInDays": [90]}, CannotTell),
        ({"enableKeyRotation": True, "rotationPeriodInDays": "often"}, CannotTell),
        ({"enableKeyRotation": True, "rotationPeriodInDays": True}, CannotTell),
        ({"enableKeyRotation": True, "rotationPeriodInDays": 100_000.0}, CannotTell),
        ({"enableKeyRotation": True, "rotationPeriodInDays": 10_000}, CannotTell),
        ({"enableKeyRotation": True, "rotationPeriodInDays": "10000"}, CannotTell),
        ({"enableKeyRotation": True, "rotationPeriodInDays": 9_999}, Violation),
        ({"enableKeyRotation": True, "rotationPeriodInDays": "00090"}, CannotTell),
        ({"enableKeyRotation": True, "rotationPeriodInDays": 0}, CannotTell),
        ({"enableKeyRotation": True, "rotationPeriodInDays": -1}, CannotTell),
        ({"enableKeyRotation": True, "rotationPeriodInDays": 730.0}, Violation),
        ({"enableKeyRotation": True, "rotationPeriodInDays": "730"}, Violation),
        ({"enableKeyRotation": True, "rotationPeriodInDays": "90"}, Compliant),
        ({"enableKeyRotation": True, "rotationPeriodInDays": 365.0}, Compliant),
        ({"enableKeyRotation": True}, Compliant),
    ],
)
def test_how_often_a_key_rotates(given: Any, expected: type) -> None:
    assert _of_key(key_rotation_enabled, KEY, given, maxRotationDays=365) is expected


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        (5.5, CannotTell),
        (["us-east-1"], CannotTell),
        ({"a": "eu-west-1"}, CannotTell),
        ("us-east-1", Violation),
        ("eu-west-1", Compliant),
        (" ", Compliant),
        (None, Compliant),
    ],
)
def test_where_a_configuration_is(region: Any, expected: type) -> None:
    """Not where its provider is, if it says something else; and that is so for the provider and the stack too."""
    own = resource(CONFIGURATION, {"kmsKeyArn": ARN, "region": region})
    assert type(verdicts(key_in_same_region.POLICY, own)["it"]) is expected
    if region is not None and expected is not Compliant:
        of_provider = resource(CONFIGURATION, {"kmsKeyArn": ARN}, region=region)
        assert type(verdicts(key_in_same_region.POLICY, of_provider)["it"]) is expected


@pytest.mark.parametrize(
    ("kind", "enabled", "expected"),
    [
        (CONFIGURATION, 5.5, Violation),
        (CONFIGURATION, "yes", Violation),
        (CONFIGURATION, ["false"], Violation),
        (NATIVE_CONFIGURATION, 5.5, Violation),
        (NATIVE_CONFIGURATION, None, Violation),
        (CONFIGURATION, None, NotApplicable),
        (CONFIGURATION, False, NotApplicable),
        (NATIVE_CONFIGURATION, "false", NotApplicable),
    ],
)
def test_whether_data_is_captured(kind: str, enabled: Any, expected: type) -> None:
    capture = {"destinationS3Uri": "s3://captured", "enableCapture": enabled}
    assert (
        type(verdicts(captured_data_encrypted.POLICY, resource(kind, {"dataCaptureConfig": capture}))["it"]) is expected
    )


@pytest.mark.parametrize("key", [5.5, ["alias/mine"], {"a": 1}, True, "", None, "alias/aws/s3"])
def test_captured_data_whose_key_is_none(key: Any) -> None:
    output = {"outputConfig": {"s3OutputPath": "s3://answers", "kmsKeyId": key}}
    found = verdicts(captured_data_encrypted.POLICY, resource(CONFIGURATION, {"asyncInferenceConfig": output}))
    assert isinstance(found["it"], Violation)
    assert "asynchronous output" in found["it"].why


@pytest.mark.parametrize("name", [5.5, ["serving"], {"a": 1}, True])
def test_an_endpoint_that_names_no_configuration(name: Any) -> None:
    (said,) = verdicts(endpoint_follows_replacement.POLICY, resource(ENDPOINT, {"endpointConfigName": name})).values()
    assert isinstance(said, Violation)
    assert said.why.startswith("endpointConfigName is a")
