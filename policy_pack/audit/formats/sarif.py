"""SARIF 2.1.0, as code scanning of GitHub and others takes it.

Results are the violations and, suppressed, the exempted ones. What is compliant or not applicable is no result, for
GitHub shows each result as an alert, whatever its kind; it stands in the run's property bag with everything else that
SARIF has no place for.

Sources: "Static Analysis Results Interchange Format (SARIF) Version 2.1.0" of OASIS; "SARIF support for code scanning"
of the GitHub documentation, for the properties and limits it has.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from policy_pack.audit.evidence import EXEMPTED, ConfigurationEvidence, Finding, PolicyVerdict, Position
from policy_pack.audit.formats.as_json import document
from policy_pack.audit.formats.common import artifact_uri, exemption_text, fails, moment, runs, short
from policy_pack.audit.report import PolicyInEffect, Problem, Report
from policy_pack.judging.control import Control
from policy_pack.judging.frameworks import Requirement
from policy_pack.judging.policy import HIGH, LOW, MEDIUM

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

# GitHub's scale: low below 4, medium below 7, high below 9.
_SECURITY_SEVERITY = {LOW: "3.0", MEDIUM: "5.5", HIGH: "8.0"}

# Of the report in JSON, what a SARIF log has no place of its own for.
_EVIDENCE = ("pack", "when", "summary", "control", "identifiers", "requirements", "configurations", "unread", "ignored")

Json = dict[str, Any]


def write(report: Report) -> str:
    """The report as a SARIF log with one run."""
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report)]}, indent=2) + "\n"


def _run(report: Report) -> Json:
    taxonomies = _frameworks(report.control)
    return {
        "tool": {
            "driver": {
                "name": report.pack,
                "fullName": f"{report.pack} {report.version}",
                "semanticVersion": report.version,
                "shortDescription": {"text": report.control.title},
                "fullDescription": {"text": report.control.statement},
                "informationUri": "https://docs.aws.amazon.com/sagemaker/latest/dg/encryption-at-rest.html",
                "rules": [_rule(each, report.control) for each in report.policies],
                "supportedTaxonomies": [{"name": name} for name in taxonomies],
            }
        },
        "taxonomies": [_taxonomy(name, requirements) for name, requirements in taxonomies.items()],
        "automationDetails": {"id": f"{report.pack}/{moment(report)}"},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not report.problems,
                "endTimeUtc": moment(report),
                "toolExecutionNotifications": [
                    *(_notification(each, "error") for each in report.problems),
                    *(_notification(each, "note") for each in report.notes),
                ],
            }
        ],
        "artifacts": [
            {
                "location": {"uri": artifact_uri(each.name)},
                "length": each.size,
                "hashes": {"sha-256": each.sha256},
                "description": {"text": _message(f"{each.kind} of {each.label}")},
            }
            for each in report.sources
        ],
        "results": [*_violations(report), *_exempted(report)],
        "properties": {name: value for name, value in document(report).items() if name in _EVIDENCE},
    }


def _notification(problem: Problem, level: str) -> Json:
    return {"level": level, "message": {"text": _message(f"{problem.source} {problem.text}")}}


def _rule(policy: PolicyInEffect, control: Control) -> Json:
    level = _level(policy.level)
    asking = control.requirements_of(short(policy.name))
    frameworks = {_slug(each.framework) for each in asking}
    relationships = [
        {"target": {"id": each.reference, "toolComponent": {"name": name}}, "kinds": ["relevant"]}
        for name, requirements in _frameworks(control).items()
        for each in requirements
        if each in asking
    ]
    return {
        "id": policy.name,
        "name": "".join(word.capitalize() for word in short(policy.name).split("-")),
        "shortDescription": {"text": policy.title},
        "fullDescription": {"text": policy.description},
        "help": {
            "text": f"{policy.description}\n\n{policy.remediation}\n\n{policy.url}",
            "markdown": (
                f"{policy.description}\n\n**How to fix it:** {policy.remediation}\n\n[Documentation]({policy.url})"
            ),
        },
        "helpUri": policy.url,
        "defaultConfiguration": {"enabled": runs(policy.level), "level": level},
        "relationships": relationships,
        "properties": {
            "tags": sorted({"security", *policy.tags, *frameworks}),
            "precision": "very-high",
            "problem.severity": level,
            "security-severity": _SECURITY_SEVERITY[policy.severity],
        },
    }


def _violations(report: Report) -> Iterable[Json]:
    # Of every result or of none: that is how a reader knows whether there was a baseline.
    compared = any(each.known for each in report.findings)
    for each in report.findings:
        result = _result(each, f"{each.subject or each.resource or each.stack}: {each.why} {each.fix}")
        result["suppressions"] = []
        if compared:
            result["baselineState"] = "unchanged" if each.known else "new"
        yield result


def _exempted(report: Report) -> Iterable[Json]:
    compared = any(each.known for each in report.findings)
    for configuration in report.configurations:
        for verdict in configuration.verdicts:
            if verdict.status != EXEMPTED:
                continue
            exemption = exemption_text(verdict)
            result = _result(_as_finding(configuration, verdict), f"{configuration.label}: {exemption} {verdict.why}")
            result["suppressions"] = [
                {
                    "kind": "external" if verdict.expires else "inSource",
                    "status": "accepted",
                    "justification": exemption,
                    "properties": {"expires": verdict.expires, "ticket": verdict.ticket},
                }
            ]
            if compared:
                result["baselineState"] = "unchanged"
            yield result


def _as_finding(configuration: ConfigurationEvidence, verdict: PolicyVerdict) -> Finding:
    identity = f"{configuration.stack}\n{configuration.id}\n{verdict.policy}"
    return Finding(
        configuration.source,
        configuration.stack,
        verdict.policy,
        verdict.level,
        verdict.severity,
        configuration.urn,
        configuration.label,
        configuration.type,
        "",
        verdict.why,
        verdict.fix,
        sha256(identity.encode("utf-8", "backslashreplace")).hexdigest(),
        origin=configuration.origin,
    )


def _result(finding: Finding, message: str) -> Json:
    origin = finding.origin
    described = _location(artifact_uri(finding.source), origin.line)
    location = _at(origin.program) if origin.program is not None else described
    if finding.urn:
        location["logicalLocations"] = [
            {"name": finding.resource, "fullyQualifiedName": finding.urn, "kind": "resource"}
        ]
    result: Json = {
        "ruleId": finding.policy,
        "kind": "fail",
        "level": _level(finding.level),
        "message": {"text": _message(message)},
        "locations": [location],
        "partialFingerprints": {
            # GitHub reads this one only; the number tells results of one line apart, and these are apart already.
            "primaryLocationLineHash": f"{finding.fingerprint[:16]}:1",
            "finding/v1": finding.fingerprint,
        },
        "properties": {"stack": finding.stack, "severity": finding.severity},
    }
    if origin.program is not None:
        result["relatedLocations"] = [{"id": 1, "message": {"text": "Where the stack describes it"}, **described}]
    if len(origin.calls) > 1:
        # From the outermost call to the line that makes the resource.
        steps = [{"location": _at(each)} for each in reversed(origin.calls)]
        result["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    return result


def _at(position: Position) -> Json:
    return _location(artifact_uri(position.path), position.line, position.column)


def _location(uri: str, line: int, column: int = 0) -> Json:
    # GitHub wants a whole region, also where only the line is known.
    first = column or 1
    region = {"startLine": line, "startColumn": first, "endLine": line, "endColumn": first + 1}
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}


def _frameworks(control: Control) -> dict[str, list[Requirement]]:
    frameworks: dict[str, list[Requirement]] = {}
    for each in control.requirements:
        frameworks.setdefault(f"{each.framework} {each.version}".strip(), []).append(each)
    return frameworks


def _taxonomy(name: str, requirements: Iterable[Requirement]) -> Json:
    return {
        "name": name,
        "shortDescription": {"text": name},
        "taxa": [
            {"id": each.reference, "shortDescription": {"text": each.title}, "fullDescription": {"text": each.how}}
            for each in requirements
        ],
    }


def _level(level: str) -> str:
    return "error" if fails(level) else "warning"


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _message(text: str) -> str:
    # Readers of SARIF take "[text](target)" for a link and "{0}" for an argument.
    doubled = text.replace("{", "{{").replace("}", "}}")
    return re.sub(r"([\[\]\\])", r"\\\1", doubled)
