"""The results of a SARIF log: violations, and exempted ones as suppressed.

Source: "SARIF support for code scanning" of the GitHub documentation, for the properties that it reads of a result.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any

from policy_pack.audit.evidence import EXEMPTED, ConfigurationEvidence, Finding, PolicyVerdict, Position
from policy_pack.audit.formats.common import artifact_uri, exemption_text, fails
from policy_pack.audit.report import Report
from policy_pack.judging.policy import HIGH, LOW, MEDIUM
from policy_pack.records import dataclass

Json = dict[str, Any]

# GitHub's scale: low below 4, medium below 7, high below 9.
SECURITY_SEVERITY = {LOW: "3.0", MEDIUM: "5.5", HIGH: "8.0"}


@dataclass(frozen=True, slots=True)
class Result:
    """A future result: a violation, or an exempted violation of a configuration with its verdict."""

    finding: Finding | None = None
    configuration: ConfigurationEvidence | None = None
    verdict: PolicyVerdict | None = None

    @property
    def source(self) -> str:
        """The name of its input."""
        of = self.finding or self.configuration
        assert of is not None
        return of.source

    @property
    def urgency(self) -> tuple[bool, bool, float]:
        """A sort key that is smallest for the most urgent: new, mandatory, of high severity."""
        of = self.finding or self.verdict
        assert of is not None
        known = self.finding is None or self.finding.known
        return known, not fails(of.level), -float(SECURITY_SEVERITY[of.severity])


def results_of(report: Report) -> Iterator[Result]:
    """The results of a report, in the report's order."""
    yield from (Result(each) for each in report.findings)
    for configuration in report.configurations:
        for verdict in configuration.verdicts:
            if verdict.status == EXEMPTED:
                yield Result(None, configuration, verdict)


def written(report: Report, results: Iterable[Result]) -> Iterator[Json]:
    """Results in the form of a log."""
    # For all results or none: this tells readers whether there was a baseline.
    compared = any(each.known for each in report.findings)
    for each in results:
        if each.finding is not None:
            yield _violation(each.finding, compared)
        elif each.configuration is not None and each.verdict is not None:
            yield _exempted(each.configuration, each.verdict, compared)


def _violation(each: Finding, compared: bool) -> Json:
    result = _result(each, f"{each.subject or each.resource or each.stack}: {each.why} {each.fix}")
    result["suppressions"] = []
    if compared:
        result["baselineState"] = "unchanged" if each.known else "new"
    return result


def _exempted(configuration: ConfigurationEvidence, verdict: PolicyVerdict, compared: bool) -> Json:
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
    return result


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
        "level": level_of(finding.level),
        "message": {"text": message_of(message)},
        "locations": [location],
        "partialFingerprints": {
            # GitHub reads only this one. The number distinguishes results on one line, which already differ here.
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
    # GitHub needs a complete region, even if only the line is known.
    first = column or 1
    region = {"startLine": line, "startColumn": first, "endLine": line, "endColumn": first + 1}
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}


def level_of(level: str) -> str:
    """SARIF's level for the level of a policy."""
    return "error" if fails(level) else "warning"


def message_of(text: str) -> str:
    """A text as a SARIF message."""
    # SARIF readers interpret "[text](target)" as a link and "{0}" as a placeholder.
    doubled = text.replace("{", "{{").replace("}", "}}")
    return re.sub(r"([\[\]\\])", r"\\\1", doubled)
