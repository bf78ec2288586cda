"""The commands of docs/organization.md that need no Pulumi CLI run as typed, in a clean copy of the project."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from tests.harness.engine import Engine
from tests.test_pack_folder import copy_of_the_checkout

PAGE = (ROOT / "docs" / "organization.md").read_text(encoding="utf-8")
AUDIT = ".venv-audit/bin/python -m policy_pack"
FIRST_INSTALLED = "python3 -m venv .venv-audit"  # tests of the audit's requirements are elsewhere


def blocks(language: str) -> list[str]:
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```", PAGE, re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", block, flags=re.MULTILINE) for indent, block in found]


COMMANDS = [line for block in blocks("sh") for line in block.splitlines() if line]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The repository as it is cloned, with the virtual environment of audits: this process's own."""
    folder = copy_of_the_checkout(tmp_path / "clone")
    virtual, own = folder / ".venv-audit", Path(sys.prefix)
    virtual.mkdir()
    for name in ("bin", "lib"):
        (virtual / name).symlink_to(own / name)
    if (own / "pyvenv.cfg").is_file():
        shutil.copy(own / "pyvenv.cfg", virtual)
    return folder


def run(command: str, clone: Path) -> str:
    done = subprocess.run(["sh", "-ec", command], cwd=clone, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_command_is_known() -> None:
    beginnings = ("pulumi ", "make pack ", "cd ../", "mkdir -p exports", AUDIT, FIRST_INSTALLED)
    assert not [line for line in COMMANDS if not line.startswith(beginnings)]


def test_publishing_begins_with_a_folder_that_is_installed() -> None:
    (publishing,) = [block for block in blocks("sh") if "policy publish" in block]
    words = [line.split()[:2] for line in publishing.splitlines()]
    assert words == [
        ["make", "pack"],
        ["cd", "../sagemaker-pack"],
        *[["pulumi", each] for each in ("install", "login", "policy")],
    ]


PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")]
# What names a pack to the CLI, in a block of code.
PREVIEWS = re.compile(r"^ *pulumi (?:preview|up)\b.*--policy-pack\b", re.MULTILINE)
NAMING = [page for page in PAGES if PREVIEWS.search(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("page", NAMING, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_pack_has_its_environment_before_a_page_names_it_to_the_cli(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    found = PREVIEWS.search(text)
    assert found is not None
    assert "pulumi install" in text[: found.start()]


def test_pages_name_the_pack_to_the_cli() -> None:
    assert {"README.md", "configuration.md"} <= {page.name for page in NAMING}


def test_make_pack(clone: Path) -> None:
    for line in [line for line in COMMANDS if line.startswith("make pack ")]:
        run(f"{line} PYTHON={shlex.quote(sys.executable)}", clone)
    assert (clone.parent / "sagemaker-pack" / "PulumiPolicy.yaml").is_file()


@pytest.mark.parametrize("line", [line for line in COMMANDS if line.startswith(AUDIT)])
def test_the_packs_own_commands(line: str, clone: Path) -> None:
    (clone / "exports").mkdir()
    shutil.copy(clone / "examples" / "mistakes" / "state.json", clone / "exports" / "prod.json")
    assert run(line, clone)
    ignored = subprocess.run(["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True)
    assert "??" not in ignored.stdout, "what the command writes would be published"


@pytest.mark.parametrize("path", re.findall(r"\((\.\./[^)]+)\)", PAGE))
def test_what_it_links_to_is_there(path: str) -> None:
    assert (ROOT / "docs" / path).exists()


def test_configurations_that_commands_name_are_there() -> None:
    named = {name for line in COMMANDS for name in re.findall(r"configs/[\w-]+\.json", line)}
    assert named
    assert not [name for name in named if not (ROOT / name).is_file()]


def test_the_environment_that_is_shown_fits_the_pack(engine: Engine) -> None:
    (block,) = blocks("yaml")
    values: dict[str, Any] = yaml.safe_load(block)["values"]
    engine.configure(values["policyConfig"])
    said = engine.analyze_stack([])
    assert "settings-make-sense" not in said.not_applicable
    assert not said.findings
    assert all(isinstance(given, dict) for given in values["policyConfig"].values()), "the engine takes no level alone"
    assert not {"AWS_REGION", "AWS_DEFAULT_REGION"} & values["environmentVariables"].keys()
