"""Every command of the README works as typed in a clean clone; those of the Pulumi CLI where there is one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow

BLOCKS = re.findall(r"^```sh\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
LINES = [line for block in BLOCKS for line in block.splitlines() if line.strip()]
PULUMI = [line for line in LINES if line.startswith("pulumi ")]
OTHER = [line for line in LINES if line not in PULUMI]


def copied(directory: Path) -> Path:
    """What git knows of the checkout, uncommitted changes included."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in names:
        if name and (ROOT / name).is_file():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, directory / name)
    return directory


def test_there_are_commands() -> None:
    assert len(OTHER) > 3
    assert len(PULUMI) > 1


@pytest.mark.slow
def test_commands_work_as_typed(tmp_path: Path) -> None:
    clone = copied(tmp_path / "clone")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PULUMI_"))}
    for line in OTHER:
        done = subprocess.run(
            ["bash", "-c", line], cwd=clone, env=environment, capture_output=True, text=True, timeout=900, check=False
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    for report in ("audit.html", "audit.sarif"):
        assert (clone / "reports" / report).is_file()


def test_figures_of_the_tests_are_those_of_the_page_on_quality() -> None:
    """`make docs` copies the table; each of its rows says when, and at which commit, or that it is not measured."""
    readme, quality = (
        (ROOT / name).read_text(encoding="utf-8").split("\n") for name in ("README.md", "docs/quality.md")
    )
    tables = [
        [line for line in page if line.startswith(("| Load ", "| Fuzzing ", "| Mutation ", "| Other evaluators "))]
        for page in (readme, quality)
    ]
    assert len(tables[0]) == 4
    assert tables[0] == tables[1]
    for row in tables[0]:
        _, _, result, when, commit, _ = (cell.strip() for cell in row.split("|"))
        measured = re.fullmatch(r"\d{4}-\d{2}-\d{2}", when) and re.fullmatch("[0-9a-f]{7,12}", commit)
        assert measured or (result.startswith("not measured") and not when and not commit), row


def test_options_of_the_cli_are_known() -> None:
    for line in PULUMI:
        assert set(re.findall(r"--[a-z-]+", line)) <= {"--cwd", "--policy-pack", "--policy-pack-config"}
