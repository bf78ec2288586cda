"""The classic AWS provider, `aws` 6.x (one Region per provider) and 7.x (a `region` on each resource).

Sources: the pages of these resources in the Pulumi Registry, package AWS.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from policy_pack.carriers import classic_iam, shapes
from policy_pack.carriers.kinds import Reads
from policy_pack.carriers.naming import is_generated
from policy_pack.carriers.place import Surroundings, node
from policy_pack.carriers.shapes import days, identity, known_boolean, sources, text_or
from policy_pack.carriers.tags import tags_of
from policy_pack.stack.model import (
    DELETED_FIRST,
    MADE_FIRST,
    Alias,
    Configuration,
    Endpoint,
    Grant,
    Key,
    KeyPolicy,
    KeyProperties,
    Model,
    Resource,
)
from policy_pack.values import UNKNOWN, NothingKnown, Text, Unknown, boolean, items, text

TITLE = "aws"

_PROPERTIES = KeyProperties(
    enabled="isEnabled",
    spec="customerMasterKeySpec",
    usage="keyUsage",
    rotation="enableKeyRotation",
    rotation_days="rotationPeriodInDays",
    policy="policy",
)
# For replicas and keys with imported material; the properties that a replica shares are set on its primary key.
_OTHER_PROPERTIES = replace(_PROPERTIES, enabled="enabled", spec="keySpec", expires="validTo")


def _configuration(resource: Resource, surroundings: Surroundings) -> Iterator[Configuration]:
    given = resource.properties
    yield Configuration(
        **node(resource, surroundings),
        key=text(given.get("kmsKeyArn")),
        key_property="kmsKeyArn",
        key_sources=sources(resource, "kmsKeyArn"),
        key_may_be_missing=isinstance(given, NothingKnown),
        short_keys=False,
        name=text(given.get("name")),
        name_property="name",
        generated_name=_generated_name(resource, surroundings),
        execution_role=text(given.get("executionRoleArn")),
        execution_role_sources=sources(resource, "executionRoleArn"),
        variants=shapes.variants(
            given, {name: sources(resource, name) for name in ("productionVariants", "shadowProductionVariants")}
        ),
        storage=shapes.storage(given, captures=False),
        replacement=DELETED_FIRST if resource.delete_before_replace is not False else MADE_FIRST,
        deleted_first=bool(resource.delete_before_replace),
        known_as=shapes.texts(given.get("arn")),
        tags=shapes.tags(given.get("tags")),
    )


def _generated_name(resource: Resource, surroundings: Surroundings) -> bool | Unknown:
    name, prefix = (text(resource.properties.get(key)) for key in ("name", "namePrefix"))
    if isinstance(prefix, Unknown):
        return True
    if isinstance(prefix, str) and (not isinstance(name, str) or name.startswith(prefix)):
        return True
    return is_generated(resource.properties.get("name"), resource, surroundings.config)


def _endpoint(resource: Resource, surroundings: Surroundings) -> Iterator[Endpoint]:
    yield Endpoint(
        **node(resource, surroundings),
        configuration_name=text(resource.properties.get("endpointConfigName")),
        configuration_property="endpointConfigName",
        configuration_sources=sources(resource, "endpointConfigName"),
        ignores_changes=shapes.ignores(resource, "endpointConfigName"),
        tags=shapes.tags(resource.properties.get("tags")),
    )


def _key(resource: Resource, surroundings: Surroundings) -> Iterator[Key]:
    given = resource.properties
    yield Key(
        **node(resource, surroundings),
        **identity(text(given.get("arn"))),
        enabled=boolean(given.get("isEnabled"), default=True),
        spec=text_or(given.get("customerMasterKeySpec"), "SYMMETRIC_DEFAULT"),
        usage=text_or(given.get("keyUsage"), "ENCRYPT_DECRYPT"),
        origin=_origin(given),
        rotation=boolean(given.get("enableKeyRotation"), default=False, instead=False),
        rotation_days=days(given.get("rotationPeriodInDays")),
        policy=given.get("policy"),
        properties=_PROPERTIES,
        tags=tags_of(resource, surroundings),
        bypasses_lockout_check=boolean(given.get("bypassPolicyLockoutSafetyCheck"), default=False),
    )


def _replica(resource: Resource, surroundings: Surroundings) -> Iterator[Key]:
    given = resource.properties
    yield Key(
        **node(resource, surroundings),
        **identity(text(given.get("arn"))),
        enabled=boolean(given.get("enabled"), default=True),
        spec=text_or(given.get("keySpec"), UNKNOWN),
        usage=text_or(given.get("keyUsage"), UNKNOWN),
        origin="AWS_KMS",
        rotation=known_boolean(given.get("keyRotationEnabled")),
        rotation_days=None,
        policy=given.get("policy"),
        properties=_OTHER_PROPERTIES,
        tags=tags_of(resource, surroundings),
        bypasses_lockout_check=boolean(given.get("bypassPolicyLockoutSafetyCheck"), default=False),
        replica_of=sources(resource, "primaryKeyArn"),
    )


def _external(resource: Resource, surroundings: Surroundings) -> Iterator[Key]:
    given = resource.properties
    yield Key(
        **node(resource, surroundings),
        **identity(text(given.get("arn"))),
        enabled=_external_enabled(given),
        spec=text_or(given.get("keySpec"), "SYMMETRIC_DEFAULT"),
        usage=text_or(given.get("keyUsage"), "ENCRYPT_DECRYPT"),
        origin="EXTERNAL",
        rotation=False,
        rotation_days=None,
        policy=given.get("policy"),
        properties=_OTHER_PROPERTIES,
        replica_of=sources(resource, "primaryKeyArn"),  # if it is a replica
        expires=text(given.get("validTo")),
        tags=tags_of(resource, surroundings),
        bypasses_lockout_check=boolean(given.get("bypassPolicyLockoutSafetyCheck"), default=False),
    )


def _external_enabled(given: Any) -> bool | Unknown:
    # Without key material, it waits for an import, which may happen outside the stack.
    enabled = given.get("enabled")
    return boolean(enabled, default=True) if given.get("keyMaterialBase64") is not None else known_boolean(enabled)


def _origin(given: Any) -> Text:
    if given.get("xksKeyId") is not None:
        return "EXTERNAL_KEY_STORE"
    store = text(given.get("customKeyStoreId"))
    return UNKNOWN if isinstance(store, Unknown) else "AWS_CLOUDHSM" if store is not None else "AWS_KMS"


def _alias(resource: Resource, surroundings: Surroundings) -> Iterator[Alias]:
    yield Alias(
        **node(resource, surroundings),
        name=text(resource.properties.get("name")),
        target_sources=sources(resource, "targetKeyId"),
        target=text(resource.properties.get("targetKeyId")),
        arn=text(resource.properties.get("arn")),
    )


def _key_policy(resource: Resource, surroundings: Surroundings) -> Iterator[KeyPolicy]:
    yield KeyPolicy(
        **node(resource, surroundings),
        key_sources=sources(resource, "keyId"),
        policy=resource.properties.get("policy"),
        bypasses_lockout_check=boolean(resource.properties.get("bypassPolicyLockoutSafetyCheck"), default=False),
        key=text(resource.properties.get("keyId")),
    )


def _grant(resource: Resource, surroundings: Surroundings) -> Iterator[Grant]:
    given = resource.properties
    operations = items(given.get("operations"))
    known = not isinstance(operations, Unknown) and all(isinstance(each, str) for each in operations)
    constraints = given.get("constraints")
    yield Grant(
        **node(resource, surroundings),
        key_sources=sources(resource, "keyId"),
        principal=text(given.get("granteePrincipal")),
        principal_sources=sources(resource, "granteePrincipal"),
        operations=tuple(str(each) for each in operations) if known else UNKNOWN,  # type: ignore[union-attr]
        constrained=constraints if isinstance(constraints, Unknown) else bool(constraints),
        key=text(given.get("keyId")),
    )


def _model(resource: Resource, surroundings: Surroundings) -> Iterator[Model]:
    yield Model(
        **node(resource, surroundings),
        name=text(resource.properties.get("name")),
        execution_role=text(resource.properties.get("executionRoleArn")),
        execution_role_sources=sources(resource, "executionRoleArn"),
    )


READERS = {
    **classic_iam.READERS,
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration": Reads(Configuration, _configuration),
    "aws:sagemaker/endpoint:Endpoint": Reads(Endpoint, _endpoint),
    "aws:sagemaker/model:Model": Reads(Model, _model),
    "aws:kms/key:Key": Reads(Key, _key),
    "aws:kms/replicaKey:ReplicaKey": Reads(Key, _replica),
    "aws:kms/externalKey:ExternalKey": Reads(Key, _external),
    "aws:kms/replicaExternalKey:ReplicaExternalKey": Reads(Key, _external),
    "aws:kms/alias:Alias": Reads(Alias, _alias),
    "aws:kms/keyPolicy:KeyPolicy": Reads(KeyPolicy, _key_policy),
    "aws:kms/grant:Grant": Reads(Grant, _grant),
}


def _write_key(properties: Any, arn: str) -> None:
    properties["kmsKeyArn"] = arn


KEY_WRITERS = {"aws:sagemaker/endpointConfiguration:EndpointConfiguration": _write_key}
