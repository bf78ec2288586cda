"""The model of a stack that every policy reads, whatever provider or template made the resources.

A carrier (`policy_pack.carriers`) makes the nodes from the resources of one provider; only carriers know property
names. Every node has an `id`: the URN of its resource or, inside a template, the URN, ``#`` and the logical ID.
Sources (`*_sources`) are the IDs of the nodes that a value is computed from, as the engine (``propertyDependencies``)
or the template (``Ref``, ``Fn::GetAtt``) says.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import field
from functools import cached_property
from typing import Any, TypeVar, Union

from policy_pack import quoting
from policy_pack.records import dataclass
from policy_pack.values import Plain, Text, Unknown


@dataclass(frozen=True)
class Provider:
    """The provider of a resource: its URN and its configuration."""

    urn: str
    properties: Mapping[str, Any]


@dataclass(frozen=True)
class Resource:
    """One resource of a stack as the engine or a file gives it, with plain property values (`policy_pack.values`).

    `ignore_changes` are the property paths of the option ignoreChanges. `delete_before_replace` is the option of that
    name; `None` if it is not set or, as in exported stacks, not recorded. `given` are the names of the properties that
    its program sets; `None` if those are all of its properties, or if it is not known. `custom` says that a provider
    makes the resource; it is false for a component, whose children are resources of their own. `external` says that the
    stack only reads the resource, which exists outside it.
    """

    urn: str
    type: str
    name: str
    properties: Mapping[str, Any]
    provider: Provider | None = None
    property_sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ignore_changes: tuple[str, ...] = ()
    delete_before_replace: bool | None = None
    given: frozenset[str] | None = None
    custom: bool = True
    external: bool = False


@dataclass(frozen=True)
class Place:
    """Where a resource lives: its Region, and what decides the Region if it is not known.

    `decided_by` is the URN of the provider whose Region it is; `None` if the resource has a Region of its own.
    `profile` is the AWS profile that the provider takes its credentials from. `account` is the account ID, or a
    template's pseudo parameter for it; `None` if nothing says it. `partition` is the partition of an unknown Region.
    `assumed_role` is the role that the provider assumes.
    """

    region: Text
    decided_by: str | None = None
    profile: Text = None
    account: Text = None
    partition: Text = None
    assumed_role: Text = None


@dataclass(frozen=True, eq=False)
class Node:
    """The base of all parts of the model: an ID, the URN to report on, a name to show, and the place.

    A node is equal only to itself.
    """

    id: str
    urn: str
    label: str
    place: Place

    @property
    def quoted(self) -> str:
        """The name to show within a sentence: in quotes and on one line, whatever characters it has."""
        return f'"{quoting.name(self.label)}"'


@dataclass(frozen=True)
class Suppression:
    """A rule of another tool that the author of a template has suppressed for a resource, with the reason."""

    tool: str
    rule: str
    reason: str


@dataclass(frozen=True)
class Storage:
    """Data that an endpoint writes outside its volumes: what it is, and the key that it names."""

    what: str
    key: Text
    property: str


@dataclass(frozen=True)
class Variant:
    """A production or shadow variant: a fleet of instances of one type behind an endpoint, or a serverless one."""

    label: str
    instance_type: Text
    serverless: bool | Unknown
    model_name: Text
    model_sources: tuple[str, ...] = ()


# What happens when a changed key replaces a configuration whose name is set by hand.
DELETED_FIRST = "deleted first"  # the old one is deleted, and the new one gets its name
MADE_FIRST = "made first"  # the new one cannot be made, as its name is taken
REFUSED = "refused"  # there is no replacement until the name changes too
NOT_CHANGED = "not changed"  # the existing one stays unchanged; a new one needs its own name


@dataclass(frozen=True)
class Deleting:
    """How a carrier says that the old configuration is deleted before the new one is made, and how to undo that.

    `asked` is the option that a file may not record.
    """

    said: str = "deleteBeforeReplace is set"
    asked: str = "deleteBeforeReplace is set"
    undo: str = "Remove the option deleteBeforeReplace, or in HCL write lifecycle { create_before_destroy = true }"


@dataclass(frozen=True, eq=False)
class Configuration(Node):
    """A SageMaker endpoint configuration.

    `key` is the KMS key that it names, and `key_property` is the property that names it. With `short_keys`, the carrier
    also accepts a bare key ID and ``alias/NAME``, as the API does. `generated_name` says whether its physical name is
    generated, so that a replacement has a new one, or fixed by hand. `key_may_be_missing` says that `key` is unknown
    and may not be set at all. `alternatives` are its possible forms if conditions of its template are not known; the
    other fields then have what is certain. `replacement` is what happens to a name that is set by hand.
    `deleted_first` is the option deleteBeforeReplace, `None` if that makes no difference, and `deleting` is how the
    carrier spells it. `output` is the carrier's name of the output that holds the configuration's name, and `known_as`
    are values that other resources may use instead: its ARN, its provider's ID. `is_experiment` says that it is an
    inference experiment, which hosts its endpoint itself. `tags` are the known tags of its resource.
    """

    key: Text
    key_property: str
    key_sources: tuple[str, ...]
    short_keys: bool
    name: Text
    name_property: str
    generated_name: bool | Unknown
    execution_role: Text
    execution_role_sources: tuple[str, ...]
    variants: tuple[Variant, ...]
    storage: tuple[Storage, ...]
    key_may_be_missing: bool = False
    alternatives: tuple[Configuration, ...] = ()
    replacement: str = DELETED_FIRST
    deleted_first: bool | None = None
    deleting: Deleting = Deleting()
    output: str = "name output"
    known_as: tuple[str, ...] = ()
    is_experiment: bool = False
    suppressions: tuple[Suppression, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Endpoint(Node):
    """A SageMaker Endpoint and the name of the configuration that it runs.

    `ignores_changes` says that the option ignoreChanges covers that name, and `ignoring` is the carrier's name of the
    option. `tags` are the known tags of its resource.
    """

    configuration_name: Text
    configuration_property: str
    configuration_sources: tuple[str, ...]
    ignores_changes: bool = False
    ignoring: str = "ignoreChanges"
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class KeyProperties:
    """The carrier's names of a key's properties, for messages."""

    enabled: str
    spec: str
    usage: str
    rotation: str
    rotation_days: str
    policy: str
    expires: str = ""


@dataclass(frozen=True)
class Tags:
    """The `known` tags of a resource, whose values may be unknown; `complete` if there are no others."""

    known: Mapping[str, str | Unknown]
    complete: bool = False


@dataclass(frozen=True, eq=False)
class Key(Node):
    """A KMS key; `properties` are the carrier's names of its properties.

    `replica_of` are the sources of a replica's primary key, whose spec, material and rotation it shares. `expires` is
    the time (RFC 3339) at which its imported material is deleted, `None` if it is not.
    """

    arn: Text
    account: Text
    enabled: bool | Unknown
    spec: Text
    usage: Text
    origin: Text  # AWS_KMS, EXTERNAL, AWS_CLOUDHSM or EXTERNAL_KEY_STORE
    rotation: bool | Unknown
    rotation_days: int | Unknown | None
    policy: Plain  # a JSON text or an object; None if AWS's default policy applies
    properties: KeyProperties
    replica_of: tuple[str, ...] = ()
    expires: Text = None
    bypasses_lockout_check: bool | Unknown = False
    tags: Tags = Tags({})


@dataclass(frozen=True, eq=False)
class Alias(Node):
    """A KMS alias and the key that it names: the ID or the ARN of the `target`, and its sources."""

    name: Text
    target_sources: tuple[str, ...]
    target: Text = None
    arn: Text = None


@dataclass(frozen=True, eq=False)
class KeyPolicy(Node):
    """A key policy as a resource of its own, which replaces the policy in the key's properties."""

    key_sources: tuple[str, ...]
    policy: Plain
    bypasses_lockout_check: bool | Unknown = False
    key: Text = None


@dataclass(frozen=True, eq=False)
class Grant(Node):
    """A KMS grant: `operations` that `principal` may call with the key."""

    key_sources: tuple[str, ...]
    principal: Text
    principal_sources: tuple[str, ...]
    operations: tuple[str, ...] | Unknown
    constrained: bool | Unknown
    key: Text = None


@dataclass(frozen=True, eq=False)
class Model(Node):
    """A SageMaker model, whose execution role reads and writes the endpoint's data."""

    name: Text
    execution_role: Text
    execution_role_sources: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Role(Node):
    """An IAM role and its inline policies; `managed_sources` are the sources of attached policies.

    `boundary` is the ARN of its permissions boundary, `None` if it has none.
    """

    arn: Text
    name: Text
    inline: tuple[Plain, ...] | Unknown
    managed_arns: tuple[Text, ...] | Unknown
    managed_sources: tuple[str, ...]
    boundary: Text = None
    boundary_sources: tuple[str, ...] = ()
    tags: Tags = Tags({})


@dataclass(frozen=True, eq=False)
class ManagedPolicy(Node):
    """An IAM managed policy made in the stack."""

    arn: Text
    policy: Plain


@dataclass(frozen=True, eq=False)
class RolePolicy(Node):
    """A resource that gives a role a policy: an inline policy, or an attached one (by its sources or its ARN).

    Or a resource that says that a role has no other policies: `exclusive` is then "inline" or "managed", and `count` is
    the number of inline policies that it names.
    """

    role_name: Text
    role_sources: tuple[str, ...]
    policy: Plain = None
    attached_arn: Text = None
    attached_sources: tuple[str, ...] = ()
    exclusive: str | None = None
    count: int | Unknown = 0


@dataclass(frozen=True, eq=False)
class Template(Node):
    """A CloudFormation template; `unreadable` are sentences that say why it cannot be read in full at preview.

    `outputs` are the sources of its outputs. `inputs` are the sources of the values that are passed to it and that it
    passes on to templates that cannot be read.
    """

    unreadable: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Unread(Node):
    """A resource that may make an endpoint configuration in a way that no carrier reads.

    `what` says what it is, with its article, to follow "is". `certain` is false if it is not known whether it makes
    one; `may_be_another` says that resources of its kind usually make something else. `missing` is the parameter that
    would name the configuration's key, if the definition can be read and does not name one.
    """

    what: str
    certain: bool = True
    may_be_another: bool = False
    missing: str | None = None


T = TypeVar("T")

AnyNode = Union[
    Configuration, Endpoint, Key, Alias, KeyPolicy, Grant, Model, Role, ManagedPolicy, RolePolicy, Template, Unread
]  # fmt: skip


class Stack:
    """All nodes of a stack, by kind and by id.

    `tells_dependencies` says whether the sources of values are recorded; if not, all sources are empty.
    """

    def __init__(self, nodes: Iterable[AnyNode], *, tells_dependencies: bool = True) -> None:
        self.nodes: tuple[AnyNode, ...] = tuple(nodes)
        self.tells_dependencies = tells_dependencies
        self.by_id: dict[str, AnyNode] = {node.id: node for node in self.nodes}
        self._known: dict[Any, Any] = {}

    def of(self, kind: type[T]) -> tuple[T, ...]:
        """The nodes of one kind; the stack itself for `Stack`."""
        if isinstance(self, kind):
            return (self,)
        if kind not in self._known:
            self._known[kind] = tuple(node for node in self.nodes if isinstance(node, kind))
        found: tuple[T, ...] = self._known[kind]
        return found

    def cached(self, question: Callable[..., T], *about: Hashable) -> T:
        """The result of a function of the stack and further arguments, computed once.

        A question about every node must not look at all nodes each time, and nodes that share a key share its answers.
        """
        asked = (question, about)
        if asked not in self._known:
            self._known[asked] = question(self, *about)
        answer: T = self._known[asked]
        return answer

    @cached_property
    def configurations(self) -> tuple[Configuration, ...]:
        """The endpoint configurations."""
        return self.of(Configuration)

    @cached_property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """The endpoints."""
        return self.of(Endpoint)
