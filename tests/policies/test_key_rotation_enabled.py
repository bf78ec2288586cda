"""`key-rotation-enabled`: which keys rotate, which can, and how often."""

from __future__ import annotations

from typing import Any

import pytest

from policy_pack.judging.verdict import CannotTell, Compliant, NotApplicable, Verdict, Violation
from policy_pack.policies.key_rotation_enabled import POLICY
from policy_pack.values import UNKNOWN
from tests.carriers.reading import resource, urn, verdicts
from tests.matrix import rows
from tests.policies.verdicts import kinds
from tests.programs import keys
from tests.programs.blocks import Case

ROW = rows.Row(rows.keyed(EnableKeyRotation=False), rows.keyed())

CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
KEY, NATIVE = "aws:kms/key:Key", "aws-native:kms:Key"
REPLICA, EXTERNAL = "aws:kms/replicaKey:ReplicaKey", "aws:kms/externalKey:ExternalKey"


def said(*made: Any, **settings: Any) -> Verdict:
    """What the policy says of a configuration whose key is computed from these."""
    sources = {"kmsKeyArn": tuple(each.urn for each in made)}
    configuration = resource(CONFIGURATION, {"kmsKeyArn": UNKNOWN}, "config", sources=sources)
    return verdicts(POLICY, configuration, *made, **settings)["config"]


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        (KEY, {"enableKeyRotation": True}, Compliant),
        (KEY, {"enableKeyRotation": False}, Violation),
        (KEY, {}, Violation),
        (KEY, {"enableKeyRotation": UNKNOWN}, CannotTell),
        (KEY, {"enableKeyRotation": True, "customerMasterKeySpec": UNKNOWN}, CannotTell),
        (KEY, {"enableKeyRotation": True, "customKeyStoreId": UNKNOWN}, CannotTell),
        (KEY, {"customKeyStoreId": "cks-1"}, NotApplicable),
        (KEY, {"xksKeyId": "x"}, NotApplicable),
        (KEY, {"customerMasterKeySpec": "RSA_2048"}, NotApplicable),
        (KEY, {"customerMasterKeySpec": "HMAC_256", "enableKeyRotation": False}, NotApplicable),
        (NATIVE, {"enableKeyRotation": True}, Compliant),
        (NATIVE, {}, Violation),
        (NATIVE, {"origin": "EXTERNAL"}, NotApplicable),
        (NATIVE, {"origin": UNKNOWN}, CannotTell),
        (EXTERNAL, {"keyRotationEnabled": False}, NotApplicable),
        (EXTERNAL, {}, NotApplicable),
    ],
)
def test_a_key(kind: str, given: dict[str, Any], expected: type) -> None:
    assert type(said(resource(kind, given))) is expected


def replica_of(primary: str, **given: Any) -> Any:
    return resource(REPLICA, given, "replica", sources={"primaryKeyArn": (primary,)})


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"keyRotationEnabled": True, "keySpec": "SYMMETRIC_DEFAULT"}, Compliant),
        ({"keyRotationEnabled": False, "keySpec": "SYMMETRIC_DEFAULT"}, Violation),
        ({"keySpec": "SYMMETRIC_DEFAULT"}, CannotTell),
        ({"keyRotationEnabled": True}, CannotTell),
    ],
)
def test_a_replica_of_a_key_made_elsewhere(given: dict[str, Any], expected: type) -> None:
    assert type(said(replica_of("urn:elsewhere", **given))) is expected


@pytest.mark.parametrize(("rotates", "expected"), [(True, Compliant), (False, Violation), (UNKNOWN, CannotTell)])
def test_a_replica_rotates_with_its_primary(rotates: Any, expected: type) -> None:
    primary = resource(KEY, {"enableKeyRotation": rotates}, "primary")
    replica = replica_of(primary.urn)
    configuration = resource(CONFIGURATION, {"kmsKeyArn": UNKNOWN}, "config", sources={"kmsKeyArn": (replica.urn,)})
    found = verdicts(POLICY, configuration, primary, replica)["config"]
    assert type(found) is expected
    assert not isinstance(found, Violation) or (found.at == urn(KEY, "primary") and "enableKeyRotation" in found.fix)


@pytest.mark.parametrize(
    ("days", "settings", "expected"),
    [
        (None, {}, Compliant),
        (2560, {}, Compliant),
        (90, {"maxRotationDays": 90}, Compliant),
        (91, {"maxRotationDays": 90}, Violation),
        (None, {"maxRotationDays": 364}, Violation),  # 365 where nothing is said
        (None, {"maxRotationDays": 365}, Compliant),
        (UNKNOWN, {}, Compliant),
        (UNKNOWN, {"maxRotationDays": 365}, CannotTell),
    ],
)
def test_how_often_a_key_rotates(days: Any, settings: dict[str, int], expected: type) -> None:
    found = said(resource(KEY, {"enableKeyRotation": True, "rotationPeriodInDays": days}), **settings)
    assert type(found) is expected
    if isinstance(found, Violation):
        most = settings["maxRotationDays"]
        assert f"every {most} days" in found.why
        assert found.fix == f"Set rotationPeriodInDays on the key to {most} or less."


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ([{"enableKeyRotation": True}], Compliant),
        ([{"customKeyStoreId": "cks-1"}], NotApplicable),
        ([{"enableKeyRotation": UNKNOWN}], CannotTell),
        ([{"enableKeyRotation": UNKNOWN}, {"customKeyStoreId": "cks-1"}], CannotTell),
        ([{"enableKeyRotation": UNKNOWN}, {"enableKeyRotation": False}], Violation),
    ],
)
def test_of_several_keys_the_worst_counts(others: list[dict[str, Any]], expected: type) -> None:
    made = [resource(KEY, given, f"key-{index}") for index, given in enumerate([{"enableKeyRotation": True}, *others])]
    assert type(said(*made)) is expected
    assert type(said(*reversed(made))) is expected


@pytest.mark.parametrize(
    ("case", "preview", "update"),
    [
        (keys.key_of_which_a_preview_knows_nothing, CannotTell, Compliant),
        (keys.replica_of_a_key_made_elsewhere, CannotTell, CannotTell),
        (keys.external_key_which_aws_does_not_rotate, NotApplicable, NotApplicable),
        (keys.key_in_a_custom_store, NotApplicable, NotApplicable),
    ],
    ids=str,
)
def test_programs(case: Case, preview: type, update: type) -> None:
    assert kinds(POLICY, case) == [preview, update]
