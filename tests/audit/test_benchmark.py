"""The benchmark of the audit runs, and its stacks are ones that an audit judges. What it measures is no matter here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.exports import write
from benchmarks.stacks import Size
from policy_pack.audit.formats import FORMATS
from policy_pack.audit.run import audit
from tests.audit.auditing import ROOT, options

pytestmark = pytest.mark.slow

SCRIPT = ROOT / "benchmarks" / "bench_audit.py"


def test_it_measures_everything(tmp_path: Path) -> None:
    pytest.importorskip("resource")  # what it measures by
    output = tmp_path / "reports" / "audit.json"
    sizes = ["--stacks", "2", "--resources", "20", "--rounds", "1", "--jobs", "2"]
    command = [sys.executable, str(SCRIPT), *sizes, "--output", str(output)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    results = json.loads(output.read_text(encoding="utf-8"))
    assert len(results["measures"]) == 20
    assert {each["format"] for each in results["formats"]} == set(FORMATS)
    for each in results["formats"]:
        assert each["format"] in ran.stdout
        assert each["memory"] > 0
    for measure in results["measures"]:
        assert measure["what"] in ran.stdout
        assert min(measure["wall"], measure["cpu"], measure["memory"]) > 0
        assert len(measure["rounds"]) == 1


def test_wrong_options_are_answered() -> None:
    ran = subprocess.run([sys.executable, str(SCRIPT), "--stacks", "0"], capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "at least 1 round, 1 stack, 1 job and 20 resources are needed" in ran.stderr


def test_the_stacks_are_judged(tmp_path: Path) -> None:
    write(tmp_path, 20, Size(200, 3), 10)
    report = audit([str(tmp_path)], options())
    assert {each.resources for each in report.sources} == {200}
    assert len({each.label for each in report.sources}) == 20
    assert len(report.configurations) == 6
    assert {each.status for each in report.configurations} == {"compliant"}
    assert min(each.size for each in report.sources) > 300_000
