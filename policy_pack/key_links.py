"""What belongs to a key of the stack: which configurations use it, its primary, its policy, its ARN as far as known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from policy_pack.arn import parse_key
from policy_pack.links import keys_from, keys_of
from policy_pack.model import Configuration, Grant, Key, KeyPolicy, Stack
from policy_pack.values import Plain, Unknown
from policy_pack.verdict import CannotTell, NotApplicable


def used_keys(configuration: Configuration, stack: Stack) -> Sequence[Key] | NotApplicable | CannotTell:
    """The keys of the stack that a configuration uses; where there is none, why."""
    keys = keys_of(configuration, stack)
    if keys:
        return keys
    if configuration.key is None:
        return NotApplicable("It names no key.")
    if isinstance(configuration.key, Unknown):
        return CannotTell("Its key is computed from something else than a key of this stack.")
    return NotApplicable("Its key is not made in this stack.")


def primary_of(key: Key, stack: Stack) -> Key:
    """The key whose spec, usage and rotation a replica shares, if it is in the stack; else the key itself."""
    primaries = keys_from(key.replica_of, stack)
    return primaries[0] if primaries else key


def policies_of(key: Key, stack: Stack) -> Sequence[Plain]:
    """The policy in effect for a key, `None` for AWS's default one; several where several are given beside it."""
    beside = stack.once(_key_policies).get(key.id)
    given = [each.policy for each in beside] if beside else [key.policy]
    return [None if isinstance(each, str) and not each.strip() else each for each in given]


def grants_of(key: Key, stack: Stack) -> Sequence[Grant]:
    """The grants on a key."""
    return stack.once(_grants).get(key.id, ())


def region_of(key: Key) -> str | None:
    """The region of a key, if it is known."""
    return key.place.region if isinstance(key.place.region, str) else None


def arn_of(key: Key) -> str:
    """The ARN of a key, with gaps for what is not known of it."""
    if isinstance(key.arn, str) and parse_key(key.arn, short_forms=False) is not None:
        return key.arn
    from policy_pack.iam import sagemaker  # no sooner than a policy is evaluated
    from policy_pack.iam.texts import GAP

    return sagemaker.key_arn(region_of(key), key.account if isinstance(key.account, str) else GAP)


def _key_policies(stack: Stack) -> Mapping[str, Sequence[KeyPolicy]]:
    found: defaultdict[str, list[KeyPolicy]] = defaultdict(list)
    for each in stack.of(KeyPolicy):
        for key in keys_from(each.key_sources, stack):
            found[key.id].append(each)
    return found


def _grants(stack: Stack) -> Mapping[str, Sequence[Grant]]:
    found: defaultdict[str, list[Grant]] = defaultdict(list)
    for each in stack.of(Grant):
        for key in keys_from(each.key_sources, stack):
            found[key.id].append(each)
    return found
