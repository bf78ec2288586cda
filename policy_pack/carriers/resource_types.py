"""AWS's own resource types, as CloudFormation, Cloud Control and the provider made from them (`aws-native`) share them.

A carrier brings a resource of such a type as `Given`, with the names of its schema in camel case; `READERS` has a
reader for each type.

Sources: the pages of these types in the AWS CloudFormation Template Reference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field, replace
from typing import Any

from policy_pack.carriers import shapes
from policy_pack.carriers.kinds import Reads
from policy_pack.carriers.shapes import days, identity, text_or
from policy_pack.gaps import GAP
from policy_pack.records import dataclass
from policy_pack.stack.model import (
    DELETED_FIRST,
    Alias,
    AnyNode,
    Configuration,
    Endpoint,
    Key,
    KeyProperties,
    ManagedPolicy,
    Model,
    Place,
    Resource,
    Role,
    RolePolicy,
)
from policy_pack.values import (
    UNKNOWN,
    NothingKnown,
    PartlyKnown,
    Plain,
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

# What the reader of a message knows a property as, from its path in camel case ("dataCaptureConfig.kmsKeyId").
Spelling = Callable[[str], str]

# The values of these are not of the schema: their keys are the writer's own.
_VERBATIM = frozenset(
    {"assumeRolePolicyDocument", "definition", "keyPolicy", "parameters", "policyDocument", "templateBody"}
)


def capitalised(path: str) -> str:
    """A path as the schema spells it ("DataCaptureConfig.KmsKeyId")."""
    return re.sub(r"(?:^|\.)[a-z]", lambda match: match[0].upper(), path)


def camel_case(name: str) -> str:
    """A name of the schema in camel case ("kmsKeyId")."""
    return name[:1].lower() + name[1:]


def in_camel_case(value: Plain) -> Any:
    """A value with the schema's names in camel case, at any depth. A name that is in camel case already is no name
    of the schema, and left out: AWS knows no such property.
    """
    if isinstance(value, list):
        return [in_camel_case(item) for item in value]
    if not isinstance(value, dict):
        return value
    named = {camel_case(name): item for name, item in value.items() if camel_case(name) != name}
    return {name: item if name in _VERBATIM else in_camel_case(item) for name, item in named.items()}


@dataclass(frozen=True)
class Given:
    """A resource of one of AWS's own types, whatever carried it, with what the model wants of every node.

    `properties` are what was given, `outputs` what AWS made of it as far as that is known, both in camel case;
    `refreshed` are those outputs that are never older than the properties.
    `sources` says what a property is computed from, `ignores` whether the option ignoreChanges covers its path.
    `replacement`, `deleted_first` and `output` are those of `policy_pack.stack.model.Configuration`. `is_generated`
    tells a physical name that its carrier generates; `None` where AWS generates them. `ids` are what its provider may
    call it.
    """

    id: str
    urn: str
    label: str
    place: Place
    properties: Mapping[str, Any]
    sources: Callable[[str], tuple[str, ...]]
    outputs: Mapping[str, Any] = field(default_factory=dict)
    is_generated: Callable[[Plain], bool | Unknown] | None = None
    spelling: Spelling = str
    refreshed: Mapping[str, Any] = field(default_factory=dict)
    ignores: Callable[..., bool] = lambda *_: False
    replacement: str = DELETED_FIRST
    ids: tuple[str, ...] = ()
    deleted_first: bool | None = None
    output: str = "endpointConfigName output"

    @property
    def node(self) -> dict[str, Any]:
        """What every node has."""
        return {"id": self.id, "urn": self.urn, "label": self.label, "place": self.place}

    def made(self, name: str) -> Text:
        """A text that was given, or that AWS made."""
        given = text(self.properties.get(name))
        return text(self.outputs.get(name)) if given is None else given

    def now(self, name: str) -> Text:
        """A text as AWS has it since the last refresh; as it was given where AWS has not said."""
        made = text(self.refreshed.get(name))
        return made if isinstance(made, str) else text(self.properties.get(name))


def given_by(
    resource: Resource,
    where: Place,
    properties: Mapping[str, Any] | None = None,
    sources: Callable[[str], tuple[str, ...]] | None = None,
    ignores: Callable[..., bool] | None = None,
    **more: Any,
) -> Given:
    """What a resource of a stack brings: its own properties, their sources and paths, unless others are given."""
    return Given(
        id=resource.urn,
        urn=resource.urn,
        label=resource.name,
        place=where,
        properties=resource.properties if properties is None else properties,
        sources=sources or (lambda name: shapes.sources(resource, name)),
        ignores=ignores or (lambda *path: shapes.ignores(resource, *path)),
        # Policies are not told the provider's id, which a program may pass in place of a name.
        ids=(resource.name,),
        **more,
    )


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
        return False  # what a template is told of itself stays the same
    return known if isinstance(known, Unknown) else known is None


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
    )


def _alias(given: Given) -> Iterator[Alias]:
    yield Alias(**given.node, name=text(given.properties.get("aliasName")), target_sources=given.sources("targetKeyId"))


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
    """The roles that a policy is attached to: a node for each, the role's name, and what that is computed from."""
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
