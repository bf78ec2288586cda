"""The setting that lists endpoint configurations that are managed outside the stack on purpose."""

from __future__ import annotations

from policy_pack.judging.patterns import matches
from policy_pack.judging.policy import Context
from policy_pack.judging.settings import texts
from policy_pack.values import Text

EXTERNAL_CONFIGURATIONS = texts(
    "externalConfigurations",
    "The names, with * for anything, of endpoint configurations that are managed outside the stack on purpose, or "
    "whose Endpoint is.",
)


def is_managed_elsewhere(name: Text, context: Context) -> bool:
    """Whether the settings list the configuration with this name."""
    patterns = context.settings["externalConfigurations"] or ()
    return isinstance(name, str) and any(matches(name, pattern) for pattern in patterns)
