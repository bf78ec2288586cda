"""The action for GitHub: its steps run in a shell, as a runner runs them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from policy_pack.audit.formats import FORMATS
from policy_pack.commands.cli import main
from tests.conftest import ROOT
from tests.test_ci_examples import installed  # noqa: F401 - the pack with a virtual environment

ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("bash") is None, reason="the action's steps are of bash"),
]


@dataclass(frozen=True)
class Job:
    """What became of a job with the action: its status, what it printed, and what its steps hand on."""

    status: int
    printed: str
    outputs: dict[str, str]
    summary: str
    uploads: list[str]


def run(pack: Path, repository: Path, **inputs: str) -> Job:
    """Runs the steps of the action, those of other actions apart, which are only noted."""
    given = {name: each.get("default", "") for name, each in ACTION["inputs"].items()}
    given |= {name.replace("_", "-"): value for name, value in inputs.items()}
    known = {f"inputs.{name}": value for name, value in given.items()} | {"github.action_path": str(pack)}
    files = {name: repository.parent / name for name in ("output", "summary")}
    for each in files.values():
        each.write_text("", encoding="utf-8")
    uploads: list[str] = []
    printed, status = "", 0
    for step in ACTION["runs"]["steps"]:
        if "if" in step and not _holds(step["if"], known):
            continue
        if "uses" in step:
            uploads.append(_filled(step["with"]["sarif_file"], known))
            continue
        ran = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=repository,
            env={
                "PATH": "/usr/bin:/bin",
                "HOME": str(repository.parent),
                "GITHUB_OUTPUT": str(files["output"]),
                "GITHUB_STEP_SUMMARY": str(files["summary"]),
                **{name: _filled(value, known) for name, value in step["env"].items()},
            },
            capture_output=True,
            text=True,
            check=False,
        )
        printed += ran.stdout + ran.stderr
        written = dict(line.split("=", 1) for line in files["output"].read_text("utf-8").splitlines())
        if "id" in step:
            known |= {f"steps.{step['id']}.outputs.{name}": value for name, value in written.items()}
        status = ran.returncode
        if status:
            break
    outputs = {name: _filled(each["value"], known) for name, each in ACTION["outputs"].items()}
    return Job(status, printed, outputs, files["summary"].read_text("utf-8"), uploads)


def _filled(text: str, known: dict[str, str]) -> str:
    return re.sub(r"\$\{\{ *(.+?) *\}\}", lambda match: known.get(match[1], ""), text)


def _holds(condition: str, known: dict[str, str]) -> bool:
    terms = [re.fullmatch(r"(\S+) (==|!=) '(.*)'", term.strip()) for term in condition.split("&&")]
    assert all(terms)
    return all((known.get(term[1], "") == term[3]) == (term[2] == "==") for term in terms if term is not None)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with exported stacks."""
    exports = tmp_path / "repository" / "exports"
    exports.mkdir(parents=True)
    for name in ("encrypted", "mistakes"):
        shutil.copy(ROOT / "examples" / name / "state.json", exports / f"{name}.json")
    return exports.parent


@pytest.mark.parametrize(
    ("paths", "status", "says"),
    [
        ("exports/encrypted.json", 0, "no violations"),
        ("exports", 1, "not compliant"),
        ("exports/encrypted.json\nexports/mistakes.json\n", 1, "not compliant"),
        ("exports/m*.json", 1, "not compliant"),
        ("nowhere", 2, "error: nowhere does not exist"),
    ],
)
def test_statuses(paths: str, status: int, says: str, installed: Path, repository: Path) -> None:  # noqa: F811
    job = run(installed, repository, paths=paths)
    assert (job.status, job.outputs["status"]) == (status, str(status)), job.printed
    assert says in job.printed
    reports = repository / "sagemaker-encryption-reports"
    assert {each.name for each in reports.iterdir()} == {
        f"audit.{end}" for end in "sarif html json junit.xml md".split()
    }
    assert job.summary == (reports / "audit.md").read_text("utf-8")
    assert job.uploads == [job.outputs["sarif"]] == ["sagemaker-encryption-reports/audit.sarif"]


def test_findings_point_into_the_repository(installed: Path, repository: Path) -> None:  # noqa: F811
    job = run(installed, repository, paths="exports", source_root="infra")
    [scanned] = json.loads((repository / job.outputs["sarif"]).read_text("utf-8"))["runs"]
    places = [each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in scanned["results"]]
    assert places
    for each in places:
        assert (repository / each).is_file()


def test_inputs(installed: Path, repository: Path) -> None:  # noqa: F811
    (repository / "lenient.json").write_text('{"all": "advisory"}', encoding="utf-8")
    job = run(installed, repository, paths="exports", config="lenient.json", upload_sarif="false", reports="a b")
    assert (job.status, job.uploads, job.outputs["sarif"]) == (0, [], "a b/audit.sarif")
    assert run(installed, repository, paths="exports", config="lenient.json", fail_on="advisory").status == 1
    known = run(installed, repository, paths="exports", baseline="a b/audit.json", config="lenient.json")
    assert known.status == 0
    assert "known" in known.printed


@pytest.mark.parametrize(
    "hostile", ["$(touch hacked)", "`touch hacked`", '"; touch hacked; "', "--fail-on=never", "-x"]
)
def test_no_input_becomes_a_command(hostile: str, installed: Path, repository: Path) -> None:  # noqa: F811
    job = run(installed, repository, paths=f"exports\n{hostile}")
    assert job.status == 2
    assert not list(repository.rglob("hacked"))
    assert run(installed, repository, paths="exports", config=hostile).status == 2


def test_it_is_an_action() -> None:
    checked = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml"]
    done = subprocess.run(checked, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
    script = ACTION["runs"]["steps"][0]["run"]
    options = {option for each in main.commands["audit"].params for option in each.opts}
    assert set(re.findall(r"(--[a-z][a-z-]+)", script)) <= options
    assert {"sarif", "html", "json", "junit.xml", "md"} <= {each.ending for each in FORMATS.values()}


def test_statuses_are_those_of_the_command() -> None:
    said: Any = ACTION["outputs"]["status"]["description"]
    assert [each[0] for each in re.findall(r"(\d) where", said)] == ["0", "1", "2", "3"]
