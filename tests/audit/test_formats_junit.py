"""The report as JUnit XML: valid against the schema of the Jenkins xUnit plugin, and read by a parser of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
import xmlschema
from junitparser import Error, Failure, JUnitXml, Skipped
from junitparser import TestCase as Case
from junitparser import TestSuite as Suite

from policy_pack.audit.evidence import NON_COMPLIANT
from policy_pack.audit.formats import junit
from policy_pack.audit.report import Problem, Report
from tests.audit import invented

SCHEMA = xmlschema.XMLSchema(Path(__file__).parent / "schemas" / "junit-10.xsd")


def suites_of(report: Report) -> dict[str, Suite]:
    read = JUnitXml.fromstring(junit.write(report))
    assert isinstance(read, JUnitXml)
    return {suite.name: suite for suite in read}


def cases_of(report: Report) -> Iterator[Case]:
    for suite in suites_of(report).values():
        yield from suite


def results_of(report: Report, name: str) -> list[tuple[str, str | None]]:
    """The results of a case by its class name, a slash and its name: their tags and types."""
    found = [case for case in cases_of(report) if f"{case.classname}/{case.name}" == name]
    return [(type(result).__name__, result.type) for case in found for result in case.result]


@pytest.mark.parametrize("made", [invented.report(), invented.one_of_each(), invented.hostile()])
def test_is_valid(made: Report) -> None:
    assert [str(error) for error in SCHEMA.iter_errors(junit.write(made).decode())] == []


def test_has_a_suite_for_each_stack_and_one_for_inputs_that_could_not_be_read() -> None:
    assert list(suites_of(invented.one_of_each())) == ["acme/serving/dev", "acme/serving/prod", "inputs"]
    assert list(suites_of(invented.report())) == []


def test_has_a_case_for_each_configuration_and_policy() -> None:
    made = invented.one_of_each()
    suite = suites_of(made)["acme/serving/dev"]
    expected = [
        (each.label, verdict.policy.partition("configuration-")[2])
        for each in made.configurations
        for verdict in each.verdicts
        if each.stack == "acme/serving/dev"
    ]
    assert [(case.classname, case.name) for case in suite] == expected


@pytest.mark.parametrize(
    ("case", "results"),
    [
        ("summarizer/encryption-at-rest-enabled", [("Failure", "mandatory")]),
        ("summarizer/customer-managed-key", []),
        ("summarizer/replacement-safe", [("Skipped", "known")]),
        ("demo/encryption-at-rest-enabled", [("Skipped", "exempted")]),
        ("search/key-in-same-region", [("Skipped", "cannot-tell")]),
        ("search/endpoint-follows-replacement", [("Failure", "mandatory")]),
        ("embeddings/customer-managed-key", [("Skipped", "not-applicable")]),
        ("inputs/exports/broken.json", [("Error", "unusable")]),
    ],
)
def test_results(case: str, results: list[tuple[str, str]]) -> None:
    assert results_of(invented.one_of_each(), case) == results


def test_tells_an_advisory_violation_without_failing() -> None:
    (case,) = (each for each in cases_of(invented.one_of_each()) if "Data capture" in (each.system_out or ""))
    assert case.is_passed
    assert case.system_out is not None and case.system_out.startswith("advisory: Data capture names no key.")


def test_a_failure_says_why_what_to_do_and_of_which_resource() -> None:
    (case,) = (each for each in cases_of(invented.one_of_each()) if each.classname == "search" and each.is_failure)
    (failure,) = case.result
    assert failure.message == "It names its configuration by hand, so it goes on running the replaced one."
    assert failure.text is not None and "Take the name from the configuration's output." in failure.text
    assert failure.text.rstrip().endswith("::aws:sagemaker/endpoint:Endpoint::search")


def test_a_violation_that_only_some_of_a_baseline_covers_fails() -> None:
    made = invented.one_of_each()
    assert len(list(cases_of(made))) == len(list(cases_of(replace(made, findings=made.new_findings))))
    nothing_known = replace(made, findings=tuple(replace(each, known=False) for each in made.findings))
    assert results_of(nothing_known, "summarizer/replacement-safe") == []
    everything_known = replace(made, findings=tuple(replace(each, known=True) for each in made.findings))
    assert results_of(everything_known, "summarizer/encryption-at-rest-enabled") == [("Skipped", "known")]
    assert not any(case.is_failure for case in cases_of(everything_known))


def test_a_verdict_without_a_finding_of_its_own_fails_all_the_same() -> None:
    # Of a key that several configurations share, there is one finding.
    made = replace(invented.one_of_each(), findings=())
    assert results_of(made, "summarizer/encryption-at-rest-enabled") == [("Failure", "mandatory")]


def test_numbers_are_those_of_the_cases() -> None:
    for made in (invented.one_of_each(), invented.hostile()):
        read = JUnitXml.fromstring(junit.write(made))
        told = (read.tests, read.failures, read.errors)
        for suite in read:
            assert isinstance(suite, Suite)
            stated = (suite.tests, suite.failures, suite.errors, suite.skipped)
            suite.update_statistics()  # type: ignore[no-untyped-call]
            assert stated == (suite.tests, suite.failures, suite.errors, suite.skipped)
        read.update_statistics()  # type: ignore[no-untyped-call]
        assert told == (read.tests, read.failures, read.errors)


def test_carries_what_the_audit_rests_on() -> None:
    made = invented.one_of_each()
    suite = suites_of(made)["acme/serving/dev"]
    properties = {each.name: each.value for each in suite.properties()}  # type: ignore[no-untyped-call]
    assert properties["version"] == "0.1.0"
    assert properties["audited"] == "2026-11-25T03:30:00Z"
    assert properties["source.sha256"] == made.sources[0].sha256
    assert properties["identifier.Checkov"] == "CKV_AWS_98"
    assert properties["requirement.NIST SP 800-53 Rev 5 SC-28"] == "40% (2 of 5)"
    exempted = next(each for each in suite if each.classname == "demo" and each.is_skipped)
    assert exempted.result[0].message == "exempted: Exempted until 2027-01-31: Holds public data only. (SEC-42)"
    output = ElementTree.fromstring(junit.write(made)).findtext("testsuite/system-out") or ""
    commands = {command.text for each in made.configurations[:3] for command in each.commands}
    assert commands <= set(output.split("\n"))


def test_hostile_names_are_read_back_as_they_are() -> None:
    made = invented.hostile()
    suites = suites_of(made)
    for name in invented.HOSTILE:
        suite = suites[f"{name}/{name}/{name}"]
        assert {case.classname for case in suite} == {name}
        failures = [result for case in suite for result in case.result if isinstance(result, Failure)]
        assert [each.message for each in failures] == [" ".join(f"{name} has no key.".split())]
        skipped = [result for case in suite for result in case.result if isinstance(result, Skipped)]
        assert f"exempted: Exempted until 2027-01-31: {' '.join(name.split())} (SEC-42)" in [
            each.message for each in skipped
        ]
        assert any(each.status == NON_COMPLIANT for each in made.configurations)


def test_what_xml_cannot_say_is_escaped() -> None:
    made = replace(invented.report(), problems=(Problem("a\x00\x1b\ud800\ufffe.json", "It\x08."),))
    (case,) = cases_of(made)
    assert case.name == "a\\x00\\x1b\\ud800\\ufffe.json"
    (error,) = case.result
    assert isinstance(error, Error)
    assert error.message == "It\\x08."
