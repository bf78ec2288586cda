"""The `terraform` that is on PATH, in a directory of its own, with the stand-in for its AWS provider.

Flags are those of "terraform init", "plan", "apply" and "show" in the Terraform CLI documentation.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.terraform.programs import APPLY, Played

LIMIT_SECONDS = 120  # of one call, which takes less than one
PRINTED = Path(__file__).parent / "printed"


class Terraform:
    """A root module in a directory, of which `terraform show -json` tells plans and the state."""

    def __init__(self, directory: Path, reattach: str, modules: Mapping[str, str] | None = None) -> None:
        self._directory = directory
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))}
        self._environment = {
            **inherited,
            "CHECKPOINT_DISABLE": "1",
            "TF_CLI_CONFIG_FILE": str(directory / "none.tfrc"),
            "TF_IN_AUTOMATION": "1",
            "TF_REATTACH_PROVIDERS": reattach,
        }
        (directory / "none.tfrc").write_text("", encoding="utf-8")
        for name, text in (modules or {}).items():
            (directory / name).mkdir()
            (directory / name / "main.tf").write_text(text, encoding="utf-8")

    def plan(self, program: str, *options: str) -> dict[str, Any]:
        """What is printed of a plan of a program."""
        (self._directory / "main.tf").write_text(program, encoding="utf-8")
        self._run("init", "-input=false")
        self._run("plan", "-input=false", "-out=it.tfplan", *options)
        return self._shown("it.tfplan")

    def apply(self, program: str, *options: str) -> dict[str, Any]:
        """Applies a plan of a program; what is printed of the state after it."""
        self.plan(program, *options)
        self._run("apply", "-input=false", "it.tfplan")
        return self._shown()

    def _shown(self, *what: str) -> dict[str, Any]:
        shown: dict[str, Any] = json.loads(self._run("show", "-json", *what))
        return shown

    def _run(self, *arguments: str) -> str:
        command = ["terraform", *arguments[:1], *(() if "-json" in arguments else ("-no-color",)), *arguments[1:]]
        done = subprocess.run(
            command,
            cwd=self._directory,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            raise AssertionError(f"{' '.join(command)} failed\n{done.stdout}{done.stderr}")
        return done.stdout


def play(directory: Path, reattach: str, played: Played) -> dict[str, Any]:
    """What is printed of the last of the programs."""
    terraform = Terraform(directory, reattach, played.modules)
    for program in played.before:
        terraform.apply(program)
    run = terraform.apply if played.command == APPLY else terraform.plan
    return scrubbed(run(played.program, *played.options))


def scrubbed(printed: dict[str, Any]) -> dict[str, Any]:
    """What is printed, without what is another each time."""
    return {name: value for name, value in printed.items() if name not in ("timestamp", "relevant_attributes")}


def read_printed(name: str) -> dict[str, Any]:
    """What the CLI printed of a program when that was written last."""
    printed: dict[str, Any] = json.loads((PRINTED / f"{name}.json").read_text(encoding="utf-8"))
    return printed


def write_printed(name: str, printed: dict[str, Any]) -> None:
    """Keeps what the CLI printed: a line for each entry."""
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in printed.items()]
    (PRINTED / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
