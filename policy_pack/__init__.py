"""The policy pack: SageMaker endpoint configurations are encrypted at rest with a key that works.

Public names are loaded on first use, so that a preview loads only what it needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from policy_pack.compose import SelectionError, sdk_policies, select_policies, serve
    from policy_pack.judging.pack import Pack
    from policy_pack.judging.policy import Context, Policy
    from policy_pack.judging.verdict import COMPLIANT, CannotTell, Compliant, Decision, NotApplicable, Violation
    from policy_pack.policies import PACK
    from policy_pack.stack.model import Configuration, Endpoint, Key, Stack
    from policy_pack.values import Unknown

__version__ = "0.1.0"  # the same as in PulumiPolicy.yaml, which the engine reads

__all__ = [
    "COMPLIANT",
    "PACK",
    "CannotTell",
    "Compliant",
    "Configuration",
    "Context",
    "Decision",
    "Endpoint",
    "Key",
    "NotApplicable",
    "Pack",
    "Policy",
    "SelectionError",
    "Stack",
    "Unknown",
    "Violation",
    "sdk_policies",
    "select_policies",
    "serve",
]

_HOMES = {
    "policy_pack.compose": ("SelectionError", "sdk_policies", "select_policies", "serve"),
    "policy_pack.judging.pack": ("Pack",),
    "policy_pack.judging.policy": ("Context", "Policy"),
    "policy_pack.judging.verdict": (
        "COMPLIANT",
        "CannotTell",
        "Compliant",
        "Decision",
        "NotApplicable",
        "Violation",
    ),
    "policy_pack.policies": ("PACK",),
    "policy_pack.stack.model": ("Configuration", "Endpoint", "Key", "Stack"),
    "policy_pack.values": ("Unknown",),
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
