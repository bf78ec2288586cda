"""Fixtures: the pack in a process of its own, started as the engine starts it."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.harness.answers import Verdicts
from tests.harness.engine import Engine, Stack

ROOT = Path(__file__).parent.parent

# CI tries the same examples every time; anywhere else they are new ones.
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
hypothesis.settings.register_profile("default", deadline=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "default")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Pauses the measuring of coverage in this process for tests that are marked so."""
    if item.get_closest_marker("unmeasured") is None:
        return (yield)
    measuring = sys.gettrace()
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(measuring)


@pytest.fixture(scope="session")
def running_pack() -> Iterator[Engine]:
    """The pack, started once; use `engine`, which forgets what other tests set."""
    with Engine(ROOT) as engine:
        yield engine


@pytest.fixture
def engine(running_pack: Engine) -> Engine:
    """An engine that runs the pack with its default settings, for a stack without configuration."""
    running_pack.configure({})
    running_pack.configure_stack(Stack())
    return running_pack


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Shows the program beside what the pack says of it."""
    if op == "==" and isinstance(left, Verdicts) and isinstance(right, list):
        return left.explain(right)
    return None
