"""Helpers for tests of programs, components and policies, without the Pulumi CLI, an account or a network.

The pytest plugin has a fixture, `encryption`, which is an `Encryption` with the pack's own policies and defaults::

    def test_serving_component(encryption):
        said = encryption.preview(lambda: Serving("ranking", key=aws.kms.Key("key")))
        assert said.clean, said
"""

from __future__ import annotations

from policy_pack.testing.encryption import Encryption, Said, Statement
from policy_pack.testing.monitor import World
from policy_pack.testing.stack import Stack

__all__ = ["Encryption", "Said", "Stack", "Statement", "World"]
