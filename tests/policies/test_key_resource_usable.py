"""`key-resource-usable`: which keys of the stack an endpoint can start with."""

from __future__ import annotations

from typing import Any

import pytest

from policy_pack.judging.verdict import CannotTell, Compliant, NotApplicable, Verdict, Violation
from policy_pack.policies.key_resource_usable import POLICY
from policy_pack.values import UNKNOWN
from tests.carriers.reading import resource, urn, verdicts
from tests.matrix import rows
from tests.policies.verdicts import kinds
from tests.programs import keys, presence
from tests.programs.blocks import Case

ROW = rows.Row(rows.keyed(Enabled=False), rows.keyed())

CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
KEY, NATIVE = "aws:kms/key:Key", "aws-native:kms:Key"
REPLICA, EXTERNAL = "aws:kms/replicaKey:ReplicaKey", "aws:kms/externalKey:ExternalKey"
MATERIAL = {"keyMaterialBase64": "bWF0ZXJpYWw="}


def said(*made: Any, used: Any = None) -> Verdict:
    """What the policy says of a configuration whose key is computed from these, or from `used` of them."""
    sources = {"kmsKeyArn": tuple(each.urn for each in (used or made))}
    configuration = resource(CONFIGURATION, {"kmsKeyArn": UNKNOWN}, "config", sources=sources)
    return verdicts(POLICY, configuration, *made)["config"]


def replica_of(primary: str, **given: Any) -> Any:
    return resource(REPLICA, given, "replica", sources={"primaryKeyArn": (primary,)})


ELSEWHERE = "urn:elsewhere"


@pytest.mark.parametrize(
    "key",
    [
        resource(KEY, {}),
        resource(KEY, {"isEnabled": True, "customerMasterKeySpec": "SYMMETRIC_DEFAULT", "keyUsage": "ENCRYPT_DECRYPT"}),
        resource(NATIVE, {"enabled": True, "keySpec": "SYMMETRIC_DEFAULT", "keyUsage": "ENCRYPT_DECRYPT"}),
        resource(EXTERNAL, MATERIAL),
        resource(EXTERNAL, {"enabled": True}),
        replica_of(ELSEWHERE, keySpec="SYMMETRIC_DEFAULT", keyUsage="ENCRYPT_DECRYPT"),
    ],
)
def test_a_key_that_is_usable(key: Any) -> None:
    assert isinstance(said(key), Compliant)


@pytest.mark.parametrize(
    ("kind", "given", "why", "fix"),
    [
        (KEY, {"isEnabled": False}, "is disabled", "Set isEnabled to true on the key."),
        (NATIVE, {"enabled": False}, "is disabled", "Set enabled to true on the key."),
        (KEY, {"customerMasterKeySpec": "RSA_2048"}, "is not for symmetric encryption", "customerMasterKeySpec SYMM"),
        (NATIVE, {"keySpec": "HMAC_256", "keyUsage": "GENERATE_VERIFY_MAC"}, "is not for symmetric", "keySpec SYMM"),
        (KEY, {"keyUsage": "GENERATE_VERIFY_MAC"}, "is not for encryption", "keyUsage ENCRYPT_DECRYPT"),
        (
            KEY,
            {"isEnabled": False, "keyUsage": "SIGN_VERIFY"},
            "is disabled and is not for encryption",
            "Set isEnabled",
        ),
        (EXTERNAL, {**MATERIAL, "validTo": "2030-01-01T00:00:00Z"}, "validTo of the key", "Remove validTo"),
        (EXTERNAL, {**MATERIAL, "validTo": 5}, "validTo of the key", "Remove validTo"),
    ],
)
def test_a_key_that_is_not(kind: str, given: dict[str, Any], why: str, fix: str) -> None:
    found = said(resource(kind, given))
    assert isinstance(found, Violation)
    assert why in found.why and fix in found.fix
    assert found.at == urn(kind)


@pytest.mark.parametrize(
    "key",
    [
        resource(KEY, {"isEnabled": UNKNOWN}),
        resource(KEY, {"customerMasterKeySpec": UNKNOWN}),
        resource(KEY, {"keyUsage": UNKNOWN}),
        resource(EXTERNAL, {**MATERIAL, "validTo": UNKNOWN}),
        resource(EXTERNAL, {}),  # it waits for its material
        replica_of(ELSEWHERE, keyUsage="ENCRYPT_DECRYPT"),
        replica_of(ELSEWHERE, keySpec="SYMMETRIC_DEFAULT"),
    ],
)
def test_a_key_of_which_too_little_is_known(key: Any) -> None:
    assert isinstance(said(key), CannotTell)


@pytest.mark.parametrize(
    ("given", "expected"),
    [({}, Compliant), ({"keyUsage": "SIGN_VERIFY"}, Violation), ({"isEnabled": False}, Compliant)],
)
def test_a_replica_is_what_its_primary_is_but_for_being_enabled(given: dict[str, Any], expected: type) -> None:
    primary = resource(KEY, given, "primary")
    replica = replica_of(primary.urn)
    found = said(primary, replica, used=[replica])
    assert type(found) is expected
    assert not isinstance(found, Violation) or found.at == replica.urn


def test_every_key_that_may_be_meant_has_to_be_usable() -> None:
    good, unclear = resource(KEY, {}, "good"), resource(KEY, {"isEnabled": UNKNOWN}, "unclear")
    bad = resource(KEY, {"isEnabled": False}, "bad")
    for made, expected in (((good, unclear), CannotTell), ((good, bad), Violation), ((unclear, bad), Violation)):
        assert type(said(*made)) is expected
        assert type(said(*reversed(made))) is expected


@pytest.mark.parametrize(
    ("case", "preview", "update"),
    [
        (keys.key_of_which_a_preview_knows_nothing, CannotTell, Compliant),
        (keys.external_key_that_waits_for_its_material, CannotTell, CannotTell),
        (presence.aws_managed_alias, NotApplicable, NotApplicable),
    ],
    ids=str,
)
def test_programs(case: Case, preview: type, update: type) -> None:
    assert kinds(POLICY, case) == [preview, update]
