"""Pulumi programs in Python, for `explain`: what violates a policy, and what meets it."""

from __future__ import annotations

CODE: dict[str, tuple[str, str]] = {}
