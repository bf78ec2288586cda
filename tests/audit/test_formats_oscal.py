"""The report as OSCAL assessment results: valid against NIST's schema, and every reference leads somewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from policy_pack.audit.evidence import COMPLIANT, EXEMPTED, NON_COMPLIANT
from policy_pack.audit.formats import oscal
from policy_pack.audit.formats.common import short
from policy_pack.audit.report import Problem, Report
from tests.audit import invented

SCHEMA = Path(__file__).parent / "schemas" / "oscal-assessment-results-1.2.3.json"
VALIDATOR = jsonschema_rs.validator_for(json.loads(SCHEMA.read_text("utf-8")), validate_formats=True)
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def document_of(report: Report) -> dict[str, Any]:
    document = json.loads(oscal.write(report))
    assert list(document) == ["assessment-results"]
    results = document["assessment-results"]
    assert isinstance(results, dict)
    return results


def result_of(report: Report) -> dict[str, Any]:
    (result,) = document_of(report)["results"]
    assert isinstance(result, dict)
    return result


def values(properties: list[dict[str, str]]) -> dict[str, str]:
    return {each["name"]: each["value"] for each in properties}


def every(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Everything within a document, with the name that it stands under."""
    yield name, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from every(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from every(item, name)


REPORTS = [
    invented.report(),
    invented.one_of_each(),
    invented.hostile(),
    invented.report([invented.configuration(invented.source("dev.json"), " ")], [invented.source("dev.json")]),
]


@pytest.mark.parametrize("made", REPORTS)
def test_is_valid(made: Report) -> None:
    errors = VALIDATOR.iter_errors({"assessment-results": document_of(made)})
    assert [(error.message, error.instance_path) for error in errors] == []


@pytest.mark.parametrize("made", REPORTS)
def test_every_reference_leads_to_one_thing(made: Report) -> None:
    document = document_of(made)
    defined = [value for name, value in every(document) if name == "uuid"]
    assert len(defined) == len(set(defined))
    referred = {value for name, value in every(document) if name.endswith("-uuid")}
    referred |= {value.removeprefix("#") for name, value in every(document) if name == "href" and value[:1] == "#"}
    assert referred <= set(defined)


def test_an_item_for_each_configuration_and_an_observation_with_what_each_policy_says() -> None:
    made = invented.one_of_each()
    result = result_of(made)
    items = result["local-definitions"]["inventory-items"]
    assert [values(each["props"])["asset-id"] for each in items] == [each.id for each in made.configurations]
    for observation, item, configuration in zip(result["observations"], items, made.configurations):
        assert observation["subjects"] == [{"subject-uuid": item["uuid"], "type": "inventory-item"}]
        said = values(observation["props"])
        assert said.pop("status") == configuration.status
        assert said == {short(each.policy): each.status for each in configuration.verdicts}
        for command in configuration.commands:
            assert command.text in observation["remarks"]
    assert len(result["observations"]) == len(made.configurations)


def test_a_violation_is_an_open_risk_and_an_exempted_one_an_approved_deviation() -> None:
    made = invented.one_of_each()
    verdicts = [verdict for each in made.configurations for verdict in each.verdicts]
    risks = result_of(made)["risks"]
    assert sum(each["status"] == "open" for each in risks) == 1 + sum(each.status == NON_COMPLIANT for each in verdicts)
    (approved,) = (each for each in risks if each["status"] == "deviation-approved")
    assert approved["deadline"].startswith("2027-01-31T23:59:59")
    assert "Holds public data only" in approved["description"]
    assert sum(each.status == EXEMPTED for each in verdicts) == 1
    baselines = {values(each["props"])["policy"]: values(each["props"]).get("baseline") for each in risks}
    assert baselines.pop("sagemaker-endpoint-configuration-replacement-safe") == "known"
    assert "known" not in baselines.values()


def test_a_finding_for_each_requirement() -> None:
    made = invented.one_of_each()
    findings = result_of(made)["findings"]
    assert len(findings) == len(made.requirements)
    (sc28,) = (
        each
        for each in findings
        if values(each["props"])["framework"] == "NIST SP 800-53 Rev 5"
        and values(each["props"])["reference"] == "SC-28"
    )
    assert sc28["target"]["target-id"] == "sc-28_obj"
    assert sc28["target"]["status"] == {"state": "not-satisfied", "reason": "fail"}
    assert values(sc28["props"])["compliant-share"] == "40% (2 of 5)"
    assert len(sc28["related-observations"]) == len(made.configurations)
    assert len(sc28["related-risks"]) == 2  # the mandatory violation and the exempted one, no advisory


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (COMPLIANT, {"state": "satisfied", "reason": "pass"}),
        (NON_COMPLIANT, {"state": "not-satisfied", "reason": "fail"}),
        (EXEMPTED, {"state": "not-satisfied", "reason": "other"}),
        ("cannot-tell", {"state": "not-satisfied", "reason": "other"}),
        ("not-applicable", {"state": "not-satisfied", "reason": "other"}),
    ],
)
def test_satisfied_is_only_what_was_judged_and_is_compliant(status: str, state: dict[str, str]) -> None:
    made = invented.report([invented.configuration(invented.source("dev.json"), "ranker", status=status)])
    assert {tuple(each["target"]["status"].items()) for each in result_of(made)["findings"]} == {tuple(state.items())}


def test_nothing_is_satisfied_while_an_input_was_not_audited() -> None:
    made = invented.report([invented.configuration(invented.source("dev.json"), "ranker")])
    made = replace(made, problems=(Problem("prod.json", "is empty"),))
    result = result_of(made)
    assert {each["target"]["status"]["state"] for each in result["findings"]} == {"not-satisfied"}
    assert "- Not audited: prod" in result["remarks"]


def test_carries_what_the_audit_rests_on() -> None:
    made = invented.one_of_each()
    document, result = document_of(made), result_of(made)
    resources = [each for each in document["back-matter"]["resources"] if "rlinks" in each]
    assert [each["rlinks"][0]["hashes"][0]["value"] for each in resources] == [each.sha256 for each in made.sources]
    assert document["metadata"]["last-modified"] == "2026-11-25T03:30:00+00:00"
    identifiers = {(each.get("class"), each["value"]) for each in result["props"]}
    assert ("checkov", "CKV_AWS_98") in identifiers
    (tool,) = result["local-definitions"]["components"]
    assert values(tool["props"]) == {"version": "0.1.0"}
    controls = {
        each["control-id"]
        for of in result["reviewed-controls"]["control-selections"]
        for each in of["include-controls"]
    }
    assert {"sc-28", "sc-12", "soc-2-cc6.1", "hipaa-164.312-a-2-iv"} <= controls


def test_identifiers_of_the_same_things_stay_from_audit_to_audit() -> None:
    made = invented.one_of_each()
    later = replace(made, when=made.when + timedelta(days=1))
    for part in ("observations", "risks", "findings"):
        once, again = ([each["uuid"] for each in result_of(one)[part]] for one in (made, later))
        assert once == again
    assert document_of(made)["uuid"] != document_of(later)["uuid"]


def test_names_are_no_markup() -> None:
    document = document_of(invented.hostile())
    marked_up = {"title", "description", "statement", "remarks"}
    for name, value in every(document):
        if name in marked_up and isinstance(value, str):
            without_code = re.sub(r"(`{3,})sh\n.*?\n\1", "", value, flags=re.DOTALL)
            assert not re.search(r"(?<!\\)[<\[`*|]", without_code), value
    names = {values(each["props"])["stack"] for each in document["results"][0]["local-definitions"]["inventory-items"]}
    assert names == {f"{name}/{name}/{name}" for name in invented.HOSTILE}


def test_no_arn_where_none_is_shown() -> None:
    assert "arn:aws:kms:eu-west-1:***:key/***" in oscal.write(invented.one_of_each())
    assert not re.search(r"arn:aws:kms:[a-z0-9-]+:\d", oscal.write(invented.one_of_each()))
    assert UUID.fullmatch(document_of(invented.one_of_each())["uuid"])
