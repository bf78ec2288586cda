"""Releases: the notes from the changelog, what a version has to have, and the files that GitHub and pre-commit read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from policy_pack import __version__
from tests.conftest import ROOT
from tools import notes, release
from tools.notes import NoEntry
from tools.release import NotReleased

pytestmark = pytest.mark.slow

CHANGELOG = """# Changelog

## 1.1.0 - unreleased

### Added

- New.

## 1.0.0 - 2026-05-01

- First.

## 0.9.0 - 2026-01-01
"""


def test_the_notes_of_a_version_are_its_entry() -> None:
    assert notes.notes(CHANGELOG) == "### Added\n\n- New.\n"
    assert notes.notes(CHANGELOG, "1.0.0", released=True) == "- First.\n"
    assert notes.notes((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), __version__).startswith("### ")


@pytest.mark.parametrize(
    ("version", "released", "why"),
    [
        ("2.0.0", False, "no entry 2.0.0"),
        ("1.1.0", True, "no date"),
        ("0.9.0", True, "empty"),
        ("1.0", False, "no entry"),
    ],
)
def test_what_has_no_notes_is_refused(version: str, released: bool, why: str) -> None:
    with pytest.raises(NoEntry, match=why):
        notes.notes(CHANGELOG, version, released=released)


def project(folder: Path, *, changelog: str = CHANGELOG, version: str = "1.0.0", own: str = "1.0.0") -> Path:
    (folder / "policy_pack").mkdir()
    (folder / "policy_pack" / "__init__.py").write_text(f'__version__ = "{own}"\n', "utf-8")
    (folder / "PulumiPolicy.yaml").write_text(f"name: it\nversion: {version}\n", "utf-8")
    (folder / "CHANGELOG.md").write_text(changelog, "utf-8")
    return folder


@pytest.mark.parametrize(
    ("files", "wanted", "why"),
    [
        ({"own": "1.0.1"}, None, "policy_pack/__init__.py has 1.0.1"),
        ({}, "1.0.1", "is 1.0.0, not 1.0.1"),
        ({"version": "1.1.0", "own": "1.1.0"}, "1.1.0", "no date"),
        ({"version": "3.0.0", "own": "3.0.0"}, None, "no entry 3.0.0"),
    ],
)
def test_what_is_no_release_is_refused(tmp_path: Path, files: dict[str, str], wanted: str | None, why: str) -> None:
    with pytest.raises(NotReleased, match=why):
        release.release(project(tmp_path, **files), tmp_path / "out", wanted)
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_rehearsal_builds_and_tries_the_package(tmp_path: Path) -> None:
    pytest.importorskip("hatchling")
    made = {each.name for each in release.release(ROOT, tmp_path / "out", None)}
    stem = f"sagemaker_endpoint_encryption-{__version__}"
    assert made == {"notes.md", "sbom.cdx.json", f"{stem}-py3-none-any.whl", f"{stem}.tar.gz"}


WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_are_valid(path: Path) -> None:
    command = ["check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(path)]
    done = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_only_the_jobs_of_a_release_that_need_it_may_write() -> None:
    workflow: Any = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    writing = {name: job.get("permissions", {}) for name, job in workflow["jobs"].items()}
    assert writing["build"] == {}
    assert {name for name, given in writing.items() if given.get("id-token") == "write"} == {"attest", "publish"}
    assert workflow["jobs"]["publish"]["environment"] == "pypi"
    assert "password" not in str(workflow) and "secrets." not in str(workflow), "trusted publishing stores no token"
    commands = [step["run"] for step in workflow["jobs"]["build"]["steps"] if "run" in step]
    targets = (ROOT / "Makefile").read_text(encoding="utf-8")
    for command in commands:
        assert f"\n{command.split()[1]}:" in targets, command


def test_issue_forms_have_what_github_asks_for() -> None:
    forms = [each for each in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml") if each.name != "config.yml"]
    assert forms
    for each in forms:
        form = yaml.safe_load(each.read_text(encoding="utf-8"))
        assert {"name", "description", "body"} <= form.keys()
        identifiers = [part["id"] for part in form["body"]]
        assert len(set(identifiers)) == len(identifiers)
        assert {part["type"] for part in form["body"]} <= {"input", "textarea", "dropdown", "checkboxes", "markdown"}


def test_owners_are_of_what_there_is() -> None:
    lines = (ROOT / ".github" / "CODEOWNERS").read_text(encoding="utf-8").splitlines()
    rules = [line.split() for line in lines if line and not line.startswith("#")]
    for pattern, *owners in rules:
        assert owners and all(each.startswith("@") for each in owners)
        assert pattern == "*" or list(ROOT.glob(pattern.strip("/")))


def test_contributors_hooks_run_what_lint_runs() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (repository,) = config["repos"]
    assert repository["repo"] == "local", "nothing is downloaded"
    for hook in repository["hooks"]:
        tool = hook["entry"].split()[-1] if "tests." in hook["entry"] else hook["id"].partition("-")[0]
        assert tool in makefile


DEMO = (ROOT / "Makefile").read_text(encoding="utf-8").split("DEMO := ")[1].splitlines()[0].replace("'", "").split()


def test_the_demo_installs_packages_of_the_project_as_it_asks_for_them() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert all(f'"{each}"' in project for each in DEMO)


def test_the_demo_imports_nothing_else_that_is_installed(tmp_path: Path) -> None:
    script = f"""
import sys, sysconfig
sys.argv = ["policy_pack", "audit", "examples", "--fail-on", "never", "--format", "text", "--format", "html",
            "--output", {str(tmp_path / "demo")!r}]
import runpy
try:
    runpy.run_module("policy_pack", run_name="__main__")
except SystemExit:
    pass
site = sysconfig.get_path("purelib")
files = [getattr(each, "__file__", None) or "" for each in list(sys.modules.values())]
print(sorted({{each[len(site) + 1:].split("/")[0] for each in files if each.startswith(site)}}))
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    (printed,) = done.stdout.splitlines()[-1:]
    names = {"click", "jinja2", "markupsafe", "rich", "yaml", "pygments", "markdown_it", "mdurl"}
    names |= {
        "_distutils_hack",
        "coverage",
        "typing_extensions.py",
        "simdjson",
        "csimdjson.abi3.so",
    }  # taken where they are there
    assert set(yaml.safe_load(printed)) <= names
    assert (tmp_path / "demo.html").exists()
