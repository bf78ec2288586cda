"""The `pulumi` that is on PATH, in a world of its own: state in a directory, the stand-in for AWS, this pack.

Flags are those of "pulumi preview", "pulumi up", "pulumi stack", "pulumi config" and "pulumi policy" in the Pulumi CLI
reference; ``--event-log`` is there where PULUMI_DEBUG_COMMANDS is set, as the Automation API does.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
VIRTUAL_ENVIRONMENT = Path(sys.prefix)
LIMIT_SECONDS = 300  # of one call; the first installation of a pack takes a dozen


@dataclass(frozen=True)
class Operation:
    """What a preview or an update came to: its exit status, what it printed and the engine's events."""

    status: int
    printed: str
    events: tuple[dict[str, Any], ...]

    @property
    def violations(self) -> set[tuple[str, str, str]]:
        """Level, full name of the policy, and resource ("" for the stack)."""
        found = (event["policyEvent"] for event in self.events if "policyEvent" in event)
        return {
            (
                # Events have their own word for advisory.
                "advisory" if each["enforcementLevel"] == "warning" else each["enforcementLevel"],
                each["policyName"],
                each.get("resourceUrn", "").rpartition("::")[2],
            )
            for each in found
        }

    @property
    def remediated(self) -> set[tuple[str, str]]:
        """Full name of the policy, and resource."""
        found = (event["policyRemediationEvent"] for event in self.events if "policyRemediationEvent" in event)
        return {(each["policyName"], each["resourceUrn"].rpartition("::")[2]) for each in found}


class Cli:
    """A project with a stack `dev` in a directory, and this pack beside it."""

    def __init__(self, directory: Path, program: str, config: Mapping[str, str], **environment: str) -> None:
        self._directory = directory
        self._environment = {**plugin_environment(directory), **environment}
        self.project = directory / "project"
        self.pack = directory / "pack"
        _write_project(self.project, program)
        write_pack(self.pack)
        for package in ("aws", "aws-native"):
            write_plugin(directory / "bin", package)
        (directory / "state").mkdir(exist_ok=True)
        self.run("stack", "init", "dev")
        for key, value in config.items():
            self.run("config", "set", key, value)

    def preview(self, settings: Path | None = None) -> Operation:
        """A preview with the pack, with `settings` as its configuration file."""
        return self._operate(["preview"], settings)

    def preview_enforced(self) -> Operation:
        """A preview with the packs that the organization enforces, and no other."""
        done = self.run("preview", check=False)
        return Operation(done.returncode, done.stdout + done.stderr, ())

    def update(self, settings: Path | None = None) -> Operation:
        """An update with the pack that skips its preview."""
        return self._operate(["up", "--yes", "--skip-preview"], settings)

    def settings(self, content: Mapping[str, Any], name: str = "settings.json") -> Path:
        """Writes a configuration file of a pack."""
        path = self._directory / name
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    def export(self) -> dict[str, Any]:
        """The stack's exported state."""
        exported: dict[str, Any] = json.loads(self.run("stack", "export").stdout)
        return exported

    def run(
        self, *arguments: str, check: bool = True, cwd: Path | None = None, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Runs the CLI in the project; with `check`, a failure is an error that shows what it printed.

        After `LIMIT_SECONDS` it is ended with all that it started, and that is an error: it waits for ever for an
        interpreter that is not there, and not even SIGTERM ends it then.
        """
        command = ["pulumi", *arguments, "--non-interactive"]
        with subprocess.Popen(
            command,
            cwd=cwd or self.project,
            env={**self._environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        ) as process:
            try:
                stdout, stderr = process.communicate(timeout=LIMIT_SECONDS)
            except subprocess.TimeoutExpired as error:
                os.killpg(process.pid, signal.SIGKILL)
                raise AssertionError(f"pulumi {' '.join(arguments)} did not end in {LIMIT_SECONDS} s") from error
        if check and process.returncode != 0:
            raise AssertionError(f"pulumi {' '.join(arguments)} failed\n{stdout}{stderr}")
        return subprocess.CompletedProcess(command, process.returncode, stdout, stderr)

    def _operate(self, command: list[str], settings: Path | None) -> Operation:
        log = self._directory / "events.jsonl"
        log.unlink(missing_ok=True)
        pack = ["--policy-pack", str(self.pack)]
        if settings is not None:
            pack += ["--policy-pack-config", str(settings)]
        done = self.run(*command, *pack, "--event-log", str(log), check=False)
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        return Operation(done.returncode, done.stdout + done.stderr, tuple(map(json.loads, lines)))


def _write_project(project: Path, program: str) -> None:
    project.mkdir()
    (project / "__main__.py").write_text(program, encoding="utf-8")
    options = f"    toolchain: pip\n    virtualenv: {VIRTUAL_ENVIRONMENT}\n"
    (project / "Pulumi.yaml").write_text(
        f"name: shop\nruntime:\n  name: python\n  options:\n{options}", encoding="utf-8"
    )


def write_pack(pack: Path) -> None:
    """Copies the pack as it is, to run in this process's virtual environment rather than one of its own."""
    pack.mkdir()
    shutil.copy(ROOT / "__main__.py", pack)
    shutil.copytree(ROOT / "policy_pack", pack / "policy_pack", ignore=shutil.ignore_patterns("__pycache__"))
    project = (ROOT / "PulumiPolicy.yaml").read_text(encoding="utf-8")
    assert "virtualenv: .venv\n" in project
    own = project.replace("virtualenv: .venv\n", f"virtualenv: {VIRTUAL_ENVIRONMENT}\n")
    (pack / "PulumiPolicy.yaml").write_text(own, encoding="utf-8")


def write_plugin(directory: Path, package: str) -> Path:
    """Writes the executable by which the engine starts the stand-in for a package's provider."""
    directory.mkdir(exist_ok=True)
    plugin = directory / f"pulumi-resource-{package}"
    plugin.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tests.engine.provider "$@"\n', encoding="utf-8")
    plugin.chmod(0o755)
    return plugin


def plugin_environment(directory: Path) -> dict[str, str]:
    """The variables of the CLI's process, which the plugins and the pack inherit."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PULUMI_"))}
    return {
        **inherited,
        "PATH": os.pathsep.join([str(directory / "bin"), str(VIRTUAL_ENVIRONMENT / "bin"), inherited.get("PATH", "")]),
        "PYTHONPATH": str(ROOT),
        "PULUMI_HOME": str(directory / "home"),
        "PULUMI_BACKEND_URL": f"file://{directory / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE": "passphrase",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_DEBUG_COMMANDS": "true",
    }
