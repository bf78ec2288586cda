"""Whether a physical name is generated, so that a replacement gets a new name.

A name is generated if none was given, if it is the logical name, a dash and 7 hex digits, or if it matches an
auto-naming pattern with a random part in the stack's configuration. How a resource that the stack only reads was named
is not known. Nor is whether a name that ends like a hash changes with the key: programs hash what replaces a resource.

Sources: "Resource names" and "Auto-naming configuration" in the Pulumi documentation.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from policy_pack.expressions import expression
from policy_pack.stack.model import Resource
from policy_pack.stack.urn import stack_and_project
from policy_pack.values import UNKNOWN, Plain, Unknown, get, text

CONFIGURATION = "pulumi:autonaming"

_SUFFIX = expression("[0-9a-f]{7}")
# With a letter and a digit, unlike a date, a version or a word; also the last part of a UUID.
_HASH = expression("-(?=[0-9a-f]*[a-f])(?=[0-9a-f]*[0-9])[0-9a-f]{7,64}$")
_LONGEST = 63  # characters of a SageMaker name; longer names are not matched with a pattern

# An expression contains no brace or other expression, so that each is read once.
_EXPRESSION = expression(r"\$\{([^${}]*)\}")
_RANDOM = expression(r"(hex|alphanum|string|num)\(([0-9]{1,2})\)|uuid")
_CHARACTERS = {
    "hex": frozenset("0123456789abcdef"),
    "alphanum": frozenset("0123456789abcdefghijklmnopqrstuvwxyz"),
    "string": frozenset("abcdefghijklmnopqrstuvwxyz"),
    "num": frozenset("0123456789"),
}


def is_generated(name: Plain, resource: Resource, config: Mapping[str, str]) -> bool | Unknown:
    """Whether the physical `name` of a resource is generated; `config` is the stack's configuration."""
    known = text(name)
    if isinstance(known, Unknown):
        return known
    if not isinstance(known, str):
        return True
    if resource.external:
        return UNKNOWN
    # Not a regular expression of the logical name: each would have to be compiled.
    if known.startswith(f"{resource.name}-") and _SUFFIX.fullmatch(known, len(resource.name) + 1) is not None:
        return True
    return (CONFIGURATION in config and _fits(known, resource, config[CONFIGURATION])) or given_by_hand(known)


def given_by_hand(name: str) -> bool | Unknown:
    """The answer for a name that the program gives: not generated, or unknown if it ends like a hash."""
    return UNKNOWN if ends_like_a_hash(name) else False


def ends_like_a_hash(name: str) -> bool:
    """Whether the last part of a name, after a dash, may be a hash in hexadecimal."""
    return _HASH.search(name) is not None


def _fits(name: str, resource: Resource, configuration: str) -> bool:
    pattern = next(_patterns(resource.type, _parsed(configuration)), None)
    if pattern is None or len(name) > _LONGEST or not any(map(_RANDOM.fullmatch, _EXPRESSION.findall(pattern))):
        return False
    # The possible positions in the name: never more than it has characters, whatever the pattern is.
    ends = {0}
    for index, part in enumerate(_EXPRESSION.split(pattern)):
        ends = {end for start in ends for end in _read(part, index % 2 == 1, name, start, resource)}
        if not ends:
            return False
    return len(name) in ends


def _parsed(configuration: str) -> Any:
    try:
        return json.loads(configuration)
    except (ValueError, RecursionError):
        return None


def _patterns(kind: str, configuration: Any) -> Iterator[str | None]:
    """The pattern for a type: its own, its provider's, or the general one; `None` if that is a mode, not a pattern."""
    of_provider = get(configuration, "providers", kind.partition(":")[0])
    for section in (get(of_provider, "resources", kind), of_provider, configuration):
        pattern = get(section, "pattern")
        if isinstance(pattern, str):
            yield pattern
        elif get(section, "mode") is not None:
            yield None


def _read(part: str, is_expression: bool, name: str, start: int, resource: Resource) -> Iterable[int]:
    """The possible end positions in a name of a part of the pattern that begins at a start position."""
    if is_expression:
        if random := _RANDOM.fullmatch(part):
            kind, length = random.groups()
            characters, size = (_CHARACTERS[kind], int(length)) if kind else (_CHARACTERS["hex"] | {"-"}, 36)
            return (
                [start + size]
                if len(name) >= start + size and characters.issuperset(name[start : start + size])
                else []
            )
        stack, project = stack_and_project(resource.urn)
        known = {"name": resource.name, "stack": stack, "project": project}
        if part not in known:
            return range(start + 1, len(name) + 1)
        part = known[part]
    return [start + len(part)] if name.startswith(part, start) else []
