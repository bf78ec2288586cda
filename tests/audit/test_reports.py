"""The report as JSON is valid against the published schema; the report as text holds all of the evidence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from policy_pack.audit.formats import as_json, text
from policy_pack.audit.formats.common import short, standing
from policy_pack.audit.report import Report
from policy_pack.audit.run import audit
from policy_pack.judging.policy import DISABLED
from tests.audit import invented
from tests.audit.auditing import ROOT, options
from tests.harness.recordings import DIRECTORY

SCHEMA = json.loads((ROOT / "schemas" / "report.schema.json").read_text(encoding="utf-8"))


def _reports() -> Iterator[Any]:
    yield pytest.param(lambda: invented.one_of_each(), id="one of each")
    yield pytest.param(lambda: invented.hostile(), id="hostile")
    yield pytest.param(lambda: audit([str(DIRECTORY), str(ROOT / "examples")], options()), id="recordings and examples")
    yield pytest.param(lambda: audit(["nowhere", str(DIRECTORY)], options({"all": "disabled"})), id="disabled")


@pytest.fixture(params=_reports())
def report(request: pytest.FixtureRequest) -> Report:
    made: Report = request.param()
    return made


def test_json_is_valid(report: Report) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    document = json.loads(as_json.write(report))
    jsonschema.Draft202012Validator(SCHEMA, format_checker=checker).validate(document)
    assert as_json.write(report).isascii()
    assert len(document["configurations"]) == len(report.configurations)
    assert len(document["findings"]) == len(report.findings)


def test_schema_describes_everything() -> None:
    described = [each for each in _objects(SCHEMA) if "properties" in each]
    assert described
    for each in described:
        assert each["additionalProperties"] is False
        assert sorted(each["required"]) == sorted(each["properties"])
        for name, schema in each["properties"].items():
            assert "$ref" in schema or "enum" in schema or schema.get("description"), name


def _objects(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for each in schema.values():
            yield from _objects(each)


@pytest.mark.parametrize("key", ["verdicts", "sha256", "formatVersion"])
def test_schema_refuses_what_is_not_there(key: str) -> None:
    document = json.loads(as_json.write(invented.one_of_each()))
    for each in (document, document["configurations"][0], document["sources"][0]):
        each.pop(key, None)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, SCHEMA)


def test_text_holds_the_evidence(report: Report) -> None:
    written = text.write(report)
    for source in report.sources:
        assert source.name in written
        assert source.sha256 in written
    for each in report.requirements:
        assert f"{each.requirement.label}: " in written
    for identifier in report.control.identifiers:
        assert f"{identifier.tool}: {identifier.id}" in written
    for problem in (*report.problems, *report.notes):
        assert f"{problem.source} {problem.text}" in written
    for finding in report.findings:
        assert finding.why.split("\n")[-1] in written
    assert written.startswith(f"{report.pack} {report.version}, audit of 20")


def test_text_tells_each_verdict() -> None:
    report = invented.one_of_each()
    written = text.write(report)
    evidence = written.split("Endpoint configurations\n")[1].split("\n\n")[0]
    blocks = [block for block in evidence.split("\n  ") if block]
    assert sum(block.strip().endswith(tuple(map(standing, report.configurations))) for block in blocks) >= len(
        report.configurations
    )
    for configuration in report.configurations:
        for verdict in configuration.verdicts:
            assert short(verdict.policy) in evidence
            if verdict.reason:
                assert f"Exempted until {verdict.expires}: {verdict.reason}" in evidence


def test_what_is_wrong_with_all_stacks_alike_is_said_once(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.json").write_text('{"version": 3, "deployment": null}', encoding="utf-8")
    report = audit([str(tmp_path)], options({"no-such-policy": "advisory"}))
    assert len(report.findings) == 3
    written = text.write(report)
    assert written.count("the pack has no policy with this name") == 1
    assert "and 2 more\n    [advisory] settings-make-sense" in written


def test_days_are_utc_and_seconds_whole(report: Report) -> None:
    assert (report.when.utcoffset(), report.when.microsecond) == (date.resolution * 0, 0)


def test_disabled_policies_are_told() -> None:
    report = audit([str(DIRECTORY / "missing_key.state.json")], options({"all": DISABLED}))
    assert report.findings == ()
    assert {each.level for each in report.policies} == {DISABLED}
    assert [each.status for each in report.configurations] == ["cannot-tell"]


@pytest.mark.parametrize("made", [invented.report(), invented.one_of_each(), invented.hostile()])
def test_json_in_pieces_is_the_document_as_a_whole(made: Report) -> None:
    whole = {
        name: list(value) if isinstance(value, Iterator) else value for name, value in as_json.document(made).items()
    }
    assert as_json.write(made) == json.dumps(whole, indent=2) + "\n"
