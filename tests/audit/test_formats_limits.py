"""What code scanning of GitHub takes of a SARIF file, and what becomes of a report that has more."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from policy_pack.audit import deliver
from policy_pack.audit.evidence import NON_COMPLIANT
from policy_pack.audit.formats import sarif
from policy_pack.audit.report import Report
from tests.audit import invented
from tests.audit.auditing import command
from tests.audit.states import configuration, export, write


def many(number: int) -> Report:
    """A report of `number` violations, an advisory one and then a mandatory one for each configuration."""
    sources = [invented.source(f"exports/{n}.json", f"stack-{n}") for n in range(number // 2)]
    said = invented.violated("replacement-safe"), invented.violated("encryption-at-rest-enabled")
    made = [invented.configuration(each, f"ranker-{each.name}", *said, status=NON_COMPLIANT) for each in sources]
    return invented.report(made, sources)


def logs(report: Report) -> list[dict[str, Any]]:
    """The runs of the files of a report."""
    return [run for text in texts(report) for run in json.loads(text)["runs"]]


def texts(report: Report) -> list[str]:
    return ["".join(pieces) for pieces in sarif.files(report)]


def fingerprints(run: dict[str, Any]) -> list[str]:
    return [each["partialFingerprints"]["finding/v1"] for each in run["results"]]


def test_what_github_says_that_it_takes() -> None:
    assert (sarif.MOST_RESULTS, sarif.MOST_BYTES) == (5_000, 10_000_000)


@pytest.mark.parametrize(("results", "files"), [(0, [0]), (2, [2]), (10, [10]), (12, [10, 2]), (30, [10, 10, 10])])
def test_results(results: int, files: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", 10)
    report = many(results)
    found = logs(report)
    assert [len(each["results"]) for each in found] == files
    assert sorted(each for run in found for each in fingerprints(run)) == sorted(
        each.fingerprint for each in report.findings
    )
    if len(files) == 1:
        assert texts(report) == [sarif.write(report)]


def test_files_beside_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", 10)
    first, second, third = logs(many(30))
    levels = [each["level"] for run in (first, second, third) for each in run["results"]]
    assert levels == ["error"] * 15 + ["warning"] * 15  # the most urgent ones first
    categories = {run["automationDetails"]["id"].rpartition("/")[0] for run in (first, second, third)}
    assert len(categories) == 3  # or one upload would take the place of another
    assert len(first["properties"]["configurations"]) == 15
    for run in (second, third):
        assert "configurations" not in run["properties"]
        assert {each["location"]["uri"] for each in run["artifacts"]} == {
            each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in run["results"]
        }
    for run in (first, second, third):
        (notification,) = run["invocations"][0]["toolExecutionNotifications"]
        assert "the others are in files beside it" in notification["message"]["text"]


def _compressed(text: str) -> int:
    return len(gzip.compress(text.encode(), 6))


def test_size(monkeypatch: pytest.MonkeyPatch) -> None:
    report = many(80)
    whole = sarif.write(report)
    monkeypatch.setattr(sarif, "MOST_BYTES", _compressed(whole) + 20)
    assert texts(report) == [whole]
    monkeypatch.setattr(sarif, "MOST_BYTES", _compressed(whole) - 20)
    (smaller,) = texts(report)
    (run,) = json.loads(smaller)["runs"]
    assert run["results"] == json.loads(whole)["runs"][0]["results"]
    assert "configurations" not in run["properties"]
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert "has no room for the evidence of every configuration" in notification["message"]["text"]
    monkeypatch.setattr(sarif, "MOST_BYTES", _compressed(smaller) - 20)
    halves = texts(report)
    assert len(halves) == 2
    levels = [each["level"] for run in logs(report) for each in run["results"]]
    assert levels == ["error"] * 40 + ["warning"] * 40
    assert all(_compressed(each) <= sarif.MOST_BYTES for each in halves)
    assert {each for run in logs(report) for each in fingerprints(run)} == set(fingerprints(run))


def test_files_of_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", 10)
    written = deliver.write(many(30), "sarif", str(tmp_path / "audit.sarif"), alone=True, detail="normal")
    assert [each.name for each in written] == ["audit.sarif", "audit-2.sarif", "audit-3.sarif"]
    assert [len(json.loads(each.read_text("utf-8"))["runs"][0]["results"]) for each in written] == [10, 10, 10]


@pytest.mark.parametrize(("most", "is_split"), [(1, True), (100, False)])
def test_command_says_so(most: int, is_split: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", most)
    state = write(tmp_path / "state.json", export(configuration("a"), configuration("b")))
    ran = command(state, "-o", tmp_path / "audit.sarif")
    assert ("is continued in audit-2.sarif, " in ran.stderr) == is_split
    assert (tmp_path / "audit-2.sarif").exists() == is_split
    printed = command(state, "--format", "sarif")
    assert ("--output splits it" in printed.stderr) == is_split
    assert len(json.loads(printed.stdout)["runs"][0]["results"]) > 1
