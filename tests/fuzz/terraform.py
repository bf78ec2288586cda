"""What ``terraform show -json`` writes: whatever is changed, it is judged or said to be unusable, and leaks nothing.

What is wrong stays wrong where the fields beside the values of resources hold what they never hold.
"""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from tests.fuzz import states
from tests.fuzz.garbage import HOSTILE, WRONG, mutated, paths

DIRECTORY = Path(__file__).parent.parent / "audit" / "terraform"
# What says nothing of what is made: a reader that relies on it would be at fault.
ASIDE = (
    "terraform_version",
    "timestamp",
    "applyable",
    "complete",
    "errored",
    "schema_version",
    "provider_name",
    "sensitive_values",
    "before_sensitive",
    "after_sensitive",
    "replace_paths",
    "relevant_attributes",
)


@cache
def seeds() -> list[Any]:
    """Plans and states of Terraform and OpenTofu."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(DIRECTORY.glob("*.json"))]


@cache
def wrong() -> list[Any]:
    """Those in which something is wrong."""
    return [each for each in seeds() if states.is_wrong(states.audited(json.dumps(each)))]


def make(random: Random) -> Any:
    if random.random() < 0.6:
        document = mutated(random, random.choice(seeds()), times=8)
        return {"text": json.dumps(document), "wrong": False}
    document = copy.deepcopy(random.choice(wrong()))
    _set_aside(random, document)
    return {"text": json.dumps(document), "wrong": True}


def _set_aside(random: Random, document: Any) -> None:
    for path in list(paths(document)):
        if path[-1] in ASIDE[:5] and random.random() < 0.5:
            parent = document
            for step in path[:-1]:
                parent = parent[step]
            if isinstance(parent, dict):
                parent[path[-1]] = random.choice((*WRONG, *HOSTILE))


def faults(given: Any, engine: Any) -> list[str]:
    return states.faults(given, engine)
