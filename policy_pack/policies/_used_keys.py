"""The keys of the stack that a configuration uses, or why a policy has none to judge."""

from __future__ import annotations

from collections.abc import Sequence

from policy_pack.judging.verdict import CannotTell, NotApplicable
from policy_pack.stack.links import keys_of
from policy_pack.stack.model import Configuration, Key, Stack
from policy_pack.values import Unknown


def used_keys(configuration: Configuration, stack: Stack) -> Sequence[Key] | NotApplicable | CannotTell:
    """The keys of the stack that a configuration uses; where there is none, why."""
    keys = keys_of(configuration, stack)
    if keys:
        return keys
    if configuration.key is None:
        return NotApplicable("It names no key.")
    if isinstance(configuration.key, Unknown):
        return CannotTell("Its key is not known before the update, and is computed from none of this stack.")
    return NotApplicable("Its key is not made in this stack.")
