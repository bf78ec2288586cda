"""Why a document cannot be audited."""

from __future__ import annotations


class Unusable(Exception):
    """A document that cannot be audited; its text says why, as the end of a sentence about it."""


class NoStack(Unusable):
    """A JSON document that is not a stack."""
