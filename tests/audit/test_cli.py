"""The audit command: its options, what it prints where, and its exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from policy_pack.audit.formats import FORMATS
from policy_pack.policies import PACK
from tests.audit.auditing import ROOT, command, process
from tests.audit.states import ACCOUNT, KEY, configuration, export, write

pytestmark = pytest.mark.slow

NOTHING_WRONG = export()
ADVISORY = export(configuration(kmsKeyArn=KEY))
MANDATORY = export(configuration())


@pytest.fixture
def state(tmp_path: Path) -> Any:
    """Writes a document; gives its path."""
    return lambda document, name="state.json": write(tmp_path / name, document)


@pytest.mark.parametrize(
    ("document", "arguments", "status"),
    [
        (NOTHING_WRONG, [], 0),
        (ADVISORY, [], 0),
        (ADVISORY, ["--fail-on", "advisory"], 1),
        (ADVISORY, ["--fail-on", "mandatory"], 0),
        (MANDATORY, [], 1),
        (MANDATORY, ["--fail-on", "advisory"], 1),
        (MANDATORY, ["--fail-on", "never"], 0),
        (["no stack"], [], 2),
        (["no stack"], ["--fail-on", "never"], 2),
    ],
)
def test_exit_status(document: Any, arguments: Sequence[str], status: int, state: Any) -> None:
    ran = command(state(document), *arguments)
    assert ran.returncode == status, ran.stderr
    assert (ran.stderr == "") == (status != 2)


def test_summary_and_then_violations_by_resource(state: Any) -> None:
    ran = command(state(MANDATORY))
    lines = ran.stdout.splitlines()
    assert lines[:10] == [
        "1 of 1 configuration is not compliant.",
        "1 endpoint configuration in 1 stack: 1 non-compliant.",
        "2 violations: 1 mandatory, 1 advisory.",
        "",
        "Violations",
        "  config in shop/dev (aws:sagemaker/endpointConfiguration:EndpointConfiguration)",
        "    [mandatory] encryption-at-rest-enabled (severity high)",
        "      kmsKeyArn is not set, so the instance volumes are not encrypted with a key you control. You cannot "
        "restrict, audit or revoke the use of the key that protects them now.",
        "      Set kmsKeyArn (Python: kms_key_arn) to the ARN of a customer-managed key in the configuration's Region.",
        "    [advisory] paired-with-endpoint (severity low)",
    ]
    assert len(lines) == 12
    evidence = command(state(MANDATORY), "--verbose").stdout
    assert "\n".join(lines) in evidence
    assert "SOC 2 CC6.1: 0% (0 of 1)" in evidence
    assert "Checkov: CKV_AWS_98" in evidence


def test_clean_stack_is_one_line(state: Any) -> None:
    assert command(state(NOTHING_WRONG)).stdout.splitlines() == [
        "No configuration was checked: 0 endpoint configurations in 1 stack, no violations."
    ]
    assert len(command(state(NOTHING_WRONG), "--verbose").stdout.splitlines()) > 10
    assert command(state(NOTHING_WRONG), "--quiet").stdout == ""


def test_unusable_input_is_one_line(state: Any, tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{", encoding="utf-8")
    ran = command(broken)
    assert (ran.returncode, ran.stdout, len(ran.stderr.splitlines())) == (2, "", 1)
    beside = command(broken, state(NOTHING_WRONG))
    assert (beside.returncode, len(beside.stderr.splitlines())) == (2, 1)
    assert "1 input not audited." in beside.stdout


def test_quiet_and_verbose(state: Any, tmp_path: Path) -> None:
    quiet = command(state(MANDATORY), "-q", "-o", tmp_path / "report.json")
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (1, "", "")
    violations = command(state(MANDATORY), "-q").stdout
    assert violations.startswith("config in shop/dev (")
    assert "1 endpoint configuration" not in violations
    assert command(state(MANDATORY), "-q", "-v").returncode == 2


def test_standard_input(state: Any) -> None:
    ran = process("-", "-v", stdin=json.dumps(MANDATORY).encode())
    assert ran.returncode == 1
    assert "  -: stack export of shop/dev, 1 resource, " in ran.stdout
    beside = process("-", state(ADVISORY), "-", "--jobs", "2", stdin=json.dumps(MANDATORY).encode())
    assert "2 endpoint configurations in 2 stacks" in beside.stdout


def test_nothing_to_audit() -> None:
    ran = command()
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "Missing argument 'PATH...'" in ran.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--format", "pdf"], "Invalid value for '--format'"),
        (["--format", "text", "--format", "json"], "Several formats need --output"),
        (["--region", "moon-1"], "not an AWS Region such as eu-west-1"),
        (["--stack-tag", "prod"], "not of the form NAME=VALUE"),
        (["--jobs", "0"], "Invalid value for '--jobs'"),
        (["--config", "nowhere.json"], "error: nowhere.json: does not exist"),
        (["--baseline", "nowhere.json"], "error: nowhere.json: does not exist"),
        (["--baseline", __file__], f"error: {__file__}: is not JSON"),
    ],
)
def test_options_that_make_no_sense(arguments: Sequence[str], says: str, state: Any) -> None:
    ran = command(state(MANDATORY), *arguments)
    assert ran.returncode == 2
    assert says in ran.stderr
    assert ran.stdout == ""
    assert "Traceback" not in ran.stderr


def test_configuration_that_makes_no_sense(state: Any) -> None:
    config = state({"all": "strict", f"{PACK.prefix}customer-managed-key": {"enforcementLevel": KEY}}, "config.json")
    ran = command(state(MANDATORY), "--config", config)
    assert (ran.returncode, len(ran.stderr.splitlines())) == (2, 2)
    assert f"error: {config}: all has a level that is not one of" in ran.stderr
    assert ACCOUNT not in ran.stderr


def test_configuration(state: Any) -> None:
    config = state({"encryption-at-rest-enabled": "advisory"}, "config.json")
    assert command(state(MANDATORY), "--config", config).returncode == 0


def test_tags_region_and_arns(state: Any) -> None:
    config = state({"encryption-at-rest-enabled": {"onlyStackTags": {"env": ["prod"]}}}, "config.json")
    no_key = state(MANDATORY, "no-key.json")
    untold = command(no_key, "--config", config)
    assert (untold.returncode, "note: the configuration limits policies" in untold.stderr) == (1, True)
    assert command(no_key, "--config", config, "--stack-tag", "env=dev").returncode == 0
    elsewhere = state(export(configuration(kmsKeyArn=KEY, region=None)))
    assert [command(elsewhere, *more).returncode for more in ([], ["--region", "eu-west-1"])] == [0, 1]
    assert [ACCOUNT in command(elsewhere, "-v", *more).stdout for more in ([], ["--show-arns"])] == [False, True]


def test_baseline(state: Any, tmp_path: Path) -> None:
    old, new = state(MANDATORY), state(export(configuration(), configuration("new")), "new.json")
    before = tmp_path / "before.json"
    assert command(old, "--format", "json", "--output", before).returncode == 1
    again = command(old, "--baseline", before)
    assert again.returncode == 0
    assert "\n0 violations, and 2 known.\n" in again.stdout
    assert "Known violations, of the baseline\n  config in shop/dev" in again.stdout
    more = command(new, "--baseline", before)
    assert more.returncode == 1
    assert "\n2 violations: 1 mandatory, 1 advisory, and 2 known.\n" in more.stdout


@pytest.mark.parametrize(
    "report",
    [
        "[]",
        "{}",
        '{"findings": {}}',
        '{"findings": [3]}',
        '{"findings": [{"fingerprint": 3, "level": "advisory"}]}',
        '{"findings": [{"fingerprint": "a"}]}',
        '{"findings": [{"fingerprint": "a", "level": ["advisory"]}]}',
    ],
)
def test_baseline_that_is_none(report: str, state: Any, tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.json"
    baseline.write_text(report, encoding="utf-8")
    ran = command(state(MANDATORY), "--baseline", baseline)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert len(ran.stderr.splitlines()) == 1


def test_baseline_knows_no_stricter_violation(state: Any, tmp_path: Path) -> None:
    config = state({"all": "advisory"}, "config.json")
    before = tmp_path / "before.json"
    command(state(MANDATORY), "--config", config, "--format", "json", "--output", before)
    ran = command(state(MANDATORY), "--baseline", before)
    assert ran.returncode == 1
    assert "\n1 violation: 1 mandatory, 0 advisory, and 1 known.\n" in ran.stdout


def test_output_of_several_formats(state: Any, tmp_path: Path) -> None:
    output = tmp_path / "reports" / "audit"
    ran = command(state(MANDATORY), "--format", "text", "--format", "json", "--output", output)
    assert ran.stderr.splitlines() == [f"Wrote {output}.txt", f"Wrote {output}.json"]
    assert ran.stdout == output.with_name("audit.txt").read_text(encoding="utf-8")
    verbose = command(state(MANDATORY), "-v", "-f", "text", "-o", output)
    assert verbose.stdout == output.with_name("audit.txt").read_text(encoding="utf-8") != ran.stdout
    assert json.loads(output.with_name("audit.json").read_text(encoding="utf-8"))["summary"]["mandatory"] == 1


def test_output_into_a_directory_or_a_file(state: Any, tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    for output, path in (("reports", "reports/audit.json"), ("a.report", "a.report"), ("report", "report.json")):
        assert command(state(ADVISORY), "--format", "json", "--output", tmp_path / output).stdout == ""
        assert (tmp_path / path).is_file()


def test_output_that_cannot_be_written(state: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ran = command(state(ADVISORY), "--format", "json", "--output", tmp_path / "file" / "report")
    assert ran.returncode == 2
    assert ran.stderr.startswith(f"error: {tmp_path / 'file' / 'report.json'} cannot be written: ")


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_written(name: str, state: Any) -> None:
    path = state(MANDATORY)
    ran = command(path, "--format", name, "--verbose")
    assert (ran.returncode, ran.stderr) == (1, "")
    digest = command(path, "--format", "json").stdout
    for text in ("config", "encryption-at-rest-enabled", json.loads(digest)["sources"][0]["sha256"]):
        assert text in ran.stdout, (name, text)
    assert ("CKV_AWS_98" in ran.stdout) != name.startswith("csv")  # which are tables and nothing else


def test_processes_say_the_same_in_the_same_order(tmp_path: Path) -> None:
    for number in range(40):
        path = write(tmp_path / f"{number:02}.json", export(configuration(f"config-{number}")))
        if number % 10 == 7:
            Path(path).write_text("{", encoding="utf-8")
    one, several = (process(tmp_path, "--format", "json", "--jobs", jobs) for jobs in (1, 3))
    assert (one.returncode, several.returncode) == (2, 2)
    reports = [json.loads(each.stdout) for each in (one, several)]
    for each in reports:
        del each["when"]
    assert reports[0] == reports[1]
    assert one.stderr == several.stderr
    assert len(reports[0]["configurations"]) == 36


def test_terminal_shows_how_far_it_is_and_colours(tmp_path: Path) -> None:
    pty = pytest.importorskip("pty")
    for number in range(40):
        write(tmp_path / f"{number}.json", MANDATORY)
    shown = _at_a_terminal(pty, tmp_path)
    assert "Auditing" in shown
    assert "\x1b[1;31m40 of 40 configurations are not compliant." in shown.replace("\x1b[1m\x1b[31m", "\x1b[1;31m")
    assert "\x1b]8;" in shown  # a policy's name links to its source


def _at_a_terminal(pty: Any, directory: Path) -> str:
    """What a terminal is sent."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "policy_pack", "audit", str(directory)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"},
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # how Linux says that nobody writes any more
            break
        if not part:
            break
        shown += part
    os.close(ours)
    assert process.wait() == 1
    return shown.decode()


def test_output_of_another_encoding(state: Any) -> None:
    path = state(export(configuration("schlüssel")))
    ran = process(path, env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert (ran.returncode, ran.stderr) == (1, "")
    assert "ssel in shop/dev" in ran.stdout


def _without(package: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """What becomes of the command where a package is not installed."""
    block = (
        f"import sys; sys.modules[{package!r}] = None; sys.argv[0] = 'x'; "
        "import runpy; runpy.run_module('policy_pack', run_name='__main__', alter_sys=True)"
    )
    command = [sys.executable, "-c", block, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("package", "extra", "arguments"),
    [
        ("click", "audit", ["audit", "examples"]),
        ("jinja2", "audit", ["audit", "examples", "-f", "html"]),
        ("jsonschema", "audit", ["audit", "examples", "--config", "configs/regulated.json"]),
        ("rich", "audit", ["policies"]),
        ("trestle", "oscal", ["audit", "examples", "-f", "oscal"]),
        ("trestle", "oscal", ["audit", "examples", "-f", "json", "-f", "oscal"]),
    ],
)
def test_says_what_to_install(tmp_path: Path, package: str, extra: str, arguments: list[str]) -> None:
    to_file = ["-o", str(tmp_path / "report")] if "-f" in arguments else []
    ran = _without(package, *arguments, *to_file)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == (
        f"error: This command needs the package {package}: pip install 'sagemaker-endpoint-encryption[{extra}]' "
        f"(in a clone: pip install '.[{extra}]')\n"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", ["json", "sarif", "html"])
def test_needs_no_package_of_another_format(tmp_path: Path, form: str) -> None:
    ran = _without("trestle", "audit", "examples", "-f", form, "-o", tmp_path / "report", "-q")
    assert (ran.returncode, ran.stderr) == (1, "")
    assert len(list(tmp_path.iterdir())) == 1


def test_pack_needs_nothing_of_the_command() -> None:
    told = (
        "import sys, policy_pack.engine.serve; print([n for n in ('click', 'rich', 'jsonschema') if n in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
