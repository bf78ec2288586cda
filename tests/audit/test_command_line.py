"""What people know from other linters: names, selections, outputs by their ending, options of a repository."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest

from policy_pack.audit.formats import FORMATS
from policy_pack.audit.plan import Senseless, format_of, plan
from policy_pack.commands.cli import main
from policy_pack.judging.policy import EXAMPLE
from policy_pack.policies import PACK
from tests.audit.auditing import ROOT, Ran, command
from tests.audit.states import KEY, configuration, export, write

MANDATORY, ADVISORY = export(configuration()), export(configuration(kmsKeyArn=KEY))


@pytest.fixture
def state(tmp_path: Path) -> str:
    return write(tmp_path / "state.json", MANDATORY)


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> Ran:
    """Runs a command other than the audit."""
    with pytest.raises(SystemExit) as ended:
        main(list(map(str, arguments)))
    captured = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return Ran(ended.value.code, captured.out, captured.err)


# ---- names and selections ----


def _policies(ran: Ran) -> set[str]:
    return {each["policy"].removeprefix(PACK.prefix) for each in json.loads(ran.stdout)["findings"]}


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ([], {"encryption-at-rest-enabled", "paired-with-endpoint"}),
        (["--select", "encryption-at-rest-enabled"], {"encryption-at-rest-enabled"}),
        (["--select", f"{PACK.prefix}paired-with-endpoint"], {"paired-with-endpoint"}),
        (["--select", "Paired_With_Endpoint,key-in-same-region"], {"paired-with-endpoint"}),
        (["--select", "key-in-same-region"], set()),
        (["--ignore", "paired-with-endpoint"], {"encryption-at-rest-enabled"}),
        (["--ignore", "paired-with-endpoint", "--ignore", "encryption-at-rest-enabled"], set()),
        (["--select", "paired-with-endpoint", "--ignore", "paired-with-endpoint"], set()),
        (["--severity", "high"], {"encryption-at-rest-enabled"}),
        (["--severity", "low"], {"encryption-at-rest-enabled", "paired-with-endpoint"}),
    ],
)
def test_selection(arguments: list[str], found: set[str], state: str) -> None:
    ran = command(state, "-f", "json", *arguments)
    assert _policies(ran) == found
    assert ran.returncode == int("encryption-at-rest-enabled" in found)
    notes = [each["text"] for each in json.loads(ran.stdout)["notes"]]
    assert any("left out" in each for each in notes) == (arguments not in ([], ["--severity", "low"]))


def test_selection_leaves_the_control_open(state: str) -> None:
    """What is not asked is not compliant."""
    [judged] = json.loads(command(state, "-f", "json", "--select", "key-in-same-region").stdout)["configurations"]
    assert judged["status"] == "cannot-tell"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("encryption-at-rest", 'Did you mean "encryption-at-rest-enabled"?'),
        ("custmer-managed-key", 'Did you mean "customer-managed-key"?'),
        (f"{PACK.prefix}key-in-same-regions", 'Did you mean "key-in-same-region"?'),
        ("CKV_AWS_98", "--list shows them all."),
        ("\x1b[31m", "--list shows them all."),
    ],
)
@pytest.mark.parametrize("where", ["--select", "--ignore", "explain"])
def test_name_of_no_policy(name: str, says: str, where: str, state: str, capsys: pytest.CaptureFixture[str]) -> None:
    ran = run(capsys, "explain", name) if where == "explain" else command(state, where, name)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert says in " ".join(ran.stderr.split())
    assert "\x1b" not in ran.stderr


def test_list(state: str, tmp_path: Path) -> None:
    lines = command("--list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == [each.name for each in PACK.policies]
    config = write(tmp_path / "config.json", {"paired-with-endpoint": "mandatory"})
    lines = command("--list", "--config", config, "--ignore", "replacement-safe").stdout.splitlines()
    levels = {line.split()[0]: line.split()[1] for line in lines}
    assert (levels["paired-with-endpoint"], levels["replacement-safe"]) == ("mandatory", "disabled")


@pytest.mark.parametrize("policy", PACK.policies, ids=lambda each: each.name)
def test_explain(policy: Any, capsys: pytest.CaptureFixture[str]) -> None:
    ran = run(capsys, "explain", policy.name)
    assert ran.returncode == 0
    said = " ".join(ran.stdout.split())
    for text in (policy.description, policy.risk, policy.remediation, policy.url, PACK.full_name(policy)):
        assert " ".join(text.split()) in said
    for setting in policy.settings:
        assert setting.name in said
    # tests/test_policy_examples.py runs these programs.
    shown = [indent((EXAMPLE + code).rstrip(), "    ") for code in (policy.bad, policy.good) if code]
    assert [code in ran.stdout for code in shown] == [True] * len(shown)
    assert ran.stdout.count("import pulumi_aws as aws") == len(shown)


# ---- outputs ----


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("report.sarif", "sarif"),
        ("report.sarif.json", "sarif"),
        ("a.b/report.JSON", "json"),
        ("report.oscal.json", "oscal"),
        ("report.junit.xml", "junit"),
        ("report.xml", "junit"),
        ("report.htm", "html"),
        ("report.md", "markdown"),
        ("report.txt", "text"),
        ("report", "text"),
        ("a.b/report", "text"),
        ("report.pdf", None),
        ("report.json.bak", None),
    ],
)
def test_format_by_the_ending(path: str, name: str | None) -> None:
    assert format_of(path) == name


def test_every_format_has_its_ending() -> None:
    assert {format_of(f"report.{each.ending}"): key for key, each in FORMATS.items()} == {key: key for key in FORMATS}


@pytest.mark.parametrize(
    ("formats", "outputs", "planned"),
    [
        ([], [], (["text"], [])),
        (["json"], [], (["json"], [])),
        (["json"], ["-"], (["json"], [])),
        ([], ["-"], (["text"], [])),
        ([], ["a.json", "b.html"], ([], [("json", "a.json", True), ("html", "b.html", True)])),
        ([], ["a.sarif", "-"], (["text"], [("sarif", "a.sarif", True)])),
        (["text", "json"], ["a"], (["text"], [("text", "a", False), ("json", "a", False)])),
        (["json"], ["a.txt"], ([], [("json", "a.txt", True)])),
        (["json"], ["a", "-"], (["json"], [("json", "a", True)])),
    ],
)
def test_plan(formats: list[str], outputs: list[str], planned: Any) -> None:
    assert plan(formats, outputs) == planned


@pytest.mark.parametrize(
    ("formats", "outputs"),
    [(["json", "text"], []), (["json", "html"], ["-"]), ([], ["a.pdf"]), (["json"], ["a", "b"])],
)
def test_plan_that_makes_no_sense(formats: list[str], outputs: list[str]) -> None:
    with pytest.raises(Senseless):
        plan(formats, outputs)


def test_outputs(state: str, tmp_path: Path) -> None:
    sarif, page = tmp_path / "out" / "report.sarif", tmp_path / "out" / "report.html"
    ran = command(state, "-o", sarif, "-o", page)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert json.loads(sarif.read_text("utf-8"))["version"] == "2.1.0"
    assert page.read_text("utf-8").startswith("<!doctype html>")
    # What it comes to is said all the same.
    assert ran.stderr.splitlines() == [
        "1 of 1 configuration is not compliant. 1 mandatory violation.",
        f"Wrote {sarif}",
        f"Wrote {page}",
    ]
    assert json.loads(command(state, "-f", "json", "-o", "-").stdout)["findings"]


# ---- version and completion ----


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    ran = run(capsys, "--version")
    assert ran.returncode == 0
    assert re.fullmatch(r"\S.* \d+\.\d+\.\d+\S*\n", ran.stdout)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    ran = run(capsys, "completion", shell)
    assert ran.returncode == 0
    assert "_SAGEMAKER_ENCRYPTION_COMPLETE" in ran.stdout


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("sagemaker-encryption au", {"audit"}),
        ("sagemaker-encryption explain key-ro", {"key-rotation-enabled"}),
        ("sagemaker-encryption audit --select paired", {"paired-with-endpoint"}),
        ("sagemaker-encryption audit --format js", {"json"}),
    ],
)
def test_what_is_completed(words: str, completed: set[str]) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", "from policy_pack.__main__ import run; run()"],
        env={
            **os.environ,
            "_SAGEMAKER_ENCRYPTION_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split()) - 1),
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert {line.partition(",")[2] for line in ran.stdout.splitlines()} == completed


# ---- what a repository may say of its audits ----


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes a pyproject.toml and makes a directory below it the working directory."""

    def made(table: str) -> Path:
        (tmp_path / "pyproject.toml").write_text(table, encoding="utf-8")
        (tmp_path / "deep" / "er").mkdir(parents=True, exist_ok=True)
        monkeypatch.chdir(tmp_path / "deep" / "er")
        return tmp_path

    return made


def test_options_of_a_repository(repository: Any, state: str) -> None:
    root = repository('[tool.sagemaker-encryption]\nformat = "json"\noutput = "reports/audit.json"\nquiet = true\n')
    ran = command(state)
    assert (ran.returncode, ran.stdout, ran.stderr) == (1, "", "")
    notes = json.loads((root / "reports" / "audit.json").read_text("utf-8"))["notes"]
    assert notes == [{"source": str(root / "pyproject.toml"), "text": "has presentation options"}]
    # What is typed counts more.
    assert json.loads(command(state, "-f", "sarif", "-o", "-").stdout)["version"] == "2.1.0"
    with pytest.raises(SystemExit):
        main(["--isolated", "audit", state, "-o", str(root / "isolated.json")])
    assert json.loads((root / "isolated.json").read_text("utf-8"))["notes"] == []


@pytest.mark.parametrize(
    "line",
    [
        'config = "lenient.json"',
        'ignore = ["encryption-at-rest-enabled"]',
        'select = ["paired-with-endpoint"]',
        'severity = "high"',
        'fail-on = "never"',
        'baseline = "known.json"',
        "max-size = 1",
        'region = "eu-west-1"',
        "show-arns = true",
        'nonsense = "x"',
        'output = "/tmp/report.json"',
        'output = "../report.json"',
        'output = "a/../../report.json"',
        'output = "-"',
        'format = "pdf"',
        "format = 3",
        'quiet = "yes"',
        'source-root = "/srv"',
    ],
)
def test_repository_does_not_exempt_itself(line: str, repository: Any, state: str, tmp_path: Path) -> None:
    repository(f"[tool.sagemaker-encryption]\n{line}\n")
    ran = command(state)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "Traceback" not in ran.stderr


def test_output_of_a_repository_follows_no_link(repository: Any, state: str, tmp_path: Path) -> None:
    root = repository('[tool.sagemaker-encryption]\noutput = "out/report.json"\n')
    elsewhere = tmp_path.parent / f"{tmp_path.name}-elsewhere"
    elsewhere.mkdir()
    (root / "out").symlink_to(elsewhere, target_is_directory=True)
    assert command(state).returncode == 2
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("text", ["", "[tool.other]\na = 1\n", "[project]\nname = 'x'\n", "tool = 3", "not toml", "\0"])
def test_other_files_change_nothing(text: str, repository: Any, state: str) -> None:
    repository(text)
    ran = command(state)
    assert ran.returncode == 1
    assert ran.stdout.startswith("1 of 1 configuration is not compliant.")
    assert all("is not read: it is no TOML file" in line for line in ran.stderr.splitlines())


def test_configuration_of_no_policy(state: str, tmp_path: Path) -> None:
    config = write(tmp_path / "config.json", {"replacement-save": {"exemptions": []}, "nonsense": {"x": 1}})
    ran = command(state, "--config", config)
    assert ran.returncode == 2
    first, second = ran.stderr.splitlines()
    assert first.endswith('no policy has that name. Did you mean "replacement-safe"?')
    assert second.endswith("no policy has that name")


def test_configuration_is_named_in_the_report(state: str, tmp_path: Path) -> None:
    config = write(tmp_path / "config.json", {"all": "advisory"})
    ran = command(state, "--config", config, "-f", "json")
    assert json.loads(ran.stdout)["notes"] == [{"source": config, "text": "has the levels and settings of this audit"}]
    assert ran.stderr == ""


# ---- a terminal of any width ----


@pytest.mark.parametrize("width", [60, 80, 120])
def test_text_hangs_within_the_width(width: int, state: str) -> None:
    from io import StringIO

    from rich.console import Console

    from policy_pack.audit.formats import text
    from policy_pack.audit.run import audit
    from tests.audit.auditing import options

    console = Console(file=StringIO(), width=width, force_terminal=True, color_system="standard")
    text.show(audit([state], options()), console, text.VERBOSE)
    shown = re.sub(r"\x1b\]8;[^\x1b]*\x1b\\|\x1b\[[0-9;]*m", "", console.file.getvalue())  # type: ignore[attr-defined]
    lines = shown.splitlines()
    assert max(map(len, lines)) <= width
    start = next(number for number, line in enumerate(lines) if "kmsKeyArn is not set" in line)
    indent = len(lines[start]) - len(lines[start].lstrip())
    continued = lines[start + 1]
    assert len(continued) - len(continued.lstrip()) == indent + 2


@pytest.mark.parametrize("columns", ["40", "50", "60", "80"])
@pytest.mark.parametrize("arguments", [[], ["audit"], ["explain"], ["policies"], ["completion"], ["validate-config"]])
def test_help_breaks_no_option_at_a_hyphen(
    arguments: list[str], columns: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    with pytest.raises(SystemExit):
        main([*arguments, "--help"])
    said = capsys.readouterr().out
    assert "--help" in said and "\N{NON-BREAKING HYPHEN}" not in said
    assert not [line for line in said.splitlines() if line.endswith("-")]
