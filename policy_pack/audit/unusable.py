"""Why a document cannot be audited."""

from __future__ import annotations


class Unusable(Exception):
    """A document that cannot be audited; its text says why, after "it"."""


class NoStack(Unusable):
    """A JSON document that is something else than a stack."""
