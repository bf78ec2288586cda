"""The distribution: what its metadata promises, and that a wheel of it works in an environment of its own."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

import policy_pack
from tests.conftest import ROOT
from tests.harness.engine import Engine
from tests.harness.recordings import Recording, replay

pytestmark = pytest.mark.slow

tomllib = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")  # pytest brings the latter
METADATA: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXAMPLE = ROOT / "examples" / "own-pack" / "__main__.py"


def test_the_engine_installs_what_the_metadata_asks_for() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == METADATA["dependencies"]


def test_what_a_published_pack_adds_for_aws_is_the_extra() -> None:
    lines = (ROOT / "requirements-aws.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == METADATA["optional-dependencies"]["aws"]


def test_the_project_file_is_of_the_same_distribution() -> None:
    project = yaml.safe_load((ROOT / "PulumiPolicy.yaml").read_text(encoding="utf-8"))
    assert project["name"] == METADATA["name"] == policy_pack.PACK.name
    assert project["version"] == policy_pack.__version__
    assert project["license"] == METADATA["license"]
    assert project["author"] == METADATA["authors"][0]["name"]


def test_what_the_engine_starts_serves_the_pack() -> None:
    source = (ROOT / "__main__.py").read_text(encoding="utf-8")
    assert "policy_pack" in source
    assert "serve(PACK)" in source


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("wheel")
    # From a copy: a build leaves nothing in the checkout.
    copied = tmp_path_factory.mktemp("checkout") / "pack"
    subprocess.run(["git", "clone", "--quiet", ROOT, copied], check=True)
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in names:
        if name and (ROOT / name).is_file():
            (copied / name).parent.mkdir(parents=True, exist_ok=True)
            (copied / name).write_bytes((ROOT / name).read_bytes())
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(directory)]
    subprocess.run([*build, str(copied)], check=True)
    (built,) = directory.glob("*.whl")
    return built


@pytest.mark.slow
def test_the_wheel_has_every_file_of_the_package(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    listed = ["git", "ls-files", "policy_pack"]
    expected = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert {name for name in expected if (ROOT / name).is_file()} <= names
    assert {"policy_pack/py.typed", "policy_pack/README.md", "policy_pack/schemas/report.schema.json"} <= names
    assert not [name for name in names if name.startswith("tests/")]


@pytest.mark.slow
def test_the_wheel_serves_a_pack_of_ones_own(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    python = str(environment / "bin" / "python")
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, str(wheel)], check=True)
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "__main__.py").write_bytes(EXAMPLE.read_bytes())
    with Engine(pack, python=python) as engine:
        engine.configure({})
        said = replay(engine, Recording("missing_key", "preview"))
        assert ("mandatory", "encryption-at-rest-enabled", "config") in [each.triple for each in said.findings]
        assert [each for each in said.findings if each.policy == "sagemaker-owner"]
    (pack / "__main__.py").write_text("from policy_pack import serve\nserve()\n", encoding="utf-8")
    with Engine(pack, python=python) as engine:
        assert engine.info().readme == (ROOT / "README.md").read_text(encoding="utf-8")
        recording = Recording("missing_key", "preview")
        assert replay(engine, recording) == recording.expected
    command = [str(environment / "bin" / "sagemaker-encryption"), "policies"]
    missing = subprocess.run(command, capture_output=True, text=True, check=False)
    assert missing.returncode != 0
    assert re.search(r"needs the package \w+: pip install 'sagemaker-endpoint-encryption\[audit\]'", missing.stderr)
    subprocess.run([*install, f"{wheel}[audit]"], check=True)
    state = ROOT / "examples" / "encrypted" / "state.json"
    for fmt in ("text", "json", "html", "sarif"):
        ran = [str(environment / "bin" / "sagemaker-encryption"), "audit", str(state), "--format", fmt]
        done = subprocess.run(ran, capture_output=True, text=True, check=False, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
