"""The pack answers what the real engine sent as `expected.json` says."""

from __future__ import annotations

import pytest

from tests.harness.engine import Engine
from tests.harness.recordings import Recording, recordings, replay


@pytest.mark.parametrize("recording", recordings(), ids=str)
def test_recording(recording: Recording, engine: Engine) -> None:
    assert replay(engine, recording) == recording.expected
