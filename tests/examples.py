"""The examples' exported states: what ``pulumi stack export`` would write after an update, without AWS.

``python -m tests.examples`` writes ``examples/NAME/state.json`` from ``examples/NAME/python`` anew. It runs the program
through the tests' engine (`tests.harness.program`); ids, ARNs and generated names are those of a stand-in for AWS.
"""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.harness import aws_native
from tests.harness.engine import Stack
from tests.harness.program import Deployment, deploy

DIRECTORY = Path(__file__).parent.parent / "examples"


def examples() -> list[str]:
    """The names of the examples that are programs."""
    return sorted(path.parent.parent.name for path in DIRECTORY.glob("*/python/Pulumi.yaml"))


def deployed(name: str, phase: str = "update") -> Deployment:
    """An example as its Python program and the configuration of its stack `dev` make it."""
    project, config = settings_of(name, "python")
    program = DIRECTORY / name / "python" / "__main__.py"
    sys.modules.setdefault("pulumi_aws_native", aws_native)
    return deploy(lambda: runpy.run_path(str(program)), phase=phase, stack=Stack(config=config, project=project))


def settings_of(name: str, language: str) -> tuple[str, dict[str, str]]:
    """The name of an example's project, and the configuration of its stack, in one of its languages."""
    directory = DIRECTORY / name / language
    return _yaml(directory / "Pulumi.yaml")["name"], _yaml(directory / "Pulumi.dev.yaml")["config"]


def state(name: str) -> Path:
    """The file of an example's exported state."""
    return DIRECTORY / name / "state.json"


def main() -> None:
    """Writes the states of all examples."""
    for name in examples():
        state(name).write_text(json.dumps(deployed(name).export, indent=2) + "\n", encoding="utf-8")


def _yaml(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return read


if __name__ == "__main__":
    main()
