"""The targets by name."""

from __future__ import annotations

from typing import Any

from tests.fuzz import (
    configurations,
    containers,
    identities,
    key_policies,
    raw,
    reports,
    sections,
    settings,
    spellings,
    states,
    templates,
    terraform,
    wire,
    worse,
)

TARGETS: dict[str, Any] = {
    "wire": wire,
    "worse": worse,
    "template": templates,
    "keypolicy": key_policies,
    "state": states,
    "settings": settings,
    "identity": identities,
    "section": sections,
    "raw": raw,
    "spelling": spellings,
    "terraform": terraform,
    "configuration": configurations,
    "report": reports,
    "container": containers,
}
