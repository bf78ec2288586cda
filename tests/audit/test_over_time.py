"""Audits over time: how old what was read is, what a baseline's findings became, and the trend of earlier reports."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from policy_pack.audit import baseline, history
from policy_pack.audit.evidence import COMPLIANT, NON_COMPLIANT
from policy_pack.audit.formats import as_json, csv, html, markdown, oscal
from policy_pack.audit.formats.common import age_text
from policy_pack.audit.report import Past, Report
from policy_pack.audit.run import audit
from policy_pack.audit.state import parse
from policy_pack.audit.unusable import Unusable
from tests.audit import invented
from tests.audit.auditing import audit_document, command, options
from tests.audit.states import KEY, configuration, export, resource, urn, write


def written(time: Any, *resources: Any) -> dict[str, Any]:
    """An export whose manifest has this time."""
    made = export(*resources)
    made["deployment"]["manifest"] = {"time": time}
    return made


@pytest.mark.parametrize(
    ("time", "taken"),
    [
        ("2026-11-20T03:30:00Z", "2026-11-20T03:30:00Z"),
        ("2026-11-20T03:30:00.123456789+02:00", "2026-11-20T01:30:00Z"),
        ("2026-11-20t03:30:00z", "2026-11-20T03:30:00Z"),
        ("0001-01-01T00:00:00Z", ""),
        ("yesterday", ""),
        ("2026-13-40T03:30:00Z", ""),
        ("9999-12-31T23:59:59-10:00", ""),
        (7, ""),
        (None, ""),
    ],
)
def test_when_a_stack_was_written(time: Any, taken: str) -> None:
    assert parse(written(time, configuration())).taken == taken
    checkpoint = {"version": 3, "checkpoint": {"latest": written(time, configuration())["deployment"]}}
    assert parse(checkpoint).taken == taken


def test_without_a_time_the_newest_resource_says_it() -> None:
    old, new = configuration("a"), configuration("b")
    old["modified"], new["modified"] = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"
    assert parse(export(old, new)).taken == "2026-02-01T00:00:00Z"
    assert parse(export(configuration())).taken == ""


@pytest.mark.parametrize(
    ("time", "days", "note"),
    [
        ("2026-11-20T00:00:00Z", 4, "is 5 days old, more than 4: export it again"),
        ("2026-11-20T00:00:00Z", 5, None),
        ("2026-11-20T00:00:00Z", None, None),
        ("2026-11-26T00:00:00Z", 0, None),
        (None, 3, "does not say when it was written, so it may be more than 3 days old"),
    ],
)
def test_an_export_that_is_too_old_is_said(tmp_path: Path, time: Any, days: int | None, note: str | None) -> None:
    report = audit_document(tmp_path, written(time, configuration(kmsKeyArn=KEY)), max_age=days)
    assert [each.text for each in report.notes] == ([note] if note else [])


def test_the_age_stands_beside_the_date_of_the_audit() -> None:
    of = replace(invented.source("dev.json"), taken="2026-11-20T23:00:00Z")
    made = invented.report([invented.configuration(of, "c")], [of])
    assert age_text(of.taken, made) == "5 days old"
    assert "5 days old" in html.write(made)
    assert "2026-11-20, 5 days old" in markdown.write(made)
    assert "2026-11-20T23:00:00Z" in oscal.write(made)
    assert json.loads(as_json.write(made))["sources"][0]["taken"] == of.taken


def test_keys_that_are_the_same_have_one_name(tmp_path: Path) -> None:
    other = KEY.replace("1234-1234-1234", "4321-4321-4321")
    write(tmp_path / "in" / "a.json", export(configuration("a", kmsKeyArn=KEY), configuration("b", kmsKeyArn=other)))
    made = configuration("c", kmsKeyArn=KEY)
    made["propertyDependencies"] = {"kmsKeyArn": [urn("aws:kms/key:Key", "serving")]}
    key = resource("aws:kms/key:Key", "serving", {}, outputs={"arn": KEY})
    write(tmp_path / "in" / "b.json", export(key, made, configuration("d")))
    report = audit([str(tmp_path / "in")], options())
    assert {each.label: each.key_label for each in report.configurations} == {
        "a": "key 1",
        "b": "key 2",
        "c": "key 1",
        "d": "",
    }
    assert "key 2" in html.write(report)


def audited(tmp_path: Path, document: Any, before: Report | None = None, config: Any = None) -> Report:
    path = write(tmp_path / "state.json", document)
    known = baseline.load(as_json.write(before).encode()) if before is not None else None
    return audit([path], options(config), known=known)


def test_what_is_mended_or_gone_is_fixed(tmp_path: Path) -> None:
    before = audited(tmp_path, export(configuration("a"), configuration("b"), configuration("c")))
    after = audited(tmp_path, export(configuration("a", kmsKeyArn=KEY), configuration("b")), before)
    assert {each.resource for each in after.fixed if each.policy.endswith("encryption-at-rest-enabled")} == {"a", "c"}
    still = [each for each in after.findings if each.policy.endswith("encryption-at-rest-enabled")]
    assert [(each.resource, each.known) for each in still] == [("b", True)]
    for text in (html.write(after), markdown.write(after), csv.write(after).decode("utf-8-sig")):
        assert "fixed" in text
    risks = json.loads(oscal.write(after))["assessment-results"]["results"][0]["risks"]
    assert sum(each["status"] == "closed" for each in risks) == len(after.fixed) > 0


def test_nothing_is_fixed_because_nobody_looked(tmp_path: Path) -> None:
    before = audited(tmp_path, export(configuration("a")))
    off = {"encryption-at-rest-enabled": "disabled"}
    exemption = {"resource": "a", "reason": "Public data.", "expires": "2027-01-31"}
    exempt = {"encryption-at-rest-enabled": {"exemptions": [exemption]}}
    name = "encryption-at-rest-enabled"
    for config in (off, exempt):
        after = audited(tmp_path, export(configuration("a")), before, config)
        assert not [each for each in after.fixed if each.policy.endswith(name)]
    # Another stack says nothing of this one.
    elsewhere = json.loads(json.dumps(export(configuration("a", kmsKeyArn=KEY))).replace(":dev::", ":prod::"))
    assert audited(tmp_path, elsewhere, before).fixed == ()


@pytest.mark.parametrize("text", ["[]", "{", '{"when": "2026-11-25T00:00:00Z"}', '{"when": 1, "summary": {}}'])
def test_what_is_no_report_has_no_history(text: str) -> None:
    with pytest.raises(Unusable):
        history.load(text.encode())


def past(day: int, *statuses: str) -> Past:
    of = invented.source("dev.json")
    made = invented.report([invented.configuration(of, f"c{n}", status=each) for n, each in enumerate(statuses)], [of])
    made = replace(made, when=datetime(2026, 11, day, tzinfo=timezone.utc))
    return history.load(as_json.write(made).encode())


def test_trend() -> None:
    of = invented.source("dev.json")
    now = invented.report([invented.configuration(of, "c")], [of])
    found = history.trend(now, [past(20, COMPLIANT, NON_COMPLIANT), past(10, NON_COMPLIANT), past(28, COMPLIANT)])
    assert [(each.when.day, each.share) for each in found] == [(10, 0.0), (20, 0.5), (25, 1.0)]
    page = html.write(replace(now, history=found))
    assert 'aria-label="The share of compliant configurations, from 0% on 2026-11-10 to 100% on 2026-11-25"' in page
    assert "<polyline" in page
    assert "<polyline" not in html.write(now)
    assert [each["when"][:10] for each in json.loads(as_json.write(replace(now, history=found)))["history"]] == [
        "2026-11-10",
        "2026-11-20",
        "2026-11-25",
    ]


def test_the_command_takes_patterns_and_says_what_is_no_report(tmp_path: Path) -> None:
    state = write(tmp_path / "state.json", export(configuration(kmsKeyArn=KEY)))
    first = command(state, "--format", "json", "--fail-on", "never").stdout
    for day in (1, 2):
        report = json.loads(first) | {"when": f"2026-01-0{day}T00:00:00Z"}
        (tmp_path / f"report-{day}.json").write_text(json.dumps(report), encoding="utf-8")
    ran = command(state, "--history", tmp_path / "report-*.json", "--format", "html", "--fail-on", "never")
    assert ran.returncode == 0, ran.stderr
    assert "on 2026-01-01 to" in ran.stdout
    ran = command(state, "--history", tmp_path / "nothing-*.json")
    assert (ran.returncode, len(ran.stderr.splitlines())) == (2, 1)
