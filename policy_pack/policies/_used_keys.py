"""The keys of the stack that a configuration uses, or why there is no key for a policy to judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from policy_pack.gaps import GAP
from policy_pack.judging.phase import FINAL
from policy_pack.judging.policy import Context
from policy_pack.judging.verdict import CannotTell, NotApplicable
from policy_pack.stack.links import aliases_from, keys_of
from policy_pack.stack.model import Configuration, Key
from policy_pack.values import PartlyKnown, Unknown


def used_keys(configuration: Configuration, context: Context) -> Sequence[Key] | NotApplicable | CannotTell:
    """The keys of the stack that a configuration uses, or the reason why there is none."""
    keys = keys_of(configuration, context.stack)
    if keys:
        return keys
    if configuration.key is None:
        return NotApplicable("The configuration names no key.")
    if isinstance(configuration.key, Unknown):
        return _assigned(of_unknown_key(configuration, context), configuration, context)
    return NotApplicable("The key is not made in this stack.")


def _assigned(
    why: NotApplicable | CannotTell, configuration: Configuration, context: Context
) -> NotApplicable | CannotTell:
    """The reason, assigned to the policy about the key's Region, unless that policy has something to compare."""
    if isinstance(why, NotApplicable) or isinstance(configuration.key, PartlyKnown):
        return why
    is_compared = aliases_from(configuration.key_sources, context.stack)
    return why if is_compared else replace(why, said_by="key-resource-in-same-region")


def of_unknown_key(configuration: Configuration, context: Context) -> NotApplicable | CannotTell:
    """Why there is no key of the stack to judge if it is not known which key a configuration names."""
    named = configuration.key
    # No key ID contains a template's pseudo parameters.
    in_part = isinstance(named, PartlyKnown) and GAP not in named.text
    final = context.phase in FINAL and context.stack.tells_dependencies
    if in_part or (final and not configuration.key_sources):
        # Its value comes from outside the stack, like a literal ARN.
        return NotApplicable("The key does not come from a key resource of this stack.")
    return CannotTell("The key does not come from a key resource of this stack and is not known before the update.")
