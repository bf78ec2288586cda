"""The links between the nodes of a stack: which key a configuration uses, which configuration an Endpoint runs.

The engine says which resources a value is computed from (`*_sources`); the links are never guessed from `dependsOn`, a
parent or another property. A known name also identifies a key of the stack. A template's outputs are computed from the
resources that they name in the template.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from policy_pack.records import dataclass
from policy_pack.stack.model import Alias, Configuration, Endpoint, Grant, Key, KeyPolicy, Node, Place, Stack, Template
from policy_pack.values import Attribute, Plain, Text, Unknown

Value = TypeVar("Value")
Beside = TypeVar("Beside", KeyPolicy, Grant)


def keys_from(sources: Iterable[str], stack: Stack) -> tuple[Key, ...]:
    """The keys among `sources`, also through aliases."""
    return tuple(node for node in _keys_and_aliases(sources, stack) if isinstance(node, Key))


# The ARN, the ID and the reference of a key all name it (its page in the CloudFormation reference).
_NAMES_OF_A_KEY = frozenset({"Arn", "KeyId", "Ref"})


def own_key(configuration: Configuration, stack: Stack) -> Key | None:
    """The key that a configuration of the same template certainly names, although its ARN is not known yet."""
    key = configuration.key
    if not isinstance(key, Attribute) or key.may_be_absent or key.name not in _NAMES_OF_A_KEY:
        return None
    found = [stack.by_id.get(source) for source in key.sources]
    return found[0] if len(found) == 1 and isinstance(found[0], Key) else None


def aliases_from(sources: Iterable[str], stack: Stack) -> tuple[Alias, ...]:
    """The aliases among `sources`, also through other aliases."""
    return tuple(node for node in _keys_and_aliases(sources, stack) if isinstance(node, Alias))


def _keys_and_aliases(sources: Iterable[str], stack: Stack) -> Iterator[Key | Alias]:
    pending, seen = list(sources), set()
    while pending:
        source = pending.pop(0)
        if source in seen:
            continue
        seen.add(source)
        node = stack.by_id.get(source)
        if isinstance(node, (Key, Alias)):
            yield node
        if isinstance(node, Alias):
            pending.extend(_targets(node, stack))
        elif isinstance(node, Template):
            pending.extend(node.outputs)


def _targets(alias: Alias, stack: Stack) -> Iterable[str]:
    """The sources of an alias's key, unless the alias is known to name another key."""
    if not isinstance(alias.target, str):
        return alias.target_sources
    from policy_pack.stack import named_keys  # imported only for a key that a text names

    return named_keys.targets(alias, alias.target, stack)


def keys_of(configuration: Configuration, stack: Stack) -> tuple[Key, ...]:
    """The keys of the stack that a configuration may use: one, several candidates, or none.

    The sources are known even if the provider is not configured yet and the property is absent.
    """
    return stack.cached(_keys_of, configuration)


def _keys_of(stack: Stack, configuration: Configuration) -> tuple[Key, ...]:
    return _keys_meant(configuration.key, configuration.key_sources, configuration.place, stack)


def _keys_meant(name: Text, sources: Iterable[str], place: Place, stack: Stack) -> tuple[Key, ...]:
    """The keys that a value at `place` may name, given its sources."""
    if not isinstance(name, str):
        return keys_from(sources, stack)
    from policy_pack.stack import named_keys  # imported only for a key that a text names

    return named_keys.keys_meant(name, sources, place, stack)


def configurations_from(endpoint: Endpoint, stack: Stack) -> tuple[Configuration, ...]:
    """The configurations of the stack that an Endpoint may run, among those that its configuration's name comes from.

    If the name is known, only configurations that it may name count. If it is not, the program may still choose any of
    its sources. An Endpoint cannot run a configuration of another Region.
    """
    return stack.cached(_configurations_from, endpoint)


def _configurations_from(stack: Stack, endpoint: Endpoint) -> tuple[Configuration, ...]:
    sources = _among(_through_templates(endpoint.configuration_sources, stack), stack)
    found = tuple(each for each in sources if same_region(each.place, endpoint.place) is not False)
    name = endpoint.configuration_name
    if not isinstance(name, str):
        return found
    named = configurations_by_name(endpoint, stack)
    meant = tuple(each for each in found if each in named or each.name == name or _is_known_as(name, each))
    # A configuration whose name is not known yet may be the one, unless another one certainly is.
    return meant or (() if named else tuple(each for each in found if not isinstance(each.name, str)))


def configurations_left(endpoint: Endpoint, stack: Stack) -> tuple[Configuration, ...]:
    """The configurations of the stack that an Endpoint's configuration name is computed from but that it does not run.

    None if it may run one of them. A value from a template may be any of its outputs, so it certainly means none of the
    template's configurations.
    """
    if configurations_from(endpoint, stack):
        return ()
    return tuple(_among(endpoint.configuration_sources, stack))


def is_of_one_template(one: Node, other: Node) -> bool:
    """Whether both are in the same template."""
    return one.id != one.urn and one.id.rpartition("#")[0] == other.id.rpartition("#")[0]


def _among(sources: Iterable[str], stack: Stack) -> Iterator[Configuration]:
    for source in sources:
        if isinstance(node := stack.by_id.get(source), Configuration):
            yield node


def _is_known_as(given: str, configuration: Configuration) -> bool:
    """Whether an Endpoint names a configuration by its ARN, which has the name in lower case, or by its ID."""
    name = configuration.name
    if given.startswith("arn:") and isinstance(name, str) and given.rpartition("/")[2].lower() == name.lower():
        return True
    return given in configuration.known_as


def is_hidden(sources: Iterable[str], stack: Stack) -> bool:
    """Whether any of `sources` is in, or comes from the outputs of, a template that cannot be read in full."""
    nodes = (stack.by_id.get(urn) for source in sources for urn in (source, source.rpartition("#")[0]))
    return any(isinstance(node, Template) and node.unreadable for node in nodes)


def _through_templates(sources: Iterable[str], stack: Stack) -> Iterator[str]:
    for source in sources:
        node = stack.by_id.get(source)
        yield from node.outputs if isinstance(node, Template) else (source,)


def configurations_by_name(endpoint: Endpoint, stack: Stack) -> tuple[Configuration, ...]:
    """The configurations whose known name an Endpoint gives, unless they are known to be in another Region."""
    name = endpoint.configuration_name
    if not isinstance(name, str):
        return ()
    return tuple(
        configuration
        for configuration in stack.cached(_configurations_by_name).get(name, ())
        if same_region(configuration.place, endpoint.place) is not False
    )


def same_region(one: Place, other: Place) -> bool | None:
    """Whether two places are in the same Region; `None` if that is not known."""
    if isinstance(one.region, str) and isinstance(other.region, str):
        return one.region == other.region
    if one.decided_by is not None and one.decided_by == other.decided_by:
        return True
    return None


def primary_of(key: Key, stack: Stack) -> Key:
    """A replica's primary key, whose spec, usage and rotation it shares, if it is in the stack; else the key itself."""
    primaries = keys_from(key.replica_of, stack)
    return primaries[0] if primaries else key


def policies_of(key: Key, stack: Stack) -> Sequence[Plain]:
    """The policy in effect for a key, `None` for AWS's default policy; several if several resources set it."""
    beside = stack.cached(_key_policies).get(key.id)
    given = [each.policy for each in beside] if beside else [key.policy]
    return [None if isinstance(each, str) and not each.strip() else each for each in given]


def bypasses_lockout_check(key: Key, stack: Stack) -> bool:
    """Whether the lockout safety check of a key's policy may be switched off."""
    given: Sequence[Key | KeyPolicy] = stack.cached(_key_policies).get(key.id) or [key]
    return any(each.bypasses_lockout_check is not False for each in given)


def aliases_of(key: Key, stack: Stack) -> Sequence[Alias]:
    """The aliases of the stack that name a key and no other."""
    return stack.cached(_aliases).get(key.id, ())


def grants_of(key: Key, stack: Stack) -> Sequence[Grant]:
    """The grants on a key."""
    return stack.cached(_grants).get(key.id, ())


@dataclass(frozen=True)
class Pairs:
    """The IDs of the configurations that a stack's Endpoints use.

    `unclear` means that the configuration of some Endpoint is not known yet. `left` are configurations that an
    Endpoint's configuration name is computed from but that no Endpoint runs. `hidden` are configurations that are
    passed to templates that cannot be read in full, where an Endpoint may use them.
    """

    used: frozenset[str]
    left: frozenset[str]
    unclear: bool
    hidden: frozenset[str]


def pairs(stack: Stack) -> Pairs:
    """The configurations that the Endpoints of a stack use."""
    used: set[str] = set()
    left: set[str] = set()
    unclear = False
    for endpoint in stack.endpoints:
        found = configurations_from(endpoint, stack) or configurations_by_name(endpoint, stack)
        used.update(each.id for each in found)
        not_run = tuple(_among(endpoint.configuration_sources, stack))
        if isinstance(endpoint.configuration_name, str) or not found:
            left.update(each.id for each in not_run)
        # If the provider is not configured yet, even required properties are absent.
        says_nothing = endpoint.configuration_name is None or isinstance(endpoint.configuration_name, Unknown)
        unclear = unclear or (not found and not not_run and says_nothing)
    closed = (template for template in stack.of(Template) if template.unreadable)
    hidden = frozenset(source for template in closed for source in _through_templates(template.inputs, stack))
    return Pairs(frozenset(used), frozenset(left - used), unclear, hidden)


def _configurations_by_name(stack: Stack) -> Mapping[str, Sequence[Configuration]]:
    return grouped((each.name, each) for each in stack.configurations if isinstance(each.name, str))


def _key_policies(stack: Stack) -> Mapping[str, Sequence[KeyPolicy]]:
    return _beside_keys(stack, stack.of(KeyPolicy))


def _aliases(stack: Stack) -> Mapping[str, Sequence[Alias]]:
    named = ((keys_from((each.id,), stack), each) for each in stack.of(Alias))
    return grouped((keys[0].id, each) for keys, each in named if len(keys) == 1)


def _grants(stack: Stack) -> Mapping[str, Sequence[Grant]]:
    return _beside_keys(stack, stack.of(Grant))


def _beside_keys(stack: Stack, nodes: Iterable[Beside]) -> Mapping[str, Sequence[Beside]]:
    return grouped(
        (key.id, each) for each in nodes for key in _keys_meant(each.key, each.key_sources, each.place, stack)
    )


def grouped(pairs: Iterable[tuple[str, Value]]) -> Mapping[str, Sequence[Value]]:
    """The values of each key, in their order."""
    found: defaultdict[str, list[Value]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found
