"""The setting of the pairing policies: configurations that are managed elsewhere on purpose."""

from __future__ import annotations

from policy_pack.model import Endpoint
from policy_pack.policy import Context
from policy_pack.settings import matches, texts

EXTERNAL_CONFIGURATIONS = texts(
    "externalConfigurations",
    "Names, with * for anything, of endpoint configurations that are managed outside the stack on purpose.",
)


def is_external(endpoint: Endpoint, context: Context) -> bool:
    """Whether an endpoint's configuration is one that the settings say is managed elsewhere."""
    name = endpoint.configuration_name
    patterns = context.settings["externalConfigurations"] or ()
    return isinstance(name, str) and any(matches(name, pattern) for pattern in patterns)
