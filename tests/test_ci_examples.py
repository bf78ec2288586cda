"""The examples for CI and pre-commit: what reads them accepts them, and what they call is there."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

import policy_pack
from policy_pack.audit.plan import format_of
from policy_pack.commands.cli import main
from tests.conftest import ROOT

pytestmark = pytest.mark.slow

CI = ROOT / "examples" / "ci"
WORKFLOW, PIPELINE, PRE_COMMIT = CI / "github-actions.yml", CI / "gitlab-ci.yml", CI / "pre-commit-config.yaml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "command",
    [
        ["check_jsonschema", "--builtin-schema", "vendor.github-workflows", WORKFLOW],
        ["check_jsonschema", "--builtin-schema", "vendor.gitlab-ci", PIPELINE],
        ["pre_commit", "validate-config", PRE_COMMIT],
        ["pre_commit", "validate-manifest", HOOKS],
    ],
    ids=lambda command: str(command[-1].name),
)
def test_what_reads_it_accepts_it(command: list[Any]) -> None:
    done = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_command_line_is_understood() -> None:
    """It runs in the repository, so that reports name paths within it."""
    [line] = re.findall(r'sh "\$PACK/hooks/(?=audit)(.+)', PIPELINE.read_text(encoding="utf-8"))
    name, *arguments = shlex.split(line.replace('audit"', "audit"))
    given = main.commands[name].make_context(name, arguments).params
    assert (given["paths"], given["source_roots"]) == (("exports",), {"": "infra"})
    assert all(format_of(each) is not None for each in given["outputs"])
    reports = load(PIPELINE)["evidence"]["artifacts"]["reports"]
    assert reports["junit"] in given["outputs"]
    assert (ROOT / given["config"].removeprefix("$PACK/")).is_file()


def test_the_action_is_used_as_it_says() -> None:
    steps = load(WORKFLOW)["jobs"]["evidence"]["steps"]
    [step] = [each for each in steps if "OWNER/sagemaker-endpoint-encryption@" in each.get("uses", "")]
    action = load(ROOT / "action.yml")
    assert step["with"].keys() <= action["inputs"].keys()
    assert {name for name, each in action["inputs"].items() if each.get("required")} <= step["with"].keys()
    assert (ROOT / step["with"]["config"].removeprefix("policy-pack/")).is_file()
    [kept] = [each for each in steps if each.get("uses", "").startswith("actions/upload-artifact@")]
    assert kept["with"]["path"] == step["with"]["reports"]


def commands(path: Path) -> list[str]:
    """What a pipeline runs, line by line, in the order in which it is written."""
    jobs = load(path).get("jobs", load(path))
    steps = [
        step for job in jobs.values() if isinstance(job, dict) for step in job.get("steps") or job.get("script") or []
    ]
    texts = [str(step.get("run", step.get("with", ""))) if isinstance(step, dict) else step for step in steps]
    return [line for text in texts for line in text.splitlines()]


@pytest.mark.parametrize("path", [WORKFLOW, PIPELINE], ids=lambda path: path.name)
def test_the_configuration_is_validated(path: Path) -> None:
    lines = [line for line in commands(path) if "-m policy_pack validate-config " in line]
    assert lines
    for line in lines:
        name, *arguments = shlex.split(line.partition("-m policy_pack ")[2])
        for file in main.commands[name].make_context(name, arguments).params["files"]:
            assert (ROOT / file).is_file()
            assert CliRunner().invoke(main, ["validate-config", str(ROOT / file)]).exit_code == 0


@pytest.mark.parametrize("path", [WORKFLOW, PIPELINE], ids=lambda path: path.name)
def test_what_the_pack_installs_is_audited_by_its_lock(path: Path) -> None:
    (line,) = [line for line in commands(path) if "pip-audit --" in line]
    words = shlex.split(line.partition("pip-audit")[2])
    # Otherwise it ends with 0 where an index knows nothing of the vulnerabilities of a package.
    assert words[0] == "--strict"
    assert words[1] == "--requirement"
    assert (ROOT / words[2]).is_file()


@pytest.mark.parametrize("path", [WORKFLOW, PIPELINE], ids=lambda path: path.name)
def test_enforced_packs_are_installed_before_a_preview_and_kept_by_the_packs_version(path: Path) -> None:
    lines = commands(path)
    installed = next(index for index, line in enumerate(lines) if "pulumi policy install " in line)
    previewed = next(
        index for index, line in enumerate(lines) if re.search("pulumi preview|'command': 'preview'", line)
    )
    assert installed < previewed
    text = path.read_text(encoding="utf-8")
    kept = re.findall(r"key: (pulumi-policies-\S.*)", text)
    version = policy_pack.__version__
    assert [each.replace("$PACK_VERSION", f"v{version}").endswith(f"v{version}") for each in kept] == [True]
    assert re.search(r"(~/\.pulumi|\.pulumi-home)/policies", text)


@pytest.mark.parametrize("path", [WORKFLOW, PIPELINE, PRE_COMMIT], ids=lambda path: path.name)
def test_it_takes_the_current_version(path: Path) -> None:
    assert set(re.findall(r"\bv\d+\.\d+\.\d+\b", path.read_text(encoding="utf-8"))) == {f"v{policy_pack.__version__}"}


@pytest.mark.parametrize("path", [WORKFLOW, PIPELINE], ids=lambda path: path.name)
def test_what_it_names_of_the_pack_is_there(path: Path) -> None:
    named = re.findall(r"(?:configs/[\w.-]+|requirements[\w-]*\.txt)", path.read_text(encoding="utf-8"))
    own = {each for each in named if (ROOT / each).is_file()}
    assert own == set(named)
    assert {"configs/mandatory.json", "requirements.txt"} <= own


def test_the_action_gets_inputs_that_it_has() -> None:
    steps = [step for job in load(WORKFLOW)["jobs"].values() for step in job["steps"]]
    inputs = [step["with"] for step in steps if step.get("uses", "").startswith("pulumi/actions@") and "with" in step]
    assert [set(each) for each in inputs] == [{"command", "stack-name", "work-dir", "policyPacks", "policyPackConfigs"}]


def test_the_hook_is_the_one_that_the_configuration_names() -> None:
    (hook,) = load(HOOKS)
    assert hook["id"] in {each["id"] for repository in load(PRE_COMMIT)["repos"] for each in repository["hooks"]}
    assert os.access(ROOT / hook["entry"], os.X_OK)
    assert re.search(hook["files"], "infra/prod.state.json")


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The pack as pre-commit clones it, with the virtual environment that the hook makes: this process's own."""
    clone = tmp_path / "clone"
    clone.mkdir()
    for name in ("hooks", "policy_pack", "PulumiPolicy.yaml"):
        (clone / name).symlink_to(ROOT / name)
    virtual, own = clone / ".venv-audit", Path(sys.prefix)
    virtual.mkdir()
    for name in ("bin", "lib"):
        (virtual / name).symlink_to(own / name)
    if (own / "pyvenv.cfg").is_file():
        shutil.copy(own / "pyvenv.cfg", virtual)
    (virtual / ".ready").touch()
    return clone


@pytest.mark.parametrize(("example", "status"), [("encrypted", 0), ("mistakes", 1)])
def test_the_hook_audits(example: str, status: int, installed: Path, tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    # A package of the same name in the repository that is committed to must not run.
    (repository / "policy_pack").mkdir(parents=True)
    (repository / "policy_pack" / "__init__.py").write_text("raise SystemExit('the wrong one')", encoding="utf-8")
    shutil.copy(ROOT / "examples" / example / "state.json", repository / "prod.state.json")
    command = ["sh", str(installed / "hooks" / "audit"), "--fail-on", "mandatory", "prod.state.json"]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True)
    assert done.returncode == status, done.stdout + done.stderr
    assert "in 1 stack" in done.stdout
