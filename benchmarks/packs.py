"""The policy packs that are compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from policy_pack.judging.policy import RESOURCE, STACK
from policy_pack.policies import PACK

_HERE = Path(__file__).parent
_KINDS = Counter(policy.kind for policy in PACK.policies)


@dataclass(frozen=True)
class Pack:
    """A policy pack: its name in results, a description, its folder, and its configuration."""

    name: str
    what: str
    directory: Path
    environment: Mapping[str, str] = field(default_factory=dict, hash=False)
    reads_the_stack: bool = False  # in the SDK's way, in seconds and not in milliseconds


OURS = Pack("this pack", f"this pack: {_KINDS[RESOURCE]} resource and {_KINDS[STACK]} stack policies", _HERE.parent)
BARE = Pack("bare service", "an Analyzer service in Python that answers nothing", _HERE / "packs" / "bare")
STOCK = Pack(
    "stock SDK pack",
    f"the SDK with {_KINDS[RESOURCE]} resource and {_KINDS[STACK]} stack policies that do nothing",
    _HERE / "packs" / "stock",
    {"RESOURCE_POLICIES": str(_KINDS[RESOURCE]), "STACK_POLICIES": str(_KINDS[STACK])},
    reads_the_stack=True,
)
NAIVE = Pack("one naive policy", "the SDK with one resource policy that reads kmsKeyArn", _HERE / "packs" / "naive")

PACKS = (BARE, OURS, NAIVE, STOCK)
