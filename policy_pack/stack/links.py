"""The links between the nodes of a stack: which key a configuration uses, which configuration an endpoint.

What a value is computed from is the engine's account of it (`*_sources`), never guessed from `dependsOn`, from a
parent or from another property. A known ARN also names the key of the stack that has it. What a template's outputs
give is computed from what they name in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from policy_pack.aws.key_names import parse_key
from policy_pack.records import dataclass
from policy_pack.stack.model import Alias, Configuration, Endpoint, Grant, Key, KeyPolicy, Node, Place, Stack, Template
from policy_pack.values import Plain, Unknown

Value = TypeVar("Value")


def keys_from(sources: Iterable[str], stack: Stack) -> tuple[Key, ...]:
    """The keys among `sources`, through aliases."""
    return tuple(node for node in _keys_and_aliases(sources, stack) if isinstance(node, Key))


def aliases_from(sources: Iterable[str], stack: Stack) -> tuple[Alias, ...]:
    """The aliases among `sources`, through others."""
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
            pending.extend(node.target_sources)
        elif isinstance(node, Template):
            pending.extend(node.outputs)


def keys_of(configuration: Configuration, stack: Stack) -> tuple[Key, ...]:
    """The keys of the stack that a configuration may use: one, several candidates, or none that is made here.

    What a key is computed from is known even where its provider is not configured yet and the property is absent.
    """
    return stack.cached(_keys_of, configuration)


def _keys_of(stack: Stack, configuration: Configuration) -> tuple[Key, ...]:
    found = keys_from(configuration.key_sources, stack)
    named = configuration.key
    if not isinstance(named, str):
        return found
    # A text that the program put together may be computed from other keys as well.
    meant = tuple(key for key in found if _may_be_named(key, named))
    return meant or tuple(stack.cached(_keys_by_arn).get(named, ()))


def _may_be_named(key: Key, name: str) -> bool:
    parsed = parse_key(name, short_forms=True)
    if not isinstance(key.arn, str) or parsed is None or parsed.key_id is None:
        return True
    return key.arn == name if parsed.is_arn else key.arn.endswith(f"/{parsed.key_id}")


def configurations_from(endpoint: Endpoint, stack: Stack) -> tuple[Configuration, ...]:
    """The configurations of the stack that an endpoint runs, by the name that it takes from them.

    What a name is computed from is not yet what it is: where it is known, only those count that it may name. Where it
    is not, a program may still choose any of those that it is computed from.
    """
    return stack.cached(_configurations_from, endpoint)


def _configurations_from(stack: Stack, endpoint: Endpoint) -> tuple[Configuration, ...]:
    found = tuple(_among(_through_templates(endpoint.configuration_sources, stack), stack))
    name = endpoint.configuration_name
    if not isinstance(name, str):
        return found
    named = configurations_by_name(endpoint, stack)
    meant = tuple(each for each in found if each in named or each.name == name or _is_known_as(name, each))
    # Of what has no known name yet, nobody can say that it is not meant; unless something else certainly is.
    return meant or (() if named else tuple(each for each in found if not isinstance(each.name, str)))


def configurations_left(endpoint: Endpoint, stack: Stack) -> tuple[Configuration, ...]:
    """The configurations of the stack that an endpoint takes its configuration's name from, and that it does not run.

    None where it runs one of them. Of what comes out of a template nobody says which of its outputs it is, so that
    nothing in it is meant for sure.
    """
    if not isinstance(endpoint.configuration_name, str) or configurations_from(endpoint, stack):
        return ()
    return tuple(_among(endpoint.configuration_sources, stack))


def is_of_one_template(one: Node, other: Node) -> bool:
    """Whether both stand in the same template."""
    return one.id != one.urn and one.id.rpartition("#")[0] == other.id.rpartition("#")[0]


def _among(sources: Iterable[str], stack: Stack) -> Iterator[Configuration]:
    for source in sources:
        if isinstance(node := stack.by_id.get(source), Configuration):
            yield node


def _is_known_as(given: str, configuration: Configuration) -> bool:
    """Whether what an endpoint names is a configuration by its ARN, with its name in lower case, or by its id."""
    name = configuration.name
    if given.startswith("arn:") and isinstance(name, str) and given.rpartition("/")[2].lower() == name.lower():
        return True
    return given in configuration.known_as


def is_hidden(sources: Iterable[str], stack: Stack) -> bool:
    """Whether any of `sources` is in a template that cannot be read in full, or is what its outputs give."""
    nodes = (stack.by_id.get(urn) for source in sources for urn in (source, source.rpartition("#")[0]))
    return any(isinstance(node, Template) and node.unreadable for node in nodes)


def _through_templates(sources: Iterable[str], stack: Stack) -> Iterator[str]:
    for source in sources:
        node = stack.by_id.get(source)
        yield from node.outputs if isinstance(node, Template) else (source,)


def configurations_by_name(endpoint: Endpoint, stack: Stack) -> tuple[Configuration, ...]:
    """The configurations of the stack that an endpoint names in so many letters, in its own region as far as known."""
    name = endpoint.configuration_name
    if not isinstance(name, str):
        return ()
    return tuple(
        configuration
        for configuration in stack.cached(_configurations_by_name).get(name, ())
        if same_region(configuration.place, endpoint.place) is not False
    )


def same_region(one: Place, other: Place) -> bool | None:
    """Whether two places are in one region; `None` where nobody knows."""
    if isinstance(one.region, str) and isinstance(other.region, str):
        return one.region == other.region
    if one.decided_by is not None and one.decided_by == other.decided_by:
        return True
    return None


def primary_of(key: Key, stack: Stack) -> Key:
    """The key whose spec, usage and rotation a replica shares, if it is in the stack; else the key itself."""
    primaries = keys_from(key.replica_of, stack)
    return primaries[0] if primaries else key


def policies_of(key: Key, stack: Stack) -> Sequence[Plain]:
    """The policy in effect for a key, `None` for AWS's default one; several where several are given beside it."""
    beside = stack.cached(_key_policies).get(key.id)
    given = [each.policy for each in beside] if beside else [key.policy]
    return [None if isinstance(each, str) and not each.strip() else each for each in given]


def bypasses_lockout_check(key: Key, stack: Stack) -> bool:
    """Whether AWS may have been told not to check that a key's policy can be changed again."""
    given: Sequence[Key | KeyPolicy] = stack.cached(_key_policies).get(key.id) or [key]
    return any(each.bypasses_lockout_check is not False for each in given)


def grants_of(key: Key, stack: Stack) -> Sequence[Grant]:
    """The grants on a key."""
    return stack.cached(_grants).get(key.id, ())


@dataclass(frozen=True)
class Pairs:
    """The ids of the configurations that a stack's Endpoints use, and whether one does not say yet which it uses.

    `left` are those that what an Endpoint names is computed from and that none runs. `hidden` are those that
    templates are given which cannot be read in full, so that an Endpoint in them may use them.
    """

    used: frozenset[str]
    left: frozenset[str]
    unclear: bool
    hidden: frozenset[str]


def pairs(stack: Stack) -> Pairs:
    """What the Endpoints of a stack use."""
    used: set[str] = set()
    left: set[str] = set()
    unclear = False
    for endpoint in stack.endpoints:
        found = configurations_from(endpoint, stack) or configurations_by_name(endpoint, stack)
        used.update(each.id for each in found)
        if isinstance(endpoint.configuration_name, str):
            left.update(each.id for each in _among(endpoint.configuration_sources, stack))
        # A provider that is not configured yet leaves even what is required absent.
        says_nothing = endpoint.configuration_name is None or isinstance(endpoint.configuration_name, Unknown)
        unclear = unclear or (not found and says_nothing)
    closed = (template for template in stack.of(Template) if template.unreadable)
    hidden = frozenset(source for template in closed for source in _through_templates(template.inputs, stack))
    return Pairs(frozenset(used), frozenset(left - used), unclear, hidden)


def _keys_by_arn(stack: Stack) -> Mapping[str, Sequence[Key]]:
    return grouped((key.arn, key) for key in stack.of(Key) if isinstance(key.arn, str))


def _configurations_by_name(stack: Stack) -> Mapping[str, Sequence[Configuration]]:
    return grouped((each.name, each) for each in stack.configurations if isinstance(each.name, str))


def _key_policies(stack: Stack) -> Mapping[str, Sequence[KeyPolicy]]:
    return grouped((key.id, each) for each in stack.of(KeyPolicy) for key in keys_from(each.key_sources, stack))


def _grants(stack: Stack) -> Mapping[str, Sequence[Grant]]:
    return grouped((key.id, each) for each in stack.of(Grant) for key in keys_from(each.key_sources, stack))


def grouped(pairs: Iterable[tuple[str, Value]]) -> Mapping[str, Sequence[Value]]:
    """The values of each key, in the order in which they come."""
    found: defaultdict[str, list[Value]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found
