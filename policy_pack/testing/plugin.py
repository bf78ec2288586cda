"""The pytest plugin: the fixture `encryption`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from policy_pack.testing import Encryption


@pytest.fixture
def encryption() -> Encryption:
    """The pack with its default levels and settings; see `policy_pack.testing.Encryption`."""
    from policy_pack.testing import Encryption  # imported on first use, since every run of pytest imports this module

    return Encryption()
