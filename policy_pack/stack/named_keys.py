"""The keys of a stack that a known text names: an ARN, a key ID or an alias, as the AWS KMS API reads them.

Source: "Key identifiers (KeyId)" in the AWS KMS Developer Guide: a key ID and the name of an alias are looked up in the
caller's account and Region.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from policy_pack.aws.key_names import KeyName, parse_key
from policy_pack.stack.links import grouped, keys_from, same_region
from policy_pack.stack.model import Alias, Key, Place, Stack


def keys_meant(name: str, sources: Iterable[str], place: Place, stack: Stack) -> tuple[Key, ...]:
    """The keys that the text `name` at `place` means, given its sources."""
    # A text that the program composed may be computed from other keys as well.
    meant = tuple(key for key in keys_from(sources, stack) if _may_be_named(key, name))
    return meant or _keys_named(name, place, stack)


def targets(alias: Alias, name: str, stack: Stack) -> Sequence[str]:
    """The sources of the key of an alias that names it by the text `name`."""
    found = [(source, stack.by_id.get(source)) for source in alias.target_sources]
    meant = [source for source, node in found if not isinstance(node, Key) or _may_be_named(node, name)]
    return meant or [key.id for key in _keys_named(name, alias.place, stack)]


def _may_be_named(key: Key, name: str) -> bool:
    parsed = parse_key(name, short_forms=True)
    if not isinstance(key.arn, str) or parsed is None or parsed.key_id is None:
        return True
    return key.arn == name if parsed.is_arn else key.arn.endswith(f"/{parsed.key_id}")


def _keys_named(name: str, place: Place, stack: Stack) -> tuple[Key, ...]:
    """The keys of the stack that `name` means for a resource at `place`; also through an alias of the stack."""
    parsed = parse_key(name, short_forms=True)
    if parsed is None:
        return ()
    if parsed.alias is None:
        found = stack.cached(_keys_by_id).get(parsed.key_id or "", ())
        return tuple(each for each in found if _is_meant(each, name, parsed, place))
    aliases = stack.cached(_aliases_by_name).get(parsed.alias, ())
    return keys_from((each.id for each in aliases if _is_meant(each, name, parsed, place)), stack)


def _is_meant(node: Key | Alias, name: str, parsed: KeyName, place: Place) -> bool:
    if not parsed.is_arn:
        return same_region(node.place, place) is not False
    if isinstance(node.arn, str):
        return node.arn == name
    return node.place.region == parsed.region


def _keys_by_id(stack: Stack) -> Mapping[str, Sequence[Key]]:
    return grouped((key.arn.rpartition("/")[2], key) for key in stack.of(Key) if isinstance(key.arn, str))


def _aliases_by_name(stack: Stack) -> Mapping[str, Sequence[Alias]]:
    return grouped((each.name, each) for each in stack.of(Alias) if isinstance(each.name, str))
