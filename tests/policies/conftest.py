"""Fixtures for the tests of single policies."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness.engine import Engine
from tests.policies.phases import Judging


@pytest.fixture
def judging(engine: Engine, tmp_path: Path) -> Judging:
    """Judges programs in each phase."""
    return Judging(engine, tmp_path)
