"""The folder that `make pack` fills: what running needs and nothing else, whatever lies about in the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.harness.engine import Engine
from tests.harness.recordings import Recording, replay
from tools.pack import FILES, NotPacked, contents, fill, main

pytestmark = pytest.mark.slow

FOREIGN = "planted-in-the-checkout"

# What documented commands, editors and people leave in a checkout.
LEFT_BY_DOCUMENTED_COMMANDS = (
    "exports/prod.json",
    "exports/shop/dev.json.gz",
    "reports/audit.html",
    "report/audit.json",
    "report.html",
    "report.sarif",
    "report.csv",
    "report.junit.xml",
    "state.json",
    "prod.state.json",
    "stack.json.zst",
    "settings.json",
)
LEFT_OTHERWISE = (
    ".env",
    ".venv/lib/secrets.py",
    "notes.txt",
    "Pulumi.prod.yaml",
    "policy_pack/notes.json",
    "policy_pack/scratch.py",
    "policy_pack/engine/__pycache__/serve.cpython-311.pyc",
    "policy_pack/policies/try_out.py",
    "policy_pack/dumps/__init__.py",
    "tests/recordings/secret.state.json",
)


def copy_of_the_checkout(folder: Path, *, with_git: bool = True) -> Path:
    """What git keeps of this checkout, as it is now, in a checkout of its own."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    if with_git:
        subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
        subprocess.run(["git", "add", "--all"], cwd=folder, check=True)
    return folder


@pytest.fixture
def dirty(tmp_path: Path) -> Path:
    folder = copy_of_the_checkout(tmp_path / "checkout")
    for name in (*LEFT_BY_DOCUMENTED_COMMANDS, *LEFT_OTHERWISE):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(FOREIGN, encoding="utf-8")
    (folder / "policy_pack" / "linked.py").symlink_to(folder / "notes.txt")
    return folder


def published(folder: Path) -> set[str]:
    """What `pulumi policy publish` takes of a folder: what no .gitignore names."""
    if not (folder / ".git").exists():
        subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(listed, cwd=folder, capture_output=True, text=True, check=True)
    return {name for name in done.stdout.split("\0") if name}


def test_nothing_foreign_is_in_it(dirty: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    files = fill(dirty, folder)
    assert {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()} == set(files)
    assert {str(path) for path in files if len(path.parts) == 1} == {*FILES, ".gitignore"}
    tracked = {str(path.relative_to(ROOT)) for path in (ROOT / "policy_pack").rglob("*.py")}
    assert {str(path) for path in files if len(path.parts) > 1} <= tracked
    assert not [path for path in files if {"audit", "commands", "tests", "benchmarks", "examples"} & {*path.parts}]
    assert not [path for path in files if FOREIGN in (folder / path).read_text(encoding="utf-8")]
    assert not [path for path in folder.rglob("*") if path.is_symlink()]


def test_the_pack_starts_from_it(dirty: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    fill(dirty, folder)
    with Engine(folder, environment={"PYTHONDONTWRITEBYTECODE": "1"}) as engine:
        info = engine.info()
        assert info.name == "sagemaker-endpoint-encryption"
        assert info.readme == (ROOT / "README.md").read_text(encoding="utf-8")
        engine.configure({})
        for name in ("missing_key", "computed_key", "cloudformation_template", "cloud_control", "native_computed_key"):
            for phase in ("preview", "update"):
                recording = Recording(name, phase)
                assert replay(engine, recording) == recording.expected


def test_what_installing_makes_in_it_is_not_published(dirty: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    files = fill(dirty, folder)
    for name in (".venv/lib/python3/site-packages/pulumi/__init__.py", "policy_pack/__pycache__/values.pyc"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    assert published(folder) == {path.as_posix() for path in files}


def test_a_checkout_publishes_nothing_that_documented_commands_leave_in_it(dirty: Path) -> None:
    assert not published(dirty) & set(LEFT_BY_DOCUMENTED_COMMANDS)


def test_a_release_without_git_is_packed_too(dirty: Path, tmp_path: Path) -> None:
    release = copy_of_the_checkout(tmp_path / "release", with_git=False)
    assert contents(release) == contents(dirty)


@pytest.mark.parametrize("where", ["build/pack", "reports/pack", ".venv/pack"])
def test_a_folder_that_git_ignores_is_refused(where: str, dirty: Path) -> None:
    with pytest.raises(NotPacked, match="ignored by a .gitignore"):
        fill(dirty, dirty / where)


def test_a_folder_that_has_something_in_it_is_refused(dirty: Path, tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "state.json").write_text(FOREIGN, encoding="utf-8")
    with pytest.raises(NotPacked, match="is not empty"):
        fill(dirty, tmp_path / "pack")
    assert [path.name for path in (tmp_path / "pack").iterdir()] == ["state.json"]


def test_a_checkout_that_lacks_something_is_refused(dirty: Path, tmp_path: Path) -> None:
    (dirty / "PulumiPolicy.yaml").unlink()
    with pytest.raises(NotPacked, match=r"PulumiPolicy\.yaml is not in"):
        fill(dirty, tmp_path / "pack")


def test_a_checkout_that_git_does_not_read_is_refused(dirty: Path, tmp_path: Path) -> None:
    shutil.rmtree(dirty / ".git")
    (dirty / ".git").write_text("gitdir: nowhere", encoding="utf-8")
    with pytest.raises(NotPacked, match="git does not say"):
        fill(dirty, tmp_path / "pack")


def test_with_what_the_live_policy_needs(dirty: Path, tmp_path: Path) -> None:
    fill(dirty, tmp_path / "pack", aws=True)
    requirements = (tmp_path / "pack" / "requirements.txt").read_text(encoding="utf-8")
    assert "boto3" in requirements
    assert "pulumi-policy" in requirements


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "pack")]) == 0
    assert "pulumi policy publish" in capsys.readouterr().out
    assert main([str(tmp_path / "pack")]) == 2
    assert capsys.readouterr().err == f"error: {tmp_path / 'pack'} is not empty\n"


def test_make(tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    command = ["make", "pack", f"PACK={folder}", f"PYTHON={sys.executable}", "PACK_OPTIONS=--aws"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "MAKEFLAGS": ""}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "boto3" in (folder / "requirements.txt").read_text(encoding="utf-8")
