"""The links between the nodes of a stack: which key a configuration uses, which configuration an endpoint.

What a value is computed from is the engine's account of it (`*_sources`), never guessed from `dependsOn`, from a
parent or from another property. A known ARN also names the key of the stack that has it.
"""

from __future__ import annotations

from collections.abc import Iterable

from policy_pack.model import Alias, Configuration, Endpoint, Key, Stack
from policy_pack.place import same_region


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
    """The keys of the stack that a configuration may use: one, several candidates, or none that is made here."""
    if configuration.key is None:
        return ()
    found = keys_from(configuration.key_sources, stack)
    if found or not isinstance(configuration.key, str):
        return found
    return tuple(key for key in stack.of(Key) if key.arn == configuration.key)


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
        for configuration in stack.configurations
        if configuration.name == name and same_region(configuration.place, endpoint.place) is not False
    )
