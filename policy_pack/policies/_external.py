"""The setting of the pairing policies: what is managed outside the stack on purpose."""

from __future__ import annotations

from policy_pack.judging.patterns import matches
from policy_pack.judging.policy import Context
from policy_pack.judging.settings import texts
from policy_pack.values import Text

EXTERNAL_CONFIGURATIONS = texts(
    "externalConfigurations",
    "Names, with * for anything, of endpoint configurations that are, or whose Endpoint is, managed outside the stack "
    "on purpose.",
)


def is_external(name: Text, context: Context) -> bool:
    """Whether the configuration of this name is one that the settings list."""
    patterns = context.settings["externalConfigurations"] or ()
    return isinstance(name, str) and any(matches(name, pattern) for pattern in patterns)
