"""The carriers: the ways in which an endpoint configuration gets into a stack, each read into the model.

A carrier is a module with three names: its `TITLE`; `READERS`, which says how each type of resource is read
(`policy_pack.carriers.kinds`); and `KEY_WRITERS`, which has a function for each type whose key can be filled in, to set
the key in a resource's properties. A new carrier is a module and a line in `policy_pack.carriers.registry`.

The names here are the registry's. They are loaded on first use, since the registry loads every carrier.
"""

from __future__ import annotations

from threading import RLock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from policy_pack.carriers.place import Surroundings
    from policy_pack.carriers.registry import CARRIERS, KEY_WRITERS, READERS, SUBJECTS, KeyWriter, concerning, read

__all__ = ["CARRIERS", "KEY_WRITERS", "READERS", "SUBJECTS", "KeyWriter", "Surroundings", "concerning", "read"]

# Python lets a thread that waits for another's import go on with half a module if the import fails.
_LOADING = RLock()


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with _LOADING:
        from policy_pack.carriers import registry

    found = globals()[name] = getattr(registry, name)
    return found
