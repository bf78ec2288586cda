"""The links between the nodes of a stack: which key a configuration uses, which configuration an endpoint.

What a value is computed from is the engine's account of it (`*_sources`), never guessed from `dependsOn`, from a
parent or from another property. A known ARN also names the key of the stack that has it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from policy_pack.model import Alias, Configuration, Endpoint, Key, Stack
from policy_pack.place import same_region
from policy_pack.values import Unknown


def keys_from(sources: Iterable[str], stack: Stack) -> tuple[Key, ...]:
    """The keys among `sources`, through aliases."""
    keys: dict[str, Key] = {}
    pending, seen = list(sources), set()
    while pending:
        source = pending.pop(0)
        if source in seen:
            continue
        seen.add(source)
        node = stack.by_id.get(source)
        if isinstance(node, Key):
            keys[node.id] = node
        elif isinstance(node, Alias):
            pending.extend(node.target_sources)
    return tuple(keys.values())


def keys_of(configuration: Configuration, stack: Stack) -> tuple[Key, ...]:
    """The keys of the stack that a configuration may use: one, several candidates, or none that is made here.

    What a key is computed from is known even where its provider is not configured yet and the property is absent.
    """
    found = keys_from(configuration.key_sources, stack)
    if found or not isinstance(configuration.key, str):
        return found
    return tuple(stack.once(_keys_by_arn).get(configuration.key, ()))


def configurations_from(endpoint: Endpoint, stack: Stack) -> tuple[Configuration, ...]:
    """The configurations of the stack that an endpoint takes its configuration's name from."""
    nodes = (stack.by_id.get(source) for source in endpoint.configuration_sources)
    return tuple(node for node in nodes if isinstance(node, Configuration))


def configurations_by_name(endpoint: Endpoint, stack: Stack) -> tuple[Configuration, ...]:
    """The configurations of the stack that an endpoint names in so many letters, in its own region as far as known."""
    name = endpoint.configuration_name
    if not isinstance(name, str):
        return ()
    return tuple(
        configuration
        for configuration in stack.once(_configurations_by_name).get(name, ())
        if same_region(configuration.place, endpoint.place) is not False
    )


@dataclass(frozen=True)
class Pairs:
    """The ids of the configurations that a stack's Endpoints use, and whether one does not say yet which it uses."""

    used: frozenset[str]
    unclear: bool


def pairs(stack: Stack) -> Pairs:
    """What the Endpoints of a stack use."""
    used: set[str] = set()
    unclear = False
    for endpoint in stack.endpoints:
        found = configurations_from(endpoint, stack) or configurations_by_name(endpoint, stack)
        used.update(each.id for each in found)
        # A provider that is not configured yet leaves even what is required absent.
        says_nothing = endpoint.configuration_name is None or isinstance(endpoint.configuration_name, Unknown)
        unclear = unclear or (not found and says_nothing)
    return Pairs(frozenset(used), unclear)


def _keys_by_arn(stack: Stack) -> Mapping[str, Sequence[Key]]:
    keys: defaultdict[str, list[Key]] = defaultdict(list)
    for key in stack.of(Key):
        if isinstance(key.arn, str):
            keys[key.arn].append(key)
    return keys


def _configurations_by_name(stack: Stack) -> Mapping[str, Sequence[Configuration]]:
    configurations: defaultdict[str, list[Configuration]] = defaultdict(list)
    for configuration in stack.configurations:
        if isinstance(configuration.name, str):
            configurations[configuration.name].append(configuration)
    return configurations
