"""Tests the pack with the allowed versions of Python and its packages, with all recordings: ``make versions``.

A row is a Python version and constraints. A Python that this machine does not have is reported as skipped. Rows beyond
the packages' own metadata are tested too, and marked: they show what happens on a machine that has such versions.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.harness.engine import Engine
from tests.harness.recordings import recordings, replay
from tools.pack import fill

ROOT = Path(__file__).parent.parent
PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")


@dataclass(frozen=True)
class Row:
    """A combination to test: `pins` are installed with requirements.txt, `forced` afterwards without pip's checks."""

    python: str
    what: str
    pins: tuple[str, ...] = ()
    forced: tuple[str, ...] = ()


def rows() -> Iterator[Row]:
    """The newest and the oldest allowed packages on each Python, the lock, and later protobuf versions."""
    for python in PYTHONS:
        yield Row(python, "newest")
        yield Row(python, "oldest", oldest())
    yield Row(PYTHONS[1], "protobuf 6", forced=("protobuf>=6,<7",))
    yield Row(PYTHONS[1], "protobuf 7", forced=("protobuf>=7,<8",))


def oldest() -> tuple[str, ...]:
    """The lower bounds of requirements.txt, as pins."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return tuple(f"{name}=={least}" for name, least in re.findall(r"^(pulumi[a-z-]*)>=([0-9.]+)", text, re.MULTILINE))


def interpreter(version: str) -> str | None:
    """The interpreter of a Python version: from PATH, or from pyenv."""
    candidates = [shutil.which(f"python{version}")]
    if (pyenv := shutil.which("pyenv")) is not None:
        listed = subprocess.run([pyenv, "prefix", version], capture_output=True, text=True, check=False)
        candidates += [f"{each}/bin/python" for each in listed.stdout.strip().split(":") if each]
    for each in filter(None, candidates):
        command = [each, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        if subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip() == version:
            return each
    return None


def attempt(row: Row, folder: Path) -> str:
    """The result of a row: "as expected" with the versions, or what went wrong."""
    base = interpreter(row.python)
    if base is None:
        return "skipped: there is no such Python here"
    fill(ROOT, folder)
    python = str(folder / ".venv" / "bin" / "python")
    install = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", python]
    steps = [
        [sys.executable, "-m", "uv", "venv", "--quiet", "--python", base, str(folder / ".venv")],
        [*install, "-r", str(folder / "requirements.txt"), *row.pins],
        *([[*install, "--no-deps", *row.forced]] if row.forced else []),
    ]
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return f"not installed: {(done.stderr.strip().splitlines() or ['no reason given'])[-1][:200]}"
    wrong = []
    with Engine(folder, python=python) as engine:
        for recording in recordings():
            engine.configure({})
            if replay(engine, recording) != recording.expected:
                wrong.append(str(recording))
    return f"other answers to {', '.join(wrong)}" if wrong else f"as expected ({versions(python)})"


def versions(python: str) -> str:
    """The installed versions of the packages that matter."""
    script = "import importlib.metadata as m; print(', '.join(f'{n} {m.version(n)}' for n in NAMES))"
    names = repr(("pulumi", "pulumi-policy", "protobuf", "grpcio"))
    done = subprocess.run([python, "-c", script.replace("NAMES", names)], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def main() -> int:
    failed = False
    for row in rows():
        with tempfile.TemporaryDirectory() as folder:
            try:
                result = attempt(row, Path(folder) / "pack")
            except Exception as error:  # noqa: BLE001 - a pack that does not start is a result too
                result = f"did not run: {str(error).strip().splitlines()[-1][:200]}"
        # A failure that the packages' own metadata rule out is reported, but does not fail the command.
        failed |= not result.startswith(("as expected", "skipped")) and not row.forced
        beyond = " (beyond what the packages allow)" if row.forced else ""
        print(f"Python {row.python}, {row.what}{beyond}: {result}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
