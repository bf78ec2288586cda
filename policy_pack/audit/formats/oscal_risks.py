"""The risks of an OSCAL document: violations, exempted ones as approved deviations, and those that are fixed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from policy_pack.audit.evidence import EXEMPTED, NON_COMPLIANT, ConfigurationEvidence, Finding, PolicyVerdict
from policy_pack.audit.formats.common import Findings, exemption_text, short
from policy_pack.audit.formats.markup import plain
from policy_pack.audit.formats.oscal_parts import Json, named, violation_properties
from policy_pack.audit.report import Report


class Risks:
    """The risks of a report; `identify` gives the identifier of what its arguments name, `origins` whose they are."""

    def __init__(self, report: Report, identify: Callable[..., str], origins: list[Json]) -> None:
        self._report, self._id, self._origins = report, identify, origins
        self._statements = {each.name: plain(each.risk) for each in report.policies}

    def every(self) -> Iterator[Json]:
        """Those of violations, of exempted ones, and of what is fixed."""
        yield from self._violations()
        yield from self._exempted()
        yield from self._closed()

    def identifier(self, configuration: ConfigurationEvidence, verdict: PolicyVerdict) -> str:
        """That of the risk of a configuration which violates a policy."""
        return self._id("risk", configuration.source, configuration.id, verdict.policy)

    def _violations(self) -> Iterable[Json]:
        findings = Findings(self._report)
        for configuration in self._report.configurations:
            for verdict in configuration.verdicts:
                if verdict.status == NON_COMPLIANT:
                    known = findings.known(configuration, verdict)
                    yield self._of_verdict(configuration, verdict) | {
                        "status": "open",
                        "props": violation_properties(verdict, known),
                    }
        for finding in findings.others:
            yield self._of_finding(finding)

    def _exempted(self) -> Iterable[Json]:
        for configuration in self._report.configurations:
            for verdict in configuration.verdicts:
                if verdict.status == EXEMPTED:
                    yield self._of_verdict(configuration, verdict) | {
                        "status": "deviation-approved",
                        **({"deadline": f"{verdict.expires}T23:59:59Z"} if verdict.expires else {}),
                    }

    def _closed(self) -> Iterable[Json]:
        for each in self._report.fixed:
            yield self._of_finding(each) | {"status": "closed"}

    def _of_verdict(self, configuration: ConfigurationEvidence, verdict: PolicyVerdict) -> Json:
        exemption = exemption_text(verdict)
        return {
            "uuid": self.identifier(configuration, verdict),
            "title": plain(f"{short(verdict.policy)}: {configuration.label}"),
            "description": plain(f"{exemption} {verdict.why}"),
            "statement": self._statements[verdict.policy],
            "origins": self._origins,
            **self._remediations(verdict.fix, "verdict", configuration.source, configuration.id, verdict.policy),
            "related-observations": [
                {"observation-uuid": self._id("observation", configuration.source, configuration.id)}
            ],
            "props": violation_properties(verdict, None),
        }

    def _of_finding(self, finding: Finding) -> Json:
        name = finding.subject or finding.resource or finding.stack
        facts = {"asset-type": finding.type, "asset-id": finding.urn, "stack": finding.stack}
        return {
            "uuid": self._id("finding", finding.source, finding.fingerprint),
            "title": plain(f"{short(finding.policy)}: {name}"),
            "description": plain(finding.why),
            "statement": self._statements.get(finding.policy, "It is a risk that an earlier audit names."),
            "status": "open",
            "origins": self._origins,
            **self._remediations(finding.fix, "finding", finding.source, finding.fingerprint),
            "props": [
                *violation_properties(finding, finding.known),
                *(named(fact, value) for fact, value in facts.items() if value.strip()),
            ],
        }

    def _remediations(self, fix: str, *of: str) -> Json:
        """The fix for a risk, as a recommendation; nothing if there is no known fix."""
        if not fix.strip():
            return {}
        recommendation = {
            "uuid": self._id("remediation", *of),
            "lifecycle": "recommendation",
            "title": "What to do",
            "description": plain(fix),
        }
        return {"remediations": [recommendation]}
