"""AWS's own resource types, as CloudFormation, Cloud Control and the provider made from them (`aws-native`) share them.

A carrier brings a resource of such a type as `policy_pack.carriers.given.Given`, with the names of its schema in camel
case; `READERS` has a reader for each type.

Sources: the pages of these types in the AWS CloudFormation Template Reference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from policy_pack.carriers import shapes
from policy_pack.carriers.given import Given
from policy_pack.carriers.kinds import Reads
from policy_pack.carriers.naming import given_by_hand
from policy_pack.carriers.shapes import days, identity, text_or
from policy_pack.gaps import GAP
from policy_pack.stack.model import (
    Alias,
    AnyNode,
    Configuration,
    Endpoint,
    Key,
    KeyProperties,
    ManagedPolicy,
    Model,
    Role,
    RolePolicy,
    Tags,
)
from policy_pack.values import (
    UNKNOWN,
    NothingKnown,
    PartlyKnown,
    Text,
    Unknown,
    boolean,
    get,
    items,
    may_be_absent,
    sources_in,
    text,
)

ENDPOINT_CONFIGURATION = "AWS::SageMaker::EndpointConfig"
ENDPOINT = "AWS::SageMaker::Endpoint"


def _key_properties(given: Given) -> KeyProperties:
    return KeyProperties(
        enabled=given.spelling("enabled"),
        spec=given.spelling("keySpec"),
        usage=given.spelling("keyUsage"),
        rotation=given.spelling("enableKeyRotation"),
        rotation_days=given.spelling("rotationPeriodInDays"),
        policy=given.spelling("keyPolicy"),
    )


def _configuration(given: Given) -> Iterator[Configuration]:
    properties = given.properties
    yield Configuration(
        **given.node,
        key=text(properties.get("kmsKeyId")),
        key_property=given.spelling("kmsKeyId"),
        key_sources=given.sources("kmsKeyId"),
        key_may_be_missing=isinstance(properties, NothingKnown) or may_be_absent(properties.get("kmsKeyId")),
        short_keys=True,
        name=given.made("endpointConfigName"),
        name_property=given.spelling("endpointConfigName"),
        generated_name=_generated_name(given),
        execution_role=text(properties.get("executionRoleArn")),
        execution_role_sources=given.sources("executionRoleArn"),
        variants=shapes.variants(
            properties, {name: given.sources(name) for name in ("productionVariants", "shadowProductionVariants")}
        ),
        storage=tuple(replace(each, property=given.spelling(each.property)) for each in shapes.storage(properties)),
        replacement=given.replacement,
        deleted_first=given.deleted_first,
        output=given.output,
        known_as=(*given.ids, *shapes.texts(given.made("endpointConfigArn"), given.made("arn"))),
        tags=shapes.tags(properties.get("tags")),
    )


def _generated_name(given: Given) -> bool | Unknown:
    name = given.properties.get("endpointConfigName")
    if given.is_generated is not None:
        return given.is_generated(name)
    known = text(name)
    if isinstance(known, PartlyKnown) and GAP not in known.text and not known.may_be_absent:
        return False  # a template's pseudo parameters do not change
    if isinstance(known, Unknown):
        return known
    return given_by_hand(known) if isinstance(known, str) else known is None


def _endpoint(given: Given) -> Iterator[Endpoint]:
    yield Endpoint(
        **given.node,
        configuration_name=given.now("endpointConfigName"),
        configuration_property=given.spelling("endpointConfigName"),
        configuration_sources=given.sources("endpointConfigName"),
        ignores_changes=given.ignores("endpointConfigName"),
        tags=shapes.tags(given.properties.get("tags")),
    )


def _key(given: Given) -> Iterator[Key]:
    properties = given.properties
    yield Key(
        **given.node,
        **identity(given.made("arn"), given.place.account),
        enabled=boolean(properties.get("enabled"), default=True),
        spec=text_or(properties.get("keySpec"), "SYMMETRIC_DEFAULT"),
        usage=text_or(properties.get("keyUsage"), "ENCRYPT_DECRYPT"),
        origin=text_or(properties.get("origin"), "AWS_KMS"),
        rotation=boolean(properties.get("enableKeyRotation"), default=False, instead=False),
        rotation_days=days(properties.get("rotationPeriodInDays")),
        policy=properties.get("keyPolicy"),
        properties=_key_properties(given),
        bypasses_lockout_check=boolean(properties.get("bypassPolicyLockoutSafetyCheck"), default=False),
        tags=_tags(given),
    )


def _replica(given: Given) -> Iterator[Key]:
    yield Key(
        **given.node,
        **identity(given.made("arn"), given.place.account),
        enabled=boolean(given.properties.get("enabled"), default=True),
        spec=UNKNOWN,
        usage=UNKNOWN,
        origin="AWS_KMS",
        rotation=UNKNOWN,
        rotation_days=None,
        policy=given.properties.get("keyPolicy"),
        properties=_key_properties(given),
        replica_of=given.sources("primaryKeyArn"),
        tags=_tags(given),
    )


def _tags(given: Given) -> Tags:
    """The tags of a resource; its stack may add more, and so may others if it names none."""
    return (
        Tags({}) if given.ignores("tags", part=True) else Tags(shapes.written_tags(given.properties.get("tags")).known)
    )


def _alias(given: Given) -> Iterator[Alias]:
    yield Alias(
        **given.node,
        name=text(given.properties.get("aliasName")),
        target_sources=given.sources("targetKeyId"),
        target=given.now("targetKeyId"),
    )


def _model(given: Given) -> Iterator[Model]:
    yield Model(
        **given.node,
        name=given.made("modelName"),
        execution_role=text(given.properties.get("executionRoleArn")),
        execution_role_sources=given.sources("executionRoleArn"),
    )


def _role(given: Given) -> Iterator[Role]:
    inline = items(given.properties.get("policies"))
    managed = items(given.properties.get("managedPolicyArns"))
    yield Role(
        **given.node,
        arn=given.made("arn"),
        name=given.made("roleName"),
        inline=inline if isinstance(inline, Unknown) else tuple(get(each, "policyDocument") for each in inline),
        managed_arns=managed if isinstance(managed, Unknown) else tuple(map(text, managed)),
        managed_sources=given.sources("managedPolicyArns"),
        boundary=text(given.properties.get("permissionsBoundary")),
        boundary_sources=given.sources("permissionsBoundary"),
        tags=_tags(given),
    )


def _role_policy(given: Given) -> Iterator[RolePolicy]:
    yield RolePolicy(
        **given.node,
        role_name=text(given.properties.get("roleName")),
        role_sources=given.sources("roleName"),
        policy=given.properties.get("policyDocument"),
    )


def _policy(given: Given) -> Iterator[RolePolicy]:
    for node, role, sources in _roles(given):
        yield RolePolicy(**node, role_name=role, role_sources=sources, policy=given.properties.get("policyDocument"))


def _managed_policy(given: Given) -> Iterator[AnyNode]:
    arn = given.made("policyArn")
    yield ManagedPolicy(**given.node, arn=arn, policy=given.properties.get("policyDocument"))
    for node, role, sources in _roles(given):
        yield RolePolicy(**node, role_name=role, role_sources=sources, attached_arn=arn, attached_sources=(given.id,))


def _roles(given: Given) -> Iterator[tuple[dict[str, Any], Text, tuple[str, ...]]]:
    """The roles that a policy is attached to: a node for each, the role's name, and its sources."""
    roles = items(given.properties.get("roles"))
    for index, role in enumerate([roles] if isinstance(roles, Unknown) else roles):
        yield {**given.node, "id": f"{given.id}/{index}"}, text(role), tuple(sources_in(role)) or given.sources("roles")


Reader = Callable[[Given], Iterable[AnyNode]]

READERS: Mapping[str, Reads] = {
    ENDPOINT_CONFIGURATION: Reads(Configuration, _configuration),
    ENDPOINT: Reads(Endpoint, _endpoint),
    "AWS::SageMaker::Model": Reads(Model, _model),
    "AWS::KMS::Key": Reads(Key, _key),
    "AWS::KMS::ReplicaKey": Reads(Key, _replica),
    "AWS::KMS::Alias": Reads(Alias, _alias),
    "AWS::IAM::Role": Reads(Role, _role),
    "AWS::IAM::RolePolicy": Reads(RolePolicy, _role_policy),
    "AWS::IAM::Policy": Reads(RolePolicy, _policy),
    "AWS::IAM::ManagedPolicy": Reads(ManagedPolicy, _managed_policy),
}
