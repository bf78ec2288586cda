"""What of the classic provider's resources the model holds, where no other carrier has the same property."""

from __future__ import annotations

from typing import Any

import pytest

from policy_pack.stack.model import (
    DELETED_FIRST,
    MADE_FIRST,
    Configuration,
    Endpoint,
    Grant,
    Key,
    KeyPolicy,
    Resource,
    Role,
    RolePolicy,
)
from policy_pack.values import UNKNOWN
from tests.carriers.reading import all_of, one, resource, urn

CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
ENDPOINT = "aws:sagemaker/endpoint:Endpoint"
KEY, REPLICA, EXTERNAL = "aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey", "aws:kms/externalKey:ExternalKey"
OF_REPLICA = "aws:kms/replicaExternalKey:ReplicaExternalKey"


def test_the_models_of_each_kind_of_variant() -> None:
    given = {"productionVariants": [{"modelName": "a"}], "shadowProductionVariants": [{"modelName": "b"}]}
    sources = {"productionVariants": ("urn:a",), "shadowProductionVariants": ("urn:b",)}
    found = one(Configuration, resource(CONFIGURATION, given, sources=sources))
    assert [each.model_sources for each in found.variants] == [("urn:a",), ("urn:b",)]


@pytest.mark.parametrize(
    ("option", "replacement", "deleted_first"),
    [(None, DELETED_FIRST, False), (True, DELETED_FIRST, True), (False, MADE_FIRST, False)],
)
def test_the_option_delete_before_replace(option: bool | None, replacement: str, deleted_first: bool) -> None:
    made = Resource(urn(CONFIGURATION), CONFIGURATION, "it", {}, delete_before_replace=option)
    found = one(Configuration, made)
    assert (found.replacement, found.deleted_first) == (replacement, deleted_first)


@pytest.mark.parametrize(
    ("name", "prefix", "generated"),
    [
        ("it-1a2b3c4", None, True),
        ("serving", None, False),
        ("serving", "", False),
        ("serving", "serv", True),
        ("serving", "other", False),
        (None, "serv", True),
        (UNKNOWN, "serv", True),
        ("serving", UNKNOWN, True),
        (UNKNOWN, None, UNKNOWN),
        (None, None, True),
    ],
)
def test_whether_a_name_is_generated(name: Any, prefix: Any, generated: Any) -> None:
    found = one(Configuration, resource(CONFIGURATION, {"name": name, "namePrefix": prefix}))
    assert found.generated_name == generated


def test_what_a_configuration_is_known_as() -> None:
    assert one(Configuration, resource(CONFIGURATION, {"arn": "arn:x"})).known_as == ("arn:x",)
    assert one(Configuration, resource(CONFIGURATION, {"arn": UNKNOWN})).known_as == ()


def test_an_endpoint_that_ignores_changes() -> None:
    for path, ignores in (("endpointConfigName", True), ("*", True), ("tags", False)):
        made = Resource(urn(ENDPOINT), ENDPOINT, "it", {}, ignore_changes=(path,))
        assert one(Endpoint, made).ignores_changes is ignores


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ({}, "AWS_KMS"),
        ({"customKeyStoreId": ""}, "AWS_KMS"),
        ({"customKeyStoreId": "cks-1"}, "AWS_CLOUDHSM"),
        ({"customKeyStoreId": "cks-1", "xksKeyId": "x"}, "EXTERNAL_KEY_STORE"),
        ({"customKeyStoreId": UNKNOWN}, UNKNOWN),
    ],
    ids=str,
)
def test_where_the_material_of_a_key_is_from(given: Any, origin: Any) -> None:
    assert one(Key, resource(KEY, given)).origin == origin


def test_a_replica_is_no_external_key() -> None:
    """It is enabled unless it says otherwise, has no expiry, and rotates as AWS says."""
    replica = one(Key, resource(REPLICA, {"validTo": "x"}, sources={"primaryKeyArn": ("urn:primary",)}))
    assert (replica.enabled, replica.origin, replica.expires, replica.rotation) == (True, "AWS_KMS", None, UNKNOWN)
    assert (replica.spec, replica.usage, replica.replica_of) == (UNKNOWN, UNKNOWN, ("urn:primary",))
    for kind in (EXTERNAL, OF_REPLICA):
        external = one(Key, resource(kind, {"validTo": "x"}))
        assert (external.enabled, external.origin, external.expires) == (UNKNOWN, "EXTERNAL", "x")
        assert (external.spec, external.usage, external.rotation) == ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", False)


@pytest.mark.parametrize(
    ("given", "enabled"),
    [
        ({"enabled": True}, True),
        ({"enabled": False}, False),
        ({}, UNKNOWN),
        ({"keyMaterialBase64": "x"}, True),
        ({"keyMaterialBase64": UNKNOWN}, True),
        ({"keyMaterialBase64": "x", "enabled": False}, False),
        ({"keyMaterialBase64": "x", "enabled": UNKNOWN}, UNKNOWN),
    ],
    ids=str,
)
def test_whether_an_external_key_is_enabled(given: Any, enabled: Any) -> None:
    assert one(Key, resource(EXTERNAL, given)).enabled == enabled


@pytest.mark.parametrize("kind", [KEY, REPLICA, EXTERNAL, "aws:kms/keyPolicy:KeyPolicy"])
def test_the_lockout_check(kind: str) -> None:
    node: type[Any] = KeyPolicy if kind.endswith("KeyPolicy") else Key
    for given, expected in (({}, False), ({"bypassPolicyLockoutSafetyCheck": True}, True)):
        (found,) = all_of(node, resource(kind, given))
        assert found.bypasses_lockout_check is expected


@pytest.mark.parametrize(
    ("given", "operations", "constrained"),
    [
        ({"operations": ["Decrypt", "CreateGrant"]}, ("Decrypt", "CreateGrant"), False),
        ({"operations": ["Decrypt", UNKNOWN]}, UNKNOWN, False),
        ({"operations": UNKNOWN}, UNKNOWN, False),
        ({}, (), False),
        ({"operations": [], "constraints": [{"encryptionContextEquals": {"a": "b"}}]}, (), True),
        ({"operations": [], "constraints": []}, (), False),
        ({"operations": [], "constraints": UNKNOWN}, (), UNKNOWN),
    ],
    ids=str,
)
def test_grants(given: Any, operations: Any, constrained: Any) -> None:
    found = one(Grant, resource("aws:kms/grant:Grant", given))
    assert (found.operations, found.constrained) == (operations, constrained)


@pytest.mark.parametrize(
    ("given", "inline", "managed"),
    [
        ({}, (), ()),
        ({"inlinePolicies": [{"policy": "p"}], "managedPolicyArns": ["arn:a"]}, ("p",), ("arn:a",)),
        ({"inlinePolicies": UNKNOWN, "managedPolicyArns": UNKNOWN}, UNKNOWN, UNKNOWN),
        ({"managedPolicyArns": [UNKNOWN, "arn:a"]}, (), (UNKNOWN, "arn:a")),
    ],
    ids=str,
)
def test_roles(given: Any, inline: Any, managed: Any) -> None:
    found = one(Role, resource("aws:iam/role:Role", given))
    assert (found.inline, found.managed_arns) == (inline, managed)


def policies(kind: str, given: Any, sources: Any = None) -> list[tuple[Any, ...]]:
    """The role's name and its sources, the attached ARN and its sources, whether no others, and how many."""
    found = all_of(RolePolicy, resource(f"aws:iam/{kind[:1].lower()}{kind[1:]}:{kind}", given, sources=sources))
    assert len({each.id for each in found}) == len(found)
    return [
        (each.role_name, each.role_sources, each.attached_arn, each.attached_sources, each.exclusive, each.count)
        for each in found
    ]


def test_what_attaches_a_policy_to_several_roles() -> None:
    sources = {"roles": ("urn:role",), "policyArn": ("urn:policy",)}
    kind = "PolicyAttachment"
    attached = ("arn:p", ("urn:policy",), None, 0)
    assert policies(kind, {"roles": ["a", "b"], "policyArn": "arn:p"}, sources) == [
        ("a", ("urn:role",), *attached),
        ("b", ("urn:role",), *attached),
    ]
    assert policies(kind, {"roles": UNKNOWN, "policyArn": "arn:p"}, sources) == [(UNKNOWN, ("urn:role",), *attached)]
    assert policies(kind, {"policyArn": "arn:p"}) == []


def test_what_says_that_a_role_has_no_others() -> None:
    sources = {"roleName": ("urn:role",), "policyArns": ("urn:policy",)}
    kind = "RolePolicyAttachmentsExclusive"
    role = ("r", ("urn:role",))
    assert policies(kind, {"roleName": "r", "policyArns": ["arn:a", UNKNOWN]}, sources) == [
        (*role, "arn:a", (), None, 0),
        (*role, UNKNOWN, ("urn:policy",), None, 0),
        (*role, None, (), "managed", 0),
    ]
    assert policies(kind, {"roleName": "r", "policyArns": UNKNOWN}, sources) == [
        (*role, UNKNOWN, ("urn:policy",), None, 0),
        (*role, None, (), "managed", 0),
    ]
    kind = "RolePoliciesExclusive"
    for names, count in ((["a", "b"], 2), ([], 0), (UNKNOWN, UNKNOWN)):
        assert policies(kind, {"roleName": "r", "policyNames": names}, sources) == [(*role, None, (), "inline", count)]
