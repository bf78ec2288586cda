"""The targets by name."""

from __future__ import annotations

from typing import Any

from tests.fuzz import key_policies, settings, states, templates, wire, worse

TARGETS: dict[str, Any] = {
    "wire": wire,
    "worse": worse,
    "template": templates,
    "keypolicy": key_policies,
    "state": states,
    "settings": settings,
}
