"""Selects the policies that an audit runs from its configuration."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from policy_pack.audit.config import Config
from policy_pack.judging.policy import DISABLED, HIGH, LOW, MEDIUM

SEVERITIES = (LOW, MEDIUM, HIGH)


def narrowed(config: Config, select: Collection[str], ignore: Collection[str], severity: str | None) -> Config:
    """The configuration in which every policy is disabled that is not selected (by full name), or is ignored, or has a
    lower severity. A selected policy keeps its level, so a disabled one stays disabled.
    """
    least = SEVERITIES.index(severity or LOW)
    kept = {
        name
        for name, policy in config.pack.by_full_name.items()
        if (not select or name in select) and name not in ignore and SEVERITIES.index(policy.severity) >= least
    }
    levels = {name: level if name in kept else DISABLED for name, level in config.levels.items()}
    settings = {name: each for name, each in config.settings.items() if levels.get(name) != DISABLED}
    return replace(config, levels=levels, settings=settings)
