"""The examples: their states are current, and the pack says of them what `examples/README.md` promises."""

from __future__ import annotations

import json

import pytest

from tests.examples import DIRECTORY, deployed, examples, settings_of, state
from tests.harness.answers import Triple
from tests.harness.engine import Engine
from tests.harness.recordings import PHASES, send

MISTAKES: list[Triple] = [
    ("mandatory", "encryption-at-rest-enabled", "no-key"),
    ("mandatory", "customer-managed-key", "aws-managed-key"),
    ("mandatory", "endpoint-follows-replacement", "by-hand"),
    ("advisory", "replacement-safe", "by-hand"),
    ("advisory", "key-covers-instance-storage", "local-storage"),
]
BYPASS: list[Triple] = [
    ("mandatory", "encryption-at-rest-enabled", "native"),
    ("mandatory", "encryption-at-rest-enabled", "cloud-control"),
    ("mandatory", "encryption-at-rest-enabled", "cloudformation"),
    ("advisory", "paired-with-endpoint", "cloud-control"),
]
SAYS: dict[str, dict[str, list[Triple]]] = {
    "encrypted": {"preview": [], "update": []},
    "mistakes": {
        "preview": [*MISTAKES, ("mandatory", "key-resource-in-same-region", "far-key")],
        "update": [*MISTAKES, ("mandatory", "key-in-same-region", "far-key")],
    },
    "bypass": {"preview": BYPASS, "update": BYPASS},
}


def test_every_example_is_here() -> None:
    assert examples() == sorted(SAYS)


@pytest.mark.parametrize("name", SAYS)
def test_state_is_current(name: str) -> None:
    committed = json.loads(state(name).read_text(encoding="utf-8"))
    assert committed == deployed(name).export, "run python -m tests.examples"


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("name", SAYS)
def test_what_the_pack_says(name: str, phase: str, engine: Engine) -> None:
    source = (DIRECTORY / name / "python" / "__main__.py").read_text(encoding="utf-8")
    assert send(engine, deployed(name, phase).requests, f"{phase} of\n{source}") == SAYS[name][phase]


@pytest.mark.parametrize("name", SAYS)
def test_both_languages_are_one_project(name: str) -> None:
    python, typescript = (settings_of(name, language) for language in ("python", "typescript"))
    assert python == typescript
    assert (DIRECTORY / name / "typescript" / "index.ts").is_file()
