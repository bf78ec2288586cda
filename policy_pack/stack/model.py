"""The one model that every policy reads, whatever carried it.

A carrier (`policy_pack.carriers`) fills these from resources of one provider; only carriers know property names.
Every node has an `id`: the URN of its resource, or the URN, ``#`` and the logical id for one inside a template.
Sources (`*_sources`) are the ids of the nodes that a value is computed from, in the engine's own account of it
(``propertyDependencies``) or the template's (``Ref``, ``Fn::GetAtt``).
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
    """One resource of a stack as it came, its properties as plain values (`policy_pack.values`).

    `ignore_changes` are the property paths of the option of that name. `delete_before_replace` is the option of that
    name; `None` where it is not set, and in what does not record it, as exported stacks.
    `given` are the names of the properties that its program gives it; `None` where that is all that there are, or where
    nothing tells. `custom` says that a provider makes it; what a component is made of comes by itself.
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


@dataclass(frozen=True)
class Place:
    """Where a resource lives: its region if that is known, and what decides it where it is not.

    `decided_by` is the URN of the provider whose region it is; `None` where the resource has a region of its own.
    `profile` is the one of the AWS configuration file that its provider takes credentials from. `account` is the id of
    the account, or what a template calls its own; `None` where nothing is said of it. `partition` is that of a region
    that is not known.
    `assumed_role` is the role that its provider assumes.
    """

    region: Text
    decided_by: str | None = None
    profile: Text = None
    account: Text = None
    partition: Text = None
    assumed_role: Text = None


@dataclass(frozen=True, eq=False)
class Node:
    """What every part of the model has: its id, the URN to report on, a name to show, and where it lives.

    A node is equal to itself only.
    """

    id: str
    urn: str
    label: str
    place: Place

    @property
    def quoted(self) -> str:
        """The name to show within a sentence: in quotes, and on one line whatever it holds."""
        return f'"{quoting.name(self.label)}"'


@dataclass(frozen=True)
class Suppression:
    """A rule of another tool that the author of a template has suppressed there: the tool, the rule, and the reason."""

    tool: str
    rule: str
    reason: str


@dataclass(frozen=True)
class Storage:
    """Something besides the volumes that an endpoint writes: what it is, and the key that it names."""

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


# What a carrier does when a changed key replaces a configuration whose name is set by hand.
DELETED_FIRST = "deleted first"  # the old one is deleted, and the new one gets its name
MADE_FIRST = "made first"  # the new one cannot be made, as its name is taken
REFUSED = "refused"  # nothing is replaced until the name changes too
NOT_CHANGED = "not changed"  # what exists stays as it is, and a new one needs a name of its own


@dataclass(frozen=True)
class Deleting:
    """How a carrier's users say that the old configuration is deleted before the new one is made, and how not to."""

    said: str = "deleteBeforeReplace is set"
    undo: str = "Remove the option deleteBeforeReplace, or in HCL write lifecycle { create_before_destroy = true }"


@dataclass(frozen=True, eq=False)
class Configuration(Node):
    """A SageMaker endpoint configuration.

    `key` is what it names as its KMS key and `key_property` the property that names it. `short_keys` says that the
    carrier also takes what the API takes, a bare key id and ``alias/NAME``. `generated_name` says whether its physical
    name is generated (then a replacement has a new one) or fixed by hand. `key_may_be_missing` says that nothing of it
    is known, not even whether it names a key: then `key` is unknown. `alternatives` are what else it may be where its
    template leaves that to conditions that are not known; the rest of it is then what is certain. `replacement` is what
    its carrier does with a name that is set by hand; `deleted_first` is the option deleteBeforeReplace, `None` where
    that makes no difference, and `deleting` has the carrier's words for it. `output` gives its name to others, in the
    words of its carrier, and `known_as` what may stand for the name: its ARN, its provider's id. `is_experiment` says
    that it is an inference experiment, which hosts its endpoint itself. `tags` are those of its resource, as far
    as they are known.
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
    """A SageMaker endpoint and the configuration that it runs, as far as its name is known.

    `ignores_changes` says that the option ignoreChanges covers what names the configuration, and `ignoring` is what its
    carrier calls that option. `tags` are those of its resource that are known.
    """

    configuration_name: Text
    configuration_property: str
    configuration_sources: tuple[str, ...]
    ignores_changes: bool = False
    ignoring: str = "ignoreChanges"
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class KeyProperties:
    """What a key's carrier calls its properties, so that messages use those names."""

    enabled: str
    spec: str
    usage: str
    rotation: str
    rotation_days: str
    policy: str
    expires: str = ""


@dataclass(frozen=True, eq=False)
class Key(Node):
    """A KMS key, and what its carrier calls its `properties`.

    `replica_of` are the sources of a replica's primary, whose spec, material and rotation it shares. `expires` is the
    time (RFC 3339) at which its imported material is deleted, `None` where that stays.
    """

    arn: Text
    account: Text
    enabled: bool | Unknown
    spec: Text
    usage: Text
    origin: Text  # AWS_KMS, EXTERNAL, AWS_CLOUDHSM or EXTERNAL_KEY_STORE
    rotation: bool | Unknown
    rotation_days: int | Unknown | None
    policy: Plain  # a JSON text or the object itself; None where AWS's default policy applies
    properties: KeyProperties
    replica_of: tuple[str, ...] = ()
    expires: Text = None
    bypasses_lockout_check: bool | Unknown = False


@dataclass(frozen=True, eq=False)
class Alias(Node):
    """A KMS alias and the sources of the key that it names."""

    name: Text
    target_sources: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class KeyPolicy(Node):
    """A key policy given beside the key, which takes the place of the key's own."""

    key_sources: tuple[str, ...]
    policy: Plain
    bypasses_lockout_check: bool | Unknown = False


@dataclass(frozen=True, eq=False)
class Grant(Node):
    """A KMS grant: `operations` that `principal` may call with the key."""

    key_sources: tuple[str, ...]
    principal: Text
    principal_sources: tuple[str, ...]
    operations: tuple[str, ...] | Unknown
    constrained: bool | Unknown


@dataclass(frozen=True, eq=False)
class Model(Node):
    """A SageMaker model, whose execution role reads and writes the endpoint's data."""

    name: Text
    execution_role: Text
    execution_role_sources: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Role(Node):
    """An IAM role and the policies written within it; `managed_sources` are those of attached policies.

    `boundary` is the ARN of its permissions boundary, `None` where it has none.
    """

    arn: Text
    name: Text
    inline: tuple[Plain, ...] | Unknown
    managed_arns: tuple[Text, ...] | Unknown
    managed_sources: tuple[str, ...]
    boundary: Text = None
    boundary_sources: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class ManagedPolicy(Node):
    """An IAM managed policy made in the stack."""

    arn: Text
    policy: Plain


@dataclass(frozen=True, eq=False)
class RolePolicy(Node):
    """What gives a role more permissions: a policy of its own, or an attached one (by its sources or its ARN).

    Or what says that a role has no other policies than those: `exclusive` is "inline" or "managed" then, and `count`
    says how many of its own it names.
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
    """A CloudFormation template: why it cannot be read in full at preview, in the reader's words, or nothing.

    `outputs` are the sources of what it gives to others; `inputs` those of what it is given, and gives to what cannot
    be read.
    """

    unreadable: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Unread(Node):
    """What may make an endpoint configuration in a way that no carrier reads.

    `what` it is, with its article, as a sentence may go on from "is". Where `certain` is false, nobody can tell whether
    it makes one; `may_be_another` says that things of its kind usually make something else. `missing` is the parameter
    that would name the configuration's key, where its definition can be read and has none.
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

    `tells_dependencies` says whether it is recorded what values are computed from; if not, sources are empty for all.
    """

    def __init__(self, nodes: Iterable[AnyNode], *, tells_dependencies: bool = True) -> None:
        self.nodes: tuple[AnyNode, ...] = tuple(nodes)
        self.tells_dependencies = tells_dependencies
        self.by_id: dict[str, AnyNode] = {node.id: node for node in self.nodes}
        self._known: dict[Any, Any] = {}

    def of(self, kind: type[T]) -> tuple[T, ...]:
        """The nodes of one kind; the stack itself where that is what is asked for."""
        if isinstance(self, kind):
            return (self,)
        if kind not in self._known:
            self._known[kind] = tuple(node for node in self.nodes if isinstance(node, kind))
        found: tuple[T, ...] = self._known[kind]
        return found

    def cached(self, question: Callable[..., T], *about: Hashable) -> T:
        """What a function makes of the stack and of what it is asked about, made once.

        What is asked for every node must not look at all of them, and nodes that share a key share what is said of it.
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
